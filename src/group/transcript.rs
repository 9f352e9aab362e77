//! Hashing: RFC 9380's `expand_message_xmd` with SHA-512, and on top of it labelled hashes of
//! lists of parts to bytes, scalars and group elements (SPEC §2.2).

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use crate::wire::Sink;

const BLOCK: usize = 128;
const OUTPUT: usize = 64;
const PREFIX: &[u8] = b"pairnym-v1/";

/// `expand_message_xmd` of RFC 9380 §5.3.1 with SHA-512, the message given piece by piece.
#[derive(Clone)]
struct Xmd(Sha512);

impl Xmd {
    fn new() -> Self {
        Self(Sha512::new_with_prefix([0u8; BLOCK]))
    }

    /// `dst` is given in pieces; together they have at most 255 bytes.
    fn finish<const N: usize>(mut self, dst: &[&[u8]]) -> [u8; N] {
        const { assert!(N > 0 && N <= 255 * OUTPUT) };
        let dst_length = dst.iter().map(|piece| piece.len()).sum::<usize>() as u8;
        let dst_prime = |mut hash: Sha512| {
            dst.iter().for_each(|piece| hash.update(piece));
            hash.update([dst_length]);
            Zeroizing::new(<[u8; OUTPUT]>::from(hash.finalize()))
        };
        self.0.update((N as u16).to_be_bytes());
        self.0.update([0]);
        let first = dst_prime(self.0);
        let mut out = [0; N];
        let mut previous = Zeroizing::new([0; OUTPUT]);
        for (index, chunk) in (1..=u8::MAX).zip(out.chunks_mut(OUTPUT)) {
            let mut block = Zeroizing::new(*first);
            block.iter_mut().zip(*previous).for_each(|(a, b)| *a ^= b);
            previous = dst_prime(Sha512::new_with_prefix(*block).chain_update([index]));
            chunk.copy_from_slice(&previous[..chunk.len()]);
        }
        out
    }
}

/// RFC 9380 `expand_message_xmd` with SHA-512; a DST over 255 bytes is hashed first (§5.3.3).
#[cfg(feature = "hazmat")]
#[must_use]
pub fn expand_message_xmd<const N: usize>(dst: &[u8], message: &[u8]) -> [u8; N] {
    let mut xmd = Xmd::new();
    xmd.0.update(message);
    if dst.len() <= 255 {
        return xmd.finish(&[dst]);
    }
    let long = Sha512::new_with_prefix(b"H2C-OVERSIZE-DST-").chain_update(dst);
    xmd.finish(&[&long.finalize()])
}

/// `hash_to_ristretto255` of RFC 9380 appendix B.
#[cfg(feature = "hazmat")]
#[must_use]
pub fn hash_to_group(dst: &[u8], message: &[u8]) -> RistrettoPoint {
    RistrettoPoint::from_uniform_bytes(&expand_message_xmd(dst, message))
}

/// RFC 9497's hash to a ristretto255 scalar: 64 bytes, little-endian, reduced.
#[cfg(feature = "hazmat")]
#[must_use]
pub fn hash_to_scalar(dst: &[u8], message: &[u8]) -> Scalar {
    Scalar::from_bytes_mod_order_wide(&expand_message_xmd(dst, message))
}

/// A label and the parts so far: everything that a hash of SPEC §2.2 takes.
///
/// Each part is preceded by its length, so no two lists of parts give the same message.
#[derive(Clone)]
pub struct Transcript {
    label: &'static str,
    xmd: Xmd,
}

impl Transcript {
    /// No parts yet. SPEC §2.3 lists the labels; a DST has room for 244 bytes of label.
    #[must_use]
    pub fn new(label: &'static str) -> Self {
        let xmd = Xmd::new();
        Self { label, xmd }
    }

    /// Adds a byte string. SPEC bounds every part far below 2^32 bytes.
    #[must_use]
    pub fn part(mut self, bytes: &[u8]) -> Self {
        self.xmd.0.update((bytes.len() as u32).to_be_bytes());
        self.xmd.0.update(bytes);
        self
    }

    /// Adds an optional part; absent differs from empty.
    #[must_use]
    pub fn optional(mut self, bytes: Option<&[u8]>) -> Self {
        match bytes {
            Some(bytes) => self.part(bytes),
            None => {
                self.xmd.0.update(u32::MAX.to_be_bytes());
                self
            }
        }
    }

    /// Begins a part of this many bytes, which follow through [`Sink::put`].
    #[must_use]
    pub(crate) fn begin(mut self, length: usize) -> Self {
        self.xmd.0.update((length as u32).to_be_bytes());
        self
    }

    /// Adds the number of elements of a list; the elements follow as parts.
    #[must_use]
    pub fn count(mut self, elements: usize) -> Self {
        self.xmd.0.update((elements as u32).to_be_bytes());
        self
    }

    /// Adds scalars, each as a part.
    #[must_use]
    pub fn parts(self, scalars: &[Scalar]) -> Self {
        scalars.iter().fold(self, |list, s| list.part(s.as_bytes()))
    }

    /// Adds a list of scalars.
    #[must_use]
    pub fn scalars(self, scalars: &[Scalar]) -> Self {
        self.count(scalars.len()).parts(scalars)
    }

    fn finish<const N: usize>(self) -> [u8; N] {
        self.xmd.finish(&[PREFIX, self.label.as_bytes()])
    }

    /// H32.
    #[must_use]
    pub fn h32(self) -> [u8; 32] {
        self.finish()
    }

    /// H64.
    #[must_use]
    pub fn h64(self) -> [u8; 64] {
        self.finish()
    }

    /// H2S.
    #[must_use]
    pub fn scalar(self) -> Scalar {
        let wide = Zeroizing::new(self.h64());
        Scalar::from_bytes_mod_order_wide(&wide)
    }

    /// H2G.
    #[must_use]
    pub fn element(self) -> RistrettoPoint {
        RistrettoPoint::from_uniform_bytes(&self.h64())
    }
}

/// Bytes of a part that was begun.
impl Sink for Transcript {
    fn put(&mut self, bytes: &[u8]) {
        self.xmd.0.update(bytes);
    }
}
