//! Presentations that are refused, by the holder or by the platform (SPEC §§11, 12).

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use pairnym::{Condition, Message, Purpose, Value};

use crate::formulas::{G, Hash, Key, Mac, Sigma, f, holder_secrets, scope};
use crate::json::{Json, list};
use crate::negative_steps::{
    TODAY, Table, negated, own_request, replaced, secrets_at, shaken, swapped,
};
use crate::presentation::Claim;
use crate::requests::Fields;
use crate::setting::{AUTHORITY, OTHER_SEED, PLATFORM, Setting, run, token};

/// A request with disclosures and conditions that the values meet.
fn asking<'a>(setting: &Setting) -> Fields<'a> {
    Fields {
        label: Some("app-1"),
        purpose: Purpose::Registration,
        epochs: (TODAY - 1, TODAY + 1),
        disclosures: vec![0, 1],
        conditions: vec![(0, Condition::Equals(true.into())), (1, Condition::AtLeast(3))],
        statement: Some(b"agreed".to_vec()),
        notice: Some(run(0x12)),
        ..Fields::bare(setting)
    }
}

pub fn present(setting: &Setting, rotated: &Setting) -> Table {
    let credential = setting.credential();
    let item = setting.evidence(&credential).remove(0).export();
    let fields = asking(setting);
    let mut table = Table::new(
        "present",
        object! {
            "master_secret": setting.master,
            "pinned": list([setting, rotated].map(|setting| setting.parameters().to_bytes())),
            "credential": &*credential.export(),
            "evidence": &*item,
            "request": fields.encode(),
            "authenticated": PLATFORM,
            "consent_to_disclose": true,
            "now": fields.expiry,
        },
    );
    let late = || Json::from(fields.expiry + 1);
    let elsewhere = || Json::from("other.example");
    table.refuse("foreign_platform", "relayed", [("authenticated", elsewhere())]);
    let below = Json::from("www.shop.example");
    table.refuse("foreign_platform", "relayed by a host below", [("authenticated", below)]);
    table.refuse("expired", "a second too late", [("now", late())]);
    let both = [("authenticated", elsewhere()), ("now", late())];
    table.refuse("foreign_platform", "relayed, and too late", both);

    let parameters = |setting: &Setting| setting.parameters().id().0;
    let unknown = Fields { params_id: run(0x30), ..fields.clone() };
    let foreign = Fields { params_id: parameters(rotated), ..fields.clone() };
    let epochs = |first, last| Fields { epochs: (first, last), ..fields.clone() };
    let disclosing = |disclosures: &[u8], conditions: &[(u8, Condition)]| Fields {
        disclosures: disclosures.to_vec(),
        conditions: conditions.to_vec(),
        ..fields.clone()
    };
    let all = |index: u8, condition: Condition| disclosing(&[0, 1, 2, 3], &[(index, condition)]);
    let requests = [
        ("unpinned_parameters", "parameters that are not pinned", unknown.clone()),
        ("foreign_parameters", "pinned parameters that are not the credential's", foreign),
        ("epoch_not_accepted", "only tomorrow", epochs(TODAY + 1, TODAY + 1)),
        ("epoch_not_accepted", "until yesterday", epochs(TODAY - 255, TODAY - 1)),
        ("schema", "a fifth attribute", disclosing(&[0, 1, 4], &[])),
        ("schema", "at least, of a flag", all(0, Condition::AtLeast(0))),
        ("schema", "at most, of a text", all(2, Condition::AtMost(9))),
        ("schema", "an integer equals a flag", all(1, Condition::Equals(true.into()))),
        ("schema", "a flag equals an integer", all(0, Condition::Equals(1.into()))),
        ("condition_unmet", "the flag is not no", all(0, Condition::Equals(false.into()))),
        ("condition_unmet", "3 is not 2", all(1, Condition::Equals(2.into()))),
        ("condition_unmet", "3 is less than 4", all(1, Condition::AtLeast(4))),
        ("condition_unmet", "3 is more than 2", all(1, Condition::AtMost(2))),
        ("condition_unmet", "another text", all(2, Condition::Equals("".into()))),
        ("condition_unmet", "absent is not empty", all(3, Condition::Equals("".into()))),
        ("condition_unmet", "absent is not present", all(3, Condition::Present)),
    ];
    for (error, comment, fields) in requests {
        table.refuse(error, comment, [("request", fields.encode().into())]);
    }
    let unknown_and_late = [("request", unknown.encode().into()), ("now", late())];
    table.refuse("unpinned_parameters", "not pinned, and too late", unknown_and_late);
    let late_and_early = [("request", epochs(0, 1).encode().into()), ("now", late())];
    table.refuse("expired", "too late, and another epoch", late_and_early);

    let no_consent = || ("consent_to_disclose", Json::from(false));
    let unmet = || ("request", Json::from(all(3, Condition::Present).encode()));
    let foreign = || ("evidence", Json::from(replaced(&item, 2, [0; 32])));
    table.refuse("disclosure_without_consent", "no consent to disclose", [no_consent()]);
    let comment = "no consent to disclose, and a condition unmet";
    table.refuse("disclosure_without_consent", comment, [no_consent(), unmet()]);
    table.refuse("foreign_evidence", "evidence for another credential", [foreign()]);
    let comment = "a condition unmet, and evidence for another credential";
    table.refuse("condition_unmet", comment, [unmet(), foreign()]);
    table
}

pub fn verify(setting: &Setting, rotated: &Setting, other: &Setting) -> Table {
    let fields = asking(setting);
    let credential = setting.credential();
    let stored = credential.export();
    let items = setting.evidence(&credential);
    let claim = Claim::new(setting, &fields, &stored, &items[0].export());
    let second = Claim::new(setting, &fields, &stored, &items[1].export());
    let prove = |claim: &Claim| claim.message(&claim.prove(&run::<64>(0x14)));
    let message = prove(&claim);
    let mut table = Table::new(
        "verify",
        object! {
            "parameters": setting.parameters().to_bytes(),
            "platform": PLATFORM,
            "request": fields.encode(),
            "presentation": &message,
            "now": fields.expiry,
            "consumed": Json::List(vec![]),
        },
    );
    own_request(&mut table, &fields, rotated);

    // Another request than the one that was answered.
    let conditions = vec![(0, Condition::Present), (1, Condition::AtLeast(2))];
    let requests = [
        ("another nonce", Fields { nonce: run(0x15), ..fields.clone() }),
        ("another label", Fields { label: Some("app-2"), ..fields.clone() }),
        ("no label", Fields { label: None, ..fields.clone() }),
        ("another purpose", Fields { purpose: Purpose::Login, ..fields.clone() }),
        ("an own purpose", Fields { purpose: Purpose::Other(token("a")), ..fields.clone() }),
        ("fewer epochs", Fields { epochs: (TODAY, TODAY), ..fields.clone() }),
        ("another expiry", Fields { expiry: fields.expiry + 1, ..fields.clone() }),
        ("other conditions that hold", Fields { conditions, ..fields.clone() }),
        ("no statement", Fields { statement: None, ..fields.clone() }),
        ("an empty statement", Fields { statement: Some(vec![]), ..fields.clone() }),
        ("another statement", Fields { statement: Some(b"Agreed".to_vec()), ..fields.clone() }),
        ("no notice", Fields { notice: None, ..fields.clone() }),
        ("another notice", Fields { notice: Some(run(0x13)), ..fields.clone() }),
        ("an epoch that is not accepted", Fields { epochs: (0, 1), ..fields.clone() }),
    ];
    for (comment, fields) in requests {
        table.refuse("rejected", comment, [("request", fields.encode().into())]);
    }

    // Every field of the message.
    let start = message.len() - (4 * 32 + 32 + 3 * 32 + 10 * 32 + 1 + 2 * 32);
    let at = |index: usize| start + 32 * index;
    let points = [
        ("A_bar", 0),
        ("B_bar", 1),
        ("R1_bar", 2),
        ("R2_bar", 3),
        ("N", 5),
        ("T_1", 6),
        ("T_2", 7),
    ];
    let points = points.map(|(name, index)| (name, at(index)));
    let mut scalars = vec![("z_bar", at(4)), ("rho", at(8)), ("epsilon", at(9))];
    scalars.extend(secrets_at(at(10)));
    scalars.extend([("m_2", at(18) + 1), ("m_3", at(19) + 1)]);
    table.reject("presentation", shaken(&message, &points, &scalars));
    table.reject(
        "presentation",
        [
            ("t + 1", replaced(&message, 2, (TODAY + 1).to_be_bytes())),
            ("t outside the accepted epochs", replaced(&message, 2, (TODAY + 2).to_be_bytes())),
            ("the integer 4 for 3", replaced(&message, 22, [0, 4])),
            ("A_bar and B_bar exchanged", swapped(&message, at(0), at(1))),
            ("T_1 and T_2 exchanged", swapped(&message, at(6), at(7))),
            ("rho and epsilon exchanged", swapped(&message, at(8), at(9))),
            ("the hidden responses exchanged", swapped(&message, at(18) + 1, at(19) + 1)),
            ("all points negated", negated(&message, &points.map(|(_, at)| at))),
        ],
    );

    for (comment, claim) in wrong_claims(rotated, other, &claim, &second) {
        table.reject("presentation", [(comment, prove(&claim))]);
    }
    table.reject(
        "presentation",
        [
            ("errors that cancel in equations (1) and (2)", cancelling(&claim)),
            (
                "errors that cancel in equations (3) and (4)",
                prove(&cancelling_evidence(&claim, setting)),
            ),
            ("evidence that is made up with another key", prove(&forged(&claim, &stored, setting))),
        ],
    );
    let foreign = rotated.credential();
    let item = rotated.evidence(&foreign).remove(0).export();
    let foreign = Claim::new(rotated, &fields, &foreign.export(), &item);
    table.reject("presentation", [("a credential of another key", prove(&foreign))]);
    table
}

/// Proofs that are right for something else than what is asked or was certified; `second` is the
/// same claim with another item of evidence.
fn wrong_claims(
    rotated: &Setting,
    other: &Setting,
    claim: &Claim,
    second: &Claim,
) -> Vec<(&'static str, Claim)> {
    let disclosing = |indices: &[u8]| Claim { disclosures: indices.to_vec(), ..claim.clone() };
    let value = |index: usize, value: Value| {
        let mut claim = claim.clone();
        claim.values[index] = value;
        claim
    };
    let others = holder_secrets(&other.master, AUTHORITY);
    let (P, z) = claim.scope;
    let mut unlike = claim.clone();
    unlike.values.push(Value::Absent);
    let mut fewer = claim.clone();
    fewer.values.pop();
    let other_scope = scope(AUTHORITY, "other.example", Some("app-1"));
    let shown = |at: usize, point: RistrettoPoint| {
        let mut shown = claim.shown;
        shown[at] = point;
        Claim { shown, ..claim.clone() }
    };
    let moved_multiple = shown(1, claim.shown[1] + G);
    vec![
        ("a flag that the credential does not have", value(0, false.into())),
        ("an integer that the credential does not have", value(1, 4.into())),
        ("an integer that does not meet its condition", value(1, 1.into())),
        ("an absent value instead of a flag", value(0, Value::Absent)),
        ("a text instead of a flag", value(0, "".into())),
        ("a flag instead of an integer", value(1, true.into())),
        ("a hidden value that the credential does not have", value(2, "".into())),
        ("nothing is disclosed", disclosing(&[])),
        ("an attribute less is disclosed", disclosing(&[0])),
        ("an attribute more is disclosed", disclosing(&[0, 1, 3])),
        ("another attribute is disclosed", disclosing(&[0, 2])),
        ("a hidden attribute too many", unlike),
        ("a hidden attribute too few", fewer),
        ("the next epoch", Claim { t: TODAY + 1, ..claim.clone() }),
        ("another credential's e", Claim { e: claim.e + Scalar::ONE, ..claim.clone() }),
        ("rho is 0", Claim { rho: Scalar::ZERO, ..claim.clone() }),
        ("somebody else's N", Claim { N: f(&others, &z) * P, ..claim.clone() }),
        ("somebody else's secrets", Claim { secrets: others, ..claim.clone() }),
        (
            "another platform's N",
            Claim { N: f(&claim.secrets, &other_scope.1) * other_scope.0, ..claim.clone() },
        ),
        (
            "another platform's scope",
            Claim {
                scope: other_scope,
                N: f(&claim.secrets, &other_scope.1) * other_scope.0,
                ..claim.clone()
            },
        ),
        ("N on another base", Claim { N: f(&claim.secrets, &z) * G, ..claim.clone() }),
        ("another request's digest", Claim { digest: run(0x31), ..claim.clone() }),
        ("other parameters", Claim { params_id: rotated.parameters().id().0, ..claim.clone() }),
        ("evidence of a pair with B_bar + G", moved_multiple),
        ("the public part of another item", Claim { rho: claim.rho, ..second.clone() }),
        ("the response of another item", Claim { z_bar: second.z_bar, ..claim.clone() }),
    ]
}

/// A MAC with a key of one's own, and evidence that it is one, but for that key.
fn forged(claim: &Claim, stored: &[u8], setting: &Setting) -> Claim {
    let (mac, key) = (Mac::read(stored), Key::new(&setting.seed));
    let x = Key::new(&OTHER_SEED).x;
    let M = mac.W + mac.e * mac.A;
    let A = (x + mac.e).invert() * M;
    let (A_bar, k) = (claim.rho.invert() * A, Scalar::from(7u64));
    let shown = [A_bar, x * A_bar, k * G, k * A_bar];
    let c_bar = Hash::new("evidence").point(&key.X).points(&shown).h2s();
    Claim { shown, z_bar: k + c_bar * x, ..claim.clone() }
}

/// T_1 + G and T_2 − G: the sum of the two equations, without weights, would hold.
fn cancelling(claim: &Claim) -> Vec<u8> {
    let wrong = |w: &[Scalar]| claim.phi(w).into_iter().zip([G, -G]).map(|(T, D)| T + D).collect();
    let coins = run::<64>(0x14);
    claim.message(&Sigma::prove(claim.transcript(), claim.witnesses(), Some(&coins), wrong))
}

/// The same for the evidence, by somebody who knows x.
fn cancelling_evidence(claim: &Claim, setting: &Setting) -> Claim {
    let Key { x, X, .. } = Key::new(&setting.seed);
    let [A_bar, B_bar, ..] = claim.shown;
    let k = Scalar::from(7u64);
    let shown = [A_bar, B_bar, k * G + G, k * A_bar - G];
    let c_bar = Hash::new("evidence").point(&X).points(&shown).h2s();
    Claim { shown, z_bar: k + c_bar * x, ..claim.clone() }
}
