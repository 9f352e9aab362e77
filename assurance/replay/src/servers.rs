//! The authority and two platforms, each on a runtime of its own whose threads have its name, with
//! PostgreSQL behind them. Calls go through the services' routers, without sockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use pairnym::attribute::{Kind, Schema};
use pairnym::authority::AuthorityKey;
use pairnym::store::Reenrollment;
use pairnym::zeroize::Zeroizing;
use pairnym::{AuthorityParameters, ParameterList, UnixTime};
use pairnym_service::authority::counter::{self, Certified, Official, router};
use pairnym_service::authority::profile::{Notice, Rules, Waiting};
use pairnym_service::authority::{
    Chain, LocalSigner, Node, Nodes, Options, Service, Sessions, SignerOptions,
};
use pairnym_service::platform::{Kept, Options as PlatformOptions, Service as Platform};
use pairnym_service::{AnyStore, AuthorityStore, Limit, system_clock};
use pairnym_store::postgres::{NoTls, Postgres, migrate};
use pairnym_testkit::{authority_host, authority_id, name};
use pairnym_transport::authority::SignedList;
use pairnym_transport::ed25519_dalek::SigningKey;
use tokio::runtime::{Builder, Runtime};
use tower_service::Service as _;

use crate::Failure;
use crate::latency::Latencies;
use crate::people::Everybody;

pub const HOSTS: [&str; 2] = ["shop.example", "video.example"];
const SEED: [u8; 32] = [7; 32];
const DAY: u64 = 86_400;
const CONNECTIONS: usize = 16;

const ASKS: &str = r#"
[register]
purpose = "registration"
wanted = "presentation"
disclose = ["age_over_18"]
require = { age_over_18 = true }
flows = ["same-device"]
return_to = "/welcome"

[log-in]
purpose = "login"
wanted = "login"
flows = ["same-device"]
return_to = "/welcome"
"#;

/// A router, on the runtime where it is served.
pub struct Served {
    pub runtime: Runtime,
    router: Router,
    latencies: Arc<Latencies>,
}

pub struct Response {
    pub status: u16,
    pub content_type: String,
    pub location: String,
    pub body: Vec<u8>,
}

pub struct Servers {
    pub front: Served,
    pub counter: Router,
    pub platforms: [(Served, Platform); 2],
    pub list: ParameterList,
    pub notice: String,
    pub latencies: Arc<Latencies>,
}

/// Threads that compute have another name than those that serve: the runtime makes the latter first.
pub fn runtime(serving: &'static str, computing: &'static str) -> Result<Runtime, Failure> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let made = AtomicUsize::new(0);
    let name = move || {
        let serves = made.fetch_add(1, Ordering::Relaxed) < threads;
        (if serves { serving } else { computing }).to_owned()
    };
    let mut builder = Builder::new_multi_thread();
    // A thread that ends takes its processor time along.
    let builder = builder.worker_threads(threads).thread_keep_alive(Duration::from_secs(86_400));
    Ok(builder.thread_name_fn(name).enable_all().build()?)
}

impl Served {
    /// Calls it, and notes how long it took.
    pub async fn call(
        &self,
        what: &'static str,
        request: Request<Body>,
    ) -> Result<Response, Failure> {
        self.call_at(&self.router, what, request).await
    }

    /// Calls another router on the same runtime.
    pub async fn call_at(
        &self,
        router: &Router,
        what: &'static str,
        request: Request<Body>,
    ) -> Result<Response, Failure> {
        let (mut router, latencies) = (router.clone(), self.latencies.clone());
        let calling = self.runtime.spawn(async move {
            let began = Instant::now();
            let Ok(response) = router.call(request).await;
            let (head, body) = response.into_parts();
            let status = head.status.as_u16();
            let header = |name: &str| {
                let value = head.headers.get(name).and_then(|value| value.to_str().ok());
                value.unwrap_or_default().to_owned()
            };
            let (content_type, location) = (header("content-type"), header("location"));
            let body = to_bytes(body, 1 << 20).await;
            latencies.add(what, began.elapsed());
            body.map(|body| Response { status, content_type, location, body: body.into() })
        });
        Ok(calling.await??)
    }

    /// Does something of the service's on its runtime, and notes how long it took.
    pub async fn run<T: Send + 'static>(
        &self,
        what: &'static str,
        act: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Failure> {
        let latencies = self.latencies.clone();
        let acting = self.runtime.spawn(async move {
            let began = Instant::now();
            let done = act.await;
            latencies.add(what, began.elapsed());
            done
        });
        Ok(acting.await?)
    }
}

fn schema() -> Result<Schema, Failure> {
    Ok(Schema::new([
        ("age_over_14", Kind::Flag),
        ("age_over_18", Kind::Flag),
        ("assurance", Kind::Integer),
        ("assurance_2", Kind::Flag),
        ("name", Kind::Text),
        ("name_number", Kind::Text),
    ])?)
}

fn list() -> Result<ParameterList, Failure> {
    let (key, now) = (AuthorityKey::from_seed(&SEED)?, UnixTime::now());
    let week = Duration::from_secs(7 * DAY);
    let parameters = AuthorityParameters::new(&key, authority_id(), week, 1, schema()?)?;
    let time = UnixTime(now.0 - DAY)..UnixTime(now.0 + 20 * DAY);
    Ok(ParameterList::first(authority_host(), time, UnixTime(0), parameters)?)
}

fn notice() -> Notice {
    let text = || "Invented people; nothing is kept.".to_owned();
    Notice {
        processor: text(),
        contact: text(),
        purposes: text(),
        methods: text(),
        information: text(),
        retention: text(),
        rights: text(),
        sensitive: text(),
        minors: text(),
        objections: text(),
    }
}

impl Servers {
    /// Databases of their own in this PostgreSQL.
    pub fn start(port: u16) -> Result<Self, Failure> {
        let (latencies, list) = (Arc::new(Latencies::default()), list()?);
        let served = |runtime, router| Served { runtime, router, latencies: latencies.clone() };
        let runtime_of_front = runtime("front", "signer")?;
        let (router, counter) = runtime_of_front.block_on(authority(port, &list))?;
        let front = served(runtime_of_front, router);
        let platform = |host: &str| -> Result<_, Failure> {
            let runtime = runtime("platform", "verification")?;
            let service = runtime.block_on(self::platform(port, host, &list))?;
            Ok((served(runtime, service.router()), service))
        };
        let platforms = [platform(HOSTS[0])?, platform(HOSTS[1])?];
        let notice = notice().hash().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { front, counter, platforms, list, notice, latencies })
    }
}

async fn database(port: u16, name: &str) -> Result<Postgres, Failure> {
    let url = |database: &str| format!("postgres://pairnym@127.0.0.1:{port}/{database}");
    // It listens before it admits anybody.
    let deadline = Instant::now() + Duration::from_secs(30);
    let (client, connection) = loop {
        match tokio_postgres::connect(&url("postgres"), NoTls).await {
            Ok(connected) => break connected,
            Err(error) if Instant::now() > deadline => return Err(error.into()),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    };
    tokio::spawn(connection);
    client.batch_execute(&format!("CREATE DATABASE {name}")).await?;
    migrate(&url(name), NoTls).await?;
    Ok(Postgres::open(&url(name), NoTls, CONNECTIONS).await?.prepared())
}

async fn authority(port: u16, list: &ParameterList) -> Result<(Router, Router), Failure> {
    let many = Limit { burst: u32::MAX, per_minute: u32::MAX };
    let clock = system_clock();
    let signer = SignerOptions {
        node: name("node-1"),
        seeds: vec![Zeroizing::new(SEED)],
        storage_key: Zeroizing::new([8; 32]),
        list: list.clone(),
        sessions: Sessions::default(),
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        queue: 10_000,
    };
    let signer = Arc::new(LocalSigner::start(signer, clock.clone())?);
    let nodes = Nodes::new(vec![Node { name: name("node-1"), signer }])?;
    nodes.look().await;
    let keys = [SigningKey::from_bytes(&[1; 32])];
    let options = Options {
        lists: Chain::of(SignedList::new(list, &keys))?,
        registrars: Vec::new(),
        sessions: 4,
        reenrollment: Reenrollment::SameCommitment,
        session_seconds: 1_000 * DAY,
        device_limit: many,
        code_limit: many,
    };
    let check = Arc::new(Everybody);
    let certified = Certified::new(check.clone(), Rules::new(&schema()?, Some([4; 32]))?);
    let store = AuthorityStore::new(database(port, "authority").await?);
    let service = Service::start(options, nodes, Arc::new(certified), store, clock);
    let counter = counter::Options {
        officials: vec![Official { name: "counter 7".into(), token: "secret".into() }],
        check,
        documents_key: [3; 32],
        waiting: Waiting(0),
        notice: notice(),
    };
    Ok((service.router(Vec::new()), router(&service, counter)?))
}

async fn platform(port: u16, host: &str, list: &ParameterList) -> Result<Platform, Failure> {
    let name = host.split('.').next().unwrap_or_default();
    let options = PlatformOptions {
        host: host.parse()?,
        origins: vec![host.parse()?],
        wallet: "wallet.example".parse()?,
        list: list.clone(),
        permission: None,
        asks: toml::from_str(ASKS)?,
        queue: 100_000,
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        kept: Kept::Elsewhere,
    };
    let store = AnyStore::new(database(port, name).await?);
    Ok(Platform::start(options, store, system_clock())?)
}
