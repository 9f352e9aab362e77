//! Names, as authority and platforms compare them (PROFILE.md §4.4).

use std::fmt::Write as _;

use hkdf::Hkdf;
use sha2::Sha512;
use unicode_normalization::UnicodeNormalization;

use super::Document;

/// The normal form of a name: NFC, no blanks at its ends, and one dot in names such as 阿·买提,
/// U+00B7, for the others that are typed in its place.
///
/// ```
/// use pairnym_service::authority::profile::normal_name;
///
/// assert_eq!(normal_name(" 阿•买提 "), "阿·买提");
/// assert_eq!(normal_name("Jose\u{301}"), "José");
/// ```
#[must_use]
pub fn normal_name(name: &str) -> String {
    let dot = |c: char| match c {
        '\u{2022}' | '\u{2027}' | '\u{2219}' | '\u{22c5}' | '\u{30fb}' | '\u{ff0e}'
        | '\u{ff65}' => '\u{b7}',
        other => other,
    };
    name.trim().nfc().map(dot).collect()
}

/// A name and number that a platform already has, as both sides compute it with the key of their
/// sector: 64 small hexadecimal digits. The name is [normalised](normal_name) first.
///
/// The key is never that of the registry: whoever has it can search a list of names and numbers.
#[must_use]
pub fn name_number(key: &[u8; 32], name: &str, document: &Document) -> String {
    let (name, mut hash) = (normal_name(name), [0; 32]);
    let parts = [document.kind().name(), "\0", document.number(), "\0", &name];
    let hkdf = Hkdf::<Sha512>::new(Some(b"name-number"), key);
    // 32 bytes are within the 255 blocks that there are.
    let _ = hkdf.expand_multi_info(&parts.map(str::as_bytes), &mut hash);
    hash.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
