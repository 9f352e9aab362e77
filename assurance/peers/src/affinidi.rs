//! BBS over BLS12-381 with the blind issuance and the per-verifier pseudonym of the BBS drafts.

use affinidi_bbs::{
    Ciphersuite, Proof, Pseudonym, PublicKey, Scalar, Signature, blind_sign_with_nym,
    blind_verify_with_nym, hash::hash_to_scalar, keygen, nym_commit, proof_gen_with_nym,
    proof_verify_with_nym, sk_to_pk,
};

use crate::peer::{ATTRIBUTES, DISCLOSED, NONCE, Peer};

const SUITE: Ciphersuite = Ciphersuite::Bls12381Sha256;
const INDEXES: [usize; DISCLOSED] = [0, 1, 2];
const CONTEXT: &[u8] = b"platform.example";
const PSEUDONYM_LEN: usize = 48;

type Message = [u8; 8];

pub struct BbsPseudonym {
    key: PublicKey,
    messages: Vec<Message>,
    signature: Signature,
    secret: Scalar,
    blind: Scalar,
}

impl BbsPseudonym {
    pub fn new() -> Self {
        let issuer = keygen(&rand::random::<[u8; 32]>(), b"").expect("32 bytes are enough");
        let key = sk_to_pk(&issuer);
        let messages = messages(&ATTRIBUTES);
        // The secret is the sum of a part of the holder's and one of the issuer's.
        let (part, entropy) = (random_scalar(), random_scalar());
        let (commitment, blind) = nym_commit(part, &[], SUITE).expect("there is a secret");
        let signature = blind_sign_with_nym(
            &issuer,
            &key,
            &commitment,
            entropy,
            b"",
            &slices(&messages),
            SUITE,
        )
        .expect("the commitment is valid");
        let valid = blind_verify_with_nym(
            &key,
            &signature,
            b"",
            &slices(&messages),
            &[],
            part,
            entropy,
            blind,
            SUITE,
        );
        assert!(valid.expect("the key is valid"), "refuses its own signature");
        Self { key, messages, signature, secret: part + entropy, blind }
    }
}

impl Peer for BbsPseudonym {
    fn package(&self) -> &'static str {
        "affinidi-bbs"
    }

    fn proves(&self) -> &'static str {
        "BBS, pseudonym of 1 secret"
    }

    fn prove(&mut self) -> Vec<u8> {
        let (proof, pseudonym) = proof_gen_with_nym(
            &self.key,
            &self.signature,
            b"",
            &NONCE,
            self.secret,
            CONTEXT,
            &slices(&self.messages),
            &INDEXES,
            &[],
            &[],
            self.blind,
            SUITE,
        )
        .expect("the signature is valid");
        [&pseudonym.to_bytes(), proof.to_bytes()].concat()
    }

    fn verify(&self, disclosed: &[u64], proof: &[u8]) -> bool {
        let Some((pseudonym, proof)) = proof.split_first_chunk::<PSEUDONYM_LEN>() else {
            return false;
        };
        let Ok(pseudonym) = Pseudonym::from_bytes(pseudonym) else {
            return false;
        };
        proof_verify_with_nym(
            &self.key,
            &Proof::from_bytes(proof),
            b"",
            &NONCE,
            &pseudonym,
            CONTEXT,
            self.messages.len(),
            &slices(&messages(disclosed)),
            &INDEXES,
            &[],
            &[],
            SUITE,
        )
        .is_ok_and(|valid| valid)
    }
}

fn messages(attributes: &[u64]) -> Vec<Message> {
    attributes.iter().map(|value| value.to_be_bytes()).collect()
}

fn slices(messages: &[Message]) -> Vec<&[u8]> {
    messages.iter().map(<[u8; 8]>::as_slice).collect()
}

fn random_scalar() -> Scalar {
    hash_to_scalar(&rand::random::<[u8; 32]>(), b"a secret of pairnym-peers", SUITE)
        .expect("the tag is short")
}
