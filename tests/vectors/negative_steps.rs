//! Messages that decode and are refused all the same: misuse by one's own software, and what
//! another party sent that does not verify (SPEC §§15.2, 15.3).
//!
//! Each table begins with inputs that are accepted; a vector names the inputs that differ.

use curve25519_dalek::scalar::Scalar;
use pairnym::Wanted;
use pairnym_testkit::{DAY, NOW};

use crate::formulas::{G, encode, point, scalar};
use crate::json::{Json, list};
use crate::pair::Pair;
use crate::parameter_list::List;
use crate::requests::Fields;
use crate::setting::{MASTER, OTHER_MASTER, OTHER_SEED, SEED, Setting, four, run, withdrawn};
use crate::{
    negative_acts, negative_evidence, negative_issuing, negative_login, negative_pairing,
    negative_presentation, negative_requests, negative_shared,
};

/// The vectors of one step: inputs that are accepted, others that are too, and what is refused in
/// place of some.
pub struct Table {
    pub step: &'static str,
    pub accepted: Json,
    pub also: Vec<Json>,
    pub refused: Vec<Json>,
}

impl Table {
    pub fn new(step: &'static str, accepted: Json) -> Self {
        Self { step, accepted, also: Vec::new(), refused: Vec::new() }
    }

    /// Accepted with these inputs in place of the others.
    pub fn accept(
        &mut self,
        comment: impl Into<String>,
        inputs: impl Into<Vec<(&'static str, Json)>>,
    ) {
        self.also.push(object! {
            "step": self.step,
            "inputs": Json::Object(inputs.into()),
            "comment": comment.into(),
        });
    }

    /// Refused with these inputs in place of the accepted ones.
    pub fn refuse(
        &mut self,
        error: &'static str,
        comment: impl Into<String>,
        inputs: impl Into<Vec<(&'static str, Json)>>,
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
pub const TOMORROW: u64 = (TODAY + 1) * DAY;

pub fn tables() -> Vec<Table> {
    let setting = Setting::new(four());
    // The same authority id with another key, and another person.
    let other_key = Setting::with_secrets(OTHER_SEED, MASTER, four());
    let other = Setting::with_secrets(SEED, OTHER_MASTER, four());
    let pair = Pair::new(four());
    let mut tables = vec![
        negative_issuing::open_authority(&setting),
        negative_issuing::open_ticket(&setting),
        negative_issuing::answer_ticket(&setting),
        negative_issuing::enroll(&setting, &other),
        negative_issuing::offer(&setting),
        negative_issuing::request_credential(&setting, &other_key),
        negative_issuing::issue(&setting, &other_key, &other),
        negative_issuing::finish_credential(&setting, &other_key),
        negative_evidence::request_evidence(&setting),
        negative_evidence::open_evidence(&setting, &other_key),
        negative_evidence::keep_session(&setting),
        negative_evidence::respond(),
        negative_evidence::finish_evidence(&setting),
        negative_evidence::complete(),
        negative_issuing::load_credential(&setting, &other),
        negative_requests::make_request(&setting),
        negative_presentation::present(&setting, &other),
        negative_login::log_in(&setting),
        negative_presentation::verify(&setting, &other_key, &other),
        negative_login::verify_login(&setting, &other),
        negative_acts::act_of_presentation(&setting, &other_key),
        negative_acts::act_of_login(&setting),
    ];
    tables.extend(negative_pairing::tables(&pair));
    tables.extend(negative_shared::tables(&pair));
    tables
}

/// The message with −P for these points P.
pub fn negated(message: &[u8], places: &[usize]) -> Vec<u8> {
    places.iter().fold(message.to_vec(), |message, at| {
        replaced(&message, *at, encode(&-point(&message, *at)))
    })
}

/// The list after the authority's only key was withdrawn, adopted at [`NOW`].
pub fn after_withdrawal(setting: &Setting) -> Json {
    list([object! { "list": withdrawn(&setting.list).encode(), "now": NOW.0 }])
}

pub fn nothing() -> Json {
    Json::List(Vec::new())
}

/// What a request has instead, with a comment.
pub type Change<'a> = (&'a str, &'a dyn Fn(&mut Fields<'static>));

/// The request with this change.
pub fn asked<'a>(fields: &Fields<'a>, change: impl FnOnce(&mut Fields<'a>)) -> Json {
    let mut fields = fields.clone();
    change(&mut fields);
    fields.encode().into()
}

/// What a verifier finds in its own request, clock and store (§12, steps 2 and 5). The answer is
/// in the way of neither.
pub fn own_request(table: &mut Table, fields: &Fields<'_>) {
    let late = || ("now", Json::from(fields.expiry + 1));
    let slow = || ("spent_at", Json::from(fields.expiry + 1));
    let used = || ("consumed", list([fields.nonce]));
    let elsewhere = || ("platform", Json::from("other.example"));
    let id = "authority-2.example";
    let foreign = || ("request", asked(fields, |fields| fields.authority = id));
    let turned = || ("request", turned(fields));
    table.refuse("foreign_platform", "the request of another platform", [elsewhere()]);
    table.refuse("foreign_authority", "a request for another authority", [foreign()]);
    table.refuse("wrong_answer", "a request that wants the other answer", [turned()]);
    table.refuse("expired", "a second too late", [late()]);
    table.refuse("expired", "a second too late when the nonce is used up", [slow()]);
    table.refuse("replayed", "the nonce was consumed", [used()]);
    table.refuse("expired", "too late at the end, and the nonce was consumed", [slow(), used()]);
    let comment = "another platform's request for another authority, too late";
    table.refuse("foreign_platform", comment, [elsewhere(), foreign(), late()]);
    let comment = "another authority's, and the other answer";
    let both = asked(fields, |fields| {
        *fields = other_answer(fields);
        fields.authority = id;
    });
    table.refuse("foreign_authority", comment, [("request", both)]);
    table.refuse("wrong_answer", "the other answer, too late", [turned(), late()]);
    let changed = ("request", asked(fields, |fields| fields.nonce = run(0x15)));
    let consumed = ("consumed", list([run::<32>(0x15)]));
    table.refuse("rejected", "another nonce, which was consumed", [changed, consumed]);
    table.accept("another nonce was consumed", [("consumed", list([run::<32>(0x15)]))]);
}

/// The same that wants the other answer.
fn turned(fields: &Fields<'_>) -> Json {
    other_answer(fields).encode().into()
}

fn other_answer<'a>(fields: &Fields<'a>) -> Fields<'a> {
    match fields.wanted {
        Wanted::Presentation => Fields {
            wanted: Wanted::Login,
            slots: vec![],
            disclosures: vec![],
            conditions: vec![],
            ..fields.clone()
        },
        Wanted::Login => {
            Fields { wanted: Wanted::Presentation, slots: vec![([1; 32], 1)], ..fields.clone() }
        }
    }
}

/// The list with another end.
pub fn ending(list: &List, until: u64) -> Json {
    List { until, ..list.clone() }.encode().into()
}
