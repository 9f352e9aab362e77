//! Documents in memory.

use pairnym::PersonId;

use super::Memory;
use crate::{DocumentRows, Failure};

impl DocumentRows for Memory {
    async fn holders(&self, documents: Vec<PersonId>) -> Result<Vec<Option<PersonId>>, Failure> {
        self.with(|tables| {
            documents.iter().map(|document| tables.documents.get(document).copied()).collect()
        })
    }

    async fn add_documents(
        &self,
        documents: Vec<PersonId>,
        person: PersonId,
    ) -> Result<bool, Failure> {
        self.with(|tables| {
            let free = documents.iter().all(|document| !tables.documents.contains_key(document));
            if free {
                tables.documents.extend(documents.into_iter().map(|document| (document, person)));
            }
            free
        })
    }
}
