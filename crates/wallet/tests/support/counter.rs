//! The authority's counter, with the profile's rules: whom its official sees, and what they do.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use pairnym::attribute::Kind;
use pairnym_service::authority::counter::{
    Certified, DemonstrationCheck, IdentityCheck, Official, Options, router,
};
use pairnym_service::authority::profile::{Notice, Rules, Waiting};
use pairnym_testkit::{NOW, schema};
use pairnym_transport::authority::CounterCode;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{World, host};

/// A guardian, a child who turns 14 five days after [`NOW`], and somebody else.
const PEOPLE: &str = r#"
[[person]]
name = "示例甲"
born = "1990-03-14"
assurance = 3
documents = [{ kind = "resident_identity_card", number = "11019919900314993X" }]
guards = ["HA9999990"]

[[person]]
name = "示例丁"
born = "2013-01-20"
assurance = 2
documents = [{ kind = "hk_macao_travel_permit_non_chinese", number = "HA9999990" }]

[[person]]
name = "示例乙"
born = "1992-05-01"
assurance = 2
documents = [{ kind = "taiwan_travel_permit", number = "99999901" }]
"#;

fn shown(name: &str, born: &str, kind: &str, number: &str) -> Value {
    json!({ "name": name, "born": born, "documents": [{ "kind": kind, "number": number }] })
}

pub fn guardian() -> Value {
    shown("示例甲", "1990-03-14", "resident_identity_card", "11019919900314993X")
}

pub fn child() -> Value {
    shown("示例丁", "2013-01-20", "hk_macao_travel_permit_non_chinese", "HA9999990")
}

pub fn stranger() -> Value {
    shown("示例乙", "1992-05-01", "taiwan_travel_permit", "99999901")
}

/// What was done, or the code of the refusal.
type Done = Result<Value, String>;

/// What the official calls.
pub struct Counter(Router);

impl Counter {
    /// With its world, whose credentials say what the profile says.
    pub fn open() -> (World, Self) {
        let key = [3; 32];
        let attributes =
            [("age_over_14", Kind::Flag), ("age_over_18", Kind::Flag), ("name", Kind::Text)];
        let check: Arc<dyn IdentityCheck> =
            Arc::new(DemonstrationCheck::new(PEOPLE, &key).unwrap());
        let rules = Rules::new(&schema(&attributes), None).unwrap();
        let certified = Arc::new(Certified::new(check.clone(), rules));
        let hosts = [host("id.authority.example"), host("shop.example")];
        let world = World::at(hosts, NOW, true, (&attributes, certified));
        let text = |text: &str| text.to_owned();
        let options = Options {
            officials: vec![Official { name: text("counter 1"), token: text("secret") }],
            check,
            documents_key: key,
            waiting: Waiting(1),
            notice: Notice {
                processor: text("Example Authority"),
                contact: text("1 Example Road"),
                purposes: text("to issue credentials"),
                methods: text("comparison with records"),
                information: text("name, birth date, numbers of documents"),
                retention: text("until deletion; keyed hashes longer"),
                rights: text("at any counter"),
                sensitive: text("without the number nobody can be told from another"),
                minors: text("a guardian consents"),
                objections: text("Objections: 2 Example Road."),
            },
        };
        let counter = Self(router(&world.authority, options).unwrap());
        (world, counter)
    }

    fn call(&self, world: &World, method: &str, matter: &str, body: Body) -> Done {
        let call = Request::builder().method(method).uri(format!("/v1/counter/{matter}"));
        let call = call.header("authorization", "Bearer secret");
        let call = call.header("content-type", "application/json").body(body).unwrap();
        world.run(async {
            let response = self.0.clone().oneshot(call).await.unwrap();
            let done = response.status().is_success();
            let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
            let said: Value = serde_json::from_slice(&body).unwrap();
            if done { Ok(said) } else { Err(said["code"].as_str().unwrap().to_owned()) }
        })
    }

    /// Somebody comes about something, with this guardian.
    pub fn post(
        &self,
        world: &World,
        matter: &str,
        person: Value,
        guardian: Option<Value>,
    ) -> Done {
        let notice = self.call(world, "GET", "notice", Body::empty())?;
        let mut body = json!({ "person": person });
        if matter == "applications" {
            body["notice"] = notice["hash"].clone();
        }
        if let Some(guardian) = guardian {
            body["guardian"] = guardian;
        }
        self.call(world, "POST", matter, Body::from(body.to_string()))
    }

    /// Somebody applies: the code on the screen, and whether they are enrolled already.
    pub fn apply(
        &self,
        world: &World,
        person: Value,
        guardian: Option<Value>,
    ) -> Result<(CounterCode, bool), String> {
        let applied = self.post(world, "applications", person, guardian)?;
        let code = applied["code"].as_str().unwrap().parse().unwrap();
        Ok((code, applied["enrolled"] == true))
    }
}
