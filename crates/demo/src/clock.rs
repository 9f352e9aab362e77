//! The demonstration's clock: the system's, and the days that somebody let pass.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use pairnym::UnixTime;

/// The seconds of a day, which is also the length of the authority's epochs.
pub const DAY: u64 = 86_400;

/// What time it is for everybody. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicU64>);

impl Clock {
    /// The time.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        UnixTime(UnixTime::now().0.saturating_add(self.0.load(Ordering::SeqCst)))
    }

    /// Goes on to this time, if it is later than now.
    pub fn go_on_to(&self, time: UnixTime) {
        let ahead = time.0.saturating_sub(UnixTime::now().0);
        self.0.fetch_max(ahead, Ordering::SeqCst);
    }

    /// For the services.
    #[must_use]
    pub fn shared(&self) -> pairnym_service::Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}
