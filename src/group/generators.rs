//! The fixed generators (SPEC §2.4), and where each stands in a list of fixed bases.

use alloc::vec::Vec;

use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT;
use curve25519_dalek::ristretto::RistrettoPoint;

use super::transcript::Transcript;
use crate::holder::secret::PSEUDONYM_SECRETS;
use crate::sigma::relation::Base;

/// The basepoint G.
pub const G: Base = Base::Fixed(0);
/// V, which hides the commitment.
pub const V: Base = Base::Fixed(1);
/// The place after the last generator of a schema without attributes.
const ATTRIBUTES: usize = 2 + PSEUDONYM_SECRETS;

/// U_k, k < 7.
pub const fn u(k: usize) -> Base {
    Base::Fixed(2 + k)
}

/// H_i, i < the number of attributes that [`generators`] was called with.
pub const fn h(i: usize) -> Base {
    Base::Fixed(ATTRIBUTES + i)
}

/// G, V, U_0 … U_6, H_0 … H_{attributes − 1}.
#[must_use]
pub fn generators(attributes: usize) -> Vec<RistrettoPoint> {
    let name = |name: &'static str| {
        move |i: usize| {
            let index = (i as u32).to_be_bytes();
            let transcript = Transcript::new("generator").part(name.as_bytes());
            transcript.part(&index).element()
        }
    };
    let mut all = Vec::with_capacity(ATTRIBUTES + attributes);
    all.push(RISTRETTO_BASEPOINT_POINT);
    all.push(name("V")(0));
    all.extend((0..PSEUDONYM_SECRETS).map(name("U")));
    all.extend((0..attributes).map(name("H")));
    all
}

/// Whether such a list has generators for this many attributes.
pub(crate) fn suffice(generators: &[RistrettoPoint], attributes: usize) -> bool {
    generators.len() >= ATTRIBUTES + attributes
}

/// Those in such a list that open a commitment: all but the H_i.
pub(crate) fn opening(generators: &[RistrettoPoint]) -> &[RistrettoPoint] {
    &generators[..ATTRIBUTES]
}

/// H_0 … H_{attributes − 1} in such a list.
#[must_use]
pub fn attributes(generators: &[RistrettoPoint], attributes: usize) -> &[RistrettoPoint] {
    &generators[ATTRIBUTES..ATTRIBUTES + attributes]
}
