//! The holder (用户): a natural person's device.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use curve25519_dalek::ristretto::RistrettoPoint;
use rand_core::CryptoRng;

use crate::consent::Consent;
use crate::credential::Credential;
use crate::credential::enroll::{Commitment, EnrollmentRequest, EnrollmentTicket};
use crate::credential::evidence::EvidenceOffered;
use crate::credential::evidence::item::Evidence;
use crate::credential::evidence::moves::EvidenceRequest;
use crate::credential::issue::{IssuanceOffer, IssuanceRequest, PendingCredential};
use crate::credential::present::Presentation;
use crate::error::Error;
use crate::group::generators::generators;
use crate::parameters::{AuthorityParameters, PinnedParameters};
use crate::pseudonym::Pseudonym;
use crate::pseudonym::login::Login;
use crate::scope::{PlatformId, Scope, Token};
use crate::secret::{HolderSecrets, MasterSecret};
use crate::time::UnixTime;

/// One person towards one authority.
///
/// ```rust
/// use pairnym::*;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let rng = &mut rand_core::UnwrapErr(getrandom::SysRng);
/// let now = UnixTime::now();
///
/// // The authority publishes its parameters, the person's application pins them.
/// let (key, _seed) = AuthorityKey::generate(rng)?;
/// let schema = Schema::new([("age_over_18", Kind::Flag), ("assurance", Kind::Integer)])?;
/// let authority = Authority::new(key, "id.example".parse()?, schema, 86_400.try_into()?);
/// let pinned = PinnedParameters::new(authority.parameters().clone());
/// let holder = Holder::new(&MasterSecret::generate(rng), pinned)?;
///
/// // Once: identity check and enrollment. Each epoch: a credential. Ahead of use: evidence.
/// let mut registry = MemoryRegistry::new(Reenrollment::Refused);
/// let ticket = authority.invite([7; 32], rng);
/// let commitment = authority.enroll(
///     &ticket, &holder.enroll(&ticket, rng)?, PersonId([1; 32]), &mut registry)?;
/// let offer = authority.offer(commitment, vec![true.into(), 3.into()], now, rng)?;
/// let (request, pending) = holder.request_credential(&offer, now, rng)?;
/// let credential = pending.finish(&authority.issue(&offer, &request)?)?;
/// let (request, offered) = holder.request_evidence(&credential, rng)?;
/// let (session, commitments) = authority.open_evidence(&request, rng)?;
/// let (challenges, waiting) = offered.challenge(&commitments, rng)?;
/// let mut evidence = waiting.finish(&authority.respond(session, &challenges)?)?;
///
/// // A platform asks, the person consents, the platform verifies.
/// let host: PlatformId = "shop.example".parse()?;
/// let platform = Platform::new(authority.parameters().clone(), host);
/// let request = platform.request(Purpose::Registration)
///     .disclose("age_over_18").require("age_over_18", Condition::Equals(true.into()))
///     .build(now, rng)?;
/// let consent = Consent::to_disclose(&request, &host);
/// let item = evidence.pop().ok_or("no evidence left")?;
/// let presentation = holder.present(&credential, item, consent, now, rng)?;
/// let verified = platform.verify(&request, &presentation, now, &mut MemoryNonces::new(1_000))?;
/// assert_eq!(*verified.pseudonym(), holder.pseudonym(&host, None)?);
/// # Ok(())
/// # }
/// ```
///
/// Secrets are zeroized on drop and do not show in `Debug`.
pub struct Holder {
    secrets: HolderSecrets,
    pinned: PinnedParameters,
    generators: Vec<RistrettoPoint>,
    commitment: Commitment,
}

impl Holder {
    /// Derives the person's secrets towards the authority of the pinned list. Constant-time.
    ///
    /// # Errors
    /// [`Error::Degenerate`] with probability about 2^-252.
    pub fn new(master: &MasterSecret, pinned: PinnedParameters) -> Result<Self, Error> {
        let secrets = HolderSecrets::derive(master, pinned.authority());
        let attributes = pinned.iter().map(|entry| entry.schema().len()).max();
        let generators = generators(attributes.unwrap_or(0));
        let commitment = Commitment::new(&secrets, &generators)?;
        Ok(Self { secrets, pinned, generators, commitment })
    }

    /// What the person is registered by.
    #[must_use]
    pub const fn commitment(&self) -> &Commitment {
        &self.commitment
    }

    /// The pinned list.
    #[must_use]
    pub const fn pinned(&self) -> &PinnedParameters {
        &self.pinned
    }

    /// The person's 网号 at a platform. Constant-time; needs no credential and no network.
    ///
    /// # Errors
    /// [`Error::Degenerate`] with probability about 2^-252.
    pub fn pseudonym(
        &self,
        platform: &PlatformId,
        label: Option<&Token>,
    ) -> Result<Pseudonym, Error> {
        let scope = Scope::new(*self.pinned.authority(), *platform, label.copied());
        Pseudonym::derive(&self.secrets, &scope)
    }

    /// Answers the authority's invitation to enroll. Constant-time.
    ///
    /// # Errors
    /// [`Error::ForeignAuthority`] if the ticket is another authority's.
    pub fn enroll(
        &self,
        ticket: &EnrollmentTicket,
        rng: &mut impl CryptoRng,
    ) -> Result<EnrollmentRequest, Error> {
        if ticket.authority() != self.pinned.authority() {
            return Err(Error::ForeignAuthority);
        }
        EnrollmentRequest::new(ticket, &self.secrets, &self.commitment, &self.generators, rng)
    }

    /// Accepts the authority's offer, after the person has seen its values. `now` is the device's
    /// own clock. Constant-time.
    ///
    /// # Errors
    /// [`Error::UnpinnedParameters`], [`Error::WrongEpoch`], [`Error::ForeignCommitment`],
    /// [`Error::Schema`].
    pub fn request_credential(
        &self,
        offer: &IssuanceOffer,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Result<(IssuanceRequest, PendingCredential), Error> {
        let parameters = self.pinned.find(offer.parameters())?;
        if offer.epoch() != parameters.epoch(now) {
            return Err(Error::WrongEpoch);
        }
        if *offer.commitment() != self.commitment {
            return Err(Error::ForeignCommitment);
        }
        parameters.schema().check(offer.values())?;
        PendingCredential::request(offer, parameters, &self.secrets, &self.generators, rng)
    }

    /// Begins to fetch a batch of evidence for a credential. Constant-time.
    ///
    /// # Errors
    /// [`Error::UnpinnedParameters`].
    pub fn request_evidence(
        &self,
        credential: &Credential,
        rng: &mut impl CryptoRng,
    ) -> Result<(EvidenceRequest, EvidenceOffered), Error> {
        let parameters = self.pinned.find(credential.parameters())?;
        EvidenceOffered::new(credential, parameters, &self.secrets, rng)
    }

    /// Shows the credential to the platform whose request the person consented to answer.
    /// Constant-time in all secrets.
    ///
    /// Uses up the evidence: a stored copy must be gone before the presentation leaves the device.
    ///
    /// # Errors
    /// In this order: [`Error::ForeignPlatform`], [`Error::UnpinnedParameters`],
    /// [`Error::ForeignParameters`], [`Error::Expired`], [`Error::EpochNotAccepted`],
    /// [`Error::Schema`], [`Error::DisclosureWithoutConsent`], [`Error::ConditionUnmet`],
    /// [`Error::ForeignEvidence`]. The evidence comes back with the error, unused.
    pub fn present(
        &self,
        credential: &Credential,
        evidence: Evidence,
        consent: Consent<'_>,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Result<Presentation, PresentError> {
        let request = consent.request();
        let checked = self.check_presentation(credential, &evidence, &consent, now);
        let presented = checked.and_then(|parameters| {
            let (secrets, fixed) = (&self.secrets, &self.generators);
            Presentation::prove(secrets, fixed, parameters, credential, &evidence, request, rng)
        });
        presented.map_err(|error| PresentError { error, evidence: Box::new(evidence) })
    }

    /// SPEC §11, in its order.
    fn check_presentation(
        &self,
        credential: &Credential,
        evidence: &Evidence,
        consent: &Consent<'_>,
        now: UnixTime,
    ) -> Result<&AuthorityParameters, Error> {
        let request = consent.request();
        consent.check_platform()?;
        let parameters = self.pinned.find(request.parameters())?;
        if credential.parameters() != request.parameters() {
            return Err(Error::ForeignParameters);
        }
        consent.check_time(now)?;
        if !request.epochs().contains(&credential.epoch()) {
            return Err(Error::EpochNotAccepted);
        }
        request.check_schema(parameters.schema())?;
        parameters.schema().check(credential.values())?;
        consent.check_disclosure()?;
        if !request.met_by(|index| credential.values().get(usize::from(index))) {
            return Err(Error::ConditionUnmet);
        }
        if !evidence.belongs_to(credential) {
            return Err(Error::ForeignEvidence);
        }
        Ok(parameters)
    }

    /// Logs in, or signs a statement, with the 网号 of the request's scope. Constant-time.
    ///
    /// # Errors
    /// In this order: [`Error::ForeignPlatform`], [`Error::UnpinnedParameters`],
    /// [`Error::Expired`], [`Error::LoginCannotDisclose`].
    pub fn log_in(
        &self,
        consent: Consent<'_>,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Result<Login, Error> {
        let request = consent.request();
        consent.check_platform()?;
        let parameters = self.pinned.find(request.parameters())?;
        consent.check_time(now)?;
        if !request.disclosures().is_empty() {
            return Err(Error::LoginCannotDisclose);
        }
        let scope = request.scope(parameters);
        Login::sign(&self.secrets, &scope, parameters.id(), &request.digest(), rng)
    }
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder").field("authority", self.pinned.authority()).finish_non_exhaustive()
    }
}

/// A presentation that was refused before anything was used up.
#[derive(Debug)]
pub struct PresentError {
    error: Error,
    evidence: Box<Evidence>,
}

impl PresentError {
    /// Why.
    #[must_use]
    pub const fn error(&self) -> Error {
        self.error
    }

    /// The evidence, which is as good as before.
    #[must_use]
    pub fn into_evidence(self) -> Evidence {
        *self.evidence
    }
}

impl fmt::Display for PresentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl core::error::Error for PresentError {}
