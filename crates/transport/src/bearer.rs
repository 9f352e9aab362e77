//! What is worth something to whoever has it: handles, codes, attempts, tokens and digits.
//! Compared in constant time, hashed before they are stored, not shown by `Debug`.

use std::fmt;
use std::str::FromStr;

use pairnym::SecureRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::base64url;
use crate::uri::UriError;

macro_rules! bearer {
    ($(#[$doc:meta])* $name:ident, $length:literal, $error:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Eq)]
        pub struct $name(pub [u8; $length]);

        impl $name {
            /// Draws one.
            pub fn generate(rng: &mut (impl SecureRng + ?Sized)) -> Self {
                let mut bytes = [0; $length];
                rng.fill_bytes(&mut bytes);
                Self(bytes)
            }
        }

        /// Constant-time.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0.ct_eq(&other.0).into()
            }
        }

        /// Base64url without padding.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&base64url::encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }

        impl FromStr for $name {
            type Err = UriError;

            fn from_str(text: &str) -> Result<Self, UriError> {
                base64url::decode(text).map(Self).ok_or($error)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                base64url::serialize(self.0, to)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                base64url::deserialize(from).map(Self)
            }
        }
    };
}

bearer! {
    /// Names a request in its URI: 16 random bytes, 22 characters (§2). Whoever has it can fetch
    /// the request and decline it.
    Handle, 16, UriError::Handle
}

bearer! {
    /// With it the browser that began a same-device request redeems the answer: 16 bytes, 22
    /// characters, good once and for 60 s (§6.1).
    Code, 16, UriError::Code
}

bearer! {
    /// By it a platform tells a wallet that repeats from another one: 32 random bytes of the
    /// wallet, for one request (§4.1).
    Attempt, 32, UriError::Attempt
}

bearer! {
    /// What authenticates a person's device to the authority: 32 random bytes (§10).
    Token, 32, UriError::Token
}

impl Code {
    /// The code of a request that this attempt answered (§6.1).
    #[must_use]
    pub fn of(handle: &Handle, attempt: &Attempt) -> Self {
        let hash = Sha256::new()
            .chain_update(b"pairnym-v1/code\0")
            .chain_update(handle.0)
            .chain_update(attempt.0)
            .finalize();
        let mut code = [0; 16];
        code.copy_from_slice(&hash[..16]);
        Self(code)
    }
}

/// Six decimal digits with which a person pairs a wallet and a page (§6.2).
#[derive(Clone, Copy, Eq)]
pub struct Digits([u8; 6]);

impl Digits {
    /// Draws them, each six equally likely.
    pub fn generate(rng: &mut (impl SecureRng + ?Sized)) -> Self {
        // The greatest multiple of a million that is a u32.
        const END: u32 = u32::MAX - u32::MAX % 1_000_000;
        let number = loop {
            let number = rng.next_u32();
            if number < END {
                break number % 1_000_000;
            }
        };
        let mut digits = [b'0'; 6];
        let mut rest = number;
        for digit in digits.iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        Self(digits)
    }

    /// The six digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Constant-time.
impl PartialEq for Digits {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digits(..)")
    }
}

impl FromStr for Digits {
    type Err = UriError;

    /// Exactly six ASCII digits.
    fn from_str(text: &str) -> Result<Self, UriError> {
        let digits: [u8; 6] = text.as_bytes().try_into().map_err(|_| UriError::Digits)?;
        let all = digits.iter().all(u8::is_ascii_digit);
        if all { Ok(Self(digits)) } else { Err(UriError::Digits) }
    }
}

crate::flow::through_text!(Digits);
