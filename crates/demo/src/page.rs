//! What all pages of the demonstration have in common.

use std::convert::Infallible;

use askama::Template;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pairnym::UnixTime;
use pairnym::attribute::Value;
use pairnym_service::authority::profile::Date;
use pairnym_wallet::Language;
use pairnym_wallet::page::{say_attribute, say_value};

/// Nothing but this server's own styles and forms; in nobody's frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// The language of the two that the browser names first.
#[must_use]
pub fn language(headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let mut named = accepted.unwrap_or_default().split(',').map(str::trim_start);
    let first = named.find(|range| range.starts_with("zh") || range.starts_with("en"));
    if first.is_some_and(|range| range.starts_with("zh")) {
        Language::Chinese
    } else {
        Language::English
    }
}

/// What a page needs beside its own: its language, and where everything else is.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// The language.
    pub language: Language,
    /// The port.
    pub port: u16,
}

impl Frame {
    /// The text in the page's language.
    #[must_use]
    pub const fn t<'a>(&self, english: &'a str, chinese: &'a str) -> &'a str {
        match self.language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }

    /// The code of the language.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.t("en", "zh-CN")
    }

    /// Attributes and their values, as the wallet says them.
    #[must_use]
    pub fn values<N: ToString>(&self, values: &[(N, Value)]) -> Vec<(String, String)> {
        let said = |(name, value): &(N, Value)| {
            (say_attribute(&name.to_string(), self.language), say_value(value, self.language))
        };
        values.iter().map(said).collect()
    }

    /// Between a name and what follows it.
    #[must_use]
    pub const fn colon(&self) -> &'static str {
        self.t(": ", "：")
    }

    /// The start of an address at one of the demonstration's hosts.
    #[must_use]
    pub fn at(&self, name: &str) -> String {
        format!("http://{name}.localhost:{}", self.port)
    }
}

/// Whoever is at the counter, the control page or a platform has the same time.
#[must_use]
pub fn minute(time: UnixTime) -> String {
    let minutes = (time.0 + 8 * 3_600) / 60;
    format!("{} {:02}:{:02}", Date::at(time), minutes / 60 % 24, minutes % 60)
}

/// The port of everything.
#[derive(Clone, Copy, Debug)]
pub struct Port(pub u16);

impl<S: Sync> FromRequestParts<S> for Frame
where
    Port: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let Port(port) = Port::from_ref(state);
        Ok(Self { language: language(&parts.headers), port })
    }
}

/// A page.
pub fn page(frame: Frame, status: StatusCode, template: &impl Template) -> Response {
    let Ok(body) = template.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_LANGUAGE, frame.code()),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "Accept-Language"),
    ];
    (status, headers, body).into_response()
}

/// To another page, after something was done.
#[must_use]
pub fn to(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path.to_owned())]).into_response()
}

/// The value of a cookie.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split("; "));
    pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Problem<'a> {
    f: Frame,
    words: &'a str,
    code: &'a str,
}

/// Something did not work.
pub fn problem(frame: Frame, status: StatusCode, words: &str, code: &str) -> Response {
    page(frame, status, &Problem { f: frame, words, code })
}
