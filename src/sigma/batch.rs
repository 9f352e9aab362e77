//! Many equations, one multiscalar multiplication (SPEC §6.5).
//!
//! Every verification equation has the form φ(ŵ) − c·Y − T = O. A [`Fold`] adds up w·T + w·c·Y −
//! w·φ(ŵ) over all equations with independent 128-bit weights w, so that commitments, of which a
//! presentation has four, get a short scalar. If one equation is false, the sum is O with
//! probability at most 2^-128 over the weights, and the weights are a hash of everything that is
//! verified. The first equation's weight is 1: its commitment needs no multiplication, and a
//! proof of a single equation, verified alone, needs no weights.

use alloc::vec::Vec;
use core::ops::Range;

use curve25519_dalek::ristretto::{RistrettoPoint, VartimeRistrettoPrecomputation};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{
    IsIdentity, VartimeMultiscalarMul, VartimePrecomputedMultiscalarMul,
};
use sha2::{Digest, Sha512};

use super::coefficient::Coefficient;
use super::relation::{Base, Relation, Sums};
use crate::group::Element;
use crate::group::transcript::Transcript;

#[cfg(test)]
mod tests;

/// Below this number of the members' own points, Straus with the fixed bases' tables in one pass is
/// faster than a separate Pippenger; dalek switches at the same size.
const PIPPENGER: usize = 190;

/// How many members are folded together when a larger batch has failed: enough for folding to pay,
/// few enough that most groups have no bad member.
const GROUP: usize = 64;

/// Room for the points of one member: those of a presentation without its first commitment, and
/// with a scope and an epoch that have no tables.
const ALONE: usize = 8;

/// At most this many members are verified one by one.
const FEW: usize = 4;

/// Something to verify: one or more proofs that stand or fall together.
pub trait Member {
    /// Adds every challenge and response, as parts of one list.
    fn scalars(&self, transcript: Transcript) -> Transcript;

    /// Adds every equation.
    fn fold<'a>(&'a self, fold: &mut Fold<'a>);
}

/// Fixed bases with tables for their multiples.
pub struct Tables {
    table: VartimeRistrettoPrecomputation,
    len: usize,
}

impl Tables {
    pub(crate) fn new(fixed: &[RistrettoPoint]) -> Self {
        let table = VartimeRistrettoPrecomputation::new(fixed);
        Self { table, len: fixed.len() }
    }
}

/// The fixed bases of a verification: with tables, or without.
#[derive(Clone, Copy)]
pub enum Fixed<'a> {
    /// What lives long.
    Tables(&'a Tables),
    /// The bases themselves.
    Points(&'a [RistrettoPoint]),
}

impl Fixed<'_> {
    const fn len(&self) -> usize {
        match self {
            Self::Tables(tables) => tables.len,
            Self::Points(points) => points.len(),
        }
    }
}

/// The transcript of all weights that depend on this secret of the verifier, or on none.
pub(crate) fn begin(secret: Option<&[u8; 32]>) -> Transcript {
    Transcript::new("fold").optional(secret.map(|bytes| &bytes[..]))
}

/// 128-bit weights: a hash of the members, then SHA-512 in counter mode.
struct Weights {
    members: Transcript,
    seed: Option<[u8; 64]>,
    blocks: u32,
    block: [u8; 64],
    used: usize,
}

impl Weights {
    fn new<M: Member>(members: &[&M], begun: &Transcript) -> Self {
        let transcript = begun.clone().count(members.len());
        let members = members.iter().fold(transcript, |t, member| member.scalars(t));
        Self { members, seed: None, blocks: 0, block: [0; 64], used: 64 }
    }

    fn next(&mut self) -> u128 {
        if self.used == self.block.len() {
            let seed = self.seed.get_or_insert_with(|| self.members.clone().h64());
            let hash = Sha512::new_with_prefix(seed);
            self.block = hash.chain_update(self.blocks.to_be_bytes()).finalize().into();
            self.blocks += 1;
            self.used = 0;
        }
        let mut weight = [0; 16];
        weight.copy_from_slice(&self.block[self.used..self.used + 16]);
        self.used += 16;
        u128::from_le_bytes(weight)
    }
}

/// The weighted sum so far: the coefficients of the fixed bases and of everybody's own points,
/// which stay where they are.
pub struct Fold<'a> {
    /// Those of the fixed bases first, then those of the members' own points.
    coefficients: Vec<Coefficient>,
    /// The number of fixed bases.
    fixed: usize,
    points: Vec<&'a RistrettoPoint>,
    /// The first commitment, whose coefficient is 1.
    first: Option<&'a RistrettoPoint>,
    /// Where the points of the present member begin.
    own: usize,
    weights: Weights,
}

impl<'a> Fold<'a> {
    fn new(fixed: usize, weights: Weights) -> Self {
        let mut coefficients = Vec::with_capacity(fixed + ALONE);
        coefficients.resize(fixed, Coefficient::ZERO);
        let points = Vec::with_capacity(ALONE);
        Self { coefficients, fixed, points, first: None, own: 0, weights }
    }

    /// Begins a member, with the points that its relations call [`Base::Own`].
    pub(crate) fn own(&mut self, points: impl IntoIterator<Item = &'a RistrettoPoint>) {
        self.own = self.points.len();
        points.into_iter().for_each(|point| self.point(Coefficient::ZERO, point));
    }

    /// Adds one more point of the present member.
    pub(crate) fn another(&mut self, point: &'a RistrettoPoint) -> Base {
        let place = self.points.len() - self.own;
        self.point(Coefficient::ZERO, point);
        Base::Own(place)
    }

    /// Adds the equations of a proof of the present member.
    pub(crate) fn add<const E: usize>(
        &mut self,
        relation: &impl Relation<E>,
        c: &Scalar,
        commitments: &'a [Element; E],
        responses: &[Scalar],
    ) {
        let weights = commitments.each_ref().map(|T| self.commitment(T.point()));
        relation.left(responses, &mut Left { fold: self, weights });
        relation.right(&mut Right { fold: self, weights, c });
    }

    /// Draws the weight of an equation and adds its commitment.
    fn commitment(&mut self, T: &'a RistrettoPoint) -> u128 {
        if self.first.is_none() {
            self.first = Some(T);
            return 1;
        }
        let weight = self.weights.next();
        self.point(Coefficient::from(weight), T);
        weight
    }

    fn point(&mut self, coefficient: Coefficient, point: &'a RistrettoPoint) {
        self.coefficients.push(coefficient);
        self.points.push(point);
    }

    fn coefficient(&mut self, base: Base) -> &mut Coefficient {
        let place = match base {
            Base::Fixed(place) => place,
            Base::Own(place) => self.fixed + self.own + place,
        };
        &mut self.coefficients[place]
    }

    fn is_identity(&self, bases: Fixed<'_>) -> bool {
        let (fixed, own) = self.coefficients.split_at(self.fixed);
        // Attributes of other schemas and epochs that are rarely used stand last.
        let used = fixed.iter().rposition(|c| *c != Coefficient::ZERO).map_or(0, |last| last + 1);
        let fixed = fixed[..used].iter().map(Coefficient::reduce);
        let own = own.iter().map(Coefficient::reduce);
        let points = self.points.iter().copied();
        let sum = match bases {
            Fixed::Points(bases) => RistrettoPoint::vartime_multiscalar_mul(
                fixed.chain(own),
                bases[..used].iter().chain(points),
            ),
            Fixed::Tables(Tables { table, .. }) if points.len() < PIPPENGER => {
                table.vartime_mixed_multiscalar_mul(fixed, own, points)
            }
            Fixed::Tables(Tables { table, .. }) => {
                let own = RistrettoPoint::vartime_multiscalar_mul(own, points);
                table.vartime_multiscalar_mul(fixed) + own
            }
        };
        self.first.map_or(sum, |first| sum + first).is_identity()
    }
}

/// Adds − w·φ(ŵ), each term with the weight of its equation.
struct Left<'f, 'a, const E: usize> {
    fold: &'f mut Fold<'a>,
    weights: [u128; E],
}

impl<const E: usize> Sums for Left<'_, '_, E> {
    fn add(&mut self, equation: usize, scalar: &Scalar, base: Base) {
        self.fold.coefficient(base).subtract(self.weights[equation], scalar);
    }

    fn subtract(&mut self, equation: usize, scalar: &Scalar, base: Base) {
        self.fold.coefficient(base).add(self.weights[equation], scalar);
    }
}

/// Adds w·c·Y.
struct Right<'f, 'a, const E: usize> {
    fold: &'f mut Fold<'a>,
    weights: [u128; E],
    c: &'f Scalar,
}

impl<const E: usize> Sums for Right<'_, '_, E> {
    fn add(&mut self, equation: usize, scalar: &Scalar, base: Base) {
        let scalar = product(self.c, scalar);
        self.fold.coefficient(base).add(self.weights[equation], &scalar);
    }

    fn subtract(&mut self, equation: usize, scalar: &Scalar, base: Base) {
        let scalar = product(self.c, scalar);
        self.fold.coefficient(base).subtract(self.weights[equation], &scalar);
    }
}

/// c·s, where s is often 1. Variable-time.
fn product(c: &Scalar, s: &Scalar) -> Scalar {
    if *s.as_bytes() == Scalar::ONE.to_bytes() { *c } else { c * s }
}

fn folded<'a, M: Member>(members: &[&'a M], fixed: usize, begun: &Transcript) -> Fold<'a> {
    let mut fold = Fold::new(fixed, Weights::new(members, begun));
    for (index, member) in members.iter().enumerate() {
        member.fold(&mut fold);
        if index == 0 {
            // All members have about as many points.
            let rest = (members.len() - 1) * (fold.points.len() + 1);
            fold.points.reserve(rest);
            fold.coefficients.reserve(rest);
        }
    }
    fold
}

/// Whether one member verifies, with weights that depend on no secret. Variable-time.
pub(crate) fn verify_alone(member: &impl Member, fixed: Fixed<'_>) -> bool {
    folded(&[member], fixed.len(), &begin(None)).is_identity(fixed)
}

/// Whether all members verify. Variable-time.
pub(crate) fn verify<M: Member>(members: &[&M], tables: &Tables, begun: &Transcript) -> bool {
    folded(members, tables.len, begun).is_identity(Fixed::Tables(tables))
}

/// Which members do not verify, ascending. Variable-time.
///
/// A batch that fails is cut into groups of 64, and a group that fails is halved, each part with
/// fresh weights. One bad member among n thus costs about two foldings of the batch and two of a
/// group, and scattered ones two more foldings of a group for each further group that has any.
///
/// # What bad members can cost
///
/// If members are bad in any pattern, all n of them are folded at most 4n times in total, counted
/// by members, and each of them is verified alone at most once, which is counted too.
///
/// Proof. The whole batch counts n, all groups n. What follows in a part of m members that is
/// known to be bad is f(m) ≤ 2m, by induction: a part of at most four is verified one by one, m.
/// In a larger part, the first half of h = ⌊m/2⌋ members is folded, and if it is good the second
/// half must be bad: h + f(m − h) ≤ 2m − h. Otherwise the second half is folded too; if that is
/// good, m + f(h) ≤ 2m; if both are bad, bad members are frequent here, and all are verified one by
/// one: m + m. In each case a part is done once its members have been verified one by one.
pub(crate) fn find_bad<M: Member>(
    members: &[&M],
    tables: &Tables,
    begun: &Transcript,
) -> Vec<usize> {
    let is_bad = |part: Range<usize>| !verify(&members[part], tables, begun);
    let all = 0..members.len();
    let mut bad = Vec::new();
    if all.is_empty() || !is_bad(all.clone()) {
        return bad;
    }
    if all.len() <= GROUP {
        narrow(all, is_bad, &mut bad);
        return bad;
    }
    for start in all.step_by(GROUP) {
        let group = start..members.len().min(start + GROUP);
        if is_bad(group.clone()) {
            narrow(group, is_bad, &mut bad);
        }
    }
    bad
}

/// The bad members of a part that has at least one.
fn narrow(mut part: Range<usize>, is_bad: impl Fn(Range<usize>) -> bool, bad: &mut Vec<usize>) {
    while part.len() > FEW {
        let middle = part.start + part.len() / 2;
        let (left, right) = (part.start..middle, middle..part.end);
        if !is_bad(left.clone()) {
            part = right;
        } else if !is_bad(right) {
            part = left;
        } else {
            break;
        }
    }
    let (known, last) = (bad.len(), part.end - 1);
    for member in part {
        let no_other = member == last && bad.len() == known;
        if no_other || is_bad(member..member + 1) {
            bad.push(member);
        }
    }
}
