//! What the test files share: seeded randomness, and a small world of one authority, one
//! platform and as many holders as a test wants.
#![allow(dead_code)] // Each test file uses a part of it.

pub mod life;

use std::convert::Infallible;
use std::time::Duration;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::SeedableRng;
use hkdf::Hkdf;
use pairnym::hazmat::Transcript;
use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, store::*, *};
use rand_core::{TryCryptoRng, TryRng};
use sha2::Sha512;

/// Eight hours into an epoch of a day.
pub const NOW: UnixTime = UnixTime(1_800_000_000);
pub const DAY: u64 = 86_400;
pub const TEN_MINUTES: Duration = Duration::from_secs(600);

pub fn seeded(seed: u64) -> ChaCha12Rng {
    ChaCha12Rng::seed_from_u64(seed)
}

pub const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
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

pub fn name(name: &str) -> Name {
    Name::new(name).unwrap()
}

pub fn host(host: &str) -> PlatformId {
    PlatformId::new(host).unwrap()
}

/// The authority's one host.
pub fn authority_host() -> PlatformId {
    host("id.authority.example")
}

pub fn authority_id() -> AuthorityId {
    AuthorityId::new("authority.example").unwrap()
}

pub fn schema(attributes: &[(&str, Kind)]) -> Schema {
    Schema::new(attributes.iter().copied()).unwrap()
}

pub fn key(seed: u8) -> AuthorityKey {
    AuthorityKey::from_seed(&[seed; 32]).unwrap()
}

/// Parameters of a key: epochs of a day, one batch of evidence.
pub fn parameters(seed: u8, attributes: &[(&str, Kind)]) -> AuthorityParameters {
    AuthorityParameters::new(&key(seed), authority_id(), seconds(DAY), 1, schema(attributes))
        .unwrap()
}

/// A first list, which begins ten days before [`NOW`] and ends ten days after it.
pub fn list(parameters: AuthorityParameters) -> ParameterList {
    let (since, until) = (UnixTime(NOW.0 - 10 * DAY), UnixTime(NOW.0 + 10 * DAY));
    ParameterList::first(authority_host(), since, until, UnixTime(0), parameters).unwrap()
}

pub fn authority(seed: u8, attributes: &[(&str, Kind)]) -> Authority {
    Authority::open(key(seed), list(parameters(seed, attributes))).unwrap()
}

pub fn holder(seed: u8, authority: &Authority) -> Holder {
    Holder::new(&MasterSecret::import([seed; 32]), authority.list().clone()).unwrap()
}

/// A message as its receiver decodes it.
pub fn sent<M: Message>(outgoing: &Outgoing<M>) -> M {
    M::from_bytes(outgoing.as_bytes()).unwrap()
}

/// A request as it comes from its own platform.
pub fn received(request: &Request) -> Received<Request> {
    Received::<Request>::from_host(request.platform(), &request.to_bytes()).unwrap()
}

pub fn received_ticket(list: &ParameterList, ticket: &OpenTicket) -> Received<EnrollmentTicket> {
    let bytes = ticket.ticket().to_bytes();
    Received::<EnrollmentTicket>::from_authority(list, list.host(), &bytes).unwrap()
}

pub fn received_offer(list: &ParameterList, offer: &OpenOffer) -> Received<IssuanceOffer> {
    let bytes = offer.offer().to_bytes();
    Received::<IssuanceOffer>::from_authority(list, list.host(), &bytes).unwrap()
}

/// A registry in which everybody is registered.
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

/// Values with their names, in the order of the schema.
pub fn by_name<'a>(
    authority: &'a Authority,
    values: impl IntoIterator<Item = Value> + 'a,
) -> impl Iterator<Item = (&'a str, Value)> {
    let names = authority.parameters().schema().iter().map(|(name, _)| name.as_str());
    names.zip(values)
}

/// A credential without its evidence, of the slot of `now`, issued to whoever it is.
pub fn issued(
    authority: &Authority,
    holder: &Holder,
    values: Vec<Value>,
    now: UnixTime,
) -> IssuedCredential {
    let rng = &mut seeded(1);
    let values = by_name(authority, values);
    let open = authority.offer(*holder.commitment(), values, TEN_MINUTES, now, rng).unwrap();
    let offer = received_offer(holder.list(), &open);
    let (request, pending) = holder.request_credential(&offer, now, rng).unwrap();
    pending.finish(&authority.issue(&open, &sent(&request), now, &Everybody).unwrap()).unwrap()
}

/// One batch of evidence.
pub fn batch(
    authority: &Authority,
    holder: &Holder,
    issued: &IssuedCredential,
    seed: u64,
) -> EvidenceBatch {
    let rng = &mut seeded(seed);
    let (request, offered) = holder.request_evidence(issued, rng).unwrap();
    let (session, commitments) = authority.open_evidence(&request, rng).unwrap();
    let (challenges, challenged) = offered.challenge(&commitments, rng).unwrap();
    challenged.finish(&authority.respond(session, &challenges).unwrap()).unwrap()
}

/// A credential with all its evidence.
pub fn credential(
    authority: &Authority,
    holder: &Holder,
    values: Vec<Value>,
    now: UnixTime,
    seed: u64,
) -> (Credential, Vec<Evidence>) {
    let issued = issued(authority, holder, values, now);
    let batches: Vec<_> = (0..u64::from(issued.batches().get()))
        .map(|index| batch(authority, holder, &issued, seed + index))
        .collect();
    issued.complete(batches).unwrap()
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
        let host = host("shop.example");
        let platform = Platform::new(authority.list().clone(), host);
        let holder = holder(2, &authority);
        let (credential, evidence) = credential(&authority, &holder, values(), NOW, 3);
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
pub fn holder_key(master: &[u8; 32], authority: &AuthorityId) -> [u8; 32] {
    let mut key = [0; 32];
    let hkdf = Hkdf::<Sha512>::new(Some(b"pairnym-v1/master-secret"), master);
    let info = [b"pairnym-v1/storage-key", authority.as_str().as_bytes()];
    hkdf.expand_multi_info(&info, &mut key).unwrap();
    key
}

/// The stored form of any encoding (SPEC §14.16), by whoever has the key.
pub fn sealed(key: &[u8; 32], authority: &AuthorityId, encoding: &[u8]) -> Vec<u8> {
    let mac = Transcript::new("stored").part(key).part(authority.as_str().as_bytes());
    [encoding, &mac.part(encoding).h32()].concat()
}
