//! Statements, and their arguments with types.

use std::time::Duration;

use deadpool_postgres::{Object, PoolError};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Error, Row};

use super::Postgres;
use crate::{Failure, FailureKind};

/// How long a statement may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// An argument, and its type.
pub(super) type Argument = (Box<dyn ToSql + Sync + Send>, Type);

/// What can be an argument: without a type, the server would have to be asked in a round trip of
/// its own, which pgbouncer may send to another one.
pub(super) trait Typed: ToSql + Sync + Send + Sized + 'static {
    const TYPE: Type;

    fn argument(self) -> Argument {
        (Box::new(self), Self::TYPE)
    }
}

macro_rules! typed {
    ($($rust:ty: $sql:ident,)*) => {$(
        impl Typed for $rust {
            const TYPE: Type = Type::$sql;
        }
    )*};
}

typed! {
    Vec<u8>: BYTEA, Option<Vec<u8>>: BYTEA, i64: INT8, i16: INT2, String: TEXT, bool: BOOL,
    Option<String>: TEXT,
    Vec<Vec<u8>>: BYTEA_ARRAY, Vec<Option<Vec<u8>>>: BYTEA_ARRAY, Vec<i64>: INT8_ARRAY,
    Vec<i16>: INT2_ARRAY, Vec<String>: TEXT_ARRAY,
}

/// The arguments of a statement.
macro_rules! arguments {
    ($($argument:expr),* $(,)?) => {
        vec![$(crate::postgres::query::Typed::argument($argument)),*]
    };
}
pub(super) use arguments;

impl Postgres {
    /// Runs one statement, and returns its rows.
    pub(super) async fn query(
        &self,
        statement: &str,
        arguments: Vec<Argument>,
    ) -> Result<Vec<Row>, Failure> {
        Ok(self.try_query(statement, arguments).await??)
    }

    /// As [`query`](Self::query); the inner error is the server's.
    pub(super) async fn try_query(
        &self,
        statement: &str,
        arguments: Vec<Argument>,
    ) -> Result<Result<Vec<Row>, Error>, Failure> {
        let client = self.pool.get().await?;
        let run = async {
            let typed = arguments
                .iter()
                .map(|(value, kind)| (&**value as &(dyn ToSql + Sync), kind.clone()));
            if !self.prepared {
                return client.query_typed(statement, &typed.collect::<Vec<_>>()).await;
            }
            let (values, types): (Vec<_>, Vec<_>) = typed.unzip();
            let statement = client.prepare_typed_cached(statement, &types).await?;
            client.query(&statement, &values).await
        };
        match tokio::time::timeout(PATIENCE, run).await {
            Ok(outcome) => Ok(outcome),
            Err(late) => {
                // What the server may still say is for nobody.
                drop(Object::take(client));
                Err(Failure::unavailable(late))
            }
        }
    }

    /// The only column of the only row.
    pub(super) async fn value<T: for<'a> FromSql<'a>>(
        &self,
        statement: &str,
        arguments: Vec<Argument>,
    ) -> Result<T, Failure> {
        let rows = self.query(statement, arguments).await?;
        let row = rows.first().ok_or_else(|| Failure::damaged("no row"))?;
        Ok(row.try_get(0)?)
    }
}

/// 32 bytes of a column.
pub(super) fn bytes32(row: &Row, column: usize) -> Result<[u8; 32], Failure> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes.try_into().map_err(|_| Failure::damaged("not 32 bytes"))
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let kind = match error.code() {
            Some(&SqlState::DISK_FULL) => FailureKind::Full,
            Some(&SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED) => FailureKind::Damaged,
            _ => FailureKind::Unavailable,
        };
        Self::new(kind, error)
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            error => Self::unavailable(error),
        }
    }
}
