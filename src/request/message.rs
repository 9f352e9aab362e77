//! A request for an answer of either kind (SPEC §10).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use subtle::Choice;

use super::condition::Condition;
use crate::credential::attributes::{MAX_ATTRIBUTES, Schema, Value};
use crate::error::{DecodeReason, Error};
use crate::ids::{Nonce, ParametersId, RequestDigest};
use crate::name::{AuthorityId, Name, PlatformId};
use crate::pseudonym::scope::Scope;
use crate::request::parts::{Head, KIND, Tail};
use crate::request::purpose::{Purpose, Wanted};
use crate::time::{Epoch, Slot, UnixTime};
use crate::wire::{Body, Message, Reader, Sink, encode};

/// The most slots that a request can accept.
pub(crate) const MAX_SLOTS: usize = 3;

/// A platform's question, with its canonical bytes: the platform keeps it, and the person answers
/// exactly this request.
///
/// Wire length: at most 29,514 bytes (SPEC §14.12). An answered request is the entry in the
/// person's own history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub(super) head: Head,
    pub(super) slots: Vec<Slot>,
    pub(super) disclosures: Vec<Name>,
    pub(super) conditions: Vec<(u8, Condition)>,
    pub(super) statement: Option<String>,
    pub(super) notice: Option<[u8; 32]>,
    pub(super) digest: RequestDigest,
}

impl Request {
    /// The authority whose enrollment the answer's 网号 belongs to.
    #[must_use]
    pub const fn authority(&self) -> &AuthorityId {
        &self.head.authority
    }

    /// The platform that claims to be asking. In a [`Received`](crate::holder::Received) request it
    /// is the authenticated one.
    #[must_use]
    pub const fn platform(&self) -> &PlatformId {
        &self.head.platform
    }

    /// The application of the platform.
    #[must_use]
    pub const fn label(&self) -> Option<&Name> {
        self.head.label.as_ref()
    }

    /// Which answer it wants.
    #[must_use]
    pub const fn wanted(&self) -> Wanted {
        self.head.wanted
    }

    /// Why it asks.
    #[must_use]
    pub const fn purpose(&self) -> &Purpose {
        &self.head.purpose
    }

    /// The nonce, with which the answer begins: the platform finds the request by it, and
    /// recognises a replay.
    #[must_use]
    pub const fn nonce(&self) -> &Nonce {
        &self.head.nonce
    }

    /// The last second at which it can be answered.
    #[must_use]
    pub const fn expires(&self) -> UnixTime {
        self.head.expires
    }

    /// The slots whose credentials are accepted: one to three for a presentation, none for a login.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The names of the attributes to disclose, ascending.
    #[must_use]
    pub fn disclosures(&self) -> &[Name] {
        &self.disclosures
    }

    /// Conditions on disclosed attributes.
    pub fn conditions(&self) -> impl ExactSizeIterator<Item = (&Name, &Condition)> {
        let name = |position: &u8| &self.disclosures[usize::from(*position)];
        self.conditions.iter().map(move |(position, condition)| (name(position), condition))
    }

    /// What the person agrees to by answering.
    #[must_use]
    pub fn statement(&self) -> Option<&str> {
        self.statement.as_deref()
    }

    /// The hash of the notice shown to the person.
    #[must_use]
    pub const fn notice(&self) -> Option<&[u8; 32]> {
        self.notice.as_ref()
    }

    /// The hash of the canonical bytes.
    #[must_use]
    pub const fn digest(&self) -> RequestDigest {
        self.digest
    }

    /// Adds the digest, once everything else is in place.
    pub(super) fn hashed(mut self) -> Self {
        self.digest = RequestDigest::of(&encode(&self));
        self
    }

    /// As it is in memory when the head has rotted since it was hashed.
    #[cfg(test)]
    pub(crate) fn with_head_of(&self, other: &Self) -> Self {
        Self { head: other.head.clone(), ..self.clone() }
    }

    /// The scope to which the answer's 网号 belongs.
    pub(crate) fn scope(&self) -> Scope {
        self.head.scope()
    }

    pub(crate) fn check_wanted(&self, wanted: Wanted) -> Result<(), Error> {
        self.head.check_wanted(wanted)
    }

    /// Whether it has not expired by the platform's clock.
    pub(crate) fn check_time(&self, now: UnixTime) -> Result<(), Error> {
        if now <= self.head.expires { Ok(()) } else { Err(Error::Expired) }
    }

    pub(crate) fn check_time_of_holder(&self, now: UnixTime) -> Result<(), Error> {
        self.head.check_time_of_holder(now)
    }

    /// The indices in the schema of the disclosed attributes, in the request's order, if the
    /// request fits the schema (SPEC §10.2).
    pub(crate) fn indices(&self, schema: &Schema) -> Result<Vec<u8>, Error> {
        let index = |name: &Name| schema.index(name.as_str());
        let indices: Option<Vec<_>> = self.disclosures.iter().map(index).collect();
        let indices = indices.ok_or(Error::Schema)?;
        let kind = |position: u8| schema.kind(indices[usize::from(position)]);
        let mut conditions = self.conditions.iter();
        let fits = conditions
            .all(|(position, condition)| kind(*position).is_some_and(|kind| condition.fits(kind)));
        if fits { Ok(indices) } else { Err(Error::Schema) }
    }

    /// Whether all conditions hold for the values of the disclosed attributes, which `value`
    /// finds by position. Constant-time as [`Condition::holds`] is.
    pub(crate) fn met_by<'a>(&self, value: impl Fn(usize) -> Option<&'a Value>) -> Choice {
        self.conditions.iter().fold(Choice::from(1), |all, (position, condition)| {
            let value = value(usize::from(*position));
            all & value.map_or(Choice::from(0), |value| condition.holds(value))
        })
    }
}

/// What is asked, line by line, as a consent screen without its own wording can show it. The
/// platform comes first; its name is authenticated if the request was
/// [`Received`](crate::holder::Received).
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head.fmt(f)?;
        for name in &self.disclosures {
            write!(f, "\nshows: {name}")?;
        }
        for (name, condition) in self.conditions() {
            write!(f, "\ncondition: {name} {condition}")?;
        }
        Tail { statement: self.statement(), notice: self.notice }.fmt(f)
    }
}

impl Message for Request {}

impl Body for Request {
    const KIND: u8 = KIND;
    const NAME: &'static str = "Request";

    fn write(&self, out: &mut impl Sink) {
        self.head.write(out);
        out.u8(self.slots.len() as u8);
        for slot in &self.slots {
            slot.write(out);
        }
        out.u8(self.disclosures.len() as u8);
        for name in &self.disclosures {
            out.short(name.as_str());
        }
        Condition::write_all(&self.conditions, out);
        Tail { statement: self.statement(), notice: self.notice }.write(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        let head = Head::read(reader)?;
        let slots = read_slots(reader, head.wanted)?;
        let disclosures = read_disclosures(reader, head.wanted)?;
        let conditions = Condition::read_all(reader, disclosures.len())?;
        let Tail { statement, notice } = Tail::read(reader)?;
        let statement = statement.map(Into::into);
        let digest = RequestDigest([0; 32]);
        Ok(Self { head, slots, disclosures, conditions, statement, notice, digest }.hashed())
    }
}

impl Slot {
    pub(crate) fn write(&self, out: &mut impl Sink) {
        out.put(&self.parameters.0);
        out.u64(self.epoch.0);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self { parameters: ParametersId(reader.array()?), epoch: Epoch(reader.u64()?) })
    }
}

fn read_slots(reader: &mut Reader<'_>, wanted: Wanted) -> Result<Vec<Slot>, DecodeReason> {
    let count = reader.count(MAX_SLOTS)?;
    if (count == 0) != (wanted == Wanted::Login) {
        return Err(DecodeReason::Range);
    }
    let mut slots = Vec::with_capacity(count);
    for _ in 0..count {
        let slot = Slot::read(reader)?;
        if slots.contains(&slot) {
            return Err(DecodeReason::Order);
        }
        slots.push(slot);
    }
    Ok(slots)
}

fn read_disclosures(reader: &mut Reader<'_>, wanted: Wanted) -> Result<Vec<Name>, DecodeReason> {
    let count = reader.count(MAX_ATTRIBUTES)?;
    if count > 0 && wanted == Wanted::Login {
        return Err(DecodeReason::Range);
    }
    let mut disclosures = Vec::new();
    for _ in 0..count {
        let name = reader.name()?;
        if disclosures.last().is_some_and(|last| *last >= name) {
            return Err(DecodeReason::Order);
        }
        disclosures.push(name);
    }
    Ok(disclosures)
}
