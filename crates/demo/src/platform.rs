//! The platforms: each an axum program with pairnym's router, accounts and sessions of its own.

mod over_asking;

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use askama::Template;
use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use pairnym::attribute::Value;
use pairnym::{AuthorityId, ParameterList, Pseudonym, Purpose, UnixTime};
use pairnym_service::AnyStore;
use pairnym_service::authority::registrar::Permitted;
use pairnym_service::platform::{Account, Kept, Options, Redeemed, Service, Transaction};
use pairnym_store::{Accounts as _, Memory};
use pairnym_transport::Host;
use pairnym_transport::ed25519_dalek::SigningKey;
use pairnym_transport::permission::SignedPermission;

use crate::clock::{Clock, DAY};
use crate::page::{Frame, Port, cookie, minute, page, to};

type Failure = Box<dyn Error + Send + Sync>;

/// What a platform is for, and what it writes down about its users beside pairnym's own rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sells books.
    Shop,
    /// Shows films, to adults only.
    Video,
    /// Takes applications, which people sign.
    Government,
    /// Asks for more than it may.
    Lottery,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Shop, Self::Video, Self::Government, Self::Lottery];

    /// The first label of its host.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Video => "video",
            Self::Government => "gov",
            Self::Lottery => "lottery",
        }
    }

    /// What it asks, and what it may ask: TOML, as the platform's and the registrar's files.
    const fn files(self) -> (&'static str, &'static str) {
        match self {
            Self::Shop => {
                (include_str!("platform/shop.toml"), include_str!("platform/shop.permitted.toml"))
            }
            Self::Video => {
                (include_str!("platform/video.toml"), include_str!("platform/video.permitted.toml"))
            }
            Self::Government => {
                (include_str!("platform/gov.toml"), include_str!("platform/gov.permitted.toml"))
            }
            Self::Lottery => (
                include_str!("platform/lottery.toml"),
                include_str!("platform/lottery.permitted.toml"),
            ),
        }
    }
}

/// A platform. Clones share it.
#[derive(Clone)]
pub struct Platform {
    /// pairnym's part.
    pub service: Service,
    port: Port,
    shared: Arc<Shared>,
}

struct Shared {
    kind: Kind,
    clock: Clock,
    /// What the registrar permits; the lottery adds it to its questions by itself.
    permission: SignedPermission,
    own: Mutex<Own>,
}

/// What the platform's own program keeps.
#[derive(Default)]
struct Own {
    /// Who is logged in, by the cookie of the browser's session.
    sessions: HashMap<String, Pseudonym>,
    users: BTreeMap<Pseudonym, User>,
}

/// What the platform's own program writes down about a user.
#[derive(Clone, Debug, Default)]
pub struct User {
    /// What happened under the 网号, with the time.
    pub notes: Vec<(UnixTime, Note)>,
}

/// Something that a platform writes down.
#[derive(Clone, Debug)]
pub enum Note {
    /// Came, for the first time or again, and disclosed these attributes.
    Came {
        /// Whether it was a registration.
        new: bool,
        /// Names and values.
        disclosed: Vec<(String, Value)>,
    },
    /// Signed this statement.
    Signed(String),
    /// Did what one does at this platform.
    Did(Kind),
}

impl Note {
    /// In words.
    #[must_use]
    pub fn text(&self, f: Frame) -> String {
        match self {
            Self::Came { new: false, .. } => f.t("logged in", "登录").to_owned(),
            Self::Came { disclosed, .. } => {
                let disclosed = f
                    .values(disclosed)
                    .into_iter()
                    .map(|(name, value)| f.t(", ", "，").to_owned() + &name + f.colon() + &value);
                f.t("registered", "注册").to_owned() + &disclosed.collect::<String>()
            }
            Self::Signed(statement) => f.t("signed", "签署").to_owned() + f.colon() + statement,
            Self::Did(Kind::Video) => {
                f.t("watched a film from 18", "观看限 18 岁以上的影片").to_owned()
            }
            Self::Did(_) => f.t("bought a book", "买了一本书").to_owned(),
        }
    }
}

impl Shared {
    fn own(&self) -> MutexGuard<'_, Own> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Platform {
    /// The platform of this kind, for the people of the authority with this list. Within a runtime.
    ///
    /// # Errors
    /// None in fact: the files are the program's own.
    pub fn start(
        kind: Kind,
        port: u16,
        clock: Clock,
        list: ParameterList,
        registrar: &SigningKey,
    ) -> Result<Self, Failure> {
        let host: Host = format!("{}.localhost:{port}", kind.name()).parse()?;
        let (asks, permitted) = kind.files();
        let permission = permit(permitted, *list.authority(), host, clock.now(), registrar)?;
        // pairnym's service refuses to start with a question beyond its permission.
        let stapled = (kind != Kind::Lottery).then(|| permission.clone());
        let options = Options {
            host,
            origins: vec![host],
            wallet: format!("wallet.localhost:{port}").parse()?,
            list,
            permission: stapled,
            asks: toml::from_str(asks)?,
            queue: 1_000,
            threads: 1,
            kept: Kept::InMemory,
        };
        let store = AnyStore::new(Memory::new(10_000));
        let service = Service::start(options, store, clock.shared())?;
        let shared = Arc::new(Shared { kind, clock, permission, own: Mutex::default() });
        Ok(Self { service, port: Port(port), shared })
    }

    /// What it is for.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.shared.kind
    }

    /// What the platform's own program has written down about somebody.
    #[must_use]
    pub fn user(&self, pseudonym: &Pseudonym) -> User {
        self.shared.own().users.get(pseudonym).cloned().unwrap_or_default()
    }

    /// Its pages, and pairnym's.
    pub fn router(&self) -> Router {
        let own = Router::new()
            .route("/", get(home))
            .route("/welcome", post(welcome))
            .route("/signed", post(signed))
            .route("/do", post(act))
            .route("/log-out", post(log_out))
            .route("/leave", post(leave));
        let router = own.with_state(self.clone()).merge(self.service.router());
        match self.kind() {
            Kind::Lottery => over_asking::staple(router, self.shared.permission.clone()),
            _ => router,
        }
    }

    /// Who is logged in with this browser.
    fn visitor(&self, headers: &HeaderMap) -> Option<Pseudonym> {
        self.shared.own().sessions.get(cookie(headers, "session")?).copied()
    }

    fn note(&self, pseudonym: Pseudonym, note: Note) {
        let now = self.shared.clock.now();
        self.shared.own().users.entry(pseudonym).or_default().notes.push((now, note));
    }
}

/// What a registrar signs for a platform.
fn permit(
    file: &str,
    authority: AuthorityId,
    host: Host,
    now: UnixTime,
    registrar: &SigningKey,
) -> Result<SignedPermission, Failure> {
    let permitted: Permitted = toml::from_str(file)?;
    let time = (now, UnixTime(now.0 + 30 * DAY));
    Ok(permitted.sign((authority, *host.id()), time, registrar)?)
}

#[derive(Template)]
#[template(path = "platform.html")]
struct Home {
    f: Frame,
    kind: Kind,
    visitor: Option<Visitor>,
}

struct Visitor {
    pseudonym: String,
    notes: Vec<(String, String)>,
}

async fn home(State(platform): State<Platform>, f: Frame, headers: HeaderMap) -> Response {
    let visitor = platform.visitor(&headers).map(|pseudonym| Visitor {
        pseudonym: pseudonym.to_string(),
        notes: shown(&platform.user(&pseudonym), f),
    });
    page(f, StatusCode::OK, &Home { f, kind: platform.kind(), visitor })
}

/// Notes, the latest first.
pub(crate) fn shown(user: &User, f: Frame) -> Vec<(String, String)> {
    user.notes.iter().rev().map(|(at, note)| (minute(*at), note.text(f))).collect()
}

/// The person is back: whoever has this cookie from now on is the account.
fn logged_in(platform: &Platform, account: &Account) -> Response {
    let session = Transaction::random().to_string();
    let cookie = format!("session={session}; Path=/; HttpOnly; SameSite=Lax"); // and Secure, with TLS
    platform.shared.own().sessions.insert(session, account.pseudonym);
    ([(header::SET_COOKIE, cookie)], to("/")).into_response()
}

async fn welcome(State(platform): State<Platform>, Redeemed(account): Redeemed) -> Response {
    let (new, disclosed) = (account.purpose == Purpose::Registration, account.claims.clone());
    platform.note(account.pseudonym, Note::Came { new, disclosed });
    logged_in(&platform, &account)
}

async fn signed(State(platform): State<Platform>, Redeemed(account): Redeemed) -> Response {
    let statement = account.statement.clone().unwrap_or_default();
    platform.note(account.pseudonym, Note::Signed(statement));
    logged_in(&platform, &account)
}

/// What a user does at the platform, which is nothing to pairnym.
async fn act(State(platform): State<Platform>, headers: HeaderMap) -> Response {
    let kind = platform.kind();
    let visitor = platform.visitor(&headers);
    if let (Some(pseudonym), Kind::Shop | Kind::Video) = (visitor, kind) {
        platform.note(pseudonym, Note::Did(kind));
    }
    to("/")
}

async fn log_out(State(platform): State<Platform>, headers: HeaderMap) -> Response {
    if let Some(session) = cookie(&headers, "session") {
        platform.shared.own().sessions.remove(session);
    }
    to("/")
}

/// The user cancels the account: everything under the 网号 goes.
async fn leave(State(platform): State<Platform>, f: Frame, headers: HeaderMap) -> Response {
    let Some(pseudonym) = platform.visitor(&headers) else { return to("/") };
    if platform.service.store().erase(pseudonym).await.is_err() {
        let words = f.t("The store is down: nothing was erased.", "存储不可用，未删除任何内容。");
        return crate::page::problem(f, StatusCode::SERVICE_UNAVAILABLE, words, "unavailable");
    }
    let mut own = platform.shared.own();
    own.users.remove(&pseudonym);
    own.sessions.retain(|_, user| *user != pseudonym);
    to("/")
}

impl FromRef<Platform> for Service {
    fn from_ref(platform: &Platform) -> Self {
        platform.service.clone()
    }
}

impl FromRef<Platform> for Port {
    fn from_ref(platform: &Platform) -> Self {
        platform.port
    }
}
