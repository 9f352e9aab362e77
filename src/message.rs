//! What the parties send each other (SPEC §14): `version ‖ kind ‖ body`, one encoding for each
//! value, read by [`Message::from_bytes`] and written by `Message::to_bytes`.

#[doc(no_inline)]
pub use crate::Message;
pub use crate::answer::login::Login;
#[cfg(feature = "alloc")]
#[doc(no_inline)]
pub use crate::{AuthorityParameters, ParameterList, Request};
#[cfg(feature = "alloc")]
pub use crate::{
    answer::presentation::Presentation,
    credential::commitment::Commitment,
    credential::enroll::EnrollmentRequest,
    credential::evidence::moves::{
        EVIDENCE_BATCH, EvidenceChallenges, EvidenceCommitments, EvidenceRequest,
        EvidenceResponses, SessionId,
    },
    credential::issue::{IssuanceRequest, IssuanceResponse},
    credential::offer::IssuanceOffer,
    credential::ticket::EnrollmentTicket,
};
