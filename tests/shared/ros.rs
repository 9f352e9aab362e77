//! Why the second commits to T_G before it sees T_W (SPEC §20.3): with nonces in the clear, either
//! side forges a proof that the other never gave its part to, out of as many concurrent sessions as
//! a scalar has bits (ROS; Benhamouda, Lepoint, Loss, Orrù and Raykova, 2021). The attack is run
//! with all 253 of them, against the naive devices of [`naive`] and against ours.
//!
//! For each session i the attacker knows a commitment T_i of its victim, and two challenges,
//! c_i^0 and c_i^1, of which it can have either answered. With a_i = 2^i / (c_i^1 − c_i^0), the
//! commitment Σ a_i T_i belongs to the challenge Σ a_i c_i = Σ a_i c_i^0 + Σ_{i chosen} 2^i, which
//! is whatever the attacker likes.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use formulas::{U, enrollment_challenge, opening, point, scalar};
use naive::{NaiveLead, NaiveSecond};

use super::*;

/// p has so many bits.
const SESSIONS: usize = 253;

/// Two challenges of each session.
struct Attack {
    challenges: Vec<[Scalar; 2]>,
    /// a_i.
    weights: Vec<Scalar>,
}

impl Attack {
    fn new(challenges: Vec<[Scalar; 2]>) -> Self {
        let powers = std::iter::successors(Some(Scalar::ONE), |power| Some(power + power));
        let weights = powers.zip(&challenges).map(|(power, [c, d])| power * (d - c).invert());
        Self { weights: weights.collect(), challenges }
    }

    fn weighted(&self, points: &[RistrettoPoint]) -> RistrettoPoint {
        self.weights.iter().zip(points).map(|(a, T)| T * a).sum()
    }

    fn sum(&self, answers: &[Scalar]) -> Scalar {
        self.weights.iter().zip(answers).map(|(a, z)| a * z).sum()
    }

    /// Which of the two challenges each session must have for the sum to be `c`.
    fn choices(&self, c: &Scalar) -> Vec<usize> {
        let first: Vec<_> = self.challenges.iter().map(|[first, _]| *first).collect();
        let bits = (c - self.sum(&first)).to_bytes();
        (0..SESSIONS).map(|i| usize::from(bits[i / 8] >> (i % 8) & 1)).collect()
    }
}

/// The world's pair, with everything that the attacker of either side may know, and more.
struct Ring {
    world: World,
    d: Scalar,
    D: RistrettoPoint,
    C_u: RistrettoPoint,
    secrets: Vec<Scalar>,
    /// Those that are signed.
    tickets: Vec<EnrollmentTicket>,
}

impl Ring {
    fn new() -> Self {
        let world = World::new();
        let (ward, guardian) = masters(1);
        let d = formulas::share(&guardian, world.pair.second.pairing());
        let ticket = |n: usize| {
            let transaction = TransactionId([n as u8; 32]);
            let rng = &mut seeded(n as u64);
            let authority = world.service.authority();
            authority.open_ticket(transaction, TEN_MINUTES, NOW, rng).unwrap().ticket().clone()
        };
        Self {
            d,
            D: U(0) * d,
            C_u: point(&world.pair.lead.commitment().to_bytes()),
            secrets: pairnym::hazmat::holder_scalars(&formulas::secrets(&ward)).to_vec(),
            tickets: (0..SESSIONS).map(|n| ticket(n + 2)).collect(),
            world,
        }
    }

    /// What nobody consented to.
    fn target(&self) -> &EnrollmentTicket {
        self.world.open_ticket.ticket()
    }

    fn challenge(&self, session: usize, T: &RistrettoPoint) -> Scalar {
        enrollment_challenge(&self.tickets[session], &self.C_u, T)
    }

    fn naive_second(&self) -> NaiveSecond {
        NaiveSecond { d: self.d, C_u: self.C_u, open: vec![] }
    }

    /// Whether the authority takes a forgery, by its own unmodified code.
    fn enrolls(&self, T: &RistrettoPoint, w: &[Scalar]) -> bool {
        let bytes = formulas::enrollment(self.target(), &self.C_u, T, w);
        self.world.enrolled(&EnrollmentRequest::from_bytes(&bytes).unwrap()).is_ok()
    }

    /// An opening of C_u for the target, by a lead with the second's part.
    fn forged_by_lead(&self, own: &[Scalar], c: &Scalar, z: &Scalar) -> Vec<Scalar> {
        let mut w: Vec<_> = own.iter().zip(&self.secrets).map(|(n, u)| n + c * u).collect();
        w[0] += z;
        w
    }
}

/// The attacker's own two commitments of each session, and its nonces for the forgery.
fn own_points() -> [RistrettoPoint; 2] {
    [1, 2].map(|n| U(0) * scalar(n))
}

fn own_nonces() -> Vec<Scalar> {
    (30..38).map(scalar).collect()
}

#[test]
fn a_lead_forges_against_a_naive_second() {
    let ring = Ring::new();
    let mut second = ring.naive_second();
    let T_G: Vec<_> = ring.tickets.iter().map(|ticket| second.approve(ticket)).collect();
    let own = own_points();
    let challenges = (0..).zip(&T_G).map(|(i, T)| own.map(|T_W| ring.challenge(i, &(T_W + T))));
    let attack = Attack::new(challenges.collect());
    let T = attack.weighted(&T_G) + opening(&own_nonces());
    let c = enrollment_challenge(ring.target(), &ring.C_u, &T);
    let choices = (0..).zip(attack.choices(&c));
    let answers: Vec<_> = choices.map(|(i, choice)| second.answer(i, &own[choice])).collect();
    let w = ring.forged_by_lead(&own_nonces(), &c, &attack.sum(&answers));
    assert!(ring.enrolls(&T, &w));
    assert!(second.open.iter().all(Option::is_none), "one answer each");
    // With one answer in the other way it fails.
    let w = ring.forged_by_lead(&own_nonces(), &c, &(attack.sum(&answers) + Scalar::ONE));
    assert!(!ring.enrolls(&T, &w));
}

#[test]
fn a_second_forges_against_a_naive_lead() {
    let ring = Ring::new();
    let Ring { secrets, D, C_u, .. } = &ring;
    let mut lead = NaiveLead { secrets: secrets.clone(), D: *D, C_u: *C_u, open: vec![] };
    let T_W: Vec<_> = ring.tickets.iter().map(|ticket| lead.ask(ticket)).collect();
    let own = own_points();
    let challenges = (0..).zip(&T_W).map(|(i, T)| own.map(|T_G| ring.challenge(i, &(T_G + T))));
    let attack = Attack::new(challenges.collect());
    let n = scalar(40);
    let T = attack.weighted(&T_W) + U(0) * n;
    let c = enrollment_challenge(ring.target(), &ring.C_u, &T);
    let mut w = vec![Scalar::ZERO; 8];
    for (i, choice) in (0..).zip(attack.choices(&c)) {
        let z = scalar(1 + choice as u64) + attack.challenges[i][choice] * ring.d;
        let posted = lead.complete(i, &own[choice], &z).expect("an honest part");
        w.iter_mut().zip(&posted).for_each(|(sum, w)| *sum += attack.weights[i] * w);
        w[0] -= attack.weights[i] * z;
    }
    w[0] += n + c * ring.d;
    assert!(ring.enrolls(&T, &w));
}

/// The same against our second: T_G of a session is known once that session has been answered, and
/// then there is no other challenge to choose.
#[test]
fn a_lead_does_not_forge_against_ours() {
    let ring = Ring::new();
    let (list, rng) = (ring.world.list(), &mut seeded(5));
    let second = &ring.world.pair.second;
    let mut sessions = CoSessions::new(SESSIONS, seconds(120));
    let approved: Vec<_> = ring
        .tickets
        .iter()
        .map(|ticket| {
            let bytes = ticket.to_bytes();
            let own =
                Received::<EnrollmentTicket>::from_authority(list, list.host(), &bytes).unwrap();
            let request = [&[1, 27], &second.pairing().0[..], &[0; 32], &bytes].concat();
            let Asked::Enrollment(asked) = second.read(&request, list, NOW).unwrap() else {
                panic!()
            };
            let (approval, session) = asked.approve(&own, rng).unwrap();
            sessions.keep(session, NOW).unwrap();
            // Of T_G nothing is there but h.
            assert_eq!(approval.to_bytes().len(), 67);
            CoSessionId(approval.to_bytes()[34..66].try_into().unwrap())
        })
        .collect();
    let own = own_points();
    let mut ask = |h: &CoSessionId, T_W: &RistrettoPoint| {
        let nonces = [&[1, 29], &h.0[..], &[1], &formulas::encoded(T_W)].concat();
        let session = sessions.take(h, NOW)?;
        second.answer(session, &CoNonces::from_bytes(&nonces).unwrap(), NOW)
    };
    let answers: Vec<_> = approved.iter().map(|h| ask(h, &own[0]).unwrap().to_bytes()).collect();
    let T_G: Vec<_> = answers.iter().map(|bytes| point(&bytes[35..67])).collect();
    let z: Vec<_> = answers.iter().map(|bytes| formulas::number(&bytes[67..])).collect();
    let challenges = (0..).zip(&T_G).map(|(i, T)| own.map(|T_W| ring.challenge(i, &(T_W + T))));
    let attack = Attack::new(challenges.collect());
    let T = attack.weighted(&T_G) + opening(&own_nonces());
    let c = enrollment_challenge(ring.target(), &ring.C_u, &T);
    let choices = attack.choices(&c);
    assert!(choices.contains(&1), "all right by chance");
    for (h, choice) in approved.iter().zip(&choices).filter(|(_, choice)| **choice == 1) {
        assert_eq!(ask(h, &own[*choice]).unwrap_err(), Error::NoSession);
    }
    let w = ring.forged_by_lead(&own_nonces(), &c, &attack.sum(&z));
    assert!(!ring.enrolls(&T, &w));
    // What it has is a proof for another challenge, which no hash gives.
    let first: Vec<_> = attack.challenges.iter().map(|[first, _]| *first).collect();
    let (c, z) = (attack.sum(&first), attack.sum(&z));
    assert_eq!(U(0) * z, ring.D * c + attack.weighted(&T_G));
}

/// The same against our lead: h holds the second to the T_G of before T_W.
#[test]
fn a_second_does_not_forge_against_ours() {
    let ring = Ring::new();
    let lead = &ring.world.pair.lead;
    let own = own_points();
    let mut rng = seeded(5);
    let asked = ring.tickets.iter().map(|ticket| {
        let (request, waiting) = lead.ask_to_enroll(&ticket.to_bytes(), &mut rng).unwrap();
        let h = formulas::session(&request.to_bytes(), None, &own[..1]);
        let approval = formulas::approval(lead.pairing(), &h, None);
        let approval = CoApproval::from_bytes(&approval).unwrap();
        let (nonces, waiting) = waiting.commit(&approval, &mut rng).unwrap();
        (h, point(&nonces.to_bytes()[35..67]), waiting)
    });
    let asked: Vec<_> = asked.collect();
    let T_W: Vec<_> = asked.iter().map(|(_, T_W, _)| *T_W).collect();
    let challenges = (0..).zip(&T_W).map(|(i, T)| own.map(|T_G| ring.challenge(i, &(T_G + T))));
    let attack = Attack::new(challenges.collect());
    let n = scalar(40);
    let T = attack.weighted(&T_W) + U(0) * n;
    let c = enrollment_challenge(ring.target(), &ring.C_u, &T);
    let choices = attack.choices(&c);
    let mut refused = 0;
    for (i, (h, _, waiting)) in asked.into_iter().enumerate() {
        let choice = choices[i];
        let z = scalar(1 + choice as u64) + attack.challenges[i][choice] * ring.d;
        let answer = formulas::co_answer(&h, &own[choice..=choice], &z);
        match waiting.complete(&CoAnswer::from_bytes(&answer).unwrap()) {
            Ok(_) => assert_eq!(choice, 0),
            Err(error) => {
                assert_eq!((error, choice), (Error::Rejected, 1));
                refused += 1;
            }
        }
    }
    assert!(refused > 64, "only {refused}: without their parts there is no sum");
}

/// A second that takes c from its lead signs anything in one session.
#[test]
fn a_second_that_is_told_the_challenge_signs_anything() {
    let ring = Ring::new();
    let mut second = ring.naive_second();
    let T_G = second.approve(&ring.tickets[0]);
    let T = opening(&own_nonces()) + T_G;
    let c = enrollment_challenge(ring.target(), &ring.C_u, &T);
    let w = ring.forged_by_lead(&own_nonces(), &c, &second.answer_to(0, &c));
    assert!(ring.enrolls(&T, &w));
    // With a challenge of its own the same T_W is of no use.
    let T_G = second.approve(&ring.tickets[0]);
    let T_W = opening(&own_nonces());
    let (T, z) = (T_W + T_G, second.answer(1, &T_W));
    let c = enrollment_challenge(ring.target(), &ring.C_u, &T);
    assert!(!ring.enrolls(&T, &ring.forged_by_lead(&own_nonces(), &c, &z)));
}
