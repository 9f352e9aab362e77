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
/// What each of the two can do without the other.
mod alone;
/// Every bit of every message between the two.
mod bytes;
/// The same at a distance.
mod distance;
/// The hand-over, and what is stored.
mod handover;
/// What a lead can do against its second.
mod lead;
/// Why nonces are not shown in the clear, and the devices that show them.
mod naive;
/// One answer for each nonce.
mod nonces;
/// How two devices become a pair, and who tries to be one of them.
mod pairing;
/// What either refuses before it gives anything.
mod refusals;
/// Restarts, and acts that fail.
mod restart;
mod ros;
/// What a second can do against its lead.
mod second;
/// The second's open sessions.
mod sessions;

use common::*;
use flight::{DEEDS, Deed, Guardian, Step, World, honest};
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

/// The bytes of a CoRequest for a login, an enrollment or an issuance.
fn co_request(world: &World, body: &impl Message) -> Vec<u8> {
    [&[1, 27], &world.pair.second.pairing().0[..], &[7; 32], &body.to_bytes()].concat()
}

/// The second consents to everything; the seed is that of its randomness.
fn approved(world: &World, bytes: &[u8], seed: u64) -> (CoApproval, CoSession) {
    let rng = &mut seeded(seed);
    let approved = match world.pair.second.read(bytes, world.list(), NOW).unwrap() {
        Asked::Enrollment(asked) => asked.approve(&world.ticket, rng),
        Asked::Credential(asked) => asked.approve(rng),
        Asked::Answer(asked) => asked.approve_and_disclose(rng),
    };
    approved.unwrap()
}

/// Copies with one bit changed.
fn flips(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> {
    (0..bytes.len() * 8).map(move |bit| {
        let mut copy = bytes.to_vec();
        copy[bit / 8] ^= 1 << (bit % 8);
        (bit / 8, copy)
    })
}
