//! A demonstration of an identity check: synthetic people from a file.

use std::collections::BTreeMap;
use std::fmt;

use pairnym::PersonId;
use pairnym::store::DocumentKind;
use serde::Deserialize;

use super::{Checking, Document, IdentityCheck, Presented, Record};
use crate::authority::Unfit;
use crate::authority::profile::{Date, normal_name};

/// Checks invented people, from a TOML file:
///
/// ```toml
/// [[person]]
/// name = "示例甲"
/// born = "1990-03-14"
/// assurance = 3
/// documents = [{ kind = "resident_identity_card", number = "11019919900314993X" }]
/// # Of whom this person is a guardian, by a document's number.
/// guards = ["310199201408059996"]
/// ```
///
/// **It checks nobody**: whoever reads the file can be anybody in it.
pub struct DemonstrationCheck {
    people: Vec<(Record, Vec<String>)>,
    /// By each document's keyed hash.
    by_document: BTreeMap<PersonId, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    person: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    born: Date,
    assurance: u64,
    documents: Vec<WrittenDocument>,
    #[serde(default)]
    guards: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDocument {
    kind: String,
    number: String,
}

impl DemonstrationCheck {
    /// The people of a file, with the key of the keyed hashes.
    ///
    /// # Errors
    /// It is not of the form above; a document is none, or belongs to two.
    pub fn new(file: &str, documents_key: &[u8; 32]) -> Result<Self, Unfit> {
        let unfit = |why: &dyn fmt::Display| Unfit(format!("people: {why}"));
        let File { person } = toml::from_str(file).map_err(|error| unfit(&error))?;
        let (mut people, mut by_document) = (Vec::new(), BTreeMap::new());
        for Written { name, born, assurance, documents, guards } in person {
            let document = |written: WrittenDocument| {
                let WrittenDocument { kind, number } = written;
                let kind = DocumentKind::from_name(&kind)
                    .ok_or_else(|| unfit(&format!("{name}: no kind {kind}")))?;
                Document::new(kind, &number).map_err(|why| unfit(&format!("{name}: {why}")))
            };
            let documents: Vec<_> =
                documents.into_iter().map(document).collect::<Result<_, _>>()?;
            if documents.is_empty() {
                return Err(unfit(&format!("{name}: no document")));
            }
            for document in &documents {
                let id = document.id(documents_key).map_err(|error| unfit(&error))?;
                if by_document.insert(id, people.len()).is_some() {
                    return Err(unfit(&format!("{name}: a document is somebody's already")));
                }
            }
            people.push((Record { name, born, documents, assurance }, guards));
        }
        Ok(Self { people, by_document })
    }
}

impl IdentityCheck for DemonstrationCheck {
    fn name(&self) -> &'static str {
        "demonstration: invented people from a file"
    }

    fn is_demonstration(&self) -> bool {
        true
    }

    fn check<'a>(&'a self, presented: &'a Presented) -> Checking<'a, Option<Record>> {
        Box::pin(async move {
            let is_theirs = |record: &&(Record, Vec<String>)| {
                let (Record { name, born, documents, .. }, _) = record;
                *born == presented.born
                    && normal_name(name) == normal_name(&presented.name)
                    && presented.documents.iter().all(|shown| documents.contains(shown))
            };
            Ok(self.people.iter().find(is_theirs).map(|(record, _)| record.clone()))
        })
    }

    fn is_guardian<'a>(&'a self, guardian: &'a Record, ward: &'a Record) -> Checking<'a, bool> {
        Box::pin(async move {
            let guards = self.people.iter().find(|(record, _)| record == guardian);
            let of = |number: &String| ward.documents.iter().any(|own| own.number() == number);
            Ok(guards.is_some_and(|(_, guards)| guards.iter().any(of)))
        })
    }

    fn record(&self, person: PersonId) -> Checking<'_, Option<Record>> {
        let found = self.by_document.get(&person).and_then(|place| self.people.get(*place));
        let record = found.map(|(record, _)| record.clone());
        Box::pin(async move { Ok(record) })
    }
}

impl fmt::Debug for DemonstrationCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DemonstrationCheck").field("people", &self.people.len()).finish()
    }
}
