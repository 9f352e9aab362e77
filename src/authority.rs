//! The authority (公共服务平台): enrolls, issues, and makes evidence without seeing what for.
//!
//! Enrolling and issuing have two phases each: *checking* does all but the registry, which then
//! registers, or says what is registered now.

pub use crate::credential::enroll::{OpenTicket, Unregistered};
pub use crate::credential::evidence::EvidenceSession;
pub use crate::credential::issue::{OpenOffer, Unissued};
pub use crate::credential::key::AuthorityKey;
pub use crate::store::sessions::EvidenceSessions;
pub use crate::stored::StorageKey;

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use curve25519_dalek::ristretto::RistrettoPoint;

use crate::credential::attributes::{Schema, Value};
use crate::credential::enroll::{Commitment, EnrollmentRequest};
use crate::credential::evidence::moves::{
    EvidenceChallenges, EvidenceCommitments, EvidenceRequest, EvidenceResponses,
};
use crate::credential::issue::{IssuanceRequest, IssuanceResponse};
use crate::error::Error;
use crate::group::generators::generators;
use crate::parameters::AuthorityParameters;
use crate::parameters::list::ParameterList;
use crate::rng::SecureRng;
use crate::store::nonces::StoreError;
use crate::store::registry::{PersonId, Registry, TransactionId};
use crate::time::UnixTime;

#[doc(alias = "issuer")]
/// An authority with one key. While keys are rotated there are two: the one whose slots are over
/// answers what it still has open.
pub struct Authority {
    key: AuthorityKey,
    parameters: AuthorityParameters,
    list: ParameterList,
    generators: Vec<RistrettoPoint>,
}

impl Authority {
    /// The authority with this key, as its published list says.
    ///
    /// # Errors
    /// [`Error::ForeignParameters`] if the list has no entry with this key.
    pub fn open(key: AuthorityKey, list: ParameterList) -> Result<Self, Error> {
        let entries = list.entries().map(|entry| entry.parameters());
        let own = entries.into_iter().find(|entry| entry.key() == key.public());
        let parameters = own.ok_or(Error::ForeignParameters)?.clone();
        let generators = generators(parameters.schema().len());
        Ok(Self { key, parameters, list, generators })
    }

    /// Takes the successor of its list. Whether it is another list.
    ///
    /// # Errors
    /// [`Error::ForeignAuthority`], [`Error::StaleList`], [`Error::MissingList`],
    /// [`Error::EarlyList`], [`Error::ConflictingList`]; the list at hand stays in use.
    pub fn adopt(&mut self, next: ParameterList, now: UnixTime) -> Result<bool, Error> {
        self.list.replace(next, now)
    }

    /// The parameters of its key.
    #[must_use]
    pub const fn parameters(&self) -> &AuthorityParameters {
        &self.parameters
    }

    /// The published list.
    #[must_use]
    pub const fn list(&self) -> &ParameterList {
        &self.list
    }

    /// Invites the person of an identity check to enroll, for at most a day. `transaction` is the
    /// check's own unpredictable number; keep the open ticket with it.
    ///
    /// # Errors
    /// [`Error::Range`] for a longer life.
    pub fn open_ticket(
        &self,
        transaction: TransactionId,
        life: Duration,
        now: UnixTime,
        rng: &mut impl SecureRng,
    ) -> Result<OpenTicket, Error> {
        OpenTicket::new(*self.parameters.authority(), transaction, life, now, rng)
    }

    /// Checks the answer of the person whose identity was checked in the ticket's transaction.
    /// What is left is to register.
    ///
    /// # Errors
    /// [`Error::ForeignAuthority`], [`Error::Expired`]; [`Error::Rejected`] if the request does
    /// not answer this ticket.
    pub fn check_enrollment(
        &self,
        ticket: &OpenTicket,
        request: &EnrollmentRequest,
        person: PersonId,
        now: UnixTime,
    ) -> Result<Unregistered, Error> {
        if ticket.ticket().authority() != self.parameters.authority() {
            return Err(Error::ForeignAuthority);
        }
        request.check(ticket, person, &self.generators, now)
    }

    /// [Checks](Self::check_enrollment) and registers.
    ///
    /// # Errors
    /// As [`check_enrollment`](Self::check_enrollment); the registry's refusals and own errors.
    pub fn enroll<R: Registry>(
        &self,
        ticket: &OpenTicket,
        request: &EnrollmentRequest,
        person: PersonId,
        now: UnixTime,
        registry: &R,
    ) -> Result<Commitment, StoreError<R::Error>> {
        self.check_enrollment(ticket, request, person, now)?.register(registry, now)
    }

    /// Offers a credential for the present slot to the holder of a *registered* commitment, for at
    /// most ten minutes. Values are given by name; attributes without one are absent.
    ///
    /// # Errors
    /// [`Error::ForeignParameters`] if the list has this key no more, [`Error::ListExpired`],
    /// [`Error::WrongEpoch`] if another key issues now; [`Error::Range`] for a longer life;
    /// [`Error::UnknownAttribute`], [`Error::Schema`] for a value of another kind or a name given
    /// twice, [`Error::Text`].
    pub fn offer<'a>(
        &self,
        commitment: Commitment,
        values: impl IntoIterator<Item = (&'a str, Value)>,
        life: Duration,
        now: UnixTime,
        rng: &mut impl SecureRng,
    ) -> Result<OpenOffer, Error> {
        self.check_listed()?;
        self.list.check_until(now)?;
        let slot = self.list.slot(now);
        let slot = slot.filter(|slot| slot.parameters == *self.parameters.id());
        let slot = slot.ok_or(Error::WrongEpoch)?;
        let expires = OpenOffer::expiry(life, now)?;
        let values = named(self.parameters.schema(), values)?;
        Ok(OpenOffer::new(slot, commitment, values, expires, rng))
    }

    /// Checks the acceptance of an offer. What is left is the registry's word that commitment and
    /// values are registered now.
    ///
    /// # Errors
    /// [`Error::ForeignParameters`] if the offer is of another key, or of one that is on the list
    /// no more; [`Error::Expired`]; [`Error::Schema`]; [`Error::Rejected`] if the request does not
    /// answer this offer.
    pub fn check_issuance<'a>(
        &'a self,
        offer: &'a OpenOffer,
        request: &IssuanceRequest,
        now: UnixTime,
    ) -> Result<Unissued<'a>, Error> {
        self.check_listed()?;
        offer.check(request, &self.parameters, &self.generators, now)?;
        Ok(Unissued { key: &self.key, fixed: &self.generators, offer: offer.offer() })
    }

    /// [Checks](Self::check_issuance), asks the registry, and issues. Constant-time in the key.
    ///
    /// # Errors
    /// As [`check_issuance`](Self::check_issuance); [`Error::NotRegistered`], and the registry's
    /// own errors.
    pub fn issue<R: Registry>(
        &self,
        offer: &OpenOffer,
        request: &IssuanceRequest,
        now: UnixTime,
        registry: &R,
    ) -> Result<IssuanceResponse, StoreError<R::Error>> {
        self.check_issuance(offer, request, now)?.issue(registry)
    }

    /// Opens an evidence session, within the authenticated session of an issuance. Keep it in
    /// [`EvidenceSessions`], in memory only. Constant-time in the key.
    ///
    /// # Errors
    /// [`Error::ForeignParameters`] if the list has this key no more; [`Error::Rejected`] if the
    /// pair is not one that this key made; nothing else leaves then.
    pub fn open_evidence(
        &self,
        request: &EvidenceRequest,
        rng: &mut impl SecureRng,
    ) -> Result<(EvidenceSession, EvidenceCommitments), Error> {
        self.check_listed()?;
        EvidenceSession::open(&self.key, &self.parameters, request, rng)
    }

    /// Answers the challenges of a session, which is used up. Constant-time.
    ///
    /// # Errors
    /// [`Error::NoSession`] if the challenges or the key belong to another session.
    pub fn respond(
        &self,
        session: EvidenceSession,
        challenges: &EvidenceChallenges,
    ) -> Result<EvidenceResponses, Error> {
        session.respond(&self.key, &self.parameters, challenges)
    }

    /// A withdrawn key does nothing more.
    fn check_listed(&self) -> Result<(), Error> {
        let listed = self.list.find(self.parameters.id());
        listed.map(|_| ()).ok_or(Error::ForeignParameters)
    }
}

/// The values in the order of the schema.
fn named<'a>(
    schema: &Schema,
    values: impl IntoIterator<Item = (&'a str, Value)>,
) -> Result<Vec<Value>, Error> {
    let placed = |(name, value)| Ok((schema.index(name).ok_or(Error::UnknownAttribute)?, value));
    let placed: Result<Vec<_>, Error> = values.into_iter().map(placed).collect();
    let mut all = alloc::vec![None; schema.len()];
    for (index, value) in placed? {
        let place = all.get_mut(usize::from(index)).filter(|place| place.is_none());
        *place.ok_or(Error::Schema)? = Some(value);
    }
    let all: Vec<_> = all.into_iter().map(|value| value.unwrap_or(Value::Absent)).collect();
    schema.check(&all)?;
    all.iter().try_for_each(Value::check_text)?;
    Ok(all)
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("parameters", &self.parameters).finish_non_exhaustive()
    }
}
