//! Bad input, at every endpoint of the authority and between its processes: a problem document with
//! a stable code, nothing used up, never a 500.

mod support;

use std::sync::Arc;

use pairnym::Message as _;
use pairnym_service::authority::{Sessions, signer_api};
use pairnym_service::{AuthorityStore, Limit};
use pairnym_store::Memory;
use pairnym_transport::authority::{
    Challenges, Enrollment, EvidenceBatches, Identification, Issuance, path,
};
use pairnym_transport::envelope::Envelope;
use support::authority::World;
use support::http::{Call, Connection};

/// What is no envelope.
#[tokio::test(flavor = "multi_thread")]
async fn no_envelopes() {
    let world = World::memory().await;
    let device = world.enrolled(1).await;
    for (path, media_type) in [
        (path::SESSIONS, Identification::MEDIA_TYPE),
        (path::ENROLLMENT, Enrollment::MEDIA_TYPE),
        (path::CREDENTIALS, Issuance::MEDIA_TYPE),
        (path::EVIDENCE, EvidenceBatches::MEDIA_TYPE),
        ("/v1/evidence/node-1", Challenges::MEDIA_TYPE),
    ] {
        let call =
            |media_type: &str, body: &[u8]| device.authorized(Call::post(path, media_type, body));
        let deep = [b"{\"x\":".repeat(10_000), b"0".to_vec()].concat();
        let many = format!("{{\"requests\":[{0}],\"challenges\":[{0}]}}", ["\"AA\""; 33].join(","));
        let bodies: &[&[u8]] = &[
            b"",
            b"{",
            b"[]",
            b"{}",
            b"null",
            b"1e999",
            b"\xff\xfe",
            &deep,
            many.as_bytes(),
            br#"{"code":1,"request":1,"requests":1,"challenges":1}"#,
            br#"{"code":"7K3M-9110","request":"A","requests":[],"challenges":[]}"#,
            br#"{"code":"UUUU-UUUU-UUUU","request":"AB=","requests":["AB"],"challenges":["AB"]}"#,
            br#"{"code":"AAAA-AAAA-AAAA","code":"AAAA-AAAA-AAAA","request":"AA","request":"AA",
                "requests":["AA"],"requests":["AA"],"challenges":["AA"],"challenges":["AA"]}"#,
        ];
        for body in bodies {
            let refused = call(media_type, body).send(world.server).await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(60)]);
            assert_eq!((&*refused.problem(), refused.status), ("malformed", 400), "{path} {shown}");
        }
        for other in ["text/plain", "", "application/json"] {
            let refused = call(other, b"{}").send(world.server).await;
            assert_eq!((&*refused.problem(), refused.status), ("media_type", 415), "{path}");
        }
        // Announced: nothing is read. Not announced: no more than the limit.
        let announced = call(media_type, b"").header("content-length", "131073");
        assert_eq!(announced.send(world.server).await.problem(), "too_long", "{path}");
        let chunk = format!("21000\r\n{}\r\n0\r\n\r\n", " ".repeat(0x21000));
        let chunked = call(media_type, chunk.as_bytes()).header("transfer-encoding", "chunked");
        assert_eq!(chunked.send(world.server).await.problem(), "too_long", "{path}");
    }
}

/// Tokens that are missing, of another form, or nobody's; and every header.
#[tokio::test(flavor = "multi_thread")]
async fn tokens() {
    let world = World::memory().await;
    let device = world.enrolled(1).await;
    let good = format!("Bearer {}", device.token);
    for path in [
        path::ENROLLMENT,
        path::OFFERS,
        path::CREDENTIALS,
        path::EVIDENCE,
        "/v1/evidence/node-1",
        "/v1/evidence/NODE",
    ] {
        for token in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer x",
            &format!("Bearer {}", "A".repeat(43)),
            &good.replace("Bearer", "bearer"),
            &good.replace("Bearer ", "Bearer  "),
            &device.token,
            &format!("{good}="),
        ] {
            let refused = Call::get(path).method("POST").header("authorization", token);
            let refused = refused.send(world.server).await;
            assert_eq!((&*refused.problem(), refused.status), ("unauthorized", 401), "{path}");
            assert_eq!(refused.header("cache-control"), "no-store");
            assert_eq!(refused.header("access-control-allow-origin"), "*");
            assert_eq!(refused.header("referrer-policy"), "no-referrer");
            assert_eq!(refused.header("x-content-type-options"), "nosniff");
        }
        let preflight = Call::get(path).method("OPTIONS").send(world.server).await;
        assert_eq!(preflight.status, 204, "{path}");
        assert_eq!(preflight.header("access-control-allow-headers"), "authorization, content-type");
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let byte = |place| u8::from_str_radix(text.get(place..place + 2)?, 16).ok();
    (text.len().is_multiple_of(2) && !text.is_empty())
        .then(|| (0..text.len()).step_by(2).map(byte).collect())?
}

/// What decodes to nothing, or to somebody else's message: every corpus at every endpoint.
#[tokio::test(flavor = "multi_thread")]
async fn corpora() {
    let world = World::memory().await;
    let device = world.enrolled(1).await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assurance/fuzz/corpus");
    let mut connection = Connection::open(world.server).await.unwrap();
    let (mut sent, mut codes) = (0, std::collections::BTreeSet::new());
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "hex")) {
        let text = std::fs::read_to_string(file).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#') && line.len() < 20_000);
        for line in lines.take(40) {
            let Some(bytes) = unhex(line) else { continue };
            let (request, requests) = (bytes.clone(), vec![bytes.clone()]);
            for call in [
                device.call(path::ENROLLMENT, &Enrollment { request: request.clone() }),
                device.call(path::CREDENTIALS, &Issuance { request }),
                device.call(path::EVIDENCE, &EvidenceBatches { requests: requests.clone() }),
                device.call("/v1/evidence/node-1", &Challenges { challenges: requests }),
            ] {
                let refused = connection.send(&call.to_bytes()).await.unwrap();
                codes.insert(refused.problem());
                let known = [400, 403, 409, 410];
                assert!(known.contains(&refused.status), "{line}: {}", refused.text());
                sent += 1;
            }
        }
    }
    assert!(sent > 1_000, "{sent}");
    for code in ["version", "kind", "short"] {
        assert!(codes.contains(code), "{codes:?}");
    }
    // Nothing of the evidence that a person has was used up.
    let mut device = device;
    device.refresh(4).await;
}

/// Messages that decode and do not verify.
#[tokio::test(flavor = "multi_thread")]
async fn false_proofs() {
    let world = World::memory().await;
    let mut device = world.device(1);
    let ticket = device.begin(&world.code(1).await).await.unwrap();
    let good = device.enrollment(&ticket);
    let spoilt = |bytes: &[u8], place: usize| {
        let mut bytes = bytes.to_vec();
        bytes[place] ^= 1;
        bytes
    };
    for place in 0..good.request.len() {
        let body = Enrollment { request: spoilt(&good.request, place) };
        let refused = device.post(path::ENROLLMENT, &body).await;
        assert!([400, 403].contains(&refused.status), "{place}: {}", refused.text());
        refused.problem();
    }
    assert_eq!(device.post(path::ENROLLMENT, &good).await.status, 204, "it was used up");

    let offer = device.offer().await;
    let (good, _) = device.accept(&offer);
    for place in (0..good.request.len()).step_by(3) {
        let body = Issuance { request: spoilt(&good.request, place) };
        let refused = device.post(path::CREDENTIALS, &body).await;
        assert!([400, 403, 410].contains(&refused.status), "{place}: {}", refused.text());
        refused.problem();
    }
    assert_eq!(device.post(path::CREDENTIALS, &good).await.status, 200, "it was used up");

    let issued = device.credential().await;
    let mut rng = pairnym_testkit::seeded(5);
    let (request, _) = device.person.holder.request_evidence(&issued, &mut rng).unwrap();
    let request = request.to_bytes();
    for place in 0..request.len() {
        // One of two is wrong: neither is opened, and neither counts.
        let requests = vec![request.clone(), spoilt(&request, place)];
        let refused = device.post(path::EVIDENCE, &EvidenceBatches { requests }).await;
        assert!([400, 403, 410].contains(&refused.status), "{place}: {}", refused.text());
        refused.problem();
    }
    assert_eq!(world.signer.open_sessions(), 0);
    let opened = device.open(&issued, 12).await;
    assert_eq!(opened.response.status, 201, "what was refused counted");
    let mut challenges = opened.challenges.clone();
    for place in 0..34 {
        // Version, kind, session: no session is found.
        challenges.challenges[3] = spoilt(&opened.challenges.challenges[3], place);
        let refused = device.post(&opened.location, &challenges).await;
        assert!([400, 410].contains(&refused.status), "{place}: {}", refused.text());
    }
    let short = &opened.challenges.challenges[3];
    challenges.challenges[3] = short[..short.len() - 1].to_vec();
    assert_eq!(device.post(&opened.location, &challenges).await.problem(), "short");
    assert_eq!(device.answer(&opened).await.status, 200, "the sessions were used up");
}

/// Paths that are no text.
#[tokio::test(flavor = "multi_thread")]
async fn paths() {
    let world = World::memory().await;
    let mut device = world.enrolled(1).await;
    let issued = device.credential().await;
    let opened = device.open(&issued, 1).await;
    let list = Call::get("/.well-known/pairnym-authority/lists/%ff").send(world.server).await;
    assert!([400, 404].contains(&list.status), "{}", list.problem());
    for node in ["%ff", "%00", "node-1%20", "NODE-1"] {
        let path = format!("/v1/evidence/{node}");
        let refused = device.post(&path, &opened.challenges).await;
        assert!([400, 404, 410].contains(&refused.status), "{node}: {}", refused.problem());
    }
    assert_eq!(device.answer(&opened).await.status, 200);
}

/// A device that calls too often is refused; others are not.
#[tokio::test(flavor = "multi_thread")]
async fn a_noisy_device() {
    let store = AuthorityStore::new(Memory::new(1_000));
    let world = World::with(store, Sessions::default(), |options| {
        options.device_limit = Limit { burst: 30, per_minute: 1 };
    });
    let world = world.await;
    let (noisy, mut other) = (world.enrolled(1).await, world.enrolled(2).await);
    let mut refused = 0;
    for _ in 0..60 {
        let garbage = EvidenceBatches { requests: vec![vec![1]] };
        let response = noisy.post(path::EVIDENCE, &garbage).await;
        refused += usize::from(response.problem() == "too_many");
    }
    assert!((30..40).contains(&refused), "{refused}");
    other.refresh(4).await;
}

/// Between front and signer.
#[tokio::test(flavor = "multi_thread")]
async fn the_signers_api() {
    let world = World::memory().await;
    let router = signer_api(&world.signer, "secret".into(), Arc::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let authorized = |call: Call| call.header("authorization", "Bearer secret");
    let paths = ["ticket", "enrollment", "offer", "credential", "evidence", "answer"];
    for path in paths.map(|path| format!("/v1/{path}")) {
        let bytes = "application/octet-stream";
        let call = |body: &[u8]| Call::post(&path, bytes, body);
        for token in ["", "Bearer x", "Bearer secret2", "secret"] {
            let refused = call(b"").header("authorization", token).send(server).await;
            assert_eq!(refused.problem(), "unauthorized", "{path}");
            assert_eq!(refused.header("pairnym-instance").len(), 32);
        }
        let refused = authorized(Call::get(&path)).send(server).await;
        assert_eq!(refused.problem(), "method", "{path}");
        let refused = authorized(Call::post(&path, "application/json", "")).send(server).await;
        assert_eq!(refused.problem(), "media_type", "{path}");
        let refused = authorized(call(b"").header("content-length", "2000000")).send(server).await;
        assert_eq!(refused.problem(), "too_long", "{path}");
        for body in [&b"\0\0\0\x05"[..], b"\0\0\0", &[255; 64]] {
            let refused = authorized(call(body)).send(server).await;
            assert_eq!((&*refused.problem(), refused.status), ("malformed", 400), "{path}");
        }
        for body in [&b""[..], b"\0\0\0\0", b"\0\0\0\x01x", b"\0\0\0\x01x\0\0\0\x01y\0\0\0\x01z"] {
            let refused = authorized(call(body)).send(server).await;
            assert_eq!(refused.problem(), "malformed", "{path} {body:?}");
        }
    }
    let refused = authorized(Call::get("/v1/nothing")).send(server).await;
    assert_eq!(refused.problem(), "not_found");
    // A stored form that this authority did not write is its own trouble, and enrolls nobody.
    let mut device = world.device(1);
    let ticket = device.begin(&world.code(1).await).await.unwrap();
    let request = device.enrollment(&ticket).request;
    let parts = [&[1, 48, 0][..], &request, &[1; 32]];
    let frame = parts.iter().flat_map(|part| [&(part.len() as u32).to_be_bytes(), *part].concat());
    let call = Call::post("/v1/enrollment", "application/octet-stream", frame.collect::<Vec<_>>());
    let refused = authorized(call).send(server).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (500, Some("internal")));
}
