//! Stores that refuse nothing.

use alloc::vec::Vec;
use core::convert::Infallible;

use pairnym::{message::IssuanceOffer, store::*, *};

/// A registry in which everybody is registered.
#[derive(Clone, Copy, Debug)]
pub struct Everybody;

impl Registry for Everybody {
    type Error = Infallible;

    fn register(&self, _: &Registration, _: UnixTime) -> Result<RegistryOutcome, Infallible> {
        Ok(RegistryOutcome::Registered)
    }

    fn is_registered(&self, _: &IssuanceOffer) -> Result<bool, Infallible> {
        Ok(true)
    }
}

/// A store in which no nonce was ever used, so that one answer can be verified again and again: for
/// measurements.
#[derive(Clone, Copy, Debug)]
pub struct AnyNonce;

impl NonceStore for AnyNonce {
    type Error = Infallible;

    fn spend(&self, all: &[Spend], _: UnixTime) -> Result<Vec<Nonce>, Infallible> {
        Ok(all.iter().map(|spend| spend.nonce).collect())
    }
}
