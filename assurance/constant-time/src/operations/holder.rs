//! What the holder does, but for fetching evidence.

use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::{NOW, received, received_offer, received_ticket};

use crate::Outcome;
use crate::memcheck::{make_secret_in_place, publish};
use crate::output::Output;
use crate::taint::{ATTRIBUTES, CREDENTIAL, Draws, MASTER, RANDOM, RHO, Taint};
use crate::world::{AUTHORITY, COINS, MASTER_SECRET, NAME, NONCE, World};

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
    let holder = holder(world, taint)?;
    let ticket = received_ticket(holder.list(), &world.ticket);
    check_enrollment(world, taint, holder.enroll(&ticket, rng)?.as_bytes())
}

pub fn check_enrollment(world: &World, taint: Taint, request: &[u8]) -> Outcome<()> {
    let from = MASTER.and(RANDOM);
    Output::new("EnrollmentRequest", taint, request)
        .plain("header, transaction, C_u", 2 + 32 + 32)
        .depends("T", 32, from)
        .depends("û, v̂", 8 * 32, from)
        .end();
    let registry = MemoryRegistry::new(Reenrollment::Refused);
    let request = EnrollmentRequest::from_bytes(request)?;
    world.authority.enroll(&world.ticket, &request, PersonId([1; 32]), NOW, &registry)?;
    Ok(())
}

/// The offer as it came: its values are secret, and so are its bytes but for those of the text,
/// which are checked each time that they are read.
fn offer(world: &World, holder: &Holder, taint: Taint) -> Outcome<Received<IssuanceOffer>> {
    let offer = received_offer(holder.list(), &world.offer);
    taint.values(offer.values());
    if taint.meets(ATTRIBUTES) {
        for content in [108..109, 110..111, 112..120] {
            make_secret_in_place(&offer.bytes()[content]);
        }
    }
    Ok(offer)
}

pub fn request(world: &World, taint: Taint) -> Outcome<()> {
    let holder = holder(world, taint)?;
    let offer = offer(world, &holder, taint)?;
    let rng = &mut Draws::new(taint, &[COINS]);
    let (request, _) = holder.request_credential(&offer, NOW, rng)?;
    check_issuance(world, &world.offer, taint, request.as_bytes())
}

pub fn check_issuance(
    world: &World,
    offer: &OpenOffer,
    taint: Taint,
    request: &[u8],
) -> Outcome<()> {
    let from = MASTER.and(ATTRIBUTES).and(RANDOM);
    Output::new("IssuanceRequest", taint, request)
        .plain("header, nonce", 2 + 32)
        .depends("T", 32, from)
        .depends("û, v̂", 8 * 32, from)
        .end();
    let request = IssuanceRequest::from_bytes(request)?;
    let _ = world.authority.check_issuance(offer, &request, NOW)?.issue_if(true)?;
    Ok(())
}

/// From the response to the credential in storage.
pub fn complete(world: &World, taint: Taint) -> Outcome<()> {
    let holder = holder(world, Taint::NONE)?;
    let offer = offer(world, &holder, taint)?;
    let rng = &mut Draws::new(Taint::NONE, &[COINS]);
    let (_, pending) = holder.request_credential(&offer, NOW, rng)?;
    // M, which the authority knows too; the values lie elsewhere and remain secret.
    publish(&pending);
    let issued = pending.finish(&world.response)?;
    let rng = &mut Draws::new(Taint::NONE, &[COINS, NONCE, COINS, COINS]);
    let (asked, offered) = holder.request_evidence(&issued, rng)?;
    let (session, commitments) = world.authority.open_evidence(&asked, rng)?;
    let (challenges, waiting) = offered.challenge(&commitments, rng)?;
    let batch = waiting.finish(&world.authority.respond(session, &challenges)?)?;
    let (credential, _) = issued.complete([batch])?;
    stored_credential(taint, &holder.store_credential(&credential), Taint::NONE);
    Ok(())
}

/// `from` is what A, e and W depend on.
fn stored_credential(taint: Taint, bytes: &[u8], from: Taint) {
    Output::new("Credential", taint, bytes)
        .plain("header, params_id, t, C_u", 2 + 32 + 8 + 32)
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
        .depends("MAC", 32, MASTER.and(from).and(ATTRIBUTES))
        .end();
}

/// What the credential's id, the blinded points and response, and ρ depend on.
pub fn stored_evidence(taint: Taint, bytes: &[u8], id: Taint, shown: Taint, rho: Taint) {
    Output::new("Evidence", taint, bytes)
        .plain("header", 2)
        .depends("credential id", 32, id)
        .depends("Ā, B̄, R̄1, R̄2", 4 * 32, shown)
        .depends("z̄", 32, shown)
        .depends("ρ", 32, rho)
        .depends("MAC", 32, MASTER.and(id).and(shown).and(rho))
        .end();
}

/// The device starts again: its storage key, and its list by its MAC.
pub fn restore(world: &World, taint: Taint) -> Outcome<()> {
    let list = world.holder(Taint::NONE)?.store_list();
    let master = MasterSecret::import(taint.bytes(MASTER, MASTER_SECRET));
    let holder = Holder::restore(&master, &AuthorityId::new(AUTHORITY)?, &list)?;
    Output::new("ParameterList", taint, &holder.store_list())
        .plain("all but the MAC", list.len() - 32)
        .depends("MAC", 32, MASTER)
        .end();
    Ok(())
}

/// From storage, A, e and W being secret.
fn credential(world: &World, holder: &Holder, taint: Taint) -> Outcome<Credential> {
    let mut bytes = world.credential.clone();
    taint.within(CREDENTIAL, &mut bytes[74..170]);
    Ok(holder.load_credential(&bytes)?)
}

/// Flags and integers are secret too. The text becomes so once it is read: reading it checks its
/// characters, in a time that depends on them.
pub fn load_credential(world: &World, taint: Taint) -> Outcome<()> {
    let holder = holder(world, taint)?;
    let mut bytes = world.credential.clone();
    taint.within(CREDENTIAL, &mut bytes[74..170]);
    for content in [172..173, 174..175, 176..184] {
        taint.within(ATTRIBUTES, &mut bytes[content]);
    }
    let credential = holder.load_credential(&bytes)?;
    taint.values(&credential.values()[3..]);
    stored_credential(taint, &holder.store_credential(&credential), CREDENTIAL);
    Ok(())
}

/// From storage, ρ being secret.
fn evidence(world: &World, holder: &Holder, taint: Taint) -> Outcome<Evidence> {
    let mut bytes = world.evidence.clone();
    taint.within(RHO, &mut bytes[194..226]);
    Ok(holder.load_evidence(&bytes)?)
}

pub fn load_evidence(world: &World, taint: Taint) -> Outcome<()> {
    let holder = holder(world, taint)?;
    let evidence = evidence(world, &holder, taint)?;
    let stored = holder.store_evidence(&evidence);
    stored_evidence(taint, &stored, Taint::NONE, Taint::NONE, RHO);
    Ok(())
}

/// All values are secret, those too on which the platform has conditions: one of them is not met,
/// so nothing is disclosed. The refusal says that, and not which.
pub fn condition(world: &World, taint: Taint) -> Outcome<()> {
    let holder = holder(world, Taint::NONE)?;
    let credential = credential(world, &holder, Taint::NONE)?;
    taint.values(credential.values());
    let request = world
        .platform()
        .request(Purpose::Registration)
        .disclose("age_over_18")
        .disclose("assurance")
        .disclose("name")
        .require("age_over_18", Condition::Equals(true.into()))
        .require("assurance", Condition::Equals(4.into()))
        .require("assurance", Condition::AtLeast(2))
        .require("assurance", Condition::AtMost(2))
        .require("name", Condition::Equals("张三 Zhang Si!".into()))
        .require("name", Condition::Present)
        .build(NOW, &mut Draws::new(Taint::NONE, &[NONCE]))?;
    let request = received(&request);
    let evidence = evidence(world, &holder, Taint::NONE)?;
    let rng = &mut Draws::new(Taint::NONE, &[]);
    let refused = holder.present(&credential, evidence, Consent::to_disclose(&request), NOW, rng);
    match refused {
        Err(refused) if refused.error() == Error::ConditionUnmet => Ok(()),
        _ => Err("a condition that is not met was not refused".into()),
    }
}

pub fn present(world: &World, taint: Taint) -> Outcome<()> {
    let pending = world.request()?;
    let holder = holder(world, taint)?;
    let credential = credential(world, &holder, taint)?;
    taint.values(&credential.values()[1..]);
    let evidence = evidence(world, &holder, taint)?;
    let rng = &mut Draws::new(taint, &[COINS]);
    let request = received(&pending);
    let consent = Consent::to_disclose(&request);
    let presentation = holder.present(&credential, evidence, consent, NOW, rng)?;
    check_presentation(world, &pending, taint, presentation.as_bytes())
}

pub fn check_presentation(
    world: &World,
    pending: &Request,
    taint: Taint,
    presentation: &[u8],
) -> Outcome<()> {
    let from = MASTER.and(CREDENTIAL).and(RHO).and(ATTRIBUTES).and(RANDOM);
    Output::new("Presentation", taint, presentation)
        .plain("header, nonce, slot, disclosed, evidence", 2 + 32 + 1 + 1 + 2 + 160)
        .depends("N", 32, MASTER)
        .depends("T_1, T_2", 2 * 32, from)
        .depends("ρ̂, ε̂, û, v̂", 10 * 32, from)
        .plain("count", 1)
        .depends("m̂", 4 * 32, from)
        .end();
    let presentation = Presentation::from_bytes(presentation)?;
    world.platform().verify(pending, &presentation, NOW, &MemoryNonces::new(1))?;
    Ok(())
}

pub fn login(world: &World, taint: Taint) -> Outcome<()> {
    let platform = world.platform();
    let nonce = &mut Draws::new(Taint::NONE, &[NONCE]);
    let pending = platform.request_login(Purpose::Login).build(NOW, nonce)?;
    let request = received(&pending);
    let rng = &mut Draws::new(taint, &[COINS]);
    let login = holder(world, taint)?.log_in(Consent::to_answer(&request), NOW, rng)?;
    check_login(&platform, &pending, taint, login.as_bytes())
}

/// As a device without an allocator does.
pub fn login_alone(world: &World, taint: Taint) -> Outcome<()> {
    let platform = world.platform();
    let nonce = &mut Draws::new(Taint::NONE, &[NONCE]);
    let pending = platform.request_login(Purpose::Login).build(NOW, nonce)?;
    let bytes = pending.to_bytes();
    let request = LoginRequest::from_host(&world.host, &bytes)?;
    let master = MasterSecret::import(taint.bytes(MASTER, MASTER_SECRET));
    let secrets = HolderSecrets::derive(&master, &AuthorityId::new(AUTHORITY)?);
    let login = request.log_in(&secrets, NOW, &mut Draws::new(taint, &[COINS]))?;
    check_login(&platform, &pending, taint, &login)
}

/// A login, before and after it is sent.
pub fn check_login(
    platform: &Platform,
    pending: &Request,
    taint: Taint,
    login: &[u8],
) -> Outcome<()> {
    let from = MASTER.and(RANDOM);
    Output::new("Login", taint, login)
        .plain("header, nonce", 2 + 32)
        .depends("N", 32, MASTER)
        .depends("T", 32, from)
        .depends("ŝ", 32, from)
        .end();
    let (login, nonces) = (Login::from_bytes(login)?, MemoryNonces::new(1));
    platform.verify_login(pending, &login, |_| Some(()), NOW, &nonces)?;
    Ok(())
}
