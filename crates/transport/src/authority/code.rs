//! The code that a person types from the counter's screen (§10).

use std::fmt;
use std::str::FromStr;

use pairnym::SecureRng;
use subtle::ConstantTimeEq;

use crate::flow::through_text;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What ties a wallet to an identity check: 12 characters, 60 random bits, once and for 600 s.
///
/// Reading takes small letters for capital ones, I and L for 1, O for 0, and leaves out hyphens and
/// spaces.
///
/// ```
/// # use pairnym_transport::authority::CounterCode;
/// let typed: CounterCode = "7k3m 9ilo w2e4".parse()?;
/// assert_eq!(typed.to_string(), "7K3M-9110-W2E4");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Eq)]
pub struct CounterCode([u8; 12]);

impl CounterCode {
    /// Draws one.
    pub fn generate(rng: &mut (impl SecureRng + ?Sized)) -> Self {
        let mut bytes = [0; 12];
        rng.fill_bytes(&mut bytes);
        Self(bytes.map(|byte| ALPHABET[usize::from(byte % 32)]))
    }

    /// The twelve characters, of which a store keeps a hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 12] {
        &self.0
    }
}

/// Constant-time.
impl PartialEq for CounterCode {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// In three groups of four.
impl fmt::Display for CounterCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, byte) in self.0.iter().enumerate() {
            if matches!(place, 4 | 8) {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(*byte))?;
        }
        Ok(())
    }
}

impl fmt::Debug for CounterCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CounterCode(..)")
    }
}

/// Not twelve characters of the alphabet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCounterCode;

impl fmt::Display for NoCounterCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not twelve letters and digits")
    }
}

impl std::error::Error for NoCounterCode {}

impl FromStr for CounterCode {
    type Err = NoCounterCode;

    fn from_str(text: &str) -> Result<Self, NoCounterCode> {
        let mut code = [0; 12];
        let mut places = code.iter_mut();
        for byte in text.bytes().filter(|byte| !matches!(byte, b'-' | b' ')) {
            let byte = match byte.to_ascii_uppercase() {
                b'I' | b'L' => b'1',
                b'O' => b'0',
                byte => byte,
            };
            if !ALPHABET.contains(&byte) {
                return Err(NoCounterCode);
            }
            *places.next().ok_or(NoCounterCode)? = byte;
        }
        if places.next().is_none() { Ok(Self(code)) } else { Err(NoCounterCode) }
    }
}

through_text!(CounterCode);
