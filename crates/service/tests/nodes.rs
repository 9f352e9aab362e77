//! The authority's programs: front and signers as processes of their own, killed, stopped, named
//! twice; their lists; what they log, and what is in their memory.

mod support;

use std::time::Duration;

use pairnym::platform::Platform;
use pairnym::store::MemoryNonces;
use pairnym::{Message as _, Purpose, UnixTime};
use pairnym_testkit::{host, seeded};
use pairnym_transport::authority::{Directory, list_path, path};
use support::device::{Device, read};
use support::http::Call;
use support::nodes::{Authority, BATCHES};

fn present(device: &mut Device) -> pairnym::Pseudonym {
    let platform = Platform::new(device.list.clone(), host("shop.example"));
    let asked = platform.request(Purpose::Registration).disclose("region");
    let asked = asked.build(device.now, &mut seeded(77)).unwrap();
    let shown = device.person.present(&asked, device.now).unwrap();
    let verified = platform.verify(&asked, &shown, device.now, &MemoryNonces::new(10)).unwrap();
    *verified.pseudonym()
}

/// Everything in one process with SQLite, and a loss of power before each step.
#[tokio::test(flavor = "multi_thread")]
async fn one_process() {
    let mut authority = Authority::prepare();
    authority.all().start("all").await;
    let mut device = authority.device("all", 1);
    let code = authority.person("all", "identify", 1);
    let restart = async |authority: &mut Authority| {
        authority.kill("all");
        authority.start("all").await;
    };
    restart(&mut authority).await;
    let ticket = device.begin(&code).await.unwrap();
    restart(&mut authority).await;
    device.enroll(&ticket).await;
    restart(&mut authority).await;
    let offer = device.offer().await;
    let (body, waiting) = device.accept(&offer);
    restart(&mut authority).await;
    let response = device.post(path::CREDENTIALS, &body).await;
    let issued: pairnym_transport::authority::IssuedCredential = read(&response);
    let issued = pairnym::message::IssuanceResponse::from_bytes(&issued.response).unwrap();
    let issued = waiting.finish(&issued).unwrap();
    let lost = device.open(&issued, BATCHES).await;
    restart(&mut authority).await;
    // Nothing of a session is on a disk.
    assert_eq!(device.answer(&lost).await.problem(), "no_session");
    device.refresh(BATCHES).await;
    let pseudonym = present(&mut device);
    assert_eq!(pseudonym, device.person.pseudonym(&host("shop.example")));

    // Deleted, by another process on the same store.
    let offer = device.offer().await;
    let (body, _) = device.accept(&offer);
    assert_eq!(authority.person("all", "delete", 1), "deleted");
    assert_eq!(device.post(path::CREDENTIALS, &body).await.problem(), "unauthorized");
    assert_eq!(authority.person("all", "delete", 1), "nobody was registered");
    // And back again, lost and corrected.
    let ticket = device.begin(&authority.person("all", "identify", 1)).await.unwrap();
    device.enroll(&ticket).await;
    device.offer().await;
    assert_eq!(authority.person("all", "correct", 1), "1 offers withdrawn");
    assert_eq!(authority.person("all", "lost", 1), "1 sessions ended");
    assert_eq!(device.ask_offer().await.problem(), "unauthorized");
}

/// Two signers behind one front: the second call of a session goes to the process of the first.
#[tokio::test(flavor = "multi_thread")]
async fn two_signers() {
    let mut authority = Authority::prepare();
    let (a, b) = (authority.port("a"), authority.port("b"));
    authority.signer("a", "node-a").signer("b", "node-b").front(&[("node-a", a), ("node-b", b)]);
    for name in ["a", "b", "front"] {
        authority.start(name).await;
    }
    let mut device = authority.enrolled("front", 1).await;
    let issued = device.credential().await;
    let (first, second) = (device.open(&issued, 1).await, device.open(&issued, 1).await);
    let locations = std::collections::BTreeSet::from([&*first.location, &*second.location]);
    assert_eq!(
        locations.into_iter().collect::<Vec<_>>(),
        ["/v1/evidence/node-a", "/v1/evidence/node-b"]
    );
    // At the other one there is no such session, and nothing is used up by asking there.
    assert_eq!(device.post(&second.location, &first.challenges).await.problem(), "no_session");
    for opened in [second, first] {
        let answered = device.answer(&opened).await;
        assert_eq!(answered.status, 200, "{}", answered.text());
        opened.finish(&answered);
    }

    // One is lost, with a session; the other's session is answered.
    let opened = [device.open(&issued, 1).await, device.open(&issued, 1).await];
    authority.kill("a");
    for opened in opened {
        let at_a = opened.location.ends_with("node-a");
        let answered = device.answer(&opened).await;
        if at_a {
            assert_eq!((answered.status, answered.problem()), (410, "no_session".into()));
        } else {
            assert_eq!(answered.status, 200, "{}", answered.text());
        }
    }
    let mut other = authority.enrolled("front", 2).await;
    other.refresh(BATCHES).await;
    present(&mut other);
    // Another process takes its place: no session of the one before, and new ones.
    authority.start("a").await;
    for _ in 0..100 {
        let metrics = authority.admin("front", "/metrics").await.text();
        if metrics.contains("pairnym_signers_ready 2\n") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for number in 3..=4 {
        authority.enrolled("front", number).await.refresh(1).await;
    }
    let metrics = authority.admin("front", "/metrics").await.text();
    assert!(metrics.contains("pairnym_signers_ready 2\n"), "{metrics}");
    // None is left.
    authority.kill("a");
    authority.kill("b");
    assert_eq!(other.ask_offer().await.problem(), "unavailable");
    assert!(!authority.is_ready("front"));
}

/// Two processes with one name: configured twice, under another name than their own, and alternately
/// behind one address.
#[tokio::test(flavor = "multi_thread")]
async fn one_name_twice() {
    let mut authority = Authority::prepare();
    let (a, b) = (authority.port("a"), authority.port("b"));
    authority.signer("a", "node").signer("b", "node").front(&[("node", a), ("node", b)]);
    let checked = authority.command("front", &["check-config"]).output().unwrap();
    let error = String::from_utf8(checked.stderr).unwrap();
    assert!(
        !checked.status.success() && error.contains("two signers with the name node"),
        "{error}"
    );

    authority.start("a").await;
    authority.start("b").await;
    authority.front(&[("node", a), ("other", b)]).start("front").await;
    authority.logged("front", "its own name is node").await;
    authority.enrolled("front", 1).await.refresh(1).await;
    authority.kill("front");

    // Each connection to the one or the other, cut off after a while.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let alternating = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for turn in 0.. {
            let (mut from, _) = listener.accept().await.unwrap();
            let to = if turn % 2 == 0 { a } else { b };
            tokio::spawn(async move {
                let mut to = tokio::net::TcpStream::connect(to).await.unwrap();
                let copying = tokio::io::copy_bidirectional(&mut from, &mut to);
                let _ = tokio::time::timeout(Duration::from_millis(300), copying).await;
            });
        }
    });
    authority.front(&[("node", alternating)]).start("front").await;
    authority.logged("front", "two processes have this name").await;
    assert!(!authority.is_ready("front"));
    let device = authority.device("front", 2);
    assert_eq!(Call::get(path::DIRECTORY).send(device.server).await.status, 200);
}

/// SIGTERM: what is open is answered, nothing is opened, and then the process ends.
#[tokio::test(flavor = "multi_thread")]
async fn draining() {
    let mut authority = Authority::prepare();
    authority.all().start("all").await;
    let mut device = authority.enrolled("all", 1).await;
    let issued = device.credential().await;
    let opened = device.open(&issued, 2).await;
    authority.terminate("all");
    authority.logged("all", "stopping").await;
    let ready = authority.admin("all", "/readyz").await;
    assert_eq!((ready.status, ready.text()), (503, "stopping\n".into()));
    let refused = device.open(&issued, 1).await.response;
    assert_eq!((refused.status, refused.problem()), (503, "unavailable".into()));
    let answered = device.answer(&opened).await;
    assert_eq!(answered.status, 200, "{}", answered.text());
    opened.finish(&answered);
    let (status, took) = authority.ended("all").await;
    assert!(
        status.success() && took < Duration::from_secs(2),
        "{took:?}: {}",
        authority.log("all")
    );

    // A session that nobody answers is waited for no longer than was said.
    authority.start("all").await;
    let unanswered = device.open(&issued, 1).await;
    assert_eq!(unanswered.response.status, 201);
    authority.terminate("all");
    let (status, took) = authority.ended("all").await;
    assert!(status.success(), "{}", authority.log("all"));
    assert!((4..8).contains(&took.as_secs()), "{took:?}");

    // A signer of its own, behind a front.
    let a = authority.port("a");
    authority.signer("a", "node-a").front(&[("node-a", a)]);
    authority.start("a").await;
    authority.start("front").await;
    device.server = authority.port("front");
    let opened = device.open(&issued, 1).await;
    authority.terminate("a");
    authority.logged("a", "stopping").await;
    assert_eq!(device.open(&issued, 1).await.response.problem(), "unavailable");
    assert_eq!(device.answer(&opened).await.status, 200);
    assert!(authority.ended("a").await.0.success());
    authority.terminate("front");
    let (status, took) = authority.ended("front").await;
    assert!(status.success() && took < Duration::from_secs(2), "{took:?}");
}

/// Staged lists: published at once, adopted at their time. One is renewed; one withdraws the key.
#[tokio::test(flavor = "multi_thread")]
async fn lists() {
    let mut authority = Authority::prepare();
    let a = authority.port("a");
    authority.signer("a", "node-a").front(&[("node-a", a)]);
    authority.start("a").await;
    authority.start("front").await;
    let mut device = authority.enrolled("front", 1).await;
    device.refresh(BATCHES).await;
    let server = device.server;
    let present_serial = async || {
        let response = Call::get(path::DIRECTORY).send(server).await;
        let directory: Directory = read(&response);
        pairnym::ParameterList::from_bytes(&directory.list.list).unwrap().serial()
    };

    let since = UnixTime::now().0 + 4;
    let (before, after) = (authority.path("lists/0.json"), authority.path("unsigned.json"));
    let renew = ["renew", "--list", &*before, "--since", &since.to_string(), "--out", &*after];
    let said = authority.run(&renew);
    assert!(
        said.contains("list 1 of authority.example") && said.contains("0 signatures"),
        "{said}"
    );
    // With too few signatures it is not taken.
    std::fs::copy(&after, authority.path("lists/1.json")).unwrap();
    authority.logged("front", "too few pinned keys").await;
    assert_eq!(Call::get(&list_path(1)).send(server).await.problem(), "not_found");
    authority.sign("lists/1.json");
    let published = async |serial| {
        for _ in 0..100 {
            if Call::get(&list_path(serial)).send(server).await.status == 200 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("list {serial} is not published");
    };
    published(1).await;
    assert!(UnixTime::now().0 >= since || present_serial().await == 0, "before its time");
    authority.logged("a", "another parameter list").await;
    assert!(UnixTime::now().0 >= since);
    assert_eq!(present_serial().await, 1);

    // The key is stolen; the next one takes its place, whose seed the signer has already.
    let shown = authority.run(&["show-list", &authority.path("lists/1.json")]);
    let stolen = shown.split("parameters ").nth(1).unwrap()[..64].to_owned();
    let (before, after) = (authority.path("lists/1.json"), authority.path("withdrawal.json"));
    let seed = authority.path("next-seed");
    authority.run(&[
        "withdraw",
        "--list",
        &before,
        "--parameters",
        &stolen,
        "--suspect-since",
        "1700000000",
        "--seed-file",
        &seed,
        "--out",
        &after,
    ]);
    authority.sign("withdrawal.json");
    std::fs::rename(&after, authority.path("lists/2.json")).unwrap();
    published(2).await;
    for _ in 0..100 {
        if authority.log("a").matches("another parameter list").count() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let old = *device.person.credential.as_ref().unwrap().slot();
    for serial in [1, 2] {
        device.person.holder.adopt(authority.list(serial), UnixTime::now()).unwrap();
    }
    device.list = authority.list(2);
    device.now = UnixTime::now();
    device.refresh(1).await;
    assert!(*device.person.credential.as_ref().unwrap().slot() != old);
    present(&mut device);

    // Rotation is made, too; and a fork of the chain is not taken.
    let from = (authority.list(2).until().0 / 86_400 + 2) * 86_400;
    let (before, after) = (authority.path("lists/2.json"), authority.path("rotation.json"));
    let since = (from - 20 * 86_400).to_string();
    authority.run(&["generate-key", &authority.path("third-seed")]);
    let said = authority.run(&[
        "rotate",
        "--list",
        &before,
        "--seed-file",
        &authority.path("third-seed"),
        "--since",
        &since,
        "--from",
        &from.to_string(),
        "--days",
        "31",
        "--out",
        &after,
    ]);
    assert!(said.contains(&format!("from {from}: parameters")), "{said}");
    let other = authority.path("fork.json");
    authority.run(&["renew", "--list", &authority.path("lists/0.json"), "--out", &other]);
    authority.sign("fork.json");
    std::fs::rename(other, authority.path("lists/1.json")).unwrap();
    authority.logged("front", "contradicts the current one").await;
    assert_eq!(present_serial().await, 2);
}

/// A registrar, with a key of its own: serves, renews, and signs offline.
#[tokio::test(flavor = "multi_thread")]
async fn registrar() {
    use pairnym_transport::envelope::Envelope as _;
    use pairnym_transport::permission::SignedPermission;
    let mut authority = Authority::prepare();
    let (listen, admin) = (authority.port("registrar"), authority.port("registrar admin"));
    authority.write(
        "registrar.toml",
        &format!(
            "role = 'registrar'\n[admin]\nlisten = '{admin}'\n[registrar]\nlisten = '{listen}'
            authority = 'authority.example'\nkey_file = 'office'\nfolder = 'permissions'\n"
        ),
    );
    let permitted = "names = { zh = '商店', en = 'Shop' }
        contacts = { privacy = 'mailto:a@shop.example', deletion = 'mailto:b@shop.example',
            supervisor = 'tel:12345' }
        [[purposes]]
        purpose = 'registration'
        labels = ['kids']
        attributes = ['age_over_18']";
    authority.write("permissions/shop.example.toml", permitted);
    let checked = authority.command("registrar", &["check-config"]).status().unwrap();
    assert!(checked.success());
    authority.write("permissions/Bad.toml", permitted);
    assert!(!authority.command("registrar", &["check-config"]).status().unwrap().success());
    authority.start("registrar").await;
    let key = authority.run(&["public-key", &authority.path("office")]);
    let key: pairnym_transport::PublicKey =
        serde_json::from_str(&format!("\"{}\"", key.trim())).unwrap();
    let response = Call::get("/v1/permissions/shop.example").send(listen).await;
    let permission = read::<SignedPermission>(&response).verify(&[key]).unwrap();
    assert_eq!(permission.names.en, "Shop");
    assert_eq!(permission.until.0 - permission.from.0, 30 * 86_400);
    assert_eq!(permission.purposes[0].labels, [None, Some(pairnym_testkit::name("kids"))]);
    for host in ["Bad", "video.example", "shop.example.toml", "..%2Foffice"] {
        let call = Call::get(&format!("/v1/permissions/{host}"));
        assert_eq!(call.send(listen).await.problem(), "not_found", "{host}");
    }
    let offline = authority.run(&[
        "permit",
        "--key-file",
        &authority.path("office"),
        "--authority",
        "authority.example",
        "--days",
        "7",
        &authority.path("permissions/shop.example.toml"),
    ]);
    let offline = SignedPermission::from_json(offline.trim().as_bytes()).unwrap();
    let permission = offline.verify(&[key]).unwrap();
    assert_eq!(permission.until.0 - permission.from.0, 7 * 86_400);
}

/// A log of everything has route templates, and nothing of a person.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_says_nothing() {
    let mut authority = Authority::prepare();
    let a = authority.port("a");
    authority.signer("a", "node-a").front(&[("node-a", a)]);
    authority.spawn("a", &["--set", "log.level=trace"]);
    while !authority.is_ready("a") {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    authority.spawn("front", &["--set", "log.level=trace"]);
    while !authority.is_ready("front") {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let code = authority.person("front", "identify", 1);
    let mut device = authority.device("front", 1);
    let ticket = device.begin(&code).await.unwrap();
    device.enroll(&ticket).await;
    device.refresh(1).await;
    let pseudonym = present(&mut device).to_string();
    let token = std::fs::read_to_string(authority.path("token")).unwrap();
    for name in ["front", "a"] {
        let log = authority.log(name);
        assert!(log.contains("/v1/evidence"), "{log}");
        for secret in [
            &*code,
            &code.replace('-', ""),
            &device.token,
            &pseudonym,
            "上海",
            &"01".repeat(32),
            token.trim(),
        ] {
            assert!(secret.len() >= 6 && !log.contains(secret), "{secret} in {name}");
        }
    }
    assert!(authority.log("front").contains("/v1/evidence/{node}"));
}

/// What is wrong with a configuration is said.
#[test]
fn configurations() {
    let mut authority = Authority::prepare();
    let a = authority.port("a");
    authority.all().signer("a", "node-a").front(&[("node-a", a)]);
    let check = |name: &str, flag: &str| {
        let mut flags = vec!["check-config"];
        if !flag.is_empty() {
            flags.extend(["--set", flag]);
        }
        let output = authority.command(name, &flags).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    for name in ["all", "a", "front"] {
        let (good, error) = check(name, "");
        assert!(good, "{name}: {error}");
    }
    for (name, flag, expected) in [
        ("all", "colour=1", "unknown field `colour`"),
        ("all", "signer.colour=1", "unknown field `colour`"),
        ("all", "front.colour=1", "unknown field `colour`"),
        ("all", "role=signer", "this role has no [public]"),
        ("front", "role=all", "this role needs [signer]"),
        (
            "front",
            "signer={ node='x', seed_files=['seed'], storage_key_file='storage' }",
            "has no [signer]",
        ),
        ("front", "front.signers=[]", "a front needs them"),
        ("front", "front.sessions=0", "at least one"),
        ("front", "identities.demonstration=false", "are a demonstration"),
        ("front", "identities.file=none", "none"),
        ("front", "lists.threshold=3", "too few pinned keys"),
        ("front", "lists.threshold=4", "threshold"),
        ("front", "lists.folder=permissions", "no list"),
        ("a", "signer.seed_files=['next-seed']", "the seeds and the list"),
        ("a", "signer.seed_files=['people.toml']", "not 64 hex digits"),
        ("a", "signer.token_file=none", "none"),
        ("a", "signer.node=Node", "node"),
    ] {
        let (good, error) = check(name, flag);
        assert!(!good && error.contains(expected), "{name} {flag}: {error}");
    }
    // No key is written over another one.
    let again = authority.program(&["generate-key", &authority.path("seed")]).output().unwrap();
    assert!(!again.status.success());
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(authority.path("seed")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
