//! The only way in for bytes (SPEC §14): strict, canonical, with nothing left over.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use curve25519_dalek::scalar::Scalar;

use crate::error::{DecodeError, DecodeReason};
use crate::group::{Element, decode_scalar};
use crate::name::{AuthorityId, Name, PlatformId};
use crate::text::is_text;

/// The version byte of every message.
pub const VERSION: u8 = 1;

/// A message that crosses a boundary: `version ‖ kind ‖ body`, one encoding for each value. Sealed:
/// only pairnym's own messages implement it.
///
/// ```
/// # use pairnym::message::{Login, Message};
/// let error = Login::from_bytes(&[1, 13, 0]).unwrap_err();
/// assert_eq!(error.to_string(), "Login: too short");
/// ```
pub trait Message: Body {
    /// The wire bytes.
    #[cfg(feature = "alloc")]
    #[must_use]
    fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads wire bytes, all of them.
    ///
    /// # Errors
    /// The error names the message and the reason. Never allocates more than a small multiple of
    /// the input's length, whatever the bytes say.
    fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(bytes)
    }
}

/// What a message is made of; kept private so that only pairnym defines messages.
pub trait Body: Sized {
    /// The kind byte.
    const KIND: u8;
    /// The name in errors.
    const NAME: &'static str;

    /// Writes what follows the header.
    fn write(&self, out: &mut impl Sink);

    /// Reads what follows the header.
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason>;
}

/// Encodes with an exactly sized buffer, so that secrets are not left behind by growing.
#[cfg(feature = "alloc")]
pub(crate) fn encode<B: Body>(body: &B) -> Vec<u8> {
    let mut length = Length(2);
    body.write(&mut length);
    let mut bytes = Vec::with_capacity(length.0);
    bytes.put(&[VERSION, B::KIND]);
    body.write(&mut bytes);
    bytes
}

pub(crate) fn decode<B: Body>(bytes: &[u8]) -> Result<B, DecodeError> {
    let read = |bytes| {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != VERSION {
            return Err(DecodeReason::Version);
        }
        if reader.u8()? != B::KIND {
            return Err(DecodeReason::Kind);
        }
        let body = B::read(&mut reader)?;
        reader.finish()?;
        Ok(body)
    };
    read(bytes).map_err(|reason| DecodeError::new(B::NAME, reason))
}

/// Where bytes go.
pub trait Sink {
    /// Appends.
    fn put(&mut self, bytes: &[u8]);

    /// A single byte, a code or a length.
    fn u8(&mut self, value: u8) {
        self.put(&[value]);
    }

    /// Eight bytes, big-endian.
    fn u64(&mut self, value: u64) {
        self.put(&value.to_be_bytes());
    }

    /// A canonical scalar.
    fn scalar(&mut self, scalar: &Scalar) {
        self.put(scalar.as_bytes());
    }

    /// A point.
    fn element(&mut self, element: &Element) {
        self.put(element.bytes());
    }

    /// A length byte and a short text; identifiers and attribute texts have at most 255 bytes.
    fn short(&mut self, text: &str) {
        self.u8(text.len() as u8);
        self.put(text.as_bytes());
    }
}

#[cfg(feature = "alloc")]
impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// How many bytes there would be.
pub(crate) struct Length(pub(crate) usize);

impl Sink for Length {
    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }
}

/// What is left to read.
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeReason> {
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or(DecodeReason::Short)?;
        self.bytes = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeReason> {
        let (array, rest) = self.bytes.split_first_chunk().ok_or(DecodeReason::Short)?;
        self.bytes = rest;
        Ok(*array)
    }

    /// How many bytes there are.
    #[cfg(feature = "alloc")]
    pub(crate) const fn left(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn u8(&mut self) -> Result<u8, DecodeReason> {
        self.array().map(u8::from_be_bytes)
    }

    pub(crate) fn scalar(&mut self) -> Result<Scalar, DecodeReason> {
        decode_scalar(self.array()?)
    }

    pub(crate) fn element(&mut self) -> Result<Element, DecodeReason> {
        Element::decode(self.array()?)
    }

    pub(crate) fn elements<const N: usize>(&mut self) -> Result<[Element; N], DecodeReason> {
        let mut elements = [self.element()?; N];
        for element in elements.iter_mut().skip(1) {
            *element = self.element()?;
        }
        Ok(elements)
    }

    pub(crate) fn scalars<const N: usize>(&mut self) -> Result<[Scalar; N], DecodeReason> {
        let mut scalars = [Scalar::ZERO; N];
        for scalar in &mut scalars {
            *scalar = self.scalar()?;
        }
        Ok(scalars)
    }

    /// A length byte and as many bytes.
    fn short(&mut self) -> Result<&'a [u8], DecodeReason> {
        let length = self.u8()?;
        self.take(usize::from(length))
    }

    pub(crate) fn name(&mut self) -> Result<Name, DecodeReason> {
        identifier(self.short()?, Name::new)
    }

    pub(crate) fn authority_id(&mut self) -> Result<AuthorityId, DecodeReason> {
        identifier(self.short()?, AuthorityId::new)
    }
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// To be called at the end of a message.
    pub(crate) const fn finish(&self) -> Result<(), DecodeReason> {
        if self.bytes.is_empty() { Ok(()) } else { Err(DecodeReason::Trailing) }
    }

    pub(crate) fn u16(&mut self) -> Result<u16, DecodeReason> {
        self.array().map(u16::from_be_bytes)
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn u32(&mut self) -> Result<u32, DecodeReason> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, DecodeReason> {
        self.array().map(u64::from_be_bytes)
    }

    /// A byte that must be 0 or 1. Constant-time but for whether it is either, since a stored
    /// credential's flags are secret.
    pub(crate) fn flag(&mut self) -> Result<bool, DecodeReason> {
        let byte = self.u8()?;
        if byte <= 1 { Ok(byte == 1) } else { Err(DecodeReason::Code) }
    }

    /// The byte that says that there are no extensions, the last of a message.
    pub(crate) fn no_extensions(&mut self) -> Result<(), DecodeReason> {
        if self.u8()? == 0 { Ok(()) } else { Err(DecodeReason::Extension) }
    }

    /// A length byte of at most `max`.
    #[cfg(feature = "alloc")]
    pub(crate) fn count(&mut self, max: usize) -> Result<usize, DecodeReason> {
        let count = usize::from(self.u8()?);
        if count <= max { Ok(count) } else { Err(DecodeReason::Range) }
    }

    /// A name, or a zero byte for none.
    pub(crate) fn optional_name(&mut self) -> Result<Option<Name>, DecodeReason> {
        match self.u8()? {
            0 => Ok(None),
            length => identifier(self.take(usize::from(length))?, Name::new).map(Some),
        }
    }

    pub(crate) fn platform_id(&mut self) -> Result<PlatformId, DecodeReason> {
        identifier(self.short()?, PlatformId::new)
    }

    /// A length byte and a text.
    #[cfg(feature = "alloc")]
    pub(crate) fn short_text(&mut self) -> Result<&'a str, DecodeReason> {
        let length = self.u8()?;
        self.text(usize::from(length))
    }

    /// A text of this many bytes (SPEC §3.4).
    pub(crate) fn text(&mut self, length: usize) -> Result<&'a str, DecodeReason> {
        let text = core::str::from_utf8(self.take(length)?).map_err(|_| DecodeReason::Text)?;
        if is_text(text) { Ok(text) } else { Err(DecodeReason::Text) }
    }
}

/// Bytes that are not even UTF-8 are not an identifier.
fn identifier<T>(
    bytes: &[u8],
    new: impl Fn(&str) -> Result<T, DecodeError>,
) -> Result<T, DecodeReason> {
    let text = core::str::from_utf8(bytes).map_err(|_| DecodeReason::Identifier)?;
    new(text).map_err(|_| DecodeReason::Identifier)
}
