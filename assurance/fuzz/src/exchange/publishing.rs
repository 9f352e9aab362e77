//! The chain of lists (SPEC §4.5), and who has which.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, *};
use pairnym_testkit::*;

use super::{AUTHORITY, Exchange, PERSONS, PLATFORM};
use crate::network::Move;
use crate::pool::*;
use crate::rules::{self, Gap};

/// The keys that an authority can have, one after the other: the last has two batches of evidence.
pub const KEYS: usize = 4;

static PARAMETERS: LazyLock<[AuthorityParameters; KEYS]> = LazyLock::new(|| {
    let [_, first, second] = schemas();
    let last =
        AuthorityParameters::new(&key(4), authority_id(), seconds(DAY), 2, schema(&kinds(&first)))
            .unwrap();
    [
        parameters(&key(1), &kinds(&first)),
        parameters(&key(2), &kinds(&second)),
        parameters(&key(3), &kinds(&first)),
        last,
    ]
});

/// A person's true values under a key.
pub fn values(key: usize) -> Vec<Value> {
    let [_, first, second] = schemas();
    let attributes = if key == 1 { second } else { first };
    attributes.into_iter().map(|(_, _, value)| value).collect()
}

pub fn of_key(key: usize) -> &'static AuthorityParameters {
    &PARAMETERS[key]
}

/// The number of a key, if it is one.
pub fn number(id: &ParametersId) -> Option<usize> {
    PARAMETERS.iter().position(|parameters| parameters.id() == id)
}

pub fn master(person: usize) -> MasterSecret {
    MasterSecret::import([10 + person as u8; 32])
}

/// The commitments of all persons.
static COMMITMENTS: LazyLock<[Commitment; PERSONS]> = LazyLock::new(|| {
    std::array::from_fn(|person| *Holder::new(&master(person), first()).unwrap().commitment())
});

pub fn commitment(person: usize) -> &'static Commitment {
    &COMMITMENTS[person]
}

fn first() -> ParameterList {
    let (since, until) = (UnixTime(NOW.0 - 2 * DAY), UnixTime(NOW.0 / DAY * DAY + 3 * DAY));
    ParameterList::first(authority_host(), since..until, UnixTime(0), PARAMETERS[0].clone())
        .unwrap()
}

pub struct Publishing {
    /// All lists, and which of them a party has.
    pub chain: Vec<ParameterList>,
    at: [usize; PERSONS],
    platform_at: usize,
    /// How many keys there were.
    keys: usize,
    holders: [OnceCell<Holder>; PERSONS],
    platform: OnceCell<Platform>,
    /// By their keys; those that are withdrawn too.
    pub authorities: BTreeMap<usize, Authority>,
}

/// A chain that is long enough.
const MOST: usize = 8;

impl Publishing {
    pub fn new() -> Self {
        let list = first();
        let authority = Authority::open(key(1), list.clone()).unwrap();
        Self {
            chain: vec![list],
            at: [0; PERSONS],
            platform_at: 0,
            keys: 1,
            holders: Default::default(),
            platform: OnceCell::new(),
            authorities: BTreeMap::from([(0, authority)]),
        }
    }

    /// The authority's list.
    pub fn newest(&self) -> &ParameterList {
        &self.chain[self.chain.len() - 1]
    }

    pub fn has(&self, key: usize) -> bool {
        self.newest().find(of_key(key).id()).is_some()
    }

    /// The authority with the key of this number, counted among those that there were.
    pub fn authority(&self, choice: u8) -> (usize, &Authority) {
        let key = usize::from(choice) % self.keys;
        (key, &self.authorities[&key])
    }

    /// The number of the key that issues, or issued last.
    pub fn issuing(&self, now: UnixTime) -> usize {
        self.newest().slot(now).and_then(|slot| number(&slot.parameters)).unwrap_or(0)
    }

    pub fn holder(&self, person: usize) -> &Holder {
        let list = &self.chain[self.at[person]];
        let holder = self.holders[person]
            .get_or_init(|| Holder::new(&master(person), list.clone()).unwrap());
        assert_eq!(holder.list().id(), list.id());
        holder
    }

    pub fn platform(&self) -> &Platform {
        let list = &self.chain[self.platform_at];
        let platform =
            self.platform.get_or_init(|| Platform::new(list.clone(), HOST.parse().unwrap()));
        assert_eq!(platform.list().id(), list.id());
        platform
    }

    /// Devices forget all but what they stored.
    pub fn restart(&mut self) {
        for (person, cell) in self.holders.iter_mut().enumerate() {
            if let Some(holder) = cell.take() {
                let stored = holder.store_list();
                let again = Holder::restore(&master(person), &authority_id(), &stored).unwrap();
                assert_eq!(again.commitment(), holder.commitment());
                assert_eq!(again.store_list(), stored);
                let _ = cell.set(again);
            }
        }
    }
}

impl Exchange {
    /// The next list, with or without another key.
    pub(super) fn publish(&mut self, step: &Move) {
        let now = self.clock(AUTHORITY);
        let publishing = &mut self.publishing;
        let hand = publishing.newest();
        if publishing.chain.len() == MOST {
            return;
        }
        let until = UnixTime((now.0 / DAY + 3 + u64::from(step.value) % 8) * DAY).max(hand.until());
        let next = PARAMETERS.get(publishing.keys);
        let entries: Vec<_> = hand.entries().map(|entry| *entry.parameters().id()).collect();
        let issuing = hand.slot(now).map(|slot| slot.parameters);
        let mut fresh = false;
        let made = match step.choice % 4 {
            0 => hand.renew(now..until),
            1 => {
                let Some(next) = next else { return };
                fresh = true;
                let from = UnixTime(hand.until().max(now).0.next_multiple_of(DAY));
                hand.rotate(now..until, from, next.clone())
            }
            choice => {
                let any = entries[usize::from(step.place) % entries.len()];
                let id = if choice == 2 { issuing.unwrap_or(any) } else { any };
                fresh = issuing == Some(id);
                if fresh && next.is_none() {
                    return;
                }
                let replacement = next.filter(|_| fresh).cloned();
                hand.withdraw(now..until, &id, UnixTime(NOW.0 - DAY), replacement)
            }
        };
        let Ok(list) = made else { return };
        // Whatever an authority makes, it and everybody who has the list before can take.
        assert_eq!(hand.check_successor(&list, now), Ok(true));
        assert_eq!(rules::succession(hand, &list, now, Gap::None), Ok(true));
        for authority in publishing.authorities.values_mut() {
            assert_eq!(authority.adopt(list.clone(), now), Ok(true));
        }
        if fresh {
            let opened = Authority::open(key(publishing.keys as u8 + 1), list.clone()).unwrap();
            publishing.authorities.insert(publishing.keys, opened);
            publishing.keys += 1;
        }
        publishing.chain.push(list);
    }

    /// Somebody takes the next list, or any other.
    pub(super) fn adopt(&mut self, step: &Move) {
        let party = usize::from(step.who) % (PERSONS + 1);
        let platform = party == PERSONS;
        let now = self.clock(if platform { PLATFORM } else { party });
        let publishing = &mut self.publishing;
        let at = if platform { publishing.platform_at } else { publishing.at[party] };
        let length = publishing.chain.len();
        let to = if step.choice == 0 { at + 1 } else { usize::from(step.choice) % length };
        let Some(next) = publishing.chain.get(to).cloned() else { return };
        let expected = rules::succession(&publishing.chain[at], &next, now, Gap::None);
        let adopted = if platform {
            publishing.platform();
            publishing.platform.get_mut().unwrap().adopt(next, now)
        } else {
            publishing.holder(party);
            publishing.holders[party].get_mut().unwrap().adopt(next, now)
        };
        assert_eq!(adopted, expected);
        if adopted == Ok(true) {
            let at = if platform { &mut publishing.platform_at } else { &mut publishing.at[party] };
            *at = to;
        }
    }
}
