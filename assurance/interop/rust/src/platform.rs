//! The platform, with its store of nonces.

use std::time::Duration;

use pairnym::{
    UnixTime,
    attribute::Condition,
    message::{Login, Presentation},
    platform::Verified,
    store::{MemoryNonces, spend_all},
};
use serde::Deserialize;
use serde_json::json;

use crate::Answer;
use crate::coins::Coins;
use crate::fault::Fault;
use crate::json::{Bytes, Bytes32, PlainCondition, PlainPurpose, host, name};
use crate::lists::known;
use crate::messages::{pseudonym, read, shown, write};
use crate::world::{Run, World};

/// A platform and the nonces that are used up.
pub struct Platform {
    role: pairnym::platform::Platform,
    nonces: MemoryNonces,
}

/// A new platform.
#[derive(Deserialize)]
pub struct New {
    platform_id: String,
    list: Bytes,
}

impl Run for New {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let id = host(&self.platform_id)?;
        let role = pairnym::platform::Platform::new(read(&self.list)?, id);
        let mut answer = known(role.list());
        let platform = Platform { role, nonces: MemoryNonces::new(100_000) };
        answer["platform"] = world.platforms.keep("platform", platform).into();
        Ok(answer)
    }
}

/// Takes the successor of its list.
#[derive(Deserialize)]
pub struct TakeList {
    platform: String,
    list: Bytes,
    now: u64,
}

impl Run for TakeList {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let role = &mut world.platforms.get_mut(&self.platform)?.role;
        role.adopt(read(&self.list)?, UnixTime(self.now))?;
        Ok(known(role.list()))
    }
}

/// Makes a request.
#[derive(Deserialize)]
pub struct Request {
    platform: String,
    purpose: PlainPurpose,
    wanted: PlainWanted,
    label: Option<String>,
    #[serde(default)]
    disclosures: Vec<String>,
    #[serde(default)]
    conditions: Vec<PlainCondition>,
    statement: Option<Bytes>,
    notice: Option<Bytes32>,
    previous: Option<bool>,
    now: u64,
    life: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum PlainWanted {
    Presentation,
    Login,
}

/// What is not UTF-8 is no text, and cannot be said to pairnym: another that is none.
fn statement(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|_| "\0".to_owned())
}

impl Run for Request {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let role = &world.platforms.get(&self.platform)?.role;
        let purpose = self.purpose.try_into()?;
        let mut builder = match self.wanted {
            PlainWanted::Presentation => role.request(purpose),
            PlainWanted::Login => role.request_login(purpose),
        };
        if let Some(label) = self.label {
            builder = builder.label(name(&label)?);
        }
        for name in self.disclosures {
            builder = builder.disclose(&name);
        }
        for condition in self.conditions {
            let name = condition.name.clone();
            builder = builder.require(&name, Condition::try_from(condition)?);
        }
        if let Some(bytes) = self.statement {
            builder = builder.statement(&statement(bytes.0));
        }
        if let Some(notice) = self.notice {
            builder = builder.notice(notice.0);
        }
        if !self.previous.unwrap_or(true) {
            builder = builder.current_slot_only();
        }
        builder = builder.valid_for(Duration::from_secs(self.life));
        let request = builder.build(UnixTime(self.now), coins)?;
        Ok(json!({
            "request": write(&request),
            "nonce": hex::encode(request.nonce().0),
            "digest": hex::encode(request.digest().0),
        }))
    }
}

/// The times of a verification: of its beginning, and of its last step.
#[derive(Clone, Copy, Deserialize)]
struct Times {
    now: u64,
    at_last: Option<u64>,
}

impl Times {
    const fn first(self) -> UnixTime {
        UnixTime(self.now)
    }

    fn last(self) -> UnixTime {
        UnixTime(self.at_last.unwrap_or(self.now))
    }
}

fn found(verified: &Verified) -> serde_json::Value {
    shown(verified.pseudonym(), Some(verified.slot()), verified.claims())
}

/// Verifies a presentation.
#[derive(Deserialize)]
pub struct Verify {
    platform: String,
    request: Bytes,
    presentation: Bytes,
    #[serde(flatten)]
    times: Times,
}

impl Run for Verify {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let Platform { role, nonces } = world.platforms.get(&self.platform)?;
        let request: pairnym::Request = read(&self.request)?;
        let presentation: Presentation = read(&self.presentation)?;
        let checked = role.check(&request, &presentation, self.times.first())?;
        Ok(found(&checked.spend(nonces, self.times.last())?))
    }
}

/// Verifies presentations together.
#[derive(Deserialize)]
pub struct VerifyBatch {
    platform: String,
    answers: Vec<Answered>,
    #[serde(flatten)]
    times: Times,
}

#[derive(Deserialize)]
struct Answered {
    request: Bytes,
    presentation: Bytes,
}

impl Run for VerifyBatch {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let Platform { role, nonces } = world.platforms.get(&self.platform)?;
        let mut answers = Vec::new();
        for Answered { request, presentation } in &self.answers {
            let request: pairnym::Request = read(request)?;
            answers.push((request, read::<Presentation>(presentation)?));
        }
        let answers: Vec<_> =
            answers.iter().map(|(request, presentation)| (request, presentation)).collect();
        let checked = role.check_batch(&answers, self.times.first());
        let verdicts = spend_all(checked, nonces, self.times.last())?.into_iter();
        let verdicts = verdicts.map(|verdict| match verdict {
            Ok(verified) => json!({ "ok": found(&verified) }),
            Err(error) => json!({ "error": Fault::from(error) }),
        });
        Ok(json!({ "verdicts": verdicts.collect::<Vec<_>>() }))
    }
}

/// Verifies a login.
#[derive(Deserialize)]
pub struct VerifyLogin {
    platform: String,
    request: Bytes,
    login: Bytes,
    accounts: Option<Vec<Bytes32>>,
    #[serde(flatten)]
    times: Times,
}

impl Run for VerifyLogin {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let Platform { role, nonces } = world.platforms.get(&self.platform)?;
        let request: pairnym::Request = read(&self.request)?;
        let login: Login = read(&self.login)?;
        let visitor = role.check(&request, &login, self.times.first())?;
        let name = visitor.look_up_by().to_bytes();
        let known = |accounts: Vec<Bytes32>| accounts.iter().any(|account| account.0 == name);
        if !self.accounts.is_none_or(known) {
            return Err(pairnym::Error::NoAccount.into());
        }
        let returning = visitor.is_account(()).spend(nonces, self.times.last())?;
        Ok(pseudonym(returning.pseudonym()))
    }
}
