//! Randomness given in advance, or the operating system's.

use std::convert::Infallible;

use getrandom::SysRng;
use rand_core::{TryCryptoRng, TryRng, UnwrapErr};

use crate::fault::Fault;

/// A random generator that hands out given bytes from the front.
pub struct Coins {
    given: Option<Vec<u8>>,
    used: usize,
    missing: bool,
}

impl Coins {
    pub const fn new(given: Option<Vec<u8>>) -> Self {
        Self { given, used: 0, missing: false }
    }

    /// 32 bytes at once.
    pub fn draw(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        rand_core::Rng::fill_bytes(self, &mut bytes);
        bytes
    }

    /// What is left of the given bytes, as hex. A fault if there were too few.
    pub fn left(&self) -> Result<Option<String>, Fault> {
        if self.missing {
            return Err(Fault::usage("coins: too few"));
        }
        let left = self.given.as_ref().map(|given| &given[self.used..]);
        Ok(left.filter(|left| !left.is_empty()).map(hex::encode))
    }
}

impl TryRng for Coins {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        let Some(given) = &self.given else {
            return UnwrapErr(SysRng).try_fill_bytes(to);
        };
        match given.get(self.used..self.used + to.len()) {
            Some(bytes) => {
                to.copy_from_slice(bytes);
                self.used += to.len();
            }
            // The step goes on with something; its answer is not given out.
            None => self.missing = true,
        }
        Ok(())
    }
}

impl TryCryptoRng for Coins {}
