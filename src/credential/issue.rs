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
//! W = M − e·A; checks π: log_G X = log_A W
//! ```

use alloc::vec::Vec;
use core::fmt;
use core::slice::from_ref;

use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT;
use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::MultiscalarMul;
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::Credential;
use super::attributes::Value;
use super::enroll::{Commitment, OpeningProof};
use super::key::{AuthorityKey, KeyRelation};
use crate::digest::ParametersId;
use crate::error::{Error, Reason};
use crate::group::xmd::Transcript;
use crate::group::{Element, generators};
use crate::parameters::AuthorityParameters;
use crate::secret::HolderSecrets;
use crate::sigma::batch::{Fold, Member, verify_alone};
use crate::sigma::coins::Coins;
use crate::sigma::proof::{Proof, prove};
use crate::sigma::relation::{Base, Bases};
use crate::time::Epoch;
use crate::wire::{Body, Message, Reader, Sink};

/// What the authority is ready to certify for a registered commitment in the present epoch.
///
/// Wire length: 107 bytes and the values.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuanceOffer {
    parameters: ParametersId,
    epoch: Epoch,
    nonce: [u8; 32],
    commitment: Commitment,
    values: Vec<Value>,
}

impl IssuanceOffer {
    pub(crate) fn new(
        parameters: &AuthorityParameters,
        epoch: Epoch,
        commitment: Commitment,
        values: Vec<Value>,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, Error> {
        parameters.schema().check(&values)?;
        let mut nonce = [0; 32];
        rng.fill_bytes(&mut nonce);
        Ok(Self { parameters: *parameters.id(), epoch, nonce, commitment, values })
    }

    /// The parameters of the credential.
    #[must_use]
    pub const fn parameters(&self) -> &ParametersId {
        &self.parameters
    }

    /// Its epoch.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Whose credential it is to be.
    #[must_use]
    pub const fn commitment(&self) -> &Commitment {
        &self.commitment
    }

    /// The attribute values in the order of the schema, to be shown to the person.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The number by which the authority finds the offer again.
    #[must_use]
    pub const fn nonce(&self) -> &[u8; 32] {
        &self.nonce
    }

    /// M = B_t + C_u + Σ m_i H_i. Constant-time in the values.
    fn message(
        &self,
        parameters: &AuthorityParameters,
        fixed: &[RistrettoPoint],
    ) -> Result<Element, Error> {
        let attributes = generators::attributes(fixed, self.values.len());
        let m: Vec<_> = self.values.iter().map(|value| Zeroizing::new(value.scalar())).collect();
        let sum = RistrettoPoint::multiscalar_mul(m.iter().map(|m| &**m), attributes);
        let base = parameters.credential_base(self.epoch);
        Element::new(base + self.commitment.element().point() + sum)
    }
}

impl Drop for IssuanceOffer {
    fn drop(&mut self) {
        self.values.iter_mut().for_each(Zeroize::zeroize);
    }
}

impl fmt::Debug for IssuanceOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuanceOffer").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

/// The transcript of the holder's proof, before the commitment.
pub(crate) fn request_transcript(offer: &IssuanceOffer) -> Transcript {
    let transcript = Transcript::new("issuance")
        .part(&offer.parameters.0)
        .part(&offer.epoch.0.to_be_bytes())
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
    /// The nonce of the offer that it claims to answer, to find the offer by.
    #[must_use]
    pub const fn nonce(&self) -> &[u8; 32] {
        &self.nonce
    }
}

impl fmt::Debug for IssuanceRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IssuanceRequest(unverified)")
    }
}

/// The MAC (A, e), and the proof that it was made with the key that all others are made with.
/// 162 bytes.
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
        .part(&offer.parameters.0)
        .part(&offer.epoch.0.to_be_bytes())
        .part(X.bytes())
        .part(M.bytes())
        .part(A.bytes())
        .part(e.as_bytes())
        .part(W.bytes())
}

/// The authority's side. Constant-time in the key; the same M gives the same response.
pub(crate) fn issue(
    key: &AuthorityKey,
    parameters: &AuthorityParameters,
    fixed: &[RistrettoPoint],
    offer: &IssuanceOffer,
    request: &IssuanceRequest,
) -> Result<IssuanceResponse, Error> {
    if offer.parameters != *parameters.id() {
        return Err(Error::ForeignParameters);
    }
    parameters.schema().check(&offer.values)?;
    if request.nonce != offer.nonce {
        return Err(Error::Rejected);
    }
    request.proof.verify(&offer.commitment, fixed, request_transcript(offer))?;
    let M = offer.message(parameters, fixed)?;
    let e = key.tag(&M);
    let exponent = Zeroizing::new(key.x() + e);
    if bool::from(exponent.ct_eq(&Scalar::ZERO)) {
        return Err(Error::Degenerate);
    }
    let A = Element::new(M.point() * *Zeroizing::new(exponent.invert()))?;
    let W = Element::new(A.point() * key.x())?;
    let X = key.public();
    let transcript = response_transcript(offer, X, &M, &A, &e, &W);
    let witnesses = from_ref(key.x());
    let coins = Coins::new(&transcript, witnesses, None);
    let own = [*X.point(), *A.point(), *W.point()];
    let bases = Bases { fixed, own: &own };
    let proof = prove(&RELATION, &bases, transcript, witnesses, &coins, [Scalar::ZERO])?;
    // The nonce is a function of the inputs: a response computed wrongly, by a fault, beside a
    // correct one would reveal x. So none leaves that does not verify.
    let made = Issued::new(own, response_transcript(offer, X, &M, &A, &e, &W), &proof);
    if !verify_alone(&made, &[RISTRETTO_BASEPOINT_POINT]) {
        return Err(Error::Fault);
    }
    Ok(IssuanceResponse { A, e, proof })
}

/// A holder that waits for the authority's response to its request.
///
/// ```compile_fail,E0382
/// fn finish_twice(pending: pairnym::PendingCredential, response: &pairnym::IssuanceResponse) {
///     let first = pending.finish(response);
///     let second = pending.finish(response); // moved
/// }
/// ```
pub struct PendingCredential {
    offer: IssuanceOffer,
    X: Element,
    M: Element,
}

impl PendingCredential {
    /// The holder's acceptance of an offer that it has checked.
    pub(crate) fn request(
        offer: &IssuanceOffer,
        parameters: &AuthorityParameters,
        secrets: &HolderSecrets,
        fixed: &[RistrettoPoint],
        rng: &mut impl CryptoRng,
    ) -> Result<(IssuanceRequest, Self), Error> {
        let M = offer.message(parameters, fixed)?;
        let transcript = request_transcript(offer);
        let proof = OpeningProof::prove(secrets, &offer.commitment, fixed, transcript, rng)?;
        let request = IssuanceRequest { nonce: offer.nonce, proof };
        let pending = Self { offer: offer.clone(), X: *parameters.key(), M };
        Ok((request, pending))
    }

    /// Checks that the response is a MAC on the offer's content, under the one key of the
    /// parameters.
    ///
    /// # Errors
    /// [`Error::Rejected`].
    pub fn finish(self, response: &IssuanceResponse) -> Result<Credential, Error> {
        let Self { mut offer, X, M } = self;
        let IssuanceResponse { A, e, proof } = response;
        let W = Element::new(M.point() - A.point() * e).map_err(|_| Error::Rejected)?;
        let own = [*X.point(), *A.point(), *W.point()];
        let issued = Issued::new(own, response_transcript(&offer, &X, &M, A, e, &W), proof);
        if !verify_alone(&issued, &[RISTRETTO_BASEPOINT_POINT]) {
            return Err(Error::Rejected);
        }
        let values = core::mem::take(&mut offer.values);
        Ok(Credential::new(offer.parameters, offer.epoch, values, *A, *e, W))
    }
}

impl fmt::Debug for PendingCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PendingCredential(…)")
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

impl Message for IssuanceOffer {}

impl Body for IssuanceOffer {
    const KIND: u8 = 4;
    const NAME: &'static str = "IssuanceOffer";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.parameters.0);
        out.u64(self.epoch.0);
        out.put(&self.nonce);
        out.element(self.commitment.element());
        Value::write_all(&self.values, out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Reason> {
        Ok(Self {
            parameters: ParametersId(reader.array()?),
            epoch: Epoch(reader.u64()?),
            nonce: reader.array()?,
            commitment: Commitment::read(reader)?,
            values: Value::read_all(reader)?,
        })
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

    fn read(reader: &mut Reader<'_>) -> Result<Self, Reason> {
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

    fn read(reader: &mut Reader<'_>) -> Result<Self, Reason> {
        Ok(Self { A: reader.element()?, e: reader.scalar()?, proof: Proof::read(reader)? })
    }
}
