//! The three moves after the lead's request (SPEC §20.3).

use alloc::boxed::Box;
use core::fmt;

use curve25519_dalek::scalar::Scalar;

use super::pairing::PairingId;
use super::session::CoSessionId;
use crate::credential::evidence::item::Shown;
use crate::error::DecodeReason;
use crate::group::Element;
use crate::pseudonym::Pseudonym;
use crate::wire::{Body, Message, Reader, Sink};

/// T_G: n·U_0, and for requests also n·P_s.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Commitments {
    One([Element; 1]),
    Two([Element; 2]),
}

impl Commitments {
    pub(super) const fn as_slice(&self) -> &[Element] {
        match self {
            Self::One(T) => T,
            Self::Two(T) => T,
        }
    }
}

/// The second's consent: 67 bytes, or 99 with N_2.
#[derive(Clone, PartialEq, Eq)]
pub struct CoApproval {
    pub(super) pairing: PairingId,
    pub(super) session: CoSessionId,
    /// N_2.
    pub(super) pseudonym: Option<Element>,
}

/// The lead's part of the commitments, and what else the second needs for the challenge: 67 bytes
/// for enrollment and issuance, 99 for a login, 291 for a presentation.
#[derive(Clone, PartialEq, Eq)]
pub struct CoNonces {
    pub(super) session: CoSessionId,
    pub(super) half: LeadHalf,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum LeadHalf {
    Opening([Element; 1]),
    Presentation { commitments: [Element; 2], pseudonym: Pseudonym, evidence: Box<Shown> },
    Login { commitments: [Element; 1], pseudonym: Pseudonym },
}

impl CoNonces {
    /// The session to which it claims to belong.
    #[must_use]
    pub const fn session(&self) -> &CoSessionId {
        &self.session
    }

    /// N, the 网号 under which the two answer a request. It proves nothing; a lead learns its own
    /// here.
    #[must_use]
    pub const fn pseudonym(&self) -> Option<&Pseudonym> {
        match &self.half {
            LeadHalf::Presentation { pseudonym, .. } | LeadHalf::Login { pseudonym, .. } => {
                Some(pseudonym)
            }
            LeadHalf::Opening(_) => None,
        }
    }
}

/// The second's part: 99 bytes, or 131 for requests.
#[derive(Clone, PartialEq, Eq)]
pub struct CoAnswer {
    pub(super) session: CoSessionId,
    pub(super) commitments: Commitments,
    /// z.
    pub(super) response: Scalar,
}

impl fmt::Debug for CoApproval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CoApproval").field("session", &self.session).finish_non_exhaustive()
    }
}

impl fmt::Debug for CoNonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CoNonces").field("session", &self.session).finish_non_exhaustive()
    }
}

impl fmt::Debug for CoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CoAnswer").field("session", &self.session).finish_non_exhaustive()
    }
}

fn write_optional(point: Option<&Element>, out: &mut impl Sink) {
    out.u8(u8::from(point.is_some()));
    point.into_iter().for_each(|point| out.element(point));
}

fn read_optional(reader: &mut Reader<'_>) -> Result<Option<Element>, DecodeReason> {
    if reader.flag()? { reader.element().map(Some) } else { Ok(None) }
}

impl Message for CoApproval {}

impl Body for CoApproval {
    const KIND: u8 = 28;
    const NAME: &'static str = "CoApproval";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.pairing.0);
        out.put(&self.session.0);
        write_optional(self.pseudonym.as_ref(), out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self {
            pairing: PairingId(reader.array()?),
            session: CoSessionId(reader.array()?),
            pseudonym: read_optional(reader)?,
        })
    }
}

const OPENING: u8 = 1;
const PRESENTATION: u8 = 2;
const LOGIN: u8 = 3;

impl Message for CoNonces {}

impl Body for CoNonces {
    const KIND: u8 = 29;
    const NAME: &'static str = "CoNonces";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.session.0);
        match &self.half {
            LeadHalf::Opening([T]) => {
                out.u8(OPENING);
                out.element(T);
            }
            LeadHalf::Presentation { commitments, pseudonym, evidence } => {
                out.u8(PRESENTATION);
                commitments.iter().for_each(|T| out.element(T));
                out.element(pseudonym.element());
                evidence.write(out);
            }
            LeadHalf::Login { commitments: [T], pseudonym } => {
                out.u8(LOGIN);
                out.element(T);
                out.element(pseudonym.element());
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        let session = CoSessionId(reader.array()?);
        let half = match reader.u8()? {
            OPENING => LeadHalf::Opening(reader.elements()?),
            PRESENTATION => LeadHalf::Presentation {
                commitments: reader.elements()?,
                pseudonym: Pseudonym::from_element(reader.element()?),
                evidence: Box::new(Shown::read(reader)?),
            },
            LOGIN => LeadHalf::Login {
                commitments: reader.elements()?,
                pseudonym: Pseudonym::from_element(reader.element()?),
            },
            _ => return Err(DecodeReason::Code),
        };
        Ok(Self { session, half })
    }
}

impl Message for CoAnswer {}

impl Body for CoAnswer {
    const KIND: u8 = 30;
    const NAME: &'static str = "CoAnswer";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.session.0);
        out.u8(self.commitments.as_slice().len() as u8);
        self.commitments.as_slice().iter().for_each(|T| out.element(T));
        out.scalar(&self.response);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        let session = CoSessionId(reader.array()?);
        let commitments = match reader.u8()? {
            1 => Commitments::One(reader.elements()?),
            2 => Commitments::Two(reader.elements()?),
            _ => return Err(DecodeReason::Range),
        };
        Ok(Self { session, commitments, response: reader.scalar()? })
    }
}
