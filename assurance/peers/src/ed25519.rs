//! The yardstick: one Ed25519 signature over nonce and disclosed attributes.

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey, verify_batch};

use crate::peer::{ATTRIBUTES, DISCLOSED, NONCE, Peer};

pub struct Ed25519 {
    signing_key: SigningKey,
    verifying_key: VerifyingKey,
}

impl Ed25519 {
    pub fn new() -> Self {
        let signing_key = SigningKey::from_bytes(&rand::random());
        let verifying_key = signing_key.verifying_key();
        Self { signing_key, verifying_key }
    }
}

impl Peer for Ed25519 {
    fn package(&self) -> &'static str {
        "ed25519-dalek"
    }

    fn proves(&self) -> &'static str {
        "a plain signature (yardstick)"
    }

    fn prove(&mut self) -> Vec<u8> {
        self.signing_key.sign(&message(&ATTRIBUTES[..DISCLOSED])).to_vec()
    }

    fn verify(&self, disclosed: &[u64], proof: &[u8]) -> bool {
        Signature::from_slice(proof)
            .and_then(|signature| self.verifying_key.verify(&message(disclosed), &signature))
            .is_ok()
    }

    fn verify_batch(&self, disclosed: &[u64], proofs: &[Vec<u8>]) -> Option<bool> {
        let message = message(disclosed);
        let signatures: Result<Vec<_>, _> =
            proofs.iter().map(|proof| Signature::from_slice(proof)).collect();
        let verified = signatures.and_then(|signatures| {
            let messages = vec![message.as_slice(); proofs.len()];
            verify_batch(&messages, &signatures, &vec![self.verifying_key; proofs.len()])
        });
        Some(verified.is_ok())
    }
}

fn message(disclosed: &[u64]) -> Vec<u8> {
    let values = disclosed.iter().flat_map(|value| value.to_le_bytes());
    NONCE.into_iter().chain(values).collect()
}
