use curve25519_dalek::scalar::Scalar;
use pairnym::hazmat::sigma::{HedgedScalars, randomness};
use pairnym::hazmat::{Transcript, holder_scalars};
use pairnym::{authority::*, holder::*, message::*, *};
use pairnym_testkit::{
    ATTRIBUTES, DAY, NOW, authority, authority_id, holder, issued, key, list, schema, seconds,
    seeded, values,
};

use crate::lab::{G, Item, Mac, Shown, View, ViewItem, device, encode, fetch, scalar, x};

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
fn batch_scale(master: u8, slot: &Slot, mac: &Mac, seed: u64) -> Scalar {
    let secrets = HolderSecrets::derive(&MasterSecret::import([master; 32]), &authority_id());
    let transcript =
        Transcript::new("evidence-offer").part(&slot.parameters.0).part(&encode(&mac.A));
    let randomness = randomness(&mut seeded(seed));
    HedgedScalars::new(&transcript, holder_scalars(&secrets), Some(&randomness)).get(0)
}

/// The blinding scalars that a holder really drew (SPEC §9.3).
fn drawn(slot: &Slot, scale: Scalar, session: &SessionId, view: &View, rng: u64) -> HedgedScalars {
    let points = view.items.iter().flat_map(|item| item.commitments);
    let transcript = Transcript::new("evidence-blinding")
        .part(&slot.parameters.0)
        .part(&session.0)
        .part(&encode(&view.point))
        .part(&encode(&view.multiple))
        .count(2 * EVIDENCE_BATCH);
    let transcript = points.fold(transcript, |list, point| list.part(&encode(&point)));
    HedgedScalars::new(&transcript, &[scale], Some(&randomness(&mut seeded(rng))))
}

/// S6.1 (b) (`evidence_unique_coins`): for every item of a real batch the formulas s = log_A' Ā,
/// a = z̄ − z, b = c̄ − c give the very scalars that the holder drew, and no neighbour of them
/// explains the item.
#[test]
fn the_blinding_of_a_real_item_is_computed_from_both_views() {
    let (authority, x) = (authority(1, &ATTRIBUTES, NOW), x(1));
    let holder = holder(2, authority.list());
    let issued = issued(&authority, &holder, values(), NOW, &mut seeded(1));
    let (request, offered) = holder.request_evidence(&issued, &mut seeded(50)).unwrap();
    let (session, commitments) = authority.open_evidence(&request, &mut seeded(51)).unwrap();
    let (challenges, challenged) = offered.challenge(&commitments, &mut seeded(52)).unwrap();
    let responses = authority.respond(session, &challenges).unwrap();
    let view = View::of(&request, &commitments, &challenges, &responses);
    let batch = challenged.finish(&responses).unwrap();
    let (credential, evidence) = issued.complete([batch]).unwrap();

    let (slot, mac) = (credential.slot(), Mac::of(&holder, &credential));
    let scale = batch_scale(2, slot, &mac, 50);
    assert_eq!(view.point, scale * mac.A);
    let coins = drawn(slot, scale, commitments.session(), &view, 52);
    for (place, evidence) in evidence.iter().enumerate() {
        let Item { shown, rho } = Item::of(&holder, evidence, &(x * G));
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

/// A batch: log A', what the authority saw, and log Ā of each item with what a platform sees; the
/// logarithms to a base that all these batches share.
struct Batch {
    log: Scalar,
    view: View,
    items: Vec<(Scalar, Shown)>,
}

/// In how many of the combinations a session explains an item by the one (s, a, b).
fn explained(batches: &[Batch], x: &Scalar) -> usize {
    let mut explained = 0;
    for Batch { log, view, .. } in batches {
        let inverse = log.invert();
        let items = batches.iter().flat_map(|batch| batch.items.iter().step_by(3));
        for (item_log, shown) in items {
            for place in (0..EVIDENCE_BATCH).step_by(7) {
                let found = candidate(item_log * inverse, &view.items[place], shown);
                explained += usize::from(explains(&found, x, view, place, shown));
            }
        }
    }
    explained
}

/// S6.1 (b), (c): the k batches that come with one credential are mutually independent: the item
/// of any batch and place is explained by any place of any of the k sessions.
#[test]
fn any_session_of_a_credential_explains_any_item_of_its_batches() {
    let parameters =
        AuthorityParameters::new(&key(1), authority_id(), seconds(DAY), 3, schema(&ATTRIBUTES));
    let authority = Authority::open(key(1), list(parameters.unwrap(), NOW)).unwrap();
    let (holder, x) = (holder(2, authority.list()), x(1));
    let issued = issued(&authority, &holder, values(), NOW, &mut seeded(1));
    assert_eq!(issued.batches().get(), 3);
    let (views, batches): (Vec<_>, Vec<_>) =
        (54..57).map(|seed| fetch(&authority, &holder, &issued, seed)).unzip();
    let (credential, evidence) = issued.complete(batches).unwrap();
    let mac = Mac::of(&holder, &credential);
    let batches = (54..).zip(views).zip(evidence.chunks(EVIDENCE_BATCH));
    // To the base A.
    let batch = |((seed, view), evidence): ((u64, View), &[Evidence])| {
        let item = |evidence| {
            let Item { shown, rho } = Item::of(&holder, evidence, &(x * G));
            (rho.invert(), shown)
        };
        let log = batch_scale(2, credential.slot(), &mac, seed);
        Batch { log, view, items: evidence.iter().map(item).collect() }
    };
    let batches: Vec<_> = batches.map(batch).collect();
    assert_eq!(explained(&batches, &x), 3 * (3 * 11) * 5);
}

/// S6.1 (b), (c) (`evidence_batch_unique_coins`): the item of any person, batch and place is
/// explained by the session of any other person, batch and place, by exactly one (s, a, b). So the
/// authority's sessions say nothing about which of them an item comes from.
///
/// The persons' devices are the test's own, with A = α·G and known α, so that s can be computed
/// for every pair. An item that was tampered with, or made under another key, has no explanation
/// by any session.
#[test]
fn any_session_of_any_person_explains_any_item() {
    let authority = authority(1, &ATTRIBUTES, NOW);
    let x = x(1);
    let rng = &mut seeded(53);
    let mut batches = Vec::new();
    for _person in 0..2 {
        let alpha = scalar(rng);
        for _batch in 0..2 {
            let r = scalar(rng);
            let point = r * alpha * G;
            let (view, items) = device(&authority, [point, x * point], rng, |rng| {
                [scalar(rng), scalar(rng), scalar(rng)]
            });
            let items = items.into_iter().map(|(s, shown)| (s * r * alpha, shown)).collect();
            batches.push(Batch { log: r * alpha, view, items });
        }
    }
    assert_eq!(explained(&batches, &x), 4 * (4 * 11) * 5);

    let Batch { log, view, items } = &batches[0];
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
