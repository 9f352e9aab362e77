//! An account answers requests of its own scope and no other, says what the holder would say, and
//! lets nothing leave if what it keeps is spoilt.

use core::mem::size_of;
use core::time::Duration;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::SeedableRng;
use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT as G;

use super::*;
use crate::attribute::Schema;
use crate::authority::AuthorityKey;
use crate::group::Element;
use crate::holder::{MasterSecret, Received};
use crate::message::{AuthorityParameters, ParameterList};
use crate::platform::Platform;
use crate::{Message, Name, PlatformId, Purpose};

const NOW: UnixTime = UnixTime(1_800_000_000);

fn seeded(seed: u64) -> ChaCha12Rng {
    ChaCha12Rng::seed_from_u64(seed)
}

fn name(label: &str) -> Name {
    Name::new(label).unwrap()
}

fn world() -> (Holder, Platform) {
    let key = AuthorityKey::from_seed(&[1; 32]).unwrap();
    let (id, day) = ("authority.example".parse().unwrap(), Duration::from_secs(86_400));
    let schema = Schema::new([]).unwrap();
    let parameters = AuthorityParameters::new(&key, id, day, 1, schema).unwrap();
    let (since, until) = (UnixTime(NOW.0 - 86_400), NOW.after(10 * day).unwrap());
    let host = "id.authority.example".parse().unwrap();
    let list = ParameterList::first(host, since..until, UnixTime(0), parameters).unwrap();
    let holder = Holder::new(&MasterSecret::import([2; 32]), list.clone()).unwrap();
    (holder, Platform::new(list, "shop.example".parse().unwrap()))
}

/// A request for a login in the scope with this label, as it came from this platform.
fn asked(platform: &Platform, label: Option<&str>) -> Received<Request> {
    let builder = platform.request_login(Purpose::Login);
    let builder = label.into_iter().fold(builder, |builder, label| builder.label(name(label)));
    let request = builder.build(NOW, &mut seeded(3)).unwrap();
    Received::<Request>::from_host(platform.id(), &request.to_bytes()).unwrap()
}

#[test]
fn an_account_answers_as_the_holder_does() {
    let (holder, platform) = world();
    let account = holder.account(platform.id(), None).unwrap();
    assert_eq!(Ok(*account.pseudonym()), holder.pseudonym(platform.id(), None));
    for seed in 0..3 {
        let request = asked(&platform, None);
        let consent = Consent::to_answer(&request);
        let here = account.log_in(consent, NOW, &mut seeded(seed)).unwrap().into_bytes();
        let there = holder.log_in(consent, NOW, &mut seeded(seed)).unwrap().into_bytes();
        assert_eq!(here, there);
        let login = Login::from_bytes(&here).unwrap();
        assert!(platform.check(&request, &login, NOW).is_ok());
    }
}

#[test]
fn an_account_refuses_requests_of_other_scopes() {
    let (holder, shop) = world();
    let bank = Platform::new(shop.list().clone(), "bank.example".parse().unwrap());
    let scopes: [(&PlatformId, _); 3] =
        [(shop.id(), None), (shop.id(), Some("forum")), (bank.id(), None)];
    for scope in scopes {
        let label = scope.1.map(name);
        let account = holder.account(scope.0, label.as_ref()).unwrap();
        for (platform, label) in [(&shop, None), (&shop, Some("forum")), (&bank, None)] {
            let request = asked(platform, label);
            let answer = account.log_in(Consent::to_answer(&request), NOW, &mut seeded(4));
            let own = scope == (platform.id(), label);
            assert_eq!(answer.err(), (!own).then_some(Error::ForeignPlatform));
        }
    }
}

#[test]
fn an_account_whose_memory_is_spoilt() {
    let (holder, platform) = world();
    let request = asked(&platform, None);
    let log_in = |spoil: fn(&mut Account<'_>)| {
        let mut account = holder.account(platform.id(), None).unwrap();
        spoil(&mut account);
        account.log_in(Consent::to_answer(&request), NOW, &mut seeded(5)).err()
    };
    assert_eq!(log_in(|_| ()), None);
    assert_eq!(log_in(|account| *account.exponent += Scalar::ONE), Some(Error::Fault));
    assert_eq!(
        log_in(|account| {
            let other = account.pseudonym.element().point() + G;
            account.pseudonym = Pseudonym::from_element(Element::new(other).unwrap());
        }),
        Some(Error::Fault)
    );
    // All of another scope but its names.
    assert_eq!(
        log_in(|account| {
            let bank = "bank.example".parse().unwrap();
            let mut other = account.holder.account(&bank, None).unwrap();
            core::mem::swap(&mut account.exponent, &mut other.exponent);
            account.pseudonym = other.pseudonym;
            account.scope.spoil(&other.scope);
        }),
        Some(Error::Fault)
    );
}

/// What its documentation says.
#[test]
fn an_account_is_small() {
    assert_eq!(size_of::<Account<'_>>() + size_of::<Scalar>(), 816);
}
