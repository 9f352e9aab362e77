//! What an authority certifies about a person: names, kinds and values (SPEC §4.2), and what a
//! platform can require of them (§10.2).

#[doc(no_inline)]
pub use crate::Schema;
pub use crate::credential::attributes::{Kind, MAX_ATTRIBUTES, Value};
pub use crate::request::condition::Condition;
