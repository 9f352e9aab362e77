//! 网号: one person's identifier in one scope (SPEC §5.2).

pub(crate) mod scope;
mod text;

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use curve25519_dalek::scalar::Scalar;

use crate::error::{DecodeError, DecodeReason, Error};
use crate::group::Element;
use crate::holder::secret::HolderSecrets;
use crate::pseudonym::scope::Scope;

/// 网号: the one identifier that a person has in a [`Scope`].
///
/// It is public at its platform, where `==` recognises a returning person, and reveals nothing
/// about the person or about the same person's 网号s elsewhere (SPEC §18, S6–S8). Its text form
/// (`Display`, `FromStr`) is 61 letters and digits, with a checksum that finds typing errors.
///
/// ```
/// # use pairnym::{holder::*, *};
/// # let rng = &mut rand_core::UnwrapErr(getrandom::SysRng);
/// let secrets = HolderSecrets::derive(&MasterSecret::generate(rng), &"id.example".parse()?);
/// let scope = Scope::new("id.example".parse()?, "shop.example".parse()?, None);
/// let pseudonym = Pseudonym::derive(&secrets, &scope)?;
///
/// let text = pseudonym.to_string();
/// assert!(text.starts_with("pn1"));
/// assert_eq!(text.parse(), Ok(pseudonym));
/// # let typo = "pn18pydnc3e882cf9gfvku7mm8x3muczu5hv4rdn4la3g3vqwjt9ecq0678zz";
/// assert_eq!(typo.parse::<Pseudonym>().unwrap_err().reason(), DecodeReason::Checksum);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "网号")]
#[derive(Clone, Copy)]
pub struct Pseudonym(Element);

impl Pseudonym {
    /// N_s = f(z_s)·P_s. Constant-time.
    ///
    /// # Errors
    /// [`Error::Degenerate`] with probability about 2^-252.
    pub fn derive(secrets: &HolderSecrets, scope: &Scope) -> Result<Self, Error> {
        Self::from_exponent(&secrets.evaluate(scope.point()), scope)
    }

    pub(crate) fn from_exponent(exponent: &Scalar, scope: &Scope) -> Result<Self, Error> {
        Element::new(scope.base() * exponent).map(Self)
    }

    /// The 32-byte encoding.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; 32] {
        *self.0.bytes()
    }

    /// Decodes it.
    ///
    /// # Errors
    /// [`DecodeReason::Point`] or [`DecodeReason::Identity`].
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, DecodeError> {
        let element = Element::decode(bytes);
        element.map(Self).map_err(|reason| DecodeError::new("Pseudonym", reason))
    }

    pub(crate) const fn element(&self) -> &Element {
        &self.0
    }

    pub(crate) const fn from_element(element: Element) -> Self {
        Self(element)
    }
}

impl PartialEq for Pseudonym {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Pseudonym {}

impl PartialOrd for Pseudonym {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pseudonym {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.bytes().cmp(other.0.bytes())
    }
}

impl Hash for Pseudonym {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.bytes().hash(state);
    }
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pseudonym({self})")
    }
}

impl TryFrom<[u8; 32]> for Pseudonym {
    type Error = DecodeError;

    fn try_from(bytes: [u8; 32]) -> Result<Self, DecodeError> {
        Self::from_bytes(bytes)
    }
}

fn refused(reason: DecodeReason) -> DecodeError {
    DecodeError::new("Pseudonym", reason)
}
