//! The authority's side: every list that is made here can be published (SPEC §4.5).

use core::ops::Range;

use super::{ListEntry, NONE, ParameterList, Withdrawn};
use crate::error::Error;
use crate::ids::ParametersId;
use crate::name::PlatformId;
use crate::parameters::AuthorityParameters;
use crate::time::UnixTime;

impl ParameterList {
    /// The first list of a chain, to be used during `time`: one entry, whose key issues from `from`
    /// on.
    ///
    /// # Errors
    /// [`Error::Range`] unless `time` ends after it begins and at most 31 days later, and `from`
    /// is the first second of an epoch.
    pub fn first(
        host: PlatformId,
        time: Range<UnixTime>,
        from: UnixTime,
        parameters: AuthorityParameters,
    ) -> Result<Self, Error> {
        let authority = *parameters.authority();
        let mut list = Self::empty(authority, host, 0, NONE, time.start, time.end)?;
        list.add(ListEntry { from, parameters })?;
        Ok(list.hashed())
    }

    /// The next list, for a further time. It must be published at least 72 hours before this one
    /// ends, which is not checked. Entries that no answer shows any more are left out, here as in
    /// every other successor.
    ///
    /// # Errors
    /// [`Error::Range`] unless `time` ends after it begins and at most 31 days later, if it begins
    /// or ends before this list's, and after the last serial.
    pub fn renew(&self, time: Range<UnixTime>) -> Result<Self, Error> {
        let mut next = self.successor(&time)?;
        for entry in self.standing(time.start) {
            next.add(entry.clone())?;
        }
        Ok(next.hashed())
    }

    /// The next list, with a new key that issues from `from` on, a time about which no list says
    /// anything yet: the end of the slot in which this list ends, at the earliest. [`Authority`]
    /// has an example.
    ///
    /// [`Authority`]: crate::authority::Authority
    ///
    /// # Errors
    /// As [`renew`](Self::renew). [`Error::Range`] also for a `from` that is not after the start
    /// of `time`, is before this list's end, or is not the first second of an epoch of both the new
    /// parameters and the last; for parameters or a key of another entry, for withdrawn ones, and
    /// for a ninth entry; [`Error::ForeignAuthority`]; [`Error::Schema`] if an attribute has
    /// another kind in another entry.
    pub fn rotate(
        &self,
        time: Range<UnixTime>,
        from: UnixTime,
        parameters: AuthorityParameters,
    ) -> Result<Self, Error> {
        if from <= time.start || from < self.until {
            return Err(Error::Range);
        }
        let mut next = self.renew(time)?;
        next.add(ListEntry { from, parameters })?;
        next.check_withdrawn()?;
        Ok(next.hashed())
    }

    /// The next list after a key was stolen: without its entry and, if it had begun, without those
    /// before it. The key that issues at the start of `time` needs a `replacement`, which takes its
    /// place from the start of the epoch before; no other key has one.
    ///
    /// # Errors
    /// As [`renew`](Self::renew). [`Error::ForeignParameters`] if no entry has this id;
    /// [`Error::Range`] also for a replacement that is missing or not needed, whose key is already
    /// on this list or whose epochs have another length, for the only entry if it has not begun,
    /// for a 256th withdrawn key, and if the entry after a future one does not begin with an epoch
    /// of the entry before: withdraw the later one first;
    /// [`Error::ForeignAuthority`], [`Error::Schema`] as [`rotate`](Self::rotate).
    pub fn withdraw(
        &self,
        time: Range<UnixTime>,
        id: &ParametersId,
        suspect_since: UnixTime,
        replacement: Option<AuthorityParameters>,
    ) -> Result<Self, Error> {
        let since = time.start;
        let mut next = self.successor(&time)?;
        let mut entries = self.entries.iter();
        let stolen = entries.find(|entry| entry.parameters.id() == id);
        let stolen = stolen.ok_or(Error::ForeignParameters)?;
        if (self.issuing(since) == Some(stolen)) != replacement.is_some() {
            return Err(Error::Range);
        }
        if let Some(parameters) = replacement {
            let known = self.entries.iter().any(|e| e.parameters.key() == parameters.key());
            if known || parameters.epoch_length() != stolen.parameters.epoch_length() {
                return Err(Error::Range);
            }
            let before = parameters.epoch(since).0.saturating_sub(1);
            let from = UnixTime(before * stolen.epoch_length().get());
            next.add(ListEntry { from, parameters })?;
        }
        let begun = stolen.from <= since;
        let goes = |from| from == stolen.from || (begun && from < stolen.from);
        for entry in self.standing(since).filter(|entry| !goes(entry.from)) {
            next.add(entry.clone())?;
        }
        next.add_withdrawn(Withdrawn { parameters: *id, suspect_since })?;
        next.check_withdrawn()?;
        if next.entries.is_empty() {
            return Err(Error::Range);
        }
        Ok(next.hashed())
    }

    /// A successor without entries. *Since* and *until* never go back.
    fn successor(&self, time: &Range<UnixTime>) -> Result<Self, Error> {
        let (since, until) = (time.start, time.end);
        if since < self.since || until < self.until {
            return Err(Error::Range);
        }
        let serial = self.serial.checked_add(1).ok_or(Error::Range)?;
        let mut next = Self::empty(self.authority, self.host, serial, self.id, since, until)?;
        next.withdrawn.clone_from(&self.withdrawn);
        Ok(next)
    }

    /// The entries that have to stay. Only the oldest are dropped: a short entry can be settled
    /// before the long one that it follows, and then both stay.
    fn standing(&self, since: UnixTime) -> impl Iterator<Item = &ListEntry> {
        let settled = self.entries.iter().skip(1).take_while(|entry| entry.is_settled(since));
        self.entries.iter().skip(settled.count())
    }
}
