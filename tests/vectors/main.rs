//! Test vectors: those of the RFCs that pairnym stands on, and its own, in `tests/vectors/*.json`.
//!
//! pairnym's own files hold every input, every coin and every intermediate value. They are
//! recomputed here from the formulas of SPEC with [`formulas`], which shares with the library
//! only RFC 9380's expansion and the group; what the library makes of the same inputs must be the
//! same bytes, and the file must be the same text. After a change of the protocol, write the
//! files anew and read the difference:
//!
//! ```text
//! PAIRNYM_WRITE_VECTORS=1 cargo test --test vectors
//! ```
#![allow(non_snake_case)] // SPEC's letters: capital letters are points, small ones scalars.

mod common;

#[macro_use]
#[path = "vectors/json.rs"]
mod json;
#[path = "vectors/formulas.rs"]
mod formulas;
#[path = "vectors/parameter_list.rs"]
mod parameter_list;
#[path = "vectors/replay.rs"]
mod replay;
#[path = "vectors/setting.rs"]
mod setting;
#[path = "vectors/steps.rs"]
mod steps;

#[path = "vectors/rfc.rs"]
mod rfc;

#[path = "vectors/identifiers.rs"]
mod identifiers;
#[path = "vectors/lists.rs"]
mod lists;
#[path = "vectors/parameters.rs"]
mod parameters;
#[path = "vectors/secrets.rs"]
mod secrets;
#[path = "vectors/texts.rs"]
mod texts;

#[path = "vectors/acts.rs"]
mod acts;
#[path = "vectors/enrollment.rs"]
mod enrollment;
#[path = "vectors/evidence.rs"]
mod evidence;
#[path = "vectors/issuance.rs"]
mod issuance;
#[path = "vectors/login.rs"]
mod login;
#[path = "vectors/presentation.rs"]
mod presentation;
#[path = "vectors/requests.rs"]
mod requests;
#[path = "vectors/stored.rs"]
mod stored;

#[path = "vectors/negative.rs"]
mod negative;
#[path = "vectors/negative_acts.rs"]
mod negative_acts;
#[path = "vectors/negative_bytes.rs"]
mod negative_bytes;
#[path = "vectors/negative_evidence.rs"]
mod negative_evidence;
#[path = "vectors/negative_issuing.rs"]
mod negative_issuing;
#[path = "vectors/negative_login.rs"]
mod negative_login;
#[path = "vectors/negative_messages.rs"]
mod negative_messages;
#[path = "vectors/negative_presentation.rs"]
mod negative_presentation;
#[path = "vectors/negative_requests.rs"]
mod negative_requests;
#[path = "vectors/negative_steps.rs"]
mod negative_steps;
