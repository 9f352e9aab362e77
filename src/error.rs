//! What can go wrong (SPEC §15): undecodable bytes, misuse by one's own software, and one
//! opaque refusal of what another party sent.

use core::fmt;

/// Why bytes or a text were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
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
    /// A token or host name breaks SPEC §3.
    Identifier,
    /// A list is not in its canonical order, or repeats an entry.
    Order,
    /// A number or a length is outside what SPEC allows.
    Range,
    /// A code byte has no meaning.
    Code,
    /// A text is not UTF-8.
    Utf8,
    /// A text form does not begin with `pn1`.
    Prefix,
    /// A text form mixes capital and small letters.
    Case,
    /// A text form does not have 61 characters.
    Length,
    /// A text form has a character that Bech32 does not know.
    Character,
    /// The checksum of a text form is wrong: a typing error.
    Checksum,
    /// The padding bits of a text form are not zero.
    Padding,
}

impl Reason {
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
            Self::Utf8 => "utf8",
            Self::Prefix => "prefix",
            Self::Case => "case",
            Self::Length => "length",
            Self::Character => "character",
            Self::Checksum => "checksum",
            Self::Padding => "padding",
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
            Self::Utf8 => "not UTF-8",
            Self::Prefix => "the prefix is not pn1",
            Self::Case => "capital and small letters mixed",
            Self::Length => "not 61 characters",
            Self::Character => "a character outside the alphabet",
            Self::Checksum => "wrong checksum",
            Self::Padding => "padding not zero",
        }
    }
}

/// Bytes or a text that cannot be read: names what was to be read, and why it was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DecodeError {
    what: &'static str,
    reason: Reason,
}

impl DecodeError {
    pub(crate) const fn new(what: &'static str, reason: Reason) -> Self {
        Self { what, reason }
    }

    /// The type that was to be read.
    #[must_use]
    pub const fn what(&self) -> &'static str {
        self.what
    }

    /// Why it was not.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.reason.words())
    }
}

impl core::error::Error for DecodeError {}

/// Every other refusal.
///
/// [`Error::Decode`] and [`Error::Rejected`] are about what another party sent, and the latter is
/// deliberately opaque. The others are about the caller's *own* inputs, stores and clock; a holder
/// raises them before anything is sent or used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// Undecodable bytes.
    Decode(DecodeError),
    /// The parameters are not on the holder's pinned list.
    UnpinnedParameters,
    /// Something names another authority than the holder's or the parameters'.
    ForeignAuthority,
    /// The offer is for another commitment than the holder's.
    ForeignCommitment,
    /// The credential belongs to other parameters than the request asks for.
    ForeignParameters,
    /// The evidence was made for another credential.
    ForeignEvidence,
    /// A request of another platform: not the authenticated one (holder), or not the verifier's own.
    ForeignPlatform,
    /// An offer for an epoch that is not the one of the holder's own clock.
    WrongEpoch,
    /// The credential's epoch is not among those that the request accepts.
    EpochNotAccepted,
    /// Attribute values or a request that do not fit the schema.
    Schema,
    /// No attribute of the schema has this name.
    UnknownAttribute,
    /// A condition on an attribute that the request does not disclose.
    ConditionNotDisclosed,
    /// The holder's own values do not meet a condition of the request.
    ConditionUnmet,
    /// The request discloses attributes and the person did not consent to that separately.
    DisclosureWithoutConsent,
    /// A login cannot answer a request that discloses attributes.
    LoginCannotDisclose,
    /// A value is outside what SPEC allows (a statement over 65,535 bytes, say).
    Range,
    /// An event of probability 2^-252, or a broken random generator.
    Degenerate,
    /// A computation went wrong on this machine; its result was not given out.
    Fault,
    /// The evidence session is unknown, expired or already used.
    NoSession,
    /// As many evidence sessions or nonces are kept as the caller allowed.
    Full,
    /// The person is registered already.
    PersonRegistered,
    /// The commitment is registered already.
    CommitmentRegistered,
    /// The person was deleted, and the policy admits no second enrollment.
    PersonDeleted,
    /// A registry or nonce store of the caller's could not be reached.
    Unavailable,
    /// The request's time is over.
    Expired,
    /// The request's nonce was consumed before.
    Replayed,
    /// What another party sent does not verify. Why is not told.
    Rejected,
}

impl Error {
    /// The machine-readable name, as in the test vectors.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Decode(error) => error.reason().code(),
            Self::UnpinnedParameters => "unpinned_parameters",
            Self::ForeignAuthority => "foreign_authority",
            Self::ForeignCommitment => "foreign_commitment",
            Self::ForeignParameters => "foreign_parameters",
            Self::ForeignEvidence => "foreign_evidence",
            Self::ForeignPlatform => "foreign_platform",
            Self::WrongEpoch => "wrong_epoch",
            Self::EpochNotAccepted => "epoch_not_accepted",
            Self::Schema => "schema",
            Self::UnknownAttribute => "unknown_attribute",
            Self::ConditionNotDisclosed => "condition_not_disclosed",
            Self::ConditionUnmet => "condition_unmet",
            Self::DisclosureWithoutConsent => "disclosure_without_consent",
            Self::LoginCannotDisclose => "login_cannot_disclose",
            Self::Range => "range",
            Self::Degenerate => "degenerate",
            Self::Fault => "fault",
            Self::NoSession => "no_session",
            Self::Full => "full",
            Self::PersonRegistered => "person_registered",
            Self::CommitmentRegistered => "commitment_registered",
            Self::PersonDeleted => "person_deleted",
            Self::Unavailable => "unavailable",
            Self::Expired => "expired",
            Self::Replayed => "replayed",
            Self::Rejected => "rejected",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Decode(error) => return error.fmt(f),
            Self::UnpinnedParameters => "authority parameters are not pinned",
            Self::ForeignAuthority => "names another authority",
            Self::ForeignCommitment => "the offer is for another commitment",
            Self::ForeignParameters => "the credential belongs to other parameters",
            Self::ForeignEvidence => "the evidence was made for another credential",
            Self::ForeignPlatform => "the request names another platform",
            Self::WrongEpoch => "not the epoch of the own clock",
            Self::EpochNotAccepted => "the credential's epoch is not accepted",
            Self::Schema => "does not fit the schema",
            Self::UnknownAttribute => "no such attribute in the schema",
            Self::ConditionNotDisclosed => "condition on an attribute that is not disclosed",
            Self::ConditionUnmet => "a condition of the request is not met",
            Self::DisclosureWithoutConsent => "disclosure without the person's separate consent",
            Self::LoginCannotDisclose => "a login cannot disclose attributes",
            Self::Range => "value out of range",
            Self::Degenerate => "degenerate randomness",
            Self::Fault => "a computation went wrong",
            Self::NoSession => "no such evidence session",
            Self::Full => "the store is full",
            Self::PersonRegistered => "the person is registered already",
            Self::CommitmentRegistered => "the commitment is registered already",
            Self::PersonDeleted => "the person was deleted",
            Self::Unavailable => "the store is unavailable",
            Self::Expired => "the request has expired",
            Self::Replayed => "the nonce was used before",
            Self::Rejected => "rejected",
        })
    }
}

impl core::error::Error for Error {}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}
