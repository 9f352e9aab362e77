//! JSON objects around the core's bytes (§3, §4.1): their limits, and those between a wallet and a
//! platform.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::object::Object;
use crate::permission::SignedPermission;
use crate::{Attempt, Code, Digits, Flow, MAX_BODY, base64url, object};

/// Why a body was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// Over [`MAX_BODY`] bytes; nothing was parsed.
    TooLong,
    /// Of another media type; nothing was parsed.
    MediaType,
    /// No JSON object; or a member is missing, given twice, or of another type, length or form.
    Malformed,
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "body over 131,072 bytes",
            Self::MediaType => "another media type",
            Self::Malformed => "no JSON object with these members",
        })
    }
}

impl std::error::Error for EnvelopeError {}

/// A body. `Envelope` types are plain data: what they carry was not decoded or verified.
pub trait Envelope: Serialize + DeserializeOwned {
    /// Its media type.
    const MEDIA_TYPE: &'static str;

    /// The body, at most [`MAX_BODY`] bytes; the same value gives the same bytes.
    ///
    /// # Errors
    /// [`EnvelopeError::TooLong`].
    fn to_json(&self) -> Result<Vec<u8>, EnvelopeError> {
        let body = serde_json::to_vec(self).map_err(|_| EnvelopeError::Malformed)?;
        if body.len() <= MAX_BODY { Ok(body) } else { Err(EnvelopeError::TooLong) }
    }

    /// Reads a body. The caller compares the media type: [`is_media_type`].
    ///
    /// # Errors
    /// [`EnvelopeError`].
    fn from_json(body: &[u8]) -> Result<Self, EnvelopeError> {
        if body.len() > MAX_BODY {
            return Err(EnvelopeError::TooLong);
        }
        from_object(body)
    }
}

/// Reads one JSON object.
pub(crate) fn from_object<T: DeserializeOwned>(body: &[u8]) -> Result<T, EnvelopeError> {
    let object = serde_json::from_slice(body);
    object.map(|Object(value)| value).map_err(|_| EnvelopeError::Malformed)
}

/// Whether a `Content-Type` is this media type, whatever its parameters.
#[must_use]
pub fn is_media_type(content_type: &str, media_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim_matches([' ', '\t']).eq_ignore_ascii_case(media_type)
}

macro_rules! envelopes {
    ($($type:ty: $name:literal),* $(,)?) => {$(
        impl crate::envelope::Envelope for $type {
            const MEDIA_TYPE: &'static str =
                concat!("application/vnd.pairnym.", $name, "+json");
        }
    )*};
}
pub(crate) use envelopes;

envelopes! {
    Question: "question",
    Pair: "pair",
    Pairing: "pairing",
    Answer: "answer",
    Receipt: "receipt",
}

/// `GET HANDLE`: what a platform asks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The bytes of a `Request` (SPEC §14.12).
    #[serde(with = "base64url")]
    pub request: Vec<u8>,
    /// The flow for which it was made.
    pub flow: Flow,
    /// What a registrar permits the platform.
    #[serde(
        default,
        deserialize_with = "object::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub permission: Option<SignedPermission>,
}

/// `POST HANDLE/pair`: a wallet that scanned a QR code locks its request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// The wallet's, for this request.
    pub attempt: Attempt,
}

/// How far pairing is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PairingMembers", into = "PairingMembers")]
pub enum Pairing {
    /// The person has to type these digits at the page.
    Waiting(Digits),
    /// They were typed.
    Paired,
}

#[derive(Serialize, Deserialize)]
struct PairingMembers {
    paired: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digits: Option<Digits>,
}

impl TryFrom<PairingMembers> for Pairing {
    type Error = &'static str;

    fn try_from(members: PairingMembers) -> Result<Self, Self::Error> {
        match members {
            PairingMembers { paired: false, digits: Some(digits) } => Ok(Self::Waiting(digits)),
            PairingMembers { paired: true, digits: None } => Ok(Self::Paired),
            _ => Err("digits if and only if not paired"),
        }
    }
}

impl From<Pairing> for PairingMembers {
    fn from(pairing: Pairing) -> Self {
        match pairing {
            Pairing::Waiting(digits) => Self { paired: false, digits: Some(digits) },
            Pairing::Paired => Self { paired: true, digits: None },
        }
    }
}

/// `POST HANDLE`: a wallet's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AnswerMembers", into = "AnswerMembers")]
pub struct Answer {
    /// The wallet's, for this request.
    pub attempt: Attempt,
    /// What it answers.
    pub content: Content,
}

/// What a wallet answers.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// The bytes of a `Presentation` (SPEC §14.13).
    Presentation(Vec<u8>),
    /// The bytes of a `Login` (SPEC §14.14).
    Login(Vec<u8>),
    /// The person was asked, and there is no answer, for whatever reason.
    Declined,
}

#[derive(Serialize, Deserialize)]
struct AnswerMembers {
    attempt: Attempt,
    #[serde(default, with = "base64url::optional", skip_serializing_if = "Option::is_none")]
    presentation: Option<Vec<u8>>,
    #[serde(default, with = "base64url::optional", skip_serializing_if = "Option::is_none")]
    login: Option<Vec<u8>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    declined: Option<bool>,
}

impl TryFrom<AnswerMembers> for Answer {
    type Error = &'static str;

    fn try_from(members: AnswerMembers) -> Result<Self, Self::Error> {
        let content = match (members.presentation, members.login, members.declined) {
            (Some(bytes), None, None) => Content::Presentation(bytes),
            (None, Some(bytes), None) => Content::Login(bytes),
            (None, None, Some(true)) => Content::Declined,
            _ => return Err("not exactly one of presentation, login and declined: true"),
        };
        Ok(Self { attempt: members.attempt, content })
    }
}

impl From<Answer> for AnswerMembers {
    fn from(answer: Answer) -> Self {
        let none =
            Self { attempt: answer.attempt, presentation: None, login: None, declined: None };
        match answer.content {
            Content::Presentation(bytes) => Self { presentation: Some(bytes), ..none },
            Content::Login(bytes) => Self { login: Some(bytes), ..none },
            Content::Declined => Self { declined: Some(true), ..none },
        }
    }
}

/// 200 to an answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The nonce of the request that was answered.
    #[serde(with = "base64url")]
    pub nonce: [u8; 32],
    /// After a presentation or a login on the same device: what the browser redeems.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// Without what was asked, which has the nonce.
impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question").field("flow", &self.flow).finish_non_exhaustive()
    }
}

/// Without what was answered.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Presentation(_) => "Presentation(..)",
            Self::Login(_) => "Login(..)",
            Self::Declined => "Declined",
        })
    }
}

/// Without the nonce.
impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receipt(..)")
    }
}
