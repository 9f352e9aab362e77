//! The device with all secrets but one scalar (SPEC §20.3).

use alloc::vec::Vec;
use core::fmt;

use curve25519_dalek::ristretto::RistrettoPoint;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::pairing::{
    ChannelKey, PairingAnswer, PairingCode, PairingCommitment, PairingId, PairingInvitation,
    PairingRecord, Unconfirmed, joined, of_lead,
};
use super::share::{KeptShare, ShareTransfer};
use crate::credential::commitment::OpeningProof;
use crate::error::{DecodeReason, Error};
use crate::group::Element;
use crate::holder::device::{Alone, Holder};
use crate::holder::secret::MasterSecret;
use crate::name::AuthorityId;
use crate::parameters::list::ParameterList;
use crate::rng::SecureRng;
use crate::wire::{Body, Reader, Sink};

/// A holder that does nothing without its [`Second`](super::Second). What needs no second (lists,
/// evidence, storage) it does as every [`Holder`] does.
///
/// ```compile_fail,E0599
/// # use pairnym::{holder::*, shared::*, *};
/// # fn alone(lead: &Lead, consent: Consent<'_>, now: UnixTime, rng: &mut impl SecureRng) {
/// lead.log_in(consent, now, rng); // a Lead has no such method
/// # }
/// ```
pub type Lead = Holder<Half>;

/// Marks a [`Holder`] of which u_0 is only a part: see [`Lead`].
pub struct Half {
    pairing: PairingId,
    channel: ChannelKey,
    /// D.
    share: Element,
}

/// The lead's side of a pairing in storage: 98 bytes and a MAC of 32.
struct KeptPairing(Half);

impl Body for KeptPairing {
    const KIND: u8 = 32;
    const NAME: &'static str = "Pairing";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.0.pairing.0);
        out.put(&self.0.channel.0);
        out.element(&self.0.share);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self(Half {
            pairing: PairingId(reader.array()?),
            channel: ChannelKey(reader.array()?),
            share: reader.element()?,
        }))
    }
}

/// A lead that has answered at a distance, and waits for the invitation to which the second has
/// committed.
#[must_use]
pub struct AwaitingInvitation {
    commitment: PairingCommitment,
    answer: PairingAnswer,
    /// The lead without its second's part.
    half: Holder<Alone>,
}

impl AwaitingInvitation {
    /// Takes the invitation.
    ///
    /// # Errors
    /// [`Error::Rejected`] if it is not the committed one, or does not verify.
    pub fn accept(self, invitation: &PairingInvitation) -> Result<Unconfirmed<Lead>, Error> {
        self.commitment.check(invitation)?;
        invitation.verify()?;
        let code = PairingCode::new(invitation, &self.answer);
        Ok(Unconfirmed::new(self.joined(invitation)?, code))
    }

    fn joined(self, invitation: &PairingInvitation) -> Result<Lead, Error> {
        let PairingInvitation { pairing, channel, share, .. } = *invitation;
        if channel == self.answer.channel {
            return Err(Error::Rejected);
        }
        Lead::with(self.half, Half { pairing, channel, share })
    }
}

impl fmt::Debug for AwaitingInvitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AwaitingInvitation(…)")
    }
}

/// Pairing, and storage.
impl Holder<Half> {
    /// Accepts an invitation, face to face. `master` was made for this enrollment, and `channel`
    /// is this device's own key. Constant-time in the secrets.
    ///
    /// # Errors
    /// [`Error::ForeignAuthority`] if it is not for the authority of the list;
    /// [`Error::Rejected`]; the errors of [`Holder::new`].
    pub fn accept(
        master: &MasterSecret,
        list: ParameterList,
        invitation: &PairingInvitation,
        channel: ChannelKey,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(PairingAnswer, Self), Error> {
        if invitation.authority != *list.authority() {
            return Err(Error::ForeignAuthority);
        }
        invitation.verify()?;
        let commitment = PairingCommitment::new(invitation);
        let (answer, awaiting) = Self::answer(master, list, &commitment, channel, rng)?;
        Ok((answer, awaiting.joined(invitation)?))
    }

    /// Answers a second that is elsewhere and has committed to its invitation. Constant-time in
    /// the secrets.
    ///
    /// # Errors
    /// [`Error::ForeignAuthority`]; the errors of [`Holder::new`].
    pub fn answer(
        master: &MasterSecret,
        list: ParameterList,
        commitment: &PairingCommitment,
        channel: ChannelKey,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(PairingAnswer, AwaitingInvitation), Error> {
        if commitment.authority != *list.authority() {
            return Err(Error::ForeignAuthority);
        }
        let half = Holder::new(master, list)?;
        let C_1 = *half.commitment();
        let (secrets, fixed) = (half.secrets(), half.generators().points());
        let transcript = of_lead(commitment, &channel, &C_1);
        let proof = OpeningProof::prove(secrets, &C_1, fixed, transcript, rng)?;
        let pairing = commitment.pairing;
        let answer = PairingAnswer { pairing, channel, commitment: C_1, proof };
        let commitment = commitment.clone();
        Ok((answer.clone(), AwaitingInvitation { commitment, answer, half }))
    }

    fn with(alone: Holder<Alone>, half: Half) -> Result<Self, Error> {
        let commitment = joined(alone.commitment(), &half.share)?;
        Ok(alone.into_part(half, commitment))
    }

    /// The name of the pairing.
    #[must_use]
    pub const fn pairing(&self) -> &PairingId {
        &self.part().pairing
    }

    /// The second's key for the channel.
    #[must_use]
    pub const fn channel_key(&self) -> &ChannelKey {
        &self.part().channel
    }

    /// What a second that has lost its storage, but has its master secret, needs to
    /// [recover](super::Second::recover).
    #[must_use]
    pub fn record(&self, channel: ChannelKey) -> PairingRecord {
        let (authority, commitment) = (*self.list().authority(), *self.commitment());
        let Half { pairing, share, .. } = *self.part();
        PairingRecord { authority, pairing, channel, share, commitment }
    }

    /// U_0.
    pub(super) fn base(&self) -> &RistrettoPoint {
        self.generators().u_0()
    }

    /// D.
    pub(super) const fn share(&self) -> &Element {
        &self.part().share
    }

    /// The pairing, for the device's own storage: 130 bytes.
    #[must_use]
    pub fn store_pairing(&self) -> Vec<u8> {
        let Half { pairing, channel, share } = *self.part();
        self.storage().store(&KeptPairing(Half { pairing, channel, share })).to_vec()
    }

    /// Reads a [stored](Self::store_pairing) pairing and a [stored](Self::store_list) list.
    ///
    /// # Errors
    /// As [`Holder::restore`](Holder::restore).
    pub fn restore_pairing(
        master: &MasterSecret,
        authority: &AuthorityId,
        stored_list: &[u8],
        stored_pairing: &[u8],
    ) -> Result<Self, Error> {
        let alone = Holder::restore(master, authority, stored_list)?;
        let KeptPairing(half) = alone.storage().load(stored_pairing)?;
        Self::with(alone, half)
    }

    /// Takes over the second's share, after its person has consented: the ward is an ordinary
    /// holder from now on, with the same commitment, 网号s, credential and evidence. `master` is
    /// this device's own. Also returns the share for the device's own storage, 162 bytes, secret,
    /// to be kept as the master secret is.
    ///
    /// # Errors
    /// [`Error::Rejected`] if it is not the share of this pairing; this holder stays as it is.
    pub fn take_over(
        &self,
        master: &MasterSecret,
        transfer: &ShareTransfer,
    ) -> Result<(Holder, Zeroizing<Vec<u8>>), Error> {
        let ShareTransfer { authority, pairing, commitment, d } = transfer;
        let Half { channel, share, .. } = self.part();
        let D = self.base() * **d;
        let fits = authority == self.list().authority()
            && pairing == self.pairing()
            && commitment == self.commitment();
        if !fits || !bool::from(D.ct_eq(share.point())) {
            return Err(Error::Rejected);
        }
        let d = d.clone();
        let kept = KeptShare { pairing: *pairing, channel: *channel, commitment: *commitment, d };
        let holder = Holder::with_share(master, self.list().clone(), &kept.d)?;
        if holder.commitment() != self.commitment() {
            return Err(Error::ForeignCommitment);
        }
        Ok((holder, self.storage().store(&kept)))
    }
}

impl Holder {
    /// A holder that has [taken over](Lead::take_over) its second's share.
    ///
    /// # Errors
    /// As [`restore`](Self::restore); [`Error::Fault`] if the share does not belong to this
    /// master secret.
    pub fn restore_share(
        master: &MasterSecret,
        authority: &AuthorityId,
        stored_list: &[u8],
        stored_share: &[u8],
    ) -> Result<Self, Error> {
        let half = Self::restore(master, authority, stored_list)?;
        let kept: KeptShare = half.storage().load(stored_share)?;
        let holder = Self::with_share(master, half.list().clone(), &kept.d)?;
        if *holder.commitment() == kept.commitment { Ok(holder) } else { Err(Error::Fault) }
    }
}
