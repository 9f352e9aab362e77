//! How two devices become one holder (SPEC §20.2).
//!
//! ```text
//! second                                             lead
//! d, D = d·U_0
//!            pid, channel key, D, proof of d
//!                        ──────────────→             C_u = C_1 + D
//!            pid, channel key, C_1, proof
//!                        ←──────────────
//! C_u = C_1 + D
//! ```
//!
//! At a distance the second first commits to its message, and both persons compare a code.

use core::fmt;

use curve25519_dalek::scalar::Scalar;

use super::moves::Commitments;
use super::share::{Share, base, holds};
use crate::credential::commitment::{Commitment, OpeningProof};
use crate::error::{DecodeReason, Error};
use crate::group::Element;
use crate::group::generators::generators;
use crate::group::transcript::Transcript;
use crate::ids::hexadecimal;
use crate::name::AuthorityId;
use crate::rng::SecureRng;
use crate::sigma::batch::Fixed;
use crate::sigma::proof::Proof;
use crate::wire::{Body, Message, Reader, Sink, encode};

mod inviting;

pub use inviting::{Inviting, InvitingAtDistance};

/// pid: the 32 random bytes that name a pairing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PairingId(pub [u8; 32]);

/// The 32 bytes of a device's public key for the channel between the two. What kind of key it is
/// is the channel's affair.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelKey(pub [u8; 32]);

hexadecimal! { PairingId, ChannelKey }

/// The transcript of the second's proof, before the commitment.
fn of_second(
    authority: &AuthorityId,
    pairing: &PairingId,
    channel: &ChannelKey,
    D: &Element,
) -> Transcript {
    let begun = Transcript::new("share").part(&[1]).part(authority.as_str().as_bytes());
    begun.part(&pairing.0).part(&channel.0).part(D.bytes())
}

/// The transcript of the lead's proof, before the commitment: it answers one invitation.
pub(super) fn of_lead(
    commitment: &PairingCommitment,
    channel: &ChannelKey,
    C_1: &Commitment,
) -> Transcript {
    let PairingCommitment { authority, pairing, hash } = commitment;
    let begun = Transcript::new("share").part(&[2]).part(authority.as_str().as_bytes());
    begun.part(&pairing.0).part(hash).part(&channel.0).part(C_1.element().bytes())
}

/// The second's message: 163 bytes and the authority id.
#[derive(Clone, PartialEq, Eq)]
pub struct PairingInvitation {
    pub(super) authority: AuthorityId,
    pub(super) pairing: PairingId,
    pub(super) channel: ChannelKey,
    /// D.
    pub(super) share: Element,
    proof: Proof<1, [Scalar; 1]>,
}

impl PairingInvitation {
    fn new(
        authority: &AuthorityId,
        share: &Share,
        channel: ChannelKey,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Self, Error> {
        let (pairing, D) = (*share.pairing(), *share.point());
        let transcript = of_second(authority, &pairing, &channel, &D);
        let proof = share.prove(transcript, rng)?;
        Ok(Self { authority: *authority, pairing, channel, share: D, proof })
    }

    /// Whether it shows knowledge of d. Variable-time in public data.
    pub(super) fn verify(&self) -> Result<(), Error> {
        let Self { authority, pairing, channel, share, proof } = self;
        let c = proof.challenge(of_second(authority, pairing, channel, share));
        let [z] = proof.responses;
        let commitments = Commitments::One(proof.commitments);
        let known = holds(&base(), share, None, &c, &commitments, &z);
        if known { Ok(()) } else { Err(Error::Rejected) }
    }

    /// The name of the pairing.
    #[must_use]
    pub const fn pairing(&self) -> &PairingId {
        &self.pairing
    }

    /// The authority with which the two will act.
    #[must_use]
    pub const fn authority(&self) -> &AuthorityId {
        &self.authority
    }

    /// The second's key for the channel.
    #[must_use]
    pub const fn channel_key(&self) -> &ChannelKey {
        &self.channel
    }
}

/// The lead's message: 386 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct PairingAnswer {
    pub(super) pairing: PairingId,
    pub(super) channel: ChannelKey,
    /// C_1.
    pub(super) commitment: Commitment,
    pub(super) proof: OpeningProof,
}

impl PairingAnswer {
    /// Whether it answers this invitation and shows knowledge of the opening of C_1.
    fn verify(&self, invitation: &PairingInvitation) -> Result<(), Error> {
        let Self { pairing, channel, commitment, proof } = self;
        if *pairing != invitation.pairing || *channel == invitation.channel {
            return Err(Error::Rejected);
        }
        let transcript = of_lead(&PairingCommitment::new(invitation), channel, commitment);
        proof.verify(commitment, Fixed::Points(&generators(0)), transcript)
    }

    /// The pairing that it answers.
    #[must_use]
    pub const fn pairing(&self) -> &PairingId {
        &self.pairing
    }

    /// The lead's key for the channel.
    #[must_use]
    pub const fn channel_key(&self) -> &ChannelKey {
        &self.channel
    }
}

/// What the second sends first when the two are at a distance: 67 bytes and the authority id.
#[derive(Clone, PartialEq, Eq)]
pub struct PairingCommitment {
    pub(super) authority: AuthorityId,
    pub(super) pairing: PairingId,
    hash: [u8; 32],
}

impl PairingCommitment {
    pub(super) fn new(invitation: &PairingInvitation) -> Self {
        let hash = Transcript::new("share-commitment").part(&encode(invitation)).h32();
        Self { authority: invitation.authority, pairing: invitation.pairing, hash }
    }

    /// Whether it was made for this invitation.
    pub(super) fn check(&self, invitation: &PairingInvitation) -> Result<(), Error> {
        if *self == Self::new(invitation) { Ok(()) } else { Err(Error::Rejected) }
    }
}

/// What the lead shows to a second that has nothing left but its master secret: 131 bytes and the
/// authority id. Like all after the pairing it needs an authenticated peer: here, the person.
#[derive(Clone, PartialEq, Eq)]
pub struct PairingRecord {
    pub(super) authority: AuthorityId,
    pub(super) pairing: PairingId,
    /// The lead's key.
    pub(super) channel: ChannelKey,
    /// D.
    pub(super) share: Element,
    /// C_u.
    pub(super) commitment: Commitment,
}

/// Six digits that the two persons compare by voice, when they are at a distance.
///
/// ```
/// # use pairnym::shared::*;
/// # fn example<Party>(unconfirmed: Unconfirmed<Party>, same: bool) -> Option<Party> {
/// println!("Read these digits to each other: {}", unconfirmed.code());
/// same.then(|| unconfirmed.confirm())
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PairingCode(u32);

impl PairingCode {
    pub(super) fn new(invitation: &PairingInvitation, answer: &PairingAnswer) -> Self {
        let transcript = Transcript::new("share-code").part(&encode(invitation));
        let hash = transcript.part(&encode(answer)).h64();
        // A little-endian integer modulo 10^6, from its highest byte down.
        let digits =
            hash.iter().rev().fold(0, |sum, byte| (sum * 256 + u32::from(*byte)) % 1_000_000);
        Self(digits)
    }
}

impl fmt::Display for PairingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl fmt::Debug for PairingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PairingCode(..)")
    }
}

/// One side of a pairing at a distance, which is of no use until its person has said that both
/// devices show the same code.
#[must_use]
pub struct Unconfirmed<Party> {
    party: Party,
    code: PairingCode,
}

impl<Party> Unconfirmed<Party> {
    pub(super) const fn new(party: Party, code: PairingCode) -> Self {
        Self { party, code }
    }

    /// What the person compares with the other one.
    #[must_use]
    pub const fn code(&self) -> PairingCode {
        self.code
    }

    /// The pairing, once the person has said that the codes are the same. If they are not, drop
    /// this and tell the person: somebody is in the middle. Do not begin again by yourself.
    #[must_use]
    pub fn confirm(self) -> Party {
        self.party
    }
}

impl<Party> fmt::Debug for Unconfirmed<Party> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unconfirmed(…)")
    }
}

/// C_u = C_1 + D.
pub(super) fn joined(lead: &Commitment, share: &Element) -> Result<Commitment, Error> {
    Commitment::of(lead.element().point() + share.point()).map_err(|_| Error::Rejected)
}

impl fmt::Debug for PairingInvitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairingInvitation").field("pairing", &self.pairing).finish_non_exhaustive()
    }
}

impl fmt::Debug for PairingAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairingAnswer").field("pairing", &self.pairing).finish_non_exhaustive()
    }
}

impl fmt::Debug for PairingRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairingRecord").field("pairing", &self.pairing).finish_non_exhaustive()
    }
}

impl fmt::Debug for PairingCommitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairingCommitment").field("pairing", &self.pairing).finish_non_exhaustive()
    }
}

impl Message for PairingInvitation {}

impl Body for PairingInvitation {
    const KIND: u8 = 24;
    const NAME: &'static str = "PairingInvitation";

    fn write(&self, out: &mut impl Sink) {
        out.short(self.authority.as_str());
        out.put(&self.pairing.0);
        out.put(&self.channel.0);
        out.element(&self.share);
        self.proof.write(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self {
            authority: reader.authority_id()?,
            pairing: PairingId(reader.array()?),
            channel: ChannelKey(reader.array()?),
            share: reader.element()?,
            proof: Proof::read(reader)?,
        })
    }
}

impl Message for PairingAnswer {}

impl Body for PairingAnswer {
    const KIND: u8 = 25;
    const NAME: &'static str = "PairingAnswer";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.pairing.0);
        out.put(&self.channel.0);
        out.element(self.commitment.element());
        self.proof.0.write(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self {
            pairing: PairingId(reader.array()?),
            channel: ChannelKey(reader.array()?),
            commitment: Commitment::read(reader)?,
            proof: OpeningProof(Proof::read(reader)?),
        })
    }
}

impl Message for PairingCommitment {}

impl Body for PairingCommitment {
    const KIND: u8 = 26;
    const NAME: &'static str = "PairingCommitment";

    fn write(&self, out: &mut impl Sink) {
        out.short(self.authority.as_str());
        out.put(&self.pairing.0);
        out.put(&self.hash);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self {
            authority: reader.authority_id()?,
            pairing: PairingId(reader.array()?),
            hash: reader.array()?,
        })
    }
}

impl Message for PairingRecord {}

impl Body for PairingRecord {
    const KIND: u8 = 34;
    const NAME: &'static str = "PairingRecord";

    fn write(&self, out: &mut impl Sink) {
        out.short(self.authority.as_str());
        out.put(&self.pairing.0);
        out.put(&self.channel.0);
        out.element(&self.share);
        out.element(self.commitment.element());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self {
            authority: reader.authority_id()?,
            pairing: PairingId(reader.array()?),
            channel: ChannelKey(reader.array()?),
            share: reader.element()?,
            commitment: Commitment::read(reader)?,
        })
    }
}
