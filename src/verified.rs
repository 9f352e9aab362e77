//! What a platform knows after verification.

use alloc::vec::Vec;

use crate::credential::attributes::Value;
use crate::digest::RequestDigest;
use crate::pseudonym::Pseudonym;
use crate::scope::Token;
use crate::time::Epoch;

/// A verified presentation: the only place to read a 网号 and claims.
///
/// It has no public constructor:
///
/// ```compile_fail,E0451
/// let forged = pairnym::Verified { ..unreachable!() };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub(crate) pseudonym: Pseudonym,
    pub(crate) epoch: Epoch,
    pub(crate) claims: Vec<(Token, Value)>,
    pub(crate) request: RequestDigest,
}

impl Verified {
    /// The person's 网号 in the scope of the request.
    #[must_use]
    pub const fn pseudonym(&self) -> &Pseudonym {
        &self.pseudonym
    }

    /// The epoch of the credential.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The disclosed attributes, in the order of the schema.
    pub fn claims(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.claims.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// A disclosed attribute.
    #[must_use]
    pub fn claim(&self, attribute: &str) -> Option<&Value> {
        self.claims().find(|(name, _)| *name == attribute).map(|(_, value)| value)
    }

    /// The digest of the request that was answered.
    #[must_use]
    pub const fn request(&self) -> &RequestDigest {
        &self.request
    }
}
