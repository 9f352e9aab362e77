//! A second's acts: what its person sees before their device takes part (SPEC §20.3, §20.4).

use std::time::{Duration, Instant};

use pairnym::attribute::{Condition, Value};
use pairnym::holder::Received;
use pairnym::message::{EnrollmentRequest, EnrollmentTicket};
use pairnym::shared::{self, CoApproval, CoNonces, CoSession, PairingId};
use pairnym::{Message as _, Name, ParameterList, PlatformId, Purpose, UnixTime, Wanted};
use pairnym_transport::Problem;
use pairnym_transport::authority::{CounterCode, Enrollment, Identification, Session, path};
use pairnym_transport::wallet::HttpRequest;
use zeroize::Zeroizing;

use super::answer::entry;
use super::{Wallet, call};
use crate::channel::{Channel, Kind, Refusal, SOON, Secure};
use crate::pairs::Ward;
use crate::parts::Secret;
use crate::{Decision, Entry, Failure, Http, Outcome, rng};

/// How long a second's consent is good (SPEC §20.3).
const SESSION: Duration = Duration::from_secs(120);

/// What another device asks of this one's person.
#[derive(Clone, Debug)]
pub struct Ask {
    /// What the person calls the other device.
    pub ward: String,
    /// What it wants to do.
    pub about: About,
}

/// What the lead wants to do.
#[derive(Clone, Debug)]
pub enum About {
    /// To enroll, with the ticket that this device got.
    Enrollment,
    /// To act alone from now on, with the same 网号s: a young person of fourteen, say (SPEC §20.6).
    /// This device forgets it then, and nobody takes it back.
    HandOver,
    /// To accept a credential.
    Credential {
        /// What it would say.
        values: Vec<(Name, Value)>,
        /// Whether the person has not consented to just these values before. If not, software may
        /// consent without asking again.
        is_new: bool,
    },
    /// To answer a platform.
    Answer(Box<Asking>),
}

/// A platform's question, as the lead shows it. **That it comes from this platform is for the lead
/// to check**; a wrong answer is worth nothing elsewhere.
#[derive(Clone, Debug)]
pub struct Asking {
    /// The platform.
    pub platform: PlatformId,
    /// What for.
    pub purpose: Purpose,
    /// For which of the platform's applications.
    pub label: Option<Name>,
    /// Whether it asks for a presentation or a login.
    pub wanted: Wanted,
    /// What the platform would learn. It needs a consent of its own.
    pub disclosed: Vec<(Name, Value)>,
    /// What it requires of them.
    pub conditions: Vec<(Name, Condition)>,
    /// What would be signed.
    pub statement: Option<String>,
    /// The hash of the notice that the platform shows.
    pub notice: Option<[u8; 32]>,
    /// How often this device took part in an answer of this ward to this platform.
    pub before: usize,
    /// The last second at which it can be answered.
    pub expires: UnixTime,
}

/// What came of a call of another device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attended {
    /// This device has given its part.
    TookPart {
        /// What the person calls the other device.
        ward: String,
    },
    /// The person declined.
    Declined {
        /// What the person calls the other device.
        ward: String,
    },
}

impl Wallet {
    /// The person applies for a ward: exchanges the code from the counter's screen for a ticket,
    /// which the ward's device [asks for](Self::enroll_together). *A code that came in a message or
    /// a call is a fraud.*
    ///
    /// # Errors
    /// [`Failure::NotPaired`]; [`Failure::NoTicket`] if the ward is enrolled already; the
    /// authority's refusals, the network, the disk.
    pub fn apply(
        &mut self,
        http: &impl Http,
        pairing: &PairingId,
        code: CounterCode,
        now: UnixTime,
    ) -> Result<(), Failure> {
        self.acts(now);
        let place = self.vault.pairs.wards.iter().position(|ward| ward.pairing() == pairing);
        let place = place.ok_or(Failure::NotPaired)?;
        let url = self.authority(path::SESSIONS);
        let request = HttpRequest::post::<_, Session>(url, &Identification { code })?;
        let session: Session = self.call(http, &request)?.as_http().read(200)?;
        let ticket = session.ticket.ok_or(Failure::NoTicket)?;
        let ward = &mut self.vault.pairs.wards[place];
        ward.token = Some(session.token);
        ward.ticket = Some(Zeroizing::new(ticket));
        self.save()
    }

    /// Takes part in one act of another device, which has called. `person` shows what it asks and
    /// returns what the person decided; nothing leaves before. `clock` is the device's own.
    ///
    /// # Errors
    /// [`Failure::FalsePeer`] for whoever has no key of a pairing; [`Failure::PeerAway`]; the
    /// core's, if the other device asks what it must not; [`Failure::NotConsented`]; the disk;
    /// for an enrollment also the authority's refusals and the network.
    pub fn attend(
        &mut self,
        http: &impl Http,
        channel: &mut dyn Channel,
        person: &mut dyn FnMut(&Ask) -> Decision,
        clock: &dyn Fn() -> UnixTime,
    ) -> Result<Attended, Failure> {
        let keys = self.vault.pairs.wards.iter().map(Ward::keys);
        let (place, mut lead) = Secure::respond(channel, keys)?;
        let attended = self.take_part(http, place, &mut lead, person, clock);
        match &attended {
            Ok(Attended::Declined { .. }) | Err(Failure::NotConsented) => {
                lead.refuse(Refusal::Declined)?;
            }
            Err(Failure::NoTicket) => lead.refuse(Refusal::NoTicket)?,
            // It hears nothing of why; whatever it was, it cannot go on.
            Err(_) => drop(lead.refuse(Refusal::Cannot)),
            Ok(Attended::TookPart { .. }) => {}
        }
        attended
    }

    fn take_part(
        &mut self,
        http: &impl Http,
        place: usize,
        lead: &mut Secure<'_>,
        person: &mut dyn FnMut(&Ask) -> Decision,
        clock: &dyn Fn() -> UnixTime,
    ) -> Result<Attended, Failure> {
        let (mut kind, mut message) = lead.receive(SOON)?;
        if kind == Kind::AskTicket {
            let ticket = self.vault.pairs.wards[place].ticket.as_ref();
            lead.send(Kind::Message, ticket.ok_or(Failure::NoTicket)?)?;
            (kind, message) = lead.receive(SOON)?;
        }
        match kind {
            Kind::Message => {}
            Kind::AskShare => return self.hand_over(place, lead, person),
            _ => return Err(Failure::FalsePeer),
        }
        self.acts(clock());
        let ward = &self.vault.pairs.wards[place];
        let list = self.vault.holder.list();
        let asked = ward.second.read(&message, list, clock())?;
        let name = ward.link.name.clone();
        let ask = Ask { ward: name.clone(), about: self.about(ward, list, &asked) };
        let decision = person(&ask);
        let record = |outcome| match &asked {
            shared::Asked::Answer(asked) => {
                let entry = entry(asked.request(), clock(), outcome);
                Some(Entry { ward: Some(name.clone()), ..entry })
            }
            _ => None,
        };
        if decision == Decision::Decline {
            if let Some(entry) = record(Outcome::Declined) {
                self.history.add(entry, &self.folder, &self.key)?;
            }
            return Ok(Attended::Declined { ward: name });
        }
        let disclosing = matches!(&ask.about, About::Answer(asked) if !asked.disclosed.is_empty());
        if disclosing && decision != Decision::AnswerAndDisclose {
            return Err(Failure::NotConsented);
        }
        // The nonce is made for a lead that is still there.
        lead.send(Kind::Consented, &[])?;
        lead.expect(Kind::Here, SOON)?;
        let begun = (Instant::now(), clock());
        let mut entry = record(Outcome::Sent);
        let enrolls = matches!(asked, shared::Asked::Enrollment(_));
        let (approval, session) = self.approve(ward, asked)?;
        lead.send(Kind::Message, &approval.to_bytes())?;
        let nonces = lead.expect(Kind::Message, SOON)?;
        let nonces = CoNonces::from_bytes(&nonces).map_err(|_| Failure::FalsePeer)?;
        let now = clock();
        let opened = fresh(session, begun, now)?;
        let answer = ward.second.answer(opened, &nonces, now)?;
        let mut number = None;
        if let Some(entry) = &mut entry {
            entry.pseudonym = nonces.pseudonym().copied();
            if let About::Answer(asked) = &ask.about {
                entry.disclosed = asked.disclosed.iter().map(|(name, _)| *name).collect();
            }
            number = Some(self.history.add(entry.clone(), &self.folder, &self.key)?);
        }
        if let About::Credential { values, .. } = &ask.about {
            self.vault.pairs.wards[place].values = Some(shown(values));
            self.save()?;
        }
        lead.send(Kind::Message, &answer.to_bytes())?;
        if let Some(number) = number {
            self.history.complete(number, Outcome::Answered, &self.folder, &self.key)?;
        }
        if enrolls {
            let request = lead.expect(Kind::Message, SOON)?;
            self.post_enrollment(http, place, &request)?;
            lead.send(Kind::Enrolled, &[])?;
        }
        Ok(Attended::TookPart { ward: name })
    }

    /// Forgets the pairing only once the other device has the share in its storage.
    fn hand_over(
        &mut self,
        place: usize,
        lead: &mut Secure<'_>,
        person: &mut dyn FnMut(&Ask) -> Decision,
    ) -> Result<Attended, Failure> {
        let ward = &self.vault.pairs.wards[place];
        let (pairing, name) = (*ward.pairing(), ward.link.name.clone());
        if person(&Ask { ward: name.clone(), about: About::HandOver }) == Decision::Decline {
            return Ok(Attended::Declined { ward: name });
        }
        lead.send(Kind::Message, &ward.second.transfer().to_bytes())?;
        lead.expect(Kind::Confirmed, SOON)?;
        self.forget_ward(&pairing)?;
        Ok(Attended::TookPart { ward: name })
    }

    fn approve(
        &self,
        ward: &Ward,
        asked: shared::Asked<'_>,
    ) -> Result<(CoApproval, CoSession), Failure> {
        Ok(match asked {
            shared::Asked::Enrollment(asked) => {
                let ticket = ward.ticket.as_ref().ok_or(Failure::NoTicket)?;
                let (list, peer) = (self.vault.holder.list(), self.pins().host.id());
                let own = Received::<EnrollmentTicket>::from_authority(list, peer, ticket)?;
                asked.approve(&own, &mut rng())?
            }
            shared::Asked::Credential(asked) => asked.approve(&mut rng())?,
            shared::Asked::Answer(asked) => asked.approve_and_disclose(&mut rng())?,
        })
    }

    /// Within the session in which this device got the ticket.
    fn post_enrollment(
        &mut self,
        http: &impl Http,
        place: usize,
        request: &Secret,
    ) -> Result<(), Failure> {
        EnrollmentRequest::from_bytes(request).map_err(|_| Failure::FalsePeer)?;
        let token = self.vault.pairs.wards[place].token.ok_or(Failure::NoTicket)?;
        let body = Enrollment { request: request.to_vec() };
        let post = HttpRequest::post::<_, Problem>(self.authority(path::ENROLLMENT), &body)?;
        call(http, &post.with_token(token))?.as_http().expect(204)?;
        let ward = &mut self.vault.pairs.wards[place];
        (ward.ticket, ward.token) = (None, None);
        self.save()
    }

    /// What the person sees.
    fn about(&self, ward: &Ward, list: &ParameterList, asked: &shared::Asked<'_>) -> About {
        match asked {
            shared::Asked::Enrollment(_) => About::Enrollment,
            shared::Asked::Credential(asked) => {
                let offer = asked.offer();
                let parameters = list.find(&offer.slot().parameters);
                let names = parameters.into_iter().flat_map(|found| found.schema().iter());
                let names = names.map(|(name, _)| *name);
                let values: Vec<_> = names.zip(offer.values().iter().cloned()).collect();
                let is_new = ward.values.as_ref() != Some(&shown(&values));
                About::Credential { values, is_new }
            }
            shared::Asked::Answer(asked) => {
                let request = asked.request();
                let same = |entry: &&Entry| {
                    entry.ward.as_ref() == Some(&ward.link.name)
                        && entry.platform == *request.platform()
                        && entry.pseudonym.is_some()
                };
                let disclosed = asked.disclosed().map(|(name, value)| (*name, value.clone()));
                About::Answer(Box::new(Asking {
                    platform: *request.platform(),
                    purpose: *request.purpose(),
                    label: request.label().copied(),
                    wanted: request.wanted(),
                    disclosed: disclosed.collect(),
                    conditions: request
                        .conditions()
                        .map(|(name, condition)| (*name, condition.clone()))
                        .collect(),
                    statement: request.statement().map(str::to_owned),
                    notice: request.notice().copied(),
                    before: self.history.entries().map(|(_, entry)| entry).filter(same).count(),
                    expires: request.expires(),
                }))
            }
        }
    }
}

/// By two clocks, of which one cannot be set and the other does not stop while the device sleeps.
fn fresh(
    session: CoSession,
    (began, from): (Instant, UnixTime),
    now: UnixTime,
) -> Result<CoSession, Failure> {
    let by_clock = now.0.checked_sub(from.0).is_some_and(|passed| passed <= SESSION.as_secs());
    if by_clock && began.elapsed() <= SESSION {
        Ok(session)
    } else {
        Err(pairnym::Error::NoSession.into())
    }
}

fn shown(values: &[(Name, Value)]) -> Vec<(String, String)> {
    values.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}
