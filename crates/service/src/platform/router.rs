//! The router: wallets, pages, and what all responses have in common.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use pairnym_transport::{MAX_BODY, Refusal};

use super::{Service, pages, wallet};
use crate::{Refused, telemetry};

impl Service {
    /// What wallets call at the platform's host, below `/.well-known/pairnym/`, and its pages at the
    /// platform's origins, below `/pairnym/`. To be merged into a program's own router, not nested;
    /// what is at other paths is not touched.
    pub fn router(&self) -> Router {
        Router::new()
            .merge(wallet::routes())
            .merge(wallet::done_routes())
            .merge(pages::routes())
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .layer(from_fn(with_headers))
            .layer(from_fn_with_state(self.0.metrics.clone(), telemetry::observe))
            .with_state(self.clone())
    }
}

/// Nothing is stored, and nobody learns where somebody came from (TRANSPORT.md §3).
pub(crate) async fn with_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

pub(crate) async fn method_not_allowed() -> Refused {
    Refusal::Method.into()
}

pub(crate) async fn not_found() -> Refused {
    Refusal::NotFound.into()
}
