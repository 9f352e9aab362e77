//! What is about to be sent: exactly the bytes that the holder's own check has passed (SPEC §11).

use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use zeroize::Zeroize;

use crate::error::Error;
use crate::wire::{Body, encode};

/// The bytes of a message that has passed the holder's own check, to be sent as they are.
pub struct Outgoing<M> {
    bytes: Vec<u8>,
    message: PhantomData<fn() -> M>,
}

impl<M: Body> Outgoing<M> {
    /// Encodes a message and checks what can be read back from the encoding. If that does not pass,
    /// the bytes are erased.
    pub(crate) fn checked(
        message: &M,
        check: impl FnOnce(&M) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let mut bytes = encode(message);
        let again = crate::wire::decode(&bytes).map_err(|_| Error::Fault);
        // Whatever went wrong, it went wrong on this machine.
        if again.and_then(|message| check(&message)).is_err() {
            bytes.zeroize();
            return Err(Error::Fault);
        }
        Ok(Self { bytes, message: PhantomData })
    }
}

impl<M> Outgoing<M> {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl<M> From<Outgoing<M>> for Vec<u8> {
    fn from(message: Outgoing<M>) -> Self {
        message.bytes
    }
}

impl<M> AsRef<[u8]> for Outgoing<M> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl<M> fmt::Debug for Outgoing<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outgoing({} bytes)", self.bytes.len())
    }
}
