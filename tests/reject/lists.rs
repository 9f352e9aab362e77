//! Parameter lists (SPEC §4.5): what everybody takes after what, and what a withdrawal ends.

use super::*;
use order::in_order;

/// A list field by field (SPEC §14.15), also such as the authority would not make.
#[derive(Clone)]
struct Raw {
    authority: &'static str,
    host: &'static str,
    serial: u32,
    previous: [u8; 32],
    since: u64,
    until: u64,
    entries: Vec<(u64, AuthorityParameters)>,
    withdrawn: Vec<(ParametersId, u64)>,
}

impl Raw {
    fn of(list: &ParameterList) -> Self {
        Self {
            authority: "authority.example",
            host: "id.authority.example",
            serial: list.serial(),
            previous: list.previous().0,
            since: list.since().0,
            until: list.until().0,
            entries: list.entries().map(|e| (e.from().0, e.parameters().clone())).collect(),
            withdrawn: list
                .withdrawn()
                .iter()
                .map(|withdrawn| (withdrawn.parameters, withdrawn.suspect_since.0))
                .collect(),
        }
    }

    fn list(&self) -> ParameterList {
        let mut bytes = vec![1, 15];
        for name in [self.authority, self.host] {
            bytes.push(name.len() as u8);
            bytes.extend(name.as_bytes());
        }
        bytes.extend(self.serial.to_be_bytes());
        bytes.extend(self.previous);
        bytes.extend(self.since.to_be_bytes());
        bytes.extend(self.until.to_be_bytes());
        bytes.push(self.entries.len() as u8);
        for (from, parameters) in &self.entries {
            bytes.extend(from.to_be_bytes());
            bytes.extend(parameters.to_bytes());
        }
        bytes.push(self.withdrawn.len() as u8);
        for (id, since) in &self.withdrawn {
            bytes.extend(id.0);
            bytes.extend(since.to_be_bytes());
        }
        bytes.push(0);
        ParameterList::from_bytes(&bytes).unwrap()
    }
}

/// Parameters of a key with epochs of so many hours.
fn hours(seed: u8, hours: u64) -> AuthorityParameters {
    let (key, schema) = (key(seed), schema(&ATTRIBUTES));
    AuthorityParameters::new(&key, authority_id(), seconds(hours * 3600), 1, schema).unwrap()
}

/// The first second of the day of `NOW`, and of the day on which the second key begins.
const TODAY: u64 = NOW.0 - NOW.0 % DAY;
const ROTATION: u64 = TODAY + 11 * DAY;

/// Serial 1: the first key from 1970 on, the second one from `ROTATION` on; since now, until ten
/// days after the rotation.
fn second() -> ParameterList {
    let until = UnixTime(ROTATION + 10 * DAY);
    let first = list(hours(1, 24), NOW);
    first.rotate(NOW..until, UnixTime(ROTATION), hours(2, 24)).unwrap()
}

/// Its successor: since tomorrow, until a day later, otherwise the same.
fn third() -> ParameterList {
    let second = second();
    second.renew(UnixTime(NOW.0 + DAY)..UnixTime(second.until().0 + DAY)).unwrap()
}

const TOMORROW: UnixTime = UnixTime(NOW.0 + DAY);

/// What holder, platform and authority say to `next` when they have `list`. Whoever refuses it
/// keeps the list at hand.
fn adopted(list: &ParameterList, next: &ParameterList, now: UnixTime) -> Result<bool, Error> {
    let mut holder = Holder::new(&MasterSecret::import([2; 32]), list.clone()).unwrap();
    let mut platform = Platform::new(list.clone(), host("shop.example"));
    let first = list.entries().next().unwrap().parameters().clone();
    let seed = (1..=9).find(|seed| hours(*seed, 24) == first || hours(*seed, 12) == first);
    let mut authority = Authority::open(key(seed.unwrap()), list.clone()).unwrap();
    let said = list.check_successor(next, now);
    assert_eq!(holder.adopt(next.clone(), now), said);
    assert_eq!(platform.adopt(next.clone(), now), said);
    assert_eq!(authority.adopt(next.clone(), now), said);
    let kept = if said == Ok(true) { next } else { list };
    assert_eq!([holder.list(), platform.list(), authority.list()], [kept; 3]);
    said
}

/// What everybody who has the second list says to the third one, changed.
fn verdict(change: impl FnOnce(&mut Raw)) -> Result<bool, Error> {
    let mut raw = Raw::of(&third());
    change(&mut raw);
    adopted(&second(), &raw.list(), TOMORROW)
}

const CONFLICT: Result<bool, Error> = Err(Error::ConflictingList);

#[test]
fn a_successor_is_refused_in_the_order_of_the_rules() {
    use Error::*;
    // Rules 3, 4, 5, and 6 in one of its forms; 1 and 2 stand below.
    let steps = [ForeignAuthority, StaleList, MissingList, EarlyList];
    let run = |wrong: &dyn Fn(Error) -> bool, previous: bool, rule_6: bool| {
        let mut raw = Raw::of(&third());
        let mut now = TOMORROW;
        if wrong(ForeignAuthority) {
            raw.authority = "authority2.example";
            for (_, parameters) in &mut raw.entries {
                let bytes = parameters.to_bytes();
                let renamed = with(&bytes, 3..4 + 17, b"\x12authority2.example");
                *parameters = AuthorityParameters::from_bytes(&renamed).unwrap();
            }
        }
        if wrong(StaleList) {
            (raw.serial, raw.previous) = (0, [0; 32]);
        }
        if wrong(MissingList) {
            raw.serial = 3;
        }
        if previous {
            raw.previous[0] ^= 1;
        }
        if wrong(EarlyList) {
            now = UnixTime(raw.since - 1);
        }
        if rule_6 {
            raw.until = second().until().0 - 1;
        }
        adopted(&second(), &raw.list(), now).err()
    };
    in_order(&steps, &[(StaleList, MissingList)], |wrong| run(wrong, false, false));
    for error in steps {
        let only = |e| e == error;
        // Another predecessor comes before an early list and after the others.
        let expected = if error == EarlyList { ConflictingList } else { error };
        if error != StaleList {
            assert_eq!(run(&only, true, false), Some(expected), "{error:?} and previous");
        }
        assert_eq!(run(&only, false, true), Some(error), "{error:?} and rule 6");
    }
    assert_eq!(run(&|_| false, true, false), Some(ConflictingList));
    assert_eq!(run(&|_| false, false, true), Some(ConflictingList));
}

#[test]
fn one_serial_is_one_list() {
    let second = second();
    // The same bytes, at any time, change nothing.
    for now in [0, second.since().0 - 1, NOW.0, u64::MAX] {
        assert_eq!(adopted(&second, &second, UnixTime(now)), Ok(false));
    }
    // Others are an alarm, early or not.
    let mut raw = Raw::of(&second);
    raw.until -= 1;
    for now in [0, NOW.0, u64::MAX] {
        assert_eq!(adopted(&second, &raw.list(), UnixTime(now)), CONFLICT);
    }
    raw = Raw::of(&second);
    raw.host = "id2.authority.example";
    assert_eq!(adopted(&second, &raw.list(), NOW), CONFLICT);
    raw = Raw::of(&second);
    raw.entries[1].1 = hours(3, 24);
    assert_eq!(adopted(&second, &raw.list(), NOW), CONFLICT);
}

#[test]
fn lists_are_taken_one_after_another() {
    let (second, third) = (second(), third());
    let until = UnixTime(third.until().0 + DAY);
    let fourth = third.renew(UnixTime(NOW.0 + 2 * DAY)..until).unwrap();
    let later = until;
    assert_eq!(adopted(&second, &fourth, later), Err(Error::MissingList));
    assert_eq!(adopted(&third, &second, later), Err(Error::StaleList));
    assert_eq!(adopted(&fourth, &second, later), Err(Error::StaleList));
    // Lists whose time is over are no hindrance.
    assert_eq!(adopted(&second, &third, later), Ok(true));
    assert_eq!(adopted(&third, &fourth, later), Ok(true));
    // Its first second, and not before.
    let early = UnixTime(third.since().0 - 1);
    assert_eq!(adopted(&second, &third, early), Err(Error::EarlyList));
    assert_eq!(adopted(&second, &third, third.since()), Ok(true));
    // One after another, by one device.
    let mut holder = Holder::new(&MasterSecret::import([2; 32]), second).unwrap();
    assert_eq!(holder.adopt(fourth.clone(), later), Err(Error::MissingList));
    assert_eq!(holder.adopt(third.clone(), later), Ok(true));
    assert_eq!(holder.adopt(fourth, later), Ok(true));
    assert_eq!(holder.adopt(third, later), Err(Error::StaleList));
}

#[test]
fn time_does_not_go_back() {
    let second = second();
    let (since, until) = (second.since().0, second.until().0);
    for (change, expected) in [(-1, CONFLICT), (0, Ok(true)), (1, Ok(true))] {
        let to = |time: u64| time.checked_add_signed(change).unwrap();
        assert_eq!(verdict(|next| next.since = to(since)), expected);
        assert_eq!(verdict(|next| next.until = to(until)), expected);
    }
    assert_eq!(verdict(|next| next.host = "id2.authority.example"), Ok(true));
}

/// Every slot that both have is the same, and none goes that is still needed.
#[test]
fn slots_do_not_change_hands() {
    let until = second().until().0;
    let day = |day: u64| TODAY + day * DAY;
    // The second key's beginning, moved; it may move where the old list says nothing.
    for from in [ROTATION - DAY, ROTATION + DAY, until - DAY, until] {
        assert_eq!(verdict(|next| next.entries[1].0 = from), CONFLICT, "{from}");
    }
    // Another key in the place of each, or none.
    assert_eq!(verdict(|next| next.entries[0].1 = hours(3, 24)), CONFLICT);
    assert_eq!(verdict(|next| next.entries[1].1 = hours(3, 24)), CONFLICT);
    assert_eq!(verdict(|next| next.entries.truncate(1)), CONFLICT);
    assert_eq!(verdict(|next| drop(next.entries.remove(0))), CONFLICT);
    // Another epoch length is another key: the slots have other numbers.
    assert_eq!(verdict(|next| next.entries[0].1 = hours(1, 12)), CONFLICT);
    assert_eq!(verdict(|next| next.entries[1].1 = hours(2, 12)), CONFLICT);
    // A third key: from the old list's end on.
    let third_key = |from| verdict(move |next| next.entries.push((from, hours(3, 24))));
    assert_eq!(until % DAY, 0);
    assert_eq!(third_key(until - DAY), CONFLICT);
    assert_eq!(third_key(until), Ok(true));
    // And none in between, however short, present, past or future.
    for from in [day(1), day(2), day(0), day(0) - DAY, day(0) - 1000 * DAY, ROTATION - DAY] {
        let between = |next: &mut Raw| next.entries.insert(1, (from, hours(3, 24)));
        assert_eq!(verdict(between), CONFLICT, "{from}");
    }
    assert_eq!(verdict(|next| next.entries.insert(2, (ROTATION + DAY, hours(3, 24)))), CONFLICT);
    // What is over may go: from the slot of since on the first key has to stay.
    assert_eq!(verdict(|next| next.entries[0].0 = day(1)), Ok(true));
    assert_eq!(verdict(|next| next.entries[0].0 = day(2)), CONFLICT);
    // Where the old list has no slot, the new one has none.
    let first = ParameterList::first(
        authority_host(),
        NOW..UnixTime(ROTATION),
        UnixTime(day(3)),
        hours(1, 24),
    )
    .unwrap();
    let next = first.renew(TOMORROW..UnixTime(ROTATION)).unwrap();
    assert_eq!(adopted(&first, &next, TOMORROW), Ok(true));
    for (from, expected) in
        [(0, CONFLICT), (day(2), CONFLICT), (day(3), Ok(true)), (day(4), CONFLICT)]
    {
        let mut raw = Raw::of(&next);
        raw.entries[0].0 = from;
        assert_eq!(adopted(&first, &raw.list(), TOMORROW), expected, "{from}");
    }
}

/// What was withdrawn stays withdrawn, and its key does not come back under another name.
#[test]
fn a_withdrawn_key_stays_withdrawn() {
    let second = second();
    let since = UnixTime(NOW.0 + 1);
    let id = *hours(1, 24).id();
    let suspect = UnixTime(NOW.0 - 100);
    let replaced =
        second.withdraw(since..second.until(), &id, suspect, Some(hours(3, 24))).unwrap();
    assert_eq!(adopted(&second, &replaced, since), Ok(true));
    let next = replaced.renew(TOMORROW..second.until()).unwrap();
    let verdict = |change: &dyn Fn(&mut Raw)| {
        let mut raw = Raw::of(&next);
        change(&mut raw);
        adopted(&replaced, &raw.list(), TOMORROW)
    };
    assert_eq!(verdict(&|_| {}), Ok(true));
    assert_eq!(verdict(&|next| next.withdrawn.clear()), CONFLICT);
    assert_eq!(verdict(&|next| next.withdrawn[0].0 = ParametersId([1; 32])), CONFLICT);
    assert_eq!(verdict(&|next| next.withdrawn[0].1 += 1), CONFLICT);
    assert_eq!(verdict(&|next| next.withdrawn[0].1 -= 1), Ok(true), "suspect earlier");
    assert_eq!(verdict(&|next| next.withdrawn[0].1 = 0), Ok(true));
    let unknown = (ParametersId([1; 32]), 0);
    assert_eq!(verdict(&|next| next.withdrawn.insert(0, unknown)), Ok(true));
    // A future entry is withdrawn too, and may be, without one in its place.
    let future = *hours(2, 24).id();
    let no_second = |next: &mut Raw| {
        next.entries.remove(1);
        next.withdrawn.push((future, 0));
    };
    assert_eq!(verdict(&no_second), Ok(true));
    // With its key under other parameters it comes back.
    let again = |next: &mut Raw| {
        no_second(next);
        next.entries.push((ROTATION, hours(2, 12)));
    };
    assert_eq!(verdict(&again), CONFLICT);
    let other = |next: &mut Raw| {
        no_second(next);
        next.entries.push((ROTATION, hours(4, 12)));
    };
    assert_eq!(verdict(&other), Ok(true), "another key in its place");
}

/// Whoever has a key that had begun can make the earlier slots' lists worthless too: all entries
/// before it go with it.
#[test]
fn a_stolen_key_takes_the_earlier_entries_with_it() {
    let second = second();
    let now = UnixTime(ROTATION + DAY);
    let id = *hours(2, 24).id();
    // Two epochs have not passed, so the first entry still stands.
    let stolen =
        second.withdraw(now..second.until(), &id, UnixTime(0), Some(hours(3, 24))).unwrap();
    let ids: Vec<_> = stolen.entries().map(|entry| *entry.parameters().id()).collect();
    assert_eq!(ids, [*hours(3, 24).id()]);
    assert_eq!(adopted(&second, &stolen, now), Ok(true));
    let mut raw = Raw::of(&stolen);
    raw.entries.insert(0, (0, hours(1, 24)));
    assert_eq!(adopted(&second, &raw.list(), now), CONFLICT);
    // A withdrawal before the key begins leaves them.
    let early = UnixTime(ROTATION - 1);
    let stolen = second.withdraw(early..second.until(), &id, UnixTime(0), None).unwrap();
    let ids: Vec<_> = stolen.entries().map(|entry| *entry.parameters().id()).collect();
    assert_eq!(ids, [*hours(1, 24).id()]);
    assert_eq!(adopted(&second, &stolen, early), Ok(true));
}

/// Requests are pending, offers are open and a session has begun when the key is withdrawn.
#[test]
fn a_withdrawal_ends_what_is_pending() {
    let second = second();
    let mut authority = Authority::open(key(1), second.clone()).unwrap();
    let mut person = Holder::new(&MasterSecret::import([2; 32]), second.clone()).unwrap();
    let platform = Platform::new(second.clone(), host("shop.example"));
    let mut platform = platform.prepare(&[name("app-1")], &platform.slots(NOW));
    let (credential, evidence) = credential(&authority, &person, values(), NOW, &mut seeded(3));
    let build = |platform: &Platform, seed| {
        platform.request(Purpose::Login).build(NOW, &mut seeded(seed)).unwrap()
    };
    let (request, other) = (build(&platform, 1), build(&platform, 2));
    let login = platform.request_login(Purpose::Login).build(NOW, &mut seeded(3)).unwrap();
    let answer = present(&person, &credential, again(&person, &evidence[0]), &request, NOW);
    let answer = answer.unwrap();
    let named = by_name(&authority, values());
    let open = authority.offer(*person.commitment(), named, TEN_MINUTES, NOW, &mut seeded(1));
    let open = open.unwrap();
    let offer = received_offer(&second, &open);
    let (accepted, _) = person.request_credential(&offer, NOW, &mut seeded(2)).unwrap();
    let issued = issued(&authority, &person, values(), NOW, &mut seeded(1));
    let (evidence_request, _) = person.request_evidence(&issued, &mut seeded(1)).unwrap();

    let since = UnixTime(NOW.0 + 1);
    let id = *hours(1, 24).id();
    let replaced = second.withdraw(since..second.until(), &id, NOW, Some(hours(3, 24))).unwrap();
    // The platform first: the answer that was on its way is refused, alone and in a batch; the
    // request stays pending. Others that were checked before may still be spent.
    let checked = platform.check(&request, &answer, NOW).unwrap();
    assert_eq!(platform.adopt(replaced.clone(), since), Ok(true));
    let foreign = Err(Error::ForeignParameters);
    assert_eq!(verdict_at(&platform, &request, &answer, since), foreign);
    let nonces = MemoryNonces::new(9);
    let batch = platform.verify_batch(&[(&request, &answer)], since, &nonces).unwrap();
    assert_eq!(batch, [foreign]);
    assert!(nonces.is_empty());
    assert!(checked.spend(&nonces, since).is_ok());
    // Logins are pending as before.
    let login = (log_in(&person, &login, since).unwrap(), login);
    assert!(login_verdict_at(&platform, &login.1, &login.0, since).is_ok());

    // A holder with the old list answers the old request; a new one names a key that it lacks.
    let show = |person: &Holder, request: &Request| {
        let item = again(person, &evidence[1]);
        present(person, &credential, item, request, since).map(|_| ())
    };
    let after = platform.request(Purpose::Login).build(since, &mut seeded(4)).unwrap();
    assert_eq!(show(&person, &other), Ok(()));
    assert_eq!(show(&person, &after), Err(Error::UnpinnedParameters));
    assert_eq!(person.adopt(replaced.clone(), since), Ok(true));
    // With the new list it answers neither with what it has.
    assert_eq!(show(&person, &other), Err(Error::UnpinnedParameters));
    assert_eq!(show(&person, &after), Err(Error::StaleCredential));
    let refused = person.request_credential(&offer, since, &mut Given::new(&[]));
    assert_eq!(refused.unwrap_err(), Error::UnpinnedParameters);
    let refused = person.request_evidence(&issued, &mut Given::new(&[]));
    assert_eq!(refused.unwrap_err(), Error::UnpinnedParameters);

    // The authority with the stolen key does nothing more with it.
    let (session, commitments) =
        authority.open_evidence(&evidence_request, &mut seeded(1)).unwrap();
    assert_eq!(session.id(), commitments.session());
    assert_eq!(authority.adopt(replaced.clone(), since), Ok(true));
    let named = by_name(&authority, values());
    let refused =
        authority.offer(*person.commitment(), named, TEN_MINUTES, since, &mut Given::new(&[]));
    assert_eq!(refused.unwrap_err(), Error::ForeignParameters);
    let refused = authority.issue(&open, &sent(&accepted), since, &Everybody).unwrap_err();
    assert_eq!(refused.refused(), Some(Error::ForeignParameters));
    let refused = authority.open_evidence(&evidence_request, &mut Given::new(&[]));
    assert_eq!(refused.unwrap_err(), Error::ForeignParameters);

    // With the replacement everything goes on, in the same slot's time.
    let authority = Authority::open(key(3), replaced).unwrap();
    let (credential, evidence) =
        pairnym_testkit::credential(&authority, &person, values(), since, &mut seeded(5));
    let answer = present(&person, &credential, again(&person, &evidence[0]), &after, since);
    assert!(verdict_at(&platform, &after, &answer.unwrap(), since).is_ok());
}

/// What the authority's side does not make.
#[test]
fn lists_that_nobody_would_take_are_not_made() {
    let second = second();
    let (since, until) = (second.since(), second.until());
    let first = |since, until, from| {
        ParameterList::first(
            authority_host(),
            UnixTime(since)..UnixTime(until),
            UnixTime(from),
            hours(1, 24),
        )
        .err()
    };
    let range = Some(Error::Range);
    let month = 31 * DAY;
    for (since, until, from, expected) in [
        (NOW.0, NOW.0, 0, range),
        (NOW.0, NOW.0 - 1, 0, range),
        (NOW.0, NOW.0 + 1, 0, None),
        (NOW.0, NOW.0 + month, 0, None),
        (NOW.0, NOW.0 + month + 1, 0, range),
        (NOW.0, NOW.0 + 1, 1, range),
        (NOW.0, NOW.0 + 1, TODAY, None),
        (NOW.0, NOW.0 + 1, NOW.0, range),
        (0, u64::MAX, 0, range),
    ] {
        assert_eq!(first(since, until, from), expected, "{since}, {until}, {from}");
    }
    let before = |time: UnixTime| UnixTime(time.0 - 1);
    assert_eq!(second.renew(before(since)..until).err(), range);
    assert_eq!(second.renew(since..before(until)).err(), range);
    let rotate = |from, parameters| {
        second.rotate(since..UnixTime(since.0 + month), UnixTime(from), parameters).err()
    };
    let next = until.0.next_multiple_of(DAY);
    assert_eq!(rotate(next, hours(3, 24)), None);
    assert_eq!(rotate(next - DAY, hours(3, 24)), range);
    assert_eq!(rotate(next + 3600, hours(3, 1)), range);
    assert_eq!(rotate(next, hours(2, 24)), range);
    assert_eq!(rotate(next, hours(2, 12)), range);
    let withdraw = |id, replacement| second.withdraw(since..until, id, NOW, replacement).err();
    let (one, two) = (*hours(1, 24).id(), *hours(2, 24).id());
    assert_eq!(withdraw(&one, Some(hours(3, 24))), None);
    assert_eq!(withdraw(&one, None), range);
    assert_eq!(withdraw(&one, Some(hours(1, 24))), range);
    assert_eq!(withdraw(&one, Some(hours(2, 24))), range);
    assert_eq!(withdraw(&one, Some(hours(3, 12))), range);
    assert_eq!(withdraw(&two, None), None);
    assert_eq!(withdraw(&two, Some(hours(3, 24))), range);
    let unknown = Some(Error::ForeignParameters);
    assert_eq!(withdraw(&ParametersId([1; 32]), None), unknown);
}
