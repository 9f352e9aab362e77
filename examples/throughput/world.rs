//! An authority, a holder, a platform, and what they send each other: a schema of eight
//! attributes, of which a presentation discloses three.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use pairnym::*;
use rand_core::{CryptoRng, UnwrapErr};
use rayon::prelude::*;

use crate::Result;

/// The number of different answers; longer batches repeat them.
pub const ANSWERS: usize = 1024;

/// The number of the yardstick's signatures, and of the answers that are verified one by one: few
/// enough to stay in the caches, where what has just been received is too.
pub const SIGNATURES: usize = 64;

/// 2026-11-22, 00:00 UTC.
pub const NOW: UnixTime = UnixTime(1_795_305_600);

pub struct World {
    pub authority: Authority,
    pub holder: Holder,
    pub credential: Credential,
    pub host: PlatformId,
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

/// The store of used nonces is not what is measured, and answers are repeated.
pub struct AnyNonce;

impl NonceStore for AnyNonce {
    fn consume(
        &mut self,
        _: &[u8; 32],
        _: UnixTime,
        _: UnixTime,
    ) -> std::result::Result<(), Error> {
        Ok(())
    }
}

pub fn rng() -> impl CryptoRng {
    UnwrapErr(getrandom::SysRng)
}

impl World {
    pub fn new() -> Result<Self> {
        let rng = &mut rng();
        let (key, _seed) = AuthorityKey::generate(rng)?;
        let schema = Schema::new([
            ("name", Kind::Text),
            ("document_kind", Kind::Text),
            ("birth_year", Kind::Integer),
            ("age_over_14", Kind::Flag),
            ("age_over_18", Kind::Flag),
            ("guardian", Kind::Flag),
            ("assurance", Kind::Integer),
            ("remark", Kind::Text),
        ])?;
        let month = NonZeroU32::new(30 * 86_400).ok_or("a month has seconds")?;
        let authority = Authority::new(key, "id.authority.example".parse()?, schema, month);
        let parameters = authority.parameters();
        let pinned = PinnedParameters::new(parameters.clone());
        let holder = Holder::new(&MasterSecret::generate(rng), pinned)?;
        let offer = authority.offer(*holder.commitment(), values(), NOW, rng)?;
        let (request, pending) = holder.request_credential(&offer, NOW, rng)?;
        let credential = pending.finish(&authority.issue(&offer, &request)?)?;

        let host: PlatformId = "shop.example".parse()?;
        let epoch = parameters.epoch(NOW);
        let platform = Platform::new(parameters.clone(), host).prepare(&[], epoch..=epoch);
        let yardstick = Yardstick::new();
        let mut world = Self {
            authority,
            holder,
            credential,
            host,
            platform,
            presentations: Vec::with_capacity(ANSWERS),
            logins: Vec::with_capacity(ANSWERS),
            yardstick,
        };
        while world.presentations.len() < ANSWERS {
            for evidence in world.evidence()? {
                let request = world.request()?;
                let bytes = world.present(&request, evidence)?.to_bytes();
                world.presentations.push((request, bytes));
                let request = world.login_request()?;
                let bytes = world.log_in(&request)?.to_bytes();
                world.logins.push((request, bytes));
            }
        }
        Ok(world)
    }

    /// A batch of evidence.
    pub fn evidence(&self) -> Result<Vec<Evidence>> {
        let rng = &mut rng();
        let (request, offered) = self.holder.request_evidence(&self.credential, rng)?;
        let (session, commitments) = self.authority.open_evidence(&request, rng)?;
        let (challenges, challenged) = offered.challenge(&commitments, rng)?;
        Ok(challenged.finish(&self.authority.respond(session, &challenges)?)?)
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
        Ok(self.platform.request(Purpose::Login).build(NOW, &mut rng())?)
    }

    pub fn present(&self, request: &Request, evidence: Evidence) -> Result<Presentation> {
        let consent = Consent::to_disclose(request, &self.host);
        Ok(self.holder.present(&self.credential, evidence, consent, NOW, &mut rng())?)
    }

    /// Verifies so many presentations from their bytes, from some presentation on.
    pub fn verify(&self, first: usize, count: usize) -> Result<()> {
        let answers = cycle(&self.presentations, first, count);
        let answers =
            answers.map(|(request, bytes)| Ok((request, Presentation::from_bytes(bytes)?)));
        let answers = answers.collect::<Result<Vec<_>>>()?;
        if let [(request, presentation)] = &answers[..] {
            self.platform.verify(request, presentation, NOW, &mut AnyNonce)?;
            return Ok(());
        }
        let answers: Vec<_> = answers.iter().map(|(request, answer)| (*request, answer)).collect();
        let verdicts = self.platform.verify_batch(&answers, NOW, &mut AnyNonce);
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
        let verdicts = self.platform.par_verify_batch(&answers, NOW, &mut AnyNonce);
        Ok(verdicts.into_iter().try_for_each(|verdict| verdict.map(drop))?)
    }

    /// Verifies so many logins from their bytes, from some login on.
    pub fn verify_logins(&self, first: usize, count: usize) -> Result<()> {
        let logins = cycle(&self.logins, first, count);
        let logins = logins.map(|(request, bytes)| Ok((request, Login::from_bytes(bytes)?)));
        let logins = logins.collect::<Result<Vec<_>>>()?;
        if let [(request, login)] = &logins[..] {
            self.platform.verify_login(request, login, NOW, &mut AnyNonce)?;
            return Ok(());
        }
        let logins: Vec<_> = logins.iter().map(|(request, login)| (*request, login)).collect();
        let verdicts = self.platform.verify_login_batch(&logins, NOW, &mut AnyNonce);
        Ok(verdicts.into_iter().try_for_each(|verdict| verdict.map(drop))?)
    }

    pub fn log_in(&self, request: &Request) -> Result<Login> {
        Ok(self.holder.log_in(Consent::to_answer(request, &self.host), NOW, &mut rng())?)
    }
}

/// So many, from some place on, over and over.
fn cycle<T>(all: &[T], first: usize, count: usize) -> impl Iterator<Item = &T> {
    (first..first + count).map(|index| &all[index % all.len()])
}

/// The attributes of the holder.
pub fn values() -> Vec<Value> {
    let (name, document) = ("Zhang San".into(), "resident_identity_card".into());
    let year = 1990.into();
    vec![name, document, year, true.into(), true.into(), false.into(), 3.into(), Value::Absent]
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
