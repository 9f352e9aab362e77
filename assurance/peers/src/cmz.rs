//! µCMZ with a pseudonym: a keyed-verification credential over ristretto255.

use cmz::*;
use curve25519_dalek_4::{
    ristretto::{CompressedRistretto, RistrettoPoint as G},
    scalar::Scalar,
};
use group::Group;
use rand::{CryptoRng, RngCore, thread_rng};

use crate::peer::{ATTRIBUTES, NONCE, Peer};

CMZ! { Credential: m0, m1, m2, m3, m4, m5, m6, m7, secret }

// Disclosed attributes are implicit (I): the verifier knows them without their being sent again.
muCMZProtocol! { show<@Base, @Pseudonym>,
    C: Credential { m0: I, m1: I, m2: I, m3: H, m4: H, m5: H, m6: H, m7: H, secret: H },
    ,
    Pseudonym = C.secret * Base,
}

pub struct Cmz {
    private_key: CMZPrivkey<G>,
    public_key: CMZPubkey<G>,
    credential: Credential,
    secret: Scalar,
    base: G,
}

impl Cmz {
    pub fn new() -> Self {
        let mut rng = thread_rng();
        cmz_group_init(G::random(&mut rng));
        let (private_key, public_key) = Credential::mucmz_gen_keys(&mut rng);
        let secret = Scalar::random(&mut rng);
        let mut credential = Credential::using_pubkey(&public_key);
        set_attributes(&mut credential, &ATTRIBUTES);
        credential.secret = Some(secret);
        credential.create_MAC(&mut rng, &private_key).expect("every attribute is set");
        let base = G::random(&mut rng);
        Self { private_key, public_key, credential, secret, base }
    }
}

impl Peer for Cmz {
    fn package(&self) -> &'static str {
        "cmz"
    }

    fn proves(&self) -> &'static str {
        "µCMZ, pseudonym of 1 secret"
    }

    fn checked_with(&self) -> &'static str {
        "issuer's secret key"
    }

    fn prove(&mut self) -> Vec<u8> {
        let pseudonym = self.secret * self.base;
        let params = show::Params { Base: self.base, Pseudonym: pseudonym };
        let (request, _) = show::prepare(&mut thread_rng(), &NONCE, &self.credential, &params)
            .expect("the credential is complete");
        [pseudonym.compress().as_bytes(), request.as_bytes().as_slice()].concat()
    }

    fn verify(&self, disclosed: &[u64], proof: &[u8]) -> bool {
        let (pseudonym, request) = proof.split_at(32);
        let Some(pseudonym) = decode_point(pseudonym) else {
            return false;
        };
        let Ok(request) = show::Request::try_from(request) else {
            return false;
        };
        let complete = |credential: &mut Credential| {
            credential.set_keypair(&self.private_key, &self.public_key);
            set_attributes(credential, disclosed);
            Ok(show::Params { Base: self.base, Pseudonym: pseudonym })
        };
        show::handle(&mut thread_rng(), &NONCE, request, complete, |_| Ok(())).is_ok()
    }
}

fn set_attributes(credential: &mut Credential, values: &[u64]) {
    for (name, &value) in Credential::attrs().into_iter().zip(values) {
        *credential.attr_mut(name) = Some(Scalar::from(value));
    }
}

fn decode_point(bytes: &[u8]) -> Option<G> {
    CompressedRistretto::from_slice(bytes).ok()?.decompress()
}
