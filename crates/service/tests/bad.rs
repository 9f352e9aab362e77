//! Bad input, at every endpoint: a problem document with a stable code, nothing used up, never a
//! 500.

mod support;

use pairnym_testkit::host;
use pairnym_transport::envelope::{Answer, Content, Envelope, Pair, Receipt};
use support::http::Call;
use support::platform::{JSON, ORIGIN, Page, Place, World};
use support::wallet::attempt;

fn answer(content: Content) -> Vec<u8> {
    Answer { attempt: attempt(), content }.to_json().unwrap()
}

/// The bytes of the request behind a page.
async fn request(page: &Page) -> Vec<u8> {
    use pairnym_transport::envelope::Question;
    let question = Call::get(&page.path()).send(page.server).await;
    Question::from_json(&question.body).unwrap().request
}

/// Answers that no platform may accept: refused with a code of the core, and the request stays.
#[tokio::test(flavor = "multi_thread")]
async fn bad_answers() {
    let world = World::memory().await;
    let mut wallet = world.wallet(1);
    world.register(&mut wallet).await;
    for (ask, wrap) in
        [("register", Content::Presentation as fn(Vec<u8>) -> Content), ("log-in", Content::Login)]
    {
        let page = world.begin(ask, "same-device").await;
        let asked = request(&page).await;
        let bad = wallet.person.bad_answers(&host("shop.example"), &asked, world.now()).unwrap();
        let mut codes = std::collections::BTreeSet::new();
        for bad in bad {
            let call = Call::post(&page.path(), Answer::MEDIA_TYPE, answer(wrap(bad.answer)));
            let refused = call.send(world.server).await;
            codes.insert(refused.problem());
            assert!([400, 403].contains(&refused.status), "{}: {}", bad.what, refused.text());
        }
        assert!(codes.contains("rejected") && codes.contains("short"), "{codes:?}");
        // The other member than the request wants.
        let other = if ask == "log-in" { Content::Presentation } else { Content::Login };
        let call = Call::post(&page.path(), Answer::MEDIA_TYPE, answer(other(vec![1; 100])));
        assert_eq!(call.send(world.server).await.problem(), "wrong_answer");
        assert_eq!(page.state().await, "open");
        let good = wallet.answer(&page.uri).await.unwrap();
        assert!(good.done.is_some(), "the request was used up by a bad answer");
    }
}

/// The corpora of the core's decoders, as answers.
#[tokio::test(flavor = "multi_thread")]
async fn corpora() {
    let world = World::memory().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assurance/fuzz/corpus");
    let page = world.begin("register", "same-device").await;
    let login = world.begin("log-in", "same-device").await;
    let mut sent = 0;
    let mut connection = support::http::Connection::open(world.server).await.unwrap();
    for file in ["presentation", "login", "request", "forgery", "batch", "exchange"] {
        let text = std::fs::read_to_string(format!("{folder}/{file}.hex")).unwrap();
        for line in text.lines().filter(|line| !line.starts_with('#') && line.len() < 60_000) {
            let Some(bytes) = unhex(line) else { continue };
            for (page, wrap) in
                [(&page, Content::Presentation as fn(Vec<u8>) -> Content), (&login, Content::Login)]
            {
                let body = answer(wrap(bytes.clone()));
                let call = Call::post(&page.path(), Answer::MEDIA_TYPE, body);
                let refused = connection.send(&call.to_bytes()).await.unwrap();
                refused.problem();
                assert!([400, 403].contains(&refused.status), "{line}: {}", refused.text());
                sent += 1;
            }
        }
    }
    assert!(sent > 500, "{sent}");
    assert_eq!((page.state().await, login.state().await), ("open".into(), "open".into()));
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let byte = |place| u8::from_str_radix(text.get(place..place + 2)?, 16).ok();
    (text.len().is_multiple_of(2) && !text.is_empty())
        .then(|| (0..text.len()).step_by(2).map(byte).collect())?
}

/// What is no envelope, at each endpoint that takes one.
#[tokio::test]
async fn no_envelopes() {
    let world = World::with_backend().await;
    let page = world.begin("register", "cross-device").await;
    let transaction = page.cookie.split_once('=').unwrap().1.to_owned();
    let in_api = |rest: &str| format!("/v1/transactions/{transaction}{rest}");
    let pair = format!("{}/pair", page.path());
    for (server, path, media_type) in [
        (world.server, &*page.path(), Answer::MEDIA_TYPE),
        (world.server, &*pair, Pair::MEDIA_TYPE),
        (world.server, "/.well-known/pairnym/done", JSON),
        (world.server, "/pairnym/start", JSON),
        (world.server, "/pairnym/digits", JSON),
        (world.server, "/welcome", JSON),
        (world.backend(), "/v1/transactions", JSON),
        (world.backend(), &in_api("/digits"), JSON),
        (world.backend(), &in_api("/redeem"), JSON),
    ] {
        let call = |media_type: &str, body: &[u8]| {
            Call::post(path, media_type, body)
                .header("origin", ORIGIN)
                .header("cookie", &page.cookie)
                .header("authorization", "Bearer secret")
        };
        let deep = [b"{\"x\":".repeat(10_000), b"0".to_vec()].concat();
        let bodies: &[&[u8]] = &[
            b"", b"{", b"[]", b"null", b"\"\"", b"1e999", b"\xff\xfe", &deep,
            b"{\"attempt\":1,\"ask\":1,\"flow\":1,\"digits\":1,\"code\":1}",
            b"{\"attempt\":\"AA\",\"digits\":\"12345\",\"code\":\"AA\",\"ask\":\"x\",\"flow\":\"x\"}",
            b"{\"attempt\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\",\"digits\":\"12345x\",\"code\":\"AAAAAAAAAAAAAAAAAAAAAB\",\"ask\":[],\"flow\":null}",
        ];
        for body in bodies {
            let refused = call(media_type, body).send(server).await;
            assert_eq!(
                (refused.problem().as_str(), refused.status),
                ("malformed", 400),
                "{path} {}",
                String::from_utf8_lossy(&body[..body.len().min(60)])
            );
        }
        for other in ["text/plain", "", "application/xml", "application/vnd.pairnym.question+json"]
        {
            let refused = call(other, b"{}").send(server).await;
            assert_eq!(
                (refused.problem().as_str(), refused.status),
                ("media_type", 415),
                "{path} {other}"
            );
        }
        // Announced: nothing is read. Not announced: no more than the limit.
        let announced = call(media_type, b"").header("content-length", "131073");
        assert_eq!(announced.send(server).await.problem(), "too_long", "{path}");
        let chunk = format!("21000\r\n{}\r\n0\r\n\r\n", " ".repeat(0x21000));
        let chunked = call(media_type, chunk.as_bytes()).header("transfer-encoding", "chunked");
        assert_eq!(chunked.send(server).await.problem(), "too_long", "{path}");
    }
    assert_eq!(page.state().await, "open");
}

/// Handles, cookies, codes and origins that are somebody else's, or nobody's.
#[tokio::test]
async fn not_this_one() {
    let world = World::memory().await;
    let mut wallet = world.wallet(1);
    let page = world.begin("register", "same-device").await;
    let none = "AAAAAAAAAAAAAAAAAAAAAA";
    for handle in [none, "x", "%41AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB", "a.b", "%ff"] {
        let path = format!("/.well-known/pairnym/{handle}");
        let declined = answer(Content::Declined);
        let pair = Pair { attempt: attempt() }.to_json().unwrap();
        for call in [
            Call::get(&path),
            Call::post(&path, Answer::MEDIA_TYPE, declined),
            Call::post(&format!("{path}/pair"), Pair::MEDIA_TYPE, pair),
        ] {
            let refused = call.send(world.server).await;
            assert_eq!(
                (refused.problem().as_str(), refused.status),
                ("unknown_request", 404),
                "{handle}"
            );
        }
    }
    assert_eq!(
        Call::get(&page.path()).header("accept", "image/png").send(world.server).await.problem(),
        "not_acceptable"
    );
    assert_eq!(
        Call::get("/.well-known/pairnym/registration").send(world.server).await.problem(),
        "not_found"
    );
    let flow = Call::post(
        &format!("{}/pair", page.path()),
        Pair::MEDIA_TYPE,
        Pair { attempt: attempt() }.to_json().unwrap(),
    );
    assert_eq!(flow.send(world.server).await.problem(), "wrong_flow");

    let answered = wallet.answer(&page.uri).await.unwrap();
    let code = answered.done.unwrap().code().to_string();
    let body = format!(r#"{{"code":"{code}"}}"#);
    let finish = || Call::post("/welcome", JSON, &*body);
    // No origin, another one, or one that looks like it.
    for origin in [
        "",
        "null",
        "https://evil.example",
        "http://shop.example",
        "https://shop.example:443",
        "https://shop.example.evil.example",
    ] {
        let call = finish().header("cookie", &page.cookie);
        let call = if origin.is_empty() { call } else { call.header("origin", origin) };
        assert_eq!(call.send(world.server).await.problem(), "wrong_origin", "{origin}");
    }
    let other = world.begin("register", "same-device").await;
    for (cookie, expected) in [
        ("", "wrong_browser"),
        ("__Host-pairnym=x", "wrong_browser"),
        ("__Host-pairnym=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "wrong_browser"),
        (&*page.cookie.replace("__Host-pairnym", "pairnym"), "wrong_browser"),
        (&*other.cookie, "not_answered"),
    ] {
        let call = finish().header("origin", ORIGIN).header("cookie", cookie);
        assert_eq!(call.send(world.server).await.problem(), expected, "{cookie}");
    }
    assert_eq!(page.finish(none).await.problem(), "wrong_code");
    assert_eq!(page.post("/welcome", "{}").await.problem(), "wrong_code");
    let done = Call::post("/.well-known/pairnym/done", JSON, format!(r#"{{"code":"{none}"}}"#));
    assert_eq!(done.send(world.server).await.problem(), "wrong_code");
    // And nothing of all that used it up.
    assert_eq!(page.finish(&code).await.status, 200);

    for (ask, flow, expected) in
        [("none", "same-device", "not_found"), ("sign", "cross-device", "wrong_flow")]
    {
        let body = format!(r#"{{"ask":"{ask}","flow":"{flow}"}}"#);
        let call = Call::post("/pairnym/start", JSON, body).header("origin", ORIGIN);
        assert_eq!(call.send(world.server).await.problem(), expected);
    }
}

/// Paths and queries that are no text, or not what they should be.
#[tokio::test]
async fn not_even_a_text() {
    let world = World::with_backend().await;
    let page = world.begin("register", "same-device").await;
    for (server, method, path, expected) in [
        (world.backend(), "GET", "/v1/transactions/%ff", "unknown_request"),
        (world.backend(), "GET", "/v1/transactions/%ff?seen=x", "malformed"),
        (world.backend(), "GET", "/v1/accounts/%ff", "malformed"),
        (world.backend(), "DELETE", "/v1/accounts/%ff", "malformed"),
        (world.backend(), "GET", "/v1/accounts/%ff/acts?label=%ff", "malformed"),
        (world.server, "GET", "/pairnym/status?seen=%ff", "malformed"),
    ] {
        let call = Call::get(path).method(method).header("authorization", "Bearer secret");
        let refused = call.header("cookie", &page.cookie).send(server).await;
        assert_eq!(refused.problem(), expected, "{path}");
    }
    for (path, status) in [
        ("/pairnym/ask/%ff", 404),
        ("/pairnym/request?wrong=%ff", 200),
        ("/pairnym/request?wrong=x", 200),
        ("/pairnym/return?ask=%ff", 404),
    ] {
        let shown = Call::get(path).header("cookie", &page.cookie).send(world.server).await;
        assert_eq!(shown.status, status, "{path}");
        assert!(shown.header("content-type").starts_with("text/html"), "{path}");
    }
}

/// What every response carries.
#[tokio::test]
async fn headers() {
    let world = World::memory().await;
    let page = world.begin("register", "same-device").await;
    let wallet = Call::get(&page.path()).send(world.server).await;
    let refused = Call::get("/.well-known/pairnym/x").send(world.server).await;
    let pages = page.status("").await;
    for response in [&wallet, &refused, &pages] {
        assert_eq!(response.header("cache-control"), "no-store");
        assert_eq!(response.header("referrer-policy"), "no-referrer");
        assert_eq!(response.header("x-content-type-options"), "nosniff");
        assert_eq!(response.header("access-control-allow-credentials"), "");
    }
    assert_eq!(wallet.header("access-control-allow-origin"), "*");
    assert_eq!(refused.header("access-control-allow-origin"), "*");
    assert_eq!(pages.header("access-control-allow-origin"), "");
    assert_eq!(wallet.header("vary"), "Accept");
    for path in
        [page.path(), format!("{}/pair", page.path()), "/.well-known/pairnym/registration".into()]
    {
        let preflight = Call::get(&path).method("OPTIONS").send(world.server).await;
        assert_eq!(preflight.status, 204, "{path}");
        assert_eq!(preflight.header("access-control-allow-methods"), "GET, POST");
        assert_eq!(preflight.header("access-control-allow-headers"), "authorization, content-type");
        assert_eq!(preflight.header("access-control-allow-origin"), "*");
    }
    let start = Call::post("/pairnym/start", JSON, r#"{"ask":"register","flow":"same-device"}"#);
    let start = start.header("origin", ORIGIN).send(world.server).await;
    let cookie = start.header("set-cookie");
    for part in ["__Host-pairnym=", "; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

/// The question is the same for everybody, however often, and a receipt names its request.
#[tokio::test]
async fn the_same_bytes() {
    let world = World::memory().await;
    let mut wallet = world.wallet(1);
    let page = world.begin("register", "same-device").await;
    let first = Call::get(&page.path()).send(world.server).await;
    let sending = wallet.prepare(&page.uri).await.unwrap();
    let receipt = wallet.send(sending.post()).await;
    assert_eq!(Call::get(&page.path()).send(world.server).await.body, first.body);
    let again = wallet.send(sending.post()).await;
    assert_eq!(receipt.body, again.body);
    Receipt::from_json(&again.body).unwrap();
}
