//! Messages that decode and are refused all the same: misuse by one's own software, and what
//! another party sent that does not verify (SPEC §§15.2, 15.3).
//!
//! Each table begins with inputs that are accepted; a vector names the inputs that differ.

use curve25519_dalek::scalar::Scalar;
use pairnym::{Condition, Message};

use crate::common::{DAY, NOW};
use crate::formulas::{G, encode, point, scalar};
use crate::json::{Json, list};
use crate::negative_evidence::{finish_evidence, open_evidence, request_evidence, respond};
use crate::negative_issuing::{
    answer_ticket, enroll, finish_credential, issue, request_credential,
};
use crate::negative_login::{log_in, verify_login};
use crate::negative_presentation::{present, verify};
use crate::requests::Fields;
use crate::setting::{MASTER, OTHER_MASTER, OTHER_SEED, SEED, Setting, four, run};

/// The vectors of one step: inputs that are accepted, and what is refused in place of some.
pub struct Table {
    pub step: &'static str,
    pub accepted: Json,
    pub refused: Vec<Json>,
}

impl Table {
    pub fn new(step: &'static str, accepted: Json) -> Self {
        Self { step, accepted, refused: Vec::new() }
    }

    /// Refused with these inputs in place of the accepted ones.
    pub fn refuse<const N: usize>(
        &mut self,
        error: &'static str,
        comment: impl Into<String>,
        inputs: [(&'static str, Json); N],
    ) {
        self.refused.push(object! {
            "step": self.step,
            "inputs": Json::Object(inputs.into()),
            "error": error,
            "comment": comment.into(),
        });
    }

    /// Rejected with each of these bytes in one place.
    pub fn reject<C: Into<String>>(
        &mut self,
        key: &'static str,
        faults: impl IntoIterator<Item = (C, Vec<u8>)>,
    ) {
        for (comment, bytes) in faults {
            self.refuse("rejected", comment, [(key, bytes.into())]);
        }
    }
}

/// The bytes with other ones at this place.
pub fn replaced(bytes: &[u8], at: usize, new: impl AsRef<[u8]>) -> Vec<u8> {
    let (mut bytes, new) = (bytes.to_vec(), new.as_ref());
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

/// One more at this place: still a scalar.
pub fn more(bytes: &[u8], at: usize) -> Vec<u8> {
    replaced(bytes, at, (scalar(bytes, at) + Scalar::ONE).as_bytes())
}

/// G more at this place: still a point.
pub fn moved(bytes: &[u8], at: usize) -> Vec<u8> {
    replaced(bytes, at, encode(&(point(bytes, at) + G)))
}

/// Two fields exchanged.
pub fn swapped(bytes: &[u8], one: usize, other: usize) -> Vec<u8> {
    let (first, second) = (&bytes[one..one + 32], &bytes[other..other + 32]);
    replaced(&replaced(bytes, one, second), other, first)
}

/// Every point and every scalar of a proof changed, one at a time.
pub fn shaken(bytes: &[u8], points: &[(&str, usize)], scalars: &[(&str, usize)]) -> Faults {
    let points = points.iter().map(|(name, at)| (format!("{name} + G"), moved(bytes, *at)));
    let scalars = scalars.iter().map(|(name, at)| (format!("{name} + 1"), more(bytes, *at)));
    points.chain(scalars).collect()
}

pub type Faults = Vec<(String, Vec<u8>)>;

/// u_0 … u_6, v from this place on.
pub fn secrets_at(at: usize) -> Vec<(&'static str, usize)> {
    let names = ["u_0", "u_1", "u_2", "u_3", "u_4", "u_5", "u_6", "v"];
    names.into_iter().zip((at..).step_by(32)).collect()
}

pub const TODAY: u64 = NOW.0 / DAY;

pub fn tables() -> Vec<Table> {
    let setting = Setting::new(four());
    // The same authority id with another key, and another person.
    let rotated = Setting::with_secrets(OTHER_SEED, MASTER, four());
    let other = Setting::with_secrets(SEED, OTHER_MASTER, four());
    vec![
        enroll(&setting, &other),
        answer_ticket(&setting),
        request_credential(&setting, &rotated),
        issue(&setting, &rotated, &other),
        finish_credential(&setting, &rotated),
        request_evidence(&setting, &rotated),
        open_evidence(&setting, &rotated),
        respond(&setting),
        finish_evidence(&setting),
        present(&setting, &rotated),
        log_in(&setting, &rotated),
        verify(&setting, &rotated, &other),
        verify_login(&setting, &rotated, &other),
    ]
}

/// The message with −P for these points P.
pub fn negated(message: &[u8], places: &[usize]) -> Vec<u8> {
    places.iter().fold(message.to_vec(), |message, at| {
        replaced(&message, *at, encode(&-point(&message, *at)))
    })
}

/// What a verifier finds in its own request, clock and store.
pub fn own_request(table: &mut Table, fields: &Fields<'_>, rotated: &Setting) {
    let late = || ("now", Json::from(fields.expiry + 1));
    let used = || ("consumed", list([fields.nonce]));
    let elsewhere = || ("platform", Json::from("other.example"));
    let foreign = || ("parameters", Json::from(rotated.parameters().to_bytes()));
    table.refuse("foreign_platform", "the request of another platform", [elsewhere()]);
    table.refuse("foreign_parameters", "a request for other parameters", [foreign()]);
    table.refuse("expired", "a second too late", [late()]);
    table.refuse("replayed", "the nonce was consumed", [used()]);
    table.refuse("expired", "too late, and the nonce was consumed", [late(), used()]);
    let comment = "another platform's request for other parameters, too late";
    table.refuse("foreign_platform", comment, [elsewhere(), foreign(), late()]);
    let changed = Fields { nonce: run(0x15), ..fields.clone() };
    let changed = ("request", changed.encode().into());
    let consumed = ("consumed", list([run::<32>(0x15)]));
    table.refuse("rejected", "another nonce, which was consumed", [changed, consumed]);
    let unfit = Fields { disclosures: vec![0, 1, 4], ..fields.clone() };
    table.refuse("schema", "a request for a fifth attribute", [("request", unfit.encode().into())]);
    let unfit = Fields {
        disclosures: vec![0, 1],
        conditions: vec![(0, Condition::AtLeast(1))],
        ..fields.clone()
    };
    let unfit = || ("request", Json::from(unfit.encode()));
    table.refuse("schema", "a request with a bound for a flag", [unfit()]);
    table.refuse("schema", "the same, too late", [unfit(), late()]);
}
