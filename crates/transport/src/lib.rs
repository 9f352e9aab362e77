//! How the messages of [pairnym] travel over HTTP between a wallet, a platform and an authority:
//! TRANSPORT.md, which is in the package and is cited by its sections (§).
//!
//! Nothing here opens a connection, reads a clock or draws a random number by itself: calls take
//! and return texts, bytes and times. It compiles to WebAssembly.
//!
//! | for | start with |
//! |---|---|
//! | a wallet | [`wallet::Invitation`]: from the text of a link or QR code, through all checks in their order, to the receipt |
//! | a platform | [`RequestUri`], [`envelope`]s, [`State::on`], [`Problem`] |
//! | a registrar | [`permission::Permission::sign`] |
//! | an authority | [`authority`] |
//!
//! # A platform's question, and what a wallet makes of it
//!
//! ```
//! use pairnym_testkit::{NOW, Service, host, seeded};
//! use pairnym_transport::envelope::{Envelope, Question};
//! use pairnym_transport::wallet::{CrossDevice, HttpResponse, Invitation, Next};
//! use pairnym_transport::{Attempt, Flow, Handle, Host, RequestUri};
//! use pairnym::{Message, Purpose, platform::Platform};
//!
//! // The platform.
//! let service = Service::new(NOW);
//! let platform = Platform::new(service.list().clone(), host("shop.example"));
//! let request = platform.request_login(Purpose::Login).build(NOW, &mut seeded(1))?;
//! let uri = RequestUri::new("shop.example".parse()?, Handle::generate(&mut seeded(2)));
//! let link = uri.link(&"wallet.example".parse::<Host>()?);
//! let question = Question { request: request.to_bytes(), flow: Flow::SameDevice, permission: None };
//! let body = question.to_json()?;
//!
//! // The wallet, which gets the link from the person and the body from the platform's host.
//! let invitation = Invitation::new(&link)?;
//! assert_eq!(invitation.get().url, uri.to_string());
//! let response = HttpResponse { status: 200, content_type: Question::MEDIA_TYPE, body: &body };
//! let checked = invitation.receive(response)?.check(&[], CrossDevice::default(), NOW)?;
//! let Next::Ask(asking) = checked.next(Attempt::generate(&mut seeded(3))) else { unreachable!("no pairing on the same device") };
//! println!("{}", **asking.request()); // and the person is asked
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod base64url;
mod bearer;
mod flow;
mod host;
mod object;
mod problem;
pub mod purpose;
mod signature;
mod state;
mod uri;

pub mod authority;
pub mod envelope;
pub mod pages;
pub mod permission;
pub mod wallet;

pub use bearer::{Attempt, Code, Digits, Handle, Token};
pub use ed25519_dalek;
pub use flow::Flow;
pub use host::Host;
pub use problem::{Problem, Refusal};
pub use signature::{PublicKey, WeakKey};
pub use state::{By, Event, State, Step};
pub use uri::{DoneUri, Link, RequestUri, UriError};

/// The most bytes of a body, either way (§3).
pub const MAX_BODY: usize = 131_072;
