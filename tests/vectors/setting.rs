//! The persons and parties of the vectors. Every secret and every coin is a run of bytes that
//! count up from a number of its own, so that no byte of a file is hidden in a seed.

use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, *};
use pairnym_testkit::{
    ATTRIBUTES, DAY, Everybody, Given, NOW, TEN_MINUTES, host, received_offer, sent,
};

use crate::formulas::{Key, storage_key, stored};
use crate::json::{Json, list};
use crate::parameter_list::{List, Parameters};

pub const AUTHORITY: &str = "authority.example";
/// The authority's one host.
pub const HOST: &str = "id.authority.example";
pub const PLATFORM: &str = "shop.example";
pub const SEED: [u8; 32] = run(0x01);
pub const OTHER_SEED: [u8; 32] = run(0x81);
pub const MASTER: [u8; 32] = run(0x21);
pub const OTHER_MASTER: [u8; 32] = run(0xa1);
/// The authority's key for what it stores.
pub const STORAGE_KEY: [u8; 32] = run(0xc1);

/// `first`, `first` + 1, … mod 256.
pub const fn run<const N: usize>(first: u8) -> [u8; N] {
    let mut bytes = [0; N];
    let mut i = 0;
    while i < N {
        bytes[i] = first.wrapping_add(i as u8);
        i += 1;
    }
    bytes
}

/// Calls with given coins, all of which must be used.
pub fn tossed<T>(bytes: &[u8], call: impl FnOnce(&mut Given) -> T) -> T {
    let mut coins = Given::new(bytes);
    let result = call(&mut coins);
    assert_eq!(coins.left(), 0, "coins are left over");
    result
}

/// [`STORAGE_KEY`] of this authority.
pub fn authority_storage(authority: &str) -> StorageKey {
    StorageKey::new(STORAGE_KEY, AuthorityId::new(authority).unwrap())
}

/// Attributes with a value each.
pub type Attributes = Vec<(&'static str, Kind, Value)>;

pub fn four() -> Attributes {
    let attributes = ATTRIBUTES.into_iter().zip(pairnym_testkit::values());
    attributes.map(|((name, kind), value)| (name, kind, value)).collect()
}

/// Names that do not ascend.
pub fn eight() -> Attributes {
    let mut attributes = four();
    attributes.extend([
        ("birth_year", Kind::Integer, Value::Integer(1990)),
        ("guardian", Kind::Flag, Value::Flag(false)),
        ("name", Kind::Text, "\u{674e}\u{96f7}".into()),
        ("0-serial", Kind::Integer, Value::Integer(u64::MAX)),
    ]);
    attributes
}

pub fn schema(attributes: &Attributes) -> Vec<(&'static str, Kind)> {
    attributes.iter().map(|(name, kind, _)| (*name, *kind)).collect()
}

pub fn values(attributes: Attributes) -> Vec<Value> {
    attributes.into_iter().map(|(.., value)| value).collect()
}

pub fn holder(master: [u8; 32], list: &List) -> Holder {
    Holder::new(&MasterSecret::import(master), list.known()).unwrap()
}

/// Two keys: the one of [`SEED`], and from this time on the one of [`OTHER_SEED`], with more
/// attributes.
pub fn rotated(at: u64) -> List {
    let first = List::first(Parameters::new(&SEED, schema(&four())));
    let first = List { since: at - 20 * DAY, until: at - 5 * DAY, ..first };
    let mut next = first.next(at - 8 * DAY, at + 10 * DAY);
    next.entries.push((at, Parameters::new(&OTHER_SEED, schema(&eight()))));
    next
}

/// The list after the key of this one, which is alone on it, was withdrawn an hour before
/// [`NOW`]: the key of [`OTHER_SEED`] replaces it.
pub fn withdrawn(list: &List) -> List {
    let since = NOW.0 - 3600;
    let stolen = &list.entries[0].1;
    let from = (since / u64::from(stolen.epoch_length) - 1) * u64::from(stolen.epoch_length);
    let replacement = Parameters { X: Key::new(&OTHER_SEED).X, ..stolen.clone() };
    let withdrawn = vec![(stolen.id(), since - 3600)];
    let entries = vec![(from, replacement)];
    List { entries, withdrawn, ..list.next(since, list.until) }
}

/// One authority and one holder.
pub struct Setting {
    pub seed: [u8; 32],
    pub master: [u8; 32],
    pub list: List,
    pub authority: Authority,
    pub holder: Holder,
    pub values: Vec<Value>,
}

impl Setting {
    pub fn new(attributes: Attributes) -> Self {
        Self::with_secrets(SEED, MASTER, attributes)
    }

    pub fn with_secrets(seed: [u8; 32], master: [u8; 32], attributes: Attributes) -> Self {
        let list = List::first(Parameters::new(&seed, schema(&attributes)));
        Self::on(list, seed, master, values(attributes))
    }

    /// On a list that has the key of this seed.
    pub fn on(list: List, seed: [u8; 32], master: [u8; 32], values: Vec<Value>) -> Self {
        let key = AuthorityKey::from_seed(&seed).unwrap();
        let authority = Authority::open(key, list.known()).unwrap();
        let holder = holder(master, &list);
        Self { seed, master, list, authority, holder, values }
    }

    /// Those of the authority's key.
    pub fn parameters(&self) -> &Parameters {
        self.list.find(&self.authority.parameters().id().0).unwrap()
    }

    pub fn params_id(&self) -> [u8; 32] {
        self.parameters().id()
    }

    pub fn platform(&self) -> Platform {
        Platform::new(self.list.known(), host(PLATFORM))
    }

    /// The values with their names.
    pub fn named(&self) -> Vec<(&'static str, Value)> {
        let names = self.parameters().schema.iter().map(|(name, _)| *name);
        names.zip(self.values.iter().cloned()).collect()
    }

    /// The stored form of what is the holder's.
    pub fn stored(&self, encoding: &[u8]) -> Vec<u8> {
        stored(&storage_key(&self.master, AUTHORITY), AUTHORITY, encoding)
    }

    pub fn open_offer(&self, now: UnixTime) -> OpenOffer {
        let (commitment, values) = (*self.holder.commitment(), self.named());
        let coins = run::<32>(0x0c);
        tossed(&coins, |rng| self.authority.offer(commitment, values, TEN_MINUTES, now, rng))
            .unwrap()
    }

    pub fn accept(&self, offer: &OpenOffer, now: UnixTime) -> (IssuanceRequest, AwaitingIssuance) {
        let offer = received_offer(&self.list.known(), offer);
        let coins = run::<64>(0x0d);
        let (request, pending) =
            tossed(&coins, |rng| self.holder.request_credential(&offer, now, rng)).unwrap();
        (sent(&request), pending)
    }

    /// A credential that has no evidence yet.
    pub fn issued(&self, now: UnixTime) -> IssuedCredential {
        let offer = self.open_offer(now);
        let (request, pending) = self.accept(&offer, now);
        let response = self.authority.issue(&offer, &request, now, &Everybody).unwrap();
        pending.finish(&response).unwrap()
    }

    pub fn batch(&self, issued: &IssuedCredential) -> EvidenceBatch {
        let (request, offered) =
            tossed(&run::<64>(0x0e), |rng| self.holder.request_evidence(issued, rng)).unwrap();
        let (session, commitments) =
            tossed(&run::<96>(0x0f), |rng| self.authority.open_evidence(&request, rng)).unwrap();
        let (challenges, challenged) =
            tossed(&run::<64>(0x10), |rng| offered.challenge(&commitments, rng)).unwrap();
        challenged.finish(&self.authority.respond(session, &challenges).unwrap()).unwrap()
    }

    pub fn credential(&self, now: UnixTime) -> (Credential, Vec<Evidence>) {
        let issued = self.issued(now);
        let batch = self.batch(&issued);
        issued.complete([batch]).unwrap()
    }

    /// The encodings, without MACs, of a credential and its evidence.
    pub fn kept(&self, now: UnixTime) -> (Vec<u8>, Vec<Vec<u8>>) {
        let encoding = |stored: &[u8]| stored[..stored.len() - 32].to_vec();
        let (credential, evidence) = self.credential(now);
        let evidence = evidence.iter().map(|item| encoding(&self.holder.store_evidence(item)));
        (encoding(&self.holder.store_credential(&credential)), evidence.collect())
    }
}

/// A value as JSON: `null` (absent), `true` or `false`, a number, a string.
pub fn value_json(value: &Value) -> Json {
    match value {
        Value::Absent => Json::Null,
        Value::Flag(flag) => (*flag).into(),
        Value::Integer(integer) => (*integer).into(),
        Value::Text(text) => text.as_str().into(),
        _ => panic!("a kind of value that version 1 does not have"),
    }
}

pub fn values_json(values: &[Value]) -> Json {
    list(values.iter().map(value_json))
}

pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Flag => "flag",
        Kind::Integer => "integer",
        Kind::Text => "text",
        _ => panic!("a kind that version 1 does not have"),
    }
}
