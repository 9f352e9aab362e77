//! What a store can and cannot do to a verdict.

use alloc::string::ToString;
use alloc::{format, vec};
use core::cell::RefCell;
use core::error::Error as _;
use core::fmt;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use super::*;

const NOW: UnixTime = UnixTime(1_000);
const THEN: UnixTime = UnixTime(1_300);

fn nonce(n: u8) -> Nonce {
    Nonce([n; 32])
}

fn unspent(n: u8, value: usize) -> Unspent<usize> {
    Unspent::new(nonce(n), THEN, value)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Down;

impl fmt::Display for Down {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no route to the store")
    }
}

impl core::error::Error for Down {}

/// Says that it won what it is told to say, or is down, and notes what it is asked.
struct Says {
    wins: Result<Vec<Nonce>, Down>,
    asked: RefCell<Vec<Vec<Nonce>>>,
}

impl Says {
    fn wins(nonces: &[u8]) -> Self {
        let wins = Ok(nonces.iter().map(|n| nonce(*n)).collect());
        Self { wins, asked: RefCell::default() }
    }

    fn down() -> Self {
        Self { wins: Err(Down), asked: RefCell::default() }
    }

    fn asked(&self) -> Vec<Vec<Nonce>> {
        self.asked.borrow().clone()
    }
}

impl NonceStore for Says {
    type Error = Down;

    fn spend(&self, all: &[Spend], now: UnixTime) -> Result<Vec<Nonce>, Down> {
        assert_eq!(now, NOW);
        assert!(all.iter().all(|spend| spend.expires == THEN));
        self.asked.borrow_mut().push(all.iter().map(|spend| spend.nonce).collect());
        self.wins.clone()
    }
}

/// Says the same after a moment.
struct SaysLater(Result<Vec<Nonce>, Down>);

impl AsyncNonceStore for SaysLater {
    type Error = Down;

    async fn spend(&self, _: &[Spend], _: UnixTime) -> Result<Vec<Nonce>, Down> {
        let mut waited = false;
        let moment = |_: &mut Context<'_>| match core::mem::replace(&mut waited, true) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        };
        core::future::poll_fn(moment).await;
        self.0.clone()
    }
}

/// Runs a future to its end, and counts how often it was not ready.
fn run<T>(future: impl Future<Output = T>) -> (T, usize) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    let mut pending = 0;
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(result) => return (result, pending),
            Poll::Pending => pending += 1,
        }
    }
}

#[test]
fn a_nonce_that_this_call_used_up_makes_the_result_readable() {
    let store = Says::wins(&[7]);
    assert_eq!(unspent(7, 1).to_spend(), &Spend { nonce: nonce(7), expires: THEN });
    assert_eq!(unspent(7, 1).spend(&store, NOW), Ok(1));
    assert_eq!(store.asked(), [[nonce(7)]]);
    assert_eq!(run(unspent(7, 1).spend_async(&SaysLater(store.wins), NOW)), (Ok(1), 1));
}

#[test]
fn a_nonce_that_it_did_not_use_up_is_replayed() {
    for wins in [&[][..], &[8], &[8, 8, 9]] {
        let store = Says::wins(wins);
        let refused = Err(StoreError::Refused(Error::Replayed));
        assert_eq!(unspent(7, 1).spend(&store, NOW), refused);
        assert_eq!(run(unspent(7, 1).spend_async(&SaysLater(store.wins), NOW)), (refused, 1));
    }
}

#[test]
fn an_expired_request_does_not_reach_the_store() {
    let late = UnixTime(THEN.0 + 1);
    let (store, later) = (Says::wins(&[7]), SaysLater(Ok(vec![nonce(7)])));
    let expired = Err(StoreError::Refused(Error::Expired));
    assert_eq!(unspent(7, 1).spend(&store, late), expired);
    assert_eq!(run(unspent(7, 1).spend_async(&later, late)), (expired, 0));
    let all = || vec![Ok(unspent(7, 1)), Err(Error::Rejected)];
    let results = Ok(vec![Err(Error::Expired), Err(Error::Rejected)]);
    assert_eq!(spend_all(all(), &store, late), results);
    assert_eq!(run(spend_all_async(all(), &later, late)), (results, 0));
    assert!(store.asked().is_empty());
    assert_eq!(unspent(7, 1).after_spending(1, late), Err(Error::Expired));
    assert_eq!(unspent(7, 1).after_spending(1, THEN), Ok(1), "valid at its expiry");
}

#[test]
fn an_error_of_the_store_stays_its_own() {
    let (store, later) = (Says::down(), SaysLater(Err(Down)));
    let error = unspent(7, 1).spend(&store, NOW).unwrap_err();
    assert_eq!(error, StoreError::Store(Down));
    assert_eq!(error.refused(), None);
    assert_eq!(error.to_string(), "the store failed");
    assert_eq!(error.source().unwrap().to_string(), "no route to the store");
    assert_eq!(run(unspent(7, 1).spend_async(&later, NOW)), (Err(error), 1));
    assert_eq!(spend_all(vec![Ok(unspent(7, 1))], &store, NOW), Err(Down));
    assert_eq!(run(spend_all_async(vec![Ok(unspent(7, 1))], &later, NOW)), (Err(Down), 1));

    let refused = StoreError::<Down>::from(Error::Replayed);
    assert_eq!(refused.refused(), Some(Error::Replayed));
    assert_eq!(refused.to_string(), Error::Replayed.to_string());
    assert!(refused.source().is_none());
    assert_eq!(Error::from(StoreError::Store(Error::Full)), Error::Full);
    assert_eq!(Error::from(StoreError::<Error>::Refused(Error::Replayed)), Error::Replayed);
}

#[test]
fn rows_of_an_own_transaction() {
    assert_eq!(unspent(7, 1).after_spending(1, NOW), Ok(1));
    assert_eq!(unspent(7, 1).after_spending(0, NOW), Err(Error::Replayed));
    for rows in [2, u64::MAX] {
        assert_eq!(unspent(7, 1).after_spending(rows, NOW), Err(Error::Fault));
    }
}

/// Members 0, 1, 3, 4, 5 with nonces 1, 2, 1, 3, 2; member 2 did not verify.
fn batch() -> Batch<usize> {
    let member = |(n, place)| if n == 0 { Err(Error::Rejected) } else { Ok(unspent(n, place)) };
    [1, 2, 0, 1, 3, 2].into_iter().zip(0..).map(member).collect()
}

#[test]
fn of_two_members_with_one_nonce_the_first_counts() {
    let store = Says::wins(&[3, 1, 2]);
    let replayed = Err(Error::Replayed);
    let results = vec![Ok(0), Ok(1), Err(Error::Rejected), replayed, Ok(4), replayed];
    assert_eq!(spend_all(batch(), &store, NOW).as_ref(), Ok(&results));
    assert_eq!(store.asked(), [[nonce(1), nonce(2), nonce(3)]], "one call, no nonce twice");
    assert_eq!(run(spend_all_async(batch(), &SaysLater(store.wins), NOW)), (Ok(results), 1));
}

#[test]
fn an_expired_member_does_not_use_up_the_nonce_of_another() {
    let early = Unspent::new(nonce(7), UnixTime(NOW.0 - 1), 0);
    let results = spend_all(vec![Ok(early), Ok(unspent(7, 1))], &Says::wins(&[7]), NOW);
    assert_eq!(results, Ok(vec![Err(Error::Expired), Ok(1)]));
}

#[test]
fn a_lying_store_makes_nothing_count_twice_and_nothing_that_it_did_not_win() {
    let replayed = Err(Error::Replayed);
    for wins in [&[9, 1, 1, 8][..], &[1, 9], &[1, 1, 1, 1, 1, 1, 1]] {
        let results = vec![Ok(0), replayed, Err(Error::Rejected), replayed, replayed, replayed];
        assert_eq!(spend_all(batch(), &Says::wins(wins), NOW), Ok(results));
    }
    let none = vec![replayed, replayed, Err(Error::Rejected), replayed, replayed, replayed];
    assert_eq!(spend_all(batch(), &Says::wins(&[0, 9, 255]), NOW), Ok(none));
}

#[test]
fn with_nothing_to_use_up_the_store_is_not_called() {
    let (store, later) = (Says::down(), SaysLater(Err(Down)));
    let refused = || vec![Err::<Unspent<u8>, _>(Error::Rejected), Err(Error::Expired)];
    let results = Ok(vec![Err(Error::Rejected), Err(Error::Expired)]);
    assert_eq!(spend_all(refused(), &store, NOW), results);
    assert_eq!(run(spend_all_async(refused(), &later, NOW)), (results, 0));
    assert_eq!(spend_all(Batch::<u8>::new(), &store, NOW), Ok(vec![]));
    assert!(store.asked().is_empty());
}

#[cfg(feature = "std")]
#[test]
fn a_future_that_is_dropped_before_it_is_polled_uses_up_nothing() {
    let store = alloc::sync::Arc::new(crate::store::nonces::MemoryNonces::new(10));
    drop(unspent(7, 1).spend_async(&store, NOW));
    drop(AsyncNonceStore::spend(&store, from_ref(unspent(7, 1).to_spend()), NOW));
    assert_eq!(run(unspent(7, 1).spend_async(&store, NOW)), (Ok(1), 0));
    assert_eq!(unspent(7, 2).spend(&&*store, NOW), Err(StoreError::Refused(Error::Replayed)));
}

#[test]
fn debug_shows_nothing() {
    assert_eq!(format!("{:?}", unspent(7, 1)), "Unspent { .. }");
}

/// Compiles only if the futures are `Send` for every store, and every `T` that is.
#[allow(dead_code)]
fn futures_are_send<T: Send, S: AsyncNonceStore + Send>(
    [one, two]: [Unspent<T>; 2],
    store: &S,
    shared: &alloc::sync::Arc<S>,
) {
    fn is_send(_: impl Send) {}
    is_send(one.spend_async(store, NOW));
    is_send(spend_all_async(vec![Ok(two)], shared, NOW));
}

/// Compiles only if an application can choose its store at start-up.
#[allow(dead_code)]
fn store_is_an_object(one: Unspent<u8>, store: &dyn NonceStore<Error = Down>) {
    let _ = one.spend(store, NOW);
}
