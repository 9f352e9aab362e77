//! An authority over HTTP: whole lives, repetitions, ends, and limits.

mod support;

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use pairnym::attribute::Value;
use pairnym::message::Commitment;
use pairnym::platform::Platform;
use pairnym::store::{MemoryNonces, Registration};
use pairnym::{Message as _, PersonId, Purpose, TransactionId};
use pairnym_service::AuthorityStore;
use pairnym_service::authority::{
    LocalSigner, OpenedOffer, OpenedTicket, Service, Sessions, Signed, Signer, SignerState, Values,
};
use pairnym_store::{Hashed, Memory};
use pairnym_testkit::{host, seeded};
use pairnym_transport::authority::{Directory, SignedList, list_path, path};
use support::authority::{World, adult, list_signers, person};
use support::device::{Device, read};
use support::http::Call;

/// The device registers at a platform that knows nothing but the list.
fn present(device: &mut Device) -> pairnym::Pseudonym {
    let platform = Platform::new(device.list.clone(), host("shop.example"));
    let asked = platform.request(Purpose::Registration).disclose("region");
    let asked = asked.build(device.now, &mut seeded(77)).unwrap();
    let shown = device.person.present(&asked, device.now).unwrap();
    let verified = platform.verify(&asked, &shown, device.now, &MemoryNonces::new(10)).unwrap();
    assert_eq!(verified.claims().count(), 1);
    *verified.pseudonym()
}

/// Code, session, ticket, enrollment, offer, credential, evidence, and a platform.
#[tokio::test(flavor = "multi_thread")]
async fn a_life() {
    let world = World::memory().await;
    let mut device = world.enrolled(1).await;
    device.refresh(3).await;
    let pseudonym = present(&mut device);

    // Another device of the same person, restored from the same secret: no ticket, the same 网号.
    let mut other = world.device(1);
    assert_eq!(other.begin(&world.code(1).await).await, None);
    other.refresh(32).await;
    assert_eq!(present(&mut other), pseudonym);
    // The first one still has its session; the next day it fetches again.
    world.pass(86_400);
    device.now = world.now();
    device.refresh(4).await;
    assert_eq!(present(&mut device), pseudonym);

    let actions = world.actions().await;
    let count = |action: &str| actions.iter().filter(|found| *found == action).count();
    assert_eq!(count("identified"), 2);
    assert_eq!(count("began a session"), 2);
    assert_eq!(count("enrolled"), 2, "once, and repeated");
    assert_eq!(count("was offered a credential"), 3);
    assert_eq!(count("was issued a credential"), 6);
    assert_eq!(count("opened evidence"), 4);
    assert_eq!(actions.len(), 19);
}

/// What is offered within a slot has the same values; what is issued is the same credential.
#[tokio::test(flavor = "multi_thread")]
async fn repetitions() {
    let world = World::memory().await;
    let mut device = world.enrolled(1).await;
    let (first, second) = (device.offer().await, device.offer().await);
    assert!(first.values() == second.values() && first.nonce() != second.nonce());
    let mut issued = Vec::new();
    for offer in [first, second] {
        let (body, waiting) = device.accept(&offer);
        let response = device.post(path::CREDENTIALS, &body).await;
        let envelope: pairnym_transport::authority::IssuedCredential = read(&response);
        let response = pairnym::message::IssuanceResponse::from_bytes(&envelope.response);
        waiting.finish(&response.unwrap()).unwrap();
        issued.push(envelope.response);
    }
    assert_eq!(issued[0], issued[1], "another credential in the same slot");
    // Another ticket of somebody who is enrolled by now registers nobody.
    let (one, two) = (world.code(2).await, world.code(2).await);
    let (mut first, mut second) = (world.device(2), world.device(3));
    let ticket = first.begin(&one).await.unwrap();
    first.enroll(&ticket).await;
    let ticket = second.begin(&two).await.unwrap();
    let body = second.enrollment(&ticket);
    assert_eq!(second.post(path::ENROLLMENT, &body).await.problem(), "person_registered");
    // And a session without a ticket enrolls nobody.
    let body = first.enrollment(&ticket);
    first.begin(&world.code(2).await).await;
    assert_eq!(first.post(path::ENROLLMENT, &body).await.problem(), "person_registered");
}

/// A code serves once, for ten minutes, and wrong ones are few.
#[tokio::test(flavor = "multi_thread")]
async fn codes() {
    let world = World::memory().await;
    let begin = async |code: &str| {
        let body = pairnym_transport::authority::Identification { code: code.parse().unwrap() };
        world.device(1).post(path::SESSIONS, &body).await
    };
    let late = world.code(1).await;
    world.pass(600);
    let (last, used) = (world.code(1).await, world.code(1).await);
    assert_eq!(begin(&late.to_lowercase().replace('-', " ")).await.status, 200);
    world.pass(600);
    assert_eq!(begin(&last).await.status, 200);
    assert_eq!(begin(&used).await.status, 200);
    assert_eq!(begin(&used).await.problem(), "wrong_code");
    let late = world.code(1).await;
    world.pass(601);
    assert_eq!(begin(&late).await.problem(), "wrong_code");
    // Right ones are not counted among the five.
    for _ in 0..10 {
        let code = world.code(1).await;
        assert_eq!(begin(&code).await.status, 200);
    }
    let code = world.code(1).await;
    for _ in 0..3 {
        assert_eq!(begin("0000-0000-0000").await.problem(), "wrong_code");
    }
    assert_eq!(begin("0000-0000-0000").await.problem(), "too_many");
    assert_eq!(begin(&code).await.problem(), "too_many", "also the right one, from there");
}

/// Deletion while an offer is open, and what comes after.
#[tokio::test(flavor = "multi_thread")]
async fn deletion() {
    let world = World::memory().await;
    let mut device = world.enrolled(1).await;
    let offer = device.offer().await;
    let (body, _) = device.accept(&offer);
    let unused = world.code(1).await;
    assert!(world.service.delete(person(1), "official 2").await.unwrap());
    assert_eq!(device.post(path::CREDENTIALS, &body).await.problem(), "unauthorized");
    assert_eq!(device.ask_offer().await.problem(), "unauthorized");
    let typed = pairnym_transport::authority::Identification { code: unused.parse().unwrap() };
    assert_eq!(device.post(path::SESSIONS, &typed).await.problem(), "wrong_code");
    assert!(!world.service.delete(person(1), "official 2").await.unwrap(), "a repetition");

    // Back again: with the same secret only.
    let ticket = device.begin(&world.code(1).await).await.unwrap();
    assert_eq!(device.ask_offer().await.problem(), "not_registered");
    let mut other = world.device(2);
    other.token = device.token.clone();
    let wrong = other.enrollment(&ticket);
    assert_eq!(other.post(path::ENROLLMENT, &wrong).await.problem(), "person_deleted");
    device.enroll(&ticket).await;
    // The old offer stays void.
    assert_eq!(device.post(path::CREDENTIALS, &body).await.problem(), "expired");
    device.refresh(4).await;

    // Deleted between ticket and enrollment.
    let ticket = world.device(3).begin(&world.code(3).await).await;
    assert!(ticket.is_some());
    assert!(!world.service.delete(person(3), "official 2").await.unwrap());

    let refused =
        World::with(AuthorityStore::new(Memory::new(1_000)), Sessions::default(), |options| {
            options.reenrollment = pairnym::store::Reenrollment::Refused
        });
    let refused = refused.await;
    refused.enrolled(1).await;
    refused.service.delete(person(1), "official 2").await.unwrap();
    let again = refused.service.identify(person(1), "official 2").await.unwrap_err();
    assert_eq!(again.code(), "person_deleted");
}

/// A signer that lets somebody be deleted while it issues.
struct Late {
    signer: LocalSigner,
    service: OnceLock<Service>,
}

impl Signer for Late {
    fn open_ticket(&self, transaction: TransactionId) -> Signed<'_, OpenedTicket> {
        self.signer.open_ticket(transaction)
    }

    fn check_enrollment(
        &self,
        stored: Vec<u8>,
        request: Vec<u8>,
        person: PersonId,
    ) -> Signed<'_, Registration> {
        self.signer.check_enrollment(stored, request, person)
    }

    fn open_offer(&self, commitment: Commitment, values: Values) -> Signed<'_, OpenedOffer> {
        self.signer.open_offer(commitment, values)
    }

    fn issue(&self, stored: Vec<u8>, request: Vec<u8>) -> Signed<'_, Vec<u8>> {
        Box::pin(async move {
            let response = self.signer.issue(stored, request).await?;
            if let Some(service) = self.service.get() {
                assert!(service.delete(person(1), "official 2").await.unwrap());
            }
            Ok(response)
        })
    }

    fn open_evidence(&self, fetcher: Hashed, asked: Vec<Vec<u8>>) -> Signed<'_, Vec<Vec<u8>>> {
        self.signer.open_evidence(fetcher, asked)
    }

    fn answer_evidence(&self, fetcher: Hashed, asked: Vec<Vec<u8>>) -> Signed<'_, Vec<Vec<u8>>> {
        self.signer.answer_evidence(fetcher, asked)
    }

    fn state(&self) -> Signed<'_, SignerState> {
        self.signer.state()
    }
}

/// Deleted after the signer has issued, before the response leaves: it does not leave.
#[tokio::test(flavor = "multi_thread")]
async fn deletion_wins() {
    let store = AuthorityStore::new(Memory::new(1_000));
    let mut late = None;
    let wrap = |signer| {
        let made = Arc::new(Late { signer, service: OnceLock::new() });
        late = Some(made.clone());
        made as Arc<dyn Signer>
    };
    let world = World::behind(store, Sessions::default(), |_| {}, wrap).await;
    let mut device = world.enrolled(1).await;
    device.refresh(4).await;
    late.unwrap().service.set(world.service.clone()).unwrap();
    let offer = device.offer().await;
    let (body, _) = device.accept(&offer);
    let refused = device.post(path::CREDENTIALS, &body).await;
    assert_eq!((refused.status, refused.problem()), (409, "not_registered".into()));
}

/// Values that change while they are offered are not offered as they were.
#[tokio::test(flavor = "multi_thread")]
async fn correction_wins() {
    let world = World::memory().await;
    let device = world.enrolled(1).await;
    world.register.1.store(true, Ordering::SeqCst);
    assert_eq!(device.ask_offer().await.problem(), "unavailable");
    assert_eq!(world.service.correct(person(1), "official 3").await.unwrap(), 0, "it is withdrawn");
    assert_eq!(device.offer().await.values()[2], Value::from("重庆"));
}

/// A lost device, and values that are corrected.
#[tokio::test(flavor = "multi_thread")]
async fn lost_and_corrected() {
    let world = World::memory().await;
    let mut device = world.enrolled(1).await;
    let offer = device.offer().await;
    assert_eq!(offer.values()[2], Value::from("上海"));
    let (body, _) = device.accept(&offer);
    let mut values = adult();
    values[1].1 = "重庆".into();
    world.register.0.lock().unwrap().insert(person(1), values);
    assert_eq!(world.service.correct(person(1), "official 3").await.unwrap(), 1);
    assert_eq!(device.post(path::CREDENTIALS, &body).await.problem(), "expired");
    assert_eq!(device.offer().await.values()[2], Value::from("重庆"));
    assert_eq!(device.ask_offer().await.status, 200);

    // Somebody whom the register does not know any more.
    world.register.0.lock().unwrap().remove(&person(1));
    assert_eq!(device.ask_offer().await.problem(), "not_registered");

    assert_eq!(world.service.lost(person(1), "official 3").await.unwrap(), 1);
    assert_eq!(device.ask_offer().await.problem(), "unauthorized");
    assert_eq!(device.begin(&world.code(1).await).await, None, "still enrolled");
}

/// An offer is for the person to whom it was made.
#[tokio::test(flavor = "multi_thread")]
async fn other_peoples_offers() {
    let world = World::memory().await;
    let (mut one, two) = (world.enrolled(1).await, world.enrolled(2).await);
    let offer = one.offer().await;
    let (body, _) = one.accept(&offer);
    assert_eq!(two.post(path::CREDENTIALS, &body).await.problem(), "expired");
    assert_eq!(one.post(path::CREDENTIALS, &body).await.status, 200, "it was not used up");
    world.pass(601);
    assert_eq!(one.post(path::CREDENTIALS, &body).await.problem(), "expired");
}

/// Evidence: good for one answer and for 30 seconds, at the node that opened it, for who opened it;
/// and as often in a slot as is published.
#[tokio::test(flavor = "multi_thread")]
async fn evidence() {
    let world = World::memory().await;
    let mut device = world.enrolled(1).await;
    let issued = device.credential().await;
    let opened = device.open(&issued, 2).await;
    assert_eq!(opened.location, "/v1/evidence/node-1");
    let other = world.enrolled(2).await;
    let stolen = other.post(&opened.location, &opened.challenges).await;
    assert_eq!(stolen.problem(), "no_session");
    let elsewhere = device.post("/v1/evidence/node-2", &opened.challenges).await;
    assert_eq!(elsewhere.problem(), "no_session");
    // One of two is unknown: nothing is used up.
    let mut mixed = opened.challenges.clone();
    mixed.challenges[1][10] ^= 1;
    assert_eq!(device.post(&opened.location, &mixed).await.problem(), "no_session");
    let mut twice = opened.challenges.clone();
    twice.challenges[1] = twice.challenges[0].clone();
    assert_eq!(device.post(&opened.location, &twice).await.problem(), "no_session");
    assert_eq!(world.signer.open_sessions(), 2);
    let answered = device.answer(&opened).await;
    assert_eq!(answered.status, 200, "{}", answered.text());
    assert_eq!(device.answer(&opened).await.problem(), "no_session", "a second answer");
    assert_eq!(opened.finish(&answered).len(), 2);

    let opened = device.open(&issued, 1).await;
    world.pass(30);
    assert_eq!(device.answer(&opened).await.status, 200);
    let opened = device.open(&issued, 1).await;
    world.pass(31);
    assert_eq!(device.answer(&opened).await.problem(), "no_session");
    assert_eq!(world.signer.open_sessions(), 0);

    // Three times four batches a slot; four are used up.
    assert_eq!(device.open(&issued, 9).await.response.problem(), "too_many");
    assert_eq!(device.open(&issued, 8).await.response.status, 201);
    assert_eq!(device.open(&issued, 1).await.response.problem(), "too_many");
    world.pass(86_400);
    device.now = world.now();
    let issued = device.credential().await;
    assert_eq!(device.open(&issued, 12).await.response.status, 201);
}

/// Who opens sessions and leaves costs nobody else anything: so many for each, so many in all.
#[tokio::test(flavor = "multi_thread")]
async fn bounds() {
    let sessions = Sessions { per_fetcher: 5, in_all: 12 };
    let store = AuthorityStore::new(Memory::new(1_000));
    let world = World::with(store, sessions, |options| options.sessions = 100).await;
    let mut devices = Vec::new();
    for number in 1..=3 {
        let mut device = world.enrolled(number).await;
        let issued = device.credential().await;
        devices.push((device, issued));
    }
    for (device, issued) in &mut devices[..2] {
        assert_eq!(device.open(issued, 3).await.response.status, 201);
        assert_eq!(device.open(issued, 3).await.response.problem(), "too_many");
        assert_eq!(device.open(issued, 2).await.response.status, 201);
    }
    let (device, issued) = &mut devices[2];
    let full = device.open(issued, 3).await.response;
    assert_eq!((full.status, full.problem()), (503, "full".into()));
    let opened = device.open(issued, 2).await;
    assert_eq!(device.answer(&opened).await.status, 200);
    world.pass(31);
    assert_eq!(device.open(issued, 5).await.response.status, 201);
    // What was refused did not count for the slot: 400 batches, of which few are gone.
    for _ in 0..78 {
        world.pass(31);
        assert_eq!(device.open(issued, 5).await.response.status, 201);
    }
    assert_eq!(device.open(issued, 4).await.response.problem(), "too_many");
}

/// A person asks from sixteen connections at once: no more than is published.
#[tokio::test(flavor = "multi_thread")]
async fn granted_once() {
    let world = World::memory().await;
    let mut device = world.enrolled(1).await;
    let issued = device.credential().await;
    let mut calls = Vec::new();
    for _ in 0..16 {
        let mut rng = seeded(calls.len() as u64);
        let (request, _) = device.person.holder.request_evidence(&issued, &mut rng).unwrap();
        let body =
            pairnym_transport::authority::EvidenceBatches { requests: vec![request.to_bytes()] };
        let (call, server) = (device.call(path::EVIDENCE, &body), world.server);
        calls.push(tokio::spawn(call.send(server)));
    }
    let mut opened = 0;
    for call in calls {
        let response = call.await.unwrap();
        assert!([201, 429].contains(&response.status), "{}", response.text());
        opened += usize::from(response.status == 201);
    }
    assert_eq!(opened, 12);
}

/// The directory equals what wallets pin.
#[tokio::test(flavor = "multi_thread")]
async fn directory() {
    let world = World::memory().await;
    let response = Call::get(path::DIRECTORY).send(world.server).await;
    assert_eq!(response.header("cache-control"), "no-store");
    assert_eq!(response.header("access-control-allow-origin"), "*");
    let directory: Directory = read(&response);
    assert_eq!(directory.authority, *world.list.authority());
    assert_eq!(directory.sessions, 3);
    let pins = list_signers().map(|key| pairnym_transport::PublicKey::from(&key));
    assert_eq!(directory.list.verify(&pins, 2).unwrap(), world.list);
    let response = Call::get(&list_path(0)).send(world.server).await;
    assert_eq!(response.header("cache-control"), "public, max-age=86400");
    assert_eq!(read::<SignedList>(&response), directory.list);
    for serial in ["1", "00", "-1", "x", "4294967296"] {
        let path = format!("{}/lists/{serial}", path::DIRECTORY);
        assert_eq!(Call::get(&path).send(world.server).await.problem(), "not_found", "{serial}");
    }
}

/// While it stops it opens nothing, and answers what is open.
#[tokio::test(flavor = "multi_thread")]
async fn stopping() {
    let world = World::memory().await;
    let mut device = world.enrolled(1).await;
    let issued = device.credential().await;
    let opened = device.open(&issued, 2).await;
    world.signer.stop();
    assert_eq!(device.open(&issued, 1).await.response.problem(), "unavailable");
    world.service.stop();
    assert_eq!(device.open(&issued, 1).await.response.problem(), "unavailable");
    assert!(world.service.has_open_sessions());
    assert_eq!(device.answer(&opened).await.status, 200);
    assert!(!world.service.has_open_sessions());
}
