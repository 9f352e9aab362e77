//! What people, logs and one's own code get to see: texts, accessors, and no secret.

mod common;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash, Hasher};

use common::*;
use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::*;

/// The debug text names the type, and does not depend on the value.
#[track_caller]
fn redacted<T: Debug>(name: &str, values: [&T; 2]) {
    let [text, other] = values.map(|value| format!("{value:?}"));
    assert!(text.starts_with(name), "{text}");
    assert_eq!(text, other);
}

/// The debug text names the type and some public part of the value.
#[track_caller]
fn names(value: &impl Debug, kind: &str, part: &str) {
    let text = format!("{value:?}");
    assert!(text.starts_with(kind) && text.contains(part), "{text}: no {kind} with {part}");
}

#[test]
fn debug_texts_tell_no_secret_of_the_authority() {
    redacted("AuthorityKey", [&key(1), &key(2)]);
    let authority = authority(1, &ATTRIBUTES, NOW);
    names(&authority, "Authority", "authority.example");
    let bytes = authority.parameters().to_bytes();
    let public = &bytes[3 + 1 + "authority.example".len()..][..32];
    names(authority.parameters(), "AuthorityParameters", &hex::encode(public));
    names(authority.list(), "ParameterList", &hex::encode(public));
    let [one, other] = [1, 2].map(|byte| StorageKey::new([byte; 32], authority_id()));
    redacted("StorageKey", [&one, &other]);
}

#[test]
fn debug_texts_tell_no_secret_of_a_holder() {
    let authority = authority(1, &ATTRIBUTES, NOW);
    let [one, other] = [2, 3].map(|seed| MasterSecret::import([seed; 32]));
    redacted("MasterSecret", [&one, &other]);
    let derive = |master| HolderSecrets::derive(master, authority.parameters().authority());
    redacted("HolderSecrets", [&derive(&one), &derive(&other)]);
    let [one, other] = [2, 3].map(|seed| holder(seed, authority.list()));
    redacted("Holder", [&one, &other]);
    names(&one, "Holder", "authority.example");
    redacted("Value", [&"上海".into(), &Value::Absent]);
    names(one.commitment(), "Commitment", &hex::encode(one.commitment().to_bytes()));
}

#[test]
fn debug_texts_of_enrollment() {
    let authority = authority(1, &ATTRIBUTES, NOW);
    let [one, other] = [1, 2].map(|number| {
        let (transaction, rng) = (TransactionId([number; 32]), &mut seeded(number.into()));
        authority.open_ticket(transaction, TEN_MINUTES, NOW, rng).unwrap()
    });
    redacted("TransactionId", [one.ticket().transaction(), other.ticket().transaction()]);
    redacted("EnrollmentTicket", [one.ticket(), other.ticket()]);
    redacted("OpenTicket", [&one, &other]);
    names(one.ticket(), "EnrollmentTicket", "authority.example");
    names(&one, "OpenTicket", &one.expires().0.to_string());
    let [one, other] = [one, other].map(|open| received_ticket(authority.list(), &open));
    redacted("Received", [&one, &other]);
    names(&one, "Received", "id.authority.example");
    let [one, other] =
        [2, 3].map(|seed| holder(seed, authority.list()).enroll(&one, &mut seeded(2)));
    let [one, other] = [one.unwrap(), other.unwrap()];
    redacted("Outgoing(354 bytes)", [&one, &other]);
    let [one, other] = [sent(&one), sent(&other)];
    redacted("EnrollmentRequest", [&one, &other]);
}

#[test]
fn debug_texts_of_issuance() {
    let authority = authority(1, &ATTRIBUTES, NOW);
    let [one, other] = [2, 3].map(|seed| {
        let (holder, rng) = (holder(seed, authority.list()), &mut seeded(seed.into()));
        let named = by_name(&authority, values());
        let open = authority.offer(*holder.commitment(), named, TEN_MINUTES, NOW, rng).unwrap();
        let offer = received_offer(authority.list(), &open);
        let (request, pending) = holder.request_credential(&offer, NOW, rng).unwrap();
        let request = sent(&request);
        let unissued = authority.check_issuance(&open, &request, NOW).unwrap();
        let unissued_text = format!("{unissued:?}");
        let response = unissued.issue_if(true).unwrap();
        (open, request, response, pending, unissued_text)
    });
    let epoch = authority.parameters().epoch(NOW);
    redacted("IssuanceOffer", [one.0.offer(), other.0.offer()]);
    names(one.0.offer(), "IssuanceOffer", &epoch.to_string());
    redacted("OpenOffer", [&one.0, &other.0]);
    names(&one.0, "OpenOffer", &one.0.expires().0.to_string());
    assert_eq!(one.4, other.4);
    assert!(one.4.starts_with("Unissued"), "{}", one.4);
    redacted("IssuanceRequest", [&one.1, &other.1]);
    redacted("IssuanceResponse", [&one.2, &other.2]);
    redacted("AwaitingIssuance", [&one.3, &other.3]);
    let [one, other] = [one, other].map(|(_, _, response, pending, _)| pending.finish(&response));
    redacted("IssuedCredential", [&one.unwrap(), &other.unwrap()]);
    let [(one, _), (other, _)] = [2, 3].map(|seed| {
        credential(&authority, &holder(seed, authority.list()), values(), NOW, &mut seeded(5))
    });
    redacted("Credential", [&one, &other]);
    names(&one, "Credential", &epoch.to_string());
}

#[test]
fn debug_texts_of_evidence_and_its_sessions() {
    let world = World::new();
    let issued = issued(&world.authority, &world.holder, values(), NOW, &mut seeded(1));
    let [one, other] = [2, 3].map(|seed| {
        let rng = &mut seeded(seed);
        let (request, offered) = world.holder.request_evidence(&issued, rng).unwrap();
        let (session, commitments) = world.authority.open_evidence(&request, rng).unwrap();
        (request, offered, session, commitments)
    });
    redacted("EvidenceRequest", [&one.0, &other.0]);
    redacted("AwaitingCommitments", [&one.1, &other.1]);
    redacted("EvidenceSession", [&one.2, &other.2]);
    redacted("EvidenceCommitments", [&one.3, &other.3]);
    let rng = &mut seeded(4);
    let [one, other] = [one, other].map(|(_, offered, session, commitments)| {
        let (challenges, challenged) = offered.challenge(&commitments, rng).unwrap();
        assert_eq!(challenges.session(), commitments.session());
        assert_eq!(challenges.to_bytes()[2..34], challenges.session().0);
        (world.authority.respond(session, &challenges).unwrap(), challenges, challenged)
    });
    redacted("EvidenceResponses", [&one.0, &other.0]);
    redacted("EvidenceChallenges", [&one.1, &other.1]);
    redacted("AwaitingResponses", [&one.2, &other.2]);
    let [one, other] = [one, other].map(|(responses, _, waiting)| waiting.finish(&responses));
    let [one, other] = [one.unwrap(), other.unwrap()];
    redacted("EvidenceBatch(32 items)", [&one, &other]);
    redacted("Evidence", [&world.evidence[0], &world.evidence[1]]);

    let mut sessions = EvidenceSessions::new(4, seconds(60));
    let (request, _) = world.holder.request_evidence(&issued, rng).unwrap();
    sessions.keep(world.authority.open_evidence(&request, rng).unwrap().0, NOW).unwrap();
    names(&sessions, "EvidenceSessions", "open: 1");
}

/// A pending request is shown, but for the nonce, which is a secret of platform and person.
#[test]
fn debug_texts_of_requests_tell_no_nonce() {
    let world = World::new();
    let asked = |seed| world.request(seed);
    let text = format!("{:?}", asked(1));
    for part in ["shop.example", "Registration", "age_over_18", "AtLeast(2)", "Nonce(..)"] {
        assert!(text.contains(part), "{text}: no {part}");
    }
    let nonce = asked(1).nonce().0;
    let list = nonce.map(|byte| byte.to_string()).join(", ");
    assert!(!text.contains(&list) && !text.contains(&hex::encode(nonce)), "{text}");
    redacted("Nonce", [asked(1).nonce(), asked(2).nonce()]);
    let from_host = received(&asked(1));
    names(&from_host, "Received", "shop.example");
    names(&Consent::to_answer(&from_host), "Consent", "shop.example");
    names(&world.platform.request_login(Purpose::Login), "RequestBuilder", "shop.example");
}

#[test]
fn debug_texts_of_answers_and_of_a_platform() {
    let mut world = World::new();
    let [one, other] = [1, 2].map(|seed| world.request(seed));
    let answers = [world.present(&one), world.present(&other)];
    redacted("Presentation", [&answers[0], &answers[1]]);
    let unspent = [(&one, &answers[0]), (&other, &answers[1])]
        .map(|(request, answer)| world.platform.check(request, answer, NOW).unwrap());
    redacted("Unspent", [&unspent[0], &unspent[1]]);
    let [one, other] = [1, 2].map(|seed| world.request_login(seed));
    let logins = [world.log_in(&one, 3), world.log_in(&other, 4)];
    redacted("Login", [&logins[0], &logins[1]]);
    let visitors = [(&one, &logins[0]), (&other, &logins[1])]
        .map(|(request, answer)| world.platform.check(request, answer, NOW).unwrap());
    redacted("Visitor", [&visitors[0], &visitors[1]]);
    names(&world.platform, "Platform", "shop.example");
    let mut batcher = Batcher::new(2);
    assert!(batcher.push(1, one.clone(), logins[0].clone(), 7).is_none());
    names(&batcher, "Batcher", "waiting: 1");
    let batch = batcher.flush();
    names(&batch, "Batch", "(1)");
    assert_eq!((batch.len(), batch.is_empty()), (1, false));
    let empty = batcher.flush();
    assert_eq!((empty.len(), empty.is_empty()), (0, true));
    names(&MemoryNonces::new(1), "MemoryNonces", "used: 0");
    names(&MemoryRegistry::new(Reenrollment::Refused), "MemoryRegistry", "Refused");
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn scopes_are_equal_if_all_three_names_are() {
    let authority = |name| AuthorityId::new(name).unwrap();
    let platform = |name| PlatformId::new(name).unwrap();
    let label = Name::new("forum").unwrap();
    let scope = Scope::new(authority("authority.example"), platform("shop.example"), Some(label));
    assert_eq!(scope, scope.clone());
    assert_eq!(scope.authority().as_str(), "authority.example");
    assert_eq!(scope.platform().as_str(), "shop.example");
    assert_eq!(scope.label(), Some(&label));
    for other in [
        Scope::new(authority("other.example"), platform("shop.example"), Some(label)),
        Scope::new(authority("authority.example"), platform("bank.example"), Some(label)),
        Scope::new(authority("authority.example"), platform("shop.example"), None),
    ] {
        assert_ne!(scope, other);
    }
    for part in ["Scope", "authority.example", "shop.example", "forum"] {
        names(&scope, "Scope", part);
    }
}

#[test]
fn pseudonyms_are_compared_hashed_and_shown_by_their_bytes() {
    let authority = authority(1, &[], NOW);
    let shop = PlatformId::new("shop.example").unwrap();
    let [one, other] =
        [2, 3].map(|seed| holder(seed, authority.list()).pseudonym(&shop, None).unwrap());
    let copy = Pseudonym::from_bytes(one.to_bytes()).unwrap();
    assert_eq!((one, hash(&one)), (copy, hash(&copy)));
    assert_ne!(one, other);
    assert_ne!(hash(&one), hash(&other));
    assert_eq!(one.cmp(&other), one.to_bytes().cmp(&other.to_bytes()));
    assert_eq!(one.partial_cmp(&other), Some(one.cmp(&other)));
    names(&one, "Pseudonym", &one.to_string());
}

#[test]
fn a_master_secret_is_exported_as_it_was_imported() {
    let bytes: [u8; 32] = core::array::from_fn(|i| i as u8);
    assert_eq!(*MasterSecret::import(bytes).export(), bytes);
}

#[test]
fn values_are_shown_and_read_by_their_kind() {
    let text = Value::from("上海");
    let values = [Value::Absent, false.into(), true.into(), 3.into(), text];
    assert_eq!(values.each_ref().map(ToString::to_string), ["absent", "no", "yes", "3", "上海"]);
    let flags = [None, Some(false), Some(true), None, None];
    assert_eq!(values.each_ref().map(Value::as_flag), flags);
    let integers = [None, None, None, Some(3), None];
    assert_eq!(values.each_ref().map(Value::as_integer), integers);
    let texts = [None, None, None, None, Some("上海")];
    assert_eq!(values.each_ref().map(Value::as_text), texts);
}

#[test]
fn a_schema_knows_whether_it_is_empty() {
    assert!(schema(&[]).is_empty());
    assert!(!schema(&[("age_over_18", Kind::Flag)]).is_empty());
}

#[test]
fn every_error_has_its_own_words() {
    let errors = [
        Error::UnpinnedParameters,
        Error::ForeignAuthority,
        Error::ForeignCommitment,
        Error::ForeignCredential,
        Error::ForeignParameters,
        Error::ForeignEvidence,
        Error::ForeignPlatform,
        Error::WrongAnswer,
        Error::WrongEpoch,
        Error::EpochNotAccepted,
        Error::StaleCredential,
        Error::ListExpired,
        Error::StaleList,
        Error::MissingList,
        Error::EarlyList,
        Error::WrongClock,
        Error::ConflictingList,
        Error::Schema,
        Error::UnknownAttribute,
        Error::ConditionNotDisclosed,
        Error::ConditionUnmet,
        Error::DisclosureWithoutConsent,
        Error::Text,
        Error::NoStatement,
        Error::Range,
        Error::Degenerate,
        Error::Fault,
        Error::NoSession,
        Error::Incomplete,
        Error::Full,
        Error::TicketUsed,
        Error::PersonRegistered,
        Error::CommitmentRegistered,
        Error::PersonDeleted,
        Error::NotRegistered,
        Error::NoAccount,
        Error::Unavailable,
        Error::Expired,
        Error::Replayed,
        Error::Rejected,
    ];
    let words: BTreeSet<_> = errors.iter().map(ToString::to_string).collect();
    let codes: BTreeSet<_> = errors.iter().map(Error::code).collect();
    assert_eq!((words.len(), codes.len()), (errors.len(), errors.len()));
    assert!(words.iter().all(|words| words.contains(' ') || words == "rejected"), "{words:?}");
    // The name in SPEC §15 is the variant's, in its own spelling.
    for error in errors {
        let camel: String = error
            .code()
            .split('_')
            .flat_map(|word| {
                let (first, rest) = word.split_at(1);
                [first.to_uppercase(), rest.to_owned()]
            })
            .collect();
        assert_eq!(camel, format!("{error:?}"));
    }
}

#[test]
fn what_cannot_be_read_is_named_with_the_reason() {
    let login = Login::from_bytes(&[2, 13]).unwrap_err();
    assert_eq!(login.to_string(), "Login: unknown version");
    assert_eq!(Error::from(login).to_string(), login.to_string());
    assert_eq!(
        Login::from_bytes(&[1, 1]).unwrap_err().to_string(),
        "Login: a message of another kind"
    );
    assert_eq!(Login::from_bytes(&[1, 13]).unwrap_err().to_string(), "Login: too short");
    let pseudonym = "pn1".parse::<Pseudonym>().unwrap_err();
    assert_eq!(
        pseudonym.to_string(),
        format!("{}: not the right number of characters", pseudonym.what())
    );
}

#[test]
fn an_epoch_is_shown_as_its_number() {
    assert_eq!(Epoch(20_833).to_string(), "20833");
}

/// Errors of a store pass through; those of pairnym keep their words.
#[test]
fn a_failure_of_the_store_is_no_refusal() {
    let refused: StoreError<Error> = Error::Replayed.into();
    assert_eq!(refused.refused(), Some(Error::Replayed));
    assert_eq!(refused.to_string(), Error::Replayed.to_string());
    let failed = StoreError::Store(Error::Unavailable);
    assert_eq!(failed.refused(), None);
    assert_eq!(failed.to_string(), "the store failed");
    let source = std::error::Error::source(&failed).map(ToString::to_string);
    assert_eq!(source, Some(Error::Unavailable.to_string()));
    assert_eq!(Error::from(failed), Error::Unavailable);
}
