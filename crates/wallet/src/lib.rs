#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

/// For what the tests share.
#[cfg(test)]
extern crate self as pairnym_wallet;

mod backup;
mod channel;
#[cfg(feature = "command")]
pub mod command;
mod device;
mod failure;
mod folder;
mod history;
mod http;
#[cfg(feature = "network")]
mod network;
#[cfg(feature = "page")]
pub mod page;
mod pairs;
mod parts;
mod pins;
mod question;
mod seal;
mod stock;
#[cfg(feature = "network")]
mod tcp;
// The command says what the pages say, and more.
#[cfg(any(feature = "command", feature = "page"))]
#[cfg_attr(not(feature = "command"), allow(dead_code))]
mod texts;
mod vault;
mod wallet;

pub use backup::{Language, Words};
pub use channel::{Channel, MAX_FRAME};
pub use failure::Failure;
pub use history::{Entry, Outcome};
pub use http::{Http, Offline, Response};
#[cfg(feature = "network")]
pub use network::Network;
pub use pins::{BadPins, Pins};
pub use question::{Decision, Obstacle, Question};
pub use seal::{Cost, Lock};
#[cfg(feature = "network")]
pub use tcp::TcpChannel;
pub use wallet::{
    About, Alarm, Answered, Ask, Asked, Asking, Attended, Coming, Due, Inviting, Meeting, Offer,
    Pairing, Wallet, WardName, invited_to,
};

/// The system's random generator.
fn rng() -> pairnym::rand_core::UnwrapErr<getrandom::SysRng> {
    pairnym::rand_core::UnwrapErr(getrandom::SysRng)
}
