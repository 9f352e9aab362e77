//! The formulas of SPEC, written down a second time: nothing here but `expand_message_xmd`, which
//! RFC 9380's vectors test, HKDF and the group comes from a library.

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT;
use curve25519_dalek::ristretto::CompressedRistretto;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity;
use hkdf::Hkdf;
use pairnym::attribute::Value;
use pairnym::hazmat::expand_message_xmd;
use sha2::Sha512;

use crate::json::{Json, list};

pub const G: RistrettoPoint = RISTRETTO_BASEPOINT_POINT;

pub fn encode(point: &RistrettoPoint) -> [u8; 32] {
    point.compress().to_bytes()
}

/// 64 bytes as a little-endian integer, mod p.
pub fn wide(bytes: &[u8]) -> Scalar {
    Scalar::from_bytes_mod_order_wide(bytes.try_into().unwrap())
}

/// Σ a_i B_i.
pub fn sum<'a>(
    scalars: impl IntoIterator<Item = &'a Scalar>,
    points: impl IntoIterator<Item = &'a RistrettoPoint>,
) -> RistrettoPoint {
    scalars.into_iter().zip(points).map(|(a, B)| a * B).sum()
}

/// A label and encoded parts (§2.2).
#[derive(Clone)]
pub struct Hash {
    label: &'static str,
    message: Vec<u8>,
}

impl Hash {
    pub fn new(label: &'static str) -> Self {
        Self { label, message: Vec::new() }
    }

    fn put(mut self, bytes: &[u8]) -> Self {
        self.message.extend_from_slice(bytes);
        self
    }

    pub fn part(self, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        self.put(&(bytes.len() as u32).to_be_bytes()).put(bytes)
    }

    pub fn optional(self, bytes: Option<&[u8]>) -> Self {
        match bytes {
            Some(bytes) => self.part(bytes),
            None => self.put(&[0xff; 4]),
        }
    }

    /// The number of elements of a list, which follow as parts.
    pub fn count(self, elements: usize) -> Self {
        self.put(&(elements as u32).to_be_bytes())
    }

    pub fn list<T: AsRef<[u8]>>(self, elements: &[T]) -> Self {
        elements.iter().fold(self.count(elements.len()), Self::part)
    }

    pub fn u32(self, integer: u32) -> Self {
        self.part(integer.to_be_bytes())
    }

    pub fn u64(self, integer: u64) -> Self {
        self.part(integer.to_be_bytes())
    }

    pub fn point(self, point: &RistrettoPoint) -> Self {
        self.part(encode(point))
    }

    pub fn points<'a>(self, points: impl IntoIterator<Item = &'a RistrettoPoint>) -> Self {
        points.into_iter().fold(self, Self::point)
    }

    pub fn scalar(self, scalar: &Scalar) -> Self {
        self.part(scalar.as_bytes())
    }

    fn expand<const N: usize>(&self) -> [u8; N] {
        expand_message_xmd(format!("pairnym-v1/{}", self.label).as_bytes(), &self.message)
    }

    pub fn h32(&self) -> [u8; 32] {
        self.expand()
    }

    pub fn h64(&self) -> [u8; 64] {
        self.expand()
    }

    pub fn h2s(&self) -> Scalar {
        wide(&self.h64())
    }

    pub fn h2g(&self) -> RistrettoPoint {
        RistrettoPoint::from_uniform_bytes(&self.h64())
    }

    /// Label, message and H64.
    pub fn json(&self) -> Json {
        object! { "label": self.label, "message": &self.message, "h64": self.h64() }
    }
}

/// HKDF-SHA-512 (RFC 5869).
pub fn hkdf(salt: &str, ikm: &[u8], info: &[u8], length: usize) -> Vec<u8> {
    let mut okm = vec![0; length];
    Hkdf::<Sha512>::new(Some(salt.as_bytes()), ikm).expand(info, &mut okm).unwrap();
    okm
}

/// x, k_e and X (§4.1).
pub struct Key {
    pub okm: Vec<u8>,
    pub x: Scalar,
    pub X: RistrettoPoint,
}

impl Key {
    pub fn new(seed: &[u8; 32]) -> Self {
        let okm = hkdf("pairnym-v1/authority-seed", seed, b"pairnym-v1/authority-key", 128);
        let x = wide(&okm[..64]);
        Self { okm, x, X: x * G }
    }

    pub fn k_e(&self) -> &[u8] {
        &self.okm[64..]
    }
}

/// The MAC in an encoded credential (§14.16).
pub struct Mac {
    pub A: RistrettoPoint,
    pub e: Scalar,
    pub W: RistrettoPoint,
}

impl Mac {
    pub fn read(credential: &[u8]) -> Self {
        Self { A: point(credential, 74), e: scalar(credential, 106), W: point(credential, 138) }
    }
}

/// The key of a holder's stored forms (§5.1).
pub fn storage_key(master: &[u8; 32], authority: &str) -> [u8; 32] {
    let info = format!("pairnym-v1/storage-key{authority}");
    hkdf("pairnym-v1/master-secret", master, info.as_bytes(), 32).try_into().unwrap()
}

/// The MAC of a stored form is H32 of this (§14.16).
pub fn stored_hash(key: &[u8; 32], authority: &str, encoding: &[u8]) -> Hash {
    Hash::new("stored").part(key).part(authority).part(encoding)
}

/// An encoding and its MAC.
pub fn stored(key: &[u8; 32], authority: &str, encoding: &[u8]) -> Vec<u8> {
    [encoding, &stored_hash(key, authority, encoding).h32()].concat()
}

/// §8.4.
pub fn credential_id(encoding: &[u8]) -> [u8; 32] {
    Hash::new("credential").part(encoding).h32()
}

/// The point at this place of a message.
pub fn point(message: &[u8], at: usize) -> RistrettoPoint {
    CompressedRistretto(message[at..at + 32].try_into().unwrap()).decompress().unwrap()
}

/// The scalar at this place of a message.
pub fn scalar(message: &[u8], at: usize) -> Scalar {
    Scalar::from_canonical_bytes(message[at..at + 32].try_into().unwrap()).unwrap()
}

/// U_0 … U_6, V (§2.4): the bases of an opening.
pub fn opening_bases() -> Vec<RistrettoPoint> {
    (0..7).map(|k| generator("U", k)).chain([generator("V", 0)]).collect()
}

/// §2.4.
pub fn generator(name: &str, index: u32) -> RistrettoPoint {
    Hash::new("generator").part(name).u32(index).h2g()
}

/// H_0 … H_{count − 1} (§2.4).
pub fn attribute_bases(count: usize) -> Vec<RistrettoPoint> {
    (0..count as u32).map(|i| generator("H", i)).collect()
}

/// P_s and z_s (§3.3).
pub fn scope(authority: &str, platform: &str, label: Option<&str>) -> (RistrettoPoint, Scalar) {
    let hash =
        |name| Hash::new(name).part(authority).part(platform).optional(label.map(str::as_bytes));
    (hash("pseudonym-base").h2g(), hash("pseudonym-point").h2s())
}

/// B_t (§4.4).
pub fn credential_base(params_id: &[u8; 32], epoch: u64) -> RistrettoPoint {
    Hash::new("credential-base").part(params_id).u64(epoch).h2g()
}

/// u_0 … u_6, v (§5.1).
pub fn holder_secrets(master: &[u8; 32], authority: &str) -> Vec<Scalar> {
    let info = format!("pairnym-v1/holder-secrets{authority}");
    let okm = hkdf("pairnym-v1/master-secret", master, info.as_bytes(), 512);
    okm.chunks(64).map(wide).collect()
}

/// f(z), as the sum that SPEC writes (§5.2).
pub fn f(secrets: &[Scalar], z: &Scalar) -> Scalar {
    let mut power = Scalar::ONE;
    let mut sum = Scalar::ZERO;
    for u in &secrets[..7] {
        sum += u * power;
        power *= z;
    }
    sum
}

/// The values 0 … count − 1 of §6.3.
pub fn hedged(
    transcript: &Hash,
    witnesses: &[Scalar],
    coins: Option<&[u8]>,
    count: u32,
) -> Vec<Scalar> {
    let encoded: Vec<_> = witnesses.iter().map(Scalar::to_bytes).collect();
    let hash = Hash::new("nonce").part(transcript.h64()).list(&encoded).optional(coins);
    (0..count).map(|i| hash.clone().u32(i).h2s()).collect()
}

/// A proof with everything that it was made of (§6.2).
pub struct Sigma {
    pub transcript: Hash,
    pub witnesses: Vec<Scalar>,
    pub coins: Option<Vec<u8>>,
    pub nonces: Vec<Scalar>,
    pub commitments: Vec<RistrettoPoint>,
    pub challenge: Scalar,
    pub responses: Vec<Scalar>,
}

impl Sigma {
    pub fn prove(
        transcript: Hash,
        witnesses: Vec<Scalar>,
        coins: Option<&[u8]>,
        phi: impl Fn(&[Scalar]) -> Vec<RistrettoPoint>,
    ) -> Self {
        let nonces = hedged(&transcript, &witnesses, coins, witnesses.len() as u32);
        let commitments = phi(&nonces);
        let challenge = transcript.clone().points(&commitments).h2s();
        let response = |(n, w): (&Scalar, &Scalar)| n + challenge * w;
        let responses: Vec<_> = nonces.iter().zip(&witnesses).map(response).collect();
        let coins = coins.map(<[u8]>::to_vec);
        Self { transcript, witnesses, coins, nonces, commitments, challenge, responses }
    }

    /// The verifier's equations: φ_j(ŵ) − c·Y_j − T_{j+1} = O.
    pub fn holds(
        &self,
        phi: impl Fn(&[Scalar]) -> Vec<RistrettoPoint>,
        targets: &[RistrettoPoint],
    ) -> bool {
        let left = phi(&self.responses);
        let mut equations = left.iter().zip(targets).zip(&self.commitments);
        equations.all(|((left, Y), T)| (left - self.challenge * Y - T).is_identity())
    }

    /// Commitments and responses one after the other, as most messages have them.
    pub fn wire(&self, message: Wire) -> Wire {
        message.points(&self.commitments).scalars(&self.responses)
    }

    pub fn json(&self) -> Json {
        object! {
            "transcript": self.transcript.json(),
            "witnesses": list(&self.witnesses),
            "coins": self.coins.as_ref(),
            "nonces": list(&self.nonces),
            "commitments": list(&self.commitments),
            "challenge": self.challenge,
            "responses": list(&self.responses),
        }
    }
}

/// The bytes of a message (§14).
#[derive(Clone)]
pub struct Wire(Vec<u8>);

impl Wire {
    /// Version and kind.
    pub fn new(kind: u8) -> Self {
        Self(vec![1, kind])
    }

    pub fn put(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.0.extend_from_slice(bytes.as_ref());
        self
    }

    pub fn u8(self, integer: u8) -> Self {
        self.put([integer])
    }

    pub fn u32(self, integer: u32) -> Self {
        self.put(integer.to_be_bytes())
    }

    pub fn u64(self, integer: u64) -> Self {
        self.put(integer.to_be_bytes())
    }

    /// A length byte and a text.
    pub fn short(self, text: &str) -> Self {
        self.u8(text.len() as u8).put(text)
    }

    pub fn points<'a>(self, points: impl IntoIterator<Item = &'a RistrettoPoint>) -> Self {
        points.into_iter().fold(self, |wire, point| wire.put(encode(point)))
    }

    pub fn scalars<'a>(self, scalars: impl IntoIterator<Item = &'a Scalar>) -> Self {
        scalars.into_iter().fold(self, |wire, scalar| wire.put(scalar.as_bytes()))
    }

    pub fn bytes(self) -> Vec<u8> {
        self.0
    }
}

/// The tag byte and the content of a value (§4.2).
pub fn encode_value(value: &Value) -> Vec<u8> {
    match value {
        Value::Absent => vec![0],
        Value::Flag(flag) => vec![1, u8::from(*flag)],
        Value::Integer(integer) => [&[2][..], &integer.to_be_bytes()].concat(),
        Value::Text(text) => [&[3, text.len() as u8], text.as_bytes()].concat(),
        _ => panic!("a kind of value that version 1 does not have"),
    }
}

/// m (§4.2).
pub fn value_scalar(value: &Value) -> Scalar {
    match value {
        Value::Absent => Hash::new("attribute-absent").h2s(),
        Value::Flag(flag) => Scalar::from(u64::from(*flag)),
        Value::Integer(integer) => Scalar::from(*integer),
        Value::Text(text) => Hash::new("attribute-text").part(text).h2s(),
        _ => panic!("a kind of value that version 1 does not have"),
    }
}
