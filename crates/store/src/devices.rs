//! The devices of people whose identity was checked: the codes by which they begin, their sessions
//! (TRANSPORT.md §10), and how much evidence each person was given.

use pairnym::{PersonId, Slot, TransactionId, UnixTime};

use crate::{Failure, Hashed};

/// Somebody whose identity was checked, and who now types a code into a device.
#[derive(Clone, PartialEq, Eq)]
pub struct Identified {
    /// Who it is.
    pub person: PersonId,
    /// If the person shall enroll: the transaction of the identity check, and the message with the
    /// ticket.
    pub ticket: Option<(TransactionId, Vec<u8>)>,
    /// The last second at which the code is good.
    pub expires: UnixTime,
}

/// A device's session with the authority.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DeviceSession {
    /// Whose device it is.
    pub person: PersonId,
    /// The transaction in which it may enroll.
    pub transaction: Option<TransactionId>,
    /// The last second at which its token is good.
    pub expires: UnixTime,
}

/// What a person may have of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The person.
    pub person: PersonId,
    /// The slot for which it counts.
    pub slot: Slot,
    /// When the slot ends.
    pub ends: UnixTime,
    /// How many batches.
    pub batches: u32,
}

/// Codes, sessions and grants. Codes and tokens are stored as hashes only. The deletion of a person
/// ends the person's codes and sessions in the same step.
pub trait Devices: Sync {
    /// Keeps a code until its expiry + 600 seconds. `false` if it is taken.
    ///
    /// # Errors
    /// The store failed.
    fn put_code(
        &self,
        code: Hashed,
        identified: Identified,
    ) -> impl Future<Output = Result<bool, Failure>> + Send;

    /// Uses up a code that has not expired and begins the session of its person, for the token with
    /// this hash and until this time, in one atomic step. `None` if there is no such code.
    ///
    /// # Errors
    /// The store failed.
    fn begin_session(
        &self,
        code: Hashed,
        token: Hashed,
        until: UnixTime,
        now: UnixTime,
    ) -> impl Future<Output = Result<Option<Identified>, Failure>> + Send;

    /// The session of a token, unless it has expired.
    ///
    /// # Errors
    /// The store failed.
    fn find_session(
        &self,
        token: Hashed,
        now: UnixTime,
    ) -> impl Future<Output = Result<Option<DeviceSession>, Failure>> + Send;

    /// Ends all sessions and codes of a person. Returns how many sessions.
    ///
    /// # Errors
    /// The store failed.
    fn end_sessions(&self, person: PersonId) -> impl Future<Output = Result<u64, Failure>> + Send;

    /// Counts batches of evidence, if with them the person has no more than `most` in that slot;
    /// otherwise `false`, and none is counted.
    ///
    /// # Errors
    /// The store failed.
    fn grant(&self, grant: Grant, most: u32) -> impl Future<Output = Result<bool, Failure>> + Send;

    /// Takes back what was granted and not given.
    ///
    /// # Errors
    /// The store failed.
    fn take_back(&self, grant: Grant) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Removes codes, sessions and grants whose expiry (or end) + 600 seconds has passed at `now`, of
    /// each at most [`SWEEP`](crate::SWEEP), and returns how many of that of which there were most.
    ///
    /// # Errors
    /// The store failed.
    fn sweep_devices(&self, now: UnixTime) -> impl Future<Output = Result<u64, Failure>> + Send;
}

impl std::fmt::Debug for Identified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identified").field("expires", &self.expires).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for DeviceSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceSession").field("expires", &self.expires).finish_non_exhaustive()
    }
}
