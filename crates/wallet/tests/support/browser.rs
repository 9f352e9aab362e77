//! A browser that runs no script, for the pages.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, Response};
use pairnym_transport::wallet::CrossDevice;
use pairnym_wallet::page::{Pages, Settings, Token};
use tower::ServiceExt as _;

use super::{COST, World, host};

pub const ORIGIN: &str = "http://wallet.localhost:8360";

pub fn settings(world: &World, folder: &Path, token: Option<Token>) -> Settings {
    Settings {
        origin: host("wallet.localhost:8360"),
        folder: folder.join("wallet"),
        pins: Some(world.pins()),
        cost: COST,
        cross_device: CrossDevice::default(),
        http: Arc::new(world.wire()),
        clock: world.clock(),
        token,
        lock_after: None,
    }
}

/// Every page that needs no form.
pub const GETS: [&str; 13] = [
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
    "/left",
];

/// What came back.
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// Where it is.
    pub at: String,
}

/// A form of a page, as a browser has it.
#[derive(Debug, Clone, Default)]
pub struct Form {
    pub action: String,
    pub multipart: bool,
    /// Names and values of what is sent unless the person changes it; buttons are not.
    pub fields: BTreeMap<String, String>,
    /// Names and values of its buttons, those among which one is chosen too.
    pub buttons: Vec<(String, String)>,
}

impl Page {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn forms(&self) -> Vec<Form> {
        let forms = self.text.split("<form ").skip(1);
        forms.map(|text| Form::read(text.split("</form>").next().unwrap(), &self.at)).collect()
    }

    /// The only one that goes there.
    pub fn form(&self, action: &str) -> Form {
        let forms = self.forms().into_iter().filter(|form| form.action == action);
        let [form] = &forms.collect::<Vec<_>>()[..] else { panic!("{action}: {}", self.text) };
        form.clone()
    }

    pub fn has(&self, text: &str) -> bool {
        self.text.contains(text)
    }
}

impl Form {
    pub fn read(text: &str, at: &str) -> Self {
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
            if tag.starts_with("button") || tag.contains("type=\"radio\"") {
                form.buttons.push((name, value));
            } else if !tag.contains("type=\"checkbox\"") {
                form.fields.insert(name, value);
            }
        }
        form
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        assert!(self.fields.contains_key(name), "{name}: {self:?}");
        self.fields.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Ticks a box.
    pub fn tick(mut self, name: &str, value: &str) -> Self {
        self.fields.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn press(mut self, name: &str, value: &str) -> Self {
        assert!(self.buttons.contains(&(name.to_owned(), value.to_owned())), "{self:?}");
        self.fields.insert(name.to_owned(), value.to_owned());
        self
    }
}

pub fn unescaped(text: &str) -> String {
    let text = text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"");
    text.replace("&#39;", "'").replace("&#38;", "&")
}

pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.bytes()
        .map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// Of a call without an `Origin`.
#[derive(Clone)]
pub struct NoOrigin;

/// A browser that runs no script.
pub struct Browser<'a> {
    pub world: &'a World,
    pub router: Router,
    pub cookies: BTreeMap<String, String>,
    pub language: &'static str,
    /// What it was shown, and where.
    pub seen: RefCell<Vec<(String, String)>>,
}

impl<'a> Browser<'a> {
    pub fn new(world: &'a World, pages: &Pages) -> Self {
        let (cookies, seen) = (BTreeMap::new(), RefCell::default());
        Self { world, router: pages.router(), cookies, language: "en", seen }
    }

    /// One call, with the headers that a browser adds unless they are given.
    pub fn call(&self, request: Request<Body>) -> Page {
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
            if parts.extensions.get::<NoOrigin>().is_none() {
                add("origin", ORIGIN);
            }
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
    pub fn follow(&mut self, mut page: Page) -> Page {
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

    pub fn get(&mut self, path: &str) -> Page {
        let page = self.call(Request::get(path).body(Body::empty()).unwrap());
        self.follow(page)
    }

    pub fn send(&mut self, form: Form) -> Page {
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
    pub fn enroll(&mut self, person: u8) {
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
        assert!(offer.has("<dt>18 years old or older (age_over_18)</dt>"), "{}", offer.text);
        let taken = offer.form(&offer.at).press("decision", "take");
        assert!(self.send(taken).has("<dd>32</dd>"));
    }

    /// The question of a link, by the form on the first page.
    pub fn ask(&mut self, link: &str) -> Page {
        let paste = self.get("/").form("/answer").with("link", link);
        self.send(paste)
    }
}

pub fn first_words(page: &str) -> String {
    let list = page.split("<ol class=\"words\"").nth(1).unwrap().split("</ol>").next().unwrap();
    let words = list.split("<li>").skip(1).map(|word| word.split("</li>").next().unwrap());
    words.collect::<Vec<_>>().join(" ")
}

/// A wallet with a credential, behind a token; and its browser.
pub fn ready<'a>(world: &'a World, folder: &Path) -> (Pages, Browser<'a>) {
    entered(world, settings(world, folder, None))
}

/// The same, with other settings but for the token.
pub fn entered<'a>(world: &'a World, settings: Settings) -> (Pages, Browser<'a>) {
    let token = Token::generate();
    let pages = Pages::new(Settings { token: Some(token.clone()), ..settings });
    let mut browser = Browser::new(world, &pages);
    browser.get(&format!("/enter/{token}"));
    browser.enroll(1);
    (pages, browser)
}
