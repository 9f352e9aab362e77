use curve25519_dalek::scalar::Scalar;

use super::*;
use common::life::{Field, Life, Sample};

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

fn reason(sample: &Sample, bytes: &[u8], place: &str) -> Reason {
    let decoded = (sample.recode)(bytes);
    let error = decoded.expect_err(&format!("{}: {place}", sample.name));
    assert_eq!(error.what(), sample.name);
    error.reason()
}

#[test]
fn every_truncation_is_too_short_and_every_extension_too_long() {
    for sample in Life::new().all() {
        let bytes = &sample.bytes;
        for length in 0..bytes.len() {
            let place = format!("{length} bytes");
            assert_eq!(reason(&sample, &bytes[..length], &place), Reason::Short, "{place}");
        }
        for byte in [0, 1, 0xff] {
            let long = [&bytes[..], &[byte]].concat();
            assert_eq!(reason(&sample, &long, "longer"), Reason::Trailing);
        }
    }
}

#[test]
fn header_names_version_and_kind() {
    let all = Life::new().all();
    for sample in &all {
        for version in [0, 2, 0xff] {
            let bytes = with(&sample.bytes, 0..1, &[version]);
            assert_eq!(reason(sample, &bytes, "version"), Reason::Version);
        }
        let others = all.iter().filter(|other| other.kind != sample.kind);
        for other in others {
            assert_eq!(reason(sample, &other.bytes, other.name), Reason::Kind);
        }
        for kind in (0..=0xff).filter(|kind| *kind != sample.kind) {
            let bytes = with(&sample.bytes, 1..2, &[kind]);
            assert_eq!(reason(sample, &bytes, "kind"), Reason::Kind);
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
                assert_eq!(reason(&sample, &bytes, name), Reason::Scalar, "{name}");
            }
            let largest = with(&sample.bytes, place.clone(), &minus_one);
            assert_eq!((sample.recode)(&largest).unwrap(), largest);
            places += 1;
        }
    }
    // SPEC §14: opening proofs, response, challenges and responses, presentation, login, and
    // the two stored.
    assert_eq!(places, 8 + 8 + 2 + 32 + 32 + (1 + 10 + 2) + 1 + 1 + 2);
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
                ([0; 32], Reason::Identity),
                (negated(point), Reason::Point),
                (high_bit, Reason::Point),
                ([0xff; 32], Reason::Point),
            ] {
                let bytes = with(&sample.bytes, place.clone(), &content);
                assert_eq!(reason(&sample, &bytes, name), expected, "{name}");
            }
            places += 1;
        }
    }
    // X; C_u, T; C_u; T; A, T_1, T_2; A', B'; 64; presentation; login; and the two stored.
    assert_eq!(places, 1 + 2 + 1 + 1 + 3 + 2 + 64 + 7 + 2 + 2 + 4);
}

/// Each field that is neither point nor scalar, with a content that it must not have.
#[test]
fn every_other_field_is_strict() {
    let life = Life::new();
    let all = life.all();
    let sample = |kind: u8| all.iter().find(|sample| sample.kind == kind).unwrap();
    let check = |kind: u8, bytes: &[u8], expected: Reason, what: &str| {
        assert_eq!(reason(sample(kind), bytes, what), expected, "{what}");
    };

    // Kind and field, where in the field and how long, the new content.
    type Edit = (u8, &'static str, usize, usize, &'static [u8], Reason);
    let edits: &[Edit] = &[
        (1, "suite", 0, 1, &[0], Reason::Code),
        (1, "suite", 0, 1, &[2], Reason::Code),
        (1, "authority", 0, 18, &[0], Reason::Identifier),
        (1, "authority", 1, 1, b"A", Reason::Identifier),
        (1, "authority", 1, 1, b"\xff", Reason::Identifier),
        (1, "epoch length", 0, 4, &[0; 4], Reason::Range),
        (1, "count", 0, 1, &[65], Reason::Range),
        (1, "schema", 12, 1, &[0], Reason::Code),
        (1, "schema", 12, 1, &[4], Reason::Code),
        (1, "schema", 13, 11, b"\x0bage_over_18\x02", Reason::Order),
        (2, "authority", 17, 1, b".", Reason::Identifier),
        (4, "count", 0, 1, &[65], Reason::Range),
        (4, "values", 0, 1, &[4], Reason::Code),
        (4, "values", 1, 1, &[2], Reason::Code),
        (4, "values", 13, 1, &[0xff], Reason::Utf8),
        (12, "disclosed count", 0, 1, &[65], Reason::Range),
        (12, "disclosed", 0, 1, &[64], Reason::Range),
        (12, "disclosed", 0, 1, &[1], Reason::Order),
        (12, "disclosed", 0, 1, &[2], Reason::Order),
        (12, "disclosed", 1, 1, &[4], Reason::Code),
        (12, "disclosed", 2, 1, &[2], Reason::Code),
        (12, "hidden count", 0, 1, &[63], Reason::Range),
        (12, "hidden count", 0, 1, &[1], Reason::Trailing),
        (12, "hidden count", 0, 1, &[3], Reason::Short),
        (16, "count", 0, 1, &[65], Reason::Range),
        (17, "rho", 0, 32, &[0; 32], Reason::Range),
    ];
    for (kind, field, skip, length, content, expected) in edits {
        let Sample { bytes, layout, .. } = sample(*kind);
        let start = layout.at(field).start + skip;
        let edited = with(bytes, start..start + length, content);
        check(*kind, &edited, *expected, &format!("{field} + {skip} of kind {kind}"));
    }

    let parameters = life.authority.parameters();
    let base = Ask {
        disclosures: vec![0, 1],
        conditions: vec![vec![0, 1, 1, 1], vec![1, 2, 0, 0, 0, 0, 0, 0, 0, 2], vec![1, 4]],
        ..Ask::new(parameters, "shop.example")
    };
    assert_eq!(base.request().to_bytes(), base.bytes());
    let at_least = |index, operand: u64| [&[index, 2][..], &operand.to_be_bytes()].concat();
    type Change<'a> = &'a dyn Fn(&mut Ask);
    let edits: &[(&str, Change<'_>, Reason)] = &[
        ("no platform", &|ask| ask.platform.clear(), Reason::Identifier),
        ("capital letter", &|ask| ask.platform = "Shop.example".into(), Reason::Identifier),
        ("no second label", &|ask| ask.platform = "shop".into(), Reason::Identifier),
        ("application label", &|ask| ask.label = "App".into(), Reason::Identifier),
        ("long application label", &|ask| ask.label = "a".repeat(64), Reason::Identifier),
        ("purpose 0", &|ask| ask.purpose = vec![0], Reason::Code),
        ("purpose 5", &|ask| ask.purpose = vec![5], Reason::Code),
        ("purpose without word", &|ask| ask.purpose = vec![0xff, 0], Reason::Identifier),
        ("epochs backwards", &|ask| ask.epochs.1 -= 1, Reason::Range),
        ("257 epochs", &|ask| ask.epochs.0 -= 256, Reason::Range),
        ("65 disclosures", &|ask| ask.disclosures = (0..65).collect(), Reason::Range),
        ("index 64", &|ask| ask.disclosures = vec![0, 1, 64], Reason::Range),
        ("index twice", &|ask| ask.disclosures = vec![0, 1, 1], Reason::Order),
        ("backwards", &|ask| ask.disclosures = vec![1, 0], Reason::Order),
        ("order before range", &|ask| ask.disclosures = vec![64, 0], Reason::Order),
        ("not disclosed", &|ask| ask.conditions[2][0] = 2, Reason::Range),
        ("backwards", &|ask| ask.conditions.swap(0, 1), Reason::Order),
        ("operator twice", &|ask| ask.conditions[2] = at_least(1, 3), Reason::Order),
        ("operator 0", &|ask| ask.conditions[2][1] = 0, Reason::Code),
        ("operator 5", &|ask| ask.conditions[2][1] = 5, Reason::Code),
        ("equals absent", &|ask| ask.conditions[0] = vec![0, 1, 0], Reason::Code),
        ("equals flag 2", &|ask| ask.conditions[0][3] = 2, Reason::Code),
        ("statement flag", &|ask| ask.statement = vec![2, 0, 0], Reason::Code),
        ("short statement", &|ask| ask.statement = vec![1, 0, 9], Reason::Short),
        ("notice flag", &|ask| ask.notice = vec![2], Reason::Code),
        ("short notice", &|ask| ask.notice = vec![1, 7], Reason::Short),
        ("notice without flag", &|ask| ask.notice = vec![0; 33], Reason::Trailing),
    ];
    for (what, edit, expected) in edits {
        let mut ask = base.clone();
        edit(&mut ask);
        check(11, &ask.bytes(), *expected, what);
    }
    // The limits themselves are allowed.
    let edges = Ask {
        label: "a".repeat(63),
        purpose: [&[0xff, 63], &[b'p'; 63][..]].concat(),
        epochs: (0, 255),
        disclosures: (0..64).collect(),
        statement: [&[1, 0xff, 0xff], &[0; 65_535][..]].concat(),
        ..base
    };
    assert_eq!(edges.request().to_bytes(), edges.bytes());
}

/// Copies with one bit changed: every bit, or of large messages one bit of every byte.
fn flips(bytes: &[u8], every_bit: bool) -> impl Iterator<Item = (usize, Vec<u8>)> {
    let bits = move |place: usize| if every_bit { 0..8 } else { place % 8..place % 8 + 1 };
    (0..bytes.len()).flat_map(move |place| bits(place).map(move |bit| (place, bit))).map(
        |(place, bit)| {
            let mut copy = bytes.to_vec();
            copy[place] ^= 1 << bit;
            (place, copy)
        },
    )
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
fn flipped_parameters_are_not_the_pinned_ones() {
    let life = Life::new();
    let pinned = life.holder.pinned();
    refuse_flips(life.authority.parameters(), &[Error::UnpinnedParameters], |parameters| {
        pinned.find(parameters.id()).map(|_| ())
    });
}

#[test]
fn flipped_enrollment_is_refused() {
    let life = Life::new();
    let rng = &mut seeded(1);
    let enroll = |request: &EnrollmentRequest| {
        let mut registry = MemoryRegistry::new(Reenrollment::Refused);
        let enrolled =
            life.authority.enroll(&life.ticket, request, PersonId([0; 32]), &mut registry);
        assert_eq!(registry.commitment(&PersonId([0; 32])), enrolled.ok());
        enrolled.map(|_| ())
    };
    refuse_flips(&life.ticket, &[Error::ForeignAuthority, Error::Rejected], |ticket| {
        enroll(&life.holder.enroll(ticket, rng)?)
    });
    refuse_flips(&life.enrollment, &[Error::Rejected], enroll);
}

#[test]
fn flipped_issuance_is_refused() {
    let life = Life::new();
    let rng = &mut seeded(1);
    let refusals =
        [Error::UnpinnedParameters, Error::WrongEpoch, Error::ForeignCommitment, Error::Rejected];
    refuse_flips(&life.offer, &refusals, |offer| {
        let (request, _) = life.holder.request_credential(offer, NOW, rng)?;
        life.authority.issue(&life.offer, &request).map(|_| ())
    });
    refuse_flips(&life.issuance_request, &[Error::Rejected], |request| {
        life.authority.issue(&life.offer, request).map(|_| ())
    });
    refuse_flips(&life.issuance_response, &[Error::Rejected], |response| {
        life.pending().finish(response).map(|_| ())
    });
}

#[test]
fn flipped_evidence_request_is_refused_before_anything_is_drawn() {
    let life = Life::new();
    refuse_flips(&life.evidence_request, &[Error::Rejected], |request| {
        let coins = if *request == life.evidence_request { 96 } else { 0 };
        life.authority.open_evidence(request, &mut Coins::new(&vec![9; coins])).map(|_| ())
    });
}

/// The authority's answer to what the holder says to these commitments, as the holder takes it.
fn fetch(life: &Life, commitments: &EvidenceCommitments) -> Result<Vec<Evidence>, Error> {
    let (challenges, challenged) = life.challenged(commitments);
    challenged.finish(&life.authority.respond(life.open_session(), &challenges)?)
}

#[test]
fn flipped_commitments_are_refused() {
    let life = Life::new();
    assert_eq!(fetch(&life, &life.commitments).unwrap().len(), EVIDENCE_BATCH);
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
    let item = life.evidence[0].export();
    let refusals = [
        Error::UnpinnedParameters,
        Error::ForeignPlatform,
        Error::Expired,
        Error::EpochNotAccepted,
        Error::Schema,
        Error::ConditionUnmet,
        Error::Rejected,
    ];
    refuse_flips(&life.request, &refusals, |request| {
        let evidence = Evidence::import(&item).unwrap();
        let consent = Consent::to_disclose(request, &life.host);
        let answer = life.holder.present(&life.credential, evidence, consent, NOW, &mut seeded(1));
        let answer = answer.map_err(|refused| refused.error())?;
        verdict(&life.platform, &life.request, &answer).map(|_| ())
    });
    let refusals =
        [Error::UnpinnedParameters, Error::ForeignPlatform, Error::Expired, Error::Rejected];
    refuse_flips(&life.login_request, &refusals, |request| {
        let consent = Consent::to_answer(request, &life.host);
        let login = life.holder.log_in(consent, NOW, &mut seeded(1))?;
        login_verdict(&life.platform, &life.login_request, &login).map(|_| ())
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

/// Storage is trusted, but damage there must not panic, nor give an answer that verifies.
#[test]
fn flipped_storage_gives_no_valid_answer() {
    let life = Life::new();
    let answer = |credential: &Credential, evidence: Evidence| {
        let consent = Consent::to_disclose(&life.request, &life.host);
        let rng = &mut seeded(1);
        let answer = life.holder.present(credential, evidence, consent, NOW, rng);
        let answer = answer.map_err(|refused| refused.error())?;
        verdict(&life.platform, &life.request, &answer).map(|_| ())
    };
    let evidence = life.evidence[0].export();
    let import = || Evidence::import(&evidence).unwrap();
    assert_eq!(answer(&life.credential, import()), Ok(()));
    for (place, flipped) in flips(&evidence, true) {
        let Ok(damaged) = Evidence::import(&flipped) else { continue };
        let error = if place < 34 { Error::ForeignEvidence } else { Error::Rejected };
        assert_eq!(answer(&life.credential, damaged), Err(error), "byte {place}");
    }
    let stored = life.credential.export();
    let unused = life.stored()[0].layout.at("W");
    for (place, flipped) in flips(&stored, true).filter(|(place, _)| !unused.contains(place)) {
        let Ok(damaged) = Credential::import(&flipped) else { continue };
        assert!(answer(&damaged, import()).is_err(), "byte {place}");
    }
}
