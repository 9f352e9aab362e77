//! The life of a request, for pages, back ends and programs of one's own: it is begun, watched,
//! paired and redeemed.

use std::time::Duration;

use pairnym::rand_core::UnwrapErr;
use pairnym::{Message as _, Purpose, Request, UnixTime};
use pairnym_store::{
    Account as Link, AccountId, Accounts as _, Hashed, Key, Requests as _, Row, SignedAct, Stage,
    Typed,
};
use pairnym_transport::{Code, Digits, Flow, Refusal, RequestUri, State};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::account::{Message, Outcome};
use super::{Account, Kept, Service, Transaction};
use crate::Refused;

/// How long a page may wait for a change, in seconds (TRANSPORT.md §4.2).
const LONG_POLL: u64 = 25;

/// What the store keeps with a request for its page.
#[derive(Serialize, Deserialize)]
pub(super) struct Context {
    pub(super) ask: String,
    /// Where the browser goes with its code.
    pub(super) to: String,
}

/// A request that was begun.
#[derive(Debug)]
pub struct Begun {
    /// The secret of whoever began.
    pub transaction: Transaction,
    /// The link, for the same device; or the request URI, for a QR code.
    pub uri: String,
    /// The last second at which it can be answered.
    pub expires: UnixTime,
}

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Its state.
    pub state: State,
    /// How often digits can still be typed, while pairing.
    pub tries: Option<u8>,
}

impl Service {
    /// Begins a request. `statement` takes the place of the question's own; `to` is where the
    /// browser goes with its code, at one of the platform's origins.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] if there is no such question, [`Refusal::WrongFlow`] if it does not
    /// allow the flow, [`Refusal::WrongOrigin`]; of the core, if it does not fit the parameter list;
    /// the store failed.
    pub async fn begin(
        &self,
        ask: &str,
        flow: Flow,
        statement: Option<&str>,
        to: Option<&str>,
    ) -> Result<Begun, Refused> {
        let inner = &*self.0;
        let question = inner.asks.get(ask).ok_or(Refusal::NotFound)?;
        if !question.flows.contains(&flow) {
            return Err(Refusal::WrongFlow.into());
        }
        let to = match to {
            None => self.returning(self.origin(), ask),
            Some(to) if self.has_page(to) => to.to_owned(),
            Some(_) => return Err(Refusal::WrongOrigin.into()),
        };
        let rng = &mut UnwrapErr(getrandom::SysRng);
        let request = question.build(&self.platform(), statement, (inner.clock)(), rng)?;
        let transaction = Transaction::random();
        let context = Context { ask: ask.to_owned(), to };
        let row = Row {
            nonce: *request.nonce(),
            request: request.to_bytes(),
            expires: request.expires(),
            flow,
            browser: transaction.browser(),
            context: serde_json::to_vec(&context).map_err(|_| Refusal::Internal)?,
            stage: Stage::Open,
        };
        let handle = transaction.handle();
        if !inner.store.open(&handle, row).await? {
            // Two random numbers of 16 bytes were the same.
            return Err(Refusal::Unavailable.into());
        }
        let uri = RequestUri::new(inner.host, handle);
        let uri = match flow {
            Flow::SameDevice => uri.link(&inner.wallet),
            Flow::CrossDevice => uri.to_string(),
        };
        Ok(Begun { transaction, uri, expires: request.expires() })
    }

    /// How far the request is.
    ///
    /// # Errors
    /// [`Refusal::UnknownRequest`]; the store failed.
    pub async fn progress(&self, transaction: &Transaction) -> Result<Progress, Refused> {
        let row = self.row(transaction).await?;
        Ok(self.progress_of(&row))
    }

    pub(super) fn progress_of(&self, row: &Row) -> Progress {
        let state = row.state((self.0.clock)());
        let tries = match row.stage {
            Stage::Pairing { tries, .. } if state == State::Pairing => Some(tries),
            _ => None,
        };
        Progress { state, tries }
    }

    /// The request with this key.
    pub(super) async fn find(&self, key: Key) -> Result<Option<Row>, Refused> {
        match &self.0.finder {
            Some(finder) => finder.find(key).await,
            None => Ok(self.0.store.find(key).await?),
        }
    }

    pub(super) async fn row(&self, transaction: &Transaction) -> Result<Row, Refused> {
        let row = self.find(transaction.key()).await?;
        row.ok_or_else(|| Refusal::UnknownRequest.into())
    }

    /// As [`progress`](Self::progress), once it is another state than `seen`, or after 25 seconds,
    /// or when the server stops.
    ///
    /// # Errors
    /// As there.
    pub async fn progress_after(
        &self,
        transaction: &Transaction,
        seen: State,
    ) -> Result<Progress, Refused> {
        let row = self.changed(transaction.key(), transaction.browser(), seen).await?;
        Ok(self.progress_of(&row))
    }

    /// The request once it is in another state than `seen`, or after 25 seconds, or when the server
    /// stops.
    pub(super) async fn changed(
        &self,
        key: Key,
        browser: Hashed,
        seen: State,
    ) -> Result<Row, Refused> {
        let end = Instant::now() + Duration::from_secs(LONG_POLL);
        let mut stopping = self.0.stopping.subscribe();
        let place = self.0.waiting.place(browser);
        let _counted = self.0.metrics.waits();
        loop {
            let mut changed = std::pin::pin!(place.changed.notified());
            changed.as_mut().enable();
            let row = self.find(key).await?.ok_or(Refusal::UnknownRequest)?;
            let over = Instant::now() >= end || *stopping.borrow();
            if over || row.state((self.0.clock)()) != seen {
                return Ok(row);
            }
            // What other servers did, and what time does.
            let look =
                Duration::from_secs(if self.0.kept == Kept::Elsewhere { 1 } else { LONG_POLL });
            let look = Instant::now() + look.min(self.until_next(&row));
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep_until(look.min(end)) => {}
                _ = stopping.changed() => {}
            }
        }
    }

    /// For how long time alone does not change the state.
    fn until_next(&self, row: &Row) -> Duration {
        let (now, expires) = ((self.0.clock)(), row.expires.0);
        let last = match row.stage {
            Stage::Pairing { since, .. } => expires.min(since.0.saturating_add(State::PAIRING)),
            Stage::Answered { since, .. } => since.0.saturating_add(State::REDEMPTION),
            _ => expires,
        };
        Duration::from_secs(last.saturating_sub(now.0).saturating_add(1).min(LONG_POLL))
    }

    /// Makes a change of a request and wakes its pages, also if whoever called is gone before that:
    /// the store may have made it all the same, and pages would wait for their next look.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        browser: Hashed,
        change: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Refused> {
        let service = self.clone();
        let changing = tokio::spawn(async move {
            let outcome = change.await;
            service.0.waiting.wake(&browser);
            outcome
        });
        changing.await.map_err(|_| Refusal::Internal.into())
    }

    /// The person types digits at the page.
    ///
    /// # Errors
    /// [`Refusal::WrongDigits`] with the tries that are left, [`Refusal::PairingFailed`],
    /// [`Refusal::NotPairing`], [`Refusal::Expired`], [`Refusal::UnknownRequest`]; the store failed.
    pub async fn confirm(&self, transaction: &Transaction, digits: Digits) -> Result<(), Refused> {
        let browser = transaction.browser();
        let (store, now) = (self.0.store.clone(), (self.0.clock)());
        let confirm = async move { store.confirm(browser, digits, now).await };
        match self.change(browser, confirm).await??? {
            Typed::Right => Ok(()),
            Typed::Wrong { tries } => {
                let mut refused = Refused::from(Refusal::WrongDigits);
                refused.0.tries = Some(tries);
                Err(refused)
            }
        }
    }

    /// Takes the result, once: whoever began has the transaction; on the same device it also needs
    /// the code, which came back through the browser that answered.
    ///
    /// The account is linked, and an act recorded, before the result is used up: if the store fails
    /// in between, the call can be repeated.
    ///
    /// # Errors
    /// [`Refusal::WrongCode`], [`Refusal::NotAnswered`], [`Refusal::Replayed`],
    /// [`Refusal::Declined`], [`Refusal::PairingFailed`], [`Refusal::Expired`],
    /// [`Refusal::UnknownRequest`]; the store failed.
    pub async fn redeem(
        &self,
        transaction: &Transaction,
        code: Option<&Code>,
    ) -> Result<Account, Refused> {
        let now = (self.0.clock)();
        let row = self.row(transaction).await?;
        let request = Request::from_bytes(&row.request)?;
        let Context { ask, .. } = context(&row)?;
        if let Stage::Answered { code: right, result, .. } = &row.stage {
            let right = row.flow == Flow::CrossDevice || code.map(Into::into) == Some(*right);
            if right && row.state(now) == State::Answered {
                self.keep(&request, &outcome(result)?, now).await?;
            }
        }
        let result = self.0.store.redeem(transaction.browser(), code, now).await??;
        self.0.waiting.wake(&transaction.browser());
        Ok(Account::new(ask, &request, outcome(&result)?))
    }

    /// Links the account that a registration made, or whose slot is another now, and records what
    /// was signed. Repeating it is harmless.
    async fn keep(
        &self,
        request: &Request,
        outcome: &Outcome,
        now: UnixTime,
    ) -> Result<(), Refused> {
        let store = &self.0.store;
        let id = AccountId { label: request.label().copied(), pseudonym: outcome.pseudonym };
        if let Some(slot) = outcome.slot {
            let registers = *request.purpose() == Purpose::Registration;
            let admitted = registers
                || store.find_accounts(vec![id.clone()]).await?.iter().any(Option::is_some);
            if admitted {
                store.link(vec![Link { id: id.clone(), slot, since: now }]).await?;
            }
        }
        if let Some(act) = &outcome.act {
            let answer = match act {
                Message::Presentation(presentation) => presentation.to_bytes(),
                Message::Login(login) => login.to_bytes(),
            };
            let (digest, request) = (request.digest(), request.to_bytes());
            store.record(SignedAct { digest, account: id, request, answer, at: now }).await?;
        }
        Ok(())
    }
}

pub(super) fn context(row: &Row) -> Result<Context, Refused> {
    // It is this program that wrote it.
    serde_json::from_slice(&row.context).map_err(|_| Refusal::Internal.into())
}

fn outcome(result: &[u8]) -> Result<Outcome, Refused> {
    serde_json::from_slice(result).map_err(|_| Refusal::Internal.into())
}
