//! One person at one platform: what answers a platform's requests.

use alloc::boxed::Box;
use alloc::vec::Vec;
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
use crate::holder::received::Received;
use crate::holder::secret::HolderSecrets;
use crate::parameters::AuthorityParameters;
use crate::pseudonym::Pseudonym;
use crate::pseudonym::scope::Scope;
use crate::request::message::Request;
use crate::request::purpose::Wanted;
use crate::rng::SecureRng;
use crate::time::{SKEW, Slot, UnixTime};

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
        let (parameters, indices) =
            match self.check_presentation(credential, &evidence, &consent, now) {
                Ok(checked) => checked,
                // An item that would make a false statement is good for nothing.
                Err(Error::Fault) => return Err(PresentError::used(Error::Fault)),
                Err(error) => return Err(PresentError::unused(error, evidence)),
            };
        let proved = Presentation::prove(self, credential, &evidence, request, &indices, rng);
        let presentation = match proved {
            Ok(presentation) => presentation,
            Err(error) => return Err(PresentError::unused(error, evidence)),
        };
        drop(evidence);
        let fixed = self.holder.generators.fixed();
        let check = |presentation: &Presentation| {
            let again = self.again(request)?;
            verify_presentation_alone(presentation, &again, parameters, fixed).map(|_| ())
        };
        Outgoing::checked(&presentation, check).map_err(PresentError::used)
    }

    /// SPEC §11, in its order: the parameters, and the indices of the disclosed attributes.
    fn check_presentation(
        &self,
        credential: &Credential,
        evidence: &Evidence,
        consent: &Consent<'_>,
        now: UnixTime,
    ) -> Result<(&AuthorityParameters, Vec<u8>), Error> {
        let (request, list) = (consent.request(), &self.holder.list);
        self.check_request(request, Wanted::Presentation)?;
        if now.plus(SKEW) < list.since() {
            return Err(Error::WrongClock);
        }
        list.check_until(now)?;
        request.check_time_of_holder(now)?;
        let listed = |slot: &_| request.slots().contains(slot);
        let Some(present) = list.slot(now).filter(listed) else {
            let known = |parameters| list.find(parameters).is_some();
            let all = request.slots().iter().all(|slot| known(&slot.parameters));
            return Err(if all { Error::EpochNotAccepted } else { Error::UnpinnedParameters });
        };
        let before = list.slot_before(&present);
        self.check_others(request, &present, before.as_ref())?;
        credential.check_owner(&self.holder.commitment)?;
        let others = [list.slot(now.plus(SKEW)), before];
        let mut shown = others.into_iter().flatten().filter(listed).chain([present]);
        if !shown.any(|slot| slot == *credential.slot()) {
            return Err(Error::StaleCredential);
        }
        let parameters = list.find(&credential.slot().parameters);
        let parameters = parameters.ok_or(Error::UnpinnedParameters)?;
        let indices = request.indices(parameters.schema())?;
        parameters.schema().check(credential.values())?;
        consent.check_disclosure()?;
        let value = |position: usize| credential.values().get(usize::from(*indices.get(position)?));
        if !bool::from(request.met_by(value)) {
            return Err(Error::ConditionUnmet);
        }
        if !evidence.belongs_to(credential) {
            return Err(Error::ForeignEvidence);
        }
        evidence.check_fits(credential)?;
        Ok((parameters, indices))
    }

    /// The rest of step 3 of SPEC §11: if a request could list two keys for one time, the answer
    /// would reveal which list the holder has.
    fn check_others(
        &self,
        request: &Request,
        present: &Slot,
        before: Option<&Slot>,
    ) -> Result<(), Error> {
        let list = &self.holder.list;
        let earlier = before.and_then(|before| list.slot_before(before));
        let after = list.slot_after(present);
        let mine = [Some(present), before, earlier.as_ref(), after.as_ref()];
        let last = request.slots().last();
        // Where the list ends, the platform may have the next one already.
        let ends = list.until() <= request.expires().plus(SKEW);
        let fits = |slot: &Slot| {
            let unknown = list.find(&slot.parameters).is_none();
            mine.contains(&Some(slot)) || (unknown && ends && last == Some(slot))
        };
        if request.slots().iter().all(fits) { Ok(()) } else { Err(Error::EpochNotAccepted) }
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
        self.check_request(request, Wanted::Login)?;
        request.check_time_of_holder(now)?;
        let (nonce, digest) = (request.nonce(), request.digest());
        let Self { scope, pseudonym, exponent, .. } = self;
        let login = Login::sign(exponent, pseudonym, scope, nonce, &digest, rng)?;
        Outgoing::checked(&login, |login| verify_login_alone(login, &self.again(request)?))
    }

    /// Step 1 of SPEC §11, and whether the request is of this scope.
    fn check_request(&self, request: &Received<Request>, wanted: Wanted) -> Result<(), Error> {
        let scope = (self.scope.platform(), self.scope.label());
        if request.platform() != request.peer() || (request.platform(), request.label()) != scope {
            return Err(Error::ForeignPlatform);
        }
        if request.authority() != self.holder.list.authority() {
            return Err(Error::ForeignAuthority);
        }
        request.check_wanted(wanted)
    }

    /// The request, read again from the bytes as they came and compared again with the peer.
    pub(super) fn again(&self, request: &Received<Request>) -> Result<Request, Error> {
        let again = request.again()?;
        let same =
            again.platform() == request.peer() && again.authority() == self.holder.list.authority();
        if same { Ok(again) } else { Err(Error::Fault) }
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
    pub(super) fn unused(error: Error, evidence: Evidence) -> Self {
        Self { error, evidence: Some(Box::new(evidence)) }
    }

    const fn used(error: Error) -> Self {
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
