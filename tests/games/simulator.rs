use curve25519_dalek::scalar::Scalar;
use pairnym::hazmat::sigma::{Base, Bases, HedgedScalars, Relation, prove, randomness, simulate};
use pairnym::hazmat::{KeyRelation, LoginRelation, Opening, Transcript};
use pairnym::holder::*;
use pairnym_testkit::{NOW, issued, received, seeded, sent, values};

use crate::common::World;
use crate::lab::{
    DISCLOSED, Item, Presented, Stage, challenge, fetch, prove_with, scalar, scalars,
};

const KEY: KeyRelation =
    KeyRelation { key: Base::Own(0), point: Base::Own(1), multiple: Base::Own(2) };

/// The library's prover and simulator on one statement.
fn meet<const E: usize>(relation: &impl Relation<E>, bases: &Bases<'_>, witnesses: &[Scalar]) {
    let rng = &mut seeded(20);
    let transcript = Transcript::new("meeting");
    let coins = HedgedScalars::new(&transcript, witnesses, Some(&randomness(rng)));
    let buffer = || vec![Scalar::ZERO; witnesses.len()];
    let run = |responses| prove(relation, bases, transcript.clone(), witnesses, &coins, responses);
    let real = run(buffer()).unwrap();
    let c = real.challenge(transcript.clone());
    assert!(real.holds(relation, bases, &c));

    // The same coins again, into a buffer that can be read.
    let mut responses = buffer();
    prove(relation, bases, transcript.clone(), witnesses, &coins, &mut responses[..]).unwrap();
    assert!(simulate(relation, bases, &c, responses).unwrap() == real);

    let c = scalar(rng);
    let simulated = simulate(relation, bases, &c, scalars(rng, witnesses.len())).unwrap();
    assert!(simulated.holds(relation, bases, &c));
    assert!(!simulated.holds(relation, bases, &(c + Scalar::ONE)));
    assert_ne!(simulated.challenge(transcript), c, "a simulated transcript proves nothing");
}

/// Σ4 (`sigma_hvzk`, `sigma_simulator_accepted`), on the curve: from the real prover's challenge
/// and responses the simulator makes the real transcript, so that nonces and simulator coins
/// correspond one to one; and what it makes from any challenge and responses verifies for that
/// challenge, which is not the hash.
#[test]
fn the_simulator_makes_the_real_transcript_from_its_challenge_and_responses() {
    let stage = Stage::new();
    let bases = |own| Bases { fixed: &stage.fixed, own };
    let C = [stage.C()];
    meet(&Opening, &bases(&C), stage.opening());
    let key = [stage.X(), stage.mac.A, stage.mac.W];
    meet(&KEY, &bases(&key), &[stage.x]);
    let own = stage.own(&stage.item.shown, stage.N());
    meet(&stage.relation(), &bases(&own), &stage.witnesses(&stage.item.rho));
    let login = [stage.N(), stage.P];
    let secret = stage.f();
    meet(&LoginRelation { scope: Base::Own(1) }, &bases(&login), &[secret]);
}

/// A χ² test that vectors of scalars are uniform: each scalar's lowest four bits, its highest
/// four bits (p is so near 2^252 that these are uniform too), and, for each two neighbours in a
/// vector, two bits of both.
fn looks_uniform(vectors: &[Vec<Scalar>]) -> bool {
    let low = |s: &Scalar| s.as_bytes()[0] & 15;
    let high = |s: &Scalar| s.as_bytes()[31] & 15;
    let pair = |w: &[Scalar]| (w[0].as_bytes()[0] & 3) << 2 | (w[1].as_bytes()[0] & 3);
    let tests: [Vec<u8>; 3] = [
        vectors.iter().flatten().map(low).collect(),
        vectors.iter().flatten().map(high).collect(),
        vectors.iter().flat_map(|vector| vector.windows(2)).map(pair).collect(),
    ];
    tests.iter().all(|buckets| chi_square(buckets) < 50.0)
}

/// Of values below 16. With 15 degrees of freedom uniform values exceed 50 with a probability of
/// about 10^-5.
fn chi_square(values: &[u8]) -> f64 {
    let mut counts = [0.0; 16];
    values.iter().for_each(|value| counts[usize::from(*value)] += 1.0);
    let expected = (values.len() as f64 / 16.0).max(1.0);
    counts.iter().map(|count: &f64| (count - expected).powi(2) / expected).sum()
}

/// The nonces with which these witnesses explain a transcript: n = ŵ − c·w.
fn explaining(c: &Scalar, responses: &[Scalar], witnesses: &[Scalar]) -> Vec<Scalar> {
    responses.iter().zip(witnesses).map(|(response, w)| response - c * w).collect()
}

const RUNS: u64 = 250;

/// Proofs of an opening of C_u by the library, each with coins of its own.
fn proofs(stage: &Stage, coins: impl Fn(&Transcript, u64) -> HedgedScalars) -> Vec<Vec<Scalar>> {
    let C = [stage.C()];
    let bases = Bases { fixed: &stage.fixed, own: &C };
    let proof = |run| {
        let transcript = Transcript::new("run");
        let mut responses = [Scalar::ZERO; 8];
        let coins = coins(&transcript, run);
        let witnesses = stage.opening();
        let made =
            prove(&Opening, &bases, transcript.clone(), witnesses, &coins, &mut responses[..]);
        let c = made.unwrap().challenge(transcript);
        explaining(&c, &responses, witnesses)
    };
    (0..RUNS).map(proof).collect()
}

/// Σ4, with the nonces of SPEC §6.3: the coins that explain real proofs of an opening look as
/// uniform as those that explain simulated ones. A prover whose nonces lack their top bit, one
/// that uses a nonce for two witnesses, and the library's own without randomness are caught.
///
/// The responses alone would not do: c is a hash, so ŵ = n + c·w looks uniform whatever n is.
#[test]
fn real_nonces_look_uniform() {
    let stage = Stage::new();
    let witnesses = stage.opening();
    let hedged = |transcript: &Transcript, run: u64| {
        HedgedScalars::new(transcript, witnesses, Some(&randomness(&mut seeded(1000 + run))))
    };
    assert!(looks_uniform(&proofs(&stage, hedged)));

    let rng = &mut seeded(21);
    let simulated = |_| explaining(&scalar(rng), &scalars(rng, 8), witnesses);
    assert!(looks_uniform(&(0..RUNS).map(simulated).collect::<Vec<_>>()));

    let bare = |transcript: &Transcript, _| HedgedScalars::new(transcript, witnesses, None);
    assert!(!looks_uniform(&proofs(&stage, bare)), "one statement, always the same nonces");

    let C = [stage.C()];
    let bases = Bases { fixed: &stage.fixed, own: &C };
    let mut faulty = |spoil: fn(&mut Vec<Scalar>)| -> (Vec<_>, Vec<_>) {
        let run = |_| {
            let mut nonces = scalars(rng, 8);
            spoil(&mut nonces);
            let transcript = Transcript::new("run");
            let (_, c, responses) = prove_with(&Opening, &bases, &transcript, witnesses, &nonces);
            (explaining(&c, &responses, witnesses), responses)
        };
        (0..RUNS).map(run).unzip()
    };
    let (nonces, responses) = faulty(|nonces| {
        for nonce in nonces {
            let mut bytes = nonce.to_bytes();
            bytes[31] &= 0x07;
            *nonce = Scalar::from_bytes_mod_order(bytes);
        }
    });
    assert!(!looks_uniform(&nonces));
    assert!(looks_uniform(&responses), "not to be seen without the witness");
    let (nonces, _) = faulty(|nonces| nonces[3] = nonces[2]);
    assert!(!looks_uniform(&nonces));
}

/// S6.1 (c), S6.2, from end to end: the nonces that explain a holder's presentations look uniform,
/// and so do, together, the challenge and response that the authority sees in a session and
/// those that the platform sees in the evidence. Evidence whose c is not blinded is caught.
#[test]
fn real_presentations_and_evidence_look_uniform() {
    let stage = Stage::new();
    let World { authority, holder, .. } = &stage.world;
    let X = &stage.X();
    let from_host = received(&stage.request);
    let (mut nonces, mut joint, mut unblinded) = (vec![], vec![], vec![]);
    for batch in 0..3 {
        // The session begins anew each time: the same credential, and a batch of its own.
        let issued = issued(authority, holder, values(), NOW, &mut seeded(1));
        let (view, evidence) = fetch(authority, holder, &issued, 300 + batch);
        let (credential, evidence) = issued.complete([evidence]).unwrap();
        for ((place, evidence), session) in (0..).zip(evidence).zip(&view.items) {
            let Item { shown, rho } = Item::of(holder, &evidence, X);
            joint.push(vec![shown.c, session.c, shown.z, session.z]);
            unblinded.push(vec![shown.c, shown.c, shown.z, session.z]);

            let consent = Consent::to_disclose(&from_host);
            let rng = &mut seeded(400 + 32 * batch + place);
            let answer = holder.present(&credential, evidence, consent, NOW, rng).unwrap();
            let answer = Presented::of(&sent(&answer), &DISCLOSED, X);
            let c = challenge(&answer.transcript(&stage.request), &answer.T);
            nonces.push(explaining(&c, &answer.responses, &stage.witnesses(&rho)));
        }
    }
    assert!(looks_uniform(&nonces));
    assert!(looks_uniform(&joint));
    assert!(!looks_uniform(&unblinded));
}
