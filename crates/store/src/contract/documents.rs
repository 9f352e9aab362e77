//! The contract of [`Documents`].

use pairnym::PersonId;

use super::{CALLERS, at_once, count};
use crate::{Documents, Linked};

use Linked::{Conflict, To};

const fn id(number: u8) -> PersonId {
    PersonId([number; 32])
}

/// Documents, on a store that has none yet.
pub async fn documents<S: Documents + Clone + Send + 'static>(open: impl AsyncFn() -> S) {
    let link = async |numbers: &[u8]| {
        let documents = numbers.iter().map(|number| id(*number)).collect();
        open().await.link_documents(documents).await.unwrap()
    };
    let holders = async |numbers: &[u8]| {
        let documents = numbers.iter().map(|number| id(*number)).collect();
        open().await.holders(documents).await.unwrap()
    };
    assert_eq!(holders(&[1, 2]).await, [None, None]);
    assert!(open().await.link_documents(Vec::new()).await.is_err());

    // The first one's person, whatever comes later, and in whatever order.
    assert_eq!(link(&[2, 1]).await, To(id(2)));
    assert_eq!(link(&[1, 2, 1]).await, To(id(2)));
    assert_eq!(link(&[3, 1]).await, To(id(2)));
    assert_eq!(link(&[3]).await, To(id(2)));
    assert_eq!(holders(&[4, 3, 3, 1]).await, [None, Some(id(2)), Some(id(2)), Some(id(2))]);

    // Two people's: refused, and the new ones among them stay nobody's.
    assert_eq!(link(&[5]).await, To(id(5)));
    assert_eq!(link(&[6, 5, 3]).await, Conflict(id(2), id(5)));
    assert_eq!(holders(&[6]).await, [None]);
    assert!(!open().await.add_documents(vec![id(6), id(5)], id(6)).await.unwrap());
    assert_eq!(holders(&[6]).await, [None], "half of what was refused");

    // One person with two documents, at many counters at once, each time in another order.
    let store = open().await;
    let same = at_once(&store, |store, caller| async move {
        let mut documents = vec![id(20), id(21), id(22)];
        documents.rotate_left(caller % 3);
        store.link_documents(documents).await.unwrap()
    });
    let same = same.await;
    assert_eq!(count(&same, |linked| *linked == same[0]), CALLERS, "one person");
    assert!(matches!(same[0], To(_)));

    // Chains: each caller has one document in common with the next. Whoever is told of a person, is
    // told what the store says from then on.
    let chain = at_once(&store, |store, caller| async move {
        let caller = caller as u8;
        (caller, store.link_documents(vec![id(100 + caller), id(101 + caller)]).await.unwrap())
    });
    for (caller, linked) in chain.await {
        let held = holders(&[100 + caller, 101 + caller]).await;
        match linked {
            To(person) => assert_eq!(held, [Some(person), Some(person)]),
            Conflict(one, another) => {
                assert!(one != another);
                assert!(held.iter().flatten().all(|held| [one, another].contains(held)));
            }
        }
    }
}
