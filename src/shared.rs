//! Shared holders: two devices that act as one holder (SPEC §20).
//!
//! A [`Lead`] (the device of a ward, say) has all of the person's secrets but one scalar; a
//! [`Second`] (the guardian's device) has that scalar. Neither can do anything alone, and
//! authority and platform get ordinary messages.
//!
//! ```text
//! lead                                               second
//!                           CoRequest
//!                        ──────────────→             checks; its person consents
//!                           CoApproval
//!                        ←──────────────             h binds T_G
//! uses up evidence
//!                           CoNonces
//!                        ──────────────→             c from its own copy; one answer for each h
//!                           CoAnswer
//!                        ←──────────────             T_G, z = n + c·d
//! adds up, verifies what it will send
//! ```
//!
//! Each step consumes the state of the one before it, and no state can be cloned or stored. All
//! four messages travel over an authenticated and encrypted channel between the two devices, made
//! with the channel keys that the pairing exchanged; the channel itself is the application's.

mod act;
mod asked;
mod awaiting;
mod joint;
mod lead;
mod moves;
mod pairing;
mod second;
pub(crate) mod session;
mod share;

pub use act::{CoAct, CoRequest};
pub use asked::{Asked, AskedAnswer, AskedCredential, AskedEnrollment};
pub use awaiting::{AwaitingAnswer, AwaitingApproval};
pub use joint::Joint;
pub use lead::{AwaitingInvitation, Lead};
pub use moves::{CoAnswer, CoApproval, CoNonces};
pub use pairing::{
    ChannelKey, Inviting, InvitingAtDistance, PairingAnswer, PairingCode, PairingCommitment,
    PairingId, PairingInvitation, PairingRecord, Unconfirmed,
};
pub use second::Second;
pub use session::{CoSession, CoSessionId};
pub use share::ShareTransfer;

pub use crate::store::sessions::CoSessions;
