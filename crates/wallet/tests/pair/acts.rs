//! What two devices do together, and neither alone.

use std::thread;

use pairnym_wallet::*;

use super::support::family::{Family, Line, Nowhere, agrees, declines, nobody};
use super::support::{World, host, lock};
use super::{folder, left};

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
    let values = family.guardian.wards().next().unwrap().values;
    assert!(values.contains(&("age_over_18".to_owned(), "yes".to_owned())), "{values:?}");
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
    let shop = host("shop.example");
    let unknown = family.child.pseudonym(shop.id(), None);
    assert!(matches!(unknown, Err(Failure::NeedsSecond)), "{unknown:?}");
    // The guardian's device has nothing to ask with.
    let (mut first, _second) = Line::new();
    let refused = family.guardian.enroll_together(&mut first);
    assert!(matches!(refused, Err(Failure::NotPaired)), "{refused:?}");
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
        let attending =
            scope.spawn(move || guardian.attend(&Nowhere, &mut second, &mut agrees, &move || late));
        let answered =
            child.decide_together(&world, &mut first, asked, Decision::AnswerAndDisclose, &|| now);
        (answered, attending.join().unwrap())
    });
    assert!(matches!(answered, Err(Failure::PeerRefused)), "{answered:?}");
    assert!(matches!(attended, Err(Failure::Core(pairnym::Error::Expired))), "{attended:?}");
    assert_eq!(left(&family), 32);
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
