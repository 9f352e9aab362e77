//! The service of a test: the authority with its registry.

use alloc::vec::Vec;
use core::fmt::Debug;

use pairnym::{attribute::*, authority::*, message::*, store::*, *};

use crate::{
    ATTRIBUTES, DAY, Everybody, Person, TEN_MINUTES, authority, key, parameters, received_ticket,
    sent,
};

/// 31 days in seconds, the longest that a list lives.
const LONGEST: u64 = 31 * DAY;

/// An authority, `authority.example` at `id.authority.example`, with the list that it publishes,
/// and its registry.
///
/// Epochs are days, and each credential comes with one batch of evidence.
pub struct Service<R = Everybody> {
    authority: Authority,
    /// How many keys it ever had.
    keys: u8,
    registry: R,
}

impl Service {
    /// A service whose credentials have the [`ATTRIBUTES`], and in whose registry everybody is
    /// registered. Its list begins ten days before `now` and ends ten days after it.
    ///
    /// # Panics
    /// For a time within ten days of 1970 or of `u64::MAX`.
    #[must_use]
    pub fn new(now: UnixTime) -> Self {
        Self::with(&ATTRIBUTES, Everybody, now)
    }
}

impl<R: Registry<Error: Debug>> Service<R> {
    /// A service with these attributes and this registry.
    ///
    /// # Panics
    /// As [`new`](Service::new); if the attributes are no schema.
    #[must_use]
    pub fn with(attributes: &[(&str, Kind)], registry: R, now: UnixTime) -> Self {
        Self { authority: authority(1, attributes, now), keys: 1, registry }
    }

    /// The list that it publishes.
    #[must_use]
    pub const fn list(&self) -> &ParameterList {
        self.authority.list()
    }

    /// Its registry.
    #[must_use]
    pub const fn registry(&self) -> &R {
        &self.registry
    }

    /// The authority, with all of its keys.
    #[must_use]
    pub const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Enrolls the person with this number, whose values are given by name, and issues their
    /// credential. The same number is the same person, with the same 网号s.
    ///
    /// # Panics
    /// If the registry refuses the person, the values do not fit the schema, or the list has
    /// ended.
    pub fn person<'a>(
        &self,
        number: u8,
        values: impl IntoIterator<Item = (&'a str, Value)>,
        now: UnixTime,
    ) -> Person {
        let mut person = Person::new(number, self.list(), values);
        let (authority, transaction) = (&self.authority, TransactionId([number; 32]));
        let rng = &mut person.rng;
        let open = authority.open_ticket(transaction, TEN_MINUTES, now, rng).expect("a ticket");
        let ticket = received_ticket(self.list(), &open);
        let request = sent(&person.holder.enroll(&ticket, rng).expect("the device's own list"));
        let id = PersonId([number; 32]);
        authority.enroll(&open, &request, id, now, &self.registry).expect("a registry that admits");
        person.refresh(self, now).expect("a registered person, and values that fit");
        person
    }

    /// Publishes the next list, which ends ten days after `now`, or with the present one if that
    /// is later. Platforms and persons [adopt](pairnym::platform::Platform::adopt) it.
    ///
    /// # Panics
    /// Before the present list's time.
    pub fn renew(&mut self, now: UnixTime) -> &ParameterList {
        let next = self.list().renew(now..self.until(now)).expect("a time after the list's since");
        self.publish(next)
    }

    /// Publishes the next list, with a new key of the same schema, and returns the time from which
    /// that key issues: the first midnight that the present list does not cover. The new list lasts
    /// for ten days after that, but not longer than 31 days in all.
    ///
    /// # Panics
    /// Before the present list's time, and after the eighth key.
    pub fn rotate(&mut self, now: UnixTime) -> UnixTime {
        let parameters = self.next_parameters();
        let list = self.list();
        let from = UnixTime(list.until().0.max(now.0 + 1).next_multiple_of(DAY));
        let until = UnixTime((from.0 + 10 * DAY).min(now.0 + LONGEST));
        let next = list.rotate(now..until, from, parameters).expect("a list that is followed");
        self.publish(next);
        from
    }

    /// Withdraws the key that issues at `now`, as stolen an hour before, and publishes the next
    /// list, on which another key takes its place. No credential is accepted any more: everybody
    /// has to [refresh](Person::refresh). 网号s (pseudonyms) and logins are not affected.
    ///
    /// # Panics
    /// Before the present list's time.
    pub fn withdraw(&mut self, now: UnixTime) -> &ParameterList {
        let replacement = self.next_parameters();
        let (list, since) = (self.list(), UnixTime(now.0.saturating_sub(3600)));
        let stolen = list.slot(now).expect("a time with a slot").parameters;
        let next = list.withdraw(now..self.until(now), &stolen, since, Some(replacement));
        self.publish(next.expect("a list that is followed"))
    }

    fn until(&self, now: UnixTime) -> UnixTime {
        UnixTime(self.list().until().0.max(now.0 + 10 * DAY))
    }

    /// The parameters of a key that it never had, with the schema that it has.
    fn next_parameters(&mut self) -> AuthorityParameters {
        self.keys = self.keys.checked_add(1).expect("at most 255 keys");
        parameters(&key(self.keys), &self.attributes())
    }

    fn attributes(&self) -> Vec<(&str, Kind)> {
        let schema = self.authority.parameters().schema();
        schema.iter().map(|(name, kind)| (name.as_str(), kind)).collect()
    }

    /// The authority with the next list, and with every key that is on it.
    fn publish(&mut self, next: ParameterList) -> &ParameterList {
        let attributes = self.attributes();
        let listed = |key: &_| next.find(parameters(key, &attributes).id()).is_some();
        let mut keys = (1..=self.keys).map(key).filter(listed);
        let first = keys.next().expect("a list with a key");
        let mut authority = Authority::open(first, next.clone()).expect("the key is on the list");
        keys.for_each(|key| authority.add_key(key).expect("the key is on the list"));
        self.authority = authority;
        self.list()
    }
}
