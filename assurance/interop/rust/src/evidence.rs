//! The holder's side of fetching evidence.

use pairnym::{
    holder::{AwaitingCommitments, AwaitingResponses, Evidence},
    message::{EvidenceCommitments, EvidenceResponses},
};
use serde::Deserialize;
use serde_json::json;

use crate::Answer;
use crate::coins::Coins;
use crate::fault::Fault;
use crate::json::Bytes;
use crate::messages::{read, write};
use crate::world::{Run, World};

/// An item, until it is used up.
pub type HeldEvidence = Option<Evidence>;

/// How far a batch has come.
pub enum PendingEvidence {
    Offered(Box<AwaitingCommitments>),
    Challenged(Box<AwaitingResponses>),
    Over,
}

/// Begins a batch.
#[derive(Deserialize)]
pub struct Request {
    credential: String,
}

impl Run for Request {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let held = world.credentials.get(&self.credential)?;
        let holder = world.holders.get(&held.holder)?;
        let (request, offered) = holder.request_evidence(held.issued()?, coins)?;
        let pending = PendingEvidence::Offered(Box::new(offered));
        let handle = world.pending_evidence.keep("pending", pending);
        Ok(json!({ "request": write(&request), "pending": handle }))
    }
}

/// Blinds the challenges.
#[derive(Deserialize)]
pub struct Challenge {
    pending: String,
    commitments: Bytes,
}

impl Run for Challenge {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let pending = world.pending_evidence.get_mut(&self.pending)?;
        let commitments: EvidenceCommitments = read(&self.commitments)?;
        let PendingEvidence::Offered(offered) = pending.take_if(PendingEvidence::is_offered) else {
            return Err(Fault::misuse("already_challenged"));
        };
        let (challenges, waiting) = offered.challenge(&commitments, coins)?;
        *pending = PendingEvidence::Challenged(Box::new(waiting));
        Ok(json!({ "challenges": write(&challenges) }))
    }
}

/// Checks the responses; the batch is over with them, whatever they are.
#[derive(Deserialize)]
pub struct Finish {
    pending: String,
    responses: Bytes,
}

impl Run for Finish {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let pending = world.pending_evidence.get_mut(&self.pending)?;
        let responses: EvidenceResponses = read(&self.responses)?;
        let over = if pending.is_offered() { "not_challenged" } else { "already_finished" };
        let PendingEvidence::Challenged(waiting) = pending.take_if(|it| !it.is_offered()) else {
            return Err(Fault::misuse(over));
        };
        let batch = waiting.finish(&responses)?;
        Ok(json!({ "batch": world.batches.keep("batch", Some(batch)) }))
    }
}

impl PendingEvidence {
    const fn is_offered(&self) -> bool {
        matches!(self, Self::Offered(_))
    }

    /// Leaves `Over` behind if what is there is wanted.
    fn take_if(&mut self, wanted: impl Fn(&Self) -> bool) -> Self {
        if wanted(self) { std::mem::replace(self, Self::Over) } else { Self::Over }
    }
}

/// Takes an item out of storage.
#[derive(Deserialize)]
pub struct Load {
    holder: String,
    stored: Bytes,
}

impl Run for Load {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let holder = world.holders.get(&self.holder)?;
        let item = holder.load_evidence(&self.stored.0)?;
        let stored = holder.store_evidence(&item);
        Ok(json!({ "evidence": world.evidence.keep("evidence", Some(item)), "stored": stored }))
    }
}
