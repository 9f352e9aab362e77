//! Behind nginx, configured as DEPLOYMENT.md says.

mod support;

use std::os::unix::fs::PermissionsExt;

use pairnym_servers::nginx;
use support::http::Call;
use support::platform::{JSON, ORIGIN};
use support::process::Process;
use support::tls::Signer;

/// The block of DEPLOYMENT.md.
fn documented() -> &'static str {
    let (_, rest) = include_str!("../DEPLOYMENT.md").split_once("```nginx\n").unwrap();
    rest.split_once("```").unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_nginx() {
    let mut process = Process::prepare("");
    let trusted = "public.trusted_proxies=['127.0.0.1']";
    let limit = "public.limit={ burst = 50, per_minute = 1 }";
    process.serve(&["--set", trusted, "--set", limit]).await;
    let signer = Signer::new();
    let issued = signer.issue("shop.example");
    let Some(server) = nginx(|port, folder| {
        let chain = folder.join("certificate.pem");
        issued.write(folder);
        for name in ["certificate.pem", "key.pem"] {
            let open = std::fs::Permissions::from_mode(0o644);
            std::fs::set_permissions(folder.join(name), open).unwrap();
        }
        let settings = documented()
            .replace("127.0.0.1:8080", &process.public.to_string())
            .replace("listen 443", &format!("listen 127.0.0.1:{port}"))
            .replace("/etc/nginx/shop.example/chain.pem", chain.to_str().unwrap())
            .replace("/etc/nginx/shop.example/key.pem", folder.join("key.pem").to_str().unwrap());
        assert!(settings.contains(chain.to_str().unwrap()), "{settings}");
        settings
    }) else {
        return;
    };
    let address = ([127, 0, 0, 1], server.port).into();
    let (mut connection, _) = signer.connect(address, "shop.example").await.unwrap();
    let mut send = async |call: Call| connection.send(&call.to_bytes()).await.unwrap();

    let start = Call::post("/pairnym/start", JSON, r#"{"ask":"register","flow":"same-device"}"#);
    let started = send(start.header("origin", ORIGIN)).await;
    assert_eq!(started.status, 200, "{}", started.text());
    let uri = started.json()["uri"].as_str().unwrap().to_owned();
    let handle = uri.rsplit('/').next().unwrap();
    let path = format!("/.well-known/pairnym/{handle}");
    let mut wallet = process.wallet(1);
    let sending = wallet.prepare(&uri).await.unwrap();
    let question = send(Call::get(&path)).await;
    assert_eq!((question.status, question.header("cache-control")), (200, "no-store"));
    let receipt = send(support::wallet::call(sending.post())).await;
    assert_eq!(receipt.status, 200, "{}", receipt.text());
    // A refusal of the program comes through as it is, with a body up to its limit.
    let large = Call::post(&path, JSON, vec![b' '; 131_072]);
    assert_eq!(send(large).await.problem(), "media_type");
    // Whatever a client writes about where it is, it is this one.
    for turn in 0..50 {
        let forged = format!("198.51.100.{turn}");
        send(Call::get("/pairnym/ask/register").header("x-forwarded-for", &forged)).await;
    }
    assert_eq!(send(Call::get("/pairnym/ask/register")).await.problem(), "too_many");
    // Nobody else serves the rest here.
    assert_eq!(send(Call::get("/elsewhere")).await.status, 502);
    // nginx writes about a call once it is over.
    let access = server.folder.path().join("access");
    let mut log = String::new();
    for _ in 0..100 {
        log = std::fs::read_to_string(&access).unwrap();
        if log.contains("/elsewhere") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(log.contains("/elsewhere") && !log.contains("pairnym"), "{log}");
}
