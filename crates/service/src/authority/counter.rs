//! The counter of a national service: what its officials call when somebody stands before them.
//!
//! An [`IdentityCheck`] compares what they were shown with the authority's own records; the rules
//! are those of the [`profile`](super::profile). What comes of it is a code, which the person types
//! into their device before leaving (TRANSPORT.md §10).
//!
//! * **Who acts is in the audit log**: each official has a token, and their name stands at each
//!   event; of a refusal, its code.
//! * **Under 14** a guardian applies, with their own documents beside the child's. The code is then
//!   typed into the guardian's device, which gets the ticket in its own session (SPEC §20.4); once
//!   the child is enrolled, another application gives a code for the child's device.
//! * **From 14 to 18** the person applies, with a guardian's documents.
//! * A person is whom their documents say; documents of two people are a conflict, which is refused
//!   and left to those who can find out.

mod api;
mod bodies;
mod check;
mod config;
mod demonstration;
mod refusal;

use std::fmt;
use std::sync::Arc;

use pairnym::{PersonId, UnixTime};
use pairnym_store::{
    Audit as _, DocumentRows as _, Documents as _, Event, Linked, PeopleRows as _,
};
use pairnym_transport::authority::CounterCode;

use super::Service;
use super::profile::{Date, Document, Notice, Record, Tier, Waiting};
use crate::Refused;
use refusal::Turned;

pub use api::router;
pub use check::{Certified, Checking, IdentityCheck, Presented};
pub use config::Config;
pub use demonstration::DemonstrationCheck;
pub use refusal::NotServed;

/// How long a code is good, in seconds (TRANSPORT.md §10).
const CODE_SECONDS: u64 = 600;

/// Somebody who may call, and whose name stands at what they did.
#[derive(Clone)]
pub struct Official {
    /// As it stands in the audit log.
    pub name: String,
    /// What they send as `Authorization: Bearer`.
    pub token: String,
}

/// What a counter is.
pub struct Options {
    /// Who may call. Names and tokens differ.
    pub officials: Vec<Official>,
    /// What checks the identity of people.
    pub check: Arc<dyn IdentityCheck>,
    /// The key of the [keyed hashes](Document::id): as long as there is a registry, the same one.
    pub documents_key: [u8; 32],
    /// How long somebody who was deleted waits.
    pub waiting: Waiting,
    /// What people are told.
    pub notice: Notice,
}

/// A counter of a service.
struct Counter {
    service: Service,
    check: Arc<dyn IdentityCheck>,
    key: [u8; 32],
    waiting: Waiting,
    notice: Notice,
}

/// Somebody whom the records know, and who may come.
struct Checked {
    /// The keyed hashes of all their documents, at least one.
    documents: Vec<PersonId>,
    tier: Tier,
    record: Record,
}

/// Somebody's number, and their guardian's.
struct Recognised {
    person: PersonId,
    guardian: Option<PersonId>,
}

/// Who stands at the counter: a person, and maybe a guardian.
struct Party {
    person: Presented,
    guardian: Option<Presented>,
}

/// What an application gave.
struct Applied {
    code: CounterCode,
    expires: UnixTime,
    tier: Tier,
    enrolled: bool,
}

impl Counter {
    /// Somebody applies, to enroll or for another device.
    async fn apply(&self, party: &Party, official: &str) -> Result<Applied, Turned> {
        let (tier, who) = self.recognise(party, Tier::Adult, Unknown::New, official).await?;
        let row = self.service.store().person(who.person).await?;
        self.waiting.over(row.as_ref(), self.now())?;
        self.note(official, "applied", &who).await?;
        let expires = UnixTime(self.now().0.saturating_add(CODE_SECONDS));
        let code = self.service.identify(who.person, official).await?;
        let enrolled = row.is_some_and(|row| row.deleted.is_none());
        Ok(Applied { code, expires, tier, enrolled })
    }

    /// Somebody who was here before comes about something; under 14 with a guardian.
    async fn comes_about(
        &self,
        party: &Party,
        action: &str,
        official: &str,
    ) -> Result<PersonId, Turned> {
        let alone = Tier::Supervised;
        let (_, who) = self.recognise(party, alone, Unknown::Refused, official).await?;
        self.note(official, action, &who).await?;
        Ok(who.person)
    }

    /// Finds out who they are. From the tier `alone` on nobody has to bring a guardian.
    async fn recognise(
        &self,
        party: &Party,
        alone: Tier,
        unknown: Unknown,
        official: &str,
    ) -> Result<(Tier, Recognised), Turned> {
        let person = self.check(&party.person).await?;
        let guardian = match &party.guardian {
            Some(guardian) => Some(self.check(guardian).await?),
            None => None,
        };
        self.accompanied(&person, guardian.as_ref(), alone).await?;
        let tier = person.tier;
        let person = self.link(person, unknown, official).await?;
        let guardian = match guardian {
            Some(guardian) => Some(self.link(guardian, Unknown::New, official).await?),
            None => None,
        };
        Ok((tier, Recognised { person, guardian }))
    }

    /// Checks what somebody presents.
    async fn check(&self, presented: &Presented) -> Result<Checked, Turned> {
        presented.agrees()?;
        let record = self.check.check(presented).await?.ok_or(NotServed::NotConfirmed)?;
        // Whatever checks: what is certified later is what was presented now.
        if record.born != presented.born {
            return Err(NotServed::NotConfirmed.into());
        }
        let tier = Tier::of(record.born, Date::at(self.now()))?;
        let all = record.documents.iter().chain(&presented.documents);
        let documents = all.map(|document| document.id(&self.key)).collect::<Result<_, _>>()?;
        Ok(Checked { documents, tier, record })
    }

    /// Whether a guardian is there who has to be, and no other.
    async fn accompanied(
        &self,
        person: &Checked,
        guardian: Option<&Checked>,
        alone: Tier,
    ) -> Result<(), Turned> {
        let Some(guardian) = guardian else {
            let alone = person.tier >= alone;
            return if alone { Ok(()) } else { Err(NotServed::GuardianMissing.into()) };
        };
        if person.tier == Tier::Adult {
            return Err(NotServed::GuardianNotNeeded.into());
        }
        let same = guardian.documents.iter().any(|document| person.documents.contains(document));
        let adult = guardian.tier == Tier::Adult && !same;
        if adult && self.check.is_guardian(&guardian.record, &person.record).await? {
            Ok(())
        } else {
            Err(NotServed::NotGuardian.into())
        }
    }

    /// Whose the documents are, from now on if they were nobody's.
    async fn link(
        &self,
        checked: Checked,
        unknown: Unknown,
        official: &str,
    ) -> Result<PersonId, Turned> {
        let (store, documents) = (self.service.store(), checked.documents);
        if matches!(unknown, Unknown::Refused)
            && store.holders(documents.clone()).await?.iter().all(Option::is_none)
        {
            return Err(NotServed::UnknownPerson.into());
        }
        match store.link_documents(documents).await? {
            Linked::To(person) => Ok(person),
            Linked::Conflict(one, another) => {
                let event = |person: PersonId| self.event(official, "two people", Some(person));
                store.append(vec![event(one), event(another)]).await?;
                Err(NotServed::TwoPeople.into())
            }
        }
    }

    /// Writes down who did what, before it is done; with a guardian, the event after it is the
    /// guardian's.
    async fn note(&self, official: &str, action: &str, who: &Recognised) -> Result<(), Turned> {
        let mut events = vec![self.event(official, action, Some(who.person))];
        if who.guardian.is_some() {
            let action = format!("{action}, as guardian");
            events.push(self.event(official, &action, who.guardian));
        }
        self.service.store().append(events).await?;
        Ok(())
    }

    fn event(&self, official: &str, action: &str, subject: Option<PersonId>) -> Event {
        let subject = subject.map(|person| person.0);
        Event { at: self.now(), actor: official.into(), action: action.into(), subject }
    }

    /// A refusal, as it leaves: counted in the audit log (rule A6), with where to object.
    async fn refuse(&self, turned: Turned, official: &str) -> Refused {
        let mut refused = Refused::from(turned);
        if refused.0.is_temporary() {
            return refused;
        }
        let event = self.event(official, &format!("refused {}", refused.code()), None);
        if let Err(failure) = self.service.store().append(vec![event]).await {
            return failure.into();
        }
        let detail = refused.0.detail.take().unwrap_or_default();
        refused.0.detail = Some(format!("{detail} {}", self.notice.objections).trim().to_owned());
        refused
    }

    fn now(&self) -> UnixTime {
        self.service.now()
    }
}

/// What becomes of somebody whom the registry has never seen.
#[derive(Clone, Copy)]
enum Unknown {
    New,
    Refused,
}

impl fmt::Debug for Official {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Official").field("name", &self.name).finish_non_exhaustive()
    }
}
