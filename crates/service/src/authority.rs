//! An authority: enrolls people whose identity was checked, issues their credentials, and makes
//! evidence.
//!
//! [`Service`] is the *front*: what wallets call (TRANSPORT.md §10), and what a counter calls. It
//! keeps what is known about people in a store, and has no key. What needs x it asks of a [`Signer`]:
//! of [`LocalSigner`] in the same process, or of processes of their own behind [`signer_api`].

pub mod config;
pub mod counter;
mod front;
mod identity;
mod keys;
mod list_commands;
mod lists;
mod nodes;
mod permit;
mod person_commands;
pub mod profile;
pub mod program;
mod records;
pub mod registrar;
mod session;
mod signer;
mod upkeep;
mod wallet;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use pairnym::UnixTime;
use pairnym::store::Reenrollment;
use pairnym_store::{Hashed, Tickets as _};
use pairnym_transport::PublicKey;

pub use identity::{Identities, Known, People, Values};
pub use lists::{Chain, ListFolder};
pub use nodes::{Node, Nodes};
pub use signer::{
    LocalSigner, OpenedOffer, OpenedTicket, RemoteSigner, Sessions, Signed, Signer, SignerOptions,
    SignerState, Unsigned, signer_api,
};

use crate::admin::Watched;
use crate::limit::{Limit, Limits};
use crate::{AuthorityStore, Clock, Metrics};
use records::Records;

/// What a front is.
pub struct Options {
    /// The lists that it publishes.
    pub lists: Chain,
    /// The registrars' keys, for the directory.
    pub registrars: Vec<PublicKey>,
    /// How often in a slot everybody is given the evidence of a credential (SPEC §9).
    pub sessions: u32,
    /// Whether somebody who was deleted may enroll again.
    pub reenrollment: Reenrollment,
    /// How long a device's session lasts, in seconds.
    pub session_seconds: u64,
    /// How often each device may call.
    pub device_limit: Limit,
    /// How often each client may send a wrong code.
    pub code_limit: Limit,
}

/// The options do not fit each other, or what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit(pub String);

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unfit {}

/// An authority's front with its store. Clones share it.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    lists: RwLock<Arc<Chain>>,
    registrars: Vec<PublicKey>,
    sessions: u32,
    reenrollment: Reenrollment,
    session_seconds: u64,
    devices: Limits,
    codes: Arc<Limits>,
    nodes: Nodes,
    store: AuthorityStore,
    identities: Arc<dyn Identities>,
    records: Records,
    clock: Clock,
    metrics: Arc<Metrics>,
    stopping: AtomicBool,
    /// Batches of evidence that were opened through here and not answered yet, and until when one of
    /// them can be.
    unanswered: AtomicU64,
    until: AtomicU64,
}

impl Service {
    /// A front that asks these signers, keeps what it knows in this store, and has the values of
    /// people from there. Starts its workers, within a Tokio runtime.
    pub fn start(
        options: Options,
        nodes: Nodes,
        identities: Arc<dyn Identities>,
        store: AuthorityStore,
        clock: Clock,
    ) -> Self {
        let Options { lists, registrars, sessions, reenrollment, session_seconds, .. } = options;
        let service = Self(Arc::new(Inner {
            lists: RwLock::new(Arc::new(lists)),
            registrars,
            sessions,
            reenrollment,
            session_seconds,
            devices: Limits::new(options.device_limit, Vec::new()),
            codes: Arc::new(Limits::new(options.code_limit, Vec::new())),
            nodes,
            records: Records::start(store.clone()),
            store,
            identities,
            clock,
            metrics: Arc::new(Metrics::default()),
            stopping: AtomicBool::new(false),
            unanswered: AtomicU64::new(0),
            until: AtomicU64::new(0),
        }));
        tokio::spawn(upkeep::run(Arc::downgrade(&service.0)));
        tokio::spawn(upkeep::watch(Arc::downgrade(&service.0)));
        service
    }

    /// Publishes these lists from now on; the present one among them is the last whose *since* has
    /// come.
    pub fn publish(&self, lists: Chain) {
        *self.0.lists.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(lists);
    }

    /// Opens no more evidence sessions: the process stops.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether evidence sessions that were opened through here may still be answered.
    #[must_use]
    pub fn has_open_sessions(&self) -> bool {
        let now = self.now().0;
        self.0.unanswered.load(Ordering::Relaxed) > 0 && now <= self.0.until.load(Ordering::Relaxed)
    }

    /// Its signers.
    #[must_use]
    pub fn nodes(&self) -> &Nodes {
        &self.0.nodes
    }

    /// Its store.
    #[must_use]
    pub fn store(&self) -> &AuthorityStore {
        &self.0.store
    }

    /// What it counts.
    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.0.metrics
    }

    fn now(&self) -> UnixTime {
        (self.0.clock)()
    }

    fn lists(&self) -> Arc<Chain> {
        self.0.lists.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Watched for Service {
    async fn ready(&self) -> Result<(), &'static str> {
        if self.0.stopping.load(Ordering::Relaxed) {
            return Err("stopping");
        }
        if !self.0.nodes.any_ready() {
            return Err("no signer is ready");
        }
        let nobody = pairnym::TransactionId(Hashed::of("ready", b"").0);
        match self.0.store.find_ticket(nobody).await {
            Ok(_) => Ok(()),
            Err(_) => Err("the store is not available"),
        }
    }

    fn counts(&self) -> String {
        let mut out = self.0.metrics.render(0);
        let until = self.lists().present(self.now()).until().0;
        let ready = self.0.nodes.ready();
        out.push_str(&format!(
            "# TYPE pairnym_list_until_seconds gauge\npairnym_list_until_seconds {until}\n\
             # TYPE pairnym_signers_ready gauge\npairnym_signers_ready {ready}\n"
        ));
        out
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("nodes", &self.0.nodes).finish_non_exhaustive()
    }
}
