//! The authority. It keeps neither tickets nor offers: their stored forms come back to it.

use std::collections::BTreeMap;
use std::time::Duration;

use pairnym::{
    Error, ParameterList, PersonId, StorageKey, TransactionId, UnixTime,
    attribute::Value,
    authority::{AuthorityKey, EvidenceSessions, OpenOffer, OpenTicket},
    message::{
        Commitment, EnrollmentRequest, EvidenceChallenges, EvidenceRequest, IssuanceRequest,
    },
};
use serde::Deserialize;
use serde_json::json;

use crate::Answer;
use crate::coins::Coins;
use crate::fault::Fault;
use crate::json::{Bytes, Bytes32, Plain, plain};
use crate::lists::known;
use crate::messages::{read, write};
use crate::registry::person;
use crate::world::{Run, World};

/// An authority and the key of its storage.
pub struct Authority {
    role: pairnym::authority::Authority,
    storage: StorageKey,
}

/// A new authority.
#[derive(Deserialize)]
pub struct New {
    seed: Bytes32,
    list: Bytes,
    storage_key: Option<Bytes32>,
}

impl Run for New {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let key = AuthorityKey::from_seed(&self.seed.0)?;
        let list: ParameterList = read(&self.list)?;
        let storage = self.storage_key.map_or_else(|| coins.draw(), |key| key.0);
        let storage = StorageKey::new(storage, *list.authority());
        let role = pairnym::authority::Authority::open(key, list)?;
        let mut answer = known(role.list());
        answer["params_id"] = hex::encode(role.parameters().id().0).into();
        answer["authority"] =
            world.authorities.keep("authority", Authority { role, storage }).into();
        Ok(answer)
    }
}

/// Takes the successor of its list.
#[derive(Deserialize)]
pub struct TakeList {
    authority: String,
    list: Bytes,
    now: u64,
}

impl Run for TakeList {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let role = &mut world.authorities.get_mut(&self.authority)?.role;
        role.adopt(read(&self.list)?, UnixTime(self.now))?;
        Ok(known(role.list()))
    }
}

/// Opens a transaction.
#[derive(Deserialize)]
pub struct Ticket {
    authority: String,
    now: u64,
    life: u64,
}

impl Run for Ticket {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let Authority { role, storage } = world.authorities.get(&self.authority)?;
        let transaction = TransactionId(coins.draw());
        let life = Duration::from_secs(self.life);
        let open = role.open_ticket(transaction, life, UnixTime(self.now), coins)?;
        let stored = hex::encode(open.store(storage));
        Ok(json!({ "ticket": write(open.ticket()), "stored": stored }))
    }
}

/// Checks the answer to a ticket.
#[derive(Deserialize)]
pub struct CheckEnrollment {
    authority: String,
    stored: Bytes,
    request: Bytes,
    now: u64,
}

impl Run for CheckEnrollment {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let Authority { role, storage } = world.authorities.get(&self.authority)?;
        let open = OpenTicket::load(&self.stored.0, storage)?;
        let request: EnrollmentRequest = read(&self.request)?;
        // Whose identity was checked is said to the registry.
        let nobody = PersonId([0; 32]);
        let checked = role.check_enrollment(&open, &request, nobody, UnixTime(self.now))?;
        let found = checked.to_register();
        let commitment = hex::encode(found.commitment.to_bytes());
        let transaction = hex::encode(found.transaction.0);
        Ok(json!({ "transaction_id": transaction, "commitment": commitment }))
    }
}

/// Checks the answer to a ticket, and registers the person whose identity was checked.
#[derive(Deserialize)]
pub struct Enroll {
    authority: String,
    stored: Bytes,
    request: Bytes,
    now: u64,
    registry: String,
    person: String,
    at_last: Option<u64>,
}

impl Run for Enroll {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let Authority { role, storage } = world.authorities.get(&self.authority)?;
        let open = OpenTicket::load(&self.stored.0, storage)?;
        let request: EnrollmentRequest = read(&self.request)?;
        let registry = world.registries.get(&self.registry)?;
        let registry = registry.by(role.parameters().schema());
        let person = person(&self.person)?;
        let checked = role.check_enrollment(&open, &request, person, UnixTime(self.now))?;
        let at_last = UnixTime(self.at_last.unwrap_or(self.now));
        let commitment = checked.register(&registry, at_last)?;
        Ok(json!({ "commitment": hex::encode(commitment.to_bytes()) }))
    }
}

/// Offers a credential.
#[derive(Deserialize)]
pub struct Offer {
    authority: String,
    #[serde(default)]
    values: Values,
    commitment: Bytes32,
    now: u64,
    life: u64,
}

/// In the order of the schema, or by name.
#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    Ordered(Vec<Plain>),
    Named(BTreeMap<String, Plain>),
}

impl Default for Values {
    fn default() -> Self {
        Self::Ordered(Vec::new())
    }
}

impl Run for Offer {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let Authority { role, storage } = world.authorities.get(&self.authority)?;
        let commitment = Commitment::from_bytes(self.commitment.0).map_err(Fault::usage)?;
        let schema = role.parameters().schema();
        let (fits, values): (bool, Vec<(String, Value)>) = match self.values {
            Values::Named(named) => {
                (true, named.into_iter().map(|(name, value)| (name, value.into())).collect())
            }
            Values::Ordered(all) => {
                let names = schema.iter().map(|(name, _)| name.as_str().to_owned());
                let fits = all.len() == schema.len();
                (
                    fits,
                    if fits {
                        names.zip(all.into_iter().map(Into::into)).collect()
                    } else {
                        vec![]
                    },
                )
            }
        };
        let values = values.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let (life, now) = (Duration::from_secs(self.life), UnixTime(self.now));
        let open = role.offer(commitment, values, life, now, coins)?;
        if !fits {
            // By name there are never too few or too many.
            return Err(Error::Schema.into());
        }
        let stored = hex::encode(&*open.store(storage));
        Ok(json!({ "offer": write(open.offer()), "stored": stored }))
    }
}

/// Checks the answer to an offer.
#[derive(Deserialize)]
pub struct CheckIssuance {
    authority: String,
    stored: Bytes,
    request: Bytes,
    now: u64,
}

impl Run for CheckIssuance {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let Authority { role, storage } = world.authorities.get(&self.authority)?;
        let open = OpenOffer::load(&self.stored.0, storage)?;
        let request: IssuanceRequest = read(&self.request)?;
        let checked = role.check_issuance(&open, &request, UnixTime(self.now))?;
        let offer = checked.offer();
        let commitment = hex::encode(offer.commitment().to_bytes());
        let values: Vec<_> = offer.values().iter().map(plain).collect();
        Ok(json!({ "commitment": commitment, "values": values }))
    }
}

/// Issues the credential of an offer.
#[derive(Deserialize)]
pub struct Issue {
    authority: String,
    stored: Bytes,
    request: Bytes,
    now: u64,
    registry: String,
}

impl Run for Issue {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let Authority { role, storage } = world.authorities.get(&self.authority)?;
        let open = OpenOffer::load(&self.stored.0, storage)?;
        let request: IssuanceRequest = read(&self.request)?;
        let registry = world.registries.get(&self.registry)?;
        let registry = registry.by(role.parameters().schema());
        let response = role.issue(&open, &request, UnixTime(self.now), &registry)?;
        Ok(json!({ "response": write(&response) }))
    }
}

/// A store of evidence sessions.
#[derive(Deserialize)]
pub struct NewSessions {
    limit: Option<usize>,
    life: Option<u64>,
}

impl Run for NewSessions {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let life = Duration::from_secs(self.life.unwrap_or(300));
        let sessions = EvidenceSessions::new(self.limit.unwrap_or(1000), life);
        Ok(json!({ "sessions": world.sessions.keep("sessions", sessions) }))
    }
}

/// Opens an evidence session.
#[derive(Deserialize)]
pub struct OpenEvidence {
    authority: String,
    sessions: String,
    request: Bytes,
    now: u64,
}

impl Run for OpenEvidence {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
        let role = &world.authorities.get(&self.authority)?.role;
        let sessions = world.sessions.get_mut(&self.sessions)?;
        let request: EvidenceRequest = read(&self.request)?;
        let (session, commitments) = role.open_evidence(&request, coins)?;
        sessions.keep(session, UnixTime(self.now))?;
        let id = hex::encode(commitments.session().0);
        Ok(json!({ "commitments": write(&commitments), "session_id": id }))
    }
}

/// Answers challenges.
#[derive(Deserialize)]
pub struct Respond {
    authority: String,
    sessions: String,
    challenges: Bytes,
    now: u64,
}

impl Run for Respond {
    fn run(self, world: &mut World, _: &mut Coins) -> Answer {
        let role = &world.authorities.get(&self.authority)?.role;
        let sessions = world.sessions.get_mut(&self.sessions)?;
        let challenges: EvidenceChallenges = read(&self.challenges)?;
        let session = sessions.take(challenges.session(), UnixTime(self.now))?;
        Ok(json!({ "responses": write(&role.respond(session, &challenges)?) }))
    }
}
