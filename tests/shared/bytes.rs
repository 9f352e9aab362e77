//! SPEC §20.3: whatever one side receives changed is refused, by the device at which it arrives or
//! by the next; the evidence comes back until the lead has committed, and is used up from then on.

use super::*;

/// Runs an act whose message for one step is changed, once for each changed copy, and counts how
/// it ended.
fn refusals(
    world: &World,
    deed: Deed,
    step: Step,
    copies: impl Fn(&[u8]) -> Vec<Vec<u8>>,
) -> Vec<((Step, &'static str), usize)> {
    let mut original = vec![];
    world
        .run(deed, &mut |at, bytes| {
            if at == step {
                original = bytes.clone();
            }
            bytes
        })
        .unwrap();
    let mut ends: Vec<((Step, &'static str), usize)> = vec![];
    for copy in copies(&original) {
        let mut channel = |at, bytes: Vec<u8>| if at == step { copy.clone() } else { bytes };
        let stopped = world.run(deed, &mut channel).unwrap_err();
        let back = stopped.item.is_some();
        assert_eq!(back, deed == Deed::Presentation && stopped.step == Step::Commit, "{stopped:?}");
        let error = match stopped.error {
            Error::Decode(_) => "decode",
            error => error.code(),
        };
        let end = (stopped.step, error);
        match ends.iter_mut().find(|(other, _)| *other == end) {
            Some((_, count)) => *count += 1,
            None => ends.push((end, 1)),
        }
    }
    ends
}

fn one_bit_of_each_byte(bytes: &[u8]) -> Vec<Vec<u8>> {
    tampered(bytes).collect()
}

/// Each message of each act.
fn check(step: Step, expected: impl Fn(Deed) -> Vec<(Step, &'static str)>) {
    let world = World::new();
    for deed in DEEDS {
        let ends = refusals(&world, deed, step, one_bit_of_each_byte);
        let mut seen: Vec<_> = ends.iter().map(|(end, _)| *end).collect();
        let mut expected = expected(deed);
        let key = |(step, error): &(Step, &'static str)| (*step as u8, *error);
        seen.sort_by_key(key);
        expected.sort_by_key(key);
        assert_eq!(seen, expected, "{deed:?}: {ends:?}");
    }
}

#[test]
fn a_changed_request_is_refused() {
    check(Step::Approve, |deed| {
        // Its pid; and what the second approves is not what the lead asked: h does not open.
        let mut ends = vec![
            (Step::Approve, "decode"),
            (Step::Approve, "foreign_pairing"),
            (Step::Complete, "rejected"),
        ];
        let more: &[_] = match deed {
            Deed::Enrollment => &["foreign_authority", "foreign_ticket"],
            Deed::Issuance => &["unpinned_parameters", "foreign_commitment"],
            Deed::Presentation => &[
                "foreign_authority",
                "expired",
                "range",
                "unpinned_parameters",
                "schema",
                "condition_unmet",
            ],
            Deed::Login => &["foreign_authority", "expired", "range"],
        };
        ends.extend(more.iter().map(|error| (Step::Approve, *error)));
        ends
    });
}

#[test]
fn a_changed_approval_is_refused() {
    check(Step::Commit, |deed| {
        let mut ends = vec![
            (Step::Commit, "decode"),
            (Step::Commit, "rejected"),
            (Step::Answer, "no_session"),
        ];
        if matches!(deed, Deed::Presentation | Deed::Login) {
            ends.push((Step::Complete, "rejected"));
        }
        ends
    });
}

#[test]
fn changed_nonces_are_refused() {
    check(Step::Answer, |_| {
        vec![(Step::Answer, "decode"), (Step::Answer, "no_session"), (Step::Complete, "rejected")]
    });
}

#[test]
fn a_changed_answer_is_refused() {
    check(Step::Complete, |_| vec![(Step::Complete, "decode"), (Step::Complete, "rejected")]);
}

/// Four messages, at most 1 kB each beside what is answered, so that a channel may be slow.
#[test]
fn messages_are_four_and_short() {
    let world = World::new();
    for deed in DEEDS {
        let mut lengths = vec![];
        let mut channel = |at, bytes: Vec<u8>| {
            let body = match (at, CoRequest::from_bytes(&bytes)) {
                (Step::Approve, Ok(asked)) => match asked.act() {
                    CoAct::Enrollment(ticket) => ticket.to_bytes().len(),
                    CoAct::Issuance(offer) => offer.to_bytes().len(),
                    CoAct::Presentation { request, .. } | CoAct::Login(request) => {
                        request.to_bytes().len()
                    }
                },
                _ => 0,
            };
            if at != Step::Verify {
                lengths.push(bytes.len() - body);
            }
            bytes
        };
        world.run(deed, &mut channel).unwrap();
        assert_eq!(lengths.len(), 4, "{deed:?}");
        assert!(lengths.iter().all(|length| *length <= 1_000), "{deed:?}: {lengths:?}");
    }
}
