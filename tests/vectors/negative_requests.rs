//! Requests that a platform does not make (SPEC §10.1).

use pairnym::attribute::Condition;
use pairnym_testkit::{DAY, NOW};

use crate::json::Json;
use crate::negative_steps::{TOMORROW, Table, ending};
use crate::parameter_list::List;
use crate::requests::{Asked, conditions_json};
use crate::setting::{Setting, rotated};

pub fn make_request(setting: &Setting) -> Table {
    let here = &setting.list;
    let mut table =
        Table::new("make_request", Json::Object(Asked::bare(here.clone(), NOW.0).json()));
    let now = |now: u64| ("now", Json::from(now));
    let life = |life: u64| ("life", Json::from(life));
    let login = || ("wanted", Json::from("login"));
    let names = |names: &[&str]| ("disclosures", crate::json::list(names.iter().copied()));
    let conditions = |all: &[(&str, Condition)]| ("conditions", conditions_json(all));
    let statement = |text: &str| ("statement", Json::from(text));
    let over = || now(here.until);
    let two = |at: u64| [("list", Json::from(rotated(TOMORROW).encode())), now(at)];

    table.accept("the longest login", [login(), life(86_400)]);
    table.refuse("range", "a login for a day and a second", [login(), life(86_401)]);
    table.refuse("range", "a presentation for a day and a second", [life(86_401)]);
    table.accept("the longest presentation", [life(85_200)]);
    table.refuse("range", "a presentation, 1,199 seconds less than an epoch", [life(85_201)]);
    table.accept("a login at the end of all time", [login(), now(u64::MAX - 900)]);
    table.refuse("range", "a login a second later", [login(), now(u64::MAX - 899)]);
    table.refuse("range", "a login that expires after all time", [login(), now(u64::MAX - 299)]);
    table.refuse("range", "the end of all time comes before the list", [now(u64::MAX - 899)]);
    table.refuse("list_expired", "the list is over", [over()]);
    table.accept("the end + 600 is its last second", [("list", ending(here, NOW.0 + 901))]);
    let ends = || ("list", ending(here, NOW.0 + 900));
    table.refuse("list_expired", "the list is over at the end + 600", [ends()]);
    table.accept("a login when the list is over", [login(), over()]);
    let mut later = here.clone();
    later.entries[0].0 = TOMORROW;
    let early = || ("list", Json::from(later.encode()));
    table.refuse("range", "no slot yet", [early()]);
    let [l, n] = [early(), now(TOMORROW - 901)];
    table.refuse("range", "no slot yet, a second too early for the first", [l, n]);
    table.accept("the first slot is near", [early(), now(TOMORROW - 900)]);
    let mut hours = rotated(TOMORROW + 9 * DAY);
    hours.entries[1].1.epoch_length = 3600;
    let hours = || ("list", Json::from(List { since: NOW.0, ..hours.clone() }.encode()));
    table.accept("the shortest epoch of the list is an hour", [hours(), life(2400)]);
    table.refuse("range", "1,199 seconds less than the shortest epoch", [hours(), life(2401)]);

    table.refuse("unknown_attribute", "an attribute of no schema", [names(&["name"])]);
    table.refuse("unknown_attribute", "no attribute's name", [names(&["Region"])]);
    let [l, n] = two(TOMORROW - 901);
    let guardian = || names(&["guardian"]);
    table.refuse("unknown_attribute", "rotation: of the new key only", [l, n, guardian()]);
    let [l, n] = two(TOMORROW);
    let comment = "rotation: the slot of now - 600 lacks it";
    table.refuse("unknown_attribute", comment, [l, n, guardian()]);
    let [l, n] = two(TOMORROW + 600);
    table.accept("rotation: only the slot before lacks it", [l, n, guardian()]);
    let region = || names(&["region"]);
    let wrong = |condition: Condition| conditions(&[("region", condition)]);
    for (comment, condition) in [
        ("a text of at least 1", Condition::AtLeast(1)),
        ("a text of at most 1", Condition::AtMost(1)),
        ("a text equal to a flag", Condition::Equals(true.into())),
        ("a text equal to absent", Condition::Equals(pairnym::attribute::Value::Absent)),
        ("a text of 256 bytes", Condition::Equals("a".repeat(256)[..].into())),
    ] {
        table.refuse("schema", comment, [region(), wrong(condition)]);
    }
    let undisclosed = || conditions(&[("assurance", Condition::AtLeast(1))]);
    table.refuse("condition_not_disclosed", "on what is not disclosed", [undisclosed()]);
    let blank = || wrong(Condition::Equals(" ".into()));
    table.refuse("text", "equal to a blank text", [region(), blank()]);
    table.refuse("text", "an empty statement", [statement("")]);
    table.refuse("text", "a statement with U+200B", [statement("a\u{200b}")]);
    table.refuse("text", "a login with a blank statement", [login(), statement(" \n ")]);
    table.accept("a statement of 8,192 bytes", [statement(&"a".repeat(8192))]);
    table.refuse("range", "a statement of 8,193 bytes", [statement(&"a".repeat(8193))]);
    table.refuse("range", "a login with a disclosure", [login(), region()]);
    let both = [login(), undisclosed()];
    table.refuse("range", "a login with a condition", both);

    // The first of two.
    table.refuse("range", "a day and a second, and the list is over", [life(86_401), over()]);
    table.refuse(
        "list_expired",
        "the list is over, and a life too long for it",
        [over(), life(85_201)],
    );
    table.refuse(
        "list_expired",
        "over at the end + 600, an unknown attribute",
        [ends(), names(&["name"])],
    );
    let both = [life(85_201), names(&["name"])];
    table.refuse("range", "a life too long, and an unknown attribute", both);
    table.refuse("range", "no slot yet, and an unknown attribute", [early(), names(&["name"])]);
    let both = [names(&["name", "region"]), wrong(Condition::AtLeast(1))];
    table.refuse(
        "unknown_attribute",
        "an unknown attribute, and a condition that does not fit",
        both,
    );
    let both = [conditions(&[("age_over_18", Condition::AtLeast(1))])];
    table.refuse("schema", "does not fit, and is not disclosed", both);
    let both = [undisclosed(), statement("")];
    table.refuse("condition_not_disclosed", "not disclosed, and an empty statement", both);
    let long = "\u{200b}".repeat(2731);
    table.refuse("text", "a statement that is no text, of 8,193 bytes", [statement(&long)]);
    table
}
