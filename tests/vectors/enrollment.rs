//! enrollment.json (SPEC §7).

use pairnym::{
    Message, PersonId, TransactionId,
    authority::{Authority, AuthorityKey, OpenTicket},
    message::EnrollmentRequest,
    store::{MemoryRegistry, Reenrollment},
};
use pairnym_testkit::{NOW, TEN_MINUTES, received_ticket};

use crate::formulas::{Hash, Sigma, Wire, encode, holder_secrets, opening_bases, stored, sum};
use crate::json::{Json, check, list};
use crate::parameter_list::{List, Parameters};
use crate::setting::{
    AUTHORITY, MASTER, OTHER_MASTER, SEED, STORAGE_KEY, authority_storage, holder, run, tossed,
};

#[test]
fn enrollment_json() {
    let cases = [(MASTER, AUTHORITY), (OTHER_MASTER, "a")];
    let enrollments = cases.iter().map(|(master, id)| enrollment(*master, id));
    check(
        "enrollment.json",
        "7",
        "Tickets, the open tickets as the authority stores them, and their answers. In every proof, the transcript is its label and the encoded \
         parts before the commitments, with their H64; coins are the 64 bytes of randomness.",
        object! { "enrollments": list(enrollments) },
    );
}

fn enrollment(master: [u8; 32], id: &str) -> Json {
    let (transaction, nonce, coins) = (run::<32>(0x41), run::<32>(0x61), run::<64>(0x05));
    let ticket = Wire::new(2).short(id).put(transaction).put(nonce).bytes();
    let secrets = holder_secrets(&master, id);
    let bases = opening_bases();
    let C_u = sum(&secrets, &bases);
    let transcript = Hash::new("enrollment").part(id).part(nonce).part(transaction).point(&C_u);
    let open = |w: &[_]| vec![sum(w, &bases)];
    let proof = Sigma::prove(transcript, secrets, Some(&coins), open);
    assert!(proof.holds(open, &[C_u]));
    let request = proof.wire(Wire::new(3).put(transaction).points([&C_u])).bytes();

    let list =
        List::first(Parameters { authority: id.into(), ..Parameters::new(&SEED, Vec::new()) });
    let authority = Authority::open(AuthorityKey::from_seed(&SEED).unwrap(), list.known()).unwrap();
    let open = tossed(&nonce, |rng| {
        authority.open_ticket(TransactionId(transaction), TEN_MINUTES, NOW, rng)
    });
    let open = open.unwrap();
    let expiry = NOW.0 + 600;
    let encoding = Wire::new(48).short(id).put(transaction).put(nonce).u64(expiry).bytes();
    let open_ticket = stored(&STORAGE_KEY, id, &encoding);
    assert_eq!(open.store(&authority_storage(id)), open_ticket);
    let open = OpenTicket::load(&open_ticket, &authority_storage(id)).unwrap();
    assert_eq!(open.ticket().to_bytes(), ticket);
    assert_eq!(open.expires().0, expiry);
    let received = received_ticket(&list.known(), &open);
    let known = tossed(&coins, |rng| holder(master, &list).enroll(&received, rng)).unwrap();
    assert_eq!(known.as_bytes(), request);
    let known = EnrollmentRequest::from_bytes(&request).unwrap();
    assert_eq!(known.to_bytes(), request);
    let registry = MemoryRegistry::new(Reenrollment::Refused);
    // In its last second.
    let registered =
        authority.enroll(&open, &known, PersonId([0; 32]), open.expires(), &registry).unwrap();
    assert_eq!(registered.to_bytes(), encode(&C_u));

    object! {
        "master_secret": master,
        "authority_id": id,
        "list": list.encode(),
        "transaction": transaction,
        "nonce": nonce,
        "ticket": ticket,
        "time": NOW.0,
        "life": 600_u64,
        "expiry": expiry,
        "authority_storage_key": STORAGE_KEY,
        "open_ticket": open_ticket,
        "C_u": C_u,
        "proof": proof.json(),
        "request": request,
    }
}
