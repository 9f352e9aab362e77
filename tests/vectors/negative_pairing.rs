//! Pairings, and what comes of them later, that are refused (SPEC §§20.2, 20.5, 20.6).

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;

use crate::formulas::{G, Wire, generator};
use crate::json::Json;
use crate::negative_steps::{Faults, Table, moved, replaced, secrets_at, shaken, swapped};
use crate::pair::{
    GUARDIAN, INVITATION_COINS, LEAD_KEY, PID, Pair, SECOND_KEY, Secrets, WARD, stored_by,
};
use crate::pairing::{answer, committed, invitation};
use crate::setting::{AUTHORITY, OTHER_MASTER, run};

/// The places of an invitation after its authority id: pid, channel key, D, T, d.
const AT: [usize; 5] = [20, 52, 84, 116, 148];
const ELSEWHERE: &str = "authority-2.example";

fn message(secrets: &Secrets) -> Vec<u8> {
    invitation(secrets, &PID, AUTHORITY, &SECOND_KEY).1
}

/// One for another authority, which would be right there.
fn foreign() -> Vec<u8> {
    let secrets = Secrets::new(&WARD, &GUARDIAN, &PID, ELSEWHERE);
    invitation(&secrets, &PID, ELSEWHERE, &SECOND_KEY).1
}

/// Invitations of which the proof does not hold.
fn forged(secrets: &Secrets) -> Faults {
    let right = message(secrets);
    let [pid, key, D, T, d] = AT;
    let mut faults = shaken(&right, &[("D", D), ("T", T)], &[("d", d)]);
    let changed = |comment: &str, bytes| (comment.to_owned(), bytes);
    faults.extend([
        changed("another pid", replaced(&right, pid, run::<32>(0x72))),
        changed("another channel key", replaced(&right, key, run::<32>(0x92))),
        changed("D and T exchanged", swapped(&right, D, T)),
    ]);
    faults
}

/// An invitation of somebody who knows no d, but one of −C_1.
fn opposite(secrets: &Secrets) -> Vec<u8> {
    Wire::new(24)
        .short(AUTHORITY)
        .put(PID)
        .put(SECOND_KEY)
        .points([&-secrets.C_1, &G])
        .scalars([&Scalar::ONE])
        .bytes()
}

pub fn tables(pair: &Pair) -> Vec<Table> {
    vec![
        accept_invitation(pair),
        accept_committed(pair),
        accept_answer(pair),
        recover(pair),
        take_over(pair),
        restore_share(pair),
    ]
}

fn accept_invitation(pair: &Pair) -> Table {
    let secrets = &pair.secrets;
    let mut table = Table::new(
        "accept_invitation",
        object! {
            "master_secret": WARD,
            "list": pair.setting.list.encode(),
            "invitation": message(secrets),
            "channel_key": LEAD_KEY,
        },
    );
    table.refuse("foreign_authority", "another authority", [("invitation", foreign().into())]);
    let both = moved(&foreign(), AT[2] + ELSEWHERE.len() - AUTHORITY.len());
    let comment = "another authority, and D + G";
    table.refuse("foreign_authority", comment, [("invitation", both.into())]);
    table.reject("invitation", forged(secrets));
    table.reject("invitation", [("D = -C_1", opposite(secrets))]);
    table.refuse("rejected", "one channel key for both", [("channel_key", SECOND_KEY.into())]);
    table
}

fn accept_committed(pair: &Pair) -> Table {
    let secrets = &pair.secrets;
    let right = message(secrets);
    let commit = |authority: &str, pid: [u8; 32], x: [u8; 32]| {
        Json::from(Wire::new(26).short(authority).put(pid).put(x).bytes())
    };
    let x = committed(&right);
    let mut table = Table::new(
        "accept_committed",
        object! {
            "master_secret": WARD,
            "list": pair.setting.list.encode(),
            "commitment": commit(AUTHORITY, PID, x),
            "channel_key": LEAD_KEY,
            "invitation": &right,
        },
    );
    let elsewhere = || ("commitment", commit(ELSEWHERE, PID, committed(&foreign())));
    table.refuse("foreign_authority", "another authority is committed to", [elsewhere()]);
    let comment = "another authority, whose invitation comes";
    table.refuse("foreign_authority", comment, [elsewhere(), ("invitation", foreign().into())]);
    table.refuse(
        "rejected",
        "an invitation for another authority than the committed one",
        [("invitation", foreign().into())],
    );
    table.refuse("rejected", "another pid", [("commitment", commit(AUTHORITY, run(0x72), x))]);
    table.refuse("rejected", "another x", [("commitment", commit(AUTHORITY, PID, run(0x73)))]);
    // A valid one, but not the one that was committed to.
    let other = Secrets::new(&WARD, &OTHER_MASTER, &PID, AUTHORITY);
    table.refuse("rejected", "another second's", [("invitation", message(&other).into())]);
    for (comment, bytes) in forged(secrets) {
        let pid = if comment == "another pid" { run(0x72) } else { PID };
        let commitment = ("commitment", commit(AUTHORITY, pid, committed(&bytes)));
        let comment = format!("committed to, and {comment}");
        table.refuse("rejected", comment, [commitment, ("invitation", bytes.into())]);
    }
    table.refuse("rejected", "one channel key for both", [("channel_key", SECOND_KEY.into())]);
    table
}

fn accept_answer(pair: &Pair) -> Table {
    let secrets = &pair.secrets;
    let x = committed(&message(secrets));
    let right = answer(secrets, &PID, AUTHORITY, &x, &LEAD_KEY).1;
    let mut table = Table::new(
        "accept_answer",
        object! {
            "share_master_secret": GUARDIAN,
            "authority_id": AUTHORITY,
            "channel_key": SECOND_KEY,
            "invitation_coins": [&PID[..], &INVITATION_COINS].concat(),
            "answer": &right,
        },
    );
    table.reject("answer", shaken(&right, &[("C_1", 66), ("T", 98)], &secrets_at(130)));
    let made = |pid: &[u8; 32], authority, x: &[u8; 32], key: &[u8; 32]| {
        answer(secrets, pid, authority, x, key).1
    };
    // Proofs that hold of something else; and the lead that would be alone from then on.
    let enrolling = crate::shared::enrolling(pair).1.proof;
    let enrolling = enrolling.wire(Wire::new(25).put(PID).put(LEAD_KEY).points([&secrets.C_1]));
    let alone = replaced(&right, 66, (G - secrets.D).compress().to_bytes());
    table.reject(
        "answer",
        [
            ("another pid", replaced(&right, 2, run::<32>(0x72))),
            ("another pid, and its proof", made(&run(0x72), AUTHORITY, &x, &LEAD_KEY)),
            ("another channel key", replaced(&right, 34, run::<32>(0xb2))),
            ("to another invitation", made(&PID, AUTHORITY, &run(0x73), &LEAD_KEY)),
            ("for another authority", made(&PID, ELSEWHERE, &x, &LEAD_KEY)),
            ("one channel key for both", made(&PID, AUTHORITY, &x, &SECOND_KEY)),
            ("the proof of an enrollment", enrolling.bytes()),
            ("C_1 = C* - D", alone),
            ("C_1 = -D", replaced(&right, 66, (-secrets.D).compress().to_bytes())),
        ],
    );
    let coins = [&run::<32>(0x72)[..], &INVITATION_COINS].concat();
    table.refuse("rejected", "another invitation", [("invitation_coins", coins.into())]);
    let other = ("share_master_secret", OTHER_MASTER.into());
    table.refuse("rejected", "another second", [other]);
    table
}

fn recover(pair: &Pair) -> Table {
    let Secrets { D, C_u, .. } = &pair.secrets;
    let record = |authority: &str, pid: [u8; 32], D: &RistrettoPoint| {
        Wire::new(34).short(authority).put(pid).put(LEAD_KEY).points([D, C_u]).bytes()
    };
    let right = record(AUTHORITY, PID, D);
    let mut table =
        Table::new("recover", object! { "share_master_secret": GUARDIAN, "record": &right });
    // These it takes from its lead.
    let key = replaced(&right, 52, run::<32>(0xb2));
    table.accept("another channel key", [("record", key.into())]);
    table.accept("another C_u", [("record", moved(&right, 116).into())]);
    table.reject(
        "record",
        [
            ("another pid", record(AUTHORITY, run(0x72), D)),
            ("another authority", record(ELSEWHERE, PID, D)),
            ("D + G", moved(&right, 84)),
            ("D + U_0", record(AUTHORITY, PID, &(D + generator("U", 0)))),
        ],
    );
    table.refuse("rejected", "another second", [("share_master_secret", OTHER_MASTER.into())]);
    table
}

fn take_over(pair: &Pair) -> Table {
    let Secrets { d, C_u, .. } = &pair.secrets;
    let transfer = |authority: &str, pid: [u8; 32], C: &RistrettoPoint, d: Scalar| {
        Wire::new(31).short(authority).put(pid).points([C]).scalars([&d]).bytes()
    };
    let [pairing, _] = pair.kept_stored();
    let mut table = Table::new(
        "take_over",
        object! {
            "master_secret": WARD,
            "list": pair.setting.list.encode(),
            "stored_pairing": pairing,
            "transfer": transfer(AUTHORITY, PID, C_u, *d),
            "taken_over_with": WARD,
        },
    );
    table.reject(
        "transfer",
        [
            ("another authority", transfer(ELSEWHERE, PID, C_u, *d)),
            ("another pid", transfer(AUTHORITY, run(0x72), C_u, *d)),
            ("another C_u", transfer(AUTHORITY, PID, &(C_u + G), *d)),
            ("d + 1", transfer(AUTHORITY, PID, C_u, d + Scalar::ONE)),
            ("-d", transfer(AUTHORITY, PID, C_u, -d)),
        ],
    );
    let other = || ("taken_over_with", Json::from(OTHER_MASTER));
    table.refuse("foreign_commitment", "another device's master secret", [other()]);
    let both = [other(), ("transfer", transfer(AUTHORITY, PID, C_u, -d).into())];
    table.refuse("rejected", "-d, and another device's master secret", both);
    table
}

fn restore_share(pair: &Pair) -> Table {
    let Secrets { d, C_u, .. } = &pair.secrets;
    let share = |C: &RistrettoPoint, d: Scalar| {
        let encoding = Wire::new(33).put(PID).put(SECOND_KEY).points([C]).scalars([&d]);
        stored_by(&WARD, &encoding.bytes())
    };
    let mut table = Table::new(
        "restore_share",
        object! {
            "master_secret": WARD,
            "list": pair.setting.list.encode(),
            "stored_share": share(C_u, *d),
        },
    );
    table.refuse("fault", "d + 1", [("stored_share", share(C_u, d + Scalar::ONE).into())]);
    table.refuse("fault", "another C_u", [("stored_share", share(&(C_u + G), *d).into())]);
    table
}
