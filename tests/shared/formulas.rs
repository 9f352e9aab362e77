//! SPEC §20 once more, by its formulas: what a second computes, so that a test can have it compute
//! something else.

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use hkdf::Hkdf;
use pairnym::hazmat::{evaluate, generators, scope_base_and_point};
use sha2::Sha512;

use super::*;

/// U_k.
pub fn U(k: usize) -> RistrettoPoint {
    generators::generators(0)[2 + k]
}

pub fn encoded(point: &RistrettoPoint) -> [u8; 32] {
    point.compress().to_bytes()
}

pub fn point(bytes: &[u8]) -> RistrettoPoint {
    CompressedRistretto::from_slice(bytes).unwrap().decompress().unwrap()
}

/// Any scalar, by its number.
pub fn scalar(seed: u64) -> Scalar {
    Transcript::new("test").part(&seed.to_be_bytes()).scalar()
}

/// d (§20.1).
pub fn share(master: &MasterSecret, pairing: &PairingId) -> Scalar {
    let mut okm = [0; 64];
    let master = master.export();
    let hkdf = Hkdf::<Sha512>::new(Some(b"pairnym-v1/share-master"), &master[..]);
    let info: [&[u8]; 3] = [b"pairnym-v1/share", &pairing.0, AUTHORITY.as_bytes()];
    hkdf.expand_multi_info(&info, &mut okm).unwrap();
    Scalar::from_bytes_mod_order_wide(&okm)
}

/// The lead's own secrets.
pub fn secrets(master: &MasterSecret) -> HolderSecrets {
    HolderSecrets::derive(master, &authority_id())
}

/// P_s and z_s of a platform.
pub fn scope(platform: &PlatformId) -> (RistrettoPoint, Scalar) {
    let scope = Scope::new(authority_id(), *platform, None);
    let (base, z) = scope_base_and_point(&scope);
    (*base, *z)
}

/// The 网号 of u_0 + d, u_1 …, by both master secrets of the testkit's first pair.
pub fn pseudonym(pair: &Pair, platform: &PlatformId) -> [u8; 32] {
    let (ward, guardian) = masters(1);
    let (P_s, z) = scope(platform);
    let d = share(&guardian, pair.second.pairing());
    encoded(&(P_s * (*evaluate(&secrets(&ward), &z) + d)))
}

/// The bases of an opening: U_0 … U_6, V.
fn opening_bases() -> Vec<RistrettoPoint> {
    let fixed = generators::generators(0);
    [&fixed[2..9], &fixed[1..2]].concat()
}

/// Σ w_k U_k + w_v V.
pub fn opening(w: &[Scalar]) -> RistrettoPoint {
    w.iter().zip(opening_bases()).map(|(w, base)| base * w).sum()
}

/// T and the responses of a proof of these witnesses, which are of U_0 alone or of an opening.
pub fn proof(transcript: Transcript, witnesses: &[Scalar]) -> Vec<u8> {
    let nonces: Vec<_> = (0..witnesses.len() as u64).map(|k| scalar(100 + k)).collect();
    let T = encoded(&opening(&nonces));
    let c = transcript.part(&T).scalar();
    let responses = nonces.iter().zip(witnesses).map(|(n, w)| (n + c * w).to_bytes());
    [T].into_iter().chain(responses).collect::<Vec<_>>().concat()
}

/// The wire bytes of a PairingInvitation, with a proof made for this role.
pub fn invitation(role: u8, pairing: &[u8; 32], channel: &[u8; 32], d: &Scalar) -> Vec<u8> {
    let D = encoded(&(U(0) * d));
    let transcript = Transcript::new("share").part(&[role]).part(AUTHORITY.as_bytes());
    let transcript = transcript.part(pairing).part(channel).part(&D);
    let authority = [&[AUTHORITY.len() as u8], AUTHORITY.as_bytes()].concat();
    [&[1, 24], &authority[..], pairing, channel, &D, &proof(transcript, &[*d])].concat()
}

/// x.
pub fn committed(invitation: &[u8]) -> [u8; 32] {
    Transcript::new("share-commitment").part(invitation).h32()
}

/// The wire bytes of a PairingAnswer about any point, with a proof of these witnesses made for this
/// role and this x.
pub fn answer(
    role: u8,
    pairing: &[u8; 32],
    x: &[u8; 32],
    channel: &[u8; 32],
    C_1: &RistrettoPoint,
    witnesses: &[Scalar],
) -> Vec<u8> {
    let C_1 = encoded(C_1);
    let transcript = Transcript::new("share").part(&[role]).part(AUTHORITY.as_bytes());
    let transcript = transcript.part(pairing).part(x).part(channel).part(&C_1);
    [&[1, 25], &pairing[..], channel, &C_1, &proof(transcript, witnesses)].concat()
}

/// The six digits.
pub fn code(invitation: &[u8], answer: &[u8]) -> String {
    let hash = Transcript::new("share-code").part(invitation).part(answer).h64();
    // 256^i mod 10^6, from the lowest byte up.
    let powers = std::iter::successors(Some(1u64), |power| Some(power * 256 % 1_000_000));
    let sum: u64 = hash.iter().zip(powers).map(|(byte, power)| u64::from(*byte) * power).sum();
    format!("{:06}", sum % 1_000_000)
}

pub fn number(bytes: &[u8]) -> Scalar {
    Scalar::from_canonical_bytes(bytes.try_into().unwrap()).unwrap()
}

/// h of a CoRequest, N_2 and T_G.
pub fn session(
    request: &[u8],
    N_2: Option<&RistrettoPoint>,
    T_G: &[RistrettoPoint],
) -> CoSessionId {
    let N_2 = N_2.map(encoded);
    let about = Transcript::new("co-commitment").part(request);
    let about = about.optional(N_2.as_ref().map(|N_2| &N_2[..]));
    CoSessionId(T_G.iter().fold(about, |list, T| list.part(&encoded(T))).h32())
}

/// The bytes of a CoApproval.
pub fn approval(pairing: &PairingId, h: &CoSessionId, N_2: Option<&RistrettoPoint>) -> Vec<u8> {
    let head = [&[1, 28], &pairing.0[..], &h.0].concat();
    match N_2 {
        None => [&head[..], &[0]].concat(),
        Some(N_2) => [&head[..], &[1], &encoded(N_2)].concat(),
    }
}

/// The bytes of a CoAnswer.
pub fn co_answer(h: &CoSessionId, T_G: &[RistrettoPoint], z: &Scalar) -> Vec<u8> {
    let T_G_bytes = T_G.iter().map(encoded).collect::<Vec<_>>().concat();
    [&[1, 30], &h.0[..], &[T_G.len() as u8], &T_G_bytes, z.as_bytes()].concat()
}

/// c of an enrollment (§7).
pub fn enrollment_challenge(
    ticket: &EnrollmentTicket,
    C_u: &RistrettoPoint,
    T: &RistrettoPoint,
) -> Scalar {
    // authority id, transaction, nonce.
    let bytes = ticket.to_bytes();
    let (transaction, nonce) = bytes[bytes.len() - 64..].split_at(32);
    let transcript = Transcript::new("enrollment").part(AUTHORITY.as_bytes()).part(nonce);
    transcript.part(transaction).part(&encoded(C_u)).part(&encoded(T)).scalar()
}

/// The bytes of an EnrollmentRequest.
pub fn enrollment(
    ticket: &EnrollmentTicket,
    C_u: &RistrettoPoint,
    T: &RistrettoPoint,
    w: &[Scalar],
) -> Vec<u8> {
    let bytes = ticket.to_bytes();
    let transaction = &bytes[bytes.len() - 64..][..32];
    let w = w.iter().flat_map(Scalar::to_bytes).collect::<Vec<_>>();
    [&[1, 3], transaction, &encoded(C_u), &encoded(T), &w].concat()
}

/// c of a login (§13).
pub fn login_challenge(request: &Request, N: &RistrettoPoint, T: &RistrettoPoint) -> Scalar {
    let transcript = Transcript::new("login").part(&request.digest().0);
    transcript.part(&encoded(N)).part(&encoded(T)).scalar()
}

/// The bytes of a Login.
pub fn login(request: &Request, N: &RistrettoPoint, T: &RistrettoPoint, s: &Scalar) -> Vec<u8> {
    [&[1, 13], &request.nonce().0[..], &encoded(N), &encoded(T), s.as_bytes()].concat()
}
