//! Stored forms (SPEC §14.16): read again only as they were written, by whom, for which authority.

use super::*;
use common::life::{Life, Sample, storage_key};

/// Reads a stored form, and forgets what was read.
type Load<'a> = &'a dyn Fn(&[u8]) -> Result<(), Error>;

fn refused(load: Load<'_>, bytes: &[u8], what: &str) -> DecodeReason {
    match load(bytes) {
        Err(Error::Decode(error)) => error.reason(),
        other => panic!("{what}: {other:?}"),
    }
}

/// The five stored forms of one life, each with what reads it.
fn all(life: &Life, check: impl Fn(&Sample, Load<'_>)) {
    let (key, master) = (storage_key(), MasterSecret::import([2; 32]));
    let samples = life.stored();
    let of = |kind: u8| samples.iter().find(|sample| sample.kind == kind).unwrap();
    let holder = &life.holder;
    check(of(15), &|bytes| Holder::restore(&master, &authority_id(), bytes).map(|_| ()));
    check(of(16), &|bytes| holder.load_credential(bytes).map(|_| ()));
    check(of(17), &|bytes| holder.load_evidence(bytes).map(|_| ()));
    check(of(48), &|bytes| Ok(OpenTicket::load(bytes, &key).map(|_| ())?));
    check(of(49), &|bytes| Ok(OpenOffer::load(bytes, &key).map(|_| ())?));
}

#[test]
fn every_bit_of_a_stored_form_counts() {
    let life = Life::new();
    all(&life, |sample, load| {
        assert_eq!(load(&sample.bytes), Ok(()), "{}", sample.name);
        for (place, flipped) in flips(&sample.bytes, true) {
            let expected = match place {
                0 => DecodeReason::Version,
                1 => DecodeReason::Kind,
                _ => DecodeReason::Mac,
            };
            let what = format!("{}, byte {place}", sample.name);
            assert_eq!(refused(load, &flipped, &what), expected, "{what}");
        }
    });
}

#[test]
fn a_stored_form_is_whole() {
    let life = Life::new();
    all(&life, |sample, load| {
        for length in 0..sample.bytes.len() {
            let expected = if length < 34 { DecodeReason::Short } else { DecodeReason::Mac };
            let what = format!("{length} bytes of {}", sample.name);
            assert_eq!(refused(load, &sample.bytes[..length], &what), expected, "{what}");
        }
        for more in [&[0][..], &[0; 32], &sample.bytes] {
            let longer = [&sample.bytes[..], more].concat();
            assert_eq!(refused(load, &longer, sample.name), DecodeReason::Mac);
        }
        // Only the MAC, or only what it is on.
        let (encoding, mac) = sample.bytes.split_at(sample.bytes.len() - 32);
        assert_eq!(refused(load, encoding, sample.name), DecodeReason::Mac);
        assert_eq!(
            refused(load, &[&[1, sample.kind], mac].concat(), sample.name),
            DecodeReason::Mac
        );
        assert_eq!(refused(load, &[encoding, &[0; 32]].concat(), sample.name), DecodeReason::Mac);
    });
}

/// A MAC by another key, for another authority, or of the same bytes elsewhere.
#[test]
fn a_stored_form_has_one_owner() {
    let life = Life::new();
    all(&life, |sample, load| {
        let encoding = unsealed(&sample.bytes);
        let own = if sample.kind < 48 { holder_key(&[2; 32], AUTHORITY) } else { [17; 32] };
        // The formula is right, so what follows fails for its own reason.
        assert_eq!(sealed(&own, AUTHORITY, encoding), sample.bytes);
        let mut near = own;
        near[31] ^= 1;
        for (what, key, authority) in [
            ("another key", near, AUTHORITY),
            ("another holder's", holder_key(&[3; 32], AUTHORITY), AUTHORITY),
            ("no key", [0; 32], AUTHORITY),
            ("another authority", own, "authority2.example"),
            ("no authority", own, ""),
        ] {
            let sealed = sealed(&key, authority, encoding);
            assert_eq!(refused(load, &sealed, what), DecodeReason::Mac, "{}: {what}", sample.name);
        }
        // A keyless hash, and parts that run into each other.
        let hash = Transcript::new("stored").part(encoding).h32();
        assert_eq!(refused(load, &[encoding, &hash].concat(), "hash"), DecodeReason::Mac);
        let joined = [b"authority.example", encoding].concat();
        let mac = Transcript::new("stored").part(&own).part(&joined).h32();
        assert_eq!(refused(load, &[encoding, &mac].concat(), "joined"), DecodeReason::Mac);
    });
    // By the API: another master secret, another authority, another storage key.
    let authority = authority(1, &ATTRIBUTES, NOW);
    let other = holder(3, authority.list());
    let stored = life.stored();
    let stored = |kind: u8| &stored.iter().find(|sample| sample.kind == kind).unwrap().bytes;
    let mac = |error: Error| matches!(error, Error::Decode(e) if e.reason() == DecodeReason::Mac);
    assert!(mac(other.load_credential(stored(16)).unwrap_err()));
    assert!(mac(other.load_evidence(stored(17)).unwrap_err()));
    let (ours, theirs) = (MasterSecret::import([2; 32]), MasterSecret::import([3; 32]));
    let elsewhere = AuthorityId::new("authority2.example").unwrap();
    for (master, id) in [(&theirs, authority_id()), (&ours, elsewhere)] {
        assert!(mac(Holder::restore(master, &id, stored(15)).unwrap_err()));
    }
    assert!(Holder::restore(&ours, &authority_id(), stored(15)).is_ok());
    for key in [StorageKey::new([18; 32], authority_id()), StorageKey::new([17; 32], elsewhere)] {
        assert!(mac(OpenTicket::load(stored(48), &key).unwrap_err().into()));
        assert!(mac(OpenOffer::load(stored(49), &key).unwrap_err().into()));
    }
    // The holder's key is not the authority's, even for the same 32 bytes of secret.
    assert_ne!(holder_key(&[2; 32], AUTHORITY), [2; 32]);
}

/// Nothing is read as another thing, with its own MAC or relabelled; and no message is a stored
/// form.
#[test]
fn kinds_are_not_exchanged() {
    let life = Life::new();
    let forms: Vec<_> = life.stored().into_iter().map(|form| (form.kind, form.bytes)).collect();
    let messages: Vec<_> = life.messages().into_iter().map(|m| (m.kind, m.bytes)).collect();
    all(&life, |sample, load| {
        for (kind, bytes) in &forms {
            if *kind == sample.kind {
                continue;
            }
            let what = format!("{kind} as {}", sample.name);
            assert_eq!(refused(load, bytes, &what), DecodeReason::Kind, "{what}");
            let renamed = with(bytes, 1..2, &[sample.kind]);
            assert_eq!(refused(load, &renamed, &what), DecodeReason::Mac, "{what}");
        }
        for (kind, bytes) in &messages {
            let expected =
                if *kind == sample.kind { DecodeReason::Mac } else { DecodeReason::Kind };
            assert_eq!(refused(load, bytes, sample.name), expected, "message {kind}");
            let renamed = with(bytes, 1..2, &[sample.kind]);
            assert_eq!(refused(load, &renamed, sample.name), DecodeReason::Mac, "message {kind}");
        }
    });
    // And a stored list is not the published one.
    let stored = life.holder.store_list();
    let error = ParameterList::from_bytes(&stored).unwrap_err();
    assert_eq!(error.reason(), DecodeReason::Trailing);
}

/// The header is looked at first, then the MAC, and only then what stands between.
#[test]
fn nothing_is_read_before_its_mac() {
    let life = Life::new();
    all(&life, |sample, load| {
        let middle = 2..sample.bytes.len() - 32;
        let garbage = with(&sample.bytes, middle.clone(), &vec![0xff; middle.len()]);
        assert_eq!(refused(load, &garbage, sample.name), DecodeReason::Mac);
        let version = with(&garbage, 0..2, &[2, 0]);
        assert_eq!(refused(load, &version, sample.name), DecodeReason::Version);
        let kind = with(&garbage, 1..2, &[0]);
        assert_eq!(refused(load, &kind, sample.name), DecodeReason::Kind);
        assert_eq!(refused(load, &[1, 0], sample.name), DecodeReason::Kind);
        assert_eq!(refused(load, &[2], sample.name), DecodeReason::Version);
    });
}

/// What the owner itself stored and a fault in memory changed: a credential that is not whole is
/// refused when it is read, evidence that makes a false statement when it is used; and it is not
/// given back.
#[test]
fn nothing_false_leaves_the_device() {
    let life = Life::new();
    let holder = &life.holder;
    let stored = holder.store_credential(&life.credential).to_vec();
    let refusals = [Error::ForeignCredential, Error::Fault];
    let mut seen = [0; 3];
    for (place, flipped) in flips(unsealed(&stored), true).filter(|(place, _)| *place >= 2) {
        match holder.load_credential(&seal_for_holder(&flipped, 2)) {
            // Not readable at all: no point, no scalar, no value.
            Err(Error::Decode(error)) => {
                assert_ne!(error.reason(), DecodeReason::Mac);
                seen[2] += 1;
            }
            Err(error) => {
                let nth = refusals.iter().position(|other| *other == error);
                seen[nth.unwrap_or_else(|| panic!("byte {place}: {error:?}"))] += 1;
            }
            Ok(_) => panic!("byte {place} does not count"),
        }
    }
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");

    let request = received(&life.request);
    let stored = holder.store_evidence(&life.evidence[0]).to_vec();
    let layout = &life.stored()[2].layout;
    let (mut foreign, mut faults) = (0, [0; 6]);
    for (place, flipped) in flips(unsealed(&stored), true).filter(|(place, _)| *place >= 2) {
        let Ok(item) = holder.load_evidence(&seal_for_holder(&flipped, 2)) else { continue };
        let consent = Consent::to_disclose(&request);
        let refused = holder.present(&life.credential, item, consent, NOW, &mut seeded(1));
        let refused = refused.unwrap_err();
        if layout.at("credential").contains(&place) {
            assert_eq!(refused.error(), Error::ForeignEvidence, "byte {place}");
            assert!(refused.into_evidence().is_some());
            foreign += 1;
        } else {
            // ρ·B̄ + e·ρ·Ā tells of Ā, B̄ and ρ; of the rest the own check of the presentation.
            assert_eq!(refused.error(), Error::Fault, "byte {place}");
            assert!(refused.into_evidence().is_none(), "byte {place}");
            faults[(place - 34) / 32] += 1;
        }
    }
    assert_eq!(foreign, 256);
    assert!(faults.iter().all(|count| *count > 0), "{faults:?}");
}

/// A fault that exchanges two stored things of the right owner.
#[test]
fn evidence_and_credentials_are_not_exchanged() {
    let authority = authority(1, &ATTRIBUTES, NOW);
    let holder = holder(2, authority.list());
    let other = UnixTime(NOW.0 - DAY);
    let (today, mut items) = credential(&authority, &holder, values(), NOW, &mut seeded(3));
    let (yesterday, mut older) = credential(&authority, &holder, values(), other, &mut seeded(3));
    let platform = Platform::new(authority.list().clone(), host("shop.example"));
    let request = platform.request(Purpose::Login).build(NOW, &mut seeded(1)).unwrap();
    let (item, older) = (items.remove(0), older.remove(0));
    let show = |credential, item| {
        present(&holder, credential, again(&holder, item), &request, NOW).map(|_| ())
    };
    assert_eq!(show(&today, &older), Err(Error::ForeignEvidence));
    assert_eq!(show(&yesterday, &item), Err(Error::ForeignEvidence));
    // Even if the evidence says that it belongs there.
    let today_stored = holder.store_evidence(&item).to_vec();
    let relabelled = with(unsealed(&holder.store_evidence(&older)), 2..34, &today_stored[2..34]);
    let relabelled = holder.load_evidence(&seal_for_holder(&relabelled, 2)).unwrap();
    assert!(relabelled.belongs_to(&today));
    assert_eq!(show(&today, &relabelled), Err(Error::Fault));
    assert_eq!(show(&today, &item), Ok(()));
    assert_eq!(show(&yesterday, &older), Ok(()));
}
