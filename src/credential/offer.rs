//! What the authority offers to certify, and what it keeps of it (SPEC §8.1).

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use curve25519_dalek::ristretto::RistrettoPoint;
use zeroize::{Zeroize, Zeroizing};

use super::attributes::Value;
use super::commitment::Commitment;
use super::message;
use crate::error::{DecodeError, DecodeReason, Error};
use crate::group::Element;
use crate::rng::SecureRng;
use crate::stored::StorageKey;
use crate::time::{Slot, UnixTime};
use crate::wire::{Body, Message, Reader, Sink};
#[cfg(test)]
use crate::{ids::ParametersId, time::Epoch};

/// The longest life of an offer.
const MAX_LIFE: Duration = Duration::from_secs(600);

/// What the authority is ready to certify for a registered commitment in the present slot.
///
/// Wire length: 107 bytes and the values.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuanceOffer {
    pub(super) slot: Slot,
    pub(super) nonce: [u8; 32],
    pub(super) commitment: Commitment,
    pub(super) values: Vec<Value>,
}

impl IssuanceOffer {
    /// The slot of the credential.
    #[must_use]
    pub const fn slot(&self) -> &Slot {
        &self.slot
    }

    /// The commitment of the person whose credential it is to be.
    #[must_use]
    pub const fn commitment(&self) -> &Commitment {
        &self.commitment
    }

    /// The attribute values in the order of the schema, to be shown to the person.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The number by which the authority finds its open offer again.
    #[must_use]
    pub const fn nonce(&self) -> &[u8; 32] {
        &self.nonce
    }

    /// An offer without values.
    #[cfg(test)]
    pub(crate) const fn of(commitment: Commitment) -> Self {
        let slot = Slot { parameters: ParametersId([0; 32]), epoch: Epoch(0) };
        Self { slot, nonce: [0; 32], commitment, values: Vec::new() }
    }

    /// M, from B_t. Constant-time in the values.
    pub(super) fn message(
        &self,
        base: RistrettoPoint,
        fixed: &[RistrettoPoint],
    ) -> Result<Element, Error> {
        Element::new(message(base, &self.commitment, &self.values, fixed))
    }
}

impl Drop for IssuanceOffer {
    fn drop(&mut self) {
        self.values.iter_mut().for_each(Zeroize::zeroize);
    }
}

impl fmt::Debug for IssuanceOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuanceOffer").field("epoch", &self.slot.epoch).finish_non_exhaustive()
    }
}

/// An offer that this authority opened itself. Only on such an offer can it issue.
///
/// Keep it in memory, or in its stored form (147 bytes and the values).
#[derive(Clone)]
pub struct OpenOffer {
    pub(super) offer: IssuanceOffer,
    pub(super) expires: UnixTime,
}

impl OpenOffer {
    /// Opens an offer of values that fit the schema of the slot.
    pub(crate) fn new(
        slot: Slot,
        commitment: Commitment,
        values: Vec<Value>,
        expires: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Self {
        let mut nonce = [0; 32];
        rng.fill_bytes(&mut nonce);
        Self { offer: IssuanceOffer { slot, nonce, commitment, values }, expires }
    }

    /// When an offer with this life expires.
    pub(crate) fn expiry(life: Duration, now: UnixTime) -> Result<UnixTime, Error> {
        if life > MAX_LIFE { Err(Error::Range) } else { now.after(life) }
    }

    /// What to send to the holder.
    #[must_use]
    pub const fn offer(&self) -> &IssuanceOffer {
        &self.offer
    }

    /// The last second at which it can be answered.
    #[must_use]
    pub const fn expires(&self) -> UnixTime {
        self.expires
    }

    /// The bytes to keep (SPEC §14.16). They show the person's values.
    #[must_use]
    pub fn store(&self, key: &StorageKey) -> Zeroizing<Vec<u8>> {
        key.store(self)
    }

    /// Reads [stored](Self::store) bytes.
    ///
    /// # Errors
    /// If the bytes are not a stored offer, or were not stored under this key.
    pub fn load(stored: &[u8], key: &StorageKey) -> Result<Self, DecodeError> {
        key.load(stored)
    }
}

impl fmt::Debug for OpenOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenOffer").field("expires", &self.expires).finish_non_exhaustive()
    }
}

impl Message for IssuanceOffer {}

impl Body for IssuanceOffer {
    const KIND: u8 = 4;
    const NAME: &'static str = "IssuanceOffer";

    fn write(&self, out: &mut impl Sink) {
        self.slot.write(out);
        out.put(&self.nonce);
        out.element(self.commitment.element());
        Value::write_all(&self.values, out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self {
            slot: Slot::read(reader)?,
            nonce: reader.array()?,
            commitment: Commitment::read(reader)?,
            values: Value::read_all(reader)?,
        })
    }
}

impl Body for OpenOffer {
    const KIND: u8 = 49;
    const NAME: &'static str = "OpenOffer";

    fn write(&self, out: &mut impl Sink) {
        self.offer.write(out);
        out.u64(self.expires.0);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self { offer: IssuanceOffer::read(reader)?, expires: UnixTime(reader.u64()?) })
    }
}
