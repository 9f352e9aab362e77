//! One SQLite file on this machine.

mod accounts;
mod authority;
mod devices;
mod documents;
mod nonces;
mod open;
mod requests;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::Semaphore;

use crate::{Failure, FailureKind};
use writer::Writer;

/// How many read at the same time, each with a connection of its own.
const READERS: usize = 8;

/// A store in one SQLite file. Clones share it; several processes on one machine can open the same
/// file, which must not be on a network's file system.
///
/// One thread writes: it takes up to 64 waiting calls together, commits them in one transaction, and
/// answers them once they are on the disk (WAL, `synchronous = FULL`). Readers do not wait for it.
///
/// It is used within a Tokio runtime. A call whose future is dropped may still be carried out.
#[derive(Clone)]
pub struct Sqlite(Arc<Inner>);

struct Inner {
    path: PathBuf,
    writer: Writer,
    reading: Arc<Semaphore>,
    /// Connections that nobody reads with.
    readers: Mutex<Vec<Connection>>,
}

impl Sqlite {
    /// Opens a file, and creates it if there is none: readable by its owner alone. Brings its tables
    /// to this version, and checks the file; that takes time in proportion to its size. Waits for
    /// the disk.
    ///
    /// # Errors
    /// [`FailureKind::Unfit`]: the file belongs to another program or to a newer version of this
    /// one, or WAL cannot be had. [`FailureKind::Damaged`]: SQLite finds the file damaged. Or the
    /// file cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Failure> {
        Self::open_bounded(path, u64::MAX)
    }

    /// As [`open`](Self::open); the file does not grow beyond so many bytes, rounded down to whole
    /// pages. What does not fit any more fails with [`FailureKind::Full`].
    ///
    /// # Errors
    /// As there.
    pub fn open_bounded(path: impl AsRef<Path>, bytes: u64) -> Result<Self, Failure> {
        let path = path.as_ref().to_path_buf();
        let writer = Writer::new(open::writer(&path, bytes)?)?;
        let reading = Arc::new(Semaphore::new(READERS));
        Ok(Self(Arc::new(Inner { path, writer, reading, readers: Mutex::default() })))
    }

    /// Changes something, in a transaction that others may share.
    async fn change<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.0.writer.write(work).await
    }

    /// Reads what is committed, at one moment.
    async fn look<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let permit = self.0.reading.clone().acquire_owned().await.map_err(Failure::unavailable)?;
        let inner = self.0.clone();
        let looking = tokio::task::spawn_blocking(move || {
            let idle = inner.readers.lock().map_err(|_| Failure::unavailable("a panic"))?.pop();
            let mut reader = idle.map_or_else(|| open::reader(&inner.path), Ok)?;
            let transaction = reader.transaction()?;
            let result = work(&transaction)?;
            transaction.commit()?;
            inner.readers.lock().map_err(|_| Failure::unavailable("a panic"))?.push(reader);
            drop(permit);
            Ok(result)
        });
        looking.await.map_err(Failure::unavailable)?
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("path", &self.0.path).finish_non_exhaustive()
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        let kind = match &error {
            rusqlite::Error::SqliteFailure(error, _) => match error.code {
                ErrorCode::DiskFull => FailureKind::Full,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => FailureKind::Damaged,
                _ => FailureKind::Unavailable,
            },
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..) => FailureKind::Damaged,
            _ => FailureKind::Unavailable,
        };
        Self::new(kind, error)
    }
}
