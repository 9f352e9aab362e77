//! The contract in SQLite, and what SQLite alone can do wrong.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use pairnym::store::{AsyncNonceStore, Spend};
use pairnym::{Nonce, UnixTime};
use pairnym_store::{FailureKind, Flow, Key, Requests, Sqlite, Tickets, contract};
use pairnym_testkit::NOW;
use tempfile::TempDir;

fn open(folder: &TempDir) -> Sqlite {
    Sqlite::open(folder.path().join("store")).unwrap()
}

macro_rules! contracts {
    ($($name:ident),*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            let folder = TempDir::new().unwrap();
            contract::$name(async || open(&folder)).await;
        }
    )*};
}

contracts! { requests, swept_requests, accounts, people, tickets, devices, audit, documents }

#[tokio::test(flavor = "multi_thread")]
async fn nonces() {
    let folder = TempDir::new().unwrap();
    contract::nonces(async || open(&folder), NOW).await;
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
    let folder = TempDir::new().unwrap();
    let (store, spends) = (open(&folder), batch(0));
    assert_eq!(store.spend(&spends, NOW).await.unwrap().len(), 64);
    assert_eq!(store.sweep_nonces(NOW).await.unwrap(), 0);
    // The clock jumps ahead by years, and back again.
    assert_eq!(store.sweep_nonces(UnixTime(NOW.0 << 1)).await.unwrap(), 64);
    assert_eq!(open(&folder).spend(&spends, NOW).await.unwrap(), []);
    let later = Spend { expires: UnixTime(NOW.0 + 7_200), ..spends[0] };
    assert_eq!(store.spend(&[later], NOW).await.unwrap().len(), 1);
}

/// Another program's file, a newer program's, and one that is damaged.
#[tokio::test]
async fn unfit() {
    let folder = TempDir::new().unwrap();
    let kind = |path: &Path| Sqlite::open(path).unwrap_err().kind();
    let at = |name: &str| folder.path().join(name);

    let other = rusqlite::Connection::open(at("other")).unwrap();
    other.execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert_eq!(kind(&at("other")), FailureKind::Unfit);

    drop(open(&folder));
    let newer = rusqlite::Connection::open(at("store")).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    assert_eq!(kind(&at("store")), FailureKind::Unfit);

    std::fs::write(at("text"), "no database, but long enough to be one: ".repeat(1_000)).unwrap();
    assert_eq!(kind(&at("text")), FailureKind::Damaged);
    assert_eq!(kind(&at("no folder/store")), FailureKind::Unavailable);
    assert_eq!(kind(Path::new(":memory:")), FailureKind::Unfit);
}

#[cfg(unix)]
#[tokio::test]
async fn readable_by_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    store.sweep_nonces(NOW).await.unwrap();
    for file in std::fs::read_dir(&folder).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}", file.file_name());
    }
}

/// Calls that share a transaction with one that fails are carried out all the same, and those that
/// find no room change nothing.
#[tokio::test(flavor = "multi_thread")]
async fn disk_full() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    let mut world = contract::World::new(9);
    let life = Duration::from_secs(300);
    let first = world.ask(Flow::SameDevice, life);
    assert!(store.open(&first.handle, first.row.clone()).await.unwrap());
    drop(store);

    let store = Sqlite::open_bounded(folder.path().join("store"), 500_000).unwrap();
    let mut refused = Vec::new();
    let mut kept = vec![first.clone()];
    while refused.len() < 5 {
        let mut asked = world.ask(Flow::SameDevice, life);
        asked.row.request = vec![0; 20_000];
        match store.open(&asked.handle, asked.row.clone()).await {
            Ok(opened) => {
                assert!(opened);
                kept.push(asked);
            }
            Err(failure) => {
                assert_eq!(failure.kind(), FailureKind::Full, "{failure:?}");
                refused.push(asked);
            }
        }
    }
    // Those that find room, in company of those that do not.
    let calls: Vec<_> = (0..32)
        .map(|call| {
            let (store, big) = (store.clone(), refused[0].clone());
            tokio::spawn(async move {
                match call % 2 {
                    0 => store.open(&big.handle, big.row).await.map(drop),
                    _ => store.sweep_tickets(NOW).await.map(drop),
                }
            })
        })
        .collect();
    for (number, call) in calls.into_iter().enumerate() {
        let failed = call.await.unwrap().err().map(|failure| failure.kind());
        assert_eq!(failed, (number % 2 == 0).then_some(FailureKind::Full));
    }

    // Nothing is lost, nothing is half done, and with room again it goes on.
    drop(store);
    let store = open(&folder);
    for asked in &kept {
        assert!(store.find(Key::from(&asked.handle)).await.unwrap().is_some());
    }
    for asked in &refused {
        assert_eq!(store.find(Key::from(&asked.handle)).await.unwrap(), None);
        assert!(store.open(&asked.handle, asked.row.clone()).await.unwrap());
    }
}

/// A process is killed while it writes: what it was told is done is done, and the rest is done as a
/// whole batch or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn killed() {
    const CHILD: &str = "PAIRNYM_STORE_CHILD";
    if let Some(path) = std::env::var_os(CHILD) {
        let store = Sqlite::open(path).unwrap();
        for number in 0.. {
            assert_eq!(store.spend(&batch(number), NOW).await.unwrap().len(), 64);
            writeln!(std::io::stderr(), "done {number}").unwrap();
        }
    }
    let folder = TempDir::new().unwrap();
    for round in 0..3 {
        let path = folder.path().join(format!("store {round}"));
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed", "--nocapture"])
            .env(CHILD, &path)
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut done = || {
            let line = lines.next()?.ok()?;
            Some(line.strip_prefix("done ")?.parse::<u64>().unwrap())
        };
        while done().unwrap() < 20 {}
        child.kill().unwrap();
        child.wait().unwrap();
        let last = std::iter::from_fn(&mut done).last().unwrap_or(20);

        let store = Sqlite::open(&path).unwrap();
        for number in 0..=last {
            assert_eq!(store.spend(&batch(number), NOW).await.unwrap(), [], "lost");
        }
        for number in last + 1..last + 4 {
            let won = store.spend(&batch(number), NOW).await.unwrap().len();
            assert!(won == 64 || won == 0 && number == last + 1, "half a batch");
        }
    }
}

/// Another process holds the lock for longer than anybody waits.
#[tokio::test(flavor = "multi_thread")]
async fn locked() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    let other = rusqlite::Connection::open(folder.path().join("store")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let failure = store.spend(&batch(0), NOW).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unavailable);
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(store.spend(&batch(0), NOW).await.unwrap().len(), 64);
}
