//! SQLite behind an asynchronous face: each piece of work runs in a transaction of its own, on a
//! thread that may wait.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::Failure;

#[derive(Clone)]
pub struct Database(Arc<Mutex<Connection>>);

impl Database {
    pub fn open(path: &Path, schema: &str) -> Result<Self, Failure> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(schema)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Does some work and commits it, or nothing of it if it fails.
    pub async fn transaction<T: Send + 'static, E: From<rusqlite::Error> + Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, Failure> {
        let connection = self.0.clone();
        let waiting = tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().map_err(|_| "the database is poisoned")?;
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = work(&transaction);
            if result.is_ok() {
                transaction.commit()?;
            }
            Ok(result)
        });
        waiting.await?
    }
}
