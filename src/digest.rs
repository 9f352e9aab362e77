//! Parameters, their lists and requests, named by the hash of their bytes.

use crate::group::xmd::Transcript;

/// `params_id`: the 32-byte hash of an authority's parameters (SPEC §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParametersId(pub [u8; 32]);

/// The 32-byte hash of a parameter list (SPEC §4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListId(pub [u8; 32]);

/// The 32-byte hash of a request's bytes (SPEC §10.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestDigest(pub [u8; 32]);

impl RequestDigest {
    /// Hashes the wire bytes of a request.
    #[must_use]
    pub fn of(request: &[u8]) -> Self {
        Self(Transcript::new("request").part(request).h32())
    }
}
