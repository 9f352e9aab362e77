//! The contract in PostgreSQL, directly and through pgbouncer, and what PostgreSQL alone can do
//! wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pairnym::store::{AsyncNonceStore, Spend};
use pairnym::{Nonce, UnixTime};
use pairnym_servers::{self as servers, Server, Shared};
use pairnym_store::postgres::{NoTls, Postgres, migrate};
use pairnym_store::{Attempt, FailureKind, Flow, Requests, contract};
use pairnym_testkit::NOW;

static POSTGRES: Shared = Shared::new();
static PGBOUNCER: Shared = Shared::new();

/// A database of its own.
struct Database {
    name: String,
    server: Arc<Server>,
}

impl Database {
    /// Not migrated yet.
    async fn bare() -> Option<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let server = POSTGRES.get(servers::postgres)?;
        let name = format!("store{}", MADE.fetch_add(1, Ordering::Relaxed));
        run(server.port, "postgres", &format!("CREATE DATABASE {name}")).await;
        Some(Self { name, server })
    }

    async fn new() -> Option<Self> {
        let database = Self::bare().await?;
        migrate(&database.url(), NoTls).await.unwrap();
        Some(database)
    }

    fn url(&self) -> String {
        self.url_at(self.server.port)
    }

    fn url_at(&self, port: u16) -> String {
        format!("postgres://pairnym@127.0.0.1:{port}/{}", self.name)
    }

    async fn run(&self, statements: &str) {
        run(self.server.port, &self.name, statements).await;
    }

    async fn open(&self) -> Postgres {
        Postgres::open(&self.url(), NoTls, 8).await.unwrap()
    }

    async fn refused(&self) -> FailureKind {
        Postgres::open(&self.url(), NoTls, 1).await.unwrap_err().kind()
    }
}

/// Statements by the administrator; those who are connected may be in the way for a moment.
async fn run(port: u16, database: &str, statements: &str) {
    let url = format!("postgres://pairnym@127.0.0.1:{port}/{database}");
    for patience in (0..50).rev() {
        let outcome = match tokio_postgres::connect(&url, NoTls).await {
            Ok((client, connection)) => {
                tokio::spawn(connection);
                client.batch_execute(statements).await
            }
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => return,
            Err(error) if patience == 0 => panic!("{statements}: {error:?}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

macro_rules! contracts {
    ($($name:ident),*) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let Some(database) = Database::new().await else { return };
                contract::$name(async || database.open().await).await;
            }
        )*

        mod prepared {
            use super::*;

            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    let Some(database) = Database::new().await else { return };
                    contract::$name(async || database.open().await.prepared()).await;
                }
            )*
        }

        /// With four connections for sixteen callers, each statement on any of them.
        mod through_pgbouncer {
            use super::*;

            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    let Some(database) = Database::bare().await else { return };
                    let start = || servers::pgbouncer(&database.server);
                    let Some(pgbouncer) = PGBOUNCER.get(start) else { return };
                    let url = database.url_at(pgbouncer.port);
                    migrate(&url, NoTls).await.unwrap();
                    let open = async || Postgres::open(&url, NoTls, 16).await.unwrap();
                    contract::$name(open).await;
                }
            )*
        }
    };
}

contracts! { requests, swept_requests, accounts, people, tickets, devices, audit, documents }

#[tokio::test(flavor = "multi_thread")]
async fn nonces() {
    let Some(database) = Database::new().await else { return };
    contract::nonces(async || database.open().await, NOW).await;
}

/// The spends of batch `number`.
fn batch(number: u64) -> Vec<Spend> {
    let spend = |at: u64| {
        let mut nonce = [0; 32];
        nonce[..16].copy_from_slice(&((u128::from(number) << 64) | u128::from(at)).to_be_bytes());
        Spend { nonce: Nonce(nonce), expires: UnixTime(NOW.0 + 300) }
    };
    (0..64).map(spend).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn forgotten_nonces_stay_used() {
    let Some(database) = Database::new().await else { return };
    let (store, spends) = (database.open().await, batch(0));
    assert_eq!(store.spend(&spends, NOW).await.unwrap().len(), 64);
    for _ in 0..2 {
        assert_eq!(store.sweep_nonces(NOW).await.unwrap(), 0);
    }
    // The clock jumps ahead by years, and back again.
    let later = UnixTime(NOW.0 << 1);
    assert_eq!(store.sweep_nonces(later).await.unwrap(), 0, "remembered first");
    assert_eq!(store.sweep_nonces(later).await.unwrap(), 64);
    assert_eq!(database.open().await.spend(&spends, NOW).await.unwrap(), []);
    let later = Spend { expires: UnixTime(NOW.0 + 7_200), ..spends[0] };
    assert_eq!(store.spend(&[later], NOW).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations() {
    let Some(database) = Database::bare().await else { return };
    assert_eq!(database.refused().await, FailureKind::Unfit, "no tables");
    let url = database.url();
    let all: Vec<_> = (0..16)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { migrate(&url, NoTls).await })
        })
        .collect();
    for one in all {
        one.await.unwrap().unwrap();
    }
    database.open().await;

    database.run("UPDATE pairnym.version SET version = 99").await;
    assert_eq!(database.refused().await, FailureKind::Unfit, "newer tables");
    assert_eq!(migrate(&url, NoTls).await.unwrap_err().kind(), FailureKind::Unfit);
}

#[tokio::test(flavor = "multi_thread")]
async fn unfit() {
    let Some(database) = Database::new().await else { return };
    database.open().await;
    let name = &database.name;
    for (setting, value) in [("synchronous_commit", "off"), ("default_transaction_read_only", "on")]
    {
        database.run(&format!("ALTER DATABASE {name} SET {setting} = {value}")).await;
        assert_eq!(database.refused().await, FailureKind::Unfit, "{setting}");
        run(database.server.port, "postgres", &format!("ALTER DATABASE {name} RESET ALL")).await;
        database.open().await;
    }
    database.run("ALTER TABLE pairnym.tickets SET UNLOGGED").await;
    assert_eq!(database.refused().await, FailureKind::Unfit, "an unlogged table");
    let failure = Postgres::open("no url", NoTls, 1).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unfit);
    let failure = Postgres::open("postgres://pairnym@127.0.0.1:1/x", NoTls, 1).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unavailable);
}

/// A server without fsync, and a replica.
#[tokio::test(flavor = "multi_thread")]
async fn unfit_servers() {
    let Some(mut server) = servers::postgres() else { return };
    run(server.port, "postgres", "CREATE DATABASE store").await;
    let url = format!("postgres://pairnym@127.0.0.1:{}/store", server.port);
    migrate(&url, NoTls).await.unwrap();
    Postgres::open(&url, NoTls, 1).await.unwrap();
    run(server.port, "postgres", "ALTER SYSTEM SET fsync = off").await;
    run(server.port, "postgres", "SELECT pg_reload_conf()").await;
    let fit = async || Postgres::open(&url, NoTls, 1).await.map_err(|failure| failure.to_string());
    while fit().await.is_ok() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let failure = Postgres::open(&url, NoTls, 1).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unfit);
    run(server.port, "postgres", "ALTER SYSTEM RESET fsync").await;

    server.kill();
    std::fs::write(server.folder.path().join("data/standby.signal"), "").unwrap();
    server.start();
    run(server.port, "store", "SELECT true").await;
    let failure = Postgres::open(&url, NoTls, 1).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unfit, "a replica");
}

/// The server is killed while sixteen write: nobody is told that something is done that is not, and
/// nothing is half done.
#[tokio::test(flavor = "multi_thread")]
async fn killed() {
    let Some(mut server) = servers::postgres() else { return };
    run(server.port, "postgres", "CREATE DATABASE store").await;
    let url = format!("postgres://pairnym@127.0.0.1:{}/store", server.port);
    migrate(&url, NoTls).await.unwrap();
    let store = Postgres::open(&url, NoTls, 16).await.unwrap();

    let mut world = contract::World::new(9);
    let mut asked = Vec::new();
    for _ in 0..64 {
        let one = world.ask(Flow::SameDevice, Duration::from_secs(300));
        assert!(store.open(&one.handle, one.row.clone()).await.unwrap());
        asked.push(one);
    }

    let writers: Vec<_> = (0..16)
        .map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut done = Vec::new();
                for number in 0.. {
                    let batch = batch(writer << 32 | number);
                    match store.spend(&batch, NOW).await {
                        Ok(won) => {
                            assert_eq!(won.len(), 64);
                            done.push(batch);
                        }
                        Err(failure) => return (done, batch, failure),
                    }
                }
                unreachable!("the server is killed")
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    server.kill();
    let mut outcomes = Vec::new();
    for writer in writers {
        let (done, open, failure) = writer.await.unwrap();
        assert_eq!(failure.kind(), FailureKind::Unavailable, "{failure:?}");
        outcomes.push((done, open));
    }

    // Down: refused, and nothing is used up.
    let answers: Vec<_> =
        asked.iter().map(|one| world.answer(one, Attempt([1; 32]), NOW)).collect();
    let failure = store.answer(answers, NOW, |_| Vec::new()).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unavailable);

    server.start();
    let mut down = 0;
    while store.spend(&[], NOW).await.is_err() {
        down += 1;
        assert!(down < 100, "it does not come back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(outcomes.iter().any(|(done, _)| !done.is_empty()), "nothing was written in time");
    for (done, open) in outcomes {
        for batch in done {
            assert_eq!(store.spend(&batch, NOW).await.unwrap(), [], "lost");
        }
        let won = store.spend(&open, NOW).await.unwrap().len();
        assert!(won == 0 || won == 64, "half a batch");
    }
    let answers: Vec<_> =
        asked.iter().map(|one| world.answer(one, Attempt([1; 32]), NOW)).collect();
    let outcomes = store.answer(answers, NOW, |_| Vec::new()).await.unwrap();
    assert!(outcomes.iter().all(Result::is_ok));
}
