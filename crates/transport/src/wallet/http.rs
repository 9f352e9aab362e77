//! Calls as a wallet makes them: to a platform, and to the authority (§3).

use std::fmt;

use super::WalletError;
use crate::envelope::{Envelope, EnvelopeError, is_media_type};
use crate::{Problem, Token};

/// A call that the wallet shall make.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The absolute URL.
    pub url: String,
    /// For `Accept`: the media type that is expected.
    pub accept: &'static str,
    /// For `Authorization: Bearer`: to the authority only.
    pub token: Option<Token>,
    /// For `Content-Type`, and the body.
    pub body: Option<(&'static str, Vec<u8>)>,
}

/// Without URL, token and body, which are bearer values and answers.
impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

impl HttpRequest {
    /// A `GET` of a `T`.
    #[must_use]
    pub const fn get<T: Envelope>(url: String) -> Self {
        Self { method: "GET", url, accept: T::MEDIA_TYPE, token: None, body: None }
    }

    /// A `POST` without a body, for a `T`.
    #[must_use]
    pub fn post_nothing<T: Envelope>(url: String) -> Self {
        Self { method: "POST", ..Self::get::<T>(url) }
    }

    /// A `POST` of a body, for a `T`; for a [`Problem`], if nothing else can come.
    ///
    /// # Errors
    /// [`EnvelopeError::TooLong`].
    pub fn post<B: Envelope, T: Envelope>(url: String, body: &B) -> Result<Self, EnvelopeError> {
        let body = Some((B::MEDIA_TYPE, body.to_json()?));
        Ok(Self { body, ..Self::post_nothing::<T>(url) })
    }

    /// With the token of a session with the authority.
    #[must_use]
    pub fn with_token(self, token: Token) -> Self {
        Self { token: Some(token), ..self }
    }
}

/// What came back. The wallet reads at most [`MAX_BODY`](crate::MAX_BODY) + 1 bytes of a body.
#[derive(Clone, Copy)]
pub struct HttpResponse<'a> {
    /// The status.
    pub status: u16,
    /// `Content-Type`, empty if there is none.
    pub content_type: &'a str,
    /// The body.
    pub body: &'a [u8],
}

impl HttpResponse<'_> {
    /// The body of a response with this status, which is below 300.
    ///
    /// # Errors
    /// [`WalletError::Redirect`], [`WalletError::Problem`] for another status,
    /// [`WalletError::Envelope`].
    pub fn read<T: Envelope>(&self, status: u16) -> Result<T, WalletError> {
        self.expect(status)?;
        if is_media_type(self.content_type, T::MEDIA_TYPE) {
            Ok(T::from_json(self.body)?)
        } else {
            Err(EnvelopeError::MediaType.into())
        }
    }

    /// Whether it has this status; for 204, which has no body, that is all.
    ///
    /// # Errors
    /// [`WalletError::Redirect`], [`WalletError::Problem`] for another status.
    pub fn expect(&self, status: u16) -> Result<(), WalletError> {
        match self.status {
            300..=399 => Err(WalletError::Redirect),
            found if found == status => Ok(()),
            _ => Err(WalletError::Problem(self.problem())),
        }
    }

    /// The status is that of the response, whatever the document says.
    fn problem(&self) -> Problem {
        let typed = is_media_type(self.content_type, Problem::MEDIA_TYPE);
        let problem = typed.then(|| Problem::from_json(self.body).ok()).flatten();
        let problem = problem.unwrap_or_else(|| Problem::unknown(self.status));
        Problem { status: self.status, ..problem }
    }
}
