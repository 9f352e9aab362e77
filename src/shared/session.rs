//! The second's session between its consent and its answer (SPEC §20.3).

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use curve25519_dalek::scalar::Scalar;
use zeroize::Zeroizing;

use super::act::CoRequest;
use super::moves::Commitments;
use crate::group::Element;
use crate::group::transcript::Transcript;
use crate::ids::hexadecimal;

/// σ: what the session of a request, given by its bytes, is about.
pub(super) fn about(request: &[u8], pseudonym: Option<&Element>) -> Transcript {
    let transcript = Transcript::new("co-commitment").part(request);
    transcript.optional(pseudonym.map(|point| &point.bytes()[..]))
}

/// h: the second's commitment to its part, by which the session is found. 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CoSessionId(pub [u8; 32]);

hexadecimal! { CoSessionId }

impl CoSessionId {
    /// h = H32(σ, T_G).
    pub(super) fn new(session: Transcript, commitments: &Commitments) -> Self {
        let commitments = commitments.as_slice().iter();
        Self(commitments.fold(session, |session, T| session.part(T.bytes())).h32())
    }
}

/// The second's open session, after its consent: good for one answer, in memory only.
///
/// Keep it in [`CoSessions`](super::CoSessions), which drops it after two minutes.
///
/// ```compile_fail,E0382
/// # use pairnym::{shared::*, *};
/// fn twice(second: &Second, session: CoSession, one: &CoNonces, other: &CoNonces, now: UnixTime) {
///     let first = second.answer(session, one, now);
///     let again = second.answer(session, other, now); // moved: two answers give away the secret
/// }
/// ```
///
/// ```compile_fail,E0599
/// # use pairnym::shared::*;
/// fn copy(session: &CoSession) -> CoSession {
///     session.clone() // not Clone
/// }
/// ```
#[must_use]
pub struct CoSession {
    pub(super) id: CoSessionId,
    /// The request, as it came.
    pub(super) bytes: Vec<u8>,
    pub(super) request: CoRequest,
    /// N_2.
    pub(super) pseudonym: Option<Element>,
    /// T_G.
    pub(super) commitments: Commitments,
    /// n.
    pub(super) nonce: Box<Zeroizing<Scalar>>,
}

impl CoSession {
    /// h.
    #[must_use]
    pub const fn id(&self) -> &CoSessionId {
        &self.id
    }
}

impl fmt::Debug for CoSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CoSession").field("id", &self.id).finish_non_exhaustive()
    }
}
