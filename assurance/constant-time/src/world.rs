//! What has happened before an operation, without any secret marked: one authority, one person,
//! one platform, and the bytes that passed between them.

use std::time::Duration;

use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, store::*, *};

use crate::Outcome;
use crate::taint::{Draw, Draws, MASTER, Taint};

/// Eight hours into an epoch of a day.
pub const NOW: UnixTime = UnixTime(1_800_000_000);
const DAY: u64 = 86_400;
pub const MASTER_SECRET: [u8; 32] = [2; 32];
pub const SEED: [u8; 32] = [1; 32];
pub const AUTHORITY: &str = "authority.example";
/// The life of tickets and offers.
const MINUTES: Duration = Duration::from_secs(600);

/// A text attribute.
pub const NAME: &str = "张三 Zhang San";

/// 32 bytes that are sent, and 64 that are kept.
pub const NONCE: Draw = Draw::Public(32);
pub const COINS: Draw = Draw::Secret(64);

pub struct World {
    pub authority: Authority,
    pub host: PlatformId,
    pub ticket: OpenTicket,
    pub offer: OpenOffer,
    /// The holder's answer to the offer.
    pub request: IssuanceRequest,
    pub response: IssuanceResponse,
    /// Stored by the holder.
    pub credential: Vec<u8>,
    pub evidence: Vec<u8>,
}

/// Draws of which nothing is secret.
fn draws(foreseen: &[Draw]) -> Draws<'_> {
    Draws::new(Taint::NONE, foreseen)
}

/// The parameters of a key: a credential has two flags, an integer, a text, and no guardian.
pub fn parameters(key: &AuthorityKey) -> Outcome<AuthorityParameters> {
    let schema = Schema::new([
        ("age_over_18", Kind::Flag),
        ("resident", Kind::Flag),
        ("assurance", Kind::Integer),
        ("name", Kind::Text),
        ("guardian", Kind::Text),
    ])?;
    let day = Duration::from_secs(DAY);
    Ok(AuthorityParameters::new(key, AuthorityId::new(AUTHORITY)?, day, 1, schema)?)
}

pub fn list(parameters: AuthorityParameters) -> Outcome<ParameterList> {
    let host = PlatformId::new("id.authority.example")?;
    let (since, until) = (UnixTime(NOW.0 - 10 * DAY), UnixTime(NOW.0 + 10 * DAY));
    Ok(ParameterList::first(host, since, until, UnixTime(0), parameters)?)
}

impl World {
    pub fn new() -> Outcome<Self> {
        let key = AuthorityKey::from_seed(&SEED)?;
        let list = list(parameters(&key)?)?;
        let authority = Authority::open(key, list.clone())?;
        let holder = Holder::new(&MasterSecret::import(MASTER_SECRET), list)?;
        let check = TransactionId([7; 32]);
        let ticket = authority.open_ticket(check, MINUTES, NOW, &mut draws(&[NONCE]))?;
        let values = [
            ("age_over_18", true.into()),
            ("resident", true.into()),
            ("assurance", 3.into()),
            ("name", NAME.into()),
        ];
        let rng = &mut draws(&[NONCE]);
        let offer = authority.offer(*holder.commitment(), values, MINUTES, NOW, rng)?;
        let received = received_offer(&holder, &offer)?;
        let rng = &mut draws(&[COINS]);
        let (request, pending) = holder.request_credential(&received, NOW, rng)?;
        let request = IssuanceRequest::from_bytes(request.as_bytes())?;
        let response = authority.check_issuance(&offer, &request, NOW)?.issue_if(true)?;
        let issued = pending.finish(&response)?;
        let (asked, offered) = holder.request_evidence(&issued, &mut draws(&[COINS]))?;
        let (session, commitments) =
            authority.open_evidence(&asked, &mut draws(&[NONCE, COINS]))?;
        let (challenges, waiting) = offered.challenge(&commitments, &mut draws(&[COINS]))?;
        let batch = waiting.finish(&authority.respond(session, &challenges)?)?;
        let (credential, evidence) = issued.complete([batch])?;
        let item = evidence.first().ok_or("no evidence")?;
        Ok(Self {
            host: PlatformId::new("shop.example")?,
            ticket,
            offer,
            request,
            response,
            credential: holder.store_credential(&credential).to_vec(),
            evidence: holder.store_evidence(item).to_vec(),
            authority,
        })
    }

    pub fn platform(&self) -> Platform {
        Platform::new(self.authority.list().clone(), self.host)
    }

    /// The holder of a master secret that is secret as far as `taint` says.
    pub fn holder(&self, taint: Taint) -> Outcome<Holder> {
        let master = MasterSecret::import(taint.bytes(MASTER, MASTER_SECRET));
        Ok(Holder::new(&master, self.authority.list().clone())?)
    }
}

/// A request as it comes from its own platform.
pub fn received(request: &Request) -> Outcome<Received<Request>> {
    Ok(Received::<Request>::from_host(request.platform(), &request.to_bytes())?)
}

pub fn received_ticket(holder: &Holder, open: &OpenTicket) -> Outcome<Received<EnrollmentTicket>> {
    let (list, bytes) = (holder.list(), open.ticket().to_bytes());
    Ok(Received::<EnrollmentTicket>::from_authority(list, list.host(), &bytes)?)
}

pub fn received_offer(holder: &Holder, open: &OpenOffer) -> Outcome<Received<IssuanceOffer>> {
    let (list, bytes) = (holder.list(), open.offer().to_bytes());
    Ok(Received::<IssuanceOffer>::from_authority(list, list.host(), &bytes)?)
}
