//! What a verifier's weights depend on.

use core::num::NonZeroU32;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::SeedableRng;

use super::*;
use crate::{
    Authority, AuthorityKey, Consent, Holder, MasterSecret, PinnedParameters, Platform, Purpose,
    Schema,
};

const NOW: UnixTime = UnixTime(1);

fn authority() -> Authority {
    let key = AuthorityKey::from_seed(&[1; 32]).unwrap();
    let id = "authority.example".parse().unwrap();
    let schema = Schema::new([("age_over_18", crate::attribute::Kind::Flag)]).unwrap();
    Authority::new(key, id, schema, NonZeroU32::MIN)
}

fn verifier(authority: &Authority) -> Verifier {
    let host = PlatformId::new("shop.example").unwrap();
    let none = RangeInclusive::new(Epoch(1), Epoch(0));
    Verifier::new(authority.parameters().clone(), host, &[], none)
}

#[test]
fn prepared_verifiers_keep_the_secret() {
    let mut verifier = verifier(&authority());
    let weights = |verifier: &Verifier| verifier.begun.weights.clone().h64();
    let without = weights(&verifier);
    verifier.set_secret(&[7; 32]);
    let with = weights(&verifier);
    assert_ne!(with, without);
    assert_eq!(weights(&verifier.prepare(&[], Epoch(3)..=Epoch(4))), with);
}

/// SPEC §6.5: a member is a list of scalars, for each of its proofs the challenge and then the
/// responses.
#[test]
fn weights_depend_on_every_challenge_and_response() {
    let rng = &mut ChaCha12Rng::seed_from_u64(1);
    let authority = authority();
    let pinned = PinnedParameters::new(authority.parameters().clone());
    let holder = Holder::new(&MasterSecret::import([2; 32]), pinned).unwrap();
    let offer = authority.offer(*holder.commitment(), alloc::vec![true.into()], NOW, rng).unwrap();
    let (request, pending) = holder.request_credential(&offer, NOW, rng).unwrap();
    let credential = pending.finish(&authority.issue(&offer, &request).unwrap()).unwrap();
    let (request, offered) = holder.request_evidence(&credential, rng).unwrap();
    let (session, commitments) = authority.open_evidence(&request, rng).unwrap();
    let (challenges, challenged) = offered.challenge(&commitments, rng).unwrap();
    let responses = authority.respond(session, &challenges).unwrap();
    let evidence = challenged.finish(&responses).unwrap().remove(0);

    let verifier = verifier(&authority);
    let platform = Platform::new(authority.parameters().clone(), *verifier.platform());
    let request = platform.request(Purpose::Login).build(NOW, rng).unwrap();
    let consent = || Consent::to_answer(&request, platform.id());
    let presentation = holder.present(&credential, evidence, consent(), NOW, rng).unwrap();
    let login = holder.log_in(consent(), NOW, rng).unwrap();

    let checked = presentation.check(&verifier, &request, NOW).unwrap();
    let proofs = [
        (checked.evidence_challenge, &presentation.evidence.proof.responses[..]),
        (checked.challenge, &presentation.proof.responses[..]),
    ];
    let list = proofs.map(|(c, responses)| [&[c], responses].concat()).concat();
    let begun = || Transcript::new("fold");
    assert_eq!(checked.scalars(begun()).h64(), begun().scalars(&list).h64());

    let checked = login.check(&verifier, &request, NOW).unwrap();
    let list = [&[checked.challenge], &login.proof.responses[..]].concat();
    assert_eq!(checked.scalars(begun()).h64(), begun().scalars(&list).h64());
}
