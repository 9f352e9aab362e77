//! The holder's side of issuance.

use pairnym::{
    Error, Message, UnixTime,
    holder::{Credential, IssuedCredential, Received},
    message::{IssuanceOffer, IssuanceResponse},
};
use serde::Deserialize;
use serde_json::json;

use crate::Answer;
use crate::coins::Coins;
use crate::device::forever;
use crate::fault::Fault;
use crate::json::{Bytes, host, plain};
use crate::messages::read;
use crate::world::{Run, World};

/// A credential and the handle of its holder.
pub struct HeldCredential {
    pub holder: String,
    pub stage: Stage,
}

/// How far a credential has come.
pub enum Stage {
    /// Without its evidence.
    Issued(Box<IssuedCredential>),
    /// With it.
    Received(&'static Credential),
    /// Its evidence did not come.
    Gone,
}

impl HeldCredential {
    /// Why it is not of the stage that a step needs.
    pub fn unfit(&self, if_issued: &str) -> Fault {
        let issued = matches!(self.stage, Stage::Issued(_));
        Fault::misuse(if issued { if_issued } else { "already_finished" })
    }

    /// The credential that can be shown.
    pub fn received(&self) -> Result<&'static Credential, Fault> {
        match self.stage {
            Stage::Received(credential) => Ok(credential),
            _ => Err(self.unfit("incomplete")),
        }
    }

    /// The credential that waits for evidence.
    pub fn issued(&self) -> Result<&IssuedCredential, Fault> {
        match &self.stage {
            Stage::Issued(issued) => Ok(issued),
            _ => Err(Fault::misuse("already_finished")),
        }
    }
}

/// An accepted offer, until there is a response.
pub struct AwaitingIssuance {
    holder: String,
    pending: Option<pairnym::holder::AwaitingIssuance>,
}

impl AwaitingIssuance {
    pub const fn new(holder: String, pending: pairnym::holder::AwaitingIssuance) -> Self {
        Self { holder, pending: Some(pending) }
    }
}

/// Accepts an offer.
#[derive(Deserialize)]
pub struct AcceptOffer {
    holder: String,
    offer: Bytes,
    peer: String,
    now: u64,
}

impl Run for AcceptOffer {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let holder = world.holders.get(&self.holder)?.alone()?;
        IssuanceOffer::from_bytes(&self.offer.0)?;
        let peer = host(&self.peer)?;
        let offer = Received::<IssuanceOffer>::from_authority(holder.list(), &peer, &self.offer.0)?;
        let (request, pending) = holder.request_credential(&offer, UnixTime(self.now), coins)?;
        let values: Vec<_> = offer.values().iter().map(plain).collect();
        let pending = AwaitingIssuance::new(self.holder, pending);
        let handle = world.pending_credentials.keep("pending", pending);
        let request = hex::encode(request.as_bytes());
        Ok(json!({ "request": request, "values": values, "pending": handle }))
    }
}

/// Checks the response; the pending request is used up by it, whatever it is.
#[derive(Deserialize)]
pub struct Finish {
    pending: String,
    response: Bytes,
}

impl Run for Finish {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let waiting = world.pending_credentials.get_mut(&self.pending)?;
        let response: IssuanceResponse = read(&self.response)?;
        let pending = waiting.pending.take().ok_or_else(|| Fault::misuse("already_finished"))?;
        let issued = pending.finish(&response)?;
        let (holder, batches) = (waiting.holder.clone(), issued.batches());
        let held = HeldCredential { holder, stage: Stage::Issued(Box::new(issued)) };
        let handle = world.credentials.keep("credential", held);
        Ok(json!({ "credential": handle, "batches": batches }))
    }
}

/// Takes the credential and its evidence; both are gone if it is not all there.
#[derive(Deserialize)]
pub struct Receive {
    credential: String,
    batches: Vec<String>,
}

impl Run for Receive {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        for handle in &self.batches {
            world.batches.get(handle)?;
        }
        let held = world.credentials.get_mut(&self.credential)?;
        held.issued()?;
        let Stage::Issued(issued) = std::mem::replace(&mut held.stage, Stage::Gone) else {
            return Err(Fault::misuse("already_finished"));
        };
        let mut batches = Vec::new();
        for handle in &self.batches {
            batches.push(world.batches.get_mut(handle)?.take());
        }
        let batches: Option<Vec<_>> = batches.into_iter().collect();
        let (credential, evidence) = issued.complete(batches.ok_or(Error::Incomplete)?)?;
        let holder = world.holders.get(&held.holder)?;
        let stored = holder.store_credential(&credential);
        let items: Vec<_> = evidence.iter().map(|item| holder.store_evidence(item)).collect();
        held.stage = Stage::Received(forever(credential));
        let keep = |item| world.evidence.keep("evidence", Some(item));
        let handles: Vec<_> = evidence.into_iter().map(keep).collect();
        Ok(json!({ "stored": stored, "evidence": handles, "stored_evidence": items }))
    }
}

/// Takes a credential out of storage.
#[derive(Deserialize)]
pub struct Load {
    holder: String,
    stored: Bytes,
}

impl Run for Load {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let holder = world.holders.get(&self.holder)?;
        let credential = holder.load_credential(&self.stored.0)?;
        let stored = holder.store_credential(&credential);
        let stage = Stage::Received(forever(credential));
        let held = HeldCredential { holder: self.holder, stage };
        Ok(json!({ "credential": world.credentials.keep("credential", held), "stored": stored }))
    }
}
