//! What outlives a single call: nonces that were used up and the registry, which all servers share,
//! and open evidence sessions, which stay in one process. Databases implement the traits; for a
//! single process there are stores in memory.

pub(crate) mod error;
pub(crate) mod expiring;
pub(crate) mod lock;
pub(crate) mod nonces;
pub(crate) mod registry;
pub(crate) mod sessions;

#[doc(no_inline)]
pub use crate::{PersonId, TransactionId};
pub use error::StoreError;
pub use nonces::{
    AsyncNonceStore, MemoryNonces, NonceStore, Spend, Unspent, spend_all, spend_all_async,
};
pub use registry::{
    AsyncRegistry, DocumentKind, MemoryRegistry, Reenrollment, Registration, Registry,
    RegistryOutcome,
};
