//! The RFCs' own vectors.

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use hkdf::Hkdf;
use pairnym::Pseudonym;
use pairnym::hazmat::{expand_message_xmd, hash_to_group, hash_to_scalar};
use serde_json::Value;
use sha2::Sha256;

use crate::formulas::{G, encode};
use crate::json::read;

fn cases(value: &Value) -> impl Iterator<Item = &Value> {
    let cases = value.as_array().expect("a list");
    assert!(!cases.is_empty());
    cases.iter()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().expect("hex")).unwrap()
}

fn scalar(value: &Value) -> Scalar {
    Scalar::from_canonical_bytes(bytes(value).try_into().unwrap()).unwrap()
}

fn wide(value: &Value) -> RistrettoPoint {
    RistrettoPoint::from_uniform_bytes(&bytes(value).try_into().unwrap())
}

#[test]
fn rfc9380_expand_message_xmd() {
    let file = read("rfc9380_expand_sha512.json");
    let dst = file["dst"].as_str().unwrap().as_bytes();
    for case in cases(&file["cases"]) {
        let msg = case["msg"].as_str().unwrap().as_bytes();
        let expanded = match case["len_in_bytes"].as_u64() {
            Some(32) => expand_message_xmd::<32>(dst, msg).to_vec(),
            Some(128) => expand_message_xmd::<128>(dst, msg).to_vec(),
            other => panic!("length {other:?}"),
        };
        assert_eq!(expanded, bytes(&case["uniform_bytes"]), "{case}");
    }
}

/// BlindedElement = Blind · HashToGroup(Input).
#[test]
fn rfc9497_hash_to_group() {
    let file = read("rfc9497_ristretto255.json");
    for mode in cases(&file["modes"]) {
        let dst = bytes(&mode["hash_to_group_dst"]);
        for vector in cases(&mode["vectors"]) {
            let blinds = cases(&vector["Blind"]).zip(cases(&vector["BlindedElement"]));
            for (input, (blind, blinded)) in cases(&vector["Input"]).zip(blinds) {
                let point = scalar(blind) * hash_to_group(&dst, &bytes(input));
                assert_eq!(encode(&point).to_vec(), bytes(blinded), "{}", vector["section"]);
            }
        }
    }
}

/// DeriveKeyPair: skSm = HashToScalar(Seed ‖ I2OSP(|KeyInfo|, 2) ‖ KeyInfo ‖ counter 0).
#[test]
fn rfc9497_hash_to_scalar() {
    let file = read("rfc9497_ristretto255.json");
    for mode in cases(&file["modes"]) {
        let info = bytes(&mode["KeyInfo"]);
        let length = (info.len() as u16).to_be_bytes();
        let message = [&bytes(&mode["Seed"])[..], &length, &info, &[0]].concat();
        let key = hash_to_scalar(&bytes(&mode["derive_key_pair_dst"]), &message);
        assert_eq!(key.to_bytes().to_vec(), bytes(&mode["skSm"]), "{}", mode["section"]);
        if mode.get("pkSm").is_some() {
            assert_eq!(encode(&(key * G)).to_vec(), bytes(&mode["pkSm"]), "{}", mode["section"]);
        }
    }
}

#[test]
fn rfc9496_multiples_of_the_generator() {
    let file = read("rfc9496_ristretto255.json");
    for case in cases(&file["multiples_of_generator"]["cases"]) {
        let multiple = Scalar::from(case["multiple"].as_u64().unwrap());
        let encoding: [u8; 32] = bytes(&case["encoding"]).try_into().unwrap();
        assert_eq!(encode(&(multiple * G)), encoding, "{case}");
        match Pseudonym::from_bytes(encoding) {
            Ok(point) => assert_eq!(point.to_bytes(), encoding),
            Err(error) => {
                assert_eq!((multiple, error.reason().code()), (Scalar::ZERO, "identity"));
            }
        }
    }
}

#[test]
fn rfc9496_invalid_encodings() {
    let file = read("rfc9496_ristretto255.json");
    for case in cases(&file["invalid_encodings"]["cases"]) {
        let encoding = bytes(&case["encoding"]).try_into().unwrap();
        let refused = Pseudonym::from_bytes(encoding).unwrap_err();
        assert_eq!(refused.reason().code(), "point", "{case}");
    }
}

/// The map that `hash_to_group` applies to 64 expanded bytes.
#[test]
fn rfc9496_one_way_map() {
    let file = read("rfc9496_ristretto255.json");
    let section = &file["elements_from_uniform_bytes"];
    for case in cases(&section["cases"]) {
        assert_eq!(encode(&wide(&case["input"])).to_vec(), bytes(&case["output"]), "{case}");
    }
    let same = &section["same_output"];
    for input in cases(&same["inputs"]) {
        assert_eq!(encode(&wide(input)).to_vec(), bytes(&same["output"]), "{input}");
    }
}

/// The HKDF of SPEC is of SHA-512; the RFC's vectors are for SHA-256.
#[test]
fn rfc5869_hkdf() {
    let file = read("rfc5869_hkdf_sha256.json");
    for case in cases(&file["cases"]) {
        let (prk, hkdf) =
            Hkdf::<Sha256>::extract(Some(&bytes(&case["salt"])), &bytes(&case["IKM"]));
        assert_eq!(prk.to_vec(), bytes(&case["PRK"]), "{}", case["section"]);
        let mut okm = vec![0; case["L"].as_u64().unwrap() as usize];
        hkdf.expand(&bytes(&case["info"]), &mut okm).unwrap();
        assert_eq!(okm, bytes(&case["OKM"]), "{}", case["section"]);
    }
}
