use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use formulas::{U, encoded, opening, point, scalar};

use super::*;

pub const KEYS: [ChannelKey; 2] = [ChannelKey([1; 32]), ChannelKey([2; 32])];

pub fn invite(master: &MasterSecret, seed: u64) -> Inviting {
    Second::invite(master, &authority_id(), KEYS[0], &mut seeded(seed)).unwrap()
}

pub fn list() -> ParameterList {
    authority(1, &ATTRIBUTES, NOW).list().clone()
}

/// What a lead says to the bytes of an invitation.
pub fn lead_takes(bytes: &[u8]) -> Result<(PairingAnswer, Lead), Error> {
    let (ward, _) = masters(1);
    let invitation = PairingInvitation::from_bytes(bytes)?;
    Lead::accept(&ward, list(), &invitation, KEYS[1], &mut seeded(2))
}

/// What the second that made this invitation says to the bytes of an answer.
pub fn second_takes(seed: u64, bytes: &[u8]) -> Result<Second, Error> {
    let (_, guardian) = masters(1);
    invite(&guardian, seed).accept(&PairingAnswer::from_bytes(bytes)?)
}

/// A pairing face to face, as each side sees it.
struct Met {
    invitation: Vec<u8>,
    answer: Vec<u8>,
    pairing: [u8; 32],
    x: [u8; 32],
    d: Scalar,
    /// The ward's secrets, and its C_1.
    secrets: Vec<Scalar>,
    C_1: RistrettoPoint,
}

impl Met {
    fn new() -> Self {
        let (ward, guardian) = masters(1);
        let inviting = invite(&guardian, 1);
        let invitation = inviting.invitation().to_bytes();
        let (answer, _) = lead_takes(&invitation).unwrap();
        let secrets = pairnym::hazmat::holder_scalars(&formulas::secrets(&ward)).to_vec();
        let pairing = *inviting.invitation().pairing();
        Self {
            x: formulas::committed(&invitation),
            invitation,
            answer: answer.to_bytes(),
            pairing: pairing.0,
            d: formulas::share(&guardian, &pairing),
            C_1: opening(&secrets),
            secrets,
        }
    }

    fn D(&self) -> RistrettoPoint {
        U(0) * self.d
    }

    /// An answer by the formulas.
    fn answered(&self, C_1: &RistrettoPoint, witnesses: &[Scalar]) -> Vec<u8> {
        formulas::answer(2, &self.pairing, &self.x, &KEYS[1].0, C_1, witnesses)
    }
}

#[test]
fn both_compute_the_same_commitment_by_the_formulas() {
    let met = Met::new();
    let (_, lead) = lead_takes(&met.invitation).unwrap();
    let second = second_takes(1, &met.answer).unwrap();
    let mut whole = met.secrets.clone();
    whole[0] += met.d;
    assert_eq!(lead.commitment().to_bytes(), encoded(&opening(&whole)));
    assert_eq!(second.commitment(), lead.commitment());
    assert_eq!(second.pairing(), lead.pairing());
    assert_eq!((second.channel_key(), lead.channel_key()), (&KEYS[1], &KEYS[0]));
    assert_eq!(second.authority(), lead.list().authority());
    // Invitation and answer carry D and C_1, and never C_u.
    assert_eq!(met.invitation[84..116], encoded(&met.D()));
    assert_eq!(met.answer[66..98], encoded(&met.C_1));
    // Made by the formulas they are as good, so what follows fails for its own reason.
    let invitation = formulas::invitation(1, &met.pairing, &KEYS[0].0, &met.d);
    assert!(lead_takes(&invitation).is_ok());
    assert!(second_takes(1, &met.answered(&met.C_1, &met.secrets)).is_ok());
}

/// C_1 = C* − D with a C* that the lead can open alone: it cannot prove that it knows an opening.
#[test]
fn a_lead_that_subtracts_the_share_of_its_second_is_refused() {
    let met = Met::new();
    let star: Vec<_> = (0..8).map(scalar).collect();
    let rogue = opening(&star) - met.D();
    let for_star = met.answered(&opening(&star), &star);
    for bytes in [
        met.answered(&rogue, &star),
        met.answered(&rogue, &met.secrets),
        with(&for_star, 66..98, &encoded(&rogue)),
        with(&met.answer, 66..98, &encoded(&rogue)),
    ] {
        assert_eq!(second_takes(1, &bytes).unwrap_err(), Error::Rejected);
    }
    // With the second's d it could.
    let mut known = star.clone();
    known[0] -= met.d;
    assert!(second_takes(1, &met.answered(&rogue, &known)).is_ok());
}

/// D is an opening too, of u_0 = d: the second's own proof, sent back to it.
#[test]
fn a_proof_that_comes_back_is_refused() {
    let met = Met::new();
    let proof = &met.invitation[116..];
    let zeros = [0; 7 * 32];
    let D = encoded(&met.D());
    let mirrored = [&[1, 25], &met.pairing[..], &KEYS[1].0, &D, proof, &zeros].concat();
    assert_eq!(second_takes(1, &mirrored).unwrap_err(), Error::Rejected);
    let mirrored = with(&mirrored, 34..66, &KEYS[0].0);
    assert_eq!(second_takes(1, &mirrored).unwrap_err(), Error::Rejected);
}

#[test]
fn a_proof_made_in_the_other_role_or_for_something_else_is_refused() {
    let met = Met::new();
    let Met { pairing, x, d, C_1, secrets, .. } = &met;
    let other = [9; 32];
    for role in [0, 2, 3] {
        let bytes = formulas::invitation(role, pairing, &KEYS[0].0, d);
        assert_eq!(lead_takes(&bytes).unwrap_err(), Error::Rejected, "role {role}");
    }
    for role in [0, 1, 3] {
        let bytes = formulas::answer(role, pairing, x, &KEYS[1].0, C_1, secrets);
        assert_eq!(second_takes(1, &bytes).unwrap_err(), Error::Rejected, "role {role}");
    }
    // Another pid, another invitation of the same second, another channel key.
    let bytes = formulas::answer(2, &other, x, &KEYS[1].0, C_1, secrets);
    assert_eq!(second_takes(1, &bytes).unwrap_err(), Error::Rejected);
    assert_eq!(second_takes(1, &with(&bytes, 2..34, pairing)).unwrap_err(), Error::Rejected);
    let bytes = formulas::answer(2, pairing, &other, &KEYS[1].0, C_1, secrets);
    assert_eq!(second_takes(1, &bytes).unwrap_err(), Error::Rejected);
    let bytes = formulas::answer(2, pairing, x, &other, C_1, secrets);
    let bytes = with(&bytes, 34..66, &KEYS[1].0);
    assert_eq!(second_takes(1, &bytes).unwrap_err(), Error::Rejected);
    assert_eq!(second_takes(2, &met.answer).unwrap_err(), Error::Rejected);
}

/// The same pid and D under the channel key of somebody who does not know d.
#[test]
fn an_invitation_copied_by_another_is_refused() {
    let met = Met::new();
    let bytes = with(&met.invitation, 52..84, &[9; 32]);
    assert_eq!(lead_takes(&bytes).unwrap_err(), Error::Rejected);
    // The lead's answer to a copy, which is another invitation, is none to the original.
    let copy = formulas::invitation(1, &met.pairing, &[9; 32], &scalar(1));
    let (answer, _) = lead_takes(&copy).unwrap();
    assert_eq!(second_takes(1, &answer.to_bytes()).unwrap_err(), Error::Rejected);
}

#[test]
fn two_equal_channel_keys_are_refused() {
    let met = Met::new();
    let bytes = formulas::invitation(1, &met.pairing, &KEYS[1].0, &met.d);
    assert_eq!(lead_takes(&bytes).unwrap_err(), Error::Rejected);
    let bytes = formulas::answer(2, &met.pairing, &met.x, &KEYS[0].0, &met.C_1, &met.secrets);
    assert_eq!(second_takes(1, &bytes).unwrap_err(), Error::Rejected);
    // At a distance the lead learns the second's key last.
    let (ward, guardian) = masters(1);
    let rng = &mut seeded(1);
    let far = Second::invite_at_distance(&guardian, &authority_id(), KEYS[1], rng).unwrap();
    let (answer, waiting) = Lead::answer(&ward, list(), &far.commitment(), KEYS[1], rng).unwrap();
    assert_eq!(far.accept(&answer).unwrap_err(), Error::Rejected);
    let far = Second::invite(&guardian, &authority_id(), KEYS[1], &mut seeded(1)).unwrap();
    assert_eq!(waiting.accept(far.invitation()).unwrap_err(), Error::Rejected);
}

/// A lead that knows d, for then it can prove it: C_u would be O, which everybody can open.
#[test]
fn a_commitment_that_cancels_is_refused() {
    let met = Met::new();
    let mut known = [Scalar::ZERO; 8];
    known[0] = -met.d;
    let bytes = met.answered(&-met.D(), &known);
    assert_eq!(second_takes(1, &bytes).unwrap_err(), Error::Rejected);
    known[0] += Scalar::ONE;
    let near = met.answered(&opening(&known), &known);
    assert_eq!(second_takes(1, &near).unwrap().commitment().to_bytes(), encoded(&U(0)));
}

#[test]
fn every_bit_of_invitation_and_answer_counts() {
    let met = Met::new();
    let mut seen = [0; 2];
    for (place, flipped) in flips(&met.invitation) {
        match lead_takes(&flipped).unwrap_err() {
            Error::Decode(_) => seen[0] += 1,
            Error::ForeignAuthority => assert!((3..20).contains(&place), "{place}"),
            error => {
                assert_eq!(error, Error::Rejected, "{place}");
                assert!(place >= 20, "the authority id is looked at before the proof");
                seen[1] += 1;
            }
        }
    }
    assert!(seen[0] > 256 && seen[1] > 512, "{seen:?}");
    let mut refused = 0;
    for (place, flipped) in flips(&met.answer) {
        match second_takes(1, &flipped).unwrap_err() {
            Error::Decode(_) => (),
            error => {
                assert_eq!(error, Error::Rejected, "{place}");
                refused += 1;
            }
        }
    }
    assert!(refused > 2048, "{refused}");
}

#[test]
fn another_authoritys_invitation_is_refused() {
    let (ward, guardian) = masters(1);
    let (other, rng) = ("other.example".parse().unwrap(), &mut seeded(1));
    let inviting = Second::invite(&guardian, &other, KEYS[0], rng).unwrap();
    let refused = lead_takes(&inviting.invitation().to_bytes()).unwrap_err();
    assert_eq!(refused, Error::ForeignAuthority);
    let far = Second::invite_at_distance(&guardian, &other, KEYS[0], rng).unwrap();
    let refused = Lead::answer(&ward, list(), &far.commitment(), KEYS[1], rng).unwrap_err();
    assert_eq!(refused, Error::ForeignAuthority);
}

#[test]
fn a_second_recovers_its_own_pairing_and_no_other() {
    let world = World::new();
    let (_, guardian) = masters(1);
    let lead = &world.pair.lead;
    let record = lead.record(KEYS[1]).to_bytes();
    let recover = |bytes: &[u8]| -> Result<Second, Error> {
        Second::recover(&guardian, &PairingRecord::from_bytes(bytes)?)
    };
    let second = recover(&record).unwrap();
    assert_eq!(*second.store(), *world.pair.second.store());
    for deed in DEEDS {
        let mut guardian = world.guardian_with(&second);
        world.run_with(&mut guardian, deed, &mut honest).unwrap();
    }
    // Another guardian's, another authority's, of another pairing, with another D.
    let (_, stranger) = masters(2);
    let foreign = PairingRecord::from_bytes(&record).unwrap();
    assert_eq!(Second::recover(&stranger, &foreign).unwrap_err(), Error::Rejected);
    let other = Pair::new(2, world.list());
    let others = other.lead.record(KEYS[1]).to_bytes();
    assert_eq!(recover(&others).unwrap_err(), Error::Rejected);
    for place in [3..20, 20..52, 84..116] {
        let mixed = with(&record, place.clone(), &others[place.clone()]);
        let same = others[place.clone()] == record[place.clone()];
        assert_eq!(recover(&mixed).is_ok(), same, "{place:?}");
    }
    // What the second cannot know: the lead's key and C_u.
    let mut seen = 0;
    for (place, flipped) in flips(&record) {
        match recover(&flipped) {
            Ok(_) => assert!((52..84).contains(&place) || place >= 116, "{place}"),
            Err(Error::Decode(_)) => (),
            Err(error) => {
                assert_eq!((error, place < 116), (Error::Rejected, true), "{place}");
                seen += 1;
            }
        }
    }
    assert!(seen > 256, "{seen}");
}

/// The points that stand in a pairing's messages are U_0's multiples and C_1, by their places.
#[test]
fn what_the_layout_says() {
    let met = Met::new();
    assert_eq!(point(&met.invitation[84..116]), met.D());
    assert_eq!(met.invitation[20..52], met.pairing);
    assert_eq!(met.invitation[52..84], KEYS[0].0);
    assert_eq!(met.answer[2..34], met.pairing);
    assert_eq!(met.answer[34..66], KEYS[1].0);
    assert_eq!((met.invitation.len(), met.answer.len()), (163 + AUTHORITY.len(), 386));
}
