//! People whom nobody enrolled, and what they cannot use up (SPEC §7, §8.2, §13).

use super::*;
use common::life::{Life, storage_key};

/// A platform with one account, and somebody who has none.
struct Door {
    world: World,
    account: Pseudonym,
    stranger: Holder,
}

impl Door {
    fn new() -> Self {
        let world = World::new();
        let account = world.holder.pseudonym(&world.host, None).unwrap();
        let stranger = holder(77, world.authority.list());
        Self { world, account, stranger }
    }

    fn look_up(&self, pseudonym: &Pseudonym) -> Option<&'static str> {
        (*pseudonym == self.account).then_some("account 1")
    }

    fn verify(
        &self,
        request: &Request,
        login: &Login,
        nonces: &MemoryNonces,
    ) -> Result<&'static str, Error> {
        let platform = &self.world.platform;
        let find = |pseudonym: &Pseudonym| self.look_up(pseudonym);
        Ok(platform.verify_login(request, login, find, NOW, nonces)?.into_account())
    }
}

/// SPEC §13: whoever makes up f(z_s) makes a login that verifies. It is nobody's, and uses up
/// nothing: neither the request nor room in the store.
#[test]
fn a_strangers_login_uses_up_nothing() {
    let door = Door::new();
    let world = &door.world;
    let nonces = MemoryNonces::new(1);
    let request = world.request_login(1);
    for seed in 0..20 {
        let other = world.request_login(100 + seed);
        for asked in [&request, &other] {
            let login = log_in(&door.stranger, asked, NOW).unwrap();
            assert!(world.platform.check(asked, &login, NOW).is_ok(), "it verifies");
            assert_eq!(door.verify(asked, &login, &nonces), Err(Error::NoAccount));
            assert!(nonces.is_empty());
        }
    }
    // The same request is still the person's to answer, once.
    let login = world.log_in(&request, 1);
    assert_eq!(door.verify(&request, &login, &nonces), Ok("account 1"));
    assert_eq!(door.verify(&request, &login, &nonces), Err(Error::Replayed));
    // Now the store is full: a stranger is told the same, and a person that it is full.
    let (asked, late) = (world.request_login(2), world.request_login(3));
    let login = log_in(&door.stranger, &asked, NOW).unwrap();
    assert_eq!(door.verify(&asked, &login, &nonces), Err(Error::NoAccount));
    assert_eq!(door.verify(&late, &world.log_in(&late, 2), &nonces), Err(Error::Full));
    assert_eq!(nonces.len(), 1);
}

/// The same in a batch, with the person among a crowd of strangers and a store for one.
#[test]
fn a_crowd_of_strangers_uses_up_nothing() {
    let door = Door::new();
    let world = &door.world;
    let requests: Vec<_> = (0..9).map(|seed| world.request_login(seed)).collect();
    let stranger = |request| log_in(&door.stranger, request, NOW).unwrap();
    let mut logins: Vec<_> = requests.iter().map(stranger).collect();
    logins[4] = world.log_in(&requests[4], 1);
    let answered: Vec<_> = requests.iter().zip(&logins).collect();
    // A stranger was first with the person's own request.
    let first = stranger(&requests[4]);
    let answered: Vec<_> = std::iter::once((&requests[4], &first)).chain(answered).collect();
    let nonces = MemoryNonces::new(1);
    let find = |pseudonym: &Pseudonym| door.look_up(pseudonym);
    let verdicts = world.platform.verify_login_batch(&answered, find, NOW, &nonces).unwrap();
    let accounts: Vec<_> = verdicts
        .into_iter()
        .map(|verdict| verdict.map(pairnym::platform::Returning::into_account))
        .collect();
    let expected: Vec<_> =
        (0..10).map(|nth| if nth == 5 { Ok("account 1") } else { Err(Error::NoAccount) }).collect();
    assert_eq!(accounts, expected);
    assert_eq!(nonces.len(), 1);
}

/// A person's own login in another scope is a stranger's there, and borrowed points are refused
/// before anybody is looked up.
#[test]
fn nobody_logs_in_with_a_point_that_is_not_theirs() {
    let door = Door::new();
    let world = &door.world;
    let request = world.request_login(1);
    let theirs = log_in(&door.stranger, &request, NOW).unwrap().to_bytes();
    let borrowed = with(&theirs, 34..66, &door.account.to_bytes());
    let login = Login::from_bytes(&borrowed).unwrap();
    let looked = std::cell::Cell::new(0);
    let find = |_: &Pseudonym| {
        looked.set(looked.get() + 1);
        Some(())
    };
    let nonces = MemoryNonces::new(1);
    let refused = world.platform.verify_login(&request, &login, find, NOW, &nonces);
    assert_eq!(refused.map_err(Error::from).unwrap_err(), Error::Rejected);
    assert_eq!(looked.get(), 0);
    let ask = world.platform.request_login(Purpose::Login).label(name("app-1"));
    let labelled = ask.build(NOW, &mut seeded(1)).unwrap();
    let login = world.log_in(&labelled, 1);
    assert_eq!(door.verify(&labelled, &login, &nonces), Err(Error::NoAccount));
    assert!(nonces.is_empty());
}

/// SPEC §8.2: an offer is answered only by the authority that opened it, and then only for
/// somebody who is registered at that moment.
#[test]
fn an_offer_is_no_promise() {
    let life = Life::new();
    let registry = MemoryRegistry::new(Reenrollment::Refused);
    let issue = |registry: &MemoryRegistry| {
        let issued = life.authority.issue(&life.offer, &life.issuance_request, NOW, registry);
        issued.map_err(Error::from)
    };
    // Who was never registered.
    assert_eq!(issue(&registry), Err(Error::NotRegistered));
    let person = PersonId([1; 32]);
    let enrolled = life.authority.enroll(&life.ticket, &life.enrollment, person, NOW, &registry);
    assert_eq!(enrolled.unwrap(), *life.holder.commitment());
    assert_eq!(issue(&registry), Ok(life.issuance_response.clone()));
    assert_eq!(issue(&registry), Ok(life.issuance_response.clone()), "the response was lost");
    // Who was deleted since.
    assert_eq!(registry.delete(&person), Ok(true));
    assert_eq!(issue(&registry), Err(Error::NotRegistered));
    // By the caller's own word.
    let check = || life.authority.check_issuance(&life.offer, &life.issuance_request, NOW).unwrap();
    assert_eq!(check().issue_if(false), Err(Error::NotRegistered));
    assert_eq!(check().issue_if(true), Ok(life.issuance_response.clone()));
}

/// A registry that keeps values has the last word on them.
#[test]
fn old_values_are_not_issued() {
    struct Values(Vec<Value>);

    impl Registry for Values {
        type Error = std::convert::Infallible;

        fn register(&self, _: &Registration, _: UnixTime) -> Result<RegistryOutcome, Self::Error> {
            Ok(RegistryOutcome::Registered)
        }

        fn is_registered(&self, offer: &IssuanceOffer) -> Result<bool, Self::Error> {
            Ok(self.0 == offer.values())
        }
    }

    let life = Life::new();
    let issue = |values| {
        let registry = Values(values);
        let issued = life.authority.issue(&life.offer, &life.issuance_request, NOW, &registry);
        issued.map_err(|refused| refused.refused())
    };
    let mut corrected = values();
    corrected[1] = 2.into();
    assert_eq!(issue(corrected), Err(Some(Error::NotRegistered)));
    assert_eq!(issue(values()), Ok(life.issuance_response.clone()));
}

/// What an attacker writes itself is no open ticket and no open offer: the MAC is the authority's.
#[test]
fn only_the_own_open_tickets_and_offers_are_answered() {
    let life = Life::new();
    let key = storage_key();
    let mac = |error: DecodeError| error.reason() == DecodeReason::Mac;
    // An offer for the stranger's own commitment, in every form but the right one.
    let offer = life.offer.offer().to_bytes();
    assert_eq!(OpenOffer::load(&offer, &key).unwrap_err().reason(), DecodeReason::Kind);
    let expiry = u64::MAX.to_be_bytes();
    let encoding = [&[1, 49], &offer[2..], &expiry].concat();
    assert!(mac(OpenOffer::load(&encoding, &key).unwrap_err()));
    for attacker in [[0; 32], [18; 32]] {
        let forged = sealed(&attacker, AUTHORITY, &encoding);
        assert!(mac(OpenOffer::load(&forged, &key).unwrap_err()));
    }
    let ticket = life.ticket.ticket().to_bytes();
    assert_eq!(OpenTicket::load(&ticket, &key).unwrap_err().reason(), DecodeReason::Kind);
    let encoding = [&[1, 48], &ticket[2..], &expiry].concat();
    assert!(mac(OpenTicket::load(&encoding, &key).unwrap_err()));
    assert!(mac(OpenTicket::load(&sealed(&[18; 32], AUTHORITY, &encoding), &key).unwrap_err()));
    // What was stored is as good as before.
    let offer = OpenOffer::load(&life.offer.store(&key), &key).unwrap();
    let ticket = OpenTicket::load(&life.ticket.store(&key), &key).unwrap();
    assert_eq!((offer.expires(), ticket.expires()), (life.offer.expires(), life.ticket.expires()));
    let issued = life.authority.issue(&offer, &life.issuance_request, NOW, &Everybody);
    assert_eq!(issued.unwrap(), life.issuance_response);
    let (person, registry) = (PersonId([1; 32]), MemoryRegistry::new(Reenrollment::Refused));
    assert!(life.authority.enroll(&ticket, &life.enrollment, person, NOW, &registry).is_ok());
}

/// SPEC §7: a ticket serves one commitment of one person.
#[test]
fn a_ticket_serves_one_commitment() {
    let life = Life::new();
    let registry = MemoryRegistry::new(Reenrollment::Allowed);
    let person = PersonId([1; 32]);
    let answer = |holder: &Holder| {
        let ticket = received_ticket(life.authority.list(), &life.ticket);
        sent(&holder.enroll(&ticket, &mut seeded(1)).unwrap())
    };
    let enroll = |request: &EnrollmentRequest, number, now| {
        let enrolled =
            life.authority.enroll(&life.ticket, request, person_of(number), now, &registry);
        enrolled.map_err(Error::from)
    };
    fn person_of(number: u8) -> PersonId {
        PersonId([number; 32])
    }
    let (ours, theirs) = (answer(&life.holder), answer(&holder(3, life.authority.list())));
    let last = life.ticket.expires();
    let late = UnixTime(last.0 + 1);
    assert_eq!(enroll(&ours, 1, late), Err(Error::Expired));
    assert_eq!(registry.commitment(&person), Ok(None));
    assert_eq!(enroll(&ours, 1, NOW), Ok(*life.holder.commitment()));
    // Another commitment of the same person, another person, both.
    assert_eq!(enroll(&theirs, 1, NOW), Err(Error::TicketUsed));
    assert_eq!(enroll(&ours, 2, NOW), Err(Error::TicketUsed));
    assert_eq!(enroll(&theirs, 2, NOW), Err(Error::TicketUsed));
    // The lost response, with other randomness, until the last second.
    let repeated = sent(
        &life
            .holder
            .enroll(&received_ticket(life.authority.list(), &life.ticket), &mut seeded(2))
            .unwrap(),
    );
    assert!(repeated != ours);
    for (request, now) in [(&ours, NOW), (&repeated, NOW), (&ours, last)] {
        assert_eq!(enroll(request, 1, now), Ok(*life.holder.commitment()));
    }
    assert_eq!(enroll(&ours, 1, late), Err(Error::Expired));
    // An old request enrolls nobody again, whatever the policy admits.
    assert_eq!(registry.delete(&person), Ok(true));
    for request in [&ours, &repeated] {
        assert_eq!(enroll(request, 1, NOW), Err(Error::PersonDeleted));
    }
    assert_eq!(enroll(&theirs, 1, NOW), Err(Error::TicketUsed));
    assert_eq!(registry.commitment(&person), Ok(None));
}
