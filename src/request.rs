//! What a platform asks a person to prove (SPEC §10).

#[cfg(feature = "alloc")]
pub(crate) mod builder;
#[cfg(feature = "alloc")]
pub(crate) mod condition;
#[cfg(feature = "alloc")]
pub(crate) mod message;
pub(crate) mod parts;
pub(crate) mod purpose;
