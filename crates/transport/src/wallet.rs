//! A wallet's side of an answer (§7). Each step is a type of its own, made by the step before, so
//! none can be left out:
//!
//! ```text
//! Invitation ─receive─▶ Received ─check─▶ Checked ─next─▶ Asking ─present, log_in, decline─▶
//!     Unsent ─record─▶ Sending ─receive─▶ Answered
//! ```
//!
//! and, from one device to another, `Checked ─next─▶ Unpaired ─receive─▶ Asking` in between. The
//! wallet opens the connections: to what [`HttpRequest`] says, with TLS that authenticates the
//! host, without cookies, and without following a redirect.

use std::fmt;
use std::str::FromStr;

use pairnym::Error;

use crate::envelope::EnvelopeError;
use crate::{Flow, Link, Problem, RequestUri, UriError};

mod answer;
mod asking;
mod http;
mod question;

pub use answer::{Answered, Sending, Unsent};
pub use asking::{Asking, Progress, Unpaired};
pub use http::{HttpRequest, HttpResponse};
pub use question::{Checked, CrossDevice, Fetched, Next, OverAsking, Refused};

/// Why a wallet stops.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WalletError {
    /// The text is none of §2.
    Uri(UriError),
    /// The platform wants another host to be asked.
    Redirect,
    /// The platform refuses; [`Problem::is_temporary`] says whether the same call may be repeated.
    Problem(Problem),
    /// The body.
    Envelope(EnvelopeError),
    /// The request, or the platform that it names.
    Request(Error),
    /// The question was made for the other flow than that of the text: somebody is relaying it.
    WrongFlow,
    /// The wallet's policy does not allow this from another device.
    CrossDevice,
    /// What is to be sent, or what came back, belongs to another request.
    ForeignAnswer,
}

impl fmt::Display for WalletError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uri(error) => error.fmt(f),
            Self::Redirect => f.write_str("the platform redirects to somewhere else"),
            Self::Problem(problem) => problem.fmt(f),
            Self::Envelope(error) => error.fmt(f),
            Self::Request(error) => error.fmt(f),
            Self::WrongFlow => f.write_str("the request was not made for this way of coming"),
            Self::CrossDevice => f.write_str("not allowed from another device"),
            Self::ForeignAnswer => f.write_str("the answer belongs to another request"),
        }
    }
}

impl std::error::Error for WalletError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Uri(error) => Some(error),
            Self::Problem(error) => Some(error),
            Self::Envelope(error) => Some(error),
            Self::Request(error) => Some(error),
            Self::Redirect | Self::WrongFlow | Self::CrossDevice | Self::ForeignAnswer => None,
        }
    }
}

impl From<UriError> for WalletError {
    fn from(error: UriError) -> Self {
        Self::Uri(error)
    }
}

impl From<EnvelopeError> for WalletError {
    fn from(error: EnvelopeError) -> Self {
        Self::Envelope(error)
    }
}

impl From<Error> for WalletError {
    fn from(error: Error) -> Self {
        Self::Request(error)
    }
}

/// A text with which a person came: a scanned or pasted request URI, a link, a last resort (§2).
/// Its form says whether the page is on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invitation {
    uri: RequestUri,
    flow: Flow,
}

impl Invitation {
    /// Step 1. Hosts below `.localhost` are refused.
    ///
    /// # Errors
    /// [`UriError`].
    pub fn new(text: &str) -> Result<Self, UriError> {
        let invitation = Self::for_development(text)?;
        let refused = invitation.uri.host().is_development();
        if refused { Err(UriError::Development) } else { Ok(invitation) }
    }

    /// As [`new`](Self::new), but hosts below `.localhost` are admitted, over plain http. Not for a
    /// wallet that people use.
    ///
    /// # Errors
    /// [`UriError`].
    pub fn for_development(text: &str) -> Result<Self, UriError> {
        let (uri, flow) = if let Some(rest) = text.strip_prefix("pairnym:") {
            (RequestUri::from_fragment(rest)?, Flow::SameDevice)
        } else if text.contains('#') {
            (*Link::from_str(text)?.request(), Flow::SameDevice)
        } else {
            (text.parse()?, Flow::CrossDevice)
        };
        Ok(Self { uri, flow })
    }

    /// The fragment of the wallet's own page, without `#`.
    ///
    /// # Errors
    /// [`UriError`].
    pub fn from_fragment(fragment: &str) -> Result<Self, UriError> {
        Self::new(&format!("pairnym:{fragment}"))
    }

    /// Where it leads.
    #[must_use]
    pub const fn uri(&self) -> &RequestUri {
        &self.uri
    }

    /// The flow that belongs to its form.
    #[must_use]
    pub const fn flow(&self) -> Flow {
        self.flow
    }
}
