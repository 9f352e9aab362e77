//! SPEC §11 to §13 as equations, one by one and without folding: what a verifier computes, for
//! answers that were taken apart. It solves the equations too, which is what a forger can do.

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT as G;
use curve25519_dalek::scalar::Scalar;
use hazmat::Transcript;
use pairnym::{holder::*, message::*, *};

use crate::parts::*;
use crate::pool::World;
use crate::rules;

/// c̄ and c; a login has only c.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Challenges {
    pub evidence: Scalar,
    pub own: Scalar,
}

/// What an answer is to be about.
pub struct Statement<'a> {
    world: &'a World,
    request: &'a Request,
    X: Field,
    generators: Vec<RistrettoPoint>,
    base: RistrettoPoint,
    point: Scalar,
}

impl<'a> Statement<'a> {
    pub fn new(world: &'a World, request: &'a Request) -> Self {
        let parameters = world.parameters();
        let scope = Scope::new(*request.authority(), *request.platform(), request.label().copied());
        let (base, point) = hazmat::scope_base_and_point(&scope);
        Self {
            world,
            request,
            X: rules::key(parameters),
            generators: hazmat::generators::generators(parameters.schema().len()),
            base: *base,
            point: *point,
        }
    }

    /// The slot at this place of the request; one that is nobody's if there is none.
    pub fn slot(&self, place: u8) -> Slot {
        let nobodys = Slot { parameters: ParametersId([0; 32]), epoch: Epoch(0) };
        self.request.slots().get(usize::from(place)).copied().unwrap_or(nobodys)
    }

    /// V, U_k, or an H_i of the schema.
    pub fn generator(&self, place: hazmat::sigma::Base) -> Option<RistrettoPoint> {
        match place {
            hazmat::sigma::Base::Fixed(place) => self.generators.get(place).copied(),
            hazmat::sigma::Base::Own(_) => None,
        }
    }

    pub fn key(&self) -> RistrettoPoint {
        point(&self.X).unwrap()
    }

    /// P_s.
    pub const fn scope(&self) -> RistrettoPoint {
        self.base
    }

    pub fn challenges(&self, answer: &Parts) -> Challenges {
        let Parts { plain, points, scalars, .. } = answer;
        let digest = self.request.digest();
        let parts = |transcript: Transcript, parts: &[&Field]| {
            parts.iter().fold(transcript, |transcript, part| transcript.part(&part[..]))
        };
        let Some(plain) = plain else {
            let fields = [&digest.0, &points[0], &points[1]];
            let own = parts(Transcript::new("login"), &fields).scalar();
            return Challenges { evidence: Scalar::ZERO, own };
        };
        let evidence = [&self.X, &points[A], &points[B], &points[R1], &points[R2]];
        let evidence = parts(Transcript::new("evidence"), &evidence).scalar();
        let slot = self.slot(plain.slot);
        let transcript = Transcript::new("presentation")
            .part(&slot.parameters.0)
            .part(&slot.epoch.0.to_be_bytes())
            .part(&digest.0)
            .count(plain.disclosed.len());
        let disclosed = self.request.disclosures().iter().zip(&plain.disclosed);
        let transcript = disclosed.fold(transcript, |list, (name, value)| {
            list.part(name.as_str().as_bytes()).part(value)
        });
        let fields = [
            &points[N],
            &points[A],
            &points[B],
            &points[R1],
            &points[R2],
            &scalars[Z],
            &points[T1],
            &points[T2],
        ];
        Challenges { evidence, own: parts(transcript, &fields).scalar() }
    }

    /// The indices of the disclosed attributes, if the schema has all names.
    fn disclosed(&self) -> Option<Vec<usize>> {
        let schema = self.world.parameters().schema();
        let index = |wanted: &Name| schema.iter().position(|(name, _)| name == wanted);
        self.request.disclosures().iter().map(index).collect()
    }

    /// The commitments that would satisfy all equations, with these challenges: R̄1, R̄2, T_1, T_2,
    /// or of a login T. Fails if a point is none, or there are no such attributes.
    pub fn solve(&self, answer: &Parts, challenges: &Challenges) -> Option<Vec<RistrettoPoint>> {
        let scalars: Vec<_> = answer.scalars.iter().map(scalar).collect();
        let Challenges { evidence: c_bar, own: c } = challenges;
        let Some(plain) = &answer.plain else {
            return Some(vec![self.base * scalars[0] - point(&answer.points[0])? * c]);
        };
        let shown = |place: usize| point(&answer.points[place]);
        let (A_bar, B_bar, pseudonym) = (shown(A)?, shown(B)?, shown(N)?);
        let z = scalars[Z];
        let attributes = self.world.values.len();
        let disclosed = self.disclosed()?;
        let hidden: Vec<_> = (0..attributes).filter(|index| !disclosed.contains(index)).collect();
        if disclosed.len() != plain.disclosed.len() || hidden.len() != scalars.len() - HIDDEN {
            return None;
        }
        let h = |index: usize| self.generator(hazmat::generators::h(index));
        let mut left = B_bar * scalars[RHO] + A_bar * scalars[EPSILON];
        for k in 0..PSEUDONYM_SECRETS {
            left -= self.generator(hazmat::generators::u(k))? * scalars[U + k];
        }
        left -= self.generator(hazmat::generators::V)? * scalars[V];
        for (index, m) in hidden.iter().zip(&scalars[HIDDEN..]) {
            left -= h(*index)? * m;
        }
        let mut right = hazmat::credential_base(&self.slot(plain.slot));
        for (index, value) in disclosed.iter().zip(&plain.disclosed) {
            right += h(*index)? * hazmat::attribute_scalar(&decoded(value)?);
        }
        let exponent = (0..PSEUDONYM_SECRETS)
            .rev()
            .fold(Scalar::ZERO, |sum, k| sum * self.point + scalars[U + k]);
        Some(vec![
            G * z - self.key() * c_bar,
            A_bar * z - B_bar * c_bar,
            left - right * c,
            self.base * exponent - pseudonym * c,
        ])
    }

    /// Whether the equations hold (SPEC §12, step 4).
    pub fn holds(&self, answer: &Parts, challenges: &Challenges) -> bool {
        let commitments: &[usize] = if answer.plain.is_some() { &[R1, R2, T1, T2] } else { &[1] };
        let solved = self.solve(answer, challenges);
        solved.is_some_and(|solved| {
            let solved = solved.iter().map(|point| point.compress().to_bytes());
            solved.eq(commitments.iter().map(|place| answer.points[*place]))
        })
    }
}
