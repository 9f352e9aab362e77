//! SPEC §7, step 4: each refusal, in its order, and what a repetition gives.

use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT as G;
use curve25519_dalek::scalar::Scalar;

use super::Reenrollment::*;
use super::RegistryOutcome::*;
use super::*;

const NOW: UnixTime = UnixTime(1_000);
const THEN: UnixTime = UnixTime(1_300);
const ANY: &[Reenrollment] = &[Refused, SameCommitment, Allowed];

/// Transaction, person and commitment.
type Triple = (u8, u8, u8);

fn person(n: u8) -> PersonId {
    PersonId([n; 32])
}

fn commitment(n: u8) -> Commitment {
    let point = G * Scalar::from(u64::from(n) + 1);
    Commitment::from_bytes(point.compress().to_bytes()).unwrap()
}

/// By a ticket that expires at 1,300.
fn registration((t, p, c): Triple) -> Registration {
    let transaction = TransactionId([t; 32]);
    Registration { transaction, expires: THEN, person: person(p), commitment: commitment(c) }
}

fn register_at(registry: &MemoryRegistry, tpc: Triple, now: UnixTime) -> RegistryOutcome {
    Registry::register(registry, &registration(tpc), now).unwrap()
}

fn register(registry: &MemoryRegistry, t: u8, p: u8, c: u8) -> RegistryOutcome {
    register_at(registry, (t, p, c), NOW)
}

fn is_registered(registry: &MemoryRegistry, c: u8) -> bool {
    Registry::is_registered(registry, &IssuanceOffer::of(commitment(c))).unwrap()
}

/// Person 1 is registered by transaction 1 with commitment 1; person 2 was likewise, and is
/// deleted.
fn two(policy: Reenrollment) -> MemoryRegistry {
    let registry = MemoryRegistry::new(policy);
    for n in [1, 2] {
        assert_eq!(register(&registry, n, n, n), Registered);
    }
    assert_eq!(registry.delete(&person(2)), Ok(true));
    registry
}

#[test]
fn refusals_in_their_order() {
    let cases = [
        // The transaction comes first, whatever else is wrong,
        (ANY, (1, 2, 1), TicketUsed),
        (ANY, (1, 1, 2), TicketUsed),
        (ANY, (1, 1, 3), TicketUsed),
        (ANY, (1, 3, 1), TicketUsed),
        (ANY, (1, 2, 2), TicketUsed),
        (ANY, (1, 3, 3), TicketUsed),
        (ANY, (2, 1, 2), TicketUsed),
        (ANY, (2, 2, 3), TicketUsed),
        // then the registration that it made,
        (ANY, (1, 1, 1), Again),
        (ANY, (2, 2, 2), PersonDeleted),
        // then the person, before the commitment,
        (ANY, (3, 1, 1), PersonRegistered),
        (ANY, (3, 1, 2), PersonRegistered),
        (ANY, (3, 1, 3), PersonRegistered),
        // then the tombstone, before the commitment,
        (&[Refused], (3, 2, 2), PersonDeleted),
        (&[Refused, SameCommitment], (3, 2, 1), PersonDeleted),
        (&[Refused, SameCommitment], (3, 2, 3), PersonDeleted),
        // then the commitment, a deleted person's too.
        (&[Allowed], (3, 2, 1), CommitmentRegistered),
        (ANY, (3, 3, 1), CommitmentRegistered),
        (ANY, (3, 3, 2), CommitmentRegistered),
        // Nothing is wrong.
        (&[SameCommitment, Allowed], (3, 2, 2), Registered),
        (&[Allowed], (3, 2, 3), Registered),
        (ANY, (3, 3, 3), Registered),
    ];
    for (policies, tpc, outcome) in cases {
        for policy in policies {
            let registry = two(*policy);
            assert_eq!(register_at(&registry, tpc, NOW), outcome, "{policy:?} {tpc:?}");
            let (t, p, c) = tpc;
            let now = registry.commitment(&person(p)).unwrap();
            if outcome.result().is_ok() {
                assert_eq!(now, Some(commitment(c)));
                assert!(is_registered(&registry, c));
                assert_eq!(register(&registry, t, p, c), Again);
            } else {
                assert_eq!(now, (p == 1).then(|| commitment(1)), "{policy:?} {tpc:?}");
                assert_eq!([1, 2, 3].map(|c| is_registered(&registry, c)), [true, false, false]);
                assert_eq!(register(&registry, 1, 1, 1), Again);
                assert_eq!(register(&registry, 2, 2, 2), PersonDeleted);
                // Neither the ticket nor the commitment 3 is spoilt.
                let t = if t == 3 { 3 } else { 4 };
                assert_eq!(register(&registry, t, 4, 3), Registered);
            }
        }
    }
}

#[test]
fn outcomes_as_errors() {
    let all =
        [Registered, Again, TicketUsed, PersonRegistered, PersonDeleted, CommitmentRegistered];
    let codes = all.map(|outcome| outcome.result().map_err(|error| error.code()));
    let [used, person, deleted, commitment] =
        ["ticket_used", "person_registered", "person_deleted", "commitment_registered"].map(Err);
    assert_eq!(codes, [Ok(()), Ok(()), used, person, deleted, commitment]);
}

#[test]
fn a_deleted_registration_does_not_come_back_with_a_later_one() {
    let registry = two(SameCommitment);
    assert_eq!(register(&registry, 3, 2, 2), Registered);
    // The person is registered with the commitment, but not by that transaction.
    assert_eq!(register(&registry, 2, 2, 2), PersonDeleted);
    assert_eq!(register(&registry, 3, 2, 2), Again);
    assert_eq!(registry.delete(&person(2)), Ok(true));
    assert_eq!(register(&registry, 3, 2, 2), PersonDeleted);
}

#[test]
fn an_earlier_commitment_is_not_registered_and_stays_the_persons_own() {
    let registry = two(Allowed);
    assert_eq!(register(&registry, 3, 2, 3), Registered);
    assert_eq!([2, 3].map(|c| is_registered(&registry, c)), [false, true]);
    assert_eq!(register(&registry, 4, 4, 2), CommitmentRegistered);
    assert_eq!(registry.delete(&person(2)), Ok(true));
    assert_eq!(register(&registry, 5, 2, 2), Registered);
    assert_eq!([2, 3].map(|c| is_registered(&registry, c)), [true, false]);
}

#[test]
fn a_deleted_person_is_deleted() {
    let registry = two(Refused);
    assert!(is_registered(&registry, 1));
    assert_eq!(registry.delete(&person(1)), Ok(true));
    assert_eq!(registry.commitment(&person(1)), Ok(None));
    assert!(!is_registered(&registry, 1));
    assert_eq!([1, 2, 3].map(|p| registry.delete(&person(p))), [Ok(false); 3]);
}

#[test]
fn a_transaction_is_kept_until_its_expiry_and_600_seconds() {
    let kept = |registry: &MemoryRegistry| registry.rows.with(|rows| rows.transactions.len());
    for policy in ANY {
        let registry = two(*policy);
        for now in [NOW, THEN, UnixTime(THEN.0 + 599), UnixTime(THEN.0 + 600)] {
            assert_eq!(register_at(&registry, (1, 1, 1), now), Again);
            assert_eq!(register_at(&registry, (1, 3, 3), now), TicketUsed);
            assert_eq!(register_at(&registry, (2, 2, 2), now), PersonDeleted);
            assert_eq!(kept(&registry), Ok(2));
        }
        // Then it is forgotten, but not that there was such a ticket, should a clock step back.
        for now in [UnixTime(THEN.0 + 601), NOW] {
            assert_eq!(register_at(&registry, (2, 2, 2), now), TicketUsed);
            assert_eq!(registry.commitment(&person(2)), Ok(None));
            assert_eq!(kept(&registry), Ok(0));
        }
    }
}

#[test]
fn a_clock_that_jumps_ten_years_ahead_and_back_locks_nobody_out() {
    const YEARS: u64 = 315_360_000;
    let registry = two(Allowed);
    let by = |t: u8, now: u64| {
        let expires = UnixTime(now + 300);
        let registration = Registration { expires, ..registration((t, t, t)) };
        Registry::register(&registry, &registration, UnixTime(now)).unwrap()
    };
    let jump = [YEARS, YEARS + 2_000, YEARS + 4_000];
    for (t, now) in (10..).zip(jump.into_iter().chain([2_000, 9_000])) {
        assert_eq!(by(t, now), Registered, "{t}");
    }
    assert_eq!(registry.delete(&person(10)), Ok(true));
    assert_eq!(by(10, YEARS), TicketUsed, "forgotten, so it counts as used");
}

#[test]
fn a_call_forgets_a_bounded_number_of_transactions() {
    let registry = MemoryRegistry::new(Refused);
    (0..200).for_each(|n| assert_eq!(register(&registry, n, n, n), Registered));
    for left in [136, 72, 8, 0] {
        assert_eq!(register_at(&registry, (0, 0, 0), UnixTime(10_000)), TicketUsed);
        assert_eq!(registry.rows.with(|rows| rows.transactions.len()), Ok(left));
    }
}

#[cfg(feature = "std")]
#[test]
fn of_racing_threads_one_registers() {
    use alloc::vec::Vec;
    use std::sync::Barrier;
    use std::thread;

    for round in 0..60 {
        let registry = MemoryRegistry::new(Refused);
        let start = Barrier::new(4);
        // One ticket with four commitments, four persons with one commitment, one request four
        // times.
        let (rest, tpc): (_, fn(u8) -> Triple) = match round % 3 {
            0 => (TicketUsed, |n| (1, 1, n)),
            1 => (CommitmentRegistered, |n| (n, n, 1)),
            _ => (Again, |_| (1, 1, 1)),
        };
        let try_it = |n| {
            start.wait();
            register_at(&registry, tpc(n), NOW)
        };
        let outcomes: Vec<_> = thread::scope(|scope| {
            let try_it = &try_it;
            let threads = [1, 2, 3, 4].map(|n| scope.spawn(move || try_it(n)));
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let count = |of| outcomes.iter().filter(|outcome| **outcome == of).count();
        assert_eq!((count(Registered), count(rest)), (1, 3), "{outcomes:?}");
    }
}

#[cfg(feature = "std")]
#[test]
fn after_a_panic_inside_the_registry_is_unavailable() {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    let registry = two(Refused);
    let inside = AssertUnwindSafe(|| registry.rows.with(|_| panic!("planted")));
    assert!(catch_unwind(inside).is_err());
    let outcome = Registry::register(&registry, &registration((3, 3, 3)), NOW);
    assert_eq!(outcome, Err(Error::Unavailable));
    assert_eq!(registry.delete(&person(1)), Err(Error::Unavailable));
    assert_eq!(registry.commitment(&person(1)), Err(Error::Unavailable));
    let word = Registry::is_registered(&registry, &IssuanceOffer::of(commitment(1)));
    assert_eq!(word, Err(Error::Unavailable));
}

/// Compiles only if the futures are `Send` for every registry, and a registry can be shared, or
/// chosen at start-up.
#[cfg(feature = "std")]
#[allow(dead_code)]
fn as_services_use_it<R: crate::store::registry::AsyncRegistry + Send>(
    shared: &alloc::sync::Arc<R>,
    memory: &MemoryRegistry,
    object: &dyn Registry<Error = Error>,
) {
    use crate::store::registry::AsyncRegistry;

    fn is_send(_: impl Send) {}
    is_send(AsyncRegistry::register(shared, &registration((1, 1, 1)), NOW));
    let offer = IssuanceOffer::of(commitment(1));
    is_send(AsyncRegistry::is_registered(shared, &offer));
    is_send(AsyncRegistry::register(memory, &registration((1, 1, 1)), NOW));
    let _ = Registry::register(&object, &registration((1, 1, 1)), NOW);
}
