//! attributes.json and parameters.json (SPEC §4).

use pairnym::hazmat::{attribute_scalar, credential_base};
use pairnym::{
    AuthorityId, AuthorityParameters, Epoch, Message, Slot, UnixTime,
    attribute::{Kind, Value},
    authority::AuthorityKey,
};
use pairnym_testkit::{DAY, NOW, schema, seconds};

use crate::formulas::{Key, encode_value, value_scalar};
use crate::json::{Json, check, list};
use crate::parameter_list::Parameters;
use crate::setting::{
    self, AUTHORITY, OTHER_SEED, SEED, Setting, eight, four, kind_name, value_json,
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
        (Kind::Text, " 0".into()),
        (Kind::Text, "0".into()),
        (Kind::Text, "\u{4e0a}\u{6d77}\n\u{4e2d}\u{56fd}".into()),
        (Kind::Text, longest[..].into()),
    ];
    let entry = |(kind, value): &(Kind, Value)| {
        let (encoding, m) = (encode_value(value), value_scalar(value));
        assert_eq!(attribute_scalar(value), m);
        let setting = Setting::new(vec![("name", *kind, value.clone())]);
        let offer = setting.open_offer(NOW).offer().to_bytes();
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
    let day = DAY as u32;
    let cases = [
        (SEED, "a", 3600, 1, Vec::new()),
        (SEED, AUTHORITY, day, 1, setting::schema(&four())),
        (OTHER_SEED, AUTHORITY, day, 8, setting::schema(&eight())),
        ([0xff; 32], "authority-2.example", u32::MAX, 255, vec![("a", Kind::Text)]),
    ];
    type Case = ([u8; 32], &'static str, u32, u8, Vec<(&'static str, Kind)>);
    let entry = |(seed, id, length, batches, attributes): &Case| {
        let key = Key::new(seed);
        let parameters = Parameters {
            authority: (*id).into(),
            X: key.X,
            epoch_length: *length,
            batches: *batches,
            schema: attributes.clone(),
        };
        let (encoding, params_id) = (parameters.encode(), parameters.id());

        let known = AuthorityParameters::new(
            &AuthorityKey::from_seed(seed).unwrap(),
            AuthorityId::new(id).unwrap(),
            seconds((*length).into()),
            *batches,
            schema(attributes),
        );
        let known = known.unwrap();
        assert_eq!((known.to_bytes(), known.id().0), (encoding.clone(), params_id));
        assert_eq!(AuthorityParameters::from_bytes(&encoding).unwrap(), known);

        let times = [0, u64::from(*length) - 1, u64::from(*length), NOW.0, u64::MAX];
        let attribute =
            |(name, kind): &(&str, Kind)| object! { "name": *name, "kind": kind_name(*kind) };
        object! {
            "seed": seed,
            "authority_id": *id,
            "epoch_length": u64::from(*length),
            "batches": u64::from(*batches),
            "schema": list(attributes.iter().map(attribute)),
            "okm": &key.okm,
            "x": key.x,
            "k_e": key.k_e(),
            "X": key.X,
            "encoding": encoding,
            "params_id": params_id,
            "epochs": list(times.map(|time| epoch(&known, time))),
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
    let slot = Slot { parameters: *parameters.id(), epoch: Epoch(t) };
    assert_eq!(credential_base(&slot), B);
    object! { "time": time, "t": t, "B": B }
}
