//! The authority's open evidence sessions: bounded in number and in life time (SPEC §16.2).

use core::fmt;

use super::evidence::EvidenceSession;
use super::evidence::moves::{EvidenceChallenges, SessionId};
use crate::error::Error;
use crate::expiring::Expiring;
use crate::time::UnixTime;

/// Open evidence sessions, in memory only. Each is given out once, and not after its time.
pub struct EvidenceSessions {
    seconds: u64,
    open: Expiring<SessionId, EvidenceSession>,
}

impl EvidenceSessions {
    /// Keeps at most `most` sessions (about 1.2 kB each), each for `seconds` seconds.
    #[must_use]
    pub const fn new(most: usize, seconds: u64) -> Self {
        Self { seconds, open: Expiring::new(most) }
    }

    /// Drops the sessions that are too old. Every other call does it too; an idle authority calls
    /// this from time to time, for an old session is a secret without a use.
    pub fn purge(&mut self, now: UnixTime) {
        self.open.purge(now);
    }

    /// Whether there is room for one more: to be asked before the work of opening it.
    pub fn has_room(&mut self, now: UnixTime) -> bool {
        self.purge(now);
        self.open.has_room()
    }

    /// Keeps a session until it is taken or too old.
    ///
    /// # Errors
    /// [`Error::Full`]; the session is dropped.
    pub fn keep(&mut self, session: EvidenceSession, now: UnixTime) -> Result<(), Error> {
        self.purge(now);
        self.open.insert(session.id(), session, now.after(self.seconds))
    }

    /// Takes the session that the challenges are for, for good.
    ///
    /// # Errors
    /// [`Error::NoSession`] if there is none, or it was taken before, or it is too old.
    pub fn take(
        &mut self,
        challenges: &EvidenceChallenges,
        now: UnixTime,
    ) -> Result<EvidenceSession, Error> {
        self.purge(now);
        self.open.remove(&challenges.session).ok_or(Error::NoSession)
    }

    /// The number of sessions kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for EvidenceSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EvidenceSessions").field("open", &self.len()).finish_non_exhaustive()
    }
}
