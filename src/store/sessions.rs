//! Open sessions that are good for one answer, the authority's of evidence (SPEC §16.2) and a
//! second's (SPEC §20.3): bounded in number and in lifetime.

#[cfg(test)]
mod tests;

use core::fmt;
use core::time::Duration;

use super::expiring::{Expiring, WORK};
use crate::credential::evidence::EvidenceSession;
use crate::credential::evidence::moves::SessionId;
use crate::error::Error;
use crate::shared::session::{CoSession, CoSessionId};
use crate::time::{SKEW, UnixTime};

/// The authority's open evidence sessions, about 1.2 kB each.
pub type EvidenceSessions = Sessions<EvidenceSession>;

/// A second's open sessions: twice the size of what is answered, so at most 60 kB each. They live for
/// 120 seconds at most.
pub type CoSessions = Sessions<CoSession>;

/// What [`Sessions`] keeps. Sealed: the two kinds of sessions implement it.
pub trait Session {
    /// By what it is found.
    type Id: Copy + Ord;
    /// The longest life in seconds.
    #[doc(hidden)]
    const LONGEST: u64;
    /// What [`Sessions`] of these are called.
    #[doc(hidden)]
    const ALL: &'static str;

    #[doc(hidden)]
    fn key(&self) -> Self::Id;
}

impl Session for EvidenceSession {
    type Id = SessionId;
    const LONGEST: u64 = u64::MAX;
    const ALL: &'static str = "EvidenceSessions";

    fn key(&self) -> SessionId {
        *self.id()
    }
}

impl Session for CoSession {
    type Id = CoSessionId;
    const LONGEST: u64 = 120;
    const ALL: &'static str = "CoSessions";

    fn key(&self) -> CoSessionId {
        *self.id()
    }
}

/// Open sessions, in memory only. Each is given out once, and only until it expires.
///
/// Whoever opens and answers sessions on several threads puts it behind a mutex, which is held for
/// no longer than one call.
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
pub struct Sessions<S: Session> {
    life: Duration,
    open: Expiring<S::Id, S>,
}

impl<S: Session> Sessions<S> {
    /// Keeps at most `most` sessions, each for `life`, in whole seconds.
    #[must_use]
    pub const fn new(most: usize, life: Duration) -> Self {
        let life = if life.as_secs() > S::LONGEST { Duration::from_secs(S::LONGEST) } else { life };
        // What ends later than that is left from before the clock was set back.
        let ahead = life.as_secs().saturating_add(SKEW);
        Self { life, open: Expiring::new(most, ahead) }
    }

    /// Drops sessions that are too old, 64 at most, as every other call does too. An idle server
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
    pub fn keep(&mut self, session: S, now: UnixTime) -> Result<(), Error> {
        self.purge(now);
        self.open.insert(session.key(), session, now.after(self.life)?)
    }

    /// Removes and returns a session, by the id that the other side names.
    ///
    /// # Errors
    /// [`Error::NoSession`] if there is none, it was taken before, or it is too old.
    pub fn take(&mut self, session: &S::Id, now: UnixTime) -> Result<S, Error> {
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

impl<S: Session> fmt::Debug for Sessions<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(S::ALL).field("open", &self.len()).finish_non_exhaustive()
    }
}
