//! Steps 11 to 13: recording, sending, and the receipt.

use std::fmt;

use pairnym::{Nonce, Request, holder};

use super::{HttpRequest, HttpResponse, WalletError};
use crate::envelope::{Answer, Receipt};
use crate::{DoneUri, RequestUri};

/// An answer that must not leave before the wallet has deleted the evidence that it shows, and
/// written its history, both durably.
pub struct Unsent {
    uri: RequestUri,
    request: holder::Received<Request>,
    answer: Answer,
    declined: bool,
}

impl Unsent {
    pub(super) const fn new(
        uri: RequestUri,
        request: holder::Received<Request>,
        answer: Answer,
        declined: bool,
    ) -> Self {
        Self { uri, request, answer, declined }
    }

    /// The request that it answers, for the history.
    #[must_use]
    pub const fn request(&self) -> &holder::Received<Request> {
        &self.request
    }

    /// Whether it is a refusal.
    #[must_use]
    pub const fn is_declined(&self) -> bool {
        self.declined
    }

    /// Step 11: lets the wallet record it. If that fails, the answer is dropped and not sent; the
    /// evidence counts as used.
    ///
    /// # Errors
    /// That of `record`, or [`WalletError::Envelope`] for an answer over the limit, before it.
    pub fn record<E: From<WalletError>>(
        self,
        record: impl FnOnce(&Self) -> Result<(), E>,
    ) -> Result<Sending, E> {
        let call = HttpRequest::post::<_, Receipt>(self.uri.to_string(), &self.answer);
        let call = call.map_err(WalletError::from)?;
        record(&self)?;
        Ok(Sending { call, uri: self.uri, nonce: *self.request.nonce() })
    }
}

impl fmt::Debug for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsent").field("declined", &self.declined).finish_non_exhaustive()
    }
}

/// An answer to send, and to send again as it is when the response was lost.
pub struct Sending {
    call: HttpRequest,
    uri: RequestUri,
    nonce: Nonce,
}

impl Sending {
    /// Step 12: the call to make, the same each time.
    #[must_use]
    pub const fn post(&self) -> &HttpRequest {
        &self.call
    }

    /// Step 13: what came back.
    ///
    /// # Errors
    /// [`WalletError`]; with a temporary [`Problem`](crate::Problem), send again.
    /// [`WalletError::ForeignAnswer`] if the receipt is for another request.
    pub fn receive(&self, response: HttpResponse<'_>) -> Result<Answered, WalletError> {
        let receipt: Receipt = response.read(200)?;
        if receipt.nonce != self.nonce.0 {
            return Err(WalletError::ForeignAnswer);
        }
        Ok(Answered { done: receipt.code.map(|code| DoneUri::new(*self.uri.host(), code)) })
    }
}

impl fmt::Debug for Sending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending").finish_non_exhaustive()
    }
}

/// The platform has the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Where the browser goes now, on the same device.
    pub done: Option<DoneUri>,
}
