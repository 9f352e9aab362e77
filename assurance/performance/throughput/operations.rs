//! What is measured, in the order of a person's life.

use std::rc::Rc;
use std::time::Duration;

use pairnym::{authority::*, holder::*, message::*, store::*};

use crate::Result;
use crate::floor::{self, Floor};
use crate::measure::{Operation, repeated, timed};
use crate::world::{
    ANSWERS, Everybody, MINUTES, NOW, SIGNATURES, World, offer, received, received_offer, rng,
};

/// So many items have each step of an evidence session.
const ITEMS: usize = EVIDENCE_BATCH;

pub fn all(world: &World) -> Result<Vec<Operation<'_>>> {
    let known_key = move |times| repeated(times, || world.yardstick.verify_with_known_key());
    let mut operations = vec![operation("ed25519, key decoded before", 1, None, known_key)];
    operations.extend(enrollment(world)?);
    operations.extend(issuance(world)?);
    operations.extend(evidence(world)?);
    operations.extend(storage(world));
    operations.extend(answers(world)?);
    operations.extend(verification(world));
    Ok(operations)
}

fn operation<'a>(
    name: &'static str,
    items: usize,
    message: Option<Vec<u8>>,
    run: impl FnMut(usize) -> Result<Duration> + 'a,
) -> Operation<'a> {
    let bytes = message.map(|bytes| bytes.len());
    Operation { name, items, bytes, run: Box::new(run), floor: None }
}

fn enrollment(world: &World) -> Result<Vec<Operation<'_>>> {
    let World { authority, holder, .. } = world;
    let open = authority.open_ticket(TransactionId([1; 32]), MINUTES, NOW, &mut rng())?;
    let (list, bytes) = (holder.list(), open.ticket().to_bytes());
    let ticket = Received::<EnrollmentTicket>::from_authority(list, list.host(), &bytes)?;
    let request = holder.enroll(&ticket, &mut rng())?.into_bytes();
    let received = request.clone();
    let person = PersonId([1; 32]);
    Ok(vec![
        operation("enroll: holder", 1, Some(request), move |times| {
            repeated(times, || Ok(holder.enroll(&ticket, &mut rng())?))
        }),
        operation("enroll: authority", 1, None, move |times| {
            repeated(times, || {
                let request = EnrollmentRequest::from_bytes(&received)?;
                Ok(authority.enroll(&open, &request, person, NOW, &Everybody)?)
            })
        }),
    ])
}

fn issuance(world: &World) -> Result<Vec<Operation<'_>>> {
    let World { authority, holder, .. } = world;
    let open = offer(authority, holder)?;
    let offer = Rc::new(received_offer(holder, &open)?);
    let request = holder.request_credential(&offer, NOW, &mut rng())?.0.into_bytes();
    let answered = IssuanceRequest::from_bytes(&request)?;
    let response = authority.issue(&open, &answered, NOW, &Everybody)?.to_bytes();
    let (received_request, received_response) = (request.clone(), response.clone());
    let asked = offer.clone();
    Ok(vec![
        operation("issue: holder asks", 1, Some(request), move |times| {
            repeated(times, || Ok(holder.request_credential(&asked, NOW, &mut rng())?))
        }),
        operation("issue: authority", 1, Some(response), move |times| {
            repeated(times, || {
                let request = IssuanceRequest::from_bytes(&received_request)?;
                Ok(authority.issue(&open, &request, NOW, &Everybody)?)
            })
        }),
        operation("issue: holder checks", 1, None, move |times| {
            timed(
                times,
                |_| Ok(holder.request_credential(&offer, NOW, &mut rng())?.1),
                |pending| Ok(pending.finish(&IssuanceResponse::from_bytes(&received_response)?)?),
            )
        }),
    ])
}

/// Every step for one of the 32 items; the bytes are those of the batch.
fn evidence(world: &World) -> Result<Vec<Operation<'_>>> {
    let World { authority, holder, issued, .. } = world;
    let ask = || Ok(holder.request_evidence(issued, &mut rng())?);
    let (request, offered) = ask()?;
    let (session, commitments) = authority.open_evidence(&request, &mut rng())?;
    let challenges = offered.challenge(&commitments, &mut rng())?.0;
    let responses = authority.respond(session, &challenges)?.to_bytes();
    let (request, commitments) = (request.to_bytes(), commitments.to_bytes());
    let (received_request, received_commitments) = (request.clone(), commitments.clone());
    Ok(vec![
        operation("evidence: holder asks", ITEMS, Some(request), move |times| repeated(times, ask)),
        operation("evidence: authority commits", ITEMS, Some(commitments), move |times| {
            repeated(times, || {
                let request = EvidenceRequest::from_bytes(&received_request)?;
                Ok(authority.open_evidence(&request, &mut rng())?)
            })
        }),
        operation(
            "evidence: holder challenges",
            ITEMS,
            Some(challenges.to_bytes()),
            move |times| {
                timed(
                    times,
                    |_| Ok(ask()?.1),
                    |offered| {
                        let commitments = EvidenceCommitments::from_bytes(&received_commitments)?;
                        Ok(offered.challenge(&commitments, &mut rng())?)
                    },
                )
            },
        ),
        operation("evidence: authority answers", ITEMS, Some(responses), move |times| {
            timed(
                times,
                |_| challenged(world).map(|(session, bytes, _)| (session, bytes)),
                |(session, bytes)| {
                    Ok(authority.respond(session, &EvidenceChallenges::from_bytes(&bytes)?)?)
                },
            )
        }),
        operation("evidence: holder checks", ITEMS, None, move |times| {
            timed(
                times,
                |_| {
                    let (session, bytes, waiting) = challenged(world)?;
                    let challenges = EvidenceChallenges::from_bytes(&bytes)?;
                    Ok((authority.respond(session, &challenges)?.to_bytes(), waiting))
                },
                |(bytes, waiting)| Ok(waiting.finish(&EvidenceResponses::from_bytes(&bytes)?)?),
            )
        }),
    ])
}

/// A session up to the holder's challenges.
fn challenged(world: &World) -> Result<(EvidenceSession, Vec<u8>, AwaitingResponses)> {
    let World { authority, holder, issued, .. } = world;
    let (request, offered) = holder.request_evidence(issued, &mut rng())?;
    let (session, commitments) = authority.open_evidence(&request, &mut rng())?;
    let (challenges, waiting) = offered.challenge(&commitments, &mut rng())?;
    Ok((session, challenges.to_bytes(), waiting))
}

/// What a device does after a start, before it can answer.
fn storage(world: &World) -> Vec<Operation<'_>> {
    let World { holder, credential, .. } = world;
    let stored = holder.store_credential(credential).to_vec();
    vec![operation("read a stored credential", 1, Some(stored.clone()), move |times| {
        repeated(times, || Ok(holder.load_credential(&stored)?))
    })]
}

/// Each with the check of the own answer before it leaves.
fn answers(world: &World) -> Result<Vec<Operation<'_>>> {
    let presentation = world.presentations.first().map(|(_, bytes)| bytes.clone());
    let login = world.logins.first().map(|(_, bytes)| bytes.clone());
    let mut evidence = Vec::new();
    Ok(vec![
        operation("present", 1, presentation, move |times| {
            let prepare = |_| {
                if evidence.is_empty() {
                    evidence = world.evidence()?;
                }
                Ok((received(&world.request()?)?, evidence.pop().ok_or("no evidence")?))
            };
            timed(times, prepare, |(request, evidence)| world.present(&request, evidence))
        }),
        operation("log in", 1, login, move |times| {
            timed(times, |_| received(&world.login_request()?), |request| world.log_in(&request))
        }),
    ])
}

/// A platform's part, from bytes.
fn verification(world: &World) -> Vec<Operation<'_>> {
    let floor = Rc::new(Floor::new(floor::PRESENTATION));
    let login_floor = Rc::new(Floor::new(floor::LOGIN));
    // Other answers each time, lest the processor learn one by heart.
    let first = |count| move |time| Ok(time % if count == 1 { SIGNATURES } else { ANSWERS });
    let presentations = |name, count| {
        let floor = floor.clone();
        operation(name, count, None, move |times| {
            timed(times, first(count), |first| world.verify(first, count))
        })
        .over(move |times| timed(times, first(count), |first| floor.verify(first, count)))
    };
    let logins = |name, count| {
        let floor = login_floor.clone();
        operation(name, count, None, move |times| {
            timed(times, first(count), |first| world.verify_logins(first, count))
        })
        .over(move |times| timed(times, first(count), |first| floor.verify(first, count)))
    };
    vec![
        presentations("verify one", 1),
        presentations("verify 64 together", 64),
        presentations("verify 1024 together", 1024),
        logins("verify one login", 1),
        logins("verify 64 logins together", 64),
        logins("verify 1024 logins together", 1024),
    ]
}
