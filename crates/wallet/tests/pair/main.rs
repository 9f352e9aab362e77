//! Two wallets that are one holder: a child's and a guardian's, with an authority and a shop that
//! notice nothing (SPEC §20).

mod acts;
mod counter;
mod hand_over;
mod line;
mod lost;
mod meeting;
#[path = "../support/mod.rs"]
mod support;

use support::family::Family;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// How much evidence the child has.
fn left(family: &Family) -> usize {
    family.child.stock().unwrap().1
}
