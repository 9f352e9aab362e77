//! The layers below the roles: for test vectors, proofs about the protocol, and research.
//!
//! No stability promise, and no protection against misuse: a reused [`sigma::HedgedScalars`]
//! reveals the witness.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use zeroize::Zeroizing;

pub use crate::answer::login::LoginRelation;
pub use crate::answer::presentation::PresentationRelation;
use crate::attribute::Value;
pub use crate::credential::commitment::Opening;
pub use crate::credential::key::KeyRelation;
pub use crate::group::Element;
pub use crate::group::transcript::{Transcript, expand_message_xmd, hash_to_group, hash_to_scalar};
use crate::holder::{HolderSecrets, PSEUDONYM_SECRETS};
use crate::{Scope, Slot};

/// The fixed generators and their places (SPEC §2.4).
pub mod generators {
    pub use crate::group::generators::{G, V, attributes, generators, h, u};
}

/// Σ-proofs for linear relations (SPEC §6).
pub mod sigma {
    pub use crate::sigma::coins::{HedgedScalars, Randomness, randomness};
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
pub fn credential_base(slot: &Slot) -> RistrettoPoint {
    crate::parameters::credential_base(slot)
}

/// m_i (SPEC §4.2).
#[must_use]
pub fn attribute_scalar(value: &Value) -> Scalar {
    value.scalar()
}

/// u_0 … u_6, v, in the order in which proofs take them (SPEC §5.1).
#[must_use]
pub const fn holder_scalars(secrets: &HolderSecrets) -> &[Scalar; PSEUDONYM_SECRETS + 1] {
    secrets.scalars()
}

/// f(z) (SPEC §5.2). Constant-time.
#[must_use]
pub fn evaluate(secrets: &HolderSecrets, z: &Scalar) -> Zeroizing<Scalar> {
    secrets.evaluate(z)
}
