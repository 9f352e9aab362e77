//! The platform: pending requests bound to the browser's session, registration in one transaction
//! with the account, logins that look up the account first.

use std::path::Path;
use std::sync::Arc;

use axum::{Json, Router, extract::State, routing::post};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use pairnym::{attribute::*, message::*, platform::*, *};
use rusqlite::{Transaction, params};

use crate::database::{Database, find};
use crate::{Answer, Problem, fresh};
use pairnym_example_wallet::{Failure, rng};

/// A browser waits for the answer to one request, and then is somebody's.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS accounts (pseudonym TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS browsers
        (browser TEXT PRIMARY KEY, nonce BLOB UNIQUE, request BLOB, account TEXT);";

pub struct Shop {
    platform: Platform,
    database: Database,
}

type Here = State<Arc<Shop>>;

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
async fn begin(
    State(shop): Here,
    Json(wanted): Json<String>,
) -> Result<(CookieJar, Json<Nonce>), Problem> {
    let asked = shop.platform.request(Purpose::Registration).disclose("age_over_18");
    let asked = match &wanted[..] {
        "registration" => asked.require("age_over_18", Condition::Equals(true.into())),
        _ => shop.platform.request_login(Purpose::Login),
    };
    let request = asked.build(UnixTime::now(), &mut rng())?;
    let (bytes, nonce) = (request.to_bytes(), *request.nonce());
    let browser = format!("{:032x}", u128::from_be_bytes(fresh()));
    let cookie = Cookie::build(("browser", browser.clone())).http_only(true);
    let insert = "INSERT INTO browsers VALUES (?, ?, ?, NULL)";
    let keep = move |t: &Transaction<'_>| t.execute(insert, params![browser, nonce.0, bytes]);
    shop.database.transaction(keep).await?;
    Ok((CookieJar::new().add(cookie.same_site(SameSite::Lax)), Json(nonce)))
}

/// The wallet fetches what was asked.
async fn request(State(shop): Here, Json(nonce): Json<Nonce>) -> Answer<Request> {
    Ok(Json(shop.pending(nonce).await?))
}

/// Registration: checked, and then nonce and account in one transaction.
async fn present(State(shop): Here, Json(presentation): Json<Presentation>) -> Answer<()> {
    let (nonce, now) = (*presentation.nonce(), UnixTime::now());
    let unspent = shop.platform.check(&shop.pending(nonce).await?, &presentation, now)?;
    let register = move |t: &Transaction<'_>| {
        let verified = unspent.after_spending(spend(t, nonce)?, now)?;
        let account = verified.pseudonym().to_string();
        t.execute("INSERT OR IGNORE INTO accounts VALUES (?)", [&account])?;
        belongs(t, nonce, &account)
    };
    Ok(Json(shop.database.transaction(register).await?))
}

/// Login: checked, the account looked up, and only then the nonce used up.
async fn log_in(State(shop): Here, Json(login): Json<Login>) -> Answer<()> {
    let (nonce, now) = (*login.nonce(), UnixTime::now());
    let visitor = shop.platform.check(&shop.pending(nonce).await?, &login, now)?;
    let log_in = move |t: &Transaction<'_>| {
        let query = "SELECT pseudonym FROM accounts WHERE pseudonym = ?";
        let account = find::<String>(t, query, visitor.look_up_by().to_string())?;
        let unspent = visitor.is_account(account.ok_or(Error::NoAccount)?);
        belongs(t, nonce, unspent.after_spending(spend(t, nonce)?, now)?.account())
    };
    Ok(Json(shop.database.transaction(log_in).await?))
}

/// The page asks who its browser is.
async fn whoami(State(shop): Here, cookies: CookieJar) -> Answer<String> {
    let browser = cookies.get("browser").map(|cookie| cookie.value().to_owned());
    let query = "SELECT account FROM browsers WHERE browser = ? AND account IS NOT NULL";
    let account = shop.database.transaction(move |t| find(t, query, browser)).await?;
    Ok(Json(account.ok_or(Error::NoAccount)?))
}
