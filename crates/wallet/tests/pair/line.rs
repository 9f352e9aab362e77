//! Somebody who sits between the two devices, at each frame of each act.

use std::thread;

use pairnym_wallet::*;

use super::support::World;
use super::support::family::{Between, Family, Line, agrees, cut, flipped, nobody, repeated};
use super::{folder, left};

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
