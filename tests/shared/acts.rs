//! Each act of two honest devices is accepted by an addressee that knows nothing of them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;

use super::*;

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

    // What the lead shows says the 网号 to both devices; an opening has none.
    let request = received(&asked);
    let consent = Consent::to_answer(&request);
    let (message, waiting) = pair.lead.ask_to_log_in(consent, NOW, rng).unwrap();
    let seen = pair.second.read(&message.to_bytes(), list, NOW).unwrap();
    let Asked::Answer(seen) = seen else { panic!() };
    let (approval, _) = seen.approve(rng).unwrap();
    let (half, _) = waiting.commit(&approval, NOW, rng).unwrap();
    assert_eq!(half.pseudonym(), Some(verified.pseudonym()));
    let ticket = received_ticket(list, &open);
    let (message, waiting) = pair.lead.ask_to_enroll(ticket.bytes(), rng).unwrap();
    let seen = pair.second.read(&message.to_bytes(), list, NOW).unwrap();
    let Asked::Enrollment(seen) = seen else { panic!() };
    let (approval, _) = seen.approve(&ticket, rng).unwrap();
    let (half, _) = waiting.commit(&approval, rng).unwrap();
    assert_eq!(half.pseudonym(), None);

    let asked = platform.request(Purpose::Registration).build(NOW, rng).unwrap();
    let request = received(&asked);
    let consent = Consent::to_answer(&request);
    let item = evidence.pop().unwrap();
    let answer = alone.present(&credential, item, consent, NOW, rng).unwrap();
    let again = platform.verify(&asked, &sent(&answer), NOW, &nonces).unwrap();
    assert_eq!(again.pseudonym(), verified.pseudonym());
}

/// By both master secrets and the formulas of §20.1: [`World::run`] compares each 网号 with that of
/// the sum, and the authority's commitment with C_u.
#[test]
fn every_act_of_two_is_one_of_the_sum() {
    let world = World::new();
    for deed in DEEDS {
        world.run(deed, &mut honest).unwrap();
    }
    // Under a label it is another 网号, of the same sum.
    let label = name("app-1");
    let asked = world.platform.request_login(Purpose::Login).label(label).statement("agreed");
    let asked = asked.build(NOW, &mut seeded(9)).unwrap();
    let mut world = world;
    let login = world.pair.log_in(&received(&asked), NOW).unwrap();
    let (ward, _) = masters(1);
    let (alone, _) = world.pair.lead.take_over(&ward, &world.pair.second.transfer()).unwrap();
    let act = Act::of_login(&asked, &login).unwrap();
    assert_eq!(*act.pseudonym(), alone.pseudonym(world.platform.id(), Some(&label)).unwrap());
}

/// Either is enough, and neither answers in a session of the other.
#[test]
fn either_of_two_guardians_is_enough() {
    let world = World::new();
    let (_, other) = masters(2);
    let transfer = ShareTransfer::from_bytes(&world.pair.second.transfer().to_bytes()).unwrap();
    let other = Second::from_transfer(&other, &transfer, ChannelKey([2; 32])).unwrap();
    assert_eq!(other.commitment(), world.pair.second.commitment());
    for deed in DEEDS {
        let (mut first, mut second) = (world.guardian(), world.guardian_with(&other));
        let (mut one, mut two) = (world.flight(deed, 3), world.flight(deed, 4));
        for _ in 0..4 {
            one.step(&mut second, &mut honest).unwrap();
            two.step(&mut first, &mut honest).unwrap();
        }
        assert!(!one.step(&mut second, &mut honest).unwrap());
        assert!(!two.step(&mut first, &mut honest).unwrap());
        let mut three = world.flight(deed, 5);
        three.step(&mut first, &mut honest).unwrap();
        three.step(&mut first, &mut honest).unwrap();
        let refused = three.step(&mut second, &mut honest).unwrap_err();
        assert_eq!(refused.why(), (Step::Answer, Error::NoSession));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    /// Up to six acts under way at once, each step of any of them next.
    #[test]
    fn acts_under_way_together_do_not_disturb_each_other(
        deeds in vec(select(&DEEDS[..]), 1..=6),
        order in vec(any::<Index>(), 30),
    ) {
        let world = World::new();
        let mut guardian = world.guardian();
        let flights = (0..).zip(&deeds).map(|(seed, deed)| world.flight(*deed, seed));
        let mut flights: Vec<_> = flights.collect();
        let mut landed = 0;
        for next in order {
            if flights.is_empty() {
                break;
            }
            let next = next.index(flights.len());
            if !flights[next].step(&mut guardian, &mut honest).unwrap() {
                drop(flights.swap_remove(next));
                landed += 1;
            }
        }
        // Thirty steps are five for each of them.
        prop_assert_eq!(landed, deeds.len());
        prop_assert!(guardian.sessions.is_empty());
    }
}
