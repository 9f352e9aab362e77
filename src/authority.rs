//! The authority (公共服务平台): enrolls, issues, and makes evidence without seeing what for.

use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU32;

use curve25519_dalek::ristretto::RistrettoPoint;
use rand_core::CryptoRng;

use crate::credential::attributes::{Schema, Value};
use crate::credential::enroll::{Commitment, EnrollmentRequest, EnrollmentTicket};
use crate::credential::evidence::EvidenceSession;
use crate::credential::evidence::moves::{
    EvidenceChallenges, EvidenceCommitments, EvidenceRequest, EvidenceResponses,
};
use crate::credential::issue::{IssuanceOffer, IssuanceRequest, IssuanceResponse, issue};
use crate::credential::key::AuthorityKey;
use crate::error::Error;
use crate::group::generators::generators;
use crate::parameters::AuthorityParameters;
use crate::registry::{PersonId, Registry};
use crate::scope::AuthorityId;
use crate::time::UnixTime;

/// An authority with one key.
pub struct Authority {
    key: AuthorityKey,
    parameters: AuthorityParameters,
    generators: Vec<RistrettoPoint>,
}

impl Authority {
    /// An authority with this key. Its [parameters](Self::parameters) are a function of the
    /// arguments.
    #[must_use]
    pub fn new(
        key: AuthorityKey,
        id: AuthorityId,
        schema: Schema,
        epoch_length: NonZeroU32,
    ) -> Self {
        let generators = generators(schema.len());
        let parameters = AuthorityParameters::new(id, *key.public(), epoch_length, schema);
        Self { key, parameters, generators }
    }

    /// What to publish: the same for everybody.
    #[must_use]
    pub const fn parameters(&self) -> &AuthorityParameters {
        &self.parameters
    }

    /// Invites the person of an identity check to enroll. `transaction` is the check's own
    /// unpredictable 32-byte number; keep the ticket with it.
    pub fn invite(&self, transaction: [u8; 32], rng: &mut impl CryptoRng) -> EnrollmentTicket {
        EnrollmentTicket::new(*self.parameters.authority(), transaction, rng)
    }

    /// Registers the person whose identity was checked in the ticket's transaction.
    ///
    /// # Errors
    /// [`Error::Rejected`] if the request does not answer this ticket; the registry's refusals.
    pub fn enroll(
        &self,
        ticket: &EnrollmentTicket,
        request: &EnrollmentRequest,
        person: PersonId,
        registry: &mut impl Registry,
    ) -> Result<Commitment, Error> {
        if ticket.authority() != self.parameters.authority() {
            return Err(Error::ForeignAuthority);
        }
        let commitment = request.verify(ticket, &self.generators)?;
        registry.register(person, commitment)?;
        Ok(commitment)
    }

    /// Offers a credential for the present epoch to the holder of a *registered* commitment.
    /// Keep the offer until it is answered.
    ///
    /// # Errors
    /// [`Error::Schema`] if the values do not fit.
    pub fn offer(
        &self,
        commitment: Commitment,
        values: Vec<Value>,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Result<IssuanceOffer, Error> {
        let epoch = self.parameters.epoch(now);
        IssuanceOffer::new(&self.parameters, epoch, commitment, values, rng)
    }

    /// Issues the credential of an offer. Constant-time in the key.
    ///
    /// # Errors
    /// [`Error::Rejected`] if the request does not answer this offer;
    /// [`Error::ForeignParameters`] if the offer is not this key's.
    pub fn issue(
        &self,
        offer: &IssuanceOffer,
        request: &IssuanceRequest,
    ) -> Result<IssuanceResponse, Error> {
        issue(&self.key, &self.parameters, &self.generators, offer, request)
    }

    /// Opens an evidence session. Keep it in [`EvidenceSessions`](crate::EvidenceSessions), in
    /// memory only. Constant-time in the key.
    ///
    /// # Errors
    /// [`Error::Rejected`] if the pair is not one that this key made; nothing else leaves then.
    pub fn open_evidence(
        &self,
        request: &EvidenceRequest,
        rng: &mut impl CryptoRng,
    ) -> Result<(EvidenceSession, EvidenceCommitments), Error> {
        EvidenceSession::open(&self.key, &self.parameters, request, rng)
    }

    /// Answers the challenges of a session, which is used up. Constant-time.
    ///
    /// # Errors
    /// [`Error::NoSession`] if the challenges or the key belong to another session.
    pub fn respond(
        &self,
        session: EvidenceSession,
        challenges: &EvidenceChallenges,
    ) -> Result<EvidenceResponses, Error> {
        session.respond(&self.key, &self.parameters, challenges)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("parameters", &self.parameters).finish_non_exhaustive()
    }
}
