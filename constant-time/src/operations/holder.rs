//! What the holder does, but for fetching evidence.

use pairnym::*;

use crate::Outcome;
use crate::memcheck::publish;
use crate::output::Output;
use crate::taint::{ATTRIBUTES, CREDENTIAL, Draws, MASTER, RANDOM, RHO, Taint};
use crate::world::{COINS, NAME, NONCE, NOW, World};

/// The holder: u_k, v and C_u come from the master secret. C_u is what the person is registered
/// by, so public from here on (SPEC §7).
pub fn holder(world: &World, taint: Taint) -> Outcome<Holder> {
    let holder = world.holder(taint)?;
    let commitment = holder.commitment().to_bytes();
    Output::new("Commitment", taint, &commitment).depends("C_u", 32, MASTER).end();
    publish(holder.commitment());
    Ok(holder)
}

/// The 网号, which is public in its scope from here on (SPEC §5.2).
pub fn derive(world: &World, taint: Taint) -> Outcome<()> {
    let pseudonym = holder(world, taint)?.pseudonym(&world.host, None)?;
    Output::new("网号", taint, &pseudonym.to_bytes()).depends("N", 32, MASTER).end();
    Ok(())
}

/// The text form is made of a 网号 that is public already.
pub fn text(world: &World, taint: Taint) -> Outcome<()> {
    let pseudonym = holder(world, taint)?.pseudonym(&world.host, None)?;
    Output::new("网号", taint, &pseudonym.to_bytes()).depends("N", 32, MASTER).end();
    publish(&pseudonym);
    let read: Pseudonym = pseudonym.to_string().parse()?;
    if read == pseudonym { Ok(()) } else { Err("read another 网号".into()) }
}

pub fn enroll(world: &World, taint: Taint) -> Outcome<()> {
    let rng = &mut Draws::new(taint, &[COINS]);
    let request = holder(world, taint)?.enroll(&world.ticket, rng)?.to_bytes();
    let from = MASTER.and(RANDOM);
    Output::new("EnrollmentRequest", taint, &request)
        .plain("header, transaction, C_u", 2 + 32 + 32)
        .depends("T", 32, from)
        .depends("û, v̂", 8 * 32, from)
        .end();
    let mut registry = MemoryRegistry::new(Reenrollment::Refused);
    let request = EnrollmentRequest::from_bytes(&request)?;
    world.authority.enroll(&world.ticket, &request, PersonId([1; 32]), &mut registry)?;
    Ok(())
}

pub fn request(world: &World, taint: Taint) -> Outcome<()> {
    let offer = world.offer.clone();
    taint.values(offer.values());
    let rng = &mut Draws::new(taint, &[COINS]);
    let (request, _) = holder(world, taint)?.request_credential(&offer, NOW, rng)?;
    let request = request.to_bytes();
    let from = MASTER.and(ATTRIBUTES).and(RANDOM);
    Output::new("IssuanceRequest", taint, &request)
        .plain("header, nonce", 2 + 32)
        .depends("T", 32, from)
        .depends("û, v̂", 8 * 32, from)
        .end();
    world.authority.issue(&world.offer, &IssuanceRequest::from_bytes(&request)?)?;
    Ok(())
}

pub fn complete(world: &World, taint: Taint) -> Outcome<()> {
    let offer = world.offer.clone();
    taint.values(offer.values());
    let rng = &mut Draws::new(Taint::NONE, &[COINS]);
    let (_, pending) = holder(world, Taint::NONE)?.request_credential(&offer, NOW, rng)?;
    // M, which the authority knows too; the values lie elsewhere and remain secret.
    publish(&pending);
    let credential = pending.finish(&world.response)?.export();
    check_credential(taint, &credential, Taint::NONE);
    Ok(())
}

/// `from` is what A, e and W depend on.
fn check_credential(taint: Taint, bytes: &[u8], from: Taint) {
    Output::new("Credential", taint, bytes)
        .plain("header, params_id, t", 2 + 32 + 8)
        .depends("A, e, W", 3 * 32, from)
        .plain("count, kind", 2)
        .depends("flag", 1, ATTRIBUTES)
        .plain("kind", 1)
        .depends("flag", 1, ATTRIBUTES)
        .plain("kind", 1)
        .depends("integer", 8, ATTRIBUTES)
        .plain("kind, length", 2)
        .depends("text", NAME.len(), ATTRIBUTES)
        .plain("kind", 1)
        .end();
}

/// The stored bytes, A, e and W secret among them.
fn stored(world: &World, taint: Taint) -> Vec<u8> {
    let mut bytes = world.credential.clone();
    taint.within(CREDENTIAL, &mut bytes[42..138]);
    bytes
}

pub fn credential(world: &World, taint: Taint) -> Outcome<Credential> {
    Ok(Credential::import(&stored(world, taint))?)
}

/// Flags and integers are secret too. The text becomes so once it is read: reading it checks that
/// it is UTF-8, in a time that depends on its bytes.
pub fn import(world: &World, taint: Taint) -> Outcome<()> {
    let mut bytes = stored(world, taint);
    for content in [140..141, 142..143, 144..152] {
        taint.within(ATTRIBUTES, &mut bytes[content]);
    }
    let credential = Credential::import(&bytes)?;
    taint.values(&credential.values()[3..]);
    check_credential(taint, &credential.export(), CREDENTIAL);
    Ok(())
}

fn evidence(world: &World, taint: Taint) -> Outcome<Evidence> {
    let mut bytes = world.evidence.clone();
    taint.within(RHO, &mut bytes[194..226]);
    Ok(Evidence::import(&bytes)?)
}

pub fn present(world: &World, taint: Taint) -> Outcome<()> {
    let platform = world.platform();
    let request = platform
        .request(Purpose::Registration)
        .disclose("age_over_18")
        .require("age_over_18", Condition::Equals(true.into()))
        .build(NOW, &mut Draws::new(Taint::NONE, &[NONCE]))?;
    let credential = credential(world, taint)?;
    taint.values(&credential.values()[1..]);
    let evidence = evidence(world, taint)?;
    let rng = &mut Draws::new(taint, &[COINS]);
    let consent = Consent::to_disclose(&request, &world.host);
    let presentation = holder(world, taint)?.present(&credential, evidence, consent, NOW, rng)?;
    let presentation = presentation.to_bytes();
    let from = MASTER.and(CREDENTIAL).and(RHO).and(ATTRIBUTES).and(RANDOM);
    Output::new("Presentation", taint, &presentation)
        .plain("header, t, disclosed, evidence", 2 + 8 + 1 + 3 + 160)
        .depends("N", 32, MASTER)
        .depends("T_1, T_2", 2 * 32, from)
        .depends("ρ̂, ε̂, û, v̂", 10 * 32, from)
        .plain("count", 1)
        .depends("m̂", 4 * 32, from)
        .end();
    let presentation = Presentation::from_bytes(&presentation)?;
    platform.verify(&request, &presentation, NOW, &mut MemoryNonces::new(1))?;
    Ok(())
}

pub fn login(world: &World, taint: Taint) -> Outcome<()> {
    let platform = world.platform();
    let nonce = &mut Draws::new(Taint::NONE, &[NONCE]);
    let request = platform.request(Purpose::Login).build(NOW, nonce)?;
    let rng = &mut Draws::new(taint, &[COINS]);
    let consent = Consent::to_answer(&request, &world.host);
    let login = holder(world, taint)?.log_in(consent, NOW, rng)?.to_bytes();
    let from = MASTER.and(RANDOM);
    Output::new("Login", taint, &login)
        .plain("header", 2)
        .depends("N", 32, MASTER)
        .depends("T", 32, from)
        .depends("ŝ", 32, from)
        .end();
    platform.verify_login(&request, &Login::from_bytes(&login)?, NOW, &mut MemoryNonces::new(1))?;
    Ok(())
}
