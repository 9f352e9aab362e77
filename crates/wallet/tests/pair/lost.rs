//! A device is lost: what brings a pairing back, and what a backup shows of it.

use pairnym_wallet::*;
use zeroize::Zeroizing;

use super::folder;
use super::support::family::{Family, Line, agrees};
use super::support::{COST, World, lock};

#[test]
fn a_lost_guardian_comes_back() {
    let (world, folder) = (World::new(), folder());
    let mut family = Family::enrolled(&world, folder.path(), 10);
    let account = family.answer(&world, "register");
    let passphrase = Zeroizing::new("for the file".to_owned());
    let words = family.guardian.words(Language::English).unwrap();
    let file = family.guardian.backup(&passphrase).unwrap();

    // From the words and the file.
    let path = folder.path().join("restored");
    let backup = (&file[..], &passphrase);
    family.guardian = Wallet::restore(&path, &lock(), COST, &words, backup, world.now()).unwrap();
    assert_eq!(family.guardian.wards().count(), 1);
    assert_eq!(family.answer(&world, "log-in").pseudonym, account.pseudonym);

    // From the words alone, and what the child's device shows.
    let path = folder.path().join("from-words");
    let restore = Wallet::restore_words;
    let guardian = restore(&path, &lock(), COST, &words, world.pins(), world.now()).unwrap();
    family.guardian = guardian;
    assert_eq!(family.guardian.wards().count(), 0);
    let record = family.child.record().unwrap();
    for bad in ["", "PAIRNYM-RECORD:00", &record[..record.len() - 2]] {
        let refused = family.guardian.recover_ward(bad, "child");
        assert!(matches!(refused, Err(Failure::BadInvitation)), "{refused:?}");
    }
    let key = family.guardian.recover_ward(&record, "child").unwrap();
    let again = family.guardian.recover_ward(&record, "child");
    assert!(matches!(again, Err(Failure::NotFresh)), "{again:?}");
    // Not before the child's device knows the new key.
    let (answered, _) = family.try_answer(&world, "log-in", Line::new(), agrees);
    assert!(answered.is_err());
    family.child.accept_key(&key).unwrap();
    assert_eq!(family.answer(&world, "register").pseudonym, account.pseudonym);

    // It is nobody else's record.
    let mut stranger = world.wallet(&folder.path().join("stranger"));
    let refused = stranger.recover_ward(&record, "child");
    assert!(matches!(refused, Err(Failure::Core(pairnym::Error::Rejected))), "{refused:?}");
}

#[test]
fn a_lost_child_comes_back() {
    let (world, folder) = (World::new(), folder());
    let mut family = Family::enrolled(&world, folder.path(), 10);
    let account = family.answer(&world, "register");
    let passphrase = Zeroizing::new("for the file".to_owned());
    let words = family.child.words(Language::Chinese).unwrap();
    let file = family.child.backup(&passphrase).unwrap();
    let path = folder.path().join("restored");
    let backup = (&file[..], &passphrase);
    family.child = Wallet::restore(&path, &lock(), COST, &words, backup, world.now()).unwrap();
    assert_eq!((family.child.second(), family.child.stock()), (Some("guardian"), None));
    assert_eq!(family.answer(&world, "log-in").pseudonym, account.pseudonym);
    family.fetch(&world, 10);
    assert_eq!(family.answer(&world, "register").pseudonym, account.pseudonym);

    // Another's words do not open it.
    let other = family.guardian.words(Language::English).unwrap();
    let path = folder.path().join("wrong");
    let refused = Wallet::restore(&path, &lock(), COST, &other, backup, world.now());
    assert!(matches!(refused.map(drop), Err(Failure::BadBackup)));
    assert!(!path.join("vault").exists());
}

/// Neither what a backup has nor what is on the disk shows a share in the clear, and a backup has no
/// session.
#[test]
fn what_is_kept_is_encrypted() {
    let (world, folder) = (World::new(), folder());
    let mut family = Family::paired(&world, folder.path());
    let (pairing, code) = (family.pairing(), world.identify(10));
    family.guardian.apply(&world, &pairing, code, world.now()).unwrap();
    let passphrase = Zeroizing::new("for the file".to_owned());
    let file = family.guardian.backup(&passphrase).unwrap();
    let vault = std::fs::read(folder.path().join("guardian/vault")).unwrap();
    let holds = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|w| w == text);
    for bytes in [&file, &vault] {
        assert!(!holds(bytes, &pairing.0) && !holds(bytes, b"child"));
    }
    let words = family.guardian.words(Language::English).unwrap();
    let path = folder.path().join("restored");
    let backup = (&file[..], &passphrase);
    let restored = Wallet::restore(&path, &lock(), COST, &words, backup, world.now()).unwrap();
    let wards: Vec<_> = restored.wards().collect();
    assert_eq!(wards[0].pairing, pairing);
    assert!(!wards[0].applied);
    assert!(!format!("{restored:?} {:?}", wards).contains("key"));
}
