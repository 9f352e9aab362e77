//! Accounts and acts in SQLite.

use pairnym::{Epoch, ParametersId, Pseudonym, RequestDigest, Slot};
use rusqlite::{OptionalExtension, params};

use super::Sqlite;
use crate::accounts::{account_id, label_text};
use crate::{Account, AccountId, Accounts, Erased, Failure, SignedAct, number, time};

const LINK: &str = "INSERT INTO accounts (label, pseudonym, parameters, epoch, since, admissions)
    VALUES (?1, ?2, ?3, ?4, ?5, 1) ON CONFLICT DO UPDATE SET
    parameters = ?3, epoch = ?4, admissions = admissions + 1 RETURNING admissions";
const FIND: &str =
    "SELECT parameters, epoch, since FROM accounts WHERE label = ? AND pseudonym = ?";
const ADMITTED: &str = "SELECT label, pseudonym, epoch, since FROM accounts
    WHERE parameters = ?1 AND (?2 IS NULL OR (label, pseudonym) > (?2, ?3))
    ORDER BY label, pseudonym LIMIT ?4";
const UNLINK: &str = "DELETE FROM accounts WHERE label = ? AND pseudonym = ?";
const RECORD: &str = "INSERT INTO acts (digest, label, pseudonym, request, answer, at)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
const ACTS: &str = "SELECT digest, request, answer, at FROM acts
    WHERE label = ? AND pseudonym = ? ORDER BY at, digest";

impl Accounts for Sqlite {
    async fn link(&self, accounts: Vec<Account>) -> Result<Vec<bool>, Failure> {
        self.change(move |t| {
            let mut link = t.prepare_cached(LINK)?;
            let one = |Account { id, slot, since }: &Account| {
                let (label, pseudonym) = (label_text(id), id.pseudonym.to_bytes());
                let (parameters, epoch) = (slot.parameters.0, slot.epoch.0 as i64);
                let row = params![label, pseudonym, parameters, epoch, number(*since)];
                Ok(link.query_row(row, |row| row.get::<_, i64>(0))? == 1)
            };
            accounts.iter().map(one).collect()
        })
        .await
    }

    async fn find_accounts(&self, ids: Vec<AccountId>) -> Result<Vec<Option<Account>>, Failure> {
        self.look(move |t| {
            let mut find = t.prepare_cached(FIND)?;
            let mut one = |id: AccountId| {
                let key = params![label_text(&id), id.pseudonym.to_bytes()];
                let row = find.query_row(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
                let row = row.optional()?;
                Ok(row.map(|(parameters, epoch, since)| account(id, parameters, epoch, since)))
            };
            ids.into_iter().map(&mut one).collect()
        })
        .await
    }

    async fn admitted_under(
        &self,
        parameters: ParametersId,
        after: Option<AccountId>,
        most: u32,
    ) -> Result<Vec<Account>, Failure> {
        self.look(move |t| {
            let label = after.as_ref().map(label_text);
            let pseudonym = after.as_ref().map(|after| after.pseudonym.to_bytes());
            let mut admitted = t.prepare_cached(ADMITTED)?;
            let rows = admitted
                .query_map(params![parameters.0, label, pseudonym, most], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                })?;
            let read = |row| {
                let (label, pseudonym, epoch, since): (String, Vec<u8>, _, _) = row?;
                Ok(account(account_id(&label, &pseudonym)?, parameters.0, epoch, since))
            };
            rows.map(read).collect()
        })
        .await
    }

    async fn unlink(&self, id: AccountId) -> Result<bool, Failure> {
        self.change(move |t| {
            let key = params![label_text(&id), id.pseudonym.to_bytes()];
            Ok(t.prepare_cached(UNLINK)?.execute(key)? == 1)
        })
        .await
    }

    async fn erase(&self, pseudonym: Pseudonym) -> Result<Erased, Failure> {
        self.change(move |t| {
            let key = [pseudonym.to_bytes()];
            Ok(Erased {
                accounts: t.execute("DELETE FROM accounts WHERE pseudonym = ?", key)? as u64,
                acts: t.execute("DELETE FROM acts WHERE pseudonym = ?", key)? as u64,
            })
        })
        .await
    }

    async fn record(&self, act: SignedAct) -> Result<(), Failure> {
        self.change(move |t| {
            let SignedAct { digest, account, request, answer, at } = &act;
            let (label, pseudonym) = (label_text(account), account.pseudonym.to_bytes());
            let row = params![digest.0, label, pseudonym, request, answer, number(*at)];
            t.prepare_cached(RECORD)?.execute(row)?;
            Ok(())
        })
        .await
    }

    async fn acts(&self, id: AccountId) -> Result<Vec<SignedAct>, Failure> {
        self.look(move |t| {
            let mut acts = t.prepare_cached(ACTS)?;
            let key = params![label_text(&id), id.pseudonym.to_bytes()];
            let rows = acts.query_map(key, |row| {
                Ok(SignedAct {
                    digest: RequestDigest(row.get(0)?),
                    account: id.clone(),
                    request: row.get(1)?,
                    answer: row.get(2)?,
                    at: time(row.get(3)?),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn account(id: AccountId, parameters: [u8; 32], epoch: i64, since: i64) -> Account {
    let epoch = Epoch(epoch as u64);
    let slot = Slot { parameters: ParametersId(parameters), epoch };
    Account { id, slot, since: time(since) }
}
