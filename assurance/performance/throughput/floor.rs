//! The least that verification could cost with this curve library: it decodes the points and
//! multiplies once, over as many fixed bases, own points and short scalars as the real
//! verification, but with random scalars, nothing hashed and nothing checked.

use curve25519_dalek::ristretto::{
    CompressedRistretto, RistrettoPoint, VartimeRistrettoPrecomputation,
};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{VartimeMultiscalarMul, VartimePrecomputedMultiscalarMul};
use rand_core::Rng;

use crate::Result;
use crate::world::{ANSWERS, rng};

/// How many of each an answer has.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Bases with tables: for presentations G, V, U_0 … U_6, H_0 … H_7, X, P_s and B_t; for
    /// logins P_s.
    fixed: usize,
    /// Own points with scalars of full length: Ā, B̄ and N; N.
    long: usize,
    /// Own points with scalars of 128 bits, one of which can be 1: the commitments.
    short: usize,
}

pub const PRESENTATION: Shape = Shape { fixed: 20, long: 3, short: 4 };
pub const LOGIN: Shape = Shape { fixed: 1, long: 1, short: 1 };

pub struct Floor {
    shape: Shape,
    tables: VartimeRistrettoPrecomputation,
    points: Vec<CompressedRistretto>,
    long: Vec<Scalar>,
    short: Vec<Scalar>,
}

impl Floor {
    pub fn new(shape: Shape) -> Self {
        let Shape { fixed, long, short } = shape;
        let point = |_| RistrettoPoint::mul_base(&scalar(64));
        Self {
            shape,
            tables: VartimeRistrettoPrecomputation::new((0..fixed).map(point)),
            points: (0..(long + short) * ANSWERS).map(|i| point(i).compress()).collect(),
            long: (0..fixed + long * ANSWERS).map(|_| scalar(64)).collect(),
            short: (0..short * ANSWERS).map(|_| scalar(16)).collect(),
        }
    }

    /// So many answers, from some answer on.
    pub fn verify(&self, first: usize, count: usize) -> Result<bool> {
        let Shape { fixed, long, short } = self.shape;
        let first = first % ANSWERS;
        let points = cycle(&self.points, first * (long + short), count * (long + short));
        let points = points.map(|point| point.decompress().ok_or("a point"));
        let points = points.collect::<std::result::Result<Vec<_>, _>>()?;
        let scalars = cycle(&self.long, first * long, fixed + count * long).collect::<Vec<_>>();
        let (fixed, long) = scalars.split_at(fixed);
        let short = cycle(&self.short, first * short, count * short).collect::<Vec<_>>();
        let Some((one, points)) = points.split_first() else { return Ok(true) };
        let scalars = long.iter().chain(&short[1..]);
        let sum = if count == 1 {
            self.tables.vartime_mixed_multiscalar_mul(fixed, scalars, points)
        } else {
            let own = RistrettoPoint::vartime_multiscalar_mul(scalars, points);
            self.tables.vartime_multiscalar_mul(fixed) + own
        };
        Ok(sum == *one)
    }
}

/// So many, from some place on, over and over.
fn cycle<T: Copy>(all: &[T], first: usize, count: usize) -> impl Iterator<Item = T> {
    (first..first + count).map(|index| all[index % all.len()])
}

/// A random scalar of up to 64 bytes.
fn scalar(bytes: usize) -> Scalar {
    let mut wide = [0; 64];
    rng().fill_bytes(&mut wide[..bytes]);
    Scalar::from_bytes_mod_order_wide(&wide)
}
