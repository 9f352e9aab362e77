//! An authority with a counter, whose people are those of a file.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pairnym::attribute::{Kind, Schema};
use pairnym::authority::AuthorityKey;
use pairnym::zeroize::Zeroizing;
use pairnym::{AuthorityParameters, ParameterList, UnixTime};
use pairnym_service::authority::counter::{
    Certified, DemonstrationCheck, IdentityCheck, NotServed, Official, Options, router,
};
use pairnym_service::authority::profile::{Date, Notice, Rules, Waiting};
use pairnym_service::authority::{
    LocalSigner, Node, Nodes, Options as Front, Service, Sessions, SignerOptions,
};
use pairnym_service::{AuthorityStore, Clock};
use pairnym_store::{Audit, Event, Memory};
use pairnym_testkit::{authority_host, authority_id, name};
use serde_json::{Value, json};

use super::authority::{DAY, SEED, options};
use super::device::Device;
use super::http::{Call, Response};
use super::platform::JSON;

pub const PEOPLE: &str = r#"
[[person]]
name = "示例甲"
born = "1990-03-14"
assurance = 3
documents = [
    { kind = "resident_identity_card", number = "11019919900314993X" },
    { kind = "overseas_chinese_passport", number = "E99999990" },
]
guards = ["310199201002289997", "HA9999990"]

[[person]]
name = "示例乙"
born = "1992-05-01"
assurance = 2
documents = [{ kind = "taiwan_travel_permit", number = "99999901" }]

# A child of 12, and one of 7, of the first one's.
[[person]]
name = "示例丁"
born = "2014-11-22"
assurance = 2
documents = [{ kind = "hk_macao_travel_permit_non_chinese", number = "HA9999990" }]

[[person]]
name = "示例丙"
born = "2019-05-06"
assurance = 1
documents = [{ kind = "hk_macao_travel_permit", number = "H99999977" }]

# 16 years old.
[[person]]
name = "示例戊"
born = "2010-02-28"
assurance = 2
documents = [{ kind = "resident_identity_card", number = "310199201002289997" }]
"#;

/// Sunday, 2026-11-22, 08:00 in UTC+8: midnight in UTC.
pub const SUNDAY: UnixTime = UnixTime(1_795_305_600);
pub const WEEK: u64 = 7 * DAY;
pub const KEY: [u8; 32] = [3; 32];
pub const COMPARISON: [u8; 32] = [4; 32];

pub fn schema() -> Schema {
    Schema::new([
        ("age_over_14", Kind::Flag),
        ("age_over_18", Kind::Flag),
        ("assurance", Kind::Integer),
        ("assurance_2", Kind::Flag),
        ("name", Kind::Text),
        ("name_number", Kind::Text),
    ])
    .unwrap()
}

pub fn list() -> ParameterList {
    let key = AuthorityKey::from_seed(&SEED).unwrap();
    let week = Duration::from_secs(WEEK);
    let parameters = AuthorityParameters::new(&key, authority_id(), week, 1, schema()).unwrap();
    let time = UnixTime(SUNDAY.0 - DAY)..UnixTime(SUNDAY.0 + 30 * DAY);
    ParameterList::first(authority_host(), time, UnixTime(0), parameters).unwrap()
}

pub fn notice() -> Notice {
    let text = |text: &str| text.to_owned();
    Notice {
        processor: text("Example Authority"),
        contact: text("1 Example Road"),
        purposes: text("to issue credentials"),
        methods: text("comparison with records"),
        information: text("name, birth date, numbers of documents"),
        retention: text("until deletion; keyed hashes longer"),
        rights: text("at any counter"),
        sensitive: text("without the number nobody can be told from another"),
        minors: text("a guardian consents"),
        objections: text("Objections: 2 Example Road."),
    }
}

pub struct World {
    pub service: Service,
    pub server: SocketAddr,
    pub counter: SocketAddr,
    pub list: ParameterList,
    clock: Arc<AtomicU64>,
}

pub fn counter_options(check: Arc<dyn IdentityCheck>) -> Options {
    let official = |name: &str, token: &str| Official { name: name.into(), token: token.into() };
    Options {
        officials: vec![official("counter 7", "secret"), official("counter 8", "another")],
        check,
        documents_key: KEY,
        waiting: Waiting(30),
        notice: notice(),
    }
}

impl World {
    pub async fn memory() -> Self {
        let check = DemonstrationCheck::new(PEOPLE, &KEY).unwrap();
        Self::with(Arc::new(check), |_| {}).await
    }

    pub async fn with(check: Arc<dyn IdentityCheck>, change: impl FnOnce(&mut Front)) -> Self {
        let clock = Arc::new(AtomicU64::new(SUNDAY.0));
        let read = clock.clone();
        let time: Clock = Arc::new(move || UnixTime(read.load(Ordering::SeqCst)));
        let list = list();
        let signer = SignerOptions {
            node: name("node-1"),
            seeds: vec![Zeroizing::new(SEED)],
            storage_key: Zeroizing::new([8; 32]),
            list: list.clone(),
            sessions: Sessions::default(),
            threads: 2,
            queue: 100,
        };
        let signer = Arc::new(LocalSigner::start(signer, time.clone()).unwrap());
        let nodes = Nodes::new(vec![Node { name: name("node-1"), signer }]).unwrap();
        nodes.look().await;
        let rules = Rules::new(&schema(), Some(COMPARISON)).unwrap();
        let certified = Arc::new(Certified::new(check.clone(), rules));
        let store = AuthorityStore::new(Memory::new(10_000));
        let mut front = options(&list);
        change(&mut front);
        let service = Service::start(front, nodes, certified, store, time);
        let counter = serve(router(&service, counter_options(check)).unwrap()).await;
        let server = serve(service.router(Vec::new())).await;
        Self { service, server, counter, list, clock }
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

    pub async fn post(&self, path: &str, body: &Value) -> Response {
        let call = Call::post(&format!("/v1/counter/{path}"), JSON, body.to_string());
        call.header("authorization", "Bearer secret").send(self.counter).await
    }

    /// Somebody applies, maybe with a guardian.
    pub async fn apply(&self, person: Value, guardian: Option<Value>) -> Response {
        let mut body = json!({ "person": person, "notice": hex(&notice().hash()) });
        if let Some(guardian) = guardian {
            body["guardian"] = guardian;
        }
        self.post("applications", &body).await
    }

    /// The code for somebody who is admitted.
    pub async fn code(&self, person: Value, guardian: Option<Value>) -> String {
        let applied = self.apply(person, guardian).await;
        assert_eq!(applied.status, 201, "{}", applied.text());
        applied.json()["code"].as_str().unwrap().to_owned()
    }

    pub async fn events(&self) -> Vec<Event> {
        let events = self.service.store().read(0, 1_000).await.unwrap();
        events.into_iter().map(|(_, event)| event).collect()
    }

    /// Who did what, in order.
    pub async fn log(&self) -> Vec<String> {
        let line = |event: Event| format!("{}: {}", event.actor, event.action);
        self.events().await.into_iter().map(line).collect()
    }
}

async fn serve(router: axum::Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    let serving = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, serving).await });
    server
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Somebody, as an official sees them.
pub fn shown(name: &str, born: &str, documents: &[(&str, &str)]) -> Value {
    let document = |(kind, number): &(&str, &str)| json!({ "kind": kind, "number": number });
    let documents: Vec<_> = documents.iter().map(document).collect();
    assert!(born.parse::<Date>().is_ok());
    json!({ "name": name, "born": born, "documents": documents })
}

pub const CARD: (&str, &str) = ("resident_identity_card", "11019919900314993X");
pub const PASSPORT: (&str, &str) = ("overseas_chinese_passport", "E99999990");

/// The adult with two documents, of which they show these.
pub fn adult(documents: &[(&str, &str)]) -> Value {
    shown("示例甲", "1990-03-14", documents)
}

/// Somebody else's guardian, or nobody's.
pub fn stranger() -> Value {
    shown("示例乙", "1992-05-01", &[("taiwan_travel_permit", "9999990107")])
}

pub fn child() -> Value {
    shown("示例丁", "2014-11-22", &[("hk_macao_travel_permit_non_chinese", "HA9999990")])
}

pub fn infant() -> Value {
    shown("示例丙", "2019-05-06", &[("hk_macao_travel_permit", "H9999997701")])
}

pub fn youth() -> Value {
    shown("示例戊", "2010-02-28", &[("resident_identity_card", "310199201002289997")])
}

/// That it was refused for this reason.
pub fn refused(response: &Response, why: NotServed) {
    assert_eq!((response.problem().as_str(), response.status), (why.code(), why.status()));
    // Rule A6: which reason, and who decides on an objection.
    let detail = response.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.ends_with("Objections: 2 Example Road."), "{detail}");
}
