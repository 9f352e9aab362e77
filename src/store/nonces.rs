//! Nonces of requests: what makes an answer count once (SPEC §12, step 5).
//!
//! Checking an answer and using up the nonce of its request are two steps, because the second
//! belongs to the store. The first returns an [`Unspent`] value that cannot be read; the second
//! makes it readable, through a [`NonceStore`], an [`AsyncNonceStore`], or a statement in the
//! caller's own transaction.

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
/// Two kinds of store will do: one that remembers the used nonces (`INSERT … ON CONFLICT DO NOTHING
/// RETURNING nonce`), and one that forgets the pending requests (`DELETE … WHERE nonce = ANY(…)
/// RETURNING nonce`). It is the change that counts: reading first and writing afterwards would let
/// two servers win the same nonce.
///
/// A store that remembers used nonces keeps each one until no server can still take its request
/// for unexpired: until `expires` + 600 seconds, for servers whose clocks are right within 300
/// seconds. A pending request can be deleted as soon as it has expired. `now` is the caller's
/// clock, for stores that tidy up; the expiry has already been checked.
///
/// The pending requests of one process:
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Mutex;
///
/// use pairnym::{message::*, store::*, *};
///
/// struct Pending(Mutex<HashMap<Nonce, Request>>);
///
/// impl NonceStore for Pending {
///     type Error = Error;
///
///     fn spend(&self, all: &[Spend], _now: UnixTime) -> Result<Vec<Nonce>, Error> {
///         let mut pending = self.0.lock().map_err(|_| Error::Unavailable)?;
///         let won = |spend: &Spend| pending.remove(&spend.nonce).map(|_| spend.nonce);
///         Ok(all.iter().filter_map(won).collect())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `NonceStore`",
    note = "an `AsyncNonceStore` is asked by `check(…)?.spend_async(…).await`, or `spend_all_async` for a batch"
)]
pub trait NonceStore {
    /// Why the store could not answer.
    type Error;

    /// Uses up nonces, all different, and returns those that *this call* used up, in any order.
    /// A nonce that is not returned was used before, or was never pending.
    ///
    /// Each nonce is won by at most one call, whatever happens elsewhere at the same time.
    ///
    /// # Errors
    /// The store's own. The answers are then refused, and preferably nothing was used up.
    fn spend(&self, all: &[Spend], now: UnixTime) -> Result<Vec<Nonce>, Self::Error>;
}

/// A [`NonceStore`] that is asked asynchronously.
///
/// ```
/// use pairnym::{store::*, *};
/// # struct Pool;
/// # #[derive(Debug)] struct SqlError;
/// # impl Pool {
/// #     async fn query(&self, _: &str, _: Vec<[u8; 32]>) -> Result<Vec<[u8; 32]>, SqlError> { Ok(vec![]) }
/// # }
///
/// struct Database(Pool);
///
/// impl AsyncNonceStore for Database {
///     type Error = SqlError;
///
///     async fn spend(&self, all: &[Spend], _now: UnixTime) -> Result<Vec<Nonce>, SqlError> {
///         let nonces = all.iter().map(|spend| spend.nonce.0).collect();
///         let delete = "DELETE FROM pending WHERE nonce = ANY($1) RETURNING nonce";
///         Ok(self.0.query(delete, nonces).await?.into_iter().map(Nonce).collect())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `AsyncNonceStore`",
    note = "a `NonceStore` is asked by `check(…)?.spend(…)`, or `spend_all` for a batch"
)]
pub trait AsyncNonceStore: Sync {
    /// Why the store could not answer.
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
