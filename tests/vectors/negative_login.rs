//! Logins that are refused, by the holder or by the platform (SPEC §13).

use curve25519_dalek::RistrettoPoint;
use pairnym::Purpose;
use pairnym_testkit::NOW;

use crate::formulas::{G, Hash, Sigma, Wire, encode, f, holder_secrets, scope};
use crate::json::{Json, list};
use crate::negative_steps::{
    Change, Table, asked, ending, negated, nothing, own_request, replaced, shaken, swapped,
};
use crate::parameter_list::List;
use crate::requests::Fields;
use crate::setting::{AUTHORITY, MASTER, PLATFORM, Setting, run, withdrawn};

pub fn log_in(setting: &Setting) -> Table {
    let fields = Fields { label: Some("app-1"), ..Fields::login() };
    let mut table = Table::new(
        "log_in",
        object! {
            "master_secret": setting.master,
            "list": setting.list.encode(),
            "request": fields.encode(),
            "peer": PLATFORM,
            "now": NOW.0,
        },
    );
    let request = |change: &dyn Fn(&mut Fields<'static>)| ("request", asked(&fields, change));
    let expiring = |expiry: u64| request(&|fields| fields.expiry = expiry);
    let elsewhere = || ("peer", Json::from("other.example"));
    let id = "authority-2.example";
    let foreign = || request(&|fields| fields.authority = id);
    let presentation = Fields::bare(setting);
    let wanted = |authority, expiry| {
        let wanted = Fields { authority, expiry, ..presentation.clone() };
        ("request", Json::from(wanted.encode()))
    };
    table.accept("600 seconds after the expiry", [expiring(NOW.0 - 600)]);
    table.accept("87,000 seconds before the expiry", [expiring(NOW.0 + 87_000)]);
    table.accept("the list is over", [("list", ending(&setting.list, NOW.0))]);
    let later = List { since: NOW.0 + 601, ..setting.list.clone() };
    table.accept("601 seconds before the list", [("list", later.encode().into())]);
    table.refuse("foreign_platform", "relayed", [elsewhere()]);
    table.refuse("foreign_authority", "of another authority", [foreign()]);
    table.refuse("wrong_answer", "a presentation is wanted", [wanted(AUTHORITY, NOW.0)]);
    table.refuse("expired", "601 seconds after the expiry", [expiring(NOW.0 - 601)]);
    table.refuse("range", "87,001 seconds before the expiry", [expiring(NOW.0 + 87_001)]);
    table.refuse("range", "the end of all time", [expiring(u64::MAX)]);
    table.refuse("foreign_platform", "relayed, of another authority", [elsewhere(), foreign()]);
    table.refuse("foreign_authority", "another authority's, a presentation", [wanted(id, NOW.0)]);
    table.refuse("wrong_answer", "a presentation, expired", [wanted(AUTHORITY, NOW.0 - 601)]);
    table
}

pub fn verify_login(setting: &Setting, other: &Setting) -> Table {
    let fields =
        Fields { label: Some("app-1"), statement: Some(b"agreed".to_vec()), ..Fields::login() };
    let (P, z) = scope(AUTHORITY, PLATFORM, Some("app-1"));
    let exponent = f(&holder_secrets(&MASTER, AUTHORITY), &z);
    let digest = fields.digest();
    let prove = |label, digest: [u8; 32], N: RistrettoPoint, base| {
        let transcript = Hash::new(label).part(digest).point(&N);
        let coins = run::<64>(0x16);
        let proof = Sigma::prove(transcript, vec![exponent], Some(&coins), |w| vec![w[0] * base]);
        proof.wire(Wire::new(13).put(run::<32>(0x11)).points([&N])).bytes()
    };
    let N = exponent * P;
    let message = prove("login", digest, N, P);
    let mut table = Table::new(
        "verify_login",
        object! {
            "list": setting.list.encode(),
            "platform": PLATFORM,
            "request": fields.encode(),
            "login": &message,
            "now": fields.expiry,
            "accounts": list([encode(&N)]),
            "consumed": nothing(),
            "spent_at": fields.expiry,
        },
    );
    own_request(&mut table, &fields);
    let others = f(&holder_secrets(&other.master, AUTHORITY), &z) * P;
    let request = |change: &dyn Fn(&mut Fields<'static>)| ("request", asked(&fields, change));
    let late = || ("now", Json::from(fields.expiry + 1));
    let nonce = || ("login", Json::from(replaced(&message, 2, run::<32>(0x15))));
    let nobody = || ("accounts", list([encode(&others)]));
    let used = || ("consumed", list([fields.nonce]));
    let slow = || ("spent_at", Json::from(fields.expiry + 1));
    table.accept("the list is over", [("list", ending(&setting.list, NOW.0))]);
    let gone = withdrawn(&setting.list).encode();
    table.accept("all keys are others now", [("list", gone.into())]);
    table.refuse("rejected", "another nonce in the answer", [nonce()]);
    table.refuse("no_account", "somebody else has an account", [nobody()]);
    table.refuse("no_account", "nobody has an account", [("accounts", nothing())]);
    table.refuse("expired", "too late, another nonce in the answer", [late(), nonce()]);
    table.refuse("rejected", "another nonce in the answer, no account", [nonce(), nobody()]);
    table.refuse("no_account", "no account, and the nonce was consumed", [nobody(), used()]);
    table.refuse("no_account", "no account, and too late at the end", [nobody(), slow()]);
    let requests: [Change<'_>; 8] = [
        ("another nonce", &|fields| fields.nonce = run(0x15)),
        ("another label", &|fields| fields.label = Some("app-2")),
        ("no label", &|fields| fields.label = None),
        ("another purpose", &|fields| fields.purpose = Purpose::Reverification),
        ("no statement", &|fields| fields.statement = None),
        ("another statement", &|fields| fields.statement = Some(b"agreed!".to_vec())),
        ("a notice", &|fields| fields.notice = Some(run(0x12))),
        ("another expiry", &|fields| fields.expiry += 1),
    ];
    for (comment, change) in requests {
        table.refuse("rejected", comment, [request(change)]);
    }
    table.reject("login", shaken(&message, &[("N", 34), ("T", 66)], &[("s", 98)]));
    let (P_bare, z_bare) = scope(AUTHORITY, PLATFORM, None);
    let bare = f(&holder_secrets(&MASTER, AUTHORITY), &z_bare) * P_bare;
    table.reject(
        "login",
        [
            ("N and T exchanged", swapped(&message, 34, 66)),
            ("all points negated", negated(&message, &[34, 66])),
            ("somebody else's N", prove("login", digest, others, P)),
            ("N of the scope without label", prove("login", digest, bare, P)),
            ("another base", prove("login", digest, exponent * G, G)),
            ("another label's proof", prove("presentation", digest, N, P)),
            ("another digest", prove("login", run(0x31), N, P)),
        ],
    );
    table
}
