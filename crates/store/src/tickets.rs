//! The tickets with which people enroll (SPEC §7), until they expire.

use pairnym::{PersonId, TransactionId, UnixTime};

use crate::Failure;

/// An open ticket.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The transaction of the identity check.
    pub transaction: TransactionId,
    /// Whose identity is being checked.
    pub person: PersonId,
    /// The stored form of the open ticket (SPEC §14.16).
    pub stored: Vec<u8>,
    /// The last second at which it can be answered.
    pub expires: UnixTime,
}

/// Open tickets. They are found as often as the same enrollment is repeated; what serves only once
/// is the registration.
pub trait Tickets: Sync {
    /// Keeps a ticket until its expiry + 600 seconds. `false` if the transaction is taken.
    ///
    /// # Errors
    /// The store failed.
    fn put_ticket(&self, ticket: Ticket) -> impl Future<Output = Result<bool, Failure>> + Send;

    /// The ticket of a transaction, also after it expired, until it is swept.
    ///
    /// # Errors
    /// The store failed.
    fn find_ticket(
        &self,
        transaction: TransactionId,
    ) -> impl Future<Output = Result<Option<Ticket>, Failure>> + Send;

    /// Removes tickets whose expiry + 600 seconds has passed at `now`, at most
    /// [`SWEEP`](crate::SWEEP), and returns how many.
    ///
    /// # Errors
    /// The store failed.
    fn sweep_tickets(&self, now: UnixTime) -> impl Future<Output = Result<u64, Failure>> + Send;
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticket").field("expires", &self.expires).finish_non_exhaustive()
    }
}
