//! The authority: an identity check that believes a number, a registry that survives a restart;
//! open tickets, offers and evidence sessions in memory.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::{Router, body::Bytes, extract::State, routing::post};
use pairnym::{attribute::*, authority::*, message::*, store::*, *};
use rusqlite::{Transaction, params};
use tokio::sync::Mutex;

use crate::database::{Database, find};
use crate::{Answer, Failure, fresh, kept, rng};

const TABLES: &str = "CREATE TABLE IF NOT EXISTS people (person BLOB PRIMARY KEY,
    commitment BLOB UNIQUE NOT NULL, ticket BLOB UNIQUE NOT NULL);";
const BY_PERSON: &str = "SELECT commitment FROM people WHERE person = ?";
const MINUTES: Duration = Duration::from_secs(600);
const DAY: Duration = Duration::from_secs(86_400);

/// One registration, unique in each of its columns. A real one also keeps who was deleted.
impl AsyncRegistry for Database {
    type Error = rusqlite::Error;

    async fn register(&self, new: &Registration, _: UnixTime) -> rusqlite::Result<RegistryOutcome> {
        let (person, ticket, commitment) =
            (new.person.0, new.transaction.0, new.commitment.to_bytes());
        let register = move |t: &Transaction<'_>| {
            let row = params![person, commitment, ticket];
            if t.execute("INSERT OR IGNORE INTO people VALUES (?, ?, ?)", row)? == 1 {
                return Ok(RegistryOutcome::Registered);
            }
            // What stood there says why not.
            let by_ticket: Option<[u8; 32]> =
                find(t, "SELECT commitment FROM people WHERE ticket = ?", ticket)?;
            let by_person: Option<[u8; 32]> = find(t, BY_PERSON, person)?;
            Ok(match (by_ticket, by_person) {
                (Some(a), Some(b)) if a == commitment && b == commitment => RegistryOutcome::Again,
                (Some(_), _) => RegistryOutcome::TicketUsed,
                (None, Some(_)) => RegistryOutcome::PersonRegistered,
                (None, None) => RegistryOutcome::CommitmentRegistered,
            })
        };
        self.transaction(register).await
    }

    async fn is_registered(&self, offer: &IssuanceOffer) -> rusqlite::Result<bool> {
        let query = "SELECT 1 FROM people WHERE commitment = ?";
        let commitment = offer.commitment().to_bytes();
        self.transaction(move |t| Ok(find::<u8>(t, query, commitment)?.is_some())).await
    }
}

pub struct Service {
    authority: Authority,
    persons: [u8; 32],
    registry: Database,
    tickets: Mutex<HashMap<TransactionId, (OpenTicket, PersonId)>>,
    offers: Mutex<HashMap<[u8; 32], OpenOffer>>,
    sessions: Mutex<EvidenceSessions>,
}

type Service_ = State<Arc<Service>>;

/// Opens it, at the first time with new secrets and a first list: how it answers, and its list.
pub fn open(folder: &Path) -> Result<(Router, ParameterList), Failure> {
    let secret = |name| kept(&folder.join(name), || Ok(fresh::<32>().into()));
    let key = AuthorityKey::from_seed(secret("seed")?[..].try_into()?)?;
    let list = ParameterList::from_bytes(&kept(&folder.join("list"), || {
        let (now, schema) = (UnixTime::now(), Schema::new([("age_over_18", Kind::Flag)])?);
        let parameters = AuthorityParameters::new(&key, "id.example".parse()?, DAY, 4, schema)?;
        let (host, until) = ("id.example".parse()?, now.after(30 * DAY)?);
        Ok(ParameterList::first(host, now..until, UnixTime(0), parameters)?.to_bytes())
    })?)?;
    let service = Service {
        authority: Authority::open(key, list.clone())?,
        persons: secret("persons")?[..].try_into()?,
        registry: Database::open(&folder.join("registry.sqlite"), TABLES)?,
        tickets: Mutex::default(),
        offers: Mutex::default(),
        sessions: Mutex::new(EvidenceSessions::new(1_000, Duration::from_secs(30))),
    };
    let router = Router::new()
        .route("/ticket", post(ticket))
        .route("/enroll", post(enroll))
        .route("/offer", post(offer))
        .route("/issue", post(issue))
        .route("/evidence", post(evidence))
        .route("/respond", post(respond));
    Ok((router.with_state(Arc::new(service)), list))
}

/// Who passed the identity check: here, whoever names the number.
fn identified(service: &Service, number: &str) -> Result<PersonId, DecodeError> {
    PersonId::of_document(&service.persons, DocumentKind::ResidentIdentityCard, number)
}

async fn ticket(State(service): Service_, number: String) -> Answer<Vec<u8>> {
    let (person, id, now) =
        (identified(&service, &number)?, TransactionId(fresh()), UnixTime::now());
    let open = service.authority.open_ticket(id, MINUTES, now, &mut rng())?;
    let bytes = open.ticket().to_bytes();
    let mut tickets = service.tickets.lock().await;
    tickets.retain(|_, (open, _)| now <= open.expires());
    tickets.insert(id, (open, person));
    Ok(bytes)
}

async fn enroll(State(service): Service_, body: Bytes) -> Answer<()> {
    let (request, now) = (EnrollmentRequest::from_bytes(&body)?, UnixTime::now());
    let open = service.tickets.lock().await.get(request.transaction()).cloned();
    let (open, person) = open.ok_or(Error::Expired)?;
    let checked = service.authority.check_enrollment(&open, &request, person, now)?;
    checked.register_async(&service.registry, now).await?;
    Ok(())
}

async fn offer(State(service): Service_, number: String) -> Answer<Vec<u8>> {
    let (person, now) = (identified(&service, &number)?.0, UnixTime::now());
    let commitment = service.registry.transaction(move |t| find(t, BY_PERSON, person)).await?;
    let commitment = Commitment::from_bytes(commitment.ok_or(Error::NotRegistered)?)?;
    let values = [("age_over_18", true.into())];
    let open = service.authority.offer(commitment, values, MINUTES, now, &mut rng())?;
    let bytes = open.offer().to_bytes();
    let mut offers = service.offers.lock().await;
    offers.retain(|_, open| now <= open.expires());
    offers.insert(*open.offer().nonce(), open);
    Ok(bytes)
}

async fn issue(State(service): Service_, body: Bytes) -> Answer<Vec<u8>> {
    let request = IssuanceRequest::from_bytes(&body)?;
    let open = service.offers.lock().await.get(request.nonce()).cloned().ok_or(Error::Expired)?;
    let checked = service.authority.check_issuance(&open, &request, UnixTime::now())?;
    Ok(checked.issue_async(&service.registry).await?.to_bytes())
}

async fn evidence(State(service): Service_, body: Bytes) -> Answer<Vec<u8>> {
    let request = EvidenceRequest::from_bytes(&body)?;
    let (session, commitments) = service.authority.open_evidence(&request, &mut rng())?;
    service.sessions.lock().await.keep(session, UnixTime::now())?;
    Ok(commitments.to_bytes())
}

async fn respond(State(service): Service_, body: Bytes) -> Answer<Vec<u8>> {
    let challenges = EvidenceChallenges::from_bytes(&body)?;
    let mut sessions = service.sessions.lock().await;
    let session = sessions.take(challenges.session(), UnixTime::now())?;
    Ok(service.authority.respond(session, &challenges)?.to_bytes())
}
