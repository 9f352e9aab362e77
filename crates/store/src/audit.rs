//! What was done, by whom and when: a log that is only appended to.

use pairnym::UnixTime;

use crate::Failure;

/// One event. It holds no attribute values and no 网号s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: UnixTime,
    /// Who: an operator, a process.
    pub actor: String,
    /// What, as a word.
    pub action: String,
    /// About what: the number of a person or of a transaction, or a hash.
    pub subject: Option<[u8; 32]>,
}

/// The audit log.
pub trait Audit: Sync {
    /// Appends events, and returns the number of the last one. They are numbered from 1 without a
    /// gap, in the order in which they become visible: whoever has read up to a number has missed
    /// nothing before it.
    ///
    /// # Errors
    /// The store failed.
    fn append(&self, events: Vec<Event>) -> impl Future<Output = Result<u64, Failure>> + Send;

    /// At most `most` events after the one with this number, with their numbers.
    ///
    /// # Errors
    /// The store failed.
    fn read(
        &self,
        after: u64,
        most: u32,
    ) -> impl Future<Output = Result<Vec<(u64, Event)>, Failure>> + Send;
}
