//! The authority's open evidence sessions: bounded in number and in lifetime (SPEC §16.2).

#[cfg(test)]
mod tests;

use core::fmt;
use core::time::Duration;

use super::expiring::{Expiring, WORK};
use crate::credential::evidence::EvidenceSession;
use crate::credential::evidence::moves::SessionId;
use crate::error::Error;
use crate::time::{SKEW, UnixTime};

/// Open evidence sessions, in memory only. Each is given out once, and only until it expires.
///
/// An authority that opens and answers sessions on several threads puts it behind a mutex, which
/// it holds for no longer than one call.
///
/// ```
/// # use std::sync::Mutex;
/// # use pairnym::{authority::*, message::*, *};
/// fn respond(
///     authority: &Authority,
///     sessions: &Mutex<EvidenceSessions>,
///     challenges: &EvidenceChallenges,
///     now: UnixTime,
/// ) -> Result<EvidenceResponses, Error> {
///     let mut open = sessions.lock().map_err(|_| Error::Unavailable)?;
///     let session = open.take(challenges.session(), now)?; // whatever happens next
///     drop(open);
///     authority.respond(session, challenges)
/// }
/// ```
pub struct EvidenceSessions {
    life: Duration,
    open: Expiring<SessionId, EvidenceSession>,
}

impl EvidenceSessions {
    /// Keeps at most `most` sessions (about 1.2 kB each), each for `life`, in whole seconds.
    #[must_use]
    pub const fn new(most: usize, life: Duration) -> Self {
        // What ends later than that is left from before the clock was set back.
        let ahead = life.as_secs().saturating_add(SKEW);
        Self { life, open: Expiring::new(most, ahead) }
    }

    /// Drops sessions that are too old, 64 at most, as every other call does too. An idle authority
    /// should call this from time to time, because old sessions are a needless risk, and repeat it
    /// while it returns `true`: there may be more of them.
    pub fn purge(&mut self, now: UnixTime) -> bool {
        let before = self.open.len();
        self.open.purge(now, WORK);
        before - self.open.len() == WORK
    }

    /// Whether there is room for one more: ask before doing the work of opening it.
    #[must_use]
    pub fn has_room(&mut self, now: UnixTime) -> bool {
        self.purge(now);
        self.open.has_room()
    }

    /// Keeps a session until it is taken or too old.
    ///
    /// # Errors
    /// [`Error::Full`], or [`Error::Range`] if it would expire after `u64::MAX`; the session is
    /// dropped.
    pub fn keep(&mut self, session: EvidenceSession, now: UnixTime) -> Result<(), Error> {
        self.purge(now);
        self.open.insert(*session.id(), session, now.after(self.life)?)
    }

    /// Removes and returns the session that the challenges name.
    ///
    /// # Errors
    /// [`Error::NoSession`] if there is none, it was taken before, or it is too old.
    pub fn take(&mut self, session: &SessionId, now: UnixTime) -> Result<EvidenceSession, Error> {
        self.purge(now);
        self.open.take(session, now).ok_or(Error::NoSession)
    }

    /// The number of sessions kept, including old ones that have not been dropped yet.
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
