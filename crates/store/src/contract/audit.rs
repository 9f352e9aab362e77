//! The contract of [`Audit`].

use pairnym_testkit::NOW;

use super::{CALLERS, at_once};
use crate::{Audit, Event};

fn event(number: usize) -> Event {
    Event {
        at: NOW,
        actor: "counter 7".into(),
        action: format!("deleted {number}"),
        subject: (number < 8).then_some([number as u8; 32]),
    }
}

/// The audit log, on a store that has none yet.
pub async fn audit<S: Audit + Clone + Send + 'static>(open: impl AsyncFn() -> S) {
    assert_eq!(open().await.append(Vec::new()).await.unwrap(), 0);
    assert_eq!(open().await.read(0, 10).await.unwrap(), []);
    assert_eq!(open().await.append(vec![event(1), event(2)]).await.unwrap(), 2);
    assert_eq!(open().await.append(vec![event(3)]).await.unwrap(), 3);
    let all: Vec<_> = (1..).zip([event(1), event(2), event(3)]).collect();
    assert_eq!(open().await.read(0, 10).await.unwrap(), all);
    assert_eq!(open().await.read(1, 1).await.unwrap(), all[1..2]);
    assert_eq!(open().await.read(3, 10).await.unwrap(), []);
    assert_eq!(open().await.read(u64::MAX, 10).await.unwrap(), []);

    // Sixteen append, and somebody reads on meanwhile: without a gap, so nothing is missed.
    let store = open().await;
    let appended = at_once(&store, |store, caller| async move {
        let mut seen = store.read(0, 1_000).await.unwrap();
        for _ in 0..4 {
            let last = store.append(vec![event(caller), event(caller)]).await.unwrap();
            let after = seen.last().map_or(0, |(number, _)| *number);
            seen.extend(store.read(after, 1_000).await.unwrap());
            assert!(seen.iter().any(|(number, _)| *number == last), "one's own event is visible");
        }
        assert!((1..).zip(&seen).all(|(wanted, (number, _))| wanted == *number), "a gap");
    });
    appended.await;
    let all = open().await.read(0, 1_000).await.unwrap();
    assert_eq!(all.len(), 3 + CALLERS * 8);
    assert!((1..).zip(&all).all(|(wanted, (number, _))| wanted == *number));
}
