//! Verification: the hot path (SPEC §12).
//!
//! A [`Verifier`] has tables for every base that many presentations share: G, V, U_k, H_i, the X of
//! every entry on the list, the P_s of the platform's applications and the B_t of the slots it was
//! prepared for. A presentation adds its seven points (and P_s or B_t where there is no table for
//! it), a login its two.
//!
//! An answer is verified in two steps: [`Answer::fit`] does all but the equations, each answer by
//! itself; then the equations of any number of [`Fitting`] answers are checked together. All that
//! is left for the platform is to use up the nonce.

use alloc::boxed::Box;
use alloc::vec::Vec;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;

use super::presentation::{self, MULTIPLE, POINT, Presentation, PresentationRelation, transcript};
use crate::answer::login::{self, Login, LoginRelation};
use crate::credential::attributes::Value;
use crate::credential::evidence::item;
use crate::credential::key::KeyRelation;
use crate::error::Error;
use crate::group::Element;
use crate::group::generators::generators;
use crate::group::transcript::Transcript;
use crate::name::{Name, PlatformId};
use crate::parameters::list::ParameterList;
use crate::parameters::{AuthorityParameters, credential_base};
use crate::platform::verified::{Returning, Verified, Visitor};
use crate::pseudonym::scope::Scope;
use crate::request::message::Request;
use crate::request::purpose::Wanted;
use crate::sigma::batch::{self, Fixed, Fold, Member, Tables, verify_alone};
use crate::sigma::relation::Base;
use crate::store::nonces::Unspent;
use crate::time::{Slot, UnixTime};

#[cfg(test)]
mod tests;

/// How a person answers a request: with a [`Presentation`], which gives an
/// [`Unspent`]`<`[`Verified`]`>`, or with a [`Login`], which gives a [`Visitor`]. There are no
/// other answers.
pub trait Answer: Sized + Sync {
    /// What the platform has once the equations hold and before the nonce is used up.
    type Checked: Send;
    /// The answer with its challenges.
    #[doc(hidden)]
    type Fitting<'a>: Fitting<Checked = Self::Checked>
    where
        Self: 'a;

    /// Everything but the equations (§12, steps 2 and 3), and the challenges.
    #[doc(hidden)]
    fn fit<'a>(
        &'a self,
        verifier: &Verifier,
        request: &'a Request,
        now: UnixTime,
    ) -> Result<Self::Fitting<'a>, Error>;
}

/// An answer that fits its request; its equations are still to be checked (§12, step 4).
pub trait Fitting: Member + Send + Sync {
    /// What the platform has once they hold.
    type Checked;

    /// The tables for the fixed bases of the equations.
    fn tables(verifier: &Verifier) -> &Tables;

    /// To be called when the equations hold.
    fn checked(&self) -> Self::Checked;
}

/// Everything that stays the same from one verification to the next.
pub struct Verifier {
    list: ParameterList,
    platform: PlatformId,
    scopes: Vec<Scope>,
    slots: Vec<Slot>,
    /// Of the entries of the list, in its order.
    begun: Vec<Begun>,
    /// Where the tables of the scopes begin; those of the slots follow.
    scopes_at: usize,
    tables: Tables,
    /// P_s alone, for logins.
    scope_tables: Tables,
    login: Transcript,
    weights: Transcript,
}

/// What is the same in the transcripts of all answers under one entry, and the place of its X.
struct Begun {
    presentation: Transcript,
    evidence: Transcript,
    key: usize,
}

/// A base that has a table, or has none and is one more point of the member's own.
enum Place {
    Table(usize),
    Own(Box<RistrettoPoint>),
}

impl Place {
    fn own(point: RistrettoPoint) -> Self {
        Self::Own(Box::new(point))
    }

    fn base<'a>(&'a self, fold: &mut Fold<'a>) -> Base {
        match self {
            Self::Table(index) => Base::Fixed(*index),
            Self::Own(point) => fold.another(point),
        }
    }
}

impl Verifier {
    /// With tables for these labels, and for those of the slots that are on the list.
    pub(crate) fn new(
        list: ParameterList,
        platform: PlatformId,
        labels: &[Name],
        mut slots: Vec<Slot>,
    ) -> Self {
        let labels = core::iter::once(None).chain(labels.iter().copied().map(Some));
        let scope = |label| Scope::new(*list.authority(), platform, label);
        let scopes: Vec<_> = labels.map(scope).collect();
        let scope_bases: Vec<_> = scopes.iter().map(|scope| *scope.base()).collect();
        slots.retain(|slot| list.find(&slot.parameters).is_some());
        let mut fixed = generators(list.attributes());
        // The newest key first: a single verification skips the tables after the last that it
        // uses, and so it is with the slots.
        let newest = fixed.len() + list.entries().len() - 1;
        let begun = |(index, entry): (usize, &AuthorityParameters)| Begun {
            presentation: presentation::begin(entry.id()),
            evidence: item::begin(entry.key()),
            key: newest - index,
        };
        let entries: Vec<_> = list.entries().map(|entry| entry.parameters()).collect();
        let begun = entries.iter().copied().enumerate().map(begun).collect();
        fixed.extend(entries.iter().rev().map(|entry| entry.key().point()));
        let scopes_at = fixed.len();
        fixed.extend_from_slice(&scope_bases);
        fixed.extend(slots.iter().map(credential_base));
        let tables = Tables::new(&fixed);
        let scope_tables = Tables::new(&scope_bases);
        let weights = batch::begin(None);
        Self {
            list,
            platform,
            scopes,
            slots,
            begun,
            scopes_at,
            tables,
            scope_tables,
            login: login::begin(),
            weights,
        }
    }

    pub(crate) const fn list(&self) -> &ParameterList {
        &self.list
    }

    pub(crate) const fn platform(&self) -> &PlatformId {
        &self.platform
    }

    /// The same with tables for these applications and slots.
    pub(crate) fn prepare(&self, labels: &[Name], slots: Vec<Slot>) -> Self {
        let mut prepared = Self::new(self.list.clone(), self.platform, labels, slots);
        prepared.weights = self.weights.clone();
        prepared
    }

    /// The same with another list, and tables for what is still on it.
    pub(crate) fn with_list(&self, list: ParameterList) -> Self {
        let labels: Vec<_> = self.scopes.iter().filter_map(|s| s.label().copied()).collect();
        let mut renewed = Self::new(list, self.platform, &labels, self.slots.clone());
        renewed.weights = self.weights.clone();
        renewed
    }

    /// From now on, weights depend on this secret.
    pub(crate) fn set_secret(&mut self, secret: &[u8; 32]) {
        self.weights = batch::begin(Some(secret));
    }

    /// The place among the prepared scopes.
    fn prepared(&self, request: &Request) -> Option<usize> {
        self.scopes.iter().position(|scope| scope.label() == request.label())
    }

    /// P_s and z_s.
    fn scope(&self, request: &Request) -> (Place, Scalar) {
        match self.prepared(request) {
            Some(index) => (Place::Table(self.scopes_at + index), *self.scopes[index].point()),
            None => {
                let scope = request.scope();
                (Place::own(*scope.base()), *scope.point())
            }
        }
    }

    /// B_t.
    fn credential_base(&self, slot: &Slot) -> Place {
        match self.slots.iter().position(|prepared| prepared == slot) {
            Some(index) => Place::Table(self.scopes_at + self.scopes.len() + index),
            None => Place::own(credential_base(slot)),
        }
    }

    /// The entry of a slot on the present list.
    fn entry(&self, slot: &Slot) -> Result<(&AuthorityParameters, &Begun), Error> {
        let mut entries = self.list.entries().map(|entry| entry.parameters()).zip(&self.begun);
        entries.find(|(entry, _)| *entry.id() == slot.parameters).ok_or(Error::ForeignParameters)
    }

    /// Whether this is a request of this platform that wants this kind of answer (§12, step 2).
    fn check_request(&self, request: &Request, wanted: Wanted) -> Result<(), Error> {
        if *request.platform() != self.platform {
            return Err(Error::ForeignPlatform);
        }
        if request.authority() != self.list.authority() {
            return Err(Error::ForeignAuthority);
        }
        request.check_wanted(wanted)
    }

    /// Whether all the equations hold.
    pub(crate) fn holds<F: Fitting>(&self, answer: &F) -> bool {
        batch::verify(&[answer], F::tables(self), &self.weights)
    }

    /// The answers whose equations do not hold, ascending.
    pub(crate) fn find_bad<F: Fitting>(&self, answers: &[&F]) -> Vec<usize> {
        batch::find_bad(answers, F::tables(self), &self.weights)
    }

    /// The same on all threads of the current pool, which share the answers out.
    #[cfg(feature = "rayon")]
    pub(crate) fn par_find_bad<F: Fitting>(&self, answers: &[&F]) -> Vec<usize> {
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

impl Answer for Presentation {
    type Checked = Unspent<Verified>;
    type Fitting<'a> = FittingPresentation<'a>;

    fn fit<'a>(
        &'a self,
        verifier: &Verifier,
        request: &'a Request,
        now: UnixTime,
    ) -> Result<FittingPresentation<'a>, Error> {
        verifier.check_request(request, Wanted::Presentation)?;
        verifier.list.check_until(now)?;
        request.check_time(now)?;
        let slot = self.slot(request)?;
        let (entry, begun) = verifier.entry(slot)?;
        let disclosed = self.disclosed(request, entry.schema())?;
        let (scope, point) = verifier.scope(request);
        let places = Places {
            scope,
            point,
            epoch: verifier.credential_base(slot),
            key: Place::Table(begun.key),
        };
        let (presentation, evidence) = (begun.presentation.clone(), &begun.evidence);
        Ok(FittingPresentation::new(self, request, slot, disclosed, places, presentation, evidence))
    }
}

/// The places of the bases that depend on scope, slot and key; and z_s.
struct Places {
    scope: Place,
    point: Scalar,
    epoch: Place,
    key: Place,
}

/// A presentation that fits its request, with its challenges.
pub struct FittingPresentation<'a> {
    presentation: &'a Presentation,
    request: &'a Request,
    slot: &'a Slot,
    disclosed: Vec<(u8, &'a Value)>,
    places: Places,
    evidence_challenge: Scalar,
    challenge: Scalar,
}

impl<'a> FittingPresentation<'a> {
    fn new(
        presentation: &'a Presentation,
        request: &'a Request,
        slot: &'a Slot,
        disclosed: Vec<(u8, &'a Value)>,
        places: Places,
        begun: Transcript,
        begun_evidence: &Transcript,
    ) -> Self {
        let Presentation { disclosed: values, evidence, pseudonym, proof, .. } = presentation;
        let transcript = transcript(begun, slot.epoch, request, values, pseudonym, evidence);
        let evidence_challenge = evidence.challenge(begun_evidence);
        let challenge = proof.challenge(transcript);
        Self { presentation, request, slot, disclosed, places, evidence_challenge, challenge }
    }
}

impl Member for FittingPresentation<'_> {
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
        let Presentation { evidence, pseudonym, proof, .. } = self.presentation;
        let Places { scope, point, epoch, key } = &self.places;
        fold.own([&evidence.point, &evidence.multiple, pseudonym.element()].map(Element::point));
        let relation = PresentationRelation {
            attributes: self.presentation.attributes(),
            disclosed: &self.disclosed,
            epoch: epoch.base(fold),
            scope: scope.base(fold),
            point,
        };
        fold.add(&relation, &self.challenge, &proof.commitments, &proof.responses);
        let relation = KeyRelation { key: key.base(fold), point: POINT, multiple: MULTIPLE };
        let proof = &evidence.proof;
        fold.add(&relation, &self.evidence_challenge, &proof.commitments, &proof.responses);
    }
}

impl Fitting for FittingPresentation<'_> {
    type Checked = Unspent<Verified>;

    fn tables(verifier: &Verifier) -> &Tables {
        &verifier.tables
    }

    fn checked(&self) -> Unspent<Verified> {
        let verified = Verified {
            pseudonym: *self.presentation.pseudonym(),
            slot: *self.slot,
            claims: self.presentation.claims(self.request),
            request: self.request.digest(),
        };
        Unspent::new(*self.request.nonce(), self.request.expires(), verified)
    }
}

/// Steps 1, 3 and 4 of §12 with nothing but request, answer and parameters: what the holder checks
/// before a presentation leaves, and what is checked for an act. `fixed` are the generators, at
/// least those for the schema. Variable-time.
pub(crate) fn verify_presentation_alone(
    presentation: &Presentation,
    request: &Request,
    parameters: &AuthorityParameters,
    fixed: Fixed<'_>,
) -> Result<Slot, Error> {
    let slot = presentation.slot(request)?;
    if parameters.authority() != request.authority() {
        return Err(Error::ForeignAuthority);
    }
    if slot.parameters != *parameters.id() {
        return Err(Error::ForeignParameters);
    }
    let disclosed = presentation.disclosed(request, parameters.schema())?;
    let scope = request.scope();
    let places = Places {
        scope: Place::own(*scope.base()),
        point: *scope.point(),
        epoch: Place::own(credential_base(slot)),
        key: Place::own(*parameters.key().point()),
    };
    let (begun, evidence) = (presentation::begin(parameters.id()), item::begin(parameters.key()));
    let fitting =
        FittingPresentation::new(presentation, request, slot, disclosed, places, begun, &evidence);
    if verify_alone(&fitting, fixed) { Ok(*slot) } else { Err(Error::Rejected) }
}

/// The same for a login.
pub(crate) fn verify_login_alone(login: &Login, request: &Request) -> Result<(), Error> {
    if login.nonce() != request.nonce() {
        return Err(Error::Rejected);
    }
    let scope = Place::own(*request.scope().base());
    let fitting = FittingLogin::new(login, request, scope, login::begin());
    if verify_alone(&fitting, Fixed::Points(&[])) { Ok(()) } else { Err(Error::Rejected) }
}

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
    challenge: Scalar,
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
