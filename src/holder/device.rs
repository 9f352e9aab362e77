//! One person towards one authority.

use alloc::vec::Vec;
use core::fmt;

use curve25519_dalek::scalar::Scalar;
use zeroize::Zeroizing;

use crate::answer::login::Login;
use crate::answer::presentation::Presentation;
use crate::credential::Credential;
use crate::credential::commitment::Commitment;
use crate::credential::enroll::EnrollmentRequest;
use crate::credential::evidence::AwaitingCommitments;
use crate::credential::evidence::item::Evidence;
use crate::credential::evidence::moves::EvidenceRequest;
use crate::credential::issue::{AwaitingIssuance, IssuanceRequest, IssuedCredential};
use crate::credential::key::{KeyTable, table};
use crate::credential::offer::IssuanceOffer;
use crate::credential::ticket::EnrollmentTicket;
use crate::error::Error;
use crate::group::generators::Generators;
use crate::holder::account::{Account, PresentError};
use crate::holder::consent::Consent;
use crate::holder::outgoing::Outgoing;
use crate::holder::received::Received;
use crate::holder::secret::{HolderSecrets, MasterSecret};
use crate::name::{AuthorityId, Name, PlatformId};
use crate::parameters::list::ParameterList;
use crate::pseudonym::Pseudonym;
use crate::pseudonym::scope::Scope;
use crate::request::message::Request;
use crate::rng::SecureRng;
use crate::stored::StorageKey;
use crate::time::UnixTime;

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
pub struct Holder<Part = Alone> {
    pub(super) secrets: HolderSecrets,
    storage: StorageKey,
    pub(super) list: ParameterList,
    pub(super) generators: Generators,
    /// Tables for the keys of the list, in its order; none unless it is prepared.
    keys: Vec<KeyTable>,
    pub(super) commitment: Commitment,
    part: Part,
}

/// Marks a [`Holder`] that has all of the person's secrets. The other kind is a
/// [`Lead`](crate::shared::Lead).
pub struct Alone(());

impl Holder {
    /// Derives the person's secrets towards the authority of a list that has been authenticated
    /// (SPEC §4.5). Constant-time.
    ///
    /// # Errors
    /// [`Error::Degenerate`] with probability about 2^-252; [`Error::Fault`] if this machine
    /// computes differently when asked twice.
    pub fn new(master: &MasterSecret, list: ParameterList) -> Result<Self, Error> {
        Self::with_share(master, list, &Scalar::ZERO)
    }

    /// With this much more in u_0 (SPEC §20.1).
    pub(crate) fn with_share(
        master: &MasterSecret,
        list: ParameterList,
        d: &Scalar,
    ) -> Result<Self, Error> {
        let derive = || HolderSecrets::derive(master, list.authority()).with_share(d);
        let secrets = derive();
        let storage = master.storage_key(list.authority());
        let generators = Generators::new(list.attributes());
        let commitment = Commitment::new(&secrets, generators.points())?;
        // A commitment is registered for life: one computed wrongly would lock the person out.
        if Commitment::new(&derive(), generators.points())? != commitment {
            return Err(Error::Fault);
        }
        let keys = Vec::new();
        Ok(Self { secrets, storage, list, generators, keys, commitment, part: Alone(()) })
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

    /// The person's 网号 at a platform. Constant-time; needs no credential and no network.
    ///
    /// # Errors
    /// [`Error::Degenerate`] with probability about 2^-252.
    pub fn pseudonym(
        &self,
        platform: &PlatformId,
        label: Option<&Name>,
    ) -> Result<Pseudonym, Error> {
        Ok(*self.account(platform, label)?.pseudonym())
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
        let (points, fixed) = (generators.points(), generators.fixed());
        let request = EnrollmentRequest::new(ticket, secrets, commitment, points, rng)?;
        Outgoing::checked(&request, |request| request.verify(&ticket.again()?, fixed))
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
        let parameters = self.check_offer(offer, now)?;
        let again = offer.again()?;
        let Self { secrets, generators, .. } = self;
        AwaitingIssuance::request(offer, &again, parameters, secrets, generators, rng)
    }

    /// The person at a platform: what is the same in all answers there, computed once.
    /// Constant-time; needs no credential and no network.
    ///
    /// # Errors
    /// [`Error::Degenerate`] with probability about 2^-252.
    pub fn account(
        &self,
        platform: &PlatformId,
        label: Option<&Name>,
    ) -> Result<Account<'_>, Error> {
        Account::new(self, Scope::new(*self.list.authority(), *platform, label.copied()))
    }

    /// Presents the credential to the platform whose request the person consented to answer:
    /// [`Account::present`] in the request's scope. Constant-time in all secrets.
    ///
    /// # Errors
    /// As [`Account::present`].
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
        match self.account(request.platform(), request.label()) {
            Ok(account) => account.present(credential, evidence, consent, now, rng),
            Err(error) => Err(PresentError::unused(error, evidence)),
        }
    }

    /// Logs in, or signs a statement, with the 网号 of the request's scope: [`Account::log_in`].
    /// Constant-time.
    ///
    /// # Errors
    /// As [`Account::log_in`].
    pub fn log_in(
        &self,
        consent: Consent<'_>,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Outgoing<Login>, Error> {
        let request = consent.request();
        self.account(request.platform(), request.label())?.log_in(consent, now, rng)
    }
}

/// What needs no second device.
impl<Part> Holder<Part> {
    /// Takes the successor of its list, which must have been authenticated. Returns whether it is a
    /// different list.
    ///
    /// # Errors
    /// [`Error::ForeignAuthority`], [`Error::StaleList`], [`Error::MissingList`],
    /// [`Error::EarlyList`], and the alarm [`Error::ConflictingList`]: somebody is shown
    /// parameters of their own. The current list stays in use.
    pub fn adopt(&mut self, next: ParameterList, now: UnixTime) -> Result<bool, Error> {
        let other = self.list.replace(next, now)?;
        if self.generators.are_prepared() {
            self.prepare();
        } else {
            self.generators = Generators::new(self.list.attributes());
        }
        Ok(other)
    }

    /// Makes tables for a device that goes on running, which save a tenth of a presentation and of an
    /// accepted offer, and a sixteenth of a batch of evidence: they pay after thirty to fifty
    /// presentations. [`adopt`](Self::adopt) makes them again.
    ///
    /// They take 10 kB for each generator (9, and one for each attribute of the list's largest
    /// schema) and 30 kB for each key of the list: 200 kB for 8 attributes and one key. Making
    /// those takes 53 million instructions in portable code, 13 million with AVX2.
    pub fn prepare(&mut self) {
        let attributes = self.list.attributes();
        self.generators = Generators::prepared(attributes, attributes);
        let keys = self.list.entries().map(|entry| table(entry.parameters().key()));
        self.keys = keys.collect();
    }

    /// Whether this credential would answer a request, if the person consented to everything that it
    /// asks: for the device to know before it asks the person. Constant-time in the values.
    ///
    /// # Errors
    /// Those of [`Account::present`], in its order, but for [`Error::DisclosureWithoutConsent`] and
    /// those about evidence.
    pub fn check(
        &self,
        credential: &Credential,
        request: &Received<Request>,
        now: UnixTime,
    ) -> Result<(), Error> {
        let consent = Consent::to_disclose(request);
        self.check_presentation(credential, None, &consent, now).map(|_| ())
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
        let keys = self.list.entries().map(|entry| entry.parameters().id()).zip(&self.keys);
        let table = keys.filter(|(id, _)| *id == parameters.id()).map(|(_, key)| key).next();
        AwaitingCommitments::new(credential, parameters, table.cloned(), &self.secrets, rng)
    }

    /// For a kind of holder of its own.
    pub(crate) const fn part(&self) -> &Part {
        &self.part
    }

    pub(crate) const fn secrets(&self) -> &HolderSecrets {
        &self.secrets
    }

    pub(crate) const fn storage(&self) -> &StorageKey {
        &self.storage
    }

    /// At least those for the largest schema of the list.
    pub(crate) const fn generators(&self) -> &Generators {
        &self.generators
    }

    /// The same device, as a part of the holder with this commitment.
    pub(crate) fn into_part<Other>(self, part: Other, commitment: Commitment) -> Holder<Other> {
        let Self { secrets, storage, list, generators, keys, .. } = self;
        Holder { secrets, storage, list, generators, keys, commitment, part }
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

impl<Part> fmt::Debug for Holder<Part> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder").field("authority", self.list.authority()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
