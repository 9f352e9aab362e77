//! What the benches share: the two measures beside which the results stand, an ed25519 signature
//! and the floor; and what is measured.
#![allow(dead_code)] // Each bench uses a part of it.

pub mod setting;

use std::cell::Cell;
use std::time::Duration;

use criterion::Criterion;
use curve25519_dalek::ristretto::{
    CompressedRistretto, RistrettoPoint, VartimeRistrettoPrecomputation,
};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{VartimeMultiscalarMul, VartimePrecomputedMultiscalarMul};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use pairnym_testkit::seeded;
use rand_core::Rng;

use setting::DISTINCT;

/// Criterion, with less time for each of many benches: noise is larger than what more would gain.
pub fn quick() -> Criterion {
    let quick = Criterion::default().sample_size(20);
    quick.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2))
}

/// The yardstick: signatures of 32-byte messages, from the bytes of key and signature, since
/// decoding is part of everything else that is measured too.
pub struct Ed25519 {
    keys: Vec<[u8; 32]>,
    messages: Vec<[u8; 32]>,
    signatures: Vec<[u8; 64]>,
}

impl Ed25519 {
    pub fn new(n: usize) -> Self {
        let rng = &mut seeded(7);
        let mut bytes = || {
            let mut bytes = [0; 32];
            rng.fill_bytes(&mut bytes);
            bytes
        };
        let made = (0..DISTINCT).map(|_| (SigningKey::from_bytes(&bytes()), bytes()));
        let made: Vec<_> = made.collect();
        let all = || made.iter().cycle().take(n);
        Self {
            keys: all().map(|(key, _)| key.verifying_key().to_bytes()).collect(),
            messages: all().map(|(_, message)| *message).collect(),
            signatures: all().map(|(key, message)| key.sign(message).to_bytes()).collect(),
        }
    }

    /// Verifies all signatures one by one.
    pub fn verify(&self) {
        let signed = self.messages.iter().zip(&self.signatures);
        for (key, (message, signature)) in self.keys.iter().zip(signed) {
            let key = VerifyingKey::from_bytes(key).unwrap();
            key.verify(message, &Signature::from_bytes(signature)).unwrap();
        }
    }

    /// Verifies all signatures at once.
    pub fn verify_batch(&self) {
        let keys: Vec<_> =
            self.keys.iter().map(|key| VerifyingKey::from_bytes(key).unwrap()).collect();
        let messages: Vec<_> = self.messages.iter().map(|message| &message[..]).collect();
        let signatures: Vec<_> = self.signatures.iter().map(Signature::from_bytes).collect();
        ed25519_dalek::verify_batch(&messages, &signatures, &keys).unwrap();
    }
}

/// The floor: a verifier of so many members does at least this, with the curve library as it is.
/// Every own point is decoded, and one multiscalar multiplication adds all up; its scalars are
/// full ones, but for the weights of the commitments, 128 bits each and one of them 1. No
/// hashing, no scalar arithmetic, no decoding of scalars.
pub struct Floor {
    tables: VartimeRistrettoPrecomputation,
    /// One after the other, lest the processor learn the digits of one by heart.
    runs: Vec<FloorRun>,
    next: Cell<usize>,
}

struct FloorRun {
    fixed: Vec<Scalar>,
    own: Vec<Scalar>,
    encoded: Vec<[u8; 32]>,
}

impl Floor {
    /// G, X, P_s, B_t, V, seven U and every H; of each member Ā, B̄, N and four commitments.
    pub fn of_presentations(attributes: usize, n: usize) -> Self {
        Self::new(12 + attributes, 3, 4, n)
    }

    /// P_s; of each member N and one commitment.
    pub fn of_logins(n: usize) -> Self {
        Self::new(1, 1, 1, n)
    }

    fn new(fixed: usize, full: usize, weights: usize, n: usize) -> Self {
        let rng = &mut seeded(8);
        let mut wide = || {
            let mut bytes = [0; 64];
            rng.fill_bytes(&mut bytes);
            bytes
        };
        let mut scalar = || Scalar::from_bytes_mod_order_wide(&wide());
        let bases: Vec<_> = (0..fixed).map(|_| RistrettoPoint::mul_base(&scalar())).collect();
        let points = DISTINCT * (full + weights);
        let points: Vec<_> = (0..points)
            .map(|_| RistrettoPoint::mul_base(&scalar()).compress().to_bytes())
            .collect();
        let mut points = points.into_iter().cycle();
        let short = |scalar: Scalar| {
            let (half, _) = scalar.as_bytes().split_first_chunk().unwrap();
            Scalar::from(u128::from_le_bytes(*half))
        };
        let mut run = |_| {
            let fixed = (0..bases.len()).map(|_| scalar()).collect();
            let mut own = Vec::with_capacity(n * (full + weights));
            for _ in 0..n {
                own.extend((0..full).map(|_| scalar()));
                own.extend((0..weights).map(|_| short(scalar())));
            }
            own[full] = Scalar::ONE;
            let encoded = points.by_ref().take(own.len()).collect();
            FloorRun { fixed, own, encoded }
        };
        let runs = (0..DISTINCT.div_ceil(n)).map(&mut run).collect();
        Self { tables: VartimeRistrettoPrecomputation::new(&bases), runs, next: Cell::new(0) }
    }

    pub fn run(&self) -> RistrettoPoint {
        // From so many points on dalek adds them up by buckets, which need tables of their own.
        const BUCKETS: usize = 190;
        let Self { tables, runs, next } = self;
        let FloorRun { fixed, own, encoded } = &runs[next.get()];
        next.set((next.get() + 1) % runs.len());
        let decode = |bytes: &[u8; 32]| CompressedRistretto(*bytes).decompress().unwrap();
        let points: Vec<_> = encoded.iter().map(decode).collect();
        if points.len() < BUCKETS {
            tables.vartime_mixed_multiscalar_mul(fixed, own, &points)
        } else {
            tables.vartime_multiscalar_mul(fixed)
                + RistrettoPoint::vartime_multiscalar_mul(own, &points)
        }
    }
}
