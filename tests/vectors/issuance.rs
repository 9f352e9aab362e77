//! issuance.json (SPEC §8).

use curve25519_dalek::scalar::Scalar;
use hkdf::Hkdf;
use pairnym::{
    Message, UnixTime,
    authority::OpenOffer,
    message::{IssuanceOffer, IssuanceRequest, IssuanceResponse},
};
use pairnym_testkit::{DAY, Everybody, NOW};
use sha2::Sha512;

use crate::formulas::{
    G, Hash, Key, Sigma, Wire, attribute_bases, credential_base, credential_id, encode,
    encode_value, holder_secrets, opening_bases, storage_key, stored, sum, value_scalar, wide,
};
use crate::json::{Json, check, list};
use crate::setting::{
    AUTHORITY, Attributes, STORAGE_KEY, Setting, authority_storage, eight, four, run, values_json,
};

#[test]
fn issuance_json() {
    let issuances = [Vec::new(), four(), eight()].map(issuance);
    check(
        "issuance.json",
        "8",
        "Offers, the open offers as the authority stores them, their answers and the credentials. \
         The key proof takes no randomness.",
        object! { "issuances": list(issuances) },
    );
}

fn issuance(attributes: Attributes) -> Json {
    let setting = Setting::new(attributes);
    let params_id = setting.params_id();
    let t = NOW.0 / DAY;
    let (nonce, coins) = (run::<32>(0x0c), run::<64>(0x0d));
    let secrets = holder_secrets(&setting.master, AUTHORITY);
    let bases = opening_bases();
    let C_u = sum(&secrets, &bases);

    // Offer and request.
    let encoded: Vec<_> = setting.values.iter().map(encode_value).collect();
    let offer = Wire::new(4).put(params_id).u64(t).put(nonce).points([&C_u]);
    let offer = offer.u8(encoded.len() as u8).put(encoded.concat()).bytes();
    let transcript = Hash::new("issuance").part(params_id).u64(t).part(nonce);
    let transcript = transcript.point(&C_u).list(&encoded);
    let open = |w: &[_]| vec![sum(w, &bases)];
    let opening = Sigma::prove(transcript, secrets, Some(&coins), open);
    assert!(opening.holds(open, &[C_u]));
    let request = opening.wire(Wire::new(5).put(nonce)).bytes();

    let expiry = NOW.0 + 600;
    let encoding = [&[1, 49], &offer[2..], &expiry.to_be_bytes()].concat();
    let open_offer = stored(&STORAGE_KEY, AUTHORITY, &encoding);
    let key = authority_storage(AUTHORITY);
    assert_eq!(*setting.open_offer(NOW).store(&key), open_offer);
    let open = OpenOffer::load(&open_offer, &key).unwrap();
    assert_eq!((open.offer().to_bytes(), open.expires()), (offer.clone(), UnixTime(expiry)));
    assert_eq!(IssuanceOffer::from_bytes(&offer).unwrap().to_bytes(), offer);
    let (known_request, pending) = setting.accept(&open, NOW);
    assert_eq!(known_request.to_bytes(), request);
    assert_eq!(IssuanceRequest::from_bytes(&request).unwrap(), known_request);

    // The MAC.
    let key = Key::new(&setting.seed);
    let (x, X) = (key.x, key.X);
    let m: Vec<_> = setting.values.iter().map(value_scalar).collect();
    let M = credential_base(&params_id, t) + C_u + sum(&m, &attribute_bases(m.len()));
    let e = tag(key.k_e(), &encode(&M));
    let A = (x + e).invert() * M;
    let W = M - e * A;
    assert_eq!(W, x * A);
    let transcript = Hash::new("issuance-key").part(params_id).u64(t);
    let transcript = transcript.points([&X, &M, &A]).scalar(&e).point(&W);
    let multiply = |w: &[Scalar]| vec![w[0] * G, w[0] * A];
    let key_proof = Sigma::prove(transcript, vec![x], None, multiply);
    assert!(key_proof.holds(multiply, &[X, W]));
    let response = key_proof.wire(Wire::new(6).points([&A]).scalars([&e])).bytes();
    // In its last second.
    let issued = setting.authority.issue(&open, &known_request, open.expires(), &Everybody);
    let known_response = issued.unwrap();
    assert_eq!(known_response.to_bytes(), response);
    assert_eq!(IssuanceResponse::from_bytes(&response).unwrap(), known_response);

    // What the holder keeps.
    let credential = Wire::new(16).put(params_id).u64(t).points([&C_u, &A]).scalars([&e]);
    let credential = credential.points([&W]).u8(encoded.len() as u8).put(encoded.concat()).bytes();
    let key = storage_key(&setting.master, AUTHORITY);
    let stored_credential = stored(&key, AUTHORITY, &credential);
    let issued = pending.finish(&known_response).unwrap();
    let (known, evidence) = issued.complete([setting.batch(&setting.issued(NOW))]).unwrap();
    assert_eq!(*setting.holder.store_credential(&known), stored_credential);
    let known = setting.holder.load_credential(&stored_credential).unwrap();
    assert_eq!(*setting.holder.store_credential(&known), stored_credential);
    assert_eq!(setting.holder.store_evidence(&evidence[0])[2..34], credential_id(&credential));

    object! {
        "seed": setting.seed,
        "master_secret": setting.master,
        "list": setting.list.encode(),
        "params_id": params_id,
        "time": NOW.0,
        "t": t,
        "nonce": nonce,
        "C_u": C_u,
        "values": values_json(&setting.values),
        "offer": offer,
        "life": 600_u64,
        "expiry": expiry,
        "authority_storage_key": STORAGE_KEY,
        "open_offer": open_offer,
        "opening": opening.json(),
        "request": request,
        "m": list(&m),
        "M": M,
        "e": e,
        "A": A,
        "W": W,
        "key_proof": key_proof.json(),
        "response": response,
        "credential": &credential,
        "credential_id": credential_id(&credential),
        "storage_key": key,
        "stored_credential": stored_credential,
    }
}

/// e = HKDF-Expand(k_e, "pairnym-v1/tag" ‖ M, 64), reduced.
fn tag(k_e: &[u8], M: &[u8; 32]) -> Scalar {
    let mut okm = [0; 64];
    let info = [&b"pairnym-v1/tag"[..], M].concat();
    Hkdf::<Sha512>::from_prk(k_e).unwrap().expand(&info, &mut okm).unwrap();
    wide(&okm)
}
