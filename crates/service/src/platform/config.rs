//! The configuration of `pairnym-platform`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pairnym_transport::Host;
use pairnym_transport::envelope::Envelope;
use pairnym_transport::permission::SignedPermission;
use serde::Deserialize;

use super::{Ask, Kept, ListSource, Options, Service, Unfit};
use crate::TlsFiles;
pub use crate::engine::StoreConfig;
pub use crate::program::{Admin, Level, Log, Public};
use crate::settings::{BadSettings, secret};

/// The whole of it. Files are found from the folder of the configuration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The host that serves requests: the platform id, chosen for life.
    pub host: Host,
    /// Whether it may begin with `www.`: at `shop.example` and `www.shop.example` one person has two
    /// 网号s.
    #[serde(default)]
    pub allow_www: bool,
    /// Origins of the platform's pages; without any, the host's own.
    #[serde(default)]
    pub origins: Vec<String>,
    /// The host of the wallet's page, for links.
    pub wallet: Host,
    /// A `permission` envelope, as the registrar gave it.
    #[serde(default)]
    pub permission_file: Option<PathBuf>,
    /// The authority's parameters.
    pub list: ListSource,
    /// For wallets and browsers, usually behind a reverse proxy that ends TLS.
    pub public: Public,
    /// For the platform's own programs.
    #[serde(default)]
    pub backend: Option<Backend>,
    /// For those who run it.
    #[serde(default)]
    pub admin: Option<Admin>,
    /// What is kept where.
    #[serde(default)]
    pub store: StoreConfig,
    /// How much is verified at once.
    #[serde(default)]
    pub verification: Verification,
    /// What is logged.
    #[serde(default)]
    pub log: Log,
    /// How long calls may take to end after SIGTERM.
    #[serde(default = "twenty")]
    pub drain_seconds: u64,
    /// What it asks, by name.
    pub asks: BTreeMap<String, Ask>,
}

/// The listener for the platform's own programs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backend {
    /// Where it listens.
    pub listen: SocketAddr,
    /// A file with the token that callers send as `Authorization: Bearer`.
    pub token_file: PathBuf,
    /// TLS, for callers on other machines.
    #[serde(default)]
    pub tls: Option<TlsFiles>,
}

/// The verification.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Verification {
    /// How many threads verify; without it, one for each processor.
    pub threads: Option<usize>,
    /// How many answers may wait.
    pub queue: usize,
}

impl Default for Verification {
    fn default() -> Self {
        Self { threads: None, queue: 4_096 }
    }
}

fn twenty() -> u64 {
    20
}

impl Config {
    /// What the service needs of it, with the files that it names.
    pub(super) fn options(&self, folder: &Path) -> Result<Options, Unfit> {
        let unfit = |why: String| Unfit(why);
        if self.host.id().as_str().starts_with("www.") && !self.allow_www {
            return Err(unfit(format!(
                "host {}: a person has another 网号 at each host; allow_www if it shall be this one",
                self.host
            )));
        }
        let origins = match &*self.origins {
            [] => vec![self.host],
            origins => origins.iter().map(|text| origin(text)).collect::<Result<_, _>>()?,
        };
        let list = self.list.first(folder).map_err(|error| unfit(error.to_string()))?;
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Options {
            host: self.host,
            origins,
            wallet: self.wallet,
            list,
            permission: self.permission(folder)?,
            asks: self.asks.clone(),
            queue: self.verification.queue,
            threads: self.verification.threads.unwrap_or(processors),
            kept: match self.store {
                StoreConfig::Memory { .. } => Kept::InMemory,
                StoreConfig::Sqlite { .. } => Kept::OnDisk,
                StoreConfig::Postgres { .. } => Kept::Elsewhere,
            },
        })
    }
}

impl Config {
    fn permission(&self, folder: &Path) -> Result<Option<SignedPermission>, Unfit> {
        let Some(file) = &self.permission_file else { return Ok(None) };
        let path = folder.join(file);
        let failed = |why: String| Unfit(format!("{}: {why}", path.display()));
        let bytes = std::fs::read(&path).map_err(|error| failed(error.to_string()))?;
        let signed = SignedPermission::from_json(&bytes);
        signed.map(Some).map_err(|error| failed(error.to_string()))
    }

    /// Looks for another list and another permission, again and again, and takes what is new. What
    /// does not fit is logged and counted, and what was in use stays.
    pub(super) async fn follow(self: Arc<Self>, folder: PathBuf, service: Service) {
        let mut clock = tokio::time::interval(Duration::from_secs(self.list.reload_seconds.max(1)));
        loop {
            clock.tick().await;
            let (config, folder, service) = (self.clone(), folder.clone(), service.clone());
            let reading = tokio::task::spawn_blocking(move || config.reload(&folder, &service));
            if reading.await.is_err() {
                tracing::error!("looking for another list and permission: a panic");
            }
        }
    }

    fn reload(&self, folder: &Path, service: &Service) {
        if let Err(error) = self.list.update(folder, service) {
            service.metrics().list_failed();
            tracing::error!("the parameter list in use stays: {error}");
        }
        let renewed = match self.permission(folder) {
            Ok(None) => Ok(()),
            Ok(Some(permission)) => service.renew(permission),
            Err(error) => Err(error),
        };
        if let Err(error) = renewed {
            tracing::error!("the permission in use stays: {error}");
        }
    }
}

/// `https://HOST`; for development `http://NAME.localhost:PORT`.
fn origin(text: &str) -> Result<Host, Unfit> {
    let host = text.split_once("://").map_or(text, |(_, host)| host);
    match host.parse::<Host>() {
        Ok(host) if host.origin() == text => Ok(host),
        _ => Err(Unfit(format!("origin {text}: not https:// and a host"))),
    }
}

impl Backend {
    pub(super) fn token(&self, folder: &Path) -> Result<String, BadSettings> {
        secret(&folder.join(&self.token_file))
    }
}
