//! A platform with one request, in memory: what a service does, without HTTP.

use pairnym::message::{Login, Message, Presentation};
use pairnym::platform::Platform;
use pairnym::store::MemoryNonces;
use pairnym::{Pseudonym, Purpose, Request, UnixTime};
use pairnym_testkit::{NOW, Service, host, seeded};
use pairnym_transport::ed25519_dalek::SigningKey;
use pairnym_transport::envelope::*;
use pairnym_transport::permission::*;
use pairnym_transport::wallet::{HttpRequest, HttpResponse};
use pairnym_transport::*;

pub fn registrar() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

pub fn permission() -> Permission {
    let grant = |purpose, attributes: &[&str]| Grant {
        purpose,
        labels: vec![None],
        attributes: attributes.iter().map(|name| name.parse().unwrap()).collect(),
        statements: false,
    };
    let contact = || "mailto:privacy@shop.example".to_owned();
    Permission {
        authority: pairnym_testkit::authority_id(),
        platform: host("shop.example"),
        names: Names { zh: "示例商店".into(), en: "Example Shop".into() },
        from: NOW,
        until: UnixTime(NOW.0 + 86_400),
        purposes: vec![grant(Purpose::Registration, &["age_over_18"]), grant(Purpose::Login, &[])],
        contacts: Contacts { privacy: contact(), deletion: contact(), supervisor: contact() },
    }
}

/// What the wire would carry back.
#[derive(Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub media_type: &'static str,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn of<T: Envelope>(status: u16, body: &T) -> Self {
        Self { status, media_type: T::MEDIA_TYPE, body: body.to_json().unwrap() }
    }

    pub fn problem(problem: Problem) -> Self {
        Self::of(problem.status, &problem)
    }

    pub fn response(&self) -> HttpResponse<'_> {
        HttpResponse { status: self.status, content_type: self.media_type, body: &self.body }
    }
}

pub struct Shop {
    pub uri: RequestUri,
    pub request: Request,
    pub permission: Option<SignedPermission>,
    pub state: State,
    pub digits: Digits,
    pub found: Option<Pseudonym>,
    flow: Flow,
    platform: Platform,
    account: Option<Pseudonym>,
    nonces: MemoryNonces,
    attempt: Option<Attempt>,
    content: Option<Content>,
    tries: u8,
}

impl Shop {
    pub fn registering(service: &Service, flow: Flow) -> Self {
        Self::new(service, flow, None)
    }

    pub fn logging_in(service: &Service, flow: Flow, account: Pseudonym) -> Self {
        Self::new(service, flow, Some(account))
    }

    fn new(service: &Service, flow: Flow, account: Option<Pseudonym>) -> Self {
        let platform = Platform::new(service.list().clone(), host("shop.example"));
        let ask = match account {
            None => platform.request(Purpose::Registration).disclose("age_over_18"),
            Some(_) => platform.request_login(Purpose::Login),
        };
        let request = ask.build(NOW, &mut seeded(1)).unwrap();
        Self {
            uri: RequestUri::new("shop.example".parse().unwrap(), Handle::generate(&mut seeded(2))),
            request,
            permission: Some(permission().sign(&registrar()).unwrap()),
            state: State::Open,
            digits: Digits::generate(&mut seeded(3)),
            found: None,
            flow,
            platform,
            account,
            nonces: MemoryNonces::new(10),
            attempt: None,
            content: None,
            tries: State::TRIES,
        }
    }

    /// Another request of the same kind.
    pub fn ask(&mut self, service: &Service, seed: u64) {
        let platform = Platform::new(service.list().clone(), host("shop.example"));
        let ask = platform.request(Purpose::Registration).disclose("age_over_18");
        self.request = ask.build(NOW, &mut seeded(seed)).unwrap();
    }

    pub fn link(&self) -> String {
        self.uri.link(&"wallet.example".parse().unwrap())
    }

    pub fn question(&self) -> Question {
        let permission = self.permission.clone();
        Question { request: self.request.to_bytes(), flow: self.flow, permission }
    }

    pub fn call(&mut self, call: &HttpRequest) -> Reply {
        self.respond(call).unwrap_or_else(Reply::problem)
    }

    fn respond(&mut self, call: &HttpRequest) -> Result<Reply, Problem> {
        let of = |url: String| call.url == url;
        match &call.body {
            None if of(self.uri.to_string()) => Ok(Reply::of(200, &self.question())),
            Some((Pair::MEDIA_TYPE, body)) if of(self.uri.pair()) => self.pair(body),
            Some((Answer::MEDIA_TYPE, body)) if of(self.uri.to_string()) => self.answer(body),
            _ => Err(Refusal::NotFound.into()),
        }
    }

    fn by(&self, attempt: &Attempt) -> By {
        if self.attempt == Some(*attempt) { By::Same } else { By::Other }
    }

    fn step(&mut self, event: Event) -> Result<(), Refusal> {
        match self.state.on(self.flow, event)? {
            Step::Change(state) => self.state = state,
            Step::Repeat => {}
            Step::Costs(state, refusal) => {
                self.state = state;
                self.tries -= 1;
                return Err(refusal);
            }
        }
        Ok(())
    }

    fn pair(&mut self, body: &[u8]) -> Result<Reply, Problem> {
        let Pair { attempt } = Pair::from_json(body)?;
        self.step(Event::Pair(self.by(&attempt)))?;
        self.attempt = Some(attempt);
        let waiting = self.state == State::Pairing;
        let pairing = if waiting { Pairing::Waiting(self.digits) } else { Pairing::Paired };
        Ok(Reply::of(200, &pairing))
    }

    pub fn type_digits(&mut self, digits: Digits) -> Result<(), Refusal> {
        let right = digits == self.digits;
        let left = self.tries.saturating_sub(1);
        self.step(if right { Event::RightDigits } else { Event::WrongDigits(left) })
    }

    fn answer(&mut self, body: &[u8]) -> Result<Reply, Problem> {
        let Answer { attempt, content } = Answer::from_json(body)?;
        let own = self.content.as_ref().is_none_or(|stored| *stored == content);
        let by = if own { self.by(&attempt) } else { By::Other };
        let event = match content {
            Content::Declined => Event::Decline(by),
            _ => Event::Answer(by),
        };
        if matches!(self.state.on(self.flow, event)?, Step::Change(_)) {
            self.verify(&content)?;
        }
        self.step(event)?;
        self.attempt = Some(attempt);
        let declined = content == Content::Declined;
        self.content = Some(content);
        let code = (self.flow == Flow::SameDevice && !declined)
            .then(|| Code::of(self.uri.handle(), &attempt));
        Ok(Reply::of(200, &Receipt { nonce: self.request.nonce().0, code }))
    }

    fn verify(&mut self, content: &Content) -> Result<(), Problem> {
        let (asked, nonces) = (&self.request, &self.nonces);
        let refused = || Problem::from(pairnym::Error::Rejected);
        self.found = match content {
            Content::Declined => None,
            Content::Presentation(bytes) => {
                let answer = Presentation::from_bytes(bytes).map_err(pairnym::Error::from)?;
                let verified = self.platform.verify(asked, &answer, NOW, nonces);
                Some(*verified.map_err(|_| refused())?.pseudonym())
            }
            Content::Login(bytes) => {
                let answer = Login::from_bytes(bytes).map_err(pairnym::Error::from)?;
                let account = |found: &Pseudonym| self.account.filter(|known| known == found);
                let verified = self.platform.verify_login(asked, &answer, account, NOW, nonces);
                Some(verified.map_err(|_| refused())?.into_account())
            }
        };
        Ok(())
    }

    pub fn redeem(&mut self, code: Option<&Code>) -> Result<(), Refusal> {
        let of_attempt = self.attempt.map(|attempt| Code::of(self.uri.handle(), &attempt));
        let needed = self.flow == Flow::SameDevice && self.state == State::Answered;
        if needed && code.copied() != of_attempt {
            return Err(Refusal::WrongCode);
        }
        self.step(Event::Redeem)
    }
}
