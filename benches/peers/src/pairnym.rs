//! pairnym's presentation, and its login, which takes neither a credential nor the authority.

use std::num::NonZeroU32;

use getrandom::SysRng;
use pairnym::{
    Authority, AuthorityKey, Consent, Credential, EVIDENCE_BATCH, Error, Evidence, Holder, Kind,
    Login, MasterSecret, Message, NonceStore, PinnedParameters, Platform, PlatformId, Presentation,
    Purpose, Request, Schema, UnixTime, Verified,
};
use rand_core::UnwrapErr;

use crate::peer::{ATTRIBUTES, DISCLOSED, Peer};

const NAMES: [&str; ATTRIBUTES.len()] =
    ["level", "year", "country", "region", "district", "class", "expiry", "source"];
/// Fetched beforehand: enough for a run in which a proof takes 100 µs or more.
const PREFETCHED: usize = 5120;
const NOW: UnixTime = UnixTime(1_800_000_000);

/// Everybody proves in answer to the same request, and more than once.
struct AnyNonce;

impl NonceStore for AnyNonce {
    fn consume(&mut self, _: &[u8; 32], _: UnixTime, _: UnixTime) -> Result<(), Error> {
        Ok(())
    }
}

/// An authority, a holder, and a platform with the tables for the present epoch.
fn setting() -> (Authority, Holder, Platform) {
    let rng = &mut UnwrapErr(SysRng);
    let (key, _) = AuthorityKey::generate(rng).expect("the seed is random");
    let name = "authority.example".parse().expect("it is a host name");
    let schema = Schema::new(NAMES.map(|name| (name, Kind::Integer))).expect("names are unique");
    let day = NonZeroU32::new(86_400).expect("a day has seconds");
    let authority = Authority::new(key, name, schema, day);

    let parameters = authority.parameters();
    let pinned = PinnedParameters::new(parameters.clone());
    let holder = Holder::new(&MasterSecret::generate(rng), pinned).expect("the secret is random");
    let host: PlatformId = "platform.example".parse().expect("it is a host name");
    let epoch = parameters.epoch(NOW);
    let platform = Platform::new(parameters.clone(), host).prepare(&[], epoch..=epoch);
    (authority, holder, platform)
}

pub struct Pairnym {
    authority: Authority,
    holder: Holder,
    credential: Credential,
    evidence: Vec<Evidence>,
    platform: Platform,
    request: Request,
}

impl Pairnym {
    pub fn new() -> Self {
        let rng = &mut UnwrapErr(SysRng);
        let (authority, holder, platform) = setting();
        let values = ATTRIBUTES.map(Into::into).to_vec();
        let offer = authority.offer(*holder.commitment(), values, NOW, rng).expect("values fit");
        let (request, pending) =
            holder.request_credential(&offer, NOW, rng).expect("the parameters are pinned");
        let response = authority.issue(&offer, &request).expect("the request is valid");
        let credential = pending.finish(&response).expect("the response is valid");
        let request = NAMES[..DISCLOSED]
            .iter()
            .fold(platform.request(Purpose::Registration), |request, name| request.disclose(name))
            .build(NOW, rng)
            .expect("the schema has the names");
        let evidence = Vec::with_capacity(PREFETCHED);
        let mut this = Self { authority, holder, credential, evidence, platform, request };
        for _ in 0..PREFETCHED / EVIDENCE_BATCH {
            this.fetch_evidence();
        }
        this
    }

    fn fetch_evidence(&mut self) {
        let Self { authority, holder, credential, evidence, .. } = self;
        let rng = &mut UnwrapErr(SysRng);
        let fetched = holder.request_evidence(credential, rng).and_then(|(request, offered)| {
            let (session, commitments) = authority.open_evidence(&request, rng)?;
            let (challenges, waiting) = offered.challenge(&commitments, rng)?;
            waiting.finish(&authority.respond(session, &challenges)?)
        });
        evidence.extend(fetched.expect("both follow the protocol"));
    }

    fn shows(verified: &Result<Verified, Error>, disclosed: &[u64]) -> bool {
        verified.as_ref().is_ok_and(|verified| {
            let expected = NAMES.into_iter().zip(disclosed.iter().map(|&value| value.into()));
            verified.claims().map(|(name, value)| (name, value.clone())).eq(expected)
        })
    }
}

impl Peer for Pairnym {
    fn package(&self) -> &'static str {
        "pairnym"
    }

    fn proves(&self) -> &'static str {
        "presentation, pseudonym of 7 secrets"
    }

    fn prove(&mut self) -> Vec<u8> {
        if self.evidence.is_empty() {
            self.fetch_evidence();
        }
        let evidence = self.evidence.pop().expect("a batch has members");
        let consent = Consent::to_disclose(&self.request, self.platform.id());
        self.holder
            .present(&self.credential, evidence, consent, NOW, &mut UnwrapErr(SysRng))
            .expect("the credential meets the request")
            .to_bytes()
    }

    fn verify(&self, disclosed: &[u64], proof: &[u8]) -> bool {
        Presentation::from_bytes(proof).is_ok_and(|presentation| {
            let verified = self.platform.verify(&self.request, &presentation, NOW, &mut AnyNonce);
            Self::shows(&verified, disclosed)
        })
    }

    fn verify_batch(&self, disclosed: &[u64], proofs: &[Vec<u8>]) -> Option<bool> {
        let presentations: Result<Vec<_>, _> =
            proofs.iter().map(|proof| Presentation::from_bytes(proof)).collect();
        Some(presentations.is_ok_and(|presentations| {
            let answers: Vec<_> = presentations.iter().map(|p| (&self.request, p)).collect();
            let verdicts = self.platform.verify_batch(&answers, NOW, &mut AnyNonce);
            verdicts.iter().all(|verified| Self::shows(verified, disclosed))
        }))
    }
}

pub struct PairnymLogin {
    holder: Holder,
    platform: Platform,
    request: Request,
}

impl PairnymLogin {
    pub fn new() -> Self {
        let (_, holder, platform) = setting();
        let request = platform
            .request(Purpose::Login)
            .statement(&statement(&ATTRIBUTES[..DISCLOSED]))
            .build(NOW, &mut UnwrapErr(SysRng))
            .expect("the statement is short");
        Self { holder, platform, request }
    }

    /// Whether the request asks to sign these values.
    fn asks(&self, disclosed: &[u64]) -> bool {
        self.request.statement() == Some(&statement(disclosed))
    }
}

impl Peer for PairnymLogin {
    fn package(&self) -> &'static str {
        "pairnym"
    }

    fn proves(&self) -> &'static str {
        "login: a signature by the pseudonym of 7 secrets, no credential"
    }

    fn prove(&mut self) -> Vec<u8> {
        let consent = Consent::to_answer(&self.request, self.platform.id());
        self.holder
            .log_in(consent, NOW, &mut UnwrapErr(SysRng))
            .expect("the request discloses nothing")
            .to_bytes()
    }

    fn verify(&self, disclosed: &[u64], proof: &[u8]) -> bool {
        Login::from_bytes(proof).is_ok_and(|login| {
            self.asks(disclosed)
                && self.platform.verify_login(&self.request, &login, NOW, &mut AnyNonce).is_ok()
        })
    }

    fn verify_batch(&self, disclosed: &[u64], proofs: &[Vec<u8>]) -> Option<bool> {
        let logins: Result<Vec<_>, _> =
            proofs.iter().map(|proof| Login::from_bytes(proof)).collect();
        Some(logins.is_ok_and(|logins| {
            let answers: Vec<_> = logins.iter().map(|login| (&self.request, login)).collect();
            let verdicts = self.platform.verify_login_batch(&answers, NOW, &mut AnyNonce);
            self.asks(disclosed) && verdicts.iter().all(Result::is_ok)
        }))
    }
}

fn statement(values: &[u64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}
