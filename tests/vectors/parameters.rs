//! attributes.json and parameters.json (SPEC §4).

use pairnym::hazmat::{attribute_scalar, credential_base};
use pairnym::{AuthorityParameters, Epoch, Kind, Message, UnixTime, Value};

use crate::common::NOW;
use crate::formulas::{Hash, Key, Wire, encode_value, value_scalar};
use crate::json::{Json, check, list};
use crate::setting::{
    AUTHORITY, OTHER_SEED, SEED, Setting, authority, eight, four, kind_name, value_json,
};

#[test]
fn attributes_json() {
    let longest = format!("{}\u{e9}", "z".repeat(253));
    let values: Vec<(Kind, Value)> = vec![
        (Kind::Flag, false.into()),
        (Kind::Flag, true.into()),
        (Kind::Flag, Value::Absent),
        (Kind::Integer, 0.into()),
        (Kind::Integer, 1.into()),
        (Kind::Integer, 0x0102_0304_0506_0708.into()),
        (Kind::Integer, u64::MAX.into()),
        (Kind::Text, "".into()),
        (Kind::Text, "0".into()),
        (Kind::Text, "\u{4e0a}\u{6d77}".into()),
        (Kind::Text, longest[..].into()),
    ];
    let entry = |(kind, value): &(Kind, Value)| {
        let (encoding, m) = (encode_value(value), value_scalar(value));
        assert_eq!(attribute_scalar(value), m);
        let offer = Setting::new(vec![("name", *kind, value.clone())]).offer().to_bytes();
        assert!(offer.ends_with(&[&[1], &encoding[..]].concat()));
        object! {
            "kind": kind_name(*kind),
            "value": value_json(value),
            "encoding": encoding,
            "scalar": m,
        }
    };
    check(
        "attributes.json",
        "4.2",
        "Values with their encodings and scalars. Here and in the other files, null is absent, \
         true and false are flags, numbers are integers and strings are texts.",
        object! { "attributes": list(values.iter().map(entry)) },
    );
}

#[test]
fn parameters_json() {
    let schema = |attributes: Vec<(&'static str, Kind, Value)>| -> Vec<(&'static str, Kind)> {
        attributes.into_iter().map(|(name, kind, _)| (name, kind)).collect()
    };
    let cases = [
        (SEED, "a", 1, Vec::new()),
        (SEED, AUTHORITY, 86_400, schema(four())),
        (OTHER_SEED, AUTHORITY, 86_400, schema(eight())),
        ([0xff; 32], "authority-2.example", u32::MAX, vec![("a", Kind::Text)]),
    ];
    let entry = |(seed, id, length, schema): &([u8; 32], &str, u32, Vec<(&str, Kind)>)| {
        let key = Key::new(seed);
        let encoding = Wire::new(1).u8(1).short(id).points([&key.X]).put(length.to_be_bytes());
        let encoding = schema.iter().fold(encoding.u8(schema.len() as u8), |wire, (name, kind)| {
            wire.short(name).u8(match kind {
                Kind::Flag => 1,
                Kind::Integer => 2,
                _ => 3,
            })
        });
        let encoding = encoding.bytes();
        let params_id = Hash::new("parameters").part(&encoding).h32();

        let authority = authority(seed, id, schema, *length);
        let known = authority.parameters();
        assert_eq!((known.to_bytes(), known.id().0), (encoding.clone(), params_id));
        assert_eq!(AuthorityParameters::from_bytes(&encoding).unwrap(), *known);

        let times = [0, u64::from(*length) - 1, u64::from(*length), NOW.0, u64::MAX];
        let attribute =
            |(name, kind): &(&str, Kind)| object! { "name": *name, "kind": kind_name(*kind) };
        object! {
            "seed": seed,
            "authority_id": *id,
            "epoch_length": u64::from(*length),
            "schema": list(schema.iter().map(attribute)),
            "okm": &key.okm,
            "x": key.x,
            "k_e": key.k_e(),
            "X": key.X,
            "encoding": encoding,
            "params_id": params_id,
            "epochs": list(times.map(|time| epoch(known, time))),
        }
    };
    check(
        "parameters.json",
        "4",
        "Keys of seeds, parameters, and the epochs and credential bases of some times.",
        object! { "authorities": list(cases.iter().map(entry)) },
    );
}

/// A time, its epoch and B_t.
fn epoch(parameters: &AuthorityParameters, time: u64) -> Json {
    let t = time / u64::from(parameters.epoch_length().get());
    assert_eq!(parameters.epoch(UnixTime(time)), Epoch(t));
    let B = crate::formulas::credential_base(&parameters.id().0, t);
    assert_eq!(credential_base(parameters, Epoch(t)), B);
    object! { "time": time, "t": t, "B": B }
}
