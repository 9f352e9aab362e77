//! Devices in SQLite.

use pairnym::{PersonId, TransactionId, UnixTime};
use rusqlite::{Connection, OptionalExtension, params};

use super::Sqlite;
use crate::{
    DeviceSession, Devices, Failure, Grant, Hashed, Identified, SWEEP, kept_until, number, time,
};

const PUT_CODE: &str = "INSERT INTO codes VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
const TAKE_CODE: &str = "DELETE FROM codes WHERE code = ? AND expires >= ?
    RETURNING person, ticket, message, expires";
const FIND: &str = "SELECT person, ticket, expires FROM devices WHERE token = ? AND expires >= ?";
const GRANT: &str = "INSERT INTO granted VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT DO UPDATE SET batches = batches + ?4 WHERE batches + ?4 <= ?6";
const TAKE_BACK: &str = "UPDATE granted SET batches = batches - ?4
    WHERE person = ?1 AND parameters = ?2 AND epoch = ?3";
const SWEEPS: [&str; 3] = [
    "DELETE FROM codes WHERE rowid IN (SELECT rowid FROM codes WHERE kept_until < ? LIMIT ?)",
    "DELETE FROM devices WHERE rowid IN (SELECT rowid FROM devices WHERE kept_until < ? LIMIT ?)",
    "DELETE FROM granted WHERE (person, parameters, epoch) IN
        (SELECT person, parameters, epoch FROM granted WHERE kept_until < ? LIMIT ?)",
];

/// Ends codes and sessions, and says how many sessions.
pub(super) fn end(t: &Connection, person: &PersonId) -> Result<u64, Failure> {
    t.prepare_cached("DELETE FROM codes WHERE person = ?")?.execute([person.0])?;
    Ok(t.prepare_cached("DELETE FROM devices WHERE person = ?")?.execute([person.0])? as u64)
}

impl Devices for Sqlite {
    async fn put_code(&self, code: Hashed, new: Identified) -> Result<bool, Failure> {
        self.change(move |t| {
            let Identified { person, ticket, expires } = &new;
            let (kept, expires) = (number(kept_until(*expires)), number(*expires));
            let (ticket, message) =
                ticket.as_ref().map(|(id, message)| (id.0, message.as_slice())).unzip();
            let row = params![code.0, person.0, ticket, message, expires, kept];
            Ok(t.prepare_cached(PUT_CODE)?.execute(row)? == 1)
        })
        .await
    }

    async fn begin_session(
        &self,
        code: Hashed,
        token: Hashed,
        until: UnixTime,
        now: UnixTime,
    ) -> Result<Option<Identified>, Failure> {
        self.change(move |t| {
            let mut take = t.prepare_cached(TAKE_CODE)?;
            let taken = take.query_row(params![code.0, number(now)], |row| {
                let ticket = row.get::<_, Option<[u8; 32]>>(1)?.map(TransactionId);
                let message: Option<Vec<u8>> = row.get(2)?;
                let expires = time(row.get(3)?);
                Ok(Identified {
                    person: PersonId(row.get(0)?),
                    ticket: ticket.zip(message),
                    expires,
                })
            });
            let Some(taken) = taken.optional()? else { return Ok(None) };
            let ticket = taken.ticket.as_ref().map(|(transaction, _)| transaction.0);
            let kept = number(kept_until(until));
            t.prepare_cached("INSERT INTO devices VALUES (?, ?, ?, ?, ?)")?.execute(params![
                token.0,
                taken.person.0,
                ticket,
                number(until),
                kept
            ])?;
            Ok(Some(taken))
        })
        .await
    }

    async fn find_session(
        &self,
        token: Hashed,
        now: UnixTime,
    ) -> Result<Option<DeviceSession>, Failure> {
        self.look(move |t| {
            let mut find = t.prepare_cached(FIND)?;
            let found = find.query_row(params![token.0, number(now)], |row| {
                let transaction = row.get::<_, Option<[u8; 32]>>(1)?.map(TransactionId);
                let expires = time(row.get(2)?);
                Ok(DeviceSession { person: PersonId(row.get(0)?), transaction, expires })
            });
            Ok(found.optional()?)
        })
        .await
    }

    async fn end_sessions(&self, person: PersonId) -> Result<u64, Failure> {
        self.change(move |t| end(t, &person)).await
    }

    async fn grant(&self, grant: Grant, most: u32) -> Result<bool, Failure> {
        if grant.batches > most {
            return Ok(false);
        }
        self.change(move |t| {
            let Grant { person, slot, ends, batches } = &grant;
            let (epoch, kept) = (slot.epoch.0 as i64, number(kept_until(*ends)));
            let row = params![person.0, slot.parameters.0, epoch, batches, kept, most];
            Ok(t.prepare_cached(GRANT)?.execute(row)? == 1)
        })
        .await
    }

    async fn take_back(&self, grant: Grant) -> Result<(), Failure> {
        self.change(move |t| {
            let Grant { person, slot, batches, .. } = &grant;
            let row = params![person.0, slot.parameters.0, slot.epoch.0 as i64, batches];
            t.prepare_cached(TAKE_BACK)?.execute(row)?;
            Ok(())
        })
        .await
    }

    async fn sweep_devices(&self, now: UnixTime) -> Result<u64, Failure> {
        self.change(move |t| {
            let mut most = 0;
            for sweep in SWEEPS {
                let gone = t.prepare_cached(sweep)?.execute(params![number(now), SWEEP])?;
                most = most.max(gone as u64);
            }
            Ok(most)
        })
        .await
    }
}
