//! What a device keeps of a received message and the bytes that it came in differ: a fault in
//! memory between reading and answering. Nothing leaves (SPEC §7, §8.1, §11, §13).

use alloc::vec::Vec;
use core::time::Duration;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::SeedableRng;

use super::*;
use crate::holder::Outgoing;
use crate::time::UnixTime;
use crate::{
    AuthorityParameters, Purpose, Schema, TransactionId,
    attribute::Kind,
    authority::{Authority, AuthorityKey},
    holder::{Consent, Credential, Evidence, Holder, MasterSecret, PresentError},
    message::{IssuanceRequest, Login, Presentation},
    platform::{Platform, RequestBuilder},
};

const NOW: UnixTime = UnixTime(1_800_000_000);
const DAY: Duration = Duration::from_secs(86_400);
const LIFE: Duration = Duration::from_secs(600);

fn seeded(seed: u64) -> ChaCha12Rng {
    ChaCha12Rng::seed_from_u64(seed)
}

fn host(name: &str) -> PlatformId {
    PlatformId::new(name).unwrap()
}

struct World {
    authority: Authority,
    holder: Holder,
    shop: Platform,
    bank: Platform,
    credential: Credential,
    evidence: Vec<Evidence>,
}

impl World {
    fn new() -> Self {
        let key = AuthorityKey::from_seed(&[1; 32]).unwrap();
        let schema = Schema::new([("age_over_18", Kind::Flag), ("assurance", Kind::Integer)]);
        let id = "authority.example".parse().unwrap();
        let parameters = AuthorityParameters::new(&key, id, DAY, 1, schema.unwrap()).unwrap();
        let (since, until) = (UnixTime(NOW.0 - 86_400), NOW.after(10 * DAY).unwrap());
        let first = ParameterList::first(host("id.example"), since..until, UnixTime(0), parameters);
        let list = first.unwrap();
        let authority = Authority::open(key, list.clone()).unwrap();
        let holder = Holder::new(&MasterSecret::import([2; 32]), list.clone()).unwrap();
        let [shop, bank] =
            ["shop.example", "bank.example"].map(|name| Platform::new(list.clone(), host(name)));

        let rng = &mut seeded(1);
        let open = offer(&authority, &holder);
        let offer = whole(open.offer(), list.host());
        let (request, pending) = holder.request_credential(&offer, NOW, rng).unwrap();
        let request = IssuanceRequest::from_bytes(request.as_bytes()).unwrap();
        let unissued = authority.check_issuance(&open, &request, NOW).unwrap();
        let issued = pending.finish(&unissued.issue_if(true).unwrap()).unwrap();
        let (request, offered) = holder.request_evidence(&issued, rng).unwrap();
        let (session, commitments) = authority.open_evidence(&request, rng).unwrap();
        let (challenges, challenged) = offered.challenge(&commitments, rng).unwrap();
        let batch = challenged.finish(&authority.respond(session, &challenges).unwrap()).unwrap();
        let (credential, evidence) = issued.complete([batch]).unwrap();
        Self { authority, holder, shop, bank, credential, evidence }
    }

    fn present(
        &mut self,
        request: &Received<Request>,
    ) -> Result<Outgoing<Presentation>, PresentError> {
        let item = self.evidence.pop().unwrap();
        let consent = Consent::to_disclose(request);
        self.holder.present(&self.credential, item, consent, NOW, &mut seeded(2))
    }

    fn log_in(&self, request: &Received<Request>) -> Result<Outgoing<Login>, Error> {
        self.holder.log_in(Consent::to_answer(request), NOW, &mut seeded(3))
    }
}

fn offer(authority: &Authority, holder: &Holder) -> crate::authority::OpenOffer {
    let values = [("age_over_18", true.into()), ("assurance", 3.into())];
    authority.offer(*holder.commitment(), values, LIFE, NOW, &mut seeded(4)).unwrap()
}

fn whole<M: Message>(message: &M, peer: &PlatformId) -> Received<M> {
    Received::read(peer, &message.to_bytes()).unwrap()
}

/// As it was read, but that the message is this one now.
fn spoilt<M: Message>(received: &Received<M>, message: M) -> Received<M> {
    Received { message, peer: received.peer, bytes: received.bytes.clone() }
}

/// Everything in which one request can differ from another, but for its platform.
fn others(platform: &Platform, wanted: impl Fn(&Platform) -> RequestBuilder<'_>) -> Vec<Request> {
    let now = |builder: RequestBuilder<'_>| builder.build(NOW, &mut seeded(5)).unwrap();
    let label = "app".parse().unwrap();
    let mut all = Vec::from([
        now(wanted(platform).label(label)),
        now(wanted(platform).valid_for(Duration::from_secs(301))),
        now(wanted(platform).statement("agreed")),
        now(wanted(platform).notice([1; 32])),
        wanted(platform).build(NOW, &mut seeded(6)).unwrap(),
    ]);
    if now(wanted(platform)).slots().len() > 1 {
        all.push(now(wanted(platform).current_slot_only()));
        all.push(now(wanted(platform).disclose("age_over_18")));
    }
    all
}

/// A request that rots in memory, before or after the holder reads it: a fault, and the item is
/// used up. From one platform's to another's too, though that statement would be true; and if the
/// peer rots with it, the bytes still say whose request it was.
#[test]
fn a_request_that_is_spoilt_in_memory() {
    let mut world = World::new();
    let ask =
        |platform: &Platform| platform.request(Purpose::Registration).build(NOW, &mut seeded(5));
    let request = ask(&world.shop).unwrap();
    let received = whole(&request, world.shop.id());
    assert!(world.present(&received).is_ok());

    for other in others(&world.shop, |shop| shop.request(Purpose::Registration)) {
        let refused = world.present(&spoilt(&received, other.clone())).unwrap_err();
        assert_eq!(refused.error(), Error::Fault, "{other:?}");
        assert!(refused.into_evidence().is_none());
        // The other way: the bytes rot.
        let bytes = other.to_bytes();
        let rotten = Received { message: request.clone(), peer: received.peer, bytes };
        assert_eq!(world.present(&rotten).unwrap_err().error(), Error::Fault, "{other:?}");
    }

    let banks = ask(&world.bank).unwrap();
    let refused = world.present(&spoilt(&received, banks.clone())).unwrap_err();
    assert_eq!(refused.error(), Error::ForeignPlatform);
    assert!(refused.into_evidence().is_some());
    let peer = *world.bank.id();
    let relayed = Received { message: banks, peer, bytes: received.bytes.clone() };
    let refused = world.present(&relayed).unwrap_err();
    assert_eq!(refused.error(), Error::Fault);
    assert!(refused.into_evidence().is_none());

    // Bytes that are no request any more.
    for place in [0, 1, 2, 5, 40] {
        let mut bytes = received.bytes.clone();
        bytes[place] ^= 0x80;
        let rotten = Received { message: request.clone(), peer: received.peer, bytes };
        assert_eq!(world.present(&rotten).unwrap_err().error(), Error::Fault, "{place}");
    }
}

/// The same of a login: one challenge that was faulted beside a right one gives f(z) away.
#[test]
fn a_login_request_that_is_spoilt_in_memory() {
    let world = World::new();
    let ask =
        |platform: &Platform| platform.request_login(Purpose::Login).build(NOW, &mut seeded(5));
    let request = ask(&world.shop).unwrap();
    let received = whole(&request, world.shop.id());
    assert!(world.log_in(&received).is_ok());
    for other in others(&world.shop, |shop| shop.request_login(Purpose::Login)) {
        let refused = world.log_in(&spoilt(&received, other.clone())).unwrap_err();
        assert_eq!(refused, Error::Fault, "{other:?}");
        let bytes = other.to_bytes();
        let rotten = Received { message: request.clone(), peer: received.peer, bytes };
        assert_eq!(world.log_in(&rotten).unwrap_err(), Error::Fault, "{other:?}");
    }
    let banks = ask(&world.bank).unwrap();
    let refused = world.log_in(&spoilt(&received, banks.clone())).unwrap_err();
    assert_eq!(refused, Error::ForeignPlatform);
    let peer = *world.bank.id();
    let relayed = Received { message: banks, peer, bytes: received.bytes.clone() };
    assert_eq!(world.log_in(&relayed).unwrap_err(), Error::Fault);
    // Another kind of answer.
    let wanted = world.shop.request(Purpose::Login).build(NOW, &mut seeded(5)).unwrap();
    assert_eq!(world.log_in(&spoilt(&received, wanted)).unwrap_err(), Error::WrongAnswer);
}

#[test]
fn a_ticket_that_is_spoilt_in_memory() {
    let world = World::new();
    let open = |transaction, seed| {
        let transaction = TransactionId([transaction; 32]);
        world.authority.open_ticket(transaction, LIFE, NOW, &mut seeded(seed)).unwrap()
    };
    let peer = world.authority.list().host();
    let received = whole(open(1, 1).ticket(), peer);
    let enroll = |ticket: &Received<_>| world.holder.enroll(ticket, &mut seeded(7)).map(drop);
    assert_eq!(enroll(&received), Ok(()));
    for other in [open(2, 1), open(1, 2)] {
        let bytes = other.ticket().to_bytes();
        assert_eq!(enroll(&spoilt(&received, other.ticket().clone())), Err(Error::Fault));
        let message = received.message.clone();
        assert_eq!(enroll(&Received { message, peer: *peer, bytes }), Err(Error::Fault));
    }
    let (message, bytes) = (received.message.clone(), received.bytes.clone());
    let elsewhere = Received { message, peer: host("id.elsewhere.example"), bytes };
    assert_eq!(enroll(&elsewhere), Err(Error::ForeignAuthority));
}

#[test]
fn an_offer_that_is_spoilt_in_memory() {
    let world = World::new();
    let open = offer(&world.authority, &world.holder);
    let peer = world.authority.list().host();
    let received = whole(open.offer(), peer);
    let accept = |offer: &Received<IssuanceOffer>| {
        world.holder.request_credential(offer, NOW, &mut seeded(8)).map(drop)
    };
    assert_eq!(accept(&received), Ok(()));
    let other = |now, values: [(&str, crate::attribute::Value); 2], seed| {
        let commitment = *world.holder.commitment();
        world.authority.offer(commitment, values, LIFE, now, &mut seeded(seed)).unwrap()
    };
    let values =
        |adult: bool, level: u64| [("age_over_18", adult.into()), ("assurance", level.into())];
    for (other, expected) in [
        (other(NOW, values(false, 3), 4), Error::Fault),
        (other(NOW, values(true, 4), 4), Error::Fault),
        (other(NOW, values(true, 3), 5), Error::Fault),
        (other(UnixTime(NOW.0 - 86_400), values(true, 3), 4), Error::WrongEpoch),
    ] {
        assert_eq!(accept(&spoilt(&received, other.offer().clone())), Err(expected));
        let (message, bytes) = (received.message.clone(), other.offer().to_bytes());
        assert_eq!(accept(&Received { message, peer: *peer, bytes }), Err(Error::Fault));
    }
}
