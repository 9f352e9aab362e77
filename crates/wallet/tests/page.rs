//! The wallet as pages: a life through forms alone, and calls that must not do anything.

#![cfg(feature = "page")]

mod support;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, Response};
use pairnym_transport::Flow;
use pairnym_transport::wallet::CrossDevice;
use pairnym_wallet::page::{Pages, Settings, Token};
use support::{COST, World, host};
use tower::ServiceExt as _;

const ORIGIN: &str = "http://wallet.localhost:8360";

fn settings(world: &World, folder: &Path, token: Option<Token>) -> Settings {
    Settings {
        origin: host("wallet.localhost:8360"),
        folder: folder.join("wallet"),
        pins: Some(world.pins()),
        cost: COST,
        cross_device: CrossDevice::default(),
        http: Arc::new(world.wire()),
        clock: world.clock(),
        token,
    }
}

/// What came back.
struct Page {
    status: u16,
    headers: HeaderMap,
    text: String,
    /// Where it is.
    at: String,
}

/// A form of a page, as a browser has it.
#[derive(Debug, Clone)]
struct Form {
    action: String,
    multipart: bool,
    /// Names and values of what is sent unless the person changes it; buttons are not.
    fields: BTreeMap<String, String>,
    /// Names and values of its buttons.
    buttons: Vec<(String, String)>,
}

impl Page {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn forms(&self) -> Vec<Form> {
        let forms = self.text.split("<form ").skip(1);
        forms.map(|text| Form::read(text.split("</form>").next().unwrap(), &self.at)).collect()
    }

    /// The only one that goes there.
    fn form(&self, action: &str) -> Form {
        let forms = self.forms().into_iter().filter(|form| form.action == action);
        let [form] = &forms.collect::<Vec<_>>()[..] else { panic!("{action}: {}", self.text) };
        form.clone()
    }

    fn has(&self, text: &str) -> bool {
        self.text.contains(text)
    }
}

impl Form {
    fn read(text: &str, at: &str) -> Self {
        let attribute = |tag: &str, name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            Some(unescaped(rest.split('"').next().unwrap()))
        };
        let opening = format!(" {}", text.split('>').next().unwrap());
        let mut form = Self {
            action: attribute(&opening, "action").unwrap_or_else(|| at.to_owned()),
            multipart: opening.contains("multipart/form-data"),
            fields: BTreeMap::new(),
            buttons: Vec::new(),
        };
        assert!(opening.contains("method=\"post\""), "{opening}");
        for tag in text.split('<').skip(1).map(|tag| tag.split('>').next().unwrap()) {
            let Some(name) = attribute(tag, "name") else { continue };
            let value = attribute(tag, "value").unwrap_or_default();
            if tag.starts_with("button") {
                form.buttons.push((name, value));
            } else if !tag.contains("type=\"checkbox\"") {
                form.fields.insert(name, value);
            }
        }
        form
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        assert!(self.fields.contains_key(name), "{name}: {self:?}");
        self.fields.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Ticks a box.
    fn tick(mut self, name: &str, value: &str) -> Self {
        self.fields.insert(name.to_owned(), value.to_owned());
        self
    }

    fn press(mut self, name: &str, value: &str) -> Self {
        assert!(self.buttons.contains(&(name.to_owned(), value.to_owned())), "{self:?}");
        self.fields.insert(name.to_owned(), value.to_owned());
        self
    }
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"");
    text.replace("&#39;", "'").replace("&#38;", "&")
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.bytes()
        .map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// A browser that runs no script.
struct Browser<'a> {
    world: &'a World,
    router: Router,
    cookies: BTreeMap<String, String>,
    language: &'static str,
    /// What it was shown, and where.
    seen: RefCell<Vec<(String, String)>>,
}

impl<'a> Browser<'a> {
    fn new(world: &'a World, pages: &Pages) -> Self {
        let (cookies, seen) = (BTreeMap::new(), RefCell::default());
        Self { world, router: pages.router(), cookies, language: "en", seen }
    }

    /// One call, with the headers that a browser adds unless they are given.
    fn call(&self, request: Request<Body>) -> Page {
        let at = request.uri().path().to_owned();
        let (mut parts, body) = request.into_parts();
        let mut add = |name: &'static str, value: &str| {
            parts.headers.entry(name).or_insert(value.parse().unwrap());
        };
        add("host", "wallet.localhost:8360");
        add("accept-language", self.language);
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        if !cookies.is_empty() {
            add("cookie", &cookies);
        }
        if parts.method == "POST" {
            add("origin", ORIGIN);
            add("content-type", "application/x-www-form-urlencoded");
        }
        self.world.run(async {
            let request = Request::from_parts(parts, body);
            let response: Response<Body> = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, 1 << 26).await.unwrap();
            let text = String::from_utf8_lossy(&body).into_owned();
            self.seen.borrow_mut().push((at.clone(), text.clone()));
            Page { status: parts.status.as_u16(), headers: parts.headers, text, at }
        })
    }

    /// Keeps cookies and follows redirections.
    fn follow(&mut self, mut page: Page) -> Page {
        loop {
            for line in page.headers.get_all("set-cookie") {
                let pair = line.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            if page.status != 303 {
                return page;
            }
            let to = page.header("location").to_owned();
            page = self.call(Request::get(to).body(Body::empty()).unwrap());
        }
    }

    fn get(&mut self, path: &str) -> Page {
        let page = self.call(Request::get(path).body(Body::empty()).unwrap());
        self.follow(page)
    }

    fn send(&mut self, form: Form) -> Page {
        let request = Request::post(&form.action);
        let request = if form.multipart {
            let part = |(name, value): (&String, &String)| {
                format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            };
            let parts: String = form.fields.iter().map(part).collect();
            let request = request.header("content-type", "multipart/form-data; boundary=b");
            request.body(Body::from(format!("{parts}--b--\r\n")))
        } else {
            let pair =
                |(name, value): (&String, &String)| format!("{}={}", encoded(name), encoded(value));
            request.body(Body::from(form.fields.iter().map(pair).collect::<Vec<_>>().join("&")))
        };
        let page = self.call(request.unwrap());
        self.follow(page)
    }

    /// Makes a wallet, confirms it, enrolls as this person, and takes the credential.
    fn enroll(&mut self, person: u8) {
        let page = self.get("/");
        let create = page.form("/create").with("passphrase", "correct horse");
        let words = self.send(create.with("again", "correct horse"));
        assert_eq!(words.status, 200, "{}", words.text);
        let confirm =
            self.get("/confirm").form("/confirm").with("words", &first_words(&words.text));
        let home = self.send(confirm);
        assert!(home.has("href=\"/enroll\""), "{}", home.text);
        let code = self.world.identify(person).to_string();
        let enroll = self.get("/enroll").forms().remove(1).with("code", &code);
        let offer = self.send(enroll);
        assert!(offer.has("<dt>age_over_18</dt>"), "{}", offer.text);
        let taken = offer.form(&offer.at).press("decision", "take");
        assert!(self.send(taken).has("<dd>32</dd>"));
    }

    /// The question of a link, by the form on the first page.
    fn ask(&mut self, link: &str) -> Page {
        let paste = self.get("/").form("/answer").with("link", link);
        self.send(paste)
    }
}

fn first_words(page: &str) -> String {
    let list = page.split("<ol class=\"words\"").nth(1).unwrap().split("</ol>").next().unwrap();
    let words = list.split("<li>").skip(1).map(|word| word.split("</li>").next().unwrap());
    words.collect::<Vec<_>>().join(" ")
}

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

/// A wallet with a credential, behind a token; and its browser.
fn ready<'a>(world: &'a World, folder: &Path) -> (Pages, Browser<'a>) {
    let token = Token::generate();
    let pages = Pages::new(settings(world, folder, Some(token.clone())));
    let mut browser = Browser::new(world, &pages);
    browser.get(&format!("/enter/{token}"));
    browser.enroll(1);
    (pages, browser)
}

const GETS: [&str; 12] = [
    "/",
    "/history",
    "/history.json",
    "/platforms",
    "/backup",
    "/confirm",
    "/enroll",
    "/answer",
    "/answer/nobody",
    "/offer/nobody",
    "/knowledge",
    "/lost",
];

/// Every form, filled in well.
const POSTS: [(&str, &str); 15] = [
    ("/create", "passphrase=a&again=a"),
    ("/restore", "--b\r\ncontent-disposition: form-data; name=\"words\"\r\n\r\nx\r\n--b--\r\n"),
    ("/unlock", "passphrase=a"),
    ("/lock", ""),
    ("/words", "passphrase=correct+horse"),
    ("/confirm", "words=a"),
    ("/backup", "passphrase=a&again=a"),
    ("/enroll", "code=0123-4567-89AB"),
    ("/refresh", ""),
    ("/go-on", ""),
    ("/offer/nobody", "decision=take"),
    ("/answer", "link=pairnym:shop.example/AAAAAAAAAAAAAAAAAAAAAA"),
    ("/answer/nobody", "decision=answer"),
    ("/history", "platform=shop.example"),
    ("/language", "tongue=zh&to=/"),
];

#[test]
fn calls_that_are_not_the_wallets_own_do_nothing() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let (pages, mut browser) = ready(&world, folder.path());
    let asked = browser.ask(&world.begin("register", Flow::SameDevice).uri);
    let declining = browser.ask(&world.begin("log-in", Flow::SameDevice).uri);
    browser.send(declining.form(&declining.at).press("decision", "decline"));
    let state = || {
        let look = |wallet: &mut pairnym_wallet::Wallet| {
            (wallet.stock(), wallet.history().count(), wallet.is_backed_up())
        };
        world.run(pages.look(look)).unwrap()
    };
    let before = state();
    let called =
        |browser: &Browser, method: &str, path: &str, headers: &[(&str, &str)], body: &str| {
            let mut request = Request::builder().method(method).uri(path);
            if path == "/restore" {
                request = request.header("content-type", "multipart/form-data; boundary=b");
            }
            for (name, value) in headers {
                request.headers_mut().unwrap().remove(*name);
                request = request.header(*name, *value);
            }
            let page = browser.call(request.body(Body::from(body.to_owned())).unwrap());
            for (name, part) in [
                ("content-security-policy", "frame-ancestors 'none'"),
                ("cache-control", "no-store"),
                ("x-content-type-options", "nosniff"),
            ] {
                assert!(page.header(name).contains(part), "{method} {path}: {name}");
            }
            assert!(page.status < 500, "{method} {path}: {}", page.status);
            page
        };
    let stranger = Browser::new(&world, &pages);
    let asks_at = asked.at.clone();
    let posts = POSTS.iter().map(|(path, body)| (*path, *body));
    for (path, body) in posts.chain([(&*asks_at, "decision=decline")]) {
        let post = |headers: &[(&str, &str)]| called(&browser, "POST", path, headers, body).status;
        assert_eq!(post(&[("host", "evil.example")]), 421, "{path}");
        assert_eq!(post(&[("host", "wallet.localhost:8361")]), 421, "{path}");
        assert_eq!(post(&[("host", "127.0.0.1:8360")]), 421, "{path}");
        for origin in [
            "",
            "null",
            "http://evil.example",
            "http://shop.localhost:8360",
            "https://wallet.localhost:8360",
        ] {
            assert_eq!(post(&[("origin", origin)]), 403, "{path} {origin}");
        }
        if path != "/language" {
            assert_eq!(called(&stranger, "POST", path, &[], body).status, 403, "{path}");
            let cookie = [("cookie", "pairnym-wallet-8360=0123456789abcdef0123456789abcdef")];
            assert_eq!(post(&cookie), 403, "{path}");
        }
        assert_eq!(called(&browser, "DELETE", path, &[("origin", ORIGIN)], "").status, 405);
        if !["/lock", "/refresh", "/go-on"].contains(&path) {
            let kind = [("content-type", "application/json")];
            assert_eq!(post(&kind), 415, "{path}");
            let much = if path == "/restore" { 33_554_433 } else { 65_537 };
            let huge = "a".repeat(much);
            assert_eq!(called(&browser, "POST", path, &[], &huge).status, 413, "{path}");
        }
    }
    for path in GETS.into_iter().chain([&*asks_at]) {
        let get = |headers: &[(&str, &str)]| called(&browser, "GET", path, headers, "").status;
        assert_eq!(get(&[("host", "evil.example:8360")]), 421, "{path}");
        let open = called(&stranger, "GET", path, &[], "");
        assert_eq!(open.status, if path == "/" { 200 } else { 403 }, "{path}");
        assert!(!open.has("<dd>"), "{}", open.text);
    }
    // Forms that are not complete, and names that nobody has.
    for (path, body, status) in [
        ("/create", "", 400),
        ("/create", "passphrase=a&again=b", 422),
        ("/create", "passphrase=&again=", 422),
        ("/create", "passphrase=a&again=a", 409),
        ("/restore", "--b--\r\n", 422),
        ("/words", "", 400),
        ("/words", "passphrase=wrong", 422),
        ("/confirm", "words=%FF", 422),
        ("/confirm", "words=a+b", 422),
        ("/backup", "passphrase=a&again=b", 422),
        ("/enroll", "code=12", 422),
        ("/enroll", "code=0123-4567-89AB", 422),
        ("/offer/nobody", "decision=take", 410),
        ("/offer/nobody", "decision=maybe", 400),
        ("/answer", "link=http://shop.example", 422),
        ("/answer", "link=", 422),
        ("/answer", "", 400),
        ("/answer/nobody", "decision=answer", 410),
        ("/answer/nobody", "", 400),
        ("/history", "", 400),
        ("/history", "number=x", 400),
        ("/history", "number=1&platform=shop.example", 400),
        ("/history", "number=999", 303),
        ("/history", "platform=nobody.example", 303),
        ("/history", "platform=%3Cb%3E", 400),
        ("/language", "tongue=fr&to=/", 400),
        ("/language", "tongue=zh&to=//evil.example", 400),
        ("/language", "tongue=zh&to=/%5Cevil.example", 400),
        ("/language", "tongue=zh&to=http://evil", 400),
        ("/answer/%FF", "decision=answer", 400),
        ("/nowhere", "", 404),
    ] {
        let request = Request::post(path);
        let request = if path == "/restore" {
            request.header("content-type", "multipart/form-data; boundary=b")
        } else {
            request
        };
        let page = browser.call(request.body(Body::from(body.to_owned())).unwrap());
        assert_eq!(page.status, status, "{path} {body}: {}", page.text);
    }
    for (path, status) in [
        ("/history?page=x", 400),
        ("/history?page=99", 200),
        ("/nowhere", 404),
        ("/enter/x", 303),
        ("/answer/nobody", 410),
    ] {
        assert_eq!(called(&browser, "GET", path, &[], "").status, status, "{path}");
    }
    assert_eq!(
        called(&stranger, "GET", "/enter/00112233445566778899aabbccddeeff", &[], "").status,
        403
    );
    assert_eq!(state(), before);
    // The question is still there.
    let form = asked.form(&asked.at).tick("disclose", "yes").press("decision", "answer");
    assert!(browser.send(form).has("url="));
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
    let change = move |question: &mut pairnym_transport::envelope::Question| {
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
    let change = move |question: &mut pairnym_transport::envelope::Question| {
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

/// A backup with so many entries, as a wallet writes it.
fn backup(world: &World, entries: usize, pseudonym: pairnym::Pseudonym) -> Vec<u8> {
    let entries = (0..entries).rev().map(|number| pairnym_wallet::Entry {
        at: pairnym::UnixTime(world.now().0 - number as u64),
        platform: *host(&format!("s{}.example", number % 300)).id(),
        label: None,
        purpose: pairnym::Purpose::Login,
        pseudonym: Some(pseudonym),
        disclosed: vec!["age_over_18".parse().unwrap()],
        statement: false,
        outcome: pairnym_wallet::Outcome::Answered,
    });
    let rest = serde_json::json!({
        "version": 1, "pins": world.pins(), "history": entries.collect::<Vec<_>>(),
    });
    let mut recipient = age::scrypt::Recipient::new("file".to_owned().into());
    recipient.set_work_factor(2);
    age::encrypt(&recipient, &serde_json::to_vec(&rest).unwrap()).unwrap()
}

#[test]
fn a_long_history_comes_in_pages() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let words = {
        let first = tempfile::tempdir().unwrap();
        let wallet = world.wallet(first.path());
        let words = wallet.words(pairnym_wallet::Language::English).unwrap();
        let pseudonym = wallet.pseudonym(host("s1.example").id(), None).unwrap();
        (words.iter().collect::<Vec<_>>().join(" "), pseudonym)
    };
    let pages = Pages::new(settings(&world, folder.path(), None));
    let mut browser = Browser::new(&world, &pages);
    let mut body = Vec::new();
    for (name, value) in [
        ("words", words.0.as_bytes()),
        ("passphrase", b"a"),
        ("again", b"a"),
        ("file_passphrase", b"file"),
        ("file\"; filename=\"backup.age", &backup(&world, 10_000, words.1)),
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

/// The program, as a process.
#[cfg(all(unix, feature = "command"))]
mod process {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::TcpStream;
    use std::path::Path;
    use std::process::{Child, Command, Stdio};

    fn start(folder: &Path, port: &str) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pairnym"));
        command.args(["--json", "serve", "--port", port]).env("LC_ALL", "C");
        command.env("PAIRNYM_WALLET", folder.join("wallet"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    fn line(child: &mut Child) -> serde_json::Value {
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn get(port: &str, path: &str, host: &str) -> String {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn it_serves_until_it_is_told_to_end() {
        for signal in ["TERM", "INT"] {
            let folder = tempfile::tempdir().unwrap();
            let mut child = start(folder.path(), "0");
            let url = line(&mut child)["url"].as_str().unwrap().to_owned();
            let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
            let port = host.strip_prefix("wallet.localhost:").unwrap();
            let path = format!("/{path}");
            assert!(get(port, "/", host).starts_with("HTTP/1.1 200"));
            assert!(get(port, &path, "evil.example").starts_with("HTTP/1.1 421"));
            let entered = get(port, &path, host);
            assert!(
                entered.starts_with("HTTP/1.1 303")
                    && entered.contains("HttpOnly; SameSite=Strict")
            );
            assert!(get(port, &path, host).starts_with("HTTP/1.1 403"));
            // Another one finds the port taken.
            let mut second = start(folder.path(), port);
            assert_eq!(line(&mut second)["error"], "address");
            assert_eq!(second.wait().unwrap().code(), Some(1));
            // A browser keeps a connection open, which does not hold it up.
            let idle = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
            let mut kill = Command::new("kill");
            kill.args([format!("-{signal}"), child.id().to_string()]);
            assert!(kill.status().unwrap().success());
            assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
            drop(idle);
        }
    }
}
