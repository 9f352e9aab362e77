//! A transaction: the secret by which whoever began a request finds it again.

use std::fmt;
use std::str::FromStr;

use axum::http::{HeaderMap, HeaderValue, header};
use pairnym::rand_core::UnwrapErr;
use pairnym_store::{Hashed, Key};
use pairnym_transport::{Handle, Host, Token, UriError};

/// Names a request to whoever began it, in a cookie or at the platform's back end: 32 random bytes, 43
/// characters of base64url. Whoever has it takes the result. The store has only its hash; the
/// handle of the request is another hash of it, so that a page can show the request again.
///
/// Compared in constant time; not shown by `Debug`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Transaction(Token);

impl Transaction {
    /// A fresh one, from the system's random generator; also good for a session's cookie.
    #[must_use]
    pub fn random() -> Self {
        Self(Token::generate(&mut UnwrapErr(getrandom::SysRng)))
    }

    /// What the store knows it by.
    pub(super) fn browser(&self) -> Hashed {
        Hashed::of("browser", &self.0.0)
    }

    pub(super) fn key(&self) -> Key {
        Key::Browser(self.browser())
    }

    /// The handle of its request.
    #[must_use]
    pub fn handle(&self) -> Handle {
        let hash = Hashed::of("handle of transaction", &self.0.0);
        let mut handle = [0; 16];
        handle.copy_from_slice(&hash.0[..16]);
        Handle(handle)
    }

    /// That of the cookie, if there is one.
    pub(super) fn of(headers: &HeaderMap, origin: &Host) -> Option<Self> {
        let name = cookie_name(origin);
        let pairs = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = pairs.flat_map(|line| line.split(';'));
        pairs.find_map(|pair| {
            let value = pair.trim_matches(' ').strip_prefix(name)?.strip_prefix('=')?;
            value.parse().ok()
        })
    }

    /// The cookie for the browser that began: gone with its session.
    pub(super) fn cookie(&self, origin: &Host) -> Option<HeaderValue> {
        let secure = if origin.is_development() { "" } else { "; Secure" };
        let name = cookie_name(origin);
        let cookie = format!("{name}={self}; Path=/; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::try_from(cookie).ok()
    }
}

/// Without TLS, as for development, browsers do not admit the prefix.
fn cookie_name(origin: &Host) -> &'static str {
    if origin.is_development() { "pairnym" } else { "__Host-pairnym" }
}

impl fmt::Display for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transaction(..)")
    }
}

impl FromStr for Transaction {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        text.parse().map(Self)
    }
}
