//! The demonstration as a server, browsers without a screen, and phones.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use pairnym_demo::World;
use pairnym_transport::wallet::CrossDevice;
use pairnym_wallet::{
    Answered, Asked, Coming, Cost, Decision, Failure, Language, Lock, Network, Wallet, Words,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use ureq::Agent;
use zeroize::Zeroizing;

/// The demonstration, on a free port.
pub struct Demo {
    pub world: Arc<World>,
    pub port: u16,
    _runtime: Runtime,
}

impl Demo {
    pub fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let (world, port) = runtime.block_on(async {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            let listener = tokio::net::TcpListener::bind(address).await.unwrap();
            let port = listener.local_addr().unwrap().port();
            let world = World::start(port).await.unwrap();
            tokio::spawn(world.clone().serve(listener, std::future::pending()));
            (world, port)
        });
        Self { world, port, _runtime: runtime }
    }

    pub fn browser(&self) -> Browser {
        let config = Agent::config_builder().max_redirects(0).http_status_as_error(false);
        let agent = config.max_redirects_will_error(false).build().new_agent();
        Browser { agent, port: self.port, cookies: HashMap::new(), language: "en" }
    }

    /// What `demo.localhost/knows` shows of a platform, by its heading.
    pub fn knows(&self, heading: &str) -> String {
        let page = self.browser().get("demo", "/knows").body;
        let after = page.split_once(&format!("<h2>{heading}</h2>")).unwrap().1;
        after.split("</section>").next().unwrap().to_owned()
    }
}

/// Keeps cookies, and follows no redirect by itself.
pub struct Browser {
    agent: Agent,
    port: u16,
    cookies: HashMap<String, HashMap<String, String>>,
    language: &'static str,
}

#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub location: String,
    pub body: String,
}

impl Page {
    /// What stands between these two in the page.
    pub fn between(&self, before: &str, after: &str) -> String {
        let (_, rest) = self.body.split_once(before).unwrap_or_else(|| panic!("{self:?}"));
        rest.split(after).next().unwrap().replace("&#38;", "&").replace("&#47;", "/")
    }
}

impl Browser {
    pub fn get(&mut self, host: &str, path: &str) -> Page {
        self.call(host, path, None)
    }

    pub fn post(&mut self, host: &str, path: &str, form: &str) -> Page {
        self.call(host, path, Some(("application/x-www-form-urlencoded", form)))
    }

    pub fn in_chinese(self) -> Self {
        Self { language: "zh-CN,zh;q=0.9,en;q=0.8", ..self }
    }

    fn call(&mut self, host: &str, path: &str, body: Option<(&str, &str)>) -> Page {
        let own = format!("http://{host}.localhost:{}", self.port);
        self.call_from(&own, host, path, body)
    }

    /// A page of another site posts a form.
    pub fn post_from(&mut self, site: &str, host: &str, path: &str) -> Page {
        let form = Some(("application/x-www-form-urlencoded", ""));
        self.call_from(&format!("https://{site}"), host, path, form)
    }

    fn call_from(
        &mut self,
        origin: &str,
        host: &str,
        path: &str,
        body: Option<(&str, &str)>,
    ) -> Page {
        let named = format!("{host}.localhost:{}", self.port);
        let method = if body.is_some() { "POST" } else { "GET" };
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1:{}{path}", self.port))
            .header("host", &named)
            .header("accept", "text/html")
            .header("accept-language", self.language);
        let jar = self.cookies.entry(host.to_owned()).or_default();
        let cookies: Vec<_> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        let mut response = match body {
            Some((media_type, body)) => {
                let request = request.header("content-type", media_type);
                let request = request.header("origin", origin);
                self.agent.run(request.body(body.to_owned()).unwrap()).unwrap()
            }
            None => self.agent.run(request.body(()).unwrap()).unwrap(),
        };
        for cookie in response.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            jar.insert(name.to_owned(), value.to_owned());
        }
        let location = response.headers().get("location");
        let location = location.map_or("", |value| value.to_str().unwrap()).to_owned();
        let status = response.status().as_u16();
        Page { status, location, body: response.body_mut().read_to_string().unwrap() }
    }

    /// The first page of a host, once it has this.
    pub fn wait(&mut self, host: &str, text: &str) -> Page {
        for _ in 0..200 {
            let page = self.get(host, "/");
            if page.body.contains(text) {
                return page;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("no {text} in {:?}", self.get(host, "/"));
    }

    /// Begins at a platform: the link for the same device, or the text of the QR code.
    pub fn begin(&mut self, host: &str, ask: &str, flow: &str) -> String {
        let begun = self.post(host, &format!("/pairnym/ask/{ask}"), &format!("flow={flow}"));
        assert_eq!((begun.status, &*begun.location), (303, "/pairnym/request"));
        let shown = self.get(host, "/pairnym/request");
        shown.between("<code id=\"uri\" tabindex=\"0\">", "</code>")
    }

    /// Opens the done page, and does what its script does: to the page that takes the code.
    pub fn come_back(&mut self, host: &str, answered: &Answered, return_to: &str) -> Page {
        let done = answered.done.expect("the same device").to_string();
        let code = done.split_once('#').unwrap().1;
        self.come_back_with(host, code, return_to)
    }

    /// The same, with the code of a done page.
    pub fn come_back_with(&mut self, host: &str, code: &str, return_to: &str) -> Page {
        let page = self.return_with(host, code);
        if page.status != 200 {
            return page;
        }
        self.redeem(host, code, return_to)
    }

    /// Opens the done page with this code, and does what its script does: returns the page that
    /// takes the code.
    pub fn return_with(&mut self, host: &str, code: &str) -> Page {
        let path = "/.well-known/pairnym/done";
        assert_eq!(self.get(host, path).status, 200);
        let json = format!("{{\"code\":\"{code}\"}}");
        let to = self.call(host, path, Some(("application/json", &json)));
        let begin = format!("http://{host}.localhost:{}", self.port);
        let to = to.between("\"to\":\"", "\"").strip_prefix(&begin).unwrap().to_owned();
        self.get(host, &to)
    }

    /// Does what the script of that page does: posts the code to the platform's own program.
    pub fn redeem(&mut self, host: &str, code: &str, return_to: &str) -> Page {
        self.post(host, return_to, &format!("code={code}"))
    }
}

/// A phone, with a wallet on it.
pub struct Phone {
    pub wallet: Wallet,
    _folder: TempDir,
}

const COST: Cost = Cost { memory: 8, passes: 1 };

fn lock() -> Lock {
    Lock::Passphrase(Zeroizing::new("correct horse".into()))
}

impl Phone {
    pub fn new(demo: &Demo) -> Self {
        let (folder, pins) = (tempfile::tempdir().unwrap(), demo.world.authority.pins.clone());
        let now = demo.world.clock.now();
        let mut wallet = Wallet::create(folder.path(), &lock(), COST, pins, now).unwrap();
        let words = wallet.words(Language::English).unwrap();
        wallet.confirm_words(&words).unwrap();
        Self { wallet, _folder: folder }
    }

    /// A new phone, from what somebody has written down.
    pub fn restored(demo: &Demo, words: &Words) -> Self {
        let (folder, pins) = (tempfile::tempdir().unwrap(), demo.world.authority.pins.clone());
        let now = demo.world.clock.now();
        let wallet = Wallet::restore_words(folder.path(), &lock(), COST, words, pins, now);
        Self { wallet: wallet.unwrap(), _folder: folder }
    }

    /// The person goes to the counter, and types the code.
    pub fn enroll(&mut self, demo: &Demo, person: usize) -> Result<(), Failure> {
        let shown = demo.browser().post("id", "/identify", &format!("person={person}"));
        let code = shown.between("id=\"code\">", "<").parse().unwrap();
        self.wallet.enroll(&Network::default(), code, demo.world.clock.now())?;
        self.refresh(demo)
    }

    pub fn refresh(&mut self, demo: &Demo) -> Result<(), Failure> {
        let (network, now) = (Network::default(), demo.world.clock.now());
        assert_eq!(self.wallet.follow_lists(&network, now)?, []);
        self.wallet.refresh(&network, |_| true, now)
    }

    pub fn come(&mut self, demo: &Demo, text: &str) -> Result<Coming, Failure> {
        let now = demo.world.clock.now();
        self.wallet.come(&Network::default(), text, CrossDevice::default(), now)
    }

    pub fn asked(&mut self, demo: &Demo, text: &str) -> Asked {
        match self.come(demo, text).unwrap() {
            Coming::Asks(asked) => *asked,
            other => panic!("{other:?}"),
        }
    }

    pub fn decide(
        &mut self,
        demo: &Demo,
        asked: Asked,
        decision: Decision,
    ) -> Result<Answered, Failure> {
        self.wallet.decide(&Network::default(), asked, decision, demo.world.clock.now())
    }

    /// Registers, logs in or signs with a browser on this phone, and returns the 网号 that the
    /// platform welcomes.
    pub fn goes_to(&mut self, demo: &Demo, browser: &mut Browser, host: &str, ask: &str) -> String {
        let link = browser.begin(host, ask, "same-device");
        let asked = self.asked(demo, &link);
        let answered = self.decide(demo, asked, Decision::AnswerAndDisclose).unwrap();
        let to = if ask == "sign" { "/signed" } else { "/welcome" };
        let back = browser.come_back(host, &answered, to);
        assert_eq!((back.status, &*back.location), (303, "/"), "{back:?}");
        browser.get(host, "/").between("id=\"pseudonym\">", "<")
    }
}
