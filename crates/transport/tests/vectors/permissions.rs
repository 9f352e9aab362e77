//! permissions.json: statements that verify, statements that do not, and what they cover.

use curve25519_dalek::scalar::Scalar;
use pairnym::{Message, Name, Purpose, Request, UnixTime, platform::Platform};
use pairnym_testkit::{NOW, Service, host, name, seeded};
use pairnym_transport::PublicKey;
use pairnym_transport::ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use pairnym_transport::permission::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

use crate::check;
use crate::uris::hexadecimal;

/// The group order, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn registrar() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn pins() -> [PublicKey; 1] {
    [PublicKey::from(&registrar())]
}

pub fn permission() -> Permission {
    let grant = |purpose, attributes: &[&str], statements| Grant {
        purpose,
        labels: vec![None, Some(name("app-1"))],
        attributes: attributes.iter().map(|attribute| name(attribute)).collect(),
        statements,
    };
    Permission {
        authority: "authority.example".parse().unwrap(),
        platform: host("shop.example"),
        names: Names { zh: "示例商店".into(), en: "Example Shop".into() },
        from: NOW,
        until: UnixTime(NOW.0 + 2_592_000),
        purposes: vec![
            grant(Purpose::Registration, &["age_over_18", "region"], false),
            grant(Purpose::Login, &[], true),
            // Not the core's purpose of the same word.
            grant(Purpose::Other(name("registration")), &["assurance"], false),
        ],
        contacts: Contacts {
            privacy: "mailto:privacy@shop.example".into(),
            deletion: "https://shop.example/delete".into(),
            supervisor: "tel:12377".into(),
        },
    }
}

/// A statement that keeps to the rules, with one member changed, signed all the same.
fn changed(change: impl FnOnce(&mut Value)) -> SignedPermission {
    let statement = permission().to_statement().unwrap();
    let mut value: Value = serde_json::from_slice(&statement).unwrap();
    change(&mut value);
    signed(serde_json::to_vec(&value).unwrap())
}

fn signed(statement: Vec<u8>) -> SignedPermission {
    let key = registrar();
    let signature = key.sign(&signed_bytes(&statement)).to_bytes();
    SignedPermission { statement, registrar: pins()[0].to_bytes(), signature }
}

/// What breaks a rule of §8, and by which name.
fn broken_rules() -> Vec<(&'static str, SignedPermission)> {
    let set = |member: &str, to: Value| changed(|value| value[member] = to);
    let grants = |change: fn(&mut Value)| changed(|value| change(&mut value["purposes"]));
    let contact = |to: &str| changed(|value| value["contacts"]["privacy"] = to.into());
    let named = |to: &str| changed(|value| value["names"]["zh"] = to.into());
    let text = String::from_utf8(permission().to_statement().unwrap()).unwrap();
    let twice = text.replacen('{', r#"{"platform":"evil.example","#, 1);
    vec![
        ("version", set("version", json!(2))),
        ("version", changed(|value| *value = json!({ "version": 2, "something": "else" }))),
        ("members", set("version", json!("1"))),
        ("members", set("version", Value::Null)),
        ("members", set("platform", json!("Shop.example"))),
        ("members", set("authority", json!("-"))),
        ("members", set("from", json!(1.5))),
        ("members", set("from", json!(-1))),
        ("members", set("until", json!("2027-01-15"))),
        ("members", set("names", json!({ "zh": "示例商店" }))),
        ("members", signed(twice.into_bytes())),
        ("members", signed(b"[]".to_vec())),
        ("members", changed(|value| value["names"] = json!(["示例商店", "Example Shop"]))),
        ("members", grants(|grants| grants[1] = json!(["login", [null], [], true]))),
        ("members", signed(Vec::new())),
        ("members", signed([text.as_bytes(), b"x"].concat())),
        ("validity", set("until", json!(NOW.0))),
        ("validity", set("until", json!(NOW.0 - 1))),
        ("validity", set("until", json!(NOW.0 + 2_592_001))),
        ("names", named("")),
        ("names", named("示例\n商店")),
        ("names", named("示例\u{202e}商店")),
        ("names", named(&"a".repeat(201))),
        ("purposes", set("purposes", json!([]))),
        ("purposes", grants(|grants| grants[1] = grants[0].clone())),
        ("purposes", grants(|grants| grants[0]["labels"] = json!([]))),
        ("purposes", grants(|grants| grants[0]["labels"] = json!(vec!["a"; 65]))),
        ("purposes", grants(|grants| grants[0]["attributes"] = json!(vec!["a"; 65]))),
        ("members", grants(|grants| grants[0]["purpose"] = json!("re-verification"))),
        ("members", grants(|grants| grants[0]["purpose"] = json!("other:"))),
        ("members", grants(|grants| grants[0]["purpose"] = json!("other:Upper"))),
        ("members", grants(|grants| grants[0]["labels"] = json!([""]))),
        ("members", grants(|grants| grants[0]["statements"] = json!(1))),
        ("contacts", contact("")),
        ("contacts", contact("https://")),
        ("contacts", contact("http://shop.example/")),
        ("contacts", contact("javascript:alert(1)")),
        ("contacts", contact("mailto:a b@shop.example")),
        ("contacts", contact("https://商店.example/")),
        ("contacts", contact(&format!("tel:{}", "1".repeat(1_000)))),
        ("too_long", signed(format!("{text}{}", " ".repeat(32_769 - text.len())).into_bytes())),
    ]
}

/// What no pinned registrar has signed.
fn unsigned() -> Vec<(&'static str, SignedPermission)> {
    let good = signed(permission().to_statement().unwrap());
    let with = |change: &dyn Fn(&mut SignedPermission)| {
        let mut signed = good.clone();
        change(&mut signed);
        signed
    };
    let other = SigningKey::from_bytes(&[2; 32]);
    let bare = registrar().sign(&good.statement).to_bytes();
    let list = registrar().sign(&[b"pairnym-v1/list\0", &good.statement[..]].concat()).to_bytes();
    vec![
        ("unknown_registrar", permission().sign(&other).unwrap()),
        ("unknown_registrar", with(&|signed| signed.registrar = [0; 32])),
        ("signature", with(&|signed| signed.signature[0] ^= 1)),
        ("signature", with(&|signed| signed.signature[63] ^= 0x80)),
        ("signature", with(&|signed| signed.signature = [0; 64])),
        ("signature", with(&|signed| signed.statement[20] ^= 1)),
        ("signature", with(&|signed| signed.statement.push(b' '))),
        // Under another key, without the prefix, behind another one.
        (
            "signature",
            with(&|signed| {
                signed.signature = other.sign(&signed_bytes(&signed.statement)).to_bytes();
            }),
        ),
        ("signature", with(&|signed| signed.signature = bare)),
        ("signature", with(&|signed| signed.signature = list)),
        // s + L, which a lax verifier takes.
        (
            "signature",
            with(&|signed| {
                let mut carry = 0;
                for (byte, order) in signed.signature[32..].iter_mut().zip(ORDER) {
                    let sum = u16::from(*byte) + u16::from(order) + carry;
                    *byte = sum as u8;
                    carry = sum >> 8;
                }
            }),
        ),
        // R of small order, with which a lax verifier's equation holds.
        (
            "signature",
            with(&|signed| {
                signed.signature[..32].fill(0);
                signed.signature[0] = 1;
                let hash = Sha512::new()
                    .chain_update(&signed.signature[..32])
                    .chain_update(signed.registrar)
                    .chain_update(signed_bytes(&signed.statement))
                    .finalize();
                let k = Scalar::from_bytes_mod_order_wide(&hash.into());
                let s = k * registrar().to_scalar();
                signed.signature[32..].copy_from_slice(s.as_bytes());
                let lax = VerifyingKey::from_bytes(&signed.registrar).unwrap();
                let signature = Signature::from_bytes(&signed.signature);
                lax.verify(&signed_bytes(&signed.statement), &signature).unwrap();
            }),
        ),
    ]
}

/// Requests, and what each asks beyond the statement.
fn requests() -> Vec<(Request, Vec<&'static str>)> {
    let service = Service::new(NOW);
    let shop = Platform::new(service.list().clone(), host("shop.example"));
    let present = |purpose, attributes: &[&str], label: Option<Name>| {
        let mut ask = shop.request(purpose);
        for attribute in attributes {
            ask = ask.disclose(attribute);
        }
        let ask = match label {
            Some(label) => ask.label(label),
            None => ask,
        };
        ask.build(NOW, &mut seeded(1)).unwrap()
    };
    let agreeing = |purpose| {
        shop.request_login(purpose).statement("我同意").build(NOW, &mut seeded(2)).unwrap()
    };
    let [app_1, app_2] = ["app-1", "app-2"].map(|label| Some(name(label)));
    let registering = Purpose::Registration;
    let other = Purpose::Other(name("registration"));
    vec![
        (present(registering, &[], None), vec![]),
        (present(registering, &["age_over_18", "region"], app_1), vec![]),
        (present(registering, &["age_over_18"], app_2), vec!["label"]),
        (
            present(registering, &["age_over_18", "assurance", "note"], None),
            vec!["attribute:assurance", "attribute:note"],
        ),
        (present(registering, &["note"], app_2), vec!["attribute:note", "label"]),
        (present(other, &["assurance"], None), vec![]),
        (present(other, &["age_over_18"], None), vec!["attribute:age_over_18"]),
        (present(Purpose::Reverification, &["age_over_18"], None), vec!["purpose"]),
        (present(Purpose::Login, &["region"], None), vec!["attribute:region"]),
        (agreeing(Purpose::Login), vec![]),
        (agreeing(Purpose::Registration), vec!["statement"]),
        (agreeing(Purpose::GovernmentService), vec!["purpose"]),
    ]
}

#[test]
fn permissions_json() {
    let good = permission().sign(&registrar()).unwrap();
    assert_eq!(good.verify(&pins()), Ok(permission()));
    assert_eq!(good, signed(good.statement.clone()));
    // A statement of an issuer that knows more members than this version.
    let more = changed(|value| value["new"] = json!({}));
    assert_eq!(more.verify(&pins()), Ok(permission()));

    let invalid = broken_rules().into_iter().chain(unsigned()).map(|(code, signed)| {
        let refused = signed.verify(&pins()).unwrap_err();
        let statement = String::from_utf8_lossy(&signed.statement);
        assert_eq!(refused.code(), code, "{statement}");
        json!({ "code": code, "signed": signed })
    });
    let cases = requests().into_iter().map(|(request, excess)| {
        let found: Vec<_> =
            permission().excess(&request).unwrap().iter().map(Excess::to_string).collect();
        assert_eq!(found, excess, "{request}");
        let standing = Standing::of(&request, &good, &pins(), NOW);
        match &standing {
            Ok(Standing::Permitted(_)) => assert!(excess.is_empty()),
            Err(found) => assert_eq!(found.len(), excess.len()),
            other => panic!("{other:?}"),
        }
        json!({ "request": hexadecimal(&request.to_bytes()), "excess": excess })
    });
    let times = [
        (NOW.0 - 601, false),
        (NOW.0 - 600, true),
        (NOW.0, true),
        (NOW.0 + 2_591_999, true),
        (NOW.0 + 2_592_000, false),
        (u64::MAX, false),
    ];
    let times = times.map(|(now, valid)| {
        let (request, _) = &requests()[0];
        let standing = Standing::of(request, &good, &pins(), UnixTime(now)).unwrap();
        let expected =
            if valid { Standing::Permitted(permission()) } else { Standing::Expired(permission()) };
        assert_eq!(standing, expected);
        assert_eq!(standing.is_warning(), !valid);
        json!({ "now": now, "valid": valid })
    });
    check(
        "permissions.json",
        "8, 9",
        "A statement that the only pinned registrar has signed; what does not verify, and why; \
         requests in hexadecimal with what they ask beyond it; times.",
        json!({
            "seed": hexadecimal(registrar().as_bytes()),
            "registrar": pins(),
            "signed": good,
            "statement": String::from_utf8(good.statement.clone()).unwrap(),
            "with_more_members": more,
            "invalid": invalid.collect::<Vec<_>>(),
            "requests": cases.collect::<Vec<_>>(),
            "times": times,
        }),
    );
}

#[test]
fn a_registrar_signs_nothing_that_breaks_a_rule() {
    let check = |change: fn(&mut Permission), expected| {
        let mut permission = permission();
        change(&mut permission);
        assert_eq!(permission.sign(&registrar()), Err(expected));
    };
    check(|permission| permission.until.0 += 1, PermissionError::Validity);
    check(|permission| permission.names.en = "\u{200b}".into(), PermissionError::Names);
    check(|permission| permission.purposes.clear(), PermissionError::Purposes);
    check(|permission| permission.contacts.supervisor.clear(), PermissionError::Contacts);
    check(
        |permission| {
            let grant = |number: usize| Grant {
                purpose: Purpose::Other(name(&format!("p{number}"))),
                labels: vec![Some(name(&"l".repeat(60))); 64],
                attributes: vec![],
                statements: false,
            };
            permission.purposes = (0..64).map(grant).collect();
        },
        PermissionError::TooLong,
    );
}

#[test]
fn of_another_platform_or_authority_it_counts_for_nothing() {
    let (request, _) = requests().remove(0);
    let check = |change: fn(&mut Permission), expected| {
        let mut permission = permission();
        change(&mut permission);
        let signed = permission.sign(&registrar()).unwrap();
        let standing = Standing::of(&request, &signed, &pins(), NOW);
        assert_eq!(standing, Ok(Standing::Unverifiable(expected)));
    };
    check(|other| other.platform = host("evil.example"), PermissionError::ForeignPlatform);
    let foreign = |other: &mut Permission| other.authority = "other.example".parse().unwrap();
    check(foreign, PermissionError::ForeignAuthority);
}

#[test]
fn weak_keys_cannot_be_pinned() {
    let mut one = [0; 32];
    one[0] = 1;
    // The point (0, 1); one of order 4; no point at all.
    assert!(PublicKey::new(&one).is_err());
    assert!(PublicKey::new(&[0; 32]).is_err());
    assert!(PublicKey::new(&[2; 32]).is_err() || PublicKey::new(&[3; 32]).is_err());
    assert!(PublicKey::new(&pins()[0].to_bytes()).is_ok());
}
