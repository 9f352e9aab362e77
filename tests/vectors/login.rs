//! login.json (SPEC §13).

use curve25519_dalek::scalar::Scalar;
use pairnym::{Consent, Login, MemoryNonces, Message, Purpose};

use crate::common::NOW;
use crate::formulas::{Hash, Sigma, Wire, encode, f, holder_secrets, scope};
use crate::json::{Json, check, list};
use crate::requests::Fields;
use crate::setting::{AUTHORITY, PLATFORM, Setting, four, host, run, token, tossed};

#[test]
fn login_json() {
    let setting = Setting::new(four());
    let bare = Fields::bare(&setting);
    let signing = Fields {
        label: Some("app-1"),
        purpose: Purpose::Other(token("payment")),
        statement: Some("\u{540c}\u{610f}".as_bytes().to_vec()),
        notice: Some(run(0x12)),
        ..bare.clone()
    };
    let logins = [bare, signing].map(|fields| login(&setting, &fields));
    check(
        "login.json",
        "13",
        "Logins; the one witness is f(z_s).",
        object! { "logins": list(logins) },
    );
}

fn login(setting: &Setting, fields: &Fields<'_>) -> Json {
    let coins = run::<64>(0x16);
    let (P, z) = scope(AUTHORITY, fields.platform, fields.label);
    let exponent = f(&holder_secrets(&setting.master, AUTHORITY), &z);
    let N = exponent * P;
    let transcript = Hash::new("login").part(fields.params_id).part(fields.digest()).point(&N);
    let multiply = |w: &[Scalar]| vec![w[0] * P];
    let proof = Sigma::prove(transcript, vec![exponent], Some(&coins), multiply);
    assert!(proof.holds(multiply, &[N]));
    let message = proof.wire(Wire::new(13).points([&N])).bytes();

    let (request, host) = (fields.request(), host(PLATFORM));
    let consent = Consent::to_answer(&request, &host);
    let known = tossed(&coins, |rng| setting.holder.log_in(consent, NOW, rng)).unwrap();
    assert_eq!(known.to_bytes(), message);
    assert_eq!(Login::from_bytes(&message).unwrap(), known);
    let mut nonces = MemoryNonces::new(1);
    let verified = setting.platform().verify_login(&request, &known, NOW, &mut nonces).unwrap();
    assert_eq!(verified.to_bytes(), encode(&N));

    object! {
        "master_secret": setting.master,
        "parameters": setting.parameters().to_bytes(),
        "time": NOW.0,
        "request": fields.encode(),
        "digest": fields.digest(),
        "P": P,
        "z": z,
        "N": N,
        "proof": proof.json(),
        "login": message,
    }
}
