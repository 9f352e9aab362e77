//! envelopes.json: one body of each kind, and bodies that are refused.

use pairnym::{Message, Purpose, platform::Platform};
use pairnym_testkit::{NOW, Service, host, seeded};
use pairnym_transport::envelope::*;
use pairnym_transport::pages::*;
use pairnym_transport::{Attempt, Code, Flow, Handle, MAX_BODY, Problem, Refusal, State};
use serde_json::{Value, json};

use crate::check;

/// The value, written and read again.
fn body<T: Envelope + PartialEq + std::fmt::Debug>(value: T) -> Value {
    let body = value.to_json().unwrap();
    assert_eq!(T::from_json(&body).as_ref(), Ok(&value));
    let text = String::from_utf8(body).unwrap();
    json!({ "media_type": T::MEDIA_TYPE, "body": text })
}

/// A body that is refused.
fn refused<T: Envelope + std::fmt::Debug>(text: &str) -> Value {
    let error = EnvelopeError::Malformed;
    assert_eq!(T::from_json(text.as_bytes()).unwrap_err(), error, "{text}");
    json!({ "media_type": T::MEDIA_TYPE, "body": text, "code": Refusal::from(error).code() })
}

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const SIG: &str =
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const ATTEMPT: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

fn invalid() -> Vec<Value> {
    let attempt = |rest: &str| format!(r#"{{"attempt":"{ATTEMPT}"{rest}}}"#);
    let mut invalid = Vec::new();
    for text in [
        "",
        "{",
        "{}",
        "[]",
        "null",
        "{\"attempt\":7}",
        "{\"attempt\":\"\"}",
        "{\"attempt\":\"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw\"}",
        "{\"attempt\":\"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\"}",
        // Unused bits that are not zero; the other alphabet.
        "{\"attempt\":\"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwd\"}",
        "{\"attempt\":\"+wcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc\"}",
        // serde would read a struct out of an array.
        "[\"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc\"]",
        "\u{feff}{}",
    ] {
        invalid.push(refused::<Pair>(text));
    }
    invalid.push(refused::<Pair>(&format!("{} x", attempt(""))));
    invalid.push(refused::<Pair>(&attempt(&format!(r#","attempt":"{ATTEMPT}""#))));
    for rest in [
        "",
        r#","declined":false"#,
        r#","declined":"true""#,
        r#","login":"AQ","declined":true"#,
        r#","login":"AQ","presentation":"AQ""#,
        r#","login":"AR""#,
        r#","login":"AQ==""#,
        r#","login":"A""#,
        r#","login":"A Q""#,
        r#","login":null"#,
        r#","Login":"AQ""#,
        r#","login":"AQ","login":"AQ""#,
    ] {
        invalid.push(refused::<Answer>(&attempt(rest)));
    }
    for text in [
        r#"{"paired":false}"#,
        r#"{"paired":true,"digits":"000000"}"#,
        r#"{"paired":false,"digits":"00000"}"#,
        r#"{"paired":false,"digits":"00000a"}"#,
        r#"{"paired":false,"digits":"٠٠٠"}"#,
        r#"{"paired":false,"digits":123456}"#,
        r#"{"paired":"false","digits":"123456"}"#,
    ] {
        invalid.push(refused::<Pairing>(text));
    }
    for text in [
        r#"{"request":"AQ"}"#,
        r#"{"request":"AQ","flow":"same_device"}"#,
        r#"{"request":[1],"flow":"same-device"}"#,
        r#"{"request":"AQ","flow":"same-device","permission":{}}"#,
        &format!(r#"{{"request":"AQ","flow":"same-device","permission":["AQ","{KEY}","{SIG}"]}}"#),
        r#"{"request":"AQ","flow":"same-device","flow":"cross-device"}"#,
    ] {
        invalid.push(refused::<Question>(text));
    }
    for text in [r#"{"nonce":"AQ"}"#, r#"{"code":"AAECAwQFBgcICQoLDA0ODw"}"#] {
        invalid.push(refused::<Receipt>(text));
    }
    invalid
}

#[test]
fn envelopes_json() {
    let attempt = Attempt([7; 32]);
    let service = Service::new(NOW);
    let platform = Platform::new(service.list().clone(), host("shop.example"));
    let ask = platform.request(Purpose::Registration).disclose("age_over_18");
    let request = ask.build(NOW, &mut seeded(1)).unwrap();
    let flow = Flow::CrossDevice;
    let question = Question { request: request.to_bytes(), flow, permission: None };
    let code = Some(Code::of(&Handle([1; 16]), &attempt));
    let answer = |content| body(Answer { attempt, content });
    let bodies = [
        body(question),
        body(Pair { attempt }),
        body(Pairing::Waiting("042917".parse().unwrap())),
        body(Pairing::Paired),
        answer(Content::Presentation(vec![1, 12, 0])),
        answer(Content::Login(vec![1, 13, 0, 255])),
        answer(Content::Declined),
        body(Receipt { nonce: [9; 32], code: None }),
        body(Receipt { nonce: [9; 32], code }),
        body(Start { ask: "register".into(), flow: Flow::SameDevice }),
        body(Started { uri: "https://wallet.example/#…".into(), expires: NOW.0 }),
        body(Status { state: State::Pairing, tries: Some(2) }),
        body(TypedDigits { digits: "042917".parse().unwrap() }),
        body(Finish { code: None }),
        body(Destination { to: "https://www.shop.example/welcome".into() }),
        body(Problem { tries: Some(2), ..Refusal::WrongDigits.into() }),
    ];
    check(
        "envelopes.json",
        "3, 4",
        "A body of each kind, as text, which is read and written as the same value; bodies that are \
         refused, with the code of the problem.",
        json!({ "bodies": bodies, "invalid": invalid() }),
    );
}

#[test]
fn unknown_members_are_ignored_and_absent_ones_may_be_null() {
    let text = format!(r#" {{"new":[{{}}],"attempt":"{ATTEMPT}","login":null,"declined":true}} "#);
    let expected = Answer { attempt: Attempt([7; 32]), content: Content::Declined };
    assert_eq!(Answer::from_json(text.as_bytes()), Ok(expected));
}

#[test]
fn the_limit_is_compared_first() {
    let mut body = Pair { attempt: Attempt([7; 32]) }.to_json().unwrap();
    body.resize(MAX_BODY, b' ');
    assert!(Pair::from_json(&body).is_ok());
    body.push(b' ');
    assert_eq!(Pair::from_json(&body), Err(EnvelopeError::TooLong));
    assert_eq!(Pair::from_json(&vec![b'!'; MAX_BODY + 1]), Err(EnvelopeError::TooLong));
    let content = Content::Login(vec![0; MAX_BODY]);
    let long = Answer { attempt: Attempt([7; 32]), content };
    assert_eq!(long.to_json(), Err(EnvelopeError::TooLong));
    // Deep nesting is no stack overflow.
    let deep = vec![b'['; MAX_BODY];
    assert_eq!(Pair::from_json(&deep), Err(EnvelopeError::Malformed));
    let deep = [br#"{"x":"#.to_vec(), vec![b'['; MAX_BODY - 5]].concat();
    assert_eq!(Pair::from_json(&deep), Err(EnvelopeError::Malformed));
}

#[test]
fn media_types() {
    let own = Pair::MEDIA_TYPE;
    for same in [own, &format!("{own}; charset=utf-8"), &own.to_uppercase(), &format!(" {own}\t;x")]
    {
        assert!(is_media_type(same, own), "{same}");
    }
    for other in ["", "application/json", &own[1..], &format!("{own}x"), &format!("x;{own}")] {
        assert!(!is_media_type(other, own), "{other}");
    }
}
