//! The requests that a platform opened, from the page that begins to the page that takes the result.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) mod columns;
pub(crate) mod life;

use std::collections::BTreeSet;

use pairnym::{Nonce, UnixTime, store::Unspent};

use crate::{Failure, Hashed};
use life::Step;
pub use life::{CODE_LIFE, DIGITS_LIFE, DIGITS_TRIES, Flow, Phase, Refusal, Reply, Row, State};

/// How to find a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// By its handle, as a wallet does.
    Handle(Hashed),
    /// By the cookie of the browser that began, as its page does.
    Browser(Hashed),
}

/// A request as a store holds it.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its handle.
    pub handle: Hashed,
    /// How often its state has changed.
    pub version: i64,
    /// The request.
    pub row: Row,
}

/// A change of a request's state.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its handle.
    pub handle: Hashed,
    /// The version that it must still have; the change makes it one more.
    pub version: i64,
    /// The next state.
    pub state: State,
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

    /// Changes states, each if its request still has the version, and returns which were changed, in
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

/// An answer that verifies, for the request with this handle.
#[derive(Debug)]
pub struct Checked<T> {
    /// The request.
    pub handle: Hashed,
    /// Which attempt, which bytes.
    pub reply: Reply,
    /// The code by which the page takes the result. A repeated response needs the code again, of
    /// which the store has only the hash: derive it from the attempt and the handle.
    pub code: Hashed,
    /// What [`Platform::check`](pairnym::platform::Platform::check) returned for it, or
    /// [`Visitor::is_account`](pairnym::platform::Visitor::is_account).
    pub unspent: Unspent<T>,
}

/// The outcome of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered<T> {
    /// It counts: this call used up the nonce.
    First(T),
    /// The same attempt with the same bytes counted before: repeat the response.
    Again,
}

/// The life of requests, on any store that keeps [rows](RequestRows).
///
/// ```text
///                     pair              confirm
/// Open (cross-device) ────► Pairing ──────────────► Paired ─┐ answer            redeem
///                              └ 3 times wrong ► Failed     ├──────► Answered ────────► Redeemed
/// Open (same device) ───────────────────────────────────────┘
/// Open, Pairing, Paired ── decline ──► Declined
/// ```
///
/// Using up a nonce is the step to [`State::Answered`]. A request that the store does not have
/// cannot be answered, so whatever a store loses is refused.
///
/// Every operation reads, decides, and changes the state if it is still the one that was read;
/// otherwise it starts again. States only move on, so this ends.
pub trait Requests: RequestRows {
    /// Opens a request. `false` if handle or cookie is taken.
    ///
    /// # Errors
    /// The store failed.
    fn open(&self, handle: Hashed, row: Row) -> impl Future<Output = Result<bool, Failure>> + Send {
        self.insert(handle, row)
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
    /// digits to show, ASCII, or none if they have been typed already. Repeated with the same
    /// attempt, it returns the digits of the first time.
    ///
    /// # Errors
    /// The store failed. Refused: [`Refusal::WrongFlow`], [`Refusal::Taken`],
    /// [`Refusal::Replayed`], [`Refusal::PairingFailed`], [`Refusal::Expired`],
    /// [`Refusal::Unknown`].
    fn pair(
        &self,
        handle: Hashed,
        attempt: Hashed,
        digits: [u8; 6],
        now: UnixTime,
    ) -> impl Future<Output = Result<Result<Option<[u8; 6]>, Refusal>, Failure>> + Send {
        one(self, Key::Handle(handle), move |row: &Row| row.pair(attempt, digits, now))
    }

    /// The digits are typed at the page, within [`DIGITS_LIFE`] seconds, [`DIGITS_TRIES`] times at
    /// most.
    ///
    /// # Errors
    /// The store failed. Refused: [`Refusal::WrongDigits`], [`Refusal::PairingFailed`],
    /// [`Refusal::NotPairing`], [`Refusal::Expired`], [`Refusal::Unknown`].
    fn confirm(
        &self,
        browser: Hashed,
        digits: [u8; 6],
        now: UnixTime,
    ) -> impl Future<Output = Result<Result<(), Refusal>, Failure>> + Send {
        one(self, Key::Browser(browser), move |row: &Row| row.confirm(&digits, now))
    }

    /// The wallet declines. Repeated with the same attempt, it succeeds again.
    ///
    /// # Errors
    /// The store failed. Refused: [`Refusal::Taken`], [`Refusal::Replayed`],
    /// [`Refusal::PairingFailed`], [`Refusal::Expired`], [`Refusal::Unknown`].
    fn decline(
        &self,
        handle: Hashed,
        attempt: Hashed,
        now: UnixTime,
    ) -> impl Future<Output = Result<Result<(), Refusal>, Failure>> + Send {
        one(self, Key::Handle(handle), move |row: &Row| row.decline(attempt, now))
    }

    /// Uses up the nonces of a batch (SPEC §12, step 5), and keeps for each what `keep` makes of it
    /// until the page redeems it. Returns one outcome for each, in the same order. Of two members
    /// with one handle the first counts.
    ///
    /// # Errors
    /// The store failed: no member counts, though some may be used up; the same answers may be
    /// sent again. Refused: [`Refusal::NotPaired`], [`Refusal::Taken`], [`Refusal::Replayed`],
    /// [`Refusal::PairingFailed`], [`Refusal::Expired`], [`Refusal::Unknown`].
    fn answer<T: Send>(
        &self,
        batch: Vec<Checked<T>>,
        now: UnixTime,
        keep: impl Fn(&T) -> Vec<u8> + Send,
    ) -> impl Future<Output = Result<Vec<Result<Answered<T>, Refusal>>, Failure>> + Send {
        let planned = batch.into_iter().map(|answer| Plan::new(answer, now, &keep));
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

    /// The page takes the result, once, within [`CODE_LIFE`] seconds after the answer; for a request
    /// on the same device with the code that the wallet was given, for one that was paired without.
    ///
    /// # Errors
    /// The store failed. Refused: [`Refusal::WrongCode`], [`Refusal::NotAnswered`],
    /// [`Refusal::Replayed`], [`Refusal::Declined`], [`Refusal::PairingFailed`],
    /// [`Refusal::Expired`], [`Refusal::Unknown`].
    fn redeem(
        &self,
        browser: Hashed,
        code: Option<Hashed>,
        now: UnixTime,
    ) -> impl Future<Output = Result<Result<Vec<u8>, Refusal>, Failure>> + Send {
        one(self, Key::Browser(browser), move |row: &Row| row.redeem(code.as_ref(), now))
    }
}

impl<S: RequestRows + ?Sized> Requests for S {}

/// What an answer does to its request.
struct Plan {
    handle: Hashed,
    nonce: Nonce,
    reply: Reply,
    /// None if it had expired.
    next: Option<State>,
}

impl Plan {
    /// Also what was verified, which may be used only if the step is won: this is a transaction
    /// that has to know what it writes, and is rolled back otherwise.
    fn new<T>(
        answer: Checked<T>,
        now: UnixTime,
        keep: &impl Fn(&T) -> Vec<u8>,
    ) -> (Self, Option<T>) {
        let Checked { handle, reply, code, unspent } = answer;
        let nonce = unspent.to_spend().nonce;
        let value = unspent.after_spending(1, now).ok();
        let result = value.as_ref().map(keep);
        let next = result.map(|result| State::Answered { reply, code, at: now, result });
        (Self { handle, nonce, reply, next }, value)
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

/// More than there are states on any way, and one for each member with the same handle that lost.
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
                None => (Step::refuse(Refusal::Unknown), None),
                Some(held) => (step(at, &held.row), Some((held.handle, held.version))),
            };
            match (step.next, next) {
                (Some(state), Some((handle, version))) => {
                    if handles.insert(handle) {
                        changes.push(Change { handle, version, state });
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
