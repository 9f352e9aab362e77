//! A presentation of the world's request by its formulas (SPEC §11), whose parts a test puts
//! together.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use formulas::{encoded, number, point};
use pairnym::hazmat::{attribute_scalar, generators, holder_scalars};

use super::*;

pub struct Prover<'a> {
    request: &'a Request,
    /// What is disclosed: age_over_18 and assurance.
    pub values: Vec<Value>,
    fixed: Vec<RistrettoPoint>,
    slot: Slot,
    place: u8,
    scope: (RistrettoPoint, Scalar),
    /// Ā, B̄.
    points: [RistrettoPoint; 2],
    /// Ā, B̄, R̄1, R̄2, z̄ as they are encoded.
    evidence: Vec<u8>,
    /// ρ, ε, u_0 … u_6, v, and the two hidden attributes: all that the lead knows.
    pub witnesses: Vec<Scalar>,
}

impl<'a> Prover<'a> {
    pub fn new(world: &'a World) -> Self {
        let (lead, (ward, _)) = (&world.pair.lead, masters(1));
        let evidence = lead.store_evidence(&world.evidence[0])[34..34 + 6 * 32].to_vec();
        let e = number(&lead.store_credential(&world.credential)[2 + 32 + 8 + 32 + 32..][..32]);
        let rho = number(&evidence[160..]);
        let values = world.credential.values();
        let mut witnesses = vec![rho, e * rho];
        witnesses.extend(holder_scalars(&formulas::secrets(&ward)));
        witnesses.extend(values[2..].iter().map(attribute_scalar));
        let slot = *world.credential.slot();
        let place = world.request.slots().iter().position(|other| *other == slot).unwrap();
        Self {
            request: &world.request,
            values: values[..2].to_vec(),
            fixed: generators::generators(4),
            slot,
            place: place as u8,
            scope: formulas::scope(world.platform.id()),
            points: [point(&evidence[..32]), point(&evidence[32..64])],
            evidence: evidence[..160].to_vec(),
            witnesses,
        }
    }

    /// φ.
    pub fn left(&self, w: &[Scalar]) -> [RistrettoPoint; 2] {
        let [A, B] = self.points;
        let opening = formulas::opening(&w[2..10]);
        let hidden = self.fixed[11] * w[10] + self.fixed[12] * w[11];
        let f = w[2..9].iter().rev().fold(Scalar::ZERO, |sum, u| sum * self.scope.1 + u);
        [B * w[0] + A * w[1] - opening - hidden, self.scope.0 * f]
    }

    pub fn challenge(&self, N: &RistrettoPoint, T: &[RistrettoPoint; 2]) -> Scalar {
        let list = Transcript::new("presentation")
            .part(&self.slot.parameters.0)
            .part(&self.slot.epoch.0.to_be_bytes())
            .part(&self.request.digest().0)
            .count(self.values.len());
        let named = self.request.disclosures().iter().zip(&self.values);
        let list = named.fold(list, |list, (name, value)| {
            list.part(name.as_str().as_bytes()).part(&tagged(value))
        });
        let list = list.part(&encoded(N));
        let list = self.evidence.chunks(32).fold(list, |list, field| list.part(field));
        T.iter().fold(list, |list, T| list.part(&encoded(T))).scalar()
    }

    /// A CoRequest of this presentation.
    pub fn request(&self, pairing: &PairingId) -> Vec<u8> {
        let values = self.values.iter().flat_map(tagged).collect::<Vec<_>>();
        let (body, count) = (self.request.to_bytes(), self.values.len() as u8);
        [&[1, 27], &pairing.0[..], &[6; 32], &body, &[self.place, count], &values].concat()
    }

    /// The bytes of a CoNonces.
    pub fn nonces(
        &self,
        h: &CoSessionId,
        N: &RistrettoPoint,
        T_W: &[RistrettoPoint; 2],
    ) -> Vec<u8> {
        let points = [&T_W[0], &T_W[1], N].map(encoded).concat();
        [&[1, 29], &h.0[..], &[2], &points, &self.evidence].concat()
    }

    /// The answer.
    pub fn presentation(
        &self,
        N: &RistrettoPoint,
        T: &[RistrettoPoint; 2],
        w: &[Scalar],
    ) -> Presentation {
        let values = self.values.iter().flat_map(tagged).collect::<Vec<_>>();
        let points = [N, &T[0], &T[1]].map(encoded).concat();
        let w: Vec<_> = w.iter().map(Scalar::to_bytes).collect();
        let bytes = [
            &[1, 12],
            &self.request.nonce().0[..],
            &[self.place, self.values.len() as u8],
            &values,
            &self.evidence,
            &points,
            &w[..10].concat(),
            &[2],
            &w[10..].concat(),
        ];
        Presentation::from_bytes(&bytes.concat()).unwrap()
    }
}

/// SPEC §4.2.
fn tagged(value: &Value) -> Vec<u8> {
    match value {
        Value::Flag(flag) => vec![1, u8::from(*flag)],
        Value::Integer(integer) => [&[2][..], &integer.to_be_bytes()].concat(),
        _ => unreachable!("the request discloses a flag and an integer"),
    }
}
