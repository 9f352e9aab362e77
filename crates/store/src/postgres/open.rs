//! Connecting, checks, and migrations.

use std::str::FromStr;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use tokio_postgres::Config;
use tokio_postgres::error::SqlState;

use super::query::PATIENCE;
use super::{Postgres, Tls};
use crate::Failure;

/// Each brings the tables to the next version. Once released, none is ever changed.
const MIGRATIONS: &[&str] =
    &[include_str!("schema.sql"), include_str!("devices.sql"), include_str!("documents.sql")];

/// By this number those who migrate at the same time wait for each other.
const MIGRATING: i64 = 0x0070_6169_726e_796d;

pub(super) fn pool(url: &str, tls: impl Tls, connections: usize) -> Result<Pool, Failure> {
    let mut config = Config::from_str(url).map_err(Failure::unfit)?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(PATIENCE);
    }
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    Pool::builder(Manager::from_config(config, tls, recycling))
        .max_size(connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(PATIENCE))
        .create_timeout(Some(PATIENCE))
        .build()
        .map_err(Failure::unfit)
}

const SETTINGS: &str =
    "SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on',
    current_setting('fsync') = 'off', current_setting('synchronous_commit') = 'off',
    EXISTS (SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = 'pairnym' AND relkind = 'r' AND relpersistence <> 'p')";
const REASONS: [&str; 5] = [
    "the server is a replica",
    "the server is read-only",
    "fsync is off",
    "synchronous_commit is off",
    "a table is unlogged",
];

impl Postgres {
    pub(super) async fn check(&self) -> Result<(), Failure> {
        let rows = self.query(SETTINGS, Vec::new()).await?;
        for row in &rows {
            for (column, reason) in REASONS.into_iter().enumerate() {
                if row.try_get(column)? {
                    return Err(Failure::unfit(reason));
                }
            }
        }
        let version = self.try_query("SELECT version FROM pairnym.version", Vec::new()).await?;
        let found = match version {
            Ok(rows) => rows.first().map(|row| row.try_get::<_, i64>(0)).transpose()?,
            Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => None,
            Err(error) => return Err(error.into()),
        };
        let (found, known) = (found.unwrap_or(0), MIGRATIONS.len() as i64);
        if found != known {
            let why = format!("tables of version {found}, not {known}: migrate, or update");
            return Err(Failure::unfit(why));
        }
        Ok(())
    }
}

pub(super) async fn migrate(pool: &Pool) -> Result<(), Failure> {
    let mut client = pool.get().await?;
    let transaction = client.transaction().await?;
    let lock = format!("SELECT pg_advisory_xact_lock({MIGRATING})");
    transaction.batch_execute(&lock).await?;
    transaction
        .batch_execute(
            "CREATE SCHEMA IF NOT EXISTS pairnym;
            CREATE TABLE IF NOT EXISTS pairnym.version (version bigint NOT NULL)",
        )
        .await?;
    let rows = transaction.query_typed("SELECT version FROM pairnym.version", &[]).await?;
    let version = rows.first().map_or(Ok(0), |row| row.try_get::<_, i64>(0))?;
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    let Some(missing) = MIGRATIONS.get(done..) else {
        let why = format!("tables of version {version}, which this program does not know");
        return Err(Failure::unfit(why));
    };
    for migration in missing {
        transaction.batch_execute(migration).await?;
    }
    if !missing.is_empty() {
        let newest = MIGRATIONS.len();
        let note =
            format!("DELETE FROM pairnym.version; INSERT INTO pairnym.version VALUES ({newest})");
        transaction.batch_execute(&note).await?;
    }
    Ok(transaction.commit().await?)
}
