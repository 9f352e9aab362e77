//! Randomness that is the same each time.

use alloc::vec::Vec;
use core::convert::Infallible;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use pairnym::rand_core::{TryCryptoRng, TryRng};

/// A generator with this seed.
#[must_use]
pub fn seeded(seed: u64) -> Seeded {
    Seeded(ChaCha12Rng::seed_from_u64(seed))
}

/// A generator that gives the same numbers each time it is made: ChaCha12 from [a seed](seeded).
/// For tests only, since anybody who knows the seed knows every secret.
#[derive(Debug)]
pub struct Seeded(ChaCha12Rng);

impl TryRng for Seeded {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64())
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill_bytes(out);
        Ok(())
    }
}

impl TryCryptoRng for Seeded {}

/// Randomness that is given byte by byte, as in a test vector.
///
/// # Panics
/// If fewer bytes are left than are drawn, or if numbers are drawn instead of bytes, which pairnym
/// never does.
#[derive(Clone, Debug)]
pub struct Given(Vec<u8>);

impl Given {
    /// These bytes, from the front.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// How many bytes were not drawn.
    #[must_use]
    pub fn left(&self) -> usize {
        self.0.len()
    }
}

impl TryRng for Given {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("pairnym draws bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        panic!("pairnym draws bytes")
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        assert!(out.len() <= self.0.len(), "{} bytes are drawn of {}", out.len(), self.0.len());
        let rest = self.0.split_off(out.len());
        out.copy_from_slice(&self.0);
        self.0 = rest;
        Ok(())
    }
}

impl TryCryptoRng for Given {}
