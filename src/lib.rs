#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
// SPEC's letters in the algebra: capital letters are points, small ones scalars.
#![allow(non_snake_case)]
// Without an allocator there is only login, which uses a part of the shared layers.
#![cfg_attr(not(feature = "alloc"), allow(dead_code))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod digest;
mod error;
mod group;
mod pseudonym;
mod scope;
mod secret;
mod sigma;
mod wire;

#[cfg(feature = "alloc")]
mod authority;
#[cfg(feature = "alloc")]
mod batcher;
#[cfg(feature = "alloc")]
mod consent;
#[cfg(feature = "alloc")]
mod credential;
#[cfg(feature = "alloc")]
mod expiring;
#[cfg(feature = "alloc")]
mod holder;
#[cfg(feature = "alloc")]
mod nonce;
#[cfg(feature = "alloc")]
mod parameters;
#[cfg(feature = "alloc")]
mod platform;
#[cfg(feature = "alloc")]
mod registry;
#[cfg(feature = "alloc")]
mod request;
#[cfg(feature = "alloc")]
mod time;
#[cfg(feature = "alloc")]
mod verified;

#[cfg(feature = "hazmat")]
pub mod hazmat;

pub use digest::{ParametersId, RequestDigest};
pub use error::{DecodeError, Error, Reason};
pub use pseudonym::Pseudonym;
pub use pseudonym::login::Login;
pub use scope::{AuthorityId, PlatformId, Scope, Token};
pub use secret::{HolderSecrets, MasterSecret, PSEUDONYM_SECRETS};
pub use wire::Message;

#[cfg(feature = "alloc")]
pub use {
    authority::Authority,
    batcher::{Batch, Batcher},
    consent::Consent,
    credential::Credential,
    credential::attributes::{Kind, MAX_ATTRIBUTES, Schema, Value},
    credential::enroll::{Commitment, EnrollmentRequest, EnrollmentTicket},
    credential::evidence::item::Evidence,
    credential::evidence::moves::{
        EvidenceChallenges, EvidenceCommitments, EvidenceRequest, EvidenceResponses,
    },
    credential::evidence::{EVIDENCE_BATCH, EvidenceChallenged, EvidenceOffered, EvidenceSession},
    credential::issue::{IssuanceOffer, IssuanceRequest, IssuanceResponse, PendingCredential},
    credential::key::AuthorityKey,
    credential::present::Presentation,
    credential::sessions::EvidenceSessions,
    credential::verify::Answer,
    holder::{Holder, PresentError},
    nonce::{MemoryNonces, NonceStore},
    parameters::{AuthorityParameters, PinnedParameters},
    platform::Platform,
    registry::{DocumentKind, MemoryRegistry, PersonId, Reenrollment, Registry},
    request::builder::RequestBuilder,
    request::condition::Condition,
    request::{Purpose, Request},
    time::{Epoch, UnixTime},
    verified::Verified,
};
