//! Steps 8 to 10: pairing, the person's consent, and the holder's answer.

use pairnym::holder::{self, Outgoing};
use pairnym::message::{Login, Presentation};
use pairnym::{Request, Wanted};

use super::{HttpRequest, HttpResponse, Unsent, WalletError};
use crate::envelope::{Answer, Content, Pair, Pairing};
use crate::permission::Standing;
use crate::{Attempt, Digits, RequestUri};

/// A request that a wallet scanned, before anybody typed digits at the page.
#[derive(Debug)]
pub struct Unpaired(Asking);

/// How far pairing is.
#[derive(Debug)]
pub enum Progress {
    /// Show these digits and the platform's name; call again.
    Waiting(Unpaired, Digits),
    /// The platform is busy; call again later.
    Busy(Unpaired),
    /// Ask the person.
    Paired(Asking),
}

impl Unpaired {
    pub(super) const fn new(asking: Asking) -> Self {
        Self(asking)
    }

    /// The request: its platform is where the person has to type the digits.
    #[must_use]
    pub const fn request(&self) -> &holder::Received<Request> {
        &self.0.request
    }

    /// The call to make, and to repeat until it has paired. The platform may take up to 25 s to
    /// answer a repetition.
    ///
    /// # Errors
    /// None in fact: the body is short.
    pub fn post(&self) -> Result<HttpRequest, WalletError> {
        let pair = Pair { attempt: self.0.attempt };
        Ok(HttpRequest::post::<_, Pairing>(self.0.uri.pair(), &pair)?)
    }

    /// What came back. After a lost response the caller makes the same call again.
    ///
    /// # Errors
    /// [`WalletError`]; this attempt is over.
    pub fn receive(self, response: HttpResponse<'_>) -> Result<Progress, WalletError> {
        match response.read(200) {
            Ok(Pairing::Waiting(digits)) => Ok(Progress::Waiting(self, digits)),
            Ok(Pairing::Paired) => Ok(Progress::Paired(self.0)),
            Err(WalletError::Problem(problem)) if problem.is_temporary() => {
                Ok(Progress::Busy(self))
            }
            Err(error) => Err(error),
        }
    }
}

/// A request to show to the person, who consents or not.
#[derive(Debug)]
pub struct Asking {
    uri: RequestUri,
    attempt: Attempt,
    request: holder::Received<Request>,
    standing: Standing,
}

impl Asking {
    pub(super) const fn new(
        uri: RequestUri,
        attempt: Attempt,
        request: holder::Received<Request>,
        standing: Standing,
    ) -> Self {
        Self { uri, attempt, request, standing }
    }

    /// The request, for a [`Consent`](holder::Consent).
    #[must_use]
    pub const fn request(&self) -> &holder::Received<Request> {
        &self.request
    }

    /// What a registrar says about it, to be shown too.
    #[must_use]
    pub const fn standing(&self) -> &Standing {
        &self.standing
    }

    /// With the presentation that the holder made, on the person's consent to this request.
    ///
    /// # Errors
    /// [`WalletError::ForeignAnswer`], if it answers another request.
    pub fn present(self, presentation: Outgoing<Presentation>) -> Result<Unsent, WalletError> {
        self.answer(Wanted::Presentation, presentation.into_bytes(), Content::Presentation)
    }

    /// With the login that the holder made, on the person's consent to this request.
    ///
    /// # Errors
    /// [`WalletError::ForeignAnswer`], if it answers another request.
    pub fn log_in(self, login: Outgoing<Login>) -> Result<Unsent, WalletError> {
        self.answer(Wanted::Login, login.into_bytes(), Content::Login)
    }

    /// With a refusal, once the person was asked: they said no, a condition is not met, there is no
    /// credential. The platform cannot tell which.
    #[must_use]
    pub fn decline(self) -> Unsent {
        self.unsent(Content::Declined)
    }

    fn answer(
        self,
        kind: Wanted,
        bytes: Vec<u8>,
        content: fn(Vec<u8>) -> Content,
    ) -> Result<Unsent, WalletError> {
        // Both kinds begin with the nonce of their request, after the header (SPEC §14.13, §14.14).
        let own = bytes.get(2..34) == Some(&self.request.nonce().0[..]);
        if !own || self.request.wanted() != kind {
            return Err(WalletError::ForeignAnswer);
        }
        Ok(self.unsent(content(bytes)))
    }

    fn unsent(self, content: Content) -> Unsent {
        let declined = content == Content::Declined;
        let answer = Answer { attempt: self.attempt, content };
        Unsent::new(self.uri, self.request, answer, declined)
    }
}
