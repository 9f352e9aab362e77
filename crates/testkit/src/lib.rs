//! For testing a platform, a wallet or a service that uses [pairnym]: an authority, persons with
//! their devices, and answers that must be refused, all in one process and reproducible.
//!
//! * [`Service`]: an authority, the list that it publishes, and its registry; it rotates and
//!   withdraws keys.
//! * [`Person`]: a device with a credential (网证) and evidence, which answers the bytes of a request
//!   as a wallet does. [`Person::bad_answers`] are answers that no platform may accept.
//! * [`seeded`] and [`Given`]: randomness that is the same each time. Clocks are plain
//!   [`UnixTime`]s, [`NOW`] or any other.
//! * The parts of which these are made, to build your own world with: [`authority`], [`holder`],
//!   [`credential`] and so on.
//!
//! A platform's endpoint, tested:
//!
//! ```
//! use pairnym::{message::*, platform::*, store::*, *};
//! use pairnym_testkit::{NOW, Service, host, seeded};
//!
//! /// The endpoint under test: what it asks, and what it makes of the body of an answer.
//! struct Shop {
//!     platform: Platform,
//!     nonces: MemoryNonces,
//!     asked: Request,
//! }
//!
//! impl Shop {
//!     fn new(list: ParameterList, now: UnixTime) -> Result<Self, Error> {
//!         let platform = Platform::new(list, host("shop.example"));
//!         let asked = platform.request(Purpose::Registration).disclose("age_over_18");
//!         let asked = asked.build(now, &mut seeded(1))?;
//!         Ok(Self { platform, nonces: MemoryNonces::new(1_000), asked })
//!     }
//!
//!     fn register(&self, body: &[u8], now: UnixTime) -> Result<Pseudonym, Box<dyn std::error::Error>> {
//!         let presentation = Presentation::from_bytes(body)?;
//!         let verified = self.platform.verify(&self.asked, &presentation, now, &self.nonces)?;
//!         Ok(*verified.pseudonym())
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let service = Service::new(NOW);
//! let mut person = service.person(1, [("age_over_18", true.into())], NOW);
//! let shop = Shop::new(service.list().clone(), NOW)?;
//! let (tls_peer, request) = (host("shop.example"), shop.asked.to_bytes());
//!
//! for bad in person.bad_answers(&tls_peer, &request, NOW)? {
//!     assert!(shop.register(&bad.answer, NOW).is_err(), "accepted: {}", bad.what);
//! }
//! let answer = person.answer(&tls_peer, &request, NOW)?;
//! let late = UnixTime(NOW.0 + 3_600);
//! assert!(shop.register(&answer, late).is_err());
//! assert_eq!(shop.register(&answer, NOW)?, person.pseudonym(&tls_peer));
//! assert!(shop.register(&answer, NOW).is_err(), "accepted twice");
//!
//! // A wallet refuses what somebody relays.
//! assert_eq!(person.answer(&host("evil.example"), &request, NOW), Err(Error::ForeignPlatform));
//! # Ok(())
//! # }
//! ```
//!
//! # Panics
//!
//! This is code for tests. Where only a mistake in the test itself can make something fail, it
//! panics and says what it expected, instead of returning an error that every test would unwrap.
//! Anything that a test may want to see fail returns an error.

#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

extern crate alloc;

mod arriving;
mod bad;
mod fetching;
mod pair;
mod parties;
mod person;
mod random;
mod service;
mod stores;

pub use arriving::{arrived, received, received_offer, received_ticket, sent};
pub use bad::{Bad, tampered};
pub use fetching::{batch, by_name, credential, issued};
pub use pair::{Pair, masters};
pub use parties::{
    ATTRIBUTES, DAY, NOW, TEN_MINUTES, authority, authority_host, authority_id, holder, host, key,
    list, name, parameters, schema, seconds, values,
};
pub use person::Person;
pub use random::{Given, Seeded, seeded};
pub use service::Service;
pub use stores::{AnyNonce, Everybody};

#[cfg(doc)]
use pairnym::UnixTime;
