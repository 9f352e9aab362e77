//! `wallet.localhost`: every browser profile has a wallet of its own there, as if it were a phone, and
//! can take another one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use pairnym_service::platform::Transaction;
use pairnym_transport::Host;
use pairnym_transport::wallet::CrossDevice;
use pairnym_wallet::page::{Pages, Settings};
use pairnym_wallet::{Cost, Network, Pins, Wallet};
use tower::ServiceExt as _;

use crate::Failure;
use crate::clock::Clock;
use crate::page::cookie;

/// The cookie that makes a browser profile a phone, also once the browser was closed.
const COOKIE: &str = "phone";

/// Where somebody whose phone is lost takes another, which the browser has from then on.
const ANOTHER: &str = "/another-phone";

/// How many phones there can be.
const MOST: usize = 1_000;

/// All phones. Clones share them.
#[derive(Clone)]
pub struct Devices(Arc<Inner>);

struct Inner {
    host: Host,
    pins: Pins,
    clock: Clock,
    folder: tempfile::TempDir,
    phones: Mutex<Phones>,
}

#[derive(Default)]
struct Phones {
    /// By their cookies.
    all: BTreeMap<String, Phone>,
}

/// A phone.
#[derive(Clone)]
struct Phone {
    number: usize,
    pages: Pages,
    router: Router,
}

impl Devices {
    /// No phone yet; wallets are delivered with these pins. Within a runtime.
    ///
    /// # Errors
    /// The disk.
    pub fn start(host: Host, pins: Pins, clock: Clock) -> Result<Self, Failure> {
        let (folder, phones) = (tempfile::tempdir()?, Mutex::default());
        let devices = Self(Arc::new(Inner { host, pins, clock, folder, phones }));
        tokio::spawn(refresh(Arc::downgrade(&devices.0)));
        Ok(devices)
    }

    /// To the wallet of the browser that calls; without a cookie it gets one, and a new wallet.
    pub fn router(&self) -> Router {
        let devices = self.clone();
        Router::new().fallback(move |request: Request| {
            let devices = devices.clone();
            async move { devices.answer(request).await }
        })
    }

    async fn answer(&self, request: Request) -> Response {
        let another = request.uri().path() == ANOTHER;
        let cookie = cookie(request.headers(), COOKIE).filter(|_| !another);
        let known = cookie.and_then(|cookie| self.0.phones().all.get(cookie).cloned());
        let (phone, new) = match known {
            Some(phone) => (phone, None),
            None => {
                let cookie = Transaction::random().to_string();
                (self.0.bring(&cookie), Some(cookie))
            }
        };
        let mut response = if another {
            Redirect::to("/").into_response()
        } else {
            match phone.router.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        };
        // A link of a platform comes from another site: so the cookie is not strict.
        let attributes = "Path=/; Max-Age=604800; HttpOnly; SameSite=Lax";
        let cookie = new.map(|new| format!("{COOKIE}={new}; {attributes}"));
        if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// Looks at every wallet that is open, with the number of its phone.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl Fn(&mut Wallet) -> T + Clone + Send + 'static,
    ) -> Vec<(usize, T)> {
        let mut seen = Vec::new();
        for Phone { number, pages, .. } in self.0.all() {
            let look = look.clone();
            seen.extend(pages.look(move |wallet| look(wallet)).await.map(|seen| (number, seen)));
        }
        seen
    }
}

impl Inner {
    fn phones(&self) -> MutexGuard<'_, Phones> {
        self.phones.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all(&self) -> Vec<Phone> {
        let mut all: Vec<_> = self.phones().all.values().cloned().collect();
        all.sort_by_key(|phone| phone.number);
        all
    }

    /// A new phone, whose wallet is neither made nor restored.
    fn bring(&self, cookie: &str) -> Phone {
        let mut phones = self.phones();
        let number = phones.all.values().map(|phone| phone.number).max().unwrap_or(0) + 1;
        let clock = self.clock.clone();
        let settings = Settings {
            origin: self.host,
            folder: self.folder.path().join(number.to_string()),
            pins: Some(self.pins.clone()),
            // Nobody has the folder but this process.
            cost: Cost { memory: 1_024, passes: 1 },
            cross_device: CrossDevice::default(),
            http: Arc::new(Network::default()),
            clock: Arc::new(move || clock.now()),
            token: None,
            lock_after: None,
        };
        let pages = Pages::new(settings);
        let phone = Phone { number, router: pages.router(), pages };
        // Whoever never comes back with the cookie has not got as far as a wallet.
        if phones.all.len() >= MOST {
            phones.all.pop_first();
        }
        phones.all.insert(cookie.to_owned(), phone.clone());
        phone
    }
}

/// What a phone does by itself now and then.
async fn refresh(devices: Weak<Inner>) {
    let mut often = tokio::time::interval(Duration::from_secs(20));
    loop {
        often.tick().await;
        let Some(phones) = devices.upgrade().map(|devices| devices.all()) else { return };
        for phone in phones {
            // What went wrong the wallet's own page says.
            let _ = phone.pages.refresh_if_due().await;
        }
    }
}
