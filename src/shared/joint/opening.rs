//! Enrollment and issuance: openings of C_u.

use alloc::vec::Vec;

use curve25519_dalek::scalar::Scalar;

use super::{Joint, Part};
use crate::credential::commitment::{Opening, OpeningProof, SECRETS};
use crate::credential::enroll::{self, EnrollmentRequest};
use crate::credential::issue::{self, AwaitingIssuance, IssuanceRequest};
use crate::credential::offer::IssuanceOffer;
use crate::credential::ticket::EnrollmentTicket;
use crate::error::Error;
use crate::group::transcript::Transcript;
use crate::holder::outgoing::Outgoing;
use crate::holder::received::Received;
use crate::parameters::AuthorityParameters;
use crate::rng::SecureRng;
use crate::shared::awaiting::{AwaitingAnswer, AwaitingApproval};
use crate::shared::lead::Lead;
use crate::shared::moves::{CoApproval, CoNonces, LeadHalf};
use crate::shared::session::CoSessionId;
use crate::sigma::joint::Half;
use crate::sigma::proof::Proof;
use crate::sigma::relation::Bases;
use crate::time::UnixTime;

impl Lead {
    /// The half of an opening of C_u.
    fn opening(
        &self,
        transcript: &Transcript,
        session: &CoSessionId,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Half<1>, Error> {
        let own = [*self.commitment().element().point()];
        let bases = Bases { fixed: self.generators().points(), own: &own };
        let secrets = self.secrets().scalars();
        Half::new(&Opening, &bases, transcript, secrets, &session.0, rng)
    }
}

impl<'a> AwaitingApproval<'a, EnrollmentRequest> {
    /// Commits to the lead's half. Constant-time.
    ///
    /// # Errors
    /// [`Error::Rejected`]; [`Error::Degenerate`] with probability about 2^-252.
    pub fn commit(
        self,
        approval: &CoApproval,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(CoNonces, AwaitingAnswer<'a, EnrollmentRequest>), Error> {
        let session = self.approved(approval, None)?;
        let Self { lead, asked, .. } = self;
        let transcript = enroll::transcript(&asked, lead.commitment());
        let half = lead.opening(&transcript, &session.id, rng)?;
        let shown = LeadHalf::Opening(*half.commitments());
        let nonces = CoNonces { session: session.id, half: shown };
        Ok((nonces, AwaitingAnswer { lead, session, half: (asked, half) }))
    }
}

impl Joint for EnrollmentRequest {
    type Asked<'a> = Received<EnrollmentTicket>;
    type Half<'a> = (Received<EnrollmentTicket>, Half<1>);
    type Made = Outgoing<Self>;

    fn join(
        (ticket, half): Self::Half<'_>,
        lead: &Lead,
        part: &Part<'_>,
    ) -> Result<Outgoing<Self>, Option<Scalar>> {
        let (c, proof) = half.join(&part.opening()).map_err(|_| None)?;
        let made = Self::proven(&ticket, lead.commitment(), opened(proof).ok_or(Some(c))?);
        let check = |made: &Self| made.verify(&ticket.again()?, lead.generators().fixed());
        Outgoing::checked(&made, check).map_err(|_| Some(c))
    }
}

impl<'a> AwaitingApproval<'a, IssuanceRequest> {
    /// Commits to the lead's half. `now` is the device's own clock. Constant-time.
    ///
    /// # Errors
    /// [`Error::Rejected`]; those of [`ask_for_credential`](Lead::ask_for_credential), since time
    /// has passed; [`Error::Degenerate`] with probability about 2^-252.
    pub fn commit(
        self,
        approval: &CoApproval,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(CoNonces, AwaitingAnswer<'a, IssuanceRequest>), Error> {
        let session = self.approved(approval, None)?;
        let Self { lead, asked: offer, .. } = self;
        let parameters = lead.check_offer(offer, now)?;
        let half = lead.opening(&issue::request_transcript(offer), &session.id, rng)?;
        let shown = LeadHalf::Opening(*half.commitments());
        let nonces = CoNonces { session: session.id, half: shown };
        Ok((nonces, AwaitingAnswer { lead, session, half: (offer, parameters, half) }))
    }
}

impl Joint for IssuanceRequest {
    type Asked<'a> = &'a Received<IssuanceOffer>;
    type Half<'a> = (&'a Received<IssuanceOffer>, &'a AuthorityParameters, Half<1>);
    type Made = (Outgoing<Self>, AwaitingIssuance);

    fn join(
        (offer, parameters, half): Self::Half<'_>,
        lead: &Lead,
        part: &Part<'_>,
    ) -> Result<(Outgoing<Self>, AwaitingIssuance), Option<Scalar>> {
        let (c, proof) = half.join(&part.opening()).map_err(|_| None)?;
        let proof = opened(proof).ok_or(Some(c))?;
        let again = offer.again().map_err(|_| Some(c))?;
        let made = AwaitingIssuance::proven(offer, &again, parameters, lead.generators(), proof);
        made.map_err(|_| Some(c))
    }
}

/// A whole opening.
fn opened(proof: Proof<1, Vec<Scalar>>) -> Option<OpeningProof> {
    let responses: [Scalar; SECRETS] = proof.responses.try_into().ok()?;
    Some(OpeningProof(Proof { commitments: proof.commitments, responses }))
}
