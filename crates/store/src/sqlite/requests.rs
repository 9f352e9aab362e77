//! Requests in SQLite.

use pairnym::{Nonce, UnixTime};
use rusqlite::{CachedStatement, OptionalExtension, params};

use super::Sqlite;
use crate::requests::columns::{Columns, flow, flow_code, hashed};
use crate::{
    Change, Failure, Hashed, Held, Key, RequestRows, Row, SWEEP, Stage, kept_until, number, time,
};

const INSERT: &str = "INSERT INTO requests (handle, nonce, request, expires, kept_until, flow,
    browser, context, version, state, attempt, hash, code, at, tries, result)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
const COLUMNS: &str = "SELECT handle, version, nonce, request, expires, flow, browser, context,
    state, attempt, hash, code, at, tries, result FROM requests WHERE ";
const REPLACE: &str = "UPDATE requests SET version = version + 1, state = ?, attempt = ?, hash = ?,
    code = ?, at = ?, tries = ?, result = ? WHERE handle = ? AND version = ?";
const SWEEP_REQUESTS: &str = "DELETE FROM requests WHERE rowid IN
    (SELECT rowid FROM requests WHERE kept_until < ? LIMIT ?)";

impl RequestRows for Sqlite {
    async fn insert(&self, handle: Hashed, row: Row) -> Result<bool, Failure> {
        self.change(move |t| {
            let Row { nonce, request, expires, flow, browser, context, stage } = &row;
            let Columns { state, attempt, hash, code, at, tries, result } = stage.clone().into();
            let (kept, expires) = (number(kept_until(*expires)), number(*expires));
            let flow = flow_code(*flow);
            let changed = t.prepare_cached(INSERT)?.execute(params![
                handle.0, nonce.0, request, expires, kept, flow, browser.0, context, state,
                attempt, hash, code, at, tries, result
            ])?;
            Ok(changed == 1)
        })
        .await
    }

    async fn load(&self, keys: Vec<Key>) -> Result<Vec<Option<Held>>, Failure> {
        self.look(move |t| {
            let mut by_handle = t.prepare_cached(&format!("{COLUMNS} handle = ?"))?;
            let mut by_browser = t.prepare_cached(&format!("{COLUMNS} browser = ?"))?;
            let mut by_code = t.prepare_cached(&format!("{COLUMNS} code = ?"))?;
            let find = |key: Key| match key {
                Key::Handle(handle) => held(&mut by_handle, &handle),
                Key::Browser(browser) => held(&mut by_browser, &browser),
                Key::Code(code) => held(&mut by_code, &code),
            };
            keys.into_iter().map(find).collect()
        })
        .await
    }

    async fn replace(&self, changes: Vec<Change>) -> Result<Vec<bool>, Failure> {
        self.change(move |t| {
            let mut replace = t.prepare_cached(REPLACE)?;
            let change = |Change { handle, version, stage: next }: &Change| {
                let Columns { state, attempt, hash, code, at, tries, result } = next.clone().into();
                let row = params![state, attempt, hash, code, at, tries, result, handle.0, version];
                Ok(replace.execute(row)? == 1)
            };
            changes.iter().map(change).collect()
        })
        .await
    }

    async fn sweep_requests(&self, now: UnixTime) -> Result<u64, Failure> {
        self.sweep(SWEEP_REQUESTS, now).await
    }
}

impl Sqlite {
    /// Removes rows with a statement that takes a time and a number of rows.
    pub(super) async fn sweep(&self, sweep: &'static str, now: UnixTime) -> Result<u64, Failure> {
        let limit = params_of(now);
        self.change(move |t| Ok(t.prepare_cached(sweep)?.execute(limit)? as u64)).await
    }
}

fn params_of(now: UnixTime) -> (i64, u64) {
    (number(now), SWEEP)
}

fn held(find: &mut CachedStatement<'_>, key: &Hashed) -> Result<Option<Held>, Failure> {
    let row = find.query_row([key.0], |row| {
        let parts = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?);
        let (handle, version, nonce, request, expires, flow_code): (_, _, _, _, i64, _) = parts;
        let (browser, context): (Vec<u8>, _) = (row.get(6)?, row.get(7)?);
        let stage = Columns {
            state: row.get(8)?,
            attempt: row.get(9)?,
            hash: row.get(10)?,
            code: row.get(11)?,
            at: row.get(12)?,
            tries: row.get(13)?,
            result: row.get(14)?,
        };
        let read = move || {
            let row = Row {
                nonce: Nonce(nonce),
                request,
                expires: time(expires),
                flow: flow(flow_code)?,
                browser: hashed(Some(&browser))?,
                context,
                stage: Stage::try_from(stage)?,
            };
            Ok(Held { handle: Hashed(handle), version, row })
        };
        Ok(read())
    });
    row.optional()?.transpose()
}
