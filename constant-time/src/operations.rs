//! The operations, each with what is secret in it.

pub mod authority;
pub mod evidence;
pub mod holder;

use crate::Outcome;
use crate::excused::{
    BELONGS, Excuse, IDENTITY, OPENING, PAIR, RESPONSE, RESPONSES, STORED_FLAG, STORED_IDENTITY,
    STORED_POINT, STORED_RHO, STORED_SCALAR, TAG,
};
use crate::taint::{ATTRIBUTES, CREDENTIAL, MASTER, RANDOM, RHO, SEED, Taint};
use crate::world::World;

/// An operation, run on secrets.
pub struct Operation {
    pub name: &'static str,
    /// The kinds of secrets that it meets.
    pub secrets: Taint,
    /// The jumps that it makes although they depend on a secret, all of them.
    pub excused: &'static [&'static Excuse],
    /// Runs it with some kinds marked.
    pub run: fn(&World, Taint) -> Outcome<()>,
}

const fn operation(
    name: &'static str,
    secrets: Taint,
    excused: &'static [&'static Excuse],
    run: fn(&World, Taint) -> Outcome<()>,
) -> Operation {
    Operation { name, secrets, excused, run }
}

/// What the holder's evidence depends on.
const FETCHED: Taint = MASTER.and(CREDENTIAL).and(RANDOM);

pub static OPERATIONS: [Operation; 14] = [
    operation("derive", MASTER, &[&IDENTITY], holder::derive),
    operation("text", MASTER, &[&IDENTITY], holder::text),
    operation("enroll", MASTER.and(RANDOM), &[&IDENTITY], holder::enroll),
    operation(
        "request-credential",
        MASTER.and(ATTRIBUTES).and(RANDOM),
        &[&IDENTITY],
        holder::request,
    ),
    operation(
        "issue",
        SEED.and(ATTRIBUTES),
        &[&IDENTITY, &TAG, &OPENING, &RESPONSE],
        authority::issue,
    ),
    operation("complete", ATTRIBUTES, &[&IDENTITY], holder::complete),
    operation(
        "import",
        CREDENTIAL.and(ATTRIBUTES),
        &[&STORED_IDENTITY, &STORED_POINT, &STORED_SCALAR, &STORED_FLAG],
        holder::import,
    ),
    operation(
        "request-evidence",
        FETCHED,
        &[&IDENTITY, &STORED_IDENTITY, &STORED_POINT, &STORED_SCALAR],
        evidence::request,
    ),
    operation("open-evidence", SEED.and(RANDOM), &[&IDENTITY, &PAIR], evidence::open),
    operation(
        "challenge",
        FETCHED,
        &[&IDENTITY, &STORED_IDENTITY, &STORED_POINT, &STORED_SCALAR],
        evidence::challenge,
    ),
    operation("respond", SEED.and(RANDOM), &[&IDENTITY, &PAIR], evidence::respond),
    operation(
        "finish",
        FETCHED,
        &[&IDENTITY, &RESPONSES, &STORED_IDENTITY, &STORED_POINT, &STORED_SCALAR],
        evidence::finish,
    ),
    operation(
        "present",
        FETCHED.and(RHO).and(ATTRIBUTES),
        &[&IDENTITY, &BELONGS, &STORED_IDENTITY, &STORED_POINT, &STORED_SCALAR, &STORED_RHO],
        holder::present,
    ),
    operation("login", MASTER.and(RANDOM), &[&IDENTITY], holder::login),
];
