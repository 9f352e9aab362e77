//! Steps of enrollment and issuance that are refused (SPEC §§7, 8).

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use pairnym::{
    Message, TransactionId, UnixTime,
    attribute::Value,
    authority::{OpenOffer, OpenTicket},
};
use pairnym_testkit::{DAY, Everybody, NOW, TEN_MINUTES, received_ticket, sent};

use crate::formulas::{
    G, Hash, Key, Sigma, Wire, encode, encode_value, holder_secrets, opening_bases, point, scalar,
    stored, sum,
};
use crate::json::{Json, list};
use crate::negative_steps::{
    TODAY, TOMORROW, Table, after_withdrawal, ending, more, moved, nothing, replaced, secrets_at,
    shaken, swapped,
};
use crate::parameter_list::{List, Parameters};
use crate::setting::{
    AUTHORITY, HOST, OTHER_MASTER, OTHER_SEED, SEED, STORAGE_KEY, Setting, authority_storage, four,
    rotated, run, schema, tossed, value_json, values_json,
};

pub fn open_authority(setting: &Setting) -> Table {
    let mut table = Table::new(
        "open_authority",
        object! { "seed": setting.seed, "list": setting.list.encode() },
    );
    let two = || ("list", Json::from(rotated(NOW.0 / DAY * DAY).encode()));
    table.accept("one key of two", [two()]);
    table.accept("the other key of two", [two(), ("seed", OTHER_SEED.into())]);
    table.refuse("foreign_parameters", "another key", [("seed", OTHER_SEED.into())]);
    let withdrawn = crate::setting::withdrawn(&setting.list);
    table.refuse("foreign_parameters", "a withdrawn key", [("list", withdrawn.encode().into())]);
    table
}

pub fn open_ticket(setting: &Setting) -> Table {
    let mut table = Table::new(
        "open_ticket",
        object! {
            "seed": setting.seed,
            "list": setting.list.encode(),
            "transaction": run::<32>(0x41),
            "now": NOW.0,
            "life": 86_400_u64,
        },
    );
    table.refuse("range", "a day and a second", [("life", 86_401_u64.into())]);
    let now = u64::MAX - 86_400;
    table.accept("until the end of all time", [("now", now.into())]);
    table.refuse("range", "a second longer than all time", [("now", (now + 1).into())]);
    table
}

/// An open ticket as it is stored, the ticket, and an answer to it.
fn enrollment(setting: &Setting, transaction: u8, nonce: u8) -> (OpenTicket, Vec<u8>) {
    let authority = &setting.authority;
    let transaction = TransactionId(run(transaction));
    let open =
        tossed(&run::<32>(nonce), |rng| authority.open_ticket(transaction, TEN_MINUTES, NOW, rng));
    let open = open.unwrap();
    let received = received_ticket(&setting.list.known(), &open);
    let request = tossed(&run::<64>(0x05), |rng| setting.holder.enroll(&received, rng)).unwrap();
    (open, sent(&request).to_bytes())
}

pub fn enroll(setting: &Setting, other: &Setting) -> Table {
    let (ticket, request) = enrollment(setting, 0x41, 0x61);
    let (elsewhere, relayed) = enrollment(setting, 0x42, 0x62);
    let (_, stale) = enrollment(setting, 0x41, 0x62);
    let (_, others) = enrollment(other, 0x43, 0x63);
    let key = authority_storage(AUTHORITY);
    let registry = |policy: &'static str, history: Vec<Json>| {
        object! { "reenrollment": policy, "history": list(history) }
    };
    let expiry = NOW.0 + 600;
    let (person, somebody) = (run::<32>(0x71), run::<32>(0x72));
    let registered = |person: [u8; 32], transaction: u8, request: &[u8]| {
        object! {
            "event": "registered",
            "person": person,
            "transaction": run::<32>(transaction),
            "C_u": &request[34..66],
            "expiry": expiry,
        }
    };
    let deleted = |person: [u8; 32]| object! { "event": "deleted", "person": person };
    let mut table = Table::new(
        "enroll",
        object! {
            "seed": setting.seed,
            "list": setting.list.encode(),
            "adopted": nothing(),
            "authority_storage_key": STORAGE_KEY,
            "stored_by": AUTHORITY,
            "open_ticket": ticket.store(&key),
            "request": &request,
            "person": person,
            "now": expiry,
            "registry": registry("refused", vec![]),
        },
    );
    let late = || ("now", Json::from(expiry + 1));
    let id = "authority-2.example";
    let foreign = Wire::new(48).short(id).put(run::<32>(0x41)).put(run::<32>(0x61)).u64(expiry);
    let foreign = stored(&STORAGE_KEY, id, &foreign.bytes());
    let foreign = || [("stored_by", Json::from(id)), ("open_ticket", Json::from(&foreign))];
    table.refuse("foreign_authority", "the ticket of another authority", foreign());
    let [by, of] = foreign();
    table.refuse("foreign_authority", "the same, and too late", [by, of, late()]);
    table.refuse("expired", "a second too late", [late()]);
    let wrong = || ("request", Json::from(&relayed));
    table.refuse("expired", "too late, and for another transaction", [late(), wrong()]);
    let used = || ("registry", registry("allowed", vec![registered(somebody, 0x41, &others)]));
    let comment = "for another transaction, and the ticket was used";
    table.refuse("rejected", comment, [wrong(), used()]);
    table.reject("open_ticket", [("the ticket of another transaction", elsewhere.store(&key))]);
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

    let same = registered(person, 0x41, &request);
    let by_other = registered(person, 0x43, &others);
    let taken = registered(somebody, 0x45, &request);
    let mine = || registered(person, 0x44, &request);
    let histories = [
        (
            "ticket_used",
            "the ticket registered another commitment",
            "allowed",
            vec![registered(person, 0x41, &others)],
        ),
        (
            "ticket_used",
            "the ticket registered another person",
            "allowed",
            vec![registered(somebody, 0x41, &request)],
        ),
        (
            "ticket_used",
            "the ticket registered another commitment, deleted",
            "allowed",
            vec![registered(person, 0x41, &others), deleted(person)],
        ),
        ("person_registered", "the person is registered", "refused", vec![by_other.clone()]),
        (
            "person_registered",
            "the person is registered with this commitment",
            "allowed",
            vec![mine()],
        ),
        ("commitment_registered", "C_u is another person's", "allowed", vec![taken.clone()]),
        (
            "commitment_registered",
            "C_u was another person's, who was deleted",
            "allowed",
            vec![taken.clone(), deleted(somebody)],
        ),
        (
            "person_deleted",
            "this registration was deleted",
            "allowed",
            vec![same.clone(), deleted(person)],
        ),
        (
            "person_deleted",
            "this registration was deleted, another stands",
            "allowed",
            vec![same.clone(), deleted(person), by_other.clone()],
        ),
        (
            "person_deleted",
            "the person was deleted, and C_u is the same",
            "refused",
            vec![mine(), deleted(person)],
        ),
        (
            "person_deleted",
            "the person was deleted, and C_u is another",
            "same commitment",
            vec![by_other.clone(), deleted(person)],
        ),
        (
            "ticket_used",
            "the ticket was used, and the person is registered",
            "allowed",
            vec![registered(somebody, 0x41, &others), mine()],
        ),
        (
            "person_registered",
            "the person is registered, and C_u is another person's",
            "allowed",
            vec![by_other.clone(), taken.clone()],
        ),
        (
            "person_deleted",
            "the person was deleted, and C_u is another person's",
            "refused",
            vec![by_other.clone(), deleted(person), taken],
        ),
    ];
    for (error, comment, policy, history) in histories {
        table.refuse(error, comment, [("registry", registry(policy, history))]);
    }
    let histories = [
        ("the same once more", "refused", vec![same]),
        (
            "the person was deleted, and C_u is the same",
            "same commitment",
            vec![mine(), deleted(person)],
        ),
        ("the person was deleted, and C_u is another", "allowed", vec![by_other, deleted(person)]),
    ];
    for (comment, policy, history) in histories {
        table.accept(comment, [("registry", registry(policy, history))]);
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
    let (open, _) = enrollment(setting, 0x41, 0x61);
    let mut table = Table::new(
        "answer_ticket",
        object! {
            "master_secret": setting.master,
            "list": setting.list.encode(),
            "ticket": open.ticket().to_bytes(),
            "peer": HOST,
        },
    );
    for id in ["authority-2.example", "authority.exampl"] {
        let foreign = Wire::new(2).short(id).put(run::<32>(0x41)).put(run::<32>(0x61)).bytes();
        table.refuse("foreign_authority", "another authority's", [("ticket", foreign.into())]);
    }
    for peer in ["authority.example", "shop.example", "www.id.authority.example"] {
        table.refuse("foreign_authority", "from another host", [("peer", peer.into())]);
    }
    table
}

pub fn offer(setting: &Setting) -> Table {
    let list_here = &setting.list;
    let named = |values: &[(&'static str, Value)]| {
        list(values.iter().map(|(name, value)| {
            object! { "name": *name, "value": value_json(value) }
        }))
    };
    let mut table = Table::new(
        "offer",
        object! {
            "seed": setting.seed,
            "list": list_here.encode(),
            "adopted": nothing(),
            "C_u": setting.holder.commitment().to_bytes(),
            "values": named(&setting.named()),
            "now": NOW.0,
            "life": 600_u64,
        },
    );
    let withdrawn = || ("adopted", after_withdrawal(setting));
    let over = || ("now", Json::from(list_here.until));
    let long = || ("life", Json::from(601_u64));
    let values = |values: &[(&'static str, Value)]| ("values", named(values));
    let unknown = || values(&[("name", "a".into())]);
    let unfit = || values(&[("region", true.into())]);
    let text = || values(&[("region", "a\u{200b}".into())]);
    table.accept("the last second of the list", [("now", (list_here.until - 1).into())]);
    table.accept("no value, so all are absent", [values(&[])]);
    table.accept(
        "names in another order",
        [values(&[("region", "a".into()), ("assurance", 1.into())])],
    );
    table.refuse("foreign_parameters", "the key was withdrawn", [withdrawn()]);
    table.refuse("list_expired", "the list is over", [over()]);
    table.refuse("range", "601 seconds", [long()]);
    table.refuse("unknown_attribute", "an attribute that the schema does not have", [unknown()]);
    table.refuse("schema", "a flag for a text", [unfit()]);
    table.refuse("schema", "a text for a flag", [values(&[("age_over_18", "yes".into())])]);
    table.refuse(
        "schema",
        "a text of 256 bytes",
        [values(&[("region", "a".repeat(256)[..].into())])],
    );
    table.refuse("text", "an invisible character", [text()]);
    table.refuse("text", "an empty text", [values(&[("region", "".into())])]);
    table.refuse("text", "a blank text", [values(&[("note", "\u{3000}\n".into())])]);
    // Two keys, and a key that does not issue yet.
    let two = rotated(TOMORROW);
    let two = |now: u64| [("list", Json::from(two.encode())), ("now", Json::from(now))];
    table.accept("rotation: the last second of the old key", two(TOMORROW - 1));
    table.refuse("wrong_epoch", "rotation: the first second of the new key", two(TOMORROW));
    let [l, n] = two(TOMORROW);
    let new = ("seed", Json::from(OTHER_SEED));
    table.accept("rotation: the new key in its first second", [l, n, new.clone()]);
    let [l, n] = two(TOMORROW - 1);
    table.refuse("wrong_epoch", "rotation: the new key a second too early", [l, n, new]);
    let mut later = list_here.clone();
    later.entries[0].0 = TOMORROW;
    let early = || ("list", Json::from(later.encode()));
    table.refuse("wrong_epoch", "before the first slot", [early()]);
    // The first of two.
    table.refuse("foreign_parameters", "withdrawn, and the list is over", [withdrawn(), over()]);
    let ended = List { until: NOW.0, ..later.clone() };
    let ended = ("list", Json::from(ended.encode()));
    table.refuse("list_expired", "the list is over, and before the first slot", [ended]);
    table.refuse("wrong_epoch", "before the first slot, and 601 seconds", [early(), long()]);
    table.refuse("range", "601 seconds, and an unknown attribute", [long(), unknown()]);
    let both = values(&[("region", true.into()), ("name", "a".into())]);
    table.refuse("unknown_attribute", "a value that does not fit, and an unknown one", [both]);
    let both = values(&[("note", "".into()), ("region", true.into())]);
    table.refuse("schema", "an empty text, and a value that does not fit", [both]);
    table
}

pub fn request_credential(setting: &Setting, other_key: &Setting) -> Table {
    let offer = setting.open_offer(NOW).offer().to_bytes();
    let mut table = Table::new(
        "request_credential",
        object! {
            "master_secret": setting.master,
            "list": setting.list.encode(),
            "offer": &offer,
            "peer": HOST,
            "now": NOW.0,
        },
    );
    let values = |values: &[u8]| -> Json { [&offer[..106], values].concat().into() };
    let next = (TODAY + 1).to_be_bytes();
    let foreign = other_key.open_offer(NOW).offer().to_bytes();
    let unpinned = "unpinned_parameters";
    let elsewhere = || ("peer", Json::from("authority.example"));
    let at = |now: u64| [("now", Json::from(now))];
    table.refuse("foreign_authority", "from another host", [elsewhere()]);
    table.refuse(unpinned, "parameters that are not on the list", [("offer", (&foreign).into())]);
    table.accept("600 seconds too early", at(TODAY * DAY - 600));
    table.refuse("wrong_epoch", "601 seconds too early", at(TODAY * DAY - 601));
    table.accept("600 seconds after the last second", at(TOMORROW + 599));
    table.refuse("wrong_epoch", "601 seconds after the last second", at(TOMORROW + 600));
    table.refuse("wrong_epoch", "for tomorrow", [("offer", replaced(&offer, 34, next).into())]);
    let over = || ("list", ending(&setting.list, NOW.0));
    table.accept("the last second of the list", [("list", ending(&setting.list, NOW.0 + 1))]);
    table.refuse("list_expired", "the list is over", [over()]);
    let stranger = moved(&offer, 74);
    table.refuse("foreign_commitment", "another C_u", [("offer", (&stranger).into())]);
    table.refuse("schema", "no value", [("offer", values(&[0]))]);
    table.refuse("schema", "three values of four", [("offer", values(&[3, 0, 0, 0]))]);
    table.refuse("schema", "five values of four", [("offer", values(&[5, 0, 0, 0, 0, 0]))]);
    table.refuse("schema", "a flag for an integer", [("offer", values(&[4, 0, 1, 1, 0, 0]))]);
    table.refuse("schema", "a text for a flag", [("offer", values(&[4, 3, 1, b'a', 0, 0, 0]))]);
    // Two keys: the offer of each within 600 seconds of the rotation.
    let two = rotated(TOMORROW);
    let old = Setting::on(two.clone(), SEED, setting.master, setting.values.clone());
    let new = Setting::on(two, OTHER_SEED, setting.master, vec![Value::Absent; 8]);
    let of = |setting: &Setting, now: u64| {
        let offer = setting.open_offer(UnixTime(now)).offer().to_bytes();
        [("list", Json::from(setting.list.encode())), ("offer", Json::from(offer))]
    };
    for (comment, of, now, right) in [
        ("the old key 600 seconds after", of(&old, TOMORROW - 1), TOMORROW + 599, true),
        ("the old key 601 seconds after", of(&old, TOMORROW - 1), TOMORROW + 600, false),
        ("the new key 600 seconds before", of(&new, TOMORROW), TOMORROW - 600, true),
        ("the new key 601 seconds before", of(&new, TOMORROW), TOMORROW - 601, false),
    ] {
        let [l, o] = of;
        let inputs = [l, o, ("now", now.into())];
        let comment = format!("rotation: {comment}");
        if right {
            table.accept(comment, inputs)
        } else {
            table.refuse("wrong_epoch", comment, inputs)
        }
    }
    // The first of two.
    let both = [elsewhere(), ("offer", (&foreign).into())];
    table.refuse("foreign_authority", "from another host, not on the list", both);
    let both = [("offer", (&foreign).into()), over()];
    table.refuse(unpinned, "not on the list, which is over", both);
    let epoch = || ("offer", Json::from(replaced(&offer, 34, next)));
    table.refuse("list_expired", "for tomorrow, the list is over", [epoch(), over()]);
    let epoch_and_parameters = replaced(&foreign, 34, next).into();
    table.refuse(unpinned, "not on the list, and for tomorrow", [("offer", epoch_and_parameters)]);
    let epoch_and_commitment = replaced(&stranger, 34, next).into();
    table.refuse("wrong_epoch", "for tomorrow, another C_u", [("offer", epoch_and_commitment)]);
    let commitment_and_values = [&stranger[..106], &[0]].concat().into();
    table.refuse("foreign_commitment", "another C_u, no value", [("offer", commitment_and_values)]);
    table
}

/// The holder's answer to an offer of these bytes.
fn accepted(setting: &Setting, offer: &[u8], now: UnixTime) -> Vec<u8> {
    setting.accept(&open(offer, now.0 + 600), now).0.to_bytes()
}

/// The stored form of an open offer.
fn stored_offer(offer: &[u8], expiry: u64) -> Vec<u8> {
    let encoding = [&[1, 49], &offer[2..], &expiry.to_be_bytes()].concat();
    stored(&STORAGE_KEY, AUTHORITY, &encoding)
}

fn open(offer: &[u8], expiry: u64) -> OpenOffer {
    OpenOffer::load(&stored_offer(offer, expiry), &authority_storage(AUTHORITY)).unwrap()
}

/// An offer of the same authority with other values.
fn with_values(offer: &[u8], values: &[Value]) -> Vec<u8> {
    let encoded: Vec<_> = values.iter().map(encode_value).collect();
    [&offer[..106], &[values.len() as u8], &encoded.concat()].concat()
}

pub fn issue(setting: &Setting, other_key: &Setting, other: &Setting) -> Table {
    let offer = setting.open_offer(NOW).offer().to_bytes();
    let request = accepted(setting, &offer, NOW);
    let expiry = NOW.0 + 600;
    let row = |C_u: &[u8], values: &[Value]| object! { "C_u": C_u, "values": values_json(values) };
    let registered = |C_u: &[u8], values: &[Value]| ("registered", list([row(C_u, values)]));
    let C_u = &offer[74..106];
    let mut table = Table::new(
        "issue",
        object! {
            "seed": setting.seed,
            "list": setting.list.encode(),
            "adopted": nothing(),
            "authority_storage_key": STORAGE_KEY,
            "open_offer": stored_offer(&offer, expiry),
            "request": &request,
            "now": expiry,
            "registered": list([row(C_u, &setting.values)]),
        },
    );
    let own = |offer: &[u8]| ("open_offer", Json::from(stored_offer(offer, expiry)));
    let late = || ("now", Json::from(expiry + 1));
    let foreign = other_key.open_offer(NOW).offer().to_bytes();
    table.refuse("foreign_parameters", "an offer of another key", [own(&foreign)]);
    let withdrawn = || ("adopted", after_withdrawal(setting));
    table.refuse("foreign_parameters", "the key was withdrawn", [withdrawn()]);
    table.refuse("expired", "a second too late", [late()]);
    let unfit = [&offer[..106], &[4, 0, 1, 1, 0, 0]].concat();
    table.refuse("schema", "a flag for an integer", [own(&unfit)]);
    table.refuse("schema", "no value", [own(&[&offer[..106], &[0]].concat())]);
    table.refuse("not_registered", "nobody is registered", [("registered", nothing())]);
    let mut better = setting.values.clone();
    better[1] = Value::Integer(4);
    let corrected = || registered(C_u, &better);
    table.refuse("not_registered", "the values were corrected", [corrected()]);
    let others = other.open_offer(NOW).offer().to_bytes();
    let somebody = registered(&others[74..106], &setting.values);
    table.refuse("not_registered", "somebody else is registered", [somebody]);
    // The first of two.
    table.refuse(
        "foreign_parameters",
        "an offer of another key, too late",
        [own(&foreign), late()],
    );
    table.refuse("foreign_parameters", "withdrawn, and too late", [withdrawn(), late()]);
    table.refuse("expired", "too late, and a flag for an integer", [own(&unfit), late()]);
    let wrong = || ("request", Json::from(more(&request, 66)));
    table.refuse("schema", "no fitting value, and a wrong proof", [own(&unfit), wrong()]);
    table.refuse("rejected", "a wrong proof, the values were corrected", [wrong(), corrected()]);

    let nonce = run::<32>(0x0e);
    let renewed = accepted(setting, &replaced(&offer, 42, nonce), NOW);
    let tomorrow = replaced(&offer, 34, (TODAY + 1).to_be_bytes());
    let tomorrow = accepted(setting, &tomorrow, UnixTime(NOW.0 + DAY));
    let better = accepted(setting, &with_values(&offer, &better), NOW);
    let somebody = accepted(other, &others, NOW);
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

/// The authority's response to an answer to this offer.
pub fn respond(setting: &Setting, offer: &[u8], now: UnixTime) -> Vec<u8> {
    let open = open(offer, now.0 + 600);
    let (request, _) = setting.accept(&open, now);
    setting.authority.issue(&open, &request, now, &Everybody).unwrap().to_bytes()
}

pub fn finish_credential(setting: &Setting, other_key: &Setting) -> Table {
    let offer = setting.open_offer(NOW).offer().to_bytes();
    let response = respond(setting, &offer, NOW);
    let mut table = Table::new(
        "finish_credential",
        object! {
            "master_secret": setting.master,
            "list": setting.list.encode(),
            "offer": &offer,
            "peer": HOST,
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
    let foreign = other_key.open_offer(NOW).offer().to_bytes();
    table.reject(
        "response",
        [
            ("T_1 and T_2 exchanged", swapped(&response, 66, 98)),
            ("a MAC with another key, and its proof", respond(other_key, &foreign, NOW)),
            ("a MAC on other values", respond(setting, &with_values(&offer, &values), NOW)),
            ("W = O", no_W),
            ("a MAC with another key on the right M, and its proof", foreign_mac(setting, &M, &e)),
        ],
    );
    table
}

/// What is whole in storage by its MAC, and belongs to nobody or somebody else (§8.4).
pub fn load_credential(setting: &Setting, other: &Setting) -> Table {
    let (credential, _) = setting.kept(NOW);
    let mut table = Table::new(
        "load_credential",
        object! {
            "master_secret": setting.master,
            "list": setting.list.encode(),
            "stored_credential": setting.stored(&credential),
        },
    );
    let kept = |credential: &[u8]| ("stored_credential", Json::from(setting.stored(credential)));
    let (others, _) = other.kept(NOW);
    let foreign = "foreign_credential";
    table.refuse(foreign, "another person's, with the own MAC", [kept(&others)]);
    table.refuse(foreign, "another C_u", [kept(&replaced(&credential, 42, &others[42..74]))]);
    table.refuse(foreign, "another person's, and e + 1", [kept(&more(&others, 106))]);
    table.refuse("mac", "another person's", [("stored_credential", other.stored(&others).into())]);
    table.refuse("mac", "read by another person", [("master_secret", OTHER_MASTER.into())]);
    let tomorrow = (TODAY + 1).to_be_bytes();
    let mut values = credential.clone();
    values[172] ^= 1;
    for (comment, wrong) in [
        ("another params_id", replaced(&credential, 2, run::<32>(0x30))),
        ("another t", replaced(&credential, 34, tomorrow)),
        ("A + G", moved(&credential, 74)),
        ("e + 1", more(&credential, 106)),
        ("W + G", moved(&credential, 138)),
        ("A and W exchanged", swapped(&credential, 74, 138)),
        ("the first flag is no", values),
        ("no value", [&credential[..170], &[0]].concat()),
    ] {
        table.refuse("fault", comment, [kept(&wrong)]);
    }
    // A credential of a key that has left the list is still read.
    let list = List::first(Parameters::new(&OTHER_SEED, schema(&four())));
    table.accept("its key is not on the list", [("list", list.encode().into())]);
    table
}

/// A MAC with a key of the authority's that is not the published one.
fn foreign_mac(setting: &Setting, M: &RistrettoPoint, e: &Scalar) -> Vec<u8> {
    let Key { x, .. } = Key::new(&OTHER_SEED);
    let X = Key::new(&SEED).X;
    let A = (x + e).invert() * M;
    let W = x * A;
    let transcript = Hash::new("issuance-key").part(setting.params_id()).u64(TODAY);
    let transcript = transcript.points([&X, M, &A]).scalar(e).point(&W);
    let proof = Sigma::prove(transcript, vec![x], None, |w| vec![w[0] * G, w[0] * A]);
    proof.wire(Wire::new(6).points([&A]).scalars([e])).bytes()
}
