//! The coefficient of a point in a fold (SPEC §6.5).

use curve25519_dalek::scalar::Scalar;

use crate::group::{ORDER, limbs, subtract};

/// A sum of terms ± weight·scalar. Variable-time, for public data.
///
/// Terms whose weight is not 1 are reduced once, after all of them have been added: a reduction
/// takes ten times as long as multiplying 128 by 253 bits. Such a term is less than 2^381, so 448
/// bits have room for 2^67 of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Coefficient {
    reduced: Scalar,
    weighted: [u64; 7],
}

impl Coefficient {
    pub(super) const ZERO: Self = Self { reduced: Scalar::ZERO, weighted: [0; 7] };

    /// A weight alone.
    pub(super) fn from(weight: u128) -> Self {
        Self { reduced: Scalar::from(weight), ..Self::ZERO }
    }

    /// + weight·scalar.
    pub(super) fn add(&mut self, weight: u128, scalar: &Scalar) {
        if weight == 1 {
            self.reduced += scalar;
        } else {
            self.add_product(weight, limbs(scalar.as_bytes()));
        }
    }

    /// − weight·scalar, as + weight·(p − scalar).
    pub(super) fn subtract(&mut self, weight: u128, scalar: &Scalar) {
        if weight == 1 {
            self.reduced -= scalar;
            return;
        }
        let (difference, _) = subtract(ORDER, limbs(scalar.as_bytes()));
        self.add_product(weight, difference);
    }

    fn add_product(&mut self, weight: u128, factor: [u64; 4]) {
        for (place, digit) in [weight as u64, (weight >> 64) as u64].into_iter().enumerate() {
            let (low, high) = self.weighted[place..].split_at_mut(factor.len());
            let mut carry = 0;
            for (limb, b) in low.iter_mut().zip(factor) {
                let sum = u128::from(digit) * u128::from(b) + u128::from(*limb) + carry;
                (*limb, carry) = (sum as u64, sum >> 64);
            }
            for limb in high {
                let sum = u128::from(*limb) + carry;
                (*limb, carry) = (sum as u64, sum >> 64);
            }
        }
    }

    /// The sum modulo p.
    pub(super) fn reduce(&self) -> Scalar {
        if self.weighted == Self::ZERO.weighted {
            return self.reduced;
        }
        let mut wide = [0; 64];
        for (bytes, limb) in wide.chunks_exact_mut(8).zip(self.weighted) {
            bytes.copy_from_slice(&limb.to_le_bytes());
        }
        Scalar::from_bytes_mod_order_wide(&wide) + self.reduced
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scalar() -> impl Strategy<Value = Scalar> {
        let small = (0u64..3).prop_map(Scalar::from);
        let full = any::<[u8; 32]>().prop_map(Scalar::from_bytes_mod_order);
        let half = any::<u128>().prop_map(Scalar::from);
        let below = (1u64..3).prop_map(|n| -Scalar::from(n));
        prop_oneof![1 => small, 1 => half, 1 => below, 3 => full]
    }

    fn weight() -> impl Strategy<Value = u128> {
        prop_oneof![1 => 0..3u128, 1 => u128::MAX - 2..=u128::MAX, 4 => any::<u128>()]
    }

    proptest! {
        /// Beside the same sum with every term reduced.
        #[test]
        fn is_the_sum(terms in prop::collection::vec((any::<bool>(), weight(), scalar()), 0..40)) {
            let (mut coefficient, mut sum) = (Coefficient::ZERO, Scalar::ZERO);
            for (negative, weight, scalar) in terms {
                let term = Scalar::from(weight) * scalar;
                if negative {
                    coefficient.subtract(weight, &scalar);
                    sum -= term;
                } else {
                    coefficient.add(weight, &scalar);
                    sum += term;
                }
            }
            prop_assert_eq!(coefficient.reduce(), sum);
        }
    }
}
