//! Documents in PostgreSQL.

use std::collections::BTreeMap;

use pairnym::PersonId;
use tokio_postgres::error::SqlState;

use super::Postgres;
use super::query::{arguments, bytes32};
use crate::{DocumentRows, Failure};

const HOLDERS: &str = "SELECT document, person FROM pairnym.documents WHERE document = ANY ($1)";
/// All or none: what somebody else has written in the meantime fails as a duplicate. In one order,
/// so that no two wait for each other.
const ADD: &str = "INSERT INTO pairnym.documents
    SELECT document, $2 FROM unnest($1) AS document ORDER BY document RETURNING true";

fn column(documents: &[PersonId]) -> Vec<Vec<u8>> {
    documents.iter().map(|document| document.0.to_vec()).collect()
}

impl DocumentRows for Postgres {
    async fn holders(&self, documents: Vec<PersonId>) -> Result<Vec<Option<PersonId>>, Failure> {
        let rows = self.query(HOLDERS, arguments![column(&documents)]).await?;
        let mut holders = BTreeMap::new();
        for row in &rows {
            holders.insert(PersonId(bytes32(row, 0)?), PersonId(bytes32(row, 1)?));
        }
        Ok(documents.iter().map(|document| holders.get(document).copied()).collect())
    }

    async fn add_documents(
        &self,
        documents: Vec<PersonId>,
        person: PersonId,
    ) -> Result<bool, Failure> {
        let row = arguments![column(&documents), person.0.to_vec()];
        match self.try_query(ADD, row).await? {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
