//! A wallet's process is killed at each write, one after the other: the wallet opens again, and no
//! evidence is left of what was sent. `strace` does the killing; without it nothing is tested, unless
//! `PAIRNYM_WALLET_STRACE` says that it must be there.

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

use pairnym_transport::wallet::HttpRequest;
use pairnym_wallet::*;
use support::family::{Family, Line, agrees, nobody};
use support::{World, lock};

/// What changes a disk.
const WRITES: [&str; 5] = ["write", "fsync", "rename", "ftruncate", "unlink"];

/// A network that notes on the disk that an answer has left.
struct Noting<'a> {
    world: &'a World,
    note: PathBuf,
}

impl Http for Noting<'_> {
    fn call(&self, request: &HttpRequest) -> Result<Response, Offline> {
        if request.body.is_some() && request.url.starts_with("https://shop.example/") {
            fs::write(&self.note, "sent").unwrap();
        }
        self.world.call(request)
    }
}

fn answer(folder: &Path) {
    let world = World::new();
    let mut wallet = Wallet::open(folder, &lock()).unwrap();
    let (_, asked) = world.ask(&mut wallet, "register");
    let http = Noting { world: &world, note: folder.join("note") };
    wallet.decide(&http, asked, Decision::AnswerAndDisclose, world.now()).unwrap();
}

/// The evidence leaves the child's device with its fourth frame, for the guardian's.
fn answer_together(folder: &Path) {
    let world = World::new();
    let open = |name: &str| Wallet::open(&folder.join(name), &lock()).unwrap();
    let mut family = Family { guardian: open("guardian"), child: open("child") };
    let note = folder.join("shown");
    let noting = Box::new(move |n, frame| {
        if n == 3 {
            fs::write(&note, "shown").unwrap();
        }
        Some(frame)
    });
    let (_, asked) = world.ask(&mut family.child, "register");
    let line = Line::tapped(noting, nobody());
    let http = Noting { world: &world, note: folder.join("sent") };
    let (answered, _) = family.both(&world, line, agrees, |child, world, channel| {
        let now = || world.now();
        child.decide_together(&http, channel, asked, Decision::AnswerAndDisclose, &now)
    });
    answered.unwrap();
}

fn enroll(folder: &Path) {
    World::new().enrolled(folder, 1);
}

/// Runs `what` in a process that is killed at its n-th call of this kind. Returns whether it came to
/// its end.
fn killed_at(call: &str, n: u32, what: &str, folder: &Path) -> bool {
    let status = Command::new("strace")
        .args(["-f", "-qqq", "-o", "/dev/null", "-e", &format!("trace={call}")])
        .args(["-e", &format!("inject={call}:signal=KILL:when={n}")])
        .arg(env::current_exe().unwrap())
        .args([what, folder.to_str().unwrap()])
        .stderr(Stdio::null())
        .status()
        .unwrap();
    status.success()
}

/// Runs `what` again and again, each time in a folder of its own, killed at each of its writes, and
/// shows the folder to `check`.
fn killed(what: &str, folder: impl Fn() -> tempfile::TempDir, mut check: impl FnMut(&Path, &str)) {
    for call in WRITES {
        for n in 1.. {
            let folder = folder();
            let ended = killed_at(call, n, what, folder.path());
            check(folder.path(), &format!("{call} {n}"));
            if ended {
                break;
            }
        }
    }
}

fn copied(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    copy(from, to.path());
    to
}

fn copy(from: &Path, to: &Path) {
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

fn killed_while_answering() {
    let (world, whole) = (World::new(), tempfile::tempdir().unwrap());
    drop(world.enrolled(whole.path(), 1));
    let (mut sent, mut unsent) = (0, 0);
    killed(
        "answer",
        || copied(whole.path()),
        |folder, place| {
            let mut wallet = Wallet::open(folder, &lock()).unwrap();
            let (left, entries) = (wallet.stock().unwrap().1, wallet.history().count());
            if folder.join("note").exists() {
                assert_eq!((left, entries), (31, 1), "sent, and killed at {place}");
                sent += 1;
            } else {
                assert!(left >= 31 && entries <= 1, "killed at {place}");
                unsent += 1;
            }
            world.answer(&mut wallet, "register");
        },
    );
    assert!(sent > 1 && unsent > 5, "{sent} {unsent}: not killed where it matters");
    println!("answering: killed {sent} times after it was sent, {unsent} before");
}

/// Both devices, in one process.
fn killed_while_answering_together() {
    let (world, whole) = (World::new(), tempfile::tempdir().unwrap());
    drop(Family::enrolled(&world, whole.path(), 10));
    let (mut shown, mut unshown) = (0, 0);
    let both = || {
        let to = tempfile::tempdir().unwrap();
        for name in ["guardian", "child"] {
            fs::create_dir(to.path().join(name)).unwrap();
            copy(&whole.path().join(name), &to.path().join(name));
        }
        to
    };
    killed("answer-together", both, |folder, place| {
        let open = |name: &str| Wallet::open(&folder.join(name), &lock()).unwrap();
        let mut family = Family { guardian: open("guardian"), child: open("child") };
        let (left, entries) = (family.child.stock().unwrap().1, family.child.history().count());
        if folder.join("shown").exists() {
            assert_eq!(left, 31, "shown, and killed at {place}");
            shown += 1;
        } else {
            assert!(left >= 31, "killed at {place}");
            unshown += 1;
        }
        let sent = folder.join("sent").exists();
        assert!(entries == 1 || entries == 0 && !sent, "killed at {place}");
        let of_guardian = family.guardian.history().count();
        assert!(of_guardian == 1 || of_guardian == 0 && !sent, "killed at {place}");
        family.answer(&world, "register");
    });
    assert!(shown > 1 && unshown > 5, "{shown} {unshown}: not killed where it matters");
    println!("together: killed {shown} times after it was shown, {unshown} before");
}

fn killed_while_enrolling() {
    let (mut none, mut some) = (0, 0);
    killed(
        "enroll",
        || tempfile::tempdir().unwrap(),
        |folder, place| {
            let world = World::new();
            match Wallet::open(folder, &lock()) {
                Ok(mut wallet) => {
                    if !wallet.is_backed_up() {
                        let words = wallet.words(Language::English).unwrap();
                        wallet.confirm_words(&words).unwrap();
                    }
                    // This authority has not heard of the other's people.
                    let code = world.identify(1);
                    wallet.enroll(&world, code, world.now()).unwrap();
                    wallet.refresh(&world, |_| true, world.now()).unwrap();
                    assert_eq!(wallet.stock().unwrap().1, 32);
                    some += 1;
                }
                Err(Failure::Missing) => none += 1,
                Err(failure) => panic!("killed at {place}: {failure}"),
            }
        },
    );
    assert!(none > 1 && some > 5, "{none} {some}: not killed where it matters");
    println!("enrolling: killed {none} times before there was a wallet, {some} after");
}

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["answer", folder] => answer(Path::new(folder)),
        ["answer-together", folder] => answer_together(Path::new(folder)),
        ["enroll", folder] => enroll(Path::new(folder)),
        _ if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_ok() => {
            killed_while_answering();
            killed_while_answering_together();
            killed_while_enrolling();
        }
        _ if env::var_os("PAIRNYM_WALLET_STRACE").is_some() => {
            eprintln!("there is no strace");
            return ExitCode::FAILURE;
        }
        _ => println!("not tested: there is no strace"),
    }
    ExitCode::SUCCESS
}
