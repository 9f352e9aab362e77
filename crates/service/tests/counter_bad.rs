//! A counter over HTTP: what becomes of bad input, of records that are down, and of a configuration
//! that does not fit.

mod support;

use std::sync::Arc;

use pairnym::PersonId;
use pairnym_service::authority::counter::{
    Checking, Config, DemonstrationCheck, IdentityCheck, NotServed, Presented, router,
};
use pairnym_service::authority::profile::{Record, Rules};
use pairnym_store::{Failure, FailureKind};
use serde_json::json;
use support::counter::*;
use support::http::Call;
use support::platform::JSON;

/// Bad input at each endpoint: a problem with a stable code, never a 500, and nothing is done.
#[tokio::test(flavor = "multi_thread")]
async fn bad_input() {
    let world = World::memory().await;
    let authorized = |call: Call| call.header("authorization", "Bearer secret");
    for path in ["applications", "deletions", "losses", "corrections"] {
        let path = format!("/v1/counter/{path}");
        let call = |media_type: &str, body: &[u8]| authorized(Call::post(&path, media_type, body));
        let deep = [b"{\"person\":".repeat(10_000), b"0".to_vec()].concat();
        let person = |person: &str| format!(r#"{{"person":{person},"notice":""}}"#).into_bytes();
        let many = format!(
            r#"{{"name":"x","born":"1990-03-14","documents":[{}]}}"#,
            [r#"{"kind":"taiwan_travel_permit","number":"99999901"}"#; 9].join(",")
        );
        let long = format!(
            r#"{{"name":"{}","born":"1990-03-14","documents":[{{"kind":"x","number":"1"}}]}}"#,
            "长".repeat(86)
        );
        let bodies: &[&[u8]] = &[
            b"",
            b"{",
            b"[]",
            b"null",
            b"\"\"",
            b"1e999",
            b"\xff\xfe",
            b"{}",
            &deep,
            &person("null"),
            &person("1"),
            &person("{}"),
            &person("[]"),
            &person(r#"{"name":"x","born":"1990-03-14","documents":[]}"#),
            &person(r#"{"name":"x","born":"1990-03-14","documents":{}}"#),
            &person(r#"{"name":"x","born":"1990-3-14","documents":[{"kind":"x","number":"1"}]}"#),
            &person(r#"{"name":"x","born":19900314,"documents":[{"kind":"x","number":"1"}]}"#),
            &person(r#"{"name":"x","born":"1990-02-30","documents":[{"kind":"x","number":"1"}]}"#),
            &person(r#"{"name":" ","born":"1990-03-14","documents":[{"kind":"x","number":"1"}]}"#),
            &person(r#"{"name":"x","born":"1990-03-14","documents":[{"kind":"x"}]}"#),
            &person(r#"{"name":"x","born":"1990-03-14","documents":[{"kind":1,"number":"1"}]}"#),
            &person(&many),
            &person(&long),
        ];
        for body in bodies {
            let refused = call(JSON, body).send(world.counter).await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(120)]);
            assert_eq!(
                (refused.problem().as_str(), refused.status),
                ("malformed", 400),
                "{path} {shown}"
            );
        }
        for number in
            ["", "1", "11019919900314993x", "１１０１", &"9".repeat(1_000), "\u{0}", "'; --"]
        {
            let documents = json!([{ "kind": "resident_identity_card", "number": number }]);
            let person = json!({ "name": "示例甲", "born": "1990-03-14", "documents": documents });
            let body = json!({ "person": person, "notice": hex(&notice().hash()) }).to_string();
            let bad = call(JSON, body.as_bytes()).send(world.counter).await;
            refused(&bad, NotServed::Document);
        }
        for other in ["text/plain", "", "application/x-www-form-urlencoded"] {
            let refused = call(other, b"{}").send(world.counter).await;
            assert_eq!((refused.problem().as_str(), refused.status), ("media_type", 415));
        }
        let announced = call(JSON, b"").header("content-length", "131073");
        assert_eq!(announced.send(world.counter).await.problem(), "too_long");
        let chunk = format!("21000\r\n{}\r\n0\r\n\r\n", " ".repeat(0x21000));
        let chunked = call(JSON, chunk.as_bytes()).header("transfer-encoding", "chunked");
        assert_eq!(chunked.send(world.counter).await.problem(), "too_long");
        assert_eq!(authorized(Call::get(&path)).send(world.counter).await.problem(), "method");
        // Nobody, somebody else, or another scheme; and before anything is read.
        for header in ["", "Bearer ", "Bearer secre", "Bearer secrets", "bearer secret", "Basic x"]
        {
            let call = Call::post(&path, "text/plain", "x").header("authorization", header);
            let refused = call.send(world.counter).await;
            assert_eq!((refused.problem().as_str(), refused.status), ("unauthorized", 401));
        }
        let none = Call::post(&path, JSON, "{}").send(world.counter).await;
        assert_eq!(none.problem(), "unauthorized");
    }
    for path in ["/", "/v1/counter", "/v1/counter/", "/v1/counter/x", "/v1/sessions", "/%ff"] {
        let refused = authorized(Call::get(path)).send(world.counter).await;
        assert_eq!((refused.problem().as_str(), refused.status), ("not_found", 404), "{path}");
    }
    let log = world.log().await;
    assert!(
        log.iter()
            .all(|line| line == "counter 7: refused malformed"
                || line == "counter 7: refused document"),
        "{log:?}"
    );
}

/// What every response carries.
#[tokio::test(flavor = "multi_thread")]
async fn headers() {
    let world = World::memory().await;
    for response in [
        world.apply(adult(&[CARD]), None).await,
        world.apply(infant(), None).await,
        Call::get("/v1/counter/notice").send(world.counter).await,
    ] {
        assert_eq!(response.header("cache-control"), "no-store");
        assert_eq!(response.header("access-control-allow-origin"), "");
    }
}

/// Records that cannot be asked admit nobody.
struct Down;

impl IdentityCheck for Down {
    fn name(&self) -> &'static str {
        "down"
    }

    fn is_demonstration(&self) -> bool {
        false
    }

    fn check<'a>(&'a self, _: &'a Presented) -> Checking<'a, Option<Record>> {
        Box::pin(async { Err(Failure::new(FailureKind::Unavailable, "down")) })
    }

    fn is_guardian<'a>(&'a self, _: &'a Record, _: &'a Record) -> Checking<'a, bool> {
        Box::pin(async { Err(Failure::new(FailureKind::Unavailable, "down")) })
    }

    fn record(&self, _: PersonId) -> Checking<'_, Option<Record>> {
        Box::pin(async { Err(Failure::new(FailureKind::Unavailable, "down")) })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_are_down() {
    let world = World::with(Arc::new(Down), |_| {}).await;
    let refused = world.apply(adult(&[CARD]), None).await;
    assert_eq!((refused.problem().as_str(), refused.status), ("unavailable", 503));
    let body = json!({ "person": adult(&[CARD]) });
    assert_eq!(world.post("deletions", &body).await.status, 503);
    assert_eq!(world.events().await, []);
}

/// Who may call: names and tokens that differ; and a notice without a gap.
#[tokio::test(flavor = "multi_thread")]
async fn unfit_counters() {
    let world = World::memory().await;
    let options = || counter_options(Arc::new(Down));
    let why = |options| router(&world.service, options).unwrap_err().0;
    assert!(router(&world.service, options()).is_ok());
    let mut none = options();
    none.officials.clear();
    assert!(why(none).contains("without officials"));
    let mut twice = options();
    twice.officials[1].name = "counter 7".into();
    assert!(why(twice).contains("two officials"));
    let mut shared = options();
    shared.officials[1].token = "secret".into();
    assert!(why(shared).contains("two officials"));
    let mut nameless = options();
    nameless.officials[0].name = " ".into();
    assert!(why(nameless).contains("without a name"));
    let mut silent = options();
    silent.notice.retention = "\n".into();
    assert!(why(silent).contains("保存期限"));
}

const CONFIG: &str = r#"
listen = "127.0.0.1:0"
demonstration = true
people_file = "people.toml"
documents_key_file = "documents.key"
comparison_key_file = "comparison.key"
waiting_days = 30
[notice]
processor = "a"
contact = "b"
purposes = "c"
methods = "d"
information = "e"
retention = "f"
rights = "g"
sensitive = "h"
minors = "i"
objections = "j"
[[officials]]
name = "counter 7"
token_file = "token"
"#;

/// The configuration: a demonstration only if it says so.
#[test]
fn configured() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("people.toml", PEOPLE);
    write("documents.key", &hex(&KEY));
    write("comparison.key", &(hex(&COMPARISON) + "\n"));
    write("token", "secret\n");
    let open = |text: &str| {
        let config: Config = toml::from_str(text).unwrap();
        config.open(folder.path(), &schema()).map_err(|unfit| unfit.0)
    };
    let (options, _) = open(CONFIG).unwrap();
    assert_eq!(options.officials[0].token, "secret");
    assert_eq!(options.documents_key, KEY);
    assert!(options.check.is_demonstration());

    let fails = |text: &str, with: &str| {
        let why = open(text).map(drop).unwrap_err();
        assert!(why.contains(with), "{why}");
    };
    fails(&CONFIG.replace("demonstration = true", ""), "demonstration = true");
    fails(&CONFIG.replace("demonstration = true", "demonstration = false"), "demonstration");
    fails(&CONFIG.replace("documents.key", "comparison.key"), "is that of the registry");
    fails(&CONFIG.replace("\"token\"", "\"none\""), "none");
    fails(&CONFIG.replace("people.toml", "token"), "people");
    fails(&CONFIG.replace("documents.key", "token"), "64 hex");
    fails(&CONFIG.replace("comparison_key_file = \"comparison.key\"", ""), "comparison key");
    for text in [
        format!("colour = 1\n{CONFIG}"),
        CONFIG.replace("minors", "miners"),
        CONFIG.replace("rights = \"g\"\n", ""),
    ] {
        assert!(toml::from_str::<Config>(&text).is_err());
    }
    for (from, to, with) in [
        ("11019919900314993X", "110199199003149931", "check digit"),
        ("overseas_chinese_passport", "passport", "no kind"),
        ("99999901", "HA9999990", "form"),
        ("E99999990", "E9999999", "form"),
        (
            "\"hk_macao_travel_permit\", number = \"H99999977\"",
            "\"taiwan_travel_permit\", number = \"9999990199\"",
            "already",
        ),
        ("born = \"1990-03-14\"", "born = \"1990-3-14\"", "YYYY-MM-DD"),
        ("assurance = 3", "assurance = 3\ncolour = 1", "colour"),
    ] {
        let why = DemonstrationCheck::new(&PEOPLE.replace(from, to), &KEY).unwrap_err().0;
        assert!(why.contains(with), "{why}");
    }
    // Rules for another schema than the profile's.
    let other = pairnym_testkit::schema(&pairnym_testkit::ATTRIBUTES);
    assert!(Rules::new(&other, None).is_err());
    let config: Config = toml::from_str(CONFIG).unwrap();
    assert!(config.open(folder.path(), &other).map(drop).unwrap_err().0.contains("region"));
}
