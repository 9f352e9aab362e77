//! The wire format (SPEC §14): lengths, bytes, and serde.

#![allow(non_snake_case)] // The letters of SPEC: points are capital.

mod common;

use std::fmt::Debug;

use common::life::{Life, Sample};
use pairnym::{attribute::*, message::*, platform::*, *};
use pairnym_testkit::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Encoded values with their tags: SPEC §4.2.
fn length(values: &[Value]) -> usize {
    let content = |value: &Value| match value {
        Value::Absent => 0,
        Value::Flag(_) => 1,
        Value::Integer(_) => 8,
        Value::Text(text) => 1 + text.len(),
        _ => unreachable!(),
    };
    values.iter().map(|value| 1 + content(value)).sum()
}

#[test]
fn messages_have_the_lengths_of_the_specification() {
    let life = Life::new();
    let (a, id_host) = ("authority.example".len(), "id.authority.example".len());
    let names: usize = ATTRIBUTES.iter().map(|(name, _)| 2 + name.len()).sum();
    let parameters = 42 + a + names;
    let asked = "shop.example".len()
        + "app-1".len()
        + (1 + "checkout".len()) // a token8
        + 2 * 40 // slots
        + (1 + "age_over_18".len()) + (1 + "assurance".len())
        + (2 + 2) + (2 + 8) + 2 // conditions
        + (2 + "agreed".len())
        + 32;
    let list = 59 + a + id_host + (8 + parameters);
    let (disclosed, hidden) = (length(&values()[..2]), 2);
    let lengths = [
        parameters,
        67 + a,
        354,
        107 + length(&values()),
        322,
        162,
        98,
        2082,
        1058,
        1058,
        53 + a + asked,
        613 + disclosed + 32 * hidden,
        130,
        list,
        list + 32,
        203 + length(&values()),
        258,
        107 + a,
        147 + length(&values()),
    ];
    assert_eq!(life.all().len(), lengths.len());
    for (sample, expected) in life.all().iter().zip(lengths) {
        assert_eq!(sample.bytes.len(), expected, "{}", sample.name);
        assert_eq!(sample.layout.len(), expected, "{}", sample.name);
        assert_eq!(sample.bytes[..2], [1, sample.kind], "{}", sample.name);
    }
    assert_eq!(life.login.to_bytes().len(), Login::LENGTH);
    assert_eq!(life.login_request.to_bytes().len(), 53 + a + "shop.example".len());
}

/// The largest request that there is, byte by byte counted in SPEC §14.12, and the one that is one
/// byte too large.
#[test]
fn the_largest_request_has_the_length_of_the_specification() {
    let long = |index: usize| format!("{:a>63}", format!("-{index:02}"));
    let letters: Vec<_> = (0..64).map(long).collect();
    let attributes: Vec<_> = letters.iter().map(|name| (name.as_str(), Kind::Text)).collect();
    let id = AuthorityId::new(&"a".repeat(63)).unwrap();
    let label = "a".repeat(63);
    let longest = host(&[&label[..], &label, &label, &label[..61]].join("."));
    let parameters =
        AuthorityParameters::new(&key(1), id, seconds(DAY), 1, schema(&attributes)).unwrap();
    let (since, until) = (UnixTime(NOW.0 - DAY), UnixTime(NOW.0 + DAY));
    let list =
        ParameterList::first(authority_host(), since..until, UnixTime(0), parameters).unwrap();
    let platform = Platform::new(list, longest);
    // Near the end of an epoch three slots are listed.
    let now = UnixTime(NOW.0 / DAY * DAY + DAY - 60);
    let ask = |statement: usize| {
        let mut asked = platform
            .request(Purpose::Other(name(&label)))
            .label(name(&label))
            .statement(&"a".repeat(statement))
            .notice([1; 32]);
        for (attribute, _) in &attributes {
            let value = Value::Text("b".repeat(255));
            asked = asked.disclose(attribute).require(attribute, Condition::Equals(value));
        }
        asked.build(now, &mut seeded(1))
    };
    let request = ask(8192).unwrap();
    assert_eq!(request.to_bytes().len(), 29_514);
    assert_eq!(Request::from_bytes(&request.to_bytes()), Ok(request));
    assert_eq!(ask(8193), Err(Error::Range));
}

#[test]
fn kinds_are_those_of_the_specification() {
    let kinds: Vec<_> = Life::new().all().iter().map(|sample| (sample.kind, sample.name)).collect();
    let expected = [
        (1, "AuthorityParameters"),
        (2, "EnrollmentTicket"),
        (3, "EnrollmentRequest"),
        (4, "IssuanceOffer"),
        (5, "IssuanceRequest"),
        (6, "IssuanceResponse"),
        (7, "EvidenceRequest"),
        (8, "EvidenceCommitments"),
        (9, "EvidenceChallenges"),
        (10, "EvidenceResponses"),
        (11, "Request"),
        (12, "Presentation"),
        (13, "Login"),
        (15, "ParameterList"),
        (15, "ParameterList"),
        (16, "Credential"),
        (17, "Evidence"),
        (48, "OpenTicket"),
        (49, "OpenOffer"),
    ];
    assert_eq!(kinds, expected);
}

/// With given coins every byte is a function of the specification. A change here is a change of
/// the protocol or of its encoding, and breaks what is stored and what others implemented.
#[test]
fn bytes_do_not_change() {
    let life = Life::new();
    let snapshots = [
        "73e779d0045ff4b768e29d7fddfa8fed924a1e7039a8cfde45064341863babdf",
        "284f91ae51f992806ac093d0999b9ae2be934c0975b76c9386a010721254035b",
        "3e168c7dd365c49c809dfc695d725fabbbb7ca12e27be1016a8df4673dc1e59e",
        "5c6e7fc8289895f58769a0e6cf57dbcd3de93a029c89f6bd18747971ed706cbd",
        "fb1e2e96f6db38bbff94c6fa8e62d45df935154eb4ec2c267771c0bfb6b671a0",
        "d40fb659e6f030ab43c7ba4e8565a534cdf67c46c021452f9ba4666a434d70cc",
        "8947c4cedb604d768e44c1cf98609c41b7f0aeeeb3bb99042a7516fcb68deb63",
        "05fad2773124f7174ff27fe2e8af54c319c2009a626362d2131603418888dce2",
        "e699073361ed4a036cef27d12b0ab38c127a16c51bdeb291f710fcc049b37c48",
        "840921051cb9d8b363bef6fe3b533119c8c775ded60c5a894e2c91efd1c66e3a",
        "dd414a112791d21edc904fcaf6e48da5857a182d880805ffd68c1f5aa5087f6c",
        "160556ba051c250c5d43c0e9f442e86a0baf878cfe3d2efe0de2f49b1842728e",
        "08f6277d8f84a5fcae2b70f7aa1b63d154dc8a1351415170a26af090d3ccb1f8",
        "12f57636cd3e586f453499698764205e10de07b03085da172d25a14d91c8601b",
        "04735c26e8f849c88e163e88df76d28f37194f714311515aba75cb41f8eff4c7",
        "fda647805af743aff4e9194af62d4e24b19bd44f5ec9d33760ee5c54e89fbeb0",
        "04677418588192ec39ee75fed11e83ef060a811a9b6ec5de694cdb55bfa752ff",
        "49d6aff028e4537e34a1f8679a9c06cfa457afb7a26c9d61fbcae811c74f2810",
        "df60d00a7d8acfb67dc46946333cfb53b5607fec28c2ee69a4f1cd7222ebf4cc",
    ];
    assert_eq!(life.all().len(), snapshots.len());
    for (Sample { name, bytes, .. }, expected) in life.all().iter().zip(snapshots) {
        assert_eq!(sha256(bytes), expected, "{name}: {}", hex::encode(bytes));
    }
}

/// The messages without cryptography, byte by byte.
#[test]
fn plain_fields_stand_where_the_specification_puts_them() {
    let life = Life::new();
    let id = hex::encode(life.authority.parameters().id().0);
    let commitment = hex::encode(life.holder.commitment().to_bytes());
    let repeat = |byte: &str| byte.repeat(32);
    let short = |text: &str| format!("{:02x}{}", text.len(), hex::encode(text));
    let authority = short("authority.example");
    let host = short("shop.example");
    let messages = life.messages();
    let [parameters, ticket, _, offer, .., list] = &messages[..] else { panic!() };
    let X = hex::encode(&parameters.bytes[parameters.layout.at("X")]);
    let schema: String = ["0b6167655f6f7665725f313801", "096173737572616e636502"].concat()
        + "06726567696f6e03"
        + "046e6f746503";
    // A day, one batch, four attributes.
    let parameters_hex = format!("010101{authority}{X}000151800104{schema}");
    assert_eq!(hex::encode(&parameters.bytes), parameters_hex);
    assert_eq!(
        hex::encode(&ticket.bytes),
        format!("0102{authority}{}{}", repeat("03"), repeat("04"))
    );
    assert_eq!(
        hex::encode(&offer.bytes),
        format!(
            "0104{id}0000000000005161{}{commitment}04{}{}{}{}",
            repeat("06"),
            "0101",
            "020000000000000003",
            "0306e4b88ae6b5b7",
            "00"
        )
    );
    assert_eq!(
        hex::encode(&list.bytes),
        [
            "010f",
            &authority,
            &short("id.authority.example"),
            "00000000",         // serial
            &repeat("00"),      // previous
            "000000006b3ca300", // since
            "000000006b570100", // until
            "01",               // entries
            "0000000000000000", // from
            &parameters_hex,
            "00", // withdrawn
            "00", // extensions
        ]
        .concat()
    );
    let slots = format!("02{id}0000000000005160{id}0000000000005161");
    assert_eq!(
        hex::encode(life.request.to_bytes()),
        [
            "010b",
            &authority,
            &host,
            "056170702d31",         // app-1
            "01",                   // a presentation
            "ff08636865636b6f7574", // checkout
            &repeat("0d"),          // nonce
            "000000006b49d32c",     // expiry
            &slots,
            "020b6167655f6f7665725f3138096173737572616e6365", // disclosures
            "03",                                             // conditions
            "00010101",                                       // age_over_18 = yes
            "01020000000000000002",                           // assurance ≥ 2
            "0104",                                           // assurance is present
            "010006616772656564",                             // agreed
            "01",
            &repeat("0c"),
            "00", // extensions
        ]
        .concat()
    );
    assert_eq!(
        hex::encode(life.login_request.to_bytes()),
        [
            "010b",
            &authority,
            &host,
            "00",
            "02", // a login
            "02",
            &repeat("0f"),
            "000000006b49d32c",
            "00",
            "00",
            "00",
            "00",
            "00",
            "00",
        ]
        .concat()
    );
    // Answers begin with the nonce; a presentation goes on with the place of its slot.
    let bytes = life.presentation.to_bytes();
    let values = ["02", "0101", "020000000000000003"].concat();
    assert_eq!(hex::encode(&bytes[..47]), format!("010c{}01{values}", repeat("0d")));
    assert_eq!(hex::encode(&life.login.to_bytes()[..34]), format!("010d{}", repeat("0f")));
    let stored = life.stored();
    let [_, credential, evidence, open_ticket, open_offer] = &stored[..] else { panic!() };
    let credential = hex::encode(&credential.bytes);
    assert!(credential.starts_with(&format!("0110{id}0000000000005161{commitment}")));
    let credential_id = hex::encode(&evidence.bytes[evidence.layout.at("credential")]);
    assert_eq!(hex::encode(&evidence.bytes)[..68], format!("0111{credential_id}"));
    // What is open is the message and its expiry, and the MAC.
    for (open, kind, message) in [(open_ticket, "0130", ticket), (open_offer, "0131", offer)] {
        let expected = [kind, &hex::encode(&message.bytes[2..]), "000000006b49d458"].concat();
        assert_eq!(hex::encode(&open.bytes[..open.bytes.len() - 32]), expected);
    }
    let text = "pn1sg450clkgs5kf5mdcs2yhvchvjqnekj2fl6drxzjc8qx7824zfwqlgpq9c";
    assert_eq!(life.holder.pseudonym(&life.host, None).unwrap().to_string(), text);
    let text = "pn1d3960cndsmpk5x3snvcwklquvrecg24nvc0qhu99c2aejh8sf4hsanh8e5";
    let labelled = life.holder.pseudonym(&life.host, Some(&life.label)).unwrap();
    assert_eq!(labelled.to_string(), text);
}

#[test]
fn what_is_decoded_is_what_was_encoded() {
    for Sample { name, bytes, recode, .. } in Life::new().all() {
        assert_eq!(recode(&bytes).as_ref(), Ok(&bytes), "{name}");
    }
    let life = Life::new();
    assert_eq!(life.login.to_array(), life.login.to_bytes()[..]);
    let pseudonym = life.holder.pseudonym(&life.host, None).unwrap();
    assert_eq!(Pseudonym::from_bytes(pseudonym.to_bytes()), Ok(pseudonym));
    assert_eq!(Pseudonym::try_from(pseudonym.to_bytes()), Ok(pseudonym));
    assert_eq!(pseudonym.to_string().parse(), Ok(pseudonym));
}

/// A message as JSON: its bytes in hexadecimal digits, read as strictly as the bytes.
fn json<M: Message + Serialize + DeserializeOwned + PartialEq + Debug>(message: &M) {
    let text = serde_json::to_string(message).unwrap();
    assert_eq!(text, format!("\"{}\"", hex::encode(message.to_bytes())));
    assert_eq!(serde_json::from_str::<M>(&text).unwrap(), *message);

    let bytes = message.to_bytes();
    let refused = |bytes: &[u8]| {
        let text = format!("\"{}\"", hex::encode(bytes));
        let error = serde_json::from_str::<M>(&text).unwrap_err().to_string();
        let expected = M::from_bytes(bytes).unwrap_err().to_string();
        assert!(error.starts_with(&expected), "{error}");
    };
    refused(&[]);
    refused(&bytes[..bytes.len() - 1]);
    refused(&[&bytes[..], &[0]].concat());
    refused(&[&[2], &bytes[1..]].concat());
    // In a format for machines they are bytes, as they are.
    let binary = postcard::to_allocvec(message).unwrap();
    assert!(binary.ends_with(&bytes));
    assert_eq!(postcard::from_bytes::<M>(&binary).unwrap(), *message);
    assert!(postcard::from_bytes::<M>(&binary[..binary.len() - 1]).is_err());
    for text in ["\"0\"", "\"zz\"", "[1]", "1", "null"] {
        assert!(serde_json::from_str::<M>(text).is_err(), "{text}");
    }
}

#[test]
fn messages_in_serde_are_hexadecimal_or_bytes() {
    let life = Life::new();
    json(life.authority.parameters());
    json(life.authority.list());
    json(life.ticket.ticket());
    json(&life.enrollment);
    json(life.offer.offer());
    json(&life.issuance_request);
    json(&life.issuance_response);
    json(&life.evidence_request);
    json(&life.commitments);
    json(&life.challenges);
    json(&life.responses);
    json(&life.request);
    json(&life.presentation);
    json(&life.login);
}

#[test]
fn a_pseudonym_in_serde_is_its_text_form_or_bytes() {
    let life = Life::new();
    let pseudonym = life.holder.pseudonym(&life.host, None).unwrap();
    let text = serde_json::to_string(&pseudonym).unwrap();
    assert_eq!(text, format!("\"{pseudonym}\""));
    assert_eq!(serde_json::from_str::<Pseudonym>(&text).unwrap(), pseudonym);
    let bytes = format!("\"{}\"", hex::encode(pseudonym.to_bytes()));
    let error = serde_json::from_str::<Pseudonym>(&bytes).unwrap_err().to_string();
    assert!(error.starts_with("Pseudonym: "), "{error}");

    let binary = postcard::to_allocvec(&pseudonym).unwrap();
    assert!(binary.ends_with(&pseudonym.to_bytes()));
    assert_eq!(postcard::from_bytes::<Pseudonym>(&binary).unwrap(), pseudonym);
    assert!(postcard::from_bytes::<Pseudonym>(&[0; 33]).is_err());
}
