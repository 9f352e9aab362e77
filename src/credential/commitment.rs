//! What a person is registered by, and the proof that its opening is known (SPEC §5.1, §7, §8.1).

use core::fmt;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;

use crate::error::{DecodeError, DecodeReason, Error};
use crate::group::transcript::Transcript;
use crate::group::{Element, generators};
use crate::holder::secret::{HolderSecrets, PSEUDONYM_SECRETS};
use crate::rng::SecureRng;
use crate::sigma::batch::{Fixed, Fold, Member, verify_alone};
use crate::sigma::coins::{HedgedScalars, randomness};
use crate::sigma::proof::{Proof, prove};
use crate::sigma::relation::{Base, Bases, Relation, Sums, evaluate};
use crate::wire::Reader;

/// The number of secrets in a commitment.
pub(crate) const SECRETS: usize = PSEUDONYM_SECRETS + 1;

/// C_u: the commitment by which a holder is registered. It hides the secrets perfectly (S7).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Commitment(Element);

impl Commitment {
    /// C_u = Σ u_k U_k + v·V. Constant-time.
    pub(crate) fn new(secrets: &HolderSecrets, fixed: &[RistrettoPoint]) -> Result<Self, Error> {
        let bases = Bases { fixed, own: &[] };
        let [point] = evaluate(&Opening, &bases, secrets.scalars());
        Self::of(point)
    }

    /// A point that is known to be one.
    pub(crate) fn of(point: RistrettoPoint) -> Result<Self, Error> {
        Element::new(point).map(Self)
    }

    /// The 32-byte encoding, by which a registry can look it up.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; 32] {
        *self.0.bytes()
    }

    /// Decodes it, as a registry in a database does.
    ///
    /// # Errors
    /// [`DecodeReason::Point`] or [`DecodeReason::Identity`].
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, DecodeError> {
        let element = Element::decode(bytes);
        element.map(Self).map_err(|reason| DecodeError::new("Commitment", reason))
    }

    pub(crate) const fn element(&self) -> &Element {
        &self.0
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        reader.element().map(Self)
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Commitment(")?;
        self.0.bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// Σ u_k U_k + v·V = C_u, C_u being own point 0.
pub struct Opening;

impl Relation<1> for Opening {
    fn left(&self, w: &[Scalar], sums: &mut impl Sums) {
        for (k, u) in w[..PSEUDONYM_SECRETS].iter().enumerate() {
            sums.add(0, u, generators::u(k));
        }
        sums.add(0, &w[PSEUDONYM_SECRETS], generators::V);
    }

    fn right(&self, sums: &mut impl Sums) {
        sums.add(0, &Scalar::ONE, Base::Own(0));
    }
}

/// A proof of knowledge of the opening of C_u, for enrollment and for each issuance.
#[derive(Clone, PartialEq, Eq)]
pub struct OpeningProof(pub(crate) Proof<1, [Scalar; SECRETS]>);

impl OpeningProof {
    pub(crate) fn prove(
        secrets: &HolderSecrets,
        commitment: &Commitment,
        fixed: &[RistrettoPoint],
        transcript: Transcript,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Self, Error> {
        let witnesses = secrets.scalars();
        let coins = HedgedScalars::new(&transcript, witnesses, Some(&randomness(rng)));
        let own = [*commitment.element().point()];
        let bases = Bases { fixed, own: &own };
        let responses = [Scalar::ZERO; SECRETS];
        prove(&Opening, &bases, transcript, witnesses, &coins, responses).map(Self)
    }

    /// Variable-time in public data.
    pub(crate) fn verify(
        &self,
        commitment: &Commitment,
        fixed: Fixed<'_>,
        transcript: Transcript,
    ) -> Result<(), Error> {
        let c = self.0.challenge(transcript);
        let opened = Opened { commitment, c, proof: &self.0 };
        if verify_alone(&opened, fixed) { Ok(()) } else { Err(Error::Rejected) }
    }
}

struct Opened<'a> {
    commitment: &'a Commitment,
    c: Scalar,
    proof: &'a Proof<1, [Scalar; SECRETS]>,
}

impl Member for Opened<'_> {
    fn scalars(&self, transcript: Transcript) -> Transcript {
        transcript.count(1 + SECRETS).part(self.c.as_bytes()).parts(&self.proof.responses)
    }

    fn fold<'a>(&'a self, fold: &mut Fold<'a>) {
        fold.own([self.commitment.element().point()]);
        fold.add(&Opening, &self.c, &self.proof.commitments, &self.proof.responses);
    }
}
