//! Inputs to begin with. For the decoders they are made of the test vectors, for the others of
//! scripts and of random bytes.

pub mod scripts;
pub mod vectors;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// Inputs by the names of their targets.
pub type Seeds = BTreeMap<&'static str, BTreeSet<Vec<u8>>>;

pub fn all() -> io::Result<Seeds> {
    let mut seeds = vectors::all()?;
    seeds.insert("exchange", scripts::exchanges());
    for target in ["forgery", "batch"] {
        seeds.insert(target, scripts::random());
    }
    Ok(seeds)
}
