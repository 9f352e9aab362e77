use super::*;

fn labels(count: usize, length: usize) -> String {
    vec!["a".repeat(length); count].join(".")
}

#[test]
fn platform_ids_have_one_form() {
    let long = [&labels(3, 63), ".", &"b".repeat(61)].concat();
    assert_eq!(long.len(), 253);
    for good in [
        "shop.example",
        "a.b",
        "www.12306.cn",
        "12306.cn",
        "0.a0",
        "a-b.example",
        "a--b.example",
        "xn--fiqs8s.xn--55qx5d",
        "xn--a.example",
        "1.2.3.a",
        &labels(2, 63),
        &long,
    ] {
        assert_eq!(PlatformId::new(good).unwrap().as_str(), good);
    }
    let too_long = [&labels(3, 63), ".", &"b".repeat(62)].concat();
    for (bad, reason) in [
        ("", DecodeReason::Identifier),
        (".", DecodeReason::Identifier),
        ("example", DecodeReason::SingleLabel),
        ("localhost", DecodeReason::SingleLabel),
        ("Shop.example", DecodeReason::Capital),
        ("shop.Example", DecodeReason::Capital),
        ("SHOP.EXAMPLE", DecodeReason::Capital),
        ("shop.example.", DecodeReason::TrailingDot),
        (".shop.example", DecodeReason::Identifier),
        ("shop..example", DecodeReason::Identifier),
        ("shop.example:443", DecodeReason::Port),
        ("https://shop.example", DecodeReason::Url),
        ("shop.example/", DecodeReason::Url),
        ("shop.example/path", DecodeReason::Url),
        ("shop.example?", DecodeReason::Url),
        ("user@shop.example", DecodeReason::Url),
        (" shop.example", DecodeReason::Identifier),
        ("shop.example ", DecodeReason::Identifier),
        ("shop.example\0", DecodeReason::Identifier),
        ("shop.example\n", DecodeReason::Identifier),
        ("shop_a.example", DecodeReason::Identifier),
        ("*.example", DecodeReason::Identifier),
        ("-shop.example", DecodeReason::Identifier),
        ("shop-.example", DecodeReason::Identifier),
        ("shop.-example", DecodeReason::Identifier),
        ("shop.example-", DecodeReason::Identifier),
        // IPv4 in all its forms, and IPv6.
        ("127.0.0.1", DecodeReason::Address),
        ("127.1", DecodeReason::Identifier),
        ("0177.0.0.1", DecodeReason::Identifier),
        ("0x7f.0.0.1", DecodeReason::Identifier),
        ("0x7f000001", DecodeReason::SingleLabel),
        ("1.0x7f000001", DecodeReason::Identifier),
        ("127.0.0.0x1", DecodeReason::Identifier),
        ("1.2.3.4a", DecodeReason::Identifier),
        ("2130706433", DecodeReason::SingleLabel),
        ("shop.0", DecodeReason::Identifier),
        ("[::1]", DecodeReason::Address),
        ("::1", DecodeReason::Address),
        ("2001:db8::1", DecodeReason::Address),
        ("::ffff:127.0.0.1", DecodeReason::Address),
        // Not letters, digits and hyphens: fullwidth, Cyrillic, dots that are none, joiners.
        ("ｓｈｏｐ.example", DecodeReason::International),
        ("shоp.example", DecodeReason::International),
        ("shop．example", DecodeReason::International),
        ("shop。example", DecodeReason::International),
        ("sh\u{200b}op.example", DecodeReason::International),
        ("shop.ex\u{ad}ample", DecodeReason::International),
        ("淘宝.example", DecodeReason::International),
        ("shop.中国", DecodeReason::International),
        ("straße.example", DecodeReason::International),
        // A third and fourth hyphen belong to A-labels.
        ("ab--cd.example", DecodeReason::Identifier),
        ("xn--.example", DecodeReason::Identifier),
        ("shop.xn--", DecodeReason::Identifier),
        ("12--3.example", DecodeReason::Identifier),
        ("Xn--fiqs8s.example", DecodeReason::Capital),
        (&labels(2, 64), DecodeReason::Identifier),
        (&[&"a".repeat(64), ".example"].concat(), DecodeReason::Identifier),
        (&too_long, DecodeReason::Identifier),
        (&labels(200, 63), DecodeReason::Identifier),
    ] {
        let error = PlatformId::new(bad).expect_err(bad);
        assert_eq!((error.what(), error.reason()), ("PlatformId", reason), "{bad}");
        assert_eq!(bad.parse::<PlatformId>(), Err(error));
    }
}

#[test]
fn tokens_have_one_form() {
    for good in ["a", "0", "app-1", "a.b_c-d", "a--b", "age_over_18", &"a".repeat(63)] {
        assert_eq!(Name::new(good).unwrap().as_str(), good);
        assert_eq!(AuthorityId::new(good).unwrap().as_str(), good);
    }
    for bad in [
        "",
        " ",
        "A",
        "aB",
        "-",
        ".",
        "_",
        "-a",
        "a-",
        ".a",
        "a.",
        "_a",
        "a_",
        "a b",
        "a\0",
        "a/b",
        "a:b",
        "é",
        "ａ",
        "а",
        "网号",
        "a\u{301}",
        &"a".repeat(64),
        &"a".repeat(300),
    ] {
        let error = Name::new(bad).expect_err(bad);
        assert_eq!((error.what(), error.reason()), ("Name", DecodeReason::Identifier), "{bad}");
        let error = AuthorityId::new(bad).expect_err(bad);
        assert_eq!(
            (error.what(), error.reason()),
            ("AuthorityId", DecodeReason::Identifier),
            "{bad}"
        );
    }
}

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const BECH32: u32 = 1;
const BECH32M: u32 = 0x2bc8_30a3;

/// Bytes in groups of five bits, zeros last.
fn values(bytes: &[u8]) -> Vec<u8> {
    let bit = |i: usize| bytes.get(i / 8).map_or(0, |byte| byte >> (7 - i % 8) & 1);
    let groups = (8 * bytes.len()).div_ceil(5);
    (0..groups).map(|group| (0..5).fold(0, |v, i| v << 1 | bit(5 * group + i))).collect()
}

/// BIP 173's encoding with the constant of either BIP, written once more.
fn encode(prefix: &str, values: &[u8], constant: u32) -> String {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let high = prefix.bytes().map(|c| c >> 5);
    let low = prefix.bytes().map(|c| c & 31);
    let all = high.chain([0]).chain(low).chain(values.iter().copied()).chain([0; 6]);
    let sum = all.fold(1u32, |sum, value| {
        let shifted = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        let top = (0..5).filter(|i| sum >> (25 + i) & 1 == 1);
        top.fold(shifted, |sum, i| sum ^ GENERATOR[i])
    }) ^ constant;
    let checksum = (0..6).map(|i| (sum >> (25 - 5 * i) & 31) as u8);
    let letters = values.iter().copied().chain(checksum);
    let letters = letters.map(|value| char::from(ALPHABET[usize::from(value)]));
    [prefix, "1"].concat().chars().chain(letters).collect()
}

fn reason(text: &str) -> DecodeReason {
    let error = text.parse::<Pseudonym>().expect_err(text);
    assert_eq!(error.what(), "Pseudonym");
    error.reason()
}

fn pseudonym() -> Pseudonym {
    let authority = authority(1, &[], NOW);
    let host = PlatformId::new("shop.example").unwrap();
    holder(2, authority.list()).pseudonym(&host, None).unwrap()
}

#[test]
fn text_forms_are_checked() {
    let pseudonym = pseudonym();
    let text = pseudonym.to_string();
    assert_eq!(text.parse(), Ok(pseudonym));
    assert_eq!(text.to_uppercase().parse(), Ok(pseudonym));

    let other = |prefix, bytes: &[u8]| encode(prefix, &values(bytes), BECH32M);
    let ours = pseudonym.to_bytes();
    assert_eq!(other("pn", &ours), text);
    let mixed = [&text[..60], &text[60..].to_uppercase()].concat();
    let mixed =
        if mixed == text { [&text[..59], &text[59..].to_uppercase()].concat() } else { mixed };
    for (bad, expected) in [
        (String::new(), DecodeReason::Prefix),
        ("pn".into(), DecodeReason::Prefix),
        (text[1..].into(), DecodeReason::Prefix),
        (other("bc", &ours), DecodeReason::Prefix),
        (other("p", &ours), DecodeReason::Prefix),
        (other("pnn", &ours), DecodeReason::Prefix),
        (["网号", &text[6..]].concat(), DecodeReason::Prefix),
        ([" ", &text].concat(), DecodeReason::Prefix),
        ("pn1".into(), DecodeReason::Length),
        (text[..60].into(), DecodeReason::Length),
        ([&text, "q"].concat(), DecodeReason::Length),
        ([&text, " "].concat(), DecodeReason::Length),
        (["pn1", &text].concat(), DecodeReason::Length),
        (["Pn", &text[2..]].concat(), DecodeReason::Case),
        (["PN", &text[2..]].concat(), DecodeReason::Case),
        (["pn1", &text[3..].to_uppercase()].concat(), DecodeReason::Case),
        (mixed, DecodeReason::Case),
        ([&text[..30], "b", &text[31..]].concat(), DecodeReason::Character),
        ([&text[..30], "1", &text[31..]].concat(), DecodeReason::Character),
        ([&text[..30], "-", &text[31..]].concat(), DecodeReason::Character),
        ([&text[..30], "é", &text[32..]].concat(), DecodeReason::Character),
        // The older checksum, other numbers of bytes, and bytes that are no 网号.
        (encode("pn", &values(&ours), BECH32), DecodeReason::Checksum),
        (other("pn", &[1; 31]), DecodeReason::Length),
        (other("pn", &[1; 33]), DecodeReason::Length),
        (other("pn", &[0; 32]), DecodeReason::Identity),
        (other("pn", &[0xff; 32]), DecodeReason::Point),
    ] {
        assert_eq!(reason(&bad), expected, "{bad}");
    }
}

#[test]
fn every_mistyped_character_is_found() {
    let text = pseudonym().to_string().into_bytes();
    for place in 3..text.len() {
        for character in ALPHABET {
            let mut mistyped = text.clone();
            mistyped[place] = *character;
            if mistyped != text {
                assert_eq!(reason(std::str::from_utf8(&mistyped).unwrap()), DecodeReason::Checksum);
            }
        }
        // Two neighbours exchanged.
        let mut exchanged = text.clone();
        if place + 1 < text.len() && text[place] != text[place + 1] {
            exchanged.swap(place, place + 1);
            assert_eq!(reason(std::str::from_utf8(&exchanged).unwrap()), DecodeReason::Checksum);
        }
    }
}

#[test]
fn padding_is_zero() {
    let pseudonym = pseudonym();
    let data = values(&pseudonym.to_bytes());
    for padding in 0..16 {
        let mut data = data.clone();
        data[51] |= padding;
        let text = encode("pn", &data, BECH32M);
        if padding == 0 {
            assert_eq!(text.parse(), Ok(pseudonym));
        } else {
            assert_eq!(reason(&text), DecodeReason::Padding);
        }
    }
}

/// Bech32 splits at the last `1`: what begins with `pn1` may still have another prefix, and then
/// fewer bytes than it has characters for.
#[test]
fn a_longer_prefix_is_refused() {
    for filler in ["q", "qqqqqqqqqqqqqqq"] {
        let prefix = ["pn1", filler].concat();
        let room = 61 - prefix.len() - 1 - 6;
        // A 网号 with a short encoding: its last bytes are zero.
        let short = (0..=u64::MAX).find_map(|number| {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&number.to_le_bytes());
            bytes[8] = 7;
            Pseudonym::from_bytes(bytes).ok().map(|_| bytes)
        });
        let mut data = values(&short.unwrap());
        data.truncate(room);
        let text = encode(&prefix, &data, BECH32M);
        assert_eq!(text.len(), 61);
        assert_eq!(reason(&text), DecodeReason::Character, "{text}");
    }
}
