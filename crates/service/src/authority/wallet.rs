//! What wallets call (TRANSPORT.md §10).

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State as With};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use pairnym_transport::Refusal;
use pairnym_transport::authority::{
    Challenges, Commitments, Directory, Enrollment, EvidenceBatches, EvidencePath, Identification,
    Issuance, IssuedCredential, Offer, Responses, Session, path,
};

use super::Service;
use super::front::Device;
use crate::body::{Posted, Reply, Segment};
use crate::http::{every_call, for_every_origin, method_not_allowed, preflight};
use crate::limit::Limits;
use crate::problem::ProblemCode;
use crate::{Network, Refused, client};

impl Service {
    /// What wallets call at the authority's host. To be merged into a program's own router, not
    /// nested; what is at other paths is not touched. Wrong codes are counted by the client's
    /// address, behind proxies that are `trusted` to tell it.
    pub fn router(&self, trusted: Vec<Network>) -> Router {
        let refuse = method_not_allowed;
        let route = |handler: MethodRouter<Self>| handler.options(preflight).fallback(refuse);
        let guard = Guard { limits: self.0.codes.clone(), trusted: trusted.into() };
        Router::new()
            .route(path::DIRECTORY, route(get(directory)))
            .route(&format!("{}/lists/{{serial}}", path::DIRECTORY), route(get(list)))
            .route(
                path::SESSIONS,
                route(post(begin)).layer(from_fn_with_state(guard, few_wrong_codes)),
            )
            .route(path::ENROLLMENT, route(post(enroll)))
            .route(path::OFFERS, route(post(offer)))
            .route(path::CREDENTIALS, route(post(issue)))
            .route(path::EVIDENCE, route(post(open_evidence)))
            .route(&format!("{}/{{node}}", path::EVIDENCE), route(post(answer_evidence)))
            .layer(from_fn(for_every_origin))
            .layer(from_fn_with_state(self.0.metrics.clone(), every_call))
            .with_state(self.clone())
    }
}

#[derive(Clone)]
struct Guard {
    limits: Arc<Limits>,
    trusted: Arc<[Network]>,
}

/// Who has sent too many wrong codes is not heard; right ones cost nothing.
async fn few_wrong_codes(With(guard): With<Guard>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let Some(ConnectInfo(peer)) = peer else { return next.run(request).await };
    let client = client(peer.ip(), request.headers(), &guard.trusted);
    if !guard.limits.admits_now(client) {
        return Refused::from(Refusal::TooMany).into_response();
    }
    let response = next.run(request).await;
    let code = response.extensions().get::<ProblemCode>();
    if code.is_none_or(|code| code.0 != Refusal::WrongCode.code()) {
        guard.limits.give_back(client);
    }
    response
}

async fn directory(With(service): With<Service>) -> Reply<Directory> {
    let (lists, now) = (service.lists(), service.now());
    Reply(Directory {
        authority: *lists.present(now).authority(),
        list: lists.published(now).clone(),
        registrars: service.0.registrars.clone(),
        sessions: service.0.sessions,
    })
}

/// A list never changes.
async fn list(With(service): With<Service>, Segment(serial): Segment) -> Result<Response, Refused> {
    let number: u32 = serial.parse().map_err(|_| Refusal::NotFound)?;
    let lists = service.lists();
    let found = lists.find(number).filter(|_| number.to_string() == serial);
    let mut response = Reply(found.ok_or(Refusal::NotFound)?.clone()).into_response();
    let forever = HeaderValue::from_static("public, max-age=86400");
    response.headers_mut().insert(header::CACHE_CONTROL, forever);
    Ok(response)
}

async fn begin(
    With(service): With<Service>,
    Posted(Identification { code }): Posted<Identification>,
) -> Result<Reply<Session>, Refused> {
    Ok(Reply(service.begin(&code).await?))
}

async fn enroll(
    With(service): With<Service>,
    device: Device,
    Posted(Enrollment { request }): Posted<Enrollment>,
) -> Result<StatusCode, Refused> {
    service.enroll(&device, request).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn offer(With(service): With<Service>, device: Device) -> Result<Reply<Offer>, Refused> {
    Ok(Reply(Offer { offer: service.offer(&device).await? }))
}

async fn issue(
    With(service): With<Service>,
    device: Device,
    Posted(Issuance { request }): Posted<Issuance>,
) -> Result<Reply<IssuedCredential>, Refused> {
    Ok(Reply(IssuedCredential { response: service.issue(&device, request).await? }))
}

async fn open_evidence(
    With(service): With<Service>,
    device: Device,
    Posted(EvidenceBatches { requests }): Posted<EvidenceBatches>,
) -> Result<Response, Refused> {
    let (node, commitments) = service.open_evidence(&device, requests).await?;
    let location = [(header::LOCATION, EvidencePath::new(node).to_string())];
    Ok((StatusCode::CREATED, location, Reply(Commitments { commitments })).into_response())
}

async fn answer_evidence(
    With(service): With<Service>,
    Segment(node): Segment,
    device: Device,
    Posted(Challenges { challenges }): Posted<Challenges>,
) -> Result<Reply<Responses>, Refused> {
    let responses = service.answer_evidence(&device, &node, challenges).await?;
    Ok(Reply(Responses { responses }))
}
