#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod accounts;
mod audit;
mod devices;
mod documents;
mod failure;
mod hashed;
mod offers;
mod people;
mod requests;
mod tickets;

#[cfg(feature = "contract")]
pub mod contract;
#[cfg(feature = "memory")]
mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "sqlite")]
mod sqlite;

#[doc(no_inline)]
pub use pairnym_transport::{Attempt, Code, Digits, Flow, Handle, Refusal, State};

pub use accounts::{Account, AccountId, Accounts, Erased, SignedAct};
pub use audit::{Audit, Event};
pub use devices::{DeviceSession, Devices, Grant, Identified};
pub use documents::{DocumentRows, Documents, Linked};
pub use failure::{Failure, FailureKind};
pub use hashed::Hashed;
pub use offers::{Offer, Offers};
pub use people::{People, PeopleRows, Person, Registrations, Standing};
pub use requests::{
    Answered, Change, Checked, Held, Key, Reply, RequestRows, Requests, Row, Stage, Typed,
};
pub use tickets::{Ticket, Tickets};

#[cfg(feature = "memory")]
pub use memory::Memory;
#[cfg(feature = "redis")]
pub use redis::RedisNonces;
#[cfg(feature = "sqlite")]
pub use sqlite::Sqlite;

/// How many rows one call removes at most, so that no call takes long.
pub const SWEEP: u64 = 1_000;

/// How much longer than its expiry everything is kept, in seconds: the clocks of two servers may
/// differ so much (SPEC §10.1).
pub const SKEW: u64 = 600;

/// Until when a row is kept that expires then.
#[must_use]
pub fn kept_until(expires: pairnym::UnixTime) -> pairnym::UnixTime {
    pairnym::UnixTime(expires.0.saturating_add(SKEW))
}

/// A time as a column, where at most the order matters.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
fn number(time: pairnym::UnixTime) -> i64 {
    i64::try_from(time.0).unwrap_or(i64::MAX)
}

/// The time in a column.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
fn time(number: i64) -> pairnym::UnixTime {
    pairnym::UnixTime(number as u64)
}

/// How many seconds of expiries are forgotten together.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
const HOUR: i64 = 3_600;

/// The hour of an expiry.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
fn hour(expires: pairnym::UnixTime) -> i64 {
    number(expires) / HOUR
}
