//! The authority: an identity check that only looks whether a number is there, a registry that
//! survives a restart, open tickets and offers under a MAC, evidence sessions in memory alone.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use pairnym::*;
use rusqlite::{OptionalExtension, params};

use crate::database::Database;
use crate::{Failure, rng};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS seeds (name TEXT PRIMARY KEY, bytes BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS lists (serial INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS tickets (id BLOB PRIMARY KEY, sealed BLOB, person BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS offers (nonce BLOB PRIMARY KEY, sealed BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS people (
        person BLOB PRIMARY KEY, commitment BLOB UNIQUE NOT NULL, ticket BLOB UNIQUE NOT NULL);
";
const MINUTES: Duration = Duration::from_secs(600);

pub struct Service {
    authority: Authority,
    storage: StorageKey,
    persons: [u8; 32],
    database: Database,
    sessions: Mutex<EvidenceSessions>,
}

impl Service {
    /// Opens it, with a new key and a first list when there is none yet.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("authority.sqlite");
        let database = Database::open(&path, SCHEMA)?;
        let connection = rusqlite::Connection::open(path)?;
        let seed = |name: &str| -> Result<[u8; 32], Failure> {
            let mut fresh = [0; 32];
            rand_core::Rng::fill_bytes(&mut rng(), &mut fresh);
            connection.execute("INSERT OR IGNORE INTO seeds VALUES (?, ?)", params![name, fresh])?;
            let row = "SELECT bytes FROM seeds WHERE name = ?";
            Ok(connection.query_row(row, [name], |row| row.get(0))?)
        };
        let key = AuthorityKey::from_seed(&seed("key")?)?;
        let stored = "SELECT bytes FROM lists ORDER BY serial DESC LIMIT 1";
        let stored: Option<Vec<u8>> = connection.query_row(stored, [], |row| row.get(0)).optional()?;
        let list = match stored {
            Some(bytes) => ParameterList::from_bytes(&bytes)?,
            None => {
                let schema = Schema::new([("age_over_18", Kind::Flag)])?;
                let day = Duration::from_secs(86_400);
                let parameters = AuthorityParameters::new(&key, "id.example".parse()?, day, 4, schema)?;
                let (now, host) = (UnixTime::now(), "id.example".parse()?);
                let list = ParameterList::first(host, now, now.after(30 * day)?, UnixTime(0), parameters)?;
                connection.execute("INSERT INTO lists VALUES (0, ?)", [list.to_bytes()])?;
                list
            }
        };
        let storage = StorageKey::new(seed("storage")?, *list.authority());
        let authority = Authority::open(key, list)?;
        let sessions = Mutex::new(EvidenceSessions::new(1_000, Duration::from_secs(30)));
        Ok(Self { authority, storage, persons: seed("persons")?, database, sessions })
    }

    pub fn list(&self) -> &ParameterList {
        self.authority.list()
    }

    pub fn router(self) -> Router {
        Router::new()
            .route("/list", get(list))
            .route("/ticket", post(ticket))
            .route("/enroll", post(enroll))
            .route("/offer", post(offer))
            .route("/issue", post(issue))
            .route("/evidence", post(evidence))
            .route("/respond", post(respond))
            .with_state(Arc::new(self))
    }
}

/// Errors as HTTP has them: what the peer did, a conflict, or this side's own trouble.
pub struct Problem(StatusCode, String);

impl<E: Into<Failure>> From<E> for Problem {
    fn from(error: E) -> Self {
        let error = error.into();
        let status = match error.downcast_ref::<Error>() {
            Some(error) => status(error),
            None => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self(status, error.to_string())
    }
}

pub fn status(error: &Error) -> StatusCode {
    match error {
        Error::Decode(_) => StatusCode::BAD_REQUEST,
        Error::Rejected | Error::NoAccount => StatusCode::FORBIDDEN,
        Error::Expired | Error::NoSession => StatusCode::GONE,
        Error::Full | Error::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::CONFLICT,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

type Answer<T> = Result<T, Problem>;

async fn list(State(service): State<Arc<Service>>) -> Vec<u8> {
    service.list().to_bytes()
}

/// The identity check. A real one looks at a document; this one believes a number.
async fn ticket(State(service): State<Arc<Service>>, number: String) -> Answer<Vec<u8>> {
    let person = PersonId::of_document(&service.persons, DocumentKind::ResidentIdentityCard, &number)
        .map_err(Error::from)?;
    let mut transaction = TransactionId([0; 32]);
    rand_core::Rng::fill_bytes(&mut rng(), &mut transaction.0);
    let open = service.authority.open_ticket(transaction, MINUTES, UnixTime::now(), &mut rng())?;
    let (sealed, row) = (open.store(&service.storage), (transaction.0, person.0));
    let insert = "INSERT INTO tickets VALUES (?, ?, ?)";
    let insert = move |t: &rusqlite::Transaction<'_>| t.execute(insert, params![row.0, sealed, row.1]);
    service.database.transaction(insert).await??;
    Ok(open.ticket().to_bytes())
}

async fn enroll(State(service): State<Arc<Service>>, body: Bytes) -> Answer<()> {
    let request = EnrollmentRequest::from_bytes(&body).map_err(Error::from)?;
    let (id, now) = (request.transaction().0, UnixTime::now());
    let find = move |t: &rusqlite::Transaction<'_>| {
        let row = "SELECT sealed, person FROM tickets WHERE id = ?";
        t.query_row(row, [id], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?))).optional()
    };
    let (sealed, person) = service.database.transaction(find).await??.ok_or(Error::Expired)?;
    let open = OpenTicket::load(&sealed, &service.storage).map_err(Error::from)?;
    let checked = service.authority.check_enrollment(&open, &request, PersonId(person), now)?;
    let row = *checked.to_register();
    // The unique columns decide; what stood there before says why it was refused.
    let register = move |t: &rusqlite::Transaction<'_>| -> Result<RegistryOutcome, rusqlite::Error> {
        let insert = "INSERT OR IGNORE INTO people VALUES (?, ?, ?)";
        let columns = params![row.person.0, row.commitment.to_bytes(), row.transaction.0];
        if t.execute(insert, columns)? == 1 {
            return Ok(RegistryOutcome::Registered);
        }
        let find = "SELECT 1 FROM people WHERE person = ? AND commitment = ? AND ticket = ?";
        if t.query_row(find, columns, |_| Ok(())).optional()?.is_some() {
            return Ok(RegistryOutcome::Again);
        }
        let exists = |query: &str, value: [u8; 32]| t.query_row(query, [value], |_| Ok(())).optional();
        Ok(if exists("SELECT 1 FROM people WHERE ticket = ?", row.transaction.0)?.is_some() {
            RegistryOutcome::TicketUsed
        } else if exists("SELECT 1 FROM people WHERE person = ?", row.person.0)?.is_some() {
            RegistryOutcome::PersonRegistered
        } else {
            RegistryOutcome::CommitmentRegistered
        })
    };
    let outcome = service.database.transaction(register).await??;
    checked.after_registering(outcome)?;
    Ok(())
}

/// An offer, to whoever passes the identity check (here: names the number) again.
async fn offer(State(service): State<Arc<Service>>, number: String) -> Answer<Vec<u8>> {
    let person = PersonId::of_document(&service.persons, DocumentKind::ResidentIdentityCard, &number)
        .map_err(Error::from)?;
    let find = move |t: &rusqlite::Transaction<'_>| {
        let row = "SELECT commitment FROM people WHERE person = ?";
        t.query_row(row, [person.0], |row| row.get(0)).optional()
    };
    let commitment = service.database.transaction(find).await??.ok_or(Error::NotRegistered)?;
    let commitment = Commitment::from_bytes(commitment).map_err(Error::from)?;
    let values = [("age_over_18", true.into())];
    let open = service.authority.offer(commitment, values, MINUTES, UnixTime::now(), &mut rng())?;
    let (nonce, sealed) = (*open.offer().nonce(), open.store(&service.storage).to_vec());
    let insert = "INSERT INTO offers VALUES (?, ?)";
    let insert = move |t: &rusqlite::Transaction<'_>| t.execute(insert, params![nonce, sealed]);
    service.database.transaction(insert).await??;
    Ok(open.offer().to_bytes())
}

async fn issue(State(service): State<Arc<Service>>, body: Bytes) -> Answer<Vec<u8>> {
    let request = IssuanceRequest::from_bytes(&body).map_err(Error::from)?;
    let nonce = *request.nonce();
    let find = move |t: &rusqlite::Transaction<'_>| {
        let row = "SELECT sealed FROM offers WHERE nonce = ?";
        t.query_row(row, [nonce], |row| row.get::<_, Vec<u8>>(0)).optional()
    };
    let sealed = service.database.transaction(find).await??.ok_or(Error::Expired)?;
    let open = OpenOffer::load(&sealed, &service.storage).map_err(Error::from)?;
    let checked = service.authority.check_issuance(&open, &request, UnixTime::now())?;
    let commitment = checked.offer().commitment().to_bytes();
    let find = move |t: &rusqlite::Transaction<'_>| {
        t.query_row("SELECT 1 FROM people WHERE commitment = ?", [commitment], |_| Ok(())).optional()
    };
    let registered = service.database.transaction(find).await??.is_some();
    Ok(checked.issue_if(registered)?.to_bytes())
}

async fn evidence(State(service): State<Arc<Service>>, body: Bytes) -> Answer<Vec<u8>> {
    let request = EvidenceRequest::from_bytes(&body).map_err(Error::from)?;
    let (session, commitments) = service.authority.open_evidence(&request, &mut rng())?;
    let mut sessions = service.sessions.lock().map_err(|_| Error::Unavailable)?;
    sessions.keep(session, UnixTime::now())?;
    Ok(commitments.to_bytes())
}

async fn respond(State(service): State<Arc<Service>>, body: Bytes) -> Answer<Vec<u8>> {
    let challenges = EvidenceChallenges::from_bytes(&body).map_err(Error::from)?;
    let mut sessions = service.sessions.lock().map_err(|_| Error::Unavailable)?;
    let session = sessions.take(challenges.session(), UnixTime::now())?;
    Ok(service.authority.respond(session, &challenges)?.to_bytes())
}
