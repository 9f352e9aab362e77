//! Credentials that are spoilt in memory, for the tests of the holder.

use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT as G;

use super::*;

impl Credential {
    /// A fault in the memory of a device: one field is another, and the rest, id and M too, as it
    /// was.
    pub(crate) fn spoil(&mut self, field: &str) {
        let other = |element: &Element| Element::new(element.point() + G).unwrap();
        match field {
            "epoch" => self.slot.epoch.0 -= 1,
            "params_id" => self.slot.parameters.0[5] ^= 1,
            "C_u" => {
                let bytes = *other(self.commitment.element()).bytes();
                self.commitment = Commitment::from_bytes(bytes).unwrap();
            }
            "disclosed" => self.values[1] = 4.into(),
            "hidden" => self.values[2] = "北京".into(),
            "lost" => drop(self.values.pop()),
            "A" => self.A = other(&self.A),
            "e" => self.e += Scalar::from(1u64 << 40),
            "W" => self.W = other(&self.W),
            "id" => self.id[7] ^= 1,
            "M" => self.M += G,
            _ => unreachable!("{field}"),
        }
    }
}
