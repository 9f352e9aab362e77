//! Accounts and acts in PostgreSQL.

use std::collections::{HashMap, HashSet};

use pairnym::{Epoch, ParametersId, Pseudonym, RequestDigest, Slot};
use tokio_postgres::Row;

use super::Postgres;
use super::query::{arguments, bytes32};
use crate::accounts::{account_id, label_text};
use crate::{Account, AccountId, Accounts, Erased, Failure, SignedAct, number, time};

const LINK: &str = "INSERT INTO pairnym.accounts AS held
        (label, pseudonym, parameters, epoch, since, admissions)
    SELECT label, pseudonym, parameters, epoch, since, 1
    FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bigint[], $5::bigint[])
        AS linked (label, pseudonym, parameters, epoch, since)
    ORDER BY pseudonym, label ON CONFLICT (pseudonym, label) DO UPDATE
    SET parameters = excluded.parameters, epoch = excluded.epoch, admissions = held.admissions + 1
    RETURNING label, pseudonym, admissions = 1";
const FIND: &str = "SELECT label, pseudonym, parameters, epoch, since FROM pairnym.accounts
    JOIN unnest($1::text[], $2::bytea[]) AS wanted (label, pseudonym) USING (label, pseudonym)";
const ADMITTED: &str = "SELECT label, pseudonym, parameters, epoch, since FROM pairnym.accounts
    WHERE parameters = $1 AND ($2::text IS NULL OR (label, pseudonym) > ($2, $3))
    ORDER BY label, pseudonym LIMIT $4";
const UNLINK: &str =
    "DELETE FROM pairnym.accounts WHERE label = $1 AND pseudonym = $2 RETURNING true";
const ERASE: &str = "WITH accounts AS
        (DELETE FROM pairnym.accounts WHERE pseudonym = $1 RETURNING true),
    acts AS (DELETE FROM pairnym.acts WHERE pseudonym = $1 RETURNING true)
    SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM acts)";
const RECORD: &str = "INSERT INTO pairnym.acts (digest, label, pseudonym, request, answer, at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
const ACTS: &str = "SELECT digest, request, answer, at FROM pairnym.acts
    WHERE label = $1 AND pseudonym = $2 ORDER BY at, digest";

impl Accounts for Postgres {
    async fn link(&self, accounts: Vec<Account>) -> Result<Vec<bool>, Failure> {
        let each = |part: fn(&Account) -> Vec<u8>| accounts.iter().map(part).collect::<Vec<_>>();
        let number = |part: fn(&Account) -> i64| accounts.iter().map(part).collect::<Vec<_>>();
        let labels: Vec<_> =
            accounts.iter().map(|account| label_text(&account.id).to_owned()).collect();
        let rows = arguments![
            labels,
            each(|account| account.id.pseudonym.to_bytes().to_vec()),
            each(|account| account.slot.parameters.0.to_vec()),
            number(|account| account.slot.epoch.0 as i64),
            number(|account| crate::number(account.since)),
        ];
        let mut new = HashSet::new();
        for row in self.query(LINK, rows).await? {
            if row.try_get(2)? {
                new.insert(account_id(row.try_get(0)?, row.try_get(1)?)?);
            }
        }
        Ok(accounts.iter().map(|account| new.contains(&account.id)).collect())
    }

    async fn find_accounts(&self, ids: Vec<AccountId>) -> Result<Vec<Option<Account>>, Failure> {
        let labels: Vec<_> = ids.iter().map(|id| label_text(id).to_owned()).collect();
        let pseudonyms: Vec<_> = ids.iter().map(|id| id.pseudonym.to_bytes().to_vec()).collect();
        let found = self.query(FIND, arguments![labels, pseudonyms]).await?;
        let found: Result<Vec<_>, _> = found.iter().map(account).collect();
        let found: HashMap<_, _> =
            found?.into_iter().map(|account| (account.id.clone(), account)).collect();
        Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
    }

    async fn admitted_under(
        &self,
        parameters: ParametersId,
        after: Option<AccountId>,
        most: u32,
    ) -> Result<Vec<Account>, Failure> {
        let label = after.as_ref().map(|after| label_text(after).to_owned());
        let pseudonym = after.as_ref().map(|after| after.pseudonym.to_bytes().to_vec());
        let page = arguments![parameters.0.to_vec(), label, pseudonym, i64::from(most)];
        self.query(ADMITTED, page).await?.iter().map(account).collect()
    }

    async fn unlink(&self, id: AccountId) -> Result<bool, Failure> {
        Ok(!self.query(UNLINK, key(&id)).await?.is_empty())
    }

    async fn erase(&self, pseudonym: Pseudonym) -> Result<Erased, Failure> {
        let rows = self.query(ERASE, arguments![pseudonym.to_bytes().to_vec()]).await?;
        let row = rows.first().ok_or_else(|| Failure::damaged("no row"))?;
        let count = |column| Ok::<_, Failure>(row.try_get::<_, i64>(column)? as u64);
        Ok(Erased { accounts: count(0)?, acts: count(1)? })
    }

    async fn record(&self, act: SignedAct) -> Result<(), Failure> {
        let SignedAct { digest, account, request, answer, at } = act;
        let (label, pseudonym) = (label_text(&account), account.pseudonym.to_bytes());
        let row = arguments![
            digest.0.to_vec(),
            label.to_owned(),
            pseudonym.to_vec(),
            request,
            answer,
            number(at)
        ];
        self.query(RECORD, row).await?;
        Ok(())
    }

    async fn acts(&self, id: AccountId) -> Result<Vec<SignedAct>, Failure> {
        let act = |row: &Row| {
            Ok(SignedAct {
                digest: RequestDigest(bytes32(row, 0)?),
                account: id.clone(),
                request: row.try_get(1)?,
                answer: row.try_get(2)?,
                at: time(row.try_get(3)?),
            })
        };
        self.query(ACTS, key(&id)).await?.iter().map(act).collect()
    }
}

fn key(id: &AccountId) -> Vec<super::query::Argument> {
    arguments![label_text(id).to_owned(), id.pseudonym.to_bytes().to_vec()]
}

fn account(row: &Row) -> Result<Account, Failure> {
    let (epoch, since): (i64, i64) = (row.try_get(3)?, row.try_get(4)?);
    Ok(Account {
        id: account_id(row.try_get(0)?, row.try_get(1)?)?,
        slot: Slot { parameters: ParametersId(bytes32(row, 2)?), epoch: Epoch(epoch as u64) },
        since: time(since),
    })
}
