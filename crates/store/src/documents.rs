//! Which person each document is of (PROFILE.md §4.1).

use std::collections::BTreeSet;

use pairnym::PersonId;

use crate::Failure;

/// What an engine does for [`Documents`]. A row says that a document is of a person; it is never
/// changed and never removed.
pub trait DocumentRows: Sync {
    /// Of whom each of these documents is, in their order.
    ///
    /// # Errors
    /// The store failed.
    fn holders(
        &self,
        documents: Vec<PersonId>,
    ) -> impl Future<Output = Result<Vec<Option<PersonId>>, Failure>> + Send;

    /// Writes that these documents, of which there is at least one and each is given once, are this
    /// person's, in one atomic step; `false`, and nothing is written, if one of them is anybody's.
    ///
    /// # Errors
    /// The store failed.
    fn add_documents(
        &self,
        documents: Vec<PersonId>,
        person: PersonId,
    ) -> impl Future<Output = Result<bool, Failure>> + Send;
}

/// Whose some documents are, after they were linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linked {
    /// All of them are this person's.
    To(PersonId),
    /// They are of these two people at least, and nothing was changed: somebody was taken for two,
    /// or two for one.
    Conflict(PersonId, PersonId),
}

/// The documents of people, on any store that keeps [rows](DocumentRows). A document is a
/// [keyed hash](PersonId::of_document) of its kind and number, and a person the hash of the document
/// by which they first came.
pub trait Documents: DocumentRows {
    /// Links all these documents of one person: to whom one of them belongs already, else to the
    /// person of the first. Of those who do so at the same time, one is first. Repeating it is
    /// harmless.
    ///
    /// # Errors
    /// The store failed. It is so for no documents, too.
    fn link_documents(
        &self,
        documents: Vec<PersonId>,
    ) -> impl Future<Output = Result<Linked, Failure>> + Send {
        async move {
            let first = *documents.first().ok_or_else(|| Failure::unavailable("no document"))?;
            let documents: Vec<_> = BTreeSet::from_iter(documents).into_iter().collect();
            // Rows stay. So each time that one cannot be written, somebody has written one, of which
            // there is no more than there are documents.
            for _ in 0..=documents.len() {
                let holders = self.holders(documents.clone()).await?;
                let people: BTreeSet<_> = holders.iter().flatten().copied().collect();
                let mut people = people.into_iter();
                let person = people.next();
                if let (Some(one), Some(another)) = (person, people.next()) {
                    return Ok(Linked::Conflict(one, another));
                }
                let person = person.unwrap_or(first);
                let known = documents.iter().zip(&holders);
                let new: Vec<_> = known.filter(|(_, holder)| holder.is_none()).collect();
                let new: Vec<_> = new.into_iter().map(|(document, _)| *document).collect();
                if new.is_empty() || self.add_documents(new, person).await? {
                    return Ok(Linked::To(person));
                }
            }
            Err(Failure::unavailable("the documents' rows change too often"))
        }
    }
}

impl<S: DocumentRows + ?Sized> Documents for S {}
