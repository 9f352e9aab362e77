//! What lead and second send each other, and what can be wrong with it (SPEC §14.17).

use pairnym_testkit::NOW;

use crate::formulas::{Wire, encode_value};
use crate::login;
use crate::negative_bytes::Fielded;
use crate::negative_messages::{SECRETS, bad_values, encoded_values, short};
use crate::pair::{LEAD_KEY, PID, Pair, SECOND_KEY};
use crate::pairing;
use crate::presentation::asking;
use crate::requests::Fields;
use crate::setting::{AUTHORITY, four};
use crate::shared::{Played, accepting, enrolling, logging_in, presenting};

pub fn messages() -> Vec<Fielded> {
    let pair = Pair::new(four());
    let fields = asking(&pair.setting);
    let (credential, item) = pair.credential(NOW);
    let login = login::requests()[0].clone();
    let shown = presenting(&pair, &fields, &credential, &item).2;
    let (enrolled, accepted, entered) =
        (enrolling(&pair).1, accepting(&pair).1, logging_in(&pair.secrets, &login).1);
    let messages = [
        paired(&pair),
        asked(&pair, &fields, [&enrolled, &accepted, &shown, &entered]),
        vec![approved(&enrolled, false), approved(&shown, true)],
        vec![committed(&enrolled, 1), committed(&shown, 2), committed(&entered, 3)],
        vec![answered(&enrolled, &["T_G1"]), answered(&shown, &["T_G1", "T_G2"])],
        handed_over(&pair),
    ];
    messages.into_iter().flatten().collect()
}

fn bad_authority(message: Fielded) -> Fielded {
    message.changed(&[
        ("authority_id", &[0], "identifier", "empty authority id"),
        ("authority_id", &short("Authority"), "identifier", "a capital letter"),
        ("authority_id", &[255, b'A'], "short", "255 bytes that are not there"),
    ])
}

fn paired(pair: &Pair) -> Vec<Fielded> {
    let secrets = &pair.secrets;
    let (_, invitation) = pairing::invitation(secrets, &PID, AUTHORITY, &SECOND_KEY);
    let x = pairing::committed(&invitation);
    let (_, answer) = pairing::answer(secrets, &PID, AUTHORITY, &x, &LEAD_KEY);
    let committed = Wire::new(26).short(AUTHORITY).put(PID).put(x).bytes();
    let invitation = Fielded::new("PairingInvitation", invitation)
        .other("authority_id", 18)
        .other("pid", 32)
        .other("channel_key", 32)
        .points(&["D", "T"])
        .scalars(&["d"]);
    let answer = Fielded::new("PairingAnswer", answer)
        .other("pid", 32)
        .other("channel_key", 32)
        .points(&["C_1", "T"])
        .scalars(&SECRETS);
    let committed = Fielded::new("PairingCommitment", committed)
        .other("authority_id", 18)
        .other("pid", 32)
        .other("x", 32);
    vec![
        bad_authority(invitation),
        answer.ended(&[("pid", &[0; 31], "short", "31 bytes of pid")]),
        bad_authority(committed),
    ]
}

/// CoRequests with each body. What is wrong with a body is what is wrong with the message whose
/// body it is: one fault of each stands for all.
fn asked(pair: &Pair, fields: &Fields<'_>, acts: [&Played; 4]) -> Vec<Fielded> {
    let cut = |played: &Played| {
        let message = Fielded::new("CoRequest", &played.moves[0]);
        message.other("pid", 32).other("attempt", 32).other("version", 1).other("kind", 1)
    };
    let header: [(&str, &[u8], &str, &str); 6] = [
        ("version", &[0], "version", "the body has version 0"),
        ("version", &[2], "version", "the body has version 2"),
        ("kind", &[3], "kind", "the body is an EnrollmentRequest"),
        ("kind", &[13], "kind", "the body is a Login"),
        ("kind", &[27], "kind", "the body is a CoRequest"),
        ("kind", &[0], "kind", "the body is nothing"),
    ];
    let [enrolled, accepted, shown, entered] = acts;
    let ticket = cut(enrolled).other("authority_id", 18).other("transaction", 32);
    let ticket = bad_authority(ticket.other("nonce", 32)).changed(&header).ended(&[
        ("version", &[2, 0], "version", "the body has version 2, and kind 0"),
        ("version", &[], "short", "no body"),
        ("kind", &[], "short", "a body without a kind"),
        ("kind", &[2], "short", "the header of a ticket"),
        ("kind", &[4], "short", "the header of an offer"),
        ("kind", &[11], "short", "the header of a request"),
    ]);
    let offer = cut(accepted).other("params_id", 32).other("t", 8).other("nonce", 32);
    let values = encoded_values(&pair.setting).len();
    let offer = bad_values(offer.points(&["C_u"]).other("values", values)).changed(&header);

    let request = fields.encode();
    let disclosed = fields.disclosures.iter().map(|name| {
        let named = pair.setting.named();
        encode_value(&named.into_iter().find(|(other, _)| other == name).unwrap().1)
    });
    let disclosed = disclosed.collect::<Vec<_>>().concat().len();
    let shown = cut(shown).other("request", request.len() - 3).other("extensions", 1);
    let shown = shown.other("slot", 1).other("values", 1 + disclosed);
    let shown = shown.changed(&header).changed(&[
        ("extensions", &[1], "extension", "the request's byte of extensions is 1"),
        ("slot", &[3], "range", "the fourth of three slots"),
        ("slot", &[255], "range", "slot 255"),
        ("values", &[65], "range", "65 values"),
        ("values", &[0], "range", "no value, where two are disclosed"),
        ("values", &[1, 1, 1], "range", "one value, where two are disclosed"),
        ("values", &[3, 0, 0, 0], "range", "three values, where two are disclosed"),
    ]);
    let shown = shown.ended(&[
        ("slot", &[], "short", "no slot"),
        ("values", &[], "short", "no values"),
        ("values", &[2, 0], "short", "two values, one of them there"),
        ("values", &[3, 0, 0], "short", "three values, two of them there"),
        ("values", &[2, 0, 4], "code", "tag 4"),
        // They are read before they are counted.
        ("values", &[3, 0, 0, 4], "code", "a value too many, and tag 4"),
        ("values", &[1, 0, 0], "range", "one value, where two are disclosed, and a byte more"),
        ("values", &[2, 0, 0, 0], "trailing", "a value more than the count"),
    ]);
    let length = acts[3].moves[0].len() - (2 + 32 + 32 + 2);
    let entered = cut(entered).other("request", length);
    let entered = entered.changed(&header);
    vec![ticket, offer, shown, entered]
}

fn approved(played: &Played, has_name: bool) -> Fielded {
    let message = Fielded::new("CoApproval", &played.moves[1]);
    let message = message.other("pid", 32).other("h", 32).other("flag", 1);
    let message = if has_name { message.points(&["N_2"]) } else { message };
    let message =
        message.changed(&[("flag", &[2], "code", "flag 2"), ("flag", &[255], "code", "flag 255")]);
    if has_name {
        message.changed(&[("flag", &[0], "trailing", "no N_2, and its bytes")])
    } else {
        message.changed(&[("flag", &[1], "short", "N_2 is not there")])
    }
}

fn committed(played: &Played, act: u8) -> Fielded {
    let message = Fielded::new("CoNonces", &played.moves[2]).other("h", 32).other("act", 1);
    let message = match act {
        1 => message.points(&["T_W"]),
        2 => message
            .points(&["T_W1", "T_W2", "N", "A_bar", "B_bar", "R1_bar", "R2_bar"])
            .scalars(&["z_bar"]),
        _ => message.points(&["T_W", "N"]),
    };
    let message = message.changed(&[
        ("act", &[0], "code", "act 0"),
        ("act", &[4], "code", "act 4"),
        ("act", &[255], "code", "act 255"),
    ]);
    match act {
        1 => message.changed(&[
            ("act", &[2], "short", "a presentation, and only the first point"),
            ("act", &[3], "short", "a login without N"),
        ]),
        2 => message.changed(&[
            ("act", &[1], "trailing", "an opening, and all of a presentation"),
            ("act", &[3], "trailing", "a login, and all of a presentation"),
        ]),
        _ => message.changed(&[
            ("act", &[1], "trailing", "an opening, and N"),
            ("act", &[2], "short", "a presentation, and only two points"),
        ]),
    }
}

fn answered(played: &Played, points: &[&'static str]) -> Fielded {
    let message = Fielded::new("CoAnswer", &played.moves[3]).other("h", 32).other("count", 1);
    let message = message.points(points).scalars(&["z"]).changed(&[
        ("count", &[0], "range", "no point"),
        ("count", &[3], "range", "three points"),
        ("count", &[255], "range", "255 points"),
    ]);
    message.ended(&[("count", &[3], "range", "three points, none of them there")])
}

fn handed_over(pair: &Pair) -> Vec<Fielded> {
    let crate::pair::Secrets { d, D, C_u, .. } = &pair.secrets;
    let transfer = Wire::new(31).short(AUTHORITY).put(PID).points([C_u]).scalars([d]).bytes();
    let transfer = Fielded::new("ShareTransfer", transfer)
        .other("authority_id", 18)
        .other("pid", 32)
        .points(&["C_u"])
        .scalars(&["d"]);
    let record = Wire::new(34).short(AUTHORITY).put(PID).put(LEAD_KEY).points([D, C_u]).bytes();
    let record = Fielded::new("PairingRecord", record)
        .other("authority_id", 18)
        .other("pid", 32)
        .other("channel_key", 32)
        .points(&["D", "C_u"]);
    vec![
        bad_authority(transfer).changed(&[("d", &[0; 32], "range", "d = 0")]),
        bad_authority(record),
    ]
}
