//! The authority, as the service has it, and its counter.

use std::sync::Arc;
use std::time::Duration;

use pairnym::attribute::Kind;
use pairnym::authority::AuthorityKey;
use pairnym::store::Reenrollment;
use pairnym::zeroize::Zeroizing;
use pairnym::{AuthorityParameters, ParameterList, PersonId, UnixTime};
use pairnym_service::authority::{
    Chain, Identities, Known, LocalSigner, Node, Nodes, Options, Service, Sessions, SignerOptions,
    Values,
};
use pairnym_service::{AuthorityStore, Clock, Limit};
use pairnym_store::Memory;
use pairnym_testkit::{ATTRIBUTES, DAY, NOW, authority_id, name, schema};
use pairnym_transport::Host;
use pairnym_transport::authority::SignedList;
use pairnym_wallet::Pins;

use super::{host, list_key, registrar};

const SEED: [u8; 32] = [7; 32];

/// Everybody is an adult from Shanghai, but for number 17.
struct Register;

impl Identities for Register {
    fn values(&self, person: PersonId, _: UnixTime) -> Known<'_> {
        let adult = person != PersonId([17; 32]);
        let values: Values =
            vec![("age_over_18".into(), adult.into()), ("region".into(), "上海".into())];
        Box::pin(async move { Ok(Some(values)) })
    }
}

/// Everybody who has a number, with what is certified of them.
pub fn everybody() -> (&'static [(&'static str, Kind)], Arc<dyn Identities>) {
    (&ATTRIBUTES, Arc::new(Register))
}

pub fn list() -> ParameterList {
    list_of(host("id.authority.example"), NOW, &ATTRIBUTES)
}

/// At this host, from a day before `now` on.
pub fn list_of(id: Host, now: UnixTime, attributes: &[(&str, Kind)]) -> ParameterList {
    let (key, day) = (AuthorityKey::from_seed(&SEED).unwrap(), Duration::from_secs(DAY));
    let parameters =
        AuthorityParameters::new(&key, authority_id(), day, 1, schema(attributes)).unwrap();
    let time = UnixTime(now.0 - DAY)..UnixTime(now.0 + 20 * DAY);
    ParameterList::first(*id.id(), time, UnixTime(0), parameters).unwrap()
}

pub fn signed(list: &ParameterList) -> SignedList {
    SignedList::new(list, &[list_key()])
}

pub fn pins_of(id: Host, list: &ParameterList) -> Pins {
    Pins {
        authority: authority_id(),
        host: id,
        list_keys: vec![(&list_key()).into()],
        threshold: 1,
        registrars: vec![(&registrar()).into()],
        list: signed(list),
    }
}

/// Within a runtime.
pub async fn start(list: ParameterList, people: Arc<dyn Identities>, clock: Clock) -> Service {
    let signer = SignerOptions {
        node: name("node-1"),
        seeds: vec![Zeroizing::new(SEED)],
        storage_key: Zeroizing::new([8; 32]),
        list: list.clone(),
        sessions: Sessions::default(),
        threads: 1,
        queue: 100,
    };
    let signer = Arc::new(LocalSigner::start(signer, clock.clone()).unwrap());
    let nodes = Nodes::new(vec![Node { name: name("node-1"), signer }]).unwrap();
    nodes.look().await;
    let often = Limit { burst: 10_000, per_minute: 10_000 };
    let options = Options {
        lists: Chain::of(signed(&list)).unwrap(),
        registrars: vec![(&registrar()).into()],
        sessions: 8,
        reenrollment: Reenrollment::SameCommitment,
        session_seconds: 400 * DAY,
        device_limit: often,
        code_limit: often,
    };
    let store = AuthorityStore::new(Memory::new(10_000));
    Service::start(options, nodes, people, store, clock)
}
