//! What the check of a second's part is folded with, and its share.

use super::*;

fn answered(own: u64, c: u64, T: u64, z: u64) -> [u8; 32] {
    let point = |n: u64| RistrettoPoint::mul_base(&Scalar::from(n));
    let commitments = Commitments::One([Element::new(point(T)).unwrap()]);
    let (c, z) = (Scalar::from(c), Scalar::from(z));
    let answered = Answered { own: [point(own)].into(), c: &c, commitments: &commitments, z: &z };
    answered.scalars(Transcript::new("test")).h32()
}

/// Both are fixed before the coefficient with which two equations are added is known. c is a hash
/// of the commitments, and the points are known to whoever signs.
#[test]
fn the_coefficient_depends_on_challenge_and_response() {
    assert_eq!(answered(1, 2, 3, 4), answered(1, 2, 3, 4));
    assert_ne!(answered(1, 2, 3, 4), answered(1, 5, 3, 4));
    assert_ne!(answered(1, 2, 3, 4), answered(1, 2, 3, 5));
}

#[test]
fn a_share_of_zero_is_degenerate() {
    let pairing = PairingId([1; 32]);
    assert_eq!(Share::new(pairing, &Scalar::ZERO).err(), Some(Error::Degenerate));
    let share = Share::new(pairing, &Scalar::ONE).unwrap();
    assert_eq!(*share.point().point(), base());
    assert_eq!(share.check(), Ok(()));
    assert_eq!(share.spoilt(Scalar::ZERO).check(), Err(Error::Fault));
}
