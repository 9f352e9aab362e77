//! Bodies: their limits before anything is read (TRANSPORT.md §3).

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Bytes, HttpBody, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use pairnym_transport::envelope::{Envelope, is_media_type};
use pairnym_transport::{MAX_BODY, Refusal};

use crate::Refused;

/// For how long a client may take to send a body.
const PATIENCE: Duration = Duration::from_secs(10);

/// An envelope that was posted: its length was compared before it was read, then its type; then it was
/// parsed.
pub(crate) struct Posted<T>(pub(crate) T);

impl<T: Envelope, S: Sync> FromRequest<S> for Posted<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        let body = limited(request, T::MEDIA_TYPE).await?;
        Ok(Self(T::from_json(&body)?))
    }
}

/// The body, if it is of this media type and not over the limit.
pub(crate) async fn limited(request: Request, media_type: &str) -> Result<Bytes, Refused> {
    let announced = usize::try_from(request.body().size_hint().lower()).unwrap_or(usize::MAX);
    if announced > MAX_BODY {
        return Err(Refusal::TooLong.into());
    }
    let fits = is_media_type(content_type(&request), media_type);
    let reading = tokio::time::timeout(PATIENCE, to_bytes(request.into_body(), MAX_BODY)).await;
    match reading {
        // Only now: a proxy that is still sending would lose the response with the connection.
        _ if !fits => Err(Refusal::MediaType.into()),
        Ok(Ok(body)) => Ok(body),
        // Over the limit without having announced it; or the connection is gone.
        Ok(Err(_)) => Err(Refusal::TooLong.into()),
        Err(_) => Err(Refusal::Malformed.into()),
    }
}

/// A segment of a path. What is no text is empty, and so names nothing.
pub(crate) struct Segment(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let segment = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(segment.map_or_else(|_| String::new(), |Path(segment)| segment)))
    }
}

pub(crate) fn content_type(request: &Request) -> &str {
    let value = request.headers().get(header::CONTENT_TYPE);
    value.and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// An envelope as a response.
pub(crate) struct Reply<T>(pub(crate) T);

impl<T: Envelope> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        match self.0.to_json() {
            Ok(body) => {
                let media_type = HeaderValue::from_static(T::MEDIA_TYPE);
                ([(header::CONTENT_TYPE, media_type)], body).into_response()
            }
            Err(error) => {
                tracing::error!("a response that cannot be written: {error}");
                Refused::from(Refusal::Internal).into_response()
            }
        }
    }
}
