//! A presentation.

use alloc::boxed::Box;

use curve25519_dalek::scalar::Scalar;

use super::{Joint, Part};
use crate::answer::presentation::{Presentation, Statement};
use crate::answer::verification::verify_presentation_alone;
use crate::credential::Credential;
use crate::credential::evidence::item::Evidence;
use crate::error::Error;
use crate::holder::account::PresentError;
use crate::holder::consent::Consent;
use crate::holder::outgoing::Outgoing;
use crate::holder::received::Received;
use crate::parameters::AuthorityParameters;
use crate::request::message::Request;
use crate::rng::SecureRng;
use crate::shared::awaiting::{AwaitingAnswer, AwaitingApproval};
use crate::shared::lead::Lead;
use crate::shared::moves::{CoApproval, CoNonces, LeadHalf};
use crate::sigma::joint::Half;
use crate::time::UnixTime;

impl<'a> AwaitingApproval<'a, Presentation> {
    /// Uses up the evidence, and commits to the lead's half: a stored copy of the item must be gone
    /// before the message leaves the device. `now` is the device's own clock. Constant-time in all
    /// secrets.
    ///
    /// # Errors
    /// [`Error::Rejected`]; those of [`Holder::present`](crate::holder::Holder::present), since
    /// time has passed. The evidence comes back with the error, unused; only a fault uses it up.
    pub fn commit(
        self,
        evidence: Evidence,
        approval: &CoApproval,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(CoNonces, AwaitingAnswer<'a, Presentation>), PresentError> {
        match self.half(&evidence, approval, now, rng) {
            Ok(committed) => Ok(committed),
            // An item that would make a false statement is good for nothing.
            Err(Error::Fault) => Err(PresentError::used(Error::Fault)),
            Err(error) => Err(PresentError::unused(error, evidence)),
        }
    }

    fn half(
        self,
        evidence: &Evidence,
        approval: &CoApproval,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(CoNonces, AwaitingAnswer<'a, Presentation>), Error> {
        let (credential, consent) = self.asked;
        let request = consent.request();
        let scope = self.lead.again(request)?.scope();
        let session = self.approved(approval, Some(&scope))?;
        let lead = self.lead;
        let (parameters, indices) =
            lead.check_presentation(credential, Some(evidence), &consent, now)?;
        let (_, pseudonym) = lead.pseudonym_with(&scope, &session)?;
        let secrets = lead.secrets();
        let statement =
            Statement::new(secrets, credential, evidence, request, indices, scope, pseudonym)?;
        let half = statement.half(lead.generators().points(), &session.id.0, rng)?;
        let shown = LeadHalf::Presentation {
            commitments: *half.commitments(),
            pseudonym,
            evidence: Box::new(statement.evidence().clone()),
        };
        let nonces = CoNonces { session: session.id, half: shown };
        let half = (request, parameters, statement, half);
        Ok((nonces, AwaitingAnswer { lead, session, half }))
    }
}

impl Joint for Presentation {
    type Asked<'a> = (&'a Credential, Consent<'a>);
    type Half<'a> = (&'a Received<Request>, &'a AuthorityParameters, Statement<'a>, Half<2>);
    type Made = Outgoing<Self>;

    fn join(
        (request, parameters, statement, half): Self::Half<'_>,
        lead: &Lead,
        part: &Part<'_>,
    ) -> Result<Outgoing<Self>, Option<Scalar>> {
        let other = part.presentation().ok_or(None)?;
        let (c, proof) = half.join(&other).map_err(|_| None)?;
        let fixed = lead.generators().fixed();
        let check = |made: &Self| {
            let again = lead.again(request)?;
            verify_presentation_alone(made, &again, parameters, fixed).map(|_| ())
        };
        Outgoing::checked(&statement.proven(proof), check).map_err(|_| Some(c))
    }
}
