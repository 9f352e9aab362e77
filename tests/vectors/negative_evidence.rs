//! Steps of fetching evidence that are refused (SPEC §9).

use curve25519_dalek::scalar::Scalar;
use pairnym::{EvidenceChallenges, EvidenceCommitments, EvidenceRequest, Message};

use crate::formulas::{G, Key, encode, point, scalar};
use crate::json::{Json, list};
use crate::negative_steps::{Table, more, moved, replaced, shaken, swapped};
use crate::setting::{OTHER_SEED, SEED, Setting, run, tossed};

pub fn request_evidence(setting: &Setting, rotated: &Setting) -> Table {
    let mut table = Table::new(
        "request_evidence",
        object! {
            "master_secret": setting.master,
            "pinned": list([setting.parameters().to_bytes()]),
            "credential": &*setting.credential().export(),
            "request_coins": run::<64>(0x0e),
        },
    );
    let foreign = rotated.credential().export();
    let comment = "a credential of parameters that are not pinned";
    table.refuse("unpinned_parameters", comment, [("credential", (&*foreign).into())]);
    table
}

/// The first message about evidence.
fn evidence_request(setting: &Setting) -> EvidenceRequest {
    let (credential, coins) = (setting.credential(), run::<64>(0x0e));
    tossed(&coins, |rng| setting.holder.request_evidence(&credential, rng)).unwrap().0
}

pub fn open_evidence(setting: &Setting, rotated: &Setting) -> Table {
    let request = evidence_request(setting).to_bytes();
    let foreign = evidence_request(rotated).to_bytes();
    let mut table = Table::new(
        "open_evidence",
        object! {
            "seed": setting.seed,
            "parameters": setting.parameters().to_bytes(),
            "request": &request,
        },
    );
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

/// The messages of a session, up to the challenges.
struct Session {
    request: EvidenceRequest,
    commitments: Vec<u8>,
    challenges: Vec<u8>,
}

impl Session {
    fn new(setting: &Setting) -> Self {
        let request = evidence_request(setting);
        let opened = tossed(&run::<96>(0x0f), |rng| setting.authority.open_evidence(&request, rng));
        let commitments = opened.unwrap().1.to_bytes();
        let challenges = Self::challenges(setting, &commitments);
        Self { request, commitments, challenges }
    }

    /// The holder's challenges to any commitments.
    fn challenges(setting: &Setting, commitments: &[u8]) -> Vec<u8> {
        let (credential, coins) = (setting.credential(), run::<64>(0x0e));
        let offered = tossed(&coins, |rng| setting.holder.request_evidence(&credential, rng));
        let commitments = EvidenceCommitments::from_bytes(commitments).unwrap();
        let challenged =
            tossed(&run::<64>(0x10), |rng| offered.unwrap().1.challenge(&commitments, rng));
        challenged.unwrap().0.to_bytes()
    }

    /// The authority's responses to any challenges.
    fn responses(&self, setting: &Setting, challenges: &[u8]) -> Vec<u8> {
        let opened =
            tossed(&run::<96>(0x0f), |rng| setting.authority.open_evidence(&self.request, rng));
        let challenges = EvidenceChallenges::from_bytes(challenges).unwrap();
        setting.authority.respond(opened.unwrap().0, &challenges).unwrap().to_bytes()
    }
}

pub fn respond(setting: &Setting) -> Table {
    let session = Session::new(setting);
    let challenges = session.challenges;
    let mut table = Table::new(
        "respond",
        object! {
            "seed": setting.seed,
            "parameters": setting.parameters().to_bytes(),
            "request": session.request.to_bytes(),
            "coins": run::<96>(0x0f),
            "earlier": Json::List(vec![]),
            "challenges": &challenges,
        },
    );
    let unknown = replaced(&challenges, 2, run::<32>(0x10));
    table.refuse("no_session", "another session id", [("challenges", unknown.into())]);
    let (again, others) = (list([&challenges]), list([more(&challenges, 34)]));
    table.refuse("no_session", "the session was answered", [("earlier", again)]);
    table.refuse("no_session", "other challenges were answered", [("earlier", others)]);
    table
}

pub fn finish_evidence(setting: &Setting) -> Table {
    let session = Session::new(setting);
    let (commitments, challenges) = (&session.commitments, &session.challenges);
    let responses = session.responses(setting, challenges);
    let mut table = Table::new(
        "finish_evidence",
        object! {
            "master_secret": setting.master,
            "pinned": list([setting.parameters().to_bytes()]),
            "credential": &*setting.credential().export(),
            "request_coins": run::<64>(0x0e),
            "commitments": commitments,
            "challenge_coins": run::<64>(0x10),
            "responses": &responses,
        },
    );
    let last = 34 + 31 * 32;
    // One more for z_0, one less for z_1: an unweighted sum of all equations would not change.
    let less = (scalar(&responses, 66) - Scalar::ONE).to_bytes();
    // z = k + c·x with another x.
    let shift = Key::new(&OTHER_SEED).x - Key::new(&SEED).x;
    let other_key = (34..).step_by(32).take(32).fold(responses.clone(), |bytes, at| {
        let z = scalar(&bytes, at) + scalar(challenges, at) * shift;
        replaced(&bytes, at, z.as_bytes())
    });
    table.reject(
        "responses",
        [
            ("another session id", replaced(&responses, 2, run::<32>(0x10))),
            ("z_0 + 1", more(&responses, 34)),
            ("z_31 + 1", more(&responses, last)),
            ("z_0 + 1 and z_1 - 1", replaced(&more(&responses, 34), 66, less)),
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
        let responses = session.responses(setting, &Session::challenges(setting, &commitments));
        let changed = [("commitments", commitments.into()), ("responses", responses.into())];
        table.refuse("rejected", comment, changed);
    }
    table
}
