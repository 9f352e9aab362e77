//! Σ-protocols for linear relations (SPEC §6).
//!
//! Every proof of pairnym says: *I know scalars w such that φ(w) = Y*, where φ is a linear map
//! into group elements and Y is public. A step of the protocol states its φ and Y once, as a
//! [`Relation`](relation::Relation); prover, verifier and simulator all read that one statement,
//! so they cannot drift apart.
//!
//! ```text
//! prover                                        verifier
//! n ← hash(transcript, w, randomness)
//! T = φ(n)
//! c = H2S(transcript, T)
//! ŵ = n + c·w               T, ŵ
//!                        ─────────────→         c = H2S(transcript, T)
//!                                               φ(ŵ) − c·Y − T = O
//! ```
//!
//! A proof is sent as (T, ŵ) and not as (c, ŵ), so that the verifier's equations are linear in
//! everything received and any number of them fold into one multiscalar multiplication
//! ([`batch`]). Bases that are the same for many proofs ([`Base::Fixed`](relation::Base)) are
//! kept apart from a proof's own ones: a verifier has tables for the former and adds up their
//! coefficients over a whole batch.

#[cfg(feature = "alloc")]
pub(crate) mod batch;
#[cfg(feature = "alloc")]
mod coefficient;
pub(crate) mod coins;
#[cfg(feature = "alloc")]
pub(crate) mod joint;
pub(crate) mod proof;
pub(crate) mod relation;
