//! Points in time, and the epochs and slots into which an authority divides time (SPEC §4.4, §4.6).

use core::fmt;
use core::time::Duration;

use crate::error::Error;
use crate::ids::ParametersId;

/// How far apart two clocks may be if each is within 300 seconds of the true time.
pub(crate) const SKEW: u64 = 600;

/// Seconds since 1970-01-01T00:00:00Z. The library has no clock of its own except
/// `UnixTime::now` under `std`; every operation that needs the time takes it as an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(pub u64);

impl UnixTime {
    /// The time by the system clock; if that is before 1970, `u64::MAX`, at which everything has
    /// expired. Not on `wasm32-unknown-unknown`, which has no clock.
    #[cfg(all(feature = "std", not(all(target_arch = "wasm32", target_os = "unknown"))))]
    #[must_use]
    pub fn now() -> Self {
        let since = std::time::SystemTime::UNIX_EPOCH.elapsed();
        Self(since.map_or(u64::MAX, |duration| duration.as_secs()))
    }

    /// This time plus a duration, in whole seconds.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use pairnym::UnixTime;
    /// assert_eq!(UnixTime(1_800_000_000).after(Duration::from_secs(600))?, UnixTime(1_800_000_600));
    /// # Ok::<_, pairnym::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Range`] if the result is more than `u64::MAX` seconds.
    pub const fn after(self, duration: Duration) -> Result<Self, Error> {
        match self.0.checked_add(duration.as_secs()) {
            Some(seconds) => Ok(Self(seconds)),
            None => Err(Error::Range),
        }
    }

    /// This time plus some seconds, `u64::MAX` at most: for comparisons only.
    pub(crate) const fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// This time minus some seconds, 0 at least.
    pub(crate) const fn minus(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
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

/// An epoch under certain parameters: the time for which a credential is valid (SPEC §4.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// The parameters whose key issues in it.
    pub parameters: ParametersId,
    /// The epoch.
    pub epoch: Epoch,
}
