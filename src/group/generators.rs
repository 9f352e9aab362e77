//! The fixed generators (SPEC §2.4), and where each stands in a list of fixed bases.

use alloc::vec::Vec;

use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT;
use curve25519_dalek::ristretto::RistrettoPoint;

use super::transcript::Transcript;
use crate::holder::secret::PSEUDONYM_SECRETS;
use crate::sigma::batch::{Fixed, Tables};
use crate::sigma::relation::Base;

/// The basepoint G.
pub const G: Base = Base::Fixed(0);
/// V, which hides the commitment.
pub const V: Base = Base::Fixed(1);
/// The place of U_0.
const FIRST: usize = 2;
/// The place after the last generator of a schema without attributes.
const ATTRIBUTES: usize = FIRST + PSEUDONYM_SECRETS;

/// U_k, k < 7.
pub const fn u(k: usize) -> Base {
    Base::Fixed(FIRST + k)
}

/// H_i, i < the number of attributes that [`generators`] was called with.
pub const fn h(i: usize) -> Base {
    Base::Fixed(ATTRIBUTES + i)
}

/// U_0, which stands in such a list at [`u(0)`](u).
pub(crate) fn u_0() -> RistrettoPoint {
    named("U", 0)
}

fn named(name: &str, index: u32) -> RistrettoPoint {
    let transcript = Transcript::new("generator").part(name.as_bytes());
    transcript.part(&index.to_be_bytes()).element()
}

/// G, V, U_0 … U_6, H_0 … H_{attributes − 1}.
#[must_use]
pub fn generators(attributes: usize) -> Vec<RistrettoPoint> {
    let name = |name| move |i: usize| named(name, i as u32);
    let mut all = Vec::with_capacity(ATTRIBUTES + attributes);
    all.push(RISTRETTO_BASEPOINT_POINT);
    all.push(name("V")(0));
    all.extend((0..PSEUDONYM_SECRETS).map(name("U")));
    all.extend((0..attributes).map(name("H")));
    all
}

/// H_0 … H_{attributes − 1} in such a list.
#[must_use]
pub fn attributes(generators: &[RistrettoPoint], attributes: usize) -> &[RistrettoPoint] {
    &generators[ATTRIBUTES..ATTRIBUTES + attributes]
}

/// The generators for some number of attributes, with tables for what is verified often.
pub(crate) struct Generators {
    points: Vec<RistrettoPoint>,
    tables: Option<Tables>,
}

impl Generators {
    /// Without tables.
    pub(crate) fn new(attributes: usize) -> Self {
        Self { points: generators(attributes), tables: None }
    }

    /// With tables, but for attributes only as many as what is verified has.
    pub(crate) fn prepared(attributes: usize, verified: usize) -> Self {
        let points = generators(attributes);
        let tables = Tables::new(&points[..ATTRIBUTES + verified]);
        Self { points, tables: Some(tables) }
    }

    /// G, V, U_k and H_i, to compute with.
    pub(crate) fn points(&self) -> &[RistrettoPoint] {
        &self.points
    }

    /// U_0.
    pub(crate) fn u_0(&self) -> &RistrettoPoint {
        &self.points[FIRST]
    }

    /// The same, to verify with.
    pub(crate) fn fixed(&self) -> Fixed<'_> {
        self.tables.as_ref().map_or(Fixed::Points(&self.points), Fixed::Tables)
    }

    /// Whether there are generators for this many attributes.
    pub(crate) fn suffice(&self, attributes: usize) -> bool {
        self.points.len() >= ATTRIBUTES + attributes
    }

    /// Whether there are tables.
    pub(crate) fn are_prepared(&self) -> bool {
        self.tables.is_some()
    }

    /// A fault in memory.
    #[cfg(test)]
    pub(crate) fn spoil(&mut self, place: usize) {
        self.points[place] += RISTRETTO_BASEPOINT_POINT;
    }
}
