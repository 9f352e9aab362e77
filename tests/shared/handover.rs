//! The hand-over, and what each device keeps (SPEC §20.5, §20.6).

use curve25519_dalek::scalar::Scalar;
use formulas::{U, encoded, scalar};

use super::*;

/// A ShareTransfer of the world's pairing, with another d.
fn transfer(world: &World, d: &Scalar) -> ShareTransfer {
    let bytes = world.pair.second.transfer().to_bytes();
    let end = bytes.len();
    ShareTransfer::from_bytes(&with(&bytes, end - 32..end, d.as_bytes())).unwrap()
}

fn d(world: &World) -> Scalar {
    formulas::share(&masters(1).1, world.pair.second.pairing())
}

#[test]
fn another_share_is_refused() {
    let world = World::new();
    let (lead, (ward, guardian)) = (&world.pair.lead, masters(1));
    let other = Pair::new(2, world.list());
    let d = d(&world);
    let other_d = formulas::share(&masters(2).1, other.second.pairing());
    let other_of_hers = formulas::share(&guardian, other.second.pairing());
    let take = |transfer: &ShareTransfer| lead.take_over(&ward, transfer).map(drop);
    assert_eq!(take(&transfer(&world, &d)), Ok(()));
    for d in [-d, d + Scalar::ONE, other_d, other_of_hers, Scalar::ONE, scalar(1)] {
        assert_eq!(take(&transfer(&world, &d)), Err(Error::Rejected));
    }
    assert_eq!(take(&other.second.transfer()), Err(Error::Rejected));
    // Another ward's master secret, and the second's.
    let right = transfer(&world, &d);
    for master in [&masters(2).0, &guardian] {
        assert_eq!(lead.take_over(master, &right).err(), Some(Error::ForeignCommitment));
    }
    // The lead is as it was.
    assert!(world.run(Deed::Login, &mut honest).is_ok());
}

/// Authority id, pid, C_u, d: each bit.
#[test]
fn every_bit_of_a_transfer_counts() {
    let world = World::new();
    let (ward, _) = masters(1);
    let bytes = world.pair.second.transfer().to_bytes();
    assert_eq!(bytes.len(), 99 + AUTHORITY.len());
    let mut refused = 0;
    for bit in 0..8 * bytes.len() {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Ok(transfer) = ShareTransfer::from_bytes(&flipped) else { continue };
        let error = world.pair.lead.take_over(&ward, &transfer).unwrap_err();
        assert_eq!(error, Error::Rejected, "bit {bit}");
        refused += 1;
    }
    assert!(refused > 2 * 256, "{refused}");
}

/// The ward alone: the same 网号, the old credential, the old evidence, a new credential.
#[test]
fn after_the_hand_over_all_that_there_was_works() {
    let world = World::new();
    let (lead, (ward, _)) = (&world.pair.lead, masters(1));
    let transfer = world.pair.second.transfer();
    let (alone, kept) = lead.take_over(&ward, &transfer).unwrap();
    assert_eq!(kept.len(), 162);
    let restored =
        Holder::restore_share(&ward, &authority_id(), &lead.store_list(), &kept).unwrap();
    for holder in [&alone, &restored] {
        assert_eq!(holder.commitment(), lead.commitment());
        let pseudonym = holder.pseudonym(world.platform.id(), None).unwrap();
        assert_eq!(pseudonym.to_bytes(), formulas::pseudonym(&world.pair, world.platform.id()));
        let rng = &mut seeded(3);
        // What the lead stored before.
        let credential = holder.load_credential(&lead.store_credential(&world.credential)).unwrap();
        let item = holder.load_evidence(&lead.store_evidence(&world.evidence[0])).unwrap();
        let consent = Consent::to_disclose(&world.request);
        let answer = holder.present(&credential, item, consent, NOW, rng).unwrap();
        assert_eq!(world.presented(&sent(&answer)), Ok(()));
        let login = holder.log_in(Consent::to_answer(&world.login), NOW, rng).unwrap();
        assert_eq!(world.logged_in(&sent(&login)), Ok(()));
        assert_eq!(world.enrolled(&sent(&holder.enroll(&world.ticket, rng).unwrap())), Ok(()));
        let (issued, _) = holder.request_credential(&world.offer, NOW, rng).unwrap();
        let authority = world.service.authority();
        assert!(authority.issue(&world.open_offer, &sent(&issued), NOW, &Everybody).is_ok());
    }
    // Said plainly in SPEC: an old backup of the lead, and d, are still everything.
    let (again, _) = lead.take_over(&ward, &transfer).unwrap();
    assert_eq!(again.commitment(), lead.commitment());
    assert!(world.run(Deed::Login, &mut honest).is_ok(), "until the second deletes its own");
}

/// Reads a stored form, and forgets what was read.
type Load<'a> = &'a dyn Fn(&[u8]) -> Result<(), Error>;

fn reason(load: Load<'_>, bytes: &[u8], what: &str) -> DecodeReason {
    match load(bytes) {
        Err(Error::Decode(error)) => error.reason(),
        other => panic!("{what}: {other:?}"),
    }
}

/// The three stored forms: the lead's pairing, the second's share, and the ward's.
fn stored(world: &World, check: impl Fn(&str, &[u8], [u8; 32], Load<'_>)) {
    let (lead, (ward, guardian)) = (&world.pair.lead, masters(1));
    let (list, id) = (lead.store_list(), authority_id());
    let (_, kept) = lead.take_over(&ward, &world.pair.second.transfer()).unwrap();
    let key = |master: &MasterSecret| holder_key(&master.export(), AUTHORITY);
    check("Pairing", &lead.store_pairing(), key(&ward), &|bytes| {
        Lead::restore_pairing(&ward, &id, &list, bytes).map(drop)
    });
    check("second's Share", &world.pair.second.store(), key(&guardian), &|bytes| {
        Second::restore(&guardian, &id, bytes).map(drop)
    });
    check("ward's Share", &kept, key(&ward), &|bytes| {
        Holder::restore_share(&ward, &id, &list, bytes).map(drop)
    });
}

#[test]
fn every_bit_of_a_stored_form_counts() {
    stored(&World::new(), |name, bytes, _, load| {
        assert_eq!(load(bytes), Ok(()), "{name}");
        for bit in 0..8 * bytes.len() {
            let mut flipped = bytes.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let expected = match bit / 8 {
                0 => DecodeReason::Version,
                1 => DecodeReason::Kind,
                _ => DecodeReason::Mac,
            };
            assert_eq!(reason(load, &flipped, name), expected, "{name}, bit {bit}");
        }
        for length in 0..bytes.len() {
            let expected = if length < 34 { DecodeReason::Short } else { DecodeReason::Mac };
            assert_eq!(reason(load, &bytes[..length], name), expected, "{name}, {length}");
        }
        assert_eq!(reason(load, &[bytes, &[0]].concat(), name), DecodeReason::Mac);
    });
}

/// Stored by another device, for another authority, or as another form.
#[test]
fn a_stored_form_has_one_owner() {
    let world = World::new();
    stored(&world, |name, bytes, own, load| {
        let encoding = &bytes[..bytes.len() - 32];
        assert_eq!(sealed(&own, AUTHORITY, encoding), bytes, "{name}: the formula");
        let others = [masters(1).0, masters(1).1, masters(2).0, masters(2).1];
        for master in others {
            let key = holder_key(&master.export(), AUTHORITY);
            let refused = load(&sealed(&key, AUTHORITY, encoding));
            assert_eq!(refused.is_ok(), key == own, "{name}");
        }
        let other = sealed(&own, "authority2.example", encoding);
        assert_eq!(reason(load, &other, name), DecodeReason::Mac);
        // A d that is 0, and forms that end early or late, by their owner.
        for (length, expected) in
            [(encoding.len() - 1, DecodeReason::Short), (encoding.len(), DecodeReason::Trailing)]
        {
            let more = [encoding, &[0]].concat();
            let cut = if expected == DecodeReason::Short { &encoding[..length] } else { &more };
            assert_eq!(reason(load, &sealed(&own, AUTHORITY, cut), name), expected);
        }
        if name != "Pairing" {
            let place = encoding.len() - 32..encoding.len();
            let zero = sealed(&own, AUTHORITY, &with(encoding, place, &[0; 32]));
            assert_eq!(reason(load, &zero, name), DecodeReason::Range);
        }
    });
    // The lead's two forms are of different kinds.
    let (lead, (ward, guardian)) = (&world.pair.lead, masters(1));
    let (_, kept) = lead.take_over(&ward, &world.pair.second.transfer()).unwrap();
    let (list, id) = (lead.store_list(), authority_id());
    let refused = Lead::restore_pairing(&ward, &id, &list, &kept).map(drop);
    assert_eq!(reason(&|_| refused, &[], "kind"), DecodeReason::Kind);
    let refused = Holder::restore_share(&ward, &id, &list, &lead.store_pairing()).map(drop);
    assert_eq!(reason(&|_| refused, &[], "kind"), DecodeReason::Kind);
    // Another second's share is read by its own master secret alone.
    let other = Pair::new(2, world.list()).second.store();
    let refused = Second::restore(&guardian, &id, &other).map(drop);
    assert_eq!(reason(&|_| refused, &[], "owner"), DecodeReason::Mac);
}

#[test]
fn what_was_stored_acts_as_before() {
    let mut world = World::new();
    let (ward, guardian) = masters(1);
    let lead = &world.pair.lead;
    let (list, pairing) = (lead.store_list(), lead.store_pairing());
    assert_eq!(pairing.len(), 130);
    let restored = Lead::restore_pairing(&ward, &authority_id(), &list, &pairing).unwrap();
    assert_eq!(restored.store_pairing(), pairing);
    assert_eq!((restored.pairing(), restored.channel_key()), (lead.pairing(), lead.channel_key()));
    assert_eq!(restored.commitment(), lead.commitment());
    let kept = world.pair.second.store();
    assert_eq!(kept.len(), 162);
    let second = Second::restore(&guardian, &authority_id(), &kept).unwrap();
    assert_eq!(*second.store(), *kept);
    world.pair.lead = restored;
    world.pair.second = second;
    for deed in DEEDS {
        world.run(deed, &mut honest).unwrap();
    }
}

/// What its owner stored under its own key, and is not what belongs together: D of another pairing,
/// or d and C_u of two.
#[test]
fn forms_that_do_not_belong_together_sign_nothing() {
    let mut world = World::new();
    let (ward, _) = masters(1);
    let key = holder_key(&ward.export(), AUTHORITY);
    let lead = &world.pair.lead;
    let (list, id) = (lead.store_list(), authority_id());
    let (_, kept) = lead.take_over(&ward, &world.pair.second.transfer()).unwrap();
    let place = kept.len() - 64..kept.len() - 32;
    let other = with(&kept, place, (d(&world) + Scalar::ONE).as_bytes());
    let other = sealed(&key, AUTHORITY, &other[..other.len() - 32]);
    let refused = Holder::restore_share(&ward, &id, &list, &other).map(drop);
    assert_eq!(refused, Err(Error::Fault));

    let pairing = lead.store_pairing();
    let other = with(&pairing, 66..98, &encoded(&U(0)));
    let other = sealed(&key, AUTHORITY, &other[..98]);
    world.pair.lead = Lead::restore_pairing(&ward, &id, &list, &other).unwrap();
    assert_ne!(world.pair.lead.commitment(), world.pair.second.commitment());
    for deed in [Deed::Enrollment, Deed::Login] {
        let stopped = world.run(deed, &mut honest).unwrap_err();
        assert_eq!(stopped.why(), (Step::Complete, Error::Rejected), "{deed:?}");
    }
    let refused = world.pair.lead.ask_for_credential(&world.offer, NOW, &mut seeded(3)).err();
    assert_eq!(refused, Some(Error::ForeignCommitment));
    let consent = Consent::to_disclose(&world.request);
    let lead = &world.pair.lead;
    let refused = lead.ask_to_present(&world.credential, consent, NOW, &mut seeded(3)).err();
    assert_eq!(refused, Some(Error::ForeignCredential));
}
