//! The offers that an authority made to registered people (SPEC §8), until they expire.

use pairnym::message::Commitment;
use pairnym::{PersonId, UnixTime};

use crate::{Failure, Hashed};

/// An open offer.
#[derive(Clone, PartialEq, Eq)]
pub struct Offer {
    /// The hash of its nonce, for the use `offer`.
    pub nonce: Hashed,
    /// To whom it was made.
    pub person: PersonId,
    /// For which commitment.
    pub commitment: Commitment,
    /// The stored form of the open offer (SPEC §14.16). It shows the person's values.
    pub stored: Vec<u8>,
    /// The last second at which it can be answered.
    pub expires: UnixTime,
}

/// Open offers. An offer is found as often as it is asked for: answering it twice gives the same
/// credential, after a lost response. It ends by its expiry, with the deletion of the person, or
/// when the person's values are corrected.
pub trait Offers: Sync {
    /// Keeps an offer until its expiry + 600 seconds, if the person is registered with the
    /// commitment at this moment; otherwise, or if the nonce is taken, `false`.
    ///
    /// # Errors
    /// The store failed.
    fn put_offer(&self, offer: Offer) -> impl Future<Output = Result<bool, Failure>> + Send;

    /// The offer with this nonce, also after it expired, until it is swept.
    ///
    /// # Errors
    /// The store failed.
    fn find_offer(
        &self,
        nonce: Hashed,
    ) -> impl Future<Output = Result<Option<Offer>, Failure>> + Send;

    /// Removes all offers to a person, before corrected values take effect. Returns how many.
    ///
    /// # Errors
    /// The store failed.
    fn withdraw_offers(
        &self,
        person: PersonId,
    ) -> impl Future<Output = Result<u64, Failure>> + Send;

    /// Removes offers whose expiry + 600 seconds has passed at `now`, at most
    /// [`SWEEP`](crate::SWEEP), and returns how many.
    ///
    /// # Errors
    /// The store failed.
    fn sweep_offers(&self, now: UnixTime) -> impl Future<Output = Result<u64, Failure>> + Send;
}

impl std::fmt::Debug for Offer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Offer").field("expires", &self.expires).finish_non_exhaustive()
    }
}
