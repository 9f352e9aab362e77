//! How a holder answers a request: with a [`presentation`] of a credential, or a [`login`]. Each
//! has its prover beside what the verifier checks. [`verification`] is the platform's hot path for
//! both.

pub(crate) mod login;
#[cfg(feature = "alloc")]
pub(crate) mod presentation;
#[cfg(feature = "alloc")]
pub(crate) mod verification;
