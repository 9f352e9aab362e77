//! The authority's key, and the relation that shows a point to be its multiple
//! (SPEC §4.1, §8.3, §9.4).

#[cfg(not(target_has_atomic = "ptr"))]
use alloc::rc::Rc as Arc;
#[cfg(target_has_atomic = "ptr")]
use alloc::sync::Arc;
use core::fmt;

use curve25519_dalek::ristretto::{RistrettoBasepointTable, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use hkdf::Hkdf;
use sha2::Sha512;
use zeroize::{Zeroize, Zeroizing};

use crate::error::Error;
use crate::group::{Element, generators};
use crate::rng::SecureRng;
use crate::sigma::relation::{Base, Relation, Sums};

/// An authority's secret key: x, and the key of its tag function.
///
/// x is used for issuance and evidence and for nothing else. The key is zeroized on drop, cannot
/// be cloned, and does not show itself in `Debug`.
pub struct AuthorityKey {
    x: Scalar,
    tag_key: [u8; 64],
    X: Element,
}

impl AuthorityKey {
    /// A new key, and the 32-byte seed from which it can be made again: keep that.
    ///
    /// # Errors
    /// [`Error::Degenerate`] with probability about 2^-252.
    pub fn generate(
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<(Self, Zeroizing<[u8; 32]>), Error> {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut());
        Ok((Self::from_seed(&seed)?, seed))
    }

    /// The key made from a seed of 32 uniformly random bytes. Constant-time.
    ///
    /// # Errors
    /// [`Error::Degenerate`] for one seed in about 2^252.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, Error> {
        let mut okm = Zeroizing::new([[0; 64]; 2]);
        let hkdf = Hkdf::<Sha512>::new(Some(b"pairnym-v1/authority-seed"), seed);
        hkdf.expand(b"pairnym-v1/authority-key", okm.as_flattened_mut())
            .expect("128 bytes are within 255 blocks");
        let x = Scalar::from_bytes_mod_order_wide(&okm[0]);
        let X = Element::new(RistrettoPoint::mul_base(&x))?;
        Ok(Self { x, tag_key: okm[1], X })
    }

    pub(crate) const fn x(&self) -> &Scalar {
        &self.x
    }

    pub(crate) const fn public(&self) -> &Element {
        &self.X
    }

    /// e, a function of M (SPEC §8.2). Constant-time.
    pub(crate) fn tag(&self, M: &Element) -> Scalar {
        let mut okm = [0; 64];
        let hkdf = Hkdf::<Sha512>::from_prk(&self.tag_key).expect("64 bytes are a whole block");
        hkdf.expand_multi_info(&[b"pairnym-v1/tag", M.bytes()], &mut okm)
            .expect("64 bytes are within 255 blocks");
        Scalar::from_bytes_mod_order_wide(&okm)
    }
}

impl Drop for AuthorityKey {
    fn drop(&mut self) {
        self.x.zeroize();
        self.tag_key.zeroize();
    }
}

impl fmt::Debug for AuthorityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthorityKey(…)")
    }
}

/// A table for multiples of X: 30 kB. Constant-time.
pub(crate) type KeyTable = Arc<RistrettoBasepointTable>;

/// Makes it.
pub(crate) fn table(X: &Element) -> KeyTable {
    Arc::new(RistrettoBasepointTable::create(X.point()))
}

/// x·G = X and x·P = Q: log_G X = log_P Q.
pub struct KeyRelation {
    /// X.
    pub key: Base,
    /// P.
    pub point: Base,
    /// Q.
    pub multiple: Base,
}

impl Relation<2> for KeyRelation {
    fn left(&self, w: &[Scalar], sums: &mut impl Sums) {
        sums.add(0, &w[0], generators::G);
        sums.add(1, &w[0], self.point);
    }

    fn right(&self, sums: &mut impl Sums) {
        sums.add(0, &Scalar::ONE, self.key);
        sums.add(1, &Scalar::ONE, self.multiple);
    }
}
