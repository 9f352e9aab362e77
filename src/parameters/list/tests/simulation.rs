//! Chains at random, seen through three clocks that are each within 300 seconds of the true time.

use super::*;

const RUNS: u64 = 200;
const STEPS: u64 = 40;
const HALF_HOURS: [u64; 6] = [2, 3, 4, 8, 24, 48];
const CLOCK: u64 = 300;
const LONGEST: u64 = 31 * DAY;

/// An authority with its chain of lists so far.
struct World<'a> {
    rng: ChaCha12Rng,
    keys: &'a [Element],
    used: usize,
    chain: Vec<ParameterList>,
    now: u64,
}

impl<'a> World<'a> {
    fn new(seed: u64, keys: &'a [Element]) -> Self {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        let start = if seed % 8 == 0 { 0 } else { 1_700_000_000 };
        let now = start + rng.next_u64() % (4 * DAY);
        let mut world = Self { rng, keys, used: 0, chain: Vec::new(), now };
        let parameters = world.fresh(None);
        let length = u64::from(parameters.epoch_length().get());
        let since = world.clock(now);
        let until = since + world.below(LONGEST) + 1;
        let from = (since / length).saturating_sub(world.below(4)) * length;
        let [since, until, from] = [since, until, from].map(UnixTime);
        world.chain.push(ParameterList::first(host(), since..until, from, parameters).unwrap());
        world
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.rng.next_u64() % bound
    }

    /// What somebody's clock shows.
    fn clock(&mut self, time: u64) -> u64 {
        (time + self.below(2 * CLOCK + 1)).saturating_sub(CLOCK)
    }

    /// New parameters with this epoch length, or any.
    fn fresh(&mut self, length: Option<NonZeroU32>) -> AuthorityParameters {
        let length = length.unwrap_or_else(|| {
            let halves = HALF_HOURS[self.below(HALF_HOURS.len() as u64) as usize];
            NonZeroU32::new((halves * HOUR / 2) as u32).unwrap()
        });
        let key = self.keys[self.used];
        self.used += 1;
        let authority = "authority.example".parse().unwrap();
        let schema = Schema::new([]).unwrap();
        AuthorityParameters::hashed(authority, key, length, NonZeroU8::MIN, schema)
    }

    fn last(&self) -> &ParameterList {
        self.chain.last().unwrap()
    }

    /// A second near the change of a slot.
    fn near_a_change(&mut self, list: &ParameterList, time: u64) -> u64 {
        let entries: Vec<_> = list.entries().collect();
        let entry = entries[self.below(entries.len() as u64) as usize];
        let length = entry.epoch_length().get();
        let change = match self.below(2) {
            0 => entry.from().0,
            _ => time / length * length + length,
        };
        (change + self.below(1801)).saturating_sub(900)
    }

    /// Lets time pass, and publishes the next list.
    fn step(&mut self) {
        let old = self.last().clone();
        self.now = match self.below(16) {
            0 => old.until().0 + self.below(3 * DAY),
            1..=5 => {
                let change = self.near_a_change(&old, self.now);
                change.clamp(self.now, old.until().0.max(self.now))
            }
            _ => {
                let room = old.until().0.saturating_sub(self.now + DAY);
                self.now + self.below(room.max(HOUR))
            }
        };
        let since = self.clock(self.now).max(old.since().0);
        let until = (since + DAY + self.below(LONGEST - DAY + 1)).max(old.until().0);
        let [since, until] = [since, until].map(UnixTime);
        let next = match self.below(10) {
            0..=4 => Some(old.renew(since..until).unwrap()),
            5..=7 => self.rotate(&old, since, until),
            _ => self.withdraw(&old, since, until),
        };
        if let Some(next) = next {
            self.check_chain(&next);
            self.check_pending(&old, &next);
            self.chain.push(next);
        }
    }

    fn rotate(
        &mut self,
        old: &ParameterList,
        since: UnixTime,
        until: UnixTime,
    ) -> Option<ParameterList> {
        let parameters = self.fresh(None);
        let last = old.entries().last().unwrap();
        let boundary = lcm(last.epoch_length().get(), parameters.epoch_length().get().into());
        let earliest = old.until().0.max(last.from().0 + 1).max(since.0 + 1);
        let from = UnixTime((earliest.div_ceil(boundary) + self.below(2)) * boundary);
        let full = old.renew(since..until).unwrap().entries().len() == 8;
        let next = old.rotate(since..until, from, parameters);
        if full {
            assert_eq!(next, Err(Error::Range));
            return None;
        }
        Some(next.unwrap())
    }

    fn withdraw(
        &mut self,
        old: &ParameterList,
        since: UnixTime,
        until: UnixTime,
    ) -> Option<ParameterList> {
        let entries: Vec<_> = old.entries().collect();
        let place = self.below(entries.len() as u64) as usize;
        let stolen = entries[place];
        let id = stolen.parameters().id();
        let issues = old.slot(since).is_some_and(|slot| slot.parameters == *id);
        let length = stolen.parameters().epoch_length();
        let replacement = issues.then(|| self.fresh(Some(length)));
        let next = old.withdraw(since..until, id, since, replacement);
        let future = stolen.from() > since;
        let (before, after) = (place.checked_sub(1).map(|p| entries[p]), entries.get(place + 1));
        let fits = match (before, after) {
            (None, None) => false,
            (Some(before), Some(after)) => after.from().0 % before.epoch_length().get() == 0,
            _ => true,
        };
        if future && !fits {
            assert_eq!(next, Err(Error::Range));
            return None;
        }
        let next = next.unwrap();
        assert!(next.find(id).is_none());
        // Nobody's clock is so slow that it shows a time without a slot.
        assert!(!issues || next.slot(since.minus(2 * SKEW)).is_some());
        Some(next)
    }

    /// Whoever has the list before takes the new one, from its since on; whoever has an older one
    /// gets there; and nobody takes one that has another key for a time that both cover.
    fn check_chain(&mut self, next: &ParameterList) {
        let now = next.since();
        assert_eq!(next.check_successor(next, now), Ok(false));
        let place = self.below(self.chain.len() as u64) as usize;
        let mut reader = self.chain[place].clone();
        for list in self.chain.iter().skip(place + 1).chain([next]) {
            assert_eq!(next.check_successor(&reader, now), Err(Error::StaleList));
            if list != next {
                assert_eq!(reader.check_successor(next, now), Err(Error::MissingList));
            }
            if let Some(before) = list.since().0.checked_sub(1) {
                let early = reader.check_successor(list, UnixTime(before));
                assert_eq!(early, Err(Error::EarlyList));
            }
            assert_eq!(reader.replace(list.clone(), now), Ok(true));
        }
        let old = self.last().clone();
        for place in 0..next.entries().len() {
            let entry = &next.entries[place];
            if entry.from() >= old.until() || old.find(entry.parameters().id()).is_none() {
                continue;
            }
            let length = entry.parameters().epoch_length();
            let (used, other) = (self.used, self.fresh(Some(length)));
            self.used = used;
            let mut forged = next.clone();
            forged.entries[place].parameters = other;
            let forged = forged.hashed();
            assert_eq!(old.check_successor(&forged, now), Err(Error::ConflictingList));
            assert_eq!(next.check_successor(&forged, now), Err(Error::ConflictingList));
        }
    }

    /// Of the oldest request that a platform can still have when it gets the new list, every slot
    /// is still on it but for what was withdrawn.
    fn check_pending(&mut self, old: &ParameterList, next: &ParameterList) {
        let life = self.life(old);
        let made = next.since().0.saturating_sub(2 * CLOCK + self.below(life + 1));
        let (before, slots) = old.slots_for(UnixTime(made), life);
        let stolen = next.withdrawn().len() > old.withdrawn().len();
        for slot in before.iter().chain(&slots) {
            assert!(stolen || next.find(&slot.parameters).is_some());
        }
        let now = self.clock(next.since().0);
        if !stolen && now + SKEW < old.until().0 {
            let of = |list: &ParameterList| list.slots_for(UnixTime(now), 0);
            assert_eq!(of(next), of(old));
        }
    }

    /// The longest life of a request, or a shorter one.
    fn life(&mut self, list: &ParameterList) -> u64 {
        let longest = DAY.min(list.shortest_epoch() - 2 * SKEW);
        if self.below(2) == 0 { longest } else { self.below(longest + 1) }
    }

    /// A request and an answer to it, each with a list that withdraws the same keys. Whether there
    /// was one.
    fn answer(&mut self) -> bool {
        let count = self.chain.len();
        let mut any = || count - 1 - self.below(count.min(4) as u64) as usize;
        let (of_platform, of_holder) = (any(), any());
        let [platform, holder] = [of_platform, of_holder].map(|place| self.chain[place].clone());
        let made = match self.below(2) {
            0 => self.near_a_change(&platform, self.now),
            _ => (self.now + self.below(2 * DAY)).saturating_sub(DAY),
        };
        let life = self.life(&platform);
        let now = self.clock(made);
        let (before, slots) = platform.slots_for(UnixTime(now), life);
        assert_eq!((before, slots.clone()), brute(&platform, now, life));
        assert!(slots.len() <= 2);

        let on_platform = now + self.below(life + 1);
        let answered = self.clock(on_platform);
        let on_holder = self.clock(answered);
        // Lists that both know then, for times of which both say something.
        let known = platform.since().0 <= made + CLOCK && holder.since().0 <= answered + CLOCK;
        // An older list than the holder's does not say what comes after its until.
        let covered = of_platform >= of_holder || now + life + SKEW < platform.until().0;
        let covered = covered && on_holder < holder.until().0;
        if platform.withdrawn() != holder.withdrawn() || !known || !covered {
            return false;
        }
        let Some(slot) = holder.slot(UnixTime(on_holder)) else { return false };
        assert!(slots.contains(&slot), "{on_holder} for {now} + {life}");
        let shown = holder.slot_before(&slot);
        assert!(shown.is_none_or(|shown| before == Some(shown) || slots.contains(&shown)));

        // A holder answers only requests that list what an honest one can (SPEC §11, step 3).
        let earlier = shown.and_then(|shown| holder.slot_before(&shown));
        let mine = [Some(slot), shown, earlier, holder.slot_after(&slot)];
        for listed in before.iter().chain(&slots) {
            let new = holder.find(&listed.parameters).is_none();
            let ends = holder.until().0 <= now + life + SKEW;
            let last = slots.last() == Some(listed);
            assert!(mine.contains(&Some(*listed)) || (new && ends && last));
        }

        // What the authority issues at the same moment can be shown, and its offer is accepted.
        let on_authority = self.clock(answered);
        let issued = holder.slot(UnixTime(on_authority));
        assert!(issued.is_none_or(|issued| slots.contains(&issued)));
        let around = [on_holder.saturating_sub(SKEW), on_holder, on_holder + SKEW];
        assert!(around.iter().any(|time| holder.slot(UnixTime(*time)) == issued));
        true
    }
}

fn lcm(a: u64, b: u64) -> u64 {
    (1..).map(|n| n * a).find(|n| n % b == 0).unwrap()
}

/// The slots of a request by looking at the list every half hour, before and while it lives.
fn brute(list: &ParameterList, now: u64, life: u64) -> (Option<Slot>, Vec<Slot>) {
    let at = |time| list.slot(UnixTime(time));
    let (first, last) = (now.saturating_sub(600), now + life + 600);
    let mut slots: Vec<_> = (first..last).step_by(1800).chain([last]).filter_map(at).collect();
    slots.dedup();
    let mut earlier = (0..=first).rev().step_by(1800).chain([0]).map(at);
    let before = at(first).and_then(|first| earlier.find(|slot| *slot != Some(first)).flatten());
    (before, slots)
}

#[test]
fn clocks_and_chains() {
    let one = RISTRETTO_BASEPOINT_POINT;
    let points = core::iter::successors(Some(one), |point| Some(point + one));
    let keys: Vec<_> = points.take(100).map(|point| Element::new(point).unwrap()).collect();
    let (mut answers, mut skipped, mut lists) = (0, 0, 0);
    for seed in 0..RUNS {
        let mut world = World::new(seed, &keys);
        for _ in 0..STEPS {
            world.step();
            for _ in 0..10 {
                if world.answer() { answers += 1 } else { skipped += 1 }
            }
        }
        lists += world.chain.len();
        let last = world.last();
        assert_eq!(ParameterList::from_bytes(&last.to_bytes()).as_ref(), Ok(last));
    }
    // Not by leaving out what could fail.
    assert!(answers > 20_000, "{answers} of {}", answers + skipped);
    assert!(lists > 7000, "{lists}");
}
