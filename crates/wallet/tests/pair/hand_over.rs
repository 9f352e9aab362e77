//! The guardian hands over: the young person's device acts alone.

use pairnym_wallet::*;
use zeroize::Zeroizing;

use super::folder;
use super::support::family::{Family, Line, agrees, cut, declines, flipped, nobody};
use super::support::{COST, World, host, lock};

/// The child is fourteen.
#[test]
fn the_guardian_hands_over() {
    let (world, folder) = (World::new(), folder());
    let mut family = Family::enrolled(&world, folder.path(), 10);
    let account = family.answer(&world, "register");
    let take = |child: &mut Wallet, _: &World, channel: &mut dyn Channel| child.take_over(channel);
    let (taken, attended) = family.both(&world, Line::new(), declines, take);
    assert!(matches!(taken, Err(Failure::PeerDeclined)), "{taken:?}");
    assert_eq!(attended.unwrap(), Attended::Declined { ward: "child".into() });
    assert_eq!((family.child.second(), family.guardian.wards().count()), (Some("guardian"), 1));
    // Cut before the share, and flipped: nothing happens.
    for what in [cut, flipped] {
        let line = Line::tapped(nobody(), what(1));
        let (taken, _) = family.both(&world, line, agrees, take);
        assert!(taken.is_err());
        assert_eq!((family.child.second(), family.guardian.wards().count()), (Some("guardian"), 1));
    }
    let mut asked = Vec::new();
    let person = |ask: &Ask| {
        asked.push(format!("{:?}", ask.about));
        Decision::Answer
    };
    let (taken, attended) = family.both(&world, Line::new(), person, take);
    taken.unwrap();
    attended.unwrap();
    assert_eq!(asked, ["HandOver"]);
    let Family { mut child, guardian } = family;
    assert_eq!((child.second(), guardian.wards().count()), (None, 0));
    assert_eq!(child.stock().unwrap().1, 31);
    let shop = host("shop.example");
    assert_eq!(child.pseudonym(shop.id(), None).unwrap(), account.pseudonym);
    assert_eq!(world.answer(&mut child, "log-in").pseudonym, account.pseudonym);
    assert_eq!(world.answer(&mut child, "register").pseudonym, account.pseudonym);

    // After a restart, and from a backup.
    let passphrase = Zeroizing::new("for the file".to_owned());
    let words = child.words(Language::English).unwrap();
    let file = child.backup(&passphrase).unwrap();
    drop(child);
    let mut child = Wallet::open(&folder.path().join("child"), &lock()).unwrap();
    assert_eq!(world.answer(&mut child, "register").pseudonym, account.pseudonym);
    child.refresh(&world, |_| true, world.now()).unwrap();
    let path = folder.path().join("restored");
    let backup = (&file[..], &passphrase);
    let mut child = Wallet::restore(&path, &lock(), COST, &words, backup, world.now()).unwrap();
    assert_eq!(world.answer(&mut child, "log-in").pseudonym, account.pseudonym);
    // It is paired with nobody anew, though it has no session yet.
    let invitation = guardian.invite("127.0.0.1:1").unwrap();
    let (mut first, _second) = Line::new();
    let refused = child.join(&mut first, invitation.text());
    assert!(matches!(refused, Err(Failure::NotFresh)), "{refused:?}");
    child.enroll(&world, world.identify(10), world.now()).unwrap();
    child.refresh(&world, |_| true, world.now()).unwrap();
    assert_eq!(world.answer(&mut child, "register").pseudonym, account.pseudonym);
}

/// The child has the share in its storage before the guardian's device forgets it.
#[test]
fn a_hand_over_loses_nothing() {
    for (of_child, at) in [(true, 0), (true, 1), (true, 2), (false, 0), (false, 1)] {
        let (world, folder) = (World::new(), folder());
        let mut family = Family::enrolled(&world, folder.path(), 10);
        let line = match of_child {
            true => Line::tapped(cut(at), nobody()),
            false => Line::tapped(nobody(), cut(at)),
        };
        let take =
            |child: &mut Wallet, _: &World, channel: &mut dyn Channel| child.take_over(channel);
        let (_, attended) = family.both(&world, line, agrees, take);
        assert!(attended.is_err() && family.guardian.wards().count() == 1, "{of_child} {at}");
        // Only where nothing but the last word was lost.
        let alone = family.child.second().is_none();
        assert_eq!(alone, of_child && at == 2);
        if alone {
            world.answer(&mut family.child, "register");
        } else {
            family.answer(&world, "register");
        }
    }
}
