use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use pairnym::hazmat::sigma::{Base, Bases, Relation, Sums};
use pairnym::hazmat::{
    KeyRelation, LoginRelation, Transcript, attribute_scalar, evaluate, generators,
};
use pairnym::{attribute::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::{NOW, holder, received, seeded, sent};

use crate::lab::{
    DISCLOSED, G, Item, Presented, Shown, Sigma, Stage, challenge, commitments, encode, image,
    prove_with, scalar, scalars, verifies,
};

/// The relation that pairnym does not use: B̄ = r·M − e·Ā and r·N = (Σ (r·u_k) z_s^k)·P_s, with
/// unknowns r, e, r·u_0 … r·u_6, r·v, then r·m_i for the hidden attributes. Places of points are
/// those of [`Stage::own`].
struct RScaled<'a> {
    disclosed: &'a [(u8, &'a Value)],
    hidden: &'a [u8],
    z: &'a Scalar,
}

impl Relation<2> for RScaled<'_> {
    fn left(&self, w: &[Scalar], sums: &mut impl Sums) {
        let (r, e, u, v, m) = (w[0], w[1], &w[2..9], w[9], &w[10..]);
        sums.add(0, &r, Base::Own(4));
        for (index, value) in self.disclosed {
            let m = attribute_scalar(value);
            sums.add(0, &(r * m), generators::h(usize::from(*index)));
        }
        for (k, u) in u.iter().enumerate() {
            sums.add(0, u, generators::u(k));
        }
        sums.add(0, &v, generators::V);
        for (index, m) in self.hidden.iter().zip(m) {
            sums.add(0, m, generators::h(usize::from(*index)));
        }
        sums.subtract(0, &e, Base::Own(0));
        let f = u.iter().rev().fold(Scalar::ZERO, |sum, u| sum * self.z + u);
        sums.add(1, &f, Base::Own(3));
        sums.subtract(1, &r, Base::Own(2));
    }

    fn right(&self, sums: &mut impl Sums) {
        sums.add(0, &Scalar::ONE, Base::Own(1));
    }
}

/// The toy: a platform that verifies evidence as ours does, and the r-scaled relation.
struct Toy<'a> {
    stage: &'a Stage,
}

impl Toy<'_> {
    fn relation(&self) -> RScaled<'_> {
        RScaled { disclosed: &self.stage.disclosed, hidden: &[2, 3], z: &self.stage.z }
    }

    fn transcript(&self, shown: &Shown, N: &RistrettoPoint) -> Transcript {
        Transcript::new("toy").part(&shown.bytes()).part(&encode(N))
    }

    fn prove(&self, shown: &Shown, N: RistrettoPoint, witnesses: &[Scalar]) -> Sigma<2> {
        let own = self.stage.own(shown, N);
        let bases = Bases { fixed: &self.stage.fixed, own: &own };
        let nonces = scalars(&mut seeded(80), witnesses.len());
        prove_with(&self.relation(), &bases, &self.transcript(shown, &N), witnesses, &nonces)
    }

    fn accepts(&self, shown: &Shown, N: RistrettoPoint, proof: &Sigma<2>) -> bool {
        let own = self.stage.own(shown, N);
        let bases = Bases { fixed: &self.stage.fixed, own: &own };
        let c = challenge(&self.transcript(shown, &N), &proof.0);
        c == proof.1
            && verifies(&self.relation(), &bases, proof)
            && evidence_holds(&self.stage.X(), shown)
    }
}

/// SPEC §12, equations (3) and (4).
fn evidence_holds(X: &RistrettoPoint, shown: &Shown) -> bool {
    let Shown { point, multiple, commitments, z, .. } = *shown;
    let relation = KeyRelation { key: Base::Own(0), point: Base::Own(1), multiple: Base::Own(2) };
    let own = [*X, point, multiple];
    let c = Shown::challenge(X, &point, &multiple, &commitments);
    verifies(&relation, &Bases { fixed: &[G], own: &own }, &(commitments, c, vec![z]))
}

/// The 网号 of another person, who never presents here.
fn victim(stage: &Stage) -> RistrettoPoint {
    let authority = *stage.world.authority.parameters().authority();
    let secrets = HolderSecrets::derive(&MasterSecret::import([9; 32]), &authority);
    *evaluate(&secrets, &stage.z) * stage.P
}

/// S5, why not the r-scaled relation (`rscaled_forgery`, `rscaled_nonzero`): a verifier of that
/// relation accepts honest presentations and refuses those with another's 网号; and it accepts,
/// under everybody's 网号, who knows x and puts r = 0, e = −x and zeros.
#[test]
fn a_verifier_of_the_r_scaled_relation_is_deceived_by_who_knows_x() {
    let stage = &Stage::new();
    let toy = Toy { stage };
    let Item { shown, rho } = stage.item;
    let r = rho.invert();
    let mut honest = vec![r, stage.mac.e];
    honest.extend(stage.opening().iter().chain(&stage.hidden).map(|secret| r * secret));
    assert!(toy.accepts(&shown, stage.N(), &toy.prove(&shown, stage.N(), &honest)));
    let N = victim(stage);
    assert!(!toy.accepts(&shown, N, &toy.prove(&shown, N, &honest)));

    let zeros = |e: Scalar| [&[Scalar::ZERO, e][..], &[Scalar::ZERO; 10]].concat();
    let rng = &mut seeded(81);
    let shown = Shown::forge(&stage.x, scalar(rng) * G, scalar(rng));
    for N in [N, stage.N(), scalar(rng) * G] {
        assert!(toy.accepts(&shown, N, &toy.prove(&shown, N, &zeros(-stage.x))));
        let guessed = -stage.x + Scalar::ONE;
        assert!(!toy.accepts(&shown, N, &toy.prove(&shown, N, &zeros(guessed))));
    }
}

/// S5 (`presentation_rho0_converse`, `presentation_extract_dlog`): our platform refuses whatever
/// corresponds to that attack. Who knows x can present secrets of their own without any issuance
/// (an authority can register phantoms), also with ρ = 0; under another's 网号 the same answers
/// are refused, since N stands in equation (2) with coefficient 1.
#[test]
fn our_verifier_refuses_who_knows_x_under_another_persons_pseudonym() {
    let stage = &Stage::new();
    let rng = &mut seeded(82);
    let N = victim(stage);

    // A phantom: secrets of the forger's choice, and a MAC made with x.
    let opening = scalars(rng, 8);
    let f = opening[..7].iter().rev().fold(Scalar::ZERO, |sum, u| sum * stage.z + u);
    let M = stage.message(&opening, &stage.hidden);
    let witnesses =
        |rho: Scalar, epsilon: Scalar| [&[rho, epsilon][..], &opening, &stage.hidden].concat();
    // (x + e)·A = M with e = 5, randomised by 1/ρ = 1/7; and Ā = M with ρ = 0, ε = 1.
    let (rho, e) = (Scalar::from(7u64), Scalar::from(5u64));
    let point = (rho * (stage.x + e)).invert() * M;
    let with_mac = (Shown::forge(&stage.x, point, scalar(rng)), witnesses(rho, rho * e));
    let with_zero = (Shown::forge(&stage.x, M, scalar(rng)), witnesses(Scalar::ZERO, Scalar::ONE));
    for (shown, witnesses) in [&with_mac, &with_zero] {
        let own = stage.answer(*shown, f * stage.P, witnesses, rng);
        assert!(stage.verdict(&stage.request, &own).is_ok());
        let framed = stage.answer(*shown, N, witnesses, rng);
        assert_eq!(stage.verdict(&stage.request, &framed), Err(Error::Rejected));
        // Who does not know x is refused under any 网号.
        let guessed = Shown::forge(&(stage.x + Scalar::ONE), shown.point, scalar(rng));
        let outside = stage.answer(guessed, f * stage.P, witnesses, rng);
        assert_eq!(stage.verdict(&stage.request, &outside), Err(Error::Rejected));
    }

    // r = 0, e = −x and zeros, word for word: ρ = 1/r does not exist. What comes nearest.
    let shown = Shown::forge(&stage.x, scalar(rng) * G, scalar(rng));
    for (rho, epsilon) in [
        (Scalar::ZERO, -stage.x),
        (Scalar::ONE, -stage.x),
        (Scalar::ZERO, Scalar::ZERO),
        (Scalar::ZERO, Scalar::ONE),
    ] {
        let witnesses = [&[rho, epsilon][..], &[Scalar::ZERO; 10]].concat();
        let framed = stage.answer(shown, N, &witnesses, rng);
        assert_eq!(stage.verdict(&stage.request, &framed), Err(Error::Rejected));
    }

    // The toy's proof in our message.
    let zeros = [&[Scalar::ZERO, -stage.x][..], &[Scalar::ZERO; 10]].concat();
    let mut framed = stage.unproven(shown, N);
    (framed.T, _, framed.responses) = Toy { stage }.prove(&shown, N, &zeros);
    assert_eq!(stage.verdict(&stage.request, &framed), Err(Error::Rejected));
}

/// S5, Σ4: a simulated transcript under another's 网号 verifies for the challenge that was chosen,
/// and the platform computes another.
#[test]
fn a_simulated_presentation_is_refused() {
    let stage = &Stage::new();
    let rng = &mut seeded(83);
    let N = victim(stage);
    let shown = Shown::forge(&stage.x, scalar(rng) * G, scalar(rng));
    let own = stage.own(&shown, N);
    let bases = Bases { fixed: &stage.fixed, own: &own };
    let (chosen, responses) = (scalar(rng), scalars(rng, 12));
    let mut framed = stage.unproven(shown, N);
    framed.T = commitments(&stage.relation(), &bases, &chosen, &responses);
    framed.responses = responses;
    assert_eq!(stage.verdict(&stage.request, &framed), Err(Error::Rejected));

    // Fitting one equation to the hash afterwards is not enough: T_2 stands in the hash.
    let c = challenge(&framed.transcript(&stage.request), &framed.T);
    framed.T = commitments(&stage.relation(), &bases, &c, &framed.responses);
    assert_ne!(challenge(&framed.transcript(&stage.request), &framed.T), c);
    assert_eq!(stage.verdict(&stage.request, &framed), Err(Error::Rejected));
}

/// S5, the side conditions: with O in the place of N or T_2, where equation (2) would be easy,
/// the message is not one.
#[test]
fn the_identity_is_no_way_around_equation_two() {
    let stage = &Stage::new();
    let rng = &mut seeded(84);
    let M = stage.message(&[Scalar::ZERO; 8], &stage.hidden);
    let shown = Shown::forge(&stage.x, M, scalar(rng));
    let mut witnesses = vec![Scalar::ZERO, Scalar::ONE];
    witnesses.extend([Scalar::ZERO; 8]);
    witnesses.extend(stage.hidden);
    let is_no_message = |answer: &Presented| {
        let error = answer.message().map(drop).unwrap_err();
        error.reason() == DecodeReason::Identity
    };

    let nobody = stage.answer(shown, RistrettoPoint::default(), &witnesses, rng);
    let own = stage.own(&shown, nobody.N);
    let bases = Bases { fixed: &stage.fixed, own: &own };
    let c = challenge(&nobody.transcript(&stage.request), &nobody.T);
    let proof = (nobody.T, c, nobody.responses.clone());
    assert!(verifies(&stage.relation(), &bases, &proof), "all equations hold");
    assert!(is_no_message(&nobody));

    // No nonces on u: T_2 = O.
    let mut framed = stage.unproven(shown, victim(stage));
    let own = stage.own(&shown, framed.N);
    let bases = Bases { fixed: &stage.fixed, own: &own };
    framed.responses = scalars(rng, 12);
    framed.responses[2..9].fill(Scalar::ZERO);
    framed.T = image(&stage.relation(), &bases, &framed.responses);
    assert!(framed.T[1] == RistrettoPoint::default());
    assert!(is_no_message(&framed));
}

/// S5, what a captured answer is good for: nothing but itself. Who knows x can vary ρ̂ and ε̂ of an
/// honest presentation, so that its bytes change and it still verifies; it counts once all the
/// same, since the nonce is used up, and it does not answer another request or carry another 网号.
#[test]
fn a_captured_presentation_can_be_varied_but_not_moved() {
    let mut stage = Stage::new();
    let request = stage.request.clone();
    let honest = stage.world.present(&request);
    let mut varied = Presented::of(&honest, &DISCLOSED, &stage.X());
    varied.responses[0] += Scalar::ONE;
    varied.responses[1] -= stage.x;
    let message = varied.message().unwrap();
    assert!(message != honest);
    let nonces = &MemoryNonces::new(1);
    let platform = &stage.world.platform;
    assert!(platform.verify(&request, &honest, NOW, nonces).is_ok());
    let again = platform.verify(&request, &message, NOW, nonces).unwrap_err();
    assert_eq!(again.refused(), Some(Error::Replayed));
    assert!(stage.verdict(&request, &varied).is_ok());

    // For another request, also with that one's nonce; in another slot of the same request.
    let other = stage.world.request(85);
    assert_eq!(stage.verdict(&other, &varied), Err(Error::Rejected));
    let renamed = Presented { nonce: other.nonce().0, ..varied.clone() };
    assert_eq!(stage.verdict(&other, &renamed), Err(Error::Rejected));
    assert_eq!((varied.slot, request.slots().len()), (1, 2));
    let backdated = Presented { slot: 0, ..varied.clone() };
    assert_eq!(stage.verdict(&request, &backdated), Err(Error::Rejected));
    varied.N = victim(&stage);
    assert_eq!(stage.verdict(&request, &varied), Err(Error::Rejected));
    varied.N = stage.N();
    varied.responses[1] += Scalar::ONE;
    assert_eq!(stage.verdict(&request, &varied), Err(Error::Rejected));
}

/// S5 for logins (`login_extract_dlog`): only who knows f(z_s) logs in under N; x is of no use. A
/// simulated login, one with another secret, and a captured one for another request are refused.
#[test]
fn nobody_else_logs_in() {
    let stage = Stage::new();
    let rng = &mut seeded(86);
    let platform = &stage.world.platform;
    let (asked, other) = (stage.world.request_login(87), stage.world.request_login(88));
    // Everybody has an account, so that what is refused is refused for the proof.
    let verdict = |request: &Request, login: &Login| {
        let nonces = MemoryNonces::new(1);
        let verdict = platform.verify_login(request, login, |N| Some(N.to_bytes()), NOW, &nonces);
        verdict.map(Returning::into_account).map_err(Error::from)
    };
    let from_host = received(&asked);
    let honest = holder(9, stage.world.authority.list());
    let honest = sent(&honest.log_in(Consent::to_answer(&from_host), NOW, rng).unwrap());
    let N = victim(&stage);
    assert_eq!(verdict(&asked, &honest), Ok(encode(&N)));
    assert_eq!(verdict(&other, &honest), Err(Error::Rejected));
    let mut renamed = honest.to_bytes();
    renamed[2..34].copy_from_slice(&other.nonce().0);
    assert_eq!(verdict(&other, &Login::from_bytes(&renamed).unwrap()), Err(Error::Rejected));

    let relation = LoginRelation { scope: Base::Own(1) };
    let forge = |N: RistrettoPoint, make: &dyn Fn(&Bases<'_>, &Transcript) -> Sigma<1>| {
        let own = [N, stage.P];
        let transcript = Transcript::new("login").part(&asked.digest().0).part(&encode(&N));
        let ([T], _, responses) = make(&Bases { fixed: &[], own: &own }, &transcript);
        let (N, T, response) = (encode(&N), encode(&T), responses[0].to_bytes());
        let bytes = [&[1, 13][..], &asked.nonce().0, &N, &T, &response].concat();
        verdict(&asked, &Login::from_bytes(&bytes).unwrap())
    };
    let (nonce, secret, chosen) = (scalar(rng), scalar(rng), scalar(rng));
    let with = |secret: Scalar| {
        move |bases: &Bases<'_>, transcript: &Transcript| {
            let relation = LoginRelation { scope: Base::Own(1) };
            prove_with(&relation, bases, transcript, &[secret], &[nonce])
        }
    };
    assert!(forge(secret * stage.P, &with(secret)).is_ok(), "under N of one's own");
    for secret in [secret, stage.x, stage.f(), Scalar::ZERO] {
        assert_eq!(forge(N, &with(secret)), Err(Error::Rejected));
    }
    let simulated = |bases: &Bases<'_>, _: &Transcript| {
        (commitments(&relation, bases, &chosen, &[nonce]), chosen, vec![nonce])
    };
    assert_eq!(forge(N, &simulated), Err(Error::Rejected));
}
