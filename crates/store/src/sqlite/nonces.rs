//! Used nonces in SQLite, for those who keep their requests elsewhere.

use pairnym::store::{AsyncNonceStore, Spend};
use pairnym::{Nonce, UnixTime};
use rusqlite::params;

use super::Sqlite;
use crate::{Failure, HOUR, hour, number};

const SPEND: &str = "INSERT INTO nonces SELECT ?1, ?2
    WHERE NOT EXISTS (SELECT 1 FROM forgotten WHERE hour = ?2) ON CONFLICT DO NOTHING";
const FORGET: &str = "INSERT INTO forgotten SELECT DISTINCT hour FROM nonces WHERE hour < ?
    ON CONFLICT DO NOTHING";

/// Nonces are forgotten by the hour in which their requests expired, and these hours are remembered
/// (SPEC §12): whatever a clock does, no nonce is won twice.
impl AsyncNonceStore for Sqlite {
    type Error = Failure;

    async fn spend(&self, all: &[Spend], _: UnixTime) -> Result<Vec<Nonce>, Failure> {
        let all = all.to_vec();
        self.change(move |t| {
            let mut spend = t.prepare_cached(SPEND)?;
            let mut won = Vec::with_capacity(all.len());
            for Spend { nonce, expires } in &all {
                if spend.execute(params![nonce.0, hour(*expires)])? == 1 {
                    won.push(*nonce);
                }
            }
            Ok(won)
        })
        .await
    }
}

impl Sqlite {
    /// Forgets used nonces whose expiry is long enough past at `now`. Returns how many.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sweep_nonces(&self, now: UnixTime) -> Result<u64, Failure> {
        let before = number(now).saturating_sub(crate::SKEW as i64) / HOUR;
        self.change(move |t| {
            t.execute(FORGET, [before])?;
            Ok(t.execute("DELETE FROM nonces WHERE hour < ?", [before])? as u64)
        })
        .await
    }
}
