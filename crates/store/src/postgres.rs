//! One PostgreSQL database for many servers: [`Postgres`], and what it needs to be opened.

mod accounts;
mod authority;
mod devices;
mod documents;
mod nonces;
mod open;
mod query;
mod requests;

use std::fmt;

use deadpool_postgres::Pool;
use tokio_postgres::Socket;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};

use crate::Failure;

#[doc(no_inline)]
pub use tokio_postgres::NoTls;

/// How connections are encrypted: [`NoTls`] for a database on this machine, otherwise a connector of
/// a crate such as `tokio-postgres-rustls`.
pub trait Tls:
    MakeTlsConnect<
        Socket,
        Stream: Send + Sync,
        TlsConnect: Send + Sync + TlsConnect<Socket, Future: Send>,
    > + Clone
    + Send
    + Sync
    + 'static
{
}

impl<T> Tls for T where
    T: MakeTlsConnect<
            Socket,
            Stream: Send + Sync,
            TlsConnect: Send + Sync + TlsConnect<Socket, Future: Send>,
        > + Clone
        + Send
        + Sync
        + 'static
{
}

/// A store in the schema `pairnym` of a PostgreSQL database. Clones share its connections.
///
/// Each operation is decided by one statement, outside of any transaction, unnamed and with its
/// types, so a pgbouncer in transaction mode may stand in between. READ COMMITTED is enough. Without
/// such a thing in between, [`prepared`](Self::prepared) statements spare the database work.
///
/// It is used within a Tokio runtime. If the database does not answer within 10 seconds, that is a
/// failure, and the connection is given up.
#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
    prepared: bool,
}

impl Postgres {
    /// Connects to the database at a URL, with so many connections at most, and checks it.
    ///
    /// # Errors
    /// [`FailureKind::Unfit`](crate::FailureKind::Unfit): the server is a replica, is read-only, or
    /// does not wait for its disk (`fsync`, `synchronous_commit`); the tables are of another
    /// version, or are unlogged; the URL is none. Or the server cannot be reached.
    pub async fn open(url: &str, tls: impl Tls, connections: usize) -> Result<Self, Failure> {
        let store = Self { pool: open::pool(url, tls, connections)?, prepared: false };
        store.check().await?;
        Ok(store)
    }

    /// Statements get names, and the database reads and plans each once for a connection instead of
    /// at every call. For direct connections, and poolers that know of it.
    #[must_use]
    pub fn prepared(self) -> Self {
        Self { prepared: true, ..self }
    }
}

/// Brings the tables of the database at a URL to this version, and creates them if there are none;
/// it needs the right to create a schema the first time. Servers of the version before may go on
/// running; servers are opened afterwards.
///
/// # Errors
/// [`FailureKind::Unfit`](crate::FailureKind::Unfit): the tables are those of a newer version. Or the
/// server fails, and nothing is changed.
pub async fn migrate(url: &str, tls: impl Tls) -> Result<(), Failure> {
    open::migrate(&open::pool(url, tls, 1)?).await
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres")
            .field("connections", &self.pool.status().size)
            .field("prepared", &self.prepared)
            .finish_non_exhaustive()
    }
}
