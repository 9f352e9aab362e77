//! An authority in trouble. Its store is down: each operation of the store fails at each call of a
//! life, the first time it is made; what needs it is refused, and the same call made again goes on.
//! And garbage comes from all sides: what that costs is counted.

mod support;

use std::collections::BTreeSet;

use pairnym::message::Commitment;
use pairnym::store::Registration;
use pairnym::{PersonId, TransactionId, UnixTime};
use pairnym_service::authority::Sessions;
use pairnym_service::{AuthorityStore, Limit};
use pairnym_store::{
    Audit, DeviceSession, Devices, DocumentRows, Event, Grant, Hashed, Identified, Offer, Offers,
    PeopleRows, Person, Standing, Ticket, Tickets,
};
use pairnym_transport::authority::{Challenges, EvidenceBatches, Identification, path};
use pairnym_transport::envelope::Envelope;
use support::authority::{BATCHES, World, person};
use support::device::{Device, read};
use support::failing::failing;
use support::http::{Call, Connection, Response};

failing! {
    PeopleRows {
        fn standing(registration: Registration) -> Standing;
        fn write(registration: Registration, standing: Standing) -> bool;
        fn bury(person: PersonId, now: UnixTime) -> bool;
        fn person(person: PersonId) -> Option<Person>;
        fn stands(commitment: Commitment, nonce: Hashed) -> bool;
    }
    Tickets {
        fn put_ticket(ticket: Ticket) -> bool;
        fn find_ticket(transaction: TransactionId) -> Option<Ticket>;
        fn sweep_tickets(now: UnixTime) -> u64;
    }
    Offers {
        fn put_offer(offer: Offer) -> bool;
        fn find_offer(nonce: Hashed) -> Option<Offer>;
        fn withdraw_offers(person: PersonId) -> u64;
        fn sweep_offers(now: UnixTime) -> u64;
    }
    Devices {
        fn put_code(code: Hashed, identified: Identified) -> bool;
        fn begin_session(
            code: Hashed, token: Hashed, until: UnixTime, now: UnixTime
        ) -> Option<Identified>;
        fn find_session(token: Hashed, now: UnixTime) -> Option<DeviceSession>;
        fn end_sessions(person: PersonId) -> u64;
        fn grant(grant: Grant, most: u32) -> bool;
        fn take_back(grant: Grant) -> ();
        fn sweep_devices(now: UnixTime) -> u64;
    }
    DocumentRows {
        fn holders(documents: Vec<PersonId>) -> Vec<Option<PersonId>>;
        fn add_documents(documents: Vec<PersonId>, person: PersonId) -> bool;
    }
    Audit {
        fn append(events: Vec<Event>) -> u64;
        fn read(after: u64, most: u32) -> Vec<(u64, Event)>;
    }
}

/// What no call of a device or of the counter needs: upkeep, the profile's documents, and what only
/// follows another failure.
const ELSEWHERE: [&str; 7] = [
    "sweep_tickets",
    "sweep_offers",
    "sweep_devices",
    "holders",
    "add_documents",
    "read",
    "take_back",
];

/// Makes calls while an operation fails, and once more when it no longer does.
struct Twice<'a> {
    store: &'a Failing,
    operation: &'static str,
    refused: usize,
}

impl Twice<'_> {
    async fn send(&mut self, device: &Device, call: Call) -> Response {
        self.store.fail(&[self.operation]);
        let response = call.clone().send(device.server).await;
        self.store.fail(&[]);
        if response.status < 500 {
            return response;
        }
        assert_eq!((&*response.problem(), response.status), ("unavailable", 503));
        self.refused += 1;
        call.send(device.server).await
    }

    async fn at_the_counter<T>(
        &mut self,
        work: impl AsyncFn() -> Result<T, pairnym_service::Refused>,
    ) -> T {
        self.store.fail(&[self.operation]);
        let done = work().await;
        self.store.fail(&[]);
        match done {
            Ok(done) => done,
            Err(refused) => {
                assert_eq!(refused.code(), "unavailable");
                self.refused += 1;
                work().await.unwrap()
            }
        }
    }
}

/// Identification, enrollment, a credential, evidence, a corrected register, deletion. Returns how
/// often something was refused.
async fn life(world: &World, store: &Failing, operation: &'static str, number: u8) -> usize {
    let mut twice = Twice { store, operation, refused: 0 };
    let mut device = world.device(number);
    let code = twice.at_the_counter(|| world.service.identify(person(number), "official")).await;
    let body = Identification { code };
    let begin = Call::post(path::SESSIONS, Identification::MEDIA_TYPE, body.to_json().unwrap());
    let mut begun = twice.send(&device, begin).await;
    if begun.status == 403 {
        // It was a session that could not be noted down: nobody has its token, and the code is gone.
        assert_eq!((operation, &*begun.problem()), ("append", "wrong_code"));
        let body = Identification { code: world.code(number).await.parse().unwrap() };
        begun = device.post(path::SESSIONS, &body).await;
    }
    let session: pairnym_transport::authority::Session = read(&begun);
    device.token = session.token.to_string();
    let ticket = device.enrollment(&session.ticket.unwrap());
    let enrolled = twice.send(&device, device.call(path::ENROLLMENT, &ticket)).await;
    assert_eq!(enrolled.status, 204, "{}", enrolled.text());

    let asking = device.authorized(Call::get(path::OFFERS).method("POST"));
    let offered = twice.send(&device, asking).await;
    let offer: pairnym_transport::authority::Offer = read(&offered);
    let (body, waiting) = device.accept(&device.received(&offer));
    let issued = twice.send(&device, device.call(path::CREDENTIALS, &body)).await;
    let issued = device.issued(&issued, waiting);

    let opening = device.ask_evidence(&issued, BATCHES.into());
    let opened = twice.send(&device, opening.call(&device)).await;
    let opened = opening.opened(&mut device, opened);
    let answered = twice.send(&device, device.call(&opened.location, &opened.challenges)).await;
    assert_eq!(answered.status, 200, "{}", answered.text());
    assert_eq!(opened.finish(&answered).len(), usize::from(BATCHES));

    let correct = || async { world.service.correct(person(number), "official").await };
    twice.at_the_counter(correct).await;
    twice.at_the_counter(|| world.service.delete(person(number), "official")).await;
    assert_eq!(device.ask_offer().await.problem(), "unauthorized");
    twice.refused
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_and_then_resumed() {
    let store = Failing::default();
    let engine = AuthorityStore::new(store.clone());
    let world = World::with(engine, Sessions::default(), |_| {}).await;
    let mut unnoticed = BTreeSet::new();
    for (number, operation) in (1..).zip(OPERATIONS) {
        if life(&world, &store, operation, number).await == 0 {
            unnoticed.insert(*operation);
        }
    }
    assert_eq!(unnoticed, BTreeSet::from(ELSEWHERE));

    // All of it: nothing is accepted, nor is anybody identified.
    let device = world.enrolled(1).await;
    store.fail(OPERATIONS);
    for call in [
        Call::get(path::OFFERS).method("POST"),
        Call::post("/v1/evidence/node-1", "application/vnd.pairnym.challenges+json", "{}"),
    ] {
        let refused = device.authorized(call).send(device.server).await;
        assert_eq!((&*refused.problem(), refused.status), ("unavailable", 503));
    }
    assert!(world.service.identify(person(2), "official").await.is_err());
}

/// Sixteen connections send 16,000 calls that are worth nothing, as fast as they can, while somebody
/// else fetches a credential with its evidence.
#[tokio::test(flavor = "multi_thread")]
async fn garbage_costs_what_is_stated() {
    const CONNECTIONS: usize = 16;
    const EACH: usize = 1_000;
    const BURST: usize = 40;
    const CODES: usize = 5;
    const OPEN: usize = 3;
    let store = Failing::default();
    let sessions = Sessions { per_fetcher: OPEN, ..Sessions::default() };
    let world = World::with(AuthorityStore::new(store.clone()), sessions, |options| {
        options.device_limit = Limit { burst: BURST as u32, per_minute: 1 };
        options.code_limit = Limit { burst: CODES as u32, per_minute: 1 };
    });
    let world = world.await;
    let (mut noisy, mut honest) = (world.enrolled(1).await, world.enrolled(2).await);
    // It opens as many sessions as it may, and leaves.
    let issued = noisy.credential().await;
    for _ in 0..OPEN {
        assert_eq!(noisy.open(&issued, 1).await.response.status, 201);
    }
    let (found, began, events) =
        (store.calls("find_session"), store.calls("begin_session"), world.actions().await.len());

    let code = Identification { code: "AAAA-AAAA-AAAA".parse().unwrap() };
    let evidence = EvidenceBatches { requests: vec![vec![1; 64]] };
    let challenges = Challenges { challenges: vec![vec![2; 64]] };
    let garbage = [
        Call::post(path::SESSIONS, Identification::MEDIA_TYPE, code.to_json().unwrap()),
        noisy.call(path::EVIDENCE, &evidence),
        noisy.call("/v1/evidence/node-1", &challenges),
        Call::post(path::EVIDENCE, EvidenceBatches::MEDIA_TYPE, evidence.to_json().unwrap()),
        Call::post("/v1/nothing", "text/plain", [255; 100]),
    ];
    let garbage: std::sync::Arc<[_]> = garbage.iter().map(Call::to_bytes).collect();
    let flood: Vec<_> = (0..CONNECTIONS)
        .map(|number| {
            let (garbage, server) = (garbage.clone(), world.server);
            tokio::spawn(async move {
                let mut connection = Connection::open(server).await.unwrap();
                for turn in 0..EACH {
                    let call = &garbage[(number + turn) % garbage.len()];
                    let status = connection.send(call).await.unwrap().status;
                    assert!((400..500).contains(&status), "{status}");
                }
            })
        })
        .collect();
    honest.refresh(OPEN).await;
    for connection in flood {
        connection.await.unwrap();
    }

    // The noisy device is looked up as often as its limit says, and wrong codes likewise.
    let honestly = 2 + 2 * usize::from(BATCHES).div_ceil(OPEN) + 1;
    assert!(
        store.calls("find_session") - found <= BURST + honestly,
        "{}",
        store.calls("find_session")
    );
    assert!(store.calls("begin_session") - began <= CODES);
    // Nothing else of the store was called, and no signer: only what somebody did is in the log.
    let mut actions = world.actions().await.split_off(events);
    actions.dedup();
    assert_eq!(actions, ["was offered a credential", "was issued a credential", "opened evidence"]);
    assert_eq!(world.signer.open_sessions(), OPEN);
}
