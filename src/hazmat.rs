//! The layers beneath the roles: for test vectors, proofs about the protocol, and research.
//!
//! No stability promise, and no protection from misuse: a reused [`sigma::Coins`] reveals the
//! witness.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;

pub use crate::credential::enroll::Opening;
pub use crate::credential::key::KeyRelation;
pub use crate::credential::present::PresentationRelation;
pub use crate::group::Element;
pub use crate::group::xmd::{Transcript, expand_message_xmd, hash_to_group, hash_to_scalar};
pub use crate::pseudonym::login::LoginRelation;
use crate::{AuthorityParameters, Epoch, Scope, Value};

/// The fixed generators and their places (SPEC §2.4).
pub mod generators {
    pub use crate::group::generators::{G, V, attributes, generators, h, u};
}

/// Σ-proofs for linear relations (SPEC §6).
pub mod sigma {
    pub use crate::sigma::coins::{Coins, Randomness, randomness};
    pub use crate::sigma::proof::{Proof, prove, simulate};
    pub use crate::sigma::relation::{Base, Bases, Relation, Sums};
}

/// P_s and z_s (SPEC §3.3).
#[must_use]
pub const fn scope_base_and_point(scope: &Scope) -> (&RistrettoPoint, &Scalar) {
    (scope.base(), scope.point())
}

/// B_t (SPEC §4.4).
#[must_use]
pub fn credential_base(parameters: &AuthorityParameters, epoch: Epoch) -> RistrettoPoint {
    parameters.credential_base(epoch)
}

/// m_i (SPEC §4.2).
#[must_use]
pub fn attribute_scalar(value: &Value) -> Scalar {
    value.scalar()
}
