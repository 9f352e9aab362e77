//! secrets.json and pseudonyms.json (SPEC §5).

use curve25519_dalek::scalar::Scalar;
use pairnym::hazmat::holder_scalars;
use pairnym::{
    AuthorityId, Pseudonym, Scope,
    holder::{HolderSecrets, MasterSecret},
};
use pairnym_testkit::{host, name};

use crate::formulas::{
    G, encode, f, hkdf, holder_secrets, opening_bases, scope, storage_key, stored, sum,
};
use crate::json::{Json, check, list};
use crate::parameter_list::{List, Parameters};
use crate::setting::{AUTHORITY, MASTER, OTHER_MASTER, PLATFORM, SEED, holder};

#[test]
fn secrets_json() {
    let cases = [(MASTER, AUTHORITY), (MASTER, "a"), (OTHER_MASTER, AUTHORITY), ([0; 32], "0-0")];
    let entry = |(master, id): &([u8; 32], &str)| {
        let secrets = holder_secrets(master, id);
        let commitment = sum(&secrets, &opening_bases());

        let known = HolderSecrets::derive(&MasterSecret::import(*master), &authority_id(id));
        assert_eq!(holder_scalars(&known)[..], secrets);
        let parameters = Parameters::new(&SEED, Vec::new());
        let published = List::first(Parameters { authority: (*id).into(), ..parameters });
        let holder = holder(*master, &published);
        assert_eq!(holder.commitment().to_bytes(), encode(&commitment));
        let key = storage_key(master, id);
        assert_eq!(holder.store_list(), stored(&key, id, &published.encode()));

        let info = format!("pairnym-v1/holder-secrets{id}");
        object! {
            "master_secret": master,
            "authority_id": *id,
            "okm": hkdf("pairnym-v1/master-secret", master, info.as_bytes(), 512),
            "u": list(&secrets[..7]),
            "v": &secrets[7],
            "C_u": commitment,
            "storage_key": key,
        }
    };
    check(
        "secrets.json",
        "5.1",
        "okm, u_0 to u_6, v and C_u (section 7) of a master secret and an authority id, and the \
         key of what the holder stores.",
        object! { "holders": list(cases.iter().map(entry)) },
    );
}

fn authority_id(id: &str) -> AuthorityId {
    AuthorityId::new(id).unwrap()
}

/// Bech32m as BIP 350 describes it, with nothing checked.
mod bech32m {
    const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    pub const BECH32: u32 = 1;
    pub const BECH32M: u32 = 0x2bc8_30a3;

    fn polymod(values: impl IntoIterator<Item = u8>) -> u32 {
        const GENERATOR: [u32; 5] =
            [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
        values.into_iter().fold(1, |check, value| {
            let shifted = (check & 0x01ff_ffff) << 5 ^ u32::from(value);
            let bits = (0..5).filter(|i| check >> (25 + i) & 1 == 1);
            bits.fold(shifted, |check, i| check ^ GENERATOR[i])
        })
    }

    /// Groups of five bits, the last one filled up with zeros.
    pub fn groups(bytes: &[u8]) -> Vec<u8> {
        let bit = |i: usize| bytes.get(i / 8).map_or(0, |byte| byte >> (7 - i % 8) & 1);
        let group = |j: usize| (0..5).fold(0, |value, i| value << 1 | bit(5 * j + i));
        (0..(8 * bytes.len()).div_ceil(5)).map(group).collect()
    }

    pub fn encode(prefix: &str, data: &[u8], constant: u32) -> String {
        let high = prefix.bytes().map(|byte| byte >> 5);
        let low = prefix.bytes().map(|byte| byte & 31);
        let expanded = high.chain([0]).chain(low).chain(data.iter().copied());
        let checksum = polymod(expanded.chain([0; 6])) ^ constant;
        let checksum = (0..6).map(|i| (checksum >> (5 * (5 - i)) & 31) as u8);
        let letters = data.iter().copied().chain(checksum);
        let letters = letters.map(|value| char::from(ALPHABET[usize::from(value)]));
        format!("{prefix}1{}", letters.collect::<String>())
    }
}
use bech32m::{BECH32, BECH32M, groups};

/// The text form of 32 bytes, whatever they are.
fn text(bytes: &[u8; 32]) -> String {
    bech32m::encode("pn", &groups(bytes), BECH32M)
}

#[test]
fn pseudonyms_json() {
    let scopes = [
        (MASTER, PLATFORM, None),
        (MASTER, PLATFORM, Some("app-1")),
        (MASTER, "12306.cn", None),
        (OTHER_MASTER, PLATFORM, None),
    ];
    let entry = |(master, platform, label): &([u8; 32], &str, Option<&str>)| {
        let (P, z) = scope(AUTHORITY, platform, *label);
        let exponent: Scalar = f(&holder_secrets(master, AUTHORITY), &z);
        let N = exponent * P;
        let text = text(&encode(&N));

        let secrets =
            HolderSecrets::derive(&MasterSecret::import(*master), &authority_id(AUTHORITY));
        let label = label.map(name);
        let named = Scope::new(authority_id(AUTHORITY), host(platform), label);
        let known = Pseudonym::derive(&secrets, &named).unwrap();
        assert_eq!((known.to_bytes(), known.to_string()), (encode(&N), text.clone()));
        for text in [text.clone(), text.to_uppercase()] {
            assert_eq!(text.parse::<Pseudonym>().unwrap(), known);
        }
        object! {
            "master_secret": master,
            "authority_id": AUTHORITY,
            "platform": *platform,
            "label": label.as_ref().map(|label| label.as_str()),
            "f": exponent,
            "N": N,
            "text": text,
        }
    };
    let refused = |(reason, text): (&'static str, String)| -> Json {
        let refused = text.parse::<Pseudonym>().expect_err(&text);
        assert_eq!((refused.what(), refused.reason().code()), ("Pseudonym", reason), "{text}");
        object! { "text": text, "reason": reason }
    };
    let (P, z) = scope(AUTHORITY, PLATFORM, None);
    let N = encode(&(f(&holder_secrets(&MASTER, AUTHORITY), &z) * P));
    check(
        "pseudonyms.json",
        "5",
        "f(z_s), N_s and its text form; texts that are refused, each with its reason of section \
         15.1.",
        object! {
            "pseudonyms": list(scopes.iter().map(entry)),
            "invalid_texts": list(invalid_texts(&N).into_iter().map(refused)),
        },
    );
}

/// Texts that are refused, each with the reason.
fn invalid_texts(N: &[u8; 32]) -> Vec<(&'static str, String)> {
    let valid = text(N);
    let replaced = |place: usize, character: char| {
        let text = valid.chars().enumerate();
        text.map(|(i, c)| if i == place { character } else { c }).collect::<String>()
    };
    // Another character of the alphabet than the one at this place.
    let mistyped = |place: usize| {
        let other = if valid.as_bytes()[place] == b'q' { 'p' } else { 'q' };
        replaced(place, other)
    };
    let other_prefix = |prefix: &str| bech32m::encode(prefix, &groups(N), BECH32M);
    let mut padded = groups(N);
    padded[51] |= 1;
    let mut padded_most = groups(N);
    padded_most[51] |= 8;
    let mut negative = [0; 32];
    negative[0] = 1;
    // A `1` later in the text is no second separator, even if the checksum fits that reading and
    // the 31 bytes that are left make a point with a zero byte after them.
    let mut multiples = (1u64..).map(|i| encode(&(Scalar::from(i) * G)));
    let short = multiples.find(|point| point[30] & 3 == 0 && point[31] == 0).unwrap();
    let late_separator = bech32m::encode("pn1q", &groups(&short[..31]), BECH32M);
    assert_eq!(late_separator.len(), valid.len());

    let mut texts = vec![
        ("prefix", String::new()),
        ("prefix", "pn".into()),
        ("prefix", format!(" {valid}")),
        ("prefix", valid[3..].into()),
        ("prefix", other_prefix("pm")),
        ("prefix", other_prefix("p")),
        ("prefix", other_prefix("pnx")),
        ("prefix", "\u{7f51}\u{53f7}".into()),
        ("length", "pn1".into()),
        ("length", valid[..60].into()),
        ("length", format!("{valid}q")),
        ("length", format!("{valid} ")),
        ("length", bech32m::encode("pn", &groups(&N[..31]), BECH32M)),
        ("length", bech32m::encode("pn", &groups(&[&N[..], &[0]].concat()), BECH32M)),
        ("character", replaced(10, 'b')),
        ("character", replaced(11, 'i')),
        ("character", replaced(60, 'o')),
        ("character", replaced(3, '1')),
        ("character", replaced(60, '1')),
        ("character", late_separator),
        ("character", replaced(20, '-')),
        ("character", replaced(20, ' ')),
        ("character", replaced(20, '\u{0}')),
        ("character", format!("{}\u{7f51}{}", &valid[..30], &valid[33..])),
        ("case", format!("PN1{}", &valid[3..])),
        ("case", format!("pN1{}", &valid[3..])),
        ("case", format!("pn1{}", valid[3..].to_uppercase())),
        ("checksum", bech32m::encode("pn", &groups(N), BECH32)),
        ("padding", bech32m::encode("pn", &padded, BECH32M)),
        ("padding", bech32m::encode("pn", &padded_most, BECH32M)),
        ("identity", text(&[0; 32])),
        ("point", text(&negative)),
        ("point", text(&[0xff; 32])),
    ];
    texts.extend([3, 30, 54, 55, 60].map(|place| ("checksum", mistyped(place))));
    texts
}
