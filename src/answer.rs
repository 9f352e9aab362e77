//! What a holder answers a request with, each answer's prover beside what its verifier checks:
//! a [`presentation`] of a credential, or a [`login`]. [`verification`] is the platform's hot path
//! over both.

pub(crate) mod login;
#[cfg(feature = "alloc")]
pub(crate) mod presentation;
#[cfg(feature = "alloc")]
pub(crate) mod verification;
