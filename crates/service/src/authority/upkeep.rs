//! What has to be done again and again.

use std::sync::Weak;
use std::time::Duration;

use pairnym_store::{Devices as _, Offers as _, SWEEP, Tickets as _};

use super::Inner;

/// How long before their end lists without a successor are an alarm, in seconds (SPEC §4.5).
const WARNING: u64 = 7 * 86_400;

/// Once a minute: forgets what is over.
pub(super) async fn run(service: Weak<Inner>) {
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    loop {
        minute.tick().await;
        let Some(inner) = service.upgrade() else { return };
        let now = (inner.clock)();
        let left = {
            let lists = inner.lists.read().unwrap_or_else(std::sync::PoisonError::into_inner);
            lists.left(now)
        };
        if left < WARNING {
            tracing::error!(hours = left / 3_600, "the last list ends: publish its successor");
        }
        loop {
            let swept = async {
                let most = inner.store.sweep_tickets(now).await?;
                let most = most.max(inner.store.sweep_offers(now).await?);
                Ok::<_, pairnym_store::Failure>(most.max(inner.store.sweep_devices(now).await?))
            };
            match swept.await {
                Ok(SWEEP) => {}
                Ok(_) => break,
                Err(failure) => {
                    tracing::warn!("sweeping: {failure}");
                    break;
                }
            }
        }
    }
}

/// Once a second: how the signers are.
pub(super) async fn watch(service: Weak<Inner>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    loop {
        second.tick().await;
        let Some(nodes) = service.upgrade().map(|inner| inner.nodes.clone()) else { return };
        nodes.look().await;
    }
}
