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

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;

use crate::error::{DecodeError, DecodeReason, Error};
use crate::group::transcript::Transcript;
use crate::group::{Element, generators};
use crate::holder::secret::{HolderSecrets, PSEUDONYM_SECRETS};
use crate::name::AuthorityId;
use crate::rng::SecureRng;
use crate::sigma::batch::{Fold, Member, verify_alone};
use crate::sigma::coins::{HedgedScalars, randomness};
use crate::sigma::proof::{Proof, prove};
use crate::sigma::relation::{Base, Bases, Relation, Sums, evaluate};
use crate::store::nonces::StoreError;
use crate::store::registry::{
    AsyncRegistry, PersonId, Registration, Registry, RegistryOutcome, TransactionId,
};
use crate::stored::StorageKey;
use crate::time::UnixTime;
use crate::wire::{Body, Message, Reader, Sink};

/// The longest life of a ticket: a day.
const MAX_LIFE: Duration = Duration::from_secs(86_400);

/// The number of secrets in a commitment.
pub(crate) const SECRETS: usize = PSEUDONYM_SECRETS + 1;

/// C_u: the commitment by which a holder is registered. It hides the secrets perfectly (S7).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Commitment(Element);

impl Commitment {
    /// C_u = Σ u_k U_k + v·V. Constant-time.
    pub(crate) fn new(secrets: &HolderSecrets, fixed: &[RistrettoPoint]) -> Result<Self, Error> {
        let bases = Bases { fixed, own: &[] };
        let [point] = evaluate(&Opening, &bases, secrets.scalars());
        Element::new(point).map(Self)
    }

    /// The 32-byte encoding, by which a registry can look it up.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; 32] {
        *self.0.bytes()
    }

    /// Decodes it, as a registry in a database does.
    ///
    /// # Errors
    /// [`DecodeReason::Point`] or [`DecodeReason::Identity`].
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, DecodeError> {
        let element = Element::decode(bytes);
        element.map(Self).map_err(|reason| DecodeError::new("Commitment", reason))
    }

    pub(crate) const fn element(&self) -> &Element {
        &self.0
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        reader.element().map(Self)
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Commitment(")?;
        self.0.bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// Σ u_k U_k + v·V = C_u, C_u being own point 0.
pub struct Opening;

impl Relation<1> for Opening {
    fn left(&self, w: &[Scalar], sums: &mut impl Sums) {
        for (k, u) in w[..PSEUDONYM_SECRETS].iter().enumerate() {
            sums.add(0, u, generators::u(k));
        }
        sums.add(0, &w[PSEUDONYM_SECRETS], generators::V);
    }

    fn right(&self, sums: &mut impl Sums) {
        sums.add(0, &Scalar::ONE, Base::Own(0));
    }
}

/// A proof of knowledge of the opening of C_u, for enrollment and for each issuance.
#[derive(Clone, PartialEq, Eq)]
pub struct OpeningProof(pub(crate) Proof<1, [Scalar; SECRETS]>);

impl OpeningProof {
    pub(crate) fn prove(
        secrets: &HolderSecrets,
        commitment: &Commitment,
        fixed: &[RistrettoPoint],
        transcript: Transcript,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Self, Error> {
        let witnesses = secrets.scalars();
        let coins = HedgedScalars::new(&transcript, witnesses, Some(&randomness(rng)));
        let own = [*commitment.element().point()];
        let bases = Bases { fixed, own: &own };
        let responses = [Scalar::ZERO; SECRETS];
        prove(&Opening, &bases, transcript, witnesses, &coins, responses).map(Self)
    }

    /// Variable-time in public data.
    pub(crate) fn verify(
        &self,
        commitment: &Commitment,
        fixed: &[RistrettoPoint],
        transcript: Transcript,
    ) -> Result<(), Error> {
        let c = self.0.challenge(transcript);
        let opened = Opened { commitment, c, proof: &self.0 };
        if verify_alone(&opened, generators::opening(fixed)) {
            Ok(())
        } else {
            Err(Error::Rejected)
        }
    }
}

struct Opened<'a> {
    commitment: &'a Commitment,
    c: Scalar,
    proof: &'a Proof<1, [Scalar; SECRETS]>,
}

impl Member for Opened<'_> {
    fn scalars(&self, transcript: Transcript) -> Transcript {
        transcript.count(1 + SECRETS).part(self.c.as_bytes()).parts(&self.proof.responses)
    }

    fn fold<'a>(&'a self, fold: &mut Fold<'a>) {
        fold.own([self.commitment.element().point()]);
        fold.add(&Opening, &self.c, &self.proof.commitments, &self.proof.responses);
    }
}

/// The authority's invitation to enroll in one transaction of its identity check.
///
/// Wire length: 67 bytes and the authority id.
///
/// `Debug` does not show it: anybody who reads a ticket could enroll in its transaction.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrollmentTicket {
    authority: AuthorityId,
    transaction: TransactionId,
    nonce: [u8; 32],
}

impl EnrollmentTicket {
    /// Whose it is.
    #[must_use]
    pub const fn authority(&self) -> &AuthorityId {
        &self.authority
    }

    /// The transaction of the identity check.
    #[must_use]
    pub const fn transaction(&self) -> &TransactionId {
        &self.transaction
    }
}

/// A ticket that this authority opened itself. Only such a ticket enrolls anybody.
///
/// Keep it in memory, or in its stored form (107 bytes and the authority id).
#[derive(Clone)]
pub struct OpenTicket {
    ticket: EnrollmentTicket,
    expires: UnixTime,
}

impl OpenTicket {
    pub(crate) fn new(
        authority: AuthorityId,
        transaction: TransactionId,
        life: Duration,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Self, Error> {
        if life > MAX_LIFE {
            return Err(Error::Range);
        }
        let expires = now.after(life)?;
        let mut nonce = [0; 32];
        rng.fill_bytes(&mut nonce);
        Ok(Self { ticket: EnrollmentTicket { authority, transaction, nonce }, expires })
    }

    /// What to send to the holder.
    #[must_use]
    pub const fn ticket(&self) -> &EnrollmentTicket {
        &self.ticket
    }

    /// The last second at which it can be answered.
    #[must_use]
    pub const fn expires(&self) -> UnixTime {
        self.expires
    }

    /// The bytes to keep (SPEC §14.16).
    #[must_use]
    pub fn store(&self, key: &StorageKey) -> Vec<u8> {
        key.store(self).to_vec()
    }

    /// Reads [stored](Self::store) bytes.
    ///
    /// # Errors
    /// If the bytes are not a stored ticket, or were not stored under this key.
    pub fn load(stored: &[u8], key: &StorageKey) -> Result<Self, DecodeError> {
        key.load(stored)
    }
}

impl fmt::Debug for OpenTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenTicket").field("expires", &self.expires).finish_non_exhaustive()
    }
}

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
        Ok(Self { transaction: ticket.transaction, commitment: *commitment, proof })
    }

    /// Whether the proof fits this ticket.
    pub(crate) fn verify(
        &self,
        ticket: &EnrollmentTicket,
        fixed: &[RistrettoPoint],
    ) -> Result<(), Error> {
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
        fixed: &[RistrettoPoint],
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

impl fmt::Debug for EnrollmentTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnrollmentTicket")
            .field("authority", &self.authority)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for EnrollmentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrollmentRequest(unverified)")
    }
}

impl Message for EnrollmentTicket {}

impl Body for EnrollmentTicket {
    const KIND: u8 = 2;
    const NAME: &'static str = "EnrollmentTicket";

    fn write(&self, out: &mut impl Sink) {
        out.short(self.authority.as_str());
        out.put(&self.transaction.0);
        out.put(&self.nonce);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self {
            authority: reader.authority_id()?,
            transaction: TransactionId(reader.array()?),
            nonce: reader.array()?,
        })
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

impl Body for OpenTicket {
    const KIND: u8 = 48;
    const NAME: &'static str = "OpenTicket";

    fn write(&self, out: &mut impl Sink) {
        self.ticket.write(out);
        out.u64(self.expires.0);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self { ticket: EnrollmentTicket::read(reader)?, expires: UnixTime(reader.u64()?) })
    }
}
