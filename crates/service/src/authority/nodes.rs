//! The signers of a front: which of them are ready, and whose turn it is.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pairnym::Name;
use pairnym_transport::Refusal;

use super::Unfit;
use super::signer::{Signed, Signer, Unsigned};
use crate::Refused;

/// A signer, by the name that stands in URLs.
pub struct Node {
    /// The name.
    pub name: Name,
    /// The signer.
    pub signer: Arc<dyn Signer>,
}

/// The signers of a front. Clones share them.
#[derive(Clone)]
pub struct Nodes(Arc<Inner>);

struct Inner {
    nodes: Vec<Known>,
    next: AtomicUsize,
}

struct Known {
    node: Node,
    /// Why it is asked for nothing; `None` if it is ready.
    trouble: Mutex<Option<String>>,
}

impl Known {
    /// Notes whether it is ready, and logs when that changes.
    fn note(&self, trouble: Option<String>) {
        let mut known = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != trouble {
            let name = self.node.name;
            match &trouble {
                Some(why) => tracing::error!(node = %name, "a signer is not used: {why}"),
                None => tracing::info!(node = %name, "a signer is ready"),
            }
            *known = trouble;
        }
    }

    fn is_ready(&self) -> bool {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }
}

impl Nodes {
    /// These signers, of which none is asked before a first [`look`](Self::look).
    ///
    /// # Errors
    /// There is none, or two have the same name.
    pub fn new(nodes: Vec<Node>) -> Result<Self, Unfit> {
        if nodes.is_empty() {
            return Err(Unfit("no signer".into()));
        }
        for (place, node) in nodes.iter().enumerate() {
            if nodes[..place].iter().any(|before| before.name == node.name) {
                return Err(Unfit(format!("two signers with the name {}", node.name)));
            }
        }
        let known = |node| Known { node, trouble: Mutex::new(Some("not asked yet".into())) };
        let nodes = nodes.into_iter().map(known).collect();
        Ok(Self(Arc::new(Inner { nodes, next: AtomicUsize::new(0) })))
    }

    /// Asks each of them how it is.
    pub async fn look(&self) {
        for known in &self.0.nodes {
            let name = known.node.name;
            let trouble = match known.node.signer.state().await {
                Ok(state) if state.node != name => Some(format!("its own name is {}", state.node)),
                Ok(state) if !state.ready => Some("it is stopping".into()),
                Ok(_) => None,
                Err(Unsigned::Unreachable(why)) => Some(why),
                Err(Unsigned::Refused(refused)) => Some(refused.to_string()),
            };
            known.note(trouble);
        }
    }

    /// How many are ready.
    #[must_use]
    pub fn ready(&self) -> usize {
        self.0.nodes.iter().filter(|known| known.is_ready()).count()
    }

    pub(super) fn any_ready(&self) -> bool {
        self.ready() > 0
    }

    /// Asks one that is ready, and the next if it cannot at the moment. Returns also which it was.
    pub(super) async fn ask<T, F>(&self, ask: F) -> Result<(Name, T), Refused>
    where
        F: for<'a> Fn(&'a dyn Signer) -> Signed<'a, T>,
    {
        let nodes = &self.0.nodes;
        let first = self.0.next.fetch_add(1, Ordering::Relaxed);
        let mut refused = Refused::from(Refusal::Unavailable);
        for turn in 0..nodes.len() {
            let known = &nodes[first.wrapping_add(turn) % nodes.len()];
            if !known.is_ready() {
                continue;
            }
            match ask(&*known.node.signer).await {
                Ok(done) => return Ok((known.node.name, done)),
                Err(Unsigned::Refused(why)) if why.0.status == 503 => refused = why,
                Err(Unsigned::Refused(why)) => return Err(why),
                Err(Unsigned::Unreachable(why)) => known.note(Some(why)),
            }
        }
        Err(refused)
    }

    /// Whether there is one with this name.
    pub(super) fn find(&self, name: &str) -> Option<&dyn Signer> {
        let known = self.0.nodes.iter().find(|known| known.node.name.as_str() == name)?;
        Some(&*known.node.signer)
    }
}

impl fmt::Debug for Nodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.nodes.iter().map(|known| &known.node.name)).finish()
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("name", &self.name).finish_non_exhaustive()
    }
}
