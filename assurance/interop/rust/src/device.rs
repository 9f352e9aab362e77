//! A person's device: a holder, or the lead of one that is shared.

use pairnym::{
    AuthorityId, Error, ParameterList, UnixTime,
    holder::{AwaitingCommitments, Credential, Evidence, Holder, IssuedCredential, MasterSecret},
    message::EvidenceRequest,
    shared::Lead,
};

use crate::coins::Coins;
use crate::fault::Fault;

/// What takes the steps that both kinds of holder take.
pub enum Device {
    Alone(Box<Holder>),
    Lead(HeldLead),
}

/// A lead, for as long as the program runs, since the acts that it has begun borrow it; and the
/// master secret with which the next one is made when the list changes.
pub struct HeldLead {
    pub lead: &'static Lead,
    master: MasterSecret,
}

/// What borrowed it is still there when the program ends.
pub fn forever<T>(thing: T) -> &'static T {
    Box::leak(Box::new(thing))
}

/// What every device does in the same words.
macro_rules! same {
    ($self:expr, $device:ident => $step:expr) => {
        match $self {
            Device::Alone($device) => $step,
            Device::Lead(HeldLead { lead: $device, .. }) => $step,
        }
    };
}

impl Device {
    pub fn leading(lead: Lead, master: MasterSecret) -> Self {
        Self::Lead(HeldLead { lead: forever(lead), master })
    }

    pub fn alone(&self) -> Result<&Holder, Fault> {
        match self {
            Self::Alone(holder) => Ok(holder),
            Self::Lead(_) => Err(Fault::usage("not for a lead")),
        }
    }

    pub fn lead(&self) -> Result<&'static Lead, Fault> {
        match self {
            Self::Lead(held) => Ok(held.lead),
            Self::Alone(_) => Err(Fault::usage("for a lead only")),
        }
    }

    pub fn adopt(&mut self, list: ParameterList, now: UnixTime) -> Result<(), Error> {
        match self {
            Self::Alone(holder) => holder.adopt(list, now)?,
            Self::Lead(HeldLead { lead, master }) => {
                let authority: AuthorityId = *lead.list().authority();
                let (stored, pairing) = (lead.store_list(), lead.store_pairing());
                let mut next = Lead::restore_pairing(master, &authority, &stored, &pairing)?;
                let adopted = next.adopt(list, now)?;
                *lead = forever(next);
                adopted
            }
        };
        Ok(())
    }

    pub fn list(&self) -> &ParameterList {
        same!(self, device => device.list())
    }

    pub fn store_list(&self) -> Vec<u8> {
        same!(self, device => device.store_list())
    }

    pub fn request_evidence(
        &self,
        issued: &IssuedCredential,
        coins: &mut Coins,
    ) -> Result<(EvidenceRequest, AwaitingCommitments), Error> {
        same!(self, device => device.request_evidence(issued, coins))
    }

    pub fn store_credential(&self, credential: &Credential) -> String {
        same!(self, device => hex::encode(&*device.store_credential(credential)))
    }

    pub fn load_credential(&self, stored: &[u8]) -> Result<Credential, Error> {
        same!(self, device => device.load_credential(stored))
    }

    pub fn store_evidence(&self, item: &Evidence) -> String {
        same!(self, device => hex::encode(&*device.store_evidence(item)))
    }

    pub fn load_evidence(&self, stored: &[u8]) -> Result<Evidence, Error> {
        same!(self, device => device.load_evidence(stored))
    }
}
