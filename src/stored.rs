//! What is kept in storage and trusted again only because of its MAC (SPEC §14.16).

use alloc::vec::Vec;
use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::error::{DecodeError, DecodeReason};
use crate::group::transcript::Transcript;
use crate::name::AuthorityId;
use crate::wire::{Body, Sink, VERSION, decode, encode};

const MAC: usize = 32;

/// The 32-byte key under which stored forms are authenticated. A holder's is derived from the
/// master secret; an authority makes one for the processes that open tickets and offers.
///
/// It is zeroized on drop and does not show itself in `Debug`.
///
/// ```
/// # use pairnym::{authority::*, message::*, *};
/// # use std::collections::HashMap;
/// # fn example(key: &StorageKey, open: &OpenTicket, table: &mut HashMap<TransactionId, Vec<u8>>,
/// #     request: &EnrollmentRequest) -> Result<(), Error> {
/// table.insert(*open.ticket().transaction(), open.store(key));
/// // another process, later:
/// let stored = table.get(request.transaction()).ok_or(Error::Expired)?;
/// let open = OpenTicket::load(stored, key)?;
/// # Ok(()) }
/// ```
pub struct StorageKey {
    key: [u8; 32],
    authority: AuthorityId,
}

impl StorageKey {
    /// A key of 32 uniformly random bytes, for what belongs to this authority. The caller wipes
    /// its own copy.
    #[must_use]
    pub const fn new(key: [u8; 32], authority: AuthorityId) -> Self {
        Self { key, authority }
    }

    /// Constant-time in key and bytes.
    fn mac(&self, encoding: &[u8]) -> [u8; MAC] {
        Transcript::new("stored")
            .part(&self.key)
            .part(self.authority.as_str().as_bytes())
            .part(encoding)
            .h32()
    }

    /// The stored form: encoding and MAC.
    pub(crate) fn store<B: Body>(&self, body: &B) -> Zeroizing<Vec<u8>> {
        let encoding = Zeroizing::new(encode(body));
        // Never grown: growing would leave a copy of secrets behind.
        let mut stored = Zeroizing::new(Vec::with_capacity(encoding.len() + MAC));
        stored.put(&encoding);
        stored.put(&self.mac(&encoding));
        stored
    }

    /// Reads a stored form: the header, then the MAC, and only then what it vouches for.
    pub(crate) fn load<B: Body>(&self, stored: &[u8]) -> Result<B, DecodeError> {
        let refused = |reason| DecodeError::new(B::NAME, reason);
        match stored {
            [] | [VERSION] => return Err(refused(DecodeReason::Short)),
            [VERSION, kind, ..] if *kind == B::KIND => {}
            [VERSION, ..] => return Err(refused(DecodeReason::Kind)),
            _ => return Err(refused(DecodeReason::Version)),
        }
        let body = stored.len().checked_sub(MAC).filter(|length| *length >= 2);
        let (encoding, mac) = stored.split_at(body.ok_or(refused(DecodeReason::Short))?);
        if !bool::from(self.mac(encoding).ct_eq(mac)) {
            return Err(refused(DecodeReason::Mac));
        }
        decode(encoding)
    }
}

impl Drop for StorageKey {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

impl fmt::Debug for StorageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StorageKey(…)")
    }
}
