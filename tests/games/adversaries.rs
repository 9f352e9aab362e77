use curve25519_dalek::RistrettoPoint;

use crate::lab::{G, Shown, View, ViewItem, encode};
use crate::pseudonyms::belong_to_one_person;
use crate::unlinkability::{File, Round};

/// One who guesses which of the two persons took the challenge. It keeps nothing from round to
/// round, so that rounds are independent.
pub trait Adversary {
    fn name(&self) -> &'static str {
        std::any::type_name::<Self>()
    }

    /// 0 or 1.
    fn guess(&self, round: &Round<'_>) -> usize;
}

/// The one whom something fits; a coin if it fits both or none.
fn suspect(round: &Round<'_>, fits: impl Fn(usize) -> bool) -> usize {
    match [fits(0), fits(1)] {
        [true, false] => 0,
        [false, true] => 1,
        // Encodings are even; the next bit is as good as a coin.
        _ => usize::from(encode(&round.challenge.N)[0] >> 1 & 1),
    }
}

/// Looks for Ā that it has seen before.
pub struct BySameEvidence;

impl Adversary for BySameEvidence {
    fn guess(&self, round: &Round<'_>) -> usize {
        let point = round.challenge.shown.point;
        suspect(round, |i| round.labelled[i].1.shown.point == point)
    }
}

/// Counts the bits in which the presentation differs from each person's other one.
pub struct ByDistance;

impl Adversary for ByDistance {
    fn guess(&self, round: &Round<'_>) -> usize {
        let challenge = round.challenge.bytes();
        let distance = |i: usize| -> u32 {
            let other = round.labelled[i].1.bytes();
            challenge.iter().zip(other).map(|(a, b)| (a ^ b).count_ones()).sum()
        };
        suspect(round, |i| distance(i) < distance(1 - i))
    }
}

/// Tries under whose X the evidence verifies.
pub struct ByKey;

impl Adversary for ByKey {
    fn guess(&self, round: &Round<'_>) -> usize {
        let Shown { point, multiple, commitments, z, .. } = &round.challenge.shown;
        suspect(round, |i| {
            let File { X, .. } = round.files[i];
            let c = Shown::challenge(X, point, multiple, commitments);
            z * G == commitments[0] + c * X && z * point == commitments[1] + c * multiple
        })
    }
}

/// Computes the (a, b) that would lead from a person's sessions to the evidence, and checks them.
pub struct ByBlinding;

impl Adversary for ByBlinding {
    fn guess(&self, round: &Round<'_>) -> usize {
        let Shown { point, multiple, commitments, z, .. } = &round.challenge.shown;
        suspect(round, |i| {
            let File { x, X, sessions, .. } = round.files[i];
            let c = Shown::challenge(X, point, multiple, commitments);
            let mut items = sessions.iter().flat_map(|session| session.items.iter().step_by(11));
            items.all(|item| {
                let (a, b) = (z - item.z, c - item.c);
                commitments[0] == item.commitments[0] + (a - b * x) * G
            })
        })
    }
}

/// Reads params_id of the slot that was shown: it asked with the lists of both.
pub struct ByParameters;

impl Adversary for ByParameters {
    fn guess(&self, round: &Round<'_>) -> usize {
        suspect(round, |i| round.files[i].parameters == round.slot.parameters)
    }
}

/// Reads the slot.
pub struct BySlot;

impl Adversary for BySlot {
    fn guess(&self, round: &Round<'_>) -> usize {
        suspect(round, |i| round.labelled[i].0 == round.slot)
    }
}

/// Reads the disclosed values.
pub struct ByValue;

impl Adversary for ByValue {
    fn guess(&self, round: &Round<'_>) -> usize {
        suspect(round, |i| round.labelled[i].1.disclosed == round.challenge.disclosed)
    }
}

/// Computes discrete logarithms, and tests whether the 网号 lies on a person's polynomial.
pub struct ByPolynomial;

impl Adversary for ByPolynomial {
    fn guess(&self, round: &Round<'_>) -> usize {
        suspect(round, |i| {
            let all = [&round.logs[i][..], &[round.challenge_log]].concat();
            // By seven points or fewer there always is a polynomial.
            all.len() < 8 || belong_to_one_person(&all)
        })
    }
}

/// Takes the randomisation off, if it knows ρ: A = ρ·Ā.
pub struct ByRandomiser;

impl Adversary for ByRandomiser {
    fn guess(&self, round: &Round<'_>) -> usize {
        let A = round.leaked.map(|rho| rho * round.challenge.shown.point);
        suspect(round, |i| A == Some(round.files[i].mac.A))
    }
}

/// Looks for anything of the evidence in the files: A, W, C_u, A', B', R1, R2, c, z.
pub struct ByTrace;

impl Adversary for ByTrace {
    fn guess(&self, round: &Round<'_>) -> usize {
        let Shown { point, multiple, commitments: [R1, R2], z, c } = &round.challenge.shown;
        let occurs = |known: &[RistrettoPoint]| {
            [point, multiple, R1, R2].iter().any(|point| known.contains(point))
        };
        suspect(round, |i| {
            let File { mac, C, sessions, .. } = round.files[i];
            let in_session = |session: &View| {
                let item =
                    |item: &ViewItem| occurs(&item.commitments) || item.c == *c || item.z == *z;
                occurs(&[session.point, session.multiple]) || session.items.iter().any(item)
            };
            occurs(&[mac.A, mac.W, *C]) || sessions.iter().any(in_session)
        })
    }
}
