//! Hedged secret randomness (SPEC §6.3): nonces of proofs, and everything else that the protocol
//! draws uniformly and keeps secret.
//!
//! A value is a hash of a transcript, of secrets and of fresh randomness. It stays secret and
//! unique when the random generator fails, and unpredictable when a secret leaks.

use curve25519_dalek::scalar::Scalar;
use zeroize::Zeroizing;

use crate::group::transcript::Transcript;
use crate::rng::SecureRng;

/// Fresh randomness for one [`HedgedScalars`].
pub type Randomness = Zeroizing<[u8; 64]>;

/// Draws it.
pub fn randomness(rng: &mut (impl SecureRng + ?Sized)) -> Randomness {
    let mut bytes = Randomness::new([0; 64]);
    rng.fill_bytes(bytes.as_mut());
    bytes
}

/// A sequence of secret scalars.
pub struct HedgedScalars(Transcript);

impl HedgedScalars {
    /// Without randomness the sequence is a function of transcript and secrets.
    #[must_use]
    pub fn new(
        transcript: &Transcript,
        secrets: &[Scalar],
        randomness: Option<&Randomness>,
    ) -> Self {
        Self::from_bytes(transcript, secrets, randomness.map(|bytes| &bytes[..]))
    }

    /// For a proof that two devices make together in one session: the same randomness in another
    /// session gives other scalars.
    #[cfg(feature = "alloc")]
    pub(crate) fn in_session(
        transcript: &Transcript,
        secrets: &[Scalar],
        randomness: &Randomness,
        session: &[u8; 32],
    ) -> Self {
        let mut bytes = Zeroizing::new([0; 96]);
        bytes[..64].copy_from_slice(&randomness[..]);
        bytes[64..].copy_from_slice(session);
        Self::from_bytes(transcript, secrets, Some(&bytes[..]))
    }

    fn from_bytes(transcript: &Transcript, secrets: &[Scalar], randomness: Option<&[u8]>) -> Self {
        let state = transcript.clone().h64();
        let coins = Transcript::new("nonce").part(&state).scalars(secrets);
        Self(coins.optional(randomness))
    }

    /// The scalar with this index. Constant-time.
    #[must_use]
    pub fn get(&self, index: u32) -> Scalar {
        self.0.clone().part(&index.to_be_bytes()).scalar()
    }
}
