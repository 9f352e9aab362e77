//! The theorems of PROOFS.md, run: simulators, extractors, the coins that explain any session
//! with any evidence, attacks, and a game in which adversaries guess.
//!
//! Every test begins with the theorem that it is about. What the theorem says of all coins is
//! counted over all coins where the group is small enough ([`tiny`]), and tested statistically or
//! on samples where it is not. Beside each check stands a planted fault that it must catch.
//!
//! ```text
//! cargo test --test games
//! ```
#![allow(non_snake_case)] // SPEC's letters: capital letters are points, small ones scalars.

#[path = "../common/mod.rs"]
mod common;

/// What the tests share: formulas of SPEC over the library's own statements, and parsed messages.
mod lab;

/// Σ1, Σ4, S1, S6, S7 counted over all coins, in groups of a few elements.
mod tiny;

/// Σ4, S6: the simulator, and the statistics of real responses.
mod simulator;

/// Σ2, S3: what two transcripts reveal.
mod extractor;

/// S6: the one (s, a, b) between any session and any evidence.
mod blindness;

/// S7: the secrets with which another person explains given 网号s.
mod pseudonyms;

/// S5: who knows x, and tries to be somebody else.
mod framing;

/// S6.3: what false statements tell, and that the library's holder makes none.
mod truth;

/// S6, S7, Corollary U: the unlinkability game among equals.
mod unlinkability;

/// Who plays it.
mod adversaries;

/// Corollary V: what is visible of refreshing, and what no choice of slots and lists shows.
mod refresh;
