//! The contract of [`Tickets`].

use pairnym::{PersonId, TransactionId, UnixTime};
use pairnym_testkit::NOW;

use super::{at_once, count};
use crate::{Ticket, Tickets};

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
    let last = UnixTime(NOW.0 + 600);
    assert_eq!(open().await.find_ticket(ticket(1).transaction).await.unwrap(), None);
    let store = open().await;
    let put = at_once(&store, |store, _| async move { store.put_ticket(ticket(1)).await.unwrap() });
    assert_eq!(count(&put.await, |put| *put), 1, "a transaction has one ticket");
    assert!(open().await.put_ticket(ticket(2)).await.unwrap());
    assert!(open().await.put_ticket(ticket(3)).await.unwrap());

    // An enrollment finds it as often as it is repeated.
    for _ in 0..2 {
        let found = open().await.find_ticket(ticket(1).transaction).await.unwrap();
        assert_eq!(found, Some(ticket(1)));
    }

    assert_eq!(open().await.sweep_tickets(UnixTime(last.0 + 600)).await.unwrap(), 0);
    assert_eq!(open().await.sweep_tickets(UnixTime(last.0 + 601)).await.unwrap(), 3);
    assert_eq!(open().await.find_ticket(ticket(1).transaction).await.unwrap(), None);
    assert!(open().await.put_ticket(ticket(1)).await.unwrap(), "the transaction is free");
}
