//! A child at the authority's counter, by the rules of the profile (PROFILE.md, rule A2): who applies, into
//! whose device each code is typed, what the credential says, and what changes at fourteen.

use pairnym_testkit::DAY;
use pairnym_transport::wallet::WalletError;
use pairnym_wallet::*;

use super::folder;
use super::support::World;
use super::support::counter::{Counter, child, guardian, stranger};
use super::support::family::{Family, Line, agrees};

/// The code that a child gets who comes with their guardian, and whether they are enrolled.
fn code(
    (world, counter): (&World, &Counter),
    enrolled: bool,
) -> pairnym_transport::authority::CounterCode {
    let (code, known) = counter.apply(world, child(), Some(guardian())).unwrap();
    assert_eq!(known, enrolled);
    code
}

/// The guardian applies, the devices enroll together, and the child's has a session of its own.
fn enroll(at: (&World, &Counter), family: &mut Family) {
    let (world, pairing) = (at.0, family.pairing());
    family.guardian.apply(world, &pairing, code(at, false), world.now()).unwrap();
    family.enroll(world).unwrap();
    family.fetch_with(world, code(at, true));
}

#[test]
fn a_child_until_fourteen() {
    let ((world, counter), folder) = (Counter::open(), folder());
    let mut family = Family::paired(&world, folder.path());
    let (pairing, at) = (family.pairing(), (&world, &counter));
    let apply = |guardian| counter.apply(&world, child(), guardian).map(drop);
    assert_eq!(apply(None), Err("guardian_missing".into()));
    assert_eq!(apply(Some(stranger())), Err("not_guardian".into()));
    assert_eq!(apply(Some(child())), Err("not_guardian".into()));

    // The guardian is a person of their own, who enrolls first.
    let (own, _) = counter.apply(&world, guardian(), None).unwrap();
    family.guardian.enroll(&world, own, world.now()).unwrap();
    family.guardian.refresh(&world, |_| true, world.now()).unwrap();

    // The child's code, typed in as if it were theirs, enrolls nobody, and their session goes on.
    let refused = family.guardian.enroll(&world, code(at, false), world.now());
    let foreign = matches!(refused, Err(Failure::Transport(WalletError::Problem(_))));
    assert!(foreign && family.guardian.is_enrolled(), "{refused:?}");
    family.guardian.refresh(&world, |_| true, world.now()).unwrap();

    // Typed into the child's device, the code enrolls nobody, and is used up.
    let wrong = code(at, false);
    let refused = family.child.enroll(&world, wrong, world.now());
    assert!(matches!(refused, Err(Failure::NeedsSecond)), "{refused:?}");
    let refused = family.guardian.apply(&world, &pairing, wrong, world.now());
    let used = matches!(&refused, Err(Failure::Transport(WalletError::Problem(problem)))
        if problem.code == "wrong_code");
    assert!(used, "{refused:?}");
    let none = family.enroll(&world);
    assert!(matches!(none, Err(Failure::NoTicket)), "{none:?}");
    assert!(!family.child.is_enrolled());

    // Once the two are enrolled, a code is for the child's device alone.
    enroll(at, &mut family);
    let refused = family.guardian.apply(&world, &pairing, code(at, true), world.now());
    assert!(matches!(refused, Err(Failure::NoTicket)), "{refused:?}");
    let says = |values: &[(pairnym::Name, pairnym::attribute::Value)]| {
        let said = values.iter().map(|(name, value)| format!("{name}: {value}"));
        said.collect::<Vec<_>>().join(", ")
    };
    let before = "age_over_14: no, age_over_18: no, name: 示例丁";
    assert_eq!(says(&family.child.values()), before);

    // Together at a platform, which learns that it is a child; and not where adults are wanted.
    let account = family.answer(&world, "join");
    assert_eq!(account.claim("age_over_18"), Some(&false.into()));
    let (_, asked) = world.ask(&mut family.child, "register");
    let unmet = Obstacle::Refused(pairnym::Error::ConditionUnmet);
    assert_eq!(asked.question.obstacle, Some(unmet));
    let of_guardian = world.answer(&mut family.guardian, "join");
    assert_ne!(of_guardian.pseudonym, account.pseudonym);
    assert_eq!(of_guardian.claim("age_over_18"), Some(&true.into()));

    // The credential of the birthday says so: both persons are asked.
    world.pass(5 * DAY);
    let (mut there, mut here) = (None, None);
    let person = |ask: &Ask| {
        if let About::Credential { values, is_new } = &ask.about {
            there = Some((says(values), *is_new));
        }
        Decision::Answer
    };
    let (refreshed, _) = family.both(&world, Line::new(), person, |child, world, channel| {
        let read = |offer: &Offer| {
            here = Some((says(offer.values()), offer.is_new()));
            true
        };
        child.refresh_together(world, channel, read, &|| world.now())
    });
    refreshed.unwrap();
    let after = "age_over_14: yes, age_over_18: no, name: 示例丁".to_owned();
    assert_eq!((&there, &here), (&Some((after.clone(), true)), &Some((after, true))));

    // Handed over, the young person's device acts alone, with the same 网号. They apply themselves,
    // with their guardian beside them; the code is for their device, and enrolls nobody anew.
    let (taken, _) =
        family.both(&world, Line::new(), agrees, |child, _, channel| child.take_over(channel));
    taken.unwrap();
    let Family { child: mut young, guardian: former } = family;
    assert_eq!((young.second(), former.wards().count()), (None, 0));
    assert_eq!(world.answer(&mut young, "join").pseudonym, account.pseudonym);
    assert_eq!(apply(None), Err("guardian_missing".into()));
    young.enroll(&world, code(at, true), world.now()).unwrap();
    young.refresh(&world, |_| true, world.now()).unwrap();
    assert_eq!(world.answer(&mut young, "join").pseudonym, account.pseudonym);
}

#[test]
fn a_guardian_cancels_and_comes_back() {
    let ((world, counter), folder) = (Counter::open(), folder());
    let mut family = Family::paired(&world, folder.path());
    let at = (&world, &counter);
    enroll(at, &mut family);
    let account = family.answer(&world, "join");
    let cancel = |guardian| counter.post(&world, "deletions", child(), guardian);
    assert_eq!(cancel(None), Err("guardian_missing".into()));
    assert_eq!(cancel(Some(guardian())).unwrap()["count"], 1);
    let (refused, _) = family.both(&world, Line::new(), agrees, |child, world, channel| {
        child.refresh_together(world, channel, |_| true, &|| world.now())
    });
    let over = matches!(&refused, Err(Failure::Transport(WalletError::Problem(problem)))
        if problem.code == "unauthorized");
    assert!(over, "{refused:?}");
    let again = counter.apply(&world, child(), Some(guardian())).map(drop);
    assert_eq!(again, Err("waiting".into()));

    // After a day with the same devices, and the same 网号.
    world.pass(DAY);
    enroll(at, &mut family);
    assert_eq!(family.answer(&world, "join").pseudonym, account.pseudonym);
}
