//! The audit log: everything that the service does is one event, written before anybody is told that
//! it was done. Events of calls at the same time are written together.

use pairnym_store::{Audit as _, Event};
use pairnym_transport::Refusal;
use tokio::sync::{mpsc, oneshot};

use crate::{AuthorityStore, Refused};

/// How many events are written together at most.
const TOGETHER: usize = 256;

type Noted = (Event, oneshot::Sender<bool>);

pub(super) struct Records(mpsc::Sender<Noted>);

impl Records {
    /// Within a Tokio runtime.
    pub(super) fn start(store: AuthorityStore) -> Self {
        let (sender, queue) = mpsc::channel(4 * TOGETHER);
        tokio::spawn(write(store, queue));
        Self(sender)
    }

    /// Once it is written.
    pub(super) async fn add(&self, event: Event) -> Result<(), Refused> {
        let (done, written) = oneshot::channel();
        self.0.send((event, done)).await.map_err(|_| Refusal::Unavailable)?;
        match written.await {
            Ok(true) => Ok(()),
            _ => Err(Refusal::Unavailable.into()),
        }
    }
}

async fn write(store: AuthorityStore, mut queue: mpsc::Receiver<Noted>) {
    let mut noted: Vec<Noted> = Vec::new();
    while queue.recv_many(&mut noted, TOGETHER).await > 0 {
        let (events, waiting): (Vec<_>, Vec<_>) = noted.drain(..).unzip();
        let written = match store.append(events).await {
            Ok(_) => true,
            Err(failure) => {
                tracing::error!("the audit log: {failure}");
                false
            }
        };
        for done in waiting {
            // Who does not wait any more is gone.
            let _ = done.send(written);
        }
    }
}
