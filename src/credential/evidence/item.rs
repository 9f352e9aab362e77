//! One item of evidence: what a presentation shows of it, and what the holder keeps.

use alloc::boxed::Box;
use core::fmt;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::MultiscalarMul;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::credential::Credential;
use crate::error::{DecodeReason, Error};
use crate::group::Element;
use crate::group::transcript::Transcript;
use crate::sigma::proof::Proof;
use crate::wire::{Body, Reader, Sink};

/// The transcript of all evidence under one key (SPEC §9.4).
pub(crate) fn begin(X: &Element) -> Transcript {
    Transcript::new("evidence").part(X.bytes())
}

/// The transcript before the commitments.
pub(crate) fn transcript(begun: &Transcript, point: &Element, multiple: &Element) -> Transcript {
    begun.clone().part(point.bytes()).part(multiple.bytes())
}

/// The public part of evidence, as a presentation carries it: proof that B̄ = x·Ā. 160 bytes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Ā.
    pub(crate) point: Element,
    /// B̄.
    pub(crate) multiple: Element,
    pub(crate) proof: Proof<2, [Scalar; 1]>,
}

impl Shown {
    /// c̄.
    pub(crate) fn challenge(&self, begun: &Transcript) -> Scalar {
        self.proof.challenge(transcript(begun, &self.point, &self.multiple))
    }

    pub(crate) fn write(&self, out: &mut impl Sink) {
        out.element(&self.point);
        out.element(&self.multiple);
        self.proof.write(out);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self {
            point: reader.element()?,
            multiple: reader.element()?,
            proof: Proof::read(reader)?,
        })
    }
}

/// Proof that a randomised credential is valid, for one presentation.
///
/// It is consumed by [`Holder::present`](crate::holder::Holder::present), cannot be cloned, and is
/// zeroized on drop: if it were used twice, it would link two presentations. A stored copy must be
/// gone before the presentation leaves the device (SPEC §16.1).
///
/// ```compile_fail,E0308
/// fn copy(evidence: &pairnym::holder::Evidence) -> pairnym::holder::Evidence {
///     evidence.clone() // not Clone
/// }
/// ```
pub struct Evidence {
    /// The id of the credential for which it was made.
    pub(super) credential: [u8; 32],
    pub(super) shown: Shown,
    /// ρ = 1/r, on the heap: it stays where it is and is wiped there, wherever the item moves.
    pub(super) rho: Box<Scalar>,
}

impl Evidence {
    /// Whether it was made for this credential.
    #[must_use]
    pub fn belongs_to(&self, credential: &Credential) -> bool {
        self.credential == credential.id
    }

    pub(crate) const fn shown(&self) -> &Shown {
        &self.shown
    }

    pub(crate) fn rho(&self) -> &Scalar {
        &self.rho
    }

    /// Whether ρ·B̄ + e·ρ·Ā = M: whether it makes a true statement about the credential to which it
    /// belongs (SPEC §11, step 9). Constant-time but for the result.
    pub(crate) fn check_fits(&self, credential: &Credential) -> Result<(), Error> {
        let epsilon = Zeroizing::new(credential.e * *self.rho);
        let points = [self.shown.multiple.point(), self.shown.point.point()];
        let M = RistrettoPoint::multiscalar_mul([&*self.rho, &*epsilon], points);
        if bool::from(M.ct_eq(&credential.M)) { Ok(()) } else { Err(Error::Fault) }
    }
}

impl Drop for Evidence {
    fn drop(&mut self) {
        self.rho.zeroize();
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Evidence(…)")
    }
}

impl Body for Evidence {
    const KIND: u8 = 17;
    const NAME: &'static str = "Evidence";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.credential);
        self.shown.write(out);
        out.scalar(&self.rho);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        let credential = reader.array()?;
        let shown = Shown::read(reader)?;
        let rho = reader.scalar()?;
        if bool::from(rho.ct_eq(&Scalar::ZERO)) {
            return Err(DecodeReason::Range);
        }
        Ok(Self { credential, shown, rho: Box::new(rho) })
    }
}
