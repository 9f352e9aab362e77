use std::array::from_fn;

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::ristretto::CompressedRistretto;
use curve25519_dalek::scalar::Scalar;
use pairnym::hazmat::Transcript;
use pairnym::{authority::*, holder::*, message::*, *};
use pairnym_testkit::seeded;
use rand_core::Rng;

use super::{G, challenge, encode};
use crate::common::{holder_key, sealed};

/// Reads fields one after the other.
pub struct Fields<'a>(pub &'a [u8]);

impl Fields<'_> {
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let (field, rest) = self.0.split_first_chunk().expect("a message that was encoded");
        self.0 = rest;
        *field
    }

    pub fn skip(mut self, length: usize) -> Self {
        self.0 = &self.0[length..];
        self
    }

    pub fn point(&mut self) -> RistrettoPoint {
        CompressedRistretto(self.bytes()).decompress().unwrap()
    }

    pub fn scalar(&mut self) -> Scalar {
        Scalar::from_canonical_bytes(self.bytes()).unwrap()
    }

    pub fn scalars(&mut self, count: usize) -> Vec<Scalar> {
        (0..count).map(|_| self.scalar()).collect()
    }
}

/// X, as the parameters publish it.
pub fn public_key(parameters: &AuthorityParameters) -> RistrettoPoint {
    let authority = 1 + parameters.authority().as_str().len();
    Fields(&parameters.to_bytes()).skip(3 + authority).point()
}

/// A credential as the authority knows it too.
#[derive(Clone, Copy)]
pub struct Mac {
    pub A: RistrettoPoint,
    pub e: Scalar,
    pub W: RistrettoPoint,
}

impl Mac {
    /// As its holder stores it.
    pub fn of(holder: &Holder, credential: &Credential) -> Self {
        let bytes = holder.store_credential(credential);
        let mut fields = Fields(&bytes).skip(2 + 32 + 8 + 32);
        Self { A: fields.point(), e: fields.scalar(), W: fields.point() }
    }
}

/// The public part of an evidence item (SPEC §9.4).
#[derive(Clone, Copy, PartialEq)]
pub struct Shown {
    /// Ā.
    pub point: RistrettoPoint,
    /// B̄.
    pub multiple: RistrettoPoint,
    /// R̄1, R̄2.
    pub commitments: [RistrettoPoint; 2],
    /// z̄.
    pub z: Scalar,
    /// c̄.
    pub c: Scalar,
}

impl Shown {
    /// Four points and a scalar.
    pub fn read(fields: &mut Fields<'_>, X: &RistrettoPoint) -> Self {
        let [point, multiple, R1, R2] = from_fn(|_| fields.point());
        let c = Self::challenge(X, &point, &multiple, &[R1, R2]);
        Self { point, multiple, commitments: [R1, R2], z: fields.scalar(), c }
    }

    pub fn challenge(
        X: &RistrettoPoint,
        point: &RistrettoPoint,
        multiple: &RistrettoPoint,
        commitments: &[RistrettoPoint; 2],
    ) -> Scalar {
        let statement = [X, point, multiple].map(encode);
        let transcript = statement.iter().fold(Transcript::new("evidence"), |t, p| t.part(p));
        challenge(&transcript, commitments)
    }

    /// Made by one who knows x, without a session.
    pub fn forge(x: &Scalar, point: RistrettoPoint, nonce: Scalar) -> Self {
        let (multiple, commitments) = (x * point, [nonce * G, nonce * point]);
        let c = Self::challenge(&(x * G), &point, &multiple, &commitments);
        Self { point, multiple, commitments, z: nonce + c * x, c }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let [R1, R2] = &self.commitments;
        let mut bytes = [&self.point, &self.multiple, R1, R2].map(encode).concat();
        bytes.extend(self.z.as_bytes());
        bytes
    }
}

/// An evidence item with the holder's secret.
#[derive(Clone, Copy)]
pub struct Item {
    pub shown: Shown,
    pub rho: Scalar,
}

impl Item {
    /// As its holder stores it.
    pub fn of(holder: &Holder, evidence: &Evidence, X: &RistrettoPoint) -> Self {
        let bytes = holder.store_evidence(evidence);
        let mut fields = Fields(&bytes).skip(2 + 32);
        Self { shown: Shown::read(&mut fields, X), rho: fields.scalar() }
    }
}

/// What the authority sees of an evidence session.
pub struct View {
    /// A'.
    pub point: RistrettoPoint,
    /// B'.
    pub multiple: RistrettoPoint,
    pub items: Vec<ViewItem>,
}

#[derive(Clone, Copy)]
pub struct ViewItem {
    /// R1, R2.
    pub commitments: [RistrettoPoint; 2],
    pub c: Scalar,
    pub z: Scalar,
}

impl View {
    pub fn of(
        request: &EvidenceRequest,
        commitments: &EvidenceCommitments,
        challenges: &EvidenceChallenges,
        responses: &EvidenceResponses,
    ) -> Self {
        let messages = [
            request.to_bytes(),
            commitments.to_bytes(),
            challenges.to_bytes(),
            responses.to_bytes(),
        ];
        let [mut request, mut R, mut c, mut z] =
            messages.each_ref().map(|bytes| Fields(bytes).skip(2 + 32));
        let item =
            |_| ViewItem { commitments: from_fn(|_| R.point()), c: c.scalar(), z: z.scalar() };
        let items = (0..EVIDENCE_BATCH).map(item).collect();
        Self { point: request.point(), multiple: request.point(), items }
    }
}

/// An evidence request for any pair.
pub fn evidence_request(
    parameters: &AuthorityParameters,
    point: &RistrettoPoint,
    multiple: &RistrettoPoint,
) -> EvidenceRequest {
    let bytes = [&[1, 7][..], &parameters.id().0, &encode(point), &encode(multiple)].concat();
    EvidenceRequest::from_bytes(&bytes).unwrap()
}

/// Any challenges, in answer to these commitments.
pub fn evidence_challenges(open: &EvidenceCommitments, c: &[Scalar]) -> EvidenceChallenges {
    let mut bytes = [&[1, 9], &open.to_bytes()[2..34]].concat();
    bytes.extend(c.iter().flat_map(Scalar::to_bytes));
    EvidenceChallenges::from_bytes(&bytes).unwrap()
}

/// A batch of evidence, with what the authority saw of it.
pub fn fetch(
    authority: &Authority,
    holder: &Holder,
    issued: &IssuedCredential,
    seed: u64,
) -> (View, EvidenceBatch) {
    let rng = &mut seeded(seed);
    let (request, offered) = holder.request_evidence(issued, rng).unwrap();
    let (session, commitments) = authority.open_evidence(&request, rng).unwrap();
    let (challenges, challenged) = offered.challenge(&commitments, rng).unwrap();
    let responses = authority.respond(session, &challenges).unwrap();
    let view = View::of(&request, &commitments, &challenges, &responses);
    (view, challenged.finish(&responses).unwrap())
}

/// A batch of evidence for (A', B'), by a device that follows SPEC §9.3 with an (s, a, b) of the
/// caller's choice: what the authority saw, and for each item s and what a presentation shows.
pub fn device<R: Rng>(
    authority: &Authority,
    [point, multiple]: [RistrettoPoint; 2],
    rng: &mut R,
    mut blinding: impl FnMut(&mut R) -> [Scalar; 3],
) -> (View, Vec<(Scalar, Shown)>) {
    let parameters = authority.parameters();
    let X = public_key(parameters);
    let request = evidence_request(parameters, &point, &multiple);
    let (session, open) = authority.open_evidence(&request, &mut seeded(rng.next_u64())).unwrap();
    let bytes = open.to_bytes();
    let mut R = Fields(&bytes).skip(34);
    let mut items = Vec::new();
    for _ in 0..EVIDENCE_BATCH {
        let [s, a, b] = blinding(rng);
        let (shown, scaled) = (s * point, s * multiple);
        let R1 = R.point() + a * G - b * X;
        let R2 = s * (R.point() + a * point - b * multiple);
        let c = Shown::challenge(&X, &shown, &scaled, &[R1, R2]);
        // z̄ lacks the authority's z.
        items.push((
            s,
            b,
            Shown { point: shown, multiple: scaled, commitments: [R1, R2], z: a, c },
        ));
    }
    let c: Vec<_> = items.iter().map(|(_, b, shown)| shown.c - b).collect();
    let challenges = evidence_challenges(&open, &c);
    let responses = authority.respond(session, &challenges).unwrap();
    let view = View::of(&request, &open, &challenges, &responses);
    let answered = items.into_iter().zip(&view.items);
    let items =
        answered.map(|((s, _, shown), item)| (s, Shown { z: shown.z + item.z, ..shown })).collect();
    (view, items)
}

/// A request like this one that lists other slots: whoever asks writes what they like.
pub fn with_slots(request: &Request, slots: &[Slot]) -> Request {
    let bytes = request.to_bytes();
    let expiry = request.expires().0.to_be_bytes();
    let after_nonce = [&request.nonce().0[..], &expiry].concat();
    let found = bytes.windows(40).position(|window| window == after_nonce).unwrap() + 40;
    let rest = found + 1 + 40 * request.slots().len();
    let mut other = [&bytes[..found], &[slots.len() as u8]].concat();
    for slot in slots {
        other.extend(slot.parameters.0);
        other.extend(slot.epoch.0.to_be_bytes());
    }
    other.extend(&bytes[rest..]);
    Request::from_bytes(&other).unwrap()
}

/// What a platform sees of an answer, without having verified it.
#[derive(Clone)]
pub struct Presented {
    /// Of the request that it says it answers.
    pub nonce: [u8; 32],
    /// The position of its slot among the request's.
    pub slot: u8,
    /// The encoded values.
    pub disclosed: Vec<Vec<u8>>,
    pub shown: Shown,
    pub N: RistrettoPoint,
    pub T: [RistrettoPoint; 2],
    /// ρ̂, ε̂, û_0 … û_6, v̂, m̂.
    pub responses: Vec<Scalar>,
}

impl Presented {
    /// `lengths` are those of the disclosed values.
    pub fn of(presentation: &Presentation, lengths: &[usize], X: &RistrettoPoint) -> Self {
        let bytes = presentation.to_bytes();
        let mut fields = Fields(&bytes).skip(2);
        let nonce = fields.bytes();
        let [slot, count] = fields.bytes();
        assert_eq!(usize::from(count), lengths.len());
        let value = |length: &usize| (0..*length).map(|_| fields.bytes::<1>()[0]).collect();
        let disclosed = lengths.iter().map(value).collect();
        let shown = Shown::read(&mut fields, X);
        let N = fields.point();
        let T = from_fn(|_| fields.point());
        let mut responses = fields.scalars(10);
        let [hidden] = fields.bytes();
        responses.extend(fields.scalars(hidden.into()));
        Self { nonce, slot, disclosed, shown, N, T, responses }
    }

    /// The slot that it shows of those that the request lists.
    pub fn slot<'a>(&self, request: &'a Request) -> &'a Slot {
        &request.slots()[usize::from(self.slot)]
    }

    /// The transcript before T_1, T_2 (SPEC §11).
    pub fn transcript(&self, request: &Request) -> Transcript {
        let slot = self.slot(request);
        let transcript = Transcript::new("presentation")
            .part(&slot.parameters.0)
            .part(&slot.epoch.0.to_be_bytes())
            .part(&request.digest().0)
            .count(self.disclosed.len());
        let disclosed = request.disclosures().iter().zip(&self.disclosed);
        let pair = |t: Transcript, (name, value): (&Name, &Vec<u8>)| {
            t.part(name.as_str().as_bytes()).part(value)
        };
        let transcript = disclosed.fold(transcript, pair);
        let Shown { point, multiple, commitments: [R1, R2], z, .. } = &self.shown;
        let points = [&self.N, point, multiple, R1, R2].map(encode);
        points.iter().fold(transcript, |t, point| t.part(point)).part(z.as_bytes())
    }

    /// The message (SPEC §14.13).
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![1, 12];
        bytes.extend(self.nonce);
        bytes.extend([self.slot, self.disclosed.len() as u8]);
        bytes.extend(self.disclosed.concat());
        bytes.extend(self.shown.bytes());
        bytes.extend([&self.N, &self.T[0], &self.T[1]].map(encode).concat());
        let (secrets, hidden) = self.responses.split_at(10);
        bytes.extend(secrets.iter().flat_map(|s| s.to_bytes()));
        bytes.push(hidden.len() as u8);
        bytes.extend(hidden.iter().flat_map(|s| s.to_bytes()));
        bytes
    }

    pub fn message(&self) -> Result<Presentation, DecodeError> {
        Presentation::from_bytes(&self.bytes())
    }
}

/// The stored form of an encoding by the person with this master secret: the library believes it.
pub fn stored(master: &[u8; 32], authority: &AuthorityId, encoding: &[u8]) -> Vec<u8> {
    sealed(&holder_key(master, authority.as_str()), authority.as_str(), encoding)
}
