//! The letters and digits of a 网号 (SPEC §5.3): Bech32m with the prefix `pn`.

use core::fmt;
use core::str::FromStr;

use bech32::primitives::decode::{
    CharError, CheckedHrpstring, CheckedHrpstringError, UncheckedHrpstringError,
};
use bech32::{Bech32m, Hrp};

use super::{Pseudonym, refused};
use crate::error::{DecodeError, DecodeReason};

const PREFIX: Hrp = Hrp::parse_unchecked("pn");

/// `pn`, the separator `1`, 52 characters of 5 bits for 256 bits, 6 characters of checksum.
const LENGTH: usize = 2 + 1 + 52 + 6;

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        bech32::encode_lower_to_fmt::<Bech32m, _>(f, PREFIX, &self.to_bytes())
            .map_err(|_| fmt::Error)
    }
}

impl FromStr for Pseudonym {
    type Err = DecodeError;

    /// Letters may be all lower case or all upper case.
    fn from_str(text: &str) -> Result<Self, DecodeError> {
        let prefix = text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("pn1"));
        if !prefix {
            return Err(refused(DecodeReason::Prefix));
        }
        if text.len() != LENGTH {
            return Err(refused(DecodeReason::Length));
        }
        // Bech32 splits at the last separator; here the only one is the one after the prefix.
        if text.bytes().skip(3).any(|byte| byte == b'1') {
            return Err(refused(DecodeReason::Character));
        }
        let checked = CheckedHrpstring::new::<Bech32m>(text).map_err(|error| {
            refused(match error {
                CheckedHrpstringError::Checksum(_) => DecodeReason::Checksum,
                CheckedHrpstringError::Parse(UncheckedHrpstringError::Char(
                    CharError::MixedCase,
                )) => DecodeReason::Case,
                _ => DecodeReason::Character,
            })
        })?;
        let padding = checked.fe32_iter().last().map_or(0, |last| last.to_u8() & 0b1111);
        if padding != 0 {
            return Err(refused(DecodeReason::Padding));
        }
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(checked.byte_iter()).for_each(|(to, from)| *to = from);
        Self::from_bytes(bytes)
    }
}
