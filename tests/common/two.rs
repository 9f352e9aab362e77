//! What two devices of one person send each other and store (SPEC §14.17), with given coins, and
//! where its fields stand.

use std::sync::LazyLock;

use super::life::{Layout, Life, OPENING, Sample, coins};
use pairnym::{authority::*, holder::*, message::*, shared::*, *};
use pairnym_testkit::*;

/// The lead's master secret, and its second's.
pub const LEAD: [u8; 32] = [21; 32];
const SECOND: [u8; 32] = [22; 32];

fn master(secret: &[u8; 32]) -> MasterSecret {
    MasterSecret::import(*secret)
}

/// The list of [`Life`], as the lead stored it.
static STORED_LIST: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let list = authority(1, &ATTRIBUTES, NOW).list().clone();
    Holder::new(&master(&LEAD), list).unwrap().store_list()
});

fn invite<T>(
    life: &Life,
    invite: impl FnOnce(&MasterSecret, &AuthorityId, ChannelKey, &mut Given) -> Result<T, Error>,
) -> T {
    let rng = &mut coins(&[(24, 32), (25, 64)]);
    let authority = life.authority.parameters().authority();
    invite(&master(&SECOND), authority, ChannelKey([23; 32]), rng).unwrap()
}

/// A lead and its second, and what each act of theirs had as messages.
struct Two<'a> {
    life: &'a Life,
    lead: Lead,
    second: Second,
    offer: OpenOffer,
    samples: Vec<Sample>,
}

impl Two<'_> {
    fn approve(&self, request: &CoRequest) -> (CoApproval, CoSession) {
        let (list, rng) = (self.life.authority.list(), &mut coins(&[(29, 64)]));
        match self.second.read(&request.to_bytes(), list, NOW).unwrap() {
            Asked::Enrollment(asked) => {
                asked.approve(&received_ticket(list, &self.life.ticket), rng)
            }
            Asked::Credential(asked) => asked.approve(rng),
            Asked::Answer(asked) => asked.approve_and_disclose(rng),
        }
        .unwrap()
    }

    fn answer(&self, session: CoSession, nonces: &CoNonces) -> CoAnswer {
        self.second.answer(session, nonces, NOW).unwrap()
    }

    /// Keeps the four messages of an act whose body has this layout.
    fn keep(
        &mut self,
        body: impl FnOnce(Layout) -> Layout,
        act: Layout,
        (request, approval, nonces, answer): (&CoRequest, &CoApproval, &CoNonces, &CoAnswer),
    ) {
        let for_request = request.act().request().is_some();
        let pairing = || Layout::message().bytes("pid", 32);
        let session = || Layout::message().bytes("h", 32);
        let head = pairing().bytes("attempt", 32).bytes("body version", 1).bytes("body kind", 1);
        let approved = pairing().bytes("h", 32).bytes("flag", 1);
        let answered = session().bytes("count", 1);
        let (approved, answered) = if for_request {
            (approved.points(["N_2"]), answered.points(["T_G1", "T_G2"]))
        } else {
            (approved, answered.points(["T_G1"]))
        };
        self.samples.extend([
            Sample::new("CoRequest", 27, request, body(head)),
            Sample::new("CoApproval", 28, approval, approved),
            Sample::new("CoNonces", 29, nonces, act),
            Sample::new("CoAnswer", 30, answer, answered.scalars(["z"])),
        ]);
    }

    fn enroll(&mut self) {
        let ticket = received_ticket(self.life.authority.list(), &self.life.ticket);
        let asked = &mut coins(&[(28, 32)]);
        let (request, waiting) = self.lead.ask_to_enroll(ticket.bytes(), asked).unwrap();
        let (approval, session) = self.approve(&request);
        let (nonces, waiting) = waiting.commit(&approval, &mut coins(&[(30, 64)])).unwrap();
        let answer = self.answer(session, &nonces);
        waiting.complete(&answer).unwrap();
        let length = ticket.bytes().len() - 2;
        self.keep(
            |head| head.bytes("body", length),
            opening(),
            (&request, &approval, &nonces, &answer),
        );
    }

    /// And fetches the credential with its evidence.
    fn accept(&mut self) -> (Credential, Vec<Evidence>) {
        let offer = received_offer(self.life.authority.list(), &self.offer);
        let asked = &mut coins(&[(28, 32)]);
        let (request, waiting) = self.lead.ask_for_credential(&offer, NOW, asked).unwrap();
        let (approval, session) = self.approve(&request);
        let (nonces, waiting) = waiting.commit(&approval, NOW, &mut coins(&[(30, 64)])).unwrap();
        let answer = self.answer(session, &nonces);
        let (made, waiting) = waiting.complete(&answer).unwrap();
        let authority = &self.life.authority;
        let response = authority.issue(&self.offer, &sent(&made), NOW, &Everybody).unwrap();
        let issued = waiting.finish(&response).unwrap();
        let batch = batch(authority, &self.lead, &issued, &mut seeded(31));
        let fetched = issued.complete([batch]).unwrap();
        self.keep(
            |head| {
                let head = head.bytes("params_id", 32).bytes("epoch", 8).bytes("nonce", 32);
                head.points(["C_u"]).bytes("count", 1).bytes("values", 2 + 9 + 8 + 1)
            },
            opening(),
            (&request, &approval, &nonces, &answer),
        );
        fetched
    }

    fn present(&mut self, credential: &Credential, item: Evidence) {
        let from_host = received(&self.life.request);
        let (consent, asked) = (Consent::to_disclose(&from_host), &mut coins(&[(28, 32)]));
        let (request, waiting) = self.lead.ask_to_present(credential, consent, NOW, asked).unwrap();
        let (approval, session) = self.approve(&request);
        let rng = &mut coins(&[(30, 64)]);
        let (nonces, waiting) = waiting.commit(item, &approval, NOW, rng).unwrap();
        let answer = self.answer(session, &nonces);
        waiting.complete(&answer).unwrap();
        let length = from_host.bytes().len() - 2;
        let shown = act().points(["T_W1", "T_W2", "N", "A", "B", "R1", "R2"]).scalars(["z"]);
        self.keep(
            |head| {
                let head = head.bytes("body", length).bytes("slot", 1).bytes("count", 1);
                head.bytes("values", 2 + 9)
            },
            shown,
            (&request, &approval, &nonces, &answer),
        );
    }

    fn log_in(&mut self) {
        let from_host = received(&self.life.login_request);
        let (consent, asked) = (Consent::to_answer(&from_host), &mut coins(&[(28, 32)]));
        let (request, waiting) = self.lead.ask_to_log_in(consent, NOW, asked).unwrap();
        let (approval, session) = self.approve(&request);
        let (nonces, waiting) = waiting.commit(&approval, NOW, &mut coins(&[(30, 64)])).unwrap();
        let answer = self.answer(session, &nonces);
        waiting.complete(&answer).unwrap();
        let length = from_host.bytes().len() - 2;
        self.keep(
            |head| head.bytes("body", length),
            act().points(["T_W", "N"]),
            (&request, &approval, &nonces, &answer),
        );
    }
}

/// Of CoNonces, up to its act.
fn act() -> Layout {
    Layout::message().bytes("h", 32).bytes("act", 1)
}

fn opening() -> Layout {
    act().points(["T_W"])
}

/// Eleven messages and stored forms in the order of their kinds; of CoRequest to CoAnswer one for
/// each act: enrollment, issuance, presentation, login.
pub fn samples(life: &Life) -> Vec<Sample> {
    let list = life.authority.list();
    let id = || Layout::message().bytes("authority", 1 + list.authority().as_str().len());
    let keyed = |layout: Layout| layout.bytes("pid", 32).bytes("channel key", 32);
    let inviting = invite(life, Second::invite);
    let far = invite(life, Second::invite_at_distance);
    let (key, rng) = (ChannelKey([26; 32]), &mut coins(&[(27, 64)]));
    let invitation = inviting.invitation().clone();
    let (answer, lead) = Lead::accept(&master(&LEAD), list.clone(), &invitation, key, rng).unwrap();
    let second = inviting.accept(&answer).unwrap();
    let named = by_name(&life.authority, values());
    let rng = &mut coins(&[(6, 32)]);
    let offer = life.authority.offer(*lead.commitment(), named, TEN_MINUTES, NOW, rng).unwrap();

    let mut samples = vec![
        Sample::new(
            "PairingInvitation",
            24,
            &invitation,
            keyed(id()).points(["D", "T"]).scalars(["d"]),
        ),
        Sample::new(
            "PairingAnswer",
            25,
            &answer,
            keyed(Layout::message()).points(["C_1", "T"]).scalars(OPENING),
        ),
        Sample::new(
            "PairingCommitment",
            26,
            &far.commitment(),
            id().bytes("pid", 32).bytes("x", 32),
        ),
    ];
    let mut two = Two { life, lead, second, offer, samples: vec![] };
    two.enroll();
    let (credential, mut evidence) = two.accept();
    two.present(&credential, evidence.remove(0));
    two.log_in();
    let Two { lead, second, samples: mut acts, .. } = two;
    acts.sort_by_key(|sample| sample.kind);
    samples.extend(acts);

    let transfer = second.transfer();
    let (_, kept) = lead.take_over(&master(&LEAD), &transfer).unwrap();
    samples.extend([
        Sample {
            name: "ShareTransfer",
            kind: 31,
            bytes: transfer.to_bytes().to_vec(),
            layout: id().bytes("pid", 32).points(["C_u"]).scalars(["d"]),
            recode: |bytes| Ok(ShareTransfer::from_bytes(bytes)?.to_bytes().to_vec()),
        },
        Sample::stored(
            "Pairing",
            32,
            lead.store_pairing(),
            keyed(Layout::message()).points(["D"]),
            |bytes| {
                let (list, id) = (&STORED_LIST, authority_id());
                Ok(Lead::restore_pairing(&master(&LEAD), &id, list, bytes)?.store_pairing())
            },
        ),
        // As it is read, it is what the holder that was restored from it would have stored.
        Sample::stored(
            "Share",
            33,
            &*kept,
            keyed(Layout::message()).points(["C_u"]).scalars(["d"]),
            |bytes| {
                let (list, id) = (&STORED_LIST, authority_id());
                Holder::restore_share(&master(&LEAD), &id, list, bytes)?;
                Ok(bytes.to_vec())
            },
        ),
        Sample::new("PairingRecord", 34, &lead.record(key), keyed(id()).points(["D", "C_u"])),
    ]);
    samples
}
