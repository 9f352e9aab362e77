//! Anonymous credit tokens over ristretto255: one credit is spent, and the rest comes back as a new
//! token. The library has neither attributes nor pseudonyms; what is nearest to the statement is
//! said in README.md.

use anonymous_credit_tokens::{
    CreditToken, Params, PreIssuance, PrivateKey, Scalar, SpendProof, rand_core::OsRng,
};

use crate::peer::{ATTRIBUTES, DISCLOSED, Peer};

/// Balances have so many bits; each makes a proof 137 bytes longer.
const BITS: usize = 8;
const BALANCE: u64 = 100;
const CHARGE: u64 = 1;

pub struct CreditTokens {
    params: Params,
    issuer: PrivateKey,
    token: CreditToken,
}

impl CreditTokens {
    pub fn new() -> Self {
        let params = Params::new("example", "platform", "peers", "2026-01-01");
        let issuer = PrivateKey::random(OsRng);
        let holder = PreIssuance::random(OsRng);
        let request = holder.request(&params, OsRng);
        let context = context(&ATTRIBUTES[..DISCLOSED]);
        let response = issuer
            .issue::<BITS>(&params, &request, Scalar::from(BALANCE), context, OsRng)
            .expect("the request is valid");
        let token = holder
            .to_credit_token::<BITS>(&params, issuer.public(), &request, &response)
            .expect("the response is valid");
        Self { params, issuer, token }
    }
}

impl Peer for CreditTokens {
    fn package(&self) -> &'static str {
        "anonymous-credit-tokens"
    }

    fn proves(&self) -> &'static str {
        "one of up to 255 credits is spent, no pseudonym"
    }

    fn checked_with(&self) -> &'static str {
        "issuer's secret key"
    }

    fn prove(&mut self) -> Vec<u8> {
        let (proof, _) = self
            .token
            .prove_spend::<BITS>(&self.params, Scalar::from(CHARGE), OsRng)
            .expect("the balance is larger");
        proof.to_cbor().expect("a vector takes all bytes")
    }

    fn verify(&self, disclosed: &[u64], proof: &[u8]) -> bool {
        SpendProof::<BITS>::from_cbor(proof).is_ok_and(|proof| {
            proof.context() == context(disclosed)
                && proof.charge() == Scalar::from(CHARGE)
                && self.issuer.refund(&self.params, &proof, Scalar::ZERO, OsRng).is_ok()
        })
    }
}

/// The one public value that a token carries, which the issuer has signed.
fn context(disclosed: &[u64]) -> Scalar {
    let mut bytes = [0; 32];
    for (place, value) in bytes.chunks_exact_mut(8).zip(disclosed) {
        place.copy_from_slice(&value.to_le_bytes());
    }
    Scalar::from_bytes_mod_order(bytes)
}
