//! Each session is given out once, within its time, and there are never too many.

use alloc::format;

use super::*;

const LIFE: u64 = 30;

fn id(n: u64) -> SessionId {
    let mut id = [0; 32];
    id[..8].copy_from_slice(&n.to_be_bytes());
    SessionId(id)
}

fn sessions(most: usize) -> EvidenceSessions {
    EvidenceSessions::new(most, Duration::from_millis(LIFE * 1_000 + 999))
}

fn keep(sessions: &mut EvidenceSessions, n: u64, now: u64) -> Result<(), Error> {
    sessions.keep(EvidenceSession::empty(id(n)), UnixTime(now))
}

fn take(sessions: &mut EvidenceSessions, n: u64, now: u64) -> Result<(), Error> {
    let taken = sessions.take(&id(n), UnixTime(now))?;
    assert_eq!(*taken.id(), id(n));
    Ok(())
}

#[test]
fn a_session_is_taken_once() {
    let mut sessions = sessions(2);
    keep(&mut sessions, 1, 1_000).unwrap();
    assert_eq!(take(&mut sessions, 2, 1_000), Err(Error::NoSession));
    assert_eq!(take(&mut sessions, 1, 1_000), Ok(()));
    assert_eq!(take(&mut sessions, 1, 1_000), Err(Error::NoSession));
    assert!(sessions.is_empty());
}

#[test]
fn a_session_is_taken_until_its_time_is_over() {
    for (now, taken) in [(1_000 + LIFE, Ok(())), (1_001 + LIFE, Err(Error::NoSession))] {
        let mut sessions = sessions(2);
        keep(&mut sessions, 1, 1_000).unwrap();
        assert_eq!(take(&mut sessions, 1, now), taken);
        assert!(sessions.is_empty());
    }
}

#[test]
fn old_sessions_that_wait_to_be_dropped_are_not_given_out() {
    let mut sessions = sessions(500);
    (0..200).for_each(|n| keep(&mut sessions, n, 1_000).unwrap());
    // The last ones wait longest.
    assert_eq!(take(&mut sessions, 199, 2_000), Err(Error::NoSession));
    assert_eq!(sessions.len(), 200 - WORK - 1);
    assert_eq!(take(&mut sessions, 199, 1_000), Err(Error::NoSession), "and gone for good");
}

#[test]
fn a_call_drops_a_bounded_number_and_says_whether_more_may_wait() {
    let mut sessions = sessions(500);
    (0..150).for_each(|n| keep(&mut sessions, n, 1_000).unwrap());
    for (more, left) in [(true, 86), (true, 22), (false, 0), (false, 0)] {
        assert_eq!((sessions.purge(UnixTime(2_000)), sessions.len()), (more, left));
    }
}

#[test]
fn the_number_of_sessions_is_bounded_and_old_ones_make_room() {
    let mut sessions = sessions(2);
    for n in [1, 2] {
        assert!(sessions.has_room(UnixTime(1_000)));
        keep(&mut sessions, n, 1_000).unwrap();
    }
    assert!(!sessions.has_room(UnixTime(1_000 + LIFE)));
    assert_eq!(keep(&mut sessions, 3, 1_000 + LIFE), Err(Error::Full));
    assert!(sessions.has_room(UnixTime(1_001 + LIFE)));
    assert_eq!(keep(&mut sessions, 3, 1_001 + LIFE), Ok(()));
    assert_eq!(sessions.len(), 1);
}

#[test]
fn a_newer_session_with_the_same_id_has_its_own_time() {
    let mut sessions = sessions(1);
    keep(&mut sessions, 1, 1_000).unwrap();
    keep(&mut sessions, 1, 1_000 + LIFE).unwrap();
    assert_eq!(take(&mut sessions, 1, 1_000 + 2 * LIFE), Ok(()));
}

#[test]
fn a_clock_that_jumps_ten_years_ahead_and_back_leaves_no_old_session_and_no_full_store() {
    const YEARS: u64 = 315_360_000;
    let mut sessions = sessions(2);
    (1..=2).for_each(|n| keep(&mut sessions, n, YEARS).unwrap());
    assert_eq!(keep(&mut sessions, 3, 1_000), Ok(()));
    assert_eq!(sessions.len(), 1);
    assert_eq!(take(&mut sessions, 1, YEARS), Err(Error::NoSession));
    // A small step back does no harm.
    keep(&mut sessions, 4, 1_000).unwrap();
    assert_eq!(take(&mut sessions, 4, 1_000 - 600), Ok(()));
}

#[test]
fn at_the_end_of_time_nothing_is_kept() {
    let mut sessions = sessions(2);
    assert_eq!(keep(&mut sessions, 1, u64::MAX), Err(Error::Range));
    assert_eq!(keep(&mut sessions, 1, u64::MAX - LIFE), Ok(()));
    assert_eq!(take(&mut sessions, 1, u64::MAX), Ok(()));
}

#[test]
fn debug_shows_no_session() {
    let mut sessions = sessions(2);
    keep(&mut sessions, 1, 1_000).unwrap();
    assert_eq!(format!("{sessions:?}"), "EvidenceSessions { open: 1, .. }");
}
