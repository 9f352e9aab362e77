//! Two devices become a pair: invitation, digits, and whoever is in between.

use std::thread;

use pairnym_wallet::*;

use super::folder;
use super::support::World;
use super::support::family::{Family, Line, cut, flipped, nobody};

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
