//! The operations, each with what is secret in it.

pub mod authority;
pub mod evidence;
pub mod holder;
pub mod shared;

use crate::Outcome;
use crate::excused::{
    ALL_BELONG, ANSWER_CHECK, ANSWER_OF_LOGIN, BATCH, BELONGS, COMMITMENT, CONDITION, Excuse, FITS,
    IDENTITY, ISSUED_WHOLE, MAC, MAC_SENT, OPENING, PAIR, RECOVERED, RESPONSE, RESPONSES, SENT,
    SENT_ALONE, SENT_CHECK, SESSION, SHARE_WHOLE, STORED_FLAG, STORED_IDENTITY, STORED_POINT,
    STORED_RHO, STORED_SCALAR, STORED_SHARE, STORED_SUM, STORED_WHOLE, SUM, TAG, TAKEN_SHARE,
};
use crate::taint::{ATTRIBUTES, CREDENTIAL, MASTER, RANDOM, RHO, SEED, SHARE, STORAGE, Taint};
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

/// Two devices in one act.
const JOINT: Taint = MASTER.and(SHARE).and(RANDOM);

/// What enrollment and issuance are excused.
const JOINT_OPENING: [&Excuse; 11] = [
    &IDENTITY,
    &BATCH,
    &COMMITMENT,
    &MAC,
    &STORED_SCALAR,
    &STORED_SHARE,
    &SHARE_WHOLE,
    &SESSION,
    &ANSWER_CHECK,
    &SENT,
    &SENT_CHECK,
];

pub static OPERATIONS: [Operation; 28] = [
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
    operation("pair", MASTER.and(SHARE).and(RANDOM), &[&IDENTITY, &COMMITMENT], shared::pair),
    operation("restore-lead", MASTER, &[&IDENTITY, &COMMITMENT, &MAC], shared::restore_lead),
    operation(
        "restore-second",
        SHARE,
        &[&IDENTITY, &MAC, &STORED_SCALAR, &STORED_SHARE, &RECOVERED],
        shared::restore_second,
    ),
    operation(
        "take-over",
        MASTER.and(SHARE),
        &[
            &IDENTITY,
            &COMMITMENT,
            &MAC,
            &STORED_SCALAR,
            &STORED_SHARE,
            &TAKEN_SHARE,
            &SUM,
            &STORED_SUM,
        ],
        shared::take_over,
    ),
    operation("joint-enroll", JOINT, &JOINT_OPENING, shared::enroll),
    operation("joint-request-credential", JOINT, &JOINT_OPENING, shared::request_credential),
    operation(
        "joint-present",
        JOINT.and(CREDENTIAL).and(RHO).and(ATTRIBUTES),
        &[
            &IDENTITY,
            &BATCH,
            &COMMITMENT,
            &MAC,
            &STORED_IDENTITY,
            &STORED_POINT,
            &STORED_SCALAR,
            &STORED_SHARE,
            &STORED_RHO,
            &STORED_WHOLE,
            &BELONGS,
            &FITS,
            &SHARE_WHOLE,
            &SESSION,
            &ANSWER_CHECK,
            &SENT,
            &SENT_CHECK,
        ],
        shared::present,
    ),
    operation(
        "joint-login",
        JOINT,
        &[
            &IDENTITY,
            &BATCH,
            &COMMITMENT,
            &MAC,
            &STORED_SCALAR,
            &STORED_SHARE,
            &SHARE_WHOLE,
            &SESSION,
            &ANSWER_CHECK,
            &ANSWER_OF_LOGIN,
            &SENT,
            &SENT_CHECK,
        ],
        shared::login,
    ),
];
