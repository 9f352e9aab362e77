//! What a second can do against its lead: the lead refuses its part, and only that is lost which
//! SPEC §20.3 says.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use formulas::{U, point, scalar};

use super::*;

/// A second by its formulas. As it stands it is the guardian of the world's pair; a test changes
/// what it does otherwise.
struct Rogue {
    /// d, and what it has in its place in N_2, in T_G and in z.
    d: Scalar,
    n: Scalar,
    P_s: RistrettoPoint,
    N_2: RistrettoPoint,
    T_G: Vec<RistrettoPoint>,
}

impl Rogue {
    fn new(world: &World) -> Self {
        let (_, guardian) = masters(1);
        let (P_s, _) = formulas::scope(world.platform.id());
        let d = formulas::share(&guardian, world.pair.second.pairing());
        let n = scalar(1);
        Self { d, n, P_s, N_2: P_s * d, T_G: vec![U(0) * n, P_s * n] }
    }

    /// The world's lead logs in with this second, whose z is `z(c)`.
    fn log_in(&self, world: &World, z: impl FnOnce(&Scalar) -> Scalar) -> Result<Login, Error> {
        let (lead, rng) = (&world.pair.lead, &mut seeded(3));
        let (request, waiting) =
            lead.ask_to_log_in(Consent::to_answer(&world.login), NOW, rng).unwrap();
        let h = formulas::session(&request.to_bytes(), Some(&self.N_2), &self.T_G);
        let approval = formulas::approval(lead.pairing(), &h, Some(&self.N_2));
        let approval = CoApproval::from_bytes(&approval).unwrap();
        let (nonces, waiting) = waiting.commit(&approval, NOW, rng)?;
        let nonces = nonces.to_bytes();
        assert_eq!((&nonces[2..34], nonces[34]), (&h.0[..], 3));
        let (T_W, N) = (point(&nonces[35..67]), point(&nonces[67..99]));
        let T = T_W + self.T_G.last().unwrap();
        let z = z(&formulas::login_challenge(&world.login, &N, &T));
        let answer = CoAnswer::from_bytes(&formulas::co_answer(&h, &self.T_G, &z)).unwrap();
        Ok(sent(&waiting.complete(&answer)?))
    }

    fn present(&self, world: &World) -> Result<Presentation, (Error, Option<Box<Evidence>>)> {
        let (lead, rng) = (&world.pair.lead, &mut seeded(3));
        let consent = Consent::to_disclose(&world.request);
        let (request, waiting) = lead.ask_to_present(&world.credential, consent, NOW, rng).unwrap();
        let h = formulas::session(&request.to_bytes(), Some(&self.N_2), &self.T_G);
        let approval = formulas::approval(lead.pairing(), &h, Some(&self.N_2));
        let approval = CoApproval::from_bytes(&approval).unwrap();
        let committed = waiting.commit(world.item(), &approval, NOW, rng);
        let (nonces, waiting) = committed
            .map_err(|refused| (refused.error(), refused.into_evidence().map(Box::new)))?;
        let nonces = nonces.to_bytes();
        let points = [35, 67, 99].map(|at| point(&nonces[at..at + 32]));
        let prover = prover::Prover::new(world);
        let T = [points[0] - self.T_G[0], points[1] + self.T_G[1]];
        let z = self.n + prover.challenge(&points[2], &T) * self.d;
        let answer = CoAnswer::from_bytes(&formulas::co_answer(&h, &self.T_G, &z)).unwrap();
        waiting.complete(&answer).map(|made| sent(&made)).map_err(|error| (error, None))
    }

    /// The pair enrolls: the lead's part is computed here, so that T_G may have any length.
    fn enroll(&self, world: &World) -> Result<EnrollmentRequest, Error> {
        let (lead, rng) = (&world.pair.lead, &mut seeded(3));
        let (request, waiting) = lead.ask_to_enroll(world.ticket.bytes(), rng).unwrap();
        let h = formulas::session(&request.to_bytes(), None, &self.T_G);
        let approval = formulas::approval(lead.pairing(), &h, None);
        let (nonces, waiting) = waiting.commit(&CoApproval::from_bytes(&approval).unwrap(), rng)?;
        let T = point(&nonces.to_bytes()[35..67]) + self.T_G[0];
        let C_u = point(&lead.commitment().to_bytes());
        let z = self.n + formulas::enrollment_challenge(&world.ticket, &C_u, &T) * self.d;
        let answer = CoAnswer::from_bytes(&formulas::co_answer(&h, &self.T_G, &z)).unwrap();
        Ok(sent(&waiting.complete(&answer)?))
    }
}

/// By the formulas a second is believed, so what follows fails for its own reason.
#[test]
fn a_second_by_the_formulas_is_as_good() {
    let world = World::new();
    let rogue = Rogue::new(&world);
    let login = rogue.log_in(&world, |c| rogue.n + c * rogue.d).unwrap();
    assert_eq!(world.logged_in(&login), Ok(()));
    let presentation = rogue.present(&world).map_err(|(error, _)| error).unwrap();
    assert_eq!(world.presented(&presentation), Ok(()));
    let opening = Rogue { T_G: rogue.T_G[..1].to_vec(), ..rogue };
    assert_eq!(world.enrolled(&opening.enroll(&world).unwrap()), Ok(()));
}

/// Another share with its own N_2, honest in everything else: without z·U_0 = c·D + T_G1 the ward
/// would be logged in as somebody else.
#[test]
fn a_login_under_another_share_is_refused() {
    let world = World::new();
    let honest = Rogue::new(&world);
    let other = honest.d + Scalar::ONE;
    let rogue = Rogue { d: other, N_2: honest.P_s * other, ..Rogue::new(&world) };
    let mut challenge = Scalar::ZERO;
    let refused = rogue.log_in(&world, |c| {
        challenge = *c;
        rogue.n + c * other
    });
    assert_eq!(refused.unwrap_err(), Error::Rejected);
    // All that a platform would see holds: N = N_1 + N_2 and ŝ = n' + c·f_1 + z.
    let z = rogue.n + challenge * other;
    assert_eq!(honest.P_s * z, rogue.N_2 * challenge + rogue.T_G[1]);
    assert_ne!(U(0) * z, U(0) * honest.d * challenge + rogue.T_G[0]);
    // T_G1 for the right D, and the rest for the other share: only one of the two can fit.
    let mixed = Rogue { N_2: honest.P_s * other, ..Rogue::new(&world) };
    let refused = mixed.log_in(&world, |c| mixed.n + c * mixed.d);
    assert_eq!(refused.unwrap_err(), Error::Rejected);
}

#[test]
fn a_wrong_part_is_refused() {
    let world = World::new();
    let good = Rogue::new(&world);
    for delta in [Scalar::ONE, -Scalar::ONE, scalar(9)] {
        let refused = good.log_in(&world, |c| good.n + c * good.d + delta);
        assert_eq!(refused.unwrap_err(), Error::Rejected);
    }
    assert_eq!(good.log_in(&world, |_| good.n).unwrap_err(), Error::Rejected);
    assert_eq!(good.log_in(&world, |c| good.n - c * good.d).unwrap_err(), Error::Rejected);
    // T_G of other nonces, in one place and in both, and with d left out.
    let other = scalar(2);
    for T_G in [
        vec![U(0) * other, good.T_G[1]],
        vec![good.T_G[0], good.P_s * other],
        vec![U(0) * other, good.P_s * other],
        vec![good.T_G[1], good.T_G[0]],
    ] {
        let rogue = Rogue { T_G, ..Rogue::new(&world) };
        let refused = rogue.log_in(&world, |c| rogue.n + c * rogue.d);
        assert_eq!(refused.unwrap_err(), Error::Rejected);
        let (error, item) = rogue.present(&world).unwrap_err();
        assert_eq!((error, item.is_none()), (Error::Rejected, true), "used up");
    }
    let rogue = Rogue { d: good.d + Scalar::ONE, T_G: good.T_G[..1].to_vec(), ..good };
    assert_eq!(rogue.enroll(&world).unwrap_err(), Error::Rejected);
}

/// h opens to them, and the first would be enough.
#[test]
fn another_number_of_points_is_refused() {
    let world = World::new();
    let good = Rogue::new(&world);
    assert_eq!(good.enroll(&world).unwrap_err(), Error::Rejected);
    let one = Rogue { T_G: good.T_G[1..].to_vec(), ..Rogue::new(&world) };
    let refused = one.log_in(&world, |c| one.n + c * one.d);
    assert_eq!(refused.unwrap_err(), Error::Rejected);
}

/// A second that knows N_1 of this scope from before makes N any point: it never leaves the lead.
#[test]
fn a_steered_pseudonym_comes_to_nothing() {
    let world = World::new();
    let good = Rogue::new(&world);
    let N = point(&formulas::pseudonym(&world.pair, world.platform.id()));
    let N_1 = N - good.N_2;
    let steered = Rogue { N_2: good.P_s * scalar(5) - N_1, ..Rogue::new(&world) };
    let refused = steered.log_in(&world, |c| good.n + c * good.d);
    assert_eq!(refused.unwrap_err(), Error::Rejected);
    let (error, item) = steered.present(&world).unwrap_err();
    assert_eq!((error, item.is_none()), (Error::Rejected, true), "used up");
    // N = O is seen at once, and costs nothing.
    let cancelled = Rogue { N_2: -N_1, ..Rogue::new(&world) };
    let refused = cancelled.log_in(&world, |_| unreachable!());
    assert_eq!(refused.unwrap_err(), Error::Rejected);
    let (error, item) = cancelled.present(&world).unwrap_err();
    assert_eq!(error, Error::Rejected);
    let stored = |item: &Evidence| world.pair.lead.store_evidence(item);
    assert_eq!(stored(&item.unwrap()), stored(&world.item()));
}

/// N_2 where there is none, and none where there must be one; both cost nothing.
#[test]
fn an_approval_of_another_act_is_refused() {
    let world = World::new();
    let good = Rogue::new(&world);
    for deed in DEEDS {
        let mut change = |step, bytes: Vec<u8>| match (step, deed) {
            (Step::Commit, Deed::Presentation | Deed::Login) => [&bytes[..66], &[0]].concat(),
            (Step::Commit, _) => [&bytes[..66], &[1], &formulas::encoded(&good.N_2)].concat(),
            _ => bytes,
        };
        let stopped = world.run(deed, &mut change).unwrap_err();
        assert_eq!(stopped.why(), (Step::Commit, Error::Rejected), "{deed:?}");
        assert_eq!(stopped.item.is_some(), deed == Deed::Presentation);
    }
}

/// h of one session, T_G and z of another.
#[test]
fn a_part_of_another_session_is_refused() {
    let world = World::new();
    let mut guardian = world.guardian();
    for deed in DEEDS {
        let (mut one, mut two) = (world.flight(deed, 3), world.flight(deed, 4));
        for _ in 0..3 {
            one.step(&mut guardian, &mut honest).unwrap();
            two.step(&mut guardian, &mut honest).unwrap();
        }
        let mut first = vec![];
        let mut keep = |_, bytes: Vec<u8>| {
            first = bytes.clone();
            bytes
        };
        one.step(&mut guardian, &mut keep).unwrap();
        let mut replace = |_, bytes: Vec<u8>| with(&first, 2..34, &bytes[2..34]);
        let stopped = two.step(&mut guardian, &mut replace).unwrap_err();
        assert_eq!(stopped.why(), (Step::Complete, Error::Rejected));
        assert!(!one.step(&mut guardian, &mut honest).unwrap());
    }
}

/// In (1) u_0 stands with a minus sign, and so does T_G1: both devices by the formulas, with either
/// sign.
#[test]
fn a_presentation_with_the_other_sign_is_rejected() {
    let world = World::new();
    let (rogue, prover) = (Rogue::new(&world), prover::Prover::new(&world));
    let N = point(&formulas::pseudonym(&world.pair, world.platform.id()));
    let nonces: Vec<_> = (0..12).map(|i| scalar(50 + i)).collect();
    let [T_1, T_2] = prover.left(&nonces);
    for (sign, expected) in [(-Scalar::ONE, Ok(())), (Scalar::ONE, Err(Error::Rejected))] {
        let T = [T_1 + rogue.T_G[0] * sign, T_2 + rogue.T_G[1]];
        let c = prover.challenge(&N, &T);
        let part = nonces.iter().zip(&prover.witnesses);
        let mut w: Vec<_> = part.map(|(n, w)| n + c * w).collect();
        w[2] += rogue.n + c * rogue.d;
        assert_eq!(world.presented(&prover.presentation(&N, &T, &w)), expected);
    }
}
