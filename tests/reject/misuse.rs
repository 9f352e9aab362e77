use super::*;

const CONSENT_STEPS: [Error; 9] = [
    Error::ForeignPlatform,
    Error::UnpinnedParameters,
    Error::ForeignParameters,
    Error::Expired,
    Error::EpochNotAccepted,
    Error::Schema,
    Error::DisclosureWithoutConsent,
    Error::ConditionUnmet,
    Error::ForeignEvidence,
];

/// An authority with two keys, and a holder that pinned both.
struct Keys {
    old: Authority,
    new: Authority,
    holder: Holder,
}

impl Keys {
    fn new() -> Self {
        let (old, new) = (authority(1, &ATTRIBUTES), authority(9, &ATTRIBUTES));
        let mut pinned = PinnedParameters::new(old.parameters().clone());
        pinned.pin(new.parameters().clone()).unwrap();
        let holder = Holder::new(&MasterSecret::import([2; 32]), pinned).unwrap();
        Self { old, new, holder }
    }
}

/// SPEC §11 in its order: with everything wrong from one step on, that step is the one named;
/// and the evidence comes back each time, as good as before.
#[test]
fn presenting_is_refused_in_the_order_of_the_steps() {
    let Keys { old, new, holder } = Keys::new();
    let credential = credential(&old, &holder, values(), NOW);
    let (host, other) = ("shop.example", PlatformId::new("other.example").unwrap());
    let host = PlatformId::new(host).unwrap();
    let own = |seed| evidence(&old, &holder, &credential, seed).pop().unwrap();
    let foreign = {
        let newer = self::credential(&old, &holder, values(), NOW.after(DAY));
        evidence(&old, &holder, &newer, 4).pop().unwrap()
    };
    let (own, foreign) = (own(3), foreign);
    let right = Ask {
        disclosures: vec![0, 1],
        conditions: vec![vec![1, 2, 0, 0, 0, 0, 0, 0, 0, 3]],
        ..Ask::new(old.parameters(), host.as_str())
    };
    for (step, expected) in CONSENT_STEPS.iter().enumerate() {
        let wrong = |error: Error| {
            CONSENT_STEPS.iter().position(|other| *other == error).is_some_and(|at| at >= step)
        };
        let mut ask = right.clone();
        if wrong(Error::UnpinnedParameters) {
            ask.params_id = authority(8, &ATTRIBUTES).parameters().id().0;
        } else if wrong(Error::ForeignParameters) {
            ask.params_id = new.parameters().id().0;
        }
        if wrong(Error::Expired) {
            ask.expiry = NOW.0 - 1;
        }
        if wrong(Error::EpochNotAccepted) {
            ask.epochs = (ask.epochs.0 + 1, ask.epochs.1 + 1);
        }
        if wrong(Error::Schema) {
            ask.disclosures.push(4);
        }
        if wrong(Error::ConditionUnmet) {
            ask.conditions[0][9] = 4;
        }
        let platform = if wrong(Error::ForeignPlatform) { &other } else { &host };
        let request = ask.request();
        let consent = if wrong(Error::DisclosureWithoutConsent) {
            Consent::to_answer(&request, platform)
        } else {
            Consent::to_disclose(&request, platform)
        };
        let item = again(if wrong(Error::ForeignEvidence) { &foreign } else { &own });
        let before = item.export();
        // No coins: nothing is drawn before everything has been checked.
        let rng = &mut Coins::new(&[]);
        let refused = holder.present(&credential, item, consent, NOW, rng).unwrap_err();
        assert_eq!(refused.error(), *expected);
        assert_eq!(refused.to_string(), expected.to_string());
        assert_eq!(refused.into_evidence().export(), before);
    }
    let request = right.request();
    let consent = Consent::to_disclose(&request, &host);
    let answer = holder.present(&credential, own, consent, NOW, &mut seeded(1)).unwrap();
    let platform = Platform::new(old.parameters().clone(), host);
    assert!(verdict(&platform, &request, &answer).is_ok());
}

#[test]
fn logging_in_is_refused_in_the_order_of_the_steps() {
    let Keys { old, holder, .. } = Keys::new();
    let (host, other) = ("shop.example", PlatformId::new("other.example").unwrap());
    let host = PlatformId::new(host).unwrap();
    let steps = [
        Error::ForeignPlatform,
        Error::UnpinnedParameters,
        Error::Expired,
        Error::LoginCannotDisclose,
    ];
    for (step, expected) in steps.iter().enumerate() {
        let mut ask = Ask { disclosures: vec![0], ..Ask::new(old.parameters(), host.as_str()) };
        if step <= 1 {
            ask.params_id = [0; 32];
        }
        if step <= 2 {
            ask.expiry = NOW.0 - 1;
        }
        let request = ask.request();
        let consent = Consent::to_disclose(&request, if step == 0 { &other } else { &host });
        let refused = holder.log_in(consent, NOW, &mut Coins::new(&[]));
        assert_eq!(refused.unwrap_err(), *expected);
    }
}

/// A request is valid up to and including its last second, and in each epoch that it accepts.
#[test]
fn the_limits_of_a_request_are_inclusive() {
    let world = World::new();
    let epoch = world.authority.parameters().epoch(NOW).0;
    let base = Ask::new(world.authority.parameters(), "shop.example");
    for (expiry, (first, last), expected) in [
        (NOW.0, (epoch, epoch), None),
        (NOW.0 - 1, (epoch, epoch), Some(Error::Expired)),
        (NOW.0, (epoch - 255, epoch), None),
        (NOW.0, (epoch, epoch + 255), None),
        (NOW.0, (epoch + 1, epoch + 2), Some(Error::EpochNotAccepted)),
        (NOW.0, (epoch - 2, epoch - 1), Some(Error::EpochNotAccepted)),
    ] {
        let request = Ask { expiry, epochs: (first, last), ..base.clone() }.request();
        let consent = Consent::to_answer(&request, &world.host);
        let item = again(&world.evidence[0]);
        let answer = world.holder.present(&world.credential, item, consent, NOW, &mut seeded(1));
        assert_eq!(answer.as_ref().err().map(PresentError::error), expected);
        if let Ok(answer) = answer {
            assert!(verdict(&world.platform, &request, &answer).is_ok());
        }
    }
}

/// Every operator on every sort of value. An absent one meets nothing.
#[test]
fn conditions_hold_or_not() {
    let authority = authority(1, &ATTRIBUTES);
    let holder = holder(2, &authority);
    let host = PlatformId::new("shop.example").unwrap();
    let platform = Platform::new(authority.parameters().clone(), host);
    let absent = vec![Value::Absent; 4];
    let present = vec![false.into(), u64::MAX.into(), "".into(), "上海".into()];
    let persons = [present, absent].map(|values| {
        let credential = credential(&authority, &holder, values, NOW);
        let item = evidence(&authority, &holder, &credential, 3).remove(0);
        (credential, item)
    });
    let text = |text: &str| Condition::Equals(text.into());
    for (attribute, condition, met) in [
        ("age_over_18", Condition::Equals(false.into()), true),
        ("age_over_18", Condition::Equals(true.into()), false),
        ("age_over_18", Condition::Present, true),
        ("assurance", Condition::AtLeast(u64::MAX), true),
        ("assurance", Condition::AtLeast(0), true),
        ("assurance", Condition::AtMost(u64::MAX), true),
        ("assurance", Condition::AtMost(u64::MAX - 1), false),
        ("assurance", Condition::Equals(u64::MAX.into()), true),
        ("assurance", Condition::Equals(0.into()), false),
        ("region", text(""), true),
        ("region", text(" "), false),
        ("note", text("上海"), true),
        ("note", text("上海 "), false),
        ("note", Condition::Present, true),
    ] {
        let ask = platform.request(Purpose::Registration).disclose(attribute);
        let request = ask.require(attribute, condition).build(NOW, &mut seeded(1)).unwrap();
        for ((credential, item), met) in persons.iter().zip([met, false]) {
            let consent = Consent::to_disclose(&request, &host);
            let answer = holder.present(credential, again(item), consent, NOW, &mut seeded(1));
            let expected = if met { None } else { Some(Error::ConditionUnmet) };
            assert_eq!(answer.as_ref().err().map(PresentError::error), expected, "{attribute}");
            if let Ok(answer) = answer {
                assert!(verdict(&platform, &request, &answer).is_ok(), "{attribute}");
            }
        }
    }
}

#[test]
fn a_request_that_cannot_be_met_is_not_built() {
    let world = World::new();
    let ask = || world.platform.request(Purpose::Registration);
    let long = vec![0; 65_536];
    let cases = [
        (ask().disclose("height"), Error::UnknownAttribute),
        (ask().require("height", Condition::Present), Error::UnknownAttribute),
        (ask().require("assurance", Condition::Present), Error::ConditionNotDisclosed),
        (
            ask().disclose("region").require("assurance", Condition::AtLeast(1)),
            Error::ConditionNotDisclosed,
        ),
        (ask().disclose("region").require("region", Condition::AtLeast(1)), Error::Schema),
        (ask().disclose("region").require("region", Condition::AtMost(1)), Error::Schema),
        (
            ask().disclose("region").require("region", Condition::Equals(Value::Absent)),
            Error::Schema,
        ),
        (ask().disclose("region").require("region", Condition::Equals(true.into())), Error::Schema),
        (
            ask()
                .disclose("region")
                .require("region", Condition::Equals("a".repeat(256).as_str().into())),
            Error::Schema,
        ),
        (ask().statement(&long), Error::Range),
    ];
    for (ask, expected) in cases {
        assert_eq!(ask.build(NOW, &mut seeded(1)).unwrap_err(), expected);
    }
    assert!(ask().statement(&long[1..]).build(NOW, &mut seeded(1)).is_ok());
}

#[test]
fn a_holder_refuses_offers_in_order() {
    let Keys { old, new, holder } = Keys::new();
    let rng = &mut seeded(1);
    let offer = new.offer(*holder.commitment(), values(), NOW, rng).unwrap();
    let bytes = offer.to_bytes();
    let request = |bytes: &[u8], now| {
        let offer = IssuanceOffer::from_bytes(bytes).unwrap();
        holder.request_credential(&offer, now, &mut seeded(1)).map(|_| ()).map_err(|e| (e, now))
    };
    assert_eq!(request(&bytes, NOW), Ok(()));
    // What stands where: params_id, epoch, nonce, C_u, count, values.
    let (epoch, commitment, values) = (34..42, 74..106, 106..bytes.len());
    let foreign = super::holder(3, &old).commitment().to_bytes();
    let bad_values: [&[u8]; 5] = [
        &[0],
        &[3, 0, 0, 0],
        &[5, 0, 0, 0, 0, 0],
        &[4, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0],
        &[4, 0, 1, 1, 0, 0],
    ];
    for bad in bad_values {
        let schema = with(&bytes, values.clone(), bad);
        assert_eq!(request(&schema, NOW), Err((Error::Schema, NOW)));
        let commitment = with(&schema, commitment.clone(), &foreign);
        assert_eq!(request(&commitment, NOW), Err((Error::ForeignCommitment, NOW)));
        let wrong = with(&commitment, epoch.clone(), &[0; 8]);
        assert_eq!(request(&wrong, NOW), Err((Error::WrongEpoch, NOW)));
        let unpinned = with(&wrong, 2..34, &[0; 32]);
        assert_eq!(request(&unpinned, NOW), Err((Error::UnpinnedParameters, NOW)));
    }
    // The own clock decides, on both edges of the epoch.
    let start = NOW.0 - NOW.0 % DAY;
    for (now, fits) in
        [(start - 1, false), (start, true), (start + DAY - 1, true), (start + DAY, false)]
    {
        let now = UnixTime(now);
        let expected = if fits { Ok(()) } else { Err((Error::WrongEpoch, now)) };
        assert_eq!(request(&bytes, now), expected);
    }
}

#[test]
fn an_authority_refuses_what_is_not_its_own() {
    let Keys { old, new, holder } = Keys::new();
    let rng = &mut seeded(1);
    assert_eq!(
        old.offer(*holder.commitment(), vec![], NOW, &mut Coins::new(&[])).unwrap_err(),
        Error::Schema
    );
    let offer = old.offer(*holder.commitment(), values(), NOW, rng).unwrap();
    let (request, _) = holder.request_credential(&offer, NOW, rng).unwrap();
    assert_eq!(new.issue(&offer, &request).unwrap_err(), Error::ForeignParameters);
}

#[test]
fn nothing_is_accepted_that_is_not_pinned() {
    let ours = authority(1, &ATTRIBUTES);
    let mut pinned = PinnedParameters::new(ours.parameters().clone());
    let foreign = Authority::new(
        AuthorityKey::from_seed(&[1; 32]).unwrap(),
        AuthorityId::new("authority2.example").unwrap(),
        schema(&ATTRIBUTES),
        std::num::NonZeroU32::new(DAY as u32).unwrap(),
    );
    assert_eq!(pinned.pin(foreign.parameters().clone()), Err(Error::ForeignAuthority));
    assert_eq!(pinned.pin(ours.parameters().clone()), Ok(()));
    assert_eq!(pinned.iter().count(), 1, "pinned once");
    let holder = Holder::new(&MasterSecret::import([2; 32]), pinned).unwrap();

    // Another key under the same name: offers, credentials and requests of it are refused.
    let other = authority(9, &ATTRIBUTES);
    let rng = &mut seeded(1);
    let offer = other.offer(*holder.commitment(), values(), NOW, rng).unwrap();
    let refused = holder.request_credential(&offer, NOW, rng);
    assert_eq!(refused.unwrap_err(), Error::UnpinnedParameters);
    let trusting = self::holder(2, &other);
    let credential = credential(&other, &trusting, values(), NOW);
    let refused = holder.request_evidence(&credential, rng);
    assert_eq!(refused.unwrap_err(), Error::UnpinnedParameters);
}

#[test]
fn a_schema_is_of_64_different_tokens_at_most() {
    let names: Vec<_> = (0..65).map(|i| format!("a{i}")).collect();
    let attributes = |count| names[..count].iter().map(|name| (name.as_str(), Kind::Flag));
    assert_eq!(Schema::new(attributes(64)).unwrap().len(), MAX_ATTRIBUTES);
    assert_eq!(Schema::new(attributes(65)).unwrap_err(), Error::Schema);
    assert_eq!(Schema::new([("a", Kind::Flag), ("a", Kind::Text)]).unwrap_err(), Error::Schema);
    let Error::Decode(error) = Schema::new([("Age", Kind::Flag)]).unwrap_err() else {
        panic!("a capital letter")
    };
    assert_eq!((error.what(), error.reason()), ("Token", Reason::Identifier));
}
