//! What outlives one call and is shared by all servers: nonces that were used up, the registry,
//! open evidence sessions. Databases implement the traits; for one process there are stores in
//! memory.

pub(crate) mod error;
pub(crate) mod expiring;
pub(crate) mod lock;
pub(crate) mod nonces;
pub(crate) mod registry;
pub(crate) mod sessions;
