//! What the lead asks the second to take part in (SPEC §20.3).

use alloc::vec::Vec;
use core::fmt;

use super::pairing::PairingId;
use crate::credential::attributes::Value;
use crate::credential::offer::IssuanceOffer;
use crate::credential::ticket::EnrollmentTicket;
use crate::error::DecodeReason;
use crate::request::message::Request;
use crate::request::purpose::Wanted;
use crate::time::Slot;
use crate::wire::{Body, Message, Reader, Sink, VERSION};

/// What two devices do together: each has as its body the ordinary message that is answered.
#[derive(Clone, PartialEq, Eq)]
pub enum CoAct {
    /// To enroll.
    Enrollment(EnrollmentTicket),
    /// To accept a credential.
    Issuance(IssuanceOffer),
    /// To present one.
    Presentation {
        /// The platform's question.
        request: Request,
        /// The place among the request's slots of the one that is shown.
        slot: u8,
        /// The values that are disclosed, in the order of the request's names.
        values: Vec<Value>,
    },
    /// To log in.
    Login(Request),
}

impl CoAct {
    /// The platform's question, if it is one.
    #[must_use]
    pub const fn request(&self) -> Option<&Request> {
        match self {
            Self::Presentation { request, .. } | Self::Login(request) => Some(request),
            Self::Enrollment(_) | Self::Issuance(_) => None,
        }
    }
}

/// The lead's request to its second: 66 bytes, the body, and for a presentation the number of its
/// slot and the disclosed values.
#[derive(Clone, PartialEq, Eq)]
pub struct CoRequest {
    pub(super) pairing: PairingId,
    /// 32 random bytes of the lead: no two acts look the same to the second's hedge.
    pub(super) attempt: [u8; 32],
    pub(super) act: CoAct,
}

impl CoRequest {
    /// The pairing to which it claims to belong.
    #[must_use]
    pub const fn pairing(&self) -> &PairingId {
        &self.pairing
    }

    /// What is asked.
    #[must_use]
    pub const fn act(&self) -> &CoAct {
        &self.act
    }
}

impl fmt::Debug for CoRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CoRequest").field("pairing", &self.pairing).finish_non_exhaustive()
    }
}

/// The slot of a presentation, by its place among the request's.
pub(super) fn slot(request: &Request, place: u8) -> Option<&Slot> {
    request.slots().get(usize::from(place))
}

fn put<B: Body>(body: &B, out: &mut impl Sink) {
    out.put(&[VERSION, B::KIND]);
    body.write(out);
}

impl Message for CoRequest {}

impl Body for CoRequest {
    const KIND: u8 = 27;
    const NAME: &'static str = "CoRequest";

    fn write(&self, out: &mut impl Sink) {
        out.put(&self.pairing.0);
        out.put(&self.attempt);
        match &self.act {
            CoAct::Enrollment(ticket) => put(ticket, out),
            CoAct::Issuance(offer) => put(offer, out),
            CoAct::Login(request) => put(request, out),
            CoAct::Presentation { request, slot, values } => {
                put(request, out);
                out.u8(*slot);
                Value::write_all(values, out);
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        let (pairing, attempt) = (PairingId(reader.array()?), reader.array()?);
        if reader.u8()? != VERSION {
            return Err(DecodeReason::Version);
        }
        let act = match reader.u8()? {
            EnrollmentTicket::KIND => CoAct::Enrollment(Body::read(reader)?),
            IssuanceOffer::KIND => CoAct::Issuance(Body::read(reader)?),
            Request::KIND => read_answer(Request::read(reader)?, reader)?,
            _ => return Err(DecodeReason::Kind),
        };
        Ok(Self { pairing, attempt, act })
    }
}

fn read_answer(request: Request, reader: &mut Reader<'_>) -> Result<CoAct, DecodeReason> {
    if request.wanted() == Wanted::Login {
        return Ok(CoAct::Login(request));
    }
    let place = reader.u8()?;
    if slot(&request, place).is_none() {
        return Err(DecodeReason::Range);
    }
    let values = Value::read_all(reader)?;
    if values.len() != request.disclosures().len() {
        return Err(DecodeReason::Range);
    }
    Ok(CoAct::Presentation { request, slot: place, values })
}
