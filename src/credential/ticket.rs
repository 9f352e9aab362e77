//! The authority's invitation to enroll, and what it keeps of it (SPEC §7).

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::error::{DecodeError, DecodeReason, Error};
use crate::name::AuthorityId;
use crate::rng::SecureRng;
use crate::store::registry::TransactionId;
use crate::stored::StorageKey;
use crate::time::UnixTime;
use crate::wire::{Body, Message, Reader, Sink};

/// The longest life of a ticket: a day.
const MAX_LIFE: Duration = Duration::from_secs(86_400);

/// The authority's invitation to enroll in one transaction of its identity check.
///
/// Wire length: 67 bytes and the authority id.
///
/// `Debug` does not show it: anybody who reads a ticket could enroll in its transaction.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrollmentTicket {
    pub(super) authority: AuthorityId,
    pub(super) transaction: TransactionId,
    pub(super) nonce: [u8; 32],
}

impl EnrollmentTicket {
    /// Whose it is.
    #[must_use]
    pub const fn authority(&self) -> &AuthorityId {
        &self.authority
    }

    /// The transaction of the identity check.
    #[must_use]
    pub const fn transaction(&self) -> &TransactionId {
        &self.transaction
    }
}

impl fmt::Debug for EnrollmentTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnrollmentTicket")
            .field("authority", &self.authority)
            .finish_non_exhaustive()
    }
}

/// A ticket that this authority opened itself. Only such a ticket enrolls anybody.
///
/// Keep it in memory, or in its stored form (107 bytes and the authority id).
#[derive(Clone)]
pub struct OpenTicket {
    pub(super) ticket: EnrollmentTicket,
    pub(super) expires: UnixTime,
}

impl OpenTicket {
    pub(crate) fn new(
        authority: AuthorityId,
        transaction: TransactionId,
        life: Duration,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Self, Error> {
        if life > MAX_LIFE {
            return Err(Error::Range);
        }
        let expires = now.after(life)?;
        let mut nonce = [0; 32];
        rng.fill_bytes(&mut nonce);
        Ok(Self { ticket: EnrollmentTicket { authority, transaction, nonce }, expires })
    }

    /// What to send to the holder.
    #[must_use]
    pub const fn ticket(&self) -> &EnrollmentTicket {
        &self.ticket
    }

    /// The last second at which it can be answered.
    #[must_use]
    pub const fn expires(&self) -> UnixTime {
        self.expires
    }

    /// The bytes to keep (SPEC §14.16).
    #[must_use]
    pub fn store(&self, key: &StorageKey) -> Vec<u8> {
        key.store(self).to_vec()
    }

    /// Reads [stored](Self::store) bytes.
    ///
    /// # Errors
    /// If the bytes are not a stored ticket, or were not stored under this key.
    pub fn load(stored: &[u8], key: &StorageKey) -> Result<Self, DecodeError> {
        key.load(stored)
    }
}

impl fmt::Debug for OpenTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenTicket").field("expires", &self.expires).finish_non_exhaustive()
    }
}

impl Message for EnrollmentTicket {}

impl Body for EnrollmentTicket {
    const KIND: u8 = 2;
    const NAME: &'static str = "EnrollmentTicket";

    fn write(&self, out: &mut impl Sink) {
        out.short(self.authority.as_str());
        out.put(&self.transaction.0);
        out.put(&self.nonce);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self {
            authority: reader.authority_id()?,
            transaction: TransactionId(reader.array()?),
            nonce: reader.array()?,
        })
    }
}

impl Body for OpenTicket {
    const KIND: u8 = 48;
    const NAME: &'static str = "OpenTicket";

    fn write(&self, out: &mut impl Sink) {
        self.ticket.write(out);
        out.u64(self.expires.0);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self { ticket: EnrollmentTicket::read(reader)?, expires: UnixTime(reader.u64()?) })
    }
}
