//! Two devices that are one holder, in one process.

use alloc::vec::Vec;
use core::time::Duration;

use pairnym::{attribute::*, authority::*, holder::*, message::*, shared::*, *};

use crate::fetching::complete;
use crate::{
    Everybody, Seeded, TEN_MINUTES, arrived, by_name, received_offer, received_ticket, seeded,
};

/// A lead and its second, with the channel between them: every message is written to bytes and read
/// again. Both persons consent to whatever is asked.
///
/// ```
/// # use pairnym_testkit::*;
/// let service = Service::new(NOW);
/// let pair = Pair::new(1, service.list());
/// assert_eq!(pair.lead.commitment(), pair.second.commitment());
/// ```
pub struct Pair {
    /// The ward's device.
    pub lead: Lead,
    /// The guardian's device.
    pub second: Second,
    sessions: CoSessions,
    list: ParameterList,
    rng: Seeded,
}

impl Pair {
    /// The pair with this number, whose two master secrets are made from it, paired face to face.
    ///
    /// # Panics
    /// Never: every number is a pair.
    #[must_use]
    pub fn new(number: u8, list: &ParameterList) -> Self {
        let mut rng = seeded(1_000 + u64::from(number));
        let (ward, guardian) = masters(number);
        let (keys, authority) = ([1, 2].map(|key| ChannelKey([key; 32])), list.authority());
        let inviting =
            Second::invite(&guardian, authority, keys[0], &mut rng).expect("an invitation");
        let invitation = arrived(inviting.invitation());
        let (answer, lead) = Lead::accept(&ward, list.clone(), &invitation, keys[1], &mut rng)
            .expect("an honest invitation");
        let second = inviting.accept(&arrived(&answer)).expect("an honest answer");
        let sessions = CoSessions::new(16, Duration::from_secs(120));
        Self { lead, second, sessions, list: list.clone(), rng }
    }

    /// Answers a ticket, which the second received.
    ///
    /// # Errors
    /// Those of either device.
    pub fn enroll(&mut self, open: &OpenTicket, now: UnixTime) -> Result<Vec<u8>, Error> {
        let Self { lead, second, sessions, list, rng } = self;
        let ticket = received_ticket(list, open);
        let (request, awaiting) = lead.ask_to_enroll(ticket.bytes(), rng)?;
        let asked = second.read(&request.to_bytes(), list, now)?;
        let Asked::Enrollment(asked) = asked else { return Err(Error::Fault) };
        let (approval, session) = asked.approve(&ticket, rng)?;
        sessions.keep(session, now)?;
        let (nonces, awaiting) = awaiting.commit(&arrived(&approval), rng)?;
        let answer = answer(second, sessions, &arrived(&nonces), now)?;
        Ok(awaiting.complete(&arrived(&answer))?.into_bytes())
    }

    /// Accepts an offer.
    ///
    /// # Errors
    /// Those of either device.
    pub fn accept(
        &mut self,
        offer: &Received<IssuanceOffer>,
        now: UnixTime,
    ) -> Result<(Vec<u8>, AwaitingIssuance), Error> {
        let Self { lead, second, sessions, list, rng } = self;
        let (request, awaiting) = lead.ask_for_credential(offer, now, rng)?;
        let asked = second.read(&request.to_bytes(), list, now)?;
        let Asked::Credential(asked) = asked else { return Err(Error::Fault) };
        let (approval, session) = asked.approve(rng)?;
        sessions.keep(session, now)?;
        let (nonces, awaiting) = awaiting.commit(&arrived(&approval), now, rng)?;
        let answer = answer(second, sessions, &arrived(&nonces), now)?;
        let (request, issuance) = awaiting.complete(&arrived(&answer))?;
        Ok((request.into_bytes(), issuance))
    }

    /// Enrolls with an authority whose registry is not asked, and fetches a credential with its
    /// evidence and these values in the order of the schema.
    ///
    /// # Panics
    /// If the authority does not issue at this time, or the values do not fit its schema.
    pub fn credential(
        &mut self,
        authority: &Authority,
        values: impl IntoIterator<Item = Value>,
        now: UnixTime,
    ) -> (Credential, Vec<Evidence>) {
        let commitment = *self.lead.commitment();
        let values = by_name(authority, values);
        let open = authority.offer(commitment, values, TEN_MINUTES, now, &mut self.rng);
        let open = open.expect("an authority that issues now, and values that fit");
        let offer = received_offer(&self.list, &open);
        let (request, pending) = self.accept(&offer, now).expect("an honest offer");
        let request = IssuanceRequest::from_bytes(&request).expect("a request");
        let response = authority.issue(&open, &request, now, &Everybody).expect("an opening");
        let issued = pending.finish(&response).expect("an honest response");
        complete(authority, &self.lead, issued, &mut self.rng)
    }

    /// Answers a request for a presentation.
    ///
    /// # Errors
    /// Those of either device; an item that was not used up is dropped.
    pub fn present(
        &mut self,
        credential: &Credential,
        item: Evidence,
        request: &Received<Request>,
        now: UnixTime,
    ) -> Result<Presentation, Error> {
        let Self { lead, second, sessions, list, rng } = self;
        let consent = Consent::to_disclose(request);
        let (asked, awaiting) = lead.ask_to_present(credential, consent, now, rng)?;
        let approval = approve(second, sessions, list, &asked, now, rng)?;
        let (nonces, awaiting) = awaiting.commit(item, &arrived(&approval), now, rng)?;
        let answer = answer(second, sessions, &arrived(&nonces), now)?;
        let made = awaiting.complete(&arrived(&answer))?;
        Ok(Presentation::from_bytes(made.as_bytes())?)
    }

    /// Answers a request for a login.
    ///
    /// # Errors
    /// Those of either device.
    pub fn log_in(&mut self, request: &Received<Request>, now: UnixTime) -> Result<Login, Error> {
        let Self { lead, second, sessions, list, rng } = self;
        let (asked, awaiting) = lead.ask_to_log_in(Consent::to_answer(request), now, rng)?;
        let approval = approve(second, sessions, list, &asked, now, rng)?;
        let (nonces, awaiting) = awaiting.commit(&arrived(&approval), now, rng)?;
        let answer = answer(second, sessions, &arrived(&nonces), now)?;
        Ok(Login::from_bytes(awaiting.complete(&arrived(&answer))?.as_bytes())?)
    }
}

/// The master secrets of ward and guardian of the pair with this number.
#[must_use]
pub fn masters(number: u8) -> (MasterSecret, MasterSecret) {
    let mut guardian = [number; 32];
    guardian[0] = 0xff;
    (MasterSecret::import([number; 32]), MasterSecret::import(guardian))
}

fn approve(
    second: &Second,
    sessions: &mut CoSessions,
    list: &ParameterList,
    asked: &CoRequest,
    now: UnixTime,
    rng: &mut Seeded,
) -> Result<CoApproval, Error> {
    let Asked::Answer(asked) = second.read(&asked.to_bytes(), list, now)? else {
        return Err(Error::Fault);
    };
    let (approval, session) = asked.approve_and_disclose(rng)?;
    sessions.keep(session, now)?;
    Ok(approval)
}

fn answer(
    second: &Second,
    sessions: &mut CoSessions,
    nonces: &CoNonces,
    now: UnixTime,
) -> Result<CoAnswer, Error> {
    second.answer(sessions.take(nonces.session(), now)?, nonces, now)
}
