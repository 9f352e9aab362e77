//! Clocks that jump, and the end of all time: nothing is good for ever, nobody is locked out, and
//! no answer counts twice.

use super::*;
use common::life::Life;

const END: UnixTime = UnixTime(u64::MAX);

/// So many seconds in ten years.
const TEN_YEARS: u64 = 10 * 365 * DAY;

/// SPEC §10.1: `u64::MAX` is what a clock says that is broken. It makes and takes nothing.
#[test]
fn at_the_end_of_all_time_nothing_is_begun() {
    let life = Life::new();
    let rng = &mut seeded(1);
    let Life { authority, holder, platform, .. } = &life;
    let none = || Given::new(&[]);
    assert_eq!(END.after(seconds(1)), Err(Error::Range));
    assert_eq!(END.after(seconds(0)), Ok(END));
    for request in [platform.request(Purpose::Login), platform.request_login(Purpose::Login)] {
        let request = request.valid_for(seconds(0));
        assert_eq!(request.build(END, &mut none()).unwrap_err(), Error::Range);
    }
    let transaction = TransactionId([1; 32]);
    let ticket = authority.open_ticket(transaction, seconds(1), END, &mut none());
    assert_eq!(ticket.unwrap_err(), Error::Range);
    let named = by_name(authority, values());
    let offer = authority.offer(*holder.commitment(), named, TEN_MINUTES, END, &mut none());
    assert_eq!(offer.unwrap_err(), Error::ListExpired);
    let (session, _) = authority.open_evidence(&life.evidence_request, rng).unwrap();
    let mut sessions = EvidenceSessions::new(1, seconds(1));
    assert_eq!(sessions.keep(session, END), Err(Error::Range));
    assert!(sessions.is_empty());
}

#[test]
fn at_the_end_of_all_time_everything_has_ended() {
    let life = Life::new();
    let Life { authority, holder, platform, .. } = &life;
    let item = again(holder, &life.evidence[0]);
    let shown = present(holder, &life.credential, item, &life.request, END);
    assert_eq!(shown, Err(Error::ListExpired));
    assert_eq!(log_in(holder, &life.login_request, END), Err(Error::Expired));
    let verified = verdict_at(platform, &life.request, &life.presentation, END);
    assert_eq!(verified, Err(Error::ListExpired));
    let verified = login_verdict_at(platform, &life.login_request, &life.login, END);
    assert_eq!(verified, Err(Error::Expired));
    let enrolled =
        authority.check_enrollment(&life.ticket, &life.enrollment, PersonId([1; 32]), END);
    assert_eq!(enrolled.unwrap_err(), Error::Expired);
    let issued = authority.check_issuance(&life.offer, &life.issuance_request, END);
    assert_eq!(issued.unwrap_err(), Error::Expired);
    let offer = received_offer(holder.list(), &life.offer);
    let accepted = holder.request_credential(&offer, END, &mut seeded(1));
    assert_eq!(accepted.unwrap_err(), Error::ListExpired);
    let checked = platform.check(&life.login_request, &life.login, NOW).unwrap();
    let spent = checked.is_account(()).spend(&MemoryNonces::new(1), END);
    assert_eq!(spent.map_err(Error::from), Err(Error::Expired));
    // And at its beginning nothing has begun.
    let zero = UnixTime(0);
    let item = again(holder, &life.evidence[0]);
    let shown = present(holder, &life.credential, item, &life.request, zero);
    assert_eq!(shown, Err(Error::WrongClock));
    assert_eq!(log_in(holder, &life.login_request, zero), Err(Error::Range));
    let accepted = holder.request_credential(&offer, zero, &mut seeded(1));
    assert_eq!(accepted.unwrap_err(), Error::WrongEpoch);
}

/// A platform, its store, and people who log in by its clock.
struct Shop {
    world: World,
    nonces: MemoryNonces,
}

impl Shop {
    fn new(most: usize) -> Self {
        Self { world: World::new(), nonces: MemoryNonces::new(most) }
    }

    fn ask(&self, now: u64, seed: u64) -> Request {
        let ask = self.world.platform.request_login(Purpose::Login);
        ask.build(UnixTime(now), &mut seeded(seed)).unwrap()
    }

    /// A request and its answer, made at this time.
    fn answered(&self, now: u64, seed: u64) -> (Request, Login) {
        let request = self.ask(now, seed);
        let login = log_in(&self.world.holder, &request, UnixTime(now)).unwrap();
        (request, login)
    }

    fn verify(&self, (request, login): &(Request, Login), now: u64) -> Result<(), Error> {
        let platform = &self.world.platform;
        let find = |_: &Pseudonym| Some(());
        let now = UnixTime(now);
        platform.verify_login(request, login, find, now, &self.nonces)?;
        Ok(())
    }
}

/// One answer while the clock was ten years ahead, and everybody is served as before and after.
#[test]
fn a_clock_that_jumped_ahead_locks_nobody_out() {
    let shop = Shop::new(10);
    let now = NOW.0;
    let before = shop.answered(now, 1);
    assert_eq!(shop.verify(&before, now), Ok(()));
    let ahead = shop.answered(now + TEN_YEARS, 2);
    assert_eq!(shop.verify(&ahead, now + TEN_YEARS), Ok(()));
    // The clock is right again, soon and a day later.
    for (step, seed) in [(1, 3), (299, 4), (1000, 5), (87_110, 6)] {
        let answered = shop.answered(now + step, seed);
        assert_eq!(shop.verify(&answered, now + step), Ok(()), "{step}");
        assert_eq!(shop.verify(&answered, now + step), Err(Error::Replayed), "{step}");
    }
    // Neither of the first two counts again, by no clock.
    for clock in [now, now + 100, now + 300] {
        assert_eq!(shop.verify(&before, clock), Err(Error::Replayed));
    }
    for clock in [now, now + TEN_YEARS, now + TEN_YEARS + 300] {
        assert_eq!(shop.verify(&ahead, clock), Err(Error::Replayed));
    }
    assert_eq!(shop.verify(&ahead, now + TEN_YEARS + 301), Err(Error::Expired));
}

/// A jump does not fill the store for ten years either.
#[test]
fn a_clock_that_jumped_ahead_leaves_room() {
    let shop = Shop::new(2);
    let now = NOW.0;
    for seed in [1, 2] {
        let ahead = shop.answered(now + TEN_YEARS, seed);
        assert_eq!(shop.verify(&ahead, now + TEN_YEARS), Ok(()));
    }
    let third = shop.answered(now + TEN_YEARS, 3);
    assert_eq!(shop.verify(&third, now + TEN_YEARS), Err(Error::Full));
    for seed in [4, 5] {
        let answered = shop.answered(now, seed);
        assert_eq!(shop.verify(&answered, now), Ok(()));
    }
    assert_eq!(shop.verify(&shop.answered(now, 6), now), Err(Error::Full));
}

/// A clock that steps back admits no replay of what was forgotten meanwhile.
#[test]
fn a_clock_that_steps_back_admits_no_replay() {
    let shop = Shop::new(10);
    let now = NOW.0;
    let first: Vec<_> = (0..3).map(|seed| shop.answered(now, seed)).collect();
    first.iter().for_each(|answered| assert_eq!(shop.verify(answered, now), Ok(())));
    // Much later their nonces are forgotten.
    let later = shop.answered(now + 5000, 10);
    assert_eq!(shop.verify(&later, now + 5000), Ok(()));
    assert_eq!(shop.nonces.len(), 1);
    for clock in [now, now + 300] {
        for answered in &first {
            assert_eq!(shop.verify(answered, clock), Err(Error::Replayed));
        }
    }
    // Presentations and batches alike.
    let mut world = World::new();
    let request = world.request(1);
    let answer = world.present(&request);
    let (nonces, platform) = (MemoryNonces::new(10), &world.platform);
    let verify = |now| platform.verify_batch(&[(&request, &answer)], now, &nonces).unwrap();
    assert!(verify(NOW)[0].is_ok());
    let later = UnixTime(now + 5000);
    let other = platform.request_login(Purpose::Login).build(later, &mut seeded(9)).unwrap();
    let login = log_in(&world.holder, &other, later).unwrap();
    let find = |_: &Pseudonym| Some(());
    assert!(platform.verify_login(&other, &login, find, later, &nonces).is_ok());
    assert_eq!(verify(NOW), [Err(Error::Replayed)]);
}

/// A registry whose clock jumps enrolls nobody twice.
#[test]
fn a_registry_remembers_across_jumps() {
    let life = Life::new();
    let registry = MemoryRegistry::new(Reenrollment::Allowed);
    let person = |number| PersonId([number; 32]);
    let enroll = |now: u64, number| {
        let now = UnixTime(now);
        let unregistered =
            life.authority.check_enrollment(&life.ticket, &life.enrollment, person(number), now)?;
        Ok::<_, Error>(unregistered.register(&registry, now).map(|_| ())?)
    };
    assert_eq!(enroll(NOW.0, 1), Ok(()));
    assert_eq!(registry.delete(&person(1)), Ok(true));
    // Somebody else registers ten years ahead, so that old transactions are forgotten.
    let other = holder(3, life.authority.list());
    let ahead = UnixTime(NOW.0 + TEN_YEARS);
    let transaction = TransactionId([9; 32]);
    let rng = &mut seeded(1);
    let ticket = life.authority.open_ticket(transaction, TEN_MINUTES, ahead, rng).unwrap();
    let received = received_ticket(life.authority.list(), &ticket);
    let request = sent(&other.enroll(&received, rng).unwrap());
    let enrolled = life.authority.enroll(&ticket, &request, person(2), ahead, &registry);
    assert!(enrolled.is_ok());
    // The clock is right again. The old request is as little worth as before.
    assert_eq!(enroll(NOW.0, 1), Err(Error::TicketUsed));
    assert_eq!(enroll(NOW.0, 3), Err(Error::TicketUsed));
    assert_eq!(registry.commitment(&person(1)), Ok(None));
    // New tickets serve.
    let late = UnixTime(NOW.0 + 10);
    let transaction = TransactionId([8; 32]);
    let fresh = life.authority.open_ticket(transaction, TEN_MINUTES, late, rng).unwrap();
    let received = received_ticket(life.authority.list(), &fresh);
    let request = sent(&holder(4, life.authority.list()).enroll(&received, rng).unwrap());
    assert!(life.authority.enroll(&fresh, &request, person(4), late, &registry).is_ok());
}

/// A session that a clock ahead left behind is not given out, and takes no room.
#[test]
fn sessions_do_not_outlive_a_jump() {
    let life = Life::new();
    let open =
        |seed| life.authority.open_evidence(&life.evidence_request, &mut seeded(seed)).unwrap();
    let mut sessions = EvidenceSessions::new(1, seconds(60));
    let ahead = UnixTime(NOW.0 + TEN_YEARS);
    let (session, commitments) = open(1);
    sessions.keep(session, ahead).unwrap();
    assert_eq!(sessions.take(commitments.session(), NOW).unwrap_err(), Error::NoSession);
    let (session, commitments) = open(2);
    sessions.keep(session, ahead).unwrap();
    let (other, later) = open(3);
    assert_eq!(sessions.keep(other, NOW), Ok(()));
    assert_eq!(sessions.take(commitments.session(), ahead).unwrap_err(), Error::NoSession);
    assert!(sessions.is_empty(), "by the clock ahead the other one is too old");
    assert_eq!(sessions.take(later.session(), NOW).unwrap_err(), Error::NoSession);
}
