//! An authority and a shop without sockets: whatever a wallet calls is answered in this process.

#![allow(dead_code)] // Each test uses a part.

pub mod authority;
#[cfg(feature = "page")]
pub mod browser;
pub mod counter;
pub mod family;

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::Request;
use pairnym::attribute::Kind;
use pairnym::{PersonId, UnixTime};
use pairnym_service::authority::Identities;
use pairnym_service::platform::{Kept, Options, Service};
use pairnym_service::{AnyStore, Clock, authority as service};
use pairnym_store::Memory;
use pairnym_testkit::NOW;
use pairnym_transport::authority::CounterCode;
use pairnym_transport::ed25519_dalek::SigningKey;
use pairnym_transport::envelope::Envelope;
use pairnym_transport::permission::{Contacts, Grant, Names, Permission};
use pairnym_transport::wallet::HttpRequest;
use pairnym_transport::{Flow, Host, MAX_BODY, Problem};
use pairnym_wallet::{
    Asked, Coming, Cost, Decision, Entry, Http, Language, Lock, Offline, Outcome, Pins, Response,
    Wallet,
};
use tokio::runtime::{Handle, Runtime};
use tower::ServiceExt as _;
use zeroize::Zeroizing;

const ASKS: &str = r#"
[register]
purpose = "registration"
wanted = "presentation"
disclose = ["age_over_18"]
require = { age_over_18 = true }
flows = ["same-device", "cross-device"]
return_to = "/welcome"

[log-in]
purpose = "login"
wanted = "login"
flows = ["same-device", "cross-device"]
return_to = "/welcome"

[join]
purpose = "registration"
wanted = "presentation"
disclose = ["age_over_18"]
return_to = "/welcome"

[greedy]
purpose = "registration"
wanted = "presentation"
disclose = ["region"]
return_to = "/welcome"

[hostile]
purpose = "government-service"
wanted = "presentation"
statement = "</blockquote><script>alert(1)</script>"
return_to = "/welcome"
"#;

pub fn host(text: &str) -> Host {
    text.parse().unwrap()
}

pub fn registrar() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

pub fn list_key() -> SigningKey {
    SigningKey::from_bytes(&[2; 32])
}

pub fn permission(platform: Host) -> Permission {
    let grant = |purpose, attributes: &[&str]| Grant {
        purpose,
        labels: vec![None],
        attributes: attributes.iter().map(|name| name.parse().unwrap()).collect(),
        statements: false,
    };
    let contact = || "mailto:privacy@shop.example".to_owned();
    Permission {
        authority: pairnym_testkit::authority_id(),
        platform: *platform.id(),
        names: Names { zh: "示例商店".into(), en: "Example Shop".into() },
        from: NOW,
        until: UnixTime(NOW.0 + 20 * 86_400),
        purposes: vec![
            grant(pairnym::Purpose::Registration, &["age_over_18"]),
            grant(pairnym::Purpose::Login, &[]),
        ],
        contacts: Contacts { privacy: contact(), deletion: contact(), supervisor: contact() },
    }
}

type Tamper = Option<Box<dyn Fn(&HttpRequest, &mut Response) + Send + Sync>>;

/// Everything that a wallet can call.
pub struct World {
    pub authority: service::Service,
    pub shop: Service,
    pins: Pins,
    routers: [Router; 2],
    runtime: Runtime,
    clock: Arc<AtomicU64>,
    /// How many calls are answered before the network is gone.
    pub calls_left: Cell<usize>,
    /// What becomes of a response on its way.
    tampers: Arc<Mutex<Tamper>>,
    /// Every call that was made, by its URL.
    pub called: RefCell<Vec<String>>,
}

impl World {
    pub fn new() -> Self {
        Self::with(true)
    }

    /// Whether the shop has a registrar's permission. With one it does not ask beyond it.
    pub fn with(permitted: bool) -> Self {
        let hosts = [host("id.authority.example"), host("shop.example")];
        Self::at(hosts, NOW, permitted, authority::everybody())
    }

    /// On two ports of this machine, at the time that it is, for processes.
    pub fn served() -> Self {
        let listen = || std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let listeners = [listen(), listen()];
        let port = |at: usize| listeners[at].local_addr().unwrap().port();
        let hosts = [format!("id.localhost:{}", port(0)), format!("shop.localhost:{}", port(1))];
        let hosts = hosts.map(|text| host(&text));
        let world = Self::at(hosts, UnixTime::now(), true, authority::everybody());
        for (listener, router) in listeners.into_iter().zip(world.routers.clone()) {
            listener.set_nonblocking(true).unwrap();
            let _entered = world.runtime.enter();
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            world.runtime.spawn(async { axum::serve(listener, service).await.unwrap() });
        }
        world
    }

    /// At these hosts, with these attributes of these people.
    fn at(
        [id, shop]: [Host; 2],
        now: UnixTime,
        permitted: bool,
        (attributes, people): (&[(&str, Kind)], Arc<dyn Identities>),
    ) -> Self {
        let clock = Arc::new(AtomicU64::new(now.0));
        let read = clock.clone();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let mut asks: std::collections::BTreeMap<_, _> = toml::from_str(ASKS).unwrap();
        if permitted {
            asks.retain(|name, _| name != "greedy" && name != "hostile");
        }
        let list = authority::list_of(id, now, attributes);
        let permission =
            Permission { from: now, until: UnixTime(now.0 + 20 * 86_400), ..permission(shop) };
        let permission = permission.sign(&registrar()).unwrap();
        let options = Options {
            host: shop,
            origins: vec![shop],
            wallet: host("wallet.example"),
            list: list.clone(),
            permission: permitted.then_some(permission),
            asks,
            queue: 100,
            threads: 1,
            kept: Kept::InMemory,
        };
        let time: Clock = Arc::new(move || UnixTime(read.load(Ordering::SeqCst)));
        let entered = runtime.enter();
        let shop =
            Service::start(options, AnyStore::new(Memory::new(1_000)), time.clone()).unwrap();
        drop(entered);
        let pins = authority::pins_of(id, &list);
        let authority = runtime.block_on(authority::start(list, people, time));
        let routers = [authority.router(Vec::new()), shop.router()];
        let (calls_left, called) = (Cell::new(usize::MAX), RefCell::default());
        let tampers = Arc::default();
        Self { authority, shop, pins, routers, runtime, clock, calls_left, tampers, called }
    }

    pub fn now(&self) -> UnixTime {
        UnixTime(self.clock.load(Ordering::SeqCst))
    }

    pub fn pass(&self, seconds: u64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn pins(&self) -> Pins {
        self.pins.clone()
    }

    /// A link, or a request URI for a QR code.
    pub fn begin(&self, ask: &str, flow: Flow) -> pairnym_service::platform::Begun {
        self.runtime.block_on(self.shop.begin(ask, flow, None, None)).unwrap()
    }

    pub fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// The person has been identified at the counter; the code is on its screen.
    pub fn identify(&self, person: u8) -> CounterCode {
        self.run(self.authority.identify(PersonId([person; 32]), "official 1")).unwrap()
    }

    /// The authority denies everything but lists.
    pub fn deny(&self) {
        self.refuse(Problem::from(pairnym::Error::PersonDeleted));
    }

    /// The authority refuses everything but lists.
    pub fn refuse(&self, refused: Problem) {
        *self.tampers.lock().unwrap() = Some(Box::new(move |request, response| {
            if request.token.is_some() {
                *response = Response {
                    status: refused.status,
                    content_type: Problem::MEDIA_TYPE.into(),
                    body: refused.to_json().unwrap(),
                    ..Response::default()
                };
            }
        }));
    }

    /// Responses with a `T` are changed on their way.
    pub fn change<T: Envelope + 'static>(&self, change: impl Fn(&mut T) + Send + Sync + 'static) {
        *self.tampers.lock().unwrap() = Some(Box::new(move |_, response| {
            if response.content_type == T::MEDIA_TYPE {
                let mut envelope = T::from_json(&response.body).unwrap();
                change(&mut envelope);
                response.body = envelope.to_json().unwrap();
            }
        }));
    }

    pub fn leave_alone(&self) {
        *self.tampers.lock().unwrap() = None;
    }

    /// The same network, for threads that share it; no calls are counted.
    pub fn wire(&self) -> Wire {
        let (routers, runtime) = (self.routers.clone(), self.runtime.handle().clone());
        Wire { routers, runtime, tampers: self.tampers.clone() }
    }

    /// The clock, for who keeps it.
    pub fn clock(&self) -> Arc<dyn Fn() -> UnixTime + Send + Sync> {
        let read = self.clock.clone();
        Arc::new(move || UnixTime(read.load(Ordering::SeqCst)))
    }
}

/// Whatever is called is answered in this process.
pub struct Wire {
    routers: [Router; 2],
    runtime: Handle,
    tampers: Arc<Mutex<Tamper>>,
}

impl Http for Wire {
    fn call(&self, request: &HttpRequest) -> Result<Response, Offline> {
        let hosts = ["https://id.authority.example", "https://shop.example"];
        let found = hosts
            .iter()
            .zip(&self.routers)
            .find_map(|(host, router)| request.url.strip_prefix(host).map(|path| (path, router)));
        let (path, router) = found.ok_or(Offline)?;
        let mut response = self.runtime.block_on(ask_router(router, path, request));
        if let Some(tamper) = &*self.tampers.lock().unwrap() {
            tamper(request, &mut response);
        }
        Ok(response)
    }
}

async fn ask_router(router: &Router, path: &str, request: &HttpRequest) -> Response {
    let call = Request::builder().method(request.method).uri(path);
    let mut call = call.header("accept", request.accept);
    call = call.extension(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
    if let Some(token) = &request.token {
        call = call.header("authorization", format!("Bearer {token}"));
    }
    let call = match &request.body {
        Some((media_type, body)) => {
            call.header("content-type", *media_type).body(Body::from(body.clone()))
        }
        None => call.body(Body::empty()),
    };
    let response = router.clone().oneshot(call.unwrap()).await.unwrap();
    let header = |name: &str| match response.headers().get(name) {
        Some(value) => value.to_str().unwrap().to_owned(),
        None => String::new(),
    };
    let (content_type, location) = (header("content-type"), header("location"));
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), MAX_BODY).await.unwrap().to_vec();
    Response { status, content_type, location, body }
}

impl Http for World {
    fn call(&self, request: &HttpRequest) -> Result<Response, Offline> {
        let left = self.calls_left.get().checked_sub(1).ok_or(Offline)?;
        self.calls_left.set(left);
        self.called.borrow_mut().push(request.url.clone());
        self.wire().call(request)
    }
}

/// Cheap to try, for tests.
pub const COST: Cost = Cost { memory: 8, passes: 1 };

pub fn lock() -> Lock {
    Lock::Passphrase(Zeroizing::new("correct horse".into()))
}

impl World {
    /// A new wallet whose words are confirmed.
    pub fn wallet(&self, path: &Path) -> Wallet {
        let mut wallet = Wallet::create(path, &lock(), COST, self.pins(), self.now()).unwrap();
        let words = wallet.words(Language::English).unwrap();
        wallet.confirm_words(&words).unwrap();
        wallet
    }

    /// A wallet that is enrolled as the person with this number, with a credential.
    pub fn enrolled(&self, path: &Path, person: u8) -> Wallet {
        let mut wallet = self.wallet(path);
        wallet.enroll(self, self.identify(person), self.now()).unwrap();
        wallet.refresh(self, |_| true, self.now()).unwrap();
        wallet
    }

    /// The question of a link.
    pub fn ask(&self, wallet: &mut Wallet, ask: &str) -> (pairnym_service::platform::Begun, Asked) {
        let begun = self.begin(ask, Flow::SameDevice);
        let policy = pairnym_transport::wallet::CrossDevice::default();
        match wallet.come(self, &begun.uri, policy, self.now()).unwrap() {
            Coming::Asks(asked) => (begun, *asked),
            other => panic!("{other:?}"),
        }
    }

    /// Answers a link, and redeems it at the shop.
    pub fn answer(&self, wallet: &mut Wallet, ask: &str) -> pairnym_service::platform::Account {
        let (begun, asked) = self.ask(wallet, ask);
        let answered = wallet.decide(self, asked, Decision::AnswerAndDisclose, self.now()).unwrap();
        let done = answered.done.unwrap();
        self.run(self.shop.redeem(&begun.transaction, Some(done.code()))).unwrap()
    }
}

/// A backup's file with so many entries, of so many platforms in turn, as this wallet would write
/// it. Its passphrase is `file`.
pub fn long_backup(world: &World, wallet: &Wallet, entries: usize, platforms: usize) -> Vec<u8> {
    let known = (0..platforms).map(|number| {
        let platform = *host(&format!("s{number}.example")).id();
        (platform, wallet.pseudonym(&platform, None).unwrap())
    });
    let known: Vec<_> = known.collect();
    let entries = (0..entries).rev().map(|number| Entry {
        at: UnixTime(world.now().0 - number as u64),
        platform: known[number % platforms].0,
        label: None,
        purpose: pairnym::Purpose::Login,
        pseudonym: Some(known[number % platforms].1),
        disclosed: vec!["age_over_18".parse().unwrap()],
        statement: false,
        outcome: Outcome::Answered,
        ward: None,
    });
    let rest = serde_json::json!({
        "version": 1, "pins": world.pins(), "history": entries.collect::<Vec<_>>(),
    });
    let mut recipient = age::scrypt::Recipient::new("file".to_owned().into());
    recipient.set_work_factor(2);
    age::encrypt(&recipient, &serde_json::to_vec(&rest).unwrap()).unwrap()
}
