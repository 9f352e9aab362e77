//! The authority: an identity check that believes a number, a registry that survives a restart,
//! open tickets and offers under a MAC, evidence sessions in memory alone.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::{Router, body::Bytes, extract::State, routing::post};
use pairnym::{attribute::*, authority::*, message::*, rand_core::Rng, store::*, *};
use rusqlite::{Transaction, params};

use crate::database::{Database, find};
use crate::{Answer, Failure, rng};

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, bytes BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS tickets (id BLOB PRIMARY KEY, sealed BLOB NOT NULL, person BLOB);
    CREATE TABLE IF NOT EXISTS offers (nonce BLOB PRIMARY KEY, sealed BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS people (person BLOB PRIMARY KEY, commitment BLOB UNIQUE NOT NULL,
        ticket BLOB UNIQUE NOT NULL);";
const MINUTES: Duration = Duration::from_secs(600);

pub struct Service {
    pub authority: Authority,
    storage: StorageKey,
    persons: [u8; 32],
    database: Database,
    sessions: Mutex<EvidenceSessions>,
}

impl Service {
    /// Opens it; at the first time with a new key and a first list.
    pub async fn open(folder: &Path) -> Result<Self, Failure> {
        let database = Database::open(&folder.join("authority.sqlite"), TABLES)?;
        let kept = |t: &Transaction<'_>| {
            for name in ["key", "storage", "persons"] {
                let mut fresh = [0; 32];
                rng().fill_bytes(&mut fresh);
                t.execute("INSERT OR IGNORE INTO kept VALUES (?, ?)", params![name, fresh])?;
            }
            let seed = |name: &str| -> Result<[u8; 32], Failure> {
                let bytes = find(t, "SELECT bytes FROM kept WHERE name = ?", name)?;
                Ok(bytes.ok_or("a seed is missing")?)
            };
            let key = AuthorityKey::from_seed(&seed("key")?)?;
            let list = match find::<Vec<u8>>(t, "SELECT bytes FROM kept WHERE name = ?", "list")? {
                Some(bytes) => ParameterList::from_bytes(&bytes)?,
                None => first_list(&key)?,
            };
            t.execute("INSERT OR REPLACE INTO kept VALUES ('list', ?)", [list.to_bytes()])?;
            Ok::<_, Failure>((Authority::open(key, list)?, seed("storage")?, seed("persons")?))
        };
        let (authority, storage, persons) = database.transaction(kept).await?;
        let storage = StorageKey::new(storage, *authority.list().authority());
        let sessions = Mutex::new(EvidenceSessions::new(1_000, Duration::from_secs(30)));
        Ok(Self { authority, storage, persons, database, sessions })
    }

    pub fn router(self) -> Router {
        Router::new()
            .route("/ticket", post(ticket))
            .route("/enroll", post(enroll))
            .route("/offer", post(offer))
            .route("/issue", post(issue))
            .route("/evidence", post(evidence))
            .route("/respond", post(respond))
            .with_state(Arc::new(self))
    }

    fn person(&self, number: &str) -> Result<PersonId, DecodeError> {
        PersonId::of_document(&self.persons, DocumentKind::ResidentIdentityCard, number)
    }
}

fn first_list(key: &AuthorityKey) -> Result<ParameterList, Failure> {
    let schema = Schema::new([("age_over_18", Kind::Flag)])?;
    let (day, id) = (Duration::from_secs(86_400), "id.example");
    let parameters = AuthorityParameters::new(key, id.parse()?, day, 4, schema)?;
    let now = UnixTime::now();
    Ok(ParameterList::first(id.parse()?, now, now.after(30 * day)?, UnixTime(0), parameters)?)
}

type Service_ = State<Arc<Service>>;

async fn ticket(State(service): Service_, number: String) -> Answer<Vec<u8>> {
    let person = service.person(&number)?.0;
    let mut id = [0; 32];
    rng().fill_bytes(&mut id);
    let (id, now) = (TransactionId(id), UnixTime::now());
    let open = service.authority.open_ticket(id, MINUTES, now, &mut rng())?;
    let sealed = open.store(&service.storage);
    let keep = move |t: &Transaction<'_>| {
        Ok(t.execute("INSERT INTO tickets VALUES (?, ?, ?)", params![id.0, sealed, person])?)
    };
    service.database.transaction(keep).await?;
    Ok(open.ticket().to_bytes())
}

async fn enroll(State(service): Service_, body: Bytes) -> Answer<()> {
    let (request, now) = (EnrollmentRequest::from_bytes(&body)?, UnixTime::now());
    let shared = service.clone();
    // One transaction; the unique columns decide, and what stood there says why it was refused.
    let register = move |t: &Transaction<'_>| {
        let id = request.transaction().0;
        let sealed: Option<Vec<u8>> = find(t, "SELECT sealed FROM tickets WHERE id = ?", id)?;
        let person = find(t, "SELECT person FROM tickets WHERE id = ?", id)?.map(PersonId);
        let open = OpenTicket::load(&sealed.ok_or(Error::Expired)?, &shared.storage)?;
        let person = person.ok_or(Error::Expired)?;
        let checked = shared.authority.check_enrollment(&open, &request, person, now)?;
        let row = checked.to_register();
        let columns = params![row.person.0, row.commitment.to_bytes(), row.transaction.0];
        let changed = t.execute("INSERT OR IGNORE INTO people VALUES (?, ?, ?)", columns)?;
        let (by_ticket, by_person): (Option<[u8; 32]>, Option<[u8; 32]>) = (
            find(t, "SELECT commitment FROM people WHERE ticket = ?", id)?,
            find(t, "SELECT commitment FROM people WHERE person = ?", row.person.0)?,
        );
        let own = Some(row.commitment.to_bytes());
        let outcome = match (changed, by_ticket, by_person) {
            (1, ..) => RegistryOutcome::Registered,
            (_, ticket, person) if ticket == own && person == own => RegistryOutcome::Again,
            (_, Some(_), _) => RegistryOutcome::TicketUsed,
            (_, None, Some(_)) => RegistryOutcome::PersonRegistered,
            (_, None, None) => RegistryOutcome::CommitmentRegistered,
        };
        checked.after_registering(outcome, now)?;
        Ok(())
    };
    Ok(service.database.transaction(register).await?)
}

/// To whoever passes the identity check again; here, names the number.
async fn offer(State(service): Service_, number: String) -> Answer<Vec<u8>> {
    let (person, shared) = (service.person(&number)?.0, service.clone());
    let offer = move |t: &Transaction<'_>| {
        let commitment = find(t, "SELECT commitment FROM people WHERE person = ?", person)?;
        let commitment = Commitment::from_bytes(commitment.ok_or(Error::NotRegistered)?)?;
        let (values, now) = ([("age_over_18", true.into())], UnixTime::now());
        let open = shared.authority.offer(commitment, values, MINUTES, now, &mut rng())?;
        let row = params![open.offer().nonce(), *open.store(&shared.storage)];
        t.execute("INSERT INTO offers VALUES (?, ?)", row)?;
        Ok(open.offer().to_bytes())
    };
    Ok(service.database.transaction(offer).await?)
}

async fn issue(State(service): Service_, body: Bytes) -> Answer<Vec<u8>> {
    let (request, shared) = (IssuanceRequest::from_bytes(&body)?, service.clone());
    let issue = move |t: &Transaction<'_>| {
        let sealed = find(t, "SELECT sealed FROM offers WHERE nonce = ?", request.nonce())?;
        let sealed: Vec<u8> = sealed.ok_or(Error::Expired)?;
        let open = OpenOffer::load(&sealed, &shared.storage)?;
        let checked = shared.authority.check_issuance(&open, &request, UnixTime::now())?;
        let commitment = checked.offer().commitment().to_bytes();
        let registered = "SELECT person FROM people WHERE commitment = ?";
        let registered = find::<[u8; 32]>(t, registered, commitment)?.is_some();
        Ok(checked.issue_if(registered)?.to_bytes())
    };
    Ok(service.database.transaction(issue).await?)
}

async fn evidence(State(service): Service_, body: Bytes) -> Answer<Vec<u8>> {
    let request = EvidenceRequest::from_bytes(&body)?;
    let (session, commitments) = service.authority.open_evidence(&request, &mut rng())?;
    let mut sessions = service.sessions.lock().map_err(|_| Error::Unavailable)?;
    sessions.keep(session, UnixTime::now())?;
    Ok(commitments.to_bytes())
}

async fn respond(State(service): Service_, body: Bytes) -> Answer<Vec<u8>> {
    let challenges = EvidenceChallenges::from_bytes(&body)?;
    let mut sessions = service.sessions.lock().map_err(|_| Error::Unavailable)?;
    let session = sessions.take(challenges.session(), UnixTime::now())?;
    Ok(service.authority.respond(session, &challenges)?.to_bytes())
}
