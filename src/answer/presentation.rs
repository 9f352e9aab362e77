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
//! verifies what it will send
//!    nonce, slot, disclosed, evidence, N, T_1, T_2, responses
//!                        ──────────────→             checks (1), (2) and the evidence's two
//!                                                    equations; uses up the nonce
//! ```
//!
//! The relation is not the r-scaled one, B̄ = r·M − e·Ā: there, whoever knows x proves any N with
//! r = 0 (SPEC §18, S5).

use alloc::vec::Vec;
use core::fmt;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use zeroize::Zeroizing;

use crate::credential::Credential;
use crate::credential::attributes::{MAX_ATTRIBUTES, Schema, Value};
use crate::credential::evidence::item::{Evidence, Shown};
use crate::error::{DecodeReason, Error};
use crate::group::generators;
use crate::group::transcript::Transcript;
use crate::holder::account::Account;
use crate::holder::secret::{HolderSecrets, PSEUDONYM_SECRETS, horner};
use crate::ids::{Nonce, ParametersId};
use crate::name::Name;
use crate::pseudonym::Pseudonym;
use crate::pseudonym::scope::Scope;
use crate::request::message::{MAX_SLOTS, Request};
use crate::rng::SecureRng;
use crate::sigma::coins::{HedgedScalars, randomness};
use crate::sigma::joint::Half;
use crate::sigma::proof::{Proof, prove};
use crate::sigma::relation::{Base, Bases, Relation, Sums};
use crate::time::{Epoch, Slot};
use crate::wire::{Body, Message, Reader, Sink};

/// ρ, ε, u_0 … u_6, v; the hidden attributes follow.
const SECRETS: usize = 2 + PSEUDONYM_SECRETS + 1;
const U: usize = 2;
const V: usize = U + PSEUDONYM_SECRETS;

#[doc(alias = "proof")]
/// A credential shown to one platform, in answer to one request.
///
/// Nothing can be read from it until it is verified: see [`Verified`](crate::platform::Verified).
///
/// Wire length: 613 bytes, the disclosed values, and 32 bytes for each hidden attribute.
#[derive(Clone, PartialEq, Eq)]
pub struct Presentation {
    pub(super) nonce: Nonce,
    /// The position of its slot among the request's.
    pub(super) slot: u8,
    /// In the order of the request's names.
    pub(super) disclosed: Vec<Value>,
    pub(super) evidence: Shown,
    pub(super) pseudonym: Pseudonym,
    /// At least [`SECRETS`] responses.
    pub(super) proof: Proof<2, Vec<Scalar>>,
}

/// Equations (1) and (2). Own points 0, 1, 2 are Ā, B̄, N.
pub struct PresentationRelation<'a> {
    /// The number of attributes.
    pub attributes: u8,
    /// The disclosed ones with their indices, ascending.
    pub disclosed: &'a [(u8, &'a Value)],
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
pub(crate) fn begin(parameters: &ParametersId) -> Transcript {
    Transcript::new("presentation").part(&parameters.0)
}

/// The transcript before the commitments. `values` are in the order of the request's names.
pub(crate) fn transcript(
    begun: Transcript,
    epoch: Epoch,
    request: &Request,
    values: &[Value],
    pseudonym: &Pseudonym,
    evidence: &Shown,
) -> Transcript {
    let begun = begun.part(&epoch.0.to_be_bytes()).part(&request.digest().0);
    let disclosed = request.disclosures().iter().zip(values);
    let transcript = disclosed.fold(begun.count(values.len()), |list, (name, value)| {
        value.absorb(list.part(name.as_str().as_bytes()))
    });
    let Shown { point, multiple, proof } = evidence;
    let [R1, R2] = &proof.commitments;
    [pseudonym.element(), point, multiple, R1, R2]
        .iter()
        .fold(transcript, |transcript, point| transcript.part(point.bytes()))
        .parts(&proof.responses)
}

/// The disclosed values with their indices in the schema, ascending.
pub(super) fn by_index<'a>(indices: &[u8], values: &'a [Value]) -> Vec<(u8, &'a Value)> {
    let mut disclosed: Vec<_> = indices.iter().copied().zip(values).collect();
    disclosed.sort_unstable_by_key(|(index, _)| *index);
    disclosed
}

/// What a presentation states, and the witnesses of it: everything but the proof.
pub struct Statement<'a> {
    request: &'a Request,
    slot: u8,
    values: Vec<Value>,
    /// The disclosed values' indices in the schema, and the number of its attributes.
    indices: Vec<u8>,
    attributes: u8,
    evidence: Shown,
    pseudonym: Pseudonym,
    scope: Scope,
    transcript: Transcript,
    /// ρ, ε, u_0 … u_6, v, and the hidden attributes, ascending.
    witnesses: Zeroizing<Vec<Scalar>>,
}

impl<'a> Statement<'a> {
    /// The place of u_0, the only witness that two devices can share.
    pub(crate) const SHARED: usize = U;

    /// The answer to a request that the holder has checked, `indices` being those of the attributes
    /// that it names. Constant-time in all secrets.
    pub(crate) fn new(
        secrets: &HolderSecrets,
        credential: &Credential,
        evidence: &Evidence,
        request: &'a Request,
        indices: Vec<u8>,
        scope: Scope,
        pseudonym: Pseudonym,
    ) -> Result<Self, Error> {
        let slot = position(request, credential.slot()).ok_or(Error::StaleCredential)?;
        let values = disclosed(credential, &indices).ok_or(Error::Schema)?;
        let hidden = (0u8..).zip(credential.values()).filter(|(index, _)| !indices.contains(index));
        let hidden: Vec<_> = hidden.map(|(_, value)| value).collect();

        let mut witnesses = Zeroizing::new(Vec::with_capacity(SECRETS + hidden.len()));
        witnesses.extend([*evidence.rho(), credential.tag() * evidence.rho()]);
        witnesses.extend_from_slice(secrets.scalars());
        witnesses.extend(hidden.iter().map(|value| value.scalar()));

        let attributes = credential.values().len() as u8;
        let begun = begin(&credential.slot().parameters);
        let (epoch, evidence) = (credential.slot().epoch, evidence.shown().clone());
        let transcript = transcript(begun, epoch, request, &values, &pseudonym, &evidence);
        Ok(Self {
            request,
            slot,
            values,
            indices,
            attributes,
            evidence,
            pseudonym,
            scope,
            transcript,
            witnesses,
        })
    }

    /// Makes something of the relation, its points of its own, and the rest.
    fn with<T>(
        &self,
        make: impl FnOnce(&PresentationRelation<'_>, &[RistrettoPoint], &Transcript, &[Scalar]) -> T,
    ) -> T {
        let Self { evidence, pseudonym, scope, .. } = self;
        let own = [
            *evidence.point.point(),
            *evidence.multiple.point(),
            *pseudonym.element().point(),
            *scope.base(),
        ];
        let relation = PresentationRelation {
            attributes: self.attributes,
            disclosed: &by_index(&self.indices, &self.values),
            scope: Base::Own(3),
            // Stands on the right side alone, which a prover does not need.
            epoch: Base::Own(own.len()),
            point: scope.point(),
        };
        make(&relation, &own, &self.transcript, &self.witnesses)
    }

    fn prove(
        self,
        fixed: &[RistrettoPoint],
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Presentation, Error> {
        let proof = self.with(|relation, own, transcript, witnesses| {
            let coins = HedgedScalars::new(transcript, witnesses, Some(&randomness(rng)));
            let responses = alloc::vec![Scalar::ZERO; witnesses.len()];
            let bases = Bases { fixed, own };
            prove(relation, &bases, transcript.clone(), witnesses, &coins, responses)
        })?;
        Ok(self.proven(proof))
    }

    /// The lead's half of the proof, in the session of its second (SPEC §20.3).
    pub(crate) fn half(
        &self,
        fixed: &[RistrettoPoint],
        session: &[u8; 32],
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Half<2>, Error> {
        self.with(|relation, own, transcript, witnesses| {
            let bases = Bases { fixed, own };
            Half::new(relation, &bases, transcript, witnesses, session, rng)
        })
    }

    /// What the platform gets.
    pub(crate) fn proven(self, proof: Proof<2, Vec<Scalar>>) -> Presentation {
        let Self { request, slot, values, evidence, pseudonym, .. } = self;
        Presentation {
            nonce: *request.nonce(),
            slot,
            disclosed: values,
            evidence,
            pseudonym,
            proof,
        }
    }

    /// The public part of the evidence.
    pub(crate) const fn evidence(&self) -> &Shown {
        &self.evidence
    }
}

/// The place among a request's slots.
pub(crate) fn position(request: &Request, slot: &Slot) -> Option<u8> {
    (0u8..).zip(request.slots()).find(|(_, other)| *other == slot).map(|(place, _)| place)
}

/// The values of a credential with these indices.
pub(crate) fn disclosed(credential: &Credential, indices: &[u8]) -> Option<Vec<Value>> {
    let value = |index: &u8| credential.values().get(usize::from(*index)).cloned();
    indices.iter().map(value).collect()
}

impl Presentation {
    /// Answers a request of the account's scope that the holder has checked, `indices` being those
    /// of the attributes that it names. Constant-time in all secrets.
    pub(crate) fn prove(
        account: &Account<'_>,
        credential: &Credential,
        evidence: &Evidence,
        request: &Request,
        indices: Vec<u8>,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Self, Error> {
        let (secrets, fixed) = (account.secrets(), account.generators());
        let (scope, pseudonym) = (account.scope().clone(), *account.pseudonym());
        Statement::new(secrets, credential, evidence, request, indices, scope, pseudonym)?
            .prove(fixed, rng)
    }

    /// The nonce of the request that it claims to answer, by which to find the pending request.
    #[must_use]
    pub const fn nonce(&self) -> &Nonce {
        &self.nonce
    }

    /// The slot that it shows, if it answers this request.
    pub(super) fn slot<'a>(&self, request: &'a Request) -> Result<&'a Slot, Error> {
        let slot = request.slots().get(usize::from(self.slot));
        slot.filter(|_| self.nonce == *request.nonce()).ok_or(Error::Rejected)
    }

    /// The disclosed values with their indices, if all of the presentation fits request and
    /// schema (SPEC §12, the rest of step 3).
    pub(super) fn disclosed(
        &self,
        request: &Request,
        schema: &Schema,
    ) -> Result<Vec<(u8, &Value)>, Error> {
        let indices = request.indices(schema)?;
        let values = &self.disclosed;
        let fits = |(index, value): (&u8, &Value)| {
            schema.kind(*index).is_some_and(|kind| value.fits(kind))
        };
        let hidden = self.proof.responses.len() - SECRETS;
        let all = values.len() == indices.len()
            && indices.iter().zip(values).all(fits)
            && values.len() + hidden == schema.len()
            && bool::from(request.met_by(|position| values.get(position)));
        if all { Ok(by_index(&indices, values)) } else { Err(Error::Rejected) }
    }

    /// The number of attributes of its schema.
    pub(super) fn attributes(&self) -> u8 {
        (self.disclosed.len() + self.proof.responses.len() - SECRETS) as u8
    }

    /// N, which proves nothing until the proof is verified.
    pub(crate) const fn pseudonym(&self) -> &Pseudonym {
        &self.pseudonym
    }

    /// What it claims, by name.
    pub(crate) fn claims(&self, request: &Request) -> Vec<(Name, Value)> {
        request.disclosures().iter().copied().zip(self.disclosed.iter().cloned()).collect()
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
        out.put(&self.nonce.0);
        out.u8(self.slot);
        Value::write_all(&self.disclosed, out);
        self.evidence.write(out);
        out.element(self.pseudonym.element());
        self.proof.commitments.iter().for_each(|T| out.element(T));
        let (secrets, hidden) = self.proof.responses.split_at(SECRETS);
        secrets.iter().for_each(|w| out.scalar(w));
        out.u8(hidden.len() as u8);
        hidden.iter().for_each(|m| out.scalar(m));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        let nonce = Nonce(reader.array()?);
        let slot = reader.u8()?;
        if usize::from(slot) >= MAX_SLOTS {
            return Err(DecodeReason::Range);
        }
        let disclosed = Value::read_all(reader)?;
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
        Ok(Self { nonce, slot, disclosed, evidence, pseudonym, proof })
    }
}
