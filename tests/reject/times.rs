//! Every time that SPEC §4.5, §7, §8, §10.1 and §11 compare, one second before and after: the
//! limits themselves are allowed.

use super::*;

/// One second before, at, and one second after.
fn around(time: u64) -> [UnixTime; 3] {
    [time - 1, time, time + 1].map(UnixTime)
}

fn since(list: &ParameterList) -> u64 {
    list.since().0
}

fn until(list: &ParameterList) -> u64 {
    list.until().0
}

/// The error of each.
fn errors<T>(results: [Result<T, Error>; 3]) -> [Option<Error>; 3] {
    results.map(Result::err)
}

/// What a life of so many seconds and one more or less gives.
fn lives(of: u64, build: impl Fn(Duration) -> Result<Request, Error>) -> [Option<Error>; 3] {
    errors(around(of).map(|life| build(seconds(life.0))))
}

#[test]
fn the_life_of_a_request() {
    let world = World::new();
    let too_long = [None, None, Some(Error::Range)];
    let presentation =
        |life| world.platform.request(Purpose::Login).valid_for(life).build(NOW, &mut seeded(1));
    let login = |life| {
        world.platform.request_login(Purpose::Login).valid_for(life).build(NOW, &mut seeded(1))
    };
    // The epoch less the skew of the clocks at both ends; of a login, a day.
    assert_eq!(lives(DAY - 1200, presentation), too_long);
    assert_eq!(lives(DAY, login), too_long);
    assert!(login(seconds(0)).is_ok() && presentation(seconds(0)).is_ok());
    // Parts of a second do not count.
    assert!(login(Duration::from_millis(1000 * DAY + 999)).is_ok());
    assert_eq!(login(Duration::MAX).unwrap_err(), Error::Range);
    // The shortest epoch of all entries, issuing or not, and of long epochs a day.
    for (length, most) in [(3600, 2400), (4 * DAY, DAY)] {
        let entry = |seed, length| {
            let (key, schema) = (key(seed), schema(&ATTRIBUTES));
            AuthorityParameters::new(&key, authority_id(), seconds(length), 1, schema).unwrap()
        };
        let first = list(entry(1, 4 * DAY), NOW);
        let from = until(&first).next_multiple_of(4 * DAY);
        let longer = first.rotate(NOW..UnixTime(from), UnixTime(from), entry(9, length)).unwrap();
        let platform = Platform::new(longer, world.host);
        let presentation =
            |life| platform.request(Purpose::Login).valid_for(life).build(NOW, &mut seeded(1));
        assert_eq!(lives(most, presentation), too_long, "{length}");
    }
}

/// The sum is compared, not only the expiry: a request is answered until 600 seconds later.
#[test]
fn a_request_ends_before_all_time_does() {
    let world = World::new();
    let login = |now: UnixTime| {
        world.platform.request_login(Purpose::Login).build(now, &mut seeded(1)).map(|_| ())
    };
    let last = u64::MAX - 300 - 600;
    assert_eq!(errors(around(last).map(login)), [None, None, Some(Error::Range)]);
    assert_eq!(login(UnixTime(u64::MAX)), Err(Error::Range));
    // `range` of the times comes before `list_expired`.
    let presentation = |now| world.platform.request(Purpose::Login).build(now, &mut seeded(1));
    assert_eq!(presentation(UnixTime(last)).unwrap_err(), Error::ListExpired);
    assert_eq!(presentation(UnixTime(last + 1)).unwrap_err(), Error::Range);
}

#[test]
fn a_list_serves_until_its_end() {
    let mut world = World::new();
    let (request, login) = (world.request(1), world.request_login(1));
    let answer = world.present(&request);
    let login_answer = world.log_in(&login, 1);
    let list = world.authority.list().clone();
    let end = until(&list);
    let ended = [None, Some(Error::ListExpired), Some(Error::ListExpired)];
    let platform = &world.platform;

    // Platforms make requests that end before the list does by every clock, and verify.
    let make = |now| platform.request(Purpose::Login).build(now, &mut seeded(1));
    assert_eq!(errors(around(end - 300 - 600).map(make)), ended);
    let make = |now| platform.request_login(Purpose::Login).build(now, &mut seeded(1));
    assert_eq!(errors(around(end).map(make)), [None; 3]);
    let late = Ask { expiry: end + 9, nonce: [1; 32], ..Ask::new(&list, "shop.example") };
    let verify = |now| platform.check(&late.request(), &answer, now);
    let rejected = Some(Error::Rejected);
    assert_eq!(errors(around(end).map(verify)), [rejected, ended[1], ended[2]]);

    // Authorities offer, and issue what they have offered; tickets go on.
    let authority = &world.authority;
    let offer = |now| {
        let named = by_name(authority, values());
        authority.offer(*world.holder.commitment(), named, TEN_MINUTES, now, &mut seeded(1))
    };
    assert_eq!(errors(around(end).map(offer)), ended);
    let ticket =
        |now| authority.open_ticket(TransactionId([1; 32]), TEN_MINUTES, now, &mut seeded(1));
    assert_eq!(errors(around(end).map(ticket)), [None; 3]);

    // Holders take offers, and answer requests for presentations.
    let open = offer(UnixTime(end - 1)).unwrap();
    let accept = |now| {
        let offer = received_offer(&list, &open);
        let (request, pending) = world.holder.request_credential(&offer, now, &mut seeded(1))?;
        let response = authority.issue(&open, &sent(&request), now, &Everybody);
        pending.finish(&response.map_err(|refused| refused.refused().unwrap())?)
    };
    assert_eq!(errors(around(end).map(accept)), ended);
    // What the holder has answered in time is issued afterwards.
    let offer = received_offer(&list, &open);
    let now = UnixTime(end - 1);
    let (request, _) = world.holder.request_credential(&offer, now, &mut seeded(1)).unwrap();
    assert!(authority.issue(&open, &sent(&request), UnixTime(end), &Everybody).is_ok());

    let (credential, evidence) =
        credential(authority, &world.holder, values(), UnixTime(end - 1), &mut seeded(3));
    let slots = vec![*credential.slot()];
    let asked = Ask { expiry: end + 9, slots, ..Ask::new(&list, "shop.example") }.request();
    let show =
        |now| present(&world.holder, &credential, again(&world.holder, &evidence[0]), &asked, now);
    let [first, ..] = around(end).map(show);
    assert_eq!(errors(around(end).map(show)), ended);
    assert!(verdict_at(platform, &asked, &first.unwrap(), UnixTime(end - 1)).is_ok());
    // A login does not need the list: made and verified years later.
    let later = UnixTime(end + 3650 * DAY);
    let request = platform.request_login(Purpose::Login).build(later, &mut seeded(1)).unwrap();
    let answer = log_in(&world.holder, &request, later).unwrap();
    assert!(login_verdict_at(platform, &request, &answer, later).is_ok());
    assert!(login_verdict(platform, &login, &login_answer).is_ok());
}

#[test]
fn a_holder_whose_clock_is_before_its_list_presents_nothing() {
    let authority = authority(1, &ATTRIBUTES, NOW);
    let holder = holder(2, authority.list());
    let begin = since(authority.list());
    let now = UnixTime(begin - 600);
    let (credential, evidence) = credential(&authority, &holder, values(), now, &mut seeded(3));
    let ask = Ask::new(authority.list(), "shop.example");
    let request = Ask { expiry: now.0 + 300, slots: vec![*credential.slot()], ..ask }.request();
    let show = |now| present(&holder, &credential, again(&holder, &evidence[0]), &request, now);
    let wrong = [Some(Error::WrongClock), None, None];
    assert_eq!(errors(around(begin - 600).map(show)), wrong);
    // A login needs no list.
    let login = Ask { expiry: begin, ..Ask::login(authority.list(), "shop.example") }.request();
    assert_eq!(errors(around(begin - 600).map(|now| log_in(&holder, &login, now))), [None; 3]);
}

/// The holder's clock may be 600 seconds off, and no platform asks for more than a day ahead.
#[test]
fn a_request_is_answered_in_its_time() {
    let world = World::new();
    let list = world.authority.list();
    let show = |expiry: UnixTime| {
        let request = Ask { expiry: expiry.0, ..Ask::new(list, "shop.example") }.request();
        let item = again(&world.holder, &world.evidence[0]);
        present(&world.holder, &world.credential, item, &request, NOW)
    };
    let login = |expiry: UnixTime| {
        let request = Ask { expiry: expiry.0, ..Ask::login(list, "shop.example") }.request();
        log_in(&world.holder, &request, NOW)
    };
    let late = [Some(Error::Expired), None, None];
    assert_eq!(errors(around(NOW.0 - 600).map(show)), late);
    assert_eq!(errors(around(NOW.0 - 600).map(login)), late);
    let far = [None, None, Some(Error::Range)];
    assert_eq!(errors(around(NOW.0 + 87_000).map(show)), far);
    assert_eq!(errors(around(NOW.0 + 87_000).map(login)), far);
    for expiry in [0, NOW.0 / 2] {
        assert_eq!(show(UnixTime(expiry)), Err(Error::Expired));
        assert_eq!(login(UnixTime(expiry)), Err(Error::Expired));
    }
    for expiry in [2 * NOW.0, u64::MAX - 600, u64::MAX] {
        assert_eq!(show(UnixTime(expiry)), Err(Error::Range));
        assert_eq!(login(UnixTime(expiry)), Err(Error::Range));
    }
}

/// The platform's own clock is the one that its request was made by.
#[test]
fn an_answer_is_verified_up_to_the_expiry() {
    let mut world = World::new();
    let (request, login) = (world.request(1), world.request_login(1));
    let (answer, login_answer) = (world.present(&request), world.log_in(&login, 1));
    let late = [None, None, Some(Error::Expired)];
    let verify = |now| verdict_at(&world.platform, &request, &answer, now);
    assert_eq!(errors(around(request.expires().0).map(verify)), late);
    let verify = |now| login_verdict_at(&world.platform, &login, &login_answer, now);
    assert_eq!(errors(around(login.expires().0).map(verify)), late);
    // Checked too late, and checked in time, but too late for the store.
    let check = |now| world.platform.check(&request, &answer, now);
    assert_eq!(errors(around(request.expires().0).map(check)), late);
    let check = |now| world.platform.check(&login, &login_answer, now);
    assert_eq!(errors(around(login.expires().0).map(check)), late);
    let spend = |now| {
        let checked = world.platform.check(&request, &answer, NOW).unwrap();
        checked.spend(&MemoryNonces::new(1), now).map_err(Error::from)
    };
    assert_eq!(errors(around(request.expires().0).map(spend)), late);
    let spend = |now| {
        let visitor = world.platform.check(&login, &login_answer, NOW).unwrap();
        visitor.is_account(()).spend(&MemoryNonces::new(1), now).map_err(Error::from)
    };
    assert_eq!(errors(around(login.expires().0).map(spend)), late);
}

#[test]
fn a_ticket_lives_for_a_day_at_most() {
    let authority = authority(1, &ATTRIBUTES, NOW);
    let holder = holder(2, authority.list());
    let open = |life: UnixTime| {
        let transaction = TransactionId([1; 32]);
        authority.open_ticket(transaction, seconds(life.0), NOW, &mut seeded(1))
    };
    assert_eq!(errors(around(DAY).map(open)), [None, None, Some(Error::Range)]);
    let ticket = open(UnixTime(600)).unwrap();
    assert_eq!(ticket.expires().0, NOW.0 + 600);
    let received = received_ticket(authority.list(), &ticket);
    let request = sent(&holder.enroll(&received, &mut seeded(2)).unwrap());
    let check = |now| authority.check_enrollment(&ticket, &request, PersonId([1; 32]), now);
    assert_eq!(errors(around(NOW.0 + 600).map(check)), [None, None, Some(Error::Expired)]);
    // Checked in time, and too late for the registry.
    let register = |now| {
        let registry = MemoryRegistry::new(Reenrollment::Refused);
        let registered = check(NOW).unwrap().register(&registry, now).map_err(Error::from);
        assert_eq!(registry.commitment(&PersonId([1; 32])), Ok(registered.ok()));
        registered
    };
    assert_eq!(errors(around(NOW.0 + 600).map(register)), [None, None, Some(Error::Expired)]);
}

#[test]
fn an_offer_lives_for_ten_minutes_at_most() {
    let authority = authority(1, &ATTRIBUTES, NOW);
    let holder = holder(2, authority.list());
    let offer = |life: UnixTime| {
        let named = by_name(&authority, values());
        authority.offer(*holder.commitment(), named, seconds(life.0), NOW, &mut seeded(1))
    };
    assert_eq!(errors(around(600).map(offer)), [None, None, Some(Error::Range)]);
    let open = offer(UnixTime(600)).unwrap();
    assert_eq!(open.expires().0, NOW.0 + 600);
    let received = received_offer(authority.list(), &open);
    let (request, _) = holder.request_credential(&received, NOW, &mut seeded(2)).unwrap();
    let request = sent(&request);
    let check = |now| authority.check_issuance(&open, &request, now);
    assert_eq!(errors(around(NOW.0 + 600).map(check)), [None, None, Some(Error::Expired)]);
}

/// An offer of the slot of now, or of a clock that is 600 seconds off: by the holder's own clock,
/// when the offer arrives.
#[test]
fn an_offer_is_of_the_slot_of_now() {
    let authority = authority(1, &ATTRIBUTES, NOW);
    let holder = holder(2, authority.list());
    let (begin, end) = (NOW.0 - NOW.0 % DAY, NOW.0 - NOW.0 % DAY + DAY);
    let named = by_name(&authority, values());
    let open = authority.offer(*holder.commitment(), named, TEN_MINUTES, NOW, &mut seeded(1));
    let open = open.unwrap();
    let offer = received_offer(authority.list(), &open);
    let accept = |now| holder.request_credential(&offer, now, &mut seeded(2));
    let wrong = Some(Error::WrongEpoch);
    assert_eq!(errors(around(begin - 600).map(accept)), [wrong, None, None]);
    assert_eq!(errors(around(begin).map(accept)), [None; 3]);
    assert_eq!(errors(around(end).map(accept)), [None; 3]);
    assert_eq!(errors(around(end + 600).map(accept)), [None, wrong, wrong]);
    // The authority offers the slot of its own clock.
    for (now, epoch) in [(begin, begin / DAY), (end - 1, begin / DAY), (end, end / DAY)] {
        let named = by_name(&authority, values());
        let commitment = *holder.commitment();
        let rng = &mut seeded(1);
        let open = authority.offer(commitment, named, TEN_MINUTES, UnixTime(now), rng).unwrap();
        assert_eq!(open.offer().slot().epoch.0, epoch);
    }
}

/// While keys are rotated, each offers its own slots and no others; and the holder accepts them
/// within 600 seconds of its clock.
#[test]
fn each_key_offers_its_own_slots() {
    let (old, new) = (parameters(&key(1), &ATTRIBUTES), parameters(&key(9), &ATTRIBUTES));
    let first = list(old, NOW);
    let (rotation, now) = (until(&first).next_multiple_of(DAY), UnixTime(until(&first)));
    let list = first.rotate(now..UnixTime(rotation + 20 * DAY), UnixTime(rotation), new).unwrap();
    let authorities = [1, 9].map(|seed| Authority::open(key(seed), list.clone()).unwrap());
    let holder = Holder::new(&MasterSecret::import([2; 32]), list.clone()).unwrap();
    let offer = |authority: &Authority, now| {
        let named = by_name(authority, values());
        authority.offer(*holder.commitment(), named, TEN_MINUTES, now, &mut seeded(1))
    };
    let wrong = Some(Error::WrongEpoch);
    let [old, new] = &authorities;
    assert_eq!(errors(around(rotation).map(|now| offer(old, now))), [None, wrong, wrong]);
    assert_eq!(errors(around(rotation).map(|now| offer(new, now))), [wrong, None, None]);
    let accept = |open: &OpenOffer, now| {
        holder.request_credential(&received_offer(&list, open), now, &mut seeded(2))
    };
    let last = offer(old, UnixTime(rotation - 1)).unwrap();
    let next = offer(new, UnixTime(rotation)).unwrap();
    let last = |now| accept(&last, now);
    assert_eq!(errors(around(rotation + 600).map(last)), [None, wrong, wrong]);
    let next = |now| accept(&next, now);
    assert_eq!(errors(around(rotation - 600).map(next)), [wrong, None, None]);
}
