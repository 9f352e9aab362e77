//! What an authority publishes (SPEC §4.3): the same for everybody, or it is a name tag.

use alloc::vec::Vec;
use core::num::NonZeroU32;

use curve25519_dalek::ristretto::RistrettoPoint;

use crate::credential::attributes::Schema;
use crate::digest::ParametersId;
use crate::error::{Error, Reason};
use crate::group::Element;
use crate::group::xmd::Transcript;
use crate::scope::AuthorityId;
use crate::time::{Epoch, UnixTime};
use crate::wire::{Body, Message, Reader, Sink, encode};

/// The only suite of version 1: ristretto255 and SHA-512.
const SUITE: u8 = 1;

/// An authority's public key, schema and epoch length.
///
/// Wire length: 41 bytes, the authority id, and for each attribute 2 bytes and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityParameters {
    authority: AuthorityId,
    key: PublicKey,
    epoch_length: NonZeroU32,
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
    pub(crate) fn new(
        authority: AuthorityId,
        key: Element,
        epoch_length: NonZeroU32,
        schema: Schema,
    ) -> Self {
        let mut parameters = Self {
            authority,
            key: PublicKey(key),
            epoch_length,
            schema,
            id: ParametersId([0; 32]),
        };
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

    /// The epoch of a time.
    #[must_use]
    pub const fn epoch(&self, time: UnixTime) -> Epoch {
        Epoch(time.0 / self.epoch_length.get() as u64)
    }

    /// X.
    pub(crate) const fn key(&self) -> &Element {
        &self.key.0
    }

    /// B_t (SPEC §4.4).
    pub(crate) fn credential_base(&self, epoch: Epoch) -> RistrettoPoint {
        Transcript::new("credential-base").part(&self.id.0).part(&epoch.0.to_be_bytes()).element()
    }
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
        self.schema.write(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Reason> {
        if reader.u8()? != SUITE {
            return Err(Reason::Code);
        }
        let authority = reader.authority_id()?;
        let key = reader.element()?;
        let epoch_length = NonZeroU32::new(reader.u32()?).ok_or(Reason::Range)?;
        let schema = Schema::read(reader)?;
        Ok(Self::new(authority, key, epoch_length, schema))
    }
}

/// The parameters that a holder accepts: one authority, an entry for each of its keys.
///
/// The application ships this list, or takes it from a public log that proves it to be the same
/// for all. Accepting what the authority sends would let it mark a person with parameters of
/// their own (SPEC §17).
#[derive(Clone, Debug)]
pub struct PinnedParameters {
    authority: AuthorityId,
    entries: Vec<AuthorityParameters>,
}

impl PinnedParameters {
    /// The list begins with the parameters in force when the application was made.
    #[must_use]
    pub fn new(parameters: AuthorityParameters) -> Self {
        let authority = parameters.authority;
        Self { authority, entries: alloc::vec![parameters] }
    }

    /// Adds an entry for a further key or schema of the same authority.
    ///
    /// # Errors
    /// [`Error::ForeignAuthority`].
    pub fn pin(&mut self, parameters: AuthorityParameters) -> Result<(), Error> {
        if parameters.authority != self.authority {
            return Err(Error::ForeignAuthority);
        }
        if self.find(&parameters.id).is_err() {
            self.entries.push(parameters);
        }
        Ok(())
    }

    /// The authority.
    #[must_use]
    pub const fn authority(&self) -> &AuthorityId {
        &self.authority
    }

    /// The entry with this id.
    ///
    /// # Errors
    /// [`Error::UnpinnedParameters`].
    pub fn find(&self, id: &ParametersId) -> Result<&AuthorityParameters, Error> {
        let found = self.entries.iter().find(|entry| entry.id == *id);
        found.ok_or(Error::UnpinnedParameters)
    }

    /// All entries, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &AuthorityParameters> {
        self.entries.iter()
    }
}
