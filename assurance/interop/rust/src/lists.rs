//! Parameters, and the lists that publish them.

use std::time::Duration;

use pairnym::{
    AuthorityId, AuthorityParameters, Message, ParameterList, ParametersId, PlatformId, Schema,
    UnixTime, attribute::Kind, authority::AuthorityKey,
};
use serde::Deserialize;
use serde_json::json;

use crate::Answer;
use crate::coins::Coins;
use crate::fault::Fault;
use crate::json::{Bytes, Bytes32, host, slot};
use crate::messages::{read, write};
use crate::world::{Run, World};

/// Where X stands in parameters whose authority id has one letter.
const X: std::ops::Range<usize> = 5..37;

/// The parameters of a key. The encoding is put together here, so that what is malformed can be
/// decoded; what is well formed is what pairnym makes.
#[derive(Deserialize)]
pub struct MakeParameters {
    seed: Option<Bytes32>,
    authority_id: String,
    epoch_length: u32,
    batches: u8,
    #[serde(default)]
    schema: Vec<Attribute>,
}

#[derive(Deserialize)]
struct Attribute {
    name: String,
    kind: PlainKind,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PlainKind {
    Flag = 1,
    Integer,
    Text,
}

impl From<PlainKind> for Kind {
    fn from(kind: PlainKind) -> Self {
        match kind {
            PlainKind::Flag => Self::Flag,
            PlainKind::Integer => Self::Integer,
            PlainKind::Text => Self::Text,
        }
    }
}

fn short(text: &str) -> Result<Vec<u8>, Fault> {
    let length = u8::try_from(text.len()).map_err(Fault::usage)?;
    Ok([&[length], text.as_bytes()].concat())
}

fn count<T>(things: &[T]) -> Result<[u8; 1], Fault> {
    Ok([u8::try_from(things.len()).map_err(Fault::usage)?])
}

impl MakeParameters {
    fn made(&self, key: &AuthorityKey, id: &str) -> Result<AuthorityParameters, Fault> {
        let life = Duration::from_secs(self.epoch_length.into());
        let schema = self.schema.iter().map(|a| (a.name.as_str(), a.kind.into()));
        let id = AuthorityId::new(id)?;
        Ok(AuthorityParameters::new(key, id, life, self.batches, Schema::new(schema)?)?)
    }

    fn encoded(&self, key: &AuthorityKey) -> Result<Vec<u8>, Fault> {
        let hour = Duration::from_secs(3600);
        let plain = AuthorityParameters::new(key, "a".parse()?, hour, 1, Schema::new([])?)?;
        let mut bytes = vec![1, 1, 1];
        bytes.extend(short(&self.authority_id)?);
        bytes.extend(&plain.to_bytes()[X]);
        bytes.extend(self.epoch_length.to_be_bytes());
        bytes.push(self.batches);
        bytes.extend(count(&self.schema)?);
        for attribute in &self.schema {
            bytes.extend(short(&attribute.name)?);
            bytes.push(attribute.kind as u8);
        }
        Ok(bytes)
    }
}

impl Run for MakeParameters {
    fn run(self, _: &mut World, coins: &mut Coins) -> Answer {
        let seed = self.seed.as_ref().map_or_else(|| coins.draw(), |seed| seed.0);
        let key = AuthorityKey::from_seed(&seed)?;
        let read = AuthorityParameters::from_bytes(&self.encoded(&key)?);
        let made = self.made(&key, &self.authority_id);
        if read.as_ref().ok() != made.as_ref().ok() {
            return Err(Fault::usage("made and encoded parameters differ"));
        }
        let made = read?;
        Ok(json!({ "parameters": write(&made), "params_id": hex::encode(made.id().0) }))
    }
}

/// Any list, put together here.
#[derive(Deserialize)]
pub struct Make {
    entries: Vec<PlainEntry>,
    #[serde(default)]
    withdrawn: Vec<PlainWithdrawn>,
    authority_id: String,
    host: String,
    #[serde(default)]
    serial: u32,
    previous: Option<Bytes32>,
    since: u64,
    until: u64,
}

#[derive(Deserialize)]
struct PlainEntry {
    from: u64,
    parameters: Bytes,
}

#[derive(Deserialize)]
struct PlainWithdrawn {
    params_id: Bytes32,
    since: u64,
}

impl Run for Make {
    fn run(self, _: &mut World, _: &mut Coins) -> Answer {
        let mut bytes = vec![1, 15];
        bytes.extend(short(&self.authority_id)?);
        bytes.extend(short(&self.host)?);
        bytes.extend(self.serial.to_be_bytes());
        bytes.extend(self.previous.map_or([0; 32], |previous| previous.0));
        bytes.extend(self.since.to_be_bytes());
        bytes.extend(self.until.to_be_bytes());
        bytes.extend(count(&self.entries)?);
        for entry in &self.entries {
            bytes.extend(entry.from.to_be_bytes());
            bytes.extend(&read::<AuthorityParameters>(&entry.parameters)?.to_bytes());
        }
        bytes.extend(count(&self.withdrawn)?);
        for withdrawn in &self.withdrawn {
            bytes.extend(withdrawn.params_id.0);
            bytes.extend(withdrawn.since.to_be_bytes());
        }
        bytes.push(0);
        described(&ParameterList::from_bytes(&bytes)?)
    }
}

fn described(list: &ParameterList) -> Answer {
    let ids: Vec<_> = list.entries().map(|e| hex::encode(e.parameters().id().0)).collect();
    let id = hex::encode(list.id().0);
    Ok(json!({ "list": write(list), "list_id": id, "params_ids": ids }))
}

/// What whoever keeps a list answers about it.
pub fn known(list: &ParameterList) -> serde_json::Value {
    json!({ "list_id": hex::encode(list.id().0), "serial": list.serial() })
}

/// Takes a successor.
#[derive(Deserialize)]
pub struct Succeed {
    list: Bytes,
    successor: Bytes,
    now: u64,
}

impl Run for Succeed {
    fn run(self, _: &mut World, _: &mut Coins) -> Answer {
        let mut list: ParameterList = read(&self.list)?;
        list.replace(read(&self.successor)?, UnixTime(self.now))?;
        described(&list)
    }
}

/// The slot of a time, and the one before.
#[derive(Deserialize)]
pub struct Slot {
    list: Bytes,
    time: u64,
}

impl Run for Slot {
    fn run(self, _: &mut World, _: &mut Coins) -> Answer {
        let list: ParameterList = read(&self.list)?;
        let found = list.slot(UnixTime(self.time));
        let before = found.as_ref().and_then(|slot| list.slot_before(slot));
        Ok(json!({ "slot": slot(found.as_ref()), "before": slot(before.as_ref()) }))
    }
}

/// The first list of a chain, by pairnym's own function.
#[derive(Deserialize)]
pub struct First {
    host: String,
    since: u64,
    until: u64,
    from: u64,
    parameters: Bytes,
}

impl Run for First {
    fn run(self, _: &mut World, _: &mut Coins) -> Answer {
        let Self { since, until, from, .. } = self;
        let parameters = read(&self.parameters)?;
        let host: PlatformId = host(&self.host)?;
        let [since, until, from] = [since, until, from].map(UnixTime);
        described(&ParameterList::first(host, since..until, from, parameters)?)
    }
}

/// The next list for a further time.
#[derive(Deserialize)]
pub struct Renew {
    list: Bytes,
    since: u64,
    until: u64,
}

impl Run for Renew {
    fn run(self, _: &mut World, _: &mut Coins) -> Answer {
        let list: ParameterList = read(&self.list)?;
        described(&list.renew(UnixTime(self.since)..UnixTime(self.until))?)
    }
}

/// The next list with a further key.
#[derive(Deserialize)]
pub struct Rotate {
    list: Bytes,
    since: u64,
    until: u64,
    from: u64,
    parameters: Bytes,
}

impl Run for Rotate {
    fn run(self, _: &mut World, _: &mut Coins) -> Answer {
        let list: ParameterList = read(&self.list)?;
        let [since, until, from] = [self.since, self.until, self.from].map(UnixTime);
        described(&list.rotate(since..until, from, read(&self.parameters)?)?)
    }
}

/// The next list without a stolen key.
#[derive(Deserialize)]
pub struct Withdraw {
    list: Bytes,
    since: u64,
    until: u64,
    params_id: Bytes32,
    suspect_since: u64,
    replacement: Option<Bytes>,
}

impl Run for Withdraw {
    fn run(self, _: &mut World, _: &mut Coins) -> Answer {
        let list: ParameterList = read(&self.list)?;
        let replacement = self.replacement.as_ref().map(read).transpose()?;
        let [since, until, suspect] = [self.since, self.until, self.suspect_since].map(UnixTime);
        let id = ParametersId(self.params_id.0);
        described(&list.withdraw(since..until, &id, suspect, replacement)?)
    }
}
