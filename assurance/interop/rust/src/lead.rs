//! The lead's part of an act.

use pairnym::{
    UnixTime,
    holder::{Consent, Received},
    message::{EnrollmentRequest, IssuanceOffer, IssuanceRequest, Login, Presentation},
    shared::{AwaitingAnswer, AwaitingApproval, CoAnswer, CoApproval, CoRequest},
};
use serde::Deserialize;
use serde_json::json;

use crate::Answer;
use crate::coins::Coins;
use crate::credential::AwaitingIssuance;
use crate::device::forever;
use crate::fault::Fault;
use crate::holder::received;
use crate::json::{Bytes, host, plain};
use crate::messages::{read, write};
use crate::world::{Run, World};

/// How far an act has come: the second's approval, then its answer, is awaited.
pub enum Act {
    Enrolling(Box<AwaitingApproval<'static, EnrollmentRequest>>),
    Accepting(Box<AwaitingApproval<'static, IssuanceRequest>>),
    Presenting(Box<AwaitingApproval<'static, Presentation>>),
    LoggingIn(Box<AwaitingApproval<'static, Login>>),
    Enrollment(Box<AwaitingAnswer<'static, EnrollmentRequest>>),
    Issuance(Box<AwaitingAnswer<'static, IssuanceRequest>>),
    Presentation(Box<AwaitingAnswer<'static, Presentation>>),
    Login(Box<AwaitingAnswer<'static, Login>>),
    Over,
}

impl Act {
    const fn is_committed(&self) -> bool {
        matches!(
            self,
            Self::Enrollment(_) | Self::Issuance(_) | Self::Presentation(_) | Self::Login(_)
        )
    }
}

/// An act and the handle of the device.
pub struct HeldAct {
    holder: String,
    act: Act,
}

fn keep(world: &mut World, holder: String, act: Act, request: &CoRequest) -> serde_json::Value {
    let handle = world.acts.keep("act", HeldAct { holder, act });
    json!({ "act": handle, "request": write(request) })
}

/// Asks to enroll.
#[derive(Deserialize)]
pub struct Enroll {
    holder: String,
    ticket: Bytes,
}

impl Run for Enroll {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let lead = world.holders.get(&self.holder)?.lead()?;
        let (request, waiting) = lead.ask_to_enroll(&self.ticket.0, coins)?;
        Ok(keep(world, self.holder, Act::Enrolling(Box::new(waiting)), &request))
    }
}

/// Asks to accept an offer.
#[derive(Deserialize)]
pub struct AcceptOffer {
    holder: String,
    offer: Bytes,
    peer: String,
    now: u64,
}

impl Run for AcceptOffer {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let lead = world.holders.get(&self.holder)?.lead()?;
        read::<IssuanceOffer>(&self.offer)?;
        let peer = host(&self.peer)?;
        let offer = Received::<IssuanceOffer>::from_authority(lead.list(), &peer, &self.offer.0)?;
        let offer = forever(offer);
        let (request, waiting) = lead.ask_for_credential(offer, UnixTime(self.now), coins)?;
        let mut asked = keep(world, self.holder, Act::Accepting(Box::new(waiting)), &request);
        asked["values"] = offer.values().iter().map(plain).collect();
        Ok(asked)
    }
}

/// Asks to show a credential.
#[derive(Deserialize)]
pub struct Present {
    credential: String,
    request: Bytes,
    peer: String,
    now: u64,
    #[serde(default)]
    consent: bool,
}

impl Run for Present {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let held = world.credentials.get(&self.credential)?;
        let holder = held.holder.clone();
        read::<pairnym::Request>(&self.request)?;
        host(&self.peer)?;
        let lead = world.holders.get(&holder)?.lead()?;
        let credential = held.received()?;
        let request = forever(received(&self.request, &self.peer)?);
        let consent = match self.consent {
            true => Consent::to_disclose(request),
            false => Consent::to_answer(request),
        };
        let now = UnixTime(self.now);
        let (request, waiting) = lead.ask_to_present(credential, consent, now, coins)?;
        Ok(keep(world, holder, Act::Presenting(Box::new(waiting)), &request))
    }
}

/// Asks to log in.
#[derive(Deserialize)]
pub struct LogIn {
    holder: String,
    request: Bytes,
    peer: String,
    now: u64,
}

impl Run for LogIn {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let lead = world.holders.get(&self.holder)?.lead()?;
        let request = forever(received(&self.request, &self.peer)?);
        let consent = Consent::to_answer(request);
        let (request, waiting) = lead.ask_to_log_in(consent, UnixTime(self.now), coins)?;
        Ok(keep(world, self.holder, Act::LoggingIn(Box::new(waiting)), &request))
    }
}

/// Takes the second's approval; the act is over with one that is refused.
#[derive(Deserialize)]
pub struct Commit {
    act: String,
    approval: Bytes,
    now: u64,
    evidence: Option<String>,
}

impl Run for Commit {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let held = world.acts.get_mut(&self.act)?;
        let approval: CoApproval = read(&self.approval)?;
        let mut item = match &self.evidence {
            Some(handle) => Some(world.evidence.get_mut(handle)?),
            None => None,
        };
        if item.as_ref().is_some_and(|item| item.is_none()) {
            return Err(Fault::misuse("evidence_used"));
        }
        if held.act.is_committed() {
            return Err(Fault::misuse("already_finished"));
        }
        let now = UnixTime(self.now);
        let (nonces, act) = match std::mem::replace(&mut held.act, Act::Over) {
            Act::Enrolling(waiting) => {
                let (nonces, waiting) = waiting.commit(&approval, coins)?;
                (nonces, Act::Enrollment(Box::new(waiting)))
            }
            Act::Accepting(waiting) => {
                let (nonces, waiting) = waiting.commit(&approval, now, coins)?;
                (nonces, Act::Issuance(Box::new(waiting)))
            }
            Act::LoggingIn(waiting) => {
                let (nonces, waiting) = waiting.commit(&approval, now, coins)?;
                (nonces, Act::Login(Box::new(waiting)))
            }
            Act::Presenting(waiting) => {
                let slot = item.as_mut().ok_or_else(|| Fault::usage("missing: evidence"))?;
                let evidence = slot.take().ok_or_else(|| Fault::misuse("evidence_used"))?;
                match waiting.commit(evidence, &approval, now, coins) {
                    Ok((nonces, waiting)) => (nonces, Act::Presentation(Box::new(waiting))),
                    Err(refusal) => {
                        let (kept, used) = Fault::both_of_presenting(&refusal);
                        **slot = refusal.into_evidence();
                        return Err(if slot.is_some() { kept } else { used });
                    }
                }
            }
            _ => return Err(Fault::misuse("already_finished")),
        };
        held.act = act;
        Ok(json!({ "nonces": write(&nonces) }))
    }
}

/// Takes the second's answer; the act is over with it, whatever it is.
#[derive(Deserialize)]
pub struct Complete {
    act: String,
    answer: Bytes,
}

impl Run for Complete {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let held = world.acts.get_mut(&self.act)?;
        let answer: CoAnswer = read(&self.answer)?;
        if !held.act.is_committed() {
            let over = matches!(held.act, Act::Over);
            return Err(Fault::misuse(if over { "already_finished" } else { "not_committed" }));
        }
        let message: Vec<u8> = match std::mem::replace(&mut held.act, Act::Over) {
            Act::Enrollment(waiting) => waiting.complete(&answer)?.into_bytes(),
            Act::Presentation(waiting) => waiting.complete(&answer)?.into_bytes(),
            Act::Login(waiting) => waiting.complete(&answer)?.into_bytes(),
            Act::Issuance(waiting) => {
                let (request, pending) = waiting.complete(&answer)?;
                let pending = AwaitingIssuance::new(held.holder.clone(), pending);
                let handle = world.pending_credentials.keep("pending", pending);
                let message = hex::encode(request.as_bytes());
                return Ok(json!({ "message": message, "pending": handle }));
            }
            _ => return Err(Fault::misuse("already_finished")),
        };
        Ok(json!({ "message": hex::encode(message) }))
    }
}
