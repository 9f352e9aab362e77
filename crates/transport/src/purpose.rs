//! A purpose (SPEC §10.1) as one text (§8), for `#[serde(with = …)]`. Its `Display` in the core is for people, and two
//! purposes can look alike there.

use std::borrow::Cow;

use pairnym::{Name, Purpose};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::Serializer;

const KNOWN: [(&str, Purpose); 4] = [
    ("registration", Purpose::Registration),
    ("login", Purpose::Login),
    ("reverification", Purpose::Reverification),
    ("government-service", Purpose::GovernmentService),
];

/// Writes it.
///
/// # Errors
/// The serializer's own.
pub fn serialize<S: Serializer>(purpose: &Purpose, to: S) -> Result<S::Ok, S::Error> {
    match purpose {
        Purpose::Other(name) => to.collect_str(&format_args!("other:{name}")),
        known => match KNOWN.iter().find(|(_, purpose)| purpose == known) {
            Some((text, _)) => to.serialize_str(text),
            None => Err(serde::ser::Error::custom("a purpose without a text")),
        },
    }
}

/// Reads it.
///
/// # Errors
/// The text is no purpose.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Purpose, D::Error> {
    let text = Cow::<str>::deserialize(from)?;
    match text.strip_prefix("other:") {
        Some(name) => Name::new(name).map(Purpose::Other).map_err(D::Error::custom),
        None => {
            let known = KNOWN.iter().find(|(known, _)| *known == text);
            known.map(|(_, purpose)| *purpose).ok_or_else(|| D::Error::custom("no purpose"))
        }
    }
}
