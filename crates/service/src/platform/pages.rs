//! What the platform's pages call (TRANSPORT.md §4.2), with the cookie of their browser: by script
//! with JSON, and as forms without.

use axum::extract::{DefaultBodyLimit, Query, Request, State as With};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use pairnym_transport::pages::{Start, Started, Status, TypedDigits};
use pairnym_transport::{Digits, Flow, Host, MAX_BODY, Refusal, State};
use serde::Deserialize;

use super::{Begun, Service, Transaction, html};
use crate::Refused;
use crate::body::{Posted, Reply, Segment};
use crate::http::method_not_allowed;

/// The page that takes the code out of its address.
pub(super) const RETURN: &str = "/pairnym/return";
const REQUEST: &str = "/pairnym/request";

pub(super) fn routes() -> Router<Service> {
    let refuse = method_not_allowed;
    Router::new()
        .route("/pairnym/start", post(start).fallback(refuse))
        .route("/pairnym/status", get(status).fallback(refuse))
        .route("/pairnym/digits", post(digits).fallback(refuse))
        .route("/pairnym/ask/{ask}", get(html::ask).post(begin).fallback(refuse))
        .route(REQUEST, get(html::request).post(type_digits).fallback(refuse))
        .route(RETURN, get(html::returned).fallback(refuse))
        .merge(html::static_routes())
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

/// The origin of a page that changes something.
pub(super) fn origin<'a>(service: &'a Service, headers: &HeaderMap) -> Result<&'a Host, Refused> {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let known = service.0.origins.iter().find(|known| Some(&*known.origin()) == origin);
    known.ok_or_else(|| Refusal::WrongOrigin.into())
}

/// The transaction of this browser's cookie.
pub(super) fn transaction(service: &Service, headers: &HeaderMap) -> Result<Transaction, Refused> {
    Transaction::of(headers, service.origin()).ok_or_else(|| Refusal::WrongBrowser.into())
}

/// Whoever has a cookie of nothing is not the browser that began.
pub(super) fn of_browser(refused: Refused) -> Refused {
    match refused.code() == Refusal::UnknownRequest.code() {
        true => Refusal::WrongBrowser.into(),
        false => refused,
    }
}

async fn start(
    With(service): With<Service>,
    headers: HeaderMap,
    Posted(Start { ask, flow }): Posted<Start>,
) -> Result<Response, Refused> {
    let begun = begin_at(&service, &headers, &ask, flow).await?;
    let started = Reply(Started { uri: begun.uri.clone(), expires: begun.expires.0 });
    Ok(with_cookie(&service, &begun, started.into_response()))
}

#[derive(Deserialize)]
struct Choice {
    flow: Flow,
}

async fn begin(
    With(service): With<Service>,
    Segment(ask): Segment,
    headers: HeaderMap,
    form: Result<Form<Choice>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Response> {
    let begin = async {
        let Form(Choice { flow }) = form.map_err(form_refusal)?;
        begin_at(&service, &headers, &ask, flow).await
    };
    let begun =
        begin.await.map_err(|refused| html::problem(&service, &headers, &refused, Some(&ask)))?;
    let to = (StatusCode::SEE_OTHER, [(header::LOCATION, REQUEST)]).into_response();
    Ok(with_cookie(&service, &begun, to))
}

async fn begin_at(
    service: &Service,
    headers: &HeaderMap,
    ask: &str,
    flow: Flow,
) -> Result<Begun, Refused> {
    let origin = origin(service, headers)?;
    service.begin(ask, flow, None, Some(&service.returning(origin, ask))).await
}

fn with_cookie(service: &Service, begun: &Begun, mut response: Response) -> Response {
    if let Some(cookie) = begun.transaction.cookie(service.origin()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

#[derive(Deserialize)]
struct Seen {
    #[serde(default)]
    seen: Option<State>,
}

async fn status(
    With(service): With<Service>,
    headers: HeaderMap,
    query: Result<Query<Seen>, axum::extract::rejection::QueryRejection>,
) -> Result<Reply<Status>, Refused> {
    let Query(Seen { seen }) = query.map_err(|_| Refusal::Malformed)?;
    let transaction = transaction(&service, &headers)?;
    let progress = match seen {
        Some(seen) => service.progress_after(&transaction, seen).await,
        None => service.progress(&transaction).await,
    };
    let super::Progress { state, tries } = progress.map_err(of_browser)?;
    Ok(Reply(Status { state, tries }))
}

async fn digits(
    With(service): With<Service>,
    headers: HeaderMap,
    Posted(TypedDigits { digits }): Posted<TypedDigits>,
) -> Result<Reply<Status>, Refused> {
    origin(&service, &headers)?;
    let transaction = transaction(&service, &headers)?;
    service.confirm(&transaction, digits).await.map_err(of_browser)?;
    Ok(Reply(Status { state: State::Paired, tries: None }))
}

#[derive(Deserialize)]
struct Typing {
    digits: String,
}

/// What people type, with blanks; and back to the page, which shows how far the request is now.
async fn type_digits(
    With(service): With<Service>,
    headers: HeaderMap,
    form: Result<Form<Typing>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Response> {
    let confirm = async {
        origin(&service, &headers)?;
        let transaction = transaction(&service, &headers)?;
        let Form(Typing { digits }) = form.map_err(form_refusal)?;
        let digits: String = digits.chars().filter(|c| !c.is_whitespace()).collect();
        let Ok(digits) = digits.parse::<Digits>() else { return Ok(()) };
        service.confirm(&transaction, digits).await.map_err(of_browser)
    };
    let wrong = Refusal::WrongDigits.code();
    let location = match confirm.await {
        Ok(()) => REQUEST,
        Err(refused) if refused.code() == wrong => "/pairnym/request?wrong=1",
        Err(refused) if refused.0.status == 409 || refused.0.status == 410 => REQUEST,
        Err(refused) => return Err(html::problem(&service, &headers, &refused, None)),
    };
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}

/// A form that is not one.
pub(super) fn form_refusal(rejection: axum::extract::rejection::FormRejection) -> Refused {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLong.into(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Refusal::MediaType.into(),
        _ => Refusal::Malformed.into(),
    }
}

/// Whether a request is a form's.
pub(super) fn is_form(request: &Request) -> bool {
    let media_type = "application/x-www-form-urlencoded";
    pairnym_transport::envelope::is_media_type(crate::body::content_type(request), media_type)
}
