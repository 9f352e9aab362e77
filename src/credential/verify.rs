//! Verification: the hot path (SPEC §12).
//!
//! A [`Verifier`] has tables for every base that many presentations share: G, V, U_k, H_i, X, the
//! P_s of the platform's applications and the B_t of the epochs it was prepared for. A
//! presentation adds its seven points (and P_s or B_t where there is no table for it), a login
//! its two.
//!
//! An answer is verified in two steps: [`Verifiable::check`] does all but the equations, each answer
//! for itself; then the equations of any number of [`Checked`] answers hold, or some do not.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;

use super::attributes::Value;
use super::evidence::item;
use super::key::KeyRelation;
use super::present::{self, MULTIPLE, POINT, Presentation, PresentationRelation, transcript};
use crate::digest::RequestDigest;
use crate::error::Error;
use crate::group::Element;
use crate::group::generators::generators;
use crate::group::xmd::Transcript;
use crate::parameters::AuthorityParameters;
use crate::pseudonym::Pseudonym;
use crate::pseudonym::login::{self, Login, LoginRelation};
use crate::request::Request;
use crate::scope::{PlatformId, Scope, Token};
use crate::sigma::batch::{self, Fold, Member, Tables};
use crate::sigma::relation::Base;
use crate::time::{Epoch, UnixTime};
use crate::verified::Verified;

#[cfg(test)]
mod tests;

/// What a person answers a request with: a [`Presentation`], after which a platform knows what
/// [`Verified`] says, or a [`Login`], after which it knows the [`Pseudonym`].
pub trait Answer: Verifiable {}

impl Answer for Presentation {}
impl Answer for Login {}

/// What an answer is to the verifier; kept private so that only pairnym defines answers.
pub trait Verifiable: Sized + Sync {
    /// What the platform knows once it is verified.
    type Verified;
    /// The answer with its challenges.
    type Checked<'a>: Checked<Verified = Self::Verified>
    where
        Self: 'a;

    /// Everything but the equations (§12, steps 2 and 3), and the challenges.
    fn check<'a>(
        &'a self,
        verifier: &Verifier,
        request: &Request,
        now: UnixTime,
    ) -> Result<Self::Checked<'a>, Error>;
}

/// An answer that fits its request; what is left are its equations (§12, step 4).
pub trait Checked: Member + Send + Sync {
    /// What the platform knows once they hold.
    type Verified;

    /// The tables for the fixed bases of the equations.
    fn tables(verifier: &Verifier) -> &Tables;

    /// To be called when the equations hold and the nonce is used up.
    fn verified(&self, verifier: &Verifier) -> Self::Verified;
}

/// Everything that stays the same from one verification to the next.
pub struct Verifier {
    parameters: AuthorityParameters,
    platform: PlatformId,
    scopes: Vec<Scope>,
    epochs: RangeInclusive<Epoch>,
    /// Where the table of X stands; those of the scopes and the epochs follow.
    key: usize,
    tables: Tables,
    /// P_s alone, for logins.
    scope_tables: Tables,
    begun: Begun,
}

/// What is the same in the transcripts of all answers.
struct Begun {
    presentation: Transcript,
    evidence: Transcript,
    login: Transcript,
    weights: Transcript,
}

/// A base that has a table, or has none and is one more own point.
enum Place {
    Table(usize),
    Own(Box<RistrettoPoint>),
}

impl Place {
    fn base<'a>(&'a self, fold: &mut Fold<'a>) -> Base {
        match self {
            Self::Table(index) => Base::Fixed(*index),
            Self::Own(point) => fold.another(point),
        }
    }
}

impl Verifier {
    pub(crate) fn new(
        parameters: AuthorityParameters,
        platform: PlatformId,
        labels: &[Token],
        epochs: RangeInclusive<Epoch>,
    ) -> Self {
        let labels = core::iter::once(None).chain(labels.iter().copied().map(Some));
        let scope = |label| Scope::new(*parameters.authority(), platform, label);
        let scopes: Vec<_> = labels.map(scope).collect();
        let scope_bases: Vec<_> = scopes.iter().map(|scope| *scope.base()).collect();
        let mut fixed = generators(parameters.schema().len());
        let key = fixed.len();
        fixed.push(*parameters.key().point());
        fixed.extend_from_slice(&scope_bases);
        // The newest first: a single verification skips the tables after the last that it uses.
        let numbers = (epochs.start().0..=epochs.end().0).rev();
        fixed.extend(numbers.map(|epoch| parameters.credential_base(Epoch(epoch))));
        let tables = Tables::new(&fixed);
        let scope_tables = Tables::new(&scope_bases);
        let begun = Begun {
            presentation: present::begin(parameters.id()),
            evidence: item::begin(parameters.key()),
            login: login::begin(parameters.id()),
            weights: batch::begin(None),
        };
        Self { parameters, platform, scopes, epochs, key, tables, scope_tables, begun }
    }

    pub(crate) const fn parameters(&self) -> &AuthorityParameters {
        &self.parameters
    }

    pub(crate) const fn platform(&self) -> &PlatformId {
        &self.platform
    }

    /// The same with tables for these applications and epochs.
    pub(crate) fn prepare(&self, labels: &[Token], epochs: RangeInclusive<Epoch>) -> Self {
        let mut prepared = Self::new(self.parameters.clone(), self.platform, labels, epochs);
        prepared.begun.weights = self.begun.weights.clone();
        prepared
    }

    /// From now on weights depend on this secret.
    pub(crate) fn set_secret(&mut self, secret: &[u8; 32]) {
        self.begun.weights = batch::begin(Some(secret));
    }

    /// The place among the prepared scopes.
    fn prepared(&self, request: &Request) -> Option<usize> {
        self.scopes.iter().position(|scope| scope.label() == request.label())
    }

    /// P_s and z_s.
    fn scope(&self, request: &Request) -> (Place, Scalar) {
        match self.prepared(request) {
            Some(index) => (Place::Table(self.key + 1 + index), *self.scopes[index].point()),
            None => {
                let scope = request.scope(&self.parameters);
                (Place::Own(Box::new(*scope.base())), *scope.point())
            }
        }
    }

    /// B_t.
    fn epoch(&self, epoch: Epoch) -> Place {
        if self.epochs.contains(&epoch) {
            let index = (self.epochs.end().0 - epoch.0) as usize;
            Place::Table(self.key + 1 + self.scopes.len() + index)
        } else {
            Place::Own(Box::new(self.parameters.credential_base(epoch)))
        }
    }

    /// Whether the request is one of this platform's and its time is not over (§12, step 2).
    fn check_request(&self, request: &Request, now: UnixTime) -> Result<(), Error> {
        if *request.platform() != self.platform {
            return Err(Error::ForeignPlatform);
        }
        if request.parameters() != self.parameters.id() {
            return Err(Error::ForeignParameters);
        }
        request.check_schema(self.parameters.schema())?;
        request.check_time(now)
    }

    /// Whether all the equations hold.
    pub(crate) fn holds<C: Checked>(&self, answer: &C) -> bool {
        batch::verify(&[answer], C::tables(self), &self.begun.weights)
    }

    /// The answers whose equations do not hold, ascending.
    pub(crate) fn find_bad<C: Checked>(&self, answers: &[&C]) -> Vec<usize> {
        batch::find_bad(answers, C::tables(self), &self.begun.weights)
    }

    /// The same with all threads of the present pool, each with parts of the answers.
    #[cfg(feature = "rayon")]
    pub(crate) fn par_find_bad<C: Checked>(&self, answers: &[&C]) -> Vec<usize> {
        use rayon::prelude::*;

        // Smaller parts cost more for each answer; larger ones no less, and share out worse.
        let size = answers.len().div_ceil(rayon::current_num_threads()).clamp(32, 1024);
        let parts = answers.par_chunks(size).enumerate();
        let bad = parts.flat_map_iter(|(part, answers)| {
            self.find_bad(answers).into_iter().map(move |index| part * size + index)
        });
        bad.collect()
    }
}

impl Verifiable for Presentation {
    type Verified = Verified;
    type Checked<'a> = CheckedPresentation<'a>;

    fn check<'a>(
        &'a self,
        verifier: &Verifier,
        request: &Request,
        now: UnixTime,
    ) -> Result<CheckedPresentation<'a>, Error> {
        verifier.check_request(request, now)?;
        let Self { epoch, disclosed, evidence, pseudonym, proof } = self;
        let parameters = &verifier.parameters;
        let schema = parameters.schema();
        let fits =
            |(index, value): &(u8, Value)| schema.kind(*index).is_some_and(|k| value.fits(k));
        let value = |index: u8| {
            let place = disclosed.binary_search_by_key(&index, |(i, _)| *i).ok()?;
            Some(&disclosed[place].1)
        };
        let matches = request.epochs().contains(epoch)
            && disclosed.iter().map(|(index, _)| index).eq(request.disclosures())
            && disclosed.iter().all(fits)
            && disclosed.len() + self.hidden() == schema.len()
            && request.met_by(value);
        if !matches {
            return Err(Error::Rejected);
        }
        let (scope, point) = verifier.scope(request);
        let digest = request.digest();
        let Begun { presentation: begun, evidence: begun_evidence, .. } = &verifier.begun;
        let transcript = transcript(begun.clone(), *epoch, &digest, disclosed, pseudonym, evidence);
        Ok(CheckedPresentation {
            presentation: self,
            digest,
            attributes: schema.len() as u8,
            scope,
            point,
            epoch: verifier.epoch(*epoch),
            key: Base::Fixed(verifier.key),
            evidence_challenge: evidence.challenge(begun_evidence),
            challenge: proof.challenge(transcript),
        })
    }
}

/// A presentation that fits its request, with its challenges.
pub struct CheckedPresentation<'a> {
    presentation: &'a Presentation,
    digest: RequestDigest,
    attributes: u8,
    scope: Place,
    point: Scalar,
    epoch: Place,
    key: Base,
    evidence_challenge: Scalar,
    challenge: Scalar,
}

impl Member for CheckedPresentation<'_> {
    fn scalars(&self, transcript: Transcript) -> Transcript {
        let proof = &self.presentation.proof.responses;
        let evidence = &self.presentation.evidence.proof.responses;
        transcript
            .count(2 + evidence.len() + proof.len())
            .part(self.evidence_challenge.as_bytes())
            .parts(evidence)
            .part(self.challenge.as_bytes())
            .parts(proof)
    }

    fn fold<'a>(&'a self, fold: &mut Fold<'a>) {
        let Presentation { disclosed, evidence, pseudonym, proof, .. } = self.presentation;
        fold.own([&evidence.point, &evidence.multiple, pseudonym.element()].map(Element::point));
        let relation = PresentationRelation {
            attributes: self.attributes,
            disclosed,
            epoch: self.epoch.base(fold),
            scope: self.scope.base(fold),
            point: &self.point,
        };
        fold.add(&relation, &self.challenge, &proof.commitments, &proof.responses);
        let relation = KeyRelation { key: self.key, point: POINT, multiple: MULTIPLE };
        let proof = &evidence.proof;
        fold.add(&relation, &self.evidence_challenge, &proof.commitments, &proof.responses);
    }
}

impl Checked for CheckedPresentation<'_> {
    type Verified = Verified;

    fn tables(verifier: &Verifier) -> &Tables {
        &verifier.tables
    }

    fn verified(&self, verifier: &Verifier) -> Verified {
        self.presentation.verified(verifier.parameters.schema(), self.digest)
    }
}

impl Verifiable for Login {
    type Verified = Pseudonym;
    type Checked<'a> = CheckedLogin<'a>;

    /// As SPEC §13 says.
    fn check<'a>(
        &'a self,
        verifier: &Verifier,
        request: &Request,
        now: UnixTime,
    ) -> Result<CheckedLogin<'a>, Error> {
        verifier.check_request(request, now)?;
        if !request.disclosures().is_empty() {
            return Err(Error::LoginCannotDisclose);
        }
        let scope = match verifier.prepared(request) {
            Some(index) => Place::Table(index),
            None => Place::Own(Box::new(*request.scope(&verifier.parameters).base())),
        };
        let challenge = self.challenge(verifier.begun.login.clone(), &request.digest());
        Ok(CheckedLogin { login: self, scope, challenge })
    }
}

/// A login that fits its request, with its challenge.
pub struct CheckedLogin<'a> {
    login: &'a Login,
    scope: Place,
    challenge: Scalar,
}

impl Member for CheckedLogin<'_> {
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

impl Checked for CheckedLogin<'_> {
    type Verified = Pseudonym;

    fn tables(verifier: &Verifier) -> &Tables {
        &verifier.scope_tables
    }

    fn verified(&self, _: &Verifier) -> Pseudonym {
        *self.login.unverified()
    }
}
