//! lists.json (SPEC §§4.5, 4.6).

use pairnym::{Error, ParameterList, ParametersId, UnixTime, attribute::Kind};
use pairnym_testkit::{DAY, NOW, host};

use crate::json::{Json, check, list};
use crate::parameter_list::{List, Parameters, Slot, slot_json};
use crate::setting::{HOST, four, rotated, run, schema, withdrawn};

/// The start of the present day.
const TODAY: u64 = NOW.0 / DAY * DAY;
const HOUR: u64 = 3600;

/// Parameters of the key with this number.
fn numbered(number: u8) -> Parameters {
    Parameters::new(&run(number), schema(&four()))
}

#[test]
fn lists_json() {
    let (lists, cases) = (lists(), successions());
    made_by_the_library();
    check(
        "lists.json",
        "4.5",
        "lists: parameter lists with their encodings and ids; the slots of some times, each with \
         the slot before and the slot after. successions: what becomes of a further list at a \
         time: taken, same (nothing changes), or the error of section 15.2.",
        object! {
            "lists": list(lists.iter().map(|(comment, list)| list_json(comment, list))),
            "successions": list(cases.into_iter().map(Case::json)),
        },
    );
}

fn lists() -> Vec<(&'static str, List)> {
    let first = List::first(numbered(0x01));
    let mut hourly = rotated(TODAY);
    hourly.entries[1].1.epoch_length = HOUR as u32;
    let mut longer = rotated(TODAY / (7 * DAY) * 7 * DAY);
    longer.entries[1].1.epoch_length = 7 * DAY as u32;
    let mut late = first.clone();
    late.entries[0].0 = TODAY + DAY;
    let mut eight_entries = first.clone();
    for number in 1..8 {
        let from = TODAY + u64::from(number) * DAY;
        eight_entries.entries.push((from, numbered(0x10 * number)));
    }
    let mut shared_name = rotated(TODAY);
    shared_name.entries[1].1.schema = vec![("zeta", Kind::Text), ("region", Kind::Text)];
    let many = List {
        withdrawn: (0..=254).map(|i| (run(i), u64::MAX - u64::from(i))).collect(),
        ..first.next(first.since, first.until)
    };
    let longest = List {
        host: format!("{}.{}", "h".repeat(63), "z".repeat(63)),
        since: u64::MAX - 2_678_400,
        until: u64::MAX,
        serial: u32::MAX,
        previous: [0xff; 32],
        ..first.clone()
    };
    vec![
        ("the first list", first.clone()),
        ("the shortest time", List { until: first.since + 1, ..first.clone() }),
        ("the longest and latest time", longest),
        ("no key issues yet", late),
        ("two keys, both with epochs of a day", rotated(TODAY)),
        ("two keys, from days to hours", hourly),
        ("two keys, from days to weeks", longer),
        ("two keys with a name of one kind", shared_name),
        ("a withdrawn key and its replacement", withdrawn(&first)),
        ("eight keys", eight_entries),
        ("255 withdrawn keys", many),
    ]
}

fn list_json(comment: &'static str, of: &List) -> Json {
    let known = of.known();
    let mut times = vec![0, of.since, NOW.0, of.until];
    for (from, entry) in &of.entries {
        let second = from + u64::from(entry.epoch_length);
        times.extend([from.saturating_sub(1), *from, second - 1, second]);
    }
    times.sort_unstable();
    times.dedup();
    let slot = |time: u64| {
        let slot = of.slot(time);
        let before = slot.and_then(|slot| of.before(&slot));
        let after = slot.and_then(|slot| of.after(&slot));
        let same = |known: Option<pairnym::Slot>, slot: Option<Slot>| {
            assert_eq!(known.map(|slot| (slot.parameters.0, slot.epoch.0)), slot, "{comment}");
        };
        let theirs = known.slot(UnixTime(time));
        same(theirs, slot);
        same(theirs.and_then(|slot| known.slot_before(&slot)), before);
        let json = |slot: Option<Slot>| slot.as_ref().map(slot_json);
        object! {
            "time": time,
            "slot": json(slot),
            "before": json(before),
            "after": json(after),
        }
    };
    let entries = of.entries.iter().map(|(from, entry)| {
        object! { "from": *from, "parameters": entry.encode(), "params_id": entry.id() }
    });
    let gone =
        of.withdrawn.iter().map(|(id, since)| object! { "params_id": id, "suspect_since": *since });
    object! {
        "comment": comment,
        "authority_id": &of.authority[..],
        "host": &of.host[..],
        "serial": u64::from(of.serial),
        "previous": of.previous,
        "since": of.since,
        "until": of.until,
        "entries": list(entries),
        "withdrawn": list(gone),
        "encoding": of.encode(),
        "list_id": of.id(),
        "slots": list(times.into_iter().map(slot)),
    }
}

/// A list at hand, a further one, and when it is seen.
struct Case {
    comment: &'static str,
    at_hand: List,
    next: List,
    now: u64,
    outcome: &'static str,
}

impl Case {
    fn json(self) -> Json {
        let Self { comment, at_hand, next, now, outcome } = self;
        assert_eq!(at_hand.outcome(&next, now), outcome, "{comment}");
        let (known, successor) = (at_hand.known(), next.known());
        let told = match known.check_successor(&successor, UnixTime(now)) {
            Ok(true) => "taken",
            Ok(false) => "same",
            Err(error) => error.code(),
        };
        assert_eq!(told, outcome, "{comment}");
        let mut kept = known.clone();
        let replaced = kept.replace(successor.clone(), UnixTime(now));
        assert_eq!(replaced.is_ok_and(|taken| taken), outcome == "taken", "{comment}");
        assert_eq!(kept, if outcome == "taken" { successor } else { known }, "{comment}");
        object! {
            "comment": comment,
            "list": at_hand.encode(),
            "next": next.encode(),
            "now": now,
            "outcome": outcome,
        }
    }
}

/// The list at hand is the same in most cases: one key, ten days before and after now.
fn successions() -> Vec<Case> {
    let first = List::first(numbered(0x01));
    let renewed = first.next(NOW.0, NOW.0 + 20 * DAY);
    let mut cases = Vec::new();
    let mut add = |outcome, comment, at_hand: &List, next: &List, now: u64| {
        let (at_hand, next) = (at_hand.clone(), next.clone());
        cases.push(Case { comment, at_hand, next, now, outcome });
    };

    // 1 to 5, and which of two comes first.
    let with_id = |list: &List, id: &str| {
        let mut list = List { authority: id.into(), ..list.clone() };
        list.entries.iter_mut().for_each(|(_, entry)| entry.authority = id.into());
        list
    };
    add("taken", "a renewal, in the first second of its since", &first, &renewed, NOW.0);
    add("same", "the list at hand", &first, &first, NOW.0);
    add("same", "the list at hand, before its since", &first, &first, 0);
    let foreign = with_id(&renewed, "authority-2.example");
    add("foreign_authority", "another authority's", &first, &foreign, NOW.0);
    let foreign = with_id(&first, "authority-2.example");
    add("foreign_authority", "another authority's, the same serial", &first, &foreign, NOW.0);
    let same = List { until: first.until + 1, ..first.clone() };
    add("conflicting_list", "the same serial, another until", &first, &same, NOW.0);
    let early = List { since: NOW.0 + 1, ..same.clone() };
    add("conflicting_list", "the same serial, and early", &first, &early, NOW.0);
    let second = renewed.next(NOW.0, NOW.0 + 21 * DAY);
    let third = second.next(NOW.0, NOW.0 + 22 * DAY);
    add("stale_list", "the list before", &renewed, &first, NOW.0);
    add("stale_list", "the one before that", &second, &first, NOW.0);
    add("taken", "the one after the next, when the next is at hand", &renewed, &second, NOW.0);
    add("missing_list", "the one after the next", &first, &second, NOW.0);
    let skips = List { previous: first.id(), ..second.clone() };
    add("missing_list", "the same, with the id of the list at hand", &first, &skips, NOW.0);
    let last = List { serial: u32::MAX, ..second.clone() };
    add("missing_list", "the last serial of all", &first, &last, NOW.0);
    add("missing_list", "two are missing", &first, &third, NOW.0);
    let fork = List { previous: run(0x77), ..renewed.clone() };
    add("conflicting_list", "another previous", &first, &fork, NOW.0);
    add("conflicting_list", "another previous, and early", &first, &fork, NOW.0 - 1);
    add("early_list", "a second before its since", &first, &renewed, NOW.0 - 1);
    let backwards = List { until: first.until - 1, ..renewed.clone() };
    add("early_list", "early, and an earlier until", &first, &backwards, NOW.0 - 1);

    // 6: since and until.
    add("conflicting_list", "an earlier until", &first, &backwards, NOW.0);
    let until = List { until: first.until, ..renewed.clone() };
    add("taken", "the same until", &first, &until, NOW.0);
    let since = List { since: first.since - 1, until: first.until, ..renewed.clone() };
    add("conflicting_list", "an earlier since", &first, &since, NOW.0);
    let since = List { since: first.since, until: first.until, ..renewed.clone() };
    add("taken", "the same since", &first, &since, NOW.0);
    let later = first.next(first.until + 5 * DAY, first.until + 6 * DAY);
    add("taken", "the list at hand is over for days", &first, &later, later.since);
    let elsewhere = List { host: "id2.authority.example".into(), ..renewed.clone() };
    add("taken", "another host", &first, &elsewhere, NOW.0);

    // 6: slots.
    let other = numbered(0x81);
    let mut list = renewed.clone();
    list.entries = vec![(0, other.clone())];
    add("conflicting_list", "another key", &first, &list, NOW.0);
    let mut list = renewed.clone();
    list.entries[0].1.schema.pop();
    add("conflicting_list", "the same key with another schema", &first, &list, NOW.0);
    let mut list = renewed.clone();
    list.entries[0].1.epoch_length = 2 * DAY as u32;
    add("conflicting_list", "the same key with longer epochs", &first, &list, NOW.0);
    let mut list = renewed.clone();
    list.entries[0].1.batches = 2;
    add("conflicting_list", "the same key with more evidence", &first, &list, NOW.0);
    let mut list = renewed.clone();
    list.entries[0].0 = TODAY - DAY;
    add("taken", "from the first second of the slot before", &first, &list, NOW.0);
    list.entries[0].0 = TODAY;
    add("taken", "from the first second of the slot", &first, &list, NOW.0);
    list.entries[0].0 = TODAY + DAY;
    add("conflicting_list", "from the next slot on", &first, &list, NOW.0);
    let mut begins = first.clone();
    begins.entries[0].0 = TODAY + DAY;
    add("taken", "no key issues yet", &begins, &begins.next(NOW.0, begins.until), NOW.0);
    let mut sooner = begins.next(NOW.0, begins.until);
    sooner.entries[0].0 = TODAY;
    add("conflicting_list", "the first key begins a day sooner", &begins, &sooner, NOW.0);
    sooner.entries[0].0 = TODAY + 2 * DAY;
    add("conflicting_list", "the first key begins a day later", &begins, &sooner, NOW.0);

    // 6: rotation. The first list ends at a boundary, so that a key can begin there.
    let whole = List { until: TODAY + 10 * DAY, ..first.clone() };
    let rotation = |from: u64| {
        let mut next = whole.next(NOW.0, NOW.0 + 20 * DAY);
        next.entries.push((from, other.clone()));
        next
    };
    let at_until = rotation(whole.until);
    add("taken", "a new key from until on", &whole, &at_until, NOW.0);
    let before = rotation(whole.until - DAY);
    add("conflicting_list", "a new key an epoch before until", &whole, &before, NOW.0);
    let past = rotation(TODAY - 20 * DAY);
    add("conflicting_list", "a new key since long ago", &whole, &past, NOW.0);
    let removed = List {
        entries: vec![at_until.entries[0].clone()],
        ..at_until.next(at_until.since, at_until.until)
    };
    add("conflicting_list", "a future key is taken away", &at_until, &removed, NOW.0);
    let mut postponed = at_until.next(at_until.since, at_until.until);
    postponed.entries[1].0 += DAY;
    add("conflicting_list", "a future key begins later", &at_until, &postponed, NOW.0);
    let begun = whole.until;
    let without = |since: u64| {
        let mut next = at_until.next(since, at_until.until + 5 * DAY);
        next.entries.remove(0);
        next
    };
    let list = without(begun - 1);
    let comment = "the old key goes a second before the new one begins";
    add("conflicting_list", comment, &at_until, &list, list.since);
    let list = without(begun);
    add("taken", "the old key goes when the new one begins", &at_until, &list, list.since);
    let list = without(begun + 2 * DAY);
    let comment = "the old key goes after two epochs of the new one";
    add("taken", comment, &at_until, &list, list.since);
    let mut past = at_until.next(begun + 2 * DAY, at_until.until);
    past.entries[1].0 -= DAY;
    let comment = "a past slot changes hands";
    add("conflicting_list", comment, &at_until, &past, past.since);

    // 6: withdrawal.
    let stolen = withdrawn(&first);
    let id = first.entries[0].1.id();
    add("taken", "a withdrawal with a replacement", &first, &stolen, NOW.0);
    let mut list = stolen.clone();
    list.entries[0].1.X = first.entries[0].1.X;
    list.entries[0].1.batches = 2;
    add("conflicting_list", "the stolen key with other parameters", &first, &list, NOW.0);
    let next = |list: &List| list.next(list.since, list.until);
    add("taken", "the list after a withdrawal", &stolen, &next(&stolen), NOW.0);
    let forgets = List { withdrawn: vec![], ..next(&stolen) };
    add("conflicting_list", "a withdrawal is forgotten", &stolen, &forgets, NOW.0);
    let suspect = stolen.withdrawn[0].1;
    let dated = |time| List { withdrawn: vec![(id, time)], ..next(&stolen) };
    add("conflicting_list", "suspect a second later", &stolen, &dated(suspect + 1), NOW.0);
    add("taken", "suspect a second earlier", &stolen, &dated(suspect - 1), NOW.0);
    let returns = List { entries: first.entries.clone(), withdrawn: vec![], ..next(&stolen) };
    add("conflicting_list", "the stolen key comes back", &stolen, &returns, NOW.0);
    let more = List { withdrawn: vec![(run(0x70), 1), (id, suspect)], ..next(&stolen) };
    add(
        "taken",
        "a withdrawal of what was never on the list, in another order",
        &stolen,
        &more,
        NOW.0,
    );

    // Of three keys, the second issues; the first is S⁻, or was longer ago; the third is to come.
    let from = [0, TODAY, TODAY + 5 * DAY];
    let mut three = List::first(numbered(0x01));
    three.entries.extend([(from[1], numbered(0x41)), (from[2], numbered(0x81))]);
    let ids: Vec<_> = three.entries.iter().map(|(_, entry)| entry.id()).collect();
    let withdraws = |gone: &[usize], named: &[usize], replacement: Option<u64>| {
        let mut next = three.next(NOW.0 - HOUR, three.until);
        let replaced = replacement.map(|from| (from, numbered(0xc1)));
        next.entries =
            (0..3).filter(|i| !gone.contains(i)).map(|i| three.entries[i].clone()).collect();
        next.entries.extend(replaced);
        next.entries.sort_by_key(|(from, _)| *from);
        next.withdrawn = named.iter().map(|i| (ids[*i], NOW.0 - HOUR)).collect();
        next
    };
    let yesterday = Some(TODAY - DAY);
    let list = withdraws(&[0, 1], &[1], yesterday);
    add("taken", "the issuing key of three, with the one before it", &three, &list, NOW.0);
    let mut list = withdraws(&[1], &[1], Some(TODAY));
    add("conflicting_list", "the issuing key, the one before it stays", &three, &list, NOW.0);
    list.entries.remove(1);
    add("conflicting_list", "the same without a replacement", &three, &list, NOW.0);
    let list = withdraws(&[0], &[0], None);
    add("taken", "the key before, without a replacement", &three, &list, NOW.0);
    let list = withdraws(&[2], &[2], None);
    add("taken", "a key that has not begun, without a replacement", &three, &list, NOW.0);
    let list = withdraws(&[1, 2], &[2], Some(TODAY));
    add("conflicting_list", "a key that has not begun takes none with it", &three, &list, NOW.0);
    let list = withdraws(&[0, 1, 2], &[1, 2], yesterday);
    add("taken", "the issuing key and the next", &three, &list, NOW.0);
    let list = withdraws(&[0, 1, 2], &[1], yesterday);
    add("conflicting_list", "the issuing key takes the next with it", &three, &list, NOW.0);
    let list = withdraws(&[0, 1], &[0], yesterday);
    add("conflicting_list", "the key before takes the issuing one with it", &three, &list, NOW.0);
    cases
}

/// What the library makes is what is written down here.
fn made_by_the_library() {
    let entry = |parameters: &Parameters| {
        let list = List::first(parameters.clone()).known();
        list.entries().next().unwrap().parameters().clone()
    };
    let (old, new) = (numbered(0x01), numbered(0x81));
    let written = List { until: TODAY + 10 * DAY, ..List::first(old.clone()) };
    let time = |list: &List| (UnixTime(list.since), UnixTime(list.until));
    let (since, until) = time(&written);
    let first = ParameterList::first(host(HOST), since..until, UnixTime(0), entry(&old)).unwrap();
    assert_eq!(first, written.known());

    let renewed = written.next(NOW.0, NOW.0 + 20 * DAY);
    let (since, until) = time(&renewed);
    assert_eq!(first.renew(since..until).unwrap(), renewed.known());

    let mut rotation = renewed.clone();
    rotation.entries.push((written.until, new.clone()));
    let from = UnixTime(written.until);
    let rotated = first.rotate(since..until, from, entry(&new)).unwrap();
    assert_eq!(rotated, rotation.known());
    let soon = UnixTime(written.until - DAY);
    assert_eq!(first.rotate(since..until, soon, entry(&new)).unwrap_err(), Error::Range);

    let settled = List {
        entries: vec![(written.until, new)],
        ..rotation.next(written.until + 2 * DAY, rotation.until + DAY)
    };
    let (since, until) = time(&settled);
    assert_eq!(rotated.renew(since..until).unwrap(), settled.known());
    let kept = rotation.next(settled.since - 1, settled.until);
    let (since, until) = time(&kept);
    assert_eq!(rotated.renew(since..until).unwrap(), kept.known());

    let written = List::first(old);
    let stolen = withdrawn(&written);
    let (since, until) = time(&stolen);
    let (id, suspect) = stolen.withdrawn[0];
    let (id, suspect) = (ParametersId(id), UnixTime(suspect));
    let replacement = Some(entry(&stolen.entries[0].1));
    let made = written.known().withdraw(since..until, &id, suspect, replacement).unwrap();
    assert_eq!(made, stolen.known());
}
