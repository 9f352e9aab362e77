//! What a platform asks a person to prove (SPEC §10).

pub(crate) mod builder;
pub(crate) mod condition;

use alloc::vec::Vec;
use core::ops::RangeInclusive;

use crate::credential::attributes::{MAX_ATTRIBUTES, Schema, Value};
use crate::digest::{ParametersId, RequestDigest};
use crate::error::{Error, Reason};
use crate::parameters::AuthorityParameters;
use crate::scope::{PlatformId, Scope, Token};
use crate::time::{Epoch, UnixTime};
use crate::wire::{Body, Message, Reader, Sink, encode};
use condition::Condition;

/// The most epochs that a request can accept.
pub(crate) const MAX_EPOCHS: u64 = 256;

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

/// A platform's question, in its canonical bytes: the platform keeps it, and the person answers
/// exactly it.
///
/// Wire length: 97 bytes, the platform id, and what is asked for (SPEC §14.12). An answered
/// request is the entry in the person's own history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    parameters: ParametersId,
    platform: PlatformId,
    label: Option<Token>,
    purpose: Purpose,
    nonce: [u8; 32],
    epochs: (Epoch, Epoch),
    expires: UnixTime,
    disclosures: Vec<u8>,
    conditions: Vec<(u8, Condition)>,
    statement: Option<Vec<u8>>,
    notice: Option<[u8; 32]>,
    digest: RequestDigest,
}

impl Request {
    /// The parameters that the answer must use.
    #[must_use]
    pub const fn parameters(&self) -> &ParametersId {
        &self.parameters
    }

    /// The platform that asks, by its own word: compare it with the authenticated one.
    #[must_use]
    pub const fn platform(&self) -> &PlatformId {
        &self.platform
    }

    /// The application of the platform.
    #[must_use]
    pub const fn label(&self) -> Option<&Token> {
        self.label.as_ref()
    }

    /// Why it asks.
    #[must_use]
    pub const fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// The nonce, by which the platform finds the request and recognises a replay.
    #[must_use]
    pub const fn nonce(&self) -> &[u8; 32] {
        &self.nonce
    }

    /// The accepted epochs.
    #[must_use]
    pub const fn epochs(&self) -> RangeInclusive<Epoch> {
        self.epochs.0..=self.epochs.1
    }

    /// The last second at which it can be answered.
    #[must_use]
    pub const fn expires(&self) -> UnixTime {
        self.expires
    }

    /// Indices into the schema of the attributes to disclose, ascending.
    #[must_use]
    pub fn disclosures(&self) -> &[u8] {
        &self.disclosures
    }

    /// Conditions on disclosed attributes.
    #[must_use]
    pub fn conditions(&self) -> &[(u8, Condition)] {
        &self.conditions
    }

    /// What the person agrees to by answering.
    #[must_use]
    pub fn statement(&self) -> Option<&[u8]> {
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
    pub(crate) fn scope(&self, parameters: &AuthorityParameters) -> Scope {
        Scope::new(*parameters.authority(), self.platform, self.label)
    }

    /// Whether the time is not over.
    pub(crate) fn check_time(&self, now: UnixTime) -> Result<(), Error> {
        if now <= self.expires { Ok(()) } else { Err(Error::Expired) }
    }

    /// Whether attributes and operands fit the schema (SPEC §10.2).
    pub(crate) fn check_schema(&self, schema: &Schema) -> Result<(), Error> {
        let known = self.disclosures.iter().all(|index| schema.kind(*index).is_some());
        let mut conditions = self.conditions.iter();
        let fits = conditions
            .all(|(index, condition)| schema.kind(*index).is_some_and(|kind| condition.fits(kind)));
        if known && fits { Ok(()) } else { Err(Error::Schema) }
    }

    /// Whether all conditions hold. `value` finds a value by its index in the schema.
    pub(crate) fn met_by<'a>(&self, value: impl Fn(u8) -> Option<&'a Value>) -> bool {
        self.conditions
            .iter()
            .all(|(index, condition)| value(*index).is_some_and(|value| condition.holds(value)))
    }
}

impl Message for Request {}

impl Body for Request {
    const KIND: u8 = 11;
    const NAME: &'static str = "Request";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.parameters.0);
        out.short(self.platform.as_str());
        out.short(self.label.as_ref().map_or("", |label| label.as_str()));
        self.purpose.write(out);
        out.put(&self.nonce);
        out.u64(self.epochs.0.0);
        out.u64(self.epochs.1.0);
        out.u64(self.expires.0);
        out.u8(self.disclosures.len() as u8);
        out.put(&self.disclosures);
        Condition::write_all(&self.conditions, out);
        out.u8(u8::from(self.statement.is_some()));
        if let Some(statement) = &self.statement {
            out.put(&(statement.len() as u16).to_be_bytes());
            out.put(statement);
        }
        out.u8(u8::from(self.notice.is_some()));
        if let Some(notice) = &self.notice {
            out.put(notice);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Reason> {
        let parameters = ParametersId(reader.array()?);
        let platform = reader.platform_id()?;
        let label = reader.optional_token()?;
        let purpose = Purpose::read(reader)?;
        let nonce = reader.array()?;
        let epochs = (Epoch(reader.u64()?), Epoch(reader.u64()?));
        if !epochs_in_range(epochs) {
            return Err(Reason::Range);
        }
        let expires = UnixTime(reader.u64()?);
        let disclosures = read_disclosures(reader)?;
        let conditions = Condition::read_all(reader, &disclosures)?;
        let statement = if reader.flag()? {
            let length = reader.u16()?;
            Some(reader.take(usize::from(length))?.to_vec())
        } else {
            None
        };
        let notice = if reader.flag()? { Some(reader.array()?) } else { None };
        Ok(Self {
            parameters,
            platform,
            label,
            purpose,
            nonce,
            epochs,
            expires,
            disclosures,
            conditions,
            statement,
            notice,
            digest: RequestDigest([0; 32]),
        }
        .hashed())
    }
}

fn epochs_in_range((first, last): (Epoch, Epoch)) -> bool {
    last.0.checked_sub(first.0).is_some_and(|span| span < MAX_EPOCHS)
}

fn read_disclosures(reader: &mut Reader<'_>) -> Result<Vec<u8>, Reason> {
    let count = reader.count(MAX_ATTRIBUTES)?;
    let disclosures = reader.take(count)?;
    if !disclosures.is_sorted_by(|a, b| a < b) {
        return Err(Reason::Order);
    }
    if disclosures.last().is_some_and(|last| usize::from(*last) >= MAX_ATTRIBUTES) {
        return Err(Reason::Range);
    }
    Ok(disclosures.to_vec())
}
