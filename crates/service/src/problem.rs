//! What is refused, as a response: a problem document (TRANSPORT.md §11).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pairnym_store::{Failure, FailureKind};
use pairnym_transport::envelope::{Envelope, EnvelopeError};
use pairnym_transport::{Problem, Refusal};

use crate::http::set_headers;

/// How many seconds a client shall wait before it tries again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

/// A call that was refused: the problem document is its response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub Problem);

impl Refused {
    /// The stable name of what is wrong.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }
}

/// Goes with a response, for the metrics.
#[derive(Clone)]
pub(crate) struct ProblemCode(pub(crate) String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let internal = StatusCode::INTERNAL_SERVER_ERROR;
        let status = StatusCode::from_u16(problem.status).unwrap_or(internal);
        let body = problem.to_json().unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        let media_type = HeaderValue::from_static(Problem::MEDIA_TYPE);
        headers.insert(header::CONTENT_TYPE, media_type);
        if problem.is_temporary() {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        response.extensions_mut().insert(ProblemCode(problem.code));
        set_headers(&mut response);
        response
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Refused {}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.into())
    }
}

impl From<EnvelopeError> for Refused {
    fn from(error: EnvelopeError) -> Self {
        Self(error.into())
    }
}

/// What is the server's own affair is logged, since the client learns no more than `internal`.
impl From<pairnym::Error> for Refused {
    fn from(error: pairnym::Error) -> Self {
        if error.http_status() == 500 {
            tracing::error!(code = error.code(), "own fault");
        }
        Self(error.into())
    }
}

impl From<pairnym::DecodeError> for Refused {
    fn from(error: pairnym::DecodeError) -> Self {
        pairnym::Error::from(error).into()
    }
}

/// A store that fails refuses.
impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        let source = std::error::Error::source(&failure).map(ToString::to_string);
        tracing::error!(source, "{failure}");
        match failure.kind() {
            FailureKind::Full => Refusal::Full.into(),
            _ => Refusal::Unavailable.into(),
        }
    }
}
