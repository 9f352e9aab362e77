//! The configuration of `pairnym-authority`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pairnym::store::Reenrollment;
use pairnym::{AuthorityId, Name, ParameterList, UnixTime};
use pairnym_transport::PublicKey;
use serde::Deserialize;

use super::counter;
use super::registrar::Registrar;
use super::signer::{LocalSigner, RemoteSigner, Sessions, SignerOptions};
use super::{Chain, Identities, ListFolder, Node, Nodes, Options, People, Unfit, keys};
pub use crate::engine::StoreConfig;
pub use crate::program::{Admin, Level, Log, Public};
use crate::settings::secret;
use crate::{Clock, Limit};

/// The whole of it. Files are found from the folder of the configuration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What this process is.
    pub role: Role,
    /// The authority's lists; a registrar needs none.
    #[serde(default)]
    pub lists: Option<Lists>,
    /// For wallets.
    #[serde(default)]
    pub public: Option<Public>,
    /// What a front is.
    #[serde(default)]
    pub front: Option<Front>,
    /// Where the values of people come from, if not from the counter.
    #[serde(default)]
    pub identities: Option<IdentitiesConfig>,
    /// A counter with the profile's rules.
    #[serde(default)]
    pub counter: Option<counter::Config>,
    /// What is kept where.
    #[serde(default)]
    pub store: StoreConfig,
    /// What a signer is.
    #[serde(default)]
    pub signer: Option<SignerConfig>,
    /// What a registrar is.
    #[serde(default)]
    pub registrar: Option<RegistrarConfig>,
    /// For those who run it.
    #[serde(default)]
    pub admin: Option<Admin>,
    /// What is logged.
    #[serde(default)]
    pub log: Log,
    /// How long evidence sessions may take to be answered after SIGTERM, and then calls to end.
    #[serde(default = "forty")]
    pub drain_seconds: u64,
}

/// What a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// For wallets and counters, with the store and without x.
    Front,
    /// With x, without a store.
    Signer,
    /// Signs what platforms may ask, with a key of its own.
    Registrar,
    /// Front and signer in one process, and a registrar if there is a section for it.
    All,
}

/// Where the lists are.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    /// A folder with `SERIAL.json`.
    pub folder: PathBuf,
    /// The list keys, as wallets pin them.
    pub keys: Vec<PublicKey>,
    /// How many of them must have signed.
    pub threshold: usize,
    /// How often the folder is read again.
    #[serde(default = "minute")]
    pub check_seconds: u64,
}

/// A front.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Front {
    /// The registrars' keys, for the directory.
    #[serde(default)]
    pub registrars: Vec<PublicKey>,
    /// How often in a slot everybody is given the evidence of a credential.
    #[serde(default = "four")]
    pub sessions: u32,
    /// Whether somebody who was deleted may enroll again.
    #[serde(default)]
    pub reenrollment: Policy,
    /// How long a device's session lasts.
    #[serde(default = "ten_years")]
    pub session_days: u64,
    /// How often each device may call.
    #[serde(default)]
    pub device_limit: Limit,
    /// How often each client may send a wrong code.
    #[serde(default = "few")]
    pub code_limit: Limit,
    /// The signers; none if this process is one.
    #[serde(default)]
    pub signers: Vec<SignerAt>,
}

/// Whether somebody who was deleted may enroll again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// Never.
    Refused,
    /// With the commitment that they had, hence with the same 网号s.
    #[default]
    SameCommitment,
    /// With any that is nobody else's.
    Allowed,
}

/// A signer of a front's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignerAt {
    /// Its name.
    pub node: Name,
    /// Its API: `http://` and a host.
    pub url: String,
    /// A file with the token that it wants.
    pub token_file: PathBuf,
}

/// Where the values of people come from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitiesConfig {
    /// A file with synthetic people.
    pub file: PathBuf,
    /// That this is a demonstration.
    pub demonstration: bool,
}

/// A signer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignerConfig {
    /// The name of this process in URLs: no other one has it.
    pub node: Name,
    /// The seeds of the authority's keys, one in a file each.
    pub seed_files: Vec<PathBuf>,
    /// The key of the stored forms, the same for all signers.
    pub storage_key_file: PathBuf,
    /// Where fronts call it; none if it is the only process.
    #[serde(default)]
    pub listen: Option<SocketAddr>,
    /// A file with the token of its fronts.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// How many evidence sessions are open.
    #[serde(default)]
    pub sessions: Sessions,
    /// How many threads work with x; without it, one for each processor.
    #[serde(default)]
    pub threads: Option<usize>,
    /// How many calls may wait for them.
    #[serde(default = "thousand")]
    pub queue: usize,
}

/// A registrar.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrarConfig {
    /// The authority of the requests that it is about.
    pub authority: AuthorityId,
    /// Its key.
    pub key_file: PathBuf,
    /// A folder with `HOST.toml`.
    pub folder: PathBuf,
    /// How long a statement is valid, 30 at most.
    #[serde(default = "thirty")]
    pub days: u64,
    /// Where platforms call it.
    pub listen: SocketAddr,
}

fn forty() -> u64 {
    40
}

fn minute() -> u64 {
    60
}

fn four() -> u32 {
    4
}

fn ten_years() -> u64 {
    3_650
}

fn few() -> Limit {
    Limit { burst: 20, per_minute: 10 }
}

fn thousand() -> usize {
    1_000
}

fn thirty() -> u64 {
    30
}

const DAY: u64 = 86_400;

impl Config {
    /// Whether every section is there that the role needs, and none that it must not have.
    pub(super) fn check_sections(&self) -> Result<(), Unfit> {
        let (front, signer) = match self.role {
            Role::Front => (true, false),
            Role::Signer => (false, true),
            Role::Registrar => (false, false),
            Role::All => (true, true),
        };
        let registrar = match self.role {
            Role::Registrar => Some(true),
            Role::All => None,
            Role::Front | Role::Signer => Some(false),
        };
        for (name, there, wanted) in [
            ("lists", self.lists.is_some(), Some(front || signer)),
            ("public", self.public.is_some(), Some(front)),
            ("front", self.front.is_some(), Some(front)),
            ("identities", self.identities.is_some(), Some(front && self.counter.is_none())),
            ("counter", self.counter.is_some(), if front { None } else { Some(false) }),
            ("signer", self.signer.is_some(), Some(signer)),
            ("registrar", self.registrar.is_some(), registrar),
        ] {
            match wanted {
                Some(true) if !there => return Err(Unfit(format!("this role needs [{name}]"))),
                Some(false) if there => return Err(Unfit(format!("this role has no [{name}]"))),
                _ => {}
            }
        }
        let alone = self.role == Role::All;
        if self.front.as_ref().is_some_and(|front| front.signers.is_empty() != alone) {
            return Err(Unfit("signers: a front needs them, and role all has none".into()));
        }
        let listens = self.signer.as_ref().is_some_and(|signer| signer.listen.is_some());
        if signer && listens == alone {
            return Err(Unfit("signer.listen: a signer needs it, and role all has none".into()));
        }
        Ok(())
    }

    pub(super) fn folder(&self, folder: &Path) -> Result<ListFolder, Unfit> {
        let lists = self.lists.as_ref().ok_or_else(|| missing("lists"))?;
        let Lists { folder: path, keys, threshold, .. } = lists;
        Ok(ListFolder { path: folder.join(path), keys: keys.clone(), threshold: *threshold })
    }

    pub(super) fn options(&self, lists: Chain) -> Result<Options, Unfit> {
        let front = self.front.as_ref().ok_or_else(|| missing("front"))?;
        if front.sessions == 0 {
            return Err(Unfit("front.sessions: at least one".into()));
        }
        Ok(Options {
            lists,
            registrars: front.registrars.clone(),
            sessions: front.sessions,
            reenrollment: match front.reenrollment {
                Policy::Refused => Reenrollment::Refused,
                Policy::SameCommitment => Reenrollment::SameCommitment,
                Policy::Allowed => Reenrollment::Allowed,
            },
            session_seconds: front.session_days.saturating_mul(DAY),
            device_limit: front.device_limit,
            code_limit: front.code_limit,
        })
    }

    /// Where the values come from, and the counter.
    pub(super) fn people(
        &self,
        folder: &Path,
        list: &ParameterList,
        now: UnixTime,
    ) -> Result<(Arc<dyn Identities>, Option<counter::Options>), Unfit> {
        let Some(counter) = &self.counter else { return Ok((self.identities(folder)?, None)) };
        let slot = list.slot(now).ok_or_else(|| Unfit("no key issues now".into()))?;
        let parameters = list.find(&slot.parameters);
        let schema = parameters.ok_or_else(|| Unfit("no key issues now".into()))?.schema();
        let (options, certified) = counter.open(folder, schema)?;
        Ok((Arc::new(certified), Some(options)))
    }

    fn identities(&self, folder: &Path) -> Result<Arc<dyn Identities>, Unfit> {
        let config = self.identities.as_ref().ok_or_else(|| missing("identities"))?;
        if !config.demonstration {
            let why = "people from a file are a demonstration: say so, with demonstration = true";
            return Err(Unfit(format!("identities: {why}")));
        }
        tracing::warn!("a demonstration: the people of this authority are synthetic");
        Ok(Arc::new(People::read(&folder.join(&config.file))?))
    }

    /// The signer of this process.
    pub(super) fn local(
        &self,
        folder: &Path,
        lists: &Chain,
        clock: Clock,
    ) -> Result<LocalSigner, Unfit> {
        let config = self.signer.as_ref().ok_or_else(|| missing("signer"))?;
        let seeds = config.seed_files.iter().map(|file| keys::read(&folder.join(file)));
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let options = SignerOptions {
            node: config.node,
            seeds: seeds.collect::<Result<_, _>>()?,
            storage_key: keys::read(&folder.join(&config.storage_key_file))?,
            list: lists.present(clock()).clone(),
            sessions: config.sessions,
            threads: config.threads.unwrap_or(processors),
            queue: config.queue,
        };
        LocalSigner::start(options, clock)
    }

    /// The signers of a front's that are other processes.
    pub(super) fn remote(&self, folder: &Path) -> Result<Nodes, Unfit> {
        let front = self.front.as_ref().ok_or_else(|| missing("front"))?;
        let node = |at: &SignerAt| {
            let token = secret(&folder.join(&at.token_file));
            let token = token.map_err(|error| Unfit(error.to_string()))?;
            let signer = Arc::new(RemoteSigner::new(at.node, &at.url, token)?);
            Ok(Node { name: at.node, signer })
        };
        Nodes::new(front.signers.iter().map(node).collect::<Result<_, Unfit>>()?)
    }

    pub(super) fn registrar(&self, folder: &Path, clock: Clock) -> Result<Registrar, Unfit> {
        let config = self.registrar.as_ref().ok_or_else(|| missing("registrar"))?;
        if !(1..=30).contains(&config.days) {
            return Err(Unfit("registrar.days: 1 to 30".into()));
        }
        let key = keys::signing(&folder.join(&config.key_file))?;
        let (path, seconds) = (folder.join(&config.folder), config.days * DAY);
        Ok(Registrar::new(config.authority, path, key, seconds, clock))
    }
}

fn missing(section: &str) -> Unfit {
    Unfit(format!("there is no [{section}]"))
}

impl SignerConfig {
    pub(super) fn token(&self, folder: &Path) -> Result<String, Unfit> {
        let file = self.token_file.as_ref().ok_or_else(|| Unfit("no signer.token_file".into()))?;
        secret(&folder.join(file)).map_err(|error| Unfit(error.to_string()))
    }
}
