//! What a verifier's weights depend on.

use alloc::vec;
use core::time::Duration;

use super::*;
use crate::answer::login::Login;
use crate::answer::presentation::Presentation;
use crate::{
    Message, Purpose, Schema,
    attribute::Kind,
    authority::{Authority, AuthorityKey},
    holder::{Consent, Holder, MasterSecret, Received},
    message::{IssuanceOffer, IssuanceRequest},
    platform::Platform,
};
use chacha20::ChaCha12Rng;
use chacha20::rand_core::SeedableRng;

const NOW: UnixTime = UnixTime(1_800_000_000);
const LIFE: Duration = Duration::from_secs(600);

fn authority() -> Authority {
    let key = AuthorityKey::from_seed(&[1; 32]).unwrap();
    let schema = Schema::new([("age_over_18", Kind::Flag)]).unwrap();
    let day = Duration::from_secs(86_400);
    let id = "authority.example".parse().unwrap();
    let parameters = AuthorityParameters::new(&key, id, day, 1, schema).unwrap();
    let until = NOW.after(10 * day).unwrap();
    let host = "id.authority.example".parse().unwrap();
    let list = ParameterList::first(host, NOW..until, UnixTime(0), parameters).unwrap();
    Authority::open(key, list).unwrap()
}

fn verifier(authority: &Authority) -> Verifier {
    let host = PlatformId::new("shop.example").unwrap();
    Verifier::new(authority.list().clone(), host, &[], Vec::new())
}

#[test]
fn prepared_verifiers_and_those_with_another_list_keep_the_secret() {
    let authority = authority();
    let mut verifier = verifier(&authority);
    let weights = |verifier: &Verifier| verifier.weights.clone().h64();
    let without = weights(&verifier);
    verifier.set_secret(&[7; 32]);
    let with = weights(&verifier);
    assert_ne!(with, without);
    let label = Name::new("app").unwrap();
    let slots = vec![authority.list().slot(NOW).unwrap()];
    let prepared = verifier.prepare(&[label], slots.clone());
    assert_eq!(weights(&prepared), with);
    let until = authority.list().until();
    let renewed = prepared.with_list(authority.list().renew(NOW..until).unwrap());
    assert_eq!(weights(&renewed), with);
    // And the tables.
    assert_eq!(renewed.slots, slots);
    assert_eq!(renewed.scopes.len(), 2);
}

/// SPEC §6.5: a member is a list of scalars, for each of its proofs the challenge and then the
/// responses.
#[test]
fn weights_depend_on_every_challenge_and_response() {
    let rng = &mut ChaCha12Rng::seed_from_u64(1);
    let authority = authority();
    let list = authority.list();
    let holder = Holder::new(&MasterSecret::import([2; 32]), list.clone()).unwrap();
    let values = [("age_over_18", true.into())];
    let open = authority.offer(*holder.commitment(), values, LIFE, NOW, rng).unwrap();
    let bytes = open.offer().to_bytes();
    let offer = Received::<IssuanceOffer>::from_authority(list, list.host(), &bytes).unwrap();
    let (request, pending) = holder.request_credential(&offer, NOW, rng).unwrap();
    let request = IssuanceRequest::from_bytes(request.as_bytes()).unwrap();
    let unissued = authority.check_issuance(&open, &request, NOW).unwrap();
    let issued = pending.finish(&unissued.issue_if(true).unwrap()).unwrap();
    let (request, offered) = holder.request_evidence(&issued, rng).unwrap();
    let (session, commitments) = authority.open_evidence(&request, rng).unwrap();
    let (challenges, challenged) = offered.challenge(&commitments, rng).unwrap();
    let batch = challenged.finish(&authority.respond(session, &challenges).unwrap()).unwrap();
    let (credential, mut evidence) = issued.complete([batch]).unwrap();

    let verifier = verifier(&authority);
    let platform = Platform::new(list.clone(), *verifier.platform());
    let request = platform.request(Purpose::Login).build(NOW, rng).unwrap();
    let from_host = Received::<Request>::from_host(platform.id(), &request.to_bytes()).unwrap();
    let consent = Consent::to_answer(&from_host);
    let answer = holder.present(&credential, evidence.remove(0), consent, NOW, rng).unwrap();
    let presentation = Presentation::from_bytes(answer.as_bytes()).unwrap();
    let fitting = presentation.fit(&verifier, &request, NOW).unwrap();
    let proofs = [
        (fitting.evidence_challenge, &presentation.evidence.proof.responses[..]),
        (fitting.challenge, &presentation.proof.responses[..]),
    ];
    let list = proofs.map(|(c, responses)| [&[c], responses].concat()).concat();
    let begun = || Transcript::new("fold");
    assert_eq!(fitting.scalars(begun()).h64(), begun().scalars(&list).h64());

    let request = platform.request_login(Purpose::Login).build(NOW, rng).unwrap();
    let from_host = Received::<Request>::from_host(platform.id(), &request.to_bytes()).unwrap();
    let answer = holder.log_in(Consent::to_answer(&from_host), NOW, rng).unwrap();
    let login = Login::from_bytes(answer.as_bytes()).unwrap();
    let fitting = login.fit(&verifier, &request, NOW).unwrap();
    let list = [&[fitting.challenge], &login.proof.responses[..]].concat();
    assert_eq!(fitting.scalars(begun()).h64(), begun().scalars(&list).h64());
}
