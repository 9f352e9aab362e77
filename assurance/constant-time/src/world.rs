//! What has happened before an operation, without any secret marked: one authority, one person,
//! one platform, and the bytes that passed between them.

use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::{
    Everybody, NOW, TEN_MINUTES, authority, batch, by_name, host, received_offer, seeded, sent,
};

use crate::Outcome;
use crate::taint::{Draw, Draws, MASTER, Taint};

/// Those of the testkit's person 2 and key 1.
pub const MASTER_SECRET: [u8; 32] = [2; 32];
pub const SEED: [u8; 32] = [1; 32];
pub const AUTHORITY: &str = "authority.example";

/// A credential has two flags, an integer, a text, and no guardian.
pub const SCHEMA: [(&str, Kind); 5] = [
    ("age_over_18", Kind::Flag),
    ("resident", Kind::Flag),
    ("assurance", Kind::Integer),
    ("name", Kind::Text),
    ("guardian", Kind::Text),
];

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

impl World {
    pub fn new() -> Outcome<Self> {
        let (authority, rng) = (authority(1, &SCHEMA, NOW), &mut seeded(1));
        let holder = pairnym_testkit::holder(2, authority.list());
        let check = TransactionId([7; 32]);
        let ticket = authority.open_ticket(check, TEN_MINUTES, NOW, rng)?;
        let values = [true.into(), true.into(), 3.into(), NAME.into()];
        let values = by_name(&authority, values);
        let offer = authority.offer(*holder.commitment(), values, TEN_MINUTES, NOW, rng)?;
        // Operations draw the same again.
        let coins = &mut Draws::new(Taint::NONE, &[COINS]);
        let received = received_offer(holder.list(), &offer);
        let (request, pending) = holder.request_credential(&received, NOW, coins)?;
        let request = sent(&request);
        let response = authority.issue(&offer, &request, NOW, &Everybody)?;
        let issued = pending.finish(&response)?;
        let batch = batch(&authority, &holder, &issued, rng);
        let (credential, evidence) = issued.complete([batch])?;
        let item = evidence.first().ok_or("no evidence")?;
        Ok(Self {
            host: host("shop.example"),
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

    /// A request that discloses one attribute.
    pub fn request(&self) -> Outcome<Request> {
        let platform = self.platform();
        let request = platform
            .request(Purpose::Registration)
            .disclose("age_over_18")
            .require("age_over_18", Condition::Equals(true.into()));
        Ok(request.build(NOW, &mut Draws::new(Taint::NONE, &[NONCE]))?)
    }

    /// The holder of a master secret that is secret as far as `taint` says.
    pub fn holder(&self, taint: Taint) -> Outcome<Holder> {
        let master = MasterSecret::import(taint.bytes(MASTER, MASTER_SECRET));
        Ok(Holder::new(&master, self.authority.list().clone())?)
    }
}
