//! Batches out of a stream of answers.

use alloc::vec::Vec;
use core::fmt;

use crate::answer::verification::Answer;
use crate::error::Error;
use crate::platform::Platform;
use crate::request::message::Request;
use crate::time::UnixTime;

/// Collects answers, as a service receives them, into batches: in a batch of 64 an answer takes
/// half the time that it takes alone.
///
/// A batch is ready when it is full, or when one of its answers has waited long enough. The clock
/// and the threads are the caller's: `D` is any point in time that can be compared, and `K` is
/// whatever identifies the answer to the caller, such as the connection that waits for the verdict;
/// with tokio, `tokio::time::Instant` and a `oneshot::Sender`. Verifying a [`Batch`] needs no
/// access to the batcher, which goes on collecting.
///
#[cfg_attr(feature = "std", doc = "```")]
#[cfg_attr(not(feature = "std"), doc = "```text")]
/// use std::sync::mpsc::{Receiver, RecvTimeoutError};
/// use std::time::{Duration, Instant};
///
/// use pairnym::{authority::*, holder::*, message::*, platform::*, store::*, attribute::*, *};
///
/// /// Lets nobody wait for more than five milliseconds.
/// fn serve(
///     platform: &Platform,
///     answers: &Receiver<(u64, Request, Presentation)>,
///     nonces: &MemoryNonces,
///     reply: impl Fn(u64, Result<Verified, Error>),
/// ) {
///     let mut batcher = Batcher::new(64);
///     loop {
///         let wait = batcher.deadline().map_or(Duration::MAX, |deadline: &Instant| {
///             deadline.saturating_duration_since(Instant::now())
///         });
///         let (batch, last) = match answers.recv_timeout(wait) {
///             Ok((connection, request, presentation)) => {
///                 let deadline = Instant::now() + Duration::from_millis(5);
///                 (batcher.push(connection, request, presentation, deadline), false)
///             }
///             Err(RecvTimeoutError::Timeout) => (batcher.due(&Instant::now()), false),
///             Err(RecvTimeoutError::Disconnected) => (Some(batcher.flush()), true),
///         };
///         for batch in batch {
///             let now = UnixTime::now();
///             let (connections, checked) = batch.check(platform, now);
///             let members = checked.len();
///             // If the store is down, nobody is accepted, and everybody is told.
///             let verdicts = spend_all(checked, nonces, now)
///                 .unwrap_or_else(|_| vec![Err(Error::Unavailable); members]);
///             for (connection, verdict) in connections.into_iter().zip(verdicts) {
///                 reply(connection, verdict);
///             }
///         }
///         if last {
///             return;
///         }
///     }
/// }
/// ```
pub struct Batcher<A, K, D> {
    size: usize,
    waiting: Vec<(K, Request, A)>,
    deadline: Option<D>,
}

impl<A: Answer, K, D: Ord> Batcher<A, K, D> {
    /// Collects batches of `size` answers, at least one. Batches larger than 64 are hardly faster.
    #[must_use]
    pub const fn new(size: usize) -> Self {
        Self { size, waiting: Vec::new(), deadline: None }
    }

    /// Takes in the answer to a request that the platform made, and returns the batch once it is
    /// full. The answer must be verified by `deadline`, whether the batch is full or not.
    #[must_use]
    pub fn push(
        &mut self,
        key: K,
        request: Request,
        answer: A,
        deadline: D,
    ) -> Option<Batch<A, K>> {
        self.waiting.push((key, request, answer));
        self.deadline = Some(match self.deadline.take() {
            Some(earlier) => earlier.min(deadline),
            None => deadline,
        });
        (self.waiting.len() >= self.size).then(|| self.flush())
    }

    /// When the first of the waiting answers must be verified.
    #[must_use]
    pub const fn deadline(&self) -> Option<&D> {
        self.deadline.as_ref()
    }

    /// The batch so far, if a deadline has been reached.
    #[must_use]
    pub fn due(&mut self, clock: &D) -> Option<Batch<A, K>> {
        let reached = self.deadline.as_ref().is_some_and(|deadline| deadline <= clock);
        reached.then(|| self.flush())
    }

    /// The batch so far, possibly empty.
    #[must_use]
    pub fn flush(&mut self) -> Batch<A, K> {
        self.deadline = None;
        let empty = Vec::with_capacity(self.waiting.len());
        Batch(core::mem::replace(&mut self.waiting, empty))
    }

    /// The number of answers that are waiting.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

impl<A, K, D: fmt::Debug> fmt::Debug for Batcher<A, K, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batcher")
            .field("size", &self.size)
            .field("waiting", &self.waiting.len())
            .field("deadline", &self.deadline)
            .finish()
    }
}

/// Answers of a [`Batcher`] that are ready to be verified together.
pub struct Batch<A, K>(Vec<(K, Request, A)>);

impl<A: Answer, K> Batch<A, K> {
    /// Checks them as [`Platform::check_batch`] does; returns the keys, and a verdict for each.
    ///
    /// # Errors
    /// For each answer, as [`Platform::check`].
    pub fn check(
        self,
        platform: &Platform,
        now: UnixTime,
    ) -> (Vec<K>, Vec<Result<A::Checked, Error>>) {
        let verdicts = platform.check_batch(&self.answers(), now);
        (self.keys(), verdicts)
    }

    /// [`check`](Self::check) on all threads of the current rayon pool.
    ///
    /// # Errors
    /// For each answer, as [`Platform::check`].
    #[cfg(feature = "rayon")]
    pub fn par_check(
        self,
        platform: &Platform,
        now: UnixTime,
    ) -> (Vec<K>, Vec<Result<A::Checked, Error>>) {
        let verdicts = platform.par_check_batch(&self.answers(), now);
        (self.keys(), verdicts)
    }

    /// The number of answers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn answers(&self) -> Vec<(&Request, &A)> {
        self.0.iter().map(|(_, request, answer)| (request, answer)).collect()
    }

    fn keys(self) -> Vec<K> {
        self.0.into_iter().map(|(key, ..)| key).collect()
    }
}

impl<A, K> fmt::Debug for Batch<A, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Batch({})", self.0.len())
    }
}
