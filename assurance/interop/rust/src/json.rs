//! How bytes, attribute values, conditions, purposes and slots look in JSON.

use hex::FromHex;
use pairnym::{
    Name, PlatformId, Purpose, Slot,
    attribute::{Condition, Value},
};
use serde::{Deserialize, Deserializer};
use serde_json::json;

use crate::fault::Fault;

/// Bytes in hexadecimal.
pub struct Hex<T>(pub T);

impl<'de, T> Deserialize<'de> for Hex<T>
where
    T: FromHex,
    T::Error: std::fmt::Display,
{
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        hex::serde::deserialize(from).map(Self)
    }
}

/// Bytes in hexadecimal.
pub type Bytes = Hex<Vec<u8>>;
/// 32 bytes in hexadecimal.
pub type Bytes32 = Hex<[u8; 32]>;

/// The value of an attribute: null, a flag, a number or a text.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Plain {
    Flag(bool),
    Integer(u64),
    Text(String),
    Absent,
}

impl From<Plain> for Value {
    fn from(plain: Plain) -> Self {
        match plain {
            Plain::Flag(flag) => Self::Flag(flag),
            Plain::Integer(integer) => Self::Integer(integer),
            Plain::Text(text) => Self::Text(text),
            Plain::Absent => Self::Absent,
        }
    }
}

/// A value as JSON.
pub fn plain(value: &Value) -> serde_json::Value {
    match value {
        Value::Absent => json!(null),
        Value::Flag(flag) => json!(flag),
        Value::Integer(integer) => json!(integer),
        Value::Text(text) => json!(text),
        other => unreachable!("a kind of value that SPEC does not have: {other:?}"),
    }
}

/// A slot, or that there is none.
pub fn slot(slot: Option<&Slot>) -> serde_json::Value {
    slot.map(|slot| json!({ "params_id": hex::encode(slot.parameters.0), "epoch": slot.epoch.0 }))
        .unwrap_or_default()
}

/// A host in a field of a command.
pub fn host(name: &str) -> Result<PlatformId, Fault> {
    PlatformId::new(name).map_err(Fault::identifier)
}

/// A name in a field of a command.
pub fn name(text: &str) -> Result<Name, Fault> {
    Name::new(text).map_err(Fault::identifier)
}

/// A condition on the attribute with this name.
#[derive(Deserialize)]
pub struct PlainCondition {
    pub name: String,
    operator: Operator,
    operand: Option<serde_json::Value>,
}

#[derive(Deserialize)]
enum Operator {
    #[serde(rename = "equals")]
    Equals,
    #[serde(rename = "at least")]
    AtLeast,
    #[serde(rename = "at most")]
    AtMost,
    #[serde(rename = "is present")]
    Present,
}

impl TryFrom<PlainCondition> for Condition {
    type Error = Fault;

    fn try_from(plain: PlainCondition) -> Result<Self, Fault> {
        let operand = plain.operand.unwrap_or_default();
        let bound =
            || operand.as_u64().ok_or_else(|| Fault::usage("operand: an integer is needed"));
        Ok(match plain.operator {
            Operator::Equals => Self::Equals(serde_json::from_value::<Plain>(operand)?.into()),
            Operator::AtLeast => Self::AtLeast(bound()?),
            Operator::AtMost => Self::AtMost(bound()?),
            Operator::Present => Self::Present,
        })
    }
}

/// One of the four purposes, or a word of the platform's own.
#[derive(Deserialize)]
pub enum PlainPurpose {
    #[serde(rename = "registration")]
    Registration,
    #[serde(rename = "login")]
    Login,
    #[serde(rename = "re-verification")]
    Reverification,
    #[serde(rename = "government service")]
    GovernmentService,
    #[serde(rename = "own")]
    Own(String),
}

impl TryFrom<PlainPurpose> for Purpose {
    type Error = Fault;

    fn try_from(plain: PlainPurpose) -> Result<Self, Fault> {
        Ok(match plain {
            PlainPurpose::Registration => Self::Registration,
            PlainPurpose::Login => Self::Login,
            PlainPurpose::Reverification => Self::Reverification,
            PlainPurpose::GovernmentService => Self::GovernmentService,
            PlainPurpose::Own(word) => Self::Other(name(&word)?),
        })
    }
}
