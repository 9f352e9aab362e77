//! Group elements as they appear on the wire: canonical, and never the identity (SPEC §2.1).

pub(crate) mod transcript;

#[cfg(feature = "alloc")]
pub(crate) mod generators;

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::error::{DecodeReason, Error};

const IDENTITY: [u8; 32] = [0; 32];

/// A group element other than the identity, with its 32-byte encoding: transcripts hash the
/// bytes, equations use the point, and neither conversion is done twice.
#[derive(Clone, Copy)]
pub struct Element {
    point: RistrettoPoint,
    bytes: [u8; 32],
}

impl Element {
    /// Encodes a point. Constant-time but for the refusal of the identity.
    pub(crate) fn new(point: RistrettoPoint) -> Result<Self, Error> {
        Self::encoded(point, point.compress())
    }

    /// Encodes the doubles of points, which share one inversion: an eighth of the cost of encoding
    /// each. Constant-time but for the refusal of the identity.
    #[cfg(feature = "alloc")]
    pub(crate) fn doubled(halves: &[RistrettoPoint]) -> Result<Vec<Self>, Error> {
        let encodings = RistrettoPoint::double_and_compress_batch(halves);
        let doubles = halves.iter().map(|half| half + half).zip(encodings);
        // Never grown: growing would leave copies behind.
        let mut all = Vec::with_capacity(halves.len());
        for (point, encoding) in doubles {
            all.push(Self::encoded(point, encoding)?);
        }
        Ok(all)
    }

    fn encoded(point: RistrettoPoint, encoding: CompressedRistretto) -> Result<Self, Error> {
        let bytes = encoding.to_bytes();
        if bool::from(bytes.ct_eq(&IDENTITY)) {
            return Err(Error::Degenerate);
        }
        Ok(Self { point, bytes })
    }

    /// Decodes RFC 9496's canonical encoding. Variable-time in public data.
    pub(crate) fn decode(bytes: [u8; 32]) -> Result<Self, DecodeReason> {
        if bytes == IDENTITY {
            return Err(DecodeReason::Identity);
        }
        let point = CompressedRistretto(bytes).decompress();
        point.map(|point| Self { point, bytes }).ok_or(DecodeReason::Point)
    }

    /// The point.
    pub const fn point(&self) -> &RistrettoPoint {
        &self.point
    }

    /// Its encoding.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl PartialEq for Element {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Element {}

impl Zeroize for Element {
    fn zeroize(&mut self) {
        self.point.zeroize();
        self.bytes.zeroize();
    }
}

/// 1/2, by which a scalar is multiplied whose point is [doubled](Element::doubled).
#[cfg(feature = "alloc")]
pub(crate) fn half() -> Scalar {
    Scalar::from(2u64).invert()
}

/// Decodes a scalar, refusing integers that are not less than the group order.
pub(crate) fn decode_scalar(bytes: [u8; 32]) -> Result<Scalar, DecodeReason> {
    Option::from(Scalar::from_canonical_bytes(bytes)).ok_or(DecodeReason::Scalar)
}
