//! The persons and parties of the vectors. Every secret and every coin is a run of bytes that
//! count up from a number of its own, so that no byte of a file is hidden in a seed.

use std::num::NonZeroU32;

use pairnym::*;

use crate::common::{self, Coins, DAY, NOW};
use crate::json::{Json, list};

pub const AUTHORITY: &str = "authority.example";
pub const PLATFORM: &str = "shop.example";
pub const SEED: [u8; 32] = run(0x01);
pub const OTHER_SEED: [u8; 32] = run(0x81);
pub const MASTER: [u8; 32] = run(0x21);
pub const OTHER_MASTER: [u8; 32] = run(0xa1);

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

pub fn coins(bytes: &[u8]) -> Coins {
    Coins::new(bytes)
}

/// Calls with given coins, all of which must be used.
pub fn tossed<T>(bytes: &[u8], call: impl FnOnce(&mut Coins) -> T) -> T {
    let mut coins = coins(bytes);
    let result = call(&mut coins);
    assert_eq!(coins.left(), 0, "coins are left over");
    result
}

pub fn host(name: &str) -> PlatformId {
    PlatformId::new(name).unwrap()
}

pub fn token(text: &str) -> Token {
    Token::new(text).unwrap()
}

/// Attributes with a value each.
pub type Attributes<'a> = Vec<(&'a str, Kind, Value)>;

pub fn four() -> Attributes<'static> {
    let attributes = common::ATTRIBUTES.into_iter().zip(common::values());
    attributes.map(|((name, kind), value)| (name, kind, value)).collect()
}

pub fn eight() -> Attributes<'static> {
    let mut attributes = four();
    attributes.extend([
        ("birth_year", Kind::Integer, Value::Integer(1990)),
        ("guardian", Kind::Flag, Value::Flag(false)),
        ("name", Kind::Text, "".into()),
        ("serial", Kind::Integer, Value::Integer(u64::MAX)),
    ]);
    attributes
}

/// One authority and one holder.
pub struct Setting {
    pub seed: [u8; 32],
    pub master: [u8; 32],
    pub authority: Authority,
    pub holder: Holder,
    pub values: Vec<Value>,
}

pub fn authority(seed: &[u8; 32], id: &str, attributes: &[(&str, Kind)], epoch: u32) -> Authority {
    Authority::new(
        AuthorityKey::from_seed(seed).unwrap(),
        AuthorityId::new(id).unwrap(),
        common::schema(attributes),
        NonZeroU32::new(epoch).unwrap(),
    )
}

pub fn holder(master: [u8; 32], pinned: &[&AuthorityParameters]) -> Holder {
    let mut list = PinnedParameters::new(pinned[0].clone());
    pinned.iter().for_each(|parameters| list.pin((*parameters).clone()).unwrap());
    Holder::new(&MasterSecret::import(master), list).unwrap()
}

impl Setting {
    pub fn new(attributes: Attributes<'_>) -> Self {
        Self::with_secrets(SEED, MASTER, attributes)
    }

    pub fn with_secrets(seed: [u8; 32], master: [u8; 32], attributes: Attributes<'_>) -> Self {
        let (schema, values): (Vec<_>, Vec<_>) =
            attributes.into_iter().map(|(name, kind, value)| ((name, kind), value)).unzip();
        let authority = authority(&seed, AUTHORITY, &schema, DAY as u32);
        let holder = holder(master, &[authority.parameters()]);
        Self { seed, master, authority, holder, values }
    }

    pub fn parameters(&self) -> &AuthorityParameters {
        self.authority.parameters()
    }

    pub fn platform(&self) -> Platform {
        Platform::new(self.parameters().clone(), host(PLATFORM))
    }

    pub fn offer(&self) -> IssuanceOffer {
        let (commitment, values) = (*self.holder.commitment(), self.values.clone());
        tossed(&run::<32>(0x0c), |rng| self.authority.offer(commitment, values, NOW, rng)).unwrap()
    }

    pub fn credential(&self) -> Credential {
        let offer = self.offer();
        let requested =
            tossed(&run::<64>(0x0d), |rng| self.holder.request_credential(&offer, NOW, rng));
        let (request, pending) = requested.unwrap();
        pending.finish(&self.authority.issue(&offer, &request).unwrap()).unwrap()
    }

    pub fn evidence(&self, credential: &Credential) -> Vec<Evidence> {
        let (request, offered) =
            tossed(&run::<64>(0x0e), |rng| self.holder.request_evidence(credential, rng)).unwrap();
        let (session, commitments) =
            tossed(&run::<96>(0x0f), |rng| self.authority.open_evidence(&request, rng)).unwrap();
        let (challenges, challenged) =
            tossed(&run::<64>(0x10), |rng| offered.challenge(&commitments, rng)).unwrap();
        challenged.finish(&self.authority.respond(session, &challenges).unwrap()).unwrap()
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
