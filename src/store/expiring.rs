//! A bounded map whose entries each expire at their own time.
//!
//! It takes the time from its caller, whose clock may jump. An entry that was dropped must not
//! seem never to have been there when the clock comes back, so the map remembers the *expiries*
//! that it dropped: not each, but spans that cover them all. Two expiries that are far apart, as
//! after a jump of years, lie in two spans, and what lies between them is not affected.

#[cfg(test)]
mod tests;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::error::Error;
use crate::time::UnixTime;

/// How many entries one call drops at most, in addition to as many as it adds.
pub(crate) const WORK: usize = 64;

/// A bounded number of entries. [`purge`](Self::purge) drops what has expired, at a cost that grows
/// with what it drops and not with what is kept.
pub(crate) struct Expiring<K, V> {
    most: usize,
    /// An entry that expires more than this many seconds ahead was made by a clock that has since
    /// been set back, and counts as expired.
    ahead: u64,
    entries: BTreeMap<K, (UnixTime, V)>,
    by_expiry: BTreeSet<(UnixTime, K)>,
    dropped: Spans,
}

impl<K: Copy + Ord, V> Expiring<K, V> {
    pub(crate) const fn new(most: usize, ahead: u64) -> Self {
        let dropped = Spans(Vec::new());
        Self { most, ahead, entries: BTreeMap::new(), by_expiry: BTreeSet::new(), dropped }
    }

    /// Drops what has expired at `now`, up to a number of entries.
    pub(crate) fn purge(&mut self, now: UnixTime, most: usize) {
        for _ in 0..most {
            let ends = [self.by_expiry.first(), self.by_expiry.last()];
            let ended = ends.into_iter().flatten().find(|(expires, _)| !self.stands(*expires, now));
            let Some(&(expires, key)) = ended else { return };
            self.by_expiry.remove(&(expires, key));
            self.entries.remove(&key);
            self.dropped.add(expires);
        }
    }

    /// Whether an entry with this expiry, perhaps the one asked about, was dropped.
    pub(crate) fn may_have_dropped(&self, expires: UnixTime) -> bool {
        self.dropped.has(expires)
    }

    /// Adds an entry, in place of the one with the same key.
    ///
    /// # Errors
    /// [`Error::Full`], and nothing is changed.
    pub(crate) fn insert(&mut self, key: K, value: V, expires: UnixTime) -> Result<(), Error> {
        if !self.has_room() && !self.entries.contains_key(&key) {
            return Err(Error::Full);
        }
        self.remove(&key);
        self.by_expiry.insert((expires, key));
        self.entries.insert(key, (expires, value));
        Ok(())
    }

    /// Removes an entry, expired or not: as if it had never been there.
    pub(crate) fn remove(&mut self, key: &K) -> Option<(UnixTime, V)> {
        let (expires, value) = self.entries.remove(key)?;
        self.by_expiry.remove(&(expires, *key));
        Some((expires, value))
    }

    /// Removes an entry, and returns it if it has not expired at `now`.
    pub(crate) fn take(&mut self, key: &K, now: UnixTime) -> Option<V> {
        let (expires, value) = self.remove(key)?;
        self.stands(expires, now).then_some(value)
    }

    /// The entry, expired or not.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|(_, value)| value)
    }

    pub(crate) fn has_room(&self) -> bool {
        self.entries.len() < self.most
    }

    /// The number of entries, including expired ones that have not been dropped yet.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    fn stands(&self, expires: UnixTime, now: UnixTime) -> bool {
        now <= expires && expires <= now.plus(self.ahead)
    }
}

/// How many spans are kept: one for ordinary times, the others for clocks that jumped.
const SPANS: usize = 8;

/// Spans of time, both ends included: disjoint and ascending.
struct Spans(Vec<(UnixTime, UnixTime)>);

impl Spans {
    /// Covers a time. When the spans become too many, the two that are nearest to each other are
    /// joined.
    fn add(&mut self, time: UnixTime) {
        if self.has(time) {
            return;
        }
        self.0.insert(self.0.partition_point(|(_, end)| *end < time), (time, time));
        if self.0.len() > SPANS {
            let gaps = self.0.iter().zip(self.0.iter().skip(1));
            let gaps = gaps.map(|((_, end), (start, _))| start.0.saturating_sub(end.0));
            let nearest = gaps.enumerate().min_by_key(|(_, gap)| *gap).map_or(0, |(at, _)| at);
            let (_, end) = self.0.remove(nearest + 1);
            if let Some(span) = self.0.get_mut(nearest) {
                span.1 = end;
            }
        }
    }

    fn has(&self, time: UnixTime) -> bool {
        self.0.iter().any(|(start, end)| *start <= time && time <= *end)
    }
}
