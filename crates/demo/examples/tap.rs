//! How long a person waits: from the tap on the wallet's page until the bookshop's page shows who is
//! logged in, on loopback, with everything in this process.
//!
//! ```sh
//! cargo run --release -p pairnym-demo --example tap
//! cargo run --release -p pairnym-demo --example tap -- --rounds 1000
//! ```
//!
//! Each round registers, logs out, logs in and cancels the account. A time has all calls that a
//! browser makes after the tap, one after the other; scripts and styles, which it has by then, are
//! left out, and so is what comes before: the question, and the person who reads it. The wallet is
//! open: no passphrase is stretched. Credentials are fetched between the rounds.

use std::time::{Duration, Instant};

use clap::Parser;

#[path = "../tests/support/mod.rs"]
#[allow(dead_code)]
mod support;
use support::{Browser, Demo, Page};

#[derive(Parser)]
struct Arguments {
    /// How often somebody registers and logs in.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
}

/// The goal for the whole, in milliseconds.
const GOAL: u32 = 100;

/// What happens after the tap.
const PARTS: [&str; 4] = [
    "the wallet's answer",
    "the way back to the platform",
    "the code's redemption",
    "the platform's page",
];

/// How long each part took.
type Times = [Duration; PARTS.len()];

fn main() {
    let Arguments { rounds } = Arguments::parse();
    let demo = Demo::start();
    let mut browser = demo.browser();
    enroll(&mut browser);
    let (mut registrations, mut logins) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let asks = question(&mut browser, "register").unwrap_or_else(|| {
            let fetched = browser.post("wallet", "/refresh", "");
            take(&mut browser, &fetched);
            question(&mut browser, "register").expect("a fresh credential")
        });
        registrations.push(tap(&mut browser, &asks));
        browser.post("shop", "/log-out", "");
        let asks = question(&mut browser, "log-in").expect("a login needs no credential");
        logins.push(tap(&mut browser, &asks));
        browser.post("shop", "/leave", "");
    }
    println!("From the tap to the page that shows who is logged in: {rounds} rounds on loopback.");
    println!("In milliseconds; the goal for the whole is less than {GOAL}.\n");
    show("login", &logins);
    show("registration, with a presentation", &registrations);
}

/// A wallet on this browser's phone, for the first person of the counter.
fn enroll(browser: &mut Browser) {
    let words = browser.post("wallet", "/create", "passphrase=of+mine&again=of+mine");
    let list = words.between("<ol class=\"words\" lang=\"en\">", "</ol>");
    let words = list.split("<li>").skip(1).filter_map(|word| word.split("</li>").next());
    let words: Vec<_> = words.collect();
    browser.post("wallet", "/confirm", &format!("words={}", words.join("+")));
    let code = browser.post("id", "/identify", "person=0").between("id=\"code\">", "<");
    let enrolled = browser.post("wallet", "/enroll", &format!("code={code}"));
    take(browser, &enrolled);
}

/// Takes a credential whose contents the person is to read first.
fn take(browser: &mut Browser, fetched: &Page) {
    assert_eq!(fetched.status, 303, "{fetched:?}");
    if fetched.location != "/" {
        let taken = browser.post("wallet", &fetched.location, "decision=take");
        assert_eq!((taken.status, &*taken.location), (303, "/"), "{taken:?}");
    }
}

/// Begins at the bookshop, and opens the page on which the wallet asks: its path, if it can answer.
fn question(browser: &mut Browser, ask: &str) -> Option<String> {
    let link = browser.begin("shop", ask, "same-device").replace('#', "%23");
    let asks = browser.post("wallet", "/answer", &format!("link={link}"));
    assert_eq!(asks.status, 303, "{asks:?}");
    let shown = browser.get("wallet", &asks.location);
    shown.body.contains("value=\"answer\"").then_some(asks.location)
}

/// The person agrees.
fn tap(browser: &mut Browser, question: &str) -> Times {
    let begun = Instant::now();
    let answered = browser.post("wallet", question, "decision=answer");
    let answer = begun.elapsed();
    let code = answered.between("/.well-known/pairnym/done#", "\"");
    let returned = browser.return_with("shop", &code);
    let back = begun.elapsed();
    assert_eq!(returned.status, 200, "{returned:?}");
    let redeemed = browser.redeem("shop", &code, "/welcome");
    let redeem = begun.elapsed();
    assert_eq!((redeemed.status, &*redeemed.location), (303, "/"), "{redeemed:?}");
    let page = browser.get("shop", "/");
    let whole = begun.elapsed();
    assert!(page.body.contains("id=\"pseudonym\""), "{page:?}");
    [answer, back - answer, redeem - back, whole - redeem]
}

fn show(what: &str, all: &[Times]) {
    let whole: Vec<Duration> = all.iter().map(|times| times.iter().sum()).collect();
    println!("{what:<36}{:>9}{:>9}{:>9}{:>9}", "p50", "p90", "p99", "max");
    row("from the tap to the page", &whole);
    for (place, part) in PARTS.iter().enumerate() {
        let times: Vec<_> = all.iter().map(|times| times[place]).collect();
        row(&format!("  {part}"), &times);
    }
    let goal = Duration::from_millis(GOAL.into());
    let late = whole.iter().filter(|time| **time >= goal).count();
    println!("  {late} of {} took {GOAL} ms or longer\n", whole.len());
}

fn row(name: &str, times: &[Duration]) {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    // The least time that so many of a hundred do not exceed.
    let percentile = |of_100: usize| sorted[(sorted.len() * of_100).div_ceil(100) - 1];
    let [p50, p90, p99, max] =
        [50, 90, 99, 100].map(|of_100| percentile(of_100).as_secs_f64() * 1_000.0);
    println!("{name:<36}{p50:>9.2}{p90:>9.2}{p99:>9.2}{max:>9.2}");
}
