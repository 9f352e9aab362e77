//! What this device is to the authority: a holder, or the lead of two devices (SPEC §20).

use pairnym::holder::{
    AwaitingCommitments, Credential, Evidence, Holder, IssuedCredential, MasterSecret, Received,
};
use pairnym::message::EvidenceRequest;
use pairnym::shared::Lead;
use pairnym::{AuthorityId, Error, ParameterList, Request, UnixTime};
use zeroize::Zeroizing;

use crate::pairs::Half;
use crate::{Failure, rng};

/// What this device is to the authority.
pub(crate) enum Device {
    /// It has all of the person's secrets.
    Alone(Box<Holder>),
    /// It does nothing without its second.
    Lead(Box<Lead>),
}

/// What both do alike.
macro_rules! either {
    ($device:expr, $holder:ident => $what:expr) => {
        match $device {
            Device::Alone($holder) => $what,
            Device::Lead($holder) => $what,
        }
    };
}

impl Device {
    /// Reads it from the vault, with its half of a pairing.
    pub(crate) fn restore(
        master: &MasterSecret,
        authority: &AuthorityId,
        list: &[u8],
        half: Option<&Half>,
    ) -> Result<Self, Failure> {
        Ok(match half {
            None => Self::Alone(Box::new(Holder::restore(master, authority, list)?)),
            Some(Half::Share(share)) => {
                Self::Alone(Box::new(Holder::restore_share(master, authority, list, share)?))
            }
            Some(Half::Pairing(pairing)) => {
                Self::Lead(Box::new(Lead::restore_pairing(master, authority, list, pairing)?))
            }
        })
    }

    /// # Errors
    /// [`Failure::NeedsSecond`].
    pub(crate) const fn alone(&self) -> Result<&Holder, Failure> {
        match self {
            Self::Alone(holder) => Ok(holder),
            Self::Lead(_) => Err(Failure::NeedsSecond),
        }
    }

    /// # Errors
    /// [`Failure::NotPaired`].
    pub(crate) const fn lead(&self) -> Result<&Lead, Failure> {
        match self {
            Self::Lead(lead) => Ok(lead),
            Self::Alone(_) => Err(Failure::NotPaired),
        }
    }

    pub(crate) fn list(&self) -> &ParameterList {
        either!(self, holder => holder.list())
    }

    pub(crate) fn adopt(&mut self, next: ParameterList, now: UnixTime) -> Result<bool, Error> {
        either!(self, holder => holder.adopt(next, now))
    }

    pub(crate) fn check(
        &self,
        own: &Credential,
        request: &Received<Request>,
        now: UnixTime,
    ) -> Result<(), Error> {
        either!(self, holder => holder.check(own, request, now))
    }

    pub(crate) fn request_evidence(
        &self,
        issued: &IssuedCredential,
    ) -> Result<(EvidenceRequest, AwaitingCommitments), Error> {
        either!(self, holder => holder.request_evidence(issued, &mut rng()))
    }

    pub(crate) fn store_list(&self) -> Vec<u8> {
        either!(self, holder => holder.store_list())
    }

    pub(crate) fn store_credential(&self, credential: &Credential) -> Zeroizing<Vec<u8>> {
        either!(self, holder => holder.store_credential(credential))
    }

    pub(crate) fn load_credential(&self, stored: &[u8]) -> Result<Credential, Error> {
        either!(self, holder => holder.load_credential(stored))
    }

    pub(crate) fn store_evidence(&self, item: &Evidence) -> Zeroizing<Vec<u8>> {
        either!(self, holder => holder.store_evidence(item))
    }

    pub(crate) fn load_evidence(&self, stored: &[u8]) -> Result<Evidence, Error> {
        either!(self, holder => holder.load_evidence(stored))
    }
}
