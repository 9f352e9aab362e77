//! The holder: secrets, list, 网号, enrollment, presentation and login.

use pairnym::{
    AuthorityId, Message, UnixTime,
    holder::{Consent, Holder, MasterSecret, Received},
    message::EnrollmentTicket,
};
use serde::Deserialize;
use serde_json::json;

use crate::Answer;
use crate::coins::Coins;
use crate::device::Device;
use crate::fault::Fault;
use crate::json::{Bytes, Bytes32, host, name};
use crate::lists::known;
use crate::messages::{pseudonym, read};
use crate::world::{Run, World};

/// A person's device, with the list of one authority.
#[derive(Deserialize)]
pub struct New {
    master_secret: Option<Bytes32>,
    list: Bytes,
}

impl Run for New {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let master = match self.master_secret {
            Some(bytes) => MasterSecret::import(bytes.0),
            None => MasterSecret::generate(coins),
        };
        keep(world, Holder::new(&master, read(&self.list)?)?)
    }
}

/// The same with the list that the device stored.
#[derive(Deserialize)]
pub struct Restore {
    master_secret: Bytes32,
    authority_id: String,
    stored: Bytes,
    /// The share that a second has handed over.
    share: Option<Bytes>,
}

impl Run for Restore {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let master = MasterSecret::import(self.master_secret.0);
        let authority = AuthorityId::new(&self.authority_id).map_err(Fault::identifier)?;
        let list = &self.stored.0;
        let holder = match &self.share {
            Some(share) => Holder::restore_share(&master, &authority, list, &share.0)?,
            None => Holder::restore(&master, &authority, list)?,
        };
        keep(world, holder)
    }
}

fn keep(world: &mut World, holder: Holder) -> Answer {
    let mut answer = known(holder.list());
    let device = Device::Alone(Box::new(holder));
    answer["holder"] = world.holders.keep("holder", device).into();
    Ok(answer)
}

/// Takes the successor of its list.
#[derive(Deserialize)]
pub struct TakeList {
    holder: String,
    list: Bytes,
    now: u64,
}

impl Run for TakeList {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let holder = world.holders.get_mut(&self.holder)?;
        holder.adopt(read(&self.list)?, UnixTime(self.now))?;
        Ok(known(holder.list()))
    }
}

/// The list, for the device's own storage.
#[derive(Deserialize)]
pub struct StoreList {
    holder: String,
}

impl Run for StoreList {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        Ok(json!({ "stored": hex::encode(world.holders.get(&self.holder)?.store_list()) }))
    }
}

/// The 网号 in a scope.
#[derive(Deserialize)]
pub struct Pseudonym {
    holder: String,
    platform_id: String,
    label: Option<String>,
}

impl Run for Pseudonym {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let holder = world.holders.get(&self.holder)?.alone()?;
        let platform = host(&self.platform_id)?;
        let label = self.label.as_deref().map(name).transpose()?;
        Ok(pseudonym(&holder.pseudonym(&platform, label.as_ref())?))
    }
}

/// Answers a ticket.
#[derive(Deserialize)]
pub struct Enroll {
    holder: String,
    ticket: Bytes,
    peer: String,
}

impl Run for Enroll {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let holder = world.holders.get(&self.holder)?.alone()?;
        EnrollmentTicket::from_bytes(&self.ticket.0)?;
        let peer = host(&self.peer)?;
        let ticket =
            Received::<EnrollmentTicket>::from_authority(holder.list(), &peer, &self.ticket.0)?;
        let request = holder.enroll(&ticket, coins)?;
        let commitment = hex::encode(holder.commitment().to_bytes());
        Ok(json!({ "request": hex::encode(request.as_bytes()), "commitment": commitment }))
    }
}

/// Reads a request as it came from a host.
pub fn received(request: &Bytes, peer: &str) -> Result<Received<pairnym::Request>, Fault> {
    pairnym::Request::from_bytes(&request.0)?;
    Ok(Received::<pairnym::Request>::from_host(&host(peer)?, &request.0)?)
}

/// Shows a credential.
#[derive(Deserialize)]
pub struct Present {
    credential: String,
    evidence: String,
    request: Bytes,
    peer: String,
    now: u64,
    #[serde(default)]
    consent: bool,
}

impl Run for Present {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let held = world.credentials.get(&self.credential)?;
        let holder = world.holders.get(&held.holder)?;
        let item = world.evidence.get_mut(&self.evidence)?;
        // What a role of pairnym cannot be asked comes before the role itself.
        pairnym::Request::from_bytes(&self.request.0)?;
        host(&self.peer)?;
        let holder = holder.alone()?;
        let credential = held.received()?;
        if item.is_none() {
            return Err(Fault::misuse("evidence_used"));
        }
        let request = received(&self.request, &self.peer)?;
        let consent = match self.consent {
            true => Consent::to_disclose(&request),
            false => Consent::to_answer(&request),
        };
        let evidence = item.take().ok_or_else(|| Fault::misuse("evidence_used"))?;
        match holder.present(credential, evidence, consent, UnixTime(self.now), coins) {
            Ok(presentation) => Ok(json!({ "presentation": hex::encode(presentation.as_bytes()) })),
            Err(refusal) => {
                let (kept, used) = Fault::both_of_presenting(&refusal);
                *item = refusal.into_evidence();
                Err(if item.is_some() { kept } else { used })
            }
        }
    }
}

/// Logs in.
#[derive(Deserialize)]
pub struct LogIn {
    holder: String,
    request: Bytes,
    peer: String,
    now: u64,
}

impl Run for LogIn {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let holder = world.holders.get(&self.holder)?.alone()?;
        let request = received(&self.request, &self.peer)?;
        let login = holder.log_in(Consent::to_answer(&request), UnixTime(self.now), coins)?;
        Ok(json!({ "login": hex::encode(login.as_bytes()) }))
    }
}
