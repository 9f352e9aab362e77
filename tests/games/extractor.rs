use std::iter::zip;

use curve25519_dalek::scalar::Scalar;
use pairnym::hazmat::sigma::{Base, Bases, HedgedScalars, Relation, prove, randomness};
use pairnym::hazmat::{KeyRelation, LoginRelation, Opening, Transcript};
use pairnym::message::*;
use pairnym_testkit::seeded;

use crate::lab::{
    Fields, G, Item, Shown, Sigma, Stage, challenge, commitments, evidence_challenges,
    evidence_request, image, prove_with, scalar, scalars, verifies,
};

const KEY: KeyRelation =
    KeyRelation { key: Base::Own(0), point: Base::Own(1), multiple: Base::Own(2) };

/// The library's prover, asked twice with the same coins: the transcripts go on differently, as
/// if the hash had been answered differently.
fn fork<const E: usize>(
    relation: &impl Relation<E>,
    bases: &Bases<'_>,
    witnesses: &[Scalar],
) -> [Sigma<E>; 2] {
    let coins =
        HedgedScalars::new(&Transcript::new("fork"), witnesses, Some(&randomness(&mut seeded(30))));
    [0, 1].map(|branch| run(relation, bases, witnesses, &coins, branch))
}

fn run<const E: usize>(
    relation: &impl Relation<E>,
    bases: &Bases<'_>,
    witnesses: &[Scalar],
    coins: &HedgedScalars,
    branch: u8,
) -> Sigma<E> {
    let transcript = Transcript::new("fork").part(&[branch]);
    let mut responses = vec![Scalar::ZERO; witnesses.len()];
    let proof =
        prove(relation, bases, transcript.clone(), witnesses, coins, &mut responses[..]).unwrap();
    let c = proof.challenge(transcript);
    assert!(proof.holds(relation, bases, &c));
    (commitments(relation, bases, &c, &responses), c, responses)
}

/// (ŵ − ŵ') / (c − c').
fn extract<const E: usize>([(_, c, first), (_, d, second)]: &[Sigma<E>; 2]) -> Vec<Scalar> {
    let inverse = (c - d).invert();
    zip(first, second).map(|(first, second)| (first - second) * inverse).collect()
}

/// Forks, extracts, compares.
fn extracts<const E: usize>(
    relation: &impl Relation<E>,
    bases: &Bases<'_>,
    witnesses: &[Scalar],
) -> Vec<Scalar> {
    let fork = fork(relation, bases, witnesses);
    assert!(fork[0].0 == fork[1].0 && fork[0].1 != fork[1].1);
    let extracted = extract(&fork);
    assert_eq!(extracted, witnesses);

    // With other coins the commitments differ, and nothing comes out.
    let others =
        HedgedScalars::new(&Transcript::new("fork"), witnesses, Some(&randomness(&mut seeded(31))));
    let [first, _] = fork;
    let apart = [first, run(relation, bases, witnesses, &others, 1)];
    assert!(apart[0].0 != apart[1].0);
    assert_ne!(extract(&apart), witnesses);
    extracted
}

/// Σ2 (`sigma_special_sound`): from two transcripts of the library's prover with the same
/// commitments and different challenges, the extractor computes the opening of C_u, the
/// authority's x, and f(z_s) of a login (S5: `login_extract_dlog`).
#[test]
fn two_transcripts_give_the_witness() {
    let stage = Stage::new();
    let bases = |own| Bases { fixed: &stage.fixed, own };
    let commitment = [stage.C()];
    extracts(&Opening, &bases(&commitment), stage.opening());
    let key = [stage.X(), stage.mac.A, stage.mac.W];
    extracts(&KEY, &bases(&key), &[stage.x]);
    let secret = stage.f();
    let own = [stage.N(), stage.P];
    let login = extracts(&LoginRelation { scope: Base::Own(1) }, &bases(&own), &[secret]);
    assert_eq!(login[0] * stage.P, stage.N());
}

/// S3, S4 (`presentation_extract`, `presentation_extract_mac`): from two transcripts of a
/// presentation, ρ ≠ 0, and A = ρ·Ā, e = ε/ρ is a MAC on the extracted secrets with the disclosed
/// and the hidden attributes, the very one that the authority issued; N = f(z_s)·P_s.
#[test]
fn two_presentations_give_the_credential() {
    let stage = Stage::new();
    let Item { shown, rho } = stage.item;
    let own = stage.own(&shown, stage.N());
    let bases = Bases { fixed: &stage.fixed, own: &own };
    let extracted = extracts(&stage.relation(), &bases, &stage.witnesses(&rho));
    let ([rho, epsilon], rest) = extracted.split_first_chunk().unwrap();
    let (opening, hidden) = rest.split_at(8);
    assert_ne!(*rho, Scalar::ZERO);
    let (A, e) = (rho * shown.point, epsilon * rho.invert());
    assert!((stage.x + e) * A == stage.message(opening, hidden));
    assert!(A == stage.mac.A && e == stage.mac.e);
    let f = opening[..7].iter().rev().fold(Scalar::ZERO, |sum, u| sum * stage.z + u);
    assert_eq!(f * stage.P, stage.N());
}

/// S3, remark on ρ = 0 (`presentation_rho0`): the owner of a credential opens an evidence session
/// for A itself, takes the authority's R2 = k·A for its own nonce on the first two witnesses, and
/// closes the session with the presentation's challenge. The platform accepts, with ρ̂ = 0; and two
/// answers of that kind on one k give the witness ρ = 0, ε = x + e, which is no MAC but x·M of the
/// owner's own M. So an extractor must not expect ρ ≠ 0 while sessions are open.
#[test]
fn with_an_open_session_the_owner_of_a_credential_presents_with_rho_zero() {
    let stage = Stage::new();
    let mac = stage.mac;
    let shown = Shown::forge(&stage.x, mac.A, scalar(&mut seeded(32)));
    let authority = &stage.world.authority;
    let offered = evidence_request(authority.parameters(), &mac.A, &mac.W);

    // The authority's coins are given, so that the rewinding extractor can have it answer twice.
    let branch = |request| {
        let (session, open) = authority.open_evidence(&offered, &mut seeded(33)).unwrap();
        let R2 = Fields(&open.to_bytes()).skip(34 + 32).point();

        let request = stage.world.request(request);
        let mut answer = stage.unproven(shown, stage.N());
        answer.nonce = request.nonce().0;
        let own = stage.own(&shown, stage.N());
        let bases = Bases { fixed: &stage.fixed, own: &own };
        // The other nonces are the same in both branches, those for ρ and ε do not occur.
        let mut nonces = scalars(&mut seeded(34), 12);
        nonces[..2].fill(Scalar::ZERO);
        answer.T = image(&stage.relation(), &bases, &nonces);
        answer.T[0] += R2;
        let c = challenge(&answer.transcript(&request), &answer.T);

        let close = evidence_challenges(&open, &[c; EVIDENCE_BATCH]);
        let z = authority.respond(session, &close).unwrap().to_bytes();
        let z = Fields(&z).skip(34).scalar();
        answer.responses =
            zip(nonces, stage.witnesses(&stage.item.rho)).map(|(nonce, w)| nonce + c * w).collect();
        answer.responses[0] = Scalar::ZERO;
        answer.responses[1] = z + c * mac.e;
        assert!(stage.verdict(&request, &answer).is_ok());
        (answer.T, c, answer.responses)
    };
    let fork = [35, 36].map(branch);
    assert!(fork[0].0 == fork[1].0);
    let extracted = extract(&fork);
    let ([rho, epsilon], rest) = extracted.split_first_chunk().unwrap();
    assert_eq!((*rho, *epsilon), (Scalar::ZERO, stage.x + mac.e));
    let (opening, hidden) = rest.split_at(8);
    assert!(epsilon * shown.multiple == stage.x * stage.message(opening, hidden));
}

/// SPEC §16.2 (`evidence_nonce_reuse`): a session that answers twice reveals x. The library's
/// session answers once and cannot be copied; here the process was restored with its random
/// generator, as from a snapshot.
#[test]
fn a_session_that_answers_twice_reveals_x() {
    let stage = Stage::new();
    let authority = &stage.world.authority;
    let point = scalar(&mut seeded(37)) * G;
    let request = evidence_request(authority.parameters(), &point, &(stage.x * point));
    let answer = |c: u64, coins| {
        let (session, open) = authority.open_evidence(&request, &mut seeded(coins)).unwrap();
        let challenges = evidence_challenges(&open, &[Scalar::from(c); EVIDENCE_BATCH]);
        let z = authority.respond(session, &challenges).unwrap().to_bytes();
        Fields(&z).skip(34).scalar()
    };
    assert_eq!(answer(8, 38) - answer(7, 38), stage.x);
    assert_ne!(answer(8, 38) - answer(7, 39), stage.x);
}

/// Σ3, in the hash's place: a prover of a false statement has an accepted proof for the one
/// challenge that it guessed, and for no other.
#[test]
fn a_false_statement_has_no_second_transcript() {
    let stage = Stage::new();
    let key = [stage.X(), stage.mac.A, stage.mac.W + G];
    let bases = Bases { fixed: &stage.fixed, own: &key };
    let rng = &mut seeded(40);
    let (guessed, response) = (scalar(rng), scalars(rng, 1));
    let T = commitments(&KEY, &bases, &guessed, &response);
    // z·G = T_1 + c·X leaves one z for each c, which the second equation refuses.
    let k = response[0] - guessed * stage.x;
    for c in [guessed, guessed + Scalar::ONE, challenge(&Transcript::new("false"), &T)] {
        let only = vec![k + c * stage.x];
        let accepted = verifies(&KEY, &bases, &(T, c, only));
        assert_eq!(accepted, c == guessed);
    }
    let honest = prove_with(&KEY, &bases, &Transcript::new("false"), &[stage.x], &response);
    assert!(!verifies(&KEY, &bases, &honest));
}
