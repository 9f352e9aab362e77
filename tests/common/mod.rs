//! What the test files share beyond the testkit: a small world with the requests that are asked in
//! it, and what only the owner of a device could have stored.
#![allow(dead_code)] // Each test file uses a part of it.

pub mod life;
pub mod two;

use hkdf::Hkdf;
use pairnym::hazmat::Transcript;
use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, *};
use pairnym_testkit::*;
use sha2::Sha512;

pub const AUTHORITY: &str = "authority.example";

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
        let authority = authority(1, &ATTRIBUTES, NOW);
        let host = host("shop.example");
        let platform = Platform::new(authority.list().clone(), host);
        let holder = holder(2, authority.list());
        let (credential, evidence) = credential(&authority, &holder, values(), NOW, &mut seeded(3));
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

    pub fn request_login(&self, seed: u64) -> Request {
        self.platform.request_login(Purpose::Login).build(NOW, &mut seeded(seed)).unwrap()
    }

    pub fn present(&mut self, request: &Request) -> Presentation {
        let evidence = self.evidence.pop().unwrap();
        let received = received(request);
        let consent = Consent::to_disclose(&received);
        let rng = &mut seeded(5);
        sent(&self.holder.present(&self.credential, evidence, consent, NOW, rng).unwrap())
    }

    pub fn log_in(&self, request: &Request, seed: u64) -> Login {
        let received = received(request);
        let consent = Consent::to_answer(&received);
        sent(&self.holder.log_in(consent, NOW, &mut seeded(seed)).unwrap())
    }
}

/// The key of a person's stored forms (SPEC §5.1).
pub fn holder_key(master: &[u8; 32], authority: &str) -> [u8; 32] {
    let mut key = [0; 32];
    let hkdf = Hkdf::<Sha512>::new(Some(b"pairnym-v1/master-secret"), master);
    let info = [b"pairnym-v1/storage-key", authority.as_bytes()];
    hkdf.expand_multi_info(&info, &mut key).unwrap();
    key
}

/// The stored form of any encoding (SPEC §14.16), by whoever has the key.
pub fn sealed(key: &[u8; 32], authority: &str, encoding: &[u8]) -> Vec<u8> {
    let mac = Transcript::new("stored").part(key).part(authority.as_bytes());
    [encoding, &mac.part(encoding).h32()].concat()
}
