//! BBS over BLS12-381, without and with the per-verifier pseudonym of the BBS drafts.

use zkryptium::{
    bbsplus::{
        commitment::BlindFactor,
        pseudonym::{BBSplusPseudonym, PseudonymSecret},
    },
    keys::pair::KeyPair,
    schemes::{
        algorithms::BbsBls12381Sha256 as Scheme,
        generics::{BlindSignature, Commitment, PoKSignature, Signature},
    },
};

use crate::peer::{ATTRIBUTES, DISCLOSED, NONCE, Peer};

const INDEXES: [usize; DISCLOSED] = [0, 1, 2];
const CONTEXT: &[u8] = b"platform.example";
const PSEUDONYM_LEN: usize = 48;

fn key_pair() -> KeyPair<Scheme> {
    KeyPair::generate(&rand::random::<[u8; 32]>(), None, None).expect("32 bytes are enough")
}

fn messages(attributes: &[u64]) -> Vec<Vec<u8>> {
    attributes.iter().map(|value| value.to_be_bytes().to_vec()).collect()
}

pub struct Bbs {
    keys: KeyPair<Scheme>,
    messages: Vec<Vec<u8>>,
    signature: Vec<u8>,
}

impl Bbs {
    pub fn new() -> Self {
        let keys = key_pair();
        let messages = messages(&ATTRIBUTES);
        let signature =
            Signature::<Scheme>::sign(Some(&messages), keys.private_key(), keys.public_key(), None)
                .expect("the key is valid")
                .to_bytes()
                .to_vec();
        Self { keys, messages, signature }
    }
}

impl Peer for Bbs {
    fn package(&self) -> &'static str {
        "zkryptium"
    }

    fn proves(&self) -> &'static str {
        "BBS, no pseudonym"
    }

    fn prove(&mut self) -> Vec<u8> {
        PoKSignature::<Scheme>::proof_gen(
            self.keys.public_key(),
            &self.signature,
            None,
            Some(&NONCE),
            Some(&self.messages),
            Some(&INDEXES),
        )
        .expect("the signature is valid")
        .to_bytes()
    }

    fn verify(&self, disclosed: &[u64], proof: &[u8]) -> bool {
        PoKSignature::<Scheme>::from_bytes(proof)
            .and_then(|proof| {
                proof.proof_verify(
                    self.keys.public_key(),
                    Some(&messages(disclosed)),
                    Some(&INDEXES),
                    None,
                    Some(&NONCE),
                )
            })
            .is_ok()
    }
}

pub struct BbsPseudonym {
    keys: KeyPair<Scheme>,
    messages: Vec<Vec<u8>>,
    signature: Vec<u8>,
    secrets: Vec<PseudonymSecret>,
    blind: BlindFactor,
    proves: &'static str,
}

impl BbsPseudonym {
    pub fn with_one_secret() -> Self {
        Self::new(1, "BBS, pseudonym of 1 secret")
    }

    pub fn with_seven_secrets() -> Self {
        Self::new(7, "BBS, pseudonym of 7 secrets")
    }

    fn new(secrets: usize, proves: &'static str) -> Self {
        let keys = key_pair();
        let messages = messages(&ATTRIBUTES);
        let holder_secrets = PseudonymSecret::random_vec(secrets);
        let (commitment, blind) =
            Commitment::<Scheme>::commit_with_nym(None, holder_secrets.clone())
                .expect("there are secrets");
        let entropy = PseudonymSecret::random();
        let signature = BlindSignature::<Scheme>::blind_sign_with_nym(
            keys.private_key(),
            keys.public_key(),
            Some(&commitment.to_bytes()),
            secrets,
            None,
            &entropy,
            Some(&messages),
        )
        .expect("the commitment is valid");
        let secrets = signature
            .verify_finalize_with_nym(
                keys.public_key(),
                None,
                Some(&messages),
                None,
                holder_secrets,
                Some(&entropy),
                Some(&blind),
            )
            .expect("the signature is valid");
        let signature = signature.to_bytes().to_vec();
        Self { keys, messages, signature, secrets, blind, proves }
    }
}

impl Peer for BbsPseudonym {
    fn package(&self) -> &'static str {
        "zkryptium"
    }

    fn proves(&self) -> &'static str {
        self.proves
    }

    fn prove(&mut self) -> Vec<u8> {
        let (proof, pseudonym) = PoKSignature::<Scheme>::proof_gen_with_nym(
            self.keys.public_key(),
            &self.signature,
            None,
            Some(&NONCE),
            &self.secrets,
            CONTEXT,
            Some(&self.messages),
            None,
            Some(&INDEXES),
            None,
            Some(&self.blind),
        )
        .expect("the signature is valid");
        [pseudonym.to_bytes(), proof.to_bytes()].concat()
    }

    fn verify(&self, disclosed: &[u64], proof: &[u8]) -> bool {
        let (pseudonym, proof) = proof.split_at(PSEUDONYM_LEN);
        let Ok(pseudonym) = BBSplusPseudonym::from_bytes(pseudonym) else {
            return false;
        };
        let Ok(proof) = PoKSignature::<Scheme>::from_bytes(proof) else {
            return false;
        };
        proof
            .proof_verify_with_nym(
                self.keys.public_key(),
                None,
                Some(&NONCE),
                &pseudonym,
                CONTEXT,
                self.secrets.len(),
                Some(self.messages.len()),
                Some(&messages(disclosed)),
                None,
                Some(&INDEXES),
                None,
            )
            .is_ok()
    }
}
