//! Nonces of requests: what makes an answer count once (SPEC §12, step 5).
//!
//! Checking an answer and using up the nonce of its request are two steps, because the second is
//! the store's. The first gives an [`Unspent`] value that cannot be read; the second makes it
//! readable, through a [`NonceStore`], an [`AsyncNonceStore`], or a statement in the caller's own
//! transaction.

pub(crate) mod memory;
pub(crate) mod unspent;

use alloc::vec::Vec;

pub use crate::ids::Nonce;
use crate::time::UnixTime;

pub use super::error::StoreError;
pub use memory::MemoryNonces;
pub use unspent::{Unspent, spend_all, spend_all_async};

/// A nonce to be used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spend {
    /// The nonce.
    pub nonce: Nonce,
    /// The expiry of its request.
    pub expires: UnixTime,
}

/// Uses up nonces, each once.
///
/// Two kinds of store do: one that remembers the used nonces (`INSERT … ON CONFLICT DO NOTHING
/// RETURNING nonce`), and one that forgets the pending requests (`DELETE … WHERE nonce = ANY(…)
/// RETURNING nonce`). It is the change that counts: to read first and write afterwards lets two
/// servers win the same nonce.
///
/// A store that remembers used nonces keeps each until no server can still take its request for
/// unexpired: until `expires` + 600 seconds, for servers whose clocks are right within 300
/// seconds.
pub trait NonceStore {
    /// Why the store could not tell.
    type Error;

    /// Uses up nonces, all different, and returns those that *this call* used up, in any order.
    /// What is not returned was used before, or was never pending.
    ///
    /// Each nonce is won by one call at most, whatever happens at the same time elsewhere.
    ///
    /// # Errors
    /// The store's own. The answers are then refused, and it is better if nothing was used up.
    fn spend(&self, all: &[Spend], now: UnixTime) -> Result<Vec<Nonce>, Self::Error>;
}

/// A [`NonceStore`] that is asked asynchronously.
pub trait AsyncNonceStore: Sync {
    /// Why the store could not tell.
    type Error: Send;

    /// As [`NonceStore::spend`].
    ///
    /// # Errors
    /// As there.
    fn spend(
        &self,
        all: &[Spend],
        now: UnixTime,
    ) -> impl Future<Output = Result<Vec<Nonce>, Self::Error>> + Send;
}

impl<S: NonceStore + ?Sized> NonceStore for &S {
    type Error = S::Error;

    fn spend(&self, all: &[Spend], now: UnixTime) -> Result<Vec<Nonce>, Self::Error> {
        S::spend(self, all, now)
    }
}

impl<S: AsyncNonceStore + ?Sized> AsyncNonceStore for &S {
    type Error = S::Error;

    fn spend(
        &self,
        all: &[Spend],
        now: UnixTime,
    ) -> impl Future<Output = Result<Vec<Nonce>, Self::Error>> + Send {
        S::spend(self, all, now)
    }
}

#[cfg(target_has_atomic = "ptr")]
impl<S: NonceStore + ?Sized> NonceStore for alloc::sync::Arc<S> {
    type Error = S::Error;

    fn spend(&self, all: &[Spend], now: UnixTime) -> Result<Vec<Nonce>, Self::Error> {
        S::spend(self, all, now)
    }
}

#[cfg(target_has_atomic = "ptr")]
impl<S: AsyncNonceStore + Send + ?Sized> AsyncNonceStore for alloc::sync::Arc<S> {
    type Error = S::Error;

    fn spend(
        &self,
        all: &[Spend],
        now: UnixTime,
    ) -> impl Future<Output = Result<Vec<Nonce>, Self::Error>> + Send {
        S::spend(self, all, now)
    }
}
