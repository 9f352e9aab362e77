//! The messages and stored forms, each with what can be wrong with it alone.

use pairnym::{
    Message, Purpose, Wanted,
    attribute::{Condition, Kind},
};
use pairnym_testkit::{DAY, Everybody, NOW, TEN_MINUTES, name, received_ticket};

use crate::formulas::{Wire, encode_value};
use crate::login;
use crate::negative_bytes::{Fielded, ORDER};
use crate::negative_shared_messages;
use crate::parameter_list::{List, Parameters, Slot};
use crate::presentation::Claim;
use crate::requests::Fields;
use crate::setting::{AUTHORITY, HOST, PLATFORM, Setting, four, rotated, run, tossed};
use crate::stored::forms;

pub const SECRETS: [&str; 8] = ["u_0", "u_1", "u_2", "u_3", "u_4", "u_5", "u_6", "v"];

/// All that crosses a boundary.
pub fn messages() -> Vec<Fielded> {
    let setting = Setting::new(four());
    let messages = [
        vec![parameters(&setting)],
        enrollment(&setting),
        issuance(&setting),
        evidence(&setting),
        vec![request(&setting), presentation(&setting), login_message(&setting), list()],
        negative_shared_messages::messages(),
    ];
    messages.into_iter().flatten().collect()
}

/// All that is kept in storage.
pub fn stored_forms() -> Vec<Fielded> {
    let setting = Setting::new(four());
    let values = encoded_values(&setting).len();
    let form = |(message, key, encoding): (&'static str, [u8; 32], Vec<u8>)| {
        let form = Fielded::stored(message, key, encoding);
        match message {
            "ParameterList" => {
                let form = list_fields(form, &setting.list);
                form.changed(&[("serial", &[0, 0, 0, 1], "range", "serial 1 without a previous")])
            }
            "Credential" => {
                let form = form.other("params_id", 32).other("t", 8).points(&["C_u", "A"]);
                let form = form.scalars(&["e"]).points(&["W"]).other("values", values);
                bad_values(form).ended(&[("values", &[0, 0], "trailing", "a byte after no value")])
            }
            "Evidence" => form
                .other("credential", 32)
                .points(&["A_bar", "B_bar", "R1_bar", "R2_bar"])
                .scalars(&["z_bar", "rho"])
                .changed(&[("rho", &[0; 32], "range", "rho = 0")]),
            "Pairing" => form.other("pid", 32).other("channel_key", 32).points(&["D"]),
            "Share" => form
                .other("pid", 32)
                .other("channel_key", 32)
                .points(&["C_u"])
                .scalars(&["d"])
                .changed(&[("d", &[0; 32], "range", "d = 0")]),
            "OpenTicket" => form
                .other("authority_id", 18)
                .other("transaction", 32)
                .other("nonce", 32)
                .other("expiry", 8)
                .changed(&[
                    ("authority_id", &[0], "identifier", "empty authority id"),
                    ("authority_id", &short("Authority"), "identifier", "a capital letter"),
                ]),
            _ => {
                let form = form.other("params_id", 32).other("t", 8).other("nonce", 32);
                let form = form.points(&["C_u"]).other("values", values).other("expiry", 8);
                bad_values(form).ended(&[
                    ("expiry", &[0; 7], "short", "seven bytes of expiry"),
                    ("values", &[65], "range", "65 values, none of them there"),
                ])
            }
        }
    };
    forms(&setting).into_iter().map(form).collect()
}

/// Count and values.
pub fn encoded_values(setting: &Setting) -> Vec<u8> {
    let values = setting.values.iter().map(encode_value).collect::<Vec<_>>();
    [&[values.len() as u8], &values.concat()[..]].concat()
}

/// A length byte and as many bytes.
pub fn short(text: impl AsRef<[u8]>) -> Vec<u8> {
    let text = text.as_ref();
    [&[text.len() as u8], text].concat()
}

fn parameters(setting: &Setting) -> Fielded {
    let message = Fielded::new("AuthorityParameters", setting.parameters().encode())
        .other("suite", 1)
        .other("authority_id", 18)
        .points(&["X"])
        .other("epoch_length", 4)
        .other("batches", 1)
        .other("count", 1);
    let attribute = |name: &str, kind: u8| [&short(name)[..], &[kind]].concat();
    let attributes =
        |attributes: &[Vec<u8>]| [&[attributes.len() as u8], &attributes.concat()[..]].concat();
    let message = message.changed(&[
        ("suite", &[0], "code", "suite 0"),
        ("suite", &[2], "code", "suite 2"),
        ("authority_id", &[0], "identifier", "empty authority id"),
        ("authority_id", &short("authority.Example"), "identifier", "a capital letter"),
        ("authority_id", &short(".authority"), "identifier", "begins with a dot"),
        ("authority_id", &short("authority-"), "identifier", "ends with a hyphen"),
        ("authority_id", &short("a".repeat(64)), "identifier", "64 bytes"),
        ("authority_id", &short(b"a\xffb"), "identifier", "not ASCII, not UTF-8 either"),
        ("authority_id", &[255, b'A'], "short", "255 bytes that are not there"),
        ("epoch_length", &[0; 4], "range", "epoch length 0"),
        ("epoch_length", &3599_u32.to_be_bytes(), "range", "epoch length 3,599"),
        ("batches", &[0], "range", "no batch"),
        ("count", &[65], "range", "65 attributes"),
        ("count", &[3], "trailing", "three attributes and the bytes of a fourth"),
        ("count", &[5], "short", "five attributes and the bytes of four"),
    ]);
    message.ended(&[
        ("count", &[65], "range", "65 attributes, none of them there"),
        ("count", &[1], "short", "no attribute"),
        ("count", &attributes(&[attribute("a", 0)]), "code", "kind 0"),
        ("count", &attributes(&[attribute("a", 4)]), "code", "kind 4"),
        ("count", &attributes(&[attribute("", 1)]), "identifier", "no name"),
        ("count", &attributes(&[attribute("Name", 1)]), "identifier", "a capital letter"),
        (
            "count",
            &attributes(&[attribute("Name", 0)]),
            "identifier",
            "a capital letter, then kind 0",
        ),
        (
            "count",
            &attributes(&[attribute("a", 1), attribute("b", 1), attribute("a", 2)]),
            "order",
            "a repeated name",
        ),
        (
            "count",
            &attributes(&[attribute("a", 1), attribute("a", 9)]),
            "code",
            "a repeated name with kind 9",
        ),
        ("count", &[2, 1, b'a', 1, 1, b'a'], "short", "a repeated name without its kind"),
    ])
}

fn enrollment(setting: &Setting) -> Vec<Fielded> {
    let transaction = pairnym::TransactionId(run(0x41));
    let authority = &setting.authority;
    let open =
        tossed(&run::<32>(0x61), |rng| authority.open_ticket(transaction, TEN_MINUTES, NOW, rng));
    let open = open.unwrap();
    let received = received_ticket(&setting.list.known(), &open);
    let request = tossed(&run::<64>(0x05), |rng| setting.holder.enroll(&received, rng)).unwrap();
    let ticket = Fielded::new("EnrollmentTicket", open.ticket().to_bytes())
        .other("authority_id", 18)
        .other("transaction", 32)
        .other("nonce", 32)
        .changed(&[
            ("authority_id", &[0], "identifier", "empty authority id"),
            ("authority_id", &short("authority example"), "identifier", "a space"),
            ("authority_id", &short("a".repeat(64)), "identifier", "64 bytes"),
            (
                "authority_id",
                &[16],
                "identifier",
                "the length byte is missing, so the first letter is one",
            ),
        ]);
    let request = Fielded::new("EnrollmentRequest", request.as_bytes())
        .other("transaction", 32)
        .points(&["C_u", "T"])
        .scalars(&SECRETS)
        .ended(&[
            ("C_u", &[0; 31], "short", "31 bytes of a point"),
            ("T", &[0; 32], "identity", "T is O, and nothing follows"),
            ("v", &[0xff; 31], "short", "31 bytes of a scalar"),
        ]);
    vec![ticket, request]
}

/// What can be wrong with a count and a list of values.
pub fn bad_values(message: Fielded) -> Fielded {
    message.changed(&[("values", &[65], "range", "65 values")]).ended(&[
        ("values", &[1], "short", "no value"),
        ("values", &[1, 4], "code", "tag 4"),
        ("values", &[1, 1], "short", "a flag without content"),
        ("values", &[1, 1, 2], "code", "flag 2"),
        ("values", &[2, 1, 2], "code", "flag 2, and a value that is missing"),
        ("values", &[1, 2, 0, 0, 0, 0, 0, 0, 0], "short", "an integer of seven bytes"),
        ("values", &[1, 3], "short", "a text without length"),
        ("values", &[1, 3, 2, b'a'], "short", "a text of two bytes, one of them there"),
        ("values", &[1, 3, 2, 0xff], "short", "the same, and not UTF-8"),
        ("values", &[1, 3, 0], "text", "an empty text"),
        ("values", &[1, 3, 1, b' '], "text", "a text of one space"),
        ("values", &[1, 3, 2, b'a', 0], "text", "a text with U+0000"),
        ("values", &[1, 3, 4, b'a', 0xe2, 0x80, 0x8b], "text", "a text with U+200B"),
        ("values", &[1, 3, 1, 0xff], "text", "a byte that UTF-8 does not have"),
        ("values", &[1, 3, 2, 0xc0, 0x80], "text", "an overlong encoding"),
        ("values", &[1, 3, 3, 0xed, 0xa0, 0x80], "text", "a surrogate"),
        ("values", &[1, 3, 2, 0xe4, 0xb8], "text", "a character cut off"),
        ("values", &[1, 3, 4, 0xf4, 0x90, 0x80, 0x80], "text", "beyond U+10FFFF"),
        ("values", &[2, 3, 0, 4], "text", "an empty text, then tag 4"),
        ("values", &[2, 4, 3, 0], "code", "tag 4, then an empty text"),
    ])
}

fn issuance(setting: &Setting) -> Vec<Fielded> {
    let values = encoded_values(setting).len();
    let open = setting.open_offer(NOW);
    let (request, _) = setting.accept(&open, NOW);
    let response = setting.authority.issue(&open, &request, NOW, &Everybody).unwrap();
    let offer = Fielded::new("IssuanceOffer", open.offer().to_bytes())
        .other("params_id", 32)
        .other("t", 8)
        .other("nonce", 32)
        .points(&["C_u"])
        .other("values", values);
    let offer =
        bad_values(offer).ended(&[("values", &[0, 0], "trailing", "a value more than the count")]);
    let request = Fielded::new("IssuanceRequest", request.to_bytes())
        .other("nonce", 32)
        .points(&["T"])
        .scalars(&SECRETS);
    let response = Fielded::new("IssuanceResponse", response.to_bytes())
        .points(&["A"])
        .scalars(&["e"])
        .points(&["T_1", "T_2"])
        .scalars(&["x"]);
    vec![offer, request, response]
}

fn evidence(setting: &Setting) -> Vec<Fielded> {
    let issued = setting.issued(NOW);
    let (request, offered) =
        tossed(&run::<64>(0x0e), |rng| setting.holder.request_evidence(&issued, rng)).unwrap();
    let (session, commitments) =
        tossed(&run::<96>(0x0f), |rng| setting.authority.open_evidence(&request, rng)).unwrap();
    let (challenges, _) =
        tossed(&run::<64>(0x10), |rng| offered.challenge(&commitments, rng)).unwrap();
    let responses = setting.authority.respond(session, &challenges).unwrap();

    let request = Fielded::new("EvidenceRequest", request.to_bytes())
        .other("params_id", 32)
        .points(&["A'", "B'"]);
    // Of the long messages, the first and the last elements.
    let commitments = Fielded::new("EvidenceCommitments", commitments.to_bytes())
        .other("session", 32)
        .points(&["R1_0"])
        .other("others", 62 * 32)
        .points(&["R2_31"])
        .ended(&[("R1_0", &[], "short", "nothing but the session id")]);
    let numbers = |name, bytes: Vec<u8>, first, last| {
        let message = Fielded::new(name, bytes).other("session", 32);
        message.scalars(&[first]).other("others", 30 * 32).scalars(&[last])
    };
    let challenges = numbers("EvidenceChallenges", challenges.to_bytes(), "c_0", "c_31");
    let responses = numbers("EvidenceResponses", responses.to_bytes(), "z_0", "z_31");
    vec![request, commitments, challenges, responses]
}

fn request(setting: &Setting) -> Fielded {
    let fields = Fields {
        label: Some("app-1"),
        purpose: Purpose::Other(name("checkout")),
        disclosures: vec!["age_over_18", "assurance", "region"],
        conditions: vec![(1, Condition::AtLeast(2)), (1, Condition::AtMost(9))],
        statement: Some(b"agreed".to_vec()),
        notice: Some(run(0x12)),
        ..Fields::bare(setting)
    };
    let names: usize = fields.disclosures.iter().map(|name| 1 + name.len()).sum();
    let message = Fielded::new("Request", fields.encode())
        .other("authority_id", 1 + AUTHORITY.len())
        .other("platform", 1 + PLATFORM.len())
        .other("label", 6)
        .other("wanted", 1)
        .other("purpose", 10)
        .other("nonce", 32)
        .other("expiry", 8)
        .other("slots", 81)
        .other("disclosures", 1 + names)
        .other("conditions", 21)
        .other("statement", 9)
        .other("notice", 33)
        .other("extensions", 1);
    let slot = |(id, t): &Slot| [&id[..], &t.to_be_bytes()].concat();
    let slots =
        |count: u8, slots: &[Slot]| [vec![count], slots.iter().flat_map(slot).collect()].concat();
    let [old, new] = fields.slots[..] else { panic!("two slots") };
    let names =
        |names: &[&str]| [vec![names.len() as u8], names.iter().flat_map(short).collect()].concat();
    let long_host = format!("{}.{}", ["a"; 126].join("."), "bb");
    assert_eq!(long_host.len(), 254);
    let statement = |length: u16, text: &[u8]| [&[1], &length.to_be_bytes()[..], text].concat();
    let message = message.changed(&[
        ("authority_id", &[0], "identifier", "no authority"),
        ("authority_id", &short("Authority"), "identifier", "a capital letter"),
        ("authority_id", &short("a".repeat(64)), "identifier", "64 bytes"),
        ("platform", &[0], "identifier", "no platform"),
        ("platform", &short("Shop.example"), "identifier", "a capital letter"),
        ("platform", &short("shop.example."), "identifier", "a trailing dot"),
        ("platform", &short("shop"), "identifier", "one label"),
        ("platform", &short("shop..example"), "identifier", "an empty label"),
        ("platform", &short("shop-.example"), "identifier", "a label that ends with a hyphen"),
        ("platform", &short("ab--cd.example"), "identifier", "hyphens of an A-label that is none"),
        ("platform", &short("192.0.2.1"), "identifier", "an IPv4 address"),
        ("platform", &short("[::1]"), "identifier", "an IPv6 address"),
        ("platform", &short("shop.example:443"), "identifier", "a port"),
        ("platform", &short("\u{5546}\u{5e97}.example"), "identifier", "a U-label"),
        ("platform", &short(b"shop.\xff"), "identifier", "not UTF-8"),
        ("platform", &short(&long_host), "identifier", "254 bytes"),
        ("label", &short("App-1"), "identifier", "a capital letter"),
        ("label", &short("app-"), "identifier", "ends with a hyphen"),
        ("label", &short("a".repeat(64)), "identifier", "64 bytes"),
        ("label", &short(b"\xff"), "identifier", "not UTF-8"),
        ("wanted", &[0], "code", "wanted 0"),
        ("wanted", &[3], "code", "wanted 3"),
        ("purpose", &[0], "code", "purpose 0"),
        ("purpose", &[5], "code", "purpose 5"),
        ("purpose", &[0xfe], "code", "purpose 254"),
        ("purpose", &[0xff, 0], "identifier", "an own purpose without a name"),
        ("purpose", &[&[0xff][..], &short("A")].concat(), "identifier", "a capital letter"),
        ("slots", &slots(0, &[]), "range", "a presentation without slots"),
        ("slots", &slots(4, &[old, new]), "range", "four slots"),
        ("slots", &slots(2, &[old, old]), "order", "a slot twice"),
        ("slots", &slots(3, &[old, new, old]), "order", "a slot twice, another between"),
        ("disclosures", &[65], "range", "65 disclosures"),
        ("disclosures", &names(&["a", "b", "b"]), "order", "a name twice"),
        ("disclosures", &names(&["b", "a"]), "order", "names that descend"),
        ("disclosures", &names(&["ab", "a"]), "order", "a prefix after what it begins"),
        ("disclosures", &names(&["b", "aa"]), "order", "a longer name that descends"),
        ("disclosures", &names(&["a", ""]), "identifier", "an empty name"),
        ("disclosures", &names(&["b", "A"]), "identifier", "a capital letter, and descending"),
        ("conditions", &[65], "range", "65 conditions"),
        ("conditions", &[1, 3, 4], "range", "a condition on what is not disclosed"),
        ("conditions", &[1, 255, 4], "range", "a condition on position 255"),
        ("conditions", &[1, 3, 5], "code", "operator 5 on what is not disclosed"),
        ("conditions", &[1, 1, 0], "code", "operator 0"),
        ("conditions", &[1, 1, 5], "code", "operator 5"),
        ("conditions", &[1, 0, 1, 0], "code", "equal to absent"),
        ("conditions", &[1, 0, 1, 4], "code", "equal to a value with tag 4"),
        ("conditions", &[1, 0, 1, 1, 2], "code", "equal to flag 2"),
        ("conditions", &[1, 0, 1, 3, 1, 0xff], "text", "equal to a text that is not UTF-8"),
        ("conditions", &[1, 0, 1, 3, 0], "text", "equal to an empty text"),
        ("conditions", &[1, 3, 1, 3, 0], "text", "the same, on what is not disclosed"),
        ("conditions", &[2, 1, 4, 1, 4], "order", "a condition twice"),
        ("conditions", &[2, 1, 4, 0, 4], "order", "positions that descend"),
        ("conditions", &[2, 0, 4, 0, 1, 1, 1], "order", "operators that descend"),
        ("conditions", &[2, 0, 1, 1, 1, 0, 1, 1, 0], "order", "an operator twice"),
        ("conditions", &[3, 2, 4, 1, 4, 3, 4], "order", "descending, then not disclosed"),
        ("conditions", &[2, 3, 4, 2, 4], "range", "not disclosed, and positions that descend"),
        ("conditions", &[2, 1, 4, 0, 9], "code", "operator 9, and positions that descend"),
        ("statement", &[2], "code", "statement flag 2"),
        ("statement", &[255], "code", "statement flag 255"),
        ("statement", &statement(8193, b"a"), "range", "a statement of 8,193 bytes"),
        ("statement", &statement(0, b""), "text", "an empty statement"),
        ("statement", &statement(3, b" \n "), "text", "a blank statement"),
        ("statement", &statement(4, b"a\r\nb"), "text", "a carriage return"),
        ("statement", &statement(2, b"a\xff"), "text", "not UTF-8"),
        ("statement", &statement(4, "a\u{202e}".as_bytes()), "text", "U+202E"),
        ("notice", &[2], "code", "notice flag 2"),
        ("extensions", &[1], "extension", "an extension"),
        ("extensions", &[255], "extension", "255 extensions"),
        ("extensions", &[0, 0], "trailing", "a byte after no extension"),
    ]);
    let message = message.ended(&[
        ("authority_id", &[2, b'A'], "short", "an authority id that is cut off"),
        ("platform", &[13, b'A'], "short", "a platform that is cut off before its fault counts"),
        ("label", &[5, b'A'], "short", "a label that is cut off before its fault counts"),
        ("purpose", &[0xff], "short", "an own purpose without length"),
        ("slots", &slots(4, &[]), "range", "four slots, none of them there"),
        ("slots", &slots(0, &[]), "range", "no slot, then nothing"),
        ("slots", &slots(3, &[old, old]), "order", "a slot twice, and one that is missing"),
        ("slots", &slots(2, &[old, old])[..80], "short", "a slot twice, cut off"),
        ("disclosures", &[65], "range", "65 disclosures, none of them there"),
        ("disclosures", &[2, 1, b'b', 1], "short", "a name that is cut off"),
        ("disclosures", &[3, 1, b'b', 1, b'a'], "order", "descending, and one that is missing"),
        ("conditions", &[255], "range", "255 conditions, none of them there"),
        ("conditions", &[1, 3], "short", "not disclosed, and no operator"),
        ("conditions", &[1, 3, 2], "short", "not disclosed, and no bound"),
        ("conditions", &[1, 1, 2, 0, 0, 0, 0, 0, 0, 0], "short", "a bound of seven bytes"),
        ("conditions", &[1, 0, 1], "short", "equal to nothing"),
        ("statement", &[1, 0], "short", "a statement's length of one byte"),
        ("statement", &statement(8193, b""), "range", "a statement of 8,193 bytes, none there"),
        ("statement", &statement(8192, b"a"), "short", "a statement that is cut off"),
        ("statement", &statement(2, b"\xff"), "short", "the same, and not UTF-8"),
        ("notice", &[&[1][..], &[0; 31]].concat(), "short", "a notice of 31 bytes"),
        ("notice", &[], "short", "no notice flag"),
        ("extensions", &[], "short", "no byte of extensions"),
    ]);
    logins_that_ask(message, &fields)
}

/// Requests for a login with what it cannot have.
fn logins_that_ask(mut message: Fielded, fields: &Fields<'_>) -> Fielded {
    let bare = Fields { slots: vec![], disclosures: vec![], conditions: vec![], ..fields.clone() };
    let bare = Fields { wanted: Wanted::Login, ..bare };
    let slots = Fields { slots: fields.slots.clone(), ..bare.clone() };
    let four = Fields { slots: [&fields.slots[..], &fields.slots].concat(), ..bare.clone() };
    let disclosures = Fields { disclosures: vec!["a"], ..bare.clone() };
    let invalid = Fields { disclosures: vec!["A"], ..bare.clone() };
    let conditions = Fields { conditions: vec![(0, Condition::Present)], ..bare };
    for (fields, reason, comment) in [
        (slots, "range", "a login with slots"),
        (four, "range", "a login with four slots"),
        (disclosures, "range", "a login with a disclosure"),
        (invalid, "range", "a login with a disclosure that is no name"),
        (conditions, "range", "a login with a condition"),
    ] {
        message.refused(fields.encode(), reason, comment);
    }
    message
}

fn presentation(setting: &Setting) -> Fielded {
    let fields = Fields { disclosures: vec!["age_over_18", "region"], ..Fields::bare(setting) };
    let (credential, evidence) = setting.kept(NOW);
    let claim = Claim::new(setting, &fields, &credential, &evidence[0]);
    let bytes = claim.message(&claim.prove(&run::<64>(0x14)));
    let disclosed: usize =
        claim.disclosed().iter().map(|(_, value)| encode_value(value).len()).sum();
    Fielded::new("Presentation", bytes)
        .other("nonce", 32)
        .other("slot", 1)
        .other("values", 1 + disclosed)
        .points(&["A_bar", "B_bar", "R1_bar", "R2_bar"])
        .scalars(&["z_bar"])
        .points(&["N", "T_1", "T_2"])
        .scalars(&["rho", "epsilon"])
        .scalars(&SECRETS)
        .other("count", 1)
        .scalars(&["m_1", "m_3"])
        .changed(&[
            ("slot", &[3], "range", "slot 3"),
            ("slot", &[255], "range", "slot 255"),
            ("values", &[65], "range", "65 disclosed attributes"),
            ("values", &[1, 4], "code", "tag 4"),
            ("values", &[1, 1, 2], "code", "flag 2"),
            ("values", &[1, 3, 1, 0x80], "text", "a text that is not UTF-8"),
            ("values", &[1, 3, 0], "text", "an empty text"),
            ("values", &[2, 3, 0, 4], "text", "an empty text, then tag 4"),
            ("count", &[3], "short", "three hidden attributes, two of them there"),
            ("count", &[1], "trailing", "one hidden attribute, and the bytes of another"),
            ("count", &[63], "range", "two disclosed and 63 hidden attributes"),
            ("count", &[255], "range", "two disclosed and 255 hidden attributes"),
        ])
        .ended(&[
            ("nonce", &[0; 31], "short", "31 bytes of the nonce"),
            ("slot", &[], "short", "no slot"),
            ("slot", &[3], "range", "slot 3, and nothing follows"),
            ("values", &[65], "range", "65 disclosed attributes, none of them there"),
            ("values", &[1], "short", "no value"),
            ("values", &[1, 3, 2, 0x80], "short", "a text that is not UTF-8, cut off"),
            ("count", &[63], "range", "63 hidden attributes, none of them there"),
            ("count", &[62], "short", "62 hidden attributes, none of them there"),
            ("m_3", &[0xff; 31], "short", "31 bytes of the last scalar"),
        ])
}

fn login_message(setting: &Setting) -> Fielded {
    let (_, bytes) = login::prove(setting, &Fields::login());
    let mut message = Fielded::new("Login", bytes)
        .other("nonce", 32)
        .points(&["N", "T"])
        .scalars(&["s"])
        .ended(&[("nonce", &[0; 31], "short", "31 bytes of the nonce")]);
    let full = message.bytes();
    message.refused(Wire::new(13).put([0xff; 128]).bytes(), "point", "all bits are set");
    message.refused(Wire::new(13).put([0; 128]).bytes(), "identity", "no bit is set");
    message.refused([&full[..], &full].concat(), "trailing", "the same message twice");
    let scalar = [&full[..98], &ORDER[..], &[0]].concat();
    message.refused(scalar, "scalar", "s: p, and one byte more");
    message
}

/// The fields of a list with one entry, and nothing withdrawn.
fn list_fields(message: Fielded, list: &List) -> Fielded {
    let schema = list.entries[0].1.schema.iter().map(|(name, _)| 2 + name.len()).sum::<usize>();
    message
        .other("authority_id", 1 + AUTHORITY.len())
        .other("host", 1 + HOST.len())
        .other("serial", 4)
        .other("previous", 32)
        .other("since", 8)
        .other("until", 8)
        .other("count", 1)
        .other("from", 8)
        .other("inner header", 2)
        .other("suite", 1)
        .other("inner authority_id", 1 + AUTHORITY.len())
        .points(&["X"])
        .other("epoch_length", 4)
        .other("batches", 1)
        .other("attributes", 1 + schema)
        .other("withdrawn", 1)
        .other("extensions", 1)
}

fn list() -> Fielded {
    let one = Setting::new(four()).list;
    let id = one.entries[0].1.id();
    let withdrawn = |ids: &[[u8; 32]]| {
        let each = |id: &[u8; 32]| [&id[..], &[0; 8]].concat();
        [vec![ids.len() as u8], ids.iter().flat_map(each).collect()].concat()
    };
    let (some, other): ([u8; 32], [u8; 32]) = (run(0x70), run(0x71));
    let since = one.since;
    let message = list_fields(Fielded::new("ParameterList", one.encode()), &one).changed(&[
        ("authority_id", &[0], "identifier", "no authority id"),
        ("authority_id", &short("Authority"), "identifier", "a capital letter"),
        ("authority_id", &short("a".repeat(64)), "identifier", "64 bytes"),
        ("host", &[0], "identifier", "no host"),
        ("host", &short("authority"), "identifier", "one label"),
        ("host", &short("id.authority.example:443"), "identifier", "a port"),
        ("host", &short("192.0.2.1"), "identifier", "an IPv4 address"),
        ("serial", &[0, 0, 0, 1], "range", "serial 1 without a previous"),
        ("serial", &[255; 4], "range", "the last serial without a previous"),
        ("previous", &some, "range", "serial 0 with a previous"),
        ("until", &since.to_be_bytes(), "range", "until = since"),
        ("until", &(since - 1).to_be_bytes(), "range", "until before since"),
        ("until", &(since + 2_678_401).to_be_bytes(), "range", "31 days and a second"),
        ("until", &[255; 8], "range", "until the end of all time"),
        ("since", &[255; 8], "range", "since the end of all time"),
        ("count", &[0], "range", "no entry"),
        ("count", &[9], "range", "nine entries"),
        ("inner header", &[2, 1], "version", "an entry of version 2"),
        ("inner header", &[1, 2], "kind", "an entry of kind 2"),
        ("inner header", &[2, 2], "version", "an entry of version 2 and kind 2"),
        ("suite", &[2], "code", "suite 2"),
        ("inner authority_id", &short("A"), "identifier", "a capital letter in the entry"),
        ("epoch_length", &3599_u32.to_be_bytes(), "range", "epoch length 3,599"),
        ("batches", &[0], "range", "no batch"),
        ("attributes", &[65], "range", "65 attributes"),
        ("attributes", &[1, 1, b'a', 4], "code", "attribute kind 4"),
        ("attributes", &[1, 1, b'A', 1], "identifier", "an attribute with a capital letter"),
        ("attributes", &[2, 1, b'a', 1, 1, b'a', 1], "order", "a repeated attribute"),
        ("withdrawn", &withdrawn(&[some, some]), "order", "withdrawn twice"),
        ("withdrawn", &withdrawn(&[some, other, some]), "order", "twice, another between"),
        ("withdrawn", &withdrawn(&[id]), "range", "a withdrawn entry"),
        ("withdrawn", &withdrawn(&[some, id]), "range", "a withdrawn entry, the second"),
        ("withdrawn", &withdrawn(&[id, id]), "range", "a withdrawn entry, and twice"),
        ("withdrawn", &withdrawn(&[some, some, id]), "order", "twice, then an entry"),
        ("extensions", &[1], "extension", "an extension"),
        ("extensions", &[255], "extension", "255 extensions"),
    ]);
    let message = message.ended(&[
        ("host", &[2, b'A'], "short", "a host that is cut off before its fault counts"),
        ("previous", &some, "range", "serial 0 with a previous, and nothing follows"),
        ("previous", &some[..31], "short", "31 bytes of the previous"),
        ("until", &since.to_be_bytes(), "range", "until = since, and nothing follows"),
        ("until", &since.to_be_bytes()[..7], "short", "seven bytes of until"),
        ("count", &[0], "range", "no entry, and nothing follows"),
        ("count", &[9], "range", "nine entries, none of them there"),
        ("count", &[8], "short", "eight entries, none of them there"),
        ("from", &[0; 7], "short", "seven bytes of from"),
        ("inner header", &[1], "short", "an entry without kind"),
        ("withdrawn", &withdrawn(&[id])[..40], "short", "a withdrawn entry without its time"),
        ("withdrawn", &withdrawn(&[id]), "range", "a withdrawn entry, and nothing follows"),
        ("withdrawn", &[255], "short", "255 withdrawn, none of them there"),
        ("extensions", &[1], "extension", "an extension, and nothing follows"),
        ("extensions", &[], "short", "no byte of extensions"),
    ]);
    with_two_entries(message)
}

/// Reason, comment, and what is done to the second entry.
type Case<'a> = (&'static str, &'static str, &'a dyn Fn(&mut (u64, Parameters)));

/// What can be wrong between two entries, and in which order that is told.
fn with_two_entries(mut message: Fielded) -> Fielded {
    let today = NOW.0 / DAY * DAY;
    let two = rotated(today);
    let changed = |change: &dyn Fn(&mut (u64, Parameters))| {
        let mut list = two.clone();
        change(&mut list.entries[1]);
        list.encode()
    };
    let first = &two.entries[0].1;
    let foreign = |entry: &mut (u64, Parameters)| entry.1.authority = "a".into();
    let kinds = |entry: &mut (u64, Parameters)| entry.1.schema[0].1 = Kind::Text;
    let same_key = |entry: &mut (u64, Parameters)| entry.1.X = first.X;
    let cases: [Case<'_>; 17] = [
        ("range", "an entry of another authority", &foreign),
        ("range", "from is a multiple of the entry before only", &|entry| {
            entry.1.epoch_length = 7 * DAY as u32;
            entry.0 = today / (7 * DAY) * 7 * DAY + DAY;
        }),
        ("range", "from is its own multiple only", &|entry| {
            entry.1.epoch_length = 3600;
            entry.0 += 3600;
        }),
        ("order", "the same from", &|entry| entry.0 = 0),
        ("order", "the same key with another schema", &same_key),
        ("order", "the same parameters", &|entry| entry.1 = first.clone()),
        ("range", "an attribute of another kind", &kinds),
        ("range", "an attribute of another kind, at another place", &|entry| {
            entry.1.schema = vec![("x", Kind::Flag), ("note", Kind::Flag)];
        }),
        ("range", "another authority, and the same from", &|entry| {
            foreign(entry);
            entry.0 = 0;
        }),
        ("range", "another authority, and the same key", &|entry| {
            foreign(entry);
            same_key(entry);
        }),
        ("range", "from is no multiple, and the same key", &|entry| {
            entry.0 += 1;
            same_key(entry);
        }),
        ("order", "the same from, and an attribute of another kind", &|entry| {
            entry.0 = 0;
            kinds(entry);
        }),
        ("order", "the same key, and an attribute of another kind", &|entry| {
            same_key(entry);
            kinds(entry);
        }),
        ("range", "another authority, and 3,599 seconds", &|entry| {
            foreign(entry);
            entry.1.epoch_length = 3599;
        }),
        ("range", "the same from, and no batch", &|entry| {
            entry.0 = 0;
            entry.1.batches = 0;
        }),
        ("order", "a repeated attribute, and another authority", &|entry| {
            foreign(entry);
            entry.1.schema[1] = entry.1.schema[0];
        }),
        ("identifier", "another authority, that is none", &|entry| entry.1.authority = "A".into()),
    ];
    for (reason, comment, change) in cases {
        message.refused(changed(change), reason, comment);
    }
    for (from, comment) in [(1, "a second after an epoch begins"), (DAY - 1, "a second before")] {
        let mut list = two.clone();
        list.entries[0].0 = from;
        message.refused(list.encode(), "range", comment);
        list.entries[0].1.schema[1] = list.entries[0].1.schema[0];
        message.refused(list.encode(), "order", format!("{comment}, and a repeated attribute"));
    }
    // An entry is read whole before it is compared.
    let cut = |mut bytes: Vec<u8>| {
        bytes.truncate(bytes.len() - 3);
        bytes
    };
    message.refused(cut(changed(&foreign)), "short", "another authority, and cut off");
    message.refused(cut(changed(&|entry| entry.0 = 0)), "short", "the same from, and cut off");
    let mut descending = two.clone();
    descending.entries.push((today - DAY, Parameters::new(&run(0x41), Vec::new())));
    message.refused(descending.encode(), "order", "a third entry that is earlier");
    let mut third = two.clone();
    let parameters = Parameters::new(&run(0x41), vec![("age_over_18", Kind::Text)]);
    third.entries.push((today + DAY, parameters));
    message.refused(third.encode(), "range", "a third entry with another kind than the first");
    let mut third = two.clone();
    third.entries.push((today + DAY, Parameters { batches: 7, ..first.clone() }));
    message.refused(third.encode(), "order", "a third entry with the key of the first");
    for (place, comment) in [(0, "the first of two is withdrawn"), (1, "the second is")] {
        let withdrawn = vec![(two.entries[place].1.id(), 0)];
        message.refused(List { withdrawn, ..two.clone() }.encode(), "range", comment);
    }
    message
}
