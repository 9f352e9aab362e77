//! Files that are not what the wallet wrote, and a disk that does not take them.

mod support;

use std::fs;
use std::path::Path;

use pairnym_wallet::*;
use support::family::{Family, Line, agrees};
use support::{COST, World, lock};
use zeroize::Zeroizing;

const FILES: [&str; 3] = ["vault", "stock", "history"];

fn wallet(world: &World, path: &Path, person: u8) {
    let mut wallet = world.enrolled(path, person);
    world.answer(&mut wallet, "register");
    world.answer(&mut wallet, "log-in");
}

fn refused(path: &Path) -> Failure {
    Wallet::open(path, &lock()).map(drop).expect_err("a rotten wallet opened")
}

/// A bit of every byte of a file is another, one after the other: nothing opens.
fn rots(folder: &Path, name: &str, step: usize) {
    let path = folder.join(name);
    let whole = fs::read(&path).unwrap();
    for place in (0..whole.len()).step_by(step) {
        let mut rotten = whole.clone();
        rotten[place] ^= 1 << (place % 8);
        fs::write(&path, &rotten).unwrap();
        match Wallet::open(folder, &lock()) {
            Err(Failure::Damaged(_) | Failure::WrongPassphrase) => {}
            other => panic!("{name}, byte {place}: {:?}", other.map(drop)),
        }
    }
    fs::write(&path, &whole).unwrap();
}

/// Every byte of every file.
#[test]
fn no_byte_may_change() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    wallet(&world, folder.path(), 1);
    for name in FILES {
        // In the stock, whose items are all alike, some; each costs an opening.
        rots(folder.path(), name, if name == "stock" { 97 } else { 1 });
    }
    assert_eq!(Wallet::open(folder.path(), &lock()).unwrap().history().count(), 2);
}

/// Every byte of the vaults of two devices that act together: while the second has a ticket, once
/// the lead has a credential, and after the hand-over.
#[test]
fn no_byte_of_a_pairing_may_change() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let path = |name: &str| folder.path().join(name);
    let open = |name: &str| Wallet::open(&path(name), &lock()).unwrap();
    let vaults = |names: &[&str]| names.iter().for_each(|name| rots(&path(name), "vault", 1));

    let mut early = Family::paired(&world, &path("early"));
    let (pairing, code) = (early.pairing(), world.identify(11));
    early.guardian.apply(&world, &pairing, code, world.now()).unwrap();
    drop(early);
    vaults(&["early/guardian", "early/child"]);
    let mut early = Family { guardian: open("early/guardian"), child: open("early/child") };
    early.enroll(&world).unwrap();

    let mut family = Family::enrolled(&world, folder.path(), 10);
    let account = family.answer(&world, "register");
    drop(family);
    vaults(&["guardian", "child"]);
    let mut family = Family { guardian: open("guardian"), child: open("child") };
    assert_eq!(family.answer(&world, "log-in").pseudonym, account.pseudonym);
    let (taken, _) =
        family.both(&world, Line::new(), agrees, |child, _, channel| child.take_over(channel));
    taken.unwrap();
    drop(family);
    vaults(&["guardian", "child"]);
    let mut alone = open("child");
    assert_eq!((alone.second(), open("guardian").wards().count()), (None, 0));
    assert_eq!(world.answer(&mut alone, "log-in").pseudonym, account.pseudonym);
}

#[test]
fn files_of_another_wallet_or_place_do_not_open() {
    let (world, one, other) =
        (World::new(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    wallet(&world, one.path(), 1);
    wallet(&world, other.path(), 2);
    for name in ["stock", "history"] {
        let whole = fs::read(one.path().join(name)).unwrap();
        fs::copy(other.path().join(name), one.path().join(name)).unwrap();
        assert!(matches!(refused(one.path()), Failure::Damaged(_)));
        fs::write(one.path().join(name), whole).unwrap();
    }
    fs::copy(one.path().join("vault"), one.path().join("stock")).unwrap();
    assert!(matches!(refused(one.path()), Failure::Damaged("stock")));
}

/// A crash tears the last record; those before it stay, and the next one is written after them.
#[test]
fn a_torn_record_is_dropped() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    wallet(&world, folder.path(), 1);
    let path = folder.path().join("history");
    let whole = fs::read(&path).unwrap();
    for length in (0..whole.len()).rev().step_by(11) {
        fs::write(&path, &whole[..length]).unwrap();
        let mut wallet = Wallet::open(folder.path(), &lock()).unwrap();
        let left = wallet.history().count();
        world.answer(&mut wallet, "log-in");
        drop(wallet);
        let wallet = Wallet::open(folder.path(), &lock()).unwrap();
        assert_eq!(wallet.history().count(), left + 1);
    }
}

#[test]
fn one_process_at_a_time() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let wallet = world.wallet(folder.path());
    assert!(matches!(refused(folder.path()), Failure::InUse));
    let again = Wallet::create(folder.path(), &lock(), COST, world.pins(), world.now());
    assert!(matches!(again, Err(Failure::InUse)));
    drop(wallet);
    let again = Wallet::create(folder.path(), &lock(), COST, world.pins(), world.now());
    assert!(matches!(again, Err(Failure::Exists)));
    assert!(matches!(refused(&folder.path().join("nowhere")), Failure::Missing));
    let other = Lock::Passphrase(Zeroizing::new("wrong".into()));
    assert!(matches!(Wallet::open(folder.path(), &other), Err(Failure::WrongPassphrase)));
    let key = Lock::Key(Zeroizing::new([7; 32]));
    assert!(matches!(Wallet::open(folder.path(), &key), Err(Failure::WrongPassphrase)));
}

#[test]
fn another_lock() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let mut wallet = world.enrolled(folder.path(), 1);
    world.answer(&mut wallet, "register");
    let key = || Lock::Key(Zeroizing::new([7; 32]));
    wallet.change_lock(&key(), COST).unwrap();
    drop(wallet);
    assert!(matches!(refused(folder.path()), Failure::WrongPassphrase));
    let wallet = Wallet::open(folder.path(), &key()).unwrap();
    assert_eq!(wallet.history().count(), 1);
    assert_eq!(wallet.stock().unwrap().1, 0);
}

/// No evidence and no credential is in a backup, and nothing readable is in any file.
#[test]
fn what_is_on_the_disk() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let mut wallet = world.enrolled(folder.path(), 1);
    world.answer(&mut wallet, "register");
    let passphrase = Zeroizing::new("for the file".to_owned());
    let file = wallet.backup(&passphrase).unwrap();
    drop(wallet);
    let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
    for name in FILES {
        let bytes = fs::read(folder.path().join(name)).unwrap();
        assert!(!holds(&bytes, "shop.example") && !holds(&bytes, "authority"), "{name}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
    let wrong = Zeroizing::new("another".to_owned());
    let words: Words = [["abandon"; 23].join(" "), "art".into()].join(" ").parse().unwrap();
    for (file, passphrase) in [(&file[..], &wrong), (&file[..file.len() / 2], &passphrase)] {
        let folder = tempfile::tempdir().unwrap();
        let (lock, backup) = (lock(), (file, passphrase));
        let restored = Wallet::restore(folder.path(), &lock, COST, &words, backup, world.now());
        let refused = restored.map(drop).expect_err("a backup that is none");
        assert!(matches!(refused, Failure::WrongPassphrase | Failure::BadBackup));
        assert!(!folder.path().join("vault").exists());
    }
}

#[test]
fn words() {
    let good = [["abandon"; 23].join(" "), "art".into()].join(" ");
    good.parse::<Words>().unwrap();
    good.to_uppercase().parse::<Words>().unwrap();
    for bad in [
        "",
        "abandon",
        &["abandon"; 24].join(" "),
        &["abandon"; 12].join(" "),
        "的".repeat(24).as_str(),
        &good.replace("art", "arts"),
    ] {
        assert!(matches!(bad.parse::<Words>(), Err(Failure::BadBackup)), "{bad}");
    }
}
