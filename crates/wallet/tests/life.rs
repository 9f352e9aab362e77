//! A wallet's life, with an authority and a shop.

mod support;

use pairnym_service::authority::Chain;
use pairnym_transport::Flow;
use pairnym_transport::authority::{Directory, Responses, SignedList};
use pairnym_transport::envelope::Question;
use pairnym_transport::permission::{Excess, Standing};
use pairnym_transport::wallet::{CrossDevice, WalletError};
use pairnym_wallet::*;
use support::{COST, World, lock};
use zeroize::Zeroizing;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn from_enrollment_to_the_second_phone() {
    let (world, first, second) = (World::new(), folder(), folder());
    let mut wallet = world.enrolled(first.path(), 1);
    assert_eq!(wallet.stock().unwrap().1, 32);
    let account = world.answer(&mut wallet, "register");
    assert_eq!(wallet.stock().unwrap().1, 31);
    let shop = support::host("shop.example");
    assert_eq!(account.pseudonym, wallet.pseudonym(shop.id(), None).unwrap());
    let again = world.answer(&mut wallet, "log-in");
    assert_eq!(again.pseudonym, account.pseudonym);
    assert_eq!(wallet.stock().unwrap().1, 31);

    let entries: Vec<_> = wallet.history().map(|(_, entry)| entry.clone()).collect();
    assert_eq!(entries.len(), 2);
    assert!(entries.iter().all(|entry| entry.outcome == Outcome::Answered));
    assert_eq!(entries[1].disclosed, ["age_over_18".parse().unwrap()]);
    assert!(entries[0].disclosed.is_empty());

    // The process ends; the wallet is opened again.
    drop(wallet);
    let mut wallet = Wallet::open(first.path(), &lock()).unwrap();
    assert_eq!(wallet.stock().unwrap().1, 31);
    assert_eq!(world.answer(&mut wallet, "log-in").pseudonym, account.pseudonym);

    // The phone is lost. The same 网号, after a new session with the authority.
    let passphrase = Zeroizing::new("for the file".to_owned());
    let (words, file) =
        (wallet.words(Language::Chinese).unwrap(), wallet.backup(&passphrase).unwrap());
    let written = words.iter().collect::<String>();
    assert_eq!(written.chars().count(), 24);
    let words: Words = written.parse().unwrap();
    let backup = (&file[..], &passphrase);
    let mut other =
        Wallet::restore(second.path(), &lock(), COST, &words, backup, world.now()).unwrap();
    assert_eq!(other.history().count(), 3);
    assert_eq!(other.stock(), None);
    assert_eq!(world.answer(&mut other, "log-in").pseudonym, account.pseudonym);
    let (_, asked) = world.ask(&mut other, "register");
    assert_eq!(asked.question.obstacle, Some(Obstacle::NoCredential));
    let code = world.identify(1);
    other.enroll(&world, code, world.now()).unwrap();
    other.refresh(&world, |_| true, world.now()).unwrap();
    assert_eq!(world.answer(&mut other, "register").pseudonym, account.pseudonym);
}

#[test]
fn from_another_device() {
    let (world, folder) = (World::new(), folder());
    let mut wallet = world.enrolled(folder.path(), 1);
    let begun = world.begin("register", Flow::CrossDevice);
    let come = wallet.come(&world, &begun.uri, CrossDevice::Statement, world.now());
    let Coming::Pairs(pairing) = come.unwrap() else { panic!() };
    assert_eq!(pairing.platform().as_str(), "shop.example");
    let digits = pairing.digits.unwrap();
    world.run(world.shop.confirm(&begun.transaction, digits)).unwrap();
    let Coming::Asks(asked) = wallet.pair(&world, *pairing, world.now()).unwrap() else { panic!() };
    let answered = wallet.decide(&world, *asked, Decision::AnswerAndDisclose, world.now()).unwrap();
    assert_eq!(answered.done, None);
    let account = world.run(world.shop.redeem(&begun.transaction, None)).unwrap();
    assert_eq!(account.claim("age_over_18"), Some(&true.into()));
}

#[test]
fn what_a_person_sees() {
    let (world, folder) = (World::new(), folder());
    let mut wallet = world.enrolled(folder.path(), 1);
    let (_, Asked { question, .. }) = world.ask(&mut wallet, "register");
    assert_eq!(question.platform.as_str(), "shop.example");
    let Standing::Permitted(permission) = &question.standing else { panic!() };
    assert_eq!(permission.names.zh, "示例商店");
    assert_eq!(question.disclosed, [("age_over_18".parse().unwrap(), true.into())]);
    assert_eq!(question.conditions.len(), 1);
    assert_eq!((question.before, question.obstacle), (0, None));
    world.answer(&mut wallet, "register");
    assert_eq!(world.ask(&mut wallet, "log-in").1.question.before, 1);
}

#[test]
fn nothing_without_the_person() {
    let (world, folder) = (World::new(), folder());
    let mut wallet = world.enrolled(folder.path(), 1);
    let (begun, asked) = world.ask(&mut wallet, "register");
    let calls = world.called.borrow().len();
    let refused = wallet.decide(&world, asked, Decision::Answer, world.now());
    assert!(matches!(refused, Err(Failure::NotConsented)), "{refused:?}");
    assert_eq!(world.called.borrow().len(), calls, "something was sent");
    assert_eq!(wallet.stock().unwrap().1, 32);
    assert_eq!(wallet.history().count(), 0);

    let Coming::Asks(asked) =
        wallet.come(&world, &begun.uri, CrossDevice::Off, world.now()).unwrap()
    else {
        panic!()
    };
    wallet.decide(&world, *asked, Decision::Decline, world.now()).unwrap();
    let (_, entry) = wallet.history().next().unwrap();
    assert_eq!((&entry.outcome, entry.pseudonym), (&Outcome::Declined, None));
    assert_eq!(wallet.stock().unwrap().1, 32);
}

#[test]
fn over_asking_is_refused_and_reported() {
    let (world, folder) = (World::with(false), folder());
    let mut wallet = world.enrolled(folder.path(), 1);
    // Without a permission: a warning, and the answer is the person's.
    let (_, asked) = world.ask(&mut wallet, "greedy");
    assert_eq!(asked.question.standing, Standing::Missing);
    // From another device not even that.
    let begun = world.begin("register", Flow::CrossDevice);
    let refused = wallet.come(&world, &begun.uri, CrossDevice::Statement, world.now());
    assert!(matches!(refused, Err(Failure::Transport(WalletError::CrossDevice))));

    // Beyond a permission.
    let permission = support::permission(support::host("shop.example"));
    let signed = permission.sign(&support::registrar()).unwrap();
    world.change(move |question: &mut Question| question.permission = Some(signed.clone()));
    let begun = world.begin("greedy", Flow::SameDevice);
    let calls = world.called.borrow().len();
    let come = wallet.come(&world, &begun.uri, CrossDevice::Statement, world.now()).unwrap();
    let Coming::OverAsks(report) = come else { panic!("{come:?}") };
    assert_eq!(report.excess, [Excess::Attribute("region".parse().unwrap())]);
    assert_eq!(world.called.borrow().len(), calls + 1, "the platform was told something");
    let (_, entry) = wallet.history().next().unwrap();
    assert_eq!((&entry.outcome, entry.pseudonym), (&Outcome::OverAsking, None));
}

#[test]
fn no_enrollment_without_a_backup() {
    let (world, folder) = (World::new(), folder());
    let mut wallet =
        Wallet::create(folder.path(), &lock(), COST, world.pins(), world.now()).unwrap();
    let code = world.identify(1);
    let refused = wallet.enroll(&world, code, world.now());
    assert!(matches!(refused, Err(Failure::NoBackup)));
    assert!(world.called.borrow().is_empty());
    let others: Words = [["abandon"; 23].join(" "), "art".into()].join(" ").parse().unwrap();
    assert!(matches!(wallet.confirm_words(&others), Err(Failure::BadBackup)));
    let own = wallet.words(Language::English).unwrap();
    wallet.confirm_words(&own).unwrap();
    wallet.enroll(&world, code, world.now()).unwrap();
    assert!(wallet.is_enrolled());
}

#[test]
fn an_interrupted_enrollment_goes_on() {
    let (world, folder) = (World::new(), folder());
    let mut wallet = world.wallet(folder.path());
    let code = world.identify(1);
    world.calls_left.set(1);
    let interrupted = wallet.enroll(&world, code, world.now());
    assert!(matches!(interrupted, Err(Failure::Network(_))), "{interrupted:?}");
    drop(wallet);
    world.calls_left.set(usize::MAX);
    let mut wallet = Wallet::open(folder.path(), &lock()).unwrap();
    assert!(!wallet.is_enrolled());
    wallet.enroll_again(&world).unwrap();
    assert!(wallet.is_enrolled());
    wallet.refresh(&world, |_| true, world.now()).unwrap();
}

#[test]
fn a_denied_credential_stops_presentations() {
    let (world, folder) = (World::new(), folder());
    let mut wallet = world.enrolled(folder.path(), 1);
    world.deny();
    assert!(wallet.refresh(&world, |_| true, world.now()).is_err());
    assert!(wallet.is_denied());
    let (_, asked) = world.ask(&mut wallet, "register");
    assert_eq!(asked.question.obstacle, Some(Obstacle::Denied));
    let refused = wallet.decide(&world, asked, Decision::AnswerAndDisclose, world.now());
    assert!(matches!(refused, Err(Failure::Denied)));
    wallet.go_on().unwrap();
    world.answer(&mut wallet, "register");
}

#[test]
fn alarms() {
    let (world, folder) = (World::new(), folder());
    let mut wallet = world.enrolled(folder.path(), 1);
    assert_eq!(wallet.follow_lists(&world, world.now()).unwrap(), []);
    world.change(|directory: &mut Directory| directory.registrars.clear());
    assert_eq!(wallet.follow_lists(&world, world.now()).unwrap(), [Alarm::Registrars]);
    world.leave_alone();
    let early = pairnym::UnixTime(world.now().0 - 700);
    assert!(matches!(wallet.follow_lists(&world, early).unwrap()[..], [Alarm::Clock { .. }]));

    world.change(|responses: &mut Responses| *responses.responses[0].last_mut().unwrap() ^= 1);
    let failure = wallet.refresh(&world, |_| true, world.now()).unwrap_err();
    assert_eq!(failure.alarm(), Some(Alarm::Evidence), "{failure}");
    // What was there is there.
    assert_eq!(wallet.stock().unwrap().1, 32);
    world.leave_alone();

    // A successor is followed; a fork of it, and a list that nobody signed, are alarms.
    let now = world.now();
    let renewed = |days| {
        let until = pairnym::UnixTime(now.0 + days * pairnym_testkit::DAY);
        support::authority::list().renew(now..until).unwrap()
    };
    let (next, fork) = (renewed(25), renewed(26));
    world.authority.publish(Chain::of(support::authority::signed(&next)).unwrap());
    assert_eq!(wallet.follow_lists(&world, now).unwrap(), []);
    let fork = support::authority::signed(&fork);
    let shown = fork.clone();
    world.change(move |directory: &mut Directory| directory.list = shown.clone());
    assert_eq!(wallet.follow_lists(&world, now).unwrap(), [Alarm::List]);
    let unsigned = SignedList { signatures: Vec::new(), ..fork };
    world.change(move |directory: &mut Directory| directory.list = unsigned.clone());
    assert_eq!(wallet.follow_lists(&world, now).unwrap(), [Alarm::List]);
}

#[test]
fn a_condition_that_is_not_met() {
    let (world, folder) = (World::new(), folder());
    let mut wallet = world.enrolled(folder.path(), 17);
    let (begun, asked) = world.ask(&mut wallet, "register");
    let unmet = Obstacle::Refused(pairnym::Error::ConditionUnmet);
    assert_eq!(asked.question.obstacle, Some(unmet));
    // The platform sees what it sees when a person declines.
    let refused = wallet.decide(&world, asked, Decision::AnswerAndDisclose, world.now());
    assert!(matches!(refused, Err(Failure::Core(_))), "{refused:?}");
    let state = world.run(world.shop.progress(&begun.transaction)).unwrap().state;
    assert_eq!(state, pairnym_transport::State::Declined);
    assert_eq!(wallet.history().next().unwrap().1.outcome, Outcome::Declined);
    assert_eq!(wallet.stock().unwrap().1, 32);
}

#[test]
fn when_to_refresh() {
    let (world, folder) = (World::new(), folder());
    let mut wallet = world.wallet(folder.path());
    assert_eq!(wallet.due(world.now()).unwrap(), Due::Never);
    wallet.enroll(&world, world.identify(1), world.now()).unwrap();
    assert_eq!(wallet.due(world.now()).unwrap(), Due::Now);
    wallet.refresh(&world, |_| true, world.now()).unwrap();
    let day = pairnym_testkit::DAY;
    let next = world.now().0 / day * day + day;
    let Due::At(at) = wallet.due(world.now()).unwrap() else { panic!() };
    assert!((next..next + day / 4).contains(&at.0), "{at:?}");
    // It was drawn once, also over a restart.
    drop(wallet);
    let mut wallet = Wallet::open(folder.path(), &lock()).unwrap();
    assert_eq!(wallet.due(world.now()).unwrap(), Due::At(at));
    world.pass(next - world.now().0);
    assert_eq!(wallet.due(world.now()).unwrap(), Due::At(at));
    // The credential of the slot before serves meanwhile.
    world.answer(&mut wallet, "register");
    assert_eq!(wallet.due(at).unwrap(), Due::Now);
    wallet.refresh(&world, |_| true, world.now()).unwrap();
    world.answer(&mut wallet, "register");
}
