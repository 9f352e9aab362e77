//! One answer for each nonce, on either side (SPEC §20.3, §6.3).

use curve25519_dalek::scalar::Scalar;
use formulas::{U, number, point, scalar};

use super::*;

/// The second approves this login with this randomness: its session, and T_G when it answers T_W.
fn approved(world: &World, bytes: &[u8], seed: u64) -> (CoApproval, CoSession) {
    let asked = world.pair.second.read(bytes, world.list(), NOW).unwrap();
    let Asked::Answer(asked) = asked else { panic!() };
    asked.approve(&mut seeded(seed)).unwrap()
}

fn asked(world: &World, seed: u64) -> Vec<u8> {
    let consent = Consent::to_answer(&world.login);
    let (request, _) = world.pair.lead.ask_to_log_in(consent, NOW, &mut seeded(seed)).unwrap();
    request.to_bytes()
}

/// The bytes of a CoNonces of a login, from nobody in particular.
fn nonces(h: &CoSessionId, N: &[u8], n: u64) -> CoNonces {
    let (P_s, _) = formulas::scope(&host("shop.example"));
    let T_W = formulas::encoded(&(P_s * scalar(n)));
    CoNonces::from_bytes(&[&[1, 29], &h.0[..], &[3], &T_W, N].concat()).unwrap()
}

/// A second that is restored from a snapshot, with its randomness, answers twice with one nonce.
/// This is why it must not be; the hedge does not help, since T_W comes after n.
#[test]
fn two_answers_with_one_nonce_give_the_share() {
    let world = World::new();
    let bytes = asked(&world, 3);
    let N = formulas::pseudonym(&world.pair, world.platform.id());
    let answers = [70, 71].map(|n| {
        let (_, session) = approved(&world, &bytes, 4);
        let nonces = nonces(session.id(), &N, n);
        let answer = world.pair.second.answer(session, &nonces, NOW).unwrap().to_bytes();
        let T = point(&nonces.to_bytes()[35..67]) + point(&answer[67..99]);
        (formulas::login_challenge(&world.login, &point(&N), &T), number(&answer[99..]))
    });
    let [(c_1, z_1), (c_2, z_2)] = answers;
    let d = (z_1 - z_2) * (c_1 - c_2).invert();
    assert_eq!(formulas::encoded(&(U(0) * d)), formulas::encoded(&U_share(&world)));
}

fn U_share(world: &World) -> curve25519_dalek::ristretto::RistrettoPoint {
    U(0) * formulas::share(&masters(1).1, world.pair.second.pairing())
}

/// z shows n to whoever knows d.
fn nonce(world: &World, bytes: &[u8], seed: u64) -> Scalar {
    let N = formulas::pseudonym(&world.pair, world.platform.id());
    let (_, session) = approved(world, bytes, seed);
    let nonces = nonces(session.id(), &N, 70);
    let answer = world.pair.second.answer(session, &nonces, NOW).unwrap().to_bytes();
    let T = point(&nonces.to_bytes()[35..67]) + point(&answer[67..99]);
    let c = formulas::login_challenge(&world.login, &point(&N), &T);
    let n = number(&answer[99..]) - c * formulas::share(&masters(1).1, world.pair.second.pairing());
    let (P_s, _) = formulas::scope(world.platform.id());
    assert_eq!([35, 67].map(|at| point(&answer[at..at + 32])), [U(0) * n, P_s * n]);
    n
}

/// Each `attempt` of an honest lead is another n, also for a second whose randomness repeats.
#[test]
fn another_attempt_is_another_nonce() {
    let world = World::new();
    let (one, other) = (asked(&world, 3), asked(&world, 5));
    assert_eq!((&one[..34], &one[66..]), (&other[..34], &other[66..]), "but for the attempt");
    assert_ne!(one[34..66], other[34..66]);
    assert_eq!(nonce(&world, &one, 4), nonce(&world, &one, 4));
    assert_ne!(nonce(&world, &one, 4), nonce(&world, &other, 4));
    assert_ne!(nonce(&world, &one, 4), nonce(&world, &one, 6), "and the randomness counts");
}

/// n is that of §6.3 for σ, by the formula.
#[test]
fn the_nonce_of_a_second_is_hedged_by_the_formula() {
    let world = World::new();
    let bytes = asked(&world, 3);
    let d = formulas::share(&masters(1).1, world.pair.second.pairing());
    let (P_s, _) = formulas::scope(world.platform.id());
    let N_2 = formulas::encoded(&(P_s * d));
    let about = Transcript::new("co-commitment").part(&bytes).optional(Some(&N_2));
    let randomness = pairnym::hazmat::sigma::randomness(&mut seeded(4));
    let coins = pairnym::hazmat::sigma::HedgedScalars::new(&about, &[d], Some(&randomness));
    assert_eq!(nonce(&world, &bytes, 4), coins.get(0));
}

/// A lead whose randomness repeats, in sessions of its second's choice.
#[test]
fn another_session_is_another_commitment_of_the_lead() {
    let world = World::new();
    let lead = &world.pair.lead;
    // The part of the bytes of CoNonces that is T_W.
    let commit = |deed: Deed, h: u8| {
        let mut guardian = world.guardian();
        let mut flight = world.flight(deed, 3);
        flight.step(&mut guardian, &mut honest).unwrap();
        let mut other = |_, bytes: Vec<u8>| with(&bytes, 34..66, &[h; 32]);
        flight.step(&mut guardian, &mut other).unwrap();
        let mut shown = vec![];
        let mut look = |_, bytes: Vec<u8>| {
            shown = bytes.clone();
            bytes
        };
        let stopped = flight.step(&mut guardian, &mut look).unwrap_err();
        assert_eq!(stopped.why(), (Step::Answer, Error::NoSession));
        shown
    };
    for deed in DEEDS {
        let (one, again, other) = (commit(deed, 1), commit(deed, 1), commit(deed, 2));
        assert_eq!(one, again, "{deed:?}");
        // All but h and T_W is the same.
        let end = if deed == Deed::Presentation { 99 } else { 67 };
        assert_ne!(one[35..67], other[35..67], "{deed:?}");
        assert_ne!(one[end - 32..end], other[end - 32..end], "{deed:?}");
        assert_eq!((one[34], &one[end..]), (other[34], &other[end..]), "{deed:?}");
    }
    assert_eq!(lead.pairing(), world.pair.second.pairing());
}

/// The formula of the lead's nonces: §6.3 for the transcript of the act, with h in the randomness.
#[test]
fn the_nonces_of_a_lead_are_hedged_by_the_formula() {
    let world = World::new();
    let (lead, (ward, guardian)) = (&world.pair.lead, masters(1));
    let (request, waiting) =
        lead.ask_to_log_in(Consent::to_answer(&world.login), NOW, &mut seeded(3)).unwrap();
    let _ = request;
    let (P_s, z) = formulas::scope(world.platform.id());
    let N_2 = P_s * formulas::share(&guardian, lead.pairing());
    let h = CoSessionId([8; 32]);
    let approval = formulas::approval(lead.pairing(), &h, Some(&N_2));
    let approval = CoApproval::from_bytes(&approval).unwrap();
    let (nonces, _) = waiting.commit(&approval, NOW, &mut seeded(9)).unwrap();
    let N = formulas::pseudonym(&world.pair, world.platform.id());
    let act = Transcript::new("login").part(&world.login.digest().0).part(&N);
    let f_1 = pairnym::hazmat::evaluate(&formulas::secrets(&ward), &z);
    let randomness = pairnym::hazmat::sigma::randomness(&mut seeded(9));
    let coins = Transcript::new("nonce").part(&act.h64()).scalars(&[*f_1]);
    let coins = coins.part(&[&randomness[..], &h.0].concat());
    let n = coins.part(&0u32.to_be_bytes()).scalar();
    assert_eq!(nonces.to_bytes()[35..67], formulas::encoded(&(P_s * n)));
}

#[test]
fn a_session_is_answered_once() {
    let world = World::new();
    for deed in DEEDS {
        let mut guardian = world.guardian();
        let mut flight = world.flight(deed, 3);
        flight.step(&mut guardian, &mut honest).unwrap();
        flight.step(&mut guardian, &mut honest).unwrap();
        let mut shown = vec![];
        let mut look = |_, bytes: Vec<u8>| {
            shown = bytes.clone();
            bytes
        };
        flight.step(&mut guardian, &mut look).unwrap();
        assert_eq!(guardian.answer(&shown).unwrap_err(), Error::NoSession);
        flight.step(&mut guardian, &mut honest).unwrap();
        assert!(!flight.step(&mut guardian, &mut honest).unwrap());
        assert_eq!(guardian.answer(&shown).unwrap_err(), Error::NoSession);
        // Also if the first answer was a refusal: of the session's own h, and another act.
        let mut flight = world.flight(deed, 4);
        flight.step(&mut guardian, &mut honest).unwrap();
        flight.step(&mut guardian, &mut honest).unwrap();
        let mut own = vec![];
        let mut replace = |_, bytes: Vec<u8>| {
            own = bytes.clone();
            let act = if deed == Deed::Login { 1 } else { 3 };
            let point = formulas::encoded(&U(0));
            let pseudonym = if act == 3 { &point[..] } else { &[] };
            [&bytes[..34], &[act], &point, pseudonym].concat()
        };
        let stopped = flight.step(&mut guardian, &mut replace).unwrap_err();
        assert_eq!(stopped.why(), (Step::Answer, Error::Rejected));
        assert_eq!(guardian.answer(&own).unwrap_err(), Error::NoSession);
    }
}
