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
mod login_request;
mod pseudonym;
mod purpose;
mod request_parts;
mod rng;
mod scope;
mod secret;
mod sigma;
mod text;
mod time;
mod wire;

#[cfg(feature = "alloc")]
mod act;
#[cfg(feature = "alloc")]
mod authority;
#[cfg(feature = "alloc")]
mod batcher;
#[cfg(feature = "alloc")]
mod consent;
#[cfg(feature = "alloc")]
mod credential;
#[cfg(feature = "alloc")]
mod holder;
#[cfg(feature = "alloc")]
mod parameters;
#[cfg(feature = "alloc")]
mod platform;
#[cfg(feature = "alloc")]
mod received;
#[cfg(feature = "alloc")]
mod request;
#[cfg(feature = "serde")]
mod serialised;
#[cfg(feature = "alloc")]
mod store;
#[cfg(feature = "alloc")]
mod stored;
#[cfg(feature = "alloc")]
mod verified;

#[cfg(feature = "hazmat")]
pub mod hazmat;

pub use digest::{ListId, Nonce, ParametersId, RequestDigest};
pub use error::{DecodeError, Error, ErrorClass, Reason};
pub use login_request::LoginRequest;
pub use pseudonym::Pseudonym;
pub use pseudonym::login::Login;
pub use purpose::{Purpose, Wanted};
pub use rand_core;
pub use rng::SecureRng;
pub use scope::{AuthorityId, PlatformId, Scope, Token};
pub use secret::{HolderSecrets, MasterSecret, PSEUDONYM_SECRETS};
pub use time::{Epoch, Slot, UnixTime};
pub use wire::Message;

#[cfg(feature = "alloc")]
pub use {
    act::Act,
    authority::Authority,
    batcher::{Batch, Batcher},
    consent::Consent,
    credential::Credential,
    credential::attributes::{Kind, MAX_ATTRIBUTES, Schema, Value},
    credential::enroll::{
        Commitment, EnrollmentRequest, EnrollmentTicket, OpenTicket, Unregistered,
    },
    credential::evidence::item::Evidence,
    credential::evidence::moves::{
        EvidenceChallenges, EvidenceCommitments, EvidenceRequest, EvidenceResponses, SessionId,
    },
    credential::evidence::{
        EVIDENCE_BATCH, EvidenceBatch, EvidenceChallenged, EvidenceOffered, EvidenceSession,
    },
    credential::issue::{
        IssuanceOffer, IssuanceRequest, IssuanceResponse, IssuedCredential, OpenOffer,
        PendingCredential, Unissued,
    },
    credential::key::AuthorityKey,
    credential::present::Presentation,
    credential::verify::Answer,
    holder::{Holder, PresentError},
    parameters::AuthorityParameters,
    parameters::list::{Entry, ParameterList, Withdrawn},
    platform::Platform,
    received::{Outgoing, Received},
    request::Request,
    request::builder::RequestBuilder,
    request::condition::Condition,
    store::nonces::{
        AsyncNonceStore, MemoryNonces, NonceStore, Spend, StoreError, Unspent, spend_all,
        spend_all_async,
    },
    store::registry::{
        AsyncRegistry, DocumentKind, MemoryRegistry, PersonId, Reenrollment, Registration,
        Registry, RegistryOutcome, TransactionId,
    },
    store::sessions::EvidenceSessions,
    stored::StorageKey,
    verified::{Returning, Verified, Visitor},
};
