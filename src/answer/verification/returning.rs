//! The verification of a login (SPEC §13).

use curve25519_dalek::scalar::Scalar;

use super::{Answer, Fitting, Place, Verifier};
use crate::answer::login::{self, Login, LoginRelation};
use crate::error::Error;
use crate::group::transcript::Transcript;
use crate::platform::verified::{Returning, Visitor};
use crate::request::message::Request;
use crate::request::purpose::Wanted;
use crate::sigma::batch::{Fixed, Fold, Member, Tables, verify_alone};
use crate::store::nonces::Unspent;
use crate::time::UnixTime;

impl Answer for Login {
    type Checked = Visitor;
    type Fitting<'a> = FittingLogin<'a>;

    /// As SPEC §13 says.
    fn fit<'a>(
        &'a self,
        verifier: &Verifier,
        request: &'a Request,
        now: UnixTime,
    ) -> Result<FittingLogin<'a>, Error> {
        verifier.check_request(request, Wanted::Login)?;
        request.check_time(now)?;
        if self.nonce() != request.nonce() {
            return Err(Error::Rejected);
        }
        let scope = match verifier.prepared(request) {
            Some(index) => Place::Table(index),
            None => Place::own(*request.scope().base()),
        };
        Ok(FittingLogin::new(self, request, scope, verifier.login.clone()))
    }
}

/// A login that fits its request, with its challenge.
pub struct FittingLogin<'a> {
    login: &'a Login,
    request: &'a Request,
    scope: Place,
    pub(super) challenge: Scalar,
}

impl<'a> FittingLogin<'a> {
    fn new(login: &'a Login, request: &'a Request, scope: Place, begun: Transcript) -> Self {
        let challenge = login.challenge(begun, &request.digest());
        Self { login, request, scope, challenge }
    }
}

impl Member for FittingLogin<'_> {
    fn scalars(&self, transcript: Transcript) -> Transcript {
        let responses = &self.login.proof.responses;
        let list = transcript.count(1 + responses.len());
        list.part(self.challenge.as_bytes()).parts(responses)
    }

    fn fold<'a>(&'a self, fold: &mut Fold<'a>) {
        let proof = &self.login.proof;
        fold.own([self.login.unverified().element().point()]);
        let relation = LoginRelation { scope: self.scope.base(fold) };
        fold.add(&relation, &self.challenge, &proof.commitments, &proof.responses);
    }
}

impl Fitting for FittingLogin<'_> {
    type Checked = Visitor;

    fn tables(verifier: &Verifier) -> &Tables {
        &verifier.scope_tables
    }

    fn checked(&self) -> Visitor {
        let pseudonym = *self.login.unverified();
        let returning = Returning { pseudonym, account: (), request: self.request.digest() };
        Visitor(Unspent::new(*self.request.nonce(), self.request.expires(), returning))
    }
}

/// Steps of SPEC §13 with nothing but request and login: what the holder checks before a login leaves,
/// and what is checked for an act. Variable-time.
pub(crate) fn verify_login_alone(login: &Login, request: &Request) -> Result<(), Error> {
    if login.nonce() != request.nonce() {
        return Err(Error::Rejected);
    }
    let scope = Place::own(*request.scope().base());
    let fitting = FittingLogin::new(login, request, scope, login::begin());
    if verify_alone(&fitting, Fixed::Points(&[])) { Ok(()) } else { Err(Error::Rejected) }
}
