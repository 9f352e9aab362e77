//! Problem documents (§11).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::envelope::{Envelope, EnvelopeError};

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $status:literal;)*) => {
        /// Why a service refuses, beyond what the core refuses.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Refusal {
            $($(#[$doc])* $name,)*
        }

        impl Refusal {
            /// Every one, in the order of §11.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable name.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }
        }
    };
}

refusals! {
    /// The body is no JSON object, or a member is missing, given twice, or not of its form.
    Malformed, "malformed", 400;
    /// No bearer token, or none that is valid.
    Unauthorized, "unauthorized", 401;
    /// `Origin` is none of the platform's.
    WrongOrigin, "wrong_origin", 403;
    /// The cookie is not that of the browser that began.
    WrongBrowser, "wrong_browser", 403;
    /// The code is not the one of the answer, or of an identity check.
    WrongCode, "wrong_code", 403;
    /// Other digits than the wallet shows.
    WrongDigits, "wrong_digits", 403;
    /// Nothing has this handle (any more).
    UnknownRequest, "unknown_request", 404;
    /// Nothing is at this path.
    NotFound, "not_found", 404;
    /// Not with this method; `Allow` says which.
    Method, "method", 405;
    /// None of the forms that exist is among those that `Accept` admits.
    NotAcceptable, "not_acceptable", 406;
    /// Another wallet has locked the request.
    Taken, "taken", 409;
    /// The request is of the other flow.
    WrongFlow, "wrong_flow", 409;
    /// The digits have not been typed yet.
    NotPaired, "not_paired", 409;
    /// No wallet waits for digits.
    NotPairing, "not_pairing", 409;
    /// There is no answer yet.
    NotAnswered, "not_answered", 409;
    /// The time is over.
    Expired, "expired", 410;
    /// It was answered or redeemed before.
    Replayed, "replayed", 410;
    /// The wallet declined.
    Declined, "declined", 410;
    /// Digits were wrong three times, or not typed in time.
    PairingFailed, "pairing_failed", 410;
    /// The body is longer than the limit.
    TooLong, "too_long", 413;
    /// The body is of another media type.
    MediaType, "media_type", 415;
    /// Too many calls; `Retry-After` says when again.
    TooMany, "too_many", 429;
    /// The server's own trouble.
    Internal, "internal", 500;
    /// The queue is full; `Retry-After` says when again.
    Full, "full", 503;
    /// The store cannot be reached, or the service is stopping; `Retry-After` says when again.
    Unavailable, "unavailable", 503;
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Refusal {}

impl From<EnvelopeError> for Refusal {
    fn from(error: EnvelopeError) -> Self {
        match error {
            EnvelopeError::TooLong => Self::TooLong,
            EnvelopeError::MediaType => Self::MediaType,
            EnvelopeError::Malformed => Self::Malformed,
        }
    }
}

/// A problem document.
///
/// ```
/// # use pairnym_transport::*;
/// let problem = Problem::from(pairnym::Error::Replayed);
/// assert_eq!((problem.status, &*problem.code), (410, "replayed"));
/// assert_eq!(problem, Refusal::Replayed.into());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The phrase of the status.
    #[serde(default)]
    pub title: String,
    /// The status.
    pub status: u16,
    /// The stable name of what is wrong.
    pub code: String,
    /// How many tries are left, after wrong digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries: Option<u8>,
    /// A sentence for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Envelope for Problem {
    const MEDIA_TYPE: &'static str = "application/problem+json";
}

impl Problem {
    fn new(status: u16, code: &str) -> Self {
        let title = phrase(status).to_owned();
        Self { title, status, code: code.to_owned(), tries: None, detail: None }
    }

    /// Of a response whose problem document cannot be read.
    pub(crate) fn unknown(status: u16) -> Self {
        Self::new(status, "unknown")
    }

    /// What a client shall do: try again later, which is what `Retry-After` belongs to.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        matches!(self.status, 429 | 503)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.status(), refusal.code())
    }
}

impl From<EnvelopeError> for Problem {
    fn from(error: EnvelopeError) -> Self {
        Refusal::from(error).into()
    }
}

/// What is the server's own affair is `internal`.
impl From<pairnym::Error> for Problem {
    fn from(error: pairnym::Error) -> Self {
        match error.http_status() {
            500 => Refusal::Internal.into(),
            status => Self::new(status, error.code()),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.code)
    }
}

impl std::error::Error for Problem {}

const fn phrase(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        409 => "Conflict",
        410 => "Gone",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "",
    }
}
