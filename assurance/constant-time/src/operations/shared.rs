//! What a lead and its second do, each with secrets of its own (SPEC §20).

use std::sync::OnceLock;

use pairnym::{authority::*, holder::*, message::*, shared::*, *};
use pairnym_testkit::{NOW, Pair, TEN_MINUTES, by_name, received_offer, received_ticket, seeded};

use super::holder::{check_enrollment, check_issuance, check_login, check_presentation};
use crate::Outcome;
use crate::memcheck::publish;
use crate::output::Output;
use crate::taint::{CREDENTIAL, Draws, MASTER, RANDOM, RHO, SHARE, Taint};
use crate::world::{AUTHORITY, COINS, MASTER_SECRET, NAME, NONCE, World};

/// What the lead's and the second's messages depend on.
const LEAD: Taint = MASTER.and(RANDOM);
const SECOND: Taint = SHARE.and(RANDOM);

/// The lead's attempt; the second's randomness, and the lead's.
const ACT: [crate::taint::Draw; 3] = [NONCE, COINS, COINS];

/// The master secret of the testkit's guardian of the ward that has the world's.
fn guardian(taint: Taint) -> MasterSecret {
    let mut guardian = MASTER_SECRET;
    guardian[0] = 0xff;
    MasterSecret::import(taint.bytes(SHARE, guardian))
}

fn ward(taint: Taint) -> MasterSecret {
    MasterSecret::import(taint.bytes(MASTER, MASTER_SECRET))
}

fn authority() -> Outcome<AuthorityId> {
    Ok(AuthorityId::new(AUTHORITY)?)
}

/// Face to face. What each shows the other is public from here on.
pub fn pair(world: &World, taint: Taint) -> Outcome<()> {
    let rng = &mut Draws::new(taint, &ACT);
    let keys = [1, 2].map(|key| ChannelKey([key; 32]));
    let inviting = Second::invite(&guardian(taint), &authority()?, keys[0], rng)?;
    let invitation = inviting.invitation().to_bytes();
    Output::new("PairingInvitation", taint, &invitation)
        .plain("header, authority, pid, key", 2 + 1 + AUTHORITY.len() + 2 * 32)
        .depends("D", 32, SHARE)
        .depends("T, d̂", 2 * 32, SECOND)
        .end();
    publish(inviting.invitation());
    let invitation = PairingInvitation::from_bytes(&invitation)?;
    let list = world.authority.list().clone();
    let (answer, lead) = Lead::accept(&ward(taint), list, &invitation, keys[1], rng)?;
    let answer = answer.to_bytes();
    Output::new("PairingAnswer", taint, &answer)
        .plain("header, pid, key", 2 + 2 * 32)
        .depends("C_1", 32, MASTER)
        .depends("T, û, v̂", 9 * 32, LEAD)
        .end();
    let second = inviting.accept(&PairingAnswer::from_bytes(&answer)?)?;
    let commitment = lead.commitment().to_bytes();
    Output::new("Commitment", taint, &commitment).depends("C_u", 32, MASTER).end();
    if second.commitment().to_bytes() == commitment { Ok(()) } else { Err("another C_u".into()) }
}

/// What both devices have in storage.
struct Stored {
    list: Vec<u8>,
    pairing: Vec<u8>,
    share: Vec<u8>,
    credential: Vec<u8>,
    evidence: Vec<u8>,
    offer: OpenOffer,
}

fn stored(world: &World) -> &'static Stored {
    static STORED: OnceLock<Stored> = OnceLock::new();
    STORED.get_or_init(|| {
        let World { authority, .. } = world;
        let mut pair = Pair::new(MASTER_SECRET[0], authority.list());
        let values = || [true.into(), true.into(), 3.into(), NAME.into()];
        let (credential, evidence) = pair.credential(authority, values(), NOW);
        let (commitment, rng) = (*pair.lead.commitment(), &mut seeded(2));
        let values = by_name(authority, values());
        let offer = authority.offer(commitment, values, TEN_MINUTES, NOW, rng);
        Stored {
            list: pair.lead.store_list(),
            pairing: pair.lead.store_pairing(),
            share: pair.second.store().to_vec(),
            credential: pair.lead.store_credential(&credential).to_vec(),
            evidence: pair.lead.store_evidence(&evidence[0]).to_vec(),
            offer: offer.expect("values that fit"),
        }
    })
}

/// From storage. C_u is public (SPEC §7).
fn lead(world: &World, taint: Taint) -> Outcome<Lead> {
    let Stored { list, pairing, .. } = stored(world);
    let lead = Lead::restore_pairing(&ward(taint), &authority()?, list, pairing)?;
    publish(lead.commitment());
    Ok(lead)
}

/// From storage, d being secret.
fn second(world: &World, taint: Taint) -> Outcome<Second> {
    let mut share = stored(world).share.clone();
    taint.within(SHARE, &mut share[98..130]);
    Ok(Second::restore(&guardian(taint), &authority()?, &share)?)
}

pub fn restore_lead(world: &World, taint: Taint) -> Outcome<()> {
    let lead = lead(world, taint)?;
    Output::new("Pairing", taint, &lead.store_pairing())
        .plain("header, pid, key, D", 2 + 3 * 32)
        .depends("MAC", 32, MASTER)
        .end();
    Ok(())
}

/// From storage, and from the master secret alone.
pub fn restore_second(world: &World, taint: Taint) -> Outcome<()> {
    let record = lead(world, Taint::NONE)?.record(ChannelKey([2; 32]));
    for second in [second(world, taint)?, Second::recover(&guardian(taint), &record)?] {
        check_share(taint, &second.store(), SHARE, SHARE);
    }
    Ok(())
}

fn check_share(taint: Taint, bytes: &[u8], d: Taint, key: Taint) {
    Output::new("Share", taint, bytes)
        .plain("header, pid, key, C_u", 2 + 3 * 32)
        .depends("d", 32, d)
        .depends("MAC", 32, d.and(key))
        .end();
}

/// What the second sends at the hand-over, d being secret.
fn transfer(world: &World, taint: Taint) -> Outcome<ShareTransfer> {
    let mut bytes = second(world, Taint::NONE)?.transfer().to_bytes();
    let at = bytes.len() - 32;
    taint.within(SHARE, &mut bytes[at..]);
    Ok(ShareTransfer::from_bytes(&bytes)?)
}

/// The hand-over, and the share from the ward's storage.
pub fn take_over(world: &World, taint: Taint) -> Outcome<()> {
    let lead = lead(world, taint)?;
    let (alone, share) = lead.take_over(&ward(taint), &transfer(world, taint)?)?;
    check_share(taint, &share, SHARE, MASTER);
    let (list, mut share) = (&stored(world).list, share.to_vec());
    taint.within(SHARE, &mut share[98..130]);
    let again = Holder::restore_share(&ward(taint), &authority()?, list, &share)?;
    for alone in [alone, again] {
        let commitment = alone.commitment().to_bytes();
        Output::new("Commitment", taint, &commitment).depends("C_u", 32, MASTER.and(SHARE)).end();
    }
    Ok(())
}

/// Both devices, in one act.
struct Two {
    lead: Lead,
    second: Second,
    taint: Taint,
}

impl Two {
    fn new(world: &World, taint: Taint) -> Outcome<Self> {
        Ok(Self { lead: lead(world, taint)?, second: second(world, taint)?, taint })
    }

    /// The second's person consents. h and N_2 are the lead's from here on.
    fn approve(
        &self,
        world: &World,
        request: &CoRequest,
        rng: &mut Draws<'_>,
    ) -> Outcome<(CoApproval, CoSession)> {
        let list = self.lead.list();
        let ticket = received_ticket(list, &world.ticket);
        let (approval, session) = match self.second.read(&request.to_bytes(), list, NOW)? {
            Asked::Enrollment(asked) => asked.approve(&ticket, rng)?,
            Asked::Credential(asked) => asked.approve(rng)?,
            Asked::Answer(asked) => asked.approve_and_disclose(rng)?,
        };
        let bytes = approval.to_bytes();
        let output = Output::new("CoApproval", self.taint, &bytes)
            .plain("header, pid", 2 + 32)
            .depends("h", 32, SECOND)
            .plain("flag", 1);
        match request.act().request() {
            Some(_) => output.depends("N_2", 32, SHARE).end(),
            None => output.end(),
        }
        publish(session.id());
        Ok((CoApproval::from_bytes(&bytes)?, session))
    }

    /// T_G and z are the lead's from here on.
    fn answer(&self, session: CoSession, nonces: &[u8], points: usize) -> Outcome<CoAnswer> {
        let nonces = CoNonces::from_bytes(nonces)?;
        let answer = self.second.answer(session, &nonces, NOW)?.to_bytes();
        Output::new("CoAnswer", self.taint, &answer)
            .plain("header, h, count", 2 + 32 + 1)
            .depends("T_G", 32 * points, SECOND)
            .depends("z", 32, SECOND)
            .end();
        Ok(CoAnswer::from_bytes(&answer)?)
    }
}

/// Header, h and act; then T_W.
fn nonces<'a>(taint: Taint, bytes: &'a [u8], points: usize, from: Taint) -> Output<'a> {
    let output = Output::new("CoNonces", taint, bytes).plain("header, h, act", 2 + 32 + 1);
    output.depends("T_W", 32 * points, from)
}

pub fn enroll(world: &World, taint: Taint) -> Outcome<()> {
    let (two, rng) = (Two::new(world, taint)?, &mut Draws::new(taint, &ACT));
    let ticket = world.ticket.ticket().to_bytes();
    let (request, waiting) = two.lead.ask_to_enroll(&ticket, rng)?;
    let (approval, session) = two.approve(world, &request, rng)?;
    let (shown, waiting) = waiting.commit(&approval, rng)?;
    let shown = shown.to_bytes();
    nonces(taint, &shown, 1, LEAD).end();
    let made = waiting.complete(&two.answer(session, &shown, 1)?)?;
    check_enrollment(world, taint, made.as_bytes())
}

pub fn request_credential(world: &World, taint: Taint) -> Outcome<()> {
    let (two, rng) = (Two::new(world, taint)?, &mut Draws::new(taint, &ACT));
    let open = &stored(world).offer;
    let offer = received_offer(two.lead.list(), open);
    let (request, waiting) = two.lead.ask_for_credential(&offer, NOW, rng)?;
    let (approval, session) = two.approve(world, &request, rng)?;
    let (shown, waiting) = waiting.commit(&approval, NOW, rng)?;
    let shown = shown.to_bytes();
    nonces(taint, &shown, 1, LEAD).end();
    let (made, _) = waiting.complete(&two.answer(session, &shown, 1)?)?;
    check_issuance(world, open, taint, made.as_bytes())
}

pub fn present(world: &World, taint: Taint) -> Outcome<()> {
    let (two, rng) = (Two::new(world, taint)?, &mut Draws::new(taint, &ACT));
    let mut credential = stored(world).credential.clone();
    taint.within(CREDENTIAL, &mut credential[74..170]);
    let credential = two.lead.load_credential(&credential)?;
    taint.values(&credential.values()[1..]);
    let mut evidence = stored(world).evidence.clone();
    taint.within(RHO, &mut evidence[194..226]);
    let evidence = two.lead.load_evidence(&evidence)?;
    let pending = world.request()?;
    let received = pairnym_testkit::received(&pending);
    let consent = Consent::to_disclose(&received);
    let (request, waiting) = two.lead.ask_to_present(&credential, consent, NOW, rng)?;
    let (approval, session) = two.approve(world, &request, rng)?;
    let (shown, waiting) = waiting.commit(evidence, &approval, NOW, rng)?;
    let shown = shown.to_bytes();
    let from = LEAD.and(CREDENTIAL).and(RHO).and(crate::taint::ATTRIBUTES);
    nonces(taint, &shown, 2, from).depends("N", 32, MASTER).plain("evidence", 160).end();
    let made = waiting.complete(&two.answer(session, &shown, 2)?)?;
    check_presentation(world, &pending, taint, made.as_bytes())
}

pub fn login(world: &World, taint: Taint) -> Outcome<()> {
    let (two, rng) = (Two::new(world, taint)?, &mut Draws::new(taint, &ACT));
    let platform = world.platform();
    let nonce = &mut Draws::new(Taint::NONE, &[NONCE]);
    let pending = platform.request_login(Purpose::Login).build(NOW, nonce)?;
    let received = pairnym_testkit::received(&pending);
    let (request, waiting) = two.lead.ask_to_log_in(Consent::to_answer(&received), NOW, rng)?;
    let (approval, session) = two.approve(world, &request, rng)?;
    let (shown, waiting) = waiting.commit(&approval, NOW, rng)?;
    let shown = shown.to_bytes();
    nonces(taint, &shown, 1, LEAD).depends("N", 32, MASTER).end();
    let made = waiting.complete(&two.answer(session, &shown, 2)?)?;
    check_login(&platform, &pending, taint, made.as_bytes())
}
