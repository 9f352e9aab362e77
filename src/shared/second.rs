//! The device with the one scalar: a guardian's, or a person's second one (SPEC §20.3).

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use super::act::{CoAct, CoRequest, slot};
use super::asked::{Asked, AskedAnswer, AskedCredential, AskedEnrollment, Pending};
use super::moves::{CoAnswer, CoNonces, Commitments, LeadHalf};
use super::pairing::{ChannelKey, Inviting, InvitingAtDistance, PairingId, PairingRecord};
use super::session::{CoSession, CoSessionId, about};
use super::share::{KeptShare, Share, ShareTransfer, holds};
use crate::answer::{login, presentation};
use crate::credential::attributes::Value;
use crate::credential::commitment::Commitment;
use crate::credential::offer::IssuanceOffer;
use crate::credential::{enroll, issue};
use crate::error::Error;
use crate::group::transcript::Transcript;
use crate::holder::secret::MasterSecret;
use crate::name::AuthorityId;
use crate::parameters::list::ParameterList;
use crate::pseudonym::scope::Scope;
use crate::request::message::Request;
use crate::rng::SecureRng;
use crate::sigma::joint::sums;
use crate::sigma::proof::challenge;
use crate::stored::StorageKey;
use crate::time::UnixTime;
use crate::wire::Message;

/// One side of a pairing: the device without which its lead can do nothing.
///
/// ```
/// # use pairnym::{message::*, shared::*, *};
/// # fn person_agrees(question: &str) -> bool { false }
/// /// A request that came over the channel of the pairing.
/// fn approve(
///     second: &Second,
///     list: &ParameterList,
///     bytes: &[u8],
///     sessions: &mut CoSessions,
///     now: UnixTime,
///     rng: &mut impl SecureRng,
/// ) -> Result<Option<CoApproval>, Error> {
///     let asked = second.read(bytes, list, now)?;
///     let Asked::Answer(asked) = asked else { return Ok(None) };
///     let mut question = format!("{}\nDoes your child do this?", asked.request());
///     for (name, value) in asked.disclosed() {
///         question += &format!("\n{name}: {value}");
///     }
///     if !person_agrees(&question) {
///         return Ok(None);
///     }
///     let (approval, session) = asked.approve_and_disclose(rng)?;
///     sessions.keep(session, now)?;
///     Ok(Some(approval))
/// }
///
/// fn answer(
///     second: &Second,
///     bytes: &[u8],
///     sessions: &mut CoSessions,
///     now: UnixTime,
/// ) -> Result<CoAnswer, Error> {
///     let nonces = CoNonces::from_bytes(bytes)?;
///     let session = sessions.take(nonces.session(), now)?; // whatever happens next
///     second.answer(session, &nonces, now)
/// }
/// ```
///
/// Its secret is zeroized on drop and does not show in `Debug`.
pub struct Second {
    authority: AuthorityId,
    storage: StorageKey,
    share: Share,
    channel: ChannelKey,
    commitment: Commitment,
}

impl Second {
    pub(super) const fn new(
        authority: AuthorityId,
        storage: StorageKey,
        share: Share,
        channel: ChannelKey,
        commitment: Commitment,
    ) -> Self {
        Self { authority, storage, share, channel, commitment }
    }

    /// Invites a lead whose screen and camera are here. `channel` is this device's own key.
    /// Constant-time.
    ///
    /// # Errors
    /// [`Error::Degenerate`] with probability about 2^-252.
    pub fn invite(
        master: &MasterSecret,
        authority: &AuthorityId,
        channel: ChannelKey,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Inviting, Error> {
        Inviting::new(master, authority, channel, rng)
    }

    /// Invites a lead that is elsewhere. Constant-time.
    ///
    /// # Errors
    /// [`Error::Degenerate`] with probability about 2^-252.
    pub fn invite_at_distance(
        master: &MasterSecret,
        authority: &AuthorityId,
        channel: ChannelKey,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<InvitingAtDistance, Error> {
        Inviting::new(master, authority, channel, rng).map(InvitingAtDistance)
    }

    /// The authority with which the two act.
    #[must_use]
    pub const fn authority(&self) -> &AuthorityId {
        &self.authority
    }

    /// The name of the pairing, which belongs into the backup of this device's master secret.
    #[must_use]
    pub const fn pairing(&self) -> &PairingId {
        self.share.pairing()
    }

    /// The lead's key for the channel.
    #[must_use]
    pub const fn channel_key(&self) -> &ChannelKey {
        &self.channel
    }

    /// The commitment by which the two are registered.
    #[must_use]
    pub const fn commitment(&self) -> &Commitment {
        &self.commitment
    }

    /// Checks what the lead asks, which came over the channel of this pairing. `list` is this
    /// device's own, and `now` its own clock.
    ///
    /// # Errors
    /// Undecodable bytes; then in this order: [`Error::ForeignPairing`]; for a ticket [`Error::ForeignAuthority`]; for an
    /// offer [`Error::UnpinnedParameters`], [`Error::ListExpired`], [`Error::ForeignCommitment`],
    /// [`Error::Schema`]; for a request [`Error::ForeignAuthority`], [`Error::Expired`],
    /// [`Error::Range`], and for a presentation [`Error::ListExpired`],
    /// [`Error::UnpinnedParameters`], [`Error::Schema`], [`Error::ConditionUnmet`].
    pub fn read(
        &self,
        bytes: &[u8],
        list: &ParameterList,
        now: UnixTime,
    ) -> Result<Asked<'_>, Error> {
        let CoRequest { pairing, attempt, act } = CoRequest::from_bytes(bytes)?;
        if pairing != *self.pairing() {
            return Err(Error::ForeignPairing);
        }
        let own = |authority: &AuthorityId| {
            let own = *authority == self.authority && *list.authority() == self.authority;
            if own { Ok(()) } else { Err(Error::ForeignAuthority) }
        };
        let pending = Pending { share: &self.share, attempt, bytes: bytes.to_vec() };
        match act {
            CoAct::Enrollment(ticket) => {
                own(ticket.authority())?;
                Ok(Asked::Enrollment(AskedEnrollment { pending, ticket }))
            }
            CoAct::Issuance(offer) => {
                self.check_offer(&offer, list, now)?;
                Ok(Asked::Credential(AskedCredential { pending, offer }))
            }
            CoAct::Login(request) => {
                own(request.authority())?;
                request.check_time_of_holder(now)?;
                Ok(Asked::Answer(AskedAnswer { pending, request, shown: None }))
            }
            CoAct::Presentation { request, slot, values } => {
                own(request.authority())?;
                request.check_time_of_holder(now)?;
                check_disclosed(&request, slot, &values, list, now)?;
                Ok(Asked::Answer(AskedAnswer { pending, request, shown: Some((slot, values)) }))
            }
        }
    }

    fn check_offer(
        &self,
        offer: &IssuanceOffer,
        list: &ParameterList,
        now: UnixTime,
    ) -> Result<(), Error> {
        let parameters = list.find(&offer.slot().parameters).ok_or(Error::UnpinnedParameters)?;
        if *parameters.authority() != self.authority {
            return Err(Error::UnpinnedParameters);
        }
        list.check_until(now)?;
        if *offer.commitment() != self.commitment {
            return Err(Error::ForeignCommitment);
        }
        parameters.schema().check(offer.values())
    }

    /// Answers in a session, which is used up whatever happens. `now` is this device's own clock.
    /// Constant-time in the secret. What leaves has been verified against the request as it came.
    ///
    /// # Errors
    /// In this order: [`Error::ForeignPairing`] if the session is of another pairing of this
    /// device; [`Error::Expired`]; [`Error::Rejected`] if the lead's part is not of this session,
    /// or of another act; [`Error::Fault`] if the device's own answer does not verify.
    pub fn answer(
        &self,
        opened: CoSession,
        nonces: &CoNonces,
        now: UnixTime,
    ) -> Result<CoAnswer, Error> {
        let CoSession { id, bytes, request, pseudonym, commitments, nonce } = opened;
        if request.pairing != *self.pairing() {
            return Err(Error::ForeignPairing);
        }
        if let Some(request) = request.act.request() {
            request.check_time_of_holder(now)?;
        }
        if id != nonces.session {
            return Err(Error::Rejected);
        }
        let T = totals(&nonces.half, &commitments)?;
        let c = challenge(self.transcript(&request.act, &nonces.half)?, T.as_slice());
        let response = **nonce + c * self.share.scalar();
        // An answer to another challenge than that of the session, or with a spoilt d, would give
        // away d or a part of it.
        let again = CoRequest::from_bytes(&bytes).map_err(|_| Error::Fault)?;
        let transcript = self.transcript(&again.act, &nonces.half).map_err(|_| Error::Fault)?;
        let scope = again.act.request().map(Request::scope);
        let on_scope = scope.as_ref().map(Scope::base).zip(pseudonym.as_ref());
        let (U_0, D) = (self.share.base(), self.share.point());
        let same = CoSessionId::new(about(&bytes, pseudonym.as_ref()), &commitments) == id
            && challenge(transcript, T.as_slice()) == c;
        // Before it has been checked z is a random number, since T_G, by which it would be more,
        // has not been shown.
        if !same || !holds(U_0, D, on_scope, &c, &commitments, &response) {
            return Err(Error::Fault);
        }
        Ok(CoAnswer { session: id, commitments, response })
    }

    /// The transcript of the act, from this device's own copy of what was asked.
    fn transcript(&self, act: &CoAct, half: &LeadHalf) -> Result<Transcript, Error> {
        match (act, half) {
            (CoAct::Enrollment(ticket), LeadHalf::Opening(_)) => {
                Ok(enroll::transcript(ticket, &self.commitment))
            }
            (CoAct::Issuance(offer), LeadHalf::Opening(_)) => Ok(issue::request_transcript(offer)),
            (CoAct::Login(request), LeadHalf::Login { pseudonym, .. }) => {
                Ok(login::transcript(login::begin(), &request.digest(), pseudonym))
            }
            (
                CoAct::Presentation { request, slot: place, values },
                LeadHalf::Presentation { pseudonym, evidence, .. },
            ) => {
                let slot = slot(request, *place).ok_or(Error::Rejected)?;
                let begun = presentation::begin(&slot.parameters);
                let epoch = slot.epoch;
                Ok(presentation::transcript(begun, epoch, request, values, pseudonym, evidence))
            }
            _ => Err(Error::Rejected),
        }
    }

    /// The share, for storage that only the device's owner can open: 162 bytes, secret.
    #[must_use]
    pub fn store(&self) -> Zeroizing<Vec<u8>> {
        self.storage.store(&KeptShare {
            pairing: *self.pairing(),
            channel: self.channel,
            commitment: self.commitment,
            d: Zeroizing::new(*self.share.scalar()),
        })
    }

    /// Reads a [stored](Self::store) share.
    ///
    /// # Errors
    /// [`Error::Decode`] if the bytes are not what this device stored.
    pub fn restore(
        master: &MasterSecret,
        authority: &AuthorityId,
        stored: &[u8],
    ) -> Result<Self, Error> {
        let storage = master.storage_key(authority);
        let KeptShare { pairing, channel, commitment, d } = storage.load(stored)?;
        let share = Share::new(pairing, &d)?;
        Ok(Self::new(*authority, storage, share, channel, commitment))
    }

    /// A second that has nothing left but its master secret, from what the lead shows.
    /// Constant-time.
    ///
    /// # Errors
    /// [`Error::Rejected`] if the pairing is not one of this master secret.
    pub fn recover(master: &MasterSecret, record: &PairingRecord) -> Result<Self, Error> {
        let PairingRecord { authority, pairing, channel, share: D, commitment } = record;
        let share = Share::derive(master, authority, *pairing)?;
        if share.point() != D {
            return Err(Error::Rejected);
        }
        Ok(Self::new(*authority, master.storage_key(authority), share, *channel, *commitment))
    }

    /// The share itself, for the hand-over to the ward, or for a second guardian: after the consent
    /// of this device's person, and over the channel between the two devices only.
    #[must_use]
    pub fn transfer(&self) -> ShareTransfer {
        ShareTransfer {
            authority: self.authority,
            pairing: *self.pairing(),
            commitment: self.commitment,
            d: Zeroizing::new(*self.share.scalar()),
        }
    }

    /// Makes this device a second like the one that sent the share. `channel` is the lead's key.
    ///
    /// # Errors
    /// [`Error::Degenerate`] with probability about 2^-252.
    pub fn from_transfer(
        master: &MasterSecret,
        transfer: &ShareTransfer,
        channel: ChannelKey,
    ) -> Result<Self, Error> {
        let ShareTransfer { authority, pairing, commitment, d } = transfer;
        let share = Share::new(*pairing, d)?;
        Ok(Self::new(*authority, master.storage_key(authority), share, channel, *commitment))
    }
}

impl fmt::Debug for Second {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Second").field("pairing", self.pairing()).finish_non_exhaustive()
    }
}

/// T, out of both devices' parts. Equation (1) of a presentation has u with a minus sign.
fn totals(lead: &LeadHalf, second: &Commitments) -> Result<Commitments, Error> {
    let T = match (lead, second) {
        (LeadHalf::Opening(T_W), Commitments::One([T_G]))
        | (LeadHalf::Login { commitments: T_W, .. }, Commitments::Two([_, T_G])) => {
            sums(T_W, &[*T_G.point()]).map(Commitments::One)
        }
        (LeadHalf::Presentation { commitments: T_W, .. }, Commitments::Two([T_1, T_2])) => {
            sums(T_W, &[-T_1.point(), *T_2.point()]).map(Commitments::Two)
        }
        _ => return Err(Error::Rejected),
    };
    T.map_err(|_| Error::Rejected)
}

/// SPEC §20.3: what a presentation shows fits its request and schema.
fn check_disclosed(
    request: &Request,
    place: u8,
    values: &[Value],
    list: &ParameterList,
    now: UnixTime,
) -> Result<(), Error> {
    list.check_until(now)?;
    let parameters = slot(request, place).and_then(|slot| list.find(&slot.parameters));
    let schema = parameters.ok_or(Error::UnpinnedParameters)?.schema();
    let indices = request.indices(schema)?;
    let fits = |(index, value): (&u8, &Value)| schema.kind(*index).is_some_and(|k| value.fits(k));
    if values.len() != indices.len() || !indices.iter().zip(values).all(fits) {
        return Err(Error::Schema);
    }
    if bool::from(request.met_by(|position| values.get(position))) {
        Ok(())
    } else {
        Err(Error::ConditionUnmet)
    }
}

#[cfg(test)]
mod tests;
