//! How many nonces and how many answers a store uses up in a second, in batches of 64:
//!
//! ```sh
//! cargo run --release -p pairnym-store --all-features --example throughput -- STORE
//! ```
//!
//! STORE is `memory`, the path of a new SQLite file, or the URL of a PostgreSQL database or of a
//! Redis, which it fills. 8 callers; loading a request and changing it, but not verifying, is part
//! of an answer.

use std::error::Error;
use std::time::{Duration, Instant};

use pairnym::store::{AsyncNonceStore, MemoryNonces, Spend};
use pairnym::{Nonce, UnixTime};
use pairnym_store::postgres::{NoTls, Postgres, migrate};
use pairnym_store::{Attempt, Flow, Memory, RedisNonces, Requests, Sqlite, contract};
use pairnym_testkit::NOW;
use tokio::task::JoinSet;

const CALLERS: u64 = 8;
const BATCHES: u64 = 40;
const BATCH: u64 = 64;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = std::env::args().nth(1).ok_or("which store?")?;
    match &store[..] {
        "memory" => {
            nonces(std::sync::Arc::new(MemoryNonces::new(1_000_000)), NOW).await;
            answers(Memory::new(1_000_000)).await;
        }
        url if url.starts_with("redis:") => {
            nonces(RedisNonces::open(url).await?, UnixTime::now()).await;
        }
        url if url.starts_with("postgres:") => {
            migrate(url, NoTls).await?;
            let store = Postgres::open(url, NoTls, CALLERS as usize).await?;
            nonces(store.clone(), NOW).await;
            answers(store).await;
        }
        path => {
            let store = Sqlite::open(path)?;
            nonces(store.clone(), NOW).await;
            answers(store).await;
        }
    }
    Ok(())
}

async fn nonces<S>(store: S, now: UnixTime)
where
    S: AsyncNonceStore<Error: std::fmt::Debug> + Clone + Send + 'static,
{
    let (mut callers, start) = (JoinSet::new(), Instant::now());
    for caller in 0..CALLERS {
        let store = store.clone();
        callers.spawn(async move {
            for batch in 0..BATCHES {
                let spend = |at: u64| {
                    let mut nonce = [0; 32];
                    let number = (caller * BATCHES + batch) * BATCH + at;
                    nonce[..8]
                        .copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
                    Spend { nonce: Nonce(nonce), expires: UnixTime(now.0 + 300) }
                };
                let spends: Vec<_> = (0..BATCH).map(spend).collect();
                assert_eq!(store.spend(&spends, now).await.unwrap().len(), BATCH as usize);
            }
        });
    }
    callers.join_all().await;
    print("nonces", start.elapsed());
}

async fn answers<S: Requests + Clone + Send + 'static>(store: S) {
    let mut callers = JoinSet::new();
    let mut world = contract::World::new(7);
    let mut work = Vec::new();
    for _ in 0..CALLERS {
        let mut batches = Vec::new();
        for _ in 0..BATCHES {
            let mut batch = Vec::new();
            let mut opening = JoinSet::new();
            for _ in 0..BATCH {
                let asked = world.ask(Flow::SameDevice, Duration::from_secs(300));
                batch.push(world.answer(&asked, Attempt([1; 32]), NOW));
                let store = store.clone();
                opening.spawn(async move { store.open(&asked.handle, asked.row).await.unwrap() });
            }
            opening.join_all().await;
            batches.push(batch);
        }
        work.push(batches);
    }
    let start = Instant::now();
    for batches in work {
        let store = store.clone();
        callers.spawn(async move {
            for batch in batches {
                let outcomes = store.answer(batch, NOW, |_| vec![0; 64]).await.unwrap();
                assert!(outcomes.iter().all(Result::is_ok));
            }
        });
    }
    callers.join_all().await;
    print("answers", start.elapsed());
}

fn print(what: &str, took: Duration) {
    let each = (CALLERS * BATCHES * BATCH) as f64;
    println!("{what}: {:.0} a second", each / took.as_secs_f64());
}
