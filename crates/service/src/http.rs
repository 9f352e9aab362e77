//! What the endpoints of all services have in common.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pairnym_transport::Refusal;
use subtle::ConstantTimeEq;

use crate::telemetry::Call;
use crate::{Metrics, Refused};

/// Nothing is stored, and nobody learns where somebody came from (TRANSPORT.md §3).
pub(crate) fn set_headers(response: &mut Response) {
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// What every call has in common: it is logged and counted, and its response has the headers. One
/// layer, since each costs every call.
pub(crate) async fn every_call(
    State(metrics): State<Arc<Metrics>>,
    request: Request,
    next: Next,
) -> Response {
    let call = Call::begun(&request);
    let mut response = next.run(request).await;
    set_headers(&mut response);
    call.ended(&response, &metrics);
    response
}

/// A wallet may be a web page of any origin; it sends no cookie.
pub(crate) async fn for_every_origin(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let any = HeaderValue::from_static("*");
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    response
}

pub(crate) async fn preflight() -> impl IntoResponse {
    let methods = (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST");
    let headers = (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type");
    (StatusCode::NO_CONTENT, [methods, headers])
}

pub(crate) async fn method_not_allowed() -> Refused {
    Refusal::Method.into()
}

pub(crate) async fn not_found() -> Refused {
    Refusal::NotFound.into()
}

/// Only for callers who send this token as `Authorization: Bearer`.
pub(crate) async fn authorized(
    State(token): State<Arc<str>>,
    request: Request,
    next: Next,
) -> Response {
    if bearer(&request).is_some_and(|given| given.ct_eq(token.as_bytes()).into()) {
        next.run(request).await
    } else {
        Refused::from(Refusal::Unauthorized).into_response()
    }
}

/// The token that a caller sent.
pub(crate) fn bearer(request: &Request) -> Option<&[u8]> {
    request.headers().get(header::AUTHORIZATION)?.as_bytes().strip_prefix(b"Bearer ")
}
