//! The slots that a request lists (SPEC §10.1), which of them a holder answers (§11, steps 3 and
//! 5), and which answer a platform takes (§12, step 3).

use super::*;

/// The first second of the day of `NOW`.
const BEGIN: u64 = NOW.0 - NOW.0 % DAY;

/// Any parameters that no list has.
const UNKNOWN: ParametersId = ParametersId([0xee; 32]);

/// A holder with credentials of the day of `NOW`, and of the days before and after it.
struct Days {
    authority: Authority,
    holder: Holder,
    platform: Platform,
    /// By the number of days from `NOW`, from −3 on.
    credentials: Vec<(Credential, Evidence)>,
}

impl Days {
    fn new() -> Self {
        let authority = authority(1, &ATTRIBUTES, NOW);
        let holder = holder(2, authority.list());
        let platform = Platform::new(authority.list().clone(), host("shop.example"));
        let credentials = (0..5).map(|day| {
            let now = UnixTime(NOW.0 + day * DAY - 3 * DAY);
            let (credential, mut evidence) =
                credential(&authority, &holder, values(), now, &mut seeded(day));
            (credential, evidence.remove(0))
        });
        Self { credentials: credentials.collect(), authority, holder, platform }
    }

    fn slot(&self, day: i64) -> Slot {
        shifted(&self.authority.list().slot(NOW).unwrap(), day)
    }

    fn of(&self, day: i64) -> (&Credential, Evidence) {
        let (credential, evidence) = &self.credentials[(day + 3) as usize];
        (credential, again(&self.holder, evidence))
    }

    /// A request that lists these slots, made for the holder's clock.
    fn ask(&self, now: u64, slots: Vec<Slot>) -> Ask {
        let ask = Ask::new(self.authority.list(), "shop.example");
        Ask { slots, expiry: now + 300, ..ask }
    }

    /// What becomes of the credential of a day, shown at a time, by a request for these days.
    fn shown(&self, day: i64, now: u64, days: &[i64]) -> Result<Slot, Error> {
        let request = self.ask(now, days.iter().map(|day| self.slot(*day)).collect()).request();
        let ((credential, item), now) = (self.of(day), UnixTime(now));
        let answer = present(&self.holder, credential, item, &request, now)?;
        let verified = verdict_at(&self.platform, &request, &answer, now)?;
        assert_eq!(*verified.slot(), self.slot(day));
        Ok(*verified.slot())
    }
}

/// SPEC §10.1: S⁻ of the first, the first, and the last slot of the time in which clocks that are
/// 600 seconds off may answer.
#[test]
fn a_request_lists_the_slots_of_its_time() {
    let days = Days::new();
    let list = |now: u64, life: u64, current: bool| {
        let ask = days.platform.request(Purpose::Login).valid_for(seconds(life));
        let ask = if current { ask.current_slot_only() } else { ask };
        let request = ask.build(UnixTime(now), &mut seeded(1)).unwrap();
        let day = |slot: &Slot| slot.epoch.0 as i64 - days.slot(0).epoch.0 as i64;
        request.slots().iter().map(day).collect::<Vec<_>>()
    };
    let end = BEGIN + DAY;
    for (now, life, slots) in [
        (NOW.0, 300, vec![-1, 0]),
        (BEGIN + 599, 300, vec![-2, -1, 0]),
        (BEGIN + 600, 300, vec![-1, 0]),
        (BEGIN - 900, 299, vec![-2, -1]),
        (BEGIN - 900, 300, vec![-2, -1, 0]),
        (BEGIN - 899, 300, vec![-2, -1, 0]),
        (end - 900, 299, vec![-1, 0]),
        (end - 900, 300, vec![-1, 0, 1]),
        (end - 600, 0, vec![-1, 0, 1]),
        (end - 601, 0, vec![-1, 0]),
        (BEGIN + 600, DAY - 1201, vec![-1, 0]),
        (BEGIN + 600, DAY - 1200, vec![-1, 0, 1]),
    ] {
        assert_eq!(list(now, life, false), slots, "{now} + {life}");
        assert_eq!(list(now, life, true), slots[1..], "{now} + {life}");
    }
}

/// Every request that a platform makes is answered by a holder with an honest clock that has the
/// credential of its slot or of the one before.
#[test]
fn honest_clocks_meet() {
    let days = Days::new();
    for made in [BEGIN - 600, BEGIN - 1, BEGIN, BEGIN + 599, BEGIN + 600, NOW.0] {
        let request =
            days.platform.request(Purpose::Login).build(UnixTime(made), &mut seeded(1)).unwrap();
        for now in [made - 600, made, made + 300, made + 900] {
            let present = if now < BEGIN { -1 } else { 0 };
            for day in [present, present - 1] {
                let (credential, item) = days.of(day);
                let holder = &days.holder;
                let answer = super::present(holder, credential, item, &request, UnixTime(now));
                let clock = UnixTime(made);
                let verified = verdict_at(&days.platform, &request, &answer.unwrap(), clock);
                assert_eq!(*verified.unwrap().slot(), days.slot(day), "{made}, {now}, {day}");
            }
        }
    }
}

/// Step 5: of S, of slot(now + 600) or S⁻ if they are listed, and of no other.
#[test]
fn a_credential_is_of_the_present_slot_or_next_to_it() {
    let days = Days::new();
    let stale = Err(Error::StaleCredential);
    let of = |day| Ok(days.slot(day));
    let (noon, end) = (NOW.0, BEGIN + DAY);
    assert_eq!(days.shown(0, noon, &[0]), of(0));
    assert_eq!(days.shown(0, noon, &[-1, 0]), of(0));
    assert_eq!(days.shown(0, noon, &[0, 1]), of(0));
    // The slot before, listed or not.
    assert_eq!(days.shown(-1, noon, &[-1, 0]), of(-1));
    assert_eq!(days.shown(-1, noon, &[0]), stale);
    assert_eq!(days.shown(-1, end - 1, &[-1, 0]), of(-1));
    // Older ones, listed or not.
    assert_eq!(days.shown(-2, noon, &[-2, -1, 0]), stale);
    assert_eq!(days.shown(-2, noon, &[-1, 0]), stale);
    assert_eq!(days.shown(-3, noon, &[-1, 0]), stale);
    // The next one, within the last 600 seconds, listed or not.
    assert_eq!(days.shown(1, end - 601, &[-1, 0, 1]), stale);
    assert_eq!(days.shown(1, end - 600, &[-1, 0, 1]), of(1));
    assert_eq!(days.shown(1, end - 600, &[-1, 0]), stale);
    assert_eq!(days.shown(1, end - 1, &[0, 1]), of(1));
    assert_eq!(days.shown(1, end, &[0, 1]), of(1));
    // Later the slot before is another one.
    assert_eq!(days.shown(0, end, &[0, 1]), of(0));
    assert_eq!(days.shown(0, end, &[1]), stale);
    assert_eq!(days.shown(-1, end, &[-1, 0, 1]), stale);
}

/// Step 3: the present slot is listed, or nothing is answered: neither old credentials nor future
/// ones are asked for.
#[test]
fn a_request_lists_the_present_slot() {
    let days = Days::new();
    let not = Err(Error::EpochNotAccepted);
    for listed in [&[-1][..], &[-2, -1], &[1], &[1, 2], &[-3, -2, -1], &[-1, 1]] {
        for day in -2..=1 {
            assert_eq!(days.shown(day, NOW.0, listed), not, "{listed:?}");
        }
    }
    // At the edge by the holder's own clock.
    let end = BEGIN + DAY;
    assert_eq!(days.shown(0, end - 1, &[0]), Ok(days.slot(0)));
    assert_eq!(days.shown(0, end, &[0]), not);
    assert_eq!(days.shown(1, end - 1, &[1]), not);
    assert_eq!(days.shown(1, end, &[1]), Ok(days.slot(1)));
}

/// Step 3: the other slots are S⁻, the one before, and the one after, in any order.
#[test]
fn the_other_slots_are_next_to_the_present_one() {
    let days = Days::new();
    let (of, not) = (Ok(days.slot(0)), Err(Error::EpochNotAccepted));
    for (listed, expected) in [
        (&[-2, -1, 0][..], of),
        (&[-1, 0, 1], of),
        (&[-2, 0, 1], of),
        (&[1, 0, -1], of),
        (&[0, -2], of),
        (&[-3, 0], not),
        (&[-3, -1, 0], not),
        (&[0, 2], not),
        (&[-1, 0, 2], not),
        (&[2, 0, -1], not),
        (&[0, 1, 20_000], not),
    ] {
        assert_eq!(days.shown(0, NOW.0, listed), expected, "{listed:?}");
    }
}

/// Two keys for one time, or one that the list lacks: everybody's answer would say which list they
/// have. Only where the list ends, the last slot may be one of the next list.
#[test]
fn no_request_lists_two_keys_for_one_time() {
    let days = Days::new();
    let (S, before, until) = (days.slot(0), days.slot(-1), days.authority.list().until().0);
    let unknown = |slot: Slot| Slot { parameters: UNKNOWN, ..slot };
    let show = |now: u64, expiry: u64, slots: &[Slot], day: i64| {
        let request = Ask { expiry, ..days.ask(now, slots.into()) }.request();
        let (credential, item) = days.of(day);
        present(&days.holder, credential, item, &request, UnixTime(now)).map(|_| ())
    };
    let (not, unpinned) = (Err(Error::EpochNotAccepted), Err(Error::UnpinnedParameters));
    let soon = NOW.0 + 300;
    // Far from the end of the list, wherever the unknown one stands.
    for slots in [
        vec![S, unknown(S)],
        vec![unknown(S), S],
        vec![before, S, unknown(shifted(&S, 1))],
        vec![unknown(before), S],
        vec![before, unknown(before), S],
    ] {
        assert_eq!(show(NOW.0, soon, &slots, 0), not, "{slots:?}");
    }
    // Without the present slot, an unknown one makes the difference between the two refusals.
    assert_eq!(show(NOW.0, soon, &[unknown(S)], 0), unpinned);
    assert_eq!(show(NOW.0, soon, &[before, unknown(S)], 0), unpinned);
    assert_eq!(show(NOW.0, soon, &[unknown(before), before], 0), unpinned);
    assert_eq!(show(NOW.0, soon, &[before], 0), not);

    // Where the list ends: until ≤ expiry + 600.
    let last = {
        let now = UnixTime(until - 60);
        let slot = days.authority.list().slot(now).unwrap();
        let (credential, mut evidence) =
            credential(&days.authority, &days.holder, values(), now, &mut seeded(7));
        (slot, credential, evidence.remove(0))
    };
    let (S, credential, item) = last;
    let before = shifted(&S, -1);
    let show = |expiry: u64, slots: &[Slot]| {
        let now = until - 900;
        let request = Ask { expiry, ..days.ask(now, slots.into()) }.request();
        let item = again(&days.holder, &item);
        present(&days.holder, &credential, item, &request, UnixTime(now)).map(|_| ())
    };
    let next = unknown(shifted(&S, 1));
    for slots in [vec![S, next], vec![before, S, next], vec![S, unknown(S)]] {
        assert_eq!(show(until - 601, &slots), not, "{slots:?}");
        assert_eq!(show(until - 600, &slots), Ok(()), "{slots:?}");
        assert_eq!(show(until - 599, &slots), Ok(()), "{slots:?}");
    }
    // The last one only, and an unknown one only.
    let two = Slot { parameters: ParametersId([0xdd; 32]), ..next };
    for slots in
        [vec![next, S], vec![unknown(before), S], vec![S, next, two], vec![S, shifted(&S, 2)]]
    {
        assert_eq!(show(until - 300, &slots), not, "{slots:?}");
    }
    assert_eq!(show(until - 300, &[next]), unpinned);
}

/// Two keys on the holder's own list: only the one that issues at each time.
#[test]
fn no_request_lists_a_key_that_does_not_issue() {
    let first = list(parameters(&key(1), &ATTRIBUTES), NOW);
    let (rotation, since) = (first.until().0.next_multiple_of(DAY), NOW);
    let until = UnixTime(rotation + 10 * DAY);
    let new = parameters(&key(9), &ATTRIBUTES);
    let list = first.rotate(since..until, UnixTime(rotation), new.clone()).unwrap();
    let old = Authority::open(key(1), list.clone()).unwrap();
    let holder = Holder::new(&MasterSecret::import([2; 32]), list.clone()).unwrap();
    let now = UnixTime(rotation - 700);
    let (credential, evidence) = credential(&old, &holder, values(), now, &mut seeded(3));
    let S = list.slot(now).unwrap();
    let by_new = Slot { parameters: *new.id(), ..S };
    let show = |slots: &[Slot]| {
        let ask = Ask::new(&list, "shop.example");
        let request = Ask { slots: slots.into(), expiry: now.0 + 300, ..ask }.request();
        present(&holder, &credential, again(&holder, &evidence[0]), &request, now).map(|_| ())
    };
    let (next, not) = (list.slot(UnixTime(rotation)).unwrap(), Err(Error::EpochNotAccepted));
    assert_eq!(next, shifted(&by_new, 1));
    assert_eq!(show(&[S, next]), Ok(()));
    assert_eq!(show(&[shifted(&S, -1), S, next]), Ok(()));
    assert_eq!(show(&[S, by_new]), not);
    assert_eq!(show(&[by_new, S]), not);
    assert_eq!(show(&[S, shifted(&S, 1)]), not, "the old key's next epoch");
    assert_eq!(show(&[S, next, shifted(&S, 1)]), not);
    assert_eq!(show(&[by_new]), not);
    // The platform lists the same ones.
    let platform = Platform::new(list.clone(), host("shop.example"));
    let request = platform.request(Purpose::Login).build(now, &mut seeded(1)).unwrap();
    assert_eq!(request.slots(), [shifted(&S, -1), S, next]);
    let rotated = UnixTime(rotation + 600);
    let request = platform.request(Purpose::Login).build(rotated, &mut seeded(1)).unwrap();
    assert_eq!(request.slots(), [S, next]);
}

/// A new schema with the new key: S⁻ is left out if it lacks a name, and of the others each must
/// have them all. A request in names is answered with either credential.
#[test]
fn names_of_two_schemas_meet_where_the_key_changes() {
    let (old, new) = (
        [("region", Kind::Text), ("note", Kind::Text)],
        [("height", Kind::Integer), ("region", Kind::Text)],
    );
    let first = list(parameters(&key(1), &old), NOW);
    let rotation = first.until().0.next_multiple_of(DAY);
    let until = UnixTime(rotation + 10 * DAY);
    let list = first.rotate(NOW..until, UnixTime(rotation), parameters(&key(9), &new)).unwrap();
    let platform = Platform::new(list.clone(), host("shop.example"));
    let ask = |now: u64, name| {
        let ask = platform.request(Purpose::Login).disclose(name).require(name, Condition::Present);
        ask.build(UnixTime(now), &mut seeded(1)).map(|request| request.slots().to_vec())
    };
    let unknown = Err(Error::UnknownAttribute);
    let next = list.slot(UnixTime(rotation)).unwrap();
    let last = list.slot(UnixTime(rotation - 1)).unwrap();
    assert_eq!(ask(rotation + 599, "height"), unknown);
    assert_eq!(ask(rotation + 600, "height"), Ok(vec![next]));
    assert_eq!(ask(rotation + 600 + DAY, "height"), Ok(vec![next, shifted(&next, 1)]));
    assert_eq!(ask(rotation - 901, "note"), Ok(vec![shifted(&last, -1), last]));
    assert_eq!(ask(rotation - 900, "note"), unknown);
    assert_eq!(ask(rotation + 600, "note"), unknown);
    let both = [shifted(&last, -1), last, next];
    assert_eq!(ask(rotation - 900, "region"), Ok(both.to_vec()));
    assert_eq!(ask(rotation + 600, "region"), Ok(both[1..].to_vec()));

    let holder = Holder::new(&MasterSecret::import([2; 32]), list.clone()).unwrap();
    let request = platform.request(Purpose::Login).disclose("region");
    let request = request.build(UnixTime(rotation - 300), &mut seeded(1)).unwrap();
    for (seed, now, values) in
        [(1, rotation - 1, vec!["a".into(), "b".into()]), (9, rotation, vec![7.into(), "a".into()])]
    {
        let (authority, now) = (Authority::open(key(seed), list.clone()).unwrap(), UnixTime(now));
        let (credential, mut evidence) =
            credential(&authority, &holder, values, now, &mut seeded(3));
        let answer = present(&holder, &credential, evidence.remove(0), &request, now).unwrap();
        let verified = verdict_at(&platform, &request, &answer, UnixTime(rotation)).unwrap();
        assert_eq!(*verified.slot(), *credential.slot());
        assert_eq!(verified.claim("region"), Some(&"a".into()));
    }
}

/// Before the first entry there is no slot: nothing is asked for, offered or answered.
#[test]
fn before_the_first_slot_there_is_none() {
    let first = NOW.0 - NOW.0 % DAY + DAY;
    let list = ParameterList::first(
        authority_host(),
        NOW..UnixTime(NOW.0 + 20 * DAY),
        UnixTime(first),
        parameters(&key(1), &ATTRIBUTES),
    );
    let list = list.unwrap();
    let authority = Authority::open(key(1), list.clone()).unwrap();
    let holder = Holder::new(&MasterSecret::import([2; 32]), list.clone()).unwrap();
    let platform = Platform::new(list.clone(), host("shop.example"));
    let ask = |now| platform.request(Purpose::Login).build(UnixTime(now), &mut seeded(1));
    let listed = |now| ask(now).map(|request| request.slots().to_vec());
    assert_eq!(listed(first - 901), Err(Error::Range));
    let slot = list.slot(UnixTime(first)).unwrap();
    assert_eq!(listed(first - 900), Ok(vec![slot]));
    assert_eq!(listed(first + 600), Ok(vec![slot]), "no slot is before the first");
    let offer = |now| {
        let named = by_name(&authority, values());
        let commitment = *holder.commitment();
        authority.offer(commitment, named, TEN_MINUTES, UnixTime(now), &mut seeded(1))
    };
    assert_eq!(offer(first - 1).unwrap_err(), Error::WrongEpoch);
    assert!(offer(first).is_ok());
    let (credential, evidence) =
        credential(&authority, &holder, values(), UnixTime(first), &mut seeded(3));
    let request = ask(first - 1).unwrap();
    let show = |now| {
        let item = again(&holder, &evidence[0]);
        present(&holder, &credential, item, &request, UnixTime(now)).map(|_| ())
    };
    assert_eq!(show(first - 1), Err(Error::EpochNotAccepted));
    assert_eq!(show(first), Ok(()));
}
