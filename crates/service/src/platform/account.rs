//! What the platform knows in the end: the account that an answer verified.

use pairnym::attribute::Value;
use pairnym::message::{Login, Presentation};
use pairnym::platform::{Returning, Verified};
use pairnym::{Name, Pseudonym, Purpose, Request, RequestDigest, Slot};
use serde::{Deserialize, Serialize};

/// A person who answered, and whom the browser that began stands for: 网号 and claims.
///
/// As JSON: `ask`, `purpose`, `label`, `pseudonym`, `slot`, `claims` (an object of booleans, integers,
/// texts and `null`), `statement`, `request`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Account {
    /// The question that was answered.
    pub ask: String,
    /// What for.
    #[serde(with = "pairnym_transport::purpose")]
    pub purpose: Purpose,
    /// Of which application the 网号 is.
    pub label: Option<Name>,
    /// The 网号.
    pub pseudonym: Pseudonym,
    /// The slot of the credential; none for a login.
    pub slot: Option<Slot>,
    /// The disclosed attributes.
    #[serde(with = "claims")]
    pub claims: Vec<(String, Value)>,
    /// What was signed, if the request had a statement: the act is among the store's.
    pub statement: Option<String>,
    /// The digest of the request.
    pub request: RequestDigest,
}

impl Account {
    /// The disclosed attribute with this name.
    #[must_use]
    pub fn claim(&self, attribute: &str) -> Option<&Value> {
        self.claims.iter().find(|(name, _)| name == attribute).map(|(_, value)| value)
    }

    pub(super) fn new(ask: String, request: &Request, outcome: Outcome) -> Self {
        let Outcome { pseudonym, slot, claims, act: _ } = outcome;
        Self {
            ask,
            purpose: *request.purpose(),
            label: request.label().copied(),
            pseudonym,
            slot,
            claims,
            statement: request.statement().map(str::to_owned),
            request: request.digest(),
        }
    }
}

/// An answer as it came.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Message {
    Presentation(Box<Presentation>),
    Login(Box<Login>),
}

/// What an answer proved, as the store keeps it until the page takes it.
#[derive(Serialize, Deserialize)]
pub(super) struct Outcome {
    pub(super) pseudonym: Pseudonym,
    pub(super) slot: Option<Slot>,
    #[serde(with = "claims")]
    pub(super) claims: Vec<(String, Value)>,
    /// The answer, if it signed a statement.
    pub(super) act: Option<Message>,
}

/// What was verified, and used up its nonce.
pub(super) trait Proven: Send {
    fn request(&self) -> &RequestDigest;
    fn outcome(&self, act: Option<Message>) -> Outcome;
}

impl Proven for Verified {
    fn request(&self) -> &RequestDigest {
        self.request()
    }

    fn outcome(&self, act: Option<Message>) -> Outcome {
        let claims = self.claims().map(|(name, value)| (name.to_owned(), value.clone())).collect();
        Outcome { pseudonym: *self.pseudonym(), slot: Some(*self.slot()), claims, act }
    }
}

impl Proven for Returning<()> {
    fn request(&self) -> &RequestDigest {
        self.request()
    }

    fn outcome(&self, act: Option<Message>) -> Outcome {
        Outcome { pseudonym: *self.pseudonym(), slot: None, claims: Vec::new(), act }
    }
}

/// Values as JSON has them.
mod claims {
    use std::collections::BTreeMap;

    use pairnym::attribute::Value;
    use serde::{Deserialize, Deserializer, Serializer, de};
    use serde_json::Value as Json;

    pub(super) fn serialize<S: Serializer>(
        claims: &[(String, Value)],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_map(claims.iter().map(|(name, value)| {
            let value = match value {
                Value::Flag(flag) => Json::from(*flag),
                Value::Integer(integer) => Json::from(*integer),
                Value::Text(text) => Json::from(text.as_str()),
                _ => Json::Null,
            };
            (name, value)
        }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<(String, Value)>, D::Error> {
        let claims = BTreeMap::<String, Json>::deserialize(from)?;
        let claim = |(name, value)| {
            let value = match value {
                Json::Null => Value::Absent,
                Json::Bool(flag) => flag.into(),
                Json::String(text) => text.into(),
                Json::Number(number) if number.is_u64() => {
                    number.as_u64().unwrap_or_default().into()
                }
                _ => return Err(de::Error::custom("no claim")),
            };
            Ok((name, value))
        };
        claims.into_iter().map(claim).collect()
    }
}
