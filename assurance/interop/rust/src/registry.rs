//! A registry with the values of its persons, which pairnym's own registry in memory leaves out.

use std::collections::HashMap;

use pairnym::{
    Error, PersonId, Schema, UnixTime,
    attribute::Value,
    message::IssuanceOffer,
    store::{MemoryRegistry, Reenrollment, Registration, RegistryOutcome},
};
use serde::Deserialize;
use serde_json::json;

use crate::Answer;
use crate::coins::Coins;
use crate::fault::Fault;
use crate::json::Plain;
use crate::world::{Run, World, done};

/// Who is registered, and with which values.
pub struct Registry {
    persons: MemoryRegistry,
    values: HashMap<PersonId, HashMap<String, Value>>,
}

impl Registry {
    fn refuse_unknown(&self, person: &PersonId) -> Result<(), Fault> {
        let known = self.persons.commitment(person)?;
        known.map(|_| ()).ok_or_else(|| Fault::misuse("person_unknown"))
    }

    /// As an authority with this schema asks it.
    pub const fn by<'a>(&'a self, schema: &'a Schema) -> BySchema<'a> {
        BySchema { registry: self, schema }
    }
}

/// A registry whose values stand in the order of a schema.
pub struct BySchema<'a> {
    registry: &'a Registry,
    schema: &'a Schema,
}

impl pairnym::store::Registry for BySchema<'_> {
    type Error = Error;

    fn register(&self, what: &Registration, now: UnixTime) -> Result<RegistryOutcome, Error> {
        self.registry.persons.register(what, now)
    }

    fn is_registered(&self, offer: &IssuanceOffer) -> Result<bool, Error> {
        let Registry { persons, values: known } = self.registry;
        let mut mine = None;
        for (person, values) in known {
            if persons.commitment(person)? == Some(*offer.commitment()) {
                mine = Some(values);
            }
        }
        let value = |name: &str| mine.and_then(|mine| mine.get(name)).unwrap_or(&Value::Absent);
        let mut pairs = self.schema.iter().zip(offer.values());
        let same = pairs.all(|((name, _), offered)| value(name.as_str()) == offered);
        Ok(persons.is_registered(offer)? && same)
    }
}

/// A person by any short name.
pub fn person(name: &str) -> Result<PersonId, Fault> {
    let mut id = [0; 32];
    let place = id.get_mut(..name.len()).ok_or_else(|| Fault::usage("person: at most 32 bytes"))?;
    place.copy_from_slice(name.as_bytes());
    Ok(PersonId(id))
}

/// An empty registry.
#[derive(Deserialize)]
pub struct New {
    #[serde(default)]
    reenrollment: Policy,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Policy {
    #[default]
    Refused,
    #[serde(rename = "same commitment")]
    SameCommitment,
    Allowed,
}

impl Run for New {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let policy = match self.reenrollment {
            Policy::Refused => Reenrollment::Refused,
            Policy::SameCommitment => Reenrollment::SameCommitment,
            Policy::Allowed => Reenrollment::Allowed,
        };
        let persons = MemoryRegistry::new(policy);
        let registry = Registry { persons, values: HashMap::new() };
        Ok(json!({ "registry": world.registries.keep("registry", registry) }))
    }
}

/// The values that the authority certifies of a person.
#[derive(Deserialize)]
pub struct SetValues {
    registry: String,
    person: String,
    values: HashMap<String, Plain>,
}

impl Run for SetValues {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let registry = world.registries.get_mut(&self.registry)?;
        let person = person(&self.person)?;
        registry.refuse_unknown(&person)?;
        let values = self.values.into_iter().map(|(name, value)| (name, value.into()));
        registry.values.insert(person, values.collect());
        done()
    }
}

/// Deletes a person.
#[derive(Deserialize)]
pub struct Delete {
    registry: String,
    person: String,
}

impl Run for Delete {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let registry = world.registries.get_mut(&self.registry)?;
        let person = person(&self.person)?;
        registry.refuse_unknown(&person)?;
        registry.persons.delete(&person)?;
        registry.values.remove(&person);
        done()
    }
}
