//! What one person does: applies, enrolls, fetches a credential with its evidence, registers at
//! platforms and logs in there. Everything is checked as a wallet checks it.

use axum::body::Body;
use axum::http::Request;
use pairnym::holder::{Consent, Credential, Evidence, Holder, Received};
use pairnym::message::{
    EnrollmentTicket, EvidenceCommitments, EvidenceResponses, IssuanceOffer, IssuanceResponse,
    Request as Question,
};
use pairnym::rand_core::UnwrapErr;
use pairnym::{Message as _, UnixTime, Wanted};
use pairnym_transport::authority::{
    Challenges, Commitments, Enrollment, EvidenceBatches, Identification, Issuance,
    IssuedCredential, Offer, Responses, Session, path,
};
use pairnym_transport::envelope::Envelope;
use pairnym_transport::wallet::{CrossDevice, HttpRequest, HttpResponse, Invitation, Next};
use pairnym_transport::{Attempt, Flow};
use serde_json::json;

use crate::servers::{Response, Served, Servers};
use crate::{Failure, people};

/// How often each person authenticates: every second person never does; the others register at one
/// or two platforms and log in two or three times. That is 12.5 authentications for 6 people.
pub fn visits(person: u64) -> Vec<(usize, &'static str)> {
    if !person.is_multiple_of(2) {
        return Vec::new();
    }
    let active = person / 2;
    let mut visits = vec![(0, "register")];
    if !active.is_multiple_of(3) {
        visits.push((1, "register"));
    }
    visits.extend([(0, "log-in"), (0, "log-in")]);
    if !active.is_multiple_of(2) {
        visits.push((visits.len() % 2 * usize::from(!active.is_multiple_of(3)), "log-in"));
    }
    visits
}

type Rng = UnwrapErr<getrandom::SysRng>;

struct Device<'a> {
    servers: &'a Servers,
    holder: Holder,
    token: String,
    credential: Option<(Credential, Vec<Evidence>)>,
    rng: Rng,
}

/// The whole of it. Returns how often the person authenticated.
pub async fn live(servers: &Servers, person: u64) -> Result<u64, Failure> {
    let visits = visits(person);
    let holder = Holder::new(&people::master(person), servers.list.clone())?;
    let rng = UnwrapErr(getrandom::SysRng);
    let mut device = Device { servers, holder, token: String::new(), credential: None, rng };
    let ticket = device.identify(person).await?;
    device.enroll(&ticket).await?;
    if !visits.is_empty() {
        device.refresh().await?;
    }
    for (platform, ask) in &visits {
        let (served, service) = &servers.platforms[*platform];
        let (service_of, ask_of) = (service.clone(), *ask);
        let begin = async move { service_of.begin(ask_of, Flow::SameDevice, None, None).await };
        let begun = served.run("begin", begin).await??;
        let code = device.answer(served, &begun.uri).await?;
        let service = service.clone();
        let redeem = async move { service.redeem(&begun.transaction, Some(&code)).await };
        served.run("redeem", redeem).await??;
    }
    Ok(visits.len() as u64)
}

/// The envelope of a response with this status.
fn read<E: Envelope>(response: &Response, status: u16) -> Result<E, Failure> {
    if response.status != status {
        let body = String::from_utf8_lossy(&response.body);
        return Err(format!("{} instead of {status}: {body}", response.status).into());
    }
    Ok(E::from_json(&response.body)?)
}

impl Device<'_> {
    /// The counter, and the code.
    async fn identify(&mut self, person: u64) -> Result<Vec<u8>, Failure> {
        let body = json!({ "person": people::shown(person), "notice": self.servers.notice });
        let request = Request::post("/v1/counter/applications")
            .header("content-type", "application/json")
            .header("authorization", "Bearer secret")
            .body(Body::from(body.to_string()))?;
        let (front, counter) = (&self.servers.front, &self.servers.counter);
        let applied = front.call_at(counter, "apply", request).await?;
        let reply: serde_json::Value = serde_json::from_slice(&applied.body)?;
        let code = reply["code"].as_str().ok_or_else(|| format!("not admitted: {reply}"))?;
        let identification = Identification { code: code.parse()? };
        let begun = self.post("session", path::SESSIONS, &identification).await?;
        let session: Session = read(&begun, 200)?;
        self.token = session.token.to_string();
        session.ticket.ok_or_else(|| "no ticket".into())
    }

    async fn enroll(&mut self, ticket: &[u8]) -> Result<(), Failure> {
        let list = &self.servers.list;
        let ticket = Received::<EnrollmentTicket>::from_authority(list, list.host(), ticket)?;
        let request = self.holder.enroll(&ticket, &mut self.rng)?.into_bytes();
        let enrolled = self.post("enroll", path::ENROLLMENT, &Enrollment { request }).await?;
        match enrolled.status {
            204 => Ok(()),
            status => Err(format!("not enrolled: {status}").into()),
        }
    }

    async fn refresh(&mut self) -> Result<(), Failure> {
        let list = &self.servers.list;
        let offer: Offer = read(&self.send("offer", path::OFFERS, None).await?, 200)?;
        let offer = Received::<IssuanceOffer>::from_authority(list, list.host(), &offer.offer)?;
        let now = UnixTime::now();
        let (request, waiting) = self.holder.request_credential(&offer, now, &mut self.rng)?;
        let issuance = Issuance { request: request.into_bytes() };
        let issued = self.post("issue", path::CREDENTIALS, &issuance).await?;
        let issued: IssuedCredential = read(&issued, 200)?;
        let issued = waiting.finish(&IssuanceResponse::from_bytes(&issued.response)?)?;
        let (request, waiting) = self.holder.request_evidence(&issued, &mut self.rng)?;
        let requests = EvidenceBatches { requests: vec![request.to_bytes()] };
        let opened = self.post("open evidence", path::EVIDENCE, &requests).await?;
        let commitments: Commitments = read(&opened, 201)?;
        let commitments = commitments.commitments.first().ok_or("no commitments")?;
        let commitments = EvidenceCommitments::from_bytes(commitments)?;
        let (challenges, waiting) = waiting.challenge(&commitments, &mut self.rng)?;
        let challenges = Challenges { challenges: vec![challenges.to_bytes()] };
        let answered = self.post("answer evidence", &opened.location, &challenges).await?;
        let responses: Responses = read(&answered, 200)?;
        let responses = responses.responses.first().ok_or("no responses")?;
        let batch = waiting.finish(&EvidenceResponses::from_bytes(responses)?)?;
        self.credential = Some(issued.complete([batch])?);
        Ok(())
    }

    /// Fetches a question, agrees, and gives the code that the browser takes back.
    async fn answer(
        &mut self,
        served: &Served,
        uri: &str,
    ) -> Result<pairnym_transport::Code, Failure> {
        let invitation = Invitation::new(uri)?;
        let fetched = served.call("question", out(&invitation.get())?).await?;
        let fetched = invitation.receive(as_read(&fetched))?;
        let checked = fetched.check(&[], CrossDevice::Pair, UnixTime::now());
        let checked = checked.map_err(|refused| format!("{refused}"))?;
        let Next::Ask(asking) = checked.next(Attempt::generate(&mut self.rng)) else {
            return Err("from another device".into());
        };
        let request: &Received<Question> = asking.request();
        let now = UnixTime::now();
        let (unsent, what) = match request.wanted() {
            Wanted::Login => {
                let consent = Consent::to_answer(request);
                let login = self.holder.log_in(consent, now, &mut self.rng)?;
                (asking.log_in(login)?, "log in")
            }
            Wanted::Presentation => {
                let (credential, evidence) = self.credential.as_mut().ok_or("no credential")?;
                let item = evidence.pop().ok_or("no evidence is left")?;
                let consent = Consent::to_disclose(request);
                let presented = self.holder.present(credential, item, consent, now, &mut self.rng);
                (asking.present(presented.map_err(pairnym::Error::from)?)?, "register")
            }
        };
        let sending = unsent.record(|_| Ok::<_, Failure>(()))?;
        let receipt = served.call(what, out(sending.post())?).await?;
        let answered = sending.receive(as_read(&receipt))?;
        Ok(*answered.done.ok_or("no code")?.code())
    }

    async fn post<E: Envelope>(
        &self,
        what: &'static str,
        path: &str,
        body: &E,
    ) -> Result<Response, Failure> {
        self.send(what, path, Some((E::MEDIA_TYPE, body.to_json()?))).await
    }

    async fn send(
        &self,
        what: &'static str,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<Response, Failure> {
        let mut request = Request::post(path);
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        let request = match body {
            Some((media_type, body)) => {
                request.header("content-type", media_type).body(Body::from(body))?
            }
            None => request.body(Body::empty())?,
        };
        self.servers.front.call(what, request).await
    }
}

/// A wallet's call, at the router of its host.
fn out(request: &HttpRequest) -> Result<Request<Body>, Failure> {
    let (_, rest) = request.url.split_once("://").ok_or("no URL")?;
    let path = rest.find('/').and_then(|at| rest.get(at..)).ok_or("no path")?;
    let call = Request::builder().method(request.method).uri(path).header("accept", request.accept);
    Ok(match &request.body {
        Some((media_type, body)) => {
            call.header("content-type", *media_type).body(Body::from(body.clone()))?
        }
        None => call.body(Body::empty())?,
    })
}

fn as_read(response: &Response) -> HttpResponse<'_> {
    let Response { status, content_type, body, .. } = response;
    HttpResponse { status: *status, content_type, body }
}
