//! The contract, in memory.

use pairnym_store::{FailureKind, Flow, Memory, Requests, contract};

fn memory() -> Memory {
    Memory::new(10_000)
}

macro_rules! contracts {
    ($($name:ident),*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            let store = memory();
            contract::$name(async || store.clone()).await;
        }
    )*};
}

contracts! { requests, swept_requests, accounts, people, tickets, devices, audit, documents }

#[tokio::test]
async fn full() {
    let store = Memory::new(1);
    let mut world = contract::World::new(9);
    let life = std::time::Duration::from_secs(300);
    let mut ask = || world.ask(Flow::SameDevice, life);
    let first = ask();
    assert!(store.open(&first.handle, first.row).await.unwrap());
    let second = ask();
    let failure = store.open(&second.handle, second.row).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Full);
}
