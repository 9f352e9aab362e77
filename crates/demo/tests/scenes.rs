//! Everything that the demonstration shows, over HTTP: pages for people and calls of wallets, with
//! the wallet's library as the phone.

mod support;

use pairnym_wallet::{Coming, Decision, Failure, Language, Network, Obstacle};
use support::{Demo, Phone};

const PLATFORMS: [(&str, &str); 3] =
    [("shop", "Bookshop"), ("video", "Cinema"), ("gov", "City hall")];

#[test]
fn three_platforms_and_three_pseudonyms() {
    let demo = Demo::start();
    let (mut phone, mut browser) = (Phone::new(&demo), demo.browser());
    phone.enroll(&demo, 0).unwrap();
    let mut pseudonyms = Vec::new();
    for (host, _) in PLATFORMS {
        pseudonyms.push(phone.goes_to(&demo, &mut browser, host, "register"));
    }
    assert_eq!(phone.goes_to(&demo, &mut browser, "gov", "sign"), pseudonyms[2]);
    browser.post("shop", "/do", "");

    // Each stands at its platform, and nowhere else.
    for (place, pseudonym) in pseudonyms.iter().enumerate() {
        for (other, (_, heading)) in PLATFORMS.iter().enumerate() {
            let there = demo.knows(heading).contains(pseudonym);
            assert_eq!(there, place == other, "{pseudonym} at {heading}");
        }
        assert!(!demo.knows("The state service").contains(pseudonym));
    }
    assert!(demo.browser().get("demo", "/knows").body.contains("none stands in two stores"));
    assert!(demo.knows("Bookshop").contains("bought a book"));
    assert!(demo.knows("Cinema").contains("18 years old or older (age_over_18): yes"));
    assert!(demo.knows("City hall").contains("parking permit"));
    let authority = demo.knows("The state service");
    assert!(authority.contains("counter 1: applied") && authority.contains("Commitment"));

    // Logged out, and in again.
    browser.post("shop", "/log-out", "");
    assert!(browser.get("shop", "/").body.contains("Register"));
    assert_eq!(phone.goes_to(&demo, &mut browser, "shop", "log-in"), pseudonyms[0]);

    // An account is cancelled: the platform has nothing any more, and knows nobody.
    assert_eq!(browser.post("shop", "/leave", "").status, 303);
    assert!(demo.knows("Bookshop").contains("Nobody yet."));
    let link = browser.begin("shop", "log-in", "same-device");
    let asked = phone.asked(&demo, &link);
    let refused = phone.decide(&demo, asked, Decision::Answer).unwrap_err();
    assert_eq!(refused.code(), "no_account");
}

#[test]
fn with_another_device() {
    let demo = Demo::start();
    let (mut phone, mut computer) = (Phone::new(&demo), demo.browser());
    phone.enroll(&demo, 0).unwrap();
    let text = computer.begin("shop", "register", "cross-device");
    let Coming::Pairs(pairing) = phone.come(&demo, &text).unwrap() else { panic!() };
    let digits = pairing.digits.unwrap().to_string();
    assert!(computer.get("shop", "/pairnym/request").body.contains("name=\"digits\""));
    let wrong = if digits == "000000" { "000001" } else { "000000" };
    let typed = computer.post("shop", "/pairnym/request", &format!("digits={wrong}"));
    assert_eq!(typed.location, "/pairnym/request?wrong=1");
    computer.post("shop", "/pairnym/request", &format!("digits={digits}"));
    let now = demo.world.clock.now();
    let paired = phone.wallet.pair(&Network::default(), *pairing, now).unwrap();
    let Coming::Asks(asked) = paired else { panic!() };
    let answered = phone.decide(&demo, *asked, Decision::Answer).unwrap();
    assert!(answered.done.is_none());
    // Another computer that looks on has nothing.
    assert_ne!(demo.browser().post("shop", "/welcome", "code=").status, 303);
    assert_eq!(computer.post("shop", "/welcome", "code=").location, "/");
    assert!(computer.get("shop", "/").body.contains("id=\"pseudonym\""));
}

#[test]
fn refusals() {
    let demo = Demo::start();
    let (mut phone, mut browser) = (Phone::new(&demo), demo.browser());
    // 16 years old.
    phone.enroll(&demo, 2).unwrap();
    let link = browser.begin("video", "register", "same-device");
    let asked = phone.asked(&demo, &link);
    assert!(matches!(asked.question.obstacle, Some(Obstacle::Refused(_))));
    phone.decide(&demo, asked, Decision::AnswerAndDisclose).unwrap_err();
    let page = browser.get("video", "/pairnym/request").body;
    assert!(page.contains("There was no answer, and nothing was disclosed."), "{page}");
    assert!(demo.knows("Cinema").contains("Nobody yet."));
    // The bookshop has no condition.
    phone.goes_to(&demo, &mut browser, "shop", "register");

    // Beyond its permission, which the platform itself staples.
    let link = browser.begin("lottery", "register", "same-device");
    let Coming::OverAsks(report) = phone.come(&demo, &link).unwrap() else { panic!() };
    assert_eq!(report.platform.to_string(), "lottery.localhost");
    assert!(browser.get("lottery", "/pairnym/request").body.contains("Open the wallet"));

    // A person says no.
    let link = browser.begin("gov", "register", "same-device");
    let asked = phone.asked(&demo, &link);
    phone.decide(&demo, asked, Decision::Decline).unwrap();
    assert!(browser.get("gov", "/pairnym/request").body.contains("nothing was disclosed"));

    // Back in another browser than the one that began: explained, and nothing is lost.
    let link = browser.begin("gov", "register", "same-device");
    let asked = phone.asked(&demo, &link);
    let answered = phone.decide(&demo, asked, Decision::Answer).unwrap();
    let other = demo.browser().come_back("gov", &answered, "/welcome");
    assert!(other.body.contains("You came back in another browser"), "{other:?}");
    let back = browser.come_back("gov", &answered, "/welcome");
    assert_eq!((back.status, &*back.location), (303, "/"));

    // A form of another site.
    let foreign = demo.world.clock.now();
    assert!(browser.post_from("evil.example", "demo", "/day").body.contains("wrong_origin"));
    assert!(demo.world.clock.now().0 < foreign.0 + 60);
}

#[test]
fn a_lost_phone_and_a_cancelled_person() {
    let demo = Demo::start();
    let (mut phone, mut browser) = (Phone::new(&demo), demo.browser());
    phone.enroll(&demo, 0).unwrap();
    let pseudonym = phone.goes_to(&demo, &mut browser, "shop", "register");
    let words = phone.wallet.words(Language::Chinese).unwrap();
    let lost = demo.browser().post("id", "/lost", "person=0").body;
    assert!(lost.contains("Sessions that were ended: 1"), "{lost}");
    assert_eq!(phone.refresh(&demo).unwrap_err().code(), "unauthorized");
    let mut new = Phone::restored(&demo, &words);
    assert!(matches!(new.refresh(&demo), Err(Failure::NotEnrolled)));
    new.enroll(&demo, 0).unwrap();
    let mut other = demo.browser();
    assert_eq!(new.goes_to(&demo, &mut other, "shop", "log-in"), pseudonym);
    new.goes_to(&demo, &mut other, "video", "register");

    // Deleted at the counter: no credential any more. Who comes back is who they were.
    assert!(demo.browser().post("id", "/cancel", "person=0").body.contains("deleted"));
    assert!(demo.knows("The state service").contains("Deleted"));
    new.refresh(&demo).unwrap_err();
    let waits = demo.browser().post("id", "/identify", "person=0");
    assert!(waits.status == 403 && waits.body.contains("waits a day"), "{waits:?}");
    demo.browser().post("demo", "/day", "");
    assert_eq!(new.enroll(&demo, 0).map_err(|failure| failure.code().to_owned()), Ok(()));
    assert_eq!(new.goes_to(&demo, &mut other, "shop", "log-in"), pseudonym);
    // With another secret nobody gets a second number.
    demo.browser().post("id", "/cancel", "person=0");
    demo.browser().post("demo", "/day", "");
    let mut second = Phone::new(&demo);
    assert_eq!(second.enroll(&demo, 0).unwrap_err().code(), "person_deleted");
}

#[test]
fn keys_that_are_rotated_and_withdrawn() {
    let demo = Demo::start();
    let (mut phone, mut browser) = (Phone::new(&demo), demo.browser());
    phone.enroll(&demo, 0).unwrap();
    let pseudonym = phone.goes_to(&demo, &mut browser, "shop", "register");
    let key = |phone: &Phone| phone.wallet.stock().unwrap().0.parameters;
    let first = key(&phone);

    assert_eq!(browser.post("demo", "/rotate", "").status, 303);
    phone.refresh(&demo).unwrap();
    let second = key(&phone);
    assert_ne!(first, second);
    phone.goes_to(&demo, &mut browser, "video", "register");
    assert_eq!(phone.goes_to(&demo, &mut browser, "shop", "log-in"), pseudonym);

    assert_eq!(browser.post("demo", "/withdraw", "").status, 303);
    let control = browser.get("demo", "/control").body;
    assert!(control.contains("video.localhost: 1") && control.contains("withdrawn"), "{control}");
    // What the stolen key has signed counts no more.
    let link = browser.begin("gov", "register", "same-device");
    phone.wallet.follow_lists(&Network::default(), demo.world.clock.now()).unwrap();
    assert_eq!(phone.asked(&demo, &link).question.obstacle, Some(Obstacle::NoCredential));
    phone.refresh(&demo).unwrap();
    assert!(![first, second].contains(&key(&phone)));
    phone.goes_to(&demo, &mut browser, "gov", "register");
    assert_eq!(phone.goes_to(&demo, &mut browser, "shop", "log-in"), pseudonym);

    // Day after day.
    for _ in 0..3 {
        browser.post("demo", "/day", "");
        phone.refresh(&demo).unwrap();
        assert_eq!(phone.goes_to(&demo, &mut browser, "shop", "log-in"), pseudonym);
    }
}

#[test]
fn pages_of_both_languages() {
    let demo = Demo::start();
    for (host, path) in [
        ("demo", "/"),
        ("demo", "/knows"),
        ("demo", "/control"),
        ("id", "/"),
        ("shop", "/"),
        ("video", "/"),
        ("gov", "/"),
        ("lottery", "/"),
        ("family", "/"),
    ] {
        let (english, chinese) = (demo.browser(), demo.browser().in_chinese());
        let pages = [english, chinese].map(|mut browser| browser.get(host, path));
        for page in &pages {
            assert_eq!(page.status, 200, "{host}{path}");
        }
        assert!(pages[0].body.contains("<html lang=\"en\">"));
        assert!(pages[1].body.contains("<html lang=\"zh-CN\">"));
        assert_ne!(pages[0].body.split("<h1>").nth(1), pages[1].body.split("<h1>").nth(1));
    }
    // Whatever leads here under another name.
    assert_eq!(demo.browser().get("elsewhere", "/").status, 421);
}

#[test]
fn a_child_and_a_guardian() {
    let demo = Demo::start();
    let (mut browser, mut room) = (demo.browser(), demo.browser());
    assert!(!demo.browser().get("demo", "/knows").body.contains(CHILD));
    room.post("family", "/pair", "");
    let shown = room.wait("family", "action=\"/decide\"");
    let digits: Vec<_> =
        shown.body.split("class=\"code\">").skip(1).map(|rest| &rest[..6]).collect();
    assert!(digits.len() == 2 && digits[0] == digits[1], "{digits:?}");
    room.post("family", "/decide", "decision=yes");
    // The counter's code goes into the guardian's phone, another one into the child's.
    room.wait("family", "action=\"/apply\"");
    let code = || demo.browser().post("id", "/identify", "person=3").between("id=\"code\">", "<");
    room.post("family", "/apply", &format!("code={}", code()));
    room.wait("family", "action=\"/session\"");
    room.post("family", "/session", &format!("code={}", code()));
    let shown = room.wait("family", "action=\"/decide\"").body;
    let flag = "18 years old or older (age_over_18): no";
    assert!(shown.contains(flag) && shown.contains("name: 示例丁"), "{shown}");
    let chinese = demo.browser().in_chinese().get("family", "/").body;
    assert!(chinese.contains("年满 18 周岁（age_over_18）：否"), "{chinese}");
    assert!(chinese.contains("姓名（name）：示例丁"), "{chinese}");
    // Nobody looks into phones that are in use.
    assert!(demo.browser().get("demo", "/knows").body.contains("in use at this moment"));
    room.post("family", "/decide", "decision=yes");
    room.wait("family", "action=\"/come\"");

    let mut answer = |ask: &str, decision: &str| {
        let link = browser.begin("shop", ask, "same-device").replace('#', "%23");
        room.post("family", "/come", &format!("link={link}"));
        room.wait("family", "action=\"/answer\"");
        room.post("family", "/answer", "decision=yes");
        assert!(room.wait("family", "action=\"/decide\"").body.contains("shop.localhost"));
        room.post("family", "/decide", &format!("decision={decision}"));
        match decision {
            "yes" => {
                let done = room.wait("family", "id=\"done\"").between("id=\"done\" href=\"", "\"");
                let code = done.replace("&#35;", "#").split_once('#').unwrap().1.to_owned();
                let back = browser.come_back_with("shop", &code, "/welcome");
                assert_eq!((back.status, &*back.location), (303, "/"), "{back:?}");
                browser.get("shop", "/").between("id=\"pseudonym\">", "<")
            }
            _ => {
                room.wait("family", "peer_declined");
                browser.get("shop", "/pairnym/request").body
            }
        }
    };
    let pseudonym = answer("register", "yes");
    assert!(answer("log-in", "no").contains("nothing was disclosed"));
    assert_eq!(answer("log-in", "yes"), pseudonym);

    // The 网号 is at the bookshop and on both phones. Each phone has its own part of the rest.
    let (child, guardian) = (demo.knows(CHILD), demo.knows(GUARDIAN));
    let (bookshop, authority) = (demo.knows("Bookshop"), demo.knows("The state service"));
    for (party, knows) in
        [(&child, true), (&guardian, true), (&bookshop, true), (&authority, false)]
    {
        assert_eq!(party.contains(&pseudonym), knows, "{party}");
    }
    assert!(child.contains(flag) && child.contains("presentations left: 31"), "{child}");
    assert!(child.contains("on the phone of 示例甲: neither does anything alone"), "{child}");
    assert!(child.contains("answers: 2"), "{child}");
    assert!(guardian.contains("Of 示例丁") && guardian.contains(flag), "{guardian}");
    assert!(!guardian.contains("presentations left"), "{guardian}");
    let asked = |outcome: &str| guardian.matches(outcome).count();
    assert_eq!(asked("shop.localhost: registration; agreed"), 1, "{guardian}");
    assert_eq!(asked("shop.localhost: login; declined"), 1, "{guardian}");
    assert_eq!(asked("shop.localhost: login; agreed"), 1, "{guardian}");
    // The pairing is the phones' alone.
    let (_, pairing) = guardian.split_once("Number of the pairing</dt><dd><code>").unwrap();
    assert!(!bookshop.contains(&pairing[..64]) && !authority.contains(&pairing[..64]));
    assert!(authority.contains("applied, as guardian"), "{authority}");
}

const CHILD: &str = "The child&#39;s phone";
const GUARDIAN: &str = "The guardian&#39;s phone";

/// The words that people read, without those of programs and hosts.
fn words(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        let (tag, words) = piece.split_once('>').unwrap_or(("", piece));
        if !tag.starts_with("code") {
            text += words;
        }
    }
    text
}

/// Between two texts of a page.
fn part<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split(after).next().unwrap()
}

#[test]
fn chinese_pages_are_chinese() {
    let demo = Demo::start();
    let (mut phone, mut browser) = (Phone::new(&demo), demo.browser().in_chinese());
    let logged = |events: &[&str]| {
        let page = demo.browser().in_chinese().get("demo", "/knows").body;
        let log = words(part(&page, "<h3>日志</h3>", "</ul>"));
        for event in events {
            assert!(log.contains(event), "{event}: {log}");
        }
        assert!(!log.contains(|letter: char| letter.is_ascii_alphabetic()), "{log}");
    };
    phone.enroll(&demo, 2).unwrap();
    logged(&["柜台 1：申请（监护人）", "柜台 1：核验身份", "手机：申领", "手机：领取网证"]);
    demo.browser().post("id", "/lost", "person=2");
    demo.browser().post("id", "/cancel", "person=2");
    logged(&["柜台 1：申请挂失（监护人）", "柜台 1：挂失手机", "柜台 1：注销"]);

    let mut adult = Phone::new(&demo);
    adult.enroll(&demo, 0).unwrap();
    adult.goes_to(&demo, &mut browser, "video", "register");
    let note = "注册，年满 18 周岁（age_over_18）：是";
    let page = browser.get("demo", "/knows").body;
    assert!(part(&page, "<h2>影院</h2>", "</section>").contains(note), "{page}");
    assert!(browser.get("video", "/").body.contains(note));
}
