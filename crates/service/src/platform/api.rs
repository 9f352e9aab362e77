//! The API for the platform's own programs, on a listener of its own: a back end in any language
//! begins requests, shows them in its own pages, and takes the accounts.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State as With};
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use pairnym::{Name, Pseudonym};
use pairnym_store::{AccountId, Accounts as _};
use pairnym_transport::envelope::Envelope;
use pairnym_transport::pages::{Finish, Status, TypedDigits};
use pairnym_transport::{Flow, Refusal, State};
use serde::{Deserialize, Serialize};

use super::{Account, Begun, Progress, Service, Transaction};
use crate::Refused;
use crate::body::{Posted, Reply, Segment};
use crate::http::{authorized, every_call, method_not_allowed, not_found};

/// The API for a platform's back end, below `/v1/`, for callers who send this token. To be served on
/// a listener that only they reach.
///
/// **The back end binds each transaction to the browser that began it**: it keeps it in that
/// browser's session and never sends it out, takes digits and codes only within that session, and
/// checks `Origin`.
pub fn router(service: &Service, token: String) -> Router {
    let refuse = method_not_allowed;
    Router::new()
        .route("/v1/transactions", post(begin).fallback(refuse))
        .route("/v1/transactions/{transaction}", get(progress).fallback(refuse))
        .route("/v1/transactions/{transaction}/digits", post(digits).fallback(refuse))
        .route("/v1/transactions/{transaction}/redeem", post(redeem).fallback(refuse))
        .route("/v1/accounts/{pseudonym}", get(account).delete(erase).fallback(refuse))
        .route("/v1/accounts/{pseudonym}/acts", get(acts).fallback(refuse))
        .fallback(not_found)
        .layer(from_fn_with_state(Arc::<str>::from(token), authorized))
        .layer(from_fn_with_state(service.metrics().clone(), every_call))
        .with_state(service.clone())
}

#[derive(Serialize, Deserialize)]
struct Begin {
    ask: String,
    flow: Flow,
    #[serde(default)]
    statement: Option<String>,
    /// The page that takes the code.
    #[serde(default)]
    to: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Began {
    transaction: String,
    uri: String,
    expires: u64,
}

impl Envelope for Begin {
    const MEDIA_TYPE: &'static str = "application/json";
}

impl Envelope for Began {
    const MEDIA_TYPE: &'static str = "application/json";
}

async fn begin(
    With(service): With<Service>,
    Posted(Begin { ask, flow, statement, to }): Posted<Begin>,
) -> Result<(StatusCode, Reply<Began>), Refused> {
    let begun = service.begin(&ask, flow, statement.as_deref(), to.as_deref()).await?;
    let Begun { transaction, uri, expires } = begun;
    let began = Began { transaction: transaction.to_string(), uri, expires: expires.0 };
    Ok((StatusCode::CREATED, Reply(began)))
}

fn read(transaction: &str) -> Result<Transaction, Refused> {
    transaction.parse().map_err(|_| Refusal::UnknownRequest.into())
}

#[derive(Deserialize)]
struct Seen {
    #[serde(default)]
    seen: Option<State>,
}

async fn progress(
    With(service): With<Service>,
    Segment(transaction): Segment,
    query: Result<Query<Seen>, axum::extract::rejection::QueryRejection>,
) -> Result<Reply<Status>, Refused> {
    let Query(Seen { seen }) = query.map_err(|_| Refusal::Malformed)?;
    let transaction = read(&transaction)?;
    let Progress { state, tries } = match seen {
        Some(seen) => service.progress_after(&transaction, seen).await?,
        None => service.progress(&transaction).await?,
    };
    Ok(Reply(Status { state, tries }))
}

async fn digits(
    With(service): With<Service>,
    Segment(transaction): Segment,
    Posted(TypedDigits { digits }): Posted<TypedDigits>,
) -> Result<Reply<Status>, Refused> {
    service.confirm(&read(&transaction)?, digits).await?;
    Ok(Reply(Status { state: State::Paired, tries: None }))
}

async fn redeem(
    With(service): With<Service>,
    Segment(transaction): Segment,
    Posted(Finish { code }): Posted<Finish>,
) -> Result<Response, Refused> {
    let account: Account = service.redeem(&read(&transaction)?, code.as_ref()).await?;
    Ok(json(&account))
}

fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(_) => Refused::from(Refusal::Internal).into_response(),
    }
}

#[derive(Deserialize)]
struct Labelled {
    #[serde(default)]
    label: Option<Name>,
}

/// The account of a path and a query.
fn id(
    pseudonym: &str,
    query: Result<Query<Labelled>, axum::extract::rejection::QueryRejection>,
) -> Result<AccountId, Refused> {
    let Query(Labelled { label }) = query.map_err(|_| Refusal::Malformed)?;
    let pseudonym: Pseudonym = pseudonym.parse().map_err(|_| Refusal::Malformed)?;
    Ok(AccountId { label, pseudonym })
}

type Label = Result<Query<Labelled>, axum::extract::rejection::QueryRejection>;

async fn account(
    With(service): With<Service>,
    Segment(pseudonym): Segment,
    label: Label,
) -> Result<Response, Refused> {
    let found = service.store().find_accounts(vec![id(&pseudonym, label)?]).await?;
    let account = found.into_iter().next().flatten().ok_or(pairnym::Error::NoAccount)?;
    Ok(json(&serde_json::json!({
        "pseudonym": account.id.pseudonym,
        "label": account.id.label,
        "slot": account.slot,
        "since": account.since,
    })))
}

/// Erases everything about a 网号, under whatever label.
async fn erase(
    With(service): With<Service>,
    Segment(pseudonym): Segment,
) -> Result<Response, Refused> {
    let pseudonym: Pseudonym = pseudonym.parse().map_err(|_| Refusal::Malformed)?;
    let erased = service.store().erase(pseudonym).await?;
    Ok(json(&serde_json::json!({ "accounts": erased.accounts, "acts": erased.acts })))
}

async fn acts(
    With(service): With<Service>,
    Segment(pseudonym): Segment,
    label: Label,
) -> Result<Response, Refused> {
    let acts = service.store().acts(id(&pseudonym, label)?).await?;
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let acts = acts.iter().map(|act| {
        serde_json::json!({
            "digest": act.digest,
            "request": hex(&act.request),
            "answer": hex(&act.answer),
            "at": act.at,
        })
    });
    Ok(json(&acts.collect::<Vec<_>>()))
}
