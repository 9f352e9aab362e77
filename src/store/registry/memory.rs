//! A registry in the memory of one process.

#[cfg(test)]
mod tests;

use alloc::collections::BTreeMap;
use core::fmt;

use super::{PersonId, Registration, Registry, RegistryOutcome, TransactionId};
use crate::credential::commitment::Commitment;
use crate::credential::offer::IssuanceOffer;
use crate::error::Error;
use crate::store::expiring::{Expiring, WORK};
use crate::store::lock::Lock;
use crate::time::{SKEW, UnixTime};

/// Whether a deleted person may enroll again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reenrollment {
    /// Never: a second enrollment would give a second 网号 everywhere.
    Refused,
    /// Only with the last commitment that they had, which gives the same 网号s again.
    SameCommitment,
    /// With any commitment that was never another person's: new 网号s everywhere.
    Allowed,
}

/// A registry in the memory of one process, for tests and demonstrations: after a restart it has
/// forgotten everybody.
pub struct MemoryRegistry {
    policy: Reenrollment,
    rows: Lock<Rows>,
}

struct Rows {
    persons: BTreeMap<PersonId, Entry>,
    /// All commitments ever registered, and by whom.
    owners: BTreeMap<[u8; 32], PersonId>,
    /// What each transaction registered, until its ticket's expiry + 600 s.
    transactions: Expiring<TransactionId, (PersonId, Commitment)>,
}

/// The last registration of a person, who may have been deleted: then it is a tombstone.
struct Entry {
    transaction: TransactionId,
    commitment: Commitment,
    deleted: bool,
}

impl MemoryRegistry {
    /// An empty one.
    #[must_use]
    pub const fn new(policy: Reenrollment) -> Self {
        let rows = Rows {
            persons: BTreeMap::new(),
            owners: BTreeMap::new(),
            // No more than there are registrations.
            transactions: Expiring::new(usize::MAX, u64::MAX),
        };
        Self { policy, rows: Lock::new(rows) }
    }

    /// The commitment of a registered person.
    ///
    /// # Errors
    /// [`Error::Unavailable`] after a panic inside the registry.
    pub fn commitment(&self, person: &PersonId) -> Result<Option<Commitment>, Error> {
        self.rows.with(|rows| {
            let entry = rows.persons.get(person).filter(|entry| !entry.deleted);
            entry.map(|entry| entry.commitment)
        })
    }

    /// Deletes a person and leaves a tombstone. Returns whether there was somebody to delete.
    ///
    /// # Errors
    /// [`Error::Unavailable`] after a panic inside the registry.
    pub fn delete(&self, person: &PersonId) -> Result<bool, Error> {
        self.rows.with(|rows| match rows.persons.get_mut(person) {
            Some(entry) if !entry.deleted => {
                entry.deleted = true;
                true
            }
            _ => false,
        })
    }
}

impl Rows {
    /// What SPEC §7 says about this registration, given the state of the registry.
    fn judge(&self, registration: &Registration, policy: Reenrollment) -> RegistryOutcome {
        let Registration { transaction, person, commitment, .. } = registration;
        let entry = self.persons.get(person);
        match self.transactions.get(transaction) {
            Some(of) if *of != (*person, *commitment) => return RegistryOutcome::TicketUsed,
            Some(_) => {
                let stands = |entry: &Entry| !entry.deleted && entry.transaction == *transaction;
                return match entry.is_some_and(stands) {
                    true => RegistryOutcome::Again,
                    false => RegistryOutcome::PersonDeleted,
                };
            }
            // Whatever it registered is forgotten: a clock was set back.
            None if self.transactions.may_have_dropped(kept_until(registration)) => {
                return RegistryOutcome::TicketUsed;
            }
            None => {}
        }
        if let Some(entry) = entry {
            let admitted = match policy {
                _ if !entry.deleted => return RegistryOutcome::PersonRegistered,
                Reenrollment::Refused => false,
                Reenrollment::SameCommitment => entry.commitment == *commitment,
                Reenrollment::Allowed => true,
            };
            if !admitted {
                return RegistryOutcome::PersonDeleted;
            }
        }
        match self.owners.get(&commitment.to_bytes()) {
            Some(owner) if owner != person => RegistryOutcome::CommitmentRegistered,
            _ => RegistryOutcome::Registered,
        }
    }

    fn write(&mut self, registration: &Registration) -> Result<(), Error> {
        let Registration { transaction, person, commitment, .. } = *registration;
        let of = (person, commitment);
        self.transactions.insert(transaction, of, kept_until(registration))?;
        self.owners.insert(commitment.to_bytes(), person);
        self.persons.insert(person, Entry { transaction, commitment, deleted: false });
        Ok(())
    }
}

/// How far apart two clocks can be: after this long, the ticket has expired by both of them.
const fn kept_until(registration: &Registration) -> UnixTime {
    registration.expires.plus(SKEW)
}

impl Registry for MemoryRegistry {
    /// [`Error::Unavailable`] after a panic inside the registry.
    type Error = Error;

    /// Forgets some transactions that are old enough, so that no call takes long. A ticket that may
    /// have been forgotten counts as used; only a clock that was set back takes it for unexpired.
    fn register(
        &self,
        registration: &Registration,
        now: UnixTime,
    ) -> Result<RegistryOutcome, Error> {
        self.rows.with(|rows| {
            rows.transactions.purge(now, WORK);
            let outcome = rows.judge(registration, self.policy);
            if outcome == RegistryOutcome::Registered {
                rows.write(registration)?;
            }
            Ok(outcome)
        })?
    }

    /// Whether the commitment is registered. This registry keeps no attribute values and does not
    /// look at them: if you correct a person's values, discard the open offers with the old ones.
    fn is_registered(&self, offer: &IssuanceOffer) -> Result<bool, Error> {
        let commitment = offer.commitment();
        self.rows.with(|rows| {
            let owner = rows.owners.get(&commitment.to_bytes());
            let entry = owner.and_then(|person| rows.persons.get(person));
            entry.is_some_and(|entry| !entry.deleted && entry.commitment == *commitment)
        })
    }
}

/// It never waits for anything but the mutex, and never for long.
#[cfg(feature = "std")]
impl super::AsyncRegistry for MemoryRegistry {
    /// As of [`Registry`].
    type Error = Error;

    async fn register(
        &self,
        registration: &Registration,
        now: UnixTime,
    ) -> Result<RegistryOutcome, Error> {
        Registry::register(self, registration, now)
    }

    async fn is_registered(&self, offer: &IssuanceOffer) -> Result<bool, Error> {
        Registry::is_registered(self, offer)
    }
}

impl fmt::Debug for MemoryRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryRegistry").field("policy", &self.policy).finish_non_exhaustive()
    }
}
