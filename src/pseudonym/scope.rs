//! The scope in which a person has one 网号 (SPEC §3.3).

use core::fmt;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;

use crate::group::transcript::Transcript;
use crate::name::{AuthorityId, Name, PlatformId};

/// Where a person has exactly one 网号: an authority's enrollment, a platform, and an optional
/// application of that platform (SPEC §3.3). Each label is a scope of its own, and so is
/// having none.
#[derive(Clone)]
pub struct Scope {
    authority: AuthorityId,
    platform: PlatformId,
    label: Option<Name>,
    base: RistrettoPoint,
    point: Scalar,
}

impl Scope {
    /// Hashes the names to the scope's base and point.
    #[must_use]
    pub fn new(authority: AuthorityId, platform: PlatformId, label: Option<Name>) -> Self {
        let hash = |name| {
            let label = label.as_ref().map(|label| label.as_str().as_bytes());
            Transcript::new(name)
                .part(authority.as_str().as_bytes())
                .part(platform.as_str().as_bytes())
                .optional(label)
        };
        let base = hash("pseudonym-base").element();
        let point = hash("pseudonym-point").scalar();
        Self { authority, platform, label, base, point }
    }

    /// The authority whose enrollment makes the person unique.
    #[must_use]
    pub const fn authority(&self) -> &AuthorityId {
        &self.authority
    }

    /// The platform.
    #[must_use]
    pub const fn platform(&self) -> &PlatformId {
        &self.platform
    }

    /// The application.
    #[must_use]
    pub const fn label(&self) -> Option<&Name> {
        self.label.as_ref()
    }

    /// A fault in memory.
    #[cfg(test)]
    pub(crate) fn spoil(&mut self, other: &Self) {
        (self.base, self.point) = (other.base, other.point);
    }

    /// P_s.
    pub(crate) const fn base(&self) -> &RistrettoPoint {
        &self.base
    }

    /// z_s.
    pub(crate) const fn point(&self) -> &Scalar {
        &self.point
    }
}

impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        let names = |scope: &Self| (scope.authority, scope.platform, scope.label);
        names(self) == names(other)
    }
}

impl Eq for Scope {}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("authority", &self.authority)
            .field("platform", &self.platform)
            .field("label", &self.label)
            .finish()
    }
}
