//! The authority's registry: one natural person, one commitment (SPEC §7, step 4).

pub(crate) mod memory;
pub(crate) mod person;

use core::fmt;

use crate::credential::commitment::Commitment;
use crate::credential::offer::IssuanceOffer;
use crate::error::Error;
use crate::rng::SecureRng;
use crate::time::UnixTime;

pub use memory::{MemoryRegistry, Reenrollment};
pub use person::{DocumentKind, PersonId};

/// The id of the identity check that a ticket belongs to: 32 unpredictable bytes.
///
/// Like a ticket's, its `Debug` does not show the value, and it has no `Display`; serde writes it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionId(pub [u8; 32]);

impl TransactionId {
    /// A new one.
    pub fn generate(rng: &mut (impl SecureRng + ?Sized)) -> Self {
        let mut id = Self([0; 32]);
        rng.fill_bytes(&mut id.0);
        id
    }
}

impl fmt::Debug for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TransactionId(..)")
    }
}

/// What is to be registered. Transaction, person and commitment must each be unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The transaction of the ticket.
    pub transaction: TransactionId,
    /// The expiry of the ticket.
    pub expires: UnixTime,
    /// The person whose identity was checked.
    pub person: PersonId,
    /// The person's commitment.
    pub commitment: Commitment,
}

/// The outcome of a registration, as the registry's rows decide it; an error of the registry itself
/// is something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "the person may not be registered"]
pub enum RegistryOutcome {
    /// It is registered now.
    Registered,
    /// It was registered before, by the same transaction for the same person and commitment, and
    /// that registration still stands: the response was lost, and is repeated.
    Again,
    /// The transaction registered another person or commitment.
    TicketUsed,
    /// The person is registered already.
    PersonRegistered,
    /// The person was deleted after this transaction had registered them, or was deleted earlier
    /// and the policy does not admit this enrollment.
    PersonDeleted,
    /// The commitment is or was another person's.
    CommitmentRegistered,
}

impl RegistryOutcome {
    /// Success or refusal.
    ///
    /// # Errors
    /// [`Error::TicketUsed`], [`Error::PersonRegistered`], [`Error::PersonDeleted`],
    /// [`Error::CommitmentRegistered`].
    pub const fn result(self) -> Result<(), Error> {
        match self {
            Self::Registered | Self::Again => Ok(()),
            Self::TicketUsed => Err(Error::TicketUsed),
            Self::PersonRegistered => Err(Error::PersonRegistered),
            Self::PersonDeleted => Err(Error::PersonDeleted),
            Self::CommitmentRegistered => Err(Error::CommitmentRegistered),
        }
    }
}

/// Who is registered by which commitment.
///
/// In SQL this is one table with three unique columns, `INSERT … ON CONFLICT DO NOTHING`, and, if
/// that changed no row, a look at the conflicting rows in the same transaction. The example server
/// does it this way.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `Registry`",
    note = "an `AsyncRegistry` is asked by `check_enrollment(…)?.register_async(…).await` and `check_issuance(…)?.issue_async(…).await`"
)]
pub trait Registry {
    /// Why the registry could not answer.
    type Error;

    /// Registers transaction, person and commitment in one atomic step, or finds the reason not
    /// to, in this order:
    ///
    /// 1. the transaction is known: with another person or commitment
    ///    [`TicketUsed`](RegistryOutcome::TicketUsed); else [`Again`](RegistryOutcome::Again) while
    ///    the registration that it made stands,
    ///    [`PersonDeleted`](RegistryOutcome::PersonDeleted) once that was deleted, even if another
    ///    transaction has registered the person since;
    /// 2. the person is registered: [`PersonRegistered`](RegistryOutcome::PersonRegistered);
    /// 3. the person was deleted, and the registry's policy does not admit them with this
    ///    commitment: [`PersonDeleted`](RegistryOutcome::PersonDeleted);
    /// 4. the commitment is registered, or ever was, to anybody else:
    ///    [`CommitmentRegistered`](RegistryOutcome::CommitmentRegistered).
    ///
    /// The caller has checked that `now` is not after [`expires`](Registration::expires).
    ///
    /// Keep a transaction at least until `expires` + 600 seconds, even if the person is deleted in
    /// the meantime: otherwise an old request could enroll a deleted person again. A deleted person
    /// stays in the registry, with the commitment they had.
    ///
    /// # Errors
    /// The registry's own. The caller need not know whether something was registered: repeating the
    /// call is harmless.
    fn register(
        &self,
        registration: &Registration,
        now: UnixTime,
    ) -> Result<RegistryOutcome, Self::Error>;

    /// Whether the commitment of the offer is registered at this moment, to a person who has the
    /// offer's values, in the order of the schema of its slot's parameters. It is asked at the
    /// moment of issuing (SPEC §8.2), because an offer may be older than a deletion or a
    /// correction.
    ///
    /// # Errors
    /// The registry's own. Nothing is issued then.
    fn is_registered(&self, offer: &IssuanceOffer) -> Result<bool, Self::Error>;
}

/// A [`Registry`] that is asked asynchronously, by
/// [`register_async`](crate::authority::Unregistered::register_async) and
/// [`issue_async`](crate::authority::Unissued::issue_async).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `AsyncRegistry`",
    note = "a `Registry` is asked by `Authority::enroll` and `Authority::issue`"
)]
pub trait AsyncRegistry: Sync {
    /// Why the registry could not answer.
    type Error: Send;

    /// As [`Registry::register`].
    ///
    /// # Errors
    /// As there.
    fn register(
        &self,
        registration: &Registration,
        now: UnixTime,
    ) -> impl Future<Output = Result<RegistryOutcome, Self::Error>> + Send;

    /// As [`Registry::is_registered`].
    ///
    /// # Errors
    /// As there.
    fn is_registered(
        &self,
        offer: &IssuanceOffer,
    ) -> impl Future<Output = Result<bool, Self::Error>> + Send;
}

macro_rules! through_a_reference {
    ($(#[$only:meta])? $reference:ty, $($bound:ident)?) => {
        $(#[$only])?
        impl<S: Registry + ?Sized> Registry for $reference {
            type Error = S::Error;

            fn register(
                &self,
                registration: &Registration,
                now: UnixTime,
            ) -> Result<RegistryOutcome, Self::Error> {
                S::register(self, registration, now)
            }

            fn is_registered(&self, offer: &IssuanceOffer) -> Result<bool, Self::Error> {
                S::is_registered(self, offer)
            }
        }

        $(#[$only])?
        impl<S: AsyncRegistry $(+ $bound)? + ?Sized> AsyncRegistry for $reference {
            type Error = S::Error;

            fn register(
                &self,
                registration: &Registration,
                now: UnixTime,
            ) -> impl Future<Output = Result<RegistryOutcome, Self::Error>> + Send {
                S::register(self, registration, now)
            }

            fn is_registered(&self, offer: &IssuanceOffer) -> impl Future<Output = Result<bool, Self::Error>> + Send {
                S::is_registered(self, offer)
            }
        }
    };
}

through_a_reference!(&S,);
through_a_reference!(#[cfg(target_has_atomic = "ptr")] alloc::sync::Arc<S>, Send);
