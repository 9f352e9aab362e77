//! enrollment.json (SPEC §7).

use pairnym::{
    EnrollmentRequest, EnrollmentTicket, MemoryRegistry, Message, PersonId, Reenrollment,
};

use crate::formulas::{Hash, Sigma, Wire, encode, holder_secrets, opening_bases, sum};
use crate::json::{Json, check, list};
use crate::setting::{AUTHORITY, MASTER, OTHER_MASTER, SEED, authority, holder, run, tossed};

#[test]
fn enrollment_json() {
    let cases = [(MASTER, AUTHORITY), (OTHER_MASTER, "a")];
    let enrollments = cases.iter().map(|(master, id)| enrollment(*master, id));
    check(
        "enrollment.json",
        "7",
        "Tickets and their answers. In every proof, the transcript is its label and the encoded \
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

    let authority = authority(&SEED, id, &[], 1);
    let known_ticket = tossed(&nonce, |rng| authority.invite(transaction, rng));
    assert_eq!(known_ticket.to_bytes(), ticket);
    assert_eq!(EnrollmentTicket::from_bytes(&ticket).unwrap(), known_ticket);
    let holder = holder(master, &[authority.parameters()]);
    let known_request = tossed(&coins, |rng| holder.enroll(&known_ticket, rng)).unwrap();
    assert_eq!(known_request.to_bytes(), request);
    assert_eq!(EnrollmentRequest::from_bytes(&request).unwrap(), known_request);
    let mut registry = MemoryRegistry::new(Reenrollment::Refused);
    let person = PersonId([0; 32]);
    let registered =
        authority.enroll(&known_ticket, &known_request, person, &mut registry).unwrap();
    assert_eq!(registered.to_bytes(), encode(&C_u));

    object! {
        "master_secret": master,
        "authority_id": id,
        "transaction": transaction,
        "nonce": nonce,
        "ticket": ticket,
        "C_u": C_u,
        "proof": proof.json(),
        "request": request,
    }
}
