//! The contract of [`Tickets`].

use pairnym::{PersonId, TransactionId, UnixTime};
use pairnym_testkit::NOW;

use super::{at_once, count};
use crate::{Hashed, Ticket, Tickets};

fn ticket(number: u8) -> Ticket {
    Ticket {
        transaction: TransactionId([number; 32]),
        person: PersonId([number; 32]),
        stored: vec![number; 120],
        expires: UnixTime(NOW.0 + 600),
    }
}

/// Tickets, on a store that has none yet.
pub async fn tickets<S: Tickets + Clone + Send + 'static>(open: impl AsyncFn() -> S) {
    let code = |number: u8| Hashed::of("ticket", &[number]);
    let last = UnixTime(NOW.0 + 600);
    assert_eq!(open().await.find_ticket(ticket(1).transaction).await.unwrap(), None);
    assert_eq!(open().await.take_ticket(code(1), NOW).await.unwrap(), None);
    assert!(open().await.put_ticket(ticket(1), Some(code(1))).await.unwrap());
    assert!(!open().await.put_ticket(ticket(1), Some(code(2))).await.unwrap(), "transaction taken");
    assert!(!open().await.put_ticket(ticket(2), Some(code(1))).await.unwrap(), "code taken");
    assert!(open().await.put_ticket(ticket(2), None).await.unwrap());
    assert!(open().await.put_ticket(ticket(3), None).await.unwrap());

    assert_eq!(open().await.take_ticket(code(1), UnixTime(last.0 + 1)).await.unwrap(), None);
    let store = open().await;
    let taken =
        at_once(&store, |store, _| async move { store.take_ticket(code(1), last).await.unwrap() });
    let taken = taken.await;
    assert_eq!(count(&taken, |taken| *taken == Some(ticket(1))), 1);
    assert_eq!(count(&taken, Option::is_none), super::CALLERS - 1);
    // An enrollment finds it as often as it is repeated.
    for _ in 0..2 {
        let found = open().await.find_ticket(ticket(1).transaction).await.unwrap();
        assert_eq!(found, Some(ticket(1)));
    }

    assert_eq!(open().await.sweep_tickets(UnixTime(last.0 + 600)).await.unwrap(), 0);
    assert_eq!(open().await.sweep_tickets(UnixTime(last.0 + 601)).await.unwrap(), 3);
    assert_eq!(open().await.find_ticket(ticket(1).transaction).await.unwrap(), None);
    assert!(open().await.put_ticket(ticket(4), Some(code(1))).await.unwrap(), "the code is free");
}
