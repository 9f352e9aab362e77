//! Everything that must be refused, and how.

#![allow(non_snake_case)] // The letters of SPEC: points are capital.

#[path = "../common/mod.rs"]
mod common;

/// Acts: what is signed, verified again.
mod acts;
/// Answers, evidence, 网号 and requests that do not belong together.
mod binding;
/// Bytes that were changed on the way.
mod bytes;
/// Clocks that jump, and the end of all time.
mod clocks;
/// Batches with bad members, and sums that would cancel.
mod folding;
/// What a prover can try who knows the protocol, or even x.
mod forgeries;
/// Lists: what is taken after what, and what a withdrawal ends.
mod lists;
/// What one's own software refuses.
mod misuse;
/// Identifiers, and the text form of a 网号.
mod names;
/// The refusals of each step, in their order.
mod order;
/// The slots that a request lists and that an answer shows.
mod slots;
/// What is read from storage, and who wrote it.
mod storage;
/// Registry, nonces, and open sessions.
mod stores;
/// People whom nobody enrolled.
mod strangers;
/// What no screen shows alike.
mod texts;
/// Every time that is compared, one second before and after.
mod times;

use std::time::Duration;

use hkdf::Hkdf;
use sha2::Sha512;

use common::*;
use pairnym::hazmat::Transcript;
use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::*;

/// A request field by field (SPEC §14.12), also such as the builder would not make.
#[derive(Clone)]
struct Ask {
    authority: String,
    platform: String,
    label: String,
    wanted: u8,
    purpose: Vec<u8>,
    nonce: [u8; 32],
    expiry: u64,
    slots: Vec<Slot>,
    disclosures: Vec<String>,
    /// Position, operator, operand.
    conditions: Vec<Vec<u8>>,
    statement: Vec<u8>,
    notice: Vec<u8>,
    extensions: u8,
}

impl Ask {
    /// Asks for a presentation of the slot of `NOW` that discloses nothing.
    fn new(list: &ParameterList, platform: &str) -> Self {
        let slots = vec![list.slot(NOW).unwrap()];
        Self { wanted: 1, slots, ..Self::login(list, platform) }
    }

    fn login(list: &ParameterList, platform: &str) -> Self {
        Self {
            authority: list.authority().as_str().into(),
            platform: platform.into(),
            label: String::new(),
            wanted: 2,
            purpose: vec![1],
            nonce: [7; 32],
            expiry: NOW.0 + 300,
            slots: vec![],
            disclosures: vec![],
            conditions: vec![],
            statement: vec![0],
            notice: vec![0],
            extensions: 0,
        }
    }

    /// Discloses these attributes besides.
    fn disclosing(mut self, names: &[&str]) -> Self {
        self.disclosures.extend(names.iter().map(|name| String::from(*name)));
        self
    }

    fn stating(mut self, statement: &str) -> Self {
        let length = (statement.len() as u16).to_be_bytes();
        self.statement = [&[1], &length[..], statement.as_bytes()].concat();
        self
    }

    fn bytes(&self) -> Vec<u8> {
        fn short(bytes: &mut Vec<u8>, text: &str) {
            bytes.push(text.len() as u8);
            bytes.extend(text.as_bytes());
        }
        let mut bytes = vec![1, 11];
        for text in [&self.authority, &self.platform, &self.label] {
            short(&mut bytes, text);
        }
        bytes.push(self.wanted);
        bytes.extend(&self.purpose);
        bytes.extend(self.nonce);
        bytes.extend(self.expiry.to_be_bytes());
        bytes.push(self.slots.len() as u8);
        for slot in &self.slots {
            bytes.extend(slot.parameters.0);
            bytes.extend(slot.epoch.0.to_be_bytes());
        }
        bytes.push(self.disclosures.len() as u8);
        self.disclosures.iter().for_each(|name| short(&mut bytes, name));
        bytes.push(self.conditions.len() as u8);
        bytes.extend(self.conditions.concat());
        bytes.extend(&self.statement);
        bytes.extend(&self.notice);
        bytes.push(self.extensions);
        bytes
    }

    fn request(&self) -> Request {
        Request::from_bytes(&self.bytes()).unwrap()
    }
}

/// The bytes of a condition on the attribute at a position.
fn at_least(position: u8, bound: u64) -> Vec<u8> {
    [&[position, 2][..], &bound.to_be_bytes()].concat()
}

fn at_most(position: u8, bound: u64) -> Vec<u8> {
    [&[position, 3][..], &bound.to_be_bytes()].concat()
}

/// A copy with another content in one place.
fn with(bytes: &[u8], place: std::ops::Range<usize>, content: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.splice(place, content.iter().copied());
    bytes
}

/// A slot so many epochs later, or earlier.
fn shifted(slot: &Slot, epochs: i64) -> Slot {
    Slot { epoch: Epoch(slot.epoch.0.checked_add_signed(epochs).unwrap()), ..*slot }
}

/// Evidence is for one presentation; tests that compare many use a stored copy.
fn again(holder: &Holder, evidence: &Evidence) -> Evidence {
    holder.load_evidence(&holder.store_evidence(evidence)).unwrap()
}

/// What a holder answers who consented to everything.
fn present(
    holder: &Holder,
    credential: &Credential,
    evidence: Evidence,
    request: &Request,
    now: UnixTime,
) -> Result<Presentation, Error> {
    let from_host = received(request);
    let consent = Consent::to_disclose(&from_host);
    let answer = holder.present(credential, evidence, consent, now, &mut seeded(5))?;
    Ok(sent(&answer))
}

fn log_in(holder: &Holder, request: &Request, now: UnixTime) -> Result<Login, Error> {
    let from_host = received(request);
    let login = holder.log_in(Consent::to_answer(&from_host), now, &mut seeded(6))?;
    Ok(sent(&login))
}

/// What a platform says that never saw a nonce before.
fn verdict_at(
    platform: &Platform,
    request: &Request,
    presentation: &Presentation,
    now: UnixTime,
) -> Result<Verified, Error> {
    Ok(platform.verify(request, presentation, now, &MemoryNonces::new(1))?)
}

fn verdict(
    platform: &Platform,
    request: &Request,
    presentation: &Presentation,
) -> Result<Verified, Error> {
    verdict_at(platform, request, presentation, NOW)
}

/// The same where every 网号 has an account.
fn login_verdict_at(
    platform: &Platform,
    request: &Request,
    login: &Login,
    now: UnixTime,
) -> Result<Pseudonym, Error> {
    let find = |pseudonym: &Pseudonym| Some(*pseudonym);
    let returning = platform.verify_login(request, login, find, now, &MemoryNonces::new(1))?;
    Ok(returning.into_account())
}

fn login_verdict(
    platform: &Platform,
    request: &Request,
    login: &Login,
) -> Result<Pseudonym, Error> {
    login_verdict_at(platform, request, login, NOW)
}

/// What the holder `holder(seed, …)` would have stored, whatever it is.
fn seal_for_holder(encoding: &[u8], seed: u8) -> Vec<u8> {
    sealed(&holder_key(&[seed; 32], AUTHORITY), AUTHORITY, encoding)
}

/// A stored form without its MAC.
fn unsealed(stored: &[u8]) -> &[u8] {
    &stored[..stored.len() - 32]
}

/// Copies with one bit changed: every bit, or of large messages one bit of every byte.
fn flips(bytes: &[u8], every_bit: bool) -> impl Iterator<Item = (usize, Vec<u8>)> {
    let bits = move |place: usize| if every_bit { 0..8 } else { place % 8..place % 8 + 1 };
    (0..bytes.len()).flat_map(move |place| bits(place).map(move |bit| (place, bit))).map(
        |(place, bit)| {
            let mut copy = bytes.to_vec();
            copy[place] ^= 1 << bit;
            (place, copy)
        },
    )
}
