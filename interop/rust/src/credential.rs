//! The holder's side of issuance.

use pairnym::{Credential, IssuanceOffer, IssuanceResponse};
use serde::Deserialize;
use serde_json::json;

use crate::Answer;
use crate::fault::Fault;
use crate::json::{Bytes, plain};
use crate::messages::{read, write};
use crate::world::{Context, Run, World};

/// A credential and the handle of its holder.
pub struct HeldCredential {
    pub holder: String,
    pub credential: Credential,
}

/// An accepted offer, until there is a response.
pub struct PendingCredential {
    holder: String,
    pending: Option<pairnym::PendingCredential>,
}

/// Accepts an offer.
#[derive(Deserialize)]
pub struct Request {
    holder: String,
    offer: Bytes,
}

impl Run for Request {
    fn run(self, world: &mut World, context: &mut Context) -> Answer {
        let (holder, _) = world.holders.get(&self.holder)?;
        let offer: IssuanceOffer = read(&self.offer)?;
        let (request, pending) =
            holder.request_credential(&offer, context.now, &mut context.coins)?;
        let values: Vec<_> = offer.values().iter().map(plain).collect();
        let pending = PendingCredential { holder: self.holder, pending: Some(pending) };
        let handle = world.pending_credentials.keep("pending", pending);
        Ok(json!({ "request": write(&request), "values": values, "pending": handle }))
    }
}

/// Checks the response; the pending request is used up by it, whatever it is.
#[derive(Deserialize)]
pub struct Finish {
    pending: String,
    response: Bytes,
}

impl Run for Finish {
    fn run(self, world: &mut World, _: &mut Context) -> Answer {
        let waiting = world.pending_credentials.get_mut(&self.pending)?;
        let response: IssuanceResponse = read(&self.response)?;
        let pending = waiting.pending.take().ok_or_else(|| Fault::misuse("already_finished"))?;
        let credential = pending.finish(&response)?;
        let holder = waiting.holder.clone();
        hold(world, HeldCredential { holder, credential })
    }
}

/// Takes a credential out of storage.
#[derive(Deserialize)]
pub struct Load {
    holder: String,
    stored: Bytes,
}

impl Run for Load {
    fn run(self, world: &mut World, _: &mut Context) -> Answer {
        let (holder, _) = world.holders.get(&self.holder)?;
        let credential = Credential::import(&self.stored.0)?;
        holder.pinned().find(credential.parameters())?;
        hold(world, HeldCredential { holder: self.holder, credential })
    }
}

fn hold(world: &mut World, held: HeldCredential) -> Answer {
    let stored = hex::encode(&*held.credential.export());
    Ok(json!({ "credential": world.credentials.keep("credential", held), "stored": stored }))
}
