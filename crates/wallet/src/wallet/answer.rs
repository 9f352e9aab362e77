//! Answering a platform (SPEC §11, §13; TRANSPORT.md §7).

use pairnym::holder::{Consent, Credential, Evidence, Outgoing, Received};
use pairnym::message::{Login, Presentation};
use pairnym::{Error, Pseudonym, Request, UnixTime, Wanted};
use pairnym_transport::permission::Report;
use pairnym_transport::wallet::{
    Asking, CrossDevice, Fetched, Invitation, Next, Progress, Refused, Sending, Unpaired,
    WalletError,
};
use pairnym_transport::{Attempt, Digits, DoneUri};

use super::{Wallet, call};
use crate::folder::Folder;
use crate::seal::Key;
use crate::stock::Stock;
use crate::vault::Vault;
use crate::{Decision, Entry, Failure, Http, Obstacle, Outcome, Question, rng};

/// What a text that a person scanned, opened or pasted leads to.
#[derive(Debug)]
pub enum Coming {
    /// A question for the person.
    Asks(Box<Asked>),
    /// Digits for the person to type at the platform's page, whose name is shown beside them.
    Pairs(Box<Pairing>),
    /// The platform asks beyond what it may. It was told nothing; the report is the person's, to
    /// send to somebody or not.
    OverAsks(Box<Report>),
}

/// A question that waits for the person's decision.
#[derive(Debug)]
pub struct Asked {
    asking: Asking,
    /// What the person must see.
    pub question: Question,
}

/// A request from another device, before anybody typed its digits there.
#[derive(Debug)]
pub struct Pairing {
    unpaired: Unpaired,
    /// What to type, once the platform has said so.
    pub digits: Option<Digits>,
}

impl Pairing {
    /// At whose page the digits belong.
    #[must_use]
    pub fn platform(&self) -> &pairnym::PlatformId {
        self.unpaired.request().platform()
    }
}

/// How far a pairing is.
pub(crate) enum Waited {
    Pairs(Pairing),
    Paired(Asking),
}

impl Pairing {
    /// Asks once, which needs no wallet.
    pub(crate) fn wait(self, http: &impl Http) -> Result<Waited, Failure> {
        let Self { unpaired, digits } = self;
        let response = call(http, &unpaired.post()?)?;
        Ok(match unpaired.receive(response.as_http())? {
            Progress::Waiting(unpaired, digits) => {
                Waited::Pairs(Self { unpaired, digits: Some(digits) })
            }
            Progress::Busy(unpaired) => Waited::Pairs(Self { unpaired, digits }),
            Progress::Paired(asking) => Waited::Paired(asking),
        })
    }
}

/// The question of an invitation, not checked yet: needs no wallet.
pub(crate) fn fetch(http: &impl Http, invitation: Invitation) -> Result<Fetched, Failure> {
    let response = call(http, &invitation.get())?;
    Ok(invitation.receive(response.as_http())?)
}

/// What leaves for a platform, with the 网号 that this device did not know before.
// Moved once for each decision of a person.
#[allow(clippy::large_enum_variant)]
pub(super) enum Answer {
    Declined(Option<Failure>),
    Presentation(Outgoing<Presentation>, Option<Pseudonym>),
    Login(Outgoing<Login>, Option<Pseudonym>),
}

impl Answer {
    pub(super) fn refused(why: impl Into<Failure>) -> Self {
        Self::Declined(Some(why.into()))
    }
}

pub(super) fn consent(request: &Received<Request>, disclose: bool) -> Consent<'_> {
    if disclose { Consent::to_disclose(request) } else { Consent::to_answer(request) }
}

/// The platform has the person's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Where the browser goes now, on the same device.
    pub done: Option<DoneUri>,
}

impl Wallet {
    /// Fetches the question to which a text leads, and checks all that needs no person. Hosts below
    /// `.localhost` are admitted only where the authority's own host is one: for development.
    ///
    /// # Errors
    /// The transport's and the core's; the network; the disk.
    pub fn come(
        &mut self,
        http: &impl Http,
        text: &str,
        cross_device: CrossDevice,
        now: UnixTime,
    ) -> Result<Coming, Failure> {
        let invitation = self.invitation(text)?;
        let fetched = fetch(http, invitation)?;
        match self.check(fetched, cross_device, now)? {
            Coming::Pairs(pairing) => self.pair(http, *pairing, now),
            coming => Ok(coming),
        }
    }

    /// What a text leads to, if it is one.
    pub(crate) fn invitation(&self, text: &str) -> Result<Invitation, Failure> {
        let development = self.pins().host.is_development();
        let invitation = if development { Invitation::for_development } else { Invitation::new };
        Ok(invitation(text).map_err(WalletError::from)?)
    }

    /// Checks what was fetched. What must be paired first has no digits yet.
    pub(crate) fn check(
        &mut self,
        fetched: Fetched,
        cross_device: CrossDevice,
        now: UnixTime,
    ) -> Result<Coming, Failure> {
        let checked = match fetched.check(&self.pins().registrars, cross_device, now) {
            Ok(checked) => checked,
            Err(Refused::CrossDevice) => return Err(WalletError::CrossDevice.into()),
            Err(Refused::OverAsking(over)) => {
                let entry = entry(&over.request, now, Outcome::OverAsking);
                self.history.add(entry, &self.folder, &self.key)?;
                return Ok(Coming::OverAsks(Box::new(over.report)));
            }
        };
        match checked.next(Attempt::generate(&mut rng())) {
            Next::Ask(asking) => self.ask(asking, now),
            Next::Pair(unpaired) => Ok(Coming::Pairs(Box::new(Pairing { unpaired, digits: None }))),
        }
    }

    /// Asks the platform for digits; once they are typed, for the question. The platform may take
    /// 25 seconds: call again while [`Coming::Pairs`] comes back.
    ///
    /// # Errors
    /// The transport's; the network.
    pub fn pair(
        &mut self,
        http: &impl Http,
        pairing: Pairing,
        now: UnixTime,
    ) -> Result<Coming, Failure> {
        match pairing.wait(http)? {
            Waited::Pairs(pairing) => Ok(Coming::Pairs(Box::new(pairing))),
            Waited::Paired(asking) => self.ask(asking, now),
        }
    }

    pub(crate) fn ask(&self, asking: Asking, now: UnixTime) -> Result<Coming, Failure> {
        let request = asking.request();
        let obstacle = self.obstacle(request, now);
        let values = self.values();
        let value = |name: &pairnym::Name| {
            let own = values.iter().find(|(own, _)| own == name);
            own.map_or(pairnym::attribute::Value::Absent, |(_, value)| value.clone())
        };
        let question = Question {
            platform: *request.platform(),
            standing: asking.standing().clone(),
            purpose: *request.purpose(),
            label: request.label().copied(),
            wanted: request.wanted(),
            disclosed: request.disclosures().iter().map(|name| (*name, value(name))).collect(),
            conditions: request.conditions().map(|(name, c)| (*name, c.clone())).collect(),
            statement: request.statement().map(str::to_owned),
            notice: request.notice().copied(),
            pseudonym: self.known(request)?,
            before: self.before(request),
            expires: request.expires(),
            obstacle,
        };
        Ok(Coming::Asks(Box::new(Asked { asking, question })))
    }

    /// The person's own answers to a platform, the latest first.
    fn answered(&self, request: &Request) -> impl Iterator<Item = &Entry> {
        let platform = *request.platform();
        let own = self.history.entries().map(|(_, entry)| entry);
        own.filter(move |entry| {
            entry.platform == platform && entry.pseudonym.is_some() && entry.ward.is_none()
        })
    }

    fn before(&self, request: &Request) -> usize {
        self.answered(request).count()
    }

    /// The 网号, if this device can know it: a lead by its history.
    fn known(&self, request: &Request) -> Result<Option<Pseudonym>, Failure> {
        if self.vault.holder.alone().is_ok() {
            return self.pseudonym(request.platform(), request.label()).map(Some);
        }
        let label = request.label().copied();
        let same = self.answered(request).find(|entry| entry.label == label);
        Ok(same.and_then(|entry| entry.pseudonym))
    }

    fn obstacle(&self, request: &Received<Request>, now: UnixTime) -> Option<Obstacle> {
        if request.wanted() == Wanted::Login {
            return None;
        } else if self.is_denied() {
            return Some(Obstacle::Denied);
        }
        let Some(own) = self.vault.shown(request, now) else {
            let current = self.vault.current.as_ref();
            return Some(match current.map(|own| self.vault.holder.check(own, request, now)) {
                None | Some(Err(Error::StaleCredential)) => Obstacle::NoCredential,
                Some(Err(error)) => Obstacle::Refused(error),
                Some(Ok(())) => Obstacle::NoCredential,
            });
        };
        (self.stock.count(&self.vault.holder, own) == 0).then_some(Obstacle::NoEvidence)
    }

    /// Does what the person decided. What cannot be answered is declined, and the platform cannot
    /// tell: then the error says why, after the platform has the refusal.
    ///
    /// Evidence is off the disk before anything leaves, and the history entry is on it.
    ///
    /// # Errors
    /// [`Failure::NotConsented`], and nothing was sent; the core's, and the platform was declined;
    /// the platform's; the network: the history says [`Outcome::Sent`], since nobody knows; the
    /// disk, and nothing was sent; [`Failure::NeedsSecond`] for anything but to decline.
    pub fn decide(
        &mut self,
        http: &impl Http,
        asked: Asked,
        decision: Decision,
        now: UnixTime,
    ) -> Result<Answered, Failure> {
        self.carry_out(http, asked, decision, now, |wallet, asking, disclose| {
            wallet.answer(asking, disclose, now)
        })
    }

    /// As [`decide`](Self::decide), but for what leaves: `answer` makes it, or says why not.
    pub(super) fn carry_out(
        &mut self,
        http: &impl Http,
        asked: Asked,
        decision: Decision,
        now: UnixTime,
        answer: impl FnOnce(&mut Self, &Received<Request>, bool) -> Result<Answer, Failure>,
    ) -> Result<Answered, Failure> {
        self.acts(now);
        let Asked { asking, question } = asked;
        if decision == Decision::Answer && !question.disclosed.is_empty() {
            return Err(Failure::NotConsented);
        }
        let mut entry = entry(asking.request(), now, Outcome::Sent);
        let answer = match decision {
            Decision::Decline => Answer::Declined(None),
            Decision::Answer => answer(self, asking.request(), false)?,
            Decision::AnswerAndDisclose => answer(self, asking.request(), true)?,
        };
        let mut refused = None;
        let unsent = match answer {
            Answer::Declined(why) => {
                entry.outcome = Outcome::Declined;
                refused = why;
                asking.decline()
            }
            Answer::Presentation(presentation, pseudonym) => {
                entry.pseudonym = pseudonym.or(question.pseudonym);
                asking.present(presentation)?
            }
            Answer::Login(login, pseudonym) => {
                entry.pseudonym = pseudonym.or(question.pseudonym);
                asking.log_in(login)?
            }
        };
        if !unsent.is_declined() {
            entry.disclosed = question.disclosed.iter().map(|(name, _)| *name).collect();
        }
        let mut number = 0;
        let sending = unsent.record(|_| {
            number = self.history.add(entry, &self.folder, &self.key)?;
            self.save()
        })?;
        let answered = self.send(http, &sending, number)?;
        refused.map_or(Ok(answered), Err)
    }

    /// The holder's answer; or a refusal, with the reason.
    fn answer(
        &mut self,
        request: &Received<Request>,
        disclose: bool,
        now: UnixTime,
    ) -> Result<Answer, Failure> {
        let Self { vault, stock, folder, key, .. } = self;
        let holder = vault.holder.alone()?;
        if request.wanted() == Wanted::Login {
            let login = holder.log_in(consent(request, disclose), now, &mut rng());
            return Ok(login.map_or_else(Answer::refused, |login| Answer::Login(login, None)));
        }
        let (own, item) = match vault.item(stock, request, now, folder, key)? {
            Ok(found) => found,
            Err(error) => return Ok(Answer::refused(error)),
        };
        match holder.present(own, item, consent(request, disclose), now, &mut rng()) {
            Ok(presentation) => Ok(Answer::Presentation(presentation, None)),
            Err(refused) => {
                let error = refused.error();
                if let Some(item) = refused.into_evidence() {
                    stock.put_back(&vault.holder, &item, folder, key)?;
                }
                Ok(Answer::refused(error))
            }
        }
    }

    fn send(
        &mut self,
        http: &impl Http,
        sending: &Sending,
        number: u64,
    ) -> Result<Answered, Failure> {
        let response = self.call(http, sending.post())?;
        let receipt = sending.receive(response.as_http());
        let outcome = match &receipt {
            Ok(_) => Some(Outcome::Answered),
            Err(WalletError::Problem(problem)) if !problem.is_temporary() => {
                Some(Outcome::Refused(problem.code.clone()))
            }
            Err(_) => None,
        };
        if let Some(outcome) = outcome {
            self.history.complete(number, outcome, &self.folder, &self.key)?;
        }
        Ok(Answered { done: receipt?.done })
    }
}

impl Vault {
    /// A credential that answers a request, and an item of its evidence, which is off the disk.
    fn item(
        &self,
        stock: &mut Stock,
        request: &Received<Request>,
        now: UnixTime,
        folder: &Folder,
        key: &Key,
    ) -> Result<Result<(&Credential, Evidence), Error>, Failure> {
        if self.facts.denied.is_some() {
            return Err(Failure::Denied);
        }
        let Some(own) = self.shown(request, now) else { return Ok(Err(Error::StaleCredential)) };
        let item = stock.take(&self.holder, own, folder, key)?;
        Ok(item.map(|item| (own, item)).ok_or(Error::Incomplete))
    }

    /// The credential that answers a request: of the present slot, or in its first half of the one
    /// before.
    pub(super) fn shown(&self, request: &Received<Request>, now: UnixTime) -> Option<&Credential> {
        let list = self.holder.list();
        let times = list.slot(now).and_then(|slot| list.times(&slot));
        let early = times.is_some_and(|times| now.0 < times.start.0 / 2 + times.end.0 / 2);
        let own = [self.current.as_ref(), self.previous.as_ref().filter(|_| early)];
        let fits = |own: &&Credential| self.holder.check(own, request, now).is_ok();
        own.into_iter().flatten().find(fits)
    }
}

pub(super) fn entry(request: &Request, at: UnixTime, outcome: Outcome) -> Entry {
    Entry {
        at,
        platform: *request.platform(),
        label: request.label().copied(),
        purpose: *request.purpose(),
        pseudonym: None,
        disclosed: Vec::new(),
        statement: request.statement().is_some(),
        outcome,
        ward: None,
    }
}
