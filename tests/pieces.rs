//! What the roles do not use themselves: keys and secrets that are drawn, the names by which a
//! server with a database finds things again, and the bare login of a device without an allocator.

mod common;

use common::*;
use pairnym::*;

/// All of it comes from the caller's generator, and the seed is the one to keep.
#[test]
fn keys_and_secrets_are_drawn_from_the_generator() {
    let bytes: [u8; 32] = core::array::from_fn(|i| i as u8);
    let coins = &mut Coins::new(&bytes);
    assert_eq!(*MasterSecret::generate(coins).export(), bytes);
    assert_eq!(coins.left(), 0);

    let coins = &mut Coins::new(&bytes);
    let (key, seed) = AuthorityKey::generate(coins).unwrap();
    assert_eq!((*seed, coins.left()), (bytes, 0));
    let parameters = |key| {
        let id = AuthorityId::new("authority.example").unwrap();
        Authority::new(key, id, schema(&[]), core::num::NonZeroU32::MIN).parameters().to_bytes()
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

/// By the transaction, the nonce or the parameters that a request names.
#[test]
fn a_server_finds_what_a_request_answers() {
    let World { authority, holder, credential, .. } = World::new();
    let rng = &mut seeded(1);
    let ticket = authority.invite([7; 32], rng);
    assert_eq!(ticket.transaction(), &[7; 32]);
    assert_eq!(holder.enroll(&ticket, rng).unwrap().transaction(), &[7; 32]);

    let offer = authority.offer(*holder.commitment(), values(), NOW, rng).unwrap();
    let (request, _) = holder.request_credential(&offer, NOW, rng).unwrap();
    assert_eq!(request.nonce(), offer.nonce());

    let (request, _) = holder.request_evidence(&credential, rng).unwrap();
    assert_eq!(request.parameters(), authority.parameters().id());
}

/// `Login::verify` accepts what `Platform::verify_login` accepts, and nothing else.
#[test]
fn a_device_verifies_a_bare_login() {
    let World { authority, platform, host, holder, .. } = World::new();
    let parameters = authority.parameters();
    let request = |seed| platform.request(Purpose::Login).build(NOW, &mut seeded(seed)).unwrap();
    let (asked, other) = (request(1), request(2));
    let consent = Consent::to_answer(&asked, &host);
    let login = holder.log_in(consent, NOW, &mut seeded(3)).unwrap();

    let scope = |host| Scope::new(*parameters.authority(), host, None);
    let verify = |login: &Login, host, request: &Request| {
        login.verify(&scope(host), parameters.id(), &request.digest())
    };
    let pseudonym = holder.pseudonym(&host, None).unwrap();
    assert_eq!(verify(&login, host, &asked), Ok(pseudonym));
    assert_eq!(verify(&login, host, &other), Err(Error::Rejected));
    let elsewhere = PlatformId::new("bank.example").unwrap();
    assert_eq!(verify(&login, elsewhere, &asked), Err(Error::Rejected));
    let foreign = ParametersId([0; 32]);
    assert_eq!(login.verify(&scope(host), &foreign, &asked.digest()), Err(Error::Rejected));
    for place in [2, 34, 66] {
        let mut bytes = login.to_array();
        bytes[place] ^= 1;
        // A changed point may be no point at all.
        if let Ok(changed) = Login::from_bytes(&bytes) {
            assert_eq!(verify(&changed, host, &asked), Err(Error::Rejected));
        }
    }
}
