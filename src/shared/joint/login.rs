//! A login.

use core::slice::from_ref;

use curve25519_dalek::scalar::Scalar;

use super::{Joint, Part};
use crate::answer::login::{self, Login, LoginRelation};
use crate::answer::verification::verify_login_alone;
use crate::error::Error;
use crate::holder::consent::Consent;
use crate::holder::outgoing::Outgoing;
use crate::holder::received::Received;
use crate::pseudonym::Pseudonym;
use crate::request::message::Request;
use crate::rng::SecureRng;
use crate::shared::awaiting::{AwaitingAnswer, AwaitingApproval};
use crate::shared::lead::Lead;
use crate::shared::moves::{CoApproval, CoNonces, Commitments, LeadHalf};
use crate::shared::share::holds;
use crate::sigma::joint::Half;
use crate::sigma::proof::Proof;
use crate::sigma::relation::{Base, Bases};
use crate::time::UnixTime;

impl<'a> AwaitingApproval<'a, Login> {
    /// Commits to the lead's half. `now` is the device's own clock. Constant-time.
    ///
    /// # Errors
    /// [`Error::Rejected`]; those of [`ask_to_log_in`](Lead::ask_to_log_in), since time has passed;
    /// [`Error::Degenerate`] with probability about 2^-252.
    pub fn commit(
        self,
        approval: &CoApproval,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(CoNonces, AwaitingAnswer<'a, Login>), Error> {
        let lead = self.lead;
        let request = self.asked.request();
        let scope = lead.again(request)?.scope();
        let session = self.approved(approval, Some(&scope))?;
        lead.check_login(request, now)?;
        let (exponent, pseudonym) = lead.pseudonym_with(&scope, &session)?;
        let transcript = login::transcript(login::begin(), &request.digest(), &pseudonym);
        let own = [*pseudonym.element().point(), *scope.base()];
        let relation = LoginRelation { scope: Base::Own(1) };
        let bases = Bases { fixed: &[], own: &own };
        let witnesses = from_ref(&*exponent);
        let half = Half::new(&relation, &bases, &transcript, witnesses, &session.id.0, rng)?;
        let shown = LeadHalf::Login { commitments: *half.commitments(), pseudonym };
        let nonces = CoNonces { session: session.id, half: shown };
        Ok((nonces, AwaitingAnswer { lead, session, half: (request, pseudonym, half) }))
    }
}

impl Joint for Login {
    type Asked<'a> = Consent<'a>;
    type Half<'a> = (&'a Received<Request>, Pseudonym, Half<1>);
    type Made = Outgoing<Self>;

    fn join(
        (request, pseudonym, half): Self::Half<'_>,
        lead: &Lead,
        part: &Part<'_>,
    ) -> Result<Outgoing<Self>, Option<Scalar>> {
        let other = part.login().ok_or(None)?;
        let (c, proof) = half.join(&other).map_err(|_| None)?;
        let [response] = proof.responses[..] else { return Err(Some(c)) };
        let proof = Proof { commitments: proof.commitments, responses: [response] };
        let made = Self::proven(*request.nonce(), pseudonym, proof);
        // Here n·U_0 is no part of the whole: it shows that N_2 belongs to D.
        let [T_1, _] = part.commitments.as_slice() else { return Err(None) };
        if !holds(lead.base(), lead.share(), None, &c, &Commitments::One([*T_1]), part.z) {
            return Err(Some(c));
        }
        let check = |made: &Self| verify_login_alone(made, &lead.again(request)?);
        Outgoing::checked(&made, check).map_err(|_| Some(c))
    }
}
