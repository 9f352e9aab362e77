//! A counter of `pairnym-authority` as a process: people come to it, and to their registry after a
//! loss of power; its log says nothing; what does not fit is said before anything is served.

mod support;

use serde_json::{Value, json};
use support::counter::{CARD, PASSPORT, PEOPLE, adult, hex, notice};
use support::http::{Call, Response};
use support::nodes::Authority;
use support::platform::JSON;

const SCHEMA: &str = "attributes = [{ name = 'age_over_14', kind = 'flag' },
    { name = 'age_over_18', kind = 'flag' }, { name = 'assurance', kind = 'integer' },
    { name = 'name', kind = 'text' }, { name = 'name_number', kind = 'text' }]";

#[tokio::test(flavor = "multi_thread")]
async fn a_counter() {
    let mut authority = Authority::certifying(SCHEMA);
    let counter = authority.with_a_counter(PEOPLE);
    authority.spawn("all", &["--set", "log.level=trace"]);
    authority.logged("all", "serving").await;
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", authority.id("all"))).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    let token = std::fs::read_to_string(authority.path("official")).unwrap().trim().to_owned();
    let post = async |path: &str, body: Value, token: &str| -> Response {
        let call = Call::post(&format!("/v1/counter/{path}"), JSON, body.to_string());
        call.header("authorization", &format!("Bearer {token}")).send(counter).await
    };
    let application = |documents: &[(&str, &str)]| json!({ "person": adult(documents), "notice": hex(&notice().hash()) });
    let stranger = post("applications", application(&[CARD]), "another").await;
    assert_eq!((&*stranger.problem(), stranger.status), ("unauthorized", 401));
    // The counter is at its own listener alone.
    let public = authority.port("all");
    let elsewhere = Call::get("/v1/counter/notice").header("authorization", &token);
    assert_eq!(elsewhere.send(public).await.problem(), "not_found");

    let applied = post("applications", application(&[CARD]), &token).await;
    assert_eq!(applied.status, 201, "{}", applied.text());
    let code = applied.json()["code"].as_str().unwrap().to_owned();
    let mut device = authority.device("all", 1);
    let ticket = device.begin(&code).await.expect("a ticket");
    device.enroll(&ticket).await;
    device.refresh(1).await;

    // The registry and the key of documents are on the disk: the other document is the same person.
    authority.kill("all");
    authority.start("all").await;
    let again = post("applications", application(&[PASSPORT]), &token).await;
    assert_eq!((again.status, &again.json()["enrolled"]), (201, &json!(true)), "{}", again.text());
    let person = json!({ "person": adult(&[CARD]) });
    assert_eq!(post("deletions", person, &token).await.json()["count"], 1);
    let waiting = post("applications", application(&[PASSPORT]), &token).await;
    assert_eq!((&*waiting.problem(), waiting.status), ("waiting", 403));

    let log = authority.log("all");
    assert!(log.contains("/v1/counter/applications"), "{log}");
    for secret in [&*code, CARD.1, PASSPORT.1, "示例甲", "1990-03-14", &token, &device.token] {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[test]
fn configurations() {
    let mut authority = Authority::certifying(SCHEMA);
    authority.with_a_counter(PEOPLE);
    let check = |flag: &str| {
        let output = authority.command("all", &["check-config", "--set", flag]).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let (good, error) = check("counter.waiting_days=30");
    assert!(good, "{error}");
    for (flag, expected) in [
        ("counter.demonstration=false", "only identity check is a demonstration"),
        ("counter.colour=1", "unknown field `colour`"),
        ("counter.people_file=none", "none"),
        ("counter.people_file=all.toml", "expected `person`"),
        ("counter.documents_key_file=none", "none"),
        ("counter.documents_key_file=people.toml", "not 64 hex digits"),
        ("counter.comparison_key_file=documents", "is that of the registry"),
        ("counter.officials=[]", "officials"),
        ("counter.officials=[{ name='x', token_file='none' }]", "none"),
        ("counter.notice.objections=\"\"", "does not say: 异议"),
        ("identities={ file='people.toml', demonstration=true }", "identities"),
    ] {
        let (good, error) = check(flag);
        assert!(!good && error.contains(expected), "{flag}: {error}");
    }
}
