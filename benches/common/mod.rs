//! What the benches share: answers as bytes, how a platform verifies them, and the two measures
//! beside which the result stands, an ed25519 signature and the floor.
#![allow(dead_code)] // Each bench uses a part of it.

use std::cell::Cell;
use std::convert::Infallible;
use std::time::Duration;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::SeedableRng;
use criterion::Criterion;
use curve25519_dalek::ristretto::{
    CompressedRistretto, RistrettoPoint, VartimeRistrettoPrecomputation,
};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{VartimeMultiscalarMul, VartimePrecomputedMultiscalarMul};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, store::*, *};
use rand_core::Rng;

/// Eight hours into an epoch of a day.
pub const NOW: UnixTime = UnixTime(1_800_000_000);
pub const DAY: u64 = 86_400;
/// The life of tickets and offers.
pub const MINUTES: Duration = Duration::from_secs(600);

/// At most so many answers are made; larger batches repeat them.
pub const DISTINCT: usize = 256;

pub fn seeded(seed: u64) -> ChaCha12Rng {
    ChaCha12Rng::seed_from_u64(seed)
}

/// Criterion, with less time for each of many benches: noise is larger than what more would gain.
pub fn quick() -> Criterion {
    let quick = Criterion::default().sample_size(20);
    quick.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2))
}

/// Accepts every nonce, so that the same answers can be verified again and again.
pub struct AnyNonce;

impl NonceStore for AnyNonce {
    type Error = Infallible;

    fn spend(&self, all: &[Spend], _: UnixTime) -> Result<Vec<Nonce>, Infallible> {
        Ok(all.iter().map(|spend| spend.nonce).collect())
    }
}

/// A registry that knows everybody.
pub struct Everybody;

impl Registry for Everybody {
    type Error = Infallible;

    fn register(&self, _: &Registration, _: UnixTime) -> Result<RegistryOutcome, Infallible> {
        Ok(RegistryOutcome::Registered)
    }

    fn is_registered(&self, _: &IssuanceOffer) -> Result<bool, Infallible> {
        Ok(true)
    }
}

/// Every 网号 has an account.
pub fn account(_: &Pseudonym) -> Option<()> {
    Some(())
}

/// A request as it comes from its own platform.
pub fn received(request: &Request) -> Received<Request> {
    Received::<Request>::from_host(request.platform(), &request.to_bytes()).unwrap()
}

/// A request and the bytes that answer it.
#[derive(Clone)]
pub struct Answer {
    pub request: Request,
    pub bytes: Vec<u8>,
}

/// The first `n` of the answers repeated.
pub fn cycle(answers: &[Answer], n: usize) -> Vec<&Answer> {
    answers.iter().cycle().take(n).collect()
}

/// An authority, a holder with its credential, and a platform with tables for the slot that is
/// shown.
pub struct Setting {
    pub authority: Authority,
    pub holder: Holder,
    pub issued: IssuedCredential,
    pub credential: Credential,
    pub platform: Platform,
    names: Vec<String>,
}

impl Setting {
    /// With so many attributes of all kinds.
    pub fn new(attributes: usize) -> Self {
        let kinds = [Kind::Flag, Kind::Integer, Kind::Text].into_iter().cycle();
        let names: Vec<_> = (0..attributes).map(|index| format!("attribute_{index}")).collect();
        let schema = Schema::new(names.iter().map(String::as_str).zip(kinds)).unwrap();
        let key = AuthorityKey::from_seed(&[1; 32]).unwrap();
        let id = AuthorityId::new("authority.example").unwrap();
        let day = Duration::from_secs(DAY);
        let parameters = AuthorityParameters::new(&key, id, day, 1, schema).unwrap();
        let host = PlatformId::new("id.authority.example").unwrap();
        let (since, until) = (UnixTime(NOW.0 - 10 * DAY), UnixTime(NOW.0 + 10 * DAY));
        let list = ParameterList::first(host, since, until, UnixTime(0), parameters).unwrap();
        let authority = Authority::open(key, list.clone()).unwrap();
        let holder = Holder::new(&MasterSecret::import([2; 32]), list.clone()).unwrap();
        let issued = issue(&authority, &holder);
        let (credential, _) = complete(&authority, &holder, 1);
        let platform = Platform::new(list, PlatformId::new("shop.example").unwrap());
        let platform = platform.prepare(&[], &[*credential.slot()]);
        Self { authority, holder, issued, credential, platform, names }
    }

    pub fn list(&self) -> &ParameterList {
        self.authority.list()
    }

    /// The list that follows, with nothing new, and one with a key more.
    pub fn successors(&self) -> [ParameterList; 2] {
        let (list, since) = (self.list(), UnixTime(NOW.0 - 1));
        let until = UnixTime(NOW.0 + 20 * DAY);
        let key = AuthorityKey::from_seed(&[3; 32]).unwrap();
        let old = self.authority.parameters();
        let day = Duration::from_secs(DAY);
        let schema = old.schema().clone();
        let new = AuthorityParameters::new(&key, *old.authority(), day, 1, schema).unwrap();
        let from = UnixTime((list.until().0 / DAY + 1) * DAY);
        let rotated = list.rotate(since, until, from, new).unwrap();
        [list.renew(since, until).unwrap(), rotated]
    }

    /// A request to disclose the first so many attributes.
    pub fn request(&self, disclosed: usize, seed: u64) -> Request {
        let request = self.platform.request(Purpose::Registration);
        let request = self.names[..disclosed].iter().fold(request, |r, name| r.disclose(name));
        request.build(NOW, &mut seeded(seed)).unwrap()
    }

    pub fn request_login(&self, seed: u64) -> Request {
        let request = self.platform.request_login(Purpose::Login);
        request.build(NOW, &mut seeded(seed)).unwrap()
    }

    /// An offer of the authority's own, and as it comes to the holder.
    pub fn offer(&self) -> (OpenOffer, Received<IssuanceOffer>) {
        offer(&self.authority, &self.holder)
    }

    // The moves that fetch evidence: each with the same coins each time, so that they fit.

    pub fn ask(&self) -> (EvidenceRequest, AwaitingCommitments) {
        self.holder.request_evidence(&self.issued, &mut seeded(1)).unwrap()
    }

    pub fn open(&self) -> (EvidenceSession, EvidenceCommitments) {
        self.authority.open_evidence(&self.ask().0, &mut seeded(2)).unwrap()
    }

    pub fn challenge(&self) -> (EvidenceChallenges, AwaitingResponses) {
        self.ask().1.challenge(&self.open().1, &mut seeded(3)).unwrap()
    }

    pub fn respond(&self) -> EvidenceResponses {
        self.authority.respond(self.open().0, &self.challenge().0).unwrap()
    }

    /// All evidence of a session, which differs by the seed.
    pub fn evidence(&self, seed: u64) -> Vec<Evidence> {
        complete(&self.authority, &self.holder, seed).1
    }

    pub fn present(
        &self,
        request: &Received<Request>,
        evidence: Evidence,
    ) -> Outgoing<Presentation> {
        let consent = Consent::to_disclose(request);
        let rng = &mut seeded(5);
        self.holder.present(&self.credential, evidence, consent, NOW, rng).unwrap()
    }

    pub fn log_in(&self, request: &Received<Request>) -> Outgoing<Login> {
        let consent = Consent::to_answer(request);
        self.holder.log_in(consent, NOW, &mut seeded(6)).unwrap()
    }

    /// So many different presentations that disclose so many attributes.
    pub fn presentations(&self, disclosed: usize, n: usize) -> Vec<Answer> {
        let requests = (0..n as u64).map(|seed| self.request(disclosed, seed));
        let evidence = (0..).flat_map(|seed| self.evidence(seed));
        let answers = requests.zip(evidence).map(|(request, evidence)| {
            let bytes = self.present(&received(&request), evidence).into_bytes();
            Answer { request, bytes }
        });
        answers.collect()
    }

    /// So many different logins.
    pub fn logins(&self, n: usize) -> Vec<Answer> {
        let requests = (0..n as u64).map(|seed| self.request_login(seed));
        let answers = requests.map(|request| {
            let bytes = self.log_in(&received(&request)).into_bytes();
            Answer { request, bytes }
        });
        answers.collect()
    }

    /// Decodes and verifies one presentation.
    pub fn verify(&self, answer: &Answer) -> Verified {
        let presentation = decode(answer);
        self.platform.verify(&answer.request, &presentation, NOW, &AnyNonce).unwrap()
    }

    /// Decodes and verifies presentations, of which so many are bad.
    pub fn verify_batch(&self, answers: &[&Answer], bad: usize) {
        let decoded: Vec<Presentation> = answers.iter().map(|answer| decode(answer)).collect();
        let pairs = pairs(answers, &decoded);
        let verdicts = spent(self.platform.check_batch(&pairs, NOW));
        assert_eq!(verdicts.iter().filter(|verdict| verdict.is_err()).count(), bad);
    }

    /// Decodes and verifies one login.
    pub fn verify_login(&self, answer: &Answer) -> Returning<()> {
        let login = decode(answer);
        self.platform.verify_login(&answer.request, &login, account, NOW, &AnyNonce).unwrap()
    }

    /// Decodes and verifies logins.
    pub fn verify_login_batch(&self, answers: &[&Answer]) {
        let decoded: Vec<Login> = answers.iter().map(|answer| decode(answer)).collect();
        let visitors = self.platform.check_batch(&pairs(answers, &decoded), NOW).into_iter();
        let found = visitors.map(|visitor| {
            let visitor: Visitor = visitor?;
            let found = account(visitor.look_up_by()).ok_or(Error::NoAccount);
            found.map(|account| visitor.is_account(account))
        });
        assert!(spent(found.collect()).iter().all(Result::is_ok));
    }
}

/// Uses up nonces as `verify_batch` does; answers that are repeated count in batches of their own.
fn spent<T>(mut checked: Vec<Result<Unspent<T>, Error>>) -> Vec<Result<T, Error>> {
    let mut all = Vec::with_capacity(checked.len());
    while !checked.is_empty() {
        let rest = checked.split_off(checked.len().min(DISTINCT));
        all.extend(spend_all(checked, &AnyNonce, NOW).unwrap());
        checked = rest;
    }
    all
}

fn offer(authority: &Authority, holder: &Holder) -> (OpenOffer, Received<IssuanceOffer>) {
    let values = [true.into(), 42.into(), Value::from("上海")].into_iter().cycle();
    let names = authority.parameters().schema().iter().map(|(name, _)| name.as_str());
    let (rng, list) = (&mut seeded(1), holder.list());
    let open = authority.offer(*holder.commitment(), names.zip(values), MINUTES, NOW, rng).unwrap();
    let bytes = open.offer().to_bytes();
    let received = Received::<IssuanceOffer>::from_authority(list, list.host(), &bytes).unwrap();
    (open, received)
}

/// The credential without its evidence; the same each time.
fn issue(authority: &Authority, holder: &Holder) -> IssuedCredential {
    let (open, received) = offer(authority, holder);
    let (request, pending) = holder.request_credential(&received, NOW, &mut seeded(1)).unwrap();
    let request = IssuanceRequest::from_bytes(request.as_bytes()).unwrap();
    pending.finish(&authority.issue(&open, &request, NOW, &Everybody).unwrap()).unwrap()
}

/// The credential with its evidence, which differs by the seed.
fn complete(authority: &Authority, holder: &Holder, seed: u64) -> (Credential, Vec<Evidence>) {
    let (issued, rng) = (issue(authority, holder), &mut seeded(seed));
    let (request, offered) = holder.request_evidence(&issued, rng).unwrap();
    let (session, commitments) = authority.open_evidence(&request, rng).unwrap();
    let (challenges, challenged) = offered.challenge(&commitments, rng).unwrap();
    let batch = challenged.finish(&authority.respond(session, &challenges).unwrap()).unwrap();
    issued.complete([batch]).unwrap()
}

fn decode<M: Message>(answer: &Answer) -> M {
    M::from_bytes(&answer.bytes).unwrap()
}

fn pairs<'a, M>(answers: &[&'a Answer], decoded: &'a [M]) -> Vec<(&'a Request, &'a M)> {
    answers.iter().map(|answer| &answer.request).zip(decoded).collect()
}

/// The answers in batches of `n`, of which `bad`, evenly spaced, fit their requests and do not
/// verify.
pub fn planted(answers: &[Answer], n: usize, bad: usize) -> Vec<Answer> {
    let mut batch: Vec<_> = answers.iter().cycle().take(n).cloned().collect();
    for index in (0..bad).map(|index| (2 * index + 1) * n / (2 * bad)) {
        // The last response.
        let bytes = &mut batch[index].bytes;
        let last = bytes.len() - 32;
        bytes[last] ^= 1;
    }
    batch
}

/// The yardstick: signatures of 32-byte messages, from the bytes of key and signature, since
/// decoding is part of everything else that is measured too.
pub struct Ed25519 {
    keys: Vec<[u8; 32]>,
    messages: Vec<[u8; 32]>,
    signatures: Vec<[u8; 64]>,
}

impl Ed25519 {
    pub fn new(n: usize) -> Self {
        let rng = &mut seeded(7);
        let mut bytes = || {
            let mut bytes = [0; 32];
            rng.fill_bytes(&mut bytes);
            bytes
        };
        let made = (0..DISTINCT).map(|_| (SigningKey::from_bytes(&bytes()), bytes()));
        let made: Vec<_> = made.collect();
        let all = || made.iter().cycle().take(n);
        Self {
            keys: all().map(|(key, _)| key.verifying_key().to_bytes()).collect(),
            messages: all().map(|(_, message)| *message).collect(),
            signatures: all().map(|(key, message)| key.sign(message).to_bytes()).collect(),
        }
    }

    /// Verifies all signatures one by one.
    pub fn verify(&self) {
        let signed = self.messages.iter().zip(&self.signatures);
        for (key, (message, signature)) in self.keys.iter().zip(signed) {
            let key = VerifyingKey::from_bytes(key).unwrap();
            key.verify(message, &Signature::from_bytes(signature)).unwrap();
        }
    }

    /// Verifies all signatures at once.
    pub fn verify_batch(&self) {
        let keys: Vec<_> =
            self.keys.iter().map(|key| VerifyingKey::from_bytes(key).unwrap()).collect();
        let messages: Vec<_> = self.messages.iter().map(|message| &message[..]).collect();
        let signatures: Vec<_> = self.signatures.iter().map(Signature::from_bytes).collect();
        ed25519_dalek::verify_batch(&messages, &signatures, &keys).unwrap();
    }
}

/// The floor: a verifier of so many members does at least this, with the curve library as it is.
/// Every own point is decoded, and one multiscalar multiplication adds all up; its scalars are
/// full ones, but for the weights of the commitments, 128 bits each and one of them 1. No
/// hashing, no scalar arithmetic, no decoding of scalars.
pub struct Floor {
    tables: VartimeRistrettoPrecomputation,
    /// One after the other, lest the processor learn the digits of one by heart.
    runs: Vec<FloorRun>,
    next: Cell<usize>,
}

struct FloorRun {
    fixed: Vec<Scalar>,
    own: Vec<Scalar>,
    encoded: Vec<[u8; 32]>,
}

impl Floor {
    /// G, X, P_s, B_t, V, seven U and every H; of each member Ā, B̄, N and four commitments.
    pub fn of_presentations(attributes: usize, n: usize) -> Self {
        Self::new(12 + attributes, 3, 4, n)
    }

    /// P_s; of each member N and one commitment.
    pub fn of_logins(n: usize) -> Self {
        Self::new(1, 1, 1, n)
    }

    fn new(fixed: usize, full: usize, weights: usize, n: usize) -> Self {
        let rng = &mut seeded(8);
        let mut wide = || {
            let mut bytes = [0; 64];
            rng.fill_bytes(&mut bytes);
            bytes
        };
        let mut scalar = || Scalar::from_bytes_mod_order_wide(&wide());
        let bases: Vec<_> = (0..fixed).map(|_| RistrettoPoint::mul_base(&scalar())).collect();
        let points = DISTINCT * (full + weights);
        let points: Vec<_> = (0..points)
            .map(|_| RistrettoPoint::mul_base(&scalar()).compress().to_bytes())
            .collect();
        let mut points = points.into_iter().cycle();
        let short = |scalar: Scalar| {
            let (half, _) = scalar.as_bytes().split_first_chunk().unwrap();
            Scalar::from(u128::from_le_bytes(*half))
        };
        let mut run = |_| {
            let fixed = (0..bases.len()).map(|_| scalar()).collect();
            let mut own = Vec::with_capacity(n * (full + weights));
            for _ in 0..n {
                own.extend((0..full).map(|_| scalar()));
                own.extend((0..weights).map(|_| short(scalar())));
            }
            own[full] = Scalar::ONE;
            let encoded = points.by_ref().take(own.len()).collect();
            FloorRun { fixed, own, encoded }
        };
        let runs = (0..DISTINCT.div_ceil(n)).map(&mut run).collect();
        Self { tables: VartimeRistrettoPrecomputation::new(&bases), runs, next: Cell::new(0) }
    }

    pub fn run(&self) -> RistrettoPoint {
        // From so many points on dalek adds them up by buckets, which need tables of their own.
        const BUCKETS: usize = 190;
        let Self { tables, runs, next } = self;
        let FloorRun { fixed, own, encoded } = &runs[next.get()];
        next.set((next.get() + 1) % runs.len());
        let decode = |bytes: &[u8; 32]| CompressedRistretto(*bytes).decompress().unwrap();
        let points: Vec<_> = encoded.iter().map(decode).collect();
        if points.len() < BUCKETS {
            tables.vartime_mixed_multiscalar_mul(fixed, own, &points)
        } else {
            tables.vartime_multiscalar_mul(fixed)
                + RistrettoPoint::vartime_multiscalar_mul(own, &points)
        }
    }
}
