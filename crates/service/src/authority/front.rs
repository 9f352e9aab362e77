//! What a front does, for counters and for wallets.

use std::sync::atomic::Ordering;

use pairnym::message::{EnrollmentRequest, EvidenceChallenges, EvidenceRequest, IssuanceRequest};
use pairnym::rand_core::UnwrapErr;
use pairnym::store::Reenrollment;
use pairnym::{Error, Message as _, Name, PersonId, TransactionId, UnixTime};
use pairnym_store::{
    DeviceSession, Devices as _, Event, Grant, Hashed, Identified, Offer, Offers as _, People as _,
    PeopleRows as _, Ticket, Tickets as _,
};
use pairnym_transport::authority::{CounterCode, Session};
use pairnym_transport::{Refusal, Token};

use super::{Service, Unsigned};
use crate::Refused;

/// How long a code from the counter's screen is good, in seconds (TRANSPORT.md §10).
const CODE_SECONDS: u64 = 600;
/// How long an evidence session lives, in seconds.
const EVIDENCE_SECONDS: u64 = 30;

/// Who is doing it, for the audit log: a wallet's device.
const DEVICE: &str = "device";

/// A device that a wallet's call comes from.
#[derive(Clone, Copy)]
pub(super) struct Device {
    /// The hash of its token.
    pub(super) token: Hashed,
    pub(super) session: DeviceSession,
}

fn rng() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}

/// What a store keeps of a token.
pub(super) fn hashed(token: &Token) -> Hashed {
    Hashed::of("token", &token.0)
}

fn of_code(code: &CounterCode) -> Hashed {
    Hashed::of("counter-code", code.as_bytes())
}

/// For a counter.
impl Service {
    /// Somebody's identity was checked, and they are here: the code that they now type into their
    /// device, good once and for 600 seconds. With it somebody who is not registered yet gets a
    /// ticket to enroll, and everybody else a session for another or a restored device. `actor` is
    /// who checked, for the audit log.
    ///
    /// # Errors
    /// [`Error::PersonDeleted`] if nobody who was deleted may enroll again; the store or every signer
    /// fails.
    pub async fn identify(&self, person: PersonId, actor: &str) -> Result<CounterCode, Refused> {
        let inner = &*self.0;
        let expires = UnixTime(self.now().0.saturating_add(CODE_SECONDS));
        let registered = inner.store.person(person).await?;
        let ticket = match registered {
            Some(row) if row.deleted.is_none() => None,
            Some(_) if inner.reenrollment == Reenrollment::Refused => {
                return Err(Error::PersonDeleted.into());
            }
            _ => {
                let transaction = TransactionId::generate(&mut rng());
                let (_, open) = inner.nodes.ask(|signer| signer.open_ticket(transaction)).await?;
                let (stored, expires) = (open.stored, open.expires);
                let ticket = Ticket { transaction, person, stored, expires };
                if !inner.store.put_ticket(ticket).await? {
                    return Err(Refusal::Internal.into());
                }
                Some((transaction, open.ticket))
            }
        };
        let code = CounterCode::generate(&mut rng());
        let identified = Identified { person, ticket, expires };
        if !inner.store.put_code(of_code(&code), identified).await? {
            return Err(Refusal::Internal.into());
        }
        self.note(actor, "identified", Some(person.0)).await?;
        Ok(code)
    }

    /// Deletes a person, who asked for it or died: a tombstone stays, open offers are void, and all
    /// sessions end. Returns whether somebody was registered. Repeating it is harmless.
    ///
    /// # Errors
    /// The store fails.
    pub async fn delete(&self, person: PersonId, actor: &str) -> Result<bool, Refused> {
        let deleted = self.0.store.delete(person, self.now()).await?;
        // Those of somebody who has not enrolled, too.
        self.0.store.end_sessions(person).await?;
        self.note(actor, "deleted", Some(person.0)).await?;
        Ok(deleted)
    }

    /// A person lost a device: all their sessions end, and codes that nobody typed. Returns how many
    /// sessions. What the device has it keeps until the slot ends.
    ///
    /// # Errors
    /// The store fails.
    pub async fn lost(&self, person: PersonId, actor: &str) -> Result<u64, Refused> {
        let ended = self.0.store.end_sessions(person).await?;
        self.note(actor, "lost a device", Some(person.0)).await?;
        Ok(ended)
    }

    /// A person's values were corrected: what was offered before is void. Called after the values
    /// have changed. Returns how many offers that were.
    ///
    /// # Errors
    /// The store fails.
    pub async fn correct(&self, person: PersonId, actor: &str) -> Result<u64, Refused> {
        let withdrawn = self.0.store.withdraw_offers(person).await?;
        self.note(actor, "corrected", Some(person.0)).await?;
        Ok(withdrawn)
    }

    /// Writes an event into the audit log: no attribute values, no 网号s.
    ///
    /// # Errors
    /// The store fails.
    pub async fn note(
        &self,
        actor: &str,
        action: &str,
        subject: Option<[u8; 32]>,
    ) -> Result<(), Refused> {
        let (actor, action) = (actor.to_owned(), action.to_owned());
        self.0.records.add(Event { at: self.now(), actor, action, subject }).await
    }
}

/// For wallets.
impl Service {
    /// A code becomes a session.
    pub(super) async fn begin(&self, code: &CounterCode) -> Result<Session, Refused> {
        let (inner, now) = (&*self.0, self.now());
        let token = Token::generate(&mut rng());
        let until = UnixTime(now.0.saturating_add(inner.session_seconds));
        let begun = inner.store.begin_session(of_code(code), hashed(&token), until, now).await?;
        let Identified { person, ticket, .. } = begun.ok_or(Refusal::WrongCode)?;
        self.note(DEVICE, "began a session", Some(person.0)).await?;
        Ok(Session { token, expires: until, ticket: ticket.map(|(_, message)| message) })
    }

    /// The device with this token.
    pub(super) async fn device(&self, token: &Token) -> Result<Device, Refused> {
        let token = hashed(token);
        if !self.0.devices.admits_key(token.0) {
            return Err(Refusal::TooMany.into());
        }
        let session = self.0.store.find_session(token, self.now()).await?;
        Ok(Device { token, session: session.ok_or(Refusal::Unauthorized)? })
    }

    /// The answer to the session's ticket, and to no other one.
    pub(super) async fn enroll(&self, device: &Device, request: Vec<u8>) -> Result<(), Refused> {
        let inner = &*self.0;
        EnrollmentRequest::from_bytes(&request)?;
        let person = device.session.person;
        let transaction = device.session.transaction.ok_or(Error::PersonRegistered)?;
        let ticket = inner.store.find_ticket(transaction).await?.ok_or(Error::Expired)?;
        let check = inner
            .nodes
            .ask(|signer| signer.check_enrollment(ticket.stored.clone(), request.clone(), person));
        let (_, registration) = check.await?;
        // The transaction of a ticket that has expired may have been forgotten.
        if self.now() > registration.expires {
            return Err(Error::Expired.into());
        }
        inner.store.register(registration, inner.reenrollment).await?.result()?;
        self.note(DEVICE, "enrolled", Some(person.0)).await
    }

    /// An offer in the present slot.
    pub(super) async fn offer(&self, device: &Device) -> Result<Vec<u8>, Refused> {
        let (inner, person) = (&*self.0, device.session.person);
        let registered = inner.store.person(person).await?;
        let registered = registered.filter(|row| row.deleted.is_none());
        let commitment = registered.ok_or(Error::NotRegistered)?.commitment;
        let begins = {
            let (lists, now) = (self.lists(), self.now());
            let list = lists.present(now);
            let slot = list.slot(now).ok_or(Error::WrongEpoch)?;
            list.times(&slot).ok_or(Error::WrongEpoch)?.start
        };
        let values = inner.identities.values(person, begins).await?.ok_or(Error::NotRegistered)?;
        let ask = inner.nodes.ask(|signer| signer.open_offer(commitment, values.clone()));
        let (_, open) = ask.await?;
        let offer = Offer {
            nonce: Hashed::of("offer", &open.nonce),
            person,
            commitment,
            stored: open.stored,
            expires: open.expires,
        };
        if !inner.store.put_offer(offer).await? {
            return Err(Error::NotRegistered.into());
        }
        // Values that were corrected after they had been read, before there was an offer to withdraw.
        if inner.identities.values(person, begins).await?.is_none_or(|now| now != values) {
            inner.store.withdraw_offers(person).await?;
            return Err(Refusal::Unavailable.into());
        }
        self.note(DEVICE, "was offered a credential", Some(person.0)).await?;
        Ok(open.offer)
    }

    /// The signer issues first; then the registry is asked, and only then the response leaves: a
    /// deletion in between wins.
    pub(super) async fn issue(
        &self,
        device: &Device,
        request: Vec<u8>,
    ) -> Result<Vec<u8>, Refused> {
        let inner = &*self.0;
        let nonce = Hashed::of("offer", IssuanceRequest::from_bytes(&request)?.nonce());
        let found = inner.store.find_offer(nonce).await?;
        // Another person's offer is for this device none at all.
        let offer = found.filter(|offer| offer.person == device.session.person);
        let offer = offer.ok_or(Error::Expired)?;
        let ask = inner.nodes.ask(|signer| signer.issue(offer.stored.clone(), request.clone()));
        let (_, response) = ask.await?;
        if !inner.store.stands(offer.commitment, nonce).await? {
            return Err(Error::NotRegistered.into());
        }
        self.note(DEVICE, "was issued a credential", Some(offer.person.0)).await?;
        Ok(response)
    }

    /// Opens evidence sessions at one of the signers, and says at which.
    pub(super) async fn open_evidence(
        &self,
        device: &Device,
        requests: Vec<Vec<u8>>,
    ) -> Result<(Name, Vec<Vec<u8>>), Refused> {
        let (inner, now) = (&*self.0, self.now());
        if inner.stopping.load(Ordering::Relaxed) {
            return Err(Refusal::Unavailable.into());
        }
        for request in &requests {
            EvidenceRequest::from_bytes(request)?;
        }
        let batches = u32::try_from(requests.len()).unwrap_or(u32::MAX);
        let (grant, most) = {
            let lists = self.lists();
            let list = lists.present(now);
            let slot = list.slot(now).ok_or(Error::WrongEpoch)?;
            let ends = list.times(&slot).ok_or(Error::WrongEpoch)?.end;
            let each = list.find(&slot.parameters).ok_or(Error::WrongEpoch)?.batches().get();
            let person = device.session.person;
            (Grant { person, slot, ends, batches }, inner.sessions.saturating_mul(each.into()))
        };
        if !inner.store.grant(grant, most).await? {
            return Err(Refusal::TooMany.into());
        }
        let ask = inner.nodes.ask(|signer| signer.open_evidence(device.token, requests.clone()));
        let opened = match ask.await {
            Ok(opened) => opened,
            Err(refused) => {
                inner.store.take_back(grant).await?;
                return Err(refused);
            }
        };
        inner.unanswered.fetch_add(batches.into(), Ordering::Relaxed);
        inner.until.fetch_max(now.0.saturating_add(EVIDENCE_SECONDS), Ordering::Relaxed);
        self.note(DEVICE, "opened evidence", Some(device.session.person.0)).await?;
        Ok(opened)
    }

    /// Answers evidence sessions at the signer that opened them. Whatever keeps it from that, the
    /// sessions are lost.
    pub(super) async fn answer_evidence(
        &self,
        device: &Device,
        node: &str,
        challenges: Vec<Vec<u8>>,
    ) -> Result<Vec<Vec<u8>>, Refused> {
        for challenge in &challenges {
            EvidenceChallenges::from_bytes(challenge)?;
        }
        let many = challenges.len() as u64;
        let signer = self.0.nodes.find(node).ok_or(Error::NoSession)?;
        match signer.answer_evidence(device.token, challenges).await {
            Ok(responses) => {
                let fewer = |open: u64| Some(open.saturating_sub(many));
                let _ = self.0.unanswered.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer);
                Ok(responses)
            }
            Err(Unsigned::Refused(refused)) => Err(refused),
            Err(Unsigned::Unreachable(why)) => {
                tracing::warn!("a signer with open sessions: {why}");
                Err(Error::NoSession.into())
            }
        }
    }
}
