//! The kit does what it says to those who test with it.

use pairnym::{attribute::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::*;

const SHOP: &str = "shop.example";

fn shop(list: &ParameterList) -> Platform {
    Platform::new(list.clone(), host(SHOP))
}

fn adult<R: Registry<Error: std::fmt::Debug>>(service: &Service<R>, number: u8) -> Person {
    service.person(number, [("age_over_18", true.into()), ("assurance", 3.into())], NOW)
}

fn asked(platform: &Platform, now: UnixTime, seed: u64) -> Request {
    let ask = platform.request(Purpose::Registration).disclose("age_over_18");
    ask.build(now, &mut seeded(seed)).unwrap()
}

fn verify(platform: &Platform, asked: &Request, answer: &[u8], now: UnixTime) -> Option<Verified> {
    let answer = Presentation::from_bytes(answer).ok()?;
    platform.verify(asked, &answer, now, &MemoryNonces::new(1)).ok()
}

#[test]
fn a_person_answers_as_a_wallet_does() {
    let service = Service::new(NOW);
    let platform = shop(service.list());
    let (mut person, mut other) = (adult(&service, 1), adult(&service, 2));
    let asked = asked(&platform, NOW, 1);
    let answer = person.answer(&host(SHOP), &asked.to_bytes(), NOW).unwrap();
    let verified = verify(&platform, &asked, &answer, NOW).unwrap();
    assert_eq!(*verified.pseudonym(), person.pseudonym(&host(SHOP)));
    assert_eq!(verified.claim("age_over_18"), Some(&true.into()));
    assert_ne!(person.pseudonym(&host(SHOP)), other.pseudonym(&host(SHOP)));
    // The same number is the same person, on another device.
    assert_eq!(adult(&service, 1).pseudonym(&host(SHOP)), person.pseudonym(&host(SHOP)));

    let login = platform.request_login(Purpose::Login).build(NOW, &mut seeded(2)).unwrap();
    let own = person.log_in(&login, NOW).unwrap();
    let strangers = other.answer(&host(SHOP), &login.to_bytes(), NOW).unwrap();
    let strangers = Login::from_bytes(&strangers).unwrap();
    let known = person.pseudonym(&host(SHOP));
    let look_up = |pseudonym: &Pseudonym| (*pseudonym == known).then_some(());
    let nonces = MemoryNonces::new(1);
    let refused = platform.verify_login(&login, &strangers, look_up, NOW, &nonces);
    assert_eq!(refused.unwrap_err().refused(), Some(Error::NoAccount));
    platform.verify_login(&login, &own, look_up, NOW, &nonces).unwrap();
}

#[test]
fn what_a_person_refuses_costs_no_evidence() {
    let service = Service::new(NOW);
    let mut person = adult(&service, 1);
    let request = asked(&shop(service.list()), NOW, 1).to_bytes();
    let left = person.evidence.len();
    assert_eq!(person.answer(&host("evil.example"), &request, NOW), Err(Error::ForeignPlatform));
    let late = UnixTime(NOW.0 + 3600);
    assert_eq!(person.answer(&host(SHOP), &request, late), Err(Error::Expired));
    assert_eq!(person.evidence.len(), left);
}

/// Every bad answer is bad: a platform that never used a nonce refuses it, and so does one that
/// gives everybody an account.
#[test]
fn bad_answers_are_refused() {
    let service = Service::new(NOW);
    let platform = shop(service.list());
    let mut person = adult(&service, 1);
    let asked = asked(&platform, NOW, 1);
    let bad = person.bad_answers(&host(SHOP), &asked.to_bytes(), NOW).unwrap();
    assert!(bad.iter().all(|bad| verify(&platform, &asked, &bad.answer, NOW).is_none()));
    // Those at the end are good answers to something else.
    let whole = bad.iter().filter(|bad| Presentation::from_bytes(&bad.answer).is_ok()).count();
    assert!(whole > 2, "only {whole} can be decoded");

    let login = platform.request_login(Purpose::Login).build(NOW, &mut seeded(2)).unwrap();
    let bad = person.bad_answers(&host(SHOP), &login.to_bytes(), NOW).unwrap();
    for Bad { what, answer } in bad {
        let Ok(answer) = Login::from_bytes(&answer) else { continue };
        let nonces = MemoryNonces::new(1);
        let verdict = platform.verify_login(&login, &answer, |_| Some(()), NOW, &nonces);
        assert!(verdict.is_err(), "{what}");
    }
}

#[test]
fn every_byte_is_tampered_with() {
    let message = [1, 2, 3];
    let copies: Vec<_> = tampered(&message).collect();
    assert_eq!(copies, [[0, 2, 3], [1, 0, 3], [1, 2, 7]]);
}

#[test]
fn keys_are_rotated_and_withdrawn() {
    let mut service = Service::new(NOW);
    let mut platform = shop(service.list());
    let mut person = adult(&service, 1);
    let known = person.pseudonym(&host(SHOP));
    let first = service.list().slot(NOW).unwrap().parameters;

    let from = service.rotate(NOW);
    assert!(platform.adopt(service.list().clone(), NOW).unwrap());
    assert!(person.holder.adopt(service.list().clone(), NOW).unwrap());
    assert_eq!(service.list().slot(NOW).unwrap().parameters, first);
    assert_ne!(service.list().slot(from).unwrap().parameters, first);
    person.refresh(&service, from).unwrap();
    let request = asked(&platform, from, 1);
    let answer = person.answer(&host(SHOP), &request.to_bytes(), from).unwrap();
    let verified = verify(&platform, &request, &answer, from).unwrap();
    assert_eq!(*verified.pseudonym(), known);

    let now = UnixTime(from.0 + 60);
    let open = asked(&platform, now, 2);
    let answer = person.answer(&host(SHOP), &open.to_bytes(), now).unwrap();
    service.withdraw(now);
    assert!(platform.adopt(service.list().clone(), now).unwrap());
    assert!(verify(&platform, &open, &answer, now).is_none());
    person.holder.adopt(service.list().clone(), now).unwrap();
    person.refresh(&service, now).unwrap();
    let request = asked(&platform, now, 3);
    let answer = person.answer(&host(SHOP), &request.to_bytes(), now).unwrap();
    assert_eq!(*verify(&platform, &request, &answer, now).unwrap().pseudonym(), known);

    let renewed = service.list().serial() + 1;
    assert_eq!(service.renew(UnixTime(now.0 + DAY)).serial(), renewed);
}

#[test]
fn the_deleted_cannot_refresh() {
    let registry = MemoryRegistry::new(Reenrollment::Refused);
    let service =
        Service::with(&[("age_over_18", Kind::Flag), ("assurance", Kind::Integer)], registry, NOW);
    let mut person = adult(&service, 7);
    assert!(service.registry().delete(&PersonId([7; 32])).unwrap());
    let refused = person.refresh(&service, NOW).unwrap_err();
    assert_eq!(refused.refused(), Some(Error::NotRegistered));
}

#[test]
fn a_new_person_is_enrolled_by_a_service_that_is_tested() {
    let service = Service::new(NOW);
    let person = Person::new(1, service.list(), []);
    let open = service.authority();
    let open = open.open_ticket(TransactionId([9; 32]), TEN_MINUTES, NOW, &mut seeded(1)).unwrap();
    let ticket = received_ticket(service.list(), &open);
    let request: EnrollmentRequest = sent(&person.holder.enroll(&ticket, &mut seeded(2)).unwrap());
    let checked = service.authority().check_enrollment(&open, &request, PersonId([1; 32]), NOW);
    assert_eq!(checked.unwrap().to_register().commitment, *person.holder.commitment());
}

#[test]
fn given_randomness_is_used_up() {
    let mut given = Given::new(&[7; 40]);
    let secret = MasterSecret::generate(&mut given);
    assert_eq!(given.left(), 8);
    let list = Service::new(NOW).list().clone();
    let pseudonym =
        |secret| Holder::new(secret, list.clone()).unwrap().pseudonym(&host(SHOP), None);
    assert_eq!(pseudonym(&secret), pseudonym(&MasterSecret::import([7; 32])));
}

#[test]
#[should_panic(expected = "32 bytes are drawn of 8")]
fn given_randomness_does_not_repeat() {
    let mut given = Given::new(&[7; 40]);
    let _ = [MasterSecret::generate(&mut given), MasterSecret::generate(&mut given)];
}
