//! Inputs of the targets that take structured input.

use std::collections::BTreeSet;

use pairnym_testkit::seeded;
use rand_core::Rng;

use crate::chain::{Edit, Make, Step, What};
use crate::exchange::Act;
use crate::network::Move;

/// From enrollment to login, step by step.
const LIFE: [Act; 18] = [
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
    Act::Complete,
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
        for (tamper, field) in [(4, 9), (4, 200), (5, 0), (6, 0), (6, 9), (7, 0)] {
            add(0, &with(Move { tamper, place: field, value: 1, ..plain(act) }));
        }
        add(0, &with(Move { who: 1, ..plain(act) }));
        add(0, &with(Move { who: 2, choice: 1, ..plain(act) }));
        add(0, &with(Move { choice: 7, value: 7, ..plain(act) }));
        for policy in 0..3 {
            add(policy, &[before, &[plain(Act::Delete)], after].concat());
        }
        for (choice, who) in [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (4, 3), (4, 4), (7, 0)] {
            add(0, &with(Move { choice, who, value: 61, ..plain(Act::Clock) }));
        }
        // A list in between, which all have, or nobody, one person, the platform.
        for choice in 0..3 {
            let publish = Move { choice, ..plain(Act::Publish) };
            let adopt = |who| Move { who, ..plain(Act::Adopt) };
            add(0, &[before, &[publish, adopt(3 * (place % 2) as u8)], after].concat());
            let all = [publish, adopt(0), adopt(3)];
            add(0, &[before, &all, after].concat());
            let next_day = Move { choice: 7, ..plain(Act::Clock) };
            add(0, &[before, &all, &[next_day; 3], after].concat());
        }
        add(0, &with(plain(Act::Restart)));
    }
    // Requests of all sorts, answered by all with consent and without.
    for value in (0..=0xff).step_by(7) {
        let ask = Move { value, choice: value % 2, place: value % 3, ..plain(Act::Ask) };
        let present = Move { who: value >> 2, ..plain(Act::Present) };
        let answered =
            [ask, present, plain(Act::Verify), plain(Act::LogIn), plain(Act::VerifyLogin)];
        add(0, &[&life[..13], &answered].concat());
    }
    // In two phases, the second of them later, or twice, or after the other way.
    let asked = [plain(Act::Ask), plain(Act::Present), plain(Act::Check)];
    for value in [0, 61] {
        for phases in [[Act::Spend, Act::Clock], [Act::Clock, Act::Spend], [Act::Check, Act::Spend]]
        {
            let phases = phases.map(|act| Move { value, ..plain(act) });
            let rest = [plain(Act::Spend), plain(Act::Verify)];
            add(0, &[&life[..13], &asked, &phases, &rest].concat());
        }
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
    add(0, &[&life[..13], &answered, &forth, &answered, &back].concat());
    // Two credentials, of the same content and of different keys, and the evidence of the second
    // for the first.
    for choice in 0..2 {
        let offer = [Move { choice, ..plain(Act::Offer) }];
        let first = Move { who: 7, choice: 1, ..plain(Act::Present) };
        let present = [plain(Act::Ask), first, plain(Act::Verify)];
        add(0, &[&life[..7], &offer, &life[4..13], &present].concat());
    }
    seeds
}

/// Chains that break one rule of succession each, and chains of every sort of step.
pub fn chains() -> BTreeSet<Vec<u8>> {
    let nothing = Edit(What::Nothing, 0, 0);
    let plain = |make| Step {
        make,
        since: 0,
        now: 0,
        until: 8,
        key: 1,
        place: 0,
        edits: [nothing, nothing],
    };
    let copy = |edits| Step { edits, ..plain(Make::Copy) };
    let one = |edit| copy([edit, nothing]);
    let later = |step| Step { since: 60, ..step };
    let mut chains = vec![
        vec![one(Edit(What::Previous, 0, 1))],
        vec![one(Edit(What::Serial, 0, 1))],
        vec![one(Edit(What::Serial, 0, 0xff))],
        vec![Step { now: -1, ..plain(Make::Renew) }],
        vec![plain(Make::Again)],
        vec![Step { until: 0, ..one(Edit(What::Until, 0, 0xff)) }],
        vec![later(plain(Make::Renew)), one(Edit(What::Since, 0, 0xff))],
        // The key stolen, and forgotten, or dated later.
        vec![plain(Make::WithdrawAndReplace), one(Edit(What::Forget, 0, 0))],
        vec![plain(Make::WithdrawAndReplace), one(Edit(What::Suspect, 0, 1))],
        vec![plain(Make::WithdrawAndReplace), one(Edit(What::Suspect, 0, 0xff))],
        // It comes again with another schema.
        vec![copy([Edit(What::Withdraw, 0, 0), Edit(What::Add, 24, 0xf0)])],
        // The second of two is stolen, the first stays.
        vec![plain(Make::Rotate), later(one(Edit(What::Withdraw, 1, 0)))],
        // Another key in the place of one that is published; or one moves.
        vec![one(Edit(What::Parameters, 0, 1))],
        vec![one(Edit(What::From, 0, 1))],
        vec![plain(Make::Rotate), one(Edit(What::From, 1, 1))],
        vec![plain(Make::Rotate), one(Edit(What::Drop, 1, 0))],
        vec![one(Edit(What::Add, 1, 1))],
    ];
    // The first goes, one half hour after the other until the second has been in force for long.
    for since in 0..16 {
        let go = Step { since, ..one(Edit(What::Drop, 0, 0)) };
        chains.push(vec![plain(Make::Rotate), go]);
    }
    for first in Make::ALL {
        for second in Make::ALL {
            for key in [1, 10, 17, 26, 33, 41] {
                let step = |make, since| Step { key, since, place: 1, ..plain(make) };
                chains.push(vec![plain(*first), step(*second, 5), step(*first, 50)]);
            }
        }
    }
    for what in What::ALL {
        for place in 0..2 {
            let edit = Edit(*what, place, 3);
            let steps = [plain(Make::Rotate), Step { key: 2, ..later(plain(Make::Rotate)) }];
            chains.push([&steps[..], &[one(edit), plain(Make::Renew)]].concat());
        }
    }
    // And before the first key has begun: it moves, and others are found in its place.
    let early = [
        vec![one(Edit(What::From, 0, 0xff))],
        vec![one(Edit(What::Add, 1, 24))],
        vec![copy([Edit(What::Withdraw, 0, 0), Edit(What::Add, 1, 24)])],
        vec![copy([Edit(What::Withdraw, 0, 0), Edit(What::Add, 1, 48)])],
        vec![plain(Make::Rotate), copy([Edit(What::Withdraw, 0, 0), Edit(What::Add, 2, 24)])],
    ];
    let bytes = |(life, chain): (u8, &Vec<Step>)| {
        let steps = chain.iter().flat_map(Step::bytes);
        [0, life].into_iter().chain(steps).collect()
    };
    let chains = chains.iter().map(|chain| (5, chain));
    chains.chain(early.iter().map(|chain| (228, chain))).map(bytes).collect()
}

/// Bytes of which many are small.
pub fn random() -> BTreeSet<Vec<u8>> {
    let rng = &mut seeded(1);
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
