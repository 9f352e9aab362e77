//! Encryption of what stands on the disk: XChaCha20-Poly1305 under a key of the person's.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use pairnym::rand_core::Rng as _;
use zeroize::Zeroizing;

use crate::{Failure, rng};

const NONCE: usize = 24;

/// What opens a wallet.
///
/// A short PIN alone does not protect a file that somebody has copied: whoever has it tries them
/// all. A key that a keystore, a security chip or a server hands out after the PIN does.
pub enum Lock {
    /// A passphrase, through argon2id.
    Passphrase(Zeroizing<String>),
    /// 32 bytes from a keystore of the caller's.
    Key(Zeroizing<[u8; 32]>),
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lock(..)")
    }
}

/// What trying one passphrase costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for Cost {
    /// 64 MiB, three passes: the second recommendation of RFC 9106 §4, in one lane.
    fn default() -> Self {
        Self { memory: 65_536, passes: 3 }
    }
}

/// The beginning of a vault: how its key is derived. 28 bytes: magic, version, whether there is a
/// passphrase, memory, passes, salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// None for a key from a keystore.
    cost: Option<Cost>,
    salt: [u8; 16],
}

const MAGIC: &[u8; 2] = b"pn";
const VERSION: u8 = 1;

/// What files from elsewhere may make this device do at most.
const MOST: Cost = Cost { memory: 1_048_576, passes: 64 };

impl Header {
    pub(crate) const LENGTH: usize = 28;

    pub(crate) fn new(lock: &Lock, cost: Cost) -> Self {
        let mut salt = [0; 16];
        rng().fill_bytes(&mut salt);
        let cost = matches!(lock, Lock::Passphrase(_)).then_some(cost);
        Self { cost, salt }
    }

    pub(crate) fn to_bytes(self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        let Cost { memory, passes } = self.cost.unwrap_or(Cost { memory: 0, passes: 0 });
        bytes[..2].copy_from_slice(MAGIC);
        bytes[2] = VERSION;
        bytes[3] = self.cost.is_some().into();
        bytes[4..8].copy_from_slice(&memory.to_be_bytes());
        bytes[8..12].copy_from_slice(&passes.to_be_bytes());
        bytes[12..].copy_from_slice(&self.salt);
        bytes
    }

    /// Nothing for other bytes than [`to_bytes`](Self::to_bytes) gives.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; Self::LENGTH] = bytes.get(..Self::LENGTH)?.try_into().ok()?;
        let number = |at: usize| {
            let four = bytes[at..at + 4].try_into().unwrap_or_default();
            u32::from_be_bytes(four)
        };
        let mut salt = [0; 16];
        salt.copy_from_slice(&bytes[12..]);
        let cost = Cost { memory: number(4), passes: number(8) };
        let known = cost.memory <= MOST.memory && cost.passes <= MOST.passes;
        let cost = (bytes[3] != 0).then_some(cost);
        let header = Self { cost, salt };
        (known && header.to_bytes() == bytes).then_some(header)
    }

    /// The key. Takes as long as the cost says.
    pub(crate) fn key(&self, lock: &Lock) -> Result<Key, Failure> {
        let mut key = Zeroizing::new([0; 32]);
        match (lock, self.cost) {
            (Lock::Key(given), None) => key.copy_from_slice(&given[..]),
            (Lock::Passphrase(passphrase), Some(Cost { memory, passes })) => {
                let params = Params::new(memory, passes, 1, Some(32));
                let params = params.map_err(|_| Failure::Damaged("vault"))?;
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                    .hash_password_into(passphrase.as_bytes(), &self.salt, &mut key[..])
                    .map_err(|_| Failure::WrongPassphrase)?;
            }
            _ => return Err(Failure::WrongPassphrase),
        }
        Ok(Key(key))
    }
}

/// Encrypts a wallet's files.
pub(crate) struct Key(Zeroizing<[u8; 32]>);

impl Key {
    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }

    /// A fresh nonce, the encrypted bytes, a tag. `place` says what they are: they open nowhere else.
    pub(crate) fn seal(&self, place: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        rng().fill_bytes(&mut nonce);
        let payload = Payload { msg: plain, aad: place };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        // It fails for more than 256 GiB only.
        let sealed = sealed.expect("files of a wallet are small");
        [&nonce[..], &sealed].concat()
    }

    /// Nothing unless these bytes were sealed with this key for this place.
    pub(crate) fn open(&self, place: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: place };
        let plain = self.cipher().decrypt(&XNonce::from(*nonce), payload);
        plain.ok().map(Zeroizing::new)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}
