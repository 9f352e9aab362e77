//! Reading and writing every message and every stored thing again.

use pairnym::*;
use serde::Deserialize;
use serde_json::json;

use crate::Answer;
use crate::fault::Fault;
use crate::json::Bytes;
use crate::world::{Context, Run, World};

/// Decodes bytes, or the text form of a 网号.
#[derive(Deserialize)]
pub struct Decode {
    message: String,
    bytes: Option<Bytes>,
    text: Option<String>,
}

impl Run for Decode {
    fn run(self, _: &mut World, _: &mut Context) -> Answer {
        if self.message == "pseudonym" {
            let text = self.text.ok_or_else(|| Fault::usage("missing: text"))?;
            return Ok(pseudonym(&text.parse()?));
        }
        let bytes = &self.bytes.ok_or_else(|| Fault::usage("missing: bytes"))?.0;
        let again = match self.message.as_str() {
            "AuthorityParameters" => again::<AuthorityParameters>(bytes)?,
            "EnrollmentTicket" => again::<EnrollmentTicket>(bytes)?,
            "EnrollmentRequest" => again::<EnrollmentRequest>(bytes)?,
            "IssuanceOffer" => again::<IssuanceOffer>(bytes)?,
            "IssuanceRequest" => again::<IssuanceRequest>(bytes)?,
            "IssuanceResponse" => again::<IssuanceResponse>(bytes)?,
            "EvidenceRequest" => again::<EvidenceRequest>(bytes)?,
            "EvidenceCommitments" => again::<EvidenceCommitments>(bytes)?,
            "EvidenceChallenges" => again::<EvidenceChallenges>(bytes)?,
            "EvidenceResponses" => again::<EvidenceResponses>(bytes)?,
            "Request" => again::<Request>(bytes)?,
            "Presentation" => again::<Presentation>(bytes)?,
            "Login" => again::<Login>(bytes)?,
            "Credential" => Credential::import(bytes)?.export().to_vec(),
            "Evidence" => Evidence::import(bytes)?.export().to_vec(),
            _ => return Err(Fault::usage("unknown message")),
        };
        Ok(json!({ "bytes": hex::encode(again) }))
    }
}

fn again<M: Message>(bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
    M::from_bytes(bytes).map(|message| message.to_bytes())
}

/// A message from its bytes.
pub fn read<M: Message>(bytes: &Bytes) -> Result<M, DecodeError> {
    M::from_bytes(&bytes.0)
}

/// A message as hex.
pub fn write(message: &impl Message) -> String {
    hex::encode(message.to_bytes())
}

/// Bytes and text form of a 网号.
pub fn pseudonym(pseudonym: &Pseudonym) -> serde_json::Value {
    json!({ "pseudonym": hex::encode(pseudonym.to_bytes()), "text": pseudonym.to_string() })
}
