//! What came from an authenticated peer, and what is about to be sent to one.
//!
//! A holder answers nothing but [`Received`] messages: the bytes and the peer that the connection
//! authenticated come in together, and a decoded message cannot be turned into a received one. So
//! nobody can take the peer from the message itself:
//!
//! ```compile_fail,E0451
//! # use pairnym::{authority::*, holder::*, message::*, platform::*, store::*, attribute::*, *};
//! fn relay(request: Request) -> Received<Request> {
//!     Received { peer: *request.platform(), message: request, bytes: Vec::new() } // private
//! }
//! ```
//!
//! What a holder sends is [`Outgoing`](super::Outgoing): exactly the bytes that have passed its own
//! check (SPEC §11).

use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

use crate::credential::offer::IssuanceOffer;
use crate::credential::ticket::EnrollmentTicket;
use crate::error::{DecodeError, Error};
use crate::name::PlatformId;
use crate::parameters::list::ParameterList;
use crate::request::message::Request;
use crate::wire::Message;

/// A message, with the bytes from which it was read and the peer that sent them.
///
/// It can be read like the message itself. For a message that came inside another encoding, such as
/// JSON, the bytes are those of its `to_bytes`: each value has only one encoding.
///
/// ```
/// # use pairnym::{holder::*, message::*, *};
/// /// `tls_peer` is what the connection's certificate says, and nothing that it carried.
/// fn show(tls_peer: &PlatformId, body: &[u8]) -> Result<(), Error> {
///     let request = Received::<Request>::from_host(tls_peer, body)?;
///     println!("{}", *request); // who asks for what, for what purpose, on what conditions
///     Ok(())
/// }
/// ```
pub struct Received<M> {
    message: M,
    peer: PlatformId,
    bytes: Vec<u8>,
}

impl Received<Request> {
    /// A request from a platform. `tls_peer` is the host that the connection authenticated.
    ///
    /// # Errors
    /// Undecodable bytes; [`Error::ForeignPlatform`] if the request names a platform other than
    /// the peer: somebody is relaying it.
    pub fn from_host(tls_peer: &PlatformId, bytes: &[u8]) -> Result<Self, Error> {
        let received = Self::read(tls_peer, bytes)?;
        if received.platform() != tls_peer {
            return Err(Error::ForeignPlatform);
        }
        Ok(received)
    }
}

impl Received<EnrollmentTicket> {
    /// A ticket from the authority of `list`. `tls_peer` is the host that the connection
    /// authenticated, within the person's own identity check.
    ///
    /// # Errors
    /// Undecodable bytes; [`Error::ForeignAuthority`] if the peer is not the list's host, or the
    /// ticket names another authority.
    pub fn from_authority(
        list: &ParameterList,
        tls_peer: &PlatformId,
        bytes: &[u8],
    ) -> Result<Self, Error> {
        let received = Self::read(tls_peer, bytes)?;
        if tls_peer != list.host() || received.authority() != list.authority() {
            return Err(Error::ForeignAuthority);
        }
        Ok(received)
    }
}

impl Received<EnrollmentTicket> {
    /// A ticket that a lead got over the channel of its pairing (SPEC §20.4).
    pub(crate) fn over_channel(list: &ParameterList, bytes: &[u8]) -> Result<Self, Error> {
        let received = Self::read(list.host(), bytes)?;
        if received.authority() != list.authority() {
            return Err(Error::ForeignAuthority);
        }
        Ok(received)
    }
}

impl Received<IssuanceOffer> {
    /// An offer from the authority of `list`. `tls_peer` is the host that the connection
    /// authenticated.
    ///
    /// # Errors
    /// Undecodable bytes; [`Error::ForeignAuthority`] if the peer is not the list's host.
    pub fn from_authority(
        list: &ParameterList,
        tls_peer: &PlatformId,
        bytes: &[u8],
    ) -> Result<Self, Error> {
        let received = Self::read(tls_peer, bytes)?;
        if tls_peer != list.host() {
            return Err(Error::ForeignAuthority);
        }
        Ok(received)
    }
}

impl<M: Message> Received<M> {
    fn read(peer: &PlatformId, bytes: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self { message: M::from_bytes(bytes)?, peer: *peer, bytes: bytes.to_vec() })
    }

    /// The message, read again from the bytes as they came, to check the holder's own answer.
    ///
    /// # Errors
    /// [`Error::Fault`], since what could be read once can be read again.
    pub(crate) fn again(&self) -> Result<M, Error> {
        M::from_bytes(&self.bytes).map_err(|_| Error::Fault)
    }
}

impl<M> Received<M> {
    /// The same bytes, with another message in memory.
    #[cfg(test)]
    pub(crate) fn spoilt(self, message: M) -> Self {
        Self { message, ..self }
    }

    /// The peer that sent it.
    #[must_use]
    pub const fn peer(&self) -> &PlatformId {
        &self.peer
    }

    /// The bytes as they came.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl<M> Deref for Received<M> {
    type Target = M;

    fn deref(&self) -> &M {
        &self.message
    }
}

impl<M: fmt::Debug> fmt::Debug for Received<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("peer", &self.peer)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
