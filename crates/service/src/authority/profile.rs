//! The rules of a national service ([PROFILE.md]): documents, ages, and what is certified. No I/O,
//! and no clock: times come from the caller.
//!
//! [PROFILE.md]: https://docs.rs/crate/pairnym/latest/source/PROFILE.md

mod certify;
mod date;
mod document;
mod names;
mod notice;
mod tier;
mod waiting;

pub use certify::{NotCertified, Record, Rules};
pub use date::{Date, NoDate};
pub use document::{BadNumber, Document};
pub use names::{name_number, normal_name};
pub use notice::Notice;
pub use tier::{ADMITTED, ADULT, APPLIES, Tier, TooYoung};
pub use waiting::{NotYet, Waiting};
