//! An authority and a platform as processes, and people with wallets: every call at another process;
//! each process killed at each call; clocks apart; the database lost; a backup restored; a full disk.
//! After each of these all logs are searched.

mod support;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use pairnym_servers::{Server, Shared, pgbouncer, postgres};
use pairnym_transport::wallet::HttpRequest;
use pairnym_wallet::{Http, Offline, Response};
use support::world::{Engine, World, faketime, with_clock};

static POSTGRES: Shared = Shared::new();

#[test]
fn one_process_each() {
    let world = World::start(&Engine::Sqlite);
    world.life(&world, 1);
    assert_eq!(world.counts(), (1, 1, 0));
    world.finish();
}

/// Two of each: every call of a wallet and of the platform's back end at another one.
#[test]
fn every_call_at_another_process() {
    let Some(server) = POSTGRES.get(postgres) else { return };
    let world = World::start(&Engine::Postgres(&server, server.port));
    for number in 1..=3 {
        world.life(&world, number);
    }
    assert_eq!(world.counts(), (3, 3, 0));
    world.finish();
}

#[test]
fn through_pgbouncer() {
    let Some(server) = POSTGRES.get(postgres) else { return };
    let Some(pgbouncer) = pgbouncer(&server) else { return };
    let world = World::start(&Engine::Postgres(&server, pgbouncer.port));
    world.life(&world, 1);
    assert_eq!(world.counts(), (1, 1, 0));
    world.finish();
}

/// The search of the logs finds what it is for.
#[test]
fn a_planted_line_is_found() {
    let world = World::start(&Engine::Sqlite);
    let mut human = world.human(1);
    let code = world.counter("identify", 1).unwrap();
    world.secret(code.clone());
    human.wallet.enroll(&world, code.parse().unwrap(), world.now()).unwrap();
    assert_eq!(world.leak(), None);
    world.run(&format!("echo 'a line with {code}' >>log/pairnym-authority@authority"));
    assert!(world.leak().unwrap().ends_with(&format!("a line with {code}")));
}

/// Kills a process with `kill -9` at the next call it is armed for, before the call or after it, and
/// starts it again.
struct Killer<'a> {
    world: &'a World,
    unit: &'a str,
    call: AtomicUsize,
    /// The response of every call whose number is odd is lost, too.
    lost: AtomicUsize,
}

impl Http for Killer<'_> {
    fn call(&self, request: &HttpRequest) -> Result<Response, Offline> {
        let number = self.call.fetch_add(1, Ordering::Relaxed);
        let strike = || {
            self.world.kill(self.unit);
            self.world.systemctl(&["start", self.unit]);
        };
        if number.is_multiple_of(2) {
            strike();
            return self.world.call(request);
        }
        let response = self.world.call(request);
        strike();
        // Every other time the wallet never hears of it, and repeats the call.
        match self.lost.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            true => Err(Offline),
            false => response,
        }
    }
}

/// A process is lost at every call of a life, before the call or after it, and the person goes on.
fn killed_at_every_call(world: &World) {
    for (number, unit) in (1..).zip(&world.units) {
        let (call, lost) = Default::default();
        let killer = Killer { world, unit, call, lost };
        world.life(&killer, number);
        assert!(killer.call.load(Ordering::Relaxed) > 10, "{unit}");
        let people = u64::from(number);
        assert_eq!(world.counts(), (people, people, 0), "{unit}");
    }
}

#[test]
fn killed_with_sqlite() {
    let world = World::start(&Engine::Sqlite);
    killed_at_every_call(&world);
    world.finish();
}

#[test]
fn killed_with_postgres() {
    let Some(server) = POSTGRES.get(postgres) else { return };
    let world = World::start(&Engine::Postgres(&server, server.port));
    killed_at_every_call(&world);
    world.finish();
}

/// The database fails in the middle of what six people do, and comes back; each did everything, once.
fn in_mid_life(fail: impl FnOnce(&mut Server), mend: impl FnOnce(&mut Server)) {
    let Some(mut server) = postgres() else { return };
    let world = World::start(&Engine::Postgres(&server, server.port));
    let (calls, failing, refused) = Default::default();
    let middle = Middle { world: &world, calls, failing, refused };
    std::thread::scope(|scope| {
        let middle = &middle;
        let live = |number| scope.spawn(move || middle.world.life(middle, number));
        let lives: Vec<_> = (1..=6).map(live).collect();
        while middle.calls.load(Ordering::SeqCst) <= Middle::BEFORE {
            std::thread::sleep(Duration::from_millis(1));
        }
        fail(&mut server);
        middle.failing.store(true, Ordering::SeqCst);
        mend(&mut server);
        for life in lives {
            life.join().unwrap();
        }
    });
    assert!(middle.refused.into_inner() > 0, "nothing went wrong");
    assert_eq!(world.counts(), (6, 6, 0));
    world.finish();
}

/// Lets some calls pass and holds the others until the failure, so that it is in the middle on a fast
/// machine and on a slow one. Counts what is refused because a store is down, and finds nothing worse.
struct Middle<'a> {
    world: &'a World,
    calls: AtomicUsize,
    failing: AtomicBool,
    refused: AtomicUsize,
}

impl Middle<'_> {
    const BEFORE: usize = 20;
}

impl Http for Middle<'_> {
    fn call(&self, request: &HttpRequest) -> Result<Response, Offline> {
        if self.calls.fetch_add(1, Ordering::SeqCst) >= Self::BEFORE {
            while !self.failing.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        let response = self.world.call(request)?;
        if response.status >= 500 {
            assert_eq!(response.status, 503, "{}", String::from_utf8_lossy(&response.body));
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        Ok(response)
    }
}

#[test]
fn the_database_is_killed() {
    let kill = |server: &mut Server| server.signal("KILL");
    in_mid_life(kill, |server| {
        let pause = || std::thread::sleep(Duration::from_millis(300));
        pause();
        server.start();
        pause();
        kill(server);
        pause();
        server.start();
    });
}

#[test]
fn the_database_stands_still() {
    in_mid_life(
        |server| server.signal("STOP"),
        |server| {
            std::thread::sleep(Duration::from_secs(13));
            server.signal("CONT");
        },
    );
}

/// One of each two processes is ahead by 90 seconds, the other one behind.
#[test]
fn clocks_differ() {
    let Some(server) = POSTGRES.get(postgres) else { return };
    if faketime().is_none() {
        return;
    }
    let world = World::prepare(&Engine::Postgres(&server, server.port));
    for (unit, clock) in world.units.iter().zip(["+90", "-90", "-90", "+90", "+90", "-90"]) {
        let mut command = world.bash(&format!("systemctl start {unit}; date +%s"));
        with_clock(&mut command, clock);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let shown: i64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
        let ahead = shown - pairnym::UnixTime::now().0.cast_signed();
        assert!((85..=95).contains(&ahead.abs()), "{ahead} s");
    }
    for number in 1..=3 {
        world.life(&world, number);
    }
    assert_eq!(world.counts(), (3, 3, 0));
    world.finish();
}

/// No file may grow any more: what writes is refused, and all goes on once there is room.
#[test]
fn the_disk_is_full() {
    let world = World::prepare(&Engine::Sqlite);
    // Otherwise the signal ends them.
    world.run(&format!("trap '' XFSZ; systemctl start {}", world.units.join(" ")));
    let mut human = world.life(&world, 1);
    let limit = |bytes: &str| {
        world.run(&format!(
            "for file in run/*; do prlimit --pid $(cat $file) --fsize={bytes}:; done"
        ));
    };
    limit("4096");
    let failed = human.wallet.refresh(&world, |_| true, world.now()).unwrap_err();
    assert_eq!(failed.code(), "unavailable");
    let asked = world.asked(&world, &mut human, "register").unwrap_err();
    assert!(asked.starts_with("503"), "{asked}");
    limit("unlimited");
    world.refresh(&world, &mut human);
    world.present(&world, &mut human);
    world.life(&world, 2);
    assert_eq!(world.counts(), (2, 2, 0));
    world.finish();
}
