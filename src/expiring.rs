//! A bounded map whose entries end at a time of their own.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::error::Error;
use crate::time::UnixTime;

/// At most so many entries. What has expired is dropped by [`purge`](Self::purge), at a cost that
/// grows with what there is to drop and not with what is kept.
#[derive(Clone, Debug)]
pub(crate) struct Expiring<K, V> {
    most: usize,
    entries: BTreeMap<K, (UnixTime, V)>,
    by_expiry: BTreeSet<(UnixTime, K)>,
}

impl<K: Copy + Ord, V> Expiring<K, V> {
    pub(crate) const fn new(most: usize) -> Self {
        Self { most, entries: BTreeMap::new(), by_expiry: BTreeSet::new() }
    }

    /// Drops what expired before `now`. Whether there was anything.
    pub(crate) fn purge(&mut self, now: UnixTime) -> bool {
        let before = self.entries.len();
        while let Some(&(expires, key)) = self.by_expiry.first().filter(|(at, _)| *at < now) {
            self.by_expiry.remove(&(expires, key));
            self.entries.remove(&key);
        }
        self.entries.len() < before
    }

    /// Adds an entry under a new key.
    pub(crate) fn insert(&mut self, key: K, value: V, expires: UnixTime) -> Result<(), Error> {
        if !self.has_room() {
            return Err(Error::Full);
        }
        self.by_expiry.insert((expires, key));
        self.entries.insert(key, (expires, value));
        Ok(())
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let (expires, value) = self.entries.remove(key)?;
        self.by_expiry.remove(&(expires, *key));
        Some(value)
    }

    pub(crate) fn contains(&self, key: &K) -> bool {
        self.entries.contains_key(key)
    }

    pub(crate) fn has_room(&self) -> bool {
        self.entries.len() < self.most
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}
