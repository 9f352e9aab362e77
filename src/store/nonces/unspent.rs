//! What was checked, but does not count until its nonce is used up.

#[cfg(test)]
mod tests;

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;
use core::slice::from_ref;

use super::{AsyncNonceStore, Nonce, NonceStore, Spend, StoreError};
use crate::error::Error;
use crate::time::UnixTime;

/// The result of a check, which cannot be read until the nonce of the request is used up.
///
/// Everything but the nonce has been checked: the answer verifies. Dropping this value uses up
/// nothing, and the request stays pending.
///
/// ```compile_fail,E0616
/// fn read<T>(unspent: pairnym::store::Unspent<T>) -> T {
///     unspent.value // private
/// }
/// ```
#[must_use = "nothing is verified before its nonce is used up"]
pub struct Unspent<T> {
    spend: Spend,
    value: T,
}

impl<T> Unspent<T> {
    pub(crate) const fn new(nonce: Nonce, expires: UnixTime, value: T) -> Self {
        Self { spend: Spend { nonce, expires }, value }
    }

    /// The nonce that must be used up, and the expiry of its request.
    #[must_use]
    pub const fn to_spend(&self) -> &Spend {
        &self.spend
    }

    /// Uses up the nonce.
    ///
    /// # Errors
    /// Refused: [`Error::Expired`] (the store is not asked), [`Error::Replayed`]. Or the store's
    /// own error, after which it is not known whether the nonce is used up.
    pub fn spend<S: NonceStore + ?Sized>(
        self,
        store: &S,
        now: UnixTime,
    ) -> Result<T, StoreError<S::Error>> {
        self.in_time(now)?;
        let won = store.spend(from_ref(&self.spend), now).map_err(StoreError::Store)?;
        Ok(self.if_among(&won)?)
    }

    /// Uses up the nonce.
    ///
    /// If the future is dropped after it was polled, the nonce may be used up without a result: the
    /// person then has to answer a new request. A server should spawn a task for it, so that a
    /// closed connection does not drop it.
    ///
    /// # Errors
    /// As [`spend`](Self::spend).
    pub async fn spend_async<S: AsyncNonceStore + ?Sized>(
        self,
        store: &S,
        now: UnixTime,
    ) -> Result<T, StoreError<S::Error>> {
        self.in_time(now)?;
        let won = store.spend(from_ref(&self.spend), now).await.map_err(StoreError::Store)?;
        Ok(self.if_among(&won)?)
    }

    /// The result, once the caller has used up the nonce in its own transaction: by a `DELETE` of
    /// the pending request, or an `INSERT` of the used nonce, that changed `rows` rows.
    ///
    /// [`Platform`](crate::platform::Platform) has an example.
    ///
    /// It counts only once the transaction is committed: on an error the caller must roll it back,
    /// and nothing may leave the server before the commit has succeeded.
    ///
    /// # Errors
    /// [`Error::Expired`]; [`Error::Replayed`] for no row: another answer came first;
    /// [`Error::Fault`] for more than one row: the statement is not about a single nonce.
    pub fn after_spending(self, rows: u64, now: UnixTime) -> Result<T, Error> {
        self.in_time(now)?;
        match rows {
            0 => Err(Error::Replayed),
            1 => Ok(self.value),
            _ => Err(Error::Fault),
        }
    }

    /// The value that is not verified yet, for those parts of it that may be read.
    pub(crate) const fn unverified(&self) -> &T {
        &self.value
    }

    pub(crate) fn map<U>(self, map: impl FnOnce(T) -> U) -> Unspent<U> {
        Unspent { spend: self.spend, value: map(self.value) }
    }

    fn in_time(&self, now: UnixTime) -> Result<(), Error> {
        if now <= self.spend.expires { Ok(()) } else { Err(Error::Expired) }
    }

    fn if_among(self, won: &[Nonce]) -> Result<T, Error> {
        if won.contains(&self.spend.nonce) { Ok(self.value) } else { Err(Error::Replayed) }
    }
}

impl<T> fmt::Debug for Unspent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unspent").finish_non_exhaustive()
    }
}

/// Uses up the nonces of a batch in one call of the store, and returns one result for each
/// member, in the same order.
///
/// A member that was already refused stays as it is. [`Error::Expired`] if the request has expired,
/// [`Error::Replayed`] if the nonce was used before or an earlier member has it. If there is
/// nothing to use up, the store is not called.
///
/// # Errors
/// The store's own, for the batch as a whole.
pub fn spend_all<T, S: NonceStore + ?Sized>(
    all: Vec<Result<Unspent<T>, Error>>,
    store: &S,
    now: UnixTime,
) -> Result<Vec<Result<T, Error>>, S::Error> {
    let (all, spends) = sort_out(all, now);
    let won = if spends.is_empty() { Vec::new() } else { store.spend(&spends, now)? };
    Ok(settle(all, won))
}

/// As [`spend_all`]; [`Unspent::spend_async`] says what dropping the future means.
///
/// # Errors
/// As there.
pub async fn spend_all_async<T, S: AsyncNonceStore + ?Sized>(
    all: Vec<Result<Unspent<T>, Error>>,
    store: &S,
    now: UnixTime,
) -> Result<Vec<Result<T, Error>>, S::Error> {
    let (all, spends) = sort_out(all, now);
    let won = if spends.is_empty() { Vec::new() } else { store.spend(&spends, now).await? };
    Ok(settle(all, won))
}

type Batch<T> = Vec<Result<Unspent<T>, Error>>;

/// Refuses what has expired or repeats an earlier member, and lists what is left to be used up.
fn sort_out<T>(all: Batch<T>, now: UnixTime) -> (Batch<T>, Vec<Spend>) {
    let (mut seen, mut spends) = (BTreeSet::new(), Vec::new());
    let mut check = |unspent: Unspent<T>| {
        unspent.in_time(now)?;
        if !seen.insert(unspent.spend.nonce) {
            return Err(Error::Replayed);
        }
        spends.push(unspent.spend);
        Ok(unspent)
    };
    let all = all.into_iter().map(|member| member.and_then(&mut check)).collect();
    (all, spends)
}

/// The results of those whose nonce was won. By now all members have different nonces, so nothing
/// that a store returns can make two of them count for one.
fn settle<T>(all: Batch<T>, won: Vec<Nonce>) -> Vec<Result<T, Error>> {
    let won: BTreeSet<Nonce> = won.into_iter().collect();
    let settle = |unspent: Unspent<T>| match won.contains(&unspent.spend.nonce) {
        true => Ok(unspent.value),
        false => Err(Error::Replayed),
    };
    all.into_iter().map(|member| member.and_then(settle)).collect()
}
