//! Nonces that were used: what makes an answer count once (SPEC §12, step 5).

use crate::error::Error;
use crate::expiring::Expiring;
use crate::time::UnixTime;

/// Remembers the nonces of answered requests until the requests have expired.
///
/// A store that several servers share implements this with one atomic "insert if absent". It may
/// forget a nonce only when no server can still take the request for unexpired, whatever its
/// clock says.
pub trait NonceStore {
    /// Uses up a nonce, in one atomic step. It can be forgotten after `expires`, when its
    /// request is refused anyhow.
    ///
    /// # Errors
    /// [`Error::Replayed`] if it was used before, [`Error::Full`] or [`Error::Unavailable`] if
    /// that cannot be told; the answer is then refused.
    fn consume(&mut self, nonce: &[u8; 32], expires: UnixTime, now: UnixTime) -> Result<(), Error>;
}

/// Used nonces in the memory of one process, at most so many.
///
/// Only answers that verify use up a nonce, and each needs a request of the platform's own.
#[derive(Clone, Debug)]
pub struct MemoryNonces {
    used: Expiring<[u8; 32], ()>,
    /// Nonces of requests that expired before this may have been forgotten.
    forgotten: UnixTime,
}

impl MemoryNonces {
    /// Keeps at most `most` nonces of unexpired requests (about 150 bytes each).
    #[must_use]
    pub const fn new(most: usize) -> Self {
        Self { used: Expiring::new(most), forgotten: UnixTime(0) }
    }

    /// The number of nonces kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.used.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl NonceStore for MemoryNonces {
    /// [`Error::Expired`] if a clock that stepped back makes a request look unexpired whose nonce
    /// may have been forgotten.
    fn consume(&mut self, nonce: &[u8; 32], expires: UnixTime, now: UnixTime) -> Result<(), Error> {
        if self.used.purge(now) {
            self.forgotten = now.max(self.forgotten);
        }
        if expires < self.forgotten {
            return Err(Error::Expired);
        }
        if self.used.contains(nonce) {
            return Err(Error::Replayed);
        }
        self.used.insert(*nonce, (), expires)
    }
}

/// One store for all threads.
#[cfg(feature = "std")]
impl<S: NonceStore> NonceStore for &std::sync::Mutex<S> {
    fn consume(&mut self, nonce: &[u8; 32], expires: UnixTime, now: UnixTime) -> Result<(), Error> {
        let mut store = self.lock().map_err(|_| Error::Unavailable)?;
        store.consume(nonce, expires, now)
    }
}
