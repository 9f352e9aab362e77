//! What holds for all inputs, tried on some. The seed is fixed, so that a run is repeatable;
//! `PROPTEST_CASES` and `PROPTEST_RNG_SEED` in the environment try others.

#[path = "../common/mod.rs"]
mod common;

/// Lists, slots and clocks.
mod clocks;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use common::life::{Life, Sample};
use common::two::LEAD;
use common::*;
use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::*;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;

fn cases(cases: u32) -> ProptestConfig {
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(1);
    }
    config
}

/// An attribute, a value that fits it, and whether it is disclosed.
fn attribute() -> impl Strategy<Value = (Kind, Value, bool)> {
    let integer = prop_oneof![any::<u64>(), 0u64..4, Just(u64::MAX)];
    // Texts by SPEC §3.4.
    let text = prop_oneof![
        "[ -~À-ž一-龥\n]{0,20}[!-~一-龥]",
        Just("x".repeat(255)),
        Just("上".repeat(85)),
    ];
    prop_oneof![
        3 => any::<bool>().prop_map(|flag| (Kind::Flag, flag.into())),
        3 => integer.prop_map(|integer| (Kind::Integer, integer.into())),
        3 => text.prop_map(|text| (Kind::Text, text.as_str().into())),
        1 => select(vec![Kind::Flag, Kind::Integer, Kind::Text])
            .prop_map(|kind| (kind, Value::Absent)),
    ]
    .prop_flat_map(|(kind, value)| (Just(kind), Just(value), any::<bool>()))
}

fn attributes() -> impl Strategy<Value = Vec<(Kind, Value, bool)>> {
    prop_oneof![9 => vec(attribute(), 0..=12), 1 => vec(attribute(), 64)]
}

fn label() -> impl Strategy<Value = Option<Name>> {
    proptest::option::of("[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?")
        .prop_map(|label| label.map(|label| Name::new(&label).unwrap()))
}

fn host() -> impl Strategy<Value = PlatformId> {
    "([a-z0-9]{1,9}\\.){1,4}[a-z][a-z0-9]{0,5}".prop_map(|host| PlatformId::new(&host).unwrap())
}

/// The strictest conditions that a value meets.
fn conditions(value: &Value) -> Vec<Condition> {
    match value {
        Value::Absent => vec![],
        Value::Integer(integer) => vec![
            Condition::Equals(value.clone()),
            Condition::AtLeast(*integer),
            Condition::AtMost(*integer),
            Condition::Present,
        ],
        _ => vec![Condition::Equals(value.clone()), Condition::Present],
    }
}

proptest! {
    #![proptest_config(cases(24))]

    /// Whatever was certified can be shown, any part of it, and is read as it was.
    #[test]
    fn presentations_are_complete(
        attributes in attributes(),
        label in label(),
        host in host(),
        prepared in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let names: Vec<_> = (0..attributes.len()).map(|i| format!("a{i}")).collect();
        let schema: Vec<_> =
            names.iter().zip(&attributes).map(|(name, (kind, ..))| (name.as_str(), *kind)).collect();
        let values: Vec<_> = attributes.iter().map(|(_, value, _)| value.clone()).collect();
        let authority = authority(seed as u8, &schema, NOW);
        let holder = holder((seed >> 8) as u8, authority.list());
        let (credential, mut evidence) =
            credential(&authority, &holder, values, NOW, &mut seeded(seed));
        let item = evidence.swap_remove(seed as usize % 32);

        let mut platform = Platform::new(authority.list().clone(), host);
        if prepared {
            let labels: Vec<_> = label.into_iter().collect();
            platform = platform.prepare(&labels, &platform.slots(NOW));
        }
        let mut ask = platform.request(Purpose::GovernmentService);
        let disclosed: Vec<_> =
            names.iter().zip(&attributes).filter(|(_, (.., disclosed))| *disclosed).collect();
        for (name, _) in &disclosed {
            ask = ask.disclose(name);
        }
        let all = disclosed.iter().flat_map(|(name, (_, value, _))| {
            conditions(value).into_iter().map(move |condition| (name, condition))
        });
        // As many as a request can have.
        for (name, condition) in all.take(64) {
            ask = ask.require(name, condition);
        }
        if let Some(label) = label {
            ask = ask.label(label);
        }
        let request = ask.build(NOW, &mut seeded(seed)).unwrap();
        prop_assert_eq!(Request::from_bytes(&request.to_bytes()).unwrap(), request.clone());

        let from_host = received(&request);
        let consent = Consent::to_disclose(&from_host);
        let answer = holder.present(&credential, item, consent, NOW, &mut seeded(seed)).unwrap();
        let nonces = &MemoryNonces::new(1);
        let verified = platform.verify(&request, &sent(&answer), NOW, nonces).unwrap();
        prop_assert_eq!(*verified.pseudonym(), holder.pseudonym(&host, label.as_ref()).unwrap());
        prop_assert_eq!(verified.slot(), credential.slot());
        let claims: Vec<_> = verified.claims().collect();
        let mut expected: Vec<_> =
            disclosed.iter().map(|(name, (_, value, _))| (name.as_str(), value)).collect();
        expected.sort_by_key(|(name, _)| *name);
        prop_assert_eq!(claims, expected);
    }

    /// A 网号 is a function of person and scope alone: not of key, schema, slot or credential.
    #[test]
    fn pseudonyms_stay(
        attributes in vec(attribute(), 0..4),
        host in host(),
        seed in 10u8..,
        day in 11u64..20,
    ) {
        let first = authority(1, &ATTRIBUTES, NOW);
        let names: Vec<_> = (0..attributes.len()).map(|i| format!("b{i}")).collect();
        let schema: Vec<_> =
            names.iter().zip(&attributes).map(|(name, (kind, ..))| (name.as_str(), *kind)).collect();
        let from = UnixTime((NOW.0 / DAY + day) * DAY);
        let until = UnixTime(NOW.0 + 25 * DAY);
        let list = first.list().rotate(NOW..until, from, parameters(&key(seed), &schema)).unwrap();
        let second = Authority::open(key(seed), list.clone()).unwrap();
        let mut holder = holder(2, first.list());
        let own = holder.pseudonym(&host, None).unwrap();
        holder.adopt(list.clone(), NOW).unwrap();
        prop_assert_eq!(holder.pseudonym(&host, None).unwrap(), own);
        let platform = Platform::new(list, host);
        let others = attributes.iter().map(|(_, value, _)| value.clone()).collect();
        let later = UnixTime(from.0 + 1234);
        for (authority, values, now) in [(&first, values(), NOW), (&second, others, later)] {
            let (credential, mut evidence) =
                credential(authority, &holder, values, now, &mut seeded(day));
            let request = platform.request(Purpose::Registration).build(now, &mut seeded(day));
            let request = request.unwrap();
            let from_host = received(&request);
            let (item, consent) = (evidence.remove(0), Consent::to_answer(&from_host));
            let answer = holder.present(&credential, item, consent, now, &mut seeded(1)).unwrap();
            let nonces = &MemoryNonces::new(1);
            let verified = platform.verify(&request, &sent(&answer), now, nonces).unwrap();
            prop_assert_eq!(*verified.pseudonym(), own);
            prop_assert_eq!(verified.slot().parameters, *authority.parameters().id());
        }
    }
}

proptest! {
    #![proptest_config(cases(64))]

    /// Different persons, platforms, labels and authorities give different 网号s.
    #[test]
    fn pseudonyms_differ(
        secrets in proptest::collection::btree_set(any::<[u8; 32]>(), 2),
        hosts in proptest::collection::btree_set(host(), 2),
        labels in proptest::collection::btree_set(label(), 2),
    ) {
        let mut seen = BTreeSet::new();
        let scopes = hosts.iter().flat_map(|host| labels.iter().map(move |label| (host, label)));
        let scopes: Vec<_> = scopes.collect();
        for secret in &secrets {
            for authority in ["authority.example", "authority2.example"] {
                let authority = AuthorityId::new(authority).unwrap();
                let master = MasterSecret::import(*secret);
                let secrets = HolderSecrets::derive(&master, &authority);
                for (host, label) in &scopes {
                    let scope = Scope::new(authority, **host, **label);
                    let pseudonym = Pseudonym::derive(&secrets, &scope).unwrap();
                    prop_assert!(seen.insert(pseudonym), "{:?}", scope);
                    prop_assert_eq!(pseudonym.to_string().parse(), Ok(pseudonym));
                    let bytes = pseudonym.to_bytes();
                    prop_assert_eq!(Pseudonym::from_bytes(bytes), Ok(pseudonym));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn every_text_form_is_the_only_one(bytes in any::<[u8; 32]>(), upper in any::<bool>()) {
        // One in sixteen is a point: an even, small enough number helps.
        let mut bytes = bytes;
        bytes[0] &= 0xfe;
        bytes[31] &= 0x7f;
        if let Ok(pseudonym) = Pseudonym::from_bytes(bytes) {
            let text = pseudonym.to_string();
            prop_assert_eq!(text.len(), 61);
            prop_assert!(text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()));
            let typed = if upper { text.to_uppercase() } else { text };
            prop_assert_eq!(typed.parse(), Ok(pseudonym));
        }
    }

    #[test]
    fn no_text_panics(text in prop_oneof![".{0,80}", "pn1[a-z0-9]{58}", "PN1[0-9A-Z]{58}"]) {
        if let Ok(pseudonym) = text.parse::<Pseudonym>() {
            prop_assert_eq!(pseudonym.to_string(), text.to_lowercase());
        }
        for read in [
            PlatformId::new(&text).map(|id| id.to_string()),
            Name::new(&text).map(|token| token.to_string()),
            AuthorityId::new(&text).map(|id| id.to_string()),
        ].into_iter().flatten() {
            prop_assert_eq!(read, text.as_str());
        }
    }

    /// What is said about host names, said in another way.
    #[test]
    fn host_names_are_recognised(text in "[a-z0-9.x-]{0,12}(\\.|--|n)[a-z0-9.-]{0,8}") {
        let label = |label: &str| {
            let hyphens = label.get(2..4) == Some("--");
            !label.is_empty()
                && label.trim_matches('-') == label
                && (!hyphens || (label.len() > 4 && &label[..4] == "xn--"))
        };
        let labels: Vec<_> = text.split('.').collect();
        let letter = labels[labels.len() - 1].chars().next().is_some_and(char::is_alphabetic);
        let expected = labels.len() >= 2 && labels.iter().all(|l| label(l)) && letter;
        prop_assert_eq!(PlatformId::new(&text).is_ok(), expected, "{}", text);
    }
}

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| Life::new().all());

fn stored() -> impl Iterator<Item = &'static Sample> {
    SAMPLES.iter().filter(|sample| sample.is_stored())
}

/// A change of bytes that leaves much of them alone.
#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    Delete(Index),
    Insert(Index, u8),
    /// Bytes of another message, at the same place.
    Splice(Index, Index, Index),
    Truncate(Index),
}

fn change() -> impl Strategy<Value = Change> {
    let small = prop_oneof![any::<u8>(), 0u8..5, 60u8..66];
    prop_oneof![
        6 => (any::<Index>(), small.clone()).prop_map(|(place, byte)| Change::Set(place, byte)),
        1 => any::<Index>().prop_map(Change::Delete),
        1 => (any::<Index>(), small).prop_map(|(place, byte)| Change::Insert(place, byte)),
        2 => any::<(Index, Index, Index)>().prop_map(|(a, b, c)| Change::Splice(a, b, c)),
        1 => any::<Index>().prop_map(Change::Truncate),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: Vec<Change>) -> Vec<u8> {
    for change in changes {
        let length = bytes.len();
        if length == 0 {
            break;
        }
        match change {
            Change::Set(place, byte) => bytes[place.index(length)] = byte,
            Change::Delete(place) => {
                bytes.remove(place.index(length));
            }
            Change::Insert(place, byte) => bytes.insert(place.index(length), byte),
            Change::Splice(other, start, end) => {
                let other = &other.get(&SAMPLES).bytes;
                let shorter = length.min(other.len());
                let (start, end) = (start.index(shorter), end.index(shorter));
                let range = start.min(end)..start.max(end);
                bytes[range.clone()].copy_from_slice(&other[range]);
            }
            Change::Truncate(place) => bytes.truncate(place.index(length)),
        }
    }
    bytes
}

/// Every decoder on these bytes: whatever it reads, it writes the same again.
fn recode_all(bytes: &[u8]) -> Result<(), TestCaseError> {
    for Sample { name, recode, .. } in SAMPLES.iter() {
        match recode(bytes) {
            Ok(again) => prop_assert_eq!(&again[..], bytes, "{}", name),
            Err(Error::Decode(error)) => prop_assert_eq!(error.what(), *name),
            // Of stored credentials and shares, which are checked further.
            Err(error) => prop_assert!(
                matches!(
                    (*name, error),
                    ("Credential", Error::Fault | Error::ForeignCredential)
                        | ("Share", Error::Fault)
                ),
                "{}: {}",
                name,
                error
            ),
        }
    }
    Ok(())
}

/// The stored form that whoever has the key makes of a changed encoding.
fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len().saturating_sub(32));
    match bytes.get(1) {
        Some(48 | 49) => sealed(&[17; 32], AUTHORITY, &bytes),
        Some(32 | 33) => sealed(&holder_key(&LEAD, AUTHORITY), AUTHORITY, &bytes),
        _ => sealed(&holder_key(&[2; 32], AUTHORITY), AUTHORITY, &bytes),
    }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn changed_messages_have_one_encoding(
        sample in any::<Index>(),
        changes in vec(change(), 0..3),
    ) {
        recode_all(&changed(sample.get(&SAMPLES).bytes.clone(), changes))?;
    }

    /// Messages without points are often valid after a change.
    #[test]
    fn changed_requests_have_one_encoding(changes in vec(change(), 1..3)) {
        recode_all(&changed(SAMPLES[10].bytes.clone(), changes))?;
    }

    /// Stored forms of whatever content, with the right MAC: what is read is what was written.
    #[test]
    fn changed_stored_forms_have_one_encoding(
        sample in any::<Index>(),
        changes in vec(change(), 0..3),
    ) {
        let stored: Vec<_> = stored().collect();
        recode_all(&resealed(changed(sample.get(&stored).bytes.clone(), changes)))?;
    }

    #[test]
    fn no_bytes_panic(
        kind in prop_oneof![0u8..20, 22u8..37, 46u8..51],
        versioned in any::<bool>(),
        body in vec(prop_oneof![any::<u8>(), 0u8..4], 0..400),
        seal in any::<bool>(),
    ) {
        let header = if versioned { &[1, kind][..] } else { &[] };
        let bytes = [header, &body].concat();
        recode_all(&if seal { resealed(bytes) } else { bytes })?;
    }
}

/// What the properties rest on: an unchanged stored form is resealed to itself, and read.
#[test]
fn resealed_samples_are_the_samples() {
    assert_eq!(stored().count(), 7);
    for Sample { name, bytes, recode, .. } in stored() {
        assert_eq!(resealed(bytes.clone()), *bytes, "{name}");
        assert_eq!(recode(bytes).as_ref(), Ok(bytes), "{name}");
    }
}

/// By whom a login is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Owner,
    /// Of whom the platform has no account.
    Stranger,
    Forger,
}

/// Answers to requests of one platform, ready to be damaged.
struct Answers {
    world: World,
    asked: Vec<Request>,
    answers: Vec<Presentation>,
}

static ANSWERS: LazyLock<Answers> = LazyLock::new(|| {
    let mut world = World::new();
    let asked: Vec<_> = (0..12).map(|seed| world.request(seed)).collect();
    let answers = asked.iter().map(|request| world.present(request)).collect();
    Answers { world, asked, answers }
});

proptest! {
    #![proptest_config(cases(48))]

    /// A batch gives the verdicts that its members get one by one.
    #[test]
    fn batches_judge_as_singles(
        members in vec((0usize..12, 0usize..12, prop_oneof![2 => Just(None), 1 => any::<Index>().prop_map(Some)], 0u8..8), 0..24),
        room in 0usize..20,
    ) {
        let Answers { world, asked, answers } = &*ANSWERS;
        let members: Vec<_> = members
            .into_iter()
            .filter_map(|(answer, other, damage, bit)| {
                let mut bytes = answers[answer].to_bytes();
                // One damaged in three; of the others, some answer another request.
                let request = if damage.is_none() && bit == 0 { other } else { answer };
                if let Some(place) = damage {
                    bytes[place.index(answers[answer].to_bytes().len())] ^= 1 << bit;
                }
                Some((&asked[request], Presentation::from_bytes(&bytes).ok()?))
            })
            .collect();
        let pairs: Vec<_> = members.iter().map(|(request, answer)| (*request, answer)).collect();
        let nonces = MemoryNonces::new(24);
        let alone: Vec<_> = pairs
            .iter()
            .map(|(request, answer)| world.platform.verify(request, answer, NOW, &nonces))
            .map(|verdict| verdict.map_err(Error::from))
            .collect();
        let accepted = alone.iter().filter(|verdict| verdict.is_ok()).count();
        // A store that is too small refuses the batch as a whole, and uses up nothing.
        let nonces = MemoryNonces::new(room);
        let together = world.platform.verify_batch(&pairs, NOW, &nonces);
        let fits = accepted <= room;
        prop_assert_eq!(together, if fits { Ok(alone) } else { Err(Error::Full) });
        prop_assert_eq!(nonces.len(), if fits { accepted } else { 0 });
    }

    /// Logins are complete, and a batch of them judges as single ones.
    #[test]
    fn login_batches_judge_as_singles(
        label in label(),
        who in vec(select(vec![Who::Owner, Who::Owner, Who::Stranger, Who::Forger]), 0..20),
        seed in any::<u64>(),
    ) {
        let World { platform, holder, host, authority, .. } = &ANSWERS.world;
        let stranger = pairnym_testkit::holder(77, authority.list());
        let logins: Vec<_> = (seed % 1000..).zip(&who).map(|(seed, who)| {
            let ask = platform.request_login(Purpose::Login);
            let ask = if let Some(label) = label { ask.label(label) } else { ask };
            let request = ask.build(NOW, &mut seeded(seed)).unwrap();
            let from_host = received(&request);
            let holder = if *who == Who::Stranger { &stranger } else { holder };
            let consent = Consent::to_answer(&from_host);
            let login = holder.log_in(consent, NOW, &mut seeded(seed)).unwrap();
            let mut login = login.into_bytes();
            login[98] ^= u8::from(*who == Who::Forger);
            (request, Login::from_bytes(&login).unwrap())
        }).collect();
        let pairs: Vec<_> = logins.iter().map(|(request, login)| (request, login)).collect();
        let own = holder.pseudonym(host, label.as_ref()).unwrap();
        let account = |pseudonym: &Pseudonym| (*pseudonym == own).then_some(7);
        let nonces = &MemoryNonces::new(20);
        let verdicts = platform.verify_login_batch(&pairs, account, NOW, nonces).unwrap();
        let verdicts: Vec<_> =
            verdicts.into_iter().map(|verdict| verdict.map(Returning::into_account)).collect();
        let expected: Vec<_> = who.iter().map(|who| match who {
            Who::Owner => Ok(7),
            Who::Stranger => Err(Error::NoAccount),
            Who::Forger => Err(Error::Rejected),
        }).collect();
        prop_assert_eq!(&verdicts, &expected);
        // Strangers and forgers use up nothing.
        let owners = who.iter().filter(|who| **who == Who::Owner).count();
        prop_assert_eq!(nonces.len(), owners);
        let nonces = &MemoryNonces::new(20);
        let verify = |ask, login| platform.verify_login(ask, login, account, NOW, nonces);
        let alone = pairs.iter().map(|(ask, login)| {
            verify(ask, login).map(Returning::into_account).map_err(Error::from)
        });
        prop_assert_eq!(alone.collect::<Vec<_>>(), expected);
    }
}

proptest! {
    #![proptest_config(cases(128))]

    /// Values are offered by name, in any order, and never those that do not fit the schema.
    #[test]
    fn only_fitting_values_are_offered(
        attributes in vec(attribute(), 1..6),
        wrong in any::<Index>(),
        value in attribute(),
        turn in 0usize..6,
    ) {
        static HOLDER: LazyLock<Holder> = LazyLock::new(|| holder(2, authority(1, &[], NOW).list()));
        let names: Vec<_> = (0..attributes.len()).map(|i| format!("a{i}")).collect();
        let schema: Vec<_> =
            names.iter().zip(&attributes).map(|(name, (kind, ..))| (name.as_str(), *kind)).collect();
        let authority = authority(1, &schema, NOW);
        let place = wrong.index(attributes.len());
        let (kind, value, _) = value;
        let fits = kind == attributes[place].0 || value == Value::Absent;
        let mut values: Vec<_> = attributes.iter().map(|(_, value, _)| value.clone()).collect();
        values[place] = value;
        let mut named: Vec<_> =
            names.iter().map(String::as_str).zip(values.iter().cloned()).collect();
        named.rotate_left(turn % names.len());
        // What has no value need not be named.
        named.retain(|(name, value)| *value != Value::Absent || *name != "a0");
        let offer = |named: Vec<(_, _)>| {
            let rng = &mut seeded(1);
            authority.offer(*HOLDER.commitment(), named, TEN_MINUTES, NOW, rng)
        };
        match offer(named.clone()) {
            Ok(open) => prop_assert_eq!((fits, open.offer().values()), (true, &values[..])),
            Err(error) => prop_assert_eq!((fits, error), (false, Error::Schema)),
        }
        if let Some(first) = named.first().cloned() {
            named.push(first);
            prop_assert_eq!(offer(named.clone()).unwrap_err(), Error::Schema, "named twice");
        }
        named.push(("a9", Value::Absent));
        prop_assert!(offer(named).is_err());
    }
}
