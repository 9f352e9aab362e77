//! Each nonce is won once, whatever the clock does, and a clock that is right again is enough.

use alloc::format;

use super::*;

const YEARS: u64 = 315_360_000;

fn spend(n: u64, expires: u64) -> Spend {
    let mut nonce = [0; 32];
    nonce[..8].copy_from_slice(&n.to_be_bytes());
    Spend { nonce: Nonce(nonce), expires: UnixTime(expires) }
}

/// Whether a call with this one nonce wins it.
fn wins(store: &MemoryNonces, n: u64, expires: u64, now: u64) -> Result<bool, Error> {
    let one = spend(n, expires);
    let won = NonceStore::spend(store, &[one], UnixTime(now))?;
    assert!(won.is_empty() || won == [one.nonce]);
    Ok(!won.is_empty())
}

#[test]
fn one_answer_during_a_jump_of_the_clock_locks_nobody_out() {
    let store = MemoryNonces::new(10);
    assert_eq!(wins(&store, 1, 1_300, 1_000), Ok(true));
    assert_eq!(wins(&store, 2, YEARS + 300, YEARS), Ok(true));
    assert_eq!(wins(&store, 3, 87_710, 87_410), Ok(true));
}

#[test]
fn many_answers_during_jumps_of_ten_years_lock_nobody_out_and_none_counts_twice() {
    let store = MemoryNonces::new(50);
    let mut used = Vec::new();
    let mut n = 0;
    // An hour each: right, ten years ahead, right again, ten years ahead again, and right.
    for (hour, ahead) in (0..).zip([0, YEARS, 0, YEARS, 0]) {
        for second in (0..3_600).step_by(20) {
            let now = 1_000_000 + 3_600 * hour + second + ahead;
            n += 1;
            assert_eq!(wins(&store, n, now + 300, now), Ok(true), "hour {hour}, second {second}");
            used.push((n, now + 300));
            // One that was used before, at a moment at which its request looks unexpired.
            let (old, expires) = used[(n * 7_919) as usize % used.len()];
            assert_eq!(wins(&store, old, expires, now.min(expires)), Ok(false));
        }
    }
    for (old, expires) in used {
        assert_eq!(wins(&store, old, expires, expires - 300), Ok(false));
    }
}

#[test]
fn a_store_that_a_jump_filled_has_room_when_the_clock_is_right() {
    let store = MemoryNonces::new(3);
    (0..3).for_each(|n| assert_eq!(wins(&store, n, YEARS + 300, YEARS), Ok(true)));
    assert_eq!(wins(&store, 3, YEARS + 300, YEARS), Err(Error::Full));
    assert_eq!(wins(&store, 4, 1_300, 1_000), Ok(true));
    assert_eq!(store.len(), 1);
    assert_eq!(wins(&store, 0, YEARS + 300, YEARS), Ok(false));
}

#[test]
fn a_nonce_is_kept_until_its_request_has_expired() {
    let store = MemoryNonces::new(10);
    assert_eq!(wins(&store, 1, 1_300, 1_000), Ok(true));
    assert_eq!(wins(&store, 1, 1_300, 1_300), Ok(false));
    assert_eq!(store.len(), 1);
    // A request with the longest life, made by a clock that is 600 s ahead.
    assert_eq!(wins(&store, 2, 1_000 + 87_000, 1_000), Ok(true));
    assert_eq!(wins(&store, 3, 1_400, 1_000), Ok(true));
    assert_eq!(store.len(), 3);
    assert_eq!(wins(&store, 4, 1_400, 1_301), Ok(true));
    assert_eq!(store.len(), 3, "the first was dropped");
    // The clock steps back.
    assert_eq!(wins(&store, 1, 1_300, 1_300), Ok(false));
}

#[test]
fn a_full_store_refuses_the_whole_call_and_uses_up_nothing_of_it() {
    let store = MemoryNonces::new(3);
    assert_eq!(wins(&store, 0, 1_300, 1_000), Ok(true));
    let three = [spend(1, 1_300), spend(2, 1_300), spend(3, 1_300)];
    assert_eq!(NonceStore::spend(&store, &three, UnixTime(1_000)), Err(Error::Full));
    assert_eq!(store.len(), 1);
    // One that was used before takes no room.
    let three = [spend(1, 1_300), spend(0, 1_300), spend(2, 1_300)];
    let won = NonceStore::spend(&store, &three, UnixTime(1_000)).unwrap();
    assert_eq!(won, [three[0].nonce, three[2].nonce]);
}

#[test]
fn a_nonce_twice_in_one_call_is_won_once() {
    let store = MemoryNonces::new(2);
    let all = [spend(1, 1_300), spend(2, 1_300), spend(1, 1_300)];
    let won = NonceStore::spend(&store, &all, UnixTime(1_000)).unwrap();
    assert_eq!(won, [all[0].nonce, all[1].nonce]);
}

#[test]
fn a_call_drops_a_bounded_number_of_nonces() {
    let store = MemoryNonces::new(1_000);
    let all: Vec<Spend> = (0..1_000).map(|n| spend(n, 1_300)).collect();
    NonceStore::spend(&store, &all, UnixTime(1_000)).unwrap();
    assert_eq!(wins(&store, 1_000, 2_300, 2_000), Ok(true));
    assert_eq!(store.len(), 1_000 - (WORK + 1) + 1);
    // Those that wait still count as used.
    assert_eq!(wins(&store, 999, 1_300, 1_000), Ok(false));
}

#[test]
fn a_large_call_finds_the_room_of_what_has_expired() {
    let store = MemoryNonces::new(1_000);
    for round in 0..3 {
        let all: Vec<Spend> = (0..1_000).map(|n| spend(round * 1_000 + n, round + 1)).collect();
        assert_eq!(NonceStore::spend(&store, &all, UnixTime(round + 1)).unwrap().len(), 1_000);
    }
}

#[test]
fn debug_shows_no_nonce() {
    let store = MemoryNonces::new(1);
    assert!(store.is_empty());
    assert_eq!(wins(&store, 0x77, 1_300, 1_000), Ok(true));
    assert_eq!(format!("{store:?}"), "MemoryNonces { used: 1, .. }");
    let shown = format!("{:?}", spend(0x77, 1_300));
    assert_eq!(shown, "Spend { nonce: Nonce(..), expires: UnixTime(1300) }");
}

#[cfg(feature = "std")]
#[test]
fn of_racing_threads_one_wins_each_nonce() {
    use std::sync::{Arc, Barrier};
    use std::thread;

    const THREADS: usize = 4;
    let store = Arc::new(MemoryNonces::new(10_000));
    let start = Barrier::new(THREADS);
    let race = |store: Arc<MemoryNonces>, thread| {
        start.wait();
        let mut won = Vec::new();
        for step in 0..500 {
            // Overlapping calls, in a different order in each thread.
            let mut all: Vec<Spend> = (step..step + 8).map(|n| spend(n, 300)).collect();
            all.rotate_left(thread);
            won.extend(NonceStore::spend(&store, &all, UnixTime(1)).unwrap());
        }
        won
    };
    let mut won = thread::scope(|scope| {
        let race = &race;
        let begin = |thread| {
            let store = store.clone();
            scope.spawn(move || race(store, thread))
        };
        let threads: Vec<_> = (0..THREADS).map(begin).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<Nonce>>()
    });
    won.sort();
    let all: Vec<Nonce> = (0..507).map(|n| spend(n, 300).nonce).collect();
    assert_eq!(won, all);
}

#[cfg(feature = "std")]
#[test]
fn after_a_panic_inside_the_store_is_unavailable() {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    let store = MemoryNonces::new(10);
    let inside = AssertUnwindSafe(|| store.0.with(|_| panic!("planted")));
    assert!(catch_unwind(inside).is_err());
    assert_eq!(wins(&store, 1, 1_300, 1_000), Err(Error::Unavailable));
    assert_eq!(store.len(), 0);
}
