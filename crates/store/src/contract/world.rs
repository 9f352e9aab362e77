//! A platform and a person who logs in there, to have answers that verify.

use std::time::Duration;

use pairnym::message::Request;
use pairnym::platform::{Platform, Returning};
use pairnym::{Message, Purpose, UnixTime};
use pairnym_testkit::{NOW, Person, Seeded, Service, host, seeded};

use crate::{Checked, Flow, Hashed, Reply, Row, State};

/// A platform with one visitor, whose every answer verifies. For tests and measurements.
pub struct World {
    platform: Platform,
    person: Person,
    rng: Seeded,
    made: u64,
}

/// A request that was made, and how it is answered.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The request.
    pub request: Request,
    /// Its handle.
    pub handle: Hashed,
    /// The cookie of the browser that began.
    pub browser: Hashed,
    /// The row to open.
    pub row: Row,
}

impl World {
    /// The world with this number: two of them share no rows.
    #[must_use]
    pub fn new(number: u8) -> Self {
        let service = Service::new(NOW);
        let person = Person::new(number, service.list(), []);
        let platform = Platform::new(service.list().clone(), host("shop.example"));
        Self { platform, person, rng: seeded(number.into()), made: u64::from(number) << 32 }
    }

    /// Makes a request for a login, valid for this time after [`NOW`].
    ///
    /// # Panics
    /// For a life of more than a day.
    pub fn ask(&mut self, flow: Flow, life: Duration) -> Asked {
        self.made += 1;
        let asking = self.platform.request_login(Purpose::Login).valid_for(life);
        let request = asking.build(NOW, &mut self.rng).expect("a request");
        let row = Row {
            nonce: *request.nonce(),
            request: request.to_bytes(),
            expires: request.expires(),
            flow,
            browser: self.hashed("browser"),
            context: b"/basket".to_vec(),
            state: State::Open,
        };
        Asked { request, handle: self.hashed("handle"), browser: row.browser, row }
    }

    /// A hash that belongs to the last request that was made.
    fn hashed(&self, r#use: &str) -> Hashed {
        Hashed::of(r#use, &self.made.to_be_bytes())
    }

    /// An answer to a request, by this attempt, which verifies at this time.
    ///
    /// # Panics
    /// If the request has expired.
    pub fn answer(
        &mut self,
        asked: &Asked,
        attempt: Hashed,
        now: UnixTime,
    ) -> Checked<Returning<u64>> {
        let login = self.person.log_in(&asked.request, NOW).expect("a login");
        let checked = self.platform.check(&asked.request, &login, now).expect("it verifies");
        let reply = Reply { attempt, message: Hashed::of("message", &login.to_bytes()) };
        Checked { handle: asked.handle, reply, code: code(attempt), unspent: checked.is_account(7) }
    }
}

/// The code that belongs to an attempt.
pub(super) fn code(attempt: Hashed) -> Hashed {
    Hashed::of("code", &attempt.0)
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("made", &self.made).finish_non_exhaustive()
    }
}
