//! One person towards one authority.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use curve25519_dalek::ristretto::RistrettoPoint;
use zeroize::Zeroizing;

use crate::answer::login::Login;
use crate::answer::presentation::Presentation;
use crate::answer::verification::{verify_login_alone, verify_presentation_alone};
use crate::credential::Credential;
use crate::credential::commitment::Commitment;
use crate::credential::enroll::EnrollmentRequest;
use crate::credential::evidence::AwaitingCommitments;
use crate::credential::evidence::item::Evidence;
use crate::credential::evidence::moves::EvidenceRequest;
use crate::credential::issue::{AwaitingIssuance, IssuanceRequest, IssuedCredential};
use crate::credential::offer::IssuanceOffer;
use crate::credential::ticket::EnrollmentTicket;
use crate::error::Error;
use crate::group::generators::generators;
use crate::holder::consent::Consent;
use crate::holder::outgoing::Outgoing;
use crate::holder::received::Received;
use crate::holder::secret::{HolderSecrets, MasterSecret};
use crate::name::{AuthorityId, Name, PlatformId};
use crate::parameters::AuthorityParameters;
use crate::parameters::list::ParameterList;
use crate::pseudonym::Pseudonym;
use crate::pseudonym::scope::Scope;
use crate::request::message::Request;
use crate::request::purpose::Wanted;
use crate::rng::SecureRng;
use crate::stored::StorageKey;
use crate::time::{SKEW, Slot, UnixTime};

#[doc(alias = "prover")]
#[doc(alias = "user")]
/// One person towards one authority.
///
/// The [crate's page](crate) has a program in which a person enrolls, fetches a credential with
/// its evidence, and answers. A device:
///
/// ```
/// # use pairnym::{holder::*, message::*, *};
/// fn answer(
///     holder: &Holder,
///     credential: &Credential,
///     item: Evidence, // gone from storage already
///     request: &Received<Request>, // seen by the person, who agreed to answer and to disclose
///     now: UnixTime,
///     rng: &mut impl SecureRng,
/// ) -> Result<Vec<u8>, Error> {
///     Ok(match request.wanted() {
///         Wanted::Login => holder.log_in(Consent::to_answer(request), now, rng)?.into_bytes(),
///         Wanted::Presentation => {
///             let consent = Consent::to_disclose(request);
///             holder.present(credential, item, consent, now, rng)?.into_bytes()
///         }
///     })
/// }
/// ```
///
/// Secrets are zeroized on drop and do not show in `Debug`.
pub struct Holder {
    secrets: HolderSecrets,
    storage: StorageKey,
    list: ParameterList,
    generators: Vec<RistrettoPoint>,
    commitment: Commitment,
}

impl Holder {
    /// Derives the person's secrets towards the authority of a list that has been authenticated
    /// (SPEC §4.5). Constant-time.
    ///
    /// # Errors
    /// [`Error::Degenerate`] with probability about 2^-252; [`Error::Fault`] if this machine
    /// computes differently when asked twice.
    pub fn new(master: &MasterSecret, list: ParameterList) -> Result<Self, Error> {
        let secrets = HolderSecrets::derive(master, list.authority());
        let storage = master.storage_key(list.authority());
        let generators = generators(list.attributes());
        let commitment = Commitment::new(&secrets, &generators)?;
        // A commitment is registered for life: one computed wrongly would lock the person out.
        let again = HolderSecrets::derive(master, list.authority());
        if Commitment::new(&again, &generators)? != commitment {
            return Err(Error::Fault);
        }
        Ok(Self { secrets, storage, list, generators, commitment })
    }

    /// [`new`](Self::new) with a list from the device's own storage.
    ///
    /// # Errors
    /// If the bytes are not what this person [stored](Self::store_list) for this authority;
    /// [`Error::ForeignAuthority`] if they stored another authority's list for it.
    pub fn restore(
        master: &MasterSecret,
        authority: &AuthorityId,
        stored_list: &[u8],
    ) -> Result<Self, Error> {
        let list: ParameterList = master.storage_key(authority).load(stored_list)?;
        if list.authority() != authority {
            return Err(Error::ForeignAuthority);
        }
        Self::new(master, list)
    }

    /// Takes the successor of its list, which must have been authenticated. Returns whether it is a
    /// different list.
    ///
    /// # Errors
    /// [`Error::ForeignAuthority`], [`Error::StaleList`], [`Error::MissingList`],
    /// [`Error::EarlyList`], and the alarm [`Error::ConflictingList`]: somebody is shown
    /// parameters of their own. The current list stays in use.
    pub fn adopt(&mut self, next: ParameterList, now: UnixTime) -> Result<bool, Error> {
        let other = self.list.replace(next, now)?;
        self.generators = generators(self.list.attributes());
        Ok(other)
    }

    /// The commitment by which the person is registered.
    #[must_use]
    pub const fn commitment(&self) -> &Commitment {
        &self.commitment
    }

    /// The parameter list.
    #[must_use]
    pub const fn list(&self) -> &ParameterList {
        &self.list
    }

    /// The person's 网号 at a platform. Constant-time; needs no credential and no network.
    ///
    /// # Errors
    /// [`Error::Degenerate`] with probability about 2^-252.
    pub fn pseudonym(
        &self,
        platform: &PlatformId,
        label: Option<&Name>,
    ) -> Result<Pseudonym, Error> {
        let scope = Scope::new(*self.list.authority(), *platform, label.copied());
        Pseudonym::derive(&self.secrets, &scope)
    }

    /// Answers the authority's invitation to enroll. Constant-time.
    ///
    /// # Errors
    /// [`Error::ForeignAuthority`]; [`Error::Fault`] if the device's own answer does not verify.
    pub fn enroll(
        &self,
        ticket: &Received<EnrollmentTicket>,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Outgoing<EnrollmentRequest>, Error> {
        if ticket.authority() != self.list.authority() || ticket.peer() != self.list.host() {
            return Err(Error::ForeignAuthority);
        }
        let Self { secrets, commitment, generators, .. } = self;
        let request = EnrollmentRequest::new(ticket, secrets, commitment, generators, rng)?;
        Outgoing::checked(&request, |request| request.verify(&ticket.again()?, generators))
    }

    /// Accepts the authority's offer, after the person has seen its values. `now` is the device's
    /// own clock. Constant-time.
    ///
    /// # Errors
    /// In this order: [`Error::ForeignAuthority`], [`Error::UnpinnedParameters`],
    /// [`Error::ListExpired`], [`Error::WrongEpoch`], [`Error::ForeignCommitment`],
    /// [`Error::Schema`]; [`Error::Fault`] if the device's own answer does not verify.
    pub fn request_credential(
        &self,
        offer: &Received<IssuanceOffer>,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(Outgoing<IssuanceRequest>, AwaitingIssuance), Error> {
        if offer.peer() != self.list.host() {
            return Err(Error::ForeignAuthority);
        }
        let parameters = self.list.find(&offer.slot().parameters);
        let parameters = parameters.ok_or(Error::UnpinnedParameters)?;
        self.list.check_until(now)?;
        let near = [now.minus(SKEW), now, now.plus(SKEW)];
        if !near.iter().any(|time| self.list.slot(*time).as_ref() == Some(offer.slot())) {
            return Err(Error::WrongEpoch);
        }
        if *offer.commitment() != self.commitment {
            return Err(Error::ForeignCommitment);
        }
        parameters.schema().check(offer.values())?;
        let again = offer.again()?;
        let Self { secrets, generators, .. } = self;
        AwaitingIssuance::request(offer, &again, parameters, secrets, generators, rng)
    }

    /// Begins a batch of evidence for a credential that has just been issued. Constant-time.
    ///
    /// # Errors
    /// [`Error::UnpinnedParameters`], [`Error::ForeignCredential`]; [`Error::Fault`] if the
    /// credential has been damaged.
    pub fn request_evidence(
        &self,
        issued: &IssuedCredential,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(EvidenceRequest, AwaitingCommitments), Error> {
        let credential = issued.credential();
        let parameters = self.list.find(&credential.slot().parameters);
        let parameters = parameters.ok_or(Error::UnpinnedParameters)?;
        self.check_credential(credential)?;
        AwaitingCommitments::new(credential, parameters, &self.secrets, rng)
    }

    /// Presents the credential to the platform whose request the person consented to answer.
    /// Constant-time in all secrets.
    ///
    /// Uses up the evidence: a stored copy must be gone before the presentation leaves the device.
    /// What leaves has been verified, as the platform will verify it, against the request as it
    /// came.
    ///
    /// # Errors
    /// In this order: [`Error::ForeignPlatform`], [`Error::ForeignAuthority`],
    /// [`Error::WrongAnswer`], [`Error::WrongClock`], [`Error::ListExpired`], [`Error::Expired`],
    /// [`Error::Range`], [`Error::UnpinnedParameters`], [`Error::EpochNotAccepted`],
    /// [`Error::ForeignCredential`], [`Error::StaleCredential`], [`Error::Schema`],
    /// [`Error::DisclosureWithoutConsent`], [`Error::ConditionUnmet`], [`Error::ForeignEvidence`],
    /// [`Error::Fault`]. The evidence comes back with the error, unused; only a fault uses it up.
    ///
    /// ```compile_fail,E0382
    /// # use pairnym::{holder::*, message::*, *};
    /// # fn twice(holder: &Holder, credential: &Credential, item: Evidence, one: Consent<'_>,
    /// # other: Consent<'_>, now: UnixTime, rng: &mut impl SecureRng) {
    /// let first = holder.present(credential, item, one, now, rng);
    /// let second = holder.present(credential, item, other, now, rng); // moved
    /// # }
    /// ```
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
        let (secrets, fixed) = (&self.secrets, &self.generators);
        let presentation = match Presentation::prove(
            secrets, fixed, credential, &evidence, request, &indices, rng,
        ) {
            Ok(presentation) => presentation,
            Err(error) => return Err(PresentError::unused(error, evidence)),
        };
        drop(evidence);
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
        let request = consent.request();
        self.check_request(request, Wanted::Presentation)?;
        if now.plus(SKEW) < self.list.since() {
            return Err(Error::WrongClock);
        }
        self.list.check_until(now)?;
        request.check_time_of_holder(now)?;
        let listed = |slot: &_| request.slots().contains(slot);
        let Some(present) = self.list.slot(now).filter(listed) else {
            let known = |parameters| self.list.find(parameters).is_some();
            let all = request.slots().iter().all(|slot| known(&slot.parameters));
            return Err(if all { Error::EpochNotAccepted } else { Error::UnpinnedParameters });
        };
        let before = self.list.slot_before(&present);
        self.check_others(request, &present, before.as_ref())?;
        credential.check_owner(&self.commitment)?;
        let others = [self.list.slot(now.plus(SKEW)), before];
        let mut shown = others.into_iter().flatten().filter(listed).chain([present]);
        if !shown.any(|slot| slot == *credential.slot()) {
            return Err(Error::StaleCredential);
        }
        let parameters = self.list.find(&credential.slot().parameters);
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
        let earlier = before.and_then(|before| self.list.slot_before(before));
        let after = self.list.slot_after(present);
        let mine = [Some(present), before, earlier.as_ref(), after.as_ref()];
        let last = request.slots().last();
        // Where the list ends, the platform may have the next one already.
        let ends = self.list.until() <= request.expires().plus(SKEW);
        let fits = |slot: &Slot| {
            let unknown = self.list.find(&slot.parameters).is_none();
            mine.contains(&Some(slot)) || (unknown && ends && last == Some(slot))
        };
        if request.slots().iter().all(fits) { Ok(()) } else { Err(Error::EpochNotAccepted) }
    }

    /// Logs in, or signs a statement, with the 网号 of the request's scope. Constant-time.
    ///
    /// # Errors
    /// In this order: [`Error::ForeignPlatform`], [`Error::ForeignAuthority`],
    /// [`Error::WrongAnswer`], [`Error::Expired`], [`Error::Range`]; [`Error::Fault`] if the
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
        let login = Login::sign(&self.secrets, &request.scope(), nonce, &digest, rng)?;
        Outgoing::checked(&login, |login| verify_login_alone(login, &self.again(request)?))
    }

    /// Step 1 of SPEC §11.
    fn check_request(&self, request: &Received<Request>, wanted: Wanted) -> Result<(), Error> {
        if request.platform() != request.peer() {
            return Err(Error::ForeignPlatform);
        }
        if request.authority() != self.list.authority() {
            return Err(Error::ForeignAuthority);
        }
        request.check_wanted(wanted)
    }

    /// The request, read again from the bytes as they came and compared again with the peer.
    fn again(&self, request: &Received<Request>) -> Result<Request, Error> {
        let again = request.again()?;
        let same = again.platform() == request.peer() && again.authority() == self.list.authority();
        if same { Ok(again) } else { Err(Error::Fault) }
    }

    fn check_credential(&self, credential: &Credential) -> Result<(), Error> {
        credential.check_owner(&self.commitment)?;
        credential.check_whole(&self.generators)
    }

    /// The list, for the device's own storage.
    #[must_use]
    pub fn store_list(&self) -> Vec<u8> {
        self.storage.store(&self.list).to_vec()
    }

    /// A credential, for storage that only the device's owner can open: 203 bytes and the values,
    /// all of them secret.
    ///
    /// ```
    /// # use pairnym::{holder::*, *};
    /// # struct Vault { master: [u8; 32], list: Vec<u8>, credential: Vec<u8>, evidence: Vec<Vec<u8>> }
    /// # impl Vault { fn save(&self) -> Result<(), Error> { Ok(()) } }
    /// fn keep(vault: &mut Vault, holder: &Holder, credential: &Credential, evidence: &[Evidence]) {
    ///     vault.list = holder.store_list();
    ///     vault.credential = holder.store_credential(credential).to_vec();
    ///     vault.evidence = evidence.iter().map(|e| holder.store_evidence(e).to_vec()).collect();
    /// }
    ///
    /// fn open(vault: &mut Vault) -> Result<(Holder, Credential, Option<Evidence>), Error> {
    ///     let master = MasterSecret::import(vault.master);
    ///     let holder = Holder::restore(&master, &"id.example".parse()?, &vault.list)?;
    ///     let credential = holder.load_credential(&vault.credential)?;
    ///     let item = vault.evidence.pop();
    ///     vault.save()?; // gone from the disk before it is used
    ///     let item = item.map(|stored| holder.load_evidence(&stored)).transpose()?;
    ///     Ok((holder, credential, item))
    /// }
    /// ```
    #[must_use]
    pub fn store_credential(&self, credential: &Credential) -> Zeroizing<Vec<u8>> {
        self.storage.store(credential)
    }

    /// Reads a [stored](Self::store_credential) credential. Constant-time in its secrets, but for
    /// the length of texts and the check of their characters.
    ///
    /// # Errors
    /// [`Error::Decode`] if the bytes are not what this person stored,
    /// [`Error::ForeignCredential`], [`Error::Fault`].
    pub fn load_credential(&self, stored: &[u8]) -> Result<Credential, Error> {
        let credential = self.storage.load(stored)?;
        self.check_credential(&credential)?;
        Ok(credential)
    }

    /// An item of evidence, for storage that only the device's owner can open and that is never
    /// backed up: 258 bytes, all of them secret.
    #[must_use]
    pub fn store_evidence(&self, evidence: &Evidence) -> Zeroizing<Vec<u8>> {
        self.storage.store(evidence)
    }

    /// Reads a [stored](Self::store_evidence) item of evidence.
    ///
    /// # Errors
    /// [`Error::Decode`] if the bytes are not what this person stored.
    pub fn load_evidence(&self, stored: &[u8]) -> Result<Evidence, Error> {
        Ok(self.storage.load(stored)?)
    }
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder").field("authority", self.list.authority()).finish_non_exhaustive()
    }
}

/// A presentation that was not made.
#[derive(Debug)]
pub struct PresentError {
    error: Error,
    evidence: Option<Box<Evidence>>,
}

impl PresentError {
    fn unused(error: Error, evidence: Evidence) -> Self {
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
