use super::*;
use common::life::{Life, coins};

fn person(number: u8) -> PersonId {
    PersonId([number; 32])
}

/// Persons, commitments and transactions by number: one registration after another.
struct Office {
    registry: MemoryRegistry,
    commitments: Vec<Commitment>,
    /// One for each commitment.
    offers: Vec<OpenOffer>,
    transactions: u8,
}

impl Office {
    fn new(policy: Reenrollment) -> Self {
        let authority = authority(1, &[], NOW);
        let commitments = (1..=4).map(|seed| *holder(seed, authority.list()).commitment());
        let commitments: Vec<_> = commitments.collect();
        let offer =
            |c: &Commitment| authority.offer(*c, [], TEN_MINUTES, NOW, &mut seeded(1)).unwrap();
        let offers = commitments.iter().map(offer).collect();
        Self { registry: MemoryRegistry::new(policy), commitments, offers, transactions: 0 }
    }

    /// Registers, and says what happened; a refusal changes nothing.
    fn register_in(&mut self, transaction: u8, number: u8, commitment: usize) -> Result<(), Error> {
        let state = |office: &Self| {
            let persons = (0..9).map(|n| office.registry.commitment(&person(n)).unwrap());
            let registered = office
                .offers
                .iter()
                .map(|open| Registry::is_registered(&office.registry, open.offer()).unwrap());
            (persons.collect::<Vec<_>>(), registered.collect::<Vec<_>>())
        };
        let before = state(self);
        let registration = Registration {
            transaction: TransactionId([transaction; 32]),
            expires: UnixTime(NOW.0 + 600),
            person: person(number),
            commitment: self.commitments[commitment],
        };
        let registered = Registry::register(&self.registry, &registration, NOW).unwrap().result();
        let (persons, commitments) = state(self);
        match registered {
            Ok(()) => {
                let theirs = Some(self.commitments[commitment]);
                assert_eq!((persons[usize::from(number)], commitments[commitment]), (theirs, true));
            }
            Err(_) => assert_eq!(before, (persons, commitments)),
        }
        registered
    }

    /// In a transaction of its own.
    fn register(&mut self, number: u8, commitment: usize) -> Result<(), Error> {
        self.transactions += 1;
        self.register_in(self.transactions, number, commitment)
    }

    fn delete(&self, number: u8) -> bool {
        self.registry.delete(&person(number)).unwrap()
    }
}

const POLICIES: [Reenrollment; 3] =
    [Reenrollment::Refused, Reenrollment::SameCommitment, Reenrollment::Allowed];

#[test]
fn a_person_and_a_commitment_are_registered_once() {
    for policy in POLICIES {
        let mut office = Office::new(policy);
        assert_eq!(office.register(1, 0), Ok(()));
        assert_eq!(office.register(1, 0), Err(Error::PersonRegistered));
        assert_eq!(office.register(1, 1), Err(Error::PersonRegistered));
        assert_eq!(office.register(2, 0), Err(Error::CommitmentRegistered));
        assert_eq!(office.register(2, 1), Ok(()));
        assert!(!office.delete(3), "nobody to delete");
        assert_eq!(office.register(3, 2), Ok(()));
    }
}

#[test]
fn a_tombstone_admits_what_the_policy_says() {
    use Error::{CommitmentRegistered, PersonDeleted};
    // The same commitment, a new one, another person's.
    for (policy, same, new, used) in [
        (Reenrollment::Refused, Err(PersonDeleted), Err(PersonDeleted), Err(PersonDeleted)),
        (Reenrollment::SameCommitment, Ok(()), Err(PersonDeleted), Err(PersonDeleted)),
        (Reenrollment::Allowed, Ok(()), Ok(()), Err(CommitmentRegistered)),
    ] {
        for (commitment, expected) in [(0, same), (2, new), (1, used)] {
            let mut office = Office::new(policy);
            office.register(1, 0).unwrap();
            office.register(2, 1).unwrap();
            assert!(office.delete(1));
            assert!(!office.delete(1), "deleted already");
            assert_eq!(office.registry.commitment(&person(1)), Ok(None));
            // Nobody else can take the deleted person's commitment.
            assert_eq!(office.register(3, 0), Err(CommitmentRegistered), "{policy:?}");
            assert_eq!(office.register(1, commitment), expected, "{policy:?}, {commitment}");
            assert_eq!(office.register(2, 3), Err(Error::PersonRegistered));
            // Nor one that was given up for another.
            assert_eq!(office.register(4, 0), Err(CommitmentRegistered), "{policy:?}");
            if expected.is_ok() {
                assert_eq!(office.register(1, 3), Err(Error::PersonRegistered));
                assert!(office.delete(1));
                assert_eq!(office.register(1, commitment), same, "{policy:?}, again");
                // Back to the first, which was nobody else's in between.
                assert!(office.delete(1));
                let back =
                    if commitment == 0 || policy == Reenrollment::Allowed { same } else { new };
                assert_eq!(office.register(1, 0), back, "{policy:?}, back");
            }
        }
    }
}

/// SPEC §7, step 4, in its order: with everything wrong from one reason on, that is the one.
#[test]
fn a_registration_is_refused_in_the_order_of_the_reasons() {
    for policy in POLICIES {
        let mut office = Office::new(policy);
        // Transactions 1 and 2 of persons 1 and 2; person 3 is deleted.
        for number in 1..=3 {
            office.register_in(number, number, usize::from(number) - 1).unwrap();
        }
        assert!(office.delete(3));
        // A transaction that is used, of a registered or a deleted person, with a used commitment.
        assert_eq!(office.register_in(1, 2, 1), Err(Error::TicketUsed));
        assert_eq!(office.register_in(1, 2, 0), Err(Error::TicketUsed));
        assert_eq!(office.register_in(1, 3, 0), Err(Error::TicketUsed));
        assert_eq!(office.register_in(1, 1, 3), Err(Error::TicketUsed));
        assert_eq!(office.register_in(3, 4, 2), Err(Error::TicketUsed));
        assert_eq!(office.register_in(3, 3, 3), Err(Error::TicketUsed));
        // A registered person with another's commitment.
        assert_eq!(office.register_in(4, 2, 0), Err(Error::PersonRegistered));
        // A deleted one with another's commitment.
        let expected = match policy {
            Reenrollment::Allowed => Error::CommitmentRegistered,
            _ => Error::PersonDeleted,
        };
        assert_eq!(office.register_in(4, 3, 0), Err(expected));
        // The same again succeeds while it stands; then never, whatever the policy.
        assert_eq!(office.register_in(2, 2, 1), Ok(()));
        assert_eq!(office.register_in(2, 2, 1), Ok(()));
        assert!(office.delete(2));
        assert_eq!(office.register_in(2, 2, 1), Err(Error::PersonDeleted));
        assert_eq!(office.register_in(3, 3, 2), Err(Error::PersonDeleted));
        if policy != Reenrollment::Refused {
            // Nor does the old transaction speak for the registration that came after.
            assert_eq!(office.register_in(5, 2, 1), Ok(()));
            assert_eq!(office.register_in(2, 2, 1), Err(Error::PersonDeleted));
            assert_eq!(office.register_in(5, 2, 1), Ok(()));
        }
    }
}

#[test]
fn an_unproven_enrollment_registers_nobody() {
    let life = Life::new();
    let registry = MemoryRegistry::new(Reenrollment::Refused);
    let transaction = TransactionId([4; 32]);
    let other = life.authority.open_ticket(transaction, TEN_MINUTES, NOW, &mut seeded(1)).unwrap();
    let enroll = |ticket: &OpenTicket, number| {
        let enrolled =
            life.authority.enroll(ticket, &life.enrollment, person(number), NOW, &registry);
        enrolled.map_err(Error::from)
    };
    assert_eq!(enroll(&other, 1), Err(Error::Rejected));
    assert_eq!(registry.commitment(&person(1)), Ok(None));
    assert_eq!(enroll(&life.ticket, 1), Ok(*life.holder.commitment()));
    // The response was lost: the same again. Of another person it is not the same.
    assert_eq!(enroll(&life.ticket, 1), Ok(*life.holder.commitment()));
    assert_eq!(enroll(&life.ticket, 2), Err(Error::TicketUsed));
    assert_eq!(registry.commitment(&person(2)), Ok(None));
    assert_eq!(registry.delete(&person(1)), Ok(true));
    assert_eq!(enroll(&life.ticket, 1), Err(Error::PersonDeleted));
    assert_eq!(registry.commitment(&person(1)), Ok(None));
}

#[test]
fn documents_are_different_persons() {
    let id = |key, kind, number| PersonId::of_document(&[key; 32], kind, number);
    let card = DocumentKind::ResidentIdentityCard;
    let mut ids: Vec<_> = DocumentKind::ALL.map(|kind| id(1, kind, "A123").unwrap()).to_vec();
    ids.push(id(1, card, "A124").unwrap());
    ids.push(id(2, card, "A123").unwrap());
    assert_eq!(id(1, card, "A123"), Ok(ids[0]));
    let different: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(different.len(), ids.len());
    for number in ["", "a123", "A123 ", "A-123", "A123\0", "Ａ123", "１２３"] {
        let error = id(1, card, number).unwrap_err();
        assert_eq!(
            (error.what(), error.reason()),
            ("PersonId", DecodeReason::Identifier),
            "{number}"
        );
    }
    for kind in DocumentKind::ALL {
        assert_eq!(DocumentKind::from_name(kind.name()), Some(kind));
    }
    assert_eq!(DocumentKind::from_name("passport"), None);
}

/// Whether this call wins the nonce.
fn wins(nonces: &MemoryNonces, nonce: u8, expires: u64, now: u64) -> Result<bool, Error> {
    let spend = Spend { nonce: Nonce([nonce; 32]), expires: UnixTime(expires) };
    Ok(!NonceStore::spend(nonces, &[spend], UnixTime(now))?.is_empty())
}

#[test]
fn nonces_are_used_once_and_kept_within_bounds() {
    let nonces = MemoryNonces::new(2);
    assert!(nonces.is_empty());
    let wins = |nonce, expires, now| (wins(&nonces, nonce, expires, now), nonces.len());
    assert_eq!(wins(1, 10, 5), (Ok(true), 1));
    assert_eq!(wins(1, 10, 5), (Ok(false), 1));
    assert_eq!(wins(1, 99, 5), (Ok(false), 1));
    assert_eq!(wins(2, 20, 5), (Ok(true), 2));
    assert_eq!(wins(3, 30, 10), (Err(Error::Full), 2));
    assert_eq!(wins(2, 20, 10), (Ok(false), 2), "a full store still knows");
    // The first can be forgotten after its last second, and not before.
    assert_eq!(wins(3, 30, 11), (Ok(true), 2));
    assert_eq!(wins(2, 20, 11), (Ok(false), 2));
    assert_eq!(wins(4, 30, 20), (Err(Error::Full), 2));
    // After that a clock that is set back does not bring the first request to life again.
    assert_eq!(wins(1, 10, 5), (Ok(false), 2));
    assert_eq!(wins(2, 20, 5), (Ok(false), 2));
    let none = MemoryNonces::new(0);
    assert_eq!(self::wins(&none, 0, 1, 0), Err(Error::Full));
}

/// A clock that is set back is no reason to refuse what cannot have been forgotten.
#[test]
fn a_nonce_store_knows_what_it_has_forgotten() {
    let nonces = MemoryNonces::new(9);
    assert_eq!(wins(&nonces, 1, 30, 20), Ok(true));
    assert_eq!(wins(&nonces, 2, 10, 5), Ok(true), "nothing is forgotten yet");
    assert_eq!(wins(&nonces, 3, 30, 11), Ok(true), "forgets the second");
    assert_eq!(wins(&nonces, 4, 11, 5), Ok(true), "not forgotten before 11");
    assert_eq!(wins(&nonces, 2, 10, 5), Ok(false));
    assert!(!nonces.is_empty());
}

#[test]
fn one_store_serves_all_threads() {
    let nonces = MemoryNonces::new(100);
    let used = std::thread::scope(|scope| {
        let spend = || (0..50).filter(|n| wins(&nonces, *n, 9, 0) == Ok(true)).count();
        let threads = [scope.spawn(spend), scope.spawn(spend)];
        threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
    });
    assert_eq!(used, 50);
}

/// Only an answer that verifies uses up a nonce, so strangers cannot fill the store.
#[test]
fn a_refused_answer_uses_up_nothing() {
    let mut world = World::new();
    let (request, other) = (world.request(1), world.request(2));
    let answer = world.present(&request);
    let nonces = MemoryNonces::new(1);
    let verify = |request: &Request| {
        let verified = world.platform.verify(request, &answer, NOW, &nonces);
        verified.map(|_| ()).map_err(Error::from)
    };
    assert_eq!(verify(&other), Err(Error::Rejected));
    assert!(nonces.is_empty());
    assert_eq!(verify(&request), Ok(()));
    assert_eq!(verify(&request), Err(Error::Replayed));
}

/// Dropping what was checked uses up nothing, and a caller's own transaction counts by its rows.
#[test]
fn what_was_checked_is_pending_until_its_nonce_is_used_up() {
    let mut world = World::new();
    let request = world.request(1);
    let answer = world.present(&request);
    let check = || world.platform.check(&request, &answer, NOW).unwrap();
    let nonces = MemoryNonces::new(1);
    drop(check());
    assert_eq!(check().to_spend().nonce, *request.nonce());
    assert_eq!(check().to_spend().expires, request.expires());
    assert_eq!(check().after_spending(0, NOW).err(), Some(Error::Replayed));
    assert_eq!(check().after_spending(2, NOW).err(), Some(Error::Fault));
    let late = UnixTime(request.expires().0 + 1);
    assert_eq!(check().after_spending(1, late).err(), Some(Error::Expired));
    assert_eq!(check().after_spending(0, late).err(), Some(Error::Expired));
    assert!(check().after_spending(1, request.expires()).is_ok());
    // Expired before it is replayed; and the store is not asked.
    let (first, second, third) = (check(), check(), check());
    assert!(first.spend(&nonces, NOW).is_ok());
    assert_eq!(second.spend(&nonces, late).map_err(Error::from), Err(Error::Expired));
    assert_eq!(third.spend(&nonces, NOW).map_err(Error::from), Err(Error::Replayed));
}

/// A session of its own for each seed, and challenges for it.
fn open(life: &Life, seed: u8) -> (EvidenceSession, EvidenceChallenges) {
    let rng = &mut coins(&[(seed, 32), (0, 64)]);
    let (session, commitments) = life.authority.open_evidence(&life.evidence_request, rng).unwrap();
    (session, life.challenged(&commitments).0)
}

#[test]
fn a_session_answers_its_own_challenges_alone() {
    let life = Life::new();
    let (first, _) = open(&life, 1);
    let (second, challenges) = open(&life, 2);
    assert_eq!(life.authority.respond(first, &challenges).unwrap_err(), Error::NoSession);
    let other_key = authority(9, &ATTRIBUTES, NOW);
    assert_eq!(other_key.respond(second, &challenges).unwrap_err(), Error::NoSession);
    let (second, _) = open(&life, 2);
    assert!(life.authority.respond(second, &challenges).is_ok());
}

#[test]
fn sessions_are_taken_once_and_in_time() {
    let life = Life::new();
    let mut sessions = EvidenceSessions::new(2, seconds(60));
    let at = |second| UnixTime(NOW.0 + second);
    let opened = [1, 2, 3, 4].map(|seed| open(&life, seed));
    let [(one, first), (two, second), (three, third), (four, fourth)] = opened;
    assert!(sessions.is_empty());
    sessions.keep(one, at(0)).unwrap();
    sessions.keep(two, at(1)).unwrap();
    assert!(!sessions.is_empty() && !sessions.has_room(at(60)));
    assert_eq!(sessions.keep(three, at(60)), Err(Error::Full));
    assert_eq!(sessions.take(third.session(), at(60)).unwrap_err(), Error::NoSession);
    let taken = sessions.take(first.session(), at(60)).unwrap();
    assert!(life.authority.respond(taken, &first).is_ok());
    assert_eq!(sessions.take(first.session(), at(60)).unwrap_err(), Error::NoSession);
    assert_eq!(sessions.len(), 1);
    // Too late, and then gone for good, also to a clock that is set back.
    assert_eq!(sessions.take(second.session(), at(62)).unwrap_err(), Error::NoSession);
    assert_eq!(sessions.take(second.session(), at(61)).unwrap_err(), Error::NoSession);
    assert!(sessions.is_empty());
    // Sessions that are too old make room.
    let [one, two] = [5, 6].map(|seed| open(&life, seed).0);
    sessions.keep(one, at(0)).unwrap();
    sessions.keep(two, at(0)).unwrap();
    assert!(!sessions.purge(at(60)), "no more are waiting");
    assert_eq!(sessions.len(), 2);
    assert!(sessions.has_room(at(61)));
    sessions.keep(four, at(61)).unwrap();
    assert_eq!(sessions.len(), 1);
    assert!(sessions.take(fourth.session(), at(121)).is_ok());
}

/// Otherwise the answer would be x·P for any P.
#[test]
fn an_authority_answers_no_false_pair() {
    let life = Life::new();
    let other = holder(3, life.authority.list());
    let theirs = issued(&life.authority, &other, values(), NOW, &mut seeded(1));
    let (theirs, _) = other.request_evidence(&theirs, &mut seeded(1)).unwrap();
    let by_other_key = {
        let authority = authority(9, &ATTRIBUTES, NOW);
        let holder = holder(2, authority.list());
        let issued = issued(&authority, &holder, values(), NOW, &mut seeded(1));
        holder.request_evidence(&issued, &mut seeded(1)).unwrap().0
    };
    let (ours, theirs) = (life.evidence_request.to_bytes(), theirs.to_bytes());
    let by_other_key = by_other_key.to_bytes();
    let (A, B) = (34..66, 66..98);
    for (what, bytes) in [
        ("exchanged", with(&with(&ours, A.clone(), &ours[B.clone()]), B.clone(), &ours[A.clone()])),
        ("another B'", with(&ours, B.clone(), &theirs[B.clone()])),
        ("another A'", with(&ours, A.clone(), &theirs[A.clone()])),
        ("B' = A'", with(&ours, B.clone(), &ours[A.clone()])),
        ("another key's pair", with(&ours, 34..98, &by_other_key[34..])),
        ("another key's parameters", by_other_key),
    ] {
        let request = EvidenceRequest::from_bytes(&bytes).unwrap();
        // No coins: it draws nothing, so nothing leaves.
        let refused = life.authority.open_evidence(&request, &mut Given::new(&[]));
        assert_eq!(refused.unwrap_err(), Error::Rejected, "{what}");
    }
    let theirs = EvidenceRequest::from_bytes(&theirs).unwrap();
    assert!(life.authority.open_evidence(&theirs, &mut seeded(1)).is_ok());
}

#[test]
fn one_wrong_response_drops_the_batch() {
    let life = Life::new();
    let (bytes, finish) = (life.responses.to_bytes(), |bytes: &[u8]| {
        let responses = EvidenceResponses::from_bytes(bytes).unwrap();
        life.challenged(&life.commitments).1.finish(&responses).map(|_| ())
    });
    assert_eq!(finish(&bytes), Ok(()));
    for item in 0..EVIDENCE_BATCH {
        let place = 34 + 32 * item..66 + 32 * item;
        let other = 34 + 32 * ((item + 1) % EVIDENCE_BATCH);
        let wrong = with(&bytes, place, &bytes[other..other + 32]);
        assert_eq!(finish(&wrong), Err(Error::Rejected), "item {item}");
    }
    // Two that are exchanged have the right sum.
    let (first, second) = (34..66, 66..98);
    let exchanged = with(&bytes, first.clone(), &bytes[second.clone()]);
    let exchanged = with(&exchanged, second, &bytes[first]);
    assert_eq!(finish(&exchanged), Err(Error::Rejected));
    let other_session = with(&bytes, 2..34, &[0; 32]);
    assert_eq!(finish(&other_session), Err(Error::Rejected));
}
