//! The guide: how to use pairnym, and what to look out for.
//!
//! [Roles](#roles) · [The platform's id](#the-platforms-id) ·
//! [Stores and databases](#stores-and-databases) · [Consent](#consent) ·
//! [What a wallet must do](#what-a-wallet-must-do) ·
//! [Rotation and withdrawal](#rotation-and-withdrawal) · [Deployment](#deployment) ·
//! [What goes wrong, and how it shows](#what-goes-wrong-and-how-it-shows)
//!
//! # Roles
//!
//! * The **authority** ([`Authority`]) is the state service. It checks identity once, and registers
//!   one [`Commitment`] for each person. In each slot of its [`ParameterList`] it issues a
//!   [`Credential`] and, in the same session, the [`Evidence`] with which that can be shown, each
//!   item once. It sees whom it issues to, and nothing of what for.
//! * The **holder** ([`Holder`]) is a person's device. Everything comes from one [`MasterSecret`]:
//!   whoever has it *is* that person.
//! * The **platform** ([`Platform`]) asks for a presentation, of which it learns a 网号
//!   ([`Pseudonym`]), "verified", and the attributes that the person agreed to disclose; or for a
//!   login, which is cheaper, needs no credential, and says nothing about validity. It calls nobody
//!   to verify either.
//!
//! Everything travels as bytes ([`Message::to_bytes`], [`Message::from_bytes`]), over connections
//! that are the application's, and time is an argument: the library has no network, no clock of its
//! own but [`UnixTime::now`](crate::UnixTime), and no global state.
//!
//! # The platform's id
//!
//! A [`PlatformId`] is the host that serves the platform's requests, and it is chosen **once for
//! life**: at another host every person has another 网号. Take the registrable domain if it can serve
//! requests itself, else one host of its own below it, shared by all sites and apps; pages elsewhere
//! link to it. An id is not a URL, has no port, and is lower case; `from_url_host` (feature `idna`)
//! makes one out of what a person wrote. For development take a name below `localhost`.
//!
//! To move to another name, let each person in one session log in under the old one and present
//! under the new one.
//!
//! One platform with several applications gives each a [label](RequestBuilder::label): a scope of its
//! own, with 网号s that cannot be linked to the others. Up to seven scopes of one person stay
//! unlinkable even to somebody who computes discrete logarithms; do not ask for more than you need.
//!
//! # Stores and databases
//!
//! An answer counts once: the nonce of its request is used up. So verifying has two phases.
//! [`Platform::check`] does all but the store. The value that it gives cannot be read before one of
//! three things has happened to its nonce:
//!
//! | your store | presentations | logins |
//! |---|---|---|
//! | synchronous ([`NonceStore`]) | [`Platform::verify`], or [`Unspent::spend`] | [`Platform::verify_login`] |
//! | asynchronous ([`AsyncNonceStore`]) | [`Unspent::spend_async`] | [`Visitor::is_account`], then the same |
//! | your own transaction | [`Unspent::after_spending`] with the number of changed rows | the same |
//!
//! The third is what most platforms want: pending requests are a table, and `DELETE … WHERE nonce =
//! …` in the transaction that makes the account is what uses up the nonce ([`Platform`] has it as an
//! example, and the repository has three servers that do it). Nothing may leave the server before that transaction is
//! committed. Batches go through [`spend_all`] and [`spend_all_async`], in one statement.
//!
//! A [`Visitor`] is a login that verifies *for somebody*: anybody can make one for a 网号 of their
//! own. So its 网号 is looked up among the accounts first, and only an account uses up the nonce.
//!
//! Two kinds of store are right: one that deletes what was pending, and one that inserts what was
//! used. In both it is the changed row that counts, never a `SELECT` before it. A store that is down
//! means refused.
//!
//! The authority's [`Registry`] (or [`AsyncRegistry`]) is unique in transaction, person and
//! commitment, each, and keeps what was deleted. [`Unregistered`] and [`Unissued`] are its two phases;
//! it is asked again at the moment of issuing. Evidence sessions are in memory only
//! ([`EvidenceSessions`]): two answers on one nonce would reveal the key.
//!
//! # Consent
//!
//! [`Received::from_host`] takes the bytes of a request with the host that the connection
//! authenticated; there is no other way to answer one, and none to take the host out of the message.
//! `Display` of a request is what the person must see: platform, purpose, what is wanted and
//! disclosed on which conditions, statement. [`Consent::to_answer`] is the person's consent to answer;
//! [`Consent::to_disclose`] is the separate one to disclose. Without it, a request that discloses is
//! refused.
//!
//! # What a wallet must do
//!
//! * Keep secret, credential and evidence where only the owner can open them, by their stored forms
//!   ([`Holder::store_credential`] and its neighbours), which carry a MAC.
//! * Delete an item of evidence **before** the presentation leaves, and have none in any backup: an
//!   item that is shown twice links the two presentations.
//! * Refresh early in a slot, at a random time; never because of a request. Drop a whole batch of
//!   evidence in which one item fails, and warn the person.
//! * Take the list from an authenticated source that is the same for everybody, the time from the
//!   device, and the platform from the connection.
//! * Ask each time. Let all refusals look the same to the platform. Keep each answered request as the
//!   person's history.
//!
//! All duties are in SPEC §16.1; PROFILE.md has more for a national service.
//!
//! # Rotation and withdrawal
//!
//! Keys change through a chain of lists, each of which every party adopts in its order
//! ([`Platform::adopt`] or, in a server, [`Platform::with_list`]; [`Holder::adopt`];
//! [`Authority::adopt`]). A new key begins where the old list ends ([`ParameterList::rotate`]), so
//! everybody knows it 72 hours before; the authority has both while the old one has anything open
//! ([`Authority::with_key`]). A stolen key is taken off at once ([`ParameterList::withdraw`]): nothing
//! verifies under it any more, everybody refreshes, and the accounts that it may have admitted are
//! found by [`Verified::slot`]. 网号s and logins do not change in either case.
//!
//! A list has to be authenticated before its first use, by signatures of keys that the application
//! pins, or by a public log; whoever is shown another list than everybody else can be recognised by
//! it. From then on the chain shows a fork, as [`Error::ConflictingList`]: an alarm.
//!
//! # Deployment
//!
//! * Authority: never snapshot, fork or migrate a process with open evidence sessions. Bound their
//!   number. Bring the holder back to the process that has its session. Publish one chain of lists.
//! * Platform: one store of nonces for all servers. Bind a pending request to the browser's session,
//!   and leave it pending until an answer has verified. Build the [`Platform`] once for each list, and
//!   [prepare](Platform::prepare) it when a slot begins.
//! * Everybody: clocks right within 300 seconds. A batch of 1,024 takes a core for tens of
//!   milliseconds: not on an asynchronous thread.
//!
//! # What goes wrong, and how it shows
//!
//! [`Error::class`] says whose affair an error is, [`Error::http_status`] what HTTP says of it, and
//! [`Error::code`] the name that SPEC §15 has for it. A proof that fails is always
//! [`Error::Rejected`], whatever the reason.
//!
//! | what you see | what it usually is |
//! |---|---|
//! | `rejected` | a tampered or mixed-up answer; the pending request of another browser; an answer made by another implementation with a bug: compare with the vectors |
//! | `foreign_platform` | the host in [`Platform::new`] is not the one that served the request; or somebody relays |
//! | `unpinned_parameters`, `epoch_not_accepted`, `stale_credential` | the device has not adopted the newest list, or has to refresh |
//! | `foreign_parameters` | the key was withdrawn: the person refreshes; or an authority was opened without the key of the offer |
//! | `missing_list` | a list in between was skipped: adopt it first |
//! | `wrong_epoch` | the authority does not have the key that issues now |
//! | `wrong_clock`, `list_expired` | a clock is wrong, or the list was not renewed in time |
//! | `replayed` | answered twice, or the pending request was deleted too early |
//! | `expired` | the person took too long; or a server's clock is ahead |
//! | `no_account` | a login under a 网号 without an account: offer to register |
//! | `incomplete` | a credential was completed with fewer batches than its parameters say |
//! | `fault` | the device computed or stored wrongly, and nothing left it |
//! | `conflicting_list` | two lists for one time: stop, and tell somebody |

use crate::authority::*;
use crate::holder::*;
use crate::message::*;
use crate::platform::*;
use crate::store::*;
use crate::{Error, ParameterList, PlatformId, Pseudonym};
