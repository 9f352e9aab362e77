//! A platform and a person who logs in there, to have answers that verify.

use std::time::Duration;

use pairnym::message::Request;
use pairnym::platform::{Platform, Returning};
use pairnym::{Message, Purpose, UnixTime};
use pairnym_testkit::{NOW, Person, Seeded, Service, host, seeded};

use crate::{Attempt, Checked, Flow, Handle, Hashed, Row, Stage};

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
    pub handle: Handle,
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
            browser: Hashed::of("browser", &self.made.to_be_bytes()),
            context: b"/basket".to_vec(),
            stage: Stage::Open,
        };
        let handle = Handle(u128::from(self.made).to_be_bytes());
        Asked { request, handle, browser: row.browser, row }
    }

    /// An answer to a request, by this attempt, which verifies at this time.
    ///
    /// # Panics
    /// If the request has expired.
    pub fn answer(
        &mut self,
        asked: &Asked,
        attempt: Attempt,
        now: UnixTime,
    ) -> Checked<Returning<u64>> {
        let login = self.person.log_in(&asked.request, NOW).expect("a login");
        let checked = self.platform.check(&asked.request, &login, now).expect("it verifies");
        let (handle, message) = (asked.handle, Hashed::of("message", &login.to_bytes()));
        Checked { handle, attempt, message, unspent: checked.is_account(7) }
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("made", &self.made).finish_non_exhaustive()
    }
}
