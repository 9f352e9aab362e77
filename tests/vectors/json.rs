//! JSON with its keys in the order in which they are written, and the vector files made of it.

use std::path::PathBuf;
use std::{env, fs};

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use serde::ser::{Serialize, SerializeMap, Serializer};

#[derive(Clone)]
pub enum Json {
    Null,
    Bool(bool),
    Number(u64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    /// Those of an object.
    pub fn fields(self) -> Vec<(&'static str, Self)> {
        let Self::Object(fields) = self else { panic!("no object") };
        fields
    }
}

/// An object; values are anything that is `Into<Json>`. Bytes, points and scalars become hex.
macro_rules! object {
    ($($key:literal: $value:expr),* $(,)?) => {
        $crate::json::Json::Object(vec![$(($key, $crate::json::Json::from($value))),*])
    };
}

/// A list of things of one type.
pub fn list<T: Into<Json>>(items: impl IntoIterator<Item = T>) -> Json {
    Json::List(items.into_iter().map(Into::into).collect())
}

macro_rules! from {
    ($($type:ty: $value:ident => $json:expr),* $(,)?) => {$(
        impl From<$type> for Json {
            fn from($value: $type) -> Self {
                $json
            }
        }
    )*};
}

from! {
    bool: value => Self::Bool(value),
    u64: value => Self::Number(value),
    String: value => Self::Text(value),
    &str: value => Self::Text(value.into()),
    &[u8]: value => Self::Text(hex::encode(value)),
    Vec<u8>: value => Self::Text(hex::encode(value)),
    &Vec<u8>: value => Self::Text(hex::encode(value)),
    Scalar: value => value.to_bytes().into(),
    &Scalar: value => value.to_bytes().into(),
    RistrettoPoint: value => value.compress().to_bytes().into(),
    &RistrettoPoint: value => value.compress().to_bytes().into(),
}

impl<const N: usize> From<[u8; N]> for Json {
    fn from(bytes: [u8; N]) -> Self {
        Self::Text(hex::encode(bytes))
    }
}

impl<const N: usize> From<&[u8; N]> for Json {
    fn from(bytes: &[u8; N]) -> Self {
        Self::Text(hex::encode(bytes))
    }
}

impl<T: Into<Self>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_none(),
            Self::Bool(value) => to.serialize_bool(*value),
            Self::Number(value) => to.serialize_u64(*value),
            Self::Text(value) => to.serialize_str(value),
            Self::List(items) => to.collect_seq(items),
            Self::Object(fields) => {
                let mut map = to.serialize_map(Some(fields.len()))?;
                for (key, value) in fields {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

fn path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "vectors", "data", name].iter().collect()
}

/// In WebAssembly there are no files: Node gives their texts (`assurance/wasm`).
#[cfg(target_family = "wasm")]
use pairnym_wasm::text;

#[cfg(not(target_family = "wasm"))]
fn text(name: &str) -> String {
    let path = path(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A committed file.
pub fn read(name: &str) -> serde_json::Value {
    serde_json::from_str(&text(name)).unwrap()
}

/// A vector file: which section of SPEC it is for, what is in it, and the fields of `content`.
/// Compares it with the committed one, or writes it if `PAIRNYM_WRITE_VECTORS` is set.
pub fn check(name: &str, section: &'static str, description: &'static str, content: Json) {
    let head = [("section", section.into()), ("description", description.into())];
    let file = Json::Object(head.into_iter().chain(content.fields()).collect());
    let computed = serde_json::to_string_pretty(&file).unwrap() + "\n";
    if env::var_os("PAIRNYM_WRITE_VECTORS").is_some() {
        fs::write(path(name), computed).unwrap();
        return;
    }
    let committed = text(name);
    for (number, (computed, committed)) in (1..).zip(computed.lines().zip(committed.lines())) {
        assert_eq!(computed, committed, "{name}, line {number}: computed, and in the file");
    }
    assert!(computed == committed, "{name}: the file has another length than what is computed");
}
