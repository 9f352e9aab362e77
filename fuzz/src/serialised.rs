//! serde's way in: hexadecimal digits in JSON, bytes in postcard, and behind both the decoder of
//! the message.

use std::fmt::Debug;

use pairnym::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The first byte chooses message and format, the others are the input.
pub fn serialised(bytes: &[u8]) {
    let Some((choice, input)) = bytes.split_first() else { return };
    match choice % 14 {
        0 => message::<AuthorityParameters>(input),
        1 => message::<EnrollmentTicket>(input),
        2 => message::<EnrollmentRequest>(input),
        3 => message::<IssuanceOffer>(input),
        4 => message::<IssuanceRequest>(input),
        5 => message::<IssuanceResponse>(input),
        6 => message::<EvidenceRequest>(input),
        7 => message::<EvidenceCommitments>(input),
        8 => message::<EvidenceChallenges>(input),
        9 => message::<EvidenceResponses>(input),
        10 => message::<Request>(input),
        11 => message::<Presentation>(input),
        12 => message::<Login>(input),
        _ => pseudonym(input),
    }
}

fn message<M: Message + Serialize + DeserializeOwned + PartialEq + Debug>(input: &[u8]) {
    let decode = |bytes: Vec<u8>| M::from_bytes(&bytes).ok();
    let read = serde_json::from_slice::<M>(input).ok();
    assert_eq!(read, text(input).and_then(|text| hex::decode(text).ok()).and_then(decode));
    let binary = postcard::from_bytes::<M>(input).ok();
    assert_eq!(binary, postcard::from_bytes(input).ok().and_then(decode));
    for message in read.iter().chain(&binary) {
        let json = serde_json::to_string(message).unwrap();
        assert_eq!(json, format!("\"{}\"", hex::encode(message.to_bytes())));
        let bytes = postcard::to_allocvec(message).unwrap();
        assert_eq!(bytes, postcard::to_allocvec(&message.to_bytes()).unwrap());
    }
}

/// A 网号 is its text form in JSON.
fn pseudonym(input: &[u8]) {
    let read = serde_json::from_slice::<Pseudonym>(input).ok();
    assert_eq!(read, text(input).and_then(|text| text.parse().ok()));
    let binary = postcard::from_bytes::<Pseudonym>(input).ok();
    let bytes = postcard::from_bytes::<Vec<u8>>(input).ok();
    let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    assert_eq!(binary, bytes.and_then(|bytes| Pseudonym::from_bytes(bytes).ok()));
    for pseudonym in read.iter().chain(&binary) {
        assert_eq!(serde_json::to_string(pseudonym).unwrap(), format!("\"{pseudonym}\""));
        let bytes = postcard::to_allocvec(pseudonym).unwrap();
        assert_eq!(bytes, postcard::to_allocvec(&pseudonym.to_bytes().to_vec()).unwrap());
    }
}

/// The content of a JSON string.
fn text(input: &[u8]) -> Option<String> {
    serde_json::from_slice(input).ok()
}
