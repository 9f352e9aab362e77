//! The examples: a shop with the router, and one in Python with the program beside it.

#[path = "../examples/shop.rs"]
mod shop;
mod support;

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command};
use std::time::Duration;

use pairnym::UnixTime;
use support::http::Call;
use support::platform::{Page, host};
use support::process::Process;
use support::wallet::Wallet;

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn with_the_router() {
    let authority = pairnym_testkit::Service::new(UnixTime::now());
    let router = shop::shop(host(), authority.list().clone()).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let person = authority.person(1, [("age_over_18", true.into())], UnixTime::now());
    buys(server, server, Wallet::new(person, server, UnixTime::now())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_python() {
    let process = Process::start("").await;
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = free.local_addr().unwrap();
    drop(free);
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shop.py");
    let python = Command::new("python3")
        .args([program, &format!("http://{}", process.backend)])
        .arg(process.folder.path().join("token"))
        .arg(server.port().to_string())
        .spawn()
        .unwrap();
    let _ended = Ended(python);
    for _ in 0..100 {
        if tokio::net::TcpStream::connect(server).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    buys(process.public, server, process.wallet(1)).await;
}

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A person registers at the platform, comes back to the shop, and is known there.
async fn buys(platform: SocketAddr, shop: SocketAddr, mut wallet: Wallet) {
    assert!(Call::get("/").send(shop).await.text().contains("/pairnym/ask/register"));
    let page = Page::begin(platform, "register", "same-device").await;
    let answered = wallet.answer(&page.uri).await.unwrap();
    let code = answered.done.unwrap().code().to_string();
    let post = |origin: &str, cookie: &str| {
        let call = Call::post("/welcome", FORM, format!("code={code}"));
        call.header("origin", origin).header("cookie", cookie)
    };
    let own = support::platform::ORIGIN;
    assert_eq!(post("https://evil.example", &page.cookie).send(shop).await.status, 403);
    assert!([403, 404].contains(&post(own, "").send(shop).await.status));
    let welcome = post(own, &page.cookie).send(shop).await;
    assert_eq!(welcome.status, 303, "{}", welcome.text());
    let home = Call::get("/").header("cookie", &welcome.cookie()).send(shop).await.text();
    let pseudonym = wallet.person.pseudonym(&pairnym_testkit::host("shop.example"));
    assert!(home.contains(&pseudonym.to_string()), "{home}");
    // Once.
    assert_eq!(post(own, &page.cookie).send(shop).await.status, 410);
}
