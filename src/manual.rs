//! The guide: how to use pairnym, and what to watch out for.
//!
//! [Roles](#roles) · [The platform's id](#the-platforms-id) ·
//! [Stores and databases](#stores-and-databases) · [Consent](#consent) ·
//! [What a wallet must do](#what-a-wallet-must-do) ·
//! [Rotation and withdrawal](#rotation-and-withdrawal) ·
//! [A child and a guardian](#a-child-and-a-guardian-or-two-devices-of-one-person) ·
//! [Deployment](#deployment) ·
//! [What goes wrong, and how it shows](#what-goes-wrong-and-how-it-shows)
//!
//! # Roles
//!
//! * The **authority** ([`Authority`]) is the state service. It checks identity once, and registers
//!   one [`Commitment`] for each person. In each slot of its [`ParameterList`] it issues a
//!   [`Credential`] (网证) and, in the same session, [`Evidence`]: the items with which the
//!   credential can be presented, each of them once. It sees whom it issues to, but not what the
//!   credential is used for.
//! * The **holder** ([`Holder`]) is a person's device. Everything is derived from one
//!   [`MasterSecret`]: whoever has it *is* that person.
//! * The **platform** ([`Platform`]) asks for a presentation, from which it learns a 网号
//!   ([`Pseudonym`]), "verified", and the attributes that the person agreed to disclose; or for a
//!   login, which is cheaper, needs no credential, and says nothing about validity. It contacts
//!   nobody to verify either.
//!
//! Everything travels as bytes ([`Message::to_bytes`], [`Message::from_bytes`]) over connections
//! that the application makes, and time is an argument: the library has no network code, no clock
//! of its own except [`UnixTime::now`](crate::UnixTime), and no global state.
//!
//! # The platform's id
//!
//! A [`PlatformId`] is the host that serves the platform's requests, and it is chosen **once and
//! for all**: at another host every person has another 网号. Use the registrable domain if it can
//! serve requests itself, otherwise one dedicated host below it, shared by all sites and apps;
//! other pages link to that host. An id is not a URL, has no port, and is lower case;
//! `from_url_host` (feature `idna`) makes one from a host name as a person wrote it. For
//! development, use a name below `localhost`.
//!
//! To move to another name, have each person log in under the old one and, in the same session,
//! present under the new one.
//!
//! A platform with several applications gives each a [label](RequestBuilder::label): a scope of its
//! own, with 网号s that cannot be linked to those in other scopes. Up to seven scopes of one person
//! stay unlinkable even to somebody who can compute discrete logarithms; do not ask for more scopes
//! than you need.
//!
//! # Stores and databases
//!
//! An answer counts once: it uses up the nonce of its request. So verifying has two phases.
//! [`Platform::check`] does everything except the store. The value that it returns cannot be read
//! until the nonce has been used up in one of three ways:
//!
//! | your store | presentations | logins |
//! |---|---|---|
//! | synchronous ([`NonceStore`]) | [`Platform::verify`], or [`Unspent::spend`] | [`Platform::verify_login`] |
//! | asynchronous ([`AsyncNonceStore`]) | [`Unspent::spend_async`] | [`Visitor::is_account`], then the same |
//! | your own transaction | [`Unspent::after_spending`] with the number of changed rows | the same |
//!
//! The third is what most platforms want: pending requests are a table, and `DELETE … WHERE nonce =
//! …`, in the transaction that makes the account, is what uses up the nonce ([`Platform`] has an
//! example, and so has the platform among the repository's servers). Nothing may leave the server
//! before that transaction is committed. Batches go through [`spend_all`] and [`spend_all_async`],
//! in one statement.
//!
//! A [`Visitor`] is a login that verifies, which does not yet make it an account's: anybody can
//! make one for a 网号 of their own making. So look up its 网号 among the accounts first; only an
//! account uses up the nonce.
//!
//! Two kinds of store are correct: one that deletes what was pending, and one that inserts what was
//! used. In both, it is the changed row that counts, never a `SELECT` before it. If the store is
//! down, the answer is refused.
//!
//! In the authority's [`Registry`] (or [`AsyncRegistry`]) each transaction, each person and each
//! commitment is unique, and what was deleted leaves a trace. [`Unregistered`] and [`Unissued`]
//! wait for its word; it is asked again at the moment of issuing. Evidence sessions live in memory
//! only ([`EvidenceSessions`]): two answers with one nonce would reveal the key.
//!
//! # Consent
//!
//! [`Received::from_host`] takes the bytes of a request together with the host that the connection
//! authenticated; there is no other way to answer a request, and no way to take the host from the
//! message instead. The `Display` form of a request is what the person must see: the platform, the
//! purpose, which answer it wants, what it discloses on which conditions, and the statement.
//! [`Consent::to_answer`] is the person's consent to answer; [`Consent::to_disclose`] adds the
//! separate consent to disclose. Without the latter, a request that discloses is refused.
//!
//! # What a wallet must do
//!
//! * Keep the secret, the credential and the evidence where only the owner can open them; the last
//!   two in their stored forms ([`Holder::store_credential`] and its neighbours), which carry a
//!   MAC.
//! * Delete an item of evidence **before** the presentation leaves, and keep evidence out of
//!   backups: an item that is shown twice links the two presentations.
//! * Refresh early in a slot, at a random time; never because of a request. If one item of a batch
//!   of evidence fails, drop the whole batch, and warn the person.
//! * Take the list from an authenticated source that is the same for everybody, the time from the
//!   device, and the platform from the connection.
//! * Ask the person each time. Make all refusals look the same to the platform. Keep each answered
//!   request as the person's history.
//!
//! All duties are in SPEC §16.1; PROFILE.md has more for a national service.
//!
//! # Rotation and withdrawal
//!
//! Keys change through a chain of lists, which every party adopts one after another
//! ([`Platform::adopt`] or, in a server, [`Platform::with_list`]; [`Holder::adopt`];
//! [`Authority::adopt`]). A new key begins no earlier than the old list ends
//! ([`ParameterList::rotate`]), so everybody knows it 72 hours in advance; the authority holds both
//! keys as long as anything is open under the old one ([`Authority::add_key`]). A stolen key is
//! taken off the list at once ([`ParameterList::withdraw`]): nothing verifies under it any more,
//! everybody refreshes, and the accounts that it may have admitted are found by [`Verified::slot`].
//! 网号s and logins do not change in either case.
//!
//! A list must be authenticated before it is used, by signatures of keys that the application pins,
//! or by a public log; a person who is shown a different list from everybody else can be recognised
//! by it. To anybody who sees both branches, the chain then shows a fork as
//! [`Error::ConflictingList`]: an alarm.
//!
//! # A child and a guardian, or two devices of one person
//!
//! A [`Lead`](crate::shared::Lead) and a [`Second`](crate::shared::Second) are one holder: neither
//! enrolls, accepts a credential, presents or logs in alone, and authority and platform see ordinary
//! messages. The second's person sees each time what it is about. The application brings the
//! channel between the two devices and the screens; `examples/guardian.rs` shows every step.
//!
//! # Deployment
//!
//! * Authority: never snapshot, fork or migrate a process with open evidence sessions. Limit their
//!   number. Route each holder back to the process that has its session. Publish one chain of
//!   lists.
//! * Platform: use one store of nonces for all servers. Bind a pending request to the browser's
//!   session, and leave it pending until an answer has verified. Build the [`Platform`] once for
//!   each list, and [prepare](Platform::prepare) it when a slot begins.
//! * Everybody: keep clocks right within 300 seconds. A batch of 1,024 occupies a core for tens of
//!   milliseconds: do not verify it on an asynchronous executor's thread.
//!
//! The crate `pairnym-service` does all that: a platform as the process `pairnym-platform`, or as an
//! axum router with an extractor, and an authority as `pairnym-authority`, over SQLite or
//! PostgreSQL. Its README begins with a platform and a load that are started with one command each;
//! its DEPLOYMENT.md has several servers, reverse proxies, systemd, and what to back up and what
//! never to, and its RUNBOOKS.md the commands for rotations, thefts, restores and losses, which a test
//! runs. `pairnym-wallet` is a device: storage, consent, history and backup.
//!
//! # What goes wrong, and how it shows
//!
//! [`Error::class`] says whose problem an error is, [`Error::http_status`] which status a server
//! answers with, and [`Error::code`] what SPEC §15 calls it. A proof that fails is always
//! [`Error::Rejected`], whatever the reason.
//!
//! | what you see | what it usually is |
//! |---|---|
//! | `rejected` | a tampered or mixed-up answer; the pending request of another browser; a bug in another implementation, which made the answer: compare with the vectors |
//! | `foreign_platform` | the host in [`Platform::new`] is not the one that served the request; or somebody is relaying it |
//! | `unpinned_parameters`, `epoch_not_accepted`, `stale_credential` | the device has not adopted the newest list, or has to refresh its credential |
//! | `foreign_parameters` | the key was withdrawn: the person refreshes; or an authority was opened without the key of the offer |
//! | `missing_list` | a list in between was skipped: adopt it first |
//! | `wrong_epoch` | the authority does not have the key that issues now |
//! | `wrong_clock`, `list_expired` | a clock is wrong, or the list was not renewed in time |
//! | `replayed` | answered twice, or the pending request was deleted too early |
//! | `expired` | the person took too long; or a server's clock is ahead |
//! | `no_account` | a login under a 网号 without an account: offer to register |
//! | `incomplete` | a credential was completed with another number of batches than its parameters say |
//! | `foreign_pairing`, `foreign_ticket` | a message of another of the guardian's wards; a ticket that the guardian's device did not receive itself |
//! | `fault` | a machine computed or stored something wrongly; the result did not leave it |
//! | `conflicting_list` | two lists for one time: stop, and tell somebody |

use crate::authority::*;
use crate::holder::*;
use crate::message::*;
use crate::platform::*;
use crate::store::*;
use crate::{Error, ParameterList, PlatformId, Pseudonym};
