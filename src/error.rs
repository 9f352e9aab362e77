//! What can go wrong (SPEC §15): undecodable bytes, misuse by the caller's own software, and one
//! opaque refusal of what another party sent.

use core::fmt;

mod decode;

pub use decode::{DecodeError, DecodeReason};

/// Why an operation was refused or failed.
///
/// [`Error::Decode`] and [`Error::Rejected`] are about what another party sent, and the latter is
/// deliberately opaque. The others are about the caller's *own* inputs, stores and clock; a holder
/// raises them before anything is sent or used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// Undecodable bytes.
    Decode(DecodeError),
    /// The holder's list lacks the parameters.
    UnpinnedParameters,
    /// Something names another authority, or comes from a host that is not the authority's.
    ForeignAuthority,
    /// The offer is for a commitment that is not the holder's.
    ForeignCommitment,
    /// The credential is another person's.
    ForeignCredential,
    /// The parameters are not on the caller's list (any more), or not those of the caller's key.
    ForeignParameters,
    /// The evidence was made for another credential.
    ForeignEvidence,
    /// A message of another pairing of two devices.
    ForeignPairing,
    /// The ticket is not the one that the second device received itself.
    ForeignTicket,
    /// A request of another platform: not the authenticated one (holder), or not the verifier
    /// itself.
    ForeignPlatform,
    /// The request asks for the other kind of answer, a login or a presentation.
    WrongAnswer,
    /// The offer is not of the present slot by the holder's clock, or none of the authority's keys
    /// issues now.
    WrongEpoch,
    /// The request does not list the slot of the holder's own clock.
    EpochNotAccepted,
    /// The credential is too old, or of a slot that the request does not list.
    StaleCredential,
    /// The time of the parameter list is over.
    ListExpired,
    /// A parameter list that is older than the current one.
    StaleList,
    /// A parameter list between the current one and this one is missing.
    MissingList,
    /// The time of the parameter list's successor has not come yet.
    EarlyList,
    /// The holder's clock is earlier than its parameter list.
    WrongClock,
    /// A parameter list that contradicts the current one: an alarm (SPEC §4.5).
    ConflictingList,
    /// Attribute values or a request that do not fit the schema.
    Schema,
    /// No attribute of the schema has this name.
    UnknownAttribute,
    /// A condition on an attribute that the request does not disclose.
    ConditionNotDisclosed,
    /// The holder's own values do not meet a condition of the request.
    ConditionUnmet,
    /// The request discloses attributes, and the person did not separately consent to that.
    DisclosureWithoutConsent,
    /// A statement or a value is not a text by SPEC §3.4.
    Text,
    /// The request has no statement, so its answer is not an act.
    NoStatement,
    /// A value is outside what SPEC allows (a statement over 8,192 bytes, a time close to
    /// `u64::MAX`).
    Range,
    /// An event of probability 2^-252, or a broken random generator.
    Degenerate,
    /// A computation or the storage of this machine went wrong; no result was returned.
    Fault,
    /// The evidence session is unknown, expired or already used.
    NoSession,
    /// The credential does not have exactly the batches of evidence that belong to it.
    Incomplete,
    /// The store already holds as many evidence sessions or nonces as the caller allowed.
    Full,
    /// The ticket registered another person or commitment before.
    TicketUsed,
    /// The person is registered already.
    PersonRegistered,
    /// The commitment is registered already.
    CommitmentRegistered,
    /// The person was deleted, and this enrollment is not admitted.
    PersonDeleted,
    /// The commitment is not registered now, or the values are no longer the person's.
    NotRegistered,
    /// No account has the 网号 of a login.
    NoAccount,
    /// A store could not be reached.
    Unavailable,
    /// The time of the request, ticket or offer is over.
    Expired,
    /// The request's nonce was used up before.
    Replayed,
    /// What another party sent does not verify. The reason is not given.
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
            Self::ForeignCredential => "foreign_credential",
            Self::ForeignParameters => "foreign_parameters",
            Self::ForeignEvidence => "foreign_evidence",
            Self::ForeignPairing => "foreign_pairing",
            Self::ForeignTicket => "foreign_ticket",
            Self::ForeignPlatform => "foreign_platform",
            Self::WrongAnswer => "wrong_answer",
            Self::WrongEpoch => "wrong_epoch",
            Self::EpochNotAccepted => "epoch_not_accepted",
            Self::StaleCredential => "stale_credential",
            Self::ListExpired => "list_expired",
            Self::StaleList => "stale_list",
            Self::MissingList => "missing_list",
            Self::EarlyList => "early_list",
            Self::WrongClock => "wrong_clock",
            Self::ConflictingList => "conflicting_list",
            Self::Schema => "schema",
            Self::UnknownAttribute => "unknown_attribute",
            Self::ConditionNotDisclosed => "condition_not_disclosed",
            Self::ConditionUnmet => "condition_unmet",
            Self::DisclosureWithoutConsent => "disclosure_without_consent",
            Self::Text => "text",
            Self::NoStatement => "no_statement",
            Self::Range => "range",
            Self::Degenerate => "degenerate",
            Self::Fault => "fault",
            Self::NoSession => "no_session",
            Self::Incomplete => "incomplete",
            Self::Full => "full",
            Self::TicketUsed => "ticket_used",
            Self::PersonRegistered => "person_registered",
            Self::CommitmentRegistered => "commitment_registered",
            Self::PersonDeleted => "person_deleted",
            Self::NotRegistered => "not_registered",
            Self::NoAccount => "no_account",
            Self::Unavailable => "unavailable",
            Self::Expired => "expired",
            Self::Replayed => "replayed",
            Self::Rejected => "rejected",
        }
    }
}

/// What an [`Error`] means to whoever has to deal with it.
///
/// | class | whose problem | HTTP status | what to do |
/// |---|---|---|---|
/// | [`Peer`](Self::Peer) | the other party's message | 400 if it does not decode, else 403 | refuse, and say no more than the code; nothing is used up |
/// | [`Gone`](Self::Gone) | time is over, it was used before, or its key was withdrawn | 410 | let the person begin again with a new request, ticket, session or credential |
/// | [`Conflict`](Self::Conflict) | the state of a registry | 409 | tell the person |
/// | [`Retry`](Self::Retry) | a store that is full or down | 503 with `Retry-After` | refuse now, try again later |
/// | [`Holder`](Self::Holder) | the holder's own refusal | – | tell the person; to the platform all refusals look the same |
/// | [`Own`](Self::Own) | the caller's own input, list or clock | 500 | log it, and fix the configuration |
/// | [`Alarm`](Self::Alarm) | two lists for one time, or a machine that computes wrongly | 500 | stop, and alert somebody |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// The other party's message does not decode or does not verify.
    Peer,
    /// It came too late, was used before, or belongs to a key that was withdrawn.
    Gone,
    /// It contradicts what is registered.
    Conflict,
    /// A store cannot do its part at the moment.
    Retry,
    /// The holder does not answer this.
    Holder,
    /// The caller's own input, configuration or clock.
    Own,
    /// Something that must not happen: a fork of the lists, a fault of the machine.
    Alarm,
}

impl Error {
    /// What it means to whoever has to deal with it.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        match self {
            Self::Decode(_) | Self::Rejected | Self::NoAccount | Self::WrongAnswer => {
                ErrorClass::Peer
            }
            Self::Expired
            | Self::Replayed
            | Self::NoSession
            | Self::TicketUsed
            | Self::ForeignParameters => ErrorClass::Gone,
            Self::PersonRegistered
            | Self::CommitmentRegistered
            | Self::PersonDeleted
            | Self::NotRegistered => ErrorClass::Conflict,
            Self::Full | Self::Unavailable => ErrorClass::Retry,
            Self::UnpinnedParameters
            | Self::ForeignCommitment
            | Self::ForeignCredential
            | Self::ForeignEvidence
            | Self::ForeignPairing
            | Self::ForeignTicket
            | Self::EpochNotAccepted
            | Self::StaleCredential
            | Self::ConditionUnmet
            | Self::DisclosureWithoutConsent
            | Self::Incomplete => ErrorClass::Holder,
            Self::ConflictingList | Self::Fault | Self::Degenerate => ErrorClass::Alarm,
            Self::ForeignAuthority
            | Self::ForeignPlatform
            | Self::WrongEpoch
            | Self::ListExpired
            | Self::StaleList
            | Self::MissingList
            | Self::EarlyList
            | Self::WrongClock
            | Self::Schema
            | Self::UnknownAttribute
            | Self::ConditionNotDisclosed
            | Self::Text
            | Self::NoStatement
            | Self::Range => ErrorClass::Own,
        }
    }

    /// The status code with which a server reports it, as in the table of [`ErrorClass`]. Errors
    /// that only a holder can meet are 500 too: a server that meets one has a bug.
    ///
    /// ```
    /// # use pairnym::*;
    /// # use pairnym::message::Login;
    /// let error: Error = Login::from_bytes(b"no login").unwrap_err().into();
    /// assert_eq!(error.http_status(), 400);
    /// assert_eq!(Error::Rejected.http_status(), 403);
    /// assert_eq!(Error::Replayed.http_status(), 410);
    /// assert_eq!(Error::Unavailable.http_status(), 503);
    /// ```
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        match (self, self.class()) {
            (Self::Decode(_), _) => 400,
            (_, ErrorClass::Peer) => 403,
            (_, ErrorClass::Gone) => 410,
            (_, ErrorClass::Conflict) => 409,
            (_, ErrorClass::Retry) => 503,
            (_, ErrorClass::Holder | ErrorClass::Own | ErrorClass::Alarm) => 500,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Decode(error) => return error.fmt(f),
            Self::UnpinnedParameters => "the parameter list lacks these parameters",
            Self::ForeignAuthority => "names another authority, or comes from another host",
            Self::ForeignCommitment => "the offer is for another commitment",
            Self::ForeignCredential => "the credential is another person's",
            Self::ForeignParameters => {
                "no available key, or no entry of the parameter list, has these parameters"
            }
            Self::ForeignEvidence => "the evidence was made for another credential",
            Self::ForeignPairing => "a message of another pairing",
            Self::ForeignTicket => "not the ticket that this device received itself",
            Self::ForeignPlatform => "the request names another platform",
            Self::WrongAnswer => "the request asks for the other kind of answer",
            Self::WrongEpoch => "not the present slot by this machine's clock",
            Self::EpochNotAccepted => "the request does not list the present slot",
            Self::StaleCredential => "the credential is of another slot",
            Self::ListExpired => "the parameter list has expired",
            Self::StaleList => "the parameter list is older than the current one",
            Self::MissingList => "a parameter list in between is missing",
            Self::EarlyList => "the parameter list is not valid yet",
            Self::WrongClock => "this machine's clock is earlier than the parameter list",
            Self::ConflictingList => "the parameter list contradicts the current one",
            Self::Schema => "does not fit the schema",
            Self::UnknownAttribute => "no such attribute in the schema",
            Self::ConditionNotDisclosed => "condition on an attribute that is not disclosed",
            Self::ConditionUnmet => "a condition of the request is not met",
            Self::DisclosureWithoutConsent => "disclosure without the person's separate consent",
            Self::Text => "not a text that can be shown",
            Self::NoStatement => "the request has no statement",
            Self::Range => "value out of range",
            Self::Degenerate => "degenerate randomness",
            Self::Fault => "a computation or stored data went wrong",
            Self::NoSession => "no such evidence session",
            Self::Incomplete => "the credential lacks its evidence",
            Self::Full => "the store is full",
            Self::TicketUsed => "the ticket was used before",
            Self::PersonRegistered => "the person is registered already",
            Self::CommitmentRegistered => "the commitment is registered already",
            Self::PersonDeleted => "the person was deleted",
            Self::NotRegistered => "not registered now with these values",
            Self::NoAccount => "no account has this 网号",
            Self::Unavailable => "the store is unavailable",
            Self::Expired => "its time has expired",
            Self::Replayed => "the nonce was used before",
            Self::Rejected => "rejected",
        })
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Decode(error) => Some(error),
            _ => None,
        }
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}
