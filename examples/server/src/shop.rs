//! The platform: pending requests bound to the browser's session, registration in one transaction
//! with the account, logins that look up the account first.

use std::path::Path;
use std::sync::Arc;

use axum::{Router, body::Bytes, extract::State, routing::post};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use pairnym::{attribute::*, message::*, platform::*, *};
use rusqlite::{Transaction, params};

use crate::database::{Database, find};
use crate::{Answer, Failure, fresh, rng};

/// A browser waits for the answer to one request, and then is somebody's.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS accounts (pseudonym TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS browsers
        (browser TEXT PRIMARY KEY, nonce BLOB UNIQUE, request BLOB, account TEXT);";

pub struct Shop {
    platform: Platform,
    database: Database,
}

type Shop_ = State<Arc<Shop>>;

/// Opens it: how it answers.
pub fn open(folder: &Path, list: ParameterList) -> Result<Router, Failure> {
    let database = Database::open(&folder.join("shop.sqlite"), TABLES)?;
    let shop = Shop { platform: Platform::new(list, "shop.example".parse()?), database };
    let router = Router::new()
        .route("/begin", post(begin))
        .route("/request", post(request))
        .route("/present", post(present))
        .route("/log_in", post(log_in))
        .route("/whoami", post(whoami));
    Ok(router.with_state(Arc::new(shop)))
}

impl Shop {
    /// The request with this nonce. It stays pending until its nonce is used up.
    async fn pending(&self, Nonce(nonce): Nonce) -> Result<Request, Failure> {
        let query = "SELECT request FROM browsers WHERE nonce = ? AND request IS NOT NULL";
        let bytes = self.database.transaction(move |t| find::<Vec<u8>>(t, query, nonce)).await?;
        Ok(Request::from_bytes(&bytes.ok_or(Error::Replayed)?)?)
    }
}

/// Uses up a nonce: how many rows that changed is the proof.
fn spend(t: &Transaction<'_>, Nonce(nonce): Nonce) -> rusqlite::Result<u64> {
    let spend = "UPDATE browsers SET request = NULL WHERE nonce = ? AND request IS NOT NULL";
    Ok(t.execute(spend, [nonce])? as u64)
}

/// The browser that began with this nonce is somebody's now.
fn belongs(t: &Transaction<'_>, Nonce(nonce): Nonce, account: &str) -> Result<(), Failure> {
    t.execute("UPDATE browsers SET account = ? WHERE nonce = ?", params![account, nonce])?;
    Ok(())
}

/// The page of a browser begins: a request for it, known by its cookie, and for nobody else.
async fn begin(State(shop): Shop_, purpose: String) -> Answer<(CookieJar, String)> {
    let builder = match &purpose[..] {
        "register" => shop
            .platform
            .request(Purpose::Registration)
            .disclose("age_over_18")
            .require("age_over_18", Condition::Equals(true.into())),
        _ => shop.platform.request_login(Purpose::Login),
    };
    let request = builder.build(UnixTime::now(), &mut rng())?;
    let (bytes, nonce, browser) =
        (request.to_bytes(), request.nonce().0, hex::encode(fresh::<16>()));
    let cookie = Cookie::build(("browser", browser.clone())).http_only(true);
    let insert = "INSERT INTO browsers VALUES (?, ?, ?, NULL)";
    let keep = move |t: &Transaction<'_>| t.execute(insert, params![browser, nonce, bytes]);
    shop.database.transaction(keep).await?;
    Ok((CookieJar::new().add(cookie.same_site(SameSite::Lax)), hex::encode(nonce)))
}

/// The wallet fetches what was asked.
async fn request(State(shop): Shop_, nonce: String) -> Answer<Vec<u8>> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(nonce, &mut bytes).map_err(|_| Error::Replayed)?;
    Ok(shop.pending(Nonce(bytes)).await?.to_bytes())
}

/// Registration: checked, and then nonce and account in one transaction.
async fn present(State(shop): Shop_, body: Bytes) -> Answer<()> {
    let (presentation, now) = (Presentation::from_bytes(&body)?, UnixTime::now());
    let nonce = *presentation.nonce();
    let unspent = shop.platform.check(&shop.pending(nonce).await?, &presentation, now)?;
    let register = move |t: &Transaction<'_>| {
        let verified = unspent.after_spending(spend(t, nonce)?, now)?;
        let account = verified.pseudonym().to_string();
        t.execute("INSERT OR IGNORE INTO accounts VALUES (?)", [&account])?;
        belongs(t, nonce, &account)
    };
    Ok(shop.database.transaction(register).await?)
}

/// Login: checked, the account looked up, and only then the nonce used up.
async fn log_in(State(shop): Shop_, body: Bytes) -> Answer<()> {
    let (login, now) = (Login::from_bytes(&body)?, UnixTime::now());
    let nonce = *login.nonce();
    let visitor = shop.platform.check(&shop.pending(nonce).await?, &login, now)?;
    let log_in = move |t: &Transaction<'_>| {
        let query = "SELECT pseudonym FROM accounts WHERE pseudonym = ?";
        let account = find::<String>(t, query, visitor.look_up_by().to_string())?;
        let unspent = visitor.is_account(account.ok_or(Error::NoAccount)?);
        belongs(t, nonce, unspent.after_spending(spend(t, nonce)?, now)?.account())
    };
    Ok(shop.database.transaction(log_in).await?)
}

/// The page asks who its browser is.
async fn whoami(State(shop): Shop_, cookies: CookieJar) -> Answer<String> {
    let browser = cookies.get("browser").map(|cookie| cookie.value().to_owned());
    let query = "SELECT account FROM browsers WHERE browser = ? AND account IS NOT NULL";
    let account = shop.database.transaction(move |t| find(t, query, browser)).await?;
    Ok(account.ok_or(Error::NoAccount)?)
}
