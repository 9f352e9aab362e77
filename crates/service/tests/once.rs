//! What counts once counts once, whoever tries at the same time.

mod support;

use pairnym_transport::envelope::{Answer, Envelope};
use support::fleet::{Database, Fleet};
use support::http::Call;
use support::platform::{Place, World};

async fn sixteen(world: &impl Place) {
    let mut wallet = world.wallet(1);
    // Redemptions.
    let page = world.begin("register", "same-device").await;
    let answered = wallet.answer(&page.uri).await.unwrap();
    let code = answered.done.unwrap().code().to_string();
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let (page, code) = (page.clone(), code.clone());
            tokio::spawn(async move { page.finish(&code).await })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        let response = task.await.unwrap();
        match response.status {
            200 => won += 1,
            _ => assert_eq!(response.problem(), "replayed"),
        }
    }
    assert_eq!(won, 1);

    // Answers of sixteen wallets to one request, all of which verify.
    let mut wallets = Vec::new();
    for number in 1..=16 {
        let mut wallet = world.wallet(number);
        if number > 1 {
            world.register(&mut wallet).await;
        }
        wallets.push(wallet);
    }
    let page = world.begin("log-in", "same-device").await;
    let mut bodies = Vec::new();
    for wallet in &mut wallets {
        let sending = wallet.prepare(&page.uri).await.unwrap();
        bodies.push(sending.post().body.clone().unwrap().1);
    }
    let tasks: Vec<_> = bodies
        .iter()
        .map(|body| {
            let call = Call::post(&page.path(), Answer::MEDIA_TYPE, body.clone());
            tokio::spawn(call.send(page.server))
        })
        .collect();
    let mut receipts = Vec::new();
    for (number, task) in tasks.into_iter().enumerate() {
        let response = task.await.unwrap();
        match response.status {
            200 => receipts.push((number, response)),
            _ => assert_eq!(response.problem(), "replayed"),
        }
    }
    let [(winner, receipt)] = &receipts[..] else { panic!("{} won", receipts.len()) };
    let code = receipt.json()["code"].as_str().unwrap().to_owned();
    let account = page.finish(&code).await.json();
    let pseudonym = wallets[*winner].person.pseudonym(&pairnym_testkit::host("shop.example"));
    assert_eq!(account["pseudonym"], pseudonym.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_in_memory() {
    sixteen(&World::memory().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_with_sqlite() {
    sixteen(&World::sqlite().await).await;
}

/// At two programs on one PostgreSQL, directly and through pgbouncer.
#[tokio::test(flavor = "multi_thread")]
async fn sixteen_at_two_servers() {
    for database in [Database::direct(), Database::pooled()] {
        let Some(database) = database else { return };
        let fleet = Fleet::start(&database.url, 2).await;
        sixteen(&fleet).await;
        // One answer, sixteen times at once.
        let mut wallet = fleet.wallet(1);
        let page = fleet.begin("log-in", "same-device").await;
        let sending = wallet.prepare(&page.uri).await.unwrap();
        let tasks: Vec<_> = (0..16)
            .map(|_| tokio::spawn(support::wallet::call(sending.post()).send(page.server)))
            .collect();
        let mut receipts = std::collections::BTreeSet::new();
        for task in tasks {
            let receipt = task.await.unwrap();
            assert_eq!(receipt.status, 200, "{}", receipt.text());
            receipts.insert(receipt.body);
        }
        assert_eq!(receipts.len(), 1, "they are one answer");
        let receipt: serde_json::Value =
            serde_json::from_slice(&receipts.pop_first().unwrap()).unwrap();
        let code = receipt["code"].as_str().unwrap();
        assert_eq!(page.finish(code).await.status, 200);
        assert_eq!(page.finish(code).await.problem(), "replayed");
    }
}

/// A relayed link: somebody else answers, and neither side has both code and cookie.
#[tokio::test]
async fn a_relayed_request() {
    let world = World::memory().await;
    let mut victim = world.wallet(1);
    let attacker = world.begin("register", "same-device").await;
    let answered = victim.answer(&attacker.uri).await.unwrap();
    let code = answered.done.unwrap().code().to_string();
    // The attacker's page has no code.
    assert_eq!(attacker.post("/welcome", "{}").await.problem(), "wrong_code");
    assert_eq!(attacker.finish(&"A".repeat(22)).await.problem(), "wrong_code");
    // The victim's browser has the code and no cookie, or one of its own.
    let body = format!(r#"{{"code":"{code}"}}"#);
    let call = Call::post("/welcome", support::platform::JSON, body);
    let call = call.header("origin", support::platform::ORIGIN);
    assert_eq!(call.send(world.server).await.problem(), "wrong_browser");
    let own = world.begin("register", "same-device").await;
    assert_eq!(own.finish(&code).await.problem(), "not_answered");
    // A wallet that got a link as a QR code, or the reverse, stops.
    let cross = world.begin("register", "cross-device").await;
    let relayed = format!("https://wallet.example/#shop.example/{}", cross.handle());
    let error = victim.fetch(&relayed).await.unwrap_err();
    assert_eq!(error, pairnym_transport::wallet::WalletError::WrongFlow);
}

/// Full queues and stores refuse, and accept nothing.
#[tokio::test]
async fn full() {
    let store = pairnym_service::AnyStore::new(pairnym_store::Memory::new(1));
    let world = World::with(store, None, |_| {}).await;
    let first = world.begin("register", "same-device").await;
    let call = Call::post(
        "/pairnym/start",
        support::platform::JSON,
        r#"{"ask":"register","flow":"same-device"}"#,
    );
    let refused = call.header("origin", support::platform::ORIGIN).send(world.server).await;
    assert_eq!((refused.problem().as_str(), refused.status), ("full", 503));
    assert_eq!(first.state().await, "open");
}
