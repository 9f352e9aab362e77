//! The contract of [`Devices`].

use pairnym::store::{Reenrollment, Registration};
use pairnym::{Epoch, ParametersId, PersonId, Slot, TransactionId, UnixTime};
use pairnym_testkit::{NOW, Person, Service};

use super::{CALLERS, at_once, count};
use crate::{Devices, Grant, Hashed, Identified, People};

const LAST: UnixTime = UnixTime(NOW.0 + 600);
const UNTIL: UnixTime = UnixTime(NOW.0 + 86_400);

fn code(number: u8) -> Hashed {
    Hashed::of("code", &[number])
}

fn token(number: u8) -> Hashed {
    Hashed::of("token", &[number])
}

fn person(number: u8) -> PersonId {
    PersonId([number; 32])
}

/// A person with an odd number shall enroll.
fn identified(number: u8) -> Identified {
    let ticket = (TransactionId([number; 32]), vec![number; 80]);
    let ticket = (number % 2 == 1).then_some(ticket);
    Identified { person: person(number), ticket, expires: LAST }
}

/// Devices, on a store that has none yet.
pub async fn devices<S: Devices + People + Clone + Send + 'static>(open: impl AsyncFn() -> S) {
    sessions(&open).await;
    ends(&open).await;
    grants(&open).await;
    // What is over goes: two codes that nobody used, sessions, grants.
    assert!(open().await.put_code(code(90), identified(9)).await.unwrap());
    assert_eq!(open().await.sweep_devices(UnixTime(LAST.0 + 600)).await.unwrap(), 0);
    assert_eq!(open().await.sweep_devices(UnixTime(LAST.0 + 601)).await.unwrap(), 1);
    assert!(open().await.find_session(token(2), NOW).await.unwrap().is_some());
    open().await.sweep_devices(UnixTime(UNTIL.0 + 601)).await.unwrap();
    assert!(open().await.find_session(token(2), NOW).await.unwrap().is_none());
    assert_eq!(open().await.sweep_devices(UnixTime(UNTIL.0 + 601)).await.unwrap(), 0);
}

async fn sessions<S: Devices + Clone + Send + 'static>(open: &impl AsyncFn() -> S) {
    let begin = async |number, named, now| {
        open().await.begin_session(code(number), token(named), UNTIL, now).await.unwrap()
    };
    assert_eq!(begin(1, 1, NOW).await, None, "no such code");
    for number in [1, 2] {
        assert!(open().await.put_code(code(number), identified(number)).await.unwrap());
    }
    assert!(!open().await.put_code(code(1), identified(3)).await.unwrap(), "the code is taken");
    assert_eq!(begin(1, 1, UnixTime(LAST.0 + 1)).await, None, "too late");
    assert!(open().await.find_session(token(1), NOW).await.unwrap().is_none());

    // A code serves once, in its last second too.
    let store = open().await;
    let begun = at_once(&store, |store, caller| async move {
        store.begin_session(code(1), token(100 + caller as u8), UNTIL, LAST).await.unwrap()
    });
    let begun = begun.await;
    assert_eq!(count(&begun, |begun| *begun == Some(identified(1))), 1);
    assert_eq!(count(&begun, Option::is_none), CALLERS - 1);
    let mut found = 0;
    for caller in 0..CALLERS {
        let session = open().await.find_session(token(100 + caller as u8), UNTIL).await.unwrap();
        if let Some(session) = session {
            let expected = (person(1), Some(TransactionId([1; 32])), UNTIL);
            assert_eq!((session.person, session.transaction, session.expires), expected);
            found += 1;
        }
    }
    assert_eq!(found, 1);

    // Somebody who is enrolled gets no ticket.
    assert_eq!(begin(2, 2, NOW).await, Some(identified(2)));
    let session = open().await.find_session(token(2), UNTIL).await.unwrap().unwrap();
    assert_eq!((session.person, session.transaction), (person(2), None));
    assert!(open().await.find_session(token(2), UnixTime(UNTIL.0 + 1)).await.unwrap().is_none());
}

/// Sessions and codes end with the loss of the devices, and with the deletion of the person.
async fn ends<S: Devices + People>(open: &impl AsyncFn() -> S) {
    let begin = async |number: u8| {
        assert!(open().await.put_code(code(number), identified(4)).await.unwrap());
        let begun = open().await.begin_session(code(number), token(number), UNTIL, NOW).await;
        assert_eq!(begun.unwrap(), Some(identified(4)));
    };
    let none_is_left = async || {
        for number in [40, 41] {
            assert!(open().await.find_session(token(number), NOW).await.unwrap().is_none());
        }
        let unused = open().await.begin_session(code(42), token(42), UNTIL, NOW).await.unwrap();
        assert_eq!(unused, None);
        assert!(open().await.find_session(token(2), NOW).await.unwrap().is_some(), "another's");
    };
    begin(40).await;
    begin(41).await;
    assert!(open().await.put_code(code(42), identified(4)).await.unwrap());
    assert_eq!(open().await.end_sessions(person(4)).await.unwrap(), 2);
    none_is_left().await;
    assert_eq!(open().await.end_sessions(person(4)).await.unwrap(), 0);

    let service = Service::new(NOW);
    let registration = Registration {
        transaction: TransactionId([4; 32]),
        expires: LAST,
        person: person(4),
        commitment: *Person::new(4, service.list(), []).holder.commitment(),
    };
    let registered = open().await.register(registration, Reenrollment::Refused).await.unwrap();
    assert_eq!(registered, pairnym::store::RegistryOutcome::Registered);
    begin(40).await;
    begin(41).await;
    assert!(open().await.put_code(code(42), identified(4)).await.unwrap());
    assert!(open().await.delete(person(4), NOW).await.unwrap());
    none_is_left().await;
}

async fn grants<S: Devices + Clone + Send + 'static>(open: &impl AsyncFn() -> S) {
    let grant = |number: u8, epoch: u64, batches: u32| {
        let slot = Slot { parameters: ParametersId([7; 32]), epoch: Epoch(epoch) };
        Grant { person: person(number), slot, ends: UNTIL, batches }
    };
    let asked = async |asked: Grant, most| open().await.grant(asked, most).await.unwrap();
    assert!(!asked(grant(5, 1, 9), 8).await, "more than there is");
    assert!(asked(grant(5, 1, 5), 8).await);
    assert!(!asked(grant(5, 1, 4), 8).await);
    assert!(asked(grant(5, 1, 3), 8).await);
    assert!(!asked(grant(5, 1, 1), 8).await);
    assert!(asked(grant(5, 2, 8), 8).await, "the next slot");
    assert!(asked(grant(6, 1, 8), 8).await, "somebody else");
    open().await.take_back(grant(5, 1, 2)).await.unwrap();
    assert!(!asked(grant(5, 1, 3), 8).await);
    assert!(asked(grant(5, 1, 2), 8).await);

    let store = open().await;
    let at_once =
        at_once(&store, |store, _| async move { store.grant(grant(7, 1, 2), 10).await.unwrap() });
    assert_eq!(count(&at_once.await, |granted| *granted), 5);
}
