//! SPEC §4.6 and the slots of §10.1, one second before, at and after every boundary.

use super::*;

/// One hour from day 1 on, two hours from day 2, a day from day 4, an hour from day 5.
fn four() -> ParameterList {
    list(&[(1, 1), (2, 2), (4, 24), (5, 1)])
}

fn slot(number: u64, hours: u64, epoch: u64) -> Slot {
    Slot { parameters: id(number, hours), epoch: Epoch(epoch) }
}

#[test]
fn boundaries() {
    let list = four();
    let at = |time| list.slot(UnixTime(time));
    assert_eq!(at(0), None);
    assert_eq!(at(DAY - 1), None);
    assert_eq!(at(DAY), Some(slot(1, 1, 24)));
    assert_eq!(at(DAY + HOUR - 1), Some(slot(1, 1, 24)));
    assert_eq!(at(DAY + HOUR), Some(slot(1, 1, 25)));
    assert_eq!(at(2 * DAY - 1), Some(slot(1, 1, 47)));
    assert_eq!(at(2 * DAY), Some(slot(2, 2, 24)));
    assert_eq!(at(2 * DAY + 2 * HOUR - 1), Some(slot(2, 2, 24)));
    assert_eq!(at(2 * DAY + 2 * HOUR), Some(slot(2, 2, 25)));
    assert_eq!(at(4 * DAY - 1), Some(slot(2, 2, 47)));
    assert_eq!(at(4 * DAY), Some(slot(3, 24, 4)));
    assert_eq!(at(5 * DAY - 1), Some(slot(3, 24, 4)));
    assert_eq!(at(5 * DAY), Some(slot(4, 1, 120)));
    assert_eq!(at(u64::MAX), Some(slot(4, 1, u64::MAX / HOUR)));
}

#[test]
fn slots_before() {
    let list = four();
    let before = |slot: Slot| list.slot_before(&slot);
    assert_eq!(before(slot(1, 1, 24)), None, "the first");
    assert_eq!(before(slot(1, 1, 25)), Some(slot(1, 1, 24)));
    assert_eq!(before(slot(2, 2, 24)), Some(slot(1, 1, 47)));
    assert_eq!(before(slot(2, 2, 25)), Some(slot(2, 2, 24)));
    assert_eq!(before(slot(3, 24, 4)), Some(slot(2, 2, 47)));
    assert_eq!(before(slot(4, 1, 120)), Some(slot(3, 24, 4)));
    let last = u64::MAX / HOUR;
    assert_eq!(before(slot(4, 1, last)), Some(slot(4, 1, last - 1)));
    // No slots of this list.
    assert_eq!(before(slot(4, 1, last + 1)), None, "its first second is no time");
    assert_eq!(before(slot(4, 1, u64::MAX)), None);
    assert_eq!(before(slot(1, 1, 48)), None, "after the entry's time");
    assert_eq!(before(slot(4, 1, 119)), None, "before it");
    assert_eq!(before(slot(5, 1, 120)), None, "not on the list");
    let begins_with_time = super::list(&[(0, 1)]);
    assert_eq!(begins_with_time.slot_before(&slot(1, 1, 0)), None);
    assert_eq!(begins_with_time.slot_before(&slot(1, 1, 1)), Some(slot(1, 1, 0)));
}

#[test]
fn slots_after() {
    let list = four();
    let after = |slot: Slot| list.slot_after(&slot);
    assert_eq!(after(slot(1, 1, 24)), Some(slot(1, 1, 25)));
    assert_eq!(after(slot(1, 1, 47)), Some(slot(2, 2, 24)));
    assert_eq!(after(slot(2, 2, 47)), Some(slot(3, 24, 4)));
    assert_eq!(after(slot(3, 24, 4)), Some(slot(4, 1, 120)));
    assert_eq!(after(slot(5, 1, 120)), None, "not on the list");
    let last = u64::MAX / HOUR;
    assert_eq!(after(slot(4, 1, last - 1)), Some(slot(4, 1, last)));
    assert_eq!(after(slot(4, 1, last)), None);
    assert_eq!(after(slot(4, 1, u64::MAX)), None);
    let begins_with_time = super::list(&[(0, 1)]);
    assert_eq!(begins_with_time.slot_after(&slot(1, 1, last)), None);
    assert_eq!(begins_with_time.slot_after(&slot(1, 1, u64::MAX)), None);
}

#[test]
fn slots_of_a_request() {
    let list = four();
    assert_eq!(list.shortest_epoch(), HOUR);
    let of = |now, life| list.slots_for(UnixTime(now), life);
    let at = 3 * DAY;
    let (n, p) = (slot(2, 2, 36), slot(2, 2, 35));
    assert_eq!(of(at + 600, 2400), (Some(p), vec![n]), "from the first second on");
    assert_eq!(of(at + 599, 2400), (Some(slot(2, 2, 34)), vec![p, n]));
    assert_eq!(of(at - 601, 0), (Some(slot(2, 2, 34)), vec![p]), "to the last second");
    assert_eq!(of(at - 600, 0), (Some(slot(2, 2, 34)), vec![p, n]));
    assert_eq!(of(at - 3001, 2400), (Some(slot(2, 2, 34)), vec![p]));
    assert_eq!(of(at - 3000, 2400), (Some(slot(2, 2, 34)), vec![p, n]));
    // Across rotations.
    let (a, b, c) = (slot(1, 1, 47), slot(2, 2, 24), slot(2, 2, 25));
    assert_eq!(of(2 * DAY, 300), (Some(slot(1, 1, 46)), vec![a, b]));
    assert_eq!(of(2 * DAY + 600, 300), (Some(a), vec![b]));
    assert_eq!(of(2 * DAY + 2 * HOUR, 300), (Some(a), vec![b, c]));
    assert_eq!(of(5 * DAY, 300), (Some(slot(2, 2, 47)), vec![slot(3, 24, 4), slot(4, 1, 120)]));
    assert_eq!(of(5 * DAY + 600, 300), (Some(slot(3, 24, 4)), vec![slot(4, 1, 120)]));
    // Before the first entry, and around it.
    assert_eq!(of(0, 0), (None, vec![]));
    assert_eq!(of(DAY - 601, 0), (None, vec![]));
    assert_eq!(of(DAY - 600, 0), (None, vec![slot(1, 1, 24)]));
    assert_eq!(of(DAY + 600, 0), (None, vec![slot(1, 1, 24)]));
    assert_eq!(of(DAY + HOUR, 0), (None, vec![slot(1, 1, 24), slot(1, 1, 25)]));
    assert_eq!(of(DAY + HOUR + 600, 0), (Some(slot(1, 1, 24)), vec![slot(1, 1, 25)]));
    // At both ends of time.
    let early = super::list(&[(0, 1)]);
    assert_eq!(early.slots_for(UnixTime(0), 0), (None, vec![slot(1, 1, 0)]));
    assert_eq!(early.slots_for(UnixTime(599), 2400), (None, vec![slot(1, 1, 0)]));
    let (_, slots) = early.slots_for(UnixTime(u64::MAX), u64::MAX);
    assert_eq!(slots.last(), early.slot(UnixTime(u64::MAX)).as_ref());
}

#[test]
fn shortest_of_all_entries() {
    assert_eq!(list(&[(1, 24), (2, 2), (3, 4)]).shortest_epoch(), 2 * HOUR);
    assert_eq!(list(&[(1, 24)]).shortest_epoch(), DAY);
}

#[test]
fn most_attributes_of_all_entries() {
    let with = |number, kinds: &[(&'static str, Kind)]| {
        with_schema(number, HOUR, Schema::new(kinds.iter().copied()).unwrap())
    };
    let many = [("a", Kind::Flag), ("b", Kind::Text), ("c", Kind::Integer)];
    let [day, until] = [DAY, 2 * DAY].map(UnixTime);
    let list = ParameterList::first(host(), day..until, day, with(1, &many)).unwrap();
    let list = list.rotate(day..until, until, with(2, &many[..2])).unwrap();
    assert_eq!(list.attributes(), 3);
    assert_eq!(four().attributes(), 0);
}

#[test]
fn time_is_over_at_until() {
    let list = four();
    assert_eq!(list.check_until(UnixTime(0)), Ok(()));
    assert_eq!(list.check_until(UnixTime(10 * DAY - 1)), Ok(()));
    assert_eq!(list.check_until(UnixTime(10 * DAY)), Err(Error::ListExpired));
    assert_eq!(list.check_until(UnixTime(u64::MAX)), Err(Error::ListExpired));
}
