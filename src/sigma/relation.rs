//! What a linear relation is (SPEC §6.1).

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;

/// A point of a relation, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// In the list of bases shared by many proofs.
    Fixed(usize),
    /// In the list of points of this one proof.
    Own(usize),
}

/// The two lists that places refer to.
#[derive(Clone, Copy)]
pub struct Bases<'a> {
    /// Shared points.
    pub fixed: &'a [RistrettoPoint],
    /// The proof's own points.
    pub own: &'a [RistrettoPoint],
}

impl Bases<'_> {
    /// The point at a place. Places come from statements, never from input.
    #[must_use]
    pub fn point(&self, base: Base) -> &RistrettoPoint {
        match base {
            Base::Fixed(place) => &self.fixed[place],
            Base::Own(place) => &self.own[place],
        }
    }
}

/// `EQUATIONS` equations φ_j(w) = Y_j, each side a sum of scalar·base.
///
/// `term` is called with the number of the equation, the scalar and the base, and the terms of
/// one equation may come in any order. Which terms come must not depend on `w`.
pub trait Relation<const EQUATIONS: usize> {
    /// φ at `w`: the witnesses, the nonces or the responses.
    fn left(&self, w: &[Scalar], term: impl FnMut(usize, Scalar, Base));

    /// Y.
    fn right(&self, term: impl FnMut(usize, Scalar, Base));
}

/// φ(w), by constant-time scalar multiplications. `left` passes scalars by value: they are
/// functions of nonces, and dalek's `Scalar` leaves no trace but on the stack.
pub(crate) fn evaluate<const E: usize>(
    relation: &impl Relation<E>,
    bases: &Bases<'_>,
    w: &[Scalar],
) -> [RistrettoPoint; E] {
    let mut sums = [RistrettoPoint::default(); E];
    relation.left(w, |equation, scalar, base| {
        sums[equation] += bases.point(base) * scalar;
    });
    sums
}

/// Y.
pub(crate) fn target<const E: usize>(
    relation: &impl Relation<E>,
    bases: &Bases<'_>,
) -> [RistrettoPoint; E] {
    let mut sums = [RistrettoPoint::default(); E];
    relation.right(|equation, scalar, base| {
        sums[equation] += bases.point(base) * scalar;
    });
    sums
}
