//! The decoders of text forms: 网号s, and the identifiers and texts of SPEC §3.

use pairnym::{attribute::*, message::*, store::*, *};
use pairnym_testkit::{NOW, seconds, seeded};

use crate::grammar;
use crate::parts::Asked;
use crate::pool::{POOL, World};

/// A 网号 by its text form and by its bytes (SPEC §5.2, §5.3).
pub fn pseudonym(bytes: &[u8], parse: impl Fn(&str) -> Result<Pseudonym, DecodeError>) {
    if let Ok(bytes) = <[u8; 32]>::try_from(bytes) {
        point(bytes);
    }
    let Ok(text) = str::from_utf8(bytes) else { return };
    let parsed = parse(text);
    let expected = bech32m(text);
    assert_eq!(
        parsed.map(|pseudonym| pseudonym.to_bytes()).map_err(|e| e.reason().code()),
        expected
    );
    if let Ok(pseudonym) = parsed {
        let lower = pseudonym.to_string();
        assert_eq!(lower, text.to_ascii_lowercase());
        assert!(text == lower || text == lower.to_ascii_uppercase());
        assert_eq!(parse(&lower.to_ascii_uppercase()), Ok(pseudonym));
        assert_eq!(Pseudonym::from_bytes(pseudonym.to_bytes()), Ok(pseudonym));
        assert_eq!(format!("{pseudonym:?}"), format!("Pseudonym({lower})"));
    }
}

/// 32 bytes, as a registry and a platform's accounts keep them.
fn point(bytes: [u8; 32]) {
    let expected = grammar::point(&bytes);
    let reason = |error: DecodeError| error.reason().code();
    assert_eq!(Commitment::from_bytes(bytes).map(|_| ()).map_err(reason), expected);
    assert_eq!(Pseudonym::from_bytes(bytes).map(|_| ()).map_err(reason), expected);
    if let Ok(pseudonym) = Pseudonym::from_bytes(bytes) {
        assert_eq!(pseudonym.to_bytes(), bytes);
        assert_eq!(pseudonym.to_string().parse(), Ok(pseudonym));
        assert_eq!(Commitment::from_bytes(bytes).unwrap().to_bytes(), bytes);
    }
}

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// SPEC §5.3 and BIP 350, said once more.
fn bech32m(text: &str) -> Result<[u8; 32], grammar::Reason> {
    let lower = text.to_ascii_lowercase();
    if !lower.starts_with("pn1") {
        return Err("prefix");
    }
    if text.len() != 61 {
        return Err("length");
    }
    let digit = |byte: u8| ALPHABET.iter().position(|letter| *letter == byte);
    let digits: Option<Vec<_>> = lower.bytes().skip(3).map(digit).collect();
    let digits = digits.ok_or("character")?;
    if text != lower && text != text.to_ascii_uppercase() {
        return Err("case");
    }
    // The human-readable part `pn`: high bits, zero, low bits.
    let expanded = [3, 3, 0, 16, 14].into_iter().chain(digits.iter().map(|digit| *digit as u32));
    if expanded.fold(1, polymod) != 0x2bc8_30a3 {
        return Err("checksum");
    }
    let data = &digits[..52];
    if data[51] & 0b1111 != 0 {
        return Err("padding");
    }
    let bit = |index: usize| data[index / 5] >> (4 - index % 5) & 1;
    let byte = |index: usize| (0..8).fold(0, |byte, i| byte << 1 | bit(8 * index + i) as u8);
    let bytes = std::array::from_fn(byte);
    grammar::point(&bytes).map(|()| bytes)
}

fn polymod(sum: u32, digit: u32) -> u32 {
    let generators = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = sum >> 25;
    let shifted = (sum & 0x01ff_ffff) << 5 ^ digit;
    let taps = generators.into_iter().enumerate().filter(|(i, _)| top >> i & 1 == 1);
    taps.fold(shifted, |sum, (_, generator)| sum ^ generator)
}

/// A text (SPEC §3.4), wherever one can stand: as a statement, as an operand, as a value.
pub fn text(bytes: &[u8], is_text: impl Fn(&[u8]) -> bool) {
    let good = grammar::is_text(bytes);
    assert_eq!(is_text(bytes), good);
    let reason = |error: DecodeError| error.reason().code();

    let (request, login) = (&POOL.answered[0].request, &POOL.answered[0].login_request);
    let statement = Some(bytes.to_vec()).filter(|bytes| bytes.len() <= 0xffff);
    let asked = Asked { statement, ..Asked::new(login) }.bytes();
    let decoded = Request::from_bytes(&asked).map(drop).map_err(reason);
    let long = bytes.len() > 8192;
    if bytes.len() <= 0xffff {
        let expected =
            if long { Err("range") } else { Ok(()).and(good.then_some(()).ok_or("text")) };
        assert_eq!(decoded, expected);
    }
    let World { authority, platform, .. } = &POOL.worlds[1];
    if let Ok(text) = str::from_utf8(bytes) {
        let ask = platform.request_login(Purpose::Login).statement(text);
        let expected = if !good { Some(Error::Text) } else { long.then_some(Error::Range) };
        assert_eq!(ask.build(NOW, &mut seeded(1)).err(), expected);
        let commitment = Commitment::from_bytes(request_point()).unwrap();
        let value = [("region", Value::from(text))];
        let offer = authority.offer(commitment, value, seconds(1), NOW, &mut seeded(1));
        let long = bytes.len() > 255;
        let expected = if long { Some(Error::Schema) } else { (!good).then_some(Error::Text) };
        assert_eq!(offer.err(), expected);
    }
    if bytes.len() <= 255 {
        let value = [&[3, bytes.len() as u8], bytes].concat();
        let mut asked = Asked::new(request);
        asked.disclosures = vec!["region".into()];
        asked.conditions = vec![(0, 1, value)];
        let decoded = Request::from_bytes(&asked.bytes()).map(drop).map_err(reason);
        assert_eq!(decoded, good.then_some(()).ok_or("text"));
    }
}

/// Some point.
fn request_point() -> [u8; 32] {
    POOL.answered[0].pseudonym.to_bytes()
}

/// Tokens, authority ids and host names (SPEC §3.1, §3.2), and the names of documents.
pub fn identifiers(bytes: &[u8], host: impl Fn(&str) -> Result<PlatformId, DecodeError>) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    read(text, grammar::is_token(bytes), "Name", Name::new(text));
    read(text, grammar::is_token(bytes), "AuthorityId", AuthorityId::new(text));
    read(text, grammar::is_host(bytes), "PlatformId", host(text));
    if let Some(kind) = DocumentKind::from_name(text) {
        assert_eq!(kind.name(), text);
    }
    let number = text.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9'));
    let [first, .., last] = DocumentKind::ALL;
    let [first, last] = [first, last].map(|kind| PersonId::of_document(&[1; 32], kind, text));
    assert_eq!(first.is_ok(), number && !text.is_empty());
    assert_eq!(first.is_ok(), first != last);
}

fn read<T>(text: &str, valid: bool, what: &str, id: Result<T, DecodeError>)
where
    T: ToString + std::fmt::Debug + std::str::FromStr<Err = DecodeError> + PartialEq,
{
    assert_eq!(id.is_ok(), valid, "{what} {text:?}");
    match id {
        Ok(id) => {
            assert_eq!(id.to_string(), text);
            assert_eq!(format!("{id:?}"), format!("{text:?}"));
            assert!(text.parse::<T>().as_ref() == Ok(&id));
        }
        Err(error) => {
            // Why a host is none is told to people in more words.
            let known = what == "PlatformId" || error.reason() == DecodeReason::Identifier;
            assert!(error.what() == what && known, "{error}");
        }
    }
}
