//! texts.json (SPEC §3.4).

use std::ops::RangeInclusive;

use pairnym::{Error, Message, Purpose, Request, message::IssuanceOffer};
use pairnym_testkit::NOW;

use crate::json::{check, list};
use crate::requests::Fields;
use crate::setting::{Setting, four, run, tossed};

/// Characters that are refused, and blank ones, as SPEC writes them.
const REFUSED: &str = "0000-0009, 000B-001F, 007F-009F, 00AD, 034F, 061C, 115F-1160, 17B4-17B5, \
    180B-180F, 200B-200F, 2028-202E, 2060-206F, 2800, 3164, D800-F8FF, FDD0-FDEF, FE00-FE0F, \
    FEFF, FFA0, FFF0-FFFF, 13430-1345F, 1BCA0-1BCA3, 1D173-1D17A, E0000-E0FFF, F0000-10FFFF";
const BLANK: &str = "0020, 000A, 00A0, 1680, 2000-200A, 202F, 205F, 3000";

fn ranges(list: &str) -> Vec<RangeInclusive<u32>> {
    let code = |hex: &str| u32::from_str_radix(hex, 16).unwrap();
    let range = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        code(first)..=code(last)
    };
    list.split(", ").map(range).collect()
}

/// Those of [`REFUSED`], and the last two of each plane.
fn refused() -> Vec<RangeInclusive<u32>> {
    let ends = (0..=16).map(|plane| plane << 16 | 0xfffe..=plane << 16 | 0xffff);
    ranges(REFUSED).into_iter().chain(ends).collect()
}

fn is_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let among = |ranges: &[RangeInclusive<u32>], character: char| {
        ranges.iter().any(|range| range.contains(&character.into()))
    };
    let (refused, blank) = (refused(), ranges(BLANK));
    !text.chars().any(|c| among(&refused, c)) && text.chars().any(|c| !among(&blank, c))
}

#[test]
fn texts_json() {
    // First and last of every range with their neighbours: alone, and between two letters.
    let ranges = refused().into_iter().chain(ranges(BLANK));
    let ends = ranges.flat_map(|range| [*range.start(), *range.end()]);
    let mut codes: Vec<_> = ends.flat_map(|end| end.saturating_sub(1)..=end + 1).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut texts: Vec<(String, Vec<u8>)> = Vec::new();
    for code in codes {
        let Some(bytes) = utf8(code) else { continue };
        texts.push((format!("{code:04X} alone"), bytes.clone()));
        texts.push((format!("{code:04X} between letters"), [b"a", &bytes[..], b"b"].concat()));
    }
    let more: [(&str, &[u8]); 21] = [
        ("nothing", b""),
        ("three spaces", b"   "),
        ("every line is blank", b" \n\n "),
        ("a blank line between others", b"a\n\nb"),
        ("begins and ends with a space", b" a "),
        ("a Windows line break", b"a\r\nb"),
        ("a tabulator", b"a\tb"),
        ("U+0000 at the end", b"a\0"),
        ("a text of two scripts", "\u{540c}\u{610f} 100 \u{5143}".as_bytes()),
        ("not composed", "e\u{301}".as_bytes()),
        ("composed", "\u{e9}".as_bytes()),
        ("a combining character alone", "\u{301}".as_bytes()),
        ("an emoji", "\u{1f600}".as_bytes()),
        ("an emoji with a joiner", "\u{1f469}\u{200d}\u{1f4bb}".as_bytes()),
        ("a right-to-left text", "\u{5e9}\u{5dc}\u{5d5}\u{5dd}".as_bytes()),
        ("a right-to-left override", "100\u{202e}001".as_bytes()),
        ("a byte that UTF-8 does not have", b"a\xff"),
        ("an overlong encoding", b"a\xc0\xa0"),
        ("a character that is cut off", b"a\xe4\xb8"),
        ("beyond U+10FFFF", b"a\xf4\x90\x80\x80"),
        ("a continuation byte alone", b"a\x80"),
    ];
    texts.extend(more.map(|(comment, bytes)| (comment.to_owned(), bytes.to_vec())));
    let setting = Setting::new(four());
    let entry = |(comment, bytes): &(String, Vec<u8>)| {
        let accepted = is_text(bytes);
        known(&setting, bytes, accepted, comment);
        object! { "text": bytes, "accepted": accepted, "comment": &comment[..] }
    };
    check(
        "texts.json",
        "3.4",
        "Bytes that are a text, and bytes that are none. The characters are the first and the last \
         of each range of the section, and their neighbours.",
        object! { "texts": list(texts.iter().map(entry)) },
    );
}

/// A code point in UTF-8, the surrogates in what UTF-8 would be of them.
fn utf8(code: u32) -> Option<Vec<u8>> {
    if code > 0x10_ffff {
        return None;
    }
    let six = |shift: u32| 0x80 | (code >> shift & 63) as u8;
    let surrogate = || vec![0xe0 | (code >> 12) as u8, six(6), six(0)];
    Some(char::from_u32(code).map_or_else(surrogate, |c| c.to_string().into_bytes()))
}

/// What the library says: to a statement that is decoded, to one that is made, and to a value.
fn known(setting: &Setting, bytes: &[u8], accepted: bool, comment: &str) {
    let refused = (!accepted).then_some("text");
    let request = Fields { statement: Some(bytes.to_vec()), ..Fields::login() };
    let told = Request::from_bytes(&request.encode()).err().map(|error| error.reason().code());
    assert_eq!(told, refused, "{comment}");

    let offer = setting.open_offer(NOW).offer().to_bytes();
    let offer = [&offer[..106], &[1, 3, bytes.len() as u8], bytes].concat();
    let told = IssuanceOffer::from_bytes(&offer).err().map(|error| error.reason().code());
    assert_eq!(told, refused, "{comment}");

    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let platform = setting.platform();
    let built = platform.request_login(Purpose::Login).statement(text);
    let nonce = run::<32>(0x11);
    let drawn = if accepted { &nonce[..] } else { &[] };
    let built = tossed(drawn, |rng| built.build(NOW, rng));
    assert_eq!(built.err(), (!accepted).then_some(Error::Text), "{comment}");
}
