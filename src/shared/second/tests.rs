//! Faults planted in the memory of a second, between its person's consent and its answer: nothing
//! leaves it (SPEC §20.3). One bit of d would be read from each answer that did.

use core::time::Duration;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::SeedableRng;
use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT as G;
use curve25519_dalek::scalar::Scalar;

use super::*;
use crate::authority::{Authority, AuthorityKey};
use crate::credential::ticket::EnrollmentTicket;
use crate::group::Element;
use crate::holder::Received;
use crate::platform::Platform;
use crate::pseudonym::Pseudonym;
use crate::shared::{CoApproval, Lead};
use crate::{AuthorityParameters, Purpose, Schema, TransactionId};

const NOW: UnixTime = UnixTime(1_800_000_000);
const DAY: Duration = Duration::from_secs(86_400);

fn seeded(seed: u64) -> ChaCha12Rng {
    ChaCha12Rng::seed_from_u64(seed)
}

fn point(n: u64) -> Element {
    Element::new(G * Scalar::from(n)).unwrap()
}

/// A second, and what its lead asks for.
struct World {
    second: Second,
    list: ParameterList,
    ticket: Received<EnrollmentTicket>,
    /// CoRequests: an enrollment, a login, and another login.
    enrollment: Vec<u8>,
    login: Vec<u8>,
    other: Vec<u8>,
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
        let platform = Platform::new(list.clone(), "shop.example".parse().unwrap());

        let [guardian, ward] = [2, 3].map(|seed| MasterSecret::import([seed; 32]));
        let rng = &mut seeded(1);
        let inviting = Second::invite(&guardian, &id, ChannelKey([1; 32]), rng).unwrap();
        let (invitation, key) = (inviting.invitation(), ChannelKey([2; 32]));
        let (answer, _) = Lead::accept(&ward, list.clone(), invitation, key, rng).unwrap();
        let second = inviting.accept(&answer).unwrap();

        let life = Duration::from_secs(600);
        let open = authority.open_ticket(TransactionId([1; 32]), life, NOW, rng).unwrap();
        let bytes = open.ticket().to_bytes();
        let ticket = Received::<EnrollmentTicket>::over_channel(&list, &bytes).unwrap();
        let ask = |act| CoRequest { pairing: *second.pairing(), attempt: [4; 32], act }.to_bytes();
        let enrollment = ask(CoAct::Enrollment(open.ticket().clone()));
        let [login, other] = [Purpose::Login, Purpose::Registration].map(|purpose| {
            ask(CoAct::Login(platform.request_login(purpose).build(NOW, rng).unwrap()))
        });
        Self { second, list, ticket, enrollment, login, other }
    }

    fn approve(&self, bytes: &[u8]) -> Result<(CoApproval, CoSession), Error> {
        approve(&self.second, &self.list, &self.ticket, bytes)
    }

    /// Of a login, and its nonces, which have any T_W and N.
    fn logging_in(&self) -> (CoSession, CoNonces) {
        let (_, session) = self.approve(&self.login).unwrap();
        let pseudonym = Pseudonym::from_element(point(5));
        let half = LeadHalf::Login { commitments: [point(6)], pseudonym };
        let nonces = CoNonces { session: session.id, half };
        (session, nonces)
    }

    fn enrolling(&self) -> (CoSession, CoNonces) {
        let (_, session) = self.approve(&self.enrollment).unwrap();
        let nonces = CoNonces { session: session.id, half: LeadHalf::Opening([point(6)]) };
        (session, nonces)
    }
}

fn approve(
    second: &Second,
    list: &ParameterList,
    ticket: &Received<EnrollmentTicket>,
    bytes: &[u8],
) -> Result<(CoApproval, CoSession), Error> {
    match second.read(bytes, list, NOW)? {
        Asked::Enrollment(asked) => asked.approve(ticket, &mut seeded(7)),
        Asked::Credential(asked) => asked.approve(&mut seeded(7)),
        Asked::Answer(asked) => asked.approve(&mut seeded(7)),
    }
}

/// A second with another d in memory, and the D that it had.
fn with_share(second: &Second, d: Scalar) -> Second {
    let Second { authority, channel, commitment, .. } = *second;
    let storage = MasterSecret::import([2; 32]).storage_key(&authority);
    Second { authority, storage, share: second.share.spoilt(d), channel, commitment }
}

/// Copies with one bit flipped, of those that are scalars still.
fn flips(scalar: &Scalar) -> Vec<Scalar> {
    let flipped = (0..256).filter_map(|bit| {
        let mut bytes = scalar.to_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        Option::from(Scalar::from_canonical_bytes(bytes))
    });
    flipped.collect()
}

#[test]
fn without_a_fault_both_answers_leave() {
    let world = World::new();
    for (session, nonces) in [world.logging_in(), world.enrolling()] {
        assert!(world.second.answer(session, &nonces, NOW).is_ok());
    }
    let same = with_share(&world.second, *world.second.share.scalar());
    let (session, nonces) = world.logging_in();
    assert!(same.answer(session, &nonces, NOW).is_ok());
}

#[test]
fn a_flipped_bit_of_the_share_is_found() {
    let world = World::new();
    let spoilt = flips(world.second.share.scalar());
    assert!(spoilt.len() > 250);
    for d in spoilt {
        let second = with_share(&world.second, d);
        // Before it consents,
        for bytes in [&world.login, &world.enrollment] {
            let refused = approve(&second, &world.list, &world.ticket, bytes).unwrap_err();
            assert_eq!(refused, Error::Fault);
        }
        // and after.
        for (session, nonces) in [world.logging_in(), world.enrolling()] {
            assert_eq!(second.answer(session, &nonces, NOW).err(), Some(Error::Fault));
        }
    }
}

#[test]
fn a_flipped_bit_of_the_nonce_is_found() {
    let world = World::new();
    let (session, _) = world.logging_in();
    for n in flips(&session.nonce) {
        for (mut session, nonces) in [world.logging_in(), world.enrolling()] {
            **session.nonce = n;
            assert_eq!(world.second.answer(session, &nonces, NOW).err(), Some(Error::Fault));
        }
    }
}

/// The challenge is that of another request, of other commitments, of other bytes, or h is of
/// another N_2: one field of the session at a time.
#[test]
fn a_session_that_is_spoilt_gives_no_answer() {
    let world = World::new();
    let other = CoRequest::from_bytes(&world.other).unwrap();
    type Spoil<'a> = &'a dyn Fn(&mut CoSession);
    let spoils: [(&str, Spoil<'_>); 8] = [
        ("the decoded request", &|session| session.request = other.clone()),
        ("the bytes", &|session| session.bytes = world.other.clone()),
        ("one bit of the bytes", &|session| *session.bytes.last_mut().unwrap() ^= 1),
        ("request and bytes", &|session| {
            session.request = other.clone();
            session.bytes = world.other.clone();
        }),
        ("N_2", &|session| session.pseudonym = Some(point(8))),
        ("no N_2", &|session| session.pseudonym = None),
        ("T_G1", &|session| {
            let Commitments::Two([_, second]) = session.commitments else { panic!() };
            session.commitments = Commitments::Two([point(8), second]);
        }),
        ("T_G2", &|session| {
            let Commitments::Two([first, _]) = session.commitments else { panic!() };
            session.commitments = Commitments::Two([first, point(8)]);
        }),
    ];
    for (what, spoil) in spoils {
        let (mut session, nonces) = world.logging_in();
        spoil(&mut session);
        let refused = world.second.answer(session, &nonces, NOW).err();
        assert_eq!(refused, Some(Error::Fault), "{what}");
    }
    // h itself is what the lead names.
    let (mut session, nonces) = world.logging_in();
    session.id.0[0] ^= 1;
    assert_eq!(world.second.answer(session, &nonces, NOW).err(), Some(Error::Rejected));
}

/// P_s was another when N_2 and T_G were computed, by a request that rotted after it was read and
/// before its person consented; h covers them all, and the check is on the bytes as they came.
#[test]
fn another_scope_at_the_time_of_consent_is_found() {
    let world = World::new();
    let Asked::Answer(mut asked) = world.second.read(&world.login, &world.list, NOW).unwrap()
    else {
        panic!()
    };
    let platform = Platform::new(world.list.clone(), "other.example".parse().unwrap());
    let elsewhere = platform.request_login(Purpose::Login).build(NOW, &mut seeded(8)).unwrap();
    asked.request = elsewhere;
    let (_, mut session) = asked.approve(&mut seeded(7)).unwrap();
    let (whole, nonces) = world.logging_in();
    let nonces = CoNonces { session: session.id, ..nonces };
    session.request = whole.request;
    assert_eq!(world.second.answer(session, &nonces, NOW).err(), Some(Error::Fault));
}

/// The same, of a request whose digest, and so its challenge, is what it was.
#[test]
fn another_scope_under_the_same_digest_is_found() {
    let world = World::new();
    let Asked::Answer(mut asked) = world.second.read(&world.login, &world.list, NOW).unwrap()
    else {
        panic!()
    };
    let platform = Platform::new(world.list.clone(), "other.example".parse().unwrap());
    let elsewhere = platform.request_login(Purpose::Login).build(NOW, &mut seeded(8)).unwrap();
    asked.request = asked.request.with_head_of(&elsewhere);
    let (_, session) = asked.approve(&mut seeded(7)).unwrap();
    let (_, nonces) = world.logging_in();
    let nonces = CoNonces { session: session.id, ..nonces };
    assert_eq!(world.second.answer(session, &nonces, NOW).err(), Some(Error::Fault));
}

/// D was another when the pairing was made or read.
#[test]
fn a_spoilt_point_is_found() {
    let world = World::new();
    let one = *world.second.share.scalar() + Scalar::ONE;
    let other = Share::new(*world.second.pairing(), &one).unwrap();
    let spoilt = Second {
        share: other.spoilt(*world.second.share.scalar()),
        ..with_share(&world.second, Scalar::ONE)
    };
    let refused = approve(&spoilt, &world.list, &world.ticket, &world.login).unwrap_err();
    assert_eq!(refused, Error::Fault);
    let (session, nonces) = world.logging_in();
    assert_eq!(spoilt.answer(session, &nonces, NOW).err(), Some(Error::Fault));
}

/// Each equation of the check, alone.
#[test]
fn each_equation_of_the_check_counts() {
    let world = World::new();
    let d = *world.second.share.scalar();
    let (U_0, D) = (world.second.share.base(), world.second.share.point());
    let P_s = G * Scalar::from(11u64);
    let N_2 = Element::new(P_s * d).unwrap();
    let (n, c) = (Scalar::from(13u64), Scalar::from(17u64));
    let T = [U_0 * n, P_s * n].map(|T| Element::new(T).unwrap());
    let z = n + c * d;
    let on_scope = Some((&P_s, &N_2));
    let [one, two] = [Commitments::One([T[0]]), Commitments::Two(T)];
    assert!(holds(U_0, D, None, &c, &one, &z));
    assert!(holds(U_0, D, on_scope, &c, &two, &z));
    assert!(!holds(U_0, &point(3), None, &c, &one, &z));
    assert!(!holds(U_0, &point(3), on_scope, &c, &two, &z));
    assert!(!holds(U_0, D, Some((&P_s, &point(3))), &c, &two, &z));
    assert!(!holds(U_0, D, Some((&(P_s + G), &N_2)), &c, &two, &z));
    assert!(!holds(U_0, D, on_scope, &(c + Scalar::ONE), &two, &z));
    for z in [z + Scalar::ONE, -z, n] {
        assert!(!holds(U_0, D, on_scope, &c, &two, &z));
        assert!(!holds(U_0, D, None, &c, &one, &z));
    }
    for T in [[T[0], point(3)], [point(3), T[1]], [T[1], T[0]]] {
        assert!(!holds(U_0, D, on_scope, &c, &Commitments::Two(T), &z));
    }
}
