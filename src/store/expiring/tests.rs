//! Replacing, dropping a bounded number, and what is remembered of what was dropped.

use super::*;

const FOR_EVER: u64 = u64::MAX;

fn at(seconds: u64) -> UnixTime {
    UnixTime(seconds)
}

/// Entries 0 … n − 1, the i-th of which expires at 100 + i.
fn filled(n: u64, ahead: u64) -> Expiring<u64, char> {
    let mut map = Expiring::new(n as usize, ahead);
    (0..n).for_each(|i| map.insert(i, 'a', at(100 + i)).unwrap());
    map
}

#[test]
fn a_replaced_entry_has_the_new_expiry_only() {
    let mut map = filled(1, FOR_EVER);
    map.insert(0, 'b', at(200)).unwrap();
    assert_eq!((map.len(), map.by_expiry.len()), (1, 1));
    map.purge(at(150), WORK);
    assert_eq!(map.get(&0), Some(&'b'));
    assert!(!map.may_have_dropped(at(100)));
    map.insert(0, 'c', at(120)).unwrap();
    map.purge(at(150), WORK);
    assert_eq!((map.len(), map.by_expiry.len()), (0, 0));
}

#[test]
fn a_full_map_replaces_and_adds_nothing() {
    let mut map = filled(2, FOR_EVER);
    assert_eq!(map.insert(2, 'b', at(300)), Err(Error::Full));
    assert_eq!((map.len(), map.by_expiry.len(), map.get(&2)), (2, 2, None));
    map.insert(1, 'b', at(300)).unwrap();
    assert_eq!(map.get(&1), Some(&'b'));
    assert!(!map.has_room());
    map.remove(&0);
    assert!(map.has_room());
}

#[test]
fn an_entry_stands_until_its_expiry_and_at_it() {
    let mut map = filled(1, FOR_EVER);
    map.purge(at(100), WORK);
    assert_eq!(map.len(), 1);
    assert_eq!(map.take(&0, at(100)), Some('a'));
    let mut map = filled(1, FOR_EVER);
    assert_eq!(map.take(&0, at(101)), None);
    assert_eq!(map.len(), 0, "an expired entry that was asked for is gone");
    let mut map = filled(1, FOR_EVER);
    map.purge(at(101), WORK);
    assert_eq!(map.len(), 0);
}

#[test]
fn a_call_drops_a_bounded_number_and_the_earliest_first() {
    let mut map = filled(200, FOR_EVER);
    for left in [136, 72, 8, 0, 0] {
        map.purge(at(1_000), 64);
        assert_eq!((map.len(), map.by_expiry.len()), (left, left));
        assert!((0..200).all(|i| map.get(&i).is_some() == (i >= 200 - left as u64)));
    }
}

#[test]
fn what_a_clock_that_was_set_back_left_is_expired() {
    let mut map = filled(2, 50);
    map.purge(at(50), WORK);
    assert_eq!((map.get(&0), map.get(&1)), (Some(&'a'), None));
    assert!(map.may_have_dropped(at(101)) && !map.may_have_dropped(at(100)));
    assert_eq!(map.take(&0, at(49)), None);
}

#[test]
fn spans_cover_all_they_were_given() {
    // A linear congruence, so that the times come in no order.
    let times = (0..2_000u64).map(|i| (i * 7_919) % 100_003 * ((i % 5) * 1_000 + 1));
    let mut spans = Spans(Vec::new());
    let mut given = Vec::new();
    for time in times {
        spans.add(at(time));
        given.push(at(time));
        assert!(spans.0.len() <= SPANS);
        assert!(spans.0.iter().all(|(start, end)| start <= end));
        assert!(spans.0.windows(2).all(|two| two[0].1 < two[1].0), "{:?}", spans.0);
        assert!(given.iter().rev().take(20).all(|time| spans.has(*time)));
    }
    assert!(given.iter().all(|time| spans.has(*time)));
    for end in [0, u64::MAX] {
        spans.add(at(end));
        assert!(spans.has(at(end)));
    }
}

#[test]
fn spans_do_not_cover_what_lies_between_a_jump_and_ordinary_times() {
    const JUMP: u64 = 315_360_000;
    let mut spans = Spans(Vec::new());
    for day in 0..3 {
        (0..1_000).for_each(|i| spans.add(at(day * 86_400 + i * 13)));
        (0..100).for_each(|i| spans.add(at(day * 86_400 + JUMP + i * 13)));
        assert!(!spans.has(at((day + 1) * 86_400)));
        assert!(!spans.has(at(JUMP - 1)));
    }
}
