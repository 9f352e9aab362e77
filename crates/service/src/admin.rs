//! For those who run the service, on a listener of its own: whether it lives, whether it is ready,
//! what it counts.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use pairnym_store::{Hashed, Key, RequestRows as _};

use crate::platform::Service;

pub(crate) fn router(service: Service) -> Router {
    Router::new()
        .route("/livez", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(service)
}

/// Not while it stops, nor while its store cannot be reached.
async fn ready(State(service): State<Service>) -> (StatusCode, &'static str) {
    if service.is_stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match service.store().load(vec![Key::Handle(Hashed([0; 32]))]).await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store is not available\n"),
    }
}

async fn metrics(State(service): State<Service>) -> impl IntoResponse {
    let media_type = "text/plain; version=0.0.4";
    ([(header::CONTENT_TYPE, media_type)], service.metrics().render(service.waiting()))
}
