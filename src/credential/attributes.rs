//! Schema and attribute values (SPEC §4.2).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use curve25519_dalek::scalar::Scalar;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroize;

use crate::error::{DecodeReason, Error};
use crate::group::transcript::Transcript;
use crate::name::Name;
use crate::text::is_text;
use crate::wire::{Length, Reader, Sink};

/// The most attributes that a schema can have.
pub const MAX_ATTRIBUTES: usize = 64;

/// Which values an attribute takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// No or yes.
    Flag,
    /// 0 … 2^64 − 1.
    Integer,
    /// A text (SPEC §3.4) of at most 255 bytes, which the caller has normalised.
    Text,
}

impl Kind {
    const fn code(self) -> u8 {
        match self {
            Self::Flag => 1,
            Self::Integer => 2,
            Self::Text => 3,
        }
    }

    const fn from_code(code: u8) -> Result<Self, DecodeReason> {
        match code {
            1 => Ok(Self::Flag),
            2 => Ok(Self::Integer),
            3 => Ok(Self::Text),
            _ => Err(DecodeReason::Code),
        }
    }
}

/// The ordered attributes of an authority's credentials: at most 64, with different names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    attributes: Vec<(Name, Kind)>,
}

impl Schema {
    /// A schema in this order; the order is part of the parameters' identity.
    ///
    /// # Errors
    /// [`Error::Decode`] for a name that is not a [`Name`], [`Error::Schema`] for a repeated name
    /// or more than 64 attributes.
    ///
    /// ```
    /// # use pairnym::{attribute::*, *};
    /// let schema = Schema::new([("age_over_18", Kind::Flag), ("assurance", Kind::Integer)])?;
    /// assert_eq!(schema.len(), 2);
    /// # Ok::<_, Error>(())
    /// ```
    pub fn new<'a>(attributes: impl IntoIterator<Item = (&'a str, Kind)>) -> Result<Self, Error> {
        let mut schema = Self { attributes: Vec::new() };
        for (name, kind) in attributes {
            let name = Name::new(name)?;
            schema.add(name, kind).map_err(|_| Error::Schema)?;
        }
        Ok(schema)
    }

    fn add(&mut self, name: Name, kind: Kind) -> Result<(), DecodeReason> {
        if self.attributes.len() == MAX_ATTRIBUTES {
            return Err(DecodeReason::Range);
        }
        if self.attributes.iter().any(|(other, _)| *other == name) {
            return Err(DecodeReason::Order);
        }
        self.attributes.push((name, kind));
        Ok(())
    }

    /// The number of attributes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.attributes.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }

    /// Names and kinds in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Name, Kind)> {
        self.attributes.iter().map(|(name, kind)| (name, *kind))
    }

    /// The kind of an attribute.
    pub(crate) fn kind(&self, index: u8) -> Option<Kind> {
        self.attributes.get(usize::from(index)).map(|(_, kind)| *kind)
    }

    /// The index of the attribute with this name.
    pub(crate) fn index(&self, name: &str) -> Option<u8> {
        let mut names = (0u8..).zip(&self.attributes);
        names.find(|(_, (other, _))| other.as_str() == name).map(|(index, _)| index)
    }

    /// Whether there is one value for each attribute, and each fits. Constant-time but for kinds
    /// and lengths.
    pub(crate) fn check(&self, values: &[Value]) -> Result<(), Error> {
        let kinds = self.attributes.iter().map(|(_, kind)| *kind);
        let fits = values.len() == self.len() && values.iter().zip(kinds).all(|(v, k)| v.fits(k));
        if fits { Ok(()) } else { Err(Error::Schema) }
    }

    pub(crate) fn write(&self, out: &mut impl Sink) {
        out.u8(self.attributes.len() as u8);
        for (name, kind) in &self.attributes {
            out.short(name.as_str());
            out.u8(kind.code());
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        let mut schema = Self { attributes: Vec::new() };
        for _ in 0..reader.count(MAX_ATTRIBUTES)? {
            let name = reader.name()?;
            schema.add(name, Kind::from_code(reader.u8()?)?)?;
        }
        Ok(schema)
    }
}

/// The value of an attribute.
///
/// `Debug` does not show it, since a hidden value is a secret.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// No value: it differs from every other value, and meets no condition.
    Absent,
    /// For [`Kind::Flag`].
    Flag(bool),
    /// For [`Kind::Integer`].
    Integer(u64),
    /// For [`Kind::Text`]: at most 255 bytes, compared byte by byte. Never empty: where there is no
    /// text, the value is [`Absent`](Self::Absent).
    Text(String),
}

impl Value {
    /// Yes or no, if it is a flag.
    #[must_use]
    pub const fn as_flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The number, if it is an integer.
    #[must_use]
    pub const fn as_integer(&self) -> Option<u64> {
        match self {
            Self::Integer(integer) => Some(*integer),
            _ => None,
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn fits(&self, kind: Kind) -> bool {
        match self {
            Self::Absent => true,
            Self::Flag(_) => kind == Kind::Flag,
            Self::Integer(_) => kind == Kind::Integer,
            Self::Text(text) => kind == Kind::Text && text.len() <= 255,
        }
    }

    /// False for a text that must not be shown (SPEC §3.4), true otherwise. Variable-time.
    pub(crate) fn check_text(&self) -> Result<(), Error> {
        match self {
            Self::Text(text) if !is_text(text) => Err(Error::Text),
            _ => Ok(()),
        }
    }

    /// Whether both are the same. Constant-time but for kinds and lengths.
    pub(crate) fn is(&self, other: &Self) -> Choice {
        match (self, other) {
            (Self::Absent, Self::Absent) => Choice::from(1),
            (Self::Flag(a), Self::Flag(b)) => u8::from(*a).ct_eq(&u8::from(*b)),
            (Self::Integer(a), Self::Integer(b)) => a.ct_eq(b),
            (Self::Text(a), Self::Text(b)) => a.as_bytes().ct_eq(b.as_bytes()),
            _ => Choice::from(0),
        }
    }

    /// m_i. Constant-time but for whether it is absent, and the length of a text.
    pub(crate) fn scalar(&self) -> Scalar {
        match self {
            Self::Absent => Transcript::new("attribute-absent").scalar(),
            Self::Flag(flag) => Scalar::from(u8::from(*flag)),
            Self::Integer(integer) => Scalar::from(*integer),
            Self::Text(text) => Transcript::new("attribute-text").part(text.as_bytes()).scalar(),
        }
    }

    /// Adds the encoding as one part.
    pub(crate) fn absorb(&self, transcript: Transcript) -> Transcript {
        let mut length = Length(0);
        self.write(&mut length);
        let mut transcript = transcript.begin(length.0);
        self.write(&mut transcript);
        transcript
    }

    /// Adds a list of values.
    pub(crate) fn absorb_all(values: &[Self], transcript: Transcript) -> Transcript {
        let list = transcript.count(values.len());
        values.iter().fold(list, |list, value| value.absorb(list))
    }

    pub(crate) fn write(&self, out: &mut impl Sink) {
        match self {
            Self::Absent => out.u8(0),
            Self::Flag(flag) => out.put(&[1, u8::from(*flag)]),
            Self::Integer(integer) => {
                out.u8(2);
                out.u64(*integer);
            }
            Self::Text(text) => {
                out.u8(3);
                out.short(text);
            }
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        match reader.u8()? {
            0 => Ok(Self::Absent),
            1 => reader.flag().map(Self::Flag),
            2 => reader.u64().map(Self::Integer),
            3 => reader.short_text().map(|text| Self::Text(text.into())),
            _ => Err(DecodeReason::Code),
        }
    }

    pub(crate) fn write_all(values: &[Self], out: &mut impl Sink) {
        out.u8(values.len() as u8);
        values.iter().for_each(|value| value.write(out));
    }

    pub(crate) fn read_all(reader: &mut Reader<'_>) -> Result<Vec<Self>, DecodeReason> {
        let count = reader.count(MAX_ATTRIBUTES)?;
        // Never grown: growing would leave copies of a credential's values behind.
        let mut values = Vec::with_capacity(count);
        for _ in 0..count {
            values.push(Self::read(reader)?);
        }
        Ok(values)
    }
}

impl Zeroize for Value {
    fn zeroize(&mut self) {
        match self {
            Self::Absent => {}
            Self::Flag(flag) => flag.zeroize(),
            Self::Integer(integer) => integer.zeroize(),
            Self::Text(text) => text.zeroize(),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value(…)")
    }
}

impl fmt::Display for Value {
    /// Shows the value: for a person who looks at their own values, and for verified claims.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.pad("absent"),
            Self::Flag(true) => f.pad("yes"),
            Self::Flag(false) => f.pad("no"),
            Self::Integer(integer) => integer.fmt(f),
            Self::Text(text) => f.pad(text),
        }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// The only integers that convert, so that `3.into()` is one.
impl From<u64> for Value {
    fn from(integer: u64) -> Self {
        Self::Integer(integer)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// `None` is [`Value::Absent`].
impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Into::into)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}
