//! Pages that wait for a change of their request, and what wakes them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use pairnym_store::Hashed;
use tokio::sync::Notify;

/// Who waits for which request, in this process.
#[derive(Default)]
pub(super) struct Waiting(Mutex<HashMap<Hashed, Arc<Notify>>>);

impl Waiting {
    /// Waits for a request, by the hash of its transaction. Take this place first, then look how
    /// far the request is, then wait: a change in between is not missed.
    pub(super) fn place(&self, browser: Hashed) -> Place<'_> {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = map.entry(browser).or_default().clone();
        Place { waiting: self, browser, changed }
    }

    /// The request has changed.
    pub(super) fn wake(&self, browser: &Hashed) {
        let map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(changed) = map.get(browser) {
            changed.notify_waiters();
        }
    }
}

/// A place among those who wait, given up when it is dropped.
pub(super) struct Place<'a> {
    waiting: &'a Waiting,
    browser: Hashed,
    pub(super) changed: Arc<Notify>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut map = self.waiting.0.lock().unwrap_or_else(PoisonError::into_inner);
        // This place and the map's own.
        if Arc::strong_count(&self.changed) <= 2 {
            map.remove(&self.browser);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_wakes_all_who_wait_and_leaves_nobody_behind() {
        let waiting = Waiting::default();
        let (one, other) = (Hashed::of("x", b"1"), Hashed::of("x", b"2"));
        let (a, b, c) = (waiting.place(one), waiting.place(one), waiting.place(other));
        let (mut first, mut second) =
            (Box::pin(a.changed.notified()), Box::pin(b.changed.notified()));
        let mut third = Box::pin(c.changed.notified());
        first.as_mut().enable();
        second.as_mut().enable();
        third.as_mut().enable();
        waiting.wake(&one);
        first.await;
        second.await;
        let late = tokio::time::timeout(std::time::Duration::from_millis(20), &mut third).await;
        assert!(late.is_err(), "woken by another request");
        drop(third);
        drop((a, b, c));
        assert!(waiting.0.lock().unwrap().is_empty());
    }
}
