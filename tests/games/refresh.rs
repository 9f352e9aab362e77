use pairnym::{authority::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::{
    ATTRIBUTES, DAY, NOW, authority, credential, host, key, parameters, received, seconds, seeded,
    sent, values,
};
use rand_core::Rng;

use crate::lab::with_slots;

/// A person whose wallet keeps to SPEC §11, and who agrees to whatever is asked.
struct Person {
    holder: Holder,
    /// The device's clock.
    clock: UnixTime,
    held: Vec<(Credential, Vec<Evidence>)>,
}

/// What authority and platforms, who are the adversary, see of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Refused,
    Presented(Slot),
}

impl Person {
    fn new(seed: u8, list: &ParameterList) -> Self {
        let holder = Holder::new(&MasterSecret::import([seed; 32]), list.clone()).unwrap();
        Self { holder, clock: NOW, held: Vec::new() }
    }

    /// The authority grants a credential of its present slot.
    fn refresh(&mut self, authority: &Authority, now: UnixTime) {
        self.held.push(credential(authority, &self.holder, values(), now, &mut seeded(now.0)));
    }

    /// The place of the credential to use: that of S; else that of slot(now + 600), else that of
    /// S⁻, if the request lists it.
    fn chosen(&self, request: &Request) -> Option<usize> {
        let list = self.holder.list();
        let present = list.slot(self.clock)?;
        let soon = list.slot(UnixTime(self.clock.0 + 600));
        let listed = |slot: &Slot| request.slots().contains(slot);
        let others = [soon, list.slot_before(&present)].into_iter().flatten().filter(listed);
        let held = |slot: Slot| self.held.iter().position(|(held, _)| *held.slot() == slot);
        std::iter::once(present).chain(others).find_map(held)
    }

    /// What leaves the device: nothing, or a presentation that the platform accepts.
    fn answer(&mut self, platform: &Platform, request: &Request, now: UnixTime) -> Outcome {
        let from_host = received(request);
        let consent = Consent::to_answer(&from_host);
        let Some(place) = self.chosen(request) else { return Outcome::Refused };
        let (credential, evidence) = &mut self.held[place];
        let (item, rng) = (evidence.pop().unwrap(), &mut seeded(self.clock.0));
        match self.holder.present(credential, item, consent, self.clock, rng) {
            Ok(answer) => {
                let nonces = MemoryNonces::new(1);
                let verified = platform.verify(request, &sent(&answer), now, &nonces).unwrap();
                assert_eq!(verified.slot(), credential.slot());
                Outcome::Presented(*verified.slot())
            }
            Err(refused) => {
                // To the platform all refusals look the same, and no item is lost.
                evidence.push(refused.into_evidence().unwrap());
                Outcome::Refused
            }
        }
    }

    fn logs_in(&self, platform: &Platform, now: UnixTime) -> bool {
        let asked = platform.request_login(Purpose::Login).build(now, &mut seeded(1)).unwrap();
        let from_host = received(&asked);
        let consent = Consent::to_answer(&from_host);
        let login = self.holder.log_in(consent, self.clock, &mut seeded(2)).unwrap();
        platform.check(&asked, &sent(&login), now).is_ok()
    }
}

/// Authority and platform of the adversary.
struct Table {
    authority: Authority,
    platform: Platform,
}

impl Table {
    fn new() -> Self {
        let authority = authority(1, &ATTRIBUTES, NOW);
        let platform = Platform::new(authority.list().clone(), host("shop.example"));
        Self { authority, platform }
    }

    fn list(&self) -> &ParameterList {
        self.authority.list()
    }

    fn person(&self, seed: u8) -> Person {
        Person::new(seed, self.list())
    }

    /// A request that lists these slots.
    fn asks(&self, slots: &[Slot], now: UnixTime, seed: u64) -> Request {
        let asked = self.platform.request(Purpose::Login).build(now, &mut seeded(seed)).unwrap();
        with_slots(&asked, slots)
    }

    fn slot(&self, days: i64) -> Slot {
        let now = self.list().slot(NOW).unwrap();
        Slot { epoch: Epoch(now.epoch.0.checked_add_signed(days).unwrap()), ..now }
    }

    /// The next list: another key from the first epoch after the end of this list.
    fn next(&self, seed: u8) -> ParameterList {
        let from = UnixTime(NOW.0 / DAY * DAY + 11 * DAY);
        let until = UnixTime(NOW.0 + 25 * DAY);
        self.list().rotate(NOW..until, from, parameters(&key(seed), &ATTRIBUTES)).unwrap()
    }
}

/// All lists of one, two or three different slots, in any order.
fn lists_of(slots: &[Slot]) -> Vec<Vec<Slot>> {
    let longer = |lists: &[Vec<Slot>]| -> Vec<Vec<Slot>> {
        let more = |list: &Vec<Slot>| {
            let others = slots.iter().filter(|slot| !list.contains(slot)).copied();
            others.map(|slot| [&list[..], &[slot]].concat()).collect::<Vec<_>>()
        };
        lists.iter().flat_map(more).collect()
    };
    let one = longer(&[vec![]]);
    let two = longer(&one);
    let three = longer(&two);
    [one, two, three].concat()
}

/// Lemma L2, the rule of equals: whatever slots a request lists, two persons who have a credential
/// of the present slot have the same outcome, though one has older credentials too, and the other
/// the next list of the chain already. So no choice of slots tells them apart: no old slot, no
/// second key for one time, no slot of times to come. A third, who was denied the present slot,
/// is told apart by lists with S only, or by what it shows.
#[test]
fn no_choice_of_slots_tells_apart_who_can_answer_with_the_same_slot() {
    let table = Table::new();
    let next = table.next(2);
    let mut persons = [table.person(2), table.person(3), table.person(4)];
    for days in [5, 1, 0] {
        persons[0].refresh(&table.authority, UnixTime(NOW.0 - days * DAY));
    }
    persons[1].refresh(&table.authority, NOW);
    assert_eq!(persons[1].holder.adopt(next.clone(), NOW), Ok(true));
    persons[2].refresh(&table.authority, UnixTime(NOW.0 - DAY));

    let [old, earlier, before, present, after] = [-5, -2, -1, 0, 1].map(|days| table.slot(days));
    let other_key = *next.entries().last().unwrap().parameters().id();
    let second_key = Slot { parameters: other_key, ..present };
    let second_key_later = Slot { parameters: other_key, ..after };
    let nobodys = Slot { parameters: ParametersId([7; 32]), ..present };
    let all = [
        old,
        earlier,
        before,
        present,
        after,
        table.slot(2),
        second_key,
        second_key_later,
        nobodys,
    ];
    let mut answered = 0;
    for (seed, slots) in (0..).zip(lists_of(&all)) {
        let request = table.asks(&slots, NOW, seed);
        let [one, other, denied] =
            persons.each_mut().map(|person| person.answer(&table.platform, &request, NOW));
        assert_eq!(one, other, "{slots:?}");
        let allowed = [earlier, before, present, after];
        let fits = slots.contains(&present) && slots.iter().all(|slot| allowed.contains(slot));
        let expected = if fits { Outcome::Presented(present) } else { Outcome::Refused };
        assert_eq!(one, expected, "{slots:?}");
        let shown = fits && slots.contains(&before);
        let expected = if shown { Outcome::Presented(before) } else { Outcome::Refused };
        assert_eq!(denied, expected, "{slots:?}");
        answered += u32::from(fits);
    }
    assert_eq!(answered, 1 + 3 * 2 + 3 * 6);
}

/// Corollary V, what does not hold: person 0 was denied a credential of the present slot. Whoever
/// asks place 0 for that slot alone, and guesses person 1 iff it answers, is right each time. The
/// slot that is shown says the same where both are listed. A login says nothing.
#[test]
fn who_was_denied_a_refresh_is_recognised() {
    let table = Table::new();
    let mut persons = [table.person(2), table.person(3)];
    persons[0].refresh(&table.authority, UnixTime(NOW.0 - DAY));
    persons[1].refresh(&table.authority, NOW);
    let rng = &mut seeded(3);
    let (before, present) = (table.slot(-1), table.slot(0));
    let mut right = [0; 3];
    for seed in 0..24 {
        let bit = (rng.next_u32() >> 31) as usize;
        let alone = table.asks(&[present], NOW, seed);
        let outcome = persons[bit].answer(&table.platform, &alone, NOW);
        right[0] += u32::from(usize::from(outcome != Outcome::Refused) == bit);
        if seed < 12 {
            let both = table.asks(&[before, present], NOW, 100 + seed);
            let outcome = persons[bit].answer(&table.platform, &both, NOW);
            right[1] += u32::from(usize::from(outcome == Outcome::Presented(present)) == bit);
        }
        right[2] += u32::from(usize::from(persons[bit].logs_in(&table.platform, NOW)) == bit);
    }
    assert_eq!(right[..2], [24, 12], "with certainty");
    assert!((6..=18).contains(&right[2]), "{right:?}");
}

/// Corollary V: if the person agrees with probability α, the guess is right with 1/2 + α/2. Here
/// α = 1/2; over 96 questions the standard deviation is 0.044.
#[test]
fn a_person_who_does_not_always_agree_is_a_cover_for_the_other() {
    let table = Table::new();
    let mut persons = [table.person(2), table.person(3)];
    persons[0].refresh(&table.authority, UnixTime(NOW.0 - DAY));
    persons[1].refresh(&table.authority, NOW);
    let rng = &mut seeded(4);
    let mut right = 0;
    for seed in 0..96 {
        let (bit, agrees) = ((rng.next_u32() >> 31) as usize, rng.next_u32() >> 31 == 1);
        let asked = table.asks(&[table.slot(0)], NOW, seed);
        let answers =
            agrees && persons[bit].answer(&table.platform, &asked, NOW) != Outcome::Refused;
        right += u32::from(usize::from(answers) == bit);
    }
    let rate = f64::from(right) / 96.0;
    assert!((rate - 0.75).abs() < 0.14, "{rate}");
}

/// Corollary V in a crowd of eight: the adversary denies half of the persons, another half in each
/// slot, and asks the person behind one 网号, whom a login finds again, for the present slot alone.
/// Three slots name that person.
#[test]
fn three_denials_name_one_of_eight() {
    let table = Table::new();
    for target in 0..8u8 {
        let mut person = table.person(10 + target);
        let own = person.holder.pseudonym(table.platform.id(), None).unwrap();
        let mut named = 0;
        for slot in 0..3u8 {
            let now = UnixTime(NOW.0 + u64::from(slot) * DAY);
            person.clock = now;
            if target >> slot & 1 == 1 {
                person.refresh(&table.authority, now);
            }
            assert!(person.logs_in(&table.platform, now));
            let present = table.list().slot(now).unwrap();
            let asked = table.asks(&[present], now, slot.into());
            let answered = person.answer(&table.platform, &asked, now) != Outcome::Refused;
            named |= u8::from(answered) << slot;
        }
        assert_eq!(named, target, "{own}");
    }
}

/// List versions on one chain: while the older one lasts they tell nobody apart, also where the
/// platform lists the next key, which one of the two does not know. Once the older list is over,
/// whoever has it is recognised.
#[test]
fn who_has_an_old_list_is_recognised_when_it_is_over() {
    let table = Table::new();
    let next = table.next(2);
    let mut platform = Platform::new(table.list().clone(), *table.platform.id());
    platform.adopt(next.clone(), NOW).unwrap();
    let mut persons = [table.person(2), table.person(3)];
    persons[1].holder.adopt(next, NOW).unwrap();
    let until = table.list().until();
    let (late, over) = (UnixTime(until.0 - 100), until);
    for person in &mut persons {
        person.refresh(&table.authority, late);
    }
    let mut outcomes = |now, seed| {
        let asked = platform.request(Purpose::Login).valid_for(seconds(17 * 3600));
        let asked = asked.build(now, &mut seeded(seed)).unwrap();
        assert_eq!(asked.slots().len(), 3, "S⁻, S, and the first slot of the next key");
        assert_ne!(asked.slots()[2].parameters, asked.slots()[1].parameters);
        let outcomes = persons.each_mut().map(|person| {
            person.clock = now;
            person.answer(&platform, &asked, now)
        });
        (outcomes, asked.slots()[1])
    };
    let (outcomes_late, present) = outcomes(late, 1);
    assert_eq!(outcomes_late, [Outcome::Presented(present); 2]);
    let (outcomes_over, present) = outcomes(over, 2);
    assert_eq!(outcomes_over, [Outcome::Refused, Outcome::Presented(present)]);
    assert!(persons.iter().all(|person| person.logs_in(&platform, over)));
}

/// What CHAIN is assumed for: on a fork, with a key of its own, a person is recognised by whoever
/// lists that key's slot. Nothing on one branch shows it; whoever sees both branches has the alarm.
#[test]
fn who_is_on_a_fork_is_recognised_and_the_fork_shows_to_who_sees_both() {
    let table = Table::new();
    let branches = [table.next(2), table.next(3)];
    assert_eq!(branches[0].serial(), branches[1].serial());
    // In force on its branch.
    let now = UnixTime(NOW.0 / DAY * DAY + 11 * DAY + 3600);
    let mut persons = [table.person(2), table.person(3)];
    for ((person, branch), seed) in persons.iter_mut().zip(&branches).zip([2, 3]) {
        assert_eq!(person.holder.adopt(branch.clone(), NOW), Ok(true));
        let key = AuthorityKey::from_seed(&[seed; 32]).unwrap();
        let authority = Authority::open(key, branch.clone()).unwrap();
        person.clock = now;
        person.refresh(&authority, now);
    }
    for (bit, branch) in branches.iter().enumerate() {
        let platform = Platform::new(branch.clone(), *table.platform.id());
        let asked = platform.request(Purpose::Login).current_slot_only();
        let asked = asked.build(now, &mut seeded(bit as u64)).unwrap();
        let outcomes = persons.each_mut().map(|person| person.answer(&platform, &asked, now));
        let answered = outcomes.map(|outcome| outcome != Outcome::Refused);
        assert_eq!(answered, [bit == 0, bit == 1]);
    }
    for (person, (own, other)) in
        persons.iter_mut().zip([(0, 1), (1, 0)].map(|(a, b)| (&branches[a], &branches[b])))
    {
        let alarm = person.holder.adopt(other.clone(), now);
        assert_eq!(alarm, Err(Error::ConflictingList));
        assert_eq!(person.holder.list(), own);
    }
}

/// The clock of a device shows at a boundary: 150 s before it by one clock and 100 s after it by
/// the other, both answer an honest request, each with the slot of its own clock; and whoever lists
/// the new slot alone tells them apart. Ten minutes later nothing is left of it.
#[test]
fn the_clock_of_a_device_shows_at_a_boundary() {
    let table = Table::new();
    let boundary = NOW.0 / DAY * DAY + DAY;
    let now = UnixTime(boundary + 100);
    let mut persons = [table.person(2), table.person(3)];
    for (person, clock) in persons.iter_mut().zip([boundary - 150, boundary + 100]) {
        person.refresh(&table.authority, UnixTime(boundary - 3600));
        person.clock = UnixTime(clock);
        person.refresh(&table.authority, UnixTime(clock));
    }
    let (old, new) = (table.slot(0), table.slot(1));
    let honest = table.platform.request(Purpose::Login).build(now, &mut seeded(1)).unwrap();
    assert_eq!(honest.slots(), [table.slot(-1), old, new]);
    let answers = |persons: &mut [Person; 2], request: &Request, now| {
        persons.each_mut().map(|person| person.answer(&table.platform, request, now))
    };
    let shown = answers(&mut persons, &honest, now);
    assert_eq!(shown, [Outcome::Presented(old), Outcome::Presented(new)]);
    let alone = table.asks(&[new], now, 2);
    let shown = answers(&mut persons, &alone, now);
    assert_eq!(shown, [Outcome::Refused, Outcome::Presented(new)]);

    let later = UnixTime(boundary + 700);
    for person in &mut persons {
        person.clock.0 += 600;
    }
    persons[0].refresh(&table.authority, persons[0].clock);
    let alone = table.asks(&[new], later, 3);
    assert_eq!(answers(&mut persons, &alone, later), [Outcome::Presented(new); 2]);
}
