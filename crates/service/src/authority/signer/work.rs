//! Work that keeps a processor busy: on so many threads, and so much of it waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pairnym_transport::Refusal;
use tokio::sync::Semaphore;

use crate::Refused;

pub(super) struct Work {
    threads: Arc<Semaphore>,
    waiting: AtomicUsize,
    most: usize,
}

/// Somebody who waits; until it is dropped.
struct Waits<'a>(&'a AtomicUsize);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Work {
    pub(super) fn new(threads: usize, most: usize) -> Self {
        let threads = Arc::new(Semaphore::new(threads.max(1)));
        Self { threads, waiting: AtomicUsize::new(0), most }
    }

    /// How much waits.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Does it, once a thread is free; or refuses at once, if too much waits already.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let waits = Waits(&self.waiting);
        if before >= self.most {
            return Err(Refusal::Full.into());
        }
        let place = self.threads.clone().acquire_owned().await;
        let place = place.map_err(|_| Refusal::Unavailable)?;
        drop(waits);
        // The place is given back when the work is done, also if nobody waits for it any more.
        let working = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        });
        working.await.map_err(|_| {
            tracing::error!("a panic");
            Refusal::Internal.into()
        })
    }
}
