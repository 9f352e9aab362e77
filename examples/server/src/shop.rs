//! The platform: pending requests bound to the browser's session, registration in one transaction
//! with the account, logins that look up the account first.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as At, State};
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{get, post};
use pairnym::*;
use rusqlite::{OptionalExtension, Transaction, params};

use crate::authority::Problem;
use crate::database::Database;
use crate::{Failure, rng};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS pending (nonce BLOB PRIMARY KEY, request BLOB, browser TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS accounts (pseudonym TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS browsers (browser TEXT PRIMARY KEY, pseudonym TEXT NOT NULL);
";

pub struct Shop {
    platform: Platform,
    database: Database,
}

impl Shop {
    pub fn open(folder: &Path, list: ParameterList) -> Result<Self, Failure> {
        let database = Database::open(&folder.join("shop.sqlite"), SCHEMA)?;
        Ok(Self { platform: Platform::new(list, "shop.example".parse()?), database })
    }

    pub fn router(self) -> Router {
        Router::new()
            .route("/begin/{purpose}", post(begin))
            .route("/request/{nonce}", get(request))
            .route("/present", post(present))
            .route("/log_in", post(log_in))
            .route("/whoami", get(whoami))
            .with_state(Arc::new(self))
    }

    /// Does something for the browser that began the request of this nonce. The request stays
    /// pending until its nonce is used up in the transaction that makes the answer count.
    async fn pending(&self, nonce: Nonce) -> Result<(Request, String), Problem> {
        let find = move |t: &Transaction<'_>| {
            let row = "SELECT request, browser FROM pending WHERE nonce = ?";
            t.query_row(row, [nonce.0], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?))).optional()
        };
        let (request, browser) = self.database.transaction(find).await??.ok_or(Error::Replayed)?;
        Ok((Request::from_bytes(&request).map_err(Error::from)?, browser))
    }
}

/// What goes wrong in a transaction: the answer does not count, or the database failed.
enum Undone {
    Refused(Error),
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Undone {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Undone> for Problem {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::Refused(error) => error.into(),
            Undone::Database(error) => error.into(),
        }
    }
}

type Answer<T> = Result<T, Problem>;

fn cookie(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::COOKIE)?.to_str().ok()?;
    Some(value.strip_prefix("browser=")?.into())
}

/// The page begins: a request for this browser and nobody else.
async fn begin(
    State(shop): State<Arc<Shop>>,
    At(purpose): At<String>,
    headers: HeaderMap,
) -> Answer<impl IntoResponse> {
    let now = UnixTime::now();
    let request = match &purpose[..] {
        "register" => {
            let asked = shop.platform.request(Purpose::Registration).disclose("age_over_18");
            asked.require("age_over_18", Condition::Equals(true.into())).build(now, &mut rng())
        }
        _ => shop.platform.request_login(Purpose::Login).build(now, &mut rng()),
    }?;
    let mut fresh = [0; 16];
    rand_core::Rng::fill_bytes(&mut rng(), &mut fresh);
    let browser = cookie(&headers).unwrap_or_else(|| hex::encode(fresh));
    let row = (request.nonce().0, request.to_bytes(), browser.clone());
    let insert = "INSERT INTO pending VALUES (?, ?, ?)";
    let insert = move |t: &Transaction<'_>| t.execute(insert, params![row.0, row.1, row.2]);
    shop.database.transaction(insert).await??;
    let set = format!("browser={browser}; HttpOnly; SameSite=Lax");
    Ok((AppendHeaders([(header::SET_COOKIE, set)]), hex::encode(request.nonce().0)))
}

/// The wallet fetches what was asked.
async fn request(State(shop): State<Arc<Shop>>, At(nonce): At<String>) -> Answer<Vec<u8>> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(nonce, &mut bytes)?;
    Ok(shop.pending(Nonce(bytes)).await?.0.to_bytes())
}

/// Registration: the nonce and the account in one transaction.
async fn present(State(shop): State<Arc<Shop>>, body: Bytes) -> Answer<()> {
    let presentation = Presentation::from_bytes(&body).map_err(Error::from)?;
    let (request, browser) = shop.pending(*presentation.nonce()).await?;
    let now = UnixTime::now();
    let unspent = shop.platform.check(&request, &presentation, now)?;
    let register = move |t: &Transaction<'_>| -> Result<(), Undone> {
        let nonce = unspent.to_spend().nonce.0;
        let rows = t.execute("DELETE FROM pending WHERE nonce = ?", [nonce])? as u64;
        let verified = unspent.after_spending(rows, now).map_err(Undone::Refused)?;
        let pseudonym = verified.pseudonym().to_string();
        t.execute("INSERT OR IGNORE INTO accounts VALUES (?)", [&pseudonym])?;
        t.execute("INSERT OR REPLACE INTO browsers VALUES (?, ?)", [&browser, &pseudonym])?;
        Ok(())
    };
    Ok(shop.database.transaction(register).await??)
}

/// Login: the account is looked up, and only then the nonce used up.
async fn log_in(State(shop): State<Arc<Shop>>, body: Bytes) -> Answer<()> {
    let login = Login::from_bytes(&body).map_err(Error::from)?;
    let (request, browser) = shop.pending(login.nonce()).await?;
    let now = UnixTime::now();
    let visitor = shop.platform.check(&request, &login, now)?;
    let log_in = move |t: &Transaction<'_>| -> Result<(), Undone> {
        let pseudonym = visitor.look_up_by().to_string();
        let account = "SELECT pseudonym FROM accounts WHERE pseudonym = ?";
        let account = t.query_row(account, [&pseudonym], |row| row.get::<_, String>(0)).optional()?;
        let unspent = visitor.is_account(account.ok_or(Undone::Refused(Error::NoAccount))?);
        let nonce = unspent.to_spend().nonce.0;
        let rows = t.execute("DELETE FROM pending WHERE nonce = ?", [nonce])? as u64;
        let returning = unspent.after_spending(rows, now).map_err(Undone::Refused)?;
        t.execute("INSERT OR REPLACE INTO browsers VALUES (?, ?)", [&browser, returning.account()])?;
        Ok(())
    };
    Ok(shop.database.transaction(log_in).await??)
}

/// The page asks who its browser is.
async fn whoami(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Answer<String> {
    let browser = cookie(&headers).unwrap_or_default();
    let find = move |t: &Transaction<'_>| {
        let row = "SELECT pseudonym FROM browsers WHERE browser = ?";
        t.query_row(row, [browser], |row| row.get(0)).optional()
    };
    Ok(shop.database.transaction(find).await??.ok_or(Error::NoAccount)?)
}
