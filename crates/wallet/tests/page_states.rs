//! What the pages say about the wallet's state: denied, due, too many questions, away from the
//! network.

#![cfg(feature = "page")]

mod support;

use pairnym_testkit::DAY;
use pairnym_transport::Flow;
use pairnym_wallet::page::Pages;
use support::World;
use support::browser::{Browser, Form, ready, settings};

#[test]
fn a_denial_stops_presenting_until_the_person_decides() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let (_pages, mut browser) = ready(&world, folder.path());
    world.deny();
    let refresh = browser.get("/").form("/refresh");
    let denied = browser.send(refresh);
    assert_eq!((denied.status, denied.has("person_deleted")), (422, true), "{}", denied.text);
    world.leave_alone();
    let asked = browser.ask(&world.begin("register", Flow::SameDevice).uri);
    assert!(asked.has("The authority denied you") && !asked.has("value=\"answer\""));
    // Even what the page does not offer is not done.
    let form = asked.form(&asked.at).tick("disclose", "yes").tick("decision", "answer");
    assert!(browser.send(form).has("value=\"decline\""));
    let home = browser.get("/");
    assert!(home.has("role=\"alert\"") && home.has("<dd>32</dd>"));
    let home = browser.send(home.form("/go-on"));
    assert!(!home.has("role=\"alert\""), "{}", home.text);
    let asked = browser.ask(&world.begin("register", Flow::SameDevice).uri);
    assert!(asked.has("value=\"answer\""));
}

#[test]
fn what_is_due_is_fetched_without_the_person() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let (pages, mut browser) = ready(&world, folder.path());
    let refresh = || world.run(pages.refresh_if_due()).unwrap();
    assert!(!refresh());
    let slot = || world.run(pages.look(|wallet| wallet.stock().unwrap().0)).unwrap();
    let before = slot();
    world.pass(DAY);
    // At a random time in the first quarter, at the latest at its end.
    world.pass(DAY / 4);
    assert!(refresh() && slot() != before);
    assert!(!refresh());
    let lock = browser.get("/").form("/lock");
    browser.send(lock);
    world.pass(DAY);
    assert!(!refresh(), "a closed wallet");
}

#[test]
fn questions_wait_in_a_bounded_number_and_time() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let (_pages, mut browser) = ready(&world, folder.path());
    let begun = world.begin("log-in", Flow::SameDevice);
    let asked: Vec<_> = (0..17).map(|_| browser.ask(&begun.uri).at).collect();
    assert_eq!(browser.get(&asked[0]).status, 410);
    assert_eq!(browser.get(&asked[1]).status, 200);
    world.pass(901);
    assert_eq!(browser.get(&asked[16]).status, 410);
    // One that is too late by itself, though it still waits.
    let begun = world.begin("log-in", Flow::SameDevice);
    let late = browser.ask(&begun.uri);
    world.pass(400);
    let answered = browser.send(late.form(&late.at).press("decision", "answer"));
    assert_eq!((answered.status, answered.has("role=\"alert\"")), (422, true), "{}", answered.text);
}

#[test]
fn a_host_that_does_not_answer_is_said_to() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let (_pages, mut browser) = ready(&world, folder.path());
    let asked = browser.ask("https://nobody.example/.well-known/pairnym/AAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!((asked.status, asked.has("No connection")), (502, true), "{}", asked.text);
    let unknown = browser.ask("https://shop.example/.well-known/pairnym/AAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!((unknown.status, unknown.has("unknown_request")), (422, true), "{}", unknown.text);
}

#[test]
fn whoever_must_do_something_first_is_led_there() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let (_pages, mut browser) = ready(&world, folder.path());
    // Another device was registered.
    world.refuse(pairnym_transport::Problem::from(pairnym_transport::Refusal::Unauthorized));
    let refresh = browser.get("/").form("/refresh");
    let over = browser.send(refresh);
    let leads = over.has("class=\"button\" href=\"/enroll\"");
    assert!(over.status == 422 && leads && over.has("ended its session"), "{}", over.text);
    world.leave_alone();

    // The words come before the counter.
    let second = tempfile::tempdir().unwrap();
    let pages = Pages::new(settings(&world, second.path(), None));
    let mut browser = Browser::new(&world, &pages);
    let create = browser.get("/").form("/create").with("passphrase", "a").with("again", "a");
    browser.send(create);
    let code = world.identify(2).to_string();
    let enroll = Form {
        action: "/enroll".into(),
        fields: [("code".into(), code)].into(),
        ..Form::default()
    };
    let first = browser.send(enroll);
    assert_eq!((first.status, first.has("href=\"/confirm\"")), (409, true), "{}", first.text);
}
