//! The operations, each with what is secret in it.

pub mod authority;
pub mod evidence;
pub mod holder;

use crate::Outcome;
use crate::excused::{
    ALL_BELONG, BATCH, BELONGS, COMMITMENT, CONDITION, Excuse, FITS, IDENTITY, ISSUED_WHOLE, MAC,
    MAC_SENT, OPENING, PAIR, RESPONSE, RESPONSES, SENT, SENT_ALONE, SENT_CHECK, STORED_FLAG,
    STORED_IDENTITY, STORED_POINT, STORED_RHO, STORED_SCALAR, STORED_WHOLE, TAG,
};
use crate::taint::{ATTRIBUTES, CREDENTIAL, MASTER, RANDOM, RHO, SEED, STORAGE, Taint};
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

pub static OPERATIONS: [Operation; 20] = [
    operation("derive", MASTER, &[&IDENTITY, &COMMITMENT], holder::derive),
    operation("text", MASTER, &[&IDENTITY, &COMMITMENT], holder::text),
    operation("restore", MASTER, &[&IDENTITY, &COMMITMENT, &MAC], holder::restore),
    operation(
        "enroll",
        MASTER.and(RANDOM),
        &[&IDENTITY, &COMMITMENT, &SENT, &SENT_CHECK],
        holder::enroll,
    ),
    operation(
        "request-credential",
        MASTER.and(ATTRIBUTES).and(RANDOM),
        &[&IDENTITY, &COMMITMENT, &SENT, &SENT_CHECK, &STORED_FLAG],
        holder::request,
    ),
    operation(
        "issue",
        SEED.and(ATTRIBUTES),
        &[&IDENTITY, &TAG, &OPENING, &MAC_SENT, &RESPONSE],
        authority::issue,
    ),
    operation("store-ticket", STORAGE, &[&MAC], authority::store_ticket),
    operation(
        "store-offer",
        ATTRIBUTES.and(STORAGE),
        &[&MAC, &STORED_FLAG],
        authority::store_offer,
    ),
    operation(
        "complete",
        ATTRIBUTES,
        &[&IDENTITY, &SENT, &SENT_CHECK, &STORED_FLAG, &ISSUED_WHOLE, &ALL_BELONG],
        holder::complete,
    ),
    operation(
        "load-credential",
        MASTER.and(CREDENTIAL).and(ATTRIBUTES),
        &[
            &IDENTITY,
            &COMMITMENT,
            &MAC,
            &STORED_IDENTITY,
            &STORED_POINT,
            &STORED_SCALAR,
            &STORED_FLAG,
            &STORED_WHOLE,
        ],
        holder::load_credential,
    ),
    operation(
        "load-evidence",
        MASTER.and(RHO),
        &[&IDENTITY, &COMMITMENT, &MAC, &STORED_SCALAR, &STORED_RHO],
        holder::load_evidence,
    ),
    operation(
        "request-evidence",
        FETCHED,
        &[&IDENTITY, &COMMITMENT, &ISSUED_WHOLE],
        evidence::request,
    ),
    operation("open-evidence", SEED.and(RANDOM), &[&IDENTITY, &PAIR, &BATCH], evidence::open),
    operation(
        "challenge",
        FETCHED,
        &[&IDENTITY, &COMMITMENT, &ISSUED_WHOLE, &BATCH],
        evidence::challenge,
    ),
    operation("respond", SEED.and(RANDOM), &[&IDENTITY, &PAIR, &BATCH], evidence::respond),
    operation(
        "finish",
        FETCHED,
        &[&IDENTITY, &COMMITMENT, &ISSUED_WHOLE, &BATCH, &RESPONSES, &ALL_BELONG],
        evidence::finish,
    ),
    operation("condition", ATTRIBUTES, &[&CONDITION], holder::condition),
    operation(
        "present",
        FETCHED.and(RHO).and(ATTRIBUTES),
        &[
            &IDENTITY,
            &COMMITMENT,
            &MAC,
            &STORED_IDENTITY,
            &STORED_POINT,
            &STORED_SCALAR,
            &STORED_RHO,
            &STORED_WHOLE,
            &BELONGS,
            &FITS,
            &SENT,
            &SENT_CHECK,
        ],
        holder::present,
    ),
    operation(
        "login",
        MASTER.and(RANDOM),
        &[&IDENTITY, &COMMITMENT, &SENT, &SENT_CHECK],
        holder::login,
    ),
    operation("login-alone", MASTER.and(RANDOM), &[&IDENTITY, &SENT_ALONE], holder::login_alone),
];
