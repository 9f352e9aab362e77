//! The authority's endpoints (§10): what wallets compare, and what they exchange with it.

use std::fmt;
use std::str::FromStr;

use pairnym::{AuthorityId, DecodeReason, Name, UnixTime};
use serde::{Deserialize, Serialize};

use crate::envelope::envelopes;
use crate::{Host, PublicKey, Token, UriError, base64url, object};

mod code;
mod list;

pub use code::{CounterCode, NoCounterCode};
pub use list::{ListError, ListSignature, SignedList};

/// The most batches of evidence in one call.
pub const MAX_BATCHES: usize = 32;

/// Paths at the authority's host.
pub mod path {
    /// The directory; `lists/SERIAL` below it are the lists.
    pub const DIRECTORY: &str = "/.well-known/pairnym-authority";
    /// Where a code becomes a session.
    pub const SESSIONS: &str = "/v1/sessions";
    /// Where a person enrolls.
    pub const ENROLLMENT: &str = "/v1/enrollment";
    /// Where offers come from.
    pub const OFFERS: &str = "/v1/offers";
    /// Where an offer becomes a credential.
    pub const CREDENTIALS: &str = "/v1/credentials";
    /// Where evidence sessions begin.
    pub const EVIDENCE: &str = "/v1/evidence";
}

/// The directory: for wallets to compare with their pins. Of all this they adopt nothing but
/// lists, and those once enough pinned keys have signed them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    /// The authority.
    pub authority: AuthorityId,
    /// The present list.
    #[serde(deserialize_with = "object::one")]
    pub list: SignedList,
    /// The registrars' keys.
    pub registrars: Vec<PublicKey>,
    /// How often in a slot everybody is given the evidence of a credential (SPEC §9).
    pub sessions: u32,
}

/// `POST /v1/sessions`: the code from the counter's screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identification {
    /// The code.
    pub code: CounterCode,
}

/// What the code is worth.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Authenticates this device from now on.
    pub token: Token,
    /// When the token expires.
    pub expires: UnixTime,
    /// The bytes of an `EnrollmentTicket`, unless the person is enrolled.
    #[serde(default, with = "base64url::optional", skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Vec<u8>>,
}

/// `Debug` without the messages, which are about a person.
macro_rules! hidden {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

hidden! { Session }

macro_rules! one_message {
    ($($(#[$doc:meta])* $name:ident, $type:literal: $member:ident, $message:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            #[doc = concat!("The bytes of an `", $message, "`.")]
            #[serde(with = "base64url")]
            pub $member: Vec<u8>,
        }

        envelopes! { $name: $type }
        hidden! { $name }
    )*};
}

one_message! {
    /// `POST /v1/enrollment`.
    Enrollment, "enrollment": request, "EnrollmentRequest";
    /// 200 to `POST /v1/offers`.
    Offer, "offer": offer, "IssuanceOffer";
    /// `POST /v1/credentials`.
    Issuance, "issuance": request, "IssuanceRequest";
    /// 200 to `POST /v1/credentials`.
    IssuedCredential, "credential": response, "IssuanceResponse";
}

macro_rules! batches {
    ($($(#[$doc:meta])* $name:ident, $type:literal: $member:ident, $message:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            #[doc = concat!("The bytes of 1 to 32 `", $message, "`, in the order of the requests.")]
            #[serde(with = "batch_list")]
            pub $member: Vec<Vec<u8>>,
        }

        envelopes! { $name: $type }
        hidden! { $name }
    )*};
}

batches! {
    /// `POST /v1/evidence`.
    EvidenceBatches, "evidence": requests, "EvidenceRequest";
    /// 201 to `POST /v1/evidence`.
    Commitments, "commitments": commitments, "EvidenceCommitments";
    /// `POST /v1/evidence/NODE`.
    Challenges, "challenges": challenges, "EvidenceChallenges";
    /// 200 to `POST /v1/evidence/NODE`.
    Responses, "responses": responses, "EvidenceResponses";
}

envelopes! {
    Directory: "authority",
    Identification: "identification",
    Session: "session",
}

/// 1 to 32 byte strings.
mod batch_list {
    pub use crate::base64url::list::serialize;

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<Vec<u8>>, D::Error> {
        let batches = crate::base64url::list::deserialize(from)?;
        let few = (1..=super::MAX_BATCHES).contains(&batches.len());
        if few { Ok(batches) } else { Err(serde::de::Error::custom("not 1 to 32 batches")) }
    }
}

/// Where the second call of an evidence session goes: the process that opened it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EvidencePath(Name);

impl EvidencePath {
    /// Of the node with this name.
    #[must_use]
    pub const fn new(node: Name) -> Self {
        Self(node)
    }

    /// The node's name.
    #[must_use]
    pub const fn node(&self) -> &Name {
        &self.0
    }

    /// The URL at the authority's host.
    #[must_use]
    pub fn url(&self, authority: &Host) -> String {
        format!("{}{self}", authority.origin())
    }
}

/// The `Location`: `/v1/evidence/NODE`.
impl fmt::Display for EvidencePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", path::EVIDENCE, self.0)
    }
}

impl FromStr for EvidencePath {
    type Err = UriError;

    /// No other form of it, and no other host.
    fn from_str(location: &str) -> Result<Self, UriError> {
        let node = location.strip_prefix(path::EVIDENCE).and_then(|rest| rest.strip_prefix('/'));
        let node = node.ok_or(UriError::Path)?;
        Name::new(node).map(Self).map_err(|_| UriError::Host(DecodeReason::Identifier))
    }
}

/// The path of the list with this serial.
#[must_use]
pub fn list_path(serial: u32) -> String {
    format!("{}/lists/{serial}", path::DIRECTORY)
}
