//! Devices in memory.

use pairnym::{PersonId, UnixTime};

use super::{Memory, Tables};
use crate::{DeviceSession, Devices, Failure, Grant, Hashed, Identified};

impl Tables {
    /// Ends codes and sessions, and says how many sessions.
    pub(super) fn end(&mut self, person: PersonId) -> u64 {
        self.device_codes.rows.retain(|_, code| code.person != person);
        let before = self.sessions.rows.len();
        self.sessions.rows.retain(|_, session| session.person != person);
        (before - self.sessions.rows.len()) as u64
    }
}

impl Devices for Memory {
    async fn put_code(&self, code: Hashed, new: Identified) -> Result<bool, Failure> {
        self.with(|tables| tables.device_codes.insert(code, new.expires, new, self.most))?
    }

    async fn begin_session(
        &self,
        code: Hashed,
        token: Hashed,
        until: UnixTime,
        now: UnixTime,
    ) -> Result<Option<Identified>, Failure> {
        self.with(|Tables { device_codes, sessions, .. }| {
            let good = device_codes.rows.get(&code).filter(|code| now <= code.expires);
            let Some(taken) = good.cloned() else { return Ok(None) };
            let transaction = taken.ticket.as_ref().map(|(transaction, _)| *transaction);
            let session = DeviceSession { person: taken.person, transaction, expires: until };
            sessions.insert(token, until, session, self.most)?;
            device_codes.rows.remove(&code);
            Ok(Some(taken))
        })?
    }

    async fn find_session(
        &self,
        token: Hashed,
        now: UnixTime,
    ) -> Result<Option<DeviceSession>, Failure> {
        self.with(|tables| {
            let found = tables.sessions.rows.get(&token).copied();
            found.filter(|session| now <= session.expires)
        })
    }

    async fn end_sessions(&self, person: PersonId) -> Result<u64, Failure> {
        self.with(|tables| tables.end(person))
    }

    async fn grant(&self, grant: Grant, most: u32) -> Result<bool, Failure> {
        self.with(|Tables { granted, .. }| {
            let key = (grant.person, grant.slot);
            let before = granted.rows.get(&key).copied().unwrap_or(0);
            let Some(after) = before.checked_add(grant.batches).filter(|after| *after <= most)
            else {
                return Ok(false);
            };
            if !granted.insert(key, grant.ends, after, self.most)? {
                granted.rows.insert(key, after);
            }
            Ok(true)
        })?
    }

    async fn take_back(&self, grant: Grant) -> Result<(), Failure> {
        self.with(|Tables { granted, .. }| {
            if let Some(batches) = granted.rows.get_mut(&(grant.person, grant.slot)) {
                *batches = batches.saturating_sub(grant.batches);
            }
        })
    }

    async fn sweep_devices(&self, now: UnixTime) -> Result<u64, Failure> {
        self.with(|Tables { device_codes, sessions, granted, .. }| {
            let gone = [
                device_codes.sweep(now).len(),
                sessions.sweep(now).len(),
                granted.sweep(now).len(),
            ];
            gone.into_iter().max().unwrap_or(0) as u64
        })
    }
}
