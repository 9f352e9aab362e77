//! `demo.localhost`: what to do, in five steps and more.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::page::{Frame, page};
use crate::{World, control, knows};

pub(crate) fn router(world: &Arc<World>) -> Router {
    let routes = Router::new().route("/", get(start)).route("/pins.json", get(pins));
    let routes = routes.merge(control::routes()).merge(knows::routes());
    routes.with_state(world.clone())
}

#[derive(Template)]
#[template(path = "start.html")]
struct Start {
    f: Frame,
}

async fn start(f: Frame) -> Response {
    page(f, StatusCode::OK, &Start { f })
}

/// For a wallet that is no page, such as `pairnym init --pins pins.json`.
async fn pins(State(world): State<Arc<World>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], world.authority.pins.to_json())
}
