//! Ed25519 over bytes behind a prefix (§8, §10), verified strictly.

use std::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::base64url;

/// The public key of a registrar or of a parameter list's signer, that can be pinned: 32 bytes
/// that are a point, not of small order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// The 32 bytes are no point, or one of small order, whose signatures mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeakKey;

impl fmt::Display for WeakKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no key, or a weak one")
    }
}

impl std::error::Error for WeakKey {}

impl PublicKey {
    /// A key to pin.
    ///
    /// # Errors
    /// [`WeakKey`].
    pub fn new(bytes: &[u8; 32]) -> Result<Self, WeakKey> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| WeakKey)?;
        if key.is_weak() { Err(WeakKey) } else { Ok(Self(key)) }
    }

    /// The 32 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Variable-time, as everything in it is public.
    pub(crate) fn verifies(&self, prefix: &[u8], bytes: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        self.0.verify_strict(&behind(prefix, bytes), &signature).is_ok()
    }
}

impl From<&SigningKey> for PublicKey {
    fn from(key: &SigningKey) -> Self {
        Self(key.verifying_key())
    }
}

pub(crate) fn sign(key: &SigningKey, prefix: &[u8], bytes: &[u8]) -> [u8; 64] {
    key.sign(&behind(prefix, bytes)).to_bytes()
}

pub(crate) fn behind(prefix: &[u8], bytes: &[u8]) -> Vec<u8> {
    [prefix, bytes].concat()
}

impl Serialize for PublicKey {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        base64url::serialize(self.to_bytes(), to)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::new(&base64url::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}
