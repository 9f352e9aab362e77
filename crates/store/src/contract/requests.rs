//! The contract of [`Requests`].

use std::time::Duration;

use pairnym::UnixTime;
use pairnym_testkit::NOW;

use super::{Asked, CALLERS, World, at_once, count};
use crate::{
    Answered, Attempt, Change, Code, Digits, Flow, Handle, Key, Refusal, Requests, SWEEP, Stage,
    State, Typed,
};

const LIFE: Duration = Duration::from_secs(300);

/// What is shown.
fn digits() -> Digits {
    "271828".parse().expect("digits")
}

/// What is not.
fn other_digits() -> Digits {
    "314159".parse().expect("digits")
}

/// Everything but [sweeping](swept_requests).
pub async fn requests<S>(open: impl AsyncFn() -> S)
where
    S: Requests + Clone + Send + 'static,
{
    let mut world = World::new(1);
    same_device(&mut world, &open).await;
    cross_device(&mut world, &open).await;
    typing(&mut world, &open).await;
    declined(&mut world, &open).await;
    times(&mut world, &open).await;
    races(&mut world, &open).await;
    batches(&mut world, &open).await;
    compare_and_set(&mut world, &open).await;
}

const fn attempt(number: u8) -> Attempt {
    Attempt([number; 32])
}

fn after(seconds: u64) -> UnixTime {
    UnixTime(NOW.0 + seconds)
}

/// A request that the store has.
async fn opened<S: Requests>(world: &mut World, open: &impl AsyncFn() -> S, flow: Flow) -> Asked {
    let asked = world.ask(flow, LIFE);
    assert!(open().await.open(&asked.handle, asked.row.clone()).await.unwrap(), "opened");
    asked
}

async fn state<S: Requests>(open: &impl AsyncFn() -> S, asked: &Asked, now: UnixTime) -> State {
    let found = open().await.find(Key::from(&asked.handle)).await.unwrap();
    found.expect("the request is there").state(now)
}

/// One answer, on its own.
async fn answer<S: Requests>(
    world: &mut World,
    open: &impl AsyncFn() -> S,
    asked: &Asked,
    by: Attempt,
    now: UnixTime,
) -> Result<Answered<u64>, Refusal> {
    let batch = vec![world.answer(asked, by, NOW)];
    let outcome = open().await.answer(batch, now, |_| b"result".to_vec()).await.unwrap();
    let [outcome] = outcome.try_into().expect("one outcome");
    outcome.map(|outcome| match outcome {
        Answered::First(returning) => Answered::First(returning.into_account()),
        Answered::Again => Answered::Again,
    })
}

async fn same_device<S: Requests>(world: &mut World, open: &impl AsyncFn() -> S) {
    let never = world.ask(Flow::SameDevice, LIFE);
    assert_eq!(open().await.find(Key::from(&never.handle)).await.unwrap(), None);
    assert_eq!(answer(world, open, &never, attempt(1), NOW).await, Err(Refusal::UnknownRequest));
    assert_eq!(
        open().await.redeem(never.browser, None, NOW).await.unwrap(),
        Err(Refusal::UnknownRequest)
    );

    let asked = opened(world, open, Flow::SameDevice).await;
    let again = open().await.open(&asked.handle, world.ask(Flow::SameDevice, LIFE).row).await;
    assert!(!again.unwrap(), "the handle was taken twice");
    let again = open().await.open(&Handle([0; 16]), asked.row.clone()).await;
    assert!(!again.unwrap(), "the cookie was taken twice");
    for key in [Key::from(&asked.handle), Key::Browser(asked.browser)] {
        assert_eq!(open().await.find(key).await.unwrap().as_ref(), Some(&asked.row));
    }
    let other = Key::Browser((&asked.handle).into());
    assert_eq!(open().await.find(other).await.unwrap(), None, "a handle passed for a cookie");

    let (first, code) = (attempt(1), Code::of(&asked.handle, &attempt(1)));
    let pair = open().await.pair(&asked.handle, &first, digits(), NOW).await.unwrap();
    assert_eq!(pair, Err(Refusal::WrongFlow));
    let confirm = open().await.confirm(asked.browser, digits(), NOW).await.unwrap();
    assert_eq!(confirm, Err(Refusal::NotPairing));
    let redeem = open().await.redeem(asked.browser, Some(&code), NOW).await.unwrap();
    assert_eq!(redeem, Err(Refusal::NotAnswered));

    // An answer that verifies for another request uses up nothing.
    let foreign = world.ask(Flow::SameDevice, LIFE);
    let misled = Asked { handle: asked.handle, ..foreign };
    assert_eq!(answer(world, open, &misled, first, NOW).await, Err(Refusal::UnknownRequest));

    let batch = vec![world.answer(&asked, first, NOW)];
    let reply = batch[0].reply();
    let outcome = open().await.answer(batch, NOW, |_| b"result".to_vec()).await.unwrap();
    assert!(matches!(&outcome[..], [Ok(Answered::First(_))]));
    let row = open().await.find(Key::Browser(asked.browser)).await.unwrap().expect("still there");
    assert_eq!(row.admits(&reply, after(60)), Ok(false), "a repetition");
    assert_eq!(row.admits(&reply, after(61)), Err(Refusal::Expired));
    let by_code = open().await.find(Key::from(&code)).await.unwrap();
    assert_eq!(by_code.as_ref(), Some(&row));

    // The same attempt with other bytes; another attempt.
    assert_eq!(answer(world, open, &asked, first, NOW).await, Err(Refusal::Replayed));
    assert_eq!(answer(world, open, &asked, attempt(2), NOW).await, Err(Refusal::Replayed));
    let decline = open().await.decline(&asked.handle, &first, NOW).await.unwrap();
    assert_eq!(decline, Err(Refusal::Replayed));

    for wrong in [None, Some(&Code([0; 16]))] {
        let redeem = open().await.redeem(asked.browser, wrong, NOW).await.unwrap();
        assert_eq!(redeem, Err(Refusal::WrongCode));
    }
    let redeem = open().await.redeem((&asked.handle).into(), Some(&code), NOW).await.unwrap();
    assert_eq!(redeem, Err(Refusal::UnknownRequest), "another browser");
    let redeem = open().await.redeem(asked.browser, Some(&code), after(60)).await.unwrap();
    assert_eq!(redeem, Ok(b"result".to_vec()));
    let redeem = open().await.redeem(asked.browser, Some(&code), after(60)).await.unwrap();
    assert_eq!(redeem, Err(Refusal::Replayed));
    let row = open().await.find(Key::from(&asked.handle)).await.unwrap().expect("still there");
    assert_eq!(row.stage, Stage::Redeemed { reply }, "the result is still stored");
    assert_eq!(open().await.find(Key::from(&code)).await.unwrap(), None, "the code is of use");
    assert_eq!(row.admits(&reply, after(61)), Ok(false), "a repetition");
}

async fn cross_device<S: Requests>(world: &mut World, open: &impl AsyncFn() -> S) {
    let asked = opened(world, open, Flow::CrossDevice).await;
    let (first, other) = (attempt(1), attempt(2));
    assert_eq!(answer(world, open, &asked, first, NOW).await, Err(Refusal::NotPaired));
    let confirm = open().await.confirm(asked.browser, digits(), NOW).await.unwrap();
    assert_eq!(confirm, Err(Refusal::NotPairing));

    let pair = open().await.pair(&asked.handle, &first, digits(), NOW).await.unwrap();
    assert_eq!(pair, Ok(Some(digits())));
    let pair = open().await.pair(&asked.handle, &first, other_digits(), after(1)).await.unwrap();
    assert_eq!(pair, Ok(Some(digits())), "the digits of the first time");
    let pair = open().await.pair(&asked.handle, &other, other_digits(), NOW).await.unwrap();
    assert_eq!(pair, Err(Refusal::Taken));
    let decline = open().await.decline(&asked.handle, &other, NOW).await.unwrap();
    assert_eq!(decline, Err(Refusal::Taken));
    assert_eq!(answer(world, open, &asked, first, NOW).await, Err(Refusal::NotPaired));

    for _ in 0..2 {
        assert_eq!(
            open().await.confirm(asked.browser, digits(), after(120)).await.unwrap(),
            Ok(Typed::Right)
        );
    }
    let confirm = open().await.confirm(asked.browser, other_digits(), NOW).await.unwrap();
    assert_eq!(confirm, Err(Refusal::NotPairing));
    let pair = open().await.pair(&asked.handle, &first, other_digits(), NOW).await.unwrap();
    assert_eq!(pair, Ok(None));
    assert_eq!(answer(world, open, &asked, other, NOW).await, Err(Refusal::Taken));
    assert_eq!(answer(world, open, &asked, first, after(300)).await, Ok(Answered::First(7)));
    assert_eq!(answer(world, open, &asked, other, after(300)).await, Err(Refusal::Replayed));
    let redeem = open().await.redeem(asked.browser, None, after(360)).await.unwrap();
    assert_eq!(redeem, Ok(b"result".to_vec()));
}

async fn typing<S: Requests>(world: &mut World, open: &impl AsyncFn() -> S) {
    let asked = opened(world, open, Flow::CrossDevice).await;
    let _ = open().await.pair(&asked.handle, &attempt(1), digits(), NOW).await.unwrap();
    for tries in [2, 1] {
        let confirm = open().await.confirm(asked.browser, other_digits(), NOW).await.unwrap();
        assert_eq!(confirm, Ok(Typed::Wrong { tries }));
    }
    for typed in [other_digits(), digits()] {
        let confirm = open().await.confirm(asked.browser, typed, NOW).await.unwrap();
        assert_eq!(confirm, Err(Refusal::PairingFailed));
    }
    let failed = Err(Refusal::PairingFailed);
    assert_eq!(answer(world, open, &asked, attempt(1), NOW).await, failed);
    assert_eq!(
        open().await.pair(&asked.handle, &attempt(1), digits(), NOW).await.unwrap(),
        Err(Refusal::PairingFailed)
    );
    assert_eq!(
        open().await.decline(&asked.handle, &attempt(1), NOW).await.unwrap(),
        Err(Refusal::PairingFailed)
    );

    let asked = opened(world, open, Flow::CrossDevice).await;
    let _ = open().await.pair(&asked.handle, &attempt(1), digits(), NOW).await.unwrap();
    assert_eq!(state(open, &asked, after(120)).await, State::Pairing);
    assert_eq!(state(open, &asked, after(121)).await, State::Failed);
    let confirm = open().await.confirm(asked.browser, digits(), after(121)).await.unwrap();
    assert_eq!(confirm, Err(Refusal::PairingFailed), "too late");
}

async fn declined<S: Requests>(world: &mut World, open: &impl AsyncFn() -> S) {
    for flow in [Flow::SameDevice, Flow::CrossDevice] {
        let asked = opened(world, open, flow).await;
        for _ in 0..2 {
            assert_eq!(
                open().await.decline(&asked.handle, &attempt(1), NOW).await.unwrap(),
                Ok(())
            );
        }
        let decline = open().await.decline(&asked.handle, &attempt(2), NOW).await.unwrap();
        assert_eq!(decline, Err(Refusal::Replayed));
        assert_eq!(answer(world, open, &asked, attempt(1), NOW).await, Err(Refusal::Replayed));
        let redeem = open().await.redeem(asked.browser, None, NOW).await.unwrap();
        assert_eq!(redeem, Err(Refusal::Declined));
    }
}

async fn times<S: Requests>(world: &mut World, open: &impl AsyncFn() -> S) {
    let asked = opened(world, open, Flow::SameDevice).await;
    assert_eq!(answer(world, open, &asked, attempt(1), after(301)).await, Err(Refusal::Expired));
    let decline = open().await.decline(&asked.handle, &attempt(1), after(301)).await.unwrap();
    assert_eq!(decline, Err(Refusal::Expired));
    assert_eq!(state(open, &asked, after(301)).await, State::Expired);
    assert_eq!(answer(world, open, &asked, attempt(1), after(300)).await, Ok(Answered::First(7)));
    let code = Code::of(&asked.handle, &attempt(1));
    let redeem = open().await.redeem(asked.browser, Some(&code), after(361)).await.unwrap();
    assert_eq!(redeem, Err(Refusal::Expired), "more than 60 seconds after the answer");

    let asked = opened(world, open, Flow::CrossDevice).await;
    let pair = open().await.pair(&asked.handle, &attempt(1), digits(), after(301)).await.unwrap();
    assert_eq!(pair, Err(Refusal::Expired));
    let _ = open().await.pair(&asked.handle, &attempt(1), digits(), after(300)).await.unwrap();
    let confirm = open().await.confirm(asked.browser, digits(), after(301)).await.unwrap();
    assert_eq!(confirm, Err(Refusal::Expired));
}

/// One winner of each step.
async fn races<S: Requests + Clone + Send + 'static>(
    world: &mut World,
    open: &impl AsyncFn() -> S,
) {
    let asked = world.ask(Flow::CrossDevice, LIFE);
    let Asked { handle, browser, ref row, .. } = asked;
    let store = open().await;
    let all = at_once(&store, |store, _| {
        let row = row.clone();
        async move { store.open(&handle, row).await.unwrap() }
    });
    assert_eq!(count(&all.await, |opened| *opened), 1, "opened");

    let all = at_once(&store, |store, caller| async move {
        let paired = store.pair(&handle, &attempt(caller as u8), digits(), NOW).await.unwrap();
        paired.map(|_| caller)
    });
    let all = all.await;
    assert_eq!(count(&all, Result::is_ok), 1, "paired");
    assert_eq!(count(&all, |paired| *paired == Err(Refusal::Taken)), CALLERS - 1);
    let locked = all.into_iter().find_map(Result::ok).expect("the winner");
    let winner = attempt(locked as u8);

    // Sixteen answers by the one wallet, whose bytes differ.
    assert_eq!(open().await.confirm(browser, digits(), NOW).await.unwrap(), Ok(Typed::Right));
    let answers: Vec<_> = (0..CALLERS).map(|_| world.answer(&asked, winner, NOW)).collect();
    let answers = std::sync::Mutex::new(answers);
    let store = open().await;
    let all = at_once(&store, |store, _| {
        let answer = answers.lock().expect("no panic").pop().expect("one for each");
        async move {
            let outcomes = store.answer(vec![answer], NOW, |_| b"result".to_vec()).await.unwrap();
            outcomes.into_iter().next().expect("one").map(|_| ())
        }
    });
    let all = all.await;
    assert_eq!(count(&all, Result::is_ok), 1, "answered");
    assert_eq!(count(&all, |answered| *answered == Err(Refusal::Replayed)), CALLERS - 1);

    let store = open().await;
    let all =
        at_once(&store, |store, _| async move { store.redeem(browser, None, NOW).await.unwrap() });
    assert_eq!(count(&all.await, Result::is_ok), 1, "redeemed");

    // Sixteen who guess have three tries between them.
    let asked = opened(world, open, Flow::CrossDevice).await;
    let store = open().await;
    let _ = store.pair(&asked.handle, &winner, digits(), NOW).await.unwrap();
    let all = at_once(&store, |store, _| async move {
        store.confirm(asked.browser, other_digits(), NOW).await.unwrap()
    });
    let all = all.await;
    let left = |tries| count(&all, |wrong| *wrong == Ok(Typed::Wrong { tries }));
    assert_eq!((left(2), left(1), left(0)), (1, 1, 0));
    assert_eq!(count(&all, |wrong| *wrong == Err(Refusal::PairingFailed)), CALLERS - 2);
}

async fn batches<S: Requests + Clone + Send + 'static>(
    world: &mut World,
    open: &impl AsyncFn() -> S,
) {
    assert_eq!(open().await.answer::<u8>(Vec::new(), NOW, |_| Vec::new()).await.unwrap(), []);

    let mut asked = Vec::new();
    for _ in 0..20 {
        asked.push(opened(world, open, Flow::SameDevice).await);
    }
    let unknown = world.ask(Flow::SameDevice, LIFE);
    let declined = asked.pop().expect("twenty");
    let _ = open().await.decline(&declined.handle, &attempt(1), NOW).await.unwrap();

    let mut batch: Vec<_> =
        asked.iter().map(|asked| world.answer(asked, attempt(1), NOW)).collect();
    batch.push(world.answer(&unknown, attempt(1), NOW));
    batch.push(world.answer(&declined, attempt(1), NOW));
    batch.push(world.answer(&asked[0], attempt(2), NOW));
    let outcomes = open().await.answer(batch, NOW, |_| b"result".to_vec()).await.unwrap();
    let (won, lost) = outcomes.split_at(asked.len());
    assert!(won.iter().all(|outcome| matches!(outcome, Ok(Answered::First(_)))));
    let lost: Vec<_> = lost.iter().map(|outcome| outcome.as_ref().err().copied()).collect();
    assert_eq!(lost, [Refusal::UnknownRequest, Refusal::Replayed, Refusal::Replayed].map(Some));

    // Sixteen servers with the same requests in different orders.
    let mut asked = Vec::new();
    for _ in 0..8 {
        asked.push(opened(world, open, Flow::SameDevice).await);
    }
    let mut batches: Vec<Vec<_>> = (0..CALLERS)
        .map(|caller| {
            let by = attempt(caller as u8);
            let order = (0..asked.len()).map(|at| (at * 3 + caller) % asked.len());
            order.map(|at| world.answer(&asked[at], by, NOW)).collect()
        })
        .collect();
    let store = open().await;
    let batches = std::sync::Mutex::new(&mut batches);
    let all = at_once(&store, |store, _| {
        let batch = batches.lock().expect("no panic").pop().expect("one for each");
        async move {
            let outcomes = store.answer(batch, NOW, |_| b"result".to_vec()).await.unwrap();
            count(&outcomes, |outcome| matches!(outcome, Ok(Answered::First(_))))
        }
    });
    assert_eq!(all.await.into_iter().sum::<usize>(), asked.len(), "each nonce counts once");
}

/// What an engine itself must do: of two changes of one version, one.
async fn compare_and_set<S: Requests>(world: &mut World, open: &impl AsyncFn() -> S) {
    let asked = opened(world, open, Flow::SameDevice).await;
    let other = opened(world, open, Flow::SameDevice).await;
    let change = |version| {
        let stage = Stage::Declined { attempt: (&attempt(9)).into() };
        Change { handle: (&asked.handle).into(), version, stage }
    };
    let absent = Change { handle: (&Handle([0; 16])).into(), ..change(0) };
    let sound = Change { handle: (&other.handle).into(), ..change(0) };
    let changed = open().await.replace(vec![change(1), absent, sound]).await.unwrap();
    assert_eq!(changed, [false, false, true]);
    assert_eq!(open().await.replace(vec![change(0)]).await.unwrap(), [true]);
    assert_eq!(open().await.replace(vec![change(0)]).await.unwrap(), [false]);
    assert_eq!(open().await.replace(vec![change(1)]).await.unwrap(), [true]);
}

/// Requests are kept for 600 seconds after their expiry, then they go, at most [`SWEEP`] at a time.
/// On a store with no other requests.
pub async fn swept_requests<S: Requests + Clone + Send + 'static>(open: impl AsyncFn() -> S) {
    let mut world = World::new(2);
    let mut handles = Vec::new();
    while handles.len() as u64 <= SWEEP {
        handles.extend(opened_at_once(&mut world, &open().await).await);
    }
    let surplus = handles.len() as u64 - SWEEP;
    let late = world.ask(Flow::SameDevice, LIFE + Duration::from_secs(1));
    assert!(open().await.open(&late.handle, late.row.clone()).await.unwrap());

    assert_eq!(open().await.sweep_requests(after(900)).await.unwrap(), 0);
    assert_eq!(open().await.sweep_requests(after(901)).await.unwrap(), SWEEP);
    assert_eq!(open().await.sweep_requests(after(901)).await.unwrap(), surplus);
    assert_eq!(open().await.sweep_requests(after(901)).await.unwrap(), 0);
    let found = open().await.load(handles.iter().map(Key::from).collect()).await.unwrap();
    assert!(found.iter().all(Option::is_none));
    assert!(open().await.find(Key::Browser(late.browser)).await.unwrap().is_some());

    // Sixteen who sweep remove each row once.
    let store = open().await;
    let all = opened_at_once(&mut world, &store).await.len() as u64;
    let swept =
        at_once(&store, |store, _| async move { store.sweep_requests(after(901)).await.unwrap() });
    assert_eq!(swept.await.into_iter().sum::<u64>(), all);
}

/// Many requests that the store has.
async fn opened_at_once<S>(world: &mut World, store: &S) -> Vec<Handle>
where
    S: Requests + Clone + Send + 'static,
{
    let world = std::sync::Mutex::new(world);
    let opened = at_once(store, |store, _| {
        let mut world = world.lock().expect("no panic");
        let asked: Vec<_> = (0..16).map(|_| world.ask(Flow::SameDevice, LIFE)).collect();
        async move {
            for asked in &asked {
                assert!(store.open(&asked.handle, asked.row.clone()).await.unwrap());
            }
            asked.into_iter().map(|asked| asked.handle).collect::<Vec<_>>()
        }
    });
    opened.await.concat()
}
