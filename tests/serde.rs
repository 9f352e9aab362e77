//! serde in every wrapper and format: alone, as a field, in internally tagged, untagged and
//! flattened types, as a key of a map; JSON, CBOR, MessagePack, postcard, bincode.

mod common;

use std::collections::BTreeMap;
use std::fmt::Debug;

use common::life::Life;
use pairnym::{message::*, shared::*, store::*, *};
use pairnym_testkit::Pair;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Field<T> {
    before: u8,
    value: T,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Tagged<T> {
    Answer { value: T },
    Other,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "content")]
enum Adjacent<T> {
    Answer(T),
    Other,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged<T> {
    Number { number: u32 },
    Answer { value: T },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Flattened<T> {
    number: u32,
    #[serde(flatten)]
    rest: Field<T>,
}

trait Value: Serialize + DeserializeOwned + PartialEq + Debug {}
impl<T: Serialize + DeserializeOwned + PartialEq + Debug> Value for T {}

/// In formats that describe themselves, which is what tags and flattening need.
fn described<T: Value>(value: T) {
    let text = serde_json::to_string(&value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), value, "JSON");
    assert_eq!(serde_json::from_value::<T>(serde_json::to_value(&value).unwrap()).unwrap(), value);
    let mut cbor = Vec::new();
    ciborium::into_writer(&value, &mut cbor).unwrap();
    assert_eq!(ciborium::from_reader::<T, _>(&cbor[..]).unwrap(), value, "CBOR");
    let pack = rmp_serde::to_vec_named(&value).unwrap();
    assert_eq!(rmp_serde::from_slice::<T>(&pack).unwrap(), value, "MessagePack");
}

/// In formats that do not.
fn compact<T: Value>(value: T) {
    let bytes = postcard::to_allocvec(&value).unwrap();
    assert_eq!(postcard::from_bytes::<T>(&bytes).unwrap(), value, "postcard");
    assert!(postcard::from_bytes::<T>(&bytes[..bytes.len() - 1]).is_err());
    let config = bincode::config::standard();
    let bytes = bincode::serde::encode_to_vec(&value, config).unwrap();
    let (read, length) = bincode::serde::decode_from_slice::<T, _>(&bytes, config).unwrap();
    assert_eq!((read, length), (value, bytes.len()), "bincode");
}

fn everywhere<T: Value>(make: impl Fn() -> T) {
    described(make());
    compact(make());
    described(Field { before: 7, value: make() });
    compact(Field { before: 7, value: make() });
    described(vec![make(), make()]);
    compact(vec![make(), make()]);
    described(Some(make()));
    compact(Some(make()));
    described(Tagged::Answer { value: make() });
    described(Adjacent::Answer(make()));
    described(Untagged::Answer { value: make() });
    described(Flattened { number: 7, rest: Field { before: 7, value: make() } });
}

fn as_key<T: Value + Ord>(make: impl Fn() -> T) {
    everywhere(&make);
    let map = || BTreeMap::from([(make(), 7_u8)]);
    described(map());
    compact(map());
    described(Tagged::Answer { value: map() });
    described(Flattened { number: 7, rest: Field { before: 7, value: map() } });
}

/// All messages go the same way: one of them goes everywhere.
#[test]
fn messages() {
    let life = Life::new();
    fn message<M: Message + Value>(message: &M) {
        described(M::from_bytes(&message.to_bytes()).unwrap());
        compact(M::from_bytes(&message.to_bytes()).unwrap());
    }
    everywhere(|| life.presentation.clone());
    message(life.authority.parameters());
    message(life.authority.list());
    message(life.ticket.ticket());
    message(&life.enrollment);
    message(life.offer.offer());
    message(&life.issuance_request);
    message(&life.issuance_response);
    message(&life.evidence_request);
    message(&life.commitments);
    message(&life.challenges);
    message(&life.responses);
    message(&life.request);
    message(&life.login);
    let pair = Pair::new(1, life.authority.list());
    message(&pair.lead.record(*pair.second.channel_key()));
}

/// One of each way: a text of its own, 32 bytes, a name, a number, a pair.
#[test]
fn identifiers() {
    let life = Life::new();
    as_key(|| life.holder.pseudonym(&life.host, None).unwrap());
    as_key(|| *life.authority.parameters().id());
    as_key(|| life.host);
    everywhere(|| life.request.expires());
    everywhere(|| *life.credential.slot());
    fn other<T: Value>(value: T) {
        let bytes = postcard::to_allocvec(&value).unwrap();
        assert_eq!(postcard::from_bytes::<T>(&bytes).unwrap(), value);
        described(value);
    }
    other(*life.holder.commitment());
    other(*life.authority.list().id());
    other(life.request.digest());
    other(*life.request.nonce());
    other(*life.commitments.session());
    other(*life.enrollment.transaction());
    other(PersonId([9; 32]));
    other(*life.authority.parameters().authority());
    other(life.label);
    other(life.credential.slot().epoch);
    let pair = Pair::new(1, life.authority.list());
    other(*pair.lead.pairing());
    other(*pair.lead.channel_key());
    other(CoSessionId([9; 32]));
}

#[test]
fn what_is_wrong_is_said() {
    let life = Life::new();
    let text = serde_json::to_string(&life.login).unwrap();
    let read = |text: &str| serde_json::from_str::<Login>(text).unwrap_err().to_string();
    assert!(read(&text.replace("010d", "010c")).starts_with("Login: a message of another kind"));
    assert!(read(&text.replace("010d", "0x0d")).starts_with("Login: a character outside"));
    assert!(read("\"01\"").starts_with("Login: too short"));
    assert!(read("7").contains("as text or as bytes"), "{}", read("7"));
    let short = serde_json::from_str::<Nonce>("\"00\"").unwrap_err().to_string();
    assert!(short.starts_with("Nonce: too short"), "{short}");
    // Capital digits are read; the text form of a 网号 is its own.
    let id = serde_json::to_string(life.authority.list().id()).unwrap();
    let capital = id.to_uppercase();
    assert_eq!(serde_json::from_str::<ListId>(&capital).unwrap(), *life.authority.list().id());
    let pseudonym = life.holder.pseudonym(&life.host, None).unwrap();
    assert_eq!(serde_json::to_string(&pseudonym).unwrap(), format!("\"{pseudonym}\""));
    // A sequence of integers, as some formats write bytes.
    let bytes: Vec<u8> = life.login.to_bytes();
    let sequence =
        serde::de::value::SeqDeserializer::<_, serde::de::value::Error>::new(bytes.iter().copied());
    assert_eq!(Login::deserialize(Whole(sequence)).unwrap(), life.login);
}

/// A format without strings and bytes: whatever is asked for, it gives its sequence.
struct Whole<D>(D);

impl<'de, D: serde::Deserializer<'de>> serde::Deserializer<'de> for Whole<D> {
    type Error = D::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}
