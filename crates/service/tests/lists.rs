//! Parameter lists that the program fetches from the authority's directory.

mod support;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pairnym::{ParameterList, UnixTime};
use pairnym_transport::authority::{Directory, SignedList};
use pairnym_transport::envelope::Envelope;
use support::http::Call;
use support::process::{Process, signers};
use support::tls::{Issued, Signer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// The authority's host: responses by path, as they are at the moment.
#[derive(Clone, Default)]
struct Published(Arc<Mutex<HashMap<String, Vec<u8>>>>);

const BASE: &str = "/.well-known/pairnym-authority";

fn response(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
    [head.as_bytes(), b"location: /list\r\n\r\n", body].concat()
}

impl Published {
    async fn serve(&self, issued: &Issued) -> SocketAddr {
        let (acceptor, published) = (issued.acceptor(), self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut head = vec![0; 4_096];
                let Ok(length) = stream.read(&mut head).await else { continue };
                let head = String::from_utf8_lossy(&head[..length]).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default();
                let found = published.0.lock().unwrap().get(path).cloned();
                let response = found.unwrap_or_else(|| response("404 Not Found", b""));
                let _ = stream.write_all(&response).await;
                let _ = stream.shutdown().await;
            }
        });
        address
    }

    fn put(&self, path: &str, response: Vec<u8>) {
        self.0.lock().unwrap().insert(path.to_owned(), response);
    }
}

fn signed(list: &ParameterList, keys: usize) -> SignedList {
    SignedList::new(list, &signers()[..keys])
}

async fn until(process: &Process, what: &str, holds: impl Fn(&str, &str) -> bool) {
    for _ in 0..150 {
        let metrics = Call::get("/metrics").send(process.admin).await.text();
        if holds(&process.log(), &metrics) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what}: {}", process.log());
}

fn failures(metrics: &str) -> u64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix("pairnym_list_failures_total "));
    line.unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn fetched() {
    let signer = Signer::new();
    let published = Published::default();
    let server = published.serve(&signer.issue("localhost")).await;
    let mut process = Process::prepare("");
    let folder = process.folder.path().to_owned();
    std::fs::write(folder.join("root.pem"), &signer.pem).unwrap();
    std::fs::remove_file(folder.join("list.json")).unwrap();
    let url = format!("list.url=https://localhost:{}{BASE}", server.port());
    let flags = ["--set", &url, "--set", "list.root_certificate_file=root.pem"];
    let check = || {
        let output = process.command(&flags).arg("check-config").output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };

    // Without a file the directory must have a list that enough keys have signed.
    let first = process.authority.list().clone();
    let directory = |keys| {
        let directory = Directory {
            authority: *first.authority(),
            list: signed(&first, keys),
            registrars: Vec::new(),
            sessions: 1,
        };
        response("200 OK", &directory.to_json().unwrap())
    };
    assert!(check().1.contains("not found"), "{:?}", check());
    for (body, expected) in [
        (directory(1), "too few pinned keys"),
        (response("302 Found", b""), "status 302"),
        (response("500 Internal Server Error", b""), "status 500"),
        (response("200 OK", b"{}"), "no JSON object"),
        (response("200 OK", &vec![b' '; 131_073]), "limit"),
    ] {
        published.put(BASE, body);
        let (good, error) = check();
        assert!(!good && error.contains(expected), "{expected}: {error}");
        assert!(!folder.join("list.json").exists());
    }
    let plain = format!("list.url=http://localhost:{}{BASE}", server.port());
    let output = process.command(&["--set", &plain, "check-config"]).output().unwrap();
    assert!(!output.status.success(), "not without TLS");
    let output = process.command(&["--set", &url, "check-config"]).output().unwrap();
    assert!(!output.status.success(), "a signer whom the system does not trust");
    published.put(BASE, directory(2));
    process.serve(&flags).await;

    // The next one: what is not good is logged and counted, and changes nothing.
    let authority = Arc::get_mut(&mut process.authority).unwrap();
    let next = authority.renew(UnixTime::now()).clone();
    let path = format!("{BASE}/lists/{}", next.serial());
    let good = response("200 OK", &signed(&next, 2).to_json().unwrap());
    for (body, words) in [
        (response("200 OK", &signed(&next, 1).to_json().unwrap()), "too few pinned keys"),
        (response("301 Moved Permanently", b""), "status 301"),
        (response("200 OK", &vec![b' '; 131_073]), "limit"),
        (good[..good.len() - 1].to_vec(), "stays"),
    ] {
        let metrics = Call::get("/metrics").send(process.admin).await.text();
        let before = failures(&metrics);
        published.put(&path, body);
        until(&process, words, |log, metrics| log.contains(words) && failures(metrics) > before)
            .await;
        assert!(!process.log().contains("another parameter list"));
    }
    published.put(&path, good);
    until(&process, "adopted", |log, _| log.contains("another parameter list")).await;
    // That there is no other one after it is no failure.
    let metrics = Call::get("/metrics").send(process.admin).await.text();
    let before = failures(&metrics);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let metrics = Call::get("/metrics").send(process.admin).await.text();
    assert_eq!(failures(&metrics), before, "{}", process.log());

    // It is kept for the next start, when the authority cannot be reached.
    published.0.lock().unwrap().clear();
    process.kill();
    let gone = ["--set", "list.url=https://localhost:1/x", flags[2], flags[3]];
    process.serve(&gone).await;
    let kept = SignedList::from_json(&std::fs::read(folder.join("list.json")).unwrap()).unwrap();
    assert_eq!(kept, signed(&next, 2));
    let mut wallet = process.wallet(1);
    let page = support::platform::Page::begin(process.public, "register", "same-device").await;
    assert!(wallet.answer(&page.uri).await.unwrap().done.is_some());
}
