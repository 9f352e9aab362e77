//! What the roles do not use themselves: keys and secrets that are drawn, the names by which a
//! server with a database finds things again, and the bare login of a device without an allocator.

mod common;

use common::*;
use pairnym::{authority::*, holder::*, message::*, store::*, *};
use pairnym_testkit::*;

/// All of it comes from the caller's generator, and the seed is the one to keep.
#[test]
fn keys_and_secrets_are_drawn_from_the_generator() {
    let bytes: [u8; 32] = core::array::from_fn(|i| i as u8);
    let coins = &mut Given::new(&bytes);
    assert_eq!(*MasterSecret::generate(coins).export(), bytes);
    assert_eq!(coins.left(), 0);

    let coins = &mut Given::new(&bytes);
    let (key, seed) = AuthorityKey::generate(coins).unwrap();
    assert_eq!((*seed, coins.left()), (bytes, 0));
    let parameters = |key: AuthorityKey| {
        AuthorityParameters::new(&key, authority_id(), seconds(DAY), 1, schema(&[])).unwrap()
    };
    assert_eq!(parameters(key), parameters(AuthorityKey::from_seed(&bytes).unwrap()));
}

#[test]
fn a_registry_keeps_commitments_as_bytes() {
    let world = World::new();
    let commitment = world.holder.commitment();
    assert_eq!(Commitment::from_bytes(commitment.to_bytes()).unwrap(), *commitment);
    let refused = |bytes| Commitment::from_bytes(bytes).unwrap_err().to_string();
    assert_eq!(refused([0; 32]), "Commitment: the identity element");
    assert_eq!(refused([0xff; 32]), "Commitment: not a canonical group element");
}

/// By the transaction, the nonce, the session or the parameters that a message names.
#[test]
fn a_server_finds_what_a_message_answers() {
    let World { authority, holder, platform, .. } = World::new();
    let rng = &mut seeded(1);
    let transaction = TransactionId([7; 32]);
    let open = authority.open_ticket(transaction, TEN_MINUTES, NOW, rng).unwrap();
    assert_eq!(*open.ticket().transaction(), transaction);
    let ticket = received_ticket(authority.list(), &open);
    assert_eq!(*sent(&holder.enroll(&ticket, rng).unwrap()).transaction(), transaction);

    let named = by_name(&authority, values());
    let open = authority.offer(*holder.commitment(), named, TEN_MINUTES, NOW, rng).unwrap();
    let offer = received_offer(authority.list(), &open);
    let (request, _) = holder.request_credential(&offer, NOW, rng).unwrap();
    assert_eq!(sent(&request).nonce(), open.offer().nonce());
    assert_eq!((ticket.peer(), offer.peer()), (authority.list().host(), authority.list().host()));

    let issued = issued(&authority, &holder, values(), NOW, &mut seeded(1));
    let (request, offered) = holder.request_evidence(&issued, rng).unwrap();
    assert_eq!(request.parameters(), authority.parameters().id());
    let (session, commitments) = authority.open_evidence(&request, rng).unwrap();
    let (challenges, _) = offered.challenge(&commitments, rng).unwrap();
    assert_eq!((session.id(), commitments.session()), (challenges.session(), session.id()));

    let mut world = World::new();
    let (asked, other) = (world.request(2), world.request_login(3));
    assert_eq!(world.present(&asked).nonce(), asked.nonce());
    assert_eq!(world.log_in(&other, 4).nonce(), other.nonce());
    assert_ne!(asked.nonce(), other.nonce());
    assert_eq!(platform.id(), asked.platform());
}

/// Every one-shot state is for one answer; what is open at the authority survives a restart in its
/// stored form, under its own key only.
#[test]
fn what_is_open_is_kept_over_a_restart() {
    let World { authority, holder, .. } = World::new();
    let rng = &mut seeded(1);
    let key = StorageKey::new([9; 32], authority_id());
    let open = authority.open_ticket(TransactionId([7; 32]), TEN_MINUTES, NOW, rng).unwrap();
    let request = holder.enroll(&received_ticket(authority.list(), &open), rng).unwrap();
    let restored = OpenTicket::load(&open.store(&key), &key).unwrap();
    assert_eq!(restored.expires(), open.expires());
    let commitment =
        authority.enroll(&restored, &sent(&request), PersonId([1; 32]), NOW, &Everybody);
    assert_eq!(commitment.unwrap(), *holder.commitment());

    let named = by_name(&authority, values());
    let open = authority.offer(*holder.commitment(), named, TEN_MINUTES, NOW, rng).unwrap();
    let offer = received_offer(authority.list(), &open);
    let (request, pending) = holder.request_credential(&offer, NOW, rng).unwrap();
    let restored = OpenOffer::load(&open.store(&key), &key).unwrap();
    let response = authority.issue(&restored, &sent(&request), NOW, &Everybody).unwrap();
    assert!(pending.finish(&response).is_ok());
    for (other_key, id) in [([8; 32], authority_id()), ([9; 32], "other.example".parse().unwrap())]
    {
        let other = StorageKey::new(other_key, id);
        let refused = OpenOffer::load(&open.store(&key), &other).unwrap_err();
        assert_eq!(refused.reason(), DecodeReason::Mac);
    }
}

/// `Login::verify_signature_alone` accepts what `Platform::check` accepts, and nothing else.
#[test]
fn a_device_verifies_a_bare_login() {
    let world = World::new();
    let (asked, other) = (world.request_login(1), world.request_login(2));
    let login = world.log_in(&asked, 3);

    let scope = |host| Scope::new(authority_id(), host, None);
    let verify = |login: &Login, host, nonce: &Request, request: &Request| {
        login.verify_signature_alone(&scope(host), nonce.nonce(), &request.digest())
    };
    let shop = world.host;
    let pseudonym = world.holder.pseudonym(&shop, None).unwrap();
    assert_eq!(verify(&login, shop, &asked, &asked), Ok(pseudonym));
    assert_eq!(verify(&login, shop, &asked, &other), Err(Error::Rejected));
    assert_eq!(verify(&login, shop, &other, &asked), Err(Error::Rejected));
    assert_eq!(verify(&login, host("bank.example"), &asked, &asked), Err(Error::Rejected));
    let mut refused = 0;
    for place in 2..Login::LENGTH {
        let mut bytes = login.to_array();
        bytes[place] ^= 1;
        // A changed point may be no point at all.
        if let Ok(changed) = Login::from_bytes(&bytes) {
            assert_eq!(verify(&changed, shop, &asked, &asked), Err(Error::Rejected));
            refused += 1;
        }
    }
    assert!(refused > 64, "nonce and response at least: {refused}");
}

/// A device without an allocator reads requests in place, refuses what a holder refuses, and makes
/// the login that a holder makes.
#[test]
fn a_device_logs_in() {
    let world = World::new();
    let secrets = HolderSecrets::derive(&MasterSecret::import([2; 32]), &authority_id());
    let asked = world.platform.request_login(Purpose::Other(name("checkout")));
    let asked = asked.label(name("app-1")).statement("I agree.\nYes.").notice([7; 32]);
    let asked = asked.build(NOW, &mut seeded(1)).unwrap();
    let bytes = asked.to_bytes();
    let read = LoginRequest::from_host(&world.host, &bytes).unwrap();
    assert_eq!(read.to_string(), asked.to_string());
    assert_eq!((read.platform(), read.authority()), (asked.platform(), asked.authority()));
    assert_eq!((read.label(), read.purpose()), (asked.label(), asked.purpose()));
    assert_eq!((read.nonce(), read.expires()), (asked.nonce(), asked.expires()));
    assert_eq!((read.statement(), read.notice()), (asked.statement(), asked.notice()));

    let login = read.log_in(&secrets, NOW, &mut seeded(4)).unwrap();
    assert_eq!(login, world.log_in(&asked, 4).to_array());
    let stranger =
        HolderSecrets::derive(&MasterSecret::import([2; 32]), &"other.example".parse().unwrap());
    let refused = |secrets, now| read.log_in(secrets, UnixTime(now), &mut seeded(4)).unwrap_err();
    assert_eq!(refused(&stranger, NOW.0), Error::ForeignAuthority);
    let expires = asked.expires().0;
    assert!(read.log_in(&secrets, UnixTime(expires + 600), &mut seeded(4)).is_ok());
    assert_eq!(refused(&secrets, expires + 601), Error::Expired);
    assert_eq!(refused(&secrets, expires - 87_001), Error::Range);
    let other = LoginRequest::from_host(&host("bank.example"), &bytes).unwrap_err();
    assert_eq!(other, Error::ForeignPlatform);
    let presentation = world.request(1).to_bytes();
    let wrong = LoginRequest::from_host(&world.host, &presentation).unwrap_err();
    assert_eq!(wrong, Error::WrongAnswer);
}

/// It reads strictly, as everybody else does.
#[test]
fn a_device_reads_requests_strictly() {
    let world = World::new();
    let asked = world.request_login(1).to_bytes();
    let read = |bytes: &[u8]| LoginRequest::from_host(&world.host, bytes).map(|_| ());
    let both = |bytes: &[u8]| match Received::<Request>::from_host(&world.host, bytes) {
        Ok(request) if request.wanted() == Wanted::Presentation => Err(Error::WrongAnswer),
        other => other.map(|_| ()),
    };
    for length in 0..asked.len() {
        assert_eq!(read(&asked[..length]), both(&asked[..length]), "{length}");
    }
    assert_eq!(read(&[&asked[..], &[0]].concat()), both(&[&asked[..], &[0]].concat()));
    let mut refused = 0;
    for place in 0..asked.len() {
        for change in [1, 2, 0x80, 0xff] {
            let mut bytes = asked.clone();
            bytes[place] ^= change;
            // Of a request that wants a presentation the rest is not read.
            if let Err(error) = read(&bytes) {
                refused += 1;
                // Nor is a condition, which a login cannot have: it is refused by its number.
                let conditions = place == asked.len() - 4 && both(&bytes).is_err();
                let same = error == Error::WrongAnswer || Err(error) == both(&bytes);
                assert!(same || conditions, "{place}");
            } else {
                assert_eq!(both(&bytes), Ok(()), "{place}");
            }
        }
    }
    assert!(refused > 100, "{refused}");
}
