//! Invented people, made from their numbers when they are needed.

use pairnym::holder::MasterSecret;
use pairnym::store::DocumentKind;
use pairnym::{PersonId, UnixTime};
use pairnym_service::authority::counter::{Checking, IdentityCheck, Presented};
use pairnym_service::authority::profile::{Date, Document, Record};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const DAY: u64 = 86_400;

/// The secret of a device.
pub fn master(person: u64) -> MasterSecret {
    let hash = Sha256::new().chain_update(b"replay").chain_update(person.to_be_bytes()).finalize();
    MasterSecret::import(hash.into())
}

/// Adults, born from 1970 on: 999 a day, in a county that there is not.
fn number(person: u64) -> (Date, String) {
    let born = Date::at(UnixTime(person / 999 * DAY));
    let digits = born.to_string().replace('-', "");
    let body = format!("110199{digits}{:03}", person % 999 + 1);
    let sum = body.bytes().fold(0, |sum, digit| 2 * (sum + u32::from(digit - b'0')) % 11);
    let check = char::from(b"0123456789X"[(12 - sum) as usize % 11]);
    (born, format!("{body}{check}"))
}

/// As an official sees them.
pub fn shown(person: u64) -> Value {
    let (born, number) = number(person);
    let document = json!({ "kind": DocumentKind::ResidentIdentityCard.name(), "number": number });
    json!({ "name": "示例", "born": born.to_string(), "documents": [document] })
}

/// Whoever is shown is in these records.
pub struct Everybody;

impl IdentityCheck for Everybody {
    fn name(&self) -> &'static str {
        "demonstration: whoever the replay invents"
    }

    fn is_demonstration(&self) -> bool {
        true
    }

    fn check<'a>(&'a self, presented: &'a Presented) -> Checking<'a, Option<Record>> {
        Box::pin(async { Ok(Some(record(presented.born, presented.documents.clone()))) })
    }

    fn is_guardian<'a>(&'a self, _: &'a Record, _: &'a Record) -> Checking<'a, bool> {
        Box::pin(async { Ok(false) })
    }

    /// All of them are over 18; the number is somebody's.
    fn record(&self, _: PersonId) -> Checking<'_, Option<Record>> {
        let (born, number) = number(0);
        let document = Document::new(DocumentKind::ResidentIdentityCard, &number);
        let record = document.ok().map(|document| record(born, vec![document]));
        Box::pin(async { Ok(record) })
    }
}

fn record(born: Date, documents: Vec<Document>) -> Record {
    Record { name: "示例".to_owned(), born, documents, assurance: 3 }
}
