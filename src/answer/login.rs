//! Login: a person returns to a platform that knows the 网号 (SPEC §13).
//!
//! ```text
//! holder                                             platform
//!                            Request
//!                        ←──────────────             keeps the request
//! knows f(z_s)
//! T = w·P_s, c = H2S("login", digest, N, T)
//! ŝ = w + c·f(z_s)
//!                         nonce, N, T, ŝ
//!                        ──────────────→             ŝ·P_s − c·N − T = O; looks up N,
//!                                                    and only then uses up the nonce
//! ```

use core::fmt;
use core::slice::from_ref;

use curve25519_dalek::scalar::Scalar;

use crate::error::{DecodeReason, Error};
use crate::group::transcript::Transcript;
use crate::ids::{Nonce, RequestDigest};
use crate::pseudonym::Pseudonym;
use crate::pseudonym::scope::Scope;
use crate::rng::SecureRng;
use crate::sigma::coins::{HedgedScalars, randomness};
use crate::sigma::proof::{Proof, prove};
use crate::sigma::relation::{Base, Bases, Relation, Sums};
use crate::wire::{Body, Message, Reader, Sink};

/// Proof that the owner of a 网号 answers a request: 130 bytes.
///
/// If the request has a statement, the login is the 网号's signature on it.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    nonce: Nonce,
    pseudonym: Pseudonym,
    pub(crate) proof: Proof<1, [Scalar; 1]>,
}

/// f(z_s)·P_s = N, N being own point 0.
pub struct LoginRelation {
    /// P_s.
    pub scope: Base,
}

impl Relation<1> for LoginRelation {
    fn left(&self, w: &[Scalar], sums: &mut impl Sums) {
        sums.add(0, &w[0], self.scope);
    }

    fn right(&self, sums: &mut impl Sums) {
        sums.add(0, &Scalar::ONE, Base::Own(0));
    }
}

/// The transcript before the commitment.
pub(crate) fn begin() -> Transcript {
    Transcript::new("login")
}

pub(crate) fn transcript(
    begun: Transcript,
    request: &RequestDigest,
    pseudonym: &Pseudonym,
) -> Transcript {
    begun.part(&request.0).part(pseudonym.element().bytes())
}

impl Login {
    /// Length of the wire encoding in bytes.
    pub const LENGTH: usize = 130;

    /// Signs a request, given by its nonce and digest, with f(z_s), the 网号's own key.
    /// Constant-time.
    ///
    /// This is the bare signature, and checks nothing.
    /// [`Holder::log_in`](crate::holder::Holder::log_in) and, without an allocator,
    /// [`LoginRequest::log_in`](crate::holder::LoginRequest::log_in) first make the checks of
    /// SPEC §13, and check the result afterwards.
    ///
    /// # Errors
    /// [`Error::Degenerate`] with probability about 2^-252.
    pub(crate) fn sign(
        exponent: &Scalar,
        pseudonym: &Pseudonym,
        scope: &Scope,
        nonce: &Nonce,
        request: &RequestDigest,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Self, Error> {
        let transcript = transcript(begin(), request, pseudonym);
        let witnesses = from_ref(exponent);
        let coins = HedgedScalars::new(&transcript, witnesses, Some(&randomness(rng)));
        let own = [*pseudonym.element().point(), *scope.base()];
        let proof = prove(
            &LoginRelation { scope: Base::Own(1) },
            &Bases { fixed: &[], own: &own },
            transcript,
            witnesses,
            &coins,
            [Scalar::ZERO],
        )?;
        Ok(Self { nonce: *nonce, pseudonym: *pseudonym, proof })
    }

    pub(crate) const fn proven(
        nonce: Nonce,
        pseudonym: Pseudonym,
        proof: Proof<1, [Scalar; 1]>,
    ) -> Self {
        Self { nonce, pseudonym, proof }
    }

    /// Verifies the signature of one login and nothing else, without an allocator.
    ///
    /// It is for the caller to check whose request it is, its expiry, and that its nonce is unused;
    /// `Platform::verify_login` does that.
    ///
    /// # Errors
    /// [`Error::Rejected`].
    pub fn verify_signature_alone(
        &self,
        scope: &Scope,
        nonce: &Nonce,
        request: &RequestDigest,
    ) -> Result<Pseudonym, Error> {
        let c = self.challenge(begin(), request);
        let own = [*self.pseudonym.element().point(), *scope.base()];
        let bases = Bases { fixed: &[], own: &own };
        let relation = LoginRelation { scope: Base::Own(1) };
        if self.nonce == *nonce && self.proof.holds(&relation, &bases, &c) {
            Ok(self.pseudonym)
        } else {
            Err(Error::Rejected)
        }
    }

    pub(crate) fn challenge(&self, begun: Transcript, request: &RequestDigest) -> Scalar {
        self.proof.challenge(transcript(begun, request, &self.pseudonym))
    }

    /// The nonce of the request that it claims to answer, by which to find the pending request.
    #[must_use]
    pub const fn nonce(&self) -> &Nonce {
        &self.nonce
    }

    /// N, which proves nothing until the proof is verified.
    pub(crate) const fn unverified(&self) -> &Pseudonym {
        &self.pseudonym
    }

    /// The wire bytes, without an allocator.
    #[must_use]
    pub fn to_array(&self) -> [u8; Self::LENGTH] {
        let mut array = Array { bytes: [0; Self::LENGTH], used: 0 };
        array.put(&[crate::wire::VERSION, Self::KIND]);
        self.write(&mut array);
        array.bytes
    }
}

/// A buffer for exactly one login.
struct Array {
    bytes: [u8; Login::LENGTH],
    used: usize,
}

impl Sink for Array {
    fn put(&mut self, bytes: &[u8]) {
        let free = &mut self.bytes[self.used..];
        free[..bytes.len()].copy_from_slice(bytes);
        self.used += bytes.len();
    }
}

impl Message for Login {}

impl Body for Login {
    const KIND: u8 = 13;
    const NAME: &'static str = "Login";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.nonce.0);
        out.element(self.pseudonym.element());
        self.proof.write(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        let nonce = Nonce(reader.array()?);
        let pseudonym = Pseudonym::from_element(reader.element()?);
        let proof = Proof::read(reader)?;
        Ok(Self { nonce, pseudonym, proof })
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(unverified)")
    }
}
