//! What a platform asks a person to prove (SPEC §10).

pub(crate) mod builder;
pub(crate) mod condition;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use subtle::Choice;

use crate::credential::attributes::{MAX_ATTRIBUTES, Schema, Value};
use crate::digest::{ParametersId, RequestDigest};
use crate::error::{Error, Reason};
use crate::scope::{AuthorityId, PlatformId, Scope, Token};
use crate::store::nonces::Nonce;
use crate::time::{Epoch, SKEW, Slot, UnixTime};
use crate::wire::{Body, Message, Reader, Sink, encode};
use condition::Condition;

/// The longest life of a request, in seconds.
const MAX_LIFE: u64 = 86_400;

/// The longest statement, in bytes.
const MAX_STATEMENT: usize = 8192;

/// The most slots that a request can accept.
pub(crate) const MAX_SLOTS: usize = 3;

/// Why a platform asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// The person becomes a user.
    Registration,
    /// A user returns.
    Login,
    /// A suspicious account is verified again.
    Reverification,
    /// A government service.
    GovernmentService,
    /// The platform's own word.
    Other(Token),
}

impl Purpose {
    const OTHER: u8 = 0xff;

    fn write(&self, out: &mut impl Sink) {
        match self {
            Self::Registration => out.u8(1),
            Self::Login => out.u8(2),
            Self::Reverification => out.u8(3),
            Self::GovernmentService => out.u8(4),
            Self::Other(word) => {
                out.u8(Self::OTHER);
                out.short(word.as_str());
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Reason> {
        match reader.u8()? {
            1 => Ok(Self::Registration),
            2 => Ok(Self::Login),
            3 => Ok(Self::Reverification),
            4 => Ok(Self::GovernmentService),
            Self::OTHER => reader.token().map(Self::Other),
            _ => Err(Reason::Code),
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Registration => "registration",
            Self::Login => "login",
            Self::Reverification => "re-verification",
            Self::GovernmentService => "government service",
            Self::Other(word) => word.as_str(),
        })
    }
}

/// The kind of answer that a request wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// A presentation of a credential.
    Presentation,
    /// A login, which needs none.
    Login,
}

/// A platform's question, in its canonical bytes: the platform keeps it, and the person answers
/// exactly it.
///
/// Wire length: at most 29,514 bytes (SPEC §14.12). An answered request is the entry in the
/// person's own history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    authority: AuthorityId,
    platform: PlatformId,
    label: Option<Token>,
    wanted: Wanted,
    purpose: Purpose,
    nonce: Nonce,
    expires: UnixTime,
    slots: Vec<Slot>,
    disclosures: Vec<Token>,
    conditions: Vec<(u8, Condition)>,
    statement: Option<String>,
    notice: Option<[u8; 32]>,
    digest: RequestDigest,
}

impl Request {
    /// The authority whose enrollment the answer's 网号 belongs to.
    #[must_use]
    pub const fn authority(&self) -> &AuthorityId {
        &self.authority
    }

    /// The platform that asks, by its own word. A [`Received`](crate::Received) request's is the
    /// authenticated one.
    #[must_use]
    pub const fn platform(&self) -> &PlatformId {
        &self.platform
    }

    /// The application of the platform.
    #[must_use]
    pub const fn label(&self) -> Option<&Token> {
        self.label.as_ref()
    }

    /// Which answer it wants.
    #[must_use]
    pub const fn wanted(&self) -> Wanted {
        self.wanted
    }

    /// Why it asks.
    #[must_use]
    pub const fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// The nonce, with which the answer begins: the platform finds the request by it, and
    /// recognises a replay.
    #[must_use]
    pub const fn nonce(&self) -> &Nonce {
        &self.nonce
    }

    /// The last second at which it can be answered.
    #[must_use]
    pub const fn expires(&self) -> UnixTime {
        self.expires
    }

    /// The slots of which a credential is accepted: one to three for a presentation, none for a
    /// login.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The names of the attributes to disclose, ascending.
    #[must_use]
    pub fn disclosures(&self) -> &[Token] {
        &self.disclosures
    }

    /// Conditions on disclosed attributes.
    pub fn conditions(&self) -> impl ExactSizeIterator<Item = (&Token, &Condition)> {
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

    /// With the digest, once all else is in place.
    fn hashed(mut self) -> Self {
        self.digest = RequestDigest::of(&encode(&self));
        self
    }

    /// Where the answer's 网号 belongs.
    pub(crate) fn scope(&self) -> Scope {
        Scope::new(self.authority, self.platform, self.label)
    }

    pub(crate) fn check_wanted(&self, wanted: Wanted) -> Result<(), Error> {
        if self.wanted == wanted { Ok(()) } else { Err(Error::WrongAnswer) }
    }

    /// Whether the time is not over, by the platform's clock.
    pub(crate) fn check_time(&self, now: UnixTime) -> Result<(), Error> {
        if now <= self.expires { Ok(()) } else { Err(Error::Expired) }
    }

    /// Whether the time is not over by the holder's clock, which may be another than the
    /// platform's, and not too far away for any platform's (SPEC §11, step 2).
    pub(crate) fn check_time_of_holder(&self, now: UnixTime) -> Result<(), Error> {
        if now > self.expires.plus(SKEW) {
            Err(Error::Expired)
        } else if self.expires > now.plus(MAX_LIFE + SKEW) {
            Err(Error::Range)
        } else {
            Ok(())
        }
    }

    /// The indices in the schema of the disclosed attributes, in the request's order, if the
    /// request fits the schema (SPEC §10.2).
    pub(crate) fn indices(&self, schema: &Schema) -> Result<Vec<u8>, Error> {
        let index = |name: &Token| schema.index(name.as_str());
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

/// What is asked, line by line, as a consent screen without words of its own can show it. The
/// platform stands first; its name is authenticated if the request was
/// [`Received`](crate::Received).
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.platform)?;
        if let Some(label) = &self.label {
            write!(f, " ({label})")?;
        }
        let wanted = match self.wanted {
            Wanted::Presentation => "a presentation of your credential",
            Wanted::Login => "a login with the identifier that it knows",
        };
        write!(f, " asks for {wanted}\npurpose: {}", self.purpose)?;
        for name in &self.disclosures {
            write!(f, "\nshows: {name}")?;
        }
        for (name, condition) in self.conditions() {
            write!(f, "\ncondition: {name} {condition}")?;
        }
        if let Some(statement) = &self.statement {
            for line in statement.lines() {
                write!(f, "\nyou sign: {line}")?;
            }
        }
        if let Some(notice) = &self.notice {
            f.write_str("\nnotice: ")?;
            notice.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        }
        Ok(())
    }
}

impl Message for Request {}

impl Body for Request {
    const KIND: u8 = 11;
    const NAME: &'static str = "Request";

    fn write(&self, out: &mut impl Sink) {
        out.short(self.authority.as_str());
        out.short(self.platform.as_str());
        out.short(self.label.as_ref().map_or("", |label| label.as_str()));
        out.u8(match self.wanted {
            Wanted::Presentation => 1,
            Wanted::Login => 2,
        });
        self.purpose.write(out);
        out.put(&self.nonce.0);
        out.u64(self.expires.0);
        out.u8(self.slots.len() as u8);
        for slot in &self.slots {
            slot.write(out);
        }
        out.u8(self.disclosures.len() as u8);
        for name in &self.disclosures {
            out.short(name.as_str());
        }
        Condition::write_all(&self.conditions, out);
        out.u8(u8::from(self.statement.is_some()));
        if let Some(statement) = &self.statement {
            out.put(&(statement.len() as u16).to_be_bytes());
            out.put(statement.as_bytes());
        }
        out.u8(u8::from(self.notice.is_some()));
        if let Some(notice) = &self.notice {
            out.put(notice);
        }
        out.u8(0);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Reason> {
        let authority = reader.authority_id()?;
        let platform = reader.platform_id()?;
        let label = reader.optional_token()?;
        let wanted = match reader.u8()? {
            1 => Wanted::Presentation,
            2 => Wanted::Login,
            _ => return Err(Reason::Code),
        };
        let purpose = Purpose::read(reader)?;
        let nonce = Nonce(reader.array()?);
        let expires = UnixTime(reader.u64()?);
        let slots = read_slots(reader, wanted)?;
        let disclosures = read_disclosures(reader, wanted)?;
        let conditions = Condition::read_all(reader, disclosures.len())?;
        let statement = if reader.flag()? {
            let length = usize::from(reader.u16()?);
            if length > MAX_STATEMENT {
                return Err(Reason::Range);
            }
            Some(reader.text(length)?.into())
        } else {
            None
        };
        let notice = if reader.flag()? { Some(reader.array()?) } else { None };
        reader.no_extensions()?;
        Ok(Self {
            authority,
            platform,
            label,
            wanted,
            purpose,
            nonce,
            expires,
            slots,
            disclosures,
            conditions,
            statement,
            notice,
            digest: RequestDigest([0; 32]),
        }
        .hashed())
    }
}

impl Slot {
    pub(crate) fn write(&self, out: &mut impl Sink) {
        out.put(&self.parameters.0);
        out.u64(self.epoch.0);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Reason> {
        Ok(Self { parameters: ParametersId(reader.array()?), epoch: Epoch(reader.u64()?) })
    }
}

fn read_slots(reader: &mut Reader<'_>, wanted: Wanted) -> Result<Vec<Slot>, Reason> {
    let count = reader.count(MAX_SLOTS)?;
    if (count == 0) != (wanted == Wanted::Login) {
        return Err(Reason::Range);
    }
    let mut slots = Vec::with_capacity(count);
    for _ in 0..count {
        let slot = Slot::read(reader)?;
        if slots.contains(&slot) {
            return Err(Reason::Order);
        }
        slots.push(slot);
    }
    Ok(slots)
}

fn read_disclosures(reader: &mut Reader<'_>, wanted: Wanted) -> Result<Vec<Token>, Reason> {
    let count = reader.count(MAX_ATTRIBUTES)?;
    if count > 0 && wanted == Wanted::Login {
        return Err(Reason::Range);
    }
    let mut disclosures = Vec::new();
    for _ in 0..count {
        let name = reader.token()?;
        if disclosures.last().is_some_and(|last| *last >= name) {
            return Err(Reason::Order);
        }
        disclosures.push(name);
    }
    Ok(disclosures)
}
