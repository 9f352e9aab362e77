//! Two wallets that are one holder: a child's and a guardian's, with an authority and a shop that
//! notice nothing (SPEC §20).

mod support;

use std::thread;

use pairnym_wallet::*;
use support::family::{Between, Family, Line, agrees, cut, declines, flipped, nobody, repeated};
use support::{COST, World, lock};
use zeroize::Zeroizing;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// How much evidence the child has.
fn left(family: &Family) -> usize {
    family.child.stock().unwrap().1
}

#[test]
fn a_child_and_a_guardian() {
    let (world, folder) = (World::new(), folder());
    let mut family = Family::enrolled(&world, folder.path(), 10);
    assert_eq!(left(&family), 32);
    let (_, asked) = world.ask(&mut family.child, "register");
    assert_eq!(asked.question.pseudonym, None);
    let account = family.answer(&world, "register");
    assert_eq!(left(&family), 31);
    let (_, asked) = world.ask(&mut family.child, "log-in");
    assert_eq!((asked.question.pseudonym, asked.question.before), (Some(account.pseudonym), 1));
    let again = family.answer(&world, "log-in");
    assert_eq!((again.pseudonym, left(&family)), (account.pseudonym, 31));
    // Both have it in their history.
    for (wallet, ward) in [(&family.child, None), (&family.guardian, Some("child"))] {
        let entries: Vec<_> = wallet.history().map(|(_, entry)| entry).collect();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[1].disclosed, ["age_over_18".parse().unwrap()]);
        for entry in entries {
            assert_eq!(entry.pseudonym, Some(account.pseudonym));
            assert_eq!(entry.outcome, Outcome::Answered);
            assert_eq!(entry.ward.as_deref(), ward);
        }
    }
    // The processes end, and go on.
    let Family { guardian, child } = family;
    drop((guardian, child));
    let open = |name: &str| Wallet::open(&folder.path().join(name), &lock()).unwrap();
    let mut family = Family { guardian: open("guardian"), child: open("child") };
    assert_eq!(family.child.second(), Some("guardian"));
    assert_eq!(family.answer(&world, "log-in").pseudonym, account.pseudonym);

    // The guardian is a person of their own, and another one.
    let Family { guardian, .. } = &mut family;
    guardian.enroll(&world, world.identify(40), world.now()).unwrap();
    guardian.refresh(&world, |_| true, world.now()).unwrap();
    assert_ne!(world.answer(guardian, "register").pseudonym, account.pseudonym);
    assert_eq!(family.answer(&world, "register").pseudonym, account.pseudonym);
}

#[test]
fn the_guardian_sees_everything_and_decides() {
    let (world, folder) = (World::new(), folder());
    let mut family = Family::enrolled(&world, folder.path(), 10);
    let mut seen = Vec::new();
    let (answered, attended) = family.try_answer(&world, "register", Line::new(), |ask| {
        seen.push(ask.clone());
        Decision::Decline
    });
    assert!(matches!(answered, Err(Failure::PeerDeclined)), "{answered:?}");
    assert_eq!(attended.unwrap(), Attended::Declined { ward: "child".into() });
    let [Ask { ward, about: About::Answer(asking) }] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!((&ward[..], asking.platform.as_str(), asking.before), ("child", "shop.example", 0));
    assert_eq!(asking.purpose, pairnym::Purpose::Registration);
    let flag = ("age_over_18".parse().unwrap(), true.into());
    assert_eq!((&asking.disclosed[..], asking.conditions.len()), (&[flag][..], 1));
    // Nothing is used up, and it is in both histories.
    assert_eq!(left(&family), 32);
    for wallet in [&family.child, &family.guardian] {
        let outcomes: Vec<_> = wallet.history().map(|(_, entry)| &entry.outcome).collect();
        assert_eq!(outcomes, [&Outcome::Declined]);
    }
    // To answer is not yet to disclose.
    let half = |_: &Ask| Decision::Answer;
    let (answered, attended) = family.try_answer(&world, "register", Line::new(), half);
    assert!(matches!(answered, Err(Failure::PeerDeclined)), "{answered:?}");
    assert!(matches!(attended, Err(Failure::NotConsented)), "{attended:?}");
    assert_eq!(left(&family), 32);
    family.answer(&world, "register");
    let (answered, _) = family.try_answer(&world, "log-in", Line::new(), half);
    answered.unwrap();
}

/// What the guardian's device consented to is on its disk before its part leaves.
#[test]
fn the_guardian_has_it_in_writing() {
    let (world, folder) = (World::new(), folder());
    let mut family = Family::enrolled(&world, folder.path(), 10);
    let history = folder.path().join("guardian/history");
    let length = move || std::fs::metadata(&history).map_or(0, |file| file.len());
    let (told, written) = std::sync::mpsc::channel();
    let looking = Box::new(move |n, frame| {
        told.send((n, length())).unwrap();
        Some(frame)
    });
    let line = Line::tapped(nobody(), looking);
    family.try_answer(&world, "register", line, agrees).0.unwrap();
    let written: Vec<_> = written.iter().collect();
    // A handshake, that the person consents, an approval; and then the part.
    assert_eq!(written[..3], [(0, 0), (1, 0), (2, 0)]);
    assert!(written[3].0 == 3 && written[3].1 > 0, "{written:?}");
}

#[test]
fn neither_does_anything_alone() {
    let (world, folder) = (World::new(), folder());
    let mut family = Family::paired(&world, folder.path());
    let child = &mut family.child;
    // The code is for the guardian's device.
    let refused = child.enroll(&world, world.identify(10), world.now());
    assert!(matches!(refused, Err(Failure::NeedsSecond)), "{refused:?}");
    assert!(!child.is_enrolled());
    let offer = child.offer(&world, world.now());
    assert!(matches!(offer, Err(Failure::NotEnrolled)), "a session was kept: {offer:?}");
    let mut family = Family::enrolled(&world, folder.path().join("again").as_path(), 10);
    let child = &mut family.child;
    let refused = child.refresh(&world, |_| true, world.now());
    assert!(matches!(refused, Err(Failure::NeedsSecond)), "{refused:?}");
    for ask in ["register", "log-in"] {
        let (_, asked) = world.ask(child, ask);
        let refused = child.decide(&world, asked, Decision::AnswerAndDisclose, world.now());
        assert!(matches!(refused, Err(Failure::NeedsSecond)), "{refused:?}");
        // To decline needs nobody.
        let (_, asked) = world.ask(child, ask);
        child.decide(&world, asked, Decision::Decline, world.now()).unwrap();
    }
    assert_eq!(left(&family), 32);
    let shop = support::host("shop.example");
    let unknown = family.child.pseudonym(shop.id(), None);
    assert!(matches!(unknown, Err(Failure::NeedsSecond)), "{unknown:?}");
    // The guardian's device has nothing to ask with.
    let (mut first, _second) = Line::new();
    let refused = family.guardian.enroll_together(&mut first);
    assert!(matches!(refused, Err(Failure::NotPaired)), "{refused:?}");
}

#[test]
fn one_secret_one_pairing() {
    let (world, folder) = (World::new(), folder());
    let mut family = Family::paired(&world, folder.path());
    let enrolled = world.enrolled(&folder.path().join("enrolled"), 3);
    let invitation = family.guardian.invite("127.0.0.1:1").unwrap().text().to_owned();
    for wallet in [&mut family.child, &mut { enrolled }] {
        let (mut first, mut second) = Line::new();
        let refused = wallet.join(&mut first, &invitation);
        assert!(matches!(refused, Err(Failure::NotFresh)), "{refused:?}");
        assert_eq!(second.receive(std::time::Duration::ZERO), Err(Offline));
    }
    let fresh = world.wallet(&folder.path().join("fresh"));
    for text in ["", "hello", "PAIRNYM-PAIR:", "PAIRNYM-PAIR:00/127.0.0.1:1", &invitation[..60]] {
        let (mut first, _second) = Line::new();
        let refused = fresh.join(&mut first, text);
        assert!(matches!(refused, Err(Failure::BadInvitation)), "{text}: {refused:?}");
    }
    for address in ["", "a b", "a/b", &"x".repeat(300)] {
        assert!(matches!(fresh.invite(address), Err(Failure::BadInvitation)), "{address}");
    }
}

/// At each frame of either device, in each of the acts.
fn at_each_frame(what: fn(usize) -> Between) {
    let (world, folder) = (World::new(), folder());
    let mut family = Family::enrolled(&world, folder.path(), 10);
    family.answer(&world, "register");
    for ask in ["register", "log-in"] {
        for of_child in [true, false] {
            for at in 0.. {
                let (before, entries) = (left(&family), family.child.history().count());
                let line = match of_child {
                    true => Line::tapped(what(at), nobody()),
                    false => Line::tapped(nobody(), what(at)),
                };
                let (answered, attended) = family.try_answer(&world, ask, line, agrees);
                let place = format!("{ask}, of the child {of_child}, {at}: {attended:?}");
                if answered.is_ok() {
                    assert!(at > 2, "{place}");
                    break;
                }
                let failure = answered.unwrap_err();
                let known = matches!(
                    failure,
                    Failure::PeerAway | Failure::FalsePeer | Failure::PeerRefused
                );
                assert!(known, "{place}: {failure}");
                // What the child has shown is used up, and nothing else is.
                let shown = ask == "register" && at >= 3;
                assert_eq!(left(&family), before - usize::from(shown), "{place}: {failure}");
                if !matches!(failure, Failure::PeerRefused) {
                    assert_eq!(family.child.history().count(), entries, "{place}");
                }
            }
        }
    }
    // And then everything goes on.
    family.answer(&world, "register");
}

#[test]
fn the_connection_ends_at_each_frame() {
    at_each_frame(cut);
}

#[test]
fn somebody_in_between_flips_a_bit() {
    at_each_frame(flipped);
}

#[test]
fn somebody_in_between_repeats_what_was_sent() {
    at_each_frame(repeated);
}

#[test]
fn an_enrollment_is_interrupted_and_goes_on() {
    for of_child in [true, false] {
        for at in 0.. {
            let (world, folder) = (World::new(), folder());
            let mut family = Family::paired(&world, folder.path());
            let (none, pairing) = (family.enroll(&world), family.pairing());
            assert!(matches!(none, Err(Failure::NoTicket)), "{none:?}");
            let code = world.identify(10);
            family.guardian.apply(&world, &pairing, code, world.now()).unwrap();
            let (mut first, mut second) = match of_child {
                true => Line::tapped(cut(at), nobody()),
                false => Line::tapped(nobody(), cut(at)),
            };
            let Family { guardian, child } = &mut family;
            let ended = thread::scope(|scope| {
                let enrolling = scope.spawn(move || child.enroll_together(&mut first));
                let now = || world.now();
                let attended = guardian.attend(&world, &mut second, &mut agrees, &now);
                drop(second);
                attended.is_ok() && enrolling.join().unwrap().is_ok()
            });
            if !ended && family.guardian.wards().next().unwrap().applied {
                family.enroll(&world).unwrap();
            }
            family.fetch(&world, 10);
            family.answer(&world, "register");
            if ended {
                assert!(at > 3);
                break;
            }
        }
    }
}

#[test]
fn nobody_is_there() {
    let (world, folder) = (World::new(), folder());
    let mut family = Family::enrolled(&world, folder.path(), 10);
    let (_, asked) = world.ask(&mut family.child, "register");
    let (mut first, _) = Line::new();
    let now = || world.now();
    let away =
        family.child.decide_together(&world, &mut first, asked, Decision::AnswerAndDisclose, &now);
    assert!(matches!(away, Err(Failure::PeerAway)), "{away:?}");
    assert_eq!((left(&family), family.child.history().count()), (32, 0));
}

/// Somebody else's wallet, whose key is no pairing's.
#[test]
fn a_stranger_is_nobody() {
    let (world, folder) = (World::new(), folder());
    let mut family = Family::enrolled(&world, folder.path(), 10);
    let mut others = Family::enrolled(&world, folder.path().join("others").as_path(), 11);
    std::mem::swap(&mut family.guardian, &mut others.guardian);
    let mut asked = 0;
    let (answered, attended) = family.try_answer(&world, "log-in", Line::new(), |_| {
        asked += 1;
        Decision::AnswerAndDisclose
    });
    assert!(matches!(answered, Err(Failure::PeerAway | Failure::FalsePeer)), "{answered:?}");
    assert!(matches!(attended, Err(Failure::FalsePeer)), "{attended:?}");
    assert_eq!(asked, 0);
}

/// The child's own clock is right, and the guardian's device has no list any more.
#[test]
fn a_guardian_whose_list_is_over_cannot() {
    let (world, folder) = (World::new(), folder());
    let mut family = Family::enrolled(&world, folder.path(), 10);
    let (_, asked) = world.ask(&mut family.child, "register");
    let (mut first, mut second) = Line::new();
    let (Family { guardian, child }, now) = (&mut family, world.now());
    let late = pairnym::UnixTime(now.0 + 100 * 86_400);
    let (answered, attended) = thread::scope(|scope| {
        let attending = scope.spawn(move || {
            guardian.attend(&support::family::Nowhere, &mut second, &mut agrees, &move || late)
        });
        let answered =
            child.decide_together(&world, &mut first, asked, Decision::AnswerAndDisclose, &|| now);
        (answered, attending.join().unwrap())
    });
    assert!(matches!(answered, Err(Failure::PeerRefused)), "{answered:?}");
    assert!(matches!(attended, Err(Failure::Core(pairnym::Error::Expired))), "{attended:?}");
    assert_eq!(left(&family), 32);
}

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
    let shop = support::host("shop.example");
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

/// Runs a pairing, with whoever is in between; each person says what `same` says.
fn pair(
    world: &World,
    line: (Line, Line),
    (same_there, same_here): (bool, bool),
) -> (Option<String>, Result<(), Failure>, Result<(), Failure>, usize) {
    let folder = folder();
    let mut guardian = world.wallet(&folder.path().join("guardian"));
    let mut child = world.wallet(&folder.path().join("child"));
    let mut inviting = guardian.invite("127.0.0.1:1").unwrap();
    let text = inviting.text().to_owned();
    let (mut first, mut second) = line;
    let (code, theirs, own) = thread::scope(|scope| {
        let guardian = &mut guardian;
        let theirs = scope.spawn(move || {
            let meeting = inviting.meet(&mut second)?;
            if same_there {
                guardian.confirm_ward(meeting, "child").map(drop)
            } else {
                meeting.differ();
                Err(Failure::CodesDiffer)
            }
        });
        let mut code = None;
        let own = child.join(&mut first, &text).and_then(|meeting| {
            code = Some(meeting.code().to_string());
            if same_here {
                child.confirm_second(meeting, "guardian")
            } else {
                meeting.differ();
                Err(Failure::CodesDiffer)
            }
        });
        drop(first);
        (code, theirs.join().unwrap(), own)
    });
    assert_eq!(own.is_ok(), child.second().is_some());
    (code, theirs, own, guardian.wards().count())
}

#[test]
fn nothing_is_paired_unless_both_persons_say_so() {
    let world = World::new();
    let (code, theirs, own, wards) = pair(&world, Line::new(), (true, true));
    assert!(theirs.is_ok() && own.is_ok());
    assert_eq!((code.unwrap().len(), wards), (6, 1));
    let (_, _, own, wards) = pair(&world, Line::new(), (false, true));
    assert!(matches!(own, Err(Failure::CodesDiffer)), "{own:?}");
    assert_eq!(wards, 0);
    let (_, _, own, _) = pair(&world, Line::new(), (true, false));
    assert!(own.is_err());
    let (_, theirs, own, wards) = pair(&world, Line::new(), (false, false));
    assert!(theirs.is_err() && own.is_err());
    assert_eq!(wards, 0);
}

#[test]
fn a_pairing_is_disturbed_at_each_frame() {
    let world = World::new();
    for what in [cut, flipped] {
        for of_child in [true, false] {
            for at in 0..3 {
                let line = match of_child {
                    true => Line::tapped(what(at), nobody()),
                    false => Line::tapped(nobody(), what(at)),
                };
                let (_, theirs, own, _) = pair(&world, line, (true, true));
                // The child sends an answer and a handshake, the guardian an invitation, a
                // handshake and that its person has confirmed.
                let happens = !of_child || at < 2;
                assert_eq!(own.is_err(), happens, "{of_child} {at}: {theirs:?} {own:?}");
            }
        }
    }
}

/// Somebody in between answers the guardian's invitation, and shows another one to the child: each
/// can be met, but the digits differ.
#[test]
fn somebody_in_between_has_other_digits() {
    let (world, folder) = (World::new(), folder());
    let guardian = world.wallet(&folder.path().join("guardian"));
    let child = world.wallet(&folder.path().join("child"));
    let false_guardian = world.wallet(&folder.path().join("false guardian"));
    let false_child = world.wallet(&folder.path().join("false child"));
    let meet = |guardian: &Wallet, child: &Wallet| {
        let mut inviting = guardian.invite("127.0.0.1:1").unwrap();
        let text = inviting.text().to_owned();
        let (mut first, mut second) = Line::new();
        thread::scope(|scope| {
            let theirs = scope.spawn(move || inviting.meet(&mut second).unwrap().code());
            let own = child.join(&mut first, &text).unwrap().code();
            (theirs.join().unwrap(), own)
        })
    };
    let (of_guardian, _) = meet(&guardian, &false_child);
    let (_, of_child) = meet(&false_guardian, &child);
    assert!(of_guardian != of_child, "with probability 10^-6");
    // An invitation that is not the one that was read is refused before there are digits.
    let mut real = guardian.invite("127.0.0.1:1").unwrap();
    let other = false_guardian.invite("127.0.0.1:1").unwrap();
    let (mut first, mut second) = Line::new();
    thread::scope(|scope| {
        scope.spawn(move || {
            let refused = real.meet(&mut second);
            assert!(matches!(refused.map(drop), Err(Failure::FalsePeer | Failure::PeerAway)));
        });
        let refused = child.join(&mut first, other.text());
        assert!(refused.is_err(), "{refused:?}");
        drop(first);
    });
}

/// What is no answer uses up no invitation.
#[test]
fn an_invitation_is_answered_once() {
    let (world, folder) = (World::new(), folder());
    let guardian = world.wallet(&folder.path().join("guardian"));
    let child = world.wallet(&folder.path().join("child"));
    let mut inviting = guardian.invite("127.0.0.1:1").unwrap();
    for junk in [&b""[..], b"GET / HTTP/1.1\r\n\r\n", &[1; 386]] {
        let (mut first, mut second) = Line::new();
        first.send(junk).unwrap();
        let refused = inviting.meet(&mut second);
        assert!(matches!(refused, Err(Failure::FalsePeer)), "{refused:?}");
        drop(refused);
        assert!(!inviting.is_used_up());
    }
    let text = inviting.text().to_owned();
    let (mut first, mut second) = Line::new();
    thread::scope(|scope| {
        let inviting = &mut inviting;
        scope.spawn(move || drop(inviting.meet(&mut second)));
        child.join(&mut first, &text).unwrap().differ();
    });
    assert!(inviting.is_used_up());
    let (mut first, mut second) = Line::new();
    thread::scope(|scope| {
        let child = &child;
        let text = &text;
        scope.spawn(move || drop(child.join(&mut first, text)));
        let refused = inviting.meet(&mut second);
        assert!(matches!(refused, Err(Failure::NotPaired)), "{refused:?}");
    });
}

/// The person consents to a credential's values once, not in each slot.
#[test]
fn the_same_credential_is_not_new() {
    let (world, folder) = (World::new(), folder());
    let mut family = Family::enrolled(&world, folder.path(), 10);
    for _ in 0..2 {
        world.pass(86_400);
        let mut new = None;
        let (refreshed, _) = family.both(
            &world,
            Line::new(),
            |ask| {
                if let About::Credential { is_new, .. } = ask.about {
                    new = Some(is_new);
                }
                Decision::Answer
            },
            |child, world, channel| {
                child.refresh_together(world, channel, |_| true, &|| world.now())
            },
        );
        refreshed.unwrap();
        assert_eq!(new, Some(false));
    }
    let (refreshed, _) = family.both(&world, Line::new(), declines, |child, world, channel| {
        child.refresh_together(world, channel, |_| true, &|| world.now())
    });
    assert!(matches!(refreshed, Err(Failure::PeerDeclined)), "{refreshed:?}");
}
