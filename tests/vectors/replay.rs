//! What the library says to a negative vector, read from its JSON.

use std::num::NonZeroU32;

use pairnym::*;
use serde_json::Value as Inputs;

use crate::setting::{coins, holder, host};

fn get<'a>(inputs: &'a Inputs, key: &str) -> &'a Inputs {
    inputs.get(key).unwrap_or_else(|| panic!("no {key}"))
}

pub fn text<'a>(inputs: &'a Inputs, key: &str) -> &'a str {
    get(inputs, key).as_str().unwrap_or_else(|| panic!("{key} is no string"))
}

pub fn bytes(inputs: &Inputs, key: &str) -> Vec<u8> {
    hex::decode(text(inputs, key)).unwrap()
}

fn array<const N: usize>(inputs: &Inputs, key: &str) -> [u8; N] {
    bytes(inputs, key).try_into().unwrap_or_else(|_| panic!("{key} has another length"))
}

fn list<'a>(inputs: &'a Inputs, key: &str) -> &'a [Inputs] {
    get(inputs, key).as_array().unwrap_or_else(|| panic!("{key} is no list"))
}

fn unhex(value: &Inputs) -> Vec<u8> {
    hex::decode(value.as_str().expect("hex")).unwrap()
}

fn message<M: Message>(inputs: &Inputs, key: &str) -> M {
    M::from_bytes(&bytes(inputs, key)).unwrap()
}

fn now(inputs: &Inputs) -> UnixTime {
    UnixTime(get(inputs, "now").as_u64().unwrap())
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
        "Credential" => Credential::import(bytes).err(),
        "Evidence" => Evidence::import(bytes).err(),
        other => panic!("no message {other}"),
    }
}

/// How a step ends: the error that the library gives.
pub fn step(name: &str, inputs: &Inputs) -> Result<(), Error> {
    match name {
        "enroll" => enroll(inputs),
        "issue" => issue(inputs),
        "open_evidence" => open_evidence(inputs),
        "respond" => respond(inputs),
        "answer_ticket" => answer_ticket(inputs),
        "request_credential" => request_credential(inputs).map(drop),
        "finish_credential" => finish_credential(inputs),
        "request_evidence" => request_evidence(inputs).map(drop),
        "finish_evidence" => finish_evidence(inputs),
        "present" => present(inputs),
        "log_in" => log_in(inputs),
        "verify" => verify(inputs),
        "verify_login" => verify_login(inputs),
        other => panic!("no step {other}"),
    }
}

/// `seed` and `parameters`.
fn authority(inputs: &Inputs) -> Authority {
    let parameters: AuthorityParameters = message(inputs, "parameters");
    let schema: Vec<_> =
        parameters.schema().iter().map(|(name, kind)| (name.as_str(), kind)).collect();
    let authority = Authority::new(
        AuthorityKey::from_seed(&array(inputs, "seed")).unwrap(),
        *parameters.authority(),
        Schema::new(schema).unwrap(),
        NonZeroU32::new(parameters.epoch_length().get()).unwrap(),
    );
    assert_eq!(*authority.parameters(), parameters, "the seed of other parameters");
    authority
}

/// `master_secret` and `pinned`.
fn user(inputs: &Inputs) -> Holder {
    let pinned: Vec<_> = list(inputs, "pinned")
        .iter()
        .map(|entry| AuthorityParameters::from_bytes(&unhex(entry)).unwrap())
        .collect();
    holder(array(inputs, "master_secret"), &pinned.iter().collect::<Vec<_>>())
}

/// `parameters` and `platform`.
fn platform(inputs: &Inputs) -> Platform {
    Platform::new(message(inputs, "parameters"), host(text(inputs, "platform")))
}

/// A store in which the nonces `consumed` are used up.
fn nonces(inputs: &Inputs) -> MemoryNonces {
    let mut nonces = MemoryNonces::new(100);
    for nonce in list(inputs, "consumed") {
        let nonce = unhex(nonce).try_into().unwrap();
        nonces.consume(&nonce, UnixTime(u64::MAX), now(inputs)).unwrap();
    }
    nonces
}

/// A registry with this policy and history.
fn registry(authority: &Authority, inputs: &Inputs) -> MemoryRegistry {
    let mut registry = MemoryRegistry::new(match text(inputs, "reenrollment") {
        "refused" => Reenrollment::Refused,
        "same commitment" => Reenrollment::SameCommitment,
        "allowed" => Reenrollment::Allowed,
        other => panic!("no policy {other}"),
    });
    for event in list(inputs, "history") {
        let person = PersonId(array(event, "person"));
        match text(event, "event") {
            "registered" => {
                let request: EnrollmentRequest = message(event, "request");
                let ticket: EnrollmentTicket = message(event, "ticket");
                authority.enroll(&ticket, &request, person, &mut registry).unwrap();
            }
            "deleted" => assert!(registry.delete(&person)),
            other => panic!("no event {other}"),
        }
    }
    registry
}

fn enroll(inputs: &Inputs) -> Result<(), Error> {
    let (ticket, request) = (message(inputs, "ticket"), message(inputs, "request"));
    let person = PersonId(array(inputs, "person"));
    let authority = authority(inputs);
    let mut registry = registry(&authority, get(inputs, "registry"));
    authority.enroll(&ticket, &request, person, &mut registry).map(drop)
}

fn issue(inputs: &Inputs) -> Result<(), Error> {
    let (offer, request) = (message(inputs, "offer"), message(inputs, "request"));
    authority(inputs).issue(&offer, &request).map(drop)
}

fn open_evidence(inputs: &Inputs) -> Result<(), Error> {
    let request = message(inputs, "request");
    authority(inputs).open_evidence(&request, &mut coins(&[0; 96])).map(drop)
}

/// The challenges `earlier` are answered first.
fn respond(inputs: &Inputs) -> Result<(), Error> {
    let authority = authority(inputs);
    let coins = &mut coins(&bytes(inputs, "coins"));
    let (session, _) = authority.open_evidence(&message(inputs, "request"), coins).unwrap();
    let mut sessions = EvidenceSessions::new(1, 60);
    sessions.keep(session, UnixTime(0)).unwrap();
    let mut answer = |challenges: &EvidenceChallenges| {
        let session = sessions.take(challenges, UnixTime(0))?;
        authority.respond(session, challenges).map(drop)
    };
    for challenges in list(inputs, "earlier") {
        answer(&EvidenceChallenges::from_bytes(&unhex(challenges)).unwrap()).unwrap();
    }
    answer(&message(inputs, "challenges"))
}

fn answer_ticket(inputs: &Inputs) -> Result<(), Error> {
    user(inputs).enroll(&message(inputs, "ticket"), &mut coins(&[0; 64])).map(drop)
}

fn request_credential(inputs: &Inputs) -> Result<PendingCredential, Error> {
    let coins = &mut coins(&[0; 64]);
    let requested = user(inputs).request_credential(&message(inputs, "offer"), now(inputs), coins);
    requested.map(|(_, pending)| pending)
}

fn finish_credential(inputs: &Inputs) -> Result<(), Error> {
    let pending = request_credential(inputs).unwrap();
    pending.finish(&message(inputs, "response")).map(drop)
}

fn request_evidence(inputs: &Inputs) -> Result<EvidenceOffered, Error> {
    let credential = Credential::import(&bytes(inputs, "credential")).unwrap();
    let coins = &mut coins(&bytes(inputs, "request_coins"));
    user(inputs).request_evidence(&credential, coins).map(|(_, offered)| offered)
}

fn finish_evidence(inputs: &Inputs) -> Result<(), Error> {
    let offered = request_evidence(inputs).unwrap();
    let coins = &mut coins(&bytes(inputs, "challenge_coins"));
    let (_, challenged) = offered.challenge(&message(inputs, "commitments"), coins).unwrap();
    challenged.finish(&message(inputs, "responses")).map(drop)
}

/// The consent of `request`, `authenticated` and `consent_to_disclose`.
fn consented<T>(inputs: &Inputs, answer: impl FnOnce(Consent<'_>) -> T) -> T {
    let (request, host) = (message(inputs, "request"), host(text(inputs, "authenticated")));
    answer(match get(inputs, "consent_to_disclose").as_bool() {
        Some(true) => Consent::to_disclose(&request, &host),
        _ => Consent::to_answer(&request, &host),
    })
}

fn present(inputs: &Inputs) -> Result<(), Error> {
    let credential = Credential::import(&bytes(inputs, "credential")).unwrap();
    let evidence = Evidence::import(&bytes(inputs, "evidence")).unwrap();
    let (holder, now, coins) = (user(inputs), now(inputs), &mut coins(&[0; 64]));
    consented(inputs, |consent| {
        let presented = holder.present(&credential, evidence, consent, now, coins);
        presented.map(drop).map_err(|refused| {
            let error = refused.error();
            assert_eq!(*refused.into_evidence().export(), bytes(inputs, "evidence"));
            error
        })
    })
}

fn log_in(inputs: &Inputs) -> Result<(), Error> {
    let (holder, now, coins) = (user(inputs), now(inputs), &mut coins(&[0; 64]));
    consented(inputs, |consent| holder.log_in(consent, now, coins).map(drop))
}

fn verify(inputs: &Inputs) -> Result<(), Error> {
    let (request, presentation) = (message(inputs, "request"), message(inputs, "presentation"));
    let (platform, now) = (platform(inputs), now(inputs));
    let single = platform.verify(&request, &presentation, now, &mut nonces(inputs));
    let answers = [(&request, &presentation)];
    let batch = platform.verify_batch(&answers, now, &mut nonces(inputs)).remove(0);
    assert_eq!(single, batch);
    single.map(drop)
}

fn verify_login(inputs: &Inputs) -> Result<(), Error> {
    let (request, login) = (message(inputs, "request"), message(inputs, "login"));
    let (platform, now) = (platform(inputs), now(inputs));
    let single = platform.verify_login(&request, &login, now, &mut nonces(inputs));
    let answers = [(&request, &login)];
    let batch = platform.verify_login_batch(&answers, now, &mut nonces(inputs)).remove(0);
    assert_eq!(single, batch);
    single.map(drop)
}
