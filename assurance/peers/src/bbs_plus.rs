//! BBS over BLS12-381 with arkworks, in its shortest form (that of the BBS draft).

use std::collections::BTreeMap;

use ark_bls12_381::{Bls12_381, Fr};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use bbs_plus::{
    prelude::{
        KeypairG2, PreparedPublicKeyG2, PreparedSignatureParams23G1, Signature23G1,
        SignatureParams23G1,
    },
    proof_23_ietf::{PoKOfSignature23G1Proof, PoKOfSignature23G1Protocol},
};
use dock_crypto_utils::{
    randomized_pairing_check::RandomizedPairingChecker, signature::MessageOrBlinding,
};
use rand::thread_rng;
use schnorr_pok::compute_random_oracle_challenge;
use sha2::Sha512;

use crate::peer::{ATTRIBUTES, DISCLOSED, NONCE, Peer};

type Proof = PoKOfSignature23G1Proof<Bls12_381>;
type Disclosed = BTreeMap<usize, Fr>;

pub struct Bbs {
    params: SignatureParams23G1<Bls12_381>,
    prepared_params: PreparedSignatureParams23G1<Bls12_381>,
    prepared_key: PreparedPublicKeyG2<Bls12_381>,
    messages: Vec<Fr>,
    signature: Signature23G1<Bls12_381>,
}

impl Bbs {
    pub fn new() -> Self {
        let mut rng = thread_rng();
        // The same for every issuer, so that nothing but the pairings tells their signatures apart.
        let params = SignatureParams23G1::new::<Sha512>(b"pairnym-peers", ATTRIBUTES.len() as u32);
        let keys = KeypairG2::generate_using_rng_and_bbs23_params(&mut rng, &params);
        let messages: Vec<Fr> = ATTRIBUTES.map(Fr::from).to_vec();
        let signature = Signature23G1::new(&mut rng, &messages, &keys.secret_key, &params)
            .expect("as many messages as generators");
        Self {
            prepared_params: params.clone().into(),
            params,
            prepared_key: keys.public_key.clone().into(),
            messages,
            signature,
        }
    }

    /// Decodes a proof and derives its challenge.
    fn read(&self, disclosed: &Disclosed, bytes: &[u8]) -> Option<(Proof, Fr)> {
        let proof = Proof::deserialize_compressed(bytes).ok()?;
        let mut transcript = NONCE.to_vec();
        proof.challenge_contribution(disclosed, &self.params, &mut transcript).ok()?;
        Some((proof, challenge(&transcript)))
    }
}

impl Peer for Bbs {
    fn package(&self) -> &'static str {
        "bbs_plus"
    }

    fn proves(&self) -> &'static str {
        "BBS, no pseudonym"
    }

    fn prove(&mut self) -> Vec<u8> {
        let messages = self.messages.iter().enumerate().map(|(index, message)| {
            if index < DISCLOSED {
                MessageOrBlinding::RevealMessage(message)
            } else {
                MessageOrBlinding::BlindMessageRandomly(message)
            }
        });
        let protocol = PoKOfSignature23G1Protocol::init(
            &mut thread_rng(),
            &self.signature,
            &self.params,
            messages,
        )
        .expect("as many messages as generators");
        let mut transcript = NONCE.to_vec();
        protocol
            .challenge_contribution(
                &disclosed_map(&ATTRIBUTES[..DISCLOSED]),
                &self.params,
                &mut transcript,
            )
            .expect("a vector takes all bytes");
        let proof = protocol.gen_proof(&challenge(&transcript)).expect("the protocol is complete");
        let mut bytes = Vec::new();
        proof.serialize_compressed(&mut bytes).expect("a vector takes all bytes");
        bytes
    }

    fn verify(&self, disclosed: &[u64], proof: &[u8]) -> bool {
        let disclosed = disclosed_map(disclosed);
        self.read(&disclosed, proof).is_some_and(|(proof, challenge)| {
            proof
                .verify(
                    &disclosed,
                    &challenge,
                    self.prepared_key.clone(),
                    self.prepared_params.clone(),
                )
                .is_ok()
        })
    }

    fn verify_batch(&self, disclosed: &[u64], proofs: &[Vec<u8>]) -> Option<bool> {
        let disclosed = disclosed_map(disclosed);
        // Lazily, all pairings become one product; at once, only its last step is shared.
        let lazy = true;
        let mut pairings = RandomizedPairingChecker::new_using_rng(&mut thread_rng(), lazy);
        let schnorr = proofs.iter().all(|proof| {
            self.read(&disclosed, proof).is_some_and(|(proof, challenge)| {
                proof
                    .verify_with_randomized_pairing_checker(
                        &disclosed,
                        &challenge,
                        self.prepared_key.clone(),
                        self.prepared_params.clone(),
                        &mut pairings,
                    )
                    .is_ok()
            })
        });
        Some(schnorr && pairings.verify())
    }
}

fn disclosed_map(disclosed: &[u64]) -> Disclosed {
    disclosed.iter().copied().map(Fr::from).enumerate().collect()
}

fn challenge(transcript: &[u8]) -> Fr {
    compute_random_oracle_challenge::<Fr, Sha512>(transcript)
}
