use super::*;
use common::life::{Life, coins};

fn person(number: u8) -> PersonId {
    PersonId([number; 32])
}

/// Persons and commitments by number: one registration after another.
struct Office {
    registry: MemoryRegistry,
    commitments: Vec<Commitment>,
}

impl Office {
    fn new(policy: Reenrollment) -> Self {
        let authority = authority(1, &[]);
        let commitments = (1..=4).map(|seed| *holder(seed, &authority).commitment()).collect();
        Self { registry: MemoryRegistry::new(policy), commitments }
    }

    /// Registers, and says what happened; a refusal changes nothing.
    fn register(&mut self, number: u8, commitment: usize) -> Result<(), Error> {
        let before = (0..9).map(|n| self.registry.commitment(&person(n))).collect::<Vec<_>>();
        let registered = self.registry.register(person(number), self.commitments[commitment]);
        let after = (0..9).map(|n| self.registry.commitment(&person(n))).collect::<Vec<_>>();
        match registered {
            Ok(()) => {
                assert_eq!(after[usize::from(number)], Some(self.commitments[commitment]));
            }
            Err(_) => assert_eq!(before, after),
        }
        registered
    }
}

#[test]
fn a_person_and_a_commitment_are_registered_once() {
    for policy in [Reenrollment::Refused, Reenrollment::SameCommitment, Reenrollment::Allowed] {
        let mut office = Office::new(policy);
        assert_eq!(office.register(1, 0), Ok(()));
        assert_eq!(office.register(1, 0), Err(Error::PersonRegistered));
        assert_eq!(office.register(1, 1), Err(Error::PersonRegistered));
        assert_eq!(office.register(2, 0), Err(Error::CommitmentRegistered));
        assert_eq!(office.register(2, 1), Ok(()));
        assert!(!office.registry.delete(&person(3)), "nobody to delete");
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
            assert!(office.registry.delete(&person(1)));
            assert!(!office.registry.delete(&person(1)), "deleted already");
            assert_eq!(office.registry.commitment(&person(1)), None);
            // Nobody else can take the deleted person's commitment.
            assert_eq!(office.register(3, 0), Err(CommitmentRegistered), "{policy:?}");
            assert_eq!(office.register(1, commitment), expected, "{policy:?}, {commitment}");
            assert_eq!(office.register(2, 3), Err(Error::PersonRegistered));
            // Nor one that was given up for another.
            assert_eq!(office.register(4, 0), Err(CommitmentRegistered), "{policy:?}");
            if expected.is_ok() {
                assert_eq!(office.register(1, 3), Err(Error::PersonRegistered));
                assert!(office.registry.delete(&person(1)));
                assert_eq!(office.register(1, commitment), same, "{policy:?}, again");
                // Back to the first, which was nobody else's in between.
                assert!(office.registry.delete(&person(1)));
                let back =
                    if commitment == 0 || policy == Reenrollment::Allowed { same } else { new };
                assert_eq!(office.register(1, 0), back, "{policy:?}, back");
            }
        }
    }
}

#[test]
fn an_unproven_enrollment_registers_nobody() {
    let life = Life::new();
    let mut registry = MemoryRegistry::new(Reenrollment::Refused);
    let other = life.authority.invite([4; 32], &mut seeded(1));
    let refused = life.authority.enroll(&other, &life.enrollment, person(1), &mut registry);
    assert_eq!(refused, Err(Error::Rejected));
    assert_eq!(registry.commitment(&person(1)), None);
    let mut enroll = |number| {
        life.authority.enroll(&life.ticket, &life.enrollment, person(number), &mut registry)
    };
    assert_eq!(enroll(1), Ok(*life.holder.commitment()));
    assert_eq!(enroll(1), Err(Error::PersonRegistered));
    assert_eq!(enroll(2), Err(Error::CommitmentRegistered));
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
        assert_eq!((error.what(), error.reason()), ("PersonId", Reason::Identifier), "{number}");
    }
    for kind in DocumentKind::ALL {
        assert_eq!(DocumentKind::from_name(kind.name()), Some(kind));
    }
    assert_eq!(DocumentKind::from_name("passport"), None);
}

#[test]
fn nonces_are_used_once_and_kept_within_bounds() {
    let mut nonces = MemoryNonces::new(2);
    assert!(nonces.is_empty());
    let mut consume = |nonce: u8, expires: u64, now: u64| {
        let used = nonces.consume(&[nonce; 32], UnixTime(expires), UnixTime(now));
        (used, nonces.len())
    };
    assert_eq!(consume(1, 10, 5), (Ok(()), 1));
    assert_eq!(consume(1, 10, 5), (Err(Error::Replayed), 1));
    assert_eq!(consume(1, 99, 5), (Err(Error::Replayed), 1));
    assert_eq!(consume(2, 20, 5), (Ok(()), 2));
    assert_eq!(consume(3, 30, 10), (Err(Error::Full), 2));
    assert_eq!(consume(2, 20, 10), (Err(Error::Replayed), 2), "a full store still knows");
    // The first can be forgotten after its last second, and not before.
    assert_eq!(consume(3, 30, 11), (Ok(()), 2));
    assert_eq!(consume(2, 20, 11), (Err(Error::Replayed), 2));
    assert_eq!(consume(4, 30, 20), (Err(Error::Full), 2));
    // After that a clock that is set back does not bring the first request to life again.
    assert_eq!(consume(1, 10, 5), (Err(Error::Expired), 2));
    assert_eq!(consume(2, 20, 5), (Err(Error::Replayed), 2));
    let mut none = MemoryNonces::new(0);
    assert_eq!(none.consume(&[0; 32], UnixTime(1), UnixTime(0)), Err(Error::Full));
}

/// A clock that is set back is no reason to refuse what cannot have been forgotten.
#[test]
fn a_nonce_store_knows_what_it_has_forgotten() {
    let mut nonces = MemoryNonces::new(9);
    let mut consume = |nonce: u8, expires: u64, now: u64| {
        nonces.consume(&[nonce; 32], UnixTime(expires), UnixTime(now))
    };
    assert_eq!(consume(1, 30, 20), Ok(()));
    assert_eq!(consume(2, 10, 5), Ok(()), "nothing is forgotten yet");
    assert_eq!(consume(3, 30, 11), Ok(()), "forgets the second");
    assert_eq!(consume(4, 11, 5), Ok(()), "not forgotten before 11");
    assert_eq!(consume(2, 10, 5), Err(Error::Expired));
    assert!(!nonces.is_empty());
}

#[test]
fn one_store_serves_all_threads() {
    let store = std::sync::Mutex::new(MemoryNonces::new(100));
    let used = std::thread::scope(|scope| {
        let consume = || {
            let mut store = &store;
            (0..50).filter(|n| store.consume(&[*n; 32], UnixTime(9), UnixTime(0)).is_ok()).count()
        };
        let threads = [scope.spawn(consume), scope.spawn(consume)];
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
    let nonces = &mut MemoryNonces::new(1);
    let verify = |request: &Request, nonces: &mut MemoryNonces| {
        world.platform.verify(request, &answer, NOW, nonces).map(|_| ())
    };
    assert_eq!(verify(&other, nonces), Err(Error::Rejected));
    assert!(nonces.is_empty());
    assert_eq!(verify(&request, nonces), Ok(()));
    assert_eq!(verify(&request, nonces), Err(Error::Replayed));
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
    let other_key = authority(9, &ATTRIBUTES);
    assert_eq!(other_key.respond(second, &challenges).unwrap_err(), Error::NoSession);
    let (second, _) = open(&life, 2);
    assert!(life.authority.respond(second, &challenges).is_ok());
}

#[test]
fn sessions_are_taken_once_and_in_time() {
    let life = Life::new();
    let mut sessions = EvidenceSessions::new(2, 60);
    let at = |second| NOW.after(second);
    let opened = [1, 2, 3, 4].map(|seed| open(&life, seed));
    let [(one, first), (two, second), (three, third), (four, fourth)] = opened;
    assert!(sessions.is_empty());
    sessions.keep(one, at(0)).unwrap();
    sessions.keep(two, at(1)).unwrap();
    assert!(!sessions.is_empty() && !sessions.has_room(at(60)));
    assert_eq!(sessions.keep(three, at(60)), Err(Error::Full));
    assert_eq!(sessions.take(&third, at(60)).unwrap_err(), Error::NoSession);
    let taken = sessions.take(&first, at(60)).unwrap();
    assert!(life.authority.respond(taken, &first).is_ok());
    assert_eq!(sessions.take(&first, at(60)).unwrap_err(), Error::NoSession);
    assert_eq!(sessions.len(), 1);
    // Too late, and then gone for good, also to a clock that is set back.
    assert_eq!(sessions.take(&second, at(62)).unwrap_err(), Error::NoSession);
    assert_eq!(sessions.take(&second, at(61)).unwrap_err(), Error::NoSession);
    assert!(sessions.is_empty());
    // Sessions that are too old make room.
    let [one, two] = [5, 6].map(|seed| open(&life, seed).0);
    sessions.keep(one, at(0)).unwrap();
    sessions.keep(two, at(0)).unwrap();
    sessions.purge(at(60));
    assert_eq!(sessions.len(), 2);
    assert!(sessions.has_room(at(61)));
    sessions.keep(four, at(61)).unwrap();
    assert_eq!(sessions.len(), 1);
    assert!(sessions.take(&fourth, at(121)).is_ok());
}

/// Otherwise the answer would be x·P for any P.
#[test]
fn an_authority_answers_no_false_pair() {
    let life = Life::new();
    let other = holder(3, &life.authority);
    let credential = credential(&life.authority, &other, values(), NOW);
    let (theirs, _) = other.request_evidence(&credential, &mut seeded(1)).unwrap();
    let by_other_key = {
        let authority = authority(9, &ATTRIBUTES);
        let holder = holder(2, &authority);
        let credential = self::credential(&authority, &holder, values(), NOW);
        holder.request_evidence(&credential, &mut seeded(1)).unwrap().0
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
        let refused = life.authority.open_evidence(&request, &mut Coins::new(&[]));
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
        life.challenged(&life.commitments).1.finish(&responses).map(|items| items.len())
    });
    assert_eq!(finish(&bytes), Ok(EVIDENCE_BATCH));
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
