//! Real-name verification without a central eye: a person proves to an internet platform that they
//! are a real, verified, unique natural person, and nobody can tell which identifiers belong to
//! whom: not all the platforms together, and not even the state service that checked the identity
//! card.
//!
//! **Not externally audited.**
//!
#![cfg_attr(
    feature = "alloc",
    doc = "\
| role | module | what it does |
|---|---|---|
| authority, 公共服务平台 | [`authority`] | registers each person's commitment, issues credentials (网证), makes evidence blindly |
| holder, a person's device | [`holder`] | derives a [`Pseudonym`] (网号) for each platform, and answers requests |
| platform, 互联网平台 | [`platform`] | asks, and verifies on its own, with public data |

What they send each other is in [`message`]; what an authority certifies, in [`attribute`]; what a
server stores, in [`store`]. **[The guide](manual)** says how to use it, and what to watch out for.
"
)]
//!
//! The specification (SPEC.md, cited by its sections), the theorems (PROOFS.md), the duties of each
//! role and a profile for a national service (PROFILE.md) are in the package.
//!
//! # A first program
//!
//! Here the authority, a person and a platform share one process; in production each has a machine
//! of its own, and every message travels as bytes over a connection whose peer is authenticated.
//!
#![cfg_attr(feature = "std", doc = "```")]
#![cfg_attr(not(feature = "std"), doc = "```text")]
#![doc = include_str!("../examples/first.rs")]
//! ```
//!
//! # Features
//!
//! `std` (default): the system clock, and in-memory stores for many threads. `alloc`: everything
//! except what a device without an allocator needs for its 网号s and logins. `rayon`:
//! `par_check_batch`. `serde`: messages, ids, names and times. `idna`: platform ids from host names as
//! people write them. `hazmat`: the underlying layers, for vectors, proofs and research, without any
//! promise of stability.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
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

mod answer;
mod error;
mod group;
mod ids;
mod name;
mod pseudonym;
mod request;
mod rng;
mod sigma;
mod text;
mod time;
mod wire;

#[cfg(feature = "alloc")]
pub mod attribute;
#[cfg(feature = "alloc")]
pub mod authority;
#[cfg(feature = "alloc")]
mod credential;
pub mod holder;
pub mod message;
#[cfg(feature = "alloc")]
mod parameters;
#[cfg(feature = "alloc")]
pub mod platform;
#[cfg(feature = "serde")]
mod serialised;
#[cfg(feature = "alloc")]
pub mod shared;
#[cfg(feature = "alloc")]
pub mod store;
#[cfg(feature = "alloc")]
mod stored;

#[cfg(feature = "hazmat")]
pub mod hazmat;
#[cfg(all(doc, feature = "alloc"))]
pub mod manual;

pub use error::{DecodeError, DecodeReason, Error, ErrorClass};
pub use ids::{ListId, Nonce, ParametersId, RequestDigest};
pub use name::{AuthorityId, Name, PlatformId};
pub use pseudonym::Pseudonym;
pub use pseudonym::scope::Scope;
pub use rand_core;
pub use request::purpose::{Purpose, Wanted};
pub use rng::SecureRng;
pub use text::is_text;
pub use time::{Epoch, Slot, UnixTime};
pub use wire::Message;
pub use zeroize;

#[cfg(feature = "alloc")]
pub use {
    credential::attributes::Schema,
    parameters::AuthorityParameters,
    parameters::list::{ListEntry, ParameterList, Withdrawn},
    request::message::Request,
    store::registry::{PersonId, TransactionId},
    stored::StorageKey,
};
