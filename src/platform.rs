//! The platform (互联网平台): asks, and verifies with public data alone.

use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;

use crate::credential::present::Presentation;
use crate::credential::verify::Verifier;
use crate::error::Error;
use crate::nonce::NonceStore;
use crate::parameters::AuthorityParameters;
use crate::pseudonym::Pseudonym;
use crate::pseudonym::login::Login;
use crate::request::builder::RequestBuilder;
use crate::request::{Purpose, Request};
use crate::scope::{PlatformId, Token};
use crate::sigma::batch::Member;
use crate::time::{Epoch, UnixTime};
use crate::verified::Verified;

/// One internet platform that accepts the credentials of one authority.
///
/// It is built once: it holds about 8 kB of tables for each base that presentations share.
pub struct Platform {
    verifier: Verifier,
}

impl Platform {
    /// The platform with this host name.
    #[must_use]
    pub fn new(parameters: AuthorityParameters, id: PlatformId) -> Self {
        // No epoch has a table yet.
        let none = RangeInclusive::new(Epoch(1), Epoch(0));
        Self { verifier: Verifier::new(parameters, id, &[], none, None) }
    }

    /// Makes tables for these applications and epochs (some 10 ms of work). Others verify too,
    /// each at the price of one more point. Replaces what was prepared before.
    #[must_use]
    pub fn prepare(self, labels: &[Token], epochs: RangeInclusive<Epoch>) -> Self {
        let Self { verifier } = self;
        let parameters = verifier.parameters().clone();
        let (platform, secret) = (*verifier.platform(), verifier.secret());
        Self { verifier: Verifier::new(parameters, platform, labels, epochs, secret) }
    }

    /// The authority's parameters.
    #[must_use]
    pub const fn parameters(&self) -> &AuthorityParameters {
        self.verifier.parameters()
    }

    /// The platform's host name.
    #[must_use]
    pub const fn id(&self) -> &PlatformId {
        self.verifier.platform()
    }

    /// Begins a request. Keep what it builds: answers are verified against it.
    #[must_use]
    pub fn request(&self, purpose: Purpose) -> RequestBuilder<'_> {
        RequestBuilder::new(self.parameters(), *self.id(), purpose)
    }

    /// Verifies the answer to a request of this platform's, and uses up the request's nonce.
    /// Variable-time in public data.
    ///
    /// # Errors
    /// [`Error::Rejected`], opaque, if the presentation does not verify. About the own request:
    /// [`Error::ForeignPlatform`], [`Error::ForeignParameters`], [`Error::Schema`],
    /// [`Error::Expired`]. From the store: [`Error::Replayed`] and others.
    pub fn verify(
        &self,
        request: &Request,
        presentation: &Presentation,
        now: UnixTime,
        nonces: &mut impl NonceStore,
    ) -> Result<Verified, Error> {
        let checked = self.verifier.check(request, presentation, now)?;
        self.accept(&checked)?;
        nonces.consume(request.nonce(), request.expires(), now)?;
        Ok(self.verified(request, presentation))
    }

    /// Verifies many answers at once, at a fraction of the cost, and tells for each what
    /// [`verify`](Self::verify) would have told. Of two answers to one request the first that
    /// verifies counts, the other is [`Error::Replayed`].
    ///
    /// # Errors
    /// For each answer, as [`verify`](Self::verify).
    pub fn verify_batch(
        &self,
        answers: &[(&Request, &Presentation)],
        now: UnixTime,
        nonces: &mut impl NonceStore,
    ) -> Vec<Result<Verified, Error>> {
        let checked = answers
            .iter()
            .map(|(request, presentation)| self.verifier.check(request, presentation, now));
        let verdicts = self.verdicts(checked);
        let answers = verdicts.into_iter().zip(answers);
        answers
            .map(|(verdict, (request, presentation))| {
                verdict?;
                nonces.consume(request.nonce(), request.expires(), now)?;
                Ok(self.verified(request, presentation))
            })
            .collect()
    }

    /// Verifies a login, and uses up the request's nonce. Look the 网号 up among the accounts:
    /// a login says that its owner is here, not that the owner was ever verified.
    ///
    /// # Errors
    /// As [`verify`](Self::verify), and [`Error::LoginCannotDisclose`] if the request discloses
    /// attributes.
    pub fn verify_login(
        &self,
        request: &Request,
        login: &Login,
        now: UnixTime,
        nonces: &mut impl NonceStore,
    ) -> Result<Pseudonym, Error> {
        let checked = self.verifier.check_login(request, login, now)?;
        self.accept(&checked)?;
        nonces.consume(request.nonce(), request.expires(), now)?;
        Ok(*login.unverified())
    }

    /// Verifies many logins at once, as [`verify_batch`](Self::verify_batch) does.
    ///
    /// # Errors
    /// For each login, as [`verify_login`](Self::verify_login).
    pub fn verify_login_batch(
        &self,
        logins: &[(&Request, &Login)],
        now: UnixTime,
        nonces: &mut impl NonceStore,
    ) -> Vec<Result<Pseudonym, Error>> {
        let checked =
            logins.iter().map(|(request, login)| self.verifier.check_login(request, login, now));
        let verdicts = self.verdicts(checked);
        let answers = verdicts.into_iter().zip(logins);
        answers
            .map(|(verdict, (request, login))| {
                verdict?;
                nonces.consume(request.nonce(), request.expires(), now)?;
                Ok(*login.unverified())
            })
            .collect()
    }

    fn accept(&self, member: &impl Member) -> Result<(), Error> {
        if self.verifier.holds(member) { Ok(()) } else { Err(Error::Rejected) }
    }

    /// One verdict for each answer: those that fit their requests are verified as one batch.
    fn verdicts<M: Member>(
        &self,
        checked: impl Iterator<Item = Result<M, Error>>,
    ) -> Vec<Result<(), Error>> {
        let mut members = Vec::with_capacity(checked.size_hint().0);
        let mut places = Vec::with_capacity(checked.size_hint().0);
        let mut verdicts = Vec::with_capacity(checked.size_hint().0);
        for (place, member) in checked.enumerate() {
            verdicts.push(member.map(|member| {
                members.push(member);
                places.push(place);
            }));
        }
        for bad in self.verifier.find_bad(&members) {
            verdicts[places[bad]] = Err(Error::Rejected);
        }
        verdicts
    }

    fn verified(&self, request: &Request, presentation: &Presentation) -> Verified {
        presentation.verified(self.parameters().schema(), request.digest())
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform")
            .field("id", self.id())
            .field("parameters", self.parameters())
            .finish_non_exhaustive()
    }
}
