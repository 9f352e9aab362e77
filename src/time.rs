//! Points in time, and the epochs that an authority divides it into (SPEC §4.4).

use core::fmt;

/// Seconds since 1970-01-01T00:00:00Z. The library has no clock of its own but
/// [`UnixTime::now`] under `std`; every operation that needs the time takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(pub u64);

impl UnixTime {
    /// The system clock. If it says something before 1970, the end of time, at which every
    /// request has expired.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn now() -> Self {
        let since = std::time::SystemTime::UNIX_EPOCH.elapsed();
        Self(since.map_or(u64::MAX, |duration| duration.as_secs()))
    }

    /// So many seconds later, at most the last second there is.
    #[must_use]
    pub const fn after(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

/// The number of an epoch: Unix time divided by the authority's epoch length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
