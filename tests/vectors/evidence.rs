//! evidence.json (SPEC §9).

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use pairnym::{
    Message,
    message::{EvidenceChallenges, EvidenceCommitments, EvidenceRequest, EvidenceResponses},
};
use pairnym_testkit::NOW;

use crate::formulas::{G, Hash, Key, Mac, Wire, credential_id, hedged, holder_secrets};
use crate::json::{check, list};
use crate::setting::{AUTHORITY, Setting, four, run, tossed};

/// The holder's secrets of one item, and the item.
struct Item {
    s: Scalar,
    a: Scalar,
    b: Scalar,
    point: RistrettoPoint,
    multiple: RistrettoPoint,
    commitments: [RistrettoPoint; 2],
    challenge: Scalar,
}

/// §9.3 for one item.
fn blind(
    values: &[Scalar],
    [R1, R2]: &[RistrettoPoint; 2],
    point: &RistrettoPoint,
    multiple: &RistrettoPoint,
    X: &RistrettoPoint,
) -> Item {
    let [s, a, b] = *values else { panic!("three values for each item") };
    let commitments = [R1 + a * G - b * X, s * (R2 + a * point - b * multiple)];
    let (point, multiple) = (s * point, s * multiple);
    let hash = Hash::new("evidence").points([X, &point, &multiple]).points(&commitments);
    Item { s, a, b, point, multiple, commitments, challenge: hash.h2s() }
}

#[test]
fn evidence_json() {
    let setting = Setting::new(four());
    let (credential, _) = setting.kept(NOW);
    let params_id = setting.params_id();
    let secrets = holder_secrets(&setting.master, AUTHORITY);
    let Key { x, X, .. } = Key::new(&setting.seed);
    let Mac { A, W, .. } = Mac::read(&credential);
    assert_eq!(W, x * A);
    let offer_coins = run::<64>(0x0e);
    let session_coins = run::<96>(0x0f);
    let blinding_coins = run::<64>(0x10);

    // Request.
    let offer = Hash::new("evidence-offer").part(params_id).point(&A);
    let r = hedged(&offer, &secrets, Some(&offer_coins), 1)[0];
    let (point, multiple) = (r * A, r * W);
    let request = Wire::new(7).put(params_id).points([&point, &multiple]).bytes();

    // Commitments.
    let (session, nonce_coins) = session_coins.split_at(32);
    let commitment = Hash::new("evidence-commitment").part(params_id);
    let commitment = commitment.points([&point, &multiple]).part(session);
    let k = hedged(&commitment, &[x], Some(nonce_coins), 32);
    let pairs: Vec<_> = k.iter().map(|k| [k * G, k * point]).collect();
    let commitments = Wire::new(8).put(session).points(pairs.as_flattened()).bytes();

    // Challenges.
    let blinding = Hash::new("evidence-blinding").part(params_id).part(session);
    let blinding = blinding.points([&point, &multiple]).count(64).points(pairs.as_flattened());
    let values = hedged(&blinding, &[r], Some(&blinding_coins), 96);
    let blind = |(values, pair)| blind(values, pair, &point, &multiple, &X);
    let items: Vec<_> = values.chunks(3).zip(&pairs).map(blind).collect();
    let c: Vec<_> = items.iter().map(|item| item.challenge - item.b).collect();
    let challenges = Wire::new(9).put(session).scalars(&c).bytes();

    // Responses.
    let z: Vec<_> = k.iter().zip(&c).map(|(k, c)| k + c * x).collect();
    let responses = Wire::new(10).put(session).scalars(&z).bytes();
    let id = credential_id(&credential);
    let kept: Vec<_> = items.iter().zip(&z).map(|(item, z)| finish(item, z, &X, &id, &r)).collect();

    // The library's bytes for the same coins.
    let issued = setting.issued(NOW);
    let (known_request, offered) =
        tossed(&offer_coins, |rng| setting.holder.request_evidence(&issued, rng)).unwrap();
    assert_eq!(known_request.to_bytes(), request);
    let known_request = EvidenceRequest::from_bytes(&request).unwrap();
    let (open, known_commitments) =
        tossed(&session_coins, |rng| setting.authority.open_evidence(&known_request, rng)).unwrap();
    assert_eq!(known_commitments.to_bytes(), commitments);
    let known_commitments = EvidenceCommitments::from_bytes(&commitments).unwrap();
    let (known_challenges, challenged) =
        tossed(&blinding_coins, |rng| offered.challenge(&known_commitments, rng)).unwrap();
    assert_eq!(known_challenges.to_bytes(), challenges);
    let known_challenges = EvidenceChallenges::from_bytes(&challenges).unwrap();
    let known_responses = setting.authority.respond(open, &known_challenges).unwrap();
    assert_eq!(known_responses.to_bytes(), responses);
    let known_responses = EvidenceResponses::from_bytes(&responses).unwrap();
    let batch = challenged.finish(&known_responses).unwrap();
    let (_, evidence) = issued.complete([batch]).unwrap();
    assert_eq!(evidence.len(), kept.len());
    for (known, (_, bytes)) in evidence.iter().zip(&kept) {
        let stored = setting.stored(bytes);
        assert_eq!(*setting.holder.store_evidence(known), stored);
        let again = setting.holder.load_evidence(&stored).unwrap();
        assert_eq!(*setting.holder.store_evidence(&again), stored);
    }

    let item = |j: usize| {
        let ([R1, R2], item, (rho, bytes)) = (pairs[j], &items[j], &kept[j]);
        object! {
            "k": k[j],
            "R1": R1,
            "R2": R2,
            "s": item.s,
            "a": item.a,
            "b": item.b,
            "A_bar": item.point,
            "B_bar": item.multiple,
            "R1_bar": item.commitments[0],
            "R2_bar": item.commitments[1],
            "c_bar": item.challenge,
            "c": c[j],
            "z": z[j],
            "z_bar": z[j] + item.a,
            "rho": rho,
            "evidence": bytes,
            "stored_evidence": setting.stored(bytes),
        }
    };
    check(
        "evidence.json",
        "9",
        "One batch. The session coins are the session id and 64 bytes of randomness; item j has \
         the values with index j of every move, and what the holder stores: its encoding, and the \
         same with the MAC.",
        object! {
            "seed": setting.seed,
            "master_secret": setting.master,
            "list": setting.list.encode(),
            "stored_credential": setting.stored(&credential),
            "credential_id": id,
            "request_coins": offer_coins,
            "offer_transcript": offer.json(),
            "r_prime": r,
            "request": request,
            "session_coins": session_coins,
            "commitment_transcript": commitment.json(),
            "commitments": commitments,
            "challenge_coins": blinding_coins,
            "blinding_transcript": blinding.json(),
            "challenges": challenges,
            "responses": responses,
            "items": list((0..32).map(item)),
        },
    );
}

/// ρ and the encoding, once the proof that the item is has been checked.
fn finish(
    item: &Item,
    z: &Scalar,
    X: &RistrettoPoint,
    credential_id: &[u8; 32],
    r: &Scalar,
) -> (Scalar, Vec<u8>) {
    let z_bar = z + item.a;
    let [R1, R2] = item.commitments;
    assert_eq!(z_bar * G, R1 + item.challenge * X);
    assert_eq!(z_bar * item.point, R2 + item.challenge * item.multiple);
    let rho = (r * item.s).invert();
    let bytes = Wire::new(17).put(credential_id).points([&item.point, &item.multiple]);
    (rho, bytes.points(&item.commitments).scalars([&z_bar, &rho]).bytes())
}
