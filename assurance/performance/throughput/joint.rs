//! Two devices that act as one holder: their acts as a whole, every step of a presentation, and the
//! pairing.

use pairnym::{holder::*, message::*, shared::*};
use pairnym_testkit::{NOW, Pair, masters, received};

use crate::Result;
use crate::measure::{Operation, timed};
use crate::operations::operation;
use crate::world::{World, rng, values};

/// The number of the pair.
const PAIR: u8 = 4;

/// Both devices, each with what it has in storage.
pub struct Joint {
    lead: Lead,
    second: Second,
    credential: Credential,
}

fn paired(world: &World) -> (Pair, Credential, Vec<Evidence>) {
    let mut pair = Pair::new(PAIR, world.authority.list());
    let (credential, evidence) = pair.credential(&world.authority, values(), NOW);
    (pair, credential, evidence)
}

impl Joint {
    fn new(world: &World) -> Self {
        let (Pair { lead, second, .. }, credential, _) = paired(world);
        Self { lead, second, credential }
    }

    fn ask<'a>(
        &'a self,
        request: &'a Received<Request>,
    ) -> Result<(CoRequest, AwaitingApproval<'a, Presentation>)> {
        let consent = Consent::to_disclose(request);
        Ok(self.lead.ask_to_present(&self.credential, consent, NOW, &mut rng())?)
    }

    fn approve(&self, bytes: &[u8]) -> Result<(CoApproval, CoSession)> {
        match self.second.read(bytes, self.lead.list(), NOW)? {
            Asked::Answer(asked) => Ok(asked.approve_and_disclose(&mut rng())?),
            _ => Err("not what was asked".into()),
        }
    }

    fn answer(&self, session: CoSession, bytes: &[u8]) -> Result<CoAnswer> {
        Ok(self.second.answer(session, &CoNonces::from_bytes(bytes)?, NOW)?)
    }
}

type Waiting<'a> = AwaitingAnswer<'a, Presentation>;

fn commit<'a>(
    waiting: AwaitingApproval<'a, Presentation>,
    item: Evidence,
    bytes: &[u8],
) -> Result<(CoNonces, Waiting<'a>)> {
    Ok(waiting.commit(item, &CoApproval::from_bytes(bytes)?, NOW, &mut rng())?)
}

fn complete<M: pairnym::shared::Joint>(
    waiting: AwaitingAnswer<'_, M>,
    bytes: &[u8],
) -> Result<M::Made> {
    Ok(waiting.complete(&CoAnswer::from_bytes(bytes)?)?)
}

fn requests(world: &World, times: usize) -> Result<Vec<Received<Request>>> {
    (0..times).map(|_| Ok(received(&world.request()?))).collect()
}

/// So many requests, each with an item of evidence.
fn questions(world: &World, times: usize) -> Result<(Vec<Received<Request>>, Vec<Evidence>)> {
    let requests = requests(world, times)?;
    let mut evidence = Vec::new();
    while evidence.len() < times {
        evidence.extend(paired(world).2);
    }
    Ok((requests, evidence))
}

/// Every message of a presentation as bytes, and the states between them.
struct Steps<'a> {
    asked: Vec<u8>,
    session: CoSession,
    approval: Vec<u8>,
    nonces: Vec<u8>,
    waiting: Waiting<'a>,
}

fn steps<'a>(
    joint: &'a Joint,
    request: &'a Received<Request>,
    item: Evidence,
) -> Result<Steps<'a>> {
    let (asked, waiting) = joint.ask(request)?;
    let asked = asked.to_bytes();
    let (approval, session) = joint.approve(&asked)?;
    let approval = approval.to_bytes();
    let (nonces, waiting) = commit(waiting, item, &approval)?;
    Ok(Steps { asked, session, approval, nonces: nonces.to_bytes(), waiting })
}

/// The lengths of the messages between the two devices.
fn lengths(world: &World, joint: &Joint) -> Result<[usize; 4]> {
    let (requests, mut evidence) = questions(world, 1)?;
    let (Some(request), Some(item)) = (requests.first(), evidence.pop()) else {
        return Err("a question".into());
    };
    let Steps { asked, session, approval, nonces, .. } = steps(joint, request, item)?;
    let answer = joint.answer(session, &nonces)?.to_bytes();
    Ok([asked, approval, nonces, answer].map(|message| message.len()))
}

/// Both devices together.
pub fn present(world: &World) -> Result<Operation<'_>> {
    let joint = Joint::new(world);
    let message = world.presentations.first().map(|(_, bytes)| bytes.len());
    operation(1, message, move |times| {
        let (requests, mut evidence) = questions(world, times)?;
        let prepare = |time: usize| Ok((&requests[time], evidence.pop().ok_or("no evidence")?));
        timed(times, prepare, |(request, item)| {
            let Steps { session, nonces, waiting, .. } = steps(&joint, request, item)?;
            complete(waiting, &joint.answer(session, &nonces)?.to_bytes())
        })
    })
}

/// Likewise.
pub fn log_in(world: &World) -> Result<Operation<'_>> {
    let joint = Joint::new(world);
    let message = world.logins.first().map(|(_, bytes)| bytes.len());
    operation(1, message, move |times| {
        let prepare = |_| Ok(received(&world.login_request()?));
        timed(times, prepare, |request| {
            let consent = Consent::to_answer(&request);
            let (asked, waiting) = joint.lead.ask_to_log_in(consent, NOW, &mut rng())?;
            let (approval, session) = joint.approve(&asked.to_bytes())?;
            let approval = CoApproval::from_bytes(&approval.to_bytes())?;
            let (nonces, waiting) = waiting.commit(&approval, NOW, &mut rng())?;
            complete(waiting, &joint.answer(session, &nonces.to_bytes())?.to_bytes())
        })
    })
}

pub fn lead_ask(world: &World) -> Result<Operation<'_>> {
    let joint = Joint::new(world);
    let [length, ..] = lengths(world, &joint)?;
    operation(1, Some(length), move |times| {
        let requests = requests(world, times)?;
        timed(times, |time: usize| Ok(&requests[time]), |request| joint.ask(request))
    })
}

pub fn second_approve(world: &World) -> Result<Operation<'_>> {
    let joint = Joint::new(world);
    let [_, length, ..] = lengths(world, &joint)?;
    operation(1, Some(length), move |times| {
        let requests = requests(world, times)?;
        let prepare = |time: usize| Ok(joint.ask(&requests[time])?.0.to_bytes());
        timed(times, prepare, |bytes| joint.approve(&bytes))
    })
}

pub fn lead_commit(world: &World) -> Result<Operation<'_>> {
    let joint = Joint::new(world);
    let [_, _, length, _] = lengths(world, &joint)?;
    operation(1, Some(length), move |times| {
        let (requests, mut evidence) = questions(world, times)?;
        let prepare = |time: usize| {
            let (asked, waiting) = joint.ask(&requests[time])?;
            let approval = joint.approve(&asked.to_bytes())?.0.to_bytes();
            Ok((waiting, evidence.pop().ok_or("no evidence")?, approval))
        };
        timed(times, prepare, |(waiting, item, bytes)| commit(waiting, item, &bytes))
    })
}

pub fn second_answer(world: &World) -> Result<Operation<'_>> {
    let joint = Joint::new(world);
    let [.., length] = lengths(world, &joint)?;
    operation(1, Some(length), move |times| {
        let (requests, mut evidence) = questions(world, times)?;
        let prepare =
            |time: usize| steps(&joint, &requests[time], evidence.pop().ok_or("no evidence")?);
        timed(times, prepare, |Steps { session, nonces, .. }| joint.answer(session, &nonces))
    })
}

pub fn lead_complete(world: &World) -> Result<Operation<'_>> {
    let joint = Joint::new(world);
    let message = world.presentations.first().map(|(_, bytes)| bytes.len());
    operation(1, message, move |times| {
        let (requests, mut evidence) = questions(world, times)?;
        let prepare = |time: usize| {
            let item = evidence.pop().ok_or("no evidence")?;
            let Steps { session, nonces, waiting, .. } = steps(&joint, &requests[time], item)?;
            Ok((waiting, joint.answer(session, &nonces)?.to_bytes()))
        };
        timed(times, prepare, |(waiting, bytes)| complete(waiting, &bytes))
    })
}

fn invite(world: &World) -> Result<Inviting> {
    let (_, guardian) = masters(PAIR);
    let authority = world.authority.list().authority();
    Ok(Second::invite(&guardian, authority, ChannelKey([1; 32]), &mut rng())?)
}

fn accept(world: &World, bytes: &[u8]) -> Result<(PairingAnswer, Lead)> {
    let ((ward, _), list) = (masters(PAIR), world.authority.list().clone());
    let invitation = PairingInvitation::from_bytes(bytes)?;
    Ok(Lead::accept(&ward, list, &invitation, ChannelKey([2; 32]), &mut rng())?)
}

pub fn pair_second_invite(world: &World) -> Result<Operation<'_>> {
    let length = invite(world)?.invitation().to_bytes().len();
    operation(1, Some(length), |times| timed(times, |_| Ok(()), |()| invite(world)))
}

pub fn pair_lead_accept(world: &World) -> Result<Operation<'_>> {
    let bytes = invite(world)?.invitation().to_bytes();
    let length = accept(world, &bytes)?.0.to_bytes().len();
    operation(1, Some(length), move |times| timed(times, |_| Ok(()), |()| accept(world, &bytes)))
}

pub fn pair_second_accept(world: &World) -> Result<Operation<'_>> {
    operation(1, None, |times| {
        let prepare = |_| {
            let inviting = invite(world)?;
            let answer = accept(world, &inviting.invitation().to_bytes())?.0.to_bytes();
            Ok((inviting, answer))
        };
        timed(times, prepare, |(inviting, bytes)| {
            Ok(inviting.accept(&PairingAnswer::from_bytes(&bytes)?)?)
        })
    })
}
