//! Parameter lists, signed by the keys that wallets and platforms pin (§10).

use std::fmt;

use ed25519_dalek::SigningKey;
use pairnym::{DecodeError, Message, ParameterList};
use serde::{Deserialize, Serialize};

use crate::envelope::envelopes;
use crate::signature::{PublicKey, sign};
use crate::{base64url, object};

const PREFIX: &[u8] = b"pairnym-v1/list\0";
const MAX_SIGNATURES: usize = 16;

/// A list with signatures; it counts once it is [verified](Self::verify).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedList {
    /// The bytes of a `ParameterList`.
    #[serde(with = "base64url")]
    pub list: Vec<u8>,
    /// At most 16.
    #[serde(deserialize_with = "object::list")]
    pub signatures: Vec<ListSignature>,
}

/// One signature of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListSignature {
    /// The signer's key.
    #[serde(with = "base64url")]
    pub key: [u8; 32],
    /// The signature.
    #[serde(with = "base64url")]
    pub signature: [u8; 64],
}

envelopes! { SignedList: "list" }

/// Why a list is not adopted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListError {
    /// More than 16 signatures.
    TooManySignatures,
    /// A signature that is not that of the pinned key it names.
    Signature,
    /// Fewer pinned keys than needed have signed it.
    TooFewSignatures,
    /// It does not decode.
    Decode(DecodeError),
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManySignatures => f.write_str("more than 16 signatures"),
            Self::Signature => f.write_str("wrong signature of a pinned key"),
            Self::TooFewSignatures => f.write_str("too few pinned keys have signed the list"),
            Self::Decode(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ListError {}

impl SignedList {
    /// A list, signed by these.
    #[must_use]
    pub fn new(list: &ParameterList, signers: &[SigningKey]) -> Self {
        let list = list.to_bytes();
        let signature = |key: &SigningKey| ListSignature {
            key: PublicKey::from(key).to_bytes(),
            signature: sign(key, PREFIX, &list),
        };
        Self { signatures: signers.iter().map(signature).collect(), list }
    }

    /// The list, if at least `threshold` of the pinned keys have signed it, to be adopted by the
    /// core. With a threshold of 0 nothing is authenticated; it is taken for 1. Variable-time.
    ///
    /// # Errors
    /// [`ListError`].
    pub fn verify(
        &self,
        pinned: &[PublicKey],
        threshold: usize,
    ) -> Result<ParameterList, ListError> {
        if self.signatures.len() > MAX_SIGNATURES {
            return Err(ListError::TooManySignatures);
        }
        let mut signers = Vec::new();
        for ListSignature { key, signature } in &self.signatures {
            let Some(pinned) = pinned.iter().find(|pinned| pinned.to_bytes() == *key) else {
                continue;
            };
            if !pinned.verifies(PREFIX, &self.list, signature) {
                return Err(ListError::Signature);
            }
            if !signers.contains(key) {
                signers.push(*key);
            }
        }
        if signers.len() < threshold.max(1) {
            return Err(ListError::TooFewSignatures);
        }
        ParameterList::from_bytes(&self.list).map_err(ListError::Decode)
    }
}
