//! The authority (公共服务平台): enrolls, issues, and makes evidence without seeing what for.
//!
//! Enrolling and issuing have two phases each: *checking* does everything except the registry's
//! part; then the registry registers, or says what is registered now.

#[doc(no_inline)]
pub use crate::StorageKey;
pub use crate::credential::enroll::Unregistered;
pub use crate::credential::evidence::EvidenceSession;
pub use crate::credential::issue::Unissued;
pub use crate::credential::key::AuthorityKey;
pub use crate::credential::offer::OpenOffer;
pub use crate::credential::ticket::OpenTicket;
pub use crate::store::sessions::EvidenceSessions;

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use curve25519_dalek::ristretto::RistrettoPoint;

use crate::credential::attributes::{Schema, Value};
use crate::credential::commitment::Commitment;
use crate::credential::enroll::EnrollmentRequest;
use crate::credential::evidence::moves::{
    EvidenceChallenges, EvidenceCommitments, EvidenceRequest, EvidenceResponses,
};
use crate::credential::issue::{IssuanceRequest, IssuanceResponse};
use crate::error::Error;
use crate::group::generators::Generators;
use crate::ids::ParametersId;
use crate::parameters::list::ParameterList;
use crate::parameters::{AuthorityParameters, credential_base};
use crate::rng::SecureRng;
use crate::store::lock::Lock;
use crate::store::nonces::StoreError;
use crate::store::registry::{PersonId, Registry, TransactionId};
use crate::time::{Slot, UnixTime};

/// An authority with its keys: one or, while keys are rotated, two, of which the older one finishes
/// what it still has open.
///
/// Rotation, on a list that is published at least 72 hours before the other ends:
///
/// ```
/// # use std::time::Duration;
/// # use pairnym::{attribute::*, authority::*, message::*, *};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let rng = &mut rand_core::UnwrapErr(getrandom::SysRng);
/// # let day = Duration::from_secs(86_400);
/// # let schema = || Schema::new([("age_over_18", Kind::Flag)]);
/// # let (old, old_seed) = AuthorityKey::generate(rng)?;
/// # let parameters = AuthorityParameters::new(&old, "id.example".parse()?, day, 1, schema()?)?;
/// # let (now, host) = (UnixTime(1_800_000_000), "id.example".parse()?);
/// # let list = ParameterList::first(host, now..now.after(30 * day)?, UnixTime(0), parameters)?;
/// let mut authority = Authority::open(old, list.clone())?;
///
/// // The new key begins with the first slot of which the old list says nothing.
/// let (new, new_seed) = AuthorityKey::generate(rng)?;
/// let parameters = AuthorityParameters::new(&new, "id.example".parse()?, day, 1, schema()?)?;
/// let last = list.slot(list.until()).ok_or("no slot")?;
/// let from = list.times(&last).ok_or("no slot")?.end;
/// let since = now.after(20 * day)?;
/// let next = list.rotate(since..from.after(20 * day)?, from, parameters)?;
///
/// // From its `since` on, every party adopts it. The old key stays while it has anything open.
/// assert!(authority.adopt(next.clone(), since)?);
/// authority.add_key(new)?;
///
/// // After a restart, from the seeds. The list may have dropped the old key by then.
/// let mut authority = Authority::open(AuthorityKey::from_seed(&new_seed)?, next)?;
/// let old = authority.add_key(AuthorityKey::from_seed(&old_seed)?);
/// assert!(matches!(old, Ok(()) | Err(Error::ForeignParameters)));
/// # Ok(()) }
/// ```
#[doc(alias = "issuer")]
pub struct Authority {
    opened: Own,
    others: Vec<Own>,
    list: ParameterList,
    generators: Generators,
    /// B_t of the slot of the last issuance.
    base: Lock<Option<(Slot, RistrettoPoint)>>,
}

/// A key and its parameters.
struct Own {
    key: AuthorityKey,
    parameters: AuthorityParameters,
}

impl Own {
    fn new(key: AuthorityKey, list: &ParameterList) -> Result<Self, Error> {
        let entries = list.entries().map(|entry| entry.parameters());
        let own = entries.into_iter().find(|entry| entry.key() == key.public());
        let parameters = own.ok_or(Error::ForeignParameters)?.clone();
        Ok(Self { key, parameters })
    }
}

impl Authority {
    /// The authority with this key, as its published list says. Makes tables for the openings that
    /// it verifies: 92 kB, and 24 million instructions in portable code, 2 million with AVX2.
    ///
    /// # Errors
    /// [`Error::ForeignParameters`] if the list has no entry with this key.
    pub fn open(key: AuthorityKey, list: ParameterList) -> Result<Self, Error> {
        let opened = Own::new(key, &list)?;
        let generators = tables(&opened.parameters);
        Ok(Self { opened, others: Vec::new(), list, generators, base: Lock::new(None) })
    }

    /// Adds a further key of its list: each question is answered with the key that it is about. A
    /// key that is withdrawn from the list opens nothing any more.
    ///
    /// # Errors
    /// [`Error::ForeignParameters`] if the list has no entry with this key: it was withdrawn, or
    /// all its slots are over. The authority goes on without it.
    pub fn add_key(&mut self, key: AuthorityKey) -> Result<(), Error> {
        let own = Own::new(key, &self.list)?;
        if !self.generators.suffice(own.parameters.schema().len()) {
            self.generators = tables(&own.parameters);
        }
        self.others.push(own);
        Ok(())
    }

    /// Takes the successor of its list. Returns whether it is a different list.
    ///
    /// # Errors
    /// [`Error::ForeignAuthority`], [`Error::StaleList`], [`Error::MissingList`],
    /// [`Error::EarlyList`], [`Error::ConflictingList`]; the current list stays in use.
    pub fn adopt(&mut self, next: ParameterList, now: UnixTime) -> Result<bool, Error> {
        self.list.replace(next, now)
    }

    /// The parameters of the key with which it was opened.
    #[must_use]
    pub const fn parameters(&self) -> &AuthorityParameters {
        &self.opened.parameters
    }

    /// The published list.
    #[must_use]
    pub const fn list(&self) -> &ParameterList {
        &self.list
    }

    /// Invites the person of an identity check to enroll within at most a day. `transaction` is the
    /// check's own unpredictable number; keep the open ticket under it.
    ///
    /// # Errors
    /// [`Error::Range`] for a longer life.
    pub fn open_ticket(
        &self,
        transaction: TransactionId,
        life: Duration,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<OpenTicket, Error> {
        OpenTicket::new(*self.list.authority(), transaction, life, now, rng)
    }

    /// Checks the answer of the person whose identity was checked in the ticket's transaction. All
    /// that is left is to register.
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
        if ticket.ticket().authority() != self.list.authority() {
            return Err(Error::ForeignAuthority);
        }
        request.check(ticket, person, self.generators.fixed(), now)
    }

    /// [Checks](Self::check_enrollment) and registers.
    ///
    /// # Errors
    /// As [`check_enrollment`](Self::check_enrollment); the registry's refusals and own errors.
    pub fn enroll<R: Registry + ?Sized>(
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
    /// [`Error::ForeignParameters`] if the list has none of its keys, [`Error::ListExpired`],
    /// [`Error::WrongEpoch`] if another key issues now; [`Error::Range`] for a longer life;
    /// [`Error::UnknownAttribute`], [`Error::Schema`] for a value of another kind or a name given
    /// twice, [`Error::Text`].
    pub fn offer<'a>(
        &self,
        commitment: Commitment,
        values: impl IntoIterator<Item = (&'a str, Value)>,
        life: Duration,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<OpenOffer, Error> {
        if !self.keys().any(|own| self.check_listed(own).is_ok()) {
            return Err(Error::ForeignParameters);
        }
        self.list.check_until(now)?;
        let slot = self.list.slot(now).ok_or(Error::WrongEpoch)?;
        let own = self.keys().find(|own| *own.parameters.id() == slot.parameters);
        let own = own.ok_or(Error::WrongEpoch)?;
        let expires = OpenOffer::expiry(life, now)?;
        let values = named(own.parameters.schema(), values)?;
        Ok(OpenOffer::new(slot, commitment, values, expires, rng))
    }

    /// Checks the acceptance of an offer. All that is left is the registry's word that commitment
    /// and values are registered now.
    ///
    /// # Errors
    /// [`Error::ForeignParameters`] if the offer's key is not one of its own, or no longer on the
    /// list; [`Error::Expired`]; [`Error::Schema`]; [`Error::Rejected`] if the request does not
    /// answer this offer.
    pub fn check_issuance<'a>(
        &'a self,
        offer: &'a OpenOffer,
        request: &IssuanceRequest,
        now: UnixTime,
    ) -> Result<Unissued<'a>, Error> {
        let Own { key, parameters } = self.own(&offer.offer().slot().parameters)?;
        let generators = &self.generators;
        request.check(offer, parameters, generators.fixed(), now)?;
        let base = self.credential_base(offer.offer().slot());
        Ok(Unissued { key, generators, base, offer: offer.offer() })
    }

    /// [Checks](Self::check_issuance), asks the registry, and issues. Constant-time in the key.
    ///
    /// # Errors
    /// As [`check_issuance`](Self::check_issuance); [`Error::NotRegistered`], and the registry's
    /// own errors.
    pub fn issue<R: Registry + ?Sized>(
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
    /// [`Error::ForeignParameters`] if the key is no longer on the list; [`Error::Rejected`] if
    /// B' is not x·A', or the key is not one of its own; then nothing else leaves.
    pub fn open_evidence(
        &self,
        request: &EvidenceRequest,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(EvidenceSession, EvidenceCommitments), Error> {
        let Own { key, parameters } = self.own(request.parameters())?;
        EvidenceSession::open(key, parameters, request, rng)
    }

    /// Answers the challenges of a session, which is used up. Constant-time.
    ///
    /// # Errors
    /// [`Error::NoSession`] if the challenges belong to another session, or the session to a key
    /// that is not one of its own.
    pub fn respond(
        &self,
        session: EvidenceSession,
        challenges: &EvidenceChallenges,
    ) -> Result<EvidenceResponses, Error> {
        let Own { key, parameters } = self.find(session.parameters());
        session.respond(key, parameters, challenges)
    }

    /// B_t, which is the same for everybody in a slot.
    fn credential_base(&self, slot: &Slot) -> RistrettoPoint {
        let kept = self.base.with(|kept| match kept {
            Some((of, base)) if of == slot => *base,
            _ => kept.insert((*slot, credential_base(slot))).1,
        });
        kept.unwrap_or_else(|_| credential_base(slot))
    }

    fn keys(&self) -> impl Iterator<Item = &Own> {
        core::iter::once(&self.opened).chain(&self.others)
    }

    /// The key with these parameters; if there is none, the first one, which then refuses them.
    fn find(&self, id: &ParametersId) -> &Own {
        self.keys().find(|own| own.parameters.id() == id).unwrap_or(&self.opened)
    }

    /// The same, if it is on the list: a withdrawn key does nothing any more.
    fn own(&self, id: &ParametersId) -> Result<&Own, Error> {
        let own = self.find(id);
        self.check_listed(own)?;
        Ok(own)
    }

    fn check_listed(&self, own: &Own) -> Result<(), Error> {
        self.list.find(own.parameters.id()).map(|_| ()).ok_or(Error::ForeignParameters)
    }
}

/// The generators for a schema; what an authority verifies has no attributes.
fn tables(parameters: &AuthorityParameters) -> Generators {
    Generators::prepared(parameters.schema().len(), 0)
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
        f.debug_struct("Authority").field("parameters", self.parameters()).finish_non_exhaustive()
    }
}
