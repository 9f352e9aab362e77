//! Why a step was refused, in the words of SPEC §15.

use std::fmt::Display;

use pairnym::{DecodeError, Error, holder::PresentError, store::StoreError};
use serde::Serialize;

/// What stands under `error`.
#[derive(Debug, Serialize)]
pub struct Fault {
    #[serde(rename = "type")]
    kind: &'static str,
    reason: String,
    /// The message that does not decode.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    /// An item of evidence is gone too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    evidence_used: bool,
}

impl Fault {
    /// The driver's own mistake: an unknown op, a malformed field.
    pub fn usage(reason: impl Display) -> Self {
        Self::new("usage", &reason.to_string())
    }

    /// A refusal that pairnym leaves to its caller.
    pub fn misuse(reason: &str) -> Self {
        Self::new("misuse", reason)
    }

    /// A malformed identifier in a field of a command, which no message names. What is wrong with
    /// it the crate says in many words, SPEC in one.
    pub fn identifier(_: DecodeError) -> Self {
        Self::misuse("identifier")
    }

    /// A presentation that was not made, without the evidence that it took or with it.
    pub fn both_of_presenting(error: &PresentError) -> (Self, Self) {
        let of = |evidence_used| Self { evidence_used, ..error.error().into() };
        (of(false), of(true))
    }

    fn new(kind: &'static str, reason: &str) -> Self {
        Self { kind, reason: reason.to_owned(), message: None, evidence_used: false }
    }
}

impl From<DecodeError> for Fault {
    fn from(error: DecodeError) -> Self {
        Self { message: Some(error.what()), ..Self::new("decode", error.reason().code()) }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Decode(error) => return error.into(),
            Error::Rejected | Error::Expired | Error::Replayed => error.code(),
            _ => "misuse",
        };
        Self::new(kind, error.code())
    }
}

impl From<StoreError<Error>> for Fault {
    fn from(error: StoreError<Error>) -> Self {
        Error::from(error).into()
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::usage(error)
    }
}
