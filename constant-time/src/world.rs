//! What has happened before an operation, without any secret marked: one authority, one person,
//! one platform, and the bytes that passed between them.

use std::num::NonZeroU32;

use pairnym::*;

use crate::Outcome;
use crate::taint::{Draw, Draws, MASTER, Taint};

pub const NOW: UnixTime = UnixTime(1_800_000_000);
pub const MASTER_SECRET: [u8; 32] = [2; 32];
pub const SEED: [u8; 32] = [1; 32];
pub const AUTHORITY: &str = "authority.example";

/// A text attribute.
pub const NAME: &str = "张三 Zhang San";

/// 32 bytes that are sent, and 64 that are kept.
pub const NONCE: Draw = Draw::Public(32);
pub const COINS: Draw = Draw::Secret(64);

pub struct World {
    pub authority: Authority,
    pub host: PlatformId,
    pub ticket: EnrollmentTicket,
    pub offer: IssuanceOffer,
    /// The holder's answer to the offer.
    pub request: IssuanceRequest,
    pub response: IssuanceResponse,
    pub credential: Vec<u8>,
    pub evidence: Vec<u8>,
}

/// Draws of which nothing is secret.
fn draws(foreseen: &[Draw]) -> Draws<'_> {
    Draws::new(Taint::NONE, foreseen)
}

impl World {
    pub fn new() -> Outcome<Self> {
        let schema = Schema::new([
            ("age_over_18", Kind::Flag),
            ("resident", Kind::Flag),
            ("assurance", Kind::Integer),
            ("name", Kind::Text),
            ("guardian", Kind::Text),
        ])?;
        let values = vec![true.into(), true.into(), 3.into(), NAME.into(), Value::Absent];
        let key = AuthorityKey::from_seed(&SEED)?;
        let day = NonZeroU32::new(86_400).ok_or("no time")?;
        let authority = Authority::new(key, AuthorityId::new(AUTHORITY)?, schema, day);
        let pinned = PinnedParameters::new(authority.parameters().clone());
        let holder = Holder::new(&MasterSecret::import(MASTER_SECRET), pinned)?;
        let ticket = authority.invite([7; 32], &mut draws(&[NONCE]));
        let offer = authority.offer(*holder.commitment(), values, NOW, &mut draws(&[NONCE]))?;
        let (request, pending) = holder.request_credential(&offer, NOW, &mut draws(&[COINS]))?;
        let response = authority.issue(&offer, &request)?;
        let credential = pending.finish(&response)?;
        let (asked, offered) = holder.request_evidence(&credential, &mut draws(&[COINS]))?;
        let (session, commitments) =
            authority.open_evidence(&asked, &mut draws(&[NONCE, COINS]))?;
        let (challenges, waiting) = offered.challenge(&commitments, &mut draws(&[COINS]))?;
        let evidence = waiting.finish(&authority.respond(session, &challenges)?)?;
        Ok(Self {
            host: PlatformId::new("shop.example")?,
            ticket,
            offer,
            request,
            response,
            credential: credential.export().to_vec(),
            evidence: evidence.first().ok_or("no evidence")?.export().to_vec(),
            authority,
        })
    }

    fn pinned(&self) -> PinnedParameters {
        PinnedParameters::new(self.authority.parameters().clone())
    }

    pub fn platform(&self) -> Platform {
        Platform::new(self.authority.parameters().clone(), self.host)
    }

    /// The holder of a master secret that is secret as far as `taint` says.
    pub fn holder(&self, taint: Taint) -> Outcome<Holder> {
        let master = MasterSecret::import(taint.bytes(MASTER, MASTER_SECRET));
        Ok(Holder::new(&master, self.pinned())?)
    }
}
