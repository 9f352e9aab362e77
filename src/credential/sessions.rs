//! The authority's open evidence sessions: bounded in number and in life time (SPEC §16.2).

use alloc::collections::BTreeMap;
use core::fmt;

use super::evidence::EvidenceSession;
use super::evidence::moves::{EvidenceChallenges, SessionId};
use crate::error::Error;
use crate::time::UnixTime;

/// Open evidence sessions, in memory only. Each is given out once, and not after its time.
pub struct EvidenceSessions {
    most: usize,
    seconds: u64,
    open: BTreeMap<SessionId, (UnixTime, EvidenceSession)>,
}

impl EvidenceSessions {
    /// Keeps at most `most` sessions (about 1.1 kB each), each for `seconds` seconds.
    #[must_use]
    pub const fn new(most: usize, seconds: u64) -> Self {
        let open = BTreeMap::new();
        Self { most, seconds, open }
    }

    /// Keeps a session until it is taken or too old. Drops those that are too old if it needs
    /// their room.
    ///
    /// # Errors
    /// [`Error::Full`]; the session is dropped.
    pub fn keep(&mut self, session: EvidenceSession, now: UnixTime) -> Result<(), Error> {
        if self.open.len() >= self.most {
            self.open.retain(|_, (expires, _)| now <= *expires);
        }
        if self.open.len() >= self.most {
            return Err(Error::Full);
        }
        let expires = now.after(self.seconds);
        self.open.insert(session.id(), (expires, session));
        Ok(())
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
        match self.open.remove(&challenges.session) {
            Some((expires, session)) if now <= expires => Ok(session),
            _ => Err(Error::NoSession),
        }
    }

    /// The number of sessions kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

impl fmt::Debug for EvidenceSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EvidenceSessions")
            .field("open", &self.open.len())
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}
