//! The authority's endpoints (TRANSPORT.md §10) on the testkit's authority.

use std::collections::HashMap;

use pairnym::authority::{Authority, EvidenceSessions, OpenOffer, OpenTicket};
use pairnym::message::*;
use pairnym::store::{MemoryRegistry, Reenrollment};
use pairnym::{Error, ParameterList, PersonId, TransactionId, UnixTime};
use pairnym_testkit::{ATTRIBUTES, NOW, TEN_MINUTES, authority_id, seeded};
use pairnym_transport::authority::*;
use pairnym_transport::envelope::Envelope;
use pairnym_transport::wallet::HttpRequest;
use pairnym_transport::{Problem, Refusal, Token};
use pairnym_wallet::{Pins, Response};

use super::{host, list_key, registrar};

/// The authority, and what it remembers of people.
pub struct Counter {
    pub service: pairnym_testkit::Service<MemoryRegistry>,
    codes: HashMap<String, u8>,
    people: HashMap<[u8; 32], (u8, OpenTicket, Option<Commitment>)>,
    commitments: HashMap<u8, Commitment>,
    offers: HashMap<[u8; 32], OpenOffer>,
    sessions: EvidenceSessions,
    drawn: u64,
    /// Answers everything to do with credentials with this.
    pub denies: Option<Refusal>,
    /// Registrars other than those that wallets pin.
    pub other_registrars: bool,
    /// Answers evidence wrongly.
    pub wrong_evidence: bool,
}

impl Counter {
    pub fn new() -> Self {
        let registry = MemoryRegistry::new(Reenrollment::SameCommitment);
        Self {
            service: pairnym_testkit::Service::with(&ATTRIBUTES, registry, NOW),
            codes: HashMap::new(),
            people: HashMap::new(),
            commitments: HashMap::new(),
            offers: HashMap::new(),
            sessions: EvidenceSessions::new(100, TEN_MINUTES),
            drawn: 0,
            denies: None,
            other_registrars: false,
            wrong_evidence: false,
        }
    }

    fn authority(&self) -> &Authority {
        self.service.authority()
    }

    pub fn list(&self) -> ParameterList {
        self.service.list().clone()
    }

    fn signed(&self) -> SignedList {
        SignedList::new(self.service.list(), &[list_key()])
    }

    pub fn pins(&self) -> Pins {
        Pins {
            authority: authority_id(),
            host: host("id.authority.example"),
            list_keys: vec![(&list_key()).into()],
            threshold: 1,
            registrars: vec![(&registrar()).into()],
            list: self.signed(),
        }
    }

    fn draw(&mut self) -> pairnym_testkit::Seeded {
        self.drawn += 1;
        seeded(self.drawn)
    }

    /// The person has been identified; the code is on the screen.
    pub fn identify(&mut self, person: u8, _: UnixTime) -> CounterCode {
        let code = CounterCode::generate(&mut self.draw());
        self.codes.insert(code.to_string(), person);
        code
    }

    pub fn call(&mut self, request: &HttpRequest, now: UnixTime) -> Response {
        self.respond(request, now).unwrap_or_else(|problem| reply(problem.status, &problem))
    }

    fn respond(&mut self, request: &HttpRequest, now: UnixTime) -> Result<Response, Problem> {
        let path = request.url.strip_prefix("https://id.authority.example").unwrap();
        let body = request.body.as_ref().map_or(&[][..], |(_, body)| body);
        if path == path::DIRECTORY {
            let registrars = if self.other_registrars { vec![] } else { self.pins().registrars };
            let list = self.signed();
            let authority = authority_id();
            return Ok(reply(200, &Directory { authority, list, registrars, sessions: 8 }));
        } else if path.starts_with(path::DIRECTORY) {
            return Ok(reply(200, &self.signed()));
        } else if path == path::SESSIONS {
            return self.session(body, now);
        }
        let token = request.token.ok_or(Refusal::Unauthorized)?;
        if let Some(refusal) = self.denies {
            return Err(refusal.into());
        }
        let (person, ticket, commitment) =
            self.people.get(&token.0).ok_or(Refusal::Unauthorized)?;
        let (person, commitment) = (*person, *commitment);
        let authority = self.service.authority();
        if path == path::ENROLLMENT {
            let Enrollment { request } = Enrollment::from_json(body)?;
            let request = EnrollmentRequest::from_bytes(&request).map_err(Error::from)?;
            let (id, registry) = (PersonId([person; 32]), self.service.registry());
            let enrolled = authority.enroll(ticket, &request, id, now, registry);
            let commitment = enrolled.map_err(Error::from)?;
            self.commitments.insert(person, commitment);
            self.people.get_mut(&token.0).unwrap().2 = Some(commitment);
            return Ok(Response { status: 204, ..Response::default() });
        }
        let commitment = commitment.ok_or(Error::NotRegistered)?;
        let rng = &mut seeded(self.drawn + 1_000_000);
        self.drawn += 1;
        if path == path::OFFERS {
            let values = [("age_over_18", true.into()), ("region", "上海".into())];
            let offer = authority.offer(commitment, values, TEN_MINUTES, now, rng)?;
            let bytes = offer.offer().to_bytes();
            self.offers.insert(*offer.offer().nonce(), offer);
            Ok(reply(200, &Offer { offer: bytes }))
        } else if path == path::CREDENTIALS {
            let Issuance { request } = Issuance::from_json(body)?;
            let request = IssuanceRequest::from_bytes(&request).map_err(Error::from)?;
            let offer = self.offers.get(request.nonce()).ok_or(Error::Expired)?;
            let issued = authority.issue(offer, &request, now, self.service.registry());
            let response = issued.map_err(Error::from)?.to_bytes();
            Ok(reply(200, &IssuedCredential { response }))
        } else if path == path::EVIDENCE {
            let EvidenceBatches { requests } = EvidenceBatches::from_json(body)?;
            let mut commitments = Vec::new();
            for request in requests {
                let request = EvidenceRequest::from_bytes(&request).map_err(Error::from)?;
                let (session, commitment) = authority.open_evidence(&request, rng)?;
                self.sessions.keep(session, now)?;
                commitments.push(commitment.to_bytes());
            }
            let mut response = reply(201, &Commitments { commitments });
            response.location = "/v1/evidence/a".into();
            Ok(response)
        } else if path == "/v1/evidence/a" {
            let Challenges { challenges } = Challenges::from_json(body)?;
            let mut responses = Vec::new();
            for challenge in challenges {
                let challenge = EvidenceChallenges::from_bytes(&challenge).map_err(Error::from)?;
                let session = self.sessions.take(challenge.session(), now)?;
                let mut bytes = authority.respond(session, &challenge)?.to_bytes();
                if self.wrong_evidence {
                    *bytes.last_mut().unwrap() ^= 1;
                }
                responses.push(bytes);
            }
            Ok(reply(200, &Responses { responses }))
        } else {
            Err(Refusal::NotFound.into())
        }
    }

    fn session(&mut self, body: &[u8], now: UnixTime) -> Result<Response, Problem> {
        let Identification { code } = Identification::from_json(body)?;
        let person = self.codes.remove(&code.to_string()).ok_or(Refusal::WrongCode)?;
        let rng = &mut self.draw();
        let token = Token::generate(rng);
        let transaction = TransactionId(token.0);
        let open = self.authority().open_ticket(transaction, TEN_MINUTES, now, rng)?;
        let known = self.commitments.get(&person).copied();
        let ticket = known.is_none().then(|| open.ticket().to_bytes());
        self.people.insert(token.0, (person, open, known));
        Ok(reply(200, &Session { token, expires: UnixTime(now.0 + 86_400), ticket }))
    }
}

fn reply<T: Envelope>(status: u16, body: &T) -> Response {
    let (content_type, body) = (T::MEDIA_TYPE.to_owned(), body.to_json().unwrap());
    Response { status, content_type, location: String::new(), body }
}
