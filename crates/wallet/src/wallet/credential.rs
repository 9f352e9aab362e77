//! Credentials and their evidence (SPEC §8, §9, §16.1).

use pairnym::attribute::Value;
use pairnym::holder::{AwaitingIssuance, EvidenceBatch, Outgoing, Received};
use pairnym::message::{
    EvidenceCommitments, EvidenceResponses, IssuanceOffer, IssuanceRequest, IssuanceResponse,
};
use pairnym::rand_core::Rng as _;
use pairnym::{Error, Message as _, Name, Slot, UnixTime};
use pairnym_transport::authority::{
    Challenges, Commitments, EvidenceBatches, EvidencePath, Issuance, IssuedCredential,
    MAX_BATCHES, Offer as OfferEnvelope, Responses, path,
};
use pairnym_transport::wallet::{HttpRequest, WalletError};

use super::Wallet;
use crate::{Failure, Http, rng};

/// When the wallet shall fetch a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Now.
    Now,
    /// Then: early in a slot, at a random time.
    At(UnixTime),
    /// Not before the device is enrolled.
    Never,
}

/// A credential that the authority offers, for the person to read.
#[derive(Debug)]
pub struct Offer {
    pub(super) offer: Received<IssuanceOffer>,
    values: Vec<(Name, Value)>,
    changed: bool,
}

impl Offer {
    /// What it would say.
    #[must_use]
    pub fn values(&self) -> &[(Name, Value)] {
        &self.values
    }

    /// Whether it says something else than the credential that the wallet has, or the wallet has
    /// none. If not, the person need not be asked again.
    #[must_use]
    pub const fn is_new(&self) -> bool {
        self.changed
    }
}

impl Wallet {
    /// When to fetch a credential: now, if there is none, or no evidence is left; with that of the
    /// slot before, at a random time in the first quarter of the present one.
    ///
    /// # Errors
    /// The disk: the time that was drawn is kept.
    pub fn due(&mut self, now: UnixTime) -> Result<Due, Failure> {
        let vault = &self.vault;
        if vault.token.is_none() || !vault.facts.enrolled {
            return Ok(Due::Never);
        }
        let (Some(own), list) = (&vault.current, vault.holder.list()) else {
            return Ok(Due::Now);
        };
        let Some((slot, times)) = list.slot(now).and_then(|s| Some((s, list.times(&s)?))) else {
            return Ok(Due::Now);
        };
        let planned = if *own.slot() != slot {
            times
        } else if self.stock.count(&vault.holder, own) == 0 {
            return Ok(Due::Now);
        } else {
            // The next slot lasts about as long.
            UnixTime(times.end.0)..UnixTime(2 * times.end.0 - times.start.0)
        };
        let drawn = vault.facts.refresh.filter(|drawn| planned.contains(drawn));
        let at = match drawn {
            Some(drawn) => drawn,
            None => {
                let quarter = (planned.end.0 - planned.start.0) / 4;
                // A remainder's bias does not matter to anybody.
                let drawn = UnixTime(planned.start.0 + rng().next_u64() % quarter.max(1));
                self.vault.facts.refresh = Some(drawn);
                self.save()?;
                drawn
            }
        };
        Ok(if now >= at { Due::Now } else { Due::At(at) })
    }

    /// Asks for a credential of the present slot.
    ///
    /// # Errors
    /// [`Failure::NotEnrolled`]; the authority's refusals: after `not_registered` and its like the
    /// wallet stops presenting ([`go_on`](Self::go_on)); the network, the disk.
    pub fn offer(&mut self, http: &impl Http, now: UnixTime) -> Result<Offer, Failure> {
        self.acts(now);
        let call = HttpRequest::post_nothing::<OfferEnvelope>(self.authority(path::OFFERS));
        let response = self.call(http, &self.authorized(call)?)?;
        let offered = response.as_http().read::<OfferEnvelope>(200);
        let OfferEnvelope { offer } = self.noting_denial(offered, now)?;
        let list = self.vault.holder.list();
        let offer = Received::<IssuanceOffer>::from_authority(list, self.pins().host.id(), &offer)?;
        let parameters = list.find(&offer.slot().parameters).ok_or(Error::UnpinnedParameters)?;
        let names = parameters.schema().iter().map(|(name, _)| *name);
        let values: Vec<_> = names.zip(offer.values().iter().cloned()).collect();
        let known = self.vault.current.as_ref().map(|own| own.values());
        let changed = known != Some(offer.values());
        Ok(Offer { offer, values, changed })
    }

    /// Takes the credential that the person has read, and all its evidence.
    ///
    /// # Errors
    /// The authority's refusals, as for [`offer`](Self::offer); the core's, of which some are an
    /// [alarm](Failure::alarm); the network; the disk. The wallet has what it had before.
    pub fn accept(
        &mut self,
        http: &impl Http,
        offer: &Offer,
        now: UnixTime,
    ) -> Result<(), Failure> {
        let holder = self.vault.holder.alone()?;
        let (request, pending) = holder.request_credential(&offer.offer, now, &mut rng())?;
        self.fetch(http, request, pending, now)
    }

    /// The credential that was asked for, and all its evidence.
    pub(super) fn fetch(
        &mut self,
        http: &impl Http,
        request: Outgoing<IssuanceRequest>,
        pending: AwaitingIssuance,
        now: UnixTime,
    ) -> Result<(), Failure> {
        let body = Issuance { request: request.into_bytes() };
        let call =
            HttpRequest::post::<_, IssuedCredential>(self.authority(path::CREDENTIALS), &body)?;
        let response = self.call(http, &self.authorized(call)?)?;
        let issued = self.noting_denial(response.as_http().read::<IssuedCredential>(200), now)?;
        let issued = pending.finish(&IssuanceResponse::from_bytes(&issued.response)?)?;

        let holder = &self.vault.holder;
        let mut begun = Vec::new();
        for _ in 0..issued.batches().get() {
            begun.push(holder.request_evidence(&issued)?);
        }
        let mut batches = Vec::new();
        while !begun.is_empty() {
            let rest = begun.split_off(begun.len().min(MAX_BATCHES));
            batches.extend(self.fetch_evidence(http, std::mem::replace(&mut begun, rest))?);
        }
        let (credential, evidence) = issued.complete(batches)?;

        // The evidence first: without its credential it is dropped, and fetched again.
        let before = self.vault.current.take();
        let holder = &self.vault.holder;
        let slot_before = holder.list().slot_before(credential.slot());
        let before = before.filter(|before| Some(*before.slot()) == slot_before);
        let before = before.or_else(|| {
            self.vault.previous.take().filter(|kept| Some(*kept.slot()) == slot_before)
        });
        let kept = before.iter();
        let stocked = self.stock.renew(holder, &evidence, kept, &self.folder, &self.key);
        self.vault.current = Some(credential);
        self.vault.previous = before;
        self.vault.facts.denied = None;
        self.vault.facts.refresh = None;
        stocked?;
        self.save()
    }

    /// Both, where the person need not be asked.
    ///
    /// # Errors
    /// As [`offer`](Self::offer) and [`accept`](Self::accept); [`Failure::NotConsented`] if
    /// `read` says no.
    pub fn refresh(
        &mut self,
        http: &impl Http,
        read: impl FnOnce(&Offer) -> bool,
        now: UnixTime,
    ) -> Result<(), Failure> {
        let offer = self.offer(http, now)?;
        if offer.is_new() && !read(&offer) {
            return Err(Failure::NotConsented);
        }
        self.accept(http, &offer, now)
    }

    fn fetch_evidence(
        &self,
        http: &impl Http,
        begun: Vec<(pairnym::message::EvidenceRequest, pairnym::holder::AwaitingCommitments)>,
    ) -> Result<Vec<EvidenceBatch>, Failure> {
        let requests = begun.iter().map(|(request, _)| request.to_bytes()).collect();
        let call = HttpRequest::post::<_, Commitments>(
            self.authority(path::EVIDENCE),
            &EvidenceBatches { requests },
        )?;
        let response = self.call(http, &self.authorized(call)?)?;
        let Commitments { commitments } = response.as_http().read(201)?;
        let node: EvidencePath = response.location.parse().map_err(WalletError::from)?;
        if commitments.len() != begun.len() {
            return Err(Error::Incomplete.into());
        }
        let (mut challenges, mut waiting) = (Vec::new(), Vec::new());
        for ((_, offered), commitments) in begun.into_iter().zip(&commitments) {
            let commitments = EvidenceCommitments::from_bytes(commitments)?;
            let (challenge, pending) = offered.challenge(&commitments, &mut rng())?;
            challenges.push(challenge.to_bytes());
            waiting.push(pending);
        }
        let url = node.url(&self.pins().host);
        let call = HttpRequest::post::<_, Responses>(url, &Challenges { challenges })?;
        let response = self.call(http, &self.authorized(call)?)?;
        let Responses { responses } = response.as_http().read(200)?;
        if responses.len() != waiting.len() {
            return Err(Error::Incomplete.into());
        }
        let finish = |(pending, responses): (pairnym::holder::AwaitingResponses, &Vec<u8>)| {
            Ok(pending.finish(&EvidenceResponses::from_bytes(responses)?)?)
        };
        waiting.into_iter().zip(&responses).map(finish).collect()
    }

    /// After the authority denied a credential, the wallet presents nothing until the person has
    /// decided (SPEC §17): a credential that is denied to one person alone marks them.
    fn noting_denial<T>(
        &mut self,
        answer: Result<T, WalletError>,
        now: UnixTime,
    ) -> Result<T, Failure> {
        if let Err(WalletError::Problem(problem)) = &answer
            && matches!(problem.status, 403 | 409 | 410)
        {
            self.vault.facts.denied = self.vault.holder.list().slot(now);
            self.save()?;
        }
        Ok(answer?)
    }

    /// Whether the authority denied a credential, and the person has not decided yet.
    #[must_use]
    pub const fn is_denied(&self) -> bool {
        self.vault.facts.denied.is_some()
    }

    /// The person decided to go on all the same.
    ///
    /// # Errors
    /// The disk.
    pub fn go_on(&mut self) -> Result<(), Failure> {
        self.vault.facts.denied = None;
        self.save()
    }

    /// The slot of the credential and how many presentations it is good for.
    #[must_use]
    pub fn stock(&self) -> Option<(Slot, usize)> {
        let own = self.vault.current.as_ref()?;
        Some((*own.slot(), self.stock.count(&self.vault.holder, own)))
    }

    /// What the credential says.
    #[must_use]
    pub fn values(&self) -> Vec<(Name, Value)> {
        let Some(own) = &self.vault.current else { return Vec::new() };
        let parameters = self.vault.holder.list().find(&own.slot().parameters);
        let names = parameters.map(|parameters| parameters.schema().iter());
        let names = names.into_iter().flatten().map(|(name, _)| *name);
        names.zip(own.values().iter().cloned()).collect()
    }
}
