//! People, tickets, offers and the audit log in PostgreSQL.

use pairnym::message::Commitment;
use pairnym::store::Registration;
use pairnym::{PersonId, TransactionId, UnixTime};
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use super::Postgres;
use super::query::{arguments, bytes32};
use crate::people::commitment;
use crate::{
    Audit, Event, Failure, Hashed, Offer, Offers, PeopleRows, Person, Standing, Ticket, Tickets,
    kept_until, number, time,
};

const STANDING: &str = "SELECT r.person, r.commitment, o.person, p.commitment, p.ticket, p.deleted,
    p.version FROM (VALUES (true)) AS always
    LEFT JOIN pairnym.registrations AS r ON r.ticket = $1
    LEFT JOIN pairnym.owners AS o ON o.commitment = $3
    LEFT JOIN pairnym.people AS p ON p.person = $2";
/// Nothing happens unless the person has the version $4; a commitment ($5: that nobody had) or a
/// ticket that somebody else has taken in the meantime fails as a duplicate.
const WRITE: &str = "WITH written AS (
        INSERT INTO pairnym.people AS p (person, ticket, commitment, deleted, version)
        VALUES ($1, $2, $3, NULL, 0) ON CONFLICT (person) DO UPDATE
        SET ticket = $2, commitment = $3, deleted = NULL, version = p.version + 1
        WHERE p.version = $4 RETURNING person
    ), owned AS (
        INSERT INTO pairnym.owners SELECT $3, person FROM written WHERE $5
    )
    INSERT INTO pairnym.registrations SELECT $2, person, $3 FROM written RETURNING true";
const BURY: &str = "WITH buried AS (
        UPDATE pairnym.people SET deleted = $2, version = version + 1
        WHERE person = $1 AND deleted IS NULL RETURNING person
    ), withdrawn AS (DELETE FROM pairnym.offers USING buried WHERE offers.person = buried.person),
    void AS (DELETE FROM pairnym.codes USING buried WHERE codes.person = buried.person),
    ended AS (DELETE FROM pairnym.devices USING buried WHERE devices.person = buried.person)
    SELECT true FROM buried";
const PERSON: &str =
    "SELECT commitment, ticket, deleted, version FROM pairnym.people WHERE person = $1";
const STANDS: &str = "SELECT EXISTS (SELECT 1 FROM pairnym.offers
    JOIN pairnym.people USING (person, commitment)
    WHERE commitment = $1 AND nonce = $2 AND deleted IS NULL)";
const PUT_TICKET: &str = "INSERT INTO pairnym.tickets
    (ticket, person, stored, expires, kept_until)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING true";
const FIND_TICKET: &str =
    "SELECT ticket, person, stored, expires FROM pairnym.tickets WHERE ticket = $1";
const SWEEP_TICKETS: &str = "DELETE FROM pairnym.tickets WHERE ticket IN (
        SELECT ticket FROM pairnym.tickets WHERE kept_until < $1 LIMIT $2 FOR UPDATE SKIP LOCKED
    ) RETURNING true";
/// A deletion that comes at the same time waits, or is waited for.
const PUT_OFFER: &str = "WITH registered AS (
        SELECT person, commitment FROM pairnym.people
        WHERE person = $2 AND commitment = $3 AND deleted IS NULL FOR SHARE
    )
    INSERT INTO pairnym.offers (nonce, person, commitment, stored, expires, kept_until)
    SELECT $1, person, commitment, $4, $5, $6 FROM registered
    ON CONFLICT DO NOTHING RETURNING true";
const FIND_OFFER: &str =
    "SELECT person, commitment, stored, expires FROM pairnym.offers WHERE nonce = $1";
const WITHDRAW_OFFERS: &str = "DELETE FROM pairnym.offers WHERE person = $1 RETURNING true";
const SWEEP_OFFERS: &str = "DELETE FROM pairnym.offers WHERE nonce IN (
        SELECT nonce FROM pairnym.offers WHERE kept_until < $1 LIMIT $2 FOR UPDATE SKIP LOCKED
    ) RETURNING true";
/// The row of the last number makes those who append wait for each other.
const APPEND: &str = "WITH numbered AS (
        UPDATE pairnym.last_event SET number = number + cardinality($1) RETURNING number
    ), appended AS (
        INSERT INTO pairnym.events (number, at, actor, action, subject)
        SELECT numbered.number - cardinality($1) + position, at, actor, action, subject
        FROM numbered, unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[])
            WITH ORDINALITY AS event (at, actor, action, subject, position)
    )
    SELECT number FROM numbered";
const READ: &str = "SELECT number, at, actor, action, subject FROM pairnym.events
    WHERE number > $1 ORDER BY number LIMIT $2";

impl PeopleRows for Postgres {
    async fn standing(&self, of: Registration) -> Result<Standing, Failure> {
        let person = of.person.0.to_vec();
        let keys = arguments![of.transaction.0.to_vec(), person, of.commitment.to_bytes().to_vec()];
        let rows = self.query(STANDING, keys).await?;
        let row = rows.first().ok_or_else(|| Failure::damaged("no row"))?;
        let there = |column| Ok::<_, Failure>(row.try_get::<_, Option<&[u8]>>(column)?.is_some());
        let transaction = match there(0)? {
            true => Some((PersonId(bytes32(row, 0)?), commitment(bytes32(row, 1)?)?)),
            false => None,
        };
        Ok(Standing {
            transaction,
            person: if there(3)? { Some(person_from(row, 3)?) } else { None },
            owner: if there(2)? { Some(PersonId(bytes32(row, 2)?)) } else { None },
        })
    }

    async fn write(&self, new: Registration, known: Standing) -> Result<bool, Failure> {
        let row = arguments![
            new.person.0.to_vec(),
            new.transaction.0.to_vec(),
            new.commitment.to_bytes().to_vec(),
            known.person.map_or(-1, |last| last.version),
            known.owner.is_none(),
        ];
        match self.try_query(WRITE, row).await? {
            Ok(rows) => Ok(!rows.is_empty()),
            Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn bury(&self, person: PersonId, now: UnixTime) -> Result<bool, Failure> {
        let row = arguments![person.0.to_vec(), number(now)];
        Ok(!self.query(BURY, row).await?.is_empty())
    }

    async fn person(&self, person: PersonId) -> Result<Option<Person>, Failure> {
        let rows = self.query(PERSON, arguments![person.0.to_vec()]).await?;
        rows.first().map(|row| person_from(row, 0)).transpose()
    }

    async fn stands(&self, commitment: Commitment, nonce: Hashed) -> Result<bool, Failure> {
        let keys = arguments![commitment.to_bytes().to_vec(), nonce.0.to_vec()];
        self.value(STANDS, keys).await
    }
}

fn person_from(row: &Row, first: usize) -> Result<Person, Failure> {
    let deleted: Option<i64> = row.try_get(first + 2)?;
    Ok(Person {
        commitment: commitment(bytes32(row, first)?)?,
        transaction: TransactionId(bytes32(row, first + 1)?),
        deleted: deleted.map(time),
        version: row.try_get(first + 3)?,
    })
}

fn ticket(row: &Row) -> Result<Ticket, Failure> {
    let expires: i64 = row.try_get(3)?;
    Ok(Ticket {
        transaction: TransactionId(bytes32(row, 0)?),
        person: PersonId(bytes32(row, 1)?),
        stored: row.try_get(2)?,
        expires: time(expires),
    })
}

impl Tickets for Postgres {
    async fn put_ticket(&self, ticket: Ticket) -> Result<bool, Failure> {
        let Ticket { transaction, person, stored, expires } = ticket;
        let row = arguments![
            transaction.0.to_vec(),
            person.0.to_vec(),
            stored,
            number(expires),
            number(kept_until(expires)),
        ];
        Ok(!self.query(PUT_TICKET, row).await?.is_empty())
    }

    async fn find_ticket(&self, transaction: TransactionId) -> Result<Option<Ticket>, Failure> {
        let rows = self.query(FIND_TICKET, arguments![transaction.0.to_vec()]).await?;
        rows.first().map(ticket).transpose()
    }

    async fn sweep_tickets(&self, now: UnixTime) -> Result<u64, Failure> {
        self.sweep(SWEEP_TICKETS, now).await
    }
}

impl Offers for Postgres {
    async fn put_offer(&self, offer: Offer) -> Result<bool, Failure> {
        let Offer { nonce, person, commitment, stored, expires } = offer;
        let row = arguments![
            nonce.0.to_vec(),
            person.0.to_vec(),
            commitment.to_bytes().to_vec(),
            stored,
            number(expires),
            number(kept_until(expires)),
        ];
        Ok(!self.query(PUT_OFFER, row).await?.is_empty())
    }

    async fn find_offer(&self, nonce: Hashed) -> Result<Option<Offer>, Failure> {
        let read = |row: &Row| {
            let expires: i64 = row.try_get(3)?;
            Ok(Offer {
                nonce,
                person: PersonId(bytes32(row, 0)?),
                commitment: commitment(bytes32(row, 1)?)?,
                stored: row.try_get(2)?,
                expires: time(expires),
            })
        };
        let rows = self.query(FIND_OFFER, arguments![nonce.0.to_vec()]).await?;
        rows.first().map(read).transpose()
    }

    async fn withdraw_offers(&self, person: PersonId) -> Result<u64, Failure> {
        Ok(self.query(WITHDRAW_OFFERS, arguments![person.0.to_vec()]).await?.len() as u64)
    }

    async fn sweep_offers(&self, now: UnixTime) -> Result<u64, Failure> {
        self.sweep(SWEEP_OFFERS, now).await
    }
}

impl Audit for Postgres {
    async fn append(&self, events: Vec<Event>) -> Result<u64, Failure> {
        let (mut times, mut actors) = (Vec::new(), Vec::new());
        let (mut actions, mut subjects) = (Vec::new(), Vec::new());
        for Event { at, actor, action, subject } in events {
            times.push(number(at));
            actors.push(actor);
            actions.push(action);
            subjects.push(subject.map(|subject| subject.to_vec()));
        }
        let rows = arguments![times, actors, actions, subjects];
        let last: i64 = self.value(APPEND, rows).await?;
        Ok(last as u64)
    }

    async fn read(&self, after: u64, most: u32) -> Result<Vec<(u64, Event)>, Failure> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let event = |row: &Row| {
            let subject: Option<&[u8]> = row.try_get(4)?;
            let subject =
                subject.map(|bytes| bytes.try_into().map_err(|_| Failure::damaged("not 32 bytes")));
            let event = Event {
                at: time(row.try_get(1)?),
                actor: row.try_get(2)?,
                action: row.try_get(3)?,
                subject: subject.transpose()?,
            };
            Ok((row.try_get::<_, i64>(0)? as u64, event))
        };
        self.query(READ, arguments![after, i64::from(most)]).await?.iter().map(event).collect()
    }
}
