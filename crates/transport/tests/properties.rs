//! Strict round trips, and no panic on any input.
#![cfg(not(target_family = "wasm"))]

use pairnym_transport::authority::*;
use pairnym_transport::envelope::*;
use pairnym_transport::permission::{Report, SignedPermission};
use pairnym_transport::wallet::{HttpResponse, Invitation};
use pairnym_transport::*;
use proptest::collection::vec;
use proptest::prelude::*;

const LABEL: &str = "[a-z]([a-z0-9]{0,10}[a-z0-9])?";

/// A platform's host, or one for development.
fn host() -> impl Strategy<Value = Host> {
    let public = (LABEL, LABEL).prop_map(|(one, two)| format!("{one}.{two}").parse().unwrap());
    let port = (1u16..).prop_filter("URL parsers leave it out", |port| *port != 80);
    let development = (LABEL, port)
        .prop_map(|(label, port)| format!("{label}.localhost:{port}").parse().unwrap());
    prop_oneof![public, development]
}

fn uri() -> impl Strategy<Value = RequestUri> {
    (host(), any::<[u8; 16]>()).prop_map(|(host, handle)| RequestUri::new(host, Handle(handle)))
}

fn content() -> impl Strategy<Value = Content> {
    let bytes = || vec(any::<u8>(), 0..300);
    prop_oneof![
        bytes().prop_map(Content::Presentation),
        bytes().prop_map(Content::Login),
        Just(Content::Declined),
    ]
}

/// If anything is read from the body, it is written as a body from which the same is read.
fn settled<T: Envelope + PartialEq + std::fmt::Debug>(body: &[u8]) {
    if let Ok(value) = T::from_json(body) {
        let again = value.to_json().unwrap();
        assert_eq!(T::from_json(&again), Ok(value));
    }
}

fn every_kind(body: &[u8]) {
    settled::<Question>(body);
    settled::<Pair>(body);
    settled::<Pairing>(body);
    settled::<Answer>(body);
    settled::<Receipt>(body);
    settled::<Problem>(body);
    settled::<SignedPermission>(body);
    settled::<Report>(body);
    settled::<Directory>(body);
    settled::<SignedList>(body);
    settled::<Identification>(body);
    settled::<Session>(body);
    settled::<EvidenceBatches>(body);
}

/// A body of some kind, with a few bytes changed.
fn almost(body: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let length = body.len();
    vec((0..length, any::<u8>()), 0..4).prop_map(move |changes| {
        let mut body = body.clone();
        for (place, byte) in changes {
            body[place] = byte;
        }
        body
    })
}

proptest! {
    #[test]
    fn each_uri_has_one_form(uri in uri(), wallet in host(), code: [u8; 16]) {
        let link: Link = uri.link(&wallet).parse().unwrap();
        prop_assert_eq!((link.request(), link.wallet()), (&uri, &wallet));
        for text in [uri.to_string(), uri.link(&wallet), uri.last_resort()] {
            let read = Invitation::for_development(&text).unwrap();
            prop_assert_eq!(read.uri(), &uri);
            let development = uri.host().is_development() && Invitation::new(&text).is_err();
            prop_assert_eq!(development, uri.host().is_development());
        }
        let done = DoneUri::new(*uri.host(), Code(code));
        prop_assert_eq!(done.to_string().parse(), Ok(done));
    }

    /// What is read is what would be written: there is no second form of anything.
    #[test]
    fn nothing_else_is_read(
        uri in uri(), place in any::<prop::sample::Index>(), with in "[ -~]|é|\\n", insert: bool,
    ) {
        let mut text = uri.to_string();
        let place = place.index(text.len());
        text.replace_range(place..place + usize::from(!insert), &with);
        if let Ok(read) = text.parse::<RequestUri>() {
            prop_assert_eq!(read.to_string(), text);
        }
    }

    #[test]
    fn texts_do_not_panic(text in "\\PC{0,60}") {
        let _ = Invitation::for_development(&text);
        let _ = Invitation::from_fragment(&text);
        let _ = text.parse::<DoneUri>();
        let _ = text.parse::<Host>();
        if let Ok(path) = text.parse::<EvidencePath>() {
            prop_assert_eq!(path.to_string(), text.clone());
        }
        if let Ok(code) = text.parse::<CounterCode>() {
            prop_assert_eq!(code.to_string().parse(), Ok(code));
        }
    }

    #[test]
    fn base64url_has_one_form(text in "[A-Za-z0-9_-]{20,24}") {
        if let Ok(handle) = text.parse::<Handle>() {
            prop_assert_eq!(handle.to_string(), text);
        }
    }

    #[test]
    fn answers_read_back(attempt: [u8; 32], content in content()) {
        let answer = Answer { attempt: Attempt(attempt), content };
        prop_assert_eq!(Answer::from_json(&answer.to_json().unwrap()), Ok(answer));
    }

    #[test]
    fn bodies_do_not_panic(body in vec(any::<u8>(), 0..200)) {
        every_kind(&body);
    }

    #[test]
    fn almost_bodies_do_not_panic(
        body in almost(Answer { attempt: Attempt([7; 32]), content: Content::Login(vec![3; 9]) }
            .to_json().unwrap()),
    ) {
        every_kind(&body);
    }

    #[test]
    fn responses_do_not_panic(
        status: u16, media_type in "\\PC{0,50}", body in vec(any::<u8>(), 0..100), typed: bool,
    ) {
        let text = "https://shop.example/.well-known/pairnym/AAECAwQFBgcICQoLDA0ODw";
        let media_type = if typed { Question::MEDIA_TYPE } else { &media_type };
        let response = HttpResponse { status, content_type: media_type, body: &body };
        prop_assert!(Invitation::new(text).unwrap().receive(response).is_err());
    }
}
