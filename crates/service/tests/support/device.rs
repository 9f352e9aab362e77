//! A person's device, which calls an authority over HTTP.

use std::net::SocketAddr;

use pairnym::holder::{EvidenceBatch, IssuedCredential, Received};
use pairnym::message::*;
use pairnym::{ParameterList, UnixTime};
use pairnym_testkit::{Person, Seeded, seeded};
use pairnym_transport::authority::{
    Challenges, Commitments, Enrollment, EvidenceBatches, EvidencePath, Identification, Issuance,
    Offer, Responses, Session, path,
};
use pairnym_transport::envelope::Envelope;

use super::http::{Call, Response};

pub struct Device {
    pub server: SocketAddr,
    pub list: ParameterList,
    pub person: Person,
    pub token: String,
    pub now: UnixTime,
    rng: Seeded,
}

impl Device {
    /// The same number is the same person.
    pub fn new(number: u8, server: SocketAddr, list: &ParameterList, now: UnixTime) -> Self {
        let (person, rng) = (Person::new(number, list, []), seeded(1_000 + u64::from(number)));
        Self { server, list: list.clone(), person, token: String::new(), now, rng }
    }

    pub fn call<E: Envelope>(&self, path: &str, body: &E) -> Call {
        self.authorized(Call::post(path, E::MEDIA_TYPE, body.to_json().unwrap()))
    }

    pub fn authorized(&self, call: Call) -> Call {
        call.header("authorization", &format!("Bearer {}", self.token))
    }

    pub async fn post<E: Envelope>(&self, path: &str, body: &E) -> Response {
        self.call(path, body).send(self.server).await
    }

    /// Types a code; the ticket, if there is one.
    pub async fn begin(&mut self, code: &str) -> Option<Vec<u8>> {
        let body = Identification { code: code.parse().unwrap() };
        let response = self.post(path::SESSIONS, &body).await;
        assert_eq!(response.status, 200, "{}", response.text());
        let session: Session = read(&response);
        self.token = session.token.to_string();
        session.ticket
    }

    pub fn enrollment(&mut self, ticket: &[u8]) -> Enrollment {
        let peer = self.list.host();
        let ticket = Received::<EnrollmentTicket>::from_authority(&self.list, peer, ticket);
        let request = self.person.holder.enroll(&ticket.unwrap(), &mut self.rng).unwrap();
        Enrollment { request: request.into_bytes() }
    }

    pub async fn enroll(&mut self, ticket: &[u8]) {
        let body = self.enrollment(ticket);
        // A lost response: the same again.
        for _ in 0..2 {
            let response = self.post(path::ENROLLMENT, &body).await;
            assert_eq!(response.status, 204, "{}", response.text());
        }
    }

    pub async fn ask_offer(&self) -> Response {
        self.authorized(Call::get(path::OFFERS).method("POST")).send(self.server).await
    }

    pub async fn offer(&self) -> Received<IssuanceOffer> {
        let response = self.ask_offer().await;
        assert_eq!(response.status, 200, "{}", response.text());
        self.received(&read(&response))
    }

    pub fn received(&self, offer: &Offer) -> Received<IssuanceOffer> {
        let host = self.list.host();
        Received::<IssuanceOffer>::from_authority(&self.list, host, &offer.offer).unwrap()
    }

    /// What answers an offer, and what finishes it.
    pub fn accept(
        &mut self,
        offer: &Received<IssuanceOffer>,
    ) -> (Issuance, pairnym::holder::AwaitingIssuance) {
        let accepted = self.person.holder.request_credential(offer, self.now, &mut self.rng);
        let (request, waiting) = accepted.unwrap();
        (Issuance { request: request.into_bytes() }, waiting)
    }

    pub async fn credential(&mut self) -> IssuedCredential {
        let offer = self.offer().await;
        let (body, waiting) = self.accept(&offer);
        let first = self.post(path::CREDENTIALS, &body).await;
        assert_eq!(first.status, 200, "{}", first.text());
        let again = self.post(path::CREDENTIALS, &body).await;
        assert_eq!(again.body, first.body, "another credential for a repetition");
        self.issued(&first, waiting)
    }

    pub fn issued(
        &self,
        response: &Response,
        waiting: pairnym::holder::AwaitingIssuance,
    ) -> IssuedCredential {
        let issued: IssuedCredentialEnvelope = read(response);
        waiting.finish(&IssuanceResponse::from_bytes(&issued.response).unwrap()).unwrap()
    }

    /// What asks for some batches.
    pub fn ask_evidence(&mut self, issued: &IssuedCredential, many: usize) -> Asking {
        let asked = (0..many).map(|_| {
            let asking = self.person.holder.request_evidence(issued, &mut self.rng);
            let (request, waiting) = asking.unwrap();
            (request.to_bytes(), waiting)
        });
        let (requests, waiting) = asked.unzip();
        Asking { requests: EvidenceBatches { requests }, waiting }
    }

    /// Opens sessions for some batches.
    pub async fn open(&mut self, issued: &IssuedCredential, many: usize) -> Opened {
        let asking = self.ask_evidence(issued, many);
        let response = asking.call(self).send(self.server).await;
        asking.opened(self, response)
    }

    pub async fn answer(&self, opened: &Opened) -> Response {
        self.post(&opened.location, &opened.challenges).await
    }

    /// Everything: a credential with all its evidence, in calls of so many batches.
    pub async fn refresh(&mut self, each: usize) {
        let issued = self.credential().await;
        let mut batches = Vec::new();
        let all = usize::from(issued.batches().get());
        while batches.len() < all {
            let opened = self.open(&issued, each.min(all - batches.len())).await;
            assert_eq!(opened.response.status, 201, "{}", opened.response.text());
            opened.location.parse::<EvidencePath>().unwrap();
            let response = self.answer(&opened).await;
            assert_eq!(response.status, 200, "{}", response.text());
            batches.extend(opened.finish(&response));
        }
        let (credential, evidence) = issued.complete(batches).unwrap();
        assert_eq!(evidence.len(), 32 * all);
        self.person.credential = Some(credential);
        self.person.evidence = evidence;
    }
}

/// Batches that are asked for.
pub struct Asking {
    requests: EvidenceBatches,
    waiting: Vec<pairnym::holder::AwaitingCommitments>,
}

impl Asking {
    pub fn call(&self, device: &Device) -> Call {
        device.call(path::EVIDENCE, &self.requests)
    }

    pub fn opened(self, device: &mut Device, response: Response) -> Opened {
        let location = response.header("location").to_owned();
        let mut awaiting = Vec::new();
        let mut challenges = Vec::new();
        if response.status == 201 {
            let commitments: Commitments = read(&response);
            assert_eq!(commitments.commitments.len(), self.waiting.len());
            for (bytes, waiting) in commitments.commitments.iter().zip(self.waiting) {
                let commitments = EvidenceCommitments::from_bytes(bytes).unwrap();
                let (challenge, next) = waiting.challenge(&commitments, &mut device.rng).unwrap();
                challenges.push(challenge.to_bytes());
                awaiting.push(next);
            }
        }
        Opened { response, location, challenges: Challenges { challenges }, awaiting }
    }
}

/// Evidence sessions that wait for their answer.
pub struct Opened {
    pub response: Response,
    pub location: String,
    pub challenges: Challenges,
    awaiting: Vec<pairnym::holder::AwaitingResponses>,
}

impl Opened {
    pub fn finish(self, response: &Response) -> Vec<EvidenceBatch> {
        let responses: Responses = read(response);
        let pairs = self.awaiting.into_iter().zip(&responses.responses);
        pairs
            .map(|(awaiting, bytes)| {
                awaiting.finish(&EvidenceResponses::from_bytes(bytes).unwrap()).unwrap()
            })
            .collect()
    }
}

type IssuedCredentialEnvelope = pairnym_transport::authority::IssuedCredential;

/// An envelope of a response, with its media type.
pub fn read<E: Envelope>(response: &Response) -> E {
    assert_eq!(response.header("content-type"), E::MEDIA_TYPE, "{}", response.text());
    E::from_json(&response.body).unwrap()
}
