//! A platform: asks, verifies, and knows in the end whose account it is.
//!
//! [`Service`] has the operations; [`Service::router`] is what wallets and pages call, by
//! TRANSPORT.md §4. A program of one's own takes the account with the extractor [`Redeemed`]; other
//! programs use the process `pairnym-platform` and its API.

mod account;
mod api;
mod ask;
pub mod config;
mod finder;
mod html;
mod list;
mod pages;
mod permission;
pub mod program;
mod redeemed;
mod router;
mod steps;
mod transaction;
mod upkeep;
mod verifier;
mod waiting;
mod wallet;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use pairnym::platform::Platform;
use pairnym::rand_core::{Rng as _, UnwrapErr};
use pairnym::{Name, ParameterList, UnixTime};
use pairnym_store::{Hashed, Key, RequestRows as _};
use pairnym_transport::Host;
use pairnym_transport::permission::SignedPermission;
use tokio::sync::watch;

pub use account::Account;
pub use api::router as api;
pub use ask::{Ask, Exactly, Kind};
pub use list::ListSource;
pub use redeemed::Redeemed;
pub use steps::{Begun, Progress};
pub use transaction::Transaction;

use finder::Finder;
use verifier::Verifier;
use waiting::Waiting;

use crate::admin::Watched;
use crate::metrics::Metrics;
use crate::{AnyStore, Clock};

/// What a platform is.
#[derive(Debug)]
pub struct Options {
    /// The host that serves its requests, chosen for life: its id.
    pub host: Host,
    /// Where its pages are: `https` origins, the first of them for what begins without a page.
    pub origins: Vec<Host>,
    /// The host of the wallet's page, for links.
    pub wallet: Host,
    /// The authority's parameter list, authenticated.
    pub list: ParameterList,
    /// What a registrar permits the platform, for wallets.
    pub permission: Option<SignedPermission>,
    /// What it asks, by name.
    pub asks: BTreeMap<String, Ask>,
    /// How many answers may wait for verification before others are refused.
    pub queue: usize,
    /// How many threads verify.
    pub threads: usize,
    /// Where the store keeps things.
    pub kept: Kept,
}

/// Where a store keeps things, and so what a call of it costs, and who else can change them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// In this process.
    InMemory,
    /// In a file: what is looked for at the same time is one call.
    OnDisk,
    /// Elsewhere, and other processes use it too: as on disk, and pages look once a second for changes
    /// that those made.
    Elsewhere,
}

/// The options do not fit each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit(pub String);

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unfit {}

/// A platform with its store. Clones share it.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    host: Host,
    origins: Vec<Host>,
    wallet: Host,
    permission: RwLock<Option<SignedPermission>>,
    asks: BTreeMap<String, Ask>,
    kept: Kept,
    finder: Option<Finder>,
    platform: Arc<RwLock<Arc<Platform>>>,
    store: AnyStore,
    verifier: Verifier,
    waiting: Arc<Waiting>,
    clock: Clock,
    metrics: Arc<Metrics>,
    stopping: watch::Sender<bool>,
}

impl Service {
    /// A platform that keeps its requests and accounts in this store, by this clock. Starts its
    /// workers, within a Tokio runtime.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn start(options: Options, store: AnyStore, clock: Clock) -> Result<Self, Unfit> {
        let platform = platform(&options, clock())?;
        if let Some(signed) = &options.permission {
            permission::check(signed, &platform, &options.asks, clock())?;
        }
        let Options { host, origins, wallet, permission, asks, queue, threads, kept, .. } = options;
        let platform = Arc::new(RwLock::new(Arc::new(platform)));
        let (metrics, waiting) = (Arc::new(Metrics::default()), Arc::new(Waiting::default()));
        let verifier = Verifier::start(
            platform.clone(),
            store.clone(),
            waiting.clone(),
            clock.clone(),
            metrics.clone(),
            (queue, threads),
        );
        let (permission, stopping) = (RwLock::new(permission), watch::Sender::new(false));
        let service = Self(Arc::new(Inner {
            host,
            origins,
            wallet,
            permission,
            asks,
            kept,
            finder: (kept != Kept::InMemory).then(|| Finder::start(&store)),
            platform,
            store,
            verifier,
            waiting,
            clock,
            metrics,
            stopping,
        }));
        tokio::spawn(upkeep::run(Arc::downgrade(&service.0)));
        Ok(service)
    }

    /// Takes the successor of the parameter list, which has been authenticated. Returns whether it
    /// is another.
    ///
    /// # Errors
    /// As [`Platform::with_list`].
    pub fn adopt(&self, list: ParameterList) -> Result<bool, pairnym::Error> {
        let now = (self.0.clock)();
        let mut shared = self.0.platform.write().unwrap_or_else(PoisonError::into_inner);
        let next = shared.with_list(list, now)?;
        if let Some(next) = next {
            *shared = Arc::new(prepared(&next, &self.0.asks, now));
            tracing::info!(serial = shared.list().serial(), "another parameter list");
            return Ok(true);
        }
        Ok(false)
    }

    /// Takes another permission statement, to be stapled from now on.
    ///
    /// # Errors
    /// [`Unfit`], and the one in use stays: its signature is wrong, it is another platform's, or
    /// does not cover what is asked.
    pub fn renew(&self, permission: SignedPermission) -> Result<(), Unfit> {
        let now = (self.0.clock)();
        permission::check(&permission, &self.platform(), &self.0.asks, now)?;
        let mut stapled = self.0.permission.write().unwrap_or_else(PoisonError::into_inner);
        if stapled.replace(permission) != *stapled {
            tracing::info!("another permission");
        }
        Ok(())
    }

    fn permission(&self) -> Option<SignedPermission> {
        self.0.permission.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The platform's host.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.0.host
    }

    /// Lets all who wait for a change have the present state now, and refuses to let anybody wait:
    /// the server stops.
    pub fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        *self.0.stopping.borrow()
    }

    /// Its store.
    #[must_use]
    pub fn store(&self) -> &AnyStore {
        &self.0.store
    }

    /// What it counts.
    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.0.metrics
    }

    /// How many answers wait for verification.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.verifier.waiting()
    }

    /// The serial number of the parameter list in use.
    pub(crate) fn list_serial(&self) -> u32 {
        self.platform().list().serial()
    }

    fn platform(&self) -> Arc<Platform> {
        self.0.platform.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn origin(&self) -> &Host {
        self.0.origins.first().unwrap_or(&self.0.host)
    }

    /// The page of this crate that takes the code.
    fn returning(&self, origin: &Host, ask: &str) -> String {
        format!("{}{}?ask={ask}", origin.origin(), pages::RETURN)
    }

    fn has_page(&self, url: &str) -> bool {
        self.0.origins.iter().any(|origin| {
            let path = url.strip_prefix(&*origin.origin());
            path.is_some_and(|path| path.starts_with('/') && !path.contains('#'))
        })
    }
}

impl Watched for Service {
    async fn ready(&self) -> Result<(), &'static str> {
        if self.is_stopping() {
            return Err("stopping");
        }
        match self.0.store.load(vec![Key::Handle(Hashed([0; 32]))]).await {
            Ok(_) => Ok(()),
            Err(_) => Err("the store is not available"),
        }
    }

    fn counts(&self) -> String {
        self.0.metrics.render(self.waiting())
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("host", &self.0.host).finish_non_exhaustive()
    }
}

/// The core's platform, if the options fit each other.
fn platform(options: &Options, now: UnixTime) -> Result<Platform, Unfit> {
    let unfit = |why: &str| Err(Unfit(why.to_owned()));
    let Options { host, origins, list, asks, .. } = options;
    if origins.is_empty() {
        return unfit("no origin for the pages");
    }
    if asks.is_empty() {
        return unfit("no question to ask");
    }
    let platform = Platform::new(list.clone(), *host.id());
    for (name, ask) in asks {
        let fits = ask.build(&platform, None, now, &mut UnwrapErr(getrandom::SysRng));
        if let Err(error) = fits {
            return unfit(&format!("question {name}: {error}"));
        }
        if ask.flows.is_empty() || !ask.return_to.starts_with('/') {
            return unfit(&format!("question {name}: no flow, or no path to return to"));
        }
    }
    let mut secret = [0; 32];
    UnwrapErr(getrandom::SysRng).fill_bytes(&mut secret);
    Ok(prepared(&platform.with_secret(secret), asks, now))
}

/// With tables for what is asked and for the credentials that are shown now.
fn prepared(platform: &Platform, asks: &BTreeMap<String, Ask>, now: UnixTime) -> Platform {
    let labels: Vec<Name> = asks.values().filter_map(|ask| ask.label).collect();
    platform.prepare(&labels, &platform.slots(now))
}
