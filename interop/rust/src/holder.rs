//! The holder: secrets, 网号, enrollment, presentation and login.

use pairnym::{
    AuthorityId, AuthorityParameters, Consent, EnrollmentTicket, HolderSecrets, MasterSecret,
    PinnedParameters, PlatformId, Scope, Token,
};
use serde::Deserialize;
use serde_json::json;

use crate::Answer;
use crate::fault::Fault;
use crate::json::{Bytes, Bytes32};
use crate::messages::{pseudonym, read, write};
use crate::world::{Context, Run, World};

/// A person's device, with parameters of one authority pinned.
#[derive(Deserialize)]
pub struct New {
    master_secret: Option<Bytes32>,
    parameters: Vec<Bytes>,
}

impl Run for New {
    fn run(self, world: &mut World, context: &mut Context) -> Answer {
        let master = match self.master_secret {
            Some(bytes) => MasterSecret::import(bytes.0),
            None => MasterSecret::generate(&mut context.coins),
        };
        let entries = self
            .parameters
            .iter()
            .map(read::<AuthorityParameters>)
            .collect::<Result<Vec<_>, _>>()?;
        let (first, others) =
            entries.split_first().ok_or_else(|| Fault::usage("parameters: at least one"))?;
        let mut pinned = PinnedParameters::new(first.clone());
        for entry in others {
            pinned.pin(entry.clone())?;
        }
        let ids: Vec<_> = entries.iter().map(|entry| hex::encode(entry.id().0)).collect();
        let holder = pairnym::Holder::new(&master, pinned)?;
        // `holder.pseudonym` takes any authority, which pairnym's holder does not.
        Ok(json!({ "holder": world.holders.keep("holder", (holder, master)), "params_ids": ids }))
    }
}

/// The 网号 in a scope.
#[derive(Deserialize)]
pub struct Pseudonym {
    holder: String,
    authority_id: String,
    platform_id: String,
    label: Option<String>,
}

impl Run for Pseudonym {
    fn run(self, world: &mut World, _: &mut Context) -> Answer {
        let (_, master) = world.holders.get(&self.holder)?;
        let authority = AuthorityId::new(&self.authority_id).map_err(Fault::identifier)?;
        let platform = PlatformId::new(&self.platform_id).map_err(Fault::identifier)?;
        let label = self.label.as_deref().map(Token::new).transpose();
        let scope = Scope::new(authority, platform, label.map_err(Fault::identifier)?);
        let secrets = HolderSecrets::derive(master, &authority);
        Ok(pseudonym(&pairnym::Pseudonym::derive(&secrets, &scope)?))
    }
}

/// Answers a ticket.
#[derive(Deserialize)]
pub struct Enroll {
    holder: String,
    ticket: Bytes,
}

impl Run for Enroll {
    fn run(self, world: &mut World, context: &mut Context) -> Answer {
        let (holder, _) = world.holders.get(&self.holder)?;
        let ticket: EnrollmentTicket = read(&self.ticket)?;
        let request = holder.enroll(&ticket, &mut context.coins)?;
        let commitment = hex::encode(holder.commitment().to_bytes());
        Ok(json!({ "request": write(&request), "commitment": commitment }))
    }
}

/// Shows a credential.
#[derive(Deserialize)]
pub struct Present {
    credential: String,
    evidence: String,
    request: Bytes,
    authenticated: String,
    #[serde(default)]
    consent: bool,
}

impl Run for Present {
    fn run(self, world: &mut World, context: &mut Context) -> Answer {
        let held = world.credentials.get(&self.credential)?;
        let (holder, _) = world.holders.get(&held.holder)?;
        let item = world.evidence.get_mut(&self.evidence)?;
        let request: pairnym::Request = read(&self.request)?;
        let platform = PlatformId::new(&self.authenticated).map_err(Fault::identifier)?;
        let consent = if self.consent {
            Consent::to_disclose(&request, &platform)
        } else {
            Consent::to_answer(&request, &platform)
        };
        let evidence = item.take().ok_or_else(|| Fault::misuse("evidence_used"))?;
        let (now, coins) = (context.now, &mut context.coins);
        match holder.present(&held.credential, evidence, consent, now, coins) {
            Ok(presentation) => Ok(json!({ "presentation": write(&presentation) })),
            Err(refusal) => {
                let error = refusal.error();
                *item = Some(refusal.into_evidence());
                Err(error.into())
            }
        }
    }
}

/// Logs in.
#[derive(Deserialize)]
pub struct LogIn {
    holder: String,
    request: Bytes,
    authenticated: String,
}

impl Run for LogIn {
    fn run(self, world: &mut World, context: &mut Context) -> Answer {
        let (holder, _) = world.holders.get(&self.holder)?;
        let request: pairnym::Request = read(&self.request)?;
        let platform = PlatformId::new(&self.authenticated).map_err(Fault::identifier)?;
        let consent = Consent::to_answer(&request, &platform);
        let login = holder.log_in(consent, context.now, &mut context.coins)?;
        Ok(json!({ "login": write(&login) }))
    }
}
