//! What pages have in common: language, headers, forms, and how trouble looks.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Request, State as With};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::gate::{Inside, cookie};
use super::texts::{self, Texts};
use super::{Pages, Trouble, said};
use crate::Language;
use crate::texts::{Text, Tongue};

/// Nothing but this origin's own script, style and forms; in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const LANGUAGE: &str = "pairnym-language";
const HTML: &str = "text/html; charset=utf-8";

pub(super) async fn css() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css")], include_str!("../../templates/page.css"))
}

pub(super) async fn js() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript")], include_str!("../../templates/page.js"))
}

/// For whom a page is, and where.
pub(super) struct Scene {
    pub(super) tongue: Tongue,
    pub(super) t: &'static Texts,
    /// Where the page is found again, in another language say.
    pub(super) here: String,
    /// Whether the wallet is open for this browser.
    pub(super) open: bool,
}

impl Scene {
    fn of(parts: &Parts, pages: &Pages) -> Self {
        let tongue = tongue(&parts.headers);
        let inside = parts.extensions.get::<Inside>().is_some_and(|Inside(inside)| *inside);
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let here = if parts.method == Method::GET && is_place(path) { path } else { "/" };
        let open = inside && pages.is_open();
        Self { tongue, t: texts::of(tongue), here: here.to_owned(), open }
    }

    pub(super) fn language(&self) -> Language {
        self.tongue.into()
    }

    pub(super) const fn say(&self, text: Text) -> &'static str {
        text.in_tongue(self.tongue)
    }
}

impl FromRequestParts<Pages> for Scene {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts, pages))
    }
}

/// A place in the wallet, and on no other host.
fn is_place(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n'])
}

/// The person's choice, else what the browser prefers.
fn tongue(headers: &HeaderMap) -> Tongue {
    if let Some(Ok(chosen)) = cookie(headers, LANGUAGE).map(str::parse) {
        return chosen;
    }
    let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter();
    let ranges = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    let (mut best, mut most) = (Tongue::En, 0.0);
    for range in ranges {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let tongue = match name.split('-').next() {
            Some("zh") => Tongue::Zh,
            Some("en") => Tongue::En,
            _ => continue,
        };
        let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        let quality = quality.unwrap_or(1.0);
        if quality > most {
            (best, most) = (tongue, quality);
        }
    }
    best
}

/// A page.
pub(super) fn page(scene: &Scene, page: &impl Template) -> Response {
    with_status(StatusCode::OK, scene, page)
}

/// A page that says what was wrong with the form.
pub(super) fn with_status(status: StatusCode, scene: &Scene, page: &impl Template) -> Response {
    let Ok(body) = page.render() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let headers = [
        (header::CONTENT_TYPE, HTML),
        (header::CONTENT_LANGUAGE, scene.t.code),
        (header::VARY, "Accept-Language, Cookie"),
    ];
    (status, headers, body).into_response()
}

pub(super) fn go_to(place: &str) -> Response {
    let place = HeaderValue::try_from(place).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage<'a> {
    s: &'a Scene,
    words: &'a str,
    alarm: Option<&'a str>,
    next: Option<(&'a str, &'a str)>,
    code: &'a str,
}

/// Headers for everything, and a page for what went wrong. Forms need an `Origin`, which browsers
/// leave out under `no-referrer`; outside this origin nothing is said about where somebody came from.
pub(super) async fn dress(With(pages): With<Pages>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let inside = Inside(pages.is_inside(&parts.headers));
    parts.extensions.insert(inside);
    let scene = Scene::of(&parts, &pages);
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if let Some(trouble) = response.extensions_mut().remove::<Arc<Trouble>>() {
        response = troubled(&scene, &trouble, response.headers().get(header::ALLOW));
    }
    let headers = response.headers_mut();
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == HTML);
    if let Some(leaves) = pages.leaves().filter(|_| inside.0 && is_page) {
        headers.insert(header::REFRESH, leaves);
    }
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CACHE_CONTROL, "no-store");
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::REFERRER_POLICY, "same-origin");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    // Pages that open this one keep no hold of it, and load nothing of it.
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    response
}

fn troubled(scene: &Scene, trouble: &Trouble, allow: Option<&HeaderValue>) -> Response {
    let alarm = match trouble {
        Trouble::Closed => return go_to("/"),
        Trouble::Attends(id) => return go_to(&format!("/attend/{id}")),
        Trouble::Failed(failure) => failure.alarm(),
        _ => None,
    };
    let view = TroublePage {
        s: scene,
        words: said::of_trouble(trouble, scene),
        alarm: alarm.map(|alarm| said::of_alarm(alarm, scene)),
        next: said::next(trouble, scene),
        code: trouble.code(),
    };
    let mut response = with_status(trouble.status(), scene, &view);
    if let Some(allow) = allow {
        response.headers_mut().insert(header::ALLOW, allow.clone());
    }
    response
}

/// What a form says.
pub(super) struct Filled<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Filled<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, state: &S) -> Result<Self, Trouble> {
        let form = Form::<T>::from_request(request, state).await;
        form.map(|Form(filled)| Self(filled))
            .map_err(|rejection| Trouble::of_form(rejection.into_response().status()))
    }
}

/// What a form with a decision says.
#[derive(Deserialize)]
pub(super) struct Decided<Choice> {
    pub(super) decision: Choice,
    #[serde(default)]
    disclose: Option<String>,
}

impl<Choice> Decided<Choice> {
    /// Whether it has the separate consent.
    pub(super) fn discloses(&self) -> bool {
        self.disclose.as_deref() == Some("yes")
    }
}

#[derive(Deserialize)]
pub(super) struct Switch {
    tongue: String,
    to: String,
}

/// The person chooses the language, and stays where they are.
pub(super) async fn language(Filled(switch): Filled<Switch>) -> Result<Response, Trouble> {
    let tongue: Tongue = switch.tongue.parse().map_err(|_| Trouble::Form)?;
    if !is_place(&switch.to) {
        return Err(Trouble::Form);
    }
    let code = texts::of(tongue).code;
    let cookie = format!("{LANGUAGE}={code}; Path=/; SameSite=Strict; Max-Age=31536000");
    let cookie = HeaderValue::try_from(cookie).map_err(|_| Trouble::Stopped)?;
    let mut response = go_to(&switch.to);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}
