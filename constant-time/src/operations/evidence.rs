//! The moves by which evidence is fetched.

use pairnym::*;

use super::authority::authority;
use super::holder::{credential, holder};
use crate::Outcome;
use crate::memcheck::publish_within;
use crate::output::Output;
use crate::taint::{CREDENTIAL, Draws, MASTER, RANDOM, SEED, Taint};
use crate::world::{COINS, NONCE, World};

const HOLDER: Taint = MASTER.and(CREDENTIAL).and(RANDOM);
const BATCH: usize = 32 * EVIDENCE_BATCH;

fn requested(world: &World, taint: Taint) -> Outcome<(EvidenceRequest, EvidenceOffered)> {
    let credential = credential(world, taint)?;
    let rng = &mut Draws::new(taint, &[COINS]);
    let (request, offered) = holder(world, taint)?.request_evidence(&credential, rng)?;
    let request = request.to_bytes();
    Output::new("EvidenceRequest", taint, &request)
        .plain("header, params_id", 2 + 32)
        .depends("A′", 32, HOLDER)
        .depends("B′", 32, HOLDER)
        .end();
    Ok((EvidenceRequest::from_bytes(&request)?, offered))
}

pub fn request(world: &World, taint: Taint) -> Outcome<()> {
    requested(world, taint).map(drop)
}

fn opened(
    world: &World,
    authority: &Authority,
    taint: Taint,
) -> Outcome<(EvidenceSession, EvidenceCommitments)> {
    let (request, _) = requested(world, Taint::NONE)?;
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
    opened(world, &authority(world, taint)?, taint).map(drop)
}

pub fn respond(world: &World, taint: Taint) -> Outcome<()> {
    let authority = authority(world, taint)?;
    let (session, commitments) = opened(world, &authority, taint)?;
    let (_, offered) = requested(world, Taint::NONE)?;
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
    session: EvidenceSession,
    challenges: EvidenceChallenges,
    waiting: EvidenceChallenged,
}

fn challenged(world: &World, taint: Taint) -> Outcome<Challenged> {
    let (request, offered) = requested(world, taint)?;
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
    Ok(Challenged { session, challenges: EvidenceChallenges::from_bytes(&challenges)?, waiting })
}

pub fn challenge(world: &World, taint: Taint) -> Outcome<()> {
    challenged(world, taint).map(drop)
}

pub fn finish(world: &World, taint: Taint) -> Outcome<()> {
    let Challenged { session, challenges, waiting } = challenged(world, taint)?;
    let responses = world.authority.respond(session, &challenges)?;
    let evidence = waiting.finish(&responses)?;
    for item in &evidence {
        Output::new("Evidence", taint, &item.export())
            .plain("header", 2)
            .depends("credential id", 32, CREDENTIAL)
            .depends("Ā, B̄, R̄1, R̄2", 4 * 32, HOLDER)
            .depends("z̄", 32, HOLDER)
            .depends("ρ", 32, HOLDER)
            .end();
    }
    Ok(())
}
