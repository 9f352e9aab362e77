//! The network, which is the caller's.

use std::fmt;
use std::sync::Arc;

use pairnym_transport::wallet::{HttpRequest, HttpResponse};

/// Makes one call.
///
/// The connection authenticates the host by TLS (below `.localhost`, for development, it is plain),
/// carries no cookie, follows no redirect, and reads at most
/// [`MAX_BODY`](pairnym_transport::MAX_BODY) + 1 bytes of the body. A platform may hold a call for
/// 25 seconds.
pub trait Http {
    /// # Errors
    /// [`Offline`], if nothing came back.
    fn call(&self, request: &HttpRequest) -> Result<Response, Offline>;
}

impl<H: Http + ?Sized> Http for Arc<H> {
    fn call(&self, request: &HttpRequest) -> Result<Response, Offline> {
        (**self).call(request)
    }
}

/// Nothing came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offline;

impl fmt::Display for Offline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no connection")
    }
}

impl std::error::Error for Offline {}

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// `Content-Type`, empty if there is none.
    pub content_type: String,
    /// `Location`, empty if there is none.
    pub location: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// For the transport.
    pub(crate) fn as_http(&self) -> HttpResponse<'_> {
        HttpResponse { status: self.status, content_type: &self.content_type, body: &self.body }
    }
}
