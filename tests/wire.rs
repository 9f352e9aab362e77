//! The wire format (SPEC §14): lengths, bytes, and serde.

#![allow(non_snake_case)] // The letters of SPEC: points are capital.

mod common;

use std::fmt::Debug;

use common::life::{Life, Sample};
use pairnym::platform::Platform;
use pairnym::{attribute::*, message::*, shared::*, *};
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
        163 + a,
        386,
        67 + a,
        66 + 67 + a,
        66 + 107 + length(&values()),
        66 + 53 + a + asked + 2 + disclosed,
        66 + 53 + a + "shop.example".len(),
        67,
        67,
        99,
        99,
        67,
        67,
        291,
        99,
        99,
        99,
        131,
        131,
        99 + a,
        130,
        162,
        131 + a,
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
        (24, "PairingInvitation"),
        (25, "PairingAnswer"),
        (26, "PairingCommitment"),
    ];
    let acts = [(27, "CoRequest"), (28, "CoApproval"), (29, "CoNonces"), (30, "CoAnswer")];
    let stored = [(31, "ShareTransfer"), (32, "Pairing"), (33, "Share"), (34, "PairingRecord")];
    let two = acts.into_iter().flat_map(|kind| [kind; 4]).chain(stored);
    assert_eq!(kinds, expected.into_iter().chain(two).collect::<Vec<_>>());
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
        "53f91e120d588e78612154f7ec85d82a0b60227d5db3894b15112bba2d17f67b",
        "5ad704e561163ed41c45f19767ab77b7d09aa903e233e4be719198ea4370b4cf",
        "277e72749a0a9f64ca131436cc48f6ec54495ca62be80bd6533540e0cd71f0e4",
        "f5049d8a74d50aafc0eb98399d02b295373f7ec769a0130b44a7028990b3d155",
        "e74dc9e2deeacf35f2eb59df3a6abf8c8a3655824b62fd1904890ed1b05f149b",
        "be55246f3e1c8f97e63f74a467dd2df81de36bbf3414aa72d902f4b57355a1d3",
        "33fb63574e92122004b29e2e49108dbe6e8018802a261d63f9f6c1bdc31f4b65",
        "14dc1a9fd2d90035ba64afca100a7baf2bb643fb795bb6566064b437ba425d26",
        "1e44d9a30a24bd14c866ef136a2fc165498a2c40a4186fc781b0fa2af6d5e43d",
        "75ebd4f3bae1d320182a8db7a348c0f341a30cb3544a04106992b1366e7b4012",
        "0b11b92dd28a425d0106d17abd8584e704451cd37add1787f6f02d5edc17760f",
        "cb219919f29eb537f1f4ab5a597c0c02bc88232bb34b45ac4ef13ca4385ea27d",
        "7d25d03bf7da266ff043ff1163a39abf1fa274f88d294611b41c22f2a6387bfd",
        "0704eb10667dbb56b5b9c99a27ec9809b195a343a1728839c1ca235324a307e1",
        "c18b9abb421ed47860645b94e531b2391761bd17e0312fcc1ac00fb44fa4af53",
        "225939c472dc7e55382d08592c11b4bb1d10cfbd7734b33159bab10445d3e19c",
        "72925df2ee4570bc3816447b676c7d9f5c6e2e21b420225f69e73cf777f7673c",
        "ce184725fcfbd5279f9baf45b68275db0c44e91cd1a368123345b9c9a1b5a8b6",
        "761c046faceb75e2bf2f4590c1d64718b9036ad8fff88b3f5f1738fcb1eb02fa",
        "9d9039458a8d6fd1319936b62d6665a35bcba96d92584ef8591998becef03a67",
        "a6f4fc2126324f04fdce521a85505a6c8ba4408b93313cecdc6f3f83a0ee51a5",
        "a66bcc5b94347655de61190e19261181af4bc7decc3940174c3341c9915c7658",
        "3dec1332df168c0f7c0bf130250dbdb161d6b08f89159e8a774c61c483482853",
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
    let two = life.all();
    fn each<M: Message + Serialize + DeserializeOwned + PartialEq + Debug>(
        all: &[Sample],
        kind: u8,
    ) {
        let own = all.iter().filter(|sample| sample.kind == kind);
        own.for_each(|sample| json(&M::from_bytes(&sample.bytes).unwrap()));
    }
    each::<PairingInvitation>(&two, 24);
    each::<PairingAnswer>(&two, 25);
    each::<PairingCommitment>(&two, 26);
    each::<CoRequest>(&two, 27);
    each::<CoApproval>(&two, 28);
    each::<CoNonces>(&two, 29);
    each::<CoAnswer>(&two, 30);
    each::<PairingRecord>(&two, 34);
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
