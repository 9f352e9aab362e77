//! QR codes in a terminal.

use std::io::{self, IsTerminal as _};

use qrcodegen::{QrCode, QrCodeEcc};

/// The light squares around a code.
const QUIET: i32 = 2;

/// A QR code in half blocks, two rows of squares in a line; nothing if the text is too long for
/// one. At a terminal it is black on white whatever the terminal's colours are; elsewhere it is
/// meant for light letters on a dark ground.
pub(super) fn code(text: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let side = code.size() + QUIET;
    let colours = io::stderr().is_terminal();
    let mut shown = String::new();
    for y in (-QUIET..side).step_by(2) {
        shown += if colours { "\x1b[30;107m" } else { "" };
        for x in -QUIET..side {
            let rows = (code.get_module(x, y), y + 1 < side && code.get_module(x, y + 1));
            shown.push(match (rows.0 == colours, rows.1 == colours) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        shown += if colours { "\x1b[0m\n" } else { "\n" };
    }
    Some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The squares come back from the half blocks.
    #[test]
    fn shows_every_square() {
        let text = "PAIRNYM-PAIR:0123456789ABCDEF/127.0.0.1:7411";
        let shown = code(text).unwrap();
        let dark = |line: &str, lower: bool| -> Vec<bool> {
            let light = |half: char| match half {
                '█' => true,
                '▀' => !lower,
                '▄' => lower,
                _ => false,
            };
            line.chars().map(|half| !light(half)).collect()
        };
        let lines: Vec<_> = shown.lines().collect();
        let found: Vec<_> =
            lines.iter().flat_map(|line| [dark(line, false), dark(line, true)]).collect();
        let real = QrCode::encode_text(text, QrCodeEcc::Low).unwrap();
        for y in 0..real.size() {
            for x in 0..real.size() {
                let (row, column) = ((y + QUIET) as usize, (x + QUIET) as usize);
                assert_eq!(found[row][column], real.get_module(x, y), "{x} {y}");
            }
        }
        let quiet = |row: &Vec<bool>| row.iter().all(|dark| !dark);
        assert!(found[..2].iter().all(quiet));
        assert!(found.iter().all(|row| !row[0] && !row[1] && !row[row.len() - 1]));
        assert_eq!(code(&"x".repeat(5_000)), None);
    }
}
