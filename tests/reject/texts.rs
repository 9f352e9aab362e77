//! SPEC §3.4 at every door: what is no text is neither made nor read, as a statement, as the value
//! of an attribute, or as an operand.

use super::*;
use common::life::{Life, storage_key};

/// First and last of every range that is refused, as SPEC lists them, and one within.
const REFUSED: [(u32, u32); 25] = [
    (0x0000, 0x0009),
    (0x000b, 0x001f),
    (0x007f, 0x009f),
    (0x00ad, 0x00ad),
    (0x034f, 0x034f),
    (0x061c, 0x061c),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x2028, 0x202e),
    (0x2060, 0x206f),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xe000, 0xf8ff),
    (0xfdd0, 0xfdef),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff0, 0xffff),
    (0x13430, 0x1345f),
    (0x1bca0, 0x1bca3),
    (0x1d173, 0x1d17a),
    (0xe0000, 0xe0fff),
    (0xf0000, 0x10ffff),
];

const BLANK: [(u32, u32); 8] = [
    (0x000a, 0x000a),
    (0x0020, 0x0020),
    (0x00a0, 0x00a0),
    (0x1680, 0x1680),
    (0x2000, 0x200a),
    (0x202f, 0x202f),
    (0x205f, 0x205f),
    (0x3000, 0x3000),
];

fn within(ranges: &[(u32, u32)], code: u32) -> bool {
    ranges.iter().any(|(first, last)| (*first..=*last).contains(&code))
}

fn is_refused(code: u32) -> bool {
    within(&REFUSED, code) || code & 0xfffe == 0xfffe
}

/// Texts with the characters at and next to the edges of every range, alone and between letters,
/// and whether each is a text.
fn texts() -> Vec<(String, bool)> {
    let planes = (0..=16).map(|plane| (plane << 16 | 0xfffe, plane << 16 | 0xffff));
    let ranges = REFUSED.into_iter().chain(BLANK).chain(planes);
    let edges = ranges.flat_map(|(first, last)| {
        [first.saturating_sub(1), first, first.midpoint(last), last, last + 1]
    });
    let characters: std::collections::BTreeSet<_> = edges.filter_map(char::from_u32).collect();
    let mut texts = vec![(String::new(), false), ("a".into(), true), ("我同意".into(), true)];
    for character in characters {
        let code = u32::from(character);
        let good = !is_refused(code);
        texts.push((character.into(), good && !within(&BLANK, code)));
        texts.push((format!("a{character}b"), good));
        texts.push((format!("{character}b"), good));
        texts.push((format!("a{character}"), good));
        texts.push((format!(" {character}\n"), good && !within(&BLANK, code)));
    }
    texts
}

/// Bytes that are not UTF-8, of which each stands for a rule: overlong, surrogate, too high, cut
/// short, no beginning.
const NO_UTF8: [&[u8]; 8] = [
    b"a\xff",
    b"a\xc0\x80",
    b"a\xc1\xbf",
    b"\xe0\x80\xaf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"a\xe4\xb8",
    b"\x80a",
];

/// A maker says `text`, and a decoder gives that reason.
fn made<T>(result: Result<T, Error>) -> bool {
    match result.map(|_| ()) {
        Ok(()) => true,
        Err(error) => {
            assert_eq!(error, Error::Text);
            false
        }
    }
}

fn read<T>(result: Result<T, Error>) -> bool {
    match result.map(|_| ()) {
        Ok(()) => true,
        Err(Error::Decode(error)) if error.reason() == DecodeReason::Text => false,
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn who_makes_a_text_is_refused_what_is_none() {
    let life = Life::new();
    let operand = |text: &str| Condition::Equals(text.into());
    let mut seen = [0; 2];
    for (text, good) in texts() {
        let ask = life.platform.request(Purpose::Login).statement(&text);
        assert_eq!(made(ask.build(NOW, &mut seeded(1))), good, "statement {text:?}");
        let ask = life.platform.request_login(Purpose::Login).statement(&text);
        assert_eq!(made(ask.build(NOW, &mut seeded(1))), good, "of a login {text:?}");
        let ask = life.platform.request(Purpose::Login).disclose("region");
        let ask = ask.require("region", operand(&text));
        assert_eq!(made(ask.build(NOW, &mut seeded(1))), good, "operand {text:?}");
        let values = [("note", Value::from(text.as_str()))];
        let commitment = *life.holder.commitment();
        let offer = life.authority.offer(commitment, values, TEN_MINUTES, NOW, &mut seeded(1));
        assert_eq!(made(offer), good, "offer {text:?}");
        seen[usize::from(good)] += 1;
    }
    assert!(seen[0] > 300 && seen[1] > 300, "{seen:?}");
}

/// Every message and stored form with a text, with another one in its place.
#[test]
fn who_reads_a_text_refuses_what_is_none() {
    let life = Life::new();
    let list = life.authority.list();
    let value = |text: &[u8]| [&[3, text.len() as u8], text].concat();
    let statement = |text: &[u8]| {
        let length = (text.len() as u16).to_be_bytes();
        let statement = [&[1], &length[..], text].concat();
        let ask = Ask { statement, ..Ask::login(list, "shop.example") };
        Ok(Request::from_bytes(&ask.bytes()).map(|_| ())?)
    };
    let operand = |text: &[u8]| {
        let mut ask = Ask::new(list, "shop.example").disclosing(&["region"]);
        ask.conditions = vec![[&[0, 1], &value(text)[..]].concat()];
        Ok(Request::from_bytes(&ask.bytes()).map(|_| ())?)
    };
    let samples = life.all();
    let sample = |kind: u8| samples.iter().find(|sample| sample.kind == kind).unwrap();
    // The values are yes, 3, 上海 and absent; the third one's text is exchanged.
    let values = |kind: u8, text: &[u8]| {
        let sample = sample(kind);
        let start = sample.layout.at("values").start + 2 + 9;
        with(&sample.bytes, start..start + 8, &value(text))
    };
    let offer = |text: &[u8]| Ok(IssuanceOffer::from_bytes(&values(4, text)).map(|_| ())?);
    let open = |text: &[u8]| {
        let sealed = sealed(&[17; 32], AUTHORITY, unsealed(&values(49, text)));
        Ok(OpenOffer::load(&sealed, &storage_key()).map(|_| ())?)
    };
    // With another value it is no credential any more, which is found after it was read.
    let credential = |text: &[u8]| {
        let sealed = seal_for_holder(unsealed(&values(16, text)), 2);
        match life.holder.load_credential(&sealed).map(|_| ()) {
            Err(Error::Fault) => Ok(()),
            other => other,
        }
    };
    let presentation = |text: &[u8]| {
        let sample = sample(12);
        let place = sample.layout.at("disclosed");
        let disclosed = [&[1, 1], &value(text)[..]].concat();
        Ok(Presentation::from_bytes(&with(&sample.bytes, place, &disclosed)).map(|_| ())?)
    };
    type Door<'a> = (&'a str, &'a dyn Fn(&[u8]) -> Result<(), Error>);
    let doors: [Door<'_>; 6] = [
        ("statement", &statement),
        ("operand", &operand),
        ("offer", &offer),
        ("open offer", &open),
        ("credential", &credential),
        ("presentation", &presentation),
    ];
    for (door, open) in doors {
        for (text, good) in texts() {
            assert_eq!(read(open(text.as_bytes())), good, "{door} {text:?}");
        }
        for bytes in NO_UTF8 {
            assert!(!read(open(bytes)), "{door} {bytes:?}");
        }
    }
}
