//! Opening the file: settings, checks, and migrations.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::Failure;

/// Each brings the tables to the next version. Once released, none is ever changed.
const MIGRATIONS: &[&str] =
    &[include_str!("schema.sql"), include_str!("devices.sql"), include_str!("documents.sql")];

/// In the header of the file, `PNYM`: by it the file is known not to be another program's.
const APPLICATION: i32 = 0x504e_594d;

/// How long a connection waits for other processes.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn writer(path: &Path, most: u64) -> Result<Connection, Failure> {
    if path == Path::new(":memory:") {
        return Err(Failure::unfit("a database in memory, not a file"));
    }
    create_private(path)?;
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    let journal: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if journal != "wal" {
        return Err(Failure::unfit(format!("no WAL, but {journal}")));
    }
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")?;
    migrate(&mut connection)?;
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(Failure::damaged("quick_check"));
    }
    let page: u64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let pages = (most / page).min(u32::MAX.into());
    connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

pub(super) fn reader(path: &Path) -> Result<Connection, Failure> {
    // WAL lets a reader write to the file of the shared index, so it does not open read-only.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch("PRAGMA query_only = ON")?;
    Ok(connection)
}

/// Creates the file, for its owner alone, if there is none. SQLite gives the files beside it the same
/// permissions.
fn create_private(path: &Path) -> Result<(), Failure> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(Failure::unavailable)
}

fn migrate(connection: &mut Connection) -> Result<(), Failure> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let number =
        |name: &str| transaction.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    let tables: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION && tables > 0 {
        return Err(Failure::unfit("the file belongs to another program"));
    }
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    let Some(missing) = MIGRATIONS.get(done..) else {
        let (newest, why) = (MIGRATIONS.len(), "which this program does not know");
        return Err(Failure::unfit(format!("tables of version {version}, after {newest}, {why}")));
    };
    for migration in missing {
        transaction.execute_batch(migration)?;
    }
    if !missing.is_empty() {
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    }
    Ok(transaction.commit()?)
}
