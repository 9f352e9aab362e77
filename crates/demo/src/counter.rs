//! The authority's host: what wallets call, and the counter's page, on which an invented person is
//! identified.

use std::sync::Arc;

use askama::Template;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRef, State};
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::World;
use crate::page::{Frame, Port, page, problem};
use crate::people::Person;

type This = State<Arc<World>>;

/// What is at `id.localhost`.
pub(crate) fn router(world: &Arc<World>) -> Router {
    let pages = Router::new()
        .route("/", get(home))
        .route("/identify", post(identify))
        .route("/lost", post(lost))
        .route("/cancel", post(cancel));
    pages.with_state(world.clone()).merge(world.authority.service.router(Vec::new()))
}

impl FromRef<Arc<World>> for Port {
    fn from_ref(world: &Arc<World>) -> Self {
        Self(world.port)
    }
}

#[derive(Template)]
#[template(path = "counter.html")]
struct Home<'a> {
    f: Frame,
    people: &'a [Person],
    notice: String,
}

async fn home(State(world): This, f: Frame) -> Response {
    let notice = match call(&world, Method::GET, "notice", None).await {
        Ok(reply) => reply["text"].as_str().unwrap_or_default().to_owned(),
        Err(refused) => return refused.page(f),
    };
    page(f, StatusCode::OK, &Home { f, people: &world.authority.people, notice })
}

#[derive(Deserialize)]
struct Whom {
    person: usize,
}

impl Whom {
    /// Who comes, with the guardian who has to.
    fn comes(&self, world: &World) -> Option<(String, Value)> {
        let people = &world.authority.people;
        let person = people.get(self.person)?;
        let mut coming = json!({ "person": person.shows() });
        if let Some(guardian) = person.guardian.and_then(|guardian| people.get(guardian)) {
            coming["guardian"] = guardian.shows();
        }
        Some((person.name.to_owned(), coming))
    }
}

#[derive(Template)]
#[template(path = "code.html")]
struct Code {
    f: Frame,
    name: String,
    code: String,
    enrolled: bool,
    tier: String,
}

async fn identify(State(world): This, f: Frame, Form(whom): Form<Whom>) -> Response {
    let Some((name, mut coming)) = whom.comes(&world) else { return nobody(f) };
    let apply = async {
        let notice = call(&world, Method::GET, "notice", None).await?;
        coming["notice"] = notice["hash"].clone();
        call(&world, Method::POST, "applications", Some(coming)).await
    };
    match apply.await {
        Ok(applied) => {
            let text = |member: &str| applied[member].as_str().unwrap_or_default().to_owned();
            let (code, tier, enrolled) = (text("code"), text("tier"), applied["enrolled"] == true);
            page(f, StatusCode::OK, &Code { f, name, code, enrolled, tier })
        }
        Err(refused) => refused.page(f),
    }
}

#[derive(Template)]
#[template(path = "counted.html")]
struct Counted {
    f: Frame,
    name: String,
    cancelled: bool,
    count: u64,
}

async fn lost(State(world): This, f: Frame, Form(whom): Form<Whom>) -> Response {
    come_about(&world, f, &whom, false).await
}

async fn cancel(State(world): This, f: Frame, Form(whom): Form<Whom>) -> Response {
    come_about(&world, f, &whom, true).await
}

async fn come_about(world: &World, f: Frame, whom: &Whom, cancelled: bool) -> Response {
    let Some((name, coming)) = whom.comes(world) else { return nobody(f) };
    let path = if cancelled { "deletions" } else { "losses" };
    match call(world, Method::POST, path, Some(coming)).await {
        Ok(done) => {
            let count = done["count"].as_u64().unwrap_or_default();
            page(f, StatusCode::OK, &Counted { f, name, cancelled, count })
        }
        Err(refused) => refused.page(f),
    }
}

fn nobody(f: Frame) -> Response {
    problem(f, StatusCode::BAD_REQUEST, f.t("Choose a person.", "请选择一个人。"), "malformed")
}

/// The counter's refusal, or none of its answers.
struct Refused {
    status: StatusCode,
    code: String,
}

impl Refused {
    fn page(&self, f: Frame) -> Response {
        let words = match &*self.code {
            "waiting" => f.t(
                "Somebody who was deleted waits a day. The page “Keys and time” lets a day pass.",
                "注销后须等待一天。可在“密钥与时间”页面让时间过去一天。",
            ),
            "unknown_person" => {
                f.t("Nobody came with this document before.", "此前没有人持该证件办理过。")
            }
            _ => f.t("The counter refuses.", "柜台未予办理。"),
        };
        problem(f, self.status, words, &self.code)
    }
}

/// Calls the counter as its official does.
async fn call(
    world: &World,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Result<Value, Refused> {
    let authority = &world.authority;
    let request = Request::builder()
        .method(method)
        .uri(format!("/v1/counter/{path}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", authority.token))
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.map_or(Body::empty(), |body| Body::from(body.to_string())));
    let failed = || Refused { status: StatusCode::BAD_GATEWAY, code: "internal".to_owned() };
    let response = authority.counter.clone().oneshot(request.map_err(|_| failed())?).await;
    let (parts, body) = response.map_err(|never| match never {})?.into_parts();
    let body = to_bytes(body, 1 << 20).await.map_err(|_| failed())?;
    let reply: Value = serde_json::from_slice(&body).map_err(|_| failed())?;
    if parts.status.is_success() {
        return Ok(reply);
    }
    let code = reply["code"].as_str().unwrap_or_default().to_owned();
    Err(Refused { status: parts.status, code })
}
