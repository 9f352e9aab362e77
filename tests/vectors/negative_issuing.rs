//! Steps of enrollment and issuance that are refused (SPEC §§7, 8).

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use pairnym::{IssuanceOffer, Message, Value};

use crate::common::{DAY, NOW};
use crate::formulas::{
    G, Hash, Key, Sigma, Wire, encode, holder_secrets, opening_bases, point, scalar, sum,
};
use crate::json::{Json, list};
use crate::negative_steps::{TODAY, Table, moved, replaced, secrets_at, shaken, swapped};
use crate::setting::{AUTHORITY, OTHER_SEED, SEED, Setting, authority, run, tossed};

/// A ticket and an answer to it.
fn enrollment(setting: &Setting, transaction: u8, nonce: u8) -> (Vec<u8>, Vec<u8>) {
    let ticket = tossed(&run::<32>(nonce), |rng| setting.authority.invite(run(transaction), rng));
    let request = tossed(&run::<64>(0x05), |rng| setting.holder.enroll(&ticket, rng)).unwrap();
    (ticket.to_bytes(), request.to_bytes())
}

pub fn enroll(setting: &Setting, other: &Setting) -> Table {
    let (ticket, request) = enrollment(setting, 0x41, 0x61);
    let (elsewhere, relayed) = enrollment(setting, 0x42, 0x62);
    let (_, stale) = enrollment(setting, 0x41, 0x62);
    let (others_ticket, others) = enrollment(other, 0x43, 0x63);
    let registry = |policy: &'static str, history: Vec<Json>| {
        object! { "reenrollment": policy, "history": list(history) }
    };
    let (person, somebody) = (run::<32>(0x71), run::<32>(0x72));
    let registered = |person: [u8; 32], ticket: &Vec<u8>, request: &Vec<u8>| {
        object! { "event": "registered", "person": person, "ticket": ticket, "request": request }
    };
    let deleted = |person: [u8; 32]| object! { "event": "deleted", "person": person };
    let mut table = Table::new(
        "enroll",
        object! {
            "seed": setting.seed,
            "parameters": setting.parameters().to_bytes(),
            "ticket": &ticket,
            "request": &request,
            "person": person,
            "registry": registry("refused", vec![]),
        },
    );
    let foreign = authority(&SEED, "authority-2.example", &[], 1);
    let foreign = tossed(&run::<32>(0x61), |rng| foreign.invite(run(0x41), rng)).to_bytes();
    table.refuse(
        "foreign_authority",
        "the ticket of another authority",
        [("ticket", foreign.into())],
    );
    table.reject("ticket", [("the ticket of another transaction", elsewhere)]);
    table.reject(
        "request",
        [
            ("an answer to the ticket of another transaction", relayed.clone()),
            ("the same, with this transaction's id", replaced(&relayed, 2, run::<32>(0x41))),
            ("an answer to another nonce", stale),
            ("C_u of somebody else", replaced(&request, 34, &others[34..66])),
            ("a proof of somebody else", replaced(&request, 66, &others[66..])),
            ("u_0 and u_1 exchanged", swapped(&request, 98, 130)),
            ("another label's proof", mislabelled(setting, &request)),
        ],
    );
    table.reject("request", shaken(&request, &[("C_u", 34), ("T", 66)], &secrets_at(98)));
    let same = registered(person, &ticket, &request);
    let by_other = registered(person, &others_ticket, &others);
    let taken = registered(somebody, &ticket, &request);
    let histories = [
        ("person_registered", "the person is registered", "refused", vec![by_other.clone()]),
        ("person_registered", "both are registered together", "allowed", vec![same.clone()]),
        ("commitment_registered", "C_u is another person's", "allowed", vec![taken.clone()]),
        (
            "commitment_registered",
            "C_u was another person's, who was deleted",
            "allowed",
            vec![taken, deleted(somebody)],
        ),
        (
            "person_deleted",
            "the person was deleted, and C_u is the same",
            "refused",
            vec![same, deleted(person)],
        ),
        (
            "person_deleted",
            "the person was deleted, and C_u is another",
            "same commitment",
            vec![by_other, deleted(person)],
        ),
    ];
    for (error, comment, policy, history) in histories {
        table.refuse(error, comment, [("registry", registry(policy, history))]);
    }
    table
}

/// The right proof but for its label.
fn mislabelled(setting: &Setting, request: &[u8]) -> Vec<u8> {
    let C_u = point(request, 34);
    let bases = opening_bases();
    let transcript = Hash::new("issuance").part(AUTHORITY).part(run::<32>(0x61));
    let transcript = transcript.part(run::<32>(0x41)).point(&C_u);
    let secrets = holder_secrets(&setting.master, AUTHORITY);
    let proof = Sigma::prove(transcript, secrets, Some(&run::<64>(0x05)), |w| vec![sum(w, &bases)]);
    proof.wire(Wire::new(3).put(run::<32>(0x41)).points([&C_u])).bytes()
}

pub fn answer_ticket(setting: &Setting) -> Table {
    let (ticket, _) = enrollment(setting, 0x41, 0x61);
    let mut table = Table::new(
        "answer_ticket",
        object! {
            "master_secret": setting.master,
            "pinned": list([setting.parameters().to_bytes()]),
            "ticket": ticket,
        },
    );
    for id in ["authority-2.example", "authority.exampl"] {
        let foreign = Wire::new(2).short(id).put(run::<32>(0x41)).put(run::<32>(0x61)).bytes();
        table.refuse("foreign_authority", "another authority's", [("ticket", foreign.into())]);
    }
    table
}

pub fn request_credential(setting: &Setting, rotated: &Setting) -> Table {
    let offer = setting.offer().to_bytes();
    let mut table = Table::new(
        "request_credential",
        object! {
            "master_secret": setting.master,
            "pinned": list([setting.parameters().to_bytes()]),
            "offer": &offer,
            "now": NOW.0,
        },
    );
    let values = |values: &[u8]| -> Json { [&offer[..106], values].concat().into() };
    let (next, foreign) = ((TODAY + 1).to_be_bytes(), rotated.offer().to_bytes());
    let unpinned = "unpinned_parameters";
    table.refuse(unpinned, "parameters that are not pinned", [("offer", (&foreign).into())]);
    table.refuse("wrong_epoch", "a second too late", [("now", ((TODAY + 1) * DAY).into())]);
    table.refuse("wrong_epoch", "a second too early", [("now", (TODAY * DAY - 1).into())]);
    table.refuse("wrong_epoch", "for tomorrow", [("offer", replaced(&offer, 34, next).into())]);
    let stranger = moved(&offer, 74);
    table.refuse("foreign_commitment", "another C_u", [("offer", (&stranger).into())]);
    table.refuse("schema", "no value", [("offer", values(&[0]))]);
    table.refuse("schema", "three values of four", [("offer", values(&[3, 0, 0, 0]))]);
    table.refuse("schema", "five values of four", [("offer", values(&[5, 0, 0, 0, 0, 0]))]);
    table.refuse("schema", "a flag for an integer", [("offer", values(&[4, 0, 1, 1, 0, 0]))]);
    table.refuse("schema", "a text for a flag", [("offer", values(&[4, 3, 0, 0, 0, 0]))]);
    let epoch_and_parameters = replaced(&foreign, 34, next).into();
    table.refuse(unpinned, "not pinned, and for tomorrow", [("offer", epoch_and_parameters)]);
    let epoch_and_commitment = replaced(&stranger, 34, next).into();
    table.refuse("wrong_epoch", "for tomorrow, another C_u", [("offer", epoch_and_commitment)]);
    let commitment_and_values = [&stranger[..106], &[0]].concat().into();
    table.refuse("foreign_commitment", "another C_u, no value", [("offer", commitment_and_values)]);
    table
}

/// The answer to an offer.
fn accepted(setting: &Setting, offer: &[u8], now: pairnym::UnixTime) -> Vec<u8> {
    let offer = IssuanceOffer::from_bytes(offer).unwrap();
    let coins = run::<64>(0x0d);
    let requested = tossed(&coins, |rng| setting.holder.request_credential(&offer, now, rng));
    requested.unwrap().0.to_bytes()
}

/// An offer of the same authority with other values.
fn with_values(setting: &Setting, values: Vec<Value>) -> Vec<u8> {
    let commitment = *setting.holder.commitment();
    let offered =
        tossed(&run::<32>(0x0c), |rng| setting.authority.offer(commitment, values, NOW, rng));
    offered.unwrap().to_bytes()
}

pub fn issue(setting: &Setting, rotated: &Setting, other: &Setting) -> Table {
    let offer = setting.offer().to_bytes();
    let request = accepted(setting, &offer, NOW);
    let mut table = Table::new(
        "issue",
        object! {
            "seed": setting.seed,
            "parameters": setting.parameters().to_bytes(),
            "offer": &offer,
            "request": &request,
        },
    );
    let others_offer = rotated.offer().to_bytes();
    table.refuse("foreign_parameters", "an offer of another key", [("offer", others_offer.into())]);
    let nonce = run::<32>(0x0e);
    let renewed = accepted(setting, &replaced(&offer, 42, nonce), NOW);
    let tomorrow = replaced(&offer, 34, (TODAY + 1).to_be_bytes());
    let tomorrow = accepted(setting, &tomorrow, NOW.after(DAY));
    let mut values = setting.values.clone();
    values[1] = Value::Integer(4);
    let better = accepted(setting, &with_values(setting, values), NOW);
    let somebody = accepted(other, &other.offer().to_bytes(), NOW);
    let enrollment = enrollment(setting, 0x41, 0x61).1;
    table.reject(
        "request",
        [
            ("an answer to another nonce", renewed.clone()),
            ("the same, with this offer's nonce", replaced(&renewed, 2, run::<32>(0x0c))),
            ("an answer to tomorrow's offer", tomorrow),
            ("an answer to other values", better),
            ("an answer of somebody else", somebody),
            ("the proof of the enrollment", replaced(&request, 34, &enrollment[66..])),
            ("u_5 and u_6 exchanged", swapped(&request, 226, 258)),
            ("u_6 and v exchanged", swapped(&request, 258, 290)),
        ],
    );
    table.reject("request", shaken(&request, &[("T", 34)], &secrets_at(66)));
    table
}

pub fn finish_credential(setting: &Setting, rotated: &Setting) -> Table {
    let offer = setting.offer().to_bytes();
    let issued = |setting: &Setting, offer: &[u8]| {
        let request = accepted(setting, offer, NOW);
        let request = Message::from_bytes(&request).unwrap();
        let offer = IssuanceOffer::from_bytes(offer).unwrap();
        setting.authority.issue(&offer, &request).unwrap().to_bytes()
    };
    let response = issued(setting, &offer);
    let mut table = Table::new(
        "finish_credential",
        object! {
            "master_secret": setting.master,
            "pinned": list([setting.parameters().to_bytes()]),
            "offer": &offer,
            "now": NOW.0,
            "response": &response,
        },
    );
    let (points, scalars) = ([("A", 2), ("T_1", 66), ("T_2", 98)], [("e", 34), ("x", 130)]);
    table.reject("response", shaken(&response, &points, &scalars));
    let mut values = setting.values.clone();
    values[0] = Value::Flag(false);
    // W = M − e·A = O for A = e^{-1}·M.
    let (A, e) = (point(&response, 2), scalar(&response, 34));
    let M = A * (Key::new(&SEED).x + e);
    let no_W = replaced(&response, 2, encode(&(M * e.invert())));
    table.reject(
        "response",
        [
            ("T_1 and T_2 exchanged", swapped(&response, 66, 98)),
            ("a MAC with another key, and its proof", issued(rotated, &rotated.offer().to_bytes())),
            ("a MAC on other values", issued(setting, &with_values(setting, values))),
            ("W = O", no_W),
            ("a MAC with another key on the right M, and its proof", foreign_mac(setting, &M, &e)),
        ],
    );
    table
}

/// A MAC with a key of the authority's that is not the published one.
fn foreign_mac(setting: &Setting, M: &RistrettoPoint, e: &Scalar) -> Vec<u8> {
    let Key { x, .. } = Key::new(&OTHER_SEED);
    let X = Key::new(&SEED).X;
    let A = (x + e).invert() * M;
    let W = x * A;
    let transcript = Hash::new("issuance-key").part(setting.parameters().id().0).u64(TODAY);
    let transcript = transcript.points([&X, M, &A]).scalar(e).point(&W);
    let proof = Sigma::prove(transcript, vec![x], None, |w| vec![w[0] * G, w[0] * A]);
    proof.wire(Wire::new(6).points([&A]).scalars([e])).bytes()
}
