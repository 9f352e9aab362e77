//! Pages for people: in Chinese and English, usable without scripts where the protocol allows it,
//! with a keyboard, and on a phone.

mod texts;

use askama::Template;
use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State as With};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use pairnym_transport::{Flow, RequestUri, State};
use qrcodegen::{QrCode, QrCodeEcc};
use serde::Deserialize;

use super::steps::context;
use super::{Service, pages};
use crate::Refused;
use crate::body::Segment;
use texts::Texts;

/// Nothing but this server's own scripts, styles and forms; in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Scripts and styles stand at both places, since host and origin may be different sites.
pub(super) fn static_routes() -> Router<Service> {
    let css = || get(|| text("text/css", include_str!("../../templates/pages.css")));
    let js = || get(|| text("text/javascript", include_str!("../../templates/pages.js")));
    Router::new()
        .route("/pairnym/pages.css", css())
        .route("/pairnym/pages.js", js())
        .route("/.well-known/pairnym/pages.css", css())
        .route("/.well-known/pairnym/pages.js", js())
}

async fn text(media_type: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "max-age=3600")], text)
}

/// A page. Forms need an `Origin`, which browsers leave out under `no-referrer`; outside this site
/// nothing is said about where somebody came from.
fn page(status: StatusCode, language: &Texts, page: &impl Template) -> Response {
    let Ok(body) = page.render() else {
        return Refused::from(pairnym_transport::Refusal::Internal).into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_LANGUAGE, language.code),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        (header::VARY, "Accept-Language"),
    ];
    (status, headers, body).into_response()
}

#[derive(Template)]
#[template(path = "ask.html")]
struct AskPage<'a> {
    t: &'a Texts,
    host: &'a str,
    same_device: bool,
    cross_device: bool,
}

/// Where the person begins, and chooses where the wallet is.
pub(super) async fn ask(
    With(service): With<Service>,
    Segment(ask): Segment,
    headers: HeaderMap,
) -> Response {
    let t = texts::of(&headers);
    let Some(question) = service.0.asks.get(&ask) else {
        return problem(&service, &headers, &pairnym_transport::Refusal::NotFound.into(), None);
    };
    let host = service.host().to_string();
    let same_device = question.flows.contains(&Flow::SameDevice);
    let cross_device = question.flows.contains(&Flow::CrossDevice);
    page(StatusCode::OK, t, &AskPage { t, host: &host, same_device, cross_device })
}

#[derive(Template)]
#[template(path = "request.html")]
struct RequestPage<'a> {
    t: &'a Texts,
    host: &'a str,
    state: &'a str,
    same_device: bool,
    uri: String,
    last_resort: String,
    qr: Option<Qr>,
    wrong: bool,
    tries: u8,
    return_to: &'a str,
    again: String,
    refresh: bool,
}

#[derive(Deserialize)]
pub(super) struct Wrong {
    #[serde(default)]
    wrong: Option<u8>,
}

/// How far this browser's request is: the link or the QR code, the field for the digits, the way on.
pub(super) async fn request(
    With(service): With<Service>,
    headers: HeaderMap,
    query: Result<Query<Wrong>, QueryRejection>,
) -> Response {
    let wrong = query.is_ok_and(|Query(Wrong { wrong })| wrong.is_some());
    match request_page(&service, &headers, wrong).await {
        Ok(response) => response,
        Err(refused) => problem(&service, &headers, &refused, None),
    }
}

async fn request_page(
    service: &Service,
    headers: &HeaderMap,
    wrong: bool,
) -> Result<Response, Refused> {
    let t = texts::of(headers);
    let transaction = pages::transaction(service, headers)?;
    let row = service.row(&transaction).await.map_err(pages::of_browser)?;
    let context = context(&row)?;
    let progress = service.progress_of(&row);
    let uri = RequestUri::new(*service.host(), transaction.handle());
    let same_device = row.flow == Flow::SameDevice;
    let text = if same_device { uri.link(&service.0.wallet) } else { uri.to_string() };
    let shown = progress.state == State::Open && !same_device;
    let return_to = service.0.asks.get(&context.ask).map_or("/", |ask| &*ask.return_to);
    let view = RequestPage {
        t,
        host: &service.host().to_string(),
        state: progress.state.as_str(),
        same_device,
        qr: if shown { Some(Qr::of(&text)?) } else { None },
        uri: text,
        last_resort: uri.last_resort(),
        wrong,
        tries: progress.tries.unwrap_or(0),
        return_to,
        again: format!("/pairnym/ask/{}", context.ask),
        refresh: matches!(progress.state, State::Open | State::Paired),
    };
    Ok(page(StatusCode::OK, t, &view))
}

/// A QR code: the side with its quiet zone, and its dark squares as a path of SVG.
struct Qr {
    side: i32,
    path: String,
}

impl Qr {
    fn of(text: &str) -> Result<Self, Refused> {
        const QUIET: i32 = 4;
        // Byte mode: segments of other modes could be chosen for texts that have them.
        let segment = [qrcodegen::QrSegment::make_bytes(text.as_bytes())];
        let code = QrCode::encode_segments(&segment, QrCodeEcc::Medium)
            .map_err(|_| pairnym_transport::Refusal::Internal)?;
        let mut path = String::new();
        for y in 0..code.size() {
            for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
                path.push_str(&format!("M{},{}h1v1h-1z", x + QUIET, y + QUIET));
            }
        }
        Ok(Self { side: code.size() + 2 * QUIET, path })
    }
}

#[derive(Template)]
#[template(path = "return.html")]
struct ReturnPage<'a> {
    t: &'a Texts,
    return_to: &'a str,
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    ask: String,
}

/// Where the browser comes back to with its code, which the page posts.
pub(super) async fn returned(
    With(service): With<Service>,
    headers: HeaderMap,
    query: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let ask = query.map_or_else(|_| String::new(), |Query(Asked { ask })| ask);
    let t = texts::of(&headers);
    let known = service.0.asks.get(&ask);
    let began = async {
        let transaction = pages::transaction(&service, &headers)?;
        service.row(&transaction).await.map_err(pages::of_browser)
    };
    match (began.await, known) {
        (Ok(_), Some(question)) => {
            page(StatusCode::OK, t, &ReturnPage { t, return_to: &question.return_to })
        }
        (Err(refused), _) => problem(&service, &headers, &refused, Some(&ask)),
        (Ok(_), None) => {
            problem(&service, &headers, &pairnym_transport::Refusal::NotFound.into(), None)
        }
    }
}

#[derive(Template)]
#[template(path = "done.html")]
struct DonePage<'a> {
    t: &'a Texts,
    host: &'a str,
}

/// Takes the code out of the address, and goes to the page that began (TRANSPORT.md §6.1).
pub(super) async fn done(With(service): With<Service>, headers: HeaderMap) -> Response {
    let t = texts::of(&headers);
    let mut response = page(StatusCode::OK, t, &DonePage { t, host: &service.host().to_string() });
    let none = HeaderValue::from_static("no-referrer");
    response.headers_mut().insert(header::REFERRER_POLICY, none);
    response
}

#[derive(Template)]
#[template(path = "camera.html")]
struct CameraPage<'a> {
    t: &'a Texts,
    host: &'a str,
}

/// For a camera that is not a wallet: what this is.
pub(super) fn camera(service: &Service, headers: &HeaderMap) -> Response {
    let t = texts::of(headers);
    page(StatusCode::OK, t, &CameraPage { t, host: &service.host().to_string() })
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    t: &'a Texts,
    code: &'a str,
    words: &'a str,
    again: Option<String>,
}

/// A refusal, for people; with the way to begin again, if it is known what.
pub(super) fn problem(
    service: &Service,
    headers: &HeaderMap,
    refused: &Refused,
    ask: Option<&str>,
) -> Response {
    let t = texts::of(headers);
    let again = ask.filter(|ask| service.0.asks.contains_key(*ask));
    let again = again.map(|ask| format!("/pairnym/ask/{ask}"));
    let view = ProblemPage { t, code: refused.code(), words: t.problem(refused.code()), again };
    let status = StatusCode::from_u16(refused.0.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = page(status, t, &view);
    response.extensions_mut().insert(crate::problem::ProblemCode(refused.code().to_owned()));
    response
}
