//! Many equations, one multiscalar multiplication (SPEC §6.5).
//!
//! Every verification equation has the form φ(ŵ) − c·Y − T = O. A [`Fold`] adds up w·T + w·c·Y −
//! w·φ(ŵ) over all equations with independent 128-bit weights w, so that commitments, of which a
//! presentation has four, get a short scalar. If one equation is false, the sum is O with
//! probability at most 2^-128 over the weights, and the weights are a hash of all that is
//! verified.

use alloc::vec::Vec;
use core::ops::Range;

use curve25519_dalek::ristretto::{RistrettoPoint, VartimeRistrettoPrecomputation};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{
    IsIdentity, VartimeMultiscalarMul, VartimePrecomputedMultiscalarMul,
};
use sha2::{Digest, Sha512};

use super::proof::Proof;
use super::relation::{Base, Relation};
use crate::group::xmd::Transcript;

/// Below this number of own points, Straus with the fixed bases' tables in one pass is faster
/// than a separate Pippenger; dalek switches at the same size.
const PIPPENGER: usize = 190;

/// Something to verify: one or more proofs that stand or fall together.
pub(crate) trait Member {
    /// Adds every challenge and response, as parts of one list.
    fn scalars(&self, transcript: Transcript) -> Transcript;

    /// Adds every equation.
    fn fold(&self, fold: &mut Fold);
}

/// Fixed bases with tables for their multiples.
pub(crate) struct Tables {
    table: VartimeRistrettoPrecomputation,
    len: usize,
}

impl Tables {
    pub(crate) fn new(fixed: &[RistrettoPoint]) -> Self {
        let table = VartimeRistrettoPrecomputation::new(fixed);
        Self { table, len: fixed.len() }
    }
}

/// 128-bit weights: a hash of the members, then SHA-512 in counter mode.
struct Weights {
    seed: [u8; 64],
    blocks: u32,
    block: [u8; 64],
    used: usize,
}

impl Weights {
    fn new<M: Member>(members: &[M], secret: Option<&[u8; 32]>) -> Self {
        let transcript = Transcript::new("fold").optional(secret.map(|bytes| &bytes[..]));
        let transcript = transcript.count(members.len());
        let seed = members.iter().fold(transcript, |t, member| member.scalars(t)).h64();
        Self { seed, blocks: 0, block: [0; 64], used: 64 }
    }

    fn next(&mut self) -> Scalar {
        if self.used == self.block.len() {
            let hash = Sha512::new_with_prefix(self.seed);
            self.block = hash.chain_update(self.blocks.to_be_bytes()).finalize().into();
            self.blocks += 1;
            self.used = 0;
        }
        let mut weight = [0; 16];
        weight.copy_from_slice(&self.block[self.used..self.used + 16]);
        self.used += 16;
        Scalar::from(u128::from_le_bytes(weight))
    }
}

/// The weighted sum so far: coefficients of the fixed bases, and of everybody's own points.
pub(crate) struct Fold {
    fixed: Vec<Scalar>,
    scalars: Vec<Scalar>,
    points: Vec<RistrettoPoint>,
    /// Where the own points of the present member begin.
    own: usize,
    weights: Weights,
}

impl Fold {
    fn new(fixed: usize, weights: Weights) -> Self {
        Self {
            fixed: alloc::vec![Scalar::ZERO; fixed],
            scalars: Vec::new(),
            points: Vec::new(),
            own: 0,
            weights,
        }
    }

    /// Begins a member: the points that its relations call [`Base::Own`].
    pub(crate) fn own(&mut self, points: &[RistrettoPoint]) {
        self.own = self.points.len();
        self.points.extend_from_slice(points);
        self.scalars.resize(self.points.len(), Scalar::ZERO);
    }

    /// Adds the equations of a proof of the present member.
    pub(crate) fn add<const E: usize, R: AsRef<[Scalar]>>(
        &mut self,
        relation: &impl Relation<E>,
        c: &Scalar,
        proof: &Proof<E, R>,
    ) {
        let weights: [Scalar; E] = core::array::from_fn(|_| self.weights.next());
        relation.left(proof.responses.as_ref(), |equation, scalar, base| {
            *self.coefficient(base) -= weights[equation] * scalar;
        });
        let weighted = weights.map(|weight| weight * c);
        relation.right(|equation, scalar, base| {
            *self.coefficient(base) += weighted[equation] * scalar;
        });
        self.scalars.extend_from_slice(&weights);
        self.points.extend(proof.commitments.iter().map(|T| T.point()));
    }

    fn coefficient(&mut self, base: Base) -> &mut Scalar {
        match base {
            Base::Fixed(place) => &mut self.fixed[place],
            Base::Own(place) => &mut self.scalars[self.own + place],
        }
    }

    fn is_identity(&self, tables: &Tables) -> bool {
        let Self { fixed, scalars, points, .. } = self;
        let table = &tables.table;
        if points.len() < PIPPENGER {
            table.vartime_mixed_multiscalar_mul(fixed, scalars, points).is_identity()
        } else {
            let own = RistrettoPoint::vartime_multiscalar_mul(scalars, points);
            (table.vartime_multiscalar_mul(fixed) + own).is_identity()
        }
    }
}

fn folded<M: Member>(members: &[M], fixed: usize, secret: Option<&[u8; 32]>) -> Fold {
    let mut fold = Fold::new(fixed, Weights::new(members, secret));
    members.iter().for_each(|member| member.fold(&mut fold));
    fold
}

/// Whether one member verifies, with fixed bases for which there are no tables. Variable-time.
pub(crate) fn verify_alone(member: &impl Member, fixed: &[RistrettoPoint]) -> bool {
    let fold = folded(core::slice::from_ref(member), fixed.len(), None);
    let scalars = fold.fixed.iter().chain(&fold.scalars);
    let points = fixed.iter().chain(&fold.points);
    // Collected because dalek asks for exact lengths, which a chain of slices has, by reference.
    RistrettoPoint::vartime_multiscalar_mul(scalars, points).is_identity()
}

/// Whether all members verify. Variable-time.
pub(crate) fn verify<M: Member>(members: &[M], tables: &Tables, secret: Option<&[u8; 32]>) -> bool {
    folded(members, tables.len, secret).is_identity(tables)
}

/// Which members do not verify, ascending. Variable-time.
///
/// A batch that fails is halved, each half with fresh weights, down to the bad members: k bad
/// ones among n cost about k·log₂ n foldings of sinking size. When the failing parts together
/// have held twice as many members as the batch, what is left is verified one by one, so that
/// whoever plants bad members at most triples the batch's folding work and adds one single
/// verification for each member.
pub(crate) fn find_bad<M: Member>(
    members: &[M],
    tables: &Tables,
    secret: Option<&[u8; 32]>,
) -> Vec<usize> {
    let mut budget = 3 * members.len();
    let mut bad = Vec::new();
    let mut parts: Vec<Range<usize>> = Vec::new();
    parts.push(0..members.len());
    while let Some(part) = parts.pop() {
        if part.is_empty() {
            continue;
        }
        if part.len() > 1 && budget < part.len() {
            let one_by_one = part.rev().map(|index| index..index + 1);
            parts.extend(one_by_one);
            continue;
        }
        if verify(&members[part.clone()], tables, secret) {
            continue;
        }
        if part.len() == 1 {
            bad.push(part.start);
            continue;
        }
        budget -= part.len();
        let middle = part.start + part.len() / 2;
        parts.push(middle..part.end);
        parts.push(part.start..middle);
    }
    bad
}
