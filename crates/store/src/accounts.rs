//! The accounts of a platform: which 网号 is registered there, and what was signed under it.

use pairnym::{Name, Pseudonym, RequestDigest, Slot, UnixTime};

use crate::Failure;

/// What an account is known by: a label, or none, and the 网号 in its scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId {
    /// The application label.
    pub label: Option<Name>,
    /// The 网号.
    pub pseudonym: Pseudonym,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What it is known by.
    pub id: AccountId,
    /// The slot of the presentation that last admitted the person: should its key be withdrawn, the
    /// accounts admitted under it can be found (SPEC §12).
    pub slot: Slot,
    /// When it was admitted first.
    pub since: UnixTime,
}

/// What was signed under a 网号 (SPEC §13.1): to be kept only where there was a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedAct {
    /// The digest of the request.
    pub digest: RequestDigest,
    /// Whose it is.
    pub account: AccountId,
    /// The bytes of the request.
    pub request: Vec<u8>,
    /// The bytes of the answer.
    pub answer: Vec<u8>,
    /// When it was verified.
    pub at: UnixTime,
}

/// How much was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Accounts, under whatever label.
    pub accounts: u64,
    /// Acts.
    pub acts: u64,
}

/// Accounts and acts.
pub trait Accounts: Sync {
    /// Links an account, all of them different, and returns which are new, in the same order. For
    /// one that is linked already the slot is replaced. Repeating the call is harmless.
    ///
    /// # Errors
    /// The store failed.
    fn link(
        &self,
        accounts: Vec<Account>,
    ) -> impl Future<Output = Result<Vec<bool>, Failure>> + Send;

    /// The accounts with these ids, in the same order. A login looks up its account before its
    /// nonce is used up (SPEC §13).
    ///
    /// # Errors
    /// The store failed.
    fn find_accounts(
        &self,
        ids: Vec<AccountId>,
    ) -> impl Future<Output = Result<Vec<Option<Account>>, Failure>> + Send;

    /// Accounts that a key admitted, at most `most`, in the order of their ids, after the one given.
    ///
    /// # Errors
    /// The store failed.
    fn admitted_under(
        &self,
        parameters: pairnym::ParametersId,
        after: Option<AccountId>,
        most: u32,
    ) -> impl Future<Output = Result<Vec<Account>, Failure>> + Send;

    /// Unlinks an account, and keeps its acts. Returns whether there was one.
    ///
    /// # Errors
    /// The store failed.
    fn unlink(&self, id: AccountId) -> impl Future<Output = Result<bool, Failure>> + Send;

    /// Erases everything about a 网号, in one step: accounts and acts. Requests hold nothing of it
    /// once they are redeemed or swept.
    ///
    /// # Errors
    /// The store failed.
    fn erase(&self, pseudonym: Pseudonym) -> impl Future<Output = Result<Erased, Failure>> + Send;

    /// Keeps an act. Repeating the call is harmless: the first act for a request stays.
    ///
    /// # Errors
    /// The store failed.
    fn record(&self, act: SignedAct) -> impl Future<Output = Result<(), Failure>> + Send;

    /// The acts of an account, the oldest first.
    ///
    /// # Errors
    /// The store failed.
    fn acts(&self, id: AccountId) -> impl Future<Output = Result<Vec<SignedAct>, Failure>> + Send;
}

/// How a label stands in a table: the empty text for none, which is no name.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn label_text(id: &AccountId) -> &str {
    id.label.as_ref().map_or("", Name::as_str)
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn account_id(label: &str, pseudonym: &[u8]) -> Result<AccountId, Failure> {
    let damaged = || Failure::damaged("no account id");
    let label = match label {
        "" => None,
        name => Some(Name::new(name).map_err(|_| damaged())?),
    };
    let pseudonym = pseudonym.try_into().map_err(|_| damaged())?;
    Ok(AccountId { label, pseudonym: Pseudonym::from_bytes(pseudonym).map_err(|_| damaged())? })
}
