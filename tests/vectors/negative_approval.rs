//! What a second does not consent to (SPEC §20.3).

use pairnym::attribute::{Condition, Value};
use pairnym_testkit::NOW;

use crate::formulas::{Wire, encode, encode_value};
use crate::json::Json;
use crate::negative_shared::{Acts, ELSEWHERE, hex};
use crate::negative_steps::{Table, ending, moved, replaced};
use crate::pair::{ATTEMPT, GUARDIAN, PID};
use crate::parameter_list::{List, Parameters};
use crate::requests::Fields;
use crate::setting::{AUTHORITY, run};

/// A CoRequest for a presentation.
struct Asked<'a> {
    pid: [u8; 32],
    fields: Fields<'a>,
    slot: u8,
    values: Vec<Value>,
}

impl Asked<'_> {
    fn encode(&self) -> Json {
        let wire = Wire::new(27).put(self.pid).put(ATTEMPT).put(self.fields.encode());
        let wire = wire.u8(self.slot).u8(self.values.len() as u8);
        wire.put(self.values.iter().map(encode_value).collect::<Vec<_>>().concat()).bytes().into()
    }
}

pub fn approve(acts: &Acts<'_>) -> Table {
    let setting = &acts.pair.setting;
    let right = || Asked {
        pid: PID,
        fields: acts.fields.clone(),
        slot: 1,
        // Of the age and of the assurance.
        values: setting.values[..2].to_vec(),
    };
    assert_eq!(hex(&right().encode()), acts.presentation.moves[0]);
    let [_, share] = acts.pair.kept_stored();
    let mut table = Table::new(
        "approve",
        object! {
            "share_master_secret": GUARDIAN,
            "authority_id": AUTHORITY,
            "stored_share": share,
            "list": setting.list.encode(),
            "co_request": right().encode(),
            "ticket": Json::Null,
            "consent_to_disclose": true,
            "now": NOW.0,
            "most": 1_u64,
            "kept_at": 0_u64,
        },
    );
    let request = |change: &dyn Fn(&mut Asked<'_>)| {
        let mut asked = right();
        change(&mut asked);
        ("co_request", asked.encode())
    };
    let foreign = Parameters { authority: ELSEWHERE.into(), ..setting.parameters().clone() };
    let elsewhere = || ("list", Json::from(List::first(foreign.clone()).encode()));
    let over = || ("list", ending(&setting.list, NOW.0));
    let silent = || ("consent_to_disclose", Json::from(false));
    let full = || ("most", Json::from(0_u64));
    let late = || ("kept_at", Json::from(u64::MAX - 119));
    let (expired, far) = (NOW.0 - 601, NOW.0 + 87_001);
    table.accept("600 seconds after the expiry", [request(&|it| it.fields.expiry = NOW.0 - 600)]);
    table.accept(
        "87,000 seconds before the expiry",
        [request(&|it| it.fields.expiry = NOW.0 + 87_000)],
    );
    table.accept("at the end of all time", [("kept_at", Json::from(u64::MAX - 120))]);
    // That platform and epoch are right is the lead's affair.
    table.accept("another platform", [request(&|it| it.fields.platform = "other.example")]);
    table.accept("another epoch", [request(&|it| it.fields.slots[1].1 = 1)]);
    table.refuse("foreign_pairing", "another pid", [request(&|it| it.pid = run(0x72))]);
    let both = request(&|it| {
        it.pid = run(0x72);
        it.fields.authority = ELSEWHERE;
    });
    table.refuse("foreign_pairing", "another pid, another authority", [both]);
    let foreign_request = || request(&|it| it.fields.authority = ELSEWHERE);
    table.refuse("foreign_authority", "for another authority", [foreign_request()]);
    table.refuse("foreign_authority", "its own list is another authority's", [elsewhere()]);
    let comment = "request and list are another authority's";
    table.refuse("foreign_authority", comment, [foreign_request(), elsewhere()]);
    let both = request(&|it| {
        it.fields.authority = ELSEWHERE;
        it.fields.expiry = expired;
    });
    table.refuse("foreign_authority", "for another authority, and expired", [both]);
    let too_late = || request(&|it| it.fields.expiry = expired);
    table.refuse("expired", "601 seconds after the expiry", [too_late()]);
    table.refuse("expired", "expired, and the list is over", [too_late(), over()]);
    let too_early = || request(&|it| it.fields.expiry = far);
    table.refuse("range", "87,001 seconds before the expiry", [too_early()]);
    table.refuse("range", "the same, and the list is over", [too_early(), over()]);
    table.refuse("list_expired", "the list is over", [over()]);
    let unpinned = || request(&|it| it.fields.slots[1].0 = [1; 32]);
    table.refuse("list_expired", "the list is over, another key", [over(), unpinned()]);
    table.refuse("unpinned_parameters", "another key", [unpinned()]);
    table.accept("another key in another slot", [request(&|it| it.fields.slots[0].0 = [1; 32])]);
    let both = request(&|it| {
        it.fields.slots[1].0 = [1; 32];
        it.values.swap(0, 1);
    });
    table.refuse("unpinned_parameters", "another key, and unfit values", [both]);
    table.refuse("schema", "values of other kinds", [request(&|it| it.values.swap(0, 1))]);
    let unknown = request(&|it| it.fields.disclosures[1] = "birth_date");
    table.refuse("schema", "an attribute that the schema does not have", [unknown]);
    let text = request(&|it| {
        it.fields.conditions[0].1 = Condition::Equals("yes".into());
    });
    table.refuse("schema", "an operand of another kind", [text]);
    let unmet = || request(&|it| it.values[0] = false.into());
    table.refuse("condition_unmet", "a value that does not meet its condition", [unmet()]);
    table.refuse("condition_unmet", "the same, and no consent", [unmet(), silent()]);
    let absent = request(&|it| it.values[1] = Value::Absent);
    table.refuse("condition_unmet", "an absent value", [absent]);
    table.refuse("disclosure_without_consent", "no consent", [silent()]);
    table.refuse("disclosure_without_consent", "no consent, no room", [silent(), full()]);
    table.refuse("full", "no room", [full()]);
    table.refuse("range", "a session beyond all time", [late()]);
    table.refuse("range", "the same, and no room", [late(), full()]);
    approve_openings(acts, &mut table);
    approve_login(acts, &mut table);
    table
}

/// Of tickets and offers.
fn approve_openings(acts: &Acts<'_>, table: &mut Table) {
    let list = &acts.pair.setting.list;
    let [ticket, offer] = [&acts.enrollment, &acts.issuance].map(|case| &case.moves[0]);
    let own = || ("ticket", Json::from(&acts.enrollment.body));
    let asked = |bytes: Vec<u8>| ("co_request", Json::from(bytes));
    table.accept("a ticket", [asked(ticket.clone()), own()]);
    let id = 66 + 2 + 1 + AUTHORITY.len();
    let other = || replaced(ticket, id, run::<32>(0x42));
    table.refuse("foreign_ticket", "another transaction", [asked(other()), own()]);
    let nonce = replaced(ticket, id + 32, run::<32>(0x62));
    table.refuse("foreign_ticket", "another nonce", [asked(nonce), own()]);
    let other_pid = asked(replaced(&other(), 2, run::<32>(0x72)));
    table.refuse("foreign_pairing", "another pid, another transaction", [other_pid, own()]);
    let foreign = Wire::new(27).put(PID).put(ATTEMPT).put([1, 2]).short(ELSEWHERE);
    let foreign = asked(foreign.put(&ticket[id..]).bytes());
    table.refuse("foreign_authority", "another authority's ticket", [foreign, own()]);
    // Nothing in a ticket depends on lists or clocks.
    let over = || ("list", ending(list, NOW.0));
    table.accept("a ticket, and the list is over", [asked(ticket.clone()), own(), over()]);

    table.accept("an offer", [asked(offer.clone())]);
    // The epoch is the lead's affair.
    let epoch = replaced(offer, 66 + 34, 1_u64.to_be_bytes());
    table.accept("an offer of another epoch", [asked(epoch)]);
    let place = 66 + 74;
    let unpinned = || replaced(offer, 66 + 2, [1; 32]);
    let none = |offer: &[u8]| [&offer[..place + 32], &[0]].concat();
    table.refuse("unpinned_parameters", "an offer of another key", [asked(unpinned())]);
    let comment = "an offer of another key, and the list is over";
    table.refuse("unpinned_parameters", comment, [asked(unpinned()), over()]);
    table.refuse("list_expired", "an offer, and the list is over", [asked(offer.clone()), over()]);
    let comment = "an offer for C_u + G, and the list is over";
    table.refuse("list_expired", comment, [asked(moved(offer, place)), over()]);
    table.refuse("foreign_commitment", "an offer for C_u + G", [asked(moved(offer, place))]);
    let half = replaced(offer, place, encode(&acts.pair.secrets.C_1));
    table.refuse("foreign_commitment", "an offer for C_1", [asked(half)]);
    let comment = "an offer for C_u + G, without values";
    table.refuse("foreign_commitment", comment, [asked(none(&moved(offer, place)))]);
    table.refuse("schema", "an offer without values", [asked(none(offer))]);
}

fn approve_login(acts: &Acts<'_>, table: &mut Table) {
    let list = &acts.pair.setting.list;
    let asked = |change: &dyn Fn(&mut Fields<'static>)| {
        let mut fields = acts.login.clone();
        change(&mut fields);
        ("co_request", Wire::new(27).put(PID).put(ATTEMPT).put(fields.encode()).bytes().into())
    };
    let silent = || ("consent_to_disclose", Json::from(false));
    table.accept("a login, which discloses nothing", [asked(&|_| ()), silent()]);
    table.accept("a login, and the list is over", [asked(&|_| ()), ("list", ending(list, NOW.0))]);
    table.refuse(
        "foreign_authority",
        "a login for another authority",
        [asked(&|fields| fields.authority = ELSEWHERE)],
    );
    table.refuse(
        "expired",
        "a login, 601 seconds too late",
        [asked(&|fields| fields.expiry = NOW.0 - 601)],
    );
    table.refuse(
        "range",
        "a login, 87,001 seconds too early",
        [asked(&|fields| fields.expiry = NOW.0 + 87_001)],
    );
}
