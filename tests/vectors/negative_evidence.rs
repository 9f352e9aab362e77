//! Steps of fetching evidence that are refused (SPEC §9).

use curve25519_dalek::scalar::Scalar;
use pairnym::{
    Message, UnixTime,
    authority::EvidenceSession,
    holder::AwaitingCommitments,
    message::{EvidenceChallenges, EvidenceCommitments, EvidenceRequest},
};
use pairnym_testkit::{DAY, NOW};

use crate::formulas::{G, Key, encode, point, scalar};
use crate::json::{Json, list};
use crate::negative_issuing;
use crate::negative_steps::{
    TOMORROW, Table, after_withdrawal, more, moved, nothing, replaced, shaken, swapped,
};
use crate::parameter_list::{List, Parameters};
use crate::setting::{
    HOST, MASTER, OTHER_MASTER, OTHER_SEED, SEED, Setting, four, rotated, run, schema, tossed,
    values,
};

/// The inputs by which a holder has a credential, and `asker` asks for evidence for it.
fn asking(setting: &Setting, now: UnixTime) -> Vec<(&'static str, Json)> {
    let offer = setting.open_offer(now).offer().to_bytes();
    let inputs = object! {
        "master_secret": setting.master,
        "list": setting.list.encode(),
        "offer": &offer,
        "peer": HOST,
        "now": now.0,
        "response": negative_issuing::respond(setting, &offer, now),
        "asker": setting.master,
        "adopted": nothing(),
        "request_coins": run::<64>(0x0e),
    };
    inputs.fields()
}

pub fn request_evidence(setting: &Setting) -> Table {
    let mut table = Table::new("request_evidence", Json::Object(asking(setting, NOW)));
    let withdrawn = || ("adopted", after_withdrawal(setting));
    let somebody = || ("asker", Json::from(OTHER_MASTER));
    table.refuse("unpinned_parameters", "its key was withdrawn meanwhile", [withdrawn()]);
    table.refuse("foreign_credential", "somebody else asks", [somebody()]);
    let both = [withdrawn(), somebody()];
    table.refuse("unpinned_parameters", "its key was withdrawn, somebody else asks", both);
    table
}

/// The first message about evidence, and the holder who waits.
fn offered(setting: &Setting, now: UnixTime) -> (EvidenceRequest, AwaitingCommitments) {
    let issued = setting.issued(now);
    tossed(&run::<64>(0x0e), |rng| setting.holder.request_evidence(&issued, rng)).unwrap()
}

fn opened(setting: &Setting, request: &EvidenceRequest) -> (EvidenceSession, Vec<u8>) {
    let opened = tossed(&run::<96>(0x0f), |rng| setting.authority.open_evidence(request, rng));
    let (session, commitments) = opened.unwrap();
    (session, commitments.to_bytes())
}

pub fn open_evidence(setting: &Setting, other_key: &Setting) -> Table {
    let request = offered(setting, NOW).0.to_bytes();
    let foreign = offered(other_key, NOW).0.to_bytes();
    let mut table = Table::new(
        "open_evidence",
        object! {
            "seed": setting.seed,
            "list": setting.list.encode(),
            "adopted": nothing(),
            "request": &request,
        },
    );
    let withdrawn = || ("adopted", after_withdrawal(setting));
    table.refuse("foreign_parameters", "the key was withdrawn", [withdrawn()]);
    let both = [withdrawn(), ("request", (&foreign).into())];
    table.refuse("foreign_parameters", "the key was withdrawn, another params_id", both);
    let negated = encode(&-point(&request, 66));
    table.reject("request", shaken(&request, &[("A'", 34), ("B'", 66)], &[]));
    table.reject(
        "request",
        [
            ("another params_id", replaced(&request, 2, &foreign[2..34])),
            ("a pair of another key, with its params_id", foreign.clone()),
            ("a pair of another key", replaced(&request, 34, &foreign[34..])),
            ("A' and B' exchanged", swapped(&request, 34, 66)),
            ("B' = A'", replaced(&request, 66, &request[34..66])),
            ("B' = -x*A'", replaced(&request, 66, negated)),
            ("A' = G", replaced(&request, 34, encode(&G))),
        ],
    );
    table
}

/// A store with room for one session.
pub fn keep_session(setting: &Setting) -> Table {
    let mut table = Table::new(
        "keep_session",
        object! {
            "seed": setting.seed,
            "list": setting.list.encode(),
            "adopted": nothing(),
            "request": offered(setting, NOW).0.to_bytes(),
            "coins": run::<96>(0x0f),
            "most": 1_u64,
            "life": 60_u64,
            "open": nothing(),
            "now": NOW.0,
        },
    );
    let one = |now: u64| ("open", list([object! { "coins": run::<96>(0x1f), "now": now }]));
    table.refuse("full", "another session is open", [one(NOW.0)]);
    table.refuse("full", "another session is open, in its last second", [one(NOW.0 - 60)]);
    table.accept("another session is too old", [one(NOW.0 - 61)]);
    table.accept("another session is open, and there is room", [one(NOW.0), ("most", 2.into())]);
    table.refuse("full", "there is no room at all", [("most", 0.into())]);
    table
}

/// The messages of a session, up to the challenges.
struct Session {
    request: EvidenceRequest,
    commitments: Vec<u8>,
    challenges: Vec<u8>,
    now: UnixTime,
}

impl Session {
    fn new(setting: &Setting, now: UnixTime) -> Self {
        let request = offered(setting, now).0;
        let (_, commitments) = opened(setting, &request);
        let challenges = challenges(setting, &commitments, now);
        Self { request, commitments, challenges, now }
    }

    /// The authority's responses to any challenges.
    fn responses(&self, setting: &Setting, challenges: &[u8]) -> Vec<u8> {
        let (session, _) = opened(setting, &self.request);
        let challenges = EvidenceChallenges::from_bytes(challenges).unwrap();
        setting.authority.respond(session, &challenges).unwrap().to_bytes()
    }

    /// The inputs by which the batch is finished.
    fn inputs(&self, setting: &Setting) -> Vec<(&'static str, Json)> {
        let mut inputs = asking(setting, self.now);
        let rest = object! {
            "commitments": &self.commitments,
            "challenge_coins": run::<64>(0x10),
            "responses": self.responses(setting, &self.challenges),
        };
        inputs.extend(rest.fields());
        inputs
    }
}

/// The holder's challenges to any commitments.
fn challenges(setting: &Setting, commitments: &[u8], now: UnixTime) -> Vec<u8> {
    let commitments = EvidenceCommitments::from_bytes(commitments).unwrap();
    let (_, offered) = offered(setting, now);
    let challenged = tossed(&run::<64>(0x10), |rng| offered.challenge(&commitments, rng));
    challenged.unwrap().0.to_bytes()
}

/// On a list with two keys.
pub fn respond() -> Table {
    let list_of_two = rotated(TOMORROW);
    let setting = &Setting::on(list_of_two, SEED, MASTER, values(four()));
    let session = Session::new(setting, NOW);
    let challenges = session.challenges;
    let mut table = Table::new(
        "respond",
        object! {
            "seed": setting.seed,
            "list": setting.list.encode(),
            "adopted": nothing(),
            "request": session.request.to_bytes(),
            "coins": run::<96>(0x0f),
            "opened": NOW.0,
            "life": 60_u64,
            "earlier": nothing(),
            "answered_by": setting.seed,
            "challenges": &challenges,
            "now": NOW.0 + 60,
        },
    );
    let unknown = replaced(&challenges, 2, run::<32>(0x10));
    table.refuse("no_session", "another session id", [("challenges", unknown.into())]);
    let (again, others) = (list([&challenges]), list([more(&challenges, 34)]));
    table.refuse("no_session", "the session was answered", [("earlier", again)]);
    table.refuse("no_session", "other challenges were answered", [("earlier", others)]);
    table.refuse("no_session", "a second too late", [("now", (NOW.0 + 61).into())]);
    let comment = "the session of another key of the same list";
    table.refuse("no_session", comment, [("answered_by", OTHER_SEED.into())]);
    table
}

pub fn finish_evidence(setting: &Setting) -> Table {
    let session = Session::new(setting, NOW);
    let (commitments, challenges) = (&session.commitments, &session.challenges);
    let responses = session.responses(setting, challenges);
    let mut table = Table::new("finish_evidence", Json::Object(session.inputs(setting)));
    // One more for z_0, one less for z_1: an unweighted sum of all equations would not change.
    let less = scalar(&responses, 66) - Scalar::ONE;
    // z = k + c·x with another x.
    let shift = Key::new(&OTHER_SEED).x - Key::new(&SEED).x;
    let other_key = (34..).step_by(32).take(32).fold(responses.clone(), |bytes, at| {
        let z = scalar(&bytes, at) + scalar(challenges, at) * shift;
        replaced(&bytes, at, z.as_bytes())
    });
    table.reject("responses", shaken(&responses, &[], &[("z_0", 34), ("z_31", 34 + 31 * 32)]));
    table.reject(
        "responses",
        [
            ("another session id", replaced(&responses, 2, run::<32>(0x10))),
            ("z_0 + 1 and z_1 - 1", replaced(&more(&responses, 34), 66, less.as_bytes())),
            ("z_0 and z_1 exchanged", swapped(&responses, 34, 66)),
            ("another key", other_key),
        ],
    );
    // Commitments that are wrong, and right answers to the challenges that they lead to.
    let R2 = |j: usize| 66 + 64 * j;
    let apart = encode(&(point(commitments, R2(1)) - G));
    let wrong = [
        ("R2_0 + G", moved(commitments, R2(0))),
        ("R1_31 + G", moved(commitments, R2(31) - 32)),
        ("R2_0 + G and R2_1 - G", replaced(&moved(commitments, R2(0)), R2(1), apart)),
        ("R1_0 and R2_0 exchanged", swapped(commitments, R2(0) - 32, R2(0))),
    ];
    for (comment, commitments) in wrong {
        let challenges = self::challenges(setting, &commitments, NOW);
        let responses = session.responses(setting, &challenges);
        let changed = [("commitments", commitments.into()), ("responses", responses.into())];
        table.refuse("rejected", comment, changed);
    }
    table
}

/// Two batches come with each credential.
pub fn complete() -> Table {
    let two = Parameters { batches: 2, ..Parameters::new(&SEED, schema(&four())) };
    let setting = &Setting::on(List::first(two), SEED, MASTER, values(four()));
    let batch = Session::new(setting, NOW).inputs(setting);
    let yesterday = UnixTime(NOW.0 - DAY);
    let foreign = Session::new(setting, yesterday).inputs(setting);
    let batches = |all: &[&Vec<(&'static str, Json)>]| {
        list(all.iter().map(|inputs| Json::Object((*inputs).clone())))
    };
    // Those of a batch that are the credential's.
    let mut inputs = asking(setting, NOW);
    inputs.retain(|(name, _)| !["asker", "adopted", "request_coins"].contains(name));
    inputs.push(("batches", batches(&[&batch, &batch])));
    let mut table = Table::new("complete", Json::Object(inputs));
    for (error, comment, all) in [
        ("incomplete", "no batch", vec![]),
        ("incomplete", "one batch of two", vec![&batch]),
        ("incomplete", "three batches of two", vec![&batch, &batch, &batch]),
        ("foreign_evidence", "the second is of another credential", vec![&batch, &foreign]),
        ("foreign_evidence", "the first is of another credential", vec![&foreign, &batch]),
        ("incomplete", "one batch, of another credential", vec![&foreign]),
    ] {
        table.refuse(error, comment, [("batches", batches(&all))]);
    }
    table
}
