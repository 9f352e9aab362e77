//! Why a step was refused, in the words of SPEC §15.

use std::fmt::Display;

use pairnym::{DecodeError, Error};
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
}

impl Fault {
    /// The driver's own mistake: an unknown op, a malformed field.
    pub fn usage(reason: impl Display) -> Self {
        Self { kind: "usage", reason: reason.to_string(), message: None }
    }

    /// A refusal that pairnym leaves to its caller.
    pub fn misuse(reason: &str) -> Self {
        Self { kind: "misuse", reason: reason.to_owned(), message: None }
    }

    /// A malformed identifier in a field of a command, which no message names.
    pub fn identifier(error: DecodeError) -> Self {
        Self::misuse(error.reason().code())
    }
}

impl From<DecodeError> for Fault {
    fn from(error: DecodeError) -> Self {
        let reason = error.reason().code().to_owned();
        Self { kind: "decode", reason, message: Some(error.what()) }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Decode(error) => return error.into(),
            Error::Rejected | Error::Expired | Error::Replayed => error.code(),
            _ => "misuse",
        };
        Self { kind, reason: error.code().to_owned(), message: None }
    }
}
