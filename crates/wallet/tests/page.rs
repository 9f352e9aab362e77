//! The wallet as pages: a life through forms alone, and calls that must not do anything.

#![cfg(feature = "page")]

mod support;

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
}

impl<'a> Browser<'a> {
    fn new(world: &'a World, pages: &Pages) -> Self {
        Self { world, router: pages.router(), cookies: BTreeMap::new(), language: "en" }
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
