//! What a pairnym presentation shows, written as linear relations for a general Σ-protocol library.
//!
//! The credential is `(A, e)` with `W = x·A` and `W + e·A = M`. The holder shows
//! `Ā = r·A` and `B̄ = r·W` together with evidence, made with the authority's key `x`,
//! that `B̄ = x·Ā`.

use std::{array, iter, ops::Mul};

use curve25519_dalek::{
    RistrettoPoint as G, Scalar, ristretto::CompressedRistretto, traits::IsIdentity,
};
use rand::{RngCore, thread_rng};
use sigma_proofs::{
    DefaultHash, Instance, LinearRelation, ProverRng, SessionId, derive_session_id,
    linear_relation::LinearCombination, prove_batchable_with, verify_batch,
};

use crate::peer::{ATTRIBUTES, DISCLOSED, NONCE, Peer};

/// How many secrets the pseudonym is made of.
const SECRETS: usize = 7;
const POINT_LEN: usize = 32;
const EVIDENCE_LEN: usize = 96;

pub struct SigmaProofs {
    verifier: Verifier,
    witness: Vec<Scalar>,
    pseudonym_secret: Scalar,
    pair: [G; 2],
    evidence: Vec<u8>,
}

impl SigmaProofs {
    pub fn new() -> Self {
        let key = random_scalar();
        let verifier = Verifier::new(&key);
        let secrets: [Scalar; SECRETS + 1] = array::from_fn(|_| random_scalar());
        let attributes = ATTRIBUTES.map(Scalar::from);

        let message = verifier.credential_base
            + inner_product(secrets, verifier.secret_bases)
            + inner_product(attributes, verifier.attribute_bases);
        let e = random_scalar();
        let r = random_scalar();
        let a_bar = r * (key + e).invert() * message;
        let pair = [a_bar, key * a_bar];
        let evidence = verifier.prove(&verifier.evidence(pair), &[key]);

        let hidden = secrets.iter().chain(&attributes[DISCLOSED..]).map(|secret| -secret);
        let witness = [r.invert(), e * r.invert()].into_iter().chain(hidden).collect();
        let pseudonym_secret = inner_product(secrets, verifier.powers);
        Self { verifier, witness, pseudonym_secret, pair, evidence }
    }
}

impl Peer for SigmaProofs {
    fn package(&self) -> &'static str {
        "sigma-proofs"
    }

    fn proves(&self) -> &'static str {
        "pairnym's equations, pseudonym of 7 secrets"
    }

    fn prove(&mut self) -> Vec<u8> {
        let disclosed = &ATTRIBUTES[..DISCLOSED];
        let pseudonym = self.pseudonym_secret * self.verifier.pseudonym_base;
        let statement = self.verifier.presentation(disclosed, pseudonym, self.pair);
        let presentation = self.verifier.prove(&statement, &self.witness);
        let [a_bar, b_bar] = self.pair;
        let points = [pseudonym, a_bar, b_bar].map(|point| point.compress().0).concat();
        [points, self.evidence.clone(), presentation].concat()
    }

    fn verify(&self, disclosed: &[u64], proof: &[u8]) -> bool {
        self.verifier.accepts(disclosed, &[proof])
    }

    fn verify_batch(&self, disclosed: &[u64], proofs: &[Vec<u8>]) -> Option<bool> {
        Some(self.verifier.accepts(disclosed, proofs))
    }
}

/// The public values; the last secret only blinds and is no part of the pseudonym.
struct Verifier {
    session: SessionId,
    authority: G,
    credential_base: G,
    attribute_bases: [G; ATTRIBUTES.len()],
    secret_bases: [G; SECRETS + 1],
    pseudonym_base: G,
    /// 1, z, z², … of the scope.
    powers: [Scalar; SECRETS],
}

impl Verifier {
    fn new(key: &Scalar) -> Self {
        let z = random_scalar();
        let mut powers = [Scalar::ONE; SECRETS];
        for k in 1..SECRETS {
            powers[k] = powers[k - 1] * z;
        }
        let tag = [b"DSFS TurboShake128 ristretto255".as_slice(), &NONCE].concat();
        Self {
            session: derive_session_id::<DefaultHash>(&tag),
            authority: G::mul_base(key),
            credential_base: random_point(),
            attribute_bases: array::from_fn(|_| random_point()),
            secret_bases: array::from_fn(|_| random_point()),
            pseudonym_base: random_point(),
            powers,
        }
    }

    /// `X = x·G` and `B̄ = x·Ā`.
    fn evidence(&self, [a_bar, b_bar]: [G; 2]) -> Instance<G> {
        let mut relation = LinearRelation::new();
        let x = relation.allocate_scalar();
        let a_bar = relation.allocate_element_with(a_bar);
        relation.allocate_eq_with(self.authority, x * relation.generator());
        relation.allocate_eq_with(b_bar, x * a_bar);
        relation.compile().expect("every element is set")
    }

    /// `B + Σ m_j·H_j = ρ·B̄ + ε·Ā − Σ u_k·U_k − Σ m_i·H_i` and `N = Σ u_k·z^k·P`, with
    /// disclosed `m_j`, hidden `m_i` and a witness of `ρ`, `ε`, every `−u_k` and every `−m_i`:
    /// the library is fastest where its coefficients are 1.
    fn presentation(&self, disclosed: &[u64], pseudonym: G, [a_bar, b_bar]: [G; 2]) -> Instance<G> {
        let mut relation = LinearRelation::new();
        let (shown, hidden) = self.attribute_bases.split_at(disclosed.len());
        let bases = [b_bar, a_bar].into_iter().chain(self.secret_bases).chain(hidden.to_vec());
        let (scalars, terms): (Vec<_>, Vec<_>) = bases
            .map(|base| {
                let scalar = relation.allocate_scalar();
                (scalar, scalar * relation.allocate_element_with(base))
            })
            .unzip();
        let claims = iter::zip(shown, disclosed)
            .map(|(&base, &value)| relation.allocate_element_with(base) * -Scalar::from(value))
            .sum::<LinearCombination<G>>();
        let unknown = terms.into_iter().sum::<LinearCombination<G>>();
        relation.allocate_eq_with(self.credential_base, unknown + claims);

        let base = relation.allocate_element_with(self.pseudonym_base);
        let polynomial = iter::zip(&scalars[2..], self.powers)
            .map(|(&secret, power)| secret * (base * -power))
            .sum::<LinearCombination<G>>();
        relation.allocate_eq_with(pseudonym, polynomial);
        relation.compile().expect("every element is set")
    }

    fn prove(&self, statement: &Instance<G>, witness: &[Scalar]) -> Vec<u8> {
        let mut rng = ProverRng::from_os_entropy();
        prove_batchable_with::<DefaultHash, _>(&self.session, statement, witness, &mut rng)
            .expect("the witness satisfies the statement")
    }

    fn accepts(&self, disclosed: &[u64], proofs: &[impl AsRef<[u8]>]) -> bool {
        let statements: Option<Vec<_>> = proofs
            .iter()
            .map(|proof| {
                let (points, proofs) = proof.as_ref().split_at(3 * POINT_LEN);
                let (evidence, presentation) = proofs.split_at(EVIDENCE_LEN);
                let mut points = points.chunks(POINT_LEN).map(decode_point);
                let pseudonym = points.next()??;
                let pair = [points.next()??, points.next()??];
                Some([
                    (self.evidence(pair), evidence),
                    (self.presentation(disclosed, pseudonym, pair), presentation),
                ])
            })
            .collect();
        statements.is_some_and(|statements| {
            let batch: Vec<_> = statements
                .iter()
                .flatten()
                .map(|(statement, proof)| (&self.session, statement, *proof))
                .collect();
            verify_batch(&batch).is_ok()
        })
    }
}

fn decode_point(bytes: &[u8]) -> Option<G> {
    let point = CompressedRistretto::from_slice(bytes).ok()?.decompress()?;
    (!point.is_identity()).then_some(point)
}

/// `Σ scalar·value`, to the end of the shorter sequence.
fn inner_product<T: Mul<Scalar, Output: iter::Sum>>(
    scalars: impl IntoIterator<Item = Scalar>,
    values: impl IntoIterator<Item = T>,
) -> T::Output {
    iter::zip(values, scalars).map(|(value, scalar)| value * scalar).sum()
}

fn random_bytes() -> [u8; 64] {
    let mut bytes = [0; 64];
    thread_rng().fill_bytes(&mut bytes);
    bytes
}

fn random_scalar() -> Scalar {
    Scalar::from_bytes_mod_order_wide(&random_bytes())
}

fn random_point() -> G {
    G::from_uniform_bytes(&random_bytes())
}
