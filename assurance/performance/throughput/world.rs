//! An authority, a holder, a platform, and what they send each other: a schema of eight
//! attributes, of which a presentation discloses three.

use std::sync::atomic::{AtomicUsize, Ordering};

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::{AnyNonce, NOW, TEN_MINUTES, by_name, credential, host, issued, received};
use rand_core::{CryptoRng, UnwrapErr};
use rayon::prelude::*;

use crate::Result;

/// The number of different answers; longer batches repeat them.
pub const ANSWERS: usize = 1024;

/// The number of the yardstick's signatures, and of the answers that are verified one by one: few
/// enough to stay in the caches, where what has just been received is too.
pub const SIGNATURES: usize = 64;

pub struct World {
    pub authority: Authority,
    pub holder: Holder,
    /// The same person on a device that has made tables.
    pub prepared: Holder,
    pub issued: IssuedCredential,
    pub credential: Credential,
    pub platform: Platform,
    /// Requests with the bytes of their answers.
    pub presentations: Vec<(Request, Vec<u8>)>,
    pub logins: Vec<(Request, Vec<u8>)>,
    pub yardstick: Yardstick,
}

/// Ed25519 signatures on messages of 32 bytes, as bytes.
pub struct Yardstick {
    signed: Vec<Signed>,
    next: AtomicUsize,
}

struct Signed {
    key: [u8; 32],
    decoded: VerifyingKey,
    message: [u8; 32],
    signature: [u8; 64],
}

/// Everybody has an account.
fn account(_: &Pseudonym) -> Option<()> {
    Some(())
}

pub fn rng() -> impl CryptoRng {
    UnwrapErr(getrandom::SysRng)
}

impl World {
    pub fn new() -> Result<Self> {
        let authority = pairnym_testkit::authority(1, &SCHEMA, NOW);
        let holder = pairnym_testkit::holder(2, authority.list());
        let mut prepared = pairnym_testkit::holder(2, authority.list());
        prepared.prepare();
        let issued = issued(&authority, &holder, values(), NOW, &mut rng());
        let (credential, _) = credential(&authority, &holder, values(), NOW, &mut rng());
        let platform = Platform::new(authority.list().clone(), host("shop.example"));
        let platform = platform.prepare(&[], &platform.slots(NOW));
        let yardstick = Yardstick::new();
        let mut world = Self {
            authority,
            holder,
            prepared,
            issued,
            credential,
            platform,
            presentations: Vec::with_capacity(ANSWERS),
            logins: Vec::with_capacity(ANSWERS),
            yardstick,
        };
        while world.presentations.len() < ANSWERS {
            for evidence in world.evidence() {
                let request = world.request()?;
                let bytes = world.present(&received(&request), evidence)?.into_bytes();
                world.presentations.push((request, bytes));
                let request = world.login_request()?;
                let bytes = world.log_in(&received(&request))?.into_bytes();
                world.logins.push((request, bytes));
            }
        }
        Ok(world)
    }

    /// All evidence of one session.
    pub fn evidence(&self) -> Vec<Evidence> {
        credential(&self.authority, &self.holder, values(), NOW, &mut rng()).1
    }

    /// An offer of the authority's.
    pub fn offer(&self) -> Result<OpenOffer> {
        let Self { authority, holder, .. } = self;
        let values = by_name(authority, values());
        Ok(authority.offer(*holder.commitment(), values, TEN_MINUTES, NOW, &mut rng())?)
    }

    /// A request that discloses three attributes.
    pub fn request(&self) -> Result<Request> {
        let request = self
            .platform
            .request(Purpose::Registration)
            .disclose("document_kind")
            .disclose("age_over_18")
            .disclose("assurance")
            .require("age_over_18", Condition::Equals(true.into()));
        Ok(request.build(NOW, &mut rng())?)
    }

    pub fn login_request(&self) -> Result<Request> {
        Ok(self.platform.request_login(Purpose::Login).build(NOW, &mut rng())?)
    }

    fn present(
        &self,
        request: &Received<Request>,
        evidence: Evidence,
    ) -> Result<Outgoing<Presentation>> {
        let consent = Consent::to_disclose(request);
        Ok(self.holder.present(&self.credential, evidence, consent, NOW, &mut rng())?)
    }

    /// The person at the platform, for answers after the first.
    pub fn account<'a>(&'a self, holder: &'a Holder) -> Result<Account<'a>> {
        Ok(holder.account(self.platform.id(), None)?)
    }

    /// Verifies so many presentations from their bytes, from some presentation on.
    pub fn verify(&self, first: usize, count: usize) -> Result<()> {
        let answers = cycle(&self.presentations, first, count);
        let answers =
            answers.map(|(request, bytes)| Ok((request, Presentation::from_bytes(bytes)?)));
        let answers = answers.collect::<Result<Vec<_>>>()?;
        if let [(request, presentation)] = &answers[..] {
            self.platform.verify(request, presentation, NOW, &AnyNonce)?;
            return Ok(());
        }
        let answers: Vec<_> = answers.iter().map(|(request, answer)| (*request, answer)).collect();
        let verdicts = self.platform.verify_batch(&answers, NOW, &AnyNonce)?;
        Ok(verdicts.into_iter().try_for_each(|verdict| verdict.map(drop))?)
    }

    /// The same with all threads of the present pool, decoding included.
    pub fn par_verify(&self, first: usize, count: usize) -> Result<()> {
        let indices = (first..first + count).into_par_iter();
        let answers = indices.map(|index| {
            let (request, bytes) = &self.presentations[index % self.presentations.len()];
            Ok((request, Presentation::from_bytes(bytes)?))
        });
        let answers = answers.collect::<std::result::Result<Vec<_>, DecodeError>>()?;
        let answers: Vec<_> = answers.iter().map(|(request, answer)| (*request, answer)).collect();
        let mut checked = self.platform.par_check_batch(&answers, NOW);
        // Answers that are repeated count in batches of their own.
        while !checked.is_empty() {
            let rest = checked.split_off(checked.len().min(ANSWERS));
            let verdicts = spend_all(checked, &AnyNonce, NOW)?;
            verdicts.into_iter().try_for_each(|verdict| verdict.map(drop))?;
            checked = rest;
        }
        Ok(())
    }

    /// Verifies so many logins from their bytes, from some login on.
    pub fn verify_logins(&self, first: usize, count: usize) -> Result<()> {
        let logins = cycle(&self.logins, first, count);
        let logins = logins.map(|(request, bytes)| Ok((request, Login::from_bytes(bytes)?)));
        let logins = logins.collect::<Result<Vec<_>>>()?;
        if let [(request, login)] = &logins[..] {
            self.platform.verify_login(request, login, account, NOW, &AnyNonce)?;
            return Ok(());
        }
        let logins: Vec<_> = logins.iter().map(|(request, login)| (*request, login)).collect();
        let verdicts = self.platform.verify_login_batch(&logins, account, NOW, &AnyNonce)?;
        Ok(verdicts.into_iter().try_for_each(|verdict| verdict.map(drop))?)
    }

    pub fn log_in(&self, request: &Received<Request>) -> Result<Outgoing<Login>> {
        Ok(self.holder.log_in(Consent::to_answer(request), NOW, &mut rng())?)
    }
}

/// So many, from some place on, over and over.
fn cycle<T>(all: &[T], first: usize, count: usize) -> impl Iterator<Item = &T> {
    (first..first + count).map(|index| &all[index % all.len()])
}

const SCHEMA: [(&str, Kind); 8] = [
    ("name", Kind::Text),
    ("document_kind", Kind::Text),
    ("birth_year", Kind::Integer),
    ("age_over_14", Kind::Flag),
    ("age_over_18", Kind::Flag),
    ("guardian", Kind::Flag),
    ("assurance", Kind::Integer),
    ("remark", Kind::Text),
];

/// The attributes of the holder; there is no remark.
pub fn values() -> [Value; 7] {
    [
        "Zhang San".into(),
        "resident_identity_card".into(),
        1990.into(),
        true.into(),
        true.into(),
        false.into(),
        3.into(),
    ]
}

impl Yardstick {
    fn new() -> Self {
        let sign = |_| {
            let signer = SigningKey::generate(&mut rng());
            let decoded = signer.verifying_key();
            let message = decoded.to_bytes();
            let signature = signer.sign(&message).to_bytes();
            Signed { key: decoded.to_bytes(), decoded, message, signature }
        };
        Self { signed: (0..SIGNATURES).map(sign).collect(), next: AtomicUsize::new(0) }
    }

    /// Another one each time, lest the processor learn one by heart.
    fn next(&self) -> &Signed {
        let next = self.next.fetch_add(1, Ordering::Relaxed) % SIGNATURES;
        &self.signed[next]
    }

    /// Decodes key and signature, as everything else that is measured decodes, and verifies.
    pub fn verify(&self) -> Result<()> {
        let Signed { key, message, signature, .. } = self.next();
        let signature = Signature::from_bytes(signature);
        Ok(VerifyingKey::from_bytes(key)?.verify(message, &signature)?)
    }

    /// With a key that was decoded before.
    pub fn verify_with_known_key(&self) -> Result<()> {
        let Signed { decoded, message, signature, .. } = self.next();
        Ok(decoded.verify(message, &Signature::from_bytes(signature))?)
    }
}
