//! Requests in PostgreSQL.

use std::collections::HashMap;

use pairnym::{Nonce, UnixTime};

use super::Postgres;
use super::query::{arguments, bytes32};
use crate::requests::columns::{Columns, flow, flow_code, hashed};
use crate::{
    Change, Failure, Hashed, Held, Key, RequestRows, Row, SWEEP, Stage, kept_until, number, time,
};

const INSERT: &str = "INSERT INTO pairnym.requests (handle, nonce, request, expires, kept_until,
    flow, browser, context, version, state, attempt, hash, code, at, tries, result)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11, $12, $13, $14, $15)
    ON CONFLICT DO NOTHING RETURNING true";
const LOAD: &str = "SELECT handle, version, nonce, request, expires, flow, browser, context, state,
    attempt, hash, code, at, tries, result FROM pairnym.requests
    WHERE handle = ANY($1) OR browser = ANY($2) OR code = ANY($3)";
/// Locked in one order, so that no two batches wait for each other.
const REPLACE: &str = "WITH next AS (
        SELECT next.* FROM unnest($1::bytea[], $2::bigint[], $3::smallint[], $4::bytea[],
            $5::bytea[], $6::bytea[], $7::bigint[], $8::smallint[], $9::bytea[])
            AS next (handle, version, state, attempt, hash, code, at, tries, result)
        JOIN pairnym.requests AS held USING (handle, version)
        ORDER BY handle FOR UPDATE OF held
    )
    UPDATE pairnym.requests AS held SET version = held.version + 1, state = next.state,
        attempt = next.attempt, hash = next.hash, code = next.code, at = next.at,
        tries = next.tries, result = next.result
    FROM next WHERE held.handle = next.handle AND held.version = next.version
    RETURNING held.handle";
const SWEEP_REQUESTS: &str = "DELETE FROM pairnym.requests WHERE handle IN (
        SELECT handle FROM pairnym.requests WHERE kept_until < $1 LIMIT $2 FOR UPDATE SKIP LOCKED
    ) RETURNING true";

impl RequestRows for Postgres {
    async fn insert(&self, handle: Hashed, row: Row) -> Result<bool, Failure> {
        let Row { nonce, request, expires, flow, browser, context, stage } = row;
        let Columns { state, attempt, hash, code, at, tries, result } = stage.into();
        let kept = number(kept_until(expires));
        let row = arguments![
            handle.0.to_vec(),
            nonce.0.to_vec(),
            request,
            number(expires),
            kept,
            flow_code(flow),
            browser.0.to_vec(),
            context,
            state,
            attempt,
            hash,
            code,
            at,
            tries,
            result,
        ];
        Ok(!self.query(INSERT, row).await?.is_empty())
    }

    async fn load(&self, keys: Vec<Key>) -> Result<Vec<Option<Held>>, Failure> {
        let (mut handles, mut browsers, mut codes) = (Vec::new(), Vec::new(), Vec::new());
        for key in &keys {
            match key {
                Key::Handle(handle) => handles.push(handle.0.to_vec()),
                Key::Browser(browser) => browsers.push(browser.0.to_vec()),
                Key::Code(code) => codes.push(code.0.to_vec()),
            }
        }
        let mut found = HashMap::new();
        for row in self.query(LOAD, arguments![handles, browsers, codes]).await? {
            let held = held(&row)?;
            found.insert(Key::Browser(held.row.browser), held.clone());
            if let Stage::Answered { code, .. } = &held.row.stage {
                found.insert(Key::Code(*code), held.clone());
            }
            found.insert(Key::Handle(held.handle), held);
        }
        Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
    }

    async fn replace(&self, changes: Vec<Change>) -> Result<Vec<bool>, Failure> {
        let handles: Vec<_> = changes.iter().map(|change| change.handle.0.to_vec()).collect();
        let versions: Vec<_> = changes.iter().map(|change| change.version).collect();
        let (mut states, mut attempts, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
        let (mut codes, mut times, mut tries) = (Vec::new(), Vec::new(), Vec::new());
        let mut results = Vec::new();
        for change in changes {
            let columns = Columns::from(change.stage);
            states.push(columns.state);
            attempts.push(columns.attempt);
            hashes.push(columns.hash);
            codes.push(columns.code);
            times.push(columns.at);
            tries.push(columns.tries);
            results.push(columns.result);
        }
        let next = arguments![
            handles.clone(),
            versions,
            states,
            attempts,
            hashes,
            codes,
            times,
            tries,
            results,
        ];
        let won = self.query(REPLACE, next).await?;
        let won: Result<Vec<&[u8]>, _> = won.iter().map(|row| row.try_get(0)).collect();
        let won = won?;
        Ok(handles.iter().map(|handle| won.contains(&&handle[..])).collect())
    }

    async fn sweep_requests(&self, now: UnixTime) -> Result<u64, Failure> {
        self.sweep(SWEEP_REQUESTS, now).await
    }
}

impl Postgres {
    /// Removes rows with a statement that takes a time and a number of rows.
    pub(super) async fn sweep(&self, sweep: &str, now: UnixTime) -> Result<u64, Failure> {
        let gone = self.query(sweep, arguments![number(now), SWEEP as i64]).await?;
        Ok(gone.len() as u64)
    }
}

fn held(row: &tokio_postgres::Row) -> Result<Held, Failure> {
    let stage = Columns {
        state: row.try_get(8)?,
        attempt: row.try_get(9)?,
        hash: row.try_get(10)?,
        code: row.try_get(11)?,
        at: row.try_get(12)?,
        tries: row.try_get(13)?,
        result: row.try_get(14)?,
    };
    let expires: i64 = row.try_get(4)?;
    Ok(Held {
        handle: Hashed(bytes32(row, 0)?),
        version: row.try_get(1)?,
        row: Row {
            nonce: Nonce(bytes32(row, 2)?),
            request: row.try_get(3)?,
            expires: time(expires),
            flow: flow(row.try_get(5)?)?,
            browser: hashed(Some(row.try_get(6)?))?,
            context: row.try_get(7)?,
            stage: Stage::try_from(stage)?,
        },
    })
}
