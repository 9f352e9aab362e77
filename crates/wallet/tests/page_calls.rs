//! Calls of the pages that are not the wallet's own, or not what a form sends.

#![cfg(feature = "page")]

mod support;

use axum::body::Body;
use axum::http::Request;
use pairnym_transport::Flow;
use pairnym_wallet::page::{Pages, Token};
use support::World;
use support::browser::{Browser, GETS, NoOrigin, ORIGIN, ready, settings};

/// Every form, filled in well.
const POSTS: [(&str, &str); 15] = [
    ("/create", "passphrase=a&again=a"),
    ("/restore", "--b\r\ncontent-disposition: form-data; name=\"words\"\r\n\r\nx\r\n--b--\r\n"),
    ("/unlock", "passphrase=a"),
    ("/lock", ""),
    ("/words", "passphrase=correct+horse"),
    ("/confirm", "words=a"),
    ("/backup", "passphrase=a&again=a"),
    ("/enroll", "code=0123-4567-89AB"),
    ("/refresh", ""),
    ("/go-on", ""),
    ("/offer/nobody", "decision=take"),
    ("/answer", "link=pairnym:shop.example/AAAAAAAAAAAAAAAAAAAAAA"),
    ("/answer/nobody", "decision=answer"),
    ("/history", "platform=shop.example"),
    ("/language", "tongue=zh&to=/"),
];

#[test]
fn calls_that_are_not_the_wallets_own_do_nothing() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let (pages, mut browser) = ready(&world, folder.path());
    let asked = browser.ask(&world.begin("register", Flow::SameDevice).uri);
    let declining = browser.ask(&world.begin("log-in", Flow::SameDevice).uri);
    browser.send(declining.form(&declining.at).press("decision", "decline"));
    let state = || {
        let look = |wallet: &mut pairnym_wallet::Wallet| {
            (wallet.stock(), wallet.history().count(), wallet.is_backed_up())
        };
        world.run(pages.look(look)).unwrap()
    };
    let before = state();
    let called =
        |browser: &Browser, method: &str, path: &str, headers: &[(&str, &str)], body: &str| {
            let mut request = Request::builder().method(method).uri(path);
            if path == "/restore" {
                request = request.header("content-type", "multipart/form-data; boundary=b");
            }
            for (name, value) in headers {
                request.headers_mut().unwrap().remove(*name);
                request = request.header(*name, *value);
            }
            let page = browser.call(request.body(Body::from(body.to_owned())).unwrap());
            for (name, part) in [
                ("content-security-policy", "frame-ancestors 'none'"),
                ("cache-control", "no-store"),
                ("x-content-type-options", "nosniff"),
                ("cross-origin-opener-policy", "same-origin"),
            ] {
                assert!(page.header(name).contains(part), "{method} {path}: {name}");
            }
            assert!(page.status < 500, "{method} {path}: {}", page.status);
            page
        };
    let stranger = Browser::new(&world, &pages);
    let asks_at = asked.at.clone();
    let posts = POSTS.iter().map(|(path, body)| (*path, *body));
    for (path, body) in posts.chain([(&*asks_at, "decision=decline")]) {
        let post = |headers: &[(&str, &str)]| called(&browser, "POST", path, headers, body).status;
        assert_eq!(post(&[("host", "evil.example")]), 421, "{path}");
        assert_eq!(post(&[("host", "wallet.localhost:8361")]), 421, "{path}");
        assert_eq!(post(&[("host", "127.0.0.1:8360")]), 421, "{path}");
        for origin in [
            "",
            "null",
            "http://evil.example",
            "http://shop.localhost:8360",
            "https://wallet.localhost:8360",
        ] {
            assert_eq!(post(&[("origin", origin)]), 403, "{path} {origin}");
        }
        let none = Request::post(path).extension(NoOrigin).body(Body::from(body.to_owned()));
        assert_eq!(browser.call(none.unwrap()).status, 403, "{path} without an origin");
        if path != "/language" {
            assert_eq!(called(&stranger, "POST", path, &[], body).status, 403, "{path}");
            let cookie = [("cookie", "pairnym-wallet-8360=0123456789abcdef0123456789abcdef")];
            assert_eq!(post(&cookie), 403, "{path}");
        }
        assert_eq!(called(&browser, "DELETE", path, &[("origin", ORIGIN)], "").status, 405);
        if !["/lock", "/refresh", "/go-on"].contains(&path) {
            let kind = [("content-type", "application/json")];
            assert_eq!(post(&kind), 415, "{path}");
            let much = if path == "/restore" { 33_554_433 } else { 65_537 };
            let huge = "a".repeat(much);
            assert_eq!(called(&browser, "POST", path, &[], &huge).status, 413, "{path}");
        }
    }
    for path in GETS.into_iter().chain([&*asks_at]) {
        let get = |headers: &[(&str, &str)]| called(&browser, "GET", path, headers, "").status;
        assert_eq!(get(&[("host", "evil.example:8360")]), 421, "{path}");
        let open = called(&stranger, "GET", path, &[], "");
        assert_eq!(open.status, if path == "/" { 200 } else { 403 }, "{path}");
        assert!(!open.has("<dd>"), "{}", open.text);
    }
    // Forms that are not complete, and names that nobody has.
    for (path, body, status) in [
        ("/create", "", 400),
        ("/create", "passphrase=a&again=b", 422),
        ("/create", "passphrase=&again=", 422),
        ("/create", "passphrase=a&again=a", 409),
        ("/restore", "--b--\r\n", 422),
        ("/words", "", 400),
        ("/words", "passphrase=wrong", 422),
        ("/confirm", "words=%FF", 422),
        ("/confirm", "words=a+b", 422),
        ("/backup", "passphrase=a&again=b", 422),
        ("/enroll", "code=12", 422),
        ("/enroll", "code=0123-4567-89AB", 422),
        ("/offer/nobody", "decision=take", 410),
        ("/offer/nobody", "decision=maybe", 400),
        ("/answer", "link=http://shop.example", 422),
        ("/answer", "link=", 422),
        ("/answer", "", 400),
        ("/answer/nobody", "decision=answer", 410),
        ("/answer/nobody", "", 400),
        ("/history", "", 400),
        ("/history", "number=x", 400),
        ("/history", "number=1&platform=shop.example", 400),
        ("/history", "number=999", 303),
        ("/history", "platform=nobody.example", 303),
        ("/history", "platform=%3Cb%3E", 400),
        ("/language", "tongue=fr&to=/", 400),
        ("/language", "tongue=zh&to=//evil.example", 400),
        ("/language", "tongue=zh&to=/%5Cevil.example", 400),
        ("/language", "tongue=zh&to=http://evil", 400),
        ("/answer/%FF", "decision=answer", 400),
        ("/nowhere", "", 404),
    ] {
        let request = Request::post(path);
        let request = if path == "/restore" {
            request.header("content-type", "multipart/form-data; boundary=b")
        } else {
            request
        };
        let page = browser.call(request.body(Body::from(body.to_owned())).unwrap());
        assert_eq!(page.status, status, "{path} {body}: {}", page.text);
    }
    for (path, status) in [
        ("/history?page=x", 400),
        ("/history?page=99", 200),
        ("/nowhere", 404),
        ("/enter/x", 303),
        ("/answer/nobody", 410),
    ] {
        assert_eq!(called(&browser, "GET", path, &[], "").status, status, "{path}");
    }
    assert_eq!(
        called(&stranger, "GET", "/enter/00112233445566778899aabbccddeeff", &[], "").status,
        403
    );
    // Nothing but a browser that comes uses the token up.
    let token = Token::generate();
    let door = Pages::new(settings(&world, folder.path(), Some(token.clone())));
    let mut comes = Browser::new(&world, &door);
    let head = Request::head(format!("/enter/{token}")).body(Body::empty()).unwrap();
    assert_eq!(comes.call(head).status, 405);
    assert_eq!(comes.get(&format!("/enter/{token}")).status, 200);
    assert_eq!(state(), before);
    // The question is still there.
    let form = asked.form(&asked.at).tick("disclose", "yes").press("decision", "answer");
    assert!(browser.send(form).has("url="));
}
