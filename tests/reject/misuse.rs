//! What one's own software refuses, case by case; the order of refusals stands in `order`.

use super::*;

/// Every operator on every sort of value. An absent one meets nothing.
#[test]
fn conditions_hold_or_not() {
    let authority = authority(1, &ATTRIBUTES, NOW);
    let holder = holder(2, authority.list());
    let platform = Platform::new(authority.list().clone(), host("shop.example"));
    let absent = vec![Value::Absent; 4];
    let given = vec![false.into(), u64::MAX.into(), "a".into(), "上海".into()];
    let persons = [given, absent].map(|values| {
        let (credential, mut evidence) =
            credential(&authority, &holder, values, NOW, &mut seeded(3));
        (credential, evidence.remove(0))
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
        ("region", text("a"), true),
        ("region", text("a "), false),
        ("region", text("b"), false),
        ("note", text("上海"), true),
        ("note", text("上海 "), false),
        ("note", Condition::Present, true),
    ] {
        let ask = platform.request(Purpose::Registration).disclose(attribute);
        let request = ask.require(attribute, condition).build(NOW, &mut seeded(1)).unwrap();
        for ((credential, item), met) in persons.iter().zip([met, false]) {
            let answer = present(&holder, credential, again(&holder, item), &request, NOW);
            let expected = if met { None } else { Some(Error::ConditionUnmet) };
            assert_eq!(answer.as_ref().err().copied(), expected, "{attribute}");
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
    let login = || world.platform.request_login(Purpose::Login);
    let equals = |text: &str| Condition::Equals(text.into());
    let (most, long) = ("a".repeat(8192), "a".repeat(8193));
    let cases = [
        (ask().disclose("height"), Error::UnknownAttribute),
        (ask().disclose("Region"), Error::UnknownAttribute),
        (ask().disclose(""), Error::UnknownAttribute),
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
        (ask().disclose("region").require("region", equals(&"a".repeat(256))), Error::Schema),
        (ask().disclose("region").require("region", equals("")), Error::Text),
        (ask().statement(""), Error::Text),
        (ask().statement(&long), Error::Range),
        (login().statement(&long), Error::Range),
        (login().disclose("assurance"), Error::Range),
        (login().require("assurance", Condition::Present), Error::Range),
    ];
    for (ask, expected) in cases {
        assert_eq!(ask.build(NOW, &mut Given::new(&[])).unwrap_err(), expected);
    }
    assert!(ask().statement(&most).build(NOW, &mut seeded(1)).is_ok());
    assert!(login().statement(&most).build(NOW, &mut seeded(1)).is_ok());
    let text = equals(&"a".repeat(255));
    assert!(ask().disclose("region").require("region", text).build(NOW, &mut seeded(1)).is_ok());
}

/// SPEC §10.1: a name given twice is one, and of two conditions of one form the later counts.
#[test]
fn a_request_says_each_thing_once() {
    let world = World::new();
    let ask = world.platform.request(Purpose::Registration);
    let ask = ask.require("assurance", Condition::AtLeast(1)).disclose("assurance");
    let ask = ask.require("assurance", Condition::Present).disclose("age_over_18");
    let ask = ask.require("assurance", Condition::AtLeast(4)).disclose("assurance");
    let request = ask.build(NOW, &mut seeded(1)).unwrap();
    let names: Vec<_> = request.disclosures().iter().map(Name::as_str).collect();
    assert_eq!(names, ["age_over_18", "assurance"]);
    let conditions: Vec<_> = request.conditions().map(|(name, c)| (name.as_str(), c)).collect();
    let expected = [("assurance", &Condition::AtLeast(4)), ("assurance", &Condition::Present)];
    assert_eq!(conditions, expected);
    let item = again(&world.holder, &world.evidence[0]);
    let refused = present(&world.holder, &world.credential, item, &request, NOW);
    assert_eq!(refused, Err(Error::ConditionUnmet));
}

/// SPEC §10.1: at most 64 attributes and as many conditions.
#[test]
fn a_request_has_64_attributes_and_conditions_at_most() {
    let names: Vec<_> = (0..64).map(|i| format!("a{i}")).collect();
    let all: Vec<_> = names.iter().map(|name| (name.as_str(), Kind::Integer)).collect();
    let authority = authority(1, &all, NOW);
    let platform = Platform::new(authority.list().clone(), host("shop.example"));
    let all = || names.iter().fold(platform.request(Purpose::Login), |ask, n| ask.disclose(n));
    let conditions = |count| {
        let four = |index: usize| {
            let operators = [
                Condition::Equals(1.into()),
                Condition::AtLeast(1),
                Condition::AtMost(1),
                Condition::Present,
            ];
            (&names[index / 4], operators[index % 4].clone())
        };
        let all = (0..count).map(four).fold(all(), |ask, (name, c)| ask.require(name, c));
        all.build(NOW, &mut seeded(1))
    };
    assert_eq!(conditions(64).unwrap().conditions().len(), 64);
    assert_eq!(conditions(64).unwrap().disclosures().len(), 64);
    assert_eq!(conditions(65).unwrap_err(), Error::Range);
}

#[test]
fn an_authority_has_the_key_that_its_list_says() {
    let list = list(parameters(&key(1), &ATTRIBUTES), NOW);
    assert_eq!(Authority::open(key(9), list.clone()).unwrap_err(), Error::ForeignParameters);
    assert!(Authority::open(key(1), list).is_ok());
}

#[test]
fn an_offer_gives_each_attribute_one_value_that_fits() {
    let authority = authority(1, &ATTRIBUTES, NOW);
    let commitment = *holder(2, authority.list()).commitment();
    let offer = |values: &[(&'static str, Value)]| {
        let values = values.iter().cloned();
        authority.offer(commitment, values, TEN_MINUTES, NOW, &mut seeded(1))
    };
    let long = "a".repeat(256);
    let age = ("age_over_18", Value::from(true));
    for (values, expected) in [
        (vec![("height", 1.into())], Error::UnknownAttribute),
        (vec![("Region", "a".into())], Error::UnknownAttribute),
        (vec![age.clone(), ("assurance", true.into())], Error::Schema),
        (vec![("age_over_18", 1.into())], Error::Schema),
        (vec![("region", 1.into())], Error::Schema),
        (vec![("region", long.as_str().into())], Error::Schema),
        (vec![age.clone(), age.clone()], Error::Schema),
        (vec![age.clone(), ("age_over_18", Value::Absent)], Error::Schema),
        (vec![("region", "".into())], Error::Text),
    ] {
        assert_eq!(offer(&values).unwrap_err(), expected);
    }
    // By name, in any order; what is not named is absent.
    let open = offer(&[("note", "b".into()), age, ("region", Value::Absent)]).unwrap();
    assert!(open.offer().values() == [true.into(), Value::Absent, Value::Absent, "b".into()]);
}

/// Another key under the same name: offers, credentials and requests of it are refused.
#[test]
fn nothing_is_accepted_that_is_not_on_the_list() {
    let (ours, other) = (authority(1, &ATTRIBUTES, NOW), authority(9, &ATTRIBUTES, NOW));
    let (holder, trusting) = (holder(2, ours.list()), holder(2, other.list()));
    let rng = &mut seeded(1);
    let named = by_name(&other, values());
    let open = other.offer(*holder.commitment(), named, TEN_MINUTES, NOW, rng).unwrap();
    let offer = received_offer(holder.list(), &open);
    let refused = holder.request_credential(&offer, NOW, rng);
    assert_eq!(refused.unwrap_err(), Error::UnpinnedParameters);
    let refused =
        holder.request_evidence(&issued(&other, &trusting, values(), NOW, &mut seeded(1)), rng);
    assert_eq!(refused.unwrap_err(), Error::UnpinnedParameters);
    let (credential, mut evidence) = credential(&other, &trusting, values(), NOW, &mut seeded(3));
    let platform = Platform::new(other.list().clone(), host("shop.example"));
    let request = platform.request(Purpose::Login).build(NOW, rng).unwrap();
    let refused = present(&holder, &credential, evidence.remove(0), &request, NOW);
    assert_eq!(refused, Err(Error::UnpinnedParameters));
}

/// SPEC §9: all batches that the parameters promise, and none of another credential.
#[test]
fn a_credential_counts_with_all_its_evidence_only() {
    let three = |seed| {
        let (key, schema) = (key(seed), schema(&ATTRIBUTES));
        let parameters = AuthorityParameters::new(&key, authority_id(), seconds(DAY), 3, schema);
        Authority::open(key, list(parameters.unwrap(), NOW)).unwrap()
    };
    let authority = three(1);
    let person = holder(2, authority.list());
    let issue = |values| issued(&authority, &person, values, NOW, &mut seeded(1));
    let mut other = values();
    other[1] = 4.into();
    let batch = |seed| batch(&authority, &person, &issue(values()), &mut seeded(seed));
    let foreign = pairnym_testkit::batch(&authority, &person, &issue(other), &mut seeded(9));
    let complete = |batches: Vec<EvidenceBatch>| {
        issue(values()).complete(batches).map(|(_, evidence)| evidence.len())
    };
    assert_eq!(issue(values()).batches().get(), 3);
    assert_eq!(complete(vec![]), Err(Error::Incomplete));
    assert_eq!(complete(vec![batch(1), batch(2)]), Err(Error::Incomplete));
    assert_eq!(complete(vec![batch(1), batch(2), batch(3), batch(4)]), Err(Error::Incomplete));
    let mixed = vec![batch(1), batch(2), foreign];
    assert_eq!(complete(mixed), Err(Error::ForeignEvidence));
    assert_eq!(complete(vec![batch(1), batch(2), batch(3)]), Ok(3 * EVIDENCE_BATCH));
}

#[test]
fn parameters_are_within_their_limits() {
    let new = |epoch, batches| {
        let schema = schema(&ATTRIBUTES);
        AuthorityParameters::new(&key(1), authority_id(), seconds(epoch), batches, schema)
    };
    assert_eq!(new(3599, 1).unwrap_err(), Error::Range);
    assert_eq!(new(3600, 0).unwrap_err(), Error::Range);
    assert_eq!(new(1 << 32, 1).unwrap_err(), Error::Range);
    assert_eq!(new(3600 + (1 << 32), 1).unwrap_err(), Error::Range);
    for (epoch, batches) in [(3600, 1), ((1 << 32) - 1, 255)] {
        let parameters = new(epoch, batches).unwrap();
        assert_eq!(u64::from(parameters.epoch_length().get()), epoch);
        assert_eq!(parameters.batches().get(), batches);
        assert_eq!(AuthorityParameters::from_bytes(&parameters.to_bytes()).unwrap(), parameters);
    }
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
    assert_eq!((error.what(), error.reason()), ("Name", DecodeReason::Identifier));
}
