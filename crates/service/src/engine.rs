//! Which engine a service keeps its things in.

use std::path::{Path, PathBuf};

use pairnym_store::{
    Accounts, Audit, Devices, DocumentRows, Memory, Offers, PeopleRows, RequestRows, Tickets,
};
use serde::Deserialize;

#[cfg(feature = "postgres")]
use crate::postgres;
use crate::program::Failure;
use crate::settings::BadSettings;

/// The engine.
#[derive(Debug, Deserialize)]
#[serde(tag = "engine", rename_all = "kebab-case", deny_unknown_fields)]
pub enum StoreConfig {
    /// Gone after a restart: for trying out.
    Memory {
        /// How many rows of each kind are kept at most.
        #[serde(default = "million")]
        most: usize,
    },
    /// One file.
    Sqlite {
        /// Where.
        #[serde(default = "beside")]
        path: PathBuf,
        /// How large it may become, in bytes.
        #[serde(default)]
        bytes: Option<u64>,
    },
    /// A database for many servers.
    Postgres {
        /// A file with its URL, which has a password.
        url_file: PathBuf,
        /// How many connections are open at most.
        #[serde(default = "sixteen")]
        connections: usize,
        /// Whether statements are prepared once for each connection: for direct connections, and
        /// poolers that know of it.
        #[serde(default)]
        prepared: bool,
        /// Certificates in PEM: connections are encrypted, to a server that has one which these
        /// have signed. The URL then says `sslmode=require`.
        #[serde(default)]
        root_certificate_file: Option<PathBuf>,
    },
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self::Sqlite { path: beside(), bytes: None }
    }
}

fn beside() -> PathBuf {
    "pairnym.sqlite".into()
}

fn sixteen() -> usize {
    16
}

fn million() -> usize {
    1_000_000
}

/// What every engine keeps.
pub(crate) trait Everything:
    RequestRows
    + Accounts
    + PeopleRows
    + DocumentRows
    + Tickets
    + Offers
    + Devices
    + Audit
    + Send
    + Sync
    + 'static
{
}

impl<E> Everything for E where
    E: RequestRows
        + Accounts
        + PeopleRows
        + DocumentRows
        + Tickets
        + Offers
        + Devices
        + Audit
        + Send
        + Sync
        + 'static
{
}

/// The part of an engine that a service uses.
pub(crate) trait OfEngine {
    fn of(engine: impl Everything) -> Self;
}

impl StoreConfig {
    /// Opens it.
    // In memory there are no files.
    #[cfg_attr(not(any(feature = "sqlite", feature = "postgres")), allow(unused_variables))]
    pub(crate) async fn open<S: OfEngine>(&self, folder: &Path) -> Result<S, Failure> {
        match self {
            Self::Memory { most } => Ok(S::of(Memory::new(*most))),
            #[cfg(feature = "sqlite")]
            Self::Sqlite { path, bytes } => {
                let bytes = bytes.unwrap_or(u64::MAX);
                Ok(S::of(pairnym_store::Sqlite::open_bounded(folder.join(path), bytes)?))
            }
            #[cfg(feature = "postgres")]
            Self::Postgres { url_file, connections, prepared, root_certificate_file } => {
                let roots = root_certificate_file.as_ref().map(|file| folder.join(file));
                let file = folder.join(url_file);
                let store = postgres::open(&file, roots.as_deref(), *connections).await?;
                Ok(S::of(if *prepared { store.prepared() } else { store }))
            }
            #[allow(unreachable_patterns)]
            _ => Err(Box::new(BadSettings("this program was built without that engine".into()))),
        }
    }

    /// Brings its tables to this version.
    pub(crate) async fn migrate<S: OfEngine>(&self, folder: &Path) -> Result<(), Failure> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres { url_file, root_certificate_file, .. } => {
                let roots = root_certificate_file.as_ref().map(|file| folder.join(file));
                postgres::update(&folder.join(url_file), roots.as_deref()).await
            }
            // The others do so when they are opened.
            other => other.open::<S>(folder).await.map(drop),
        }
    }
}
