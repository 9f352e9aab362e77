//! Inputs of the targets that take structured input.

use std::collections::BTreeSet;

use crate::exchange::{Act, Move};
use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng, SeedableRng};

/// From enrollment to login, step by step.
const LIFE: [Act; 17] = [
    Act::Invite,
    Act::AnswerTicket,
    Act::Enroll,
    Act::Offer,
    Act::AcceptOffer,
    Act::Issue,
    Act::FinishCredential,
    Act::RequestEvidence,
    Act::OpenEvidence,
    Act::Challenge,
    Act::Respond,
    Act::FinishEvidence,
    Act::Ask,
    Act::Present,
    Act::Verify,
    Act::LogIn,
    Act::VerifyLogin,
];

/// A move with the newest of everything, unchanged.
const fn plain(act: Act) -> Move {
    Move { act: act as u8, who: 0, message: 0, choice: 0, tamper: 0, place: 0, value: 0 }
}

fn encoded(policy: u8, moves: &[Move]) -> Vec<u8> {
    let mut bytes = vec![policy, 15];
    for step in moves {
        let Move { act, who, message, choice, tamper, place, value } = *step;
        bytes.extend([1, act, who, message, choice, tamper, place, value]);
    }
    bytes
}

/// Lives with something unusual in them.
pub fn exchanges() -> BTreeSet<Vec<u8>> {
    let life = LIFE.map(plain);
    let mut seeds = BTreeSet::from([encoded(0, &life)]);
    let mut add = |policy, moves: &[Move]| {
        seeds.insert(encoded(policy, moves));
    };
    for (place, act) in LIFE.into_iter().enumerate() {
        // A step is done twice, or with a changed message, or by somebody else, or of the other
        // key or with the thing before; or something happens before it.
        let (before, after) = life.split_at(place);
        let with = |step: Move| [before, &[step], after].concat();
        add(0, &with(plain(act)));
        for tamper in 4..8 {
            for field in [0, 9, 200] {
                add(0, &with(Move { tamper, place: field, value: 1, ..plain(act) }));
            }
        }
        add(0, &with(Move { who: 1, ..plain(act) }));
        add(0, &with(Move { who: 2, choice: 1, ..plain(act) }));
        add(0, &with(Move { choice: 7, value: 7, ..plain(act) }));
        for policy in 0..3 {
            add(policy, &[before, &[plain(Act::Delete)], after].concat());
        }
        for choice in 0..4 {
            add(0, &with(Move { choice, value: 61, ..plain(Act::Clock) }));
        }
        add(0, &with(plain(Act::Restart)));
    }
    // Requests of all sorts, answered by all with consent and without.
    for value in 0..=0xff {
        let ask = Move { value, choice: value % 2, place: value % 3, ..plain(Act::Ask) };
        let present = Move { who: value >> 2, ..plain(Act::Present) };
        let answered =
            [ask, present, plain(Act::Verify), plain(Act::LogIn), plain(Act::VerifyLogin)];
        add(0, &[&life[..12], &answered].concat());
    }
    // Deleted and enrolled again, by the same holder and by another; two persons, one commitment.
    for policy in 0..3 {
        for who in 0..2 {
            let again = [
                plain(Act::Delete),
                plain(Act::Invite),
                Move { who, ..plain(Act::AnswerTicket) },
                plain(Act::Enroll),
            ];
            add(policy, &[&life[..3], &again].concat());
            let other = [
                Move { who: 1, ..plain(Act::Invite) },
                Move { who, ..plain(Act::AnswerTicket) },
                plain(Act::Enroll),
            ];
            add(policy, &[&life[..3], &other].concat());
        }
    }
    // A nonce is forgotten after its request has expired; then the clock steps back.
    let answered = [plain(Act::Ask), plain(Act::Present), plain(Act::Verify)];
    let seconds = |choice| Move { choice, value: 61, ..plain(Act::Clock) };
    let again = Move { message: 1, choice: 1, ..plain(Act::Verify) };
    let (forth, back) = ([seconds(0)], [seconds(2), again]);
    add(0, &[&life[..12], &answered, &forth, &answered, &back].concat());
    // Two credentials, of the same content and of different keys, and the evidence of the second
    // for the first.
    for choice in 0..2 {
        let offer = [Move { choice, ..plain(Act::Offer) }];
        let first = Move { who: 7, choice: 1, ..plain(Act::Present) };
        let present = [plain(Act::Ask), first, plain(Act::Verify)];
        add(0, &[&life[..7], &offer, &life[4..12], &present].concat());
    }
    seeds
}

/// Bytes of which many are small.
pub fn random() -> BTreeSet<Vec<u8>> {
    let rng = &mut ChaCha12Rng::seed_from_u64(1);
    let input = |_| {
        let length = 8 + rng.next_u32() as usize % 300;
        let byte = |_| match rng.next_u32() {
            word if word % 2 == 0 => (word >> 8) as u8,
            word => (word >> 8) as u8 & 3,
        };
        (0..length).map(byte).collect()
    };
    (0..400).map(input).collect()
}
