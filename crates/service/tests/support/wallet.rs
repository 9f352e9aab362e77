//! A wallet: a person of the testkit, behind the transport's own checks.

use std::net::SocketAddr;

use pairnym::UnixTime;
use pairnym::holder::{Consent, Received};
use pairnym::rand_core::UnwrapErr;
use pairnym::{Request, Wanted};
use pairnym_testkit::Person;
use pairnym_transport::wallet::{
    Answered, CrossDevice, HttpRequest, HttpResponse, Invitation, Next, Progress, Sending, Unsent,
    WalletError,
};
use pairnym_transport::{Attempt, PublicKey};

use super::http::{Call, Response};

pub struct Wallet {
    pub person: Person,
    pub registrars: Vec<PublicKey>,
    /// Where every host is found, in place of TLS.
    pub server: SocketAddr,
    pub now: UnixTime,
}

/// A call as it goes out; the host is that of the server.
pub fn call(request: &HttpRequest) -> Call {
    let (_, rest) = request.url.split_once("://").expect("a URL");
    let path = &rest[rest.find('/').expect("a path")..];
    let mut call = Call::get(path).method(request.method).header("accept", request.accept);
    if let Some((media_type, body)) = &request.body {
        call.body.clone_from(body);
        call = call.header("content-type", media_type);
    }
    call
}

pub fn response(response: &Response) -> HttpResponse<'_> {
    let content_type = response.header("content-type");
    HttpResponse { status: response.status, content_type, body: &response.body }
}

pub fn attempt() -> Attempt {
    Attempt::generate(&mut UnwrapErr(getrandom::SysRng))
}

impl Wallet {
    pub fn new(person: Person, server: SocketAddr, now: UnixTime) -> Self {
        Self { person, registrars: Vec::new(), server, now }
    }

    pub async fn send(&self, request: &HttpRequest) -> Response {
        call(request).send(self.server).await
    }

    /// Everything before the question to the person; on another device without pairing yet.
    pub async fn fetch(&self, uri: &str) -> Result<Next, WalletError> {
        let invitation = Invitation::new(uri)?;
        let fetched = self.send(&invitation.get()).await;
        let fetched = invitation.receive(response(&fetched))?;
        let policy = CrossDevice::Pair;
        let checked = fetched.check(&self.registrars, policy, self.now);
        Ok(checked.unwrap_or_else(|refused| panic!("{refused}")).next(attempt()))
    }

    /// What the person agrees to send.
    pub async fn prepare(&mut self, uri: &str) -> Result<Sending, WalletError> {
        match self.fetch(uri).await? {
            Next::Ask(asking) => self.consent(asking),
            Next::Pair(_) => panic!("from another device"),
        }
    }

    pub fn consent(
        &mut self,
        asking: pairnym_transport::wallet::Asking,
    ) -> Result<Sending, WalletError> {
        let unsent = self.answered(asking)?;
        unsent.record(|_| Ok(()))
    }

    fn answered(
        &mut self,
        asking: pairnym_transport::wallet::Asking,
    ) -> Result<Unsent, WalletError> {
        let request: &Received<Request> = asking.request();
        let person = &mut self.person;
        let rng = &mut UnwrapErr(getrandom::SysRng);
        match request.wanted() {
            Wanted::Login => {
                let login = person.holder.log_in(Consent::to_answer(request), self.now, rng);
                asking.log_in(login?)
            }
            Wanted::Presentation => {
                let credential = person.credential.as_ref().expect("a credential");
                let item = person.evidence.pop().expect("evidence");
                let consent = Consent::to_disclose(request);
                let presented = person.holder.present(credential, item, consent, self.now, rng);
                match presented {
                    Ok(presentation) => asking.present(presentation),
                    Err(refused) => {
                        person.evidence.extend(refused.into_evidence());
                        Ok(asking.decline())
                    }
                }
            }
        }
    }

    /// The same device, from the link to the receipt.
    pub async fn answer(&mut self, uri: &str) -> Result<Answered, WalletError> {
        let sending = self.prepare(uri).await?;
        let receipt = self.send(sending.post()).await;
        sending.receive(response(&receipt))
    }

    /// Another device: the digits to type, and what to go on with.
    pub async fn pair(
        &self,
        uri: &str,
    ) -> Result<(pairnym_transport::wallet::Unpaired, String), WalletError> {
        let Next::Pair(unpaired) = self.fetch(uri).await? else { panic!("on the same device") };
        let paired = self.send(&unpaired.post()?).await;
        match unpaired.receive(response(&paired))? {
            Progress::Waiting(unpaired, digits) => Ok((unpaired, digits.to_string())),
            Progress::Busy(_) | Progress::Paired(_) => panic!("nobody typed digits"),
        }
    }

    /// Another device: once the digits were typed.
    pub async fn go_on(
        &mut self,
        unpaired: pairnym_transport::wallet::Unpaired,
    ) -> Result<Answered, WalletError> {
        let paired = self.send(&unpaired.post()?).await;
        let Progress::Paired(asking) = unpaired.receive(response(&paired))? else {
            panic!("not paired")
        };
        let sending = self.consent(asking)?;
        let receipt = self.send(sending.post()).await;
        sending.receive(response(&receipt))
    }
}
