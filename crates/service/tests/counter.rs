//! A counter over HTTP: who is admitted, for whom guardians apply, who is refused, and what is
//! audited.

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use pairnym::PersonId;
use pairnym::shared::{ChannelKey, CoSessions, Lead, Second};
use pairnym_service::authority::counter::{
    Checking, DemonstrationCheck, IdentityCheck, NotServed, Presented,
};
use pairnym_service::authority::profile::{Notice, Record};
use pairnym_store::{DocumentRows as _, PeopleRows as _};
use pairnym_testkit::{masters, seeded};
use pairnym_transport::authority::{Enrollment, path};
use serde_json::{Value, json};
use support::counter::*;
use support::http::Call;

fn id(kind: pairnym::store::DocumentKind, number: &str) -> PersonId {
    PersonId::of_document(&KEY, kind, number).unwrap()
}

fn card() -> PersonId {
    id(pairnym::store::DocumentKind::ResidentIdentityCard, CARD.1)
}

/// From the notice to a credential that says what the profile says, cancelling, and coming back.
#[tokio::test(flavor = "multi_thread")]
async fn a_life() {
    let world = World::memory().await;
    let notice = Call::get("/v1/counter/notice").header("authorization", "Bearer another");
    let shown = notice.send(world.counter).await.json();
    assert_eq!(shown["hash"], hex(&support::counter::notice().hash()));
    assert!(shown["text"].as_str().unwrap().contains("保存期限：until deletion"));
    assert_eq!(shown["demonstration"], true);
    assert!(shown["check"].as_str().unwrap().starts_with("demonstration"));

    let applied = world.apply(adult(&[CARD]), None).await;
    let reply = applied.json();
    assert_eq!((applied.status, &reply["tier"]), (201, &json!("adult")));
    assert_eq!((&reply["enrolled"], &reply["demonstration"]), (&json!(false), &json!(true)));
    assert_eq!(reply["expires"], world.now().0 + 600);
    let mut device = world.device(1);
    let ticket = device.begin(reply["code"].as_str().unwrap()).await.expect("a ticket");
    device.enroll(&ticket).await;
    let offer = device.offer().await;
    let values: Vec<_> = offer.values().to_vec();
    let number = pairnym_service::authority::profile::Document::new(
        pairnym::store::DocumentKind::ResidentIdentityCard,
        CARD.1,
    );
    let hash =
        pairnym_service::authority::profile::name_number(&COMPARISON, "示例甲", &number.unwrap());
    let expected: [pairnym::attribute::Value; 6] =
        [true.into(), true.into(), 3.into(), true.into(), "示例甲".into(), hash.as_str().into()];
    assert_eq!(values, expected);
    device.refresh(1).await;

    // With the other document it is the same person: a second device, and no ticket.
    let again = world.apply(adult(&[PASSPORT]), None).await.json();
    assert_eq!(again["enrolled"], true);
    let mut second = world.device(1);
    assert_eq!(second.begin(again["code"].as_str().unwrap()).await, None);
    second.refresh(1).await;

    // Corrected, lost, deleted.
    let coming = json!({ "person": adult(&[CARD]) });
    device.offer().await;
    let corrected = world.post("corrections", &coming).await.json();
    assert!(corrected["count"].as_u64().unwrap() >= 1, "{corrected}");
    assert_eq!(world.post("losses", &coming).await.json()["count"], 2);
    assert_eq!(device.ask_offer().await.status, 401);
    assert_eq!(world.post("deletions", &coming).await.json()["count"], 1);
    assert_eq!(world.post("deletions", &coming).await.json()["count"], 0);
    let row = world.service.store().person(card()).await.unwrap().unwrap();
    assert_eq!(row.deleted, Some(world.now()));

    // And back again, after the time that the policy says, with the same commitment.
    refused(&world.apply(adult(&[PASSPORT]), None).await, NotServed::Waiting);
    world.pass(30 * 86_400 - 1);
    refused(&world.apply(adult(&[PASSPORT]), None).await, NotServed::Waiting);
    world.pass(1);
    let code = world.apply(adult(&[CARD]), None).await;
    // The list has ended by then; the counter itself does not refuse.
    assert_ne!(code.status, 403, "{}", code.text());

    let log = world.log().await;
    for line in [
        "counter 7: applied",
        "counter 7: identified",
        "counter 7: asked to correct",
        "counter 7: reported a loss",
        "counter 7: asked to delete",
        "counter 7: deleted",
        "counter 7: refused waiting",
    ] {
        assert!(log.iter().any(|found| found == line), "no {line} in {log:?}");
    }
    // No values, names or numbers.
    let all = format!("{:?}", world.events().await);
    assert!(!["示例", CARD.1, PASSPORT.1, "1990"].iter().any(|text| all.contains(text)));
}

/// One person with two documents, at many counters at once: one person.
#[tokio::test(flavor = "multi_thread")]
async fn two_documents_at_once() {
    let world = Arc::new(World::memory().await);
    let barrier = Arc::new(tokio::sync::Barrier::new(16));
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..16 {
        let (world, barrier) = (world.clone(), barrier.clone());
        callers.spawn(async move {
            let documents: &[_] = match caller % 3 {
                0 => &[CARD],
                1 => &[PASSPORT],
                _ => &[PASSPORT, CARD],
            };
            barrier.wait().await;
            world.apply(adult(documents), None).await.status
        });
    }
    assert_eq!(callers.join_all().await, [201; 16]);
    let events = world.events().await;
    let subjects: BTreeSet<_> = events.iter().map(|event| event.subject).collect();
    assert_eq!(subjects.len(), 1, "one person");
    assert_eq!(events.iter().filter(|event| event.action == "applied").count(), 16);
}

/// Records that know of no document but those that are shown: what links them is the store alone.
struct Forgetful(DemonstrationCheck);

impl IdentityCheck for Forgetful {
    fn name(&self) -> &'static str {
        "forgetful"
    }

    fn is_demonstration(&self) -> bool {
        true
    }

    fn check<'a>(&'a self, presented: &'a Presented) -> Checking<'a, Option<Record>> {
        Box::pin(async move {
            let record = self.0.check(presented).await?;
            let documents = presented.documents.clone();
            Ok(record.map(|record| Record { documents, ..record }))
        })
    }

    fn is_guardian<'a>(&'a self, guardian: &'a Record, ward: &'a Record) -> Checking<'a, bool> {
        self.0.is_guardian(guardian, ward)
    }

    fn record(&self, person: PersonId) -> Checking<'_, Option<Record>> {
        self.0.record(person)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_taken_for_two() {
    let check = Forgetful(DemonstrationCheck::new(PEOPLE, &KEY).unwrap());
    let world = World::with(Arc::new(check), |_| {}).await;
    world.code(adult(&[CARD]), None).await;
    world.code(adult(&[PASSPORT]), None).await;
    let passport = id(pairnym::store::DocumentKind::OverseasChinesePassport, PASSPORT.1);
    refused(&world.apply(adult(&[CARD, PASSPORT]), None).await, NotServed::TwoPeople);
    let held = world.service.store().holders(vec![card(), passport]).await.unwrap();
    assert_eq!(held, [Some(card()), Some(passport)], "nothing was changed");
    let events = world.events().await;
    let conflict = events.iter().filter(|event| event.action == "two people");
    let subjects: BTreeSet<_> = conflict.map(|event| event.subject.unwrap()).collect();
    assert_eq!(subjects, BTreeSet::from([card().0, passport.0]));
    assert_eq!(events.last().unwrap().action, "refused two_people");
}

/// Somebody at 16 callers of whom each has one document in common with the next.
#[tokio::test(flavor = "multi_thread")]
async fn linked_at_once() {
    let check = Forgetful(DemonstrationCheck::new(PEOPLE, &KEY).unwrap());
    let world = Arc::new(World::with(Arc::new(check), |_| {}).await);
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..16 {
        let world = world.clone();
        let documents = if caller % 2 == 0 { [CARD, PASSPORT] } else { [PASSPORT, CARD] };
        callers.spawn(async move { world.apply(adult(&documents), None).await.status });
    }
    assert_eq!(callers.join_all().await, [201; 16]);
    let subjects: BTreeSet<_> = world.events().await.iter().map(|event| event.subject).collect();
    assert_eq!(subjects.len(), 1);
}

/// A guardian applies for a child of 12: the guardian's device gets the ticket, and neither device
/// enrolls alone (SPEC §20.4).
#[tokio::test(flavor = "multi_thread")]
async fn a_child_with_a_guardian() {
    let world = World::memory().await;
    refused(&world.apply(child(), None).await, NotServed::GuardianMissing);
    refused(&world.apply(child(), Some(stranger())).await, NotServed::NotGuardian);
    let applied = world.apply(child(), Some(adult(&[PASSPORT]))).await.json();
    assert_eq!((&applied["tier"], &applied["enrolled"]), (&json!("guardian"), &json!(false)));

    // Adjacent events name both.
    let child_id =
        id(pairnym::store::DocumentKind::HongKongMacaoTravelPermitNonChinese, "HA9999990");
    let events = world.events().await;
    let at = events.iter().position(|event| event.action == "applied").unwrap();
    assert_eq!(events[at].subject, Some(child_id.0));
    assert_eq!(events[at + 1].action, "applied, as guardian");
    assert_eq!(events[at + 1].subject, Some(card().0));

    // Two devices, face to face.
    let (mut rng, keys) = (seeded(5), [1, 2].map(|key| ChannelKey([key; 32])));
    let (ward, guardian) = masters(9);
    let inviting = Second::invite(&guardian, world.list.authority(), keys[0], &mut rng).unwrap();
    let (answer, lead) =
        Lead::accept(&ward, world.list.clone(), inviting.invitation(), keys[1], &mut rng).unwrap();
    let second = inviting.accept(&answer).unwrap();

    // The code is typed into the guardian's device, whose session the ticket is of.
    let mut guardians = world.device(40);
    let ticket = guardians.begin(applied["code"].as_str().unwrap()).await.expect("a ticket");
    let received = pairnym::holder::Received::<pairnym::message::EnrollmentTicket>::from_authority(
        &world.list,
        world.list.host(),
        &ticket,
    )
    .unwrap();
    let (asked, awaiting) = lead.ask_to_enroll(&ticket, &mut rng).unwrap();
    let read = second.read(&pairnym::Message::to_bytes(&asked), &world.list, world.now()).unwrap();
    let pairnym::shared::Asked::Enrollment(asked) = read else { panic!("an enrollment") };
    let (approval, session) = asked.approve(&received, &mut rng).unwrap();
    let mut sessions = CoSessions::new(4, Duration::from_secs(120));
    sessions.keep(session, world.now()).unwrap();
    let (nonces, awaiting) = awaiting.commit(&approval, &mut rng).unwrap();
    let taken = sessions.take(nonces.session(), world.now()).unwrap();
    let answer = second.answer(taken, &nonces, world.now()).unwrap();
    let request = awaiting.complete(&answer).unwrap().into_bytes();
    let enrolled = guardians.post(path::ENROLLMENT, &Enrollment { request }).await;
    assert_eq!(enrolled.status, 204, "{}", enrolled.text());
    let row = world.service.store().person(child_id).await.unwrap().unwrap();
    assert_eq!(row.commitment, *lead.commitment(), "the two devices' commitment");
    assert!(world.service.store().person(card()).await.unwrap().is_none(), "not the guardian");

    // Another code for the child's own device, which asks for offers itself.
    let again = world.apply(child(), Some(adult(&[CARD]))).await.json();
    assert_eq!(again["enrolled"], true);
    let mut own = world.device(41);
    assert_eq!(own.begin(again["code"].as_str().unwrap()).await, None);
    let offer = own.ask_offer().await;
    assert_eq!(offer.status, 200, "{}", offer.text());

    // The guardian cancels.
    let alone = world.post("deletions", &json!({ "person": child() })).await;
    refused(&alone, NotServed::GuardianMissing);
    let both = json!({ "person": child(), "guardian": adult(&[CARD]) });
    assert_eq!(world.post("deletions", &both).await.json()["count"], 1);
    assert!(world.log().await.contains(&"counter 7: asked to delete, as guardian".into()));
}

/// From 14 on the person applies, under supervision until 18; flags change with the slot.
#[tokio::test(flavor = "multi_thread")]
async fn a_young_person() {
    let world = World::memory().await;
    refused(&world.apply(youth(), None).await, NotServed::GuardianMissing);
    refused(&world.apply(youth(), Some(child())).await, NotServed::NotGuardian);
    refused(&world.apply(youth(), Some(youth())).await, NotServed::NotGuardian);
    let code = world.code(youth(), Some(adult(&[CARD]))).await;
    let mut device = world.device(3);
    let ticket = device.begin(&code).await.unwrap();
    device.enroll(&ticket).await;
    let offer = device.offer().await;
    assert_eq!(offer.values()[..2], [true.into(), false.into()]);
    // What is not an application they do alone.
    let coming = json!({ "person": youth() });
    assert_eq!(world.post("losses", &coming).await.json()["count"], 1);
}

/// Every refusal, and none of them leaves anything behind.
#[tokio::test(flavor = "multi_thread")]
async fn refusals() {
    let world = World::memory().await;
    let guardian = || Some(adult(&[CARD]));
    let other_name = shown("示例乙", "1990-03-14", &[CARD]);
    let other_date = shown("示例乙", "1992-05-02", &[("taiwan_travel_permit", "99999901")]);
    let not_its_date = shown("示例甲", "1990-03-15", &[CARD]);
    let unknown =
        shown("示例甲", "1990-03-14", &[CARD, ("overseas_chinese_passport", "E99999991")]);
    let no_kind = shown("示例甲", "1990-03-14", &[("driving_licence", "1")]);
    let check_digit = shown("示例甲", "1990-03-14", &[(CARD.0, "110199199003149931")]);
    for (person, guardian, why) in [
        (no_kind, None, NotServed::Document),
        (check_digit, None, NotServed::Document),
        (not_its_date, None, NotServed::BirthDate),
        (other_name, None, NotServed::NotConfirmed),
        (other_date, None, NotServed::NotConfirmed),
        (unknown, None, NotServed::NotConfirmed),
        (infant(), guardian(), NotServed::TooYoung),
        (infant(), None, NotServed::TooYoung),
        (child(), Some(child()), NotServed::NotGuardian),
        (child(), Some(infant()), NotServed::TooYoung),
        (stranger(), guardian(), NotServed::GuardianNotNeeded),
    ] {
        refused(&world.apply(person, guardian).await, why);
    }
    for notice in ["", "0", &"0".repeat(64)] {
        let body = json!({ "person": adult(&[CARD]), "notice": notice });
        refused(&world.post("applications", &body).await, NotServed::AnotherNotice);
    }
    for matter in ["deletions", "losses", "corrections"] {
        let body = json!({ "person": stranger() });
        // Nobody was linked by all that.
        refused(&world.post(matter, &body).await, NotServed::UnknownPerson);
    }
    let log = world.log().await;
    assert!(!log.iter().any(|line| line.ends_with(": applied")), "{log:?}");
    for code in ["document", "birth_date", "not_confirmed", "too_young", "not_guardian"] {
        assert!(log.contains(&format!("counter 7: refused {code}")), "{log:?}");
    }
}

/// The age of admission is by the day in UTC+8: the infant turns 8 on a Thursday.
#[tokio::test(flavor = "multi_thread")]
async fn the_eighth_birthday() {
    let people = PEOPLE.replace("2019-05-06", "2018-11-23");
    let check = DemonstrationCheck::new(
        &people.replace("\"HA9999990\"]", "\"HA9999990\", \"H99999977\"]"),
        &KEY,
    );
    let world = World::with(Arc::new(check.unwrap()), |_| {}).await;
    let infant = || shown("示例丙", "2018-11-23", &[("hk_macao_travel_permit", "H99999977")]);
    refused(&world.apply(infant(), Some(adult(&[CARD]))).await, NotServed::TooYoung);
    // It is 08:00 there; 16 hours later, in UTC still the same day, it is the birthday.
    world.pass(16 * 3_600 - 1);
    refused(&world.apply(infant(), Some(adult(&[CARD]))).await, NotServed::TooYoung);
    world.pass(1);
    assert_eq!(world.apply(infant(), Some(adult(&[CARD]))).await.status, 201);
}

/// The text and its hash, of which another implementation computes the same.
#[test]
fn the_notice() {
    let notice: Notice = notice();
    let text = notice.to_string();
    assert_eq!(text.lines().count(), 10);
    let other = Notice { rights: "elsewhere".into(), ..notice.clone() };
    assert_ne!(notice.hash(), other.hash());
    assert_eq!(notice.missing(), None);
}

/// The codes are the documented ones.
#[test]
fn documented_codes() {
    let document: Value = serde_json::from_str(&pairnym_service::openapi()).unwrap();
    let responses = &document["paths"]["/v1/counter/applications"]["post"]["responses"];
    for why in NotServed::ALL {
        let listed = responses[why.status().to_string()]["description"].as_str().unwrap();
        assert!(listed.split(", ").any(|code| code == why.code()), "{why:?}: {listed}");
    }
}
