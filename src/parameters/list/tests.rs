//! Decoding, slots and succession, rule by rule, and at random.

use alloc::vec;
use alloc::vec::Vec;
use core::num::{NonZeroU8, NonZeroU32};

use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT;
use curve25519_dalek::scalar::Scalar;

use super::*;
use crate::credential::attributes::Kind;
use crate::group::Element;
use crate::time::Epoch;

mod decoding;
mod simulation;
mod slots;
mod successors;

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

fn key(number: u64) -> Element {
    Element::new(RISTRETTO_BASEPOINT_POINT * Scalar::from(number)).unwrap()
}

fn with_schema(number: u64, length: u64, schema: Schema) -> AuthorityParameters {
    let authority = "authority.example".parse().unwrap();
    let length = u32::try_from(length).unwrap().try_into().unwrap();
    AuthorityParameters::hashed(authority, key(number), length, NonZeroU8::MIN, schema)
}

/// Parameters with this multiple of G as key.
fn parameters(number: u64, length: u64) -> AuthorityParameters {
    with_schema(number, length, Schema::new([]).unwrap())
}

fn foreign(number: u64, length: u64) -> AuthorityParameters {
    AuthorityParameters {
        authority: "other.example".parse().unwrap(),
        ..parameters(number, length)
    }
}

fn schema(kind: Kind) -> Schema {
    Schema::new([("name", Kind::Text), ("level", kind)]).unwrap()
}

fn host() -> PlatformId {
    PlatformId::new("www.authority.example").unwrap()
}

/// The first list, since 0 until day 10, of entries with the keys 1, 2, … that begin on these
/// days and have epochs of so many hours.
fn list(entries: &[(u64, u64)]) -> ParameterList {
    let until = UnixTime(10 * DAY);
    let authority = *parameters(1, HOUR).authority();
    let list = ParameterList::empty(authority, host(), 0, NONE, UnixTime(0), until);
    let mut list = list.unwrap();
    for (number, (day, hours)) in (1..).zip(entries) {
        let from = UnixTime(day * DAY);
        let parameters = parameters(number, hours * HOUR);
        list.add(ListEntry { from, parameters }).unwrap();
    }
    list.hashed()
}

fn id(number: u64, hours: u64) -> ParametersId {
    *parameters(number, hours * HOUR).id()
}

fn froms(list: &ParameterList) -> Vec<u64> {
    list.entries().map(|entry| entry.from().0).collect()
}

fn ids(list: &ParameterList) -> Vec<ParametersId> {
    list.entries().map(|entry| *entry.parameters().id()).collect()
}
