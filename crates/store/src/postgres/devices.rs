//! Devices in PostgreSQL.

use pairnym::{PersonId, TransactionId, UnixTime};
use tokio_postgres::Row;

use super::Postgres;
use super::query::{arguments, bytes32};
use crate::{DeviceSession, Devices, Failure, Grant, Hashed, Identified, kept_until, number, time};

const PUT_CODE: &str = "INSERT INTO pairnym.codes
    (code, person, ticket, message, expires, kept_until)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING true";
const BEGIN: &str = "WITH taken AS (
        DELETE FROM pairnym.codes WHERE code = $1 AND expires >= $2
        RETURNING person, ticket, message, expires
    ), begun AS (
        INSERT INTO pairnym.devices (token, person, ticket, expires, kept_until)
        SELECT $3, person, ticket, $4, $5 FROM taken
    )
    SELECT person, ticket, message, expires FROM taken";
const FIND: &str = "SELECT person, ticket, expires FROM pairnym.devices
    WHERE token = $1 AND expires >= $2";
const END: &str = "WITH void AS (DELETE FROM pairnym.codes WHERE person = $1)
    DELETE FROM pairnym.devices WHERE person = $1 RETURNING true";
const GRANT: &str = "INSERT INTO pairnym.granted AS g
    (person, parameters, epoch, batches, kept_until) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (person, parameters, epoch) DO UPDATE SET batches = g.batches + $4
    WHERE g.batches + $4 <= $6 RETURNING true";
const TAKE_BACK: &str = "UPDATE pairnym.granted SET batches = batches - $4
    WHERE person = $1 AND parameters = $2 AND epoch = $3";
const SWEEPS: [&str; 3] = [
    "DELETE FROM pairnym.codes WHERE code IN (
        SELECT code FROM pairnym.codes WHERE kept_until < $1 LIMIT $2 FOR UPDATE SKIP LOCKED
    ) RETURNING true",
    "DELETE FROM pairnym.devices WHERE token IN (
        SELECT token FROM pairnym.devices WHERE kept_until < $1 LIMIT $2 FOR UPDATE SKIP LOCKED
    ) RETURNING true",
    "DELETE FROM pairnym.granted WHERE (person, parameters, epoch) IN (
        SELECT person, parameters, epoch FROM pairnym.granted WHERE kept_until < $1 LIMIT $2
        FOR UPDATE SKIP LOCKED
    ) RETURNING true",
];

/// The transaction in a column.
fn transaction(row: &Row, column: usize) -> Result<Option<TransactionId>, Failure> {
    let there = row.try_get::<_, Option<&[u8]>>(column)?.is_some();
    there.then(|| bytes32(row, column).map(TransactionId)).transpose()
}

impl Devices for Postgres {
    async fn put_code(&self, code: Hashed, new: Identified) -> Result<bool, Failure> {
        let Identified { person, ticket, expires } = new;
        let (ticket, message) = ticket.map(|(id, message)| (id.0.to_vec(), message)).unzip();
        let row = arguments![
            code.0.to_vec(),
            person.0.to_vec(),
            ticket,
            message,
            number(expires),
            number(kept_until(expires)),
        ];
        Ok(!self.query(PUT_CODE, row).await?.is_empty())
    }

    async fn begin_session(
        &self,
        code: Hashed,
        token: Hashed,
        until: UnixTime,
        now: UnixTime,
    ) -> Result<Option<Identified>, Failure> {
        let row = arguments![
            code.0.to_vec(),
            number(now),
            token.0.to_vec(),
            number(until),
            number(kept_until(until)),
        ];
        let identified = |row: &Row| {
            let message: Option<Vec<u8>> = row.try_get(2)?;
            let expires: i64 = row.try_get(3)?;
            Ok(Identified {
                person: PersonId(bytes32(row, 0)?),
                ticket: transaction(row, 1)?.zip(message),
                expires: time(expires),
            })
        };
        self.query(BEGIN, row).await?.first().map(identified).transpose()
    }

    async fn find_session(
        &self,
        token: Hashed,
        now: UnixTime,
    ) -> Result<Option<DeviceSession>, Failure> {
        let session = |row: &Row| {
            let expires: i64 = row.try_get(2)?;
            Ok(DeviceSession {
                person: PersonId(bytes32(row, 0)?),
                transaction: transaction(row, 1)?,
                expires: time(expires),
            })
        };
        let rows = self.query(FIND, arguments![token.0.to_vec(), number(now)]).await?;
        rows.first().map(session).transpose()
    }

    async fn end_sessions(&self, person: PersonId) -> Result<u64, Failure> {
        Ok(self.query(END, arguments![person.0.to_vec()]).await?.len() as u64)
    }

    async fn grant(&self, grant: Grant, most: u32) -> Result<bool, Failure> {
        if grant.batches > most {
            return Ok(false);
        }
        let row = arguments![
            grant.person.0.to_vec(),
            grant.slot.parameters.0.to_vec(),
            grant.slot.epoch.0 as i64,
            i64::from(grant.batches),
            number(kept_until(grant.ends)),
            i64::from(most),
        ];
        Ok(!self.query(GRANT, row).await?.is_empty())
    }

    async fn take_back(&self, grant: Grant) -> Result<(), Failure> {
        let row = arguments![
            grant.person.0.to_vec(),
            grant.slot.parameters.0.to_vec(),
            grant.slot.epoch.0 as i64,
            i64::from(grant.batches),
        ];
        self.query(TAKE_BACK, row).await.map(drop)
    }

    async fn sweep_devices(&self, now: UnixTime) -> Result<u64, Failure> {
        let mut most = 0;
        for sweep in SWEEPS {
            most = most.max(self.sweep(sweep, now).await?);
        }
        Ok(most)
    }
}
