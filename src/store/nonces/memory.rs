//! Used nonces in the memory of one process.

#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::fmt;

use super::{Nonce, NonceStore, Spend};
use crate::error::Error;
use crate::store::expiring::{Expiring, WORK};
use crate::store::lock::Lock;
use crate::time::UnixTime;

/// How far ahead of a correct clock a request can expire at most (SPEC §11, step 2).
const AHEAD: u64 = 87_000;

/// Used nonces in the memory of one process, in bounded number.
///
/// Only answers that verify use up a nonce, and each needs a request that the platform itself made.
/// A restarted process has forgotten all nonces, so it must have forgotten all pending requests
/// too.
///
/// The clock may jump: no nonce is won twice, and once the clock is right again, answers are
/// accepted as before.
pub struct MemoryNonces(Lock<Expiring<Nonce, ()>>);

impl MemoryNonces {
    /// Keeps at most `most` nonces of unexpired requests (about 150 bytes each).
    #[must_use]
    pub const fn new(most: usize) -> Self {
        Self(Lock::new(Expiring::new(most, AHEAD)))
    }

    /// The number of nonces kept, including expired ones that have not been dropped yet. 0 if a
    /// panic made the store unavailable.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.with(|used| used.len()).unwrap_or(0)
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl NonceStore for MemoryNonces {
    /// [`Error::Full`], or [`Error::Unavailable`] after a panic inside the store; nothing is used
    /// up.
    type Error = Error;

    /// Drops some expired nonces first, few enough that no call takes long. A nonce that may have
    /// been dropped counts as used.
    fn spend(&self, all: &[Spend], now: UnixTime) -> Result<Vec<Nonce>, Error> {
        self.0.with(|used| {
            used.purge(now, all.len().saturating_add(WORK));
            let mut won = Vec::new();
            for Spend { nonce, expires } in all {
                if used.get(nonce).is_some() || used.may_have_dropped(*expires) {
                    continue;
                }
                if let Err(full) = used.insert(*nonce, (), *expires) {
                    for nonce in &won {
                        used.remove(nonce);
                    }
                    return Err(full);
                }
                won.push(*nonce);
            }
            Ok(won)
        })?
    }
}

/// It never waits for anything but the mutex, and never for long.
#[cfg(feature = "std")]
impl super::AsyncNonceStore for MemoryNonces {
    /// As of [`NonceStore`].
    type Error = Error;

    async fn spend(&self, all: &[Spend], now: UnixTime) -> Result<Vec<Nonce>, Error> {
        NonceStore::spend(self, all, now)
    }
}

impl fmt::Debug for MemoryNonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryNonces").field("used", &self.len()).finish_non_exhaustive()
    }
}
