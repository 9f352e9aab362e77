//! The second's secret, what is kept of it, and its hand-over (SPEC §20.1, §20.5, §20.6).

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::slice::from_ref;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::moves::Commitments;
use super::pairing::{ChannelKey, PairingId};
use crate::credential::commitment::Commitment;
use crate::credential::key::KeyRelation;
use crate::error::{DecodeError, DecodeReason, Error};
use crate::group::Element;
use crate::group::generators;
use crate::group::transcript::Transcript;
use crate::holder::secret::MasterSecret;
use crate::name::AuthorityId;
use crate::rng::SecureRng;
use crate::sigma::batch::{Fixed, Fold, Member, verify_alone};
use crate::sigma::coins::{HedgedScalars, randomness};
use crate::sigma::proof::{Proof, prove};
use crate::sigma::relation::{Base, Bases, Relation, Sums};
use crate::wire::{Body, Reader, Sink, decode, encode};

/// d·U_0 = D, U_0 being the only fixed base and D own point 0.
pub(super) struct Sharing;

impl Relation<1> for Sharing {
    fn left(&self, w: &[Scalar], sums: &mut impl Sums) {
        sums.add(0, &w[0], Base::Fixed(0));
    }

    fn right(&self, sums: &mut impl Sums) {
        sums.add(0, &Scalar::ONE, Base::Own(0));
    }
}

/// d·U_0 = D and d·P_s = N_2, with own points D, P_s, N_2: an authority's key relation with U_0 in
/// the place of G.
const SHARING_ON_SCOPE: KeyRelation =
    KeyRelation { key: Base::Own(0), point: Base::Own(1), multiple: Base::Own(2) };

/// Whether z·U_0 = c·D + T_1, and for requests also z·P_s = c·N_2 + T_2. Variable-time in public
/// data.
pub(super) fn holds(
    U_0: &RistrettoPoint,
    D: &Element,
    on_scope: Option<(&RistrettoPoint, &Element)>,
    c: &Scalar,
    commitments: &Commitments,
    z: &Scalar,
) -> bool {
    let mut own = alloc::vec![*D.point()];
    own.extend(on_scope.into_iter().flat_map(|(P_s, N_2)| [*P_s, *N_2.point()]));
    verify_alone(&Answered { own, c, commitments, z }, Fixed::Points(from_ref(U_0)))
}

/// A proof of d, with its challenge.
struct Answered<'a> {
    /// D, and for requests P_s and N_2.
    own: Vec<RistrettoPoint>,
    c: &'a Scalar,
    commitments: &'a Commitments,
    z: &'a Scalar,
}

impl Member for Answered<'_> {
    fn scalars(&self, transcript: Transcript) -> Transcript {
        transcript.count(2).part(self.c.as_bytes()).part(self.z.as_bytes())
    }

    fn fold<'a>(&'a self, fold: &mut Fold<'a>) {
        fold.own(&self.own);
        match self.commitments {
            Commitments::One(T) => fold.add(&Sharing, self.c, T, from_ref(self.z)),
            Commitments::Two(T) => fold.add(&SHARING_ON_SCOPE, self.c, T, from_ref(self.z)),
        }
    }
}

/// U_0.
pub(super) fn base() -> RistrettoPoint {
    generators::u_0()
}

/// d of one pairing, and D.
pub(super) struct Share {
    pairing: PairingId,
    d: Scalar,
    /// d again, elsewhere in memory.
    copy: Box<Scalar>,
    U_0: RistrettoPoint,
    point: Element,
}

impl Share {
    /// SPEC §20.1. Constant-time.
    pub(super) fn derive(
        master: &MasterSecret,
        authority: &AuthorityId,
        pairing: PairingId,
    ) -> Result<Self, Error> {
        let mut okm = Zeroizing::new([0; 64]);
        master.expand_share(&pairing.0, authority, &mut okm);
        Self::new(pairing, &Zeroizing::new(Scalar::from_bytes_mod_order_wide(&okm)))
    }

    /// Constant-time.
    ///
    /// # Errors
    /// [`Error::Degenerate`] if d = 0.
    pub(super) fn new(pairing: PairingId, d: &Scalar) -> Result<Self, Error> {
        let U_0 = base();
        let point = Element::new(U_0 * d)?;
        let copy = Box::new(*d);
        Ok(Self { pairing, d: *d, copy, U_0, point })
    }

    pub(super) const fn pairing(&self) -> &PairingId {
        &self.pairing
    }

    /// d.
    pub(super) const fn scalar(&self) -> &Scalar {
        &self.d
    }

    /// D.
    pub(super) const fn point(&self) -> &Element {
        &self.point
    }

    /// U_0.
    pub(super) const fn base(&self) -> &RistrettoPoint {
        &self.U_0
    }

    /// Whether d is still that of D. Constant-time but for the result.
    pub(super) fn check(&self) -> Result<(), Error> {
        if bool::from(self.d.ct_eq(&self.copy)) { Ok(()) } else { Err(Error::Fault) }
    }

    /// The same with another d in memory.
    #[cfg(test)]
    pub(super) fn spoilt(&self, d: Scalar) -> Self {
        let copy = self.copy.clone();
        Self { pairing: self.pairing, d, copy, U_0: self.U_0, point: self.point }
    }

    /// Knowledge of d.
    pub(super) fn prove(
        &self,
        transcript: Transcript,
        rng: &mut (impl SecureRng + ?Sized),
    ) -> Result<Proof<1, [Scalar; 1]>, Error> {
        let witnesses = from_ref(&self.d);
        let coins = HedgedScalars::new(&transcript, witnesses, Some(&randomness(rng)));
        let own = [*self.point.point()];
        let bases = Bases { fixed: from_ref(&self.U_0), own: &own };
        prove(&Sharing, &bases, transcript, witnesses, &coins, [Scalar::ZERO])
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.d.zeroize();
        self.copy.zeroize();
    }
}

/// A share in storage, the second's or, after the hand-over, its ward's: 162 bytes with the MAC.
pub(super) struct KeptShare {
    pub(super) pairing: PairingId,
    pub(super) channel: ChannelKey,
    /// C_u.
    pub(super) commitment: Commitment,
    pub(super) d: Zeroizing<Scalar>,
}

impl Body for KeptShare {
    const KIND: u8 = 33;
    const NAME: &'static str = "Share";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.pairing.0);
        out.put(&self.channel.0);
        out.element(self.commitment.element());
        out.scalar(&self.d);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self {
            pairing: PairingId(reader.array()?),
            channel: ChannelKey(reader.array()?),
            commitment: Commitment::read(reader)?,
            d: read_share(reader)?,
        })
    }
}

/// d ≠ 0. Constant-time but for the refusal.
fn read_share(reader: &mut Reader<'_>) -> Result<Zeroizing<Scalar>, DecodeReason> {
    let d = Zeroizing::new(reader.scalar()?);
    if bool::from(d.ct_eq(&Scalar::ZERO)) { Err(DecodeReason::Range) } else { Ok(d) }
}

/// d on its way to the ward at the hand-over, or to another guardian: 99 bytes and the authority
/// id, all of them secret.
///
/// It travels over the channel between the two devices only. It is not a
/// [`Message`](crate::Message), so that it is not sent by mistake.
pub struct ShareTransfer {
    pub(super) authority: AuthorityId,
    pub(super) pairing: PairingId,
    /// C_u.
    pub(super) commitment: Commitment,
    pub(super) d: Zeroizing<Scalar>,
}

impl ShareTransfer {
    /// The bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(encode(self))
    }

    /// Reads them. The caller wipes its own copy.
    ///
    /// # Errors
    /// The error names the message and the reason.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(bytes)
    }

    /// The pairing whose share it is.
    #[must_use]
    pub const fn pairing(&self) -> &PairingId {
        &self.pairing
    }
}

impl fmt::Debug for ShareTransfer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShareTransfer").field("pairing", &self.pairing).finish_non_exhaustive()
    }
}

impl Body for ShareTransfer {
    const KIND: u8 = 31;
    const NAME: &'static str = "ShareTransfer";

    fn write(&self, out: &mut impl Sink) {
        out.short(self.authority.as_str());
        out.put(&self.pairing.0);
        out.element(self.commitment.element());
        out.scalar(&self.d);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self {
            authority: reader.authority_id()?,
            pairing: PairingId(reader.array()?),
            commitment: Commitment::read(reader)?,
            d: read_share(reader)?,
        })
    }
}

#[cfg(test)]
mod tests;
