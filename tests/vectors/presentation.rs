//! presentation.json (SPEC §§11, 12).

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use pairnym::{Condition, Consent, MemoryNonces, Message, Presentation, Purpose, Value};

use crate::common::{DAY, NOW};
use crate::formulas::{
    G, Hash, Key, Mac, Sigma, Wire, attribute_bases, credential_base, encode, encode_value, f,
    holder_secrets, opening_bases, point, scalar, scope, sum, value_scalar,
};
use crate::json::{Json, check, list};
use crate::requests::Fields;
use crate::setting::{AUTHORITY, PLATFORM, Setting, eight, four, host, run, token, tossed};

#[test]
fn presentation_json() {
    let (none, small, large) =
        (Setting::new(Vec::new()), Setting::new(four()), Setting::new(eight()));
    let today = NOW.0 / DAY;
    let with_conditions = Fields {
        label: Some("app-1"),
        purpose: Purpose::Registration,
        epochs: (today - 1, today),
        disclosures: vec![0, 1],
        conditions: vec![(0, Condition::Equals(true.into())), (1, Condition::AtLeast(2))],
        statement: Some(b"agreed".to_vec()),
        notice: Some(run(0x12)),
        ..Fields::bare(&small)
    };
    let all_of_four = Fields { disclosures: (0..4).collect(), ..Fields::bare(&small) };
    let some_of_eight = Fields {
        purpose: Purpose::Other(token("checkout")),
        epochs: (today, today + 255),
        disclosures: vec![2, 4, 7],
        conditions: vec![(4, Condition::AtMost(2008)), (7, Condition::Present)],
        ..Fields::bare(&large)
    };
    let all_of_eight = Fields { disclosures: (0..8).collect(), ..Fields::bare(&large) };
    let presentations = [
        presentation(&none, &Fields::bare(&none)),
        presentation(&small, &Fields::bare(&small)),
        presentation(&small, &with_conditions),
        presentation(&small, &all_of_four),
        presentation(&large, &some_of_eight),
        presentation(&large, &all_of_eight),
    ];
    check(
        "presentation.json",
        "11",
        "Presentations of stored credentials and evidence, in the scope of the request. The \
         witnesses are rho, epsilon, u_0 to u_6, v and the hidden attributes.",
        object! { "presentations": list(presentations) },
    );
}

/// What a presentation says, and with which secrets.
#[derive(Clone)]
pub struct Claim {
    pub params_id: [u8; 32],
    pub t: u64,
    pub digest: [u8; 32],
    /// P_s and z_s.
    pub scope: (RistrettoPoint, Scalar),
    pub N: RistrettoPoint,
    pub values: Vec<Value>,
    pub disclosures: Vec<u8>,
    /// Ā, B̄, R̄1, R̄2.
    pub shown: [RistrettoPoint; 4],
    pub z_bar: Scalar,
    pub rho: Scalar,
    pub e: Scalar,
    /// u_0 … u_6, v.
    pub secrets: Vec<Scalar>,
}

impl Claim {
    pub fn new(setting: &Setting, fields: &Fields<'_>, stored: &[u8], item: &[u8]) -> Self {
        let secrets = holder_secrets(&setting.master, AUTHORITY);
        let (P, z) = scope(AUTHORITY, fields.platform, fields.label);
        Self {
            params_id: fields.params_id,
            t: u64::from_be_bytes(stored[34..42].try_into().unwrap()),
            digest: fields.digest(),
            scope: (P, z),
            N: f(&secrets, &z) * P,
            values: setting.values.clone(),
            disclosures: fields.disclosures.clone(),
            shown: [34, 66, 98, 130].map(|at| point(item, at)),
            z_bar: scalar(item, 162),
            rho: scalar(item, 194),
            e: Mac::read(stored).e,
            secrets,
        }
    }

    /// Disclosed or hidden values with their indices.
    fn values(&self, disclosed: bool) -> impl Iterator<Item = (u8, &Value)> {
        let values = (0u8..).zip(&self.values);
        values.filter(move |(index, _)| self.disclosures.contains(index) == disclosed)
    }

    pub fn transcript(&self) -> Hash {
        let hash = Hash::new("presentation").part(self.params_id).u64(self.t).part(self.digest);
        self.values(true)
            .fold(hash.count(self.disclosures.len()), |list, (index, value)| {
                list.part([index]).part(encode_value(value))
            })
            .point(&self.N)
            .points(&self.shown)
            .scalar(&self.z_bar)
    }

    /// ρ, ε, u_0 … u_6, v, hidden attributes.
    pub fn witnesses(&self) -> Vec<Scalar> {
        let hidden = self.values(false).map(|(_, value)| value_scalar(value));
        let secrets = self.secrets.iter().copied();
        [self.rho, self.e * self.rho].into_iter().chain(secrets).chain(hidden).collect()
    }

    /// The left sides of equations (1) and (2).
    pub fn phi(&self, w: &[Scalar]) -> Vec<RistrettoPoint> {
        let H = attribute_bases(self.values.len());
        let hidden = self.values(false).map(|(index, _)| &H[usize::from(index)]);
        let [A_bar, B_bar, ..] = self.shown;
        let committed = sum(&w[2..10], &opening_bases()) + sum(&w[10..], hidden);
        let (P, z) = self.scope;
        vec![w[0] * B_bar + w[1] * A_bar - committed, f(&w[2..9], &z) * P]
    }

    /// Their right sides.
    fn targets(&self) -> [RistrettoPoint; 2] {
        let H = attribute_bases(self.values.len());
        let claim = |(index, value): (u8, &Value)| value_scalar(value) * H[usize::from(index)];
        let claims: RistrettoPoint = self.values(true).map(claim).sum();
        [credential_base(&self.params_id, self.t) + claims, self.N]
    }

    pub fn prove(&self, coins: &[u8]) -> Sigma {
        Sigma::prove(self.transcript(), self.witnesses(), Some(coins), |w| self.phi(w))
    }

    /// c̄.
    fn evidence_challenge(&self, X: &RistrettoPoint) -> Scalar {
        Hash::new("evidence").point(X).points(&self.shown).h2s()
    }

    /// Equations (1) to (4) of §12.
    fn holds(&self, proof: &Sigma, X: &RistrettoPoint) -> bool {
        let ([A_bar, B_bar, R1_bar, R2_bar], z_bar) = (self.shown, self.z_bar);
        let c_bar = self.evidence_challenge(X);
        proof.holds(|w| self.phi(w), &self.targets())
            && z_bar * G - c_bar * X == R1_bar
            && z_bar * A_bar - c_bar * B_bar == R2_bar
    }

    pub fn message(&self, proof: &Sigma) -> Vec<u8> {
        let wire = Wire::new(12).u64(self.t).u8(self.disclosures.len() as u8);
        let wire = self
            .values(true)
            .fold(wire, |wire, (index, value)| wire.u8(index).put(encode_value(value)));
        let wire = wire.points(&self.shown).scalars([&self.z_bar]).points([&self.N]);
        let (secrets, hidden) = proof.responses.split_at(10);
        let wire = wire.points(&proof.commitments).scalars(secrets);
        wire.u8(hidden.len() as u8).scalars(hidden).bytes()
    }
}

fn presentation(setting: &Setting, fields: &Fields<'_>) -> Json {
    let credential = setting.credential();
    let evidence = setting.evidence(&credential).remove(0);
    let (stored, item) = (credential.export(), evidence.export());
    let coins = run::<64>(0x14);
    let X = Key::new(&setting.seed).X;
    let claim = Claim::new(setting, fields, &stored, &item);
    let proof = claim.prove(&coins);
    assert!(claim.holds(&proof, &X));
    let message = claim.message(&proof);

    let (request, host) = (fields.request(), host(PLATFORM));
    let consent = Consent::to_disclose(&request, &host);
    let known =
        tossed(&coins, |rng| setting.holder.present(&credential, evidence, consent, NOW, rng));
    let known = known.unwrap();
    assert_eq!(known.to_bytes(), message);
    assert_eq!(Presentation::from_bytes(&message).unwrap(), known);
    let mut nonces = MemoryNonces::new(1);
    let verified = setting.platform().verify(&request, &known, NOW, &mut nonces).unwrap();
    assert_eq!(verified.pseudonym().to_bytes(), encode(&claim.N));

    let (P, z) = claim.scope;
    object! {
        "seed": setting.seed,
        "master_secret": setting.master,
        "parameters": setting.parameters().to_bytes(),
        "credential": &*stored,
        "evidence": &*item,
        "time": NOW.0,
        "request": fields.encode(),
        "digest": claim.digest,
        "P": P,
        "z": z,
        "N": claim.N,
        "B": credential_base(&claim.params_id, claim.t),
        "proof": proof.json(),
        "c_bar": claim.evidence_challenge(&X),
        "presentation": message,
    }
}
