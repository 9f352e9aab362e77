//! A wallet that nobody uses locks itself.

#![cfg(feature = "page")]

mod support;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use pairnym::UnixTime;
use pairnym_transport::{Flow, State};
use pairnym_wallet::Wallet;
use pairnym_wallet::page::{Pages, Settings};
use support::browser::{Browser, Form, GETS, entered, settings};
use support::{World, host, lock};

/// The limit in seconds.
const LIMIT: u64 = 300;

fn limited(world: &World, folder: &Path) -> Settings {
    let lock_after = Some(Duration::from_secs(LIMIT));
    Settings { lock_after, ..settings(world, folder, None) }
}

fn is_open(world: &World, pages: &Pages) -> bool {
    world.run(pages.look(|_| ())).is_some()
}

#[test]
fn nothing_of_it_is_there_until_the_passphrase_is_typed() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let settings = limited(&world, folder.path());
    let path = settings.folder.clone();
    let (pages, mut browser) = entered(&world, settings);
    let shop = host("shop.example");
    let own = world.run(pages.look(move |wallet| wallet.pseudonym(shop.id(), None)));
    let own = own.unwrap().unwrap().to_string();
    let declining = browser.ask(&world.begin("log-in", Flow::SameDevice).uri);
    browser.send(declining.form(&declining.at).press("decision", "decline"));
    let begun = world.begin("register", Flow::SameDevice);
    let asked = browser.ask(&begun.uri);
    assert!(asked.has(&own));
    // The browser takes the page off its screen by itself, and no sooner.
    assert_eq!(asked.header("refresh"), "301; url=/left");

    world.pass(LIMIT);
    // The first call is too late already.
    let question = browser.get(&asked.at);
    assert!(question.has("action=\"/unlock\"") && question.has("locked itself"));
    assert!(!is_open(&world, &pages));
    // Closed, and free for others: the key was forgotten.
    drop(Wallet::open(&path, &lock()).unwrap());
    for place in GETS.into_iter().chain([&*asked.at]) {
        let page = browser.get(place);
        let explains = ["/knowledge", "/lost"].contains(&place);
        assert!(explains || page.has("action=\"/unlock\""), "{place}: {}", page.text);
        for known in [&*own, "shop.example", "age_over_18", "<nav"] {
            assert!(!page.has(known), "{place}, {known}: {}", page.text);
        }
    }
    assert_eq!(browser.get("/").header("refresh"), "");
    let form = asked.form(&asked.at).tick("disclose", "yes").press("decision", "answer");
    for (action, name, value) in [
        ("/words", "passphrase", "correct horse"),
        ("/backup", "passphrase", "a"),
        ("/refresh", "", ""),
        ("/history", "platform", "shop.example"),
    ] {
        let fields = [(name.to_owned(), value.to_owned()), ("again".into(), value.to_owned())];
        let form = Form { action: action.into(), fields: fields.into(), ..Form::default() };
        assert!(browser.send(form).has("action=\"/unlock\""), "{action}");
    }
    assert!(browser.send(form.clone()).has("action=\"/unlock\""));
    let state = world.run(world.shop.progress(&begun.transaction)).unwrap().state;
    assert!(!matches!(state, State::Answered | State::Declined), "{state:?}");

    let unlock = browser.get("/").form("/unlock");
    let wrong = browser.send(unlock.clone().with("passphrase", "wrong"));
    assert_eq!((wrong.status, wrong.has("action=\"/unlock\"")), (422, true), "{}", wrong.text);
    assert!(!is_open(&world, &pages));
    let home = browser.send(unlock.with("passphrase", "correct horse"));
    assert!(home.has("<dd>32</dd>") && home.has("1 entries"), "{}", home.text);
    // What waited is gone, and nothing was done with it.
    assert_eq!(browser.send(form).status, 410);
    // Whoever locks it themselves is told nothing of the kind.
    let lock = browser.get("/").form("/lock");
    assert!(!browser.send(lock).has("locked itself"));
}

#[test]
fn it_stays_open_for_whom_it_let_in_alone() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let (pages, mut browser) = entered(&world, limited(&world, folder.path()));
    let mut stranger = Browser::new(&world, &pages);
    for _ in 0..3 {
        world.pass(LIMIT - 1);
        assert!(browser.get("/history").has("There is nothing yet."));
        assert!(!world.run(pages.lock_if_idle()));
    }
    world.pass(LIMIT - 1);
    assert_eq!((stranger.get("/").status, stranger.get("/history").status), (200, 403));
    // Nor does a page that was left on a screen, in whose place comes one that says nothing.
    assert!(browser.get("/left").has("This page was put away"));
    // Nor does the program itself.
    assert!(!world.run(pages.refresh_if_due()).unwrap() && is_open(&world, &pages));
    assert!(!world.run(pages.lock_if_idle()));
    world.pass(1);
    assert!(world.run(pages.lock_if_idle()) && !is_open(&world, &pages));
    assert!(!world.run(pages.lock_if_idle()), "twice");
}

/// What is under way is not cut off, and whoever comes meanwhile keeps the wallet open.
#[test]
fn not_while_something_is_under_way() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let (pages, mut browser) = entered(&world, limited(&world, folder.path()));
    let handle = world.run(async { tokio::runtime::Handle::current() });
    for comes in [true, false] {
        let ((began, begun), (release, released)) = (channel(), channel::<()>());
        let looking = pages.clone();
        let under_way = handle.spawn(async move {
            let look = looking.look(move |_| {
                began.send(()).unwrap();
                let _ = released.recv_timeout(Duration::from_secs(20));
            });
            look.await
        });
        begun.recv().unwrap();
        world.pass(LIMIT);
        if comes {
            assert_eq!(browser.get("/knowledge").status, 200);
        }
        release.send(()).unwrap();
        assert_eq!(world.run(under_way).unwrap(), Some(()));
        assert_eq!(world.run(pages.lock_if_idle()), !comes);
    }
}

/// By the machine's own clock, though the other one stands still; by the other one set back; and not
/// at all.
#[test]
fn by_either_clock() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let clock = Arc::new(AtomicU64::new(world.now().0));
    for (lock_after, to, locks) in [
        (Some(Duration::from_millis(1)), world.now().0, true),
        (Some(Duration::from_secs(1_000_000)), world.now().0 - 1_000_000, true),
        (Some(Duration::from_secs(1_000_000)), world.now().0 - 999_999, false),
        (None, world.now().0 + 100_000_000, false),
    ] {
        clock.store(world.now().0, Ordering::SeqCst);
        let read = clock.clone();
        let clock_there = Arc::new(move || UnixTime(read.load(Ordering::SeqCst)));
        let settings =
            Settings { lock_after, clock: clock_there, ..settings(&world, folder.path(), None) };
        let wallet = world.wallet(&folder.path().join(format!("{lock_after:?} {to}")));
        let pages = Pages::with_wallet(settings, wallet);
        std::thread::sleep(Duration::from_millis(2));
        clock.store(to, Ordering::SeqCst);
        assert_eq!(world.run(pages.lock_if_idle()), locks, "{lock_after:?}, {to}");
        assert_eq!(is_open(&world, &pages), !locks);
    }
}
