//! Whose device a call comes from: by its token.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use pairnym_transport::{Refusal, Token};

use super::Service;
use super::front::Device;
use crate::Refused;

impl FromRequestParts<Service> for Device {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Refused> {
        let given = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = given.and_then(|value| value.strip_prefix("Bearer "));
        let token: Option<Token> = token.and_then(|token| token.parse().ok());
        service.device(&token.ok_or(Refusal::Unauthorized)?).await
    }
}
