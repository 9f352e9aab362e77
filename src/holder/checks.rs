//! What a holder refuses before it answers (SPEC §8.1, §11, §13).

use alloc::vec::Vec;

use crate::credential::Credential;
use crate::credential::evidence::item::Evidence;
use crate::credential::offer::IssuanceOffer;
use crate::error::Error;
use crate::holder::consent::Consent;
use crate::holder::device::Holder;
use crate::holder::received::Received;
use crate::parameters::AuthorityParameters;
use crate::request::message::Request;
use crate::request::purpose::Wanted;
use crate::time::{SKEW, Slot, UnixTime};

impl<Part> Holder<Part> {
    /// SPEC §8.1, in its order: the parameters.
    pub(crate) fn check_offer(
        &self,
        offer: &Received<IssuanceOffer>,
        now: UnixTime,
    ) -> Result<&AuthorityParameters, Error> {
        if offer.peer() != self.list.host() {
            return Err(Error::ForeignAuthority);
        }
        let parameters = self.list.find(&offer.slot().parameters);
        let parameters = parameters.ok_or(Error::UnpinnedParameters)?;
        self.list.check_until(now)?;
        let near = [now.minus(SKEW), now, now.plus(SKEW)];
        if !near.iter().any(|time| self.list.slot(*time).as_ref() == Some(offer.slot())) {
            return Err(Error::WrongEpoch);
        }
        if *offer.commitment() != self.commitment {
            return Err(Error::ForeignCommitment);
        }
        parameters.schema().check(offer.values())?;
        Ok(parameters)
    }

    /// SPEC §11, in its order: the parameters, and the indices of the disclosed attributes.
    /// Without evidence, all but what is about it.
    pub(crate) fn check_presentation(
        &self,
        credential: &Credential,
        evidence: Option<&Evidence>,
        consent: &Consent<'_>,
        now: UnixTime,
    ) -> Result<(&AuthorityParameters, Vec<u8>), Error> {
        let (request, list) = (consent.request(), &self.list);
        self.check_request(request, Wanted::Presentation)?;
        if now.plus(SKEW) < list.since() {
            return Err(Error::WrongClock);
        }
        list.check_until(now)?;
        request.check_time_of_holder(now)?;
        let listed = |slot: &_| request.slots().contains(slot);
        let Some(present) = list.slot(now).filter(listed) else {
            let known = |parameters| list.find(parameters).is_some();
            let all = request.slots().iter().all(|slot| known(&slot.parameters));
            return Err(if all { Error::EpochNotAccepted } else { Error::UnpinnedParameters });
        };
        let before = list.slot_before(&present);
        self.check_others(request, &present, before.as_ref())?;
        credential.check_owner(&self.commitment)?;
        let others = [list.slot(now.plus(SKEW)), before];
        let mut shown = others.into_iter().flatten().filter(listed).chain([present]);
        if !shown.any(|slot| slot == *credential.slot()) {
            return Err(Error::StaleCredential);
        }
        let parameters = list.find(&credential.slot().parameters);
        let parameters = parameters.ok_or(Error::UnpinnedParameters)?;
        let indices = request.indices(parameters.schema())?;
        parameters.schema().check(credential.values())?;
        consent.check_disclosure()?;
        let value = |position: usize| credential.values().get(usize::from(*indices.get(position)?));
        if !bool::from(request.met_by(value)) {
            return Err(Error::ConditionUnmet);
        }
        if let Some(evidence) = evidence {
            if !evidence.belongs_to(credential) {
                return Err(Error::ForeignEvidence);
            }
            evidence.check_fits(credential)?;
        }
        Ok((parameters, indices))
    }

    /// The rest of step 3 of SPEC §11: if a request could list two keys for one time, the answer
    /// would reveal which list the holder has.
    fn check_others(
        &self,
        request: &Request,
        present: &Slot,
        before: Option<&Slot>,
    ) -> Result<(), Error> {
        let list = &self.list;
        let earlier = before.and_then(|before| list.slot_before(before));
        let after = list.slot_after(present);
        let mine = [Some(present), before, earlier.as_ref(), after.as_ref()];
        let last = request.slots().last();
        // Where the list ends, the platform may have the next one already.
        let ends = list.until() <= request.expires().plus(SKEW);
        let fits = |slot: &Slot| {
            let unknown = list.find(&slot.parameters).is_none();
            mine.contains(&Some(slot)) || (unknown && ends && last == Some(slot))
        };
        if request.slots().iter().all(fits) { Ok(()) } else { Err(Error::EpochNotAccepted) }
    }

    /// SPEC §13, in its order.
    pub(crate) fn check_login(
        &self,
        request: &Received<Request>,
        now: UnixTime,
    ) -> Result<(), Error> {
        self.check_request(request, Wanted::Login)?;
        request.check_time_of_holder(now)
    }

    /// Step 1 of SPEC §11.
    fn check_request(&self, request: &Received<Request>, wanted: Wanted) -> Result<(), Error> {
        if request.platform() != request.peer() {
            return Err(Error::ForeignPlatform);
        }
        if request.authority() != self.list.authority() {
            return Err(Error::ForeignAuthority);
        }
        request.check_wanted(wanted)
    }

    /// The request, read again from the bytes as they came and compared again with the peer.
    pub(crate) fn again(&self, request: &Received<Request>) -> Result<Request, Error> {
        let again = request.again()?;
        let same = again.platform() == request.peer() && again.authority() == self.list.authority();
        if same { Ok(again) } else { Err(Error::Fault) }
    }
}
