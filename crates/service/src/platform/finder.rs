//! Requests that many callers look for at the same time, in one call of a store for which each
//! costs something.

use std::sync::Arc;

use pairnym_store::{Key, RequestRows as _, Row};
use pairnym_transport::Refusal;
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::{AnyStore, Refused};

/// How many are looked for together at most.
const TOGETHER: usize = 64;

/// How many calls of the store are on their way at the same time. While all of them are, those that
/// wait become more.
const AT_ONCE: usize = 3;

type Asked = (Key, oneshot::Sender<Result<Option<Row>, Refused>>);

pub(super) struct Finder(mpsc::Sender<Asked>);

impl Finder {
    /// Starts workers, which end when this is dropped.
    pub(super) fn start(store: &AnyStore) -> Self {
        let (queue, asked) = mpsc::channel(AT_ONCE * TOGETHER);
        let asked = Arc::new(Mutex::new(asked));
        for _ in 0..AT_ONCE {
            tokio::spawn(find_all(store.clone(), asked.clone()));
        }
        Self(queue)
    }

    pub(super) async fn find(&self, key: Key) -> Result<Option<Row>, Refused> {
        let (reply, found) = oneshot::channel();
        self.0.send((key, reply)).await.map_err(|_| Refusal::Unavailable)?;
        found.await.unwrap_or(Err(Refusal::Unavailable.into()))
    }
}

async fn find_all(store: AnyStore, asked: Arc<Mutex<mpsc::Receiver<Asked>>>) {
    loop {
        let mut together = Vec::new();
        if asked.lock().await.recv_many(&mut together, TOGETHER).await == 0 {
            return;
        }
        let (keys, replies): (Vec<_>, Vec<_>) = together.into_iter().unzip();
        // Nobody may be waiting any more.
        match store.load(keys).await {
            Ok(found) => {
                for (reply, held) in replies.into_iter().zip(found) {
                    let _ = reply.send(Ok(held.map(|held| held.row)));
                }
            }
            Err(failure) => {
                let refused = Refused::from(failure);
                for reply in replies {
                    let _ = reply.send(Err(refused.clone()));
                }
            }
        }
    }
}
