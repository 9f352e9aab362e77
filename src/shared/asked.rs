//! What the lead asks, as the second's person sees it, and the consent to it (SPEC §20.3).

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::slice::from_ref;

use zeroize::Zeroizing;

use super::act::{CoAct, CoRequest};
use super::moves::{CoApproval, Commitments};
use super::session::{CoSession, CoSessionId, about};
use super::share::Share;
use crate::credential::attributes::Value;
use crate::credential::offer::IssuanceOffer;
use crate::credential::ticket::EnrollmentTicket;
use crate::error::Error;
use crate::group::{Element, half};
use crate::holder::received::Received;
use crate::name::Name;
use crate::pseudonym::scope::Scope;
use crate::request::message::Request;
use crate::rng::SecureRng;
use crate::sigma::coins::{HedgedScalars, randomness};

/// What the lead asks, checked and to be shown to the second's person.
// Moved once for each act of a person.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub enum Asked<'a> {
    /// To enroll.
    Enrollment(AskedEnrollment<'a>),
    /// To accept a credential.
    Credential(AskedCredential<'a>),
    /// To answer a platform's request.
    Answer(AskedAnswer<'a>),
}

/// What a second has of a request beside what it shows.
pub(super) struct Pending<'a> {
    pub(super) share: &'a Share,
    pub(super) attempt: [u8; 32],
    pub(super) bytes: Vec<u8>,
}

/// An enrollment that the lead asks for.
#[must_use]
pub struct AskedEnrollment<'a> {
    pub(super) pending: Pending<'a>,
    pub(super) ticket: EnrollmentTicket,
}

/// A credential that the lead asks to accept.
#[must_use]
pub struct AskedCredential<'a> {
    pub(super) pending: Pending<'a>,
    pub(super) offer: IssuanceOffer,
}

/// A request of a platform that the lead asks to answer.
#[must_use]
pub struct AskedAnswer<'a> {
    pub(super) pending: Pending<'a>,
    pub(super) request: Request,
    /// Of a presentation: the place of its slot, and the disclosed values.
    pub(super) shown: Option<(u8, Vec<Value>)>,
}

impl AskedEnrollment<'_> {
    /// Consents, after the person has. `own` is the ticket that this device received in its
    /// person's own session with the authority, and sent to the lead. Constant-time in the secret.
    ///
    /// # Errors
    /// [`Error::ForeignTicket`] if the lead asks about another one: its secrets would be enrolled
    /// under somebody else's identity. [`Error::Fault`] if the
    /// secret has been damaged in memory; [`Error::Degenerate`] with probability about 2^-252.
    pub fn approve(
        self,
        own: &Received<EnrollmentTicket>,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(CoApproval, CoSession), Error> {
        if **own != self.ticket {
            return Err(Error::ForeignTicket);
        }
        self.pending.approve(CoAct::Enrollment(self.ticket), rng)
    }
}

impl AskedCredential<'_> {
    /// The offer, whose values are to be shown.
    #[must_use]
    pub const fn offer(&self) -> &IssuanceOffer {
        &self.offer
    }

    /// Consents, after the person has. Constant-time in the secret.
    ///
    /// # Errors
    /// [`Error::Fault`] if the secret has been damaged in memory; [`Error::Degenerate`] with
    /// probability about 2^-252.
    pub fn approve(
        self,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(CoApproval, CoSession), Error> {
        self.pending.approve(CoAct::Issuance(self.offer), rng)
    }
}

impl AskedAnswer<'_> {
    /// The platform's question. That it comes from the platform that it names is for the lead to
    /// check.
    #[must_use]
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// What is disclosed, as the lead says; a presentation with other values is worth nothing.
    pub fn disclosed(&self) -> impl Iterator<Item = (&Name, &Value)> {
        let values = self.shown.iter().flat_map(|(_, values)| values);
        self.request.disclosures().iter().zip(values)
    }

    /// Consents, after the person has seen the request. Constant-time in the secret.
    ///
    /// # Errors
    /// [`Error::DisclosureWithoutConsent`] if the request discloses attributes;
    /// [`Error::Fault`] if the secret has been damaged in memory; [`Error::Degenerate`] with
    /// probability about 2^-252.
    pub fn approve(
        self,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(CoApproval, CoSession), Error> {
        if !self.request.disclosures().is_empty() {
            return Err(Error::DisclosureWithoutConsent);
        }
        self.approve_and_disclose(rng)
    }

    /// Consents, after the person has seen the request and has separately consented to the
    /// disclosure of these values. Constant-time in the secret.
    ///
    /// # Errors
    /// [`Error::Fault`] if the secret has been damaged in memory; [`Error::Degenerate`] with
    /// probability about 2^-252.
    pub fn approve_and_disclose(
        self,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(CoApproval, CoSession), Error> {
        let Self { pending, request, shown } = self;
        let act = match shown {
            Some((slot, values)) => CoAct::Presentation { request, slot, values },
            None => CoAct::Login(request),
        };
        pending.approve(act, rng)
    }
}

impl Pending<'_> {
    /// N_2, n, T_G and h. Constant-time.
    fn approve(
        self,
        act: CoAct,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(CoApproval, CoSession), Error> {
        let Self { share, attempt, bytes } = self;
        share.check()?;
        let request = CoRequest { pairing: *share.pairing(), attempt, act };
        let scope = request.act.request().map(Request::scope);
        let pseudonym = scope.as_ref().map(|scope| Element::new(scope.base() * share.scalar()));
        let pseudonym = pseudonym.transpose()?;
        let transcript = about(&bytes, pseudonym.as_ref());
        let secrets = from_ref(share.scalar());
        let coins = HedgedScalars::new(&transcript, secrets, Some(&randomness(rng)));
        // On the heap: it stays where it is and is wiped there, wherever the session moves.
        let nonce = Box::new(Zeroizing::new(coins.get(0)));
        let half = Zeroizing::new(**nonce * half());
        let bases = core::iter::once(share.base()).chain(scope.as_ref().map(Scope::base));
        let halves: Vec<_> = bases.map(|base| base * *half).collect();
        let commitments = match Element::doubled(&halves)?[..] {
            [first] => Commitments::One([first]),
            [first, second] => Commitments::Two([first, second]),
            _ => return Err(Error::Fault),
        };
        let id = CoSessionId::new(transcript, &commitments);
        let approval = CoApproval { pairing: request.pairing, session: id, pseudonym };
        Ok((approval, CoSession { id, bytes, request, pseudonym, commitments, nonce }))
    }
}

impl fmt::Debug for AskedEnrollment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AskedEnrollment").field(&self.ticket).finish()
    }
}

impl fmt::Debug for AskedCredential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AskedCredential").field(&self.offer).finish()
    }
}

impl fmt::Debug for AskedAnswer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AskedAnswer").field(&self.request).finish()
    }
}
