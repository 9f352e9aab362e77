//! An authority with several keys: each is asked for what is its own (SPEC §4.5, §8, §9).

use pairnym::{authority::*, message::*, *};
use pairnym_testkit::*;

/// The list of key 1, and the next, on which key 2 follows it at `from`.
fn lists() -> (ParameterList, ParameterList, UnixTime) {
    let first = list(parameters(&key(1), &ATTRIBUTES), NOW);
    let from = first.times(&first.slot(first.until()).unwrap()).unwrap().end;
    let until = UnixTime(from.0 + 10 * DAY);
    let next = first.rotate(NOW..until, from, parameters(&key(2), &ATTRIBUTES)).unwrap();
    (first, next, from)
}

/// The authority with these keys, opened with the first.
fn with_keys<const N: usize>(list: &ParameterList, numbers: [u8; N]) -> Authority {
    let mut authority = Authority::open(key(numbers[0]), list.clone()).unwrap();
    numbers[1..].iter().for_each(|number| authority.add_key(key(*number)).unwrap());
    authority
}

#[test]
fn each_key_answers_for_its_own_slots() {
    let (_, list, from) = lists();
    let authority = with_keys(&list, [2, 1]);
    let person = holder(1, &list);
    let rng = &mut seeded(1);

    // Before the change and after it: each slot's key.
    let before = UnixTime(from.0 - 60);
    let old = issued(&authority, &person, values(), before, rng);
    let new = issued(&authority, &person, values(), from, rng);
    assert_eq!(old.slot().parameters, *parameters(&key(1), &ATTRIBUTES).id());
    assert_eq!(new.slot().parameters, *parameters(&key(2), &ATTRIBUTES).id());

    // An offer of the old key's that is still open is kept.
    let values = by_name(&authority, values());
    let open = authority.offer(*person.commitment(), values, TEN_MINUTES, before, rng).unwrap();
    let offer = received_offer(&list, &open);
    let (request, pending) = person.request_credential(&offer, before, rng).unwrap();
    let response = authority.issue(&open, &sent(&request), from, &Everybody).unwrap();
    assert_eq!(pending.finish(&response).unwrap().slot(), old.slot());

    // Evidence for both, in sessions that are open at the same time.
    let (one, one_offered) = person.request_evidence(&old, rng).unwrap();
    let (two, two_offered) = person.request_evidence(&new, rng).unwrap();
    let (one_session, one) = authority.open_evidence(&one, rng).unwrap();
    let (two_session, two) = authority.open_evidence(&two, rng).unwrap();
    assert_eq!(one_session.parameters(), &old.slot().parameters);
    assert_eq!(two_session.parameters(), &new.slot().parameters);
    let (two, two_waiting) = two_offered.challenge(&two, rng).unwrap();
    let (one, one_waiting) = one_offered.challenge(&one, rng).unwrap();
    two_waiting.finish(&authority.respond(two_session, &two).unwrap()).unwrap();
    one_waiting.finish(&authority.respond(one_session, &one).unwrap()).unwrap();
}

#[test]
fn a_withdrawn_key_opens_nothing_and_the_others_go_on() {
    let (_, list, from) = lists();
    let mut authority = with_keys(&list, [1, 2]);
    let person = holder(1, &list);
    let rng = &mut seeded(2);
    let old = issued(&authority, &person, values(), UnixTime(from.0 - 60), rng);
    let new = issued(&authority, &person, values(), from, rng);
    let values_by_name = by_name(&authority, values());
    let commitment = *person.commitment();
    let open = authority.offer(commitment, values_by_name, TEN_MINUTES, UnixTime(from.0 - 60), rng);
    let open = open.unwrap();
    let (request, _) = person
        .request_credential(&received_offer(&list, &open), UnixTime(from.0 - 60), rng)
        .unwrap();

    let (evidence, offered) = person.request_evidence(&old, rng).unwrap();
    let (session, commitments) = authority.open_evidence(&evidence, rng).unwrap();
    let (challenges, _) = offered.challenge(&commitments, rng).unwrap();

    let stolen = old.slot().parameters;
    let next = list.withdraw(from..list.until(), &stolen, from, None).unwrap();
    assert_eq!(authority.adopt(next, from), Ok(true));

    let refused = authority.check_issuance(&open, &sent(&request), from).map(|_| ());
    assert_eq!(refused, Err(Error::ForeignParameters));
    let (request, _) = person.request_evidence(&old, rng).unwrap();
    let refused = authority.open_evidence(&request, rng).map(|_| ());
    assert_eq!(refused, Err(Error::ForeignParameters));

    // What it had opened is answered still: no platform accepts that evidence.
    assert!(authority.respond(session, &challenges).is_ok());

    let _ = batch(&authority, &person, &new, rng);
    let _ = issued(&authority, &person, values(), from, rng);
}

#[test]
fn a_key_that_is_not_at_hand_is_asked_in_vain() {
    let (first, list, from) = lists();
    let rng = &mut seeded(3);
    let refused = Authority::open(key(3), list.clone()).map(|_| ());
    assert_eq!(refused, Err(Error::ForeignParameters));
    let mut alone = Authority::open(key(1), first).unwrap();
    assert_eq!(alone.add_key(key(2)), Err(Error::ForeignParameters));

    // Only the old key, when the new one issues; and the other way round.
    let alone = Authority::open(key(1), list.clone()).unwrap();
    let person = holder(1, &list);
    let offer = |authority: &Authority, now| {
        let values = by_name(authority, values());
        authority.offer(*person.commitment(), values, TEN_MINUTES, now, &mut seeded(4)).map(|_| ())
    };
    assert_eq!(offer(&alone, from), Err(Error::WrongEpoch));
    let both = with_keys(&list, [1, 2]);
    assert_eq!(offer(&both, from), Ok(()));
    let other = Authority::open(key(2), list.clone()).unwrap();
    assert_eq!(offer(&other, UnixTime(from.0 - 1)), Err(Error::WrongEpoch));

    // A session of the key that is not at hand is as good as none.
    let new = issued(&both, &person, values(), UnixTime(from.0 + 600), rng);
    let (request, offered) = person.request_evidence(&new, rng).unwrap();
    assert_eq!(alone.open_evidence(&request, rng).map(|_| ()), Err(Error::Rejected));
    let (session, commitments) = both.open_evidence(&request, rng).unwrap();
    let (challenges, _) = offered.challenge(&commitments, rng).unwrap();
    assert_eq!(alone.respond(session, &challenges).map(|_| ()), Err(Error::NoSession));
}

/// The keys of a list may have schemas of any length, and come in any order.
#[test]
fn each_key_has_the_generators_for_its_schema() {
    let rng = &mut seeded(5);
    let lengths = [1, 4, 2];
    let of = |number: usize| parameters(&key(number as u8 + 1), &ATTRIBUTES[..lengths[number]]);
    let mut list = list(of(0), NOW);
    for number in 1..lengths.len() {
        let from = list.times(&list.slot(list.until()).unwrap()).unwrap().end;
        list = list.rotate(NOW..UnixTime(from.0 + DAY), from, of(number)).unwrap();
    }
    let authority = with_keys(&list, [1, 2, 3]);
    let person = holder(1, &list);
    let entries: Vec<_> = list.entries().collect();
    for (entry, length) in entries.into_iter().zip(lengths) {
        let now = UnixTime(entry.from().0.max(NOW.0));
        let named = ATTRIBUTES.iter().map(|(name, _)| *name).zip(values()).take(length);
        let commitment = *person.commitment();
        let open = authority.offer(commitment, named, TEN_MINUTES, now, rng).unwrap();
        let offer = received_offer(&list, &open);
        let (request, pending) = person.request_credential(&offer, now, rng).unwrap();
        let response = authority.issue(&open, &sent(&request), now, &Everybody).unwrap();
        let issued = pending.finish(&response).unwrap();
        assert_eq!(issued.slot().parameters, *entry.parameters().id());
    }
}
