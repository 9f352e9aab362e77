//! Two devices that act as one holder (SPEC §20): what they do, what each of them can try against
//! the other, and what somebody on the channel between them can.

#![allow(non_snake_case)] // The letters of SPEC: points are capital.

#[path = "../common/mod.rs"]
mod common;

/// An act step by step.
mod flight;
/// The formulas of SPEC §20, once more.
mod formulas;
/// A presentation by its formulas.
mod prover;

/// What the two do together, and whom others see.
mod acts;
/// Every bit of every message between the two.
mod bytes;
/// Why nonces are not shown in the clear, and the devices that show them.
mod naive;
/// One answer for each nonce.
mod nonces;
/// How two devices become a pair, and who tries to be one of them.
mod pairing;
mod ros;
/// What a second can do against its lead.
mod second;

use common::*;
use flight::{DEEDS, Deed, Step, World, honest};
use pairnym::hazmat::Transcript;
use pairnym::platform::{Act, Platform};
use pairnym::{attribute::*, authority::*, holder::*, message::*, shared::*, store::*, *};
use pairnym_testkit::*;

/// A copy with another content in one place.
fn with(bytes: &[u8], place: std::ops::Range<usize>, content: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.splice(place, content.iter().copied());
    bytes
}
