//! Enrollment, once per natural person (SPEC §7).
//!
//! ```text
//! holder                                             authority
//!                   authority id, transaction, nonce
//!                        ←──────────────             keeps the open ticket with the identity check
//! C_u = Σ u_k U_k + v·V
//!                    transaction, C_u, proof
//!                        ──────────────→             checks identity and proof against its ticket,
//!                                                    registers (transaction, person, C_u) atomically
//! ```

use core::fmt;

use curve25519_dalek::ristretto::RistrettoPoint;

use super::commitment::{Commitment, OpeningProof};
use super::ticket::{EnrollmentTicket, OpenTicket};
use crate::error::{DecodeReason, Error};
use crate::group::transcript::Transcript;
use crate::holder::secret::HolderSecrets;
use crate::rng::SecureRng;
use crate::sigma::batch::Fixed;
use crate::sigma::proof::Proof;
use crate::store::error::StoreError;
use crate::store::registry::{
    AsyncRegistry, PersonId, Registration, Registry, RegistryOutcome, TransactionId,
};
use crate::time::UnixTime;
use crate::wire::{Body, Message, Reader, Sink};

/// An enrollment that verifies and is not registered yet.
///
/// ```
/// # use pairnym::{authority::*, message::*, store::*, *};
/// async fn enroll<R: AsyncRegistry>(
///     authority: &Authority,
///     open: &OpenTicket, // of the identity check whose id is `request.transaction()`
///     person: PersonId,  // whom that identity check found
///     request: &EnrollmentRequest,
///     now: UnixTime,
///     registry: &R,
/// ) -> Result<Commitment, StoreError<R::Error>> {
///     authority.check_enrollment(open, request, person, now)?.register_async(registry, now).await
/// }
/// ```
#[must_use]
#[derive(Debug)]
pub struct Unregistered(Registration);

impl Unregistered {
    /// What to register.
    #[must_use]
    pub const fn to_register(&self) -> &Registration {
        &self.0
    }

    /// Registers it.
    ///
    /// # Errors
    /// [`Error::Expired`], the registry's refusals, and its own errors.
    pub fn register<R: Registry + ?Sized>(
        self,
        registry: &R,
        now: UnixTime,
    ) -> Result<Commitment, StoreError<R::Error>> {
        self.in_time(now)?;
        let outcome = registry.register(&self.0, now).map_err(StoreError::Store)?;
        Ok(self.after_registering(outcome, now)?)
    }

    /// [`register`](Self::register) in an asynchronous registry.
    ///
    /// # Errors
    /// The registry's refusals, and its own errors.
    pub async fn register_async<R: AsyncRegistry + ?Sized>(
        self,
        registry: &R,
        now: UnixTime,
    ) -> Result<Commitment, StoreError<R::Error>> {
        self.in_time(now)?;
        let outcome = registry.register(&self.0, now).await.map_err(StoreError::Store)?;
        Ok(self.after_registering(outcome, now)?)
    }

    /// The transaction of an expired ticket may have been forgotten, and would then count as new.
    fn in_time(&self, now: UnixTime) -> Result<(), Error> {
        if now <= self.0.expires { Ok(()) } else { Err(Error::Expired) }
    }

    /// The result, for a caller that registered it in its own transaction.
    ///
    /// # Errors
    /// [`Error::Expired`], and the refusals of the outcome.
    pub fn after_registering(
        self,
        outcome: RegistryOutcome,
        now: UnixTime,
    ) -> Result<Commitment, Error> {
        self.in_time(now)?;
        outcome.result()?;
        Ok(self.0.commitment)
    }
}

/// The transcript before the commitment.
pub(crate) fn transcript(ticket: &EnrollmentTicket, commitment: &Commitment) -> Transcript {
    Transcript::new("enrollment")
        .part(ticket.authority.as_str().as_bytes())
        .part(&ticket.nonce)
        .part(&ticket.transaction.0)
        .part(commitment.element().bytes())
}

/// The holder's answer to a ticket: C_u and the proof that the holder can open it. 354 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrollmentRequest {
    transaction: TransactionId,
    commitment: Commitment,
    proof: OpeningProof,
}

impl EnrollmentRequest {
    pub(crate) fn new(
        ticket: &EnrollmentTicket,
        secrets: &HolderSecrets,
        commitment: &Commitment,
        fixed: &[RistrettoPoint],
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Self, Error> {
        let transcript = transcript(ticket, commitment);
        let proof = OpeningProof::prove(secrets, commitment, fixed, transcript, rng)?;
        Ok(Self::proven(ticket, commitment, proof))
    }

    pub(crate) const fn proven(
        ticket: &EnrollmentTicket,
        commitment: &Commitment,
        proof: OpeningProof,
    ) -> Self {
        Self { transaction: ticket.transaction, commitment: *commitment, proof }
    }

    /// Whether the proof fits this ticket.
    pub(crate) fn verify(&self, ticket: &EnrollmentTicket, fixed: Fixed<'_>) -> Result<(), Error> {
        if self.transaction != ticket.transaction {
            return Err(Error::Rejected);
        }
        let transcript = transcript(ticket, &self.commitment);
        self.proof.verify(&self.commitment, fixed, transcript)
    }

    /// What is to be registered, if the request answers this ticket (SPEC §7, step 3).
    pub(crate) fn check(
        &self,
        open: &OpenTicket,
        person: PersonId,
        fixed: Fixed<'_>,
        now: UnixTime,
    ) -> Result<Unregistered, Error> {
        if now > open.expires {
            return Err(Error::Expired);
        }
        self.verify(&open.ticket, fixed)?;
        let (transaction, expires) = (self.transaction, open.expires);
        let commitment = self.commitment;
        Ok(Unregistered(Registration { transaction, expires, person, commitment }))
    }

    /// The transaction to which it claims to belong, by which to find the open ticket.
    #[must_use]
    pub const fn transaction(&self) -> &TransactionId {
        &self.transaction
    }
}

impl fmt::Debug for EnrollmentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrollmentRequest(unverified)")
    }
}

impl Message for EnrollmentRequest {}

impl Body for EnrollmentRequest {
    const KIND: u8 = 3;
    const NAME: &'static str = "EnrollmentRequest";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.transaction.0);
        out.element(self.commitment.element());
        self.proof.0.write(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self {
            transaction: TransactionId(reader.array()?),
            commitment: Commitment::read(reader)?,
            proof: OpeningProof(Proof::read(reader)?),
        })
    }
}
