//! Values whose bearer may do something: they are never stored, only their hashes.

use std::fmt;

use pairnym_transport::{Attempt, Code, Handle};
use sha2::{Digest, Sha256};

/// The SHA-256 hash of a handle, a code, a cookie, an attempt or an answer, which is all that a store
/// sees of it: whoever reads the store cannot use what they read.
///
/// Comparing two of them is not constant-time, and need not be: to learn a hash is not to learn
/// the value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hashed(pub [u8; 32]);

impl Hashed {
    /// The hash of a value for one use: the SHA-256 of the use, a zero byte and the value. The use
    /// is a word: `browser` for a cookie, `message` for an answer.
    ///
    /// ```
    /// use pairnym_store::Hashed;
    ///
    /// assert_ne!(Hashed::of("browser", b"x"), Hashed::of("message", b"x"));
    /// ```
    #[must_use]
    pub fn of(r#use: &str, value: &[u8]) -> Self {
        let hash = Sha256::new().chain_update(r#use).chain_update([0]).chain_update(value);
        Self(hash.finalize().into())
    }
}

impl From<&Handle> for Hashed {
    fn from(handle: &Handle) -> Self {
        Self::of("handle", &handle.0)
    }
}

impl From<&Attempt> for Hashed {
    fn from(attempt: &Attempt) -> Self {
        Self::of("attempt", &attempt.0)
    }
}

impl From<&Code> for Hashed {
    fn from(code: &Code) -> Self {
        Self::of("code", &code.0)
    }
}

impl fmt::Debug for Hashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hashed(..)")
    }
}
