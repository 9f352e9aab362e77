//! Verification: the hot path (SPEC §12).
//!
//! A [`Verifier`] has tables for every base that many presentations share: G, V, U_k, H_i, X, the
//! P_s of the platform's applications and the B_t of the epochs it was prepared for. A
//! presentation adds its seven points (and P_s or B_t where there is no table for it).

use alloc::vec::Vec;
use core::ops::RangeInclusive;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;

use super::attributes::Value;
use super::key::KeyRelation;
use super::present::{MULTIPLE, POINT, Presentation, PresentationRelation, transcript};
use crate::error::Error;
use crate::group::generators::generators;
use crate::group::xmd::Transcript;
use crate::parameters::AuthorityParameters;
use crate::pseudonym::login::{Login, LoginRelation};
use crate::request::Request;
use crate::scope::{PlatformId, Scope, Token};
use crate::sigma::batch::{Fold, Member, Tables, find_bad, verify};
use crate::sigma::relation::Base;
use crate::time::{Epoch, UnixTime};

/// Everything that stays the same from one verification to the next.
pub(crate) struct Verifier {
    parameters: AuthorityParameters,
    platform: PlatformId,
    scopes: Vec<Scope>,
    epochs: RangeInclusive<Epoch>,
    /// Where the table of X stands; those of the scopes and the epochs follow.
    key: usize,
    tables: Tables,
    secret: Option<[u8; 32]>,
}

/// A base that has a table, or has none and is one more own point.
enum Place {
    Table(usize),
    Own(RistrettoPoint),
}

impl Verifier {
    pub(crate) fn new(
        parameters: AuthorityParameters,
        platform: PlatformId,
        labels: &[Token],
        epochs: RangeInclusive<Epoch>,
        secret: Option<[u8; 32]>,
    ) -> Self {
        let labels = core::iter::once(None).chain(labels.iter().copied().map(Some));
        let scope = |label| Scope::new(*parameters.authority(), platform, label);
        let scopes: Vec<_> = labels.map(scope).collect();
        let mut fixed = generators(parameters.schema().len());
        let key = fixed.len();
        fixed.push(*parameters.key().point());
        fixed.extend(scopes.iter().map(|scope| *scope.base()));
        let numbers = epochs.start().0..=epochs.end().0;
        fixed.extend(numbers.map(|epoch| parameters.credential_base(Epoch(epoch))));
        let tables = Tables::new(&fixed);
        Self { parameters, platform, scopes, epochs, key, tables, secret }
    }

    pub(crate) const fn parameters(&self) -> &AuthorityParameters {
        &self.parameters
    }

    pub(crate) const fn platform(&self) -> &PlatformId {
        &self.platform
    }

    pub(crate) const fn secret(&self) -> Option<[u8; 32]> {
        self.secret
    }

    /// P_s and z_s.
    fn scope(&self, request: &Request) -> (Place, Scalar) {
        let known = self.scopes.iter().position(|scope| scope.label() == request.label());
        match known {
            Some(index) => (Place::Table(self.key + 1 + index), *self.scopes[index].point()),
            None => {
                let scope = request.scope(&self.parameters);
                (Place::Own(*scope.base()), *scope.point())
            }
        }
    }

    /// B_t.
    fn epoch(&self, epoch: Epoch) -> Place {
        if self.epochs.contains(&epoch) {
            let index = (epoch.0 - self.epochs.start().0) as usize;
            Place::Table(self.key + 1 + self.scopes.len() + index)
        } else {
            Place::Own(self.parameters.credential_base(epoch))
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

    /// Everything but the equations (§12, steps 2 and 3), and the challenges.
    pub(crate) fn check<'a>(
        &self,
        request: &Request,
        presentation: &'a Presentation,
        now: UnixTime,
    ) -> Result<Checked<'a>, Error> {
        self.check_request(request, now)?;
        let Presentation { epoch, disclosed, evidence, pseudonym, proof } = presentation;
        let schema = self.parameters.schema();
        let fits =
            |(index, value): &(u8, Value)| schema.kind(*index).is_some_and(|k| value.fits(k));
        let value = |index: u8| {
            let place = disclosed.binary_search_by_key(&index, |(i, _)| *i).ok()?;
            Some(&disclosed[place].1)
        };
        let matches = request.epochs().contains(epoch)
            && disclosed.iter().map(|(index, _)| index).eq(request.disclosures())
            && disclosed.iter().all(fits)
            && disclosed.len() + presentation.hidden() == schema.len()
            && request.met_by(value);
        if !matches {
            return Err(Error::Rejected);
        }
        let mut own = Vec::with_capacity(5);
        own.extend([&evidence.point, &evidence.multiple, pseudonym.element()].map(|e| *e.point()));
        let mut place = |place| match place {
            Place::Table(index) => Base::Fixed(index),
            Place::Own(point) => {
                own.push(point);
                Base::Own(own.len() - 1)
            }
        };
        let (scope, point) = self.scope(request);
        let scope = place(scope);
        let epoch_base = place(self.epoch(*epoch));
        let digest = request.digest();
        let parameters = self.parameters.id();
        let transcript = transcript(parameters, *epoch, &digest, disclosed, pseudonym, evidence);
        Ok(Checked {
            presentation,
            own,
            attributes: schema.len() as u8,
            disclosed: disclosed.iter().map(|(index, value)| (*index, value.scalar())).collect(),
            scope,
            point,
            epoch: epoch_base,
            key: Base::Fixed(self.key),
            evidence_challenge: evidence.challenge(self.parameters.key()),
            challenge: proof.challenge(transcript),
        })
    }

    /// The same for a login (§13).
    pub(crate) fn check_login<'a>(
        &self,
        request: &Request,
        login: &'a Login,
        now: UnixTime,
    ) -> Result<CheckedLogin<'a>, Error> {
        self.check_request(request, now)?;
        if !request.disclosures().is_empty() {
            return Err(Error::LoginCannotDisclose);
        }
        let mut own = Vec::with_capacity(2);
        own.push(*login.unverified().element().point());
        let scope = match self.scope(request).0 {
            Place::Table(index) => Base::Fixed(index),
            Place::Own(point) => {
                own.push(point);
                Base::Own(1)
            }
        };
        let challenge = login.challenge(self.parameters.id(), &request.digest());
        Ok(CheckedLogin { login, own, scope, challenge })
    }

    /// Whether all the equations hold.
    pub(crate) fn holds(&self, member: &impl Member) -> bool {
        verify(core::slice::from_ref(member), &self.tables, self.secret.as_ref())
    }

    /// The members whose equations do not hold, ascending.
    pub(crate) fn find_bad<M: Member>(&self, members: &[M]) -> Vec<usize> {
        find_bad(members, &self.tables, self.secret.as_ref())
    }
}

/// A presentation that fits its request, with challenges; what is left are its four equations.
pub(crate) struct Checked<'a> {
    presentation: &'a Presentation,
    own: Vec<RistrettoPoint>,
    attributes: u8,
    disclosed: Vec<(u8, Scalar)>,
    scope: Base,
    point: Scalar,
    epoch: Base,
    key: Base,
    evidence_challenge: Scalar,
    challenge: Scalar,
}

impl Member for Checked<'_> {
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

    fn fold(&self, fold: &mut Fold) {
        let Presentation { evidence, proof, .. } = self.presentation;
        fold.own(&self.own);
        let evidence_relation = KeyRelation { key: self.key, point: POINT, multiple: MULTIPLE };
        fold.add(&evidence_relation, &self.evidence_challenge, &evidence.proof);
        let relation = PresentationRelation {
            attributes: self.attributes,
            disclosed: &self.disclosed,
            epoch: self.epoch,
            scope: self.scope,
            point: &self.point,
        };
        fold.add(&relation, &self.challenge, proof);
    }
}

/// A login that fits its request, with its challenge.
pub(crate) struct CheckedLogin<'a> {
    login: &'a Login,
    own: Vec<RistrettoPoint>,
    scope: Base,
    challenge: Scalar,
}

impl Member for CheckedLogin<'_> {
    fn scalars(&self, transcript: Transcript) -> Transcript {
        let responses = &self.login.proof.responses;
        let list = transcript.count(1 + responses.len());
        list.part(self.challenge.as_bytes()).parts(responses)
    }

    fn fold(&self, fold: &mut Fold) {
        fold.own(&self.own);
        let relation = LoginRelation { scope: self.scope };
        fold.add(&relation, &self.challenge, &self.login.proof);
    }
}
