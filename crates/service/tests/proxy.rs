//! Behind nginx and behind Caddy, configured as DEPLOYMENT.md says.

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use pairnym_servers::{Server, caddy, nginx};
use support::http::Call;
use support::platform::{JSON, ORIGIN};
use support::process::Process;
use support::tls::{Issued, Signer};

/// The block of DEPLOYMENT.md in this language.
fn documented(language: &str) -> &'static str {
    let begin = format!("```{language}\n");
    let (_, rest) = include_str!("../DEPLOYMENT.md").split_once(&begin).unwrap();
    rest.split_once("```").unwrap().0
}

/// Writes certificate and key, for a server that is not root.
fn write(issued: &Issued, folder: &Path) -> [String; 2] {
    issued.write(folder);
    ["certificate.pem", "key.pem"].map(|name| {
        let path = folder.join(name);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        path.to_str().unwrap().to_owned()
    })
}

fn replaced(settings: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(settings.to_owned(), |settings, (from, to)| {
        assert!(settings.contains(from), "no {from} in\n{settings}");
        settings.replace(from, to)
    })
}

/// A platform that allows 50 calls at once, behind a proxy on the same machine.
async fn platform() -> Process {
    let mut process = Process::prepare("");
    let trusted = "public.trusted_proxies=['127.0.0.1']";
    let limit = "public.limit={ burst = 50, per_minute = 1 }";
    process.serve(&["--set", trusted, "--set", limit]).await;
    process
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_nginx() {
    let (process, signer) = (platform().await, Signer::new());
    let issued = signer.issue("shop.example");
    let server = nginx(|port, folder| {
        let [chain, key] = write(&issued, folder);
        replaced(
            documented("nginx"),
            &[
                ("127.0.0.1:8080", &process.public.to_string()),
                ("listen 443", &format!("listen 127.0.0.1:{port}")),
                ("/etc/nginx/shop.example/chain.pem", &chain),
                ("/etc/nginx/shop.example/key.pem", &key),
            ],
        )
    });
    if let Some(server) = server {
        behind(&server, &process, &signer).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_caddy() {
    let (process, signer) = (platform().await, Signer::new());
    let issued = signer.issue("shop.example");
    let server = caddy(|folder| {
        let [chain, key] = write(&issued, folder);
        let site = format!(
            "shop.example {{\n\tbind 127.0.0.1\n\ttls {chain} {key}\n\tlog {{\n\t\toutput file access\n\t}}\n"
        );
        let public = process.public.to_string();
        let changes = [("shop.example {\n", &*site), ("127.0.0.1:8080", &public)];
        replaced(documented("caddyfile"), &changes)
    });
    if let Some(server) = server {
        behind(&server, &process, &signer).await;
    }
}

/// One person's registration through the proxy, and what must not come through.
async fn behind(server: &Server, process: &Process, signer: &Signer) {
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
    // A proxy writes about a call once it is over.
    let access = server.folder.path().join("access");
    let mut log = String::new();
    for _ in 0..100 {
        log = std::fs::read_to_string(&access).unwrap_or_default();
        if log.contains("/elsewhere") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(log.contains("/elsewhere") && !log.contains("pairnym"), "{log}");
}
