//! What is certified of a person, by the names of a schema's attributes.

use std::fmt;

use pairnym::attribute::{Kind, Schema, Value};
use pairnym::{UnixTime, is_text};

use super::{Date, Document, name_number, normal_name};
use crate::authority::Values;

/// What the authority's own records say of a person, after an identity check.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// The name, as on the document.
    pub name: String,
    /// The day of birth.
    pub born: Date,
    /// At least one. The first is the one that [`name_number`] is made of.
    pub documents: Vec<Document>,
    /// How the identity was checked: whatever the service publishes (rule A5).
    pub assurance: u64,
}

/// Which attributes there are, and how their values follow from a [`Record`].
///
/// | attribute | kind | value |
/// |---|---|---|
/// | `age_over_N` | flag | whether the person is N years old in the first second of the slot |
/// | `assurance` | integer | the level |
/// | `assurance_N` | flag | whether the level is at least N |
/// | `name` | text | the name in its [normal form](normal_name); absent if it is no text of at most 255 bytes (SPEC §3.4) |
/// | `name_number` | text | see [`name_number`] |
pub struct Rules {
    attributes: Vec<(String, Attribute)>,
    comparison_key: Option<[u8; 32]>,
}

enum Attribute {
    AgeOver(u16),
    Assurance,
    AssuranceOf(u64),
    Name,
    NameNumber,
}

/// A schema with an attribute that the profile does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotCertified {
    /// This one, or one of this name and another kind.
    Attribute(String),
    /// There is `name_number`, and no key for it.
    ComparisonKey,
}

impl Rules {
    /// For a schema, and with the key for comparisons if it has `name_number`.
    ///
    /// # Errors
    /// [`NotCertified`].
    pub fn new(schema: &Schema, comparison_key: Option<[u8; 32]>) -> Result<Self, NotCertified> {
        let attribute = |name: &str, kind| match (name, kind) {
            ("assurance", Kind::Integer) => Some(Attribute::Assurance),
            ("name", Kind::Text) => Some(Attribute::Name),
            ("name_number", Kind::Text) => Some(Attribute::NameNumber),
            (name, Kind::Flag) => match name.strip_prefix("age_over_") {
                Some(age) => plain(age).map(Attribute::AgeOver),
                None => plain(name.strip_prefix("assurance_")?).map(Attribute::AssuranceOf),
            },
            _ => None,
        };
        let mut attributes = Vec::new();
        for (name, kind) in schema.iter() {
            let name = name.as_str().to_owned();
            match attribute(&name, kind) {
                Some(Attribute::NameNumber) if comparison_key.is_none() => {
                    return Err(NotCertified::ComparisonKey);
                }
                Some(attribute) => attributes.push((name, attribute)),
                None => return Err(NotCertified::Attribute(name)),
            }
        }
        Ok(Self { attributes, comparison_key })
    }

    /// What holds in the first second of a slot (rule A4).
    #[must_use]
    pub fn values(&self, record: &Record, begins: UnixTime) -> Values {
        let value = |attribute: &Attribute| match attribute {
            Attribute::AgeOver(years) => {
                // Not later than the last second in which the day begins.
                Value::from(record.born.is_aged(*years, Date::at(begins)))
            }
            Attribute::Assurance => record.assurance.into(),
            Attribute::AssuranceOf(level) => (record.assurance >= *level).into(),
            Attribute::Name => {
                let name = normal_name(&record.name);
                let fits = name.len() <= 255 && is_text(&name);
                if fits { Value::Text(name) } else { Value::Absent }
            }
            Attribute::NameNumber => match (&self.comparison_key, record.documents.first()) {
                (Some(key), Some(first)) => Value::Text(name_number(key, &record.name, first)),
                _ => Value::Absent,
            },
        };
        self.attributes.iter().map(|(name, kind)| (name.clone(), value(kind))).collect()
    }
}

/// A number without sign or leading zero.
fn plain<T: std::str::FromStr + ToString>(text: &str) -> Option<T> {
    text.parse().ok().filter(|number: &T| number.to_string() == text)
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("assurance", &self.assurance).finish_non_exhaustive()
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.attributes.iter().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

impl fmt::Display for NotCertified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(name) => write!(f, "the profile has no such attribute: {name}"),
            Self::ComparisonKey => f.write_str("name_number needs a comparison key"),
        }
    }
}

impl std::error::Error for NotCertified {}
