// README's program needs a clock.
#![cfg_attr(feature = "std", doc = include_str!("../README.md"))]
#![cfg_attr(not(feature = "std"), doc = "See the documentation with the default features.")]
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
pub mod store;
#[cfg(feature = "alloc")]
mod stored;

#[cfg(feature = "hazmat")]
pub mod hazmat;

pub use error::{DecodeError, DecodeReason, Error, ErrorClass};
pub use ids::{ListId, Nonce, ParametersId, RequestDigest};
pub use name::{AuthorityId, Name, PlatformId};
pub use pseudonym::Pseudonym;
pub use pseudonym::scope::Scope;
pub use rand_core;
pub use request::purpose::{Purpose, Wanted};
pub use rng::SecureRng;
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
