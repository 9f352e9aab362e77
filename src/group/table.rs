//! Tables for some dozens of multiples of one point.

use alloc::vec::Vec;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

/// The digits of a scalar in base 16, which are −8 to 7.
const DIGITS: usize = 64;

/// The multiples by 1 to 8 of 16^i·P, for each digit: 82 kB.
///
/// It costs as much as three to five multiples and saves a third to a half of each. The curve
/// library's own table saves more, but takes an inversion for each of its 256 entries.
pub(crate) struct Table(Vec<[RistrettoPoint; 8]>);

impl Table {
    pub(crate) fn new(point: &RistrettoPoint) -> Self {
        let mut places = Vec::with_capacity(DIGITS);
        let mut power = *point;
        for _ in 0..DIGITS {
            let mut multiples = [power; 8];
            for index in 1..multiples.len() {
                multiples[index] = multiples[index - 1] + power;
            }
            power = multiples[7] + multiples[7];
            places.push(multiples);
        }
        Self(places)
    }

    /// scalar·P. Constant-time.
    pub(crate) fn multiply(&self, scalar: &Scalar) -> RistrettoPoint {
        let digits = digits(scalar);
        let chosen = self.0.iter().zip(digits.iter());
        chosen.map(|(multiples, digit)| multiple(multiples, *digit)).sum()
    }
}

/// The digit's multiple, out of those by 1 to 8.
fn multiple(multiples: &[RistrettoPoint; 8], digit: i8) -> RistrettoPoint {
    let sign = digit >> 7;
    let size = (digit ^ sign) - sign;
    let mut chosen = RistrettoPoint::default();
    for (value, multiple) in (1i8..).zip(multiples) {
        chosen.conditional_assign(multiple, size.ct_eq(&value));
    }
    let negative = -chosen;
    RistrettoPoint::conditional_select(&chosen, &negative, Choice::from(sign as u8 & 1))
}

/// The scalar is less than 2^253, so that nothing is carried beyond the last digit.
fn digits(scalar: &Scalar) -> Zeroizing<[i8; DIGITS]> {
    let mut digits = Zeroizing::new([0; DIGITS]);
    let mut carry = 0;
    for (index, digit) in digits.iter_mut().enumerate() {
        let bits = scalar.as_bytes()[index / 2] >> (4 * (index % 2)) & 15;
        let bits = bits as i8 + carry;
        carry = (bits + 8) >> 4;
        *digit = bits - (carry << 4);
    }
    digits
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT as G;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn multiplies_by_scalars_at_the_edges() {
        let table = Table::new(&G);
        let powers = (0..253).map(|bit| (0..bit).fold(Scalar::ONE, |power, _| power + power));
        for power in powers {
            for scalar in [power, power - Scalar::ONE, -power, Scalar::ZERO] {
                assert_eq!(table.multiply(&scalar), G * scalar);
            }
        }
    }

    proptest! {
        #[test]
        fn multiplies(point: [u8; 32], scalar: [u8; 32]) {
            let point = RistrettoPoint::mul_base(&Scalar::from_bytes_mod_order(point));
            let scalar = Scalar::from_bytes_mod_order(scalar);
            prop_assert_eq!(Table::new(&point).multiply(&scalar), point * scalar);
        }
    }
}
