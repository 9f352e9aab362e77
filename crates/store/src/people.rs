//! The natural persons whom an authority has registered (SPEC §7).

use pairnym::message::{Commitment, IssuanceOffer};
use pairnym::store::{AsyncRegistry, Reenrollment, Registration, RegistryOutcome};
use pairnym::{PersonId, TransactionId, UnixTime};

use crate::{Failure, Hashed};

/// The last registration of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// The commitment.
    pub commitment: Commitment,
    /// The transaction that registered it.
    pub transaction: TransactionId,
    /// When the person was deleted: then this is a tombstone.
    pub deleted: Option<UnixTime>,
    /// How often the row has changed.
    pub version: i64,
}

/// What a store knows that bears on a registration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What the transaction registered.
    pub transaction: Option<(PersonId, Commitment)>,
    /// The person's last registration.
    pub person: Option<Person>,
    /// Who has or had the commitment.
    pub owner: Option<PersonId>,
}

/// What an engine does for [`People`].
pub trait PeopleRows: Sync {
    /// What is known, all of it at one moment.
    ///
    /// # Errors
    /// The store failed.
    fn standing(
        &self,
        registration: Registration,
    ) -> impl Future<Output = Result<Standing, Failure>> + Send;

    /// Registers in one atomic step, if what `standing` says of the person's version, of the
    /// transaction and of the commitment is still so; otherwise `false`, and nothing is changed.
    /// Transaction and commitment are kept for ever.
    ///
    /// # Errors
    /// The store failed.
    fn write(
        &self,
        registration: Registration,
        standing: Standing,
    ) -> impl Future<Output = Result<bool, Failure>> + Send;

    /// Turns a person's row into a tombstone, removes the person's open offers and ends the sessions
    /// of the person's [devices](crate::Devices), in one atomic step. `false` if nobody is registered.
    ///
    /// # Errors
    /// The store failed.
    fn bury(
        &self,
        person: PersonId,
        now: UnixTime,
    ) -> impl Future<Output = Result<bool, Failure>> + Send;

    /// The person's last registration, or tombstone.
    ///
    /// # Errors
    /// The store failed.
    fn person(
        &self,
        person: PersonId,
    ) -> impl Future<Output = Result<Option<Person>, Failure>> + Send;

    /// Whether an [offer](crate::Offers) with this nonce is open for somebody who is registered with
    /// this commitment at this moment.
    ///
    /// # Errors
    /// The store failed.
    fn stands(
        &self,
        commitment: Commitment,
        nonce: Hashed,
    ) -> impl Future<Output = Result<bool, Failure>> + Send;
}

/// Who is registered with which commitment, on any store that keeps [rows](PeopleRows). There are no
/// names, no document numbers and no attribute values.
pub trait People: PeopleRows {
    /// Registers transaction, person and commitment as
    /// [`Registry::register`](pairnym::store::Registry::register) says; repeating it is harmless.
    ///
    /// # Errors
    /// The store failed.
    fn register(
        &self,
        registration: Registration,
        policy: Reenrollment,
    ) -> impl Future<Output = Result<RegistryOutcome, Failure>> + Send {
        async move {
            // Each time that the rows change in between, somebody else has registered.
            for _ in 0..ROUNDS {
                let standing = self.standing(registration).await?;
                let outcome = standing.judge(&registration, policy);
                if outcome != RegistryOutcome::Registered
                    || self.write(registration, standing).await?
                {
                    return Ok(outcome);
                }
            }
            Err(Failure::unavailable("the person's rows change too often"))
        }
    }

    /// Deletes a person, and leaves a tombstone. Their open offers are void at the same moment.
    /// Returns whether there was somebody to delete.
    ///
    /// # Errors
    /// The store failed.
    fn delete(
        &self,
        person: PersonId,
        now: UnixTime,
    ) -> impl Future<Output = Result<bool, Failure>> + Send {
        self.bury(person, now)
    }

    /// Whether the offer may be issued (SPEC §8.2): its commitment is registered at this moment, and
    /// it is still among the person's open [offers](crate::Offers), from which a deletion and a
    /// correction of values remove it.
    ///
    /// # Errors
    /// The store failed.
    fn is_registered(
        &self,
        offer: &IssuanceOffer,
    ) -> impl Future<Output = Result<bool, Failure>> + Send {
        self.stands(*offer.commitment(), Hashed::of("offer", offer.nonce()))
    }

    /// These people as the core's registry, with a policy.
    fn registry(&self, policy: Reenrollment) -> Registrations<'_, Self> {
        Registrations { people: self, policy }
    }
}

impl<S: PeopleRows + ?Sized> People for S {}

const ROUNDS: usize = 16;

impl Standing {
    /// What SPEC §7 says about this registration.
    fn judge(&self, registration: &Registration, policy: Reenrollment) -> RegistryOutcome {
        let Registration { transaction, person, commitment, .. } = registration;
        if let Some(registered) = &self.transaction {
            let stands = |last: &Person| last.deleted.is_none() && last.transaction == *transaction;
            return match &self.person {
                _ if *registered != (*person, *commitment) => RegistryOutcome::TicketUsed,
                Some(last) if stands(last) => RegistryOutcome::Again,
                _ => RegistryOutcome::PersonDeleted,
            };
        }
        if let Some(last) = &self.person {
            let admitted = match policy {
                _ if last.deleted.is_none() => return RegistryOutcome::PersonRegistered,
                Reenrollment::Refused => false,
                Reenrollment::SameCommitment => last.commitment == *commitment,
                Reenrollment::Allowed => true,
            };
            if !admitted {
                return RegistryOutcome::PersonDeleted;
            }
        }
        match self.owner {
            Some(owner) if owner != *person => RegistryOutcome::CommitmentRegistered,
            _ => RegistryOutcome::Registered,
        }
    }
}

/// [`People`] with a policy: the core's [`AsyncRegistry`].
#[derive(Debug)]
pub struct Registrations<'a, S: ?Sized> {
    people: &'a S,
    policy: Reenrollment,
}

impl<S: PeopleRows + ?Sized> AsyncRegistry for Registrations<'_, S> {
    type Error = Failure;

    async fn register(
        &self,
        registration: &Registration,
        _: UnixTime,
    ) -> Result<RegistryOutcome, Failure> {
        self.people.register(*registration, self.policy).await
    }

    async fn is_registered(&self, offer: &IssuanceOffer) -> Result<bool, Failure> {
        self.people.is_registered(offer).await
    }
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn commitment(bytes: [u8; 32]) -> Result<Commitment, Failure> {
    Commitment::from_bytes(bytes).map_err(|_| Failure::damaged("no commitment"))
}
