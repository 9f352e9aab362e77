//! What 32 bytes identify: parameters, lists and requests by the hash of their bytes, sessions and
//! persons by numbers of their own.

use core::fmt;

use crate::error::DecodeReason;
use crate::group::transcript::Transcript;

/// Text of 64 lower-case hexadecimal digits; upper-case ones are read too.
macro_rules! hexadecimal {
    ($($name:ident),* $(,)?) => {$(
        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.iter().try_for_each(|byte| core::write!(f, "{byte:02x}"))
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::write!(f, "{}({self})", stringify!($name))
            }
        }

        impl core::str::FromStr for $name {
            type Err = crate::error::DecodeError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                crate::ids::from_hexadecimal(text)
                    .map(Self)
                    .map_err(|reason| crate::error::DecodeError::new(stringify!($name), reason))
            }
        }
    )*};
}
#[cfg(feature = "alloc")]
pub(crate) use hexadecimal;

pub(crate) fn from_hexadecimal(text: &str) -> Result<[u8; 32], DecodeReason> {
    let digit = |digit: u8| char::from(digit).to_digit(16).ok_or(DecodeReason::Character);
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return Err(DecodeReason::Length);
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = (digit(pair[0])? << 4 | digit(pair[1])?) as u8;
    }
    Ok(bytes)
}

/// `params_id`: the 32-byte hash of an authority's parameters (SPEC §4.3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParametersId(pub [u8; 32]);

/// The 32-byte hash of a parameter list (SPEC §4.5).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListId(pub [u8; 32]);

/// The nonce of a request, 32 random bytes.
///
/// While its request is pending, the nonce is a secret between the platform and one person, so
/// `Debug` does not show it, and it has no `Display`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nonce(pub [u8; 32]);

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(..)")
    }
}

/// The 32-byte hash of a request's bytes (SPEC §10.3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestDigest(pub [u8; 32]);

hexadecimal! { ParametersId, ListId, RequestDigest }

impl RequestDigest {
    /// Hashes the wire bytes of a request.
    #[must_use]
    pub fn of(request: &[u8]) -> Self {
        Self(Transcript::new("request").part(request).h32())
    }
}
