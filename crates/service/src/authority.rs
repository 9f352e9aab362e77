//! An authority: enrolls people whose identity was checked, issues their credentials, and makes
//! evidence.

mod identity;

pub use identity::{Identities, Known, Values};
