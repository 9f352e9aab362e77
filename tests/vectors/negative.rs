//! negative.json: what must be refused, and why (SPEC §15).

use pairnym::Error;
use serde_json::Value;

use crate::json::{Json, check, list, read};
use crate::replay::{self, array, bytes, text};
use crate::steps::step;
use crate::{negative_bytes, negative_steps};

/// The fewest vectors that the file may have of each kind.
const MESSAGES: usize = 1200;
const STORED: usize = 300;
const STEPS: usize = 630;
const ALSO_ACCEPTED: usize = 80;

#[test]
fn negative_json() {
    let tables = negative_steps::tables();
    let accepted = tables.iter().map(|table| (table.step, table.accepted.clone())).collect();
    let also = tables.iter().flat_map(|table| table.also.clone());
    let refused = tables.iter().flat_map(|table| table.refused.clone());
    let [messages, stored] = negative_bytes::vectors();
    check(
        "negative.json",
        "15",
        "What must be refused. messages: bytes that are no such message, with the reason of \
         section 15.1; stored: the same of stored forms, under a key. accepted: for each step, \
         inputs that are accepted. also_accepted: inputs that take the place of some of them, and \
         are accepted too. steps: inputs that take the place of some of the accepted ones, and \
         the error (section 15.2 or 15.3); rejected is the opaque one.",
        object! {
            "messages": list(messages),
            "stored": list(stored),
            "accepted": Json::Object(accepted),
            "also_accepted": list(also),
            "steps": list(refused),
        },
    );

    // Every vector of the file is refused for exactly its reason.
    let file = read("negative.json");
    let vectors = |name: &str, fewest: usize| {
        let vectors = file[name].as_array().unwrap().clone();
        assert!(vectors.len() >= fewest, "{} {name}", vectors.len());
        vectors
    };
    let mut wrong: Vec<_> = vectors("messages", MESSAGES).iter().filter_map(message).collect();
    wrong.extend(vectors("stored", STORED).iter().filter_map(stored_form));
    for (name, inputs) in file["accepted"].as_object().unwrap() {
        let told = step(name, inputs);
        wrong.extend(told.is_err().then(|| format!("{name}: {told:?}")));
    }
    let steps = [vectors("also_accepted", ALSO_ACCEPTED), vectors("steps", STEPS)].concat();
    wrong.extend(steps.iter().filter_map(|vector| one_step(&file["accepted"], vector)));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn message(vector: &Value) -> Option<String> {
    let (message, reason) = (text(vector, "message"), text(vector, "reason"));
    let told = replay::decode(message, &bytes(vector, "hex"));
    let right = told.is_some_and(|e| (e.what(), e.reason().code()) == (message, reason));
    let comment = text(vector, "comment");
    (!right).then(|| format!("{message}, {comment}: {told:?} for {reason}"))
}

fn stored_form(vector: &Value) -> Option<String> {
    let (message, reason) = (text(vector, "message"), text(vector, "reason"));
    let (key, authority) = (array(vector, "key"), text(vector, "authority_id"));
    let told = replay::recode(message, &key, authority, &bytes(vector, "hex"));
    let right =
        matches!(told, Err(Error::Decode(e)) if (e.what(), e.reason().code()) == (message, reason));
    let comment = text(vector, "comment");
    (!right).then(|| format!("stored {message}, {comment}: {told:?} for {reason}"))
}

/// `inputs` takes the place of some of those that the step accepts.
fn one_step(accepted: &Value, vector: &Value) -> Option<String> {
    let (name, error) = (text(vector, "step"), vector.get("error").and_then(Value::as_str));
    let mut inputs = accepted[name].clone();
    for (key, value) in vector["inputs"].as_object().unwrap() {
        let place = inputs.get_mut(key).unwrap_or_else(|| panic!("{name} has no {key}"));
        *place = value.clone();
    }
    assert_ne!(inputs, accepted[name], "{name}, {}: nothing differs", vector["comment"]);
    let told = step(name, &inputs).map_err(|error| error.code()).err();
    let comment = text(vector, "comment");
    (told != error).then(|| format!("{name}, {comment}: {told:?} for {error:?}"))
}
