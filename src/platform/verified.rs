//! What a platform knows after verification.

use alloc::vec::Vec;

use crate::credential::attributes::Value;
use crate::ids::RequestDigest;
use crate::name::Name;
use crate::pseudonym::Pseudonym;
use crate::store::nonces::Unspent;
use crate::time::Slot;

/// A verified presentation whose nonce is used up: the only place where a platform reads a
/// presentation's 网号 and claims.
///
/// It has no public constructor:
///
/// ```compile_fail,E0451
/// let forged = pairnym::platform::Verified { ..unreachable!() };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub(crate) pseudonym: Pseudonym,
    pub(crate) slot: Slot,
    pub(crate) claims: Vec<(Name, Value)>,
    pub(crate) request: RequestDigest,
}

impl Verified {
    /// The person's 网号 in the scope of the request.
    #[must_use]
    pub const fn pseudonym(&self) -> &Pseudonym {
        &self.pseudonym
    }

    /// The slot of the credential. Keep it with the account, so that if the key is withdrawn later,
    /// the accounts that it admitted can be found.
    #[must_use]
    pub const fn slot(&self) -> &Slot {
        &self.slot
    }

    /// The disclosed attributes, in the order of their names.
    pub fn claims(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        claims(&self.claims)
    }

    /// The disclosed attribute with this name.
    #[must_use]
    pub fn claim(&self, attribute: &str) -> Option<&Value> {
        self.claims().find(|(name, _)| *name == attribute).map(|(_, value)| value)
    }

    /// The digest of the request that was answered.
    #[must_use]
    pub const fn request(&self) -> &RequestDigest {
        &self.request
    }
}

pub(crate) fn claims(claims: &[(Name, Value)]) -> impl ExactSizeIterator<Item = (&str, &Value)> {
    claims.iter().map(|(name, value)| (name.as_str(), value))
}

/// A login that verifies, but that may not belong to any account: anybody can log in under a 网号 of
/// their own making. First look up whose account it is; only then is its nonce used up.
///
/// ```
/// # use pairnym::{message::*, platform::*, store::*, *};
/// # struct Account;
/// # struct Accounts;
/// # impl Accounts { async fn find(&self, _: &Pseudonym) -> Option<Account> { None } }
/// async fn log_in<S: AsyncNonceStore>(
///     platform: &Platform,
///     pending: &Request, // of this browser's session, found by `login.nonce()`
///     login: &Login,
///     accounts: &Accounts,
///     now: UnixTime,
///     nonces: &S,
/// ) -> Result<Account, StoreError<S::Error>> {
///     let visitor = platform.check(pending, login, now)?;
///     let account = accounts.find(visitor.look_up_by()).await.ok_or(Error::NoAccount)?;
///     let returning = visitor.is_account(account).spend_async(nonces, now).await?;
///     Ok(returning.into_account())
/// }
/// ```
///
/// ```compile_fail,E0599
/// # use pairnym::{authority::*, holder::*, message::*, platform::*, store::*, attribute::*, *};
/// fn skip(visitor: Visitor, nonces: &MemoryNonces, now: UnixTime) {
///     let _ = visitor.spend(nonces, now); // no account was looked up
/// }
/// ```
#[must_use]
#[derive(Debug)]
pub struct Visitor(pub(crate) Unspent<Returning<()>>);

impl Visitor {
    /// The 网号 to look up among the accounts. By itself it means nothing.
    #[must_use]
    pub const fn look_up_by(&self) -> &Pseudonym {
        &self.0.unverified().pseudonym
    }

    /// The account that has this 网号, in whatever form the caller has for it.
    pub fn is_account<T>(self, account: T) -> Unspent<Returning<T>> {
        self.0.map(|Returning { pseudonym, request, .. }| Returning { pseudonym, account, request })
    }
}

/// A person who returns to an account: a verified login whose nonce is used up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returning<T> {
    pub(crate) pseudonym: Pseudonym,
    pub(crate) account: T,
    pub(crate) request: RequestDigest,
}

impl<T> Returning<T> {
    /// The person's 网号.
    #[must_use]
    pub const fn pseudonym(&self) -> &Pseudonym {
        &self.pseudonym
    }

    /// The account.
    #[must_use]
    pub const fn account(&self) -> &T {
        &self.account
    }

    /// The account.
    #[must_use]
    pub fn into_account(self) -> T {
        self.account
    }

    /// The digest of the request that was answered.
    #[must_use]
    pub const fn request(&self) -> &RequestDigest {
        &self.request
    }
}
