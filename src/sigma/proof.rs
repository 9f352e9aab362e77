//! Proving, and what a proof is (SPEC §6.2).

use curve25519_dalek::scalar::Scalar;
use zeroize::Zeroize;

use super::coins::HedgedScalars;
use super::relation::{Bases, Relation, evaluate};
use crate::error::{DecodeReason, Error};
use crate::group::Element;
use crate::group::transcript::Transcript;
use crate::wire::{Reader, Sink};

/// Commitments T_j and responses ŵ_i.
#[derive(Clone, PartialEq, Eq)]
pub struct Proof<const EQUATIONS: usize, R> {
    pub(crate) commitments: [Element; EQUATIONS],
    pub(crate) responses: R,
}

impl<const E: usize, R> Proof<E, R> {
    /// The challenge: the transcript of the statement, continued by the commitments.
    pub fn challenge(&self, transcript: Transcript) -> Scalar {
        challenge(transcript, &self.commitments)
    }
}

/// c, once the commitments are known.
pub(crate) fn challenge(transcript: Transcript, commitments: &[Element]) -> Scalar {
    commitments.iter().fold(transcript, |transcript, T| transcript.part(T.bytes())).scalar()
}

/// Proves knowledge of `witnesses`; `responses` has the same length and any content.
///
/// Constant-time in the witnesses. An error has probability about 2^-252.
pub fn prove<const E: usize, R: AsMut<[Scalar]>>(
    relation: &impl Relation<E>,
    bases: &Bases<'_>,
    transcript: Transcript,
    witnesses: &[Scalar],
    coins: &HedgedScalars,
    mut responses: R,
) -> Result<Proof<E, R>, Error> {
    let nonces = responses.as_mut();
    if nonces.len() != witnesses.len() {
        return Err(Error::Fault);
    }
    (0u32..).zip(nonces.iter_mut()).for_each(|(i, n)| *n = coins.get(i));
    let commitments = match elements(evaluate(relation, bases, nonces)) {
        Ok(commitments) => commitments,
        Err(error) => {
            nonces.iter_mut().for_each(Zeroize::zeroize);
            return Err(error);
        }
    };
    let c = challenge(transcript, &commitments);
    // From here on the buffer holds responses, which are public.
    nonces.iter_mut().zip(witnesses).for_each(|(n, w)| *n += c * w);
    Ok(Proof { commitments, responses })
}

pub(super) fn elements<const E: usize>(
    points: [curve25519_dalek::RistrettoPoint; E],
) -> Result<[Element; E], Error> {
    let mut elements = [Element::new(points[0])?; E];
    for (element, point) in elements.iter_mut().zip(points).skip(1) {
        *element = Element::new(point)?;
    }
    Ok(elements)
}

impl<const E: usize, R: AsRef<[Scalar]>> Proof<E, R> {
    /// The verifier's equations one by one, as SPEC §6.2 writes them. Slower than
    /// a fold; without the feature `alloc` it needs no allocator.
    pub fn holds(&self, relation: &impl Relation<E>, bases: &Bases<'_>, c: &Scalar) -> bool {
        let left = evaluate(relation, bases, self.responses.as_ref());
        let right = super::relation::target(relation, bases);
        let equations = left.iter().zip(right).zip(&self.commitments);
        equations.fold(true, |all, ((left, right), T)| all & (*left - right * c == *T.point()))
    }

    pub(crate) fn write(&self, out: &mut impl Sink) {
        self.commitments.iter().for_each(|T| out.element(T));
        self.responses.as_ref().iter().for_each(|w| out.scalar(w));
    }
}

impl<const E: usize, const W: usize> Proof<E, [Scalar; W]> {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        let commitments = reader.elements()?;
        let responses = reader.scalars()?;
        Ok(Self { commitments, responses })
    }
}

/// A transcript that verifies for the challenge `c`, made without a witness: for proofs about
/// the protocol and their tests, since a hash cannot be made to give a chosen `c`.
#[cfg(feature = "hazmat")]
pub fn simulate<const E: usize, R: AsRef<[Scalar]>>(
    relation: &impl Relation<E>,
    bases: &Bases<'_>,
    c: &Scalar,
    responses: R,
) -> Result<Proof<E, R>, Error> {
    let mut points = evaluate(relation, bases, responses.as_ref());
    let right = super::relation::target(relation, bases);
    points.iter_mut().zip(right).for_each(|(T, Y)| *T -= Y * c);
    let commitments = elements(points)?;
    Ok(Proof { commitments, responses })
}
