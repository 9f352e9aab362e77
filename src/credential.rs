//! 网证, the credential, and its life in four acts.
//!
//! | act | who | what the holder keeps | what the authority keeps |
//! |---|---|---|---|
//! | [`enroll`], once | holder → authority | – | person and C_u, in its registry |
//! | [`issue`], each epoch | holder ↔ authority | [`Credential`]: (A, e, W), epoch, values | nothing new |
//! | [`evidence`], ahead of use | holder ↔ authority, anonymously | 32 [`Evidence`](evidence::item::Evidence) items | a session, until it has answered once |
//! | [`present`], at a platform | holder → platform | its history | – |
//!
//! A credential is an algebraic MAC: A = (x + e)^{-1}·M with M = B_t + C_u + Σ m_i H_i. It never
//! leaves the device. What does is a randomised (Ā, B̄) = (r·A, r·W) with evidence that
//! B̄ = x·Ā, and a proof of knowledge of r, e, the secrets in C_u and the hidden attributes.

pub(crate) mod attributes;
pub(crate) mod enroll;
pub(crate) mod evidence;
pub(crate) mod issue;
pub(crate) mod key;
pub(crate) mod present;
pub(crate) mod sessions;
pub(crate) mod verify;

use alloc::vec::Vec;
use core::fmt;

use curve25519_dalek::scalar::Scalar;
use zeroize::{Zeroize, Zeroizing};

use crate::digest::ParametersId;
use crate::error::{DecodeError, Reason};
use crate::group::Element;
use crate::group::xmd::Transcript;
use crate::time::Epoch;
use crate::wire::{Body, Reader, Sink, decode, encode};
use attributes::Value;

/// 网证: the authority's MAC on a holder's secrets and attributes, for one epoch.
///
/// It never leaves the device, so it is no [`Message`](crate::Message): it can be
/// [exported](Self::export) to the device's own protected storage. It is zeroized on drop and
/// does not show itself in `Debug`.
#[doc(alias = "网证")]
pub struct Credential {
    parameters: ParametersId,
    epoch: Epoch,
    values: Vec<Value>,
    A: Element,
    e: Scalar,
    W: Element,
    id: [u8; 32],
}

impl Credential {
    fn new(
        parameters: ParametersId,
        epoch: Epoch,
        values: Vec<Value>,
        A: Element,
        e: Scalar,
        W: Element,
    ) -> Self {
        let id = Transcript::new("credential")
            .part(&parameters.0)
            .part(&epoch.0.to_be_bytes())
            .part(A.bytes())
            .part(e.as_bytes())
            .h32();
        Self { parameters, epoch, values, A, e, W, id }
    }

    /// The parameters that it was issued under.
    #[must_use]
    pub const fn parameters(&self) -> &ParametersId {
        &self.parameters
    }

    /// The epoch that it is valid in.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The attribute values, in the order of the schema.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The bytes to keep in storage that only the device's owner can open: 139 bytes and the
    /// values. They are secret.
    #[must_use]
    pub fn export(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(encode(self))
    }

    /// Reads [exported](Self::export) bytes.
    ///
    /// # Errors
    /// If they are not such bytes. Storage is trusted: no signature is checked again.
    pub fn import(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(bytes)
    }
}

impl Body for Credential {
    const KIND: u8 = 16;
    const NAME: &'static str = "Credential";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.parameters.0);
        out.u64(self.epoch.0);
        out.element(&self.A);
        out.scalar(&self.e);
        out.element(&self.W);
        Value::write_all(&self.values, out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Reason> {
        let parameters = ParametersId(reader.array()?);
        let epoch = Epoch(reader.u64()?);
        let A = reader.element()?;
        let e = reader.scalar()?;
        let W = reader.element()?;
        let values = Value::read_all(reader)?;
        Ok(Self::new(parameters, epoch, values, A, e, W))
    }
}

impl Drop for Credential {
    fn drop(&mut self) {
        self.values.iter_mut().for_each(Zeroize::zeroize);
        self.A.zeroize();
        self.e.zeroize();
        self.W.zeroize();
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}
