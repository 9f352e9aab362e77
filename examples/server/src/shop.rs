//! The platform: pending requests bound to the browser's session, registration in one transaction
//! with the account, logins that look up the account first.

use std::path::Path;
use std::sync::Arc;

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName};
use axum::routing::post;
use axum::{Router, body::Bytes, extract::State};
use pairnym::{attribute::*, message::*, platform::*, rand_core::Rng, *};
use rusqlite::{Transaction, params};

use crate::database::{Database, find};
use crate::{Answer, Failure, rng};

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS pending (nonce BLOB PRIMARY KEY, request BLOB NOT NULL, browser TEXT);
    CREATE TABLE IF NOT EXISTS accounts (pseudonym TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS browsers (browser TEXT PRIMARY KEY, pseudonym TEXT NOT NULL);";

pub struct Shop {
    platform: Platform,
    database: Database,
}

impl Shop {
    pub fn open(folder: &Path, list: ParameterList) -> Result<Self, Failure> {
        let database = Database::open(&folder.join("shop.sqlite"), TABLES)?;
        Ok(Self { platform: Platform::new(list, "shop.example".parse()?), database })
    }

    pub fn router(self) -> Router {
        Router::new()
            .route("/begin", post(begin))
            .route("/request", post(request))
            .route("/present", post(present))
            .route("/log_in", post(log_in))
            .route("/whoami", post(whoami))
            .with_state(Arc::new(self))
    }
}

type Shop_ = State<Arc<Shop>>;

impl Shop {
    /// The pending request with this nonce. It stays pending until its nonce is used up.
    async fn pending(&self, nonce: &Nonce) -> Result<Request, Failure> {
        let nonce = nonce.0;
        let find = move |t: &Transaction<'_>| {
            find::<Vec<u8>>(t, "SELECT request FROM pending WHERE nonce = ?", nonce)
        };
        let bytes = self.database.transaction(find).await?.ok_or(Error::Replayed)?;
        Ok(Request::from_bytes(&bytes)?)
    }
}

/// Uses up a nonce: how many rows that changed is the proof. And whose browser began with it.
fn spend(t: &Transaction<'_>, nonce: &Nonce) -> Result<(u64, Option<String>), Failure> {
    let browser = find(t, "SELECT browser FROM pending WHERE nonce = ?", nonce.0)?;
    Ok((t.execute("DELETE FROM pending WHERE nonce = ?", [nonce.0])? as u64, browser))
}

/// The page of a browser begins: a request for it, known by its cookie, and for nobody else.
async fn begin(State(shop): Shop_, headers: HeaderMap, purpose: String) -> Answer<Begun> {
    let now = UnixTime::now();
    let request = match &purpose[..] {
        "register" => shop
            .platform
            .request(Purpose::Registration)
            .disclose("age_over_18")
            .require("age_over_18", Condition::Equals(true.into()))
            .build(now, &mut rng())?,
        _ => shop.platform.request_login(Purpose::Login).build(now, &mut rng())?,
    };
    let mut fresh = [0; 16];
    rng().fill_bytes(&mut fresh);
    let browser = cookie(&headers).unwrap_or_else(|| hex::encode(fresh));
    let (nonce, row) = (request.nonce().0, (request.to_bytes(), browser.clone()));
    let keep = move |t: &Transaction<'_>| {
        Ok(t.execute("INSERT INTO pending VALUES (?, ?, ?)", params![nonce, row.0, row.1])?)
    };
    shop.database.transaction(keep).await?;
    Ok(([(SET_COOKIE, format!("browser={browser}; HttpOnly; SameSite=Lax"))], hex::encode(nonce)))
}

type Begun = ([(HeaderName, String); 1], String);

/// The wallet fetches what was asked.
async fn request(State(shop): Shop_, nonce: String) -> Answer<Vec<u8>> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(nonce, &mut bytes).map_err(|_| Error::Rejected)?;
    Ok(shop.pending(&Nonce(bytes)).await?.to_bytes())
}

/// Registration: checked, and then nonce and account in one transaction.
async fn present(State(shop): Shop_, body: Bytes) -> Answer<()> {
    let (presentation, now) = (Presentation::from_bytes(&body)?, UnixTime::now());
    let request = shop.pending(presentation.nonce()).await?;
    let unspent = shop.platform.check(&request, &presentation, now)?;
    let register = move |t: &Transaction<'_>| {
        let (rows, browser) = spend(t, &unspent.to_spend().nonce)?;
        let pseudonym = unspent.after_spending(rows, now)?.pseudonym().to_string();
        t.execute("INSERT OR IGNORE INTO accounts VALUES (?)", [&pseudonym])?;
        t.execute("INSERT OR REPLACE INTO browsers VALUES (?, ?)", params![browser, pseudonym])?;
        Ok(())
    };
    Ok(shop.database.transaction(register).await?)
}

/// Login: checked, the account looked up, and only then the nonce used up.
async fn log_in(State(shop): Shop_, body: Bytes) -> Answer<()> {
    let (login, now) = (Login::from_bytes(&body)?, UnixTime::now());
    let visitor = shop.platform.check(&shop.pending(login.nonce()).await?, &login, now)?;
    let log_in = move |t: &Transaction<'_>| {
        let account = "SELECT pseudonym FROM accounts WHERE pseudonym = ?";
        let account: Option<String> = find(t, account, visitor.look_up_by().to_string())?;
        let unspent = visitor.is_account(account.ok_or(Error::NoAccount)?);
        let (rows, browser) = spend(t, &unspent.to_spend().nonce)?;
        let account = unspent.after_spending(rows, now)?.into_account();
        t.execute("INSERT OR REPLACE INTO browsers VALUES (?, ?)", params![browser, account])?;
        Ok(())
    };
    Ok(shop.database.transaction(log_in).await?)
}

/// The page asks who its browser is.
async fn whoami(State(shop): Shop_, headers: HeaderMap) -> Answer<String> {
    let whose = move |t: &Transaction<'_>| {
        let browser = cookie(&headers).unwrap_or_default();
        let found = find(t, "SELECT pseudonym FROM browsers WHERE browser = ?", browser)?;
        Ok(found.ok_or(Error::NoAccount)?)
    };
    Ok(shop.database.transaction(whose).await?)
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(COOKIE)?.to_str().ok()?.strip_prefix("browser=")?.into())
}
