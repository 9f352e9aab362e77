//! login.json (SPEC §13).

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use pairnym::{
    Message, Pseudonym, Purpose, UnixTime, holder::Consent, message::Login, store::MemoryNonces,
};
use pairnym_testkit::{NOW, name, received};

use crate::formulas::{Hash, Sigma, Wire, encode, f, holder_secrets, scope};
use crate::json::{Json, check, list};
use crate::requests::Fields;
use crate::setting::{AUTHORITY, PLATFORM, Setting, four, run, tossed};

/// Requests for logins: bare, and with all that they can have.
pub fn requests() -> [Fields<'static>; 2] {
    let signing = Fields {
        label: Some("app-1"),
        purpose: Purpose::Other(name("payment")),
        statement: Some("\u{540c}\u{610f}".as_bytes().to_vec()),
        notice: Some(run(0x12)),
        ..Fields::login()
    };
    [Fields::login(), signing]
}

#[test]
fn login_json() {
    let setting = Setting::new(four());
    check(
        "login.json",
        "13",
        "Logins; the one witness is f(z_s).",
        object! { "logins": list(requests().map(|fields| login(&setting, &fields))) },
    );
}

/// The transcript before the commitment.
pub fn transcript(digest: &[u8; 32], N: &RistrettoPoint) -> Hash {
    Hash::new("login").part(digest).point(N)
}

/// The proof, and the message.
pub fn prove(setting: &Setting, fields: &Fields<'_>) -> (Sigma, Vec<u8>) {
    let (P, z) = scope(AUTHORITY, fields.platform, fields.label);
    let exponent = f(&holder_secrets(&setting.master, AUTHORITY), &z);
    let N = exponent * P;
    let multiply = |w: &[Scalar]| vec![w[0] * P];
    let transcript = transcript(&fields.digest(), &N);
    let proof = Sigma::prove(transcript, vec![exponent], Some(&run::<64>(0x16)), multiply);
    assert!(proof.holds(multiply, &[N]));
    let message = proof.wire(Wire::new(13).put(fields.nonce).points([&N])).bytes();
    (proof, message)
}

fn login(setting: &Setting, fields: &Fields<'_>) -> Json {
    let (proof, message) = prove(setting, fields);
    let (P, z) = scope(AUTHORITY, fields.platform, fields.label);
    let N = proof.witnesses[0] * P;

    let request = fields.request();
    let from_host = received(&request);
    let consent = Consent::to_answer(&from_host);
    let known = tossed(&run::<64>(0x16), |rng| setting.holder.log_in(consent, NOW, rng)).unwrap();
    assert_eq!(known.as_bytes(), message);
    let known = Login::from_bytes(&message).unwrap();
    assert_eq!(known.to_bytes(), message);
    let (platform, nonces) = (setting.platform(), MemoryNonces::new(1));
    let look_up = |found: &Pseudonym| (found.to_bytes() == encode(&N)).then_some(());
    let last = UnixTime(fields.expiry);
    let returning = platform.verify_login(&request, &known, look_up, last, &nonces).unwrap();
    assert_eq!(returning.pseudonym().to_bytes(), encode(&N));

    object! {
        "master_secret": setting.master,
        "list": setting.list.encode(),
        "time": NOW.0,
        "request": fields.encode(),
        "peer": PLATFORM,
        "digest": fields.digest(),
        "P": P,
        "z": z,
        "N": N,
        "proof": proof.json(),
        "login": message,
    }
}
