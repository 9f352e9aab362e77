//! Used nonces in PostgreSQL, for those who keep their requests elsewhere.

use pairnym::store::{AsyncNonceStore, Spend};
use pairnym::{Nonce, UnixTime};

use super::Postgres;
use super::query::{arguments, bytes32};
use crate::{Failure, HOUR, SWEEP, hour, number};

/// Inserted in one order, so that no two batches wait for each other.
const SPEND: &str = "INSERT INTO pairnym.nonces (nonce, hour)
    SELECT nonce, hour FROM unnest($1::bytea[], $2::bigint[]) AS spent (nonce, hour)
    WHERE NOT EXISTS (SELECT 1 FROM pairnym.forgotten WHERE forgotten.hour = spent.hour)
    ORDER BY nonce ON CONFLICT DO NOTHING RETURNING nonce";
const DELETE: &str = "DELETE FROM pairnym.nonces WHERE nonce IN (
        SELECT nonce FROM pairnym.nonces JOIN pairnym.forgotten USING (hour)
        LIMIT $1 FOR UPDATE OF nonces SKIP LOCKED
    ) RETURNING true";
const FORGET: &str = "INSERT INTO pairnym.forgotten SELECT DISTINCT hour FROM pairnym.nonces
    WHERE hour < $1 ON CONFLICT DO NOTHING";

/// Nonces are forgotten by the hour in which their requests expired, and these hours are remembered
/// (SPEC §12): whatever a clock does, no nonce is won twice.
impl AsyncNonceStore for Postgres {
    type Error = Failure;

    async fn spend(&self, all: &[Spend], _: UnixTime) -> Result<Vec<Nonce>, Failure> {
        let nonces: Vec<_> = all.iter().map(|spend| spend.nonce.0.to_vec()).collect();
        let hours: Vec<_> = all.iter().map(|spend| hour(spend.expires)).collect();
        let won = self.query(SPEND, arguments![nonces, hours]).await?;
        won.iter().map(|row| bytes32(row, 0).map(Nonce)).collect()
    }
}

impl Postgres {
    /// Forgets used nonces whose expiry is long enough past at `now`, at most
    /// [`SWEEP`], and returns how many. An hour is remembered by one call, and its
    /// nonces go with the next: by then no statement is under way that did not see it.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sweep_nonces(&self, now: UnixTime) -> Result<u64, Failure> {
        let gone = self.query(DELETE, arguments![SWEEP as i64]).await?;
        let before = number(now).saturating_sub(crate::SKEW as i64) / HOUR;
        self.query(FORGET, arguments![before]).await?;
        Ok(gone.len() as u64)
    }
}
