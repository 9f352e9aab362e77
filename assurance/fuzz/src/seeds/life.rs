//! Seeds out of one life: every message and everything that is stored, as it is and with one byte
//! changed; requests of every sort; texts.

use std::collections::BTreeSet;

use curve25519_dalek::constants::RISTRETTO_BASEPOINT_COMPRESSED as G;
use pairnym::{message::*, store::*, *};
use pairnym_testkit::*;

use super::Seeds;
use super::vectors::add_bytes;
use crate::parts::{Asked, Listed};
use crate::pool::*;
use crate::{holding, storage};

pub fn add(seeds: &mut Seeds) {
    let mut kinds = BTreeSet::new();
    for message in messages() {
        add_bytes(&message, true, seeds);
        if kinds.insert(message[1]) {
            changed(&message).iter().for_each(|changed| add_bytes(changed, false, seeds));
        }
    }
    for (kind, encoding) in storage::encodings() {
        let changed = changed(&encoding);
        for encoding in std::iter::once(encoding).chain(changed) {
            for authentic in [true, false] {
                let input = storage::input(kind, &encoding, authentic);
                seeds.entry("storage").or_default().insert(input);
            }
        }
    }
    seeds.entry("request").or_default().extend(holding::requests());
    seeds.entry("request").or_default().extend(disordered());
    // What follows the JSON is no part of it.
    let mut longer = vec![10];
    let request = hex::encode(POOL.answered[0].request.to_bytes());
    longer.extend(format!("\"{request}\" x").into_bytes());
    seeds.entry("serialised").or_default().insert(longer);
    seeds.entry("text").or_default().extend(texts());
}

/// A message in the ways in which decoders fail: other bytes here and there, fields that are O or
/// not reduced, one byte more and fewer.
pub fn changed(message: &[u8]) -> Vec<Vec<u8>> {
    let length = message.len();
    let mut all = vec![[message, &[0]].concat(), message[..length - 1].to_vec()];
    for place in (0..length.min(100)).chain([length - 1, length - 2, length - 33, length - 34]) {
        for bits in [1, 0xff] {
            let mut changed = message.to_vec();
            changed[place] ^= bits;
            all.push(changed);
        }
    }
    for place in (2..=length.saturating_sub(32)).step_by(32).chain([length - 32]) {
        for field in [[0; 32], [0xff; 32], G.to_bytes()] {
            let mut changed = message.to_vec();
            if let Some(old) = changed.get_mut(place..place + 32) {
                old.copy_from_slice(&field);
                all.push(changed);
            }
        }
    }
    all
}

/// Every message that is sent in one life.
fn messages() -> Vec<Vec<u8>> {
    let world = &POOL.worlds[1];
    let (authority, holder, rng) = (&world.authority, world.holder(2), &mut seeded(3));
    let list = authority.list();
    let open = authority.open_ticket(TransactionId([3; 32]), seconds(60), NOW, rng).unwrap();
    let ticket = open.ticket().to_bytes();
    let enrollment = holder.enroll(&received_ticket(list, &open), rng).unwrap().into_bytes();
    let values = by_name(authority, world.values.clone());
    let open = authority.offer(*holder.commitment(), values, seconds(60), NOW, rng).unwrap();
    let offer = open.offer().to_bytes();
    let received = received_offer(list, &open);
    let (issuance, pending) = holder.request_credential(&received, NOW, rng).unwrap();
    let response = authority.issue(&open, &sent(&issuance), NOW, &Everybody).unwrap();
    let issued = pending.finish(&response).unwrap();
    let (request, offered) = holder.request_evidence(&issued, rng).unwrap();
    let (session, commitments) = authority.open_evidence(&request, rng).unwrap();
    let (challenges, _) = offered.challenge(&commitments, rng).unwrap();
    let responses = authority.respond(session, &challenges).unwrap();
    let mut all = vec![
        world.parameters().to_bytes(),
        ticket,
        enrollment,
        offer,
        issuance.into_bytes(),
        response.to_bytes(),
        request.to_bytes(),
        commitments.to_bytes(),
        challenges.to_bytes(),
        responses.to_bytes(),
    ];
    for answered in POOL.answered.iter().step_by(13) {
        all.extend([answered.presentation.clone(), answered.login.clone()]);
        all.extend([answered.request.to_bytes(), answered.login_request.to_bytes()]);
    }
    all.extend(lists(list));
    all
}

/// Requests whose slots, names or conditions are not in order.
fn disordered() -> [Vec<u8>; 3] {
    let whole = || Asked::new(&POOL.answered[25].request);
    let [mut slots, mut names, mut conditions] = [whole(), whole(), whole()];
    slots.slots.truncate(1);
    slots.slots.push(slots.slots[0]);
    names.disclosures.reverse();
    conditions.conditions.reverse();
    [slots, names, conditions].map(|asked| asked.bytes())
}

/// Lists with several entries, with withdrawn ones, and with one that comes twice.
fn lists(list: &ParameterList) -> Vec<Vec<u8>> {
    let [_, first, second] = schemas();
    let (since, until) = (UnixTime(NOW.0 - DAY), UnixTime(NOW.0 + 12 * DAY));
    let from = UnixTime(list.until().0.next_multiple_of(DAY));
    let rotated = list.rotate(since..until, from, parameters(&key(5), &kinds(&second))).unwrap();
    let id = *rotated.entries().next().unwrap().parameters().id();
    let replacement = Some(parameters(&key(6), &kinds(&first)));
    let withdrawn = rotated.withdraw(since..until, &id, since, replacement).unwrap();
    let mut twice = Listed::new(&rotated);
    twice.entries.push((until.0.next_multiple_of(DAY), twice.entries[0].1.clone()));
    let mut again = Listed::new(&withdrawn);
    again.withdrawn.push(again.withdrawn[0]);
    let mut entry = Listed::new(&withdrawn);
    entry.entries.remove(0);
    entry.entries.insert(0, (0, parameters(&key(2), &kinds(&first)).to_bytes()));
    let lists = [list.clone(), rotated, withdrawn].map(|list| list.to_bytes());
    lists.into_iter().chain([twice, again, entry].map(|listed| listed.bytes())).collect()
}

/// Characters at the ends of the ranges of SPEC §3.4, alone and between letters.
fn texts() -> Vec<Vec<u8>> {
    let ends = [
        0x9, 0xa, 0xb, 0x1f, 0x20, 0x7e, 0x7f, 0x9f, 0xa0, 0xad, 0x34f, 0x61c, 0x115f, 0x1160,
        0x1680, 0x17b4, 0x180b, 0x180f, 0x2000, 0x200a, 0x200b, 0x200f, 0x2028, 0x202e, 0x202f,
        0x205f, 0x2060, 0x206f, 0x2800, 0x3000, 0x3164, 0xd7ff, 0xe000, 0xf8ff, 0xfdd0, 0xfdef,
        0xfe00, 0xfe0f, 0xfeff, 0xffa0, 0xfff0, 0xffff, 0x13430, 0x1345f, 0x1bca0, 0x1bca3,
        0x1d173, 0x1d17a, 0x1fffe, 0xe0000, 0xe0fff, 0xf0000, 0x10ffff,
    ];
    let mut all = vec![vec![], vec![0xff], b"a".repeat(255), b"a".repeat(256)];
    all.extend([b"a".repeat(8192), b"a".repeat(8193), b" ".repeat(8193)]);
    for character in ends.into_iter().filter_map(char::from_u32) {
        all.push(character.to_string().into_bytes());
        all.push(format!("a{character}b").into_bytes());
    }
    all
}
