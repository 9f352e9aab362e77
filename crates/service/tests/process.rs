//! The program, killed and started again between any two steps, drained, configured, and its log.

mod support;

use std::time::Duration;

use support::http::Call;
use support::platform::Page;
use support::process::{Process, signers, write_list};

/// Every step of a registration and a login, with a loss of power before each.
#[tokio::test(flavor = "multi_thread")]
async fn restarts_between_steps() {
    let mut process = Process::start("").await;
    let mut wallet = process.wallet(1);
    let pseudonym = wallet.person.pseudonym(&pairnym_testkit::host("shop.example")).to_string();
    let began =
        process.api("POST", "/v1/transactions", r#"{"ask":"register","flow":"same-device"}"#).await;
    assert_eq!(began.status, 201, "{}", began.text());
    let transaction = began.json()["transaction"].as_str().unwrap().to_owned();
    let uri = began.json()["uri"].as_str().unwrap().to_owned();
    let path = format!("/v1/transactions/{transaction}");

    process.restart().await;
    let sending = wallet.prepare(&uri).await.unwrap();
    process.restart().await;
    let receipt = wallet.send(sending.post()).await;
    assert_eq!(receipt.status, 200, "{}", receipt.text());
    process.restart().await;
    // The response was lost; and somebody else replays what the wallet sent.
    assert_eq!(wallet.send(sending.post()).await.body, receipt.body);
    let mut other: serde_json::Value =
        serde_json::from_slice(&sending.post().body.as_ref().unwrap().1).unwrap();
    other["attempt"] = "A".repeat(43).into();
    let replay = support::wallet::call(sending.post());
    let replay = support::http::Call { body: other.to_string().into(), ..replay };
    assert_eq!(replay.send(process.public).await.problem(), "replayed");
    let status = process.api("GET", &path, "").await;
    assert_eq!(status.json()["state"], "answered");
    process.restart().await;
    let answered = sending.receive(support::wallet::response(&receipt)).unwrap();
    let finish = format!(r#"{{"code":"{}"}}"#, answered.done.unwrap().code());
    let redeem = format!("{path}/redeem");
    let account = process.api("POST", &redeem, &finish).await;
    assert_eq!(account.json()["pseudonym"], pseudonym, "{}", account.text());
    process.restart().await;
    assert_eq!(process.api("POST", &redeem, &finish).await.problem(), "replayed");

    // Two devices: a restart while the digits are shown, and after they were typed.
    let began = process
        .api("POST", "/v1/transactions", r#"{"ask":"log-in","flow":"cross-device"}"#)
        .await
        .json();
    let path = format!("/v1/transactions/{}", began["transaction"].as_str().unwrap());
    let (unpaired, digits) = wallet.pair(began["uri"].as_str().unwrap()).await.unwrap();
    process.restart().await;
    let typed = format!(r#"{{"digits":"{digits}"}}"#);
    let typed = process.api("POST", &format!("{path}/digits"), &typed).await;
    assert_eq!(typed.json()["state"], "paired");
    process.restart().await;
    wallet.go_on(unpaired).await.unwrap();
    let account = process.api("POST", &format!("{path}/redeem"), "{}").await.json();
    assert_eq!(account["pseudonym"], pseudonym);

    // Accounts, and their erasure.
    let path = format!("/v1/accounts/{pseudonym}");
    assert_eq!(process.api("GET", &path, "").await.json()["pseudonym"], pseudonym);
    assert_eq!(process.api("DELETE", &path, "").await.json()["accounts"], 1);
    assert_eq!(process.api("GET", &path, "").await.problem(), "no_account");
    assert_eq!(Call::get(&path).send(process.backend).await.problem(), "unauthorized");
}

/// Fifty pages wait; all of them are answered when the server is told to stop, and it ends.
#[tokio::test(flavor = "multi_thread")]
async fn draining() {
    let mut process = Process::start("").await;
    let mut waiting = Vec::new();
    for _ in 0..50 {
        let page = Page::begin(process.public, "register", "same-device").await;
        waiting.push(tokio::spawn(async move { page.status("?seen=open").await }));
    }
    for patience in (0..200).rev() {
        let metrics = Call::get("/metrics").send(process.admin).await.text();
        if metrics.contains("pairnym_waiting_pages 50\n") {
            break;
        }
        assert!(patience > 0, "{metrics}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(waiting.iter().all(|page| !page.is_finished()));
    let began = std::time::Instant::now();
    process.terminate();
    for page in waiting {
        assert_eq!(page.await.unwrap().json()["state"], "open");
    }
    assert!(process.ended().await.success(), "{}", process.log());
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

/// A log of everything has route templates, and nothing of a request or a person.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_says_nothing() {
    let mut process = Process::prepare("");
    process.serve(&["--set", "log.level=trace"]).await;
    let mut wallet = process.wallet(1);
    let pseudonym = wallet.person.pseudonym(&pairnym_testkit::host("shop.example")).to_string();
    let began = process
        .api("POST", "/v1/transactions", r#"{"ask":"register","flow":"same-device"}"#)
        .await
        .json();
    let transaction = began["transaction"].as_str().unwrap();
    let uri = began["uri"].as_str().unwrap();
    let sending = wallet.prepare(uri).await.unwrap();
    let attempt: serde_json::Value =
        serde_json::from_slice(&sending.post().body.as_ref().unwrap().1).unwrap();
    let receipt = wallet.send(sending.post()).await;
    let code = receipt.json()["code"].as_str().unwrap().to_owned();
    let redeem = format!("/v1/transactions/{transaction}/redeem");
    let finish = format!(r#"{{"code":"{code}"}}"#);
    let account = process.api("POST", &redeem, &finish).await;
    assert_eq!(account.status, 200);
    let page = Page::begin(process.public, "log-in", "cross-device").await;
    let (unpaired, digits) = wallet.pair(&page.uri).await.unwrap();
    page.digits("000000").await;
    page.digits(&digits).await;
    wallet.go_on(unpaired).await.unwrap();
    process.api("GET", &format!("/v1/accounts/{pseudonym}"), "").await;
    Call::get("/nowhere/secret-path?secret-query=1").send(process.public).await;

    let log = process.log();
    assert!(log.contains("/.well-known/pairnym/{handle}"), "{log}");
    assert!(log.contains("/v1/transactions/{transaction}/redeem"), "{log}");
    let request = serde_json::to_string(&account.json()["request"]).unwrap();
    for secret in [
        transaction,
        uri.rsplit('/').next().unwrap(),
        attempt["attempt"].as_str().unwrap(),
        &attempt["presentation"].as_str().unwrap()[..40],
        receipt.json()["nonce"].as_str().unwrap(),
        &code,
        &pseudonym,
        &pseudonym[3..20],
        "上海",
        "age_over_18",
        request.trim_matches('"'),
        &page.cookie[15..],
        page.handle(),
        &digits,
        "secret-path",
        "secret-query",
        support::process::TOKEN,
        "127.0.0.1:0",
    ] {
        assert!(secret.len() >= 6 && !log.contains(secret), "{secret}");
    }
}

/// What is wrong with a configuration is said, and nothing is served.
#[test]
fn configurations() {
    let check = |first_lines: &str, flags: &[&str]| {
        let process = Process::prepare(first_lines);
        let output = process.command(flags).arg("check-config").output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(check("", &[]), (true, String::new()));
    for (flag, expected) in [
        ("colour=1", "unknown field `colour`"),
        ("public.colour=1", "unknown field `colour`"),
        ("asks.register.colour=1", "unknown field `colour`"),
        ("store.colour=1", "unknown field `colour`"),
        ("host=www.shop.example", "another 网号 at each host"),
        ("host=Shop.example", "host"),
        ("host=shop.localhost", "port"),
        ("origins=['http://shop.example']", "not https://"),
        ("origins=['https://shop.example/']", "not https://"),
        ("list.threshold=3", "too few pinned keys"),
        ("list.threshold=0", "threshold"),
        ("list.file=none", "none"),
        ("asks.register.disclose=['shoe_size']", "question register"),
        ("asks.register.flows=[]", "question register"),
        ("asks.register.return_to=x", "question register"),
        ("asks={}", "no question"),
        ("backend.token_file=none", "none"),
    ] {
        let (good, error) = check("", &["--set", flag]);
        assert!(!good && error.contains(expected), "{flag}: {error}");
    }
    assert!(check("allow_www = true", &["--set", "host=www.shop.example"]).0);
    let process = Process::prepare("");
    let mut command = process.command(&["check-config"]);
    let output = command.env("PAIRNYM_LIST__THRESHOLD", "3").output().unwrap();
    assert!(!output.status.success());
}

/// A successor of the list that enough keys have signed is adopted; others are not.
#[tokio::test(flavor = "multi_thread")]
async fn lists() {
    let mut process = Process::start("").await;
    let authority = std::sync::Arc::get_mut(&mut process.authority).unwrap();
    let next = authority.renew(pairnym::UnixTime::now()).clone();
    let logged = async |process: &Process, words: &str| {
        for _ in 0..100 {
            if process.log().contains(words) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no '{words}' in {}", process.log());
    };
    write_list(process.folder.path(), &next, &signers()[..1]);
    logged(&process, "too few pinned keys").await;
    assert!(!process.log().contains("another parameter list"));
    write_list(process.folder.path(), &next, &signers());
    logged(&process, "another parameter list").await;
    // A person with the next list registers.
    let mut wallet = process.wallet(1);
    let page = Page::begin(process.public, "register", "same-device").await;
    assert!(wallet.answer(&page.uri).await.unwrap().done.is_some());
}

/// Each client has its own limit; what a client writes into a header does not change whose it is.
#[tokio::test(flavor = "multi_thread")]
async fn limits() {
    let mut process = Process::prepare("");
    let limit = "public.limit={ burst = 5, per_minute = 1 }";
    process.serve(&["--set", limit]).await;
    let call = |forwarded: String| {
        Call::get("/pairnym/ask/register")
            .header("x-forwarded-for", &forwarded)
            .send(process.public)
    };
    for turn in 0..5 {
        assert_eq!(call(format!("198.51.100.{turn}")).await.status, 200);
    }
    let refused = call("198.51.100.77".into()).await;
    assert_eq!(
        (refused.problem().as_str(), refused.header("cache-control")),
        ("too_many", "no-store")
    );
    assert_eq!(refused.header("access-control-allow-origin"), "");
    let wallet = Call::get("/.well-known/pairnym/x").send(process.public).await;
    assert_eq!(wallet.problem(), "too_many");
    assert_eq!(wallet.header("access-control-allow-origin"), "*");
    let metrics = Call::get("/metrics").send(process.admin).await.text();
    assert!(metrics.contains("pairnym_problems_total{code=\"too_many\"} 2\n"), "{metrics}");
    process.kill();

    process.serve(&["--set", limit, "--set", "public.trusted_proxies=['127.0.0.1']"]).await;
    let call = |forwarded: String| {
        Call::get("/pairnym/ask/register")
            .header("x-forwarded-for", &forwarded)
            .send(process.public)
    };
    for turn in 0..5 {
        assert_eq!(call(format!("203.0.113.{turn}, 198.51.100.1")).await.status, 200);
    }
    assert_eq!(call("203.0.113.9, 198.51.100.1".into()).await.problem(), "too_many");
    assert_eq!(call("198.51.100.1, 198.51.100.2".into()).await.status, 200);
}
