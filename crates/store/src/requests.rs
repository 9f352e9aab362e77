//! The requests that a platform opened, from the page that begins to the page that takes the result.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) mod columns;
pub(crate) mod life;

use std::collections::BTreeSet;

use pairnym::{Nonce, UnixTime, store::Unspent};

use crate::{Failure, Hashed};
use life::Step;
pub use life::{Reply, Row, Stage, Typed};
#[cfg(doc)]
use pairnym_transport::State;
use pairnym_transport::{Attempt, Code, Digits, Handle, Refusal};

/// How to find a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// By its handle, as a wallet does.
    Handle(Hashed),
    /// By the cookie of the browser that began, as its page does.
    Browser(Hashed),
    /// By the code of its answer, as the done page does, until it is redeemed.
    Code(Hashed),
}

impl From<&Handle> for Key {
    fn from(handle: &Handle) -> Self {
        Self::Handle(handle.into())
    }
}

impl From<&Code> for Key {
    fn from(code: &Code) -> Self {
        Self::Code(code.into())
    }
}

/// A request as a store holds it.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its handle.
    pub handle: Hashed,
    /// How often its stage has changed.
    pub version: i64,
    /// The request.
    pub row: Row,
}

/// A change of a request's stage.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its handle.
    pub handle: Hashed,
    /// The version that it must still have; the change makes it one more.
    pub version: i64,
    /// The next stage.
    pub stage: Stage,
}

/// What an engine does for [`Requests`]: rows with versions, and no more.
pub trait RequestRows: Sync {
    /// Adds a request, with version 0, to be kept until its expiry + 600 seconds. `false` if
    /// handle or cookie is taken.
    ///
    /// # Errors
    /// The store failed.
    fn insert(
        &self,
        handle: Hashed,
        row: Row,
    ) -> impl Future<Output = Result<bool, Failure>> + Send;

    /// The requests with these keys, in the same order; also those that have expired, until they
    /// are swept.
    ///
    /// # Errors
    /// The store failed.
    fn load(
        &self,
        keys: Vec<Key>,
    ) -> impl Future<Output = Result<Vec<Option<Held>>, Failure>> + Send;

    /// Changes stages, each if its request still has the version, and returns which were changed, in
    /// the same order. The handles are all different. Each change is one compare-and-set: of two
    /// calls with the same version at most one succeeds, on whichever servers they are made.
    ///
    /// # Errors
    /// The store failed; it is not known which were changed.
    fn replace(
        &self,
        changes: Vec<Change>,
    ) -> impl Future<Output = Result<Vec<bool>, Failure>> + Send;

    /// Removes requests whose expiry + 600 seconds has passed at `now`, at most [`SWEEP`] of them,
    /// and returns how many: while it is so many, there may be more.
    ///
    /// # Errors
    /// The store failed.
    ///
    /// [`SWEEP`]: crate::SWEEP
    fn sweep_requests(&self, now: UnixTime) -> impl Future<Output = Result<u64, Failure>> + Send;
}

/// An answer that verifies.
#[derive(Debug)]
pub struct Checked<T> {
    /// The request.
    pub handle: Handle,
    /// The wallet's attempt.
    pub attempt: Attempt,
    /// The hash of the bytes of the answer, for the use `message`.
    pub message: Hashed,
    /// What [`Platform::check`](pairnym::platform::Platform::check) returned for it, or
    /// [`Visitor::is_account`](pairnym::platform::Visitor::is_account).
    pub unspent: Unspent<T>,
}

impl<T> Checked<T> {
    /// Which answer it is.
    #[must_use]
    pub fn reply(&self) -> Reply {
        Reply { attempt: (&self.attempt).into(), message: self.message }
    }
}

/// The outcome of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered<T> {
    /// It counts: this call used up the nonce.
    First(T),
    /// The same attempt with the same bytes counted before: repeat the response.
    Again,
}

/// The life of requests by TRANSPORT.md §5, on any store that keeps [rows](RequestRows).
///
/// Using up a nonce is the step to [`State::Answered`]. A request that the store does not have
/// cannot be answered, so whatever a store loses is refused.
///
/// Every operation reads, decides, and changes the stage if it is still the one that was read;
/// otherwise it starts again. Stages only move on, so this ends. The inner results are those of the
/// table there.
pub trait Requests: RequestRows {
    /// Opens a request. `false` if handle or cookie is taken.
    ///
    /// # Errors
    /// The store failed.
    fn open(
        &self,
        handle: &Handle,
        row: Row,
    ) -> impl Future<Output = Result<bool, Failure>> + Send {
        self.insert(handle.into(), row)
    }

    /// The request with this key; also after it expired, for at least 600 seconds.
    ///
    /// # Errors
    /// The store failed.
    fn find(&self, key: Key) -> impl Future<Output = Result<Option<Row>, Failure>> + Send {
        async move {
            let mut held = self.load(vec![key]).await?;
            Ok(held.pop().flatten().map(|held| held.row))
        }
    }

    /// A wallet on another device locks the request, for the attempt that comes first. Returns the
    /// digits to show, or none if they have been typed. `drawn` are those to show if it is the first;
    /// repeated with the same attempt, it returns the digits of the first time.
    ///
    /// # Errors
    /// The store failed. Refused: [`Refusal::WrongFlow`], [`Refusal::Taken`],
    /// [`Refusal::Replayed`], [`Refusal::PairingFailed`], [`Refusal::Expired`],
    /// [`Refusal::UnknownRequest`].
    fn pair(
        &self,
        handle: &Handle,
        attempt: &Attempt,
        drawn: Digits,
        now: UnixTime,
    ) -> impl Future<Output = Result<Result<Option<Digits>, Refusal>, Failure>> + Send {
        let attempt = attempt.into();
        one(self, handle.into(), move |row: &Row| row.pair(attempt, drawn, now))
    }

    /// Digits are typed at the page, within [`State::PAIRING`] seconds. After [`State::TRIES`] wrong
    /// ones the request has failed.
    ///
    /// # Errors
    /// The store failed. Refused: [`Refusal::PairingFailed`], [`Refusal::NotPairing`],
    /// [`Refusal::Expired`]; [`Refusal::UnknownRequest`] for a cookie that began none.
    fn confirm(
        &self,
        browser: Hashed,
        digits: Digits,
        now: UnixTime,
    ) -> impl Future<Output = Result<Result<Typed, Refusal>, Failure>> + Send {
        one(self, Key::Browser(browser), move |row: &Row| row.confirm(digits, now))
    }

    /// The wallet declines. Repeated with the same attempt, it succeeds again.
    ///
    /// # Errors
    /// The store failed. Refused: [`Refusal::Taken`], [`Refusal::Replayed`],
    /// [`Refusal::PairingFailed`], [`Refusal::Expired`], [`Refusal::UnknownRequest`].
    fn decline(
        &self,
        handle: &Handle,
        attempt: &Attempt,
        now: UnixTime,
    ) -> impl Future<Output = Result<Result<(), Refusal>, Failure>> + Send {
        let attempt = attempt.into();
        one(self, handle.into(), move |row: &Row| row.decline(attempt, now))
    }

    /// Uses up the nonces of a batch (SPEC §12, step 5), and keeps for each what `keep` makes of it
    /// until the page redeems it. Returns one outcome for each, in the same order. Of two members
    /// with one handle the first counts.
    ///
    /// Ask [`Row::admits`] before verifying.
    ///
    /// # Errors
    /// The store failed: no member counts, though some may be used up; the same answers may be
    /// sent again. Refused: [`Refusal::NotPaired`], [`Refusal::Taken`], [`Refusal::Replayed`],
    /// [`Refusal::PairingFailed`], [`Refusal::Expired`]; [`Refusal::UnknownRequest`], also for an
    /// answer to another request.
    fn answer<T: Send>(
        &self,
        batch: Vec<Checked<T>>,
        now: UnixTime,
        keep: impl Fn(&T) -> Vec<u8> + Send,
    ) -> impl Future<Output = Result<Vec<Result<Answered<T>, Refusal>>, Failure>> + Send {
        let planned = batch.into_iter().map(|checked| Plan::new(checked, now, &keep));
        let (plans, values): (Vec<_>, Vec<_>) = planned.unzip();
        async move {
            let keys = plans.iter().map(|plan: &Plan| Key::Handle(plan.handle)).collect();
            let step = |member: usize, row: &Row| plans[member].step(row, now);
            let outcomes = steps(self, keys, &step).await?;
            let settle = |(value, won): (Option<T>, Result<bool, Refusal>)| match won? {
                true => value.map(Answered::First).ok_or(Refusal::Expired),
                false => Ok(Answered::Again),
            };
            Ok(values.into_iter().zip(outcomes).map(settle).collect())
        }
    }

    /// The page takes the result, once, within [`State::REDEMPTION`] seconds after the answer; for a
    /// request on the same device with the code that the wallet was given, for one that was paired
    /// without.
    ///
    /// # Errors
    /// The store failed. Refused: [`Refusal::WrongCode`], [`Refusal::NotAnswered`],
    /// [`Refusal::Replayed`], [`Refusal::Declined`], [`Refusal::PairingFailed`],
    /// [`Refusal::Expired`]; [`Refusal::UnknownRequest`] for a cookie that began none.
    fn redeem(
        &self,
        browser: Hashed,
        code: Option<&Code>,
        now: UnixTime,
    ) -> impl Future<Output = Result<Result<Vec<u8>, Refusal>, Failure>> + Send {
        let code = code.map(Hashed::from);
        one(self, Key::Browser(browser), move |row: &Row| row.redeem(code, now))
    }
}

impl<S: RequestRows + ?Sized> Requests for S {}

/// What an answer does to its request.
struct Plan {
    handle: Hashed,
    nonce: Nonce,
    reply: Reply,
    /// None if it had expired.
    next: Option<Stage>,
}

impl Plan {
    /// Also what was verified, which may be used only if the step is won: this is a transaction
    /// that has to know what it writes, and is rolled back otherwise.
    fn new<T>(
        checked: Checked<T>,
        now: UnixTime,
        keep: &impl Fn(&T) -> Vec<u8>,
    ) -> (Self, Option<T>) {
        let reply = checked.reply();
        let Checked { handle, attempt, unspent, .. } = checked;
        let code = Hashed::from(&Code::of(&handle, &attempt));
        let nonce = unspent.to_spend().nonce;
        let value = unspent.after_spending(1, now).ok();
        let result = value.as_ref().map(keep);
        let next = result.map(|result| Stage::Answered { reply, code, since: now, result });
        (Self { handle: (&handle).into(), nonce, reply, next }, value)
    }

    fn step(&self, row: &Row, now: UnixTime) -> Step<bool> {
        row.answer(&self.nonce, &self.reply, now, self.next.as_ref())
    }
}

async fn one<S: RequestRows + ?Sized, T: Send>(
    store: &S,
    key: Key,
    step: impl Fn(&Row) -> Step<T> + Send + Sync,
) -> Result<Result<T, Refusal>, Failure> {
    let outcomes = steps(store, vec![key], &|_, row: &Row| step(row)).await?;
    outcomes.into_iter().next().ok_or_else(|| Failure::damaged("an outcome is missing"))
}

/// More than there are stages on any way, and one for each member with the same handle that lost.
const ROUNDS: usize = 16;

/// Takes one step with each of these requests, and again with those that somebody else changed in
/// the meantime.
async fn steps<S: RequestRows + ?Sized, T: Send>(
    store: &S,
    keys: Vec<Key>,
    step: &(impl Fn(usize, &Row) -> Step<T> + Send + Sync),
) -> Result<Vec<Result<T, Refusal>>, Failure> {
    let mut outcomes: Vec<Option<Result<T, Refusal>>> = keys.iter().map(|_| None).collect();
    for _ in 0..ROUNDS {
        let open = outcomes.iter().zip(&keys).enumerate();
        let (open, wanted): (Vec<_>, Vec<_>) = open
            .filter(|(_, (outcome, _))| outcome.is_none())
            .map(|(at, (_, key))| (at, *key))
            .unzip();
        if open.is_empty() {
            break;
        }
        let held = store.load(wanted).await?;
        let (mut handles, mut waiting, mut changes) = (BTreeSet::new(), Vec::new(), Vec::new());
        for (at, held) in open.into_iter().zip(held) {
            let (step, next) = match &held {
                None => (Step::refuse(Refusal::UnknownRequest), None),
                Some(held) => (step(at, &held.row), Some((held.handle, held.version))),
            };
            match (step.next, next) {
                (Some(stage), Some((handle, version))) => {
                    if handles.insert(handle) {
                        changes.push(Change { handle, version, stage });
                        waiting.push((at, step.outcome));
                    }
                }
                _ => outcomes[at] = Some(step.outcome),
            }
        }
        if !changes.is_empty() {
            for ((at, outcome), won) in waiting.into_iter().zip(store.replace(changes).await?) {
                if won {
                    outcomes[at] = Some(outcome);
                }
            }
        }
    }
    let settled: Option<Vec<_>> = outcomes.into_iter().collect();
    settled.ok_or_else(|| Failure::unavailable("the request changes too often"))
}
