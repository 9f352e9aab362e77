use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::Identity;
use pairnym::hazmat::scope_base_and_point;
use sha2::{Digest, Sha512};

use super::forgeries::honest;
use super::*;
use common::life::{login_layout, presentation_layout};

const SIZES: [usize; 5] = [1, 2, 3, 8, 17];

/// As many requests with their answers and logins as the largest batch has.
struct Many {
    world: World,
    asked: Vec<Request>,
    answers: Vec<Presentation>,
    asked_to_log_in: Vec<Request>,
    logins: Vec<Login>,
}

impl Many {
    fn new() -> Self {
        let mut world = World::new();
        let asked: Vec<_> = (0..17).map(|seed| world.request(seed)).collect();
        let answers = asked.iter().map(|request| world.present(request)).collect();
        let asked_to_log_in: Vec<_> = (0..17).map(|seed| world.request_login(seed)).collect();
        let logins = asked_to_log_in.iter().map(|request| world.log_in(request, 7)).collect();
        Self { world, asked, answers, asked_to_log_in, logins }
    }

    /// The verdicts on a batch whose members `bad` were damaged. What is good must be true.
    fn presented(&self, size: usize, bad: &[usize]) -> Vec<Option<Error>> {
        let mut answers = self.answers[..size].to_vec();
        for (nth, index) in bad.iter().enumerate() {
            // A response of each equation, and a commitment, in turn.
            let name = ["v", "z", "u3", "rho", "m0", "epsilon"][nth % 6];
            let place = presentation_layout(&[2, 9], 2).at(name).start;
            answers[*index] = flipped(&answers[*index], place);
        }
        let pairs: Vec<_> = self.asked.iter().zip(&answers).collect();
        let nonces = MemoryNonces::new(100);
        let verdicts = self.world.platform.verify_batch(&pairs, NOW, &nonces).unwrap();
        assert_eq!(nonces.len(), size - bad.len(), "nonces of bad members are not used up");
        verdicts.into_iter().map(Result::err).collect()
    }

    fn logged_in(&self, size: usize, bad: &[usize]) -> Vec<Option<Error>> {
        let mut logins = self.logins[..size].to_vec();
        for index in bad {
            logins[*index] = flipped(&logins[*index], login_layout().at("s").start);
        }
        let pairs: Vec<_> = self.asked_to_log_in.iter().zip(&logins).collect();
        let (nonces, platform) = (MemoryNonces::new(100), &self.world.platform);
        let verdicts = platform.verify_login_batch(&pairs, known, NOW, &nonces).unwrap();
        assert_eq!(nonces.len(), size - bad.len());
        verdicts.into_iter().map(Result::err).collect()
    }
}

/// Everybody has an account.
fn known(pseudonym: &Pseudonym) -> Option<Pseudonym> {
    Some(*pseudonym)
}

fn flipped<M: Message>(message: &M, place: usize) -> M {
    let mut bytes = message.to_bytes();
    bytes[place] ^= 1;
    M::from_bytes(&bytes).unwrap()
}

fn expected(size: usize, bad: &[usize]) -> Vec<Option<Error>> {
    (0..size).map(|index| bad.contains(&index).then_some(Error::Rejected)).collect()
}

#[test]
fn one_bad_member_is_found_at_each_position() {
    let many = Many::new();
    assert_eq!(many.presented(0, &[]), []);
    for size in SIZES {
        assert_eq!(many.presented(size, &[]), expected(size, &[]));
        assert_eq!(many.logged_in(size, &[]), expected(size, &[]));
        for bad in 0..size {
            assert_eq!(many.presented(size, &[bad]), expected(size, &[bad]), "{bad} of {size}");
            assert_eq!(many.logged_in(size, &[bad]), expected(size, &[bad]), "{bad} of {size}");
        }
    }
}

#[test]
fn many_bad_members_are_all_found() {
    let many = Many::new();
    for count in 2..=17 {
        // Every subset that a few multipliers give, spread and adjacent.
        for step in [1, 4, 5] {
            let bad: Vec<_> = (0..count).map(|nth| (nth * step + count) % 17).collect();
            assert_eq!(many.presented(17, &bad), expected(17, &bad), "{bad:?}");
            assert_eq!(many.logged_in(17, &bad), expected(17, &bad), "{bad:?}");
        }
    }
}

#[test]
fn one_request_is_answered_once() {
    let Many { world, asked, answers, asked_to_log_in, logins } = Many::new();
    let bad = flipped(&answers[0], presentation_layout(&[2, 9], 2).at("v").start);
    let (first, other) = (&asked[0], &asked[1]);
    let batch = [
        (first, &bad),
        (first, &answers[0]),
        (other, &answers[1]),
        (first, &answers[0]),
        (first, &bad),
        (other, &answers[0]),
    ];
    let nonces = MemoryNonces::new(10);
    let verdicts = world.platform.verify_batch(&batch, NOW, &nonces).unwrap();
    let errors: Vec<_> = verdicts.into_iter().map(Result::err).collect();
    let rejected = Some(Error::Rejected);
    let replayed = Some(Error::Replayed);
    assert_eq!(errors, [rejected, None, None, replayed, rejected, rejected]);
    // Nor later, nor alone, and not by another answer either.
    let verify = |answer: &Presentation| {
        world.platform.verify(first, answer, NOW, &nonces).map_err(|refused| refused.refused())
    };
    assert_eq!(verify(&answers[0]).err(), Some(replayed));
    let item = again(&world.holder, &world.evidence[0]);
    let second = present(&world.holder, &world.credential, item, first, NOW).unwrap();
    assert!(second != answers[0]);
    assert_eq!(verify(&second).err(), Some(replayed));

    let batch = [(&asked_to_log_in[0], &logins[0]), (&asked_to_log_in[0], &logins[0])];
    let nonces = MemoryNonces::new(10);
    let verdicts = world.platform.verify_login_batch(&batch, known, NOW, &nonces).unwrap();
    assert_eq!(verdicts[1], Err(Error::Replayed));
    assert!(verdicts[0].is_ok());
    let late = world.platform.verify_login(batch[0].0, batch[0].1, known, NOW, &nonces);
    assert_eq!(late.map_err(Error::from), Err(Error::Replayed));
}

/// A batch tells of each member what it would have been told alone, misuse included.
#[test]
fn a_batch_says_what_each_would_be_told_alone() {
    let Many { world, asked, answers, asked_to_log_in, .. } = Many::new();
    let list = world.authority.list();
    let other = Platform::new(list.clone(), host("other.example"));
    let foreign = other.request(Purpose::Registration).build(NOW, &mut seeded(50)).unwrap();
    let plain = Ask::new(list, "shop.example");
    let of = |answer: &Presentation, ask: &Ask| {
        Ask { nonce: answer.nonce().0, slots: asked[0].slots().into(), ..ask.clone() }.request()
    };
    let expired = of(&answers[1], &Ask { expiry: NOW.0 - 1, ..plain.clone() });
    let authority = of(&answers[1], &Ask { authority: "other.example".into(), ..plain.clone() });
    let schema = of(&answers[1], &plain.clone().disclosing(&["height"]));
    let mut params = plain.clone();
    params.slots =
        vec![plain.slots[0], Slot { parameters: ParametersId([1; 32]), ..plain.slots[0] }];
    params.nonce = answers[1].nonce().0;
    let params = params.request();
    let bad = flipped(&answers[2], presentation_layout(&[2, 9], 2).at("rho").start);
    let batch = [
        (&asked[0], &answers[0]),
        (&foreign, &answers[1]),
        (&expired, &answers[1]),
        (&asked[2], &bad),
        (&params, &answers[1]),
        (&asked[3], &answers[4]),
        (&schema, &answers[1]),
        (&authority, &answers[1]),
        (&asked_to_log_in[0], &answers[1]),
        (&asked[5], &answers[5]),
    ];
    let errors = [
        None,
        Some(Error::ForeignPlatform),
        Some(Error::Expired),
        Some(Error::Rejected),
        Some(Error::ForeignParameters),
        Some(Error::Rejected),
        Some(Error::Schema),
        Some(Error::ForeignAuthority),
        Some(Error::WrongAnswer),
        None,
    ];
    // With tables for the slots and without.
    let (labels, slots) = ([name("app-1")], world.platform.slots(NOW));
    let prepared = world.platform.prepare(&labels, &slots);
    for platform in [&world.platform, &prepared] {
        let together = platform.verify_batch(&batch, NOW, &MemoryNonces::new(10)).unwrap();
        let nonces = MemoryNonces::new(10);
        let alone: Vec<_> = batch
            .iter()
            .map(|(request, answer)| Ok(platform.verify(request, answer, NOW, &nonces)?))
            .collect();
        assert_eq!(together, alone);
        let found: Vec<_> = alone.into_iter().map(Result::err).collect();
        assert_eq!(found, errors);
    }
    // A store without room for a batch refuses it, and uses up nothing of it.
    let two = [(&asked[0], &answers[0]), (&asked[5], &answers[5])];
    let nonces = MemoryNonces::new(1);
    assert_eq!(world.platform.verify_batch(&two, NOW, &nonces), Err(Error::Full));
    assert!(nonces.is_empty());
    assert!(world.platform.verify(two[1].0, two[1].1, NOW, &nonces).is_ok());
}

fn point(bytes: &[u8]) -> RistrettoPoint {
    CompressedRistretto::from_slice(bytes).unwrap().decompress().unwrap()
}

fn scalar(bytes: &[u8]) -> Scalar {
    Scalar::from_canonical_bytes(bytes.try_into().unwrap()).unwrap()
}

/// Two logins of one person in one scope, whose equations are multiples of P_s.
struct TwoLogins {
    world: World,
    asked: Vec<Request>,
    logins: Vec<Vec<u8>>,
    base: RistrettoPoint,
}

impl TwoLogins {
    fn new() -> Self {
        let Many { world, asked_to_log_in: asked, logins, .. } = Many::new();
        let scope = Scope::new(authority_id(), world.host, None);
        let (base, _) = scope_base_and_point(&scope);
        let logins = logins[..2].iter().map(Message::to_bytes).collect();
        Self { asked: asked[..2].to_vec(), logins, base: *base, world }
    }

    fn response(&self, nth: usize) -> Scalar {
        scalar(&self.logins[nth][login_layout().at("s")])
    }

    fn challenge(&self, nth: usize) -> Scalar {
        let field = |name| &self.logins[nth][login_layout().at(name)];
        Transcript::new("login")
            .part(&self.asked[nth].digest().0)
            .part(field("N"))
            .part(field("T"))
            .scalar()
    }

    /// Adds to the responses, so that the sum of the equations with these weights is true.
    fn shift(&mut self, weights: [Scalar; 2]) {
        let deltas = [weights[1], -weights[0]];
        let place = login_layout().at("s");
        for (nth, delta) in deltas.into_iter().enumerate() {
            let shifted = self.response(nth) + delta;
            self.logins[nth] = with(&self.logins[nth], place.clone(), shifted.as_bytes());
        }
        let rests = [0, 1].map(|nth| self.rest(nth));
        let identity = RistrettoPoint::identity();
        assert_ne!(rests[0], identity);
        assert_eq!(rests[0] * weights[0] + rests[1] * weights[1], identity);
    }

    fn rest(&self, nth: usize) -> RistrettoPoint {
        let field = |name| point(&self.logins[nth][login_layout().at(name)]);
        self.base * self.response(nth) - field("N") * self.challenge(nth) - field("T")
    }

    fn verdicts(&self) -> Vec<Result<Pseudonym, Error>> {
        let logins: Vec<_> = self.logins.iter().map(|l| Login::from_bytes(l).unwrap()).collect();
        let pairs: Vec<_> = self.asked.iter().zip(&logins).collect();
        let verdicts =
            self.world.platform.verify_login_batch(&pairs, known, NOW, &MemoryNonces::new(10));
        verdicts.unwrap().into_iter().map(|verdict| verdict.map(|who| *who.account())).collect()
    }
}

/// ŝ + δ and ŝ − δ: the equations of two logins are false, and their plain sum is true.
#[test]
fn logins_that_cancel_are_refused() {
    let mut two = TwoLogins::new();
    two.shift([Scalar::ONE; 2]);
    assert_eq!(two.verdicts(), [Err(Error::Rejected), Err(Error::Rejected)]);
}

/// SPEC §6.5: whoever knew the weights beforehand would shift the responses by them. So they
/// depend on everything that is verified; three that would not.
#[test]
fn weights_cannot_be_foreseen() {
    let mut two = TwoLogins::new();
    let [first, second] = [0, 1].map(|nth| (two.challenge(nth), two.response(nth)));
    let list = || Transcript::new("fold").optional(None).count(2);
    let seeds = [
        list(),
        list().scalars(&[first.0]).scalars(&[second.0]),
        // What was right before the shift.
        list().scalars(&[first.0, first.1]).scalars(&[second.0, second.1]),
    ];
    for seed in seeds {
        let block = Sha512::new_with_prefix(seed.h64()).chain_update([0; 4]).finalize();
        let weight = |nth: usize| {
            let bytes = block[16 * nth..16 * nth + 16].try_into().unwrap();
            Scalar::from(u128::from_le_bytes(bytes))
        };
        let untouched = two.logins.clone();
        two.shift([weight(0), weight(1)]);
        assert_eq!(two.verdicts(), [Err(Error::Rejected), Err(Error::Rejected)]);
        two.logins = untouched;
    }
    assert!(two.verdicts().iter().all(Result::is_ok));
}

/// The same in equation (1) of two presentations, by v̂; and in both equations, by û_0.
#[test]
fn presentations_that_cancel_are_refused() {
    let Many { world, asked, answers, .. } = Many::new();
    let layout = presentation_layout(&[2, 9], 2);
    for name in ["v", "u0", "m1"] {
        let delta = Scalar::from(5u8);
        let shifted = [delta, -delta].into_iter().zip(&answers).map(|(delta, answer)| {
            let bytes = answer.to_bytes();
            let response = scalar(&bytes[layout.at(name)]) + delta;
            Presentation::from_bytes(&with(&bytes, layout.at(name), response.as_bytes())).unwrap()
        });
        let shifted: Vec<_> = shifted.collect();
        let pairs: Vec<_> = asked.iter().zip(&shifted).collect();
        let verdicts = world.platform.verify_batch(&pairs, NOW, &MemoryNonces::new(10)).unwrap();
        assert_eq!(verdicts, [Err(Error::Rejected), Err(Error::Rejected)], "{name}");
    }
}

/// With equal weights for the equations of one member, whoever has a credential could claim
/// N + κ·V for any κ: what is wrong in (2) is made up for in (1), by v̂.
#[test]
fn equations_of_one_member_do_not_cancel() {
    let world = World::new();
    let request = world.request(1);
    let (mut prover, witnesses) = honest(&world, &request, &world.evidence[0]);
    let kappa = Scalar::from(7u8);
    prover.pseudonym += prover.V() * kappa;
    let mut proved = prover.prove(&witnesses);
    proved.w[9] -= proved.c * kappa;
    let [first, second] = prover.rest(&proved);
    assert_ne!(first, RistrettoPoint::identity());
    assert_eq!(first + second, RistrettoPoint::identity());
    let answer = Presentation::from_bytes(&prover.encode(&proved)).unwrap();
    assert_eq!(verdict(&world.platform, &request, &answer), Err(Error::Rejected));
    let pairs = [(&request, &answer)];
    let verdicts = world.platform.verify_batch(&pairs, NOW, &MemoryNonces::new(1)).unwrap();
    assert_eq!(verdicts, [Err(Error::Rejected)]);
}
