//! RUNBOOKS.md, walked through: its commands are run as they stand there, in their order, against
//! processes, and show what the page says; with wallets before and after.

mod support;

use pairnym_servers::{Shared, postgres};
use pairnym_transport::permission::Standing;
use pairnym_wallet::Pins;
use support::human::Human;
use support::world::{Engine, World, faketime};

const PAGE: &str = include_str!("../RUNBOOKS.md");
const DAY: u64 = 86_400;

static POSTGRES: Shared = Shared::new();

/// Commands, and what they show.
struct Block {
    commands: String,
    shown: String,
}

/// A section of the page, whose blocks are run one by one, all of them.
struct Runbook(std::vec::IntoIter<Block>);

impl Runbook {
    fn open(title: &str) -> Self {
        let from = PAGE.find(&format!("\n## {title}\n")).expect("a section");
        let section = &PAGE[from + 4..];
        let section = &section[..section.find("\n## ").unwrap_or(section.len())];
        let mut blocks: Vec<Block> = Vec::new();
        for part in section.split("\n```").skip(1).step_by(2) {
            let (kind, text) = part.split_once('\n').expect("a line");
            match kind {
                "sh" => blocks.push(Block { commands: text.into(), shown: String::new() }),
                "text" => blocks.last_mut().expect("commands before").shown = text.into(),
                other => panic!("a block of {other}"),
            }
        }
        Self(blocks.into_iter())
    }

    /// Runs the next block.
    fn step(&mut self, world: &World) -> String {
        let Block { commands, shown } = self.0.next().expect("a block");
        let said = world.run(&commands);
        let mut lines = said.lines();
        for expected in shown.lines() {
            let found = lines.any(|line| fits(line.trim(), expected));
            assert!(found, "{expected}\nis not in the rest of\n{said}");
        }
        said
    }
}

impl Drop for Runbook {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.next().is_none(), "commands that nobody has run");
        }
    }
}

/// Whether a line is as expected, where `…` stands for anything.
fn fits(line: &str, expected: &str) -> bool {
    let mut rest = line;
    let mut parts = expected.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else { return false };
    rest = after;
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = match part {
            "" => "",
            part => &rest[at + part.len()..],
        };
    }
    rest.is_empty()
}

#[test]
fn what_fits() {
    assert!(fits("since 1, until 2, 3 signatures", "since …, until …, 3 signatures"));
    assert!(fits("pn1abc - 5", "pn1…") && fits("a", "a"));
    for (line, expected) in
        [("since 1, 2 signatures", "since …, 3 signatures"), ("ab", "a"), ("b", "a…")]
    {
        assert!(!fits(line, expected), "{line}");
    }
}

/// Every section has a test.
#[test]
fn all_are_walked_through() {
    let this = include_str!("runbooks.rs");
    for title in PAGE.lines().filter_map(|line| line.strip_prefix("## ")) {
        assert!(this.contains(&format!("Runbook::open(\"{title}\")")), "nobody walks {title}");
    }
}

fn world() -> Option<World> {
    let server = POSTGRES.get(postgres)?;
    let mut world = World::start(&Engine::Postgres(&server, server.port));
    world.keep.push(server);
    Some(world)
}

/// The wallet follows the lists, and takes a credential of the present slot.
fn renewed(world: &World, human: &mut Human) -> pairnym::ParametersId {
    let alarms = human.wallet.follow_lists(world, world.now()).unwrap();
    assert!(alarms.is_empty(), "{alarms:?}");
    world.refresh(world, human);
    human.wallet.stock().unwrap().0.parameters
}

/// Until a log has these words so many times.
fn logged(world: &World, unit: &str, words: &str, times: usize) {
    for _ in 0..200 {
        let log = std::fs::read_to_string(world.path("log").join(unit)).unwrap();
        if log.matches(words).count() >= times {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("{unit} has not logged '{words}'");
}

#[test]
fn rotation() {
    let Some(world) = world() else { return };
    if faketime().is_none() {
        return;
    }
    let mut human = world.life(&world, 1);
    let before = human.wallet.stock().unwrap().0.parameters;
    let pseudonym = world.present(&world, &mut human);
    let mut page = Runbook::open("Rotation of the authority's key");
    page.step(&world);
    let said = page.step(&world);
    let from = said.split("from ").nth(2).unwrap().split(':').next().unwrap();
    let from: u64 = from.parse().unwrap();
    assert_eq!(renewed(&world, &mut human), before);
    // The new list, still with the old key.
    world.wait_until(from - 3 * DAY);
    page.step(&world);
    logged(&world, "pairnym-platform@platform-1", "another parameter list", 1);
    assert_eq!(renewed(&world, &mut human), before);
    assert_eq!(world.present(&world, &mut human), pseudonym);
    // The new key.
    world.wait_until(from + 700);
    world.run(
        "pairnym-authority permit --key-file registrar-key --authority authority.example \
         permissions/shop.localhost.toml >permission.json",
    );
    let after = renewed(&world, &mut human);
    assert_ne!(after, before);
    page.step(&world);
    assert_eq!(renewed(&world, &mut human), after);
    assert_eq!(world.present(&world, &mut human), pseudonym);
    world.life(&world, 2);
    world.finish();
}

#[test]
fn withdrawal() {
    let Some(world) = world() else { return };
    let mut human = world.life(&world, 1);
    let pseudonym = world.present(&world, &mut human);
    world.life(&world, 2);
    let before = human.wallet.stock().unwrap().0.parameters;
    let mut page = Runbook::open("A key of the authority was stolen");
    page.step(&world);
    page.step(&world);
    for signer in ["pairnym-authority@signer-a", "pairnym-authority@signer-b"] {
        logged(&world, signer, "another parameter list", 1);
    }
    page.step(&world);
    let accounts = page.step(&world);
    for platform in ["pairnym-platform@platform-1", "pairnym-platform@platform-2"] {
        logged(&world, platform, "another parameter list", 1);
    }
    assert!(accounts.contains(&pseudonym) && accounts.lines().count() == 2, "{accounts}");
    // Nothing under that key any more; the same 网号 under the next.
    let old = world.answer(&world, &mut human, "register").unwrap_err();
    assert!(!old.contains("503"), "{old}");
    assert_ne!(renewed(&world, &mut human), before);
    assert_eq!(world.present(&world, &mut human), pseudonym);
    let asked = "pairnym-platform --config platform-1.toml admitted-under \
                 $(pairnym-authority show-list lists/1.json | sed -n 's/.*withdrawn: parameters //p')";
    let accounts = world.run(asked);
    assert!(!accounts.contains(&pseudonym) && accounts.lines().count() == 1, "{accounts}");
    world.finish();
}

/// What the page says of a backup of the authority is what happens.
fn restored(world: &World, page: &mut Runbook) {
    let mut first = world.life(world, 1);
    let mut third = world.life(world, 3);
    let open = first.wallet.offer(world, world.now()).unwrap();
    let code = world.counter("identify", 5).unwrap();
    page.step(world);
    // Since then: one registers, one is deleted, one loses a device.
    let mut second = world.life(world, 2);
    world.counter("delete", 3).unwrap();
    assert_eq!(third.wallet.offer(world, world.now()).unwrap_err().code(), "unauthorized");
    assert_eq!(world.counts().1, 3);
    page.step(world);
    assert_eq!(world.counts().1, 2);
    // Offers and codes are gone.
    let old = first.wallet.accept(world, &open, world.now()).unwrap_err();
    assert_eq!(old.code(), "expired");
    let mut fifth = world.human(5);
    let typed = fifth.wallet.enroll(world, code.parse().unwrap(), world.now()).unwrap_err();
    assert_eq!(typed.code(), "wrong_code");
    first.wallet.go_on().unwrap();
    world.refresh(world, &mut first);
    world.present(world, &mut first);
    // Who was deleted is there again, until it is repeated.
    third.wallet.go_on().unwrap();
    assert!(third.wallet.offer(world, world.now()).is_ok());
    // Who registered since is unknown, comes again, and has the same 网号.
    assert_eq!(second.wallet.offer(world, world.now()).unwrap_err().code(), "unauthorized");
    second.wallet.go_on().unwrap();
    world.enroll(world, &mut second);
    world.refresh(world, &mut second);
    world.present(world, &mut second);
}

#[test]
fn the_authority_is_restored() {
    let Some(world) = world() else { return };
    let mut page = Runbook::open("Restore of the authority from a backup");
    restored(&world, &mut page);
    page.step(&world);
    assert_eq!(world.counts(), (3, 3, 1));
    world.finish();
}

#[test]
fn the_authority_is_restored_with_sqlite() {
    let world = World::start(&Engine::Sqlite);
    let mut page = Runbook::open("Restore of the authority from a backup (SQLite)");
    restored(&world, &mut page);
    world.finish();
}

#[test]
fn a_platform_is_restored() {
    let Some(world) = world() else { return };
    let mut first = world.life(&world, 1);
    let mut page = Runbook::open("Restore of a platform from a backup");
    let (transaction, asked) = world.asked(&world, &mut first, "log-in").unwrap();
    page.step(&world);
    let mut second = world.life(&world, 2);
    page.step(&world);
    let (decision, now) = (pairnym_wallet::Decision::AnswerAndDisclose, world.now());
    let answered = first.wallet.decide(&world, asked, decision, now).unwrap_err();
    assert_eq!(answered.code(), "unknown_request");
    let (status, _) = world.backend("GET", &format!("/v1/transactions/{transaction}"), "");
    assert_eq!(status, 404);
    world.present(&world, &mut first);
    let refused = world.answer(&world, &mut second, "log-in").unwrap_err();
    assert!(refused.contains("no_account"), "{refused}");
    world.present(&world, &mut second);
    assert_eq!(world.counts(), (2, 2, 0));
    world.finish();
}

#[test]
fn another_domain() {
    let Some(mut world) = world() else { return };
    let mut human = world.life(&world, 1);
    let old = world.present(&world, &mut human);
    let at = world.another("pairnym-platform@new", "boutique.localhost");
    let mut page = Runbook::open("A platform changes its domain");
    page.step(&world);
    // The session of one person: a login there, a registration here.
    let login = world.answer(&world, &mut human, "log-in").unwrap();
    assert_eq!(login["pseudonym"], *old);
    let before = world.at_backend(at);
    let account = world.insist(&world, &mut human, "register");
    let host = "boutique.localhost".parse().unwrap();
    let new = human.wallet.pseudonym(&host, None).unwrap().to_string();
    assert_eq!(account["pseudonym"], *new);
    assert_ne!(new, old);
    page.step(&world);
    world.insist(&world, &mut human, "log-in");
    world.at_backend(before);
    assert!(world.asked(&world, &mut human, "log-in").is_err(), "the old host is gone");
    world.finish();
}

#[test]
fn a_node_is_lost() {
    let Some(mut world) = world() else { return };
    let mut human = world.life(&world, 1);
    world.kill("pairnym-authority@signer-a");
    world.refresh(&world, &mut human);
    Runbook::open("A node of the authority is lost").step(&world);
    world.units[0] = "pairnym-authority@signer-c";
    // Both do work: the new one, too.
    for _ in 0..4 {
        world.refresh(&world, &mut human);
    }
    logged(&world, "pairnym-authority@signer-c", "POST", 4);
    world.life(&world, 2);
    world.finish();
}

#[test]
fn the_registrars_key_is_lost() {
    let Some(world) = world() else { return };
    let mut old = world.life(&world, 1);
    let standing =
        |human: &mut Human| world.asked(&world, human, "register").unwrap().1.question.standing;
    assert!(matches!(standing(&mut old), Standing::Permitted(_)));
    let mut page = Runbook::open("The registrar's key is lost");
    let said = page.step(&world);
    let key = serde_json::from_str(&format!("\"{}\"", said.trim())).unwrap();
    assert!(matches!(standing(&mut old), Standing::Permitted(_)));
    page.step(&world);
    let mut pins = Pins::from_json(&std::fs::read(world.path("pins.json")).unwrap()).unwrap();
    pins.registrars = vec![key];
    std::fs::write(world.path("pins.json"), pins.to_json()).unwrap();
    let mut new = world.life(&world, 2);
    // Both servers have read it again, within a second.
    let mut read_again = || {
        std::thread::sleep(std::time::Duration::from_millis(200));
        (0..2).all(|_| matches!(standing(&mut new), Standing::Permitted(_)))
    };
    assert!((0..50).any(|_| read_again()), "the old permission stays");
    assert!(new.wallet.follow_lists(&world, world.now()).unwrap().is_empty());
    // An old wallet is warned, and can go on.
    assert!(!matches!(standing(&mut old), Standing::Permitted(_)));
    assert_eq!(old.wallet.follow_lists(&world, world.now()).unwrap().len(), 1);
    world.present(&world, &mut old);
    world.finish();
}

#[test]
fn a_list_key_is_lost() {
    let Some(world) = world() else { return };
    let mut old = world.life(&world, 1);
    let mut page = Runbook::open("A key that signs lists is lost");
    world.run("shred -u list-1");
    page.step(&world);
    page.step(&world);
    world.present(&world, &mut old);
    page.step(&world);
    let mut pins = Pins::from_json(&std::fs::read(world.path("pins.json")).unwrap()).unwrap();
    let new = world.run("pairnym-authority public-key list-4");
    pins.list_keys[0] = serde_json::from_str(&format!("\"{}\"", new.trim())).unwrap();
    pins.list = pairnym_transport::envelope::Envelope::from_json(
        &std::fs::read(world.path("lists/0.json")).unwrap(),
    )
    .unwrap();
    std::fs::write(world.path("pins.json"), pins.to_json()).unwrap();
    logged(&world, "pairnym-authority@signer-a", "another parameter list", 1);
    world.run("cp lists/1.json list.json");
    logged(&world, "pairnym-platform@platform-1", "another parameter list", 1);
    let mut new = world.life(&world, 2);
    for human in [&mut old, &mut new] {
        renewed(&world, human);
        world.present(&world, human);
    }
    world.finish();
}

#[test]
fn a_node_is_updated() {
    let Some(world) = world() else { return };
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let working = scope.spawn(|| {
            let mut human = world.life(&world, 1);
            let mut rounds = 0;
            loop {
                world.refresh(&world, &mut human);
                world.present(&world, &mut human);
                rounds += 1;
                if done.load(std::sync::atomic::Ordering::Relaxed) || rounds == 15 {
                    break;
                }
            }
        });
        std::thread::sleep(std::time::Duration::from_millis(800));
        Runbook::open("A node is updated").step(&world);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        working.join().unwrap();
    });
    assert_eq!(world.counts(), (1, 1, 0));
    world.finish();
}
