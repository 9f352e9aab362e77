//! Group elements as they appear on the wire: canonical, and never the identity (SPEC §2.1).

pub(crate) mod transcript;

#[cfg(feature = "alloc")]
pub(crate) mod generators;
#[cfg(feature = "alloc")]
pub(crate) mod table;

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
    // (p + 1)/2
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&0x0a6f_7cef_517b_ce6b_2c09_318d_2e7a_e9f7_u128.to_le_bytes());
    bytes[31] = 0x08;
    Scalar::from_bytes_mod_order(bytes)
}

/// The group order p, in limbs of 64 bits, the least significant first.
pub(crate) const ORDER: [u64; 4] =
    [0x5812_631a_5cf5_d3ed, 0x14de_f9de_a2f7_9cd6, 0, 0x1000_0000_0000_0000];

/// The limbs of 32 bytes.
pub(crate) fn limbs(bytes: &[u8; 32]) -> [u64; 4] {
    let mut limbs = [0; 4];
    for (limb, bytes) in limbs.iter_mut().zip(bytes.chunks_exact(8)) {
        let bytes: [u8; 8] = bytes.try_into().unwrap_or_default();
        *limb = u64::from_le_bytes(bytes);
    }
    limbs
}

/// a − b modulo 2^256, and whether a < b. Constant-time.
pub(crate) fn subtract(mut a: [u64; 4], b: [u64; 4]) -> ([u64; 4], bool) {
    let mut borrow = false;
    for (a, b) in a.iter_mut().zip(b) {
        let (without, first) = a.overflowing_sub(b);
        let (with, second) = without.overflowing_sub(borrow.into());
        (*a, borrow) = (with, first | second);
    }
    (a, borrow)
}

/// Decodes a scalar, refusing integers that are not less than the group order. Constant-time but
/// for the refusal.
pub(crate) fn decode_scalar(bytes: [u8; 32]) -> Result<Scalar, DecodeReason> {
    let (_, below) = subtract(limbs(&bytes), ORDER);
    if below { Ok(Scalar::from_bytes_mod_order(bytes)) } else { Err(DecodeReason::Scalar) }
}
