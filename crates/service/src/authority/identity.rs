//! What the authority knows about people, from outside.

use std::future::Future;
use std::pin::Pin;

use pairnym::attribute::Value;
use pairnym::{PersonId, UnixTime};
use pairnym_store::Failure;

/// Attribute values by name. Those of the schema that are not among them are absent.
pub type Values = Vec<(String, Value)>;

/// What [`Identities::values`] gives.
pub type Known<'a> = Pin<Box<dyn Future<Output = Result<Option<Values>, Failure>> + Send + 'a>>;

/// What the authority knows about people, from outside: a population register, or a demonstration.
pub trait Identities: Send + Sync + 'static {
    /// The attribute values of this person that hold when a slot begins, by name; none if the
    /// person is unknown. They are asked for at each offer, twice: whoever corrects values calls
    /// `Service::correct` afterwards, and what was read before that is
    /// not offered.
    ///
    /// # Errors
    /// The register cannot be asked: nothing is offered.
    fn values(&self, person: PersonId, begins: UnixTime) -> Known<'_>;
}
