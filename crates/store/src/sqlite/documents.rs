//! Documents in SQLite.

use pairnym::PersonId;
use rusqlite::OptionalExtension;

use super::Sqlite;
use crate::{DocumentRows, Failure};

const HOLDER: &str = "SELECT person FROM documents WHERE document = ?";
const ADD: &str = "INSERT INTO documents VALUES (?, ?)";

fn holder(t: &rusqlite::Connection, document: &PersonId) -> Result<Option<PersonId>, Failure> {
    let found = t.prepare_cached(HOLDER)?.query_row([document.0], |row| row.get(0));
    Ok(found.optional()?.map(PersonId))
}

impl DocumentRows for Sqlite {
    async fn holders(&self, documents: Vec<PersonId>) -> Result<Vec<Option<PersonId>>, Failure> {
        self.look(move |t| documents.iter().map(|document| holder(t, document)).collect()).await
    }

    async fn add_documents(
        &self,
        documents: Vec<PersonId>,
        person: PersonId,
    ) -> Result<bool, Failure> {
        self.change(move |t| {
            for document in &documents {
                if holder(t, document)?.is_some() {
                    return Ok(false);
                }
            }
            let mut add = t.prepare_cached(ADD)?;
            for document in &documents {
                add.execute([document.0, person.0])?;
            }
            Ok(true)
        })
        .await
    }
}
