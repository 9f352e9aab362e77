//! Each act of two honest devices is accepted by an addressee that knows nothing of them.

use pairnym::{holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::*;

fn platform(list: &ParameterList) -> Platform {
    Platform::new(list.clone(), host("shop.example"))
}

#[test]
fn enrollment_credential_presentation_and_login() {
    let service = Service::new(NOW);
    let (authority, list) = (service.authority(), service.list());
    let rng = &mut seeded(1);
    let mut pair = Pair::new(1, list);

    let transaction = TransactionId([1; 32]);
    let open = authority.open_ticket(transaction, TEN_MINUTES, NOW, rng).unwrap();
    let request = EnrollmentRequest::from_bytes(&pair.enroll(&open, NOW).unwrap()).unwrap();
    let registry = MemoryRegistry::new(Reenrollment::Refused);
    let person = PersonId([1; 32]);
    let registered = authority.enroll(&open, &request, person, NOW, &registry).unwrap();
    assert_eq!(registered, *pair.lead.commitment());

    let (credential, mut evidence) = pair.credential(authority, values(), NOW);
    let platform = platform(list);
    let nonces = MemoryNonces::new(10);
    let asked = platform
        .request(Purpose::Registration)
        .disclose("age_over_18")
        .disclose("region")
        .build(NOW, rng)
        .unwrap();
    let item = evidence.pop().unwrap();
    let answer = pair.present(&credential, item, &received(&asked), NOW).unwrap();
    let verified = platform.verify(&asked, &answer, NOW, &nonces).unwrap();

    // The hand-over: the ward alone has the same 网号 from now on.
    let (ward, _) = masters(1);
    let (alone, kept) = pair.lead.take_over(&ward, &pair.second.transfer()).unwrap();
    assert_eq!(alone.pseudonym(platform.id(), None), Ok(*verified.pseudonym()));
    assert_eq!(alone.commitment(), pair.lead.commitment());
    let restored =
        Holder::restore_share(&ward, list.authority(), &pair.lead.store_list(), &kept).unwrap();
    assert_eq!(restored.pseudonym(platform.id(), None), Ok(*verified.pseudonym()));

    let asked = platform.request_login(Purpose::Login).build(NOW, rng).unwrap();
    let login = pair.log_in(&received(&asked), NOW).unwrap();
    let known = |pseudonym: &Pseudonym| (pseudonym == verified.pseudonym()).then_some(());
    platform.verify_login(&asked, &login, known, NOW, &nonces).unwrap();

    let asked = platform.request(Purpose::Registration).build(NOW, rng).unwrap();
    let request = received(&asked);
    let consent = Consent::to_answer(&request);
    let item = evidence.pop().unwrap();
    let answer = alone.present(&credential, item, consent, NOW, rng).unwrap();
    let again = platform.verify(&asked, &sent(&answer), NOW, &nonces).unwrap();
    assert_eq!(again.pseudonym(), verified.pseudonym());
}
