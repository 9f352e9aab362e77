//! The committed description of the endpoints is that of the program, and of the router.

mod support;

use std::collections::BTreeSet;

use support::http::Call;
use support::platform::World;

#[test]
fn as_committed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let document = pairnym_service::openapi() + "\n";
    if std::env::var_os("PAIRNYM_WRITE_OPENAPI").is_some() {
        std::fs::write(path, &document).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(
        committed == document,
        "openapi.json: write it with PAIRNYM_WRITE_OPENAPI=1, and commit it"
    );
}

/// Each path exists, with the methods that it has and no others.
#[tokio::test]
async fn every_operation_exists() {
    let world = World::with_backend().await;
    let authority = support::authority::World::memory().await;
    let counter = support::counter::World::memory().await;
    let document: serde_json::Value = serde_json::from_str(&pairnym_service::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 15);
    for (path, item) in paths {
        let tags = item.as_object().unwrap().values().map(|operation| &operation["tags"][0]);
        if tags.clone().all(|tag| tag == "registrar") {
            continue;
        }
        if tags.clone().all(|tag| tag == "counter") {
            every_method(path, item, counter.counter).await;
            continue;
        }
        if tags.clone().all(|tag| tag == "authority") {
            every_method(path, item, authority.server).await;
            continue;
        }
        let backend = path.starts_with("/v1/");
        let server = if backend { world.backend() } else { world.server };
        every_method(path, item, server).await;
    }
}

async fn every_method(path: &str, item: &serde_json::Value, server: std::net::SocketAddr) {
    let known: BTreeSet<_> = item.as_object().unwrap().keys().cloned().collect();
    let concrete = path
        .replace("{handle}", "AAAAAAAAAAAAAAAAAAAAAA")
        .replace("{transaction}", &"A".repeat(43))
        .replace("{ask}", "register")
        .replace("{pseudonym}", "pn1")
        .replace("{serial}", "0")
        .replace("{node}", "node-1");
    for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
        let call = Call::get(&concrete).method(method);
        let response = call.header("authorization", "Bearer secret").send(server).await;
        if known.contains(&method.to_lowercase()) {
            assert_ne!(response.status, 405, "{method} {path}");
            if response.status == 404 {
                assert_ne!(response.text(), "", "{method} {path}");
            }
            continue;
        }
        assert_eq!(response.problem(), "method", "{method} {path}");
        assert_eq!(response.status, 405);
        let allow = response.header("allow");
        let allowed: BTreeSet<_> = allow.split(',').map(|m| m.trim().to_lowercase()).collect();
        assert!(known.is_subset(&allowed), "{method} {path}: {allow}");
    }
}
