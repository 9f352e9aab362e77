//! What the authority knows about people, from outside.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;

use pairnym::attribute::Value;
use pairnym::{PersonId, UnixTime};
use pairnym_store::Failure;
use serde::Deserialize;

use super::Unfit;
use crate::program::hex32;

/// Attribute values by name. Those of the schema that are not among them are absent.
pub type Values = Vec<(String, Value)>;

/// What [`Identities::values`] gives.
pub type Known<'a> = Pin<Box<dyn Future<Output = Result<Option<Values>, Failure>> + Send + 'a>>;

/// What the authority knows about people, from outside: a population register, or a demonstration.
pub trait Identities: Send + Sync + 'static {
    /// The attribute values of this person that hold when a slot begins, by name; none if the
    /// person is unknown. They are asked for at each offer, twice: whoever corrects values calls
    /// [`Service::correct`](super::Service::correct) afterwards, and what was read before that is
    /// not offered.
    ///
    /// # Errors
    /// The register cannot be asked: nothing is offered.
    fn values(&self, person: PersonId, begins: UnixTime) -> Known<'_>;
}

/// A demonstration: synthetic people from a file, each with the same values in every slot.
///
/// ```toml
/// [person.0101010101010101010101010101010101010101010101010101010101010101]
/// age_over_18 = true
/// region = "上海"
/// ```
#[derive(Debug, Default)]
pub struct People(BTreeMap<PersonId, Values>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    person: BTreeMap<String, BTreeMap<String, Written>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Flag(bool),
    Integer(u64),
    Text(String),
}

impl People {
    /// Those of a file.
    ///
    /// # Errors
    /// It cannot be read, or is not of this form.
    pub fn read(path: &Path) -> Result<Self, Unfit> {
        let unfit = |why: String| Unfit(format!("{}: {why}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| unfit(error.to_string()))?;
        let file: File = toml::from_str(&text).map_err(|error| unfit(error.to_string()))?;
        let person = |(id, values): (String, BTreeMap<String, Written>)| {
            let number =
                hex32(&id).map(PersonId).ok_or_else(|| unfit(format!("no 64 hex digits: {id}")))?;
            let value = |(name, written)| {
                let value = match written {
                    Written::Flag(flag) => Value::Flag(flag),
                    Written::Integer(number) => Value::Integer(number),
                    Written::Text(text) => Value::Text(text),
                };
                (name, value)
            };
            Ok((number, values.into_iter().map(value).collect()))
        };
        file.person.into_iter().map(person).collect::<Result<_, _>>().map(Self)
    }
}

impl Identities for People {
    fn values(&self, person: PersonId, _: UnixTime) -> Known<'_> {
        Box::pin(async move { Ok(self.0.get(&person).cloned()) })
    }
}
