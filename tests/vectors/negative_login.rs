//! Logins that are refused, by the holder or by the platform (SPEC §13).

use curve25519_dalek::RistrettoPoint;
use pairnym::{Message, Purpose};

use crate::formulas::{G, Hash, Sigma, Wire, f, holder_secrets, scope};
use crate::json::{Json, list};
use crate::negative_steps::{TODAY, Table, negated, own_request, shaken, swapped};
use crate::requests::Fields;
use crate::setting::{AUTHORITY, MASTER, PLATFORM, Setting, run};

pub fn log_in(setting: &Setting, rotated: &Setting) -> Table {
    let fields = Fields { label: Some("app-1"), ..Fields::bare(setting) };
    let mut table = Table::new(
        "log_in",
        object! {
            "master_secret": setting.master,
            "pinned": list([setting.parameters().to_bytes()]),
            "request": fields.encode(),
            "authenticated": PLATFORM,
            "consent_to_disclose": true,
            "now": fields.expiry,
        },
    );
    let unpinned = Fields { params_id: rotated.parameters().id().0, ..fields.clone() };
    let unpinned = || ("request", Json::from(unpinned.encode()));
    let disclosing = Fields { disclosures: vec![0], ..fields.clone() };
    let disclosing = || ("request", Json::from(disclosing.encode()));
    let late = || ("now", Json::from(fields.expiry + 1));
    let elsewhere = || ("authenticated", Json::from("other.example"));
    table.refuse("foreign_platform", "relayed", [elsewhere()]);
    table.refuse("unpinned_parameters", "parameters that are not pinned", [unpinned()]);
    table.refuse("expired", "a second too late", [late()]);
    table.refuse("login_cannot_disclose", "a request with a disclosure", [disclosing()]);
    table.refuse("foreign_platform", "relayed, and not pinned", [elsewhere(), unpinned()]);
    table.refuse("unpinned_parameters", "not pinned, and too late", [unpinned(), late()]);
    table.refuse("expired", "too late, and a disclosure", [late(), disclosing()]);
    table
}

pub fn verify_login(setting: &Setting, rotated: &Setting, other: &Setting) -> Table {
    let fields = Fields {
        label: Some("app-1"),
        statement: Some(b"agreed".to_vec()),
        ..Fields::bare(setting)
    };
    let (P, z) = scope(AUTHORITY, PLATFORM, Some("app-1"));
    let exponent = f(&holder_secrets(&MASTER, AUTHORITY), &z);
    let (params_id, digest) = (fields.params_id, fields.digest());
    let prove = |label, params_id: [u8; 32], digest: [u8; 32], N: RistrettoPoint, base| {
        let transcript = Hash::new(label).part(params_id).part(digest).point(&N);
        let coins = run::<64>(0x16);
        let proof = Sigma::prove(transcript, vec![exponent], Some(&coins), |w| vec![w[0] * base]);
        proof.wire(Wire::new(13).points([&N])).bytes()
    };
    let N = exponent * P;
    let message = prove("login", params_id, digest, N, P);
    let mut table = Table::new(
        "verify_login",
        object! {
            "parameters": setting.parameters().to_bytes(),
            "platform": PLATFORM,
            "request": fields.encode(),
            "login": &message,
            "now": fields.expiry,
            "consumed": Json::List(vec![]),
        },
    );
    own_request(&mut table, &fields, rotated);
    let disclosing = Fields { disclosures: vec![0], ..fields.clone() };
    let comment = "a request with a disclosure";
    table.refuse("login_cannot_disclose", comment, [("request", disclosing.encode().into())]);
    let requests = [
        ("another nonce", Fields { nonce: run(0x15), ..fields.clone() }),
        ("another label", Fields { label: Some("app-2"), ..fields.clone() }),
        ("no label", Fields { label: None, ..fields.clone() }),
        ("another purpose", Fields { purpose: Purpose::Reverification, ..fields.clone() }),
        ("no statement", Fields { statement: None, ..fields.clone() }),
        ("a notice", Fields { notice: Some(run(0x12)), ..fields.clone() }),
        ("more epochs", Fields { epochs: (TODAY, TODAY + 1), ..fields.clone() }),
    ];
    for (comment, fields) in requests {
        table.refuse("rejected", comment, [("request", fields.encode().into())]);
    }
    table.reject("login", shaken(&message, &[("N", 2), ("T", 34)], &[("s", 66)]));
    let others = f(&holder_secrets(&other.master, AUTHORITY), &z) * P;
    let (P_bare, z_bare) = scope(AUTHORITY, PLATFORM, None);
    let bare = f(&holder_secrets(&MASTER, AUTHORITY), &z_bare) * P_bare;
    let rotated = rotated.parameters().id().0;
    table.reject(
        "login",
        [
            ("N and T exchanged", swapped(&message, 2, 34)),
            ("all points negated", negated(&message, &[2, 34])),
            ("somebody else's N", prove("login", params_id, digest, others, P)),
            ("N of the scope without label", prove("login", params_id, digest, bare, P)),
            ("another base", prove("login", params_id, digest, exponent * G, G)),
            ("another label's proof", prove("presentation", params_id, digest, N, P)),
            ("other parameters", prove("login", rotated, digest, N, P)),
            ("another digest", prove("login", params_id, run(0x31), N, P)),
        ],
    );
    table
}
