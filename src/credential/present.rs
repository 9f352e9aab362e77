//! Presentation: what a platform gets (SPEC §11).
//!
//! ```text
//! holder                                             platform
//!                            Request
//!                        ←──────────────             keeps the request
//! checks; the person consents; uses up evidence
//! ρ = 1/r, ε = e·ρ; proves
//! (1) ρ·B̄ + ε·Ā − Σ u_k U_k − v·V − Σ_hidden m_i H_i = B_t + Σ_disclosed m_j H_j
//! (2) f(z_s)·P_s = N
//!          t, disclosed, evidence, N, T_1, T_2, responses
//!                        ──────────────→             checks (1), (2) and the evidence's two
//!                                                    equations; consumes the nonce
//! ```
//!
//! The relation is not the r-scaled one, B̄ = r·M − e·Ā: there, whoever knows x proves any N with
//! r = 0 (SPEC §18, S5).

use alloc::vec::Vec;
use core::fmt;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::Credential;
use super::attributes::{MAX_ATTRIBUTES, Schema, Value};
use super::evidence::item::{Evidence, Shown};
use crate::digest::{ParametersId, RequestDigest};
use crate::error::{Error, Reason};
use crate::group::generators;
use crate::group::xmd::Transcript;
use crate::parameters::AuthorityParameters;
use crate::pseudonym::Pseudonym;
use crate::request::Request;
use crate::secret::{HolderSecrets, PSEUDONYM_SECRETS, horner};
use crate::sigma::coins::{Coins, randomness};
use crate::sigma::proof::{Proof, prove};
use crate::sigma::relation::{Base, Bases, Relation, Sums};
use crate::time::Epoch;
use crate::verified::Verified;
use crate::wire::{Body, Message, Reader, Sink};

/// ρ, ε, u_0 … u_6, v; the hidden attributes follow.
const SECRETS: usize = 2 + PSEUDONYM_SECRETS + 1;
const U: usize = 2;
const V: usize = U + PSEUDONYM_SECRETS;

/// A credential shown to one platform, in answer to one request.
///
/// Nothing can be read out of it before it is verified: see [`Verified`].
///
/// Wire length: 588 bytes, the disclosed values with their indices, and 32 bytes for each hidden
/// attribute.
#[derive(Clone, PartialEq, Eq)]
pub struct Presentation {
    pub(super) epoch: Epoch,
    pub(super) disclosed: Vec<(u8, Value)>,
    pub(super) evidence: Shown,
    pub(super) pseudonym: Pseudonym,
    /// At least [`SECRETS`] responses.
    pub(super) proof: Proof<2, Vec<Scalar>>,
}

/// Equations (1) and (2). Own points 0, 1, 2 are Ā, B̄, N.
pub struct PresentationRelation<'a> {
    /// The number of attributes.
    pub attributes: u8,
    /// The disclosed ones, ascending.
    pub disclosed: &'a [(u8, Value)],
    /// B_t.
    pub epoch: Base,
    /// P_s.
    pub scope: Base,
    /// z_s.
    pub point: &'a Scalar,
}

/// Ā.
pub const POINT: Base = Base::Own(0);
/// B̄.
pub const MULTIPLE: Base = Base::Own(1);
/// N.
pub const PSEUDONYM: Base = Base::Own(2);

impl PresentationRelation<'_> {
    /// The hidden attributes, ascending.
    fn hidden(&self) -> impl Iterator<Item = u8> {
        let disclosed = |index: &u8| self.disclosed.binary_search_by_key(index, |(i, _)| *i);
        (0..self.attributes).filter(move |index| disclosed(index).is_err())
    }
}

impl Relation<2> for PresentationRelation<'_> {
    fn left(&self, w: &[Scalar], sums: &mut impl Sums) {
        sums.add(0, &w[0], MULTIPLE);
        sums.add(0, &w[1], POINT);
        for (k, u) in w[U..V].iter().enumerate() {
            sums.subtract(0, u, generators::u(k));
        }
        sums.subtract(0, &w[V], generators::V);
        for (index, m) in self.hidden().zip(&w[SECRETS..]) {
            sums.subtract(0, m, generators::h(usize::from(index)));
        }
        sums.add(1, &horner(&w[U..V], self.point), self.scope);
    }

    fn right(&self, sums: &mut impl Sums) {
        sums.add(0, &Scalar::ONE, self.epoch);
        for (index, value) in self.disclosed {
            sums.add(0, &value.scalar(), generators::h(usize::from(*index)));
        }
        sums.add(1, &Scalar::ONE, PSEUDONYM);
    }
}

/// The transcript of every presentation with these parameters.
pub(super) fn begin(parameters: &ParametersId) -> Transcript {
    Transcript::new("presentation").part(&parameters.0)
}

/// The transcript before the commitments.
pub(super) fn transcript(
    begun: Transcript,
    epoch: Epoch,
    request: &RequestDigest,
    disclosed: &[(u8, Value)],
    pseudonym: &Pseudonym,
    evidence: &Shown,
) -> Transcript {
    let transcript = begun.part(&epoch.0.to_be_bytes()).part(&request.0).count(disclosed.len());
    let transcript = disclosed
        .iter()
        .fold(transcript, |list, (index, value)| value.absorb(list.part(&[*index])));
    let Shown { point, multiple, proof } = evidence;
    let [R1, R2] = &proof.commitments;
    [pseudonym.element(), point, multiple, R1, R2]
        .iter()
        .fold(transcript, |transcript, point| transcript.part(point.bytes()))
        .parts(&proof.responses)
}

impl Presentation {
    /// Answers a request that the holder has checked. Constant-time in all secrets.
    pub(crate) fn prove(
        secrets: &HolderSecrets,
        fixed: &[RistrettoPoint],
        parameters: &AuthorityParameters,
        credential: &Credential,
        evidence: &Evidence,
        request: &Request,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, Error> {
        let scope = request.scope(parameters);
        let pseudonym = Pseudonym::derive(secrets, &scope)?;
        let shown = evidence.shown();
        let values = (0u8..).zip(&credential.values);
        let (disclosed, hidden): (Vec<_>, Vec<_>) =
            values.partition(|(index, _)| request.disclosures().binary_search(index).is_ok());
        let disclosed: Vec<_> =
            disclosed.into_iter().map(|(i, value)| (i, value.clone())).collect();

        let mut witnesses = Zeroizing::new(Vec::with_capacity(SECRETS + hidden.len()));
        witnesses.extend([*evidence.rho(), credential.e * evidence.rho()]);
        witnesses.extend_from_slice(secrets.scalars());
        witnesses.extend(hidden.iter().map(|(_, value)| value.scalar()));

        let own = [
            *shown.point.point(),
            *shown.multiple.point(),
            *pseudonym.element().point(),
            *scope.base(),
            parameters.credential_base(credential.epoch),
        ];
        let relation = PresentationRelation {
            attributes: credential.values.len() as u8,
            disclosed: &disclosed,
            scope: Base::Own(3),
            epoch: Base::Own(4),
            point: scope.point(),
        };
        let transcript = transcript(
            begin(parameters.id()),
            credential.epoch,
            &request.digest(),
            &disclosed,
            &pseudonym,
            shown,
        );
        let coins = Coins::new(&transcript, &witnesses, Some(&randomness(rng)));
        let bases = Bases { fixed, own: &own };
        let responses = alloc::vec![Scalar::ZERO; witnesses.len()];
        let proof = prove(&relation, &bases, transcript, &witnesses, &coins, responses)?;
        Ok(Self { epoch: credential.epoch, disclosed, evidence: shown.clone(), pseudonym, proof })
    }

    /// What a platform may read, once everything has been checked against `schema`.
    pub(crate) fn verified(&self, schema: &Schema, request: RequestDigest) -> Verified {
        let named = |(index, value): &(u8, Value)| Some((*schema.name(*index)?, value.clone()));
        Verified {
            pseudonym: self.pseudonym,
            epoch: self.epoch,
            claims: self.disclosed.iter().filter_map(named).collect(),
            request,
        }
    }

    /// The number of hidden attributes.
    pub(super) fn hidden(&self) -> usize {
        self.proof.responses.len() - SECRETS
    }
}

impl fmt::Debug for Presentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Presentation(unverified)")
    }
}

impl Message for Presentation {}

impl Body for Presentation {
    const KIND: u8 = 12;
    const NAME: &'static str = "Presentation";

    fn write(&self, out: &mut impl Sink) {
        out.u64(self.epoch.0);
        out.u8(self.disclosed.len() as u8);
        for (index, value) in &self.disclosed {
            out.u8(*index);
            value.write(out);
        }
        self.evidence.write(out);
        out.element(self.pseudonym.element());
        self.proof.commitments.iter().for_each(|T| out.element(T));
        let (secrets, hidden) = self.proof.responses.split_at(SECRETS);
        secrets.iter().for_each(|w| out.scalar(w));
        out.u8(hidden.len() as u8);
        hidden.iter().for_each(|m| out.scalar(m));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Reason> {
        let epoch = Epoch(reader.u64()?);
        let disclosed = read_disclosed(reader)?;
        let evidence = Shown::read(reader)?;
        let pseudonym = Pseudonym::from_element(reader.element()?);
        let commitments = reader.elements()?;
        // In a well-formed message all that is left are scalars and their number.
        let most = SECRETS + MAX_ATTRIBUTES;
        let mut responses = Vec::with_capacity(most.min(reader.left() / 32));
        for _ in 0..SECRETS {
            responses.push(reader.scalar()?);
        }
        let hidden = reader.count(MAX_ATTRIBUTES - disclosed.len())?;
        for _ in 0..hidden {
            responses.push(reader.scalar()?);
        }
        let proof = Proof { commitments, responses };
        Ok(Self { epoch, disclosed, evidence, pseudonym, proof })
    }
}

fn read_disclosed(reader: &mut Reader<'_>) -> Result<Vec<(u8, Value)>, Reason> {
    let mut disclosed = Vec::<(u8, Value)>::new();
    for _ in 0..reader.count(MAX_ATTRIBUTES)? {
        let index = reader.u8()?;
        if usize::from(index) >= MAX_ATTRIBUTES {
            return Err(Reason::Range);
        }
        if disclosed.last().is_some_and(|(last, _)| *last >= index) {
            return Err(Reason::Order);
        }
        disclosed.push((index, Value::read(reader)?));
    }
    Ok(disclosed)
}
