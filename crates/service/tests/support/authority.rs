//! An authority in this process, with a clock that the test sets.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pairnym::authority::AuthorityKey;
use pairnym::store::Reenrollment;
use pairnym::zeroize::Zeroizing;
use pairnym::{AuthorityParameters, ParameterList, PersonId, UnixTime};
use pairnym_service::authority::{
    Chain, Identities, Known, LocalSigner, Node, Nodes, Options, Service, Sessions, Signer,
    SignerOptions, Values,
};
use pairnym_service::{AuthorityStore, Clock, Limit};
use pairnym_store::Memory;
use pairnym_testkit::{ATTRIBUTES, NOW, authority_host, authority_id, schema};
use pairnym_transport::authority::SignedList;
use pairnym_transport::ed25519_dalek::SigningKey;

use super::device::Device;

pub const SEED: [u8; 32] = [7; 32];
pub const BATCHES: u8 = 4;
pub const DAY: u64 = 86_400;

/// The parameters of the key with this seed.
pub fn parameters(seed: &[u8; 32]) -> AuthorityParameters {
    let (key, day) = (AuthorityKey::from_seed(seed).unwrap(), Duration::from_secs(DAY));
    AuthorityParameters::new(&key, authority_id(), day, BATCHES, schema(&ATTRIBUTES)).unwrap()
}

pub fn first_list(now: UnixTime) -> ParameterList {
    let time = UnixTime(now.0 - DAY)..UnixTime(now.0 + 30 * DAY);
    ParameterList::first(authority_host(), time, UnixTime(0), parameters(&SEED)).unwrap()
}

/// The two keys of three that sign lists.
pub fn list_signers() -> [SigningKey; 2] {
    [[1; 32], [2; 32]].map(|seed| SigningKey::from_bytes(&seed))
}

pub fn person(number: u8) -> PersonId {
    PersonId([number; 32])
}

/// People whose values a test changes.
#[derive(Default)]
pub struct Register(pub Mutex<BTreeMap<PersonId, Values>>, pub AtomicBool);

impl Identities for Register {
    /// With the second member set, somebody else changes them after each time.
    fn values(&self, person: PersonId, _: UnixTime) -> Known<'_> {
        let values = self.0.lock().unwrap().get(&person).cloned();
        if self.1.load(Ordering::SeqCst) {
            let mut people = self.0.lock().unwrap();
            if let Some((_, region)) = people.entry(person).or_default().get_mut(1) {
                *region = "重庆".into();
            }
        }
        Box::pin(async move { Ok(values) })
    }
}

pub fn adult() -> Values {
    vec![("age_over_18".into(), true.into()), ("region".into(), "上海".into())]
}

pub struct World {
    pub service: Service,
    pub signer: LocalSigner,
    pub server: SocketAddr,
    pub list: ParameterList,
    pub register: Arc<Register>,
    clock: Arc<AtomicU64>,
}

pub fn options(list: &ParameterList) -> Options {
    Options {
        lists: Chain::of(SignedList::new(list, &list_signers())).unwrap(),
        registrars: Vec::new(),
        sessions: 3,
        reenrollment: Reenrollment::SameCommitment,
        session_seconds: 1_000 * DAY,
        device_limit: Limit { burst: 10_000, per_minute: 10_000 },
        code_limit: Limit { burst: 5, per_minute: 1 },
    }
}

impl World {
    pub async fn memory() -> Self {
        Self::with(AuthorityStore::new(Memory::new(10_000)), Sessions::default(), |_| {}).await
    }

    pub async fn with(
        store: AuthorityStore,
        sessions: Sessions,
        change: impl FnOnce(&mut Options),
    ) -> Self {
        Self::behind(store, sessions, change, |signer| Arc::new(signer)).await
    }

    /// With something between front and signer.
    pub async fn behind(
        store: AuthorityStore,
        sessions: Sessions,
        change: impl FnOnce(&mut Options),
        wrap: impl FnOnce(LocalSigner) -> Arc<dyn Signer>,
    ) -> Self {
        let clock = Arc::new(AtomicU64::new(NOW.0));
        let read = clock.clone();
        let time: Clock = Arc::new(move || UnixTime(read.load(Ordering::SeqCst)));
        let list = first_list(NOW);
        let signer = LocalSigner::start(
            SignerOptions {
                node: pairnym_testkit::name("node-1"),
                seeds: vec![Zeroizing::new(SEED)],
                storage_key: Zeroizing::new([8; 32]),
                list: list.clone(),
                sessions,
                threads: 2,
                queue: 100,
            },
            time.clone(),
        );
        let signer = signer.unwrap();
        let node = Node { name: pairnym_testkit::name("node-1"), signer: wrap(signer.clone()) };
        let nodes = Nodes::new(vec![node]).unwrap();
        nodes.look().await;
        let register = Arc::new(Register::default());
        for number in 1..=30 {
            register.0.lock().unwrap().insert(person(number), adult());
        }
        let mut options = options(&list);
        change(&mut options);
        let service = Service::start(options, nodes, register.clone(), store, time);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = listener.local_addr().unwrap();
        let router = service.router(Vec::new());
        let serving = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, serving).await });
        Self { service, signer, server, list, register, clock }
    }

    pub fn now(&self) -> UnixTime {
        UnixTime(self.clock.load(Ordering::SeqCst))
    }

    pub fn pass(&self, seconds: u64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn device(&self, number: u8) -> Device {
        Device::new(number, self.server, &self.list, self.now())
    }

    /// The code for somebody at the counter.
    pub async fn code(&self, number: u8) -> String {
        self.service.identify(person(number), "official 1").await.unwrap().to_string()
    }

    /// Somebody's device, with a session and enrolled.
    pub async fn enrolled(&self, number: u8) -> Device {
        let mut device = self.device(number);
        let ticket = device.begin(&self.code(number).await).await.expect("a ticket");
        device.enroll(&ticket).await;
        device
    }

    /// The actions of the audit log.
    pub async fn actions(&self) -> Vec<String> {
        let events = pairnym_store::Audit::read(self.service.store(), 0, 1_000).await.unwrap();
        events.into_iter().map(|(_, event)| event.action).collect()
    }
}
