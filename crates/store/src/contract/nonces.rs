//! The contract of the core's [`AsyncNonceStore`].

use std::fmt::Debug;

use pairnym::store::{AsyncNonceStore, Spend, spend_all_async};
use pairnym::{Error, Nonce, UnixTime};
use pairnym_testkit::NOW;

use super::{CALLERS, World, at_once, count};
use crate::Flow;

/// A store of used nonces, at a time that a store with a clock of its own takes for the present.
pub async fn nonces<S>(open: impl AsyncFn() -> S, now: UnixTime)
where
    S: AsyncNonceStore<Error: Debug> + Clone + Send + 'static,
{
    let spend =
        move |number: u8| Spend { nonce: Nonce([number; 32]), expires: UnixTime(now.0 + 300) };
    let spend_in = move |round: u8, at: u8| {
        let mut nonce = [255; 32];
        (nonce[0], nonce[1]) = (at, round);
        Spend { nonce: Nonce(nonce), ..spend(0) }
    };
    assert_eq!(open().await.spend(&[], now).await.unwrap(), []);
    assert_eq!(open().await.spend(&[spend(1)], now).await.unwrap(), [Nonce([1; 32])]);
    assert_eq!(open().await.spend(&[spend(1)], now).await.unwrap(), []);
    let mut won = open().await.spend(&[spend(3), spend(1), spend(2)], now).await.unwrap();
    won.sort();
    assert_eq!(won, [Nonce([2; 32]), Nonce([3; 32])]);

    // Sixteen with the same nonces in different orders: each is won once, and nobody waits for ever.
    for round in 0..8 {
        let store = open().await;
        let all = at_once(&store, |store, caller| async move {
            let mut spends: Vec<_> = (0..64).map(|at| spend_in(round, at)).collect();
            spends.rotate_left(caller * 4);
            if caller % 2 == 1 {
                spends.reverse();
            }
            store.spend(&spends, now).await.unwrap().len()
        });
        assert_eq!(all.await.into_iter().sum::<usize>(), 64);
    }

    // Through the core: sixteen copies of one login.
    let mut world = World::new(3);
    let asked = world.ask(Flow::SameDevice, std::time::Duration::from_secs(300));
    let answers: Vec<_> = (0..CALLERS)
        .map(|_| Ok(world.answer(&asked, crate::Attempt([0; 32]), NOW).unspent))
        .collect();
    let outcomes = spend_all_async(answers, &open().await, NOW).await.unwrap();
    assert_eq!(count(&outcomes, Result::is_ok), 1);
    assert_eq!(count(&outcomes, |outcome| matches!(outcome, Err(Error::Replayed))), CALLERS - 1);
}
