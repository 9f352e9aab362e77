//! What a message says.

use std::fmt::Debug;
use std::fs;

use pairnym::message::{
    EnrollmentRequest, EnrollmentTicket, EvidenceChallenges, EvidenceCommitments, EvidenceRequest,
    EvidenceResponses, IssuanceOffer, IssuanceRequest, IssuanceResponse, Login, Presentation,
};
use pairnym::{AuthorityParameters, DecodeError, Message, ParameterList, Request};
use serde_json::json;

use super::Ended;
use super::terminal::Terminal;
use crate::{Failure, texts};

/// A file's bytes, or hex digits, on the command line or in the file.
fn read(message: &str) -> Result<Vec<u8>, Failure> {
    if let Ok(bytes) = hex::decode(message.trim()) {
        return Ok(bytes);
    }
    let bytes = fs::read(message)?;
    let text = std::str::from_utf8(&bytes).ok().and_then(|text| hex::decode(text.trim()).ok());
    Ok(text.unwrap_or(bytes))
}

pub(super) fn inspect(terminal: &Terminal, message: &str) -> Result<Ended, Failure> {
    let bytes = read(message)?;
    let (name, shown) = describe(&bytes)?;
    let object = json!({ "message": name, "bytes": bytes.len(), "says": shown });
    terminal.print(
        &object,
        &format!("{name}, {} {}\n{shown}", bytes.len(), terminal.say(texts::BYTES)),
    );
    Ok(Ended::Well)
}

fn shown<M: Message + Debug>(bytes: &[u8]) -> Result<String, DecodeError> {
    M::from_bytes(bytes).map(|message| format!("{message:#?}"))
}

/// By the kind in the header (SPEC §14.1).
fn describe(bytes: &[u8]) -> Result<(&'static str, String), Failure> {
    let kind = bytes.get(1).copied().unwrap_or_default();
    let (name, shown) = match kind {
        1 => ("AuthorityParameters", shown::<AuthorityParameters>(bytes)),
        2 => ("EnrollmentTicket", shown::<EnrollmentTicket>(bytes)),
        3 => ("EnrollmentRequest", shown::<EnrollmentRequest>(bytes)),
        4 => ("IssuanceOffer", shown::<IssuanceOffer>(bytes)),
        5 => ("IssuanceRequest", shown::<IssuanceRequest>(bytes)),
        6 => ("IssuanceResponse", shown::<IssuanceResponse>(bytes)),
        7 => ("EvidenceRequest", shown::<EvidenceRequest>(bytes)),
        8 => ("EvidenceCommitments", shown::<EvidenceCommitments>(bytes)),
        9 => ("EvidenceChallenges", shown::<EvidenceChallenges>(bytes)),
        10 => ("EvidenceResponses", shown::<EvidenceResponses>(bytes)),
        11 => ("Request", Request::from_bytes(bytes).map(|request| request.to_string())),
        12 => ("Presentation", shown::<Presentation>(bytes)),
        13 => ("Login", shown::<Login>(bytes)),
        15 => ("ParameterList", shown::<ParameterList>(bytes)),
        _ => return Err(Failure::UnknownMessage),
    };
    Ok((name, shown?))
}
