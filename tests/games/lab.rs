use std::array::from_fn;

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT;
use curve25519_dalek::scalar::Scalar;
use hkdf::Hkdf;
use pairnym::hazmat::Transcript;
use pairnym::hazmat::sigma::{Base, Bases, Relation, Sums};
use rand_core::Rng;
use sha2::Sha512;

/// Messages, field by field (SPEC §14).
mod messages;

/// A presentation before it is proven.
mod stage;

pub use messages::*;
pub use stage::*;

pub const G: RistrettoPoint = RISTRETTO_BASEPOINT_POINT;

/// A uniform scalar.
pub fn scalar(rng: &mut impl Rng) -> Scalar {
    let mut wide = [0; 64];
    rng.fill_bytes(&mut wide);
    Scalar::from_bytes_mod_order_wide(&wide)
}

pub fn scalars(rng: &mut impl Rng, count: usize) -> Vec<Scalar> {
    (0..count).map(|_| scalar(rng)).collect()
}

pub fn encode(point: &RistrettoPoint) -> [u8; 32] {
    point.compress().to_bytes()
}

/// x of an authority that was made from this seed (SPEC §4.1): the tests play the authority.
pub fn x(seed: u8) -> Scalar {
    let mut okm = [0; 128];
    let hkdf = Hkdf::<Sha512>::new(Some(b"pairnym-v1/authority-seed"), &[seed; 32]);
    hkdf.expand(b"pairnym-v1/authority-key", &mut okm).unwrap();
    Scalar::from_bytes_mod_order_wide(okm[..64].try_into().unwrap())
}

/// Σ a_i B_i.
pub fn sum<'a>(
    scalars: impl IntoIterator<Item = &'a Scalar>,
    points: impl IntoIterator<Item = &'a RistrettoPoint>,
) -> RistrettoPoint {
    scalars.into_iter().zip(points).map(|(a, B)| a * B).sum()
}

// Σ-proofs by their formulas (SPEC §6.2), over the statements that the library itself proves.

struct Points<'a, const E: usize> {
    bases: &'a Bases<'a>,
    sums: [RistrettoPoint; E],
}

impl<const E: usize> Sums for Points<'_, E> {
    fn add(&mut self, equation: usize, scalar: &Scalar, base: Base) {
        self.sums[equation] += scalar * self.bases.point(base);
    }

    fn subtract(&mut self, equation: usize, scalar: &Scalar, base: Base) {
        self.sums[equation] -= scalar * self.bases.point(base);
    }
}

/// φ(w).
pub fn image<const E: usize>(
    relation: &impl Relation<E>,
    bases: &Bases<'_>,
    w: &[Scalar],
) -> [RistrettoPoint; E] {
    let mut points = Points { bases, sums: [RistrettoPoint::default(); E] };
    relation.left(w, &mut points);
    points.sums
}

/// Y.
pub fn target<const E: usize>(
    relation: &impl Relation<E>,
    bases: &Bases<'_>,
) -> [RistrettoPoint; E] {
    let mut points = Points { bases, sums: [RistrettoPoint::default(); E] };
    relation.right(&mut points);
    points.sums
}

/// The only commitments with which these responses verify: T = φ(ŵ) − c·Y.
pub fn commitments<const E: usize>(
    relation: &impl Relation<E>,
    bases: &Bases<'_>,
    c: &Scalar,
    responses: &[Scalar],
) -> [RistrettoPoint; E] {
    let (left, right) = (image(relation, bases, responses), target(relation, bases));
    from_fn(|j| left[j] - c * right[j])
}

/// The challenge that follows these commitments.
pub fn challenge(transcript: &Transcript, commitments: &[RistrettoPoint]) -> Scalar {
    let absorb = |transcript: Transcript, T: &RistrettoPoint| transcript.part(&encode(T));
    commitments.iter().fold(transcript.clone(), absorb).scalar()
}

/// Whether a transcript (T, c, ŵ) verifies.
pub fn verifies<const E: usize>(
    relation: &impl Relation<E>,
    bases: &Bases<'_>,
    (T, c, responses): &Sigma<E>,
) -> bool {
    commitments(relation, bases, c, responses) == *T
}

/// T, c, ŵ.
pub type Sigma<const E: usize> = ([RistrettoPoint; E], Scalar, Vec<Scalar>);

/// A prover that makes its proof with any nonces whatever, whether the statement is true or not.
pub fn prove_with<const E: usize>(
    relation: &impl Relation<E>,
    bases: &Bases<'_>,
    transcript: &Transcript,
    witnesses: &[Scalar],
    nonces: &[Scalar],
) -> Sigma<E> {
    let T = image(relation, bases, nonces);
    let c = challenge(transcript, &T);
    (T, c, nonces.iter().zip(witnesses).map(|(n, w)| n + c * w).collect())
}
