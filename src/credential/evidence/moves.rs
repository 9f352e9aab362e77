//! The four messages by which evidence is fetched (SPEC §14.8–14.11).

use alloc::boxed::Box;
use core::fmt;

use curve25519_dalek::scalar::Scalar;

use super::EVIDENCE_BATCH;
use crate::digest::ParametersId;
use crate::error::Reason;
use crate::group::Element;
use crate::wire::{Body, Message, Reader, Sink};

/// The name of a session, by which the authority finds it again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SessionId(pub(crate) [u8; 32]);

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

impl Message for EvidenceRequest {}

impl Body for EvidenceRequest {
    const KIND: u8 = 7;
    const NAME: &'static str = "EvidenceRequest";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.parameters.0);
        out.element(&self.point);
        out.element(&self.multiple);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Reason> {
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

    fn read(reader: &mut Reader<'_>) -> Result<Self, Reason> {
        let session = SessionId(reader.array()?);
        let mut pairs = Box::new([reader.elements()?; EVIDENCE_BATCH]);
        for pair in pairs.iter_mut().skip(1) {
            *pair = reader.elements()?;
        }
        Ok(Self { session, pairs })
    }
}

fn read_scalars(reader: &mut Reader<'_>) -> Result<[Scalar; EVIDENCE_BATCH], Reason> {
    let mut scalars = [Scalar::ZERO; EVIDENCE_BATCH];
    for scalar in &mut scalars {
        *scalar = reader.scalar()?;
    }
    Ok(scalars)
}

impl Message for EvidenceChallenges {}

impl Body for EvidenceChallenges {
    const KIND: u8 = 9;
    const NAME: &'static str = "EvidenceChallenges";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.session.0);
        self.c.iter().for_each(|c| out.scalar(c));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Reason> {
        let session = SessionId(reader.array()?);
        Ok(Self { session, c: read_scalars(reader)? })
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

    fn read(reader: &mut Reader<'_>) -> Result<Self, Reason> {
        let session = SessionId(reader.array()?);
        Ok(Self { session, z: read_scalars(reader)? })
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
