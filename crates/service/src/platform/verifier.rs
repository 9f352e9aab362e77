//! Verification: one answer by itself when the server is idle, many together under load.
//!
//! Answers wait in one bounded queue. A worker takes whatever waits, up to [`TOGETHER`], checks it
//! in one batch, and uses up all of its nonces in one call of the store. While workers are busy the
//! queue fills, so batches grow with the load and nobody waits for a batch to become full.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use pairnym::platform::{Answer, Platform, Verified, Visitor};
use pairnym::store::Unspent;
use pairnym::{Error, Request, RequestDigest, UnixTime};
use pairnym_store::{AccountId, Accounts, Checked, Failure, Hashed, Requests};
use pairnym_transport::{Attempt, Handle, Refusal};
use tokio::sync::{Mutex, Semaphore, mpsc, oneshot};

use super::account::{Message, Proven};
use super::waiting::Waiting;
use crate::metrics::Metrics;
use crate::{AnyStore, Clock, Refused};

/// How many answers are verified together at most. Larger batches are hardly faster.
const TOGETHER: usize = 64;

/// How many batches wait for the store for each that is being computed.
const STORING: usize = 4;

/// An answer whose request admits it.
pub(super) struct Answered {
    pub(super) handle: Handle,
    /// Whose page waits for it.
    pub(super) browser: Hashed,
    pub(super) attempt: Attempt,
    /// The hash of its bytes.
    pub(super) hash: Hashed,
    pub(super) request: Request,
    pub(super) message: Message,
}

type Verdict = Result<(), Refused>;
type Queued = (Answered, oneshot::Sender<Verdict>);

/// The queue of answers.
pub(super) struct Verifier {
    queue: mpsc::Sender<Queued>,
}

/// What the workers share.
struct Workshop {
    queue: Mutex<mpsc::Receiver<Queued>>,
    processors: Semaphore,
    platform: Arc<RwLock<Arc<Platform>>>,
    store: AnyStore,
    waiting: Arc<Waiting>,
    clock: Clock,
    metrics: Arc<Metrics>,
}

impl Verifier {
    /// Starts workers, which end when this is dropped.
    pub(super) fn start(
        platform: Arc<RwLock<Arc<Platform>>>,
        store: AnyStore,
        waiting: Arc<Waiting>,
        clock: Clock,
        metrics: Arc<Metrics>,
        (places, threads): (usize, usize),
    ) -> Self {
        let (queue, queued) = mpsc::channel(places.max(1));
        let processors = Semaphore::new(threads.max(1));
        let queued = Mutex::new(queued);
        let workshop =
            Workshop { queue: queued, processors, platform, store, waiting, clock, metrics };
        let workshop = Arc::new(workshop);
        for _ in 0..threads.max(1) * STORING {
            let workshop = workshop.clone();
            tokio::spawn(async move { workshop.work().await });
        }
        Self { queue }
    }

    /// Verifies an answer, uses up its nonce and wakes its page. If the future is dropped, that
    /// happens all the same.
    pub(super) async fn verify(&self, answered: Answered) -> Verdict {
        let (reply, verdict) = oneshot::channel();
        self.queue.try_send((answered, reply)).map_err(|_| Refusal::Full)?;
        verdict.await.unwrap_or(Err(Refusal::Unavailable.into()))
    }

    /// How many answers wait.
    pub(super) fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }
}

impl Workshop {
    async fn work(self: Arc<Self>) {
        loop {
            // Only who can compute takes answers, so that batches grow while nobody can.
            let Ok(processor) = self.processors.acquire().await else { return };
            let Some(batch) = self.take().await else { return };
            self.metrics.batch(batch.len());
            let workshop = self.clone();
            let checking = tokio::task::spawn_blocking(move || workshop.check(batch));
            // After a panic nobody of the batch is accepted: their senders are gone.
            let Ok(checked) = checking.await else { continue };
            drop(processor);
            tokio::join!(self.spend(checked.presentations), self.recognise(checked.logins));
        }
    }

    /// Whatever waits; none once nobody can send any more.
    async fn take(&self) -> Option<Vec<Queued>> {
        let mut batch = Vec::new();
        let mut queue = self.queue.lock().await;
        if queue.recv_many(&mut batch, TOGETHER).await == 0 {
            return None;
        }
        // Calls that have arrived come first, so that theirs are among it; without any, this takes no
        // time.
        tokio::task::yield_now().await;
        while batch.len() < TOGETHER {
            match queue.try_recv() {
                Ok(waiting) => batch.push(waiting),
                Err(_) => break,
            }
        }
        Some(batch)
    }

    fn check(&self, batch: Vec<Queued>) -> Batch {
        let platform = self.platform.read().unwrap_or_else(PoisonError::into_inner).clone();
        let now = (self.clock)();
        let (mut presentations, mut logins) = (Vec::new(), Vec::new());
        for waiting in &batch {
            match &waiting.0.message {
                Message::Presentation(presentation) => {
                    presentations.push((&waiting.0.request, &**presentation));
                }
                Message::Login(login) => logins.push((&waiting.0.request, &**login)),
            }
        }
        let mut presented = verdicts(&platform, &presentations, now);
        let mut logged_in = verdicts(&platform, &logins, now);
        let mut checked = Batch::default();
        for (answered, reply) in batch {
            match answered.message {
                Message::Presentation(_) => {
                    settle(&mut checked.presentations, presented.next(), answered, reply);
                }
                Message::Login(_) => {
                    settle(&mut checked.logins, logged_in.next(), answered, reply);
                }
            }
        }
        checked
    }

    /// Looks up whose accounts they are, before their nonces are used up.
    async fn recognise(&self, members: Vec<Member<Visitor>>) {
        if members.is_empty() {
            return;
        }
        let id = |member: &Member<Visitor>| AccountId {
            label: member.answered.request.label().copied(),
            pseudonym: *member.checked.look_up_by(),
        };
        let accounts = match self.store.find_accounts(members.iter().map(id).collect()).await {
            Ok(accounts) => accounts,
            Err(failure) => return fail(members.into_iter().map(|member| member.reply), failure),
        };
        let mut known = Vec::new();
        for (Member { answered, checked, reply }, account) in members.into_iter().zip(accounts) {
            if account.is_some() {
                known.push(Member { answered, checked: checked.is_account(()), reply });
            } else {
                // Nobody may be waiting any more.
                let _ = reply.send(Err(Error::NoAccount.into()));
            }
        }
        self.spend(known).await;
    }

    /// Uses up the nonces: in one call of the store, but for further answers to the same request,
    /// since what is kept of an answer is found by its request.
    async fn spend<T: Proven>(&self, mut members: Vec<Member<Unspent<T>>>) {
        while !members.is_empty() {
            let (mut batch, mut replies, mut later) = (Vec::new(), Vec::new(), Vec::new());
            let mut browsers = Vec::new();
            let mut acts: HashMap<RequestDigest, Option<Message>> = HashMap::new();
            for member in members {
                let digest = member.answered.request.digest();
                if acts.contains_key(&digest) {
                    later.push(member);
                    continue;
                }
                let Member { answered, checked: unspent, reply } = member;
                let Answered { handle, browser, attempt, hash: message, request, message: answer } =
                    answered;
                acts.insert(digest, request.statement().map(|_| answer));
                batch.push(Checked { handle, attempt, message, unspent });
                browsers.push(browser);
                replies.push(reply);
            }
            let keep = |proven: &T| {
                let act = acts.get(proven.request()).cloned().flatten();
                serde_json::to_vec(&proven.outcome(act)).unwrap_or_default()
            };
            let answered = self.store.answer(batch, (self.clock)(), keep).await;
            // Also if the store failed: it may have made the change all the same.
            for browser in &browsers {
                self.waiting.wake(browser);
            }
            match answered {
                Ok(outcomes) => {
                    for (reply, outcome) in replies.into_iter().zip(outcomes) {
                        let _ = reply.send(outcome.map(|_| ()).map_err(Refused::from));
                    }
                }
                Err(failure) => fail(replies, failure),
            }
            members = later;
        }
    }
}

struct Member<C> {
    answered: Answered,
    checked: C,
    reply: oneshot::Sender<Verdict>,
}

#[derive(Default)]
struct Batch {
    presentations: Vec<Member<Unspent<Verified>>>,
    logins: Vec<Member<Visitor>>,
}

fn verdicts<A: Answer>(
    platform: &Platform,
    answers: &[(&Request, &A)],
    now: UnixTime,
) -> impl Iterator<Item = Result<A::Checked, Error>> + use<A> {
    platform.check_batch(answers, now).into_iter()
}

fn settle<C>(
    members: &mut Vec<Member<C>>,
    verdict: Option<Result<C, Error>>,
    answered: Answered,
    reply: oneshot::Sender<Verdict>,
) {
    match verdict {
        Some(Ok(checked)) => members.push(Member { answered, checked, reply }),
        Some(Err(error)) => drop(reply.send(Err(error.into()))),
        None => drop(reply.send(Err(Refusal::Internal.into()))),
    }
}

fn fail(replies: impl IntoIterator<Item = oneshot::Sender<Verdict>>, failure: Failure) {
    let refused = Refused::from(failure);
    for reply in replies {
        // Nobody may be waiting any more.
        let _ = reply.send(Err(refused.clone()));
    }
}
