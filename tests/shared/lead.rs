//! What a lead can do against its second: get its part for nothing but what the second's person
//! saw.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use formulas::{U, encoded, number, point, scalar};
use prover::Prover;

use super::*;

/// A lead by the formulas that logs in to the world's platform: T_W, N and f_1.
struct Rogue {
    n: Scalar,
    f_1: Scalar,
    P_s: RistrettoPoint,
    N: RistrettoPoint,
}

impl Rogue {
    fn new(world: &World) -> Self {
        let (P_s, z) = formulas::scope(world.platform.id());
        let f_1 = *pairnym::hazmat::evaluate(&formulas::secrets(&masters(1).0), &z);
        let N = point(&formulas::pseudonym(&world.pair, world.platform.id()));
        Self { n: scalar(1), f_1, P_s, N }
    }

    /// The second's part for these nonces, as T_G and z.
    fn part(
        &self,
        world: &World,
        request: &Request,
        T_W: &RistrettoPoint,
    ) -> Result<([RistrettoPoint; 2], Scalar), Error> {
        let (_, session) = approved(world, &co_request(world, request), 4);
        let points = [T_W, &self.N].map(encoded).concat();
        let nonces = [&[1, 29], &session.id().0[..], &[3], &points].concat();
        let nonces = CoNonces::from_bytes(&nonces)?;
        let answer = world.pair.second.answer(session, &nonces, NOW)?.to_bytes();
        Ok(([35, 67].map(|at| point(&answer[at..at + 32])), number(&answer[99..])))
    }

    /// A login for a request, from the second's part in an answer to `asked`.
    fn log_in(&self, world: &World, asked: &Request, request: &Request) -> Result<Login, Error> {
        let (T_G, z) = self.part(world, asked, &(self.P_s * self.n))?;
        let T = self.P_s * self.n + T_G[1];
        let c = formulas::login_challenge(request, &self.N, &T);
        let s = self.n + c * self.f_1 + z;
        Ok(Login::from_bytes(&formulas::login(request, &self.N, &T, &s)).unwrap())
    }
}

/// Approved is one login, and T_W is sent for another.
#[test]
fn what_is_signed_is_what_was_approved() {
    let world = World::new();
    let rogue = Rogue::new(&world);
    let other =
        world.platform.request_login(Purpose::Other(name("loan"))).statement("I owe you 100");
    let other = other.build(NOW, &mut seeded(9)).unwrap();
    let asked: &Request = &world.login;
    let verdict = |request: &Request, login: &Login| {
        let nonces = MemoryNonces::new(1);
        let find = |pseudonym: &Pseudonym| Some(*pseudonym);
        world.platform.verify_login(request, login, find, NOW, &nonces).map(drop)
    };
    let honest = rogue.log_in(&world, asked, asked).unwrap();
    assert!(verdict(asked, &honest).is_ok());
    for (asked, request) in [(asked, &other), (&other, asked)] {
        let login = rogue.log_in(&world, asked, request).unwrap();
        assert_eq!(verdict(request, &login).unwrap_err(), Error::Rejected.into());
        // Nor with the challenge of what was approved.
        let (T_G, z) = rogue.part(&world, asked, &(rogue.P_s * rogue.n)).unwrap();
        let T = rogue.P_s * rogue.n + T_G[1];
        let s = rogue.n + formulas::login_challenge(asked, &rogue.N, &T) * rogue.f_1 + z;
        let login = formulas::login(request, &rogue.N, &T, &s);
        let refused = verdict(request, &Login::from_bytes(&login).unwrap());
        assert_eq!(refused.unwrap_err(), Error::Rejected.into());
    }
}

/// The second's part in a presentation of these values, and the presentation that comes of it.
fn presented(world: &World, prover: &Prover<'_>, shown: &Prover<'_>) -> Result<(), Error> {
    let N = point(&formulas::pseudonym(&world.pair, world.platform.id()));
    let (_, session) = approved(world, &prover.request(world.pair.second.pairing()), 4);
    let n: Vec<_> = (0..12).map(|i| scalar(50 + i)).collect();
    let T_W = prover.left(&n);
    let nonces = CoNonces::from_bytes(&prover.nonces(session.id(), &N, &T_W)).unwrap();
    let answer = world.pair.second.answer(session, &nonces, NOW).unwrap().to_bytes();
    let T_G = [35, 67].map(|at| point(&answer[at..at + 32]));
    let T = [T_W[0] - T_G[0], T_W[1] + T_G[1]];
    let c = shown.challenge(&N, &T);
    let mut w: Vec<_> = n.iter().zip(&prover.witnesses).map(|(n, w)| n + c * w).collect();
    w[2] += number(&answer[99..]);
    world.presented(&shown.presentation(&N, &T, &w))
}

/// The second cannot know them; no platform takes what comes of it.
#[test]
fn values_that_are_not_the_credentials_are_rejected() {
    let world = World::new();
    let honest = Prover::new(&world);
    assert_eq!(presented(&world, &honest, &honest), Ok(()));
    for values in [[true.into(), 4.into()], [false.into(), 3.into()]] {
        let mut claimed = Prover::new(&world);
        claimed.values = Vec::from(values);
        assert_eq!(presented(&world, &claimed, &claimed), Err(Error::Rejected), "approved");
        assert_eq!(presented(&world, &honest, &claimed), Err(Error::Rejected), "shown alone");
        assert_eq!(presented(&world, &claimed, &honest), Err(Error::Rejected), "approved alone");
    }
}

/// Approved for one slot of the request, and shown for another.
#[test]
fn another_slot_than_the_approved_one_is_refused() {
    let world = World::new();
    let lead = &world.pair.lead;
    // In the last minutes of an epoch three slots are accepted.
    let late = UnixTime(NOW.0 / DAY * DAY + DAY - 60);
    let request = world.platform.request(Purpose::Registration).build(late, &mut seeded(9));
    let request = received(&request.unwrap());
    assert_eq!(request.slots().len(), 3);
    let own = request.slots().iter().position(|slot| slot == world.credential.slot()).unwrap();
    for place in 0..3 {
        let rng = &mut seeded(3);
        let consent = Consent::to_answer(&request);
        let (asked, waiting) = lead.ask_to_present(&world.credential, consent, late, rng).unwrap();
        let mut bytes = asked.to_bytes();
        let end = bytes.len();
        assert_eq!(bytes[end - 2..], [own as u8, 0]);
        bytes[end - 2] = place as u8;
        let asked = world.pair.second.read(&bytes, world.list(), late).unwrap();
        let Asked::Answer(asked) = asked else { panic!() };
        let (approval, session) = asked.approve(rng).unwrap();
        let (nonces, waiting) = waiting.commit(world.item(), &approval, late, rng).unwrap();
        let answer = world.pair.second.answer(session, &nonces, late).unwrap();
        let made = waiting.complete(&answer);
        assert_eq!(made.err(), (place != own).then_some(Error::Rejected), "{place}");
    }
}

/// Nonces of each other act, and of two openings: an enrollment and an issuance look alike, and
/// the challenge is that of what was approved.
#[test]
fn nonces_of_another_act_are_refused() {
    let world = World::new();
    let prover = Prover::new(&world);
    let (N, T) = (encoded(&U(0)), encoded(&U(1)));
    for deed in DEEDS {
        let request = match deed {
            Deed::Enrollment => co_request(&world, &*world.ticket),
            Deed::Issuance => co_request(&world, &*world.offer),
            Deed::Presentation => prover.request(world.pair.second.pairing()),
            Deed::Login => co_request(&world, &*world.login),
        };
        for act in 1..=3 {
            let (_, session) = approved(&world, &request, 4);
            let h = *session.id();
            let bytes = match act {
                1 => [&[1, 29], &h.0[..], &[1], &T].concat(),
                2 => prover.nonces(&h, &U(0), &[U(1), U(2)]),
                _ => [&[1, 29], &h.0[..], &[3], &T, &N].concat(),
            };
            let nonces = CoNonces::from_bytes(&bytes).unwrap();
            let own = match deed {
                Deed::Enrollment | Deed::Issuance => 1,
                Deed::Presentation => 2,
                Deed::Login => 3,
            };
            let answer = world.pair.second.answer(session, &nonces, NOW);
            assert_eq!(answer.err(), (act != own).then_some(Error::Rejected), "{deed:?} {act}");
        }
    }
}

/// T_W that cancels T_G: possible for a lead that knows the second's randomness alone.
#[test]
fn commitments_that_cancel_are_refused() {
    let world = World::new();
    let (rogue, prover) = (Rogue::new(&world), Prover::new(&world));
    let ([_, T_G], _) = rogue.part(&world, &world.login, &U(1)).unwrap();
    assert_eq!(rogue.part(&world, &world.login, &-T_G).unwrap_err(), Error::Rejected);
    assert!(rogue.part(&world, &world.login, &T_G).is_ok());

    let bytes = co_request(&world, &*world.ticket);
    let enroll = |T_W: &RistrettoPoint| {
        let (_, session) = approved(&world, &bytes, 4);
        let nonces = [&[1, 29], &session.id().0[..], &[1], &encoded(T_W)].concat();
        let nonces = CoNonces::from_bytes(&nonces).unwrap();
        Ok(point(&world.pair.second.answer(session, &nonces, NOW)?.to_bytes()[35..67]))
    };
    let T_G = enroll(&U(1)).unwrap();
    assert_eq!(enroll(&-T_G), Err(Error::Rejected));

    let bytes = prover.request(world.pair.second.pairing());
    let present = |T_W: [RistrettoPoint; 2]| {
        let (_, session) = approved(&world, &bytes, 4);
        let nonces = prover.nonces(session.id(), &rogue.N, &T_W);
        let nonces = CoNonces::from_bytes(&nonces).unwrap();
        let answer = world.pair.second.answer(session, &nonces, NOW)?.to_bytes();
        Ok([35, 67].map(|at| point(&answer[at..at + 32])))
    };
    let [T_1, T_2] = present([U(1), U(2)]).unwrap();
    // T_1 = T_W1 − T_G1, T_2 = T_W2 + T_G2.
    assert_eq!(present([T_1, U(2)]), Err(Error::Rejected));
    assert_eq!(present([U(1), -T_2]), Err(Error::Rejected));
    assert!(present([-T_1, T_2]).is_ok());
}

/// In the order of SPEC §20.3.
#[test]
fn a_session_of_another_pairing_or_of_another_time_is_refused() {
    let world = World::new();
    let other = Pair::new(2, world.list());
    let (_, session) = approved(&world, &co_request(&world, &*world.login), 4);
    let own = [&[1, 29], &session.id().0[..], &[3], &encoded(&U(1)), &encoded(&U(2))].concat();
    let foreign = with(&own, 2..34, &[9; 32]);
    let answer = |second: &Second, nonces: &[u8], now: u64| {
        let (_, session) = approved(&world, &co_request(&world, &*world.login), 4);
        let nonces = CoNonces::from_bytes(nonces).unwrap();
        second.answer(session, &nonces, UnixTime(now)).map(drop)
    };
    let (second, other) = (&world.pair.second, &other.second);
    let late = NOW.0 + 300 + 600 + 1;
    assert_eq!(answer(second, &own, NOW.0), Ok(()));
    assert_eq!(answer(other, &own, NOW.0), Err(Error::ForeignPairing));
    assert_eq!(answer(other, &foreign, late), Err(Error::ForeignPairing));
    assert_eq!(answer(second, &own, late - 1), Ok(()));
    assert_eq!(answer(second, &own, late), Err(Error::Expired));
    assert_eq!(answer(second, &foreign, late), Err(Error::Expired));
    assert_eq!(answer(second, &own, NOW.0 - 2 * DAY), Err(Error::Range));
    assert_eq!(answer(second, &foreign, NOW.0), Err(Error::Rejected));
    // A second of the same pairing takes the session of another of its devices.
    let (_, guardian) = masters(1);
    let record = world.pair.lead.record(ChannelKey([2; 32]));
    let again = Second::recover(&guardian, &record).unwrap();
    assert_eq!(answer(&again, &own, NOW.0), Ok(()));
}
