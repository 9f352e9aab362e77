//! Faults planted in the memory of a lead, between its commitment and its message: nothing false
//! leaves it, and the error says whose part was wrong (SPEC §20.3).

use alloc::vec::Vec;
use core::time::Duration;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::SeedableRng;
use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT as G;

use super::*;
use crate::answer::login::{self, LoginRelation};
use crate::authority::{Authority, AuthorityKey};
use crate::credential::evidence::item::Evidence;
use crate::holder::MasterSecret;
use crate::parameters::list::ParameterList;
use crate::platform::Platform;
use crate::request::message::Request;
use crate::shared::moves::LeadHalf;
use crate::shared::{Asked, ChannelKey, CoNonces, CoSession, Second};
use crate::sigma::joint::Half;
use crate::sigma::relation::{Base, Bases};
use crate::{AuthorityId, AuthorityParameters, Message, Purpose, Schema, TransactionId, Wanted};

const NOW: UnixTime = UnixTime(1_800_000_000);
const DAY: Duration = Duration::from_secs(86_400);

fn seeded(seed: u64) -> ChaCha12Rng {
    ChaCha12Rng::seed_from_u64(seed)
}

/// Two pairs, whose leads differ in all of their secrets, and what is asked of the first.
struct World {
    authority: Authority,
    list: ParameterList,
    lead: Lead,
    second: Second,
    /// Of the first pair's master secret and the other pair's D.
    mixed: Lead,
    other: Lead,
    ticket: Received<EnrollmentTicket>,
    other_ticket: Received<EnrollmentTicket>,
    login: Received<Request>,
    other_login: Received<Request>,
}

impl World {
    fn new() -> Self {
        let key = AuthorityKey::from_seed(&[1; 32]).unwrap();
        let id: AuthorityId = "authority.example".parse().unwrap();
        let schema = Schema::new([]).unwrap();
        let parameters = AuthorityParameters::new(&key, id, DAY, 1, schema).unwrap();
        let (since, until) = (UnixTime(NOW.0 - 86_400), NOW.after(10 * DAY).unwrap());
        let host = "id.authority.example".parse().unwrap();
        let list = ParameterList::first(host, since..until, UnixTime(0), parameters).unwrap();
        let authority = Authority::open(key, list.clone()).unwrap();
        let rng = &mut seeded(1);
        let mut pair = |guardian: u8, ward: u8| {
            let [guardian, ward] = [guardian, ward].map(|seed| MasterSecret::import([seed; 32]));
            let inviting = Second::invite(&guardian, &id, ChannelKey([1; 32]), rng).unwrap();
            let (invitation, key) = (inviting.invitation(), ChannelKey([2; 32]));
            let (answer, lead) = Lead::accept(&ward, list.clone(), invitation, key, rng).unwrap();
            (lead, inviting.accept(&answer).unwrap())
        };
        let (lead, second) = pair(2, 3);
        let (other, _) = pair(4, 5);
        let (mixed, _) = pair(6, 3);
        let life = Duration::from_secs(600);
        let [ticket, other_ticket] = [1, 2].map(|n| {
            let transaction = TransactionId([n; 32]);
            let open = authority.open_ticket(transaction, life, NOW, &mut seeded(2)).unwrap();
            Received::<EnrollmentTicket>::over_channel(&list, &open.ticket().to_bytes()).unwrap()
        });
        let [login, other_login] = ["shop.example", "other.example"].map(|host| {
            let platform = Platform::new(list.clone(), host.parse().unwrap());
            let request = platform.request_login(Purpose::Login).build(NOW, &mut seeded(3));
            let bytes = request.unwrap().to_bytes();
            Received::<Request>::from_host(platform.id(), &bytes).unwrap()
        });
        Self {
            authority,
            list,
            lead,
            second,
            mixed,
            other,
            ticket,
            other_ticket,
            login,
            other_login,
        }
    }

    fn approve(&self, bytes: &[u8]) -> (CoApproval, CoSession) {
        let rng = &mut seeded(7);
        match self.second.read(bytes, &self.list, NOW).unwrap() {
            Asked::Enrollment(asked) => asked.approve(&self.ticket, rng).unwrap(),
            Asked::Credential(asked) => asked.approve(rng).unwrap(),
            Asked::Answer(asked) => asked.approve(rng).unwrap(),
        }
    }

    /// The first pair's credential, without values, and its evidence.
    fn credential(&self) -> (Credential, Vec<Evidence>) {
        let Self { authority, list, lead, .. } = self;
        let (life, rng) = (Duration::from_secs(600), &mut seeded(9));
        let open = authority.offer(*lead.commitment(), [], life, NOW, rng).unwrap();
        let bytes = open.offer().to_bytes();
        let offer = Received::<IssuanceOffer>::from_authority(list, list.host(), &bytes).unwrap();
        let (asked, waiting) = lead.ask_for_credential(&offer, NOW, rng).unwrap();
        let (approval, session) = self.approve(&asked.to_bytes());
        let (nonces, waiting) = waiting.commit(&approval, NOW, rng).unwrap();
        let (made, waiting) = waiting.complete(&self.answer(session, &nonces)).unwrap();
        let request = IssuanceRequest::from_bytes(made.as_bytes()).unwrap();
        let unissued = authority.check_issuance(&open, &request, NOW).unwrap();
        let issued = waiting.finish(&unissued.issue_if(true).unwrap()).unwrap();
        let (request, waiting) = lead.request_evidence(&issued, rng).unwrap();
        let (session, commitments) = authority.open_evidence(&request, rng).unwrap();
        let (challenges, waiting) = waiting.challenge(&commitments, rng).unwrap();
        let batch = waiting.finish(&authority.respond(session, &challenges).unwrap()).unwrap();
        issued.complete([batch]).unwrap()
    }

    fn answer(&self, session: CoSession, nonces: &CoNonces) -> CoAnswer {
        self.second.answer(session, nonces, NOW).unwrap()
    }

    fn enrolling(&self) -> (CoAnswer, AwaitingAnswer<'_, EnrollmentRequest>) {
        let rng = &mut seeded(8);
        let (asked, waiting) = self.lead.ask_to_enroll(self.ticket.bytes(), rng).unwrap();
        let (approval, session) = self.approve(&asked.to_bytes());
        let (nonces, waiting) = waiting.commit(&approval, rng).unwrap();
        (self.answer(session, &nonces), waiting)
    }

    fn logging_in(&self) -> (CoAnswer, AwaitingAnswer<'_, Login>) {
        let rng = &mut seeded(8);
        let consent = Consent::to_answer(&self.login);
        let (asked, waiting) = self.lead.ask_to_log_in(consent, NOW, rng).unwrap();
        let (approval, session) = self.approve(&asked.to_bytes());
        let (nonces, waiting) = waiting.commit(&approval, NOW, rng).unwrap();
        (self.answer(session, &nonces), waiting)
    }
}

#[test]
fn without_a_fault_both_messages_leave() {
    let world = World::new();
    let (answer, waiting) = world.enrolling();
    assert!(waiting.complete(&answer).is_ok());
    let (answer, waiting) = world.logging_in();
    assert!(waiting.complete(&answer).is_ok());
}

/// D is another: the second is blamed, wrongly, as SPEC says can be. C_u is another by C_1 alone:
/// this device's own.
#[test]
fn a_lead_with_another_point_or_commitment_sends_nothing() {
    let world = World::new();
    let (answer, waiting) = world.enrolling();
    let spoilt = AwaitingAnswer { lead: &world.mixed, ..waiting };
    assert_eq!(spoilt.complete(&answer).err(), Some(Error::Rejected));
    let (answer, waiting) = world.enrolling();
    let spoilt = AwaitingAnswer { lead: &world.other, ..waiting };
    assert_eq!(spoilt.complete(&answer).err(), Some(Error::Rejected));
    let (answer, waiting) = world.logging_in();
    let spoilt = AwaitingAnswer { lead: &world.mixed, ..waiting };
    assert_eq!(spoilt.complete(&answer).err(), Some(Error::Rejected));
}

#[test]
fn another_ticket_in_memory_is_a_fault() {
    let world = World::new();
    let (answer, waiting) = world.enrolling();
    let AwaitingAnswer { lead, session, half: (ticket, half) } = waiting;
    assert_ne!(*ticket, *world.other_ticket);
    let other = Received::<EnrollmentTicket>::over_channel(&world.list, world.other_ticket.bytes());
    let half = (other.unwrap(), half);
    let spoilt = AwaitingAnswer::<EnrollmentRequest> { lead, session, half };
    assert_eq!(spoilt.complete(&answer).err(), Some(Error::Fault));
}

#[test]
fn another_request_or_pseudonym_in_memory_is_a_fault() {
    let world = World::new();
    let (answer, waiting) = world.logging_in();
    let AwaitingAnswer { lead, session, half: (_, pseudonym, half) } = waiting;
    let half = (&world.other_login, pseudonym, half);
    let spoilt = AwaitingAnswer::<Login> { lead, session, half };
    assert_eq!(spoilt.complete(&answer).err(), Some(Error::Fault));
    let (answer, waiting) = world.logging_in();
    let AwaitingAnswer { lead, session, half: (request, _, half) } = waiting;
    let other = Pseudonym::from_element(Element::new(G).unwrap());
    let half = (request, other, half);
    let spoilt = AwaitingAnswer::<Login> { lead, session, half };
    assert_eq!(spoilt.complete(&answer).err(), Some(Error::Fault));
}

/// h, P_s and N_2 of the session are others.
#[test]
fn a_spoilt_session_completes_nothing() {
    let world = World::new();
    let (answer, mut waiting) = world.logging_in();
    waiting.session.id.0[31] ^= 1;
    assert_eq!(waiting.complete(&answer).err(), Some(Error::Rejected));
    let (answer, mut waiting) = world.logging_in();
    waiting.session.transcript = Transcript::new("co-commitment");
    assert_eq!(waiting.complete(&answer).err(), Some(Error::Rejected));
    let (answer, mut waiting) = world.logging_in();
    waiting.session.on_scope = None;
    assert_eq!(waiting.complete(&answer).err(), Some(Error::Rejected));
    // These two only say whose fault it was: what leaves is checked without them.
    let (answer, mut waiting) = world.logging_in();
    let (_, N_2) = waiting.session.on_scope.unwrap();
    waiting.session.on_scope = Some((G, N_2));
    assert!(waiting.complete(&answer).is_ok());
}

/// N_1 and the proof are of f_1 at another scope, or of one with a bit flipped; the second's part
/// is right.
#[test]
fn a_spoilt_exponent_is_a_fault() {
    let world = World::new();
    let scope = world.login.scope();
    let elsewhere = world.other_login.scope();
    let right = *world.lead.secrets().evaluate(scope.point());
    let wrong = *world.lead.secrets().evaluate(elsewhere.point());
    let flipped = [0, 100, 251].map(|bit| {
        let mut bytes = right.to_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        Scalar::from_bytes_mod_order(bytes)
    });
    for exponent in [right, wrong, flipped[0], flipped[1], flipped[2]] {
        let rng = &mut seeded(8);
        let consent = Consent::to_answer(&world.login);
        let (asked, waiting) = world.lead.ask_to_log_in(consent, NOW, rng).unwrap();
        let (approval, opened) = world.approve(&asked.to_bytes());
        let (_, honest) = waiting.commit(&approval, NOW, rng).unwrap();
        let AwaitingAnswer { lead, session, half: (request, pseudonym, _) } = honest;
        let transcript = login::transcript(login::begin(), &request.digest(), &pseudonym);
        let own = [*pseudonym.element().point(), *scope.base()];
        let (relation, id) = (LoginRelation { scope: Base::Own(1) }, session.id.0);
        let bases = Bases { fixed: &[], own: &own };
        let half = Half::new(&relation, &bases, &transcript, &[exponent], &id, rng).unwrap();
        let shown = LeadHalf::Login { commitments: *half.commitments(), pseudonym };
        let answer = world.answer(opened, &CoNonces { session: session.id, half: shown });
        let half = (request, pseudonym, half);
        let spoilt = AwaitingAnswer::<Login> { lead, session, half };
        let fault = (exponent != right).then_some(Error::Fault);
        assert_eq!(spoilt.complete(&answer).err(), fault);
    }
}

/// A request that rots after it was asked about, and the bytes of it that do not. Another platform
/// would be refused, since it is not the peer; another label is not seen.
fn rotten(world: &World, request: &Received<Request>) -> Received<Request> {
    let platform = Platform::new(world.list.clone(), *request.platform());
    let ask = match request.wanted() {
        Wanted::Login => platform.request_login(Purpose::Login),
        Wanted::Presentation => platform.request(Purpose::Login),
    };
    let labelled = ask.label("app-1".parse().unwrap()).build(NOW, &mut seeded(9)).unwrap();
    let again = Received::<Request>::from_host(request.peer(), request.bytes()).unwrap();
    let rotten = request.with_head_of(&labelled);
    assert_ne!(rotten.label(), request.label());
    again.spoilt(rotten)
}

/// The scope is that of the bytes as they came, so what is shown to the second is right.
#[test]
fn another_scope_in_memory_changes_nothing() {
    let world = World::new();
    let rng = &mut seeded(8);
    let consent = Consent::to_answer(&world.login);
    let (asked, waiting) = world.lead.ask_to_log_in(consent, NOW, rng).unwrap();
    let (approval, opened) = world.approve(&asked.to_bytes());
    let rotten_login = rotten(&world, &world.login);
    let asked = Consent::to_answer(&rotten_login);
    let spoilt = AwaitingApproval { asked, ..waiting };
    let (nonces, waiting) = spoilt.commit(&approval, NOW, rng).unwrap();
    // The nonce is in the head too; with a whole request for the rest, the login holds.
    let AwaitingAnswer { lead, session, half: (_, pseudonym, half) } = waiting;
    let half = (&world.login, pseudonym, half);
    let whole = AwaitingAnswer::<Login> { lead, session, half };
    assert!(whole.complete(&world.answer(opened, &nonces)).is_ok());

    let (credential, mut evidence) = world.credential();
    let platform = Platform::new(world.list.clone(), *world.login.platform());
    let request = platform.request(Purpose::Registration).build(NOW, rng).unwrap();
    let request = Received::<Request>::from_host(platform.id(), &request.to_bytes()).unwrap();
    let rotten = rotten(&world, &request);
    let ask = |rng: &mut ChaCha12Rng| {
        let consent = Consent::to_answer(&request);
        let (asked, waiting) = world.lead.ask_to_present(&credential, consent, NOW, rng).unwrap();
        (world.approve(&asked.to_bytes()).0, waiting)
    };
    let shown = |nonces: CoNonces| match nonces.half {
        LeadHalf::Presentation { pseudonym, .. } => pseudonym,
        _ => panic!(),
    };
    let (approval, waiting) = ask(rng);
    let (nonces, _) = waiting.commit(evidence.pop().unwrap(), &approval, NOW, rng).unwrap();
    let whole = shown(nonces);
    let (approval, waiting) = ask(rng);
    let asked = (&credential, Consent::to_answer(&rotten));
    let spoilt = AwaitingApproval { asked, ..waiting };
    let (nonces, _) = spoilt.commit(evidence.pop().unwrap(), &approval, NOW, rng).unwrap();
    assert_eq!(shown(nonces), whole);
}
