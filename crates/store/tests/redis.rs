//! The contract in Redis, and what Redis alone can do wrong.

use pairnym::store::{AsyncNonceStore, Spend};
use pairnym::{Nonce, UnixTime};
use pairnym_servers::{self as servers, Server};
use pairnym_store::{FailureKind, RedisNonces, contract};

const FIT: &[&str] =
    &["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"];

fn url(server: &Server) -> String {
    format!("redis://127.0.0.1:{}/", server.port)
}

async fn open(server: &Server) -> RedisNonces {
    RedisNonces::open(&url(server)).await.unwrap()
}

fn spend(number: u8) -> Spend {
    Spend { nonce: Nonce([number; 32]), expires: UnixTime(UnixTime::now().0 + 300) }
}

#[tokio::test(flavor = "multi_thread")]
async fn nonces() {
    let Some(server) = servers::redis(FIT) else { return };
    contract::nonces(async || open(&server).await, UnixTime::now()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unfit() {
    const UNFIT: [&[&str]; 4] = [
        &["--appendonly", "yes", "--maxmemory-policy", "allkeys-lru", "--maxmemory", "100mb"],
        &["--appendonly", "no", "--maxmemory-policy", "noeviction"],
        &["--appendonly", "yes", "--rename-command", "CONFIG", ""],
        &["--appendonly", "yes", "--replicaof", "127.0.0.1 1"],
    ];
    for settings in UNFIT {
        let Some(server) = servers::redis(settings) else { return };
        let failure = RedisNonces::open(&url(&server)).await.unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Unfit, "{settings:?}");
    }
    let failure = RedisNonces::open("redis://127.0.0.1:1/").await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unavailable);
}

/// Down means refused; what was used stays used.
#[tokio::test(flavor = "multi_thread")]
async fn killed() {
    let Some(mut server) = servers::redis(FIT) else { return };
    let (store, now) = (open(&server).await, UnixTime::now());
    assert_eq!(store.spend(&[spend(1)], now).await.unwrap().len(), 1);
    server.kill();
    let failure = store.spend(&[spend(1), spend(2)], now).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unavailable);
    server.start();
    let mut down = 0;
    let won = loop {
        match store.spend(&[spend(1), spend(2)], now).await {
            Ok(won) => break won,
            Err(failure) => assert_eq!(failure.kind(), FailureKind::Unavailable),
        }
        down += 1;
        assert!(down < 100, "it does not come back");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    assert_eq!(won, [Nonce([2; 32])]);
}

/// A server whose clock is ahead would drop a nonce before its request has expired.
#[tokio::test(flavor = "multi_thread")]
async fn clocks() {
    let Some(server) = servers::redis(FIT) else { return };
    let store = open(&server).await;
    let behind = |seconds| UnixTime(UnixTime::now().0 - seconds);
    assert_eq!(store.spend(&[spend(1)], behind(590)).await.unwrap().len(), 1);
    let failure = store.spend(&[spend(2)], behind(700)).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unavailable);
}
