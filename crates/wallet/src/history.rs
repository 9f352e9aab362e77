//! The person's own history: a file that grows by one sealed record for each answer and each
//! outcome. No values of attributes stand in it.

use std::collections::{BTreeMap, HashMap};

use pairnym::{Name, PlatformId, Pseudonym, Purpose, UnixTime};
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::folder::Folder;
use crate::seal::Key;

const FILE: &str = "history";

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The answer is on its way, or it is not known whether it arrived.
    Sent,
    /// The platform has it.
    Answered,
    /// The person declined.
    Declined,
    /// It asked beyond what a registrar permits the platform, and was refused.
    OverAsking,
    /// The platform refused the answer, with this code.
    Refused(String),
}

/// One request that was answered or declined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When the person decided.
    pub at: UnixTime,
    /// Who asked.
    pub platform: PlatformId,
    /// For which application.
    pub label: Option<Name>,
    /// What for.
    #[serde(with = "pairnym_transport::purpose")]
    pub purpose: Purpose,
    /// The 网号 that it learned; none if nothing was answered.
    pub pseudonym: Option<Pseudonym>,
    /// The names of the attributes that it learned.
    pub disclosed: Vec<Name>,
    /// Whether it had a statement to sign.
    pub statement: bool,
    /// How it ended.
    pub outcome: Outcome,
    /// What the person calls the device on whose behalf this one took part; none for what the
    /// person did themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ward: Option<String>,
}

/// Entries keep their number when others are erased.
#[derive(Serialize, Deserialize)]
enum Record<E> {
    Entry(u64, Box<E>),
    Outcome(u64, Outcome),
}

/// An entry as it is read: its 网号 is a text still. A person has few of them, and to decode one takes
/// longer than to read the rest of an entry.
#[derive(Deserialize)]
struct Written<'a> {
    at: UnixTime,
    platform: PlatformId,
    label: Option<Name>,
    #[serde(with = "pairnym_transport::purpose")]
    purpose: Purpose,
    #[serde(borrow)]
    pseudonym: Option<&'a str>,
    disclosed: Vec<Name>,
    statement: bool,
    outcome: Outcome,
    #[serde(default)]
    ward: Option<String>,
}

/// The 网号s of a history by their texts, each decoded once.
#[derive(Default)]
struct Known(HashMap<String, Pseudonym>);

impl Known {
    fn decode(&mut self, text: &str) -> Option<Pseudonym> {
        if let Some(known) = self.0.get(text) {
            return Some(*known);
        }
        let pseudonym = text.parse().ok()?;
        self.0.insert(text.to_owned(), pseudonym);
        Some(pseudonym)
    }

    /// Nothing for bytes that are no record.
    fn read(&mut self, bytes: &[u8]) -> Option<Record<Entry>> {
        Some(match serde_json::from_slice::<Record<Written<'_>>>(bytes).ok()? {
            Record::Outcome(number, outcome) => Record::Outcome(number, outcome),
            Record::Entry(number, written) => {
                let written: Written<'_> = *written;
                let pseudonym = match written.pseudonym {
                    Some(text) => Some(self.decode(text)?),
                    None => None,
                };
                let entry = Entry {
                    at: written.at,
                    platform: written.platform,
                    label: written.label,
                    purpose: written.purpose,
                    pseudonym,
                    disclosed: written.disclosed,
                    statement: written.statement,
                    outcome: written.outcome,
                    ward: written.ward,
                };
                Record::Entry(number, Box::new(entry))
            }
        })
    }
}

/// The history, in memory and on the disk.
#[derive(Default)]
pub(crate) struct History {
    entries: BTreeMap<u64, Entry>,
    /// How many records there are: each is sealed for its place.
    records: u64,
}

impl History {
    /// Reads it. A record that was torn by a crash at the very end is dropped.
    pub(crate) fn read(folder: &Folder, key: &Key) -> Result<Self, Failure> {
        let (mut history, mut known) = (Self::default(), Known::default());
        let bytes = folder.read(FILE)?.unwrap_or_default();
        let mut rest = &bytes[..];
        while let Some((head, behind)) = rest.split_first_chunk() {
            let length = length(*head).ok_or(Failure::Damaged(FILE))?;
            let Some((sealed, behind)) = behind.split_at_checked(length) else { break };
            let plain = key.open(&place(history.records), sealed);
            let record = plain.and_then(|plain| known.read(&plain));
            history.take(record.ok_or(Failure::Damaged(FILE))?);
            rest = behind;
        }
        if !rest.is_empty() {
            folder.cut(FILE, (bytes.len() - rest.len()) as u64)?;
        }
        Ok(history)
    }

    fn take(&mut self, record: Record<Entry>) {
        match record {
            Record::Entry(number, entry) => drop(self.entries.insert(number, *entry)),
            Record::Outcome(number, outcome) => {
                let entry = self.entries.get_mut(&number);
                // What the person declined stays declined, whether or not the platform heard of it.
                if let Some(entry) = entry.filter(|entry| entry.outcome == Outcome::Sent) {
                    entry.outcome = outcome;
                }
            }
        }
        self.records += 1;
    }

    fn append(&mut self, record: Record<Entry>, folder: &Folder, key: &Key) -> Result<(), Failure> {
        folder.append(FILE, &sealed(&record, self.records, key)?)?;
        self.take(record);
        Ok(())
    }

    /// Adds an entry, which is on the disk when this returns, and returns its number.
    pub(crate) fn add(&mut self, entry: Entry, folder: &Folder, key: &Key) -> Result<u64, Failure> {
        let number = self.entries.last_key_value().map_or(0, |(last, _)| last + 1);
        self.append(Record::Entry(number, Box::new(entry)), folder, key)?;
        Ok(number)
    }

    /// How the entry with this number ended.
    pub(crate) fn complete(
        &mut self,
        number: u64,
        outcome: Outcome,
        folder: &Folder,
        key: &Key,
    ) -> Result<(), Failure> {
        self.append(Record::Outcome(number, outcome), folder, key)
    }

    /// All entries with their numbers, the latest first.
    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = (u64, &Entry)> {
        self.entries.iter().rev().map(|(number, entry)| (*number, entry))
    }

    /// Keeps the entries of which this holds, and writes the file anew.
    pub(crate) fn retain(
        &mut self,
        keep: impl Fn(u64, &Entry) -> bool,
        folder: &Folder,
        key: &Key,
    ) -> Result<(), Failure> {
        let kept = self.entries.iter().filter(|(number, entry)| keep(**number, entry));
        let kept: Vec<_> = kept.map(|(number, entry)| (*number, entry.clone())).collect();
        self.replace(kept, folder, key)
    }

    /// Puts these in its place.
    pub(crate) fn replace(
        &mut self,
        entries: impl IntoIterator<Item = (u64, Entry)>,
        folder: &Folder,
        key: &Key,
    ) -> Result<(), Failure> {
        let (mut bytes, mut history) = (Vec::new(), Self::default());
        for (number, entry) in entries {
            let record = Record::Entry(number, Box::new(entry));
            bytes.extend(sealed(&record, history.records, key)?);
            history.take(record);
        }
        folder.replace(FILE, &bytes)?;
        *self = history;
        Ok(())
    }
}

fn sealed(record: &Record<Entry>, place_of: u64, key: &Key) -> Result<Vec<u8>, Failure> {
    let plain = serde_json::to_vec(record).map_err(|_| Failure::Damaged(FILE))?;
    let sealed = key.seal(&place(place_of), &plain);
    let length = sealed.len() as u32;
    Ok([&length.to_be_bytes()[..], &(!length).to_be_bytes(), &sealed].concat())
}

/// The length stands there twice, once inverted: what a crash tore differs from what is damaged.
fn length(head: [u8; 8]) -> Option<usize> {
    let both = u64::from_be_bytes(head);
    let (length, inverted) = ((both >> 32) as u32, both as u32);
    (length == !inverted).then_some(length as usize)
}

/// Records cannot be exchanged with each other, nor left out before the last.
fn place(number: u64) -> Vec<u8> {
    [FILE.as_bytes(), &number.to_be_bytes()].concat()
}
