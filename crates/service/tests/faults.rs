//! What goes wrong around the program: its database is killed, or stands still, in the middle of a
//! batch; the disk is full; clocks differ; a backup is restored.

mod support;

use std::process::Command;
use std::time::Duration;

use pairnym_servers::{Server, postgres};
use pairnym_service::AnyStore;
use pairnym_service::platform::Kept;
use pairnym_store::Memory;
use pairnym_transport::wallet::Sending;
use support::fleet::{Fleet, create, url};
use support::http::{Call, Response};
use support::platform::{JSON, ORIGIN, Page, Place, World};
use support::process::Process;
use support::wallet::{Wallet, call};

/// People who are about to register, each with a page.
async fn asked(place: &impl Place, many: u8) -> Vec<(Wallet, Page, Sending)> {
    let mut asked = Vec::new();
    for number in 1..=many {
        let (mut wallet, page) =
            (place.wallet(number), place.begin("register", "same-device").await);
        let sending = wallet.prepare(&page.uri).await.unwrap();
        asked.push((wallet, page, sending));
    }
    asked
}

/// Sends the same answer until it is accepted; what else comes is 503. Returns the receipt, and how
/// often it was refused.
async fn persist(send: Call, page: Page) -> (Response, u32) {
    let mut refused = 0;
    loop {
        let response = send.clone().send(page.server).await;
        if response.status == 200 {
            return (response, refused);
        }
        assert_eq!((response.problem().as_str(), response.status), ("unavailable", 503));
        refused += 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Starts it again, and waits until it has recovered.
fn start(server: &mut Server) {
    server.start();
    let port = server.port.to_string();
    for _ in 0..200 {
        let asked =
            Command::new("pg_isready").args(["-q", "-h", "127.0.0.1", "-p", &port]).status();
        if asked.unwrap().success() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the database does not recover");
}

/// Answers are on their way to two programs while something happens to their database. Everybody
/// whose answer was refused is accepted after it, once, and keeps the receipt.
async fn in_mid_batch(happens: impl AsyncFnOnce(&mut Server)) {
    let Some(mut server) = postgres() else { return };
    let name = create(&server);
    let fleet = Fleet::start(&url(server.port, &name), 2).await;
    let people = asked(&fleet, 48).await;
    let mut sending = Vec::new();
    for (place, (_, page, answer)) in people.iter().enumerate() {
        let (send, page) = (call(answer.post()), page.clone());
        // Some before it happens, most in the middle of it.
        let begins = Duration::from_millis(20 * place as u64);
        sending.push(tokio::spawn(async move {
            tokio::time::sleep(begins).await;
            persist(send, page).await
        }));
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    happens(&mut server).await;
    let (mut refusals, mut receipts) = (0, Vec::new());
    for sending in sending {
        let sending = tokio::time::timeout(Duration::from_secs(60), sending).await;
        let (receipt, refused) = sending.expect("it comes back").unwrap();
        refusals += refused;
        receipts.push(receipt);
    }
    for ((_, page, answer), receipt) in people.iter().zip(receipts) {
        assert_eq!(call(answer.post()).send(page.server).await.body, receipt.body);
        let code = receipt.json()["code"].as_str().unwrap().to_owned();
        assert_eq!(page.finish(&code).await.status, 200);
        assert_eq!(page.finish(&code).await.problem(), "replayed");
    }
    assert!(refusals > 0, "nobody noticed");
    let accounts = server.psql(&name, "SELECT count(*) FROM pairnym.accounts");
    assert_eq!(accounts, people.len().to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_is_killed() {
    in_mid_batch(async |server| {
        server.kill();
        tokio::time::sleep(Duration::from_millis(700)).await;
        start(server);
    })
    .await;
}

/// It answers nothing for longer than anybody waits, and then goes on with what it was told.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_stands_still() {
    in_mid_batch(async |server| {
        server.signal("STOP");
        tokio::time::sleep(Duration::from_secs(12)).await;
        server.signal("CONT");
    })
    .await;
}

/// Every step of a registration, with a loss of power of the program before each, and of the database
/// before some.
#[tokio::test(flavor = "multi_thread")]
async fn killed_between_steps() {
    let Some(mut server) = postgres() else { return };
    let mut fleet = Fleet::start(&url(server.port, &create(&server)), 1).await;
    let mut wallet = fleet.wallet(1);
    let page = fleet.begin("register", "cross-device").await;
    fleet.processes[0].restart().await;
    let (unpaired, digits) = wallet.pair(&page.uri).await.unwrap();
    fleet.processes[0].restart().await;
    assert_eq!(page.digits(&digits).await.json()["state"], "paired");
    server.kill();
    let down = page.status("").await;
    assert_eq!((down.problem().as_str(), down.status), ("unavailable", 503));
    start(&mut server);
    fleet.processes[0].restart().await;
    wallet.go_on(unpaired).await.unwrap();
    fleet.processes[0].restart().await;
    assert_eq!(page.redeem("{}").await.status, 200);
    fleet.processes[0].restart().await;
    assert_eq!(page.redeem("{}").await.problem(), "replayed");
}

/// No file may grow any more: what writes is refused, and all goes on once there is room.
#[tokio::test(flavor = "multi_thread")]
async fn the_disk_is_full() {
    let mut process = Process::start("").await;
    let mut wallet = process.wallet(1);
    let page = Page::begin(process.public, "register", "same-device").await;
    let sending = wallet.prepare(&page.uri).await.unwrap();
    process.kill();

    process.limited().await;
    let start = r#"{"ask":"register","flow":"same-device"}"#;
    let start = || Call::post("/pairnym/start", JSON, start).header("origin", ORIGIN);
    let mut begun = 0;
    let full = loop {
        let response = start().send(process.public).await;
        if response.status != 200 {
            break response;
        }
        begun += 1;
        assert!(begun < 5_000, "the disk does not become full");
    };
    assert_eq!(full.status, 503, "{}", full.text());
    full.problem();
    // It may be that a small change still fits.
    let answers = wallet.send(sending.post()).await;
    assert!([200, 503].contains(&answers.status), "{}", answers.text());
    let accepted = (answers.status == 200).then_some(answers.body);
    assert_eq!(page.state().await, if accepted.is_some() { "answered" } else { "open" });

    let id = process.id().to_string();
    let more = Command::new("prlimit").args(["--pid", &id, "--fsize=unlimited"]).status();
    assert!(more.unwrap().success());
    assert_eq!(start().send(process.public).await.status, 200);
    let receipt = wallet.send(sending.post()).await;
    assert_eq!(receipt.status, 200, "{}", receipt.text());
    assert!(accepted.is_none_or(|accepted| accepted == receipt.body));
}

/// A program that is ahead by three minutes, and one that is behind.
#[tokio::test]
async fn clocks_differ() {
    let store = AnyStore::new(Memory::new(1_000));
    let behind = World::with(store.clone(), None, |options| options.kept = Kept::Elsewhere).await;
    let ahead = World::with(store, None, |options| options.kept = Kept::Elsewhere).await;
    ahead.pass(180);
    for (first, second) in [(&behind, &ahead), (&ahead, &behind)] {
        // Begun at the one; fetched, paired and answered at the other.
        let page = first.begin("register", "cross-device").await;
        let mut wallet = second.wallet(1);
        let (unpaired, digits) = wallet.pair(&page.uri).await.unwrap();
        let page = Page { server: second.server, ..page };
        assert_eq!(page.digits(&digits).await.json()["state"], "paired");
        wallet.go_on(unpaired).await.unwrap();
        assert_eq!(page.redeem("{}").await.status, 200);

        // Answered at the one, it is taken at the other as long as it is good there.
        let page = first.begin("register", "same-device").await;
        let mut wallet = first.wallet(2);
        let answered = wallet.answer(&page.uri).await.unwrap();
        let code = answered.done.unwrap().code().to_string();
        let elsewhere = Page { server: second.server, ..page.clone() };
        let taken = elsewhere.finish(&code).await;
        if second.now() > first.now() {
            // 60 seconds are over there; nothing is used up, and its own server takes it.
            assert_eq!(taken.problem(), "expired");
            assert_eq!(page.finish(&code).await.status, 200);
        } else {
            assert_eq!(taken.status, 200, "{}", taken.text());
        }
        assert_eq!(page.finish(&code).await.problem(), "replayed");
    }
}

/// What DEPLOYMENT.md says of a backup: it has the accounts; its requests are open again, and are
/// removed before the first program starts.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_restored() {
    let python = |script: &str| {
        let output = Command::new("python3").args(["-c", script]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let mut process = Process::start("").await;
    let path = process.folder.path().to_str().unwrap().to_owned();
    let copy = |from: &str, to: &str| {
        python(&format!(
            "import sqlite3; a = sqlite3.connect('{path}/{from}'); \
             b = sqlite3.connect('{path}/{to}'); a.backup(b); b.close(); a.close()"
        ));
    };
    let mut wallet = process.wallet(1);
    let page = Page::begin(process.public, "register", "same-device").await;
    let answered = wallet.answer(&page.uri).await.unwrap();
    let redeem = |page: &Page, code: String| {
        let (_, transaction) = page.cookie.split_once('=').unwrap();
        let path = format!("/v1/transactions/{transaction}/redeem");
        let process = &process;
        async move { process.api("POST", &path, &format!(r#"{{"code":"{code}"}}"#)).await }
    };
    let account = redeem(&page, answered.done.unwrap().code().to_string()).await.json();
    let open = Page::begin(process.public, "log-in", "same-device").await;
    let sending = wallet.prepare(&open.uri).await.unwrap();
    copy("store.sqlite", "backup.sqlite");
    let receipt = wallet.send(sending.post()).await;
    let code = receipt.json()["code"].as_str().unwrap().to_owned();
    assert_eq!(redeem(&open, code.clone()).await.status, 200);
    assert_eq!(redeem(&open, code).await.problem(), "replayed");
    process.kill();

    let restore = |statement: &str| {
        for name in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"] {
            let _ = std::fs::remove_file(format!("{path}/{name}"));
        }
        copy("backup.sqlite", "store.sqlite");
        python(&format!(
            "import sqlite3; a = sqlite3.connect('{path}/store.sqlite'); \
             a.execute('{statement}'); a.commit(); a.close()"
        ));
    };
    // Why it has to be done: the answer that was used up would count again.
    restore("SELECT true");
    process.serve(&[]).await;
    assert_eq!(wallet.send(sending.post()).await.status, 200);
    process.kill();
    restore("DELETE FROM requests");
    process.serve(&[]).await;
    assert_eq!(wallet.send(sending.post()).await.problem(), "unknown_request");
    let found = format!("/v1/accounts/{}", account["pseudonym"].as_str().unwrap());
    assert_eq!(process.api("GET", &found, "").await.status, 200);
}
