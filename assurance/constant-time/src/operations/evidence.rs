//! The moves by which evidence is fetched.

use pairnym::{authority::*, holder::*, message::*};
use pairnym_testkit::{NOW, received_offer};

use super::authority::authority;
use super::holder::{holder, stored_evidence};
use crate::Outcome;
use crate::memcheck::{make_element_secret_within, make_secret_within, publish_within};
use crate::output::Output;
use crate::taint::{CREDENTIAL, Draws, MASTER, RANDOM, SEED, Taint};
use crate::world::{COINS, NONCE, World};

const HOLDER: Taint = MASTER.and(CREDENTIAL).and(RANDOM);
const BATCH: usize = 32 * EVIDENCE_BATCH;

/// The credential, as it has just been issued. What its response says is secret from here on, and
/// W, the id; M is not, which the authority knows too.
fn issued(world: &World, holder: &Holder, taint: Taint) -> Outcome<IssuedCredential> {
    let rng = &mut Draws::new(Taint::NONE, &[COINS]);
    let offer = received_offer(holder.list(), &world.offer);
    let plain = world.holder(Taint::NONE)?;
    let issued = plain.request_credential(&offer, NOW, rng)?.1.finish(&world.response)?;
    if taint.meets(CREDENTIAL) {
        let (stored, example) = (&world.credential, plain.commitment());
        let example = (example, &example.to_bytes()[..]);
        for element in [&stored[74..106], &stored[138..170]] {
            make_element_secret_within(&issued, element, example);
        }
        make_secret_within(&issued, &stored[106..138]);
        make_secret_within(&issued, &world.evidence[2..34]);
    }
    Ok(issued)
}

fn requested(
    world: &World,
    prepared: bool,
    taint: Taint,
) -> Outcome<(IssuedCredential, EvidenceRequest, AwaitingCommitments)> {
    let mut holder = holder(world, taint)?;
    if prepared {
        holder.prepare();
    }
    let issued = issued(world, &holder, taint)?;
    let rng = &mut Draws::new(taint, &[COINS]);
    let (request, offered) = holder.request_evidence(&issued, rng)?;
    let request = request.to_bytes();
    Output::new("EvidenceRequest", taint, &request)
        .plain("header, params_id", 2 + 32)
        .depends("A′", 32, HOLDER)
        .depends("B′", 32, HOLDER)
        .end();
    Ok((issued, EvidenceRequest::from_bytes(&request)?, offered))
}

pub fn request(world: &World, taint: Taint) -> Outcome<()> {
    requested(world, false, taint).map(drop)
}

fn opened(
    world: &World,
    authority: &Authority,
    taint: Taint,
) -> Outcome<(EvidenceSession, EvidenceCommitments)> {
    let (_, request, _) = requested(world, false, Taint::NONE)?;
    let rng = &mut Draws::new(taint, &[NONCE, COINS]);
    let (session, commitments) = authority.open_evidence(&request, rng)?;
    let commitments = commitments.to_bytes();
    Output::new("EvidenceCommitments", taint, &commitments)
        .plain("header, session", 2 + 32)
        .depends("R1, R2", 2 * BATCH, SEED.and(RANDOM))
        .end();
    Ok((session, EvidenceCommitments::from_bytes(&commitments)?))
}

pub fn open(world: &World, taint: Taint) -> Outcome<()> {
    opened(world, &authority(taint)?, taint).map(drop)
}

pub fn respond(world: &World, taint: Taint) -> Outcome<()> {
    let authority = authority(taint)?;
    let (session, commitments) = opened(world, &authority, taint)?;
    let (_, _, offered) = requested(world, false, Taint::NONE)?;
    let (challenges, waiting) =
        offered.challenge(&commitments, &mut Draws::new(Taint::NONE, &[COINS]))?;
    let responses = authority.respond(session, &challenges)?.to_bytes();
    Output::new("EvidenceResponses", taint, &responses)
        .plain("header, session", 2 + 32)
        .depends("z", BATCH, SEED.and(RANDOM))
        .end();
    waiting.finish(&EvidenceResponses::from_bytes(&responses)?)?;
    Ok(())
}

struct Challenged {
    issued: IssuedCredential,
    session: EvidenceSession,
    challenges: EvidenceChallenges,
    waiting: AwaitingResponses,
}

fn challenged(world: &World, prepared: bool, taint: Taint) -> Outcome<Challenged> {
    let (issued, request, offered) = requested(world, prepared, taint)?;
    let rng = &mut Draws::new(Taint::NONE, &[NONCE, COINS]);
    let (session, commitments) = world.authority.open_evidence(&request, rng)?;
    let rng = &mut Draws::new(taint, &[COINS]);
    let (challenges, waiting) = offered.challenge(&commitments, rng)?;
    let challenges = challenges.to_bytes();
    Output::new("EvidenceChallenges", taint, &challenges)
        .plain("header, session", 2 + 32)
        .depends("c", BATCH, HOLDER)
        .end();
    // The holder's own copy of what it has sent.
    publish_within(&waiting, &challenges[2 + 32..]);
    let challenges = EvidenceChallenges::from_bytes(&challenges)?;
    Ok(Challenged { issued, session, challenges, waiting })
}

/// With a table for X.
pub fn challenge(world: &World, taint: Taint) -> Outcome<()> {
    challenged(world, true, taint).map(drop)
}

/// Without.
pub fn finish(world: &World, taint: Taint) -> Outcome<()> {
    let Challenged { issued, session, challenges, waiting } = challenged(world, false, taint)?;
    let responses = world.authority.respond(session, &challenges)?;
    let (_, evidence) = issued.complete([waiting.finish(&responses)?])?;
    let holder = holder(world, taint)?;
    for item in &evidence {
        let stored = holder.store_evidence(item);
        stored_evidence(taint, &stored, CREDENTIAL, HOLDER, HOLDER);
    }
    Ok(())
}
