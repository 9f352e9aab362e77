use curve25519_dalek::scalar::Scalar;

use super::*;
use common::life::{Field, Life, Sample};
use common::two::LEAD;

const ORDER: [u8; 32] = {
    let mut bytes = *b"\xed\xd3\xf5\x5c\x1a\x63\x12\x58\xd6\x9c\xf7\xa2\xde\xf9\xde\x14\
                       \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    bytes[31] = 0x10;
    bytes
};

/// a + b as 256-bit little-endian integers.
fn sum(a: &[u8], b: &[u8]) -> [u8; 32] {
    let mut carry = 0;
    std::array::from_fn(|i| {
        let digit = u16::from(a[i]) + u16::from(b[i]) + carry;
        carry = digit >> 8;
        digit as u8
    })
}

/// 2^255 − 19 − a.
fn negated(a: &[u8]) -> [u8; 32] {
    let mut complement = [0; 32];
    complement.iter_mut().zip(a).for_each(|(to, from)| *to = !from);
    // !a = 2^256 − 1 − a, and 2^255 − 19 = 2^256 − 1 + (2^255 − 18) modulo 2^256.
    let mut constant = [0; 32];
    (constant[0], constant[31]) = (0xee, 0x80);
    constant[1..31].fill(0xff);
    constant[31] = 0x7f;
    let mut negated = sum(&complement, &constant);
    negated[31] &= 0x7f;
    negated
}

/// With the MAC that its owner would have made, if it is a stored form.
fn resealed(sample: &Sample, bytes: &[u8]) -> Vec<u8> {
    match sample.kind {
        _ if !sample.is_stored() => bytes.to_vec(),
        48 | 49 => sealed(&[17; 32], AUTHORITY, unsealed(bytes)),
        32 | 33 => seal_for_holder(unsealed(bytes), LEAD[0]),
        _ => seal_for_holder(unsealed(bytes), 2),
    }
}

fn refusal(sample: &Sample, bytes: &[u8], place: &str) -> DecodeReason {
    let decoded = (sample.recode)(bytes);
    let error = decoded.expect_err(&format!("{}: {place}", sample.name));
    let Error::Decode(error) = error else { panic!("{}: {place}: {error:?}", sample.name) };
    assert_eq!(error.what(), sample.name);
    error.reason()
}

fn reason(sample: &Sample, bytes: &[u8], place: &str) -> DecodeReason {
    refusal(sample, &resealed(sample, bytes), place)
}

#[test]
fn every_truncation_is_too_short_and_every_extension_too_long() {
    for sample in Life::new().all() {
        let (bytes, stored) = (&sample.bytes, sample.is_stored());
        for length in 0..bytes.len() {
            let place = format!("{length} bytes");
            let expected =
                if stored && length >= 34 { DecodeReason::Mac } else { DecodeReason::Short };
            assert_eq!(refusal(&sample, &bytes[..length], &place), expected, "{place}");
        }
        // What its owner sealed is read like a message.
        for length in 34..bytes.len() {
            let place = format!("{length} bytes, sealed");
            assert_eq!(reason(&sample, &bytes[..length], &place), DecodeReason::Short, "{place}");
        }
        for byte in [0, 1, 0xff] {
            let long = [&bytes[..], &[byte]].concat();
            let expected = if stored { DecodeReason::Mac } else { DecodeReason::Trailing };
            assert_eq!(refusal(&sample, &long, "longer"), expected);
            assert_eq!(reason(&sample, &long, "longer, sealed"), DecodeReason::Trailing);
        }
    }
}

#[test]
fn header_names_version_and_kind() {
    let all = Life::new().all();
    for sample in &all {
        for version in [0, 2, 0xff] {
            let bytes = with(&sample.bytes, 0..1, &[version]);
            assert_eq!(refusal(sample, &bytes, "version"), DecodeReason::Version);
            // The version is looked at before the kind.
            let bytes = with(&bytes, 1..2, &[0]);
            assert_eq!(refusal(sample, &bytes, "version and kind"), DecodeReason::Version);
        }
        let others = all.iter().filter(|other| other.kind != sample.kind);
        for other in others {
            assert_eq!(refusal(sample, &other.bytes, other.name), DecodeReason::Kind);
        }
        for kind in (0..=0xff).filter(|kind| *kind != sample.kind) {
            let bytes = with(&sample.bytes, 1..2, &[kind]);
            assert_eq!(refusal(sample, &bytes, "kind"), DecodeReason::Kind);
        }
    }
}

#[test]
fn every_scalar_must_be_less_than_the_order() {
    let minus_one = sum(&[0; 32], (-Scalar::ONE).as_bytes());
    assert_eq!(sum(&minus_one, Scalar::ONE.as_bytes()), ORDER);
    let mut places = 0;
    for sample in Life::new().all() {
        for (name, place) in sample.layout.all(Field::Scalar) {
            let more = sum(&sample.bytes[place.clone()], &ORDER);
            for content in [more, ORDER, [0xff; 32]] {
                let bytes = with(&sample.bytes, place.clone(), &content);
                assert_eq!(reason(&sample, &bytes, name), DecodeReason::Scalar, "{name}");
            }
            let largest = resealed(&sample, &with(&sample.bytes, place.clone(), &minus_one));
            // A credential is looked at further: with another e it is none. So is a share, which
            // with another d is not that of C_u.
            let further = [16, 33].contains(&sample.kind);
            let expected = if further { Err(Error::Fault) } else { Ok(largest.clone()) };
            assert_eq!((sample.recode)(&largest), expected);
            places += 1;
        }
    }
    // SPEC §14: opening proofs, response, challenges and responses, presentation, login, and
    // the two stored. Of two devices (§14.17): both proofs of a pairing, z̄ and four z, d twice.
    assert_eq!(places, 8 + 8 + 2 + 32 + 32 + (1 + 10 + 2) + 1 + 1 + 2 + (1 + 8 + 1 + 4 + 2));
}

#[test]
fn every_point_must_be_canonical_and_not_the_identity() {
    let mut places = 0;
    for sample in Life::new().all() {
        for (name, place) in sample.layout.all(Field::Point) {
            let point = &sample.bytes[place.clone()];
            let mut high_bit = [0; 32];
            high_bit.copy_from_slice(point);
            high_bit[31] |= 0x80;
            for (content, expected) in [
                ([0; 32], DecodeReason::Identity),
                (negated(point), DecodeReason::Point),
                (high_bit, DecodeReason::Point),
                ([0xff; 32], DecodeReason::Point),
            ] {
                let bytes = with(&sample.bytes, place.clone(), &content);
                assert_eq!(reason(&sample, &bytes, name), expected, "{name}");
            }
            places += 1;
        }
    }
    // X; C_u, T; C_u; T; A, T_1, T_2; A', B'; 64; presentation; login; list; and of the five
    // stored: list; C_u, A, W; evidence; none; C_u. Of two devices: D, T; C_1, T; C_u of an offer;
    // N_2 twice; T_W, T_W, seven and two; T_G; C_u; D; C_u; D, C_u.
    let of_two = 2 + 2 + 1 + 2 + (1 + 1 + 7 + 2) + (1 + 1 + 2 + 2) + 1 + 1 + 1 + 2;
    assert_eq!(places, 1 + 2 + 1 + 1 + 3 + 2 + 64 + 7 + 2 + 1 + (1 + 3 + 4 + 1) + of_two);
}

/// Each field that is neither point nor scalar, with a content that it must not have.
#[test]
fn every_other_field_is_strict() {
    let all = Life::new().all();
    let samples = |kind: u8| all.iter().filter(move |sample| sample.kind == kind);

    // Kind and field, where in the field and how long, the new content.
    type Edit = (u8, &'static str, usize, usize, &'static [u8], DecodeReason);
    let edits: &[Edit] = &[
        (1, "suite", 0, 1, &[0], DecodeReason::Code),
        (1, "suite", 0, 1, &[2], DecodeReason::Code),
        (1, "authority", 0, 18, &[0], DecodeReason::Identifier),
        (1, "authority", 1, 1, b"A", DecodeReason::Identifier),
        (1, "authority", 1, 1, b"\xff", DecodeReason::Identifier),
        (1, "epoch length", 0, 4, &[0; 4], DecodeReason::Range),
        (1, "epoch length", 0, 4, &[0, 0, 0x0e, 0x0f], DecodeReason::Range),
        (1, "batches", 0, 1, &[0], DecodeReason::Range),
        (1, "count", 0, 1, &[65], DecodeReason::Range),
        (1, "schema", 12, 1, &[0], DecodeReason::Code),
        (1, "schema", 12, 1, &[4], DecodeReason::Code),
        (1, "schema", 13, 11, b"\x0bage_over_18\x02", DecodeReason::Order),
        (2, "authority", 17, 1, b".", DecodeReason::Identifier),
        (4, "count", 0, 1, &[65], DecodeReason::Range),
        (4, "values", 0, 1, &[4], DecodeReason::Code),
        (4, "values", 1, 1, &[2], DecodeReason::Code),
        (4, "values", 13, 1, &[0xff], DecodeReason::Text),
        (12, "slot", 0, 1, &[3], DecodeReason::Range),
        (12, "disclosed count", 0, 1, &[65], DecodeReason::Range),
        (12, "disclosed", 0, 1, &[4], DecodeReason::Code),
        (12, "disclosed", 1, 1, &[2], DecodeReason::Code),
        (12, "hidden count", 0, 1, &[63], DecodeReason::Range),
        (12, "hidden count", 0, 1, &[1], DecodeReason::Trailing),
        (12, "hidden count", 0, 1, &[3], DecodeReason::Short),
        (15, "authority", 1, 1, b"A", DecodeReason::Identifier),
        (15, "host", 1, 1, b"I", DecodeReason::Identifier),
        (15, "serial", 3, 1, &[1], DecodeReason::Range),
        (15, "previous", 31, 1, &[1], DecodeReason::Range),
        (15, "since", 0, 8, &[0xff; 8], DecodeReason::Range),
        (15, "until", 0, 8, &[0xff; 8], DecodeReason::Range),
        (15, "count", 0, 1, &[0], DecodeReason::Range),
        (15, "count", 0, 1, &[9], DecodeReason::Range),
        (15, "from", 7, 1, &[1], DecodeReason::Range),
        (15, "entry", 0, 1, &[2], DecodeReason::Version),
        (15, "entry", 1, 1, &[2], DecodeReason::Kind),
        (15, "entry", 2, 1, &[2], DecodeReason::Code),
        (15, "entry", 4, 1, b"b", DecodeReason::Range),
        (15, "extensions", 0, 1, &[1], DecodeReason::Extension),
        (16, "count", 0, 1, &[65], DecodeReason::Range),
        (16, "values", 0, 1, &[4], DecodeReason::Code),
        (16, "values", 1, 1, &[2], DecodeReason::Code),
        (17, "rho", 0, 32, &[0; 32], DecodeReason::Range),
        (24, "authority", 1, 1, b"A", DecodeReason::Identifier),
        (26, "authority", 0, 18, &[0], DecodeReason::Identifier),
        (27, "body version", 0, 1, &[0], DecodeReason::Version),
        (27, "body version", 0, 1, &[2], DecodeReason::Version),
        (27, "body kind", 0, 1, &[0], DecodeReason::Kind),
        (27, "body kind", 0, 1, &[3], DecodeReason::Kind),
        (27, "body kind", 0, 1, &[12], DecodeReason::Kind),
        (27, "body kind", 0, 1, &[27], DecodeReason::Kind),
        (28, "flag", 0, 1, &[2], DecodeReason::Code),
        (29, "act", 0, 1, &[0], DecodeReason::Code),
        (29, "act", 0, 1, &[4], DecodeReason::Code),
        (30, "count", 0, 1, &[0], DecodeReason::Range),
        (30, "count", 0, 1, &[3], DecodeReason::Range),
        (31, "authority", 17, 1, b".", DecodeReason::Identifier),
        (31, "d", 0, 32, &[0; 32], DecodeReason::Range),
        (33, "d", 0, 32, &[0; 32], DecodeReason::Range),
        (34, "authority", 1, 1, b"\xff", DecodeReason::Identifier),
        (48, "authority", 17, 1, b".", DecodeReason::Identifier),
        (49, "count", 0, 1, &[65], DecodeReason::Range),
        (49, "values", 1, 1, &[2], DecodeReason::Code),
    ];
    for (kind, field, skip, length, content, expected) in edits {
        // A list is a message, and stored too.
        for sample in samples(*kind) {
            let start = sample.layout.at(field).start + skip;
            let edited = with(&sample.bytes, start..start + length, content);
            let what = format!("{field} + {skip} of kind {kind}");
            assert_eq!(reason(sample, &edited, &what), *expected, "{what}");
        }
    }
}

/// What follows the body of a CoRequest, by the request that is its body; and the lengths that a
/// flag, an act and a count promise.
#[test]
fn the_messages_between_two_devices_have_one_length_each() {
    let all = Life::new().all();
    let nth = |kind: u8, nth: usize| all.iter().filter(|s| s.kind == kind).nth(nth).unwrap();
    let presentation = nth(27, 2);
    let slot = presentation.layout.at("slot").start;
    let end = presentation.bytes.len();
    for (place, content, expected) in [
        (slot..slot + 1, &[2][..], DecodeReason::Range),
        (slot..slot + 1, &[0xff], DecodeReason::Range),
        (slot + 1..slot + 2, &[65], DecodeReason::Range),
        (slot + 1..slot + 2, &[1], DecodeReason::Range),
        (slot + 1..slot + 2, &[3], DecodeReason::Short),
        (slot + 1..end, &[0], DecodeReason::Range),
        (slot + 1..end, &[3, 0, 0, 0], DecodeReason::Range),
        (slot + 2..slot + 3, &[4], DecodeReason::Code),
        (slot..end, &[], DecodeReason::Short),
    ] {
        let edited = with(&presentation.bytes, place.clone(), content);
        assert_eq!(reason(presentation, &edited, "slot"), expected, "{place:?} {content:?}");
    }
    let login = nth(27, 3);
    let longer = [&login.bytes[..], &[0, 0]].concat();
    assert_eq!(reason(login, &longer, "slot of a login"), DecodeReason::Trailing);

    let change = |sample: &Sample, field: &str, content: u8| {
        let edited = with(&sample.bytes, sample.layout.at(field), &[content]);
        reason(sample, &edited, field)
    };
    assert_eq!(change(nth(28, 0), "flag", 1), DecodeReason::Short);
    assert_eq!(change(nth(28, 2), "flag", 0), DecodeReason::Trailing);
    assert_eq!(change(nth(29, 0), "act", 2), DecodeReason::Short);
    assert_eq!(change(nth(29, 0), "act", 3), DecodeReason::Short);
    assert_eq!(change(nth(29, 2), "act", 1), DecodeReason::Trailing);
    assert_eq!(change(nth(29, 2), "act", 3), DecodeReason::Trailing);
    assert_eq!(change(nth(29, 3), "act", 1), DecodeReason::Trailing);
    // z is no point, and T_G2 no scalar.
    assert_eq!(change(nth(30, 0), "count", 2), DecodeReason::Point);
    assert_eq!(change(nth(30, 2), "count", 1), DecodeReason::Scalar);
}

/// SPEC §14.12 and §15.1: every field of a request.
#[test]
fn every_field_of_a_request_is_strict() {
    let life = Life::new();
    let all = life.messages();
    let sample = all.iter().find(|sample| sample.kind == 11).unwrap();
    let list = life.authority.list();
    let base = Ask {
        conditions: vec![vec![0, 1, 1, 1], at_least(1, 2), vec![1, 4]],
        ..Ask::new(list, "shop.example").disclosing(&["age_over_18", "assurance"])
    };
    let login = Ask::login(list, "shop.example");
    assert_eq!(base.request().to_bytes(), base.bytes());
    assert_eq!(login.request().to_bytes(), login.bytes());
    let present = base.slots[0];
    let slots = |count: i64| (0..count).map(|back| shifted(&present, -back)).collect::<Vec<_>>();
    let names = |count| (0..count).map(|n| format!("a{n:02}")).collect::<Vec<String>>();
    let many = |count: u8| (0..count).map(|n| vec![n / 4, 1 + n % 4]);
    let operands = |count| {
        let operand = |condition: Vec<u8>| match condition[1] {
            1 => [&condition[..], &[1, 1]].concat(),
            4 => condition,
            _ => [&condition[..], &[0; 8]].concat(),
        };
        many(count).map(operand).collect::<Vec<_>>()
    };
    let statement = |length: u16, text: &[u8]| [&[1], &length.to_be_bytes()[..], text].concat();
    type Change<'a> = &'a dyn Fn(&mut Ask);
    let edits: &[(&str, &Ask, Change<'_>, DecodeReason)] = &[
        ("no authority", &base, &|ask| ask.authority.clear(), DecodeReason::Identifier),
        ("authority", &base, &|ask| ask.authority = "A".into(), DecodeReason::Identifier),
        ("no platform", &base, &|ask| ask.platform.clear(), DecodeReason::Identifier),
        (
            "capital letter",
            &base,
            &|ask| ask.platform = "Shop.example".into(),
            DecodeReason::Identifier,
        ),
        ("no second label", &base, &|ask| ask.platform = "shop".into(), DecodeReason::Identifier),
        ("application label", &base, &|ask| ask.label = "App".into(), DecodeReason::Identifier),
        ("long label", &base, &|ask| ask.label = "a".repeat(64), DecodeReason::Identifier),
        ("wanted 0", &base, &|ask| ask.wanted = 0, DecodeReason::Code),
        ("wanted 3", &base, &|ask| ask.wanted = 3, DecodeReason::Code),
        ("purpose 0", &base, &|ask| ask.purpose = vec![0], DecodeReason::Code),
        ("purpose 5", &base, &|ask| ask.purpose = vec![5], DecodeReason::Code),
        ("purpose 254", &base, &|ask| ask.purpose = vec![254], DecodeReason::Code),
        ("no word", &base, &|ask| ask.purpose = vec![0xff, 0], DecodeReason::Identifier),
        ("no slots", &base, &|ask| ask.slots.clear(), DecodeReason::Range),
        ("four slots", &base, &|ask| ask.slots = slots(4), DecodeReason::Range),
        ("a slot twice", &base, &|ask| ask.slots.push(ask.slots[0]), DecodeReason::Order),
        (
            "a slot twice, but for one",
            &base,
            &|ask| ask.slots = vec![present, shifted(&present, 1), present],
            DecodeReason::Order,
        ),
        ("login with slots", &login, &|ask| ask.slots = slots(1), DecodeReason::Range),
        ("login that discloses", &login, &|ask| ask.disclosures = names(1), DecodeReason::Range),
        (
            "login on a condition",
            &login,
            &|ask| ask.conditions = vec![vec![0, 4]],
            DecodeReason::Range,
        ),
        ("65 disclosures", &base, &|ask| ask.disclosures = names(65), DecodeReason::Range),
        (
            "a name twice",
            &base,
            &|ask| ask.disclosures[1] = "age_over_18".into(),
            DecodeReason::Order,
        ),
        ("backwards", &base, &|ask| ask.disclosures.swap(0, 1), DecodeReason::Order),
        (
            "a prefix second",
            &base,
            &|ask| ask.disclosures[1] = "age_over_1".into(),
            DecodeReason::Order,
        ),
        ("no name", &base, &|ask| ask.disclosures[0].clear(), DecodeReason::Identifier),
        ("no token", &base, &|ask| ask.disclosures[1] = "a b".into(), DecodeReason::Identifier),
        (
            "identifier before order",
            &base,
            &|ask| ask.disclosures[1] = "A".into(),
            DecodeReason::Identifier,
        ),
        ("not disclosed", &base, &|ask| ask.conditions[2][0] = 2, DecodeReason::Range),
        (
            "range before order",
            &base,
            &|ask| ask.conditions.insert(0, vec![2, 4]),
            DecodeReason::Range,
        ),
        ("code before range", &base, &|ask| ask.conditions[2] = vec![2, 5], DecodeReason::Code),
        ("backwards", &base, &|ask| ask.conditions.swap(0, 1), DecodeReason::Order),
        ("operator twice", &base, &|ask| ask.conditions[2] = at_least(1, 3), DecodeReason::Order),
        ("operator 0", &base, &|ask| ask.conditions[2][1] = 0, DecodeReason::Code),
        ("operator 5", &base, &|ask| ask.conditions[2][1] = 5, DecodeReason::Code),
        ("equals absent", &base, &|ask| ask.conditions[0] = vec![0, 1, 0], DecodeReason::Code),
        ("equals flag 2", &base, &|ask| ask.conditions[0][3] = 2, DecodeReason::Code),
        ("65 conditions", &base, &|ask| ask.conditions = operands(65), DecodeReason::Range),
        ("statement flag", &base, &|ask| ask.statement = vec![2, 0, 0], DecodeReason::Code),
        ("empty statement", &base, &|ask| ask.statement = statement(0, b""), DecodeReason::Text),
        ("short statement", &base, &|ask| ask.statement = statement(9, b""), DecodeReason::Short),
        ("long statement", &base, &|ask| ask.statement = statement(8193, b""), DecodeReason::Range),
        ("notice flag", &base, &|ask| ask.notice = vec![2], DecodeReason::Code),
        ("short notice", &base, &|ask| ask.notice = vec![1, 7], DecodeReason::Short),
        ("notice without flag", &base, &|ask| ask.notice = vec![0; 33], DecodeReason::Trailing),
        ("extension", &base, &|ask| ask.extensions = 1, DecodeReason::Extension),
        ("all extensions", &base, &|ask| ask.extensions = 0xff, DecodeReason::Extension),
    ];
    for (what, ask, edit, expected) in edits {
        let mut ask = (*ask).clone();
        edit(&mut ask);
        assert_eq!(reason(sample, &ask.bytes(), what), *expected, "{what}");
    }
    // The limits themselves are allowed.
    let edges = Ask {
        label: "a".repeat(63),
        purpose: [&[0xff, 63], &[b'p'; 63][..]].concat(),
        slots: slots(3),
        disclosures: names(64),
        conditions: operands(64),
        statement: statement(8192, &[b'a'; 8192]),
        notice: [&[1], &[0; 32][..]].concat(),
        ..base
    };
    assert_eq!(edges.request().to_bytes(), edges.bytes());
}

/// Each flipped copy of `message` cannot be decoded, or says something else and `next`, the next
/// step of the protocol, refuses it with one of these errors.
fn refuse_flips<M: Message + PartialEq>(
    message: &M,
    expected: &[Error],
    mut next: impl FnMut(&M) -> Result<(), Error>,
) {
    assert_eq!(next(message), Ok(()), "unchanged");
    let mut seen = vec![0; expected.len()];
    for (place, flipped) in flips(&message.to_bytes(), true) {
        let Ok(decoded) = M::from_bytes(&flipped) else { continue };
        assert!(decoded.to_bytes() == flipped && decoded != *message, "byte {place}");
        let error = next(&decoded).expect_err(&format!("byte {place}"));
        let known = expected.iter().position(|other| *other == error);
        seen[known.unwrap_or_else(|| panic!("byte {place}: {error:?}"))] += 1;
    }
    assert!(seen.iter().all(|count| *count > 0), "{seen:?} times {expected:?}");
}

#[test]
fn flipped_parameters_are_not_on_the_list() {
    let life = Life::new();
    let list = life.authority.list();
    refuse_flips(life.authority.parameters(), &[Error::UnpinnedParameters], |parameters| {
        list.find(parameters.id()).map(|_| ()).ok_or(Error::UnpinnedParameters)
    });
}

#[test]
fn a_flipped_list_is_not_taken() {
    let life = Life::new();
    let first = life.authority.list();
    refuse_flips(first, &[Error::ConflictingList], |list| {
        first.check_successor(list, NOW).map(|_| ())
    });
    // Of a successor, host, since and until are the authority's to say, as the signature of the
    // list vouches for them. Nothing else is.
    let next = first.renew(NOW..UnixTime(NOW.0 + 20 * DAY)).unwrap();
    let refusals = [Error::ConflictingList, Error::MissingList, Error::EarlyList];
    let layout = life.messages().pop().unwrap().layout;
    let free = [layout.at("host"), layout.at("since"), layout.at("until")];
    let mut seen = [0; 4];
    for (place, flipped) in flips(&next.to_bytes(), true) {
        let Ok(list) = ParameterList::from_bytes(&flipped) else { continue };
        let nth = match first.check_successor(&list, NOW) {
            Ok(true) if free.iter().any(|field| field.contains(&place)) => 3,
            Ok(_) => panic!("byte {place} is taken"),
            Err(error) => refusals.iter().position(|other| *other == error).unwrap(),
        };
        seen[nth] += 1;
    }
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
}

#[test]
fn flipped_enrollment_is_refused() {
    let life = Life::new();
    let list = life.authority.list();
    let enroll = |request: &EnrollmentRequest| {
        let registry = MemoryRegistry::new(Reenrollment::Refused);
        let person = PersonId([0; 32]);
        let enrolled = life.authority.enroll(&life.ticket, request, person, NOW, &registry);
        assert_eq!(registry.commitment(&person), Ok(enrolled.ok()));
        enrolled.map(|_| ()).map_err(Error::from)
    };
    let refusals = [Error::ForeignAuthority, Error::Rejected];
    refuse_flips(life.ticket.ticket(), &refusals, |ticket| {
        let bytes = ticket.to_bytes();
        let ticket = Received::<EnrollmentTicket>::from_authority(list, list.host(), &bytes)?;
        enroll(&sent(&life.holder.enroll(&ticket, &mut seeded(1))?))
    });
    refuse_flips(&life.enrollment, &[Error::Rejected], enroll);
}

#[test]
fn flipped_issuance_is_refused() {
    let life = Life::new();
    let list = life.authority.list();
    let issue = |request: &IssuanceRequest| {
        let response = life.authority.issue(&life.offer, request, NOW, &Everybody);
        response.map(|_| ()).map_err(|refused| refused.refused().unwrap())
    };
    let refusals =
        [Error::UnpinnedParameters, Error::WrongEpoch, Error::ForeignCommitment, Error::Rejected];
    refuse_flips(life.offer.offer(), &refusals, |offer| {
        let bytes = offer.to_bytes();
        let offer = Received::<IssuanceOffer>::from_authority(list, list.host(), &bytes)?;
        issue(&sent(&life.holder.request_credential(&offer, NOW, &mut seeded(1))?.0))
    });
    refuse_flips(&life.issuance_request, &[Error::Rejected], issue);
    refuse_flips(&life.issuance_response, &[Error::Rejected], |response| {
        life.pending().finish(response).map(|_| ())
    });
}

#[test]
fn flipped_evidence_request_is_refused_before_anything_is_drawn() {
    let life = Life::new();
    refuse_flips(&life.evidence_request, &[Error::Rejected], |request| {
        let coins = if *request == life.evidence_request { 96 } else { 0 };
        life.authority.open_evidence(request, &mut Given::new(&vec![9; coins])).map(|_| ())
    });
}

/// The authority's answer to what the holder says to these commitments, as the holder takes it.
fn fetch(life: &Life, commitments: &EvidenceCommitments) -> Result<EvidenceBatch, Error> {
    let (challenges, challenged) = life.challenged(commitments);
    challenged.finish(&life.authority.respond(life.open_session(), &challenges)?)
}

#[test]
fn flipped_commitments_are_refused() {
    let life = Life::new();
    let batch = fetch(&life, &life.commitments).unwrap();
    assert_eq!(life.issued().complete([batch]).unwrap().1.len(), EVIDENCE_BATCH);
    let mut refused = [false; 1 + 2 * EVIDENCE_BATCH];
    for (place, flipped) in flips(&life.commitments.to_bytes(), false) {
        let Ok(decoded) = EvidenceCommitments::from_bytes(&flipped) else { continue };
        assert!(decoded.to_bytes() == flipped && decoded != life.commitments);
        // Fetching takes its time: once for the session id, and for each point.
        let (field, error) = match place {
            0..34 => (0, Error::NoSession),
            _ => (1 + (place - 34) / 32, Error::Rejected),
        };
        if !std::mem::replace(&mut refused[field], true) {
            assert_eq!(fetch(&life, &decoded).map(|_| ()), Err(error), "byte {place}");
        }
    }
    let fields = refused.iter().filter(|refused| **refused).count();
    assert!(fields > EVIDENCE_BATCH, "only {fields} fields");
}

#[test]
fn flipped_challenges_and_responses_are_refused() {
    let life = Life::new();
    let respond =
        |challenges: &EvidenceChallenges| life.authority.respond(life.open_session(), challenges);
    let finish = |responses: &EvidenceResponses| {
        life.challenged(&life.commitments).1.finish(responses).map(|_| ())
    };
    assert_eq!(respond(&life.challenges), Ok(life.responses.clone()));
    assert_eq!(finish(&life.responses), Ok(()));
    // Every byte is another message; one byte of every scalar goes through the whole protocol.
    let slow = |place: usize| match place {
        0..34 => place % 16 == 2,
        _ => (place - 34) % 33 == 0,
    };
    let mut refused = 0;
    for (place, flipped) in flips(&life.challenges.to_bytes(), false) {
        let Ok(challenges) = EvidenceChallenges::from_bytes(&flipped) else { continue };
        assert!(challenges.to_bytes() == flipped && challenges != life.challenges);
        if slow(place) {
            let refusal = match respond(&challenges) {
                Ok(responses) => finish(&responses),
                Err(error) => Err(error),
            };
            let expected = if place < 34 { Error::NoSession } else { Error::Rejected };
            assert_eq!(refusal, Err(expected), "byte {place}");
            refused += 1;
        }
    }
    for (place, flipped) in flips(&life.responses.to_bytes(), false) {
        let Ok(responses) = EvidenceResponses::from_bytes(&flipped) else { continue };
        assert!(responses.to_bytes() == flipped && responses != life.responses);
        if slow(place) {
            assert_eq!(finish(&responses), Err(Error::Rejected), "byte {place}");
            refused += 1;
        }
    }
    assert!(refused > 2 * 31, "only {refused}");
}

#[test]
fn answers_to_a_flipped_request_are_refused() {
    let life = Life::new();
    let from_host =
        |request: &Request| Received::<Request>::from_host(&life.host, &request.to_bytes());
    let refusals = [
        Error::ForeignPlatform,
        Error::ForeignAuthority,
        Error::Expired,
        Error::Range,
        Error::UnpinnedParameters,
        Error::EpochNotAccepted,
        Error::Schema,
        Error::ConditionUnmet,
        Error::Rejected,
    ];
    refuse_flips(&life.request, &refusals, |request| {
        let request = from_host(request)?;
        let consent = Consent::to_disclose(&request);
        let item = again(&life.holder, &life.evidence[0]);
        let answer = life.holder.present(&life.credential, item, consent, NOW, &mut seeded(1))?;
        verdict(&life.platform, &life.request, &sent(&answer)).map(|_| ())
    });
    let refusals = [
        Error::ForeignPlatform,
        Error::ForeignAuthority,
        Error::Expired,
        Error::Range,
        Error::Rejected,
    ];
    refuse_flips(&life.login_request, &refusals, |request| {
        let request = from_host(request)?;
        let login = life.holder.log_in(Consent::to_answer(&request), NOW, &mut seeded(1))?;
        login_verdict(&life.platform, &life.login_request, &sent(&login)).map(|_| ())
    });
}

#[test]
fn flipped_answers_are_refused() {
    let life = Life::new();
    refuse_flips(&life.presentation, &[Error::Rejected], |presentation| {
        verdict(&life.platform, &life.request, presentation).map(|_| ())
    });
    refuse_flips(&life.login, &[Error::Rejected], |login| {
        login_verdict(&life.platform, &life.login_request, login).map(|_| ())
    });
}
