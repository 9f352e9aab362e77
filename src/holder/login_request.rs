//! A request for a login, read in place: for machines without an allocator (SPEC §13).

use core::fmt;

use crate::answer::login::Login;
use crate::error::{DecodeError, DecodeReason, Error};
use crate::holder::secret::HolderSecrets;
use crate::ids::{Nonce, RequestDigest};
use crate::name::{AuthorityId, Name, PlatformId};
use crate::pseudonym::Pseudonym;
use crate::request::parts::{Head, KIND, Tail};
use crate::request::purpose::{Purpose, Wanted};
use crate::rng::SecureRng;
use crate::time::UnixTime;
use crate::wire::{Reader, VERSION};

/// A platform's request for a login, with the bytes from which it was read and the peer that sent
/// them: what `Received<Request>` and `Holder::log_in` are on larger machines.
///
/// `Display` says what is asked, line by line.
///
/// ```
/// # use pairnym::{holder::*, message::*, *};
/// # fn person_agrees(_: &LoginRequest<'_>) -> bool { true }
/// fn answer(
///     tls_peer: &PlatformId,
///     body: &[u8],
///     secrets: &HolderSecrets,
///     now: UnixTime,
///     rng: &mut impl SecureRng,
/// ) -> Result<[u8; Login::LENGTH], Error> {
///     let request = LoginRequest::from_host(tls_peer, body)?;
///     assert!(person_agrees(&request));
///     request.log_in(secrets, now, rng)
/// }
/// ```
pub struct LoginRequest<'a> {
    head: Head,
    tail: Tail<'a>,
    bytes: &'a [u8],
    peer: PlatformId,
}

impl<'a> LoginRequest<'a> {
    /// A request from a platform. `tls_peer` is the host that the connection authenticated.
    ///
    /// # Errors
    /// Undecodable bytes; [`Error::ForeignPlatform`] if the request names a platform other than
    /// the peer; [`Error::WrongAnswer`] if it wants a presentation.
    pub fn from_host(tls_peer: &PlatformId, bytes: &'a [u8]) -> Result<Self, Error> {
        let read = Self::read(bytes).map_err(|reason| DecodeError::new("Request", reason));
        let Some((head, tail)) = read? else { return Err(Error::WrongAnswer) };
        if head.platform != *tls_peer {
            return Err(Error::ForeignPlatform);
        }
        Ok(Self { head, tail, bytes, peer: *tls_peer })
    }

    /// `None` if it wants a presentation; then the rest is not read.
    fn read(bytes: &'a [u8]) -> Result<Option<(Head, Tail<'a>)>, DecodeReason> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != VERSION {
            return Err(DecodeReason::Version);
        }
        if reader.u8()? != KIND {
            return Err(DecodeReason::Kind);
        }
        let head = Head::read(&mut reader)?;
        if head.wanted == Wanted::Presentation {
            return Ok(None);
        }
        // No slots, no disclosures, hence no conditions, which are not read.
        for _ in 0..3 {
            if reader.u8()? != 0 {
                return Err(DecodeReason::Range);
            }
        }
        let tail = Tail::read(&mut reader)?;
        reader.finish()?;
        Ok(Some((head, tail)))
    }

    /// Signs it with the 网号 of its scope, after the person has seen it and consented: the bytes
    /// to send, which have been verified against the bytes as they came. Constant-time.
    ///
    /// # Errors
    /// In this order: [`Error::ForeignAuthority`], [`Error::Expired`], [`Error::Range`];
    /// [`Error::Fault`] if the device's own answer does not verify.
    pub fn log_in(
        &self,
        secrets: &HolderSecrets,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<[u8; Login::LENGTH], Error> {
        if self.head.authority != *secrets.authority() {
            return Err(Error::ForeignAuthority);
        }
        self.head.check_time_of_holder(now)?;
        let digest = RequestDigest::of(self.bytes);
        let scope = self.head.scope();
        let exponent = secrets.evaluate(scope.point());
        let pseudonym = Pseudonym::from_exponent(&exponent, &scope)?;
        let login = Login::sign(&exponent, &pseudonym, &scope, &self.head.nonce, &digest, rng)?;
        let mut bytes = login.to_array();
        if self.verify(&bytes, secrets).is_err() {
            bytes.fill(0);
            return Err(Error::Fault);
        }
        Ok(bytes)
    }

    /// Verifies the bytes that will be sent, against the bytes as they came.
    fn verify(&self, login: &[u8], secrets: &HolderSecrets) -> Result<(), Error> {
        let login = <Login as crate::wire::Message>::from_bytes(login)?;
        let again = Self::from_host(&self.peer, self.bytes)?;
        if again.head.authority != *secrets.authority() {
            return Err(Error::ForeignAuthority);
        }
        let (scope, digest) = (again.head.scope(), RequestDigest::of(self.bytes));
        login.verify_signature_alone(&scope, &again.head.nonce, &digest).map(|_| ())
    }

    /// The authority whose enrollment the answer's 网号 belongs to.
    #[must_use]
    pub const fn authority(&self) -> &AuthorityId {
        &self.head.authority
    }

    /// The platform that is asking, which is the peer.
    #[must_use]
    pub const fn platform(&self) -> &PlatformId {
        &self.head.platform
    }

    /// The application of the platform.
    #[must_use]
    pub const fn label(&self) -> Option<&Name> {
        self.head.label.as_ref()
    }

    /// Why it asks.
    #[must_use]
    pub const fn purpose(&self) -> &Purpose {
        &self.head.purpose
    }

    /// The nonce, with which the answer begins.
    #[must_use]
    pub const fn nonce(&self) -> &Nonce {
        &self.head.nonce
    }

    /// The last second at which it can be answered.
    #[must_use]
    pub const fn expires(&self) -> UnixTime {
        self.head.expires
    }

    /// What the person agrees to by answering.
    #[must_use]
    pub const fn statement(&self) -> Option<&'a str> {
        self.tail.statement
    }

    /// The hash of the notice shown to the person.
    #[must_use]
    pub const fn notice(&self) -> Option<&[u8; 32]> {
        self.tail.notice.as_ref()
    }
}

impl fmt::Display for LoginRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head.fmt(f)?;
        self.tail.fmt(f)
    }
}

impl fmt::Debug for LoginRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginRequest")
            .field("platform", &self.head.platform)
            .finish_non_exhaustive()
    }
}
