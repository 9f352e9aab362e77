//! 网证, the credential, and its life in four steps, of which three are here.
//!
//! | step | who | what the holder keeps | what the authority keeps |
//! |---|---|---|---|
//! | [`enroll`], once | holder → authority | – | person and C_u, in its registry |
//! | [`issue`], each slot | holder ↔ authority | [`Credential`]: (A, e, W), C_u, slot, values | nothing new |
//! | [`evidence`], with it | holder ↔ authority | k × 32 [`Evidence`](evidence::item::Evidence) items | a session, until it has answered once |
//! | [`presentation`](crate::answer::presentation), at a platform | holder → platform | its history | – |
//!
//! A credential is an algebraic MAC: A = (x + e)^{-1}·M with M = B_t + C_u + Σ m_i H_i. It never
//! leaves the device. What leaves is a randomised pair (Ā, B̄) = (r·A, r·W), with evidence that
//! B̄ = x·Ā and a proof of knowledge of r, e, the secrets in C_u and the hidden attributes.

pub(crate) mod attributes;
pub(crate) mod commitment;
pub(crate) mod enroll;
pub(crate) mod evidence;
pub(crate) mod issue;
pub(crate) mod key;
pub(crate) mod offer;
#[cfg(test)]
mod tests;
pub(crate) mod ticket;

use alloc::vec::Vec;
use core::fmt;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::MultiscalarMul;
use subtle::{ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, Zeroizing};

use crate::error::{DecodeReason, Error};
use crate::group::Element;
use crate::group::generators::{self, Generators};
use crate::group::transcript::Transcript;
use crate::parameters::credential_base;
use crate::time::Slot;
use crate::wire::{Body, Reader, Sink, encode};
use attributes::Value;
use commitment::Commitment;

/// 网证: the authority's MAC on a holder's secrets and attributes, for one slot.
///
/// It never leaves the device, so it is not a [`Message`](crate::Message):
/// [`Holder::store_credential`](crate::holder::Holder::store_credential) gives the bytes for the
/// device's own protected storage. It is zeroized on drop and does not show itself in `Debug`.
#[doc(alias = "网证")]
pub struct Credential {
    slot: Slot,
    commitment: Commitment,
    values: Vec<Value>,
    A: Element,
    e: Scalar,
    W: Element,
    id: [u8; 32],
    /// M = W + e·A once it has been checked that this is B_t + C_u + Σ m_i H_i.
    M: RistrettoPoint,
}

impl Credential {
    fn new(
        slot: Slot,
        commitment: Commitment,
        values: Vec<Value>,
        A: Element,
        e: Scalar,
        W: Element,
    ) -> Self {
        let M = W.point() + A.point() * e;
        let mut credential = Self { slot, commitment, values, A, e, W, id: [0; 32], M };
        let encoding = Zeroizing::new(encode(&credential));
        credential.id = Transcript::new("credential").part(&encoding).h32();
        credential
    }

    /// The slot in which it is valid.
    #[must_use]
    pub const fn slot(&self) -> &Slot {
        &self.slot
    }

    /// The attribute values, in the order of the schema.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// e.
    pub(crate) const fn tag(&self) -> &Scalar {
        &self.e
    }

    /// Whether it is the credential of the holder with this commitment (SPEC §8.4).
    pub(crate) fn check_owner(&self, commitment: &Commitment) -> Result<(), Error> {
        if self.commitment == *commitment { Ok(()) } else { Err(Error::ForeignCredential) }
    }

    /// Whether W + e·A = B_t + C_u + Σ m_i H_i (SPEC §8.4). Constant-time but for the result.
    ///
    /// The generators are those for the largest schema of the holder's list.
    pub(crate) fn check_whole(&self, generators: &Generators) -> Result<(), Error> {
        let M = if generators.suffice(self.values.len()) {
            message(
                credential_base(&self.slot),
                &self.commitment,
                &self.values,
                generators.points(),
            )
        } else {
            // Of an entry that is no longer on the list.
            let more = generators::generators(self.values.len());
            message(credential_base(&self.slot), &self.commitment, &self.values, &more)
        };
        let whole = M.ct_eq(&(self.W.point() + self.A.point() * self.e)) & M.ct_eq(&self.M);
        if bool::from(whole) { Ok(()) } else { Err(Error::Fault) }
    }
}

/// M = B_t + C_u + Σ m_i H_i, from B_t. Constant-time in the values.
pub(crate) fn message(
    base: RistrettoPoint,
    commitment: &Commitment,
    values: &[Value],
    fixed: &[RistrettoPoint],
) -> RistrettoPoint {
    let mut M = base + commitment.element().point();
    let (mut m, mut bases) = (Vec::with_capacity(values.len()), Vec::with_capacity(values.len()));
    for (value, base) in values.iter().zip(generators::attributes(fixed, values.len())) {
        if let Value::Flag(flag) = value {
            // H or nothing.
            let nothing = RistrettoPoint::default();
            M += RistrettoPoint::conditional_select(&nothing, base, u8::from(*flag).into());
        } else {
            m.push(Zeroizing::new(value.scalar()));
            bases.push(base);
        }
    }
    M + RistrettoPoint::multiscalar_mul(m.iter().map(|m| &**m), bases)
}

impl Body for Credential {
    const KIND: u8 = 16;
    const NAME: &'static str = "Credential";

    fn write(&self, out: &mut impl Sink) {
        self.slot.write(out);
        out.element(self.commitment.element());
        out.element(&self.A);
        out.scalar(&self.e);
        out.element(&self.W);
        Value::write_all(&self.values, out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        let slot = Slot::read(reader)?;
        let commitment = Commitment::read(reader)?;
        let A = reader.element()?;
        let e = reader.scalar()?;
        let W = reader.element()?;
        let values = Value::read_all(reader)?;
        Ok(Self::new(slot, commitment, values, A, e, W))
    }
}

impl Drop for Credential {
    fn drop(&mut self) {
        self.values.iter_mut().for_each(Zeroize::zeroize);
        self.A.zeroize();
        self.e.zeroize();
        self.W.zeroize();
        self.M.zeroize();
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("epoch", &self.slot.epoch).finish_non_exhaustive()
    }
}
