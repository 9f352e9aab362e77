//! The four messages through which a batch of evidence is made (SPEC §14.8–14.11).

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use curve25519_dalek::scalar::Scalar;

use crate::error::DecodeReason;
use crate::group::Element;
use crate::ids::ParametersId;
use crate::wire::{Body, Message, Reader, Sink};

/// The number of evidence items in a batch; always the same, so that it tells nothing.
pub const EVIDENCE_BATCH: usize = 32;

/// The name of an evidence session, by which the authority finds it again: 32 random bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub [u8; 32]);

crate::ids::hexadecimal! { SessionId }

/// The holder's randomised MAC (A', B'), for one batch. 98 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct EvidenceRequest {
    pub(super) parameters: ParametersId,
    pub(super) point: Element,
    pub(super) multiple: Element,
}

/// The authority's 32 pairs of commitments. 2082 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct EvidenceCommitments {
    pub(in crate::credential) session: SessionId,
    pub(super) pairs: Box<[[Element; 2]; EVIDENCE_BATCH]>,
}

/// The holder's 32 blinded challenges. 1058 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct EvidenceChallenges {
    pub(in crate::credential) session: SessionId,
    pub(super) c: [Scalar; EVIDENCE_BATCH],
}

/// The authority's 32 responses. 1058 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct EvidenceResponses {
    pub(super) session: SessionId,
    pub(super) z: [Scalar; EVIDENCE_BATCH],
}

impl EvidenceRequest {
    /// The parameters of the key that is to answer, for an authority with several.
    #[must_use]
    pub const fn parameters(&self) -> &ParametersId {
        &self.parameters
    }
}

impl EvidenceCommitments {
    /// The number of the session that these open.
    #[must_use]
    pub const fn session(&self) -> &SessionId {
        &self.session
    }
}

impl EvidenceChallenges {
    /// The number of the session for which these are: the server that opened it must answer.
    #[must_use]
    pub const fn session(&self) -> &SessionId {
        &self.session
    }
}

impl Message for EvidenceRequest {}

impl Body for EvidenceRequest {
    const KIND: u8 = 7;
    const NAME: &'static str = "EvidenceRequest";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.parameters.0);
        out.element(&self.point);
        out.element(&self.multiple);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self {
            parameters: ParametersId(reader.array()?),
            point: reader.element()?,
            multiple: reader.element()?,
        })
    }
}

impl Message for EvidenceCommitments {}

impl Body for EvidenceCommitments {
    const KIND: u8 = 8;
    const NAME: &'static str = "EvidenceCommitments";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.session.0);
        self.pairs.as_flattened().iter().for_each(|point| out.element(point));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        let session = SessionId(reader.array()?);
        let pairs = (0..EVIDENCE_BATCH).map(|_| reader.elements());
        let pairs = pairs.collect::<Result<Vec<_>, _>>()?.into_boxed_slice();
        Ok(Self { session, pairs: pairs.try_into().map_err(|_| DecodeReason::Short)? })
    }
}

impl Message for EvidenceChallenges {}

impl Body for EvidenceChallenges {
    const KIND: u8 = 9;
    const NAME: &'static str = "EvidenceChallenges";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.session.0);
        self.c.iter().for_each(|c| out.scalar(c));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        let session = SessionId(reader.array()?);
        Ok(Self { session, c: reader.scalars()? })
    }
}

impl Message for EvidenceResponses {}

impl Body for EvidenceResponses {
    const KIND: u8 = 10;
    const NAME: &'static str = "EvidenceResponses";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.session.0);
        self.z.iter().for_each(|z| out.scalar(z));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        let session = SessionId(reader.array()?);
        Ok(Self { session, z: reader.scalars()? })
    }
}

macro_rules! redacted {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

redacted!(EvidenceRequest, EvidenceCommitments, EvidenceChallenges, EvidenceResponses);
