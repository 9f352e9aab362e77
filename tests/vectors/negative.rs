//! negative.json: what must be refused, and why (SPEC §15).

use serde_json::Value;

use crate::json::{Json, check, list, read};
use crate::replay::{self, bytes, text};
use crate::{negative_bytes, negative_steps};

/// The fewest vectors that the file may have of each kind.
const MESSAGES: usize = 390;
const STEPS: usize = 230;

#[test]
fn negative_json() {
    let tables = negative_steps::tables();
    let (accepted, refused): (Vec<_>, Vec<_>) =
        tables.into_iter().map(|table| ((table.step, table.accepted), table.refused)).unzip();
    check(
        "negative.json",
        "15",
        "What must be refused. messages: bytes that are no such message, with the reason of \
         section 15.1. accepted: for each step, inputs that are accepted. steps: inputs that take \
         the place of some of the accepted ones, and the error (section 15.2 or 15.3); rejected \
         is the opaque one.",
        object! {
            "messages": list(negative_bytes::vectors()),
            "accepted": Json::Object(accepted),
            "steps": list(refused.into_iter().flatten()),
        },
    );

    // Every vector of the file is refused for exactly its reason.
    let file = read("negative.json");
    let mut wrong = messages(file["messages"].as_array().unwrap());
    wrong.extend(steps(&file["accepted"], file["steps"].as_array().unwrap()));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn messages(vectors: &[Value]) -> Vec<String> {
    assert!(vectors.len() >= MESSAGES);
    let wrong = |vector| {
        let (message, reason) = (text(vector, "message"), text(vector, "reason"));
        let told = replay::decode(message, &bytes(vector, "hex"));
        let right = told.is_some_and(|e| (e.what(), e.reason().code()) == (message, reason));
        let comment = text(vector, "comment");
        (!right).then(|| format!("{message}, {comment}: {told:?} for {reason}"))
    };
    vectors.iter().filter_map(wrong).collect()
}

/// `inputs` takes the place of some of those that the step accepts.
fn steps(accepted: &Value, vectors: &[Value]) -> Vec<String> {
    assert!(vectors.len() >= STEPS);
    for (step, inputs) in accepted.as_object().unwrap() {
        assert_eq!(replay::step(step, inputs), Ok(()), "{step}");
    }
    let wrong = |vector: &Value| {
        let (step, error) = (text(vector, "step"), text(vector, "error"));
        let mut inputs = accepted[step].clone();
        for (key, value) in vector["inputs"].as_object().unwrap() {
            *inputs.get_mut(key).unwrap() = value.clone();
        }
        let told = replay::step(step, &inputs).map_err(|error| error.code());
        let comment = text(vector, "comment");
        (told != Err(error)).then(|| format!("{step}, {comment}: {told:?} for {error}"))
    };
    vectors.iter().filter_map(wrong).collect()
}
