use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT as G;
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::Identity;
use pairnym::hazmat::{
    attribute_scalar, credential_base, generators, holder_scalars, scope_base_and_point,
};

use super::*;
use common::life::{Layout, presentation_layout};

/// x of the authority that `authority(seed, …, NOW)` makes (SPEC §4.1).
fn secret_key(seed: u8) -> Scalar {
    let mut okm = [0; 128];
    let hkdf = Hkdf::<Sha512>::new(Some(b"pairnym-v1/authority-seed"), &[seed; 32]);
    hkdf.expand(b"pairnym-v1/authority-key", &mut okm).unwrap();
    Scalar::from_bytes_mod_order_wide(okm[..64].try_into().unwrap())
}

fn scalar(seed: u64) -> Scalar {
    Transcript::new("test").part(&seed.to_be_bytes()).scalar()
}

fn scalars(seed: u64, count: usize) -> Vec<Scalar> {
    (0..count as u64).map(|i| scalar(1000 * seed + i)).collect()
}

fn point(bytes: &[u8]) -> RistrettoPoint {
    CompressedRistretto::from_slice(bytes).unwrap().decompress().unwrap()
}

/// Ā, B̄ and the proof that B̄ = x·Ā.
#[derive(Clone)]
pub struct Shown {
    A: RistrettoPoint,
    B: RistrettoPoint,
    R: [RistrettoPoint; 2],
    z: Scalar,
}

impl Shown {
    fn challenge(
        X: &RistrettoPoint,
        A: &RistrettoPoint,
        B: &RistrettoPoint,
        R: &[RistrettoPoint; 2],
    ) -> Scalar {
        let points = [X, A, B, &R[0], &R[1]];
        let transcript = Transcript::new("evidence");
        points.iter().fold(transcript, |t, point| t.part(point.compress().as_bytes())).scalar()
    }

    /// Made by one who knows x.
    fn made(x: &Scalar, A: RistrettoPoint) -> Self {
        let (B, k) = (A * x, scalar(77));
        let R = [G * k, A * k];
        Self { A, B, R, z: k + Self::challenge(&(G * x), &A, &B, &R) * x }
    }

    /// What is left of equations (3) and (4).
    fn rest(&self, X: &RistrettoPoint) -> [RistrettoPoint; 2] {
        let Self { A, B, R, z } = self;
        let c = Self::challenge(X, A, B, R);
        [G * z - X * c - R[0], A * z - B * c - R[1]]
    }
}

/// A prover of SPEC §11, written once more, that a test can have claim what it likes.
#[derive(Clone)]
pub struct Prover {
    pub request: Request,
    pub shown: Shown,
    /// N.
    pub pseudonym: RistrettoPoint,
    fixed: Vec<RistrettoPoint>,
    slot: Slot,
    /// Of the slot, among those of the request.
    position: u8,
    base: RistrettoPoint,
    scope: (RistrettoPoint, Scalar),
    disclosed: Vec<(u8, Value)>,
    hidden: Vec<u8>,
}

/// The two sides of equations (1) and (2), T and the responses.
pub struct Proved {
    pub c: Scalar,
    pub T: [RistrettoPoint; 2],
    pub w: Vec<Scalar>,
}

impl Prover {
    pub fn new(
        parameters: &AuthorityParameters,
        request: &Request,
        shown: Shown,
        values: &[Value],
    ) -> Self {
        let scope =
            Scope::new(*parameters.authority(), *request.platform(), request.label().copied());
        let (base, z) = scope_base_and_point(&scope);
        let index = |name: &Name| parameters.schema().iter().position(|(other, _)| other == name);
        let disclosed: Vec<_> = request.disclosures().iter().map(|n| index(n).unwrap()).collect();
        let hidden = (0..values.len()).filter(|index| !disclosed.contains(index));
        let slot = Slot { parameters: *parameters.id(), epoch: parameters.epoch(NOW) };
        let position = request.slots().iter().position(|other| *other == slot).unwrap();
        Self {
            request: request.clone(),
            shown,
            pseudonym: RistrettoPoint::identity(),
            fixed: generators::generators(values.len()),
            slot,
            position: position as u8,
            base: credential_base(&slot),
            scope: (*base, *z),
            hidden: hidden.map(|index| index as u8).collect(),
            disclosed: disclosed.into_iter().map(|i| (i as u8, values[i].clone())).collect(),
        }
    }

    pub fn V(&self) -> &RistrettoPoint {
        &self.fixed[1]
    }

    fn U(&self, k: usize) -> &RistrettoPoint {
        &self.fixed[2 + k]
    }

    fn H(&self, i: u8) -> &RistrettoPoint {
        &self.fixed[9 + usize::from(i)]
    }

    fn evaluate(&self, u: &[Scalar]) -> Scalar {
        u.iter().rev().fold(Scalar::ZERO, |sum, u| sum * self.scope.1 + u)
    }

    /// The 网号 of the secrets u.
    pub fn pseudonym_of(&self, u: &[Scalar]) -> RistrettoPoint {
        self.scope.0 * self.evaluate(&u[..7])
    }

    /// B_t + Σ m_j H_j of the disclosed.
    fn claimed(&self) -> RistrettoPoint {
        let terms = self.disclosed.iter().map(|(j, value)| self.H(*j) * attribute_scalar(value));
        self.base + terms.sum::<RistrettoPoint>()
    }

    /// φ of SPEC §11.
    pub fn left(&self, w: &[Scalar]) -> [RistrettoPoint; 2] {
        let u: RistrettoPoint = (0..7).map(|k| self.U(k) * w[2 + k]).sum();
        let m: RistrettoPoint = self.hidden.iter().zip(&w[10..]).map(|(i, m)| self.H(*i) * m).sum();
        let first = self.shown.B * w[0] + self.shown.A * w[1] - u - self.V() * w[9] - m;
        [first, self.pseudonym_of(&w[2..9])]
    }

    pub fn right(&self) -> [RistrettoPoint; 2] {
        [self.claimed(), self.pseudonym]
    }

    /// What is left of both equations: O and O if they hold.
    pub fn rest(&self, proved: &Proved) -> [RistrettoPoint; 2] {
        let (left, right) = (self.left(&proved.w), self.right());
        [0, 1].map(|j| left[j] - right[j] * proved.c - proved.T[j])
    }

    fn challenge(&self, T: &[RistrettoPoint; 2]) -> Scalar {
        let list = Transcript::new("presentation")
            .part(&self.slot.parameters.0)
            .part(&self.slot.epoch.0.to_be_bytes())
            .part(&self.request.digest().0)
            .count(self.disclosed.len());
        let named = self.request.disclosures().iter().map(Name::as_str).chain(["unasked"; 4]);
        let list = named.zip(&self.disclosed).fold(list, |list, (name, (_, value))| {
            list.part(name.as_bytes()).part(&encoded(value))
        });
        let Shown { A, B, R, z } = &self.shown;
        let points = [&self.pseudonym, A, B, &R[0], &R[1]];
        let list = points.iter().fold(list, |list, point| list.part(point.compress().as_bytes()));
        let list = list.part(z.as_bytes());
        T.iter().fold(list, |list, T| list.part(T.compress().as_bytes())).scalar()
    }

    pub fn prove(&self, witnesses: &[Scalar]) -> Proved {
        self.prove_by(witnesses, |n| self.left(n))
    }

    fn prove_by(
        &self,
        witnesses: &[Scalar],
        left: impl Fn(&[Scalar]) -> [RistrettoPoint; 2],
    ) -> Proved {
        let nonces = scalars(3, witnesses.len());
        let T = left(&nonces);
        let c = self.challenge(&T);
        let w = nonces.iter().zip(witnesses).map(|(n, w)| n + c * w).collect();
        Proved { c, T, w }
    }

    /// The wire bytes.
    pub fn encode(&self, proved: &Proved) -> Vec<u8> {
        let mut bytes = vec![1, 12];
        bytes.extend(self.request.nonce().0);
        bytes.push(self.position);
        bytes.push(self.disclosed.len() as u8);
        for (_, value) in &self.disclosed {
            bytes.extend(encoded(value));
        }
        let Shown { A, B, R, z } = &self.shown;
        [A, B, &R[0], &R[1]].iter().for_each(|point| bytes.extend(point.compress().as_bytes()));
        bytes.extend(z.as_bytes());
        let points = [&self.pseudonym, &proved.T[0], &proved.T[1]];
        points.iter().for_each(|point| bytes.extend(point.compress().as_bytes()));
        proved.w[..10].iter().for_each(|w| bytes.extend(w.as_bytes()));
        bytes.push(self.hidden.len() as u8);
        proved.w[10..].iter().for_each(|w| bytes.extend(w.as_bytes()));
        bytes
    }
}

/// SPEC §4.2.
fn encoded(value: &Value) -> Vec<u8> {
    match value {
        Value::Absent => vec![0],
        Value::Flag(flag) => vec![1, u8::from(*flag)],
        Value::Integer(integer) => [&[2][..], &integer.to_be_bytes()].concat(),
        Value::Text(text) => [&[3, text.len() as u8], text.as_bytes()].concat(),
        _ => unreachable!(),
    }
}

/// The second prover with everything that the holder of `world` knows.
pub fn honest(world: &World, request: &Request, item: &Evidence) -> (Prover, Vec<Scalar>) {
    let bytes = world.holder.store_evidence(item);
    let stored = world.holder.store_credential(&world.credential);
    let evidence = Layout::message()
        .bytes("credential", 32)
        .points(["A", "B", "R1", "R2"])
        .scalars(["z", "rho"]);
    let field = |name| &bytes[evidence.at(name)];
    let number = |bytes: &[u8]| Scalar::from_canonical_bytes(bytes.try_into().unwrap()).unwrap();
    let shown = Shown {
        A: point(field("A")),
        B: point(field("B")),
        R: [point(field("R1")), point(field("R2"))],
        z: number(field("z")),
    };
    let e = number(&stored[2 + 32 + 8 + 32 + 32..][..32]);
    let rho = number(field("rho"));
    let parameters = world.authority.parameters();
    let secrets = HolderSecrets::derive(&MasterSecret::import([2; 32]), parameters.authority());
    let mut prover = Prover::new(parameters, request, shown, world.credential.values());
    prover.pseudonym = prover.pseudonym_of(&holder_scalars(&secrets)[..7]);
    let mut witnesses = vec![rho, e * rho];
    witnesses.extend(holder_scalars(&secrets));
    let hidden = prover.hidden.iter();
    witnesses.extend(hidden.map(|i| attribute_scalar(&world.credential.values()[usize::from(*i)])));
    (prover, witnesses)
}

/// The numbers of the equations that do not hold.
fn failing(prover: &Prover, proved: &Proved) -> Vec<usize> {
    let rest = [prover.rest(proved), prover.shown.rest(&(G * secret_key(1)))];
    let rest = (1..).zip(rest.as_flattened());
    rest.filter(|(_, rest)| **rest != RistrettoPoint::identity()).map(|(n, _)| n).collect()
}

fn judge(world: &World, prover: &Prover, proved: &Proved) -> Result<Verified, Error> {
    let answer = Presentation::from_bytes(&prover.encode(proved))?;
    verdict(&world.platform, &prover.request, &answer)
}

/// The second prover is right, so what follows fails for its own reason.
#[test]
fn the_second_prover_is_believed_when_it_is_honest() {
    let world = World::new();
    let (prover, witnesses) = honest(&world, &world.request(1), &world.evidence[0]);
    let proved = prover.prove(&witnesses);
    assert_eq!(failing(&prover, &proved), Vec::<usize>::new());
    let verified = judge(&world, &prover, &proved).unwrap();
    assert_eq!(*verified.pseudonym(), world.holder.pseudonym(&world.host, None).unwrap());
}

/// Ā = B̄ = O makes every claim about x and the MAC true.
#[test]
fn the_identity_with_zeros_is_no_presentation() {
    let mut world = World::new();
    let request = world.request(1);
    let bytes = world.present(&request).to_bytes();
    let layout = presentation_layout(&[2, 9], 2);
    let zero = |bytes: &[u8], names: &[&str]| {
        names.iter().fold(bytes.to_vec(), |bytes, name| with(&bytes, layout.at(name), &[0; 32]))
    };
    let responses =
        ["z", "rho", "epsilon", "u0", "u1", "u2", "u3", "u4", "u5", "u6", "v", "m0", "m1"];
    let zeros = zero(&bytes, &responses);
    assert_eq!(judge_bytes(&world, &request, &zeros), Err(Error::Rejected));
    let points: [&[&str]; 6] = [
        &["A", "B"],
        &["A", "B", "R1", "R2"],
        &["N"],
        &["T1", "T2"],
        &["A", "B", "N"],
        &["A", "B", "R1", "R2", "N", "T1", "T2"],
    ];
    for names in points {
        for bytes in [&bytes, &zeros] {
            let error = Presentation::from_bytes(&zero(bytes, names)).unwrap_err();
            assert_eq!(error.reason(), DecodeReason::Identity, "{names:?}");
        }
    }
    // A holder that opens or answers a session with O, and a login of nobody.
    let mut nobody = vec![1, 13];
    nobody.resize(130, 0);
    assert_eq!(Login::from_bytes(&nobody).unwrap_err().reason(), DecodeReason::Identity);
    let mut nothing = vec![1, 7];
    nothing.resize(98, 0);
    assert_eq!(EvidenceRequest::from_bytes(&nothing).unwrap_err().reason(), DecodeReason::Identity);
}

fn judge_bytes(world: &World, request: &Request, bytes: &[u8]) -> Result<Verified, Error> {
    verdict(&world.platform, request, &Presentation::from_bytes(bytes)?)
}

/// Where the relation is scaled by r (B̄ = r·M − e·Ā and f(z_s)·r·P_s = r·N), r = 0 and e = −x
/// prove any N to whoever knows x. Here they prove nothing (SPEC §18, S5).
#[test]
fn r_is_never_zero() {
    let world = World::new();
    let request = world.request(1);
    let x = secret_key(1);
    let X = G * x;
    let victim = point(&world.holder.pseudonym(&world.host, None).unwrap().to_bytes());

    // Evidence for a pair that was never a credential, and true.
    let shown = Shown::made(&x, G * scalar(1));
    assert_eq!(shown.rest(&X), [RistrettoPoint::identity(); 2]);
    let mut prover =
        Prover::new(world.authority.parameters(), &request, shown, world.credential.values());
    prover.pseudonym = victim;

    // The scaled relation: r, e, then r·u, r·v and r·m.
    let scaled = |w: &[Scalar]| {
        let u: RistrettoPoint = (0..7).map(|k| prover.U(k) * w[2 + k]).sum();
        let m: RistrettoPoint =
            prover.hidden.iter().zip(&w[10..]).map(|(i, m)| prover.H(*i) * m).sum();
        let first = prover.claimed() * w[0] + u + prover.V() * w[9] + m - prover.shown.A * w[1];
        [first, prover.pseudonym_of(&w[2..9]) - victim * w[0]]
    };
    let mut zero = vec![Scalar::ZERO; 12];
    zero[1] = -x;
    assert_eq!(scaled(&zero), [prover.shown.B, RistrettoPoint::identity()]);
    let forged = prover.prove_by(&zero, scaled);
    let left = scaled(&forged.w);
    assert_eq!(left[0] - prover.shown.B * forged.c, forged.T[0]);
    assert_eq!(left[1], forged.T[1]);

    // The same numbers, and ρ and ε in their place.
    let attempts = [
        forged,
        prover.prove(&zero),
        prover.prove(&[Scalar::ZERO; 12]),
        prover.prove(&[vec![Scalar::ONE, -x], vec![Scalar::ZERO; 10]].concat()),
    ];
    for proved in attempts {
        assert_eq!(judge(&world, &prover, &proved), Err(Error::Rejected));
    }

    // A MAC on u = 0: equation (1) holds, and N alone is false.
    let hidden = [Scalar::ZERO; 2];
    let (e, r) = (scalar(2), scalar(3));
    prover.shown = Shown::made(&x, prover.claimed() * ((x + e).invert() * r));
    let rho = r.invert();
    let phantom = [vec![rho, e * rho], vec![Scalar::ZERO; 8], hidden.to_vec()].concat();
    let proved = prover.prove(&phantom);
    assert_eq!(failing(&prover, &proved), [2]);
    assert_eq!(judge(&world, &prover, &proved), Err(Error::Rejected));
    // Its own N would be O.
    prover.pseudonym = RistrettoPoint::identity();
    let error = Presentation::from_bytes(&prover.encode(&proved)).unwrap_err();
    assert_eq!(error.reason(), DecodeReason::Identity);

    // What one who knows x can do: register somebody who does not exist, with u of one's own.
    let secrets = scalars(9, 8);
    let committed: RistrettoPoint = (0..7).map(|k| prover.U(k) * secrets[k]).sum();
    let M = prover.claimed() + committed + prover.V() * secrets[7];
    prover.shown = Shown::made(&x, M * ((x + e).invert() * r));
    prover.pseudonym = prover.pseudonym_of(&secrets);
    let witnesses = [vec![rho, e * rho], secrets, hidden.to_vec()].concat();
    assert!(judge(&world, &prover, &prover.prove(&witnesses)).is_ok());
}

/// Forgeries that fail in one of the four equations of SPEC §12 alone.
#[test]
fn every_equation_is_needed() {
    let world = World::new();
    let request = world.request(1);
    let (prover, witnesses) = honest(&world, &request, &world.evidence[0]);
    let x = secret_key(1);
    let X = G * x;
    let refused = |prover: &Prover, witnesses: &[Scalar], equation: usize| {
        let proved = prover.prove(witnesses);
        assert_eq!(failing(prover, &proved), [equation]);
        assert_eq!(judge(&world, prover, &proved), Err(Error::Rejected), "({equation})");
    };

    // Attributes that nobody certified, hidden and disclosed.
    let mut richer = prover.clone();
    richer.disclosed[1].1 = 4.into();
    refused(&richer, &witnesses, 1);
    let mut moved = witnesses.clone();
    moved[10] += Scalar::ONE;
    refused(&prover, &moved, 1);
    // Another slot's credential.
    let mut older = prover.clone();
    older.slot = request.slots()[0];
    (older.base, older.position) = (credential_base(&older.slot), 0);
    refused(&older, &witnesses, 1);
    // Another v than in the commitment.
    let mut moved = witnesses.clone();
    moved[9] += Scalar::ONE;
    refused(&prover, &moved, 1);

    // Another person's 网号.
    let victim = holder(3, world.authority.list()).pseudonym(&world.host, None).unwrap();
    let mut borrowed = prover.clone();
    borrowed.pseudonym = point(&victim.to_bytes());
    refused(&borrowed, &witnesses, 2);

    // A MAC and evidence by another key than x.
    let M = prover.shown.B * witnesses[0] + prover.shown.A * witnesses[1];
    let y = secret_key(9);
    let mut by_other = prover.clone();
    let (A, k) = (M * (witnesses[0] * y + witnesses[1]).invert(), scalar(1));
    let (B, R) = (A * y, [G * k, A * k]);
    by_other.shown = Shown { A, B, R, z: k + Shown::challenge(&X, &A, &B, &R) * y };
    refused(&by_other, &witnesses, 3);

    // A pair that is no MAC at all, with evidence that is right about X alone.
    let mut invented = prover.clone();
    let A = G * scalar(2);
    let B = (M - A * witnesses[1]) * witnesses[0].invert();
    let R = [G * k, A * k];
    invented.shown = Shown { A, B, R, z: k + Shown::challenge(&X, &A, &B, &R) * x };
    refused(&invented, &witnesses, 4);
}

/// Proofs in which all is true, of something that was not asked for. An honest holder refuses to
/// make them, so that only the verifier's own checks stand against them (SPEC §12, step 3).
#[test]
fn a_true_proof_must_answer_what_was_asked() {
    let world = World::new();
    let plain = Ask::new(world.authority.list(), world.host.as_str());
    let disclosing = |names: &[&str]| plain.clone().disclosing(names);
    let three = || disclosing(&["age_over_18", "assurance", "note"]);
    let requiring = |conditions: &[&[u8]]| Ask {
        conditions: conditions.iter().map(|c| c.to_vec()).collect(),
        ..three()
    };
    let present = plain.slots[0];
    let slots = |epochs: &[i64]| Ask {
        slots: epochs.iter().map(|epochs| shifted(&present, *epochs)).collect(),
        ..plain.clone()
    };
    // What is proved, for which request, and whether it answers it.
    let both = ["age_over_18", "assurance"];
    let cases = [
        ("the same", disclosing(&both), disclosing(&both), true),
        ("less", disclosing(&["age_over_18"]), disclosing(&both), false),
        ("nothing", plain.clone(), disclosing(&both), false),
        ("more", three(), disclosing(&both), false),
        ("something", disclosing(&["assurance"]), plain.clone(), false),
        ("another", disclosing(&["assurance"]), disclosing(&["age_over_18"]), false),
        ("enough", three(), requiring(&[&at_least(1, 3)]), true),
        ("too little", three(), requiring(&[&at_least(1, 4)]), false),
        ("too much", three(), requiring(&[&at_most(1, 2)]), false),
        ("equal", three(), requiring(&[&[0, 1, 1, 1]]), true),
        ("not equal", three(), requiring(&[&[0, 1, 1, 0]]), false),
        ("absent", three(), requiring(&[&[2, 4]]), false),
        ("one of two", three(), requiring(&[&[0, 1, 1, 1], &[2, 4]]), false),
        ("another place", slots(&[-1, 0]), slots(&[-2, 0, 1]), true),
        ("another slot", plain.clone(), slots(&[-1]), false),
        ("a later slot", plain.clone(), slots(&[1, 0]), false),
        ("past the slots", slots(&[-1, 0]), plain.clone(), false),
    ];
    for (what, proved, asked, answers) in cases {
        let (mut prover, witnesses) = honest(&world, &proved.request(), &world.evidence[0]);
        prover.request = asked.request();
        let proved = prover.prove(&witnesses);
        assert_eq!(failing(&prover, &proved), Vec::<usize>::new(), "{what}");
        let verdict = judge(&world, &prover, &proved);
        let expected = if answers { None } else { Some(Error::Rejected) };
        assert_eq!(verdict.err(), expected, "{what}");
    }
    // An answer to this request, and to no other, names its nonce.
    let (prover, witnesses) = honest(&world, &plain.request(), &world.evidence[0]);
    let proved = prover.prove(&witnesses);
    let renamed = with(&prover.encode(&proved), 2..34, &[8; 32]);
    assert_eq!(judge_bytes(&world, &prover.request, &renamed), Err(Error::Rejected));
    // Yes and 1 are one scalar: the kind tells them apart.
    let flag = disclosing(&["age_over_18"]).request();
    let (mut prover, witnesses) = honest(&world, &flag, &world.evidence[0]);
    prover.disclosed[0].1 = 1.into();
    let proved = prover.prove(&witnesses);
    assert_eq!(failing(&prover, &proved), Vec::<usize>::new());
    assert_eq!(judge(&world, &prover, &proved), Err(Error::Rejected));
}
