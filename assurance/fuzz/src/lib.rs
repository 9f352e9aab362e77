//! What the fuzz targets assert. A target is a function of bytes that panics if something is
//! wrong; libFuzzer chooses the bytes, or they are replayed (`tools/`).

// SPEC's letters: capital letters are points, small ones scalars.
#![allow(non_snake_case)]

pub mod batch;
pub mod case;
pub mod chain;
pub mod changes;
pub mod corpus;
pub mod decoders;
pub mod exchange;
pub mod forgery;
pub mod grammar;
pub mod holding;
pub mod kind;
pub mod names;
pub mod network;
pub mod parts;
pub mod planted;
pub mod pool;
pub mod reference;
pub mod rules;
pub mod seeds;
pub mod serialised;
pub mod shared;
pub mod storage;
pub mod targets;

pub use targets::{TARGETS, Target};
