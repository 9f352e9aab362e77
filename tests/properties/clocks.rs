//! Boundaries, rotations and withdrawals, with clocks that are wrong by up to 300 seconds.
//!
//! Simulated is time: chains of lists that the library makes, the clocks of authority, holder and
//! two servers of a platform, how long a message takes, and who has taken which list. What is asked
//! is the library itself, up to the first step that would need group operations: an offer and a
//! request go to a holder whose commitment and credential they do not fit, so that it refuses them
//! as foreign *after* everything about lists, clocks and slots was found right (SPEC §8.1, §11,
//! steps 1 to 3), and for any other reason before. What follows about slots in §11 and §12 is
//! looked up; some moments are gone through with real presentations.
//!
//! Honest authorities make each list begin 72 hours before the one before is over, services have
//! it a day and an hour later at the latest, and devices when they like.

use pairnym::{authority::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::*;
use rand_core::{CryptoRng, Rng};

const HOUR: u64 = 3600;

/// How far a clock is from the true time at most.
const OFF: u64 = 300;

/// Within what time of a boundary the moments are.
const NEAR: u64 = 1500;

/// How long a platform can go on with an old list.
const LAG: u64 = 25 * HOUR;

/// How long before the end of a list its successor begins.
const AHEAD: u64 = 72 * HOUR;

/// Lengths of epochs, each of which divides a day.
const LENGTHS: [u64; 6] = [HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR];

fn below(rng: &mut impl Rng, bound: u64) -> u64 {
    rng.next_u64() % bound
}

/// The time by a clock that is off by some seconds.
fn clock(time: u64, rng: &mut impl Rng) -> UnixTime {
    UnixTime(time - OFF + below(rng, 2 * OFF + 1))
}

/// A list, and whoever has taken it.
struct Version {
    list: ParameterList,
    withdraws: bool,
    holder: Holder,
    platform: Platform,
    /// One for each entry.
    authorities: Vec<Authority>,
}

/// A chain of lists with all their keys.
struct Chain {
    versions: Vec<Version>,
    /// Seed and epoch length of each key that was ever used.
    keys: u8,
}

impl Chain {
    fn parameters(&mut self, length: u64) -> AuthorityParameters {
        self.keys += 1;
        let key = key(self.keys);
        let id = authority_id();
        AuthorityParameters::new(&key, id, seconds(length), 1, schema(&[])).unwrap()
    }

    fn last(&self) -> &ParameterList {
        &self.versions.last().unwrap().list
    }

    fn push(&mut self, list: ParameterList, withdraws: bool) {
        let holder = Holder::new(&MasterSecret::import([2; 32]), list.clone()).unwrap();
        let platform = Platform::new(list.clone(), host("shop.example"));
        let seeds = 1..=self.keys;
        let authorities = list.entries().map(|entry| {
            let own = |seed: &u8| {
                let authority = Authority::open(key(*seed), list.clone());
                authority.is_ok_and(|own| own.parameters() == entry.parameters())
            };
            let seed = seeds.clone().find(own).unwrap();
            Authority::open(key(seed), list.clone()).unwrap()
        });
        let authorities = authorities.collect();
        self.versions.push(Version { list, withdraws, holder, platform, authorities });
    }

    /// A chain of so many lists, each of which a device that has the one before takes.
    fn new(lists: usize, rng: &mut impl Rng) -> Self {
        let mut chain = Self { versions: Vec::new(), keys: 0 };
        let since = NOW.0 + below(rng, 1000 * DAY);
        let until = since + (8 + below(rng, 20)) * DAY + below(rng, DAY);
        let length = LENGTHS[below(rng, 6) as usize];
        let parameters = chain.parameters(length);
        let first = ParameterList::first(
            authority_host(),
            UnixTime(since)..UnixTime(until),
            UnixTime(0),
            parameters,
        );
        chain.push(first.unwrap(), false);
        let mut device = Holder::new(&MasterSecret::import([2; 32]), chain.last().clone()).unwrap();
        while chain.versions.len() < lists {
            let (next, withdraws) = chain.next(rng);
            assert_eq!(device.adopt(next.clone(), next.since()), Ok(true));
            chain.push(next, withdraws);
        }
        chain
    }

    fn next(&mut self, rng: &mut impl Rng) -> (ParameterList, bool) {
        let list = self.last().clone();
        let span = list.until().0 - AHEAD - list.since().0;
        let since = UnixTime(list.since().0 + HOUR + below(rng, span - HOUR));
        let until = since.0 + (8 + below(rng, 20)) * DAY + below(rng, DAY);
        let until = UnixTime(until.max(list.until().0));
        let renewed = || (list.renew(since..until).unwrap(), false);
        match below(rng, 10) {
            0..3 => renewed(),
            3..7 => {
                let last = list.entries().last().unwrap().from().0;
                let free = list.until().0.max(last + 1).div_ceil(DAY) + below(rng, 2);
                let length = LENGTHS[below(rng, 6) as usize];
                let parameters = self.parameters(length);
                let next = list.rotate(since..until, UnixTime(free * DAY), parameters);
                // Eight entries are enough.
                next.map_or_else(|_| renewed(), |next| (next, false))
            }
            _ => {
                let place = below(rng, list.entries().len() as u64) as usize;
                let stolen = list.entries().nth(place).unwrap().parameters();
                let issuing = list.slot(since).unwrap().parameters == *stolen.id();
                let length = u64::from(stolen.epoch_length().get());
                let replacement = issuing.then(|| self.parameters(length));
                let next = list.withdraw(since..until, stolen.id(), since, replacement);
                next.map_or_else(|_| renewed(), |next| (next, true))
            }
        }
    }

    /// The newest list at a time by somebody's clock.
    fn newest(&self, now: UnixTime) -> usize {
        self.versions.iter().rposition(|version| version.list.since() <= now).unwrap()
    }

    /// A list that a service may have: the newest, or for a day and an hour the one before.
    fn of_service(&self, now: UnixTime, rng: &mut impl Rng) -> usize {
        let newest = self.newest(now);
        let fresh = now.0 < self.versions[newest].list.since().0 + LAG;
        if fresh && newest > 0 { newest - below(rng, 2) as usize } else { newest }
    }

    /// A time near a boundary, a rotation or a withdrawal, at which this list is the newest, or was
    /// until lately.
    fn moment(&self, place: usize, rng: &mut impl Rng) -> u64 {
        let list = &self.versions[place].list;
        let until = list.until().0;
        let end = match self.versions.get(place + 1) {
            Some(next) => until.min(next.list.since().0 + LAG + HOUR),
            None => until,
        };
        let (begin, end) = (list.since().0 + OFF, end - NEAR - OFF);
        let inside = |time: &u64| (begin..end).contains(time);
        let froms: Vec<_> = list.entries().map(|entry| entry.from().0).filter(inside).collect();
        let boundary = match below(rng, 4) {
            0 | 1 if !froms.is_empty() => froms[below(rng, froms.len() as u64) as usize],
            2 => list.since().0 + NEAR + OFF,
            _ => {
                let within = UnixTime(begin + below(rng, end - begin));
                let slot = list.slot(within).unwrap();
                let length = list.find(&slot.parameters).unwrap().epoch_length().get();
                slot.epoch.0 * u64::from(length)
            }
        };
        let time = boundary.saturating_sub(NEAR) + below(rng, 2 * NEAR + 1);
        time.clamp(begin, end)
    }
}

/// Another person, whose commitment and credential no holder of a chain has.
struct Stranger {
    commitment: Commitment,
    credential: Credential,
    /// It comes back from every refusal.
    item: Option<Evidence>,
}

impl Stranger {
    fn new() -> Self {
        let authority = authority(1, &[], NOW);
        let stranger = holder(9, authority.list());
        let (credential, mut evidence) =
            credential(&authority, &stranger, vec![], NOW, &mut seeded(1));
        Self { commitment: *stranger.commitment(), credential, item: evidence.pop() }
    }
}

/// How many moments of each sort there were.
#[derive(Debug, Default)]
struct Counts {
    offers: u32,
    requests: u32,
    /// Requests that list slots of two keys.
    rotations: u32,
    /// Requests within two days of a withdrawal, after it.
    withdrawals: u32,
    /// Answers by a holder with another list than the platform.
    other_lists: u32,
    /// Requests with one, two, three slots.
    slots: [u32; 4],
    /// Holders who are in another slot than the platform, by their clocks.
    other_slots: u32,
}

impl Counts {
    /// An offer at this time, by an authority whose clock is off, to a holder whose clock is off. It
    /// takes no time on its way: if the clocks are 600 seconds apart, a second more is too much.
    fn offer(&mut self, stranger: &Stranger, chain: &Chain, time: u64, rng: &mut impl CryptoRng) {
        let (now, own) = (clock(time, rng), clock(time, rng));
        let version = &chain.versions[chain.newest(now)];
        let taken = &chain.versions[chain.of_service(own, rng)];
        let withdrawn = chain.versions[..=chain.newest(own)].iter().rposition(|v| v.withdraws);
        let old = withdrawn.is_some_and(|place| {
            taken.list.serial() < chain.versions[place].list.serial()
                || version.list.serial() < chain.versions[place].list.serial()
        });
        // A stolen key is refused by whoever has heard of it, and is no honest party's.
        if old || taken.list.serial() < version.list.serial() && version.withdraws {
            return;
        }
        let slot = version.list.slot(now).unwrap();
        let mut authorities = version.authorities.iter();
        let issuing = authorities.find(|a| *a.parameters().id() == slot.parameters).unwrap();
        let open = issuing.offer(stranger.commitment, [], TEN_MINUTES, now, rng).unwrap();
        let offer = received_offer(&taken.list, &open);
        let refused = taken.holder.request_credential(&offer, own, rng).map(drop);
        assert_eq!(refused, Err(Error::ForeignCommitment), "{now:?}, {own:?}: {slot:?}");
        self.offers += 1;
    }

    /// A request at this time, an answer while it lives, and its verification.
    fn request(
        &mut self,
        stranger: &mut Stranger,
        chain: &Chain,
        time: u64,
        rng: &mut impl CryptoRng,
    ) {
        let now = clock(time, rng);
        let asking = chain.of_service(now, rng);
        let Version { platform, list, .. } = &chain.versions[asking];
        let shortest = list.entries().map(|e| e.parameters().epoch_length().get()).min().unwrap();
        let most = u64::from(shortest) - 1200;
        let life = if below(rng, 2) == 0 { 300 } else { below(rng, most.min(DAY) + 1) };
        let request = platform.request(Purpose::Login).valid_for(seconds(life));
        let present_only = below(rng, 8) == 0;
        let request = if present_only { request.current_slot_only() } else { request };
        let request = request.build(now, rng).unwrap();
        let slots = request.slots();
        assert!((1..=3).contains(&slots.len()));

        // The true times at which it is answered and verified.
        let answered = time + below(rng, life + 1);
        let own = clock(answered, rng);
        let verified = clock(answered + below(rng, 60), rng);
        if verified > request.expires() {
            return;
        }
        // Any list that the device has taken, by a clock that may have been ahead then and is behind
        // now, and that lasts. Of a stolen key both have heard: whoever has not is refused by
        // whoever has.
        let taken = chain.newest(clock(answered, rng));
        let newest = chain.newest(own).max(chain.newest(verified)).max(asking).max(taken);
        let withdrawn = chain.versions[..=newest].iter().rposition(|version| version.withdraws);
        let least = withdrawn.unwrap_or(0);
        if asking < least || taken < least {
            return;
        }
        let lasts = |place: &usize| own < chain.versions[*place].list.until();
        let choices: Vec<_> = (least..=taken).filter(lasts).collect();
        let place = choices[below(rng, choices.len() as u64) as usize];
        let Version { holder, list: own_list, .. } = &chain.versions[place];

        let from_host = received(&request);
        let consent = Consent::to_answer(&from_host);
        let item = stranger.item.take().unwrap();
        let refused = holder.present(&stranger.credential, item, consent, own, rng).unwrap_err();
        let error = refused.error();
        stranger.item = refused.into_evidence();
        assert_eq!(error, Error::ForeignCredential, "{now:?} {own:?} {slots:?} {place} {asking}");

        // Who has a credential of its own slot, or of the slot before, finds it in the request, and
        // whoever verifies still has its key.
        let present = own_list.slot(own).unwrap();
        let judge = chain.of_service(verified, rng).max(asking).max(least);
        let judge = &chain.versions[judge].list;
        assert!(verified < judge.until());
        let before = own_list.slot_before(&present).filter(|_| !present_only);
        for slot in before.into_iter().chain([present]) {
            assert!(slots.contains(&slot), "{now:?} {own:?}: {slot:?} of {slots:?}");
            assert!(judge.find(&slot.parameters).is_some(), "{slot:?}");
        }
        self.requests += 1;
        self.slots[slots.len()] += 1;
        let keys = slots.iter().any(|slot| slot.parameters != slots[0].parameters);
        self.rotations += u32::from(keys);
        let stolen = withdrawn.map(|place| chain.versions[place].list.since().0);
        self.withdrawals += u32::from(stolen.is_some_and(|since| time < since + 2 * DAY));
        self.other_lists += u32::from(place != asking);
        self.other_slots += u32::from(list.slot(now) != Some(present));
    }
}

/// SPEC §4.5, §8.1, §10.1, §11: at more than 200,000 moments within 25 minutes of a boundary, a
/// rotation or a withdrawal no offer and no request of an honest party is refused by an honest
/// one, whatever list of the chain each has taken; and never are more than three slots listed.
#[test]
fn nobody_honest_is_refused_at_a_boundary() {
    let rng = &mut seeded(1);
    let (mut counts, stranger) = (Counts::default(), &mut Stranger::new());
    for _ in 0..28 {
        let chain = Chain::new(17, rng);
        // The last list is there for what begins in the time of the one before.
        for place in 0..chain.versions.len() - 1 {
            for _ in 0..700 {
                let time = chain.moment(place, rng);
                counts.request(stranger, &chain, time, rng);
                if below(rng, 4) == 0 {
                    counts.offer(stranger, &chain, time, rng);
                }
            }
        }
    }
    // What was simulated.
    assert!(counts.requests >= 200_000, "{counts:?}");
    assert!(counts.offers >= 40_000, "{counts:?}");
    assert!(counts.rotations >= 20_000, "{counts:?}");
    assert!(counts.withdrawals >= 20_000, "{counts:?}");
    assert!(counts.other_lists >= 20_000, "{counts:?}");
    assert!(counts.other_slots >= 20_000, "{counts:?}");
    assert!(counts.slots[1..].iter().all(|count| *count >= 10_000), "{counts:?}");
}

/// The same with everything: a credential of the slot that the authority's clock says, shown within
/// minutes, at 30 moments near boundaries, and verified.
#[test]
fn real_presentations_succeed_at_a_boundary() {
    let rng = &mut seeded(2);
    let mut shown = [0; 3];
    for _ in 0..6 {
        let chain = Chain::new(5, rng);
        for _ in 0..5 {
            let place = below(rng, 4) as usize;
            let time = chain.moment(place, rng);
            let (now, own) = (clock(time, rng), clock(time, rng));
            let version = &chain.versions[chain.newest(UnixTime(time - OFF))];
            let Version { list, holder, platform, authorities, .. } = version;
            let slot = list.slot(now).unwrap();
            let mut issuing = authorities.iter();
            let issuing = issuing.find(|a| *a.parameters().id() == slot.parameters).unwrap();
            let open = issuing.offer(*holder.commitment(), [], TEN_MINUTES, now, rng).unwrap();
            let offer = received_offer(list, &open);
            let (request, pending) = holder.request_credential(&offer, own, rng).unwrap();
            let response = issuing.issue(&open, &sent(&request), now, &Everybody).unwrap();
            let issued = pending.finish(&response).unwrap();
            let batches = [batch(issuing, holder, &issued, &mut seeded(time))];
            let (credential, mut evidence) = issued.complete(batches).unwrap();

            let asked = clock(time + 30, rng);
            let request = platform.request(Purpose::Login).build(asked, rng).unwrap();
            let from_host = received(&request);
            let item = evidence.pop().unwrap();
            let own = UnixTime(own.0 + 40);
            let consent = Consent::to_answer(&from_host);
            let answer = sent(&holder.present(&credential, item, consent, own, rng).unwrap());
            let verified = platform.verify(&request, &answer, asked, &MemoryNonces::new(1));
            assert_eq!(*verified.unwrap().slot(), slot);
            let place = request.slots().iter().position(|listed| *listed == slot).unwrap();
            shown[place] += 1;
        }
    }
    assert_eq!(shown.iter().sum::<u32>(), 30);
    assert!(shown[1] > 0 && shown[2] > 0, "{shown:?}");
}
