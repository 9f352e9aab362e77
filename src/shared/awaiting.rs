//! What a lead has while it waits for its second (SPEC §20.3).

use core::fmt;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use zeroize::Zeroizing;

use super::act::{CoAct, CoRequest};
use super::joint::{Joint, Part};
use super::lead::Lead;
use super::moves::{CoAnswer, CoApproval};
use super::session::{CoSessionId, about};
use super::share::holds;
use crate::answer::login::Login;
use crate::answer::presentation::{Presentation, disclosed, position};
use crate::credential::Credential;
use crate::credential::enroll::EnrollmentRequest;
use crate::credential::issue::IssuanceRequest;
use crate::credential::offer::IssuanceOffer;
use crate::credential::ticket::EnrollmentTicket;
use crate::error::Error;
use crate::group::Element;
use crate::group::transcript::Transcript;
use crate::holder::consent::Consent;
use crate::holder::received::Received;
use crate::pseudonym::Pseudonym;
use crate::pseudonym::scope::Scope;
use crate::rng::SecureRng;
use crate::time::UnixTime;
use crate::wire::encode;

/// A lead that has asked its second to take part, and waits for the consent of the second's
/// person. Asking costs nothing and can be dropped.
#[must_use]
pub struct AwaitingApproval<'a, M: Joint> {
    pub(super) lead: &'a Lead,
    request: CoRequest,
    pub(super) asked: M::Asked<'a>,
}

/// A lead that has shown its half, and waits for the second's.
///
/// ```compile_fail,E0382
/// # use pairnym::{message::*, shared::*};
/// fn twice(awaiting: AwaitingAnswer<'_, Login>, one: &CoAnswer, other: &CoAnswer) {
///     let first = awaiting.complete(one);
///     let second = awaiting.complete(other); // moved
/// }
/// ```
///
/// If it is dropped, the person begins again: a lead never tries again by itself (SPEC §20.3).
#[must_use]
pub struct AwaitingAnswer<'a, M: Joint> {
    pub(super) lead: &'a Lead,
    pub(super) session: Session,
    pub(super) half: M::Half<'a>,
}

/// What an approval has begun.
pub(super) struct Session {
    pub(super) id: CoSessionId,
    transcript: Transcript,
    /// P_s and N_2.
    on_scope: Option<(RistrettoPoint, Element)>,
}

impl<'a, M: Joint> AwaitingApproval<'a, M> {
    fn new(
        lead: &'a Lead,
        act: CoAct,
        asked: M::Asked<'a>,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> (CoRequest, Self) {
        let mut attempt = [0; 32];
        rng.fill_bytes(&mut attempt);
        let request = CoRequest { pairing: *lead.pairing(), attempt, act };
        (request.clone(), Self { lead, request, asked })
    }

    /// The session that an approval begins; `scope` is that of a request.
    pub(super) fn approved(
        &self,
        approval: &CoApproval,
        scope: Option<&Scope>,
    ) -> Result<Session, Error> {
        let CoApproval { pairing, session, pseudonym } = approval;
        if *pairing != self.request.pairing || pseudonym.is_some() != scope.is_some() {
            return Err(Error::Rejected);
        }
        let transcript = about(&encode(&self.request), pseudonym.as_ref());
        let on_scope = scope.map(|scope| *scope.base()).zip(*pseudonym);
        Ok(Session { id: *session, transcript, on_scope })
    }
}

impl<M: Joint> AwaitingAnswer<'_, M> {
    /// Takes the second's part. What leaves has been verified as the addressee will verify it,
    /// against the message as it came.
    ///
    /// # Errors
    /// [`Error::Rejected`] if the second's part is wrong; [`Error::Fault`] if this device's own is.
    pub fn complete(self, answer: &CoAnswer) -> Result<M::Made, Error> {
        let Self { lead, session: Session { id, transcript, on_scope }, half } = self;
        let CoAnswer { session, commitments, response: z } = answer;
        let expected = if on_scope.is_some() { 2 } else { 1 };
        let opens = *session == id
            && commitments.as_slice().len() == expected
            && CoSessionId::new(transcript, commitments) == id;
        if !opens {
            return Err(Error::Rejected);
        }
        let on_scope = on_scope.as_ref().map(|(P_s, N_2)| (P_s, N_2));
        M::join(half, lead, &Part::new(commitments, z)).map_err(|c| {
            // Whose part was it?
            let second =
                c.is_some_and(|c| holds(lead.base(), lead.share(), on_scope, &c, commitments, z));
            if second { Error::Fault } else { Error::Rejected }
        })
    }
}

impl<M: Joint> fmt::Debug for AwaitingApproval<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AwaitingApproval({})", M::NAME)
    }
}

impl<M: Joint> fmt::Debug for AwaitingAnswer<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AwaitingAnswer({})", M::NAME)
    }
}

/// Acts.
impl Lead {
    /// Asks to enroll with a ticket that came over the channel of the pairing: the second received
    /// it in its person's own session with the authority (SPEC §20.4).
    ///
    /// # Errors
    /// Undecodable bytes; [`Error::ForeignAuthority`].
    pub fn ask_to_enroll(
        &self,
        ticket: &[u8],
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(CoRequest, AwaitingApproval<'_, EnrollmentRequest>), Error> {
        let ticket = Received::<EnrollmentTicket>::over_channel(self.list(), ticket)?;
        let act = CoAct::Enrollment((*ticket).clone());
        Ok(AwaitingApproval::new(self, act, ticket, rng))
    }

    /// Asks to accept an offer, after the person has seen its values. `now` is the device's own
    /// clock.
    ///
    /// # Errors
    /// As [`Holder::request_credential`](crate::holder::Holder::request_credential) but for the
    /// fault.
    pub fn ask_for_credential<'a>(
        &'a self,
        offer: &'a Received<IssuanceOffer>,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(CoRequest, AwaitingApproval<'a, IssuanceRequest>), Error> {
        self.check_offer(offer, now)?;
        Ok(AwaitingApproval::new(self, CoAct::Issuance((**offer).clone()), offer, rng))
    }

    /// Asks to present the credential to the platform whose request the person consented to
    /// answer. `now` is the device's own clock.
    ///
    /// # Errors
    /// As [`Holder::present`](crate::holder::Holder::present), but for what is about the evidence.
    pub fn ask_to_present<'a>(
        &'a self,
        credential: &'a Credential,
        consent: Consent<'a>,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(CoRequest, AwaitingApproval<'a, Presentation>), Error> {
        let (_, indices) = self.check_presentation(credential, None, &consent, now)?;
        let request = (**consent.request()).clone();
        let slot = position(&request, credential.slot()).ok_or(Error::StaleCredential)?;
        let values = disclosed(credential, &indices).ok_or(Error::Schema)?;
        let act = CoAct::Presentation { request, slot, values };
        Ok(AwaitingApproval::new(self, act, (credential, consent), rng))
    }

    /// Asks to log in, or to sign a statement. `now` is the device's own clock.
    ///
    /// # Errors
    /// As [`Holder::log_in`](crate::holder::Holder::log_in) but for the fault.
    pub fn ask_to_log_in<'a>(
        &'a self,
        consent: Consent<'a>,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(CoRequest, AwaitingApproval<'a, Login>), Error> {
        self.check_login(consent.request(), now)?;
        let act = CoAct::Login((**consent.request()).clone());
        Ok(AwaitingApproval::new(self, act, consent, rng))
    }

    /// f_1(z_s), N = N_1 + N_2.
    pub(super) fn pseudonym_with(
        &self,
        scope: &Scope,
        session: &Session,
    ) -> Result<(Zeroizing<Scalar>, Pseudonym), Error> {
        let exponent = self.secrets().evaluate(scope.point());
        let N_1 = scope.base() * *exponent;
        let N_2 = session.on_scope.as_ref().map_or(Default::default(), |(_, N_2)| *N_2.point());
        let N = Element::new(N_1 + N_2).map_err(|_| Error::Rejected)?;
        Ok((exponent, Pseudonym::from_element(N)))
    }
}

#[cfg(test)]
mod tests;
