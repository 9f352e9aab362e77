//! What the wards' devices do.

use pairnym::{holder::*, message::*, shared::*, store::*, *};
use pairnym_testkit::*;

use super::{Fault, SETTING, Shared, TICKETS, WARDS, other, world};
use crate::network::{Move, back};
use crate::rules;

/// What a lead asks, by its place in the setting.
#[derive(Clone, Copy)]
pub enum What {
    Enrollment(usize),
    Credential(usize),
    /// Whether the person consented to disclosure.
    Presentation(usize, bool),
    Login(usize),
}

impl What {
    fn request(self) -> Option<&'static Received<Request>> {
        match self {
            Self::Presentation(place, _) => Some(&SETTING.presentations[place]),
            Self::Login(place) => Some(&SETTING.logins[place]),
            _ => None,
        }
    }
}

enum Waiting {
    Enrollment(Box<AwaitingApproval<'static, EnrollmentRequest>>),
    Credential(AwaitingApproval<'static, IssuanceRequest>),
    Presentation(AwaitingApproval<'static, Presentation>),
    Login(AwaitingApproval<'static, Login>),
}

enum Half {
    Enrollment(Box<AwaitingAnswer<'static, EnrollmentRequest>>),
    Credential(Box<AwaitingAnswer<'static, IssuanceRequest>>),
    Presentation(Box<AwaitingAnswer<'static, Presentation>>),
    Login(Box<AwaitingAnswer<'static, Login>>),
}

/// A lead that waits for an approval of its CoRequest.
pub struct Asked {
    pub ward: usize,
    what: What,
    request: Vec<u8>,
    waiting: Waiting,
}

/// A lead that waits for the second's part, after it took this approval and sent this CoNonces.
pub struct Committed {
    pub ward: usize,
    what: What,
    request: Vec<u8>,
    approval: Vec<u8>,
    nonces: Vec<u8>,
    half: Half,
}

impl Shared {
    /// What the lead itself says to an act (SPEC §8.1, §11, §13).
    fn lead_refuses(&self, ward: usize, what: What, now: UnixTime) -> Result<(), Error> {
        let lead = self.lead(ward);
        let list = lead.list();
        let asked = |request| rules::Asked { list, now, request };
        match what {
            What::Enrollment(_) => Ok(()),
            What::Credential(place) => {
                let (_, offer) = &SETTING.wards[ward].offers[place];
                rules::accepts(list, lead.commitment(), offer, now)
            }
            What::Presentation(place, consents) => {
                let credential = &SETTING.wards[ward].credential;
                let asked = asked(&SETTING.presentations[place]);
                asked.presents(true, credential.slot(), credential.values(), consents, true)
            }
            What::Login(place) => asked(&SETTING.logins[place]).logs_in(),
        }
    }

    fn asks<M: Joint>(
        &mut self,
        (ward, what): (usize, What),
        asked: Result<(CoRequest, AwaitingApproval<'static, M>), Error>,
        waiting: fn(AwaitingApproval<'static, M>) -> Waiting,
    ) {
        let expected = self.lead_refuses(ward, what, self.clock(ward));
        assert_eq!(asked.as_ref().err(), expected.as_ref().err());
        if let Ok((request, state)) = asked {
            let request = self.channel.send(&request);
            self.asked.push(Asked { ward, what, request, waiting: waiting(state) });
        }
    }

    pub(super) fn ask_to_enroll(&mut self, step: &Move) {
        let (ward, place) = places(step, TICKETS);
        let (_, ticket) = &SETTING.tickets[place];
        let asked = self.lead(ward).ask_to_enroll(ticket.bytes(), &mut self.rng());
        self.asks((ward, What::Enrollment(place)), asked, |it| Waiting::Enrollment(Box::new(it)));
    }

    pub(super) fn ask_for_credential(&mut self, step: &Move) {
        let offers = |ward: usize| &SETTING.wards[ward].offers;
        let (ward, place) = places(step, offers(0).len());
        let ((_, offer), now) = (&offers(ward)[place], self.clock(ward));
        let asked = self.lead(ward).ask_for_credential(offer, now, &mut self.rng());
        self.asks((ward, What::Credential(place)), asked, Waiting::Credential);
    }

    pub(super) fn ask_to_present(&mut self, step: &Move) {
        let (ward, place) = places(step, SETTING.presentations.len());
        let (request, now) = (&SETTING.presentations[place], self.clock(ward));
        let consents = !other(step.value);
        let consent =
            if consents { Consent::to_disclose(request) } else { Consent::to_answer(request) };
        let credential = &SETTING.wards[ward].credential;
        let asked = self.lead(ward).ask_to_present(credential, consent, now, &mut self.rng());
        self.asks((ward, What::Presentation(place, consents)), asked, Waiting::Presentation);
    }

    pub(super) fn ask_to_log_in(&mut self, step: &Move) {
        let (ward, place) = places(step, SETTING.logins.len());
        let (request, now) = (&SETTING.logins[place], self.clock(ward));
        let consent = Consent::to_answer(request);
        let asked = self.lead(ward).ask_to_log_in(consent, now, &mut self.rng());
        self.asks((ward, What::Login(place)), asked, Waiting::Login);
    }

    pub(super) fn commit(&mut self, step: &Move) {
        let Some((approval, bytes)) = self.channel.receive::<CoApproval>(28, step) else { return };
        let Some(place) = back(self.asked.len(), step.choice) else { return };
        let Asked { ward, what, request, waiting } = self.asked.remove(place);
        let (mut now, rng) = (self.clock(ward), &mut self.rng());
        let own = bytes[2..34] == SETTING.wards[ward].pairing().0;
        let whole = (bytes[66] == 1) == what.request().is_some();
        let expected = rules::first([(own && whole, Error::Rejected)]);
        let expected = expected.and_then(|()| self.lead_refuses(ward, what, now));
        if let (Fault::CommitsLate, Some(request)) = (self.fault, what.request()) {
            now = now.min(request.expires());
        }
        let committed = match waiting {
            Waiting::Enrollment(it) => it
                .commit(&approval, rng)
                .map(|(nonces, half)| (nonces, Half::Enrollment(Box::new(half)))),
            Waiting::Credential(it) => {
                let committed = it.commit(&approval, now, rng);
                committed.map(|(nonces, half)| (nonces, Half::Credential(Box::new(half))))
            }
            Waiting::Presentation(it) => {
                let Some(committed) = self.commit_evidence(ward, it, &approval, now) else {
                    return;
                };
                committed.map(|(nonces, half)| (nonces, Half::Presentation(Box::new(half))))
            }
            Waiting::Login(it) => {
                let committed = it.commit(&approval, now, rng);
                committed.map(|(nonces, half)| (nonces, Half::Login(Box::new(half))))
            }
        };
        assert_eq!(committed.as_ref().err(), expected.as_ref().err());
        let Ok((nonces, half)) = committed else { return };
        let nonces = self.channel.send(&nonces);
        if let What::Presentation(..) = what {
            assert!(self.shown.insert(nonces[131..].to_vec()), "evidence is shown once");
        }
        let committed = Committed { ward, what, request, approval: bytes, nonces, half };
        self.committed.push(committed);
    }

    /// With the ward's newest item, if there is one.
    fn commit_evidence(
        &mut self,
        ward: usize,
        waiting: AwaitingApproval<'static, Presentation>,
        approval: &CoApproval,
        now: UnixTime,
    ) -> Option<Result<(CoNonces, AwaitingAnswer<'static, Presentation>), Error>> {
        let (lead, rng) = (self.lead(ward), &mut self.rng());
        let stored = self.evidence[ward].pop()?;
        let item = lead.load_evidence(&stored).unwrap();
        let committed = waiting.commit(item, approval, now, rng);
        if self.fault == Fault::KeepsEvidence && committed.is_ok() {
            self.evidence[ward].push(stored.clone());
        }
        Some(committed.map_err(|refused| {
            let error = refused.error();
            let item = refused.into_evidence().expect("refused evidence comes back");
            assert!(lead.store_evidence(&item)[..] == stored);
            self.evidence[ward].push(stored);
            error
        }))
    }

    pub(super) fn complete(&mut self, step: &Move) {
        let Some((mut answer, bytes)) = self.channel.receive::<CoAnswer>(30, step) else { return };
        let Some(place) = back(self.committed.len(), step.choice) else { return };
        let Committed { ward, what, request, approval, nonces, half } =
            self.committed.remove(place);
        // What this lead asked was approved, and its own part was answered: with just these bytes.
        let id = CoSessionId(approval[34..66].try_into().unwrap());
        let approved = self.opened.get(&id);
        let approved = approved.is_some_and(|it| it.approval == approval && it.request == request);
        let answered = self.answered.get(&id).filter(|(to, _)| approved && *to == nonces);
        let honest = answered.is_some_and(|(_, answer)| *answer == bytes);
        if let (Fault::TakesAnyAnswer, Some((_, right))) = (self.fault, answered) {
            answer = CoAnswer::from_bytes(right).unwrap();
        }
        let released = release(ward, what, half, &answer);
        assert_eq!(released.err(), (!honest).then_some(Error::Rejected));
    }
}

/// Completes an act. Whatever leaves the device is accepted by the addressee, under what belongs
/// to the sum of both devices' secrets.
fn release(ward: usize, what: What, half: Half, answer: &CoAnswer) -> Result<(), Error> {
    let (world, ward) = (world(), &SETTING.wards[ward]);
    let own = |request: &Request| ward.alone.pseudonym(request.platform(), request.label());
    match (half, what) {
        (Half::Enrollment(half), What::Enrollment(place)) => {
            let (open, _) = &SETTING.tickets[place];
            let registry = MemoryRegistry::new(Reenrollment::Refused);
            let person = PersonId(ward.master);
            let made = sent(&half.complete(answer)?);
            let registered = world.authority.enroll(open, &made, person, NOW, &registry);
            assert_eq!(registered.unwrap(), *ward.alone.commitment());
        }
        (Half::Credential(half), What::Credential(place)) => {
            let (open, _) = &ward.offers[place];
            let (made, pending) = half.complete(answer)?;
            let response = world.authority.issue(open, &sent(&made), NOW, &Everybody).unwrap();
            assert!(pending.finish(&response).is_ok());
        }
        (Half::Presentation(half), What::Presentation(place, _)) => {
            let request = &SETTING.presentations[place];
            let made = sent(&half.complete(answer)?);
            let verified = world.platform.verify(request, &made, NOW, &AnyNonce).unwrap();
            assert_eq!(own(request), Ok(*verified.pseudonym()));
        }
        (Half::Login(half), What::Login(place)) => {
            let request = &SETTING.logins[place];
            let made = sent(&half.complete(answer)?);
            let known = |pseudonym: &Pseudonym| Some(*pseudonym);
            let returning = world.platform.verify_login(request, &made, known, NOW, &AnyNonce);
            assert_eq!(own(request), Ok(*returning.unwrap().pseudonym()));
        }
        _ => unreachable!("an act has one half"),
    }
    Ok(())
}

/// Which ward, and which thing of so many.
fn places(step: &Move, things: usize) -> (usize, usize) {
    (usize::from(step.who) % WARDS, usize::from(step.choice) % things)
}
