//! What the test files share: seeded randomness, and a small world of one authority, one
//! platform and as many holders as a test wants.
#![allow(dead_code)] // Each test file uses a part of it.

pub mod life;

use std::convert::Infallible;
use std::num::NonZeroU32;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::SeedableRng;
use pairnym::*;
use rand_core::{TryCryptoRng, TryRng};

pub const NOW: UnixTime = UnixTime(1_800_000_000);
pub const DAY: u64 = 86_400;

pub fn seeded(seed: u64) -> ChaCha12Rng {
    ChaCha12Rng::seed_from_u64(seed)
}

/// Randomness that is given: the coins of a test vector. Panics when there are not enough, so
/// that a vector shows exactly what an operation draws.
pub struct Coins(Vec<u8>);

impl Coins {
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    pub fn left(&self) -> usize {
        self.0.len()
    }
}

impl TryRng for Coins {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("the library draws bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        panic!("the library draws bytes")
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        let rest = self.0.split_off(out.len());
        out.copy_from_slice(&self.0);
        self.0 = rest;
        Ok(())
    }
}

impl TryCryptoRng for Coins {}

pub fn schema(attributes: &[(&str, Kind)]) -> Schema {
    Schema::new(attributes.iter().copied()).unwrap()
}

pub fn authority(seed: u8, attributes: &[(&str, Kind)]) -> Authority {
    Authority::new(
        AuthorityKey::from_seed(&[seed; 32]).unwrap(),
        AuthorityId::new("authority.example").unwrap(),
        schema(attributes),
        NonZeroU32::new(DAY as u32).unwrap(),
    )
}

pub fn holder(seed: u8, authority: &Authority) -> Holder {
    let pinned = PinnedParameters::new(authority.parameters().clone());
    Holder::new(&MasterSecret::import([seed; 32]), pinned).unwrap()
}

/// A credential for the epoch of `now`, issued without a registry.
pub fn credential(
    authority: &Authority,
    holder: &Holder,
    values: Vec<Value>,
    now: UnixTime,
) -> Credential {
    let rng = &mut seeded(1);
    let offer = authority.offer(*holder.commitment(), values, now, rng).unwrap();
    let (request, pending) = holder.request_credential(&offer, now, rng).unwrap();
    pending.finish(&authority.issue(&offer, &request).unwrap()).unwrap()
}

/// A batch of evidence.
pub fn evidence(
    authority: &Authority,
    holder: &Holder,
    credential: &Credential,
    seed: u64,
) -> Vec<Evidence> {
    let rng = &mut seeded(seed);
    let (request, offered) = holder.request_evidence(credential, rng).unwrap();
    let (session, commitments) = authority.open_evidence(&request, rng).unwrap();
    let (challenges, challenged) = offered.challenge(&commitments, rng).unwrap();
    let responses = authority.respond(session, &challenges).unwrap();
    challenged.finish(&responses).unwrap()
}

pub const ATTRIBUTES: [(&str, Kind); 4] = [
    ("age_over_18", Kind::Flag),
    ("assurance", Kind::Integer),
    ("region", Kind::Text),
    ("note", Kind::Text),
];

pub fn values() -> Vec<Value> {
    vec![true.into(), 3.into(), "上海".into(), Value::Absent]
}

/// One authority, one platform, one holder with a credential and evidence.
pub struct World {
    pub authority: Authority,
    pub platform: Platform,
    pub host: PlatformId,
    pub holder: Holder,
    pub credential: Credential,
    pub evidence: Vec<Evidence>,
}

impl World {
    pub fn new() -> Self {
        let authority = authority(1, &ATTRIBUTES);
        let host = PlatformId::new("shop.example").unwrap();
        let platform = Platform::new(authority.parameters().clone(), host);
        let holder = holder(2, &authority);
        let credential = credential(&authority, &holder, values(), NOW);
        let evidence = evidence(&authority, &holder, &credential, 3);
        Self { authority, platform, host, holder, credential, evidence }
    }

    /// A request that discloses two attributes under conditions.
    pub fn request(&self, seed: u64) -> Request {
        self.platform
            .request(Purpose::Registration)
            .disclose("age_over_18")
            .disclose("assurance")
            .require("age_over_18", Condition::Equals(true.into()))
            .require("assurance", Condition::AtLeast(2))
            .build(NOW, &mut seeded(seed))
            .unwrap()
    }

    pub fn present(&mut self, request: &Request) -> Presentation {
        let evidence = self.evidence.pop().unwrap();
        let consent = Consent::to_disclose(request, &self.host);
        self.holder.present(&self.credential, evidence, consent, NOW, &mut seeded(5)).unwrap()
    }
}
