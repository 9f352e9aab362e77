//! Pairing at a distance, with a commitment first and a code at the end (SPEC §20.2).

use pairing::{KEYS, invite, lead_takes, list};

use super::*;

/// The three moves at a distance, up to the last.
fn far(seed: u64) -> (InvitingAtDistance, PairingAnswer, AwaitingInvitation) {
    let (ward, guardian) = masters(1);
    let rng = &mut seeded(seed);
    let far = Second::invite_at_distance(&guardian, &authority_id(), KEYS[0], rng).unwrap();
    let commitment = arrived(&far.commitment());
    let (answer, waiting) = Lead::answer(&ward, list(), &commitment, KEYS[1], rng).unwrap();
    (far, arrived(&answer), waiting)
}

#[test]
fn at_a_distance_both_show_the_code_of_the_formula() {
    let mut shown = vec![];
    for seed in 0..12 {
        let (inviting, answer, waiting) = far(seed);
        let commitment = inviting.commitment().to_bytes();
        let (invitation, second) = inviting.accept(&answer).unwrap();
        assert_eq!(commitment[52..], formulas::committed(&invitation.to_bytes()));
        let lead = waiting.accept(&arrived(&invitation)).unwrap();
        let code = formulas::code(&invitation.to_bytes(), &answer.to_bytes());
        assert_eq!(lead.code().to_string(), code);
        assert_eq!(second.code().to_string(), code);
        assert_eq!(lead.confirm().commitment(), second.confirm().commitment());
        shown.push(code);
    }
    assert!(shown.iter().all(|code| code.len() == 6));
    assert!(shown.iter().any(|code| code.starts_with('0')), "{shown:?}");
}

/// What is in the commitment is what is taken, by both.
#[test]
fn another_invitation_than_the_committed_one_is_refused() {
    let (_, guardian) = masters(1);
    let (inviting, answer, waiting) = far(1);
    let (own, _) = inviting.accept(&answer).unwrap();
    let invited = |seed| invite(&guardian, seed).invitation().to_bytes();
    assert_eq!(own.to_bytes(), invited(1), "the same coins");
    // Valid, of the same second; and of the same pairing, with another proof.
    let same_pairing = formulas::invitation(
        1,
        &own.pairing().0,
        &KEYS[0].0,
        &formulas::share(&guardian, own.pairing()),
    );
    assert_eq!(same_pairing[..116], own.to_bytes()[..116]);
    for bytes in [invited(2), same_pairing] {
        assert!(lead_takes(&bytes).is_ok());
        let invitation = PairingInvitation::from_bytes(&bytes).unwrap();
        let (_, _, waiting) = far(1);
        assert_eq!(waiting.accept(&invitation).unwrap_err(), Error::Rejected);
    }
    assert!(waiting.accept(&own).is_ok());
    // A committed one that does not verify.
    let mut bytes = own.to_bytes();
    bytes[148] ^= 1;
    let (ward, _) = masters(1);
    let committed = with(&far(1).0.commitment().to_bytes(), 52..84, &formulas::committed(&bytes));
    let committed = PairingCommitment::from_bytes(&committed).unwrap();
    let rng = &mut seeded(1);
    let (_, waiting) = Lead::answer(&ward, list(), &committed, KEYS[1], rng).unwrap();
    let invitation = PairingInvitation::from_bytes(&bytes).unwrap();
    assert_eq!(waiting.accept(&invitation).unwrap_err(), Error::Rejected);
}

/// Somebody in the middle pairs with both; the codes tell.
#[test]
fn somebody_in_the_middle_shows_two_codes() {
    let (ward, _) = masters(2);
    let rng = &mut seeded(1);
    let (guardian, _, ward_waits) = far(1);
    // Towards the guardian a lead, towards the ward a second.
    let (to_guardian, _) =
        Lead::answer(&ward, list(), &guardian.commitment(), ChannelKey([3; 32]), rng).unwrap();
    let (_, guardians) = guardian.accept(&to_guardian).unwrap();
    drop(ward_waits);
    let (middle, to_middle, wards) = far(7);
    let (to_ward, _) = middle.accept(&to_middle).unwrap();
    let wards = wards.accept(&to_ward).unwrap();
    assert_ne!(wards.code(), guardians.code());
}

/// Every bit of a PairingCommitment, which the lead answers as it is.
#[test]
fn a_changed_commitment_comes_to_nothing() {
    let (ward, _) = masters(1);
    let (inviting, _, _) = far(1);
    let commitment = inviting.commitment().to_bytes();
    let mut seen = [0; 3];
    for (place, flipped) in flips(&commitment) {
        let rng = &mut seeded(2);
        let Ok(changed) = PairingCommitment::from_bytes(&flipped) else {
            seen[0] += 1;
            continue;
        };
        match Lead::answer(&ward, list(), &changed, KEYS[1], rng) {
            Err(error) => {
                assert_eq!((error, place < 20), (Error::ForeignAuthority, true), "{place}");
                seen[1] += 1;
            }
            Ok((answer, waiting)) => {
                assert!(place >= 20);
                let (inviting, _, _) = far(1);
                assert_eq!(inviting.accept(&answer).unwrap_err(), Error::Rejected);
                let (_, guardian) = masters(1);
                let own = invite(&guardian, 1);
                assert_eq!(waiting.accept(own.invitation()).unwrap_err(), Error::Rejected);
                seen[2] += 1;
            }
        }
    }
    assert!(seen[0] > 0 && seen[1] > 0 && seen[2] == 512, "{seen:?}");
}
