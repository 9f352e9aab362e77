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

#[macro_use]
mod json;
mod formulas;
mod parameter_list;
mod replay;
mod setting;
mod steps;

mod rfc;

mod identifiers;
mod lists;
mod parameters;
mod secrets;
mod texts;

mod acts;
mod enrollment;
mod evidence;
mod issuance;
mod login;
mod pair;
mod pairing;
mod presentation;
mod requests;
mod shared;
mod shared_steps;
mod stored;

mod negative;
mod negative_acts;
mod negative_approval;
mod negative_bytes;
mod negative_evidence;
mod negative_issuing;
mod negative_login;
mod negative_messages;
mod negative_pairing;
mod negative_presentation;
mod negative_requests;
mod negative_shared;
mod negative_shared_messages;
mod negative_steps;
