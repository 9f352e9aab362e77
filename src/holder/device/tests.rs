//! Faults planted in the memory of a device, at each step of SPEC §8.4 and §11: nothing false
//! leaves it, and the evidence comes back or is used up as §15.2 says.

use alloc::vec;
use core::time::Duration;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT as G;
use curve25519_dalek::scalar::Scalar;

use super::*;
use crate::answer::verification::{verify_login_alone, verify_presentation_alone};
use crate::group::transcript::Transcript;
use crate::parameters::AuthorityParameters;
use crate::request::message::Request;
use crate::wire::{Body, Message, decode, encode};
use crate::{
    Purpose, Schema, TransactionId,
    attribute::{Condition, Kind, Value},
    authority::{Authority, AuthorityKey},
    holder::EvidenceBatch,
    platform::Platform,
    store::MemoryNonces,
};

const NOW: UnixTime = UnixTime(1_800_000_000);
const DAY: Duration = Duration::from_secs(86_400);
const LIFE: Duration = Duration::from_secs(600);

fn seeded(seed: u64) -> ChaCha12Rng {
    ChaCha12Rng::seed_from_u64(seed)
}

/// A device that works, an authority, and a platform with one request.
struct World {
    authority: Authority,
    holder: Holder,
    platform: Platform,
    request: Request,
    credential: Credential,
    evidence: Vec<Evidence>,
}

fn device(seed: u8, list: &ParameterList) -> Holder {
    Holder::new(&MasterSecret::import([seed; 32]), list.clone()).unwrap()
}

fn open_offer(authority: &Authority, holder: &Holder) -> crate::authority::OpenOffer {
    let values = [
        ("age_over_18", true.into()),
        ("assurance", 3.into()),
        ("region", Value::from("上海")),
        ("note", Value::Absent),
    ];
    authority.offer(holder.commitment, values, LIFE, NOW, &mut seeded(1)).unwrap()
}

fn received_offer(
    list: &ParameterList,
    open: &crate::authority::OpenOffer,
) -> Received<IssuanceOffer> {
    let bytes = open.offer().to_bytes();
    Received::<IssuanceOffer>::from_authority(list, list.host(), &bytes).unwrap()
}

fn issued(authority: &Authority, holder: &Holder) -> IssuedCredential {
    let open = open_offer(authority, holder);
    let offer = received_offer(authority.list(), &open);
    let (request, pending) = holder.request_credential(&offer, NOW, &mut seeded(2)).unwrap();
    let request = IssuanceRequest::from_bytes(request.as_bytes()).unwrap();
    let unissued = authority.check_issuance(&open, &request, NOW).unwrap();
    pending.finish(&unissued.issue_if(true).unwrap()).unwrap()
}

fn batch(authority: &Authority, holder: &Holder, issued: &IssuedCredential) -> EvidenceBatch {
    let rng = &mut seeded(3);
    let (request, offered) = holder.request_evidence(issued, rng).unwrap();
    let (session, commitments) = authority.open_evidence(&request, rng).unwrap();
    let (challenges, challenged) = offered.challenge(&commitments, rng).unwrap();
    challenged.finish(&authority.respond(session, &challenges).unwrap()).unwrap()
}

impl World {
    fn new() -> Self {
        let key = AuthorityKey::from_seed(&[1; 32]).unwrap();
        let schema = Schema::new([
            ("age_over_18", Kind::Flag),
            ("assurance", Kind::Integer),
            ("region", Kind::Text),
            ("note", Kind::Text),
        ]);
        let id = "authority.example".parse().unwrap();
        let parameters = AuthorityParameters::new(&key, id, DAY, 1, schema.unwrap()).unwrap();
        let (since, until) = (UnixTime(NOW.0 - 86_400), NOW.after(10 * DAY).unwrap());
        let host = "id.authority.example".parse().unwrap();
        let list = ParameterList::first(host, since..until, UnixTime(0), parameters).unwrap();
        let authority = Authority::open(key, list.clone()).unwrap();
        let holder = device(2, &list);
        let platform = Platform::new(list, "shop.example".parse().unwrap());
        let request = platform
            .request(Purpose::Registration)
            .disclose("age_over_18")
            .disclose("assurance")
            .require("assurance", Condition::AtLeast(2))
            .build(NOW, &mut seeded(4))
            .unwrap();
        let issued = issued(&authority, &holder);
        let batch = batch(&authority, &holder, &issued);
        let (credential, evidence) = issued.complete([batch]).unwrap();
        Self { authority, holder, platform, request, credential, evidence }
    }

    fn received(&self, request: &Request) -> Received<Request> {
        Received::<Request>::from_host(self.platform.id(), &request.to_bytes()).unwrap()
    }

    /// What leaves the device.
    fn present(
        &self,
        credential: &Credential,
        item: Evidence,
    ) -> Result<Outgoing<Presentation>, PresentError> {
        self.present_with(credential, item, &mut seeded(5))
    }

    fn present_with(
        &self,
        credential: &Credential,
        item: Evidence,
        rng: &mut ChaCha12Rng,
    ) -> Result<Outgoing<Presentation>, PresentError> {
        let from_host = self.received(&self.request);
        let consent = Consent::to_disclose(&from_host);
        self.holder.present(credential, item, consent, NOW, rng)
    }

    fn accepts(&self, answer: &Outgoing<Presentation>) -> bool {
        let answer = Presentation::from_bytes(answer.as_bytes()).unwrap();
        self.platform.verify(&self.request, &answer, NOW, &MemoryNonces::new(1)).is_ok()
    }

    fn login(&self) -> Result<Outgoing<Login>, Error> {
        let asked = self.platform.request_login(Purpose::Login).build(NOW, &mut seeded(6)).unwrap();
        let from_host = self.received(&asked);
        self.holder.log_in(Consent::to_answer(&from_host), NOW, &mut seeded(7))
    }

    fn enroll(&self) -> Result<Outgoing<EnrollmentRequest>, Error> {
        let list = self.authority.list();
        let transaction = TransactionId([8; 32]);
        let open = self.authority.open_ticket(transaction, LIFE, NOW, &mut seeded(8)).unwrap();
        let bytes = open.ticket().to_bytes();
        let ticket = Received::<EnrollmentTicket>::from_authority(list, list.host(), &bytes);
        self.holder.enroll(&ticket.unwrap(), &mut seeded(9))
    }

    fn accept(
        &self,
        open: &crate::authority::OpenOffer,
    ) -> Result<Outgoing<IssuanceRequest>, Error> {
        let offer = received_offer(self.authority.list(), open);
        self.holder.request_credential(&offer, NOW, &mut seeded(2)).map(|(request, _)| request)
    }
}

/// A copy, by its encoding alone: without MAC and checks.
fn copied<B: Body>(body: &B) -> B {
    decode(&encode(body)).unwrap()
}

/// A copy in which some bytes of the encoding are others, if it still is one.
fn changed<B: Body>(body: &B, change: impl FnOnce(&mut [u8])) -> Option<B> {
    let mut bytes = encode(body);
    change(&mut bytes);
    decode(&bytes).ok()
}

#[test]
fn without_a_fault_everything_leaves() {
    let mut world = World::new();
    let item = world.evidence.pop().unwrap();
    let answer = world.present(&world.credential, item).unwrap();
    assert!(world.accepts(&answer));
    // As a copy without MAC is as good as the original, faults are what the others find.
    let item = copied(&world.evidence.pop().unwrap());
    let answer = world.present(&copied(&world.credential), item).unwrap();
    assert!(world.accepts(&answer));
    assert!(world.login().is_ok());
    assert!(world.enroll().is_ok());
    assert!(world.accept(&open_offer(&world.authority, &world.holder)).is_ok());
}

/// One field of the credential is another in memory: what is not used is no matter, what is
/// compared is refused with the evidence given back, and the rest is a fault, which uses it up.
#[test]
fn a_credential_that_is_spoilt_in_memory() {
    let mut world = World::new();
    for (field, expected) in [
        ("params_id", Some(Error::StaleCredential)),
        ("C_u", Some(Error::ForeignCredential)),
        ("lost", Some(Error::Schema)),
        ("id", Some(Error::ForeignEvidence)),
        ("epoch", Some(Error::Fault)),
        ("disclosed", Some(Error::Fault)),
        ("hidden", Some(Error::Fault)),
        ("e", Some(Error::Fault)),
        ("M", Some(Error::Fault)),
        ("A", None),
        ("W", None),
    ] {
        let mut credential = copied(&world.credential);
        credential.spoil(field);
        let item = world.evidence.pop().unwrap();
        let (before, rng) = (encode(&item), &mut seeded(5));
        let answer = world.present_with(&credential, item, rng);
        // Step 9 finds what it is about before a proof is made.
        let drawn = rng.next_u64() != seeded(5).next_u64();
        let proven = ["epoch", "disclosed", "hidden", "A", "W"].contains(&field);
        assert_eq!(drawn, proven, "{field}");
        match (answer, expected) {
            (Ok(answer), None) => assert!(world.accepts(&answer), "{field}"),
            (Err(refused), Some(expected)) => {
                assert_eq!(refused.error(), expected, "{field}");
                let back = refused.into_evidence();
                assert_eq!(back.is_none(), expected == Error::Fault, "{field}");
                assert!(back.is_none_or(|item| encode(&item) == before), "{field}");
            }
            (answer, _) => panic!("{field}: {answer:?}"),
        }
    }
    // Of the slot before, which the request lists: the statement is about another B_t.
    let mut credential = copied(&world.credential);
    credential.spoil("epoch");
    assert!(world.request.slots().contains(credential.slot()));
}

/// A credential that was spoilt before its id and M were computed, with evidence that names it:
/// every field fits every other, and still nothing false leaves, and it is not read from storage.
#[test]
fn a_credential_that_was_stored_spoilt() {
    let mut world = World::new();
    // C_u, A, e, W by their places, and a byte of the hidden text: 上 becomes another letter.
    let fields = [(42, "C_u"), (74, "A"), (106, "e"), (138, "W"), (184, "hidden")];
    let mut found = Vec::new();
    for (place, field) in fields {
        for bit in 0..256 {
            let (byte, bit) = (place + bit / 8 % 32, bit % 8);
            if field == "hidden" && byte >= place + 6 {
                continue;
            }
            let spoilt = changed(&world.credential, |bytes| bytes[byte] ^= 1 << bit);
            let Some(credential) = spoilt else { continue };
            let stored = world.holder.storage.store(&credential);
            let refused = world.holder.load_credential(&stored).unwrap_err();
            let foreign = field == "C_u";
            let expected = if foreign { Error::ForeignCredential } else { Error::Fault };
            assert_eq!(refused, expected, "{field} {byte} {bit}");
            // A few of them are tried as if they had not been checked.
            if found.iter().filter(|other| **other == field).count() < 3 {
                found.push(field);
                let item = world.evidence.pop().unwrap();
                let spoilt_id = Transcript::new("credential").part(&encode(&credential)).h32();
                let item = changed(&item, |bytes| bytes[2..34].copy_from_slice(&spoilt_id));
                let refused = world.present(&credential, item.unwrap()).unwrap_err();
                assert_eq!(refused.error(), expected, "{field} {byte} {bit}");
                assert_eq!(refused.into_evidence().is_some(), foreign);
            }
        }
    }
    found.dedup();
    assert_eq!(found, ["C_u", "A", "e", "W", "hidden"]);
}

/// One field of the evidence is another: step 9 finds ρ, Ā and B̄ before a proof is made, the check
/// of the result R̄1, R̄2 and z̄. The item is used up.
#[test]
fn evidence_that_is_spoilt() {
    let mut world = World::new();
    let point = |place: usize| {
        move |bytes: &mut [u8]| {
            let mut element = [0; 32];
            element.copy_from_slice(&bytes[place..place + 32]);
            let other = crate::group::Element::decode(element).unwrap();
            let other = crate::group::Element::new(other.point() + G).unwrap();
            bytes[place..place + 32].copy_from_slice(other.bytes());
        }
    };
    let scalar = |place: usize| {
        move |bytes: &mut [u8]| {
            let mut scalar = [0; 32];
            scalar.copy_from_slice(&bytes[place..place + 32]);
            let other = crate::group::decode_scalar(scalar).unwrap() + Scalar::from(1u64 << 9);
            bytes[place..place + 32].copy_from_slice(other.as_bytes());
        }
    };
    // Ā, B̄, R̄1, R̄2, z̄, ρ, and before them the credential's id.
    let early = |item: &Evidence, world: &World| item.check_fits(&world.credential).is_err();
    for (index, field) in ["Ā", "B̄", "R̄1", "R̄2", "z̄", "ρ"].iter().enumerate() {
        let item = world.evidence.pop().unwrap();
        let place = 34 + 32 * index;
        let item = match index {
            0..4 => changed(&item, point(place)),
            _ => changed(&item, scalar(place)),
        };
        let item = item.unwrap();
        assert_eq!(early(&item, &world), matches!(index, 0 | 1 | 5), "{field}");
        let rng = &mut seeded(5);
        let refused = world.present_with(&world.credential, item, rng).unwrap_err();
        assert_eq!(refused.error(), Error::Fault, "{field}");
        assert!(refused.into_evidence().is_none(), "{field}");
        // Before a proof is made nothing is drawn.
        assert_eq!(rng.next_u64() == seeded(5).next_u64(), matches!(index, 0 | 1 | 5), "{field}");
    }
    let item = changed(&world.evidence.pop().unwrap(), |bytes| bytes[2] ^= 1).unwrap();
    let refused = world.present(&world.credential, item).unwrap_err();
    assert_eq!(refused.error(), Error::ForeignEvidence);
    assert!(refused.into_evidence().is_some());
}

/// The device's own tables and secrets are spoilt: whatever needs them makes a false statement,
/// and no message with it leaves.
#[test]
fn a_device_whose_memory_is_spoilt() {
    let mut world = World::new();
    let open = open_offer(&world.authority, &world.holder);
    let whole = issued(&world.authority, &world.holder);
    // All but G, which a holder does not multiply: V, U_0 … U_6; H_0 … H_3. With tables, these and
    // the points differ.
    for (place, prepared) in (1..13).flat_map(|place| [(place, false), (place, true)]) {
        if prepared {
            world.holder.prepare();
        }
        world.holder.generators.spoil(place);
        let opening = (1..9).contains(&place);
        let fault = opening.then_some(Error::Fault);
        assert_eq!(world.enroll().err(), fault, "{place}");
        assert_eq!(world.accept(&open).err(), fault, "{place}");
        // The absent note too is a scalar.
        let refused = world.holder.request_evidence(&whole, &mut seeded(10)).err();
        let attribute = (!opening).then_some(Error::Fault);
        assert_eq!(refused, attribute, "{place}");
        let item = world.evidence.pop().unwrap();
        // Disclosed values are multiplied in the check alone: with a table, which is whole.
        match world.present(&world.credential, item) {
            Ok(answer) => assert!(prepared && [9, 10].contains(&place) && world.accepts(&answer)),
            Err(refused) => {
                assert_eq!(refused.error(), Error::Fault);
                assert!(refused.into_evidence().is_none());
            }
        }
        assert!(world.login().is_ok(), "a login needs none of them");
        world.holder.generators = Generators::new(4);
    }

    let master = MasterSecret::import([3; 32]);
    let secrets = HolderSecrets::derive(&master, world.holder.list.authority());
    let secrets = core::mem::replace(&mut world.holder.secrets, secrets);
    assert_eq!(world.enroll().unwrap_err(), Error::Fault);
    assert_eq!(world.accept(&open).unwrap_err(), Error::Fault);
    let item = world.evidence.pop().unwrap();
    let refused = world.present(&world.credential, item).unwrap_err();
    assert_eq!((refused.error(), refused.into_evidence().is_none()), (Error::Fault, true));
    world.holder.secrets = secrets;

    let other = *device(3, world.authority.list()).commitment();
    let own = core::mem::replace(&mut world.holder.commitment, other);
    assert_eq!(world.enroll().unwrap_err(), Error::Fault);
    assert_eq!(world.accept(&open).unwrap_err(), Error::ForeignCommitment);
    let refused = world.holder.request_evidence(&whole, &mut seeded(10)).unwrap_err();
    assert_eq!(refused, Error::ForeignCredential);
    let stored = world.holder.store_credential(&world.credential);
    assert_eq!(world.holder.load_credential(&stored).unwrap_err(), Error::ForeignCredential);
    let item = world.evidence.pop().unwrap();
    let refused = world.present(&world.credential, item).unwrap_err();
    assert_eq!(refused.error(), Error::ForeignCredential);
    assert!(refused.into_evidence().is_some());
    world.holder.commitment = own;

    let item = world.evidence.pop().unwrap();
    let answer = world.present(&world.credential, item).unwrap();
    assert!(world.accepts(&answer), "whole again");
}

/// The list in memory is another's: its host or its authority is not whom the message came from.
#[test]
fn a_device_with_another_authoritys_list() {
    let mut world = World::new();
    let open = open_offer(&world.authority, &world.holder);
    let key = AuthorityKey::from_seed(&[1; 32]).unwrap();
    let with = |id: &str, host: &str| {
        let schema = Schema::new([]).unwrap();
        let parameters = AuthorityParameters::new(&key, id.parse().unwrap(), DAY, 1, schema);
        let until = NOW.after(10 * DAY).unwrap();
        let host = host.parse().unwrap();
        ParameterList::first(host, NOW..until, UnixTime(0), parameters.unwrap()).unwrap()
    };
    for (id, host) in
        [("authority.example", "id.other.example"), ("other.example", "id.authority.example")]
    {
        let own = core::mem::replace(&mut world.holder.list, with(id, host));
        assert_eq!(world.enroll().unwrap_err(), Error::ForeignAuthority);
        let refused = world.accept(&open).unwrap_err();
        let other_host = host == "id.other.example";
        let expected = if other_host { Error::ForeignAuthority } else { Error::UnpinnedParameters };
        assert_eq!(refused, expected);
        let item = world.evidence.pop().unwrap();
        let refused = world.present(&world.credential, item).unwrap_err();
        let expected = if other_host { Error::UnpinnedParameters } else { Error::ForeignAuthority };
        assert_eq!(refused.error(), expected);
        assert!(refused.into_evidence().is_some());
        let login = world.login().err();
        assert_eq!(login, (!other_host).then_some(Error::ForeignAuthority));
        // Also if it rots after the request was checked, and before it is read again.
        let again = world.holder.again(&world.received(&world.request));
        assert_eq!(again.err(), (!other_host).then_some(Error::Fault));
        world.holder.list = own;
    }
}

/// What is checked and what was encoded differ by one bit of any field of any message: it does not
/// leave, whatever the check's own error would have been.
#[test]
fn a_message_that_is_spoilt_before_it_leaves() {
    let mut world = World::new();
    let (fixed, list) = (world.holder.generators.fixed(), world.authority.list());
    let parameters = world.authority.parameters();

    let item = world.evidence.pop().unwrap();
    let answer = world.present(&world.credential, item).unwrap();
    let check = |presentation: &Presentation| {
        let request = &world.request;
        verify_presentation_alone(presentation, request, parameters, fixed).map(|_| ())
    };
    spoilt_does_not_leave::<Presentation>(answer.as_bytes(), check);

    let asked = world.platform.request_login(Purpose::Login).build(NOW, &mut seeded(6)).unwrap();
    let login = world.login().unwrap();
    spoilt_does_not_leave::<Login>(login.as_bytes(), |login| verify_login_alone(login, &asked));

    let rng = &mut seeded(8);
    let open = world.authority.open_ticket(TransactionId([8; 32]), LIFE, NOW, rng).unwrap();
    let request = world.enroll().unwrap();
    spoilt_does_not_leave::<EnrollmentRequest>(request.as_bytes(), |request| {
        request.verify(open.ticket(), fixed)
    });

    let open = open_offer(&world.authority, &world.holder);
    let request = world.accept(&open).unwrap();
    let offer = received_offer(list, &open);
    spoilt_does_not_leave::<IssuanceRequest>(request.as_bytes(), |request| {
        request.verify(&offer, fixed)
    });
}

/// One bit in each third byte, so that every field has some of them.
fn spoilt_does_not_leave<M: Message>(bytes: &[u8], check: impl Fn(&M) -> Result<(), Error>) {
    let message = M::from_bytes(bytes).unwrap();
    let out = Outgoing::checked(&message, &check).unwrap();
    assert_eq!(out.as_bytes(), bytes);
    let mut decodable = 0;
    for place in (2..bytes.len()).step_by(3) {
        let spoilt = changed(&message, |bytes| bytes[place] ^= 1 << (place % 8));
        let Some(spoilt) = spoilt else { continue };
        decodable += 1;
        assert_eq!(Outgoing::checked(&spoilt, &check).unwrap_err(), Error::Fault, "{place}");
    }
    assert!(decodable > 10, "{decodable}");
}

/// The offer that the holder has seen and the one that is read again differ.
#[test]
fn an_offer_that_is_spoilt_in_memory() {
    let world = World::new();
    let open = open_offer(&world.authority, &world.holder);
    let parameters = world.authority.parameters();
    let Holder { secrets, generators, .. } = &world.holder;
    let request = |offer: &IssuanceOffer, again: &IssuanceOffer| {
        let rng = &mut seeded(11);
        AwaitingIssuance::request(offer, again, parameters, secrets, generators, rng).map(drop)
    };
    let offer = open.offer();
    assert_eq!(request(offer, offer), Ok(()));
    // params_id, t, nonce, C_u, and the values: no, 4, and another letter.
    let places = [2, 34 + 7, 42, 74, 108, 117, 124];
    let mut found = vec![];
    for place in places {
        for bit in 0..8 {
            let Some(other) = changed(offer, |bytes| bytes[place] ^= 1 << bit) else { continue };
            assert_eq!(request(&other, offer), Err(Error::Fault), "{place}");
            assert_eq!(request(offer, &other), Err(Error::Fault), "{place}");
            found.push(place);
        }
    }
    found.dedup();
    assert_eq!(found, places);
}

/// The ticket that the holder has seen and the one that is read again differ.
#[test]
fn a_ticket_that_is_spoilt_in_memory() {
    let world = World::new();
    let rng = &mut seeded(12);
    let open = world.authority.open_ticket(TransactionId([8; 32]), LIFE, NOW, rng).unwrap();
    let ticket = open.ticket();
    let Holder { secrets, commitment, generators, .. } = &world.holder;
    for place in 20..84 {
        let other = changed(ticket, |bytes| bytes[place] ^= 1).unwrap();
        let points = generators.points();
        let request = EnrollmentRequest::new(&other, secrets, commitment, points, rng).unwrap();
        let check = |request: &EnrollmentRequest| request.verify(ticket, generators.fixed());
        assert_eq!(Outgoing::checked(&request, check).unwrap_err(), Error::Fault, "{place}");
    }
}
