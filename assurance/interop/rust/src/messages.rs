//! Reading and writing every message again, and what an authority stores.

use pairnym::{attribute::*, authority::*, message::*, shared::*, *};
use serde::Deserialize;
use serde_json::json;

use crate::Answer;
use crate::coins::Coins;
use crate::fault::Fault;
use crate::json::{Bytes, Bytes32, plain, slot};
use crate::world::{Run, World};

/// Decodes bytes, or the text form of a 网号.
#[derive(Deserialize)]
pub struct Decode {
    message: String,
    bytes: Option<Bytes>,
    key: Option<Bytes32>,
    authority_id: Option<String>,
    text: Option<String>,
}

impl Run for Decode {
    fn run(self, _: &mut World, _: &mut Coins) -> Answer {
        if self.message == "pseudonym" {
            let text = self.text.ok_or_else(|| Fault::usage("missing: text"))?;
            return Ok(pseudonym(&text.parse()?));
        }
        let bytes = &self.bytes.ok_or_else(|| Fault::usage("missing: bytes"))?.0;
        if let Some(key) = self.key {
            let id = self.authority_id.ok_or_else(|| Fault::usage("missing: authority_id"))?;
            let id = AuthorityId::new(&id).map_err(Fault::identifier)?;
            return stored(&self.message, bytes, &StorageKey::new(key.0, id));
        }
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
            "ParameterList" => again::<ParameterList>(bytes)?,
            "PairingInvitation" => again::<PairingInvitation>(bytes)?,
            "PairingAnswer" => again::<PairingAnswer>(bytes)?,
            "PairingCommitment" => again::<PairingCommitment>(bytes)?,
            "CoRequest" => again::<CoRequest>(bytes)?,
            "CoApproval" => again::<CoApproval>(bytes)?,
            "CoNonces" => again::<CoNonces>(bytes)?,
            "CoAnswer" => again::<CoAnswer>(bytes)?,
            "ShareTransfer" => ShareTransfer::from_bytes(bytes)?.to_bytes().to_vec(),
            "PairingRecord" => again::<PairingRecord>(bytes)?,
            _ => return Err(Fault::usage("unknown message")),
        };
        Ok(json!({ "bytes": hex::encode(again) }))
    }
}

/// What a holder stores is read by a holder only.
fn stored(message: &str, bytes: &[u8], key: &StorageKey) -> Answer {
    let again = match message {
        "OpenTicket" => OpenTicket::load(bytes, key)?.store(key),
        "OpenOffer" => OpenOffer::load(bytes, key)?.store(key).to_vec(),
        _ => return Err(Fault::usage("unknown message")),
    };
    Ok(json!({ "bytes": hex::encode(again) }))
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

/// 网号, slot and claims.
pub fn shown<'a>(
    name: &Pseudonym,
    of: Option<&Slot>,
    claims: impl Iterator<Item = (&'a str, &'a Value)>,
) -> serde_json::Value {
    let claim = |(name, value)| json!({ "name": name, "value": plain(value) });
    let mut shown = pseudonym(name);
    shown["slot"] = slot(of);
    shown["claims"] = claims.map(claim).collect();
    shown
}
