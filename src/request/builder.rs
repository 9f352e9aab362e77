//! Putting a request together.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use super::condition::Condition;
use super::message::Request;
use super::parts::{Head, MAX_LIFE, MAX_STATEMENT};
use super::purpose::{Purpose, Wanted};
use crate::credential::attributes::{Kind, MAX_ATTRIBUTES};
use crate::error::Error;
use crate::ids::{Nonce, RequestDigest};
use crate::name::{Name, PlatformId};
use crate::parameters::list::ParameterList;
use crate::rng::SecureRng;
use crate::text::is_text;
use crate::time::{SKEW, Slot, UnixTime};

/// Puts a request together. Begun by [`Platform::request`](crate::platform::Platform::request) and
/// [`Platform::request_login`](crate::platform::Platform::request_login).
///
/// ```
/// # use std::time::Duration;
/// # use pairnym::{attribute::*, message::*, platform::*, *};
/// # fn build(platform: &Platform, now: UnixTime, rng: &mut impl SecureRng) -> Result<Request, Error> {
/// platform
///     .request(Purpose::GovernmentService)
///     .disclose("assurance")
///     .require("assurance", Condition::AtLeast(3)) // shows the level, whatever it is
///     .statement("I apply for a residence permit.")
///     .valid_for(Duration::from_secs(600))
///     .build(now, rng)
/// # }
/// ```
#[derive(Debug)]
pub struct RequestBuilder<'a> {
    list: &'a ParameterList,
    platform: PlatformId,
    label: Option<Name>,
    wanted: Wanted,
    purpose: Purpose,
    previous: bool,
    life: Duration,
    disclosures: Vec<Name>,
    conditions: Vec<(Name, Condition)>,
    statement: Option<String>,
    notice: Option<[u8; 32]>,
    error: Option<Error>,
}

impl<'a> RequestBuilder<'a> {
    pub(crate) fn new(
        list: &'a ParameterList,
        platform: PlatformId,
        wanted: Wanted,
        purpose: Purpose,
    ) -> Self {
        Self {
            list,
            platform,
            label: None,
            wanted,
            purpose,
            previous: true,
            life: Duration::from_secs(300),
            disclosures: Vec::new(),
            conditions: Vec::new(),
            statement: None,
            notice: None,
            error: None,
        }
    }

    /// Asks for the 网号 of one application of the platform (网络身份应用标识).
    #[must_use]
    pub const fn label(mut self, label: Name) -> Self {
        self.label = Some(label);
        self
    }

    /// Asks for the value of an attribute.
    #[must_use]
    pub fn disclose(mut self, attribute: &str) -> Self {
        if let Some(name) = self.name(attribute) {
            if let Err(place) = self.disclosures.binary_search(&name) {
                self.disclosures.insert(place, name);
            }
        }
        self
    }

    /// Requires something of an attribute that is disclosed. Each attribute has at most one
    /// condition of each kind; a later one replaces an earlier one. **A condition hides nothing**
    /// of the value.
    #[must_use]
    pub fn require(mut self, attribute: &str, condition: Condition) -> Self {
        if let Some(name) = self.name(attribute) {
            let order = (name, condition.operator());
            let found = self
                .conditions
                .binary_search_by_key(&order, |(name, other)| (*name, other.operator()));
            match found {
                Ok(place) => self.conditions[place].1 = condition,
                Err(place) => self.conditions.insert(place, (name, condition)),
            }
        }
        self
    }

    /// Something that is not a name at all cannot be an attribute's name.
    fn name(&mut self, attribute: &str) -> Option<Name> {
        let name = Name::new(attribute).ok();
        if name.is_none() {
            self.error = self.error.or(Some(Error::UnknownAttribute));
        }
        name
    }

    /// Accepts no credential of the slot before the present one.
    ///
    /// Everybody then has to refresh in the first second of a slot, and anybody who has not can be
    /// recognised by it (SPEC §17). Do not use this where one more epoch of validity does no harm.
    #[must_use]
    pub const fn current_slot_only(mut self) -> Self {
        self.previous = false;
        self
    }

    /// How long the request can be answered, in whole seconds; 300 seconds by default.
    #[must_use]
    pub const fn valid_for(mut self, life: Duration) -> Self {
        self.life = life;
        self
    }

    /// What the person agrees to by answering: a text (SPEC §3.4) of at most 8,192 bytes.
    #[must_use]
    pub fn statement(mut self, statement: &str) -> Self {
        self.statement = Some(statement.into());
        self
    }

    /// The hash of the notice that the person is shown.
    #[must_use]
    pub const fn notice(mut self, hash: [u8; 32]) -> Self {
        self.notice = Some(hash);
        self
    }

    /// The request, with a fresh nonce.
    ///
    /// # Errors
    /// [`Error::Range`] for a life of more than a day, or one so long that the request would
    /// accept more than two present slots (the shortest epoch less 1,200 seconds), for a time close
    /// to `u64::MAX`, before the first slot, for a statement that is too long, for more than 64
    /// attributes or conditions, and for a login that discloses; [`Error::ListExpired`] unless the
    /// list lasts more than ten minutes longer than the request; [`Error::UnknownAttribute`];
    /// [`Error::Schema`] for a condition that the attribute's kind cannot meet;
    /// [`Error::ConditionNotDisclosed`]; [`Error::Text`].
    pub fn build(
        self,
        now: UnixTime,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Request, Error> {
        let life = self.life.as_secs();
        if life > MAX_LIFE {
            return Err(Error::Range);
        }
        let expires = now.after(self.life)?;
        expires.after(Duration::from_secs(SKEW))?;
        let slots = match self.wanted {
            Wanted::Presentation => self.slots(now, life)?,
            Wanted::Login if self.names().next().is_none() && self.error.is_none() => Vec::new(),
            Wanted::Login => return Err(Error::Range),
        };
        let placed = |(name, condition): (Name, Condition)| {
            let position = self.disclosures.binary_search(&name).ok();
            let position = position.and_then(|place| u8::try_from(place).ok());
            Ok((position.ok_or(Error::ConditionNotDisclosed)?, condition))
        };
        let conditions: Result<Vec<_>, Error> = self.conditions.into_iter().map(placed).collect();
        let conditions = conditions?;
        for (_, condition) in &conditions {
            condition.check_text()?;
        }
        if self.statement.as_ref().is_some_and(|statement| !is_text(statement)) {
            return Err(Error::Text);
        }
        let long = self.statement.as_ref().is_some_and(|s| s.len() > MAX_STATEMENT);
        if long || self.disclosures.len().max(conditions.len()) > MAX_ATTRIBUTES {
            return Err(Error::Range);
        }
        let mut request = Request {
            head: Head {
                authority: *self.list.authority(),
                platform: self.platform,
                label: self.label,
                wanted: self.wanted,
                purpose: self.purpose,
                nonce: Nonce([0; 32]),
                expires,
            },
            slots,
            disclosures: self.disclosures,
            conditions,
            statement: self.statement,
            notice: self.notice,
            digest: RequestDigest([0; 32]),
        };
        rng.fill_bytes(&mut request.head.nonce.0);
        Ok(request.hashed())
    }

    /// The accepted slots (SPEC §10.1).
    fn slots(&self, now: UnixTime, life: u64) -> Result<Vec<Slot>, Error> {
        self.list.check_until(now.plus(life).plus(SKEW))?;
        if life > self.list.shortest_epoch().saturating_sub(2 * SKEW) {
            return Err(Error::Range);
        }
        let (before, present) = self.list.slots_for(now, life);
        if present.is_empty() {
            return Err(Error::Range);
        }
        if let Some(error) = self.error {
            return Err(error);
        }
        let before = before.filter(|slot| {
            self.previous && self.check_names(slot).and_then(|()| self.check_kinds(slot)).is_ok()
        });
        present.iter().try_for_each(|slot| self.check_names(slot))?;
        present.iter().try_for_each(|slot| self.check_kinds(slot))?;
        Ok(before.into_iter().chain(present).collect())
    }

    /// All attribute names that occur in the request.
    fn names(&self) -> impl Iterator<Item = &Name> {
        self.disclosures.iter().chain(self.conditions.iter().map(|(name, _)| name))
    }

    /// The kind of an attribute in a slot.
    fn kind(&self, slot: &Slot, name: &Name) -> Option<Kind> {
        let schema = self.list.find(&slot.parameters)?.schema();
        schema.kind(schema.index(name.as_str())?)
    }

    /// Whether the schema of a slot has every name.
    fn check_names(&self, slot: &Slot) -> Result<(), Error> {
        let all = self.names().all(|name| self.kind(slot, name).is_some());
        if all { Ok(()) } else { Err(Error::UnknownAttribute) }
    }

    /// Whether every condition fits its kind.
    fn check_kinds(&self, slot: &Slot) -> Result<(), Error> {
        let fits = |(name, condition): &(Name, Condition)| {
            self.kind(slot, name).is_some_and(|kind| condition.fits(kind))
        };
        if self.conditions.iter().all(fits) { Ok(()) } else { Err(Error::Schema) }
    }
}
