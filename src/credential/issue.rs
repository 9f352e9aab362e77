//! Issuance, in each epoch (SPEC §8).
//!
//! ```text
//! holder                                             authority
//!               params_id, t, nonce, C_u, values
//!                        ←──────────────             looks up C_u, keeps the offer
//! checks list, clock, C_u, values
//!                 nonce, proof of the opening
//!                        ──────────────→             M = B_t + C_u + Σ m_i H_i
//!                                                    e = PRF(M), A = (x + e)^{-1}·M
//!                          A, e, π
//!                        ←──────────────
//! W = M − e·A; checks π: log_G X = log_A W; evidence follows in the same session
//! ```

use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU8;
use core::slice::from_ref;

use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT;
use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::VartimeMultiscalarMul;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::Credential;
use super::attributes::Value;
use super::commitment::OpeningProof;
use super::evidence::EvidenceBatch;
use super::evidence::item::Evidence;
use super::key::{AuthorityKey, KeyRelation};
use super::offer::{IssuanceOffer, OpenOffer};
use crate::error::{DecodeReason, Error};
use crate::group::Element;
use crate::group::generators::Generators;
use crate::group::transcript::Transcript;
use crate::holder::outgoing::Outgoing;
use crate::holder::secret::HolderSecrets;
use crate::parameters::{AuthorityParameters, credential_base};
use crate::rng::SecureRng;
use crate::sigma::batch::{Fixed, Fold, Member, verify_alone};
use crate::sigma::coins::HedgedScalars;
use crate::sigma::proof::{Proof, prove};
use crate::sigma::relation::{Base, Bases};
use crate::store::error::StoreError;
use crate::store::registry::{AsyncRegistry, Registry};
use crate::time::{Slot, UnixTime};
use crate::wire::{Body, Message, Reader, Sink};

/// The transcript of the holder's proof, before the commitment.
pub(crate) fn request_transcript(offer: &IssuanceOffer) -> Transcript {
    let transcript = Transcript::new("issuance")
        .part(&offer.slot.parameters.0)
        .part(&offer.slot.epoch.0.to_be_bytes())
        .part(&offer.nonce)
        .part(offer.commitment.element().bytes());
    Value::absorb_all(&offer.values, transcript)
}

/// The holder's acceptance of an offer: a proof that it can still open C_u. 322 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuanceRequest {
    nonce: [u8; 32],
    proof: OpeningProof,
}

impl IssuanceRequest {
    /// The nonce of the offer that it claims to answer, by which to find the open offer.
    #[must_use]
    pub const fn nonce(&self) -> &[u8; 32] {
        &self.nonce
    }

    /// Whether it answers this open offer under `parameters`, one of the authority's own.
    pub(crate) fn check(
        &self,
        open: &OpenOffer,
        parameters: &AuthorityParameters,
        fixed: Fixed<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        if open.offer.slot.parameters != *parameters.id() {
            return Err(Error::ForeignParameters);
        }
        if now > open.expires {
            return Err(Error::Expired);
        }
        parameters.schema().check(&open.offer.values)?;
        self.verify(&open.offer, fixed)
    }

    /// Whether it answers this offer.
    pub(crate) fn verify(&self, offer: &IssuanceOffer, fixed: Fixed<'_>) -> Result<(), Error> {
        if self.nonce != offer.nonce {
            return Err(Error::Rejected);
        }
        self.proof.verify(&offer.commitment, fixed, request_transcript(offer))
    }
}

impl fmt::Debug for IssuanceRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IssuanceRequest(unverified)")
    }
}

/// The MAC (A, e), and the proof that it was made with the same key as everybody else's. 162 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuanceResponse {
    A: Element,
    e: Scalar,
    proof: Proof<2, [Scalar; 1]>,
}

impl fmt::Debug for IssuanceResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IssuanceResponse(…)")
    }
}

/// log_G X = log_A W, with own points X, A, W.
const RELATION: KeyRelation =
    KeyRelation { key: Base::Own(0), point: Base::Own(1), multiple: Base::Own(2) };

/// The transcript of the authority's proof, before the commitments.
pub(crate) fn response_transcript(
    offer: &IssuanceOffer,
    X: &Element,
    M: &Element,
    A: &Element,
    e: &Scalar,
    W: &Element,
) -> Transcript {
    Transcript::new("issuance-key")
        .part(&offer.slot.parameters.0)
        .part(&offer.slot.epoch.0.to_be_bytes())
        .part(X.bytes())
        .part(M.bytes())
        .part(A.bytes())
        .part(e.as_bytes())
        .part(W.bytes())
}

/// The credential of an offer whose answer has been checked. Constant-time in the key; the same
/// M gives the same response.
fn issue(
    key: &AuthorityKey,
    generators: &Generators,
    base: RistrettoPoint,
    offer: &IssuanceOffer,
) -> Result<IssuanceResponse, Error> {
    let M = offer.message(base, generators.points())?;
    let e = key.tag(&M);
    let exponent = Zeroizing::new(key.x() + e);
    if bool::from(exponent.ct_eq(&Scalar::ZERO)) {
        return Err(Error::Degenerate);
    }
    let A = Element::new(M.point() * *Zeroizing::new(exponent.invert()))?;
    // W = x·A, out of A and e, which are about to be sent; the proof below shows that it is,
    // and so that W + e·A = M is a MAC.
    let scaled = RistrettoPoint::vartime_multiscalar_mul([e], [A.point()]);
    let W = Element::new(M.point() - scaled)?;
    let X = key.public();
    let transcript = response_transcript(offer, X, &M, &A, &e, &W);
    let witnesses = from_ref(key.x());
    let coins = HedgedScalars::new(&transcript, witnesses, None);
    let own = [*X.point(), *A.point(), *W.point()];
    let bases = Bases { fixed: generators.points(), own: &own };
    let proof = prove(&RELATION, &bases, transcript, witnesses, &coins, [Scalar::ZERO])?;
    // The nonce is a function of the inputs: a response computed wrongly, by a fault, beside a
    // correct one would reveal x. So none leaves that does not verify.
    let made = Issued::new(own, response_transcript(offer, X, &M, &A, &e, &W), &proof);
    if !verify_alone(&made, generators.fixed()) {
        return Err(Error::Fault);
    }
    Ok(IssuanceResponse { A, e, proof })
}

/// An acceptance of an offer that verifies, and for which only the registry's word is missing.
///
/// ```
/// # use pairnym::{authority::*, message::*, store::*, *};
/// async fn issue<R: AsyncRegistry>(
///     authority: &Authority,
///     open: &OpenOffer, // found by `request.nonce()`
///     request: &IssuanceRequest,
///     now: UnixTime,
///     registry: &R,
/// ) -> Result<IssuanceResponse, StoreError<R::Error>> {
///     authority.check_issuance(open, request, now)?.issue_async(registry).await
/// }
/// ```
#[must_use]
pub struct Unissued<'a> {
    pub(crate) key: &'a AuthorityKey,
    pub(crate) generators: &'a Generators,
    /// B_t.
    pub(crate) base: RistrettoPoint,
    pub(crate) offer: &'a IssuanceOffer,
}

impl Unissued<'_> {
    /// The offer, whose commitment and values the registry must know now.
    #[must_use]
    pub const fn offer(&self) -> &IssuanceOffer {
        self.offer
    }

    /// Issues, if the registry says that the commitment is registered now with these values.
    /// Constant-time in the key.
    ///
    /// # Errors
    /// [`Error::NotRegistered`], [`Error::Fault`], and the registry's own errors.
    pub fn issue<R: Registry + ?Sized>(
        self,
        registry: &R,
    ) -> Result<IssuanceResponse, StoreError<R::Error>> {
        let registered = registry.is_registered(self.offer);
        Ok(self.issue_if(registered.map_err(StoreError::Store)?)?)
    }

    /// [`issue`](Self::issue) with an asynchronous registry.
    ///
    /// # Errors
    /// [`Error::NotRegistered`], [`Error::Fault`], and the registry's own errors.
    pub async fn issue_async<R: AsyncRegistry + ?Sized>(
        self,
        registry: &R,
    ) -> Result<IssuanceResponse, StoreError<R::Error>> {
        let registered = registry.is_registered(self.offer).await;
        Ok(self.issue_if(registered.map_err(StoreError::Store)?)?)
    }

    /// Issues, if the caller has just learnt from its own registry that the commitment is
    /// registered now with these values. Constant-time in the key.
    ///
    /// # Errors
    /// [`Error::NotRegistered`] otherwise; [`Error::Fault`].
    pub fn issue_if(self, registered_now: bool) -> Result<IssuanceResponse, Error> {
        if !registered_now {
            return Err(Error::NotRegistered);
        }
        issue(self.key, self.generators, self.base, self.offer)
    }
}

impl fmt::Debug for Unissued<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unissued").field("offer", self.offer).finish()
    }
}

/// A holder that is waiting for the authority's response to its request.
///
/// ```compile_fail,E0382
/// fn finish_twice(pending: pairnym::holder::AwaitingIssuance, response: &pairnym::message::IssuanceResponse) {
///     let first = pending.finish(response);
///     let second = pending.finish(response); // moved
/// }
/// ```
pub struct AwaitingIssuance {
    offer: IssuanceOffer,
    X: Element,
    M: Element,
    batches: NonZeroU8,
}

impl AwaitingIssuance {
    /// The holder's acceptance of an offer that it has checked. `again` is the offer, read once
    /// more from the received bytes.
    pub(crate) fn request(
        offer: &IssuanceOffer,
        again: &IssuanceOffer,
        parameters: &AuthorityParameters,
        secrets: &HolderSecrets,
        generators: &Generators,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(Outgoing<IssuanceRequest>, Self), Error> {
        let (points, transcript) = (generators.points(), request_transcript(offer));
        let proof = OpeningProof::prove(secrets, &offer.commitment, points, transcript, rng)?;
        Self::proven(offer, again, parameters, generators, proof)
    }

    /// The same with a proof that has been made.
    pub(crate) fn proven(
        offer: &IssuanceOffer,
        again: &IssuanceOffer,
        parameters: &AuthorityParameters,
        generators: &Generators,
        proof: OpeningProof,
    ) -> Result<(Outgoing<IssuanceRequest>, Self), Error> {
        let M = offer.message(credential_base(&offer.slot), generators.points())?;
        let request = IssuanceRequest { nonce: offer.nonce, proof };
        let fixed = generators.fixed();
        let request = Outgoing::checked(&request, |request| request.verify(again, fixed))?;
        let batches = parameters.batches();
        Ok((request, Self { offer: offer.clone(), X: *parameters.key(), M, batches }))
    }

    /// Checks that the response is a MAC on the offer's content, under the one key of the
    /// parameters.
    ///
    /// # Errors
    /// [`Error::Rejected`].
    pub fn finish(self, response: &IssuanceResponse) -> Result<IssuedCredential, Error> {
        let Self { mut offer, X, M, batches } = self;
        let IssuanceResponse { A, e, proof } = response;
        let W = Element::new(M.point() - A.point() * e).map_err(|_| Error::Rejected)?;
        let own = [*X.point(), *A.point(), *W.point()];
        let issued = Issued::new(own, response_transcript(&offer, &X, &M, A, e, &W), proof);
        if !verify_alone(&issued, Fixed::Points(&[RISTRETTO_BASEPOINT_POINT])) {
            return Err(Error::Rejected);
        }
        let values = core::mem::take(&mut offer.values);
        let credential = Credential::new(offer.slot, offer.commitment, values, *A, *e, W);
        Ok(IssuedCredential { credential, batches })
    }
}

/// A credential still without its evidence, which comes in the same session (SPEC §9). Alone it is
/// of no use.
///
/// Fetch all its batches with
/// [`Holder::request_evidence`](crate::holder::Holder::request_evidence). If one is lost, drop this
/// and start the session again: it gives the same credential.
pub struct IssuedCredential {
    credential: Credential,
    batches: NonZeroU8,
}

impl IssuedCredential {
    /// How many batches of evidence come with it.
    #[must_use]
    pub const fn batches(&self) -> NonZeroU8 {
        self.batches
    }

    /// The slot in which it is valid.
    #[must_use]
    pub const fn slot(&self) -> &Slot {
        self.credential.slot()
    }

    pub(crate) const fn credential(&self) -> &Credential {
        &self.credential
    }

    /// The credential with its evidence, if that is complete.
    ///
    /// # Errors
    /// [`Error::Incomplete`] if there are fewer or more batches, [`Error::ForeignEvidence`] if one
    /// was made for another credential. Everything is then dropped; start the session again.
    pub fn complete(
        self,
        batches: impl IntoIterator<Item = EvidenceBatch>,
    ) -> Result<(Credential, Vec<Evidence>), Error> {
        let batches: Vec<_> = batches.into_iter().collect();
        if batches.len() != usize::from(self.batches.get()) {
            return Err(Error::Incomplete);
        }
        let evidence: Vec<_> = batches.into_iter().flat_map(EvidenceBatch::into_items).collect();
        if !evidence.iter().all(|item| item.belongs_to(&self.credential)) {
            return Err(Error::ForeignEvidence);
        }
        Ok((self.credential, evidence))
    }
}

impl fmt::Debug for IssuedCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IssuedCredential(…)")
    }
}

impl fmt::Debug for AwaitingIssuance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AwaitingIssuance(…)")
    }
}

struct Issued<'a> {
    own: [RistrettoPoint; 3],
    c: Scalar,
    proof: &'a Proof<2, [Scalar; 1]>,
}

impl<'a> Issued<'a> {
    fn new(
        own: [RistrettoPoint; 3],
        transcript: Transcript,
        proof: &'a Proof<2, [Scalar; 1]>,
    ) -> Self {
        let c = proof.challenge(transcript);
        Self { own, c, proof }
    }
}

impl Member for Issued<'_> {
    fn scalars(&self, transcript: Transcript) -> Transcript {
        let list = transcript.count(2).part(self.c.as_bytes());
        list.parts(&self.proof.responses)
    }

    fn fold<'a>(&'a self, fold: &mut Fold<'a>) {
        fold.own(&self.own);
        fold.add(&RELATION, &self.c, &self.proof.commitments, &self.proof.responses);
    }
}

impl Message for IssuanceRequest {}

impl Body for IssuanceRequest {
    const KIND: u8 = 5;
    const NAME: &'static str = "IssuanceRequest";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.nonce);
        self.proof.0.write(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self { nonce: reader.array()?, proof: OpeningProof(Proof::read(reader)?) })
    }
}

impl Message for IssuanceResponse {}

impl Body for IssuanceResponse {
    const KIND: u8 = 6;
    const NAME: &'static str = "IssuanceResponse";

    fn write(&self, out: &mut impl Sink) {
        out.element(&self.A);
        out.scalar(&self.e);
        self.proof.write(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self { A: reader.element()?, e: reader.scalar()?, proof: Proof::read(reader)? })
    }
}
