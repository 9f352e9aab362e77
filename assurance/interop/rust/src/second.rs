//! The second's part of an act.

use std::time::Duration;

use pairnym::{
    ParameterList, UnixTime,
    holder::Received,
    message::EnrollmentTicket,
    shared::{Asked, CoNonces, CoRequest, CoSessions},
};
use serde::Deserialize;
use serde_json::json;

use crate::Answer;
use crate::coins::Coins;
use crate::fault::Fault;
use crate::json::Bytes;
use crate::messages::{read, write};
use crate::world::{Run, World};

/// A store of sessions.
#[derive(Deserialize)]
pub struct NewSessions {
    limit: Option<usize>,
    life: Option<u64>,
}

impl Run for NewSessions {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let life = Duration::from_secs(self.life.unwrap_or(120));
        let sessions = CoSessions::new(self.limit.unwrap_or(1000), life);
        Ok(json!({ "cosessions": world.cosessions.keep("cosessions", sessions) }))
    }
}

/// Approves what the lead asks.
#[derive(Deserialize)]
pub struct Approve {
    second: String,
    cosessions: String,
    list: Bytes,
    request: Bytes,
    ticket: Option<Bytes>,
    now: u64,
    uptime: Option<u64>,
    #[serde(default)]
    consent: bool,
}

impl Run for Approve {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let second = world.seconds.get(&self.second)?;
        let sessions = world.cosessions.get_mut(&self.cosessions)?;
        let list: ParameterList = read(&self.list)?;
        read::<CoRequest>(&self.request)?;
        if let Some(ticket) = &self.ticket {
            read::<EnrollmentTicket>(ticket)?;
        }
        let (approval, session) = match second.read(&self.request.0, &list, UnixTime(self.now))? {
            Asked::Enrollment(asked) => {
                let own = self.ticket.ok_or_else(|| Fault::misuse("foreign_ticket"))?;
                let own = Received::<EnrollmentTicket>::from_authority(&list, list.host(), &own.0)?;
                asked.approve(&own, coins)?
            }
            Asked::Credential(asked) => asked.approve(coins)?,
            Asked::Answer(asked) if self.consent => asked.approve_and_disclose(coins)?,
            Asked::Answer(asked) => asked.approve(coins)?,
        };
        sessions.keep(session, UnixTime(self.uptime.unwrap_or(self.now)))?;
        Ok(json!({ "approval": write(&approval) }))
    }
}

/// Answers in a session.
#[derive(Deserialize)]
pub struct AnswerNonces {
    second: String,
    cosessions: String,
    nonces: Bytes,
    now: u64,
    uptime: Option<u64>,
}

impl Run for AnswerNonces {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let second = world.seconds.get(&self.second)?;
        let sessions = world.cosessions.get_mut(&self.cosessions)?;
        let nonces: CoNonces = read(&self.nonces)?;
        let uptime = UnixTime(self.uptime.unwrap_or(self.now));
        let session = sessions.take(nonces.session(), uptime)?;
        Ok(json!({ "answer": write(&second.answer(session, &nonces, UnixTime(self.now))?) }))
    }
}
