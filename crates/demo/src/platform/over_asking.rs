//! What a platform does that wants more than a registrar permits it: it staples its permission to
//! questions that go beyond it. pairnym's own service refuses to start with such a question, so the
//! permission is put into its responses on their way out.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use pairnym_transport::MAX_BODY;
use pairnym_transport::envelope::{Envelope as _, Question};
use pairnym_transport::permission::SignedPermission;

/// The router, with the permission at every question.
pub(super) fn staple(router: Router, permission: SignedPermission) -> Router {
    router.layer(from_fn(move |request: Request, next: Next| {
        let permission = permission.clone();
        async move { stapled(next.run(request).await, permission).await }
    }))
}

async fn stapled(response: Response, permission: SignedPermission) -> Response {
    let media_type = response.headers().get(header::CONTENT_TYPE);
    if media_type.is_none_or(|value| value.as_bytes() != Question::MEDIA_TYPE.as_bytes()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let question = to_bytes(body, MAX_BODY).await.ok();
    let question = question.and_then(|body| Question::from_json(&body).ok());
    let stapled = question.map(|question| Question { permission: Some(permission), ..question });
    match stapled.and_then(|question| question.to_json().ok()) {
        Some(json) => {
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(json))
        }
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
