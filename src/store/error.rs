//! A refusal, or a failure of the store itself: the two are never confused.

use core::fmt;

use crate::error::Error;

/// Why an operation that needs a store did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreError<E> {
    /// The operation is refused, however often it is tried.
    Refused(Error),
    /// The store failed, and nothing is known: this counts as refused (SPEC §16.3), and the
    /// other party may try again.
    Store(E),
}

impl<E> StoreError<E> {
    /// The refusal, if it is one.
    #[must_use]
    pub const fn refused(&self) -> Option<Error> {
        match self {
            Self::Refused(error) => Some(*error),
            Self::Store(_) => None,
        }
    }

    /// The status code with which a server reports it: that of the refusal, or 503 for a store that
    /// failed.
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        match self {
            Self::Refused(error) => error.http_status(),
            Self::Store(_) => Error::Unavailable.http_status(),
        }
    }
}

impl<E> fmt::Display for StoreError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Store(_) => f.write_str("the store failed"),
        }
    }
}

/// The source is the store's own error; a refusal has none.
impl<E: core::error::Error + 'static> core::error::Error for StoreError<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Refused(_) => None,
            Self::Store(error) => Some(error),
        }
    }
}

impl<E> From<Error> for StoreError<E> {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// The in-memory stores, too, fail with an [`Error`].
impl From<StoreError<Self>> for Error {
    fn from(error: StoreError<Self>) -> Self {
        match error {
            StoreError::Refused(error) | StoreError::Store(error) => error,
        }
    }
}
