//! The holder (用户): a natural person's device.
//!
//! Whoever has the [`MasterSecret`] is the person. A `Holder` answers only what was `Received` from
//! an authenticated peer, with the person's `Consent`, and returns `Outgoing` bytes that have
//! passed its own check. Without an allocator there is [`LoginRequest`].

#[cfg(feature = "alloc")]
pub(crate) mod account;
#[cfg(feature = "alloc")]
mod checks;
#[cfg(feature = "alloc")]
pub(crate) mod consent;
#[cfg(feature = "alloc")]
pub(crate) mod device;
pub(crate) mod login_request;
#[cfg(feature = "alloc")]
pub(crate) mod outgoing;
#[cfg(feature = "alloc")]
pub(crate) mod received;
pub(crate) mod secret;

#[cfg(feature = "alloc")]
pub use crate::credential::Credential;
#[cfg(feature = "alloc")]
pub use crate::credential::evidence::item::Evidence;
#[cfg(feature = "alloc")]
pub use crate::credential::evidence::{AwaitingCommitments, AwaitingResponses, EvidenceBatch};
#[cfg(feature = "alloc")]
pub use crate::credential::issue::{AwaitingIssuance, IssuedCredential};
#[cfg(feature = "alloc")]
pub use account::{Account, PresentError};
#[cfg(feature = "alloc")]
pub use consent::Consent;
#[cfg(feature = "alloc")]
pub use device::{Alone, Holder};
pub use login_request::LoginRequest;
#[cfg(feature = "alloc")]
pub use outgoing::Outgoing;
#[cfg(feature = "alloc")]
pub use received::Received;
pub use secret::{HolderSecrets, MasterSecret, PSEUDONYM_SECRETS};
