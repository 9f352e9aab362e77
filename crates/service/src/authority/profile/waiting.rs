//! How long somebody who was deleted waits before enrolling again (rule A5).

use std::fmt;

use pairnym::UnixTime;
use pairnym_store::Person;
use serde::Deserialize;

/// So many days after a deletion nobody enrolls again. Where the policy is *allowed*, each deletion
/// means a second account everywhere, and this keeps that rare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Waiting(pub u16);

/// Not before this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotYet(pub UnixTime);

impl Waiting {
    /// Whether it is over, by what the registry says of the person.
    ///
    /// # Errors
    /// [`NotYet`].
    pub fn over(self, person: Option<&Person>, now: UnixTime) -> Result<(), NotYet> {
        let Some(deleted) = person.and_then(|person| person.deleted) else { return Ok(()) };
        let until = UnixTime(deleted.0.saturating_add(u64::from(self.0) * 86_400));
        if now < until { Err(NotYet(until)) } else { Ok(()) }
    }
}

impl fmt::Display for NotYet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "somebody who was deleted waits until {}", super::Date::at(self.0))
    }
}

impl std::error::Error for NotYet {}
