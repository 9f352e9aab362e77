//! A platform in this process, with a clock that the test sets, and its pages' side.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::routing::post;
use axum::{Router, serve};
use pairnym::UnixTime;
use pairnym_service::platform::{Ask, Kept, Options, Redeemed, Service, api};
use pairnym_service::{AnyStore, Clock};
use pairnym_store::{AccountId, Accounts, Memory, Sqlite};
use pairnym_testkit::{NOW, Person};
use pairnym_transport::Host;

use super::http::{Call, Response};
use super::wallet::Wallet;

pub const JSON: &str = "application/json";
pub const ORIGIN: &str = "https://shop.example";

pub const ASKS: &str = r#"
[register]
purpose = "registration"
wanted = "presentation"
disclose = ["age_over_18", "region"]
require = { age_over_18 = true }
flows = ["same-device", "cross-device"]
return_to = "/welcome"

[log-in]
purpose = "login"
wanted = "login"
flows = ["same-device", "cross-device"]
return_to = "/welcome"

[sign]
purpose = "other:contract"
wanted = "login"
statement = "I buy a boat."
return_to = "/welcome"
"#;

/// A platform, and the authority of its persons.
pub struct World {
    pub authority: pairnym_testkit::Service,
    pub service: Service,
    pub server: SocketAddr,
    clock: Arc<AtomicU64>,
    backend: Option<SocketAddr>,
    _folder: Option<tempfile::TempDir>,
}

pub fn host() -> Host {
    "shop.example".parse().unwrap()
}

pub fn asks() -> std::collections::BTreeMap<String, Ask> {
    toml::from_str(ASKS).unwrap()
}

pub fn options(authority: &pairnym_testkit::Service) -> Options {
    Options {
        host: host(),
        origins: vec![host()],
        wallet: "wallet.example".parse().unwrap(),
        list: authority.list().clone(),
        permission: None,
        asks: asks(),
        queue: 1_000,
        threads: 2,
        kept: Kept::InMemory,
    }
}

impl World {
    pub async fn memory() -> Self {
        Self::with(AnyStore::new(Memory::new(10_000)), None, |_| {}).await
    }

    /// In memory, with the API for the token `secret`.
    pub async fn with_backend() -> Self {
        let mut world = Self::memory().await;
        let router = api(&world.service, "secret".into());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        world.backend = Some(listener.local_addr().unwrap());
        tokio::spawn(async move { serve(listener, router).await });
        world
    }

    pub fn backend(&self) -> SocketAddr {
        self.backend.unwrap()
    }

    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = AnyStore::new(Sqlite::open(folder.path().join("store")).unwrap());
        Self::with(store, Some(folder), |_| {}).await
    }

    pub async fn with(
        store: AnyStore,
        folder: Option<tempfile::TempDir>,
        change: impl FnOnce(&mut Options),
    ) -> Self {
        let authority = pairnym_testkit::Service::new(NOW);
        let clock = Arc::new(AtomicU64::new(NOW.0));
        let read = clock.clone();
        let time: Clock = Arc::new(move || UnixTime(read.load(Ordering::SeqCst)));
        let mut options = options(&authority);
        change(&mut options);
        let service = Service::start(options, store, time).unwrap();
        let welcome =
            |Redeemed(account): Redeemed| async move { serde_json::to_string(&account).unwrap() };
        let own = Router::new().route("/welcome", post(welcome)).with_state(service.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = listener.local_addr().unwrap();
        let router = own.merge(service.router());
        tokio::spawn(async move { serve(listener, router).await });
        Self { authority, service, server, clock, backend: None, _folder: folder }
    }

    pub fn now(&self) -> UnixTime {
        UnixTime(self.clock.load(Ordering::SeqCst))
    }

    pub fn pass(&self, seconds: u64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }
}

/// Where people register and log in: in this process or in others.
pub trait Place {
    /// An adult from Shanghai.
    fn wallet(&self, number: u8) -> Wallet;
    async fn begin(&self, ask: &str, flow: &str) -> Page;
    /// Requests and answers with a statement.
    async fn acts(&self, pseudonym: &str) -> Vec<(Vec<u8>, Vec<u8>)>;

    /// Registers the person, all the way.
    async fn register(&self, wallet: &mut Wallet) {
        let page = self.begin("register", "same-device").await;
        let answered = wallet.answer(&page.uri).await.unwrap();
        let finished = page.finish(&answered.done.unwrap().code().to_string()).await;
        assert_eq!(finished.status, 200, "{}", finished.text());
    }
}

pub fn adult(authority: &pairnym_testkit::Service, number: u8, now: UnixTime) -> Person {
    let values = [("age_over_18", true.into()), ("region", "上海".into())];
    authority.person(number, values, now)
}

impl Place for World {
    fn wallet(&self, number: u8) -> Wallet {
        Wallet::new(adult(&self.authority, number, NOW), self.server, self.now())
    }

    async fn begin(&self, ask: &str, flow: &str) -> Page {
        Page::begin(self.server, ask, flow).await
    }

    async fn acts(&self, pseudonym: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
        let id = AccountId { label: None, pseudonym: pseudonym.parse().unwrap() };
        let acts = self.service.store().acts(id).await.unwrap();
        acts.into_iter().map(|act| (act.request, act.answer)).collect()
    }
}

/// A page in a browser that began.
#[derive(Clone, Debug)]
pub struct Page {
    pub server: SocketAddr,
    /// The API, and its token, at which it redeems; otherwise the platform's own `/welcome`.
    pub backend: Option<(SocketAddr, String)>,
    pub cookie: String,
    pub uri: String,
}

impl Page {
    pub async fn begin(server: SocketAddr, ask: &str, flow: &str) -> Self {
        let body = format!(r#"{{"ask":"{ask}","flow":"{flow}"}}"#);
        let call = Call::post("/pairnym/start", JSON, body).header("origin", ORIGIN);
        let started = call.send(server).await;
        assert_eq!(started.status, 200, "{}", started.text());
        let uri = started.json()["uri"].as_str().unwrap().to_owned();
        Self { server, backend: None, cookie: started.cookie(), uri }
    }

    /// The handle of its request.
    pub fn handle(&self) -> &str {
        self.uri.rsplit('/').next().unwrap()
    }

    pub fn path(&self) -> String {
        format!("/.well-known/pairnym/{}", self.handle())
    }

    pub async fn post(&self, path: &str, body: &str) -> Response {
        let call = Call::post(path, JSON, body).header("origin", ORIGIN);
        call.header("cookie", &self.cookie).send(self.server).await
    }

    pub async fn status(&self, query: &str) -> Response {
        let call = Call::get(&format!("/pairnym/status{query}"));
        call.header("cookie", &self.cookie).send(self.server).await
    }

    pub async fn state(&self) -> String {
        self.status("").await.json()["state"].as_str().unwrap().to_owned()
    }

    pub async fn digits(&self, digits: &str) -> Response {
        self.post("/pairnym/digits", &format!(r#"{{"digits":"{digits}"}}"#)).await
    }

    pub async fn finish(&self, code: &str) -> Response {
        self.redeem(&format!(r#"{{"code":"{code}"}}"#)).await
    }

    pub async fn redeem(&self, body: &str) -> Response {
        let Some((backend, token)) = &self.backend else {
            return self.post("/welcome", body).await;
        };
        let (_, transaction) = self.cookie.split_once('=').unwrap();
        let call = Call::post(&format!("/v1/transactions/{transaction}/redeem"), JSON, body);
        call.header("authorization", &format!("Bearer {token}")).send(*backend).await
    }
}
