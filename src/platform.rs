//! The platform (互联网平台): asks, and verifies with public data alone.

use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;

use crate::credential::present::Presentation;
use crate::credential::verify::{Answer, Checked, Verifier};
use crate::error::Error;
use crate::nonce::NonceStore;
use crate::parameters::AuthorityParameters;
use crate::pseudonym::Pseudonym;
use crate::pseudonym::login::Login;
use crate::request::builder::RequestBuilder;
use crate::request::{MAX_EPOCHS, Purpose, Request};
use crate::scope::{PlatformId, Token};
use crate::time::{Epoch, UnixTime};
use crate::verified::Verified;

/// One internet platform that accepts the credentials of one authority.
///
/// It is built once: it holds about 10 kB of tables for each base that presentations share.
pub struct Platform {
    verifier: Verifier,
}

impl Platform {
    /// The platform with this host name.
    #[must_use]
    pub fn new(parameters: AuthorityParameters, id: PlatformId) -> Self {
        // No epoch has a table yet.
        let none = RangeInclusive::new(Epoch(1), Epoch(0));
        Self { verifier: Verifier::new(parameters, id, &[], none) }
    }

    /// The same platform with tables for these applications and epochs, of a long range for the
    /// last 256 (some 10 ms of work, and more for many epochs). Others verify too, each at the
    /// price of one more point.
    #[must_use]
    pub fn prepare(&self, labels: &[Token], epochs: RangeInclusive<Epoch>) -> Self {
        let (first, last) = epochs.into_inner();
        let recent = Epoch(first.0.max(last.0.saturating_sub(MAX_EPOCHS - 1)))..=last;
        Self { verifier: self.verifier.prepare(labels, recent) }
    }

    /// The same platform, with a secret of the process mixed into the weights of its foldings
    /// (SPEC §6.5). Without one they are a hash of what is verified, which is enough; with one
    /// nobody else can compute them.
    #[must_use]
    pub fn with_secret(mut self, secret: [u8; 32]) -> Self {
        self.verifier.set_secret(&secret);
        self
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
        self.verify_one(request, presentation, now, nonces)
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
        self.verify_many(answers, now, nonces)
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
        self.verify_one(request, login, now, nonces)
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
        self.verify_many(logins, now, nonces)
    }

    /// [`verify_batch`](Self::verify_batch) with all threads of the present rayon pool: the same
    /// verdicts, and nonces used up in the same order.
    ///
    /// # Errors
    /// For each answer, as [`verify`](Self::verify).
    #[cfg(feature = "rayon")]
    pub fn par_verify_batch(
        &self,
        answers: &[(&Request, &Presentation)],
        now: UnixTime,
        nonces: &mut impl NonceStore,
    ) -> Vec<Result<Verified, Error>> {
        self.par_verify_many(answers, now, nonces)
    }

    /// [`verify_login_batch`](Self::verify_login_batch) with all threads of the present rayon
    /// pool.
    ///
    /// # Errors
    /// For each login, as [`verify_login`](Self::verify_login).
    #[cfg(feature = "rayon")]
    pub fn par_verify_login_batch(
        &self,
        logins: &[(&Request, &Login)],
        now: UnixTime,
        nonces: &mut impl NonceStore,
    ) -> Vec<Result<Pseudonym, Error>> {
        self.par_verify_many(logins, now, nonces)
    }

    fn verify_one<A: Answer>(
        &self,
        request: &Request,
        answer: &A,
        now: UnixTime,
        nonces: &mut impl NonceStore,
    ) -> Result<A::Verified, Error> {
        let checked = answer.check(&self.verifier, request, now)?;
        if !self.verifier.holds(&checked) {
            return Err(Error::Rejected);
        }
        nonces.consume(request.nonce(), request.expires(), now)?;
        Ok(checked.verified(&self.verifier))
    }

    pub(crate) fn verify_many<'a, A: Answer>(
        &self,
        answers: &[(&Request, &'a A)],
        now: UnixTime,
        nonces: &mut impl NonceStore,
    ) -> Vec<Result<A::Verified, Error>> {
        let check =
            |(request, answer): &(&Request, &'a A)| answer.check(&self.verifier, request, now);
        let checked = answers.iter().map(check).collect();
        self.settle(answers, checked, Verifier::find_bad, now, nonces)
    }

    #[cfg(feature = "rayon")]
    pub(crate) fn par_verify_many<'a, A: Answer>(
        &self,
        answers: &[(&Request, &'a A)],
        now: UnixTime,
        nonces: &mut impl NonceStore,
    ) -> Vec<Result<A::Verified, Error>> {
        use rayon::prelude::*;

        let check =
            |(request, answer): &(&Request, &'a A)| answer.check(&self.verifier, request, now);
        let checked = answers.par_iter().map(check).collect();
        self.settle(answers, checked, Verifier::par_find_bad, now, nonces)
    }

    /// The verdicts: answers that fit their requests are verified together, and those that verify
    /// use up their nonces, in order.
    fn settle<'a, A: Answer>(
        &self,
        answers: &[(&Request, &'a A)],
        mut checked: Vec<Result<A::Checked<'a>, Error>>,
        find_bad: impl Fn(&Verifier, &[&A::Checked<'a>]) -> Vec<usize>,
        now: UnixTime,
        nonces: &mut impl NonceStore,
    ) -> Vec<Result<A::Verified, Error>> {
        let fitting = checked.iter().enumerate().filter_map(|(i, c)| Some((i, c.as_ref().ok()?)));
        let (places, members): (Vec<_>, Vec<_>) = fitting.unzip();
        for bad in find_bad(&self.verifier, &members) {
            checked[places[bad]] = Err(Error::Rejected);
        }
        let verdict = |(checked, (request, _)): (Result<A::Checked<'a>, _>, &(&Request, _))| {
            let checked = checked?;
            nonces.consume(request.nonce(), request.expires(), now)?;
            Ok(checked.verified(&self.verifier))
        };
        checked.into_iter().zip(answers).map(verdict).collect()
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
