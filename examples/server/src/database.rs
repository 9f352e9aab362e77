//! SQLite behind an asynchronous face: work runs in a transaction, on a thread that may wait.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, OptionalExtension, ToSql, Transaction, types::FromSql};

use crate::Failure;

#[derive(Clone)]
pub struct Database(Arc<Mutex<Connection>>);

impl Database {
    pub fn open(path: &Path, tables: &str) -> Result<Self, Failure> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(tables)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Does some work and commits it, or nothing of it if it fails.
    pub async fn transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let connection = self.0.clone();
        let waiting = tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().map_err(|_| "the database is poisoned")?;
            let transaction = connection.transaction()?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        });
        waiting.await?
    }
}

/// The first column of the only row, if there is one.
pub fn find<T: FromSql>(
    t: &Connection,
    query: &str,
    key: impl ToSql,
) -> Result<Option<T>, Failure> {
    Ok(t.query_row(query, [key], |row| row.get(0)).optional()?)
}
