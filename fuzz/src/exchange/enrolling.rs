//! Enrollment (SPEC §7). A person is whoever the identity check of a ticket is about.

use std::collections::BTreeMap;

use pairnym::*;

use super::{Exchange, Fault, HOLDERS, Move, PERSONS, WORLDS, back};

pub struct Enrolling {
    policy: Reenrollment,
    registry: MemoryRegistry,
    /// The authority's own copies, each with the person of its transaction.
    tickets: Vec<(EnrollmentTicket, usize)>,
    /// Honest requests with the tickets that they answer.
    requests: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The model of the registry: persons, whether they are deleted, and all commitments.
    persons: BTreeMap<usize, (Commitment, bool)>,
    owners: BTreeMap<[u8; 32], usize>,
}

const POLICIES: [Reenrollment; 3] =
    [Reenrollment::Refused, Reenrollment::SameCommitment, Reenrollment::Allowed];

const fn id(person: usize) -> PersonId {
    PersonId([person as u8; 32])
}

impl Enrolling {
    pub fn new(policy: u8, fault: Fault) -> Self {
        let policy = POLICIES[usize::from(policy) % 3];
        let admits = fault == Fault::AdmitsDeleted;
        let registry = MemoryRegistry::new(if admits { Reenrollment::Allowed } else { policy });
        Self {
            policy,
            registry,
            tickets: vec![],
            requests: BTreeMap::new(),
            persons: BTreeMap::new(),
            owners: BTreeMap::new(),
        }
    }

    /// The commitment of a person who is registered.
    pub fn registered(&self, person: usize) -> Option<Commitment> {
        let commitment = self.registry.commitment(&id(person));
        let model = self.persons.get(&person).filter(|(_, deleted)| !deleted);
        assert_eq!(commitment, model.map(|(commitment, _)| *commitment));
        commitment
    }

    /// Whether anybody was ever registered by this holder's commitment.
    pub fn was_registered(&self, holder: usize) -> bool {
        self.owners.contains_key(&HOLDERS[holder].commitment().to_bytes())
    }

    pub fn delete(&mut self, person: usize) {
        let deleted = self.registry.delete(&id(person));
        let model = self.persons.get_mut(&person);
        let expected = model.is_some_and(|(_, gone)| !std::mem::replace(gone, true));
        assert_eq!(deleted, expected);
        assert_eq!(self.registered(person), None);
    }

    /// What SPEC §7, step 4 says of registering.
    fn admit(&self, person: usize, commitment: &Commitment) -> Result<(), Error> {
        match self.persons.get(&person) {
            Some((_, false)) => return Err(Error::PersonRegistered),
            Some((last, true)) => match self.policy {
                Reenrollment::Refused => return Err(Error::PersonDeleted),
                Reenrollment::SameCommitment if last != commitment => {
                    return Err(Error::PersonDeleted);
                }
                _ => {}
            },
            None => {}
        }
        match self.owners.get(&commitment.to_bytes()) {
            Some(owner) if *owner != person => Err(Error::CommitmentRegistered),
            _ => Ok(()),
        }
    }
}

impl Exchange {
    pub(super) fn invite(&mut self, step: &Move) {
        let transaction = [self.draws as u8; 32];
        let rng = &mut self.rng();
        let ticket = WORLDS[usize::from(step.choice) % 2].authority.invite(transaction, rng);
        assert_eq!(ticket.transaction(), &transaction);
        self.network.send(&ticket);
        self.enrolling.tickets.push((ticket, usize::from(step.who) % PERSONS));
    }

    pub(super) fn answer_ticket(&mut self, step: &Move) {
        let Some((ticket, bytes)) = self.network.receive::<EnrollmentTicket>(step) else { return };
        let holder = &HOLDERS[usize::from(step.who) % PERSONS];
        let answer = holder.enroll(&ticket, &mut self.rng());
        let own = ticket.authority() == holder.pinned().authority();
        assert_eq!(answer.as_ref().err(), (!own).then_some(&Error::ForeignAuthority));
        if let Ok(request) = answer {
            assert_eq!(request.transaction(), ticket.transaction());
            let request = self.network.send(&request);
            self.enrolling.requests.insert(request, bytes);
        }
    }

    /// The authority takes a request for the answer to one of its tickets.
    pub(super) fn enroll(&mut self, step: &Move) {
        let Some((request, bytes)) = self.network.receive::<EnrollmentRequest>(step) else {
            return;
        };
        let enrolling = &mut self.enrolling;
        let Some(place) = back(enrolling.tickets.len(), step.choice) else { return };
        let (ticket, person) = &enrolling.tickets[place];
        // C_u stands after header and transaction.
        let commitment = Commitment::from_bytes(bytes[34..66].try_into().unwrap()).unwrap();
        let honest = enrolling.requests.get(&bytes) == Some(&ticket.to_bytes());
        let expected =
            if honest { enrolling.admit(*person, &commitment) } else { Err(Error::Rejected) };
        let authority = &WORLDS[usize::from(step.value) % 2].authority;
        let enrolled = if self.fault == Fault::EnrollsAnybody {
            enrolling.registry.register(id(*person), commitment).map(|()| commitment)
        } else {
            authority.enroll(ticket, &request, id(*person), &mut enrolling.registry)
        };
        assert_eq!(enrolled, expected.map(|()| commitment));
        if enrolled.is_ok() {
            enrolling.persons.insert(*person, (commitment, false));
            enrolling.owners.insert(commitment.to_bytes(), *person);
        }
        let _ = enrolling.registered(*person);
    }
}
