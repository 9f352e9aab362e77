//! What every engine must do, as functions that its tests call: one for each trait.
//!
//! Each takes a function that opens the engine, and calls it before every step: an engine that
//! outlives its process is closed and opened again, as if the process had been restarted. The time is
//! whatever the function says that it is, except for [`nonces`]. Each wants rows of its own; two of
//! them may run on one store, but none twice.
//!
//! ```no_run
//! use pairnym_store::{Memory, contract};
//!
//! #[tokio::test(flavor = "multi_thread")]
//! async fn requests() {
//!     let store = Memory::new(10_000);
//!     contract::requests(async || store.clone()).await;
//! }
//! ```
//!
//! # Panics
//!
//! Each function panics where the engine does not keep the contract.

mod accounts;
mod audit;
mod devices;
mod documents;
mod nonces;
mod people;
mod requests;
mod tickets;
mod world;

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

pub use accounts::accounts;
pub use audit::audit;
pub use devices::devices;
pub use documents::documents;
pub use nonces::nonces;
pub use people::people;
pub use requests::{requests, swept_requests};
pub use tickets::tickets;
pub use world::{Asked, World};

/// How many callers do the same thing at once.
const CALLERS: usize = 16;

/// Lets 16 callers do something at the same moment, and returns what they got.
async fn at_once<S, T, F>(store: &S, act: impl Fn(S, usize) -> F) -> Vec<T>
where
    S: Clone,
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(CALLERS));
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (barrier, acting) = (barrier.clone(), act(store.clone(), caller));
        callers.spawn(async move {
            barrier.wait().await;
            acting.await
        });
    }
    callers.join_all().await
}

/// How many are as said.
fn count<T>(all: &[T], which: impl Fn(&T) -> bool) -> usize {
    all.iter().filter(|one| which(one)).count()
}
