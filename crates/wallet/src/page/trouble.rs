//! What went wrong, with its status and what the person can do.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use pairnym_transport::wallet::WalletError;

use crate::Failure;

/// Why there is no page, or another than was asked for.
#[derive(Debug)]
pub(super) enum Trouble {
    Failed(Failure),
    /// The wallet is closed: the passphrase first.
    Closed,
    /// Another device waits for the person: that first.
    Attends(String),
    /// A name that is not the wallet's leads here.
    Host,
    /// Another site's form.
    Origin,
    /// A browser that has not come with the token.
    Outside,
    NotFound,
    Method,
    /// A form that is none.
    Form,
    TooLong,
    MediaType,
    /// What was asked about is decided, or too old.
    Stale,
    /// Two passphrases that are not the same, or empty.
    NotTheSame,
    /// The program cannot work on.
    Stopped,
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Trouble {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Failed(failure) => of_failure(failure),
            Self::Closed | Self::Attends(_) => StatusCode::SEE_OTHER,
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::Origin | Self::Outside => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Form => StatusCode::BAD_REQUEST,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Stale => StatusCode::GONE,
            Self::NotTheSame => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Stopped => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// For programs, and for whoever helps.
    pub(super) fn code(&self) -> &str {
        match self {
            Self::Failed(failure) => failure.code(),
            Self::Closed => "closed",
            Self::Attends(_) => "attends",
            Self::Host => "wrong_host",
            Self::Origin => "wrong_origin",
            Self::Outside => "wrong_browser",
            Self::NotFound => "not_found",
            Self::Method => "method_not_allowed",
            Self::Form => "malformed",
            Self::TooLong => "too_long",
            Self::MediaType => "media_type",
            Self::Stale => "stale",
            Self::NotTheSame => "not_the_same",
            Self::Stopped => "stopped",
        }
    }

    /// A form that could not be read.
    pub(super) fn of_form(status: StatusCode) -> Self {
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLong,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::MediaType,
            _ => Self::Form,
        }
    }
}

fn of_failure(failure: &Failure) -> StatusCode {
    match failure {
        Failure::WrongPassphrase
        | Failure::BadBackup
        | Failure::BadCode
        | Failure::WhoseCode
        | Failure::BadPins(_)
        | Failure::NotConsented
        | Failure::UnknownMessage
        | Failure::PeerDeclined
        | Failure::BadInvitation
        | Failure::CodesDiffer
        | Failure::Core(_)
        | Failure::Transport(WalletError::Uri(_) | WalletError::CrossDevice) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        // What the other side refuses for good is not this wallet's fault, nor the network's.
        Failure::Transport(WalletError::Problem(problem)) if !problem.is_temporary() => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Failure::Missing
        | Failure::Exists
        | Failure::NoBackup
        | Failure::NotEnrolled
        | Failure::NeedsSecond
        | Failure::NotPaired
        | Failure::NotFresh
        | Failure::NoTicket
        | Failure::Denied => StatusCode::CONFLICT,
        Failure::Network(_)
        | Failure::Transport(_)
        | Failure::ForeignAuthority
        | Failure::PeerAway
        | Failure::PeerRefused
        | Failure::FalsePeer => StatusCode::BAD_GATEWAY,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The page is made around it, in the language of the call (`html::dress`).
impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}

pub(super) async fn not_found() -> Trouble {
    Trouble::NotFound
}

pub(super) async fn method() -> Trouble {
    Trouble::Method
}
