//! What a linear relation is (SPEC §6.1).

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

#[cfg(feature = "alloc")]
use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT;
use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
#[cfg(feature = "alloc")]
use zeroize::Zeroizing;

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
/// Which terms there are, and in which order, must not depend on `w`. On the left side, an equation
/// has at most one term for each witness.
pub trait Relation<const EQUATIONS: usize> {
    /// φ at `w`: the witnesses, the nonces or the responses.
    fn left(&self, w: &[Scalar], sums: &mut impl Sums);

    /// Y.
    fn right(&self, sums: &mut impl Sums);
}

/// Takes the terms of one side, each with the number of its equation. The sign is separate from the
/// scalar, because negating a scalar costs as much as multiplying two.
pub trait Sums {
    /// + scalar·base.
    fn add(&mut self, equation: usize, scalar: &Scalar, base: Base);

    /// − scalar·base.
    fn subtract(&mut self, equation: usize, scalar: &Scalar, base: Base);
}

/// Adds up points, by one constant-time scalar multiplication for each term.
struct Points<'a, const E: usize> {
    bases: &'a Bases<'a>,
    sums: [RistrettoPoint; E],
}

impl<const E: usize> Sums for Points<'_, E> {
    fn add(&mut self, equation: usize, scalar: &Scalar, base: Base) {
        self.sums[equation] += self.bases.point(base) * scalar;
    }

    fn subtract(&mut self, equation: usize, scalar: &Scalar, base: Base) {
        self.sums[equation] -= self.bases.point(base) * scalar;
    }
}

/// φ(w). Constant-time.
#[cfg(not(feature = "alloc"))]
pub(crate) fn evaluate<const E: usize>(
    relation: &impl Relation<E>,
    bases: &Bases<'_>,
    w: &[Scalar],
) -> [RistrettoPoint; E] {
    let mut points = Points { bases, sums: [RistrettoPoint::default(); E] };
    relation.left(w, &mut points);
    points.sums
}

/// Collects the terms of each equation, so that their doublings are done once for all of them.
#[cfg(feature = "alloc")]
struct Terms<'a, const E: usize> {
    bases: &'a Bases<'a>,
    scalars: [Zeroizing<Vec<Scalar>>; E],
    points: [Vec<RistrettoPoint>; E],
    /// Sums of multiples of G, for which the curve library has a table.
    of_basepoint: [RistrettoPoint; E],
}

#[cfg(feature = "alloc")]
impl<const E: usize> Terms<'_, E> {
    /// Whether the base is G. Other bases, which can be secret, are not looked at.
    fn is_basepoint(&self, base: Base) -> bool {
        base == Base::Fixed(0) && *self.bases.point(base) == RISTRETTO_BASEPOINT_POINT
    }
}

#[cfg(feature = "alloc")]
impl<const E: usize> Sums for Terms<'_, E> {
    fn add(&mut self, equation: usize, scalar: &Scalar, base: Base) {
        if self.is_basepoint(base) {
            self.of_basepoint[equation] += RistrettoPoint::mul_base(scalar);
            return;
        }
        self.scalars[equation].push(*scalar);
        self.points[equation].push(*self.bases.point(base));
    }

    fn subtract(&mut self, equation: usize, scalar: &Scalar, base: Base) {
        if self.is_basepoint(base) {
            self.of_basepoint[equation] -= RistrettoPoint::mul_base(scalar);
            return;
        }
        self.scalars[equation].push(*scalar);
        self.points[equation].push(-self.bases.point(base));
    }
}

/// φ(w). Constant-time.
#[cfg(feature = "alloc")]
pub(crate) fn evaluate<const E: usize>(
    relation: &impl Relation<E>,
    bases: &Bases<'_>,
    w: &[Scalar],
) -> [RistrettoPoint; E] {
    use curve25519_dalek::traits::MultiscalarMul;

    // No list grows and leaves a copy of a secret behind: see `Relation`.
    let scalars: [_; E] = core::array::from_fn(|_| Zeroizing::new(Vec::with_capacity(w.len())));
    let points: [_; E] = core::array::from_fn(|_| Vec::with_capacity(w.len()));
    let of_basepoint = [RistrettoPoint::default(); E];
    let mut terms = Terms { bases, scalars, points, of_basepoint };
    relation.left(w, &mut terms);
    let Terms { scalars, points, of_basepoint, .. } = terms;
    core::array::from_fn(|equation| {
        let rest = match (&scalars[equation][..], &points[equation][..]) {
            ([], []) => return of_basepoint[equation],
            ([scalar], [point]) => point * scalar,
            (scalars, points) => RistrettoPoint::multiscalar_mul(scalars, points),
        };
        rest + of_basepoint[equation]
    })
}

/// Y.
pub(crate) fn target<const E: usize>(
    relation: &impl Relation<E>,
    bases: &Bases<'_>,
) -> [RistrettoPoint; E] {
    let mut points = Points { bases, sums: [RistrettoPoint::default(); E] };
    relation.right(&mut points);
    points.sums
}
