//! Answers over an asynchronous store, many at once: each nonce is won once, whatever the runtime.

mod common;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use common::*;
use pairnym::{holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::*;
use tokio::sync::Mutex;

/// As a database does it: the row is there or not, and everybody waits for their turn.
#[derive(Default)]
struct Database {
    used: Mutex<BTreeSet<Nonce>>,
    calls: AtomicUsize,
}

impl AsyncNonceStore for Database {
    type Error = Infallible;

    async fn spend(&self, all: &[Spend], _: UnixTime) -> Result<Vec<Nonce>, Infallible> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        let mut used = self.used.lock().await;
        tokio::task::yield_now().await;
        Ok(all.iter().map(|spend| spend.nonce).filter(|nonce| used.insert(*nonce)).collect())
    }
}

const ACCOUNTS: usize = 10;
const REQUESTS: usize = 1_000;

/// 1,000 requests, each answered by two tasks at once, for ten accounts.
async fn two_answers_to_each_request() {
    let authority = authority(1, &[], NOW);
    let platform = Arc::new(Platform::new(authority.list().clone(), host("shop.example")));
    let holders: Vec<_> =
        (0..ACCOUNTS).map(|seed| holder(10 + seed as u8, authority.list())).collect();
    let mine = |holder: &Holder| holder.pseudonym(platform.id(), None).unwrap();
    let accounts: Arc<Vec<Pseudonym>> = Arc::new(holders.iter().map(mine).collect());
    let database = Arc::new(Database::default());
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..REQUESTS {
        let request = platform.request_login(Purpose::Login);
        let request = request.build(NOW, &mut seeded(index as u64)).unwrap();
        let from_host = received(&request);
        let consent = Consent::to_answer(&from_host);
        let account = index % ACCOUNTS;
        let login: Login =
            sent(&holders[account].log_in(consent, NOW, &mut seeded(1 << 32)).unwrap());
        for _ in 0..2 {
            let (platform, accounts, database) =
                (platform.clone(), accounts.clone(), database.clone());
            let (request, login) = (request.clone(), login.clone());
            tasks.spawn(async move {
                let visitor: Visitor = platform.check(&request, &login, NOW).unwrap();
                let found = accounts.iter().position(|known| known == visitor.look_up_by());
                let unspent = visitor.is_account(found.unwrap());
                let returning = unspent.spend_async(&*database, NOW).await;
                (index, returning.map(Returning::into_account).map_err(|error| error.refused()))
            });
        }
    }
    let mut verdicts = vec![Vec::new(); REQUESTS];
    while let Some(done) = tasks.join_next().await {
        let (index, verdict) = done.unwrap();
        verdicts[index].push(verdict);
    }
    for (index, mut verdicts) in verdicts.into_iter().enumerate() {
        verdicts.sort_unstable_by_key(Result::is_err);
        assert_eq!(verdicts, [Ok(index % ACCOUNTS), Err(Some(Error::Replayed))], "{index}");
    }
    assert_eq!(database.calls.load(Ordering::Relaxed), 2 * REQUESTS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_many_threads() {
    two_answers_to_each_request().await;
}

#[tokio::test(flavor = "current_thread")]
async fn on_one_thread() {
    two_answers_to_each_request().await;
}

/// A whole batch in one statement, one answer of it twice; and presentations.
#[tokio::test]
async fn batches() {
    let mut world = World::new();
    let requests: Vec<_> = (0..8).map(|seed| world.request(seed)).collect();
    let answers: Vec<_> = requests.iter().map(|request| world.present(request)).collect();
    let mut pairs: Vec<_> = requests.iter().zip(&answers).collect();
    pairs.push(pairs[3]);
    let database = Database::default();
    let spent = |checked| async { spend_all_async(checked, &database, NOW).await.unwrap() };
    let verdicts = spent(world.platform.check_batch(&pairs, NOW)).await;
    assert!(verdicts[..8].iter().all(Result::is_ok));
    assert_eq!(verdicts[8], Err(Error::Replayed));
    assert_eq!(database.calls.load(Ordering::Relaxed), 1);
    let again = spent(world.platform.check_batch(&pairs, NOW)).await;
    assert!(again.iter().all(|verdict| *verdict == Err(Error::Replayed)));
}

/// A store in memory, asked as a database over a network: the question travels, something happens,
/// the answer travels.
struct Remote<S>(S);

impl<S: NonceStore<Error = Error> + Sync> AsyncNonceStore for Remote<S> {
    type Error = Error;

    async fn spend(&self, all: &[Spend], now: UnixTime) -> Result<Vec<Nonce>, Error> {
        tokio::task::yield_now().await;
        let won = self.0.spend(all, now);
        tokio::task::yield_now().await;
        won
    }
}

impl<S: Registry<Error = Error> + Sync> AsyncRegistry for Remote<S> {
    type Error = Error;

    async fn register(&self, new: &Registration, now: UnixTime) -> Result<RegistryOutcome, Error> {
        tokio::task::yield_now().await;
        let outcome = self.0.register(new, now);
        tokio::task::yield_now().await;
        outcome
    }

    async fn is_registered(&self, offer: &IssuanceOffer) -> Result<bool, Error> {
        tokio::task::yield_now().await;
        let registered = self.0.is_registered(offer);
        tokio::task::yield_now().await;
        registered
    }
}

/// What [`Remote`] waits for: the question's travel, and the answer's.
const AWAITS: usize = 2;

/// Polls a future so many times and drops it, unless it is ready before.
fn dropped_after<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..polls {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(output);
        }
    }
    None
}

/// Whoever closes the connection while the store is asked: before the store acted nothing is used
/// up, after it the nonce is gone and nobody was verified by it.
#[tokio::test]
async fn a_future_dropped_at_any_await_verifies_nobody() {
    let mut world = World::new();
    for polls in 0..=AWAITS {
        let nonces = Remote(MemoryNonces::new(100));
        let requests = [0, 1].map(|seed| world.request(10 * polls as u64 + seed));
        let answers = [0, 1].map(|index| world.present(&requests[index]));
        let pairs: Vec<_> = requests.iter().zip(&answers).collect();
        let one = || world.platform.check(&requests[0], &answers[0], NOW).unwrap();
        let batch = || world.platform.check_batch(&pairs, NOW);
        let acted = polls == AWAITS;

        assert!(dropped_after(polls, one().spend_async(&nonces, NOW)).is_none());
        let again = one().spend_async(&nonces, NOW).await;
        let expected = if acted { Some(Error::Replayed) } else { None };
        assert_eq!(again.err().and_then(|error| error.refused()), expected, "{polls}");

        assert!(dropped_after(polls, spend_all_async(batch(), &nonces, NOW)).is_none());
        let again = spend_all_async(batch(), &nonces, NOW).await.unwrap();
        let replayed: Vec<_> = again.iter().map(|v| *v == Err(Error::Replayed)).collect();
        assert_eq!(replayed, [true, acted], "{polls}");
    }
}

/// A registration whose answer got lost stands, and is repeated; so is an issuance.
#[tokio::test]
async fn a_future_dropped_at_any_await_loses_no_registration() {
    let authority = authority(1, &ATTRIBUTES, NOW);
    for polls in 0..=AWAITS {
        let registry = Remote(MemoryRegistry::new(Reenrollment::Refused));
        let (person, rng) = (holder(1, authority.list()), &mut seeded(polls as u64));
        let open = authority.open_ticket(TransactionId([1; 32]), TEN_MINUTES, NOW, rng).unwrap();
        let ticket = received_ticket(authority.list(), &open);
        let request = sent(&person.enroll(&ticket, rng).unwrap());
        let checked =
            |id| authority.check_enrollment(&open, &request, PersonId([id; 32]), NOW).unwrap();
        let registered = |id| registry.0.commitment(&PersonId([id; 32])).unwrap().is_some();

        assert!(dropped_after(polls, checked(1).register_async(&registry, NOW)).is_none());
        assert_eq!(registered(1), polls == AWAITS, "{polls}");
        let commitment = checked(1).register_async(&registry, NOW).await.unwrap();
        assert_eq!(commitment, *person.commitment());
        let other = checked(2).register_async(&registry, NOW).await;
        assert_eq!(other.err().and_then(|error| error.refused()), Some(Error::TicketUsed));

        let values = by_name(&authority, values());
        let open = authority.offer(commitment, values, TEN_MINUTES, NOW, rng).unwrap();
        let offer = received_offer(authority.list(), &open);
        let (request, pending) = person.request_credential(&offer, NOW, rng).unwrap();
        let request = sent(&request);
        let checked = || authority.check_issuance(&open, &request, NOW).unwrap();
        assert!(dropped_after(polls, checked().issue_async(&registry)).is_none());
        let response = checked().issue_async(&registry).await.unwrap();
        pending.finish(&response).unwrap();
        registry.0.delete(&PersonId([1; 32])).unwrap();
        let deleted = checked().issue_async(&registry).await;
        assert_eq!(deleted.err().and_then(|error| error.refused()), Some(Error::NotRegistered));
    }
}

/// A registry that is down: refused, and nothing is issued.
#[tokio::test]
async fn a_registry_that_fails_registers_and_issues_nothing() {
    struct Down;

    impl AsyncRegistry for Down {
        type Error = &'static str;

        async fn register(
            &self,
            _: &Registration,
            _: UnixTime,
        ) -> Result<RegistryOutcome, Self::Error> {
            Err("down")
        }

        async fn is_registered(&self, _: &IssuanceOffer) -> Result<bool, Self::Error> {
            Err("down")
        }
    }

    let authority = authority(1, &ATTRIBUTES, NOW);
    let (person, rng) = (holder(1, authority.list()), &mut seeded(1));
    let open = authority.open_ticket(TransactionId([1; 32]), TEN_MINUTES, NOW, rng).unwrap();
    let ticket = received_ticket(authority.list(), &open);
    let request = sent(&person.enroll(&ticket, rng).unwrap());
    let checked = authority.check_enrollment(&open, &request, PersonId([1; 32]), NOW).unwrap();
    assert_eq!(checked.register_async(&Down, NOW).await, Err(StoreError::Store("down")));

    let values = by_name(&authority, values());
    let open = authority.offer(*person.commitment(), values, TEN_MINUTES, NOW, rng).unwrap();
    let offer = received_offer(authority.list(), &open);
    let (request, _) = person.request_credential(&offer, NOW, rng).unwrap();
    let request = sent(&request);
    let checked = authority.check_issuance(&open, &request, NOW).unwrap();
    let issued = checked.issue_async(&Down).await.map(|_| ());
    assert_eq!(issued, Err(StoreError::Store("down")));
}
