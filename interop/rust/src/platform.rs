//! The platform, for one authority or several, with one store of nonces.

use pairnym::{
    AuthorityParameters, Condition, Epoch, Error, Login, MemoryNonces, PlatformId, Presentation,
    Schema, Token, Value, Verified,
};
use serde::Deserialize;
use serde_json::json;

use crate::Answer;
use crate::fault::Fault;
use crate::json::{Bytes, Bytes32, PlainCondition, PlainPurpose, plain};
use crate::messages::{pseudonym, read, write};
use crate::world::{Context, Run, World};

/// One role for each set of parameters.
pub struct Platform {
    roles: Vec<pairnym::Platform>,
    nonces: MemoryNonces,
}

/// The role that answers requests under these parameters; where none does, pairnym's own refusal
/// comes from any of them.
fn role<'a>(roles: &'a [pairnym::Platform], parameters: &[u8; 32]) -> &'a pairnym::Platform {
    let found = roles.iter().find(|role| role.parameters().id().0 == *parameters);
    found.unwrap_or(&roles[0])
}

/// A new platform.
#[derive(Deserialize)]
pub struct New {
    platform_id: String,
    parameters: Vec<Bytes>,
}

impl Run for New {
    fn run(self, world: &mut World, _: &mut Context) -> Answer {
        let known = self
            .parameters
            .iter()
            .map(read::<AuthorityParameters>)
            .collect::<Result<Vec<_>, _>>()?;
        if known.is_empty() {
            return Err(Fault::usage("parameters: at least one"));
        }
        let id = PlatformId::new(&self.platform_id).map_err(Fault::identifier)?;
        let ids: Vec<_> = known.iter().map(|known| hex::encode(known.id().0)).collect();
        let roles = known.into_iter().map(|known| pairnym::Platform::new(known, id)).collect();
        let platform = Platform { roles, nonces: MemoryNonces::new(100_000) };
        Ok(json!({ "platform": world.platforms.keep("platform", platform), "params_ids": ids }))
    }
}

/// Makes a request.
#[derive(Deserialize)]
pub struct Request {
    platform: String,
    params_id: Bytes32,
    label: Option<String>,
    #[serde(default = "login")]
    purpose: PlainPurpose,
    first: Option<u64>,
    last: Option<u64>,
    expiry: Option<u64>,
    #[serde(default)]
    disclosures: Vec<usize>,
    #[serde(default)]
    conditions: Vec<PlainCondition>,
    statement: Option<Bytes>,
    notice: Option<Bytes32>,
}

const fn login() -> PlainPurpose {
    PlainPurpose::Login
}

/// The name of an attribute; of one that the schema does not have, a name that no schema has.
fn name(schema: &Schema, index: usize) -> &str {
    schema.iter().nth(index).map_or("", |(name, _)| name.as_str())
}

impl Run for Request {
    fn run(self, world: &mut World, context: &mut Context) -> Answer {
        let platform = world.platforms.get(&self.platform)?;
        let role = role(&platform.roles, &self.params_id.0);
        let parameters = role.parameters();
        if parameters.id().0 != self.params_id.0 {
            return Err(Error::ForeignParameters.into());
        }
        let mut builder = role.request(self.purpose.try_into()?);
        if let Some(label) = self.label {
            builder = builder.label(Token::new(&label).map_err(Fault::identifier)?);
        }
        for index in self.disclosures {
            builder = builder.disclose(name(parameters.schema(), index));
        }
        for condition in self.conditions {
            let name = name(parameters.schema(), condition.index);
            builder = builder.require(name, Condition::try_from(condition)?);
        }
        let Epoch(epoch) = parameters.epoch(context.now);
        let previous = epoch.checked_sub(self.first.unwrap_or(epoch));
        let previous = previous.and_then(|epochs| u8::try_from(epochs).ok());
        let previous = previous.ok_or_else(|| Fault::usage("first: not made by the builder"))?;
        builder = builder.accept_previous_epochs(previous);
        if let Some(expiry) = self.expiry {
            let seconds = expiry.checked_sub(context.now.0);
            let seconds = seconds.ok_or_else(|| Fault::usage("expiry: not made by the builder"))?;
            builder = builder.valid_for(seconds);
        }
        if let Some(statement) = self.statement {
            builder = builder.statement(&statement.0);
        }
        if let Some(notice) = self.notice {
            builder = builder.notice(notice.0);
        }
        let request = builder.build(context.now, &mut context.coins)?;
        if self.last.is_some_and(|last| Epoch(last) != *request.epochs().end()) {
            return Err(Fault::usage("last: not made by the builder"));
        }
        Ok(json!({
            "request": write(&request),
            "nonce": hex::encode(request.nonce()),
            "digest": hex::encode(request.digest().0),
        }))
    }
}

/// Verifies a presentation.
#[derive(Deserialize)]
pub struct Verify {
    platform: String,
    request: Bytes,
    presentation: Bytes,
}

impl Run for Verify {
    fn run(self, world: &mut World, context: &mut Context) -> Answer {
        let Platform { roles, nonces } = world.platforms.get_mut(&self.platform)?;
        let presentation: Presentation = read(&self.presentation)?;
        let request: pairnym::Request = read(&self.request)?;
        let role = role(roles, &request.parameters().0);
        let verified = role.verify(&request, &presentation, context.now, nonces)?;
        Ok(found(&verified, role.parameters().schema()))
    }
}

/// Verifies presentations under one set of parameters together.
#[derive(Deserialize)]
pub struct VerifyBatch {
    platform: String,
    answers: Vec<Answered>,
}

#[derive(Deserialize)]
struct Answered {
    request: Bytes,
    presentation: Bytes,
}

impl Run for VerifyBatch {
    fn run(self, world: &mut World, context: &mut Context) -> Answer {
        let Platform { roles, nonces } = world.platforms.get_mut(&self.platform)?;
        let mut answers = Vec::new();
        for Answered { request, presentation } in &self.answers {
            let presentation: Presentation = read(presentation)?;
            answers.push((read::<pairnym::Request>(request)?, presentation));
        }
        let (first, _) = answers.first().ok_or_else(|| Fault::usage("answers: at least one"))?;
        let role = role(roles, &first.parameters().0);
        let answers: Vec<_> =
            answers.iter().map(|(request, presentation)| (request, presentation)).collect();
        let verdicts = role.verify_batch(&answers, context.now, nonces).into_iter();
        let verdicts = verdicts.map(|verdict| match verdict {
            Ok(verified) => json!({ "ok": found(&verified, role.parameters().schema()) }),
            Err(error) => json!({ "error": Fault::from(error) }),
        });
        Ok(json!({ "verdicts": verdicts.collect::<Vec<_>>() }))
    }
}

/// 网号, epoch and claims.
fn found(verified: &Verified, schema: &Schema) -> serde_json::Value {
    let index = |name: &str| schema.iter().position(|(other, _)| other.as_str() == name);
    let claim = |(name, value): (&str, &Value)| json!({ "index": index(name), "name": name, "value": plain(value) });
    let mut found = pseudonym(verified.pseudonym());
    found["epoch"] = verified.epoch().0.into();
    found["claims"] = verified.claims().map(claim).collect();
    found
}

/// Verifies a login.
#[derive(Deserialize)]
pub struct VerifyLogin {
    platform: String,
    request: Bytes,
    login: Bytes,
    accounts: Option<Vec<Bytes32>>,
}

impl Run for VerifyLogin {
    fn run(self, world: &mut World, context: &mut Context) -> Answer {
        let Platform { roles, nonces } = world.platforms.get_mut(&self.platform)?;
        let login: Login = read(&self.login)?;
        let request: pairnym::Request = read(&self.request)?;
        let role = role(roles, &request.parameters().0);
        let name = role.verify_login(&request, &login, context.now, nonces)?;
        let known = |accounts: Vec<Bytes32>| accounts.iter().any(|a| a.0 == name.to_bytes());
        if self.accounts.is_none_or(known) {
            Ok(pseudonym(&name))
        } else {
            Err(Fault::misuse("no_account"))
        }
    }
}
