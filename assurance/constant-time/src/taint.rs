//! Which secrets a run marks, and where: master secret, a second's secrets, seed, stored values,
//! attributes, storage key and randomness.

use std::convert::Infallible;

use pairnym::attribute::Value;
use rand_core::{TryCryptoRng, TryRng};

use crate::memcheck::{make_secret, make_secret_in_place, secret};

/// Kinds of secrets, as a set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Taint(u8);

/// The master secret, from which u_k and v come.
pub const MASTER: Taint = Taint(1);
/// The authority's seed, from which x and k_e come.
pub const SEED: Taint = Taint(2);
/// A, e, W of a credential.
pub const CREDENTIAL: Taint = Taint(4);
/// Values of hidden attributes, but for the length of a text and whether one is absent.
pub const ATTRIBUTES: Taint = Taint(8);
/// ρ of an evidence item.
pub const RHO: Taint = Taint(16);
/// What the random generator gives for nonces and blinding.
pub const RANDOM: Taint = Taint(32);
/// The key under which the authority authenticates what it stores.
pub const STORAGE: Taint = Taint(64);

/// d of a second, and the master secret of its own from which it comes.
pub const SHARE: Taint = Taint(128);

const NAMES: [(Taint, &str); 8] = [
    (MASTER, "master secret"),
    (SHARE, "d"),
    (SEED, "seed"),
    (CREDENTIAL, "A, e, W"),
    (ATTRIBUTES, "attributes"),
    (RHO, "ρ"),
    (RANDOM, "randomness"),
    (STORAGE, "storage key"),
];

impl Taint {
    /// Nothing is secret: how parties act whom an operation does not concern.
    pub const NONE: Self = Self(0);

    /// Both sets together.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the sets have a kind in common.
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Each kind of the set, as a set of its own.
    pub fn kinds(self) -> impl Iterator<Item = Self> {
        NAMES.into_iter().map(|(kind, _)| kind).filter(move |kind| self.meets(*kind))
    }

    /// The names of the kinds.
    pub fn names(self) -> String {
        let names = NAMES.into_iter().filter(|(kind, _)| self.meets(*kind));
        names.map(|(_, name)| name).collect::<Vec<_>>().join("; ")
    }

    /// Bytes of this kind.
    pub fn bytes<const N: usize>(self, kind: Self, bytes: [u8; N]) -> [u8; N] {
        if self.meets(kind) { secret(bytes) } else { bytes }
    }

    /// A part of a buffer, of this kind.
    pub fn within(self, kind: Self, bytes: &mut [u8]) {
        if self.meets(kind) {
            make_secret(bytes);
        }
    }

    /// The content of attribute values where they lie: a flag, an integer, the bytes of a text.
    pub fn values(self, values: &[Value]) {
        if !self.meets(ATTRIBUTES) {
            return;
        }
        for value in values {
            match value {
                Value::Flag(flag) => make_secret_in_place(flag),
                Value::Integer(integer) => make_secret_in_place(integer),
                Value::Text(text) => make_secret_in_place(text.as_bytes()),
                _ => {}
            }
        }
    }
}

/// One draw from the random generator, by its length in bytes and what becomes of it.
#[derive(Clone, Copy)]
pub enum Draw {
    /// Sent as it is, by the protocol: nonces of tickets and offers, numbers of sessions.
    Public(usize),
    /// Kept.
    Secret(usize),
}

/// A random generator whose draws are foreseen, one by one. (Nothing is at stake here: its bytes
/// come from a counter.)
pub struct Draws<'a> {
    taint: Taint,
    foreseen: &'a [Draw],
    state: u64,
}

impl<'a> Draws<'a> {
    pub fn new(taint: Taint, foreseen: &'a [Draw]) -> Self {
        Self { taint, foreseen, state: 0 }
    }

    /// SplitMix64.
    fn byte(&mut self) -> u8 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z >> 56) as u8
    }
}

impl TryRng for Draws<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("the library draws bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        panic!("the library draws bytes")
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        let (draw, rest) = self.foreseen.split_first().expect("a draw that was not foreseen");
        self.foreseen = rest;
        let (Draw::Public(length) | Draw::Secret(length)) = *draw;
        assert_eq!(length, out.len(), "a draw of another length than foreseen");
        out.iter_mut().for_each(|byte| *byte = self.byte());
        if let Draw::Secret(_) = draw {
            self.taint.within(RANDOM, out);
        }
        Ok(())
    }
}

impl TryCryptoRng for Draws<'_> {}
