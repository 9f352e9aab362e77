//! Acts of two devices that one of them refuses (SPEC §20.3). A lead refuses what a holder does;
//! the vectors of `present`, `log_in` and `request_credential` have all of that.

use curve25519_dalek::scalar::Scalar;
use pairnym_testkit::{DAY, NOW};

use crate::formulas::{G, Wire, encode, f, point, scope};
use crate::json::{Json, list};
use crate::login;
use crate::negative_approval;
use crate::negative_steps::{
    TODAY, Table, asked, ending, more, moved, nothing, replaced, shaken, swapped,
};
use crate::pair::{
    ATTEMPT, GUARDIAN, LEAD_COINS, LEAD_KEY, Pair, SECOND_COINS, Secrets, WARD, stored_by,
};
use crate::parameter_list::List;
use crate::presentation::asking;
use crate::requests::Fields;
use crate::setting::{AUTHORITY, HOST, PLATFORM, run};
use crate::shared::{accepting, enrolling, logging_in, presenting};

pub const ELSEWHERE: &str = "authority-2.example";

/// One act as both sides see it.
pub struct Case {
    pub body: Vec<u8>,
    peer: &'static str,
    /// CoRequest, CoApproval, CoNonces, CoAnswer.
    pub moves: [Vec<u8>; 4],
    credential: Option<Vec<u8>>,
}

impl Case {
    /// What the lead has.
    fn of_lead(&self) -> [(&'static str, Json); 5] {
        [
            ("body", (&self.body).into()),
            ("peer", self.peer.into()),
            ("stored_credential", self.credential.clone().into()),
            ("co_approval", (&self.moves[1]).into()),
            ("co_answer", (&self.moves[3]).into()),
        ]
    }
}

pub struct Acts<'a> {
    pub pair: &'a Pair,
    pub fields: Fields<'static>,
    pub login: Fields<'static>,
    /// Of a stored item, without MAC.
    item: Vec<u8>,
    pub presentation: Case,
    entrance: Case,
    pub enrollment: Case,
    pub issuance: Case,
}

pub fn tables(pair: &Pair) -> Vec<Table> {
    let (fields, login) = (asking(&pair.setting), login::requests()[1].clone());
    let (credential, item) = pair.credential(NOW);
    let case = |body, peer, moves| Case { body, peer, moves, credential: None };
    let (act, _, played) = presenting(pair, &fields, &credential, &item);
    let presentation = Case {
        credential: Some(stored_by(&WARD, &credential)),
        ..case(act.body, PLATFORM, played.moves)
    };
    let (act, played) = logging_in(&pair.secrets, &login);
    let entrance = case(act.body, PLATFORM, played.moves);
    let (act, played) = enrolling(pair);
    let enrollment = case(act.body, HOST, played.moves);
    let (act, played) = accepting(pair);
    let issuance = case(act.body, HOST, played.moves);
    let acts = Acts { pair, fields, login, item, presentation, entrance, enrollment, issuance };
    vec![
        ask(&acts),
        negative_approval::approve(&acts),
        commit(&acts),
        answer(&acts),
        complete_act(&acts),
    ]
}

impl Acts<'_> {
    fn others(&self) -> [(&'static str, &Case); 3] {
        [
            ("a login", &self.entrance),
            ("an enrollment", &self.enrollment),
            ("an issuance", &self.issuance),
        ]
    }

    /// A step of the lead that presents; and of one that does something else.
    fn led(&self, step: &'static str) -> Table {
        let [pairing, _] = self.pair.kept_stored();
        let lead = object! {
            "master_secret": WARD,
            "list": self.pair.setting.list.encode(),
            "stored_pairing": pairing,
            "stored_evidence": stored_by(&WARD, &self.item),
            "consent_to_disclose": true,
            "attempt": ATTEMPT,
            "asked_at": NOW.0,
            "lead_coins": LEAD_COINS,
            "now": NOW.0,
        };
        let fields = self.presentation.of_lead().into_iter().chain(lead.fields());
        let mut table = Table::new(step, Json::Object(fields.collect()));
        for (comment, case) in self.others() {
            table.accept(comment, case.of_lead());
        }
        table
    }

    fn request(&self, change: &dyn Fn(&mut Fields<'static>)) -> (&'static str, Json) {
        ("body", asked(&self.fields, change))
    }
}

/// These inputs and others.
fn with<const N: usize>(
    inputs: [(&'static str, Json); 5],
    others: [(&'static str, Json); N],
) -> Vec<(&'static str, Json)> {
    let inputs = inputs.into_iter().filter(|(key, _)| others.iter().all(|(other, _)| other != key));
    inputs.chain(others.clone()).collect()
}

fn ask(acts: &Acts<'_>) -> Table {
    let mut table = acts.led("ask");
    let list = &acts.pair.setting.list;
    let peer = || ("peer", Json::from("other.example"));
    let elsewhere = || acts.request(&|fields| fields.authority = ELSEWHERE);
    let at = |time: u64| ("asked_at", Json::from(time));
    let silent = || ("consent_to_disclose", Json::from(false));
    let later = List { since: NOW.0 + 601, ..list.clone() };
    table.refuse("foreign_platform", "relayed", [peer()]);
    table.refuse("foreign_platform", "relayed, for another authority", [peer(), elsewhere()]);
    table.refuse("foreign_authority", "for another authority", [elsewhere()]);
    table.refuse("wrong_answer", "a login is wanted", [("body", acts.login.encode().into())]);
    table.refuse("wrong_clock", "601 seconds before the list", [("list", later.encode().into())]);
    table.refuse("list_expired", "the list is over", [("list", ending(list, NOW.0))]);
    table.refuse("expired", "601 seconds after the expiry", [at(acts.fields.expiry + 601)]);
    let far = acts.request(&|fields| fields.expiry = NOW.0 + 87_001);
    table.refuse("range", "87,001 seconds before the expiry", [far]);
    let two = acts.request(&|fields| fields.slots.truncate(1));
    table.refuse("epoch_not_accepted", "the present slot is not listed", [two]);
    let unmet = || acts.request(&|fields| fields.conditions[0].1 = false_flag());
    table.refuse("disclosure_without_consent", "no consent, and unmet", [silent(), unmet()]);
    table.refuse("condition_unmet", "a condition is not met", [unmet()]);

    let entrance = acts.entrance.of_lead();
    let login = |change: &dyn Fn(&mut Fields<'static>)| ("body", asked(&acts.login, change));
    table.refuse("foreign_platform", "a login, relayed", with(entrance.clone(), [peer()]));
    let expired = login(&|fields| fields.expiry = NOW.0 - 601);
    table.refuse("expired", "a login, 601 seconds too late", with(entrance, [expired]));

    let issuance = acts.issuance.of_lead();
    let offer = &acts.issuance.body;
    let changed = |bytes: Vec<u8>| ("body", Json::from(bytes));
    let epoch = (TODAY + 2).to_be_bytes();
    let none = [&offer[..106], &[0]].concat();
    for (error, comment, input) in [
        ("foreign_authority", "an offer from another host", peer()),
        ("unpinned_parameters", "an offer of another key", changed(replaced(offer, 2, [1; 32]))),
        ("wrong_epoch", "an offer of another epoch", changed(replaced(offer, 34, epoch))),
        ("foreign_commitment", "an offer for C_u + G", changed(moved(offer, 74))),
        ("schema", "an offer without values", changed(none)),
    ] {
        table.refuse(error, comment, with(issuance.clone(), [input]));
    }
    // Its own half is no commitment of this person.
    let C_1 = encode(&acts.pair.secrets.C_1);
    let half = changed(replaced(offer, 74, C_1));
    table.refuse("foreign_commitment", "an offer for C_1", with(issuance, [half]));

    let enrollment = acts.enrollment.of_lead();
    let ticket = &acts.enrollment.body[3 + AUTHORITY.len()..];
    let foreign = changed(Wire::new(2).short(ELSEWHERE).put(ticket).bytes());
    table.accept("a ticket, whoever sent it", with(enrollment.clone(), [peer()]));
    table.refuse("foreign_authority", "another authority's ticket", with(enrollment, [foreign]));
    table
}

/// The bytes of a hexadecimal text.
pub fn hex(json: &Json) -> Vec<u8> {
    let Json::Text(text) = json else { panic!("no bytes") };
    hex::decode(text).unwrap()
}

fn false_flag() -> pairnym::attribute::Condition {
    pairnym::attribute::Condition::Equals(false.into())
}

fn commit(acts: &Acts<'_>) -> Table {
    let mut table = acts.led("commit");
    let list = &acts.pair.setting.list;
    let approval = &acts.presentation.moves[1];
    let changed = |bytes: Vec<u8>| ("co_approval", Json::from(bytes));
    let other_pid = |approval: &[u8]| changed(replaced(approval, 2, run::<32>(0x72)));
    let without = |approval: &[u8]| changed([&approval[..66], &[0]].concat());
    let at = |time: u64| ("now", Json::from(time));
    let late = acts.fields.expiry + 601;
    let item = |bytes: Vec<u8>| ("stored_evidence", Json::from(stored_by(&WARD, &bytes)));
    let spoilt = || item(more(&acts.item, 194));
    let foreign = || item(replaced(&acts.item, 2, [1; 32]));
    let opposite = || changed(replaced(approval, 67, opposite(acts)));
    // Whatever the second says, the lead cannot yet tell.
    table.accept("N_2 + G", [changed(moved(approval, 67))]);
    table.accept("another h", [changed(replaced(approval, 34, run::<32>(0x74)))]);
    table.accept("600 seconds after the expiry", [at(late - 1)]);
    table.refuse("rejected", "another pid", [other_pid(approval)]);
    table.refuse("rejected", "another pid, too late", [other_pid(approval), at(late)]);
    table.refuse("rejected", "no N_2", [without(approval)]);
    table.refuse("expired", "601 seconds after the expiry", [at(late)]);
    table.refuse("expired", "too late, another credential's evidence", [at(late), foreign()]);
    let until = list.until;
    table.refuse("list_expired", "the list is over by then", [at(until)]);
    table.refuse("foreign_evidence", "another credential's evidence", [foreign()]);
    table.refuse("foreign_evidence", "the same, and N = O", [foreign(), opposite()]);
    table.refuse("fault", "rho + 1", [spoilt()]);
    table.refuse("fault", "rho + 1, and N = O", [spoilt(), opposite()]);
    table.refuse("rejected", "N = O", [opposite()]);

    let entrance = || acts.entrance.of_lead();
    let approval = &acts.entrance.moves[1];
    let late = acts.login.expiry + 601;
    table.refuse("rejected", "a login, another pid", with(entrance(), [other_pid(approval)]));
    table.refuse("rejected", "a login, no N_2", with(entrance(), [without(approval)]));
    table.refuse("expired", "a login, too late", with(entrance(), [at(late)]));
    let early = at(acts.login.expiry - 87_001);
    table.refuse("range", "a login, the clock was set back", with(entrance(), [early]));

    for (name, case) in [("an enrollment", &acts.enrollment), ("an issuance", &acts.issuance)] {
        let approval = &case.moves[1];
        let named = changed(Wire::new(0).put(&approval[2..66]).u8(1).points([&G]).bytes());
        let named = (named.0, header(&hex(&named.1)));
        let inputs = || case.of_lead();
        let comment = format!("{name}, another pid");
        table.refuse("rejected", comment, with(inputs(), [other_pid(approval)]));
        table.refuse("rejected", format!("{name}, with N_2"), with(inputs(), [named]));
    }
    let issuance = || acts.issuance.of_lead();
    let comment = "an issuance, and the list is over by then";
    table.refuse("list_expired", comment, with(issuance(), [at(until)]));
    let comment = "an issuance, two days later";
    table.refuse("wrong_epoch", comment, with(issuance(), [at(NOW.0 + 2 * DAY)]));
    table.accept("an enrollment, whenever", with(acts.enrollment.of_lead(), [at(0)]));
    table
}

/// The header of a CoApproval in the place of what stands there.
fn header(bytes: &[u8]) -> Json {
    replaced(bytes, 0, [1, 28]).into()
}

/// −N_1.
fn opposite(acts: &Acts<'_>) -> [u8; 32] {
    let (P, z) = scope(AUTHORITY, PLATFORM, acts.fields.label);
    encode(&-(f(&acts.pair.secrets.own, &z) * P))
}

fn answer(acts: &Acts<'_>) -> Table {
    let Secrets { d, C_u, .. } = &acts.pair.secrets;
    let [_, share] = acts.pair.kept_stored();
    let nonces = &acts.presentation.moves[2];
    let late = acts.fields.expiry + 601;
    let mut table = Table::new(
        "answer",
        object! {
            "share_master_secret": GUARDIAN,
            "authority_id": AUTHORITY,
            "stored_share": &share,
            "list": acts.pair.setting.list.encode(),
            "co_request": &acts.presentation.moves[0],
            "ticket": Json::Null,
            "consent_to_disclose": true,
            "second_coins": SECOND_COINS,
            "now": NOW.0,
            "kept_at": 1000_u64,
            "life": 120_u64,
            "earlier": nothing(),
            "answering_share": share,
            "answered_at": NOW.0,
            "taken_at": 1120_u64,
            "co_nonces": nonces,
        },
    );
    let other_pid = Wire::new(33).put(run::<32>(0x72)).put(LEAD_KEY).points([C_u]).scalars([d]);
    let other_pid = stored_by(&GUARDIAN, &other_pid.bytes());
    let sent = |bytes: Vec<u8>| ("co_nonces", Json::from(bytes));
    let of = |case: &Case| {
        let inputs = [("co_request", (&case.moves[0]).into()), sent(case.moves[2].clone())];
        let own = Json::from(&acts.enrollment.body);
        inputs.into_iter().chain([("ticket", own)]).collect::<Vec<_>>()
    };
    for (comment, case) in acts.others() {
        table.accept(comment, of(case));
    }
    // What the lead sends of its own the second cannot tell from anything else.
    table.accept("T_W1 + G", [sent(moved(nonces, 35))]);
    table.accept("N + G", [sent(moved(nonces, 99))]);
    table.accept("z_bar + 1", [sent(more(nonces, 259))]);
    table.accept("600 seconds after the expiry", [("answered_at", (late - 1).into())]);
    table.accept("a store that keeps sessions longer", [("life", 500_u64.into())]);

    let no_h = || sent(replaced(nonces, 34 - 32, run::<32>(0x74)));
    let foreign = || ("answering_share", Json::from(other_pid.clone()));
    let too_late = || ("answered_at", Json::from(late));
    let login = || {
        let h = &nonces[2..34];
        sent(replaced(&acts.entrance.moves[2], 2, h))
    };
    let opening = sent(replaced(&acts.enrollment.moves[2], 2, &nonces[2..34]));
    table.refuse("no_session", "another h", [no_h()]);
    table.refuse("no_session", "121 seconds later", [("taken_at", 1121_u64.into())]);
    let long = [("life", 500_u64.into()), ("taken_at", 1121_u64.into())];
    table.refuse("no_session", "121 seconds later, in such a store", long);
    let short = [("life", 60_u64.into()), ("taken_at", 1061_u64.into())];
    table.refuse("no_session", "a store that keeps sessions for a minute", short);
    table.refuse("no_session", "a second time", [("earlier", list([nonces]))]);
    let wrong = hex(&login().1);
    table.refuse("no_session", "after a wrong act", [("earlier", list([wrong]))]);
    table.refuse("no_session", "another h, another pairing", [no_h(), foreign()]);
    table.refuse("foreign_pairing", "another pairing of the device", [foreign()]);
    table.refuse("foreign_pairing", "the same, too late", [foreign(), too_late()]);
    table.refuse("expired", "601 seconds after the expiry", [too_late()]);
    table.refuse("expired", "too late, another act", [too_late(), login()]);
    let early = ("answered_at", Json::from(acts.fields.expiry - 87_001));
    table.refuse("range", "the clock was set back", [early]);
    table.refuse("rejected", "a login's", [login()]);
    table.refuse("rejected", "an opening's", [opening]);
    // T_W that leaves O: only a guess of T_G does.
    let T_G = |case: &Case, at| point(&case.moves[3], at);
    let left = |case: &Case, at, T_W| {
        let nonces = replaced(&case.moves[2], at, encode(&T_W));
        let mut inputs = of(case);
        inputs[1] = sent(nonces);
        inputs
    };
    let (shown, entrance) = (&acts.presentation, &acts.entrance);
    table.refuse("rejected", "T_1 = O", left(shown, 35, T_G(shown, 35)));
    table.refuse("rejected", "T_2 = O", left(shown, 67, -T_G(shown, 67)));
    table.refuse("rejected", "a login, T = O", left(entrance, 35, -T_G(entrance, 67)));
    for (name, case) in [("an enrollment", &acts.enrollment), ("an issuance", &acts.issuance)] {
        table.refuse("rejected", format!("{name}, T = O"), left(case, 35, -T_G(case, 35)));
    }
    table.accept("T_W1 = -T_G1", left(shown, 35, -T_G(shown, 35)));
    table
}

fn complete_act(acts: &Acts<'_>) -> Table {
    let mut table = acts.led("complete_act");
    let cases = [("a presentation", &acts.presentation)].into_iter().chain(acts.others());
    for (name, case) in cases {
        let answer = &case.moves[3];
        let points = if answer[34] == 1 { 1 } else { 2 };
        let z = 35 + 32 * points;
        let T_G = [("T_G1", 35), ("T_G2", 67)];
        let mut faults = shaken(answer, &T_G[..points], &[("z", z)]);
        let changed = |comment: &str, bytes| (comment.to_owned(), bytes);
        faults.push(changed("another h", replaced(answer, 2, run::<32>(0x74))));
        let first = [&answer[..34], &[1], &answer[35..67], &answer[z..]].concat();
        let twice = [&answer[..34], &[2], &answer[35..67], &answer[35..67], &answer[z..]].concat();
        if points == 2 {
            faults.push(changed("T_G1 alone", first));
            faults.push(changed("T_G1 and T_G2 exchanged", swapped(answer, 35, 67)));
        } else {
            faults.push(changed("T_G1 twice", twice));
        }
        for (comment, bytes) in faults {
            let inputs = with(case.of_lead(), [("co_answer", bytes.into())]);
            table.refuse("rejected", format!("{name}, {comment}"), inputs);
        }
    }
    // Approval and answer of a second with another share: the message that they would make is
    // right, under another 网号.
    let mut secrets = acts.pair.secrets.clone();
    secrets.d += Scalar::ONE;
    let (_, played) = logging_in(&secrets, &acts.login);
    let other =
        [("co_approval", (&played.moves[1]).into()), ("co_answer", (&played.moves[3]).into())];
    table.refuse("rejected", "a login under d + 1", with(acts.entrance.of_lead(), other));
    // Nothing of the answer is right but for another N_2.
    let approval = moved(&acts.entrance.moves[1], 67);
    let other = with(acts.entrance.of_lead(), [("co_approval", approval.into())]);
    table.refuse("rejected", "a login, N_2 + G", other);
    table
}
