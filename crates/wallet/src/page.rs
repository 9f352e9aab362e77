//! The wallet as pages for a browser: rendered here, usable without scripts, in Chinese and English.
//!
//! [`Pages`] is one wallet at one origin, and gives a [`Router`] for whatever serves
//! it. Nothing is global: a program with several wallets has several of them, and hands each call to
//! the one that it is for. The program chooses the network, the clock, and whether a browser must
//! first come with a [`Token`].
//!
//! What protects it, besides that nothing else should listen at its address:
//!
//! * calls whose `Host` is another are refused: another site's name that leads here reads nothing;
//! * every POST needs the wallet's own `Origin`: another site's form does nothing;
//! * with a token, only the browser that came with it, once, gets a cookie, which other sites'
//!   links and forms do not carry;
//! * a wallet that nobody uses locks itself, if the program says after how long;
//! * nothing is kept by a cache, shown in a frame, or loaded from elsewhere;
//! * evidence, credentials and the master secret stand in no page; the 24 words do, after the
//!   passphrase was typed for them.
//!
//! A link of a platform carries its request in the fragment, which browsers do not send. A script of
//! a few lines puts it into the form; without scripts the person pastes the link.
//!
//! ```
//! use std::sync::Arc;
//! use pairnym::UnixTime;
//! use pairnym_wallet::{Http, page::{Pages, Settings, Token}};
//!
//! fn pages(origin: pairnym_transport::Host, http: impl Http + Send + Sync + 'static) -> axum::Router {
//!     let token = Token::generate();
//!     println!("{}/enter/{token}", origin.origin());
//!     let settings = Settings {
//!         origin,
//!         folder: "/home/somebody/wallet".into(),
//!         pins: None,
//!         cost: Default::default(),
//!         cross_device: Default::default(),
//!         http: Arc::new(http),
//!         clock: Arc::new(UnixTime::now),
//!         token: Some(token),
//!         lock_after: None,
//!     };
//!     Pages::new(settings).router()
//! }
//! ```

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use pairnym::UnixTime;
use pairnym_transport::Host;
use pairnym_transport::wallet::CrossDevice;
use tokio::sync::watch;

use crate::{Alarm, Channel, Cost, Due, Failure, Http, Offline, Pins, Wallet};

mod answer;
mod attributes;
mod backup;
mod enroll;
mod gate;
mod history;
mod home;
mod html;
mod idle;
mod said;
mod start;
#[cfg(test)]
mod tests;
mod texts;
mod together;
mod trouble;
mod waiting;

pub use attributes::{say_attribute, say_value};
pub use gate::Token;
pub use said::say_failure;
use trouble::Trouble;
use waiting::Waiting;

/// The most that a form may have, in bytes.
const MAX_FORM: usize = 65_536;
/// The most that a backup's file may have, in bytes.
const MAX_BACKUP: usize = 33_554_432;

/// What a program that hosts the pages chooses.
#[derive(Clone)]
pub struct Settings {
    /// Where browsers find the pages, alone at this origin.
    pub origin: Host,
    /// The wallet's folder.
    pub folder: PathBuf,
    /// What a new wallet trusts; without it none can be made, only opened or restored from a file.
    pub pins: Option<Pins>,
    /// What a new passphrase costs to try.
    pub cost: Cost,
    /// What may be asked from another device.
    pub cross_device: CrossDevice,
    /// The network. It is called on threads that may block.
    pub http: Arc<dyn Http + Send + Sync>,
    /// The device's clock.
    pub clock: Arc<dyn Fn() -> UnixTime + Send + Sync>,
    /// With which a browser comes to `/enter/TOKEN`, once. Without one, every browser that reaches
    /// the pages has the wallet.
    pub token: Option<Token>,
    /// After how long without a call of a browser that was let in the wallet is locked: closed, its
    /// key forgotten, and opened by its passphrase alone. Without it, it stays open until the person
    /// locks it.
    pub lock_after: Option<Duration>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// The pages of one wallet. A clone is the same.
#[derive(Clone)]
pub struct Pages(Arc<Inner>);

struct Inner {
    settings: Settings,
    door: Mutex<gate::Door>,
    wallet: Arc<tokio::sync::Mutex<Option<Wallet>>>,
    /// Whether there is a wallet behind it: for what a page shows beside its matter.
    open: AtomicBool,
    /// Whether it was closed because nobody used it.
    idled: AtomicBool,
    used: Mutex<idle::Used>,
    waiting: Mutex<Waiting>,
    /// What the last look at the authority's lists found.
    alarms: Mutex<Vec<Alarm>>,
    /// How the other device of a pair is reached.
    reach: OnceLock<Reach>,
    /// The name under which another device's question waits, which comes before all other pages.
    attends: watch::Sender<Option<String>>,
}

/// Reaches another device by its address.
pub type Reach = Arc<dyn Fn(&str) -> Result<Box<dyn Channel + Send>, Offline> + Send + Sync>;

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

/// What stands behind it is whole after every step.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pages {
    /// Nothing is opened yet: the person types the passphrase.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let door = Mutex::new(gate::Door::new(settings.token.clone()));
        let used = Mutex::new(idle::Used::at((settings.clock)()));
        Self(Arc::new(Inner {
            settings,
            door,
            wallet: Arc::default(),
            open: AtomicBool::new(false),
            idled: AtomicBool::new(false),
            used,
            waiting: Mutex::default(),
            alarms: Mutex::default(),
            reach: OnceLock::new(),
            attends: watch::Sender::default(),
        }))
    }

    /// With a wallet that is open already.
    #[must_use]
    pub fn with_wallet(settings: Settings, wallet: Wallet) -> Self {
        let mut pages = Self::new(settings);
        if let Some(inner) = Arc::get_mut(&mut pages.0) {
            inner.wallet = Arc::new(tokio::sync::Mutex::new(Some(wallet)));
            inner.open = AtomicBool::new(true);
        }
        pages
    }

    /// All routes, from `/` on.
    pub fn router(&self) -> Router {
        let large = DefaultBodyLimit::max(MAX_BACKUP);
        // What there is while the wallet is closed.
        let outer = Router::new()
            .route("/", get(home::root))
            .route("/page.css", get(html::css))
            .route("/page.js", get(html::js))
            .route("/enter/{token}", get(gate::enter))
            .route("/language", post(html::language))
            .route("/create", post(start::create))
            .route("/restore", post(start::restore).layer(large))
            .route("/unlock", post(start::unlock))
            .route("/lock", post(start::lock))
            .route(idle::LEFT, get(idle::left))
            .route("/answer", get(answer::paste).post(answer::come))
            .route("/knowledge", get(home::knowledge))
            .route("/lost", get(home::lost));
        Router::new()
            .route("/words", post(backup::words))
            .route("/confirm", get(backup::to_confirm).post(backup::confirm))
            .route("/backup", get(backup::show).post(backup::file))
            .route("/enroll", get(enroll::show).post(enroll::enroll))
            .route("/refresh", post(enroll::refresh))
            .route("/go-on", post(enroll::go_on))
            .route("/offer/{id}", get(enroll::offer).post(enroll::decide))
            .route("/answer/{id}", get(answer::show).post(answer::decide))
            .route("/attend/{id}", get(together::show).post(together::decide))
            .route("/history", get(history::show).post(history::erase))
            .route("/history.json", get(history::export))
            .route("/platforms", get(history::platforms))
            .route_layer(from_fn_with_state(self.clone(), gate::needs_wallet))
            .merge(outer)
            .fallback(trouble::not_found)
            .method_not_allowed_fallback(trouble::method)
            .layer(DefaultBodyLimit::max(MAX_FORM))
            .layer(from_fn_with_state(self.clone(), gate::guard))
            .layer(from_fn_with_state(self.clone(), html::dress))
            .with_state(self.clone())
    }

    /// Looks at the wallet, or changes it, beside the pages: `None` while it is closed.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Wallet) -> T + Send + 'static,
    ) -> Option<T> {
        self.use_wallet(move |wallet, _| Ok(look(wallet))).await.ok()
    }

    /// Fetches a credential if it is time to, the wallet is open, and the person need not be asked.
    /// Whether it did. To be called now and then, once a minute say.
    ///
    /// # Errors
    /// As [`Wallet::refresh`]; what it means is shown to the person as well.
    pub async fn refresh_if_due(&self) -> Result<bool, Failure> {
        let refreshed = self.use_wallet(|wallet, pages| {
            let (http, now) = (&pages.0.settings.http, pages.now());
            if wallet.is_denied() || wallet.due(now)? != Due::Now {
                return Ok(false);
            }
            pages.note(wallet.follow_lists(http, now)?);
            let offer = wallet.offer(http, now)?;
            if !offer.is_new() {
                pages.take(wallet, &offer)?;
            }
            Ok(!offer.is_new())
        });
        match refreshed.await {
            Ok(refreshed) => Ok(refreshed),
            Err(Trouble::Failed(failure)) => Err(failure),
            Err(_) => Ok(false),
        }
    }

    fn now(&self) -> UnixTime {
        (self.0.settings.clock)()
    }

    /// Keeps what the person should hear.
    fn note(&self, alarms: Vec<Alarm>) {
        *held(&self.0.alarms) = alarms;
    }

    /// Works with the open wallet on a thread that may block, one at a time. What has begun is
    /// carried to its end, whether or not the browser waits for it.
    async fn use_wallet<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Wallet, &Self) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let mut attends = self.0.attends.subscribe();
        if let Some(id) = &*attends.borrow_and_update() {
            return Err(Trouble::Attends(id.clone()));
        }
        self.lock_before_call();
        // Another device may have called already and not asked yet: who waited for the wallet then
        // would wait for the decision to which only a page leads.
        let mut wallet = tokio::select! {
            biased;
            Ok(asked) = attends.wait_for(Option::is_some) => {
                return Err(Trouble::Attends(asked.clone().unwrap_or_default()));
            }
            wallet = self.0.wallet.clone().lock_owned() => wallet,
        };
        let pages = self.clone();
        blocking(move || work(wallet.as_mut().ok_or(Trouble::Closed)?, &pages)).await
    }

    /// Opens the wallet in this way, unless it is open.
    async fn open(
        &self,
        open: impl FnOnce(&Settings, UnixTime) -> Result<Wallet, Failure> + Send + 'static,
    ) -> Result<(), Trouble> {
        let mut wallet = self.0.wallet.clone().lock_owned().await;
        let pages = self.clone();
        blocking(move || {
            if wallet.is_none() {
                *wallet = Some(open(&pages.0.settings, pages.now())?);
                pages.note_use();
                pages.0.open.store(true, Ordering::SeqCst);
            }
            Ok(())
        })
        .await
    }

    /// Closes it: the folder is free for others, and the passphrase is asked for again.
    async fn close(&self) {
        let mut wallet = self.0.wallet.lock().await;
        self.shut(&mut wallet);
        self.0.idled.store(false, Ordering::SeqCst);
    }

    /// Forgets the wallet, and whatever waits.
    fn shut(&self, wallet: &mut Option<Wallet>) {
        *wallet = None;
        self.0.open.store(false, Ordering::SeqCst);
        *held(&self.0.waiting) = Waiting::default();
    }

    fn is_open(&self) -> bool {
        self.0.open.load(Ordering::SeqCst)
    }
}

/// On a thread that may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
) -> Result<T, Trouble> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(Trouble::Stopped))
}
