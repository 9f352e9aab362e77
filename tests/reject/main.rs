//! Everything that must be refused, and how.

#![allow(non_snake_case)] // The letters of SPEC: points are capital.

#[path = "../common/mod.rs"]
mod common;

/// Answers, evidence, 网号 and requests that do not belong together.
mod binding;
/// Bytes that were changed on the way.
mod bytes;
/// Batches with bad members, and sums that would cancel.
mod folding;
/// What a prover can try who knows the protocol, or even x.
mod forgeries;
/// What one's own software refuses, and in which order.
mod misuse;
/// Identifiers, and the text form of a 网号.
mod names;
/// Registry, nonces, and open sessions.
mod stores;

use common::*;
use pairnym::*;

/// A request field by field (SPEC §14.12), also such as the builder would not make.
#[derive(Clone)]
struct Ask {
    params_id: [u8; 32],
    platform: String,
    label: String,
    purpose: Vec<u8>,
    nonce: [u8; 32],
    epochs: (u64, u64),
    expiry: u64,
    disclosures: Vec<u8>,
    /// Index, operator, operand.
    conditions: Vec<Vec<u8>>,
    statement: Vec<u8>,
    notice: Vec<u8>,
}

impl Ask {
    /// Asks for nothing but the 网号, within the epoch of `NOW`.
    fn new(parameters: &AuthorityParameters, platform: &str) -> Self {
        let epoch = parameters.epoch(NOW).0;
        Self {
            params_id: parameters.id().0,
            platform: platform.into(),
            label: String::new(),
            purpose: vec![1],
            nonce: [7; 32],
            epochs: (epoch, epoch),
            expiry: NOW.0 + 300,
            disclosures: vec![],
            conditions: vec![],
            statement: vec![0],
            notice: vec![0],
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![1, 11];
        bytes.extend(self.params_id);
        for text in [&self.platform, &self.label] {
            bytes.push(text.len() as u8);
            bytes.extend(text.as_bytes());
        }
        bytes.extend(&self.purpose);
        bytes.extend(self.nonce);
        for number in [self.epochs.0, self.epochs.1, self.expiry] {
            bytes.extend(number.to_be_bytes());
        }
        bytes.push(self.disclosures.len() as u8);
        bytes.extend(&self.disclosures);
        bytes.push(self.conditions.len() as u8);
        bytes.extend(self.conditions.concat());
        bytes.extend(&self.statement);
        bytes.extend(&self.notice);
        bytes
    }

    fn request(&self) -> Request {
        Request::from_bytes(&self.bytes()).unwrap()
    }
}

/// A copy with another content in one place.
fn with(bytes: &[u8], place: std::ops::Range<usize>, content: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.splice(place, content.iter().copied());
    bytes
}

/// Evidence is for one presentation; tests that compare many use a stored copy.
fn again(evidence: &Evidence) -> Evidence {
    Evidence::import(&evidence.export()).unwrap()
}

/// What a platform says that never saw a nonce before.
fn verdict(
    platform: &Platform,
    request: &Request,
    presentation: &Presentation,
) -> Result<Verified, Error> {
    platform.verify(request, presentation, NOW, &mut MemoryNonces::new(1))
}

fn login_verdict(
    platform: &Platform,
    request: &Request,
    login: &Login,
) -> Result<Pseudonym, Error> {
    platform.verify_login(request, login, NOW, &mut MemoryNonces::new(1))
}
