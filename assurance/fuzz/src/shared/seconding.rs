//! What the guardian's device does, which is the second of both wards.

use pairnym::{shared::*, *};
use pairnym_testkit::seeded;

use super::{
    Fault, GUARDIAN, LIFE, ROOM, SETTING, Shared, TICKETS, WARDS, other, reference, world,
};
use crate::network::Move;
use crate::rules;

/// A session that the guardian consented to.
pub struct Opened {
    pub ward: usize,
    /// CoRequest and CoApproval.
    pub request: Vec<u8>,
    pub approval: Vec<u8>,
    /// By which clock and with which coins.
    time: UnixTime,
    coins: u64,
    /// When it was opened, by the clock of the sessions.
    kept: u64,
}

/// What the person says who consents.
struct Says {
    discloses: bool,
    /// The ticket of its own session with the authority.
    ticket: usize,
}

impl Says {
    fn refuses(&self, act: &CoAct) -> Result<(), Error> {
        rules::first([match act {
            CoAct::Enrollment(ticket) => {
                (*SETTING.tickets[self.ticket].1 == *ticket, Error::ForeignTicket)
            }
            CoAct::Presentation { request, .. } => {
                let nothing = request.disclosures().is_empty();
                (self.discloses || nothing, Error::DisclosureWithoutConsent)
            }
            _ => (true, Error::Fault),
        }])
    }
}

/// The place of the ticket that is asked about, if it is one of the guardian's.
fn own_ticket(act: &CoAct) -> usize {
    let CoAct::Enrollment(ticket) = act else { return 0 };
    SETTING.tickets.iter().position(|(_, own)| **own == *ticket).unwrap_or(0)
}

/// The ward of a pairing, or the first; now and then the other one.
fn ward_of(pairing: &[u8], other: bool) -> usize {
    let own = |ward: &super::Ward| ward.pairing().0[..] == *pairing;
    let right = SETTING.wards.iter().position(own).unwrap_or(0);
    if other { (right + 1) % WARDS } else { right }
}

impl Shared {
    /// What a second says to an act that can be decoded (SPEC §20.3), up to its person's consent.
    fn second_refuses(&self, ward: usize, asked: &CoRequest, now: UnixTime) -> Result<(), Error> {
        let second = self.second(ward);
        let list = world().authority.list();
        let own = |authority: &AuthorityId| authority == list.authority();
        rules::first([(asked.pairing() == second.pairing(), Error::ForeignPairing)])?;
        match asked.act() {
            CoAct::Enrollment(ticket) => {
                rules::first([(own(ticket.authority()), Error::ForeignAuthority)])
            }
            CoAct::Issuance(offer) => {
                let parameters = list.find(&offer.slot().parameters);
                let fits = parameters.map(|it| rules::values_fit(offer.values(), it.schema()));
                rules::first([
                    (parameters.is_some(), Error::UnpinnedParameters),
                    (now < list.until(), Error::ListExpired),
                    (offer.commitment() == second.commitment(), Error::ForeignCommitment),
                    (fits == Some(true), Error::Schema),
                ])
            }
            CoAct::Login(request) => rules::asks_second(list, now, request),
            CoAct::Presentation { request, slot, values } => {
                rules::asks_second(list, now, request)?;
                let slot = &request.slots()[usize::from(*slot)];
                let parameters = list.find(&slot.parameters);
                rules::first([
                    (now < list.until(), Error::ListExpired),
                    (parameters.is_some(), Error::UnpinnedParameters),
                ])?;
                rules::discloses(values, parameters.unwrap().schema(), request)
            }
        }
    }

    pub(super) fn approve(&mut self, step: &Move) {
        let Some(bytes) = self.channel.arrives(27, step) else { return };
        let ward = ward_of(&bytes[2..34], other(step.who));
        let (second, now) = (self.second(ward), self.clock(GUARDIAN));
        let rng = &mut self.rng();
        let coins = self.draws;
        let decoded = CoRequest::from_bytes(&bytes);
        let expected = match &decoded {
            Ok(asked) => self.second_refuses(ward, asked, now),
            Err(error) => Err(Error::Decode(*error)),
        };
        let asked = second.read(&bytes, world().authority.list(), now);
        assert_eq!(asked.as_ref().err(), expected.as_ref().err());
        let (Ok(asked), Ok(request)) = (asked, decoded) else { return };
        let consents = step.choice % 8 != 7;
        let says = Says {
            discloses: step.choice % 8 != 6,
            ticket: (own_ticket(request.act()) + usize::from(other(step.value))) % TICKETS,
        };
        if !consents && self.fault != Fault::AsksNobody {
            return;
        }
        let expected = says.refuses(request.act());
        let approved = self.consent(asked, &says, request.act(), rng);
        assert_eq!(approved.as_ref().err(), expected.as_ref().err());
        let Ok((approval, session)) = approved else { return };
        let id = *session.id();
        let elapsed = self.elapsed;
        self.open.retain(|_, kept| elapsed <= *kept + LIFE);
        let full = self.open.len() == ROOM;
        let kept = self.sessions.keep(session, UnixTime(elapsed));
        assert_eq!(kept.err(), full.then_some(Error::Full));
        if full {
            return;
        }
        let approval = self.channel.send(&approval);
        reference::check_approval(ward, &request, &approval);
        if consents {
            let opened = Opened { ward, request: bytes, approval, time: now, coins, kept: elapsed };
            assert!(self.opened.insert(id, opened).is_none(), "no two sessions have one name");
            self.open.insert(id, elapsed);
        }
    }

    /// The guardian sees what is asked, and nothing else; and says what it says.
    fn consent(
        &self,
        asked: Asked<'_>,
        says: &Says,
        act: &CoAct,
        rng: &mut impl SecureRng,
    ) -> Result<(CoApproval, CoSession), Error> {
        match (asked, act) {
            (Asked::Enrollment(asked), CoAct::Enrollment(ticket)) => {
                let any = self.fault == Fault::TakesAnyTicket;
                let right = SETTING.tickets.iter().find(|(_, own)| any && **own == *ticket);
                asked.approve(&right.unwrap_or(&SETTING.tickets[says.ticket]).1, rng)
            }
            (Asked::Credential(asked), CoAct::Issuance(offer)) => {
                assert!(asked.offer() == offer);
                asked.approve(rng)
            }
            (Asked::Answer(asked), act) => {
                let request = act.request().unwrap();
                assert!(asked.request() == request);
                if let CoAct::Presentation { values, .. } = act {
                    assert!(asked.disclosed().eq(request.disclosures().iter().zip(values)));
                }
                let discloses = says.discloses || self.fault == Fault::DisclosesAnything;
                if discloses { asked.approve_and_disclose(rng) } else { asked.approve(rng) }
            }
            _ => panic!("another act is shown than the one that is asked"),
        }
    }

    pub(super) fn answer(&mut self, step: &Move) {
        let Some((nonces, bytes)) = self.channel.receive::<CoNonces>(29, step) else { return };
        let (id, elapsed) = (*nonces.session(), UnixTime(self.elapsed));
        let opened = self.opened.get(&id);
        let right = opened.map_or(0, |opened| opened.ward);
        let ward = if other(step.who) { (right + 1) % WARDS } else { right };
        let open = self.open.remove(&id).filter(|kept| self.elapsed <= kept + LIFE);
        let mut session = match (self.fault, opened) {
            (Fault::AnswersLate, Some(opened)) => self.sessions.take(&id, UnixTime(opened.kept)),
            _ => self.sessions.take(&id, elapsed),
        };
        if let (Fault::AnswersTwice, Some(opened), Err(_)) = (self.fault, opened, &session) {
            session = Ok(self.reopen(opened));
        }
        let Ok(session) = session else {
            return assert_eq!((session.err(), open), (Some(Error::NoSession), None));
        };
        assert!(open.is_some(), "only with its person's consent, in time, and once");
        let opened = &self.opened[&id];
        let now = self.clock(GUARDIAN);
        let asked = CoRequest::from_bytes(&opened.request).unwrap();
        let list = world().authority.list();
        let same = bytes[34] == reference::code(asked.act());
        let expected = rules::first([(ward == right, Error::ForeignPairing)])
            .and_then(|()| {
                asked.act().request().map_or(Ok(()), |it| rules::asks_second(list, now, it))
            })
            .and_then(|()| rules::first([(same, Error::Rejected)]));
        let by = if self.fault == Fault::MixesPairings { right } else { ward };
        let answer = self.second(by).answer(session, &nonces, now);
        assert_eq!(answer.as_ref().err(), expected.as_ref().err());
        let Ok(answer) = answer else { return };
        let answer = self.channel.send(&answer);
        reference::check_answer(ward, &asked, opened, &bytes, &answer);
        let before = self.answered.insert(id, (bytes, answer));
        assert!(before.is_none(), "a session is answered once");
    }

    /// An impostor approves in the guardian's place: no act comes of it.
    pub(super) fn mislead(&mut self, step: &Move) {
        let received = self.channel.receive::<CoRequest>(27, step);
        let Some((request, bytes)) = received else { return };
        let ward = ward_of(&bytes[2..34], false);
        let (now, rng) = (self.clock(GUARDIAN), &mut self.rng());
        let impostor = &SETTING.wards[ward].impostor;
        let Ok(asked) = impostor.read(&bytes, world().authority.list(), now) else { return };
        let says = Says { discloses: true, ticket: own_ticket(request.act()) };
        let Ok((approval, session)) = self.consent(asked, &says, request.act(), rng) else {
            return;
        };
        self.channel.send(&approval);
        self.others.insert(*session.id(), (ward, session));
    }

    pub(super) fn answer_otherwise(&mut self, step: &Move) {
        let Some((nonces, _)) = self.channel.receive::<CoNonces>(29, step) else { return };
        let Some((ward, session)) = self.others.remove(nonces.session()) else { return };
        let now = self.clock(GUARDIAN);
        if let Ok(answer) = SETTING.wards[ward].impostor.answer(session, &nonces, now) {
            self.channel.send(&answer);
        }
    }

    /// The same session once more, as a device makes it that is set back.
    fn reopen(&self, opened: &Opened) -> CoSession {
        let second = self.second(opened.ward);
        let list = world().authority.list();
        let asked = second.read(&opened.request, list, opened.time).unwrap();
        let request = CoRequest::from_bytes(&opened.request).unwrap();
        let says = Says { discloses: true, ticket: own_ticket(request.act()) };
        let again = self.consent(asked, &says, request.act(), &mut seeded(opened.coins));
        again.unwrap().1
    }
}
