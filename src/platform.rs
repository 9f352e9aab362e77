//! The platform (互联网平台): asks, and verifies with public data alone.
//!
//! Verifying has two phases, so that any database can come between them. *Checking* does everything
//! except the store, and returns a value that cannot be read as verified yet:
//! [`Unspent`]`<`[`Verified`]`>` for a presentation, a [`Visitor`] for a login. *Using up the
//! nonce* turns it into something to rely on: through a [`NonceStore`], an
//! [`AsyncNonceStore`](crate::store::AsyncNonceStore), or the caller's own transaction.
//! [`Platform::verify`] does both at once.
//!
//! # What a server must add
//!
//! * **Keep a pending request with the browser's session and with what it is for**, and find it by
//!   [`answer.nonce()`](Presentation::nonce). Whoever answers is logged in *where the request was
//!   begun*: if the person's device is shown another browser's request, it logs the person in over
//!   there. So set the session's cookie `HttpOnly`, `Secure` and `SameSite`, show the account in
//!   the session that made the request, and have each endpoint refuse a request with another
//!   [`purpose`](Request::purpose).
//! * **A re-verification must give the 网号 of the session's account**; otherwise it verifies
//!   somebody else.
//! * **Leave the request pending until its nonce is used up.** If it is deleted before the check,
//!   anybody who sends garbage for it can destroy it.
//! * **Nothing leaves the server before the transaction is committed.**
//! * A batch of 1,024 occupies a core for tens of milliseconds: check it on a thread that may
//!   block.

pub(crate) mod act;
pub(crate) mod batcher;
pub(crate) mod verified;

pub use crate::answer::verification::Answer;
pub use crate::request::builder::RequestBuilder;
pub use act::Act;
pub use batcher::{Batch, Batcher};
pub use verified::{Returning, Verified, Visitor};

use alloc::vec::Vec;
use core::fmt;

use crate::answer::login::Login;
use crate::answer::presentation::Presentation;
use crate::answer::verification::{Fitting, Verifier};
use crate::error::Error;
use crate::name::{Name, PlatformId};
use crate::parameters::list::ParameterList;
use crate::pseudonym::Pseudonym;
use crate::request::message::Request;
use crate::request::purpose::{Purpose, Wanted};
use crate::store::nonces::{NonceStore, StoreError, Unspent, spend_all};
use crate::time::{Slot, UnixTime};

/// One internet platform that accepts the credentials of one authority.
///
/// Build it once for each parameter list: it holds about 10 kB of tables for each base that
/// presentations share. Servers share it among their threads, and replace it as a whole when the
/// list changes ([`with_list`](Self::with_list)) or a slot begins ([`prepare`](Self::prepare)).
///
/// Registration, in the same transaction as the account:
///
/// ```
/// # use pairnym::{message::*, platform::*, store::*, *};
/// # struct Failure;
/// # impl From<Error> for Failure { fn from(_: Error) -> Self { Self } }
/// # struct Transaction;
/// # impl Transaction {
/// #     fn execute(&mut self, sql: &str, row: &[u8]) -> Result<u64, Failure> { Ok(1) }
/// #     fn commit(self) -> Result<(), Failure> { Ok(()) }
/// # }
/// fn register(
///     platform: &Platform,
///     pending: &Request, // of this browser's session, found by `presentation.nonce()`
///     presentation: &Presentation,
///     now: UnixTime,
///     mut transaction: Transaction,
/// ) -> Result<Pseudonym, Failure> {
///     let unspent = platform.check(pending, presentation, now)?;
///     let nonce = unspent.to_spend().nonce;
///     let rows = transaction.execute("DELETE FROM pending WHERE nonce = $1", &nonce.0)?;
///     let verified = unspent.after_spending(rows, now)?;
///     let account = verified.pseudonym().to_bytes();
///     transaction.execute("INSERT INTO accounts VALUES ($1)", &account)?;
///     transaction.commit()?;
///     Ok(*verified.pseudonym())
/// }
/// ```
#[doc(alias = "verifier")]
#[doc(alias = "relying party")]
pub struct Platform {
    verifier: Verifier,
}

impl Platform {
    /// The platform with this host name, and a list that has been authenticated (SPEC §4.5).
    #[must_use]
    pub fn new(list: ParameterList, id: PlatformId) -> Self {
        Self { verifier: Verifier::new(list, id, &[], Vec::new()) }
    }

    /// The same platform with tables for these applications and for the credentials of these slots,
    /// the most common ones first: 55 million instructions in portable code, 3.5 million with AVX2.
    /// Others verify too, each at the cost of one more point. [`slots`](Self::slots) says which
    /// slots are shown at a given time: prepare again when a slot begins. The scope without a label
    /// always has a table, and a [secret](Self::with_secret) is kept.
    #[must_use]
    pub fn prepare(&self, labels: &[Name], slots: &[Slot]) -> Self {
        Self { verifier: self.verifier.prepare(labels, slots.to_vec()) }
    }

    /// The slots of the credentials that are shown to this platform now: the present one, the one
    /// before and, near the end of a slot, the next.
    #[must_use]
    pub fn slots(&self, now: UnixTime) -> Vec<Slot> {
        let (before, present) = self.list().slots_for(now, 0);
        present.into_iter().rev().chain(before).collect()
    }

    /// The same platform, with a secret of the process mixed into the weights of its foldings
    /// (SPEC §6.5). Without a secret they are a hash of what is verified, which is enough; with a
    /// secret nobody else can compute them.
    #[must_use]
    pub fn with_secret(mut self, secret: [u8; 32]) -> Self {
        self.verifier.set_secret(&secret);
        self
    }

    /// Takes the successor of its parameter list, which must have been authenticated. Returns
    /// whether it is a different list. Tables that still fit are kept.
    ///
    /// # Errors
    /// [`Error::ForeignAuthority`], [`Error::StaleList`], [`Error::MissingList`],
    /// [`Error::EarlyList`], and the alarm [`Error::ConflictingList`]; the current list stays
    /// in use.
    pub fn adopt(&mut self, next: ParameterList, now: UnixTime) -> Result<bool, Error> {
        let next = self.with_list(next, now)?;
        let other = next.is_some();
        if let Some(next) = next {
            *self = next;
        }
        Ok(other)
    }

    /// The same platform with the successor of its list, which has been authenticated, to take the
    /// place of this one in a server that goes on verifying; `None` if it is the current list.
    ///
    /// ```
    /// # use std::sync::{Arc, RwLock};
    /// # use pairnym::{message::*, platform::*, *};
    /// fn adopt(
    ///     shared: &RwLock<Arc<Platform>>,
    ///     next: ParameterList,
    ///     now: UnixTime,
    /// ) -> Result<(), Error> {
    ///     // Under the lock: else one thread could put an older list in the place of a newer.
    ///     let mut shared = shared.write().map_err(|_| Error::Unavailable)?;
    ///     if let Some(next) = shared.with_list(next, now)? {
    ///         *shared = Arc::new(next);
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`adopt`](Self::adopt).
    pub fn with_list(&self, next: ParameterList, now: UnixTime) -> Result<Option<Self>, Error> {
        let other = self.list().check_successor(&next, now)?;
        Ok(other.then(|| Self { verifier: self.verifier.with_list(next) }))
    }

    /// The authority's parameter list.
    #[must_use]
    pub const fn list(&self) -> &ParameterList {
        self.verifier.list()
    }

    /// The platform's host name.
    #[must_use]
    pub const fn id(&self) -> &PlatformId {
        self.verifier.platform()
    }

    /// Begins a request for a presentation. Keep what it builds: answers are verified against it.
    #[must_use]
    pub fn request(&self, purpose: Purpose) -> RequestBuilder<'_> {
        RequestBuilder::new(self.list(), *self.id(), Wanted::Presentation, purpose)
    }

    /// Begins a request for a login.
    #[must_use]
    pub fn request_login(&self, purpose: Purpose) -> RequestBuilder<'_> {
        RequestBuilder::new(self.list(), *self.id(), Wanted::Login, purpose)
    }

    /// Checks the answer to one of this platform's requests, except whether the request's nonce is
    /// unused. Variable-time in public data. The request stays pending: a stranger's answer does
    /// not end it.
    ///
    /// # Errors
    /// [`Error::Rejected`], opaque, if the answer does not verify. About the platform's own request
    /// and list:
    /// [`Error::ForeignPlatform`], [`Error::ForeignAuthority`], [`Error::WrongAnswer`],
    /// [`Error::ListExpired`] (presentations), [`Error::Expired`], [`Error::ForeignParameters`] if
    /// the key of the shown slot was withdrawn, [`Error::Schema`].
    pub fn check<A: Answer>(
        &self,
        request: &Request,
        answer: &A,
        now: UnixTime,
    ) -> Result<A::Checked, Error> {
        let fitting = answer.fit(&self.verifier, request, now)?;
        if self.verifier.holds(&fitting) { Ok(fitting.checked()) } else { Err(Error::Rejected) }
    }

    /// Checks many answers at once, at a fraction of the cost, and returns for each what
    /// [`check`](Self::check) would have returned.
    ///
    /// ```
    /// # use pairnym::{message::*, platform::*, store::*, *};
    /// async fn verify<S: AsyncNonceStore>(
    ///     platform: &Platform,
    ///     presentations: &[(&Request, &Presentation)],
    ///     now: UnixTime,
    ///     nonces: &S,
    /// ) -> Result<Vec<Result<Verified, Error>>, S::Error> {
    ///     let checked = platform.check_batch(presentations, now);
    ///     spend_all_async(checked, nonces, now).await // one statement for all of them
    /// }
    /// ```
    ///
    /// # Errors
    /// For each answer, as [`check`](Self::check).
    pub fn check_batch<'a, A: Answer>(
        &self,
        answers: &[(&'a Request, &'a A)],
        now: UnixTime,
    ) -> Vec<Result<A::Checked, Error>> {
        let fit =
            |(request, answer): &(&'a Request, &'a A)| answer.fit(&self.verifier, request, now);
        self.settle::<A>(answers.iter().map(fit).collect(), Verifier::find_bad)
    }

    /// [`check_batch`](Self::check_batch) on all threads of the current rayon pool: the same
    /// verdicts.
    ///
    /// # Errors
    /// For each answer, as [`check`](Self::check).
    #[cfg(feature = "rayon")]
    pub fn par_check_batch<'a, A: Answer>(
        &self,
        answers: &[(&'a Request, &'a A)],
        now: UnixTime,
    ) -> Vec<Result<A::Checked, Error>> {
        use rayon::prelude::*;

        let fit =
            |(request, answer): &(&'a Request, &'a A)| answer.fit(&self.verifier, request, now);
        self.settle::<A>(answers.par_iter().map(fit).collect(), Verifier::par_find_bad)
    }

    /// The verdicts on answers that fit their requests or do not.
    fn settle<'a, A: Answer + 'a>(
        &self,
        fitting: Vec<Result<A::Fitting<'a>, Error>>,
        find_bad: impl Fn(&Verifier, &[&A::Fitting<'a>]) -> Vec<usize>,
    ) -> Vec<Result<A::Checked, Error>> {
        let members: Vec<_> = fitting.iter().filter_map(|answer| answer.as_ref().ok()).collect();
        let mut bad = find_bad(&self.verifier, &members).into_iter().peekable();
        let mut members = 0..;
        let verdict = |fitting: &Result<A::Fitting<'a>, Error>| {
            let fitting = fitting.as_ref().map_err(|error| *error)?;
            let member = members.next();
            if bad.next_if(|bad| Some(*bad) == member).is_some() {
                return Err(Error::Rejected);
            }
            Ok(fitting.checked())
        };
        fitting.iter().map(verdict).collect()
    }

    /// Verifies a presentation, and uses up the nonce of its request.
    ///
    /// # Errors
    /// As [`check`](Self::check); then [`Error::Expired`], [`Error::Replayed`], and the store's
    /// own errors.
    pub fn verify<S: NonceStore + ?Sized>(
        &self,
        request: &Request,
        presentation: &Presentation,
        now: UnixTime,
        nonces: &S,
    ) -> Result<Verified, StoreError<S::Error>> {
        self.check(request, presentation, now)?.spend(nonces, now)
    }

    /// Verifies many presentations at once. Of two answers to one request, the first that verifies
    /// counts, and the other is [`Error::Replayed`].
    ///
    /// # Errors
    /// For each presentation as [`verify`](Self::verify); for all of them, the store's own error.
    pub fn verify_batch<S: NonceStore + ?Sized>(
        &self,
        presentations: &[(&Request, &Presentation)],
        now: UnixTime,
        nonces: &S,
    ) -> Result<Vec<Result<Verified, Error>>, S::Error> {
        spend_all(self.check_batch(presentations, now), nonces, now)
    }

    /// Verifies a login: checks it, looks up whose account it is, and only then uses up the nonce
    /// of its request.
    ///
    /// # Errors
    /// As [`check`](Self::check); [`Error::NoAccount`] if `look_up` finds none, and nothing is
    /// used up; then [`Error::Expired`], [`Error::Replayed`], and the store's own errors.
    pub fn verify_login<T, S: NonceStore + ?Sized>(
        &self,
        request: &Request,
        login: &Login,
        look_up: impl FnOnce(&Pseudonym) -> Option<T>,
        now: UnixTime,
        nonces: &S,
    ) -> Result<Returning<T>, StoreError<S::Error>> {
        let visitor: Visitor = self.check(request, login, now)?;
        let account = look_up(visitor.look_up_by()).ok_or(Error::NoAccount)?;
        visitor.is_account(account).spend(nonces, now)
    }

    /// Verifies many logins at once, as [`verify_login`](Self::verify_login) does.
    ///
    /// # Errors
    /// For each login as [`verify_login`](Self::verify_login); for all of them, the store's own
    /// error.
    pub fn verify_login_batch<T, S: NonceStore + ?Sized>(
        &self,
        logins: &[(&Request, &Login)],
        mut look_up: impl FnMut(&Pseudonym) -> Option<T>,
        now: UnixTime,
        nonces: &S,
    ) -> Result<Vec<Result<Returning<T>, Error>>, S::Error> {
        let mut find = |visitor: Visitor| -> Result<Unspent<Returning<T>>, Error> {
            let account = look_up(visitor.look_up_by()).ok_or(Error::NoAccount)?;
            Ok(visitor.is_account(account))
        };
        let visitors = self.check_batch(logins, now).into_iter();
        spend_all(visitors.map(|visitor| find(visitor?)).collect(), nonces, now)
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform").field("id", self.id()).finish_non_exhaustive()
    }
}
