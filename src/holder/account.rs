//! One person at one platform: what answers a platform's requests.

use alloc::boxed::Box;
use core::fmt;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use zeroize::Zeroize;

use crate::answer::login::Login;
use crate::answer::presentation::Presentation;
use crate::answer::verification::{verify_login_alone, verify_presentation_alone};
use crate::credential::Credential;
use crate::credential::evidence::item::Evidence;
use crate::error::Error;
use crate::holder::consent::Consent;
use crate::holder::device::Holder;
use crate::holder::outgoing::Outgoing;
use crate::holder::secret::HolderSecrets;
use crate::pseudonym::Pseudonym;
use crate::pseudonym::scope::Scope;
use crate::request::message::Request;
use crate::rng::SecureRng;
use crate::time::UnixTime;

/// One person at one platform: what all answers to requests of one [`Scope`] have in common, its
/// base point, its 网号 and the secret of that, computed once.
///
/// A device that answers one request uses [`Holder::present`] or [`Holder::log_in`], which do the
/// same. For a person who answers the same platform again, an account saves half of what a login
/// costs, and a tenth of a presentation. It takes 816 bytes.
///
/// ```
/// # use pairnym::{holder::*, message::*, *};
/// fn answer_all(
///     account: &Account<'_>, // of `holder.account(platform, label)?`
///     agreed: &[Received<Request>], // logins that the person agreed to, one by one
///     now: UnixTime,
///     rng: &mut impl SecureRng,
/// ) -> Result<Vec<Vec<u8>>, Error> {
///     let consents = agreed.iter().map(Consent::to_answer);
///     consents.map(|consent| Ok(account.log_in(consent, now, rng)?.into_bytes())).collect()
/// }
/// ```
///
/// The secret is zeroized on drop, stays where it is, and does not show in `Debug`. What leaves is
/// checked against the request as it came, and with nothing that an account keeps (SPEC §11).
///
/// ```compile_fail,E0599
/// fn copy<'a>(account: &pairnym::holder::Account<'a>) -> pairnym::holder::Account<'a> {
///     account.clone() // not Clone
/// }
/// ```
pub struct Account<'a> {
    holder: &'a Holder,
    scope: Scope,
    pseudonym: Pseudonym,
    /// f(z_s), on the heap: it is wiped there, wherever the account moves.
    exponent: Box<Scalar>,
}

impl<'a> Account<'a> {
    /// Constant-time.
    pub(super) fn new(holder: &'a Holder, scope: Scope) -> Result<Self, Error> {
        let exponent = Box::new(*holder.secrets.evaluate(scope.point()));
        let pseudonym = Pseudonym::from_exponent(&exponent, &scope)?;
        Ok(Self { holder, scope, pseudonym, exponent })
    }

    /// Where it is.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The person's 网号 there.
    #[must_use]
    pub const fn pseudonym(&self) -> &Pseudonym {
        &self.pseudonym
    }

    pub(crate) const fn secrets(&self) -> &HolderSecrets {
        &self.holder.secrets
    }

    pub(crate) fn generators(&self) -> &[RistrettoPoint] {
        self.holder.generators.points()
    }

    /// Presents the credential to the platform whose request the person consented to answer.
    /// Constant-time in all secrets.
    ///
    /// Uses up the evidence: a stored copy must be gone before the presentation leaves the device.
    /// What leaves has been verified, as the platform will verify it, against the request as it
    /// came.
    ///
    /// # Errors
    /// In this order: [`Error::ForeignPlatform`] (also for a request of another scope of this
    /// platform), [`Error::ForeignAuthority`], [`Error::WrongAnswer`], [`Error::WrongClock`], [`Error::ListExpired`], [`Error::Expired`],
    /// [`Error::Range`], [`Error::UnpinnedParameters`], [`Error::EpochNotAccepted`],
    /// [`Error::ForeignCredential`], [`Error::StaleCredential`], [`Error::Schema`],
    /// [`Error::DisclosureWithoutConsent`], [`Error::ConditionUnmet`], [`Error::ForeignEvidence`],
    /// [`Error::Fault`]. The evidence comes back with the error, unused; only a fault uses it up.
    pub fn present(
        &self,
        credential: &Credential,
        evidence: Evidence,
        consent: Consent<'_>,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Outgoing<Presentation>, PresentError> {
        let request = consent.request();
        let checked = self.check_scope(request).and_then(|()| {
            self.holder.check_presentation(credential, Some(&evidence), &consent, now)
        });
        let (parameters, indices) = match checked {
            Ok(checked) => checked,
            // An item that would make a false statement is good for nothing.
            Err(Error::Fault) => return Err(PresentError::used(Error::Fault)),
            Err(error) => return Err(PresentError::unused(error, evidence)),
        };
        let proved = Presentation::prove(self, credential, &evidence, request, indices, rng);
        let presentation = match proved {
            Ok(presentation) => presentation,
            Err(error) => return Err(PresentError::unused(error, evidence)),
        };
        drop(evidence);
        let fixed = self.holder.generators.fixed();
        let check = |presentation: &Presentation| {
            let again = self.holder.again(request)?;
            verify_presentation_alone(presentation, &again, parameters, fixed).map(|_| ())
        };
        Outgoing::checked(&presentation, check).map_err(PresentError::used)
    }

    /// Logs in, or signs a statement, with the 网号. Constant-time.
    ///
    /// # Errors
    /// In this order: [`Error::ForeignPlatform`] (also for a request of another scope of this
    /// platform), [`Error::ForeignAuthority`], [`Error::WrongAnswer`], [`Error::Expired`], [`Error::Range`]; [`Error::Fault`] if the
    /// device's own answer does not verify.
    pub fn log_in(
        &self,
        consent: Consent<'_>,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Outgoing<Login>, Error> {
        let request = consent.request();
        self.check_scope(request)?;
        self.holder.check_login(request, now)?;
        let (nonce, digest) = (request.nonce(), request.digest());
        let Self { scope, pseudonym, exponent, .. } = self;
        let login = Login::sign(exponent, pseudonym, scope, nonce, &digest, rng)?;
        Outgoing::checked(&login, |login| verify_login_alone(login, &self.holder.again(request)?))
    }

    /// Whether the request is of this scope.
    fn check_scope(&self, request: &Request) -> Result<(), Error> {
        let scope = (self.scope.platform(), self.scope.label());
        let same = (request.platform(), request.label()) == scope;
        if same { Ok(()) } else { Err(Error::ForeignPlatform) }
    }
}

impl Drop for Account<'_> {
    fn drop(&mut self) {
        self.exponent.zeroize();
    }
}

impl fmt::Debug for Account<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// A presentation that was not made.
#[derive(Debug)]
pub struct PresentError {
    error: Error,
    evidence: Option<Box<Evidence>>,
}

impl PresentError {
    pub(crate) fn unused(error: Error, evidence: Evidence) -> Self {
        Self { error, evidence: Some(Box::new(evidence)) }
    }

    pub(crate) const fn used(error: Error) -> Self {
        Self { error, evidence: None }
    }

    /// Why.
    #[must_use]
    pub const fn error(&self) -> Error {
        self.error
    }

    /// The evidence, still unused; none after [`Error::Fault`].
    #[must_use]
    pub fn into_evidence(self) -> Option<Evidence> {
        self.evidence.map(|evidence| *evidence)
    }
}

impl From<PresentError> for Error {
    fn from(error: PresentError) -> Self {
        error.error
    }
}

impl fmt::Display for PresentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl core::error::Error for PresentError {}

#[cfg(test)]
mod tests;
