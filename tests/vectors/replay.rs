//! What the library says to a vector, read from its JSON.

use std::time::Duration;

use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, shared::*, *};
use pairnym_testkit::{Given, host, name};
use serde_json::Value as Inputs;

use crate::formulas::storage_key;
use crate::pair::{GUARDIAN, WARD, stored_by};
use crate::setting::{MASTER, Setting, four, holder};

pub fn get<'a>(inputs: &'a Inputs, key: &str) -> &'a Inputs {
    inputs.get(key).unwrap_or_else(|| panic!("no {key}"))
}

pub fn text<'a>(inputs: &'a Inputs, key: &str) -> &'a str {
    get(inputs, key).as_str().unwrap_or_else(|| panic!("{key} is no string"))
}

pub fn bytes(inputs: &Inputs, key: &str) -> Vec<u8> {
    hex::decode(text(inputs, key)).unwrap()
}

pub fn array<const N: usize>(inputs: &Inputs, key: &str) -> [u8; N] {
    bytes(inputs, key).try_into().unwrap_or_else(|_| panic!("{key} has another length"))
}

pub fn list<'a>(inputs: &'a Inputs, key: &str) -> &'a [Inputs] {
    get(inputs, key).as_array().unwrap_or_else(|| panic!("{key} is no list"))
}

pub fn unhex(value: &Inputs) -> Vec<u8> {
    hex::decode(value.as_str().expect("hex")).unwrap()
}

pub fn message<M: Message>(inputs: &Inputs, key: &str) -> M {
    M::from_bytes(&bytes(inputs, key)).unwrap()
}

pub fn number(inputs: &Inputs, key: &str) -> u64 {
    get(inputs, key).as_u64().unwrap_or_else(|| panic!("{key} is no number"))
}

pub fn time(inputs: &Inputs, key: &str) -> UnixTime {
    UnixTime(number(inputs, key))
}

pub fn life(inputs: &Inputs) -> Duration {
    Duration::from_secs(number(inputs, "life"))
}

/// A value as the files write it.
pub fn value(value: &Inputs) -> Value {
    match value {
        Inputs::Null => Value::Absent,
        Inputs::Bool(flag) => (*flag).into(),
        Inputs::Number(integer) => integer.as_u64().unwrap().into(),
        Inputs::String(text) => text.as_str().into(),
        _ => panic!("no value"),
    }
}

/// Why these bytes are no such message; `None` if they are one.
pub fn decode(message: &str, bytes: &[u8]) -> Option<DecodeError> {
    match message {
        "AuthorityParameters" => AuthorityParameters::from_bytes(bytes).err(),
        "EnrollmentTicket" => EnrollmentTicket::from_bytes(bytes).err(),
        "EnrollmentRequest" => EnrollmentRequest::from_bytes(bytes).err(),
        "IssuanceOffer" => IssuanceOffer::from_bytes(bytes).err(),
        "IssuanceRequest" => IssuanceRequest::from_bytes(bytes).err(),
        "IssuanceResponse" => IssuanceResponse::from_bytes(bytes).err(),
        "EvidenceRequest" => EvidenceRequest::from_bytes(bytes).err(),
        "EvidenceCommitments" => EvidenceCommitments::from_bytes(bytes).err(),
        "EvidenceChallenges" => EvidenceChallenges::from_bytes(bytes).err(),
        "EvidenceResponses" => EvidenceResponses::from_bytes(bytes).err(),
        "Request" => Request::from_bytes(bytes).err(),
        "Presentation" => Presentation::from_bytes(bytes).err(),
        "Login" => Login::from_bytes(bytes).err(),
        "ParameterList" => ParameterList::from_bytes(bytes).err(),
        "PairingInvitation" => PairingInvitation::from_bytes(bytes).err(),
        "PairingAnswer" => PairingAnswer::from_bytes(bytes).err(),
        "PairingCommitment" => PairingCommitment::from_bytes(bytes).err(),
        "CoRequest" => CoRequest::from_bytes(bytes).err(),
        "CoApproval" => CoApproval::from_bytes(bytes).err(),
        "CoNonces" => CoNonces::from_bytes(bytes).err(),
        "CoAnswer" => CoAnswer::from_bytes(bytes).err(),
        "ShareTransfer" => ShareTransfer::from_bytes(bytes).err(),
        "PairingRecord" => PairingRecord::from_bytes(bytes).err(),
        other => panic!("no message {other}"),
    }
}

/// Reads a stored form under this key, and stores it again.
pub fn recode(
    message: &str,
    key: &[u8; 32],
    authority: &str,
    bytes: &[u8],
) -> Result<Vec<u8>, Error> {
    let master = match message {
        "OpenTicket" | "OpenOffer" => None,
        "Pairing" => Some(&WARD),
        "Share" => Some(&GUARDIAN),
        _ => Some(&MASTER),
    };
    if let Some(master) = master {
        assert_eq!(*key, storage_key(master, authority), "the key of another holder");
    }
    let id = AuthorityId::new(authority).unwrap();
    let holder = || holder(MASTER, &Setting::new(four()).list);
    let key = StorageKey::new(*key, id);
    match message {
        "ParameterList" => {
            Ok(Holder::restore(&MasterSecret::import(MASTER), &id, bytes)?.store_list())
        }
        "Credential" => {
            let holder = holder();
            Ok(holder.store_credential(&holder.load_credential(bytes)?).to_vec())
        }
        "Evidence" => {
            let holder = holder();
            Ok(holder.store_evidence(&holder.load_evidence(bytes)?).to_vec())
        }
        "Pairing" => {
            let (list, ward) = (Setting::new(four()).list, MasterSecret::import(WARD));
            let list = stored_by(&WARD, &list.encode());
            Ok(Lead::restore_pairing(&ward, &id, &list, bytes)?.store_pairing())
        }
        "Share" => {
            let guardian = MasterSecret::import(GUARDIAN);
            Ok(Second::restore(&guardian, &id, bytes)?.store().to_vec())
        }
        "OpenTicket" => Ok(OpenTicket::load(bytes, &key)?.store(&key)),
        "OpenOffer" => Ok(OpenOffer::load(bytes, &key)?.store(&key).to_vec()),
        other => panic!("no stored form {other}"),
    }
}

/// The platform's request, by its list and at this time.
pub fn make_request(inputs: &Inputs) -> Result<Request, Error> {
    let platform = Platform::new(message(inputs, "list"), host(text(inputs, "platform")));
    let purpose = get(inputs, "purpose");
    let purpose = match number(purpose, "code") {
        1 => Purpose::Registration,
        2 => Purpose::Login,
        3 => Purpose::Reverification,
        4 => Purpose::GovernmentService,
        _ => Purpose::Other(name(text(purpose, "word"))),
    };
    let mut builder = match text(inputs, "wanted") {
        "presentation" => platform.request(purpose),
        "login" => platform.request_login(purpose),
        other => panic!("nobody wants {other}"),
    };
    builder = builder.valid_for(life(inputs));
    if let Some(label) = get(inputs, "label").as_str() {
        builder = builder.label(name(label));
    }
    if get(inputs, "previous") == false {
        builder = builder.current_slot_only();
    }
    for name in list(inputs, "disclosures") {
        builder = builder.disclose(name.as_str().unwrap());
    }
    for condition in list(inputs, "conditions") {
        let operand = get(condition, "operand");
        let required = match text(condition, "operator") {
            "equals" => Condition::Equals(value(operand)),
            "at least" => Condition::AtLeast(operand.as_u64().unwrap()),
            "at most" => Condition::AtMost(operand.as_u64().unwrap()),
            "is present" => Condition::Present,
            other => panic!("no operator {other}"),
        };
        builder = builder.require(text(condition, "name"), required);
    }
    if let Some(statement) = get(inputs, "statement").as_str() {
        builder = builder.statement(statement);
    }
    if !get(inputs, "notice").is_null() {
        builder = builder.notice(array(inputs, "notice"));
    }
    let mut coins = Given::new(&bytes(inputs, "nonce"));
    let request = builder.build(time(inputs, "now"), &mut coins)?;
    assert_eq!(coins.left(), 0, "coins are left over");
    Ok(request)
}
