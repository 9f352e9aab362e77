//! The wire format (SPEC §14): lengths, bytes, and serde.

#![allow(non_snake_case)] // The letters of SPEC: points are capital.

mod common;

use std::fmt::Debug;

use common::life::{Life, Sample};
use common::*;
use pairnym::*;
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
    let a = "authority.example".len();
    let names: usize = ATTRIBUTES.iter().map(|(name, _)| 2 + name.len()).sum();
    let asked = "shop.example".len()
        + "app-1".len()
        + (1 + "checkout".len()) // a token8
        + 2 // disclosures
        + (2 + 2) + (2 + 8) + 2 // conditions
        + (2 + "agreed".len())
        + 32;
    let (disclosed, hidden) = (length(&values()[..2]) + 2, 2);
    let lengths = [
        41 + a + names,
        67 + a,
        354,
        107 + length(&values()),
        322,
        162,
        98,
        2082,
        1058,
        1058,
        97 + asked,
        588 + disclosed + 32 * hidden,
        98,
        139 + length(&values()),
        226,
    ];
    for (sample, expected) in life.all().iter().zip(lengths) {
        assert_eq!(sample.bytes.len(), expected, "{}", sample.name);
        assert_eq!(sample.layout.len(), expected, "{}", sample.name);
        assert_eq!(sample.bytes[..2], [1, sample.kind], "{}", sample.name);
    }
    assert_eq!(life.login.to_bytes().len(), Login::LENGTH);
    assert_eq!(life.login_request.to_bytes().len(), 97 + "shop.example".len());
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
        (16, "Credential"),
        (17, "Evidence"),
    ];
    assert_eq!(kinds, expected);
}

/// With given coins every byte is a function of the specification. A change here is a change of
/// the protocol or of its encoding, and breaks what is stored and what others implemented.
#[test]
fn bytes_do_not_change() {
    let life = Life::new();
    let snapshots = [
        "8b3b1cc3a6095b138f1a81f000691fdfabd9014181237c1ae3a63801770e54ed",
        "284f91ae51f992806ac093d0999b9ae2be934c0975b76c9386a010721254035b",
        "3e168c7dd365c49c809dfc695d725fabbbb7ca12e27be1016a8df4673dc1e59e",
        "10f17efde5f767d2f681bda72daf49e8d063eb4d6a1b43a79205313f31f66a53",
        "d398b7057c93df1dac083536fff76b3f1eeaaa79f4d1ae924458f3e62ff6f37b",
        "cd0dc290d49ee0bbdb928c5b8498ecd6b9a40082d4bfc358b19ceefdc9b8f992",
        "f39a714f9bec39b6c7f84c88ce1ed533fb93bc3f6fb7f6da8a498e286e0f5042",
        "b9a83b1afa496aa530385106666ef931e8eee4383717fd4f6201f6da1d0c8072",
        "97ae6e5fb14635a3e1aba3cd97efb7393dd411d4a8f6e80a226deeca3bcec14b",
        "a0507ad80736a3b05737a5ffa3158d59a422d9eea47880ba794a042f5ac77f52",
        "427fc7d3709c9a715f1a5f7f5cb37abd48e8dada3785d8caf51c47fd76f4c0ca",
        "ce928e3d4dc8cb6061295eb2184e4fb56c81a6f4d1ca19e6f0454d5d8b0d51c4",
        "0095f4fcfa14acf498ce7ebcdebce35f4123a2cb89a6dfa8f6a30ff62972885a",
        "071a8a373ccb3155e8b18b9bf643c3963ba98005df26a8e876fc5c6f118801a4",
        "909d01f90e081d218de7d69f34819df7e76e67d687ca0440be3a88f784ac7fe5",
    ];
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
    let authority = format!("11{}", hex::encode("authority.example"));
    let host = format!("0c{}", hex::encode("shop.example"));
    let [parameters, ticket, _, offer, ..] = &life.messages()[..] else { panic!() };
    let X = hex::encode(&parameters.bytes[parameters.layout.at("X")]);
    let schema: String = ["0b6167655f6f7665725f313801", "096173737572616e636502"].concat()
        + "06726567696f6e03"
        + "046e6f746503";
    assert_eq!(hex::encode(&parameters.bytes), format!("010101{authority}{X}0001518004{schema}"));
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
        hex::encode(life.request.to_bytes()),
        [
            "010b",
            &id,
            &host,
            "056170702d31",         // app-1
            "ff08636865636b6f7574", // checkout
            &repeat("0d"),          // nonce
            "0000000000005160",     // first epoch
            "0000000000005161",     // last
            "000000006b49d32c",     // expiry
            "020001",               // disclosures
            "03",                   // conditions
            "00010101",             // age_over_18 = yes
            "01020000000000000002", // assurance ≥ 2
            "0104",                 // assurance is present
            "010006616772656564",   // agreed
            "01",
            &repeat("0c"),
        ]
        .concat()
    );
    assert_eq!(
        hex::encode(life.login_request.to_bytes()),
        [
            "010b",
            &id,
            &host,
            "00",
            "02",
            &repeat("0f"),
            "0000000000005161",
            "0000000000005161",
            "000000006b49d32c",
            "00",
            "00",
            "00",
            "00",
        ]
        .concat()
    );
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
    json(&life.ticket);
    json(&life.enrollment);
    json(&life.offer);
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
