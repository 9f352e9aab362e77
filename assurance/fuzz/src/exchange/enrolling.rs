//! Enrollment (SPEC §7). A person is whoever the identity check of a ticket is about.

use std::collections::{BTreeMap, BTreeSet};

use pairnym::{authority::*, holder::*, message::*, store::*, *};
use pairnym_testkit::{authority_id, seconds};

use super::publishing::commitment;
use super::{AUTHORITY, Exchange, Fault, PERSONS};
use crate::network::{Move, back, peer};

pub struct Enrolling {
    policy: Reenrollment,
    pub registry: MemoryRegistry,
    /// The authority's open tickets, each with the person of its transaction.
    tickets: Vec<(OpenTicket, usize)>,
    /// Honest requests with the tickets that they answer.
    requests: BTreeMap<Vec<u8>, Vec<u8>>,
    model: Model,
}

/// The model of the registry: persons, all commitments, and what each transaction registered.
#[derive(Default)]
struct Model {
    persons: BTreeMap<usize, Row>,
    owners: BTreeMap<[u8; 32], usize>,
    transactions: BTreeMap<TransactionId, (usize, Commitment, UnixTime)>,
    /// Until when the transactions that are forgotten were kept.
    forgotten: BTreeSet<UnixTime>,
}

/// The last registration of a person.
#[derive(Clone, Copy)]
struct Row {
    commitment: Commitment,
    transaction: TransactionId,
    deleted: bool,
}

const POLICIES: [Reenrollment; 3] =
    [Reenrollment::Refused, Reenrollment::SameCommitment, Reenrollment::Allowed];

/// How many seconds a transaction is kept after its ticket has expired.
const KEPT: u64 = 600;

const fn id(person: usize) -> PersonId {
    PersonId([person as u8; 32])
}

/// The authority's key for its own storage.
pub fn storage_key() -> StorageKey {
    StorageKey::new([17; 32], authority_id())
}

impl Enrolling {
    pub fn new(policy: u8, fault: Fault) -> Self {
        let policy = POLICIES[usize::from(policy) % 3];
        let admits = fault == Fault::AdmitsDeleted;
        let registry = MemoryRegistry::new(if admits { Reenrollment::Allowed } else { policy });
        let (tickets, requests) = (vec![], BTreeMap::new());
        Self { policy, registry, tickets, requests, model: Model::default() }
    }

    /// The commitment of a person who is registered.
    pub fn registered(&self, person: usize) -> Option<Commitment> {
        let commitment = self.registry.commitment(&id(person)).unwrap();
        let row = self.model.persons.get(&person).filter(|row| !row.deleted);
        assert_eq!(commitment, row.map(|row| row.commitment));
        commitment
    }

    /// Whether a commitment is registered now.
    pub fn is_registered(&self, commitment: &Commitment) -> bool {
        self.model.persons.values().any(|row| !row.deleted && row.commitment == *commitment)
    }

    /// Whether anybody was ever registered by this holder's commitment.
    pub fn was_registered(&self, holder: usize) -> bool {
        self.model.owners.contains_key(&commitment(holder).to_bytes())
    }

    pub fn delete(&mut self, person: usize) {
        let deleted = self.registry.delete(&id(person)).unwrap();
        let row = self.model.persons.get_mut(&person);
        let expected = row.is_some_and(|row| !std::mem::replace(&mut row.deleted, true));
        assert_eq!(deleted, expected);
        assert_eq!(self.registered(person), None);
    }

    /// The authority restarts: its open tickets come out of storage.
    pub fn restart(&mut self) {
        let key = storage_key();
        for (open, _) in &mut self.tickets {
            let stored = open.store(&key);
            *open = OpenTicket::load(&stored, &key).unwrap();
            assert_eq!(open.store(&key), stored);
        }
    }
}

impl Model {
    /// What SPEC §7, step 4 says of this registration.
    fn admit(
        &mut self,
        person: usize,
        commitment: &Commitment,
        open: &OpenTicket,
        now: UnixTime,
        policy: Reenrollment,
    ) -> Result<(), Error> {
        let gone = self.transactions.extract_if(.., |_, (.., until)| *until < now);
        self.forgotten.extend(gone.map(|(_, (.., until))| until));
        let (transaction, until) = (*open.ticket().transaction(), kept_until(open));
        let row = self.persons.get(&person);
        if let Some((whose, which, _)) = self.transactions.get(&transaction) {
            let same = (*whose, which) == (person, commitment);
            let stands = row.is_some_and(|row| !row.deleted && row.transaction == transaction);
            return match (same, stands) {
                (false, _) => Err(Error::TicketUsed),
                (true, true) => Ok(()),
                (true, false) => Err(Error::PersonDeleted),
            };
        }
        if self.forgotten.contains(&until) {
            return Err(Error::TicketUsed);
        }
        match (row, policy) {
            (Some(row), _) if !row.deleted => return Err(Error::PersonRegistered),
            (Some(_), Reenrollment::Refused) => return Err(Error::PersonDeleted),
            (Some(row), Reenrollment::SameCommitment) if row.commitment != *commitment => {
                return Err(Error::PersonDeleted);
            }
            _ => {}
        }
        if self.owners.get(&commitment.to_bytes()).is_some_and(|owner| *owner != person) {
            return Err(Error::CommitmentRegistered);
        }
        let commitment = *commitment;
        self.transactions.insert(transaction, (person, commitment, until));
        self.owners.insert(commitment.to_bytes(), person);
        self.persons.insert(person, Row { commitment, transaction, deleted: false });
        Ok(())
    }
}

fn kept_until(open: &OpenTicket) -> UnixTime {
    UnixTime(open.expires().0 + KEPT)
}

impl Exchange {
    pub(super) fn invite(&mut self, step: &Move) {
        let transaction = TransactionId([self.draws as u8; 32]);
        let (now, rng) = (self.clock(AUTHORITY), &mut self.rng());
        let (_, authority) = self.publishing.authority(step.choice);
        // Up to an hour; sometimes longer than a day.
        let life = if step.value == 255 { 86_401 } else { u64::from(step.value) * 14 + 60 };
        let open = authority.open_ticket(transaction, seconds(life), now, rng);
        let Ok(open) = open else {
            return assert_eq!((open.err(), life), (Some(Error::Range), 86_401));
        };
        assert_eq!(open.ticket().transaction(), &transaction);
        assert_eq!(open.expires().0, now.0 + life);
        self.network.send(open.ticket());
        self.enrolling.tickets.push((open, usize::from(step.who) % PERSONS));
    }

    pub(super) fn answer_ticket(&mut self, step: &Move) {
        let Some((ticket, bytes)) = self.network.receive::<EnrollmentTicket>(2, step) else {
            return;
        };
        let rng = &mut self.rng();
        let holder = self.publishing.holder(usize::from(step.who) % PERSONS);
        let list = holder.list();
        let peer = peer(list.host().as_str(), step);
        let own = ticket.authority() == list.authority() && peer == *list.host();
        let received = Received::<EnrollmentTicket>::from_authority(list, &peer, &bytes);
        assert_eq!(received.as_ref().err(), (!own).then_some(&Error::ForeignAuthority));
        if let Ok(received) = received {
            let request = holder.enroll(&received, rng).unwrap();
            let request = self.network.send_checked(request);
            self.enrolling.requests.insert(request, bytes);
        }
    }

    /// The authority takes a request for the answer to one of its tickets.
    pub(super) fn enroll(&mut self, step: &Move) {
        let Some((request, bytes)) = self.network.receive::<EnrollmentRequest>(3, step) else {
            return;
        };
        let now = self.clock(AUTHORITY);
        let enrolling = &mut self.enrolling;
        let Some(place) = back(enrolling.tickets.len(), step.choice) else { return };
        let (open, person) = &enrolling.tickets[place];
        // C_u stands after header and transaction.
        let commitment = Commitment::from_bytes(bytes[34..66].try_into().unwrap()).unwrap();
        let honest = enrolling.requests.get(&bytes) == Some(&open.ticket().to_bytes());
        let expected = if now > open.expires() {
            Err(Error::Expired)
        } else if !honest {
            Err(Error::Rejected)
        } else {
            enrolling.model.admit(*person, &commitment, open, now, enrolling.policy)
        };
        let (_, authority) = self.publishing.authority(step.value);
        let registry = &enrolling.registry;
        let enrolled = if self.fault == Fault::EnrollsAnybody {
            let registration = Registration {
                transaction: *request.transaction(),
                expires: open.expires(),
                person: id(*person),
                commitment,
            };
            Registry::register(registry, &registration, now).and_then(RegistryOutcome::result)
        } else if step.value.is_multiple_of(2) {
            let enrolled = authority.enroll(open, &request, id(*person), now, registry);
            enrolled.map(|registered| assert_eq!(registered, commitment)).map_err(Error::from)
        } else {
            let checked = authority.check_enrollment(open, &request, id(*person), now);
            checked.and_then(|checked| {
                let outcome = Registry::register(registry, checked.to_register(), now)?;
                checked.after_registering(outcome, now).map(drop)
            })
        };
        assert_eq!(enrolled, expected);
        let _ = enrolling.registered(*person);
    }
}
