//! Open evidence sessions, and whose they are: in memory only, each good for one answer, so many for
//! each fetcher and so many in all (SPEC §9, §16.2).

use std::collections::HashMap;
use std::time::Duration;

use pairnym::authority::{EvidenceSession, EvidenceSessions};
use pairnym::message::{EvidenceChallenges, SessionId};
use pairnym::{Error, UnixTime};
use pairnym_store::Hashed;
use pairnym_transport::Refusal;

use super::Sessions;
use crate::Refused;

/// How long a session lives.
pub(super) const LIFE: Duration = Duration::from_secs(30);

pub(super) struct Open {
    sessions: EvidenceSessions,
    fetchers: HashMap<Hashed, Fetcher>,
    /// Places that are taken by sessions which are being opened.
    reserved: usize,
    limits: Sessions,
}

#[derive(Default)]
struct Fetcher {
    reserved: usize,
    open: Vec<(SessionId, UnixTime)>,
}

impl Open {
    pub(super) fn new(limits: Sessions) -> Self {
        let sessions = EvidenceSessions::new(limits.in_all, LIFE);
        Self { sessions, fetchers: HashMap::new(), reserved: 0, limits }
    }

    /// Takes places for so many sessions, before the work of opening them.
    pub(super) fn reserve(
        &mut self,
        fetcher: Hashed,
        many: usize,
        now: UnixTime,
    ) -> Result<(), Refused> {
        while self.sessions.purge(now) {}
        if self.sessions.len() + self.reserved + many > self.limits.in_all {
            return Err(Refusal::Full.into());
        }
        let of_fetcher = self.fetchers.entry(fetcher).or_default();
        of_fetcher.open.retain(|(_, until)| now <= *until);
        if of_fetcher.open.len() + of_fetcher.reserved + many > self.limits.per_fetcher {
            return Err(Refusal::TooMany.into());
        }
        of_fetcher.reserved += many;
        self.reserved += many;
        Ok(())
    }

    /// Gives the places back that were reserved.
    pub(super) fn release(&mut self, fetcher: &Hashed, many: usize) {
        self.reserved = self.reserved.saturating_sub(many);
        if let Some(of_fetcher) = self.fetchers.get_mut(fetcher) {
            of_fetcher.reserved = of_fetcher.reserved.saturating_sub(many);
        }
    }

    /// Keeps sessions for which there were places.
    pub(super) fn keep(
        &mut self,
        fetcher: Hashed,
        opened: Vec<EvidenceSession>,
        now: UnixTime,
    ) -> Result<(), Error> {
        let until = now.after(LIFE)?;
        for session in opened {
            let id = *session.id();
            self.sessions.keep(session, now)?;
            self.fetchers.entry(fetcher).or_default().open.push((id, until));
        }
        Ok(())
    }

    /// The sessions of these challenges, all or none of them. They are used up.
    pub(super) fn take(
        &mut self,
        fetcher: &Hashed,
        challenges: &[EvidenceChallenges],
        now: UnixTime,
    ) -> Result<Vec<EvidenceSession>, Error> {
        let of_fetcher = self.fetchers.get_mut(fetcher).ok_or(Error::NoSession)?;
        let mut left = of_fetcher.open.clone();
        for challenge in challenges {
            let here =
                |(id, until): &(SessionId, UnixTime)| id == challenge.session() && now <= *until;
            let place = left.iter().position(here).ok_or(Error::NoSession)?;
            left.swap_remove(place);
        }
        of_fetcher.open = left;
        challenges.iter().map(|challenge| self.sessions.take(challenge.session(), now)).collect()
    }

    /// Drops what is too old, and returns how many sessions are open.
    pub(super) fn purge(&mut self, now: UnixTime) -> usize {
        while self.sessions.purge(now) {}
        self.fetchers.retain(|_, fetcher| {
            fetcher.open.retain(|(_, until)| now <= *until);
            fetcher.reserved > 0 || !fetcher.open.is_empty()
        });
        self.reserved + self.fetchers.values().map(|fetcher| fetcher.open.len()).sum::<usize>()
    }
}
