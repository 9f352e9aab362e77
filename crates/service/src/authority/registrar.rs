//! A registrar: signs what platforms may ask (TRANSPORT.md §8), from a folder of files, and again
//! before a statement is over. It has a key of its own, never x.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::State as With;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use pairnym::{AuthorityId, Name, PlatformId, Purpose, UnixTime};
use pairnym_transport::Refusal;
use pairnym_transport::ed25519_dalek::SigningKey;
use pairnym_transport::permission::{Contacts, Grant, Names, Permission, SignedPermission};
use serde::Deserialize;

use super::Unfit;
use crate::admin::Watched;
use crate::body::{Reply, Segment};
use crate::http::{every_call, method_not_allowed, not_found};
use crate::{Clock, Metrics, Refused};

/// What a platform may ask, as its file says: `HOST.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permitted {
    /// What the platform is called.
    pub names: Names,
    /// Whom a person can turn to.
    pub contacts: Contacts,
    /// For each purpose, what may be asked.
    pub purposes: Vec<ForPurpose>,
}

/// What may be asked for one purpose.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForPurpose {
    /// The purpose.
    #[serde(with = "pairnym_transport::purpose")]
    pub purpose: Purpose,
    /// Whether requests may have no label.
    #[serde(default = "yes")]
    pub without_label: bool,
    /// The labels that they may have.
    #[serde(default)]
    pub labels: Vec<Name>,
    /// The attributes that may be disclosed.
    #[serde(default)]
    pub attributes: Vec<Name>,
    /// Whether requests may have a statement to agree to.
    #[serde(default)]
    pub statements: bool,
}

fn yes() -> bool {
    true
}

impl Permitted {
    /// The statement for this platform, signed for this time.
    ///
    /// # Errors
    /// It breaks the rules of TRANSPORT.md §8.
    pub fn sign(
        self,
        (authority, platform): (AuthorityId, PlatformId),
        (from, until): (UnixTime, UnixTime),
        key: &SigningKey,
    ) -> Result<SignedPermission, Unfit> {
        let grant = |of: ForPurpose| Grant {
            purpose: of.purpose,
            labels: of
                .without_label
                .then_some(None)
                .into_iter()
                .chain(of.labels.into_iter().map(Some))
                .collect(),
            attributes: of.attributes,
            statements: of.statements,
        };
        let Self { names, contacts, purposes } = self;
        let purposes = purposes.into_iter().map(grant).collect();
        let permission = Permission { authority, platform, names, from, until, purposes, contacts };
        permission.sign(key).map_err(|error| Unfit(error.to_string()))
    }
}

/// A registrar with its folder. Clones share it.
#[derive(Clone)]
pub struct Registrar(Arc<Inner>);

struct Inner {
    authority: AuthorityId,
    folder: PathBuf,
    key: SigningKey,
    seconds: u64,
    clock: Clock,
    metrics: Arc<Metrics>,
    signed: RwLock<BTreeMap<String, Statement>>,
}

struct Statement {
    /// The file, when it was signed.
    text: String,
    signed: SignedPermission,
    until: UnixTime,
}

impl Registrar {
    /// A registrar for the requests of this authority, whose statements are valid for so many
    /// seconds, at most 30 days.
    #[must_use]
    pub fn new(
        authority: AuthorityId,
        folder: PathBuf,
        key: SigningKey,
        seconds: u64,
        clock: Clock,
    ) -> Self {
        let (metrics, signed) = (Arc::default(), RwLock::default());
        Self(Arc::new(Inner { authority, folder, key, seconds, clock, metrics, signed }))
    }

    /// Signs what is new, has changed, or has less than half of its time left. What cannot be signed
    /// is returned, and what was signed of it before stays until it is over.
    pub fn renew(&self) -> Vec<Unfit> {
        let inner = &*self.0;
        let mut unfit = Vec::new();
        let files = match std::fs::read_dir(&inner.folder) {
            Ok(files) => files,
            Err(error) => return vec![Unfit(format!("{}: {error}", inner.folder.display()))],
        };
        let paths = files.filter_map(|file| Some(file.ok()?.path()));
        let paths: Vec<_> =
            paths.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
        let mut signed = inner.signed.write().unwrap_or_else(PoisonError::into_inner);
        let host =
            |path: &PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let hosts: Vec<_> = paths.iter().filter_map(host).collect();
        signed.retain(|host, _| hosts.contains(host));
        for (path, host) in paths.iter().zip(hosts) {
            if let Err(why) = inner.sign(path, &host, &mut signed) {
                unfit.push(Unfit(format!("{}: {why}", path.display())));
            }
        }
        unfit
    }

    /// What a platform may ask.
    #[must_use]
    pub fn find(&self, host: &str) -> Option<SignedPermission> {
        let signed = self.0.signed.read().unwrap_or_else(PoisonError::into_inner);
        let statement = signed.get(host).filter(|statement| (self.0.clock)() < statement.until);
        statement.map(|statement| statement.signed.clone())
    }

    /// What platforms call: `GET /v1/permissions/HOST`.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/v1/permissions/{host}", get(permission).fallback(method_not_allowed))
            .fallback(not_found)
            .layer(from_fn_with_state(self.0.metrics.clone(), every_call))
            .with_state(self.clone())
    }
}

impl Inner {
    fn sign(
        &self,
        path: &PathBuf,
        host: &str,
        signed: &mut BTreeMap<String, Statement>,
    ) -> Result<(), Unfit> {
        let now = (self.clock)();
        let text = std::fs::read_to_string(path).map_err(|error| Unfit(error.to_string()))?;
        let fresh = |statement: &Statement| {
            statement.text == text && statement.until.0.saturating_sub(now.0) > self.seconds / 2
        };
        if signed.get(host).is_some_and(fresh) {
            return Ok(());
        }
        let permitted: Permitted =
            toml::from_str(&text).map_err(|error| Unfit(error.to_string()))?;
        let platform = PlatformId::new(host).map_err(|error| Unfit(error.to_string()))?;
        let until = UnixTime(now.0.saturating_add(self.seconds));
        let statement = permitted.sign((self.authority, platform), (now, until), &self.key)?;
        signed.insert(host.to_owned(), Statement { text, signed: statement, until });
        tracing::info!(host, "signed what a platform may ask");
        Ok(())
    }
}

async fn permission(
    With(registrar): With<Registrar>,
    Segment(host): Segment,
) -> Result<Reply<SignedPermission>, Refused> {
    Ok(Reply(registrar.find(&host).ok_or(Refusal::NotFound)?))
}

impl Watched for Registrar {
    async fn ready(&self) -> Result<(), &'static str> {
        Ok(())
    }

    fn counts(&self) -> String {
        self.0.metrics.render(0)
    }
}

impl fmt::Debug for Registrar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registrar").field("folder", &self.0.folder).finish_non_exhaustive()
    }
}
