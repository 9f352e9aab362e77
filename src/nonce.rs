//! Nonces that were used: what makes an answer count once (SPEC §12, step 5).

use alloc::collections::BTreeMap;

use crate::error::Error;
use crate::time::UnixTime;

/// Remembers the nonces of answered requests until the requests have expired.
///
/// A store that several servers share implements this with one atomic "insert if absent".
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
/// Only answers that verify use up a nonce, so strangers cannot fill it.
#[derive(Clone, Debug)]
pub struct MemoryNonces {
    most: usize,
    used: BTreeMap<[u8; 32], UnixTime>,
}

impl MemoryNonces {
    /// Keeps at most `most` nonces of unexpired requests (about 60 bytes each).
    #[must_use]
    pub const fn new(most: usize) -> Self {
        let used = BTreeMap::new();
        Self { most, used }
    }

    /// The number of nonces kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.used.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.used.is_empty()
    }
}

impl NonceStore for MemoryNonces {
    fn consume(&mut self, nonce: &[u8; 32], expires: UnixTime, now: UnixTime) -> Result<(), Error> {
        if self.used.contains_key(nonce) {
            return Err(Error::Replayed);
        }
        if self.used.len() >= self.most {
            self.used.retain(|_, expires| now <= *expires);
        }
        if self.used.len() >= self.most {
            return Err(Error::Full);
        }
        self.used.insert(*nonce, expires);
        Ok(())
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
