//! SQLite behind an asynchronous face: work runs in a transaction, on a thread that may wait.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, Error, OptionalExtension, Result, ToSql, Transaction, types::FromSql};

pub struct Database(Arc<Mutex<Connection>>);

impl Database {
    pub fn open(path: &Path, tables: &str) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")?;
        connection.execute_batch(tables)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Does some work and commits it, or nothing of it if it fails. It is done even if the caller
    /// has gone.
    pub async fn transaction<T: Send + 'static, E: From<Error> + Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let connection = self.0.clone();
        let working = tokio::task::spawn_blocking(move || {
            // A transaction that a panic ended was rolled back.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection.transaction()?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        });
        working.await.expect("the work does not panic")
    }
}

/// The first column of the only row, if there is one.
pub fn find<T: FromSql>(t: &Connection, query: &str, key: impl ToSql) -> Result<Option<T>> {
    t.query_row(query, [key], |row| row.get(0)).optional()
}
