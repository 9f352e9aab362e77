//! Who may call: the Host, the Origin, and the cookie of the browser that came with the token.

use std::fmt;

use axum::extract::{Path, Request, State as With};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pairnym::rand_core::Rng as _;
use subtle::ConstantTimeEq as _;

use super::idle::LEFT;
use super::{Pages, Trouble, held};
use crate::rng;

/// 16 random bytes with which a browser comes once, as 32 hexadecimal digits.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        let mut bytes = [0; 16];
        rng().fill_bytes(&mut bytes);
        Self(hex::encode(bytes))
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// What lets a browser in. Without a token everybody is.
pub(super) struct Door {
    token: Option<Token>,
    session: Option<Token>,
}

impl Door {
    pub(super) fn new(token: Option<Token>) -> Self {
        let session = token.is_some().then(Token::generate);
        Self { token, session }
    }
}

fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// Whether the browser that calls has been let in.
#[derive(Clone, Copy)]
pub(super) struct Inside(pub(super) bool);

impl Pages {
    /// The port belongs to it, since browsers share cookies among ports.
    fn cookie(&self) -> String {
        format!("pairnym-wallet-{}", self.0.settings.origin.port().unwrap_or(443))
    }

    pub(super) fn is_inside(&self, headers: &HeaderMap) -> bool {
        let door = held(&self.0.door);
        let Some(session) = &door.session else { return true };
        cookie(headers, &self.cookie()).is_some_and(|given| same(given, &session.0))
    }
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(given, value)| (given.trim(), value.trim()))
        .find_map(|(given, value)| (given == name).then_some(value))
}

/// What everybody may see who knows the address: the door, and how it looks.
fn is_public(method: &Method, path: &str) -> bool {
    let get = matches!(*method, Method::GET | Method::HEAD);
    match path {
        "/" | "/page.css" | "/page.js" => get,
        "/language" => true,
        _ => get && path.starts_with("/enter/"),
    }
}

/// Lets calls through that are this wallet's own.
pub(super) async fn guard(With(pages): With<Pages>, mut request: Request, next: Next) -> Response {
    match pages.admit(&request) {
        Ok(inside) => {
            pages.lock_before_call();
            request.extensions_mut().insert(inside);
            // Nobody else's calls keep the wallet open.
            let uses = inside.0 && request.uri().path() != LEFT;
            let used = || {
                if uses {
                    pages.note_use()
                }
            };
            used();
            let response = next.run(request).await;
            used();
            response
        }
        Err(trouble) => trouble.into_response(),
    }
}

/// Nothing of the wallet is there while it is closed.
pub(super) async fn needs_wallet(
    With(pages): With<Pages>,
    request: Request,
    next: Next,
) -> Result<Response, Trouble> {
    if pages.is_open() { Ok(next.run(request).await) } else { Err(Trouble::Closed) }
}

impl Pages {
    fn admit(&self, request: &Request) -> Result<Inside, Trouble> {
        let origin = self.0.settings.origin.origin();
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let host = header(header::HOST);
        let host = host.or_else(|| request.uri().authority().map(|host| host.as_str()));
        let own = origin.split_once("://").map(|(_, host)| host);
        if host.is_none() || host != own {
            return Err(Trouble::Host);
        }
        let (method, path) = (request.method(), request.uri().path());
        let reads = matches!(*method, Method::GET | Method::HEAD);
        if !reads && header(header::ORIGIN) != Some(&*origin) {
            return Err(Trouble::Origin);
        }
        let inside = self.is_inside(request.headers());
        if inside || is_public(method, path) { Ok(Inside(inside)) } else { Err(Trouble::Outside) }
    }
}

/// A browser comes with the token, which is good once.
pub(super) async fn enter(
    With(pages): With<Pages>,
    method: Method,
    Path(given): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    if method != Method::GET {
        return Err(Trouble::Method);
    }
    let to_wallet = (StatusCode::SEE_OTHER, [(header::LOCATION, HeaderValue::from_static("/"))]);
    if pages.is_inside(&headers) {
        return Ok(to_wallet.into_response());
    }
    let mut door = held(&pages.0.door);
    let fits = door.token.as_ref().is_some_and(|token| same(&given, &token.0));
    let session = door.session.as_ref().filter(|_| fits).ok_or(Trouble::Outside)?;
    let cookie = format!("{}={session}; Path=/; HttpOnly; SameSite=Strict", pages.cookie());
    let cookie = HeaderValue::try_from(cookie).map_err(|_| Trouble::Stopped)?;
    door.token = None;
    let mut response = to_wallet.into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}
