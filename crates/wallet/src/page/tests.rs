//! What the pages say, they say to somebody who has pages and no command line.

use std::io;

use pairnym_transport::wallet::WalletError;
use pairnym_transport::{Problem, Refusal};

use super::html::Scene;
use super::{Trouble, said, say_failure, texts};
use crate::texts::Tongue;
use crate::{Alarm, Failure, Language, Obstacle, Pins};

/// Each failure leads to the next one: with a new one this does not compile until it is here.
fn next(failure: &Failure) -> Option<Failure> {
    Some(match failure {
        Failure::Missing => Failure::Exists,
        Failure::Exists => Failure::InUse,
        Failure::InUse => Failure::WrongPassphrase,
        Failure::WrongPassphrase => Failure::Damaged("vault"),
        Failure::Damaged(_) => Failure::Newer,
        Failure::Newer => Failure::Disk(io::ErrorKind::StorageFull.into()),
        Failure::Disk(_) => Failure::Network("shop.example".into()),
        Failure::Network(_) => Failure::Transport(WalletError::Redirect),
        Failure::Transport(_) => Failure::Core(pairnym::Error::Rejected),
        Failure::Core(_) => Failure::NoBackup,
        Failure::NoBackup => Failure::NotEnrolled,
        Failure::NotEnrolled => Failure::ForeignAuthority,
        Failure::ForeignAuthority => Failure::BadBackup,
        Failure::BadBackup => Failure::Denied,
        Failure::Denied => Failure::NotConsented,
        Failure::NotConsented => Failure::BadCode,
        Failure::BadCode => Failure::WhoseCode,
        Failure::WhoseCode => Failure::BadPins(Pins::from_json(b"").unwrap_err()),
        Failure::BadPins(_) => Failure::UnknownMessage,
        Failure::UnknownMessage => Failure::Address(8360),
        Failure::Address(_) => Failure::Listen("127.0.0.1:1".into()),
        Failure::Listen(_) => Failure::NeedsSecond,
        Failure::NeedsSecond => Failure::NotPaired,
        Failure::NotPaired => Failure::NotFresh,
        Failure::NotFresh => Failure::BadInvitation,
        Failure::BadInvitation => Failure::CodesDiffer,
        Failure::CodesDiffer => Failure::PeerAway,
        Failure::PeerAway => Failure::PeerDeclined,
        Failure::PeerDeclined => Failure::PeerRefused,
        Failure::PeerRefused => Failure::FalsePeer,
        Failure::FalsePeer => Failure::NoTicket,
        Failure::NoTicket => return None,
    })
}

/// Those of the transport too that have words of their own.
fn failures() -> Vec<Failure> {
    let problems =
        [Refusal::WrongCode, Refusal::Unauthorized, Refusal::Unavailable].map(Problem::from);
    let uri = "https://shop.example/".parse::<pairnym_transport::RequestUri>().unwrap_err();
    let of_transport = problems.map(WalletError::Problem).into_iter();
    let of_transport = of_transport.chain([WalletError::CrossDevice, WalletError::Uri(uri)]);
    let plain = std::iter::successors(Some(Failure::Missing), next);
    of_transport.map(Failure::Transport).chain(plain).collect()
}

/// `pairnym` with a word after it, or `--` with one.
fn names_a_command(text: &str) -> bool {
    let is_word = |rest: &str| rest.starts_with(|first: char| first.is_ascii_alphabetic());
    ["pairnym ", "--"].iter().any(|before| text.split(before).skip(1).any(is_word))
}

#[test]
fn no_page_names_a_command() {
    assert!(names_a_command("Run `pairnym pair wait`.") && names_a_command("请加 --own。"));
    assert!(!names_a_command("pairnym"));
    for language in [Language::Chinese, Language::English] {
        let tongue = Tongue::from(language);
        for failure in failures() {
            let said = say_failure(&failure, language);
            assert!(!said.is_empty() && !names_a_command(said), "{}: {said}", failure.code());
        }
        let t = texts::of(tongue);
        for said in t.all() {
            assert!(!names_a_command(said), "{said}");
        }
        let scene = Scene { tongue, t, here: "/".into(), open: true };
        let troubles = [
            Trouble::Closed,
            Trouble::Attends(String::new()),
            Trouble::Host,
            Trouble::Origin,
            Trouble::Outside,
            Trouble::NotFound,
            Trouble::Method,
            Trouble::Form,
            Trouble::TooLong,
            Trouble::MediaType,
            Trouble::Stale,
            Trouble::NotTheSame,
            Trouble::Stopped,
        ];
        let troubles = troubles.iter().map(|trouble| said::of_trouble(trouble, &scene));
        let refused = Obstacle::Refused(pairnym::Error::Rejected);
        let obstacles = [Obstacle::NoCredential, Obstacle::NoEvidence, Obstacle::Denied, refused];
        let obstacles = obstacles.map(|obstacle| said::of_obstacle(obstacle, &scene));
        let clock = Alarm::Clock { latest: pairnym::UnixTime(0) };
        let alarms = [clock, Alarm::Registrars, Alarm::List, Alarm::Evidence, Alarm::Denied];
        let alarms = alarms.map(|alarm| said::of_alarm(alarm, &scene));
        for said in troubles.chain(obstacles).chain(alarms) {
            assert!(!names_a_command(said), "{said}");
        }
    }
}
