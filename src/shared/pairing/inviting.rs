//! A second that has invited a lead.

use core::fmt;

use super::{ChannelKey, PairingAnswer, PairingCode, PairingCommitment, PairingId};
use super::{PairingInvitation, Unconfirmed, joined};
use crate::error::Error;
use crate::holder::secret::MasterSecret;
use crate::name::AuthorityId;
use crate::rng::SecureRng;
use crate::shared::second::Second;
use crate::shared::share::Share;
use crate::stored::StorageKey;

/// A second that has invited a lead, face to face, and waits for its answer.
///
/// ```compile_fail,E0382
/// # use pairnym::shared::*;
/// fn twice(inviting: Inviting, one: &PairingAnswer, other: &PairingAnswer) {
///     let first = inviting.accept(one);
///     let second = inviting.accept(other); // moved
/// }
/// ```
#[must_use]
pub struct Inviting {
    share: Share,
    storage: StorageKey,
    invitation: PairingInvitation,
}

impl Inviting {
    pub(in crate::shared) fn new(
        master: &MasterSecret,
        authority: &AuthorityId,
        channel: ChannelKey,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Self, Error> {
        let mut pairing = PairingId([0; 32]);
        rng.fill_bytes(&mut pairing.0);
        let share = Share::derive(master, authority, pairing)?;
        let invitation = PairingInvitation::new(authority, &share, channel, rng)?;
        Ok(Self { share, storage: master.storage_key(authority), invitation })
    }

    /// What the lead is to read.
    #[must_use]
    pub const fn invitation(&self) -> &PairingInvitation {
        &self.invitation
    }

    /// Takes the lead's answer.
    ///
    /// # Errors
    /// [`Error::Rejected`].
    pub fn accept(self, answer: &PairingAnswer) -> Result<Second, Error> {
        let Self { share, storage, invitation } = self;
        answer.verify(&invitation)?;
        let commitment = joined(&answer.commitment, &invitation.share)?;
        Ok(Second::new(invitation.authority, storage, share, answer.channel, commitment))
    }
}

impl fmt::Debug for Inviting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inviting").field("pairing", self.share.pairing()).finish_non_exhaustive()
    }
}

/// A second that has committed to its invitation, at a distance, and waits for the lead's answer.
#[must_use]
#[derive(Debug)]
pub struct InvitingAtDistance(pub(in crate::shared) Inviting);

impl InvitingAtDistance {
    /// What the lead gets first.
    #[must_use]
    pub fn commitment(&self) -> PairingCommitment {
        PairingCommitment::new(&self.0.invitation)
    }

    /// Takes the lead's answer. The invitation is to be sent now, and not before.
    ///
    /// # Errors
    /// [`Error::Rejected`].
    pub fn accept(
        self,
        answer: &PairingAnswer,
    ) -> Result<(PairingInvitation, Unconfirmed<Second>), Error> {
        let invitation = self.0.invitation.clone();
        let code = PairingCode::new(&invitation, answer);
        Ok((invitation, Unconfirmed::new(self.0.accept(answer)?, code)))
    }
}
