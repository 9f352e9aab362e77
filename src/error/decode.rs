//! Bytes and texts that cannot be read.

use core::fmt;

/// Why bytes or a text were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeReason {
    /// The version byte is not 1.
    Version,
    /// The message is of another kind.
    Kind,
    /// The input ends too early.
    Short,
    /// The input goes on after the message.
    Trailing,
    /// A scalar is not less than the group order.
    Scalar,
    /// 32 bytes are not the canonical encoding of a ristretto255 element.
    Point,
    /// A point is the identity.
    Identity,
    /// A name or host name breaks SPEC §3.
    Identifier,
    /// A list is not in its canonical order, or repeats an entry.
    Order,
    /// A number or a length is outside what SPEC allows.
    Range,
    /// A code byte has no meaning.
    Code,
    /// Bytes are not a text by SPEC §3.4: not UTF-8, blank, or with a character that is refused.
    Text,
    /// The message has an extension, which this version does not know.
    Extension,
    /// The MAC of a stored form is wrong: it was damaged, or somebody else wrote it.
    Mac,
    /// A text form does not begin with `pn1`.
    Prefix,
    /// A text form mixes capital and small letters.
    Case,
    /// A text form does not have the right number of characters.
    Length,
    /// A text form has a character outside its alphabet.
    Character,
    /// The checksum of a text form is wrong: a typing error.
    Checksum,
    /// The padding bits of a text form are not zero.
    Padding,
    /// A platform id has a scheme, a path or a user: it is a host, not a URL.
    Url,
    /// A platform id has a port.
    Port,
    /// A platform id has capital letters: it is written in lower case.
    Capital,
    /// A platform id is not ASCII: an internationalised name is written with A-labels, as
    /// `PlatformId::from_url_host` (feature `idna`) makes them.
    International,
    /// A platform id ends with a dot.
    TrailingDot,
    /// A platform id has only one label, such as `localhost`. For development, use a name below
    /// it, such as `shop.localhost`.
    SingleLabel,
    /// A platform id is an IP address, not a name.
    Address,
}

impl DecodeReason {
    /// The machine-readable name, as in the test vectors.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Kind => "kind",
            Self::Short => "short",
            Self::Trailing => "trailing",
            Self::Scalar => "scalar",
            Self::Point => "point",
            Self::Identity => "identity",
            Self::Identifier => "identifier",
            Self::Order => "order",
            Self::Range => "range",
            Self::Code => "code",
            Self::Text => "text",
            Self::Extension => "extension",
            Self::Mac => "mac",
            Self::Prefix => "prefix",
            Self::Case => "case",
            Self::Length => "length",
            Self::Character => "character",
            Self::Checksum => "checksum",
            Self::Padding => "padding",
            Self::Url => "url",
            Self::Port => "port",
            Self::Capital => "capital",
            Self::International => "international",
            Self::TrailingDot => "trailing_dot",
            Self::SingleLabel => "single_label",
            Self::Address => "address",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Version => "unknown version",
            Self::Kind => "a message of another kind",
            Self::Short => "too short",
            Self::Trailing => "trailing bytes",
            Self::Scalar => "scalar not canonical",
            Self::Point => "not a canonical group element",
            Self::Identity => "the identity element",
            Self::Identifier => "malformed identifier",
            Self::Order => "not in canonical order",
            Self::Range => "out of range",
            Self::Code => "unknown code",
            Self::Text => "not a text that can be shown",
            Self::Extension => "unknown extension",
            Self::Mac => "wrong MAC of a stored form",
            Self::Prefix => "the prefix is not pn1",
            Self::Case => "capital and small letters mixed",
            Self::Length => "not the right number of characters",
            Self::Character => "a character outside the alphabet",
            Self::Checksum => "wrong checksum",
            Self::Padding => "padding not zero",
            Self::Url => "a URL, not a host",
            Self::Port => "has a port",
            Self::Capital => "has capital letters",
            Self::International => "not ASCII: write A-labels",
            Self::TrailingDot => "ends with a dot",
            Self::SingleLabel => "has one label only",
            Self::Address => "an IP address, not a name",
        }
    }
}

/// Bytes or a text that cannot be read: says what was to be read, and why it was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DecodeError {
    what: &'static str,
    reason: DecodeReason,
}

impl DecodeError {
    pub(crate) const fn new(what: &'static str, reason: DecodeReason) -> Self {
        Self { what, reason }
    }

    /// The type that was to be read.
    #[must_use]
    pub const fn what(&self) -> &'static str {
        self.what
    }

    /// Why it was not.
    #[must_use]
    pub const fn reason(&self) -> DecodeReason {
        self.reason
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.reason.words())
    }
}

impl core::error::Error for DecodeError {}
