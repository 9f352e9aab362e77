//! Two devices become one holder, and one of them alone at the end.

use pairnym::{
    AuthorityId,
    holder::{Holder, MasterSecret},
    message::Commitment,
    shared::{
        AwaitingInvitation, ChannelKey, Inviting, InvitingAtDistance, Lead, PairingCommitment,
        PairingInvitation, PairingRecord, Second, ShareTransfer,
    },
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Answer;
use crate::coins::Coins;
use crate::device::Device;
use crate::fault::Fault;
use crate::json::{Bytes, Bytes32};
use crate::lists::known;
use crate::messages::{read, write};
use crate::world::{Run, World};

/// A second that waits for an answer, until there is one.
pub enum HeldInviting {
    FaceToFace(Box<Inviting>),
    AtDistance(Box<InvitingAtDistance>),
    Over,
}

/// A lead that waits for the invitation, and its master secret.
pub type HeldInvited = Option<(AwaitingInvitation, MasterSecret)>;

fn id(name: &str) -> Result<AuthorityId, Fault> {
    AuthorityId::new(name).map_err(Fault::identifier)
}

fn master(given: Option<Bytes32>, coins: &mut Coins) -> MasterSecret {
    MasterSecret::import(given.map_or_else(|| coins.draw(), |bytes| bytes.0))
}

fn hex_of(commitment: &Commitment) -> String {
    hex::encode(commitment.to_bytes())
}

fn keep_lead(world: &mut World, lead: Lead, master: MasterSecret) -> Value {
    let mut answer = known(lead.list());
    answer["commitment"] = hex_of(lead.commitment()).into();
    answer["holder"] = world.holders.keep("holder", Device::leading(lead, master)).into();
    answer
}

fn keep_second(world: &mut World, second: Second) -> Value {
    let commitment = hex_of(second.commitment());
    json!({ "commitment": commitment, "second": world.seconds.keep("second", second) })
}

/// Invites a lead.
#[derive(Deserialize)]
pub struct Invite {
    master_secret: Bytes32,
    authority_id: String,
    channel_key: Bytes32,
    #[serde(default)]
    at_distance: bool,
}

impl Run for Invite {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let master = MasterSecret::import(self.master_secret.0);
        let (authority, channel) = (id(&self.authority_id)?, ChannelKey(self.channel_key.0));
        let (name, shown, held) = if self.at_distance {
            let inviting = Second::invite_at_distance(&master, &authority, channel, coins)?;
            let shown = write(&inviting.commitment());
            ("committed", shown, HeldInviting::AtDistance(Box::new(inviting)))
        } else {
            let inviting = Second::invite(&master, &authority, channel, coins)?;
            let shown = write(inviting.invitation());
            ("invitation", shown, HeldInviting::FaceToFace(Box::new(inviting)))
        };
        Ok(json!({ "inviting": world.inviting.keep("inviting", held), name: shown }))
    }
}

/// The second takes the lead's answer.
#[derive(Deserialize)]
pub struct AcceptAnswer {
    inviting: String,
    answer: Bytes,
}

impl Run for AcceptAnswer {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let held = world.inviting.get_mut(&self.inviting)?;
        let answer = read(&self.answer)?;
        match std::mem::replace(held, HeldInviting::Over) {
            HeldInviting::Over => Err(Fault::misuse("already_finished")),
            HeldInviting::FaceToFace(inviting) => Ok(keep_second(world, inviting.accept(&answer)?)),
            HeldInviting::AtDistance(inviting) => {
                let (invitation, unconfirmed) = inviting.accept(&answer)?;
                let code = unconfirmed.code().to_string();
                let mut made = keep_second(world, unconfirmed.confirm());
                made["invitation"] = write(&invitation).into();
                made["code"] = code.into();
                Ok(made)
            }
        }
    }
}

/// The lead accepts an invitation that it sees.
#[derive(Deserialize)]
pub struct Accept {
    master_secret: Option<Bytes32>,
    list: Bytes,
    invitation: Bytes,
    channel_key: Bytes32,
}

impl Run for Accept {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let (master, list) = (master(self.master_secret, coins), read(&self.list)?);
        let invitation: PairingInvitation = read(&self.invitation)?;
        let channel = ChannelKey(self.channel_key.0);
        let (answer, lead) = Lead::accept(&master, list, &invitation, channel, coins)?;
        let mut made = keep_lead(world, lead, master);
        made["answer"] = write(&answer).into();
        Ok(made)
    }
}

/// The lead answers an invitation that it will see.
#[derive(Deserialize)]
pub struct AnswerCommitment {
    master_secret: Option<Bytes32>,
    list: Bytes,
    committed: Bytes,
    channel_key: Bytes32,
}

impl Run for AnswerCommitment {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let (master, list) = (master(self.master_secret, coins), read(&self.list)?);
        let committed: PairingCommitment = read(&self.committed)?;
        let channel = ChannelKey(self.channel_key.0);
        let (answer, waiting) = Lead::answer(&master, list, &committed, channel, coins)?;
        let invited = world.invited.keep("invited", Some((waiting, master)));
        Ok(json!({ "invited": invited, "answer": write(&answer) }))
    }
}

/// The lead sees it.
#[derive(Deserialize)]
pub struct Finish {
    invited: String,
    invitation: Bytes,
}

impl Run for Finish {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let held = world.invited.get_mut(&self.invited)?;
        let invitation: PairingInvitation = read(&self.invitation)?;
        let (waiting, master) = held.take().ok_or_else(|| Fault::misuse("already_finished"))?;
        let unconfirmed = waiting.accept(&invitation)?;
        let code = unconfirmed.code().to_string();
        let mut made = keep_lead(world, unconfirmed.confirm(), master);
        made["code"] = code.into();
        Ok(made)
    }
}

/// The lead's side of the pairing, for its storage.
#[derive(Deserialize)]
pub struct StorePairing {
    holder: String,
}

impl Run for StorePairing {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let lead = world.holders.get(&self.holder)?.lead()?;
        Ok(json!({ "stored": hex::encode(lead.store_pairing()) }))
    }
}

/// A lead from its storage.
#[derive(Deserialize)]
pub struct Restore {
    master_secret: Bytes32,
    authority_id: String,
    stored: Bytes,
    pairing: Bytes,
}

impl Run for Restore {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let (master, id) = (MasterSecret::import(self.master_secret.0), id(&self.authority_id)?);
        let lead = Lead::restore_pairing(&master, &id, &self.stored.0, &self.pairing.0)?;
        Ok(keep_lead(world, lead, master))
    }
}

/// What a second needs that has lost all but its master secret.
#[derive(Deserialize)]
pub struct Record {
    holder: String,
    channel_key: Bytes32,
}

impl Run for Record {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let lead = world.holders.get(&self.holder)?.lead()?;
        Ok(json!({ "record": write(&lead.record(ChannelKey(self.channel_key.0))) }))
    }
}

/// The lead becomes an ordinary holder.
#[derive(Deserialize)]
pub struct TakeOver {
    holder: String,
    master_secret: Bytes32,
    transfer: Bytes,
}

impl Run for TakeOver {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let lead = world.holders.get(&self.holder)?.lead()?;
        let transfer = ShareTransfer::from_bytes(&self.transfer.0)?;
        let master = MasterSecret::import(self.master_secret.0);
        let (holder, stored): (Holder, _) = lead.take_over(&master, &transfer)?;
        let handle = world.holders.keep("holder", Device::Alone(Box::new(holder)));
        Ok(json!({ "holder": handle, "stored": hex::encode(&*stored) }))
    }
}

/// The share, for the second's storage.
#[derive(Deserialize)]
pub struct StoreShare {
    second: String,
}

impl Run for StoreShare {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        Ok(json!({ "stored": hex::encode(&*world.seconds.get(&self.second)?.store()) }))
    }
}

/// A second from its storage.
#[derive(Deserialize)]
pub struct RestoreShare {
    master_secret: Bytes32,
    authority_id: String,
    stored: Bytes,
}

impl Run for RestoreShare {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let (master, id) = (MasterSecret::import(self.master_secret.0), id(&self.authority_id)?);
        let second = Second::restore(&master, &id, &self.stored.0)?;
        Ok(keep_second(world, second))
    }
}

/// A second from what its lead shows.
#[derive(Deserialize)]
pub struct Recover {
    master_secret: Bytes32,
    record: Bytes,
}

impl Run for Recover {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let record: PairingRecord = read(&self.record)?;
        let second = Second::recover(&MasterSecret::import(self.master_secret.0), &record)?;
        Ok(keep_second(world, second))
    }
}

/// The share, for the hand-over.
#[derive(Deserialize)]
pub struct Transfer {
    second: String,
}

impl Run for Transfer {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let transfer = world.seconds.get(&self.second)?.transfer();
        Ok(json!({ "transfer": hex::encode(&*transfer.to_bytes()) }))
    }
}

/// A further second.
#[derive(Deserialize)]
pub struct Receive {
    master_secret: Bytes32,
    transfer: Bytes,
    channel_key: Bytes32,
}

impl Run for Receive {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let transfer = ShareTransfer::from_bytes(&self.transfer.0)?;
        let master = MasterSecret::import(self.master_secret.0);
        let second = Second::from_transfer(&master, &transfer, ChannelKey(self.channel_key.0))?;
        Ok(keep_second(world, second))
    }
}
