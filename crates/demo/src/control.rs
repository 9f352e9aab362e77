//! What operators do while everything runs: another key, a stolen key, another day.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use pairnym::{ParameterList, ParametersId, UnixTime};
use pairnym_store::Accounts as _;

use crate::World;
use crate::clock::DAY;
use crate::page::{Frame, minute, page, problem, to};

type This = State<Arc<World>>;

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/control", get(control))
        .route("/day", post(day))
        .route("/rotate", post(rotate))
        .route("/withdraw", post(withdraw))
}

/// The first digits of a key's parameters.
pub(crate) fn short(id: &ParametersId) -> String {
    id.0.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Template)]
#[template(path = "control.html")]
struct Control {
    f: Frame,
    now: String,
    lists: Vec<Listed>,
    /// How many accounts each platform finds that withdrawn keys may have admitted.
    suspect: Vec<(&'static str, usize)>,
}

struct Listed {
    serial: u32,
    since: String,
    until: String,
    keys: Vec<(String, String)>,
    withdrawn: Vec<String>,
    present: bool,
}

async fn control(State(world): This, f: Frame) -> Response {
    let (lists, present) = (world.authority.lists(), world.authority.present());
    let listed = |list: &ParameterList| Listed {
        serial: list.serial(),
        since: minute(list.since()),
        until: minute(list.until()),
        keys: list
            .entries()
            .map(|entry| {
                let from = entry.from();
                let begun = from <= list.since();
                let from = if begun { String::new() } else { minute(from) };
                (short(entry.parameters().id()), from)
            })
            .collect(),
        withdrawn: list.withdrawn().iter().map(|key| short(&key.parameters)).collect(),
        present: list.serial() == present.serial(),
    };
    let mut suspect = Vec::new();
    let withdrawn: Vec<_> = present.withdrawn().iter().map(|key| key.parameters).collect();
    for platform in &world.platforms {
        let mut many = 0;
        for key in &withdrawn {
            match platform.service.store().admitted_under(*key, None, 1_000).await {
                Ok(accounts) => many += accounts.len(),
                Err(_) => return failed(f, "unavailable"),
            }
        }
        suspect.push((platform.kind().name(), many));
    }
    if withdrawn.is_empty() {
        suspect.clear();
    }
    let lists = lists.iter().rev().map(listed).collect();
    let now = minute(world.clock.now());
    page(f, StatusCode::OK, &Control { f, now, lists, suspect })
}

async fn day(State(world): This, f: Frame) -> Response {
    let tomorrow = UnixTime(world.clock.now().0 + DAY);
    done(f, go_on_to(&world, tomorrow))
}

async fn rotate(State(world): This, f: Frame) -> Response {
    let rotated = world.authority.rotate().and_then(|(_, from)| go_on_to(&world, from));
    done(f, rotated)
}

async fn withdraw(State(world): This, f: Frame) -> Response {
    let withdrawn = world.authority.withdraw();
    done(f, withdrawn.and_then(|_| Ok(world.follow()?)))
}

/// Time passes, with as many lists as it takes.
fn go_on_to(world: &World, time: UnixTime) -> Result<(), crate::Failure> {
    world.clock.go_on_to(time);
    world.authority.renew()?;
    Ok(world.follow()?)
}

fn done(f: Frame, outcome: Result<(), crate::Failure>) -> Response {
    match outcome {
        Ok(()) => to("/control"),
        Err(error) => failed(f, &error.to_string()),
    }
}

fn failed(f: Frame, why: &str) -> Response {
    let words = f.t("That did not work; everything is as before.", "未能完成，一切照旧。");
    problem(f, StatusCode::INTERNAL_SERVER_ERROR, words, why)
}
