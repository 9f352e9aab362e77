//! What checks people at a counter, and what is certified of them afterwards.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use pairnym::{PersonId, UnixTime};
use pairnym_store::Failure;

use super::{Document, NotServed, Record};
use crate::authority::profile::{Date, Rules};
use crate::authority::{Identities, Known};

/// What an [`IdentityCheck`] gives.
pub type Checking<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// What somebody presents, as the official saw it.
pub struct Presented {
    /// At least one.
    pub documents: Vec<Document>,
    /// The name that stands on them.
    pub name: String,
    /// The birth date that stands on them.
    pub born: Date,
}

/// The authority's own records of people: what it compares with at a counter, and certifies
/// afterwards.
///
/// It knows which [keyed hash](Document::id) each document has: the number of a person is that of one
/// of their documents.
pub trait IdentityCheck: Send + Sync + 'static {
    /// For logs and answers. That of a demonstration says so.
    fn name(&self) -> &'static str;

    /// Whether its people are invented.
    fn is_demonstration(&self) -> bool;

    /// The record of whoever has *all* of these documents, under this name and birth date; none if
    /// there is nobody like that.
    ///
    /// # Errors
    /// The records cannot be asked: nobody is admitted.
    fn check<'a>(&'a self, presented: &'a Presented) -> Checking<'a, Option<Record>>;

    /// Whether the one is a guardian of the other.
    ///
    /// # Errors
    /// The records cannot be asked: nobody is admitted.
    fn is_guardian<'a>(&'a self, guardian: &'a Record, ward: &'a Record) -> Checking<'a, bool>;

    /// The present record of the person with this number.
    ///
    /// # Errors
    /// The records cannot be asked: nothing is offered.
    fn record(&self, person: PersonId) -> Checking<'_, Option<Record>>;
}

impl Presented {
    /// Whether name, birth date and documents agree with each other.
    pub(super) fn agrees(&self) -> Result<(), NotServed> {
        let mut dates = self.documents.iter().filter_map(Document::birth_date);
        if dates.any(|date| date != self.born) { Err(NotServed::BirthDate) } else { Ok(()) }
    }
}

/// What the profile certifies of those in the records: the front's [`Identities`].
pub struct Certified {
    check: Arc<dyn IdentityCheck>,
    rules: Rules,
}

impl Certified {
    /// By these rules.
    #[must_use]
    pub const fn new(check: Arc<dyn IdentityCheck>, rules: Rules) -> Self {
        Self { check, rules }
    }
}

impl Identities for Certified {
    fn values(&self, person: PersonId, begins: UnixTime) -> Known<'_> {
        Box::pin(async move {
            let record = self.check.record(person).await?;
            Ok(record.map(|record| self.rules.values(&record, begins)))
        })
    }
}

impl fmt::Debug for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Presented(..)")
    }
}

impl fmt::Debug for Certified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certified").field("check", &self.check.name()).finish_non_exhaustive()
    }
}
