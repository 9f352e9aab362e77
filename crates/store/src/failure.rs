//! What goes wrong in a store itself, as opposed to what it refuses.

use std::error::Error;
use std::fmt;

/// A store could not answer. What was asked is then refused (SPEC §16.3, HTTP status 503); whether
/// it was done is not known, and every operation can be repeated.
#[derive(Debug)]
pub struct Failure {
    kind: FailureKind,
    source: Box<dyn Error + Send + Sync>,
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// The store cannot be reached, does not answer in time, or is busy: try again later.
    Unavailable,
    /// There is no room left: nothing was changed.
    Full,
    /// What was read is not what this crate wrote.
    Damaged,
    /// Found when the store was opened: its settings or the version of its tables do not do. Nothing
    /// helps but to change them.
    Unfit,
}

impl Failure {
    /// A failure of this kind, for what reason.
    pub fn new(kind: FailureKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind, source: source.into() }
    }

    /// What kind it is.
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        self.kind
    }

    pub(crate) fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(FailureKind::Unavailable, source)
    }

    pub(crate) fn damaged(what: &'static str) -> Self {
        Self::new(FailureKind::Damaged, what)
    }

    #[cfg(any(feature = "sqlite", feature = "postgres", feature = "redis"))]
    pub(crate) fn unfit(why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(FailureKind::Unfit, why)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            FailureKind::Unavailable => "the store is not available",
            FailureKind::Full => "the store is full",
            FailureKind::Damaged => "the store is damaged",
            FailureKind::Unfit => "the store is not fit for use",
        })
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}
