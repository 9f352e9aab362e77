//! `pairnym` against an authority and a shop over real HTTP: one process that answers, and two that
//! are one holder, over loopback.

#![cfg(feature = "command")]

#[path = "support/shell.rs"]
mod shell;
mod support;

use pairnym_service::platform::{Account, Begun};
use pairnym_transport::{Digits, DoneUri, Flow};
use shell::{Running, Shell, json, said};
use support::World;

fn folder(world: &World) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pins.json"), world.pins().to_json()).unwrap();
    std::fs::write(folder.path().join("passphrase"), "correct horse battery\n").unwrap();
    folder
}

fn redeemed(world: &World, begun: &Begun, url: &str) -> Account {
    let done: DoneUri = url.parse().unwrap();
    world.run(world.shop.redeem(&begun.transaction, Some(done.code()))).unwrap()
}

#[test]
fn a_person_answers() {
    let world = World::served();
    let folder = folder(&world);
    let shell = Shell { folder: folder.path() };
    shell.init();
    let register = || world.begin("register", Flow::SameDevice);
    // Before there is a credential nothing can be answered, only declined.
    let early = shell.run(&["--json", "answer", &register().uri], "n\n");
    assert_eq!((early.status.code(), &json(&early)["error"]), (Some(1), &"not_consented".into()));

    let enrolled = shell.run(&["--json", "enroll", &world.identify(1).to_string()], "");
    assert_eq!(json(&enrolled)["done"], "enrolled", "{:?}", said(&enrolled));
    let refreshed = shell.run(&["--json", "refresh"], "y\n");
    assert_eq!(json(&refreshed)["presentations"], "32", "{:?}", said(&refreshed));
    let again = shell.run(&["--json", "refresh", "--if-due"], "");
    assert_eq!(json(&again)["done"], "not_due");

    let begun = register();
    let answered = shell.run(&["--json", "answer", &begun.uri], "y\ny\n");
    let (out, err) = said(&answered);
    assert_eq!(answered.status.code(), Some(0), "{err}");
    let question: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    let question = &question["question"];
    assert_eq!(question["platform"], "shop.localhost");
    assert_eq!(question["disclosed"], serde_json::json!(["age_over_18"]));
    assert!(err.contains("age_over_18 = yes"), "{err}");
    let account = redeemed(&world, &begun, json(&answered)["url"].as_str().unwrap());
    assert_eq!(question["pseudonym"], serde_json::json!(account.pseudonym));

    // To say no, to the whole or to the disclosure alone; and to say nothing.
    for input in ["n\n", "y\nn\n", "", "y\n"] {
        let declined = shell.run(&["--json", "answer", &register().uri], input);
        assert_eq!(declined.status.code(), Some(3), "{input:?}: {:?}", said(&declined));
        assert_eq!(json(&declined)["done"], "declined");
    }
    let used = shell.run(&["--json", "answer", &begun.uri], "y\ny\n");
    assert_eq!(used.status.code(), Some(1));

    // From another device, with digits.
    let begun = world.begin("log-in", Flow::CrossDevice);
    let mut answering = shell.start(&["answer", &begun.uri]);
    let digits: Digits = answering.wait_for("digits").as_str().unwrap().parse().unwrap();
    world.run(world.shop.confirm(&begun.transaction, digits)).unwrap();
    answering.wait_for("question");
    answering.type_in("y\n");
    assert_eq!(answering.wait_for("done"), "answered");
    assert_eq!(answering.ended(), 0);
    let again = world.run(world.shop.redeem(&begun.transaction, None)).unwrap();
    assert_eq!(again.pseudonym, account.pseudonym);

    let history = shell.run(&["history"], "");
    let lines = said(&history).0;
    assert_eq!(lines.lines().count(), 7, "{lines}");
    assert_eq!(lines.matches("Declined").count(), 4, "{lines}");
    let doctor = shell.run(&["--json", "doctor"], "");
    assert_eq!(doctor.status.code(), Some(0), "{:?}", said(&doctor));
    let erased = shell.run(&["--json", "history", "--erase", "shop.localhost"], "");
    assert_eq!(json(&erased)["entries"], "7");
}

/// Both programs, once they have compared their digits.
fn paired(guardian: &Shell<'_>, child: &Shell<'_>, yes: [&str; 2]) -> (String, i32, i32) {
    let mut inviting = guardian.start(&["pair", "invite", "--listen", "127.0.0.1:0"]);
    let invitation = inviting.wait_for("invitation").as_str().unwrap().to_owned();
    let address = invitation.rsplit_once('/').unwrap().1.to_owned();
    let mut joining = child.start(&["pair", "join", &invitation]);
    let code = inviting.wait_for("compare");
    assert_eq!(code, joining.wait_for("compare"));
    assert_eq!(code.as_str().unwrap().len(), 6);
    inviting.type_in(yes[0]);
    joining.type_in(yes[1]);
    (address, inviting.ended(), joining.ended())
}

#[test]
fn a_guardian_and_a_child() {
    let world = World::served();
    let folders = [folder(&world), folder(&world)];
    let [guardian, child] = [0, 1].map(|at| Shell { folder: folders[at].path() });
    guardian.init();
    child.init();
    // The digits are not the same, says one of them.
    for yes in [["n\n", "y\n"], ["n\n", "n\n"]] {
        let (_, inviting, joining) = paired(&guardian, &child, yes);
        assert_eq!((inviting, joining), (1, 1));
    }
    assert_eq!(said(&child.run(&["pair", "list"], "")).0, "");
    let (address, inviting, joining) = paired(&guardian, &child, ["y\n", "y\n"]);
    assert_eq!((inviting, joining), (0, 0));
    let again = child.run(&["--json", "pair", "join", "PAIRNYM-PAIR:00/127.0.0.1:1"], "");
    assert_eq!(json(&again)["error"], "bad_invitation");
    let list = child.run(&["--json", "pair", "list"], "");
    assert_eq!(json(&list)["address"], address);

    // The guardian's device waits for one call, and its person types this.
    let waits = |input: &str| -> Running {
        let mut waiting = guardian.start(&["pair", "wait", "--once", "--listen", &address]);
        assert_eq!(waiting.wait_for("done"), "waiting");
        waiting.type_in(input);
        waiting
    };
    let code = world.identify(10).to_string();
    // The guardian's wallet takes no code of which nobody said whose it is.
    let unsaid = guardian.run(&["--json", "enroll", &code], "1\n");
    assert_eq!((unsaid.status.code(), &json(&unsaid)["error"]), (Some(1), &"whose_code".into()));
    for (input, language, own) in [
        ("", "en", "For myself"),
        ("0\n", "en", "For myself"),
        ("3\n", "zh", "给我自己"),
        ("y\n", "zh", "给我自己"),
    ] {
        let asked = guardian.run(&["--lang", language, "enroll", &code], input);
        let (out, err) = said(&asked);
        assert_eq!((asked.status.code(), &*out), (Some(1), ""), "{input:?}: {err}");
        for says in [own, "ward", "--own"] {
            assert!(err.contains(says), "{says}: {err}");
        }
    }
    // Asked for whom it is, and then as `pair apply`.
    let applied = guardian.run(&["enroll", &code], "2\n");
    assert!(said(&applied).0.contains("The ticket is here"), "{:?}", said(&applied));
    let code = world.identify(10).to_string();
    let applied = guardian.run(&["--json", "pair", "apply", &code], "");
    assert_eq!(json(&applied)["done"], "applied", "{:?}", said(&applied));
    let waiting = waits("y\n");
    let enrolled = child.run(&["--json", "enroll"], "");
    assert_eq!(json(&enrolled)["done"], "enrolled", "{:?}", said(&enrolled));
    assert_eq!(waiting.ended(), 0);
    let own = child.run(&["--json", "enroll", &world.identify(10).to_string()], "");
    assert_eq!(json(&own)["done"], "enrolled", "{:?}", said(&own));
    let own = guardian.run(&["--json", "enroll", "--own", &world.identify(11).to_string()], "");
    assert_eq!(json(&own)["done"], "enrolled", "{:?}", said(&own));
    let again = guardian.run(&["enroll", &world.identify(11).to_string()], "1\n");
    assert!(said(&again).0.contains("Enrolled."), "{:?}", said(&again));
    let waiting = waits("y\n");
    let refreshed = child.run(&["--json", "refresh"], "y\n");
    assert_eq!(json(&refreshed)["presentations"], "32", "{:?}", said(&refreshed));
    assert_eq!(waiting.ended(), 0);

    let answer = |ask: &str, of_guardian: &str| {
        let begun = world.begin(ask, Flow::SameDevice);
        let mut waiting = waits(of_guardian);
        let answered = child.run(&["--json", "answer", &begun.uri], "y\ny\n");
        // Whatever became of it, the other was asked before.
        assert!(json(&answered)["error"] != "needs_second", "{:?}", said(&answered));
        let asks = waiting.wait_for("asks");
        (begun, asks, answered, waiting.ended())
    };
    let (begun, asks, answered, ended) = answer("register", "y\ny\n");
    assert_eq!(ended, 0, "{:?}", said(&answered));
    assert_eq!((&asks["ward"], &asks["platform"]), (&"ward".into(), &"shop.localhost".into()));
    assert_eq!(asks["disclosed"][0]["name"], "age_over_18");
    let account = redeemed(&world, &begun, json(&answered)["url"].as_str().unwrap());
    let (begun, _, answered, _) = answer("log-in", "y\n");
    let again = redeemed(&world, &begun, json(&answered)["url"].as_str().unwrap());
    assert_eq!(again.pseudonym, account.pseudonym);

    for input in ["n\n", "y\nn\n"] {
        let (_, _, declined, ended) = answer("register", input);
        assert_eq!((declined.status.code(), ended), (Some(1), 3));
        assert_eq!(json(&declined)["error"], "peer_declined");
    }
    let begun = world.begin("register", Flow::SameDevice);
    let away = child.run(&["--json", "answer", &begun.uri], "y\ny\n");
    assert_eq!(json(&away)["error"], "peer_away");
    assert!(said(&away).1.contains("pairnym pair wait"));
    let left = child.run(&["--json", "doctor"], "");
    assert!(said(&left).0.contains(r#""detail":"31""#), "{:?}", said(&left));

    // At fourteen.
    let mut waiting = waits("y\n");
    let taken = child.run(&["--json", "pair", "take-over"], "");
    assert_eq!(json(&taken)["done"], "taken_over", "{:?}", said(&taken));
    assert_eq!((&waiting.wait_for("asks")["act"], waiting.ended()), (&"hand_over".into(), 0));
    for shell in [&guardian, &child] {
        assert_eq!(said(&shell.run(&["pair", "list"], "")).0, "");
    }
    let begun = world.begin("log-in", Flow::SameDevice);
    let answered = child.run(&["--json", "answer", &begun.uri], "y\n");
    let again = redeemed(&world, &begun, json(&answered)["url"].as_str().unwrap());
    assert_eq!(again.pseudonym, account.pseudonym);
}

/// A person sees a code that a camera reads, unless they do not want one.
#[test]
fn the_invitation_is_a_code_too() {
    let world = World::served();
    let folder = folder(&world);
    let shell = Shell { folder: folder.path() };
    shell.init();
    let show = |no_qr: bool| {
        let arguments = ["pair", "invite", "--listen", "127.0.0.1:0", "--no-qr"];
        let mut inviting = shell.start(&arguments[..if no_qr { 5 } else { 4 }]);
        inviting.wait_for("invitation");
        inviting.killed()
    };
    assert!(show(false).contains("▀"));
    assert!(!show(true).contains("▀"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = shell.run(&["--json", "pair", "invite", "--listen", &address], "");
    assert_eq!(json(&refused)["error"], "listen");
}
