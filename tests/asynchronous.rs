//! Answers over an asynchronous store, many at once: each nonce is won once, whatever the runtime.

mod common;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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
