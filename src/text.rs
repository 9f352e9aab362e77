//! What every screen shows alike (SPEC §3.4): statements, attribute texts and operands.

/// Characters that are refused, but for the last two of each plane: first and last of each range,
/// ascending.
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
    (0xd800, 0xf8ff),
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

/// Whether it is a text by SPEC §3.4, as statements and attribute texts have to be: something can be
/// seen in it, and nothing in it misleads. Variable-time.
///
/// ```
/// # use pairnym::is_text;
/// assert!(is_text("我同意\n100 元"));
/// assert!(!is_text(" "));
/// assert!(!is_text("100\u{202e} 001"));
/// ```
#[must_use]
pub fn is_text(text: &str) -> bool {
    !text.chars().any(is_refused) && !text.chars().all(is_blank)
}

fn is_refused(character: char) -> bool {
    let code = u32::from(character);
    let place = REFUSED.partition_point(|(_, last)| *last < code);
    let within = REFUSED.get(place).is_some_and(|(first, _)| *first <= code);
    within || code & 0xfffe == 0xfffe
}

fn is_blank(character: char) -> bool {
    let code = u32::from(character);
    matches!(code, 0x20 | 0x0a | 0xa0 | 0x1680 | 0x2000..=0x200a | 0x202f | 0x205f | 0x3000)
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec::Vec;
    use core::ops::RangeInclusive;

    use super::*;

    /// SPEC §3.4, word by word.
    const REFUSED: &str = "0000–0009, 000B–001F, 007F–009F, 00AD, 034F, 061C, 115F–1160, \
        17B4–17B5, 180B–180F, 200B–200F, 2028–202E, 2060–206F, 2800, 3164, D800–F8FF, FDD0–FDEF, \
        FE00–FE0F, FEFF, FFA0, FFF0–FFFF, 13430–1345F, 1BCA0–1BCA3, 1D173–1D17A, E0000–E0FFF, \
        F0000–10FFFF";
    const BLANK: &str = "0020, 000A, 00A0, 1680, 2000–200A, 202F, 205F, 3000";

    fn ranges(list: &str) -> Vec<RangeInclusive<u32>> {
        let code = |hex: &str| u32::from_str_radix(hex, 16).unwrap();
        let range = |range: &str| match range.split_once('–') {
            Some((first, last)) => code(first)..=code(last),
            None => code(range)..=code(range),
        };
        list.split(", ").map(range).collect()
    }

    fn refused() -> Vec<RangeInclusive<u32>> {
        let ends = (0..=16).map(|plane| plane << 16 | 0xfffe..=plane << 16 | 0xffff);
        ranges(REFUSED).into_iter().chain(ends).collect()
    }

    fn within(ranges: &[RangeInclusive<u32>], code: u32) -> bool {
        ranges.iter().any(|range| range.contains(&code))
    }

    /// Alone, and between two letters, where no blank rule helps.
    fn check(refused: &[RangeInclusive<u32>], blank: &[RangeInclusive<u32>], code: u32) {
        let Some(character) = char::from_u32(code) else { return };
        let good = !within(refused, code);
        assert_eq!(is_text(&format!("a{character}b")), good, "{code:x}");
        let alone = is_text(character.encode_utf8(&mut [0; 4]));
        assert_eq!(alone, good && !within(blank, code), "{code:x}");
    }

    #[test]
    fn first_and_last_of_every_range_and_their_neighbours() {
        let (refused, blank) = (refused(), ranges(BLANK));
        for range in refused.iter().chain(&blank) {
            for end in [*range.start(), *range.end()] {
                for code in end.saturating_sub(1)..=end + 1 {
                    check(&refused, &blank, code);
                }
            }
        }
    }

    #[test]
    fn every_character() {
        let (refused, blank) = (refused(), ranges(BLANK));
        (0..=0x10ffff).for_each(|code| check(&refused, &blank, code));
    }

    #[test]
    fn the_table_ascends() {
        let ends = super::REFUSED.iter().flat_map(|(first, last)| [first * 2, last * 2 + 1]);
        assert!(ends.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn something_can_be_seen() {
        let blank = ranges(BLANK).into_iter().flatten().filter_map(char::from_u32);
        let blank: alloc::string::String = blank.collect();
        assert!(!is_text(""));
        assert!(!is_text(&blank));
        assert!(is_text(&format!("{blank}a")));
        assert!(is_text(&format!("a{blank}")));
        assert!(!is_text(&format!("{blank}\u{200b}")));
        assert!(is_text("我同意\n100 元"));
        assert!(!is_text("我同意\r\n100 元"));
        assert!(!is_text("100\u{202e} 001"));
    }
}
