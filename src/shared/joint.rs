//! What two devices can make together (SPEC §20.3).

mod login;
mod opening;
mod presentation;

use curve25519_dalek::scalar::Scalar;

use super::lead::Lead;
use super::moves::Commitments;
use crate::answer::presentation::Statement;
use crate::sigma::joint::Other;
use crate::wire::Body;

#[cfg(doc)]
use crate::message::{EnrollmentRequest, IssuanceRequest, Login, Presentation};

/// What two devices can make together: an [`EnrollmentRequest`], an [`IssuanceRequest`], a
/// [`Presentation`] or a [`Login`]. Sealed.
pub trait Joint: Body {
    /// What was received, and what the lead's person consented to.
    #[doc(hidden)]
    type Asked<'a>;
    /// Everything but the second's part.
    #[doc(hidden)]
    type Half<'a>;
    /// What the lead has at the end.
    type Made;

    /// The whole message, checked, or the challenge for which it does not hold.
    #[doc(hidden)]
    fn join(
        half: Self::Half<'_>,
        lead: &Lead,
        part: &Part<'_>,
    ) -> Result<Self::Made, Option<Scalar>>;
}

/// The second's part.
pub struct Part<'a> {
    commitments: &'a Commitments,
    z: &'a Scalar,
}

impl<'a> Part<'a> {
    pub(super) const fn new(commitments: &'a Commitments, z: &'a Scalar) -> Self {
        Self { commitments, z }
    }

    /// What is added to a commitment of an opening.
    fn opening(&self) -> Other<'_, 1> {
        let first = self.commitments.as_slice()[0];
        Other { commitments: [*first.point()], shared: 0, response: self.z }
    }

    /// To those of a presentation: u stands in equation (1) with a minus sign.
    fn presentation(&self) -> Option<Other<'_, 2>> {
        let Commitments::Two([first, second]) = self.commitments else { return None };
        let commitments = [-first.point(), *second.point()];
        Some(Other { commitments, shared: Statement::SHARED, response: self.z })
    }

    /// To that of a login.
    fn login(&self) -> Option<Other<'_, 1>> {
        let Commitments::Two([_, second]) = self.commitments else { return None };
        Some(Other { commitments: [*second.point()], shared: 0, response: self.z })
    }
}
