//! Evidence: proofs of validity, which the authority makes without seeing what it proves
//! (SPEC §9).
//!
//! ```text
//! holder                                                    authority
//! r' ≠ 0, A' = r'·A, B' = r'·W
//!                              A', B'
//!                       ────────────────────→               refuses unless B' = x·A'
//!                                                           32 × k: R1 = k·G, R2 = k·A'
//!                       session, 32 × (R1, R2)
//!                       ←────────────────────               keeps k, for one answer
//! 32 × (s ≠ 0, a, b): Ā = s·A', B̄ = s·B'
//! R̄1 = R1 + a·G − b·X, R̄2 = s·(R2 + a·A' − b·B')
//! c̄ = H2S("evidence", X, Ā, B̄, R̄1, R̄2), c = c̄ − b
//!                         session, 32 × c
//!                       ────────────────────→               z = k + c·x, forgets k
//!                         session, 32 × z
//!                       ←────────────────────
//! checks every z; z̄ = z + a
//! keeps 32 × (Ā, B̄, R̄1, R̄2, z̄) and ρ = 1/(r'·s), each for one presentation
//! ```
//!
//! Two answers on one k reveal x, so a session is consumed by its answer:
//!
//! ```compile_fail,E0382
//! # use pairnym::{authority::*, holder::*, message::*, platform::*, store::*, attribute::*, *};
//! fn respond_twice(authority: &Authority, session: EvidenceSession, c: &EvidenceChallenges) {
//!     let first = authority.respond(session, c);
//!     let second = authority.respond(session, c); // moved
//! }
//! ```
//!
//! ```compile_fail,E0308
//! fn copy(session: &pairnym::authority::EvidenceSession) -> pairnym::authority::EvidenceSession {
//!     session.clone() // not Clone
//! }
//! ```
//!
//! ```compile_fail,E0277
//! fn keep(session: &pairnym::authority::EvidenceSession) -> String {
//!     serde_json::to_string(session).unwrap() // not Serialize
//! }
//! ```

pub(crate) mod item;
pub(crate) mod moves;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::slice::from_ref;

use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT;
use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::MultiscalarMul;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::Credential;
use super::key::{AuthorityKey, KeyRelation, KeyTable};
use crate::error::Error;
use crate::group::table::Table;
use crate::group::transcript::Transcript;
use crate::group::{Element, half};
use crate::holder::secret::HolderSecrets;
use crate::ids::ParametersId;
use crate::parameters::AuthorityParameters;
use crate::rng::SecureRng;
use crate::sigma::batch::{Fixed, Fold, Member, verify_alone};
use crate::sigma::coins::{HedgedScalars, randomness};
use crate::sigma::proof::{Proof, challenge};
use crate::sigma::relation::Base;
use item::{Evidence, Shown, begin, transcript};
use moves::{
    EVIDENCE_BATCH, EvidenceChallenges, EvidenceCommitments, EvidenceRequest, EvidenceResponses,
    SessionId,
};

/// The authority's secret nonces of one batch, for one answer.
///
/// In memory only: it is neither `Clone` nor serialisable, is consumed by its answer, zeroized on
/// drop, and redacted in `Debug`. SPEC §16.2 says what must not happen to a process that holds
/// one (forks, snapshots).
pub struct EvidenceSession {
    parameters: ParametersId,
    id: SessionId,
    k: Box<[Scalar; EVIDENCE_BATCH]>,
}

impl EvidenceSession {
    /// The authority's first move. Constant-time in the key.
    pub(crate) fn open(
        key: &AuthorityKey,
        parameters: &AuthorityParameters,
        request: &EvidenceRequest,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(Self, EvidenceCommitments), Error> {
        if request.parameters != *parameters.id() {
            return Err(Error::Rejected);
        }
        let EvidenceRequest { point, multiple, .. } = request;
        // Before anything else leaves: an answer about another pair would be x·P for any P.
        if !bool::from((point.point() * key.x()).ct_eq(multiple.point())) {
            return Err(Error::Rejected);
        }
        let mut id = SessionId([0; 32]);
        rng.fill_bytes(&mut id.0);
        let transcript = Transcript::new("evidence-commitment")
            .part(&parameters.id().0)
            .part(point.bytes())
            .part(multiple.bytes())
            .part(&id.0);
        let coins = HedgedScalars::new(&transcript, from_ref(key.x()), Some(&randomness(rng)));
        let mut session =
            Self { parameters: *parameters.id(), id, k: Box::new([Scalar::ZERO; EVIDENCE_BATCH]) };
        // k·G and k·A', by their halves.
        let (half, table) = (half(), Table::new(point.point()));
        let mut halves = Vec::with_capacity(2 * EVIDENCE_BATCH);
        for (index, k) in (0u32..).zip(session.k.iter_mut()) {
            *k = coins.get(index);
            let k = Zeroizing::new(*k * half);
            halves.extend([RistrettoPoint::mul_base(&k), table.multiply(&k)]);
        }
        let mut pairs = Box::new([[*point; 2]; EVIDENCE_BATCH]);
        pairs.as_flattened_mut().copy_from_slice(&Element::doubled(&halves)?);
        Ok((session, EvidenceCommitments { session: id, pairs }))
    }

    /// The authority's second move. Constant-time in key and nonces.
    pub(crate) fn respond(
        self,
        key: &AuthorityKey,
        parameters: &AuthorityParameters,
        challenges: &EvidenceChallenges,
    ) -> Result<EvidenceResponses, Error> {
        if self.parameters != *parameters.id() || self.id != challenges.session {
            return Err(Error::NoSession);
        }
        let mut z = *self.k;
        z.iter_mut().zip(&challenges.c).for_each(|(z, c)| *z += c * key.x());
        Ok(EvidenceResponses { session: self.id, z })
    }

    /// The parameters of the key with which it was opened.
    #[must_use]
    pub const fn parameters(&self) -> &ParametersId {
        &self.parameters
    }

    /// Its name, by which its challenges refer to it.
    #[must_use]
    pub const fn id(&self) -> &SessionId {
        &self.id
    }

    /// A session that cannot answer, for tests of stores that keep sessions.
    #[cfg(test)]
    pub(crate) fn empty(id: SessionId) -> Self {
        let k = Box::new([Scalar::ZERO; EVIDENCE_BATCH]);
        Self { parameters: ParametersId([0; 32]), id, k }
    }
}

impl Drop for EvidenceSession {
    fn drop(&mut self) {
        self.k.iter_mut().for_each(Zeroize::zeroize);
    }
}

impl fmt::Debug for EvidenceSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EvidenceSession(…)")
    }
}

/// A holder that is waiting for the authority's commitments.
pub struct AwaitingCommitments {
    credential: [u8; 32],
    parameters: ParametersId,
    X: Element,
    table: Option<KeyTable>,
    r: Zeroizing<Scalar>,
    point: Element,
    multiple: Element,
}

impl AwaitingCommitments {
    /// The holder's first move for a credential that has been checked, with a table for X if there
    /// is one. Constant-time.
    pub(crate) fn new(
        credential: &Credential,
        parameters: &AuthorityParameters,
        table: Option<KeyTable>,
        secrets: &HolderSecrets,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(EvidenceRequest, Self), Error> {
        let transcript = Transcript::new("evidence-offer")
            .part(&credential.slot.parameters.0)
            .part(credential.A.bytes());
        let coins = HedgedScalars::new(&transcript, secrets.scalars(), Some(&randomness(rng)));
        let r = Zeroizing::new(coins.get(0));
        // r' = 0 would give the identity, which is refused.
        let point = Element::new(credential.A.point() * *r)?;
        let multiple = Element::new(credential.W.point() * *r)?;
        let parameters_id = credential.slot.parameters;
        let request = EvidenceRequest { parameters: parameters_id, point, multiple };
        let offered = Self {
            credential: credential.id,
            parameters: parameters_id,
            X: *parameters.key(),
            table,
            r,
            point,
            multiple,
        };
        Ok((request, offered))
    }

    /// The holder's second move: blinded challenges. Constant-time.
    ///
    /// # Errors
    /// [`Error::Degenerate`] with probability about 2^-246.
    pub fn challenge(
        self,
        commitments: &EvidenceCommitments,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(EvidenceChallenges, AwaitingResponses), Error> {
        let transcript = Transcript::new("evidence-blinding")
            .part(&self.parameters.0)
            .part(&commitments.session.0)
            .part(self.point.bytes())
            .part(self.multiple.bytes())
            .count(2 * EVIDENCE_BATCH);
        let points = commitments.pairs.as_flattened().iter();
        let transcript = points.fold(transcript, |list, point| list.part(point.bytes()));
        let coins = HedgedScalars::new(&transcript, from_ref(&*self.r), Some(&randomness(rng)));
        let blinding = |index| Blinding {
            s: coins.get(3 * index),
            a: coins.get(3 * index + 1),
            b: coins.get(3 * index + 2),
        };
        let blindings: Vec<_> = (0u32..).take(EVIDENCE_BATCH).map(blinding).collect();
        // Ā, B̄ and R̄2 of all items, by their halves.
        let half = half();
        let tables = [&self.point, &self.multiple].map(|element| Table::new(element.point()));
        let mut halves = Zeroizing::new(Vec::with_capacity(3 * EVIDENCE_BATCH));
        for (blinding, [_, R2]) in blindings.iter().zip(commitments.pairs.iter()) {
            halves.extend(self.halves(blinding, R2, &half, &tables));
        }
        let made = Zeroizing::new(Element::doubled(&halves)?);
        let begun = begin(&self.X);
        let key =
            self.table.clone().map_or_else(|| Key::Session(Table::new(self.X.point())), Key::Kept);
        let mut c = [Scalar::ZERO; EVIDENCE_BATCH];
        let mut items = Vec::with_capacity(EVIDENCE_BATCH);
        let pairs = c.iter_mut().zip(commitments.pairs.iter());
        let parts = blindings.iter().zip(made.chunks_exact(3));
        for ((c, [R1, _]), (blinding, made)) in pairs.zip(parts) {
            let (item, blinded) = blind(blinding, R1, made, &key, &begun)?;
            *c = blinded;
            items.push(item);
        }
        let challenges = EvidenceChallenges { session: commitments.session, c };
        let commitments = commitments.clone();
        Ok((
            challenges.clone(),
            AwaitingResponses { offered: self, commitments, challenges, blindings, items },
        ))
    }
}

impl AwaitingCommitments {
    /// The halves of Ā = s·A', B̄ = s·B' and R̄2 = s·R2 + s·a·A' − s·b·B'. s = 0 would give the
    /// identity, which is refused.
    fn halves(
        &self,
        blinding: &Blinding,
        R2: &Element,
        half: &Scalar,
        [of_point, of_multiple]: &[Table; 2],
    ) -> [RistrettoPoint; 3] {
        let Blinding { s, a, b } = blinding;
        let s = Zeroizing::new(s * half);
        let scalars = Zeroizing::new([*s, *s * a, *s * b]);
        let (point, multiple) = (self.point.point(), self.multiple.point());
        let R2 = RistrettoPoint::multiscalar_mul(&*scalars, [R2.point(), point, &-multiple]);
        [of_point.multiply(&s), of_multiple.multiply(&s), R2]
    }
}

/// The table by which X is multiplied.
enum Key {
    /// Kept by the holder.
    Kept(KeyTable),
    /// Made for one session.
    Session(Table),
}

impl Key {
    fn multiply(&self, scalar: &Scalar) -> RistrettoPoint {
        match self {
            Self::Kept(table) => &**table * scalar,
            Self::Session(table) => table.multiply(scalar),
        }
    }
}

/// An item out of [Ā, B̄, R̄2], and its blinded challenge.
fn blind(
    blinding: &Blinding,
    R1: &Element,
    made: &[Element],
    key: &Key,
    begun: &Transcript,
) -> Result<(Blinded, Scalar), Error> {
    let [point, multiple, R2] = made else {
        return Err(Error::Fault);
    };
    let Blinding { a, b, .. } = blinding;
    let shift = RistrettoPoint::mul_base(a) - key.multiply(b);
    let commitments = [Element::new(R1.point() + shift)?, *R2];
    let c = challenge(transcript(begun, point, multiple), &commitments) - b;
    Ok((Blinded { point: *point, multiple: *multiple, commitments }, c))
}

impl fmt::Debug for AwaitingCommitments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AwaitingCommitments(…)")
    }
}

/// (s, a, b) of one item.
struct Blinding {
    s: Scalar,
    a: Scalar,
    b: Scalar,
}

impl Drop for Blinding {
    fn drop(&mut self) {
        self.s.zeroize();
        self.a.zeroize();
        self.b.zeroize();
    }
}

/// One item that still lacks its response.
struct Blinded {
    point: Element,
    multiple: Element,
    commitments: [Element; 2],
}

/// A holder that is waiting for the authority's responses.
///
/// ```compile_fail,E0382
/// # use pairnym::{authority::*, holder::*, message::*, platform::*, store::*, attribute::*, *};
/// fn finish_twice(challenged: AwaitingResponses, responses: &EvidenceResponses) {
///     let first = challenged.finish(responses);
///     let second = challenged.finish(responses); // moved
/// }
/// ```
pub struct AwaitingResponses {
    offered: AwaitingCommitments,
    commitments: EvidenceCommitments,
    challenges: EvidenceChallenges,
    /// They stay where they were made: moving one would leave a copy behind.
    blindings: Vec<Blinding>,
    items: Vec<Blinded>,
}

impl AwaitingResponses {
    /// The holder's last move: checks every response and unblinds. The whole batch, or nothing.
    ///
    /// # Errors
    /// [`Error::Rejected`] if one response is wrong: the whole batch is dropped, and the person
    /// should be warned (SPEC §16.1).
    pub fn finish(self, responses: &EvidenceResponses) -> Result<EvidenceBatch, Error> {
        if responses.session != self.challenges.session {
            return Err(Error::Rejected);
        }
        let answered = Answered { challenged: &self, responses };
        if !verify_alone(&answered, Fixed::Points(&[RISTRETTO_BASEPOINT_POINT])) {
            return Err(Error::Rejected);
        }
        let mut rho = Zeroizing::new([Scalar::ZERO; EVIDENCE_BATCH]);
        for (rho, blinding) in rho.iter_mut().zip(&self.blindings) {
            *rho = *self.offered.r * blinding.s;
        }
        Scalar::invert_batch(&mut rho).zeroize();
        let items = self.items.iter().zip(&self.blindings).zip(&responses.z).zip(rho.iter());
        let evidence = items.map(|(((item, blinding), z), rho)| Evidence {
            credential: self.offered.credential,
            shown: Shown {
                point: item.point,
                multiple: item.multiple,
                proof: Proof { commitments: item.commitments, responses: [z + blinding.a] },
            },
            rho: Box::new(*rho),
        });
        Ok(EvidenceBatch(evidence.collect()))
    }
}

impl fmt::Debug for AwaitingResponses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AwaitingResponses(…)")
    }
}

/// One whole batch of evidence, for [`IssuedCredential::complete`].
///
/// [`IssuedCredential::complete`]: crate::holder::IssuedCredential::complete
pub struct EvidenceBatch(Vec<Evidence>);

impl EvidenceBatch {
    pub(crate) fn into_items(self) -> Vec<Evidence> {
        self.0
    }
}

impl fmt::Debug for EvidenceBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EvidenceBatch({} items)", self.0.len())
    }
}

/// The session as the holder checks it: 32 proofs of log_G X = log_A' B', own points X, A', B'.
struct Answered<'a> {
    challenged: &'a AwaitingResponses,
    responses: &'a EvidenceResponses,
}

impl Member for Answered<'_> {
    fn scalars(&self, transcript: Transcript) -> Transcript {
        let answers = self.challenged.challenges.c.iter().zip(&self.responses.z);
        let list = transcript.count(2 * EVIDENCE_BATCH);
        answers.fold(list, |list, (c, z)| list.part(c.as_bytes()).part(z.as_bytes()))
    }

    fn fold<'a>(&'a self, fold: &mut Fold<'a>) {
        let AwaitingResponses { offered, commitments, challenges, .. } = self.challenged;
        fold.own([&offered.X, &offered.point, &offered.multiple].map(Element::point));
        let relation =
            KeyRelation { key: Base::Own(0), point: Base::Own(1), multiple: Base::Own(2) };
        let answers = challenges.c.iter().zip(&self.responses.z);
        for (pair, (c, z)) in commitments.pairs.iter().zip(answers) {
            fold.add(&relation, c, pair, &[*z]);
        }
    }
}
