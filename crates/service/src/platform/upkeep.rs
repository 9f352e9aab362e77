//! What has to be done again and again.

use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use pairnym_store::{RequestRows as _, SWEEP};

use super::{Inner, prepared};

/// Once a minute: forgets what is over, and prepares for the slot that has begun.
pub(super) async fn run(service: Weak<Inner>) {
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    let mut slots = Vec::new();
    loop {
        minute.tick().await;
        let Some(inner) = service.upgrade() else { return };
        let now = (inner.clock)();
        loop {
            match inner.store.sweep_requests(now).await {
                Ok(SWEEP) => {}
                Ok(_) => break,
                Err(failure) => {
                    tracing::warn!("sweeping: {failure}");
                    break;
                }
            }
        }
        let platform = inner.platform.read().unwrap_or_else(PoisonError::into_inner).clone();
        let shown = platform.slots(now);
        if shown != slots {
            let work = inner.clone();
            let preparing = tokio::task::spawn_blocking(move || {
                let next = Arc::new(prepared(&platform, &work.asks, now));
                let mut shared = work.platform.write().unwrap_or_else(PoisonError::into_inner);
                // Unless another list was adopted meanwhile, which was prepared for itself.
                if Arc::ptr_eq(&shared, &platform) {
                    *shared = next;
                }
            });
            if preparing.await.is_ok() {
                slots = shown;
            }
        }
    }
}
