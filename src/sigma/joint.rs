//! A proof that two devices make together: the half of the lead, which has all witnesses but one
//! (SPEC §20.3).

use alloc::vec::Vec;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use zeroize::Zeroizing;

use super::coins::{HedgedScalars, randomness};
use super::proof::{Proof, challenge, elements};
use super::relation::{Bases, Relation, evaluate};
use crate::error::Error;
use crate::group::transcript::Transcript;
use crate::group::{Element, half};
use crate::rng::SecureRng;

/// The lead's nonces and commitments, before the second's are known. One-shot: it is consumed by
/// the second's part.
pub struct Half<const E: usize> {
    transcript: Transcript,
    commitments: [Element; E],
    witnesses: Zeroizing<Vec<Scalar>>,
    nonces: Zeroizing<Vec<Scalar>>,
}

/// What is the second's part of a proof.
pub struct Other<'a, const E: usize> {
    /// What is added to the lead's commitments.
    pub(crate) commitments: [RistrettoPoint; E],
    /// The witness that the two share.
    pub(crate) shared: usize,
    /// What is added to its response.
    pub(crate) response: &'a Scalar,
}

impl<const E: usize> Half<E> {
    /// Draws the nonces, bound to the session. Constant-time in the witnesses.
    pub(crate) fn new(
        relation: &impl Relation<E>,
        bases: &Bases<'_>,
        transcript: &Transcript,
        witnesses: &[Scalar],
        session: &[u8; 32],
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Self, Error> {
        let coins = HedgedScalars::in_session(transcript, witnesses, &randomness(rng), session);
        // Lists that hold secrets are never grown: growing would leave copies behind.
        let mut nonces = Zeroizing::new(Vec::with_capacity(witnesses.len()));
        nonces.extend((0u32..).zip(witnesses).map(|(i, _)| coins.get(i)));
        let mut halves = Zeroizing::new(Vec::with_capacity(witnesses.len()));
        let half = half();
        halves.extend(nonces.iter().map(|n| n * half));
        let doubled = Element::doubled(&evaluate(relation, bases, &halves))?;
        let commitments = doubled.try_into().map_err(|_| Error::Fault)?;
        let mut copy = Zeroizing::new(Vec::with_capacity(witnesses.len()));
        copy.extend_from_slice(witnesses);
        Ok(Self { transcript: transcript.clone(), commitments, witnesses: copy, nonces })
    }

    /// T_W.
    pub(crate) const fn commitments(&self) -> &[Element; E] {
        &self.commitments
    }

    /// The whole proof, and its challenge.
    ///
    /// # Errors
    /// [`Error::Degenerate`] if a sum of commitments is O.
    pub(crate) fn join(
        self,
        other: &Other<'_, E>,
    ) -> Result<(Scalar, Proof<E, Vec<Scalar>>), Error> {
        let Self { transcript, commitments, witnesses, mut nonces } = self;
        let commitments = sums(&commitments, &other.commitments)?;
        let c = challenge(transcript, &commitments);
        nonces.iter_mut().zip(&*witnesses).for_each(|(n, w)| *n += c * w);
        nonces[other.shared] += other.response;
        // These are responses now, which are public.
        Ok((c, Proof { commitments, responses: core::mem::take(&mut *nonces) }))
    }
}

/// T = T_W + what the second adds.
pub(crate) fn sums<const E: usize>(
    lead: &[Element; E],
    second: &[RistrettoPoint; E],
) -> Result<[Element; E], Error> {
    elements(core::array::from_fn(|j| lead[j].point() + second[j]))
}
