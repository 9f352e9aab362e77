//! SPEC §4.5: succession, rule by rule, and what the authority makes.

use super::*;

const fn day(day: u64) -> UnixTime {
    UnixTime(day * DAY)
}

/// A list with other fields.
fn changed(list: &ParameterList, change: impl FnOnce(&mut ParameterList)) -> ParameterList {
    let mut list = list.clone();
    change(&mut list);
    list.hashed()
}

fn stolen(number: u64, hours: u64) -> Withdrawn {
    Withdrawn { parameters: id(number, hours), suspect_since: UnixTime(0) }
}

/// Hours from day 1, and from day 20 on another key.
fn old() -> ParameterList {
    list(&[(1, 1), (20, 2)])
}

fn next() -> ParameterList {
    old().renew(day(5)..day(12)).unwrap()
}

/// At the first second at which it can.
fn takes(list: &ParameterList, next: &ParameterList) -> Result<bool, Error> {
    list.check_successor(next, next.since())
}

/// What becomes of `old` when `next` is changed.
fn verdict(change: impl FnOnce(&mut ParameterList)) -> Result<bool, Error> {
    let (mut list, next) = (old(), changed(&next(), change));
    let verdict = takes(&list, &next);
    let since = next.since();
    assert_eq!(list.replace(next.clone(), since), verdict);
    assert_eq!(list, if verdict == Ok(true) { next } else { old() });
    verdict
}

#[test]
fn serials_and_names() {
    let other = "other.example".parse().unwrap();
    assert_eq!(verdict(|_| {}), Ok(true));
    assert_eq!(verdict(|next| next.authority = other), Err(Error::ForeignAuthority));
    assert_eq!(verdict(|next| *next = old()), Ok(false));
    assert_eq!(verdict(|next| next.serial = 0), Err(Error::ConflictingList));
    assert_eq!(verdict(|next| (*next = old(), next.until.0 += 1).1), Err(Error::ConflictingList));
    assert_eq!(verdict(|next| next.previous.0[31] ^= 1), Err(Error::ConflictingList));
    assert_eq!(verdict(|next| next.serial = 2), Err(Error::MissingList));
    assert_eq!(verdict(|next| next.serial = u32::MAX), Err(Error::MissingList));
    assert_eq!(verdict(|next| next.host = PlatformId::new("new.example").unwrap()), Ok(true));
    let (old, next) = (old(), next());
    assert_eq!(takes(&next, &old), Err(Error::StaleList));
    assert_eq!(takes(&next, &next), Ok(false));
    // In the order of the rules.
    let stranger = changed(&old, |list| list.authority = other);
    assert_eq!(takes(&next, &stranger), Err(Error::ForeignAuthority));
    assert_eq!(takes(&old, &stranger), Err(Error::ForeignAuthority));
    let other = changed(&old, |list| list.entries.truncate(1));
    assert_eq!(takes(&old, &other), Err(Error::ConflictingList));
    assert_eq!(takes(&next, &other), Err(Error::StaleList));
    let skips = |next: &mut ParameterList| (next.serial, next.previous.0[31]) = (2, 1);
    assert_eq!(verdict(skips), Err(Error::MissingList));
}

#[test]
fn not_before_its_since() {
    let next = next();
    let at = |next: &ParameterList, now| old().check_successor(next, UnixTime(now));
    assert_eq!(at(&next, 5 * DAY - 1), Err(Error::EarlyList));
    assert_eq!(at(&next, 0), Err(Error::EarlyList));
    assert_eq!(at(&next, 5 * DAY), Ok(true));
    assert_eq!(at(&next, u64::MAX), Ok(true), "after both untils");
    assert_eq!(at(&old(), 0), Ok(false));
    // In the order of the rules.
    let other = changed(&next, |next| next.previous.0[0] ^= 1);
    assert_eq!(at(&other, 0), Err(Error::ConflictingList));
    let other = changed(&next, |next| next.entries.truncate(0));
    assert_eq!(at(&other, 0), Err(Error::EarlyList));
    assert_eq!(at(&other, 5 * DAY), Err(Error::ConflictingList));
    let mut list = old();
    assert_eq!(list.replace(next, UnixTime(5 * DAY - 1)), Err(Error::EarlyList));
    assert_eq!(list, old());
}

#[test]
fn times_go_forward() {
    let old = changed(&old(), |list| list.since = day(5));
    let times = |since: u64, until: u64| {
        let next = changed(&next(), |list| {
            list.previous = old.id;
            (list.since, list.until) = (UnixTime(since), UnixTime(until));
        });
        takes(&old, &next)
    };
    assert_eq!(times(5 * DAY, 10 * DAY), Ok(true));
    assert_eq!(times(5 * DAY - 1, 10 * DAY), Err(Error::ConflictingList));
    assert_eq!(times(5 * DAY, 10 * DAY - 1), Err(Error::ConflictingList));
    assert_eq!(times(40 * DAY, 41 * DAY), Ok(true), "after a gap");
}

#[test]
fn what_was_withdrawn_stays_withdrawn() {
    let withdrawn = Withdrawn { parameters: ParametersId([1; 32]), suspect_since: UnixTime(1) };
    let old = changed(&old(), |list| list.withdrawn.push(withdrawn));
    let next = old.renew(day(5)..day(12)).unwrap();
    assert_eq!(next.withdrawn(), [withdrawn]);
    assert_eq!(takes(&old, &next), Ok(true));
    let forgets = changed(&next, |list| list.withdrawn.clear());
    assert_eq!(takes(&old, &forgets), Err(Error::ConflictingList));
    let later = changed(&next, |list| list.withdrawn[0].suspect_since = UnixTime(2));
    assert_eq!(takes(&old, &later), Err(Error::ConflictingList));
    let other = changed(&next, |list| list.withdrawn[0].parameters = id(9, 1));
    assert_eq!(takes(&old, &other), Err(Error::ConflictingList));
    // The order, and an earlier time, are free.
    let more = changed(&next, |list| {
        list.withdrawn[0].suspect_since = UnixTime(0);
        list.withdrawn.insert(0, stolen(9, 1));
    });
    assert_eq!(takes(&old, &more), Ok(true));
}

/// `old` says: the first key from day 1 on, until day 10.
#[test]
fn slots_that_both_know() {
    let entry =
        |day, number| ListEntry { from: UnixTime(day), parameters: parameters(number, HOUR) };
    let conflict = Err(Error::ConflictingList);
    // Another key from a time on: the first second that old does not cover, and the last it does.
    let from = |from| verdict(move |next| next.entries[1] = entry(from, 9));
    assert_eq!(from(10 * DAY), Ok(true));
    assert_eq!(from(10 * DAY - HOUR), conflict);
    assert_eq!(from(5 * DAY), conflict);
    assert_eq!(from(5 * DAY - HOUR), conflict);
    // Another key in the place of the first: since day 5, until day 10.
    assert_eq!(verdict(|next| next.entries[0] = entry(DAY, 9)), conflict);
    assert_eq!(verdict(|next| next.entries[0].from = day(10)), conflict, "none");
    assert_eq!(verdict(|next| next.entries[0].from = day(5)), Ok(true), "since then the same");
    assert_eq!(verdict(|next| next.entries[0].from.0 += 4 * DAY + HOUR), conflict);
    let late = |from| {
        verdict(move |next| {
            (next.since, next.until) = (day(11), day(12));
            next.entries[0] = entry(from, 9);
        })
    };
    assert_eq!(late(10 * DAY), Ok(true));
    assert_eq!(late(10 * DAY - HOUR), conflict);
    // In the past, where the slot before the present one is.
    let past = |from, number| {
        verdict(move |next| {
            next.entries[0].from = day(5);
            next.entries.insert(0, entry(from, number));
        })
    };
    assert_eq!(past(DAY, 9), conflict);
    assert_eq!(past(5 * DAY - HOUR, 9), conflict);
    assert_eq!(past(0, 9), conflict);
    // The key of before, for a while within.
    let within = |next: &mut ParameterList| {
        let (a, b) = (next.entries[0].clone(), next.entries[1].clone());
        next.entries = vec![a, entry(6 * DAY, 9), b];
    };
    assert_eq!(verdict(within), conflict);
    // What follows until is free.
    assert_eq!(verdict(|next| next.entries.truncate(1)), Ok(true));
}

#[test]
fn a_rotation_that_is_announced_is_kept() {
    let old = list(&[(1, 1), (8, 2)]);
    let next = old.renew(day(5)..day(12)).unwrap();
    assert_eq!(takes(&old, &next), Ok(true));
    let without = changed(&next, |list| list.entries.truncate(1));
    assert_eq!(takes(&old, &without), Err(Error::ConflictingList));
    let later = changed(&next, |list| list.entries[1].from.0 += 2 * HOUR);
    assert_eq!(takes(&old, &later), Err(Error::ConflictingList));
    let sooner = changed(&next, |list| list.entries[1].from.0 -= 2 * HOUR);
    assert_eq!(takes(&old, &sooner), Err(Error::ConflictingList));
    let past = changed(&next, |list| {
        list.since = day(9);
        list.entries.remove(0);
    });
    assert_eq!(takes(&old, &past), Ok(true), "nothing of the past");
    // Unless it was withdrawn.
    let named = changed(&without, |list| list.withdrawn.push(stolen(2, 2)));
    assert_eq!(takes(&old, &named), Ok(true));
    let other = changed(&without, |list| list.withdrawn.push(stolen(9, 2)));
    assert_eq!(takes(&old, &other), Err(Error::ConflictingList));
}

/// Before the first entry there is no slot, and there will be none.
#[test]
fn no_slot_is_kept_too() {
    let old = list(&[(8, 1)]);
    let next = old.renew(day(5)..day(12)).unwrap();
    assert_eq!(takes(&old, &next), Ok(true));
    let sooner = changed(&next, |list| list.entries[0].from = day(7));
    assert_eq!(takes(&old, &sooner), Err(Error::ConflictingList));
}

/// An entry that had begun takes with it those before it.
#[test]
fn what_a_withdrawal_takes_with_it() {
    let old = list(&[(1, 1), (7, 24), (8, 1)]);
    let next = old.withdraw(day(8)..day(12), &id(2, 24), day(0), None).unwrap();
    assert_eq!((ids(&next), takes(&old, &next)), (vec![id(3, 1)], Ok(true)));
    let keep = |list: &mut ParameterList| list.entries.insert(0, old.entries[0].clone());
    assert_eq!(takes(&old, &changed(&next, keep)), Err(Error::ConflictingList));
    let new = Some(parameters(9, HOUR));
    let next = old.withdraw(day(8)..day(12), &id(3, 1), day(0), new).unwrap();
    assert_eq!(froms(&next), [8 * DAY - HOUR]);
    assert_eq!(takes(&old, &next), Ok(true), "in the time of one that is gone");
    assert_eq!(takes(&old, &changed(&next, keep)), Err(Error::ConflictingList));
    let unnamed = changed(&next, |list| list.withdrawn.clear());
    assert_eq!(takes(&old, &unnamed), Err(Error::ConflictingList));
    // At the last second before it begins, it takes nothing.
    let early = UnixTime(8 * DAY - 1);
    let next = old.withdraw(early..day(12), &id(3, 1), day(0), None).unwrap();
    assert_eq!((ids(&next), takes(&old, &next)), (vec![id(1, 1), id(2, 24)], Ok(true)));
    let gone = changed(&next, |list| list.entries.truncate(1));
    assert_eq!(takes(&old, &gone), Err(Error::ConflictingList));
    // Of two, the later one.
    let both = changed(&old.renew(day(8)..day(12)).unwrap(), |list| {
        list.withdrawn = vec![stolen(1, 1), stolen(3, 1)];
        list.entries.retain(|entry| *entry.parameters.id() == id(2, 24));
    });
    assert_eq!(takes(&old, &both), Err(Error::ConflictingList));
    // In the time before the first entry of all.
    let old = list(&[(8, 1)]);
    let new = Some(parameters(9, HOUR));
    let next = old.withdraw(day(8)..day(12), &id(1, 1), day(0), new).unwrap();
    assert_eq!((froms(&next), takes(&old, &next)), (vec![8 * DAY - HOUR], Ok(true)));
}

/// With other parameters it would have another id.
#[test]
fn a_stolen_key_does_not_come_back() {
    let old = list(&[(1, 1), (8, 2)]);
    let next = old.withdraw(day(5)..day(12), &id(2, 2), day(0), None).unwrap();
    let then = |number| {
        let parameters = parameters(number, 3 * HOUR);
        let entry = ListEntry { from: day(13), parameters };
        takes(&old, &changed(&next, |list| list.entries.push(entry)))
    };
    assert_eq!(then(9), Ok(true));
    assert_eq!(then(2), Err(Error::ConflictingList));
}

#[test]
fn first() {
    let make = |since, until, from| {
        let parameters = parameters(1, 2 * HOUR);
        ParameterList::first(host(), UnixTime(since)..UnixTime(until), UnixTime(from), parameters)
    };
    let list = make(DAY, 2 * DAY, 2 * HOUR).unwrap();
    assert_eq!((list.serial(), list.previous()), (0, &NONE));
    assert_eq!(ParameterList::from_bytes(&list.to_bytes()), Ok(list));
    assert_eq!(make(DAY, 2 * DAY, 3 * HOUR), Err(Error::Range));
    assert_eq!(make(DAY, DAY, 0), Err(Error::Range));
    assert_eq!(make(DAY, 33 * DAY, 0), Err(Error::Range));
    assert!(make(DAY, 32 * DAY, u64::MAX / HOUR / 2 * 2 * HOUR).is_ok());
}

#[test]
fn renewed() {
    let old = old();
    let next = next();
    assert_eq!((next.serial(), next.previous()), (1, old.id()));
    assert_eq!((next.since(), next.until()), (day(5), day(12)));
    assert_eq!((next.host(), next.authority()), (old.host(), old.authority()));
    assert_eq!(next.entries, old.entries);
    assert_eq!(ParameterList::from_bytes(&next.to_bytes()), Ok(next.clone()));
    assert_eq!(next.renew(day(5)..UnixTime(36 * DAY)).unwrap().serial(), 2);
    assert_eq!(next.renew(day(5)..UnixTime(36 * DAY + 1)), Err(Error::Range));
    assert_eq!(next.renew(UnixTime(5 * DAY - 1)..day(12)), Err(Error::Range));
    assert_eq!(next.renew(day(5)..UnixTime(12 * DAY - 1)), Err(Error::Range));
    assert_eq!(next.renew(day(12)..day(12)), Err(Error::Range));
    let last = changed(&next, |list| list.serial = u32::MAX - 1).renew(day(5)..day(12)).unwrap();
    assert_eq!(last.renew(day(5)..day(12)), Err(Error::Range));
    assert_eq!(last.rotate(day(5)..day(12), day(12), parameters(9, DAY)), Err(Error::Range));
}

/// Two epochs of the successor later, an entry goes.
#[test]
fn entries_stay_for_two_epochs() {
    let at = |list: &ParameterList, since: u64| {
        ids(&list.renew(UnixTime(since)..UnixTime(since + 5 * DAY)).unwrap())
    };
    let list = super::list(&[(1, 1), (7, 2), (9, 24)]);
    let (a, b, c) = (id(1, 1), id(2, 2), id(3, 24));
    assert_eq!(at(&list, 7 * DAY + 4 * HOUR - 1), [a, b, c]);
    assert_eq!(at(&list, 7 * DAY + 4 * HOUR), [b, c]);
    assert_eq!(at(&list, 11 * DAY - 1), [b, c]);
    assert_eq!(at(&list, 11 * DAY), [c]);
    assert_eq!(at(&list, 300 * DAY), [c]);
    // A short entry does not go before the long one that it follows.
    let list = super::list(&[(1, 1), (7, 24), (8, 1)]);
    assert_eq!(at(&list, 8 * DAY + 2 * HOUR), [a, id(2, 24), id(3, 1)]);
    assert_eq!(at(&list, 9 * DAY - 1), [a, id(2, 24), id(3, 1)]);
    assert_eq!(at(&list, 9 * DAY), [id(3, 1)]);
    // At the end of all time.
    let list = changed(&super::list(&[(1, 1), (7, 24)]), |list| {
        list.entries[1].from.0 = u64::MAX / DAY * DAY;
        (list.since, list.until) = (UnixTime(u64::MAX - 2), UnixTime(u64::MAX - 1));
    });
    let last = list.renew(UnixTime(u64::MAX - 1)..UnixTime(u64::MAX)).unwrap();
    assert_eq!(ids(&last), [a, id(2, 24)]);
}

#[test]
fn rotated() {
    let old = old();
    let rotate = |since, until, from, parameters| old.rotate(since..until, from, parameters);
    let list = rotate(day(5), day(12), day(22), parameters(9, DAY)).unwrap();
    assert_eq!((list.serial(), list.previous()), (1, old.id()));
    assert_eq!(ids(&list), [id(1, 1), id(2, 2), id(9, 24)]);
    assert_eq!(froms(&list), [DAY, 20 * DAY, 22 * DAY]);
    assert_eq!(takes(&old, &list), Ok(true));
    assert_eq!(ParameterList::from_bytes(&list.to_bytes()), Ok(list));
    let range = |from: u64, parameters| {
        assert_eq!(rotate(day(5), day(12), UnixTime(from), parameters), Err(Error::Range));
    };
    range(20 * DAY, parameters(9, DAY));
    range(19 * DAY, parameters(9, DAY));
    range(22 * DAY + HOUR, parameters(9, HOUR));
    range(22 * DAY + 2 * HOUR, parameters(9, DAY));
    range(22 * DAY, parameters(2, 2 * HOUR));
    range(22 * DAY, parameters(1, DAY));
    let other = rotate(day(5), day(12), day(22), foreign(9, DAY));
    assert_eq!(other, Err(Error::ForeignAuthority));
    let old = changed(&old, |list| list.withdrawn.push(stolen(9, 24)));
    let back = old.rotate(day(5)..day(12), day(22), parameters(9, DAY));
    assert_eq!(back, Err(Error::Range), "a withdrawn key comes back");
}

/// Not while the list at hand says something else, and not in the past.
#[test]
fn rotated_in_time() {
    let old = list(&[(1, 1)]);
    let rotate = |since, from| {
        old.rotate(UnixTime(since)..UnixTime(since + 31 * DAY), UnixTime(from), parameters(9, HOUR))
    };
    assert_eq!(rotate(5 * DAY, 10 * DAY - HOUR), Err(Error::Range));
    assert!(rotate(5 * DAY, 10 * DAY).is_ok());
    assert_eq!(rotate(11 * DAY, 10 * DAY), Err(Error::Range));
    assert_eq!(rotate(11 * DAY, 11 * DAY), Err(Error::Range));
    assert!(rotate(11 * DAY, 11 * DAY + HOUR).is_ok());
    let (mut full, mut number) = (old.clone(), 2);
    while full.entries.len() < 8 {
        let from = UnixTime((10 + number) * DAY);
        full = full.rotate(day(5)..day(11), from, parameters(number, HOUR)).unwrap();
        number += 1;
    }
    let ninth = full.rotate(day(5)..day(11), day(30), parameters(number, HOUR));
    assert_eq!(ninth, Err(Error::Range));
    let ninth = full.rotate(day(13)..day(14), day(30), parameters(number, HOUR)).unwrap();
    assert_eq!(ninth.entries().len(), 8, "the first one went");
}

#[test]
fn kinds_stay() {
    let parameters = |number, kind| with_schema(number, HOUR, schema(kind));
    let first = ParameterList::first(host(), day(0)..day(9), day(1), parameters(1, Kind::Flag));
    let first = first.unwrap();
    let rotate = |parameters| first.rotate(day(1)..day(10), day(11), parameters);
    assert_eq!(rotate(parameters(2, Kind::Integer)), Err(Error::Schema));
    assert!(rotate(parameters(2, Kind::Flag)).is_ok());
    assert!(rotate(super::parameters(2, HOUR)).is_ok());
    // With an entry of neither in between.
    let second = rotate(super::parameters(2, HOUR)).unwrap();
    let third = second.rotate(day(2)..day(11), day(12), parameters(3, Kind::Integer));
    assert_eq!(third, Err(Error::Schema));
    let replaced = second.withdraw(day(2)..day(11), &id(2, 1), day(0), None);
    let third = replaced.unwrap().rotate(day(3)..day(12), day(13), parameters(3, Kind::Integer));
    assert_eq!(third, Err(Error::Schema));
}

/// Keys of days 1, 6, 8 and 20; the third one issues on day 8 at 2:30, in its second epoch.
fn four() -> ParameterList {
    list(&[(1, 1), (6, 1), (8, 2), (20, 4)])
}

fn withdraw(
    number: u64,
    hours: u64,
    new: Option<AuthorityParameters>,
) -> Result<ParameterList, Error> {
    let since = UnixTime(8 * DAY + 2 * HOUR + HOUR / 2);
    let old = four();
    let next = old.withdraw(since..day(12), &id(number, hours), UnixTime(7), new)?;
    assert_eq!(next.withdrawn()[0].parameters, id(number, hours));
    assert_eq!(next.withdrawn()[0].suspect_since, UnixTime(7));
    assert_eq!((next.serial(), next.previous(), next.since()), (1, old.id(), since));
    assert_eq!(takes(&old, &next), Ok(true));
    assert_eq!(ParameterList::from_bytes(&next.to_bytes()), Ok(next.clone()));
    Ok(next)
}

#[test]
fn withdrawal_of_the_issuing_key() {
    let next = withdraw(3, 2, Some(parameters(9, 2 * HOUR))).unwrap();
    assert_eq!(ids(&next), [id(9, 2), id(4, 4)], "the older ones go with it");
    assert_eq!(froms(&next), [8 * DAY, 20 * DAY]);
    assert_eq!(withdraw(3, 2, None), Err(Error::Range));
    assert_eq!(withdraw(3, 2, Some(parameters(9, HOUR))), Err(Error::Range), "other epochs");
    let other_batches = AuthorityParameters::hashed(
        *next.authority(),
        key(3),
        parameters(3, 2 * HOUR).epoch_length(),
        NonZeroU8::MAX,
        Schema::new([]).unwrap(),
    );
    assert_eq!(withdraw(3, 2, Some(other_batches)), Err(Error::Range), "the stolen key");
    for number in [1, 2, 4] {
        let known = withdraw(3, 2, Some(parameters(number, 2 * HOUR)));
        assert_eq!(known, Err(Error::Range), "a key of another entry");
    }
    assert_eq!(withdraw(3, 2, Some(foreign(9, 2 * HOUR))), Err(Error::ForeignAuthority));
    // Once more, in the same epoch and in the next.
    for since in [8 * DAY + 3 * HOUR, 8 * DAY + 5 * HOUR] {
        let since = UnixTime(since);
        let new = Some(parameters(10, 2 * HOUR));
        let again = next.withdraw(since..day(12), &id(9, 2), since, new).unwrap();
        assert_eq!(ids(&again), [id(10, 2), id(4, 4)]);
        assert_eq!(froms(&again)[0], (since.0 / (2 * HOUR) - 1) * 2 * HOUR);
        assert_eq!(again.withdrawn().len(), 2);
        assert_eq!(takes(&next, &again), Ok(true));
        let back = Some(parameters(3, 2 * HOUR));
        let back = next.withdraw(since..day(12), &id(9, 2), since, back);
        assert_eq!(back, Err(Error::Range), "a withdrawn key comes back");
    }
}

#[test]
fn withdrawal_of_a_key_of_the_past() {
    let next = withdraw(2, 1, None).unwrap();
    assert_eq!(ids(&next), [id(3, 2), id(4, 4)], "the older one goes with it");
    assert_eq!(withdraw(2, 1, Some(parameters(9, HOUR))), Err(Error::Range));
    let next = withdraw(1, 1, None).unwrap();
    assert_eq!(ids(&next), [id(2, 1), id(3, 2), id(4, 4)], "it had gone");
    let kept = list(&[(1, 1), (7, 24), (8, 1)]);
    let next = kept.withdraw(day(8)..day(12), &id(2, 24), day(0), None).unwrap();
    assert_eq!(ids(&next), [id(3, 1)], "the older one goes with it");
    assert_eq!(takes(&kept, &next), Ok(true));
    let early = UnixTime(8 * DAY + HOUR);
    let kept = list(&[(1, 1), (8, 2), (9, 2)]);
    let next = kept.withdraw(early..day(12), &id(1, 1), early, None).unwrap();
    assert_eq!(ids(&next), [id(2, 2), id(3, 2)]);
    assert_eq!(takes(&kept, &next), Ok(true));
    // No replacement, not even where there would be room for one.
    let kept = list(&[(1, 1), (8, 2)]);
    let withdraw = |new| kept.withdraw(day(8)..day(12), &id(1, 1), day(0), new);
    assert_eq!(withdraw(Some(parameters(9, HOUR))), Err(Error::Range));
    assert_eq!(ids(&withdraw(None).unwrap()), [id(2, 2)]);
}

#[test]
fn withdrawal_of_a_key_of_the_future() {
    let next = withdraw(4, 4, None).unwrap();
    assert_eq!(ids(&next), [id(2, 1), id(3, 2)], "the older one stays");
    assert_eq!(withdraw(4, 4, Some(parameters(9, 4 * HOUR))), Err(Error::Range));
    assert_eq!(withdraw(5, 4, None), Err(Error::ForeignParameters));
    // At the second at which it begins, it has begun.
    let old = list(&[(1, 1), (8, 2)]);
    let at = |since, new| old.withdraw(UnixTime(since)..day(12), &id(2, 2), day(0), new);
    let new = || Some(parameters(9, 2 * HOUR));
    assert_eq!(ids(&at(8 * DAY - 1, None).unwrap()), [id(1, 1)]);
    assert_eq!(at(8 * DAY - 1, new()), Err(Error::Range));
    assert_eq!(at(8 * DAY, None), Err(Error::Range));
    let next = at(8 * DAY, new()).unwrap();
    assert_eq!((ids(&next), froms(&next)), (vec![id(9, 2)], vec![8 * DAY - 2 * HOUR]));
    // The only one, before it has begun.
    let only = list(&[(8, 1)]).withdraw(day(5)..day(12), &id(1, 1), day(0), None);
    assert_eq!(only, Err(Error::Range));
    // Between two that do not fit each other: the later one first.
    let entry = |number, day: u64, hours, odd| ListEntry {
        from: UnixTime(day * DAY + odd * HOUR),
        parameters: parameters(number, hours * HOUR),
    };
    let entries = vec![entry(1, 1, 24, 0), entry(2, 8, 1, 0), entry(3, 9, 1, 1)];
    let old = changed(&old, |list| list.entries = entries);
    let alone = old.withdraw(day(5)..day(12), &id(2, 1), day(0), None);
    assert_eq!(alone, Err(Error::Range));
    let last = old.withdraw(day(5)..day(12), &id(3, 1), day(0), None).unwrap();
    let both = last.withdraw(day(5)..day(12), &id(2, 1), day(0), None).unwrap();
    assert_eq!(ids(&both), [id(1, 24)]);
    assert_eq!((takes(&old, &last), takes(&last, &both)), (Ok(true), Ok(true)));
}

/// A key that never began took nothing with it, also for whoever learns of it long after.
#[test]
fn withdrawal_of_a_future_key_seen_late() {
    let old = list(&[(1, 1), (8, 2)]);
    let next = old.withdraw(day(5)..day(12), &id(2, 2), day(0), None).unwrap();
    let late = next.renew(day(9)..day(15)).unwrap();
    assert_eq!(ids(&late), [id(1, 1)]);
    assert_eq!(old.check_successor(&late, day(30)), Err(Error::MissingList));
    assert_eq!(old.check_successor(&next, day(30)), Ok(true));
    assert_eq!(next.check_successor(&late, day(30)), Ok(true));
}

#[test]
fn withdrawn_keys_are_few() {
    let mut list = list(&[(1, 1)]);
    for number in 1..=255 {
        let new = Some(parameters(number + 1, HOUR));
        list = list.withdraw(day(5)..day(12), &id(number, 1), day(0), new).unwrap();
    }
    let new = Some(parameters(257, HOUR));
    assert_eq!(list.withdraw(day(5)..day(12), &id(256, 1), day(0), new), Err(Error::Range));
    assert_eq!(list.renew(day(6)..day(13)).unwrap().withdrawn().len(), 255);
    assert_eq!(ParameterList::from_bytes(&list.to_bytes()), Ok(list));
}

#[test]
fn withdrawal_in_the_first_epochs_of_all() {
    let old = list(&[(0, 1)]);
    for (since, from) in [(0, 0), (HOUR - 1, 0), (HOUR, 0), (2 * HOUR, HOUR)] {
        let new = Some(parameters(9, HOUR));
        let next = old.withdraw(UnixTime(since)..day(12), &id(1, 1), day(0), new).unwrap();
        assert_eq!((froms(&next), takes(&old, &next)), (vec![from], Ok(true)));
    }
}
