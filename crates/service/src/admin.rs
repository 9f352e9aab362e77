//! For those who run the service, on a listener of its own: whether it lives, whether it is ready,
//! what it counts.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;

/// What those who run a service ask it.
pub(crate) trait Watched: Clone + Send + Sync + 'static {
    /// Not while it stops, nor while what it needs cannot be reached.
    fn ready(&self) -> impl Future<Output = Result<(), &'static str>> + Send;

    /// What it counts, as Prometheus reads it.
    fn counts(&self) -> String;
}

pub(crate) fn router<W: Watched>(service: W) -> Router {
    Router::new()
        .route("/livez", get(|| async { "alive\n" }))
        .route("/readyz", get(ready::<W>))
        .route("/metrics", get(metrics::<W>))
        .with_state(service)
}

async fn ready<W: Watched>(State(service): State<W>) -> (StatusCode, String) {
    match service.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    }
}

async fn metrics<W: Watched>(State(service): State<W>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], service.counts())
}
