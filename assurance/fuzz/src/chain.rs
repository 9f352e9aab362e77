//! A chain of parameter lists, each made from the one at hand and then changed in any way, against
//! the rules of succession (SPEC §4.5), said once more in [`rules::succession`].
//!
//! Besides: a list succeeds itself; what an authority makes succeeds; a list that was accepted has
//! the slots that were published, and what was withdrawn never returns.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use pairnym::{attribute::*, message::*, *};
use pairnym_testkit::{DAY, authority_host, authority_id, key, schema, seconds};

use crate::grammar;
use crate::parts::Listed;
use crate::pool::{Attributes, kinds, schemas};
use crate::rules;

/// Whoever takes a successor: the library, or somebody faulty.
pub type Check = fn(&ParameterList, &ParameterList, UnixTime) -> Result<bool, Error>;

const START: u64 = 1_800_057_600;
const HALF_HOUR: u64 = 1800;
const KEYS: u8 = 8;

/// Parameters of eight keys: with epochs of an hour, two hours and a day, of two schemas, one that
/// gives an attribute another kind, and of another authority.
static PARAMETERS: LazyLock<Vec<AuthorityParameters>> = LazyLock::new(|| {
    let [_, first, second] = schemas();
    let mut clash: Attributes = first.clone();
    clash[1].1 = Kind::Flag;
    let other: AuthorityId = "other.example".parse().unwrap();
    let variants = [
        (authority_id(), 3600, &first),
        (authority_id(), 7200, &second),
        (authority_id(), DAY, &first),
        (authority_id(), 3600, &second),
        (authority_id(), 3600, &clash),
        (other, 3600, &first),
    ];
    let mut all = Vec::new();
    for (id, length, attributes) in variants {
        for seed in 1..=KEYS {
            let (schema, length) = (schema(&kinds(attributes)), seconds(length));
            all.push(AuthorityParameters::new(&key(seed), id, length, 1, schema).unwrap());
        }
    }
    all
});

fn parameters(choice: u8) -> &'static AuthorityParameters {
    &PARAMETERS[usize::from(choice) % PARAMETERS.len()]
}

macro_rules! choices {
    ($(#[$doc:meta])* $name:ident: $($(#[$what:meta])* $choice:ident),* $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum $name {
            $($(#[$what])* $choice),*
        }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$choice),*];

            fn of(choice: u8) -> Self {
                Self::ALL[usize::from(choice) % Self::ALL.len()]
            }
        }
    };
}

choices! {
    /// How the next list is made.
    Make:
    Renew,
    Rotate,
    Withdraw,
    WithdrawAndReplace,
    /// As it is, with the next serial.
    Copy,
    /// It is the list at hand, or the one before.
    Again,
    Before,
}

choices! {
    /// What is changed of it.
    What:
    Nothing,
    Serial,
    Previous,
    Authority,
    Host,
    Since,
    Until,
    From,
    Parameters,
    Drop,
    Add,
    Swap,
    /// An entry becomes a withdrawn one.
    Withdraw,
    WithdrawOther,
    /// What the list at hand names as withdrawn is named once more, or no more.
    Remember,
    Forget,
    Suspect,
    Byte,
}

/// A change, at this place, by so much.
#[derive(Clone, Copy, Debug)]
pub struct Edit(pub What, pub u8, pub u8);

/// One step of the chain, 12 bytes of the input.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub make: Make,
    /// In half hours: its since after the one at hand, and now after that.
    pub since: u8,
    pub now: i8,
    /// In three hours, after the until at hand.
    pub until: u8,
    pub key: u8,
    pub place: u8,
    pub edits: [Edit; 2],
}

impl Step {
    const LENGTH: usize = 12;

    fn of(bytes: &[u8]) -> Self {
        let edit = |place: usize| Edit(What::of(bytes[place]), bytes[place + 1], bytes[place + 2]);
        Self {
            make: Make::of(bytes[0]),
            since: bytes[1],
            now: bytes[2] as i8,
            until: bytes[3],
            key: bytes[4],
            place: bytes[5],
            edits: [edit(6), edit(9)],
        }
    }

    /// The bytes that give this step.
    pub fn bytes(&self) -> [u8; Self::LENGTH] {
        let Self { make, since, now, until, key, place, edits: [one, two] } = *self;
        let Edit(first, a, b) = one;
        let Edit(second, c, d) = two;
        let now = now as u8;
        [make as u8, since, now, until, key, place, first as u8, a, b, second as u8, c, d]
    }
}

/// Two bytes for the first list, its parameters and its hours (and whether its key begins only two
/// days later), then the steps.
pub fn chain(bytes: &[u8], check: Check) {
    let Some((&[first, life], steps)) = bytes.split_first_chunk() else { return };
    let until = UnixTime(START + (1 + u64::from(life % 128)) * 3600);
    let from = if life < 128 { START - 10 * DAY } else { START + 2 * DAY };
    let (host, from) = (authority_host(), UnixTime(from));
    let first = parameters(first).clone();
    let list = ParameterList::first(host, UnixTime(START)..until, from, first).unwrap();
    let withdrawn = BTreeSet::new();
    let mut publishing = Publishing { before: list.clone(), hand: list, withdrawn, check };
    for step in steps.chunks_exact(Step::LENGTH).take(24) {
        publishing.step(&Step::of(step));
    }
}

struct Publishing {
    before: ParameterList,
    hand: ParameterList,
    /// All that was ever withdrawn.
    withdrawn: BTreeSet<ParametersId>,
    check: Check,
}

/// A place among so many.
fn place<T>(items: &[T], choice: u8) -> Option<usize> {
    usize::from(choice).checked_rem(items.len())
}

impl Publishing {
    fn step(&mut self, step: &Step) {
        let made = self.make(step);
        let untouched = step.edits.iter().all(|edit| edit.0 == What::Nothing);
        let sound = made.is_some() && untouched;
        let mut listed = made.unwrap_or_else(|| self.copy(step));
        let mut flips = Vec::new();
        for edit in step.edits {
            self.edit(edit, &mut listed, &mut flips);
        }
        let mut bytes = listed.bytes();
        let length = bytes.len();
        flips.iter().for_each(|(place, bits)| bytes[usize::from(*place) * length / 256] ^= bits);
        let decoded = ParameterList::from_bytes(&bytes);
        let reason = decoded.as_ref().map(drop).map_err(|error| error.reason().code());
        assert_eq!(reason, grammar::check(15, &bytes), "{listed:?}");
        let Ok(next) = decoded else { return assert!(!sound, "{listed:?}") };
        let now = next.since().0.saturating_add_signed(i64::from(step.now) * HALF_HOUR as i64);
        self.succeed(next, UnixTime(now), sound);
    }

    /// What the authority makes, if it can; `None` for a mere copy too.
    fn make(&self, step: &Step) -> Option<Listed> {
        let since = self.hand.since().0 + u64::from(step.since) * HALF_HOUR;
        let until = self.hand.until().0.max(since) + 1 + u64::from(step.until) * 6 * HALF_HOUR;
        let (since, until) = (UnixTime(since), UnixTime(until));
        let key = || parameters(step.key).clone();
        let made = match step.make {
            Make::Renew => self.hand.renew(since..until),
            Make::Rotate => {
                let free = self.hand.until().0.max(since.0 + 1);
                let from = free.next_multiple_of(3600) + u64::from(step.place) * 3600;
                self.hand.rotate(since..until, UnixTime(from), key())
            }
            Make::Withdraw | Make::WithdrawAndReplace => {
                let entries: Vec<_> = self.hand.entries().collect();
                let id = *entries[place(&entries, step.place)?].parameters().id();
                let replacement = (step.make == Make::WithdrawAndReplace).then(key);
                self.hand.withdraw(since..until, &id, since, replacement)
            }
            Make::Copy | Make::Again | Make::Before => return None,
        };
        made.ok().map(|list| Listed::new(&list))
    }

    fn copy(&self, step: &Step) -> Listed {
        match step.make {
            Make::Again => Listed::new(&self.hand),
            Make::Before => Listed::new(&self.before),
            _ => {
                let mut listed = Listed::new(&self.hand);
                listed.serial = listed.serial.wrapping_add(1);
                listed.previous = self.hand.id().0;
                listed.since += u64::from(step.since) * HALF_HOUR;
                listed.until += u64::from(step.until) * 6 * HALF_HOUR;
                listed
            }
        }
    }

    fn edit(&self, edit: Edit, listed: &mut Listed, flips: &mut Vec<(u8, u8)>) {
        let Edit(what, at, by) = edit;
        let shift = |time: &mut u64, by: u8| {
            *time = time.saturating_add_signed(i64::from(by as i8) * HALF_HOUR as i64);
        };
        let suspect = START + u64::from(by) * HALF_HOUR;
        match what {
            What::Serial => listed.serial = listed.serial.wrapping_add(by.into()),
            What::Previous => listed.previous[usize::from(at) % 32] ^= by,
            What::Authority => listed.authority = "other.example".into(),
            What::Host => listed.host = "other.example".into(),
            What::Since => shift(&mut listed.since, by),
            What::Until => shift(&mut listed.until, by),
            What::Byte => flips.push((at, by)),
            What::Withdraw => {
                if let Some(place) = place(&listed.entries, at) {
                    let id = grammar::parameters_id(&listed.entries.remove(place).1);
                    listed.withdrawn.push((id, suspect));
                }
            }
            What::WithdrawOther => listed.withdrawn.push((parameters(at).id().0, suspect)),
            What::Remember => {
                if let Some(place) = place(self.hand.withdrawn(), at) {
                    let old = self.hand.withdrawn()[place];
                    listed.withdrawn.push((old.parameters.0, old.suspect_since.0));
                }
            }
            What::Forget => {
                if let Some(place) = place(&listed.withdrawn, at) {
                    listed.withdrawn.remove(place);
                }
            }
            What::Suspect => {
                if let Some(place) = place(&listed.withdrawn, at) {
                    shift(&mut listed.withdrawn[place].1, by);
                }
            }
            _ => Self::edit_entries(edit, &mut listed.entries),
        }
    }

    fn edit_entries(Edit(what, at, by): Edit, entries: &mut Vec<(u64, Vec<u8>)>) {
        let hours = |time: u64| time.saturating_add_signed(i64::from(by as i8) * 3600);
        if what == What::Add {
            let from = hours(START);
            let place = entries.partition_point(|(other, _)| *other < from);
            entries.insert(place, (from, parameters(at).to_bytes()));
        }
        let Some(place) = place(entries, at) else { return };
        match what {
            What::From => entries[place].0 = hours(entries[place].0),
            What::Parameters => entries[place].1 = parameters(by).to_bytes(),
            What::Drop => drop(entries.remove(place)),
            What::Swap => {
                let with = usize::from(by) % entries.len();
                entries.swap(place, with);
            }
            _ => {}
        }
    }

    fn succeed(&mut self, next: ParameterList, now: UnixTime, sound: bool) {
        let Self { before, hand, withdrawn, check } = self;
        let accepted = check(hand, &next, now);
        let expected = rules::succession(hand, &next, now, rules::Gap::None);
        let lists = || (Listed::new(hand), Listed::new(&next));
        assert_eq!(accepted, expected, "{:?} {now:?}", lists());
        for list in [&*hand, &next] {
            assert_eq!(list.check_successor(list, now), Ok(false), "a list succeeds itself");
        }
        if sound && now >= next.since() {
            assert_eq!(accepted, Ok(true), "what an authority makes succeeds");
        }
        if accepted != Ok(true) {
            return;
        }
        withdrawn.extend(hand.withdrawn().iter().map(|w| w.parameters));
        withdrawn.extend(next.withdrawn().iter().map(|w| w.parameters));
        let named = |id: &ParametersId| next.withdrawn().iter().any(|w| w.parameters == *id);
        assert!(withdrawn.iter().all(named), "what was withdrawn stays so");
        assert!(withdrawn.iter().all(|id| next.find(id).is_none()), "and never returns");
        keeps_slots(hand, &next);
        assert_eq!(next.check_successor(hand, now), Err(Error::StaleList));
        *before = hand.clone();
        assert_eq!(hand.replace(next.clone(), now), Ok(true));
        assert!(*hand == next);
    }
}

/// Every published slot of the time that is left is the same, unless its key was withdrawn, or
/// one that had begun after it.
fn keeps_slots(hand: &ParameterList, next: &ParameterList) {
    let named = |id: &ParametersId| next.withdrawn().iter().any(|w| w.parameters == *id);
    let stolen = hand.entries().filter(|entry| named(entry.parameters().id()));
    let begun = stolen.filter(|entry| entry.from() <= next.since()).map(ListEntry::from).max();
    let taken = |slot: &Slot| {
        let mut entries = hand.entries();
        let entry = entries.find(|entry| *entry.parameters().id() == slot.parameters).unwrap();
        named(&slot.parameters) || begun.is_some_and(|last| entry.from() < last)
    };
    let mut time = next.since();
    while time < hand.until() {
        let slot = hand.slot(time);
        let same = slot == next.slot(time);
        assert!(same || slot.as_ref().is_some_and(taken), "a published slot stays");
        if let (Some(slot), true) = (slot, same) {
            // The slot before is the same too, or none any more.
            let (old, new) = (hand.slot_before(&slot), next.slot_before(&slot));
            assert!(new.is_none() || new == old || old.is_none_or(|old| taken(&old)));
        }
        time.0 += 3600;
    }
}
