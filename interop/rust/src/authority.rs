//! The authority, and what it keeps: tickets, registry, offers, evidence sessions.

use std::collections::HashMap;
use std::num::NonZeroU32;

use pairnym::{
    AuthorityId, AuthorityKey, Commitment, EnrollmentRequest, EnrollmentTicket, Error,
    EvidenceChallenges, EvidenceRequest, EvidenceSessions, IssuanceOffer, IssuanceRequest, Kind,
    MemoryRegistry, Message, PersonId, Reenrollment, Schema, Value,
};
use serde::Deserialize;
use serde_json::json;

use crate::Answer;
use crate::fault::Fault;
use crate::json::{Bytes, Bytes32, Plain};
use crate::messages::{read, write};
use crate::world::{Context, Run, World, done};

/// How long an evidence session is kept.
const SESSION_SECONDS: u64 = 300;

/// An authority with its stores.
pub struct Authority {
    role: pairnym::Authority,
    tickets: HashMap<[u8; 32], EnrollmentTicket>,
    persons: Vec<PersonId>,
    registry: MemoryRegistry,
    offers: HashMap<[u8; 32], IssuanceOffer>,
    sessions: EvidenceSessions,
}

impl Authority {
    fn is_registered(&self, commitment: &Commitment) -> bool {
        self.persons.iter().any(|id| self.registry.commitment(id).as_ref() == Some(commitment))
    }

    fn describe(&self) -> serde_json::Value {
        let parameters = self.role.parameters();
        json!({ "parameters": write(parameters), "params_id": hex::encode(parameters.id().0) })
    }
}

/// A person by any short name.
fn person(name: &str) -> Result<PersonId, Fault> {
    let mut id = [0; 32];
    let place = id.get_mut(..name.len()).ok_or_else(|| Fault::usage("person: at most 32 bytes"))?;
    place.copy_from_slice(name.as_bytes());
    Ok(PersonId(id))
}

/// A new authority.
#[derive(Deserialize)]
pub struct New {
    seed: Option<Bytes32>,
    authority_id: String,
    #[serde(default)]
    schema: Vec<Attribute>,
    epoch_length: NonZeroU32,
    #[serde(default)]
    reenrollment: Policy,
    sessions: Option<usize>,
}

#[derive(Deserialize)]
struct Attribute {
    name: String,
    kind: PlainKind,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PlainKind {
    Flag,
    Integer,
    Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Policy {
    #[default]
    Refused,
    #[serde(rename = "same commitment")]
    SameCommitment,
    Allowed,
}

impl Run for New {
    fn run(self, world: &mut World, context: &mut Context) -> Answer {
        let seed = self.seed.map_or_else(|| context.coins.draw(), |seed| seed.0);
        let kind = |attribute: &Attribute| match attribute.kind {
            PlainKind::Flag => Kind::Flag,
            PlainKind::Integer => Kind::Integer,
            PlainKind::Text => Kind::Text,
        };
        let schema = self.schema.iter().map(|attribute| (attribute.name.as_str(), kind(attribute)));
        let policy = match self.reenrollment {
            Policy::Refused => Reenrollment::Refused,
            Policy::SameCommitment => Reenrollment::SameCommitment,
            Policy::Allowed => Reenrollment::Allowed,
        };
        let authority = Authority {
            role: pairnym::Authority::new(
                AuthorityKey::from_seed(&seed)?,
                AuthorityId::new(&self.authority_id).map_err(Fault::identifier)?,
                Schema::new(schema)?,
                self.epoch_length,
            ),
            tickets: HashMap::new(),
            persons: Vec::new(),
            registry: MemoryRegistry::new(policy),
            offers: HashMap::new(),
            sessions: EvidenceSessions::new(self.sessions.unwrap_or(1000), SESSION_SECONDS),
        };
        let mut answer = authority.describe();
        answer["authority"] = world.authorities.keep("authority", authority).into();
        Ok(answer)
    }
}

/// What it publishes.
#[derive(Deserialize)]
pub struct Parameters {
    authority: String,
}

impl Run for Parameters {
    fn run(self, world: &mut World, _: &mut Context) -> Answer {
        Ok(world.authorities.get(&self.authority)?.describe())
    }
}

/// Opens a transaction.
#[derive(Deserialize)]
pub struct Ticket {
    authority: String,
}

impl Run for Ticket {
    fn run(self, world: &mut World, context: &mut Context) -> Answer {
        let authority = world.authorities.get_mut(&self.authority)?;
        let transaction = context.coins.draw();
        let ticket = authority.role.invite(transaction, &mut context.coins);
        let answer =
            json!({ "ticket": write(&ticket), "transaction_id": hex::encode(transaction) });
        authority.tickets.insert(transaction, ticket);
        Ok(answer)
    }
}

/// Registers a person.
#[derive(Deserialize)]
pub struct Enroll {
    authority: String,
    transaction_id: Bytes32,
    person: String,
    request: Bytes,
}

impl Run for Enroll {
    fn run(self, world: &mut World, _: &mut Context) -> Answer {
        let Authority { role, tickets, persons, registry, .. } =
            world.authorities.get_mut(&self.authority)?;
        let request: EnrollmentRequest = read(&self.request)?;
        let ticket = tickets.get(&self.transaction_id.0);
        let ticket = ticket.ok_or_else(|| Fault::misuse("no_transaction"))?;
        let person = person(&self.person)?;
        let commitment = role.enroll(ticket, &request, person, registry)?;
        tickets.remove(&self.transaction_id.0);
        persons.push(person);
        Ok(json!({ "commitment": hex::encode(commitment.to_bytes()) }))
    }
}

/// Deletes a person.
#[derive(Deserialize)]
pub struct Delete {
    authority: String,
    person: String,
}

impl Run for Delete {
    fn run(self, world: &mut World, _: &mut Context) -> Answer {
        let authority = world.authorities.get_mut(&self.authority)?;
        if authority.registry.delete(&person(&self.person)?) {
            done()
        } else {
            Err(Fault::misuse("person_unknown"))
        }
    }
}

/// Offers a credential to a registered commitment.
#[derive(Deserialize)]
pub struct Offer {
    authority: String,
    commitment: Bytes32,
    #[serde(default)]
    values: Vec<Plain>,
}

impl Run for Offer {
    fn run(self, world: &mut World, context: &mut Context) -> Answer {
        let authority = world.authorities.get_mut(&self.authority)?;
        let commitment = Commitment::from_bytes(self.commitment.0).map_err(Fault::usage)?;
        let values: Vec<Value> = self.values.into_iter().map(Value::from).collect();
        if !authority.is_registered(&commitment) {
            return Err(Fault::misuse("commitment_unknown"));
        }
        let (now, coins) = (context.now, &mut context.coins);
        let offer = authority.role.offer(commitment, values, now, coins)?;
        let answer = json!({ "offer": write(&offer), "nonce": hex::encode(offer.nonce()) });
        authority.offers.insert(*offer.nonce(), offer);
        Ok(answer)
    }
}

/// Issues the credential of an offer.
#[derive(Deserialize)]
pub struct Issue {
    authority: String,
    request: Bytes,
}

impl Run for Issue {
    fn run(self, world: &mut World, _: &mut Context) -> Answer {
        let authority = world.authorities.get_mut(&self.authority)?;
        let request: IssuanceRequest = read(&self.request)?;
        // A request that answers no offer is one with another nonce than its offer's.
        let offer = authority.offers.get(request.nonce()).ok_or(Error::Rejected)?;
        if !authority.is_registered(offer.commitment()) {
            return Err(Fault::misuse("commitment_unknown"));
        }
        let response = authority.role.issue(offer, &request)?;
        authority.offers.remove(request.nonce());
        Ok(json!({ "response": write(&response) }))
    }
}

/// Opens an evidence session.
#[derive(Deserialize)]
pub struct OpenEvidence {
    authority: String,
    request: Bytes,
}

impl Run for OpenEvidence {
    fn run(self, world: &mut World, context: &mut Context) -> Answer {
        let authority = world.authorities.get_mut(&self.authority)?;
        let request: EvidenceRequest = read(&self.request)?;
        if !authority.sessions.has_room(context.now) {
            return Err(Error::Full.into());
        }
        let (session, commitments) = authority.role.open_evidence(&request, &mut context.coins)?;
        authority.sessions.keep(session, context.now)?;
        let commitments = commitments.to_bytes();
        // The session id is what follows the header (SPEC §14.9).
        let id = hex::encode(&commitments[2..34]);
        Ok(json!({ "commitments": hex::encode(commitments), "session_id": id }))
    }
}

/// Answers challenges.
#[derive(Deserialize)]
pub struct Respond {
    authority: String,
    challenges: Bytes,
}

impl Run for Respond {
    fn run(self, world: &mut World, context: &mut Context) -> Answer {
        let authority = world.authorities.get_mut(&self.authority)?;
        let challenges: EvidenceChallenges = read(&self.challenges)?;
        let session = authority.sessions.take(&challenges, context.now)?;
        Ok(json!({ "responses": write(&authority.role.respond(session, &challenges)?) }))
    }
}
