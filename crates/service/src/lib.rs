#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
// Without either side there is nothing that uses what both have.
#![cfg_attr(
    not(any(feature = "authority", feature = "platform")),
    allow(dead_code, unused_imports, unused_macros)
)]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod admin;
mod body;
mod client;
mod engine;
mod http;
mod limit;
mod listen;
mod metrics;
mod openapi;
#[cfg(feature = "postgres")]
mod postgres;
mod problem;
mod program;
mod settings;
mod store;
mod telemetry;
mod tls;

#[cfg(feature = "authority")]
pub mod authority;
#[cfg(feature = "platform")]
pub mod platform;

use std::sync::Arc;

pub use client::{Network, client};
pub use limit::{Limit, Limits};
pub use metrics::Metrics;
pub use openapi::openapi;
pub use problem::Refused;
#[cfg(feature = "platform")]
pub use store::AnyStore;
#[cfg(feature = "authority")]
pub use store::AuthorityStore;
pub use tls::TlsFiles;

/// What says the time: [`UnixTime::now`](pairnym::UnixTime::now) in a server, anything in a test.
pub type Clock = Arc<dyn Fn() -> pairnym::UnixTime + Send + Sync>;

/// The system's clock.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(pairnym::UnixTime::now)
}
