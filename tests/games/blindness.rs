use curve25519_dalek::scalar::Scalar;
use pairnym::hazmat::Transcript;
use pairnym::hazmat::sigma::{Coins, randomness};
use pairnym::*;

use crate::common::{ATTRIBUTES, World, authority, holder, seeded};
use crate::lab::{G, Item, Mac, Shown, View, ViewItem, encode, fetch, scalar, x};

/// (s, a, b).
type Blinding = [Scalar; 3];

/// The only candidate: s = log_A' Ā, a = z̄ − z, b = c̄ − c.
fn candidate(scale: Scalar, session: &ViewItem, shown: &Shown) -> Blinding {
    [scale, shown.z - session.z, shown.c - session.c]
}

/// Whether a holder with these coins goes, in this session, from A', B', R1, R2 to Ā, B̄, R̄1, R̄2,
/// sends c, and gets from z to z̄ (SPEC §9.3, §9.4).
fn explains([s, a, b]: &Blinding, x: &Scalar, view: &View, item: usize, shown: &Shown) -> bool {
    let ViewItem { commitments: [R1, R2], c, z } = &view.items[item];
    let View { point, multiple, .. } = view;
    *s != Scalar::ZERO
        && shown.point == s * point
        && shown.multiple == s * multiple
        && shown.commitments[0] == R1 + (a - b * x) * G
        && shown.commitments[1] == s * (R2 + a * point - b * multiple)
        && *c == shown.c - b
        && shown.z == z + a
}

/// r' of a batch (SPEC §9.1), from the coins with which it was requested.
fn batch_scale(master: u8, credential: &Credential, seed: u64) -> Scalar {
    let authority = AuthorityId::new("authority.example").unwrap();
    let secrets = HolderSecrets::derive(&MasterSecret::import([master; 32]), &authority);
    let transcript = Transcript::new("evidence-offer")
        .part(&credential.parameters().0)
        .part(&encode(&Mac::of(credential).A));
    Coins::new(&transcript, secrets.scalars(), Some(&randomness(&mut seeded(seed)))).get(0)
}

/// The blinding scalars that a holder really drew (SPEC §9.3).
fn drawn(credential: &Credential, scale: Scalar, session: &[u8], view: &View, rng: u64) -> Coins {
    let points = view.items.iter().flat_map(|item| item.commitments);
    let transcript = Transcript::new("evidence-blinding")
        .part(&credential.parameters().0)
        .part(session)
        .part(&encode(&view.point))
        .part(&encode(&view.multiple))
        .count(2 * EVIDENCE_BATCH);
    let transcript = points.fold(transcript, |list, point| list.part(&encode(&point)));
    Coins::new(&transcript, &[scale], Some(&randomness(&mut seeded(rng))))
}

/// S6.1 (b) (`evidence_unique_coins`): for every item of a real batch the formulas s = log_A' Ā,
/// a = z̄ − z, b = c̄ − c give the very scalars that the holder drew, and no neighbour of them
/// explains the item.
#[test]
fn the_blinding_of_a_real_item_is_computed_from_both_views() {
    let World { authority, holder, credential, .. } = World::new();
    let (x, X) = (x(1), x(1) * G);
    let (request, offered) = holder.request_evidence(&credential, &mut seeded(50)).unwrap();
    let (session, commitments) = authority.open_evidence(&request, &mut seeded(51)).unwrap();
    let (challenges, challenged) = offered.challenge(&commitments, &mut seeded(52)).unwrap();
    let responses = authority.respond(session, &challenges).unwrap();
    let evidence = challenged.finish(&responses).unwrap();
    let view = View::of(&request, &commitments, &challenges, &responses);

    let scale = batch_scale(2, &credential, 50);
    assert_eq!(view.point, scale * Mac::of(&credential).A);
    let coins = drawn(&credential, scale, &commitments.to_bytes()[2..34], &view, 52);
    for (place, evidence) in evidence.iter().enumerate() {
        let Item { shown, rho } = Item::of(evidence, &X);
        // Ā = r·A and A' = r'·A with r = 1/ρ.
        let s = (rho * scale).invert();
        let found = candidate(s, &view.items[place], &shown);
        assert!(explains(&found, &x, &view, place, &shown));
        assert_eq!(found, [0, 1, 2].map(|i| coins.get(3 * place as u32 + i)));
        for wrong in 0..3 {
            let mut other = found;
            other[wrong] += Scalar::ONE;
            assert!(!explains(&other, &x, &view, place, &shown));
        }
        // R̄1 and R̄2 depend on a − b·x alone: these two are found by c and z only.
        let shifted = [found[0], found[1] + x, found[2] + Scalar::ONE];
        assert!(!explains(&shifted, &x, &view, place, &shown));
    }
}

/// S6.1 (b), (c) (`evidence_batch_unique_coins`): the item of any person, batch and place is
/// explained by the session of any other person, batch and place, by exactly one (s, a, b). So the
/// authority's sessions say nothing about which of them an item comes from.
///
/// The credentials are A = α·G with known α, so that s can be computed for every pair. An item
/// that was tampered with, or made under another key, has no explanation by any session.
#[test]
fn any_session_of_any_person_explains_any_item() {
    let authority = authority(1, &ATTRIBUTES);
    let (x, X) = (x(1), x(1) * G);
    let rng = &mut seeded(53);
    let mut batches = Vec::new();
    for person in [2, 3] {
        let alpha = scalar(rng);
        let (A, W) = (encode(&(alpha * G)), encode(&(alpha * X)));
        let id = authority.parameters().id().0;
        let epoch = [0; 8];
        let stored = [&[1, 16][..], &id, &epoch, &A, &scalar(rng).to_bytes(), &W, &[0]].concat();
        let credential = Credential::import(&stored).unwrap();
        let holder = holder(person, &authority);
        for seed in 0..2 {
            let seed = 60 + 2 * u64::from(person) + seed;
            let (view, evidence) = fetch(&authority, &holder, &credential, seed);
            // log A' and log Ā.
            let log = alpha * batch_scale(person, &credential, seed);
            let items = evidence.iter().map(|evidence| {
                let Item { shown, rho } = Item::of(evidence, &X);
                (alpha * rho.invert(), shown)
            });
            let items: Vec<_> = items.collect();
            batches.push((log, view, items));
        }
    }
    let mut explained = 0;
    for (log, view, _) in &batches {
        let inverse = log.invert();
        for (item_log, shown) in batches.iter().flat_map(|(.., items)| items.iter().step_by(3)) {
            for place in (0..EVIDENCE_BATCH).step_by(7) {
                let found = candidate(item_log * inverse, &view.items[place], shown);
                assert!(explains(&found, &x, view, place, shown));
                explained += 1;
            }
        }
    }
    assert_eq!(explained, 4 * (4 * 11) * 5);

    let (log, view, items) = &batches[0];
    let (item_log, shown) = &items[0];
    let tampered = Shown { z: shown.z + Scalar::ONE, ..*shown };
    let foreign = Shown::forge(&(x + Scalar::ONE), shown.point, scalar(rng));
    for place in 0..EVIDENCE_BATCH {
        for shown in [&tampered, &foreign] {
            let found = candidate(item_log * log.invert(), &view.items[place], shown);
            assert!(!explains(&found, &x, view, place, shown));
        }
    }
}
