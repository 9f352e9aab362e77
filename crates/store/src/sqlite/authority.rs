//! People, tickets, offers and the audit log in SQLite.

use pairnym::message::Commitment;
use pairnym::store::Registration;
use pairnym::{PersonId, TransactionId, UnixTime};
use rusqlite::{OptionalExtension, params};

use super::{Sqlite, devices};
use crate::people::commitment;
use crate::{
    Audit, Event, Failure, Hashed, Offer, Offers, PeopleRows, Person, Standing, Ticket, Tickets,
    kept_until, number, time,
};

const REGISTRATION: &str = "SELECT person, commitment FROM registrations WHERE ticket = ?";
const PERSON: &str = "SELECT commitment, ticket, deleted, version FROM people WHERE person = ?";
const OWNER: &str = "SELECT person FROM owners WHERE commitment = ?";
const WRITE_PERSON: &str = "INSERT INTO people VALUES (?1, ?2, ?3, NULL, 0)
    ON CONFLICT DO UPDATE SET ticket = ?2, commitment = ?3, deleted = NULL, version = version + 1";
const BURY: &str = "UPDATE people SET deleted = ?, version = version + 1
    WHERE person = ? AND deleted IS NULL";
const STANDS: &str = "SELECT 1 FROM offers JOIN people USING (person, commitment)
    WHERE commitment = ? AND nonce = ? AND deleted IS NULL";
const PUT_OFFER: &str = "INSERT INTO offers SELECT ?1, person, commitment, ?4, ?5, ?6 FROM people
    WHERE person = ?2 AND commitment = ?3 AND deleted IS NULL ON CONFLICT DO NOTHING";
const SWEEP_OFFERS: &str = "DELETE FROM offers WHERE rowid IN
    (SELECT rowid FROM offers WHERE kept_until < ? LIMIT ?)";
const SWEEP_TICKETS: &str = "DELETE FROM tickets WHERE rowid IN
    (SELECT rowid FROM tickets WHERE kept_until < ? LIMIT ?)";

fn person(t: &rusqlite::Connection, person: &PersonId) -> Result<Option<Person>, Failure> {
    let row = t
        .prepare_cached(PERSON)?
        .query_row([person.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
    let read = |(bytes, transaction, deleted, version): (_, _, Option<i64>, _)| {
        Ok(Person {
            commitment: commitment(bytes)?,
            transaction: TransactionId(transaction),
            deleted: deleted.map(time),
            version,
        })
    };
    row.optional()?.map(read).transpose()
}

fn standing(t: &rusqlite::Connection, of: &Registration) -> Result<Standing, Failure> {
    let transaction = t
        .prepare_cached(REGISTRATION)?
        .query_row([of.transaction.0], |row| Ok((PersonId(row.get(0)?), row.get(1)?)));
    let transaction = transaction.optional()?;
    let owner = t.prepare_cached(OWNER)?.query_row([of.commitment.to_bytes()], |row| row.get(0));
    Ok(Standing {
        transaction: transaction
            .map(|(person, bytes)| Ok::<_, Failure>((person, commitment(bytes)?)))
            .transpose()?,
        person: person(t, &of.person)?,
        owner: owner.optional()?.map(PersonId),
    })
}

impl PeopleRows for Sqlite {
    async fn standing(&self, registration: Registration) -> Result<Standing, Failure> {
        self.look(move |t| standing(t, &registration)).await
    }

    async fn write(&self, registration: Registration, known: Standing) -> Result<bool, Failure> {
        self.change(move |t| {
            if standing(t, &registration)? != known {
                return Ok(false);
            }
            let Registration { transaction: ticket, person, commitment, .. } = registration;
            let commitment = commitment.to_bytes();
            t.prepare_cached(WRITE_PERSON)?.execute(params![person.0, ticket.0, commitment])?;
            t.prepare_cached("INSERT INTO owners VALUES (?, ?) ON CONFLICT DO NOTHING")?
                .execute(params![commitment, person.0])?;
            t.prepare_cached("INSERT INTO registrations VALUES (?, ?, ?)")?
                .execute(params![ticket.0, person.0, commitment])?;
            Ok(true)
        })
        .await
    }

    async fn bury(&self, person: PersonId, now: UnixTime) -> Result<bool, Failure> {
        self.change(move |t| {
            let buried = t.execute(BURY, params![number(now), person.0])? == 1;
            t.execute("DELETE FROM offers WHERE person = ?", [person.0])?;
            devices::end(t, &person)?;
            Ok(buried)
        })
        .await
    }

    async fn person(&self, id: PersonId) -> Result<Option<Person>, Failure> {
        self.look(move |t| person(t, &id)).await
    }

    async fn stands(&self, commitment: Commitment, nonce: Hashed) -> Result<bool, Failure> {
        self.look(move |t| {
            Ok(t.prepare_cached(STANDS)?.exists(params![commitment.to_bytes(), nonce.0])?)
        })
        .await
    }
}

fn ticket(row: &rusqlite::Row<'_>) -> rusqlite::Result<Ticket> {
    Ok(Ticket {
        transaction: TransactionId(row.get(0)?),
        person: PersonId(row.get(1)?),
        stored: row.get(2)?,
        expires: time(row.get(3)?),
    })
}

impl Tickets for Sqlite {
    async fn put_ticket(&self, new: Ticket) -> Result<bool, Failure> {
        self.change(move |t| {
            let Ticket { transaction, person, stored, expires } = &new;
            let (kept, expires) = (number(kept_until(*expires)), number(*expires));
            let row = params![transaction.0, person.0, stored, expires, kept];
            let put = "INSERT INTO tickets VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
            Ok(t.prepare_cached(put)?.execute(row)? == 1)
        })
        .await
    }

    async fn find_ticket(&self, transaction: TransactionId) -> Result<Option<Ticket>, Failure> {
        self.look(move |t| {
            let find = "SELECT ticket, person, stored, expires FROM tickets WHERE ticket = ?";
            Ok(t.prepare_cached(find)?.query_row([transaction.0], ticket).optional()?)
        })
        .await
    }

    async fn sweep_tickets(&self, now: UnixTime) -> Result<u64, Failure> {
        self.sweep(SWEEP_TICKETS, now).await
    }
}

impl Offers for Sqlite {
    async fn put_offer(&self, offer: Offer) -> Result<bool, Failure> {
        self.change(move |t| {
            let Offer { nonce, person, commitment, stored, expires } = &offer;
            let (kept, expires) = (number(kept_until(*expires)), number(*expires));
            let commitment = commitment.to_bytes();
            let row = params![nonce.0, person.0, commitment, stored, expires, kept];
            Ok(t.prepare_cached(PUT_OFFER)?.execute(row)? == 1)
        })
        .await
    }

    async fn find_offer(&self, nonce: Hashed) -> Result<Option<Offer>, Failure> {
        self.look(move |t| {
            let find = "SELECT person, commitment, stored, expires FROM offers WHERE nonce = ?";
            let row = t.prepare_cached(find)?.query_row([nonce.0], |row| {
                Ok((PersonId(row.get(0)?), row.get(1)?, row.get(2)?, row.get::<_, i64>(3)?))
            });
            let read = |(person, bytes, stored, expires): (_, _, _, i64)| {
                let expires = time(expires);
                Ok(Offer { nonce, person, commitment: commitment(bytes)?, stored, expires })
            };
            row.optional()?.map(read).transpose()
        })
        .await
    }

    async fn withdraw_offers(&self, person: PersonId) -> Result<u64, Failure> {
        self.change(move |t| {
            Ok(t.execute("DELETE FROM offers WHERE person = ?", [person.0])? as u64)
        })
        .await
    }

    async fn sweep_offers(&self, now: UnixTime) -> Result<u64, Failure> {
        self.sweep(SWEEP_OFFERS, now).await
    }
}

impl Audit for Sqlite {
    async fn append(&self, events: Vec<Event>) -> Result<u64, Failure> {
        self.change(move |t| {
            let append = "INSERT INTO events (at, actor, action, subject) VALUES (?, ?, ?, ?)";
            let mut append = t.prepare_cached(append)?;
            for Event { at, actor, action, subject } in &events {
                append.execute(params![number(*at), actor, action, subject])?;
            }
            let last = "SELECT coalesce(max(number), 0) FROM events";
            Ok(t.prepare_cached(last)?.query_row([], |row| row.get(0))?)
        })
        .await
    }

    async fn read(&self, after: u64, most: u32) -> Result<Vec<(u64, Event)>, Failure> {
        self.look(move |t| {
            let read = "SELECT number, at, actor, action, subject FROM events
                WHERE number > ? ORDER BY number LIMIT ?";
            let mut read = t.prepare_cached(read)?;
            let after = i64::try_from(after).unwrap_or(i64::MAX);
            let rows = read.query_map(params![after, most], |row| {
                let at = time(row.get(1)?);
                let (actor, action, subject) = (row.get(2)?, row.get(3)?, row.get(4)?);
                Ok((row.get(0)?, Event { at, actor, action, subject }))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
