//! What fronts call, on a listener that only they reach: bytes in, bytes out.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use pairnym::{PersonId, TransactionId};
use pairnym_store::Hashed;
use pairnym_transport::Refusal;
use serde::{Deserialize, Serialize};

use super::frame::{Framed, MEDIA_TYPE, MOST, pack, unpack};
use super::{LocalSigner, Signer as _, SignerState, Unsigned};
use crate::body::content_type;
use crate::http::{authorized, every_call, method_not_allowed, not_found};
use crate::{Metrics, Refused};

/// In every response: which process it was. Two behind one name are told apart by it.
pub(super) const INSTANCE: HeaderName = HeaderName::from_static("pairnym-instance");

pub(super) mod path {
    pub(in crate::authority) const STATE: &str = "/v1/state";
    pub(in crate::authority) const TICKET: &str = "/v1/ticket";
    pub(in crate::authority) const ENROLLMENT: &str = "/v1/enrollment";
    pub(in crate::authority) const OFFER: &str = "/v1/offer";
    pub(in crate::authority) const CREDENTIAL: &str = "/v1/credential";
    pub(in crate::authority) const EVIDENCE: &str = "/v1/evidence";
    pub(in crate::authority) const ANSWER: &str = "/v1/answer";
}

/// The signer's API, for fronts that send this token. To be served on a listener that only they
/// reach: whoever calls it can have credentials issued to anybody.
pub fn router(signer: &LocalSigner, token: String, metrics: Arc<Metrics>) -> Router {
    let refuse = method_not_allowed;
    let route = |handler: axum::routing::MethodRouter<LocalSigner>| handler.fallback(refuse);
    Router::new()
        .route(path::STATE, route(get(state)))
        .route(path::TICKET, route(post(ticket)))
        .route(path::ENROLLMENT, route(post(enrollment)))
        .route(path::OFFER, route(post(offer)))
        .route(path::CREDENTIAL, route(post(credential)))
        .route(path::EVIDENCE, route(post(evidence)))
        .route(path::ANSWER, route(post(answer)))
        .fallback(not_found)
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::<str>::from(token), authorized))
        .layer(from_fn_with_state(signer.clone(), with_instance))
        .layer(from_fn_with_state(metrics, every_call))
        .with_state(signer.clone())
}

async fn with_instance(
    State(signer): State<LocalSigner>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    if let Ok(instance) = HeaderValue::from_str(&hex(&signer.describe().instance)) {
        response.headers_mut().insert(INSTANCE, instance);
    }
    response
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The state, as JSON.
#[derive(Serialize, Deserialize)]
pub(super) struct Described {
    pub(super) node: pairnym::Name,
    pub(super) instance: String,
    pub(super) ready: bool,
    pub(super) serial: u32,
}

impl From<SignerState> for Described {
    fn from(state: SignerState) -> Self {
        let SignerState { node, instance, ready, serial } = state;
        Self { node, instance: hex(&instance), ready, serial }
    }
}

async fn state(State(signer): State<LocalSigner>) -> Response {
    match serde_json::to_vec(&Described::from(signer.describe())) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(_) => Refused::from(Refusal::Internal).into_response(),
    }
}

async fn read<T: Framed>(request: Request) -> Result<T, Refused> {
    if request.body().size_hint().lower() > MOST as u64 {
        return Err(Refusal::TooLong.into());
    }
    if content_type(&request) != MEDIA_TYPE {
        return Err(Refusal::MediaType.into());
    }
    let body = to_bytes(request.into_body(), MOST).await.map_err(|_| Refusal::TooLong)?;
    unpack(&body).ok_or(Refusal::Malformed.into())
}

fn reply(result: Result<impl Framed, Unsigned>) -> Response {
    match result {
        Ok(framed) => {
            ([(header::CONTENT_TYPE, MEDIA_TYPE)], Body::from(pack(framed))).into_response()
        }
        Err(unsigned) => Refused::from(unsigned).into_response(),
    }
}

async fn ticket(State(signer): State<LocalSigner>, request: Request) -> Result<Response, Refused> {
    let transaction: TransactionId = read(request).await?;
    Ok(reply(signer.open_ticket(transaction).await))
}

async fn enrollment(
    State(signer): State<LocalSigner>,
    request: Request,
) -> Result<Response, Refused> {
    let parts: Vec<Vec<u8>> = read(request).await?;
    let [stored, request, person] = <[_; 3]>::try_from(parts).map_err(|_| Refusal::Malformed)?;
    let person = PersonId(person.try_into().map_err(|_| Refusal::Malformed)?);
    Ok(reply(signer.check_enrollment(stored, request, person).await))
}

async fn offer(State(signer): State<LocalSigner>, request: Request) -> Result<Response, Refused> {
    let (commitment, values) = read(request).await?;
    Ok(reply(signer.open_offer(commitment, values).await))
}

async fn credential(
    State(signer): State<LocalSigner>,
    request: Request,
) -> Result<Response, Refused> {
    let parts: Vec<Vec<u8>> = read(request).await?;
    let [stored, request] = <[_; 2]>::try_from(parts).map_err(|_| Refusal::Malformed)?;
    Ok(reply(signer.issue(stored, request).await.map(|response| vec![response])))
}

/// The fetcher, and then messages.
async fn of_fetcher(request: Request) -> Result<(Hashed, Vec<Vec<u8>>), Refused> {
    let mut parts: Vec<Vec<u8>> = read(request).await?;
    if parts.is_empty() {
        return Err(Refusal::Malformed.into());
    }
    let fetcher = parts.remove(0).try_into().map_err(|_| Refusal::Malformed)?;
    Ok((Hashed(fetcher), parts))
}

async fn evidence(
    State(signer): State<LocalSigner>,
    request: Request,
) -> Result<Response, Refused> {
    let (fetcher, requests) = of_fetcher(request).await?;
    Ok(reply(signer.open_evidence(fetcher, requests).await))
}

async fn answer(State(signer): State<LocalSigner>, request: Request) -> Result<Response, Refused> {
    let (fetcher, challenges) = of_fetcher(request).await?;
    Ok(reply(signer.answer_evidence(fetcher, challenges).await))
}
