//! A second's open sessions: bounded in number and in time (SPEC §20.3).

use super::*;

/// Sessions of one second, by their numbers.
struct Many {
    world: World,
    request: Vec<u8>,
}

impl Many {
    fn new() -> Self {
        let world = World::new();
        let pairing = world.pair.second.pairing().0;
        let body = world.login.bytes();
        Self { request: [&[1, 27], &pairing[..], &[0; 32], body].concat(), world }
    }

    fn session(&self, n: u8) -> CoSession {
        let bytes = with(&self.request, 34..66, &[n; 32]);
        let asked = self.world.pair.second.read(&bytes, self.world.list(), NOW).unwrap();
        let Asked::Answer(asked) = asked else { panic!() };
        asked.approve(&mut seeded(1)).unwrap().1
    }
}

fn after(seconds: u64) -> UnixTime {
    UnixTime(NOW.0 + seconds)
}

#[test]
fn no_session_lives_for_more_than_two_minutes() {
    let many = Many::new();
    for (life, longest) in
        [(1, 1), (119, 119), (120, 120), (121, 120), (86_400, 120), (u64::MAX, 120)]
    {
        for (seconds, found) in [(0, true), (longest, true), (longest + 1, false)] {
            let mut sessions = CoSessions::new(1, std::time::Duration::from_secs(life));
            let session = many.session(1);
            let id = *session.id();
            sessions.keep(session, NOW).unwrap();
            let taken = sessions.take(&id, after(seconds));
            assert_eq!(taken.err(), (!found).then_some(Error::NoSession), "{life} {seconds}");
        }
    }
}

#[test]
fn there_are_never_more_than_were_allowed() {
    let many = Many::new();
    let mut sessions = CoSessions::new(3, seconds(120));
    for n in 0..3 {
        assert!(sessions.has_room(NOW));
        sessions.keep(many.session(n), NOW).unwrap();
    }
    assert!(!sessions.has_room(after(120)));
    assert_eq!(sessions.keep(many.session(3), after(120)), Err(Error::Full));
    assert_eq!(sessions.len(), 3);
    let id = *many.session(1).id();
    assert_eq!(*sessions.take(&id, NOW).unwrap().id(), id);
    assert_eq!(sessions.take(&id, NOW).err(), Some(Error::NoSession), "once");
    sessions.keep(many.session(3), NOW).unwrap();
    assert!(sessions.has_room(after(121)), "old ones make room");
    assert!(sessions.is_empty());
}

/// Two threads with one CoNonces: one answer.
#[test]
fn of_two_threads_one_gets_the_session() {
    let many = Many::new();
    for n in 0..20 {
        let session = many.session(n);
        let id = *session.id();
        let sessions = std::sync::Mutex::new(CoSessions::new(1, seconds(120)));
        sessions.lock().unwrap().keep(session, NOW).unwrap();
        let take = || sessions.lock().unwrap().take(&id, NOW).is_ok();
        let taken = std::thread::scope(|scope| {
            let threads = [scope.spawn(take), scope.spawn(take)];
            threads.map(|thread| thread.join().unwrap())
        });
        assert_ne!(taken[0], taken[1]);
    }
}

#[test]
fn no_secret_shows() {
    let many = Many::new();
    let session = many.session(1);
    let shown = format!("{session:?}");
    assert_eq!(shown, format!("CoSession {{ id: {:?}, .. }}", session.id()));
    let second = &many.world.pair.second;
    let d = formulas::share(&masters(1).1, second.pairing());
    let digits = hex::encode(d.as_bytes());
    for shown in [format!("{second:?}"), format!("{:?}", second.transfer())] {
        assert!(shown.contains("pairing") && !shown.contains(&digits), "{shown}");
    }
}
