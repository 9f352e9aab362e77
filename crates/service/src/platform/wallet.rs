//! What wallets call (TRANSPORT.md §4.1).

use axum::Router;
use axum::extract::{FromRequestParts, State as With};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use pairnym::message::{Login, Presentation};
use pairnym::rand_core::UnwrapErr;
use pairnym::{Error, Message as _, Wanted};
use pairnym_store::{Hashed, Key, Reply as Which, Requests as _, Stage};
use pairnym_transport::envelope::{Answer, Content, Envelope, Pair, Pairing, Question, Receipt};
use pairnym_transport::pages::{Destination, Finish};
use pairnym_transport::{Code, Digits, Flow, Handle, Refusal, State};

use super::account::Message;
use super::steps::context;
use super::verifier::Answered;
use super::{Service, html};
use crate::Refused;
use crate::body::{Posted, Reply};
use crate::http::{for_every_origin, method_not_allowed, preflight};

const BELOW: &str = "/.well-known/pairnym/";

pub(super) fn routes() -> Router<Service> {
    let refuse = method_not_allowed;
    Router::new()
        .route(
            "/.well-known/pairnym/{handle}",
            get(question).post(answer).options(preflight).fallback(refuse),
        )
        .route(
            "/.well-known/pairnym/{handle}/pair",
            axum::routing::post(pair).options(preflight).fallback(refuse),
        )
        .route(
            "/.well-known/pairnym/registration",
            get(registration).options(preflight).fallback(refuse),
        )
        .layer(from_fn(for_every_origin))
}

/// The done page is this host's own: nothing for other origins.
pub(super) fn done_routes() -> Router<Service> {
    Router::new()
        .route("/.well-known/pairnym/done", get(html::done).post(done).fallback(method_not_allowed))
}

/// The handle in a path.
struct At(Handle);

impl<S: Sync> FromRequestParts<S> for At {
    type Rejection = Refused;

    /// As it is written: nothing is decoded.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let rest = parts.uri.path().strip_prefix(BELOW).unwrap_or_default();
        let handle = rest.split('/').next().unwrap_or_default();
        handle.parse().map(Self).map_err(|_| Refusal::UnknownRequest.into())
    }
}

async fn question(
    With(service): With<Service>,
    At(handle): At,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let inner = &*service.0;
    let row = service.find(Key::from(&handle)).await?.ok_or(Refusal::UnknownRequest)?;
    if (inner.clock)() > row.expires {
        return Err(Refusal::Expired.into());
    }
    let mut response = match preferred(&headers) {
        Some(Form::Question) => {
            let permission = service.permission();
            Reply(Question { request: row.request, flow: row.flow, permission }).into_response()
        }
        Some(Form::Page) => html::camera(&service, &headers),
        None => Refused::from(Refusal::NotAcceptable).into_response(),
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

async fn registration(With(service): With<Service>) -> Result<Response, Refused> {
    let permission = service.permission().ok_or(Refusal::NotFound)?;
    Ok(Reply(permission).into_response())
}

async fn pair(
    With(service): With<Service>,
    At(handle): At,
    Posted(Pair { attempt }): Posted<Pair>,
) -> Result<Reply<Pairing>, Refused> {
    let inner = &*service.0;
    let key = Key::from(&handle);
    let row = service.find(key).await?.ok_or(Refusal::UnknownRequest)?;
    let locked = |first: &Hashed| *first == Hashed::from(&attempt);
    if matches!(&row.stage, Stage::Pairing { attempt: first, .. } if locked(first)) {
        // A repetition is held until the digits are typed.
        service.changed(key, row.browser, State::Pairing).await?;
    }
    let drawn = Digits::generate(&mut UnwrapErr(getrandom::SysRng));
    let (store, now) = (inner.store.clone(), (inner.clock)());
    let pair = async move { store.pair(&handle, &attempt, drawn, now).await };
    let digits = service.change(row.browser, pair).await???;
    Ok(Reply(digits.map_or(Pairing::Paired, Pairing::Waiting)))
}

async fn answer(
    With(service): With<Service>,
    At(handle): At,
    Posted(Answer { attempt, content }): Posted<Answer>,
) -> Result<Reply<Receipt>, Refused> {
    let inner = &*service.0;
    let row = service.find(Key::from(&handle)).await?.ok_or(Refusal::UnknownRequest)?;
    let now = (inner.clock)();
    let (kind, bytes) = match content {
        Content::Declined => {
            let store = inner.store.clone();
            let decline = async move { store.decline(&handle, &attempt, now).await };
            service.change(row.browser, decline).await???;
            return Ok(Reply(Receipt { nonce: row.nonce.0, code: None }));
        }
        Content::Presentation(bytes) => (Wanted::Presentation, bytes),
        Content::Login(bytes) => (Wanted::Login, bytes),
    };
    let hash = Hashed::of("message", &bytes);
    if row.admits(&Which { attempt: (&attempt).into(), message: hash }, now)? {
        let request = pairnym::Request::from_bytes(&row.request)?;
        if request.wanted() != kind {
            return Err(Error::WrongAnswer.into());
        }
        let message = match kind {
            Wanted::Presentation => {
                Message::Presentation(Box::new(Presentation::from_bytes(&bytes)?))
            }
            Wanted::Login => Message::Login(Box::new(Login::from_bytes(&bytes)?)),
        };
        let browser = row.browser;
        inner
            .verifier
            .verify(Answered { handle, browser, attempt, hash, request, message })
            .await?;
    }
    let code = (row.flow == Flow::SameDevice).then(|| Code::of(&handle, &attempt));
    Ok(Reply(Receipt { nonce: row.nonce.0, code }))
}

/// Where the browser goes that came back with a code.
async fn done(
    With(service): With<Service>,
    Posted(Finish { code }): Posted<Finish>,
) -> Result<Reply<Destination>, Refused> {
    let code = code.ok_or(Refusal::Malformed)?;
    let inner = &*service.0;
    let row = service.find(Key::from(&code)).await?.ok_or(Refusal::WrongCode)?;
    match row.state((inner.clock)()) {
        State::Answered => Ok(Reply(Destination { to: context(&row)?.to })),
        _ => Err(Refusal::Expired.into()),
    }
}

enum Form {
    Question,
    Page,
}

/// What `Accept` prefers; the question, where it does not say.
fn preferred(headers: &HeaderMap) -> Option<Form> {
    let mut lines = headers.get_all(header::ACCEPT).iter().peekable();
    if lines.peek().is_none() {
        return Some(Form::Question);
    }
    let accept: Vec<_> = lines.filter_map(|line| line.to_str().ok()).collect();
    let question = quality(&accept, Question::MEDIA_TYPE);
    let page = quality(&accept, "text/html");
    match (question, page) {
        (0, 0) => None,
        _ if question >= page => Some(Form::Question),
        _ => Some(Form::Page),
    }
}

/// In thousandths, by the most specific range that fits.
fn quality(accept: &[&str], media_type: &str) -> u32 {
    let (main, _) = media_type.split_once('/').unwrap_or_default();
    let mut best = (0, 0);
    for range in accept.iter().flat_map(|line| line.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let rank = match name.split_once('/') {
            _ if name == media_type => 3,
            Some((of, "*")) if of == main => 2,
            Some(("*", "*")) => 1,
            _ => continue,
        };
        let given = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        let thousandths = (given.unwrap_or(1.0).clamp(0.0, 1.0) * 1000.0) as u32;
        if rank > best.0 {
            best = (rank, thousandths);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_accept_prefers() {
        let form = |accept: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, accept.parse().unwrap());
            }
            match preferred(&headers) {
                Some(Form::Question) => "question",
                Some(Form::Page) => "page",
                None => "none",
            }
        };
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (accept, expected) in [
            (None, "question"),
            (Some("*/*"), "question"),
            (Some(Question::MEDIA_TYPE), "question"),
            (Some("application/*"), "question"),
            (Some(browser), "page"),
            (Some("text/html;q=0.1, application/vnd.pairnym.question+json"), "question"),
            (Some("text/html, */*;q=0"), "page"),
            (Some("image/png"), "none"),
            (Some("*/*;q=0"), "none"),
            (Some("application/vnd.pairnym.question+json;q=0, */*"), "page"),
        ] {
            assert_eq!(form(accept), expected, "{accept:?}");
        }
    }
}
