//! Inputs to begin with. For the decoders they are made of the test vectors and of one life, for
//! the others of scripts and of random bytes.

pub mod life;
pub mod scripts;
pub mod shared;
pub mod vectors;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// Inputs by the names of their targets.
pub type Seeds = BTreeMap<&'static str, BTreeSet<Vec<u8>>>;

pub fn all() -> io::Result<Seeds> {
    let mut seeds = vectors::all()?;
    life::add(&mut seeds);
    shared::add(&mut seeds);
    seeds.insert("exchange", scripts::exchanges());
    for target in ["forgery", "batch", "list"] {
        seeds.insert(target, scripts::random());
    }
    seeds.entry("list").or_default().extend(scripts::chains());
    Ok(seeds)
}
