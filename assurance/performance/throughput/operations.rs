//! What is measured, in the order of a person's life.

use std::time::Duration;

use pairnym::{authority::*, holder::*, message::*, store::*};
use pairnym_testkit::{
    Everybody, NOW, TEN_MINUTES, received, received_offer, received_ticket, sent,
};

use crate::Result;
use crate::floor::{self, Floor};
use crate::joint;
use crate::measure::{Operation, repeated, timed};
use crate::world::{ANSWERS, SIGNATURES, World, rng};

/// So many items have each step of an evidence session.
const ITEMS: usize = EVIDENCE_BATCH;

type Make = for<'a> fn(&'a World) -> Result<Operation<'a>>;

/// Every operation under its name, by which numbers are compared over the years: a name is never
/// changed, and never given to something else. What is measured otherwise gets a new one.
pub const ALL: [(&str, Make); 35] = [
    ("ed25519-known-key", known_key),
    ("enroll-holder", enroll_holder),
    ("enroll-authority", enroll_authority),
    ("issue-holder-ask", |world| issue_holder_ask(world, &world.holder)),
    ("issue-holder-ask-prepared", |world| issue_holder_ask(world, &world.prepared)),
    ("issue-authority", issue_authority),
    ("issue-holder-check", issue_holder_check),
    ("evidence-holder-ask", evidence_holder_ask),
    ("evidence-authority-commit", evidence_authority_commit),
    ("evidence-holder-challenge", |world| evidence_holder_challenge(world, &world.holder)),
    ("evidence-holder-challenge-prepared", |world| {
        evidence_holder_challenge(world, &world.prepared)
    }),
    ("evidence-authority-answer", evidence_authority_answer),
    ("evidence-holder-check", evidence_holder_check),
    ("load-credential", load_credential),
    ("present", present),
    ("present-account", |world| present_in(world, &world.holder)),
    ("present-account-prepared", |world| present_in(world, &world.prepared)),
    ("log-in", log_in),
    ("log-in-account", log_in_account),
    ("joint-present", joint::present),
    ("joint-lead-ask", joint::lead_ask),
    ("joint-second-approve", joint::second_approve),
    ("joint-lead-commit", joint::lead_commit),
    ("joint-second-answer", joint::second_answer),
    ("joint-lead-complete", joint::lead_complete),
    ("joint-log-in", joint::log_in),
    ("pair-second-invite", joint::pair_second_invite),
    ("pair-lead-accept", joint::pair_lead_accept),
    ("pair-second-accept", joint::pair_second_accept),
    ("verify-1", |world| presentations(world, 1)),
    ("verify-64", |world| presentations(world, 64)),
    ("verify-1024", |world| presentations(world, 1024)),
    ("verify-login-1", |world| logins(world, 1)),
    ("verify-login-64", |world| logins(world, 64)),
    ("verify-login-1024", |world| logins(world, 1024)),
];

/// So many items, and a message of so many bytes.
pub fn operation<'a>(
    items: usize,
    bytes: Option<usize>,
    run: impl FnMut(usize) -> Result<Duration> + 'a,
) -> Result<Operation<'a>> {
    Ok(Operation { items, bytes, run: Box::new(run), floor: None })
}

fn known_key(world: &World) -> Result<Operation<'_>> {
    operation(1, None, |times| repeated(times, || world.yardstick.verify_with_known_key()))
}

fn ticket(world: &World) -> Result<(OpenTicket, Received<EnrollmentTicket>)> {
    let World { authority, holder, .. } = world;
    let open = authority.open_ticket(TransactionId([1; 32]), TEN_MINUTES, NOW, &mut rng())?;
    let received = received_ticket(holder.list(), &open);
    Ok((open, received))
}

fn enroll_holder(world: &World) -> Result<Operation<'_>> {
    let ticket = ticket(world)?.1;
    let enroll = move || Ok(world.holder.enroll(&ticket, &mut rng())?);
    let request = enroll()?.into_bytes();
    operation(1, Some(request.len()), move |times| repeated(times, &enroll))
}

fn enroll_authority(world: &World) -> Result<Operation<'_>> {
    let (open, ticket) = ticket(world)?;
    let bytes = world.holder.enroll(&ticket, &mut rng())?.into_bytes();
    operation(1, None, move |times| {
        repeated(times, || {
            let request = EnrollmentRequest::from_bytes(&bytes)?;
            Ok(world.authority.enroll(&open, &request, PersonId([1; 32]), NOW, &Everybody)?)
        })
    })
}

/// An offer, as the authority keeps it and as the holder has received it.
fn offered(world: &World) -> Result<(OpenOffer, Received<IssuanceOffer>)> {
    let open = world.offer()?;
    let received = received_offer(world.holder.list(), &open);
    Ok((open, received))
}

fn issue_holder_ask<'a>(world: &'a World, holder: &'a Holder) -> Result<Operation<'a>> {
    let offer = offered(world)?.1;
    let ask = move || Ok(holder.request_credential(&offer, NOW, &mut rng())?);
    let request = ask()?.0.into_bytes();
    operation(1, Some(request.len()), move |times| repeated(times, &ask))
}

fn issue_authority(world: &World) -> Result<Operation<'_>> {
    let (open, offer) = offered(world)?;
    let bytes = world.holder.request_credential(&offer, NOW, &mut rng())?.0.into_bytes();
    let issue = move || {
        let request = IssuanceRequest::from_bytes(&bytes)?;
        Ok(world.authority.issue(&open, &request, NOW, &Everybody)?)
    };
    let response = issue()?.to_bytes();
    operation(1, Some(response.len()), move |times| repeated(times, &issue))
}

fn issue_holder_check(world: &World) -> Result<Operation<'_>> {
    let (open, offer) = offered(world)?;
    let request = sent(&world.holder.request_credential(&offer, NOW, &mut rng())?.0);
    let bytes = world.authority.issue(&open, &request, NOW, &Everybody)?.to_bytes();
    operation(1, None, move |times| {
        timed(
            times,
            |_| Ok(world.holder.request_credential(&offer, NOW, &mut rng())?.1),
            |pending| Ok(pending.finish(&IssuanceResponse::from_bytes(&bytes)?)?),
        )
    })
}

/// The first step of a session about evidence.
fn ask(world: &World) -> Result<(EvidenceRequest, AwaitingCommitments)> {
    ask_by(world, &world.holder)
}

fn ask_by(world: &World, holder: &Holder) -> Result<(EvidenceRequest, AwaitingCommitments)> {
    Ok(holder.request_evidence(&world.issued, &mut rng())?)
}

/// A session up to the holder's challenges.
fn challenged(world: &World) -> Result<(EvidenceSession, Vec<u8>, AwaitingResponses)> {
    let (request, offered) = ask(world)?;
    let (session, commitments) = world.authority.open_evidence(&request, &mut rng())?;
    let (challenges, waiting) = offered.challenge(&commitments, &mut rng())?;
    Ok((session, challenges.to_bytes(), waiting))
}

/// And up to the authority's responses.
fn answered(world: &World) -> Result<(Vec<u8>, AwaitingResponses)> {
    let (session, bytes, waiting) = challenged(world)?;
    let challenges = EvidenceChallenges::from_bytes(&bytes)?;
    Ok((world.authority.respond(session, &challenges)?.to_bytes(), waiting))
}

fn evidence_holder_ask(world: &World) -> Result<Operation<'_>> {
    let request = ask(world)?.0.to_bytes();
    operation(ITEMS, Some(request.len()), |times| repeated(times, || ask(world)))
}

fn evidence_authority_commit(world: &World) -> Result<Operation<'_>> {
    let bytes = ask(world)?.0.to_bytes();
    let commit = move || {
        let request = EvidenceRequest::from_bytes(&bytes)?;
        Ok(world.authority.open_evidence(&request, &mut rng())?)
    };
    let commitments = commit()?.1.to_bytes();
    operation(ITEMS, Some(commitments.len()), move |times| repeated(times, &commit))
}

fn evidence_holder_challenge<'a>(world: &'a World, holder: &'a Holder) -> Result<Operation<'a>> {
    let (request, offered) = ask_by(world, holder)?;
    let bytes = world.authority.open_evidence(&request, &mut rng())?.1.to_bytes();
    let challenge = move |offered: AwaitingCommitments| {
        let commitments = EvidenceCommitments::from_bytes(&bytes)?;
        Ok(offered.challenge(&commitments, &mut rng())?)
    };
    let challenges = challenge(offered)?.0.to_bytes();
    operation(ITEMS, Some(challenges.len()), move |times| {
        timed(times, |_| Ok(ask_by(world, holder)?.1), &challenge)
    })
}

fn evidence_authority_answer(world: &World) -> Result<Operation<'_>> {
    let responses = answered(world)?.0;
    operation(ITEMS, Some(responses.len()), |times| {
        timed(
            times,
            |_| challenged(world).map(|(session, bytes, _)| (session, bytes)),
            |(session, bytes)| {
                let challenges = EvidenceChallenges::from_bytes(&bytes)?;
                Ok(world.authority.respond(session, &challenges)?)
            },
        )
    })
}

fn evidence_holder_check(world: &World) -> Result<Operation<'_>> {
    operation(ITEMS, None, |times| {
        timed(
            times,
            |_| answered(world),
            |(bytes, waiting)| Ok(waiting.finish(&EvidenceResponses::from_bytes(&bytes)?)?),
        )
    })
}

/// What a device does after a start, before it can answer.
fn load_credential(world: &World) -> Result<Operation<'_>> {
    let stored = world.holder.store_credential(&world.credential).to_vec();
    operation(1, Some(stored.len()), move |times| {
        repeated(times, || Ok(world.holder.load_credential(&stored)?))
    })
}

/// With the check of the own answer before it leaves.
fn present(world: &World) -> Result<Operation<'_>> {
    presented(world, |evidence, consent| {
        Ok(world.holder.present(&world.credential, evidence, consent, NOW, &mut rng())?)
    })
}

/// Likewise, at a platform where the person has been before.
fn present_in<'a>(world: &'a World, holder: &'a Holder) -> Result<Operation<'a>> {
    let account = world.account(holder)?;
    presented(world, move |evidence, consent| {
        Ok(account.present(&world.credential, evidence, consent, NOW, &mut rng())?)
    })
}

fn presented<'a>(
    world: &'a World,
    present: impl Fn(Evidence, Consent<'_>) -> Result<Outgoing<Presentation>> + 'a,
) -> Result<Operation<'a>> {
    let message = world.presentations.first().map(|(_, bytes)| bytes.len());
    let mut evidence = Vec::new();
    operation(1, message, move |times| {
        let prepare = |_| {
            if evidence.is_empty() {
                evidence = world.evidence();
            }
            Ok((received(&world.request()?), evidence.pop().ok_or("no evidence")?))
        };
        timed(times, prepare, |(request, evidence)| {
            present(evidence, Consent::to_disclose(&request))
        })
    })
}

/// With the check of the own answer before it leaves.
fn log_in(world: &World) -> Result<Operation<'_>> {
    let message = world.logins.first().map(|(_, bytes)| bytes.len());
    operation(1, message, |times| {
        timed(times, |_| Ok(received(&world.login_request()?)), |request| world.log_in(&request))
    })
}

/// Likewise, at a platform where the person has been before.
fn log_in_account(world: &World) -> Result<Operation<'_>> {
    let message = world.logins.first().map(|(_, bytes)| bytes.len());
    let account = world.account(&world.holder)?;
    operation(1, message, move |times| {
        timed(
            times,
            |_| Ok(received(&world.login_request()?)),
            |request| Ok(account.log_in(Consent::to_answer(&request), NOW, &mut rng())?),
        )
    })
}

/// Another place among the answers each time, lest the processor learn one by heart.
fn first(count: usize) -> impl Fn(usize) -> Result<usize> {
    move |time| Ok(time % if count == 1 { SIGNATURES } else { ANSWERS })
}

/// A platform's part, from bytes.
fn presentations(world: &World, count: usize) -> Result<Operation<'_>> {
    let floor = Floor::new(floor::PRESENTATION);
    let verified = operation(count, None, move |times| {
        timed(times, first(count), |first| world.verify(first, count))
    })?;
    Ok(verified.over(move |times| timed(times, first(count), |first| floor.verify(first, count))))
}

/// Likewise.
fn logins(world: &World, count: usize) -> Result<Operation<'_>> {
    let floor = Floor::new(floor::LOGIN);
    let verified = operation(count, None, move |times| {
        timed(times, first(count), |first| world.verify_logins(first, count))
    })?;
    Ok(verified.over(move |times| timed(times, first(count), |first| floor.verify(first, count))))
}
