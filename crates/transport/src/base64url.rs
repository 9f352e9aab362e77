//! Base64url without padding, in its one form (§1), as serde writes and reads it.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::Serializer;
use std::borrow::Cow;

pub fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Exactly `N` bytes.
pub fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let decoded = Base64UrlUnpadded::decode(text, &mut bytes).ok()?.len();
    (decoded == N).then_some(bytes)
}

pub fn serialize<S: Serializer>(bytes: impl AsRef<[u8]>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&encode(bytes.as_ref()))
}

pub fn deserialize<'de, T: Bytes, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let text = Cow::<str>::deserialize(from)?;
    T::read(&text).ok_or_else(|| D::Error::custom("no base64url of the right length"))
}

/// What is written as base64url: any bytes, or exactly so many.
pub trait Bytes: Sized {
    fn read(text: &str) -> Option<Self>;
}

impl Bytes for Vec<u8> {
    fn read(text: &str) -> Option<Self> {
        Base64UrlUnpadded::decode_vec(text).ok()
    }
}

impl<const N: usize> Bytes for [u8; N] {
    fn read(text: &str) -> Option<Self> {
        decode(text)
    }
}

/// A list of byte strings.
pub mod list {
    use serde::de::{Deserialize, Deserializer};
    use serde::ser::Serializer;

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Item(#[serde(with = "super")] Vec<u8>);

    pub fn serialize<S: Serializer>(items: &[Vec<u8>], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(items.iter().map(|bytes| super::encode(bytes)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Vec<u8>>, D::Error> {
        Ok(Vec::<Item>::deserialize(from)?.into_iter().map(|item| item.0).collect())
    }
}

/// Bytes that may be absent.
pub mod optional {
    use serde::de::{Deserialize, Deserializer};
    use serde::ser::Serializer;

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Item(#[serde(with = "super")] Vec<u8>);

    pub fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => super::serialize(bytes, to),
            None => to.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
        Ok(Option::<Item>::deserialize(from)?.map(|item| item.0))
    }
}
