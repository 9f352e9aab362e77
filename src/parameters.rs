//! What belongs to one key of an authority (SPEC §4.3).

pub(crate) mod list;

use core::num::{NonZeroU8, NonZeroU32};
use core::time::Duration;

use curve25519_dalek::ristretto::RistrettoPoint;

use crate::credential::attributes::Schema;
use crate::credential::key::AuthorityKey;
use crate::error::{DecodeReason, Error};
use crate::group::Element;
use crate::group::transcript::Transcript;
use crate::ids::ParametersId;
use crate::name::AuthorityId;
use crate::time::{Epoch, Slot, UnixTime};
use crate::wire::{Body, Message, Reader, Sink, encode};

/// The only suite of version 1: ristretto255 and SHA-512.
const SUITE: u8 = 1;

/// The shortest epoch, in seconds.
const MIN_EPOCH_LENGTH: u32 = 3600;

/// An authority's public key, with the epoch length, the number of evidence batches and the
/// schema of its credentials.
///
/// They are used only as an entry of a [`ParameterList`](crate::ParameterList): parameters that an
/// authority shows to a single person would identify that person.
///
/// Wire length: 42 bytes, the authority id, and for each attribute 2 bytes and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityParameters {
    authority: AuthorityId,
    key: PublicKey,
    epoch_length: NonZeroU32,
    batches: NonZeroU8,
    schema: Schema,
    id: ParametersId,
}

/// X.
#[derive(Clone, Copy, PartialEq, Eq)]
struct PublicKey(Element);

impl core::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl AuthorityParameters {
    /// The parameters of an authority's key: the length of its epochs in whole seconds, and the
    /// number of batches of [`EVIDENCE_BATCH`](crate::message::EVIDENCE_BATCH) items of evidence
    /// that come with each credential.
    ///
    /// # Errors
    /// [`Error::Range`] for an epoch of less than an hour or of 2^32 seconds or more, and for no
    /// batches.
    pub fn new(
        key: &AuthorityKey,
        authority: AuthorityId,
        epoch_length: Duration,
        batches: u8,
        schema: Schema,
    ) -> Result<Self, Error> {
        let epoch_length = u32::try_from(epoch_length.as_secs()).ok().and_then(long_enough);
        let batches = NonZeroU8::new(batches).ok_or(Error::Range)?;
        let epoch_length = epoch_length.ok_or(Error::Range)?;
        Ok(Self::hashed(authority, *key.public(), epoch_length, batches, schema))
    }

    fn hashed(
        authority: AuthorityId,
        key: Element,
        epoch_length: NonZeroU32,
        batches: NonZeroU8,
        schema: Schema,
    ) -> Self {
        let key = PublicKey(key);
        let id = ParametersId([0; 32]);
        let mut parameters = Self { authority, key, epoch_length, batches, schema, id };
        let bytes = encode(&parameters);
        parameters.id = ParametersId(Transcript::new("parameters").part(&bytes).h32());
        parameters
    }

    /// Their hash, which every transcript binds.
    #[must_use]
    pub const fn id(&self) -> &ParametersId {
        &self.id
    }

    /// Whose they are.
    #[must_use]
    pub const fn authority(&self) -> &AuthorityId {
        &self.authority
    }

    /// The attributes of its credentials.
    #[must_use]
    pub const fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The length of an epoch in seconds.
    #[must_use]
    pub const fn epoch_length(&self) -> NonZeroU32 {
        self.epoch_length
    }

    /// The number of evidence batches that come with each credential.
    #[must_use]
    pub const fn batches(&self) -> NonZeroU8 {
        self.batches
    }

    /// The epoch of a time.
    #[must_use]
    pub const fn epoch(&self, time: UnixTime) -> Epoch {
        Epoch(time.0 / self.epoch_length.get() as u64)
    }

    /// X.
    pub(crate) const fn key(&self) -> &Element {
        &self.key.0
    }

    /// The slot of a time at which they are in force.
    pub(crate) const fn slot(&self, time: UnixTime) -> Slot {
        Slot { parameters: self.id, epoch: self.epoch(time) }
    }
}

/// B_t (SPEC §4.4), which depends on nothing but the slot.
pub(crate) fn credential_base(slot: &Slot) -> RistrettoPoint {
    Transcript::new("credential-base")
        .part(&slot.parameters.0)
        .part(&slot.epoch.0.to_be_bytes())
        .element()
}

fn long_enough(epoch_length: u32) -> Option<NonZeroU32> {
    NonZeroU32::new(epoch_length).filter(|seconds| seconds.get() >= MIN_EPOCH_LENGTH)
}

impl Message for AuthorityParameters {}

impl Body for AuthorityParameters {
    const KIND: u8 = 1;
    const NAME: &'static str = "AuthorityParameters";

    fn write(&self, out: &mut impl Sink) {
        out.u8(SUITE);
        out.short(self.authority.as_str());
        out.element(self.key());
        out.put(&self.epoch_length.get().to_be_bytes());
        out.u8(self.batches.get());
        self.schema.write(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        if reader.u8()? != SUITE {
            return Err(DecodeReason::Code);
        }
        let authority = reader.authority_id()?;
        let key = reader.element()?;
        let epoch_length = long_enough(reader.u32()?).ok_or(DecodeReason::Range)?;
        let batches = NonZeroU8::new(reader.u8()?).ok_or(DecodeReason::Range)?;
        let schema = Schema::read(reader)?;
        Ok(Self::hashed(authority, key, epoch_length, batches, schema))
    }
}
