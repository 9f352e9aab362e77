//! Either device restarts in the middle of an act, the second refuses, time passes (SPEC §20.3):
//! the act is over, and at most one item of evidence is lost.

use super::*;

/// The messages of an act: how many have arrived when something happens.
const MESSAGES: usize = 4;

/// The lead forgets everything that it does not store.
fn restarted(world: &World) -> Lead {
    let (ward, _) = masters(1);
    let lead = &world.pair.lead;
    let (list, pairing) = (lead.store_list(), lead.store_pairing());
    Lead::restore_pairing(&ward, &authority_id(), &list, &pairing).unwrap()
}

#[test]
fn a_lead_that_restarts_begins_again() {
    let mut world = World::new();
    for (deed, arrived) in DEEDS.into_iter().flat_map(|deed| (0..=MESSAGES).map(move |n| (deed, n)))
    {
        let mut guardian = world.guardian();
        let mut flight = world.flight(deed, 9);
        for _ in 0..arrived {
            flight.step(&mut guardian, &mut honest).unwrap();
        }
        drop(flight);
        let waiting = guardian.sessions.len();
        assert_eq!(waiting, usize::from((1..3).contains(&arrived)), "{deed:?} {arrived}");
        // What the second still has of it disturbs nothing.
        let sessions = guardian.sessions;
        world.pair.lead = restarted(&world);
        let mut guardian = world.guardian();
        guardian.sessions = sessions;
        world.run_with(&mut guardian, deed, &mut honest).unwrap();
        assert_eq!(guardian.sessions.len(), waiting);
    }
}

#[test]
fn a_second_that_restarts_has_no_session() {
    let world = World::new();
    for (deed, arrived) in DEEDS.into_iter().flat_map(|deed| (0..MESSAGES).map(move |n| (deed, n)))
    {
        let (_, other) = masters(1);
        let again = Second::restore(&other, &authority_id(), &world.pair.second.store()).unwrap();
        let mut guardian = world.guardian();
        let mut flight = world.flight(deed, 3);
        for _ in 0..arrived {
            flight.step(&mut guardian, &mut honest).unwrap();
        }
        let mut guardian = world.guardian_with(&again);
        let end = (arrived..=MESSAGES)
            .try_for_each(|_| flight.step(&mut guardian, &mut honest).map(drop));
        match end {
            Ok(()) => assert!([0, 3].contains(&arrived), "{deed:?} {arrived}"),
            Err(stopped) => {
                assert!([1, 2].contains(&arrived), "{deed:?} {arrived}");
                assert_eq!(stopped.why(), (Step::Answer, Error::NoSession));
            }
        }
        world.run_with(&mut guardian, deed, &mut honest).unwrap();
    }
}

/// Each item of evidence is in the hands of one commit: what comes back was never shown.
#[test]
fn an_act_that_fails_costs_at_most_one_item() {
    let mut world = World::new();
    let mut evidence = std::mem::take(&mut world.evidence);
    let lead = &world.pair.lead;
    let rng = &mut seeded(3);
    let consent = Consent::to_disclose(&world.request);
    let mut run = |guardian: &mut Guardian<'_>, lost: Step, evidence: &mut Vec<Evidence>| {
        let (asked, waiting) = lead.ask_to_present(&world.credential, consent, NOW, rng).unwrap();
        if lost == Step::Approve {
            return;
        }
        let approval = guardian.approve(&asked.to_bytes()).unwrap();
        let approval = match lost {
            // Of another pairing.
            Step::Commit => {
                CoApproval::from_bytes(&with(&approval.to_bytes(), 2..34, &[9; 32])).unwrap()
            }
            _ => approval,
        };
        let item = evidence.pop().unwrap();
        match waiting.commit(item, &approval, NOW, rng) {
            Ok((nonces, waiting)) if lost == Step::Complete => {
                let answer = guardian.answer(&nonces.to_bytes()).unwrap().to_bytes();
                let wrong = with(&answer, 99..131, &[7; 32].map(|byte| byte & 7));
                assert!(waiting.complete(&CoAnswer::from_bytes(&wrong).unwrap()).is_err());
            }
            Ok(_) => (),
            Err(refused) => evidence.extend(refused.into_evidence()),
        }
    };
    let mut guardian = world.guardian();
    let before = evidence.len();
    for (lost, items) in
        [(Step::Approve, 0), (Step::Commit, 0), (Step::Answer, 1), (Step::Complete, 1)]
    {
        let left = evidence.len();
        run(&mut guardian, lost, &mut evidence);
        assert_eq!(left - evidence.len(), items, "{lost:?}");
    }
    assert_eq!(before - evidence.len(), 2);
}

/// A second that refuses until c shows its mark. A lead that tried again by itself would bear it
/// after about 2^5 tries; ours is over after each, and begins again with an item and its person.
#[test]
fn only_a_lead_that_tries_again_is_marked() {
    let world = World::new();
    let mut guardian = world.guardian();
    let prover = prover::Prover::new(&world);
    let mark = |nonces: &[u8], answer: &[u8]| {
        let points =
            |bytes: &[u8], at: [usize; 2]| at.map(|at| formulas::point(&bytes[at..][..32]));
        let (T_W, T_G) = (points(nonces, [35, 67]), points(answer, [35, 67]));
        let T = [T_W[0] - T_G[0], T_W[1] + T_G[1]];
        prover.challenge(&formulas::point(&nonces[99..131]), &T).to_bytes()[0] & 31
    };
    // (A second computes c before it answers; the test looks at its answer instead.)
    let mut tries = 0;
    loop {
        tries += 1;
        let mut flight = world.flight(Deed::Presentation, tries);
        flight.step(&mut guardian, &mut honest).unwrap();
        flight.step(&mut guardian, &mut honest).unwrap();
        let (mut nonces, mut answer) = (vec![], vec![]);
        flight
            .step(&mut guardian, &mut |_, bytes| {
                nonces = bytes.clone();
                bytes
            })
            .unwrap();
        let stopped = flight.step(&mut guardian, &mut |_, bytes| {
            answer = bytes.clone();
            if mark(&nonces, &answer) == 0 { bytes } else { vec![] }
        });
        match stopped {
            Ok(_) => break,
            // The state of the lead went with the step: there is nothing to call again.
            Err(stopped) => assert!(stopped.item.is_none()),
        }
    }
    assert!((2..500).contains(&tries), "{tries}");
}
