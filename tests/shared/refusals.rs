//! What the second refuses before its person is asked, in the order of SPEC §20.3, and what an honest
//! lead refuses before it asks and before it commits.

use curve25519_dalek::scalar::Scalar;
use formulas::{U, encoded};
use prover::Prover;

use super::*;

/// An error, and the change of a request that it is for.
type Damage<'a> = (Error, &'a dyn Fn(&[u8]) -> Vec<u8>);

/// What the second says before its person is asked.
fn read(world: &World, bytes: &[u8], now: u64) -> Result<(), Error> {
    world.pair.second.read(bytes, world.list(), UnixTime(now)).map(drop)
}

/// In the body of a request the first of these bytes become those.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let place = bytes.windows(from.len()).position(|window| window == from).unwrap();
    with(bytes, place..place + from.len(), to)
}

/// Every refusal of a presentation, with all that come after it.
#[test]
fn a_request_is_refused_in_the_order_of_the_specification() {
    use Error::*;
    let world = World::new();
    let honest = Prover::new(&world).request(world.pair.second.pairing());
    let expiry = |seconds: u64| (NOW.0 + seconds).to_be_bytes();
    let params_id = world.credential.slot().parameters.0;
    let damages: [Damage<'_>; 7] = [
        (ForeignPairing, &|bytes| with(bytes, 2..34, &[9; 32])),
        (ForeignAuthority, &|bytes| replaced(bytes, b"authority.ex", b"authority-ex")),
        (Expired, &|bytes| replaced(bytes, &expiry(300), &(NOW.0 - 601).to_be_bytes())),
        (ListExpired, &|bytes| bytes.to_vec()),
        (UnpinnedParameters, &|bytes| {
            let mut bytes = bytes.to_vec();
            while let Some(place) = bytes.windows(32).position(|window| window == params_id) {
                bytes[place] ^= 1;
            }
            bytes
        }),
        (Schema, &|bytes| replaced(bytes, b"assurance", b"assurancf")),
        (ConditionUnmet, &|bytes| with(bytes, bytes.len() - 1..bytes.len(), &[1])),
    ];
    let over = UnixTime(NOW.0 - 5 * DAY)..UnixTime(NOW.0);
    let parameters = world.service.authority().parameters().clone();
    let over = ParameterList::first(authority_host(), over, UnixTime(0), parameters).unwrap();
    for first in 0..=damages.len() {
        let damaged =
            damages[first..].iter().fold(honest.clone(), |bytes, (_, damage)| damage(&bytes));
        let list = if first <= 3 { &over } else { world.list() };
        let asked = world.pair.second.read(&damaged, list, NOW);
        let expected = damages.get(first).map(|(error, _)| *error);
        assert_eq!(asked.as_ref().err(), expected.as_ref());
        if let Ok(Asked::Answer(asked)) = asked {
            // Last, the separate consent to disclose.
            let refused = asked.approve(&mut seeded(4)).unwrap_err();
            assert_eq!(refused, DisclosureWithoutConsent);
        }
    }
    // By one second, either way.
    for (seconds, refusal) in [(0, None), (DAY, None), (DAY + 600, None), (DAY + 601, Some(Range))]
    {
        let bytes = replaced(&honest, &expiry(300), &expiry(seconds));
        assert_eq!(read(&world, &bytes, NOW.0).err(), refusal);
    }
    let bytes = replaced(&honest, &expiry(300), &expiry(0));
    assert_eq!(read(&world, &bytes, NOW.0 + 600), Ok(()));
    assert_eq!(read(&world, &bytes, NOW.0 + 601), Err(Expired));
    // Another kind, and one value more or less, which does not decode.
    let end = honest.len();
    let flag = with(&honest, end - 9..end, &[1, 1]);
    assert_eq!(read(&world, &flag, NOW.0), Err(Schema));
    // A login needs no list that is in time, and no parameters.
    let login = co_request(&world, &*world.login);
    assert!(world.pair.second.read(&login, &over, NOW).is_ok());
    assert_eq!(read(&world, &login, NOW.0 + 900), Ok(()));
    assert_eq!(read(&world, &login, NOW.0 + 901), Err(Expired));
    assert_eq!(read(&world, &login, NOW.0 - 2 * DAY), Err(Range));
}

#[test]
fn tickets_and_offers_of_others_are_refused() {
    use Error::*;
    let world = World::new();
    let (second, list) = (&world.pair.second, world.list());
    let ticket = co_request(&world, &*world.ticket);
    let offer = co_request(&world, &*world.offer);
    let foreign = replaced(&ticket, b"authority.ex", b"authority-ex");
    assert_eq!(read(&world, &foreign, NOW.0), Err(ForeignAuthority));
    // Its authority's, and not the one of its own session: another nonce, another transaction.
    for place in [ticket.len() - 1, ticket.len() - 33] {
        let mut other = ticket.clone();
        other[place] ^= 1;
        let Asked::Enrollment(asked) = second.read(&other, list, NOW).unwrap() else { panic!() };
        let refused = asked.approve(&world.ticket, &mut seeded(4)).unwrap_err();
        assert_eq!(refused, ForeignTicket);
    }

    let over = UnixTime(NOW.0 - 5 * DAY)..UnixTime(NOW.0);
    let parameters = world.service.authority().parameters().clone();
    let over = ParameterList::first(authority_host(), over, UnixTime(0), parameters).unwrap();
    let params_id = world.offer.slot().parameters.0;
    let damages: [Damage<'_>; 4] = [
        (ForeignPairing, &|bytes| with(bytes, 2..34, &[9; 32])),
        (UnpinnedParameters, &|bytes| replaced(bytes, &params_id, &[9; 32])),
        (ListExpired, &|bytes| bytes.to_vec()),
        (ForeignCommitment, &|bytes| {
            let own = world.pair.lead.commitment().to_bytes();
            replaced(bytes, &own, &encoded(&U(0)))
        }),
    ];
    for first in 0..damages.len() {
        let damaged =
            damages[first..].iter().fold(offer.clone(), |bytes, (_, damage)| damage(&bytes));
        let list = if first <= 2 { &over } else { list };
        assert_eq!(second.read(&damaged, list, NOW).err(), Some(damages[first].0));
    }
    // A flag where the schema has an integer.
    let integer = [&[2][..], &3u64.to_be_bytes()].concat();
    let unfitting = replaced(&offer, &integer, &[1, 1]);
    assert_eq!(read(&world, &unfitting, NOW.0), Err(Schema));
    let foreign = replaced(&unfitting, &world.pair.lead.commitment().to_bytes(), &encoded(&U(0)));
    assert_eq!(read(&world, &foreign, NOW.0), Err(ForeignCommitment));
    assert_eq!(read(&world, &offer, NOW.0), Ok(()));
}

/// A second that is given the list of another authority, which nothing is on that is its own.
#[test]
fn another_authoritys_list_is_refused() {
    let world = World::new();
    let id: AuthorityId = "other.example".parse().unwrap();
    let parameters =
        AuthorityParameters::new(&key(1), id, seconds(DAY), 1, schema(&ATTRIBUTES)).unwrap();
    let other = list(parameters.clone(), NOW);
    let second = &world.pair.second;
    let requests = [
        (co_request(&world, &*world.ticket), Error::ForeignAuthority),
        (co_request(&world, &*world.offer), Error::UnpinnedParameters),
        (Prover::new(&world).request(second.pairing()), Error::ForeignAuthority),
        (co_request(&world, &*world.login), Error::ForeignAuthority),
    ];
    for (bytes, expected) in requests {
        assert_eq!(second.read(&bytes, &other, NOW).err(), Some(expected));
    }
    // An offer of that authority, for the pairing's own C_u.
    let id = world.offer.slot().parameters.0;
    let offer = replaced(&co_request(&world, &*world.offer), &id, &parameters.id().0);
    assert_eq!(second.read(&offer, &other, NOW).err(), Some(Error::UnpinnedParameters));
    // The lead takes no such ticket either.
    let ticket = replaced(world.ticket.bytes(), b"authority.ex", b"authority-ex");
    let refused = world.pair.lead.ask_to_enroll(&ticket, &mut seeded(3)).err();
    assert_eq!(refused, Some(Error::ForeignAuthority));
}

/// Time passes while the second's person thinks: the lead looks again before it commits.
#[test]
fn an_honest_lead_checks_again_before_it_commits() {
    let world = World::new();
    let lead = &world.pair.lead;
    let midnight = NOW.0 / DAY * DAY + DAY;
    let rng = &mut seeded(3);
    let times = [
        (NOW.0 + 900, None),
        (NOW.0 + 901, Some(Error::Expired)),
        (NOW.0 - 2 * DAY, Some(Error::Range)),
    ];
    for (now, expected) in times {
        let consent = Consent::to_disclose(&world.request);
        let (asked, waiting) = lead.ask_to_present(&world.credential, consent, NOW, rng).unwrap();
        let (approval, _) = approved(&world, &asked.to_bytes(), 4);
        match waiting.commit(world.item(), &approval, UnixTime(now), rng) {
            Ok(_) => assert_eq!(expected, None),
            Err(refused) => {
                assert_eq!(Some(refused.error()), expected);
                assert!(refused.into_evidence().is_some());
            }
        }
        let consent = Consent::to_answer(&world.login);
        let (asked, waiting) = lead.ask_to_log_in(consent, NOW, rng).unwrap();
        let (approval, _) = approved(&world, &asked.to_bytes(), 4);
        let committed = waiting.commit(&approval, UnixTime(now), rng);
        assert_eq!(committed.err(), expected);
    }
    for (now, expected) in [(midnight + 599, None), (midnight + 600, Some(Error::WrongEpoch))] {
        let (asked, waiting) = lead.ask_for_credential(&world.offer, NOW, rng).unwrap();
        let (approval, _) = approved(&world, &asked.to_bytes(), 4);
        let committed = waiting.commit(&approval, UnixTime(now), rng);
        assert_eq!(committed.err(), expected);
    }
}

/// What a lead does not begin at all, as a holder alone would not.
#[test]
fn a_lead_refuses_what_a_holder_refuses() {
    let world = World::new();
    let (lead, rng) = (&world.pair.lead, &mut seeded(3));
    let consent = Consent::to_answer(&world.request);
    let refused = lead.ask_to_present(&world.credential, consent, NOW, rng).err();
    assert_eq!(refused, Some(Error::DisclosureWithoutConsent));
    let consent = Consent::to_disclose(&world.login);
    let refused = lead.ask_to_present(&world.credential, consent, NOW, rng).err();
    assert_eq!(refused, Some(Error::WrongAnswer));
    let refused = lead.ask_to_log_in(Consent::to_disclose(&world.request), NOW, rng).err();
    assert_eq!(refused, Some(Error::WrongAnswer));
    let late = UnixTime(NOW.0 + 901);
    let refused = lead.ask_to_log_in(Consent::to_answer(&world.login), late, rng).err();
    assert_eq!(refused, Some(Error::Expired));
    // An offer for its C_1, or for another's C_u.
    let other = Pair::new(2, world.list());
    let refused = other.lead.ask_for_credential(&world.offer, NOW, rng).err();
    assert_eq!(refused, Some(Error::ForeignCommitment));
    let refused = other.lead.load_credential(&world.pair.lead.store_credential(&world.credential));
    assert!(matches!(refused, Err(Error::Decode(_))));
}

/// Evidence of another credential is found before anything leaves, and comes back.
#[test]
fn an_item_of_another_credential_comes_back() {
    let mut world = World::new();
    let others = [true.into(), 4.into(), "上海".into(), Value::Absent];
    let (_, others) = world.pair.credential(world.service.authority(), others, NOW);
    let (lead, rng) = (&world.pair.lead, &mut seeded(3));
    let consent = Consent::to_disclose(&world.request);
    let (asked, waiting) = lead.ask_to_present(&world.credential, consent, NOW, rng).unwrap();
    let (approval, _) = approved(&world, &asked.to_bytes(), 4);
    let item = others.into_iter().next().unwrap();
    let stored = lead.store_evidence(&item);
    let refused = waiting.commit(item, &approval, NOW, rng).unwrap_err();
    assert_eq!(refused.error(), Error::ForeignEvidence);
    assert_eq!(lead.store_evidence(&refused.into_evidence().unwrap()), stored);
}

/// One whose ρ is another makes a false statement: it is good for nothing, and does not come back.
#[test]
fn an_item_that_would_make_a_false_statement_is_used_up() {
    let world = World::new();
    let (lead, rng) = (&world.pair.lead, &mut seeded(3));
    let stored = lead.store_evidence(&world.item());
    let rho = stored.len() - 64..stored.len() - 32;
    let other = (formulas::number(&stored[rho.clone()]) + Scalar::ONE).to_bytes();
    let spoilt = with(&stored[..rho.end], rho, &other);
    let key = holder_key(&masters(1).0.export(), AUTHORITY);
    let item = lead.load_evidence(&sealed(&key, AUTHORITY, &spoilt)).unwrap();
    let consent = Consent::to_disclose(&world.request);
    let (asked, waiting) = lead.ask_to_present(&world.credential, consent, NOW, rng).unwrap();
    let (approval, _) = approved(&world, &asked.to_bytes(), 4);
    let refused = waiting.commit(item, &approval, NOW, rng).unwrap_err();
    assert_eq!((refused.error(), refused.into_evidence().is_none()), (Error::Fault, true));
}
