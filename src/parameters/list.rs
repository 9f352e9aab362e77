//! What an authority publishes: one chain of parameter lists, the same for everybody (SPEC §4.5),
//! and the slots that a list divides time into (§4.6).
//!
//! Making a list and decoding one follow the same rules, each of which is written once, in this
//! file: a [`Fault`] is an error for the one and a reason for the other.

use alloc::vec::Vec;
use core::num::NonZeroU64;
use core::ops::Range;

use super::AuthorityParameters;
use crate::credential::attributes::Schema;
use crate::error::{DecodeReason, Error};
use crate::group::transcript::Transcript;
use crate::ids::{ListId, ParametersId};
use crate::name::{AuthorityId, PlatformId};
use crate::time::{SKEW, Slot, UnixTime};
use crate::wire::{Body, Message, Reader, Sink, VERSION, encode};

mod making;
mod succession;
#[cfg(test)]
mod tests;

const MAX_ENTRIES: usize = 8;
const MAX_WITHDRAWN: usize = 255;

/// The longest time from *since* to *until*, in seconds: 31 days.
const MAX_LIFE: u64 = 2_678_400;

/// The first list has no predecessor.
const NONE: ListId = ListId([0; 32]);

/// Parameters, and the time from which their key issues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListEntry {
    from: UnixTime,
    parameters: AuthorityParameters,
}

impl ListEntry {
    /// The first second of its first epoch. It issues until the next entry begins.
    #[must_use]
    pub const fn from(&self) -> UnixTime {
        self.from
    }

    /// The parameters.
    #[must_use]
    pub const fn parameters(&self) -> &AuthorityParameters {
        &self.parameters
    }

    fn epoch_length(&self) -> NonZeroU64 {
        self.parameters.epoch_length().into()
    }

    /// Whether two of its epochs have passed: then no answer shows its predecessor any more.
    fn is_settled(&self, time: UnixTime) -> bool {
        self.from.plus(2 * self.epoch_length().get()) <= time
    }
}

/// Parameters whose key is suspect: nothing is verified under them any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Withdrawn {
    /// Which parameters.
    pub parameters: ParametersId,
    /// Since when somebody else may have had the key.
    pub suspect_since: UnixTime,
}

/// An authority's present, past and future parameters: the only place from which anybody takes
/// them.
///
/// It MUST be authenticated before it is used, by signatures of keys that the application pins or
/// by a public log that proves it to be the same for everybody: a list that only one holder is
/// shown identifies that holder (SPEC §4.5, §17). From then on [`replace`](Self::replace) follows
/// the chain and notices when it forks.
///
/// Anybody who missed some lists follows the chain one list after another
/// ([`MissingList`](Error::MissingList) otherwise), so an authority serves all its lists by their
/// serial. [`Authority`](crate::authority::Authority) shows how a key is rotated; this is how a
/// stolen one is withdrawn:
///
/// ```
/// # use std::time::Duration;
/// # use pairnym::{attribute::*, authority::*, message::*, *};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let rng = &mut rand_core::UnwrapErr(getrandom::SysRng);
/// # let day = Duration::from_secs(86_400);
/// # let schema = || Schema::new([("age_over_18", Kind::Flag)]);
/// # let (key, _seed) = AuthorityKey::generate(rng)?;
/// # let parameters = AuthorityParameters::new(&key, "id.example".parse()?, day, 1, schema()?)?;
/// # let (now, host) = (UnixTime(1_800_000_000), "id.example".parse()?);
/// # let list = ParameterList::first(host, now..now.after(30 * day)?, UnixTime(0), parameters)?;
/// let (stolen, suspect_since) = (list.slot(now).ok_or("no slot")?.parameters, now);
/// let (key, _seed) = AuthorityKey::generate(rng)?;
/// let parameters = AuthorityParameters::new(&key, "id.example".parse()?, day, 1, schema()?)?;
/// let next = list.withdraw(now..list.until(), &stolen, suspect_since, Some(parameters))?;
/// assert!(next.find(&stolen).is_none());
///
/// // Whoever has the list takes its successor.
/// let mut current = list.clone();
/// current.replace(next, now)?;
/// # Ok(()) }
/// ```
///
/// Wire length: 59 bytes, the authority id and the host; for each entry 8 bytes and its
/// parameters' message; for each withdrawn key 40 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterList {
    authority: AuthorityId,
    host: PlatformId,
    serial: u32,
    previous: ListId,
    since: UnixTime,
    until: UnixTime,
    entries: Vec<ListEntry>,
    withdrawn: Vec<Withdrawn>,
    id: ListId,
}

impl ParameterList {
    /// The hash of its bytes.
    #[must_use]
    pub const fn id(&self) -> &ListId {
        &self.id
    }

    /// Whose it is.
    #[must_use]
    pub const fn authority(&self) -> &AuthorityId {
        &self.authority
    }

    /// The authority's only host, the peer of every connection to it.
    #[must_use]
    pub const fn host(&self) -> &PlatformId {
        &self.host
    }

    /// Its place in the chain, 0 for the first.
    #[must_use]
    pub const fn serial(&self) -> u32 {
        self.serial
    }

    /// The id of the list before; 32 zero bytes for the first.
    #[must_use]
    pub const fn previous(&self) -> &ListId {
        &self.previous
    }

    /// When its time begins.
    #[must_use]
    pub const fn since(&self) -> UnixTime {
        self.since
    }

    /// When its time is over: from then on there are no more offers and presentations.
    #[must_use]
    pub const fn until(&self) -> UnixTime {
        self.until
    }

    /// All entries, oldest first.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &ListEntry> {
        self.entries.iter()
    }

    /// All parameters that were ever withdrawn.
    #[must_use]
    pub fn withdrawn(&self) -> &[Withdrawn] {
        &self.withdrawn
    }

    /// The parameters with this id, if they are on the list.
    #[must_use]
    pub fn find(&self, id: &ParametersId) -> Option<&AuthorityParameters> {
        self.entries.iter().map(ListEntry::parameters).find(|parameters| parameters.id() == id)
    }

    /// The slot of a time: none before the first entry (SPEC §4.6).
    #[must_use]
    pub fn slot(&self, time: UnixTime) -> Option<Slot> {
        self.issuing(time).map(|entry| entry.parameters.slot(time))
    }

    /// S⁻, the slot that ends where this one begins: `None` for the first, and for a slot that is
    /// not of this list.
    #[must_use]
    pub fn slot_before(&self, slot: &Slot) -> Option<Slot> {
        let first = self.first_second(slot)?;
        self.slot(UnixTime(first.0.checked_sub(1)?))
    }

    /// The first second of a slot of this list.
    fn first_second(&self, slot: &Slot) -> Option<UnixTime> {
        let length = self.find(&slot.parameters)?.epoch_length().get();
        let first = UnixTime(slot.epoch.0.checked_mul(length.into())?);
        (self.slot(first) == Some(*slot)).then_some(first)
    }

    /// The first second of a slot of this list, and the first second after it.
    #[must_use]
    pub fn times(&self, slot: &Slot) -> Option<Range<UnixTime>> {
        let first = self.first_second(slot)?;
        let length = self.find(&slot.parameters)?.epoch_length().get();
        Some(first..first.plus(length.into()))
    }

    /// The slot that begins where this one ends.
    pub(crate) fn slot_after(&self, slot: &Slot) -> Option<Slot> {
        let length = self.find(&slot.parameters)?.epoch_length().get();
        let next = slot.epoch.0.checked_add(1)?.checked_mul(length.into())?;
        self.slot(UnixTime(next))
    }

    /// The number of attributes of the largest schema.
    pub(crate) fn attributes(&self) -> usize {
        self.entries.iter().map(|entry| entry.parameters.schema().len()).max().unwrap_or_default()
    }

    /// The length in seconds of the shortest epoch of all entries.
    pub(crate) fn shortest_epoch(&self) -> u64 {
        self.entries.iter().map(|entry| entry.epoch_length().get()).min().unwrap_or_default()
    }

    /// The slots of a request that is made now and lives for `life` seconds (SPEC §10.1): S⁻ of the
    /// first, which a platform can leave out, and the one or two that can be present while it
    /// lives, provided that `life` is at most the shortest epoch less twice the skew.
    pub(crate) fn slots_for(&self, now: UnixTime, life: u64) -> (Option<Slot>, Vec<Slot>) {
        let first = self.slot(now.minus(SKEW));
        let last = self.slot(now.plus(life).plus(SKEW));
        let before = first.as_ref().and_then(|slot| self.slot_before(slot));
        (before, first.into_iter().chain(last.filter(|last| first != Some(*last))).collect())
    }

    /// Whether the list's time is not over.
    ///
    /// # Errors
    /// [`Error::ListExpired`].
    pub(crate) fn check_until(&self, now: UnixTime) -> Result<(), Error> {
        if now < self.until { Ok(()) } else { Err(Error::ListExpired) }
    }

    /// The last entry that has begun.
    fn issuing(&self, time: UnixTime) -> Option<&ListEntry> {
        self.entries.iter().rev().find(|entry| entry.from <= time)
    }

    fn withdraws(&self, id: &ParametersId) -> bool {
        self.withdrawn.iter().any(|withdrawn| withdrawn.parameters == *id)
    }
}

/// The rules that every list obeys.
impl ParameterList {
    fn empty(
        authority: AuthorityId,
        host: PlatformId,
        serial: u32,
        previous: ListId,
        since: UnixTime,
        until: UnixTime,
    ) -> Result<Self, Fault> {
        check_previous(serial, &previous)?;
        check_times(since, until)?;
        let (entries, withdrawn) = (Vec::new(), Vec::new());
        let id = NONE;
        Ok(Self { authority, host, serial, previous, since, until, entries, withdrawn, id })
    }

    /// Adds the next entry.
    fn add(&mut self, entry: ListEntry) -> Result<(), Fault> {
        if self.entries.len() == MAX_ENTRIES {
            return Err(Fault::Range);
        }
        let parameters = &entry.parameters;
        if *parameters.authority() != self.authority {
            return Err(Fault::Authority);
        }
        let last = self.entries.last();
        let whole = |of: &ListEntry| entry.from.0 % of.epoch_length() == 0;
        if !whole(&entry) || !last.is_none_or(whole) {
            return Err(Fault::Range);
        }
        let descends = last.is_some_and(|last| last.from >= entry.from);
        let mut others = self.entries.iter().map(ListEntry::parameters);
        if descends || others.any(|o| o.id() == parameters.id() || o.key() == parameters.key()) {
            return Err(Fault::Order);
        }
        let mut others = self.entries.iter().map(ListEntry::parameters);
        if others.any(|other| clash(other.schema(), parameters.schema())) {
            return Err(Fault::Kinds);
        }
        self.entries.push(entry);
        Ok(())
    }

    fn add_withdrawn(&mut self, withdrawn: Withdrawn) -> Result<(), Fault> {
        if self.withdrawn.len() == MAX_WITHDRAWN {
            return Err(Fault::Range);
        }
        if self.withdraws(&withdrawn.parameters) {
            return Err(Fault::Order);
        }
        self.withdrawn.push(withdrawn);
        Ok(())
    }

    /// Whether no entry is withdrawn.
    fn check_withdrawn(&self) -> Result<(), Fault> {
        let mut entries = self.entries.iter();
        if entries.any(|entry| self.withdraws(entry.parameters.id())) {
            return Err(Fault::Range);
        }
        Ok(())
    }

    /// Adds the id, once everything else is in place.
    fn hashed(mut self) -> Self {
        self.id = ListId(Transcript::new("list").part(&encode(&self)).h32());
        self
    }
}

fn check_previous(serial: u32, previous: &ListId) -> Result<(), Fault> {
    if (serial == 0) == (*previous == NONE) { Ok(()) } else { Err(Fault::Range) }
}

fn check_times(since: UnixTime, until: UnixTime) -> Result<(), Fault> {
    let life = until.0.checked_sub(since.0);
    if life.is_some_and(|life| (1..=MAX_LIFE).contains(&life)) { Ok(()) } else { Err(Fault::Range) }
}

/// Whether an attribute has one kind here and another there.
fn clash(one: &Schema, other: &Schema) -> bool {
    one.iter().any(|(name, kind)| other.iter().any(|(same, its)| same == name && its != kind))
}

/// A rule that is broken.
#[derive(Debug)]
enum Fault {
    /// An entry of another authority.
    Authority,
    /// An attribute of two kinds.
    Kinds,
    /// Not ascending, or not different.
    Order,
    /// Any other.
    Range,
}

impl From<Fault> for DecodeReason {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Order => Self::Order,
            Fault::Authority | Fault::Kinds | Fault::Range => Self::Range,
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Authority => Self::ForeignAuthority,
            Fault::Kinds => Self::Schema,
            Fault::Order | Fault::Range => Self::Range,
        }
    }
}

impl Message for ParameterList {}

impl Body for ParameterList {
    const KIND: u8 = 15;
    const NAME: &'static str = "ParameterList";

    fn write(&self, out: &mut impl Sink) {
        out.short(self.authority.as_str());
        out.short(self.host.as_str());
        out.put(&self.serial.to_be_bytes());
        out.put(&self.previous.0);
        out.u64(self.since.0);
        out.u64(self.until.0);
        out.u8(self.entries.len() as u8);
        for entry in &self.entries {
            out.u64(entry.from.0);
            out.put(&[VERSION, AuthorityParameters::KIND]);
            entry.parameters.write(out);
        }
        out.u8(self.withdrawn.len() as u8);
        for withdrawn in &self.withdrawn {
            out.put(&withdrawn.parameters.0);
            out.u64(withdrawn.suspect_since.0);
        }
        out.u8(0);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        let authority = reader.authority_id()?;
        let host = reader.platform_id()?;
        let serial = reader.u32()?;
        let previous = ListId(reader.array()?);
        check_previous(serial, &previous)?;
        let since = UnixTime(reader.u64()?);
        let until = UnixTime(reader.u64()?);
        let mut list = Self::empty(authority, host, serial, previous, since, until)?;
        let count = reader.count(MAX_ENTRIES)?;
        if count == 0 {
            return Err(DecodeReason::Range);
        }
        for _ in 0..count {
            list.add(ListEntry::read(reader)?)?;
        }
        for _ in 0..reader.count(MAX_WITHDRAWN)? {
            let parameters = ParametersId(reader.array()?);
            let suspect_since = UnixTime(reader.u64()?);
            list.add_withdrawn(Withdrawn { parameters, suspect_since })?;
            list.check_withdrawn()?;
        }
        reader.no_extensions()?;
        Ok(list.hashed())
    }
}

impl ListEntry {
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        let from = UnixTime(reader.u64()?);
        if reader.u8()? != VERSION {
            return Err(DecodeReason::Version);
        }
        if reader.u8()? != AuthorityParameters::KIND {
            return Err(DecodeReason::Kind);
        }
        let parameters = AuthorityParameters::read(reader)?;
        Ok(Self { from, parameters })
    }
}
