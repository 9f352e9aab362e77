//! A store that is down: everything is refused, nothing is accepted, and when it is back everybody
//! goes on where they were.

mod support;

use pairnym::{ParametersId, Pseudonym, UnixTime};
use pairnym_service::AnyStore;
use pairnym_store::{
    Account, AccountId, Accounts, Change, Erased, Hashed, Held, Key, RequestRows, Row, SignedAct,
};
use support::failing::failing;
use support::http::Call;
use support::platform::{JSON, ORIGIN, Place, World};

failing! {
    RequestRows {
        fn insert(handle: Hashed, row: Row) -> bool;
        fn load(keys: Vec<Key>) -> Vec<Option<Held>>;
        fn replace(changes: Vec<Change>) -> Vec<bool>;
        fn sweep_requests(now: UnixTime) -> u64;
    }
    Accounts {
        fn link(accounts: Vec<Account>) -> Vec<bool>;
        fn find_accounts(ids: Vec<AccountId>) -> Vec<Option<Account>>;
        fn admitted_under(
            parameters: ParametersId, after: Option<AccountId>, most: u32
        ) -> Vec<Account>;
        fn unlink(id: AccountId) -> bool;
        fn erase(pseudonym: Pseudonym) -> Erased;
        fn record(act: SignedAct) -> ();
        fn acts(id: AccountId) -> Vec<SignedAct>;
    }
}

#[tokio::test]
async fn refused_and_then_resumed() {
    let failing = Failing::default();
    let world = World::with(AnyStore::new(failing.clone()), None, |_| {}).await;
    let fail = |names| failing.fail(names);
    let mut wallet = world.wallet(1);
    let unavailable = |response: support::http::Response| {
        assert_eq!((response.problem().as_str(), response.status), ("unavailable", 503));
    };

    let page = world.begin("register", "same-device").await;
    let sending = wallet.prepare(&page.uri).await.unwrap();
    for names in [&["load"][..], &["replace"], OPERATIONS] {
        fail(names);
        unavailable(wallet.send(sending.post()).await);
    }
    unavailable(Call::get(&page.path()).send(world.server).await);
    unavailable(page.status("").await);
    unavailable(page.finish(&"A".repeat(22)).await);
    let start = Call::post("/pairnym/start", JSON, r#"{"ask":"register","flow":"same-device"}"#);
    unavailable(start.header("origin", ORIGIN).send(world.server).await);
    fail(&[]);
    assert_eq!(page.state().await, "open");
    let receipt = wallet.send(sending.post()).await;
    let code = receipt.json()["code"].as_str().unwrap().to_owned();

    // Neither account nor result is lost if the store fails in between.
    for names in [&["link"][..], &["replace"], OPERATIONS] {
        fail(names);
        unavailable(page.finish(&code).await);
    }
    fail(&[]);
    assert_eq!(page.finish(&code).await.status, 200);

    let page = world.begin("sign", "same-device").await;
    let sending = wallet.prepare(&page.uri).await.unwrap();
    fail(&["find_accounts"]);
    unavailable(wallet.send(sending.post()).await);
    fail(&["record"]);
    let receipt = wallet.send(sending.post()).await;
    let code = receipt.json()["code"].as_str().unwrap().to_owned();
    unavailable(page.finish(&code).await);
    fail(&[]);
    let account = page.finish(&code).await.json();
    let pseudonym = account["pseudonym"].as_str().unwrap().parse().unwrap();
    let acts = world.service.store().acts(AccountId { label: None, pseudonym }).await.unwrap();
    assert_eq!(acts.len(), 1);
}
