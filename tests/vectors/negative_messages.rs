//! The messages, each with what can be wrong with it alone.

use pairnym::{Condition, Consent, Message, Purpose};

use crate::common::{DAY, NOW};
use crate::formulas::{Wire, encode_value};
use crate::negative_bytes::{Fielded, ORDER, Vector};
use crate::presentation::Claim;
use crate::requests::Fields;
use crate::setting::{PLATFORM, Setting, four, host, run, token, tossed};

const SECRETS: [&str; 8] = ["u_0", "u_1", "u_2", "u_3", "u_4", "u_5", "u_6", "v"];

pub type Messages = Vec<(Fielded, Vec<Vector>)>;

pub fn messages() -> Messages {
    let setting = Setting::new(four());
    let messages = [
        parameters(&setting),
        enrollment(&setting),
        issuance(&setting),
        evidence(&setting),
        request(&setting),
        presentation(&setting),
        login(&setting),
    ];
    messages.into_iter().flatten().collect()
}

/// A length byte and as many bytes.
fn short(text: impl AsRef<[u8]>) -> Vec<u8> {
    let text = text.as_ref();
    [&[text.len() as u8], text].concat()
}

fn parameters(setting: &Setting) -> Messages {
    let message = Fielded::new("AuthorityParameters", setting.parameters().to_bytes())
        .other("suite", 1)
        .other("authority_id", 18)
        .points(&["X"])
        .other("epoch_length", 4)
        .other("count", 1);
    let attribute = |name: &str, kind: u8| [&short(name)[..], &[kind]].concat();
    let attributes =
        |attributes: &[Vec<u8>]| [&[attributes.len() as u8], &attributes.concat()[..]].concat();
    let mut specific = message.changed(&[
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
        ("count", &[65], "range", "65 attributes"),
        ("count", &[3], "trailing", "three attributes and the bytes of a fourth"),
        ("count", &[5], "short", "five attributes and the bytes of four"),
    ]);
    specific.extend(message.ended(&[
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
    ]));
    vec![(message, specific)]
}

fn enrollment(setting: &Setting) -> Messages {
    let ticket = tossed(&run::<32>(0x61), |rng| setting.authority.invite(run(0x41), rng));
    let request = tossed(&run::<64>(0x05), |rng| setting.holder.enroll(&ticket, rng)).unwrap();
    let ticket = Fielded::new("EnrollmentTicket", ticket.to_bytes())
        .other("authority_id", 18)
        .other("transaction", 32)
        .other("nonce", 32);
    let specific = ticket.changed(&[
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
    let request = Fielded::new("EnrollmentRequest", request.to_bytes())
        .other("transaction", 32)
        .points(&["C_u", "T"])
        .scalars(&SECRETS);
    let faults = request.ended(&[
        ("C_u", &[0; 31], "short", "31 bytes of a point"),
        ("T", &[0; 32], "identity", "T is O, and nothing follows"),
        ("v", &[0xff; 31], "short", "31 bytes of a scalar"),
    ]);
    vec![(ticket, specific), (request, faults)]
}

/// What can be wrong with a count and a list of values: both end with it.
fn bad_values(message: &Fielded) -> Vec<Vector> {
    message.ended(&[
        ("values", &[65], "range", "65 values"),
        ("values", &[1], "short", "no value"),
        ("values", &[1, 4], "code", "tag 4"),
        ("values", &[1, 1], "short", "a flag without content"),
        ("values", &[1, 1, 2], "code", "flag 2"),
        ("values", &[2, 1, 2], "code", "flag 2, and a value that is missing"),
        ("values", &[1, 2, 0, 0, 0, 0, 0, 0, 0], "short", "an integer of seven bytes"),
        ("values", &[1, 3], "short", "a text without length"),
        ("values", &[1, 3, 2, b'a'], "short", "a text of two bytes, one of them there"),
        ("values", &[1, 3, 2, 0xff], "short", "the same, and not UTF-8"),
        ("values", &[1, 3, 1, 0xff], "utf8", "a byte that UTF-8 does not have"),
        ("values", &[1, 3, 2, 0xc0, 0x80], "utf8", "an overlong encoding"),
        ("values", &[1, 3, 3, 0xed, 0xa0, 0x80], "utf8", "a surrogate"),
        ("values", &[1, 3, 2, 0xe4, 0xb8], "utf8", "a character cut off"),
        ("values", &[1, 3, 4, 0xf4, 0x90, 0x80, 0x80], "utf8", "beyond U+10FFFF"),
        ("values", &[0, 0], "trailing", "a value more than the count"),
    ])
}

fn issuance(setting: &Setting) -> Messages {
    let values = setting.values.iter().map(encode_value).collect::<Vec<_>>().concat().len();
    let offer = setting.offer();
    let (request, pending) =
        tossed(&run::<64>(0x0d), |rng| setting.holder.request_credential(&offer, NOW, rng))
            .unwrap();
    let response = setting.authority.issue(&offer, &request).unwrap();
    let credential = pending.finish(&response).unwrap().export();
    let offer = Fielded::new("IssuanceOffer", offer.to_bytes())
        .other("params_id", 32)
        .other("t", 8)
        .other("nonce", 32)
        .points(&["C_u"])
        .other("values", 1 + values);
    let request = Fielded::new("IssuanceRequest", request.to_bytes())
        .other("nonce", 32)
        .points(&["T"])
        .scalars(&SECRETS);
    let response = Fielded::new("IssuanceResponse", response.to_bytes())
        .points(&["A"])
        .scalars(&["e"])
        .points(&["T_1", "T_2"])
        .scalars(&["x"]);
    let credential = Fielded::new("Credential", &*credential)
        .other("params_id", 32)
        .other("t", 8)
        .points(&["A"])
        .scalars(&["e"])
        .points(&["W"])
        .other("values", 1 + values);
    let (bad_offers, bad_credentials) = (bad_values(&offer), bad_values(&credential));
    vec![
        (offer, bad_offers),
        (request, Vec::new()),
        (response, Vec::new()),
        (credential, bad_credentials),
    ]
}

fn evidence(setting: &Setting) -> Messages {
    let credential = setting.credential();
    let (request, offered) =
        tossed(&run::<64>(0x0e), |rng| setting.holder.request_evidence(&credential, rng)).unwrap();
    let (session, commitments) =
        tossed(&run::<96>(0x0f), |rng| setting.authority.open_evidence(&request, rng)).unwrap();
    let (challenges, challenged) =
        tossed(&run::<64>(0x10), |rng| offered.challenge(&commitments, rng)).unwrap();
    let responses = setting.authority.respond(session, &challenges).unwrap();
    let item = challenged.finish(&responses).unwrap().remove(0).export();

    let request = Fielded::new("EvidenceRequest", request.to_bytes())
        .other("params_id", 32)
        .points(&["A'", "B'"]);
    // Of the long messages, the first and the last elements.
    let commitments = Fielded::new("EvidenceCommitments", commitments.to_bytes())
        .other("session", 32)
        .points(&["R1_0"])
        .other("others", 62 * 32)
        .points(&["R2_31"]);
    let numbers = |name, bytes: Vec<u8>, first, last| {
        let message = Fielded::new(name, bytes).other("session", 32);
        message.scalars(&[first]).other("others", 30 * 32).scalars(&[last])
    };
    let challenges = numbers("EvidenceChallenges", challenges.to_bytes(), "c_0", "c_31");
    let responses = numbers("EvidenceResponses", responses.to_bytes(), "z_0", "z_31");
    let item = Fielded::new("Evidence", &*item)
        .other("credential", 32)
        .points(&["A_bar", "B_bar", "R1_bar", "R2_bar"])
        .scalars(&["z_bar", "rho"]);
    let faults = item.changed(&[("rho", &[0; 32], "range", "rho = 0")]);
    let session = commitments.ended(&[("R1_0", &[], "short", "nothing but the session id")]);
    vec![
        (request, Vec::new()),
        (commitments, session),
        (challenges, Vec::new()),
        (responses, Vec::new()),
        (item, faults),
    ]
}

fn request(setting: &Setting) -> Messages {
    let fields = Fields {
        label: Some("app-1"),
        purpose: Purpose::Other(token("checkout")),
        disclosures: vec![0, 1, 3],
        conditions: vec![(1, Condition::AtLeast(2)), (1, Condition::AtMost(9))],
        statement: Some(b"agreed".to_vec()),
        notice: Some(run(0x12)),
        ..Fields::bare(setting)
    };
    let message = Fielded::new("Request", fields.encode())
        .other("params_id", 32)
        .other("platform", 1 + PLATFORM.len())
        .other("label", 6)
        .other("purpose", 10)
        .other("nonce", 32)
        .other("epochs", 16)
        .other("expiry", 8)
        .other("disclosures", 4)
        .other("conditions", 21)
        .other("statement", 9)
        .other("notice", 33);
    let epochs = |first: u64, last: u64| [first.to_be_bytes(), last.to_be_bytes()].concat();
    let today = NOW.0 / DAY;
    let long_host = format!("{}.{}", ["a"; 126].join("."), "bb");
    assert_eq!(long_host.len(), 254);
    let mut vectors = message.changed(&[
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
        ("purpose", &[0], "code", "purpose 0"),
        ("purpose", &[5], "code", "purpose 5"),
        ("purpose", &[0xfe], "code", "purpose 254"),
        ("purpose", &[0xff, 0], "identifier", "an own purpose without a name"),
        ("purpose", &[&[0xff][..], &short("A")].concat(), "identifier", "a capital letter"),
        ("epochs", &epochs(today, today - 1), "range", "the last epoch before the first"),
        ("epochs", &epochs(today, today + 256), "range", "257 epochs"),
        ("epochs", &epochs(0, u64::MAX), "range", "all epochs"),
        ("disclosures", &[0], "range", "conditions without disclosures"),
        ("disclosures", &[3, 0, 1, 1], "order", "an index twice"),
        ("disclosures", &[3, 1, 0, 3], "order", "indices that descend"),
        ("disclosures", &[3, 0, 1, 64], "range", "index 64"),
        ("disclosures", &[3, 1, 0, 64], "order", "indices that descend, and index 64"),
        ("disclosures", &[2, 0, 3], "range", "the conditions' index is not disclosed"),
        ("conditions", &[1, 2, 4], "range", "a condition on what is not disclosed"),
        ("conditions", &[1, 64, 4], "range", "a condition on index 64"),
        ("conditions", &[1, 2, 5], "code", "operator 5 on what is not disclosed"),
        ("conditions", &[1, 1, 0], "code", "operator 0"),
        ("conditions", &[1, 1, 5], "code", "operator 5"),
        ("conditions", &[1, 0, 1, 0], "code", "equal to absent"),
        ("conditions", &[1, 0, 1, 4], "code", "equal to a value with tag 4"),
        ("conditions", &[1, 0, 1, 1, 2], "code", "equal to flag 2"),
        ("conditions", &[1, 0, 1, 3, 1, 0xff], "utf8", "equal to a text that is not UTF-8"),
        ("conditions", &[2, 1, 4, 1, 4], "order", "a condition twice"),
        ("conditions", &[2, 1, 4, 0, 4], "order", "indices that descend"),
        ("conditions", &[2, 0, 4, 0, 1, 1, 1], "order", "operators that descend"),
        ("conditions", &[2, 0, 1, 1, 1, 0, 1, 1, 0], "order", "an operator twice"),
        ("conditions", &[2, 3, 4, 2, 4], "range", "not disclosed, and indices that descend"),
        ("conditions", &[2, 1, 4, 0, 9], "code", "operator 9, and indices that descend"),
        ("statement", &[2], "code", "statement flag 2"),
        ("notice", &[2], "code", "notice flag 2"),
        ("notice", &[0, 0], "trailing", "a byte after no notice"),
    ]);
    vectors.extend(message.ended(&[
        ("params_id", &[0; 31], "short", "31 bytes of params_id"),
        ("platform", &[13, b'A'], "short", "a platform that is cut off before its fault counts"),
        ("label", &[5, b'A'], "short", "a label that is cut off before its fault counts"),
        ("purpose", &[0xff], "short", "an own purpose without length"),
        ("epochs", &epochs(2, 1)[..15], "short", "the last epoch is cut off"),
        ("epochs", &epochs(2, 1), "range", "the last epoch before the first, then nothing"),
        ("disclosures", &[65], "range", "65 disclosures, none of them there"),
        ("disclosures", &[3, 1, 0], "short", "indices that descend, and one that is missing"),
        ("conditions", &[255], "short", "255 conditions, none of them there"),
        ("conditions", &[1, 2], "short", "not disclosed, and no operator"),
        ("conditions", &[1, 1, 2, 0, 0, 0, 0, 0, 0, 0], "short", "a bound of seven bytes"),
        ("conditions", &[1, 0, 1], "short", "equal to nothing"),
        ("statement", &[1, 0], "short", "a statement's length of one byte"),
        ("statement", &[1, 0xff, 0xff, b'a'], "short", "a statement that is cut off"),
        ("notice", &[&[1][..], &[0; 31]].concat(), "short", "a notice of 31 bytes"),
        ("notice", &[], "short", "no notice flag"),
    ]));
    vec![(message, vectors)]
}

fn presentation(setting: &Setting) -> Messages {
    let fields = Fields { disclosures: vec![0, 2], ..Fields::bare(setting) };
    let credential = setting.credential();
    let item = setting.evidence(&credential).remove(0);
    let claim = Claim::new(setting, &fields, &credential.export(), &item.export());
    let bytes = claim.message(&claim.prove(&run::<64>(0x14)));
    let disclosed: usize =
        [0, 2].map(|index: usize| 1 + encode_value(&setting.values[index]).len()).iter().sum();
    let message = Fielded::new("Presentation", bytes)
        .other("t", 8)
        .other("disclosed", 1 + disclosed)
        .points(&["A_bar", "B_bar", "R1_bar", "R2_bar"])
        .scalars(&["z_bar"])
        .points(&["N", "T_1", "T_2"])
        .scalars(&["rho", "epsilon"])
        .scalars(&SECRETS)
        .other("count", 1)
        .scalars(&["m_1", "m_3"]);
    let mut vectors = message.changed(&[
        ("disclosed", &[2, 0, 0, 0, 0], "order", "an index twice"),
        ("disclosed", &[2, 2, 0, 0, 0], "order", "indices that descend"),
        ("count", &[3], "short", "three hidden attributes, two of them there"),
        ("count", &[1], "trailing", "one hidden attribute, and the bytes of another"),
        ("count", &[63], "range", "two disclosed and 63 hidden attributes"),
        ("count", &[255], "range", "two disclosed and 255 hidden attributes"),
    ]);
    vectors.extend(message.ended(&[
        ("t", &[0; 7], "short", "seven bytes of t"),
        ("disclosed", &[65], "range", "65 disclosed attributes"),
        ("disclosed", &[1], "short", "no index"),
        ("disclosed", &[1, 64], "range", "index 64, and nothing follows"),
        ("disclosed", &[2, 0, 0, 64, 4], "range", "index 64, then tag 4"),
        ("disclosed", &[2, 1, 0, 0, 4], "order", "indices that descend, then tag 4"),
        ("disclosed", &[2, 1, 0, 0], "order", "indices that descend, and nothing follows"),
        ("disclosed", &[1, 0], "short", "an index without a value"),
        ("disclosed", &[1, 0, 4], "code", "tag 4"),
        ("disclosed", &[1, 0, 1, 2], "code", "flag 2"),
        ("disclosed", &[1, 2, 3, 1, 0x80], "utf8", "a text that is not UTF-8"),
        ("disclosed", &[1, 2, 3, 2, 0x80], "short", "the same, cut off"),
        ("count", &[63], "range", "63 hidden attributes, none of them there"),
    ]));
    vec![(message, vectors)]
}

fn login(setting: &Setting) -> Messages {
    let request = Fields::bare(setting).request();
    let consented = host(PLATFORM);
    let consent = Consent::to_answer(&request, &consented);
    let login = tossed(&run::<64>(0x16), |rng| setting.holder.log_in(consent, NOW, rng)).unwrap();
    let message = Fielded::new("Login", login.to_bytes()).points(&["N", "T"]).scalars(&["s"]);
    let full = message.bytes();
    let two = |name: &str, bytes: [u8; 32]| [&message.with(name, &bytes)[..], &[0]].concat();
    let all = Wire::new(13).put([0xff; 96]).bytes();
    let vectors = vec![
        message.vector([&[2], &full[1..]].concat(), "version", "version 2 and all the rest"),
        message.vector([&[1, 12], &full[2..]].concat(), "kind", "kind 12 and all the rest"),
        message.vector(two("T", [0; 32]), "identity", "T: O, and one byte more"),
        message.vector(two("s", ORDER), "scalar", "s: p, and one byte more"),
        message.vector(all, "point", "all bits are set"),
        message.vector(Wire::new(13).put([0; 96]).bytes(), "identity", "no bit is set"),
        message.vector([&full[..], &full].concat(), "trailing", "the same message twice"),
    ];
    vec![(message, vectors)]
}
