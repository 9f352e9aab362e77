//! The master secret, and the secrets that a holder has towards one authority (SPEC §5.1).

use core::fmt;

use curve25519_dalek::scalar::Scalar;
use hkdf::Hkdf;
use sha2::Sha512;
use zeroize::{Zeroize, Zeroizing};

use crate::name::AuthorityId;
use crate::rng::SecureRng;

/// The number of pseudonym secrets u_k, a constant of version 1: the 网号s in up to that many scopes
/// are jointly uniform (S7), and a different number would give a person different 网号s.
pub const PSEUDONYM_SECRETS: usize = 7;

const SALT: &[u8] = b"pairnym-v1/master-secret";

/// The one secret of a person: 32 bytes, from which everything else is derived.
///
/// Whoever has it *is* that person towards every platform. It is zeroized on drop, cannot be
/// cloned, and does not show itself in `Debug`.
///
/// ```compile_fail,E0599
/// fn copy(secret: pairnym::holder::MasterSecret) -> [pairnym::holder::MasterSecret; 2] {
///     [secret.clone(), secret] // not Clone
/// }
/// ```
pub struct MasterSecret([u8; 32]);

impl MasterSecret {
    /// A new one.
    pub fn generate(rng: &mut (impl SecureRng + ?Sized)) -> Self {
        let mut secret = Self([0; 32]);
        rng.fill_bytes(&mut secret.0);
        secret
    }

    /// One that was [exported](Self::export) before. Any 32 bytes are a master secret; the caller
    /// wipes its own copy.
    #[must_use]
    pub const fn import(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key of the holder's stored forms (SPEC §5.1).
    #[cfg(feature = "alloc")]
    pub(crate) fn storage_key(&self, authority: &AuthorityId) -> crate::stored::StorageKey {
        let mut key = Zeroizing::new([0; 32]);
        let hkdf = Hkdf::<Sha512>::new(Some(SALT), &self.0);
        let info = [b"pairnym-v1/storage-key", authority.as_str().as_bytes()];
        hkdf.expand_multi_info(&info, key.as_mut()).expect("32 bytes are within 255 blocks");
        crate::stored::StorageKey::new(*key, *authority)
    }

    /// What the share of a pairing is made of (SPEC §20.1).
    #[cfg(feature = "alloc")]
    pub(crate) fn expand_share(
        &self,
        pairing: &[u8; 32],
        authority: &AuthorityId,
        okm: &mut [u8; 64],
    ) {
        let hkdf = Hkdf::<Sha512>::new(Some(b"pairnym-v1/share-master"), &self.0);
        let info = [b"pairnym-v1/share", &pairing[..], authority.as_str().as_bytes()];
        hkdf.expand_multi_info(&info, okm).expect("64 bytes are within 255 blocks");
    }

    /// The 32 bytes, for a backup that only the person can open.
    #[must_use]
    pub fn export(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0)
    }
}

impl Drop for MasterSecret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for MasterSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterSecret(…)")
    }
}

/// u_0 … u_6 and v: what the holder has committed to towards one authority.
///
/// They do not depend on keys, schema or epoch, so a 网号 outlives all of these.
pub struct HolderSecrets {
    authority: AuthorityId,
    scalars: [Scalar; PSEUDONYM_SECRETS + 1],
}

impl HolderSecrets {
    /// Derives them. Constant-time.
    #[must_use]
    pub fn derive(master: &MasterSecret, authority: &AuthorityId) -> Self {
        let mut okm = Zeroizing::new([0; 64 * (PSEUDONYM_SECRETS + 1)]);
        let hkdf = Hkdf::<Sha512>::new(Some(SALT), &master.0);
        let info = [b"pairnym-v1/holder-secrets", authority.as_str().as_bytes()];
        hkdf.expand_multi_info(&info, okm.as_mut()).expect("512 bytes are within 255 blocks");
        let mut scalars = [Scalar::ZERO; PSEUDONYM_SECRETS + 1];
        for (scalar, wide) in scalars.iter_mut().zip(okm.chunks_exact(64)) {
            let mut bytes = Zeroizing::new([0; 64]);
            bytes.copy_from_slice(wide);
            *scalar = Scalar::from_bytes_mod_order_wide(&bytes);
        }
        Self { authority: *authority, scalars }
    }

    /// With this much more in u_0 (SPEC §20.1).
    #[cfg(feature = "alloc")]
    pub(crate) fn with_share(mut self, d: &Scalar) -> Self {
        self.scalars[0] += d;
        self
    }

    /// The authority for which they were derived.
    #[must_use]
    pub const fn authority(&self) -> &AuthorityId {
        &self.authority
    }

    /// u_0 … u_6, v, in the order in which proofs take them.
    pub(crate) const fn scalars(&self) -> &[Scalar; PSEUDONYM_SECRETS + 1] {
        &self.scalars
    }

    /// f(z) = Σ u_k z^k (SPEC §5.2). Constant-time.
    pub(crate) fn evaluate(&self, z: &Scalar) -> Zeroizing<Scalar> {
        Zeroizing::new(horner(&self.scalars[..PSEUDONYM_SECRETS], z))
    }
}

/// Σ a_k z^k.
pub(crate) fn horner(coefficients: &[Scalar], z: &Scalar) -> Scalar {
    let high_first = coefficients.iter().copied().rev();
    high_first.reduce(|sum, a| sum * z + a).unwrap_or_default()
}

impl Drop for HolderSecrets {
    fn drop(&mut self) {
        self.scalars.zeroize();
    }
}

impl fmt::Debug for HolderSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HolderSecrets(…)")
    }
}
