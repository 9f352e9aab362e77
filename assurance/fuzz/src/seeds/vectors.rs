//! Seeds out of `tests/vectors/data/`: every hexadecimal string that begins like a message, every
//! message that must be refused, and every text of a 网号 or an identifier.

use std::path::Path;
use std::{fs, io};

use serde_json::Value;

use super::Seeds;
use crate::storage;

/// The targets of messages with their kinds. The target `serialised` takes them by their places
/// here; the last one is no message.
const KINDS: [(u8, &str); 23] = [
    (1, "authority_parameters"),
    (2, "enrollment_ticket"),
    (3, "enrollment_request"),
    (4, "issuance_offer"),
    (5, "issuance_request"),
    (6, "issuance_response"),
    (7, "evidence_request"),
    (8, "evidence_commitments"),
    (9, "evidence_challenges"),
    (10, "evidence_responses"),
    (11, "request"),
    (12, "presentation"),
    (13, "login"),
    (15, "parameter_list"),
    (24, "pairing_invitation"),
    (25, "pairing_answer"),
    (26, "pairing_commitment"),
    (27, "co_request"),
    (28, "co_approval"),
    (29, "co_nonces"),
    (30, "co_answer"),
    (34, "pairing_record"),
    (31, "share_transfer"),
];

pub fn all() -> io::Result<Seeds> {
    let mut seeds = Seeds::new();
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/data");
    for file in fs::read_dir(vectors)? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            collect(&serde_json::from_slice(&fs::read(path)?)?, &mut seeds);
        }
    }
    Ok(seeds)
}

fn collect(value: &Value, seeds: &mut Seeds) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, seeds)),
        Value::Object(fields) => {
            refused(fields, seeds);
            fields.values().for_each(|value| collect(value, seeds));
        }
        Value::String(text) => sort(text, seeds),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Adds a message or a stored form that must be refused, whatever its header says.
fn refused(fields: &serde_json::Map<String, Value>, seeds: &mut Seeds) {
    let text = |key| fields.get(key).and_then(Value::as_str);
    let (Some(name), Some(bytes)) = (text("message"), text("hex")) else { return };
    let name = name.to_lowercase();
    let target = KINDS.iter().find(|(_, target)| target.replace('_', "") == name);
    let Ok(bytes) = hex::decode(bytes) else { return };
    if let Some((_, target)) = target {
        seeds.entry(target).or_default().insert(bytes.clone());
    }
    let stored = storage::KINDS.iter().filter(|(_, stored)| stored.to_lowercase() == name);
    for (kind, _) in stored {
        let stored = seeds.entry("storage").or_default();
        stored.insert(storage::input(*kind, &bytes, false));
        if let Some(length) = bytes.len().checked_sub(32) {
            stored.insert(storage::input(*kind, &bytes[..length], true));
        }
    }
}

/// Adds a string of the vectors where it belongs.
fn sort(text: &str, seeds: &mut Seeds) {
    let mut add = |target, input: Vec<u8>| {
        seeds.entry(target).or_default().insert(input);
    };
    let Ok(bytes) = hex::decode(text) else {
        let target =
            if text.to_lowercase().starts_with("pn") { "pseudonym" } else { "identifiers" };
        if text.len() <= 300 {
            add(target, text.into());
            add("text", text.into());
        }
        return;
    };
    if bytes.len() == 32 {
        add("pseudonym", bytes.clone());
    }
    add_bytes(&bytes, true, seeds);
}

/// Adds bytes as the message, or as what is stored, by their header; and those of a whole message
/// as serde writes them.
pub fn add_bytes(bytes: &[u8], whole: bool, seeds: &mut Seeds) {
    let mut add = |target, input: Vec<u8>| {
        seeds.entry(target).or_default().insert(input);
    };
    let has = |kind| bytes.starts_with(&[1, kind]);
    if let Some((kind, _)) = storage::KINDS.iter().find(|(kind, _)| has(*kind)) {
        add("storage", storage::input(*kind, bytes, false));
        let encoding = if *kind == 15 { bytes } else { &bytes[..bytes.len().max(34) - 32] };
        add("storage", storage::input(*kind, encoding, true));
    }
    let kind = KINDS.iter().enumerate().find(|(_, (kind, _))| has(*kind));
    if let Some((number, (_, target))) = kind {
        if whole && bytes.len() < 700 {
            let text = hex::encode(bytes);
            add("serialised", [&[number as u8], format!("\"{text}\"").as_bytes()].concat());
            let binary = postcard::to_allocvec(bytes).unwrap_or_default();
            add("serialised", [&[number as u8], &binary[..]].concat());
        }
        add(target, bytes.to_vec());
    }
}
