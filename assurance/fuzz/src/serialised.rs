//! serde's way in: hexadecimal digits in JSON, bytes in postcard, and behind both the decoder of
//! the message.

use std::fmt::Debug;

use pairnym::{message::*, shared::*, *};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How JSON is read.
pub trait Json {
    fn read<T: DeserializeOwned>(input: &[u8]) -> Option<T>;
}

/// As serde_json does.
pub struct Own;

impl Json for Own {
    fn read<T: DeserializeOwned>(input: &[u8]) -> Option<T> {
        serde_json::from_slice(input).ok()
    }
}

/// The first byte chooses the message, the others are the input.
pub fn serialised<J: Json>(bytes: &[u8]) {
    let Some((choice, input)) = bytes.split_first() else { return };
    match choice % 23 {
        0 => message::<AuthorityParameters, J>(input),
        1 => message::<EnrollmentTicket, J>(input),
        2 => message::<EnrollmentRequest, J>(input),
        3 => message::<IssuanceOffer, J>(input),
        4 => message::<IssuanceRequest, J>(input),
        5 => message::<IssuanceResponse, J>(input),
        6 => message::<EvidenceRequest, J>(input),
        7 => message::<EvidenceCommitments, J>(input),
        8 => message::<EvidenceChallenges, J>(input),
        9 => message::<EvidenceResponses, J>(input),
        10 => message::<Request, J>(input),
        11 => message::<Presentation, J>(input),
        12 => message::<Login, J>(input),
        13 => message::<ParameterList, J>(input),
        14 => message::<PairingInvitation, J>(input),
        15 => message::<PairingAnswer, J>(input),
        16 => message::<PairingCommitment, J>(input),
        17 => message::<CoRequest, J>(input),
        18 => message::<CoApproval, J>(input),
        19 => message::<CoNonces, J>(input),
        20 => message::<CoAnswer, J>(input),
        21 => message::<PairingRecord, J>(input),
        _ => pseudonym::<J>(input),
    }
}

fn message<M: Message + Serialize + DeserializeOwned + PartialEq + Debug, J: Json>(input: &[u8]) {
    let decode = |bytes: Vec<u8>| M::from_bytes(&bytes).ok();
    let read = J::read::<M>(input);
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
fn pseudonym<J: Json>(input: &[u8]) {
    let read = J::read::<Pseudonym>(input);
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
