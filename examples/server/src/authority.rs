//! The authority: an identity check that believes a number, a registry that survives a restart;
//! open tickets, offers and evidence sessions in memory.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::{Json, Router, extract::State, routing::post};
use pairnym::{attribute::*, authority::*, message::*, store::*, *};
use rusqlite::{Transaction, params};
use tokio::sync::Mutex;

use crate::database::{Database, find};
use crate::{Answer, fresh};
use pairnym_example_wallet::{Failure, kept, rng};

const TABLES: &str = "CREATE TABLE IF NOT EXISTS people (person BLOB PRIMARY KEY,
    commitment BLOB UNIQUE NOT NULL, ticket BLOB UNIQUE NOT NULL);";
const BY_PERSON: &str = "SELECT commitment FROM people WHERE person = ?";
const BY_TICKET: &str = "SELECT commitment FROM people WHERE ticket = ?";
const MINUTES: Duration = Duration::from_secs(600);
const DAY: Duration = Duration::from_secs(86_400);

/// One registration, unique in each of its columns. A real one also keeps who was deleted.
impl AsyncRegistry for Database {
    type Error = rusqlite::Error;

    async fn register(&self, new: &Registration, _: UnixTime) -> rusqlite::Result<RegistryOutcome> {
        let Registration { person, transaction: ticket, .. } = *new;
        let commitment = new.commitment.to_bytes();
        let register = move |t: &Transaction<'_>| {
            let row = params![person.0, commitment, ticket.0];
            if t.execute("INSERT OR IGNORE INTO people VALUES (?, ?, ?)", row)? == 1 {
                return Ok(RegistryOutcome::Registered);
            }
            // What stood there says why not.
            let by = |query, key: [u8; 32]| find::<[u8; 32]>(t, query, key);
            let standing = (by(BY_TICKET, ticket.0)?, by(BY_PERSON, person.0)?);
            Ok(match standing {
                (Some(one), Some(other)) if [one, other] == [commitment; 2] => {
                    RegistryOutcome::Again
                }
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

type Here = State<Arc<Service>>;

/// Opens it, at the first time with new secrets and a first list: how it answers, and its list.
pub fn open(folder: &Path) -> Result<(Router, ParameterList), Failure> {
    let secret = |name| kept(&folder.join(name), || Ok(fresh::<32>().into()));
    let key = AuthorityKey::from_seed(secret("seed")?[..].try_into()?)?;
    let list = ParameterList::from_bytes(&kept(&folder.join("list"), || {
        let (now, schema) = (UnixTime::now(), Schema::new([("age_over_18", Kind::Flag)])?);
        let parameters = AuthorityParameters::new(&key, "id.example".parse()?, DAY, 4, schema)?;
        let (host, time) = ("id.example".parse()?, now..now.after(30 * DAY)?);
        Ok(ParameterList::first(host, time, UnixTime(0), parameters)?.to_bytes())
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

async fn ticket(State(here): Here, Json(number): Json<String>) -> Answer<EnrollmentTicket> {
    let (person, now) = (identified(&here, &number)?, UnixTime::now());
    let id = TransactionId::generate(&mut rng());
    let open = here.authority.open_ticket(id, MINUTES, now, &mut rng())?;
    let ticket = open.ticket().clone();
    let mut tickets = here.tickets.lock().await;
    tickets.retain(|_, (open, _)| now <= open.expires());
    tickets.insert(id, (open, person));
    Ok(Json(ticket))
}

async fn enroll(State(here): Here, Json(request): Json<EnrollmentRequest>) -> Answer<()> {
    let now = UnixTime::now();
    let open = here.tickets.lock().await.get(request.transaction()).cloned();
    let (open, person) = open.ok_or(Error::Expired)?;
    let checked = here.authority.check_enrollment(&open, &request, person, now)?;
    checked.register_async(&here.registry, now).await?;
    Ok(Json(()))
}

async fn offer(State(here): Here, Json(number): Json<String>) -> Answer<IssuanceOffer> {
    let (person, now) = (identified(&here, &number)?.0, UnixTime::now());
    let commitment = here.registry.transaction(move |t| find(t, BY_PERSON, person)).await?;
    let commitment = Commitment::from_bytes(commitment.ok_or(Error::NotRegistered)?)?;
    let values = [("age_over_18", true.into())];
    let open = here.authority.offer(commitment, values, MINUTES, now, &mut rng())?;
    let offer = open.offer().clone();
    let mut offers = here.offers.lock().await;
    offers.retain(|_, open| now <= open.expires());
    offers.insert(*offer.nonce(), open);
    Ok(Json(offer))
}

async fn issue(
    State(here): Here,
    Json(request): Json<IssuanceRequest>,
) -> Answer<IssuanceResponse> {
    let open = here.offers.lock().await.get(request.nonce()).cloned().ok_or(Error::Expired)?;
    let checked = here.authority.check_issuance(&open, &request, UnixTime::now())?;
    Ok(Json(checked.issue_async(&here.registry).await?))
}

async fn evidence(
    State(here): Here,
    Json(request): Json<EvidenceRequest>,
) -> Answer<EvidenceCommitments> {
    let (session, commitments) = here.authority.open_evidence(&request, &mut rng())?;
    here.sessions.lock().await.keep(session, UnixTime::now())?;
    Ok(Json(commitments))
}

async fn respond(
    State(here): Here,
    Json(challenges): Json<EvidenceChallenges>,
) -> Answer<EvidenceResponses> {
    let session = here.sessions.lock().await.take(challenges.session(), UnixTime::now())?;
    Ok(Json(here.authority.respond(session, &challenges)?))
}
