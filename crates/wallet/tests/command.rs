//! The program `pairnym`, as a process at a terminal that is none, against a shop over real HTTP.

#![cfg(feature = "command")]

#[path = "support/shell.rs"]
mod shell;
mod support;

use shell::{Shell, json, said, words};
use support::World;

fn begun() -> (World, tempfile::TempDir) {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    std::fs::write(folder.path().join("pins.json"), world.pins().to_json()).unwrap();
    std::fs::write(folder.path().join("passphrase"), "correct horse battery\n").unwrap();
    (world, folder)
}

#[test]
fn a_wallet_begins() {
    let (_world, folder) = begun();
    let shell = Shell { folder: folder.path() };
    let missing = shell.run(&["--json", "history"], "");
    assert_eq!(
        (missing.status.code(), json(&missing)["error"].as_str()),
        (Some(1), Some("missing"))
    );
    let init = shell.run(&["init", "--pins", "pins.json"], "\n");
    let (_, error) = said(&init);
    assert_eq!(init.status.code(), Some(0), "{error}");
    let words = words(&error);
    assert_eq!(words.split(' ').count(), 24, "{error}");
    let again = shell.run(&["--json", "init", "--pins", "pins.json"], "\n");
    assert_eq!(json(&again)["error"], "exists");

    let enroll = shell.run(&["--json", "enroll", "0123-4567-89AB"], "");
    assert_eq!(json(&enroll)["error"], "no_backup");
    let wrong = shell.run(&["--json", "confirm"], &format!("{words} more\n"));
    assert_eq!(json(&wrong)["error"], "bad_backup");
    let right = shell.run(&["--json", "confirm"], &format!("{words}\n"));
    assert_eq!(json(&right)["done"], "confirmed");
    for bad in ["0123", "0123-4567-89AU", ""] {
        assert_eq!(json(&shell.run(&["--json", "enroll", bad], ""))["error"], "bad_code");
    }

    // The words and a file, on another device.
    let backup = shell.run(&["--json", "backup", "backup.age"], "");
    assert_eq!(json(&backup)["done"], "backed_up");
    let other = tempfile::tempdir().unwrap();
    for name in ["passphrase", "backup.age", "pins.json"] {
        std::fs::copy(folder.path().join(name), other.path().join(name)).unwrap();
    }
    let elsewhere = Shell { folder: other.path() };
    let lines = format!("{words}\ncorrect horse battery\n");
    let restored = elsewhere.run(&["--json", "restore", "backup.age"], &lines);
    assert_eq!(json(&restored)["done"], "restored", "{:?}", said(&restored));
    let same = elsewhere.run(&["backup", "b", "--words", "--lang", "zh"], "");
    let (_, shown) = said(&same);
    assert!(shown.contains("抄在纸上"), "{shown}");
}

#[test]
fn wrong_usage_and_wrong_passphrases() {
    let (_world, folder) = begun();
    let shell = Shell { folder: folder.path() };
    assert_eq!(shell.run(&["dance"], "").status.code(), Some(2));
    assert_eq!(shell.run(&["restore"], "").status.code(), Some(2));
    assert_eq!(shell.run(&["enroll", "--own"], "").status.code(), Some(2));
    assert_eq!(shell.run(&["--lang", "fr", "history"], "").status.code(), Some(2));
    assert_eq!(shell.run(&["--help"], "").status.code(), Some(0));
    assert!(shell.run(&["init", "--pins", "pins.json"], "\n").status.success());
    std::fs::write(folder.path().join("passphrase"), "another\n").unwrap();
    let wrong = shell.run(&["--json", "history"], "");
    assert_eq!(json(&wrong)["error"], "wrong_passphrase");
    let zh = shell.run(&["--lang", "zh", "history"], "");
    assert!(said(&zh).1.contains("口令不对"));
    for text in ["https://shop.example/", "http://shop.example/.well-known/pairnym/x", "hello", ""]
    {
        std::fs::write(folder.path().join("passphrase"), "correct horse battery").unwrap();
        let refused = shell.run(&["--json", "answer", text], "");
        assert_eq!(json(&refused)["error"], "transport", "{text}");
    }
}

#[test]
fn messages_are_shown() {
    let (_world, folder) = begun();
    let shell = Shell { folder: folder.path() };
    let list = pairnym::Message::to_bytes(&support::authority::list());
    std::fs::write(folder.path().join("list"), &list).unwrap();
    let shown = shell.run(&["--json", "inspect", "list"], "");
    assert_eq!(json(&shown)["message"], "ParameterList");
    std::fs::write(folder.path().join("list"), hex::encode(&list)).unwrap();
    assert_eq!(json(&shell.run(&["--json", "inspect", "list"], ""))["bytes"], list.len());
    for (bad, error) in [("0163", "unknown_message"), ("010b", "short"), ("020b", "version")] {
        assert_eq!(json(&shell.run(&["--json", "inspect", bad], ""))["error"], error);
    }
    assert_eq!(json(&shell.run(&["--json", "inspect", "nowhere"], ""))["error"], "disk");
}
