//! Whether one list follows another (SPEC §4.5, *Succession*), by the same rules for the authority,
//! platforms and holders.

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::iter::once;

use super::{ListEntry, ParameterList};
use crate::error::Error;
use crate::time::UnixTime;

impl ParameterList {
    /// Whether `next` may take the place of this list at this time (SPEC §4.5): false if it is this
    /// list.
    ///
    /// # Errors
    /// [`Error::ForeignAuthority`]; [`Error::StaleList`] for an older list, [`Error::MissingList`]
    /// for one that is not the next; [`Error::EarlyList`] before its since.
    /// [`Error::ConflictingList`] is an alarm: two lists for one time mean that somebody is shown
    /// parameters of their own.
    pub fn check_successor(&self, next: &Self, now: UnixTime) -> Result<bool, Error> {
        if next.authority != self.authority {
            return Err(Error::ForeignAuthority);
        }
        match next.serial.cmp(&self.serial) {
            Ordering::Equal if next.id == self.id => return Ok(false),
            Ordering::Equal => return Err(Error::ConflictingList),
            Ordering::Less => return Err(Error::StaleList),
            Ordering::Greater if next.serial - self.serial > 1 => return Err(Error::MissingList),
            Ordering::Greater => {}
        }
        if next.previous != self.id {
            return Err(Error::ConflictingList);
        }
        if next.since > now {
            return Err(Error::EarlyList);
        }
        if self.agrees(next) { Ok(true) } else { Err(Error::ConflictingList) }
    }

    /// Takes a successor, authenticated like this list; false if it is this list.
    ///
    /// # Errors
    /// As [`check_successor`](Self::check_successor); this list stays in use.
    pub fn replace(&mut self, next: Self, now: UnixTime) -> Result<bool, Error> {
        let newer = self.check_successor(&next, now)?;
        if newer {
            *self = next;
        }
        Ok(newer)
    }

    /// Whether `next` says the same about the time for which both are made.
    fn agrees(&self, next: &Self) -> bool {
        let forward = next.since >= self.since && next.until >= self.until;
        let remembers = self.withdrawn.iter().all(|old| {
            let mut now = next.withdrawn.iter();
            now.any(|new| {
                new.parameters == old.parameters && new.suspect_since <= old.suspect_since
            })
        });
        let stolen: Vec<_> =
            self.entries.iter().filter(|entry| next.withdraws(entry.parameters.id())).collect();
        let returns = |entry: &ListEntry| {
            let key = entry.parameters.key();
            stolen.iter().any(|stolen| stolen.parameters.key() == key)
        };
        // One that had begun takes with it all entries before it.
        let begun = stolen.iter().filter(|entry| entry.from <= next.since).map(|e| e.from).max();
        let taken = self.entries.iter().filter(|entry| begun.is_some_and(|last| entry.from < last));
        let mut kept = taken.filter(|entry| next.find(entry.parameters.id()).is_some());
        forward
            && remembers
            && !next.entries.iter().any(returns)
            && kept.next().is_none()
            && self.has_slots_of(next, begun)
    }

    /// Whether every slot of `next` before this list's *until* is also this list's, and none is
    /// missing from its own *since* on, except where a withdrawal removed the entry. Nothing
    /// changes between two *from*s, and parameters fix their epochs.
    fn has_slots_of(&self, next: &Self, begun: Option<UnixTime>) -> bool {
        let id = |entry: &ListEntry| *entry.parameters.id();
        let same = |time| {
            let (old, new) = (self.issuing(time), next.issuing(time));
            let gone = old.is_some_and(|old| next.withdraws(old.parameters.id()))
                || begun.is_some_and(|last| old.is_none_or(|old| old.from < last));
            let dropped = new.is_none() && time < next.since;
            gone || dropped || old.map(id) == new.map(id)
        };
        let changes = self.entries.iter().chain(&next.entries).map(ListEntry::from);
        once(next.since).chain(changes).filter(|time| *time < self.until).all(same)
    }
}
