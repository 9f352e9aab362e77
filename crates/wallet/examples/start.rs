//! How long a wallet takes to start, and its history to be shown: for a person with three slots of
//! credentials behind them, 50 platforms and a history of 10,000 entries, in a folder of the
//! system's temporary files. It decides nothing, and prints milliseconds.
//!
//! ```sh
//! cargo run --release -p pairnym-wallet --example start
//! ```

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use pairnym_testkit::DAY;
use pairnym_wallet::{Cost, Entry, Language, Lock, Wallet};
use support::{COST, World, long_backup};
use zeroize::Zeroizing;

const SLOTS: usize = 3;
const PLATFORMS: usize = 50;
const ENTRIES: usize = 10_000;
/// How many entries a page shows.
const PAGE: usize = 50;
/// How often each thing is done.
const TIMES: usize = 21;

/// Without argon2id.
fn key() -> Lock {
    Lock::Key(Zeroizing::new([7; 32]))
}

fn main() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let path = folder.path().join("wallet");
    let presentations = live(&world, &path, (1, ENTRIES));
    let size = |name: &str| std::fs::metadata(path.join(name)).map_or(0, |file| file.len());
    println!(
        "{SLOTS} slots, {presentations} presentations, {PLATFORMS} platforms, {ENTRIES} entries \
         (bytes: vault {}, stock {}, history {})",
        size("vault"),
        size("stock"),
        size("history"),
    );
    println!("{:<44} {:>9} {:>9}", format!("ms, of {TIMES} times"), "median", "most");

    let opened = || Wallet::open(&path, &key()).unwrap();
    measure("start, beside argon2id", opened);
    let without = folder.path().join("without");
    live(&world, &without, (2, 0));
    measure("  the same without a history", || Wallet::open(&without, &key()).unwrap());
    measure("argon2id", argon2id);

    let wallet = opened();
    assert_eq!(wallet.history().count(), ENTRIES);
    let page = |skipped| {
        let entries = wallet.history().skip(skipped).take(PAGE);
        entries.map(|(_, entry)| entry.clone()).collect::<Vec<Entry>>()
    };
    assert_eq!((page(0).len(), page(ENTRIES - PAGE).len()), (PAGE, PAGE));
    measure("history, first page, by the library", || page(0));
    measure("history, last page, by the library", || page(ENTRIES - PAGE));
    drop(wallet);
    #[cfg(feature = "page")]
    pages(&world, folder.path(), opened());
}

/// A person's wallet that was restored with so long a history, and has been through its slots since.
/// Returns how many presentations it is good for.
fn live(world: &World, path: &Path, (person, entries): (u8, usize)) -> usize {
    let first = tempfile::tempdir().unwrap();
    let before = world.wallet(first.path());
    let words = before.words(Language::English).unwrap();
    let file = long_backup(world, &before, entries, PLATFORMS);
    let backup = (&file[..], &Zeroizing::new("file".to_owned()));
    let mut wallet = Wallet::restore(path, &key(), COST, &words, backup, world.now()).unwrap();
    wallet.enroll(world, world.identify(person), world.now()).unwrap();
    for _ in 0..SLOTS {
        world.pass(DAY);
        wallet.refresh(world, |_| true, world.now()).unwrap();
    }
    wallet.stock().unwrap().1
}

/// As for a passphrase that a person types.
fn argon2id() -> [u8; 32] {
    let Cost { memory, passes } = Cost::default();
    let params = argon2::Params::new(memory, passes, 1, Some(32)).unwrap();
    let argon2id = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let mut key = [0; 32];
    argon2id.hash_password_into(b"correct horse", &[7; 16], &mut key).unwrap();
    key
}

/// As a browser gets them from the router.
#[cfg(feature = "page")]
fn pages(world: &World, folder: &Path, wallet: Wallet) {
    use support::browser::{Browser, settings};
    let pages = pairnym_wallet::page::Pages::with_wallet(settings(world, folder, None), wallet);
    let mut browser = Browser::new(world, &pages);
    for (what, place) in [
        ("the wallet's first page, by the router", "/"),
        ("history, first page, by the router", "/history"),
        ("history, last page, by the router", &format!("/history?page={}", ENTRIES / PAGE)),
    ] {
        measure(what, || {
            let page = browser.get(place);
            assert_eq!(page.status, 200, "{place}: {}", page.text);
            page
        });
    }
}

/// What comes of it is dropped after the clock has stopped.
fn measure<T>(what: &str, mut work: impl FnMut() -> T) {
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..TIMES {
        let begun = Instant::now();
        let made = black_box(work());
        times.push(begun.elapsed());
        drop(made);
    }
    times.sort_unstable();
    let ms = |at: usize| times[at].as_secs_f64() * 1_000.0;
    println!("{what:<44} {:>9.3} {:>9.3}", ms(TIMES / 2), ms(TIMES - 1));
}
