//! TLS of the program's own, for its callers and for its database.

mod support;

use std::time::Duration;

use pairnym_servers::postgres_with_tls;
use support::fleet::{create, url};
use support::http::{Call, Connection};
use support::platform::{JSON, ORIGIN};
use support::process::{Process, TOKEN};
use support::tls::{Signer, der};

const TLS: &str =
    "{ certificate_file = 'certificate.pem', key_file = 'key.pem', reload_seconds = 1 }";

/// Both listeners, with a certificate that is renewed while connections are open.
#[tokio::test(flavor = "multi_thread")]
async fn renewed() {
    let signer = Signer::new();
    let mut process = Process::prepare("");
    let folder = process.folder.path().to_owned();
    let first = signer.issue("shop.example");
    first.write(&folder);
    let (public, backend) = (format!("public.tls={TLS}"), format!("backend.tls={TLS}"));
    process.serve(&["--set", &public, "--set", &backend]).await;
    let connect = async || signer.connect(process.public, "shop.example").await;

    let (mut old, shown) = connect().await.unwrap();
    assert_eq!(shown, der(&first.certificate).to_vec());
    let start = Call::post("/pairnym/start", JSON, r#"{"ask":"register","flow":"same-device"}"#);
    let start = start.header("origin", ORIGIN).to_bytes();
    assert_eq!(old.send(&start).await.unwrap().status, 200);
    let (mut api, _) = signer.connect(process.backend, "shop.example").await.unwrap();
    let begin = Call::post("/v1/transactions", JSON, r#"{"ask":"register","flow":"same-device"}"#);
    let begin = begin.header("authorization", &format!("Bearer {TOKEN}")).to_bytes();
    assert_eq!(api.send(&begin).await.unwrap().status, 201);
    // Not for other names, nor without TLS.
    assert!(signer.connect(process.public, "other.example").await.is_err());
    let mut plain = Connection::open(process.public).await.unwrap();
    assert!(plain.send(&start).await.is_err());

    // Files that do not fit each other, and none at all: the certificate stays.
    let logged = async |words: &str| {
        for _ in 0..100 {
            if process.log().contains(words) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no '{words}' in {}", process.log());
    };
    std::fs::write(folder.join("key.pem"), signer.issue("shop.example").key).unwrap();
    logged("the certificate in use stays").await;
    std::fs::write(folder.join("certificate.pem"), "none").unwrap();
    logged("certificate.pem: no certificate").await;
    assert_eq!(connect().await.unwrap().1, shown);
    assert!(!process.log().contains("another certificate"));

    let second = signer.issue("shop.example");
    second.write(&folder);
    logged("another certificate").await;
    for patience in (0..100).rev() {
        if connect().await.unwrap().1 == der(&second.certificate).to_vec() {
            break;
        }
        assert!(patience > 0, "the old certificate is still shown");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Whoever was connected still is.
    assert_eq!(old.send(&start).await.unwrap().status, 200);
    assert_eq!(api.send(&begin).await.unwrap().status, 201);

    // Neither those who have agreed on nothing keep it from stopping, nor those who wait for more.
    let _silent = tokio::net::TcpStream::connect(process.public).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let began = std::time::Instant::now();
    process.terminate();
    assert!(process.ended().await.success(), "{}", process.log());
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

/// What does not fit is said before anything is served.
#[test]
fn unfit() {
    let process = Process::prepare("");
    let signer = Signer::new();
    let check = || {
        let flag = format!("public.tls={TLS}");
        let output = process.command(&["--set", &flag, "check-config"]).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let folder = process.folder.path();
    assert!(check().1.contains("certificate.pem"), "{:?}", check());
    signer.issue("shop.example").write(folder);
    assert_eq!(check(), (true, String::new()));
    std::fs::write(folder.join("key.pem"), signer.issue("shop.example").key).unwrap();
    let (good, error) = check();
    assert!(!good && error.contains("certificate.pem"), "{error}");
}

/// The database is reached with TLS or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn to_postgres() {
    let signer = Signer::new();
    // The URL has an address, so the certificate has it, too.
    let issued = signer.issue("127.0.0.1");
    let Some(server) = postgres_with_tls(&issued.certificate, &issued.key) else { return };
    let (port, name) = (server.port, create(&server));
    let store = "engine = 'postgres'\nurl_file = 'database'";
    let mut process = Process::of(
        std::sync::Arc::new(pairnym_testkit::Service::new(pairnym::UnixTime::now())),
        "",
        store,
    );
    let folder = process.folder.path().to_owned();
    std::fs::write(folder.join("root.pem"), &signer.pem).unwrap();
    std::fs::write(folder.join("other.pem"), Signer::new().pem).unwrap();
    let migrate = |url: String, flags: &[&str]| {
        std::fs::write(folder.join("database"), url).unwrap();
        let output = process.command(flags).arg("migrate").output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let root = ["--set", "store.root_certificate_file=root.pem"];
    let (plain, encrypted) = (url(port, &name), url(port, &name) + "?sslmode=require");
    for (url, flags, expected) in [
        (plain.clone(), &[][..], "store is not available"),
        (encrypted.clone(), &[], "needs a root_certificate_file"),
        (plain.clone(), &root, "sslmode=require"),
        (plain.clone() + "?sslmode=prefer", &root, "sslmode=require"),
        (
            encrypted.clone(),
            &["--set", "store.root_certificate_file=other.pem"],
            "store is not available",
        ),
        (encrypted.replace("127.0.0.1", "localhost"), &root, "store is not available"),
    ] {
        let (good, error) = migrate(url.clone(), flags);
        assert!(!good && error.contains(expected), "{url} {flags:?}: {error}");
    }
    assert_eq!(migrate(encrypted, &root), (true, String::new()));
    process.serve(&root).await;
    let begin = r#"{"ask":"register","flow":"same-device"}"#;
    assert_eq!(process.api("POST", "/v1/transactions", begin).await.status, 201);
    let seen = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                WHERE datname = current_database()";
    assert_eq!(server.psql(&name, seen), "t");
}
