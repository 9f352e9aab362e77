//! The wallet as pages: a life through forms alone, in two languages.

#![cfg(feature = "page")]

mod support;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Request;
use pairnym_transport::Flow;
use pairnym_transport::envelope::Question;
use pairnym_wallet::page::{Pages, Token};
use support::browser::{Browser, Form, GETS, first_words, ready, settings};
use support::{World, host, long_backup};

#[test]
fn a_life_through_forms_alone() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let token = Token::generate();
    let pages = Pages::new(settings(&world, folder.path(), Some(token.clone())));
    let mut browser = Browser::new(&world, &pages);

    // The door; then the token, once.
    assert!(browser.get("/").has("href=\"/answer\""));
    assert_eq!(browser.get("/history").status, 403);
    assert!(browser.get(&format!("/enter/{token}")).has("action=\"/create\""));
    let mut other = Browser::new(&world, &pages);
    assert_eq!(other.get(&format!("/enter/{token}")).status, 403);
    browser.enroll(1);

    // A registration: everything is shown, and nothing ticked in advance.
    let begun = world.begin("register", Flow::SameDevice);
    let asked = browser.ask(&begun.uri);
    let shop = host("shop.example");
    let own = world.run(pages.look(move |wallet| wallet.pseudonym(shop.id(), None)));
    let own = own.unwrap().unwrap().to_string();
    for shown in ["shop.example", "Example Shop", "registration", "age_over_18", &own, "privacy@"] {
        assert!(asked.has(shown), "{shown}: {}", asked.text);
    }
    assert!(!asked.has("checked"));
    let form = asked.form(&asked.at);
    // Without the separate consent nothing is sent, and the question stays.
    let refused = browser.send(form.clone().press("decision", "answer"));
    assert_eq!((refused.status, refused.has("role=\"alert\"")), (422, true));
    let answered = browser.send(form.clone().tick("disclose", "yes").press("decision", "answer"));
    let done = answered.text.split("url=").nth(1).unwrap().split('"').next().unwrap();
    let code: &pairnym_transport::Code = &done.rsplit('#').next().unwrap().parse().unwrap();
    let account = world.run(world.shop.redeem(&begun.transaction, Some(code))).unwrap();
    assert_eq!(account.pseudonym.to_string(), own);
    // Decided once.
    assert_eq!(browser.send(form.press("decision", "decline")).status, 410);

    // Declined.
    let begun = world.begin("log-in", Flow::SameDevice);
    let asked = browser.ask(&begun.uri);
    let declined = browser.send(asked.form(&asked.at).press("decision", "decline"));
    assert!(declined.status == 200 && !declined.has("url="), "{}", declined.text);

    // What is left, the 网号, and the history, with an entry that is erased.
    let home = browser.get("/");
    assert!(home.has("<dd>31</dd>") && home.has(&own) && home.has("2 entries"), "{}", home.text);
    let history = browser.get("/history");
    assert!(history.has("Declined") && history.has("Answered"), "{}", history.text);
    assert!(browser.get("/history.json").has("\"declined\""));
    let erase = history.forms().into_iter().find(|form| form.action == "/history").unwrap();
    let (name, value) = erase.buttons[0].clone();
    assert!(!browser.send(erase.press(&name, &value)).has("Declined"));

    // The backup: a file, and the words after the passphrase.
    let backup = browser.get("/backup");
    let file = backup.form("/backup").with("passphrase", "file").with("again", "file");
    let file = browser.send(file);
    assert!(file.text.starts_with("age-encryption.org"));
    let wrong = backup.form("/words").with("passphrase", "wrong");
    assert_eq!(browser.send(wrong).status, 422);
    let words = browser.send(backup.form("/words").with("passphrase", "correct horse"));
    let words = first_words(&words.text);

    // Closed, and opened again with a link that waits.
    let begun = world.begin("log-in", Flow::SameDevice);
    let lock = browser.get("/").form("/lock");
    let locked = browser.send(lock);
    assert_eq!(browser.get("/history").text, locked.text);
    let paste = Form {
        action: "/answer".into(),
        multipart: false,
        fields: BTreeMap::from([("link".to_owned(), begun.uri.clone())]),
        buttons: Vec::new(),
    };
    let closed = browser.send(paste);
    let wrong = browser.send(closed.form("/unlock").with("passphrase", "wrong"));
    assert_eq!(wrong.status, 422);
    let asked = browser.send(wrong.form("/unlock").with("passphrase", "correct horse"));
    assert!(asked.has("value=\"decline\""), "{}", asked.text);

    // No page but those for it had a secret.
    let three = words.split(' ').take(3).collect::<Vec<_>>().join(" ");
    let session = browser.cookies.values().next().unwrap().clone();
    for (at, text) in browser.seen.borrow().iter() {
        assert!(!text.contains(&session) && !text.contains("correct horse"), "{at}: {text}");
        let tags = text.split('<').map(|tag| tag.split_once('>').map_or(tag, |(_, text)| text));
        let bare = tags.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
        let may = at == "/create" || at == "/words";
        assert!(may || !bare.contains(&three), "{at}: {text}");
    }
    let shown =
        browser.seen.borrow().iter().filter(|(_, text)| text.contains("words\" lang")).count();
    assert_eq!(shown, 2);

    // Another device, with the words alone: the same 网号.
    let second = tempfile::tempdir().unwrap();
    let pages = Pages::new(settings(&world, second.path(), None));
    let mut browser = Browser::new(&world, &pages);
    let restore = browser.get("/").form("/restore").with("words", &words);
    let restore = restore.with("passphrase", "new").with("again", "new");
    let restored = browser.send(restore);
    assert!(restored.has("href=\"/enroll\""), "{}", restored.text);
    let restored = world.run(pages.look(move |wallet| wallet.pseudonym(shop.id(), None)));
    assert_eq!(restored.unwrap().unwrap().to_string(), own);
}

#[test]
fn from_another_device() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let (_pages, mut browser) = ready(&world, folder.path());
    let begun = world.begin("register", Flow::CrossDevice);
    let page = browser.ask(&begun.uri);
    let digits = page.text.split("<p class=\"digits\">").nth(1).unwrap().split('<').next().unwrap();
    assert!(page.has("shop.example") && !page.has("decision\" value=\"answer"), "{}", page.text);
    let digits: pairnym_transport::Digits = digits.parse().unwrap();
    world.run(world.shop.confirm(&begun.transaction, digits)).unwrap();
    let typed = page.form(&page.at);
    assert_eq!(typed.fields["decision"], "typed");
    let asked = browser.send(typed);
    let form = asked.form(&asked.at).tick("disclose", "yes").press("decision", "answer");
    let answered = browser.send(form);
    assert!(answered.status == 200 && !answered.has("url="), "{}", answered.text);
    let redeemed = world.run(world.shop.redeem(&begun.transaction, None));
    assert!(redeemed.is_ok(), "{redeemed:?}");
}

#[test]
fn what_is_asked_beyond_a_permission_is_refused_with_an_explanation() {
    let (world, folder) = (World::with(false), tempfile::tempdir().unwrap());
    let (pages, mut browser) = ready(&world, folder.path());
    // Without a permission: a warning.
    let asked = browser.ask(&world.begin("greedy", Flow::SameDevice).uri);
    assert!(
        asked.has("no registrar permits it") && asked.has("value=\"answer\""),
        "{}",
        asked.text
    );
    let signed = support::permission(host("shop.example")).sign(&support::registrar()).unwrap();
    let change = move |question: &mut Question| {
        question.permission = Some(signed.clone());
    };
    world.change(change);
    let over = browser.ask(&world.begin("greedy", Flow::SameDevice).uri);
    assert!(over.has("<li>region</li>") && over.has("attribute:region"), "{}", over.text);
    assert!(!over.has("value=\"answer\""));
    let history = world.run(pages.look(|wallet| wallet.history().next().unwrap().1.clone()));
    assert_eq!(history.unwrap().outcome, pairnym_wallet::Outcome::OverAsking);
}

#[test]
fn texts_of_others_are_shown_as_texts() {
    let (world, folder) = (World::with(false), tempfile::tempdir().unwrap());
    let (_pages, mut browser) = ready(&world, folder.path());
    let mut permission = support::permission(host("shop.example"));
    permission.names.en = "<img src=x onerror=alert(2)>\"'&".into();
    permission.purposes[0].purpose = pairnym::Purpose::GovernmentService;
    permission.purposes[0].statements = true;
    permission.contacts.privacy = "https://shop.example/<script>".into();
    let signed = permission.sign(&support::registrar());
    // A contact is a URI: such a one no registrar can sign.
    permission.contacts.privacy =
        signed.map_or("mailto:a@b.example".into(), |_| "https://<script>".into());
    let signed = permission.sign(&support::registrar()).unwrap();
    let change = move |question: &mut Question| {
        question.permission = Some(signed.clone());
    };
    world.change(change);
    let asked = browser.ask(&world.begin("hostile", Flow::SameDevice).uri);
    let query = browser.get("/history?page=1&%3Cscript%3E&a='onfocus=alert(4)");
    let lock = browser.get("/").form("/lock");
    browser.send(lock);
    let link = Form {
        action: "/answer".into(),
        multipart: false,
        fields: BTreeMap::from([("link".to_owned(), "\"><script>alert(3)</script>".to_owned())]),
        buttons: Vec::new(),
    };
    let closed = browser.send(link);
    assert_eq!(closed.form("/unlock").fields["link"], "\"><script>alert(3)</script>");
    assert!(asked.has("&#60;script&#62;alert(1)") && asked.has("&#60;img src=x"), "{}", asked.text);
    for page in [asked, query, closed] {
        let scripts = page.text.matches("<script").count();
        let own = page.text.matches("<script src=\"/page.js\" defer></script>").count();
        assert_eq!(scripts, own, "{}", page.text);
        assert!(!page.has("<img"), "{}", page.text);
    }
}

#[test]
fn both_languages() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let (_pages, mut browser) = ready(&world, folder.path());
    let begun = world.begin("register", Flow::SameDevice);
    let asked = browser.ask(&begun.uri).at;
    let places = GETS.iter().filter(|path| **path != "/history.json").copied().chain([&*asked]);
    let places: Vec<_> = places.collect();
    let han = |text: &str| text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
    for path in &places {
        let (english, chinese) = (browser.get(path), {
            browser.language = "fr, zh-CN;q=0.9, en;q=0.8";
            browser.get(path)
        });
        browser.language = "en-GB, zh;q=0.5";
        assert!(english.has("<html lang=\"en\">") && chinese.has("<html lang=\"zh\">"), "{path}");
        assert_eq!(
            (english.header("content-language"), chinese.header("content-language")),
            ("en", "zh")
        );
        // But for 网号, the name of the language, and what a platform says.
        let own = english.text.replace("网号", "").replace("中文", "").replace("上海", "");
        assert_eq!(han(&own), 0, "{path}: {}", english.text);
        assert!(han(&chinese.text) > 20, "{path}: {}", chinese.text);
        for page in [&english, &chinese] {
            assert_eq!(page.text.matches("<h1").count(), 1, "{path}");
            // Every field has a label of its own.
            for id in
                page.text.split("<label for=\"").skip(1).map(|rest| rest.split('"').next().unwrap())
            {
                assert_eq!(page.text.matches(&format!(" id=\"{id}\"")).count(), 1, "{path} {id}");
            }
        }
    }
    // The person's choice counts more than the browser's, and keeps the place.
    let switch = browser.get("/knowledge").form("/language").press("tongue", "zh");
    let switched = browser.send(switch);
    assert_eq!((&*switched.at, switched.has("<html lang=\"zh\">")), ("/knowledge", true));
    assert!(browser.get("/").has("我的钱包"));
}

#[test]
fn a_long_history_comes_in_pages() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let (words, backup) = {
        let first = tempfile::tempdir().unwrap();
        let wallet = world.wallet(first.path());
        let words = wallet.words(pairnym_wallet::Language::English).unwrap();
        let backup = long_backup(&world, &wallet, 10_000, 300);
        (words.iter().collect::<Vec<_>>().join(" "), backup)
    };
    let pages = Pages::new(settings(&world, folder.path(), None));
    let mut browser = Browser::new(&world, &pages);
    let mut body = Vec::new();
    for (name, value) in [
        ("words", words.as_bytes()),
        ("passphrase", b"a"),
        ("again", b"a"),
        ("file_passphrase", b"file"),
        ("file\"; filename=\"backup.age", &backup),
    ] {
        let head = format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend([head.as_bytes(), value, b"\r\n"].concat());
    }
    body.extend(b"--b--\r\n");
    assert!(body.len() > 2_097_152, "less than a form may have anyway: {}", body.len());
    let request =
        Request::post("/restore").header("content-type", "multipart/form-data; boundary=b");
    let restored = browser.call(request.body(Body::from(body)).unwrap());
    assert_eq!(restored.status, 303, "{}", restored.text);

    let home = browser.get("/");
    assert!(home.has("10000 entries") && home.text.len() < 20_000, "{}", home.text.len());
    for (path, first, last) in [
        ("/history", "s0.example", "s49.example"),
        ("/history?page=2", "s50.example", "s99.example"),
        ("/history?page=200", "s50.example", "s99.example"),
        ("/history?page=18446744073709551615", "s50.example", "s99.example"),
    ] {
        let page = browser.get(path);
        assert_eq!(page.text.matches("<li>\n<p><time>").count(), 50, "{path}");
        assert!(page.text.len() < 60_000, "{path}: {}", page.text.len());
        assert!(page.has(&format!(">{first}<")) && page.has(&format!(">{last}<")), "{path}");
    }
    let platforms = browser.get("/platforms?page=6");
    assert_eq!(platforms.text.matches("<dt>").count(), 50);
    assert!(browser.get("/platforms?page=5").has("rel=\"next\"") && !platforms.has("rel=\"next\""));
    // All of one platform.
    let erase = browser.get("/history").forms().pop().unwrap().with("platform", "s7.example");
    assert!(browser.send(erase).has("9966 entries"));
}
