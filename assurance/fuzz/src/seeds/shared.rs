//! Shared holders: every message of the four acts and of a pairing, as it is and with one byte
//! changed; and scripts.

use std::collections::BTreeSet;

use pairnym::{holder::*, message::*, shared::*, *};
use pairnym_testkit::*;

use super::Seeds;
use super::life::changed;
use super::vectors::add_bytes;
use crate::network::Move;
use crate::pool::POOL;
use crate::shared::Act as Step;

pub fn add(seeds: &mut Seeds) {
    for message in messages() {
        add_bytes(&message, true, seeds);
        changed(&message).iter().for_each(|changed| add_bytes(changed, false, seeds));
        // Of a CoRequest, what follows the request.
        for place in message.len() - 34..message.len() {
            for bits in [1, 2, 3] {
                let mut changed = message.clone();
                changed[place] ^= bits;
                add_bytes(&changed, false, seeds);
            }
        }
    }
    seeds.insert("shared", scripts());
}

/// All messages of an act, but for the request.
fn answered<M: Joint>(
    second: &Second,
    (approval, session): (CoApproval, CoSession),
    commit: impl FnOnce(&CoApproval) -> (CoNonces, AwaitingAnswer<'static, M>),
) -> [Vec<u8>; 3] {
    let (nonces, _) = commit(&approval);
    let answer = second.answer(session, &nonces, NOW).unwrap();
    [approval.to_bytes(), nonces.to_bytes(), answer.to_bytes()]
}

fn messages() -> Vec<Vec<u8>> {
    let world = &POOL.worlds[1];
    let (authority, list, rng) = (&world.authority, world.authority.list(), &mut seeded(7));
    let mut pair = Pair::new(2, list);
    let (credential, mut evidence) = pair.credential(authority, world.values.clone(), NOW);
    let Pair { lead, second, .. } = pair;
    // They are borrowed by the leads' states, all of them once.
    let (lead, credential): (&'static Lead, &'static _) =
        (Box::leak(Box::new(lead)), Box::leak(Box::new(credential)));
    let mut all = vec![second.transfer().to_bytes().to_vec()];
    all.push(lead.record(ChannelKey([1; 32])).to_bytes());

    let open = authority.open_ticket(TransactionId([3; 32]), seconds(60), NOW, rng).unwrap();
    let ticket = received_ticket(list, &open);
    let (request, waiting) = lead.ask_to_enroll(ticket.bytes(), rng).unwrap();
    all.push(request.to_bytes());
    let Ok(Asked::Enrollment(asked)) = second.read(&all[2], list, NOW) else { unreachable!() };
    let opened = asked.approve(&ticket, rng).unwrap();
    all.extend(answered(&second, opened, |it| waiting.commit(it, rng).unwrap()));

    let values = by_name(authority, world.values.clone());
    let open = authority.offer(*lead.commitment(), values, seconds(60), NOW, rng).unwrap();
    let offer = Box::leak(Box::new(received_offer(list, &open)));
    let (request, waiting) = lead.ask_for_credential(offer, NOW, rng).unwrap();
    let bytes = request.to_bytes();
    let Ok(Asked::Credential(asked)) = second.read(&bytes, list, NOW) else { unreachable!() };
    let opened = asked.approve(rng).unwrap();
    all.push(bytes);
    all.extend(answered(&second, opened, |it| waiting.commit(it, NOW, rng).unwrap()));

    let ask = world.platform.request(Purpose::Registration).disclose("age_over_18");
    let request = ask.disclose("assurance").build(NOW, rng).unwrap();
    let request = Box::leak(Box::new(received(&request)));
    let consent = Consent::to_disclose(request);
    let (request, waiting) = lead.ask_to_present(credential, consent, NOW, rng).unwrap();
    let bytes = request.to_bytes();
    let Ok(Asked::Answer(asked)) = second.read(&bytes, list, NOW) else { unreachable!() };
    let opened = asked.approve_and_disclose(rng).unwrap();
    let item = evidence.remove(0);
    all.push(bytes);
    all.extend(answered(&second, opened, |it| waiting.commit(item, it, NOW, rng).unwrap()));

    let request = world.platform.request_login(Purpose::Login).build(NOW, rng).unwrap();
    let request = Box::leak(Box::new(received(&request)));
    let (request, waiting) = lead.ask_to_log_in(Consent::to_answer(request), NOW, rng).unwrap();
    let bytes = request.to_bytes();
    let Ok(Asked::Answer(asked)) = second.read(&bytes, list, NOW) else { unreachable!() };
    let opened = asked.approve(rng).unwrap();
    all.push(bytes);
    all.extend(answered(&second, opened, |it| waiting.commit(it, NOW, rng).unwrap()));

    let (ward, guardian) = masters(3);
    let invited =
        Second::invite_at_distance(&guardian, list.authority(), ChannelKey([1; 32]), rng).unwrap();
    let commitment = invited.commitment();
    let answered = Lead::answer(&ward, list.clone(), &commitment, ChannelKey([2; 32]), rng);
    let (answer, _) = answered.unwrap();
    let (invitation, _) = invited.accept(&answer).unwrap();
    all.extend([commitment.to_bytes(), answer.to_bytes(), invitation.to_bytes()]);
    all
}

/// With the newest of everything, unchanged.
const fn plain(step: Step) -> Move {
    Move { act: step as u8, who: 0, message: 0, choice: 0, tamper: 0, place: 0, value: 0 }
}

fn encoded(moves: &[Move]) -> Vec<u8> {
    let encoded = |step: &Move| {
        let Move { act, who, message, choice, tamper, place, value } = *step;
        [1, act, who, message, choice, tamper, place, value]
    };
    moves.iter().flat_map(encoded).collect()
}

/// What is not the usual thing.
const OTHER: u8 = 7 << 5;

/// Acts and pairings with something unusual in them.
fn scripts() -> BTreeSet<Vec<u8>> {
    use Step::*;
    let mut seeds = BTreeSet::new();
    let mut add = |moves: &[Move]| {
        seeds.insert(encoded(moves));
    };
    let asks = [AskEnrollment, AskCredential, AskPresentation, AskLogin];
    let act = |ask| [ask, Approve, Commit, Answer, Complete].map(plain);
    // Every act, about each thing that there is.
    for ask in asks {
        for choice in 0..3 {
            let mut moves = act(ask);
            moves[0].choice = choice;
            add(&moves);
            for value in [1, 59, 61, 255] {
                let clock = Move { value, ..plain(Clock) };
                (1..5).for_each(|at| add(&[&moves[..at], &[clock], &moves[at..]].concat()));
            }
            // The end of a CoRequest, where values stand.
            for place in 225..=255 {
                for value in [1, 2, 3] {
                    add(&[moves[0], Move { tamper: 4, place, value, ..moves[1] }]);
                }
            }
            add(&[moves[0], Move { choice: 6, ..moves[1] }, moves[2]]);
            add(&[Move { value: OTHER, ..moves[0] }, moves[1]]);
        }
    }
    for ask in asks {
        let whole = act(ask);
        for at in 0..5 {
            let (before, after) = whole.split_at(at);
            let with = |step: &[Move]| [before, step, after].concat();
            let changed = |step: Move| [before, &[step], &after[1..]].concat();
            let step = whole[at];
            add(&with(&[step]));
            for (tamper, places) in
                [(4, &[1, 60, 200][..]), (5, &[0, 1]), (6, &[0, 1, 2, 6]), (7, &[0])]
            {
                for place in places {
                    add(&changed(Move { tamper, place: *place, value: 1, ..step }));
                }
            }
            for who in [1, OTHER] {
                add(&changed(Move { who, ..step }));
            }
            add(&changed(Move { choice: 7, ..step }));
            add(&changed(Move { value: OTHER, ..step }));
            for who in 0..3 {
                add(&with(&[Move { who, ..plain(Restart) }]));
            }
            for (choice, who) in [(4, 0), (1, 0), (5, 0), (2, 0), (2, 1), (2, 2)] {
                add(&with(&[Move { choice, who, value: 127, ..plain(Clock) }]));
            }
            // Another act of either ward in between, whose messages come instead.
            for other in asks {
                for who in 0..2 {
                    let mut between = act(other);
                    between[0].who = who;
                    let swapped = |step: &Move| Move { message: 1, ..*step };
                    let swapped: Vec<_> = after.iter().map(swapped).collect();
                    let begun = &between[..at.max(1)];
                    add(&[before, begun, after, &between[at.max(1)..]].concat());
                    add(&[before, begun, &swapped].concat());
                }
            }
        }
        // A message comes again when all is over; more sessions than there is room for.
        add(&[&whole[..], &whole[1..]].concat());
        add(&[&whole[..4], &whole[3..]].concat());
        // A second with another secret does the same; or half of it.
        let [asked, approve, commit, answer, complete] = whole;
        let (mislead, otherwise) = (plain(Mislead), plain(AnswerOtherwise));
        add(&[asked, mislead, commit, otherwise, complete]);
        add(&[asked, approve, mislead, commit, otherwise, complete]);
        add(&[asked, mislead, approve, commit, answer, complete, otherwise]);
        add(&[
            &[whole[0]; 5][..],
            &(0..5).map(|message| Move { message, ..whole[1] }).collect::<Vec<_>>(),
        ]
        .concat());
    }
    // A lead that asks for what is not so, and answers in the session that comes of it.
    for ask in [AskPresentation, AskLogin] {
        for asked in 0..3 {
            for choice in 0..8 {
                for value in [0, 1, 2, 8, 10, 21, 28, 37, 58, 60, 61, 87, 88, 89] {
                    let forge = Move { choice, value, who: 1, ..plain(Forge) };
                    let [mut begin, rest @ ..] = act(ask);
                    begin.choice = asked;
                    add(&[&[begin, forge], &rest[..]].concat());
                }
            }
        }
    }
    // A lead that restarts shows another item.
    let shown = [AskPresentation, Approve, Commit].map(plain);
    add(&[&shown[..], &[plain(Restart)], &shown].concat());
    let here = [Invite, AcceptInvitation, AcceptAnswer].map(plain);
    let there = [
        Move { choice: 1, ..plain(Invite) },
        Move { choice: 1, ..plain(AcceptInvitation) },
        plain(AcceptAnswer),
        plain(Finish),
    ];
    let mut runs = [here.to_vec(), there.to_vec()].to_vec();
    runs.extend([
        vec![plain(HandOver)],
        vec![plain(Recover)],
        vec![plain(HandOver), Move { who: 1, message: 1, ..plain(HandOver) }],
    ]);
    for run in runs {
        add(&run);
        for at in 0..run.len() {
            let changed = |step: Move| [&run[..at], &[step], &run[at + 1..]].concat();
            for tamper in 4..8 {
                for place in [0, 1, 2, 3, 9, 100, 250] {
                    add(&changed(Move { tamper, place, value: 1, ..run[at] }));
                }
            }
            add(&changed(Move { value: OTHER, ..run[at] }));
            add(&[&run[..at], &[Move { who: 2, ..plain(Restart) }], &run[at..]].concat());
            // With another run in between.
            add(&[&run[..at], &here, &run[at..]].concat());
            let late = run[at..].iter().map(|step| Move { message: 1, ..*step });
            add(&[&run[..at], &there[..], &late.collect::<Vec<_>>()].concat());
        }
    }
    seeds
}
